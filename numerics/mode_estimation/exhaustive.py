"""Exhaustive search: the label of every sample is searched for in one and the same tree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy import optimize

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream, fraction, philox
from numerics.mode_estimation.codes import balanced_lengths

__all__ = ["alias_table", "error_exponent", "search_tree", "simulate"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_ZERO, _ONE = np.uint64(0), np.uint64(1)


def alias_table(p: Sequence[float] | Floats) -> tuple[Floats, Integers]:
    """Return Walker's table: a label is kept with its share, or becomes its alias.

    Parameters
    ----------
    p : sequence of float
        Positive probabilities of sum 1, to rounding.

    Raises
    ------
    ValueError
        They are not.
    """
    shares = np.array([float(share) for share in p])
    if shares.size == 0 or not (shares.min() > 0 and abs(math.fsum(shares) - 1) <= 1e-9):
        raise ValueError("p must be positive probabilities of sum 1")
    m = shares.size
    keep, alias = np.ones(m), np.arange(m)
    scaled = shares / math.fsum(shares) * m
    small = [k for k in range(m) if scaled[k] < 1]
    large = [k for k in range(m) if scaled[k] >= 1]
    while small and large:
        low, high = small.pop(), large[-1]
        keep[low], alias[low] = scaled[low], high
        scaled[high] -= 1 - scaled[low]
        if scaled[high] < 1:
            small.append(large.pop())
    return keep, alias


def search_tree(lengths: Sequence[int] | Integers) -> tuple[Integers, Integers]:
    """Return a binary tree whose leaves have the given depths.

    Parameters
    ----------
    lengths : sequence of int
        The depth of each leaf.

    Returns
    -------
    nodes : array of int64 with a row for each internal node, the root first
        The number of the first leaf of the right half, and what is left and right: another row, or
        -1 minus the number of a leaf. Leaves are numbered from left to right.
    leaves : array of int64
        Which label each leaf has.

    Raises
    ------
    ValueError
        There is no such tree.
    """
    depths = [require_integer("a length", length, 0, 10_000) for length in lengths]
    if sum(2 ** (max(depths, default=0) - depth) for depth in depths) != 2 ** max(
        depths, default=0
    ):
        raise ValueError("no binary tree has leaves of these depths")
    leaves = sorted(range(len(depths)), key=lambda leaf: depths[leaf])
    nodes: list[list[int]] = []
    open_ends: list[tuple[int, int, int]] = [(0, -1, 0)]  # depth, the row above, which half of it
    placed = 0
    while open_ends:
        depth, row, half = open_ends.pop()
        if row >= 0 and half == 2:
            nodes[row][0] = placed
        here = -1 - placed
        if depths[leaves[placed]] > depth:
            here = len(nodes)
            nodes.append([0, 0, 0])
            open_ends += [(depth + 1, here, 2), (depth + 1, here, 1)]
        else:
            placed += 1
        if row >= 0:
            nodes[row][half] = here
    return np.array(nodes, dtype=np.int64).reshape(-1, 3), np.array(leaves, dtype=np.int64)


def error_exponent(p: Sequence[float] | Floats) -> float:
    """Return how fast the probability falls that a rival is as frequent as the first class.

    Parameters
    ----------
    p : sequence of numbers
        At least two positive probabilities of sum 1, the first one the largest.

    Returns
    -------
    float
        The least over all rivals of minus the logarithm of the least mean of ``t`` to the power of
        the lead of the rival in one sample, over all ``t > 0`` (Chernoff), found by minimisation.

    Raises
    ------
    ValueError
        The first probability is not the largest, or an argument is not of this kind.
    """
    shares = np.array([float(share) for share in p])
    if shares.size < 2 or not (shares.min() > 0 and abs(math.fsum(shares) - 1) <= 1e-9):
        raise ValueError("p must be at least two positive probabilities of sum 1")
    first, rival = float(shares[0]), float(shares[1:].max())
    if rival >= first:
        raise ValueError("the first probability is not the largest")

    def lead(s: float) -> float:  # the mean less 1, without cancellation
        return rival * math.expm1(s) + first * math.expm1(-s)

    found = optimize.minimize_scalar(
        lead, bounds=(0, 50), method="bounded", options={"xatol": 1e-9}
    )
    return -math.log1p(float(found.fun))


def simulate(
    p: Sequence[float] | Floats,
    n: int,
    stream: Stream,
    first: int,
    runs: int,
    lengths: Sequence[int] | Integers | None = None,
    shuffled: bool = True,
) -> tuple[Integers, Integers]:
    """Search for the label of every sample in a tree, and take the most frequent label.

    Parameters
    ----------
    p : sequence of float
        Positive probabilities of sum 1.
    n : int
        Samples in a run, at least 1.
    stream : Stream
    first, runs : int
        The runs are replicates ``first .. first + runs - 1`` of the stream.
    lengths : sequence of int, optional
        The depths of the leaves; those of a balanced tree by default.
    shuffled : bool
        Whether the labels come to the leaves in a random order, another one in each run.

    Returns
    -------
    questions, mode : arrays of int64
        How many questions were asked, and the first of the most frequent labels.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    n = require_integer("n", n, 1)
    first, runs = require_integer("first", first, 0), require_integer("runs", runs, 1)
    keep, alias = alias_table(p)
    nodes, leaves = search_tree(balanced_lengths(keep.size) if lengths is None else lengths)
    if leaves.size != keep.size:
        raise ValueError(f"the tree has {leaves.size} leaves for {keep.size} classes")
    asked, mode = np.empty(runs, np.int64), np.empty(runs, np.int64)
    _simulate(keep, alias, n, nodes, leaves, shuffled, *stream.words, first, asked, mode)
    return asked, mode


@njit(cache=True)
def _shuffle(key0: np.uint64, key1: np.uint64, replicate: np.uint64, order: Integers) -> None:
    """A random order (Fisher and Yates), from the lane of its own."""
    for k in range(order.size - 1, 0, -1):
        u = fraction(philox(key0, key1, np.uint64(k), replicate, _ONE, _ZERO)[0])
        other = min(int(u * (k + 1)), k)
        order[k], order[other] = order[other], order[k]


@njit(cache=True)
def _find(leaf: int, nodes: Integers) -> tuple[int, int]:
    """Ask from the root down on which side the leaf is; the leaf found, and how often was asked."""
    asked = row = 0
    while row >= 0:
        asked += 1
        row = nodes[row, 1] if leaf < nodes[row, 0] else nodes[row, 2]
    return -1 - row, asked


@njit(cache=True, parallel=True)
def _simulate(
    keep: Floats,
    alias: Integers,
    n: int,
    nodes: Integers,
    leaves: Integers,
    shuffled: bool,
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    asked: Integers,
    mode: Integers,
) -> None:
    m = keep.size
    for run in prange(asked.size):
        replicate = np.uint64(first + run)
        label_at, leaf_of, counts = leaves.copy(), np.empty(m, np.int64), np.zeros(m, np.int64)
        if shuffled:
            _shuffle(key0, key1, replicate, label_at)
        for leaf in range(m):
            leaf_of[label_at[leaf]] = leaf
        total = 0
        for block in range((n + 3) // 4):
            words = philox(key0, key1, np.uint64(block), replicate, _ZERO, _ZERO)
            for t in range(4 * block, min(4 * block + 4, n)):
                u = fraction(words[t - 4 * block]) * m
                label = min(int(u), m - 1)
                label = label if u - label < keep[label] else alias[label]
                if m > 1:
                    leaf, more = _find(leaf_of[label], nodes)
                    total += more
                    counts[label_at[leaf]] += 1
                else:
                    counts[0] += 1
        asked[run], mode[run] = total, np.argmax(counts)
