"""Simulated memories in which every stored input is its own class, outputs being random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.assoc_scaling.analytic_sums import power_sum
from numerics.assoc_scaling.crosstalk import errors_with_random_outputs
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = ["left_out", "misread", "zipf_errors"]


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
