"""Expansions in powers of a large parameter, with all that is neglected kept in view.

A series is a sum of c n^e with exponents e that may depend on parameters, and the exponents of
the errors that were made on the way. Nothing is read off a series below its errors.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sympy

from theory.core.domain import Domain
from theory.core.signs import surely_positive

__all__ = [
    "NoExpansion",
    "Series",
    "expand_at_infinity",
    "leading_term",
    "logarithm",
    "of_power_growth",
]

_NOWHERE = Domain()


class NoExpansion(Exception):
    """The expression is outside what is expanded here, or a sign or an order is not decided."""


@dataclass(frozen=True)
class Series:
    """The sum of ``coefficient * n**exponent``, up to errors O(n^(error + any small amount))."""

    terms: dict[sympy.Expr, sympy.Expr] = field(default_factory=dict)
    errors: frozenset[sympy.Expr] = frozenset()

    def __add__(self, other: Series) -> Series:
        total = dict(self.terms)
        for exponent, coefficient in other.terms.items():
            total[exponent] = total.get(exponent, sympy.S.Zero) + coefficient
        return Series(_tidy(total), self.errors | other.errors)

    def times(self, other: Series) -> Series:
        """The product; an error times a term is an error."""
        total: dict[sympy.Expr, sympy.Expr] = {}
        for (e, c), (f, d) in itertools.product(self.terms.items(), other.terms.items()):
            power = sympy.expand(e + f)
            total[power] = total.get(power, sympy.S.Zero) + c * d
        errors = {
            sympy.expand(one + two)
            for ours, theirs in ((self, other), (other, self))
            for one in ours.errors
            for two in (*theirs.terms, *theirs.errors)
        }
        return Series(_tidy(total), frozenset(errors))

    def shifted(self, power: Any, factor: Any = 1) -> Series:
        """Times ``factor * n**power``."""
        return Series(
            {sympy.expand(e + power): c * factor for e, c in self.terms.items()},
            frozenset(sympy.expand(error + power) for error in self.errors),
        )

    def cut(self, depth: int) -> Series:
        """Without the terms whose exponent is a number below ``-depth``: these become an error."""
        low = [e for e in self.terms if e.is_number and e < -depth]
        if not low:
            return self
        kept = {e: c for e, c in self.terms.items() if e not in low}
        return Series(kept, self.errors | {max(low)})


def _tidy(terms: dict[sympy.Expr, sympy.Expr]) -> dict[sympy.Expr, sympy.Expr]:
    tidied = {}
    for exponent, coefficient in terms.items():
        coefficient = sympy.expand(coefficient)
        if coefficient != 0:
            tidied[exponent] = coefficient
    return tidied


@dataclass(frozen=True)
class Logarithm:
    """A function of n as ``factor * exp(slow * log(n) + rest)``, with a constant factor."""

    factor: sympy.Expr = sympy.S.One
    slow: Series = Series()
    rest: Series = Series()

    def __add__(self, other: Logarithm) -> Logarithm:
        """The logarithm of the product."""
        return Logarithm(self.factor * other.factor, self.slow + other.slow, self.rest + other.rest)

    def power(self, domain: Domain) -> sympy.Expr:
        """The exponent of n, for power growth."""
        growing = (*self.slow.terms, *self.slow.errors)
        if any(e != 0 for e in growing):
            raise NoExpansion("the exponent of n is not constant")
        for exponent in (*self.rest.terms, *self.rest.errors):
            if exponent != 0 and not surely_positive(-exponent, domain):
                raise NoExpansion("the expression is not seen to be of power growth")
        if sympy.S.Zero in self.rest.errors:
            raise NoExpansion("the constant is lost among the errors")
        return sympy.expand(sympy.simplify(self.slow.terms.get(sympy.S.Zero, sympy.S.Zero)))


def logarithm(term: sympy.Expr, n: sympy.Symbol, depth: int, domain: Domain) -> Logarithm:
    """The logarithm of an expression, as far as n^-depth.

    Raises
    ------
    NoExpansion
        A function has no expansion here.
    """
    if not term.has(n):
        return Logarithm(term)
    if term == n:
        return Logarithm(slow=Series({sympy.S.Zero: sympy.S.One}))
    if isinstance(term, sympy.Mul):
        total = Logarithm()
        for factor in term.args:
            total = total + logarithm(factor, n, depth, domain)
        return total
    if isinstance(term, sympy.exp):
        return Logarithm(rest=expand_at_infinity(term.args[0], n, depth, domain))
    if isinstance(term, sympy.Pow):
        return _log_power(term, n, depth, domain)
    if isinstance(term, sympy.beta):
        x, y = term.args
        return logarithm(sympy.gamma(x) * sympy.gamma(y) / sympy.gamma(x + y), n, depth, domain)
    if isinstance(term, sympy.binomial):
        a, b = term.args
        top, under = sympy.gamma(a + 1), sympy.gamma(b + 1) * sympy.gamma(a - b + 1)
        return logarithm(top / under, n, depth, domain)
    if isinstance(term, sympy.factorial):
        return _log_gamma(term.args[0] + 1, n, depth)
    if isinstance(term, sympy.gamma):
        return _log_gamma(term.args[0], n, depth)
    if isinstance(term, sympy.Add):
        return _log_of_series(_plain(term, n, depth, domain), depth, domain)
    raise NoExpansion(f"no expansion of {term.func.__name__} for large {n}")


def _log_power(term: sympy.Pow, n: sympy.Symbol, depth: int, domain: Domain) -> Logarithm:
    base, exponent = term.args
    power = Series({sympy.S.Zero: exponent})
    if exponent.has(n):
        power = _plain(exponent, n, depth, domain)
        numbers = [e for e in power.terms if e.is_number]
        depth += max((int(sympy.ceiling(e)) for e in numbers), default=0)  # n^2 * o(n^-3) = o(1/n)
    inside = logarithm(base, n, max(depth, 0), domain)
    factor = inside.factor
    if exponent.has(n):
        if not surely_positive(factor, domain):
            raise NoExpansion(f"{base} is not seen to be positive for large {n}")
        inside = Logarithm(
            slow=inside.slow, rest=inside.rest + Series({sympy.S.Zero: sympy.log(factor)})
        )
        factor = sympy.S.One
    elif not exponent.is_integer and not surely_positive(factor, domain):
        raise NoExpansion(f"{base} is not seen to be positive for large {n}")
    return Logarithm(factor**exponent, power.times(inside.slow), power.times(inside.rest))


def _log_gamma(argument: sympy.Expr, n: sympy.Symbol, depth: int) -> Logarithm:
    """Stirling's series for log Gamma(n + shift): DLMF 5.11.8."""
    shift = sympy.expand(argument - n)
    if shift.has(n):
        raise NoExpansion(f"Gamma({argument}) is not a shift of Gamma({n})")
    half = sympy.Rational(1, 2)
    slow = Series({sympy.S.One: sympy.S.One, sympy.S.Zero: shift - half})
    terms = {sympy.S.One: -sympy.S.One, sympy.S.Zero: sympy.log(2 * sympy.pi) / 2}
    for k in range(2, depth + 2):
        coefficient = (-1) ** k * sympy.bernoulli(k, shift) / (k * (k - 1))
        terms[sympy.Integer(1 - k)] = sympy.expand(coefficient)
    errors = frozenset({sympy.Integer(-1 - depth)})
    return Logarithm(slow=Series(_tidy(slow.terms)), rest=Series(_tidy(terms), errors))


def _plain(expression: sympy.Expr, n: sympy.Symbol, depth: int, domain: Domain) -> Series:
    """The expansion of a sum of terms of power growth, each as far as n^-depth below its lead."""
    total = Series()
    # powers stay whole: 1/((n + 1) (n + 1)^n) would become 1/(n (n + 1)^n + (n + 1)^n)
    expanded = sympy.expand(expression, func=False, power_exp=False)
    for summand in sympy.Add.make_args(expanded):
        if isinstance(summand, sympy.Add):
            raise NoExpansion("nested sums")
        total = total + of_power_growth(logarithm(summand, n, depth + 1, domain), depth, domain)
    return total


def of_power_growth(log: Logarithm, depth: int, domain: Domain) -> Series:
    """Exp of a logarithm, as a series."""
    power = log.power(domain)
    constant = _exp_of_logs(log.rest.terms.get(sympy.S.Zero, sympy.S.Zero)) * log.factor
    small = {e: c for e, c in log.rest.terms.items() if e != 0}
    return _exp_series(Series(small, log.rest.errors), depth).shifted(power, constant)


def _exp_series(small: Series, depth: int) -> Series:
    """Exp of a series of negative powers."""
    total, product = Series({sympy.S.Zero: sympy.S.One}), Series({sympy.S.Zero: sympy.S.One})
    for j in range(1, _how_many(small, depth) + 1):
        product = product.times(small).cut(depth)
        total = total + product.shifted(0, 1 / sympy.factorial(j))
    return _with_remainder(total, product.times(Series(small.terms)), small)


def _log_of_series(series: Series, depth: int, domain: Domain) -> Logarithm:
    """Log of a sum of powers of n: the largest is factored out, the rest is a log series."""
    exponent, leading = leading_term(series, domain)
    rest = Series({e: c for e, c in series.terms.items() if e != exponent}, series.errors)
    small = rest.shifted(-exponent, 1 / leading)
    total, product = Series(), Series({sympy.S.Zero: sympy.S.One})
    for j in range(1, _how_many(small, depth) + 1):
        product = product.times(small).cut(depth)
        total = total + product.shifted(0, sympy.Rational((-1) ** (j + 1), j))
    total = _with_remainder(total, product.times(Series(small.terms)), small)
    return Logarithm(leading, Series({sympy.S.Zero: exponent} if exponent != 0 else {}), total)


def _how_many(small: Series, depth: int) -> int:
    """How many powers of a small series are needed to reach n^-depth."""
    if not small.terms:
        return 0
    numbers = [e for e in small.terms if e.is_number]
    if len(numbers) < len(small.terms):
        return 1  # exponents with parameters: what follows is an error of known size
    largest = max(numbers)
    if largest >= 0:
        raise NoExpansion("a series in growing powers")
    return int(sympy.floor(-depth / largest)) + 1


def _with_remainder(total: Series, next_power: Series, small: Series) -> Series:
    """The series with the error of having stopped: the next power of the small part."""
    return Series(total.terms, total.errors | frozenset(next_power.terms) | small.errors)


def _exp_of_logs(exponent: sympy.Expr) -> sympy.Expr:
    """exp(c log a + d) as a^c e^d, so that constants stay readable."""
    product = sympy.S.One
    for addend in sympy.Add.make_args(sympy.expand(exponent)):
        logs = [f for f in sympy.Mul.make_args(addend) if isinstance(f, sympy.log)]
        if len(logs) == 1 and logs[0].args[0].is_positive:
            product *= logs[0].args[0] ** (addend / logs[0])
        else:
            product *= sympy.exp(addend)
    return product


def expand_at_infinity(
    expression: Any, n: sympy.Symbol, depth: int = 2, domain: Domain = _NOWHERE
) -> Series:
    """The expansion for large ``n``, each summand as far as n^-depth below its lead.

    Raises
    ------
    NoExpansion
        A function has no expansion here.
    """
    series = _plain(sympy.sympify(expression), n, depth, domain)
    terms = {e: sympy.factor(c) for e, c in series.terms.items()}
    return Series({e: c for e, c in terms.items() if c != 0}, series.errors)


def leading_term(series: Series, domain: Domain = _NOWHERE) -> tuple[sympy.Expr, sympy.Expr]:
    """The largest power with its coefficient, which vanishes nowhere on the domain.

    Raises
    ------
    NoExpansion
        Two powers are not ordered on the domain, the coefficient may vanish, or the errors are as
        large.
    """
    terms = dict(series.terms)
    while terms:
        best, *others = terms
        for exponent in others:
            if surely_positive(exponent - best, domain):
                best = exponent
            elif not surely_positive(best - exponent, domain):
                raise NoExpansion(f"the powers {exponent} and {best} are not ordered")
        require_above(best, series.errors, domain)
        coefficient = terms.pop(best)
        if _vanishes_nowhere(coefficient, domain):
            return best, coefficient
        if not _vanishes(coefficient, domain):
            raise NoExpansion(f"the coefficient {coefficient} of power {best} may vanish")
    raise NoExpansion("nothing is left of the expansion")


def require_above(
    exponent: sympy.Expr, errors: Iterable[sympy.Expr], domain: Domain = _NOWHERE
) -> None:
    """Raise `NoExpansion` unless a power is surely larger than all errors."""
    for error in errors:
        if not surely_positive(exponent - error, domain):
            raise NoExpansion(f"power {exponent} is not seen to outweigh an error of power {error}")


def _vanishes_nowhere(coefficient: sympy.Expr, domain: Domain) -> bool:
    return surely_positive(coefficient, domain) or surely_positive(-coefficient, domain)


def _vanishes(coefficient: sympy.Expr, domain: Domain) -> bool:
    from theory.core.decision import Status, decide_equal

    return decide_equal(coefficient, 0, domain).status is Status.PROVED
