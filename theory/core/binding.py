"""Bound variables of sums, products and integrals: renaming, and substitution that captures none.

SymPy's ``subs`` puts ``k`` into ``Sum(a * k, (k, 1, 3))`` for ``a`` as if the two ``k`` were one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

__all__ = [
    "canonical",
    "is_infinite",
    "rename_apart",
    "replace_free",
    "standard_names",
    "symbols_of",
]


def symbols_of(*expressions: Any) -> set[sympy.Symbol]:
    """The free symbols, without the entries of indexed bases."""
    symbols: set[sympy.Symbol] = set()
    for expression in expressions:
        symbols |= {s for s in expression.free_symbols if isinstance(s, sympy.Symbol)}
    return symbols


def replace_free(expression: Any, pairs: Mapping[Any, Any]) -> sympy.Expr:
    """Simultaneous substitution; bound variables step aside for symbols that come in."""
    table = {sympy.sympify(old): sympy.sympify(new) for old, new in pairs.items()}
    incoming = symbols_of(*table.values()) if table else set()
    return rename_apart(sympy.sympify(expression), incoming).subs(table, simultaneous=True)


def rename_apart(expression: sympy.Basic, taken: Iterable[sympy.Symbol]) -> sympy.Basic:
    """The expression with every bound variable that shares a name with ``taken`` renamed."""
    names = {symbol.name for symbol in taken}
    if not names or not expression.has(*_BINDING):
        return expression
    everywhere = names | {symbol.name for symbol in expression.atoms(sympy.Symbol)}
    return _apart(expression, names, everywhere)


_BINDING = (ExprWithLimits, sympy.Limit)


def _apart(expression: sympy.Basic, names: set[str], everywhere: set[str]) -> sympy.Basic:
    if not expression.args or not expression.has(*_BINDING):
        return expression
    arguments = [_apart(argument, names, everywhere) for argument in expression.args]
    if isinstance(expression, sympy.Limit) and arguments[1].name in names:
        fresh = _fresh(arguments[1], everywhere)
        inside = arguments[0].subs(arguments[1], fresh)
        return expression.func(inside, fresh, *arguments[2:])
    if not isinstance(expression, ExprWithLimits):
        return expression.func(*arguments)
    function, *limits = arguments
    # An inner limit may speak of an outer variable: the outermost limit comes last.
    for position in reversed(range(len(limits))):
        variable = limits[position][0]
        if variable.name not in names:
            continue
        fresh = _fresh(variable, everywhere)  # the same for the same variable elsewhere
        pair = {variable: fresh}
        function = function.subs(pair)
        for inner in range(position):
            limits[inner] = sympy.Tuple(
                limits[inner][0], *(e.subs(pair) for e in limits[inner][1:])
            )
        limits[position] = sympy.Tuple(fresh, *limits[position][1:])
    return expression.func(function, *limits)


def _fresh(variable: sympy.Symbol, taken: set[str]) -> sympy.Symbol:
    number = 1
    while f"{variable.name}_{number}" in taken:
        number += 1
    return _alike(variable, f"{variable.name}_{number}")


def _alike(variable: sympy.Symbol, name: str) -> sympy.Symbol:
    return sympy.Symbol(name, **variable.assumptions0)


def is_infinite(operation: Any) -> bool:
    """True for a sum, product or integral with an end at infinity."""
    return any(end in (sympy.oo, -sympy.oo) for limit in operation.limits for end in limit[1:])


@lru_cache(maxsize=4096)
def canonical(operation: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """A constant factor and the rest of a sum, product or integral, the same for all spellings.

    Bound variables get standard names by how deep they stand; a constant factor of a sum or
    integral comes outside. Nothing is rearranged: the value is the same term by term.
    """
    function = sympy.expand(_canonical_inside(operation.function), func=False)
    limits = [sympy.Tuple(l[0], *map(_canonical_inside, l[1:])) for l in operation.limits]
    function, *limits = _with_standard_names(function, limits)
    factor: sympy.Expr = sympy.S.One
    if isinstance(operation, (sympy.Sum, sympy.Integral)):
        bound = [limit[0] for limit in limits]
        factor, function = function.as_independent(*bound, as_Add=False)
    return factor, operation.func(function, *limits)


def standard_names(expression: sympy.Basic) -> sympy.Basic:
    """The expression with standard names of bound variables, the same for all spellings."""
    if not expression.args or not expression.has(ExprWithLimits):
        return expression
    arguments = [standard_names(argument) for argument in expression.args]
    if not isinstance(expression, ExprWithLimits):
        return expression.func(*arguments)
    function, *limits = arguments
    return expression.func(*_with_standard_names(function, limits))


def _with_standard_names(function: Any, limits: list[Any]) -> list[Any]:
    height = 1 + max((_height(e) for e in (function, *limits)), default=0)
    for position in reversed(range(len(limits))):
        variable = limits[position][0]
        standard = _standard(height, position, frozenset(variable.assumptions0.items()))
        pair = {variable: standard}
        function = function.subs(pair)
        for inner in range(position):
            limits[inner] = sympy.Tuple(
                limits[inner][0], *(e.subs(pair) for e in limits[inner][1:])
            )
        limits[position] = sympy.Tuple(standard, *limits[position][1:])
    return [function, *limits]


def _canonical_inside(expression: sympy.Expr) -> sympy.Expr:
    if isinstance(expression, ExprWithLimits):
        factor, rest = canonical(expression)
        return factor * rest
    if not expression.args or not expression.has(ExprWithLimits):
        return expression
    return expression.func(*(_canonical_inside(argument) for argument in expression.args))


def _height(expression: sympy.Basic) -> int:
    """How deep operations are nested in an expression."""
    below = max((_height(argument) for argument in expression.args), default=0)
    return below + isinstance(expression, ExprWithLimits)


@lru_cache(maxsize=4096)
def _standard(height: int, position: int, assumptions: frozenset[tuple[str, bool]]) -> sympy.Dummy:
    return sympy.Dummy(f"b{height}_{position}", **dict(assumptions))
