"""Limits along a flow of the line whose potential rises at least at a fixed rate.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.rule import Rule, undecided, worst
from theory.core.rules.along_line import apart_from_time, limit_in_place, no_jump
from theory.core.rules.flows import Flow

__all__ = ["AlongSteepFlow"]


@dataclass(frozen=True, eq=False)
class AlongSteepFlow(Rule):
    """The ratio of the two lines tends to 1 as time goes on, as with `AlongFlow` of the core.

    Along q' = v(q) a potential F with F' v = c > 0 grows at the rate c. Its slope is at least a
    positive number here, so that F is injective and unbounded, and q goes to infinity with time.
    With t = (F(q) - F(start)) / c both lines become functions of q.

    Parameters
    ----------
    potential : expression in the variable of the flow
    flow : Flow
    least : number
        What the slope of the potential is at least.
    """

    potential: Any
    flow: Any
    least: Any = 1

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return "limit along the flow, time written through the place"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.flow).time, sympy.oo

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        flow, potential = sympy.sympify(self.flow), sympy.sympify(self.potential)
        least = sympy.sympify(self.least)
        if not isinstance(flow, Flow) or not flow.time.is_Symbol:
            return undecided("the rule takes a flow at a variable time")
        if (sympy.sympify(before) / after).atoms(Flow) - {flow}:
            return undecided("the two lines are not functions of one flow")
        q = flow.variable
        if q in sympy.Tuple(before, after, flow).free_symbols or q.is_real is not True:
            return undecided(f"{q} has a meaning outside the flow, or is not any real number")
        if q.is_nonnegative or q.is_nonpositive or q.is_rational is not None:
            return undecided(f"{q} is not any real number")
        if not (least.is_number and least.is_positive):
            return undecided(f"{least} is no positive number")
        line = sympy.Dummy(q.name, real=True)
        slope = sympy.diff(potential, q)
        rate = sympy.simplify(slope * flow.function)
        if rate.has(q, flow.time):
            return undecided(f"{potential} does not grow at a constant rate: {rate}")
        rising = slope.subs(q, line)
        steep = (rising - least).is_nonnegative or sympy.expand(rising - least).is_nonnegative
        if not steep:
            return undecided(f"the slope of the potential is not seen to be at least {least}")
        place = sympy.Dummy("v", positive=True)  # the exponential of the place
        clock = (potential - potential.subs(q, flow.start)) / rate
        ratio = sympy.sympify(before) / after
        in_place = ratio.xreplace({flow: sympy.log(place)}).subs(
            flow.time, clock.subs(q, sympy.log(place)), simultaneous=True
        )
        if in_place.has(flow.time, Flow):
            return undecided("the two lines are not functions of the flow and its time alone")
        limit = limit_in_place(in_place, place, domain)
        return worst(
            apart_from_time(flow, flow.time),
            no_jump(potential.subs(q, line), line, domain),
            decide_positive(rate, domain),
            decide_nonnegative(flow.time, domain),
            decide_equal(limit, 1, domain),
        )
