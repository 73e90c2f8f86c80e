"""One gradient step on a memory W: the cross-entropy loss, its slope, and the step.

Tokens, labels and entries of matrices count from 0. The logit of label ``y`` for token ``x`` is
``u_y^T W e_x``. The slope of the loss is taken from values of the loss alone; the step uses the
residual (one-hot label minus softmax) as every implementation does. Neither knows of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real

__all__ = [
    "disagreement",
    "logits",
    "loss_slope",
    "step_logits",
    "step_memory",
]

_DIGITS = 60
_DIFFERENCE = 20  # the difference quotient is over 2 * 10^-20


def loss_slope(
    memory: ArrayLike,
    output_embeddings: ArrayLike,
    input_embedding: ArrayLike,
    label: int,
    row: int,
    column: int,
) -> tuple[float, float]:
    """Return the slope of the cross-entropy loss of one sample along one entry of ``W``.

    Parameters
    ----------
    memory : array, shape (d, d)
        ``W``.
    output_embeddings : array, shape (M, d)
        ``u_y`` as rows.
    input_embedding : array, shape (d,)
        ``e_x``.
    label : int
        The right label, at least 0 and below M.
    row, column : int
        The entry of ``W``, each at least 0 and below d.

    Returns
    -------
    value, error : float
        A central difference of the loss at 60 digits. Along a line the third derivative of
        log-sum-exp is a third cumulant of a bounded variable, at most the cube of its range, which
        bounds the truncation; the rest of the error is rounding.

    Raises
    ------
    ValueError
        If shapes do not match or an index is out of range.
    """
    import mpmath

    w, u, e = _require_logits(memory, output_embeddings, np.atleast_2d(input_embedding))
    y = require_integer("label", label, 0, len(u) - 1)
    i = require_integer("row", row, 0, len(w) - 1)
    j = require_integer("column", column, 0, w.shape[1] - 1)
    with mpmath.workdps(_DIGITS):
        exact = [
            mpmath.fsum(
                mpmath.mpf(float(u[z, a])) * mpmath.mpf(float(w[a, b])) * mpmath.mpf(float(e[0, b]))
                for a in range(len(w))
                for b in range(w.shape[1])
            )
            for z in range(len(u))
        ]
        along = [mpmath.mpf(float(u[z, i])) * mpmath.mpf(float(e[0, j])) for z in range(len(u))]
        h = mpmath.mpf(10) ** -_DIFFERENCE

        def loss(shift: Any) -> Any:
            moved = [s + shift * v for s, v in zip(exact, along, strict=True)]
            return mpmath.log(mpmath.fsum(mpmath.exp(s) for s in moved)) - moved[y]

        value = (loss(h) - loss(-h)) / (2 * h)
        spread = max(along) - min(along)
        rounding = (1 + max(abs(s) for s in exact)) * mpmath.mpf(10) ** (_DIFFERENCE - _DIGITS + 5)
        error = h**2 * spread**3 / 6 + rounding
        result = float(value)
        return result, float(error + abs(value - mpmath.mpf(result)))


def logits(
    memory: ArrayLike, input_embeddings: ArrayLike, output_embeddings: ArrayLike
) -> NDArray[np.float64]:
    """Return ``u_y^T W e_x`` of all tokens and labels.

    Parameters
    ----------
    memory : array, shape (d, d)
        ``W``.
    input_embeddings : array, shape (N, d)
        ``e_x`` as rows.
    output_embeddings : array, shape (M, d)
        ``u_y`` as rows.

    Returns
    -------
    array of float64, shape (N, M)
        Row ``x``, column ``y``.

    Raises
    ------
    ValueError
        If shapes do not match.
    """
    w, u, e = _require_logits(memory, output_embeddings, input_embeddings)
    return np.asarray((e @ w.T) @ u.T)


def step_memory(
    memory: ArrayLike,
    input_embeddings: ArrayLike,
    output_embeddings: ArrayLike,
    labels: ArrayLike,
    batch: ArrayLike,
    step: float,
) -> NDArray[np.float64]:
    """Return ``W`` after one gradient step on a batch.

    Parameters
    ----------
    memory : array, shape (d, d)
        ``W``.
    input_embeddings, output_embeddings : arrays, shapes (N, d) and (M, d)
        Rows ``e_x`` and ``u_y``.
    labels : array of int, shape (N,)
        Right label of each token.
    batch : array, shape (N,)
        Share of each token in the batch, nonnegative.
    step : float
        Step size.

    Returns
    -------
    array of float64, shape (d, d)
        The loss is the cross-entropy of the logits, averaged with the shares as weights.

    Raises
    ------
    ValueError
        If shapes do not match, a share is negative or a label out of range.
    """
    w, u, e = _require_logits(memory, output_embeddings, input_embeddings)
    pull = _residual((e @ w.T) @ u.T, labels, batch)
    return np.asarray(w + require_real("step", step) * (u.T @ pull.T @ e))


def step_logits(
    scores: ArrayLike,
    input_gram: ArrayLike,
    output_gram: ArrayLike,
    labels: ArrayLike,
    batch: ArrayLike,
    step: float,
) -> NDArray[np.float64]:
    """Return the table of logits after one gradient step on ``W``, without ``W``.

    Parameters
    ----------
    scores : array, shape (N, M)
        Logits before the step.
    input_gram, output_gram : arrays, shapes (N, N) and (M, M)
        Inner products of the input and of the output embeddings.
    labels, batch, step
        As for `step_memory`.

    Returns
    -------
    array of float64, shape (N, M)

    Raises
    ------
    ValueError
        If shapes do not match, a share is negative or a label out of range.
    """
    s, g, h = (np.asarray(a, dtype=np.float64) for a in (scores, input_gram, output_gram))
    if s.ndim != 2 or g.shape != (len(s), len(s)) or h.shape != (s.shape[1], s.shape[1]):
        raise ValueError(
            f"scores, input and output Gram matrix have shapes {s.shape}, {g.shape}, {h.shape}; "
            "they must be (N, M), (N, N), (M, M)"
        )
    return np.asarray(s + require_real("step", step) * (g @ _residual(s, labels, batch) @ h))


def disagreement(first: ArrayLike, second: ArrayLike, shares: ArrayLike | None = None) -> float:
    """Return the share of tokens on which two tables of logits have different first maxima.

    Parameters
    ----------
    first, second : arrays, shape (N, M)
        Logits.
    shares : array, shape (N,), optional
        Weights of the tokens, of sum 1; equal ones by default.

    Raises
    ------
    ValueError
        If shapes do not match.
    """
    one, two = np.asarray(first), np.asarray(second)
    if one.ndim != 2 or one.shape != two.shape:
        raise ValueError(f"the tables of logits have shapes {one.shape} and {two.shape}")
    differ = one.argmax(axis=1) != two.argmax(axis=1)
    return float(np.average(differ, weights=None if shares is None else np.asarray(shares)))


def _residual(
    scores: NDArray[np.float64], labels: ArrayLike, batch: ArrayLike
) -> NDArray[np.float64]:
    """Rows: share of the token times (one-hot label minus softmax)."""
    f, shares = np.asarray(labels), np.asarray(batch, dtype=np.float64)
    size, classes = scores.shape
    if f.shape != (size,) or shares.shape != (size,):
        raise ValueError(f"labels and batch must have {size} entries, one for each token")
    if not np.issubdtype(f.dtype, np.integer) or f.min() < 0 or f.max() >= classes:
        raise ValueError(f"labels must be integers from 0 to {classes - 1}")
    if not np.isfinite(shares).all() or (shares < 0).any():
        raise ValueError("the shares of a batch must be nonnegative finite numbers")
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    residual = -weights / weights.sum(axis=1, keepdims=True)
    residual[np.arange(size), f] += 1.0
    return np.asarray(shares[:, np.newaxis] * residual)


def _require_logits(
    memory: ArrayLike, output_embeddings: ArrayLike, input_embeddings: ArrayLike
) -> Sequence[NDArray[np.float64]]:
    w, u, e = (
        np.asarray(a, dtype=np.float64) for a in (memory, output_embeddings, input_embeddings)
    )
    if w.ndim != 2 or u.ndim != 2 or e.ndim != 2 or w.shape != (u.shape[1], e.shape[1]):
        raise ValueError(
            f"memory, output and input embeddings have shapes {w.shape}, {u.shape}, {e.shape}; "
            "they must be (d, d), (M, d), (N, d)"
        )
    return w, u, e
