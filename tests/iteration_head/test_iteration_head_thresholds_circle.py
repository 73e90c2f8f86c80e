"""One-hot codes and codes on a circle against enumeration and Bessel functions; rules refuse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ive
from sympy import KroneckerDelta, Mod, Rational, Sum, exp, floor

from numerics.iteration_head import thresholds_circle as circle
from numerics.iteration_head.thresholds_onehot import onehot_attention
from theory import Status, algebra
from theory.core.rule import examine
from theory.core.rules.monotone import OneSign
from theory.iteration_head import thresholds_circle as theory
from theory.iteration_head import thresholds_onehot as onehot
from theory.iteration_head.attention_rules import Exponents
from theory.iteration_head.circle_rules import Aliases, NoAlias
from theory.iteration_head.thresholds import L, b_1, b_2, i, t
from theory.iteration_head.thresholds_circle import M


@given(st.integers(0, 9), st.data(), st.floats(-2, 5), st.floats(0, 30))
def test_onehot_attention_by_hand(inputs, data, first, second):
    step = data.draw(st.integers(1, inputs + 1))
    keys = inputs + step + 1
    odds = [math.exp(first * (j == inputs + 1)) for j in range(keys)]
    score = [0.0] * keys  # key 0 is never asked for
    for j in range(1, keys):
        score[j] = second * odds[inputs + step + 1 - j] / sum(odds)
    powers = np.exp(score)
    expected = powers / powers.sum()
    assert np.allclose(onehot_attention(inputs, step, first, second), expected, rtol=1e-9)


@given(st.integers(0, 20), st.data(), st.integers(2, 25))
def test_aliases_by_counting(inputs, data, period):
    step = data.draw(st.integers(1, inputs + 1))
    alike = [j for j in range(inputs + step + 1) if (j - step) % period == 0]
    weights = circle.alias_attention(inputs, step, period)
    assert np.flatnonzero(weights > 1e-9).tolist() == alike
    assert weights[alike] == pytest.approx(np.full(len(alike), 1 / len(alike)), abs=1e-9)


@pytest.mark.parametrize("period", [2, 3, 4, 6])
def test_margins_around_the_period(period):
    margins = [circle.worst_margin(inputs, period) for inputs in range(period + 2)]
    assert margins[: period - 1] == pytest.approx([1.0] * (period - 1))
    assert margins[period - 1] == pytest.approx(0.5)  # the prefix shares the weight of the end
    assert max(margins[period:]) < 1e-9
    assert circle.longest_parity(period) == period - 1


@pytest.mark.parametrize("points", [3, 8, 16, 34, 130])
def test_circle_sharpness_by_bessel_functions(points):
    def gap(b):
        orders = points * np.arange(-6, 7)
        return 1 / (points * ive(orders, b).sum()) - 0.5

    assert circle.circle_sharpness(points) == pytest.approx(
        brentq(gap, 1e-3, points**2, xtol=1e-13), rel=1e-9
    )


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (circle.alias_attention, (3, 5, 4)),
        (circle.alias_attention, (3, 1, 1)),
        (circle.alias_attention, (3, 1, 4, math.inf)),
        (circle.worst_margin, (13, 4)),
        (circle.worst_margin, (2, 1)),
        (circle.longest_parity, (40,)),
        (circle.circle_sharpness, (2,)),
        (onehot_attention, (2, 1, 0.0, math.nan)),
    ],
)
def test_bad_arguments(call, arguments):
    with pytest.raises(ValueError, match=r"must be|answered"):
        call(*arguments)


def status(rule, before, after, claim):
    return examine(rule, before, after, claim.domain).status


def test_counts_of_aliases():
    claim = theory.period_weight
    right = Sum(KroneckerDelta(Mod(i - t, M.symbol), 0), (i, 0, L + t))
    count = 1 + floor(t / M) + floor(L / M)
    assert status(Aliases(), right, count, claim) is Status.PROVED
    assert status(Aliases(), right, 1 + floor((L + t) / M), claim) is not Status.PROVED
    outside = Sum(KroneckerDelta(Mod(i - t, M.symbol), 0), (i, 0, t - 1))
    assert status(Aliases(), outside, floor(t / M), claim) is Status.UNDECIDED
    halves = Sum(KroneckerDelta(Mod(i - t - Rational(1, 2), M.symbol), 0), (i, 0, L + t))
    assert status(Aliases(), halves, count, claim) is Status.UNDECIDED


def test_whole_parts_vanish_only_below_one():
    assert status(NoAlias(), floor(t / M), 0 * t, theory.period_single) is Status.PROVED
    assert status(NoAlias(), floor(t / M), 0 * t, theory.period_weight) is not Status.PROVED
    assert status(NoAlias(), floor(2 * t / M), 0 * t, theory.period_single) is not Status.PROVED


def test_exponentials_are_ordered_as_exponents():
    claim = onehot.onehot_weights
    rises = Exponents(OneSign())
    one, two = exp(b_2.symbol), exp(2 * b_2)
    assert status(rises, one, two, claim) is Status.PROVED
    assert status(rises, two, one, claim) is not Status.PROVED
    assert status(rises, b_1 * one, b_1 * two, claim) is not Status.PROVED  # b_1 may be negative
    assert status(Exponents(algebra), one, one * exp(0 * t), claim) is Status.PROVED
