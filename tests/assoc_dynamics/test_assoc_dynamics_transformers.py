"""The small transformer: masks, gradients, frozen features, data, and curves' summaries."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from numerics.assoc_dynamics import induction_head
from numerics.assoc_dynamics import transformers as numerics
from numerics.assoc_dynamics.induction_head import MEMORIES, Setting
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities

SMALL = Setting(dimension=6, vocabulary=8, triggers=2, length=12, batch=4)
SEED = 7


def reference_logits(network, tokens):
    """The network position by position, in NumPy."""
    x = network.E[tokens] + network.P[: len(tokens)]

    def attend(x, keys, values, outputs):
        heard = np.zeros_like(x)
        for t in range(len(x)):
            scores = np.array([x[t] @ keys @ x[s] for s in range(t + 1)]) / np.sqrt(x.shape[1])
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            heard[t] = sum(share * values @ x[s] for s, share in enumerate(shares))
        return heard @ outputs.T

    x = x + attend(x, network.WK1, network.WV1, network.WO1)
    x = x + attend(x, network.WK2, network.WV2, network.WO)
    return x @ network.U.T


def reference_loss(network, tokens, asked):
    """Mean cross-entropy over the asked positions."""
    terms = []
    for row, where in zip(tokens, asked, strict=True):
        logits = reference_logits(network, row[:-1])
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        terms += [-logs[t, row[t + 1]] for t in np.flatnonzero(where)]
    return np.mean(terms)


@pytest.fixture(scope="module")
def network():
    return induction_head.draw_network(SMALL, SEED)


@pytest.fixture(scope="module")
def data():
    tokens, asked = induction_head.draw_sequences(SMALL, SEED)
    return tokens[0], asked[0]


def test_the_forward_pass_is_the_one_written_out(network, data):
    tokens, _ = data
    with jax.enable_x64(True):
        found = np.asarray(induction_head.forward(network, tokens[:, :-1]))
    for row, logits in zip(tokens, found, strict=True):
        np.testing.assert_allclose(logits, reference_logits(network, row[:-1]), atol=1e-12)


def test_attention_sees_nothing_that_comes_later(network, data):
    tokens = data[0][:, :-1]
    changed = tokens.copy()
    changed[:, 7:] = (changed[:, 7:] + 1) % SMALL.vocabulary
    one, other = (np.asarray(induction_head.forward(network, each)) for each in (tokens, changed))
    np.testing.assert_array_equal(one[:, :7], other[:, :7])
    assert (np.abs(one[:, 7:] - other[:, 7:]).max(axis=(0, 2)) > 0).all()


@pytest.mark.parametrize("name", MEMORIES)
def test_gradients_are_those_of_finite_differences(network, data, name):
    tokens, asked = data
    with jax.enable_x64(True):
        weights = jnp.asarray(asked / asked.sum())

        def loss(matrix):
            logits = induction_head.forward(network._replace(**{name: matrix}), tokens[:, :-1])
            return numerics._mean_loss(logits, tokens[:, 1:], weights)

        gradient = np.asarray(jax.grad(loss)(jnp.asarray(getattr(network, name))))
    matrix, step = getattr(network, name), 1e-5
    for i, j in ((0, 0), (1, 4), (5, 2)):
        moved = []
        for sign in (1, -1):
            other = matrix.copy()
            other[i, j] += sign * step
            moved.append(reference_loss(network._replace(**{name: other}), tokens, asked))
        assert gradient[i, j] == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-8)


def test_frozen_features_give_the_loss_of_the_full_network(network, data):
    frozen = numerics.regression(SMALL, [SEED, SEED + 1])
    run = numerics.descend_output(frozen, [[0.5, 2.0]] * 2, steps=1, double=True)
    assert run.losses[0, :, 0] == pytest.approx(reference_loss(network, *data), abs=1e-12)


def test_the_output_matrix_moves_alike_by_features_and_by_the_full_network(network, data):
    tokens, asked = data
    frozen = numerics.regression(SMALL, [SEED])
    run = numerics.descend_output(frozen, [[3.0]], steps=4, double=True)
    with jax.enable_x64(True):
        weights = jnp.asarray(asked / asked.sum())

        def loss(matrix):
            logits = induction_head.forward(network._replace(WO=matrix), tokens[:, :-1])
            return numerics._mean_loss(logits, tokens[:, 1:], weights)

        matrix, losses = jnp.asarray(network.WO), []
        for _ in range(4):
            losses.append(float(loss(matrix)))
            matrix = matrix - 3.0 * jax.grad(loss)(matrix)
    np.testing.assert_allclose(run.losses[0, 0], losses, atol=1e-12)


def test_the_three_memories_start_at_the_loss_of_the_full_network(network, data):
    run = numerics.descend(SMALL, [SEED], [[0.1, 1.0]], steps=3)
    assert run.losses[0, :, 0] == pytest.approx(reference_loss(network, *data), rel=1e-5)
    assert run.output_margins.shape == (1, 2, 3, SMALL.vocabulary)
    assert run.key_margins.shape == (1, 2, 3, SMALL.triggers)
    scores = network.U @ network.WO @ network.WV2 @ network.E.T
    rivals = np.where(np.eye(SMALL.vocabulary, dtype=bool), -np.inf, scores)
    margins = np.diag(scores) - rivals.max(axis=0)
    np.testing.assert_allclose(run.output_margins[0, 0, 0], margins, atol=1e-4)


def test_a_pool_is_gone_through_in_turn():
    setting = Setting(6, 8, 2, 12, 4, pool=2)
    run = numerics.descend(setting, [3], [[1e-12]], steps=4)
    losses = run.losses[0, 0]
    np.testing.assert_allclose(losses[:2], losses[2:], rtol=1e-5)
    assert abs(losses[0] - losses[1]) > 1e-3


def test_a_seed_runs_alike_whatever_runs_beside_it():
    one = numerics.descend(SMALL, [5], [[0.5]], steps=3)
    both = numerics.descend(SMALL, [4, 5], [[0.5, 1.0]] * 2, steps=3)
    np.testing.assert_allclose(one.losses[0, 0], both.losses[1, 0], rtol=1e-5)


def test_single_precision_counts_the_same_rises_below_the_threshold():
    frozen = numerics.regression(SMALL, range(4))
    sizes = np.outer(2 / numerics.sharpness(frozen), (0.25, 0.5))
    single = numerics.descend_output(frozen, sizes, steps=40)
    double = numerics.descend_output(frozen, sizes, steps=40, double=True)
    np.testing.assert_array_equal(
        numerics.increases(single.losses), numerics.increases(double.losses)
    )


def test_the_sharpness_is_the_largest_eigenvalue_of_the_hessian(network, data):
    tokens, asked = data
    with jax.enable_x64(True):
        weights = jnp.asarray(asked / asked.sum())

        def loss(entries):
            full = network._replace(WO=entries.reshape(network.WO.shape))
            logits = induction_head.forward(full, tokens[:, :-1])
            return numerics._mean_loss(logits, tokens[:, 1:], weights)

        hessian = np.asarray(jax.hessian(loss)(jnp.asarray(network.WO.ravel())))
    found = numerics.sharpness(numerics.regression(SMALL, [SEED]), iterations=500)
    assert found[0] == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-6)


def test_triggers_have_one_output_in_a_sequence_and_are_asked_from_the_second_time_on():
    setting = Setting(4, 10, 3, 40, 20, pool=2)
    tokens, asked = induction_head.draw_sequences(setting, 1)
    assert tokens.shape == (2, 20, 41) and asked.shape == (2, 20, 40)
    assert 0 <= tokens.min() and tokens.max() < 10
    outputs = set()
    for row, where in zip(tokens.reshape(-1, 41), asked.reshape(-1, 40), strict=True):
        for trigger in range(3):
            places = np.flatnonzero(row[:-1] == trigger)
            following = set(row[places + 1])
            assert len(following) <= 1
            outputs |= following
            np.testing.assert_array_equal(where[places], np.arange(len(places)) > 0)
        assert not where[row[:-1] >= 3].any()
    assert len(outputs) == 10


def test_other_tokens_follow_the_bigrams():
    setting = Setting(4, 6, 1, 200, 400)
    tokens, _ = induction_head.draw_sequences(setting, 2)
    rows = tokens[0]
    law = Stream.of(2, "induction head", "data").substream("bigrams").numpy()
    bigrams = law.dirichlet(6 * zipf_probabilities(1.0, 6), size=6)
    before, after = rows[:, :-1].ravel(), rows[:, 1:].ravel()
    for token in range(1, 6):
        counts = np.bincount(after[before == token], minlength=6)
        total = counts.sum()
        if total > 1000:
            spread = 5 * np.sqrt(bigrams[token] * (1 - bigrams[token]) / total) + 1e-9
            assert (np.abs(counts / total - bigrams[token]) < spread).all()


def test_summaries_of_curves():
    curves = np.array([[0.0, 1.0, 1.0, 0.5, 2.0], [3.0, 2.0, 1.0, 1.0, 0.0], [1.0] * 5])
    np.testing.assert_array_equal(numerics.turning_points(curves), [2, 0, 0])
    np.testing.assert_allclose(numerics.down_travel(curves), [0.25, 1.0, 0.0])
    np.testing.assert_array_equal(numerics.increases(curves), [2, 0, 0])
    np.testing.assert_array_equal(numerics.turning_points([[1.0]]), [0])


@pytest.mark.parametrize(
    "change",
    [{"dimension": 0}, {"vocabulary": 1}, {"triggers": 9}, {"length": 1}, {"batch": 0}],
)
def test_sizes_out_of_range_are_rejected(change):
    sizes = {"dimension": 6, "vocabulary": 8, "triggers": 2, "length": 12, "batch": 4}
    with pytest.raises(ValueError, match=next(iter(change))):
        Setting(**{**sizes, **change})


def test_runs_without_seeds_steps_or_questions_are_rejected():
    with pytest.raises(ValueError, match="at least one seed"):
        numerics.regression(SMALL, [])
    with pytest.raises(ValueError, match="at least one seed"):
        numerics.descend(SMALL, [], np.zeros((0, 1)), steps=1)
    with pytest.raises(ValueError, match="step_sizes"):
        numerics.descend(SMALL, [1], [[-1.0]], steps=1)
    with pytest.raises(ValueError, match="step_sizes"):
        numerics.descend_output(numerics.regression(SMALL, [1]), [1.0], steps=1)
    with pytest.raises(ValueError, match="steps"):
        numerics.descend(SMALL, [1], [[1.0]], steps=0)
    with pytest.raises(ValueError, match="asks for nothing"):
        numerics.regression(Setting(4, 50, 1, 2, 1), [0])
