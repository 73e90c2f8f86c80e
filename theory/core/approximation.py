"""Numbers for what has no enclosure: integrals and infinite sums, with estimated errors.

They are used to withhold a proof or to bear out a refutation, never to prove anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import sympy

from theory.core.binding import is_infinite, symbols_of
from theory.core.domain import Domain
from theory.core.enclosing import BUDGET
from theory.core.errors import NotEnclosable
from theory.core.evaluation import enclose, substitute
from theory.core.probing import environments
from theory.core.quadrature import integrate_numerically

__all__ = ["approximate", "compare_numerically"]

_AGREEMENT = 1e-7
"""Relative gap below which two approximate values are the same number."""

_MOST_TERMS = 20_000
"""How many terms of finite sums are added up for one value."""

_TROUBLE = (
    NotEnclosable,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    NameError,
    IndexError,
    NotImplementedError,
    RecursionError,
    mpmath.libmp.NoConvergence,
)


def approximate(expression: sympy.Expr, environment: dict[str, Any]) -> complex:
    """The value of an expression, good to a few units in the ninth place.

    Raises
    ------
    NotEnclosable
        A symbol has no value, a sum does not converge absolutely, or two ways to the value differ.
    """
    expression = substitute(expression, {**environment, BUDGET: [_MOST_TERMS]})
    if symbols_of(expression):
        raise NotEnclosable(f"{expression} still has symbols")
    try:
        return _value(expression)
    except _TROUBLE as problem:
        raise NotEnclosable(f"no value: {problem}") from problem


def _value(expression: sympy.Expr) -> complex:
    sums = {s for s in expression.atoms(sympy.Sum, sympy.Product) if is_infinite(s)}
    if not sums and not expression.has(sympy.Integral):
        return complex(expression.evalf(20))
    if not sums and not expression.has(sympy.I):
        value, error = integrate_numerically(expression, tolerance=1e-10)
        if error > 1e-8 * (1 + abs(value)):
            raise NotEnclosable("the quadrature is not sharp")
        return complex(value)
    table = {}
    for operation in _outermost(expression):
        part = _integral(operation) if isinstance(operation, sympy.Integral) else _sum(operation)
        table[operation] = sympy.Float(part.real, 17) + sympy.I * sympy.Float(part.imag, 17)
    return complex(expression.xreplace(table).evalf(17))


def _outermost(expression: sympy.Basic) -> Iterator[Any]:
    if isinstance(expression, sympy.Integral) or (
        isinstance(expression, (sympy.Sum, sympy.Product)) and is_infinite(expression)
    ):
        yield expression
        return
    for argument in expression.args:
        yield from _outermost(argument)


def _function(expression: sympy.Expr, variable: sympy.Symbol) -> Callable[[Any], Any]:
    from theory.core.special import NormalCDF, StudentCDF

    if expression.has(sympy.Integral, StudentCDF):
        raise NotEnclosable("nested operations are not summed numerically")
    plain = expression.replace(NormalCDF, lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2)
    return sympy.lambdify([variable], plain, modules="mpmath")


def _integral(integral: sympy.Integral) -> complex:
    """One integral of a complex function."""
    if len(integral.limits) != 1:
        raise NotEnclosable("only single integrals of complex functions have values here")
    ((variable, low, high),) = integral.limits
    function = _function(integral.function, variable)
    ends = [mpmath.mpmathify(end) for end in (low, high)]
    middle = 0 if mpmath.inf in (abs(ends[0]), abs(ends[1])) else sum(ends) / 2
    whole, error = mpmath.quad(function, ends, error=True)
    split = mpmath.quad(function, [ends[0], mpmath.mpf("0.37") + middle, ends[1]])
    if abs(whole - split) > 1e-9 * (1 + abs(whole)) or error > 1e-8 * (1 + abs(whole)):
        raise NotEnclosable("the quadrature did not settle")
    return complex(whole)


def _sum(total: Any) -> complex:
    """One infinite sum that converges absolutely, and fast enough to be seen to."""
    if not isinstance(total, sympy.Sum) or len(total.limits) != 1:
        raise NotEnclosable("only single infinite sums have values here")
    ((variable, low, high),) = total.limits
    if high is not sympy.oo or not low.is_Integer:
        raise NotEnclosable("only sums to infinity have values here")
    term = _function(total.function, variable)
    far = [abs(term(mpmath.mpf(2) ** k)) for k in (16, 17, 18)]
    if any(later > earlier / 2.1 for earlier, later in itertools.pairwise(far) if later):
        raise NotEnclosable("the sum is not seen to converge absolutely")
    first = int(low)
    ways = [mpmath.nsum(term, [first, mpmath.inf], method=method) for method in ("r+s", "levin")]
    if abs(ways[0] - ways[1]) > 1e-9 * (1 + abs(ways[0])):
        raise NotEnclosable("two ways of summation differ")
    return complex(ways[0])


def compare_numerically(
    lhs: Any, rhs: Any, domain: Domain, most: int = 3
) -> tuple[int, dict[str, str] | None]:
    """At how many points two expressions have the same approximate value, and where they differ.

    Returns
    -------
    (agreed, numbers) : the count, and the numbers of the first point with a difference, if any
    """
    lhs, rhs = sympy.sympify(lhs), sympy.sympify(rhs)
    agreed = tried = 0
    for environment in environments(domain, lhs, rhs):
        if tried == most:
            break
        tried += 1
        try:
            left, right = _either(lhs, environment), _either(rhs, environment)
        except NotEnclosable:
            continue
        if abs(left - right) > _AGREEMENT * (1e-3 + max(abs(left), abs(right))):
            point = ", ".join(f"{name} = {value}" for name, value in environment.items())
            return agreed, {"at": point, "before": _shown(left), "after": _shown(right)}
        agreed += 1
    return agreed, None


def _either(expression: sympy.Expr, environment: dict[str, Any]) -> complex:
    """The rigorous value where there is one."""
    try:
        ball = enclose(expression, environment, most_terms=_MOST_TERMS)
        if ball.is_finite() and ball.rad() < 1e-12 * (1 + abs(ball.mid())):
            return complex(float(ball.mid()))
    except (NotEnclosable, ValueError, ZeroDivisionError, OverflowError):
        pass
    return approximate(expression, environment)


def _shown(value: complex) -> str:
    return f"{value.real:.10g}" if abs(value.imag) < 1e-12 else f"{value:.10g}"
