"""The law of N_2 - N_1 by three methods, and the rules for sequences that fall exponentially."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from numerics.mode_estimation import prefactor as numerics
from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Expansion,
    Natural,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from theory.core.decision import Status
from theory.core.observable import Observable
from theory.core.rule import examine
from theory.mode_estimation.prefactor_rules import ScaledBy, UpToSmallerExponentials

weights = st.integers(1, 30)


@st.composite
def two_and_rest(draw):
    """Probabilities of the mode and of a second label, with something left over."""
    second, more, rest = draw(weights), draw(weights), draw(weights)
    total = 2 * second + more + rest
    return Fraction(second + more, total), Fraction(second, total)


@given(two_and_rest(), st.integers(0, 12), st.integers(-3, 13))
@settings(max_examples=40, deadline=None)
def test_difference_is_the_trinomial_sum(law, samples, difference):
    mode, second = law
    rest = 1 - mode - second
    total = Fraction(0)
    for top in range(samples + 1):
        other, left = top + difference, samples - 2 * top - difference
        if other >= 0 and left >= 0:
            ways = math.comb(samples, top) * math.comb(samples - top, other)
            total += ways * mode**top * second**other * rest**left
    assert numerics.difference_probability(mode, second, samples, difference) == total


@given(two_and_rest(), st.sampled_from([1, 2, 7, 30, 150]))
@settings(max_examples=25, deadline=None)
def test_balls_hold_the_exact_probabilities(law, samples):
    mode, second = law
    found = numerics.pair_error(mode, second, samples)
    exact = [numerics.difference_probability(mode, second, samples, k) for k in range(samples + 1)]
    for ball, value in ((found.tie, exact[0]), (found.ahead, sum(exact[1:]))):
        assert ball.overlaps(numerics._ball(value))
        assert float(ball.rad()) <= 1e-9 * float(value) + 1e-26


def test_tilted_walk_is_a_law_of_the_right_variance():
    for mode, second in ((0.5, 0.3), (0.9, 0.05), (0.02, 0.01), (0.5, 0.4999)):
        law, error = numerics.tilted_walk(mode, second, 1000)
        assert law[0] + 2 * law[1:].sum() == pytest.approx(1, abs=law.size * error)
        root = math.sqrt(mode * second)
        variance = 1000 * 2 * root / (1 - mode - second + 2 * root)
        assert 2 * (law * np.arange(law.size) ** 2).sum() == pytest.approx(variance, rel=1e-9)


def test_tilted_walk_with_more_than_half_of_its_mass_moving():
    mode, second = Fraction(9, 20), Fraction(2, 5)  # the characteristic function is negative at pi
    for samples in (5, 6):
        root = math.sqrt(mode * second)
        stay = 1 - 2 * root / (float(1 - mode - second) + 2 * root)
        step = np.array([(1 - stay) / 2, stay, (1 - stay) / 2])
        law = np.ones(1)
        for _ in range(samples):
            law = np.convolve(law, step)
        found, error = numerics.tilted_walk(mode, second, samples)
        assert np.allclose(found[: samples + 1], law[samples:], atol=error)


def test_measured_distances_from_the_leading_term():
    """At p = (1/2, 3/10, 1/5) n (1 - ratio) tends to 0.2177, 22.19 and 19.40."""
    p, n = (0.5, 0.3, 0.2), 10**5
    rho = 1 - (math.sqrt(p[0]) - math.sqrt(p[1])) ** 2
    variance, r = 2 * math.sqrt(p[0] * p[1]) / rho, math.sqrt(p[1] / p[0])
    height = numerics._ball(rho) ** n / math.sqrt(2 * math.pi * n * variance)
    pair = numerics.pair_error(p[0], p[1], n)
    for ball, constant, value in (
        (pair.tie, 1.0, 0.2177),
        (pair.ahead, r / (1 - r), 22.178),
        (pair.with_half_the_ties, (1 + r) / (2 * (1 - r)), 19.389),
    ):
        assert n * (1 - float(ball / height) / constant) == pytest.approx(value, abs=2e-3)


def test_error_by_union_against_enumeration_of_counts():
    law = tuple(Fraction(weight, 10) for weight in (4, 2, 2, 1, 1))
    assert numerics.union_of_pairs(law, 9).error == Fraction("0.36030208")
    with_scipy = 0.0
    p = [float(value) for value in law[:3]]
    p[2] += 0.2  # three labels
    for counts in product(range(7), repeat=3):
        if sum(counts) == 6:
            level = sum(count == counts[0] for count in counts)
            wrong = 1 if max(counts) > counts[0] else 1 - 1 / level
            with_scipy += wrong * multinomial.pmf(counts, 6, p)
    three = (law[0], law[1], law[2] + law[3] + law[4])
    assert float(numerics.union_of_pairs(three, 6).error) == pytest.approx(with_scipy, abs=1e-12)


@given(st.lists(weights, min_size=2, max_size=4), weights, st.integers(0, 7))
@settings(max_examples=30, deadline=None)
def test_bonferroni(others, more, samples):
    values = sorted((*others, max(others) + more), reverse=True)
    law = tuple(Fraction(value, sum(values)) for value in values)
    found = numerics.union_of_pairs(law, samples)
    assert found.singles - found.joint <= found.error <= found.singles


def test_leading_error_holds_the_exact_error():
    for law in ((16, 9, 7), (4, 1, 1, 1)):
        exact = tuple(Fraction(weight, sum(law)) for weight in law)
        for samples in (1, 5, 25):
            ball = numerics.leading_error(exact, samples)
            assert ball.overlaps(numerics._ball(numerics.union_of_pairs(exact, samples).error))
    assert numerics.leading_error((0.5, 0.3, 0.2), 10**4).rel_accuracy_bits() > 25


def test_joint_probability_against_the_sum_over_counts():
    mode, second = Fraction(2, 5), Fraction(1, 5)
    law = (mode, second, second, 1 - mode - 2 * second)
    total = Fraction(0)
    for counts, weight in numerics._counts(law, 6):
        total += weight * (min(counts[1:3]) >= counts[0])
    assert numerics.joint_probability(mode, second, 6) == total


@pytest.mark.parametrize(
    "call",
    [
        lambda: numerics.difference_probability(Fraction(3, 5), Fraction(3, 5), 3, 0),
        lambda: numerics.difference_probability(Fraction(1, 2), Fraction(1, 3), -1, 0),
        lambda: numerics.tilted_walk(0.6, 0.4, 10),
        lambda: numerics.tilted_walk(0.5, 0.0, 10),
        lambda: numerics.pair_error(0.3, 0.4, 10),
        lambda: numerics.leading_error((0.6, 0.4), 10),
        lambda: numerics.leading_error((0.4, 0.4, 0.2), 10),
        lambda: numerics.leading_error((0.5, float("nan"), 0.2), 10),
        lambda: numerics.union_of_pairs((Fraction(1, 2),), 3),
        lambda: numerics.joint_probability(Fraction(1, 2), Fraction(1, 3), 3),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        call()


n = Natural("n", at_least=1, grid=(1,))
b = Real("b", above=0, below=1, grid=(Fraction(1, 2),))
left, right = (Observable(name, (n,), name, name) for name in ("left", "right"))
NOWHERE = Source(None, "", Seen.NOTHING, Standing.DERIVED_HERE)


def cited(before, after, sense, within=None):
    """A derivation of one cited step."""
    rule = Cited("a theorem", "a book", sense, within)
    return Derivation(Step(before, by=definition), Step(after, by=rule))


def bound_by(remainder):
    """The claim that two observables differ by at most so much."""
    return Claim(
        "test.gap",
        "",
        "",
        Bound(sympy.Abs(left(n) - right(n)), "<=", remainder),
        Domain(n, b),
        NOWHERE,
        (left, right),
        cited(left(n), right(n), "+-", remainder),
    )


def size_of(expression):
    """The claim that one of them is asymptotic to an expression."""
    return Claim(
        "test.size",
        "",
        "",
        Equivalent(right(n), expression, as_=(n, sympy.oo)),
        Domain(n, b),
        NOWHERE,
        (right,),
        cited(right(n), expression, "~"),
    )


@pytest.mark.parametrize(
    ("remainder", "size", "good"),
    [
        ((b / 2) ** n, b**n / sympy.sqrt(n), True),
        ((b / 2) ** n + (b / 3) ** n, 5 * b**n * n**2, True),
        (b**n, b**n * n**2, False),
        ((2 * b) ** n, b**n, False),
        ((b / 2) ** n * n, b**n, False),  # not of the form that the rule reads
        (1 / n, b**n, False),
        ((b / 2) ** n, sympy.exp(-n) * b**n, False),
    ],
)
def test_smaller_exponentials(remainder, size, good):
    rule = UpToSmallerExponentials(bound_by(remainder), size=size_of(size), base=b)
    found = examine(rule, left(n), right(n), Domain(n, b))
    assert found.status is (Status.CITED if good else Status.UNDECIDED), found.reason


def test_scaled_equivalences():
    domain = Domain(n, b)
    exponential = b**n
    inner = Expansion(n)
    good = examine(
        ScaledBy(exponential, inner), exponential * (n + 1), exponential * n.symbol, domain
    )
    assert good.status is Status.PROVED
    for before, after in (
        (exponential * (n + 1), 2 * exponential * n.symbol),
        (exponential * (n + 1), exponential * n**2),
    ):
        assert examine(ScaledBy(exponential, inner), before, after, domain).status in (
            Status.UNDECIDED,
            Status.REFUTED,
        )
    wrong_sign = examine(
        ScaledBy(-exponential, inner), exponential * (n + 1), exponential * n.symbol, domain
    )
    assert wrong_sign.status is not Status.PROVED
