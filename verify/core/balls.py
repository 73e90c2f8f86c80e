"""Statement sides as balls: prediction and measurement with their errors, compared rigorously."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from numbers import Real
from typing import Any

import sympy
from flint import arb, fmpq

from theory.core.claim import Claim
from theory.core.domain import exact_number
from theory.core.errors import NotEnclosable
from theory.core.evaluation import enclose, substitute
from theory.core.observable import observed
from theory.core.quadrature import integrate_numerically
from verify.core.estimates import Estimate, Exact

__all__ = ["ball_of", "exact_gap", "midpoint", "side_values"]

_DIGITS = (30, 120, 500, 2000)


def ball_of(estimate: Exact) -> arb:
    """The ball that an exact estimate stands for.

    Raises
    ------
    ArithmeticError
        The value is not a real number, or not finite, or the error is no bound.
    """
    value, error = estimate.value, float(estimate.error)
    if not isinstance(value, (arb, Real, sympy.Expr)) or isinstance(value, bool):
        raise ArithmeticError(f"a measured value is {value!r}, not a real number")
    if not 0 <= error < math.inf:
        raise ArithmeticError(f"the error of a measured value is {error}")
    centre = value if isinstance(value, arb) else enclose(exact_number(value), digits=60)
    ball = arb(centre, error) if error else centre
    if not ball.is_finite():
        raise ArithmeticError(f"a measured value is {value!r}, not a finite number")
    return ball


def exact_gap(
    claim: Claim, point: Mapping[str, Any], estimates: Mapping[str, Estimate], lhs: Any, rhs: Any
) -> arb | None:
    """Lhs - rhs in rational arithmetic, or None where something is not rational.

    A ball of a fraction such as 1/3 has a radius; an exact difference of 0 has none.
    """
    environment: dict[str, Any] = dict(claim.domain.environment(point))
    for name, estimate in estimates.items():
        if not isinstance(estimate, Exact) or estimate.error:
            return None
        if not isinstance(estimate.value, (int, Fraction)):
            return None
        environment[name] = exact_number(estimate.value)
    difference = sympy.sympify(lhs - rhs).replace(
        lambda e: isinstance(e, sympy.core.function.AppliedUndef) and e.func.__name__ in estimates,
        lambda e: environment[e.func.__name__],
    )
    value = substitute(difference, environment)
    return (
        enclose(value)
        if value.is_Integer
        else (arb(fmpq(int(value.p), int(value.q))) if value.is_Rational else None)
    )


def side_values(
    claim: Claim, point: Mapping[str, Any], measured: Mapping[str, arb], *sides: sympy.Expr
) -> list[arb]:
    """Enclosures of statement sides at a point, with measured observables put in.

    The working precision grows until cancellation is resolved; integrals that have no rigorous
    enclosure are computed by quadrature, whose estimated error is the radius.
    """
    exact = claim.domain.environment(point)
    values = []
    for side in sides:
        seen = {name: measured[name] for name in observed(side) if name in measured}
        values.append(_value(side, {**exact, **seen}, limited=bool(seen)))
    return values


def _value(side: sympy.Expr, environment: dict[str, Any], limited: bool) -> arb:
    """``limited``: measured errors bound the accuracy, which more digits improve only so far."""
    previous = None
    for digits in _DIGITS:
        try:
            ball = enclose(side, environment, digits)
        except NotEnclosable:
            if side.has(sympy.Integral):
                exact = {name: v for name, v in environment.items() if not isinstance(v, arb)}
                value, error = integrate_numerically(substitute(side, exact))
                return arb(value, error)
            raise
        if ball.is_finite() and (ball.rel_accuracy_bits() > 53 or ball.rad() < 1e-300):
            return ball
        if limited and previous is not None and ball.rad() > 0.5 * previous.rad():
            return ball
        previous = ball
    return ball


def midpoint(ball: arb) -> float:
    """The centre of a ball as a float."""
    return float(ball.mid())
