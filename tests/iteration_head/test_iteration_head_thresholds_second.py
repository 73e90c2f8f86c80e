"""The second threshold against mpmath's theta function and finite sums; rules refuse."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, Sum

from numerics.iteration_head.thresholds import second_attention
from numerics.iteration_head.thresholds_second import critical_sharpness
from theory import Status, enclose
from theory.core.errors import NotEnclosable
from theory.core.rule import examine
from theory.iteration_head import thresholds_second as theory
from theory.iteration_head.attention_rules import (
    AllPositions,
    GaussianSides,
    MorePositions,
    Theta,
    gaussian,
)
from theory.iteration_head.thresholds import L, b_2, i, t, x
from theory.iteration_head.thresholds_second import NEAR, effective, long, rivals
from theory.iteration_head.turning_points import Root, RootBeyond


def theta(sharpness):
    return float(mpmath.jtheta(3, 0, mpmath.exp(-mpmath.mpf(sharpness) / 2)))


@given(st.floats(0.05, 20))
def test_theta_balls(sharpness):
    ball = enclose(Theta(b_2.symbol), {"b2": Rational(sharpness)})
    assert float(ball.mid()) == pytest.approx(theta(sharpness), rel=1e-12)


def test_theta_is_infinite_at_zero():
    with pytest.raises(NotEnclosable):
        enclose(Theta(b_2.symbol), {"b2": Rational(0)})


def test_critical_sharpness_by_root_finding():
    root = mpmath.findroot(lambda b: mpmath.jtheta(3, 0, mpmath.exp(-b / 2)) - 2, 1.57)
    assert critical_sharpness(12) == pytest.approx(float(root), abs=1e-13)
    found = [critical_sharpness(inputs) for inputs in (1, 2, 3, 4)]
    # the dossier's thresholds for at most n inputs
    assert found == pytest.approx([1.490454, 1.569462, 1.57081275, 1.57081824], abs=5e-7)
    assert found == sorted(found)


@pytest.mark.parametrize("sharpness", [1.5, 1.6, 2.0, 3.0, 6.0])
def test_worst_weight_in_long_sequences(sharpness):
    weights = [second_attention(11, step, math.inf, sharpness)[step] for step in range(1, 13)]
    assert min(weights) == pytest.approx(1 / theta(sharpness), abs=1e-12)


def test_bad_arguments():
    with pytest.raises(ValueError, match="must be"):
        critical_sharpness(0)


def status(rule, before, after, claim):
    return examine(rule, before, after, claim.domain).status


def test_only_integers_about_an_integer_fit_into_theta():
    claim, limit = theory.layer2_weight, Theta(b_2)
    around = Sum(gaussian(b_2, i - t), (i, 0, L + t))
    assert status(MorePositions(), around, limit, claim) is Status.PROVED
    assert status(MorePositions(), around, Theta(2 * b_2), claim) is not Status.PROVED
    between = Sum(gaussian(b_2, i - t - Rational(1, 2)), (i, 0, L + t))
    assert status(MorePositions(), between, limit, claim) is not Status.PROVED
    twice = Sum(2 * gaussian(b_2, i - t), (i, 0, L + t))
    assert status(MorePositions(), twice, limit, claim) is not Status.PROVED


def test_both_ends_must_move_away():
    claim, limit = theory.layer2_attained, 1 / Theta(b_2)
    wide = 1 / Sum(gaussian(b_2, i - long), (i, 0, 2 * long))
    assert status(AllPositions(long.symbol), wide, limit, claim) is Status.PROVED
    fixed = 1 / Sum(gaussian(b_2, i - long), (i, 0, long + 5))
    assert status(AllPositions(long.symbol), fixed, limit, claim) is not Status.PROVED


def test_an_error_costs_its_whole_factor():
    claim = theory.joint_sharpness
    rule = GaussianSides(t, effective, NEAR)
    assert status(rule, 1 / rivals, 1 / Theta(effective), claim) is Status.PROVED
    sharp = GaussianSides(t, b_2.symbol, NEAR)
    assert status(sharp, 1 / rivals, 1 / Theta(b_2), claim) is not Status.PROVED
    elsewhere = GaussianSides(t + 1, effective, NEAR)
    assert status(elsewhere, 1 / rivals, 1 / Theta(effective), claim) is not Status.PROVED
    unfounded = GaussianSides(t, effective, L >= 7)
    assert status(unfounded, 1 / rivals, 1 / Theta(effective), claim) is not Status.PROVED


def test_a_root_lies_where_signs_say():
    claim = theory.layer2_threshold
    root = Root(Theta(x) - 2, (x, 1, 2))
    below, above = Rational(157, 100), Rational(158, 100)
    assert status(RootBeyond(">="), root, below, claim) is Status.CERTIFIED
    assert status(RootBeyond("<="), root, above, claim) is Status.CERTIFIED
    assert status(RootBeyond("<="), root, below, claim) is not Status.CERTIFIED
    assert status(RootBeyond(">="), root, above, claim) is not Status.CERTIFIED
    assert status(RootBeyond("<="), root, Rational(3), claim) is not Status.CERTIFIED
    none = Root(Theta(x) - 20, (x, 1, 2))  # there is none
    assert status(RootBeyond("<="), none, above, claim) is not Status.CERTIFIED
