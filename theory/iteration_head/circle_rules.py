"""Rules of derivation for position codes that repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.rule import Rule, undecided, worst

__all__ = ["Aliases", "NoAlias", "bound_in", "stands_free"]

_BINDING = (ExprWithLimits, sympy.Limit, sympy.Lambda, sympy.Subs, sympy.Derivative)


def _variables(operation: Any) -> set[sympy.Basic]:
    one = isinstance(operation, sympy.Limit)
    return {operation.args[1]} if one else set(operation.variables)


def bound_in(expression: sympy.Basic) -> set[sympy.Basic]:
    """The symbols that operations in an expression give values of their own."""
    return {v for operation in expression.atoms(*_BINDING) for v in _variables(operation)}


def stands_free(part: sympy.Basic, expression: sympy.Basic) -> bool:
    """Whether no operation around a part gives other values to what the part speaks of.

    If one does, what the hypotheses say of these symbols does not hold of them there.
    """
    around = (o for o in expression.atoms(*_BINDING) if o != part and o.has(part))
    return not any(_variables(operation) & part.free_symbols for operation in around)


@dataclass(frozen=True)
class Aliases(Rule):
    """The integers of a range that differ from one of them by a multiple of M are counted.

    In low..high there are 1 + floor((c - low) / M) + floor((high - c) / M) such integers.
    """

    @property
    def words(self) -> str:
        return "multiples on either side"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        sums = list(before.atoms(sympy.Sum))
        if len(sums) != 1 or (seen := _multiples(sums[0])) is None:
            return undecided("the rule takes one count of multiples in a range")
        if not stands_free(sums[0], before):
            return undecided("what the count depends on is bound around it")
        left, right, period = seen
        count = 1 + sympy.floor(left / period) + sympy.floor(right / period)
        return worst(
            decide_nonnegative(left, domain),
            decide_nonnegative(right, domain),
            decide_positive(period, domain),
            decide_equal(before.xreplace({sums[0]: count}), after, domain),
        )


def _multiples(total: sympy.Sum) -> Any:
    """Distances of c from low and high, and M, if a sum over i counts the multiples i - c of M."""
    if len(total.limits) != 1 or not isinstance(total.function, sympy.KroneckerDelta):
        return None
    ((i, low, high),) = total.limits
    if len(total.function.args) != 2:
        return None
    remainder, zero = total.function.args
    if zero != 0:
        remainder, zero = zero, remainder
    if zero != 0 or not isinstance(remainder, sympy.Mod):
        return None
    distance, period = remainder.args
    place = sympy.expand(i - distance)
    whole = (place, period, low, high)
    if place.has(i) or period.has(i) or not all(e.is_integer for e in whole):
        return None
    return sympy.expand(place - low), sympy.expand(high - place), period


@dataclass(frozen=True)
class NoAlias(Rule):
    """The whole part of a quotient in [0, 1) is 0."""

    @property
    def words(self) -> str:
        return "whole parts of what is below $1$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        table = {
            part: sympy.S.Zero
            for part in before.atoms(sympy.floor)
            if stands_free(part, before) and _is_below_one(part.args[0], domain)
        }
        return decide_equal(before.xreplace(table), after, domain)


def _is_below_one(quotient: sympy.Expr, domain: Domain) -> bool:
    above, below = sympy.fraction(quotient)
    signs = worst(
        decide_nonnegative(above, domain),
        decide_positive(below, domain),
        decide_positive(below - above, domain),
    )
    return signs.status is Status.PROVED
