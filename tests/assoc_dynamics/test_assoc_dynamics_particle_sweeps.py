"""Many settings at once against one at a time, and bad arguments."""

import numpy as np
import pytest

from numerics.assoc_dynamics import particles
from numerics.assoc_dynamics.particle_sweeps import sweep_scores


def settings(count, tokens, classes, dimension, largest=2.0):
    rng = np.random.default_rng([count, tokens, classes])

    def gram(size):
        vectors = rng.standard_normal((count, size, dimension))
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        return vectors @ vectors.swapaxes(1, 2)

    labels = np.arange(tokens) % classes
    frequencies = rng.dirichlet(np.ones(tokens), count)
    return gram(tokens), gram(classes), frequencies, labels, rng.uniform(0, largest, count)


@pytest.mark.parametrize(("count", "tokens", "classes"), [(11, 5, 5), (8, 3, 2), (1, 1, 3)])
def test_each_setting_goes_as_it_does_alone(count, tokens, classes):
    given = inputs, outputs, p, labels, eta = settings(count, tokens, classes, 4)
    found = sweep_scores(*given, 60)
    for i in range(count):
        start = np.zeros((classes, tokens))
        path = particles.descend_scores(start, inputs[i], outputs[i], p[i], labels, eta[i], 60)
        losses = particles.loss(path, p[i], labels)
        own = path[:, labels, np.arange(tokens)]
        others = np.where(np.eye(classes, dtype=bool)[:, labels], -np.inf, path).max(axis=1)
        wrong = np.flatnonzero((own <= others).any(axis=1))
        right = np.flatnonzero((own > others).all(axis=1))
        assert found["first_perfect"][i] == (right[0] if len(right) else -1)
        assert found["last_error"][i] == (wrong[-1] if len(wrong) else -1)
        assert found["largest_loss"][i] == pytest.approx(losses.max())
        assert found["final_loss"][i] == pytest.approx(losses[-1])
        assert found["increases"][i] == (losses[1:] > losses[:-1] * (1 + 1e-12)).sum()


def test_no_steps_and_no_step_size():
    inputs, outputs, p, labels, eta = settings(3, 4, 2, 3)
    still = sweep_scores(inputs, outputs, p, labels, 0 * eta, 5)
    assert (still["final_loss"] == pytest.approx(np.log(2))) and (still["last_error"] == 5).all()
    assert (sweep_scores(inputs, outputs, p, labels, eta, 0)["last_error"] == 0).all()


def test_huge_steps_stay_finite():
    given = settings(9, 5, 5, 2, largest=1e12)
    found = sweep_scores(*given, 200)
    assert np.isfinite(found["largest_loss"]).all() and (found["largest_loss"] > 1e6).any()


def test_one_label_is_always_missing_nothing():
    found = sweep_scores(np.ones((1, 1, 1)), np.ones((1, 1, 1)), [[1.0]], [0], [1.0], 3)
    assert found["final_loss"] == 0 and found["first_perfect"] == 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"labels": [0, 1]}, "labels"),
        ({"step_sizes": [-1.0, 1.0]}, "step_sizes"),
        ({"inputs": np.ones((2, 3, 4))}, "square"),
        ({"steps": -1}, "steps"),
        ({"probabilities": -np.ones((2, 3))}, "probabilities"),
    ],
)
def test_bad_arguments_are_named(change, complaint):
    names = ("inputs", "outputs", "probabilities", "labels", "step_sizes")
    given = dict(zip(names, settings(2, 3, 3, 2), strict=True)) | {"steps": 4} | change
    with pytest.raises(ValueError, match=complaint):
        sweep_scores(**given)
