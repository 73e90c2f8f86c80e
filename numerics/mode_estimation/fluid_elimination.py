"""Elimination in which every count is its mean: what is left of it when delta tends to 0.

Time is counted in units of the logarithm L of the rule: at time t class i has the count ``t p_i``,
and is dropped as soon as that is below ``t p_1 - sqrt(c t p_1)``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.huffman import huffman_cost, sort_by_weight
from numerics.mode_estimation.sampling import probabilities

__all__ = ["fluid_queries", "stage_cost"]

_EPS = 2.0**-52


def stage_cost(p: ArrayLike, kept: int) -> tuple[float, float]:
    """Return the cost of a Huffman tree of some classes and one leaf for the others, and an error.

    Parameters
    ----------
    p : array_like of float
        Probabilities of the classes, with a single largest one.
    kept : int
        The first so many classes have leaves of their own.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = probabilities(p)
    kept = require_integer("kept", kept, 1, law.size)
    weights = law[:kept]
    if kept < law.size:
        weights = np.append(weights, math.fsum(law[kept:]))
    order = np.arange(weights.size)
    sort_by_weight(weights, order, weights.size)
    cost = float(huffman_cost(weights, order, weights.size, np.empty(weights.size)))
    return cost, 4 * weights.size * _EPS * cost


def fluid_queries(p: ArrayLike, c: float) -> tuple[float, float]:
    """Return the queries until one class is left, per unit of L, and a bound on the error.

    Parameters
    ----------
    p : array_like of float
        Probabilities of the classes, from the largest, which is the only one of its size, down.
    c : float
        Constant of the rule, above 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = probabilities(p)
    c = require_real("c", c, above=0)
    if (np.diff(law) > 0).any():
        raise ValueError("p must fall from the first class on")
    begun, total, error = 0.0, 0.0, 0.0
    for kept in range(law.size, 1, -1):
        if kept < law.size and law[kept - 1] == law[kept]:
            continue  # dropped together with the class before
        left = _drop_time(float(law[0]), float(law[kept - 1]), c)
        cost, lost = stage_cost(law, kept)
        total += (left - begun) * cost
        error += (left - begun) * lost + 4 * _conditioning(law, kept) * _EPS * left * cost
        begun = left
    return total, error + 8 * law.size * _EPS * total


def _drop_time(first: float, other: float, c: float) -> float:
    """When the rule first drops a class, by bisection: before, the root is larger; after, not."""

    def is_dropped(t: float) -> bool:
        return t * other < t * first - math.sqrt(c * t * first)

    low, high = 0.0, 1.0
    while not is_dropped(high):
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if is_dropped(middle) else (middle, high)
    return high


def _conditioning(law: NDArray[np.float64], kept: int) -> float:
    """How much larger than a rounding the relative error of a drop time may be."""
    return float(8 * law[0] / (law[0] - law[kept - 1]))
