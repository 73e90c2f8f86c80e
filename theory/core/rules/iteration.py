"""Iterates of a map of one real variable, and rules of derivation about them.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy
from flint import arb
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from theory.core.binding import replace_free
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.enclosing import ball, encloses, limit_terms, spend, whole_number
from theory.core.parameters import Real
from theory.core.rule import Rule, examine, undecided, worst
from theory.core.rules.along_line import (
    apart_from_time,
    limit_far_out,
    no_jump,
    one_sided,
    part_that_may_be_infinite,
    vanishes_nowhere,
)
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.exponentials import (
    applied_status,
    ascending_terms,
    nonnegative_from,
)
from theory.core.signs import surely_positive

__all__ = [
    "AlongIterates",
    "ClosedForm",
    "Compared",
    "Conjugated",
    "EachStep",
    "FirstStep",
    "Intertwined",
    "Iterate",
    "StolzCesaro",
    "Telescoped",
    "TelescopedBy",
]


class Iterate(ExprWithLimits):
    """What a map gives when it is applied again and again.

    ``Iterate(body, (q, start, times))`` begins with ``start`` and replaces q by ``body`` so many
    times.

    Parameters
    ----------
    body : expression
        The map, a function of q.
    (q, start, times) : Symbol and two expressions
    """

    @property
    def variable(self) -> sympy.Symbol:
        """The symbol that the body is a function of."""
        return self.limits[0][0]

    @property
    def start(self) -> sympy.Expr:
        """Where the iteration begins."""
        return self.limits[0][1]

    @property
    def times(self) -> sympy.Expr:
        """How often the map is applied."""
        return self.limits[0][2]

    def at(self, value: Any) -> sympy.Expr:
        """The map at a value."""
        moved: sympy.Expr = replace_free(self.function, {self.variable: value})
        return moved

    def doit(self, **hints: Any) -> sympy.Expr:
        """Carry out the iteration, where the number of times is known."""
        if not self.times.is_Integer or self.times.is_negative:
            return self
        value = self.start
        for _ in range(int(self.times)):
            value = self.at(value)
        return value

    def _eval_is_real(self) -> bool | None:
        return True if self.function.is_real and self.start.is_real else None

    def _latex(self, printer: Any, **_: Any) -> str:
        variable, body = printer._print(self.variable), printer._print(self.function)
        start, times = printer._print(self.start), printer._print(self.times)
        return rf"\left({variable} \mapsto {body}\right)^{{\circ {times}}}({start})"


@encloses(Iterate)
def _iterate_ball(e: Iterate, env: dict[str, Any]) -> arb:
    value, times = ball(e.start, env), whole_number(e.times, env)
    limit_terms(times, e)
    spend(times, env)
    for _ in range(times):
        value = ball(e.function, {**env, e.variable.name: value})
    return value


def _sole(expression: Any) -> Iterate | None:
    """The one iteration in an expression; a map is applied a whole number of times."""
    found = sympy.sympify(expression).atoms(Iterate)
    whole = all(iterate.times.is_integer for iterate in found)
    return next(iter(found)) if len(found) == 1 and whole else None


@dataclass(frozen=True, eq=False)
class EachStep(Rule):
    """The map that is iterated is written in another way, which another rule justifies.

    Parameters
    ----------
    inner : Rule
        From one way of writing the map to the other.
    """

    inner: Rule

    @property
    def words(self) -> str:
        return f"{self.inner.words}, in every step"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        one, two = _sole(before), _sole(after)
        if self.inner.relation != "=":
            return undecided("the map must be replaced by an equal one")
        if one is None or two is None or one.limits != two.limits:
            return undecided("the rule takes one iteration to one of the same start and length")
        if sympy.sympify(before).xreplace({one: two}) != after:
            return undecided("something but the map has changed")
        return examine(self.inner, one.function, two.function, domain.inside(one, one.limits[0]))


@dataclass(frozen=True, eq=False)
class FirstStep(Rule):
    """The first of at least one steps is carried out."""

    @property
    def words(self) -> str:
        return "first step"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        one, two = _sole(before), _sole(after)
        if one is None or two is None or one.function != two.function:
            return undecided("the rule takes an iteration to one of the same map")
        if sympy.sympify(before).xreplace({one: two}) != after:
            return undecided("something but the iteration has changed")
        return worst(
            decide_nonnegative(one.times - 1, domain),
            decide_equal(two.times, one.times - 1, domain),
            decide_equal(two.start, one.at(one.start), domain),
        )


@dataclass(frozen=True, eq=False)
class ClosedForm(Rule):
    """What the map gives after i steps, by induction on i.

    Parameters
    ----------
    closed : expression in ``index``
        It is the start where the index is 0, and the map takes it to itself at the next index;
        it is finite for every value of the parameters.
    index : symbol
        A nonnegative integer.
    """

    closed: Any
    index: Any

    @property
    def words(self) -> str:
        return "induction"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        closed, i = sympy.sympify(self.closed), sympy.sympify(self.index)
        iterate = _sole(before)
        if iterate is None:
            return undecided("the rule takes an expression with one iteration")
        if not (i.is_Symbol and i.is_integer and i.is_nonnegative) or i.is_positive:
            return undecided(f"{i} is not an integer that may be 0, 1, 2, ...")
        if sympy.sympify(before).has(sympy.Derivative, sympy.Subs, sympy.Limit):
            return undecided("what holds for whole numbers is not differentiated")
        q, taken = iterate.variable, {p.name for p in domain.parameters}
        if closed.has(q) or iterate.has(i) or i.name in taken:
            return undecided(f"{q} or {i} has a meaning already")
        inside = domain.within(i, 0, sympy.oo, discrete=True)
        if (odd := part_that_may_be_infinite(closed, inside)) is not None:
            return undecided(f"{odd} is not seen to be finite")
        sign = {"positive": True} if surely_positive(closed, inside) else {"real": True}
        free = sympy.Dummy(q.name, **sign)
        return worst(
            decide_nonnegative(iterate.times, domain),
            no_jump(iterate.at(free), free, domain),  # nowhere does the map divide by 0
            decide_equal(replace_free(closed, {i: sympy.S.Zero}), iterate.start, domain),
            decide_equal(iterate.at(closed), replace_free(closed, {i: i + 1}), inside),
            decide_equal(
                sympy.sympify(before).xreplace({iterate: replace_free(closed, {i: iterate.times})}),
                after,
                domain,
            ),
        )


@dataclass(frozen=True, eq=False)
class Conjugated(Rule):
    """c times the iterates of F are the iterates of c F(q / c), started at c times the start.

    Parameters
    ----------
    scale : expression
        The factor c, not 0.
    """

    scale: Any

    @property
    def words(self) -> str:
        return f"in units of ${sympy.latex(sympy.sympify(self.scale))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        scale = sympy.sympify(self.scale)
        whole = [sympy.sympify(side) for side in (before, after)]
        scaled = next((side for side in whole if _sole(side) != side), None)
        pure = next((side for side in whole if isinstance(side, Iterate)), None)
        inner = _sole(scaled) if scaled is not None else None
        if scaled is None or pure is None or inner is None or inner.times != pure.times:
            return undecided("the rule takes c times an iteration to an iteration")
        q = pure.variable
        if scale.has(q) or not vanishes_nowhere(scale, domain):
            return undecided(f"{scale} is no fixed number other than 0")
        return worst(
            decide_equal(scaled, scale * inner, domain),
            decide_equal(pure.start, scale * inner.start, domain),
            decide_equal(pure.function, scale * inner.at(q / scale), domain),
        )


@dataclass(frozen=True, eq=False)
class Compared(Rule):
    """Of two maps with the same start, the one that is above stays above.

    Both keep q at or above the start, one is at least the other there, and one of them is
    nondecreasing there.

    Parameters
    ----------
    sense : {"<=", ">="}
        How the expression before stands to the one after.
    """

    sense: str

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "comparison of two iterations"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        one, two = _sole(before), _sole(after)
        if one is None or two is None or one.limits != two.limits:
            return undecided("the rule takes one iteration to one of the same start and length")
        scale = sympy.sympify(before) / one
        if scale.has(Iterate) or after != scale * two:
            return undecided("the two iterations must stand with the same factor")
        q, start = one.variable, one.start
        lower, upper = (one, two) if self.sense == "<=" else (two, one)
        free = sympy.Dummy("u", nonnegative=True)
        monotone = [
            worst(
                nonnegative_from(sympy.diff(map_.function, q), q, start, domain),
                no_jump(map_.function.subs(q, start + free), free, domain),
            )
            for map_ in (lower, upper)
        ]
        return worst(
            one_sided(self.sense),
            decide_nonnegative(scale, domain),
            nonnegative_from(upper.function - lower.function, q, start, domain),
            nonnegative_from(lower.function - start, q, start, domain),
            next((f for f in monotone if f.status is Status.PROVED), monotone[0]),
        )


def _shares(
    before: Any, after: sympy.Expr, potential: Any, domain: Domain
) -> tuple[Iterate, sympy.Expr, sympy.Expr, list[Finding]] | None:
    """The iteration, what a step adds to the potential, and the share of a step in what is claimed.

    With the findings that the lines have this form and that no iterate falls below the start.
    """
    iterate = _sole(before)
    if iterate is None:
        return None
    q, start = iterate.variable, iterate.start
    potential = q if potential is None else sympy.sympify(potential)
    rise = potential.subs(q, iterate.function) - potential
    share = sympy.simplify(sympy.expand(after - potential.subs(q, start)) / iterate.times)
    findings = [
        decide_equal(before, potential.subs(q, iterate), domain),
        nonnegative_from(iterate.function - start, q, start, domain),
    ]
    return (iterate, rise, share, findings) if not share.has(q) else None


@dataclass(frozen=True, eq=False)
class Telescoped(Rule):
    """A potential that every step raises by at most (or at least) c has risen by n c after n steps.

    Parameters
    ----------
    potential : expression in the iterated variable, optional
        The variable itself by default.
    sense : str
    rises_at_most : expression, optional
        Every step adds at most this to the variable, so that no iterate passes the start plus n
        times it; the inequality is then needed up to there only.
    """

    potential: Any = None
    sense: str = "<="
    rises_at_most: Any = None

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "step by step"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        parts = _shares(before, after, self.potential, domain)
        if parts is None:
            return undecided("the rule takes a potential of an iteration to n times a share")
        iterate, rise, share, findings = parts
        findings.append(one_sided(self.sense))
        q, start = iterate.variable, iterate.start
        enough = share - rise if self.sense == "<=" else rise - share
        if self.rises_at_most is None:
            return worst(*findings, nonnegative_from(enough, q, start, domain))
        most = sympy.sympify(self.rises_at_most)
        if most.has(q):
            return undecided(f"{most} is no fixed number")
        ceiling = start + iterate.times * most
        return worst(
            *findings,
            decide_nonnegative(most, domain),
            nonnegative_from(most - iterate.function + q, q, start, domain),
            nonnegative_from(enough, q, ceiling, domain, downward=True),
        )


@dataclass(frozen=True, eq=False)
class TelescopedBy(ByClaim):
    """As `Telescoped`, where an earlier claim bounds what a step adds to the potential.

    Parameters
    ----------
    claim : Claim
        ``c <= potential(map(q)) - potential(q)`` or the reverse, for q from the start on.
    potential : expression
        A function of q.
    sense : {"<=", ">="}
        How the expression before stands to the one after.
    """

    potential: Any = None
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return rf"step by step: \texttt{{{self.claim.id}}}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        parts = _shares(before, after, self.potential, domain)
        if parts is None:
            return undecided("the rule takes a potential of an iteration to n times a share")
        iterate, rise, share, findings = parts
        findings.append(one_sided(self.sense))
        known = self.claim.domain[iterate.variable.name]
        if not isinstance(known, Real) or known.high < sympy.oo:
            return undecided(f"{self.claim.id} does not hold for all large {iterate.variable}")
        for low, high in pairwise(ascending_terms(self)):
            change, bound = (low, high) if self.sense == "<=" else (high, low)
            if change.has(iterate.variable) and not bound.has(iterate.variable):
                decide = decide_positive if known.low_open else decide_nonnegative
                return worst(
                    *findings,
                    decide_equal(change, rise, domain),
                    decide_equal(bound, share, domain),
                    decide(iterate.start - sympy.sympify(known.low), domain),
                    applied_status(self, domain, iterate.variable),
                )
        return undecided(f"{self.claim.id} does not bound a step on this side")


@dataclass(frozen=True, eq=False)
class Intertwined(ByClaim):
    """What is seen of a state follows an iteration of its own, by induction.

    The line before reads view(step iterated on the state), the line after a map iterated on the
    view. It rests on a claim about one step: that the view of the stepped state, its left side, is
    a function of the state through the view alone. That is what is checked: every part of its right
    side that holds the state is the view of it. View, step and map are names of functions here, and
    the map is named by the step: nothing is said of any map that is written out.

    Parameters
    ----------
    claim : Claim
        The claim about one step.
    state : parameter
        The state in that claim.
    is_view : callable
        Tells of an expression of that claim whether it is a view of the state.
    """

    state: Any = None
    is_view: Any = None

    @property
    def relation(self) -> str:
        return "="

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}} and induction"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        inner, outer = _sole(before), _sole(after)
        if inner is None or outer is None or after != outer or inner.times != outer.times:
            return undecided("the rule takes the view of an iteration to an iteration")
        view = sympy.sympify(before).func
        if before != view(inner) or outer.start != view(inner.start):
            return undecided("the two iterations do not begin with a state and its view")
        names = {view, inner.function.func, outer.function.func}
        named = all(isinstance(e.function, AppliedUndef) for e in (inner, outer))
        plain = all(e.function.args == (e.variable,) for e in (inner, outer))
        if not (named and plain and len(names) == 3 and issubclass(view, AppliedUndef)):
            return undecided("view, step and map are not three names of functions")
        state = self.state.symbol
        whole = sympy.sympify(self.claim.statement.sides[-1])
        views = {e for e in sympy.preorder_traversal(whole) if e.has(state) and self.is_view(e)}
        if whole in views or any(self.is_view(e + 1) or self.is_view(2 * e) for e in views):
            return undecided("what is said to be the view is more than that")
        seen = whole.replace(self.is_view, lambda _: sympy.Dummy("view", real=True))
        if seen.has(state):
            return undecided(f"{self.claim.id} needs more of {state} than is seen of it")
        return applied_status(self, domain)


@dataclass(frozen=True, eq=False)
class StolzCesaro(ByClaim):
    """The mean rise of the potential along the iterates tends to the limit of the rise.

    The Stolz--Cesaro theorem, which is cited; its hypotheses are checked. The map and its start are
    the same however often it is applied.

    Parameters
    ----------
    claim : Claim
        Bounds the potential below by something that grows without bound.
    potential, variable
        A rising function without bound.
    """

    potential: Any = None
    variable: Any = None

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return "Stolz--Ces\\`aro theorem"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        iterates = {i for term in ascending_terms(self) for i in term.atoms(Iterate)}
        return (iterates.pop().times, sympy.oo) if len(iterates) == 1 else None

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        iterate = _sole(before)
        if iterate is None:
            return undecided("the rule takes an expression with one iteration")
        potential, q = sympy.sympify(self.potential), sympy.sympify(self.variable)
        rise = potential.subs(q, iterate.function) - potential
        limit = limit_far_out(rise, q, domain)
        scale = sympy.simplify(sympy.sympify(before) / potential.subs(q, iterate))
        if scale.has(Iterate) or not surely_positive(scale * limit, domain):
            return undecided("the line before is no positive multiple of the potential")
        return worst(
            _unbounded(self, potential, q, iterate, domain),
            apart_from_time(iterate, iterate.times),
            decide_equal(after / iterate.times, scale * limit, domain),
            Finding(Status.CITED, "cited: the Stolz--Cesaro theorem"),
        )


@dataclass(frozen=True, eq=False)
class AlongIterates(StolzCesaro):
    """Two functions of iterates that tend to infinity are equivalent, as they are at infinity."""

    @property
    def words(self) -> str:
        return "limit along the iterates"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        iterate = _sole(before)
        if iterate is None or _sole(after) != iterate:
            return undecided("the two lines are not functions of the same iterates")
        potential, q = sympy.sympify(self.potential), sympy.sympify(self.variable)
        ratio = (sympy.sympify(before) / after).xreplace({iterate: q})
        if ratio.has(iterate.times):
            return undecided(f"the lines speak of {iterate.times} besides the iterates")
        limit = limit_far_out(ratio, q, domain)
        return worst(
            _unbounded(self, potential, q, iterate, domain), decide_equal(limit, 1, domain)
        )


def _unbounded(
    rule: ByClaim, potential: sympy.Expr, q: Any, iterate: Iterate, domain: Domain
) -> Finding:
    """That the claim bounds the potential of the iterates below, linearly in their number.

    The potential has no jump and no pole, so that the iterates go to infinity with it.
    """
    if iterate.variable != q or rule.tends() != (iterate.times, sympy.oo):
        return undecided(f"{rule.claim.id} does not speak of these iterates")
    kind = {"nonnegative": True} if q.is_nonnegative else {"real": True}
    line = sympy.Dummy(str(q), **kind)  # no parameter, whatever q is
    shape = potential.subs(q, line)
    for low, high in pairwise(ascending_terms(rule)):
        if decide_equal(high, potential.subs(q, iterate), domain).status is not Status.PROVED:
            continue
        slope = sympy.diff(low, iterate.times)
        if slope.is_positive and not slope.has(iterate.times):
            rising = decide_nonnegative(sympy.diff(shape, line), domain)
            return worst(rising, no_jump(shape, line, domain), applied_status(rule, domain))
    return undecided(f"{rule.claim.id} does not show that the iterates grow without bound")
