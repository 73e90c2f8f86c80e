"""Rules of derivation for sums of times that are one over a gap, and for bounds of the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.parameters import Real
from theory.core.rule import Rule, examine, undecided, worst
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.exponentials import ascending_terms
from theory.mode_estimation.stage_cost import (
    OfStage,
    is_granted,
    is_law,
    is_nonnegative_below,
    is_sequence,
    weights_fall,
)

__all__ = ["GapsReplaced", "MeanTimes", "Reciprocals"]


@dataclass(frozen=True, eq=False)
class Reciprocals(Rule):
    """A positive denominator is replaced by a larger one, and the whole cannot grow.

    Parameters
    ----------
    small, large : expressions
        The line before is the numerator over ``small``, the line after over ``large``.
    over : expression
        The numerator, positive.
    by, positive : Rule
        Takes ``small`` up to ``large``; and down to ``above_zero``.
    above_zero : expression
        Positive where the condition of ``ordered``, on two parameters, is built into one of them.
    ordered : mapping
        That parameter as an expression in the other and a positive symbol.
    """

    small: Any
    large: Any
    over: Any
    by: Rule
    positive: Rule
    above_zero: Any
    ordered: Mapping[Any, Any]

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        small, large, over = (sympy.sympify(e) for e in (self.small, self.large, self.over))
        if not all(_is_ordered(old, new, domain) for old, new in self.ordered.items()):
            return undecided("this order of the parameters is not known")
        least = sympy.factor(sympy.sympify(self.above_zero).xreplace(dict(self.ordered)))
        if (self.by.relation, self.positive.relation) != ("<=", ">="):
            return undecided("one rule goes up to the larger denominator, the other down to 0")
        if not least.is_positive:
            return undecided(f"{self.above_zero} is not seen to be positive")
        return worst(
            decide_equal(sympy.sympify(before), over / small, domain),
            decide_equal(after, over / large, domain),
            examine(self.by, small, large, domain),
            examine(self.positive, small, self.above_zero, domain),
            decide_positive(over, domain),
        )


def _is_ordered(old: Any, new: Any, domain: Domain) -> bool:
    """Whether a symbol is above a positive one, and 1 and a positive symbol times it."""
    for condition in domain.where:
        if isinstance(condition, (sympy.Lt, sympy.Gt)) and condition.gts == old:
            more = sympy.simplify(sympy.sympify(new) / condition.lts - 1)
            free = more.is_Symbol and more.is_positive and more.name not in domain.names
            if condition.lts.is_positive and not condition.lts.has(old) and free:
                return not more.is_integer
    return False


def _ranges_over(parameter: Any) -> bool:
    """Whether a parameter may be any positive number below 1."""
    return isinstance(parameter, Real) and parameter.low <= 0 and parameter.high >= 1


@dataclass(frozen=True, eq=False)
class GapsReplaced(Rule):
    """In a_2 A + sum of a_k h_k every a_k is replaced by what a claim bounds it by, with p_1, p_k.

    The rule checks that A and h_k, functions of numbers between 0 and 1, are not negative.

    Parameters
    ----------
    by : ByClaim
        ``a(p_1, q) <= b(p_1, q)`` for q < p_1 and q <= 1 - p_1.
    first, other : symbols
        p_1 and q in the claim.
    base, index, last : expressions
        The indexed base p, k and m.
    start : expression
        A.
    increase : callable
        h_k.
    times : expression
        A positive factor of both lines.
    order : str
        The remark of the domain that says that p_1 > p_2 and that p falls.
    """

    by: ByClaim
    first: Any
    other: Any
    base: Any
    index: Any
    last: Any
    start: Any
    increase: OfStage
    times: Any
    order: str

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        first, other = sympy.sympify(self.first), sympy.sympify(self.other)
        known = {other < first, other <= 1 - first}
        claim = self.by.claim
        if self.order not in domain.remarks:
            return undecided(f"the domain does not say: {self.order}")
        if set(claim.domain.where) - known or not is_granted(claim, domain):
            return undecided(f"{claim.id} has hypotheses that are not made here")
        base, index = sympy.sympify(self.base), sympy.sympify(self.index)
        for parameter in claim.domain.parameters:
            named = parameter.symbol in (first, other) and _ranges_over(parameter)
            if not named and not any(parameter is own for own in domain.parameters):
                return undecided(f"{claim.id} is not for every value of {parameter.name}")
        if self.by.at or not is_law(base, self.last, domain):
            return undecided(f"{base} is not seen to be a law of {self.last} classes")
        terms = ascending_terms(self.by)
        lines = (sympy.sympify(before), sympy.sympify(after))
        for line, side in zip(lines, terms, strict=True):

            def weight(i: Any, side: sympy.Expr = side) -> sympy.Expr:
                return side.subs({first: base[1], other: base[i]}, simultaneous=True)

            total = sympy.Sum(weight(index) * self.increase(index), (index, 2, self.last))
            if line != self.times * (weight(sympy.Integer(2)) * self.start + total):
                return undecided(f"{line} is not made of these terms")
        shares = (1 / (1 + sympy.Dummy("s", positive=True)) for _ in range(2))
        values = dict(zip((base[1], base[index]), shares, strict=True))
        for part in (sympy.sympify(self.start), self.increase(index)):
            if not part.xreplace(values).is_nonnegative:
                return undecided(f"{part} is not seen to be nonnegative")
        finding = decide_positive(sympy.sympify(self.times), domain)
        return worst(finding, Finding(claim.derivation_report().worst, f"by {claim.id}"))


@dataclass(frozen=True, eq=False)
class MeanTimes(Rule):
    """A claim about the worst and the mean of times a_k is applied to p, where they fall with p_k.

    With a = a_2, M = p_1 a_2 + sum of p_k a_k over k = 2, ..., m, and s the part of that sum where
    some condition holds, the rule checks what the claim may assume: p_1 a >= 1 and p_1 M >= 1, as
    every a_k is at least 1 / p_1 and p sums to 1; p_1 a + s <= M <= a, as a_2 is the largest.

    Parameters
    ----------
    by : ByClaim
        A bound, with what its parameters are here.
    weight : callable
        a_k, of p_1 and p_k.
    index, last, base : expressions
        k, m and the indexed base p.
    order : str
        The remark of the domain that says that p_1 > p_2 and that p falls.
    names : mapping from str to symbol
        The parameters of the claim that are the ``first`` probability, the ``worst`` time, the
        ``mean`` and the ``part``.
    """

    by: ByClaim
    weight: OfStage
    index: Any
    last: Any
    base: Any
    order: str
    names: Mapping[str, Any]

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        base, index = sympy.sympify(self.base), sympy.sympify(self.index)
        first, worst_, mean, part = (self.names[n] for n in ("first", "worst", "mean", "part"))
        assumed = {1 <= first * worst_, 1 <= first * mean, first * worst_ + part <= mean}
        claim, here = self.by.claim, self.by._pairs()
        if set(claim.domain.where) - assumed - {mean <= worst_} or not is_granted(claim, domain):
            return undecided(f"{claim.id} has hypotheses that are not looked at")
        if self.order not in domain.remarks or not is_law(base, self.last, domain):
            return undecided(f"the domain does not say: {self.order}")
        if not is_sequence(self.weight, domain, index):
            return undecided("the times are no sequence")
        least = self.weight(index) - 1 / base[1]
        if not weights_fall(self.weight, base) or not is_nonnegative_below(least, base):
            return undecided("the times are not seen to fall, or to be at least 1 / p_1")
        share = 1 / (1 + sympy.Symbol("s", positive=True))
        for parameter in claim.domain.parameters:
            value = here[parameter.symbol]
            most = 1 if parameter.symbol == first else sympy.oo
            if not isinstance(parameter, Real) or parameter.low > 0 or parameter.high < most:
                return undecided(f"{parameter.name} is restricted")
            closed = parameter.low < 0 or not parameter.low_open
            if parameter.symbol in (first, worst_, mean) or (closed and parameter.symbol == part):
                continue
            if not closed or not value.xreplace({base[1]: share}).is_nonnegative:
                return undecided(f"{value} is not seen to be in the range of {parameter.name}")
        term = base[index] * self.weight(index)
        limits = (index, 2, self.last)
        longest = self.weight(sympy.Integer(2))
        cases = here[part].function
        told = (
            here[first] == base[1]
            and here[worst_] == longest
            and here[mean] == base[1] * longest + sympy.Sum(term, limits)
            and here[part].limits == sympy.Sum(term, limits).limits
            and isinstance(cases, sympy.Piecewise)
            and [value for value, _ in cases.args] == [term, 0]
        )
        if not told:
            return undecided("these are not the worst and the mean of the times")
        low, high = ascending_terms(self.by)
        status = Finding(claim.derivation_report().worst, f"by {claim.id}")
        return worst(
            decide_equal(sympy.sympify(before), low, domain),
            decide_equal(after, high, domain),
            status,
        )
