"""Degenerate input to the particle engines: one token, one label, repeats, zeros, any step size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.assoc_dynamics import (
    benign,
    binary,
    large_steps,
    margins,
    memory,
    no_oscillation,
    orthogonal_steps,
    particle_sweeps,
    particles,
    sweeps,
    two_token_steps,
    two_tokens,
)

SEEDS = st.integers(0, 10**6)
SIZES = st.tuples(*(st.integers(1, 8) for _ in range(4)))
STEPS = st.one_of(st.just(0.0), st.floats(1e-2, 30), st.sampled_from([1e3, 1e6, 1e12]))


def drawn(seed, sizes):
    """Embeddings, probabilities and labels: tokens, labels, input and output dimensions."""
    tokens, classes, inside, outside = sizes
    rng = np.random.default_rng(seed)
    e, u = rng.standard_normal((tokens, inside)), rng.standard_normal((classes, outside))
    return e, u, rng.dirichlet(np.ones(tokens)), rng.integers(classes, size=tokens)


def descended(e, u, p, labels, step, steps=6):
    """Tables of scores from 0."""
    start = np.zeros((len(u), len(e)))
    return particles.descend_scores(start, e @ e.T, u @ u.T, p, labels, step, steps)


def flowed(e, u, p, labels, times):
    """Tables of scores from 0 along the flow."""
    start = np.zeros((len(u), len(e)))
    return particles.flow_scores(start, e @ e.T, u @ u.T, p, labels, times, 1e-10)


def pair_mobility(e, labels):
    """What two orthonormal labels give the tokens."""
    signed = np.where(labels == 0, 1.0, -1.0)[:, np.newaxis] * e
    return 2 * signed @ signed.T


@settings(max_examples=60, deadline=None)
@given(SEEDS, SIZES, STEPS)
def test_engines_agree_and_stay_finite_at_any_step_size(seed, sizes, step):
    e, u, p, labels = drawn(seed, sizes)
    one = memory.descend(np.zeros((sizes[3], sizes[2])), e, u, p, labels, step, 1)[-1]
    tables = descended(e, u, p, labels, step)
    assert np.isfinite(tables).all()
    size = 1 + step * np.abs(tables[1]).max() / max(step, 1)
    assert memory.scores(one, e, u) == pytest.approx(tables[1], abs=1e-12 * (1 + step) * size)
    losses = particles.loss(tables, p, labels)
    assert np.isfinite(losses).all() and (losses >= 0).all()
    assert (large_steps.error_mass(tables, p, labels) <= 1 + 1e-12).all()
    assert benign.mistakes(tables, labels).shape == (7,)
    assert np.array_equal(benign.run(e, u, p, labels, step, 6), tables)
    if step == 0:
        assert (tables == 0).all()
    (swept,) = particle_sweeps.sweep_scores(
        (e @ e.T)[None], (u @ u.T)[None], p[None], labels, [step], 6
    )
    assert swept["final_loss"] == pytest.approx(losses[-1], rel=1e-6, abs=1e-9 * (1 + step))


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 5), STEPS)
def test_two_labels_at_any_step_size(seed, tokens, step):
    e, _, p, labels = drawn(seed, (tokens, 2, 3, 2))
    mobility = pair_mobility(e, labels)
    path = binary.descend_margins(np.zeros(tokens), mobility, p, step, 6)
    assert np.isfinite(path).all() and np.isfinite(binary.loss(path, p)).all()
    assert ((binary.error(path, p) >= 0) & (binary.error(path, p) <= 1 + 1e-12)).all()
    assert step or (path == 0).all()
    tables = descended(e, np.eye(2), p, labels, step, 1)
    own = np.take_along_axis(tables[1], labels[np.newaxis], axis=0)[0]
    other = np.take_along_axis(tables[1], 1 - labels[np.newaxis], axis=0)[0]
    assert own - other == pytest.approx(path[1], rel=1e-12, abs=1e-12 * (1 + step))
    late = binary.flow_margins(np.zeros(tokens), mobility, p, [0.0, 3.0])
    assert (late[0] == 0).all()
    assert binary.loss(late, p)[1] <= binary.loss(late, p)[0] + 1e-12


@given(SEEDS, st.integers(1, 4), st.floats(0, 100))
def test_one_label_is_never_wrong(seed, tokens, step):
    e, u, p, labels = drawn(seed, (tokens, 1, 3, 2))
    for tables in (descended(e, u, p, labels, step, 3), flowed(e, u, p, labels, [0, 10.0])):
        assert (tables == 0).all() and (particles.loss(tables, p, labels) == 0).all()
    w = np.ones((2, 3))
    assert (memory.gradient(w, e, u, p, labels) == 0).all()
    assert (memory.hessian(w, e, u, p, labels) == 0).all()
    assert memory.loss(w, e, u, p, labels) == memory.doubt(w, e, u, p, labels) == 0


@settings(max_examples=30, deadline=None)
@given(SEEDS, STEPS)
def test_the_same_token_twice_is_one_token_of_both_probabilities(seed, step):
    e, u, p, labels = drawn(seed, (3, 3, 4, 3))
    twice = np.r_[e, e[:1]], u, np.r_[0.3 * p[0], p[1:], 0.7 * p[0]], np.r_[labels, labels[:1]]
    once = e, u, p, labels
    step = min(step, 1.0)  # larger steps blow the rounding up
    for follow, how in ((descended, step), (flowed, [0, 2.0, 50.0])):
        single, double = follow(*once, how), follow(*twice, how)
        assert double[:, :, :3] == pytest.approx(single, abs=1e-8)
        assert double[:, :, 3] == pytest.approx(double[:, :, 0], abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(0, 30))
def test_a_token_that_never_occurs_acts_on_no_other(seed, step):
    e, u, p, labels = drawn(seed, (3, 3, 4, 3))
    p = np.r_[p[:2] / p[:2].sum(), 0]
    with_it, without = (
        descended(e, u, p, labels, step),
        descended(e[:2], u, p[:2], labels[:2], step),
    )
    assert with_it[:, :, :2] == pytest.approx(without, rel=1e-9, abs=1e-9)
    flow = flowed(e, u, p, labels, [1.0, 20.0])
    assert flow[:, :, :2] == pytest.approx(flowed(e[:2], u, p[:2], labels[:2], [1.0, 20.0]))
    assert (flow[:, :, 2] != 0).any()  # but it follows the others
    copy = np.r_[e[:2], e[:1]]
    assert flowed(copy, u, p, labels, [5.0])[0, :, 2] == pytest.approx(
        flowed(copy, u, p, labels, [5.0])[0, :, 0]
    )


@settings(max_examples=30, deadline=None)
@given(SEEDS, STEPS)
def test_a_token_without_embedding_is_never_learned(seed, step):
    e, u, p, labels = drawn(seed, (3, 4, 3, 4))
    e[1] = 0
    for tables in (descended(e, u, p, labels, step), flowed(e, u, p, labels, [0, 1.0, 100.0])):
        assert (tables[:, :, 1] == 0).all()
        assert (particles.loss(tables, p, labels) >= p[1] * np.log(4) * (1 - 1e-12)).all()


@given(st.floats(0.51, 0.99), st.floats(0.1, 3))
def test_the_same_token_with_two_labels_ends_at_its_log_odds(frequent, length):
    mobility, law = two_tokens.pair(frequent, 1.0)
    odds = np.log(frequent / (1 - frequent))
    end = binary.flow_margins((0, 0), length**2 * mobility, law, [1e6])[0]
    assert end == pytest.approx([odds, -odds], abs=1e-6)
    table = flowed(
        np.full((2, 1), length), np.eye(2), np.array([frequent, 1 - frequent]), [0, 1], [1e6]
    )[0]
    assert table[0] - table[1] == pytest.approx([odds, odds], abs=1e-6)


@settings(deadline=None)
@given(st.floats(0.5, 0.99), st.floats(-0.99, 0.99), STEPS)
def test_two_tokens_at_any_step_size(frequent, overlap, step):
    run = two_token_steps.run(frequent, overlap, step, 20)
    assert np.isfinite(run.losses).all() and np.isfinite(run.margins).all()
    assert step or (run.margins == 0).all()
    grid = sweeps.Grid(np.array([frequent]), np.array([overlap]), np.array([step]))
    swept = sweeps.two_token_sweep(grid, 2)["final_loss"]  # more steps blow the rounding up
    assert swept.ravel() == pytest.approx(run.losses[2:3], rel=1e-6, abs=1e-9 * (1 + step))


@pytest.mark.parametrize("overlap", [-1.0, 1.0])
def test_two_tokens_with_the_same_embedding_have_no_memory_with_given_margins(overlap):
    with pytest.raises(ValueError, match="positive definite"):
        two_token_steps.run(0.7, overlap, 1.0, 3)
    grid = sweeps.Grid(np.array([0.7]), np.array([overlap]), np.array([1.0]))
    (swept,) = sweeps.two_token_sweep(grid, 200).ravel()
    assert (swept["first_perfect"] >= 0) == (overlap < 0)  # with +1 no memory is perfect


@given(SEEDS, STEPS)
def test_one_step_of_any_size_from_any_memory(seed, step):
    e, u, p, labels = drawn(seed, (1 + seed % 4, 2, 2, 3))
    w = np.random.default_rng(seed).standard_normal((3, 2)) * 30
    found = large_steps.one_step(w, e, u, p, labels, step=step)
    assert np.isfinite(found.change).all() and np.isfinite(found.next_loss)
    assert 0 <= found.error <= 1 + 1e-12 and found.gradient_square >= 0
    assert step or found.next_loss == found.loss
    radius = large_steps.radius(e, u, labels)
    assert found.next_loss <= found.loss + step * radius**2 * found.error * (1 + 1e-9) + 1e-9


def test_a_token_of_a_single_label_has_no_pairs():
    e, u = np.ones((2, 2)), np.ones((1, 2))
    assert benign.pair_vectors(e, u, [0, 0]).shape == (0, 4)
    assert large_steps.pair_margins(np.zeros((1, 2)), [0, 0]).shape == (2, 0)
    assert large_steps.error_mass(np.zeros((1, 2)), [0.5, 0.5], [0, 0]) == 0
    assert large_steps.radius(e, u, [0, 0]) == 0


def test_separability_of_few_tokens():
    assert margins.separable([[1.0, 0.0]])
    assert not margins.separable([[0.0, 0.0]])
    assert not margins.separable([[1.0, 2.0], [-1.0, -2.0]])


@pytest.mark.parametrize("step", [0.0, 1.0, 1e6])
def test_smallest_problems_of_the_remaining_engines(step):
    if step:
        grown = orthogonal_steps.descend_token(2, 1.0, step, [0, 1, 5])
        assert np.isfinite(grown).all() and grown[0] == 0
    moved, before, after = no_oscillation.step_in_memory([[1.0]], [1.0], 2.0, step, [0.3])
    assert np.isfinite(moved).all() and after <= before + 1e-12
