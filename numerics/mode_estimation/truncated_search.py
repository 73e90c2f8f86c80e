"""Truncated Search: find the most frequent label with questions about few sets of labels.

The samples come in rounds of 1, 2, 4, ... A round lets the new samples fall down a binary tree of
the labels; always the heaviest set on the frontier is split, at one query for each sample in it
that was not yet located deeper, until a label is at least as heavy as every set. Then the sets of
the frontier become the leaves of a new Huffman tree, by their counts, and the next round begins.

Of a sample nothing is known but the set where it is located, so samples of one set are kept as one
*cohort*, a number, whatever round they come from; when the set is split, the samples in its first
part are binomial. A run costs as much as the sets it splits: its samples and labels are not drawn.
Nodes of the tree are recycled, and a round allocates nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.binomial import binomial
from numerics.core.huffman import huffman_tree, sort_by_weight
from numerics.core.streams import Stream, fraction, philox

__all__ = ["SearchRuns", "search_sequence", "truncated_search"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_ZERO = np.uint64(0)
_SAMPLES, _PLACES = 0, 1  # lanes
_RUNS_A_BLOCK = 16


class SearchRuns(NamedTuple):
    """Results of independent runs, one entry for each.

    Attributes
    ----------
    queries : array of int64
        How many queries the run made.
    label : array of int64
        The label it returned.
    found : array of int64
        How many of the samples have the returned label.
    largest : array of int64
        How many samples the most frequent label has, counted label by label after the run.
    sets : array of int64
        Number of sets on the last frontier.
    """

    queries: Integers
    label: Integers
    found: Integers
    largest: Integers
    sets: Integers


class _State(NamedTuple):
    """Buffers of one run; a node below m is a leaf."""

    left: Integers  # children of a node
    right: Integers
    parent: Integers
    size: Integers  # number of leaves below a node
    start: Integers  # where a node's leaves begin, from left to right, if all above it are split
    share: Floats  # probability of a node
    known: Integers  # samples known to be in a node
    waiting: Integers  # samples in it that are located no deeper
    first: Integers  # of these the first, if the samples are given
    following: Integers  # the next sample at the same node
    label_of: Integers  # of a leaf
    heap: Integers
    split: Integers  # nodes split in this round
    frontier: Integers
    weight: Integers  # of the sets on the frontier
    order: Integers
    above: Integers  # tree over the frontier, by position
    mass: Integers
    number: Integers  # node at each position of that tree
    counters: Integers


_ROOT, _QUERIES, _MODE, _SETS, _BLOCK = range(5)


def truncated_search(
    p: Sequence[float], samples: int, stream: Stream, first: int, count: int
) -> SearchRuns:
    """Run Truncated Search on independent samples.

    Parameters
    ----------
    p : sequence of float
        Probabilities of the labels, of sum 1; labels are dealt out at random to the leaves of a
        balanced tree, so that their order does not matter.
    samples : int
        How many samples a run has, 1 to ``2**40``.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Number of the first run, and how many; a run depends on its number alone.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = np.array([float(entry) for entry in p])
    if law.size < 1 or not np.all(law >= 0) or not abs(law.sum() - 1.0) <= 1e-9:
        raise ValueError("p must be non-negative numbers of sum 1")
    samples = require_integer("samples", samples, 1, 2**40)
    first = require_integer("first", first, 0, 2**62)
    runs = _empty_runs(require_integer("count", count, 0))
    given = np.empty(0, np.int64)
    _runs(*stream.words, first, samples, law, given, _balanced_tree(law.size), *runs)
    return runs


def search_sequence(m: int, labels: Sequence[int]) -> SearchRuns:
    """Run Truncated Search on given samples, with label i at leaf i of the balanced tree.

    Parameters
    ----------
    m : int
        Number of labels, at least 1.
    labels : sequence of int
        The samples in their order, each in ``0 .. m - 1``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    m = require_integer("m", m, 1)
    sequence = np.array([require_integer("a label", y, 0, m - 1) for y in labels], dtype=np.int64)
    if sequence.size == 0:
        raise ValueError("labels is empty; there must be a sample")
    runs = _empty_runs(1)
    law, words = np.zeros(m), Stream.of(0).words  # neither is looked at
    _some_runs(*words, 0, sequence.size, law, sequence, _balanced_tree(m), *runs)
    return runs


def _empty_runs(count: int) -> SearchRuns:
    return SearchRuns(*(np.empty(count, np.int64) for _ in SearchRuns._fields))


def _balanced_tree(m: int) -> Integers:
    """Rows left, right, parent, size of a balanced tree over the leaves 0 .. m - 1.

    The root is the last node, children come before their parents, and every split gives the left
    child the smaller half.
    """
    tree = np.full((4, 2 * m - 1), -1, dtype=np.int64)
    tree[3, :m] = 1
    made = m

    def grow(low: int, high: int) -> int:
        nonlocal made
        if high - low == 1:
            return low
        middle = (low + high) // 2
        children = grow(low, middle), grow(middle, high)
        node, made = made, made + 1
        tree[0, node], tree[1, node], tree[3, node] = *children, high - low
        tree[2, list(children)] = node
        return node

    grow(0, m)
    return tree


@njit(cache=True)
def _buffers(m: int, given: int) -> Any:
    nodes = 2 * m - 1
    return _State(
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.zeros(nodes),
        np.empty(nodes, np.int64),
        np.empty(nodes, np.int64),
        np.full(nodes, -1, np.int64),
        np.empty(given, np.int64),
        np.arange(m),
        np.empty(m + 1, np.int64),
        np.empty(m, np.int64),
        np.empty(m, np.int64),
        np.empty(m, np.int64),
        np.empty(m, np.int64),
        np.empty(nodes, np.int64),
        np.empty(m, np.int64),
        np.empty(nodes, np.int64),
        np.empty(5, np.int64),
    )


@njit(cache=True)
def _begin(s: Any, tree: Integers) -> None:
    """A fresh run in used buffers."""
    nodes = tree.shape[1]
    for node in range(nodes):
        s.left[node] = tree[0, node]
        s.right[node] = tree[1, node]
        s.parent[node] = tree[2, node]
        s.size[node] = tree[3, node]
        s.known[node] = 0
        s.waiting[node] = 0
    s.counters[:] = 0
    s.counters[_ROOT] = nodes - 1


@njit(cache=True)
def _deal(s: Any, law: Floats, key0: np.uint64, key1: np.uint64, run: int) -> None:
    """Put the labels in random order at the leaves, and find the probabilities of all nodes."""
    m = law.size
    for leaf in range(m):
        s.label_of[leaf] = leaf
    words = philox(key0, key1, _ZERO, np.uint64(run), np.uint64(_PLACES), _ZERO)
    for leaf in range(m):
        if leaf % 4 == 0 and leaf > 0:
            block = np.uint64(leaf // 4)
            words = philox(key0, key1, block, np.uint64(run), np.uint64(_PLACES), _ZERO)
        other = leaf + int(fraction(words[leaf % 4]) * (m - leaf))
        label = s.label_of[other]
        s.label_of[other] = s.label_of[leaf]
        s.label_of[leaf] = label
        s.share[leaf] = law[label]
    for node in range(m, 2 * m - 1):
        s.share[node] = s.share[s.left[node]] + s.share[s.right[node]]


@njit(cache=True)
def _locate_given(
    known: Integers,
    waiting: Integers,
    parent: Integers,
    first: Integers,
    following: Integers,
    given: Integers,
    node: int,
) -> None:
    """Locate the samples that wait at a node in its children, where their labels are given."""
    sample = first[node]
    first[node] = -1
    waiting[node] = 0
    while sample >= 0:
        after = following[sample]
        child = given[sample]
        while parent[child] != node:
            child = parent[child]
        following[sample] = first[child]
        first[child] = sample
        waiting[child] += 1
        known[child] += 1
        sample = after


@njit(cache=True)
def _locate_random(
    known: Integers,
    waiting: Integers,
    share: Floats,
    counters: Integers,
    node: int,
    left: int,
    right: int,
    key0: np.uint64,
    key1: np.uint64,
    run: int,
) -> None:
    """Locate the samples that wait at a node in its children, where they are random."""
    part = share[left] / (share[left] + share[right])
    amount, block = waiting[node], counters[_BLOCK]
    one, counters[_BLOCK] = binomial(key0, key1, run, _SAMPLES, block, amount, part)
    waiting[node] = 0
    waiting[left] += one
    known[left] += one
    waiting[right] += amount - one
    known[right] += amount - one


@njit(cache=True)
def _before(known: Integers, start: Integers, m: int, one: int, other: int) -> bool:
    """Whether a node comes before another: heavier, or a leaf, or further left."""
    if known[one] != known[other]:
        return known[one] > known[other]
    if (one < m) != (other < m):
        return one < m
    return start[one] < start[other]


@njit(cache=True)
def _push(heap: Integers, known: Integers, start: Integers, m: int, size: int, node: int) -> None:
    at = size
    while at > 0 and _before(known, start, m, node, heap[(at - 1) // 2]):
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = node


@njit(cache=True)
def _pop(heap: Integers, known: Integers, start: Integers, m: int, size: int) -> int:
    """Take the first of so many nodes off the heap."""
    out = heap[0]
    last = heap[size - 1]
    at = 0
    while 2 * at + 1 < size - 1:
        child = 2 * at + 1
        if child + 1 < size - 1 and _before(known, start, m, heap[child + 1], heap[child]):
            child += 1
        if not _before(known, start, m, heap[child], last):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = last
    return out


@njit(cache=True)
def _search(
    s: Any, m: int, slack: float, given: Integers, key0: np.uint64, key1: np.uint64, run: int
) -> int:
    """Split the heaviest sets until a label is as heavy as every set, and those near it.

    Returns how many nodes were split.
    """
    # a whole state is slow to hand on
    heap, known, start, waiting = s.heap, s.known, s.start, s.waiting
    heap[0] = s.counters[_ROOT]
    start[heap[0]] = 0
    size, splits, mode = 1, 0, -1
    while size > 0:
        node = _pop(heap, known, start, m, size)
        size -= 1
        if mode >= 0 and known[node] < known[mode] - slack:
            break
        if node < m:
            if mode < 0:
                mode = node
            continue
        left, right = s.left[node], s.right[node]
        start[left] = start[node]
        start[right] = start[node] + s.size[left]
        amount = waiting[node]
        s.counters[_QUERIES] += amount
        if amount > 0 and given.size > 0:
            _locate_given(known, waiting, s.parent, s.first, s.following, given, node)
        elif amount > 0:
            _locate_random(known, waiting, s.share, s.counters, node, left, right, key0, key1, run)
        s.split[splits] = node
        splits += 1
        _push(heap, known, start, m, size, left)
        _push(heap, known, start, m, size + 1, right)
        size += 2
    s.counters[_MODE] = mode
    return splits


@njit(cache=True)
def _rebuild(s: Any, splits: int) -> None:
    """Put a Huffman tree over the frontier, in the place of the nodes that were split."""
    for i in range(splits):
        s.size[s.split[i]] = 0  # marks a split node
    sets, waiting = 0, 1
    s.heap[0] = s.counters[_ROOT]
    while waiting > 0:  # from left to right
        waiting -= 1
        node = s.heap[waiting]
        if s.size[node] > 0:
            s.frontier[sets] = node
            s.weight[sets] = s.known[node]
            s.order[sets] = sets
            sets += 1
        else:
            s.heap[waiting] = s.right[node]
            s.heap[waiting + 1] = s.left[node]
            waiting += 2
    sort_by_weight(s.weight, s.order, sets)
    huffman_tree(s.weight, s.order, sets, s.above, s.mass, True)
    for position in range(2 * sets - 1):
        if position < sets:
            node = s.frontier[s.order[position]]
        else:
            node = s.split[position - sets]
            s.size[node] = s.size[s.left[node]] + s.size[s.right[node]]
            s.share[node] = s.share[s.left[node]] + s.share[s.right[node]]
            s.known[node] = s.mass[position - sets]
        s.number[position] = node
        if position < 2 * sets - 2:
            up = s.split[s.above[position] - sets]
            if s.size[up] == 0:  # the first child to come
                s.left[up] = node
                s.size[up] = -1
            else:
                s.right[up] = node
            s.parent[node] = up
    s.counters[_ROOT] = s.number[2 * sets - 2]
    s.counters[_SETS] = sets


@njit(cache=True)
def _rounds(
    s: Any, m: int, samples: int, given: Integers, key0: np.uint64, key1: np.uint64, run: int
) -> None:
    """All rounds of a run, on the samples given by their leaves, or on random ones."""
    drawn, number = 0, 0
    while drawn < samples:
        batch = min(1 << number, samples - drawn)
        root = s.counters[_ROOT]
        s.known[root] += batch
        s.waiting[root] += batch
        for sample in range(drawn, min(drawn + batch, given.size)):
            s.following[sample] = s.first[root]
            s.first[root] = sample
        drawn += batch
        slack = drawn * (2.0 / 3.0) ** number / (4.0 * m)
        _rebuild(s, _search(s, m, slack, given, key0, key1, run))
        number += 1


@njit(cache=True)
def _largest(s: Any, m: int, given: Integers, key0: np.uint64, key1: np.uint64, run: int) -> int:
    """Locate all samples at their labels, without queries; the most that a label has."""
    most, waiting = 0, 1
    s.heap[0] = s.counters[_ROOT]
    while waiting > 0:
        waiting -= 1
        node = s.heap[waiting]
        if node < m:
            most = max(most, s.known[node])
            continue
        left, right = s.left[node], s.right[node]
        if s.waiting[node] > 0 and given.size > 0:
            _locate_given(s.known, s.waiting, s.parent, s.first, s.following, given, node)
        elif s.waiting[node] > 0:
            _locate_random(
                s.known, s.waiting, s.share, s.counters, node, left, right, key0, key1, run
            )
        for child in (left, right):
            if s.known[child] > 0:
                s.heap[waiting] = child
                waiting += 1
    return most


@njit(cache=True)
def _some_runs(
    key0: np.uint64,
    key1: np.uint64,
    start: int,
    samples: int,
    law: Floats,
    given: Integers,
    tree: Integers,
    queries: Integers,
    label: Integers,
    found: Integers,
    largest: Integers,
    sets: Integers,
) -> None:
    """Runs one after another, in the same buffers; on given samples if there are any."""
    m = law.size
    s = _buffers(m, given.size)
    for run in range(queries.size):
        _begin(s, tree)
        if given.size == 0:
            _deal(s, law, key0, key1, start + run)
        _rounds(s, m, samples, given, key0, key1, start + run)
        queries[run] = s.counters[_QUERIES]
        label[run] = s.label_of[s.counters[_MODE]]
        found[run] = s.known[s.counters[_MODE]]
        sets[run] = s.counters[_SETS]
        largest[run] = _largest(s, m, given, key0, key1, start + run)


@njit(cache=True, parallel=True)
def _runs(
    key0: np.uint64,
    key1: np.uint64,
    start: int,
    samples: int,
    law: Floats,
    given: Integers,
    tree: Integers,
    queries: Integers,
    label: Integers,
    found: Integers,
    largest: Integers,
    sets: Integers,
) -> None:
    for block in prange((queries.size + _RUNS_A_BLOCK - 1) // _RUNS_A_BLOCK):
        low = block * _RUNS_A_BLOCK
        high = min(low + _RUNS_A_BLOCK, queries.size)
        _some_runs(
            key0,
            key1,
            start + low,
            samples,
            law,
            given,
            tree,
            queries[low:high],
            label[low:high],
            found[low:high],
            largest[low:high],
            sets[low:high],
        )
