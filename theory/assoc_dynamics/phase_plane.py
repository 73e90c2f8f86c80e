"""Quantities of the solution of a planar system of differential equations, and rules about them.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from theory.assoc_dynamics.coordinates import are_coordinates
from theory.core.continuity import is_continuous
from theory.core.decision import (
    Finding,
    Status,
    contradicted,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.hypotheses import Logarithms

__all__ = [
    "Barrier",
    "CrossesOnce",
    "LastTimeBelow",
    "LogarithmsApart",
    "Lowest",
    "NotTogether",
    "OfSolution",
    "SignChanges",
    "UpwardCrossings",
    "along",
]


class OfSolution(sympy.Function):
    """Something of a function along the solution of x' = F(x, y), y' = G(x, y) for t >= 0.

    Parameters
    ----------
    observed : expression in x and y
    x, y : symbols
    F, G : expressions in x and y
    x0, y0 : expressions
        The start.
    """

    nargs = (7,)
    what = ""

    @property
    def observed(self) -> sympy.Expr:
        """The function that is followed."""
        return self.args[0]

    @property
    def at_start(self) -> sympy.Expr:
        """Its value at the start."""
        return self.observed.subs(self.start)

    @property
    def start(self) -> dict[sympy.Symbol, sympy.Expr]:
        """The start, by variable."""
        _, x, y, _, _, x0, y0 = self.args
        return {x: x0, y: y0}

    def rate(self, function: Any) -> sympy.Expr:
        """The derivative of a function of x and y along the solution."""
        _, x, y, F, G, _, _ = self.args
        function = sympy.sympify(function)
        return sympy.diff(function, x) * F + sympy.diff(function, y) * G

    def _eval_is_real(self) -> bool | None:
        return True

    def _eval_simplify(self, **_: Any) -> sympy.Expr:
        return self  # what it is made of is not seen from outside

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        observed, x, y, F, G, x0, y0 = (printer._print(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        system = rf"\dot{{{x}}} = {F},\; \dot{{{y}}} = {G},\; ({x}, {y})(0) = ({x0}, {y0})"
        return rf"\text{{{self.what}}}{power}\left({observed} \mid {system}\right)"


class SignChanges(OfSolution):
    """How often the function changes from one strict sign to the other."""

    what = "sign changes"

    def _eval_is_nonnegative(self) -> bool | None:
        return True


class Lowest(OfSolution):
    """The greatest lower bound of the function along the solution."""

    what = "infimum"


class LastTimeBelow(OfSolution):
    """The last time at which the function is at most zero."""

    what = "last time below zero"

    def _eval_is_nonnegative(self) -> bool | None:
        return True


def along(kind: type[OfSolution], field: Mapping[Any, Any], start: Any, observed: Any) -> Any:
    """Something of a function along the solution of a system.

    Parameters
    ----------
    kind : class
    field : mapping from the two variables to their rates
    start : the two initial values
    observed : expression
    """
    (x, F), (y, G) = field.items()
    return kind(observed, x, y, F, G, *start)


def _indicator(value: sympy.Expr) -> sympy.Piecewise:
    return sympy.Piecewise((1, value < 0), (0, True))


def _rises_through_zero(
    solution: OfSolution, multiplier: Any, domain: Domain
) -> tuple[Finding, sympy.Expr]:
    """That the rate of the function is a multiple of it plus something positive.

    The multiple must be continuous: a pole of it where the function vanishes would prove anything.
    """
    smooth = _is_smooth(solution, domain, sympy.sympify(multiplier))
    source = solution.rate(solution.observed) - sympy.sympify(multiplier) * solution.observed
    source = sympy.factor(sympy.simplify(source))
    return worst(decide_positive(source, domain), smooth), source


def _is_smooth(solution: OfSolution, domain: Domain, *others: sympy.Expr) -> Finding:
    """That the field and the function are seen to be smooth, and the other expressions continuous.

    The rules take it that there is a solution for all t >= 0, of which there is then but one.
    """
    observed, x, y, F, G, *start = solution.args
    apart = are_coordinates((x, y), domain, *start, seen=(observed, F, G, *others))
    if apart.status is not Status.PROVED:
        return apart
    for v in (x, y):
        inside = domain.within(v, -sympy.oo, sympy.oo, discrete=False)
        for expression in (observed, F, G, *others):
            kinks = expression.has(sympy.Abs, sympy.Max, sympy.Min, sympy.Piecewise)
            kinks = kinks or any(_is_kinked(power, domain) for power in expression.atoms(sympy.Pow))
            if kinks or not is_continuous(expression, inside):
                return undecided(f"{expression} is not seen to be smooth in {v}")
    return proved("smooth")


def _is_kinked(power: sympy.Pow, domain: Domain) -> bool:
    """Whether a power may have a vertical tangent, such as a root where its base is 0."""
    whole = power.exp.is_integer or decide_positive(power.base, domain).status is Status.PROVED
    return not whole


@dataclass(frozen=True, eq=False)
class UpwardCrossings(Rule):
    """Functions that cross zero upwards only change sign at most once, and only from below.

    The rate of each function f is k f + g with g > 0: then f times the exponential of minus the
    integral of k rises, so that f, once at or above zero, is above it ever after.

    Parameters
    ----------
    multipliers : mapping from the function to k
    """

    multipliers: Mapping[Any, Any]

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "each crosses zero upwards only"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        table, findings = {}, []
        for solution in before.atoms(SignChanges):
            if solution.observed not in self.multipliers:
                return undecided(f"no multiplier is given for {solution.observed}")
            finding, _ = _rises_through_zero(solution, self.multipliers[solution.observed], domain)
            findings.append(finding)
            table[solution] = _indicator(solution.at_start)
        if not table:
            return undecided("no sign changes are counted")
        if not all(isinstance(term, SignChanges) for term in sympy.Add.make_args(before)):
            return undecided("the rule takes a sum of numbers of sign changes")
        if before.xreplace(table) != after:
            return undecided("the line after does not count the functions that begin below zero")
        return worst(*findings)


@dataclass(frozen=True, eq=False)
class NotTogether(Rule):
    """Of some quantities, of which a combination is positive, not all are negative.

    The line before counts those that are, so it is at most their number minus one.

    Parameters
    ----------
    weights : mapping from the quantity to its nonnegative weight
    """

    weights: Mapping[Any, Any]

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "not all are negative, as a combination of them is positive"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        counted = sum(_indicator(sympy.sympify(value)) for value in self.weights)
        if sympy.sympify(before) != counted or after != len(self.weights) - 1:
            return undecided("the rule takes the number of negative quantities to all but one")
        combination = sum(weight * value for value, weight in self.weights.items())
        return worst(
            decide_positive(sympy.factor(sympy.simplify(combination)), domain),
            *(decide_nonnegative(weight, domain) for weight in self.weights.values()),
        )


@dataclass(frozen=True, eq=False)
class CrossesOnce(Rule):
    """A function that crosses zero upwards only, and cannot stay below it, crosses exactly once.

    It crosses if and only if it is below zero at the start. As long as it is below, a coordinate
    (the first variable) grows at least at a constant pace; but there it has a ceiling.

    Parameters
    ----------
    multiplier : expression
        k of `UpwardCrossings`.
    region : mapping from each variable to an expression in two symbols
        The states where the function is below zero and the second variable at most its start.
        The second variable is a function of the first of the two symbols alone.
    depth : symbol
        The second of them: how far the function is below zero.
    slack : symbol
        The first: nonnegative.
    pace, ceiling : expressions
    """

    multiplier: Any
    region: Mapping[Any, Any]
    slack: Any
    depth: Any
    pace: Any
    ceiling: Any

    @property
    def words(self) -> str:
        return "it crosses zero upwards only, and cannot stay below"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, SignChanges) or not isinstance(after, sympy.Piecewise):
            return undecided("the rule takes a number of sign changes to a case distinction")
        observed, x, y, F, G, _, y0 = before.args
        condition = after.args[0].cond
        constants = (self.pace, self.ceiling)
        apart = are_coordinates((x, y), domain, *constants, condition, *self.region.values())
        moving = (self.slack, self.depth)
        if any(sympy.sympify(constant).has(*moving) for constant in constants):
            return undecided("the pace and the ceiling are not the same all along")
        if self.slack == self.depth or {v.name for v in moving} & set(domain.names):
            return undecided("the region is not described by two symbols of its own")
        if after != sympy.Piecewise((1, condition), (0, True)):
            return undecided("the line after is not 1 where the function begins below zero, else 0")
        share = sympy.simplify((condition.gts - condition.lts) / -before.at_start)
        upward, _ = _rises_through_zero(before, self.multiplier, domain)
        region = {x: sympy.sympify(self.region[x]), y: sympy.sympify(self.region[y])}
        height = region[y] - y0
        solved = sympy.simplify(observed.subs(region))
        ends = [sympy.limit(height, self.slack, end) for end in (0, sympy.oo)]
        signs = self.slack.is_nonnegative and self.depth.is_positive
        whole = self.slack.is_integer or self.depth.is_integer
        onward = domain.within(self.slack, 0, sympy.oo, discrete=False)
        unbroken = is_continuous(height, onward)
        covers = ends == [0, -sympy.oo] and unbroken and not height.has(self.depth)
        covers = covers and signs and not whole
        speed = sympy.factor(sympy.simplify(F.subs(region) - self.pace))
        # exponentials rise, so that the ceiling is compared through them
        room = sympy.simplify(sympy.exp(self.ceiling) - sympy.exp(region[x]))
        return worst(
            proved("strict") if isinstance(condition, sympy.Lt | sympy.Gt) else undecided("ties"),
            decide_positive(share, domain),
            apart,
            proved("no escape") if _is_bounded(G, (x, y), domain) else undecided(f"{G}: bounded?"),
            upward,
            decide_equal(solved, -self.depth, domain),
            proved("the region is covered") if covers else undecided(f"{height} runs from {ends}"),
            decide_nonnegative(sympy.factor(-sympy.diff(height, self.slack)), domain),
            # given y and the value of the function, x is determined
            decide_positive(sympy.simplify(sympy.diff(observed, x)), domain),
            # y falls where the function is below zero, so the region is not left through y = y0
            decide_positive(sympy.simplify(G / observed), domain),
            decide_positive(sympy.sympify(self.pace), _where_positive(condition, domain)),
            decide_nonnegative(speed, domain),
            decide_nonnegative(sympy.factor(room), domain),
        )


def _is_bounded(rate: sympy.Expr, moving: tuple[Any, ...], domain: Domain) -> bool:
    """Whether a rate is built of constants and quotients such as 1 / (1 + exp(x)).

    A solution with a bounded rate does not run off to infinity in a finite time.
    """
    if not rate.has(*moving):
        return True
    if isinstance(rate, (sympy.Add, sympy.Mul)):
        return all(_is_bounded(part, moving, domain) for part in rate.args)
    if not isinstance(rate, sympy.Pow) or not (rate.exp.is_integer and rate.exp.is_negative):
        return False
    least, rest = rate.base.as_independent(*moving, as_Add=True)
    signs = decide_positive(least, domain), decide_nonnegative(rest, domain)
    return worst(*signs).status is Status.PROVED


def _where_positive(condition: Any, domain: Domain) -> Domain:
    """The domain with one more side condition."""
    return Domain(*domain.parameters, where=(*domain.where, condition), remarks=domain.remarks)


@dataclass(frozen=True, eq=False)
class Barrier(Rule):
    """No solution leaves a region on whose edges the field does not point outwards.

    Nagumo's theorem, which is cited; its hypotheses are checked.

    Parameters
    ----------
    faces : sequence of (function, mapping from variables to expressions)
        The region is where all the functions are nonnegative; the mapping describes the part of
        the region on which this one vanishes.
    """

    faces: tuple[tuple[Any, Mapping[Any, Any]], ...]

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "Nagumo's theorem: the field points into the region on each of its edges"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, Lowest):
            return undecided("the rule takes a lowest value to a bound below it")
        functions = [sympy.sympify(function) for function, _ in self.faces]
        _, x, y, *_ = before.args
        fixed = are_coordinates((x, y), domain, after)
        if before.observed - after not in functions:
            return undecided("the region is not where the bound holds")
        findings = [_nonnegative(function.subs(before.start), domain) for function in functions]
        for function, (_, edge) in zip(functions, self.faces, strict=True):
            findings += _edge(before, function, edge, functions, domain)
        smooth = _is_smooth(before, domain, *functions)
        return worst(fixed, smooth, *findings, Finding(Status.CITED, "cited: Nagumo's theorem"))


def _are_coordinates(one: sympy.Expr, two: sympy.Expr, x: sympy.Symbol, y: sympy.Symbol) -> bool:
    """Whether two functions are linear, and tell where a point is."""
    slopes = [sympy.diff(function, v) for function in (one, two) for v in (x, y)]
    a, b, c, d = slopes
    return all(slope.is_number for slope in slopes) and (a * d - b * c) != 0


def _nonnegative(value: sympy.Expr, domain: Domain) -> Finding:
    """A sign; that of a logarithm is the sign of its argument minus one."""
    value = sympy.simplify(value)
    return decide_nonnegative(value.args[0] - 1 if isinstance(value, sympy.log) else value, domain)


def _edge(
    solution: OfSolution,
    function: sympy.Expr,
    edge: Mapping[Any, Any],
    functions: list[sympy.Expr],
    domain: Domain,
) -> list[Finding]:
    """On a part of the boundary: the function vanishes, and does not fall."""
    _, x, y, *_ = solution.args
    edge = {sympy.sympify(variable): sympy.sympify(value) for variable, value in edge.items()}
    inward = sympy.factor(sympy.simplify(solution.rate(function).subs(edge, simultaneous=True)))
    findings = [decide_nonnegative(inward, domain)]
    if not edge:  # then it holds everywhere
        return findings
    (slack,) = sympy.Tuple(*edge.values()).free_symbols - {
        symbol for parameter in domain.parameters for symbol in parameter.symbol.free_symbols
    }
    others = [other for other in functions if other != function]
    findings.append(decide_equal(function.subs(edge, simultaneous=True), 0, domain))
    if len(others) != 1 or not _are_coordinates(function, others[0], x, y):
        return [*findings, undecided("the edge is not seen to be described by the other function")]
    # the slack runs through all values that the other function may have there
    value = sympy.expand_log(sympy.simplify(others[0].subs(edge, simultaneous=True)))
    ends = [sympy.limit(value, slack, end) for end in (0, sympy.oo)]
    rises = decide_nonnegative(sympy.factor(sympy.diff(value, slack)), domain)
    onward = domain.within(slack, 0, sympy.oo, discrete=False)
    whole = slack.is_nonnegative and not slack.is_integer and ends == [0, sympy.oo]
    whole = whole and is_continuous(value, onward)
    findings += [rises, proved("covered") if whole else undecided(f"{value}: {ends}")]
    if set(edge) != {x, y}:
        findings.append(undecided("the edge does not say where both variables are"))
    return findings


@dataclass(frozen=True, eq=False)
class LogarithmsApart(Logarithms):
    """As `Logarithms`, but logarithms are taken apart before anything else is tried.

    It is the quicker way where there are many.
    """

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        refutation, _ = contradicted(sympy.sympify(before), "=", after, domain)
        if refutation is not None:
            return refutation
        if all(self._agree(before, after, form) for form in domain.forms()):
            return proved("equal sums of logarithms of positive numbers")
        found = super().check(before, after, domain)
        # `Logarithms` looks at the inside of the ranges alone
        closed = len(domain.forms()) > 1 and decide_equal(before, after, domain) != found
        return undecided("not seen at closed ends") if closed else found

    @staticmethod
    def _agree(before: Any, after: Any, form: Mapping[Any, sympy.Expr]) -> bool:
        gap = (sympy.sympify(before) - after).subs(form, simultaneous=True)
        gap = gap.replace(sympy.log, lambda inside: sympy.log(sympy.factor(inside)))
        gap = sympy.expand_log(gap)
        logarithms = gap.atoms(sympy.log)
        if any(is_bound_inside(value, gap) for value in logarithms):
            return False
        opaque = {value: sympy.Dummy("log", real=True) for value in logarithms}
        return bool(sympy.factor(gap.xreplace(opaque)) == 0)
