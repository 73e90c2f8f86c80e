"""Distributions as the simulators take them, and tables by which one uniform draws a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["alias_table", "probabilities"]


def probabilities(p: ArrayLike) -> NDArray[np.float64]:
    """Return the distribution as an array, or raise ValueError.

    Parameters
    ----------
    p : array_like of float
        Not negative, with sum 1 to rounding, and with a single largest entry.

    Raises
    ------
    ValueError
        If it is no such distribution.
    """
    law = np.array(p, dtype=np.float64)
    if law.ndim != 1 or not law.size or not np.isfinite(law).all() or (law < 0).any():
        raise ValueError("p must be a non-empty sequence of finite numbers that are not negative")
    if abs(law.sum() - 1) > 1e-12 * law.size:
        raise ValueError(f"p sums to {law.sum()!r}; it must sum to 1")
    if law.size > 1 and np.partition(law, -2)[-2] == law.max():
        raise ValueError("p has no unique mode: its two largest entries are equal")
    return law


def alias_table(p: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return thresholds and aliases by which one uniform draws a class (Walker 1977, Vose 1991).

    With ``k + f``, k an integer, the uniform times the number of classes, the class is k if f is
    below the threshold of k, else the alias of k.

    Parameters
    ----------
    p : array of float
        A distribution.
    """
    scaled = p * p.size / p.sum()
    threshold, alias = np.ones(p.size), np.arange(p.size)
    small = [k for k in range(p.size) if scaled[k] < 1]
    large = [k for k in range(p.size) if scaled[k] >= 1]
    while small and large:
        k, other = small.pop(), large[-1]
        threshold[k], alias[k] = scaled[k], other
        scaled[other] -= 1 - scaled[k]
        if scaled[other] < 1:
            small.append(large.pop())
    return threshold, alias
