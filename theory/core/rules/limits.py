"""Rules that take limits: a truncated series, and the limit of an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.continuity import limit_at
from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.probing import departing_ratio
from theory.core.rule import Rule, proved, refuted, undecided, worst
from theory.core.signs import surely_positive

__all__ = ["Limit", "Series"]


@dataclass(frozen=True, eq=False)
class Series(Rule):
    """A truncated Taylor or Laurent series; the neglected part is of higher order.

    Parameters
    ----------
    variable, point : symbol and expression
    order : int
        The first neglected power of the distance to ``point`` (of 1/variable at infinity).
    """

    variable: Any
    point: Any
    order: int

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"series at ${sympy.latex(sympy.sympify(self.point))}$"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.sympify(self.point)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        variable, point = self.tends()
        found = [
            self._from(side, before, after, domain) for side in _sides(variable, point, domain)
        ]
        return worst(*found)

    def _from(self, side: str, before: Any, after: sympy.Expr, domain: Domain) -> Finding:
        variable, point = self.tends()
        small = sympy.Dummy("h", positive=True)
        at = point + small if side == "+" else point - small
        at = 1 / small if point is sympy.oo else at
        around = _without(variable, domain)
        gap = (sympy.sympify(before) - after).subs(variable, at)
        power = self.order - 1
        lost = limit_at(gap / small**power, small, 0, "+", around)
        if lost is None:
            return undecided("SymPy found no limit")
        if lost != 0 and decide_equal(lost, 0, around).status is not Status.PROVED:
            return refuted(f"a term of order {power} is missing: coefficient {lost}")
        share = limit_at(gap / after.subs(variable, at), small, 0, "+", around)
        if share != 0:  # of order h^power as well: then the series has no leading term
            return undecided("what is left is not seen to outweigh what is neglected")
        if not _leads_everywhere(after.subs(variable, at), small, around):
            return undecided("the leading coefficient may vanish somewhere")
        return _unless_numbers_object(
            proved(f"the neglected part is o(h^{power})"), before, after, self, domain
        )


@dataclass(frozen=True, eq=False)
class Limit(Rule):
    """The expression after is the limit of the one before, neither 0 nor infinite.

    Parameters
    ----------
    variable : Parameter or Symbol
    point : expression
        Where it goes.
    """

    variable: Any
    point: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        variable, point = map(sympy.latex, self.tends())
        return f"limit ${variable} \\to {point}$"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.sympify(self.point)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        variable, point = self.tends()
        around = _without(variable, domain)
        if after.has(variable):
            return undecided(f"a limit does not depend on {variable}")
        values = [
            limit_at(sympy.sympify(before), variable, point, side, around)
            for side in _sides(variable, point, domain)
        ]
        for value in values:
            if value is None or value.has(sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
                return undecided(f"SymPy found no finite limit: {value}")
            if decide_equal(value, 0, around).status is Status.PROVED:
                return undecided("the limit is 0, and nothing is asymptotically equal to 0")
            if not _vanishes_nowhere(value, around):
                return undecided(f"the limit {value} may be 0, to which nothing is equivalent")
        equal = worst(*(decide_equal(value, after, around) for value in values))
        reason = f"the limit is {values[0]}; {equal.reason}"
        return _unless_numbers_object(
            Finding(equal.status, reason, equal.numbers), before, after, self, domain
        )


def _leads_everywhere(expression: sympy.Expr, small: sympy.Symbol, domain: Domain) -> bool:
    """Whether the leading coefficient at 0 vanishes for no values of the parameters."""
    try:
        _, power = expression.leadterm(small)
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return False
    leading = limit_at(expression / small**power, small, 0, "+", domain)
    return leading is not None and _vanishes_nowhere(leading, domain)


def _vanishes_nowhere(value: sympy.Expr, domain: Domain) -> bool:
    return surely_positive(value, domain) or surely_positive(-value, domain)


def _sides(variable: sympy.Symbol, point: sympy.Expr, domain: Domain) -> str:
    """From where the variable can approach the point in its range."""
    if point in (sympy.oo, -sympy.oo):
        return "-"
    for parameter in domain.parameters:
        if parameter.name == variable.name:
            if point == getattr(parameter, "low", None):
                return "+"
            if point == getattr(parameter, "high", None):
                return "-"
    return "+-"


def _without(variable: sympy.Symbol, domain: Domain) -> Domain:
    """The domain of the other parameters: what is proved must hold as the variable goes."""
    return domain.within(variable, -sympy.oo, sympy.oo, discrete=bool(variable.is_integer))


def _unless_numbers_object(
    finding: Finding, before: Any, after: sympy.Expr, rule: Rule, domain: Domain
) -> Finding:
    """SymPy's limits can be wrong: numbers that do not bear one out leave it undecided."""
    tends = rule.tends()
    if finding.status is Status.PROVED and tends is not None:
        numbers = departing_ratio(sympy.sympify(before), after, *tends, domain)
        if numbers is not None:
            return undecided(f"{finding.reason}; but numbers speak against it: {numbers}")
    return finding
