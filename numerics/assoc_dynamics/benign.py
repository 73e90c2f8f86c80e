"""Gradient descent from 0 on data that some memory answers rightly: the best memory, the errors."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from numerics.assoc_dynamics import particles
from numerics.assoc_dynamics.large_steps import pair_margins, require_embeddings

__all__ = ["MaxMargin", "max_margin", "mistakes", "pair_vectors", "run"]

_Array = NDArray[np.float64]
_SUPPORT = 1e-9  # of the largest weight: what counts as a support vector
_ROUNDING = 1e-15


def pair_vectors(inputs: ArrayLike, outputs: ArrayLike, labels: ArrayLike) -> _Array:
    """Return the vectors of all pairs, flattened: tokens in order, then wrong labels in order.

    Parameters
    ----------
    inputs, outputs, labels
        As for `max_margin`.

    Returns
    -------
    array of float64, shape (N (M - 1), d' d)

    Raises
    ------
    ValueError
        As for `max_margin`.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    vectors = np.einsum("xya,xb->xyab", u[f][:, np.newaxis] - u, e)
    rivals = np.arange(len(u)) != f[:, np.newaxis]
    return np.asarray(vectors[rivals].reshape(-1, u.shape[1] * e.shape[1]))


def run(
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    labels: ArrayLike,
    step: float,
    steps: int,
    every: int = 1,
) -> _Array:
    """Return the tables of scores along gradient descent from ``W = 0``.

    Parameters
    ----------
    inputs, outputs, labels
        As for `max_margin`.
    probabilities : array, shape (N,)
    step : float
        Step size, at least 0.
    steps, every : int
        How many steps, and which are kept.

    Returns
    -------
    array of float64, shape (1 + steps // every, M, N)

    Raises
    ------
    ValueError
        If shapes do not match or an argument is out of range.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    start = np.zeros((len(u), len(e)))
    return particles.descend_scores(start, e @ e.T, u @ u.T, probabilities, f, step, steps, every)


def mistakes(scores: ArrayLike, labels: ArrayLike) -> NDArray[np.bool_]:
    """Return whether a table of scores has a token whose right label is not strictly best.

    Parameters
    ----------
    scores : array, shape (..., M, N)
    labels : array of N integers

    Returns
    -------
    array of bool, shape (...)

    Raises
    ------
    ValueError
        If shapes do not match or a label is out of range.
    """
    return np.asarray((pair_margins(scores, labels) <= 0).any(axis=(-1, -2)))


@dataclass(frozen=True, eq=False)
class MaxMargin:
    """The largest margin of a memory of norm 1.

    Attributes
    ----------
    low, high : float
        Between them it lies.
    memory : array, shape (d', d)
        A memory of norm 1 with all margins at least ``low``, to rounding.
    """

    low: float
    high: float
    memory: _Array


def max_margin(inputs: ArrayLike, outputs: ArrayLike, labels: ArrayLike) -> MaxMargin:
    """Return the largest margin of a memory of norm 1.

    Parameters
    ----------
    inputs : array, shape (N, d)
        Rows ``e_x``.
    outputs : array, shape (M, d')
        Rows ``u_y``.
    labels : array of N integers
        From 0 to M - 1.

    Returns
    -------
    MaxMargin
        By duality the largest margin is the least norm of a convex combination of the pair
        vectors. Nonnegative least squares finds the combination; its norm bounds the margin from
        above, and the margin of the combination itself, as a memory, from below. Both are
        evaluated in rational arithmetic and rounded outwards.

    Raises
    ------
    ValueError
        If shapes do not match, there is no wrong label, or no memory that is right on all tokens
        is found.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    vectors = pair_vectors(e, u, f)
    if not len(vectors):
        raise ValueError("there must be at least two labels")
    scale = float(np.abs(vectors).max()) or 1.0
    system = np.vstack([vectors.T / scale, np.ones(len(vectors))])
    target = np.zeros(len(system))
    target[-1] = 1.0
    weights, _ = nnls(system, target, maxiter=100 * len(vectors))
    weights = _polished(vectors / scale, weights)
    shares = [Fraction(float(weight)) for weight in weights]
    total = sum(shares)
    exact = [[Fraction(float(entry)) for entry in row] for row in vectors]
    combined = [
        sum(share * row[a] for share, row in zip(shares, exact, strict=True)) / total
        for a in range(vectors.shape[1])
    ]
    square = sum(entry * entry for entry in combined)
    least = min(sum(a * b for a, b in zip(row, combined, strict=True)) for row in exact)
    if least <= 0 or not square:
        raise ValueError("no memory that is right on all tokens was found")
    high = float(square) ** 0.5
    memory = np.array([float(entry) for entry in combined]).reshape(u.shape[1], e.shape[1])
    return MaxMargin(float(least) / high * (1 - _ROUNDING), high * (1 + _ROUNDING), memory / high)


def _polished(vectors: _Array, weights: _Array) -> _Array:
    """Equal margins on the support, where that system can be solved and keeps the signs."""
    support = weights > _SUPPORT * weights.max()
    active = vectors[support]
    gram = active @ active.T
    solution, *_ = np.linalg.lstsq(gram, np.ones(len(gram)), rcond=None)
    if (solution <= 0).any():
        return weights
    polished = np.zeros(len(weights))
    polished[support] = solution
    return polished
