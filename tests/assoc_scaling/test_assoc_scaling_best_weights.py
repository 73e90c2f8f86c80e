"""The best weights: their error against a plain sum over a finer quadrature, and other weights."""

import numpy as np
import pytest
from scipy import special

from numerics.assoc_scaling.best_weights import best_weights
from numerics.core.zipf import zipf_probabilities


def error(q, dimension, classes):
    """Misclassified mass under the collapsed law of the scores, input by input."""
    nodes, node_weights = special.roots_hermitenorm(100)
    halves, radius_weights = special.roots_genlaguerre(40, dimension / 2 - 1)
    node_weights = node_weights / node_weights.sum()
    radius_weights = radius_weights / radius_weights.sum()
    labels = np.arange(len(q)) % classes
    total = 0.0
    for x, mass in enumerate(zipf_probabilities(2.0, len(q))):
        others = np.arange(len(q)) != x
        energies = [np.sum(q[others & (labels == y)] ** 2) for y in range(classes)]
        own = energies.pop(labels[x])
        score = q[x] * np.sqrt(2 * halves)[:, None] + np.sqrt(own) * nodes
        right = np.prod([special.ndtr(score / np.sqrt(energy)) for energy in energies], axis=0)
        total += mass * (1 - radius_weights @ right @ node_weights)
    return total


@pytest.mark.parametrize("dimension, classes", [(10, 5), (6, 2)])
def test_the_best_weights_have_the_error_that_is_returned(dimension, classes):
    value, weights = best_weights(dimension, inputs=20, classes=classes)
    assert value == pytest.approx(error(weights, dimension, classes), rel=2e-3)
    law = zipf_probabilities(2.0, 20)
    for power in (0.0, 0.25, 0.5, 1.0):
        assert value < error(law**power / np.linalg.norm(law**power), dimension, classes)
