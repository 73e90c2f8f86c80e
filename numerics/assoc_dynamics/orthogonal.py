"""Problems with orthogonal inputs, and what training them gives, from real embeddings.

Nothing here knows that tokens with orthogonal inputs learn by themselves, or how: flows are those
of the whole problem, started from its embeddings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from numerics.assoc_dynamics import particles
from numerics.assoc_dynamics.arguments import require_array, require_times
from numerics.assoc_dynamics.benign import max_margin
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = [
    "Problem",
    "angle_to_max_margin",
    "first_label",
    "flowed_scores",
    "hitting_time",
    "margins_along_flow",
    "orthogonal_inputs",
    "problem_with_rate",
    "shifted_outputs",
]

_Array = NDArray[np.float64]
_FINE, _COARSE = 1e-13, 1e-11


@dataclass(frozen=True, eq=False)
class Problem:
    """Embeddings, weights of the tokens and what their labels are.

    Parameters
    ----------
    inputs : array, shape (N, d)
        Rows ``e_x``.
    outputs : array, shape (M, d')
        Rows ``u_y``.
    probabilities : array, shape (N,)
        Weights of the tokens; they need not sum to one.
    targets : array
        The label of each token, or columns ``p(y|x)``.
    """

    inputs: _Array
    outputs: _Array
    probabilities: _Array
    targets: NDArray[np.float64 | np.int64]


def orthogonal_inputs(squared_norms: ArrayLike, stream: Stream) -> _Array:
    """Return orthogonal rows of given squared norms, in random directions.

    Parameters
    ----------
    squared_norms : array, shape (N,)
        Nonnegative.
    stream : Stream

    Returns
    -------
    array of float64, shape (N, N + 2)

    Raises
    ------
    ValueError
        If a squared norm is negative or not finite.
    """
    norms = require_array("squared_norms", squared_norms, -1)
    if (norms < 0).any():
        raise ValueError("squared_norms must be nonnegative")
    return np.sqrt(norms)[:, np.newaxis] * _frame(len(norms), stream)


def shifted_outputs(classes: int, scale: float, shift: float, stream: Stream) -> _Array:
    """Return orthogonal rows of squared norm ``scale``, all moved by one random vector.

    Parameters
    ----------
    classes : int
        M, at least 1.
    scale : float
        Positive.
    shift : float
        Length of the vector, at least 0.
    stream : Stream

    Returns
    -------
    array of float64, shape (M, M + 2)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = require_integer("classes", classes, 1)
    root = math.sqrt(require_real("scale", scale, above=0.0))
    length = require_real("shift", shift, at_least=0.0)
    common = stream.substream("common").numpy().standard_normal(classes + 2)
    common *= length / np.linalg.norm(common)
    return np.asarray(root * _frame(classes, stream) + common)


def problem_with_rate(
    classes: int,
    rates: ArrayLike,
    stream: Stream,
    *,
    overlap: float = 0.0,
    noise: float = 0.0,
    plain: bool = False,
) -> Problem:
    """Return a problem with orthogonal inputs whose tokens have the given rates.

    The rate of a token is its weight times the squared norm of its input times the scale of the
    outputs, all but the rate being drawn; token x has the label ``x mod classes``.

    Parameters
    ----------
    classes : int
        M, at least 2.
    rates : array, shape (N,)
        Positive.
    stream : Stream
    overlap : float
        Inner product, relative to the norms, of the inputs of the first two tokens; in (-1, 1).
    noise : float
        Probability of the next label instead, in [0, 1).
    plain : bool
        Orthonormal inputs and outputs instead of drawn norms, scale and shift.

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = require_integer("classes", classes, 2)
    pace = require_array("rates", rates, -1)
    if not len(pace) or (pace <= 0).any():
        raise ValueError("rates must be positive, one for each token")
    tilt = require_real("overlap", overlap, at_least=-0.999, at_most=0.999)
    other = require_real("noise", noise, at_least=0.0, at_most=0.999)
    rng = stream.substream("sizes").numpy()
    norms = np.ones(len(pace)) if plain else rng.uniform(0.5, 2.0, len(pace))
    scale, shift = (1.0, 0.0) if plain else rng.uniform(0.3, 1.5, 2)
    inputs = orthogonal_inputs(norms, stream.substream("inputs"))
    if tilt and len(pace) > 1:
        one, two = inputs[:2] / np.sqrt(norms[:2, np.newaxis])
        inputs[1] = math.sqrt(norms[1]) * (tilt * one + math.sqrt(1 - tilt**2) * two)
    outputs = shifted_outputs(classes, scale, shift, stream.substream("outputs"))
    labels = np.arange(len(pace)) % classes
    targets: NDArray[np.float64 | np.int64] = labels
    if other:
        columns = np.eye(classes)
        targets = (1 - other) * columns[:, labels] + other * columns[:, (labels + 1) % classes]
    return Problem(inputs, outputs, pace / (scale * norms), targets)


def margins_along_flow(
    problem: Problem, times: ArrayLike, start: float = 0.0, token: int = 0
) -> tuple[_Array, float]:
    """Return the margins of a token's first label along the gradient flow of the whole problem.

    Parameters
    ----------
    problem : Problem
    times : array, shape (T,)
        Nonnegative and in nondecreasing order.
    start : float
        At time 0 the score of the token's label is this, its other scores and other tokens' are 0.
    token : int

    Returns
    -------
    margins : array of float64, shape (T, M - 1)
        Over the other labels, in their order.
    error : float
        An estimate of the largest error, generously: ten times what a coarser tolerance changes.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    moments = require_times(times)
    classes, size = len(problem.outputs), len(problem.inputs)
    token = require_integer("token", token, 0, size - 1)
    label = first_label(problem, token)
    scores = np.zeros((classes, size))
    scores[label, token] = require_real("start", start)
    gram = (problem.inputs @ problem.inputs.T, problem.outputs @ problem.outputs.T)
    paths = [
        particles.flow_scores(
            scores, *gram, problem.probabilities, problem.targets, moments, tolerance
        )[:, :, token]
        for tolerance in (_FINE, _COARSE)
    ]
    fine, coarse = (path[:, [label]] - np.delete(path, label, axis=1) for path in paths)
    if not moments.any():
        return fine, 0.0
    rounding = 1e-13 * (1 + float(np.abs(fine).max()))
    return fine, 10 * float(np.abs(fine - coarse).max()) + rounding


def angle_to_max_margin(classes: int, rates: ArrayLike, time: float) -> tuple[float, float]:
    """Return the tangent of the angle between the memory and the max-margin memory.

    Inputs and outputs are orthonormal; token x has the label ``x mod classes``.

    Parameters
    ----------
    classes : int
        M, at least 2.
    rates : array, shape (N,)
        Positive weights of the tokens.
    time : float
        Of the gradient flow from ``W = 0``; above 0.

    Returns
    -------
    value, error : float
        The max-margin problem is solved for the embeddings, and the flow followed for the scores.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    moment = require_real("time", time, above=0.0)
    classes, paces = require_integer("classes", classes, 2), require_array("rates", rates, -1)
    if not len(paces) or (paces <= 0).any():
        raise ValueError("rates must be positive, one for each token")
    inputs, outputs, labels = np.eye(len(paces)), np.eye(classes), np.arange(len(paces)) % classes
    target = max_margin(inputs, outputs, labels).memory
    start, gram = np.zeros((classes, len(paces))), (inputs, outputs)
    tangents = []
    for tolerance in (_FINE, _COARSE):
        path = particles.flow_scores(start, *gram, paces, labels, [moment], tolerance)
        memory = outputs.T @ path[0] @ inputs
        along = float((memory * target).sum()) / float((target**2).sum())
        across = memory - along * target
        tangents.append(float(np.sqrt((across**2).sum() / (target**2).sum())) / along)
    fine, coarse = tangents
    return fine, 10 * abs(fine - coarse) + 1e-9 * fine


def flowed_scores(problem: Problem, scores: ArrayLike, time: float) -> _Array:
    """Return the scores of all labels and tokens after some time of the gradient flow.

    Parameters
    ----------
    problem : Problem
    scores : array, shape (M, N)
        At time 0.
    time : float
        At least 0.

    Returns
    -------
    array of float64, shape (M, N)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    moment = require_real("time", time, at_least=0.0)
    gram = (problem.inputs @ problem.inputs.T, problem.outputs @ problem.outputs.T)
    weights, targets = problem.probabilities, problem.targets
    return particles.flow_scores(scores, *gram, weights, targets, [moment], _FINE)[0]


def hitting_time(problem: Problem, margin: float, token: int = 0) -> tuple[float, float]:
    """Return when the least margin of a token reaches a value, along the flow from ``W = 0``.

    Parameters
    ----------
    problem : Problem
        The margin grows without bound.
    margin : float
        At least 0.
    token : int

    Returns
    -------
    time, error : float
        The error is estimated from that of the margin, and its slope.

    Raises
    ------
    ValueError
        If the margin is out of range, or not reached by time 1e15.
    """
    level = require_real("margin", margin, at_least=0.0)
    if level == 0:
        return 0.0, 0.0

    def missing(log_time: float) -> float:
        values, _ = margins_along_flow(problem, [math.exp(log_time)], token=token)
        return float(values.min()) - level

    late = 0.0
    while missing(late) < 0:
        late += 3.0
        if late > 34:
            raise ValueError(f"margin is {margin}; it is not reached in time")
    early = late - 3.0
    while missing(early) > 0:
        early -= 3.0
    found = float(brentq(missing, early, late, xtol=1e-13, rtol=1e-14))
    _, error = margins_along_flow(problem, [math.exp(found)], token=token)
    slope = (missing(found + 1e-3) - missing(found - 1e-3)) / 2e-3
    relative = 1e-12 + 2 * error / slope
    return math.exp(found), relative * math.exp(found)


def _frame(count: int, stream: Stream) -> _Array:
    """Orthonormal rows in two dimensions more than rows."""
    drawn = stream.numpy().standard_normal((count + 2, count))
    q, _ = np.linalg.qr(drawn)
    return np.ascontiguousarray(q.T)


def first_label(problem: Problem, token: int) -> int:
    """Return the label of a token, the likeliest one where labels are noisy."""
    targets = np.asarray(problem.targets)
    return int(targets[token]) if targets.ndim == 1 else int(targets[:, token].argmax())
