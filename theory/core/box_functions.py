"""Ranges of functions on boxes: by slopes, mean values, and Taylor remainders at faces of zeros.

A `Function` is an expression in a few symbols. Its range on a box comes from interval arithmetic,
from the signs of its slopes (the extreme is at an end), from the mean value theorem, or, where it
vanishes on a face of the domain, from the first derivative that does not (Taylor with remainder).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sympy
from flint import arb, fmpq
from sympy.core.function import ArgumentIndexError

from theory.core import intervals
from theory.core.certify_functions import prepared
from theory.core.errors import NotEnclosable
from theory.core.interval_programs import MAXIMAL_SIZE, Positivity, Program, compiled
from theory.core.intervals import NAN, ZERO, Interval, Trouble

__all__ = ["Cell", "Function", "Span", "in_factors", "vanishes"]

HIGHEST_ORDER = 4
LARGEST_NUMBER = 1000  # in numerators and denominators that SymPy is given

ROUGH = (
    sympy.Abs,
    sympy.Max,
    sympy.Min,
    sympy.floor,
    sympy.ceiling,
    sympy.sign,
    sympy.Piecewise,
    sympy.KroneckerDelta,
    sympy.Derivative,
    sympy.Subs,
    sympy.Integral,
)


@dataclass(frozen=True, slots=True)
class Span:
    """One side of a box.

    Attributes
    ----------
    low, high : fmpq or None
        The ends; None where infinite.
    low_face, high_face : bool
        The end lies on a face where the inequality may be an equality.
    low_out, high_out : bool
        The end itself does not belong to the domain.
    whole : bool
        Only the integers in it count.
    splits : int
        How often it has been halved.
    interval : Interval
    """

    low: Any
    high: Any
    low_face: bool
    high_face: bool
    low_out: bool
    high_out: bool
    whole: bool
    splits: int
    interval: Interval

    @property
    def thin(self) -> bool:
        """A single number."""
        return self.low is not None and self.low == self.high

    @property
    def finite(self) -> bool:
        """Two finite ends."""
        return self.low is not None and self.high is not None

    def end(self, upper: bool) -> Interval:
        """The lower or upper end as an interval."""
        ball = self.interval[1 if upper else 0]
        return ball, ball

    def out(self, upper: bool) -> bool:
        """Whether that end is not in the domain."""
        return self.high_out if upper else self.low_out

    def inverted(self) -> Span:
        """The range of 1/x for x that runs to infinity, or of -1/x for minus infinity."""
        upwards = self.high is None
        high = 1 / (self.low if upwards else -self.high)
        edge_out = self.low_out if upwards else self.high_out
        ends = ZERO, arb(high)
        return Span(fmpq(0), high, True, False, True, edge_out, False, self.splits, ends)


Cell = tuple[Span, ...]


class Function:
    """A real function of the coordinates of a box."""

    def __init__(
        self,
        expression: sympy.Expr,
        symbols: tuple[sympy.Symbol, ...],
        positivity: Positivity = (),
    ) -> None:
        self.expression = prepared(sympy.sympify(expression))
        self.symbols = symbols
        self.positivity = positivity
        self.slopes: list[Interval | None] = []  # of the last box that needed them, and
        self.level = 0  # the worst singularity met there
        self._partials: dict[int, Function | None] = {}
        self._orders: dict[tuple[int, Any], int] = {}

    @functools.cached_property
    def program(self) -> Program:
        """The compiled expression."""
        return compiled(self.expression, self.symbols, self.positivity)

    @functools.cached_property
    def limit_program(self) -> Program:
        """The same for limits at ends that are no part of the domain."""
        return compiled(self.expression, self.symbols, self.positivity, at_limit=True)

    def plain(self, cell: Cell) -> tuple[Interval, int]:
        """The range by interval arithmetic, and the worst singularity met."""
        value = self.program.run([span.interval for span in cell])
        return value, self.program.trouble.level

    def partial(self, axis: int) -> Function | None:
        """The derivative in one coordinate, None where there is none to be had."""
        if axis not in self._partials:
            self._partials[axis] = self._derivative(axis)
        return self._partials[axis]

    def _derivative(self, axis: int) -> Function | None:
        symbol = self.symbols[axis]
        rough = [part for kind in ROUGH for part in self.expression.atoms(kind)]
        if any(part.has(symbol) for part in rough):
            return None
        try:
            slope = in_factors(sympy.diff(self.expression, symbol))
            if slope.has(*ROUGH):
                return None
            derivative = Function(slope, self.symbols, self.positivity)
            _ = derivative.program
        except (NotEnclosable, ArgumentIndexError, NotImplementedError):
            return None
        return derivative

    def enclosure(self, cell: Cell, depth: int = 1) -> tuple[Interval, int]:
        """The range, improved ``depth`` times by slopes that are themselves enclosed so."""
        value, level = self.plain(cell)
        if depth == 0 or level == Trouble.INSIDE:
            return value, level
        slopes = self._slopes(cell, depth - 1)
        low = self._extreme(cell, slopes, upper=False)
        high = self._extreme(cell, slopes, upper=True)
        better = (
            value[0] if low.is_nan() else low if value[0].is_nan() else low.max(value[0]),
            value[1] if high.is_nan() else high if value[1].is_nan() else high.min(value[1]),
        )
        return better, level

    def _slopes(self, cell: Cell, depth: int) -> list[Interval | None]:
        slopes: list[Interval | None] = []
        for axis, span in enumerate(cell):
            derivative = None if span.thin else self.partial(axis)
            slope, level = derivative.enclosure(cell, depth) if derivative else (None, 0)
            slopes.append(None if level == Trouble.INSIDE else slope)
        return slopes

    def _extreme(self, cell: Cell, slopes: list[Interval | None], upper: bool) -> arb:
        """A lower (upper) bound of the least (largest) value, by signs of slopes and mean values.

        A coordinate in which the function is monotone is set to the end with the extreme value;
        elsewhere the mean value theorem is used, and a coordinate without slope stays as it is.
        """
        centre: list[Interval] = []
        rest: list[tuple[Interval, Interval]] = []
        vanishes = outside = False
        for axis, (span, slope) in enumerate(zip(cell, slopes, strict=True)):
            if slope is None:
                centre.append(span.interval)
            elif slope[0] >= 0 or slope[1] <= 0:
                at_high = (slope[0] >= 0) == upper
                centre.append(span.end(at_high))
                outside = outside or span.out(at_high)
                vanishes = vanishes or self.order(cell, axis, at_high) > 0
            elif span.finite and slope[0].is_finite() and slope[1].is_finite():
                middle = arb((span.low + span.high) / 2)
                offset = span.interval[0] - middle, span.interval[1] - middle
                centre.append((middle, middle))
                rest.append((slope, offset))
            else:
                centre.append(span.interval)
        if vanishes:
            value = (ZERO, ZERO)
        else:
            program = self.limit_program if outside else self.program
            value = program.run(centre)
            if program.trouble.level:
                return NAN
        for slope, offset in rest:
            value = intervals.plus(value, intervals.times(slope, offset))
        return value[1 if upper else 0]

    def nonnegative(self, cell: Cell, strict: bool) -> bool:
        """Whether the function is seen to be at least 0 (above 0) all over the box."""
        (low, _), level = self.plain(cell)
        self.slopes, self.level = [], level
        if level == 0 and _holds(low, strict):
            return True
        self.slopes = self._slopes(cell, 0)
        if level == 0:
            low = self._extreme(cell, self.slopes, upper=False)
            if _holds(low, strict) or (strict and low >= 0 and self._rises_from_outside(cell)):
                return True
        return self._positive_by_taylor(cell, strict)

    def _rises_from_outside(self, cell: Cell) -> bool:
        """Above 0 though the lower bound is 0, because it is reached outside of the domain only.

        An analytic function that is monotone on an interval, at least 0 in the limit at one end
        and above 0 at the other can vanish nowhere between.
        """
        for span, slope in zip(cell, self.slopes, strict=True):
            if slope is None or not (slope[0] >= 0 or slope[1] <= 0):
                continue
            at_high = not slope[0] >= 0
            if not span.out(at_high):
                continue
            opposite = [s.end(not at_high) if s is span else s.interval for s in cell]
            if self.program.run(opposite)[0] > 0 and self.program.trouble.level == 0:
                return True
        return False

    def order(self, cell: Cell, axis: int, upper: bool) -> int:
        """How many derivatives in one coordinate, itself included, vanish all over that face."""
        span = cell[axis]
        if not (span.high_face if upper else span.low_face):
            return 0
        value = span.high if upper else span.low
        key = axis, value
        if key not in self._orders:
            function: Function | None = self
            order = 0
            while order < HIGHEST_ORDER and function and function.vanishes_at(cell, axis, value):
                function, order = function.partial(axis), order + 1
            self._orders[key] = order
        return self._orders[key]

    def vanishes_at(self, cell: Cell, axis: int, value: fmpq) -> bool:
        """Whether the function is 0 wherever one coordinate has that value."""
        at = sympy.Rational(int(value.p), int(value.q))
        centre = [_middle(s.interval) if s.finite else s.interval for s in cell]
        centre[axis] = arb(value), arb(value)
        low, high = self.program.run(centre)
        return not (low > 0 or high < 0) and vanishes(self.expression, {self.symbols[axis]: at})

    def _positive_by_taylor(self, cell: Cell, strict: bool) -> bool:
        """Where the function vanishes to order k on a face, its k-th derivative has its sign.

        With orders k and l on faces of two coordinates, f(x, y) is x^k y^l times a mean value of
        the mixed derivative of these orders over k! l!, and so on.
        """
        derivative = self.vanishing_part(cell, strict)
        if derivative is None:
            return False
        function, sign = derivative
        (low, high), level = function.enclosure(cell)
        return level == 0 and _holds(low if sign > 0 else -high, strict)

    def vanishing_part(self, cell: Cell, strict: bool = False) -> tuple[Function, int] | None:
        """The derivative that decides the sign next to faces of zeros, and its sign there."""
        function, sign, found = self, 1, False
        for axis, span in enumerate(cell):
            for upper in (False, True):
                order = self.order(cell, axis, upper)
                if order == 0 or span.thin or (strict and not span.out(upper)):
                    continue
                for _ in range(order):
                    value, level = function.plain(cell)
                    if level or not (value[0].is_finite() and value[1].is_finite()):
                        return None  # not seen to be continuous up to the face
                    derivative = function.partial(axis)
                    if derivative is None:
                        return None
                    function = derivative
                sign, found = (-sign if upper and order % 2 else sign), True
                break
        return (function, sign) if found else None


def _middle(interval: Interval) -> Interval:
    middle = (interval[0] + interval[1]) / 2
    return middle, middle


def _holds(low: arb, strict: bool) -> bool:
    return bool(low > 0 if strict else low >= 0)


def vanishes(e: sympy.Expr, values: dict[sympy.Symbol, sympy.Rational]) -> bool:
    """Whether an expression is identically 0 with simple values put in, as far as SymPy sees."""
    if any(abs(value.p) > LARGEST_NUMBER or value.q > LARGEST_NUMBER for value in values.values()):
        return False  # SymPy would write out factorials and Bernoulli numbers
    try:
        e = e.subs(values)
        if e.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.AccumBounds):
            return False
        return bool(e.is_zero or sympy.expand(e) == 0 or sympy.simplify(e) == 0)
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return False


def in_factors(e: sympy.Expr) -> sympy.Expr:
    """Factored where that is cheap: interval arithmetic sees the signs of factors."""
    if e.count_ops() > MAXIMAL_SIZE:
        return sympy.factor_terms(e)
    try:
        return sympy.factor(e)
    except (NotImplementedError, sympy.PolynomialError, RecursionError):
        return sympy.factor_terms(e)
