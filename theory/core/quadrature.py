"""Numerical values of multiple integrals that have no rigorous enclosure here.

Double-exponential (tanh-sinh) rules on a tensor grid, refined until two levels agree. The error is
the difference of the last two levels: an estimate, good far beyond statistical resolutions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.core.errors import NotEnclosable

__all__ = ["integrate_numerically"]

Array = NDArray[np.float64]

_SMALLEST_STEP = {1: 1 / 2048, 2: 1 / 256}
_AGREEMENTS = 2  # levels in a row: one agreement may be two grids that both miss a peak
_REACH = 3.95  # nodes run from 1e-17 to 1e17, or to within 1e-34 of finite ends


def integrate_numerically(expression: sympy.Expr, tolerance: float = 1e-10) -> tuple[float, float]:
    """Value and estimated error of an expression that contains integrals and no free symbols.

    Raises
    ------
    NotEnclosable
        A symbol has no value, or the rule does not settle at the finest level.
    """
    if expression.free_symbols:
        names = ", ".join(sorted(str(symbol) for symbol in expression.free_symbols))
        raise NotEnclosable(f"{names} has no value")
    integrals = sorted(expression.atoms(sympy.Integral), key=str)
    found = {integral: _integral(integral, tolerance) for integral in integrals}

    def at(moved: sympy.Integral | None = None, shift: int = 0) -> float:
        values = {
            key: sympy.Float(value + (shift * error if key is moved else 0), 17)
            for key, (value, error) in found.items()
        }
        try:
            return float(expression.xreplace(values))
        except TypeError as problem:
            raise NotEnclosable(f"{expression} is not real") from problem

    value = at()
    # one by one: in a difference, errors of one sign would hide each other
    errors = (max(abs(at(key, sign) - value) for sign in (1, -1)) for key in found)
    return value, max(sum(errors), 1e-15 * abs(value))


def _integral(integral: sympy.Integral, tolerance: float) -> tuple[float, float]:
    variables = [limit[0] for limit in integral.limits]
    ends = [(limit[1], limit[2]) for limit in integral.limits]
    if any(end.free_symbols for pair in ends for end in pair):
        raise NotEnclosable("integrals with variable ends have no quadrature here")
    if integral.free_symbols or integral.function.has(sympy.Integral):
        raise NotEnclosable("integrals of integrals have no quadrature here")
    if integral.function.is_zero:
        return 0.0, 0.0
    function = _vectorised(integral.function, variables)
    step, previous, settled = 1 / 4, float("nan"), 0
    while step >= _SMALLEST_STEP.get(len(ends), 1 / 64):
        value = _tensor_rule(function, ends, step)
        close = abs(value - previous) <= tolerance * max(1.0, abs(value))
        settled = settled + 1 if close else 0
        if settled == _AGREEMENTS:
            return value, max(abs(value - previous), 1e-14 * max(1.0, abs(value)))
        step, previous = step / 2, value
    raise NotEnclosable("the quadrature did not settle")


def _tensor_rule(function: Callable[..., Array], ends: list[Any], step: float) -> float:
    rules = [_double_exponential(float(low), float(high), step) for low, high in ends]
    seen = False

    def noticed(*arguments: Any) -> Array:
        nonlocal seen
        values = function(*arguments)
        seen = seen or bool(np.any(values != 0))
        return values

    value = _over(noticed, rules, ())
    if np.isnan(value):
        raise NotEnclosable("the integrand is not finite in the range, or does not die down")
    if not seen:
        raise NotEnclosable("the integrand is 0 at every node: a peak may lie between them")
    return value


def _over(function: Callable[..., Array], rules: list[tuple[Array, Array]], fixed: Any) -> float:
    """The integral over the variables that are left, NaN where there is none."""
    (nodes, weights), *rest = rules
    if not rest:
        return _weighted(weights, function(*fixed, nodes))
    return _weighted(weights, np.array([_over(function, rest, (*fixed, node)) for node in nodes]))


def _weighted(weights: Array, values: Array) -> float:
    """The weighted sum, NaN unless it has died down at the ends; values may be missing there."""
    parts = weights * values
    known = np.flatnonzero(np.isfinite(parts))
    if len(known) == 0:
        return math.nan
    first, last = known[0], known[-1]
    inside = parts[first : last + 1]
    if not np.isfinite(inside).all():
        return math.nan
    if max(abs(inside[0]), abs(inside[-1])) > 1e-11 * np.abs(inside).max():
        return math.nan
    return float(inside.sum())


def _double_exponential(low: float, high: float, step: float) -> tuple[Array, Array]:
    if low > high:
        nodes, weights = _double_exponential(high, low, step)
        return nodes, -weights
    t = np.arange(-_REACH, _REACH + step / 2, step)
    bend = np.pi / 2 * np.sinh(t)
    slope = np.pi / 2 * np.cosh(t)
    if np.isinf(low) and np.isinf(high):
        return np.sinh(bend), step * slope * np.cosh(bend)
    if np.isinf(high):
        return low + np.exp(bend), step * slope * np.exp(bend)
    if np.isinf(low):
        return high - np.exp(bend), step * slope * np.exp(bend)
    width = high - low  # the distance to the nearer end keeps all its digits
    near = width / (1 + np.exp(2 * np.abs(bend)))
    return np.where(bend < 0, low + near, high - near), step * width / 2 * slope / np.cosh(
        bend
    ) ** 2


def _vectorised(function: sympy.Expr, variables: list[sympy.Symbol]) -> Callable[..., Array]:
    from scipy import special

    table = {
        "NormalCDF": special.ndtr,
        "StudentCDF": lambda x, degrees: special.stdtr(degrees, x),
    }
    # exact dyadic rationals outgrow 64-bit integers
    rationals = function.atoms(sympy.Rational)
    long = {n: sympy.Float(n, 17) for n in rationals if max(abs(n.p), n.q) > 2**20}
    function = function.xreplace(long)
    compiled = sympy.lambdify(variables, function, modules=[table, "scipy", "numpy"], cse=True)

    def evaluate(*arguments: Any) -> Array:
        with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
            values = np.asarray(compiled(*arguments))
        if np.iscomplexobj(values):
            raise NotEnclosable("the integrand is not real")
        values = values.astype(float)
        return values * np.ones_like(arguments[-1])

    return evaluate
