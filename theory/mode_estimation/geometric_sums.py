"""Geometric series whose ratio is a power with a parameter in its exponent."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from theory.core.binding import replace_free
from theory.core.decision import Finding, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.rule import Rule, undecided, worst

__all__ = ["GeometricSum"]


@dataclass(frozen=True, eq=False)
class GeometricSum(Rule):
    """A sum of terms f(r), f(r + 1) = q f(r) and 0 < q < 1, to infinity is f(first) / (1 - q)."""

    @property
    def words(self) -> str:
        return "geometric series"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((r, first, last),) = before.limits
        if last is not sympy.oo or not first.is_integer:
            return undecided("the sum must run from an integer to infinity")
        term = before.function
        ratio = sympy.powsimp(sympy.simplify(term.subs(r, r + 1) / term))
        if ratio.has(r):
            return undecided(f"the ratio {ratio} of successive terms is not constant")
        rate = -sympy.expand_log(sympy.log(ratio), force=False)
        return worst(
            decide_positive(ratio, domain),
            decide_positive(rate, domain),
            decide_equal(replace_free(term, {r: first}) / (1 - ratio), after, domain),
        )
