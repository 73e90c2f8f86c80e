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

from flint import arb, arb_series

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


# Gamma and its relatives. On (0, oo) gamma and loggamma are convex with their one minimum inside
# [TURN - SLACK, TURN + SLACK], where a tangent bounds them from below.
TURN, SLACK = arb("1.46163214496836"), arb("1e-13")


def gamma_like(method: str, guard: Guard, trouble: Trouble) -> Unary:
    """Gamma or loggamma; arguments that may be negative only where a ball settles it."""

    def end(x: arb) -> arb:
        if x == 0 or x == INFINITY:
            return INFINITY
        return getattr(x, method)() if x > 0 else NAN

    def function(a: Interval) -> Interval:
        low, high = a
        if not low > 0:
            if low.is_nan() or high.is_nan():
                return trouble.inside()
            if not (guard is Guard.POSITIVE or (low >= 0 and high > 0)):
                ball = low.union(high).gamma() if method == "gamma" else NAN
                return (ball, ball) if ball.is_finite() and low == high else trouble.inside()
            trouble.note(guard)
            low = ZERO
        at_low, at_high = end(low), end(high)
        if low >= TURN + SLACK:
            return at_low, at_high
        if high <= TURN - SLACK:
            return at_high, at_low
        # both slopes are at most that of loggamma in size, since gamma is below 1 there
        least = getattr(TURN, method)() - abs(TURN.digamma()) * SLACK
        return at_low.min(at_high).min(least), at_low.max(at_high)

    return function


def gamma_ratio(step: arb) -> Unary:
    """gamma(x + step)/gamma(x), positive step, x known to be positive: rises as digamma does."""

    def end(x: arb) -> arb:
        if x == INFINITY or x == 0:
            return x
        return ((x + step).lgamma() - x.lgamma()).exp() if x > 0 else NAN

    def function(a: Interval) -> Interval:
        low = a[0] if a[0] > 0 or a[0].is_nan() else ZERO
        return end(low), end(a[1])

    return function


def polygamma_difference(order: int, step: arb, guard: Guard, trouble: Trouble) -> Unary:
    """f(x + step) - f(x), positive step, f = loggamma (order -1) or polygamma: monotone in x > 0.

    It rises for loggamma, falls for digamma, and so on, since the next derivative does.
    """
    one = polygamma(order, Guard.NONE, trouble) if order >= 0 else None

    def end(x: arb) -> arb:
        if x == INFINITY:
            return INFINITY if order < 0 else ZERO
        if x == 0:
            return -INFINITY if order % 2 else INFINITY
        if one is None:
            return (x + step).lgamma() - x.lgamma()
        further = x + step
        return one((further, further))[0] - one((x, x))[0]

    def function(a: Interval) -> Interval:
        low = a[0]
        if not low > 0:
            if low.is_nan() or guard is not Guard.POSITIVE:
                return trouble.inside()
            low = ZERO
        at_low, at_high = end(low), end(a[1])
        return (at_low, at_high) if order % 2 else (at_high, at_low)

    return function


def reciprocal_gamma(trouble: Trouble) -> Unary:
    """1/gamma, which is 0 at the poles of gamma."""
    positive = gamma_like("gamma", Guard.NONE, trouble)

    def function(a: Interval) -> Interval:
        low, high = a
        if low > 0:
            least, most = positive(a)
            return 1 / most, 1 / least
        ball = low.rgamma() if low == high else low.union(high).rgamma()
        return (ball, ball) if low == high else (ball.lower(), ball.upper())

    return function


def _digamma(x: arb) -> arb:
    if x == INFINITY or x == 0:
        return x if x == INFINITY else -INFINITY
    return x.digamma() if x > 0 else NAN


def polygamma(order: int, guard: Guard, trouble: Trouble) -> Unary:
    """Derivatives of loggamma on (0, oo): digamma rises, the others keep one sign and shrink."""
    factorial = arb(order + 1).gamma()

    def magnitude(x: arb) -> arb:
        if x == INFINITY or x == 0:
            return ZERO if x == INFINITY else INFINITY
        return factorial * arb(order + 1).zeta(x) if x > 0 else NAN

    def function(a: Interval) -> Interval:
        low, high = a
        if low.is_nan() or high.is_nan():
            return trouble.inside()
        if not low > 0:
            if not (guard is Guard.POSITIVE or (low >= 0 and high > 0)):
                return trouble.inside()
            trouble.note(guard)
            low = ZERO
        if order == 0:
            return _digamma(low), _digamma(high)
        small, large = magnitude(high), magnitude(low)
        return (small, large) if order % 2 else (-large, -small)

    return function


def beta(trouble: Trouble) -> Binary:
    """The beta function of two positive arguments: falls in both."""

    def end(x: arb, y: arb) -> arb:
        if x == INFINITY or y == INFINITY:
            return ZERO
        if x == 0 or y == 0:
            return INFINITY
        return (x.lgamma() + y.lgamma() - (x + y).lgamma()).exp()

    def function(a: Interval, b: Interval) -> Interval:
        if not (a[0] > 0 and b[0] > 0):
            return trouble.inside()
        return end(a[1], b[1]), end(a[0], b[0])

    return function


def zeta_derivative(order: int, first: int, guard: Guard, trouble: Trouble) -> Unary:
    """The sum of (log n)^k n^-s over n >= first, for s > 1: it falls in s."""
    factorial = arb(order + 1).gamma()

    def end(s: arb) -> arb:
        if s > 999:
            leading = ONE if order == 0 and first == 1 else ZERO
            # the terms from n = 2 on add up to less than 2^(k + 2 - s)
            return leading if s == INFINITY else leading + arb(0, 2.0 ** (order - 998))
        if order == 0:
            return s.zeta() if first == 1 else s.zeta(first)
        value = arb_series([s, 1], prec=order + 1).zeta(first)[order]
        return value * factorial * (-1) ** order

    def function(a: Interval) -> Interval:
        low, high = a
        if low > 1 or guard is Guard.POSITIVE or (low >= 1 and high > 1):
            if not low > 1:
                trouble.note(guard)
            least = end(high) if high > 1 else INFINITY if high == 1 else ZERO
            return (least if least >= 0 or least.is_nan() else ZERO), (
                end(low) if low > 1 else INFINITY
            )
        if order == 0 and first == 1 and low == high and not low.contains(1):
            value = low.zeta()  # elsewhere at single points only
            return (value, value) if value.is_finite() else trouble.inside()
        return trouble.inside()

    return function


def hurwitz(trouble: Trouble) -> Binary:
    """zeta(s, a) for s > 1 and a >= 1: every term (n + a)^-s falls in both."""

    def end(s: arb, a: arb) -> arb:
        if s == INFINITY:
            return ONE if a == 1 else ZERO if a > 1 else NAN
        return ZERO if a == INFINITY else s.zeta(a)

    def function(s: Interval, a: Interval) -> Interval:
        thin = a[0] == a[1] and s[0] == s[1] and a[0] > 0
        if not s[0] > 1 or not (a[0] >= 1 or thin):
            return trouble.inside()
        low = end(s[1], a[1])
        return (low if low > 0 or low.is_nan() else ZERO), end(s[0], a[0])

    return function


def lambert(branch: int, trouble: Trouble) -> Unary:
    """The branches 0 (rising from -1) and -1 (falling to minus infinity) of W."""

    def end(x: arb, otherwise: arb) -> arb:
        if x == INFINITY:
            return INFINITY
        value = x.lambertw(branch)
        return otherwise if value.is_nan() else value

    def function(a: Interval) -> Interval:
        low, high = a
        edge = -((-ONE).exp())
        if not low >= edge or (branch and not high < 0) or high.is_nan():
            return trouble.inside()
        if branch:
            return end(high, NAN), end(low, -ONE)
        return end(low, -ONE), end(high, NAN)

    return function


def normal_cdf(a: Interval) -> Interval:
    """The normal distribution function."""
    root_two = arb(2).sqrt()
    low, high = complementary_error((-a[1] / root_two, -a[0] / root_two))
    return low / 2, high / 2


def student_cdf(trouble: Trouble) -> Binary:
    """Student's distribution function: rises in x, and in the degrees where x > 0.

    The second is the convex order. With V a chi-squared variable over its degrees, T(-s) is the
    mean of Phi(-s sqrt(V)), convex in V, and V of mean 1 is the less spread the more degrees: it
    is G(a)/a for the gamma process G, a martingale when a runs backwards.
    """

    def end(x: arb, degrees: arb) -> arb:
        if not x.is_finite():
            return ZERO if x == -INFINITY else ONE if x == INFINITY else NAN
        if degrees == INFINITY:
            return normal_cdf((x, x))[0]
        square, half = x * x, ONE / 2
        share = square / (degrees + square)
        if share < half:  # the central part loses nothing at 0
            central = share.beta_lower(half, degrees / 2, regularized=1) / 2
            return half + central if x >= 0 else half - central
        tail = (1 - share).beta_lower(degrees / 2, half, regularized=1) / 2
        return 1 - tail if x >= 0 else tail

    def corner(x: arb, degrees: Interval, lower: bool) -> arb:
        if x >= 0:
            return end(x, degrees[0 if lower else 1])
        if x <= 0:
            return end(x, degrees[1 if lower else 0])
        low, high = end(x, degrees[0]), end(x, degrees[1])
        return low.min(high) if lower else low.max(high)

    def function(a: Interval, degrees: Interval) -> Interval:
        if not degrees[0] > 0:
            return trouble.inside()
        low, high = corner(a[0], degrees, True), corner(a[1], degrees, False)
        return (low if low >= 0 or low.is_nan() else ZERO), high

    return function


def student_slope(a: Interval, degrees: Interval) -> Interval:
    """The slope of Student's distribution function in its degrees: only its sign is known."""
    if not degrees[0] > 0 or a[0].is_nan() or a[1].is_nan():
        return UNKNOWN
    return (ZERO if a[0] >= 0 else -INFINITY), (ZERO if a[1] <= 0 else INFINITY)
