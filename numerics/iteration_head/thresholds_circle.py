"""The circuit with positions on a circle: its weights, and its answers on all bit sequences."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.iteration_head.thresholds import softmax, turning_point

__all__ = ["alias_attention", "circle_sharpness", "longest_parity", "worst_margin"]

Array = NDArray[np.float64]

_TOLD = 1e-9  # a margin below this is a tie, which rounding would decide
_MOST_BITS = 12
_PREFIX, _END, _STOP = 2, 3, 4  # tokens after the bits 0 and 1


def _circle(positions: Array, period: int) -> Array:
    angles = 2 * math.pi * np.remainder(positions, period) / period
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _require(inputs: int, step: int, period: int) -> tuple[int, int, int]:
    inputs = require_integer("inputs", inputs, 0)
    step = require_integer("step", step, 1, inputs + 1)
    return inputs, step, require_integer("period", period, 2)


def alias_attention(inputs: int, step: int, period: int, sharpness: float = 1e6) -> Array:
    """Return the second layer's weights on the keys 0..inputs + step, the end having been found.

    Parameters
    ----------
    inputs, step : int
        L and t, from 1 to L + 1; the query is at L + t.
    period : int
        Number of different codes, at least 2.
    sharpness : float
        At least 0; by default so large that keys of other codes get nothing, for periods of up to
        some hundreds.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs, step, period = _require(inputs, step, period)
    if not 0 <= sharpness < math.inf:
        raise ValueError(f"sharpness is {sharpness}; it must be a number from 0 on")
    codes = _circle(np.arange(inputs + step + 1.0), period)
    query, end = codes[inputs + step], codes[inputs + 1]
    # turn the query's code back by that of the end of input, and on by one position
    turn = _circle(np.array([1.0]), period)[0]
    target = _times(_times(query, end * np.array([1.0, -1.0])), turn)
    scores = np.round(codes @ target, 12)  # keys of the same code score alike
    return softmax(sharpness * scores)


def _times(one: Array, other: Array) -> Array:
    """The product of two points of the plane as complex numbers."""
    return np.array([one[0] * other[0] - one[1] * other[1], one[0] * other[1] + one[1] * other[0]])


def worst_margin(inputs: int, period: int) -> float:
    """Return the least lead of the right answer, over all bit sequences of a length and all steps.

    The tokens are 0, 1 for bits and states alike, and others for the prefix and the two ends. A
    gate for each pair of the query's token and a fetched token adds the fetched weight to the
    answer: the sum mod 2 of two bits, the bit itself if the query is the end of input, the stop if
    the end of input is fetched.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs = require_integer("inputs", inputs, 0, _MOST_BITS)
    require_integer("period", period, 2)
    bits = np.array(list(itertools.product((0, 1), repeat=inputs)), dtype=np.int64)
    bits = bits.reshape(2**inputs, inputs)
    states = np.cumsum(bits, axis=1) % 2
    count = len(bits)
    whole = [np.full((count, 1), _PREFIX), bits, np.full((count, 1), _END), states]
    tokens = np.concatenate(whole, axis=1)
    answers = np.concatenate([states, np.full((count, 1), _STOP)], axis=1)
    rows, least = np.arange(count), math.inf
    for step in range(1, inputs + 2):
        weights = alias_attention(inputs, step, period)
        seen = tokens[:, : inputs + step + 1]
        fetched = {y: ((seen == y) * weights).sum(axis=1) for y in (0, 1, _END)}
        own = tokens[:, inputs + step]
        logits = np.zeros((count, 5))
        for a, y in itertools.product((0, 1, _END), (0, 1, _END)):
            gate = np.maximum((own == a) + fetched[y] - 1.0, 0.0)
            logits[:, _STOP if y == _END else y if a == _END else (a + y) % 2] += gate
        right = answers[:, step - 1]
        value = logits[rows, right].copy()
        logits[rows, right] = -math.inf
        least = min(least, float(np.min(value - logits.max(axis=1))))
    return least


def longest_parity(period: int) -> int:
    """Return the largest n such that every sequence of at most n bits is answered correctly.

    Raises
    ------
    ValueError
        If the period is below 2, or all lengths that can be gone through are answered.
    """
    for inputs in range(_MOST_BITS + 1):
        if worst_margin(inputs, period) < _TOLD:
            return inputs - 1
    raise ValueError(f"with the period {period} all lengths up to {_MOST_BITS} are answered")


def circle_sharpness(points: int) -> float:
    """Return the sharpness at which one key of a full circle has half of the weight.

    Raises
    ------
    ValueError
        If there are fewer than 3 points.
    """
    points = require_integer("points", points, 3)
    codes = _circle(np.arange(float(points)), points)
    # scores against that of the right key, by distances of unit vectors: nothing cancels
    gaps = -np.sum(np.square(codes - codes[0]), axis=1) / 2
    return turning_point(lambda b: softmax(b * gaps)[0] >= 0.5, 0.0, float(points) ** 2)
