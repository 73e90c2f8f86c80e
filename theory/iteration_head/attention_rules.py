"""Rules of derivation for softmax attention over positions, and the theta function they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from flint import acb, arb

from theory.core.binding import replace_free
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.enclosing import ball, encloses
from theory.core.errors import NotEnclosable
from theory.core.exact import evaluate_sums
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.along_line import real_by_signs
from theory.core.rules.monotone import decide_sign
from theory.iteration_head.circle_rules import bound_in

__all__ = [
    "AllPositions",
    "DistinguishedKey",
    "Exponents",
    "MorePositions",
    "SharedScore",
    "Theta",
    "gaussian",
]


class Theta(sympy.Function):
    r"""The sum of exp(-b k^2 / 2) over all integers k, for b > 0.

    In Jacobi's notation it is \theta_3(0, q) with the nome q = exp(-b / 2).
    """

    nargs = (1,)

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None

    def _eval_is_extended_real(self) -> bool | None:
        return True if self.args[0].is_extended_real else None  # infinite for b <= 0

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\vartheta{power}\left({printer._print(self.args[0])}\right)"


@encloses(Theta)
def _theta_ball(e: Theta, env: dict[str, Any]) -> arb:
    sharpness = ball(e.args[0], env)
    if not sharpness > 0:
        raise NotEnclosable(f"{e} is not seen to converge")
    nome_is_at = acb(0, sharpness / (2 * arb.pi()))
    return acb.modular_theta(acb(0), nome_is_at)[2].real


def gaussian(sharpness: Any, offset: Any) -> sympy.Expr:
    """What a key at some offset from the peak adds to the denominator of the attention."""
    return sympy.exp(-sharpness * offset**2 / 2)


@dataclass(frozen=True, eq=False)
class SharedScore(Rule):
    """Softmax weights do not change when all keys' scores move by the same amount.

    Parameters
    ----------
    key : expression
        The key whose weight it is.
    """

    key: Any

    @property
    def words(self) -> str:
        return "a score shared by all keys cancels"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        sides = [_softmax(sympy.sympify(side), sympy.sympify(self.key)) for side in (before, after)]
        if sides[0] is None or sides[1] is None:
            return undecided("a side is not a softmax weight of the key")
        (one, i, *range_one), (other, j, *range_other) = sides[0], sides[1]
        if range_one != range_other:
            return undecided("the two weights are over different keys")
        same = sympy.Dummy(i.name, **i.assumptions0)
        shift = sympy.expand(replace_free(one, {i: same}) - replace_free(other, {j: same}))
        if shift.has(same):
            return undecided(f"the scores differ by {shift}, which depends on the key")
        return proved("the scores of all keys differ by the same amount")


def _softmax(weight: sympy.Expr, key: sympy.Expr) -> Any:
    """Score of key i, i, and the range, if it is exp(score(key)) over the sum of exp(score)."""
    totals = [
        factor.base
        for factor in sympy.Mul.make_args(weight)
        if factor.is_Pow and factor.exp == -1 and isinstance(factor.base, sympy.Sum)
    ]
    if len(totals) != 1 or len(totals[0].limits) != 1:
        return None
    ((i, low, high),) = totals[0].limits
    score = totals[0].function
    if not isinstance(score, sympy.exp) or key.has(i):
        return None
    above = weight * totals[0]
    if not isinstance(above, sympy.exp) and above != 1:
        return None
    own = above.exp if isinstance(above, sympy.exp) else sympy.S.Zero
    if sympy.expand(own - replace_free(score.exp, {i: key})) != 0:
        return None
    return score.exp, i, low, high


def _around_a_peak(total: Any, domain: Domain) -> Any:
    """Sharpness, offsets of the ends, and findings, of a sum of exp(-b (i - c)^2 / 2) over i."""
    if not isinstance(total, sympy.Sum) or len(total.limits) != 1:
        return None
    ((i, low, high),) = total.limits
    if not isinstance(total.function, sympy.exp) or not i.is_integer:
        return None
    quadratic = sympy.expand(total.function.exp).as_poly(i)
    if quadratic is None or quadratic.degree() != 2:
        return None
    square, linear, _ = quadratic.all_coeffs()
    sharpness = sympy.simplify(-2 * square)
    peak = sympy.simplify(linear / sharpness)
    if not (peak.is_integer and low.is_integer and high.is_integer):
        return None
    found = worst(
        decide_positive(sharpness, domain),
        decide_equal(
            total.function,
            gaussian(sharpness, i - peak),
            domain.within(i, low, high, discrete=True),
        ),
    )
    return sharpness, sympy.expand(peak - low), sympy.expand(high - peak), found


def _with_theta(before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Any:
    """The one sum that gives way to a theta function, what it is like, and whether it is so."""
    sums = [total for total in before.atoms(sympy.Sum) if not after.has(total)]
    if len(sums) != 1 or (like := _around_a_peak(sums[0], domain)) is None:
        return None
    sharpness, left, right, found = like
    same = decide_equal(before.xreplace({sums[0]: Theta(sharpness)}), after, domain)
    return sums[0], left, right, worst(found, same)


@dataclass(frozen=True)
class MorePositions(Rule):
    """A sum of exp(-b (i - c)^2 / 2) over some integers i, c one too, is at most that over all."""

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "keys at all integers"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if (
            not isinstance(before, sympy.Sum)
            or (seen := _with_theta(before, after, domain)) is None
        ):
            return undecided("the rule takes one sum of Gaussian terms to a theta function")
        _, left, right, found = seen
        return worst(found, decide_nonnegative(left + right + 1, domain))


@dataclass(frozen=True, eq=False)
class AllPositions(Rule):
    """In an inverse sum of exp(-b (i - c)^2 / 2), both ends move away from the peak without end.

    The sum tends to that over all integers, and what is missing is smaller than every power.

    Parameters
    ----------
    variable : symbol
        In which the distances of both ends from the peak grow linearly.
    """

    variable: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return "convergence of the sum"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    def gap_order(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Any:
        return sympy.oo

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, n = sympy.sympify(before), sympy.sympify(self.variable)
        if (seen := _with_theta(before, after, domain)) is None:
            return undecided("the rule takes one sum of Gaussian terms to a theta function")
        total, left, right, found = seen
        if before != 1 / total:
            return undecided("the sum must stand alone in the denominator")
        if after.has(n):
            return undecided(f"the sharpness depends on {n}")
        grows = [decide_positive(sympy.diff(end, n), domain) for end in (left, right)]
        linear = all(not sympy.diff(end, n).has(n) for end in (left, right))
        return worst(found, *grows) if linear else undecided("the ends do not move linearly")


@dataclass(frozen=True)
class DistinguishedKey(Rule):
    """In a sum over keys, the one key that a Kronecker delta distinguishes is counted apart.

    The sum becomes that of the terms with the delta 0, and for the one key within the range for
    which it is 1 what this changes; sums that have a closed form are carried out.
    """

    @property
    def words(self) -> str:
        return "one key counted apart"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        around = bound_in(before)
        table = {total: _counted_apart(total, domain, around) for total in before.atoms(sympy.Sum)}
        table = {total: value for total, value in table.items() if value is not None}
        if not table:
            return undecided("no sum has one key that a delta distinguishes")
        apart = evaluate_sums(before.xreplace(table), domain)
        return decide_equal(apart, evaluate_sums(after, domain), domain)


def _counted_apart(total: sympy.Sum, domain: Domain, around: set[sympy.Basic]) -> sympy.Expr | None:
    """The sum without its delta, or None where the one key is not seen to be in the range."""
    deltas = total.function.atoms(sympy.KroneckerDelta)
    if len(deltas) != 1 or len(total.limits) != 1:
        return None
    (delta,) = deltas
    ((i, low, high),) = total.limits
    if bound_in(total.function) & delta.free_symbols:
        return None
    gap = sympy.expand(delta.args[0] - delta.args[1])
    slope = gap.coeff(i)
    if slope not in (1, -1) or not i.is_integer or len(delta.args) != 2:
        return None
    place = sympy.expand(i - gap * slope)
    if place.has(i) or not (place.is_integer and _is_whole_range(low, high)):
        return None
    ends = (place - low, high - place)
    if around & {symbol for end in ends for symbol in end.free_symbols}:
        return None  # the hypotheses do not speak of bound variables
    if worst(*(decide_nonnegative(end, domain) for end in ends)).status is not Status.PROVED:
        return None
    on, off = (total.function.xreplace({delta: sympy.Integer(value)}) for value in (1, 0))
    return sympy.Sum(off, *total.limits) + replace_free(on - off, {i: place})


def _is_whole_range(low: sympy.Expr, high: sympy.Expr) -> bool:
    """Whether the integers from one end to the other are what is summed over."""
    return bool(low.is_integer and (high.is_integer or high is sympy.oo))


@dataclass(frozen=True, eq=False)
class Exponents(Rule):
    """A positive number is replaced by another, and they are ordered as their logarithms.

    Parameters
    ----------
    by : Rule
        Takes one logarithm to the other.
    """

    by: Rule

    @property
    def relation(self) -> str:
        return self.by.relation

    @property
    def words(self) -> str:
        return f"{self.by.words}, of the logarithms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.relation not in ("=", "<=", ">="):
            return undecided("an asymptotic step is not made in logarithms")
        old, new = (_logarithm(sympy.sympify(side), domain) for side in (before, after))
        if old is None or new is None:
            return undecided("the sides must be exponentials, times what is seen to be positive")
        found = examine(self.by, old, new, domain)
        if self.relation == "=":
            return found
        real = (finding for side in (old, new) for finding in real_by_signs(side, domain))
        return worst(found, *real)


def _logarithm(value: sympy.Expr, domain: Domain) -> sympy.Expr | None:
    """The logarithm of a product of exponentials and of factors that are seen to be positive."""
    exponent = sympy.S.Zero
    for factor in sympy.Mul.make_args(value):
        if isinstance(factor, sympy.exp):
            exponent += factor.exp
        elif decide_positive(factor, domain).status is Status.PROVED:
            exponent += sympy.log(factor)
        else:
            return None
    return exponent


@dataclass(frozen=True, eq=False)
class GaussianSides(Rule):
    """An inverse sum of exponentials that fall at least as a Gaussian on both sides of a peak.

    If the exponent is 0 at the peak c, at most -b m^2 / 2 at c + m, and no more at c - m, the sum
    is at most theta(b).

    Parameters
    ----------
    peak, sharpness : expressions
        c, an integer of the range, and b.
    positive : relation
        A side condition E > 0, b being a positive multiple of E.
    """

    peak: Any
    sharpness: Any
    positive: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "a Gaussian on either side"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        total = 1 / sympy.sympify(before)
        peak, sharpness = sympy.sympify(self.peak), sympy.sympify(self.sharpness)
        if not isinstance(total, sympy.Sum) or len(total.limits) != 1:
            return undecided("the rule takes one inverse sum")
        ((i, low, high),) = total.limits
        whole = i.is_integer and peak.is_integer and _is_whole_range(low, high)
        if not (isinstance(total.function, sympy.exp) and whole):
            return undecided("the rule takes exponentials at integers")
        if sharpness.has(i) or peak.has(i):
            return undecided(f"the peak and the sharpness depend on {i}")
        if self.positive not in domain.where or not isinstance(self.positive, sympy.Gt):
            return undecided(f"{self.positive} is not a hypothesis")
        factor = sympy.cancel(sharpness / (self.positive.gts - self.positive.lts))
        m = sympy.Dummy("m", integer=True, positive=True)
        aside = domain.within(m, 1, sympy.oo, discrete=True)
        exponent = total.function.exp
        after_it, before_it = (replace_free(exponent, {i: peak + k}) for k in (m, -m))
        gaps = (-sharpness * m**2 / 2 - after_it, after_it - before_it)
        falls = (decide_sign(sympy.factor(sympy.together(gap)), aside) for gap in gaps)
        return worst(
            decide_nonnegative(peak - low, domain),
            decide_nonnegative(high - peak, domain),
            decide_equal(replace_free(exponent, {i: peak}), 0, domain),
            decide_positive(factor, domain),
            *falls,
            decide_equal(1 / Theta(sharpness), after, domain),
        )
