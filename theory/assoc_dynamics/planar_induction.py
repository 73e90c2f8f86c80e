"""An invariant region of a map of the plane, by induction in cases, and what it bounds.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.assoc_dynamics.certified_runs import Highest
from theory.assoc_dynamics.coordinates import are_coordinates
from theory.core.decision import Finding, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.exponentials import nonnegative_from

__all__ = ["FloorInduction"]


@dataclass(frozen=True, eq=False)
class FloorInduction(Rule):
    """Coordinates of nonnegative sum that turn back stay above a floor, which bounds a loss.

    The map (x, y) -> (F, G) raises x + y. Each coordinate has a pivot: from below it, it rises, and
    from above it a step takes it to the floor at most. So, from (0, 0) on, the sum is nonnegative
    and both coordinates are above their floors. As at most one of them is negative, a mean of
    log(1 + exp(-x)) and log(1 + exp(-y)) is at most log 2 plus the larger of weight times depth.

    Parameters
    ----------
    floors : pair of expressions
        How far below 0 each coordinate may come: nonnegative.
    pivots : pair of expressions
        How far below 0 its pivot is: nonnegative.
    weights : pair of expressions
        Of the mean; their sum is 1.
    """

    floors: tuple[Any, Any]
    pivots: tuple[Any, Any]
    weights: tuple[Any, Any]

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "induction: no coordinate comes below its floor"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, Highest):
            return undecided("the rule takes a largest value to a bound")
        observed, x, y, F, G, x0, y0 = before.args
        weights = [sympy.sympify(weight) for weight in self.weights]
        floors = [sympy.sympify(floor) for floor in self.floors]
        pivots = [sympy.sympify(pivot) for pivot in self.pivots]
        mean = sum(w * sympy.log(1 + sympy.exp(-v)) for w, v in zip(weights, (x, y), strict=True))
        start = proved("the run begins at 0") if x0 == y0 == 0 else undecided("another start")
        fixed = (after, *weights, *floors, *pivots)
        findings = [
            start,
            are_coordinates((x, y), domain, *fixed, seen=(observed, F, G)),
            decide_equal(observed, mean, domain),
            decide_equal(sum(weights), 1, domain),
        ]
        findings.append(_rational_sign(F + G - x - y, {}, domain))
        for own, other, step, floor, pivot, weight in zip(
            (x, y), (y, x), (F, G), floors, pivots, weights, strict=True
        ):
            findings += [
                _sign(floor, domain),
                _sign(pivot, domain),
                decide_nonnegative(weight, domain),
                _sign(after - sympy.log(2) - weight * floor, domain),
                *_stays_above(own, other, step, floor, pivot, domain),
            ]
        return worst(*findings)


def _stays_above(
    own: sympy.Symbol,
    other: sympy.Symbol,
    step: sympy.Expr,
    floor: sympy.Expr,
    pivot: sympy.Expr,
    domain: Domain,
) -> list[Finding]:
    """From at or above the pivot not below the floor; from at or below the pivot not lower."""
    up, down, rest = (sympy.Dummy(name, nonnegative=True) for name in ("up", "down", "rest"))
    above = {own: -pivot + up, other: pivot - up + rest}
    below = {own: -pivot - down, other: pivot + down + rest}
    return [
        _rational_sign(step + floor, above, domain),
        _rational_sign(step - own, below, domain),
    ]


def _rational_sign(expression: sympy.Expr, at: dict[Any, Any], domain: Domain) -> Finding:
    """Sign of a function of the coordinates, where these are written through nonnegative symbols.

    Exponentials of sums are taken apart, so that those of single symbols are 1 plus something.
    """
    value = sympy.expand_log(sympy.sympify(expression).subs(at, simultaneous=True))
    value = sympy.powsimp(sympy.expand_power_exp(value))
    value = sympy.expand_power_exp(value)
    free = sympy.Dummy("nothing", real=True)
    return nonnegative_from(sympy.together(value), free, 0, domain)


def _sign(expression: sympy.Expr, domain: Domain) -> Finding:
    """Sign of what is linear in logarithms of numbers that are at least one."""
    expression = sympy.expand(expression, log=False)
    findings, table = [], {}
    for value in expression.atoms(sympy.log):
        findings.append(decide_nonnegative(sympy.factor(value.args[0] - 1), domain))
        table[value] = sympy.Dummy("log", nonnegative=True)
    plain = sympy.factor(expression.xreplace(table))
    return worst(decide_nonnegative(plain, domain), *findings)
