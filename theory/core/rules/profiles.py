"""Rules of derivation for sums over a decreasing profile: integral tests, parts, large parameters.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.rule import Rule, proved, refuted, undecided, worst
from theory.core.rules.monotone import ByOneLink, decide_sign, equal
from theory.core.signs import surely_positive
from theory.core.statement import Bound

__all__ = [
    "FewLargeShares",
    "GammaRatios",
    "SmallGap",
    "TailIntegral",
]


@dataclass(frozen=True, eq=False)
class FewLargeShares(Rule):
    """Leaving out the inputs of large share costs no more than leaving out the first ones.

    Of nonnegative numbers a_1, ..., a_N fewer than n have n a_x > sum a, or they would add up to
    more than the sum. If w_1 >= w_2 >= ... >= 0, the sum of w over the others is therefore at least
    the sum of w from the n-th on: those that are left out are at most n - 1, and those that come
    first have the largest w. Indices beyond N may be added on both sides.

    Parameters
    ----------
    count : expression
        n, a positive integer.
    falling : str or None
        The remark of the domain that says that w falls; None if its derivative shows it.
    """

    count: Any
    falling: str | None = None

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "pigeonhole principle, and the first terms are the largest"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        terms = sympy.Add.make_args(sympy.sympify(before))
        cases = [t for t in terms if isinstance(t, sympy.Sum) and t.has(sympy.Piecewise)]
        others = [t for t in terms if t not in cases]
        if len(cases) != 1 or not isinstance(cases[0].function, sympy.Piecewise):
            return undecided("the rule takes one sum over an event")
        (cases_sum,) = cases
        ((x, low, high),) = cases_sum.limits
        (weight, condition), (zero, rest) = cases_sum.function.args
        if low != 1 or zero != 0 or rest != sympy.true or not isinstance(condition, sympy.Le):
            return undecided("the sum must run over an event A <= B from 1 on")
        count, end = sympy.sympify(self.count), high
        if others:
            if others != [sympy.Sum(weight, (x, high + 1, sympy.oo))]:
                return undecided("only the indices beyond may be added")
            end = sympy.oo
        share = condition.lhs / count
        total = condition.rhs
        if not isinstance(total, sympy.Sum) or total.limits[0][1:] != (1, high):
            return undecided("the event must compare with a sum over all inputs")
        same = total.function.subs(total.limits[0][0], x)
        return worst(
            decide_equal(share, same, domain),
            decide_sign(same, domain),
            decide_sign(weight, domain),
            self._falls(weight, x, domain),
            proved("an integer") if count.is_integer else undecided(f"{count} is no integer"),
            decide_sign(count - 1, domain),
            decide_equal(after, sympy.Sum(weight, (x, count, end)), domain),
        )

    def _falls(self, weight: sympy.Expr, x: sympy.Symbol, domain: Domain) -> Finding:
        if self.falling is not None:
            if self.falling in domain.remarks:
                return proved("by hypothesis")
            return undecided(f"the domain does not say: {self.falling}")
        real = sympy.Dummy("x", positive=True)
        return decide_sign(-sympy.diff(weight.subs(x, real), real), domain)


@dataclass(frozen=True, eq=False)
class TailIntegral(Rule):
    """The sum of c x^-s over x = m, m + 1, ... is at least its integral c m^(1-s) / (s-1).

    This needs s > 1, which is checked.
    """

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "sum of a decreasing function against its integral"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or before.limits[0][2] is not sympy.oo:
            return undecided("the rule takes an infinite sum")
        ((x, low, _),) = before.limits
        factor, rest = before.function.as_independent(x, as_Add=False)
        base, power = rest.as_base_exp()
        if base != x or power.has(x):
            return undecided("the terms are no powers")
        return worst(
            decide_sign(factor, domain),
            decide_sign(low - 1, domain),
            proved("convergent") if surely_positive(-power - 1, domain) else undecided("diverges"),
            equal(factor * low ** (power + 1) / (-power - 1), after, domain),
        )


def _asymptotic(expression: Any, n: sympy.Symbol, domain: Domain) -> tuple[sympy.Expr, sympy.Expr]:
    """Exponent and coefficient of the leading power of n in a product of powers and gammas.

    By Stirling's formula, for c > 0,
    log Gamma(c n + s) = (c n + s - 1/2) log(c n) - c n + log(2 pi) / 2 + o(1).
    """
    length = sympy.Symbol("L", real=True)
    total: sympy.Expr = sympy.S.Zero
    for factor in sympy.Mul.make_args(sympy.sympify(expression)):
        base, power = factor.as_base_exp()
        if power.has(n):
            raise ClaimError(f"no leading power of {factor}")
        total += power * _log_leading(base, n, length, domain)
    total = sympy.expand(total)
    runaway = [total.coeff(n, 1).coeff(length, k) for k in (0, 1)]
    if any(sympy.simplify(part) != 0 for part in runaway):
        raise ClaimError(f"{expression} is not of power growth in {n}")
    rest = total.coeff(n, 0)
    return sympy.simplify(rest.coeff(length, 1)), sympy.expand(rest.coeff(length, 0))


def _log_leading(
    base: sympy.Expr, n: sympy.Symbol, length: sympy.Symbol, domain: Domain
) -> sympy.Expr:
    if not base.has(n):
        return sympy.log(base)
    if base == n:
        return length
    if isinstance(base, sympy.beta):
        a, b = base.args
        parts = ((a, 1), (b, 1), (a + b, -1))
        return sum(
            (k * _log_leading(sympy.gamma(e), n, length, domain) for e, k in parts), sympy.S.Zero
        )
    linear = sympy.expand(base.args[0] if isinstance(base, sympy.gamma) else base)
    slope, shift = linear.coeff(n, 1), linear.coeff(n, 0)
    if sympy.expand(linear - slope * n - shift) != 0 or not _positive(slope, domain):
        raise ClaimError(f"no leading power of {base}")
    log_large = length + sympy.log(slope)
    if not isinstance(base, sympy.gamma):
        return log_large
    half = sympy.Rational(1, 2)
    return (slope * n + shift - half) * log_large - slope * n + sympy.log(2 * sympy.pi) / 2


def _positive(e: sympy.Expr, domain: Domain) -> bool:
    return bool(sympy.factor(sympy.together(e.subs(domain.positive_form()))).is_positive)


@dataclass(frozen=True, eq=False)
class GammaRatios(Rule):
    """The ratio of the expressions tends to 1, by Stirling's formula for Gamma(c n + s)."""

    variable: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"Stirling's formula as ${sympy.latex(sympy.sympify(self.variable))} \\to \\infty$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        n = sympy.sympify(self.variable)
        try:
            power, log_constant = _asymptotic(before, n, domain)
            expected, other = _asymptotic(after, n, domain)
        except ClaimError as reason:
            return undecided(str(reason))
        same = decide_equal(power, expected, domain)
        if same.status is not Status.PROVED:
            return same
        gap = sympy.expand_log(sympy.expand_log(log_constant - other, force=True), force=True)
        if sympy.simplify(sympy.expand(gap)) == 0:
            return proved("the leading powers and their coefficients agree")
        found = decide_equal(log_constant, other, domain)
        return (
            found if found.status is not Status.UNDECIDED else undecided("constants not compared")
        )


@dataclass(frozen=True, eq=False)
class SmallGap(ByOneLink):
    """What lies between R (1 - g) and R is asymptotically R, where g is of negative power growth.

    Parameters
    ----------
    variable : symbol
    gap : expression
        g, as a product of powers, gamma and beta functions.
    """

    variable: Any = None
    gap: Any = None

    @property
    def relation(self) -> str:
        return "~"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound) or len(statement.terms) != 3:
            raise ClaimError(f"{self.claim.id} is not a bound from both sides")
        low, middle, high = statement.terms if statement.sense == "<=" else statement.terms[::-1]
        n, gap = sympy.sympify(self.variable), sympy.sympify(self.gap)
        status = self.claim.derivation_report().worst
        found = [
            self._same(middle, before, domain),
            self._same(high, after, domain),
            self._same(low, after * (1 - gap), domain),
            *self._in_range(domain),
        ]
        try:
            power, _ = _asymptotic(gap, n, domain)
        except ClaimError as reason:
            return undecided(str(reason))
        if not _positive(-power, domain):
            return refuted(f"the gap does not vanish: its power is {power}")
        return worst(*found, Finding(status, f"by {self.claim.id}, with a gap of power {power}"))
