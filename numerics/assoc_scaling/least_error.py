"""The least error over all weights, for the Zipf law of all positive integers and one label.

With ``theta = q / |q|`` the error is ``sum_x p(x) h(theta(x))`` under ``sum theta^2 = 1``. Weights
that obey the condition bound the least error from above, Lagrange's dual function from below:
``sum_x min_theta (p(x) h(theta) + m theta^2) - m``, whatever the multiplier m. Each minimum is
concave in p(x), so that blocks of inputs are bounded by chords and by their means.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from numerics.assoc_scaling.minimax import cap_and_slope
from numerics.core.arguments import require_integer, require_real

__all__ = ["dual", "least_error"]

_SINGLES = 2000  # inputs that are treated one by one
_GROWTH = 0.002  # relative length of the blocks of inputs beyond
_REACH = 1e7  # times the dimension: from there on nothing is stored
_GRID = 6000  # ratios at which the optimality condition is tabulated

Array = NDArray[np.float64]


class _Blocks:
    """The inputs 1, 2, ...: the first one by one, then blocks, and all beyond.

    Attributes
    ----------
    sizes, masses : arrays
        How many inputs there are in each block, and their probability.
    ends : array
        Probabilities of the first inputs of the blocks, and of the first input beyond.
    beyond : float
        Probability of all beyond.
    """

    def __init__(self, exponent: float, dimension: int) -> None:
        norm = special.zeta(exponent, 1)
        last = math.log(_REACH * dimension)
        count = math.ceil((last - math.log(_SINGLES)) / _GROWTH)
        edges = np.unique(np.rint(np.exp(np.linspace(math.log(_SINGLES), last, count))))
        tails = special.zeta(exponent, edges) / norm
        self.sizes = np.concatenate([np.ones(_SINGLES - 1), np.diff(edges)])
        self.singles = np.arange(1.0, _SINGLES) ** -exponent / norm
        self.masses = np.concatenate([self.singles, tails[:-1] - tails[1:]])
        self.ends = edges**-exponent / norm
        self.beyond = float(tails[-1])


def dual(exponent: float, dimension: int, multiplier: float) -> tuple[float, float]:
    """Return Lagrange's dual function for the Zipf law of all positive integers.

    Parameters
    ----------
    exponent : float
        Above 1.
    dimension : int
        At least 3.
    multiplier : float
        Positive.

    Returns
    -------
    value, error : float
        The mean of two bounds on ``sum_x min_theta (p(x) h(theta) + m theta^2) - m``, and half of
        their distance.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    dimension = require_integer("dimension", dimension, 3)
    multiplier = require_real("multiplier", multiplier, above=0.0)
    blocks = _Blocks(exponent, dimension)
    below, above = _dual_bounds(blocks, dimension, multiplier, _conditions(dimension))
    return (above + below) / 2, (above - below) / 2 + 1e-12 * (above + multiplier)


def least_error(exponent: float, dimension: int) -> tuple[float, float]:
    """Return the least error over all weights for the Zipf law of all positive integers.

    Parameters
    ----------
    exponent : float
        Above 1.
    dimension : int
        At least 3.

    Returns
    -------
    value, error : float
        The mean of an upper and a lower bound on the infimum, and half of their distance: the
        error of explicit weights, equal on blocks of inputs, and the dual function.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    dimension = require_integer("dimension", dimension, 3)
    blocks, conditions = _Blocks(exponent, dimension), _conditions(dimension)
    means = blocks.masses / blocks.sizes

    def excess(log_multiplier: float) -> float:
        return float(blocks.sizes @ _ratios(means, log_multiplier, conditions) ** 2) - 1

    low, high = -1.0, 1.0
    while excess(low) < 0:
        low -= 5
    while excess(high) > 0:
        high += 5
    log_multiplier = float(optimize.brentq(excess, low, high, xtol=1e-14))

    theta = _ratios(means, log_multiplier, conditions)
    feasible = theta / math.sqrt(float(blocks.sizes @ theta**2))
    above = float(blocks.masses @ cap_and_slope(feasible, dimension)[0]) + blocks.beyond / 2
    below, _ = _dual_bounds(blocks, dimension, math.exp(log_multiplier), conditions)
    return (above + below) / 2, max(above - below, 0.0) / 2 + 1e-12 * above


def _dual_bounds(
    blocks: _Blocks, dimension: int, multiplier: float, conditions: tuple[Array, Array]
) -> tuple[float, float]:
    """Bounds on the dual function."""

    def lagrangian(probabilities: Array) -> tuple[Array, Array]:
        """The least ``p h(theta) + m theta^2``, from below and from above."""
        theta = _ratios(probabilities, math.log(multiplier), conditions)
        value, slope = cap_and_slope(theta, dimension)
        reached = probabilities * value + multiplier * theta**2
        # convex in theta, with a second derivative of at least 2 m
        departure = probabilities * slope + 2 * multiplier * theta
        return reached - departure**2 / (4 * multiplier), reached

    count = len(blocks.singles)
    lower, upper = lagrangian(np.concatenate([blocks.singles, blocks.ends]))
    at_ends, sizes, masses = lower[count:], blocks.sizes[count:], blocks.masses[count:]
    slopes = np.diff(at_ends) / np.diff(blocks.ends)
    chords = sizes * at_ends[1:] + slopes * (masses - sizes * blocks.ends[1:])
    rest = float(at_ends[-1]) * blocks.beyond / float(blocks.ends[-1])
    below = math.fsum([*lower[:count], *chords, rest]) - multiplier
    means = sizes * lagrangian(masses / sizes)[1]
    above = math.fsum([*upper[:count], *means, blocks.beyond / 2]) - multiplier
    return below, above


def _ratios(probabilities: Array, log_multiplier: float, conditions: tuple[Array, Array]) -> Array:
    """The ratios theta at which ``p h(theta) + m theta^2`` is least."""
    log_ratio, log_need = conditions
    needed = np.log(probabilities) - log_multiplier
    return np.asarray(np.exp(np.interp(needed, log_need, log_ratio)))


@lru_cache(maxsize=16)
def _conditions(dimension: int) -> tuple[Array, Array]:
    """Logarithms of ratios, and of the probability over the multiplier at which each is best.

    Where ``p h'(theta) + 2 m theta = 0``: ``p / m = 2 theta / -h'(theta)``, which rises with theta.
    """
    ratio = np.geomspace(1e-16, 36.0, _GRID) / math.sqrt(dimension)
    theta = ratio / np.hypot(1.0, ratio)
    slope = cap_and_slope(theta, dimension)[1]
    need = np.log(2 * theta) - np.log(-slope)
    rising = np.concatenate([[True], np.diff(need) > 0])
    return np.log(theta)[rising], need[rising]
