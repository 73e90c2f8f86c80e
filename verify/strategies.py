"""Hypothesis strategies over the domain of a claim.

They shrink to simple values: small integers, short fractions, short vectors.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy
from hypothesis import assume
from hypothesis import strategies as st

from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.parameters import (
    Categorical,
    Integer,
    Labels,
    Matrix,
    Parameter,
    Real,
    Simplex,
    Vector,
)

__all__ = ["points"]

_MOST_ENTRIES = 7
"""How many more entries than the least possible a drawn vector has at most."""


def points(
    domain: Domain, *, largest: int = 100, **fixed: Any
) -> st.SearchStrategy[dict[str, Any]]:
    """Points of a domain, as dicts from parameter name to value.

    Parameters
    ----------
    domain : Domain
    largest : int
        Numbers of a range without an end are drawn at most this far from its other end, or from 0;
        numbers of entries of vectors and matrices at most 7 above the least, unless fixed.
    **fixed
        Values or strategies for some of the parameters.

    Returns
    -------
    strategy
        Every point satisfies the ranges and the side conditions.

    Raises
    ------
    ClaimError
        ``fixed`` names an unknown parameter, a parameter has no strategy, or a side condition is an
        equation between parameters that are not fixed.
    """
    if unknown := set(fixed) - set(domain.names):
        raise ClaimError(f"unknown parameter {', '.join(sorted(unknown))}")

    for condition in domain.where:
        free = {str(symbol) for symbol in condition.free_symbols} & set(domain.names) - set(fixed)
        if isinstance(condition, sympy.Eq) and free:
            raise ClaimError(
                f"no chance draw satisfies {condition}: fix {', '.join(sorted(free))}, with values "
                "or strategies that do"
            )
    sizes = {size.name for p in domain.parameters for size in _sizes(p)}

    @st.composite
    def draw_point(draw: st.DrawFn) -> dict[str, Any]:
        point: dict[str, Any] = {}
        for parameter in domain.parameters:
            given = fixed.get(parameter.name)
            if parameter.name in fixed and not isinstance(given, st.SearchStrategy):
                point[parameter.name] = given
            else:
                if given is None and isinstance(parameter, Integer):
                    most = _MOST_ENTRIES if parameter.name in sizes else largest
                    chosen = _wholes(parameter, domain, point, most)
                else:
                    chosen = given if given is not None else _values(parameter, point, largest)
                point[parameter.name] = draw(chosen)
        assume(domain.violation(point) is None)
        return point

    return draw_point()


def _sizes(parameter: Parameter) -> list[Integer]:
    """The parameters that say how many entries a parameter has."""
    named = (getattr(parameter, name, None) for name in ("length", "columns"))
    return [size for size in named if isinstance(size, Integer)]


def _wholes(
    parameter: Integer, domain: Domain, point: dict[str, Any], most: int
) -> st.SearchStrategy[int]:
    """Whole numbers near the low end that obey conditions such as x <= N, once N is drawn."""
    low, high = (end if math.isinf(end) else int(end) for end in _ends(parameter, most))
    if most == _MOST_ENTRIES:
        high = min(high, low + most)
    for condition in domain.where:
        if isinstance(condition, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
            smaller, larger = str(condition.lts), str(condition.gts)
            strict = isinstance(condition, (sympy.Lt, sympy.Gt))
            if smaller == parameter.name and larger in point:
                high = min(high, math.ceil(point[larger]) - 1 if strict else point[larger])
            if larger == parameter.name and smaller in point:
                low = max(low, math.floor(point[smaller]) + 1 if strict else point[smaller])
                high = max(low, high)
    assume(low <= high)
    return st.integers(math.ceil(low), math.floor(high))


def _size(size: Integer | int, point: dict[str, Any]) -> int:
    return size if isinstance(size, int) else int(point[size.name])


def _values(parameter: Parameter, point: dict[str, Any], largest: int) -> st.SearchStrategy[Any]:
    if isinstance(parameter, Labels):
        label = st.integers(1, max(1, _size(parameter.classes, point)))
        return st.tuples(*[label] * _size(parameter.length, point))
    if isinstance(parameter, Simplex):
        return _probabilities(_size(parameter.length, point))
    if isinstance(parameter, Matrix):
        row = st.tuples(
            *[_values(parameter.entry, point, largest)] * _size(parameter.columns, point)
        )
        return st.tuples(*[row] * _size(parameter.length, point))
    if isinstance(parameter, Vector):
        return st.tuples(
            *[_values(parameter.entry, point, largest)] * _size(parameter.length, point)
        )
    if isinstance(parameter, Categorical):
        return st.sampled_from(parameter.choices)
    if isinstance(parameter, Integer):
        low, high = _ends(parameter, largest)
        return st.integers(math.ceil(low), math.floor(high))
    if isinstance(parameter, Real):
        return _reals(parameter, largest)
    raise ClaimError(f"the parameter {parameter.name} has no strategy")


def _ends(parameter: Real | Integer, largest: int) -> tuple[Any, Any]:
    low, high = parameter.low, parameter.high
    if low == -math.inf:
        low = -largest if high == math.inf else high - largest
    if high == math.inf:
        high = max(low, 0) + largest
    return low, high


def _reals(parameter: Real, largest: int) -> st.SearchStrategy[Any]:
    """Whole numbers first, then short fractions, then floats."""
    low, high = _ends(parameter, largest)

    def inside(value: Any) -> bool:
        return parameter.violation(value) is None

    choices: list[st.SearchStrategy[Any]] = []
    wholes = range(math.ceil(low), math.floor(high) + 1)
    if any(inside(whole) for whole in wholes[:2]):
        choices.append(st.integers(math.ceil(low), math.floor(high)).filter(inside))
    short = [Fraction(math.ceil(low * 16), 16), Fraction(math.floor(high * 16), 16)]
    if short[0] <= short[1] and inside(float(sum(short) / 2)):
        choices.append(st.fractions(*short, max_denominator=16).map(float).filter(inside))
    choices.append(st.floats(float(low), float(high), allow_nan=False).filter(inside))
    return st.one_of(choices)


def _probabilities(size: int) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Exact probability vectors: nonnegative whole weights over their sum."""
    weights = st.lists(st.integers(0, 20), min_size=size, max_size=size).filter(any)
    return weights.map(lambda whole: tuple(Fraction(w, sum(whole)) for w in whole))
