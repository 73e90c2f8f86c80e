"""Closed forms of sums that SymPy does not find, or finds under conditions that it cannot settle.

A polynomial times a geometric, exponential or binomial sequence is summed through its differences
at the start; sums of 1 / (k + s)^p are harmonic numbers. Everything is derived, nothing is guessed:
where a condition is not seen to hold the sum is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy

from theory.core.domain import Domain
from theory.core.exact import inside_out
from theory.core.rules.slow_growth import addends, linear
from theory.core.signs import surely_nonnegative, surely_positive

__all__ = ["close_sums", "expand_harmonic"]

_MOST_DIFFERENCES = 8


def close_sums(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Replace each sum that has a closed form here by that form."""
    return inside_out(sympy.sympify(expression), domain, (sympy.Sum,), _closed)


def expand_harmonic(expression: sympy.Expr) -> sympy.Expr:
    """Harmonic numbers H_{m + c} of whole numbers c as H_m and the terms between."""
    return expression.replace(
        lambda e: isinstance(e, sympy.harmonic), lambda e: e.expand(func=True)
    )


def _closed(total: sympy.Sum, domain: Domain) -> sympy.Expr:
    ((variable, low, high),) = total.limits
    whole = low.is_integer and (high is sympy.oo or high.is_integer)
    if not whole or not surely_nonnegative(high - low + 1, domain):
        return total
    parts = []
    for term in addends(total.function):
        shape = _shape(term, variable, high, domain)
        part = None if shape is None else _summed(shape, low, high, domain)
        if part is None:
            return total
        parts.append(part)
    return sympy.Add(*parts)  # each of them converges


@dataclass(frozen=True)
class _Shape:
    """``factor * polynomial * ratio**k * weight``, where the weight is one of a few kinds."""

    variable: sympy.Symbol
    factor: sympy.Expr
    polynomial: sympy.Expr
    ratio: sympy.Expr
    weight: str
    shift: sympy.Expr = sympy.S.Zero
    power: sympy.Expr = sympy.S.Zero


def _shape(term: sympy.Expr, k: sympy.Symbol, high: sympy.Expr, domain: Domain) -> _Shape | None:
    factor = polynomial = ratio = sympy.S.One
    weight, shift, power = "", sympy.S.Zero, sympy.S.Zero
    for part in sympy.Mul.make_args(term):
        base, exponent = part.as_base_exp()
        if not part.has(k):
            factor *= part
        elif part.is_polynomial(k):
            polynomial *= part
        elif not base.has(k):
            split = _as_geometric(base, exponent, k, domain)
            if split is None:
                return None
            factor, ratio = factor * split[0], ratio * split[1]
        elif weight:
            return None
        elif part == 1 / sympy.factorial(k):
            weight = "exponential"
        elif part == sympy.binomial(high, k):
            weight = "binomial"
        elif (base - k).is_integer and not (base - k).has(k) and exponent.is_Integer:
            weight, shift, power = "harmonic", base - k, -exponent
        else:
            return None
    return _Shape(k, factor, polynomial, sympy.powsimp(ratio), weight, shift, power)


def _as_geometric(
    base: sympy.Expr, exponent: sympy.Expr, k: sympy.Symbol, domain: Domain
) -> tuple[sympy.Expr, sympy.Expr] | None:
    """The c and q of base**(a k + b) = c q**k."""
    step, start = linear(exponent, k)
    if step is None:
        return None
    if start == 0 and step == 1:
        return sympy.S.One, base  # also where it is 0, for 0**0 = 1
    whole = step.is_integer and start.is_integer and surely_positive(-base, domain)
    if base == sympy.E or surely_positive(base, domain) or whole:
        return base**start, base**step
    return None


def _summed(shape: _Shape, low: sympy.Expr, high: sympy.Expr, domain: Domain) -> sympy.Expr | None:
    k, q = shape.variable, shape.ratio
    if sympy.degree(shape.polynomial, k) > _MOST_DIFFERENCES:
        return None
    if shape.weight == "harmonic":
        value = _harmonic(shape, low, high, domain)
    elif shape.weight == "exponential":
        value = _exponential(shape, low) if high is sympy.oo else None
    elif shape.weight == "binomial":
        value = _binomial(shape, high, domain) if low == 0 else None
    elif high is sympy.oo:
        value = _geometric(shape, low, domain)
    elif not shape.polynomial.has(k) and _is_not_one(q, domain):
        value = shape.polynomial * (q**low - q ** (high + 1)) / (1 - q)
    else:
        value = None
    return None if value is None else shape.factor * value


def _is_not_one(q: sympy.Expr, domain: Domain) -> bool:
    """Whether a ratio is above 0 and on one side of 1."""
    apart = _is_below_one(q, domain) or _is_below_one(1 / q, domain)
    return apart and surely_positive(q, domain)


def _is_below_one(q: sympy.Expr, domain: Domain) -> bool:
    if isinstance(q, sympy.exp):
        return surely_positive(-q.args[0], domain)
    return surely_positive(1 - q, domain)


def _differences(polynomial: sympy.Expr, k: sympy.Symbol, start: Any) -> list[sympy.Expr]:
    """The differences of all orders at the start, as far as they do not vanish."""
    order = sympy.degree(polynomial, k) if polynomial.has(k) else 0
    row = [polynomial.subs(k, start + i) for i in range(int(order) + 1)]
    found = []
    while row:
        found.append(row[0])
        row = [after - before for before, after in pairwise(row)]
    return found


def _geometric(shape: _Shape, low: sympy.Expr, domain: Domain) -> sympy.Expr | None:
    """Sum of C(i, m) q^i over i = 0, 1, ... is q^m / (1 - q)^(m + 1), for |q| < 1."""
    k, q = shape.variable, shape.ratio
    if not _is_below_one(q, domain) or not surely_positive(1 + q, domain):
        return None
    differences = _differences(shape.polynomial, k, low)
    total = sympy.Add(*(d * q**m / (1 - q) ** (m + 1) for m, d in enumerate(differences)))
    if low == 0:
        return total
    defined = surely_positive(q, domain) or (low.is_Integer and low > 0)
    return q**low * total if defined else None


def _exponential(shape: _Shape, low: sympy.Expr) -> sympy.Expr | None:
    """Sum of k (k - 1) ... (k - m + 1) q^k / k! over k = 0, 1, ... is q^m e^q."""
    if low not in (0, 1):
        return None
    k, q = shape.variable, shape.ratio
    falling = [d / sympy.factorial(m) for m, d in enumerate(_differences(shape.polynomial, k, 0))]
    total = sympy.exp(q) * sympy.Add(*(a * q**m for m, a in enumerate(falling)))
    return total if low == 0 else total - shape.polynomial.subs(k, 0)


def _binomial(shape: _Shape, n: sympy.Expr, domain: Domain) -> sympy.Expr | None:
    """As for `_exponential`, with C(n, k) for 1 / k!, n (n - 1) ... q^m (1 + q)^(n - m)."""
    k, q = shape.variable, shape.ratio
    # n - m may be below 0, where the product is 0
    if not surely_nonnegative(n, domain) or not surely_positive(1 + q, domain):
        return None
    differences = _differences(shape.polynomial, k, 0)
    return sympy.Add(
        *(
            sympy.ff(n, m) * d / sympy.factorial(m) * q**m * (1 + q) ** (n - m)
            for m, d in enumerate(differences)
        )
    )


def _harmonic(
    shape: _Shape, low: sympy.Expr, high: sympy.Expr, domain: Domain
) -> sympy.Expr | None:
    """Sum of (k + s)^-p: a difference of harmonic numbers, where no term is infinite."""
    plain = shape.ratio == 1 and not shape.polynomial.has(shape.variable)
    before = low + shape.shift - 1
    if not plain or shape.power < 1 or not surely_nonnegative(before, domain):
        return None
    order = () if shape.power == 1 else (shape.power,)
    if high is sympy.oo:
        if shape.power == 1:
            return None
        return shape.polynomial * (sympy.zeta(shape.power) - sympy.harmonic(before, *order))
    after = sympy.harmonic(high + shape.shift, *order)
    return shape.polynomial * (after - sympy.harmonic(before, *order))
