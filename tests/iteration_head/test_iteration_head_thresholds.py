"""Attention with codes (j, j^2) against fractions, logarithms and direct sums; rules refuse."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax as scipy_softmax
from sympy import KroneckerDelta, Rational, Sum, Symbol, exp, log, oo

from numerics.iteration_head import thresholds as numerics
from theory import Domain, Status, algebra, enclose
from theory.core.rule import examine
from theory.iteration_head import thresholds as theory
from theory.iteration_head.attention_rules import DistinguishedKey, SharedScore
from theory.iteration_head.thresholds import L, aim_of, b_1, error_of, i, t, x
from theory.iteration_head.turning_points import GreatestByClaim, Root, RootAt

lengths = st.integers(0, 14)


@given(lengths, st.data(), st.integers(1, 40))
def test_aim_in_fractions(inputs, data, odds):
    step = data.draw(st.integers(1, inputs + 1))
    total = Fraction(inputs + step + odds)
    average = (sum(range(inputs + step + 1)) + (odds - 1) * (inputs + 1)) / total
    expected = inputs + step + 1 - average
    assert numerics.aim(inputs, step, math.log(odds)) == pytest.approx(float(expected), rel=1e-12)


@given(lengths, st.data(), st.floats(-2, 6), st.floats(0.1, 4))
def test_second_attention_by_plain_scores(inputs, data, first, second):
    step = data.draw(st.integers(1, inputs + 1))
    target = numerics.aim(inputs, step, first)
    scores = [-second * (j - target) ** 2 / 2 for j in range(inputs + step + 1)]
    weights = numerics.second_attention(inputs, step, first, second)
    assert np.allclose(weights, scipy_softmax(scores), rtol=1e-9, atol=1e-14)
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("inputs", [1, 2, 3, 5, 8, 12])
def test_both_sides_of_the_first_threshold(inputs):
    turn = numerics.least_sharpness(inputs)
    assert turn == pytest.approx(2 * math.log(inputs + 1), abs=1e-11)
    needed = [numerics.needed_sharpness(inputs, step) for step in range(1, inputs + 2)]
    assert turn == pytest.approx(max(needed), abs=1e-11)
    assert sorted(needed, reverse=True) == needed
    for sharpness, right in ((turn - 0.02, False), (turn + 0.02, True)):
        attended = [
            int(np.argmax(numerics.second_attention(inputs, step, sharpness, 50.0)))
            for step in range(1, inputs + 2)
        ]
        assert (attended == list(range(1, inputs + 2))) is right


def test_first_attention_on_the_end_alone():
    weights = numerics.end_attention(3, 2, math.inf)
    assert weights.tolist() == [0, 0, 0, 0, 1, 0]
    assert numerics.end_attention(3, 2, 400.0) == pytest.approx(weights, abs=1e-100)
    assert numerics.end_attention(0, 1, 0.0).tolist() == [0.5, 0.5]
    assert numerics.aim(4, 3, math.inf) == 3


def test_leads_are_score_differences():
    weights = numerics.second_attention(6, 3, 2.0, 1.0)
    for distance in (-3, -1, 1, 4):
        ratio = math.log(weights[3] / weights[3 + distance])
        assert numerics.lead(6, 3, distance, 2.0) == pytest.approx(ratio, abs=1e-10)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (numerics.aim, (3, 0, 1.0)),
        (numerics.aim, (3, 5, 1.0)),
        (numerics.aim, (-1, 1, 1.0)),
        (numerics.aim, (3, 1, math.nan)),
        (numerics.aim, (3, 1, -math.inf)),
        (numerics.second_attention, (3, 1, 1.0, math.inf)),
        (numerics.lead, (3, 1, 4, 1.0)),
        (numerics.needed_sharpness, (0, 1)),
        (numerics.least_sharpness, (0,)),
    ],
)
def test_bad_arguments(call, arguments):
    with pytest.raises(ValueError, match=r"must be|finite"):
        call(*arguments)


DOMAIN = theory.quad_weights.domain


def status(rule, before, after, domain=DOMAIN):
    return examine(rule, before, after, domain).status


def test_one_key_apart_only_within_the_range():
    marked = exp(b_1 * KroneckerDelta(i, L + 1))
    right = Sum(marked, (i, 0, L + t))
    assert status(DistinguishedKey(), right, L + t + exp(b_1.symbol)) is Status.PROVED
    assert status(DistinguishedKey(), right, L + t + 1) is not Status.PROVED
    short = Sum(marked, (i, 0, L))  # the end of input is not among these keys
    assert status(DistinguishedKey(), short, L + exp(b_1.symbol)) is not Status.PROVED
    assert status(DistinguishedKey(), Sum(i, (i, 0, L)), L * (L + 1) / 2) is Status.UNDECIDED


def test_only_a_shared_score_cancels():
    def weight(score, top=L + t):
        return exp(score(t.symbol)) / Sum(exp(score(i)), (i, 0, top))

    one = weight(lambda k: k**2 + t * k)
    key = SharedScore(t.symbol)
    assert status(key, one, weight(lambda k: k**2 + t * k + L)) is Status.PROVED
    assert status(key, one, weight(lambda k: k**2 + L * k)) is not Status.PROVED
    assert status(key, one, weight(lambda k: k**2 + t * k, L)) is not Status.PROVED
    assert status(SharedScore(L.symbol), one, one + 0 * t) is not Status.REFUTED


def test_a_root_is_where_the_function_is_zero():
    domain = theory.layer1_position.domain
    root = Root(Rational(1, 2) - error_of(x), (x, -oo, oo))
    tie = L**2 + 2 * L + 2 - t**2
    assert status(RootAt(), root, log(tie), domain) is Status.PROVED
    assert status(RootAt(), root, log(tie + 1), domain) is not Status.PROVED
    twice = Root(x**2 - 1, (x, -oo, oo))  # neither rises nor falls
    assert status(RootAt(), twice, Rational(1), Domain()) is Status.UNDECIDED
    beyond = Root(x - 5, (x, 0, 1))
    assert status(RootAt(), beyond, Rational(5), Domain()) is not Status.PROVED


def test_a_greatest_value_is_attained():
    def greatest(at):
        return GreatestByClaim(theory.least_sharpness, theory.layer1_worst, t, at, algebra)

    domain, value = theory.layer1_threshold.domain, 2 * log(L + 1)
    before = theory.least_sharpness(L)
    for rule in (greatest(0), greatest(2), greatest(Rational(1, 2))):
        assert status(rule, before, value, domain) is not Status.PROVED
    assert status(greatest(1), before, 3 * log(L + 1), domain) is not Status.PROVED


def test_the_same_number_in_both_columns():
    point = {"L": 5, "t": 2, "b1": 1}
    aim = enclose(aim_of(b_1.symbol), DOMAIN.environment(point))
    assert float(aim.mid()) == pytest.approx(numerics.aim(5, 2, 1.0), rel=1e-13)


def test_a_delta_of_another_sum_is_left_alone():
    k = Symbol("k", integer=True, nonnegative=True)
    nested = Sum(exp(Sum(KroneckerDelta(i, k), (k, 0, L + t))), (i, 0, L + t))
    assert status(DistinguishedKey(), nested, (L + t + 1) * exp(1)) is not Status.PROVED
