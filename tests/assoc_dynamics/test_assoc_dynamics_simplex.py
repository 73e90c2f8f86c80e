"""The level of a simplex against a root finder, tokens with a given dependency, and the rules."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numerics.assoc_dynamics.frequent import dependency
from numerics.assoc_dynamics.simplex import simplex
from numerics.assoc_dynamics.underparameterised import least_loss_scores, mean_error
from theory import Domain, enclose
from theory.assoc_dynamics import simplex as theory
from theory.assoc_dynamics.simplex import N, c, level, odds, p, token, x
from theory.assoc_dynamics.simplex import simplex_forgetting_half as half
from theory.assoc_dynamics.simplex_level import (
    AtLevel,
    LowerLevel,
    NotAllPositive,
    SimplexLevel,
    excess_odds,
)
from theory.core.decision import Status
from theory.core.errors import NotEnclosable
from theory.core.rule import examine

parts = st.lists(st.integers(1, 100), min_size=6, max_size=6)


def shares(numbers):
    return [Fraction(number, sum(numbers)) for number in numbers]


def level_of(frequencies, weights):
    values = (tuple(map(sympy.Rational, v)) for v in (frequencies, weights))
    return enclose(level, dict(zip(("p", "c"), values, strict=True)) | {"N": len(weights)})


def number(fraction):
    return mpmath.mpf(fraction.numerator) / fraction.denominator


@given(parts)
@settings(max_examples=40, deadline=None)
def test_the_level_is_the_root(numbers):
    p, c = shares(numbers[:3]), shares(numbers[3:])
    with mpmath.workdps(60):
        pairs = [(number(a / b), number(b)) for a, b in zip(p, c, strict=True)]
        low, high = mpmath.mpf(0), min(ratio for ratio, _ in pairs)
        for _ in range(180):
            middle = (low + high) / 2
            total = sum(weight * mpmath.log(ratio / middle - 1) for ratio, weight in pairs)
            low, high = (middle, high) if total > 0 else (low, middle)
        assert_allclose(float(level_of(p, c)), float(low), rtol=1e-14)


@given(parts)
@settings(max_examples=40, deadline=None)
def test_the_level_is_at_most_one_half_and_the_mean_error(numbers):
    p, c = shares(numbers[:3]), shares(numbers[3:])
    ball = level_of(p, c)
    assert not ball > 0.5
    assert ball.overlaps(mean_error(least_loss_scores(simplex(c), p), p))


def test_a_level_that_is_hit_exactly():
    assert level_of([Fraction(k, 11) for k in (6, 3, 2)], [Fraction(1, 3)] * 3).contains(
        enclose(sympy.Rational(9, 22))
    )


def test_a_token_on_the_boundary_has_margin_zero():
    p, c = shares([6, 3, 2]), shares([2, 2, 1])
    scores = least_loss_scores(simplex(c), p)
    assert scores[2].contains(0)
    assert scores[2].rad() < 1e-20
    assert scores[0] > 0 > scores[1]


@pytest.mark.parametrize("values", [(1, 2), "pc", ((1, 0, 1), (1, 1, 1))])
def test_what_has_no_level(values):
    with pytest.raises(NotEnclosable):
        enclose(level, {"N": 3, "p": values[0], "c": values[1]})


@given(parts)
@settings(max_examples=20, deadline=None)
def test_tokens_have_the_dependency_that_was_asked_for(numbers):
    weights = shares(numbers[:4])
    tokens = np.array([[float(entry) for entry in row] for row in simplex(weights)])
    assert_allclose(dependency(tokens), [float(value) for value in weights], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: simplex([1]), "at least two positive"),
        (lambda: simplex([1, -1, 1]), "at least two positive"),
    ],
)
def test_bad_arguments(call, problem):
    with pytest.raises(ValueError, match=problem):
        call()


here = Domain(N, p, c, token, where=(token <= N,))
vanishing = sympy.Sum(c[x] * sympy.log(odds), (x, 1, N))
margin = sympy.log(excess_odds(level, token.symbol))
lowered = sympy.log(2 * p[token] / c[token] - 1)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (AtLevel(level), vanishing, sympy.Integer(1)),
        (AtLevel(level, 2), vanishing, sympy.Integer(0)),
        (AtLevel(SimplexLevel(c.symbol, p.symbol, N.symbol)), vanishing, sympy.Integer(0)),
        (LowerLevel(half, level=level, bound=sympy.Rational(1, 2)), margin, lowered),
        (LowerLevel(half, level=level, bound=sympy.Rational(1, 3)), margin, lowered),
    ],
)
def test_rules_do_not_prove_what_is_not_known(rule, before, after):
    assert examine(rule, before, after, here).status is not Status.PROVED


m = theory.m
balance = sympy.Eq(sympy.Sum(c[x] * m[x], (x, 1, N)), 0)
negative = sympy.Eq(sympy.Sum(-c[x] * m[x], (x, 1, N)), 0)


def forgotten(weight):
    return sympy.Sum(sympy.Piecewise((weight, m[x] <= 0), (0, True)), (x, 1, N))


@pytest.mark.parametrize(
    ("rule", "before", "after", "where"),
    [
        (NotAllPositive(balance), forgotten(1), 1, ()),
        (NotAllPositive(balance), forgotten(1), 2, (balance,)),
        (NotAllPositive(balance), forgotten(-1), -1, (balance,)),
        (NotAllPositive(balance), forgotten(c[x]), c[1], (balance,)),
        (NotAllPositive(negative), forgotten(1), 1, (negative,)),
    ],
)
def test_not_all_positive_needs_its_hypothesis(rule, before, after, where):
    domain = Domain(N, p, c, m, where=where)
    assert examine(rule, before, sympy.sympify(after), domain).status is not Status.PROVED


def test_not_all_of_balanced_numbers_are_positive():
    domain = Domain(N, p, c, m, where=(balance,))
    rule = NotAllPositive(balance)
    assert examine(rule, forgotten(1), sympy.Integer(1), domain).status is Status.PROVED


def test_rules_prove_what_is_known():
    assert examine(AtLevel(level), vanishing, sympy.Integer(0), here).status is Status.PROVED
    wide = Domain(N, p, c, token, where=(token <= N, 2 * p[token] > c[token]))
    rule = LowerLevel(half, level=level, bound=sympy.Rational(1, 2))
    assert examine(rule, margin, lowered, wide).status is Status.PROVED
