"""Memories that learn from samples: the simulators against references written out here.

Simulations have fixed seeds; each comparison would fail for a right simulator with probability
below ``FALSE_ALARM``, and there are fewer than 40 of them.
"""

from fractions import Fraction
from math import comb, floor, log, sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import zeta
from sympy import Abs, Integral, Rational, Sum, Symbol, gamma, oo, sympify

from numerics.assoc_scaling import joint as numerics
from numerics.core.streams import Stream
from theory import Domain, Natural, Status, Through
from theory.assoc_scaling import joint as theory
from theory.assoc_scaling.finite_data import finite_data_exact
from theory.core.evaluation import enclose
from theory.core.rule import examine
from theory.core.rules.hypotheses import FallingSumToIntegral, OneSided, Telescoping

FALSE_ALARM = 1e-6
EXPONENTS = (1.05, 1.25, 2.0, 3.5)


def assert_mean(values, expected):
    """The mean of independent values is what is expected, up to its own error."""
    error = max(float(np.std(values)), 1e-9) / sqrt(len(values))
    allowed = stats.norm.isf(FALSE_ALARM / 2) * error
    assert abs(float(np.mean(values)) - expected) < allowed, (np.mean(values), expected, error)


def tail(d, ratio):
    """Student's distribution function: a token's error at this signal-to-noise ratio."""
    return float(stats.t.cdf(-ratio, d))


# -------------------------------------------------------------------------------- data sets


@pytest.mark.parametrize("alpha", EXPONENTS)
@pytest.mark.parametrize("T", [1, 2, 7, 60])
def test_distinct_tokens_by_the_binomial_series(alpha, T):
    with mpmath.workdps(60):
        expected = sum(
            (-1) ** (k + 1)
            * comb(T, k)
            * mpmath.zeta(mpmath.mpf(alpha) * k)
            / mpmath.zeta(mpmath.mpf(alpha)) ** k
            for k in range(1, T + 1)
        )
    value, error = numerics.distinct_tokens(alpha, T)
    assert abs(value - float(expected)) <= error <= 1e-9 * max(1.0, value)


def test_distinct_tokens_are_rational_for_even_exponents():
    # zeta(2k) / zeta(2)^k for k = 1, 2, 3
    ratios = [Fraction(1), Fraction(2, 5), Fraction(8, 35)]
    for T in (1, 2, 3):
        exact = sum((-1) ** k * comb(T, k + 1) * ratios[k] for k in range(T))
        assert numerics.distinct_tokens(2, T)[0] == pytest.approx(float(exact), rel=1e-13)
    assert numerics.distinct_tokens(2, 0) == (0.0, 0.0)


@pytest.mark.parametrize("alpha", EXPONENTS)
@pytest.mark.parametrize("T", [0, 1, 30, 2000])
def test_data_sets_are_well_formed(alpha, T):
    for replicate in range(20):
        tokens, counts = numerics.data_set(alpha, T, Stream.of(1), replicate)
        assert counts.sum() == T and (counts >= 1).all()
        assert (np.diff(tokens) > 0).all() and (tokens == np.floor(tokens)).all()
        assert T == 0 or tokens[0] >= 1


@pytest.mark.parametrize(("alpha", "T"), [(1.25, 5), (2.0, 40), (3.0, 3), (1.5, 300)])
def test_data_sets_follow_the_zipf_law(alpha, T):
    # Tokens 1, 2, 3, 4-9, 10-99 and the rest: of independent samples the counts are multinomial.
    cuts = np.array([1, 2, 3, 4, 10, 100, np.inf])
    law = -np.diff([float(zeta(alpha, c)) for c in cuts[:-1]] + [0.0]) / float(zeta(alpha))
    found, replicates = np.zeros(len(law)), 3000
    pairs = np.zeros(replicates)
    for r in range(replicates):
        tokens, counts = numerics.data_set(alpha, T, Stream.of(2, T), r)
        found += np.histogram(tokens, bins=cuts, weights=counts)[0]
        pairs[r] = np.sum(counts * (counts - 1.0)) / (T * (T - 1.0))
    used = law * replicates * T > 5
    expected = np.append(law[used], law[~used].sum()) * replicates * T
    observed = np.append(found[used], found[~used].sum())
    kept = expected > 0
    assert stats.chisquare(observed[kept], expected[kept]).pvalue > FALSE_ALARM
    # ... and two samples agree with probability zeta(2 alpha) / zeta(alpha)^2
    assert_mean(pairs, float(zeta(2 * alpha)) / float(zeta(alpha)) ** 2)


@pytest.mark.parametrize(("alpha", "T"), [(1.25, 100), (2.0, 1000), (3.0, 50)])
def test_distinct_tokens_of_drawn_data_sets(alpha, T):
    sizes = [len(numerics.data_set(alpha, T, Stream.of(3), r)[0]) for r in range(800)]
    assert_mean(sizes, numerics.distinct_tokens(alpha, T)[0])


# -------------------------------------------------------------------------------- misreading


@given(st.sampled_from([1, 2, 3, 7, 30, 3000]), st.floats(0, 200))
@settings(max_examples=60, deadline=None)
def test_misreading_is_a_student_tail(d, ratio):
    assert numerics.misreading(d, [ratio])[0] == pytest.approx(tail(d, ratio), abs=2e-9)


def test_misreading_at_the_ends():
    for d in (1, 2, 5):
        ratios = [0.0, 39.99, 40.0, 40.01, 300.0, 1e7, np.inf]
        expected = [tail(d, ratio) for ratio in ratios]
        assert numerics.misreading(d, ratios) == pytest.approx(expected, abs=1e-9)
        assert numerics.misreading(d, [np.inf])[0] == 0
    assert numerics.misreading(5, []).shape == (0,)


@pytest.mark.parametrize("d", [2, 6])
def test_misreading_of_real_memories(d):
    # Three tokens of weights 3, 1, 2, two classes: the gap of the scores, embeddings drawn.
    rng = np.random.default_rng(d)
    q, signs, draws = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, -1.0]), 60_000
    e = rng.standard_normal((draws, 3, d))
    for x in range(3):
        gap = np.einsum("k,nkj,nj->n", signs[x] * signs * q, e, e[:, x])
        noise = sqrt(sum(q**2) - q[x] ** 2)
        (chance,) = numerics.misreading(d, [sqrt(d) * q[x] / noise])
        count = int(np.sum(gap < 0))
        assert stats.binomtest(count, draws, chance).pvalue > FALSE_ALARM


# -------------------------------------------------------------------------------- errors


def expected_error(scheme, alpha, d, tokens, counts, capacity=None):
    """The error of one data set's memory, written out; ties for the last place averaged."""
    p = tokens**-alpha / float(zeta(alpha))
    if scheme == "frequencies":
        energy = float(np.sum(counts.astype(float) ** 2))
        total = 0.5
        for share, c in zip(p, counts, strict=True):
            others = energy - float(c) ** 2
            misread = tail(d, sqrt(d) * c / sqrt(others)) if others else 0.0
            total -= share * (0.5 - misread)
        return total
    chosen, stored = 1.0 * np.ones(len(p)), len(p)
    if scheme == "thresholded" and len(p) > capacity:
        least = np.sort(counts)[-capacity]
        above, tied = counts > least, counts == least
        chosen = above + tied * (capacity - above.sum()) / tied.sum()
        stored = capacity
    misread = tail(d, sqrt(d / (stored - 1))) if stored > 1 else 0.0
    return 0.5 - float(np.sum(p * chosen)) * (0.5 - misread)


@pytest.mark.parametrize("scheme", ["frequencies", "unlimited"])
@pytest.mark.parametrize(("alpha", "d", "T"), [(1.25, 10, 200), (2.0, 3, 40), (3.0, 100, 5000)])
def test_error_of_each_data_set(scheme, alpha, d, T):
    stream = Stream.of(4)
    found = numerics.errors(scheme, alpha, d, T, stream, 0, 15)
    for r in range(15):
        tokens, counts = numerics.data_set(alpha, T, stream, r)
        assert found[r] == pytest.approx(expected_error(scheme, alpha, d, tokens, counts), abs=1e-8)


@pytest.mark.parametrize(("alpha", "T", "capacity"), [(1.25, 60, 7), (2.0, 300, 5), (2.0, 10, 50)])
def test_thresholded_error_over_ties(alpha, T, capacity):
    stream, d, draws = Stream.of(5), 20, 1500
    found = numerics.errors("thresholded", alpha, d, T, stream, 0, draws, capacity)
    each = [numerics.data_set(alpha, T, stream, r) for r in range(draws)]
    expected = [expected_error("thresholded", alpha, d, *one, capacity) for one in each]
    assert_mean(found - np.array(expected), 0.0)
    if capacity > T:
        assert found == pytest.approx(np.array(expected), abs=1e-8)


def moment(alpha, k):
    """Sum of the k-th powers of the Zipf probabilities."""
    return float(zeta(k * alpha)) / float(zeta(alpha)) ** k


@pytest.mark.parametrize("alpha", [1.25, 2.0, 3.0])
@pytest.mark.parametrize("d", [2, 30])
def test_two_and_three_samples_by_enumeration(alpha, d):
    p2, p3, p4 = (moment(alpha, k) for k in (2, 3, 4))
    pair = 0.5 - tail(d, sqrt(d))  # how much better than guessing one of two equals is read
    cases = {
        # samples x, x or x, y with x != y
        ("unlimited", 2, None): p3 / 2 + 2 * (p2 - p3) * pair,
        # room for one token: of x, y either is kept
        ("thresholded", 2, 1): p2 / 2,
        ("clairvoyant", 2, 1): 1 / (2 * float(zeta(alpha))),
        # x, x, x; x, x, y; x, y, z
        ("frequencies", 3, None): p4 / 2
        + 3 * (p3 - p4) * (0.5 - tail(d, 2 * sqrt(d)))
        + 3 * (p2**2 - p4) * (0.5 - tail(d, sqrt(d) / 2))
        + 3 * (p2 - 2 * p3 - p2**2 + 2 * p4) * (0.5 - tail(d, sqrt(d / 2))),
    }
    for (scheme, T, capacity), better in cases.items():
        found = numerics.errors(scheme, alpha, d, T, Stream.of(6), 0, 20_000, capacity)
        assert_mean(found, 0.5 - better)


def test_degenerate_data_sets():
    stream = Stream.of(7)
    for scheme in ("thresholded", "frequencies", "unlimited"):
        assert (numerics.errors(scheme, 2.0, 5, 0, stream, 0, 3, 4) == 0.5).all()
        assert numerics.errors(scheme, 2.0, 5, 10, stream, 0, 0, 4).shape == (0,)
        # One sample of one token, which is read without noise
        found = numerics.errors(scheme, 64.0, 5, 1, stream, 0, 3, 4)
        assert found == pytest.approx(np.zeros(3), abs=1e-9)


def test_replicates_do_not_depend_on_each_other():
    whole = numerics.errors("thresholded", 1.5, 20, 50, Stream.of(8), 0, 12, 6)
    parts = [numerics.errors("thresholded", 1.5, 20, 50, Stream.of(8), k, 4, 6) for k in (0, 4, 8)]
    assert (np.concatenate(parts) == whole).all()


@pytest.mark.parametrize("scheme", ["thresholded", "frequencies", "unlimited"])
def test_a_data_set_goes_on(scheme):
    # Before and after have the laws of data sets of the two sizes, and the gain is paired.
    arguments = (scheme, 1.5, 30, 20)
    gains = numerics.gains(*arguments, 10, Stream.of(9), 0, 4000, 8)
    before = numerics.errors(*arguments, Stream.of(10), 0, 4000, 8)
    after = numerics.errors(scheme, 1.5, 30, 200, Stream.of(11), 0, 4000, 8)
    assert_mean(gains - before + after, 0.0)
    assert np.var(gains) < np.var(before) + np.var(after)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scheme": "other"}, "scheme"),
        ({"exponent": 1.0}, "exponent"),
        ({"exponent": float("nan")}, "exponent"),
        ({"dimension": 0}, "dimension"),
        ({"samples": -1}, "samples"),
        ({"samples": 2.5}, "samples"),
        ({"capacity": None}, "capacity"),
        ({"capacity": 0}, "capacity"),
        ({"first": -1}, "first"),
        ({"count": -1}, "count"),
    ],
)
def test_bad_arguments(change, words):
    given_ = {
        "scheme": "thresholded", "exponent": 2.0, "dimension": 5, "samples": 10,
        "stream": Stream.of(0), "first": 0, "count": 1, "capacity": 3,
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        numerics.errors(**{**given_, **change})
    with pytest.raises(ValueError, match=words):
        numerics.gains(factor=10, **{**given_, **change})


def test_bad_arguments_of_the_others():
    with pytest.raises(ValueError, match="factor"):
        numerics.gains("unlimited", 2.0, 5, 10, 1, Stream.of(0), 0, 1)
    with pytest.raises(ValueError, match="ratios"):
        numerics.misreading(5, [-1.0])
    with pytest.raises(ValueError, match="dimension"):
        numerics.misreading(0, [1.0])
    with pytest.raises(ValueError, match="replicate"):
        numerics.data_set(2.0, 5, Stream.of(0), -1)
    with pytest.raises(ValueError, match="samples"):
        numerics.distinct_tokens(2.0, -1)


# -------------------------------------------------------------------------------- theory


def test_limits_are_what_they_are_called():
    at = {"alpha": 2, "d": 100, "T": 1000}

    def value(limit):
        return float(enclose(limit, {name: sympify(number) for name, number in at.items()}).mid())

    kept = floor(100 / (2 * log(100)))
    mass = sum(k**-2.0 for k in range(1, kept + 1)) / float(zeta(2.0))
    memory = 0.5 - mass * (0.5 - tail(100, sqrt(100 / (kept - 1))))
    assert value(theory.memory_limit) == pytest.approx(memory, rel=1e-9)
    data = 0.690988298942671 / sqrt(1000) / 2
    assert value(theory.data_limit) == pytest.approx(data, rel=1e-9)
    # the constant of weights that are the probabilities, .2549 d^(-1/4)
    assert value(theory.frequency_limit) == pytest.approx(0.254904 * 100**-0.25, rel=1e-5)


def test_every_derivation_of_the_section_checks():
    for name in theory.__all__:
        claim = getattr(theory, name)
        for step in claim.derivation_report().steps:
            assert step.status in (Status.PROVED, Status.CITED), (claim.id, step.index)


def status(rule, before, after, *parameters, where=()):
    return examine(rule, before, after, Domain(*parameters, where=where)).status


n, x, v, z = (
    Symbol("n", integer=True, positive=True),
    Symbol("x", integer=True, positive=True),
    Symbol("v", positive=True),
    Symbol("z", positive=True),
)


def test_falling_sums():
    power = Natural("T", at_least=1)
    T = power.symbol
    through = Through(x, level=v, inner=4 * x**-2 / 9)
    rule = FallingSumToIntegral(through)

    def g(place):
        return 1 - (1 - Rational(4, 9) * place**-2) ** T

    before = Sum(g(x), (x, 1, oo))
    right = Integral(g(z), (z, Rational(2, 3), oo))
    assert status(rule, before, right, power) is Status.PROVED
    for wrong in (
        Integral(g(z), (z, 1, oo)),  # does not start where the function is 1
        Integral(2 * g(z), (z, Rational(2, 3), oo)),
        Integral(g(z), (z, -Rational(2, 3), oo)),
        Integral(g(z), (z, Rational(2, 3), 100)),
    ):
        assert status(rule, before, wrong, power) is not Status.PROVED
    wavy = FallingSumToIntegral(Through(x, level=v, inner=(2 + (-1) ** x) * x**-2 / 9))
    assert status(wavy, before, right, power) is not Status.PROVED
    # a function that does not fall with x
    hump = Sum(4 * x**-2 / 9 * (1 - 4 * x**-2 / 9), (x, 1, oo))
    integral = Integral(4 * z**-2 / 9 * (1 - 4 * z**-2 / 9), (z, Rational(2, 3), oo))
    assert status(rule, hump, integral, power) is not Status.PROVED


def test_telescoping_sums():
    size = Natural("N", at_least=1)
    N, k = size.symbol, Symbol("k", integer=True, nonnegative=True)
    before = Sum(2 * k + 1, (k, 0, N - 1))
    assert status(Telescoping(k**2), before, N**2, size) is Status.PROVED
    assert status(Telescoping(k**2 + k), before, N**2 + N, size) is not Status.PROVED
    assert status(Telescoping(k**2), before, N**2 + 1, size) is not Status.PROVED
    ratio = Sum(gamma(k + Rational(1, 2)) / gamma(k + 1), (k, 0, oo))
    primitive = 2 * gamma(k + Rational(1, 2)) / gamma(k)
    assert status(Telescoping(primitive), ratio, 0, size) is not Status.PROVED


def test_one_half_of_a_two_sided_bound():
    alpha, T = theory.alpha, theory.T
    distance, room = finite_data_exact.statement.terms
    assert isinstance(distance, Abs)
    close = theory.samples.beta_form
    mass = Sum(theory.p(theory.x) * (1 - theory.p(theory.x)) ** T, (theory.x, 1, oo))
    up = OneSided(finite_data_exact, sense="<=", times=3)
    down = OneSided(finite_data_exact, sense=">=", times=3)
    assert status(up, 3 * mass, 3 * (close + room), alpha, T) is Status.PROVED
    assert status(down, 3 * mass, 3 * (close - room), alpha, T) is Status.PROVED
    assert status(up, 3 * mass, 3 * (close - room), alpha, T) is not Status.PROVED
    assert status(up, 3 * mass, 3 * close, alpha, T) is not Status.PROVED
    negative = OneSided(finite_data_exact, sense="<=", times=-1)
    assert status(negative, -mass, -(close + room), alpha, T) is not Status.PROVED
