"""Runs of gradient descent over grids of settings, and over random embeddings.

The grid of two tokens and the setting with five tokens are those of the authors' repository; both
have unit embeddings, one label for each token, and ``W = 0`` at the start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.optimize import brentq

from numerics.assoc_dynamics import binary, memory, particles
from numerics.assoc_dynamics.arguments import require_array
from numerics.assoc_dynamics.benign import mistakes, run
from numerics.assoc_dynamics.torch_normals import torch_normals
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream, normals

__all__ = [
    "Grid",
    "notebook_run",
    "random_memories",
    "recovery_time",
    "repository_grid",
    "two_token_sharpness",
    "two_token_sweep",
]

_Array = NDArray[np.float64]
_SQUARED_DISTANCE = 2.0  # of two orthonormal output embeddings
_RISE = 1e-12  # a loss that grows relatively by less has not grown, but been rounded
_FALL = 1e-12  # a margin that falls by less as well
_TOKENS = 5
_LONGEST = 1e9


@dataclass(frozen=True, eq=False)
class Grid:
    """Settings of two tokens.

    Attributes
    ----------
    frequent : array
        Probabilities of the first token.
    overlaps : array
        Inner products of the two input embeddings.
    steps : array
        Step sizes.
    """

    frequent: _Array
    overlaps: _Array
    steps: _Array


def repository_grid() -> Grid:
    """Return the grid of the repository's sweep over learning rates, ten values of each."""
    odds = np.exp(np.logspace(-0.5, 0.5, 10))
    return Grid(odds / (1 + odds), np.linspace(0.5, 1, 10), np.logspace(-1, 1, 10))


def two_token_sweep(grid: Grid, steps: int) -> NDArray[np.void]:
    """Run gradient descent from 0 in every setting of a grid.

    Parameters
    ----------
    grid : Grid
    steps : int
        At least 0.

    Returns
    -------
    structured array
        A row of `binary.SUMMARY` for each first probability, overlap and step size, in these axes.

    Raises
    ------
    ValueError
        If the number of steps or an entry of the grid is out of range.
    """
    p, a, eta = (
        require_array(name, values, -1)
        for name, values in (
            ("frequent", grid.frequent),
            ("overlaps", grid.overlaps),
            ("steps", grid.steps),
        )
    )
    if (np.abs(a) > 1).any():
        raise ValueError("overlaps must be between -1 and 1")
    shares, overlaps, sizes = (axis.ravel() for axis in np.meshgrid(p, a, eta, indexing="ij"))
    mobilities = np.empty((len(sizes), 2, 2))
    mobilities[:, [0, 1], [0, 1]] = _SQUARED_DISTANCE
    mobilities[:, [0, 1], [1, 0]] = -_SQUARED_DISTANCE * overlaps[:, np.newaxis]
    probabilities = np.stack([shares, 1 - shares], axis=1)
    found = binary.sweep(np.zeros(2), mobilities, probabilities, sizes, steps)
    return found.reshape(len(p), len(a), len(eta))


def recovery_time(frequent: float, overlap: float) -> tuple[float, float]:
    """Return when the gradient flow from 0 answers both of two tokens rightly.

    Parameters
    ----------
    frequent : float
        Probability of the first token, at least 1/2 and below 1.
    overlap : float
        Inner product of the two unit input embeddings, at least -1 and below 1.

    Returns
    -------
    value, error : float
        The time at which the margin of the second token becomes positive for good; 0 if it is
        positive from the beginning on.

    Raises
    ------
    ValueError
        If an argument is out of range, or the time is above a billion.
    """
    p = require_real("frequent", frequent, at_least=0.5, at_most=1.0)
    a = require_real("overlap", overlap, at_least=-1.0, at_most=1.0)
    if p == 1 or a == 1:
        raise ValueError("frequent and overlap must be below 1")
    if 1 - p - a * p >= 0:  # the slope at the start; the margin of a rising token stays positive
        return 0.0, 0.0
    mobility = _SQUARED_DISTANCE * np.array([[1.0, -a], [-a, 1.0]])

    def margin(time: float) -> float:
        return float(binary.flow_margins(np.zeros(2), mobility, [p, 1 - p], [time])[0, 1])

    late = 1.0
    while margin(late) <= 0:
        late *= 2
        if late > _LONGEST:
            raise ValueError("the recovery takes longer than 1e9")
    early = late / 2
    while margin(early) > 0:
        early /= 2
    value = float(brentq(margin, early, late, xtol=1e-12, rtol=1e-12))
    return value, 1e-8 * value


def two_token_sharpness(
    overlap: float, frequent: float, step: float, times: Sequence[int]
) -> _Array:
    """Return the largest eigenvalue of the Hessian along gradient descent of two tokens from 0.

    Parameters
    ----------
    overlap : float
        Inner product of the two unit input embeddings, between -1 and 1, neither included.
    frequent : float
        Probability of the first token.
    step : float
        Step size, at least 0.
    times : sequence of int
        After how many steps, at least 0; there are two labels with orthonormal embeddings.

    Returns
    -------
    array of float64, of the length of ``times``

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    a = require_real("overlap", overlap, at_least=-1.0, at_most=1.0)
    p = require_real("frequent", frequent, at_least=0.0, at_most=1.0)
    if abs(a) == 1:
        raise ValueError("overlap must be between -1 and 1, neither included")
    after = [require_integer("a time", time, 0) for time in times]
    inputs = np.array([[1.0, 0.0], [a, (1 - a**2) ** 0.5]])
    outputs, labels = np.eye(2), np.arange(2)
    every = max(math.gcd(*after), 1)
    tables = run(inputs, outputs, [p, 1 - p], labels, step, max(after, default=0), every)
    back = np.linalg.inv(inputs.T)
    problem = (inputs, outputs, [p, 1 - p], labels)
    memories = (tables[time // every] @ back for time in after)
    return np.array([np.linalg.eigvalsh(memory.hessian(w, *problem))[-1] for w in memories])


def notebook_run(step: float, steps: int) -> tuple[_Array, NDArray[np.bool_]]:
    """Run the repository's example of five tokens in three dimensions.

    Parameters
    ----------
    step : float
        Step size, at least 0.
    steps : int
        At least 0.

    Returns
    -------
    losses, wrong : arrays, shape (steps + 1,)
        The loss, and whether some token is answered wrongly, after each number of steps.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs, outputs = (draw.reshape(_TOKENS, 3) for draw in torch_normals(43, (15, 15)))
    inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
    outputs /= np.linalg.norm(outputs, axis=1, keepdims=True)
    labels = np.arange(_TOKENS)
    tables = run(inputs, outputs, _frequencies(), labels, step, steps)
    return particles.loss(tables, _frequencies(), labels), mistakes(tables, labels)


def _frequencies() -> _Array:
    shares = 1.0 / np.arange(1, _TOKENS + 1)
    return np.asarray(shares / shares.sum())


def random_memories(
    dimension: int, step: float, steps: int, watched: int, stream: Stream, first: int, count: int
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Run gradient descent from 0 on five tokens with random unit embeddings.

    Parameters
    ----------
    dimension : int
        Of both embeddings, at least 1.
    step : float
        Step size, at least 0.
    steps : int
        How many steps, at least 0.
    watched : int
        Over how many of them, the first ones, margins are watched; at least 0.
    stream : Stream
    first, count : int
        Which replicates: independent draws of all embeddings.

    Returns
    -------
    spikes : array of bool, shape (count,)
        Whether some step raised the loss.
    falls : array of int, shape (count,)
        How often a token's margin over its best wrong label fell in a watched step.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    d = require_integer("dimension", dimension, 1)
    eta = require_real("step", step, at_least=0.0)
    steps, watched = require_integer("steps", steps, 0), require_integer("watched", watched, 0)
    first, count = require_integer("first", first, 0), require_integer("count", count, 0)
    spikes, falls = np.empty(count, np.bool_), np.empty(count, np.int64)
    _random_memories(d, eta, _frequencies(), steps, watched, *stream.words, first, spikes, falls)
    return spikes, falls


@njit(cache=True, parallel=True)
def _random_memories(  # type: ignore[no-untyped-def]
    d, eta, p, steps, watched, key0, key1, first, spikes, falls
):
    n = p.size
    for index in prange(spikes.size):
        grams = np.zeros((2, n, n))
        draw = np.empty(n * d)
        for lane in range(2):
            normals(key0, key1, first + np.int64(index), lane, draw)
            for x in range(n):
                length = 0.0
                for a in range(d):
                    length += draw[x * d + a] ** 2
                for a in range(d):
                    draw[x * d + a] /= np.sqrt(length)
            for x in range(n):
                for y in range(n):
                    for a in range(d):
                        grams[lane, x, y] += draw[x * d + a] * draw[y * d + a]
        inputs, outputs = grams[0], grams[1]
        scores = np.zeros((n, n))  # row: token, column: label
        pushes, moved = np.empty((n, n)), np.empty((n, n))
        margins = np.zeros(n)
        before, spiked, fallen = np.inf, False, 0
        for k in range(steps + 1):
            loss = 0.0
            for x in range(n):
                top = scores[x].max()
                total = 0.0
                for y in range(n):
                    pushes[x, y] = np.exp(scores[x, y] - top)
                    total += pushes[x, y]
                wrong, rival = 0.0, -np.inf
                for y in range(n):
                    pushes[x, y] *= -p[x] / total
                    if y != x:
                        wrong -= pushes[x, y]
                        rival = max(rival, scores[x, y])
                pushes[x, x] = wrong
                right = scores[x, x]
                if right == top:
                    loss += p[x] * np.log1p(wrong / p[x] / (1 - wrong / p[x]))
                else:
                    loss += p[x] * (top - right + np.log(total))
                if 0 < k <= watched and right - rival < margins[x] - _FALL:
                    fallen += 1
                margins[x] = right - rival
            spiked |= loss > before * (1 + _RISE)
            before = loss
            if k < steps:
                for x in range(n):
                    for y in range(n):
                        moved[x, y] = 0.0
                        for z in range(n):
                            moved[x, y] += pushes[x, z] * outputs[z, y]
                for x in range(n):
                    for y in range(n):
                        for other in range(n):
                            scores[x, y] += eta * inputs[x, other] * moved[other, y]
        spikes[index] = spiked
        falls[index] = fallen
