"""One large gradient step: simulators against other methods, and rules that pass no wrong step."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Derivative, Function, LambertW, Rational, Sum, Symbol, exp, log

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.large_steps import (
    critical_level,
    error_mass,
    one_step,
    pair_margins,
    radius,
)
from theory import Cited, Domain, Natural, Real, Status
from theory.assoc_dynamics import large_steps as theory
from theory.assoc_dynamics.descent import (
    DescentUnderCurvature,
    ExponentialTangent,
    LambertEquation,
    ShiftedLogSum,
    SquareAdded,
)
from theory.core.derivation import Derivation, Step
from theory.core.rule import examine


def problem(seed, tokens=3, labels=3, inside=2, outside=4):
    rng = np.random.default_rng(seed)
    return (
        rng.standard_normal((outside, inside)),
        rng.standard_normal((tokens, inside)),
        rng.standard_normal((labels, outside)),
        rng.dirichlet(np.ones(tokens)),
        rng.integers(labels, size=tokens),
    )


@pytest.mark.parametrize("name", theory.__all__)
def test_every_derivation_is_complete(name):
    report = getattr(theory, name).derivation_report()
    assert report.worst in (Status.PROVED, Status.CITED)


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_errors_are_one_minus_the_right_probability(seed):
    w, e, u, p, f = problem(seed)
    table = memory.scores(w, e, u)
    softmax = np.exp(table) / np.exp(table).sum(axis=0)
    expected = (p * (1 - softmax[f, np.arange(3)])).sum()
    assert float(error_mass(table, p, f)) == pytest.approx(expected, rel=1e-10)


def test_tiny_and_total_errors_are_accurate():
    table = np.array([[800.0, 0.0], [0.0, 800.0]])
    assert float(error_mass(table, [0.5, 0.5], [0, 1])) == pytest.approx(math.exp(-800), rel=1e-12)
    assert float(error_mass(table, [0.5, 0.5], [1, 0])) == pytest.approx(1.0, abs=1e-15)
    assert float(error_mass(np.zeros((1, 2)), [0.5, 0.5], [0, 0])) == 0.0


def test_radius_is_the_largest_product_over_pairs():
    _, e, u, _, f = problem(3, tokens=4, labels=5)
    products = [
        np.linalg.norm(e[x]) * np.linalg.norm(u[f[x]] - u[y]) for x in range(4) for y in range(5)
    ]
    assert radius(e, u, f) == pytest.approx(max(products), rel=1e-14)


def test_margins_are_in_the_order_of_the_wrong_labels():
    scores = np.array([[1.0, 5.0], [2.0, 7.0], [4.0, 11.0]])
    assert pair_margins(scores, [1, 2]).tolist() == [[1.0, -2.0], [6.0, 4.0]]


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_a_step_is_a_step_of_gradient_descent(seed):
    w, *rest = problem(seed)
    step = one_step(w, *rest, step=0.7)
    after = memory.descend(w, *rest, 0.7, 1)[1]
    assert step.next_loss == memory.loss(after, *rest)
    assert step.change == pytest.approx(after - w, abs=1e-12)
    assert step.gradient_square == pytest.approx((memory.gradient(w, *rest) ** 2).sum())


def test_a_level_sets_the_step_size():
    w, *rest = problem(5)
    e, u, _, f = rest
    size = 1.5 / (radius(e, u, f) ** 2 * memory.loss(w, *rest))
    by_level, by_step = one_step(w, *rest, level=1.5), one_step(w, *rest, step=size)
    assert by_level.next_loss == pytest.approx(by_step.next_loss, rel=1e-12)


@given(st.integers(0, 10**6), st.floats(-2, 3), st.floats(-1, 1.5))
@settings(max_examples=60)
def test_the_bounds_hold_on_random_memories(seed, log_step, log_scale):
    w, *rest = problem(seed)
    e, u, _, f = rest
    w = w * 10**log_scale
    square = radius(e, u, f) ** 2
    step = one_step(w, *rest, step=10**log_step)
    assert step.error <= step.loss * (1 + 1e-9)
    assert step.next_loss <= step.loss + 10**log_step * square * step.error * (1 + 1e-9) + 1e-12
    assert step.next_loss <= step.loss + 10**log_step * square * (1 + 1e-9) + 1e-12
    low = one_step(w, *rest, level=2.0)
    assert low.next_loss <= low.loss * (1 + 1e-9)


@given(st.integers(0, 10**6), st.floats(-2, 4), st.floats(-1, 1.5))
@settings(max_examples=60)
def test_two_labels_rise_by_a_quarter_of_that(seed, log_step, log_scale):
    w, *rest = problem(seed, labels=2)
    e, u, _, f = rest
    step = one_step(w * 10**log_scale, *rest, step=10**log_step)
    most = 10**log_step * radius(e, u, f) ** 2 / 4
    assert step.next_loss <= step.loss + most * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("margin", [0.5, 1.0, 3.0, 10.0, 30.0])
def test_the_critical_level_has_its_closed_form(margin):
    value, error = critical_level(margin)
    wrong = 1 / (1 + math.exp(margin))
    expected = 2 * math.log1p(math.exp(-margin)) / (wrong * (1 - wrong))
    assert abs(value - expected) <= error + 1e-12 * expected


def test_bad_arguments_are_told_in_one_line():
    w, *rest = problem(0)
    for wrong in ({}, {"step": 1.0, "level": 1.0}, {"step": -1.0}, {"level": math.nan}):
        with pytest.raises(ValueError, match=r"step|level"):
            one_step(w, *rest, **wrong)
    for margin in (0.0, 61.0, math.inf):
        with pytest.raises(ValueError, match="margin"):
            critical_level(margin)
    with pytest.raises(ValueError, match="labels"):
        radius(np.eye(2), np.eye(2), [0.0, 1.0])
    with pytest.raises(ValueError, match="labels from 0 to 1"):
        radius(np.eye(2), np.eye(2), [0, 2])
    with pytest.raises(ValueError, match="at least one"):
        radius(np.empty((0, 2)), np.eye(2), np.array([], dtype=int))


t = Real("t")
c = Real("c", at_least=0)
n = Natural("n", at_least=1)
HERE = Domain(t, c, n, remarks=("g is nonnegative",))
y = Symbol("y", integer=True, positive=True)
m, v = Function("m", real=True), Function("v", real=True)


def status(rule, before, after, domain=HERE):
    return examine(rule, before, after, domain).status


def test_a_tangent_lies_below_the_exponential_only():
    assert status(ExponentialTangent(t, c), c + c * t, c * exp(t)) is Status.PROVED
    assert status(ExponentialTangent(t, c), c * exp(t), c + c * t) is not Status.PROVED
    assert status(ExponentialTangent(t, -c), -c - c * t, -c * exp(t)) is not Status.PROVED
    assert status(ExponentialTangent(t, c), c + 2 * c * t, c * exp(t)) is not Status.PROVED


def test_only_squares_with_a_nonnegative_factor_are_added():
    assert status(SquareAdded(t, c), t, t + c * t**2) is Status.PROVED
    assert status(SquareAdded(t, -c), t, t - c * t**2) is not Status.PROVED
    assert status(SquareAdded(t, t), t, t + t**3) is not Status.PROVED
    assert status(SquareAdded(t, c, sense=">="), t + c * t**2, t) is Status.PROVED
    assert status(SquareAdded(t, c, sense=">="), t, t + c * t**2) is not Status.PROVED


def shifted(by):
    return log(1 + Sum(exp(m(y) + by), (y, 1, n)))


def test_only_upward_shifts_raise_the_logarithm_by_at_most_the_shift():
    plain = shifted(0)
    assert status(ShiftedLogSum(), shifted(c.symbol), c + plain) is Status.PROVED
    assert status(ShiftedLogSum(), shifted(t.symbol), t + plain) is not Status.PROVED
    assert status(ShiftedLogSum(), shifted(2 * c), c + plain) is not Status.PROVED
    assert status(ShiftedLogSum(), shifted(v(y)), v(y) + plain) is not Status.PROVED


def test_lambert_solves_its_own_equation_only():
    z = n.symbol / 3
    w = LambertW(z)
    assert status(LambertEquation(z), n * exp(-w) / 3, w) is Status.PROVED
    assert status(LambertEquation(z), n * exp(-w), w) is not Status.PROVED
    assert status(LambertEquation(t.symbol), t * exp(-LambertW(t)), LambertW(t)) is not (
        Status.PROVED
    )


def rewritten(**changes):
    """The derivation of the descent with another step size, and the claim's domain otherwise."""
    claim = theory.spike_bounds_descent
    first, last = claim.derivation.steps
    rule = last.by
    fields = {name: getattr(rule, name) for name in rule.__dataclass_fields__} | changes
    changed = Derivation(first, Step(last.expression, by=DescentUnderCurvature(**fields)))
    return changed.check(claim).steps[-1].status


def test_descent_needs_all_of_its_hypotheses():
    rule = theory.spike_bounds_descent.derivation.steps[-1].by
    assert rewritten() is Status.CITED
    assert rewritten(downhill="not said") is Status.UNDECIDED
    assert rewritten(curvature=lambda square: rule.curvature(2 * square)) is Status.UNDECIDED
    assert rewritten(slope=2 * rule.slope) is not Status.CITED


def test_descent_stops_at_a_level_of_two():
    s = Symbol("s", real=True)
    line = Sum(exp(m(y) + s * v(y)), (y, 1, n))  # positive; its slope at 0 is taken to be -g
    rule = DescentUnderCurvature(
        line=line,
        variable=s,
        length=3,
        slope=c.symbol,
        factor=1,
        curvature=lambda square: [(square * line, Cited("nothing", "nowhere", sense="<="))],
        positive={},
        downhill="g is nonnegative",
    )
    assert Derivative(line, s).has(s)
    after = line.subs(s, 0) - 3 * c + Rational(9, 2) * c * line.subs(s, 0)
    assert status(rule, line.subs(s, 3), after) not in (Status.PROVED, Status.CITED)
