"""Memories in the plane: excess errors by a second route, known thresholds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.forgetting import (
    critical_step,
    descent,
    excess_draws,
    least_loss_memory,
    sharpness,
    signed_circle,
    stochastic_errors,
    zipf_law,
)
from numerics.assoc_dynamics.frequent import dependency
from numerics.assoc_dynamics.torch_normals import torch_normals
from numerics.assoc_dynamics.underparameterised import best_error, least_loss_scores, wrong_mass
from numerics.core.streams import Stream, uniforms

EVENLY = np.array([[1.0, 0.0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]])


def test_the_panel_of_seed_81_by_the_closed_form():
    vectors = torch_normals(81, (6,))[0].reshape(3, 2)
    tokens = vectors / np.linalg.norm(vectors, axis=1)[:, None] * [[1], [-1], [1]]
    weights, law = dependency(tokens), np.array([6, 3, 2]) / 11
    assert_allclose(weights, [0.3078, 0.4296, 0.2626], atol=5e-5)
    level = optimize.brentq(
        lambda r: weights @ np.log(law / (r * weights) - 1), 1e-3, (law / weights).min() - 1e-9
    )
    assert_allclose(level, 0.41247, atol=5e-6)
    margins = np.log(law / (level * weights) - 1)
    assert_allclose(margins, [1.1927, -0.6178, -0.3876], atol=5e-5)
    assert_allclose(tokens @ least_loss_memory(tokens, law), margins, atol=1e-9)


@pytest.mark.parametrize("size", [1, 3, 12])
def test_the_excess_is_that_of_certified_minimisers(size):
    stream = Stream.of(7, "excess")
    found = excess_draws(size, stream, 0, 40)
    law = zipf_law(size, 1.0)
    for index, value in enumerate(found):
        turns = np.empty(size)
        uniforms(*stream.words, index, 0, turns)
        tokens = np.column_stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])
        best = best_error(tokens, law.tolist())
        wrong = best
        if best:
            scores = least_loss_scores(tokens.tolist(), law.tolist())
            wrong = wrong_mass(scores, law.tolist())
        assert_allclose(value, float(wrong - best), atol=1e-12)


def test_replicates_do_not_depend_on_how_they_are_cut():
    stream = Stream.of(1, "cut")
    whole = excess_draws(5, stream, 0, 100)
    pieces = [excess_draws(5, stream, first, 25) for first in (0, 25, 50, 75)]
    assert_array_equal(whole, np.concatenate(pieces))


def test_even_tokens_of_even_mass_are_best_left_alone():
    law = np.full(3, 1 / 3)
    assert_allclose(least_loss_memory(EVENLY, law), 0, atol=1e-15)
    assert_allclose(sharpness(EVENLY, law, (0, 0)), 1 / 4, rtol=1e-12)
    step, error = critical_step(EVENLY, law)
    assert abs(step - 8) <= error


def test_descent_is_that_of_the_memory_itself():
    tokens = signed_circle([10, 130, 200, 301])
    law = zipf_law(4, 1.5)
    start = np.array([[0.5, -1.0], [-0.5, 1.0]])
    path = memory.descend(start, tokens, np.eye(2), law, np.zeros(4, dtype=int), 0.7, 30)
    losses, errors = descent(tokens, law, (1.0, -2.0), 0.7, 30)
    labels = np.zeros(4, dtype=int)
    plain = [memory.loss(w, tokens, np.eye(2), law, labels) for w in path]
    assert_allclose(losses, plain, rtol=1e-12)
    tables = [memory.scores(w, tokens, np.eye(2)) for w in path]
    assert_allclose(errors, [law @ (table[0] <= table[1]) for table in tables], atol=1e-15)


def test_large_batches_follow_the_descent():
    tokens, law = signed_circle([10, 130, 200, 301]), zipf_law(4, 1.5)
    run = (tokens, law, (1.0, -2.0), 0.7, 30)
    stream = Stream.of(3, "batches")
    errors = stochastic_errors(*run, 20_000, stream, 0, 3)
    assert_allclose(errors, descent(*run)[1][-1])
    assert_array_equal(
        stochastic_errors(*run, 2, stream, 0, 6)[2:], stochastic_errors(*run, 2, stream, 2, 4)
    )


def test_labels_alternate():
    assert_allclose(signed_circle([0, 0, 90]), [[1, 0], [-1, 0], [0, 1]], atol=1e-15)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: zipf_law(0, 1), "at least 1"),
        (lambda: least_loss_memory([[1, 0], [0, 1]], [0.5, 0.5]), "right on every token"),
        (lambda: critical_step([[1, 0]], [1]), "right on every token"),
        (lambda: sharpness(EVENLY, [1, 1], (0, 0)), "shape"),
        (lambda: least_loss_memory([[0, 1], [0, -1], [1, 0]], [1, 1, 1]), "but for ties"),
        (lambda: critical_step(np.empty((0, 2)), []), "at least one token"),
    ],
)
def test_bad_arguments(call, problem):
    with pytest.raises(ValueError, match=problem):
        call()
