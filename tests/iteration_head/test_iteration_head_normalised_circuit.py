"""The circuit with layer normalisation, against the one without."""

import numpy as np
import pytest

from numerics.core.circuits import run
from numerics.iteration_head import construction, tasks
from numerics.iteration_head.normalised_circuit import (
    doubled,
    normalised_circuit,
    normalised_temperatures,
)


@pytest.mark.parametrize("code", ["onehot", "trig"])
@pytest.mark.parametrize("shared", [False, True])
def test_sharp_heads_leave_the_plain_circuit(code, shared):
    # where both heads are sharp, normalisation undoes nothing but its own epsilon
    task = tasks.random_task(3, 2, np.random.default_rng(0), shared)
    prompts = list(tasks.every_prompt(2, 4))
    made = normalised_circuit(task, 4, code, 60.0, 300.0)
    plain = construction.circuit(task, 4, code, 60.0, 300.0)
    here, there = (construction.least_margins(circuit, task, prompts) for circuit in (made, plain))
    assert here == pytest.approx(there, abs=1e-3)


def test_streams_have_no_mean_and_no_bias():
    task = tasks.random_task(2, 2, np.random.default_rng(1))
    made = normalised_circuit(task, 3, "trig", *normalised_temperatures("trig", 3))
    plain = construction.circuit(task, 3, "trig", 1.0, 1.0)
    assert made.tokens.shape[1] == 2 * plain.tokens.shape[1]
    assert np.abs(made.tokens.sum(axis=1)).max() == 0.0
    assert np.abs(made.positions.sum(axis=1)).max() < 1e-12
    for layer in made.layers:
        assert not layer.feed_forward.bias.any()
        assert np.abs(layer.feed_forward.outward.sum(axis=0)).max() < 1e-12
        assert np.abs(layer.attention.output.sum(axis=0)).max() == 0.0


@pytest.mark.parametrize("code", ["onehot", "trig"])
def test_first_head_rests_on_the_beginning(code):
    task = tasks.random_task(2, 2, np.random.default_rng(2))
    made = normalised_circuit(task, 3, code, *normalised_temperatures(code, 3))
    tokens = [[task.beginning, 2, 3, 2, task.end_of_inputs, 0, 1]]
    weights = run(made, tokens, with_attention=True).attention[0][0]
    assert weights[:4, 0].min() > 0.99
    assert weights[4:, 4].min() > 0.99


def test_no_symbol_and_no_input():
    task = tasks.Task(((0,),), (0,))
    made = normalised_circuit(task, 0, "onehot", *normalised_temperatures("onehot", 0))
    assert construction.generated(made, task, [()]) == [[task.end]]


def test_bad_arguments():
    task = tasks.Task(((0,),), (0,))
    with pytest.raises(ValueError, match="code"):
        normalised_circuit(task, 1, "other", 1.0, 1.0)
    with pytest.raises(ValueError, match="rest"):
        normalised_circuit(task, 1, "trig", 1.0, 1.0, rest=float("nan"))
    with pytest.raises(ValueError):
        doubled(construction.circuit(task, 1, "trig", 1.0, 1.0), ((3.0, 4.0),))
