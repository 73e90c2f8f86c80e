"""Memories in the plane that cannot be right on every token: excess errors, paths, stability.

Tokens are unit vectors in the plane and labels alternate, so a memory of two labels acts through
one vector, and token x has the margin ``<w, z_x>`` with the signed token ``z_x = +-e_x``. Random
directions are uniform, and a sign does not change that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import binary, memory
from numerics.assoc_dynamics.arguments import require_array, require_weights
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream, uniforms

__all__ = [
    "critical_step",
    "descent",
    "excess_draws",
    "least_loss_memory",
    "sharpness",
    "signed_circle",
    "stochastic_errors",
    "zipf_law",
]

_Array = NDArray[np.float64]
_SQUARED_DISTANCE = 2.0  # of the two orthonormal output embeddings
_WATCHED = 1200  # steps
_TINY = 1e-9  # radians


def zipf_law(size: int, exponent: float) -> _Array:
    """Return probabilities proportional to ``x**-exponent``, x = 1..size."""
    weights = np.arange(1.0, require_integer("size", size, 1) + 1) ** -require_real(
        "exponent", exponent
    )
    return np.asarray(weights / weights.sum())


def signed_circle(degrees: ArrayLike) -> _Array:
    """Return unit vectors at these angles, every second one with its sign changed.

    Parameters
    ----------
    degrees : array, shape (N,)

    Returns
    -------
    array, shape (N, 2)
        Signed tokens for labels that alternate.
    """
    angles = np.radians(require_array("degrees", degrees, -1))
    signs = np.where(np.arange(len(angles)) % 2 == 0, 1.0, -1.0)
    return np.asarray(signs[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))


def excess_draws(size: int, stream: Stream, first: int, count: int) -> _Array:
    """Return replicates of the excess error of the least loss, for random tokens of Zipf masses.

    Parameters
    ----------
    size : int
        Number of tokens; the x-th has a mass proportional to 1 / x.
    stream : Stream
    first, count : int
        Which replicates.

    Returns
    -------
    array of float64, shape (count,)
        Error of the memory of least loss minus the least error; 0 where some memory is perfect.
    """
    p = zipf_law(size, 1.0)
    out = np.empty(require_integer("count", count, 0))
    _excesses(p, *stream.words, require_integer("first", first, 0), out)
    return out


@njit(cache=True)
def _excesses(p: _Array, key0: np.uint64, key1: np.uint64, first: int, out: _Array) -> None:
    turns, z, w = np.empty(p.size), np.empty((p.size, 2)), np.empty(2)
    for index in range(out.size):
        uniforms(key0, key1, first + index, 0, turns)
        for x in range(p.size):
            z[x, 0], z[x, 1] = math.cos(2 * math.pi * turns[x]), math.sin(2 * math.pi * turns[x])
        best, mistakes = _best(z, p)
        out[index] = 0.0
        if mistakes > 0:
            _least_loss(z, p, w)
            gap = _error(z, p, w[0], w[1]) - best
            if gap > 1e-12:
                out[index] = gap


@njit(cache=True)
def _best(z: _Array, p: _Array) -> tuple[float, int]:
    """The least error, and how many tokens a memory that has it gets wrong.

    The error changes only where some token scores 0, so it is looked at next to these directions,
    on the side where that token is right.
    """
    best, mistakes = 2.0, p.size
    for x in range(p.size):
        for sign in (1.0, -1.0):
            a, b = -sign * z[x, 1], sign * z[x, 0]
            value, wrong = 0.0, 0
            for y in range(p.size):
                if y != x and a * z[y, 0] + b * z[y, 1] <= 0:
                    value += p[y]
                    wrong += 1
            if value < best:
                best, mistakes = value, wrong
    return best, mistakes


@njit(cache=True)
def _error(z: _Array, p: _Array, a: float, b: float) -> float:
    total = 0.0
    for x in range(p.size):
        if a * z[x, 0] + b * z[x, 1] <= 0:
            total += p[x]
    return total


@njit(cache=True)
def _loss(z: _Array, p: _Array, a: float, b: float) -> float:
    total = 0.0
    for x in range(p.size):
        m = a * z[x, 0] + b * z[x, 1]
        total += p[x] * (math.log1p(math.exp(-abs(m))) + max(-m, 0.0))
    return total


@njit(cache=True)
def _least_loss(z: _Array, p: _Array, w: _Array) -> None:
    """The memory of least loss by Newton's method with halved steps; there must be one."""
    w[0] = w[1] = 0.0
    value = _loss(z, p, w[0], w[1])
    polish = 3  # whole steps at the end, where the loss is flat to rounding
    for _ in range(200):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for x in range(p.size):
            wrong = 1 / (1 + math.exp(w[0] * z[x, 0] + w[1] * z[x, 1]))
            pull, bend = p[x] * wrong, p[x] * wrong * (1 - wrong)
            g0 -= pull * z[x, 0]
            g1 -= pull * z[x, 1]
            h00 += bend * z[x, 0] ** 2
            h01 += bend * z[x, 0] * z[x, 1]
            h11 += bend * z[x, 1] ** 2
        area = h00 * h11 - h01 * h01
        if area <= 0:
            break
        d0, d1 = (h11 * g0 - h01 * g1) / area, (h00 * g1 - h01 * g0) / area
        step = 1.0
        while step > 1e-6 and not _loss(z, p, w[0] - step * d0, w[1] - step * d1) < value:
            step /= 2
        if step <= 1e-6:
            if polish == 0:
                break
            polish -= 1
            step = 1.0
        w[0] -= step * d0
        w[1] -= step * d1
        value = _loss(z, p, w[0], w[1])


def least_loss_memory(tokens: ArrayLike, probabilities: ArrayLike) -> _Array:
    """Return the vector of least loss for signed tokens in the plane, to rounding.

    Parameters
    ----------
    tokens : array, shape (N, 2)
        Signed tokens that have 0 inside their convex hull.
    probabilities : array, shape (N,)

    Raises
    ------
    ValueError
        If shapes do not match, or some memory is right on every token, but for ties.
    """
    z, p = _require_plane(tokens, probabilities)
    angles = np.sort(np.arctan2(z[:, 1], z[:, 0]))
    if max(np.diff(angles, append=angles[0] + 2 * math.pi)) > math.pi - _TINY:
        raise ValueError("some memory is right on every token but for ties: none has least loss")
    w = np.zeros(2)
    _least_loss(z, p, w)
    return w


def sharpness(tokens: ArrayLike, probabilities: ArrayLike, vector: ArrayLike) -> float:
    """Return the largest eigenvalue of the Hessian of the loss in ``W``, at a memory.

    Parameters
    ----------
    tokens, probabilities
        As for `least_loss_memory`.
    vector : array, shape (2,)
        How the memory acts; ``W`` has it, halved and with either sign, in its two rows.
    """
    z, p = _require_plane(tokens, probabilities)
    w = require_array("vector", vector, 2)
    matrix = np.array([w / 2, -w / 2])
    curvature = memory.hessian(matrix, z, np.eye(2), p, np.zeros(len(z), dtype=np.int64))
    return float(np.linalg.eigvalsh(curvature)[-1])


def descent(
    tokens: ArrayLike, probabilities: ArrayLike, start: Sequence[float], step: float, steps: int
) -> tuple[_Array, _Array]:
    """Return the loss and the error after 0, 1, 2, ... steps of gradient descent on ``W``.

    Parameters
    ----------
    tokens, probabilities
        As for `least_loss_memory`.
    start : two numbers
        How the memory acts at the start.
    step : float
    steps : int

    Returns
    -------
    losses, errors : arrays of float64, shape (1 + steps,)
    """
    z, p = _require_plane(tokens, probabilities)
    mobility = _SQUARED_DISTANCE * z @ z.T
    path = binary.descend_margins(z @ require_array("start", start, 2), mobility, p, step, steps)
    return binary.loss(path, p), binary.error(path, p)


def stochastic_errors(
    tokens: ArrayLike,
    probabilities: ArrayLike,
    start: Sequence[float],
    step: float,
    steps: int,
    batch: int,
    stream: Stream,
    first: int,
    count: int,
) -> _Array:
    """Return replicates of the error after stochastic gradient descent on ``W``.

    Parameters
    ----------
    tokens, probabilities, start, step, steps
        As for `descent`.
    batch : int
        How many independent tokens the gradient of a step is averaged over.
    stream : Stream
    first, count : int
        Which replicates.

    Returns
    -------
    array of float64, shape (count,)
    """
    z, p = _require_plane(tokens, probabilities)
    w = require_array("start", start, 2)
    move = _SQUARED_DISTANCE * require_real("step", step, at_least=0.0)
    sizes = require_integer("steps", steps, 0), require_integer("batch", batch, 1)
    out = np.empty(require_integer("count", count, 0))
    ends = np.cumsum(p) / p.sum()
    _stochastic(z, p, ends, w, move, *sizes, *stream.words, require_integer("first", first, 0), out)
    return out


@njit(cache=True)
def _stochastic(
    z: _Array,
    p: _Array,
    ends: _Array,
    start: _Array,
    move: float,
    steps: int,
    batch: int,
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    out: _Array,
) -> None:
    draws = np.empty(steps * batch)
    for index in range(out.size):
        uniforms(key0, key1, first + index, 0, draws)
        a, b = start[0], start[1]
        for k in range(steps):
            g0 = g1 = 0.0
            for i in range(k * batch, (k + 1) * batch):
                x = min(np.searchsorted(ends, draws[i], side="right"), p.size - 1)
                wrong = 1 / (1 + math.exp(a * z[x, 0] + b * z[x, 1]))
                g0 += wrong * z[x, 0]
                g1 += wrong * z[x, 1]
            a += move / batch * g0
            b += move / batch * g1
        out[index] = _error(z, p, a, b)


def critical_step(tokens: ArrayLike, probabilities: ArrayLike) -> tuple[float, float]:
    """Return the step size above which gradient descent leaves the memory of least loss.

    Parameters
    ----------
    tokens, probabilities
        As for `least_loss_memory`.

    Returns
    -------
    value, error : float
        By bisection: descent starts very near that memory, and it is seen whether its zigzag grows
        between two late steps.
    """
    z, p = _require_plane(tokens, probabilities)
    w = least_loss_memory(z, p)
    mobility, near = _SQUARED_DISTANCE * z @ z.T, z @ (w + 1e-6 * np.array([0.6, 0.8]))

    def leaves(step: float) -> bool:
        path = binary.descend_margins(near, mobility, p, step, _WATCHED)
        zigzag = np.linalg.norm(np.diff(path, n=2, axis=0), axis=1)  # blind to slow drifts
        late, early = zigzag[-1], zigzag[_WATCHED // 3]
        return bool(late > 1e-4 or (late > early and late > 1e-12))

    low, high = 0.0, 1.0
    while not leaves(high):
        low, high = high, 2 * high
    while high - low > 1e-5 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if leaves(middle) else (middle, high)
    return (low + high) / 2, 1e-4 * high


def _require_plane(tokens: ArrayLike, probabilities: ArrayLike) -> tuple[_Array, _Array]:
    z = require_array("tokens", tokens, -1, 2)
    if not len(z):
        raise ValueError("there must be at least one token")
    return z, require_weights(probabilities, len(z))
