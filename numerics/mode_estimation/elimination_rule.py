"""What the rule of elimination is given: the logarithm in its threshold, and a law of classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_real

__all__ = ["class_law", "rule_level"]


def rule_level(delta: float | Fraction, classes: int) -> float:
    """Return log(pi^2 m / delta), also for a delta that no double holds.

    Parameters
    ----------
    delta : float or Fraction
        In (0, 1).
    classes : int
        The number m of classes.

    Raises
    ------
    ValueError
        If delta is out of range.
    """
    if isinstance(delta, Fraction) and 0 < delta < 1:
        small = math.log(delta.numerator) - math.log(delta.denominator)
    else:
        value = require_real("delta", delta, above=0.0)
        if value >= 1.0:
            raise ValueError(f"delta is {delta!r}; it must be below 1")
        small = math.log(value)
    return math.log(math.pi**2 * classes) - small


def class_law(probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Return the probabilities of two or more classes as an array of sum 1.

    Parameters
    ----------
    probabilities : sequence of float
        Not negative, of sum 1 but for rounding.

    Raises
    ------
    ValueError
        If they are no such numbers.
    """
    law = np.array([float(p) for p in probabilities])
    if law.size < 2 or not np.all(law >= 0) or abs(law.sum() - 1.0) > 1e-9:
        raise ValueError("probabilities must be two or more non-negative numbers of sum 1")
    return law / law.sum()
