"""The number of stored inputs that was proposed for graded weights: a root of the dimension."""

from __future__ import annotations

from fractions import Fraction

import mpmath

from numerics.core.arguments import require_integer, require_real

__all__ = ["root_size"]

_LARGEST = 2**1000
_DIGITS = 700  # twice as many as the largest size has


def root_size(degree: float, dimension: int) -> int:
    """Return the largest integer P, at least 1, with ``P**degree <= dimension``.

    Parameters
    ----------
    degree : float
        At least 1 and at most ``1000``.
    dimension : int
        At least 1 and at most ``2**1000``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exact = Fraction(require_real("degree", degree, at_least=1.0, at_most=1000.0))
    dimension = require_integer("dimension", dimension, 1, _LARGEST)
    with mpmath.workdps(_DIGITS):
        root = mpmath.power(dimension, mpmath.mpf(exact.denominator) / exact.numerator)
        nearest = max(1, int(mpmath.nint(root)))
        # so near an integer it is one, whatever the rounding says
        whole = abs(nearest - root) < mpmath.mpf(10) ** (-_DIGITS // 2)
        return nearest if whole else max(1, int(root))
