"""Search for the most frequent label in a tree of sets, sample by sample, and its least cost.

A tree is a label or a pair of trees (see `numerics.mode_estimation.coarse_cost`). A query asks of
one sample in which of the two parts of a set it lies.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from numerics.core.streams import Stream

__all__ = [
    "Certificate",
    "best_first_search",
    "breadth_first_search",
    "labels_of",
    "least_certificate_cost",
    "random_search",
    "truncated_huffman_cost",
]

Tree = Any
Weight = int | Fraction
_Frontier = list[tuple[Tree, list[int], int]]  # sets, the samples in them, and their depths


class Certificate(NamedTuple):
    """What a search has done, and what it has found.

    Attributes
    ----------
    label : int
        The label that the search returns.
    queries : int
        How many queries it made, one by one.
    frontier : list of (labels, depth)
        The sets that were not split.
    split : list of int
        Numbers of samples in the sets that were split.
    whole : list of int
        Numbers of samples in the sets of two labels or more on the frontier.
    """

    label: int
    queries: int
    frontier: list[tuple[frozenset[int], int]]
    split: list[int]
    whole: list[int]


def labels_of(tree: Tree) -> frozenset[int]:
    """Return the labels of a tree."""
    if isinstance(tree, tuple):
        return labels_of(tree[0]) | labels_of(tree[1])
    return frozenset([tree])


def best_first_search(tree: Tree, samples: Sequence[int], leaves_first: bool = True) -> Certificate:
    """Split the set with the most samples until it is a single label, and return that.

    Parameters
    ----------
    tree : tree
        Of the labels.
    samples : sequence of int
        The label of each.
    leaves_first : bool
        Whether a label comes before a set with as many samples, or after it.

    Raises
    ------
    ValueError
        If a sample has a label that the tree lacks.
    """

    def choose(frontier: _Frontier) -> int:
        def rank(place: int) -> tuple[int, bool]:
            node, inside, _ = frontier[place]
            return len(inside), isinstance(node, tuple) is not leaves_first

        return max(range(len(frontier)), key=rank)

    return _search(tree, samples, choose)


def breadth_first_search(tree: Tree, samples: Sequence[int]) -> Certificate:
    """Split the sets in the order of their depth, and return the first label that is met."""
    return _search(tree, samples, lambda frontier: 0)


def _search(
    tree: Tree,
    samples: Sequence[int],
    choose: Callable[[_Frontier], int],
) -> Certificate:
    _require_known(tree, samples)
    frontier: _Frontier = [(tree, list(range(len(samples))), 0)]
    queries, split = 0, list[int]()
    while True:
        place = choose(frontier)
        node, inside, depth = frontier[place]
        if not isinstance(node, tuple):
            return _certificate(node, queries, frontier, split)
        del frontier[place]
        queries += _split(node, inside, depth, samples, frontier)
        split.append(len(inside))


def random_search(tree: Tree, samples: Sequence[int], stream: Stream) -> Certificate:
    """Split sets in random order until a label has as many samples as every set.

    Raises
    ------
    ValueError
        If a sample has a label that the tree lacks.
    """
    _require_known(tree, samples)
    rng = stream.numpy()
    frontier: _Frontier = [(tree, list(range(len(samples))), 0)]
    queries, split = 0, list[int]()
    while True:
        heaviest = max(len(inside) for _, inside, _ in frontier)
        for node, inside, _ in frontier:
            if not isinstance(node, tuple) and len(inside) == heaviest:
                return _certificate(node, queries, frontier, split)
        sets = [k for k, (node, _, _) in enumerate(frontier) if isinstance(node, tuple)]
        node, inside, depth = frontier.pop(int(rng.choice(np.array(sets))))
        queries += _split(node, inside, depth, samples, frontier)
        split.append(len(inside))


def _require_known(tree: Tree, samples: Sequence[int]) -> None:
    if strange := set(samples) - labels_of(tree):
        raise ValueError(f"samples has the label {min(strange)}, which the tree lacks")


def _split(
    node: Tree,
    inside: list[int],
    depth: int,
    samples: Sequence[int],
    frontier: _Frontier,
) -> int:
    """Ask every sample of a set in which part it lies, and return how many queries that takes."""
    parts: tuple[list[int], list[int]] = ([], [])
    first = labels_of(node[0])
    queries = 0
    for sample in inside:
        queries += 1
        parts[0 if samples[sample] in first else 1].append(sample)
    for child, part in zip(node, parts, strict=True):
        frontier.append((child, part, depth + 1))
    return queries


def _certificate(label: int, queries: int, frontier: _Frontier, split: list[int]) -> Certificate:
    sets = [(labels_of(node), depth) for node, _, depth in frontier]
    whole = [len(inside) for node, inside, _ in frontier if isinstance(node, tuple)]
    return Certificate(label, queries, sets, split, whole)


def truncated_huffman_cost(weights: Sequence[Weight]) -> Weight:
    """Return the cost of Huffman's tree cut off at the mode: the weights of its heavier sets.

    Ties do not matter: they change the tree, but not the weights of its sets.

    Raises
    ------
    ValueError
        If there are no weights, or one is negative.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be one or more non-negative numbers")
    heap = list(weights)
    heapq.heapify(heap)
    cost: Weight = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        if joined > max(weights):
            cost += joined
        heapq.heappush(heap, joined)
    return cost


def least_certificate_cost(weights: Sequence[Weight]) -> Weight:
    """Return the least sum, over all trees, of the weights of the sets heavier than the mode.

    Raises
    ------
    ValueError
        If there are no weights or more than 10, or one is negative.
    """
    m = len(weights)
    if not 1 <= m <= 10 or min(weights) < 0:
        raise ValueError("weights must be 1 to 10 non-negative numbers")
    most = max(weights)
    mass: list[Weight] = [0] * (1 << m)
    best: list[Weight] = [0] * (1 << m)
    for chosen in range(1, 1 << m):
        low = chosen & -chosen
        mass[chosen] = mass[chosen ^ low] + weights[low.bit_length() - 1]
        if mass[chosen] <= most or chosen == low:
            continue
        rest = chosen ^ low
        part = rest
        least: Weight | None = None
        while part:  # one part holds the lowest label, the other one is not empty
            cost = best[part] + best[chosen ^ part]
            if least is None or cost < least:
                least = cost
            part = (part - 1) & rest
        best[chosen] = mass[chosen] + (least or 0)
    return best[-1]
