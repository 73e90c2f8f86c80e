"""The level of a simplex of tokens, and the rules of derivation that speak of it.

One token more than dimensions, in general position, leaves a single dependency sum_x c_x z_x = 0
among the signed tokens, with positive c of sum one. The level is the number lambda at which
sum_x c_x log(p_x / (lambda c_x) - 1) vanishes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from flint import arb, ctx

from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.enclosing import ball, encloses, whole_number
from theory.core.errors import NotEnclosable
from theory.core.printing import in_words
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.by_claim import ByClaim
from theory.core.statement import Bound
from theory.core.sums import finite_sum_normal_form

__all__ = [
    "AtLevel",
    "LowerLevel",
    "NotAllPositive",
    "SimplexLevel",
    "excess_odds",
    "is_seen_positive",
]


class SimplexLevel(sympy.Function):
    """The root in (0, min p/c) of sum_x c_x log(p_x / (lambda c_x) - 1), x = 1..N.

    The arguments are the indexed bases p and c and the number N. As lambda rises, every term falls,
    from infinity to minus infinity where the first argument of a logarithm vanishes: there is one
    root.
    """

    nargs = (3,)

    def _eval_is_positive(self) -> bool | None:
        return True if _is_defined(self) else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\lambda_*{power}"


def excess_odds(level: sympy.Expr, x: Any) -> sympy.Expr:
    """p_x / (lambda c_x) - 1 at a `SimplexLevel`; positive by its definition."""
    p, c, _ = level.args
    return p[x] / (level * c[x]) - 1


@encloses(SimplexLevel)
def _level_ball(e: SimplexLevel, env: dict[str, Any]) -> arb:
    count = whole_number(e.args[2], env)
    p, c = (_entries(env.get(str(base.label)), count) for base in e.args[:2])
    if not all(value > 0 for value in (*p, *c)):
        raise NotEnclosable("frequencies and weights must be positive")
    end = min((a / b).upper() for a, b in zip(p, c, strict=True))
    return _edge(1, arb(0), end, p, c).union(_edge(-1, arb(0), end, p, c))


def _entries(values: Any, count: int) -> list[arb]:
    if not isinstance(values, tuple) or len(values) != count:
        raise NotEnclosable("the level needs as many frequencies as weights")
    return [v if isinstance(v, arb) else ball(sympy.sympify(v), {}) for v in values]


def _edge(sign: int, low: arb, high: arb, p: Sequence[arb], c: Sequence[arb]) -> arb:
    """The largest level where the sum is seen to be positive, or the least where it is negative."""
    for _ in range(40 + 2 * ctx.prec):
        middle = ((low + high) / 2).mid()
        if not low < middle < high or (high - low) < middle * arb(2) ** (2 - ctx.prec):
            break
        if (_sign(middle, p, c) == 1) if sign == 1 else (_sign(middle, p, c) != -1):
            low = middle
        else:
            high = middle
    return low if sign == 1 else high


def _sign(level: arb, p: Sequence[arb], c: Sequence[arb]) -> int:
    """Sign of the sum at a level, 0 where the balls do not tell; beyond its range it is -1."""
    odds = [frequency / (level * weight) - 1 for frequency, weight in zip(p, c, strict=True)]
    if any(value <= 0 for value in odds):
        return -1
    if not all(value > 0 for value in odds):
        return 0
    total = sum((weight * value.log() for value, weight in zip(odds, c, strict=True)), arb(0))
    return 1 if total > 0 else -1 if total < 0 else 0


def is_seen_positive(expression: sympy.Expr, domain: Domain) -> bool:
    """Whether an expression is positive: what is below a level by its definition, or plainly."""
    for level in filter(_is_defined, expression.atoms(SimplexLevel)):
        p, _, count = level.args
        for entry in expression.atoms(sympy.Indexed):
            if entry.base != p or len(entry.indices) != 1:
                continue
            (x,) = entry.indices
            if expression == excess_odds(level, x) and _in_range(x, count, domain):
                return True
    return decide_positive(expression, domain).status is Status.PROVED


def _is_defined(level: sympy.Expr) -> bool:
    """Whether the entries of both bases are positive, as the definition of a level asks."""
    return isinstance(level, SimplexLevel) and all(
        bool(base[1].is_positive) for base in level.args[:2]
    )


def _in_range(x: sympy.Expr, count: sympy.Expr, domain: Domain) -> bool:
    if x.is_Integer and count.is_Integer:
        return bool(1 <= x <= count)
    for bounds in domain.ranges:
        if bounds.variable == x:
            return bool(bounds.discrete and bounds.low == 1 and bounds.high == count)
    own = next((q for q in domain.parameters if q.symbol == x), None)
    low, high = getattr(own, "first", None), getattr(own, "last", None)
    below = sympy.Le(x, count) in domain.where
    if count.is_Integer and high is not None:
        below = below or high <= count
    return low is not None and low >= 1 and below


@dataclass(frozen=True, eq=False)
class AtLevel(Rule):
    """The equation that defines a level is used: a multiple of the sum that vanishes is added.

    Parameters
    ----------
    level : expression
        A `SimplexLevel`.
    multiple : expression
        Before minus after is this multiple of the sum.
    """

    level: Any
    multiple: Any = 1

    @property
    def words(self) -> str:
        return "definition of the level"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not _is_defined(self.level):
            return undecided("frequencies and weights are not seen to be positive")
        x = sympy.Symbol("x", integer=True, positive=True)
        _, c, count = self.level.args
        vanishing = sympy.Sum(c[x] * sympy.log(excess_odds(self.level, x)), (x, 1, count))
        gap = sympy.sympify(before) - after - self.multiple * vanishing
        if finite_sum_normal_form(gap, domain) == 0:
            return proved("what is added vanishes by the definition of the level")
        return decide_equal(gap, 0, domain)


@dataclass(frozen=True, eq=False)
class LowerLevel(ByClaim):
    """The level in a margin is replaced by an upper bound on it, which lowers the margin.

    Parameters
    ----------
    claim : Claim
        Says that the level is at most ``bound``.
    level : expression
        A `SimplexLevel`.
    bound : expression
        With a side condition by which the margin is real there as well.
    """

    level: Any = None
    bound: Any = None

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}} and monotonicity"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, bound = sympy.sympify(before), sympy.sympify(self.bound)
        if not isinstance(before, sympy.log) or not isinstance(after, sympy.log):
            return undecided("the rule takes a margin to a margin")
        if not _is_defined(self.level):
            return undecided("frequencies and weights are not seen to be positive")
        odds = [i for i in before.atoms(sympy.Indexed) if i.base == self.level.args[0]]
        if len(odds) != 1 or before.args[0] != excess_odds(self.level, odds[0].indices[0]):
            return undecided(f"{before} is no margin at the level")
        if not _in_range(odds[0].indices[0], self.level.args[2], domain):
            return undecided(f"{odds[0].indices[0]} is not seen to be a token")
        statement = self.claim.statement
        if not isinstance(statement, Bound) or statement.sense != "<=":
            return undecided(f"{self.claim.id} is no bound from above")
        terms = statement.sides
        spoken = [self._here(term) for term in terms]
        if spoken[0] != self.level or spoken[1] != bound:
            return undecided(f"{self.claim.id} does not bound the level by {bound}")
        lowered = before.args[0].xreplace({self.level: bound})
        clear, divisor = sympy.fraction(sympy.together(lowered))
        strict = (c for c in domain.where if isinstance(c, sympy.Gt | sympy.Lt))
        room = [sympy.expand(c.gts - c.lts) for c in strict]
        if sympy.expand(clear) not in room:
            return undecided(f"{clear} > 0 is not a side condition")
        status = self.claim.derivation_report().worst
        return worst(
            decide_equal(lowered, after.args[0], domain),
            decide_positive(divisor, domain),
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}"),
        )


@dataclass(frozen=True, eq=False)
class NotAllPositive(Rule):
    """Of numbers whose sum with positive weights is 0 at least one is not positive.

    The step is from a sum of a constant over those that are not to the constant.

    Parameters
    ----------
    balance : equation
        A side condition: a sum of c_x m_x over x = 1, ..., N, at least one, is 0.
    """

    balance: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return f"not all are positive, as ${in_words(self.balance)}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.balance not in domain.where or not isinstance(self.balance, sympy.Eq):
            return undecided(f"{self.balance} is not a hypothesis")
        total, zero = self.balance.args
        if zero != 0 or not isinstance(total, sympy.Sum) or len(total.limits) != 1:
            return undecided(f"{self.balance} does not say that a sum vanishes")
        ((x, low, high),) = total.limits
        factors = [f for f in sympy.Mul.make_args(total.function) if not f.is_positive]
        if len(factors) != 1 or not factors[0].is_extended_real or low != 1:
            return undecided(f"{total} is not a sum of real numbers with positive weights")
        if not isinstance(before, sympy.Sum) or before.limits != total.limits or after.has(x):
            return undecided("the rule takes a sum over the same range to one of its equal terms")
        terms = sympy.Piecewise((after, factors[0] <= 0), (0, True))
        if sympy.piecewise_fold(before.function) != terms:
            return undecided(f"the terms are not {after} where {factors[0]} is not positive")
        return worst(decide_nonnegative(after, domain), decide_nonnegative(high - low, domain))
