"""Scores of attention maps, as the detection of iteration heads computes them.

Positions count from 0: a task symbol, the inputs at 1, ..., L, the end of input at L + 1, the
states at L + 2, ..., 2 L + 1, and padding.
"""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real

__all__ = [
    "LayerScores",
    "causal_attention",
    "end_of_input_head",
    "invariance",
    "layer_scores",
    "least_invariance",
    "peakiness",
]


class LayerScores(NamedTuple):
    """Mean weight and share of weights above one half, of the first and of the second layer."""

    first: float
    first_threshold: float
    second: float
    second_threshold: float


def causal_attention(scores: ArrayLike) -> NDArray[np.float64]:
    """Return the softmax of scores over the keys up to each query.

    Parameters
    ----------
    scores : array, shape (..., size, size)
        Scores of queries (rows) and keys (columns); finite.

    Raises
    ------
    ValueError
        If the last two axes are not equal and positive, or a score is not finite.
    """
    logits = np.asarray(scores, dtype=np.float64)
    if logits.ndim < 2 or logits.shape[-1] != logits.shape[-2] or logits.shape[-1] == 0:
        raise ValueError(f"scores has shape {logits.shape}; it must end in two equal sizes")
    if not np.isfinite(logits).all():
        raise ValueError("scores holds a number that is not finite")
    visible = np.tri(logits.shape[-1], dtype=bool)
    logits = np.where(visible, logits, -np.inf)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def end_of_input_head(length: int, beta: float) -> NDArray[np.float64]:
    """Return the attention map of a head that scores the end of input by ``beta``, others by 0.

    Parameters
    ----------
    length : int
        Number of inputs, at least 1.
    beta : float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    length = require_integer("length", length, 1, 4000)
    beta = require_real("beta", beta)
    scores = np.zeros((2 * length + 3, 2 * length + 3))
    scores[:, length + 1] = beta
    return causal_attention(scores)


def peakiness(weights: ArrayLike) -> tuple[float, float]:
    """Return the mean of weights and the share of those above one half.

    Raises
    ------
    ValueError
        If there are no weights, or one is not between 0 and 1.
    """
    scored = np.asarray(weights, dtype=np.float64)
    if scored.size == 0:
        raise ValueError("there are no weights")
    if not ((scored >= 0.0) & (scored <= 1.0 + 1e-12)).all():
        raise ValueError("weights must be between 0 and 1")
    return float(scored.mean()), float((scored > 0.5).mean())


def layer_scores(
    first: ArrayLike, second: ArrayLike, length: int, shift: int = 0, key_shift: int = 0
) -> LayerScores:
    """Return the scores of two layers' attention maps on sequences of one length.

    The first layer is scored at the queries ``length + 2, ..., 2 length + 1`` by their weight on
    the end of input, the second one at the queries ``length + t``, t = 1, ..., ``length``, by
    their weight on t.

    Parameters
    ----------
    first, second : arrays, shape (..., size, size)
        Attention maps; size at least ``2 length + 2``.
    length : int
        Number of inputs, at least 1.
    shift, key_shift : int
        Moves all the queries, or all the keys: for looking at other ranges.

    Raises
    ------
    ValueError
        If a map is too small.
    """
    length = require_integer("length", length, 1)
    shift = require_integer("shift", shift, -1, 1)
    key_shift = require_integer("key_shift", key_shift, -1, 1)
    maps = [np.asarray(layer, dtype=np.float64) for layer in (first, second)]
    for layer in maps:
        if layer.ndim < 2 or min(layer.shape[-2:]) < 2 * length + 2 + max(shift, 0):
            raise ValueError(f"an attention map has shape {layer.shape}, too small for {length}")
    steps = np.arange(1, length + 1)
    at_states = maps[0][..., length + 1 + steps + shift, length + 1 + key_shift]
    diagonal = maps[1][..., length + steps + shift, steps + key_shift]
    return LayerScores(*peakiness(at_states), *peakiness(diagonal))


def invariance(weights: ArrayLike) -> float:
    """Return one minus the mean, over places, of the standard deviation over sequences.

    Parameters
    ----------
    weights : array, shape (sequences, ...)
        Weights between 0 and 1. The standard deviation is the unbiased one, so that there are at
        least two sequences: one alone has none.

    Raises
    ------
    ValueError
        If there are fewer than two sequences or no places.
    """
    values = np.asarray(weights, dtype=np.float64)
    if values.ndim == 0 or values.shape[0] < 2 or values.size == 0:
        raise ValueError(f"weights has shape {values.shape}; it must have two sequences or more")
    return 1.0 - float(values.std(axis=0, ddof=1).mean())


def least_invariance(sequences: int, steps: int = 2) -> float:
    """Return the least invariance of weights that are multiples of ``1 / steps``, by trying all.

    Parameters
    ----------
    sequences : int
        At least 2.
    steps : int
        At least 1. An even number includes one half, where each weight is in doubt.

    Notes
    -----
    The sums of squared distances are compared in whole numbers.

    Raises
    ------
    ValueError
        If an argument is out of range or there are more than ten million lists to try.
    """
    sequences = require_integer("sequences", sequences, 2)
    steps = require_integer("steps", steps, 1)
    lists = math.comb(sequences + steps, steps)
    if lists > 10**7:
        raise ValueError(f"there are {lists} lists of weights, which is too many")
    largest = max(_scatter(weights) for weights in _lists(sequences, steps))
    return 1.0 - math.sqrt(largest / (sequences * (sequences - 1) * steps * steps))


def _lists(sequences: int, steps: int) -> Any:
    return combinations_with_replacement(range(steps + 1), sequences)


def _scatter(weights: tuple[int, ...]) -> int:
    """The number of weights times the sum of their squared distances from their mean."""
    total = sum(weights)
    return len(weights) * sum(weight * weight for weight in weights) - total * total
