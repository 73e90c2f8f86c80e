"""Simulated memories in which every stored input is its own class, outputs being random."""

from __future__ import annotations

import math

import mpmath
import numpy as np
from numpy.typing import NDArray
from scipy import special

from numerics.assoc_scaling.analytic_sums import power_sum
from numerics.assoc_scaling.crosstalk import errors_with_random_outputs
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = ["crowding_bound", "left_out", "misread", "quadratic_size", "zipf_error", "zipf_errors"]

_EPS = 2.0**-52
_LARGEST = 2**1000
_DIGITS = 350


def misread(
    stored: int, dimension: int, stream: Stream, first: int, count: int
) -> NDArray[np.bool_]:
    """Tell for each of some memories of N inputs, each its own class, whether it misreads one.

    Parameters
    ----------
    stored, dimension : int
        At least 1.
    stream : Stream
    first, count : int
        Which replicates.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    return errors_with_random_outputs(dimension, stored, stored, stream, first, count)


def left_out(exponent: float, stored: int) -> float:
    """Return the probability, by Zipf's law, of the inputs beyond the most frequent ones.

    Parameters
    ----------
    exponent : float
        Above 1.
    stored : int
        How many are not left out, at least 1.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0, at_most=64.0)
    stored = require_integer("stored", stored, 1)
    return power_sum(exponent, stored + 1, None)[0] / power_sum(exponent, 1, None)[0]


def zipf_errors(
    exponent: float, stored: int, dimension: int, stream: Stream, first: int, count: int
) -> NDArray[np.float64]:
    """Return replicates of the error over Zipf's law: those left out are always misread.

    All stored inputs err alike, so that one of them stands for all.

    Parameters
    ----------
    exponent : float
        Above 1.
    stored, dimension : int
        At least 1.
    stream : Stream
    first, count : int
        Which replicates.

    Returns
    -------
    (count,) array with the entries 1 and `left_out`.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    wrong = misread(stored, dimension, stream, first, count)
    return np.where(wrong, 1.0, left_out(exponent, stored))


def crowding_bound(stored: int, dimension: int, slack: float = 60.0) -> float:
    """Return an upper bound on the probability of misreading a stored input.

    Against one other class the gap of the scores is, over r, the length of the input's embedding,
    in units of one minus the cosine of the two outputs, r plus a normal variable of variance
    ``1 + 2 s / (1 - cosine)``. Here s is the sum of the squared cosines of the other outputs with
    the direction between the two, each of the law Beta(1/2, (d - 1)/2), whose moment generating
    function at d/4 is at most the root of 2. The bound adds up, over the other classes, the
    probabilities of a cosine above 1/2 and of a large s, and the mean of a normal tail otherwise.

    Parameters
    ----------
    stored, dimension : int
        At least 2.
    slack : float
        The logarithm of one over the probability of a large s, for each other class.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    stored = require_integer("stored", stored, 2, _LARGEST)
    dimension = require_integer("dimension", dimension, 2, _LARGEST)
    slack = require_real("slack", slack, above=0.0)
    squares = 4 * (stored * math.log(2) / 2 + slack) / dimension
    variance = 1 + 4 * squares
    log_tail = dimension / 2 * math.log1p(-1 / (1 + variance))
    near = special.betainc((dimension - 1) / 2, 0.5, 0.75) / 2
    others = math.log(stored - 1)
    parts = (log_tail - math.log(2), -slack, math.log(near) if near > 0 else -math.inf)
    return min(1.0, sum(math.exp(others + part) for part in parts))


def zipf_error(exponent: float, stored: int, dimension: int) -> tuple[float, float]:
    """Return the error over Zipf's law, and how far it may be off: all crowding is put there.

    Parameters
    ----------
    exponent : float
        Above 1.
    stored, dimension : int
        At least 2; few enough inputs for the dimension that hardly one is misread.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0, at_most=64.0)
    stored = require_integer("stored", stored, 2, _LARGEST)
    slack = 60 + (1 + exponent) * math.log(stored)
    beyond = left_out(exponent, stored)
    return beyond, crowding_bound(stored, dimension, slack) + 64 * _EPS * beyond


def quadratic_size(exponent: float, dimension: int) -> int:
    """Return the integer part of ``d (d - 1) / (128 a (a + 1) log(d)^2)``, a the exponent.

    Parameters
    ----------
    exponent : float
        Above 1.
    dimension : int
        At least 2.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    dimension = require_integer("dimension", dimension, 2, _LARGEST)
    with mpmath.workdps(_DIGITS):
        power = mpmath.mpf(exponent)
        return int(
            mpmath.mpf(dimension)
            * (dimension - 1)
            / (128 * power * (power + 1) * mpmath.log(dimension) ** 2)
        )
