"""Elimination of sets of classes: independent runs, with the number of queries that each takes.

Samples come in batches of 2, 4, 8, ... After a batch, every sample is identified as far as a
partition of the classes into sets: from the root of the tree down, a set is split when its count
is at least ``share`` times the largest count of a single class, less a slack; a split asks one
question about every sample that is not yet known to lie in a part of it. Then sets whose count N is
below ``N_max - sqrt(c N_max L)``, ``L = log(pi^2 n^2 m / delta)`` after n samples, are dropped, and
a Huffman tree over the others and one leaf of all dropped classes is the tree of the next batch.

Where a set of the partition holds dropped classes besides others, the set stays until its own count
meets the criterion: no class is ever dropped without that. (In the published implementation such a
set is dropped at once, and is not marked as dropped.) A best-first search finds the largest count
of a single class before it needs it, so the simulator may look it up.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.huffman import huffman_tree, sort_by_weight
from numerics.core.streams import Stream, fraction, integers, philox
from numerics.mode_estimation.elimination_costs import Runs
from numerics.mode_estimation.sampling import alias_table, probabilities

__all__ = ["set_elimination_runs", "simulate"]

_CHUNKS = 64
_ROUNDS = 40
_LARGEST = 2**40
_ZERO = np.uint64(0)


def simulate(p: ArrayLike, delta: float, c: float, runs: int, seed: int) -> Runs:
    """Run the elimination of sets to its end, many times independently.

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
    stop undecided, with the answer -1, after 2^40 samples (`set_elimination_runs` sets that limit).
    """
    delta = require_real("delta", delta, above=0, at_most=1)
    stream = Stream.of(seed, "set elimination")
    return set_elimination_runs(p, -math.log(delta), c, stream, 0, runs)


def set_elimination_runs(
    p: ArrayLike,
    confidence: float,
    c: float,
    stream: Stream,
    first: int,
    count: int,
    largest: int = _LARGEST,
    share: float = 0.5,
) -> Runs:
    """Run the elimination of sets; run i depends on the stream and on i alone.

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
        A run stops undecided, with the answer -1, before the batch that would exceed so many
        samples.
    share : float
        Sets are split down to this share of the largest count, in (0, 1].

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
    share = require_real("share", share, above=0, at_most=1)
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
        _runs(*stream.words, first, threshold, alias, constant, c, largest, share, *out)
    return queries, samples, answers


@njit(cache=True, parallel=True)
def _runs(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    threshold: NDArray[np.float64],
    alias: NDArray[np.int64],
    constant: float,
    c: float,
    largest: int,
    share: float,
    queries: NDArray[np.int64],
    samples: NDArray[np.int64],
    answers: NDArray[np.int64],
) -> None:
    m, runs = threshold.size, queries.size
    chunks = min(runs, _CHUNKS)
    for chunk in prange(chunks):
        items = m + _ROUNDS
        nodes = 2 * items + 1
        node = np.empty((6, nodes), np.int64)
        item = np.empty((4, items), np.int64)
        known = np.empty((2, items, _ROUNDS + 2), np.int64)
        work = np.empty((6, nodes), np.int64)
        for run in range(chunk * runs // chunks, (chunk + 1) * runs // chunks):
            key = (key0, key1, np.uint64(first + run))
            queries[run], samples[run], answers[run] = _one_run(
                key, threshold, alias, constant, c, largest, share, node, item, known, work
            )


@njit(cache=True)
def _one_run(
    key: tuple[np.uint64, np.uint64, np.uint64],
    threshold: NDArray[np.float64],
    alias: NDArray[np.int64],
    constant: float,
    c: float,
    largest: int,
    share: float,
    node: NDArray[np.int64],
    item: NDArray[np.int64],
    known: NDArray[np.int64],
    work: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Queries, samples and answer of one run.

    Items are the classes, 0 .. m - 1, and collections of dropped classes, m and up. The leaves of
    a node are the items at the places start .. end - 1. What is known of the samples of an item
    is a stack of (node, number of samples known to lie in it), the largest node on top.
    """
    left, right, start, end, count = node[0], node[1], node[2], node[3], node[4]
    total, height, owner, place_of = item[0], item[1], item[2], item[3]
    at, many = known[0], known[1]
    places, free, split, frontier = work[0], work[1], work[2], work[3]
    key0, key1, replicate = key
    m = threshold.size
    total[:], height[:] = 0, 0
    for y in range(m):
        owner[y] = y
    unused = left.size
    for i in range(unused):
        free[i] = unused - 1 - i
    _shuffle(key, places, place_of, work[4], m)
    root, unused = _balanced(node, places, free, unused, split, m)
    words = np.empty(4, np.uint64)
    n, queries, largest_count, alive, collections = 0, 0, 0, m, 0
    for round_ in range(1, _ROUNDS):
        batch = 1 << round_
        if n + batch > largest:
            break
        for sample in range(batch):
            if sample & 3 == 0:
                words[0], words[1], words[2], words[3] = philox(
                    key0, key1, np.uint64(sample), replicate, np.uint64(round_), _ZERO
                )
            u = fraction(words[sample & 3]) * m
            y = min(int(u), m - 1)
            if u - y >= threshold[y]:
                y = alias[y]
            y = owner[y]
            top = height[y] - 1
            if top < 0 or at[y, top] != root:
                top += 1
                height[y] = top + 1
                at[y, top], many[y, top] = root, 0
            many[y, top] += 1
            total[y] += 1
            if y < m:
                largest_count = max(largest_count, total[y])
        n += batch
        count[root] = n
        least = share * largest_count - (2.0 / 3.0) ** round_ / (4 * m) * n
        asked, cut, pieces = _refine(
            node, item, known, places, m, root, least, split, frontier, work[4]
        )
        queries += asked
        for i in range(cut):
            free[unused] = split[i]
            unused += 1
        # what is dropped, and the dropped classes that lie open, make one new item
        level = largest_count - math.sqrt(c * largest_count * (constant + 2 * math.log(float(n))))
        dropped = m + collections
        kept, waste, opened = 0, 0, False
        for i in range(pieces):
            v = frontier[i]
            single = left[v] < 0
            is_trash = single and places[start[v]] >= m
            if not (is_trash or count[v] < level):
                frontier[kept] = v
                kept += 1
                continue
            opened = True
            waste += count[v]
            for position in range(start[v], end[v]):
                old = places[position]
                alive -= old < m
                place_of[old] = -1
            unused = _release(left, right, free, unused, work[4], v)
        if alive == 1:
            for y in range(m):
                if place_of[y] >= 0:
                    return queries, n, y
        if opened:
            for y in range(m):
                if place_of[owner[y]] < 0:
                    owner[y] = dropped
            collections += 1
            unused -= 1
            v = free[unused]
            left[v], right[v], start[v], end[v] = -1, -1, -1, -1
            count[v] = waste
            total[dropped], height[dropped] = waste, 1
            at[dropped, 0], many[dropped, 0] = v, waste
            frontier[kept] = v
            kept += 1
        root, unused = _grow(
            node, places, place_of, frontier, kept, dropped, free, unused, split, work[4], work[5]
        )
    return queries, n, -1


@njit(cache=True)
def _shuffle(
    key: tuple[np.uint64, np.uint64, np.uint64],
    places: NDArray[np.int64],
    place_of: NDArray[np.int64],
    lots: NDArray[np.int64],
    m: int,
) -> None:
    """Put the classes at places in random order."""
    integers(key[0], key[1], int(key[2]), 0, 1 << 62, lots[:m])
    for y in range(m):
        other = lots[y] % (y + 1)
        places[y] = places[other]
        places[other] = y
    for i in range(m):
        place_of[places[i]] = i


@njit(cache=True)
def _balanced(
    node: NDArray[np.int64],
    places: NDArray[np.int64],
    free: NDArray[np.int64],
    unused: int,
    pending: NDArray[np.int64],
    m: int,
) -> tuple[int, int]:
    """Build a balanced tree over the places; return its root and how many nodes are free."""
    left, right, start, end = node[0], node[1], node[2], node[3]
    unused -= 1
    root = free[unused]
    start[root], end[root] = 0, m
    pending[0] = root
    waiting = 1
    while waiting:
        waiting -= 1
        v = pending[waiting]
        left[v] = right[v] = -1
        if end[v] - start[v] > 1:
            middle = (start[v] + end[v]) // 2
            one, other = free[unused - 1], free[unused - 2]
            unused -= 2
            left[v], right[v] = one, other
            start[one], end[one], start[other], end[other] = start[v], middle, middle, end[v]
            pending[waiting], pending[waiting + 1] = one, other
            waiting += 2
    return root, unused


@njit(cache=True)
def _refine(
    node: NDArray[np.int64],
    item: NDArray[np.int64],
    known: NDArray[np.int64],
    places: NDArray[np.int64],
    m: int,
    root: int,
    least: float,
    split: NDArray[np.int64],
    frontier: NDArray[np.int64],
    pending: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Split sets of at least so many samples; return the queries, the splits, the sets left."""
    left, right, start, end, count = node[0], node[1], node[2], node[3], node[4]
    total, height = item[0], item[1]
    at, many = known[0], known[1]
    queries, cut, pieces, waiting = 0, 0, 0, 1
    pending[0] = root
    while waiting:
        waiting -= 1
        v = pending[waiting]
        if left[v] < 0 or count[v] < least:
            frontier[pieces] = v
            pieces += 1
            continue
        split[cut] = v
        cut += 1
        one, other = left[v], right[v]
        for child in (one, other):
            found = 0
            for position in range(start[child], end[child]):
                y = places[position]
                found += total[y]
                top = height[y] - 1
                if top >= 0 and at[y, top] == v:
                    queries += many[y, top]
                    if top > 0 and at[y, top - 1] == child:
                        many[y, top - 1] += many[y, top]
                        height[y] = top
                    else:
                        at[y, top] = child
            count[child] = found
        pending[waiting], pending[waiting + 1] = one, other
        waiting += 2
    return queries, cut, pieces


@njit(cache=True)
def _release(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    free: NDArray[np.int64],
    unused: int,
    pending: NDArray[np.int64],
    root: int,
) -> int:
    """Free all nodes of a subtree."""
    pending[0] = root
    waiting = 1
    while waiting:
        waiting -= 1
        v = pending[waiting]
        free[unused] = v
        unused += 1
        if left[v] >= 0:
            pending[waiting], pending[waiting + 1] = left[v], right[v]
            waiting += 2
    return unused


@njit(cache=True)
def _grow(
    node: NDArray[np.int64],
    places: NDArray[np.int64],
    place_of: NDArray[np.int64],
    frontier: NDArray[np.int64],
    pieces: int,
    dropped: int,
    free: NDArray[np.int64],
    unused: int,
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    mass: NDArray[np.int64],
) -> tuple[int, int]:
    """Join the sets by a Huffman tree of their counts; return its root and how many nodes are free.

    The leaves get new places, so that those of every node are next to each other.
    """
    left, right, start, end, count, old = node[0], node[1], node[2], node[3], node[4], node[5]
    for i in range(pieces):
        order[i] = frontier[i]
    sort_by_weight(count, order, pieces)
    huffman_tree(count, order, pieces, parent, mass, True)
    for made in range(pieces - 1):
        unused -= 1
        v = free[unused]
        order[pieces + made] = v
        count[v] = mass[made]
        left[v] = right[v] = -1
    for position in range(2 * pieces - 2):
        v, above = order[position], order[parent[position]]
        if left[above] < 0:
            left[above] = v
        else:
            right[above] = v
    root = order[2 * pieces - 2]
    # a walk in depth: leaves take the next place, nodes start where the walk enters them
    items = place_of.size
    fresh, pending = mass[:items], order
    next_place, waiting = 0, 1
    pending[0] = root
    while waiting:
        v = pending[waiting - 1]
        if v < 0:  # on the way back
            end[-1 - v] = next_place
            waiting -= 1
            continue
        old[v] = start[v]
        start[v] = next_place
        if left[v] < 0:
            y = dropped if old[v] < 0 else places[old[v]]
            fresh[next_place] = y
            next_place += 1
            end[v] = next_place
            waiting -= 1
            continue
        pending[waiting - 1] = -1 - v
        pending[waiting], pending[waiting + 1] = right[v], left[v]
        waiting += 2
    for position in range(next_place):
        places[position] = fresh[position]
        place_of[fresh[position]] = position
    return root, unused
