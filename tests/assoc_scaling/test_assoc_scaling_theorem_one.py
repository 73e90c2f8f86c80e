"""Theorem 1: the simulators, the derivations, and rules that must not pass wrong steps."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sympy import Eq, KroneckerDelta, Le, Min, Piecewise, Rational, Sum, Symbol, exp, sqrt

from numerics.assoc_scaling import exact_laws, instances
from numerics.assoc_scaling import theorem_one as numerics
from numerics.assoc_scaling.crosstalk import cap_probability
from numerics.core.streams import Stream
from theory import Domain, Integer, Natural, Real, Status, Vector
from theory.assoc_scaling import theorem_one as theory
from theory.core.rules.monotone import (
    AboveChord,
    AboveTangent,
    AtMostOne,
    ByCases,
    ByOneLink,
    ByRemark,
    BySquares,
    CertainCase,
    Chained,
    ConstantTerms,
    EachTerm,
    EitherSign,
    EventApart,
    Given,
    InBranch,
    LargerEvent,
    OneOfMany,
    OneSign,
    Replaced,
    SplitOff,
    SumsAsSymbols,
    decide_sign,
)


@given(st.integers(2, 400), st.floats(0, 0.99))
@settings(max_examples=20)
def test_caps_are_beta_tails(d, cosine):
    value, error = (2 * part for part in cap_probability(d, cosine))
    with mpmath.workdps(30):
        tail = mpmath.betainc(
            mpmath.mpf(d - 1) / 2,
            mpmath.mpf(1) / 2,
            0,
            1 - mpmath.mpf(cosine) ** 2,
            regularized=True,
        )
    assert abs(value - float(tail)) <= error + 1e-15 * value + 1e-300


ROOT = math.sqrt(0.75)
THREE_WAYS = [
    np.eye(3),
    np.array([[1.0, 0.0], [-0.5, ROOT], [-0.5, -ROOT]]),
    np.array([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.96, 0.0, 0.28]]),
]


def by_quadrature(weights, labels, embeddings, token):
    """One minus the mean, over r and the own noise, of the chance that no rival wins."""
    gram = embeddings @ embeddings.T
    q, f = np.array(weights), np.array(labels)
    d, label = embeddings.shape[1], f[token]
    energies = np.bincount(f, q**2, minlength=len(gram))
    energies[label] -= q[token] ** 2
    gaps = gram[label] - np.delete(gram, label, axis=0)
    covariance = gaps @ np.diag(energies) @ gaps.T
    means = q[token] * gaps[:, label]
    nodes, shares = np.polynomial.legendre.leggauss(120)
    half = (math.sqrt(d) + 10) / 2
    lengths = half * (1 + nodes)
    right = [stats.multivariate_normal.cdf(r * means, cov=covariance, abseps=1e-9) for r in lengths]
    return 1 - half * float((shares * stats.chi.pdf(lengths, d)) @ right)


@pytest.mark.parametrize("embeddings", THREE_WAYS)
def test_three_classes_by_quadrature_over_the_length(embeddings):
    weights, labels = (0.7, 1.2, 0.4, 0.9, 0.5), (0, 1, 2, 2, 0)
    values, error = numerics.misclassified(weights, labels, embeddings)
    assert error < 1e-12
    for token in (0, 1, 3):
        expected = by_quadrature(weights, labels, embeddings, token)
        assert values[token] == pytest.approx(expected, abs=1e-6)


def test_three_orthonormal_classes_without_weight_are_guessed():
    weights = (0.0, 1.0, 1.0, 1.0)  # the energies of the three classes are equal
    values, _ = numerics.misclassified(weights, (0, 0, 1, 2), np.eye(3))
    assert values[0] == pytest.approx(2 / 3, abs=1e-13)


@given(st.integers(0, 10**6), st.integers(2, 30))
@settings(max_examples=20)
def test_two_classes_are_student_tails(seed, d):
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal(6)
    labels = rng.integers(2, size=6)
    embeddings = instances.output_embeddings("sphere", 2, d, Stream.of(0, seed))
    values, error = numerics.misclassified(weights, labels, embeddings)
    rest = np.sqrt(np.sum(weights**2) - weights**2)
    assert values == pytest.approx(stats.t.cdf(-math.sqrt(d) * weights / rest, d), abs=1e-11)
    assert error < 1e-12


@given(st.integers(0, 10**6))
@settings(max_examples=10)
def test_three_classes_where_one_is_far_less_noisy_to_tell_apart(seed):
    """Signs: a negative weight errs where the positive one answers rightly, for two classes only.

    For three the two probabilities of erring add up to at least 1.
    """
    rng = np.random.default_rng(seed)
    weights, labels = rng.random(7), rng.integers(3, size=7)
    labels[:3] = 0, 1, 2
    embeddings = instances.output_embeddings("sphere", 3, 4, Stream.of(1, seed))
    one, error = numerics.misclassified(weights, labels, embeddings)
    weights[3] = -weights[3]
    two, _ = numerics.misclassified(weights, labels, embeddings)
    assert ((0 <= one) & (one <= 1)).all()
    assert one[3] + two[3] >= 1 - 2 * error


@pytest.mark.parametrize("kind", ["sphere", "clustered"])
def test_draws_with_fixed_embeddings_have_the_computed_mean(kind):
    stream = Stream.of(2, kind)
    embeddings = instances.output_embeddings(kind, 3, 5, stream)
    p = np.array([0.4, 0.3, 0.2, 0.1])
    weights, labels = (1.0, 0.5, 2.0, 0.7), (0, 1, 2, 1)
    values, _ = numerics.misclassified(weights, labels, embeddings)
    count = 60_000
    wrong = numerics.fixed_errors(p, weights, labels, embeddings, stream, 0, count)
    expected = float(values @ p)
    assert abs(wrong.mean() - expected) < 5 * math.sqrt(expected * (1 - expected) / count)


def test_draws_with_random_embeddings_have_the_mean_of_full_simulations():
    weights, labels, classes, d = np.array([1.0, 0.6, 0.8, 0.4, 1.1]), [0, 1, 2, 3, 0], 4, 3
    stream, count = Stream.of(3, "full"), 40_000
    drawn = numerics.random_errors([0.2] * 5, weights, labels, classes, d, stream, 0, count, 0)
    rng = np.random.default_rng(7)
    outputs = rng.standard_normal((count, classes, d))
    outputs /= np.linalg.norm(outputs, axis=2, keepdims=True)
    inputs = rng.standard_normal((count, 5, d))
    memory = np.einsum("k,nki,nkj->nij", weights, outputs[:, labels], inputs)
    answers = np.einsum("nyi,nij,nj->ny", outputs, memory, inputs[:, 0]).argmax(axis=1)
    direct = np.mean(answers != 0)
    assert abs(drawn.mean() - direct) < 5 * math.sqrt(0.5 / count)


def test_draws_do_not_depend_on_how_they_are_cut():
    arguments = ([0.5, 0.3, 0.2], [1.0, 2.0, 0.5], [0, 1, 2], 3, 4, Stream.of(4, "cut"))
    whole = numerics.random_errors(*arguments, 0, 300)
    parts = [numerics.random_errors(*arguments, a, b) for a, b in ((0, 130), (130, 170))]
    assert (np.concatenate(parts) == whole).all()
    fixed = (*arguments[:3], np.eye(3), Stream.of(4, "cut"))
    whole = numerics.fixed_errors(*fixed, 0, 300)
    parts = [numerics.fixed_errors(*fixed, a, b) for a, b in ((0, 70), (70, 230))]
    assert (np.concatenate(parts) == whole).all()


def test_inputs_of_no_probability_are_not_drawn():
    stream = Stream.of(5, "rare")
    wrong = numerics.fixed_errors([1.0, 0.0], [1.0, -9.0], [0, 1], np.eye(2), stream, 0, 2000)
    both = exact_laws.collapsed_errors([1.0, -9.0], [0, 1], np.eye(2), 1, stream, 0, 2000)
    assert both.mean() > 0.9 > 0.6 > wrong.mean()


def test_one_class_and_one_input():
    stream = Stream.of(6, "alone")
    assert not numerics.random_errors([1.0], [1.0], [0], 1, 2, stream, 0, 50).any()
    assert not numerics.random_errors([1.0], [1.0], [0], 3, 2, stream, 0, 50).any()  # no noise
    assert not numerics.fixed_errors([1.0], [1.0], [0], np.eye(2), stream, 0, 50).any()
    assert numerics.fixed_errors([1.0], [1.0], [0], np.eye(2), stream, 0, 0).shape == (0,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.misclassified([1.0, 1.0], [0, 1], np.eye(4)), "two or three"),
        (lambda: numerics.misclassified([1.0, 1.0], [0, 2], np.eye(2)), "labels"),
        (lambda: numerics.misclassified([1.0, math.nan], [0, 1], np.eye(2)), "weights"),
        (lambda: numerics.misclassified([1.0], [0], np.eye(2)), "no noise"),
        (
            lambda: numerics.random_errors([0.5], [1.0], [0], 2, 2, Stream.of(0, "x"), 0, 1),
            "sum 1",
        ),
        (
            lambda: numerics.random_errors([1.0], [1.0], [0], 2, 2, Stream.of(0, "x"), 0, 1, 1),
            "token",
        ),
        (
            lambda: numerics.fixed_errors([1.0], [1.0], [1], np.eye(1), Stream.of(0, "x"), 0, 1),
            "labels",
        ),
        (
            lambda: numerics.fixed_errors([1.0], [1.0], [0], [1.0], Stream.of(0, "x"), 0, 1),
            "matrix",
        ),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_every_derivation_of_the_section_checks():
    for name in theory.__all__:
        report = getattr(theory, name).derivation_report()
        assert report.steps
        assert report.worst in (Status.PROVED, Status.CITED), name


def test_numbers_of_the_dossier():
    """N = 100, M = 5, exponent 2, all weights 1: the recalled bound at its best gamma."""
    for d, expected in ((1000, 0.603), (10_000, 6.3e-12)):
        # the bound is 2 M exp(-c) where c is just above the level at which d <= 16 c (Q + ...)
        low, high = 0.0, d / 16
        for _ in range(200):
            c = (low + high) / 2
            low, high = (c, high) if 16 * c * (20 + 8 * c * 100 / d) < d else (low, c)
        assert 10 * math.exp(-low) == pytest.approx(expected, rel=0.02)


n = Natural("n", at_least=2, meaning="a count")
a = Real("a", at_least=0, meaning="a number")
b = Real("b", meaning="a number of any sign")
v = Vector("v", length=n, entry=Real("v", at_least=0), meaning="numbers")
slack = Symbol("slack", nonnegative=True)
h = Symbol("h", integer=True, positive=True)
i = Symbol("i", integer=True, positive=True)
SAYS = "$v_1 \\le 1$"
x = Integer("x", at_least=1, meaning="an index")
HERE = Domain(
    n, a, b, v, x, where=(Le(a.symbol, n.symbol), Le(x.symbol, n.symbol)), remarks=(SAYS,)
)
total = Sum(v[i], (i, 1, n))
cases = Piecewise((1, Le(v[i], a)), (v[i], True))

RIGHT = [
    (OneSign(), a, a + 1),
    (OneSign(">="), total + 1, total),
    (Replaced(a, a + 1, OneSign()), exp(a), exp(a + 1)),
    (Replaced(a, a + 1, OneSign(), sense=">="), exp(-a), exp(-a - 1)),
    (EachTerm(OneSign()), total, Sum(v[i] + 1, (i, 1, n))),
    (SplitOff(x, drop=True), total, v[x]),
    (OneOfMany(x), v[x], total),
    (
        EventApart(),
        Sum(cases, (i, 1, n)),
        Sum(v[i], (i, 1, n)) + Sum(Piecewise((1, Le(v[i], a)), (0, True)), (i, 1, n)),
    ),
    (
        LargerEvent(OneSign()),
        Sum(Piecewise((1, Le(v[i] ** 2, a**2 + 1)), (0, True)), (i, 1, n)),
        Sum(Piecewise((1, Le(v[i] ** 2, a**2 + a + 1)), (0, True)), (i, 1, n)),
    ),
    (BySquares(), sqrt(a), sqrt(a + 1)),
    (ByRemark(SAYS, bound=(v[1], 1)), v[1], 1),
    (AboveTangent(exp(a), a, 0), exp(a), 1 + a),
    (AboveChord(a, 0, n, Le(a.symbol, n.symbol)), a * (2 * n - a), a * n),
    (Given(Le(a.symbol, n.symbol), a.symbol, n * slack / (1 + slack), slack, OneSign()), a, n),
    (InBranch(1, OneSign()), cases, Piecewise((1, Le(v[i], a)), (v[i] + 1, True))),
    (CertainCase(OneOfMany(x)), 1, Piecewise((1, Le(v[x], total)), (0, True))),
    (Chained((a + 1, OneSign()), (a + 2, OneSign())), a, a + 2),
    (EitherSign(b, OneSign()), b**2, b**2 + b**4),
    (ByCases(Eq(b, 1), OneSign(), OneSign()), a, a + 1),
    (SumsAsSymbols(), Sum(3 * v[i], (i, 1, n)), 3 * total),
    (
        ConstantTerms(Sum((1 - KroneckerDelta(i, x)) * a, (i, 1, n))),
        Sum((1 - KroneckerDelta(i, x)) * a, (i, 1, n)),
        (n - 1) * a,
    ),
]


@pytest.mark.parametrize("case", range(len(RIGHT)))
def test_right_steps_pass(case):
    rule, before, after = RIGHT[case]
    found = rule.check(before + 0 * a, after + 0 * a, HERE)
    assert found.status is Status.PROVED, found.reason


WRONG = [
    (OneSign(), a + 1, a),
    (OneSign(), a, 2 * a - 1),
    (OneSign(), b, 2 * b),
    (OneSign(), total, v[x]),
    (Replaced(a, a + 1, OneSign()), exp(-a), exp(-a - 1)),
    (Replaced(a, a + 1, OneSign()), b * a, b * (a + 1)),
    (Replaced(a, a + 1, OneSign()), (a - 1) ** 2, a**2),
    (Replaced(a, a + 1, OneSign()), exp(a), exp(a + 2)),
    (EachTerm(OneSign()), total, Sum(v[i] + 1, (i, 1, n + 1))),
    (EachTerm(OneSign()), total, Sum(v[i] - 1, (i, 1, n))),
    (SplitOff(x, drop=True), total, 2 * v[x]),
    (SplitOff(n + 1, drop=True), total, v[n + 1]),
    (SplitOff(x, h), total, v[x] + v[h]),
    (OneOfMany(x), b * v[x], b * total),
    (
        EventApart(),
        Sum(cases, (i, 1, n)),
        Sum(v[i], (i, 1, n)) / 2 + Sum(Piecewise((1, Le(v[i], a)), (0, True)), (i, 1, n)),
    ),
    (
        EventApart(),
        Sum(Piecewise((1, Le(v[i], a)), (b, True)), (i, 1, n)),
        Sum(b, (i, 1, n)) + Sum(Piecewise((1, Le(v[i], a)), (0, True)), (i, 1, n)),
    ),
    (
        LargerEvent(OneSign()),
        Sum(Piecewise((1, Le(v[i] ** 2, a**2 + a + 1)), (0, True)), (i, 1, n)),
        Sum(Piecewise((1, Le(v[i] ** 2, a**2 + 1)), (0, True)), (i, 1, n)),
    ),
    (
        LargerEvent(OneSign()),
        Sum(Piecewise((b, Le(v[i] ** 2, a**2 + 1)), (0, True)), (i, 1, n)),
        Sum(Piecewise((b, Le(v[i] ** 2, a**2 + a + 1)), (0, True)), (i, 1, n)),
    ),
    (BySquares(), b, sqrt(b**2)),
    (ByRemark(SAYS, bound=(v[1], 1)), 2 * v[1], 1),
    (ByRemark(SAYS, bound=(a, 1)), a, 1),  # words do not bound a parameter
    (ByRemark("$v_1 \\le 2$", bound=(v[1], 2)), v[1], 2),
    (AboveTangent(-exp(a), a, 0), -exp(a), -1 - a),
    (AboveTangent(exp(a), a, 0), exp(a), 1 + 2 * a),
    (AboveChord(a, 0, n, Le(a.symbol, n.symbol)), a**2, a * n),
    (AboveChord(a, 0, 2 * n, Le(a.symbol, n.symbol)), a * (2 * n - a), 0 * a),
    (InBranch(1, OneSign()), cases, Piecewise((2, Le(v[i], a)), (v[i] + 1, True))),
    (InBranch(1, OneSign()), cases, Piecewise((1, Le(v[i], 2 * a)), (v[i] + 1, True))),
    (CertainCase(OneSign()), 1, Piecewise((1, Le(v[i], a)), (0, True))),
    (Chained((a + 1, OneSign()), (a, OneSign(">="))), a, a),
    (Chained((a + 1, OneSign())), a, a + 2),
    (EitherSign(b, OneSign()), b**2, b),
    (SumsAsSymbols(), Sum(v[i] * i, (i, 1, n)), h * total),
    (SumsAsSymbols(values={total: (1, "v")}), total, 1),
    (
        ConstantTerms(Sum((1 - KroneckerDelta(i, n + 1)) * a, (i, 1, n))),
        Sum((1 - KroneckerDelta(i, n + 1)) * a, (i, 1, n)),
        (n - 1) * a,
    ),
    (AtMostOne(theory.token_error), a, 1),
    (AtMostOne(theory.token_error), theory.token, Rational(1, 2)),
    (AtMostOne(theory.token_error, OneSign()), theory.token, Min(1, theory.token / 2)),
    (ByOneLink(theory.cap_bound, {theory.t: 2}), theory.cap(theory.d, 2), (-3) ** (theory.d / 2)),
]


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_wrong_steps_do_not_pass(case):
    rule, before, after = WRONG[case]
    found = rule.check(before + 0 * a, after + 0 * a, HERE)
    assert found.status in (Status.UNDECIDED, Status.REFUTED), found.reason


def test_what_is_given_must_be_known_and_cover_its_range():
    low, high = Le(a.symbol, n.symbol), Le(a.symbol, 2 * n.symbol)
    as_ = n.symbol * slack / (1 + slack)
    step = (a + 0, n + 0, HERE)
    assert Given(low, a.symbol, as_, slack, OneSign()).check(*step).status is Status.PROVED
    assert Given(high, a.symbol, as_, slack, OneSign()).check(*step).status is Status.UNDECIDED
    part = Given(low, a.symbol, as_ / 2, slack, OneSign())  # only up to n / 2
    assert part.check(a + 0, n / 2, HERE).status is Status.UNDECIDED


@pytest.mark.parametrize("expression", [b, a - 1, 1 - a, total - 1, -total, a * b, v[i] - a])
def test_signs_that_are_open(expression):
    assert decide_sign(expression + 0 * a, HERE).status is not Status.PROVED
