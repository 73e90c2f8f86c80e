"""Searches in a fixed tree: the tree, the questions asked, and the mode that is found."""

from math import floor, log, log2, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.core.streams import Stream
from numerics.mode_estimation import exhaustive
from numerics.mode_estimation.codes import balanced_lengths, cost, huffman_lengths
from numerics.mode_estimation.distributions import geometric, zipf


def depths_by_walking(nodes, leaves):
    """The depth of each label, and that every question sends each leaf to its own side."""
    found = {}
    for number, label in enumerate(leaves):
        row = asked = 0
        while row >= 0 and len(leaves) > 1:
            asked += 1
            row = nodes[row, 1] if number < nodes[row, 0] else nodes[row, 2]
        assert len(leaves) == 1 or -1 - row == number
        found[int(label)] = asked
    return [found[label] for label in range(len(leaves))]


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40))
def test_the_tree_has_the_depths_that_were_asked_for(weights):
    lengths = huffman_lengths(weights)
    assert depths_by_walking(*exhaustive.search_tree(lengths)) == lengths.tolist()


def test_the_mean_depth_of_balanced_trees():
    for m in range(1, 300):
        whole = floor(log2(m))
        mean = sum(balanced_lengths(m)) / m
        assert mean == pytest.approx(whole + 2 * (m - 2**whole) / m, rel=1e-14)
        assert log2(m) - 1e-12 <= mean <= log2(m) + 0.0861


def test_questions_are_the_depths_of_the_labels():
    p, stream = zipf(10), Stream.of(1, "exhaustive")
    lengths = huffman_lengths(p)
    asked, _ = exhaustive.simulate(p, 200, stream, 0, 2000, lengths, shuffled=False)
    assert asked.mean() / 200 == pytest.approx(cost(p.tolist(), lengths), abs=0.01)
    one, _ = exhaustive.simulate(p, 1, stream, 0, 5000, lengths, shuffled=False)
    assert set(one) == set(lengths)


def test_the_geometric_problem_costs_what_the_dossier_says():
    asked, mode = exhaustive.simulate(geometric(100), 143, Stream.of(0, "geometric"), 0, 20_000)
    assert asked.mean() == pytest.approx(143 * 6.72, abs=1)
    assert (mode == 0).mean() > 0.999


def test_a_power_of_two_costs_its_logarithm():
    asked, _ = exhaustive.simulate(zipf(16), 50, Stream.of(0), 0, 10)
    assert (asked == 200).all()


def test_runs_do_not_depend_on_how_many_are_asked_for():
    stream, p = Stream.of(5, "runs"), zipf(12)
    whole = np.array(exhaustive.simulate(p, 30, stream, 0, 20))
    parts = [exhaustive.simulate(p, 30, stream, first, 10) for first in (0, 10)]
    assert (whole == np.concatenate(parts, axis=1)).all()


def test_the_alias_table_holds_the_law():
    for p in (zipf(9), geometric(30), np.array([1.0]), np.full(8, 0.125)):
        keep, alias = exhaustive.alias_table(p)
        law = keep / keep.size
        np.add.at(law, alias, (1 - keep) / keep.size)
        assert law == pytest.approx(p, abs=1e-15)


@pytest.mark.parametrize("p", [(0.5, 0.3, 0.2), (0.9, 0.1), (0.34, 0.33, 0.33), (0.999, 0.001)])
def test_the_error_exponent(p):
    exponent = -log(1 - (sqrt(p[0]) - sqrt(p[1])) ** 2)
    assert exhaustive.error_exponent(p) == pytest.approx(exponent, rel=1e-11)


def test_one_class_needs_no_question():
    asked, mode = exhaustive.simulate((1.0,), 7, Stream.of(0), 0, 3)
    assert asked.tolist() == mode.tolist() == [0, 0, 0]
    nodes, leaves = exhaustive.search_tree([0])
    assert (nodes.shape, leaves.tolist()) == ((0, 3), [0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: exhaustive.search_tree([]),
        lambda: exhaustive.search_tree([1, 2]),
        lambda: exhaustive.search_tree([1, 1, 1]),
        lambda: exhaustive.search_tree([-1]),
        lambda: exhaustive.alias_table([0.5, 0.4]),
        lambda: exhaustive.alias_table([]),
        lambda: exhaustive.error_exponent([1.0]),
        lambda: exhaustive.error_exponent([0.5, 0.5]),
        lambda: exhaustive.simulate((0.5, 0.5), 0, Stream.of(0), 0, 1),
        lambda: exhaustive.simulate((0.5, 0.5), 1, Stream.of(0), -1, 1),
        lambda: exhaustive.simulate((0.5, 0.5), 1, Stream.of(0), 0, 1, [0]),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError) as problem:
        call()
    assert "\n" not in str(problem.value)
