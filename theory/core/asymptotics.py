"""Expansions for a large parameter, and sums replaced by integrals with a proved remainder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.inequalities import Through, nonnegative_below_one
from theory.core.rules import Rule, proved, refuted, undecided, worst

__all__ = [
    "EVERY_POWER",
    "Expansion",
    "UnimodalSumToIntegral",
    "is_negligible",
    "large_parameter_expansion",
]


EVERY_POWER = sympy.Symbol("k", integer=True, positive=True)
"""In a remainder such as ``T**-k``: the bound holds, with some constant, for every k."""


class _NoExpansion(Exception):
    pass


def _log_expansion(term: sympy.Expr, n: sympy.Symbol, terms: int) -> sympy.Expr:
    """log(term) as a n log n + b log n + c n + d + sum of powers of 1/n, up to n^-terms.

    ``log n`` is the symbol ``L`` in the result, so that coefficients can be read off.
    """
    log_n = sympy.Symbol("L", real=True)
    if not term.has(n):
        return sympy.log(term)
    if term == n:
        return log_n
    if isinstance(term, sympy.Mul):
        return sum((_log_expansion(factor, n, terms) for factor in term.args), sympy.S.Zero)
    if isinstance(term, sympy.exp):
        return term.args[0]
    if isinstance(term, sympy.Pow):
        inner = _log_expansion(term.base, n, terms + (1 if term.exp.has(n) else 0))
        return sympy.expand(term.exp * inner)
    if isinstance(term, sympy.beta):
        x, y = term.args
        return _log_expansion(sympy.gamma(x) * sympy.gamma(y) / sympy.gamma(x + y), n, terms)
    if isinstance(term, sympy.factorial):
        return _log_expansion(sympy.gamma(term.args[0] + 1), n, terms)
    if isinstance(term, sympy.gamma):
        return _log_gamma(term.args[0] - n, n, log_n, terms)
    if isinstance(term, sympy.Add):
        return _log_sum(term, n, log_n, terms)
    raise _NoExpansion(f"no expansion of {term.func.__name__} for large {n}")


def _log_gamma(shift: sympy.Expr, n: sympy.Symbol, log_n: sympy.Symbol, terms: int) -> sympy.Expr:
    """Stirling's series for log Gamma(n + shift): DLMF 5.11.8."""
    shift = sympy.expand(shift)
    if shift.has(n):
        raise _NoExpansion(f"Gamma({n + shift}) is not a shift of Gamma({n})")
    half = sympy.Rational(1, 2)
    total = (n + shift - half) * log_n - n + sympy.log(2 * sympy.pi) / 2
    for k in range(2, terms + 2):
        bernoulli = sympy.bernoulli(k, shift)
        total += (-1) ** k * bernoulli / (k * (k - 1) * n ** (k - 1))
    return sympy.expand(total)


def _log_sum(term: sympy.Add, n: sympy.Symbol, log_n: sympy.Symbol, terms: int) -> sympy.Expr:
    """Log of a sum of powers of n: the largest is factored out, the rest is a log series."""
    parts = large_parameter_expansion(term, n, terms, log_sum=False)
    exponent, leading = _leading(parts)
    small = sum(
        (c / leading * n ** sympy.expand(e - exponent) for e, c in parts.items() if e != exponent),
        sympy.S.Zero,
    )
    series = sum(((-1) ** (j + 1) * small**j / j for j in range(1, terms + 1)), sympy.S.Zero)
    return sympy.log(leading) + exponent * log_n + sympy.expand(series)


def _leading(
    parts: dict[sympy.Expr, sympy.Expr], domain: Domain | None = None
) -> tuple[sympy.Expr, sympy.Expr]:
    """The largest power whose coefficient does not vanish, with that coefficient."""
    if domain is not None:
        parts = {power: c for power, c in parts.items() if not _is_zero(power, c, domain)}
    best: sympy.Expr | None = None
    for exponent in parts:
        if best is None or (exponent - best).is_positive:
            best = exponent
        elif (exponent - best).is_positive is None:
            raise _NoExpansion(f"the powers {exponent} and {best} are not ordered")
    if best is None:
        raise _NoExpansion("nothing is left of the expansion")
    return best, parts[best]


def _is_zero(power: sympy.Expr, coefficient: sympy.Expr, domain: Domain) -> bool:
    status = decide_equal(coefficient, 0, domain).status
    if status is Status.UNDECIDED:
        raise _NoExpansion(f"whether the coefficient of power {power} vanishes is not decided")
    return status is Status.PROVED


def large_parameter_expansion(
    expression: Any, n: sympy.Symbol, terms: int = 2, log_sum: bool = True
) -> dict[sympy.Expr, sympy.Expr]:
    """Coefficients of the powers of ``n`` in the expansion for large ``n``.

    Parameters
    ----------
    expression : sympy.Expr
        Sums and products of powers, exponentials, factorials, Gamma and Beta functions.
    n : symbol
    terms : int
        How many powers below the leading one are kept of each summand.

    Returns
    -------
    dict from exponent to coefficient.
    """
    log_n = sympy.Symbol("L", real=True)
    total: dict[sympy.Expr, sympy.Expr] = {}
    for summand in sympy.Add.make_args(sympy.expand(expression, func=False)):
        if not log_sum and isinstance(summand, sympy.Add):
            raise _NoExpansion("nested sums")
        logarithm = sympy.expand(_log_expansion(summand, n, terms + 1))
        exponent = sympy.simplify(logarithm.coeff(log_n, 1).coeff(n, 0))
        runaway = [logarithm.coeff(log_n, 1).coeff(n, 1), logarithm.coeff(log_n, 0).coeff(n, 1)]
        if any(sympy.simplify(part) != 0 for part in runaway):
            raise _NoExpansion(f"{summand} is not of power growth in {n}")
        constant = logarithm.coeff(log_n, 0).coeff(n, 0)
        small = sum(
            (sympy.factor(logarithm.coeff(n, -j)) * n**-j for j in range(1, terms + 1)),
            sympy.S.Zero,
        )
        series = sympy.expand(
            sum((small**j / sympy.factorial(j) for j in range(terms + 1)), sympy.S.Zero)
        )
        for j in range(terms + 1):
            power = sympy.expand(exponent - j)
            coefficient = _exp_of_logs(constant) * sympy.factor(series.coeff(n, -j))
            total[power] = sympy.simplify(total.get(power, sympy.S.Zero) + coefficient)
    return {power: c for power, c in total.items() if c != 0}


def _exp_of_logs(exponent: sympy.Expr) -> sympy.Expr:
    """exp(c log a + d) as a^c e^d, so that constants stay readable."""
    product = sympy.S.One
    for addend in sympy.Add.make_args(sympy.expand(exponent)):
        logs = [f for f in sympy.Mul.make_args(addend) if isinstance(f, sympy.log)]
        if len(logs) == 1:
            product *= logs[0].args[0] ** (addend / logs[0])
        else:
            product *= sympy.exp(addend)
    return product


def is_negligible(
    remainder: Any, main: Any, n: sympy.Symbol, order: Any, domain: Domain
) -> Finding:
    """Whether remainder / main is o(n^-order).

    A remainder with a free symbol ``k`` is one that holds for every k; then it is enough that
    some k makes it negligible.
    """
    try:
        logarithm = sympy.expand(
            _log_expansion(sympy.sympify(remainder), n, 2) - _log_expansion(main, n, 2)
        )
    except _NoExpansion as reason:
        return undecided(str(reason))
    log_n = sympy.Symbol("L", real=True)
    exponent = sympy.simplify(logarithm.coeff(log_n, 1).coeff(n, 0)) + order
    if exponent.has(EVERY_POWER):
        if sympy.limit(exponent.subs(domain.positive_form()), EVERY_POWER, sympy.oo) is -sympy.oo:
            return proved("the remainder is smaller than every power")
        return undecided("the remainder is not seen to be negligible")
    sign = sympy.factor(sympy.simplify(exponent.subs(domain.positive_form())))
    if sign.is_negative:
        return proved(f"the remainder is relatively O({n}^({sympy.simplify(exponent - order)}))")
    if sign.is_nonnegative:
        return refuted(f"the remainder is not negligible: relative power {exponent - order}")
    return undecided(f"the sign of {exponent} is not decided")


@dataclass(frozen=True, eq=False)
class Expansion(Rule):
    """The ratio of the expressions tends to 1 for a large parameter.

    Both sides are expanded with Stirling's series and the binomial series, and the leading powers
    and coefficients are compared; ``order`` further coefficients can be compared as well.
    """

    variable: Any
    order: int = 0

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"expansion as ${sympy.latex(sympy.sympify(self.variable))} \\to \\infty$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        n = sympy.sympify(self.variable)
        try:
            left = large_parameter_expansion(before, n, 2 + self.order)
            right = large_parameter_expansion(after, n, 2 + self.order)
            (power, coefficient), (expected, value) = (
                _leading(left, domain),
                _leading(right, domain),
            )
        except _NoExpansion as reason:
            return undecided(str(reason))
        same_power = decide_equal(power, expected, domain)
        if same_power.status is not Status.PROVED:
            grows = f"the expression grows like {n}^({power}), against {n}^({expected})"
            return Finding(same_power.status, grows, same_power.numbers)
        findings = [decide_equal(coefficient, value, domain)]
        for j in range(1, self.order + 1):
            lower = sympy.expand(power - j)
            findings.append(decide_equal(left.get(lower, 0), right.get(lower, 0), domain))
        return worst(*findings)


@dataclass(frozen=True, eq=False)
class UnimodalSumToIntegral(Rule):
    r"""A sum over 1, 2, ... against the integral of the same function from an end in (0, 1].

    If g >= 0 rises up to one point and falls after it, then

        | sum_{x >= 1} g(x) - int_a^oo g(x) dx | <= max g        for every 0 < a <= 1.

    On each unit interval left of the one that holds the mode g is between its end values, likewise
    to the right; the interval with the mode (or the piece from a to 1) costs at most max g in
    either direction. That holds wherever the mode lies, also below 1. The rule asks for g in the
    form ``shape`` of a decreasing ``inner`` function.

    Parameters
    ----------
    through : Through
        g = shape(inner(x)) with ``inner`` decreasing; its value at the lower end of the integral
        is 1.
    mode : expression
        The level at which ``shape`` turns from rising to falling.
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
        if before.limits[0] != sympy.Tuple(x, 1, sympy.oo):
            return refuted(f"the sum must run over {x} = 1, 2, ...")
        real_x, lower, upper = after.limits[0]
        if upper is not sympy.oo:
            return refuted("the integral must run to infinity")
        shape = self.through.shape(before.function)
        inner = sympy.sympify(self.through.inner)
        slope = sympy.diff(shape, level) / (sympy.sympify(self.mode) - level)
        return worst(
            *self.through.findings(domain),
            decide_equal(after.function, shape.subs(level, inner.subs(x, real_x)), domain),
            decide_equal(inner.subs(x, lower), 1, domain),
            nonnegative_below_one(shape, level, domain),
            nonnegative_below_one(slope, level, domain),
            decide_equal(shape.subs(level, self.mode), self.maximum, domain),
        )
