"""Values of expressions: exact substitution, and enclosures in Arb balls.

An enclosure is a ball that is proved to hold the value, whatever the rounding: if the enclosures
of two expressions at one point do not meet, the expressions differ there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from flint import arb, ctx
from sympy.concrete.expr_with_limits import ExprWithLimits

import theory.core.enclosure_rules  # noqa: F401  (it fills the table)
from theory.core.enclosing import (
    BUDGET,
    Environment,
    ball,
    encloses,
    entry_of,
    is_indicator,
    limit_terms,
    require_one_meaning,
    spend,
    whole_number,
)
from theory.core.errors import NotEnclosable

__all__ = ["Environment", "ball", "enclose", "encloses", "substitute", "whole_number"]


def substitute(expression: sympy.Basic, environment: Environment) -> sympy.Basic:
    """The expression with named values put in and finite sums over vectors written out.

    Parameters
    ----------
    expression : sympy.Basic
        Symbols are matched by name, indexed bases by their label (entries counted from 1).
    environment : mapping
        SymPy numbers by name, tuples of them for vectors.
    """
    if isinstance(expression, sympy.Symbol):
        value = environment.get(expression.name, expression)
        return expression if isinstance(value, tuple) else value
    if isinstance(expression, sympy.Indexed):
        indices = [substitute(index, environment) for index in expression.indices]
        values = environment.get(str(expression.base.label))
        if isinstance(values, tuple) and all(index.is_Integer for index in indices):
            return entry_of(values, indices, expression)
        return expression.base[tuple(indices)]
    if isinstance(expression, (sympy.Sum, sympy.Product)):
        return _substitute_repeated(expression, environment)
    if isinstance(expression, ExprWithLimits):
        require_one_meaning(expression)
        bound = {str(limit[0]) for limit in expression.limits}
        environment = {name: v for name, v in environment.items() if name not in bound}
    if not expression.args or isinstance(expression, sympy.IndexedBase):
        return expression
    if isinstance(expression, sympy.Mul) and any(
        is_indicator(factor) and substitute(factor, environment) == 0 for factor in expression.args
    ):
        return sympy.S.Zero  # a vanishing indicator removes its term
    return expression.func(*(substitute(argument, environment) for argument in expression.args))


def _substitute_repeated(expression: Any, environment: Environment) -> sympy.Basic:
    require_one_meaning(expression)
    *inner, (variable, low, high) = expression.limits
    body = expression.func(expression.function, *inner) if inner else expression.function
    low, high = substitute(low, environment), substitute(high, environment)
    without = {name: v for name, v in environment.items() if name != variable.name}
    if low.is_Integer and high.is_Integer:
        limit_terms(int(high) - int(low) + 1, expression)
        spend(int(high) - int(low) + 1, environment)
        terms = (
            substitute(body, {**without, variable.name: sympy.Integer(index)})
            for index in range(int(low), int(high) + 1)
        )
        return (sympy.Add if isinstance(expression, sympy.Sum) else sympy.Mul)(*terms)
    return expression.func(substitute(body, without), (variable, low, high))


def enclose(
    expression: Any,
    environment: Environment | None = None,
    digits: int = 30,
    most_terms: int | None = None,
) -> arb:
    """A ball that holds the value of a real expression.

    Parameters
    ----------
    expression : sympy.Expr
        Built from the elementary functions, gamma, beta, zeta, error and distribution functions,
        binomials, finite sums and products, and finite integrals of analytic functions.
    environment : mapping, optional
        Values by name: SymPy or Python numbers, ``arb`` balls, tuples of these for vectors.
        An applied observable such as ``error(d)`` is looked up by its function name.
    digits : int
        Working precision; the ball's radius tells what came of it.
    most_terms : int, optional
        How many terms of sums and products are added up in all; by default each sum may have
        `MAXIMAL_TERMS`.

    Returns
    -------
    flint.arb
        May be of infinite radius (for instance log of a ball that holds 0).

    Raises
    ------
    NotEnclosable
        A symbol has no value, or a function or sum has no enclosure here.
    """
    expression = sympy.sympify(expression)
    if name := _at_two_places(expression):
        raise NotEnclosable(f"{name} occurs with different arguments, but has one value")
    with ctx.workdps(digits + 10):
        values = dict(environment or {})
        if most_terms is not None:
            values[BUDGET] = [most_terms]
        return ball(expression, values)


@lru_cache(maxsize=4096)
def _at_two_places(expression: sympy.Basic) -> str:
    """An observable that is applied to different arguments, or nothing."""
    seen: dict[str, sympy.Basic] = {}
    for applied in expression.atoms(sympy.core.function.AppliedUndef):
        if seen.setdefault(applied.func.__name__, applied) != applied:
            return str(applied.func.__name__)
    return ""
