"""Random output embeddings: the simulators against other simulations and exact values.

Simulations have fixed seeds; each comparison would fail for a right simulator with probability
below ``FALSE_ALARM``, and there are fewer than 30 of them.
"""

from fractions import Fraction
from math import acos, exp, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import betainc
from sympy import Integer, sympify
from sympy import exp as exponential

from numerics.assoc_scaling import crosstalk as numerics
from numerics.core.streams import Stream
from theory import Domain, Real, Status
from theory.assoc_scaling import crosstalk as theory
from theory.core.evaluation import enclose
from theory.core.rule import examine
from theory.core.rules.hypotheses import MonotoneRatio
from verify.core.balls import side_values

FALSE_ALARM = 1e-6


def assert_chance(found, chance):
    """The number of times that something happened is not in either tail of its law."""
    count, draws = int(np.sum(found)), len(found)
    assert stats.binomtest(count, draws, chance).pvalue > FALSE_ALARM, (count / draws, chance)


def assert_same_law(one, two):
    """Two samples have one mean, up to the errors of both."""
    error = sqrt(np.var(one) / len(one) + np.var(two) / len(two))
    allowed = stats.norm.isf(FALSE_ALARM / 2) * error
    assert abs(np.mean(one) - np.mean(two)) < allowed, (np.mean(one), np.mean(two), error)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


# ------------------------------------------------------------------------- directions


@pytest.mark.parametrize("height", [-0.7, 0.0, 0.01, 0.5, 0.9])
def test_caps(height):
    assert numerics.cap_probability(2, height)[0] == pytest.approx(acos(height) / pi, rel=1e-13)
    assert numerics.cap_probability(3, height)[0] == pytest.approx((1 - height) / 2, rel=1e-13)
    for dimension in (4, 17, 400):
        upper = betainc((dimension - 1) / 2, 0.5, 1 - height**2) / 2
        expected = upper if height >= 0 else 1 - upper
        value, error = numerics.cap_probability(dimension, height)
        assert value == pytest.approx(expected, rel=1e-10) and error < 1e-12


def test_whole_and_empty_caps():
    assert numerics.cap_probability(5, -1.0)[0] == pytest.approx(1.0, rel=1e-14)
    assert numerics.cap_probability(5, 1.0)[0] == 0.0


@pytest.mark.parametrize(("dimension", "threshold"), [(2, 0.9), (3, 0.2), (30, 0.3)])
def test_two_directions(dimension, threshold):
    found = numerics.coherent(2, dimension, threshold, Stream.of(1), 0, 20_000)
    assert_chance(found, betainc((dimension - 1) / 2, 0.5, 1 - threshold**2))


def test_many_directions():
    rng = np.random.default_rng(1)
    u = unit(rng.standard_normal((20_000, 6, 8)))
    products = np.abs(u @ u.transpose(0, 2, 1)) - np.eye(6)
    expected = products.max(axis=(1, 2)) > 0.7
    assert_same_law(numerics.coherent(6, 8, 0.7, Stream.of(2), 0, 20_000), expected)


def test_directions_at_the_ends():
    assert numerics.coherent(3, 1, 0.99, Stream.of(3), 0, 50).all()
    assert not numerics.coherent(3, 2, 1.0 + 1e-9, Stream.of(3), 0, 50).any()
    assert numerics.coherent(2, 5, -1.0, Stream.of(3), 0, 50).all()
    assert numerics.coherent(2, 5, 0.5, Stream.of(3), 0, 0).shape == (0,)


# ------------------------------------------------------------------------- memories


def misread(d, M, each, rng, draws):
    """Whether the first input is misread, all embeddings drawn and W formed."""
    f = np.arange(M * each) % M
    wrong = np.empty(draws, dtype=bool)
    for i in range(draws):
        e = rng.standard_normal((len(f), d))
        u = unit(rng.standard_normal((M, d)))
        scores = u @ (u[f].T @ e) @ e[0]
        wrong[i] = scores.argmax() != 0
    return wrong


@pytest.mark.parametrize(("d", "M", "each"), [(3, 3, 1), (5, 4, 2), (8, 2, 3), (12, 15, 2)])
def test_memories_with_random_outputs(d, M, each):
    rng = np.random.default_rng([2, d])
    found = numerics.errors_with_random_outputs(d, M, M * each, Stream.of(4), 0, 20_000)
    assert_same_law(found, misread(d, M, each, rng, 6000))


@pytest.mark.parametrize(("d", "each"), [(2, 1), (4, 6)])
def test_two_classes_have_a_student_tail(d, each):
    found = numerics.errors_with_random_outputs(d, 2, 2 * each, Stream.of(5), 0, 40_000)
    assert_chance(found, float(stats.t.cdf(-sqrt(d / (2 * each - 1)), d)))


def test_one_class_is_never_misread():
    assert not numerics.errors_with_random_outputs(4, 1, 7, Stream.of(6), 0, 100).any()


def test_replicates_do_not_depend_on_each_other():
    whole = numerics.errors_with_random_outputs(5, 4, 8, Stream.of(7), 0, 64)
    part = numerics.errors_with_random_outputs(5, 4, 8, Stream.of(7), 20, 30)
    assert (whole[20:50] == part).all()
    scores = numerics.score_correlations(1.0, 5, Stream.of(7), 0, 64)
    assert (scores[20:50] == numerics.score_correlations(1.0, 5, Stream.of(7), 20, 30)).all()


# ------------------------------------------------------------------------- tables of scores


@given(st.integers(0, 10**6))
def test_mean_scores_of_signs(seed):
    rng = np.random.default_rng(seed)
    q, f = rng.integers(-9, 10, size=3).tolist(), rng.integers(0, 2, size=3).tolist()
    x, y = int(rng.integers(3)), int(rng.integers(2))
    found = numerics.mean_score_of_signs(q, f, 2, 2, x, y)
    assert isinstance(found, Fraction) and found == (q[x] if y == f[x] else 0)
    assert numerics.mean_score_of_signs([4], [0], 1, 1, 0, 0) == 4


def correlations(power, d, rng, draws, N=10, M=5, alpha=1.0, T=1000):
    """The same experiment with NumPy, written out."""
    p = np.arange(1.0, N + 1) ** -alpha
    p /= p.sum()
    f = np.arange(N) % M
    found = np.empty(draws)
    for i in range(draws):
        shares = rng.multinomial(T, p) / T
        q = np.where(shares > 0, shares**power, 0.0) if power else (shares > 0) * 1.0
        e = rng.standard_normal((N, d)) / sqrt(d)
        u = unit(rng.standard_normal((M, d)))
        W = sum(q[k] * np.outer(u[f[k]], e[k]) for k in range(N))
        heights = np.exp(e @ W.T @ u.T)
        right = (heights / heights.sum(axis=1, keepdims=True))[np.arange(N), f]
        found[i] = np.corrcoef(np.log(p), right)[0, 1]
    return found


@pytest.mark.parametrize(("power", "d", "further"), [(1.0, 10, {}), (0.5, 3, {"T": 20})])
def test_score_correlations(power, d, further):
    names = {"T": "samples"}
    given_ = {names[name]: value for name, value in further.items()}
    found = numerics.score_correlations(power, d, Stream.of(8), 0, 20_000, **given_)
    expected = correlations(power, d, np.random.default_rng(3), 1500, **further)
    assert_same_law(found, expected)
    assert_same_law(found**2, expected**2)
    assert (np.abs(found) <= 1 + 1e-12).all()


def test_one_sample_stores_one_input():
    # The scores of inputs that are not stored differ by cross-talk with the stored one only.
    found = numerics.score_correlations(0.0, 200, Stream.of(9), 0, 2000, samples=1, exponent=20.0)
    assert np.median(found) > 0.5  # it is the first input, and the most probable one


# ------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.cap_probability(1, 0.5), "dimension"),
        (lambda: numerics.cap_probability(3, 1.5), "height"),
        (lambda: numerics.coherent(1, 3, 0.5, Stream.of(0), 0, 1), "classes"),
        (lambda: numerics.coherent(2, 0, 0.5, Stream.of(0), 0, 1), "dimension"),
        (lambda: numerics.coherent(2, 3, float("nan"), Stream.of(0), 0, 1), "threshold"),
        (lambda: numerics.coherent(2, 3, 0.5, Stream.of(0), -1, 1), "first"),
        (lambda: numerics.errors_with_random_outputs(3, 2, 5, Stream.of(0), 0, 1), "multiple"),
        (lambda: numerics.errors_with_random_outputs(0, 2, 4, Stream.of(0), 0, 1), "dimension"),
        (lambda: numerics.errors_with_random_outputs(3, 2, 4, Stream.of(0), 0, -1), "count"),
        (lambda: numerics.mean_score_of_signs([], [], 2, 2, 0, 0), "length"),
        (lambda: numerics.mean_score_of_signs([1], [2], 2, 2, 0, 0), "label"),
        (lambda: numerics.mean_score_of_signs([1], [1], 2, 2, 1, 0), "token"),
        (lambda: numerics.mean_score_of_signs([1], [1], 2, 2, 0, 2), "rival"),
        (lambda: numerics.mean_score_of_signs([1], [1], 2, 6, 0, 0), "entries"),
        (lambda: numerics.score_correlations(1.0, 0, Stream.of(0), 0, 1), "dimension"),
        (lambda: numerics.score_correlations(1.0, 2, Stream.of(0), 0, 1, inputs=1), "inputs"),
        (lambda: numerics.score_correlations(1.0, 2, Stream.of(0), 0, 1, samples=0), "samples"),
        (lambda: numerics.score_correlations(1.0, 2, Stream.of(0), 0, 1, exponent=0.0), "exponent"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# ------------------------------------------------------------------------- theory


def test_every_derivation_of_the_section_checks():
    for name in theory.__all__:
        claim = getattr(theory, name)
        for step in claim.derivation_report().steps:
            assert step.status in (Status.PROVED, Status.CITED), (claim.id, step.index)


def value(formula, **point):
    """A formula of the claim on the role of M at a point of its domain."""
    (ball,) = side_values(theory.role_of_M, point, {}, formula)
    return float(ball.mid())


def test_symbol_error_of_two_signals_and_of_one():
    at = {"d": 30, "M": 2, "n": 3}
    two = theory.symbol_error(Integer(1), Integer(2), Integer(3), Integer(2))
    assert value(two, **at) == pytest.approx(float(stats.norm.cdf(-1 / sqrt(5))), rel=1e-9)
    one = theory.symbol_error(Integer(1), Integer(2), Integer(3), Integer(1))
    assert value(one, **at) == pytest.approx(0.0, abs=1e-9)


def test_formulas_for_the_role_of_m_at_numbers_of_the_dossier():
    # p_M at sqrt(d / (n + n (M - 1) / d)), by quadrature on a grid
    h = np.linspace(-8.5, 8.5, 4001)
    density = np.exp(-h * h / 2) / sqrt(2 * pi) * (h[1] - h[0])
    for d, M, each in ((30, 2, 100), (100, 5, 100), (100, 20, 20)):
        noise = each + each * (M - 1) / d
        expected = 1 - np.sum(density * stats.norm.cdf(sqrt(d / noise) + h) ** (M - 1))
        assert value(theory.heuristic, d=d, M=M, n=each) == pytest.approx(expected, rel=1e-7)


def test_bounds_on_coherence_are_ordered():
    at = {"M": sympify(10), "d": sympify(50), "epsilon": sympify("1/2")}
    values = [enclose(e, at) for e in (theory.pair_bound, theory.weaker, theory.exponential_bound)]
    assert values[0] <= values[1] <= values[2]
    assert float(values[2].mid()) == pytest.approx(90 * exp(-50 / 8), rel=1e-12)


def test_monotone_ratios():
    r = Real("r", above=0, below=2)
    free = Real("c", above=0)
    x, c = r.symbol, free.symbol

    def status(before, after, at, rising, domain=Domain(r, free)):  # noqa: B008
        return examine(MonotoneRatio(r, at=at, rising=rising), before, after, domain).status

    assert status(c, c * exponential(x), 0, True) is Status.PROVED
    assert status(c * exponential(x), c * exponential(2), 2, False) is Status.PROVED
    # not from an end, from the wrong end, in the wrong direction
    assert status(c, c * exponential(x), -1, True) is not Status.PROVED
    assert status(c, c * exponential(x), 2, True) is not Status.PROVED
    assert status(c * exponential(x), c, 0, True) is not Status.PROVED
    assert status(c, c * exponential(x) / 2, 0, True) is not Status.PROVED
    # with negative sides the ratio says the opposite
    assert status(-c, -c * exponential(x), 0, True) is not Status.PROVED
    assert status(-c, -c * exponential(-x), 0, False) is not Status.PROVED
    # a ratio that jumps
    assert status(c, c * exponential(1 / (1 - x)), 0, True) is not Status.PROVED
