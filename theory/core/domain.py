"""The hypotheses of a claim: its parameters, their ranges, and side conditions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar

import sympy
from mpmath.libmp import to_rational

from theory.core.binding import symbols_of
from theory.core.errors import AssayError, ClaimError, DomainError
from theory.core.parameters import (
    Categorical,
    Integer,
    Labels,
    Matrix,
    Parameter,
    Real,
    Value,
    Vector,
    _Ordered,
)
from theory.core.rich_display import RichDisplay, paragraphs

__all__ = ["Domain", "Point", "Range", "exact_float", "exact_number", "in_range", "solved"]

Point = Mapping[str, Value]


def exact_number(value: Any) -> sympy.Expr:
    """The exact SymPy number that a Python number stands for (floats: the dyadic rational)."""
    if isinstance(value, float):
        return sympy.Rational(*value.as_integer_ratio())
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    number = sympy.sympify(value)
    return exact_float(number) if isinstance(number, sympy.Float) else number


def exact_float(value: sympy.Float) -> sympy.Rational:
    """The dyadic rational that a SymPy float is."""
    return sympy.Rational(*to_rational(value._mpf_))


@dataclass(frozen=True)
class Range:
    """Where a bound variable runs, for a rule that looks inside a sum or an integral."""

    variable: sympy.Symbol
    low: sympy.Expr
    high: sympy.Expr
    discrete: bool


@dataclass(frozen=True, init=False, eq=False)
class Domain(RichDisplay):
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
    # Set on the copies that `within` makes.
    ranges: ClassVar[tuple[Range, ...]] = ()

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
        where = tuple(sympy.sympify(condition) for condition in where)
        for condition in where:
            symbols = {s for s in condition.free_symbols if isinstance(s, sympy.Symbol)}
            unknown = {str(symbol) for symbol in symbols} - known
            if unknown:
                raise ClaimError(f"side condition {condition} uses unknown {', '.join(unknown)}")
        object.__setattr__(self, "parameters", tuple(parameters))
        object.__setattr__(self, "where", tuple(where))
        object.__setattr__(self, "remarks", tuple(remarks))

    def __repr__(self) -> str:
        return f"<Domain: {self}>"

    def __str__(self) -> str:
        words = (*map(_words, self.parameters), *map(str, self.where), *self.remarks)
        return "; ".join(words)

    def _repr_latex_(self) -> str:
        return paragraphs(self.latex())

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

        # first in balls: SymPy never ends on some powers, such as 608**(p/2**51)
        if (answer := _seen_to_hold(condition, self.environment(point))) is not None:
            return answer
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

    def within(self, variable: Any, low: Any, high: Any, *, discrete: bool) -> Domain:
        """The domain as it is seen inside a sum (discrete) or an integral over ``variable``.

        A parameter of that name is hidden there, with the side conditions that speak of it.
        """
        variable, low, high = (sympy.sympify(e) for e in (variable, low, high))
        inside = self._without(variable)
        ranges = (*inside.ranges, Range(variable, low, high, discrete))
        object.__setattr__(inside, "ranges", ranges)
        return inside

    def _without(self, variable: Any) -> Domain:
        """The domain where a name means something else."""
        inside = copy(self)
        kept = tuple(p for p in self.parameters if p.name != variable.name)
        outer = tuple(r for r in self.ranges if r.variable.name != variable.name)
        where = tuple(c for c in self.where if variable.name not in {s.name for s in symbols_of(c)})
        object.__setattr__(inside, "parameters", kept)
        object.__setattr__(inside, "where", where)
        object.__setattr__(inside, "ranges", outer)
        return inside

    def inside(self, operation: Any, limit: Any) -> Domain:
        """The domain as it is seen under one limit of an operation.

        The variable of a sum, product or integral runs between the ends; what else may be
        written with limits, such as an iteration, gives its variable no range.
        """
        if isinstance(operation, (sympy.Sum, sympy.Product)):
            return self.within(*limit, discrete=True)
        if isinstance(operation, sympy.Integral):
            return self.within(*limit, discrete=False)
        return self._without(limit[0])

    def beyond(self, variable: Any, least: int) -> Domain:
        """The part of the domain where a parameter without an upper end is at least ``least``."""
        variable = sympy.sympify(variable)
        grown = copy(self)
        parameters = tuple(
            replace(p, above=None, at_least=least, grid=())
            if isinstance(p, _Ordered) and p.symbol == variable and p.low < least < p.high
            else p
            for p in self.parameters
        )
        object.__setattr__(grown, "parameters", parameters)
        return grown

    def positive_form(self) -> dict[sympy.Symbol, sympy.Expr]:
        """Each bounded parameter written through a free positive (or nonnegative) symbol.

        ``alpha > 1`` becomes ``1 + alpha_`` with ``alpha_ > 0``, so that SymPy's assumptions alone
        decide signs such as ``alpha - 1 > 0``. The map is onto the domain's box, without the upper
        ends of closed intervals, which `forms` adds.
        """
        form: dict[sympy.Symbol, sympy.Expr] = {}
        for parameter in self.parameters:
            if isinstance(parameter, _Ordered):
                written = _through_a_positive_symbol(parameter)
                if written is not None:
                    form[parameter.symbol] = written
        return form

    def forms(self) -> tuple[dict[sympy.Symbol, sympy.Expr], ...]:
        """Substitutions that together cover the domain's box.

        The first is `positive_form`; the others put some parameters at the upper ends of their
        closed intervals. What is to hold on the domain must hold in each.
        """
        inside = self.positive_form()
        closed = [
            parameter
            for parameter in self.parameters
            if isinstance(parameter, Real)
            and not parameter.high_open
            and math.inf not in (parameter.high, -parameter.low)
        ]
        forms = []
        for ends in itertools.product((False, True), repeat=len(closed)):
            at = {
                p.symbol: exact_number(p.high) for p, end in zip(closed, ends, strict=True) if end
            }
            forms.append({**inside, **at})
        return tuple(forms)

    def readings(self, *symbols: sympy.Symbol) -> Iterator[tuple[dict[Any, sympy.Expr], ...]]:
        """Ways to cover the domain by substitutions, the plainest first.

        Proving something in all forms of one reading proves it. The further readings write one of
        ``symbols`` through a bound variable's range or through a side condition ``a <= b``.
        """
        forms = self.forms()
        yield forms
        for bounds in self.ranges:
            if bounds.variable in symbols:
                for written in in_range(bounds):
                    more = {bounds.variable: written}
                    yield tuple(_composed(more, form) for form in forms)
        for condition in self.where:
            more = solved(condition)
            if more.keys() & set(symbols):
                yield tuple(_composed(more, form) for form in forms)

    @property
    def told(self) -> tuple[Any, ...]:
        """What is known of numbers: domains that tell the same have the same forms and readings."""
        return self.parameters, self.where, self.ranges

    def latex(self) -> tuple[str, ...]:
        """The hypotheses one by one, as LaTeX text with formulas in dollars."""
        from theory.core.printing import latex

        lines = []
        for parameter in self.parameters:
            meaning = f" ({parameter.meaning})" if parameter.meaning else ""
            lines.append(f"${parameter.range_latex()}${meaning}")
        lines += [f"${latex(condition, self)}$" for condition in self.where]
        return (*lines, *self.remarks)


# The same symbols every time: SymPy then remembers what it found out about what holds them.


@lru_cache(maxsize=4096)
def _through_a_positive_symbol(parameter: _Ordered) -> sympy.Expr | None:
    """The parameter as an expression in a signed symbol, or None where its own sign says it all."""
    low, high = parameter.low, parameter.high
    if isinstance(parameter, Integer):
        first, last = parameter.first, parameter.last
        if first is None:
            if last is None or (high == 0 and parameter.high_open):
                return None
            return last - sympy.Dummy(parameter.name, integer=True, nonnegative=True)
        if low == 0 and high == math.inf:
            return None
        return first + sympy.Dummy(parameter.name, integer=True, nonnegative=True)
    if low == -math.inf:
        if high == math.inf or (high == 0 and parameter.high_open):
            return None
        sign = {"positive": True} if parameter.high_open else {"nonnegative": True}
        return exact_number(high) - sympy.Dummy(parameter.name, **sign)
    if low == 0 and high == math.inf:
        return None
    sign = {"positive": True} if parameter.low_open else {"nonnegative": True}
    free = sympy.Dummy(parameter.name, **sign)
    if high == math.inf:
        return exact_number(low) + free
    # low + (high - low) w / (1 + w), w >= 0: everything but the upper end
    return exact_number(low) + (exact_number(high) - exact_number(low)) * free / (1 + free)


@lru_cache(maxsize=4096)
def in_range(bounds: Range) -> tuple[sympy.Expr, ...]:
    """The inside of a range through a positive symbol, from either end."""
    sign = {"integer": True, "nonnegative": True} if bounds.discrete else {"positive": True}
    free = sympy.Dummy(bounds.variable.name, **sign)
    low, high = bounds.low is not -sympy.oo, bounds.high is not sympy.oo
    if not bounds.discrete and low and high:
        return (bounds.low + (bounds.high - bounds.low) * free / (1 + free),)
    from_below = (bounds.low + free,) if low else ()
    if high and (bounds.high.is_integer or not bounds.discrete):
        return (*from_below, bounds.high - free)
    return from_below


@lru_cache(maxsize=4096)
def solved(condition: sympy.Basic) -> dict[Any, sympy.Expr]:
    """``x <= N`` as N = x + w with w >= 0; nothing for other kinds of conditions."""
    if not isinstance(condition, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return {}
    smaller, larger = condition.lts, condition.gts
    strict = isinstance(condition, (sympy.Lt, sympy.Gt))
    sign = {"positive": True} if strict else {"nonnegative": True}
    free = sympy.Dummy("gap", integer=bool((larger - smaller).is_integer) or None, **sign)
    if isinstance(larger, sympy.Symbol) and not smaller.has(larger):
        return {larger: smaller + free}
    if isinstance(smaller, sympy.Symbol) and not larger.has(smaller):
        return {smaller: larger - free}
    return {}


def _composed(more: dict[Any, sympy.Expr], form: dict[Any, sympy.Expr]) -> dict[Any, sympy.Expr]:
    inside = {symbol: written.subs(form, simultaneous=True) for symbol, written in more.items()}
    return {**form, **inside}


def _seen_to_hold(condition: sympy.Basic, environment: dict[str, Any]) -> bool | None:
    """Whether enclosures of the two sides decide an inequality or refute an equation."""
    from theory.core.evaluation import enclose

    if not isinstance(condition, sympy.core.relational.Relational):
        return None
    try:
        gap = enclose(condition.lhs, environment) - enclose(condition.rhs, environment)
    except (AssayError, ArithmeticError, ValueError, TypeError, NotImplementedError):
        return None  # no number, or none that can be enclosed
    if not (gap > 0 or gap < 0):
        return None
    return bool(condition.func(1 if gap > 0 else -1, 0))


def _words(parameter: Parameter) -> str:
    """A parameter and its values in plain text."""
    if isinstance(parameter, _Ordered):
        kind = "a whole number in" if isinstance(parameter, Integer) else "in"
        return f"{parameter.name} {kind} {parameter.interval()}"
    if isinstance(parameter, Categorical):
        return f"{parameter.name} one of {', '.join(parameter.choices)}"
    return f"{parameter.name}, a {type(parameter).__name__.lower()}"


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
