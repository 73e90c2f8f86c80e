"""Circuits of eight dimensions, and attention among unit vectors."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from numerics.iteration_head import construction, dimension, tasks


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(0, 6),
    st.floats(0.3, 1.5),
    st.floats(0.3, 1.5),
    st.integers(0, 10**6),
)
def test_margin_of_the_narrow_circuit(states, symbols, n, first, second, seed):
    # (8 / gap^2) (gap (gap - 2 stray) - 2 gap stray) - 2, from the inputs of the units
    generator = np.random.default_rng(seed)
    task = tasks.random_task(states, symbols, generator, symbols <= states and seed % 2 == 0)
    beta1, beta2 = dimension.narrow_temperatures(task, n)
    made = dimension.narrow_circuit(task, n, first * beta1, second * beta2)
    gap = dimension.token_gap(task)
    prompts = [tuple(generator.integers(0, symbols, n).tolist()) for _ in range(3)]
    strays = 1 - construction.fetched_weights(made, task, prompts)
    margins = construction.least_margins(made, task, prompts)
    few = 4 * strays < gap
    assert (margins - (6 - 32 * strays / gap))[few].min(initial=0.0) >= -1e-6


@pytest.mark.parametrize(("states", "n"), [(2, 8), (11, 20), (40, 5)])
def test_narrow_circuit_runs_random_tasks(states, n):
    generator = np.random.default_rng(states)
    task = tasks.random_task(states, states, generator, shared=True)
    made = dimension.narrow_circuit(task, n, *dimension.narrow_temperatures(task, n))
    assert made.tokens.shape[1] == made.unembedding.shape[1] == 8
    prompts = [tuple(generator.integers(0, states, n).tolist()) for _ in range(10)]
    written = construction.generated(made, task, prompts)
    assert written == [[*tasks.chain(task, prompt), task.end] for prompt in prompts]


def test_first_temperature_is_the_price():
    # neighbours on the circle of tokens are hard to tell apart, by the square of their number
    gaps = [
        dimension.token_gap(tasks.random_task(s, 1, np.random.default_rng(0))) for s in (36, 76)
    ]
    assert gaps[0] / gaps[1] == pytest.approx(4.0, rel=1e-2)


@pytest.mark.parametrize(("count", "width"), [(3, 2), (19, 4), (35, 16), (64, 64)])
def test_gaussian_codes_need_no_more_than_their_coherence(count, width):
    codes = np.random.default_rng(count).normal(size=(count, width))
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    beta = 1.0001 * math.log(count - 1) / (1 - dimension.coherence(codes))
    assert min(dimension.weight_among(codes, j, beta) for j in range(count)) > 0.5


@pytest.mark.parametrize(("count", "similarity"), [(3, -0.5), (5, 0.0), (9, 0.7)])
def test_equicorrelated_codes(count, similarity):
    codes = dimension.equicorrelated_codes(count, similarity)
    products = codes @ codes.T
    assert np.diag(products) == pytest.approx(np.ones(count))
    assert products[~np.eye(count, dtype=bool)] == pytest.approx(similarity)
    needed = brentq(lambda beta: dimension.weight_among(codes, 0, beta) - 0.5, 0.0, 100.0)
    assert needed == pytest.approx(math.log(count - 1) / (1 - similarity))


def test_dossier_medians_of_gaussian_codes():
    # temperature needed by 35 unit Gaussian codes, the worst of them: about 6.3 in 8 dimensions
    generator = np.random.default_rng(0)
    needed = []
    for _ in range(20):
        codes = generator.normal(size=(35, 8))
        codes /= np.linalg.norm(codes, axis=1, keepdims=True)
        worst = max(
            brentq(lambda b, j=j, c=codes: dimension.weight_among(c, j, b) - 0.5, 0.0, 1e3)
            for j in range(35)
        )
        needed.append(worst)
    assert 5.3 < np.median(needed) < 7.5


def test_units_hear_what_the_circuit_writes():
    task = tasks.random_task(3, 2, np.random.default_rng(5))
    made = dimension.narrow_circuit(task, 2, 1.0, 1.0)
    units, gap = made.layers[1].feed_forward, dimension.token_gap(task)
    stream = made.tokens[0] + made.positions[1]
    wanted, other = task.input_token(0), task.input_token(1)
    stream[5:7] = 0.8 * made.tokens[wanted, :2] + 0.2 * made.tokens[other, :2]
    heard = units.inward[0] @ stream + units.bias[0]
    cosine = float(made.tokens[wanted, :2] @ made.tokens[other, :2])
    assert dimension.pair_input([1.0, cosine], [0.8, 0.2], gap) == pytest.approx(heard)


@pytest.mark.parametrize(
    "call",
    [
        lambda: dimension.unit_vectors([1.5]),
        lambda: dimension.unit_vectors([[0.0]]),
        lambda: dimension.coherence([[1.0]]),
        lambda: dimension.equicorrelated_codes(3, -0.6),
        lambda: dimension.equicorrelated_codes(3, 1.1),
        lambda: dimension.equicorrelated_codes(1, 0.0),
        lambda: dimension.narrow_circuit(tasks.Task(((0,),), (0,)), -1, 1.0, 1.0),
        lambda: dimension.narrow_circuit(tasks.Task(((0,),), (0,)), 1, float("nan"), 1.0),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
