"""Graded weights with a threshold: sizes and bounds against references that are written out here.

Nothing is drawn at random but the points themselves: no test can fail by chance.
"""

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.assoc_scaling import graded_thresholds as sizes
from numerics.assoc_scaling import thresholds as numerics
from theory.assoc_scaling import graded_thresholds as theory
from theory.core.evaluation import enclose
from verify.core.balls import side_values

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


# ------------------------------------------------------------------------------------------- sizes


@given(st.integers(1, 10**40), st.integers(1, 9))
@settings(max_examples=80)
def test_whole_roots_are_exact(d, degree):
    size = sizes.root_size(degree, d)
    assert size**degree <= d < (size + 1) ** degree


@given(st.integers(1, 10**12), st.integers(1, 9))
@settings(max_examples=60)
def test_perfect_powers_keep_their_root(base, degree):
    assert sizes.root_size(degree, base**degree) == base
    if base > 1 and degree > 1:
        assert sizes.root_size(degree, base**degree - 1) == base - 1


@given(st.integers(1, 10**30), st.integers(4, 12))
@settings(max_examples=40)
def test_roots_of_fractional_degree(d, quarters):
    # P^(k/4) <= d exactly when P^k <= d^4
    size = sizes.root_size(quarters / 4, d)
    assert size**quarters <= d**4 < (size + 1) ** quarters


# ------------------------------------------------------------------------------- with and without


def test_for_mild_weights_some_threshold_helps_and_for_steep_ones_none():
    # rho = 0.3: listed .0173 against .0245 at d = 100, .00293 against .00362 at d = 1000
    for d, best_listed, all_listed in ((100, 0.0173, 0.0245), (1000, 0.00293, 0.00362)):
        stored, best, _ = numerics.best_threshold(2.0, 0.6, d)
        assert 2 < stored < d
        assert best == pytest.approx(best_listed, rel=0.003)
        assert error(2, 0.6, d, None) == pytest.approx(all_listed, rel=0.003)
    for alpha in (1.2, 2, 3):
        for rho in (1, 1.5):
            decay = float(alpha * rho)
            everything, bound = numerics.threshold_error(float(alpha), decay, 40, None)
            for stored in (1, 2, 5, 50, 5000):
                some, other = numerics.threshold_error(float(alpha), decay, 40, stored)
                assert everything - bound <= some + other
                assert stored == 5000 or everything < some


def test_the_prescribed_threshold_is_worse_than_none():
    everything = error(2, 2, 30_000, None)
    assert everything == pytest.approx(0.0194, abs=5e-5)
    assert error(2, 2, 30_000, sizes.root_size(5, 30_000)) > 1.8 * everything


def test_in_one_dimension_a_threshold_helps_whatever_the_weights():
    # the plane is where the steep claim begins: on the line the Student tail is Cauchy's
    some, everything = error(2, 2, 1, 2), error(2, 2, 1, None)
    assert some < 0.99 * everything
    with mpmath.workdps(20):
        law = [mpmath.mpf(x) ** -2 / mpmath.zeta(2) for x in (1, 2)]
        wrong = [0.5 - mpmath.atan(ratio) / mpmath.pi for ratio in (4, mpmath.mpf(1) / 4)]
        by_cauchy = law[0] * wrong[0] + law[1] * wrong[1] + (1 - sum(law)) / 2
    assert some == pytest.approx(float(by_cauchy), rel=1e-12)


def test_constant_of_mild_weights_is_the_riemann_integral():
    for alpha, b, k, m in ((2, 0.2, 1, 1), (1.5, 0.15, 4, 1), (3, 0.3, 1, 2)):
        edge = mpmath.sqrt((1 - 2 * mpmath.mpf(b)) * k / m)
        among = mpmath.quad(
            lambda v, a=alpha, b=b, s=edge: v ** (-a) * mpmath.ncdf(-s * v ** (-b)),
            [0, 1e-6, 1e-4, 1e-2, 0.1, 1],
        )
        expected = 0.5 + (alpha - 1) * among
        point = {"alpha": alpha, "b": b, "k": k, "m": m, "n": 2}
        (ramp,) = side_values(theory.threshold_rho, point, {}, theory.ramp)
        assert float(ramp.mid()) == pytest.approx(float(expected), rel=1e-8)


@given(st.sampled_from(ALPHAS), st.sampled_from([0.2, 0.6, 1, 3]), st.integers(1, 10**6))
@settings(max_examples=15, deadline=None)
def test_no_threshold_gets_below_the_lower_bound(alpha, b, d):
    _, best, bound = numerics.best_threshold(float(alpha), float(b), d)
    low = theory.threshold_rho_lower.statement.terms[0]
    assert value(low, alpha=alpha, b=b, d=d) <= best + bound


# ---------------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    ("degree", "dimension", "line"),
    [
        (0.5, 10, "degree"),
        (float("nan"), 10, "degree"),
        (1001, 10, "degree"),
        (2, 0, "dimension"),
        (2, 2.5, "dimension"),
        (2, 2**1000 + 1, "dimension"),
    ],
)
def test_bad_arguments_are_named(degree, dimension, line):
    with pytest.raises(ValueError, match=line) as problem:
        sizes.root_size(degree, dimension)
    assert "\n" not in str(problem.value)
