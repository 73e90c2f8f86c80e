"""The coordinates of boxes: sides with exact ends, how they are halved, and whole domains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, fmpq

from theory.core.box_functions import Cell, Span
from theory.core.domain import Domain
from theory.core.errors import NotEnclosable
from theory.core.interval_programs import Positivity
from theory.core.intervals import INFINITY
from theory.core.parameters import Integer, Real, _Ordered

__all__ = ["Axes", "simplest", "whole_range"]


def _ball(value: fmpq | None, infinite: arb) -> arb:
    return infinite if value is None else arb(value)


def span_of(low: fmpq | None, high: fmpq | None, like: Span | None = None, **facts: Any) -> Span:
    ends = _ball(low, -INFINITY), _ball(high, INFINITY)
    if like is None:
        return Span(low, high, **facts, splits=0, interval=ends)
    at_low, at_high = low == like.low, high == like.high
    return Span(
        low,
        high,
        like.low_face and at_low,
        like.high_face and at_high,
        like.low_out and at_low,
        like.high_out and at_high,
        like.whole,
        like.splits + 1,
        ends,
    )


def whole_range(parameter: _Ordered) -> Span:
    """The whole range of a parameter."""
    whole = isinstance(parameter, Integer)
    low, high = (None if math.isinf(end) else exact(end) for end in (parameter.low, parameter.high))
    low_out, high_out = parameter.low_open, parameter.high_open
    if whole:
        if low is not None:
            low = fmpq(low.floor() + 1 if low_out else low.ceil())
        if high is not None:
            high = fmpq(high.ceil() - 1 if high_out else high.floor())
        low_out, high_out = low is None, high is None
    return span_of(
        low,
        high,
        low_face=low is not None,
        high_face=high is not None,
        low_out=low_out or low is None,
        high_out=high_out or high is None,
        whole=whole,
    )


def exact(value: Any) -> fmpq:
    fraction = Fraction(value)
    return fmpq(fraction.numerator, fraction.denominator)


def fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def middle_of(span: Span) -> fmpq:
    """Where a side is halved: the middle, or twice as far out where it is infinite."""
    low, high = span.low, span.high
    if low is not None and high is not None:
        middle = (low + high) / 2
        return fmpq(middle.floor()) if span.whole else middle
    if low is None and high is None:
        return fmpq(0)
    if high is None:
        return fmpq(0) if low < 0 else 2 * low + 1
    return fmpq(0) if high > 0 else 2 * high - 1


def halves_of(span: Span, at: fmpq | None = None) -> tuple[Span, Span]:
    middle = middle_of(span) if at is None else at
    if span.whole:
        return span_of(span.low, middle, span), span_of(middle + 1, span.high, span)
    first, second = span_of(span.low, middle, span), span_of(middle, span.high, span)
    if at is None:
        return first, second
    return _with_face(first, upper=True), _with_face(second, upper=False)


def _with_face(span: Span, upper: bool) -> Span:
    """With a face where the two sides are equal; it belongs to the domain."""
    faces = (span.low_face, True) if upper else (True, span.high_face)
    outs = span.low_out, span.high_out
    return Span(span.low, span.high, *faces, *outs, span.whole, span.splits, span.interval)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational of smallest denominator in the closed interval [low, high]."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    rest = simplest(1 / (high - math.floor(low)), 1 / (low - math.floor(low)))
    return math.floor(low) + 1 / rest


def inner_point(span: Span) -> fmpq:
    """A point of a side to test the inequality at."""
    if span.thin:
        return span.low
    return middle_of(span)


def rational(value: fmpq) -> sympy.Rational:
    return sympy.Rational(int(value.p), int(value.q))


def is_outside(value: fmpq, root: Span) -> bool:
    below = root.low is not None and (value < root.low or (root.low_out and value == root.low))
    above = root.high is not None and (value > root.high or (root.high_out and value == root.high))
    return below or above or (root.whole and value.q != 1)


@dataclass
class Axes:
    """The parameters that matter, as symbols without integrality (which real boxes ignore)."""

    parameters: list[_Ordered] = field(default_factory=list)
    symbols: tuple[sympy.Symbol, ...] = ()
    roots: Cell = ()
    positivity: Positivity = ()
    table: dict[Any, sympy.Symbol] = field(default_factory=dict)

    @classmethod
    def of(cls, expressions: Sequence[sympy.Basic], domain: Domain) -> Axes:
        """The parameters in the expressions, and those that side conditions tie to them."""
        names = {str(s) for e in expressions for s in e.free_symbols}
        for _ in domain.where:
            for condition in domain.where:
                tied = {str(s) for s in condition.free_symbols}
                if tied & names:
                    names |= tied
        parameters: list[_Ordered] = []
        for parameter in domain.parameters:
            if parameter.name in names:
                if not isinstance(parameter, _Ordered):
                    raise NotEnclosable(f"{parameter.name} is no number: it has no range")
                parameters.append(parameter)
        known = {parameter.name for parameter in parameters}
        free = {s for e in expressions for s in e.free_symbols if str(s) not in known}
        others = sorted(free, key=sympy.default_sort_key)
        for symbol in others:
            if not isinstance(symbol, sympy.Symbol):
                raise NotEnclosable(f"{symbol} has no range")
            taken = {parameter.name for parameter in parameters}
            parameters.append(_by_assumptions(symbol, taken))
        symbols = tuple(sympy.Dummy(p.name, **p._sign_assumptions()) for p in parameters)
        roots = tuple(whole_range(parameter) for parameter in parameters)
        # parameters are known by name, other symbols by themselves
        keys = [*(p.name for p in parameters[: len(known)]), *others]
        table = dict(zip(keys, symbols, strict=True))
        return cls(parameters, symbols, roots, _positivity(symbols, roots), table)

    def translated(self, expression: sympy.Basic) -> sympy.Basic:
        """The expression in the symbols of the boxes."""
        found = {s: self.table.get(s, self.table.get(str(s))) for s in expression.free_symbols}
        return expression.xreplace({s: new for s, new in found.items() if new is not None})


def _by_assumptions(symbol: sympy.Symbol, taken: set[str]) -> _Ordered:
    ends: dict[str, Any] = {}
    if symbol.is_positive:
        ends = {"at_least": 1} if symbol.is_integer else {"above": 0}
    elif symbol.is_nonnegative:
        ends = {"at_least": 0}
    elif symbol.is_negative:
        ends = {"at_most": -1} if symbol.is_integer else {"below": 0}
    elif symbol.is_nonpositive:
        ends = {"at_most": 0}
    elif not symbol.is_real:
        raise NotEnclosable(f"{symbol} is neither a parameter nor a real symbol")
    kind: type[_Ordered] = Integer if symbol.is_integer else Real
    name = symbol.name if symbol.name.isidentifier() else "free"
    while name in taken:
        name += "_"
    return kind(name, **ends)


def _positivity(symbols: tuple[sympy.Symbol, ...], roots: Cell) -> Positivity:
    """Symbols as a finite end plus or minus something whose sign SymPy knows."""

    def form(symbol: sympy.Symbol, root: Span, upper: bool) -> sympy.Expr:
        end = root.high if upper else root.low
        if end is None:
            return symbol
        sign = {"positive": True} if root.out(upper) else {"nonnegative": True}
        distance = sympy.Dummy(symbol.name, **sign)
        number = sympy.Rational(int(end.p), int(end.q))
        return number - distance if upper else number + distance

    pairs = list(zip(symbols, roots, strict=True))
    from_below = tuple((s, form(s, root, False)) for s, root in pairs)
    from_above = tuple(((s, form(s, root, True)),) for s, root in pairs if root.high is not None)
    return (from_below, *from_above)
