"""Rules of derivation for sequences that fall exponentially."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.expansion import NoExpansion, expand_at_infinity, leading_term
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.by_claim import ByClaim
from theory.core.statement import Bound, Equivalent

__all__ = ["ScaledBy", "UpToSmallerExponentials"]


@dataclass(frozen=True, eq=False)
class ScaledBy(Rule):
    """An equivalence between two expressions once both are divided by a positive factor.

    Parameters
    ----------
    factor : expression
    inner : Rule
        An asymptotic one.
    """

    factor: Any
    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return self.inner.words

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        return self.inner.tends()

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.relation != "~":
            return undecided("the rule is for equivalences")
        factor = sympy.sympify(self.factor)
        one, two = sympy.sympify(before) / factor, after / factor
        return worst(
            decide_positive(factor, domain),
            decide_equal(one * factor, before, domain),
            decide_equal(two * factor, after, domain),
            examine(self.inner, one, two, domain),
        )


@dataclass(frozen=True, eq=False)
class UpToSmallerExponentials(ByClaim):
    """``|A - B| <= c_1 b_1^n + c_2 b_2^n + ...`` makes A and B equivalent, if B falls more slowly.

    Parameters
    ----------
    claim : Claim
        The bound.
    size : Claim
        That what B is a multiple of is equivalent to a power of n times ``base^n``.
    size_at : mapping
        What the parameters of ``size`` are here.
    multiple : expression
        B over the left side of ``size``; positive, free of n.
    base : expression
        Above each b.
    """

    size: Any = None
    size_at: Any = None
    multiple: Any = 1
    base: Any = None

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}, whose remainder falls faster"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        return ByClaim(self.size, self.size_at).tends()

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return None

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        bound, size = self.claim.statement, self.size.statement
        if not isinstance(bound, Bound) or not isinstance(size, Equivalent):
            return undecided("a bound and an equivalence are needed")
        base, multiple = sympy.sympify(self.base), sympy.sympify(self.multiple)
        plain, by_size = ByClaim(self.claim, self.at), ByClaim(self.size, self.size_at)
        n, _ = by_size.tends() or (None, None)
        remainder = plain.remainder(domain)
        if remainder is None or n is None or base.has(n) or multiple.has(n):
            return undecided("the bound is not one of a difference")
        left, right = (by_size._here(side) for side in size.sides)
        found = [
            examine(plain, before, after, domain),
            decide_equal(multiple * left, after, domain),
            decide_positive(multiple, domain),
            decide_positive(base, domain),
            self._of_power_growth(right / base**n, n, domain),
            self.size_status(),
        ]
        for term in sympy.Add.make_args(remainder):
            found.append(_falls_faster(term, base, n, domain))
        return worst(*found)

    def size_status(self) -> Finding:
        """How the derivation of the claim about the size stands."""
        status = self.size.derivation_report().worst
        reason = f"by {self.size.id}, whose own derivation is {status}"
        return Finding(Status.UNDECIDED if status is Status.REFUTED else status, reason)

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        by_size = ByClaim(self.size, self.size_at)
        return worst(
            ByClaim(self.claim, self.at).rests_on(before, after, domain),
            by_size.rests_on(after, after, domain),
        )

    @staticmethod
    def _of_power_growth(ratio: sympy.Expr, n: sympy.Symbol, domain: Domain) -> Finding:
        around = domain.within(n, 1, sympy.oo, discrete=bool(n.is_integer))
        try:
            series = expand_at_infinity(sympy.powsimp(sympy.simplify(ratio)), n, 2, around)
            leading_term(series, around)
        except NoExpansion as reason:
            return undecided(str(reason))
        return proved("of power growth beside the exponential")


def _falls_faster(term: sympy.Expr, base: sympy.Expr, n: sympy.Symbol, domain: Domain) -> Finding:
    powers = [f for f in sympy.Mul.make_args(term) if f.is_Pow and f.exp.has(n)]
    if len(powers) != 1 or powers[0].exp != n or (term / powers[0]).has(n):
        return undecided(f"{term} is not an exponential in {n}")
    small = powers[0].base
    if small.has(n):
        return undecided(f"{term} is not an exponential in {n}")
    return worst(
        decide_nonnegative(small, domain),
        decide_positive(sympy.factor(sympy.together(base - small)), domain),
    )
