"""Where the second attention of the circuit with codes (j, j^2) gets sharp enough, by bisection."""

from __future__ import annotations

import math

from numerics.core.arguments import require_integer
from numerics.iteration_head.thresholds import second_attention, turning_point

__all__ = ["critical_sharpness"]


def critical_sharpness(inputs: int) -> float:
    """Return the second sharpness from which on key t has half of the weight for t = 1..L + 1.

    The first attention is on the end of input alone.

    Raises
    ------
    ValueError
        If ``inputs`` is below 1.
    """
    inputs = require_integer("inputs", inputs, 1)

    def all_right(sharpness: float) -> bool:
        steps = range(1, inputs + 2)
        return all(second_attention(inputs, t, math.inf, sharpness)[t] >= 0.5 for t in steps)

    return turning_point(all_right, 0.01, 50.0)
