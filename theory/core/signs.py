"""What is surely nonnegative or positive on a domain, from SymPy's assumptions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational

from theory.core.binding import symbols_of
from theory.core.domain import Domain
from theory.core.witness import has_witness

__all__ = [
    "above_one",
    "at_least_one",
    "positive_atoms",
    "shows",
    "surely_nonnegative",
    "surely_positive",
    "with_signed_symbols",
]


def above_one(value: sympy.Expr, domain: Domain) -> bool:
    """True for zeta(s) where the hypotheses give s > 1: the first term of its series is 1.

    So is it for harmonic numbers of order s with two terms or more.
    """
    if isinstance(value, sympy.harmonic) and at_least_one(value, domain):
        count = value.args[0]
        return all(bool((count - 1).subs(form).is_positive) for form in domain.forms())
    if not isinstance(value, sympy.zeta) or len(value.args) != 1:
        return False
    excess = value.args[0] - 1
    return all(bool(sympy.expand(excess.subs(form)).is_positive) for form in domain.forms())


def at_least_one(value: sympy.Expr, domain: Domain) -> bool:
    """True for harmonic numbers H_{N,s}, N = 1, 2, ... (their first term is 1) and such zetas."""
    if isinstance(value, sympy.harmonic):
        count, *order = value.args
        whole = bool(count.is_integer and count.is_positive)
        return whole and all(bool(power.is_extended_real) for power in order)
    return above_one(value, domain)


def positive_atoms(expression: sympy.Expr, domain: Domain) -> dict[sympy.Expr, sympy.Symbol]:
    """Symbols known to be positive for the zeta and harmonic numbers of an expression.

    With them, powers of products split and signs are decided; put the values back with the
    inverse table.
    """
    table: dict[sympy.Expr, sympy.Symbol] = {}
    for value in sorted(expression.atoms(sympy.zeta, sympy.harmonic), key=str):
        if at_least_one(value, domain):
            table[value] = sympy.Dummy("value", positive=True)
    return table


def surely_nonnegative(expression: Any, domain: Domain) -> bool:
    """Whether the signs of the parts show the expression to be at least 0 on the whole domain.

    False says nothing. Inside sums and integrals (`Domain.within`) the range is used as well.
    """
    return _surely(sympy.sympify(expression), domain, "is_extended_nonnegative")


def surely_positive(expression: Any, domain: Domain) -> bool:
    """Whether the signs of the parts show the expression to be above 0 on the whole domain."""
    return _surely(sympy.sympify(expression), domain, "is_extended_positive")


_FOUND: dict[Any, bool] = {}
"""What was asked before: rules ask the same again and again."""


def _surely(expression: sympy.Expr, domain: Domain, sign: str) -> bool:
    if expression is sympy.oo:
        return True
    if expression.is_number:
        return bool(getattr(expression, sign))
    asked = expression, sign, *domain.told
    if asked not in _FOUND:
        _FOUND[asked] = _has_sign(expression, domain, sign)
    return _FOUND[asked]


def _has_sign(expression: sympy.Expr, domain: Domain, sign: str) -> bool:
    expression = with_signed_symbols(expression, domain)
    if _is_shown(expression, domain, sign, _AS_IT_IS):  # mostly it is, and a denial costs more
        return True
    if _is_denied(expression, domain, sign):
        return False
    return any(_is_shown(spelling, domain, sign, _REWRITES) for spelling in _spellings(expression))


def _is_shown(spelling: sympy.Expr, domain: Domain, sign: str, rewrites: _Rewrites) -> bool:
    """Whether some reading of the domain shows the sign of an expression so spelled."""
    values = positive_atoms(spelling, domain)
    table = {
        value: 1 + (symbol if above_one(value, domain) else sympy.Dummy(nonnegative=True))
        for value, symbol in values.items()
    }
    candidate = _with_small_powers(spelling.subs(table), domain)
    return any(
        all(shows(candidate.subs(form, simultaneous=True), sign, rewrites) for form in reading)
        for reading in domain.readings(*symbols_of(candidate))
    )


_DENIES: dict[str, Callable[[Any], bool]] = {
    "is_extended_nonnegative": lambda value: bool(value < 0),
    "is_extended_positive": lambda value: bool(value <= 0),
}


def _is_denied(expression: sympy.Expr, domain: Domain, sign: str) -> bool:
    """Whether values in every reading speak against the sign, so that no spelling will show it."""
    return all(
        any(
            has_witness(expression.subs(form, simultaneous=True), _DENIES[sign]) for form in reading
        )
        for reading in domain.readings(*symbols_of(expression))
    )


def _with_small_powers(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Powers x**-s with x >= 1 and s > 0, in sums, as symbols that are above 0 and at most 1."""
    powers = {
        power
        for total in expression.atoms(sympy.Add)
        for power in total.atoms(sympy.Pow)
        if power.base.is_Symbol and not power.exp.is_number
    }
    table = {}
    for power in sorted(powers, key=str):
        if _at_least_one_symbol(power.base, domain) and surely_positive(-power.exp, domain):
            table[power] = 1 / (1 + sympy.Dummy("w", nonnegative=True))
    return expression.subs(table)


def _at_least_one_symbol(symbol: sympy.Symbol, domain: Domain) -> bool:
    if symbol.is_integer and symbol.is_positive:
        return True
    return all(
        bool((written - 1).is_nonnegative)
        for form in domain.forms()
        for written in [form.get(symbol, sympy.S.Zero)]
    )


_Rewrites = tuple[Callable[[sympy.Expr], sympy.Expr], ...]
_AS_IT_IS: _Rewrites = (lambda e: e,)
_REWRITES: _Rewrites = (*_AS_IT_IS, sympy.factor, sympy.expand)


def _rewritten(expression: sympy.Expr, rewrites: _Rewrites) -> Iterator[sympy.Expr]:
    """An expression in several ways, each once."""
    seen: set[sympy.Expr] = set()
    for rewrite in rewrites:
        try:
            spelling = rewrite(expression)
        except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
            continue
        if spelling not in seen:
            seen.add(spelling)
            yield spelling


def _spellings(expression: sympy.Expr) -> Iterator[sympy.Expr]:
    return _rewritten(expression, (*_AS_IT_IS, sympy.factor, sympy.simplify))


def shows(inside: sympy.Expr, sign: str, rewrites: _Rewrites = _REWRITES) -> bool:
    """Whether the sign of an expression shows in one way to write it."""
    return any(_has(spelling, sign) for spelling in _rewritten(inside, rewrites))


def _has(spelling: sympy.Expr, sign: str) -> bool:
    try:
        return bool(getattr(spelling, sign))
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return False


def with_signed_symbols(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Sums, integrals and Kronecker deltas as symbols that have their signs, where these are plain.

    So is 1 minus a delta; that it and the delta make up 1 is forgotten.
    """
    table: dict[sympy.Expr, sympy.Symbol] = {}
    kinds = (ExprWithLimits, sympy.KroneckerDelta)

    def replaced(e: sympy.Expr) -> sympy.Expr:
        if isinstance(e, kinds) or isinstance(1 - e, sympy.KroneckerDelta):
            if e not in table:
                sign = (
                    _sign_of(e, domain) if isinstance(e, ExprWithLimits) else {"nonnegative": True}
                )
                table[e] = sympy.Dummy("operation", **sign)
            return table[e]
        if not e.args or not e.has(*kinds):
            return e
        return e.func(*(replaced(argument) for argument in e.args))

    return replaced(expression)


def _sign_of(operation: Any, domain: Domain) -> dict[str, bool]:
    for condition in domain.where:
        if isinstance(condition, Relational) and condition in (operation > 0, 0 < operation):
            return {"positive": True}
    if not isinstance(operation, (sympy.Sum, sympy.Product, sympy.Integral)):
        return _reality(operation)
    inside = domain
    for limit in reversed(operation.limits):
        if len(limit) != 3:
            return {}
        _, low, high = limit
        integral = isinstance(operation, sympy.Integral)
        if integral and not surely_nonnegative(high - low, inside):
            return _reality(operation)
        inside = inside.inside(operation, limit)
    if surely_nonnegative(operation.function, inside):
        return {"nonnegative": True}
    return _reality(operation)


def _reality(operation: Any) -> dict[str, bool]:
    parts = (operation.function, *(end for limit in operation.limits for end in limit[1:]))
    real = {d: sympy.Dummy(real=True) for p in parts for d in p.atoms(sympy.KroneckerDelta)}
    return {"real": True} if all(part.xreplace(real).is_extended_real for part in parts) else {}
