"""Rules of derivation about rounded numbers and marks of 0 and 1; they may move to the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.rising import is_bound_inside, rises_with
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.along_line import one_sided

__all__ = ["Rounded", "ZeroOrOne"]


@dataclass(frozen=True, eq=False)
class Rounded(Rule):
    """A number that is rounded is at least, or at most, what the rule puts in its place.

    For real x the number ``ceiling(x)`` is between x and x + 1, and ``floor(x)`` between x - 1 and
    x. The step replaces the rounded number by one of the two, in which the whole is monotone.

    Parameters
    ----------
    rounded : expression
        ``ceiling(x)`` or ``floor(x)``.
    by : expression
        One of the two ends, in any form.
    sense : str
        The relation of the step.
    """

    rounded: Any
    by: Any
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "rounding changes a number by less than one"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        rounded, by = sympy.sympify(self.rounded), sympy.sympify(self.by)
        if not isinstance(rounded, (sympy.ceiling, sympy.floor)):
            return undecided(f"{rounded} is not rounded")
        inside = rounded.args[0]
        if not inside.is_extended_real:
            return undecided(f"{inside} is not seen to be real")
        up = isinstance(rounded, sympy.ceiling)
        low, high = (inside, inside + 1) if up else (inside - 1, inside)
        at_high = decide_equal(by, high, domain).status is Status.PROVED
        if not at_high and decide_equal(by, low, domain).status is not Status.PROVED:
            return undecided(f"{by} is not an end of the interval that {rounded} lies in")
        part = sympy.Dummy("part", real=True)
        whole = sympy.sympify(before).xreplace({rounded: part})
        if not whole.has(part) or is_bound_inside(rounded, sympy.sympify(before)):
            return undecided(f"{rounded} does not occur, or is many values")
        grows = at_high is (self.sense == "<=")
        way = rises_with(whole if grows else -whole, part, domain)
        if way.status is not Status.PROVED:
            return undecided(f"the whole is not seen to be monotone in {rounded}: {way.reason}")
        return worst(
            decide_equal(whole.xreplace({part: by}), after, domain), proved("monotone in the part")
        )


@dataclass(frozen=True, eq=False)
class ZeroOrOne(Rule):
    """A step holds where a part is 0, and where it is 1, and a remark says that it is one of them.

    Parameters
    ----------
    part : expression
        An observable, or a symbol of which the domain says nothing else.
    remark : str
        As the domain has it; that it says so is for the writer to see to.
    zero, one : Rule
        What gives the step with the part replaced; both of the same relation, or of ``=``.
    """

    part: Any
    remark: str
    zero: Rule
    one: Rule

    @property
    def relation(self) -> str:
        relations = {self.zero.relation, self.one.relation} - {"="}
        return relations.pop() if len(relations) == 1 else "=" if not relations else "?"

    @property
    def words(self) -> str:
        return f"{self.one.words}, or {self.zero.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.remark not in domain.remarks:
            return undecided(f"the domain does not say: {self.remark}")
        if self.relation not in ("=", "<=", ">="):
            return undecided("the two cases give different relations, or a limit")
        part, sides = sympy.sympify(self.part), (sympy.sympify(before), sympy.sympify(after))
        ranges = {bounds.variable for bounds in domain.ranges}
        free = part.is_Symbol and part.name not in domain.names and part not in ranges
        if not free and not isinstance(part, AppliedUndef):
            return undecided(f"{part} is nothing that only a remark may speak of")
        if not any(side.has(part) for side in sides) or any(
            is_bound_inside(part, side) for side in sides
        ):
            return undecided(f"{part} does not occur, or is many values")
        findings = []
        for value, rule in ((0, self.zero), (1, self.one)):
            one, two = (side.xreplace({part: sympy.Integer(value)}) for side in sides)
            findings.append(examine(rule, one, two, domain))
        return worst(*findings)
