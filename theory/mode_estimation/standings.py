"""Rules of derivation that go through the orders which counts may have."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_nonnegative
from theory.core.domain import Domain
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, examine, undecided, worst
from theory.core.rules.along_line import one_sided
from theory.mode_estimation.counts import CountMean, counts
from theory.mode_estimation.order_rules import is_rival

__all__ = ["ByOrder", "ByStandings"]


@dataclass(frozen=True, eq=False)
class ByOrder(Rule):
    """A rule applied in each of the three orders that the counts of two classes may have.

    Parameters
    ----------
    classes : pair of expressions
    inner : Rule
    """

    classes: tuple[Any, Any]
    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return f"{self.inner.words}, whichever count is larger"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.relation not in ("=", "<=", ">="):
            return undecided("the orders say nothing of limits")
        first, second = (counts[k] for k in self.classes)
        sides = (sympy.sympify(before), sympy.sympify(after))
        if any(_is_many(k, side) for k in self.classes for side in sides):
            return undecided("a class is many classes, or its count is many counts")
        low = sympy.Dummy("low", integer=True, nonnegative=True)
        more = sympy.Dummy("more", integer=True, positive=True)
        findings = []
        for values in ((low, low + more), (low, low), (low + more, low)):
            pairs = dict(zip((first, second), values, strict=True))
            one, two = (_settled(side.xreplace(pairs)) for side in sides)
            findings.append(examine(self.inner, one, two, domain))
        return worst(*findings)


def _is_many(k: Any, side: sympy.Expr) -> bool:
    """Whether a class is bound in an expression, or a mean is taken over counts."""
    moved = side.has(CountMean, sympy.Derivative, sympy.Subs)
    return moved or is_bound_inside(sympy.sympify(k), side)


def _settled(expression: sympy.Expr) -> sympy.Expr:
    """With absolute values of known sign carried out."""
    return expression.replace(sympy.Abs, lambda inside: sympy.Abs(sympy.expand(inside)))


@dataclass(frozen=True, eq=False)
class ByStandings(Rule):
    """An inequality between functions that tell only how many counts are above, at or below N_1.

    The functions are built from numbers, from sums and products over k = 2, ..., m of functions
    of who of N_k and N_1 is `Ahead`, and from the same for one rival alone. Whatever the counts
    are, so many rivals are above, so many level and so many below; all of these are tried.

    Parameters
    ----------
    sense : str
    rival : expression, optional
        A class that stands alone; it is one of those that the sums run over.
    """

    sense: str = "<="
    rival: Any = None

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "by how many counts are above, level and below"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        sides = (sympy.sympify(before), sympy.sympify(after))
        if any(side.has(CountMean) for side in sides):
            return undecided("a mean is no function of the counts")
        findings = []
        ranges = {
            limit[1:]
            for side in sides
            for operation in side.atoms(sympy.Sum, sympy.Product)
            for limit in operation.limits
        }
        if len(ranges) != 1:
            return undecided("the sums and products must run over the same rivals")
        ((low, high),) = ranges
        if low != 2 or not high.is_integer:
            return undecided("the rivals are the classes from 2 on, up to an integer")
        findings.append(decide_nonnegative(high - 1, domain))
        places: tuple[int | None, ...] = (None,)
        if self.rival is not None:
            findings.append(is_rival(self.rival, high, domain))
            places = (0, 1, 2)
        for place in places:
            for some in itertools.product((False, True), repeat=2):
                # the numbers of rivals above and level, each 0 or at least 1; the rest are below
                numbers = [_number(more, place == where) for where, more in enumerate(some)]
                if None in numbers:
                    continue
                below = _number(True, place == 2) if place == 2 else sympy.Dummy(**_COUNT)
                one, two = (self._value(side, (*numbers, below), place) for side in sides)
                if one is None or two is None:
                    return undecided("the sides are not functions of the standings")
                gap = two - one if self.sense == "<=" else one - two
                findings.append(decide_nonnegative(sympy.factor(sympy.together(gap)), domain))
        return worst(*findings)

    def _value(
        self, side: sympy.Expr, numbers: tuple[Any, ...], place: int | None
    ) -> sympy.Expr | None:
        table = {}
        for operation in side.atoms(sympy.Sum, sympy.Product):
            ((k, _, _),) = operation.limits
            cases = _by_standing(operation.function, k)
            if cases is None or not all(value.is_number for value in cases):
                return None
            pairs = zip(cases, numbers, strict=True)
            if isinstance(operation, sympy.Sum):
                table[operation] = sympy.Add(*(value * number for value, number in pairs))
            else:
                if any(value not in (0, 1) for value in cases):
                    return None
                empty = all(value == 1 or number == 0 for value, number in pairs)
                sure = all(
                    value == 1 or number == 0 or number.is_positive
                    for value, number in zip(cases, numbers, strict=True)
                )
                # a factor of a nonnegative number of rivals below may or may not be there
                if not sure:
                    return None
                table[operation] = sympy.S.One if empty else sympy.S.Zero
        value = side.xreplace(table)
        if place is not None:
            cases = _by_standing(value, self.rival)
            if cases is None:
                return None
            value = cases[place]
        return None if value.has(sympy.Indexed) else value


_COUNT: dict[str, bool] = {"integer": True, "nonnegative": True}


def _number(some: bool, holds_the_rival: bool) -> sympy.Expr | None:
    """A number of rivals that is 0, or at least 1; None where it would have to be both."""
    if some:
        return 1 + sympy.Dummy(**_COUNT)
    return None if holds_the_rival else sympy.S.Zero


def _by_standing(function: sympy.Expr, k: Any) -> tuple[sympy.Expr, ...] | None:
    """Values of a function where N_k is above N_1, level with it, and below it."""
    level = sympy.Dummy("level", **_COUNT)
    more = sympy.Dummy("more", integer=True, positive=True)
    values = []
    for own, other in ((level, level + more), (level, level), (level + more, level)):
        value = _settled(function.xreplace({counts[1]: own, counts[k]: other}))
        if value.has(level, more):
            return None
        values.append(value)
    return tuple(values)
