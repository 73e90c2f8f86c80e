"""Interval arithmetic whose ends are thin Arb balls, for expressions over boxes.

An interval is a pair of balls ``(low, high)``: there are real numbers L in ``low`` and H in
``high`` such that every value lies in [L, H]. The ends of a monotone function's range are its
values at the ends, and the ends of a box are not blurred, which one wide ball cannot offer: a ball
around [0, 1] also holds negative numbers. A NaN end says nothing, and every comparison with it is
false, so that nothing is ever proved from it.

A product of 0 and an infinite end is 0, because an unbounded interval holds real numbers only. In
the limit at infinity that is wrong, and `times_at_limit` is used instead.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from flint import arb

__all__ = ["Guard", "Interval", "Trouble"]

Interval = tuple[arb, arb]

ZERO, ONE, INFINITY, NAN = arb(0), arb(1), arb("inf"), arb("nan")
UNKNOWN: Interval = (NAN, NAN)


class Guard(Enum):
    """What is known of an argument at which its function would be singular."""

    POSITIVE = "positive on the domain"
    NEGATIVE = "negative on the domain"
    FACE = "singular on a face of the box only"
    NONE = "nothing"


class Trouble:
    """The worst singularity met in one evaluation: none, on a face of the box, or inside."""

    __slots__ = ("level",)
    FACE, INSIDE = 1, 2

    def __init__(self) -> None:
        self.level = 0

    def note(self, guard: Guard) -> None:
        """A singular value was touched at an end of the argument's interval."""
        if guard in (Guard.FACE, Guard.NONE):
            self.level = max(self.level, self.FACE if guard is Guard.FACE else self.INSIDE)

    def inside(self) -> Interval:
        """The argument may leave the function's domain."""
        self.level = self.INSIDE
        return UNKNOWN


Unary = Callable[[Interval], Interval]
Binary = Callable[[Interval, Interval], Interval]


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval that holds both."""
    return a[0].min(b[0]), a[1].max(b[1])


def plus(a: Interval, b: Interval) -> Interval:
    """Sum."""
    return a[0] + b[0], a[1] + b[1]


def minus(a: Interval) -> Interval:
    """Negative."""
    return -a[1], -a[0]


def _product(x: arb, y: arb) -> arb:
    p = x * y
    if p.is_nan() and ((x == 0 and not y.is_nan()) or (y == 0 and not x.is_nan())):
        return ZERO
    return p


def _product_at_limit(x: arb, y: arb) -> arb:
    return x * y


def _multiplication(product: Callable[[arb, arb], arb]) -> Binary:
    def times(a: Interval, b: Interval) -> Interval:
        a_low, a_high = a
        b_low, b_high = b
        if a_low >= 0:
            if b_low >= 0:
                return product(a_low, b_low), product(a_high, b_high)
            if b_high <= 0:
                return product(a_high, b_low), product(a_low, b_high)
            return _spread(product, a, b)
        if a_high <= 0:
            if b_low >= 0:
                return product(a_low, b_high), product(a_high, b_low)
            if b_high <= 0:
                return product(a_high, b_high), product(a_low, b_low)
        return _spread(product, a, b)

    return times


def _spread(product: Callable[[arb, arb], arb], a: Interval, b: Interval) -> Interval:
    corners = [product(x, y) for x in a for y in b]
    low = high = corners[0]
    for corner in corners[1:]:
        low, high = low.min(corner), high.max(corner)
    return low, high


times = _multiplication(_product)
times_at_limit = _multiplication(_product_at_limit)


def scaled(factor: arb) -> Unary:
    """Multiplication by a constant that is not zero."""
    if factor > 0:
        return lambda a: (factor * a[0], factor * a[1])
    return lambda a: (factor * a[1], factor * a[0])


def shifted(constant: arb) -> Unary:
    """Addition of a constant."""
    return lambda a: (a[0] + constant, a[1] + constant)


def power(exponent: int) -> Unary:
    """A whole power, at least 2."""

    def odd(a: Interval) -> Interval:
        return _odd(a[0]), _odd(a[1])

    def _odd(x: arb) -> arb:
        return -((-x) ** exponent) if x < 0 else x**exponent

    def even(a: Interval) -> Interval:
        low, high = a
        if low >= 0:
            return low**exponent, high**exponent
        if high <= 0:
            return (-high) ** exponent, (-low) ** exponent
        if low.is_nan() or high.is_nan():
            return UNKNOWN
        return ZERO, ((-low).max(high)) ** exponent

    return odd if exponent % 2 else even


def reciprocal(guard: Guard, trouble: Trouble) -> Unary:
    """1/x, infinite where x touches 0 from one side."""

    def inverse(a: Interval) -> Interval:
        low, high = a
        if low > 0 or high < 0:
            return 1 / high, 1 / low
        if low.is_nan() or high.is_nan():
            return trouble.inside()
        if guard is Guard.POSITIVE or (low >= 0 and guard is not Guard.NEGATIVE):
            if guard is not Guard.POSITIVE and not high > 0:
                return trouble.inside()
            trouble.note(guard)
            return (INFINITY if high == 0 else 1 / high), INFINITY
        if guard is Guard.NEGATIVE or high <= 0:
            if guard is not Guard.NEGATIVE and not low < 0:
                return trouble.inside()
            trouble.note(guard)
            return -INFINITY, (-INFINITY if low == 0 else 1 / low)
        return trouble.inside()

    return inverse


def logarithm(guard: Guard, trouble: Trouble) -> Unary:
    """The logarithm, minus infinity where x touches 0."""

    def log(a: Interval) -> Interval:
        low, high = a
        if low > 0:
            return low.log(), high.log()
        if low.is_nan() or high.is_nan():
            return trouble.inside()
        if guard is Guard.POSITIVE or (low >= 0 and high > 0):
            trouble.note(guard)
            return -INFINITY, (-INFINITY if high == 0 else high.log())
        return trouble.inside()

    return log


def root(exponent: arb, guard: Guard, trouble: Trouble) -> Unary:
    """A positive power that is not whole, for x >= 0."""
    half = exponent == arb(1) / 2

    def at(x: arb) -> arb:
        return x.sqrt() if half else x**exponent

    def rooted(a: Interval) -> Interval:
        low, high = a
        if low > 0:
            return at(low), at(high)
        if low.is_nan() or not (low >= 0 or guard is Guard.POSITIVE):
            return trouble.inside()
        return ZERO, at(high if high >= 0 else high.upper())

    return rooted


def raised(guard: Guard, trouble: Trouble, multiply: Binary) -> Binary:
    """A varying power of x > 0, of x >= 0 where it is positive, or a whole power."""
    # a power of a negative number may be positive
    inverse = reciprocal(Guard.NONE if guard is Guard.NEGATIVE else guard, trouble)
    quiet = logarithm(Guard.POSITIVE, trouble)  # 0 to a positive power is 0
    log = logarithm(guard, trouble)

    def raise_to(a: Interval, exponent: Interval) -> Interval:
        whole = whole_number(exponent)
        if whole is not None and abs(whole) < 10**6:
            if whole == 1 or a[0].is_nan():
                return a
            if whole == 0:
                return ONE, ONE
            if whole == -1:
                return inverse(a)
            result = power(abs(whole))(a)
            return result if whole > 0 else inverse(result)
        zero_is_fine = exponent[0] > 0 and (a[0] >= 0 or guard is Guard.POSITIVE)
        return exponential(multiply(exponent, (quiet if zero_is_fine else log)(a)))

    return raise_to


def whole_number(a: Interval) -> int | None:
    """The integer that the interval is, if it is one."""
    low, high = a
    whole = low.unique_fmpz() if low.is_exact() and low == high else None
    return None if whole is None else int(whole)


def exponential(a: Interval) -> Interval:
    """The exponential."""
    low = a[0].exp()
    # a tiny value may come back as a ball around 0
    return (low if low > 0 or low.is_nan() else ZERO), a[1].exp()


def rising(method: str, below: arb, above: arb, floor: arb | None = None) -> Unary:
    """An increasing function with its limits at the two infinities.

    Parameters
    ----------
    floor : arb, optional
        A lower bound of all values, used where rounding leaves something lower.
    """

    def end(x: arb) -> arb:
        if x.is_finite():
            return getattr(x, method)()
        return above if x == INFINITY else below if x == -INFINITY else NAN

    def function(a: Interval) -> Interval:
        low, high = end(a[0]), end(a[1])
        if floor is not None and not low >= floor and not low.is_nan():
            low = floor
        return low, high

    return function


hyperbolic_tangent = rising("tanh", -ONE, ONE)
hyperbolic_sine = rising("sinh", -INFINITY, INFINITY)
error_function = rising("erf", -ONE, ONE)


def arc_tangent(a: Interval) -> Interval:
    """The arc tangent."""
    return a[0].atan(), a[1].atan()


def arc(method: str, trouble: Trouble) -> Unary:
    """The arc sine, which rises, or the arc cosine, which falls, on [-1, 1]."""

    def function(a: Interval) -> Interval:
        at_low, at_high = getattr(a[0], method)(), getattr(a[1], method)()
        if at_low.is_nan() or at_high.is_nan():
            return trouble.inside()
        return (at_low, at_high) if method == "asin" else (at_high, at_low)

    return function


def hyperbolic_cosine(a: Interval) -> Interval:
    """The hyperbolic cosine."""
    low, high = absolute(a)
    return low.cosh(), high.cosh()


def complementary_error(a: Interval) -> Interval:
    """The complementary error function."""

    def end(x: arb) -> arb:
        if x.is_finite():
            return x.erfc()
        return ZERO if x == INFINITY else arb(2) if x == -INFINITY else NAN

    low = end(a[1])
    return (low if low > 0 or low.is_nan() else ZERO), end(a[0])


def absolute(a: Interval) -> Interval:
    """|x|."""
    low, high = a
    if low >= 0:
        return a
    if high <= 0:
        return -high, -low
    return (ZERO, (-low).max(high)) if not (low.is_nan() or high.is_nan()) else UNKNOWN


def _wave(turns: Callable[[arb], arb], value: Callable[[arb], arb]) -> Unary:
    """A sine wave: extreme 1 at even turning points, -1 at odd ones."""

    def function(a: Interval) -> Interval:
        low, high = a
        if low.is_nan() or high.is_nan():
            return UNKNOWN
        if not (low.is_finite() and high.is_finite()):
            return -ONE, ONE
        first, last = turns(low).floor().unique_fmpz(), turns(high).floor().unique_fmpz()
        if first is None or last is None or last > first + 1:
            return -ONE, ONE
        at_low, at_high = value(low), value(high)
        lowest, highest = at_low.min(at_high), at_low.max(at_high)
        if last == first + 1:
            if last % 2 == 0:
                highest = ONE
            else:
                lowest = -ONE
        return lowest, highest

    return function


cosine = _wave(lambda x: x / arb.pi(), lambda x: x.cos())
sine = _wave(lambda x: x / arb.pi() - arb(0.5), lambda x: x.sin())


def sign(a: Interval) -> Interval:
    """-1, 0 or 1."""
    low, high = a
    if low.is_nan() or high.is_nan():
        return UNKNOWN
    lowest = ONE if low > 0 else ZERO if low >= 0 else -ONE
    highest = -ONE if high < 0 else ZERO if high <= 0 else ONE
    return lowest, highest


def floor(a: Interval) -> Interval:
    """The largest integer that is not larger."""
    return tuple(x.floor() if x.is_finite() else x for x in a)  # type: ignore[return-value]


def ceiling(a: Interval) -> Interval:
    """The smallest integer that is not smaller."""
    return tuple(x.ceil() if x.is_finite() else x for x in a)  # type: ignore[return-value]


def largest(a: Interval, b: Interval) -> Interval:
    """Max(a, b)."""
    return a[0].max(b[0]), a[1].max(b[1])


def smallest(a: Interval, b: Interval) -> Interval:
    """Min(a, b)."""
    return a[0].min(b[0]), a[1].min(b[1])


def equal(a: Interval, b: Interval) -> Interval:
    """1 where the two are equal, 0 where not."""
    difference = plus(a, minus(b))
    if difference[0] > 0 or difference[1] < 0:
        return ZERO, ZERO
    if difference[0] == 0 and difference[1] == 0:
        return ONE, ONE
    return UNKNOWN if difference[0].is_nan() or difference[1].is_nan() else (ZERO, ONE)
