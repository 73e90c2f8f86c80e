"""Attention weights of the circuit whose positions have one-hot codes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numerics.iteration_head.thresholds import end_attention, softmax

__all__ = ["onehot_attention"]

Array = NDArray[np.float64]


def onehot_attention(inputs: int, step: int, first: float, second: float) -> Array:
    """Return the second layer's weights on the keys 0..inputs + step.

    The first feed-forward layer subtracts with gates: relu(own_i + average_k - 1) is written to
    position i - k + 1.

    Parameters
    ----------
    inputs : int
        L, at least 0.
    step : int
        t, from 1 to L + 1; the query is at L + t.
    first, second : float
        Sharpnesses of the two layers; the second one is finite.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not math.isfinite(second):
        raise ValueError(f"second is {second}; it must be finite")
    weights = end_attention(inputs, step, first)
    keys = len(weights)
    codes = np.eye(keys)
    average = weights @ codes
    own = codes[inputs + step]
    gates = np.maximum(own[:, None] + average[None, :] - 1.0, 0.0)
    wanted = np.zeros(keys)
    for i in range(keys):
        for k in range(keys):
            if 0 <= i - k + 1 < keys:
                wanted[i - k + 1] += gates[i, k]
    return softmax(second * (codes @ wanted))
