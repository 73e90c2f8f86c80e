"""What iterates of a map of the line do in the long run: a logarithm, or convergence.

Nothing here is special to associative memories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.rule import undecided, worst
from theory.core.rules.along_line import apart_from_time, limit_far_out, no_jump, one_sided
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.exponentials import applied_status, ascending_terms
from theory.core.rules.flows import Flow, grown_potential
from theory.core.rules.iteration import Iterate
from theory.core.statement import Equivalent

__all__ = ["AheadOfFlow", "LogarithmicExcess", "SettlesWithoutCycles"]


@dataclass(frozen=True, eq=False)
class AheadOfFlow(ByClaim):
    """An iterate against a flow, by a potential that grows at a constant rate along the flow.

    Parameters
    ----------
    claim : Claim
        The potential of the iterate is at least what it is along the flow, or at most that.
    potential, variable : expression and symbol
        As in `theory.core.rules.flows.Separated`.
    sense : str
        ``>=`` from the iterate to a flow that is behind.
    """

    potential: Any = None
    variable: Any = None
    sense: str = ">="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}} and monotonicity"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        potential, q = sympy.sympify(self.potential), sympy.sympify(self.variable)
        if not isinstance(after, Flow) or not isinstance(before, Iterate):
            return undecided("the rule takes an iterate to a flow")
        level, findings = grown_potential(after, potential.subs(q, after.variable), domain)
        terms = ascending_terms(self)
        if level is None or len(terms) != 2:
            return worst(*findings, undecided(f"{self.claim.id} is no bound of two terms"))
        bound, value = terms if self.sense == ">=" else terms[::-1]
        return worst(
            one_sided(self.sense),
            *findings,
            decide_equal(value, potential.subs(q, before), domain),
            decide_equal(bound, level, domain),
            applied_status(self, domain),
        )


@dataclass(frozen=True, eq=False)
class LogarithmicExcess(ByClaim):
    """Between n and r n steps a function of the iterates gains (r - 1) c n, and C log r more.

    With F the function and d(q) what a step adds to F at q: let d(q) -> c and
    (d(q) - c) F(q) / c -> C as q grows. By an earlier claim F(q_j) ~ c j, so that
    (d(q_j) - c) j -> C, and the sum of d(q_j) - c from n to r n - 1 tends to C log r. The line
    before may hold a constant besides.

    Parameters
    ----------
    claim : Claim
        F of the iterate is equivalent to c n.
    function, variable : expression and symbol
        F, rising, and the variable of the map.
    times : int
        r, at least 2.
    """

    function: Any = None
    variable: Any = None
    times: int = 2

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}, and what a step adds beyond its limit"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, statement = sympy.sympify(before), self.claim.statement
        function, q = sympy.sympify(self.function), sympy.sympify(self.variable)
        if not isinstance(statement, Equivalent):
            return undecided(f"{self.claim.id} is no equivalence")
        known, growth = (self._here(side) for side in statement.sides)
        n = self._here(statement.variable)
        first = next(iter(known.atoms(Iterate)), None)
        if first is None or first.times != n or not n.is_Symbol:
            return undecided(f"{self.claim.id} speaks of no iterates")
        if not (sympy.sympify(self.times).is_Integer and self.times >= 2):
            return undecided(f"{self.times} is no number of times")
        later = first.func(first.function, (first.variable, first.start, self.times * n))
        rise = function.subs(q, first.function.subs(first.variable, q)) - function
        pace = limit_far_out(rise, q, domain)
        excess = limit_far_out((rise - pace) * function / pace, q, domain)
        gained = function.subs(q, later) - function.subs(q, first) - (self.times - 1) * pace * n
        constant = sympy.simplify(before - gained)
        if constant.has(n, Iterate):
            return undecided("the line before is not what is gained beyond the pace")
        line = sympy.Dummy(str(q), real=True)
        return worst(
            decide_equal(known, function.subs(q, first), domain),
            decide_equal(growth, pace * n, domain),
            decide_positive(pace, domain),
            decide_positive(sympy.diff(function.subs(q, line), line), domain),
            no_jump(function.subs(q, line), line, domain),
            apart_from_time(first, n),
            decide_equal(after, excess * sympy.log(self.times) + constant, domain),
            decide_positive(after, domain),
            applied_status(self, domain),
        )


@dataclass(frozen=True, eq=False)
class SettlesWithoutCycles(ByClaim):
    """All iterates of a map q + a (l - s(q)) settle where s is the level l, for want of 2-cycles.

    The response s rises from 0 to 1 on the line, and 0 < l < 1. By Coppel's theorem (1955), which
    is cited, iterates of a continuous map of an interval all converge to fixed points unless two
    points change places. Two points q1 < q2 that do would have s(q1) = l - d and s(q2) = l + d
    with q2 - q1 = a d. The claim bounds that distance from below, in terms of u = s(q1) > 0, of
    v = 1 - s(q2) > 0 and of d > 0; the rule checks that the bound exceeds a d by a side condition
    of the domain. The steps are bounded and go towards the fixed point, so that some interval
    around it is mapped into itself.

    Parameters
    ----------
    claim : Claim
        A bound on the distance of two points, for all positive ``parts``.
    response, variable : expression and symbol
    inverse : callable
        ``inverse(s, 1 - s)`` is where the response is s.
    gain, level : expressions
    parts : three parameters of the claim
        u, v and d.
    times : symbol
        The number of steps, which goes to infinity.
    """

    response: Any = None
    variable: Any = None
    inverse: Callable[[Any, Any], Any] = lambda share, rest: share
    gain: Any = None
    level: Any = None
    parts: tuple[Any, ...] = ()
    times: Any = None

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return rf"Coppel's theorem, with \texttt{{{self.claim.id}}} against cycles"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.times), sympy.oo

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        return self._bound_is_for_all_parts()

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        response, q = sympy.sympify(self.response), sympy.sympify(self.variable)
        gain, level = sympy.sympify(self.gain), sympy.sympify(self.level)
        iterates = before.atoms(Iterate)
        if len(iterates) != 1:
            return undecided("the rule takes an expression with one iteration")
        (iterate,) = iterates
        if iterate.times != self.tends()[0]:
            return undecided(f"what grows is not seen to be {iterate.times}")
        if before not in (iterate, sympy.exp(iterate)):
            return undecided("the rule takes an iterate, or its exponential")
        line = sympy.Dummy("q", real=True)
        on_line = response.subs(q, line)
        moved = iterate.function.subs(iterate.variable, line)
        end = before.xreplace({iterate: self.inverse(level, 1 - level)})
        findings = [
            decide_equal(moved, line + gain * (level - on_line), domain),
            decide_positive(sympy.diff(on_line, line), domain),
            no_jump(on_line, line, domain),
            apart_from_time(iterate, iterate.times),
            *(
                decide_equal(sympy.limit(on_line, line, side), value, domain)
                for side, value in ((-sympy.oo, 0), (sympy.oo, 1))
            ),
            decide_positive(gain, domain),
            decide_positive(level, domain),
            decide_positive(1 - level, domain),
            decide_equal(sympy.simplify(end), after, domain),
            decide_positive(after, domain),
        ]
        return worst(
            *findings,
            *self._against_cycles(on_line, line, gain, level, domain),
            Finding(self.claim.derivation_report().worst, f"by {self.claim.id}"),
            Finding(Status.CITED, "cited: Coppel, The solution of equations by iteration (1955)"),
        )

    def _against_cycles(
        self, response: Any, line: Any, gain: Any, level: Any, domain: Domain
    ) -> list[Finding]:
        u, v, d = (sympy.sympify(part) for part in self.parts)
        share, rest = (sympy.Dummy(name, positive=True) for name in ("s", "r"))
        there = response.subs(line, self.inverse(share, rest))
        low, high = self.inverse(u, v + 2 * d), self.inverse(u + 2 * d, v)
        bounds = ascending_terms(self)
        if len(bounds) != 2:
            return [undecided(f"{self.claim.id} is no bound of two terms")]
        least, distance = bounds
        half = sympy.Dummy("d", positive=True)  # no parameter of the claim that is derived
        here = {u: level - half, v: 1 - level - half, d: half}  # s(q1) = l - d, s(q2) = l + d
        least = least.subs(here, simultaneous=True)
        most = sympy.simplify(least / half)  # a gain of a cycle is at least this
        return [
            decide_equal(there, share / (share + rest), Domain()),
            decide_equal(sympy.expand_log(high - low), sympy.expand_log(distance), Domain()),
            _by_a_condition(most - gain, domain),
        ]

    def _bound_is_for_all_parts(self) -> Finding:
        symbols = {sympy.sympify(part) for part in self.parts}
        own = {parameter.symbol for parameter in self.claim.domain.parameters}
        if self.claim.domain.where or own != symbols or len(own) != 3:
            return undecided(f"{self.claim.id} is not known for all positive parts")
        loose = [p for p in self.claim.domain.parameters if p.low > 0 or p.high < sympy.oo]  # type: ignore[attr-defined]
        if loose:
            return undecided(f"{self.claim.id} is not known for all positive parts")
        return decide_positive(sum(symbols), self.claim.domain)


def _by_a_condition(expression: sympy.Expr, domain: Domain) -> Finding:
    """Positive because it is a positive multiple of what a strict side condition says."""
    for condition in domain.where:
        if isinstance(condition, (sympy.Lt, sympy.Gt)):
            factor = sympy.simplify(expression / (condition.gts - condition.lts))
            if decide_positive(factor, domain).status is Status.PROVED:
                return Finding(Status.PROVED, f"by the side condition {condition}")
    return undecided(f"{expression} is not seen to be positive by a side condition")
