"""One gradient step: the simulators, and rules of derivation that must not pass wrong steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import KroneckerDelta, Sum, Symbol, exp

from numerics.assoc_scaling import gradient as numerics
from numerics.assoc_scaling import instances
from numerics.core.streams import Stream
from theory import Status
from theory.assoc_scaling import gradient as theory
from theory.core.rules.finite_sums import (
    ClearedDenominators,
    FiniteSums,
    Orthonormal,
    SumDifferentiation,
    closed_sums,
)


def instance(seed, size=4, classes=3, dimension=5):
    rng = np.random.default_rng(seed)
    shares = rng.random(size)
    return {
        "memory": rng.standard_normal((dimension, dimension)),
        "input_embeddings": rng.standard_normal((size, dimension)),
        "output_embeddings": rng.standard_normal((classes, dimension)),
        "labels": rng.integers(classes, size=size),
        "batch": shares / shares.sum(),
        "step": 0.7,
    }


@given(st.integers(0, 10**6))
def test_the_step_goes_down_the_slope_of_the_loss(seed):
    given_ = instance(seed)
    stepped = numerics.step_memory(**given_)
    row, column = seed % 5, (seed // 5) % 5
    slope = 0.0
    for x, share in enumerate(given_["batch"]):
        value, error = numerics.loss_slope(
            given_["memory"],
            given_["output_embeddings"],
            given_["input_embeddings"][x],
            int(given_["labels"][x]),
            row,
            column,
        )
        assert error < 1e-15
        slope += share * value
    change = stepped[row, column] - given_["memory"][row, column]
    assert change == pytest.approx(-0.7 * slope, abs=1e-13)


@given(st.integers(0, 10**6))
def test_steps_of_memory_and_of_logits_agree(seed):
    g = instance(seed)
    e, u = g["input_embeddings"], g["output_embeddings"]
    by_memory = numerics.logits(numerics.step_memory(**g), e, u)
    start = numerics.logits(g["memory"], e, u)
    by_table = numerics.step_logits(start, e @ e.T, u @ u.T, g["labels"], g["batch"], g["step"])
    assert by_table == pytest.approx(by_memory, abs=1e-11)


def test_a_slope_where_the_loss_is_all_but_flat():
    # The right class has probability 1 - e^-200: differences of doubles would give 0.
    value, error = numerics.loss_slope([[100.0]], [[1.0], [-1.0]], [1.0], 0, 0, 0)
    assert value == pytest.approx(-2 * np.exp(-200.0), rel=1e-12) or abs(value) <= error


def test_disagreement_counts_first_maxima():
    one = [[1.0, 1.0], [0.0, 2.0], [3.0, 0.0]]
    two = [[1.0, 0.0], [5.0, 2.0], [3.0, 0.0]]
    assert numerics.disagreement(one, two) == pytest.approx(1 / 3)
    assert numerics.disagreement(one, two, [0.1, 0.7, 0.2]) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"memory": np.zeros((4, 5))}, "must be"),
        ({"labels": np.array([0, 1, 2, 3])}, "labels"),
        ({"labels": np.array([0.0, 1.0, 2.0, 1.0])}, "labels"),
        ({"batch": np.array([0.5, 0.5])}, "labels and batch"),
        ({"batch": np.array([0.5, -0.5, 0.5, 0.5])}, "nonnegative"),
        ({"step": float("nan")}, "step"),
    ],
)
def test_bad_arguments_of_a_step(change, words):
    with pytest.raises(ValueError, match=words):
        numerics.step_memory(**{**instance(0), **change})


def test_bad_arguments_of_the_others():
    with pytest.raises(ValueError, match="label"):
        numerics.loss_slope(np.eye(2), np.eye(2), [1.0, 0.0], 2, 0, 0)
    with pytest.raises(ValueError, match="row"):
        numerics.loss_slope(np.eye(2), np.eye(2), [1.0, 0.0], 0, 2, 0)
    with pytest.raises(ValueError, match="Gram"):
        numerics.step_logits(np.zeros((3, 2)), np.eye(2), np.eye(2), [0] * 3, [1 / 3] * 3, 1.0)
    with pytest.raises(ValueError, match="shapes"):
        numerics.disagreement(np.zeros((3, 2)), np.zeros((2, 2)))


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_many_orthonormal_steps_stay_on_the_contrasted_form(classes):
    stream = Stream.of(3, classes)
    size, dimension = 4, 7
    e = instances.output_embeddings("orthonormal", size, dimension, stream.substream("E"))
    u = instances.output_embeddings("orthonormal", classes, dimension, stream.substream("U"))
    labels = np.arange(size) % classes
    rng = stream.numpy(1)
    memory, weights = np.zeros((dimension, dimension)), np.zeros(size)
    for _ in range(400):
        batch = rng.multinomial(6, [0.5, 0.3, 0.1, 0.1]) / 6
        memory = numerics.step_memory(memory, e, u, labels, batch, 3.0)
        level, ratio = classes - 1, classes / (classes - 1)
        weights += 3.0 * batch / (1 + np.exp(ratio * weights) / level)
    contrast = u - (u.sum(axis=0) - u) / (classes - 1)
    assert memory == pytest.approx(contrast[labels].T @ (weights[:, None] * e), abs=1e-12)


def proved(rule, before, after, claim):
    return rule.check(before, after, claim.domain).status is Status.PROVED


def test_differentiation_refuses_a_wrong_gradient():
    steps = theory.gradient_identity.derivation.steps
    before, right = steps[0].expression, steps[1].expression
    assert proved(SumDifferentiation(), before, right, theory.gradient_identity)
    for wrong in (-right, right * 2, right.subs(theory.i, theory.j)):
        assert not proved(SumDifferentiation(), before, wrong, theory.gradient_identity)


def test_denominators_must_be_sums_of_positive_terms():
    before, after = (step.expression for step in theory.gradient_identity.derivation.steps[1:])
    normaliser, others = theory.normaliser, theory.others
    claim = theory.gradient_identity
    assert proved(ClearedDenominators(normaliser, others), before, after, claim)
    assert not proved(ClearedDenominators(others), before, after, claim)
    assert not proved(ClearedDenominators(normaliser, others), before, -after, claim)
    z, U = theory.z, theory.U
    signed = Sum(U[z, 1], (z, 1, theory.M))
    assert not proved(ClearedDenominators(signed), signed / signed**2, 1 / signed, claim)


def test_orthonormality_must_be_a_hypothesis():
    claim = theory.orthonormal_logits
    before, after = (step.expression for step in claim.derivation.steps)
    both = {theory.U: theory.ORTHONORMAL_U, theory.E: theory.ORTHONORMAL_E}
    assert proved(Orthonormal(both), before, after, claim)
    only_outputs = Orthonormal({theory.U: theory.ORTHONORMAL_U})
    assert not proved(only_outputs, before, after, claim)
    assert not proved(Orthonormal(both), before, 2 * after, claim)
    assert not proved(Orthonormal(both), before, after, theory.gram_sgd_step)


def test_closed_sums_count_and_contract():
    z, c, M, f, x = (getattr(theory, name) for name in "zcMfx")
    domain = theory.orthonormal_logits.domain
    t = Symbol("t", real=True)
    total = Sum(exp(t * KroneckerDelta(z, f[x])), (z, 1, M))
    assert (closed_sums(total, domain) - (M - 1 + exp(t))).expand() == 0
    double = Sum(exp(Sum(theory.U[z, c], (c, 1, M))), (z, 1, M))
    other = Sum(exp(Sum(theory.U[c, z], (z, 1, M))), (c, 1, M))
    transposed = Sum(exp(Sum(theory.U[c, z], (c, 1, M))), (z, 1, M))
    assert closed_sums(double, domain) == closed_sums(other, domain)
    assert closed_sums(double, domain) != closed_sums(transposed, domain)


def test_finite_sums_refuse_another_recursion():
    claim = theory.sgd_recursion_exact
    before, after = (step.expression for step in claim.derivation.steps[2:])
    inner = (before.function, after.function)
    assert proved(FiniteSums(), *inner, claim)
    q, x, M = theory.q, theory.x, theory.M
    wrong = after.function.subs(exp(M * q[x] / (M - 1)), exp(q[x]))
    assert wrong != after.function
    assert not proved(FiniteSums(), before.function, wrong, claim)


def test_every_derivation_of_the_section_is_proved():
    for name in theory.__all__:
        claim = getattr(theory, name)
        if claim.derivation.steps:
            assert claim.derivation_report().worst is Status.PROVED, claim.id
        else:
            assert claim is theory.one_step_disagreement
