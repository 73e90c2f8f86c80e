"""The least error over all weights: its bounds, the closed forms, and the rules they rest on."""

import math

import mpmath
import numpy as np
import pytest
from scipy import integrate, stats
from sympy import Integral, Min, Rational, Sum, Symbol, beta, gamma, oo, pi, sqrt

from numerics.assoc_scaling import least_error as numerics
from numerics.assoc_scaling import minimax as errors
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities
from theory import Bound, Claim, Derivation, Domain, Natural, Observable, Real, Status
from theory.assoc_scaling import least_error as theory
from theory.core.rule import examine
from theory.core.rules.evaluation import ExactSum
from theory.core.rules.profiles import (
    CappedPowers,
    EqualPart,
    GammaRatios,
    IntegratedTerms,
    LeastOfAll,
    LesserIntegrand,
    ProductsOfPowers,
)


@pytest.mark.parametrize(("exponent", "d"), [(2.0, 3), (3.0, 10)])
def test_the_least_error_is_below_that_of_other_weights(exponent, d):
    value, error = numerics.least_error(exponent, d)
    assert error < 1e-8 * value
    law = zipf_probabilities(exponent, 25)
    found = errors.minimised_weights(law, d, Stream.of(3, "below"))
    near, _ = errors.zipf_single_class_error(exponent, found, d)
    assert value - error <= near <= 1.3 * value
    for power in (0.1, 0.25, 0.5, 1.0):
        other, _ = errors.zipf_single_class_error(exponent, law**power, d)
        assert other > value


def by_bisection(law):
    """Least error for d = 4: p (1 - theta^2) / B(1/2, 2) = m theta is a quadratic equation."""
    sphere = 4 / 3  # B(1/2, 2)

    def shares(multiplier):
        b = multiplier * sphere / law  # theta^2 + b theta - 1 = 0
        return 2 / (b + np.sqrt(b * b + 4))

    low, high = 1e-8, 10.0
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if np.sum(shares(middle) ** 2) > 1 else (low, middle)
    theta = shares(low)
    # the cap beyond a height t in dimension 5: int_t^1 (1 - s^2) ds / B(1/2, 2)
    return float(law @ (2 / 3 - theta + theta**3 / 3)) / sphere


def test_least_errors_by_a_bisection_for_the_multiplier():
    law = zipf_probabilities(2.0, 30)
    found = errors.minimised_weights(law, 4, Stream.of(4, "thirty"))
    assert errors.single_class_error(law, found, 4)[0] == pytest.approx(by_bisection(law), 1e-9)
    size, norm = 50_000, float(mpmath.zeta(3))
    tail = float(mpmath.zeta(3, size + 1)) / norm / 2
    expected = by_bisection(np.arange(1.0, size + 1) ** -3 / norm) + tail
    value, error = numerics.least_error(3.0, 4)
    assert value == pytest.approx(expected, abs=1e-9 + error)


def test_the_sharp_constant_of_the_dossier():
    for value, expected in ((1.25, 2.60966), (1.5, 1.88589), (2, 2.39628), (3, 12.64923)):
        exact = theory.constant.subs(theory.alpha.symbol, Rational(value))
        assert float(exact) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("alpha", [1.5, 2.0, 3.0])
def test_the_closed_forms_by_integrals_along_the_profile(alpha):
    """The multiplier makes the squares of the shares add up to 1; the error is m / (2 (alpha - 1)).

    In dimension 7 the shares are integrated over x, found from x by bisection.
    """
    d, s = 7, 0.5
    with mpmath.workdps(25):
        sphere = mpmath.beta(0.5, mpmath.mpf(d) / 2)
        scale = mpmath.beta(1 - 1 / (2 * alpha), 1 + (d - 2) / (2 * alpha)) ** alpha

        def x_of(theta):
            return (scale * theta * (1 - theta**2) ** (1 - mpmath.mpf(d) / 2)) ** (-1 / alpha)

        def slope(theta):
            return -x_of(theta) / alpha * (1 / theta + (d - 2) * theta / (1 - theta**2))

        def cap(theta):
            half = mpmath.mpf(1) / 2
            return mpmath.betainc(half * d, half, 0, 1 - theta**2, regularized=True) / 2

        ends = [0, 0.01, 0.1, 0.5, 0.9, 1]
        assert slope(0.3) == pytest.approx(mpmath.diff(x_of, 0.3), rel=1e-8)
        squares = mpmath.quad(lambda t: 2 * t * x_of(t), ends)
        assert abs(squares - 1) < 1e-10
        norm = mpmath.zeta(alpha)
        multiplier = scale / (norm * sphere)

        def envelope(weight):  # int D x^-weight dx, by parts: D falls by alpha p h / x
            def inside(t):
                return -(x_of(t) ** (-alpha - weight)) * cap(t) / norm * slope(t)

            return alpha / (1 - weight) * mpmath.quad(inside, ends)

        at = {theory.alpha.symbol: Rational(alpha), theory.d.symbol: d, theory.e: s}
        closed, gap = (float(e.subs(at).evalf()) for e in (theory.closed, theory.gap))
        assert float(multiplier / (2 * (alpha - 1))) == pytest.approx(closed, rel=1e-10)
        assert float(envelope(0) - multiplier / 2) == pytest.approx(closed, rel=1e-4)
        assert float(envelope(s)) == pytest.approx(closed * gap, rel=1e-4)


@pytest.mark.parametrize(("exponent", "d"), [(1.5, 3), (3.0, 50)])
@pytest.mark.parametrize("multiplier", [0.02, 0.5])
def test_the_dual_function_by_the_smaller_of_two_integrands(exponent, d, multiplier):
    """The least over the share of p times the Beta tail and m times the share, on a grid.

    It is the integral of the smaller of p times the density and m, which quadrature gives.
    """
    law = np.arange(1.0, 200) ** -exponent / float(mpmath.zeta(exponent))
    shares = np.linspace(0, 1, 20_001)
    tails = stats.beta.sf(shares, 0.5, d / 2) / 2
    least = np.array([np.min(p * tails + multiplier * shares) for p in law])
    for p, value in zip(law[:5], least, strict=False):

        def smaller(v, p=p):
            return min(p * stats.beta.pdf(v, 0.5, d / 2) / 2, multiplier)

        by_quadrature, _ = integrate.quad(smaller, 0, 1, points=[0.001, 0.03, 0.3], limit=200)
        assert by_quadrature == pytest.approx(value, abs=1e-5)
    value, error = numerics.dual(exponent, d, multiplier)
    assert error < 1e-8
    inputs_beyond = float(mpmath.zeta(exponent, 200) / mpmath.zeta(exponent)) / 2
    assert 0 <= value + multiplier - least.sum() + 1e-4 <= inputs_beyond + 2e-4


def test_the_largest_dual_is_the_least_error():
    value, error = numerics.least_error(2.0, 10)
    multipliers = np.geomspace(0.01, 0.3, 15)
    duals = [numerics.dual(2.0, 10, m)[0] for m in multipliers]
    assert max(duals) <= value + error
    assert max(duals) == pytest.approx(value, rel=0.02)
    assert np.all(np.diff(np.diff(duals) / np.diff(multipliers)) < 0)  # concave


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.least_error(1.0, 5), "exponent"),
        (lambda: numerics.least_error(2.0, 2), "dimension"),
        (lambda: numerics.dual(1.0, 5, 0.1), "exponent"),
        (lambda: numerics.dual(2.0, 2, 0.1), "dimension"),
        (lambda: numerics.dual(2.0, 5, 0.0), "multiplier"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("name", ["minimax_dual", "minimax_dual_bracket"])
def test_derivations_are_proved(name):
    assert getattr(theory, name).derivation_report().worst is Status.PROVED


@pytest.mark.parametrize("name", ["minimax_bracket", "minimax_sharp"])
def test_derivations_rest_on_a_cited_theorem_alone(name):
    assert getattr(theory, name).derivation_report().worst is Status.CITED


n = Natural("n", at_least=2, meaning="grows")
b = Real("b", above=1, meaning="an exponent")
h = Real("h", above=0, meaning="a height")
e = Real("e", above=0, below=1, meaning="another exponent")
HERE = Domain(n, b, h, e)
x = Symbol("x", integer=True, positive=True)
v = Symbol("v", positive=True)


def holds(rule, before, after, domain=HERE):
    return examine(rule, before, after, domain).status is Status.PROVED


def bounded(a, s, e=0):
    """The integral of x^-e min(a x^-s, h) over x > 0."""
    part = (1 - e) / s
    return a**part * h ** (1 - part) / (part * (s - 1 + e))


def test_sums_of_capped_powers():
    total = Sum(Min(2 * x ** (-b), h.symbol), (x, 1, oo))
    assert holds(CappedPowers(), total, bounded(2, b))
    assert not holds(CappedPowers(), total, bounded(2, b) / 2)
    assert holds(CappedPowers(e.symbol), total, bounded(2, b) - bounded(2, b, e))
    assert not holds(CappedPowers(e.symbol), total, bounded(2, b))
    assert not holds(CappedPowers(e.symbol), total, bounded(2, b) - bounded(2, b, e) / 2)
    assert not holds(CappedPowers(1 + e), total, bounded(2, b) - bounded(2, b, 1 + e))
    slow = Sum(Min(2 * x ** (-e), h.symbol), (x, 1, oo))  # diverges
    assert not holds(CappedPowers(), slow, bounded(2, e))
    signed = Sum(Min(-2 * x ** (-b), h.symbol), (x, 1, oo))
    assert not holds(CappedPowers(), signed, bounded(-2, b))
    late = Sum(Min(2 * x ** (-b), h.symbol), (x, 2, oo))
    assert not holds(CappedPowers(e.symbol), late, bounded(2, b) - bounded(2, b, e))


@pytest.mark.parametrize("a", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("s", [1.2, 2.0, 4.0])
def test_capped_powers_by_numbers(a, s):
    cap, size = 0.5, 200_000
    total = np.minimum(a * np.arange(1.0, size) ** -s, cap).sum()
    total += a * float(mpmath.zeta(s, size))

    def integral(power):
        part = (1 - power) / s
        return a**part * cap ** (1 - part) / (part * (s - 1 + power))

    assert total <= integral(0)
    for power in (0.1, 0.5, 0.9):
        assert total >= integral(0) - integral(power)


def test_the_smaller_of_two_integrands():
    after = Integral(Min(b * v, h.symbol), (v, 0, 1))
    assert holds(LesserIntegrand(e), Integral(b * v, (v, e, 1)) + h * e, after)
    assert holds(LesserIntegrand(0), Integral(b * v, (v, 0, 1)), after)
    assert not holds(LesserIntegrand(e), Integral(b * v, (v, e, 1)), after)
    assert not holds(LesserIntegrand(b), Integral(b * v, (v, b, 1)) + h * b, after)
    other = Integral(Min(b * v, h * v), (v, 0, 1))
    assert not holds(LesserIntegrand(e), Integral(b * v, (v, e, 1)) + h * e, other)


def test_products_of_powers():
    rule = ProductsOfPowers()
    assert holds(rule, (2 * h * b) ** e, 2**e * h**e * b**e)
    assert not holds(rule, (2 * h * b) ** e, 2 * h**e * b**e)
    assert holds(rule, -(sqrt(h * b**2)), -(h ** Rational(1, 2)) * b)
    assert not holds(rule, sqrt(h), -sqrt(h))
    assert holds(rule, beta(h, b) * gamma(h + b), gamma(h) * gamma(b))
    assert not holds(rule, beta(h, b) * gamma(h + b), gamma(h) * gamma(b) ** 2)
    y = Symbol("y", real=True)
    assert not holds(rule, sqrt(y**2), y)


def test_integrals_term_by_term():
    rule = IntegratedTerms()
    assert holds(rule, Integral(v**h + v**b, (v, 0, 1)), 1 / (1 + h) + 1 / (1 + b))
    assert not holds(rule, Integral(v**h + v**b, (v, 0, 1)), 1 / (1 + h) - 1 / (1 + b))
    # each of the two diverges
    assert not holds(rule, Integral(1 / v - 1 / v, (v, 0, 1)) + Integral(v**-b, (v, 0, 1)), 1)


def test_equal_parts():
    total, closed = Sum(h.symbol, (x, 1, n)), h * n
    assert holds(EqualPart(total, closed, ExactSum()), total - b, closed - b)
    assert not holds(EqualPart(total, closed + 1, ExactSum()), total - b, closed + 1 - b)
    assert not holds(EqualPart(total, closed, ExactSum()), total - b, closed)
    assert not holds(EqualPart(total, closed, CappedPowers()), total - b, closed - b)
    assert not holds(EqualPart(h.symbol, h.symbol, ExactSum()), total, total)


def test_the_least_of_all_values():
    value = Observable("value", (h, n), "v", "what depends on n", definition=h * n)
    least = Observable("least", (h,), "l", "the least over all n")
    steps = Derivation()
    source = theory.source()
    claims = [
        Claim(
            id="test.bound",
            title="a bound",
            says="a bound",
            statement=Bound(value(h, n), ">=", bound),
            domain=Domain(h, n, b),
            source=source,
            observables=(value,),
            derivation=steps,
        )
        for bound in (2 * h, h * n / 2, h * b)
    ]
    here = Domain(h, b)

    def applied(claim, after, **more):
        return LeastOfAll(claim, least=least, sense=">=", **more).check(least(), after, here)

    undecided = "is not the same for all"
    assert undecided not in applied(claims[0], 2 * h).reason
    assert (
        "simplified" in applied(claims[0], 3 * h).reason
        or "against" in applied(claims[0], 3 * h).reason
    )
    assert undecided in applied(claims[1], h * n / 2).reason
    assert "not applied to all" in applied(claims[0], 2 * h, at={n: 5}).reason


def test_ratios_of_gamma_functions():
    rule = GammaRatios(n)
    ratio = gamma(b * n + 1) / gamma(b * n + Rational(1, 2))
    assert rule.check(ratio, sqrt(b * n), HERE).status is Status.PROVED
    assert rule.check(ratio, sqrt(n), HERE).status is not Status.PROVED
    assert rule.check(ratio, b * n, HERE).status is not Status.PROVED
    sphere = beta(Rational(1, 2), n / 2)
    assert rule.check(sphere, sqrt(2 * pi / n), HERE).status is Status.PROVED
    assert rule.check(sphere, sqrt(pi / n), HERE).status is not Status.PROVED
    assert rule.check(gamma(n), n**b, HERE).status is not Status.PROVED
