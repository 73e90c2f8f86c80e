"""Attention weights of the circuit whose positions are coded as (j, j^2), and where they turn.

Positions: 0 is the prefix, 1..L the inputs, L + 1 the end of input, the chain follows. The weights
are softmaxes of scores, sharpnesses are found by bisection on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer

__all__ = [
    "aim",
    "end_attention",
    "lead",
    "least_sharpness",
    "needed_sharpness",
    "second_attention",
    "softmax",
    "turning_point",
]

Array = NDArray[np.float64]
_STEPS = 200


def softmax(scores: Array) -> Array:
    """Return the weights that attention gives to keys with these scores."""
    weights: Array = np.exp(scores - np.max(scores))
    return weights / math.fsum(weights)


def end_attention(inputs: int, step: int, sharpness: float) -> Array:
    """Return the first layer's weights on the keys 0..inputs + step.

    Parameters
    ----------
    inputs : int
        L, at least 0.
    step : int
        t, from 1 to L + 1; the query is at L + t.
    sharpness : float
        Score of the end of input; infinite for an attention on it alone.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs = require_integer("inputs", inputs, 0)
    step = require_integer("step", step, 1, inputs + 1)
    if math.isnan(sharpness) or sharpness == -math.inf:
        raise ValueError(f"sharpness is {sharpness}; it must be a number or inf")
    is_end = np.arange(inputs + step + 1) == inputs + 1
    if sharpness == math.inf:
        return is_end.astype(float)
    return softmax(np.where(is_end, sharpness, 0.0))


def aim(inputs: int, step: int, sharpness: float) -> float:
    """Return the position that the second layer looks for; arguments as for `end_attention`."""
    weights = end_attention(inputs, step, sharpness)
    retrieved = math.fsum(weights * np.arange(len(weights)))
    return inputs + step + 1 - retrieved


def _codes(positions: Array) -> Array:
    return np.stack([positions, positions**2], axis=1)


def _scores(target: float, positions: Array) -> Array:
    """Inner products of the codes with a query that is linear in the target."""
    scores: Array = _codes(positions) @ np.array([target, -0.5])
    return scores


def second_attention(inputs: int, step: int, first: float, second: float) -> Array:
    """Return the second layer's weights on the keys 0..inputs + step.

    Parameters
    ----------
    inputs, step : int
        As for `end_attention`.
    first, second : float
        Sharpnesses of the two layers; the second one is finite.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not math.isfinite(second):
        raise ValueError(f"second is {second}; it must be finite")
    target = aim(inputs, step, first)
    return softmax(second * _scores(target, np.arange(inputs + step + 1.0)))


def lead(inputs: int, step: int, distance: int, sharpness: float) -> float:
    """Return the second score of key t minus that of key t + distance, with second sharpness 1.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    distance = require_integer("distance", distance, -step, inputs)
    target = aim(inputs, step, sharpness)
    own, other = _scores(target, np.array([step, step + distance], dtype=float))
    return float(own - other)


def turning_point(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return where a property sets in that does not hold at ``low`` and holds at ``high``."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2


def needed_sharpness(inputs: int, step: int) -> float:
    """Return the first sharpness from which on key t scores above key t + 1.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs = require_integer("inputs", inputs, 1)
    return turning_point(lambda b: lead(inputs, step, 1, b) > 0, -50.0, 50.0)


def least_sharpness(inputs: int) -> float:
    """Return the first sharpness from which on key t has the largest weight for t = 1..L + 1.

    Raises
    ------
    ValueError
        If ``inputs`` is below 1.
    """
    inputs = require_integer("inputs", inputs, 1)

    def all_right(sharpness: float) -> bool:
        for step in range(1, inputs + 2):
            weights = second_attention(inputs, step, sharpness, 1.0)
            if np.argmax(weights) != step or np.sum(weights == weights[step]) > 1:
                return False
        return True

    return turning_point(all_right, -50.0, 50.0)
