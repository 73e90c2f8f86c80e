"""The rules of Chernoff's method: they prove what is right, and nothing that is wrong."""

from sympy import Piecewise, Rational, Sum, Symbol, binomial, exp, log

from theory import Domain, Natural, Real
from theory.core.decision import Status
from theory.core.rule import examine
from theory.core.rules.elementary import algebra
from theory.core.rules.monotone import OneSign
from theory.mode_estimation.chernoff import ByLogarithm, Chernoff, TrinomialTheorem

x = Real("x", at_least=0)
w = Real("w", at_least=0)
t = Real("t", at_least=0)
n = Natural("n", at_least=1)
DOMAIN = Domain(x, w, t, n)
EVENT = Piecewise((w, x.symbol <= 3), (0, True))
k = Symbol("k", integer=True, nonnegative=True)
s = Symbol("s", integer=True, nonnegative=True)


def status(rule, before, after):
    """Status of one step on the domain."""
    return examine(rule, before, after, DOMAIN).status


def test_chernoff():
    rule = Chernoff(t.symbol, 3 - x.symbol, algebra)
    assert status(rule, EVENT, w * exp(t * (3 - x))) is Status.PROVED
    assert status(rule, EVENT, w * exp(t * (2 - x))) is not Status.PROVED


def test_chernoff_with_a_larger_gap_only():
    larger = Chernoff(t.symbol, 4 - x.symbol, OneSign())
    assert status(larger, EVENT, w * exp(t * (4 - x))) is Status.PROVED
    smaller = Chernoff(t.symbol, 2 - x.symbol, OneSign(">="))
    assert status(smaller, EVENT, w * exp(t * (2 - x))) is not Status.PROVED


def test_chernoff_needs_signs_and_an_event():
    negative = Chernoff(-t.symbol, 3 - x.symbol, algebra)
    assert status(negative, EVENT, w * exp(-t * (3 - x))) is not Status.PROVED
    signed = Piecewise((-w.symbol, x.symbol <= 3), (0, True))
    rule = Chernoff(t.symbol, 3 - x.symbol, algebra)
    assert status(rule, signed, -w * exp(t * (3 - x))) is not Status.PROVED
    filled = Piecewise((w.symbol, x.symbol <= 3), (1, True))
    assert status(rule, filled, w * exp(t * (3 - x))) is not Status.PROVED
    assert status(rule, w.symbol, w * exp(t * (3 - x))) is not Status.PROVED


def test_by_logarithm():
    rule = ByLogarithm(x.symbol + 1, OneSign())
    assert status(rule, exp(x.symbol), exp(x + 1)) is Status.PROVED
    assert status(rule, exp(x.symbol), exp(x + 2)) is not Status.PROVED
    assert status(rule, exp(x + 2), exp(x + 1)) is not Status.PROVED
    assert status(ByLogarithm(log(x.symbol), algebra), -x.symbol, x.symbol) is not Status.PROVED


def trinomial(term):
    """The double sum of the theorem, with a factor."""
    return Sum(term, (k, 0, s), (s, 0, n.symbol))


def test_trinomial_theorem():
    term = binomial(n, s) * binomial(s, k) * x**k * w ** (s - k) * t ** (n - s)
    parts = (x.symbol, w.symbol, t.symbol)
    rule = TrinomialTheorem(parts)
    assert status(rule, trinomial(term), (x + w + t) ** n) is Status.PROVED
    assert status(rule, trinomial(2 * term), (x + w + t) ** n) is not Status.PROVED
    doubled = TrinomialTheorem(parts, factor=2)
    assert status(doubled, trinomial(2 * term), 2 * (x + w + t) ** n) is Status.PROVED
    assert status(rule, trinomial(term), (x + w + t) ** (n - 1)) is not Status.PROVED
    varying = TrinomialTheorem(parts, factor=Rational(1, 2) * k)
    assert status(varying, trinomial(k * term / 2), k * (x + w + t) ** n / 2) is not Status.PROVED
