"""Numerical values of multiple integrals that have no rigorous enclosure here.

Double-exponential (tanh-sinh) rules on a tensor grid, refined until two levels agree. The error is
the difference of the last two levels: an estimate, good far beyond statistical resolutions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.core.errors import NotEnclosable

__all__ = ["integrate_numerically"]

Array = NDArray[np.float64]

_SMALLEST_STEP = 1 / 256
_REACH = 3.4  # beyond it double-exponential weights are below 1e-17


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
    found = {
        integral: _integral(integral, tolerance) for integral in expression.atoms(sympy.Integral)
    }

    def at(shift: float) -> float:
        values = {
            key: sympy.Float(value + shift * error, 17) for key, (value, error) in found.items()
        }
        return float(expression.xreplace(values))

    value = at(0.0)
    return value, max(abs(at(1.0) - value), abs(at(-1.0) - value), 1e-15 * abs(value))


def _integral(integral: sympy.Integral, tolerance: float) -> tuple[float, float]:
    variables = [limit[0] for limit in integral.limits]
    ends = [(limit[1], limit[2]) for limit in integral.limits]
    if any(end.free_symbols for pair in ends for end in pair):
        raise NotEnclosable("integrals with variable ends have no quadrature here")
    function = _vectorised(integral.function, variables)
    step, previous = 1 / 4, float("nan")
    while step >= _SMALLEST_STEP:
        value = _tensor_rule(function, ends, step)
        if abs(value - previous) <= tolerance * max(1.0, abs(value)):
            return value, max(abs(value - previous), 1e-14)
        step, previous = step / 2, value
    raise NotEnclosable("the quadrature did not settle")


def _tensor_rule(function: Callable[..., Array], ends: list[Any], step: float) -> float:
    rules = [_double_exponential(float(low), float(high), step) for low, high in ends]
    *outer, (nodes, weights) = rules
    total = 0.0
    for combination in itertools.product(*(zip(*rule, strict=True) for rule in outer)):
        fixed = [node for node, _ in combination]
        weight = float(np.prod([w for _, w in combination])) if combination else 1.0
        total += weight * float(np.dot(weights, function(*fixed, nodes)))
    return total


def _double_exponential(low: float, high: float, step: float) -> tuple[Array, Array]:
    t = np.arange(-_REACH, _REACH + step / 2, step)
    bend = np.pi / 2 * np.sinh(t)
    slope = np.pi / 2 * np.cosh(t)
    if np.isinf(low) and np.isinf(high):
        inside = np.abs(bend) < 6
        return np.sinh(bend[inside]), (step * slope * np.cosh(bend))[inside]
    if np.isinf(high):
        inside = np.abs(bend) < 40
        return low + np.exp(bend[inside]), (step * slope * np.exp(bend))[inside]
    if np.isinf(low):
        raise NotEnclosable("integrals from minus infinity to a finite end are not needed yet")
    half = (high - low) / 2
    return low + half * (1 + np.tanh(bend)), step * half * slope / np.cosh(bend) ** 2


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
            values = np.asarray(compiled(*arguments), dtype=float)
        # 0 * inf at the outermost nodes, where the weight is nothing
        return np.nan_to_num(values, nan=0.0) * np.ones_like(arguments[-1])

    return evaluate
