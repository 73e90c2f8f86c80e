"""The hypotheses of a claim: its parameters, their ranges, and side conditions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from theory.core.errors import ClaimError, DomainError
from theory.core.parameters import (
    Integer,
    Labels,
    Matrix,
    Parameter,
    Value,
    Vector,
    _Ordered,
)

__all__ = ["Domain", "Point", "exact_number"]

Point = Mapping[str, Value]


def exact_number(value: Any) -> sympy.Expr:
    """The exact SymPy number that a Python number stands for (floats: the dyadic rational)."""
    if isinstance(value, float):
        return sympy.Rational(*value.as_integer_ratio())
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    return sympy.sympify(value)


@dataclass(frozen=True, init=False, eq=False)
class Domain:
    """The set of parameter values for which a claim is made.

    Parameters
    ----------
    *parameters : Parameter
        The parameters, in the order in which check functions and readers meet them.
    where : tuple of SymPy conditions
        Side conditions between parameters, such as ``d >= M``.
    remarks : tuple of str
        Hypotheses that are not conditions on numbers, in LaTeX text: what is drawn from which law.

    Raises
    ------
    ClaimError
        Two parameters share a name, or a condition uses an unknown symbol.
    """

    parameters: tuple[Parameter, ...]
    where: tuple[sympy.Basic, ...]
    remarks: tuple[str, ...]

    def __init__(
        self,
        *parameters: Parameter,
        where: tuple[sympy.Basic, ...] = (),
        remarks: tuple[str, ...] = (),
    ) -> None:
        names = [parameter.name for parameter in parameters]
        if len(set(names)) < len(names):
            raise ClaimError(f"two parameters share a name among {', '.join(names)}")
        for parameter in parameters:
            sizes = (getattr(parameter, name, None) for name in ("length", "classes", "columns"))
            for size in sizes:
                if isinstance(size, Parameter) and size.name not in names:
                    raise ClaimError(f"{size.name}, a size of {parameter.name}, is no parameter")
        known = {str(symbol) for p in parameters for symbol in p.symbol.free_symbols}
        for condition in where:
            symbols = {s for s in condition.free_symbols if isinstance(s, sympy.Symbol)}
            unknown = {str(symbol) for symbol in symbols} - known
            if unknown:
                raise ClaimError(f"side condition {condition} uses unknown {', '.join(unknown)}")
        object.__setattr__(self, "parameters", tuple(parameters))
        object.__setattr__(self, "where", tuple(where))
        object.__setattr__(self, "remarks", tuple(remarks))

    def __getitem__(self, name: str) -> Parameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise DomainError(f"no parameter {name!r}; there are {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameter names in order."""
        return tuple(parameter.name for parameter in self.parameters)

    def violation(self, point: Point) -> str | None:
        """One line saying why ``point`` is outside the domain, or None when it is inside."""
        if set(point) != set(self.names):
            missing = [name for name in self.names if name not in point]
            extra = [name for name in point if name not in self.names]
            if missing:
                return f"no value for {', '.join(missing)}"
            return f"unknown parameter {', '.join(extra)}; there are {', '.join(self.names)}"
        for parameter in self.parameters:
            if (problem := parameter.violation(point[parameter.name])) is not None:
                return problem
            if isinstance(parameter, Vector):
                if (problem := _size_violation(parameter, point)) is not None:
                    return problem
        for condition in self.where:
            if not self._holds(condition, point):
                return f"the side condition {condition} fails"
        return None

    def _holds(self, condition: sympy.Basic, point: Point) -> bool:
        from theory.core.evaluation import substitute

        decided = sympy.simplify(substitute(condition, self.environment(point)))
        if decided not in (sympy.true, sympy.false):
            raise DomainError(f"the side condition {condition} cannot be decided at {dict(point)}")
        return bool(decided)

    def require(self, point: Point) -> None:
        """Raise `DomainError` with one clear line when ``point`` is outside."""
        if (problem := self.violation(point)) is not None:
            raise DomainError(problem)

    def environment(self, point: Point) -> dict[str, Any]:
        """The point as exact SymPy numbers (tuples of them for vectors), keyed by name."""
        environment: dict[str, Any] = {}
        for name, value in point.items():
            if isinstance(value, str):
                environment[name] = sympy.Symbol(value)
            else:
                environment[name] = _exact(value)
        return environment

    def grid(self) -> Iterator[dict[str, Value]]:
        """Every combination of the parameters' default values that satisfies the conditions.

        Vectors have no default grid: points with vectors are drawn by ``verify``.
        """
        for values in itertools.product(*(parameter.grid for parameter in self.parameters)):
            point = dict(zip(self.names, values, strict=True))
            if self.violation(point) is None:
                yield point

    def positive_form(self) -> dict[sympy.Symbol, sympy.Expr]:
        """Each bounded parameter written through a free positive (or nonnegative) symbol.

        ``alpha > 1`` becomes ``1 + alpha_`` with ``alpha_ > 0``, so that SymPy's assumptions alone
        decide signs such as ``alpha - 1 > 0``. The map is onto the domain's box.
        """
        form: dict[sympy.Symbol, sympy.Expr] = {}
        for parameter in self.parameters:
            if not isinstance(parameter, _Ordered) or parameter.low == -float("inf"):
                continue
            if parameter.low == 0 and parameter.high == float("inf"):
                continue  # the symbol's own sign says it all
            sign = {"positive": True} if parameter.low_open else {"nonnegative": True}
            low = exact_number(parameter.low)
            if isinstance(parameter, Integer):
                free = sympy.Dummy(parameter.name, integer=True, **sign)
                form[parameter.symbol] = low + free
            elif parameter.high == float("inf"):
                form[parameter.symbol] = low + sympy.Dummy(parameter.name, **sign)
            else:  # low + (high - low) w / (1 + w), w >= 0: everything but the upper end
                free = sympy.Dummy(parameter.name, **sign)
                width = exact_number(parameter.high) - low
                form[parameter.symbol] = low + width * free / (1 + free)
        return form

    def latex(self) -> tuple[str, ...]:
        """The hypotheses one by one, as LaTeX text with formulas in dollars."""
        from theory.core.printing import latex

        lines = []
        for parameter in self.parameters:
            meaning = f" ({parameter.meaning})" if parameter.meaning else ""
            lines.append(f"${parameter.range_latex()}${meaning}")
        lines += [f"${latex(condition, self)}$" for condition in self.where]
        return (*lines, *self.remarks)


def _size_violation(parameter: Vector, point: Point) -> str | None:
    """Sizes that are themselves parameters are checked against the same point."""
    values = point[parameter.name]
    if isinstance(parameter.length, Parameter) and len(values) != point[parameter.length.name]:
        length = parameter.length.name
        return f"{parameter.name} has {len(values)} entries, not {length} = {point[length]}"
    if isinstance(parameter, Matrix) and isinstance(parameter.columns, Parameter):
        width, name = point[parameter.columns.name], parameter.columns.name
        if any(len(row) != width for row in values):
            return f"the rows of {parameter.name} do not have {name} = {width} entries"
    if isinstance(parameter, Labels):
        classes = parameter.classes
        most = point[classes.name] if isinstance(classes, Parameter) else classes
        if max(values, default=0) > most:
            return f"{parameter.name} has the label {max(values)}, beyond {most} classes"
    return None


def _exact(value: Any) -> Any:
    return tuple(map(_exact, value)) if isinstance(value, (tuple, list)) else exact_number(value)
