"""Searches in trees of sets against brute force over trees and orders."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.core.streams import Stream
from numerics.mode_estimation import coarse_search as numerics
from numerics.mode_estimation.coarse_cost import all_trees, random_tree, weight_of


def cut_off_cost(tree, w):
    """Weight of the sets of a tree that are heavier than every label."""
    if not isinstance(tree, tuple):
        return 0
    own = weight_of(tree, w)
    return (own if own > max(w) else 0) + sum(cut_off_cost(part, w) for part in tree)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_least_cost_over_all_trees(w):
    trees = all_trees(range(len(w)))
    assert numerics.least_certificate_cost(w) == min(cut_off_cost(tree, w) for tree in trees)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_range_of_the_costs(w):
    least, truncated = numerics.least_certificate_cost(w), numerics.truncated_huffman_cost(w)
    assert least <= truncated
    assert least >= sum(w) * math.log2(sum(w) / max(w)) - 1e-9


def test_values_of_the_examples():
    for w, truncated, least in (
        ((3, 2, 2, 1, 1), 18, 15),
        ((3, 2, 1, 1, 1, 1), 18, 15),
        ((3, 1, 1, 1, 1, 1, 1), 18, 15),
        ((26, 13, 8, 7, 7, 4, 2, 1), 136, 110),
        ((1,), 0, 0),
    ):
        assert numerics.truncated_huffman_cost(w) == truncated
        assert numerics.least_certificate_cost(w) == least
    tree = (0, ((1, 3), (2, 4)))
    assert cut_off_cost(tree, (3, 2, 2, 1, 1)) == 15
    assert cut_off_cost(((0, ((1, 2), 3)), (4, 5)), (3, 2, 1, 1, 1, 1)) > 15


samples = st.integers(1, 12).flatmap(
    lambda m: st.tuples(st.just(m), st.lists(st.integers(0, m - 1), min_size=1, max_size=60))
)


@given(samples, st.integers(0, 2**32), st.booleans())
def test_searches_certify_the_mode(problem, seed, leaves_first):
    m, labels = problem
    tree = random_tree(m, Stream.of(seed))
    best = numerics.best_first_search(tree, labels, leaves_first)
    other = numerics.random_search(tree, labels, Stream.of(seed, "order"))
    counts = [labels.count(y) for y in range(m)]
    for certificate in (best, other):
        assert counts[certificate.label] == max(counts)
        assert frozenset().union(*(s for s, _ in certificate.frontier)) == frozenset(range(m))
        assert sum(len(s) for s, _ in certificate.frontier) == m
        assert all(sum(counts[y] for y in s) <= max(counts) for s, _ in certificate.frontier)
        assert certificate.queries == sum(certificate.split)
        assert certificate.queries == sum(
            depth * sum(counts[y] for y in s) for s, depth in certificate.frontier
        )
    assert best.queries >= cut_off_cost(tree, counts)
    assert other.queries >= cut_off_cost(tree, counts)


def test_without_ties_the_best_search_is_no_dearer_than_any_other():
    labels = [0] * 9 + [1] * 4 + [2] * 3 + [3] * 2 + [4]
    for seed in range(30):
        tree = random_tree(5, Stream.of(seed))
        best = numerics.best_first_search(tree, labels).queries
        orders = [numerics.random_search(tree, labels, Stream.of(seed, k)) for k in range(20)]
        assert best == min([best, *(certificate.queries for certificate in orders)])


def test_breadth_first_search_may_miss_the_mode():
    found = numerics.breadth_first_search((0, (1, 2)), [1, 1, 0])
    assert found.label == 0


def test_one_label():
    assert numerics.best_first_search(0, [0, 0]) == (0, 0, [(frozenset([0]), 0)], [], [])


def test_bad_arguments():
    for search in (
        numerics.best_first_search,
        lambda tree, labels: numerics.random_search(tree, labels, Stream.of(0)),
    ):
        with pytest.raises(ValueError, match="lacks"):
            search((0, 1), [0, 2])
    for bad in ((), (1, -1), (1,) * 11):
        with pytest.raises(ValueError, match="weights"):
            numerics.least_certificate_cost(bad)
    with pytest.raises(ValueError, match="weights"):
        numerics.truncated_huffman_cost(())
