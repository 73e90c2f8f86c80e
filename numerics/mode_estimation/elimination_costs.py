"""Elimination of single classes: independent runs, with the number of queries that each takes.

Every sample is identified by questions along a Huffman tree of the counts so far, over the classes
that are left and one leaf for all dropped ones; a class is dropped when its count N after n samples
is below ``N_max - sqrt(c N_max L)`` with ``L = log(pi^2 n^2 m / delta)``, N_max the largest count.
The tree is kept optimal from sample to sample by swaps in O(depth) (Gallager 1978, Knuth 1985):
nodes stand in the order of their weights, siblings next to each other. Classes without a count hang
together as one leaf of weight 0; the questions below it number ``log2`` of how many they are,
rounded down or up at random, as for a random labelling of a balanced tree.

Runs go on until one class is left. (The published experiments cap the number of samples, by a
number in which the two largest probabilities were sometimes exchanged.)
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.huffman import sort_by_weight
from numerics.core.streams import Stream, fraction, philox
from numerics.mode_estimation.sampling import alias_table, probabilities

__all__ = [
    "Runs",
    "elimination_on_labels",
    "elimination_runs",
    "simulate",
]

Integers = NDArray[np.int64]
Runs = tuple[Integers, Integers, Integers]
"""Queries, samples and answers, one entry for each run; the answer -1 means: stopped undecided."""

Buffers = tuple[Integers, Integers, Integers, Integers, Integers, NDArray[np.int8]]

_CHUNKS = 64
_LARGEST = 2**40
_ZERO = np.uint64(0)


def simulate(p: ArrayLike, delta: float, c: float, runs: int, seed: int) -> Runs:
    """Run the elimination to its end, many times independently.

    Parameters
    ----------
    p : array_like of float
        Probabilities of the classes, with a single largest one.
    delta : float
        Allowed probability of error, in (0, 1).
    c : float
        Constant of the rule, above 0.
    runs : int
        How many, at least 0.
    seed : int
        The same seed gives the same runs; more runs begin with the same ones.

    Returns
    -------
    queries, samples, answers : arrays of int64, shape (runs,)

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Where two less likely classes are equally likely, a run has no finite expected length: runs
    stop undecided, with the answer -1, after 2^40 samples (`elimination_runs` sets that limit).
    """
    delta = require_real("delta", delta, above=0, at_most=1)
    stream = Stream.of(seed, "elimination")
    return elimination_runs(p, -math.log(delta), c, stream, 0, runs)


def elimination_runs(
    p: ArrayLike,
    confidence: float,
    c: float,
    stream: Stream,
    first: int,
    count: int,
    largest: int = _LARGEST,
) -> Runs:
    """Run the elimination; run i depends on the stream and on i alone.

    Parameters
    ----------
    p : array_like of float
        Probabilities of the classes, with a single largest one.
    confidence : float
        ``log(1 / delta)``, at least 0.
    c : float
        Constant of the rule, above 0.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Number of the first run, and how many.
    largest : int
        Number of samples after which a run stops undecided, with the answer -1.

    Returns
    -------
    queries, samples, answers : arrays of int64, shape (count,)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = probabilities(p)
    confidence = require_real("confidence", confidence, at_least=0)
    c = require_real("c", c, above=0)
    first = require_integer("first", first, 0, 2**62)
    count = require_integer("count", count, 0)
    largest = require_integer("largest", largest, 1, _LARGEST)
    queries = np.zeros(count, dtype=np.int64)
    samples = np.zeros(count, dtype=np.int64)
    answers = np.zeros(count, dtype=np.int64)
    if law.size > 1:
        constant = confidence + math.log(math.pi**2 * law.size)
        threshold, alias = alias_table(law)
        out = queries, samples, answers
        _runs(*stream.words, first, threshold, alias, constant, c, largest, *out)
    return queries, samples, answers


def elimination_on_labels(
    labels: ArrayLike, m: int, confidence: float, c: float, largest: int = _LARGEST
) -> tuple[int, int, int]:
    """Run the elimination on given labels, which are repeated again and again.

    Parameters
    ----------
    labels : array_like of int
        Classes 0 .. m - 1, at least one.
    m : int
        Number of classes, at least 1.
    confidence, c, largest
        As for `elimination_runs`.

    Returns
    -------
    queries, samples, answer : int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    m = require_integer("m", m, 1)
    given = np.array(labels)
    if given.ndim != 1 or not given.size or not np.issubdtype(given.dtype, np.integer):
        raise ValueError("labels must be a non-empty sequence of integers")
    if given.min() < 0 or given.max() >= m:
        raise ValueError(f"labels must be classes from 0 to {m - 1}")
    confidence = require_real("confidence", confidence, at_least=0)
    c = require_real("c", c, above=0)
    largest = require_integer("largest", largest, 1, _LARGEST)
    if m == 1:
        return 0, 0, 0
    constant = confidence + math.log(math.pi**2 * m)
    stream = Stream.of(0, "elimination on labels")  # for the classes that have not occurred
    found = _on_labels(*stream.words, given.astype(np.int64), m, constant, c, largest)
    return int(found[0]), int(found[1]), int(found[2])


@njit(cache=True)
def _on_labels(
    key0: np.uint64,
    key1: np.uint64,
    labels: Integers,
    m: int,
    constant: float,
    c: float,
    largest: int,
) -> tuple[int, int, int]:
    threshold, alias = np.ones(m), np.arange(m)
    key = (key0, key1, _ZERO)
    return _one_run(key, threshold, alias, labels, constant, c, largest, _buffers(m))


@njit(cache=True)
def _buffers(m: int) -> Buffers:
    """Arrays for the tree, counts, places of leaves, order of symbols, new nodes and states."""
    tree = np.empty((3, 2 * m + 3), np.int64)
    counts, leaf = np.empty(m + 1, np.int64), np.empty(m + 2, np.int64)
    order, made = np.empty(m + 1, np.int64), np.empty((2, m + 1), np.int64)
    return tree, counts, leaf, order, made, np.empty(m, np.int8)


@njit(cache=True, parallel=True)
def _runs(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    threshold: NDArray[np.float64],
    alias: Integers,
    constant: float,
    c: float,
    largest: int,
    queries: Integers,
    samples: Integers,
    answers: Integers,
) -> None:
    m, runs = threshold.size, queries.size
    drawn = np.empty(0, np.int64)
    chunks = min(runs, _CHUNKS)
    for chunk in prange(chunks):
        buffers = _buffers(m)
        for run in range(chunk * runs // chunks, (chunk + 1) * runs // chunks):
            key = (key0, key1, np.uint64(first + run))
            queries[run], samples[run], answers[run] = _one_run(
                key, threshold, alias, drawn, constant, c, largest, buffers
            )


_UNSEEN, _SEEN, _DROPPED = 0, 1, 2


@njit(cache=True)
def _one_run(
    key: tuple[np.uint64, np.uint64, np.uint64],
    threshold: NDArray[np.float64],
    alias: Integers,
    labels: Integers,
    constant: float,
    c: float,
    largest: int,
    buffers: Buffers,
) -> tuple[int, int, int]:
    """Queries, samples and answer of one run, on these labels or, without any, on drawn ones.

    Symbols 0 .. m - 1 are the classes, m the dropped ones, m + 1 those without a count.
    """
    tree, counts, leaf, order, made, state = buffers
    weight, parent, child = tree[0], tree[1], tree[2]
    key0, key1, replicate = key
    m = threshold.size
    trash, rest, top = m, m + 1, weight.size - 1
    counts[:] = 0
    state[:] = _UNSEEN
    low = top
    weight[top], parent[top], child[top], leaf[rest] = 0, -1, -1 - rest, top
    alive = unseen = m
    seen, largest_count, least, queries = 0, 0, 0, 0
    words = np.empty(4, np.uint64)
    for n in range(1, largest + 1):
        if labels.size:
            y = labels[(n - 1) % labels.size]
        else:
            lot = (n - 1) & 3
            if lot == 0:
                words[0], words[1], words[2], words[3] = philox(
                    key0, key1, np.uint64(n - 1), replicate, _ZERO, _ZERO
                )
            u = fraction(words[lot]) * m
            y = min(int(u), m - 1)
            if u - y >= threshold[y]:
                y = alias[y]
        if state[y] == _UNSEEN:
            queries += _depth(parent, leaf[rest])
            bits = 0
            while (2 << bits) <= unseen:
                bits += 1
            word = philox(key0, key1, np.uint64(n), replicate, np.uint64(1), _ZERO)[0]
            queries += bits + int(fraction(word) * unseen >= (2 << bits) - unseen)
            state[y] = _SEEN
            order[seen] = y
            seen += 1
            if unseen > 1:
                node, low = low, low - 2
                child[node], parent[low], parent[low + 1] = low, node, node
                weight[low], child[low], leaf[rest] = 0, -1 - rest, low
                weight[low + 1], child[low + 1], leaf[y] = 1, -1 - y, low + 1
            else:
                node = low
                child[node], leaf[y] = -1 - y, node
            unseen -= 1
        else:
            node = leaf[trash if state[y] == _DROPPED else y]
            queries += _depth(parent, node)
        _increment(weight, parent, child, leaf, node)
        if state[y] == _DROPPED:
            counts[trash] += 1
            continue
        counts[y] += 1
        largest_count = max(largest_count, counts[y])
        level = largest_count - math.sqrt(c * largest_count * (constant + 2 * math.log(n)))
        if level <= least:
            continue
        # the smallest count only grows: it is looked up when the level has passed its last value
        kept, least = 0, largest_count
        if unseen:
            state[state == _UNSEEN] = _DROPPED
        has_trash = alive < m
        for i in range(seen):
            symbol = order[i]
            if symbol == trash:
                continue
            if counts[symbol] < level:
                state[symbol] = _DROPPED
                counts[trash] += counts[symbol]
            else:
                order[kept] = symbol
                kept += 1
                least = min(least, counts[symbol])
        changed = kept < alive
        alive, unseen = kept, 0
        if alive == 1:
            return queries, n, order[0]
        if changed or has_trash:
            order[kept] = trash
            kept += 1
        seen = kept
        if changed:
            sort_by_weight(counts, order, seen)
            low = _build(weight, parent, child, leaf, counts, order, seen, made)
    return queries, largest, -1


@njit(cache=True)
def _depth(parent: Integers, node: int) -> int:
    depth = 0
    while parent[node] >= 0:
        node = parent[node]
        depth += 1
    return depth


@njit(cache=True)
def _exchange(
    child: Integers,
    parent: Integers,
    leaf: Integers,
    one: int,
    other: int,
) -> None:
    """Exchange two subtrees of equal weight, neither within the other."""
    child[one], child[other] = child[other], child[one]
    for node in (one, other):
        below = child[node]
        if below < 0:
            leaf[-1 - below] = node
        else:
            parent[below] = parent[below + 1] = node


@njit(cache=True)
def _increment(
    weight: Integers,
    parent: Integers,
    child: Integers,
    leaf: Integers,
    node: int,
) -> None:
    """Add 1 to the weights from a node up to the root, and keep the order of the weights.

    Before it grows, a node takes the last place among the nodes of its weight. An ancestor of
    the same weight can only be its parent, when its sibling has weight 0.
    """
    top = weight.size - 1
    while node >= 0:
        last = node
        while last < top and weight[last + 1] == weight[node]:
            last += 1
        if last != node:
            if last != parent[node]:
                _exchange(child, parent, leaf, node, last)
                node = last
            elif last - 1 != node:
                _exchange(child, parent, leaf, node, last - 1)
                _exchange(child, parent, leaf, last - 1, last)
                node = last
        weight[node] += 1
        node = parent[node]


@njit(cache=True)
def _build(
    weight: Integers,
    parent: Integers,
    child: Integers,
    leaf: Integers,
    counts: Integers,
    order: Integers,
    leaves: int,
    made: Integers,
) -> int:
    """Build the tree of the symbols in ``order``, by increasing counts; return its lowest place.

    The places are taken in the order in which Huffman's procedure takes nodes from its queues.
    """
    low = weight.size - 1 - 2 * (leaves - 1)
    masses, lower = made[0], made[1]
    next_leaf, next_node, nodes = 0, 0, 0
    for place in range(low, weight.size):
        if next_leaf < leaves and (
            next_node == nodes or counts[order[next_leaf]] <= masses[next_node]
        ):
            symbol = order[next_leaf]
            weight[place], child[place], leaf[symbol] = counts[symbol], -1 - symbol, place
            next_leaf += 1
        else:
            below = lower[next_node]
            weight[place], child[place] = masses[next_node], below
            parent[below] = parent[below + 1] = place
            next_node += 1
        if (place - low) & 1:
            masses[nodes], lower[nodes] = weight[place - 1] + weight[place], place - 1
            nodes += 1
    parent[weight.size - 1] = -1
    return low
