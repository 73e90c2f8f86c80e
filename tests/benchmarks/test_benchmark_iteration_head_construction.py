"""Times of circuits with written-out weights, on one core, as ratios against plain NumPy.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted. The
plain transformer is what one would write first: whole arrays of scores under a mask, and for every
new token a run over the whole sequence.
"""

import statistics
import time

import numba
import numpy as np
import pytest

from numerics.core.circuits import generate
from numerics.iteration_head import construction, tasks

pytestmark = pytest.mark.benchmark


@pytest.fixture(autouse=True)
def one_core():
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def plain_generate(model, sequences, steps):
    """Greedy generation, every time from the beginning."""
    first = sequences.shape[1]
    for _ in range(steps):
        length = sequences.shape[1]
        stream = model.tokens[sequences] + model.positions[:length]
        hidden = np.where(np.tri(length, dtype=bool), 0.0, -np.inf)
        for layer in model.layers:
            head, network = layer.attention, layer.feed_forward
            scores = (stream @ head.query.T) @ (stream @ head.key.T).transpose(0, 2, 1) + hidden
            weights = np.exp(scores - scores.max(axis=2, keepdims=True))
            weights /= weights.sum(axis=2, keepdims=True)
            stream = stream + weights @ (stream @ head.value.T) @ head.output.T
            if network is not None:
                units = np.maximum(stream @ network.inward.T + network.bias, 0)
                stream = stream + units @ network.outward.T
        new = (stream[:, -1] @ model.unembedding.T).argmax(axis=1)
        sequences = np.concatenate([sequences, new[:, None]], axis=1)
    return sequences[:, first:]


@pytest.mark.parametrize("code", ["onehot", "trig", "quad"])
@pytest.mark.parametrize(("states", "length", "count"), [(11, 8, 64), (5, 16, 32), (3, 4, 8)])
def test_greedy_generation(code, states, length, count):
    generator = np.random.default_rng(0)
    task = tasks.random_task(states, states, generator)
    model = construction.circuit(task, length, code, *construction.temperatures(code, length))
    inputs = task.states + generator.integers(0, states, size=(count, length))
    ends = np.full((count, 1), task.end_of_inputs)
    prompts = np.concatenate([ends - 1, inputs, ends], axis=1)
    assert np.array_equal(
        generate(model, prompts, length + 1), plain_generate(model, prompts, length + 1)
    )
    ours = seconds(lambda: generate(model, prompts, length + 1))
    plain = seconds(lambda: plain_generate(model, prompts, length + 1))
    times = f"{1e3 * ours:.1f} ms, {plain / ours:.1f} times as fast"
    print(f"\n{code}, {count} prompts of {length}: {times}")
