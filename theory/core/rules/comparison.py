"""Rules of derivation that compare sums and integrals.

They are written for the sections on weighting schemes and would serve any topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import replace_free, symbols_of
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.exact import evaluate_sums
from theory.core.rising import is_bound_inside, rises_with
from theory.core.rules.along_line import one_sided
from theory.core.rules.elementary import ExactIntegral, Rule, proved, undecided, worst
from theory.core.signs import surely_nonnegative

__all__ = [
    "DecreasingSum",
    "DropTerms",
    "ExponentialTail",
    "FirstTerm",
    "MonotoneChange",
    "PowerTail",
    "SplitSum",
    "TailExchange",
    "TailMixture",
    "WidenSum",
]


def _inside_unit(expression: Any, variable: sympy.Symbol) -> sympy.Expr:
    """The expression with a variable of (0, 1) written as w / (1 + w), w > 0."""
    w = sympy.Dummy("w", positive=True)
    return sympy.sympify(expression).subs(1 - variable, 1 / (1 + w)).subs(variable, w / (1 + w))


def _real(expression: sympy.Expr, variable: sympy.Symbol) -> tuple[sympy.Expr, sympy.Symbol]:
    """The expression as a function of a positive real variable."""
    z = sympy.Dummy(variable.name, positive=True)
    return expression.subs(variable, z), z


def _falls(expression: sympy.Expr, variable: sympy.Symbol, domain: Domain) -> Finding:
    """Whether an expression falls, without a jump, in a positive real variable."""
    inside, z = _real(expression, variable)
    return rises_with(-inside, z, domain)


@dataclass(frozen=True, eq=False)
class MonotoneChange(Rule):
    """A change of variables to one that runs through a part of (0, 1).

    Parameters
    ----------
    old, new : symbols
    old_as : expression in ``new``
        Rising on (0, 1), with limits at its ends.
    backward : bool
        Whether the step goes from the new variable to the old one.
    """

    old: Any
    new: Any
    old_as: Any
    backward: bool = False

    @property
    def words(self) -> str:
        return f"substitution ${sympy.latex(self.old)} = {sympy.latex(self.old_as)}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if self.backward:
            before, after = after, before
        integrals, results = before.atoms(sympy.Integral), after.atoms(sympy.Integral)
        if len(integrals) != 1 or len(results) != 1:
            return undecided("a change of variables takes one integral to one integral")
        (source,), (target,) = integrals, results
        ((old, *ends),), ((new, *new_ends),) = source.limits, target.limits
        if new in before.free_symbols | after.free_symbols:
            return undecided(f"{new} has a meaning already")
        old_as = sympy.sympify(self.old_as)
        slope = sympy.diff(old_as, new)
        w = sympy.Dummy("w", positive=True)
        rises = rises_with(old_as.subs({new: w / (1 + w)}), w, domain)
        if rises.status is not Status.PROVED:
            return undecided(f"{old_as} is not seen to rise with {new}")
        found = [rises, decide_nonnegative(new_ends[0], domain)]
        found += [decide_nonnegative(1 - end, domain) for end in new_ends]
        found.append(decide_nonnegative(new_ends[1] - new_ends[0], domain))
        for end, new_end in zip(ends, new_ends, strict=True):
            if new_end in (0, 1):
                value = sympy.limit(old_as, new, new_end, "+" if new_end == 0 else "-")
            else:
                value = sympy.simplify(old_as.subs(new, new_end))
            found.append(
                proved("the ends agree") if value == end else decide_equal(value, end, domain)
            )
        factor, new_factor = before / source, after / target
        if factor.has(sympy.Integral) or new_factor.has(sympy.Integral):
            return undecided("the integral must stand as a factor")
        left = factor * source.function.subs(old, old_as) * slope
        right = new_factor * target.function
        unit = {new: w / (1 + w)}
        return worst(*found, decide_equal(left.subs(unit), right.subs(unit), domain))


@dataclass(frozen=True, eq=False)
class TailMixture(Rule):
    r"""A sum weighted by tails of a law, against an integral.

    If f >= 0 falls on (0, oo), s >= 0 falls with inverse t, s(1) <= 1, and h >= 0 on (0, 1), then

        sum_{x >= 1} f(x) int_{s(x)}^1 h(v) dv  =  int_0^1 h(v) sum_{x >= t(v)} f(x) dv,

    by Tonelli, and | sum_{x >= t} f(x) - int_t^oo f | <= f(t) for every t > 0: the first summand is
    at most f(t), the sum of the others is at most the integral, and the integral up to the first
    index, over a range below 1, is at most f(t). So the two differ by at most
    int_0^1 h(v) f(t(v)) dv. A sum that ends earlier is only smaller.

    Parameters
    ----------
    share : expression in x
        s.
    inverse : expression in v
        t.
    remainder_as : expression
        The last integral in closed form.
    sense : {"+-", "<=", ">="}
        For one bound alone, with the remainder added or subtracted.
    """

    share: Any
    inverse: Any
    remainder_as: Any
    sense: str = "+-"

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "sum of a decreasing function against its integral, under a mixture"

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return sympy.sympify(self.remainder_as) if self.sense == "+-" else None

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((x, low, high),) = before.limits
        inner = [e for e in sympy.Mul.make_args(before.function) if isinstance(e, sympy.Integral)]
        if self.sense not in ("+-", "<=", ">="):
            return undecided(f"there is no sense {self.sense}")
        if len(inner) != 1 or low != 1 or (high is not sympy.oo and self.sense != "<="):
            return undecided("the rule takes a sum over 1, 2, ... of tails")
        (integral,) = inner
        ((v, from_share, to),) = integral.limits
        share, inverse = sympy.sympify(self.share), sympy.sympify(self.inverse)
        density = integral.function
        weight = before.function / integral
        z = sympy.Dummy("z", positive=True)
        tail = sympy.Integral(weight.subs(x, z), (z, inverse, sympy.oo))
        at_edge = weight.subs(x, inverse)
        if to != 1 or from_share != share or weight.has(v):
            return undecided("the tails must run from the share to 1")
        real_share, real_x = _real(share, x)
        closed = ExactIntegral().check(
            sympy.Integral(density * at_edge, (v, 0, 1)), sympy.sympify(self.remainder_as), domain
        )
        expected = sympy.Integral(density * tail, (v, 0, 1))
        if self.sense != "+-":
            sign = 1 if self.sense == "<=" else -1
            expected = expected + sign * sympy.sympify(self.remainder_as)
        return worst(
            decide_nonnegative(weight, domain),
            _falls(weight, x, domain),
            decide_nonnegative(real_share, domain),
            _falls(share, x, domain),
            decide_nonnegative(1 - real_share.subs(real_x, 1), domain),
            decide_nonnegative(_inside_unit(density, v), domain),
            decide_positive(_inside_unit(inverse, v), domain),
            decide_equal(real_share.subs(real_x, inverse), v, domain),
            _same_shape(expected, after, domain),
            closed,
        )


@dataclass(frozen=True, eq=False)
class TailExchange(Rule):
    """A double integral over z and v >= s(z), s falling from 1 to 0, in the other order.

    That s comes down to every v of (0, 1) is seen from its inverse, which must be positive there.

    Parameters
    ----------
    share : expression in z
        s.
    inverse : expression in v
        Its inverse.
    """

    share: Any
    inverse: Any

    @property
    def words(self) -> str:
        return "exchange of the order (Tonelli)"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        share, inverse = sympy.sympify(self.share), sympy.sympify(self.inverse)
        before, after, factor = _without_common_factor(sympy.sympify(before), after)
        if factor is None:
            return undecided("the integrals do not stand with the same factor")
        parts = [_outer_integral(e) for e in (before, after)]
        if None in parts:
            return undecided("the rule takes integrals of tails")
        (weight, (z, start, end), tail), (density, (v, low, high), mass) = parts  # type: ignore[misc]
        if tail.limits != (sympy.Tuple(v, share, 1),) or (low, high, end) != (0, 1, sympy.oo):
            return undecided("the inner integral must run from the share to 1")
        if mass.limits != (sympy.Tuple(z, inverse, sympy.oo),):
            return undecided("the new inner integral must run from the inverse to infinity")
        return worst(
            decide_equal(weight * tail.function, density * mass.function, domain),
            decide_nonnegative(_inside_unit(weight * tail.function, v), domain),
            _falls(share, z, domain),
            decide_positive(start, domain),
            decide_positive(_inside_unit(inverse, v), domain),
            decide_equal(share.subs(z, start), 1, domain),
            decide_equal(share.subs(z, inverse), v, domain),
        )


def _without_common_factor(
    one: sympy.Expr, two: sympy.Expr
) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr | None]:
    """Two integrals without the factor that they share; None where they do not share it."""
    rests, integrals = [], []
    for e in (one, two):
        found = [f for f in sympy.Mul.make_args(e) if isinstance(f, sympy.Integral)]
        if len(found) != 1:
            return one, two, None
        integrals.append(found[0])
        rests.append(e / found[0])
    return integrals[0], integrals[1], rests[0] if rests[0] == rests[1] else None


def _outer_integral(e: sympy.Expr) -> tuple[sympy.Expr, Any, sympy.Integral] | None:
    """Factor, limits and inner integral of an integral whose integrand contains another."""
    if not isinstance(e, sympy.Integral) or len(e.limits) != 1:
        return None
    inner = [f for f in sympy.Mul.make_args(e.function) if isinstance(f, sympy.Integral)]
    return (e.function / inner[0], e.limits[0], inner[0]) if len(inner) == 1 else None


def _same_shape(expected: sympy.Expr, given: sympy.Expr, domain: Domain) -> Finding:
    """Equality up to the names of integration variables."""
    names = [limit[0] for e in given.atoms(sympy.Integral) for limit in e.limits]
    for dummy in [
        limit[0]
        for e in expected.atoms(sympy.Integral)
        for limit in e.limits
        if isinstance(limit[0], sympy.Dummy)
    ]:
        for name in names:
            if not expected.has(name):
                expected = expected.xreplace({dummy: name})
                break
    return decide_equal(expected, given, domain)


@dataclass(frozen=True, eq=False)
class DecreasingSum(Rule):
    """The sum of a decreasing function over m, m + 1, ... against an integral.

    At most the integral from m - 1, at least the integral from m; the sum may stand with a factor
    and beside other terms, which are kept.

    Parameters
    ----------
    sense : {"<=", ">="}
        What the step claims.
    negative : bool
        Whether the sum stands with a negative factor.
    """

    sense: str
    negative: bool = False

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "sum of a decreasing function against its integral"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        sums, integrals = sympy.sympify(before).atoms(sympy.Sum), after.atoms(sympy.Integral)
        changed = [e for e in sums if not after.has(e)]
        if len(changed) != 1 or len(integrals) != 1:
            return undecided("one sum becomes one integral")
        (total,), (integral,) = changed, integrals
        ((x, low, high),), ((z, start, end),) = total.limits, integral.limits
        hole = sympy.Dummy("hole", nonnegative=True)
        with_hole, same = sympy.sympify(before).subs(total, hole), after.subs(integral, hole)
        above = (self.sense == "<=") is not self.negative
        shift = 1 if above else 0
        stop = high if above or high is sympy.oo else high + 1
        if z in total.free_symbols:
            return undecided(f"{z} has a meaning already")
        return worst(
            decide_nonnegative(high - low + 1, domain),
            decide_equal(with_hole, same, domain),
            rises_with(-with_hole if self.negative else with_hole, hole, domain),
            decide_nonnegative(_real(total.function, x)[0], domain),
            _falls(total.function, x, domain),
            decide_nonnegative(start, domain),
            decide_equal(start, low - shift, domain),
            proved("the same end") if end == stop else decide_equal(end, stop, domain),
            decide_equal(total.function.subs(x, z), integral.function, domain),
        )


@dataclass(frozen=True, eq=False)
class PowerTail(Rule):
    """Integrals and sums of c z**(-s) to infinity, in closed form for s > 1.

    From t > 0 the integral is c t**(1 - s) / (s - 1), the sum from m is c zeta(s, m).
    """

    @property
    def words(self) -> str:
        return "tail of a power"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        found: list[Finding] = []

        def close(tail: Any) -> sympy.Expr:
            (z, low, high), *outer = tail.limits
            coefficient, power = tail.function.as_independent(z, as_Add=False)
            base, s = power.as_base_exp()
            if outer or high is not sympy.oo or base != z:
                return tail
            forms = [sympy.expand((-s - 1).subs(form)) for form in domain.forms()]
            if not all(e.is_positive or sympy.factor(e).is_positive for e in forms):
                found.append(undecided(f"the exponent {s} is not seen to be below -1"))
            found.append(decide_positive(low, domain))
            if isinstance(tail, sympy.Sum):
                return coefficient * sympy.zeta(-s, low)
            return coefficient * low ** (1 + s) / (-1 - s)

        kinds = (sympy.Integral, sympy.Sum)
        closed = sympy.sympify(before).replace(lambda e: isinstance(e, kinds), close)
        if not found:
            return undecided("no tail of a power")
        return worst(*found, decide_equal(closed, after, domain))


@dataclass(frozen=True, eq=False)
class WidenSum(Rule):
    """A sum of nonnegative terms is at most the sum over more terms, at either end."""

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "more terms, all nonnegative"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        changed = [e for e in before.atoms(sympy.Sum) if not after.has(e)]
        wider = [e for e in after.atoms(sympy.Sum) if not before.has(e)]
        if len(changed) != 1 or len(wider) != 1:
            return undecided("one sum becomes a wider one")
        if not len(changed[0].limits) == len(wider[0].limits) == 1:
            return undecided("the rule takes a single sum")
        (x, low, high), (y, wide_low, wide_high) = changed[0].limits[0], wider[0].limits[0]
        if is_bound_inside(changed[0], before):
            return undecided(f"{changed[0]} is many values")
        if x != y and y in symbols_of(changed[0].function):
            return undecided(f"{y} has a meaning already")
        if not _is_wider(low, high, wide_low, wide_high, domain):
            return undecided("the wider sum is not seen to hold the terms of the other")
        hole = sympy.Dummy("hole", nonnegative=True)
        kept = before.subs(changed[0], hole)
        inside = domain.within(y, wide_low, wide_high, discrete=True)
        return worst(
            decide_nonnegative(high - low + 1, domain),
            decide_equal(kept, after.subs(wider[0], hole), domain),
            rises_with(kept, hole, domain),
            decide_nonnegative(wider[0].function, inside),
            decide_equal(replace_free(changed[0].function, {x: y}), wider[0].function, domain),
        )


def _is_wider(
    low: sympy.Expr, high: sympy.Expr, wide_low: sympy.Expr, wide_high: sympy.Expr, domain: Domain
) -> bool:
    """Whether wide_low..wide_high holds low..high, in the same steps."""
    at_the_start = low == wide_low or (
        bool((low - wide_low).is_integer) and surely_nonnegative(low - wide_low, domain)
    )
    at_the_end = wide_high is sympy.oo or (
        high is not sympy.oo
        and bool((wide_high - high).is_integer)
        and surely_nonnegative(wide_high - high, domain)
    )
    return at_the_start and at_the_end


@dataclass(frozen=True, eq=False)
class FirstTerm(Rule):
    """A finite sum of nonnegative terms is at least its first one."""

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "one of several nonnegative terms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        sums = list(before.atoms(sympy.Sum))
        if len(sums) != 1:
            return undecided("one sum gives way to its first term")
        ((x, low, high),) = sums[0].limits
        hole = sympy.Dummy("hole", nonnegative=True)
        with_hole = before.subs(sums[0], hole)
        return worst(
            decide_nonnegative(high - low, domain),
            decide_nonnegative(sums[0].function, domain),
            rises_with(with_hole, hole, domain),
            decide_equal(with_hole.subs(hole, sums[0].function.subs(x, low)), after, domain),
        )


@dataclass(frozen=True, eq=False)
class DropTerms(Rule):
    """Nonnegative summands are dropped: the rest is at most the whole."""

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "nonnegative terms dropped"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        dropped = sympy.expand(sympy.sympify(before)) - sympy.expand(after)
        parts = [_nonnegative_sum(part, domain) for part in sympy.Add.make_args(dropped)]
        return worst(*parts)


def _nonnegative_sum(part: sympy.Expr, domain: Domain) -> Finding:
    """Nonnegative, sums and integrals being so when what they run over is."""
    found = []
    for factor in sympy.Mul.make_args(part):
        if isinstance(factor, sympy.Sum):
            lengths = (high - low + 1 for _, low, high in factor.limits if high is not sympy.oo)
            found += [decide_nonnegative(length, domain) for length in lengths]
            found.append(_nonnegative_sum(factor.function, domain))
        elif isinstance(factor, sympy.Integral) and all(map(_runs_up, factor.limits)):
            found.append(_nonnegative_sum(factor.function, domain))
        else:
            found.append(decide_nonnegative(factor, domain))
    return worst(*found)


def _runs_up(limit: sympy.Tuple) -> bool:
    """Whether a range of integration is surely not reversed."""
    return bool(limit[1] is -sympy.oo or limit[2] is sympy.oo)


@dataclass(frozen=True, eq=False)
class SplitSum(Rule):
    """A sum over x = 1, ..., P is the sum over all x without that from P + 1 on."""

    @property
    def words(self) -> str:
        return "the sum over all inputs, split"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        finite = [e for e in before.atoms(sympy.Sum) if e.limits[0][2] is not sympy.oo]
        if len(finite) != 1 or len(finite[0].limits) != 1:
            return undecided("one finite sum is split")
        (part,) = finite
        x, low, high = part.limits[0]
        whole = part.func(part.function, (x, low, sympy.oo))
        closed = evaluate_sums(whole, domain)
        if closed.has(sympy.Sum):
            return undecided("the sum over all x is not seen to converge")
        rest = part.func(part.function, (x, high + 1, sympy.oo))
        hole = sympy.Dummy("hole", real=True)
        with_hole = before.subs(part, hole)
        return worst(
            decide_nonnegative(high - low + 1, domain),
            decide_equal(with_hole.subs(hole, closed - rest), after, domain),
        )


@dataclass(frozen=True, eq=False)
class ExponentialTail(Rule):
    """Under an integral over v from s to 1, (1 - v)^k is at most exp(-k v), and the range grows.

    Parameters
    ----------
    power : expression
        k, nonnegative.
    """

    power: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "$1 - v \\le e^{-v}$, on a longer range"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not (isinstance(before, sympy.Integral) and isinstance(after, sympy.Integral)):
            return undecided("the rule takes an integral to an integral")
        ((v, low, high),), ((u, start, end),) = before.limits, after.limits
        k = sympy.sympify(self.power)
        rest = sympy.powsimp(before.function / (1 - v) ** k)
        if (v, low, high, end) != (u, start, sympy.S.One, sympy.oo) or rest.has(1 - v):
            return undecided("the integral must run from s to 1 over c(v) (1 - v)^k")
        return worst(
            decide_equal(rest * sympy.exp(-k * v), after.function, domain),
            decide_nonnegative(rest, domain),
            decide_nonnegative(low, domain),
            decide_nonnegative(1 - low, domain),
            decide_nonnegative(k, domain),
        )
