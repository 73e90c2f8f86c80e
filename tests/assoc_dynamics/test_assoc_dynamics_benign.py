"""The perceptron's argument: max-margin memories by other methods, and rules pass no wrong step."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import lambertw
from sympy import sqrt

from numerics.assoc_dynamics import memory, particles
from numerics.assoc_dynamics.benign import max_margin, mistakes, pair_vectors, run
from numerics.assoc_dynamics.large_steps import error_mass, radius
from theory import Domain, Real, Status
from theory.assoc_dynamics import benign as theory
from theory.assoc_dynamics.benign import benign, benign_growth, benign_mistakes, benign_pull
from theory.assoc_dynamics.large_steps import M, margin, p, x
from theory.assoc_dynamics.perceptron import ForEntries, InProportion, SeparatedRoot
from theory.core.derivation import Derivation
from theory.core.rule import examine
from theory.core.rules.inequalities import Nonnegative


@pytest.mark.parametrize("name", theory.__all__)
def test_every_derivation_is_complete(name):
    report = getattr(theory, name).derivation_report()
    assert report.worst in (Status.PROVED, Status.CITED)


def problem(seed, tokens=3, labels=3, inside=4, outside=3):
    rng = np.random.default_rng(seed)
    return (
        rng.standard_normal((tokens, inside)),
        rng.standard_normal((labels, outside)),
        rng.permutation(np.arange(tokens) % labels),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_max_margin_memory_solves_the_quadratic_program(seed):
    e, u, f = problem(seed)
    vectors = pair_vectors(e, u, f)
    found = minimize(
        lambda w: w @ w,
        np.linalg.lstsq(vectors, np.ones(len(vectors)), rcond=None)[0],
        jac=lambda w: 2 * w,
        constraints={"type": "ineq", "fun": lambda w: vectors @ w - 1, "jac": lambda w: vectors},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    best = max_margin(e, u, f)
    assert best.low <= best.high <= best.low * (1 + 1e-9)
    assert 1 / best.high**2 == pytest.approx(found.fun, rel=1e-6)
    assert np.linalg.norm(best.memory) == pytest.approx(1, rel=1e-12)
    assert (vectors @ best.memory.ravel()).min() == pytest.approx(best.low, rel=1e-9)


@pytest.mark.parametrize("overlap", [-0.9, 0.0, 0.5, 0.95])
def test_two_tokens_have_their_margin(overlap):
    inputs = [[1.0, 0.0], [overlap, (1 - overlap**2) ** 0.5]]
    best = max_margin(inputs, np.eye(2), np.arange(2))
    assert best.high**2 == pytest.approx(1 - overlap, rel=1e-12)


def test_orthonormal_tokens_and_labels_have_their_margin():
    best = max_margin(np.eye(4), np.eye(4), np.arange(4))
    assert 1 / best.high**2 == pytest.approx(4 * 3 / 4, rel=1e-12)


def test_data_that_no_memory_answers_has_no_margin():
    with pytest.raises(ValueError, match="no memory"):
        max_margin([[1.0], [1.0]], np.eye(2), np.array([0, 1]))
    with pytest.raises(ValueError, match="two labels"):
        max_margin([[1.0]], [[1.0]], np.array([0]))
    with pytest.raises(ValueError, match="labels"):
        max_margin([[1.0]], np.eye(2), np.array([2]))


def test_pair_vectors_give_the_margins():
    e, u, f = problem(1)
    w = np.random.default_rng(2).standard_normal((3, 4))
    table = memory.scores(w, e, u)
    expected = [
        table[f[token], token] - table[label, token]
        for token, label in itertools.product(range(3), range(3))
        if label != f[token]
    ]
    assert pair_vectors(e, u, f) @ w.ravel() == pytest.approx(expected, abs=1e-12)


def test_runs_follow_the_memory_itself():
    e, u, f = problem(4)
    shares = np.array([0.5, 0.3, 0.2])
    tables = run(e, u, shares, f, 0.8, 20, 5)
    path = memory.descend(np.zeros((3, 4)), e, u, shares, f, 0.8, 20, 5)
    assert tables == pytest.approx(np.array([memory.scores(w, e, u) for w in path]), abs=1e-9)
    wrong = [[np.delete(t[:, i], f[i]).max() >= t[f[i], i] for i in range(3)] for t in tables]
    assert mistakes(tables, f).tolist() == np.any(wrong, axis=1).tolist()


def test_a_tie_is_a_mistake():
    assert mistakes(np.zeros((2, 1)), [0])
    assert not mistakes(np.array([[1.0], [0.5]]), [0])
    assert mistakes(np.array([[1.0, 0.0], [0.5, 1.0]]), [0, 0])


@given(st.integers(0, 10**6), st.floats(-1.5, 2.5), st.integers(1, 200))
@settings(max_examples=25, deadline=None)
def test_the_bound_holds_on_random_problems(seed, log_step, length):
    e, u, f = problem(seed)
    shares = np.random.default_rng(seed).dirichlet(np.ones(3))
    best, step = max_margin(e, u, f), 10**log_step
    tables = run(e, u, shares, f, step, length)
    total = error_mass(tables[:-1], shares, f).sum()
    omega = lambertw(2 / np.e).real
    bound = (radius(e, u, f) / best.low) ** 2 + (2 * omega * length / step) ** 0.5 / best.low
    assert total <= bound * (1 + 1e-9)
    wrong = mistakes(tables[:-1], f).sum()
    assert wrong <= 2 / shares.min() * bound * (1 + 1e-9)
    assert particles.loss(tables[-1], shares, f) >= 0


def test_one_token_pulls_most_at_equal_margins():
    rng = np.random.default_rng(0)
    for count in (1, 2, 5):
        omega = lambertw(count / np.e).real
        margins = 1 + omega + rng.standard_normal((1000, count))
        weights = np.exp(-margins)
        pulls = (weights * margins).sum(axis=1) / (1 + weights.sum(axis=1))
        assert pulls.max() <= omega
        even = np.full(count, 1 + omega)
        attained = (np.exp(-even) * even).sum() / (1 + np.exp(-even).sum())
        assert attained == pytest.approx(omega, rel=1e-12)


def changed(claim, index, **changes):
    """The status of one step of a claim's derivation with another rule."""
    steps = list(claim.derivation.steps)
    rule = steps[index].by
    fields = {name: getattr(rule, name) for name in rule.__dataclass_fields__} | changes
    steps[index] = replace(steps[index], by=type(rule)(**fields))
    return Derivation(*steps).check(claim).steps[index].status


def test_the_perceptron_needs_all_of_its_hypotheses():
    rule = benign.derivation.steps[1].by
    assert changed(benign, 1) is Status.CITED
    before, after = (step.expression for step in benign.derivation.steps[:2])
    for missing in benign.domain.remarks:
        said = tuple(remark for remark in benign.domain.remarks if remark != missing)
        silent = Domain(*benign.domain.parameters, remarks=said)
        assert examine(rule, before, after, silent).status is Status.UNDECIDED
    assert changed(benign, 1, steps=2 * rule.steps) is Status.UNDECIDED
    assert changed(benign, 1, total=2 * rule.total) is Status.UNDECIDED
    assert changed(benign, 1, aligned=rule.squared) is Status.UNDECIDED
    assert changed(benign, 1, squared=rule.aligned) is Status.UNDECIDED
    assert changed(benign, 1, error=rule.total) is Status.UNDECIDED
    silent = dict.fromkeys(rule.positive, "not said")
    assert changed(benign, 1, positive=silent) is Status.UNDECIDED


def test_counted_costs_need_all_of_their_hypotheses():
    rule = benign_mistakes.derivation.steps[1].by
    assert changed(benign_mistakes, 1) is Status.PROVED
    assert changed(benign_mistakes, 1, remark="not said") is Status.UNDECIDED
    assert changed(benign_mistakes, 1, least={}) is Status.UNDECIDED
    assert changed(benign_mistakes, 1, total=rule.count) is Status.UNDECIDED
    assert changed(benign_mistakes, 1, error=rule.total) is Status.UNDECIDED


a, b, t = (Real(name, at_least=0) for name in "abt")
HERE = Domain(a, b, t, remarks=("t is positive",))


def status(rule, before, after, domain=HERE):
    return examine(rule, before, after, domain).status


def test_a_root_of_a_sum_is_at_most_the_sum_of_roots():
    root = sqrt(a**2 + b**2)
    rule = SeparatedRoot(root, a, b, {})
    assert status(rule, t + 2 * root, t + 2 * a + 2 * b) is Status.PROVED
    assert status(rule, t - 2 * root, t - 2 * a - 2 * b) is not Status.PROVED
    assert status(rule, t + 2 * root, t + 2 * a + b) is not Status.PROVED
    assert status(SeparatedRoot(root, a, -b, {}), root, a - b) is not Status.PROVED
    assert status(SeparatedRoot(root, a, a, {}), root, 2 * a) is not Status.PROVED
    assert status(SeparatedRoot(root, a, b, {t: "not said"}), root, a + b) is not Status.PROVED


def test_only_positive_factors_keep_an_inequality():
    rule, grown = Nonnegative("<="), a + b
    said = {t: "t is positive"}
    assert status(InProportion(t.symbol, rule, said), t * a, t * grown) is Status.PROVED
    assert status(InProportion(-t, rule, said), -t * a, -t * grown) is not Status.PROVED
    assert status(InProportion(t.symbol, rule, {}), t * a, t * grown) is not Status.PROVED


def test_a_bound_on_sequences_is_applied_within_its_range():
    step = benign_growth.derivation.steps[1]
    inner = step.by.by.inner
    assert isinstance(inner, ForEntries)
    domain = benign_growth.domain.within(x, 1, 3, discrete=True)
    low, high = step.by.old.function, step.by.new.function
    assert status(inner, low, high, domain) is Status.PROVED
    assert status(inner, high, low, domain) is not Status.PROVED
    entries = {theory.margins: lambda j: margin(x, j)}
    for at, times in (({theory.rivals: M - 2}, p[x]), ({}, p[x]), ({theory.rivals: M - 1}, -p[x])):
        other = ForEntries(benign_pull, at, entries=entries, times=times)
        assert status(other, low, high, domain) is not Status.PROVED
