"""Rules of derivation that the later sections need beyond those of the core.

Nothing in them is special to this topic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import replace_free
from theory.core.continuity import is_continuous, is_continuous_at, limit_at
from theory.core.decision import (
    Finding,
    Status,
    contradicted,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.along_line import no_jump, one_sided, part_that_may_be_infinite
from theory.core.rules.asymptotics import converges
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.closed_sums import expand_harmonic
from theory.core.rules.inequalities import Through, nonnegative_below_one
from theory.core.signs import surely_positive
from theory.core.statement import Bound

__all__ = [
    "ByHypothesis",
    "FallingSumToIntegral",
    "HalfCountedTie",
    "Logarithms",
    "MonotoneRatio",
    "OneSided",
    "Telescoping",
]


@dataclass(frozen=True, eq=False)
class ByHypothesis(Rule):
    """Side conditions of the domain are used: multiples of them are added.

    Parameters
    ----------
    multiples : mapping from condition to expression
        For a condition A = B the expression c says that c (A - B) = 0 makes up the step. If A is a
        sum of squares of T and B is 0, then T vanishes for every index, and c is what T is
        multiplied by under the sum. For A <= B, c must be nonnegative, and the step is
        an inequality.
    sense : str
        The relation of the step: ``=`` for equations, else ``<=`` or ``>=``.
    """

    multiples: Mapping[Any, Any]
    sense: str = "="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "hypothesis"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        loss = sympy.sympify(before) - after
        findings = []
        for condition, factor in self.multiples.items():
            if condition not in domain.where:
                return undecided(f"{condition} is not a hypothesis")
            factor = sympy.sympify(factor)
            divisor = sympy.fraction(sympy.together(factor))[1]
            finite = divisor == 1 or surely_positive(divisor, domain)
            if not finite or not _is_a_number(factor, domain):
                return undecided(f"{factor} is not seen to be a number everywhere")
            if isinstance(condition, sympy.Eq):
                loss -= _vanishing(condition, factor)
                continue
            smaller, larger = condition.lts, condition.gts
            loss += factor * (larger - smaller) * (1 if self.sense == "<=" else -1)
            findings.append(decide_nonnegative(factor, domain))
            if self.sense not in ("<=", ">="):
                return undecided("an inequality among the hypotheses gives no equation")
        return worst(decide_equal(loss, 0, domain), *findings)


def _is_a_number(factor: sympy.Expr, domain: Domain) -> bool:
    """Whether nothing in a factor has a pole: Gamma(x - y) (x - y) is 1 where x = y."""
    on_positives = (sympy.log, sympy.gamma, sympy.loggamma, sympy.digamma)
    for e in sympy.preorder_traversal(factor):
        if isinstance(e, on_positives) and not surely_positive(e.args[0], domain):
            return False
        if isinstance(e, _WITH_POLES) or e in (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
            return False
    return True


_WITH_POLES = (
    sympy.cot,
    sympy.tan,
    sympy.sec,
    sympy.csc,
    sympy.coth,
    sympy.csch,
    sympy.zeta,
    sympy.polygamma,
    sympy.factorial,
    sympy.binomial,
    sympy.beta,
    sympy.Derivative,
    sympy.Limit,
    sympy.Subs,
)


def _vanishing(condition: sympy.Eq, factor: sympy.Expr) -> sympy.Expr:
    """What the condition says is zero, with its factor."""
    total = condition.lhs
    if condition.rhs == 0 and isinstance(total, sympy.Sum):
        term = total.function
        if isinstance(term, sympy.Pow) and term.exp == 2 and term.base.is_extended_real:
            return sympy.Sum(factor * term.base, *total.limits)
    return factor * (condition.lhs - condition.rhs)


@dataclass(frozen=True, eq=False)
class OneSided(ByClaim):
    """Of an earlier claim ``|A - B| <= R`` one half: A is at most B + R, or at least B - R.

    Parameters
    ----------
    sense : str
    times : expression
        The nonnegative factor of A in the expression before.
    """

    sense: str = "<="
    times: Any = 1

    @property
    def relation(self) -> str:
        return self.sense

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return None

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        statement = self.claim.statement
        if not isinstance(statement, Bound) or not isinstance(statement.terms[0], sympy.Abs):
            raise ClaimError(f"{self.claim.id} does not bound a distance")
        if statement.sense != "<=":
            return undecided(f"{self.claim.id} bounds a distance from below")
        gap = self._here(statement.terms[0].args[0])
        room = self._here(statement.terms[1])
        times = sympy.sympify(self.times)
        replaced = gap - room if self.sense == "<=" else gap + room  # A minus what replaces it
        change = after - sympy.sympify(before) + times * replaced
        worst_of_claim = self.claim.derivation_report().worst
        return worst(
            decide_equal(change, 0, domain),
            decide_nonnegative(times, domain),
            Finding(worst_of_claim, f"by {self.claim.id}, whose derivation is {worst_of_claim}"),
        )


@dataclass(frozen=True, eq=False)
class FallingSumToIntegral(Rule):
    """A sum over 1, 2, ... of a falling function against its integral from an end in [0, 1].

    If g falls from g(a) = 1 to 0, then the sum over x = 1, 2, ... and the integral from a <= 1
    differ by at most 1. The function is given as a rising ``shape`` of a falling level, so that
    only the sign of the shape's slope has to be seen (`UnimodalSumToIntegral` asks for more).

    Parameters
    ----------
    through : Through
        g = shape(inner(x)); inner is 1 at the lower end of the integral.
    """

    through: Through

    @property
    def relation(self) -> str:
        return "+-"

    @property
    def words(self) -> str:
        return "sum of a falling function against its integral"

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return sympy.S.One

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        x, level = self.through.symbols
        if not isinstance(before, sympy.Sum) or not isinstance(after, sympy.Integral):
            return undecided("the rule takes a sum to an integral")
        if before.limits != (sympy.Tuple(x, 1, sympy.oo),) or len(after.limits) != 1:
            return undecided(f"the sum must run over {x} = 1, 2, ..., and the integral is single")
        ((real_x, lower, upper),) = after.limits
        if upper is not sympy.oo or real_x in before.free_symbols or lower.has(real_x):
            return undecided("the integral must run to infinity over a variable of its own")
        shape = self.through.shape(before.function)
        inner = sympy.sympify(self.through.inner)
        positive_x = sympy.Dummy("x", positive=True)
        inside = domain.within(level, 0, 1, discrete=False)
        if not (is_continuous(shape, inside) and is_continuous_at(shape, level, 1, domain)):
            return undecided(f"{shape} may jump")
        found = worst(
            *self.through.findings(domain, function=before.function),
            decide_positive(-sympy.diff(inner.subs(x, positive_x), positive_x), domain),
            decide_nonnegative(lower, domain),
            decide_equal(after.function, shape.subs(level, inner.subs(x, real_x)), domain),
            decide_equal(inner.subs(x, lower), 1, domain),
            decide_equal(shape.subs(level, 0), 0, domain),
            decide_equal(shape.subs(level, 1), 1, domain),
            nonnegative_below_one(sympy.diff(shape, level), level, domain),
            no_jump(inner.subs(x, positive_x), positive_x, domain),
        )
        if found.status in (Status.UNDECIDED, Status.REFUTED):  # without a look at the integral
            return found
        return worst(found, converges(after, shape, level, inner.subs(x, real_x), domain))


@dataclass(frozen=True, eq=False)
class Telescoping(Rule):
    """A sum of differences is the difference of the ends.

    Parameters
    ----------
    primitive : expression in the summation variable
        Its increase from one integer to the next is the summand; it has a finite value at each
        integer of the range. Over an infinite range it has a limit.
    """

    primitive: Any

    @property
    def words(self) -> str:
        return "telescoping sum"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((variable, low, high),) = before.limits
        if low.is_infinite or high is -sympy.oo:
            return undecided("the sum must begin at a number")
        if high is not sympy.oo and not (high - low).is_integer:
            return undecided(f"the sum over {variable} is not seen to end at {high}")
        if (wrong := contradicted(before, "=", after, domain)[0]) is not None:
            return wrong
        primitive = sympy.sympify(self.primitive)
        last = self._after_the_last(primitive, variable, high, domain)
        if last is None:
            return undecided(f"{primitive} is not seen to have a limit")
        reached = domain.within(variable, low, high + 1, discrete=True)
        if (odd := part_that_may_be_infinite(primitive, reached)) is not None:
            return undecided(f"{odd} is not seen to be finite")
        step = expand_harmonic(primitive.subs(variable, variable + 1) - primitive)
        ends = last - replace_free(primitive, {variable: low})
        inside = domain.within(variable, low, high, discrete=True)
        return worst(
            decide_equal(step, before.function, inside),
            decide_equal(expand_harmonic(ends), expand_harmonic(after), domain),
            decide_nonnegative(high - low + 1, domain),
        )

    def _after_the_last(
        self, primitive: sympy.Expr, variable: sympy.Symbol, high: sympy.Expr, domain: Domain
    ) -> sympy.Expr | None:
        """The primitive one beyond the end, or its limit."""
        if high is not sympy.oo:
            return replace_free(primitive, {variable: high + 1})
        far = sympy.Dummy(variable.name, positive=True)
        value = limit_at(primitive.subs(variable, far), far, sympy.oo, "-", domain)
        return value if value is not None and value.is_finite is not False else None


@dataclass(frozen=True, eq=False)
class MonotoneRatio(Rule):
    """before <= after, both positive: log(after / before) is monotone, and at one end not negative.

    Parameters
    ----------
    variable : symbol
        A parameter of the domain.
    at : number
        The end of its range at which the ratio is smallest; the range need not hold it.
    rising : bool
        Whether the ratio rises with the variable (then ``at`` is its lower end).
    """

    variable: Any
    at: Any
    rising: bool = True

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        way = "rises" if self.rising else "falls"
        return f"the ratio {way} with ${sympy.latex(sympy.sympify(self.variable))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        variable, at = sympy.sympify(self.variable), sympy.sympify(self.at)
        before = sympy.sympify(before)
        own = next((p for p in domain.parameters if p.symbol == variable), None)
        low, high = getattr(own, "low", None), getattr(own, "high", None)
        if own is None or low is None or high is None:
            return undecided(f"{variable} is no parameter with a range")
        low, high = sympy.sympify(low), sympy.sympify(high)
        if at != (low if self.rising else high):
            return undecided(f"{at} is not the end at which the ratio is smallest")
        log_ratio = sympy.expand_log(sympy.log(after / before), force=True)
        inside = domain.within(variable, low, high, discrete=False)
        if not is_continuous(log_ratio, inside):
            return undecided(f"{log_ratio} may jump")
        if not is_continuous_at(log_ratio, variable, at, domain):
            return undecided(f"{log_ratio} may jump at the end {at}")
        slope = sympy.factor(sympy.simplify(sympy.diff(log_ratio, variable)))
        end = sympy.simplify(log_ratio.subs(variable, at))
        return worst(
            decide_positive(before, domain),
            decide_positive(after, domain),
            decide_nonnegative(slope if self.rising else -slope, inside),
            _nonnegative_number(end) if end.is_number else decide_nonnegative(end, domain),
        )


def _nonnegative_number(value: sympy.Expr) -> Finding:
    if value.is_nonnegative:
        return proved(f"the end value {value} is not negative")
    if value.is_negative:
        return Finding(Status.REFUTED, f"the end value {value} is negative")
    return undecided(f"the sign of {value} is not decided")


@dataclass(frozen=True, eq=False)
class HalfCountedTie(Rule):
    """A sum over k = 0..n of terms with 2k < c, those with 2k = c counted half, without the cases.

    It is half the sum of the terms up to floor(c/2) and half that of those before ceiling(c/2).

    Parameters
    ----------
    at : expression
        c/2, an integer or half an integer, from 0 to n.
    """

    at: Any

    @property
    def words(self) -> str:
        return "the tie counts half"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((k, low, high),) = before.limits
        at = sympy.sympify(self.at)
        if at.has(k):
            return undecided(f"{at} moves with {k}")
        cases = sympy.Piecewise(
            (1, 2 * k < 2 * at), (sympy.Rational(1, 2), sympy.Eq(2 * k, 2 * at)), (0, True)
        )
        branches = before.function.args if isinstance(before.function, sympy.Piecewise) else ()
        term = branches[0].args[0] if branches else before.function
        if low != 0 or sympy.piecewise_fold(term * cases) != before.function:
            return undecided(f"the terms are not cases of 2 {k} against {2 * at}")
        if not (2 * at).is_integer:
            return undecided(f"{2 * at} is not seen to be an integer")
        closed = [sympy.Sum(term, (k, 0, end)) for end in (sympy.floor(at), sympy.ceiling(at) - 1)]
        return worst(
            decide_equal(sum(closed) / 2, after, domain),
            decide_nonnegative(at, domain),
            decide_nonnegative(high - at, domain),
        )


@dataclass(frozen=True, eq=False)
class Logarithms(Rule):
    """The two sides agree once logarithms of products are sums, on the ranges of the domain."""

    @property
    def words(self) -> str:
        return "algebra of logarithms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        numbers = decide_equal(before, after, domain)
        if numbers.status is not Status.UNDECIDED:
            return numbers
        gap = (sympy.sympify(before) - after).subs(domain.positive_form(), simultaneous=True)
        gap = gap.replace(sympy.log, lambda inside: sympy.log(sympy.factor(inside)))
        gap = sympy.expand_log(gap)
        logs = gap.atoms(sympy.log)
        opaque = {log: sympy.Dummy(f"log{i}", real=True) for i, log in enumerate(logs)}
        if sympy.simplify(gap.subs(opaque)) == 0:
            return proved("equal sums of logarithms of positive numbers")
        return numbers
