"""Curvature: what the claims say, by eigenvalues and at the edge of the bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.assoc_dynamics import memory
from theory import Status
from theory.assoc_dynamics import curvature as theory
from theory.core.catalogue import claims_of


def problem(seed, size=4, classes=3, dimension=5, width=2):
    """A memory, embeddings, probabilities and labels."""
    rng = np.random.default_rng(seed)
    return (
        rng.standard_normal((width, dimension)),
        rng.standard_normal((size, dimension)),
        rng.standard_normal((classes, width)),
        rng.dirichlet(np.ones(size)),
        rng.integers(classes, size=size),
    )


@pytest.mark.parametrize("claim", claims_of(theory), ids=lambda claim: claim.id)
def test_every_step_is_proved(claim):
    report = claim.derivation_report()
    assert report.worst is Status.PROVED, report


@given(st.integers(0, 10**6), st.sampled_from([0.1, 1.0, 5.0]))
def test_sharpness_is_bounded_by_the_mean_error_and_by_the_loss(seed, spread):
    w, e, u, p, labels = problem(seed)
    arguments = (spread * w, e, u, p, labels)
    eigenvalues = np.linalg.eigvalsh(memory.hessian(*arguments))
    distance = np.linalg.norm(u[labels][:, np.newaxis] - u, axis=2).max(axis=1)
    largest = (np.linalg.norm(e, axis=1) * distance).max() ** 2
    doubt = memory.doubt(*arguments)
    assert eigenvalues[0] > -1e-13 * largest
    assert eigenvalues[-1] <= largest * doubt * (1 + 1e-12) + 1e-300
    assert doubt <= memory.loss(*arguments) * (1 + 1e-12)


def test_the_bound_on_sharpness_is_attained_by_one_sure_token():
    u = np.array([[1.0, 0.0], [0.0, 1.0]])
    arguments = (np.array([[10.0], [-10.0]]), [[1.0]], u, [1.0], [0])
    sharpness = np.linalg.eigvalsh(memory.hessian(*arguments))[-1]
    assert sharpness / (2 * memory.doubt(*arguments)) == pytest.approx(1, abs=1e-8)


def test_flat_directions_move_all_scores_of_each_token_alike():
    w, e, u, p, labels = problem(1, size=2, classes=3, dimension=4, width=3)
    across = np.linalg.svd(e)[2][-1]  # orthogonal to both input embeddings
    normal = np.linalg.solve(u, np.ones(3))  # the same inner product with every output embedding
    curvature = memory.hessian(w, e, u, p, labels)
    for flat in (np.outer([1.0, 2.0, 3.0], across), np.outer(normal, e[0])):
        assert curvature @ flat.ravel() == pytest.approx(np.zeros(12), abs=1e-13)
