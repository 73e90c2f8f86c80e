"""Exact costs of coarse partitions: Huffman trees over sets, population search, stable partitions.

Everything is in the arithmetic of the weights: exact for integers and fractions. The first label
is the mode, of the largest weight. A tree is a label, or a pair of trees.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream

__all__ = [
    "Round",
    "all_trees",
    "crowded_family",
    "huffman_cost",
    "is_stable",
    "join",
    "population_search",
    "random_tree",
    "stable_partitions",
    "weight_of",
]

Weight = int | Fraction
Tree = Any  # an int, or a pair of trees


class Round(NamedTuple):
    """One round of population search.

    Attributes
    ----------
    cost : int or Fraction
        Sum of the weights of the sets that were split: queries a sample, times the total weight.
    masses : tuple
        Weights of the sets on the frontier, the heaviest first.
    """

    cost: Weight
    masses: tuple[Weight, ...]


def huffman_cost(weights: Sequence[Weight]) -> Weight:
    """Return the least sum of weight times depth of a binary tree over these weights.

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
        cost += joined
        heapq.heappush(heap, joined)
    return cost


def weight_of(tree: Tree, weights: Sequence[Weight]) -> Weight:
    """Return the total weight of the labels of a tree."""
    if isinstance(tree, tuple):
        return weight_of(tree[0], weights) + weight_of(tree[1], weights)
    return weights[tree]


def join(trees: Sequence[Tree], weights: Sequence[Weight]) -> Tree:
    """Put a Huffman tree over the trees; among equal weights the earlier ones are joined first."""
    heap = [(weight_of(tree, weights), place, tree) for place, tree in enumerate(trees)]
    heapq.heapify(heap)
    place = len(heap)
    while len(heap) > 1:
        one, other = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (one[0] + other[0], place, (one[2], other[2])))
        place += 1
    return heap[0][2]


def population_search(weights: Sequence[Weight], tree: Tree) -> list[Round]:
    """Split the sets heavier than the mode, put a Huffman tree over the frontier, and repeat.

    Parameters
    ----------
    weights : sequence of int or Fraction
        Of the labels, the first one larger than the others.
    tree : tree
        Over all labels, to begin with.

    Returns
    -------
    list of Round
        Up to the first round after which nothing changes.

    Raises
    ------
    ValueError
        If the first weight is not the unique largest one.
    """
    _require_mode(weights)
    rounds: list[Round] = []
    while True:
        cost: Weight = 0
        frontier: list[Tree] = []
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            weight = weight_of(node, weights)
            if isinstance(node, tuple) and weight > weights[0]:
                cost += weight
                waiting += node
            else:
                frontier.append(node)
        masses = sorted((weight_of(node, weights) for node in frontier), reverse=True)
        rounds.append(Round(cost, tuple(masses)))
        if len(rounds) > 1 and rounds[-1].masses == rounds[-2].masses:
            return rounds[:-1] if rounds[-1].cost == rounds[-2].cost else rounds
        tree = join(frontier, weights)


def is_stable(masses: Sequence[Weight], mode: Weight) -> bool:
    """Tell whether no two of the masses can be joined to one of at most the mode's."""
    least = sorted(masses)
    return max(masses) == mode and (len(masses) < 2 or least[0] + least[1] > mode)


def stable_partitions(weights: Sequence[Weight]) -> Iterator[tuple[Weight, ...]]:
    """Yield the masses, the heaviest first, of every stable partition of the labels.

    Raises
    ------
    ValueError
        If there are more than 10 labels, or the first is not the unique mode.
    """
    _require_mode(weights)
    if len(weights) > 10:
        raise ValueError(f"weights has {len(weights)} entries; at most 10 are enumerated")

    def grow(sets: list[Weight], label: int) -> Iterator[tuple[Weight, ...]]:
        if label == len(weights):
            if is_stable(sets, weights[0]):
                yield tuple(sorted(sets, reverse=True))
            return
        for place in range(1, len(sets)):  # the mode stays by itself
            if sets[place] + weights[label] <= weights[0]:
                longer = [*sets]
                longer[place] += weights[label]
                yield from grow(longer, label + 1)
        yield from grow([*sets, weights[label]], label + 1)

    yield from grow([weights[0]], 1)


def all_trees(labels: Sequence[int]) -> Iterator[Tree]:
    """Yield every binary tree over the labels, without regard to left and right."""
    if len(labels) == 1:
        yield labels[0]
        return
    first, rest = labels[0], labels[1:]
    for chosen in range(2 ** len(rest) - 1):
        one = [first, *(y for i, y in enumerate(rest) if chosen >> i & 1)]
        other = [y for i, y in enumerate(rest) if not chosen >> i & 1]
        for left in all_trees(one):
            for right in all_trees(other):
                yield left, right


def random_tree(m: int, stream: Stream) -> Tree:
    """Return a tree over labels 0 .. m - 1 that joins two random parts at a time.

    Raises
    ------
    ValueError
        If m is below 1.
    """
    rng = stream.numpy()
    parts: list[Tree] = list(range(require_integer("m", m, 1)))
    while len(parts) > 1:
        one, other = sorted(rng.choice(len(parts), size=2, replace=False).tolist(), reverse=True)
        parts.append((parts.pop(one), parts.pop(other)))
    return parts[0]


def crowded_family(sets: int, grain: int = 1000) -> tuple[int, ...]:
    """Return the masses of a stable partition into nearly as many sets as the mode allows.

    Parameters
    ----------
    sets : int
        At least 3.
    grain : int
        Weight of every set but the mode, at least 2; the mode has one less than twice that.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    sets = require_integer("sets", sets, 3)
    grain = require_integer("grain", grain, 2)
    return (2 * grain - 1, *[grain] * (sets - 1))


def _require_mode(weights: Sequence[Weight]) -> None:
    if not weights or min(weights) < 0 or weights[0] <= max([0, *weights[1:]]):
        raise ValueError("weights must not be negative, and the first one the unique largest")
