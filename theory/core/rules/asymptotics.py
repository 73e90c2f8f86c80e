"""Expansions for a large parameter, and sums replaced by integrals with a proved remainder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.continuity import limit_at
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.exact import evaluate_integrals
from theory.core.expansion import (
    Logarithm,
    NoExpansion,
    Series,
    expand_at_infinity,
    leading_term,
    logarithm,
    require_above,
)
from theory.core.probing import departing_ratio
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.rules.along_line import no_jump
from theory.core.rules.inequalities import Through, nonnegative_below_one
from theory.core.rules.slow_growth import compare_slowly
from theory.core.signs import surely_positive

__all__ = [
    "EVERY_POWER",
    "Expansion",
    "UnimodalSumToIntegral",
    "converges",
    "growth_exponent",
    "is_negligible",
    "large_parameter_expansion",
]


EVERY_POWER = sympy.Dummy("k", integer=True, positive=True, dummy_index=777_000_000_001)
"""In a remainder such as ``T**-k``: the bound holds, with some constant, for every k.

A dummy, so that no parameter called k is taken for it.
"""


def large_parameter_expansion(
    expression: Any, n: sympy.Symbol, terms: int = 2, domain: Domain | None = None
) -> dict[sympy.Expr, sympy.Expr]:
    """Coefficients of the powers of ``n`` in the expansion for large ``n``.

    Parameters
    ----------
    expression : sympy.Expr
        Sums and products of powers, exponentials, factorials, binomials, Gamma and Beta functions.
    n : symbol
    terms : int
        How many powers below the leading one are kept of each summand.
    domain : Domain, optional
        What is known of the other symbols.

    Returns
    -------
    dict from exponent to coefficient; only what lies above all errors of the expansion.
    """
    domain = Domain() if domain is None else domain
    series = expand_at_infinity(expression, n, terms, domain)
    known = {}
    for exponent, coefficient in series.terms.items():
        try:
            require_above(exponent, series.errors, domain)
        except NoExpansion:
            continue
        known[exponent] = coefficient
    return known


def is_negligible(
    remainder: Any, main: Any, n: sympy.Symbol, order: Any, domain: Domain
) -> Finding:
    """Whether remainder / main is o(n^-order), for an infinite order: smaller than every power.

    A remainder with a free symbol ``EVERY_POWER`` is one that holds for every k; then it is enough
    that some k makes it negligible.
    """
    remainder, main = sympy.sympify(remainder), sympy.sympify(main)
    reasons = []
    for part in sympy.Add.make_args(remainder):
        try:
            reasons.append(_why_negligible(part, main, n, order, domain))
        except NoExpansion as reason:
            return undecided(str(reason))
    return proved("; ".join(reasons))


def _why_negligible(
    remainder: sympy.Expr, main: sympy.Expr, n: sympy.Symbol, order: Any, domain: Domain
) -> str:
    below = logarithm(remainder, n, 2, domain)
    above = logarithm(main, n, 2, domain)
    if not (surely_positive(above.factor, domain) or surely_positive(-above.factor, domain)):
        raise NoExpansion(f"{main} is not seen to be different from 0")
    minus = Logarithm(slow=above.slow.shifted(0, -1), rest=above.rest.shifted(0, -1))
    ratio = below + minus
    if _decays_exponentially(ratio, domain):
        return "the remainder is smaller than every power"
    power = ratio.power(domain)
    if power.has(EVERY_POWER):
        slope = sympy.diff(power, EVERY_POWER)
        if not slope.has(EVERY_POWER) and surely_positive(-slope, domain):
            return "the remainder is smaller than every power"
        raise NoExpansion("the remainder is not seen to be negligible")
    if order is not sympy.oo and surely_positive(-(power + order), domain):
        return f"the remainder is relatively O({n}^({sympy.simplify(power)}))"
    raise NoExpansion(f"the remainder is not seen to be negligible: relative power {power}")


def _decays_exponentially(ratio: Logarithm, domain: Domain) -> bool:
    """True when the logarithm goes to minus infinity faster than log n."""
    if ratio.slow.terms and _decays_like_a_factorial(ratio, domain):
        return True
    growing = {e: c for e, c in ratio.rest.terms.items() if surely_positive(e, domain)}
    if not growing:
        return False
    try:
        top, coefficient = leading_term(Series(growing, ratio.rest.errors), domain)
    except NoExpansion:
        return False
    if any(not surely_positive(top - e, domain) for e in (*ratio.slow.terms, *ratio.slow.errors)):
        return False
    return surely_positive(-coefficient, domain)


def _decays_like_a_factorial(ratio: Logarithm, domain: Domain) -> bool:
    """True when c n^e log n with c < 0 < e leads the logarithm."""
    slow, rest = ratio.slow, ratio.rest
    try:
        top, coefficient = leading_term(slow, domain)
    except NoExpansion:
        return False
    if not surely_positive(top, domain) or not surely_positive(-coefficient, domain):
        return False
    return all(top == e or surely_positive(top - e, domain) for e in rest.terms) and all(
        surely_positive(top - e, domain) for e in rest.errors
    )


def growth_exponent(expression: Any, n: sympy.Symbol, form: str, domain: Domain) -> sympy.Expr:
    """The rate of an expression as ``n`` grows, in one of the forms of `Rate`.

    Raises
    ------
    NoExpansion
        The rate is not seen.
    """
    expression = sympy.sympify(expression)
    if form == "logarithmic":
        rate = _as_multiple_of_log(expression, n, domain)
        if rate is None:
            raise NoExpansion(f"{expression} is not seen to grow like log {n}")
        return rate
    slowly = [f for f in sympy.Mul.make_args(expression) if _is_log_power(f, n)]
    found = logarithm(expression / sympy.Mul(*slowly), n, 2, domain)
    if not surely_positive(found.factor, domain):  # no power of n is negative
        raise NoExpansion(f"{expression} is not seen to be positive")
    if form == "power":
        return found.power(domain)
    if any(not surely_positive(1 - e, domain) for e in (*found.slow.terms, *found.slow.errors)):
        raise NoExpansion("faster than exponential growth")
    for exponent in (*found.rest.terms, *found.rest.errors):
        if exponent != 1 and not surely_positive(1 - exponent, domain):
            raise NoExpansion("faster than exponential growth")
    if sympy.S.One in found.rest.errors:
        raise NoExpansion("the rate is lost among the errors")
    return found.rest.terms.get(sympy.S.One, sympy.S.Zero)


def _is_log_power(factor: sympy.Expr, n: sympy.Symbol) -> bool:
    base, exponent = factor.as_base_exp()
    return isinstance(base, sympy.log) and base.args[0] == n and not exponent.has(n)


def _as_multiple_of_log(
    expression: sympy.Expr, n: sympy.Symbol, domain: Domain
) -> sympy.Expr | None:
    """The factor of log n, when the rest is bounded."""
    expanded = sympy.expand(expression)
    rate = expanded.coeff(sympy.log(n))
    rest = sympy.expand(expanded - rate * sympy.log(n))
    if rate.has(n) or rest.has(sympy.log(n)):
        return None
    if not rest.has(n):
        return rate
    series = expand_at_infinity(rest, n, 2, domain)
    exponents = (*series.terms, *series.errors)
    bounded = all(e == 0 or surely_positive(-e, domain) for e in exponents)
    return rate if bounded else None


@dataclass(frozen=True, eq=False)
class Expansion(Rule):
    """The ratio of the expressions tends to 1 for a large parameter.

    Both sides are expanded with Stirling's series, the binomial series and those of logarithms and
    harmonic numbers, and the leading powers and coefficients are compared; ``order`` further
    coefficients can be compared as well. Where both grow exponentially, their ratio is expanded.

    Parameters
    ----------
    variable : Parameter or Symbol
        What grows to infinity.
    order : int
        How many further coefficients must agree.
    """

    variable: Any
    order: int = 0

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"expansion as ${sympy.latex(sympy.sympify(self.variable))} \\to \\infty$"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        n = sympy.sympify(self.variable)
        before = sympy.sympify(before)
        around = domain.within(n, 1, sympy.oo, discrete=bool(n.is_integer))
        finding = self._in_powers(before, after, n, around)
        if finding is None:
            try:
                compared = compare_slowly(before, after, n, 2 + self.order, around)
            except NoExpansion as reason:
                return undecided(str(reason))
            if compared.order < self.order:
                return undecided(f"the gap is only seen to be of order {n}^(-{compared.order})")
            finding = proved(compared.reason)
        if finding.status is Status.PROVED:
            one, two = _without_binomials(before), _without_binomials(after)
            numbers = departing_ratio(one, two, n, sympy.oo, domain)
            if numbers is not None:
                return undecided(f"{finding.reason}; but numbers speak against it: {numbers}")
        return finding

    def _in_powers(
        self, before: sympy.Expr, after: sympy.Expr, n: sympy.Symbol, around: Domain
    ) -> Finding | None:
        """By the powers of n on both sides; None where one of them has no such expansion."""
        try:
            left = expand_at_infinity(before, n, 2 + self.order, around)
            right = expand_at_infinity(after, n, 2 + self.order, around)
            power, coefficient = leading_term(left, around)
            expected, value = leading_term(right, around)
            for series, lead in ((left, power), (right, expected)):
                require_above(lead - self.order, series.errors, around)
        except NoExpansion:
            return None
        same_power = decide_equal(power, expected, around)
        if same_power.status is not Status.PROVED:
            grows = f"the expression grows like {n}^({power}), against {n}^({expected})"
            return Finding(same_power.status, grows, same_power.numbers)
        findings = [decide_equal(coefficient, value, around)]
        if self.order:
            findings += _further(left, power, right, expected, self.order, around)
        return worst(*findings)

    def gap_order(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Any:
        n = sympy.sympify(self.variable)
        around = domain.within(n, 1, sympy.oo, discrete=bool(n.is_integer))
        try:
            left = expand_at_infinity(before, n, 2 + self.order, around)
            right = expand_at_infinity(after, n, 2 + self.order, around)
            power, _ = leading_term(right, around)
        except NoExpansion:
            return self._slow_gap_order(before, after, n, around)
        gap = left + right.shifted(0, -1)
        drops = [sympy.simplify(power - e) for e, c in gap.terms.items() if sympy.simplify(c) != 0]
        drops += [sympy.simplify(power - e) for e in gap.errors]
        if not all(drop.is_number and drop > 0 for drop in drops):
            return sympy.S.Zero
        return min(drops, default=sympy.oo)

    def _slow_gap_order(
        self, before: sympy.Expr, after: sympy.Expr, n: sympy.Symbol, around: Domain
    ) -> Any:
        try:
            return compare_slowly(before, after, n, 2 + self.order, around).order
        except NoExpansion:
            return sympy.S.Zero


def _without_binomials(expression: sympy.Expr) -> sympy.Expr:
    """Binomials by gamma functions: far out they have too many digits to be written down."""
    return expression.replace(
        lambda e: isinstance(e, sympy.binomial), lambda e: e.rewrite(sympy.gamma)
    )


def _further(
    left: Series, power: Any, right: Series, expected: Any, order: int, domain: Domain
) -> list[Finding]:
    """The coefficients of the ``order`` powers below the leading one."""
    kept = []
    for series, lead in ((left, power), (right, expected)):
        below = {sympy.simplify(lead - e): c for e, c in series.terms.items() if e != lead}
        if not all(drop.is_number for drop in below):
            return [undecided("the powers below the leading one depend on parameters")]
        kept.append({drop: c for drop, c in below.items() if drop <= order})
    return [
        decide_equal(kept[0].get(drop, 0), kept[1].get(drop, 0), domain)
        for drop in sorted(kept[0].keys() | kept[1].keys())
    ]


@dataclass(frozen=True, eq=False)
class UnimodalSumToIntegral(Rule):
    r"""A sum over 1, 2, ... against the integral of the same function from an end in [0, 1].

    If g >= 0 rises up to one point and falls after it, then

        | sum_{x >= 1} g(x) - int_a^oo g(x) dx | <= max g        for every 0 <= a <= 1.

    On each unit interval left of the one that holds the mode g is between its end values, likewise
    to the right; the interval with the mode (or the piece from a to 1) costs at most max g in
    either direction. That holds wherever the mode lies, also below 1. The rule asks for g in the
    form ``shape`` of a strictly decreasing ``inner`` function.

    Parameters
    ----------
    through : Through
        g = shape(inner(x)) with ``inner`` decreasing; its value at the lower end of the integral
        is 1.
    mode : expression
        The level in [0, 1] at which ``shape`` turns from rising to falling.
    maximum : expression
        The value of ``shape`` there: the remainder.
    """

    through: Through
    mode: Any
    maximum: Any

    @property
    def relation(self) -> str:
        return "+-"

    @property
    def words(self) -> str:
        return "sum of a unimodal function against its integral"

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return sympy.sympify(self.maximum)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        x, level = self.through.symbols
        if not isinstance(before, sympy.Sum) or not isinstance(after, sympy.Integral):
            return undecided("the rule takes a sum to an integral")
        if before.limits != (sympy.Tuple(x, 1, sympy.oo),) or len(after.limits) != 1:
            return undecided(f"the sum must run over {x} = 1, 2, ..., and the integral is single")
        ((real_x, lower, upper),) = after.limits
        if upper is not sympy.oo or real_x in before.free_symbols or lower.has(real_x):
            return undecided("the integral must run to infinity over a variable of its own")
        mode, maximum = sympy.sympify(self.mode), sympy.sympify(self.maximum)
        if (mode + maximum).free_symbols & {x, level, real_x}:
            return undecided("the mode and the maximum are fixed numbers")
        shape = self.through.shape(before.function)
        inner = sympy.sympify(self.through.inner)
        positive_x = sympy.Dummy("x", positive=True)
        slope = sympy.diff(shape, level) / (mode - level)
        return worst(
            *self.through.findings(domain, function=before.function),
            decide_positive(-sympy.diff(inner.subs(x, positive_x), positive_x), domain),
            decide_nonnegative(lower, domain),
            decide_equal(after.function, shape.subs(level, inner.subs(x, real_x)), domain),
            decide_equal(inner.subs(x, lower), 1, domain),
            nonnegative_below_one(shape, level, domain),
            nonnegative_below_one(slope, level, domain),
            decide_nonnegative(mode, domain),
            decide_nonnegative(1 - mode, domain),
            decide_equal(shape.subs(level, mode), maximum, domain),
            no_jump(inner.subs(x, positive_x), positive_x, domain),
            converges(after, shape, level, inner.subs(x, real_x), domain),
        )


def converges(
    integral: sympy.Integral, shape: sympy.Expr, level: sympy.Symbol, inner: Any, domain: Domain
) -> Finding:
    """That an integral is finite: without that there is nothing to be near to.

    It is where the shape is of the order of the level near 0 and the level falls faster than 1 / x,
    or where its value is known.
    """
    variable = integral.limits[0][0]
    _, rest = sympy.sympify(inner).as_independent(variable, as_Add=False)
    base, power = rest.as_base_exp()
    if base == variable and not power.has(variable) and surely_positive(-power - 1, domain):
        order = limit_at(shape / level, level, sympy.S.Zero, "+", domain)
        if order is not None and not order.has(*_INFINITE):
            return proved("the integral is finite")
    value, _ = evaluate_integrals(integral, domain)
    if value is not None and not value.has(*_INFINITE):
        return proved("the integral is finite")
    return undecided("the integral may be infinite")


_INFINITE = (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan)
