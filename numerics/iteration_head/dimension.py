"""How many dimensions the circuit needs: eight, with tokens on a circle and positions (j, j^2).

Also codes that are unit vectors: what attention a code gets when it is its own query.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.circuits import Attention, FeedForward, Layer, Transformer
from numerics.iteration_head.positions import attention
from numerics.iteration_head.tasks import Task

__all__ = [
    "coherence",
    "equicorrelated_codes",
    "narrow_circuit",
    "narrow_temperatures",
    "pair_input",
    "token_gap",
    "unit_vectors",
    "weight_among",
]

Array = NDArray[np.float64]

WIDTH = 8
_TOKEN = slice(0, 2)
_NUMBER, _SQUARE, _FOUND = 2, 3, 4
_FETCHED = slice(5, 7)
_ONE = 7


# ------------------------------------------------------------------ codes that are unit vectors


def unit_vectors(similarities: ArrayLike) -> Array:
    """Unit vectors of the plane with given inner products with the first unit vector.

    Parameters
    ----------
    similarities : array, shape (count,)
        From -1 to 1.
    """
    cosines = np.asarray(similarities, dtype=np.float64)
    if cosines.ndim != 1 or not (np.abs(cosines) <= 1.0).all():
        raise ValueError("similarities must be a list of numbers from -1 to 1")
    return np.column_stack([cosines, np.sqrt(1.0 - cosines**2)])


def weight_among(codes: ArrayLike, position: int, beta: float) -> float:
    """Attention to a position with its own code as the query.

    Parameters
    ----------
    codes : array, shape (positions, dimension)
    position : int
    beta : float
        Inverse temperature.
    """
    keys = np.asarray(codes, dtype=np.float64)
    return float(attention(keys, beta * keys[position])[position])


def coherence(codes: ArrayLike) -> float:
    """Largest inner product of two different codes."""
    points = np.asarray(codes, dtype=np.float64)
    if points.ndim != 2 or len(points) < 2:
        raise ValueError("codes must be a table of two positions or more")
    return float((points @ points.T)[~np.eye(len(points), dtype=bool)].max())


def equicorrelated_codes(count: int, similarity: float) -> Array:
    """Unit vectors, any two of which have one inner product.

    Parameters
    ----------
    count : int
        At least 2.
    similarity : float
        From -1 / (count - 1) to 1.
    """
    count = require_integer("count", count, at_least=2)
    similarity = require_real("similarity", similarity)
    along = 1.0 + (count - 1) * similarity
    if along < -1e-12 or similarity > 1.0:
        raise ValueError(f"no {count} unit vectors have the inner products {similarity}")
    across = math.sqrt(1.0 - similarity)
    # the square root of the matrix of inner products
    shared = (math.sqrt(max(along, 0.0)) - across) / count
    return np.asarray(across * np.eye(count) + shared)


# ------------------------------------------------------------------ the circuit of eight dimensions


def token_gap(task: Task) -> float:
    """One minus the inner product of neighbours among the task's tokens on a circle."""
    return 1.0 - math.cos(2.0 * math.pi / task.vocabulary)


def narrow_temperatures(task: Task, n: int) -> tuple[float, float]:
    """Inverse temperatures of the two heads with which the circuit is tried."""
    gap = token_gap(task)
    return (6.0 + 2.0 * math.log(n + 1)) / gap, 3.0 * math.log(16.0 / gap)


def narrow_circuit(
    task: Task,
    n: int,
    beta1: float,
    beta2: float,
    *,
    offset: int = 1,
    slack: float | None = None,
    loudness: float | None = None,
    stops: bool = True,
) -> Transformer:
    """A circuit of width eight for prompts of up to n inputs, whatever n and the task are.

    The stream keeps the token, a point on a circle; the position, ``(j, j**2)``; the position that
    the first head finds; the token that the second head fetches; and a one. The answer is written
    over the token.

    Parameters
    ----------
    task : Task
    n : int
    beta1, beta2 : float
        Inverse temperatures of the heads.
    offset, slack, loudness, stops
        What is added to the distance from the position that was found; by how much a pair may be
        missed for its unit to stay silent; how loudly units speak; whether they answer EoI with
        EoS. The defaults make the circuit, all else may spoil it.
    """
    n = require_integer("n", n, at_least=0)
    beta1, beta2 = require_real("beta1", beta1), require_real("beta2", beta2)
    gap = token_gap(task)
    slack = gap if slack is None else slack
    loudness = 8.0 / gap**2 if loudness is None else loudness
    angles = 2.0 * np.pi * np.arange(task.vocabulary) / task.vocabulary
    circle = np.column_stack([np.cos(angles), np.sin(angles)])

    tokens = np.zeros((task.vocabulary, WIDTH))
    tokens[:, _TOKEN] = circle
    number = np.arange(2 * n + 2, dtype=np.float64)
    positions = np.zeros((2 * n + 2, WIDTH))
    positions[:, _NUMBER], positions[:, _SQUARE], positions[:, _ONE] = number, number**2, 1.0

    query, key = np.zeros((2, 1, WIDTH))
    query[0, _ONE] = beta1
    key[0, _TOKEN] = circle[task.end_of_inputs]
    finds = Attention(query, key, *_copied([_NUMBER], [_FOUND]))

    # beta2 (wanted j - j**2 / 2), where wanted is own position - position found + offset
    query = np.zeros((2, WIDTH))
    query[0, [_NUMBER, _FOUND, _ONE]] = beta2, -beta2, beta2 * offset
    query[1, _ONE] = -beta2 / 2
    key = np.eye(WIDTH)[[_NUMBER, _SQUARE]]
    fetches = Attention(query, key, *_copied([0, 1], [_FETCHED.start, _FETCHED.start + 1]))

    pairs = _pairs(task, stops)
    inward, outward = np.zeros((2, len(pairs), WIDTH))
    for unit, (own, fetched, answer) in enumerate(pairs):
        inward[unit, _TOKEN], inward[unit, _FETCHED] = circle[own], circle[fetched]
        outward[unit, _TOKEN] = loudness * circle[answer]
    units = FeedForward(inward, np.full(len(pairs), slack - 2.0), np.ascontiguousarray(outward.T))
    return Transformer(tokens, positions, (Layer(finds), Layer(fetches, units)), tokens.copy())


def _copied(sources: list[int], targets: list[int]) -> tuple[Array, Array]:
    identity = np.eye(WIDTH)
    return identity[sources], np.ascontiguousarray(identity[targets].T)


def _pairs(task: Task, stops: bool) -> list[tuple[int, int, int]]:
    """Own token, fetched token and answer, for every pair that has an answer."""
    rows = [*enumerate(task.table), (task.end_of_inputs, task.first)]
    pairs = [
        (own, task.input_token(symbol), row[symbol])
        for (own, row), symbol in itertools.product(rows, range(task.symbols))
    ]
    if stops:
        pairs += [(own, task.end_of_inputs, task.end) for own, _ in rows]
    return pairs


def pair_input(similarities: ArrayLike, weights: ArrayLike, gap: float) -> float:
    """Input of the unit for the own token and another, before it is rectified.

    Parameters
    ----------
    similarities : array, shape (keys,)
        Inner products of the unit's other token with the tokens that are looked at.
    weights : array, shape (keys,)
        The attention.
    gap : float
        What is added to the bias of -2.
    """
    fetched = np.asarray(weights, dtype=np.float64) @ unit_vectors(similarities)
    own = other = np.array([1.0, 0.0])
    return float(own @ own + other @ fetched - 2.0 + gap)
