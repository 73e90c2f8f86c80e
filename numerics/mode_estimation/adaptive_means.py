"""Exact means of adaptive search over independent samples: sums over all counts of the labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.huffman import huffman_depths, sort_by_weight
from numerics.mode_estimation.codes import huffman_cost

__all__ = ["mean_questions_of_three", "mean_static_cost"]

Floats = NDArray[np.float64]
_LARGEST_COUNT = 2000


def mean_questions_of_three(p: Sequence[float], n: int) -> tuple[Floats, Floats]:
    """Return the mean questions for the first samples, and the mean cost of the static tree.

    Parameters
    ----------
    p : three floats
        Positive probabilities of sum 1.
    n : int
        Number of samples, from 1 to 2000.

    Returns
    -------
    adaptive, static : arrays of float64, of size ``n``
        Entry ``t`` is for ``t + 1`` samples; flat trees, with relative error below ``n * 1e-15``.

    Raises
    ------
    ValueError
        An argument is out of range.

    Notes
    -----
    The tree depends on the counts alone: the means are sums over all counts of three labels.
    """
    n = require_integer("n", n, 1, _LARGEST_COUNT)
    shares = np.array([float(share) for share in p])
    if shares.size != 3 or not (shares.min() > 0 and abs(shares.sum() - 1) <= 1e-12):
        raise ValueError("p must be three positive probabilities of sum 1")
    adaptive, static = np.empty(n), np.empty(n)
    _means_of_three(shares, adaptive, static)
    return adaptive, static


@njit(cache=True)
def _means_of_three(p: Floats, adaptive: Floats, static: Floats) -> None:
    n = adaptive.size
    law, after = np.zeros((n + 1, n + 1)), np.zeros((n + 1, n + 1))
    law[0, 0] = 1.0
    counts, depths, order = np.zeros(3, np.int64), np.zeros(3, np.int64), np.arange(3)
    parent, mass = np.empty(5, np.int64), np.empty(2, np.int64)
    total = 0.0
    for t in range(n):
        after[: t + 2, : t + 2] = 0.0
        mean = 0.0
        for a in range(t + 1):
            row = 0.0  # sums of sums, so that rounding grows with t and not with its cube
            for b in range(t + 1 - a):
                weight = law[a, b]
                counts[0], counts[1], counts[2] = a, b, t - a - b
                sort_by_weight(counts, order, 3)
                huffman_depths(counts, order, 3, depths, parent, mass, True)
                row += weight * (p[0] * depths[0] + p[1] * depths[1] + p[2] * depths[2])
                after[a + 1, b] += weight * p[0]
                after[a, b + 1] += weight * p[1]
                after[a, b] += weight * p[2]
            mean += row
        total += mean
        adaptive[t] = total
        cost = 0.0
        for a in range(t + 2):
            row = 0.0
            for b in range(t + 2 - a):
                row += after[a, b] * (2 * (t + 1) - max(a, b, t + 1 - a - b))
            cost += row
        static[t] = cost
        law, after = after, law


def mean_static_cost(p: Sequence[Fraction], n: int) -> Fraction:
    """Return the mean cost of a Huffman tree of the counts of independent samples.

    Parameters
    ----------
    p : sequence of Fraction
        Positive probabilities of sum 1.
    n : int
        Number of samples, at least 0; all counts are gone through.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    n = require_integer("n", n, 0)
    if not p or min(p) <= 0 or sum(p) != 1:
        raise ValueError("p must be positive fractions of sum 1")
    m = len(p)
    total = Fraction(0)
    for bars in combinations(range(n + m - 1), m - 1):
        ends = (-1, *bars, n + m - 1)
        counts = [high - low - 1 for low, high in pairwise(ends)]
        weight, left = Fraction(1), n
        for count, share in zip(counts, p, strict=True):
            weight *= math.comb(left, count) * Fraction(share) ** count
            left -= count
        total += weight * huffman_cost(counts)
    return total
