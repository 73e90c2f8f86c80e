"""One gradient step of any size: losses before and after, errors, and when it raises the loss.

All tokens have one label each. A pair is a token with a wrong label; its vector is the outer
product of the difference of two output embeddings and the input embedding.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb, ctx
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import memory as memories
from numerics.assoc_dynamics.arguments import require_array, require_targets, require_weights
from numerics.core.arguments import require_real

__all__ = [
    "OneStep",
    "critical_level",
    "error_mass",
    "one_step",
    "pair_margins",
    "radius",
    "require_embeddings",
]

_Array = NDArray[np.float64]
_BITS = 400
_TILT = Fraction(1, 2**60)


def radius(inputs: ArrayLike, outputs: ArrayLike, labels: ArrayLike) -> float:
    """Return the largest length of a pair vector, ``max |e_x| |u_{f(x)} - u_y|``.

    Parameters
    ----------
    inputs : array, shape (N, d)
        Rows ``e_x``.
    outputs : array, shape (M, d')
        Rows ``u_y``.
    labels : array of N integers
        From 0 to M - 1.

    Raises
    ------
    ValueError
        If shapes do not match or a label is out of range.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    gaps = np.linalg.norm(u[f][:, np.newaxis] - u, axis=-1).max(axis=1)
    return float((np.linalg.norm(e, axis=1) * gaps).max())


def pair_margins(scores: ArrayLike, labels: ArrayLike) -> _Array:
    """Return by how much the score of the right label exceeds those of the wrong ones.

    Parameters
    ----------
    scores : array, shape (..., M, N)
    labels : array of N integers

    Returns
    -------
    array of float64, shape (..., N, M - 1)

    Raises
    ------
    ValueError
        If shapes do not match or a label is out of range.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim < 2 or not np.isfinite(table).all():
        raise ValueError(
            "scores must be finite, with a row for each label, a column for each token"
        )
    classes, size = table.shape[-2:]
    f = require_targets(labels, classes, size).argmax(axis=0)
    right = np.take_along_axis(table, np.broadcast_to(f, (*table.shape[:-2], 1, size)), axis=-2)
    gaps = np.swapaxes(right - table, -1, -2)
    rivals = np.arange(classes) != f[:, np.newaxis]
    return np.asarray(gaps[..., rivals].reshape(*table.shape[:-2], size, classes - 1))


def error_mass(scores: ArrayLike, probabilities: ArrayLike, labels: ArrayLike) -> _Array:
    """Return the mean probability of the wrong labels, ``sum_x p(x) (1 - P(f(x)|x))``.

    Parameters
    ----------
    scores : array, shape (..., M, N)
    probabilities : array, shape (N,)
    labels : array of N integers

    Returns
    -------
    array of float64, shape (...)
        Accurate relatively, also where it is tiny.

    Raises
    ------
    ValueError
        If shapes do not match or a label is out of range.
    """
    margins = pair_margins(scores, labels)
    p = require_weights(probabilities, margins.shape[-2])
    if not margins.shape[-1]:
        return np.zeros(margins.shape[:-2])
    smallest = np.minimum(margins.min(axis=-1), 0.0)
    wrong = np.exp(smallest[..., np.newaxis] - margins).sum(axis=-1)
    return np.asarray((p * wrong / (np.exp(smallest) + wrong)).sum(axis=-1))


@dataclass(frozen=True)
class OneStep:
    """What a gradient step does to a memory.

    Attributes
    ----------
    loss, next_loss : float
        Before and after.
    error : float
        Mean probability of the wrong labels before.
    gradient_square : float
        Squared Frobenius norm of the gradient.
    change : array, shape (d', d)
        The memory after minus the memory before.
    """

    loss: float
    next_loss: float
    error: float
    gradient_square: float
    change: _Array


def one_step(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    labels: ArrayLike,
    step: float | None = None,
    level: float | None = None,
) -> OneStep:
    """Make one gradient step.

    Parameters
    ----------
    memory : array, shape (d', d)
    inputs, outputs, labels
        As for `radius`.
    probabilities : array, shape (N,)
    step : float, optional
        Step size, at least 0.
    level : float, optional
        Instead of the step size: step size times squared radius times loss, at least 0.

    Raises
    ------
    ValueError
        If shapes do not match, an argument is out of range, or not one of ``step`` and ``level``
        is given.
    """
    if (step is None) is (level is None):
        raise ValueError("one of step and level must be given")
    problem = (inputs, outputs, probabilities, labels)
    before = memories.loss(memory, *problem)
    if step is None:
        chosen = require_real("level", level, at_least=0.0)
        step = chosen / (radius(inputs, outputs, labels) ** 2 * before)
    slope = memories.gradient(memory, *problem)
    _, after = memories.descend(memory, *problem, step, 1)
    table = memories.scores(memory, inputs, outputs)
    return OneStep(
        before,
        memories.loss(after, *problem),
        float(error_mass(table, probabilities, labels)),
        float((slope**2).sum()),
        -step * slope,
    )


def critical_level(margin: float) -> tuple[float, float]:
    """Return the least step size times squared radius times loss at which one step raises the loss.

    Two tokens of probability 1/2 have the same unit input embedding and different labels with
    orthonormal embeddings, and margins that differ from ``margin`` by a tiny tilt up and down;
    along such steps their sum rests. The squared radius is 2.

    Parameters
    ----------
    margin : float
        Above 0.

    Returns
    -------
    value, error : float
        By bisection in ball arithmetic; the error includes what the tilt of 2^-60 changes.

    Raises
    ------
    ValueError
        If the margin is not above 0, or so large that the digits do not suffice.
    """
    level = require_real("margin", margin, above=0.0)
    if level > 60:
        raise ValueError(f"margin is {margin!r}; it must be at most 60")
    before_bits, ctx.prec = ctx.prec, _BITS
    try:
        start, tilt = arb(level), arb(_TILT.numerator) / arb(_TILT.denominator)

        def loss(shift: arb) -> arb:
            return ((-start - shift).exp().log1p() + (-start + shift).exp().log1p()) / 2

        push = (1 / (1 + (start + tilt).exp()) - 1 / (1 + (start - tilt).exp())) / 2

        def rises(step: arb) -> bool:
            change = loss(tilt + 2 * step * push) - loss(tilt)
            if change > 0:
                return True
            if change <= 0:
                return False
            raise ValueError("the digits do not suffice")

        low, high = arb(0), arb(1)
        while not rises(high):
            low, high = high, 2 * high
        for _ in range(70):
            middle = ((low + high) / 2).mid()
            low, high = (low, middle) if rises(middle) else (middle, high)
        value = 2 * high * loss(tilt)
        result = float(value.mid())
        return result, result * 1e-14
    finally:
        ctx.prec = before_bits


def require_embeddings(
    inputs: ArrayLike, outputs: ArrayLike, labels: ArrayLike
) -> tuple[_Array, _Array, NDArray[np.int64]]:
    """Return the embeddings and the label of each token, or raise ValueError.

    Parameters
    ----------
    inputs, outputs, labels
        As for `radius`.

    Raises
    ------
    ValueError
        If there is no token or label, shapes do not match, or a label is out of range.
    """
    e = require_array("inputs", inputs, -1, -1)
    u = require_array("outputs", outputs, -1, -1)
    if not len(e) or not len(u):
        raise ValueError("there must be at least one token and one label")
    f = np.asarray(labels)
    if f.ndim != 1 or not np.issubdtype(f.dtype, np.integer):
        raise ValueError(f"labels must be {len(e)} labels from 0 to {len(u) - 1}")
    require_targets(f, len(u), len(e))
    return e, u, f.astype(np.int64)
