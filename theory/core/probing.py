"""A few fixed points of a domain, and enclosures there that contradict a relation.

Only numbers refute: a point is used only when every value in it is one that the hypotheses allow.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from theory.core.binding import symbols_of
from theory.core.domain import Domain, Range
from theory.core.errors import DomainError, NotEnclosable
from theory.core.evaluation import enclose
from theory.core.parameters import (
    Categorical,
    Integer,
    Labels,
    Matrix,
    Parameter,
    Simplex,
    Vector,
    _Ordered,
)
from theory.core.parameters import Value as ParameterValue

__all__ = [
    "Contradiction",
    "contradiction",
    "departing_ratio",
    "environments",
    "probe_points",
]

Contradiction = dict[str, str]

_STEPS = (
    Fraction(1, 2),
    Fraction(1),
    Fraction(1, 3),
    Fraction(2),
    Fraction(7, 5),
    Fraction(3),
    Fraction(1, 7),
    Fraction(9, 2),
)

_MOST_TERMS = 1000
"""How many terms of sums are added up for one value: a probe is cheap, or it is not made."""

_MOST_TERMS_FAR = 20_000
"""The same at large values of a variable."""

_ENTRIES = 8
"""How many entries are made up for a sequence that is no parameter."""


def probe_points(domain: Domain, free: set[sympy.Symbol]) -> Iterator[dict[str, Any]]:
    """A few fixed points of the domain, with values for further free symbols by their signs.

    Bound variables of the rule's surroundings (`Domain.within`) get values in their ranges. The
    last points are those at the closed ends of the parameters' intervals.
    """
    for index in range(len(_STEPS)):
        point: dict[str, ParameterValue] = {}
        for position, parameter in enumerate(domain.parameters):
            point[parameter.name] = _probe(parameter, index + position, point)
        yield from _completed(point, domain, free, index)
    for end in ("low", "high"):
        point = {}
        for position, parameter in enumerate(domain.parameters):
            point[parameter.name] = _at_end(parameter, end, position, point)
        yield from _completed(point, domain, free, len(end))


def _completed(
    point: dict[str, ParameterValue], domain: Domain, free: set[sympy.Symbol], index: int
) -> Iterator[dict[str, Any]]:
    """The point as an environment with the other symbols, if it lies in the domain."""
    try:
        if domain.violation(point) is not None:
            return
    except DomainError:
        return
    environment = domain.environment(point)
    bound = {bounds.variable for bounds in domain.ranges}
    for position, symbol in enumerate(sorted(free - bound, key=str)):
        if symbol.name not in environment:
            value = _probe_free(symbol, index + 3 * position)
            if value is None:
                return
            environment[symbol.name] = value
    for position, bounds in enumerate(domain.ranges):
        value = _within_range(bounds, environment, index + position)
        if value is None:
            return
        environment[bounds.variable.name] = value
    yield environment


def _probe(parameter: Parameter, index: int, point: dict[str, ParameterValue]) -> ParameterValue:
    step = _STEPS[index % len(_STEPS)]
    if isinstance(parameter, Vector):
        length = parameter.length if isinstance(parameter.length, int) else None
        length = point[parameter.length.name] if length is None else length  # type: ignore[union-attr]
        if isinstance(parameter, Matrix):
            columns = parameter.columns
            width = columns if isinstance(columns, int) else point[columns.name]
            return tuple(
                tuple(_probe(parameter.entry, index + 5 * row + 2 * k, point) for k in range(width))
                for row in range(length)
            )
        if isinstance(parameter, Labels):
            classes = parameter.classes
            most = classes if isinstance(classes, int) else point[classes.name]
            return tuple(1 + (index + k * k) % most for k in range(length))
        entries = tuple(_probe(parameter.entry, index + 3 * k, point) for k in range(length))
        if isinstance(parameter, Simplex):
            weights = [Fraction(1 + (index + k) % 4) for k in range(length)]
            return tuple(weight / sum(weights) for weight in weights)
        return entries
    if isinstance(parameter, Categorical):
        return parameter.choices[index % len(parameter.choices)]
    assert isinstance(parameter, _Ordered)
    if isinstance(parameter, Integer):
        first, last = parameter.first, parameter.last
        low = -math.inf if first is None else first
        return _integer_between(low, math.inf if last is None else last, (index * 3) % 7)
    infinite = (parameter.low == -math.inf, parameter.high == math.inf)
    if infinite == (True, True):
        return step if index % 2 else -step
    if infinite == (False, True):
        return Fraction(parameter.low) + step
    if infinite == (True, False):
        return Fraction(parameter.high) - step
    start, end = Fraction(parameter.low), Fraction(parameter.high)
    return start + (end - start) * step / (1 + step)


def _integer_between(low: Any, high: Any, offset: int) -> int:
    if low > -math.inf:
        value = math.ceil(low) + offset
        return min(value, math.floor(high)) if high < math.inf else value
    return math.floor(high) - offset if high < math.inf else offset - 3


def _at_end(
    parameter: Parameter, end: str, position: int, point: dict[str, ParameterValue]
) -> ParameterValue:
    """A closed end of a real interval; for everything else a usual value."""
    if isinstance(parameter, _Ordered) and not isinstance(parameter, Integer):
        value, is_open = getattr(parameter, end), getattr(parameter, f"{end}_open")
        if not is_open and abs(value) < math.inf:
            return Fraction(value)
    return _probe(parameter, position + len(end), point)


def _probe_free(symbol: sympy.Symbol, index: int) -> sympy.Expr | None:
    allowed = _allowed(symbol)
    return allowed[index % len(allowed)] if allowed else None


@lru_cache(maxsize=4096)
def _allowed(symbol: sympy.Symbol) -> tuple[sympy.Expr, ...]:
    """Numbers that have all the properties that the symbol is assumed to have."""
    steps = [sympy.Rational(step.numerator, step.denominator) for step in _STEPS]
    integers = [sympy.Integer(value) for value in (1, 2, 3, 4, 5, -1, -2, -3, 0, 7)]
    if not symbol.is_integer:
        integers = [steps[1], *(s * sign for s in steps for sign in (1, -1) if s.q > 1), *integers]
    required = symbol.assumptions0.items()
    return tuple(
        value
        for value in integers
        if all(getattr(value, f"is_{name}") is given for name, given in required)
    )


def _within_range(bounds: Range, environment: dict[str, Any], index: int) -> sympy.Expr | None:
    """A value inside the range of a bound variable; None where it is empty or not known."""
    low, high = _end(bounds.low, environment), _end(bounds.high, environment)
    if low is None or high is None:
        return None
    if bounds.discrete:
        start = high if math.isinf(low) else low
        if low > high or not (math.isinf(start) or start == int(start)):
            return None  # the index runs in steps of 1 from where it starts
        return sympy.Integer(_integer_between(low, high, (index * 3) % 7))
    low, high = min(low, high), max(low, high)  # an integral may run backwards
    step = _STEPS[index % len(_STEPS)]
    if math.isinf(low) and math.isinf(high):
        inside = step if index % 2 else -step
    elif math.isinf(high):
        inside = Fraction(low) + step
    elif math.isinf(low):
        inside = Fraction(high) - step
    else:
        inside = Fraction(low) + (Fraction(high) - Fraction(low)) * step / (1 + step)
    return sympy.Rational(inside.numerator, inside.denominator)


def _end(end: sympy.Expr, environment: dict[str, Any]) -> Any:
    if end in (sympy.oo, -sympy.oo):
        return float(end)
    try:
        ball = enclose(end, environment)
    except (NotEnclosable, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not ball.is_finite():
        return None
    whole = ball.unique_fmpz()
    return int(whole) if whole is not None else float(ball.mid())


def environments(domain: Domain, *expressions: sympy.Expr) -> Iterator[dict[str, Any]]:
    """The probe points with values for all symbols and sequences of the expressions."""
    ends = (end for bounds in domain.ranges for end in (bounds.low, bounds.high))
    free = symbols_of(*expressions, *ends)
    if len({symbol.name for symbol in free}) < len(free):
        return  # values are put in by name
    sequences = _sequences(*expressions)
    for index, environment in enumerate(probe_points(domain, free - sequences.keys())):
        for label, entry in sequences.items():
            if label.name not in environment:
                environment[label.name] = _made_up(entry, index)
        yield environment


def contradiction(
    lhs: sympy.Expr, rhs: sympy.Expr, domain: Domain, violated: Callable[[Any, Any], bool]
) -> tuple[Contradiction | None, int]:
    """Look for a point where enclosures contradict a relation; also how many were compared."""
    compared = 0
    for environment in environments(domain, lhs, rhs):
        try:
            left = enclose(lhs, environment, most_terms=_MOST_TERMS)
            right = enclose(rhs, environment, most_terms=_MOST_TERMS)
        except (NotEnclosable, ValueError, ZeroDivisionError, OverflowError):
            continue
        if not (left.is_finite() and right.is_finite()):
            continue
        compared += _is_sharp(left) and _is_sharp(right)
        if violated(left, right):
            point = ", ".join(f"{name} = {value}" for name, value in environment.items())
            return {"at": point, "before": left.str(12), "after": right.str(12)}, compared
        if compared == len(_STEPS):
            break
    return None, compared


_LADDER = (10**2, 10**4, 10**7, 10**10)


def departing_ratio(
    lhs: sympy.Expr, rhs: sympy.Expr, variable: sympy.Symbol, point: Any, domain: Domain
) -> Contradiction | None:
    """Numbers that speak against lhs / rhs tending to 1: a ratio that stays away from it.

    They refute nothing by themselves, for the ratio may turn later.
    """
    for environment in itertools.islice(environments(domain, lhs, rhs), 3):
        gaps = []
        for far in _LADDER:
            near = sympy.Integer(far) if point is sympy.oo else point + sympy.Rational(1, far)
            environment[variable.name] = near
            try:
                left = enclose(lhs, environment, most_terms=_MOST_TERMS_FAR)
                ratio = left / enclose(rhs, environment, most_terms=_MOST_TERMS_FAR)
            except (NotEnclosable, ValueError, ZeroDivisionError, OverflowError):
                continue
            if ratio.is_finite() and _is_sharp(ratio):
                gaps.append((near, float(abs(ratio - 1).mid())))
        if len(gaps) > 1 and gaps[-1][1] > 1e-3 and gaps[-1][1] > 0.9 * gaps[-2][1]:
            at = ", ".join(f"{name} = {value}" for name, value in environment.items())
            numbers = {str(near): f"{gap:.6g}" for near, gap in gaps}
            return {"at": at, "what": f"relative gaps at growing {variable}", **numbers}
    return None


def _is_sharp(ball: Any) -> bool:
    return bool(ball.rad() < 1e-6 * (1 + abs(ball.mid())))


def _sequences(*expressions: sympy.Expr) -> dict[sympy.Symbol, sympy.Indexed]:
    """The indexed bases that occur, by label, each with one of its entries."""
    return {
        entry.base.label: entry
        for expression in expressions
        for entry in sorted(expression.atoms(sympy.Indexed), key=str)
        if isinstance(entry.base.label, sympy.Symbol)
    }


def _made_up(entry: sympy.Indexed, index: int) -> tuple[Any, ...]:
    """Values for a sequence or matrix that is no parameter, with the signs of its entries."""
    allowed = _allowed(sympy.Symbol("entry", **entry.base.assumptions0))

    def values(start: int, depth: int) -> Any:
        if depth == 0:
            return allowed[start % len(allowed)]
        return tuple(values(start + 3 * k + 1, depth - 1) for k in range(_ENTRIES))

    made_up: tuple[Any, ...] = values(index, len(entry.indices))
    return made_up
