"""Thresholded schemes: values, sizes and the search against references that are written out here.

Nothing is drawn at random but the points themselves: no test can fail by chance.
"""

from fractions import Fraction
from math import floor, log

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.assoc_scaling import thresholds as numerics
from theory.assoc_scaling import thresholds as theory
from theory.core.evaluation import enclose

ALPHAS = (1.2, 1.5, 2, 3)


def tail(share, d):
    """P(misclassified) at a share of the energy: half a regularised Beta integral."""
    half = mpmath.mpf(1) / 2
    return mpmath.betainc(mpmath.mpf(d) / 2, half, 0, 1 - share, regularized=True) / 2


def by_hand(alpha, b, d, stored):
    """The error, stored input by stored input, with the mass left out as a Hurwitz zeta value."""
    with mpmath.workdps(40):
        alpha, b = mpmath.mpf(alpha), mpmath.mpf(b)
        energy = [mpmath.mpf(x) ** (-2 * b) for x in range(1, stored + 1)]
        total = sum(energy)
        wrong = mpmath.fsum(
            mpmath.mpf(x) ** -alpha * (tail(e / total, d) if stored > 1 else 0)
            for x, e in enumerate(energy, start=1)
        )
        return (wrong + mpmath.zeta(alpha, stored + 1) / 2) / mpmath.zeta(alpha)


def value(expression, **environment):
    """The number that an expression of the section stands for."""
    exact = {name: sp.Rational(str(v)) for name, v in environment.items()}
    return float(enclose(expression, exact, 40).mid())


def error(alpha, b, d, stored):
    return numerics.threshold_error(float(alpha), float(b), d, stored)[0]


# ------------------------------------------------------------------------------------------ values


@given(
    st.sampled_from(ALPHAS),
    st.sampled_from([0, 0.2, 0.5, 2]),
    st.sampled_from([1, 2, 7, 60]),
    st.integers(1, 30),
)
@settings(max_examples=30, deadline=None)
def test_values_input_by_input(alpha, b, d, stored):
    exact = by_hand(alpha, b, d, stored)
    computed, bound = numerics.threshold_error(float(alpha), float(b), d, stored)
    assert abs(computed - exact) <= bound <= 1e-12 * exact


def test_closed_form_is_the_sum_over_inputs():
    right = theory.threshold_exact.statement.rhs
    for alpha in (2, 3):
        for d, P in ((1, 2), (2, 9), (5, 4), (40, 12)):
            expected = float(by_hand(alpha, 0, d, P))
            assert value(right, alpha=alpha, d=d, P=P) == pytest.approx(expected, rel=1e-14)


def test_equal_weights_in_the_plane():
    # d = 2, P = k^2: stored inputs err with probability (1 - 1/k)/2
    for k in (2, 3, 5):
        heads = sum(Fraction(1, x**2) for x in range(1, k * k + 1))
        zeta = mpmath.pi**2 / 6
        share = mpmath.mpf(heads.numerator) / heads.denominator / zeta
        expected = share * mpmath.mpf(k - 1) / (2 * k) + (1 - share) / 2
        assert error(2, 0, 2, k * k) == pytest.approx(float(expected), rel=1e-13)


def test_a_single_stored_input_is_never_wrong():
    for alpha in ALPHAS:
        expected = (1 - 1 / float(mpmath.zeta(alpha))) / 2
        for b in (0, 1):
            assert error(alpha, b, 3, 1) == pytest.approx(expected, rel=1e-13)


def test_listed_values_at_as_many_inputs_as_dimensions():
    for d, expected in ((100, 0.1607), (1000, 0.1589), (10**4, 0.1587), (10**6, 0.1587)):
        assert error(2, 0, d, d) == pytest.approx(expected, abs=5e-5)


def test_listed_distances_from_the_floor():
    level = float(mpmath.ncdf(-mpmath.sqrt(8)))
    for alpha, expected, digit in ((1.2, 19.2, 0.05), (1.5, 1.46, 0.005), (1.75, 1.02, 0.005)):
        assert error(alpha, 0, 10**6, 10**6 // 8) / level == pytest.approx(expected, abs=digit)


def test_the_floor_is_approached_without_the_mass_left_out():
    # what errs among the stored is within a per cent of the floor at a million dimensions
    for alpha in ALPHAS:
        for units in (1, 2, 4, 8):
            d = 10**6
            P = d // units
            out = float(mpmath.zeta(alpha, P + 1) / mpmath.zeta(alpha))
            among = (error(alpha, 0, d, P) - out / 2) / (1 - out)
            assert among == pytest.approx(float(mpmath.ncdf(-mpmath.sqrt(units))), rel=0.01)


@pytest.mark.parametrize("alpha", [1.2, 1.5, 2])
def test_the_rate_with_its_logarithm_is_within_a_factor_two(alpha):
    for d in (30, 100, 10**4, 10**8, 10**30):
        P = numerics.logarithmic_size(alpha, d)
        leading = P ** (1 - alpha) / (2 * (alpha - 1) * float(mpmath.zeta(alpha)))
        assert 0.5 < error(alpha, 0, d, P) / leading < 2


@given(st.sampled_from([1.2, 1.5, 2, 3]), st.integers(1, 10**7), st.integers(2, 10**6))
@settings(max_examples=60, deadline=None)
def test_bounds_hold_at_any_point(alpha, d, P):
    computed, bound = numerics.threshold_error(alpha, 0.0, d, P)
    claims = [theory.threshold_bounds, theory.threshold_crowding]
    if d > 2:
        claims.append(theory.threshold_normal)
    for claim in claims:
        low, _, *high = claim.statement.terms
        assert value(low, alpha=alpha, d=d, P=P) <= computed + bound
        for upper in high:
            assert computed - bound <= value(upper, alpha=alpha, d=d, P=P)


# ------------------------------------------------------------------------------------------- sizes


def test_logarithmic_sizes():
    for alpha in (1.2, 1.5, 2, 3):
        for d in (2, 3, 50, 1000, 10**9):
            expected = max(1, floor(d / (2 * (alpha - 1) * log(d))))
            assert numerics.logarithmic_size(alpha, d) == expected
    # to all digits: one logarithm in high precision
    with mpmath.workdps(200):
        exact = int(mpmath.mpf(10) ** 60 / (60 * mpmath.log(10)))
    assert numerics.logarithmic_size(1.5, 10**60) == exact


# ------------------------------------------------------------------------------------------ search


@pytest.mark.parametrize("alpha", [1.2, 2, 3])
@pytest.mark.parametrize(
    ("b", "d", "most"), [(0, 1, 400), (0, 12, 400), (0, 80, 400), (0.2, 30, 200), (0.6, 25, 80)]
)
def test_the_search_finds_the_best_of_all(alpha, b, d, most):
    every = {P: error(alpha, b, d, P) for P in range(2, most)}
    stored, best, bound = numerics.best_threshold(float(alpha), float(b), d)
    if stored < most:
        assert every[stored] == best
    assert best <= min(every.values()) * (1 + 1e-12) + bound


def test_listed_best_sizes_and_errors():
    def scaled(alpha, d):
        stored, _, _ = numerics.best_threshold(float(alpha), 0.0, d)
        return stored * 2 * (alpha - 1) * log(d) / d

    assert scaled(2, 30) == pytest.approx(1.59, abs=0.005)
    assert scaled(2, 10**8) == pytest.approx(1.14, abs=0.01)
    assert scaled(3, 30) == pytest.approx(2.27, abs=0.005)
    assert scaled(3, 10**8) == pytest.approx(1.23, abs=0.005)
    for d, alpha, expected in ((10**8, 2, 0.569), (10**8, 1.5, 0.403)):
        _, best, _ = numerics.best_threshold(float(alpha), 0.0, d)
        assert best * (d / log(d)) ** (alpha - 1) == pytest.approx(expected, abs=0.002)


# ---------------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: numerics.threshold_error(1.0, 0.0, 3, 4), "exponent"),
        (lambda: numerics.threshold_error(2.0, 0.0, 3, None), "decay"),
        (lambda: numerics.threshold_error(2.0, 0.0, 3, 0), "stored"),
        (lambda: numerics.threshold_error(2.0, -1.0, 3, 4), "decay"),
        (lambda: numerics.threshold_error(2.0, 0.0, 0, 4), "dimension"),
        (lambda: numerics.logarithmic_size(1.0, 10), "exponent"),
        (lambda: numerics.logarithmic_size(2.0, 1), "dimension"),
        (lambda: numerics.best_threshold(1.0, 0.0, 5), "exponent"),
        (lambda: numerics.best_threshold(2.0, -0.5, 5), "decay"),
        (lambda: numerics.best_threshold(2.0, 0.0, 1.5), "dimension"),
    ],
)
def test_bad_arguments_are_named(call, line):
    with pytest.raises(ValueError, match=line) as problem:
        call()
    assert "\n" not in str(problem.value)
