"""Training seen as interacting particles: the scores of all tokens and labels, without ``W``.

Under gradient descent the table ``S = U W E^T`` moves by ``eta B (Y - P(S)) D A``, with the Gram
matrices ``A`` of the inputs and ``B`` of the outputs, the softmax ``P(S)`` of each column, and
``D = diag(p)``. A step costs O(M N (M + N)), whatever the dimension of the embeddings is.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import (
    require_array,
    require_targets,
    require_times,
    require_weights,
)
from numerics.assoc_dynamics.stiff_flow import integrate
from numerics.core.arguments import require_integer, require_real

__all__ = ["descend_scores", "flow_scores", "loss"]

_Array = NDArray[np.float64]


def loss(scores: ArrayLike, probabilities: ArrayLike, targets: ArrayLike) -> _Array:
    """Return the cross-entropy of tables of scores.

    Parameters
    ----------
    scores : array, shape (..., M, N)
        Row: label, column: token.
    probabilities : array, shape (N,)
        ``p(x)``.
    targets : array, shape (M, N), or N integers
        ``p(y|x)``, or the label of each token.

    Returns
    -------
    array of float64, shape (...)
        Accurate relatively, also where it is tiny.

    Raises
    ------
    ValueError
        If shapes do not match, or the targets are no distributions.
    """
    tables = np.asarray(scores, dtype=np.float64)
    if tables.ndim < 2 or 0 in tables.shape[-2:] or not np.isfinite(tables).all():
        raise ValueError(
            "scores must be finite, with a row for each label, a column for each token"
        )
    p = require_weights(probabilities, tables.shape[-1])
    t = require_targets(targets, *tables.shape[-2:])
    best = tables.argmax(axis=-2)[..., np.newaxis, :]
    top = np.take_along_axis(tables, best, axis=-2)
    weights = np.exp(tables - top)
    np.put_along_axis(weights, best, 0.0, axis=-2)
    surprise = (top - tables) + np.log1p(weights.sum(axis=-2, keepdims=True))
    return np.asarray(((t * surprise).sum(axis=-2) * p).sum(axis=-1))


def descend_scores(
    scores: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
    step: float,
    steps: int,
    every: int = 1,
) -> _Array:
    """Return the scores along gradient descent on the whole batch.

    Parameters
    ----------
    scores : array, shape (M, N)
        At the start. Row: label, column: token.
    inputs : array, shape (N, N)
        ``A``, inner products of the input embeddings.
    outputs : array, shape (M, M)
        ``B``, inner products of the output embeddings.
    probabilities : array, shape (N,)
        ``p(x)``, nonnegative.
    targets : array, shape (M, N), or N integers
        ``p(y|x)``, or the label of each token.
    step : float
        Step size, at least 0.
    steps : int
        How many steps, at least 0.
    every : int
        The start and every so many steps are kept.

    Returns
    -------
    array of float64, shape (1 + steps // every, M, N)
        After 0, every, 2 every, ... steps.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    s, a, b, p, t = _require_particles(scores, inputs, outputs, probabilities, targets)
    eta = require_real("step", step, at_least=0.0)
    steps, every = require_integer("steps", steps, 0), require_integer("every", every, 1)
    path = np.empty((1 + steps // every, *s.T.shape))
    pull = np.ascontiguousarray(eta * p[:, np.newaxis] * a)
    _descend(np.ascontiguousarray(s.T), pull, b, np.ascontiguousarray(t.T), steps, every, path)
    return np.ascontiguousarray(path.swapaxes(1, 2))


def flow_scores(
    scores: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
    times: ArrayLike,
    tolerance: float = 1e-12,
) -> _Array:
    """Return the scores along the gradient flow ``dS/dt = B (Y - P(S)) D A``.

    Parameters
    ----------
    scores, inputs, outputs, probabilities, targets
        As for `descend_scores`.
    times : array, shape (T,)
        Nonnegative and in nondecreasing order; the start is at time 0.
    tolerance : float
        Bound on the estimated error of each step, relative to the larger of 1 and the score.

    Returns
    -------
    array of float64, shape (T, M, N)

    Raises
    ------
    ValueError
        If shapes do not match, an argument is out of range, or the tolerance is out of reach.
    """
    s, a, b, p, t = _require_particles(scores, inputs, outputs, probabilities, targets)
    moments = require_times(times)
    accuracy = require_real("tolerance", tolerance, at_least=1e-14, at_most=0.1)
    coupling = np.asarray(np.kron((p[:, np.newaxis] * a).T, b), dtype=np.float64)
    columns = np.ascontiguousarray(t.T).ravel()
    values = integrate(
        np.ascontiguousarray(s.T).ravel(), coupling, columns, len(b), moments, accuracy
    )
    return np.ascontiguousarray(values.reshape(len(moments), len(p), len(b)).swapaxes(1, 2))


@njit(cache=True)
def _missing(scores, target, r):  # type: ignore[no-untyped-def]
    """Write target minus softmax into ``r``, with relative accuracy also where it is tiny."""
    top = scores[0]
    for y in range(1, scores.size):
        top = max(top, scores[y])
    total = 0.0
    for y in range(scores.size):
        r[y] = np.exp(scores[y] - top)
        total += r[y]
    right = -1
    doubt = 0.0
    for y in range(scores.size):
        share = r[y] / total
        if target[y] == 1:
            right = y
        else:
            doubt += share
            r[y] = target[y] - share
    if right >= 0:  # one minus a share near one would lose its digits
        r[right] = doubt


@njit(cache=True)
def _descend(s, pull, b, targets, steps, every, path):  # type: ignore[no-untyped-def]
    """Rows of ``s`` and ``targets`` are tokens; ``pull[x, k]`` is ``eta p(x) A[x, k]``."""
    tokens, labels = s.shape
    r = np.empty((tokens, labels))
    moved = np.empty(labels)
    for x in range(tokens):
        for y in range(labels):
            path[0, x, y] = s[x, y]
    for k in range(1, steps + 1):
        for x in range(tokens):
            _missing(s[x], targets[x], r[x])
        for x in range(tokens):
            for y in range(labels):
                value = 0.0
                for z in range(labels):
                    value += b[y, z] * r[x, z]
                moved[y] = value
            for other in range(tokens):
                factor = pull[x, other]
                if factor != 0:
                    for y in range(labels):
                        s[other, y] += factor * moved[y]
        if k % every == 0:
            for x in range(tokens):
                for y in range(labels):
                    path[k // every, x, y] = s[x, y]


def _require_particles(
    scores: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
) -> tuple[_Array, _Array, _Array, _Array, _Array]:
    s = require_array("scores", scores, -1, -1)
    labels, tokens = s.shape
    if not labels or not tokens:
        raise ValueError("there must be at least one token and one label")
    a = require_array("inputs", inputs, tokens, tokens)
    b = require_array("outputs", outputs, labels, labels)
    p = require_weights(probabilities, tokens)
    return s, a, b, p, require_targets(targets, labels, tokens)
