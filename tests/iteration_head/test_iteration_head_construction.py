"""The circuit against its formulas, its margins, and tasks beyond the sizes of the checks."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.combinatorics import AbelianGroup, SymmetricGroup

from numerics.core.circuits import run
from numerics.iteration_head import construction, tasks

CODES = ("onehot", "trig", "quad")
ONE = tasks.Task(((0,),), (0,), shared=True)


def polynomial(p):
    """The task of the paper's code: inputs 1 .. p - 1, numbered from 0 on."""
    table = tuple(tuple((s * x + 1) % p for x in range(1, p)) for s in range(p))
    return tasks.Task(table, tuple(range(1, p)))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("length", [0, 1, 7, 32])
def test_polynomial_iteration_up_to_the_lengths_of_the_paper(code, length):
    task = polynomial(11)
    prompts = np.random.default_rng(length).integers(0, 10, size=(6, length)).tolist()
    circuit = construction.circuit(task, 32, code, *construction.temperatures(code, 32))
    written = construction.generated(circuit, task, [tuple(prompt) for prompt in prompts])
    for prompt, tokens in zip(prompts, written, strict=True):
        state, expected = None, []
        for x in (index + 1 for index in prompt):
            state = x if state is None else (state * x + 1) % 11
            expected.append(state)
        assert tokens == [*expected, task.end]


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_margins_are_at_least_twice_the_weight_less_one_at_any_temperatures(data):
    code, n = data.draw(st.sampled_from(CODES)), data.draw(st.integers(0, 6))
    states = data.draw(st.integers(1, 6))
    symbols, shared = data.draw(st.integers(1, 6)), data.draw(st.booleans())
    shared = shared and symbols <= states
    generator = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    task = tasks.random_task(states, symbols, generator, shared)
    betas = data.draw(st.floats(-2, 12)), data.draw(st.floats(-2, 12))
    circuit = construction.circuit(task, n, code, *betas)
    length = data.draw(st.integers(0, n))
    prompts = [tuple(row) for row in generator.integers(0, symbols, size=(5, length)).tolist()]
    margins = construction.least_margins(circuit, task, prompts)
    weights = construction.fetched_weights(circuit, task, prompts)
    assert (margins >= 2 * weights - 1 - 1e-12).all()
    written = construction.generated(circuit, task, prompts)
    for prompt, tokens, row in zip(prompts, written, margins, strict=True):
        if abs(row).min() > 1e-9:
            assert (tokens == [*tasks.chain(task, prompt), task.end]) == (row.min() > 0)


def test_peaked_attention_at_the_steps_that_write_states_does_not_certify_the_end():
    circuit = construction.circuit(ONE, 4, "onehot", 1.0, 12.5)
    weights = construction.fetched_weights(circuit, ONE, [(0,) * 4])[0]
    margins = construction.least_margins(circuit, ONE, [(0,) * 4])[0]
    assert np.round(weights, 3).tolist() == [0.794, 0.692, 0.592, 0.504, 0.428]
    assert margins[:4].min() > 0.8 and round(margins[4], 3) == -0.120
    assert construction.generated(circuit, ONE, [(0,) * 4])[0][-1] != ONE.end


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 8), st.floats(0.1, 9), st.floats(0.1, 20), st.data())
def test_weights_of_unit_vectors(L, beta1, beta2, data):
    t = data.draw(st.integers(1, L + 1))
    circuit = construction.circuit(ONE, L, "onehot", beta1, beta2)
    measured = construction.fetched_weights(circuit, ONE, [(0,) * L])[0, t - 1]
    q = L + t
    stray = 1 / (q + math.exp(beta1))
    peak = math.exp(beta2 * stray * math.exp(beta1))
    assert measured == pytest.approx(
        peak / (peak + (q - 1) * math.exp(beta2 * stray) + 1), rel=1e-12
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 8), st.floats(0.1, 9), st.floats(0.1, 20), st.data())
def test_weights_of_positions_and_their_squares(L, beta1, beta2, data):
    t = data.draw(st.integers(1, L + 1))
    circuit = construction.circuit(ONE, L, "quad", beta1, beta2)
    measured = construction.fetched_weights(circuit, ONE, [(0,) * L])[0, t - 1]
    shift = (L + t + 1) * (L + 2 - t) / (2 * (L + t + math.exp(beta1)))
    assert construction.found_shift(L, t, beta1) == pytest.approx(shift, rel=1e-12)
    scores = -beta2 * (np.arange(L + t + 1) - t - shift) ** 2 / 2
    weights = np.exp(scores - scores.max())
    assert measured == pytest.approx(weights[t] / weights.sum(), rel=1e-9)
    stray = construction.stray_weight(L, t, beta2, shift)
    assert 1 / (1 + stray) == pytest.approx(measured, rel=1e-9)


def test_the_margin_of_copying_at_a_constant_temperature():
    copying = tasks.Task(((0, 1), (0, 1)), (0, 1), shared=True)
    circuit = construction.circuit(copying, 9, "quad", 40.0, 6.0)
    margins = construction.least_margins(circuit, copying, list(tasks.every_prompt(2, 9)))
    theta = 1 + 2 * sum(math.exp(-3 * k**2) for k in range(1, 9))
    assert margins.min() == pytest.approx(2 / theta - 1, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 20), st.floats(-1, 1), st.floats(-1, 1), st.data())
def test_rectified_units_subtract_angles_exactly(n, cosine, sine, data):
    """For every mixture that the first head may bring, not for points of the circle alone."""
    circuit = construction.circuit(ONE, n, "trig", 1.0, 1.0)
    q = data.draw(st.integers(0, 2 * n + 1))
    network = circuit.layers[0].feed_forward
    assert len(network.bias) == 4 * (2 * n + 2)
    stream = circuit.positions[q].copy()
    places = construction._Places.of(ONE.vocabulary, 2)
    stream[places.found] = cosine, sine
    wanted = network(stream[None])[0, places.wanted]
    own = complex(math.cos(turn := math.pi * (q + 1) / (n + 1)), math.sin(turn))
    product = own * complex(cosine, -sine)
    assert np.allclose(wanted, [product.real, product.imag], atol=1e-11)


def test_exact_votes_are_those_of_the_circuit():
    generator = np.random.default_rng(2)
    task = tasks.random_task(4, 3, generator, shared=True)
    circuit = construction.circuit(task, 3, "quad", 1.0, 0.7)
    prompt = (2, 0, 1)
    states = tasks.chain(task, prompt)
    tokens = [task.beginning, *prompt, task.end_of_inputs, *states]
    ran = run(circuit, [tokens], with_attention=True)
    for t in range(2, 5):
        q = 3 + t
        weights = [Fraction(w) for w in ran.attention[1][0, q, : q + 1].tolist()]
        votes = construction.exact_votes(task, states[t - 2], tokens[: q + 1], weights)
        assert np.allclose([float(vote) for vote in votes], ran.logits[0, q], atol=1e-12)


def test_the_lemma_is_attained():
    task = tasks.Task(((0, 1), (0, 1)), (0, 1))
    right, wrong = task.input_token(0), task.input_token(1)
    votes = construction.exact_votes(task, 0, [right, wrong], [Fraction(2, 3), Fraction(1, 3)])
    assert votes[0] - votes[1] == 2 * Fraction(2, 3) - 1


@pytest.mark.parametrize("code", CODES)
def test_finding_the_beginning_is_right_for_one_length_alone(code):
    task, n = polynomial(5), 4
    spoilt = construction.circuit(
        task, n, code, *construction.temperatures(code, n), finds="beginning", offset=-n
    )
    for length in range(n + 1):
        prompts = list(itertools.islice(tasks.every_prompt(4, length), 100))
        written = construction.generated(spoilt, task, prompts)
        right = [
            tokens == [*tasks.chain(task, prompt), task.end]
            for prompt, tokens in zip(prompts, written, strict=True)
        ]
        # without inputs, EoI is the only token in sight that answers at all
        assert all(right) if length in (0, n) else not any(right)


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 5, 6])
def test_derived_series_are_sympys(degree):
    series = SymmetricGroup(degree).derived_series()
    assert tasks.stable_order(degree) == series[-1].order()
    assert AbelianGroup(2).derived_series()[-1].order() == 1


def test_the_symmetric_group_is_generated():
    task = tasks.symmetric_group_task(5)
    reached = set(task.first)
    while new := {task.table[s][x] for s in reached for x in range(2)} - reached:
        reached |= new
    assert len(reached) == task.states == 120
    assert all(sorted(column) == list(range(120)) for column in zip(*task.table, strict=True))


def test_tasks_are_counted_and_drawn():
    assert len(set(tasks.every_task(2, 2))) == 64
    assert len(set(tasks.every_task(3, 1, shared=True))) == 81
    task = tasks.random_task(5, 2, np.random.default_rng(0))
    assert (task.states, task.symbols, task.vocabulary) == (5, 2, 10)
    assert tasks.random_task(5, 2, np.random.default_rng(0), shared=True).vocabulary == 8


def test_bad_arguments():
    with pytest.raises(ValueError, match="code is"):
        construction.circuit(ONE, 2, "linear", 1, 1)
    with pytest.raises(ValueError, match="n is -1"):
        construction.circuit(ONE, -1, "quad", 1, 1)
    with pytest.raises(ValueError, match="beta2"):
        construction.circuit(ONE, 1, "quad", 1, math.inf)
    with pytest.raises(ValueError, match="one length"):
        construction.generated(construction.circuit(ONE, 2, "quad", 1, 1), ONE, [(0,), (0, 0)])
    with pytest.raises(ValueError, match="every key"):
        construction.exact_votes(ONE, 0, [0], [])
    with pytest.raises(ValueError, match="row for every state"):
        tasks.Task(((0,), (0, 1)), (0,))
    with pytest.raises(ValueError, match="states must be"):
        tasks.Task(((1,),), (0,))
    with pytest.raises(ValueError, match="share"):
        tasks.Task(((0, 0),), (0, 0), shared=True)
    with pytest.raises(ValueError, match="degree"):
        tasks.symmetric_group_task(9)
