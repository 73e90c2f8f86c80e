"""Expansions for a large parameter in which logarithms occur, and functions of its multiples.

`theory.core.expansion` knows powers of n. Here log n is a further symbol that grows more slowly
than every power: coefficients are sums of powers of it. Gamma functions of 2 n, 3 n, ... become
products of those of n first, by Gauss' multiplication formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Status, decide_equal
from theory.core.domain import Domain
from theory.core.expansion import NoExpansion, Series, logarithm, of_power_growth, require_above
from theory.core.signs import surely_positive

__all__ = [
    "Comparison",
    "addends",
    "compare_slowly",
    "expand_slowly",
    "in_single_steps",
    "linear",
    "needs_logarithms",
]

_MOST_FACTORS = 12
_SLOW = (sympy.log, sympy.harmonic, sympy.digamma)


def needs_logarithms(expression: sympy.Expr, n: sympy.Symbol) -> bool:
    """Whether a logarithm or a harmonic number of the variable occurs."""
    return any(part.has(n) for part in expression.atoms(*_SLOW))


def in_single_steps(expression: sympy.Expr, n: sympy.Symbol) -> sympy.Expr:
    """Gamma functions of m n + c, m = 2, 3, ..., as products of those of n + (c + k) / m."""

    def spread(argument: sympy.Expr) -> sympy.Expr | None:
        multiple, shift = linear(argument, n)
        if multiple is None or not multiple.is_Integer or not 2 <= multiple <= _MOST_FACTORS:
            return None
        factors = [sympy.gamma(n + (shift + k) / multiple) for k in range(int(multiple))]
        turns = (2 * sympy.pi) ** ((1 - multiple) / 2)
        return turns * multiple ** (argument - sympy.Rational(1, 2)) * sympy.Mul(*factors)

    def written(e: Any) -> sympy.Expr:
        if isinstance(e, sympy.binomial):
            a, b = e.args
            top, *under = (written(sympy.factorial(part)) for part in (a, b, a - b))
            return top / sympy.Mul(*under)
        if not isinstance(e, (sympy.gamma, sympy.factorial)):
            return e  # the factorial of a number is one
        return spread(sympy.expand(e.args[0] + int(isinstance(e, sympy.factorial)))) or e

    def is_multiple(e: Any) -> bool:
        if isinstance(e, sympy.binomial):
            parts = (*e.args, e.args[0] - e.args[1])
        elif isinstance(e, (sympy.gamma, sympy.factorial)):
            parts = e.args
        else:
            return False
        return any(linear(part, n)[0] not in (None, 0, 1) for part in parts)

    return sympy.sympify(expression).replace(is_multiple, written)


def linear(argument: sympy.Expr, n: sympy.Symbol) -> tuple[sympy.Expr | None, sympy.Expr]:
    """The a and c of a n + c, both without n; None where the argument is no such thing."""
    argument = sympy.expand(argument)
    multiple = argument.coeff(n)
    shift = sympy.expand(argument - multiple * n)
    return (None, argument) if multiple.has(n) or shift.has(n) else (multiple, shift)


def expand_slowly(
    expression: Any, n: sympy.Symbol, slow: sympy.Symbol, depth: int, domain: Domain
) -> Series:
    """The expansion for large ``n`` with ``slow`` written for log n in the coefficients.

    An error of power e is O(n^(e + any small amount)), so that it takes in powers of log n.

    Raises
    ------
    NoExpansion
        A function has no expansion here.
    """
    total = Series()
    for term in addends(sympy.sympify(expression)):
        total = total + _term(term, n, slow, depth, domain)
    return total


def addends(expression: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """The terms of an expression; factors that are divided by stay whole."""
    whole = [f for f in sympy.Mul.make_args(expression) if f.as_base_exp()[1].is_negative]
    spread = sympy.expand(expression / sympy.Mul(*whole), func=False, power_exp=False)
    return tuple(term * sympy.Mul(*whole) for term in sympy.Add.make_args(spread))


def _term(e: sympy.Expr, n: sympy.Symbol, slow: sympy.Symbol, depth: int, domain: Domain) -> Series:
    factors = sympy.Mul.make_args(e)
    logs = [factor for factor in factors if needs_logarithms(factor, n)]
    rest = sympy.Mul(*(factor for factor in factors if factor not in logs))
    product = of_power_growth(logarithm(rest, n, depth + 1, domain), depth, domain)
    for factor in logs:
        product = product.times(_factor(factor, n, slow, depth, domain))
    return product


def _factor(
    e: sympy.Expr, n: sympy.Symbol, slow: sympy.Symbol, depth: int, domain: Domain
) -> Series:
    base, power = e.as_base_exp()
    if base == sympy.log(n) and not power.has(n):
        return Series({sympy.S.Zero: slow**power})
    if isinstance(e, sympy.log):
        return _of_log(e.args[0], n, slow, depth, domain)
    if isinstance(e, sympy.harmonic):
        return _harmonic(e, n, slow, depth, domain)
    if isinstance(e, sympy.digamma):
        return _digamma(e.args[0], n, slow, depth, domain)
    if isinstance(e, sympy.Add):
        return expand_slowly(e, n, slow, depth, domain)
    if isinstance(e, sympy.Pow) and power.is_Integer and power > 0:
        inside = _factor(base, n, slow, depth, domain)
        product = inside
        for _ in range(int(power) - 1):
            product = product.times(inside)
        return product
    raise NoExpansion(f"no expansion of {e} for large {n}")


def _of_log(
    inside: sympy.Expr, n: sympy.Symbol, slow: sympy.Symbol, depth: int, domain: Domain
) -> Series:
    if needs_logarithms(inside, n):
        raise NoExpansion(f"no expansion of the logarithm of {inside} for large {n}")
    found = logarithm(in_single_steps(inside, n), n, depth, domain)
    if not surely_positive(found.factor, domain):
        raise NoExpansion(f"{inside} is not seen to be positive for large {n}")
    constant = Series({sympy.S.Zero: sympy.log(found.factor)})
    return found.slow.shifted(0, slow) + found.rest + constant


def _digamma(
    argument: sympy.Expr, n: sympy.Symbol, slow: sympy.Symbol, depth: int, domain: Domain
) -> Series:
    """psi(a n + c) = log(a n) - sum of (-1)^k B_k(c) / (k (a n)^k): DLMF 5.11.8, differentiated."""
    multiple, shift = linear(argument, n)
    if multiple is None or not surely_positive(multiple, domain):
        raise NoExpansion(f"{argument} is no growing multiple of {n}")
    terms = {sympy.S.Zero: slow + sympy.log(multiple)}
    for k in range(1, depth + 1):
        coefficient = -((-1) ** k) * sympy.bernoulli(k, shift) / (k * multiple**k)
        terms[sympy.Integer(-k)] = sympy.expand(coefficient)
    return Series(terms, frozenset({sympy.Integer(-depth - 1)}))


def _harmonic(
    e: sympy.harmonic, n: sympy.Symbol, slow: sympy.Symbol, depth: int, domain: Domain
) -> Series:
    """H_m = psi(m + 1) + gamma; H_{n,s} by the Euler-Maclaurin formula for a number s, not 1."""
    count, *order = e.args
    if not order or order[0] == 1:
        constant = Series({sympy.S.Zero: sympy.EulerGamma})
        return _digamma(count + 1, n, slow, depth, domain) + constant
    (s,) = order
    if count != n or not s.is_Rational:
        raise NoExpansion(f"no expansion of {e} for large {n}")
    terms = {sympy.S.Zero: sympy.zeta(s)}
    half = sympy.Rational(1, 2)
    for power, value in ((1 - s, 1 / (1 - s)), (-s, half)):
        terms[power] = terms.get(power, sympy.S.Zero) + value
    pairs = depth + 2 + max(0, int(sympy.ceiling(-s)))
    for j in range(1, pairs + 1):
        value = -sympy.bernoulli(2 * j) / sympy.factorial(2 * j) * sympy.rf(s, 2 * j - 1)
        power = -s - 2 * j + 1
        terms[power] = terms.get(power, sympy.S.Zero) + value
    kept = {power: value for power, value in terms.items() if value != 0}
    return Series(kept, frozenset({-s - 2 * pairs - 1}))


@dataclass(frozen=True)
class Comparison:
    """That a ratio tends to 1, and an order k for which its gap is O(n^-k)."""

    reason: str
    order: sympy.Expr


def compare_slowly(
    before: sympy.Expr, after: sympy.Expr, n: sympy.Symbol, depth: int, domain: Domain
) -> Comparison:
    """Why the ratio of two expressions tends to 1, by their leading terms or by its own.

    Raises
    ------
    NoExpansion
        It is not seen to.
    """
    slow = sympy.Dummy("slow", positive=True)
    one, two = in_single_steps(before, n), in_single_steps(after, n)
    try:
        left = expand_slowly(one, n, slow, depth, domain)
        right = expand_slowly(two, n, slow, depth, domain)
    except NoExpansion:
        if needs_logarithms(two, n):
            raise
        # both may grow exponentially; a factor that may be 0 is none to divide by
        factor = logarithm(two, n, depth, domain).factor
        if not (surely_positive(factor, domain) or surely_positive(-factor, domain)):
            raise NoExpansion(f"{after} may vanish") from None
        left = expand_slowly(one / two, n, slow, depth, domain)
        right = Series({sympy.S.Zero: sympy.S.One})
    ours, theirs = _lead(left, slow, domain), _lead(right, slow, domain)
    for name, mine, other in zip(("power", "power of log"), ours, theirs, strict=False):
        if sympy.simplify(mine - other) != 0:
            raise NoExpansion(f"the {name} {n} is {mine}, against {other}")
    if decide_equal(ours[2], theirs[2], domain).status is not Status.PROVED:
        raise NoExpansion(f"the leading coefficient is {ours[2]}, against {theirs[2]}")
    order = _order_of_gap(left + right.shifted(0, -1), theirs, slow)
    main = theirs[2] * n ** theirs[0] * sympy.log(n) ** theirs[1]
    reason = "the ratio tends to 1" if main == 1 else f"both grow like {main}"
    return Comparison(reason, order)


_Lead = tuple[sympy.Expr, sympy.Expr, sympy.Expr]
"""The e, q and c of c n^e (log n)^q."""


def _lead(series: Series, slow: sympy.Symbol, domain: Domain) -> _Lead:
    """What outweighs the rest, with a coefficient that vanishes nowhere on the domain."""
    terms = {e: c for e, c in series.terms.items() if sympy.simplify(c) != 0}
    if not terms:
        raise NoExpansion("nothing is left of the expansion")
    best, *others = terms
    for exponent in others:
        if surely_positive(exponent - best, domain):
            best = exponent
        elif not surely_positive(best - exponent, domain):
            raise NoExpansion(f"the powers {exponent} and {best} are not ordered")
    require_above(best, series.errors, domain)
    by_logs = _by_logs(terms[best], slow)
    top = max(by_logs)
    coefficient = by_logs[top]
    if not (surely_positive(coefficient, domain) or surely_positive(-coefficient, domain)):
        raise NoExpansion(f"the coefficient {coefficient} may vanish")
    return best, top, coefficient


def _by_logs(coefficient: sympy.Expr, slow: sympy.Symbol) -> dict[sympy.Expr, sympy.Expr]:
    """A coefficient by the powers of log n, which must be numbers."""
    found: dict[sympy.Expr, sympy.Expr] = {}
    for addend in sympy.Add.make_args(sympy.expand(coefficient)):
        constant, rest = addend.as_independent(slow, as_Add=False)
        base, power = (slow, sympy.S.Zero) if rest == 1 else rest.as_base_exp()
        if base != slow or not power.is_Rational:
            raise NoExpansion(f"{rest} is no power of a logarithm")
        found[power] = found.get(power, sympy.S.Zero) + constant
    simplified = {power: sympy.simplify(value) for power, value in found.items()}
    kept = {power: value for power, value in simplified.items() if value != 0}
    return kept or {sympy.S.Zero: sympy.S.Zero}


def _order_of_gap(gap: Series, lead: _Lead, slow: sympy.Symbol) -> sympy.Expr:
    """A k with gap / lead = O(n^-k); logarithms on top of a power cost a little of it."""
    orders = [sympy.simplify(lead[0] - error) - _LITTLE for error in gap.errors]
    for exponent, coefficient in gap.terms.items():
        if sympy.simplify(coefficient) != 0:
            outgrown = max(_by_logs(coefficient, slow)) > lead[1]
            orders.append(sympy.simplify(lead[0] - exponent) - (_LITTLE if outgrown else 0))
    if not all(order.is_number and order > 0 for order in orders):
        return sympy.S.Zero
    return min(orders, default=sympy.oo)


_LITTLE = sympy.Rational(1, 2)
