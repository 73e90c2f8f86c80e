"""Sweeps and random memories: simulators against other methods, whatever the block or the order."""

import math

import numpy as np
import pytest

from numerics.assoc_dynamics import memory, particles
from numerics.assoc_dynamics.benign import run
from numerics.assoc_dynamics.sweeps import (
    Grid,
    notebook_run,
    random_memories,
    recovery_time,
    repository_grid,
    two_token_sharpness,
    two_token_sweep,
)
from numerics.assoc_dynamics.torch_normals import torch_normals
from numerics.core.streams import Stream, normals
from theory import Status
from theory.assoc_dynamics import sweeps as theory

DERIVED = (theory.acceleration_balanced, theory.acceleration_stability_balanced)


@pytest.mark.parametrize("claim", DERIVED, ids=lambda claim: claim.id)
def test_derivations_are_complete(claim):
    assert claim.derivation_report().worst is Status.CITED


def test_normals_are_those_of_pytorch():
    assert torch_normals(0, (4,))[0] == pytest.approx([1.5410, -0.2934, -2.1788, 0.5684], abs=6e-5)
    assert torch_normals(42, (3,))[0] == pytest.approx([0.3367, 0.1288, 0.2345], abs=5e-5)


def test_a_normal_that_is_left_over_serves_the_next_call():
    together = np.concatenate(torch_normals(43, (3, 4, 1)))
    assert together == pytest.approx(torch_normals(43, (8,))[0], abs=0)
    assert torch_normals(43, ()) == []
    assert torch_normals(3, (0,))[0].size == 0
    for seed, sizes in ((-1, (2,)), (2**32, (2,)), (0, (16,)), (0, (-1,))):
        with pytest.raises(ValueError, match=r"seed|size"):
            torch_normals(seed, sizes)


def test_the_notebook_gives_the_published_settings():
    losses, wrong = notebook_run(20, 99)
    assert losses[[0, 1, 2, 5, 29, 99]] == pytest.approx(
        [math.log(5), 2.754, 0.921, 1.615, 0.910, 0.933], abs=1e-3
    )
    assert wrong.shape == (100,)
    assert wrong[0]


def test_the_sweep_is_the_repositorys():
    grid = repository_grid()
    first = two_token_sweep(grid, 1000)["first_perfect"]
    assert first.shape == (10, 10, 10)
    assert first.sum() == 49790
    assert (first < 0).sum() == 114
    assert (first[:, -1] < 0).all()


def test_a_setting_of_the_sweep_is_a_run_of_the_memory():
    grid = Grid(np.array([0.7]), np.array([0.8]), np.array([6.0]))
    found = two_token_sweep(grid, 60)[0, 0, 0]
    inputs = np.array([[1.0, 0.0], [0.8, 0.6]])
    path = memory.descend(np.zeros((2, 2)), inputs, np.eye(2), [0.7, 0.3], [0, 1], 6.0, 60)
    tables = np.array([memory.scores(w, inputs, np.eye(2)) for w in path])
    right = (tables[:, 0, 0] > tables[:, 1, 0]) & (tables[:, 1, 1] > tables[:, 0, 1])
    assert found["first_perfect"] == np.flatnonzero(right)[0]
    assert found["last_error"] == np.flatnonzero(~right)[-1]
    assert found["final_loss"] == pytest.approx(particles.loss(tables[-1], [0.7, 0.3], [0, 1]))


def test_a_grid_out_of_range_is_refused():
    with pytest.raises(ValueError, match="overlaps"):
        two_token_sweep(Grid(np.array([0.5]), np.array([1.5]), np.array([1.0])), 3)
    with pytest.raises(ValueError, match="probabilities"):
        two_token_sweep(Grid(np.array([1.5]), np.array([0.5]), np.array([1.0])), 3)


def test_recovery_is_the_limit_of_small_steps():
    value, error = recovery_time(0.75, 0.9)
    grid = Grid(np.array([0.75]), np.array([0.9]), np.array([0.01]))
    first = two_token_sweep(grid, 10_000)["first_perfect"][0, 0, 0]
    assert 0.01 * first == pytest.approx(value, abs=0.03)
    assert error < 1e-6
    assert recovery_time(0.6, 0.5) == (0.0, 0.0)
    assert recovery_time(0.9, -0.5) == (0.0, 0.0)


@pytest.mark.parametrize(("frequent", "overlap"), [(0.4, 0.5), (1.0, 0.5), (0.7, 1.0), (0.7, -2)])
def test_recovery_needs_two_tokens(frequent, overlap):
    with pytest.raises(ValueError, match=r"frequent|overlap"):
        recovery_time(frequent, overlap)


def test_sharpness_is_that_of_power_iterations():
    found = two_token_sharpness(0.5, 0.75, 2.0, (0, 2, 4))
    inputs = np.array([[1.0, 0.0], [0.5, 0.75**0.5]])
    problem = (inputs, np.eye(2), [0.75, 0.25], np.arange(2))
    for w, value in zip(memory.descend(np.zeros((2, 2)), *problem, 2.0, 4, 2), found, strict=True):
        vector = np.array([1.0, 0.3, -0.7, 0.2])
        for _ in range(200):
            vector = memory.hessian(w, *problem) @ vector
            vector /= np.linalg.norm(vector)
        assert value == pytest.approx(vector @ memory.hessian(w, *problem) @ vector, rel=1e-8)
    assert two_token_sharpness(0.5, 0.75, 2.0, ()).shape == (0,)
    for overlap in (1.0, -1.0, 2.0):
        with pytest.raises(ValueError, match="overlap"):
            two_token_sharpness(overlap, 0.5, 1.0, (1,))


def embeddings(stream, replicate, lane, dimension):
    draw = np.empty(5 * dimension)
    normals(*stream.words, replicate, lane, draw)
    table = draw.reshape(5, dimension)
    return table / np.linalg.norm(table, axis=1, keepdims=True)


@pytest.mark.parametrize(("dimension", "step"), [(3, 20.0), (5, 20.0), (8, 3.0)])
def test_random_memories_are_runs_of_gradient_descent(dimension, step):
    stream = Stream.of(3, "test")
    spikes, falls = random_memories(dimension, step, 40, 30, stream, 7, 6)
    shares = 1 / np.arange(1, 6) / (1 / np.arange(1, 6)).sum()
    for index in range(6):
        e, u = (embeddings(stream, 7 + index, lane, dimension) for lane in (0, 1))
        tables = run(e, u, shares, np.arange(5), step, 40)
        losses = particles.loss(tables, shares, np.arange(5))
        assert spikes[index] == (losses[1:] > losses[:-1] * (1 + 1e-12)).any()
        margins = np.array(
            [[t[x, x] - np.delete(t[:, x], x).max() for x in range(5)] for t in tables[:31]]
        )
        assert falls[index] == (np.diff(margins, axis=0) < -1e-12).sum()


def test_replicates_do_not_depend_on_how_they_are_cut():
    stream = Stream.of(0, "cut")
    whole = random_memories(3, 10.0, 20, 20, stream, 0, 9)
    parts = [random_memories(3, 10.0, 20, 20, stream, *cut) for cut in ((0, 4), (4, 5))]
    for k in (0, 1):
        assert whole[k].tolist() == np.concatenate([part[k] for part in parts]).tolist()
    assert random_memories(3, 10.0, 20, 20, stream, 0, 0)[0].shape == (0,)
    assert not random_memories(3, 0.0, 5, 5, stream, 0, 3)[0].any()
    with pytest.raises(ValueError, match="dimension"):
        random_memories(0, 1.0, 1, 1, stream, 0, 1)
    with pytest.raises(ValueError, match="step"):
        random_memories(3, -1.0, 1, 1, stream, 0, 1)
