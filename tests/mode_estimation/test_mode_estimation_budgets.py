"""Budgets of samples against exact errors, and a table of them.

The dossier has 12 as the smallest number of samples for 10 classes and delta = 1/16; it is 11.
"""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numerics.mode_estimation.empirical_mode import exact_error


def gap(law):
    return -math.log(1 - (float(law[0]) ** 0.5 - float(law[1]) ** 0.5) ** 2)


def one_good(classes):
    return [Fraction(1, 2)] + [Fraction(1, 2 * (classes - 1))] * (classes - 1)


@pytest.mark.parametrize(
    ("classes", "delta", "samples", "error", "enough"),
    [
        (10, 1 / 16, 12, 0.0409, 11),
        (30, 1 / 16, 7, 0.0850, 8),
        (100, 1 / 512, 13, 0.0041, 15),
        (300, 1 / 512, 11, 0.0070, 14),
        (1000, 1 / 64, 7, 0.0556, 10),
        (1000, 1 / 512, 10, 0.0104, 13),
    ],
)
def test_the_table(classes, delta, samples, error, enough):
    law = one_good(classes)
    assert math.ceil(math.log(1 / delta) / gap(law)) == samples
    assert_allclose(float(exact_error(law, samples)), error, atol=6e-5)
    errors = [float(exact_error(law, n)) for n in range(enough + 1)]
    assert next(n for n, value in enumerate(errors) if value <= delta) == enough
    budget = math.ceil(math.log((classes - 1) / (2 * delta)) / gap(law))
    assert enough <= budget and float(exact_error(law, budget)) <= delta


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=4),
    st.integers(1, 30),
    st.sampled_from([0.3, 0.1, 0.01]),
)
@settings(max_examples=25, deadline=None)
def test_the_corrected_budget_is_enough(others, more, delta):
    others = sorted(others, reverse=True)
    first = others[0] + 2 * more
    law = [Fraction(x, first + sum(others)) for x in (first, *others)]
    rivals = len(others)
    for number, ties in ((rivals / 2, "uniform"), (rivals, "wrong")):
        samples = max(math.ceil(math.log(number / delta) / gap(law)), 0)
        if samples <= 80:
            assert float(exact_error(law, samples, ties)) <= delta * (1 + 1e-12)
