"""The problems of the figures: the orders by direct Python, and the reason why a budget fails."""

import math
from fractions import Fraction

import numpy as np
import pytest

from numerics.mode_estimation.codes import balanced_lengths
from numerics.mode_estimation.empirical_mode import enumerated_error, exact_error
from tests.benchmarks.test_benchmark_mode_estimation_coding import plain_adaptive
from tests.benchmarks.test_benchmark_mode_estimation_elimination_costs import direct_elimination
from tests.benchmarks.test_benchmark_mode_estimation_truncated_search import direct_search
from verify.mode_estimation import comparisons

LAWS = comparisons.FLOATS


@pytest.mark.parametrize(
    ("law", "budgets"),
    [
        (comparisons.GEOMETRIC, (16, 80, 143)),
        (comparisons.TWO, (17, 83, 150)),
        (comparisons.ONE, (2, 6, 10)),
    ],
)
def test_budgets_are_those_of_the_experiments(law, budgets):
    assert tuple(comparisons.drawn(law, k) for k in (1, 5, 9)) == budgets
    assert float(law[0]) == pytest.approx(LAWS[law][0], rel=1e-12)
    assert np.array([float(share) for share in law]) == pytest.approx(LAWS[law], rel=1e-12)


def samples(law, n, runs):
    """Labels of independent runs, drawn by NumPy."""
    rng = np.random.default_rng(11)
    return [rng.choice(len(law), size=n, p=LAWS[law]).tolist() for _ in range(runs)]


def test_adaptive_search_is_dearer_where_most_labels_are_new():
    # the same with trees built anew by a heap, so that it is not a matter of the dynamic tree
    n = comparisons.drawn(comparisons.TWO, 9)
    runs = samples(comparisons.TWO, n, 8)
    asked = np.array([plain_adaptive(labels, 300) for labels in runs])
    assert asked.mean() - 4 * asked.std() / math.sqrt(asked.size) > n * np.mean(
        balanced_lengths(300)
    )
    assert np.mean([len(set(labels)) for labels in runs]) > n / 2


@pytest.mark.parametrize(
    ("law", "k", "low", "high"),
    [(comparisons.GEOMETRIC, 9, 215, 240), (comparisons.ONE, 9, 44, 56)],
)
def test_truncated_search_by_direct_python(law, k, low, high):
    rng = np.random.default_rng(12)
    found = []
    for labels in samples(law, comparisons.drawn(law, k), 150):
        leaves = rng.permutation(len(law))
        found.append(direct_search(len(law), [int(leaves[label]) for label in labels])[0])
    assert low < np.mean(found) < high


@pytest.mark.parametrize(("k", "sign"), [(1, -1), (9, 1)])
def test_the_order_on_two_good_classes_by_direct_python(k, sign):
    law, rng = comparisons.TWO, np.random.default_rng(13)
    n, runs = comparisons.drawn(law, k), 80
    searches = [
        direct_search(300, rng.permutation(300)[labels].tolist())[0]
        for labels in samples(law, n, runs)
    ]
    eliminations = [
        direct_elimination(LAWS[law], 2.0**-k, 0.3, labels)[0]
        for labels in samples(law, 1000, runs)
    ]
    gap = sign * (np.mean(searches) - np.mean(eliminations))
    assert gap > 4 * math.sqrt((np.var(searches) + np.var(eliminations)) / runs)


@pytest.mark.parametrize("rivals", [1, 2, 3])
@pytest.mark.parametrize("n", range(1, 8))
def test_a_mode_seen_at_most_once_is_seldom_found(n, rivals):
    # with the mode unseen the answer is wrong, with one sample of it right at most once in n
    for first in (Fraction(1, 2), Fraction(2, 5) + Fraction(1, 5 * rivals)):
        law = (first, *[(1 - first) / rivals] * rivals)
        if law[0] <= law[1]:
            continue
        rest = 1 - first
        floor = rest**n + (n - 1) * first * rest ** (n - 1)
        assert floor <= exact_error(law, n) == enumerated_error(law, n)


def test_with_probability_one_half_the_error_is_at_least_n_over_2_to_the_n():
    for k in range(1, 10):
        n = comparisons.drawn(comparisons.ONE, k)
        assert n == k + 1
        assert Fraction(n, 2**n) <= exact_error(comparisons.ONE, n)
        assert comparisons.enough(comparisons.ONE, k) - n <= 3


def test_runs_are_cut():
    estimate = comparisons.cut(lambda first, count: np.arange(first, first + count), 5)
    assert (estimate.low, estimate.high) == (0, 5)
    assert estimate.draw(3, 4).tolist() == [3, 4, 5, 5]
