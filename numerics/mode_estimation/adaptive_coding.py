"""Adaptive search: every sample is searched for in an optimal tree of the counts so far.

The tree is kept up to date by Vitter's algorithm (J. ACM 34, 1987): the nodes are kept in the order
of their weights, siblings next to one another, leaves below internal nodes of the same weight, and
a new sample lifts the nodes above its leaf, one after another, past those they overtake. Labels
that have not occurred hang in a balanced tree of their own, at the place of a node of weight 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.huffman import huffman_cost, huffman_depths, sort_by_weight
from numerics.core.streams import Stream, fraction, philox
from numerics.mode_estimation.exhaustive import alias_table

__all__ = [
    "TREES",
    "all_runs",
    "questions",
    "simulate",
    "static_cost",
]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
TREES = ("vitter", "flat", "deep")
_ZERO = np.uint64(0)


# ------------------------------------------------------------------ the dynamic tree
# Items are labels (0 .. m - 1), the node of weight 0 (m) and internal nodes (from m + 1 on). Places
# count from the root, 0, by decreasing weight; places 2 j - 1 and 2 j are siblings below the item
# above[j]. What hangs below an internal node moves with it, as pairs do not know their places.


@njit(cache=True)
def _start(m: int, place: Integers, item: Integers, weight: Integers, unseen: Integers) -> None:
    """The tree before the first sample: the node of weight 0 alone, which is the root."""
    weight[:] = 0
    place[:] = -1
    place[m], item[0] = 0, m
    for label in range(m):
        unseen[label] = label
        place[label] = -1 - label  # where it stands among the unseen


@njit(cache=True)
def _depth(node: int, place: Integers, above: Integers) -> int:
    depth = 0
    at = place[node]
    while at > 0:
        at = place[above[(at + 1) // 2]]
        depth += 1
    return depth


@njit(cache=True)
def _balanced_depth(position: int, leaves: int) -> int:
    """Depth of a leaf of the balanced tree: the first ones are one deeper, where there are such."""
    low = 0
    while 2 << low <= leaves:
        low += 1
    return low + (position < 2 * (leaves - (1 << low)))


@njit(cache=True)
def _lift(
    node: int, m: int, place: Integers, item: Integers, weight: Integers, above: Integers
) -> int:
    """Let a node overtake those that it will outweigh, count it up, and tell which one is next."""
    at = place[node]
    w = weight[node]
    parent = above[(at + 1) // 2]
    to = at
    while to > 1:
        other = item[to - 1]
        if node <= m:  # a leaf passes all of its weight
            passes = weight[other] == w
        else:  # an internal node passes leaves of one more
            passes = other <= m and weight[other] == w + 1
        if not passes:
            break
        item[to] = other
        place[other] = to
        to -= 1
    item[to] = node
    place[node] = to
    weight[node] = w + 1
    return above[(to + 1) // 2] if node <= m else parent


@njit(cache=True)
def _seen_again(
    label: int,
    m: int,
    last: int,
    rest: int,
    place: Integers,
    item: Integers,
    weight: Integers,
    above: Integers,
) -> int:
    """Bring the label to the head of the leaves of its weight; -1 - parent if it is beside 0."""
    at = place[label]
    to = at
    while to > 1 and item[to - 1] <= m and weight[item[to - 1]] == weight[label]:
        to -= 1
    if to < at:
        other = item[to]
        item[at], place[other] = other, at
        item[to], place[label] = label, to
    if rest > 0 and to == last - 1:
        return -1 - above[(to + 1) // 2]
    return label


@njit(cache=True)
def _observe(
    label: int,
    m: int,
    seen: int,
    place: Integers,
    item: Integers,
    weight: Integers,
    above: Integers,
    unseen: Integers,
) -> tuple[int, int]:
    """Search for one label, update the tree; return the questions asked and how many are seen."""
    rest = m - seen
    last = 2 * seen if rest > 0 else 2 * seen - 2
    late = -1  # a leaf whose turn comes last, as its parent has the same weight
    if place[label] < 0:
        position = -1 - place[label]
        asked = _depth(m, place, above) + _balanced_depth(position, rest)
        moved = unseen[rest - 1]
        unseen[position], place[moved] = moved, -1 - position
        if rest > 1:
            node = m + 1 + seen
            place[node], item[last] = last, node
            above[last // 2 + 1] = node
            place[label], item[last + 1] = last + 1, label
            place[m], item[last + 2] = last + 2, m
            late = label
        else:
            node = label
            place[label], item[last] = last, label
        seen += 1
    else:
        asked = _depth(label, place, above)
        node = label
        if last > 0:
            node = _seen_again(label, m, last, rest, place, item, weight, above)
            if node < 0:
                node, late = -1 - node, label
    while place[node] > 0:
        node = _lift(node, m, place, item, weight, above)
    weight[node] += 1
    if late >= 0:
        _lift(late, m, place, item, weight, above)
    return asked, seen


@njit(cache=True)
def _cost_of_tree(seen: int, m: int, item: Integers, weight: Integers) -> int:
    """The sum of the weights of all internal nodes that hold a label with a count."""
    cost = 0
    for at in range(2 * seen + (1 if seen < m else -1)):
        if item[at] > m:
            cost += weight[item[at]]
    return cost


@njit(cache=True)
def _vitter(
    labels: Integers, m: int, asked: Integers, costs: Integers, watch: bool
) -> tuple[int, int]:
    """Questions for each sample, and the cost of the tree after it if ``watch``; their totals."""
    place, weight = np.empty(2 * m + 1, np.int64), np.empty(2 * m + 1, np.int64)
    item, above = np.empty(2 * m + 1, np.int64), np.empty(m + 2, np.int64)
    unseen = np.empty(m, np.int64)
    _start(m, place, item, weight, unseen)
    seen = total = first = 0
    for t in range(labels.size):
        before = seen
        asked[t], seen = _observe(labels[t], m, seen, place, item, weight, above, unseen)
        total += asked[t]
        if seen > before:
            first += asked[t]
        if watch:
            costs[t] = _cost_of_tree(seen, m, item, weight)
    return total, first


# ------------------------------------------------------------------ trees built anew


@njit(cache=True)
def _rebuilt(labels: Integers, m: int, leaves_first: bool, asked: Integers) -> tuple[int, int]:
    """The same with a Huffman tree of the counts that is built anew for every sample."""
    counts, depths = np.zeros(m, np.int64), np.empty(m, np.int64)
    order, parent = np.arange(m), np.empty(2 * m - 1, np.int64)
    mass = np.empty(m, np.int64)
    total = first = 0
    for t in range(labels.size):
        sort_by_weight(counts, order, m)
        huffman_depths(counts, order, m, depths, parent, mass, leaves_first)
        asked[t] = depths[labels[t]]
        total += asked[t]
        if counts[labels[t]] == 0:
            first += asked[t]
        counts[labels[t]] += 1
    return total, first


@njit(cache=True)
def _static(labels: Integers, m: int, counts: Integers, order: Integers, mass: Integers) -> int:
    counts[:] = 0
    for t in range(labels.size):
        counts[labels[t]] += 1
    for k in range(m):
        order[k] = k
    sort_by_weight(counts, order, m)
    return huffman_cost(counts, order, m, mass)


def questions(labels: Sequence[int] | Integers, m: int, tree: str = "vitter") -> Integers:
    """Return how many questions identify each of the samples, one after another.

    Parameters
    ----------
    labels : sequence of int
        The labels of the samples, from 0 to ``m - 1``.
    m : int
        Number of classes, at least 1.
    tree : {"vitter", "flat", "deep"}
        Vitter's dynamic tree, or a Huffman tree built anew for each sample: flat ones merge leaves
        before internal nodes of the same weight, deep ones the other way round.

    Raises
    ------
    ValueError
        An argument is not of this kind.
    """
    labels = _labels(labels, m)
    asked = np.empty(labels.size, np.int64)
    if tree not in TREES:
        raise ValueError(f"tree is {tree!r}; it must be one of {', '.join(TREES)}")
    if tree == "vitter":
        _vitter(labels, m, asked, asked, False)
    else:
        _rebuilt(labels, m, tree == "flat", asked)
    return asked


def static_cost(labels: Sequence[int] | Integers, m: int) -> int:
    """Return the cost of a Huffman tree of the counts of all the samples.

    Parameters
    ----------
    labels, m
        As for `questions`.

    Raises
    ------
    ValueError
        An argument is not of this kind.
    """
    labels = _labels(labels, m)
    buffers = (np.empty(m, np.int64) for _ in range(3))
    return int(_static(labels, m, *buffers))


def _labels(labels: Any, m: int) -> Integers:
    require_integer("m", m, 1)
    array = np.asarray(labels)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError("labels must be a sequence of integers")
    if array.min() < 0 or array.max() >= m:
        raise ValueError(f"a label is not between 0 and {m - 1}")
    return np.ascontiguousarray(array, np.int64)


# ------------------------------------------------------------------ all sequences


def all_runs(m: int, n: int, tree: str = "vitter") -> tuple[Integers, ...]:
    """Run the adaptive search on every sequence of ``n`` labels.

    Parameters
    ----------
    m, n : int
        At least 1, with ``m**n`` at most ``10**7``.
    tree : {"vitter", "flat", "deep"}
        See `questions`.

    Returns
    -------
    total, first, static, distinct, optimal : arrays of int64
        For each sequence, in lexicographic order: the questions in all, those for first
        occurrences, the cost of a Huffman tree of the counts, the number of distinct labels, and
        after how many samples the tree cost as little as a Huffman tree of the counts so far (for
        ``vitter``; all of them otherwise).

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    m, n = require_integer("m", m, 1), require_integer("n", n, 1)
    if m**n > 10**7:
        raise ValueError(f"there are {m}**{n} sequences; there may be at most 10**7")
    if tree not in TREES:
        raise ValueError(f"tree is {tree!r}; it must be one of {', '.join(TREES)}")
    rows = np.zeros((m**n, 5), np.int64)
    _all_runs(m, n, TREES.index(tree), rows)
    return tuple(np.ascontiguousarray(column) for column in rows.T)


@njit(cache=True)
def _digits(number: int, m: int, labels: Integers) -> None:
    for t in range(labels.size - 1, -1, -1):
        labels[t] = number % m
        number //= m


@njit(cache=True, parallel=True)
def _all_runs(m: int, n: int, tree: int, rows: NDArray[np.int64]) -> None:
    for run in prange(rows.shape[0]):
        labels, asked, costs = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
        counts, order, mass = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
        _digits(run, m, labels)
        optimal = n
        if tree == 0:
            rows[run, 0], rows[run, 1] = _vitter(labels, m, asked, costs, True)
            for t in range(n):
                if costs[t] != _static(labels[: t + 1], m, counts, order, mass):
                    optimal -= 1
        else:
            rows[run, 0], rows[run, 1] = _rebuilt(labels, m, tree == 1, asked)
        rows[run, 2] = _static(labels, m, counts, order, mass)
        for k in range(m):
            rows[run, 3] += counts[k] > 0
        rows[run, 4] = optimal


# ------------------------------------------------------------------ simulation


def simulate(
    p: Sequence[float] | Floats, n: int, stream: Stream, first: int, runs: int
) -> tuple[Integers, Integers, Integers]:
    """Run the adaptive search on independent samples.

    Parameters
    ----------
    p : sequence of float
        Positive probabilities of sum 1.
    n : int
        Samples in a run, at least 1.
    stream : Stream
    first, runs : int
        The runs are replicates ``first .. first + runs - 1`` of the stream.

    Returns
    -------
    total, first_occurrences, static : arrays of int64
        Questions in all, those for labels that had not occurred, and the cost of a Huffman tree of
        the final counts.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    n = require_integer("n", n, 1)
    first, runs = require_integer("first", first, 0), require_integer("runs", runs, 1)
    rows = np.empty((runs, 3), np.int64)
    _simulate(*alias_table(p), n, *stream.words, first, rows)
    total, first_occurrences, static = (np.ascontiguousarray(column) for column in rows.T)
    return total, first_occurrences, static


@njit(cache=True, parallel=True)
def _simulate(
    keep: Floats,
    alias: Integers,
    n: int,
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    rows: NDArray[np.int64],
) -> None:
    m = keep.size
    for run in prange(rows.shape[0]):
        labels, asked = np.empty(n, np.int64), np.empty(n, np.int64)
        counts, order, mass = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
        replicate = np.uint64(first + run)
        for block in range((n + 3) // 4):
            words = philox(key0, key1, np.uint64(block), replicate, _ZERO, _ZERO)
            for t in range(4 * block, min(4 * block + 4, n)):
                u = fraction(words[t - 4 * block]) * m
                label = min(int(u), m - 1)
                labels[t] = label if u - label < keep[label] else alias[label]
        rows[run, 0], rows[run, 1] = _vitter(labels, m, asked, asked, False)
        rows[run, 2] = _static(labels, m, counts, order, mass)
