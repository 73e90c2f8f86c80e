"""Rules of derivation that give inequalities, and the sign arguments that they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import replace_free
from theory.core.continuity import is_continuous, is_continuous_at, limit_at
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.exact import evaluate_integrals
from theory.core.rising import rises_with
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.along_line import one_sided
from theory.core.rules.monotone import OneSign
from theory.core.rules.sign_search import is_nonnegative_somehow
from theory.core.signs import surely_nonnegative, surely_positive

__all__ = [
    "Jensen",
    "KeepOneTerm",
    "Monotonicity",
    "Nonnegative",
    "RisesAndFalls",
    "Through",
    "nonnegative_below_one",
]


def nonnegative_below_one(expression: sympy.Expr, level: sympy.Symbol, domain: Domain) -> Finding:
    """Whether an expression is nonnegative for every level in (0, 1).

    It must have no jump, so that the same holds at the ends.
    """
    inside = domain.within(level, 0, 1, discrete=False)
    if not is_continuous(expression, inside):
        expression = sympy.simplify(expression)
        if not is_continuous(expression, inside):
            return undecided(f"{expression} is not seen to be continuous in {level}")
    free = sympy.Dummy("w", positive=True)  # 1 / (1 + w) runs through (0, 1)
    return decide_nonnegative(sympy.simplify(expression).subs(level, 1 / (1 + free)), domain)


@dataclass(frozen=True, eq=False)
class Through:
    """A function of x seen as a function of a decreasing level v = inner(x), with inner(1) <= 1.

    Signs that SymPy cannot see in x are plain in v, which runs through (0, 1].

    Parameters
    ----------
    variable, level : symbols
        x (at least 1) and v.
    inner : expression in ``variable``
    """

    variable: Any
    level: Any
    inner: Any

    @property
    def symbols(self) -> tuple[sympy.Symbol, sympy.Symbol]:
        """The variable and the level."""
        return sympy.sympify(self.variable), sympy.sympify(self.level)

    def shape(self, function: sympy.Expr) -> sympy.Expr:
        """The function in terms of the level."""
        return function.subs(sympy.sympify(self.inner), sympy.sympify(self.level))

    def findings(self, domain: Domain, function: Any = None) -> tuple[Finding, ...]:
        """That the level decreases, is nonnegative, and starts at 1 or below.

        For a function, also that its shape is all that there is of it.
        """
        (x, level), inner = self.symbols, sympy.sympify(self.inner)
        real_x = 1 + sympy.Dummy("x", nonnegative=True)
        (free,) = real_x.free_symbols
        beyond = domain.within(free, 0, sympy.oo, discrete=False)
        moved = inner.subs(x, real_x)
        smooth = is_continuous(moved, beyond) and is_continuous_at(moved, free, 0, domain)
        findings = (
            decide_nonnegative(inner.subs(x, real_x), domain),
            decide_nonnegative(-sympy.diff(inner.subs(x, real_x), free), domain),
            decide_nonnegative(1 - inner.subs(x, 1), domain),
            proved("no jump is seen") if smooth else undecided(f"{inner} may jump"),
        )
        if function is None:
            return findings
        shape = self.shape(function)
        if shape.has(x):
            return (*findings, undecided(f"{function} is not a function of {inner} alone"))
        if level in function.free_symbols or level in inner.free_symbols:
            return (*findings, undecided(f"{level} has a meaning already"))
        return (*findings, decide_equal(shape.subs(level, inner), function, domain))


@dataclass(frozen=True, eq=False)
class Nonnegative(Rule):
    """An inequality step whose difference is a sum of parts of one sign.

    Squares are seen if they stand in the difference; ranges of indices and side conditions
    ``a <= b`` are used, together if need be, and so is that b^k >= 1 for b >= 1 and k >= 0.

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
        return "the difference has one sign"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        gap = after - sympy.sympify(before)
        gap = gap if self.sense == "<=" else -gap
        first = decide_nonnegative(sympy.expand(gap), domain)
        if first.status is not Status.UNDECIDED:
            return first
        if is_nonnegative_somehow(gap, domain):
            return proved("nonnegative by the signs of its parts")
        # sums and cases are seen through, and roots are squared
        by_parts = OneSign(self.sense).check(before, after, domain)
        return by_parts if by_parts.status is Status.PROVED else first


@dataclass(frozen=True, eq=False)
class Monotonicity(Rule):
    """Under a sum over x = 1..N, a part that falls with the level is replaced by its value at N.

    Parameters
    ----------
    part : expression
        Rises with x because it falls with the level of ``through``.
    through : Through
    at : expression
        The upper end of the range of x; the whole can only grow.
    """

    part: Any
    through: Through
    at: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return f"monotone in ${sympy.latex(self.through.symbols[0])}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        part = sympy.sympify(self.part)
        x, level = self.through.symbols
        placeholder = sympy.Dummy("part", nonnegative=True)
        with_hole = sympy.sympify(before).subs(part, placeholder)
        if not with_hole.has(placeholder):
            return undecided(f"{part} does not occur")
        shape = self.through.shape(part)
        at_end = replace_free(part, {x: self.at})
        return worst(
            *self.through.findings(domain, function=part),
            _lies_within(x, 1, self.at, domain),
            decide_equal(with_hole.subs(placeholder, part), before, domain),
            decide_equal(with_hole.subs(placeholder, at_end), after, domain),
            rises_with(with_hole, placeholder, domain),
            nonnegative_below_one(shape, level, domain),
            nonnegative_below_one(-sympy.diff(shape, level), level, domain),
        )


def _lies_within(x: sympy.Symbol, low: Any, high: Any, domain: Domain) -> Finding:
    """Whether the hypotheses, or the sum that the rule is applied under, keep x in low..high."""
    for bounds in domain.ranges:
        if bounds.variable == x:
            low_fits = surely_nonnegative(bounds.low - low, domain)
            high_fits = bounds.high == high or surely_nonnegative(high - bounds.high, domain)
            if low_fits and high_fits:
                return proved(f"{x} runs through {bounds.low}..{bounds.high}")
            return undecided(f"{x} is not seen to stay in {low}..{high}")
    return worst(decide_nonnegative(x - low, domain), decide_nonnegative(high - x, domain))


@dataclass(frozen=True, eq=False)
class KeepOneTerm(Rule):
    """A sum of nonnegative terms is at least its first or last one.

    Parameters
    ----------
    at : expression
        The index of the term that is kept.
    through : Through
        The level in which the terms are monotone.
    """

    at: Any
    through: Through

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "one of several nonnegative terms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((variable, low, high),) = before.limits
        at = sympy.sympify(self.at)
        if at not in (low, high) or at in (sympy.oo, -sympy.oo):
            return undecided(f"{at} is not an end of the range of {variable}")
        if variable != self.through.symbols[0]:
            return undecided(f"the sum runs over {variable}")
        inside = domain.within(variable, low, high, discrete=True)
        level = self.through.symbols[1]
        shape = self.through.shape(before.function)
        return worst(
            *self.through.findings(inside, function=before.function),
            decide_nonnegative(low - 1, domain),
            decide_nonnegative(high - low, domain),
            decide_equal(replace_free(before.function, {variable: at}), after, domain),
            nonnegative_below_one(shape, level, domain),
        )


@dataclass(frozen=True, eq=False)
class RisesAndFalls(Rule):
    """before <= after because after - before starts at 0, rises, falls, and ends at 0.

    Parameters
    ----------
    variable : symbol
        Runs from 0 to infinity.
    turn : expression
        Where the difference turns from rising to falling.
    of : expression
        The nonnegative compound that ``variable`` stands for in the two expressions.
    weight : expression
        A common nonnegative factor of the two.
    """

    variable: Any
    turn: Any
    of: Any
    weight: Any = 1

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "the difference rises from $0$ and falls back to $0$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        of, weight, turn = (sympy.sympify(e) for e in (self.of, self.weight, self.turn))
        z = sympy.Dummy("z", positive=True)
        signs = [decide_nonnegative(of, domain), decide_nonnegative(weight, domain)]
        if turn.free_symbols:
            return undecided(f"the turn {turn} is not a number")
        if not of.free_symbols:
            return undecided(f"{of} does not vary")
        solved = sorted(of.free_symbols, key=str)[0]  # the rest must go away with it
        gap = sympy.powsimp(after / weight) - sympy.powsimp(sympy.sympify(before) / weight)
        turned = solved * z / of
        if decide_equal(of.subs(solved, turned), z, domain).status is not Status.PROVED:
            return undecided(f"{of} is not proportional to {solved}")
        gap = sympy.simplify(gap.subs(solved, turned))
        if gap.free_symbols - {z}:
            return undecided(f"the difference is not a function of {of} alone")
        runs = domain.within(z, 0, sympy.oo, discrete=False)
        if not is_continuous(gap, runs):
            return undecided(f"{gap} is not seen to be continuous")
        start = limit_at(gap, z, 0, "+", domain)
        end = limit_at(gap.rewrite(sympy.erf), z, sympy.oo, "-", domain)
        if start is None or end is None:
            return undecided("the values of the difference at 0 and infinity were not found")
        slope = sympy.simplify(sympy.diff(gap, z) / (turn - z))
        return worst(
            *signs,
            decide_equal(start, 0, domain),
            decide_equal(end, 0, domain),
            decide_nonnegative(slope, domain),
            decide_nonnegative(turn, domain),
        )


@dataclass(frozen=True, eq=False)
class Jensen(Rule):
    """The mean of a convex function is at least the function of the mean.

    Parameters
    ----------
    density : expression in ``variable``
        A probability density over (0, oo); the step is from its integral against f.
    variable : symbol
    of : expression
        The random quantity u(variable) > 0 in which f is convex; it rises or falls.
    mean : expression
        Its mean.
    """

    density: Any
    variable: Any
    of: Any
    mean: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return f"Jensen's inequality in ${sympy.latex(sympy.sympify(self.of))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        r, of, density = (sympy.sympify(e) for e in (self.variable, self.of, self.density))
        if not isinstance(before, sympy.Integral) or before.limits != (
            sympy.Tuple(r, 0, sympy.oo),
        ):
            return undecided(f"the rule takes an integral over {r} from 0 to infinity")
        inside = domain.within(r, 0, sympy.oo, discrete=False)
        rises = sympy.diff(of, r)
        if not (surely_positive(rises, inside) or surely_positive(-rises, inside)):
            return undecided(f"{of} is not seen to rise or to fall")
        function = sympy.simplify(before.function / density)
        u = sympy.Dummy("u", positive=True)
        roots = [s for s in sympy.solve(of - u, r) if s.is_positive is not False]
        if len(roots) != 1:
            return undecided(f"{of} = u is not solved for {r}")
        of_u = sympy.powdenest(function.subs(r, roots[0]))
        convex = domain.within(u, 0, sympy.oo, discrete=False)
        if of_u.has(r) or not is_continuous(of_u, convex):
            return undecided(f"{function} is not seen to be a continuous function of {of}")
        moments = []
        for weight, expected in ((sympy.S.One, sympy.S.One), (of, self.mean)):
            value, how = evaluate_integrals(
                sympy.Integral(density * weight, (r, 0, sympy.oo)), domain
            )
            if value is None:
                return undecided(how)
            moments.append(decide_equal(value, expected, domain))
        curvature = sympy.simplify(sympy.diff(of_u, u, 2))
        smooth = is_continuous(curvature, convex)
        return worst(
            *moments,
            proved("smooth") if smooth else undecided(f"{of_u} may have a kink"),
            decide_nonnegative(density, inside),
            decide_positive(of, inside),
            decide_equal(of_u.subs(u, of) * density, before.function, inside),
            decide_nonnegative(curvature, domain),
            decide_equal(of_u.subs(u, self.mean), after, domain),
        )
