"""Exact means of adaptive search against enumeration of all sequences."""

from fractions import Fraction
from itertools import product
from math import prod, sqrt

import numpy as np
import pytest

from numerics.mode_estimation import adaptive_means as means
from numerics.mode_estimation.adaptive_coding import all_runs
from numerics.mode_estimation.codes import huffman_cost


def test_means_by_enumeration():
    p, n = (Fraction(5, 10), Fraction(3, 10), Fraction(2, 10)), 6
    total, _, static, *_ = all_runs(3, n, "flat")
    weights = [prod(p[c] for c in labels) for labels in product(range(3), repeat=n)]
    exact = [
        sum(w * int(v) for w, v in zip(weights, values, strict=True)) for values in (total, static)
    ]
    found = means.mean_questions_of_three([float(share) for share in p], n)
    assert [values[-1] for values in found] == pytest.approx([float(e) for e in exact], rel=1e-13)
    assert means.mean_static_cost(p, n) == exact[1]


def test_equal_classes_cost_the_same_in_every_tree():
    found, static = means.mean_questions_of_three((1 / 3,) * 3, 300)
    assert found == pytest.approx(5 / 3 * np.arange(1, 301), rel=3e-13)
    assert (found - static)[-1] == pytest.approx(sqrt(3 * 300 / (4 * np.pi)), rel=0.01)


def test_the_cost_settles_at_that_of_the_best_tree():
    p = (0.5, 0.3, 0.2)
    found, _ = means.mean_questions_of_three(p, 300)
    assert (found - huffman_cost(p) * np.arange(1, 301))[-1] == pytest.approx(3.183, abs=1e-3)


def test_one_class():
    assert means.mean_static_cost((Fraction(1),), 3) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: means.mean_questions_of_three((0.5, 0.5), 3),
        lambda: means.mean_questions_of_three((0.5, 0.3, 0.3), 3),
        lambda: means.mean_questions_of_three((0.5, 0.3, 0.2), 0),
        lambda: means.mean_static_cost((Fraction(1, 2),), 3),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError) as problem:
        call()
    assert "\n" not in str(problem.value)
