"""Orthogonal inputs: the flow of whole problems, and rules that must not pass wrong steps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import wrightomega
from sympy import Integer, LambertW, Rational, Sum, Symbol, exp, log

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.orthogonal import (
    hitting_time,
    margins_along_flow,
    orthogonal_inputs,
    problem_with_rate,
    shifted_outputs,
)
from numerics.core.streams import Stream
from theory import Domain, Status, algebra, enclose
from theory.assoc_dynamics import orthogonal as theory
from theory.assoc_dynamics.orthogonal import M, P, conserved, flow, late, q, start, t
from theory.core.rule import examine
from theory.core.rules.flows import (
    AlongFlow,
    EquivalentTerms,
    Flow,
    FlowRewritten,
    LogarithmOfLambert,
    Separated,
)


def exact_margin(classes, rate, time):
    """By the Wright omega function of SciPy."""
    clock = (1 + classes * rate * time) / (classes - 1)
    return math.log((classes - 1) * wrightomega(clock - math.log(classes - 1)))


@given(
    classes=st.integers(2, 6),
    rate=st.floats(0.01, 5),
    log_time=st.floats(-3, 25),
    seed=st.integers(0, 10**6),
)
def test_the_flow_is_the_closed_form(classes, rate, log_time, seed):
    problem = problem_with_rate(classes, [rate, 0.4], Stream.of(seed))
    margins, error = margins_along_flow(problem, [math.exp(log_time)])
    assert margins == pytest.approx(exact_margin(classes, rate, math.exp(log_time)), abs=error)
    assert error < 1e-8


def test_the_flow_of_the_scores_is_that_of_the_memory():
    problem = problem_with_rate(4, [0.8, 0.3, 2.0], Stream.of(1))
    given_ = (problem.inputs, problem.outputs, problem.probabilities, problem.targets)
    shape = (problem.outputs.shape[1], problem.inputs.shape[1])

    def velocity(_, flat):
        return -memory.gradient(flat.reshape(shape), *given_).ravel()

    run = solve_ivp(
        velocity, (0, 20), np.zeros(shape).ravel(), method="DOP853", rtol=1e-11, atol=1e-12
    )
    w = run.y[:, -1].reshape(shape)
    scores = memory.scores(w, problem.inputs, problem.outputs)
    margins, _ = margins_along_flow(problem, [20.0])
    assert scores[0, 0] - scores[1:, 0] == pytest.approx(margins[0], abs=1e-8)


def test_the_memory_is_a_sum_of_associations():
    """With orthonormal outputs W is the sum of m_x (u_f(x) - mean output) e_x^T over |e_x|^2."""
    stream = Stream.of(4)
    inputs = orthogonal_inputs([0.5, 2.0], stream.substream("in"))
    outputs = shifted_outputs(3, 1.0, 0.0, stream.substream("out"))
    norms, weights, labels = np.array([0.5, 2.0]), np.array([0.7, 0.3]), np.array([2, 0])
    shape = (outputs.shape[1], inputs.shape[1])

    def velocity(_, flat):
        return -memory.gradient(flat.reshape(shape), inputs, outputs, weights, labels).ravel()

    run = solve_ivp(
        velocity, (0, 9), np.zeros(shape).ravel(), method="DOP853", rtol=1e-11, atol=1e-12
    )
    margins = [exact_margin(3, p * a, 9) for p, a in zip(weights, norms, strict=True)]
    contrasts = outputs[labels] - outputs.mean(axis=0)
    stored = sum(
        m * np.outer(v, e) / a for m, v, e, a in zip(margins, contrasts, inputs, norms, strict=True)
    )
    assert run.y[:, -1].reshape(shape) == pytest.approx(stored, abs=1e-8)


def test_embeddings_are_as_described():
    inputs = orthogonal_inputs([0.0, 1.0, 4.0], Stream.of(2))
    assert inputs @ inputs.T == pytest.approx(np.diag([0.0, 1.0, 4.0]), abs=1e-12)
    outputs = shifted_outputs(5, 0.6, 2.0, Stream.of(3))
    differences = outputs - outputs[0]
    gram = differences @ differences.T
    assert gram[1:, 1:] == pytest.approx(0.6 * (np.eye(4) + 1), abs=1e-12)


def test_nothing_moves_in_no_time():
    problem = problem_with_rate(3, [1.0], Stream.of(1))
    margins, error = margins_along_flow(problem, [0.0])
    assert np.array_equal(margins, np.zeros((1, 2)))
    assert error == 0
    assert hitting_time(problem, 0.0) == (0.0, 0.0)


def test_a_rare_token_takes_longer_by_the_factor_of_its_rarity():
    times = [hitting_time(problem_with_rate(4, [r, 1.0], Stream.of(5)), 3.0)[0] for r in (1, 0.1)]
    assert times[1] == pytest.approx(10 * times[0], rel=1e-8)


def test_noisy_labels_stop_the_margin():
    problem = problem_with_rate(2, [1.0], Stream.of(5), noise=0.1)
    margins, _ = margins_along_flow(problem, [1e6])
    assert margins[0, 0] == pytest.approx(math.log(9), abs=1e-8)


@pytest.mark.parametrize(
    "call",
    [
        lambda: orthogonal_inputs([-1.0], Stream.of(1)),
        lambda: shifted_outputs(3, 0.0, 1.0, Stream.of(1)),
        lambda: problem_with_rate(1, [1.0], Stream.of(1)),
        lambda: problem_with_rate(2, [0.0], Stream.of(1)),
        lambda: problem_with_rate(2, [], Stream.of(1)),
        lambda: problem_with_rate(2, [1.0], Stream.of(1), overlap=1.0),
        lambda: margins_along_flow(problem_with_rate(2, [1.0], Stream.of(1)), [-1.0]),
        lambda: margins_along_flow(problem_with_rate(2, [1.0], Stream.of(1)), [1.0], token=1),
        lambda: hitting_time(problem_with_rate(2, [1.0], Stream.of(1)), -1.0),
        lambda: hitting_time(problem_with_rate(2, [1.0], Stream.of(1), noise=0.2), 5.0),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ValueError, match=r"\w+ (is|has|must)"):
        call()


@pytest.mark.parametrize("classes", [2, 7])
@pytest.mark.parametrize("time", [0, 1, 1000])
def test_a_flow_is_enclosed(classes, time):
    point = {"M": classes, "P": Rational(3, 10), "t": time}
    ball = enclose(flow(P, t), point)
    assert float(ball.mid()) == pytest.approx(exact_margin(classes, 0.3, time), abs=1e-8)
    assert float(ball.rad()) < 1e-8


DOMAIN = Domain(M, P, start, t)
LATE = Domain(M, P, late)
MOVING = flow(P, t)
OTHER_BRANCH = theory.along_flow(theory.clock).replace(LambertW, lambda z: LambertW(z, -1))
PROVED = Status.PROVED


@pytest.mark.parametrize(
    ("rule", "before", "after", "domain", "right"),
    [
        (Separated(conserved), theory.potential(MOVING), 1 + M * P * t, DOMAIN, True),
        (Separated(conserved), theory.potential(MOVING), 1 + P * t, DOMAIN, False),
        (Separated(exp(q)), exp(MOVING), 1 + M * P * t, DOMAIN, False),
        (Separated(conserved), MOVING, theory.along_flow(theory.clock), DOMAIN, True),
        (Separated(conserved), MOVING, theory.along_flow(1 + P * t), DOMAIN, False),
        (Separated(conserved), MOVING, OTHER_BRANCH, DOMAIN, False),
        (Separated(conserved, "<="), MOVING, log(1 + M * P * t), DOMAIN, True),
        (Separated(conserved, "<="), MOVING, log(1 + P * t), DOMAIN, False),
        (Separated(conserved, ">="), MOVING, log(1 + P * t), DOMAIN, True),
        (Separated(conserved, ">="), MOVING, log(1 + M * P * t), DOMAIN, False),
        (Separated(conserved, ">="), theory.potential(MOVING), Integer(0), DOMAIN, False),
        (FlowRewritten(algebra), theory.margin.definition, MOVING, DOMAIN, True),
        (FlowRewritten(algebra), MOVING, MOVING.subs(P.symbol, 2 * P), DOMAIN, False),
        (FlowRewritten(algebra), MOVING, flow(P, 2 * t), DOMAIN, False),
        (FlowRewritten(algebra), MOVING, 1 + flow(P, t, 1), DOMAIN, False),
        (
            AlongFlow(conserved, flow(P, late)),
            exp(flow(P, late)),
            M * P * late,
            LATE,
            True,
        ),
        (AlongFlow(conserved, flow(P, late)), exp(flow(P, late)), P * late, LATE, False),
        (AlongFlow(conserved, flow(P, late)), flow(P, late), 2 * log(late), LATE, False),
        (AlongFlow(conserved, flow(P, late)), flow(P, late), flow(2 * P, late), LATE, False),
        (
            AlongFlow(conserved, flow(P, late)),
            flow(P, late) - log(theory.ideal),
            (1 + (M - 1) * log(theory.ideal)) / theory.ideal,
            LATE,
            False,
        ),
    ],
)
def test_wrong_steps_about_flows_do_not_pass(rule, before, after, domain, right):
    assert (examine(rule, before, after, domain).status is PROVED) is right


def test_a_flow_needs_a_velocity_that_matches_on_the_whole_line():
    backwards = Flow(-1 / (1 + exp(q)), (q, start, t))
    rule = Separated(conserved.subs(M.symbol, 2))
    after = exp(start) + start - t
    before = exp(backwards) + backwards
    assert examine(rule, before, after, DOMAIN).status is not PROVED


W = LambertW(exp(t))


@pytest.mark.parametrize(
    ("before", "after", "right"),
    [
        (t - W, log(W), True),
        (t + W, log(W), False),
        (t - W, log(2 * W), False),
        (t - LambertW(exp(t), -1), log(W), False),
        (t - LambertW(-exp(-t - 2)), log(LambertW(-exp(-t - 2))), False),
    ],
)
def test_logarithms_of_lambert(before, after, right):
    finding = examine(LogarithmOfLambert(), before, after, Domain(t))
    assert (finding.status is PROVED) is right


def test_equivalent_terms_need_a_fixed_number_of_positive_terms():
    k = Symbol("k", integer=True, positive=True)
    inner = AlongFlow(conserved, flow(P, late))
    domain = Domain(theory.N, M, P, late)
    terms, limit = exp(flow(P, late)) * k, M * P * late * k

    def status(before, after):
        return examine(EquivalentTerms(inner), before, after, domain).status

    assert status(Sum(terms, (k, 1, theory.N)), Sum(limit, (k, 1, theory.N))) is PROVED
    assert status(Sum(terms, (k, 1, theory.N)), Sum(limit, (k, 1, 5))) is not PROVED
    assert status(Sum(-terms, (k, 1, theory.N)), Sum(-limit, (k, 1, theory.N))) is not PROVED
