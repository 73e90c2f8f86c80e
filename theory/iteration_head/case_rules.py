"""Rules of derivation for inequalities seen case by case, and for entries between 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status
from theory.core.domain import Domain
from theory.core.parameters import Vector
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.along_line import one_sided, real_by_signs
from theory.core.rules.inequalities import nonnegative_below_one
from theory.core.rules.monotone import assuming, decide_sign
from theory.iteration_head.circle_rules import bound_in, stands_free

__all__ = ["EntryInRange", "SignInCases"]


@dataclass(frozen=True, eq=False)
class EntryInRange(Rule):
    """An inequality in one entry of a vector, which holds wherever the entry is from 0 to 1."""

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "entries are between $0$ and $1$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        gap = after - sympy.sympify(before)
        found = _nonnegative_in_entry(gap if self.sense == "<=" else -gap, domain)
        return worst(found, *real_by_signs(after, domain))


@dataclass(frozen=True, eq=False)
class SignInCases(Rule):
    """An inequality whose difference is nonnegative in each of its cases, where the case holds.

    Unlike `OneSign`, it uses the conditions of the cases: each inequality ``a <= b`` or ``a < b``
    among them is known as ``b - a >= 0`` there.
    """

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "the difference has one sign in each case"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        gap = after - sympy.sympify(before)
        if not all(stands_free(part, gap) for part in gap.atoms(sympy.Piecewise)):
            return undecided("which case holds depends on a bound variable")
        gap = sympy.piecewise_fold(gap if self.sense == "<=" else -gap)
        if not isinstance(gap, sympy.Piecewise):
            return undecided("there are no cases")
        if gap.args[-1][1] != sympy.true:
            return undecided("the cases are not seen to be all")
        findings: list[Finding] = []
        excluded: list[sympy.Basic] = []
        for value, condition in gap.args:
            held = [*excluded, *_differences(condition)]
            findings.append(_nonnegative_where(value, held, domain))
            excluded += _differences(sympy.Not(condition))
        real = real_by_signs(after, domain)  # then the other side is real as well
        return worst(proved("nonnegative in each case"), *findings, *real)


def _differences(condition: Any) -> list[sympy.Basic]:
    """What an inequality says, as a difference that is at least 0; nothing for other conditions."""
    if isinstance(condition, sympy.Gt | sympy.Ge | sympy.Lt | sympy.Le):
        gap = (condition.gts - condition.lts).primitive()[1]
        return [sympy.Ge(gap, 0, evaluate=False)]
    return []


def _nonnegative_where(value: sympy.Expr, held: list[sympy.Basic], domain: Domain) -> Finding:
    primitive = sympy.expand(value).primitive()[1]  # without its positive content
    found = decide_sign(primitive, assuming(domain, *held))
    if found.status is Status.PROVED:
        return found
    anywhere = _nonnegative_in_entry(primitive, domain)
    if anywhere.status is Status.PROVED:
        return anywhere
    return undecided(f"the sign of {value} is not seen where its case holds")


def _nonnegative_in_entry(gap: sympy.Expr, domain: Domain) -> Finding:
    """Whether an expression is nonnegative wherever its one entry from 0 to 1 is.

    Entries of other vectors may be any real numbers.
    """
    vectors = [p for p in domain.parameters if isinstance(p, Vector)]
    unit = {vector.symbol for vector in vectors if _from_zero_to_one(vector)}
    entries = sorted(gap.atoms(sympy.Indexed), key=str)
    levels = [entry for entry in entries if entry.base in unit]
    if len(levels) != 1:
        return undecided("there is not one entry from 0 to 1")
    if any(entry.free_symbols & bound_in(gap) for entry in entries):
        return undecided("an entry of a bound index is many")
    if not all(entry.is_real for entry in entries):
        return undecided("an entry need not be real")
    level = sympy.Dummy("level", nonnegative=True)  # 0 is a value, at which there may be a jump
    others = {entry: sympy.Dummy("other", real=True) for entry in entries}
    return nonnegative_below_one(gap.xreplace({**others, levels[0]: level}), level, domain)


def _from_zero_to_one(vector: Vector) -> bool:
    low, high = (getattr(vector.entry, end, None) for end in ("low", "high"))
    return low is not None and high is not None and bool(low >= 0 and high <= 1)
