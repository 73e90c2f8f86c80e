"""Particles: what the claims say, by other means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import softmax

from numerics.assoc_dynamics import memory, particles
from theory import Status
from theory.assoc_dynamics import model
from theory.assoc_dynamics import particles as theory
from theory.assoc_dynamics.model import U, W, a, b, f, k, l
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


@given(st.integers(0, 10**6))
def test_what_is_learned_is_a_zero_sum_combination_of_outer_products(seed):
    w, e, u, p, labels = problem(seed, size=3, classes=3, dimension=4, width=5)
    change = memory.descend(w, e, u, p, labels, 0.5, 5)[-1] - w
    coefficients = np.linalg.pinv(u.T) @ change @ np.linalg.pinv(e)
    scale = np.linalg.cond(u) * np.linalg.cond(e)
    assert u.T @ coefficients @ e == pytest.approx(change, abs=1e-12 * scale)
    assert coefficients.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12 * scale)


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_scores_do_not_see_the_basis(seed):
    rng = np.random.default_rng(seed)
    w, e, u, p, labels = problem(seed)
    turns = [np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (e.shape[1], u.shape[1])]
    plain = memory.descend(w, e, u, p, labels, 1.0, 5)
    turned = memory.descend(
        turns[1] @ w @ turns[0].T, e @ turns[0].T, u @ turns[1].T, p, labels, 1.0, 5
    )
    for one, two in zip(plain, turned, strict=True):
        expected = memory.scores(one, e, u)
        found = memory.scores(two, e @ turns[0].T, u @ turns[1].T)
        assert found == pytest.approx(expected, abs=1e-8)


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_centred_outputs_give_the_same_margins_at_all_times(seed):
    _, e, u, p, labels = problem(seed)
    centred = u - u.mean(axis=0)
    path = [
        particles.descend_scores(np.zeros((3, 4)), e @ e.T, v @ v.T, p, labels, 0.3, 20)
        for v in (u, centred)
    ]
    gaps = [table - table[:, :1] for table in path]
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_the_flow_of_the_memory_is_the_flow_of_the_scores(seed):
    w, e, u, p, labels = problem(seed)
    targets = np.eye(3)[:, labels]

    def velocity(_, v):
        shares = softmax(u @ v.reshape(w.shape) @ e.T, axis=0)
        return (u.T @ ((targets - shares) * p) @ e).ravel()

    end = solve_ivp(velocity, (0, 5), w.ravel(), method="DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
    expected = memory.scores(end.reshape(w.shape), e, u)
    start = memory.scores(w, e, u)
    found = particles.flow_scores(start, e @ e.T, u @ u.T, p, labels, [5.0])[0]
    assert found == pytest.approx(expected, abs=1e-9)


def test_scores_are_recognised():
    assert theory.is_score(model.score(3, k)) and theory.is_score(model.score(l, f[k]))
    assert not theory.is_score(2 * model.score(3, k))
    assert not theory.is_score(model.score(3, k).xreplace({W[a, b]: U[a, b]}))
    assert not theory.is_score(model.residual(3, k))
