"""Two tokens: flow, thresholds, steps and runs against independent references."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from numerics.assoc_dynamics import (
    binary,
    memory,
    two_token_descent,
    two_token_steps,
    two_token_thresholds,
    two_tokens,
)


def velocity(p1, alpha, c):
    """Right side of the flow, written out."""

    def of(_, m):
        a1, a2 = p1 / (1 + np.exp(m[0])), (1 - p1) / (1 + np.exp(m[1]))
        return [c * (a1 - alpha * a2), c * (a2 - alpha * a1)]

    return of


@pytest.mark.parametrize(("p1", "alpha"), [(0.75, 0.95), (0.6, 0.9), (0.9, 0.5)])
def test_dip_and_recovery_agree_with_another_solver(p1, alpha):
    def turned(t, m):
        return velocity(p1, alpha, 2)(t, m)[1]

    def right(_, m):
        return m[1] - 1e-12

    turned.direction = right.direction = 1
    solution = solve_ivp(
        velocity(p1, alpha, 2),
        (0, 2000),
        [0, 0],
        method="LSODA",
        events=[turned, right],
        rtol=1e-11,
        atol=1e-12,
    )
    deepest, error = two_tokens.dip(p1, alpha)
    assert abs(deepest - solution.y_events[0][0][1]) < 1e-7 + error
    recovered, error = two_tokens.recovery_time(p1, alpha)
    assert abs(recovered - solution.t_events[1][-1]) < 1e-6 * recovered + error


def test_nothing_dips_without_interference():
    assert two_tokens.dip(0.75, 0.3) == (0.0, 0.0)
    assert two_tokens.recovery_time(0.75, 0.3) == (0.0, 0.0)
    assert two_tokens.turns(0.75, 0.3, 2, (0, 0)) == (0, 0)


def test_turns_do_not_depend_on_the_order_of_the_tokens():
    assert two_tokens.turns(0.9, 0.7, 2, (1, -2)) == two_tokens.turns(0.1, 0.7, 2, (-2, 1))[::-1]


def test_a_margin_may_turn_at_once_or_never():
    assert two_tokens.turns(0.5, 0.9, 2, (3, -3)) == (1, 0)
    assert two_tokens.margin_turns(np.eye(3), np.ones(3) / 3, np.zeros(3)) == (0, 0, 0)


def test_log_ratio_rate_against_the_chain_rule():
    p1, alpha, c, m = 0.7, 0.6, 2.0, np.array([0.3, -1.0])
    moved = velocity(p1, alpha, c)(0, m)
    right = 1 / (1 + np.exp(-m))
    value, error = two_tokens.log_ratio_rate(p1, alpha, c, m)
    assert abs(value - (right[0] * moved[0] - right[1] * moved[1])) < error < 1e-6


@pytest.mark.parametrize("p1", [0.6, 0.8])
@pytest.mark.parametrize("c", [1.0, 2.0])
def test_rest_is_where_the_pulls_are_equal(p1, c):
    def gap(m):
        return p1 / (1 + np.exp(m)) - (1 - p1) / (1 + np.exp(-m))

    assert two_token_thresholds.rest(p1, c) == pytest.approx(brentq(gap, -10, 10), abs=1e-10)


def test_thresholds_scale_with_c():
    for find in (two_token_thresholds.alternating_step, two_token_thresholds.overshooting_step):
        one, two = find(0.7, 1.0), find(0.7, 2.0)
        assert one[0] == pytest.approx(2 * two[0], abs=2 * (one[1] + two[1]))


def test_on_either_side_of_the_threshold():
    value, error = two_token_thresholds.unsettled_step(0.75)
    assert two_token_thresholds.settles(0.75, 2, value - 2 * error)
    assert not two_token_thresholds.settles(0.75, 2, value + 2 * error)
    alternating, _ = two_token_thresholds.alternating_step(0.75)
    assert alternating < value


def test_oscillation_is_transient_with_distinct_embeddings():
    assert not two_token_thresholds.settles(0.75, 2, 10.0, 1000)
    late = two_token_steps.run(0.75, 0.95, 10.0, 200)
    assert late.rises.max() < 20
    assert (np.diff(late.margins[60:], axis=0) > 0).all()


def test_run_of_w_is_the_run_of_the_margins():
    run = two_token_steps.run(0.75, 0.95, 10.0, 40)
    mobility, p = two_tokens.pair(0.75, 0.95)
    margins = binary.descend_margins(np.zeros(2), mobility, p, 10.0, 40)
    assert np.allclose(run.margins, margins, atol=1e-9)
    assert np.allclose(run.losses, binary.loss(margins, p), rtol=1e-9)


def test_run_in_the_coordinates_of_the_repository():
    """Forward e^T W u, embeddings (1, 0) and (alpha, root), one-hot outputs, steps of 10."""
    alpha, p, w = 0.95, np.array([0.75, 0.25]), np.zeros((2, 2))
    e = np.array([[1, 0], [alpha, np.sqrt(1 - alpha**2)]])
    losses = []
    for _ in range(35):
        scores = e @ w
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        losses.append(-(p * np.log(np.diag(shares))).sum())
        w += 10 * e.T @ (p[:, np.newaxis] * (np.eye(2) - shares))
    run = two_token_steps.run(0.75, alpha, 10.0, 34)
    assert np.allclose(run.losses, losses, rtol=1e-9)
    assert np.round(losses[:6], 3).tolist() == [0.693, 1.163, 0.498, 0.753, 0.644, 1.349]


def test_top_curvature_against_the_two_by_two_matrix():
    p1, alpha, c, m = 0.7, 0.4, 1.5, np.array([0.3, -0.8])
    mobility, p = two_tokens.pair(p1, alpha, c)
    weights = np.sqrt(p / (1 + np.exp(m)) / (1 + np.exp(-m)))
    expected = np.linalg.eigvalsh(weights[:, np.newaxis] * mobility * weights)[-1]
    found = two_token_thresholds.top_curvature(p1, alpha, c, m)
    assert found == pytest.approx(expected, rel=1e-12)


def test_first_loss_is_that_of_the_memory():
    e = np.array([[1, 0], [0.6, 0.8]])
    p, labels = np.array([0.8, 0.2]), np.arange(2)
    w = memory.descend(np.zeros((2, 2)), e, np.eye(2), p, labels, 3.0, 1)[-1]
    expected = memory.loss(w, e, np.eye(2), p, labels)
    assert two_token_thresholds.first_loss(0.8, 0.6, 2, 3.0) == pytest.approx(expected, rel=1e-12)


def test_pulls_and_steps():
    after, p = two_token_descent.stepped(0.7, 0.5, 2.0, 0.1, -0.3)
    a = two_token_descent.pulls(0.7, (0.1, -0.3))
    assert a == pytest.approx(p / (1 + np.exp([0.1, -0.3])), rel=1e-14)
    assert after == pytest.approx(
        [0.1 + 2 * (a[0] - 0.5 * a[1]), -0.3 + 2 * (a[1] - 0.5 * a[0])], rel=1e-13
    )
    assert two_token_descent.highest_loss(0.7, 0.5, 0.0, 3) == pytest.approx(np.log(2))


def test_raising_step_is_where_the_first_loss_is_log_two():
    value, error = two_token_thresholds.raising_step(0.75, 0.95)
    for factor, rises in ((1 - 1e-6, False), (1 + 1e-6, True)):
        loss = two_token_thresholds.first_loss(0.75, 0.95, 2, factor * value)
        assert bool(loss > np.log(2)) is rises
    assert error < 1e-7


@pytest.mark.parametrize(
    "call",
    [
        lambda: two_tokens.pair(1.5, 0.5),
        lambda: two_tokens.pair(0.5, -1.5),
        lambda: two_tokens.pair(0.5, 0.5, 0.0),
        lambda: two_tokens.turns(1.0, 0.5, 2, (0, 0)),
        lambda: two_tokens.turns(0.5, 0.5, 2, (0, 0, 0)),
        lambda: two_tokens.margin_turns(np.eye(2), [0.0, 1.0], np.zeros(2)),
        lambda: two_tokens.recovery_time(0.75, 1.0),
        lambda: two_token_thresholds.rest(0.5),
        lambda: two_token_thresholds.unsettled_step(1.0),
        lambda: two_token_thresholds.settles(0.75, 2, -1.0),
        lambda: two_token_thresholds.settles(0.75, 2, 1.0, 0),
        lambda: two_token_thresholds.first_loss(0.75, 1.0, 2, 1.0),
        lambda: two_token_steps.run(0.75, 0.95, 1.0, -1),
        lambda: two_token_descent.pulls(0.5, (0,)),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\S") as caught:
        call()
    assert "\n" not in str(caught.value)
