"""What settles slowly: the flows by other means, and what the rules refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import softmax, wrightomega
from sympy import Rational, log

from numerics.assoc_dynamics import orthogonal, two_token_thresholds
from theory import Domain, Real, Status
from theory.assoc_dynamics import slow_modes as theory
from theory.assoc_dynamics import two_token_thresholds as thresholds
from theory.assoc_dynamics.orthogonal import P, late, q
from theory.assoc_dynamics.slow_modes import a, by_label, speed_potential
from theory.assoc_dynamics.steep_flow import AlongSteepFlow
from theory.core.catalogue import claims_of
from theory.core.rule import examine
from theory.core.rules.flows import Flow


@pytest.mark.parametrize("claim", claims_of(theory), ids=lambda claim: claim.id)
def test_every_step_is_proved(claim):
    report = claim.derivation_report()
    assert report.worst is Status.PROVED, report


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.floats(0.55, 0.95), st.floats(2, 9))
def test_the_angle_of_two_tokens_is_that_of_their_margins(classes, frequent, late_log):
    time = 10**late_log
    rates = np.array([frequent, 1 - frequent])
    clock = (1 + classes * rates * time) / (classes - 1)
    one, two = np.log((classes - 1) * wrightomega(clock - np.log(classes - 1)).real)
    value, error = orthogonal.angle_to_max_margin(classes, rates, time)
    assert value == pytest.approx((one - two) / (one + two), abs=error + 1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 5), st.floats(0.1, 3), st.floats(0, 30), st.integers(0, 10**6))
def test_wrong_labels_keep_their_differences_all_along(classes, rate, time, seed):
    start = np.random.default_rng(seed).normal(size=classes)
    problem = orthogonal.Problem(np.eye(1), np.eye(classes), np.array([rate]), np.array([0]))
    end = orthogonal.flowed_scores(problem, start[:, np.newaxis], time)[:, 0]
    for scores in (start, end):
        kept = np.exp(-scores[1:]) - np.exp(-scores[1])
        assert kept == pytest.approx(np.exp(-start[1:]) - np.exp(-start[1]), rel=1e-8, abs=1e-8)
    assert end.sum() == pytest.approx(start.sum(), abs=1e-9)

    def velocity(_, s):
        return rate * (np.eye(classes)[0] - softmax(s))

    run = solve_ivp(velocity, (0, time), start, method="DOP853", rtol=1e-11, atol=1e-11)
    assert end == pytest.approx(run.y[:, -1], abs=1e-8)


FLOW = Flow(by_label, (q, 0, late))
RULE = AlongSteepFlow(speed_potential, FLOW)
DOMAIN = Domain(P, a, late)
GAP = theory.wrong_gap.definition
LEVEL = theory.slow_modes_wrong_labels.statement.rhs


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (RULE, GAP, 2 * LEVEL),
        (RULE, GAP, LEVEL**2),
        (RULE, GAP, a / (P * late) ** Rational(1, 3)),
        (RULE, GAP + late, LEVEL + late**2),
        (replace(RULE, potential=2 * speed_potential + q), GAP, LEVEL),
        (replace(RULE, potential=-speed_potential), GAP, LEVEL),
        (replace(RULE, least=2), GAP, LEVEL),
        (replace(RULE, least=0), GAP, LEVEL),
        (replace(RULE, flow=Flow(by_label, (q, 0, 2 * late))), GAP, LEVEL),
        (replace(RULE, flow=Flow(-q, (q, 1, late)), potential=log(q)), GAP, LEVEL),
    ],
)
def test_along_steep_flow_refuses(rule, before, after):
    assert examine(rule, before, after, DOMAIN).status is not Status.PROVED


def test_a_velocity_or_a_start_that_moves_with_time_is_refused():
    moving = Flow(by_label.subs(P.symbol, late.symbol), (q, 0, late))
    rule = AlongSteepFlow(speed_potential, moving)
    assert rule.check(GAP.xreplace({FLOW: moving}), LEVEL, DOMAIN).status is not Status.PROVED


EXIT = thresholds.gd_threshold_exit
UPPER, LOWER = (EXIT.derivation.steps[index].by for index in (3, 1))
ENDS = EXIT.statement.terms[2], EXIT.statement.terms[0]
PLACE = thresholds.leaving()


def test_where_a_level_is_reached():
    for rule, end in zip((UPPER, LOWER), ENDS, strict=True):
        assert rule.check(PLACE, end, EXIT.domain).status is Status.PROVED


@pytest.mark.parametrize(
    ("rule", "after"),
    [
        (UPPER, ENDS[1]),
        (LOWER, ENDS[0]),
        (UPPER, thresholds.p1 * (1 + thresholds.k)),  # the other root
        (replace(LOWER, peak=2 * thresholds.p1), ENDS[1]),
        (replace(UPPER, peak=thresholds.p1 / 2), ENDS[0]),
        (replace(UPPER, level=2 * UPPER.level), ENDS[0]),
        (replace(UPPER, variable=thresholds.p1.symbol), ENDS[0]),
        (replace(UPPER, place=thresholds.curve_sharpness()), ENDS[0]),
        (replace(UPPER, claim=thresholds.gd_threshold_first_loss), ENDS[0]),
        (replace(UPPER, sense="="), ENDS[0]),
    ],
)
def test_where_a_level_is_reached_is_refused(rule, after):
    assert rule.check(PLACE, after, EXIT.domain).status is not Status.PROVED


def test_a_level_is_reached_under_the_hypotheses_of_the_bound_only():
    bare = Domain(*EXIT.domain.parameters)
    assert UPPER.check(PLACE, ENDS[0], bare).status is Status.UNDECIDED
    other = Real("alpha", above=0, below=2)
    domain = Domain(thresholds.p1, other, thresholds.c, thresholds.k, remarks=EXIT.domain.remarks)
    assert UPPER.check(PLACE, ENDS[0], domain).status is Status.UNDECIDED


@pytest.mark.parametrize("overlap", [0.3, 0.9])
def test_descent_is_unstable_beyond_the_place_that_is_found(overlap):
    p1, c, step = 0.7, 2.0, 9.0
    value, error = two_token_thresholds.leaving_doubt(p1, overlap, c, step)
    curvatures = [
        two_token_thresholds.top_curvature(
            p1, overlap, c, np.log(np.array([p1, 1 - p1]) / ((1 - p1) * doubt) - 1)
        )
        for doubt in (value - 1e-6, value + 1e-6)
    ]
    assert step * curvatures[0] < 2 < step * curvatures[1] and error < 1e-10
    with pytest.raises(ValueError, match="stable"):
        two_token_thresholds.leaving_doubt(p1, overlap, c, 1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: orthogonal.angle_to_max_margin(1, [1.0], 1.0),
        lambda: orthogonal.angle_to_max_margin(2, [0.5, -0.5], 1.0),
        lambda: orthogonal.angle_to_max_margin(2, [0.5, 0.5], 0.0),
        lambda: two_token_thresholds.leaving_doubt(0.4, 0.5, 2.0, 5.0),
        lambda: two_token_thresholds.leaving_doubt(0.7, 0.5, 2.0, 0.0),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        call()


def test_the_potential_is_steep_everywhere():
    slope = speed_potential.diff(q).subs({a.symbol: Rational(1, 3)})
    assert all(slope.subs(q, place).evalf() > 1 for place in (-20, -1, 0, 3))
