"""Divergences against a general optimiser, running times against a plain programme, the rules."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from numerics.mode_estimation import lower_bounds as numerics
from numerics.mode_estimation.distributions import dirichlet, geometric, one_good
from theory import Domain, Real, algebra
from theory.core.decision import Status
from theory.core.rule import examine
from theory.core.rules.monotone import OneSign
from theory.mode_estimation.lower_bound_rules import (
    OverPositive,
    RisingShare,
    SmallerDenominator,
    WithoutPart,
)


def closed_form(law):
    """The divergence from the law that gives the first two labels their mean."""
    total = law[0] + law[1]
    return sum(share * math.log(2 * share / total) for share in law[:2] if share > 0)


@given(st.integers(2, 8), st.sampled_from([0.3, 1.0, 5.0]), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_least_divergence(m, alpha, seed):
    law = dirichlet(m, alpha, seed)
    value, error = numerics.least_divergence(law)
    assert error < 1e-9
    assert value == pytest.approx(closed_form(law), abs=error)
    nearest, gap = numerics.nearest_law(law)
    assert nearest[0] <= nearest[1] * (1 + 1e-15)
    assert nearest.sum() == pytest.approx(1)
    assert gap >= 0


def test_least_divergence_by_a_general_optimiser():
    for law in (geometric(4), one_good(5), np.array([0.6, 0.4])):
        found = minimize(
            lambda q, law=law: float(np.sum(law * np.log(law / q))),
            np.full(law.size, 1 / law.size),
            bounds=[(1e-9, 1)] * law.size,
            constraints=[
                {"type": "eq", "fun": lambda q: q.sum() - 1},
                {"type": "ineq", "fun": lambda q: q[1] - q[0]},
            ],
            options={"ftol": 1e-14, "maxiter": 500},
        )
        assert numerics.least_divergence(law)[0] == pytest.approx(found.fun, abs=1e-7)


def test_law_with_the_mode_behind_already():
    value, error = numerics.least_divergence((0.3, 0.5, 0.2))
    assert abs(value) <= error
    value, _ = numerics.least_divergence((0.5, 0.0, 0.5))
    assert value == pytest.approx(0.5 * math.log(2))


def mean_by_the_law(other, delta, c, horizon):
    """Mean number of samples, by the law of the number of the less likely label."""
    law, mean = {0: 1.0}, 0.0
    for n in range(1, horizon + 1):
        moved = {}
        for seen, mass in law.items():
            moved[seen + 1] = moved.get(seen + 1, 0.0) + mass * other
            moved[seen] = moved.get(seen, 0.0) + mass * (1 - other)
        level = math.log(math.pi**2 * n**2 * 2 / delta)
        law = {}
        for seen, mass in moved.items():
            largest = max(seen, n - seen)
            if min(seen, n - seen) < largest - math.sqrt(c * largest * level):
                mean += n * mass
            else:
                law[seen] = mass
    return mean, sum(law.values())


def test_mean_samples_against_a_plain_programme():
    for other, delta, c in ((0.1, 0.1, 4.0), (0.2, 0.3, 1.0), (0.01, 1e-6, 4.0)):
        plain, left = mean_by_the_law(other, delta, c, 600)
        assert left < 1e-9
        value, error = numerics.mean_samples(other, delta, c)
        assert value == pytest.approx(plain, abs=error + 1e-6)


def test_mean_samples_of_the_dossier():
    for other, delta, value in (
        (0.4, 0.1, 1143.4),
        (0.1, 1e-40, 607.4),
        (1e-3, 1e-40, 430.3),
        (1e-6, 1e-40, 429.0),
        (1e-9, 1e-40, 429.0),
    ):
        assert numerics.mean_samples(other, delta)[0] == pytest.approx(value, abs=0.05)
    small = numerics.mean_samples(Fraction(1, 10), Fraction(1, 10**400))  # no double is so small
    assert small[0] > 5000


@pytest.mark.parametrize(
    "call",
    [
        lambda: numerics.least_divergence((0.6, 0.6)),
        lambda: numerics.least_divergence((1.0,)),
        lambda: numerics.nearest_law((0.6, 0.4), gap=0.0),
        lambda: numerics.divergence((0.5, 0.5), (1.0, 0.0)),
        lambda: numerics.divergence((0.5, 0.5), (1.0,)),
        lambda: numerics.mean_samples(0.5, 0.1),
        lambda: numerics.mean_samples(0.0, 0.1),
        lambda: numerics.mean_samples(0.1, 0.0),
        lambda: numerics.mean_samples(0.1, 1.0),
        lambda: numerics.mean_samples(0.1, 0.1, c=0.0),
        lambda: numerics.mean_samples(0.49999, 0.1),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        call()


def test_divergence():
    assert numerics.divergence((0.5, 0.5), (0.25, 0.75)) == pytest.approx(
        0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    )
    assert numerics.divergence((1.0, 0.0), (0.5, 0.5)) == pytest.approx(math.log(2))
    assert_allclose(numerics.divergence((0.2, 0.8), (0.2, 0.8)), 0)


v = sympy.Symbol("v", nonnegative=True)
s = Real("s", above=0, below=1, grid=(Fraction(1, 2),))
HERE = Domain(s)


@pytest.mark.parametrize(
    ("function", "power", "order", "after", "good"),
    [
        (v**3, 2, 0, s**2, True),  # v^3 / v^2 rises to 1
        (v**3, 2, 0, s**2 / 2, False),
        (v, 2, 0, s**2, False),  # v / v^2 falls
        (1 - sympy.sqrt(1 - v**2), 2, 0, s**2, False),  # true, but not seen
        (sympy.exp(v) - 1 - v, 2, 3, (sympy.E - 2) * s**2, True),
        (v + 1, 1, 1, 2 * s.symbol, False),
        (1 / (1 - v), 1, 0, s.symbol, False),  # no value at 1
        (sympy.floor(v + 1), 1, 0, 2 * s.symbol, False),  # a jump
        (v * sympy.floor(3 * v), 1, 0, 2 * s.symbol, False),
    ],
)
def test_rising_share(function, power, order, after, good):
    rule = RisingShare(function, v, s, 1, power, order)
    found = examine(rule, function.subs(v, s.symbol), after, HERE)
    assert (found.status is Status.PROVED) == good, found.reason


@pytest.mark.parametrize(
    ("less", "more", "floor", "good"),
    [
        (s.symbol, 2 * s, s / 2, True),
        (2 * s, s.symbol, s / 2, False),
        (s - 1, s.symbol, s - 2, False),  # not positive
    ],
)
def test_smaller_denominator(less, more, floor, good):
    rule = SmallerDenominator(3, more, less, OneSign(), floor, OneSign(">="))
    found = examine(rule, 3 / sympy.sympify(more), 3 / sympy.sympify(less), HERE)
    assert (found.status is Status.PROVED) == good, found.reason
    turned = SmallerDenominator(3, more, less, OneSign(">="), floor, OneSign(">="))
    assert examine(turned, 3 / sympy.sympify(more), 3 / sympy.sympify(less), HERE).status is not (
        Status.PROVED
    )


@pytest.mark.parametrize(
    ("part", "times", "floor", "good"),
    [
        (s.symbol, 1, s**2, True),
        (s.symbol, -1, s**2, False),
        (s - 1, 1, s - 2, False),
    ],
)
def test_without_part(part, times, floor, good):
    rule = WithoutPart(part, times, floor, OneSign(">="))
    found = examine(rule, 5 - times * part, sympy.Integer(5), HERE)
    assert (found.status is Status.PROVED) == good, found.reason
    same = WithoutPart(part, times, part, algebra)
    assert (examine(same, 5 - times * part, sympy.Integer(5), HERE).status is Status.PROVED) == good


@pytest.mark.parametrize(
    ("low", "high", "denominator", "good"),
    [(s**2, s.symbol, s.symbol, True), (s.symbol, s**2, s.symbol, False), (s**2, s, s - 1, False)],
)
def test_over_positive(low, high, denominator, good):
    low, high, denominator = map(sympy.sympify, (low, high, denominator))
    rule = OverPositive(low, high, denominator, OneSign())
    found = examine(rule, low / denominator, high / denominator, HERE)
    assert (found.status is Status.PROVED) == good, found.reason
