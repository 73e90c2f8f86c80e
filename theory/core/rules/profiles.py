"""Rules of derivation for least values and for sums over a decreasing profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.exact import evaluate_integrals
from theory.core.rule import Rule, examine, proved, refuted, undecided, worst
from theory.core.rules.along_line import no_jump, vanishes_nowhere
from theory.core.rules.evaluation import ExactIntegral
from theory.core.rules.monotone import ByOneLink, decide_sign, equal, read_from
from theory.core.signs import surely_positive
from theory.core.special import NormalCDF, StudentCDF
from theory.core.statement import Bound

__all__ = [
    "CappedPowers",
    "ConstantFactors",
    "EqualPart",
    "FewLargeShares",
    "GammaRatios",
    "IntegratedTerms",
    "LeastOfAll",
    "LesserIntegrand",
    "PowerOfProbability",
    "ProductsOfPowers",
    "SmallGap",
    "TailIntegral",
]


@dataclass(frozen=True, eq=False)
class FewLargeShares(Rule):
    """Leaving out the inputs of large share costs no more than leaving out the first ones.

    Of nonnegative numbers a_1, ..., a_N fewer than n have n a_x > sum a, or they would add up to
    more than the sum. If w_1 >= w_2 >= ... >= 0, the sum of w over the others is therefore at least
    the sum of w from the n-th on: those that are left out are at most n - 1, and those that come
    first have the largest w. Indices beyond N may be added on both sides.

    Parameters
    ----------
    count : expression
        n, a positive integer.
    falling : str or None
        The remark of the domain that says that w falls; None if its derivative shows it.
    """

    count: Any
    falling: str | None = None

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "pigeonhole principle, and the first terms are the largest"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        terms = sympy.Add.make_args(sympy.sympify(before))
        cases = [t for t in terms if isinstance(t, sympy.Sum) and t.has(sympy.Piecewise)]
        others = [t for t in terms if t not in cases]
        if len(cases) != 1 or not isinstance(cases[0].function, sympy.Piecewise):
            return undecided("the rule takes one sum over an event")
        (cases_sum,) = cases
        ((x, low, high),) = cases_sum.limits
        (weight, condition), (zero, rest) = cases_sum.function.args
        if sympy.sympify(self.count).has(x) or condition.rhs.has(x):
            return undecided(f"{x} has a meaning outside the sum over the event")
        if low != 1 or zero != 0 or rest != sympy.true or not isinstance(condition, sympy.Le):
            return undecided("the sum must run over an event A <= B from 1 on")
        count, end = sympy.sympify(self.count), high
        if others:
            if others != [sympy.Sum(weight, (x, high + 1, sympy.oo))]:
                return undecided("only the indices beyond may be added")
            end = sympy.oo
        share = condition.lhs / count
        total = condition.rhs
        single = isinstance(total, sympy.Sum) and len(total.limits) == 1
        if not single or total.limits[0][1:] != (1, high):
            return undecided("the event must compare with a sum over all inputs")
        same = total.function.subs(total.limits[0][0], x)
        return worst(
            decide_equal(share, same, domain),
            decide_sign(same, domain),
            decide_sign(weight, domain),
            self._falls(weight, x, domain),
            proved("an integer") if count.is_integer else undecided(f"{count} is no integer"),
            decide_sign(count - 1, domain),
            decide_equal(after, sympy.Sum(weight, (x, count, end)), domain),
        )

    def _falls(self, weight: sympy.Expr, x: sympy.Symbol, domain: Domain) -> Finding:
        if self.falling is not None:
            if self.falling in domain.remarks:
                return read_from(self.falling, f"{weight} falls with {x}", [weight])
            return undecided(f"the domain does not say: {self.falling}")
        real = sympy.Dummy("x", positive=True)
        return worst(
            decide_sign(-sympy.diff(weight.subs(x, real), real), domain),
            no_jump(weight.subs(x, real), real, domain),
        )


@dataclass(frozen=True, eq=False)
class TailIntegral(Rule):
    """The sum of c x^-s over x = m, m + 1, ... is at least its integral c m^(1-s) / (s-1).

    This needs s > 1, which is checked.
    """

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "sum of a decreasing function against its integral"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or before.limits[0][2] is not sympy.oo:
            return undecided("the rule takes an infinite sum")
        ((x, low, _),) = before.limits
        factor, rest = before.function.as_independent(x, as_Add=False)
        base, power = rest.as_base_exp()
        if base != x or power.has(x):
            return undecided("the terms are no powers")
        return worst(
            decide_sign(factor, domain),
            decide_sign(low - 1, domain),
            proved("convergent") if surely_positive(-power - 1, domain) else undecided("diverges"),
            equal(factor * low ** (power + 1) / (-power - 1), after, domain),
        )


def _asymptotic(expression: Any, n: sympy.Symbol, domain: Domain) -> tuple[sympy.Expr, sympy.Expr]:
    """Exponent and coefficient of the leading power of n in a product of powers and gammas.

    By Stirling's formula, for c > 0,
    log Gamma(c n + s) = (c n + s - 1/2) log(c n) - c n + log(2 pi) / 2 + o(1).
    """
    length = sympy.Symbol("L", real=True)
    total: sympy.Expr = sympy.S.Zero
    for factor in sympy.Mul.make_args(sympy.sympify(expression)):
        base, power = factor.as_base_exp()
        if power.has(n):
            raise ClaimError(f"no leading power of {factor}")
        total += power * _log_leading(base, n, length, domain)
    total = sympy.expand(total)
    runaway = [total.coeff(n, 1).coeff(length, k) for k in (0, 1)]
    if any(sympy.simplify(part) != 0 for part in runaway):
        raise ClaimError(f"{expression} is not of power growth in {n}")
    rest = total.coeff(n, 0)
    return sympy.simplify(rest.coeff(length, 1)), sympy.expand(rest.coeff(length, 0))


def _log_leading(
    base: sympy.Expr, n: sympy.Symbol, length: sympy.Symbol, domain: Domain
) -> sympy.Expr:
    if not base.has(n):
        if not vanishes_nowhere(base, domain):
            raise ClaimError(f"{base} may vanish")
        return sympy.log(base)
    if base == n:
        return length
    if isinstance(base, sympy.beta):
        a, b = base.args
        parts = ((a, 1), (b, 1), (a + b, -1))
        return sum(
            (k * _log_leading(sympy.gamma(e), n, length, domain) for e, k in parts), sympy.S.Zero
        )
    linear = sympy.expand(base.args[0] if isinstance(base, sympy.gamma) else base)
    slope, shift = linear.coeff(n, 1), linear.coeff(n, 0)
    if sympy.expand(linear - slope * n - shift) != 0 or not _positive(slope, domain):
        raise ClaimError(f"no leading power of {base}")
    log_large = length + sympy.log(slope)
    if not isinstance(base, sympy.gamma):
        return log_large
    half = sympy.Rational(1, 2)
    return (slope * n + shift - half) * log_large - slope * n + sympy.log(2 * sympy.pi) / 2


def _positive(e: sympy.Expr, domain: Domain) -> bool:
    return all(
        bool(sympy.factor(sympy.together(e.subs(form, simultaneous=True))).is_positive)
        for form in domain.forms()
    )


@dataclass(frozen=True, eq=False)
class GammaRatios(Rule):
    """The ratio of the expressions tends to 1, by Stirling's formula for Gamma(c n + s)."""

    variable: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"Stirling's formula as ${sympy.latex(sympy.sympify(self.variable))} \\to \\infty$"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        n = sympy.sympify(self.variable)
        try:
            power, log_constant = _asymptotic(before, n, domain)
            expected, other = _asymptotic(after, n, domain)
        except ClaimError as reason:
            return undecided(str(reason))
        same = decide_equal(power, expected, domain)
        if same.status is not Status.PROVED:
            return same
        gap = sympy.expand_log(sympy.expand_log(log_constant - other, force=True), force=True)
        if sympy.simplify(sympy.expand(gap)) == 0:
            return proved("the leading powers and their coefficients agree")
        found = decide_equal(log_constant, other, domain)
        return (
            found if found.status is not Status.UNDECIDED else undecided("constants not compared")
        )


@dataclass(frozen=True, eq=False)
class SmallGap(ByOneLink):
    """What lies between R (1 - g) and R is asymptotically R, where g is of negative power growth.

    Parameters
    ----------
    variable : symbol
    gap : expression
        g, as a product of powers, gamma and beta functions.
    """

    variable: Any = None
    gap: Any = None

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound) or len(statement.terms) != 3:
            raise ClaimError(f"{self.claim.id} is not a bound from both sides")
        low, middle, high = statement.terms if statement.sense == "<=" else statement.terms[::-1]
        n, gap = sympy.sympify(self.variable), sympy.sympify(self.gap)
        status = self.claim.derivation_report().worst
        found = [
            self._same(middle, before, domain),
            self._same(high, after, domain),
            self._same(low, after * (1 - gap), domain),
            *self._in_range(domain),
        ]
        try:
            power, _ = _asymptotic(gap, n, domain)
        except ClaimError as reason:
            return undecided(str(reason))
        if not _positive(-power, domain):
            return refuted(f"the gap does not vanish: its power is {power}")
        return worst(*found, Finding(status, f"by {self.claim.id}, with a gap of power {power}"))


@dataclass(frozen=True, eq=False)
class LeastOfAll(ByOneLink):
    """A least value is at least what bounds every value from below.

    The claim must say ``value >= bound`` of an observable. The minimum is over those of its
    arguments that the least value does not have, where they obey what the claim asks of them
    alone; the bound must not depend on them. The arguments are different parameters, for which
    nothing is put in.

    Parameters
    ----------
    least : Observable
        The infimum, by definition (in words: it is no SymPy expression).
    """

    least: Any = None

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}, for all values"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        value, bound = self._value_and_bound()
        if self.least.definition is not None:
            return undecided(f"{self.least.name} has a definition, and is not known by words alone")
        if before != self.least() or not isinstance(value, AppliedUndef):
            return undecided(f"{before} is not the least of the values that the claim bounds")
        plain = all(isinstance(e, (sympy.Symbol, sympy.IndexedBase)) for e in value.args)
        if len(set(value.args)) < len(value.args) or not plain:
            return undecided(f"the arguments of {value} are not different parameters")
        if {sympy.sympify(old) for old in self.at or {}} & set(value.args):
            return undecided("the claim is not applied to all the values")
        free = self._minimised()
        if not {parameter.symbol for parameter in self.least.arguments} <= set(value.args):
            return undecided("the least value depends on what the values do not depend on")
        if free & {str(symbol) for symbol in bound.free_symbols}:
            return undecided("the bound is not the same for all the values")
        status = self.claim.derivation_report().worst
        read = f'"{self.least.meaning}" is read as the least {value}'
        return worst(
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}; {read}"),
            self._same(bound, after, domain),
            *self._in_range(domain),
        )

    def _value_and_bound(self) -> tuple[sympy.Expr, sympy.Expr]:
        statement = self.claim.statement
        if not isinstance(statement, Bound):
            raise ClaimError(f"{self.claim.id} is not a bound")
        low, sense, high = statement.links[self.link - 1]
        return (high, low) if sense == "<=" else (low, high)

    def _minimised(self) -> set[str]:
        """Names of the parameters that the minimum is over."""
        value, _ = self._value_and_bound()
        kept = {parameter.symbol for parameter in self.least.arguments}
        return {str(e) for e in value.args if e not in kept}

    def _granted(self, condition: sympy.Basic, domain: Domain) -> Finding:
        own = {parameter.name for parameter in self.claim.domain.parameters}
        if own & {str(symbol) for symbol in condition.free_symbols} <= self._minimised():
            return proved("the minimum is over those that obey it")
        return super()._granted(condition, domain)


@dataclass(frozen=True, eq=False)
class LesserIntegrand(Rule):
    """f from s to 1 and a constant c from 0 to s integrate to at least min(f, c) from 0 to 1.

    Parameters
    ----------
    share : expression
        s, in [0, 1].
    """

    share: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "the smaller of the two integrands is at most either"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(after, sympy.Integral) or len(after.limits) != 1:
            return undecided("the rule gives an integral")
        ((v, low, high),) = after.limits
        least, share = after.function, sympy.sympify(self.share)
        if (low, high) != (0, 1) or not isinstance(least, sympy.Min) or len(least.args) != 2:
            return undecided("the rule gives the integral from 0 to 1 of a minimum of two")
        flat = [part for part in least.args if not part.has(v)]
        if len(flat) != 1 or share.has(v):
            return undecided("one of the two must be constant, and the other not")
        (other,) = (part for part in least.args if part.has(v))
        return worst(
            equal(before, sympy.Integral(other, (v, share, 1)) + flat[0] * share, domain),
            decide_sign(share, domain),
            decide_sign(1 - share, domain),
        )


@dataclass(frozen=True, eq=False)
class CappedPowers(Rule):
    """The sum of min(a x^-s, b) over x = 1, 2, ... against its integral, for s > 1.

    The integral over x > 0 of x^-e min(a x^-s, b), for 0 <= e < 1, is

        I(e) = s / ((1 - e) (s - 1 + e)) a^((1 - e) / s) b^(1 - (1 - e) / s).

    The terms fall with x. So their sum is at most I(0), and at least the integral from 1 on, which
    is at least I(0) - I(e), as 1 - x^-e is negative before 1 and at most 1 from there on.

    Parameters
    ----------
    power : expression, optional
        e, in (0, 1); without it, the sum is bounded from above.
    """

    power: Any = None

    @property
    def relation(self) -> str:
        return "<=" if self.power is None else ">="

    @property
    def words(self) -> str:
        return "sum of a decreasing function against its integral"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((x, low, high),) = before.limits
        least = before.function
        if (low, high) != (1, sympy.oo) or not isinstance(least, sympy.Min) or len(least.args) != 2:
            return undecided("the rule takes a sum over 1, 2, ... of a minimum of two")
        caps = [part for part in least.args if not part.has(x)]
        if len(caps) != 1:
            return undecided(f"one of the two must not depend on {x}")
        (cap,) = caps
        (falling,) = (part for part in least.args if part.has(x))
        scale, rest = falling.as_independent(x, as_Add=False)
        base, exponent = rest.as_base_exp()
        if base != x or exponent.has(x):
            return undecided(f"{rest} is no power of {x}")
        steepness = -exponent

        def integral(e: sympy.Expr) -> sympy.Expr:
            part = (1 - e) / steepness
            return scale**part * cap ** (1 - part) / (part * (steepness - 1 + e))

        expected, found = integral(sympy.S.Zero), []
        if self.power is not None:
            e = sympy.sympify(self.power)
            expected = expected - integral(e)
            found = [decide_positive(e, domain), decide_positive(1 - e, domain)]
        return worst(
            decide_positive(steepness - 1, domain),
            decide_nonnegative(scale, domain),
            decide_nonnegative(cap, domain),
            _equal_on_unit(expected, after, domain),
            *found,
        )


def _equal_on_unit(one: sympy.Expr, two: sympy.Expr, domain: Domain) -> Finding:
    """Equality, with bound variables that run through (0, 1) written as w / (1 + w)."""
    both: Any = sympy.Tuple(one, two)
    for bounds in domain.ranges:
        v = bounds.variable
        if (bounds.low, bounds.high, bounds.discrete) == (0, 1, False) and both.has(v):
            w = sympy.Dummy("w", positive=True)
            both = both.subs(1 - v, 1 / (1 + w)).subs(v, w / (1 + w))
    return decide_equal(both[0], both[1], domain)


@dataclass(frozen=True, eq=False)
class ProductsOfPowers(Rule):
    """Two products of powers agree: every base has the same exponent on both sides.

    Beta functions are written as gamma functions, and powers of products of positive bases as
    products of powers.
    """

    @property
    def words(self) -> str:
        return "algebra of exponents"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        (one, first), (two, second) = (
            sympy.sympify(side).as_coeff_Mul(rational=True) for side in (before, after)
        )
        if one * two <= 0:
            return undecided("the two products have different signs, or vanish")
        try:
            exponents = _exponents(abs(one) * first, domain)
            for base, exponent in _exponents(abs(two) * second, domain).items():
                exponents[base] = exponents.get(base, sympy.S.Zero) - exponent
        except ClaimError as reason:
            return undecided(str(reason))
        for base, exponent in exponents.items():
            if sympy.simplify(exponent) != 0:
                return undecided(f"the exponents of {base} differ by {exponent}")
        return proved("the same exponent of every base")


def _exponents(e: sympy.Expr, domain: Domain) -> dict[sympy.Expr, sympy.Expr]:
    """The exponent of every base of a product of powers; all bases are positive."""
    found: dict[sympy.Expr, sympy.Expr] = {}
    for factor in sympy.Mul.make_args(e.rewrite(sympy.gamma) if e.has(sympy.beta) else e):
        base, exponent = factor.as_base_exp()
        base = sympy.factor(base) if isinstance(base, sympy.Add) else base
        if isinstance(base, (sympy.Mul, sympy.Pow)):
            inside = _exponents(base, domain)
        elif base.is_Rational and base > 0:
            primes = sympy.factorrat(base).items()
            inside = {sympy.Integer(prime): sympy.Integer(times) for prime, times in primes}
        else:
            argument = base.args[0] if isinstance(base, sympy.gamma) else base
            if decide_positive(argument, domain).status is not Status.PROVED:
                raise ClaimError(f"{base} is not seen to be positive")
            inside = {sympy.expand(base): sympy.S.One}
        for part, times in inside.items():
            found[part] = found.get(part, sympy.S.Zero) + times * exponent
    return found


_OF_MANY_VALUES = (ExprWithLimits, sympy.Derivative, sympy.Subs, sympy.Limit, sympy.Lambda)


@dataclass(frozen=True, eq=False)
class EqualPart(Rule):
    """One part of an expression, which is nowhere under a sum or an integral, by an equal one.

    Parameters
    ----------
    old, new : expressions
    by : Rule
        Takes ``old`` to ``new``, with the relation ``=``.
    """

    old: Any
    new: Any
    by: Rule

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.by.relation != "=":
            return undecided("the part must be replaced by an equal one")
        hole = sympy.Dummy("hole", real=True)
        whole = sympy.sympify(before).xreplace({sympy.sympify(self.old): hole})
        if not whole.has(hole) or any(
            operation.has(hole) for operation in whole.atoms(*_OF_MANY_VALUES)
        ):
            return undecided(f"{self.old} does not occur, or under a sum or an integral")
        same = whole.xreplace({hole: sympy.sympify(self.new)})
        agree = proved("the same expression") if same == after else equal(same, after, domain)
        return worst(agree, examine(self.by, self.old, self.new, domain))


@dataclass(frozen=True, eq=False)
class ConstantFactors(Rule):
    """Factors that do not depend on the variable of an integral, out of it or in it."""

    @property
    def words(self) -> str:
        return "constant factors"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        def taken_out(e: Any) -> sympy.Expr:
            if isinstance(e, sympy.Mul):
                return sympy.Mul(*(taken_out(factor) for factor in e.args))
            if not isinstance(e, sympy.Integral):
                return e
            inside = taken_out(e.function)
            for limit in e.limits:  # the innermost first
                constant, rest = inside.as_independent(limit[0], as_Add=False)
                if not vanishes_nowhere(constant, domain):
                    value, _ = evaluate_integrals(sympy.Integral(rest, limit), domain)
                    if value is None or not value.is_finite:  # 0 times infinity is no number
                        constant, rest = sympy.S.One, inside
                inside = constant * sympy.Integral(rest, limit)
            return inside

        if taken_out(sympy.sympify(before)) == taken_out(after):
            return proved("the same factors and integrals")
        return undecided("other factors or integrals")


@dataclass(frozen=True, eq=False)
class IntegratedTerms(Rule):
    """Integrals of sums in closed form, term by term; the terms' integrals are seen to converge."""

    @property
    def words(self) -> str:
        return "exact integrals of the terms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        def apart(integral: Any) -> sympy.Expr:
            terms = sympy.Add.make_args(integral.function)
            return sympy.Add(*(integral.func(term, *integral.limits) for term in terms))

        integrals = sympy.sympify(before).atoms(sympy.Integral)
        if any(e.function.has(sympy.Integral) for e in integrals):
            return undecided("the rule takes single integrals")
        split = sympy.sympify(before).xreplace({e: apart(e) for e in integrals})
        return ExactIntegral().check(split, after, domain)


@dataclass(frozen=True, eq=False)
class PowerOfProbability(Rule):
    """1 - F <= 1 - F^k <= k (1 - F) for a distribution function F and k >= 1 (Bernoulli).

    Parameters
    ----------
    sense : {"<=", ">="}
        Whether the step goes from the middle to the larger or to the smaller end.
    """

    sense: str

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "Bernoulli's inequality" if self.sense == "<=" else "a power of a probability"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        powers = [e for e in sympy.sympify(before).atoms(sympy.Pow) if e.base.func in _CDF]
        if self.sense not in ("<=", ">=") or len(powers) != 1:
            return undecided("the rule takes 1 - F^k, with a distribution function F")
        ((probability, times),) = (power.as_base_exp() for power in powers)
        if not all(argument.is_extended_real for argument in probability.args):
            return undecided(f"{probability} is not seen to be a probability")
        degrees = (decide_positive(argument, domain) for argument in probability.args[1:])
        factor, rest = sympy.sympify(before).as_independent(powers[0], as_Add=False)
        end = 1 - probability if self.sense == ">=" else times * (1 - probability)
        return worst(
            *degrees,
            decide_nonnegative(factor, domain),
            decide_nonnegative(times - 1, domain),
            decide_equal(rest, 1 - powers[0], domain),
            decide_equal(after, factor * end, domain),
        )


_CDF = (NormalCDF, StudentCDF)
