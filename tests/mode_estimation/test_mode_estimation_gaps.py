"""The gaps in high precision, and the families of distributions."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numerics.mode_estimation.distributions import dirichlet, geometric, one_good, two_good, zipf
from theory import enclose
from theory.mode_estimation.gaps import (
    delta_squared,
    difference,
    gamma,
    p_1,
    p_2,
    sanov_gap,
    some_p_1,
)

fractions = st.integers(1, 999).flatmap(
    lambda a: st.integers(1, a).map(lambda b: (a / (a + b + 1), b / (a + b + 1)))
)


@given(fractions)
def test_the_gaps_bound_one_another(pair):
    one, two = (mpmath.mpf(value) for value in pair)
    if two >= one:
        return
    with mpmath.workdps(40):
        plain = (one - two) ** 2 / one
        sanov = -mpmath.log(1 - (mpmath.sqrt(one) - mpmath.sqrt(two)) ** 2)
        assert plain / 4 <= sanov <= -plain * mpmath.log(1 - one) / one <= plain / (1 - one)
        environment = {"p1": pair[0], "p2": pair[1]}
        assert_allclose(float(enclose(gamma, environment)), float(plain), rtol=1e-12)
        assert_allclose(float(enclose(delta_squared, environment)), float(sanov), rtol=1e-12)


def test_the_series_of_the_gap():
    with mpmath.workdps(60):
        one, g = mpmath.mpf(1) / 5, mpmath.mpf(10) ** -8
        sanov = -mpmath.log(1 - (mpmath.sqrt(one) - mpmath.sqrt(one - g)) ** 2)
        series = g**2 / (4 * one) + g**3 / (8 * one**2) + (5 + 2 * one) * g**4 / (64 * one**3)
        assert abs(sanov / series - 1) < 1e-22
    assert str(sanov_gap(p_1, p_2)) == str(delta_squared)
    assert difference().free_symbols >= {some_p_1.symbol}


@pytest.mark.parametrize(
    "law",
    [
        geometric(30),
        geometric(7, 1.5),
        one_good(3),
        one_good(1000),
        two_good(15),
        two_good(300),
        zipf(50),
        zipf(4, 0.5),
        dirichlet(20, 0.1, 3),
        dirichlet(5, 5.0, 1),
    ],
)
def test_distributions_are_ranked_and_sum_to_one(law):
    assert_allclose(law.sum(), 1, rtol=1e-14)
    assert (np.diff(law) <= 0).all() and law[0] > law[1] and law[-1] > 0


def test_the_families():
    assert_allclose(geometric(3), [4 / 7, 2 / 7, 1 / 7], rtol=1e-15)
    assert_allclose(one_good(5), [1 / 2] + [1 / 8] * 4, rtol=1e-15)
    assert_allclose(two_good(20)[:3], [0.2, 0.06, 0.74 / 18], rtol=1e-15)
    assert_allclose(zipf(3, 2), np.array([36, 9, 4]) / 49, rtol=1e-15)
    assert (dirichlet(6, 1.0, 5) == dirichlet(6, 1.0, 5)).all()
    assert (dirichlet(6, 1.0, 5) != dirichlet(6, 1.0, 6)).any()
    assert list(geometric(1)) == [1.0] and list(zipf(1)) == [1.0]


def test_the_largest_of_two_dirichlet_shares_is_three_quarters_in_the_mean():
    largest = [dirichlet(2, 1.0, seed)[0] for seed in range(2000)]
    assert abs(np.mean(largest) - 0.75) < 0.02


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: geometric(0),
        lambda: geometric(3, 1.0),
        lambda: geometric(5000),
        lambda: one_good(2),
        lambda: two_good(14),
        lambda: zipf(3, 0),
        lambda: zipf(10, 1000),
        lambda: dirichlet(3, 0.0, 1),
        lambda: dirichlet(3, 1.0, 1.5),
        lambda: one_good(3.5),
    ],
)
def test_bad_arguments_are_refused(wrong):
    with pytest.raises(ValueError):
        wrong()
