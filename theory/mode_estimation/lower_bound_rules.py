"""Rules of derivation: a function below a power of its variable, a quotient by its denominator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import replace_free
from theory.core.continuity import is_continuous, is_continuous_at, limit_at
from theory.core.decision import Finding, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.printing import in_words
from theory.core.rule import Rule, examine, undecided, worst

__all__ = ["OverPositive", "RisingShare", "SmallerDenominator", "WithoutPart"]


@dataclass(frozen=True, eq=False)
class RisingShare(Rule):
    """A function f of a part v in (0, 1) is at most f(1) v^k, as f(v) / v^k rises.

    It rises when g = v f' - k f is nonnegative: g, g', ... vanish at 0 up to the derivative of
    order ``order``, which is nonnegative on (0, 1).

    Parameters
    ----------
    function : expression in ``variable``
    variable : symbol
    of : expression
        What v is in the step; in (0, 1).
    times : expression
        A nonnegative factor of the function in the step.
    power, order : int
    """

    function: Any
    variable: Any
    of: Any
    times: Any
    power: int
    order: int

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        v, f = sympy.sympify(self.variable), sympy.sympify(self.function)
        ratio = in_words(f / v**self.power)
        return rf"${ratio}$ rises for $0 < {in_words(v)} < 1$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        f, v = sympy.sympify(self.function), sympy.sympify(self.variable)
        of, times = sympy.sympify(self.of), sympy.sympify(self.times)
        if f.free_symbols != {v} or not v.is_nonnegative or v.is_integer:
            return undecided(f"{f} is not a function of {v} >= 0 alone")
        top = limit_at(f, v, sympy.S.One, "-", domain)
        if top is None or not top.is_number or not top.is_finite:
            return undecided(f"the value of {f} at 1 was not found")
        excess = v * sympy.diff(f, v) - self.power * f
        inside = domain.within(v, 0, 1, discrete=False)
        for k in range(self.order):
            slope = sympy.diff(excess, v, k)
            if not (is_continuous(slope, inside) and is_continuous_at(slope, v, 0, domain)):
                return undecided(f"{slope} is not seen to be continuous")
            if (start := sympy.simplify(slope.subs(v, 0))) != 0:
                return undecided(f"{slope} is {start} at 0")
        last = sympy.factor(sympy.simplify(sympy.diff(excess, v, self.order)))
        if not (is_continuous(f, inside) and is_continuous(last, inside)):
            return undecided(f"{f} is not seen to be smooth")
        free = sympy.Dummy("v", positive=True)  # v / (1 + v) runs through (0, 1)
        return worst(
            decide_nonnegative(sympy.factor(last.subs(v, free / (1 + free))), domain),
            decide_positive(of, domain),
            decide_positive(1 - of, domain),
            decide_nonnegative(times, domain),
            decide_equal(times * replace_free(f, {v: of}), before, domain),
            decide_equal(times * top * of**self.power, after, domain),
        )


@dataclass(frozen=True, eq=False)
class SmallerDenominator(Rule):
    """A nonnegative number over a positive one grows when the positive one is made smaller.

    Parameters
    ----------
    numerator, more, less : expressions
        The step is from ``numerator / more`` to ``numerator / less``.
    by : Rule
        Takes ``less`` to ``more``, which is no smaller.
    floor : expression
        Positive, and no larger than ``less``.
    by_floor : Rule
        Takes ``less`` down to the floor.
    """

    numerator: Any
    more: Any
    less: Any
    by: Rule
    floor: Any
    by_floor: Rule

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        numerator, more, less, floor = map(
            sympy.sympify, (self.numerator, self.more, self.less, self.floor)
        )
        if self.by.relation not in ("<=", "=") or self.by_floor.relation not in (">=", "="):
            return undecided("the rules do not point the right way")
        return worst(
            decide_nonnegative(numerator, domain),
            decide_positive(floor, domain),
            examine(self.by, less, more, domain),
            examine(self.by_floor, less, floor, domain),
            decide_equal(numerator / more, before, domain),
            decide_equal(numerator / less, after, domain),
        )


@dataclass(frozen=True, eq=False)
class WithoutPart(Rule):
    """What is subtracted is nonnegative, so that leaving it out gives no less.

    Parameters
    ----------
    part : expression
    times : expression
        Nonnegative; the step is from ``after - times * part`` to ``after``.
    floor : expression
        Nonnegative, and no larger than the part.
    by_floor : Rule
        Takes the part down to the floor.
    """

    part: Any
    times: Any
    floor: Any
    by_floor: Rule

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return self.by_floor.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        part, times, floor = map(sympy.sympify, (self.part, self.times, self.floor))
        if self.by_floor.relation not in (">=", "="):
            return undecided("the rule does not point the right way")
        return worst(
            decide_nonnegative(times, domain),
            decide_nonnegative(floor, domain),
            examine(self.by_floor, part, floor, domain),
            decide_equal(after - times * part, before, domain),
        )


@dataclass(frozen=True, eq=False)
class OverPositive(Rule):
    """An inequality between two numbers, both divided by the same positive one.

    Parameters
    ----------
    low, high : expressions
    denominator : expression
        Positive; the step is from ``low / denominator`` to ``high / denominator``.
    by : Rule
        Takes ``low`` to ``high``.
    """

    low: Any
    high: Any
    denominator: Any
    by: Rule

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        low, high, denominator = map(sympy.sympify, (self.low, self.high, self.denominator))
        if self.by.relation not in ("<=", "="):
            return undecided("the rule does not point the right way")
        return worst(
            decide_positive(denominator, domain),
            examine(self.by, low, high, domain),
            decide_equal(low / denominator, before, domain),
            decide_equal(high / denominator, after, domain),
        )
