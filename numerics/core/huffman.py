"""Huffman trees of an array of weights: kernels that other kernels call, in buffers of the caller.

The weights may be integers (exact costs) or floats. A tree over ``count`` leaves has its leaves at
positions ``0 .. count - 1``, in the order of their weights, and its internal nodes after them in
the order in which they are made; the last one, ``2 count - 2``, is the root. Everything costs
``O(count)`` once the order is known, and nothing is allocated:

>>> import numpy as np
>>> weights = np.array([3, 1, 2]); order = np.arange(3)
>>> depths, parent, mass = np.empty(3, np.int64), np.empty(5, np.int64), np.empty(3, np.int64)
>>> sort_by_weight(weights, order, 3)
>>> int(huffman_depths(weights, order, 3, depths, parent, mass, True)), depths.tolist()
(9, [1, 2, 2])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["huffman_cost", "huffman_depths", "huffman_tree", "sort_by_weight"]

Integers = NDArray[np.int64]
Weights = NDArray[Any]


@njit(cache=True)
def sort_by_weight(weights: Weights, order: Integers, count: int) -> None:
    """Sort indices so that their weights increase (kernel).

    Parameters
    ----------
    weights : array
        No NaN.
    order : array of int64
        Its first ``count`` entries, indices into ``weights``, are sorted in place; equal weights
        come in the order of their indices. Nearly sorted input costs ``O(count)``, any input
        ``O(count log count)``.
    count : int
        At least 0.
    """
    moves = 8 * count
    for i in range(1, count):
        item = order[i]
        weight = weights[item]
        j = i - 1
        while j >= 0 and (
            weights[order[j]] > weight or (weights[order[j]] == weight and order[j] > item)
        ):
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = item
        moves -= i - 1 - j
        if moves < 0:
            break
    else:
        return
    for root in range(count // 2 - 1, -1, -1):
        _sink(weights, order, root, count)
    for last in range(count - 1, 0, -1):
        order[0], order[last] = order[last], order[0]
        _sink(weights, order, 0, last)


@njit(cache=True)
def _sink(weights: Weights, order: Integers, root: int, size: int) -> None:
    """Let the entry at ``root`` sink in a heap whose largest entry is the first."""
    item = order[root]
    weight = weights[item]
    while 2 * root + 1 < size:
        child = 2 * root + 1
        one = order[child]
        if child + 1 < size:
            other = order[child + 1]
            if weights[other] > weights[one] or (weights[other] == weights[one] and other > one):
                child, one = child + 1, other
        if weights[one] < weight or (weights[one] == weight and one < item):
            break
        order[root] = one
        root = child
    order[root] = item


@njit(cache=True)
def huffman_tree(
    weights: Weights,
    order: Integers,
    count: int,
    parent: Integers,
    mass: Weights,
    leaves_first: bool,
) -> Any:
    """Build a Huffman tree and return its cost: the sum of weight times depth (kernel).

    Parameters
    ----------
    weights : array
        Not negative.
    order : array of int64
        Its first ``count`` entries are the indices of the leaves, by increasing weight.
    count : int
        At least 1.
    parent : array of int64, of size ``2 count - 1`` or more
        Filled with the position of each node's parent, -1 for the root.
    mass : array of the type of the weights, of size ``count - 1`` or more
        Filled with the weights of the internal nodes, which increase; the last one is the total.
    leaves_first : bool
        Whether among equal weights leaves are merged before internal nodes, which makes the tree
        as flat as an optimal tree can be (Schwartz 1964); otherwise it is as deep as can be.

    Notes
    -----
    Two queues, of leaves and of internal nodes, each in increasing order (van Leeuwen 1976).
    """
    cost = weights[order[0]] - weights[order[0]]
    leaf, node = 0, 0
    for made in range(count - 1):
        total = weights[order[0]] - weights[order[0]]
        for _ in range(2):
            take_leaf = leaf < count
            if take_leaf and node < made:
                w = weights[order[leaf]]
                take_leaf = w < mass[node] or (w == mass[node] and leaves_first)
            if take_leaf:
                total += weights[order[leaf]]
                parent[leaf] = count + made
                leaf += 1
            else:
                total += mass[node]
                parent[count + node] = count + made
                node += 1
        mass[made] = total
        cost += total
    parent[2 * count - 2] = -1
    return cost


@njit(cache=True)
def huffman_depths(
    weights: Weights,
    order: Integers,
    count: int,
    depths: Integers,
    parent: Integers,
    mass: Weights,
    leaves_first: bool,
) -> Any:
    """Find the depth of every leaf of a Huffman tree and return the cost of the tree (kernel).

    Parameters
    ----------
    weights, order, count, mass, leaves_first
        As for `huffman_tree`.
    depths : array of int64
        ``depths[order[k]]`` is set for every leaf; other entries stay as they are.
    parent : array of int64, of size ``2 count - 1`` or more
        Left holding the depths of the nodes by position, not their parents.
    """
    cost = huffman_tree(weights, order, count, parent, mass, leaves_first)
    parent[2 * count - 2] = 0
    for position in range(2 * count - 3, -1, -1):  # parents come after their children
        parent[position] = parent[parent[position]] + 1
    for leaf in range(count):
        depths[order[leaf]] = parent[leaf]
    return cost


@njit(cache=True)
def huffman_cost(weights: Weights, order: Integers, count: int, mass: Weights) -> Any:
    """Return the cost of a Huffman tree, without the tree (kernel).

    Parameters
    ----------
    weights, order, count, mass
        As for `huffman_tree`.
    """
    cost = weights[order[0]] - weights[order[0]]
    leaf, node = 0, 0
    for made in range(count - 1):
        total = weights[order[0]] - weights[order[0]]
        for _ in range(2):
            if node == made or (leaf < count and weights[order[leaf]] <= mass[node]):
                total += weights[order[leaf]]
                leaf += 1
            else:
                total += mass[node]
                node += 1
        mass[made] = total
        cost += total
    return cost
