"""Rules of derivation for sums over the stages of an elimination of classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import standard_names, symbols_of
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.rule import Rule, undecided, worst
from theory.core.rules.along_line import one_sided
from theory.core.rules.by_claim import ByClaim, applies
from theory.core.rules.exponentials import ascending_terms
from theory.mode_estimation.coding import entropy_sandwich, huff_trash
from theory.mode_estimation.stage_cost import (
    OfStage,
    StageCost,
    is_constant,
    is_granted,
    is_law,
    is_nonnegative_below,
    is_sequence,
    over_stages,
    partial_sum,
    weights_fall,
)

__all__ = [
    "LastStage",
    "StageAtLeast",
    "StageAtMost",
    "StagesReplaced",
    "SummationByParts",
]


def _term(base: Any, i: Any) -> sympy.Expr:
    """p_i log2(1/p_i)."""
    return base[i] * sympy.log(1 / base[i]) / sympy.log(2)


def _information(base: Any, k: Any) -> sympy.Expr:
    """Sum of p_i log2(1/p_i) for i = 1, ..., k, its first term apart."""
    return partial_sum(_term(base, 1), lambda i: _term(base, i), k)


def _is_stage(cost: StageCost, least: int, domain: Domain) -> Finding:
    """That so many of the classes of a law are left."""
    base, k, last = cost.args
    if not is_law(base, last, domain) or not k.is_integer:
        return undecided(f"{base} is not seen to be a law of {last} classes")
    return worst(decide_nonnegative(k - least, domain), decide_nonnegative(last - k, domain))


@dataclass(frozen=True, eq=False)
class StageAtMost(Rule):
    """The cost of a stage is at most 1 and the sum of p_i log2(1/p_i) over the classes left.

    While k < m the tree is that of the classes left, as ``q`` in ``trash``, and of one leaf of no
    interest, as ``w`` there; for k = m ``whole`` bounds its cost by the entropy and 1.
    """

    trash: ByClaim
    whole: ByClaim

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return f"{self.trash.words}, {self.whole.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, StageCost):
            return undecided("the line before is no cost of a stage")
        base, k, _ = before.args
        if not _alike(sympy.sympify(after), 1 + _information(base, k)):
            return undecided("the line after is not 1 and the information of the classes left")
        if (self.trash.claim, self.whole.claim) != (huff_trash, entropy_sandwich):
            return undecided("the claims are others than the rule rests on")
        reports = [rule.claim.derivation_report().worst for rule in (self.trash, self.whole)]
        return worst(
            _is_stage(before, 1, domain), *(Finding(report, self.words) for report in reports)
        )


@dataclass(frozen=True, eq=False)
class StageAtLeast(Rule):
    """The cost of a stage is at least half of 1 and the sum of p_i log2(1/p_i) over those left.

    With two leaves or more a sample costs at least one question, and by ``whole`` the mean is at
    least the entropy, of which the term of the leaf of no interest is left out.
    """

    whole: ByClaim

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return f"{self.whole.words}, and a sample costs at least one question"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, StageCost):
            return undecided("the line before is no cost of a stage")
        base, k, _ = before.args
        expected = (1 + _information(base, k)) / 2
        finding = decide_equal(sympy.sympify(after), expected, domain)
        if self.whole.claim is not entropy_sandwich:
            return undecided("the claim is another than the rule rests on")
        two = _is_stage(before, 2, domain)
        report = self.whole.claim.derivation_report().worst
        return worst(finding, two, Finding(report, self.words))


@dataclass(frozen=True, eq=False)
class StagesReplaced(Rule):
    """In a sum over stages the cost of each is replaced by what an earlier claim bounds it by.

    The rule checks that the weights of the stages are not negative, as p falls.

    Parameters
    ----------
    by : ByClaim
        Bounds ``StageCost`` from above, from below, or both.
    weight : callable
        a_k, of p_1 and p_k.
    index, last : expressions
        k, also in the claim, and m.
    times : expression
        A positive factor of both lines.
    order : str
        The remark of the domain that says that p_1 > p_2 and that p falls.
    sense : str
    """

    by: ByClaim
    weight: OfStage
    index: Any
    last: Any
    times: Any
    order: str
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        if self.order not in domain.remarks:
            return undecided(f"the domain does not say: {self.order}")
        terms = ascending_terms(self.by)
        middle = [i for i, term in enumerate(terms) if isinstance(term, StageCost)]
        if len(middle) != 1:
            return undecided(f"{self.by.claim.id} does not bound the cost of a stage")
        other = middle[0] + (1 if self.sense == "<=" else -1)
        if not 0 <= other < len(terms):
            return undecided(f"{self.by.claim.id} has no such bound")
        cost, index = terms[middle[0]], sympy.sympify(self.index)
        if cost.args[1] != index or cost.args[2] != sympy.sympify(self.last):
            return undecided(f"{self.by.claim.id} speaks of another stage")
        base, last = cost.args[0], sympy.sympify(self.last)
        told = is_law(base, last, domain) and is_constant(last, domain)
        if not told or not is_sequence(self.weight, domain, index, index + 1, last):
            return undecided("the weights are not of the classes of a law")
        if not weights_fall(self.weight, base):
            return undecided("the weights of the stages are not seen to be nonnegative")
        lines = (before, after)
        for line, side in zip(lines, (cost, terms[other]), strict=True):
            if sympy.sympify(line) != self._line(side):
                return undecided(f"{line} is not this sum over the stages")
        claim = self.by.claim
        conditions = {self.by._here(condition) for condition in claim.domain.where}
        if conditions - {sympy.Le(index, cost.args[2])} or not is_granted(claim, domain):
            return undecided(f"{claim.id} has hypotheses that are not made here")
        finding = decide_positive(sympy.sympify(self.times), domain)
        stages = domain.within(index, 2, last, discrete=True)
        ranges = applies(
            Domain(*claim.domain.parameters),
            self.by._pairs(),
            stages,
            symbols_of(cost, terms[other]),
        )
        return worst(finding, ranges, Finding(claim.derivation_report().worst, f"by {claim.id}"))

    def _line(self, side: sympy.Expr) -> sympy.Expr:
        def cost(k: Any) -> sympy.Expr:
            return side.subs(sympy.sympify(self.index), k)

        return self.times * over_stages(self.weight, cost, self.index, self.last)


@dataclass(frozen=True, eq=False)
class LastStage(Rule):
    """A sum over stages is at least its last term, of which a_m is replaced by what is below it.

    The tree of all classes costs at least their entropy, by the claim, and the entropy is not
    negative.

    Parameters
    ----------
    by : ByClaim
        The entropy bounds the cost of Huffman's tree from below.
    weight : callable
        a_k, of p_1 and p_k.
    below : expression
        Of p_1 and p_m, at most a_m.
    index, last : expressions
        k and m.
    base : expression
        The indexed base p.
    times : expression
        A positive factor of both lines.
    order : str
        The remark of the domain that says that p_1 > p_2 and that p falls.
    """

    by: ByClaim
    weight: OfStage
    below: Any
    index: Any
    last: Any
    base: Any
    times: Any
    order: str

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return f"the stages before the last are left out; {self.by.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.order not in domain.remarks:
            return undecided(f"the domain does not say: {self.order}")
        base, last = sympy.sympify(self.base), sympy.sympify(self.last)
        below = sympy.sympify(self.below)
        if not is_law(base, last, domain) or not is_sequence(
            self.weight, domain, self.index, self.index + 1, last
        ):
            return undecided("the weights are not of the classes of a law")
        if self.by.claim is not entropy_sandwich:
            return undecided("the claim is another than the rule rests on")
        gap = (self.weight(last) - below).xreplace({base[last]: base[self.index]})
        if not weights_fall(self.weight, base) or not is_nonnegative_below(gap, base):
            return undecided("the weights of the stages are not seen to be nonnegative")

        def cost(k: Any) -> sympy.Expr:
            return StageCost(base, k, last)

        line = self.times * over_stages(self.weight, cost, self.index, last)
        entropy = sympy.Sum(_term(base, self.index), (self.index, 1, last))
        if sympy.sympify(before) != line:
            return undecided(f"{before} is not a sum over the stages")
        if not _alike(sympy.sympify(after), self.times * below * entropy):
            return undecided(f"{after} is not {below} times the entropy")
        claim = self.by.claim
        status = Finding(claim.derivation_report().worst, f"by {claim.id}")
        return worst(decide_positive(sympy.sympify(self.times), domain), status)


@dataclass(frozen=True, eq=False)
class SummationByParts(Rule):
    """A sum over stages of partial sums A_k = A_1 + h_2 + ... + h_k is a_2 A_1 + sum of a_k h_k.

    For then (a_k - a_{k+1}) A_k = a_k A_{k-1} - a_{k+1} A_k + a_k h_k, and the first two terms
    telescope (Abel 1826). The last sum runs over k = 2, ..., m, where m is at least 2.

    Parameters
    ----------
    weight, increase : callable
        a_k and h_k.
    first : expression
        A_1.
    index, last : expressions
        k and m.
    times : expression
        A common factor.
    """

    weight: OfStage
    increase: OfStage
    first: Any
    index: Any
    last: Any
    times: Any

    @property
    def words(self) -> str:
        return "summation by parts"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        first, index = sympy.sympify(self.first), sympy.sympify(self.index)
        last = sympy.sympify(self.last)
        told = is_constant(first, domain) and is_constant(last, domain) and last.is_integer
        sequences = (self.weight, self.increase)
        if not told or not all(
            is_sequence(values, domain, index, index + 1, last) for values in sequences
        ):
            return undecided("the weights are no sequence")

        def partial(k: Any) -> sympy.Expr:
            return partial_sum(first, self.increase, k)

        total = sympy.Sum(self.weight(index) * self.increase(index), (index, 2, self.last))
        expected = (
            self.times * over_stages(self.weight, partial, index, self.last),
            self.times * (self.weight(sympy.Integer(2)) * first + total),
        )
        lines = (sympy.sympify(before), sympy.sympify(after))
        if not all(map(_alike, lines, expected)):
            return undecided("the lines are not what summation by parts relates")
        return decide_nonnegative(sympy.sympify(self.last) - 2, domain)


def _alike(one: sympy.Expr, other: sympy.Expr) -> bool:
    return standard_names(one) == standard_names(other)
