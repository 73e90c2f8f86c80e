"""Kernels of Huffman trees: order, depths and cost, against a heap and an independent library."""

import heapq

import numpy as np
import pytest
from bitarray.util import huffman_code
from hypothesis import given
from hypothesis import strategies as st

from numerics.core.huffman import huffman_cost, huffman_depths, huffman_tree, sort_by_weight

weights_of = st.lists(st.integers(0, 12) | st.integers(0, 10**9), min_size=1, max_size=40)


def run(weights, leaves_first=True):
    m = weights.size
    order, depths = np.arange(m)[::-1].copy(), np.full(m, -1)
    parent, mass = np.empty(2 * m - 1, np.int64), np.empty(max(m - 1, 1), weights.dtype)
    sort_by_weight(weights, order, m)
    cost = huffman_depths(weights, order, m, depths, parent, mass, leaves_first)
    return cost, depths, order, mass


def heap_cost(weights):
    heap, cost = [int(w) for w in weights], 0
    heapq.heapify(heap)
    while len(heap) > 1:
        cost += (merged := heapq.heappop(heap) + heapq.heappop(heap))
        heapq.heappush(heap, merged)
    return cost


@given(weights_of)
def test_cost_and_depths_of_both_kinds_of_tree(values):
    weights = np.array(values)
    for leaves_first in (True, False):
        cost, depths, order, mass = run(weights, leaves_first)
        assert cost == heap_cost(values) == (weights * depths).sum()
        assert sum(2.0**-depths) == 1
        assert (np.diff(mass[: weights.size - 1]) >= 0).all()
        assert huffman_cost(weights, order, weights.size, mass) == cost


@given(weights_of.filter(lambda values: len(values) > 1))
def test_against_bitarray(values):
    code = huffman_code(dict(enumerate(values)))
    theirs = sum(weight * len(code[label]) for label, weight in enumerate(values))
    assert run(np.array(values))[0] == theirs


@given(weights_of)
def test_flat_trees_are_no_deeper(values):
    flat, deep = (run(np.array(values), leaves_first)[1] for leaves_first in (True, False))
    assert flat.max() <= deep.max()
    assert flat.sum() <= deep.sum()


@given(weights_of, st.randoms())
def test_the_order_is_by_weight_then_index(values, random):
    weights, indices = np.array(values), list(range(len(values)))
    random.shuffle(indices)
    order = np.array(indices)
    sort_by_weight(weights, order, order.size)
    assert order.tolist() == np.lexsort((np.arange(weights.size), weights)).tolist()


def test_the_order_of_many_and_of_a_part():
    weights = np.random.default_rng(0).random(5000)
    order = np.arange(5000)
    sort_by_weight(weights, order, 5000)
    assert (np.diff(weights[order]) >= 0).all()
    part = np.arange(5000)
    sort_by_weight(weights, part, 3)
    assert sorted(part[:3].tolist()) == [0, 1, 2]
    assert part[3:].tolist() == list(range(3, 5000))


def test_floats_and_a_part_of_the_leaves():
    weights = np.array([0.5, 9.0, 0.125, 0.25, 0.125])
    order, depths = np.array([0, 2, 3, 4, 1]), np.full(5, -7)
    parent, mass = np.empty(7, np.int64), np.empty(3)
    sort_by_weight(weights, order, 4)
    assert huffman_depths(weights, order, 4, depths, parent, mass, True) == 1.75
    assert depths.tolist() == [1, -7, 3, 2, 3]


def test_parents_come_after_their_children():
    weights = np.array([5, 1, 1, 2, 8, 3])
    order = np.argsort(weights)
    parent, mass = np.empty(11, np.int64), np.empty(5, np.int64)
    assert huffman_tree(weights, order, 6, parent, mass, True) == heap_cost(weights)
    assert parent[-1] == -1
    assert (parent[:-1] > np.arange(10)).all()
    assert np.bincount(parent[:-1])[6:].tolist() == [2] * 5


@pytest.mark.parametrize("weight", [0, 3])
def test_a_single_leaf_costs_nothing(weight):
    cost, depths, _, _ = run(np.array([weight]))
    assert (cost, depths.tolist()) == (0, [0])
