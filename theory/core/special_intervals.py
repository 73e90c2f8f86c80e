"""Special functions on intervals: gamma and its relatives, zeta, distribution functions."""

from __future__ import annotations

from flint import arb, arb_series

from theory.core.intervals import (
    INFINITY,
    NAN,
    ONE,
    UNKNOWN,
    ZERO,
    Binary,
    Guard,
    Interval,
    Trouble,
    Unary,
    complementary_error,
)

__all__ = ["SLACK", "TURN"]

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
