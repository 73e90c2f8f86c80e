"""Binary trees over classes: Huffman's, the best of all, and others to compare them with.

A tree is searched by asking, for one sample, in which half of the classes its label lies, from the
root down: the mean number of questions is the cost of the tree, the sum of probability times depth.
Weights that are integers or fractions give exact costs.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.core import huffman

__all__ = [
    "balanced_lengths",
    "cost",
    "huffman_ancestors",
    "huffman_cost",
    "huffman_lengths",
    "least_cost",
    "least_joint_cost",
    "redundancy",
    "shannon_fano_lengths",
]

Weights = Sequence[Any]
_MOST = 12  # the best of all trees is found by looking at every pair of disjoint sets of leaves


def huffman_cost(weights: Weights) -> Any:
    """Return the sum of weight times depth in a Huffman tree.

    Parameters
    ----------
    weights : sequence of numbers
        At least one, none negative. A weight of 0 has its leaf, too: without it the cost may fall.

    Returns
    -------
    int, Fraction or float
        Exact unless a weight is a float; then with relative error below ``len(weights) * 2**-52``.

    Raises
    ------
    ValueError
        There are no weights, or one is negative or no number.
    """
    heap = _required(weights)
    heapq.heapify(heap)
    total: Any = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


def huffman_lengths(weights: Weights, leaves_first: bool = True) -> NDArray[np.int64]:
    """Return the depth of each leaf of a Huffman tree.

    Parameters
    ----------
    weights : sequence of numbers
        At least one, none negative; compared as floats.
    leaves_first : bool
        Whether ties give the flattest optimal tree, or one that is deep.

    Raises
    ------
    ValueError
        There are no weights, or one is negative or no number.
    """
    values = np.array([float(weight) for weight in _required(weights)])
    m = values.size
    order, depths = np.arange(m), np.zeros(m, np.int64)
    parent, mass = np.empty(2 * m - 1, np.int64), np.empty(max(m - 1, 1))
    huffman.sort_by_weight(values, order, m)
    huffman.huffman_depths(values, order, m, depths, parent, mass, leaves_first)
    return depths


def huffman_ancestors(weights: Weights) -> tuple[tuple[int, ...], ...]:
    """Return which leaves lie below each internal node of a Huffman tree, as rows of 0 and 1.

    Parameters
    ----------
    weights : sequence of numbers
        At least two, none negative.

    Raises
    ------
    ValueError
        There are fewer than two weights, or one is negative or no number.
    """
    values = _required(weights, at_least=2)
    numbers = count()
    heap = [(value, next(numbers), {leaf}) for leaf, value in enumerate(values)]
    heapq.heapify(heap)
    rows = []
    while len(heap) > 1:
        (one, _, below), (other, _, further) = heapq.heappop(heap), heapq.heappop(heap)
        leaves = below | further
        rows.append(tuple(int(leaf in leaves) for leaf in range(len(values))))
        heapq.heappush(heap, (one + other, next(numbers), leaves))
    return tuple(rows)


def cost(weights: Weights, lengths: Sequence[int] | NDArray[np.int64]) -> Any:
    """Return the sum of weight times depth.

    Parameters
    ----------
    weights : sequence of numbers
    lengths : sequence of int
        As many depths.

    Raises
    ------
    ValueError
        There are not as many.
    """
    if len(weights) != len(lengths):
        raise ValueError(f"there are {len(weights)} weights and {len(lengths)} depths")
    return sum(weight * int(length) for weight, length in zip(weights, lengths, strict=True))


def least_cost(weights: Weights) -> int | Fraction:
    """Return the least cost of any binary tree, by comparing all of them.

    Parameters
    ----------
    weights : sequence of int or Fraction
        At least one and at most 12, none negative.

    Raises
    ------
    ValueError
        There are too few or too many weights, or one is not of this kind.

    Notes
    -----
    A tree over a set of leaves costs their weight plus what the trees over the two halves cost, so
    the best one is found from small sets to large ones, over all ways to halve every set.
    """
    whole, unit = _whole(weights, _MOST)
    value = int(_least_cost(np.array(whole, dtype=np.int64)))
    return value if unit == 1 else Fraction(value, unit)


@njit(cache=True)
def _least_cost(weights: NDArray[np.int64]) -> int:
    m = weights.size
    mass, best = np.zeros(1 << m, np.int64), np.zeros(1 << m, np.int64)
    for members in range(1, 1 << m):
        lowest = 0
        while not members >> lowest & 1:
            lowest += 1
        rest = members & (members - 1)
        mass[members] = mass[rest] + weights[lowest]
        if rest == 0:
            continue
        least = np.int64(2**62)
        half = (rest - 1) & rest  # the half with the lowest member, which is not all of them
        while True:
            both = best[half | (members ^ rest)] + best[rest ^ half]
            least = min(least, both)
            if half == 0:
                break
            half = (half - 1) & rest
        best[members] = mass[members] + least
    return best[-1]


def least_joint_cost(weights: Weights) -> int | Fraction:
    """Return the least mean number of questions that identify two independent labels.

    Parameters
    ----------
    weights : sequence of int or Fraction
        At least one and at most 6, none negative; the labels have probabilities in proportion.

    Returns
    -------
    int or Fraction
        The mean for the weights as they are: that for probabilities times the square of their sum.

    Raises
    ------
    ValueError
        There are too few or too many weights, or one is not of this kind.

    Notes
    -----
    Each question is about one of the two samples, whichever the answers so far suggest, and about
    any set of classes. All such strategies are compared, by the sets that the two labels are known
    to lie in.
    """
    whole, unit = _whole(weights, 6)
    value = int(_least_joint_cost(np.array(whole, dtype=np.int64)))
    return value if unit == 1 else Fraction(value, unit**2)


@njit(cache=True)
def _least_joint_cost(weights: NDArray[np.int64]) -> int:
    sets = 1 << weights.size
    mass = np.zeros(sets, np.int64)
    for members in range(sets):
        for k in range(weights.size):
            if members >> k & 1:
                mass[members] += weights[k]
    best = np.zeros((sets, sets), np.int64)
    for a in range(1, sets):
        for b in range(1, sets):
            least = np.int64(2**62)
            half = (a - 1) & a
            while half:
                least = min(least, best[half, b] + best[a ^ half, b])
                half = (half - 1) & a
            half = (b - 1) & b
            while half:
                least = min(least, best[a, half] + best[a, b ^ half])
                half = (half - 1) & b
            if least < 2**62:
                best[a, b] = mass[a] * mass[b] + least
    return best[-1, -1]


def shannon_fano_lengths(weights: Weights) -> list[int]:
    """Return the depths in the tree that halves the weight as evenly as it can, from the root down.

    Parameters
    ----------
    weights : sequence of numbers
        At least one, none negative; they are halved in decreasing order.

    Raises
    ------
    ValueError
        There are no weights, or one is negative or no number.
    """
    values = _required(weights)
    lengths = [0] * len(values)

    def halve(leaves: list[int], depth: int) -> None:
        if len(leaves) == 1:
            lengths[leaves[0]] = depth
            return
        total, above = sum(values[k] for k in leaves), 0 * values[0]
        gaps = []
        for leaf in leaves[:-1]:
            above += values[leaf]
            gaps.append(abs(total - 2 * above))
        cut = 1 + gaps.index(min(gaps))
        halve(leaves[:cut], depth + 1)
        halve(leaves[cut:], depth + 1)

    halve(sorted(range(len(values)), key=lambda k: -values[k]), 0)
    return lengths


def balanced_lengths(m: int) -> list[int]:
    """Return the depths in a balanced tree: halves differ by at most one leaf.

    Parameters
    ----------
    m : int
        Number of leaves, at least 1.

    Raises
    ------
    ValueError
        There are no leaves.
    """
    if m < 1:
        raise ValueError(f"m is {m!r}; it must be at least 1")
    if m == 1:
        return [0]
    return [1 + depth for half in ((m + 1) // 2, m // 2) for depth in balanced_lengths(half)]


def redundancy(p: Weights) -> float:
    """Return the cost of a Huffman tree minus the entropy in bits.

    Parameters
    ----------
    p : sequence of numbers
        Positive probabilities of sum 1.

    Raises
    ------
    ValueError
        There is none, or one is not positive.
    """
    values = _required(p)
    if min(values) <= 0:
        raise ValueError("a probability is not positive")
    logarithms = (float(value) * math.log2(value) for value in values)
    return math.fsum([float(huffman_cost(values)), *logarithms])


def _required(weights: Weights, at_least: int = 1) -> list[Any]:
    """The weights as Python numbers, exact ones as they are."""
    values = [w.item() if isinstance(w, np.generic) else w for w in weights]
    if len(values) < at_least:
        raise ValueError(f"there are {len(values)} weights; there must be at least {at_least}")
    for value in values:
        known = isinstance(value, int | float | Fraction) and not isinstance(value, bool)
        if not (known and 0 <= value < math.inf):
            raise ValueError(f"a weight is {value!r}; it must be a number that is not negative")
    return values


def _whole(weights: Weights, most: int) -> tuple[list[int], int]:
    """Exact weights as whole numbers of some unit fraction, and the inverse of the unit."""
    values = _required(weights)
    if len(values) > most:
        raise ValueError(f"there are {len(values)} weights; there may be at most {most}")
    if any(isinstance(value, float) for value in values):
        raise ValueError("the weights must be integers or fractions")
    unit = math.lcm(*(Fraction(value).denominator for value in values))
    whole = [int(value * unit) for value in values]
    if sum(whole) ** 2 >= 2**58:
        raise ValueError("the weights have too many digits")
    return whole, unit
