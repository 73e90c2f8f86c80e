"""Weighting schemes: the quadratures and sums against references that are written out here.

The simulations have fixed seeds. Each compares a count with a binomial law and would fail for a
right formula with probability at most ``FALSE_ALARM``; there are fewer than 10 of them.
"""

from decimal import Decimal
from fractions import Fraction
from math import atan, pi, sqrt

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics.assoc_scaling import schemes as numerics
from numerics.assoc_scaling.analytic_sums import Analytic, analytic_sum, power_sum
from numerics.core.streams import Stream
from theory.assoc_scaling import schemes as theory
from theory.core.evaluation import enclose

FALSE_ALARM = 1e-6
DRAWS = 40_000
STREAM = Stream.of(7, "test of the weighting schemes")


def tail(share, d):
    """P(misclassified) at a share of the energy, to 40 digits: half a regularised Beta integral."""
    with mpmath.workdps(40):
        if share <= 0:
            return mpmath.mpf(1) / 2
        if share >= 1:
            return mpmath.mpf(0)
        half = mpmath.mpf(1) / 2
        return mpmath.betainc(mpmath.mpf(d) / 2, half, 0, 1 - share, regularized=True) / 2


def brute_force(alpha, b, d, stored, size):
    """The error of a memory of finitely many inputs, input by input, to 30 digits."""
    with mpmath.workdps(40):
        law = [mpmath.mpf(x) ** -alpha for x in range(1, size + 1)]
        energy = [mpmath.mpf(x) ** (-2 * b) if x <= stored else 0 for x in range(1, size + 1)]
        total = sum(energy)
        wrong = [tail(e / total, d) for e in energy]
        return sum(p * w for p, w in zip(law, wrong, strict=True)) / sum(law)


def assert_encloses(estimate, exact, tightness=1e-9):
    """A value and an error bound that holds, and says something."""
    value, error = estimate
    if isinstance(exact, Fraction):
        exact = mpmath.mpf(exact.numerator) / exact.denominator
    assert abs(mpmath.mpf(value) - exact) <= error, (value, error, exact)
    assert error <= tightness * exact + 1e-290


def value(expression, **environment):
    """The number that an expression of the section stands for."""
    exact = {name: sp.Rational(str(v)) for name, v in environment.items()}
    return float(enclose(expression, exact, 40).mid())


# --------------------------------------------------------------------- the length of an embedding


@pytest.mark.parametrize("d", [1, 2, 3, 17, 400, 10**6, 10**30])
def test_moments_of_the_length_are_ratios_of_gamma_functions(d):
    log_lengths, weights, error = numerics.length_law(d)
    assert weights.min() >= 0 and weights.sum() == pytest.approx(1, abs=1e-14)
    assert error < 1e-14
    for power in (1, 2, 3):
        with mpmath.workdps(60):
            half = mpmath.mpf(d) / 2
            exact = mpmath.gammaprod([half + mpmath.mpf(power) / 2], [half]) / half ** (
                mpmath.mpf(power) / 2
            )
        assert float(np.sum(weights * np.exp(power * log_lengths))) == pytest.approx(
            float(exact), rel=1e-12
        )


@given(
    st.sampled_from([1, 2, 3, 4, 7, 50, 1000, 10**5]),
    st.floats(0.001, 100),
    st.floats(0.01, 100),
)
@settings(max_examples=60, deadline=None)
def test_one_input_against_the_beta_integral(d, signal, noise):
    with mpmath.workdps(40):
        share = mpmath.mpf(signal) ** 2 / (mpmath.mpf(signal) ** 2 + mpmath.mpf(noise))
        exact = tail(share, d)
    if exact > mpmath.mpf("1e-250"):
        assert_encloses(numerics.misclassified(d, signal, noise), exact)


def test_one_input_in_closed_form_in_one_and_two_dimensions():
    for signal, noise in ((1, 1), (3, 7), (1, 50), (0.25, 0.1)):
        a = signal / sqrt(noise)
        assert numerics.misclassified(1, signal, noise)[0] == pytest.approx(
            0.5 - atan(a) / pi, rel=1e-13
        )
        assert numerics.misclassified(2, signal, noise)[0] == pytest.approx(
            (1 - a / sqrt(1 + a * a)) / 2, rel=1e-13
        )
    # a = 3/4: a / sqrt(1 + a^2) = 3/5
    assert_encloses(numerics.misclassified(2, 3, 16), Fraction(1, 5))


def test_degenerate_inputs():
    assert numerics.misclassified(5, 0, 1) == (0.5, 0.0)
    assert numerics.fill_error(3, 1) == (0.0, 0.0)  # nothing disturbs a single memory
    assert numerics.scheme_error(1.5, 0.7, 4, stored=1, size=1) == (0.0, 0.0)
    alone, error = numerics.scheme_error(1, 1, 4, stored=1, size=2)  # the other is guessed
    assert abs(alone - 1 / 6) <= error < 1e-14
    assert numerics.scheme_error(2, 1, 4, stored=9, size=5) == numerics.scheme_error(2, 1, 4, 5, 5)
    assert numerics.scheme_error(0, 0, 4, size=5) == numerics.fill_error(4, 5)


def test_what_underflows_is_within_its_bound():
    for d, size in ((10**5, 2), (10**6, 2), (2200, 2), (2**1000, 3)):
        computed, error = numerics.fill_error(d, size)
        assert 0 <= computed < 1e-290
        assert 0 < error < 1e-290  # the exact value is positive, and too small for a double
    computed, error = numerics.misclassified(10**5, 1, 1)
    assert computed == 0 and 0 < error < 1e-290


# --------------------------------------------------------------------------------- equal weights


def test_equal_weights_in_the_plane_are_rational():
    # two dimensions, N = k^2 inputs: (1 - 1/k)/2
    for k in (2, 3, 10, 1000):
        assert_encloses(numerics.fill_error(2, k * k), Fraction(k - 1, 2 * k))


def test_equal_weights_at_the_listed_ratios():
    listed = "0.1 0.376, 0.5 0.240, 1 0.159, 2 0.0786, 4 0.0227, 8 2.33e-3, 16 3.2e-5"
    for entry in listed.split(", "):
        ratio, digits = entry.split()
        error, _ = numerics.fill_error(round(1000 * float(ratio)), 1000)
        half_a_digit = 0.5 * 10.0 ** Decimal(digits).as_tuple().exponent
        assert error == pytest.approx(float(digits), abs=half_a_digit)


@given(st.integers(2, 400), st.integers(1, 2000))
@settings(max_examples=40, deadline=None)
def test_equal_weights_lie_between_the_bounds(size, d):
    with mpmath.workdps(30):
        exact = tail(mpmath.mpf(1) / size, d)
        if exact < mpmath.mpf("1e-250"):
            return
        assert_encloses(numerics.fill_error(d, size), exact)
        low, high = (
            theory.fill_scheme_bound.statement.terms[0],
            theory.fill_scheme_bound.statement.terms[-1],
        )
        assert value(low, N=size, d=d) <= float(exact) * (1 + 1e-12)
        assert float(exact) <= value(high, N=size, d=d) * (1 + 1e-12)


# ----------------------------------------------------------------------------- power-law weights


@given(
    st.sampled_from([0, 0.5, 1, 1.5, 3]),
    st.sampled_from([0, 0.2, 0.5, 1, 2]),
    st.sampled_from([1, 2, 5, 40]),
    st.integers(2, 25),
    st.integers(2, 25),
)
@settings(max_examples=25, deadline=None)
def test_finite_memories_input_by_input(alpha, b, d, one, two):
    stored, size = sorted((one, two))
    exact = brute_force(mpmath.mpf(alpha), mpmath.mpf(b), d, stored, size)
    assert_encloses(numerics.scheme_error(alpha, b, d, stored, size), exact)


@pytest.mark.parametrize(
    ("alpha", "b", "d", "size"),
    [(2, 1, 3, 3000), (1.2, 0.25, 20, 3000), (0.5, 0.8, 500, 2500)],
)
def test_sums_of_thousands_of_inputs(alpha, b, d, size):
    # double precision, one input at a time, through the incomplete Beta function
    x = np.arange(1.0, size + 1)
    energy = x ** (-2 * b)
    wrong = 0.5 * stats.beta.sf(energy / energy.sum(), 0.5, d / 2)
    law = x**-alpha / np.sum(x**-alpha)
    computed, error = numerics.scheme_error(alpha, b, d, None, size)
    assert error < 1e-12
    assert computed == pytest.approx(float(np.sum((law * wrong)[::-1])), rel=1e-10)


@pytest.mark.parametrize(("alpha", "b", "d"), [(2, 1, 5), (3, 0.75, 40), (1.5, 2, 300)])
def test_infinitely_many_inputs(alpha, b, d):
    # Beyond the head an input errs with probability 1/2 - c q(x), up to the cube of q(x).
    head = 200_000
    x = np.arange(1.0, head + 1)
    norm = float(mpmath.zeta(2 * b))
    wrong = 0.5 * stats.beta.sf(x ** (-2 * b) / norm, 0.5, d / 2)
    slope = float(1 / mpmath.beta(0.5, d / 2)) / sqrt(norm)
    rest = 0.5 * mpmath.zeta(alpha, head + 1) - slope * mpmath.zeta(alpha + b, head + 1)
    exact = (float(np.sum((x**-alpha * wrong)[::-1])) + float(rest)) / float(mpmath.zeta(alpha))
    computed, error = numerics.scheme_error(alpha, b, d)
    assert error < 1e-12 * computed
    assert computed == pytest.approx(exact, rel=1e-9)


LISTED = {  # (alpha, rho): the constant for two classes
    (2, 1): 0.25490, (2, 0.5): 0.31105, (1.5, 1): 0.33848,
    (1.5, 0.5): 0.42302, (3, 0.5): 0.19536, (2, 0.3): 1.14523,
}  # fmt: skip


def test_constants_of_the_rate():
    for (alpha, rho), expected in LISTED.items():
        assert value(theory.A, alpha=alpha, b=alpha * rho) == pytest.approx(expected, abs=6e-6)
    # alpha = 2, b = 2: beta = 1/2, a quarter power of zeta(4) over zeta(2) and a Gamma value
    with mpmath.workdps(30):
        by_hand = (
            mpmath.mpf(2) ** mpmath.mpf("0.25") * mpmath.gamma(mpmath.mpf("0.75"))
            / (2 * mpmath.sqrt(mpmath.pi)) * mpmath.zeta(4) ** mpmath.mpf("0.25") / mpmath.zeta(2)
        )  # fmt: skip
    assert value(theory.A, alpha=2, b=2) == pytest.approx(float(by_hand), rel=1e-14)


def test_ratios_to_the_rate_that_were_measured_before():
    for (alpha, b), ratios in {
        (2, 2): (0.979, 0.996, 1.000, 1.000, 1.000),
        (2, 1): (0.961, None, None, None, 1.000),
        (3, 1.5): (0.915, None, None, None, 1.000),
    }.items():
        for power, expected in enumerate(ratios, start=1):
            if expected is not None:
                measured, _ = numerics.scheme_error(alpha, b, 10**power)
                claimed = value(theory.leading, alpha=alpha, b=b, d=10**power)
                assert measured / claimed == pytest.approx(expected, abs=6e-4)


@given(st.sampled_from([1.2, 2, 3.5]), st.sampled_from([0.65, 1, 3]), st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_the_bracket_holds(alpha, b, d):
    measured, error = numerics.scheme_error(alpha, b, d)
    main = value(theory.main, alpha=alpha, b=b, d=d)
    assert abs(measured - main) <= value(theory.remainder, alpha=alpha, b=b, d=d) + error


# -------------------------------------------------------------------------------------- the draws


@pytest.mark.parametrize(
    ("alpha", "b", "d", "stored", "size"), [(2, 0.5, 3, 6, 9), (1, 0, 2, 4, 4), (1.5, 1, 6, 5, 30)]
)
def test_draws_err_as_often_as_the_sum_says(alpha, b, d, stored, size):
    rows = np.zeros((2, d))
    rows[0, 0], rows[1, 0], rows[1, 1] = 1, 0.6, 0.8
    wrong = numerics.scheme_trials(alpha, b, stored, size, rows, STREAM, 0, DRAWS)
    chance = float(brute_force(mpmath.mpf(alpha), mpmath.mpf(b), d, stored, size))
    count = int(wrong.sum())
    assert stats.binom.cdf(count, DRAWS, chance) > FALSE_ALARM / 2
    assert stats.binom.sf(count - 1, DRAWS, chance) > FALSE_ALARM / 2


def test_draws_do_not_depend_on_how_they_are_cut_up():
    rows = np.eye(3, 4)
    whole = numerics.scheme_trials(1.5, 0.5, 4, None, rows, STREAM, 0, 200)
    parts = [
        numerics.scheme_trials(1.5, 0.5, 4, None, rows, STREAM, first, 50)
        for first in range(0, 200, 50)
    ]
    assert (np.concatenate(parts) == whole).all()
    assert numerics.scheme_trials(1.5, 0.5, 4, None, rows, STREAM, 0, 0).size == 0
    assert not numerics.scheme_trials(1, 1, 1, 1, rows, STREAM, 0, 100).any()  # a single input


# --------------------------------------------------------------------------------- sums of powers


@pytest.mark.parametrize("s", [0, 0.25, 1, 1.05, 2, 3.5, 40])
@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 7), (3, 2), (5, 4000), (1, 10**9)])
def test_finite_sums_of_powers(s, first, last):
    with mpmath.workdps(50):
        exponent = mpmath.mpf(s)
        if last < 5000:
            exact = mpmath.fsum(mpmath.mpf(x) ** -exponent for x in range(first, last + 1))
        elif s == 0:
            exact = mpmath.mpf(last)
        elif s == 1:
            exact = mpmath.harmonic(last)
        else:
            exact = mpmath.zeta(exponent) - mpmath.zeta(exponent, last + 1)
        computed, error = power_sum(float(s), first, last)
        assert abs(computed - exact) <= error + mpmath.mpf("1e-300")
        assert error <= 1e-11 * exact + mpmath.mpf("1e-300")


@pytest.mark.parametrize("s", [1.05, 2, 3.5, 40])
@pytest.mark.parametrize("first", [1, 61, 10**6])
def test_infinite_sums_of_powers(s, first):
    with mpmath.workdps(50):
        exact = mpmath.zeta(mpmath.mpf(s), first)
        computed, error = power_sum(s, first, None)
        assert abs(computed - exact) <= error
        assert error <= 1e-11 * exact


@pytest.mark.parametrize("last", [400, 10**5, 10**12])
def test_sums_by_the_euler_maclaurin_formula(last):
    # sum of x^-2 exp(-1/x), which no rule here knows
    def terms(t):
        found = np.exp(-2 * t - np.exp(-t))
        return found, 1e-15 * abs(found)

    function = Analytic(terms, lambda low, high: -2 * low + np.zeros_like(high), 1.2)
    first = 50
    computed, error = analytic_sum(function, np.log(first), np.log(last), True)
    with mpmath.workdps(40):
        exact = mpmath.fsum(  # the series of the exponential, power by power
            (-1) ** k
            / mpmath.factorial(k)
            * (mpmath.zeta(k + 2, first) - mpmath.zeta(k + 2, last + 1))
            for k in range(25)
        )
        assert abs(computed - exact) <= error + mpmath.mpf(10) ** -30
        assert error <= 1e-11 * exact


# ---------------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: numerics.fill_error(0, 5), "dimension"),
        (lambda: numerics.fill_error(2.5, 5), "dimension"),
        (lambda: numerics.fill_error(2, 0), "size"),
        (lambda: numerics.misclassified(2, -1, 1), "signal"),
        (lambda: numerics.misclassified(2, float("nan"), 1), "signal"),
        (lambda: numerics.misclassified(2, 1, 0), "noise"),
        (lambda: numerics.scheme_error(1, 1, 3), "exponent"),
        (lambda: numerics.scheme_error(65, 1, 3), "exponent"),
        (lambda: numerics.scheme_error(-1, 1, 3, size=5), "exponent"),
        (lambda: numerics.scheme_error(2, 0.5, 3), "decay"),
        (lambda: numerics.scheme_error(2, -0.1, 3, 4), "decay"),
        (lambda: numerics.scheme_error(2, 1, 3, 0), "stored"),
        (lambda: numerics.scheme_error(2, 1, 3, 4, 0), "size"),
        (lambda: numerics.scheme_error(2, 1, 2**1001), "dimension"),
        (lambda: numerics.scheme_trials(2, 0, 9, 5, np.eye(2), STREAM, 0, 1), "stored"),
        (lambda: numerics.scheme_trials(1, 0, 9, None, np.eye(2), STREAM, 0, 1), "exponent"),
        (lambda: numerics.scheme_trials(2, 0, 2, 5, np.ones(2), STREAM, 0, 1), "output_embeddings"),
        (lambda: numerics.scheme_trials(2, 0, 2, 5, [[np.inf]], STREAM, 0, 1), "output_embeddings"),
        (lambda: numerics.scheme_trials(2, 0, 2, 5, np.eye(2), STREAM, -1, 1), "first"),
        (lambda: numerics.scheme_trials(2, 0, 2, 5, np.eye(2), STREAM, 0, -1), "count"),
    ],
)
def test_bad_arguments_are_named(call, line):
    with pytest.raises(ValueError, match=line) as problem:
        call()
    assert "\n" not in str(problem.value)
