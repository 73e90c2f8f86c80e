"""Rules of derivation about log(1 + exp(-m)), what a token of margin m adds to the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.assoc_dynamics.simplex_level import is_seen_positive
from theory.core.continuity import is_continuous
from theory.core.decision import Finding, decide_equal
from theory.core.domain import Domain
from theory.core.printing import in_words
from theory.core.rule import Rule, proved, undecided, worst

__all__ = ["AboveTangentLine", "LogTwoOfAnError"]


@dataclass(frozen=True, eq=False)
class AboveTangentLine(Rule):
    """A function that is convex on the whole line is at least its tangent.

    Parameters
    ----------
    function : expression in ``variable``
        Its second derivative is nonnegative for every real value.
    variable : real symbol
    of, at : expressions
        What the variable is in the step, and where the tangent touches.
    times : expression
        A nonnegative factor of the function in the step.
    positive : tuple of expressions
        Parts of the two that are positive, and so have real logarithms.
    """

    function: Any
    variable: Any
    of: Any
    at: Any
    times: Any = 1
    positive: tuple[Any, ...] = ()

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        v = sympy.sympify(self.variable)
        return rf"tangent of the convex function ${in_words(self.function)}$ of ${v}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        f, given = sympy.sympify(self.function), sympy.sympify(self.variable)
        v = sympy.Dummy("v", real=True)  # of either sign, whatever the variable is assumed to be
        if f.free_symbols != {given} or f.has(ExprWithLimits):
            return undecided(f"{f} is not seen to be a function of {given} alone")
        f = f.xreplace({given: v})
        of, at, times = (sympy.sympify(e) for e in (self.of, self.at, self.times))
        table = {}
        for part in map(sympy.sympify, self.positive):
            if not is_seen_positive(part, domain):
                return undecided(f"{part} is not seen to be positive")
            table[part] = sympy.Dummy("part", positive=True)
        if not all(e.xreplace(table).is_extended_real for e in (of, at)):
            return undecided("a point is not seen to be real")
        slopes = [f, sympy.diff(f, v), sympy.factor(sympy.simplify(sympy.diff(f, v, 2)))]
        line = domain.within(v, -sympy.oo, sympy.oo, discrete=False)
        if not all(is_continuous(g, line) and g.is_extended_real for g in slopes):
            return undecided(f"{f} is not seen to be smooth on the whole line")
        if not slopes[2].is_nonnegative:
            return undecided(f"{f} is not seen to be convex")
        if not times.is_nonnegative:
            return undecided(f"{times} is not seen to be nonnegative")
        of, at = of.xreplace(table), at.xreplace(table)
        back = {dummy: part for part, dummy in table.items()}
        tangent = f.subs(v, at) + sympy.diff(f, v).subs(v, at) * (of - at)
        return worst(
            decide_equal((times * f.subs(v, of)).xreplace(back), before, domain),
            decide_equal((times * tangent).xreplace(back), after, domain),
        )


@dataclass(frozen=True, eq=False)
class LogTwoOfAnError(Rule):
    """P log(1 + exp(-m)) is at least P log 2 where m <= 0, and at least 0 elsewhere, for P >= 0.

    Where m <= 0 the exponential is at least 1; elsewhere it is positive.
    """

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return r"$\exp(-m) \ge 1$ where $m \le 0$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        logs = [e for e in before.atoms(sympy.log) if e.has(sympy.exp)]
        if len(logs) != 1:
            return undecided("the rule takes one logarithm")
        weight, power = sympy.cancel(before / logs[0]), logs[0].args[0] - 1
        if not isinstance(power, sympy.exp) or not power.args[0].is_extended_real:
            return undecided("the rule takes log(1 + exp(-m)) with a real m")
        if not weight.is_nonnegative:
            return undecided(f"{weight} is not seen to be nonnegative")
        cost = sympy.cancel(sympy.log(2) * weight)
        cases = sympy.Piecewise((cost, -power.args[0] <= 0), (0, True))
        return proved("in either case") if cases == after else decide_equal(cases, after, domain)
