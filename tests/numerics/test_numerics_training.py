"""The trainer against a plain NumPy loop, and its promises about seeds."""

import numpy as np
import pytest

from numerics.assoc_scaling.training import Memory, final_errors, first_adam_update, train_memory
from numerics.core.training import train

SMALL = Memory(dimension=6, inputs=8, classes=3, samples=40, batch=1, population=True)


def plain_gradient_descent(memory, rate, seed):
    """Exact gradient steps in NumPy, from the embeddings and the start that JAX drew."""
    import jax

    start, _ = jax.random.split(jax.random.key(np.uint32(seed)))
    inputs, outputs, first = jax.random.split(start, 3)
    d = memory.dimension
    E = np.asarray(jax.random.normal(inputs, (memory.inputs, d)), dtype=float) * d**-0.5
    U = np.asarray(jax.random.normal(outputs, (memory.classes, d)), dtype=float) * d**-0.5
    W = np.asarray(jax.random.normal(first, (d, d)), dtype=float) * d**-0.5
    law = np.arange(1, memory.inputs + 1.0) ** -memory.exponent
    law /= law.sum()
    labels = np.arange(memory.inputs) % memory.classes
    for _ in range(memory.samples):
        logits = E @ W.T @ U.T
        probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        pull = np.eye(memory.classes)[labels] - probabilities
        W += rate * (law[:, None] * pull @ U).T @ E
    return W


def test_gradient_descent_is_the_plain_loop():
    run = train_memory(SMALL, [5], [2.0])
    assert np.allclose(run.parameters["W"][0], plain_gradient_descent(SMALL, 2.0, 5), atol=2e-5)


def test_a_seed_gives_the_same_run_whatever_runs_beside_it():
    memory = Memory(dimension=5, inputs=10, samples=64, batch=8)
    alone = final_errors(memory, [3], [1.0])
    together = final_errors(memory, [1, 2, 3], [0.1, 1.0])
    assert alone[0, 0] == together[1, 2]


def test_records_are_evaluations_along_the_way():
    run = train_memory(Memory(dimension=5, samples=64, batch=8), [0, 1], [1.0, 1.0], records=4)
    assert run.metrics.shape == (2, 4)
    assert run.steps.tolist() == [2, 4, 6, 8]
    assert np.all((run.metrics >= 0) & (run.metrics <= 1))


def test_a_dropped_step_size_is_a_smaller_one_from_then_on():
    base = Memory(dimension=4, inputs=6, samples=20, batch=1, population=True)
    dropped = Memory(**{**vars(base), "drop_after": 10, "drop_factor": 0.0})
    half = Memory(**{**vars(base), "samples": 10})
    W = train_memory(dropped, [1], [1.0]).parameters["W"]
    assert np.allclose(W, train_memory(half, [1], [1.0]).parameters["W"], atol=1e-6)


@pytest.mark.parametrize("entry", [1e-6, 0.3, -2.0])
def test_adam_without_memory_is_nearly_the_sign(entry):
    value, error = first_adam_update(entry)
    assert abs(value - np.sign(entry)) <= 1e-8 / abs(entry) + error


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="optimiser must be one of"):
        Memory(dimension=2, optimiser="magic")
    with pytest.raises(ValueError, match="batch must be at most samples"):
        Memory(dimension=2, samples=3, batch=4)
    with pytest.raises(ValueError, match="at least one seed"):
        train_memory(SMALL, [], [])
    with pytest.raises(ValueError, match="2 rates for 1 seeds"):
        train_memory(SMALL, [1], [1.0, 2.0])
    with pytest.raises(ValueError, match="multiple of records"):
        train(
            [1],
            [1.0],
            initialise=None,
            batch=None,
            loss=None,
            evaluate=None,
            optimiser=None,
            steps=3,
            records=2,
        )
    with pytest.raises(ValueError, match="entry must not be 0"):
        first_adam_update(0.0)


def test_seeds_beyond_a_word_are_others():
    memory = Memory(dimension=5, inputs=10, samples=64, batch=8)
    starts = train_memory(memory, [3, 2**32 + 3, 2**33 + 3], [1e-6] * 3).parameters["W"]
    assert not np.allclose(starts[0], starts[1]) and not np.allclose(starts[1], starts[2])
