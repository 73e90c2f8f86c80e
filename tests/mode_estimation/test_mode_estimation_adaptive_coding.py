"""The adaptive tree against trees built anew, enumeration of all sequences, and known costs."""

from itertools import product
from math import prod, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.core.streams import Stream
from numerics.mode_estimation import adaptive_coding as adaptive
from numerics.mode_estimation.codes import huffman_cost, huffman_lengths
from numerics.mode_estimation.distributions import geometric, zipf

runs = st.integers(1, 9).flatmap(
    lambda m: st.tuples(st.just(m), st.lists(st.integers(0, m - 1), max_size=40))
)


def depths(labels, m, tree="vitter"):
    """The depth of every label in the tree after these samples."""
    return np.array([adaptive.questions([*labels, c], m, tree)[-1] for c in range(m)])


@given(runs)
def test_the_tree_is_optimal_and_as_flat_as_can_be(run):
    m, labels = run
    counts = np.bincount(np.array(labels, int), minlength=m)
    ours, flat = depths(labels, m), huffman_lengths(counts)
    assert sum(2.0**-ours) == 1
    assert (ours * counts).sum() == huffman_cost(counts) == adaptive.static_cost(labels, m)
    seen = counts > 0
    assert sorted(zip(counts[seen], ours[seen], strict=True)) == sorted(
        zip(counts[seen], flat[seen], strict=True)
    )


@given(runs)
def test_each_sample_costs_what_it_adds_or_one_more(run):
    m, labels = run
    asked = adaptive.questions(labels, m)
    static = [adaptive.static_cost(labels[:t], m) for t in range(len(labels) + 1)]
    for t, (more, added) in enumerate(zip(asked, np.diff(static), strict=True)):
        assert added <= more
        if labels[t] in labels[:t]:
            assert more <= added + 1


@given(runs)
def test_vitters_bound(run):
    m, labels = run
    asked = adaptive.questions(labels, m)
    names, firsts, renamed = np.unique(
        np.array(labels, int), return_index=True, return_inverse=True
    )
    later = asked.sum() - asked[firsts].sum()
    if labels:
        bound = adaptive.static_cost(renamed, names.size) + len(labels) - 2 * names.size + 1
        assert later <= bound
    assert adaptive.static_cost(labels, m) <= asked.sum()


def test_the_first_sample_alone_costs_more_than_one_question_more():
    for m in range(5, 40):
        assert adaptive.questions([0], m)[0] > adaptive.static_cost([0], m) + 1


def test_a_deep_tree_can_ask_two_more_than_is_added():
    labels = [0, 1, 2, 0]
    added = adaptive.static_cost(labels, 4) - adaptive.static_cost(labels[:-1], 4)
    asked = {tree: adaptive.questions(labels, 4, tree)[-1] for tree in adaptive.TREES}
    assert (added, asked) == (1, {"vitter": 2, "flat": 2, "deep": 3})


@pytest.mark.parametrize("tree", adaptive.TREES)
def test_all_runs_are_all_runs(tree):
    rows = np.array(adaptive.all_runs(3, 5, tree)).T
    for labels, (total, first, static, distinct, optimal) in zip(
        product(range(3), repeat=5), rows, strict=True
    ):
        asked = adaptive.questions(labels, 3, tree)
        firsts = [labels.index(c) for c in set(labels)]
        assert total == asked.sum()
        assert first == asked[firsts].sum()
        assert static == adaptive.static_cost(labels, 3)
        assert (distinct, optimal) == (len(set(labels)), 5)


def test_simulation_agrees_with_the_exact_mean():
    p = (0.5, 0.3, 0.2)
    exact = adaptive.all_runs(3, 6)
    weights = [prod(p[c] for c in labels) for labels in product(range(3), repeat=6)]
    drawn = adaptive.simulate(p, 6, Stream.of(0, "adaptive"), 0, 20_000)
    for values, all_values in zip(drawn, exact[:3], strict=True):
        mean = (np.array(weights) * all_values).sum()
        assert values.mean() == pytest.approx(mean, abs=5 * values.std() / sqrt(20_000))


def test_known_costs():
    """335.9 questions on the geometric problem; the regret of Zipf's law with ten classes."""
    stream = Stream.of(0, "known")
    total, *_ = adaptive.simulate(geometric(100), 143, stream, 0, 4000)
    assert total.mean() == pytest.approx(335.9, abs=1.5)
    total, _, static = adaptive.simulate(zipf(10), 1000, stream, 0, 1000)
    assert (total - static).mean() == pytest.approx(44.5, abs=2)
    p = geometric(20, 1.5)
    total, *_ = adaptive.simulate(p, 100_000, stream, 0, 8)
    assert total.mean() / 100_000 == pytest.approx(huffman_cost(p), abs=0.01)


def test_runs_do_not_depend_on_how_many_are_asked_for():
    stream = Stream.of(3, "runs")
    whole = np.array(adaptive.simulate(zipf(7), 50, stream, 0, 20))
    parts = [adaptive.simulate(zipf(7), 50, stream, first, 10) for first in (0, 10)]
    assert (whole == np.concatenate(parts, axis=1)).all()


def test_degenerate_input():
    assert adaptive.questions([], 5).size == 0
    assert adaptive.questions([0, 0], 1).tolist() == [0, 0]
    assert adaptive.questions([1, 0, 1], 2).tolist() == [1, 1, 1]
    assert adaptive.static_cost([], 5) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: adaptive.questions([0], 0),
        lambda: adaptive.questions([2], 2),
        lambda: adaptive.questions([-1], 2),
        lambda: adaptive.questions([0.5], 2),
        lambda: adaptive.questions([[0]], 2),
        lambda: adaptive.questions([0], 2, "tall"),
        lambda: adaptive.all_runs(10, 10),
        lambda: adaptive.all_runs(2, 2, "tall"),
        lambda: adaptive.simulate((0.5, 0.4), 3, Stream.of(0), 0, 1),
        lambda: adaptive.simulate((1.0,), 0, Stream.of(0), 0, 1),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError) as problem:
        call()
    assert "\n" not in str(problem.value)
