"""How fast the loss of the flow falls: the bounds by other means, and what the rules refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import softmax, wrightomega
from sympy import Symbol, exp, log, sqrt

from numerics.assoc_dynamics import particles
from numerics.assoc_dynamics.large_steps import error_mass, radius
from theory import Domain, Status, algebra
from theory.assoc_dynamics import loss_rates as theory
from theory.assoc_dynamics.benign import TARGET, gamma
from theory.assoc_dynamics.large_steps import PAIRS, M, R, instance, loss, p
from theory.assoc_dynamics.loss_potential import FLOW, ErrorByLoss, UnderRoot
from theory.assoc_dynamics.loss_rates import LEAST, below, potential, q, t, token_loss, v
from theory.core.catalogue import claims_of


@pytest.mark.parametrize("claim", claims_of(theory), ids=lambda claim: claim.id)
def test_nothing_but_named_theorems_is_taken_for_granted(claim):
    report = claim.derivation_report()
    assert report.worst in (Status.PROVED, Status.CITED), report
    for step in report.steps:
        cited = ("Cauchy", "convex function", "whose own derivation")
        assert step.status is Status.PROVED or any(name in step.reason for name in cited)


def drawn(seed):
    """A problem of up to five tokens, with a repeated one."""
    rng = np.random.default_rng(seed)
    tokens, labels = int(rng.integers(1, 6)), int(rng.integers(2, 5))
    e, u = rng.standard_normal((tokens, 3)), rng.standard_normal((labels, 2))
    if tokens > 2:
        e[1] = e[0]
    return e, u, rng.integers(labels, size=tokens), rng.dirichlet(np.ones(tokens))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 3))
def test_the_loss_is_above_that_of_one_token(seed, late):
    e, u, labels, weights = drawn(seed)
    targets, shape = np.eye(len(u))[:, labels], (2, 3)

    def velocity(_, w):
        shares = softmax(u @ w.reshape(shape) @ e.T, axis=0)
        return (u.T @ ((targets - shares) * weights) @ e).ravel()

    time = 10**late - 1
    end = solve_ivp(velocity, (0, time), np.zeros(6), method="LSODA", rtol=1e-9, atol=1e-9)
    table = u @ end.y[:, -1].reshape(shape) @ e.T
    found = particles.loss(table, weights, labels)
    begin = len(u) - 1
    odds = wrightomega(1 / begin - np.log(begin) + radius(e, u, labels) ** 2 * time)
    assert found >= np.log1p(1 / odds.real) * (1 - 1e-6)


@given(st.integers(0, 10**6), st.floats(0, 30))
def test_error_between_its_bounds_by_the_loss(seed, size):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(4))
    labels, table = rng.integers(3, size=4), size * rng.standard_normal((3, 4))
    found, error = particles.loss(table, weights, labels), error_mass(table, weights, labels)
    least = weights.min()
    assert -least * np.expm1(-found / least) <= error * (1 + 1e-12)
    assert error <= -np.expm1(-found) * (1 + 1e-12)


DOMAIN = Domain(*instance, theory.W, remarks=(PAIRS, LEAST, TARGET))
UPPER, LOWER = ErrorByLoss(p, token_loss), ErrorByLoss(p, token_loss, least=q, remark=LEAST)
ERRORS = theory.as_losses


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (UPPER, ERRORS, theory.above / 2),
        (UPPER, ERRORS, 1 - exp(-2 * loss.definition)),
        (UPPER, 2 * ERRORS, theory.above),
        (LOWER, ERRORS, 2 * below),
        (LOWER, ERRORS, theory.above),
        (replace(LOWER, remark=PAIRS), ERRORS, theory.above),
        (replace(LOWER, remark="no such remark"), ERRORS, below),
        (replace(UPPER, values=lambda x: -token_loss(x)), ERRORS, theory.above),
        (replace(UPPER, weights=theory.W), ERRORS, theory.above),
        (replace(UPPER, power=0), ERRORS**0, theory.above**0),
        (replace(UPPER, power=2), ERRORS, theory.above),
    ],
)
def test_error_by_loss_refuses(rule, before, after):
    assert rule.check(before, after, DOMAIN).status is not Status.PROVED


def test_error_by_loss_accepts():
    for rule, after in ((UPPER, theory.above), (LOWER, below)):
        assert rule.check(ERRORS, after, DOMAIN).status is Status.PROVED
    squared = replace(UPPER, power=2)
    assert squared.check(ERRORS**2, theory.above**2, DOMAIN).status is Status.PROVED


def test_under_root_wants_roots_and_equalities():
    x = Symbol("x", positive=True)
    domain = Domain(t)
    rule = UnderRoot(algebra)
    assert rule.check(sqrt((1 + x) ** 2 + 1), sqrt(x**2 + 2 * x + 2), domain).status is (
        Status.PROVED
    )
    for before, after in ((x, x), (sqrt(x), x), (sqrt(1 + x), sqrt(2 + x)), (x**3, x**3)):
        assert rule.check(before, after, domain).status is not Status.PROVED
    assert UnderRoot(UPPER).check(sqrt(x), sqrt(x), domain).status is not Status.PROVED


SLOWER, FASTER = (
    claim.derivation.steps[1].by for claim in (theory.loss_rates, theory.loss_rates_separable)
)
FLOWS = Domain(*instance, t, remarks=(PAIRS, TARGET, LEAST, FLOW))
NOW = potential(theory.flow_loss())
LATER = potential(log(M)) + R**2 * t
SCALED = potential(theory.flow_loss() / q)
SCALED_LATER = potential(log(M) / q) + q * gamma**2 * t


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (SLOWER, NOW, LATER + 1),
        (SLOWER, NOW, potential(log(M)) + R**2 * t / 2),
        (SLOWER, NOW, potential(log(M)) + R * t),
        (SLOWER, NOW + 1, LATER),
        (replace(SLOWER, start=log(M + 1)), NOW, potential(log(M + 1)) + R**2 * t),
        (replace(SLOWER, potential=1 / v), 1 / theory.flow_loss(), 1 / log(M) + R**2 * t),
        (replace(SLOWER, potential=-potential(v)), -NOW, -potential(log(M)) - R**2 * t),
        (replace(SLOWER, sense=">="), NOW, LATER),
        (replace(SLOWER, through=log(1 + theory.w) + 1), NOW, LATER),
        (replace(SLOWER, at=theory.error()), NOW, LATER),
        (replace(SLOWER, along=loss()), potential(loss()), LATER),
        (replace(SLOWER, forms=(2 * loss.definition, SLOWER.forms[1])), NOW, LATER),
        (replace(SLOWER, forms=(loss.definition, loss.definition)), NOW, LATER),
        (replace(SLOWER, weights=theory.W), NOW, LATER),
        (replace(SLOWER, bound=FASTER.bound), NOW, LATER),
        (FASTER, SCALED, SCALED_LATER * 2),
        (FASTER, SCALED, potential(log(M) / q) + 2 * q * gamma**2 * t),
        (replace(FASTER, positive={q: LEAST}), SCALED, SCALED_LATER),
        (replace(FASTER, bound=SLOWER.bound), SCALED, SCALED_LATER),
        (replace(FASTER, sense="<="), SCALED, SCALED_LATER),
    ],
)
def test_along_gradient_flow_refuses(rule, before, after):
    accepted = (Status.PROVED, Status.CITED)
    assert rule.check(before, after, FLOWS).status not in accepted


def test_along_gradient_flow_needs_the_flow_and_the_hypotheses_of_the_claim():
    for remarks in ((PAIRS,), (FLOW,), ()):
        domain = Domain(*instance, t, remarks=remarks)
        assert SLOWER.check(NOW, LATER, domain).status is Status.UNDECIDED
    without = Domain(*instance, t, remarks=(PAIRS, TARGET, FLOW))
    assert FASTER.check(SCALED, SCALED_LATER, without).status is Status.UNDECIDED


@pytest.mark.parametrize("time", [0.0, 0.5, 20.0, 1e5])
def test_a_single_token_with_two_labels_attains_both_bounds(time):
    length = 1.3
    gram = ([[length**2]], np.eye(2))
    table = particles.flow_scores(np.zeros((2, 1)), *gram, [1.0], [0], [time])
    odds = np.expm1(particles.loss(table, [1.0], [0])) ** -1.0  # R^2 = 2 |e|^2 = gamma^2
    assert odds == pytest.approx(wrightomega(1 + 2 * length**2 * time).real, rel=1e-9)
