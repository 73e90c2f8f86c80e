"""Theorem 2: the exact errors, the minimum over weights, and rules for decreasing sums."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sympy import Le, Piecewise, Sum, Symbol, oo

from numerics.assoc_scaling import exact_laws, instances
from numerics.assoc_scaling import minimax as numerics
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities
from theory import Domain, Natural, Real, Status, Vector
from theory.assoc_scaling import minimax as theory
from theory.core.rules.profiles import FewLargeShares, TailIntegral


@given(st.integers(0, 10**6), st.integers(1, 300))
@settings(max_examples=25)
def test_errors_are_student_tails(seed, d):
    weights = np.random.default_rng(seed).standard_normal(8)
    values, error = numerics.misclassified(weights, d)
    rest = np.sqrt(np.sum(weights**2) - weights**2)
    assert error < 1e-12
    assert values == pytest.approx(stats.t.cdf(-math.sqrt(d) * weights / rest, d), abs=1e-11)


def test_two_dimensions_in_closed_form():
    values, error = numerics.misclassified([3.0, 4.0], 2)
    # the mean of Phi(-a r) is (1 - a / sqrt(1 + a^2)) / 2
    assert abs(values[0] - (1 - 3 / 5) / 2) <= error
    assert abs(values[1] - (1 - 4 / 5) / 2) <= error


def test_errors_against_full_simulation_with_five_classes():
    stream, d = Stream.of(0, "five"), 6
    weights = (1.0, -0.5, 2.0, 0.3)
    labels = instances.labels("constant", 4, 5, stream)
    outputs = instances.output_embeddings("sphere", 5, d, stream)
    values, _ = numerics.misclassified(weights, d)
    for token in range(4):
        wrong = exact_laws.direct_errors(weights, labels, outputs, token, stream, 0, 40_000)
        assert abs(wrong.mean() - values[token]) < 5 * math.sqrt(0.25 / 40_000)


def test_weights_of_any_scale_and_inputs_without_weight():
    one, _ = numerics.misclassified([1.0, 2.0, 0.0], 5)
    two, _ = numerics.misclassified([1e-200, 2e-200, 0.0], 5)
    assert one == pytest.approx(two, rel=1e-14)
    assert one[2] == pytest.approx(0.5, abs=1e-14)
    flipped, _ = numerics.misclassified([-1.0, 2.0, 0.0], 5)
    assert flipped[0] == pytest.approx(1 - one[0], abs=1e-13)


def test_laws_of_finitely_and_infinitely_many_inputs():
    weights = (1.0, 0.7, 0.2)
    finite, _ = numerics.single_class_error([0.5, 0.3, 0.2], weights, 4)
    each, _ = numerics.misclassified(weights, 4)
    assert finite == pytest.approx(float(each @ [0.5, 0.3, 0.2]), rel=1e-14)
    value, error = numerics.zipf_single_class_error(2.0, weights, 4)
    with mpmath.workdps(20):
        norm = mpmath.zeta(2)
        head = sum(each[k] / mpmath.mpf(k + 1) ** 2 for k in range(3))
        expected = float((head + mpmath.zeta(2, 4) / 2) / norm)
    assert abs(value - expected) <= error + 1e-14


@pytest.mark.parametrize("start", ["power", "random", "uniform"])
def test_the_minimum_is_found_from_every_start_and_is_stationary(start):
    law, d = zipf_probabilities(2.0, 40), 5
    best = numerics.minimised_weights(law, d, Stream.of(1, "start"), start)
    assert np.linalg.norm(best) == pytest.approx(1, abs=1e-12)
    assert (best > 0).all()
    # where p h'(theta) is a multiple of theta, with h' = -(1 - theta^2)^(d/2 - 1) / B(1/2, d/2)
    quotient = law * (1 - best**2) ** (d / 2 - 1) / best
    assert quotient == pytest.approx(quotient[0], rel=1e-2)
    value, _ = numerics.single_class_error(law, best, d)
    other, _ = numerics.single_class_error(
        law, numerics.minimised_weights(law, d, Stream.of(1, "start")), d
    )
    assert value == pytest.approx(other, rel=1e-7)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.misclassified([1.0], 2), "two or more"),
        (lambda: numerics.misclassified([1.0, 0.0], 2), "two or more"),
        (lambda: numerics.misclassified([1.0, math.inf], 2), "finite"),
        (lambda: numerics.misclassified([1.0, 1.0], 0), "dimension"),
        (lambda: numerics.single_class_error([1.0], [1.0, 1.0], 2), "one for each"),
        (lambda: numerics.single_class_error([1.5, -0.5], [1.0, 1.0], 2), "nonnegative"),
        (lambda: numerics.zipf_single_class_error(1.0, [1.0, 1.0], 2), "exponent"),
        (lambda: numerics.minimised_weights([1.0], 2, Stream.of(0, "x")), "two or more"),
        (lambda: numerics.minimised_weights([0.5, 0.5], 1, Stream.of(0, "x")), "dimension"),
        (lambda: numerics.minimised_weights([0.5, 0.5], 2, Stream.of(0, "x"), "zero"), "start"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("name", ["single_class", "minimax_finite", "minimax", "optimal_q"])
def test_derivations_are_proved(name):
    assert getattr(theory, name).derivation_report().worst is Status.PROVED


N = Natural("N", at_least=1, meaning="a count")
n = Natural("n", at_least=2, meaning="grows")
a = Vector("a", length=N, entry=Real("a", at_least=0), meaning="numbers")
w = Vector("w", length=N, entry=Real("w", at_least=0), meaning="weights")
b = Real("b", above=1, meaning="an exponent")
x, i = (Symbol(name, integer=True, positive=True) for name in "xi")
FALLS = "the weights fall"
HERE = Domain(N, n, a, w, b, remarks=(FALLS,))
everything = Sum(a[i], (i, 1, N))


def outside(weight, factor):
    return Sum(Piecewise((weight, Le(factor * a[x], everything)), (0, True)), (x, 1, N))


def test_few_shares_are_large():
    rule = FewLargeShares(n + 1, FALLS)
    right = outside(w[x], n + 1), Sum(w[x], (x, n + 1, N))
    assert rule.check(*right, HERE).status is Status.PROVED
    one_more = outside(w[x], n + 1), Sum(w[x], (x, n, N))
    assert rule.check(*one_more, HERE).status is not Status.PROVED
    other_event = outside(w[x], n), Sum(w[x], (x, n + 1, N))
    assert rule.check(*other_event, HERE).status is not Status.PROVED
    unsaid = FewLargeShares(n + 1, "they fall")
    assert unsaid.check(*right, HERE).status is not Status.PROVED
    rising = FewLargeShares(n + 1)
    wrong = outside(x**b, n + 1), Sum(x**b, (x, n + 1, N))
    assert rising.check(*wrong, HERE).status is not Status.PROVED
    falling = outside(x ** (-b), n + 1), Sum(x ** (-b), (x, n + 1, N))
    assert rising.check(*falling, HERE).status is Status.PROVED


def test_tails_of_powers():
    rule = TailIntegral()
    total = Sum(x ** (-b), (x, n, oo))
    assert rule.check(total, n ** (1 - b) / (b - 1), HERE).status is Status.PROVED
    assert rule.check(total, (n - 1) ** (1 - b) / (b - 1), HERE).status is not Status.PROVED
    slow = Sum(x ** (1 - b), (x, n, oo))
    assert rule.check(slow, n ** (2 - b) / (b - 2), HERE).status is not Status.PROVED
