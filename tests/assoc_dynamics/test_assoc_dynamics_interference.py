"""Interference: rates at zero, shares of degraded pairs, and steps on W."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from numerics.assoc_dynamics import binary, interference, memory, no_oscillation


def test_pair_rate_is_that_of_the_gradient():
    rng = np.random.default_rng(3)
    e, p = rng.standard_normal((4, 3)), rng.dirichlet(np.ones(4))
    flow = -memory.gradient(np.zeros((4, 3)), e, np.eye(4), p, np.arange(4))
    for x, z in ((0, 1), (2, 3), (3, 0)):
        value, error = interference.pair_margin_rate(e, p, x, z)
        assert abs(value - (flow[x] - flow[z]) @ e[x]) < error + 1e-14


def test_share_of_degraded_pairs_by_integration():
    tokens, dimension = 6, 3
    expected = 0.0
    for low, high in combinations(range(1, tokens + 1), 2):
        tail = stats.beta((dimension - 1) / 2, (dimension - 1) / 2).sf((1 + low / high) / 2)
        expected += tail / (tokens * (tokens - 1) / 2)
    shares = interference.degraded_pairs(tokens, dimension, np.random.default_rng(1), 20_000)
    assert abs(shares.mean() - expected) < 5 * shares.std() / np.sqrt(len(shares))


def test_in_two_dimensions_with_two_tokens():
    """The rarer of two is pushed if the angle is below 60 degrees."""
    shares = interference.degraded_pairs(2, 2, np.random.default_rng(2), 20_000)
    assert set(shares) == {0.0, 1.0}
    assert abs(shares.mean() - 1 / 3) < 0.02
    assert not len(interference.degraded_pairs(5, 4, np.random.default_rng(2), 0))


@pytest.mark.parametrize("labels", [None, (1, 1, 0)])
def test_step_on_w_is_the_step_of_the_margins(labels):
    rng = np.random.default_rng(5)
    z = rng.standard_normal((3, 3))
    gram, p, m = z @ z.T, np.array([0.5, 0.3, 0.2]), rng.standard_normal(3)
    after, before_loss, after_loss = no_oscillation.step_in_memory(gram, p, 1.7, 2.5, m, labels)
    expected = binary.descend_margins(m, 1.7 * gram, p, 2.5, 1)[-1]
    assert np.allclose(after, expected, atol=1e-9)
    assert before_loss == pytest.approx(float(binary.loss(m, p)), rel=1e-9)
    assert after_loss == pytest.approx(float(binary.loss(expected, p)), rel=1e-9)


def test_loss_rises_agree_with_double_precision_where_that_is_safe():
    gram = np.array([[1.0, -0.95], [-0.95, 1.0]])
    p = np.array([0.75, 0.25])
    path = binary.descend_margins(np.zeros(2), 2 * gram, p, 10.0, 60)
    expected = int((np.diff(binary.loss(path, p)) > 0).sum())
    assert no_oscillation.loss_rises(gram, p, 2, 10.0, 60) == expected == 8
    assert no_oscillation.loss_rises(gram, p, 2, 0.0, 5) == 0
    assert no_oscillation.loss_rises(gram, p, 2, 10.0, 0) == 0


def test_one_token_alone():
    assert no_oscillation.loss_rises([[1.0]], [1.0], 2, 100.0, 50) == 0
    after, before, later = no_oscillation.step_in_memory([[1.0]], [1.0], 2.0, 1.0, [0.0])
    assert after == pytest.approx([1.0])
    assert before == pytest.approx(np.log(2))
    assert later == pytest.approx(np.log1p(np.exp(-1)))


@pytest.mark.parametrize(
    "call",
    [
        lambda: interference.pair_margin_rate(np.eye(2), [0.5, 0.5], 0, 2),
        lambda: interference.pair_margin_rate(np.eye(2), [0.5, -0.5], 0, 1),
        lambda: interference.degraded_pairs(1, 4, np.random.default_rng(1), 1),
        lambda: interference.degraded_pairs(3, 1, np.random.default_rng(1), 1),
        lambda: no_oscillation.step_in_memory([[1, 2], [2, 1]], [0.5, 0.5], 2, 1, [0, 0]),
        lambda: no_oscillation.step_in_memory(np.eye(2), [0.5, 0.5], 2, 1, [0, 0], (0, 2)),
        lambda: no_oscillation.step_in_memory(np.eye(2), [0.5, 0.5], 0, 1, [0, 0]),
        lambda: no_oscillation.loss_rises(np.eye(2), [0.5, 0.5], 2, 1.0, -1),
        lambda: no_oscillation.loss_rises(np.eye(3), [0.5, 0.5], 2, 1.0, 1),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\S") as caught:
        call()
    assert "\n" not in str(caught.value)
