"""Rules of derivation for the probability of an event by Chernoff's method.

Nothing here is special to mode estimation; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.printing import in_words
from theory.core.rule import Rule, examine, undecided, worst
from theory.core.rules.monotone import equal

__all__ = ["ByLogarithm", "Chernoff", "TrinomialTheorem"]


@dataclass(frozen=True, eq=False)
class Chernoff(Rule):
    """What counts where A <= B only becomes what counts everywhere, times exp(t (B - A)).

    Where A <= B the exponential is at least 1, elsewhere it is positive; so it is with anything
    that is at least B - A in the exponent.

    Parameters
    ----------
    tilt : expression
        t, nonnegative.
    gap : expression
        Replaces B - A in the exponent.
    by : Rule
        Takes B - A to ``gap``; it is ``=`` or ``<=``.
    """

    tilt: Any
    gap: Any
    by: Rule

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return rf"Chernoff's method with the tilt ${in_words(self.tilt)}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        cases = [f for f in sympy.Mul.make_args(before) if isinstance(f, sympy.Piecewise)]
        if len(cases) != 1:
            return undecided("the rule takes one value with cases")
        (value, condition), *others = cases[0].args
        if not isinstance(condition, (sympy.Le, sympy.Ge)) or [e for e, _ in others] != [0]:
            return undecided("the value must be 0 outside an event A <= B")
        weight = value * sympy.Mul(*(f for f in sympy.Mul.make_args(before) if f != cases[0]))
        tilt, gap = sympy.sympify(self.tilt), sympy.sympify(self.gap)
        if self.by.relation not in ("=", "<="):
            return undecided("the gap must be replaced by one that is at least as large")
        return worst(
            *(decide_nonnegative(factor, domain) for factor in sympy.Mul.make_args(weight)),
            decide_nonnegative(tilt, domain),
            examine(self.by, condition.gts - condition.lts, gap, domain),
            equal(weight * sympy.exp(tilt * gap), after, domain),
        )


@dataclass(frozen=True, eq=False)
class ByLogarithm(Rule):
    """A positive quantity is at most the exponential of what bounds its logarithm.

    Parameters
    ----------
    bound : expression
    by : Rule
        Takes the logarithm of ``quantity`` to ``bound``; it is ``<=``.
    """

    bound: Any
    by: Rule

    @property
    def relation(self) -> str:
        return self.by.relation

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        bound = sympy.sympify(self.bound)
        if self.relation not in ("=", "<=", ">="):
            return undecided("numbers are not equivalent when their logarithms are")
        return worst(
            decide_positive(before, domain),
            examine(self.by, sympy.log(sympy.sympify(before)), bound, domain),
            equal(sympy.exp(bound), after, domain),
        )


@dataclass(frozen=True, eq=False)
class TrinomialTheorem(Rule):
    """A double sum over counts that add up to n becomes the n-th power of a sum of three.

    The sum over s = 0..n and k = 0..s of binomial(n, s) binomial(s, k) a^k b^(s - k) z^(n - s)
    is (a + b + z)^n.

    Parameters
    ----------
    parts : three expressions
        a, b and z, nonnegative.
    factor : expression
        What stands before the terms; it must not depend on the counts.
    """

    parts: tuple[Any, Any, Any]
    factor: Any = 1

    @property
    def words(self) -> str:
        return "trinomial theorem"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if not isinstance(before, sympy.Sum) or len(before.limits) != 2:
            return undecided("the rule takes a double sum")
        (k, low, s), (total, least, n) = before.limits
        if (low, s, least) != (0, total, 0) or k == total:
            return undecided("the ranges are not those of the theorem")
        a, b, z, factor = (sympy.sympify(part) for part in (*self.parts, self.factor))
        if any(part.has(k, total) for part in (a, b, z, factor, n)):
            return undecided("a part depends on the counts")
        if not n.is_integer:
            return undecided(f"{n} is not seen to be an integer")
        term = factor * sympy.binomial(n, s) * sympy.binomial(s, k)
        term *= a**k * b ** (s - k) * z ** (n - s)
        inside = domain.within(s, 0, n, discrete=True).within(k, 0, s, discrete=True)
        return worst(
            *(decide_nonnegative(part, domain) for part in (a, b, z, n)),
            equal(before.function, term, inside),
            equal(factor * (a + b + z) ** n, after, domain),
        )
