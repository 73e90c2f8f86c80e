"""From where on a function is at least a level, and bounds on that place.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.function import AppliedUndef

from theory.core.decision import Finding, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.parameters import Real
from theory.core.rule import Rule, undecided, worst
from theory.core.statement import Bound

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["ReachedAround"]


@dataclass(frozen=True, eq=False)
class ReachedAround(Rule):
    """A function between two polynomials reaches a level between where these do.

    From above (``<=``): where the lower polynomial is the level, the function is at least that.
    From below (``>=``): the upper polynomial rises up to its ``peak``, so that before the place
    where it is the level it is less, and so is the function.

    That the place is the infimum of the v in (0, 1) with f(v) >= level is what the observable
    means, which does not depend on v.

    Parameters
    ----------
    claim : Claim
        A chain ``lower <= f <= upper`` for all v in (0, 1).
    place : expression
        The observable, the line before.
    variable : symbol
        v.
    level : expression
    peak : expression
        At most 1; up to there the upper polynomial rises, and the place is not beyond it.
    sense : str
    """

    claim: Claim
    place: Any
    variable: Any
    level: Any
    peak: Any
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        side = "lower" if self.sense == "<=" else "upper"
        return rf"where the {side} bound of \texttt{{{self.claim.id}}} is the level"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        v, level = sympy.sympify(self.variable), sympy.sympify(self.level)
        if before != self.place or not isinstance(before, AppliedUndef) or v in before.args:
            return undecided("the rule takes an observable place to a bound on it")
        if self.sense not in ("<=", ">="):
            return undecided(f"the rule is for inequalities, not for {self.sense}")
        if not isinstance(statement, Bound) or len(statement.terms) != 3 or statement.sense != "<=":
            return undecided(f"{self.claim.id} is no chain of three")
        lower, middle, upper = statement.terms
        if v not in middle.args or v in {p.symbol for p in domain.parameters}:
            return undecided(f"{self.claim.id} is about no function of {v}")
        for parameter in self.claim.domain.parameters:
            if parameter.symbol == v:
                if not isinstance(parameter, Real) or (parameter.low, parameter.high) != (0, 1):
                    return undecided(f"{self.claim.id} is not about all {v} in (0, 1)")
            elif parameter not in domain.parameters:
                return undecided(f"{parameter.name} is another parameter here")
        for hypothesis in (*self.claim.domain.where, *self.claim.domain.remarks):
            if hypothesis not in (*domain.where, *domain.remarks):
                return undecided(f"{self.claim.id} needs {hypothesis}")
        bound = lower if self.sense == "<=" else upper
        peak = sympy.sympify(self.peak)
        if not bound.is_polynomial(v) or sympy.Tuple(peak, after, level).has(v):
            return undecided("the bound is no polynomial, or a number moves along it")
        inside = sympy.Dummy("inside", positive=True)
        rising = sympy.simplify(sympy.diff(bound, v).subs(v, peak * inside / (1 + inside)))
        status = self.claim.derivation_report().worst
        back = peak - after  # at least 0 and less than the peak
        return worst(
            decide_equal(bound.subs(v, after), level, domain),
            decide_positive(peak, domain),
            decide_nonnegative(1 - peak, domain),
            decide_nonnegative(back, domain),
            decide_positive(sympy.factor(sympy.expand(peak**2 - back**2)), domain),
            decide_positive(rising, domain),
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}"),
        )
