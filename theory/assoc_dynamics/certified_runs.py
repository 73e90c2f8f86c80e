"""Runs of a map of the plane in ball arithmetic, up to where descent is proved, and rules.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy
from flint import arb, ctx

from theory.assoc_dynamics.coordinates import (
    are_coordinates,
    is_continuous_on_line,
    is_plainly_real,
)
from theory.assoc_dynamics.descent import seen_real
from theory.core.binding import symbols_of
from theory.core.continuity import is_continuous
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.evaluation import ball, enclose
from theory.core.printing import in_words
from theory.core.rising import is_bound_inside, rises_with
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.by_claim import ByClaim, applies
from theory.core.rules.exponentials import ascending_terms, nonnegative_from
from theory.core.rules.monotone import decide_sign

__all__ = [
    "CertifiedRun",
    "ConvexGap",
    "Highest",
    "InBalls",
    "LastNotPositive",
    "NonnegativeFrom",
    "OfRun",
    "Rises",
    "TermsReplaced",
]

_BITS = 200
_MOST_STEPS = 500


class OfRun(sympy.Function):
    """Something of a function along all iterates of the map (x, y) -> (F, G).

    Parameters
    ----------
    observed : expression in x and y
    x, y : symbols
    F, G : expressions in x and y
    x0, y0 : expressions
        Where the iteration begins.
    """

    nargs = (7,)
    what = ""

    def _eval_is_real(self) -> bool | None:
        return True

    def _eval_simplify(self, **_: Any) -> sympy.Expr:
        return self  # what it is made of is not seen from outside

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        observed, x, y, F, G, x0, y0 = (printer._print(part) for part in self.args)
        power = f"^{{{exp}}}" if exp else ""
        run = rf"{x} \mapsto {F},\; {y} \mapsto {G} \text{{ from }} ({x0}, {y0})"
        return rf"\text{{{self.what}}}{power}\left({observed} \mid {run}\right)"


class Rises(OfRun):
    """How many steps raise the function."""

    what = "rises"


class LastNotPositive(OfRun):
    """The number of the last iterate at which the function is not positive, counted from 0."""

    what = "last not positive"


class Highest(OfRun):
    """The largest value of the function."""

    what = "supremum"


@dataclass(frozen=True, eq=False)
class NonnegativeFrom(Rule):
    """An inequality whose difference has one sign because a part of it is nonnegative.

    Exponentials of what has a sign are then at least, or at most, one.

    Parameters
    ----------
    part : expression
        Nonnegative by the hypotheses.
    sense : str
    """

    part: Any
    sense: str = ">="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "the difference has one sign"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        gap = sympy.sympify(before) - after
        gap = gap if self.sense == ">=" else -gap
        part, free = sympy.sympify(self.part), sympy.Dummy("part", real=True)
        if self.sense not in ("<=", ">="):
            return undecided(f"the rule is for inequalities, not for {self.sense}")
        if is_bound_inside(part, gap):
            return undecided(f"{part} is many values")
        gap = sympy.expand_power_exp(gap.xreplace({part: free}))
        return worst(decide_sign(part, domain), nonnegative_from(gap, free, 0, domain))


@dataclass(frozen=True, eq=False)
class TermsReplaced(Rule):
    """Terms of a sum, times nonnegative factors, are replaced by larger ones (or smaller ones).

    Parameters
    ----------
    *terms : (factor, old, new, Rule)
    """

    terms: tuple[tuple[Any, Any, Any, Rule], ...]

    @property
    def relation(self) -> str:
        return self.terms[0][3].relation

    @property
    def words(self) -> str:
        return ", ".join(dict.fromkeys(rule.words for *_, rule in self.terms))

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        replaced, findings = sympy.sympify(before), []
        if self.relation not in ("=", "<=", ">="):
            return undecided(f"terms of a sum are not replaced under {self.relation}")
        for factor, old, new, rule in self.terms:
            factor, old, new = (sympy.sympify(part) for part in (factor, old, new))
            if rule.relation != self.relation:
                return undecided("the rules do not point the same way")
            replaced = replaced - factor * old + factor * new
            findings += [decide_sign(factor, domain), examine(rule, old, new, domain)]
        same = sympy.expand(replaced - after) == 0
        how = proved("the terms are replaced") if same else decide_equal(replaced, after, domain)
        return worst(how, *findings)


@dataclass(frozen=True, eq=False)
class ConvexGap(Rule):
    """A function of a part of either sign is replaced by one that touches it at 0 from above.

    The gap and its slope are 0 at 0, and the gap is convex: its second derivative is nonnegative at
    the lower end of the range, and the third is throughout. Without an end, the second one is.

    Parameters
    ----------
    function, by : expressions in ``variable``
    variable : real symbol
    of : expression
        What the variable is in the step.
    low : number, or minus infinity
        Below 0: the least value that it may have.
    """

    function: Any
    by: Any
    variable: Any
    of: Any
    low: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        v, function, by = (sympy.sympify(e) for e in (self.variable, self.function, self.by))
        left = rf"{in_words(function)} \le {in_words(by)}"
        if self.low == -sympy.oo:
            return f"${left}$ for every ${in_words(v)}$"
        return rf"${left}$ for ${in_words(v)} \ge {in_words(self.low)}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        v, of, low = (sympy.sympify(e) for e in (self.variable, self.of, self.low))
        function, by = sympy.sympify(self.function), sympy.sympify(self.by)
        hole = sympy.Dummy("hole", real=True)
        if not is_plainly_real(v) or is_bound_inside(function.subs(v, of), sympy.sympify(before)):
            return undecided(f"{v} is no real symbol, or {of} is many values")
        with_hole = sympy.sympify(before).subs(function.subs(v, of), hole)
        if not with_hole.has(hole) or not low.is_extended_negative:
            return undecided(f"{function.subs(v, of)} does not occur, or {low} is not below 0")
        gap = by - function
        return worst(
            decide_equal(with_hole.subs(hole, by.subs(v, of)), after, domain),
            rises_with(with_hole, hole, domain),
            seen_real(of, domain),
            _is_smooth(gap, v, low, domain),
            *(decide_equal(sympy.diff(gap, v, k).subs(v, 0), 0, domain) for k in (0, 1)),
            *_convex(gap, v, low, of, domain),
        )


def _is_smooth(gap: sympy.Expr, v: sympy.Symbol, low: sympy.Expr, domain: Domain) -> Finding:
    """That the gap has two continuous derivatives from ``low`` on: convex parts may lie apart."""
    real = sympy.Dummy("v", real=True)
    kinks = gap.has(sympy.Abs, sympy.Max, sympy.Min, sympy.Piecewise)
    least = low if low is -sympy.oo else low - 1  # what is continuous on an open range
    inside = domain.within(real, least, sympy.oo, discrete=False)
    derivatives = (sympy.diff(gap, v, order).xreplace({v: real}) for order in range(3))
    if not kinks and all(is_continuous(derivative, inside) for derivative in derivatives):
        return proved("smooth")
    return undecided(f"{gap} is not seen to be smooth in {v}")


def _convex(
    gap: sympy.Expr, v: sympy.Symbol, low: sympy.Expr, of: sympy.Expr, domain: Domain
) -> list[Finding]:
    """That the gap is convex from ``low`` on, and the part not below."""
    if low is -sympy.oo:
        free = sympy.Dummy("w", positive=True)  # exp(v), which takes every positive value
        second = sympy.simplify(sympy.diff(gap, v, 2).subs(v, sympy.log(free)))
        return [decide_nonnegative(sympy.factor(second), domain)]
    second = enclose(sympy.diff(gap, v, 2).subs(v, low))
    real = sympy.Dummy("v", real=True)
    return [
        decide_sign(of - low, domain),
        proved("convex") if second >= 0 else undecided(f"curvature {second.str(6)} at {low}"),
        decide_nonnegative(sympy.diff(gap, v, 3).subs(v, real), domain),
    ]


@dataclass(frozen=True, eq=False)
class CertifiedRun(Rule):
    """What happens along all iterates, from finitely many of them in ball arithmetic.

    A level falls in every step from a state where it is below a bound, so that it stays below and
    falls for ever. For each of finitely many values of a parameter the run is followed in balls
    until the level is below the bound, and what has happened by then is read off.

    Parameters
    ----------
    parameter : Parameter
    choices : numbers
        Its values; a side condition of the domain says that there are no others.
    level : expression in the coordinates
        Falls as either of them grows.
    below : expression in the parameter
        The bound.
    descent : ByClaim
        A step takes the level to at most what it was, under conditions q <= r.
    controlled : sequence of ByClaim
        Quantities that are at most the level; each of the conditions bounds a multiple of one.
    sense : str
    """

    parameter: Any
    choices: tuple[Any, ...]
    level: Any
    below: Any
    descent: ByClaim
    controlled: tuple[ByClaim, ...]
    sense: str = "="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        claims = [self.descent.claim.id, *(rule.claim.id for rule in self.controlled)]
        names = " and ".join(rf"\texttt{{{name}}}" for name in dict.fromkeys(claims))
        return f"the run in balls of {_BITS} bits, until {names} decide the rest"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, OfRun):
            return undecided("the rule takes what happens along a run to a value")
        symbol = sympy.sympify(self.parameter)
        only = sympy.Eq(sympy.Mul(*(symbol - choice for choice in self.choices)), 0)
        if domain.where != (only,):
            return undecided(f"{symbol} is not known to be one of {self.choices}")
        observed, x, y, F, G, x0, y0 = before.args
        moving = (observed, F, G, sympy.sympify(self.level))
        apart = are_coordinates((x, y), domain, after, x0, y0, self.below, seen=moving)
        findings = [apart, *self._falls_for_ever(before, domain), self._is_seen(before, domain)]
        for choice in self.choices:
            with ctx.workprec(_BITS):
                findings.append(self._at(choice, before, after))
        return worst(*findings)

    def _falls_for_ever(self, run: OfRun, domain: Domain) -> list[Finding]:
        """That a step from below the bound lowers the level."""
        _, x, y, F, G, _, _ = run.args
        level, below = sympy.sympify(self.level), sympy.sympify(self.below)
        stepped, bound = ascending_terms(self.descent)
        findings = [
            decide_equal(stepped, level.subs({x: F, y: G}, simultaneous=True), domain),
            decide_nonnegative(sympy.factor(level - bound), domain),
            Finding(self.descent.claim.derivation_report().worst, self.descent.claim.id),
        ]
        for rule in (self.descent, *self.controlled):  # that the claims speak of such values
            own = rule.claim.domain
            if rule is self.descent:  # whose conditions are looked at below
                own = Domain(*own.parameters)
            findings.append(applies(own, rule._pairs(), domain, symbols_of(level, F, G)))
        parts = []
        for rule in self.controlled:
            part, whole = ascending_terms(rule)
            parts.append(part)
            findings.append(decide_equal(whole, level, domain))
            findings.append(Finding(rule.claim.derivation_report().worst, rule.claim.id))
        for condition in self.descent.claim.domain.where:
            bounded = self.descent._here(condition)
            factors = [sympy.simplify(bounded.lts / part) for part in parts]
            factor = next((f for f in factors if not f.has(x, y)), None)
            if factor is None:
                findings.append(undecided(f"{bounded} is not seen to hold below the bound"))
                continue
            findings.append(decide_nonnegative(factor, domain))
            for choice in self.choices:
                room = (bounded.gts - factor * below).subs(sympy.sympify(self.parameter), choice)
                fits = (
                    proved("the condition holds")
                    if room.is_nonnegative
                    else undecided(f"{room} < 0")
                )
                findings.append(fits)
        return findings

    def _is_seen(self, run: OfRun, domain: Domain) -> Finding:
        """That nothing new can happen while the level falls below the bound."""
        observed, x, y, *_ = run.args
        level = sympy.sympify(self.level)
        slopes = [decide_nonnegative(-sympy.diff(level, v), domain) for v in (x, y)]
        if not all(is_continuous_on_line(level, v, domain) for v in (x, y)):
            return undecided(f"{level} is not seen to be continuous")
        if isinstance(run, (Rises, Highest)):
            alike = proved("the level") if observed == level else undecided("another function")
            return worst(alike, *slopes)
        if observed != sympy.Min(x, y):
            return undecided(f"{observed} is not the smaller coordinate")
        # where a coordinate is not positive, the level is at least its value at 0
        below = sympy.sympify(self.below)
        for bound in below.args if isinstance(below, sympy.Min) else (below,):
            edges = [decide_sign(level.subs(v, 0) - bound, domain) for v in (x, y)]
            found = worst(*slopes, *edges)
            if found.status is Status.PROVED:
                break
        return found

    def _at(self, choice: Any, run: OfRun, after: sympy.Expr) -> Finding:
        name = self.parameter.name
        environment = {name: sympy.sympify(choice)}
        claimed = enclose(after, environment, digits=55)
        values = self._until_below(run, environment)
        if values is None:
            return undecided(f"for {name} = {choice} the level is not seen below the bound")
        found = _value(run, values)
        if found is None:
            return undecided(f"for {name} = {choice} two values are too close to compare")
        agrees = {
            "=": bool(claimed == found),
            "<=": bool(found <= claimed),
            ">=": bool(found >= claimed),
        }[self.sense]
        at = f"for {name} = {choice} the value is {found.str(12)} after {len(values) - 1} steps"
        return Finding(Status.CERTIFIED, at) if agrees else undecided(f"{at}, not {claimed}")

    def _until_below(self, run: OfRun, environment: dict[str, Any]) -> list[arb] | None:
        """The values of the function, up to the first iterate with the level below the bound."""
        observed, x, y, F, G, x0, y0 = run.args
        level, below = sympy.sympify(self.level), ball(sympy.sympify(self.below), environment)
        one, two = ball(x0, environment), ball(y0, environment)
        values = []
        for _ in range(_MOST_STEPS):
            here = {**environment, x.name: one, y.name: two}
            values.append(ball(observed, here))
            if ball(level, here) < below:
                return values
            one, two = ball(F, here), ball(G, here)
        return None


@dataclass(frozen=True, eq=False)
class InBalls(Rule):
    """Two numbers are compared in balls."""

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "ball arithmetic"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if domain.parameters:
            return undecided("the rule compares numbers, without parameters")
        one, two = (enclose(side, {}, digits=55) for side in (before, after))
        holds = {"<=": bool(one <= two), ">=": bool(one >= two)}.get(self.sense, False)
        values = f"{one.str(12)} against {two.str(12)}"
        return Finding(Status.CERTIFIED, values) if holds else undecided(values)


def _value(run: OfRun, values: list[arb]) -> arb | None:
    """What the function does up to the bound, if the balls decide it."""
    if isinstance(run, Highest):
        highest = values[0]
        for value in values[1:]:
            highest = highest.max(value)
        return highest
    if isinstance(run, Rises):
        pairs = list(pairwise(values))
        if not all(new > old or new < old for old, new in pairs):
            return None
        return arb(sum(bool(new > old) for old, new in pairs))
    if not isinstance(run, LastNotPositive) or not all(v > 0 or v <= 0 for v in values):
        return None
    return arb(max((k for k, value in enumerate(values) if value <= 0), default=-1))
