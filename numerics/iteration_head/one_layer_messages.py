"""What one layer of attention must carry to one position: conflicts, and how many messages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer
from numerics.iteration_head.one_layer import sequences

__all__ = ["conflicts", "least_colours"]


def conflicts(
    longest: int, parity: bool = False, lengths: Iterable[int] | None = None
) -> NDArray[np.bool_]:
    """Return which beginnings one layer must tell apart, looking from one position.

    The query is at position ``longest + 1`` and m is half of that, rounded down. A beginning is x_1
    = 0 and bits x_2, ..., x_m; at length L the inputs go on with zeros. Attention carries sums over
    positions up to m; the rest of what it sees is known. Two beginnings are in conflict if at some
    length that rest, the query included, is the same, and the token to predict is not.

    Parameters
    ----------
    longest : int
        At least 1, at most 20.
    parity : bool
        Whether states are the parities of the inputs, or else the inputs.
    lengths : integers, optional
        The lengths at which predictions are asked for; all up to ``longest`` by default.

    Returns
    -------
    array of bool, shape (2^(m - 1), 2^(m - 1))

    Raises
    ------
    ValueError
        If ``longest`` is out of range.
    """
    longest = require_integer("longest", longest, 1, 20)
    half = (longest + 1) // 2
    asked = list(range(1, longest + 1) if lengths is None else lengths)
    beginnings = list(product((0, 1), repeat=max(half - 1, 0)))
    table = np.array([[0, 1], [1, 0], [0, 1]]) if parity else np.array([[0, 1]] * 3)
    query = longest + 1
    clash = np.zeros((len(beginnings), len(beginnings)), dtype=bool)
    for length in asked:
        step = query - length
        if not 1 <= step <= length or length < half:
            continue
        inputs = np.zeros((len(beginnings), length), dtype=np.int64)
        inputs[:, 1:half] = np.array(beginnings, dtype=np.int64).reshape(len(beginnings), -1)
        rows = sequences(table, inputs)
        rest, target = rows[:, half + 1 : query + 1], rows[:, query + 1]
        same = (rest[:, np.newaxis] == rest).all(axis=-1)
        clash |= same & (target[:, np.newaxis] != target)
    return clash


def least_colours(clash: ArrayLike) -> int:
    """Return with how many messages nothing that is in conflict shares one: a chromatic number.

    Parameters
    ----------
    clash : array of bool, shape (size, size)
        Symmetric, with an empty diagonal.

    Notes
    -----
    By trying; quick when the graph is nearly complete or nearly empty, as here.

    Raises
    ------
    ValueError
        If the table is not such a graph.
    """
    graph = np.asarray(clash, dtype=bool)
    if graph.ndim != 2 or (graph != graph.T).any() or np.diagonal(graph).any():
        raise ValueError("conflicts are symmetric, and nothing is in conflict with itself")
    order = np.argsort(-graph.sum(axis=1), kind="stable")
    graph = graph[np.ix_(order, order)]
    for colours in range(0, len(graph) + 1):
        if _colour(graph, colours, [], 0):
            return colours
    raise AssertionError("as many colours as vertices are enough")


def _colour(graph: NDArray[np.bool_], colours: int, given: list[int], used: int) -> bool:
    vertex = len(given)
    if vertex == len(graph):
        return True
    taken = {given[other] for other in np.flatnonzero(graph[vertex, :vertex])}
    for colour in range(min(used + 1, colours)):  # a new colour is as good as another
        if colour not in taken:
            if _colour(graph, colours, [*given, colour], max(used, colour + 1)):
                return True
    return False
