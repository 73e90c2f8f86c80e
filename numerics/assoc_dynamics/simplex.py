"""Signed tokens with a given dependency, one more than dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from numerics.assoc_dynamics.underparameterised import Number

__all__ = ["require_positive", "simplex"]


def simplex(weights: Sequence[Number]) -> list[list[Number]]:
    """Return N signed tokens in dimension N - 1 whose only dependency has these weights.

    Parameters
    ----------
    weights : N positive numbers

    Returns
    -------
    list of N vectors
        The axes, each plus the one before it, and the vector that the dependency asks for.

    Raises
    ------
    ValueError
        If there are fewer than two weights or one is not positive.
    """
    c = require_positive("weights", weights)
    size = len(c) - 1
    rows: list[list[Number]] = [
        [Fraction(int(j == k) + int(j == k + 1)) for k in range(size)] for j in range(size)
    ]
    totals = [sum((c[j] * rows[j][k] for j in range(size)), Fraction(0)) for k in range(size)]
    return [*rows, [-total / c[-1] for total in totals]]


def require_positive(name: str, values: Sequence[Number]) -> list[Number]:
    """Return the values, whole numbers as fractions, or raise ValueError.

    Raises
    ------
    ValueError
        If there are fewer than two values or one is not positive.
    """
    listed = [Fraction(v) if isinstance(v, int) else v for v in values]
    if len(listed) < 2 or not all(value > 0 for value in listed):
        raise ValueError(f"{name} must be at least two positive numbers")
    return listed
