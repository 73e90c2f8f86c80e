"""Flows of one real variable, and rules of derivation about them.

A flow q' = v(q) on the line is solved by a potential F with F'(q) v(q) = c: along it F grows at the
rate c, and where F rises without bound this determines the flow, so that the rules here need no
theorem about existence or uniqueness. Nothing here is special to associative memories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from flint import arb
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.enclosing import ball, encloses
from theory.core.errors import NotEnclosable
from theory.core.probing import departing_ratio
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.along_line import (
    apart_from_time,
    limit_in_place,
    no_jump,
    one_sided,
    real_by_signs,
)
from theory.core.rules.exponentials import nonnegative_from

__all__ = [
    "AlongFlow",
    "EquivalentTerms",
    "Flow",
    "FlowRewritten",
    "LogarithmOfLambert",
    "Separated",
    "grown_potential",
    "with_lambert_cleared",
]


class Flow(ExprWithLimits):
    """Where a flow of the real line is after some time.

    ``Flow(velocity, (q, start, time))`` is q(time), where q' = velocity(q) and q(0) = start.

    Parameters
    ----------
    velocity : expression
        A function of the place q.
    (q, start, time) : Symbol and two expressions
    """

    @property
    def variable(self) -> sympy.Symbol:
        """The symbol that the velocity is a function of."""
        return self.limits[0][0]

    @property
    def start(self) -> sympy.Expr:
        """Where the flow is at time 0."""
        return self.limits[0][1]

    @property
    def time(self) -> sympy.Expr:
        """For how long it flows."""
        return self.limits[0][2]

    def _eval_is_real(self) -> bool | None:
        return True if self.function.is_real and self.start.is_real else None

    def _latex(self, printer: Any, **_: Any) -> str:
        variable, body = printer._print(self.variable), printer._print(self.function)
        start, time = printer._print(self.start), printer._print(self.time)
        return rf"\left[\dot{{{variable}}} = {body},\; {variable}(0) = {start}\right]({time})"


@encloses(Flow)
def _flow_ball(e: Flow, env: dict[str, Any]) -> arb:
    """The flow by the time that it needs: a rising flow with velocity that does not increase.

    The time to reach q is the integral of 1 / velocity, computed in balls, and it is convex in q,
    so that Newton's method is safe. Two points whose times are on either side of the given time
    enclose; if the velocity vanished before them, the integral would not be finite.
    """
    q = e.variable.name
    time, start = ball(e.time, env), ball(e.start, env)
    if time == 0:
        return start
    needed = sympy.Integral(1 / e.function, (e.variable, sympy.Dummy("from"), sympy.Dummy("to")))
    ((_, low, high),) = needed.limits

    def elapsed(to: arb) -> arb:
        return ball(needed, {**env, low.name: start, high.name: to})

    def velocity(at: arb) -> arb:
        return ball(e.function, {**env, q: at})

    if not (time > 0 and velocity(start) > 0):
        raise NotEnclosable("the flow is not seen to go forward")
    where = start + 1
    for _ in range(200):
        late = elapsed(where) - time
        move = (late * velocity(where)).mid()
        where = (where - move.max(start - where - 1)).mid()  # no further than twice as far
        if abs(move) < arb(2) ** -40 * (1 + abs(where)):
            break
    spread = arb(2) ** -36 * (1 + abs(where))
    if elapsed(where - spread) <= time <= elapsed(where + spread):
        return where + spread * arb(0, 1)
    raise NotEnclosable("the flow was not bracketed")


def _sole(expression: Any) -> Flow | None:
    found = sympy.sympify(expression).atoms(Flow)
    return next(iter(found)) if len(found) == 1 else None


def with_lambert_cleared(expression: sympy.Expr) -> sympy.Expr:
    """exp(-W(z)) = W(z) / z for Lambert's function, wherever such an exponential occurs."""
    apart = sympy.expand_power_exp(sympy.expand(expression))
    known: dict[Any, Any] = {}
    for value in apart.atoms(sympy.LambertW):
        known[sympy.exp(-value)] = value / value.args[0]
        known[sympy.exp(value)] = value.args[0] / value
    return sympy.simplify(apart.xreplace(known))


@dataclass(frozen=True, eq=False)
class FlowRewritten(Rule):
    """The velocity of a flow is written in another way, which another rule justifies.

    Parameters
    ----------
    inner : Rule
        From one velocity to the other.
    """

    inner: Rule

    @property
    def words(self) -> str:
        return f"{self.inner.words}, in the velocity"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.inner.relation != "=":
            return undecided("the velocity must be replaced by an equal one")
        old, new = (sympy.sympify(side).atoms(Flow) for side in (before, after))
        if len(old - new) != 1 or len(new - old) != 1:
            return undecided("the rule takes one flow to one of the same start and time")
        (one,), (two,) = old - new, new - old
        if one.limits != two.limits:
            return undecided("the rule takes one flow to one of the same start and time")
        if sympy.sympify(before).xreplace({one: two}) != after:
            return undecided("something but the velocity has changed")
        same = examine(self.inner, one.function, two.function, domain.inside(one, one.limits[0]))
        return worst(same, _keeps_its_kind(one, domain))


def _keeps_its_kind(flow: Flow, domain: Domain) -> Finding:
    """That the flow stays what its variable is assumed to be.

    Where it starts and its velocity have the sign; it is then kept forward in time alone.
    """
    q = flow.variable
    signed = bool(q.is_nonnegative or q.is_nonpositive)
    if q.is_rational is not None or q.is_algebraic is not None or (q.is_nonzero and not signed):
        return undecided(f"a flow does not stay what {q} is assumed to be")
    return decide_nonnegative(flow.time, domain) if signed else proved("any real number")


@dataclass(frozen=True, eq=False)
class Separated(Rule):
    """A flow solved by separation of variables, or compared with a curve.

    Along q' = v(q) a potential F with F' v = c grows at the rate c. Where F is smooth with F' > 0
    on the whole line and F(oo) = oo, the flow is F^-1(F(start) + c t) for t >= 0, and nothing else
    is: F rises along every solution at the rate c, and it is injective. So F of the flow is
    F(start) + c t; a curve g is the flow if F(g) is that, and above it if F(g) is at least that.

    Parameters
    ----------
    potential : expression in the variable of the flow
    sense : str
        ``=``; ``<=`` from the flow to a curve that is above; ``>=`` to one that is below. The gap
        between F(g) and F(start) + c t is shown to be nonnegative at time 0, and its slope in time
        to be nonnegative.
    """

    potential: Any
    sense: str = "="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return rf"separation of variables: ${sympy.latex(sympy.sympify(self.potential))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if self.sense != "=" and one_sided(self.sense).status is not Status.PROVED:
            return one_sided(self.sense)
        if self.sense == "=" and _sole(before) is None:  # an equation may be read backwards
            before, after = after, before
        flow = _sole(before)
        if flow is None or after.has(Flow):
            return undecided("the rule takes a flow to a curve without one")
        potential = sympy.sympify(self.potential)
        level, findings = grown_potential(flow, potential, domain)
        if level is None:
            return worst(*findings)
        q = flow.variable
        if before != flow:
            if self.sense != "=":
                return undecided("a flow itself is compared with a curve")
            same = decide_equal(before, potential.subs(q, flow), domain)
            return worst(*findings, same, decide_equal(after, level, domain))
        findings += real_by_signs(after, domain)
        along = with_lambert_cleared(potential.subs(q, after))
        if self.sense == "=":
            return worst(*findings, decide_equal(along, level, domain))
        gap = along - level if self.sense == "<=" else level - along
        return worst(*findings, *_nonnegative_in_time(gap, flow.time, domain))


def grown_potential(
    flow: Flow, potential: sympy.Expr, domain: Domain
) -> tuple[sympy.Expr | None, list[Finding]]:
    """The potential of a flow as a function of time, with the findings that it is this."""
    q = flow.variable
    rate = sympy.simplify(sympy.diff(potential, q) * flow.function)
    if rate.has(q):
        return None, [undecided(f"{potential} does not grow at a constant rate: {rate}")]
    line = sympy.Dummy(q.name, real=True)
    along = potential.subs(q, line)
    rising = sympy.diff(along, line)
    inside = domain.inside(flow, flow.limits[0])
    findings = [
        decide_positive(rising, inside),
        decide_nonnegative(rate, inside),
        decide_nonnegative(flow.time, domain),
        _keeps_its_kind(flow, domain),
        no_jump(along, line, domain),
        _without_bound(rising, line),
    ]
    return potential.subs(q, flow.start) + rate * flow.time, findings


def _without_bound(rising: sympy.Expr, line: sympy.Symbol) -> Finding:
    """That a function rises to infinity: its slope does not fall, and it is positive."""
    if sympy.diff(rising, line).is_nonnegative:
        return proved("the potential is convex and rises")
    return undecided("the potential is not seen to rise to infinity")


def _nonnegative_in_time(gap: sympy.Expr, time: sympy.Expr, domain: Domain) -> list[Finding]:
    """That a gap is nonnegative at time 0 and rises from there on, also where no time is asked."""
    if not time.is_Symbol:
        return [undecided(f"the time {time} is no parameter")]
    clock = sympy.Dummy(time.name, nonnegative=True)
    gap = gap.subs(time, clock)
    slope = sympy.factor(sympy.simplify(sympy.diff(gap, clock)))
    rises = decide_nonnegative(slope, domain)
    if rises.status is Status.UNDECIDED:
        rises = nonnegative_from(slope, clock, 0, domain)
    start = decide_nonnegative(sympy.simplify(gap.subs(clock, 0)), domain)
    return [start, rises, no_jump(gap, clock, domain)]


@dataclass(frozen=True, eq=False)
class LogarithmOfLambert(Rule):
    """log W(z) = log z - W(z), for z > 0 and Lambert's function."""

    @property
    def words(self) -> str:
        return r"$\log W(z) = \log z - W(z)$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if not before.has(sympy.LambertW) and not after.has(sympy.LambertW):
            return undecided("the rule takes expressions with Lambert's function")
        real = [*real_by_signs(before, domain), *real_by_signs(after, domain)]
        one, two = (with_lambert_cleared(sympy.exp(side)) for side in (before, after))
        return worst(*real, decide_equal(one, two, domain))


@dataclass(frozen=True, eq=False)
class AlongFlow(Rule):
    """The ratio of the two lines tends to 1 as time goes on.

    The flow itself serves as the clock: with a potential F as in `Separated`, t is
    (F(q) - F(start)) / c, which goes to infinity with q, and both lines become functions of q.

    Parameters
    ----------
    potential : expression in the variable of the flow
    flow : Flow
        Which one; a line need not speak of it.
    """

    potential: Any
    flow: Any

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
        if not flow.time.is_Symbol or (sympy.sympify(before) / after).atoms(Flow) - {flow}:
            return undecided("the two lines are not functions of one flow at a variable time")
        if flow.variable in sympy.Tuple(before, after, flow).free_symbols:
            return undecided(f"{flow.variable} has a meaning outside the flow")
        level, findings = grown_potential(flow, potential, domain)
        if level is None:
            return worst(*findings)
        rate = sympy.diff(level, flow.time)
        ratio = sympy.sympify(before) / after
        place = sympy.Dummy("v", positive=True)  # the exponential of the place
        at = sympy.log(place)
        clock = (potential - potential.subs(flow.variable, flow.start)) / rate
        in_place = ratio.xreplace({flow: at}).subs(
            flow.time, clock.subs(flow.variable, at), simultaneous=True
        )
        if in_place.has(flow.time, Flow):
            return undecided("the two lines are not functions of the flow and its time alone")
        limit = limit_in_place(in_place, place, domain)
        finding = worst(
            *findings,
            apart_from_time(flow, flow.time),
            decide_positive(rate, domain),
            decide_equal(limit, 1, domain),
        )
        numbers = departing_ratio(in_place, sympy.S.One, place, sympy.oo, domain)
        if finding.status is Status.PROVED and numbers is not None:
            return undecided(f"{finding.reason}; but numbers speak against it: {numbers}")
        return finding


@dataclass(frozen=True, eq=False)
class EquivalentTerms(Rule):
    """A sum of one or more positive terms, each of which is replaced by what it is equivalent to.

    Parameters
    ----------
    inner : Rule
        What gives the equivalence of the terms.
    """

    inner: Rule

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"{self.inner.words}, in each of finitely many positive terms"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        return self.inner.tends()

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, moving = sympy.sympify(before), self.inner.tends()
        if not isinstance(before, sympy.Sum) or not isinstance(after, sympy.Sum) or moving is None:
            return undecided("the rule takes a sum to a sum, by a rule that takes a limit")
        if before.limits != after.limits or len(before.limits) != 1:
            return undecided("the two sums do not run over the same range")
        (limit,) = before.limits
        moved = moving[0].free_symbols
        if sympy.oo in limit[1:] or any(end.free_symbols & moved for end in limit[1:]):
            return undecided("the number of terms is not fixed")
        inside = domain.inside(before, limit)
        return worst(
            examine(self.inner, before.function, after.function, inside),
            decide_positive(after.function, inside),
            decide_nonnegative(limit[2] - limit[1], domain),
        )
