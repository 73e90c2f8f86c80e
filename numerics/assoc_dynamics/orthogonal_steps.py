"""Gradient descent on problems with orthogonal inputs, and what single steps do.

Steps are those of ``W``. The exception is `descend_token`, for very many steps of a single token.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.arguments import require_array
from numerics.assoc_dynamics.orthogonal import (
    Problem,
    first_label,
    orthogonal_inputs,
    shifted_outputs,
)
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = [
    "crowded_labels",
    "descend_token",
    "margins_along_descent",
    "scores_after_step",
    "step_slope",
]

_Array = NDArray[np.float64]


def margins_along_descent(
    problem: Problem, step: float, steps: int, start: float = 0.0, token: int = 0
) -> _Array:
    """Return the margins of a token's first label after gradient steps on ``W``.

    Parameters
    ----------
    problem : Problem
    step : float
    steps : int
    start : float
        The token's score of its label at the start; all other scores are 0.
    token : int

    Returns
    -------
    array of float64, shape (M - 1,)
        Over the other labels, in their order.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes, size = len(problem.outputs), len(problem.inputs)
    token = require_integer("token", token, 0, size - 1)
    label = first_label(problem, token)
    scores = np.zeros((classes, size))
    scores[label, token] = require_real("start", start)
    last = scores_after_step(problem, scores, step, steps)[:, token]
    return np.asarray(last[label] - np.delete(last, label))


def scores_after_step(
    problem: Problem, scores: ArrayLike, step: float, steps: int = 1
) -> NDArray[np.float64]:
    """Return the scores after gradient steps on a ``W`` that has the given ones.

    Parameters
    ----------
    problem : Problem
        With linearly independent inputs and outputs.
    scores : array, shape (M, N)
    step : float
        At least 0.
    steps : int

    Returns
    -------
    array of float64, shape (M, N)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes, size = len(problem.outputs), len(problem.inputs)
    table = require_array("scores", scores, classes, size)
    w = np.linalg.pinv(problem.outputs) @ table @ np.linalg.pinv(problem.inputs).T
    given = (problem.inputs, problem.outputs, problem.probabilities, problem.targets)
    steps = require_integer("steps", steps, 0)
    path = memory.descend(w, *given, step, steps, every=max(steps, 1))
    return memory.scores(path[-1], problem.inputs, problem.outputs)


def descend_token(classes: int, rate: float, step: float, counts: ArrayLike) -> _Array:
    """Return the margins of a single token after many gradient steps from scores 0.

    Its outputs are orthonormal, so that every step adds ``step * rate`` times the label minus the
    softmax to the scores; the sums are compensated, so that rounding does not add up.

    Parameters
    ----------
    classes : int
        M, at least 2.
    rate, step : float
        Positive.
    counts : array of int
        Numbers of steps, nonnegative and in nondecreasing order.

    Returns
    -------
    array of float64, shape of ``counts``
        Score of the right label minus that of another one; their errors are a few units in the
        last place.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = require_integer("classes", classes, 2)
    pull = require_real("rate", rate, above=0.0) * require_real("step", step, above=0.0)
    kept = np.asarray(counts)
    if kept.ndim != 1 or not np.issubdtype(kept.dtype, np.integer):
        raise ValueError("counts must be a sequence of integers")
    if (kept < 0).any() or (np.diff(kept) < 0).any():
        raise ValueError("counts must be nonnegative and in nondecreasing order")
    return np.asarray(_descend_token(classes, pull, kept.astype(np.int64)))


def crowded_labels(height: float, crowd: int, rate: float) -> float:
    """Return how fast a margin moves from ``W = 0`` where wrong labels crowd at one place.

    The right label's output embedding is 0, ``crowd`` labels have (1, height), one has
    (-1, height); the margin is that of the right label over the last.

    Parameters
    ----------
    height : float
    crowd : int
        At least 1.
    rate : float
        Positive: weight of the token times the squared norm of its input.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    level, crowd = require_real("height", height), require_integer("crowd", crowd, 1)
    outputs = np.array([[0.0, 0.0], *([[1.0, level]] * crowd), [-1.0, level]])
    inputs = np.array([[1.0, 0.0], [0.0, 2.0]])
    weights = np.array([require_real("rate", rate, above=0.0), 1.0])
    labels = np.array([0, crowd + 1])
    slope = -memory.gradient(np.zeros((2, 2)), inputs, outputs, weights, labels)
    moved = memory.scores(slope, inputs, outputs)
    return float(moved[0, 0] - moved[-1, 0])


def step_slope(
    rate: float, step: float, targets: ArrayLike, row: int, column: int, stream: Stream
) -> tuple[float, float]:
    """Return how a gradient step changes a small departure from scores that fit the labels.

    Parameters
    ----------
    rate, step : float
        Positive.
    targets : array, shape (M,)
        The distribution of the labels of the one token that is looked at, all positive; its scores
        are the logarithms.
    row, column : int
        The derivative of the score of ``row`` after the step in that of ``column`` before it.
    stream : Stream
        Draws the directions of orthonormal embeddings.

    Returns
    -------
    value, error : float
        A central difference of third order in its step; the error bounds truncation and rounding.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = require_array("targets", targets, -1)
    if (law <= 0).any():
        raise ValueError("targets must be positive")
    classes = len(law)
    row = require_integer("row", row, 0, classes - 1)
    column = require_integer("column", column, 0, classes - 1)
    eta = require_real("step", step, above=0.0)
    pace = require_real("rate", rate, above=0.0)
    columns = np.stack((law, np.full(classes, 1 / classes)), axis=1)
    problem = Problem(
        orthogonal_inputs(np.ones(2), stream.substream("inputs")),
        shifted_outputs(classes, 1.0, 0.0, stream.substream("outputs")),
        np.array([pace, 1.0]),
        columns,
    )
    shift, ends = 1e-4, []
    for sign in (1, -1):
        scores = np.zeros((classes, 2))
        scores[:, 0] = np.log(law)
        scores[column, 0] += sign * shift
        ends.append(scores_after_step(problem, scores, eta)[row, 0])
    value = (ends[0] - ends[1]) / (2 * shift)
    size = 1 + float(np.abs(np.log(law)).max()) + eta * pace
    # a softmax has third derivatives below 1; the rest is rounding
    return value, eta * pace * shift**2 + 1e-14 * size / shift


@njit(cache=True)
def _descend_token(classes, pull, counts):  # type: ignore[no-untyped-def]
    scores, lost, residuals = np.zeros(classes), np.zeros(classes), np.empty(classes)
    out = np.empty(len(counts))
    done = 0
    for position in range(len(counts)):
        while done < counts[position]:
            others = 0.0
            for y in range(1, classes):
                residuals[y] = -math.exp(scores[y] - scores[0])
                others -= residuals[y]
            residuals[0] = others  # 1 - p as the share of the others: no cancellation near 1
            for y in range(classes):
                change = pull * residuals[y] / (1 + others) - lost[y]
                total = scores[y] + change
                lost[y] = (total - scores[y]) - change
                scores[y] = total
            done += 1
        out[position] = (scores[0] - scores[1]) - (lost[0] - lost[1])
    return out
