"""Errors of memories that store only the most frequent inputs, and the best number to store.

Two classes, infinitely many inputs of Zipf's law, weights ``x**-decay`` on ``x <= P``. The errors
are those of `schemes`; here P is chosen, by formula or by search.
"""

from __future__ import annotations

import math
from functools import lru_cache

import mpmath

from numerics.assoc_scaling.schemes import scheme_error
from numerics.core.arguments import require_integer, require_real

__all__ = ["best_threshold", "logarithmic_size", "threshold_error"]

_GRID = 64  # sizes of the first, coarse search
_GOLDEN = (math.sqrt(5) - 1) / 2
_LARGEST = 2**1000
_DIGITS = 700  # twice as many as the largest size has


@lru_cache(maxsize=4096)
def threshold_error(
    exponent: float, decay: float, dimension: int, stored: int | None
) -> tuple[float, float]:
    """Return the error with the ``stored`` most frequent inputs stored, and an error bound.

    Parameters
    ----------
    exponent : float
        Above 1.
    decay : float
        Of the weights; 0 for equal ones.
    dimension : int
        At least 1.
    stored : int or None
        At least 1; None for all, which needs a decay above 1/2.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return scheme_error(exponent, decay, dimension, stored)


def logarithmic_size(exponent: float, dimension: int) -> int:
    """Return the integer part of ``d / (2 (exponent - 1) log d)``, at least 1.

    Parameters
    ----------
    exponent : float
        Above 1.
    dimension : int
        At least 2.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    dimension = require_integer("dimension", dimension, 2, _LARGEST)
    with mpmath.workdps(_DIGITS):
        return max(1, int(dimension / (2 * (mpmath.mpf(exponent) - 1) * mpmath.log(dimension))))


def best_threshold(exponent: float, decay: float, dimension: int) -> tuple[int, float, float]:
    """Return the best number P of inputs to store, the error with it, and an error bound.

    Parameters
    ----------
    exponent : float
        Above 1.
    decay : float
        Of the weights, at least 0.
    dimension : int
        At least 1.

    Returns
    -------
    stored : int
        At least 2 (a single stored input is never wrong, whatever the dimension).
    value, error : float
        The error with that P. The bound allows for the curvature of the search's last interval; it
        assumes that the error has one valley in P around the best size of a coarse grid.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    dimension = require_integer("dimension", dimension, 1, _LARGEST)
    reach = 1.0 if decay <= 0.5 else 4.0  # a norm that converges lets P grow beyond d
    low, high = math.log(2), min(reach * math.log(dimension + 1) + 3, 690.0)

    def at(log_size: float) -> tuple[float, float]:
        return threshold_error(exponent, decay, dimension, max(2, round(math.exp(log_size))))

    step = (high - low) / _GRID
    grid = [low + step * i for i in range(_GRID + 1)]
    values = [at(t)[0] for t in grid]
    best = values.index(min(values))
    left, right = grid[max(best - 1, 0)], grid[min(best + 1, _GRID)]
    one, two = right - _GOLDEN * (right - left), left + _GOLDEN * (right - left)
    at_one, at_two = at(one)[0], at(two)[0]
    # Below a width of 1e-6 the error is flat to rounding; below one unit of P there is no choice.
    while right - left > max(1e-6, 0.25 * math.exp(-right)):
        if at_one < at_two:
            right, two, at_two = two, one, at_one
            one = right - _GOLDEN * (right - left)
            at_one = at(one)[0]
        else:
            left, one, at_one = one, two, at_two
            two = left + _GOLDEN * (right - left)
            at_two = at(two)[0]
    sizes = {max(2, round(math.exp(t))) for t in (left, one, two, right, grid[best])}
    sizes |= {size + move for size in list(sizes) if size < 10**6 for move in (-1, 1) if size > 3}
    found = {size: threshold_error(exponent, decay, dimension, size) for size in sizes}
    stored = min(found, key=lambda size: found[size][0])
    value, error = found[stored]
    return stored, value, error + 1e-9 * value
