"""Interference of tokens: what pushes what towards a wrong label at first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.arguments import require_array
from numerics.core.arguments import require_integer

__all__ = ["degraded_pairs", "pair_margin_rate"]

_Array = NDArray[np.float64]


def pair_margin_rate(
    inputs: ArrayLike, probabilities: ArrayLike, token: int, other: int
) -> tuple[float, float]:
    """Return how fast a token's margin over the label of another grows at ``W = 0``.

    The output embeddings are the unit vectors, and token number n has label n.

    Parameters
    ----------
    inputs : array, shape (N, d)
    probabilities : array, shape (N,)
    token, other : int
        From 0.

    Returns
    -------
    value, error : float
        Minus the slope of the loss in the direction of that margin, from values of the loss.

    Raises
    ------
    ValueError
        If shapes do not match or a token is out of range.
    """
    e = require_array("inputs", inputs, -1, -1)
    token = require_integer("token", token, 0, len(e) - 1)
    other = require_integer("other", other, 0, len(e) - 1)
    direction = np.zeros(e.shape)
    direction[token] += e[token]
    direction[other] -= e[token]
    start, outputs, labels = np.zeros(e.shape), np.eye(len(e)), np.arange(len(e))
    slope, error = memory.loss_slopes(start, e, outputs, probabilities, labels, direction)
    return -slope, error


def degraded_pairs(
    tokens: int, dimension: int, generator: np.random.Generator, count: int
) -> _Array:
    """Return shares of pairs of tokens of which one is pushed towards the other's label at first.

    Token n has probability proportional to 1/n and a random unit embedding; the output embeddings
    are orthonormal, and every token has a label of its own.

    Parameters
    ----------
    tokens, dimension : int
        At least 2.
    generator : numpy.random.Generator
    count : int
        How many independent sets of embeddings.

    Returns
    -------
    array of float64, shape (count,)

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    tokens = require_integer("tokens", tokens, 2)
    dimension = require_integer("dimension", dimension, 2)
    count = require_integer("count", count, 0)
    rows = generator.standard_normal((count, tokens, dimension))
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    frequency = 1 / np.arange(1, tokens + 1)
    # token x is pushed towards the label of z
    pushed = frequency[:, np.newaxis] < frequency * (rows @ rows.transpose(0, 2, 1))
    pushed &= ~np.eye(tokens, dtype=bool)
    return np.asarray(2 * pushed.sum(axis=(1, 2)) / (tokens * (tokens - 1)))
