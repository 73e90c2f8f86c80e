"""Single steps of gradient descent on ``W`` with two labels, and counts of loss increases."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.arguments import require_array, require_weights
from numerics.core.arguments import require_integer, require_real

__all__ = ["loss_rises", "memory_with_margins", "step_in_memory"]

_Array = NDArray[np.float64]


def step_in_memory(
    gram: ArrayLike,
    probabilities: ArrayLike,
    c: float,
    step: float,
    margins: ArrayLike,
    labels: ArrayLike | None = None,
) -> tuple[_Array, float, float]:
    """Carry out one step of gradient descent on ``W`` with two labels.

    Parameters
    ----------
    gram : array, shape (N, N)
        Inner products of the signed embeddings, positive definite.
    probabilities : array, shape (N,)
    c : float
        Squared distance of the two output embeddings.
    step : float
    margins : array, shape (N,)
        Before the step.
    labels : N integers, optional
        0 or 1; alternating by default.

    Returns
    -------
    margins, before, after : array, float, float
        The margins after the step, and the loss before and after it.

    Raises
    ------
    ValueError
        If shapes do not match, or the matrix is not positive definite.
    """
    start, inputs, outputs, p, y = memory_with_margins(gram, probabilities, c, margins, labels)
    end = memory.descend(start, inputs, outputs, p, y, step, 1)[-1]
    before, after = (memory.loss(w, inputs, outputs, p, y) for w in (start, end))
    signed = inputs * (1 - 2 * y[:, np.newaxis])
    return signed @ end.T @ (outputs[0] - outputs[1]), before, after


def memory_with_margins(
    gram: ArrayLike,
    probabilities: ArrayLike,
    c: float,
    margins: ArrayLike,
    labels: ArrayLike | None = None,
) -> tuple[_Array, _Array, _Array, _Array, NDArray[np.int64]]:
    """Return a memory ``W`` that gives each token this margin, with all that belongs to it.

    Parameters
    ----------
    gram, probabilities, c, margins, labels
        As for `step_in_memory`.

    Returns
    -------
    memory, inputs, outputs, probabilities, labels : arrays
        As `numerics.assoc_dynamics.memory` takes them.

    Raises
    ------
    ValueError
        As for `step_in_memory`.
    """
    m = require_array("margins", margins, -1)
    k = require_array("gram", gram, len(m), len(m))
    p = require_weights(probabilities, len(m))
    c = require_real("c", c, above=0.0)
    y = np.arange(len(m)) % 2 if labels is None else np.array(labels, dtype=np.int64)
    if y.shape != m.shape or not set(y.tolist()) <= {0, 1}:
        raise ValueError("labels must be as many as margins, each 0 or 1")
    try:
        signed = np.linalg.cholesky(k)
    except np.linalg.LinAlgError:
        raise ValueError("gram must be positive definite") from None
    outputs = np.sqrt(c / 2) * np.eye(2)
    start = np.outer(outputs[0] - outputs[1], np.linalg.solve(signed, m)) / c
    inputs: _Array = np.asarray(signed * (1 - 2 * y[:, np.newaxis]), dtype=np.float64)
    return start, inputs, outputs, p, y


def loss_rises(
    gram: ArrayLike,
    probabilities: ArrayLike,
    c: float,
    step: float,
    steps: int,
    digits: int = 60,
) -> int:
    """Return how many steps of gradient descent from margins 0 raise the loss.

    Parameters
    ----------
    gram : array, shape (N, N)
        Inner products of the signed embeddings.
    probabilities : array, shape (N,)
    c, step : float
    steps : int
    digits : int
        Of the arithmetic: rounding errors may grow by many orders of magnitude.

    Raises
    ------
    ValueError
        If shapes do not match, or a number is out of range.
    """
    p = require_weights(probabilities, -1)
    k = require_array("gram", gram, len(p), len(p))
    c, step = require_real("c", c, above=0.0), require_real("step", step, at_least=0.0)
    steps, digits = require_integer("steps", steps, 0), require_integer("digits", digits, 15)
    tokens = range(len(p))
    with mpmath.workdps(digits):
        push = [[mpmath.mpf(step) * c * k[x, z] * p[z] for z in tokens] for x in tokens]
        m: list[Any] = [mpmath.mpf(0) for _ in tokens]
        losses = []
        for _ in range(steps + 1):
            losses.append(mpmath.fsum(p[x] * mpmath.log1p(mpmath.exp(-m[x])) for x in tokens))
            wrong = [1 / (1 + mpmath.exp(value)) for value in m]
            m = [m[x] + mpmath.fdot(push[x], wrong) for x in tokens]
        return sum(after > before for before, after in pairwise(losses))
