"""Numbers from the formulas of the theory."""

from __future__ import annotations

from theory import enclose


def value(expression, point):
    """The middle of the ball of a formula at a point."""
    return float(enclose(expression, point).mid())
