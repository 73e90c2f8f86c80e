"""Rules of derivation by comparison: they prove true steps, and no false ones."""

import sympy as sp

from theory import Domain, Natural, NormalPDF, Observable, Real, Status
from theory.assoc_scaling import exact_laws
from theory.core.rule import examine
from theory.core.rules import comparison, comparison_bounds, comparison_heads, comparison_limits

s_, t_ = Real("s", at_least=0), Real("t", at_least=1)
x, v, z, u = (sp.Symbol(name, positive=True) for name in "xvzu")
k = sp.Symbol("k", integer=True, positive=True)
m, n_, d_ = Natural("m", at_least=1), Natural("n", at_least=2), Natural("d", at_least=1)
here = Domain(s_, t_, m, n_, d_)


def status(rule, before, after, domain=here):
    return examine(rule, sp.sympify(before), sp.sympify(after), domain).status


def power_tails(power, low, factor=1):
    return sp.Sum(factor * k**power, (k, low, sp.oo)), sp.Integral(
        factor * z**power, (z, low, sp.oo)
    )


def test_decreasing_sums_against_integrals():
    total, integral = power_tails(-2, m + 1)
    _, wider = power_tails(-2, m)
    assert status(comparison.DecreasingSum(">="), total, integral) is Status.PROVED
    assert status(comparison.DecreasingSum("<="), total, wider) is Status.PROVED
    assert status(comparison.DecreasingSum("<="), total, integral) is not Status.PROVED
    assert status(comparison.DecreasingSum(">="), total, wider) is not Status.PROVED
    # with a negative factor the other way round
    assert (
        status(comparison.DecreasingSum(">=", negative=True), 1 - total, 1 - wider) is Status.PROVED
    )
    assert status(comparison.DecreasingSum("<="), 1 - total, 1 - wider) is not Status.PROVED
    # no decreasing function
    rising = sp.Sum(k**2, (k, 1, m)), sp.Integral(z**2, (z, 0, m))
    assert status(comparison.DecreasingSum("<="), *rising) is not Status.PROVED


def test_tails_of_powers():
    _, integral = power_tails(-2, m)
    assert status(comparison.PowerTail(), integral, 1 / m) is Status.PROVED
    assert status(comparison.PowerTail(), integral, 1 / (m + 1)) is not Status.PROVED
    _, divergent = power_tails(-s_.symbol, m)  # s may be 1 or less
    closed = m ** (1 - s_.symbol) / (s_.symbol - 1)
    assert status(comparison.PowerTail(), divergent, closed) is not Status.PROVED
    _, from_zero = power_tails(-2, s_.symbol)  # the lower end may be 0
    assert status(comparison.PowerTail(), from_zero, 1 / s_.symbol) is not Status.PROVED


def test_terms_dropped_and_added():
    finite, infinite = sp.Sum(1 / k**2, (k, 1, m)), sp.Sum(1 / k**2, (k, 1, sp.oo))
    assert status(comparison.WidenSum(), finite, infinite) is Status.PROVED
    assert status(comparison.WidenSum(), -finite, -infinite) is not Status.PROVED
    assert status(comparison.FirstTerm(), finite, 1) is Status.PROVED
    assert status(comparison.FirstTerm(), -finite, -1) is not Status.PROVED
    assert status(comparison.DropTerms(), finite + s_.symbol, finite) is Status.PROVED
    assert status(comparison.DropTerms(), finite - s_.symbol, finite) is not Status.PROVED
    backwards = sp.Sum(1 / k, (k, m + 2, 1))  # SymPy's sums over reversed ranges change sign
    assert status(comparison.DropTerms(), s_.symbol + backwards, s_.symbol) is not Status.PROVED


def test_mixtures_need_a_share_below_one():
    def step(scale):
        share = 1 / (scale * x**2)
        inverse = (scale * v) ** sp.Rational(-1, 2)
        density = sp.sqrt(v)
        before = sp.Sum(k**-2 * sp.Integral(density, (v, share.subs(x, k), 1)), (k, 1, sp.oo))
        after = sp.Integral(density * sp.Integral(z**-2, (z, inverse, sp.oo)), (v, 0, 1))
        closed = scale * sp.Rational(2, 5)
        return comparison.TailMixture(share.subs(x, k), inverse, closed), before, after

    assert status(*step(sp.Integer(2))) is Status.PROVED
    rule, before, after = step(sp.Rational(1, 2))  # the first share is 2
    assert rule.check(before, after, here).status is not Status.PROVED


def test_exchange_of_a_share_that_stops_above_zero_is_refused():
    def step(share, inverse, start):
        before = sp.Integral(z**-2 * sp.Integral(2 * v, (v, share, 1)), (z, start, sp.oo))
        after = sp.Integral(2 * v * sp.Integral(z**-2, (z, inverse, sp.oo)), (v, 0, 1))
        return comparison.TailExchange(share, inverse), before, after

    assert status(*step(1 / z, 1 / v, 1)) is Status.PROVED
    assert status(*step((1 + 1 / z) / 2, 1 / (2 * v - 1), 1)) is not Status.PROVED


def test_parts_replaced_by_larger_ones():
    y = 2 * t_.symbol
    wide = Domain(s_, t_, m, n_, d_, where=(y >= 2,))
    smaller, part = sp.floor(y), sp.floor(y)
    replaced = comparison_bounds.MonotoneIn
    assert status(replaced(part, y, ">="), 1 / smaller, 1 / y, wide) is Status.PROVED
    assert status(replaced(part, y, "<="), 1 / smaller, 1 / y, wide) is not Status.PROVED
    assert status(replaced(part, y - 1, "<="), 1 / smaller, 1 / (y - 1), wide) is Status.PROVED
    free = s_.symbol  # whose floor may be 0
    assert (
        status(replaced(sp.floor(free), free, ">="), 1 / sp.floor(free), 1 / free)
        is not Status.PROVED
    )
    jump = -sp.atan(1 / (m - 2))  # has a positive slope on either side of its jump
    assert status(replaced(m, m + 1, "<="), jump, jump.subs(m, m + 1)) is not Status.PROVED


def test_an_inequality_of_an_earlier_bound_keeps_its_direction():
    ratio = exact_laws.ratio
    low, middle, high = exact_laws.student_tail.statement.terms
    domain = exact_laws.student_tail.domain
    by = comparison_bounds.ByLink
    assert status(by(exact_laws.student_tail, link=2), middle, high, domain) is Status.PROVED
    assert status(by(exact_laws.student_tail, link=2), -middle, -high, domain) is not Status.PROVED
    back = by(exact_laws.student_tail, link=1, backward=True)
    assert status(back, 1 + middle, 1 + low, domain) is Status.PROVED
    assert back.relation == ">="
    outside = by(exact_laws.student_tail, {ratio: -1}, link=2)  # it holds for ratios from 0 on
    at = {ratio.symbol: -1}
    assert status(outside, middle.subs(at), high.subs(at), domain) is not Status.PROVED


def test_exponentials_above_powers():
    share = 1 / (1 + s_.symbol)
    rule = comparison_bounds.ExponentialAbove(share, m)
    assert status(rule, (1 - share) ** m, sp.exp(-m * share)) is Status.PROVED
    assert status(rule, -((1 - share) ** m), -sp.exp(-m * share)) is not Status.PROVED
    outside = comparison_bounds.ExponentialAbove(1 + s_.symbol, 2)  # above 1 it fails for even m
    assert status(outside, s_.symbol**2, sp.exp(-2 - 2 * s_.symbol)) is not Status.PROVED


def test_differences_that_fall_to_zero():
    t = s_.symbol
    rule = comparison_bounds.FallsToZero(t)
    assert status(rule, 1 / (1 + t), 1 / (1 + t) ** 2) is not Status.PROVED  # it rises first
    assert status(rule, 2 / (1 + t), 1 / (1 + t)) is Status.PROVED
    assert status(rule, 1 + 1 / (1 + t), 1 / (2 + t)) is not Status.PROVED  # but to 1
    signed = Real("r")
    wide = Domain(signed)
    gap = 1 / (1 + signed.symbol)
    assert (
        status(comparison_bounds.FallsToZero(signed.symbol), 2 * gap, gap, wide)
        is not Status.PROVED
    )


def test_limits_of_parts():
    n = n_.symbol
    ratio = comparison_limits.LimitOfParts(n, {1 / n: 0})
    assert status(ratio, 1 + 1 / n, 1) is Status.PROVED
    assert status(ratio, 2 + 1 / n, 1) is not Status.PROVED
    assert status(comparison_limits.LimitOfParts(n, {1 / n: 1}), 1 / n, 1) is not Status.PROVED
    # a part that is left over still moves
    assert (
        status(comparison_limits.LimitOfParts(n, {1 / n: 0}), 1 + 1 / n + n, 1) is not Status.PROVED
    )


def test_an_exponential_beats_powers_and_nothing_else_does():
    n = z
    fading = comparison_limits.FadingExponential(n)
    assert status(fading, n**5 * sp.exp(-sp.sqrt(n)), 0) is Status.PROVED
    assert status(fading, n**5 * sp.exp(sp.sqrt(n)), 0) is not Status.PROVED
    assert status(fading, n**5 * sp.exp(-(n**-1)), 0) is not Status.PROVED
    assert status(fading, sp.exp(-sp.log(n)), 0) is not Status.PROVED


def test_substitutions_must_rise():
    integral = sp.Integral(NormalPDF(z), (z, 0, sp.oo))
    rises = comparison.MonotoneChange(z, v, old_as=v / (1 - v))
    after = sp.Integral(NormalPDF(v / (1 - v)) / (1 - v) ** 2, (v, 0, 1))
    assert status(rises, integral, after) is Status.PROVED
    falls = comparison.MonotoneChange(z, v, old_as=(1 - v) / v)
    wrong = sp.Integral(-NormalPDF((1 - v) / v) / v**2, (v, 0, 1))
    assert status(falls, integral, wrong) is not Status.PROVED


# -------------------------------------------------------------------------------- heads and tails


def unit_integral(density, start):
    return sp.Integral(density, (v, start, 1))


def test_a_piece_of_an_integral_against_a_rectangle():
    late, early = 1 / (1 + t_.symbol), 1 / (2 + t_.symbol)
    falling, rising = 1 / sp.sqrt(v), sp.sqrt(v)

    def step(density, start, stop, sign=1):
        before = sign * unit_integral(density, stop)
        piece = (stop - start) * density.subs(v, start)
        after = sign * (unit_integral(density, start) - piece)
        return comparison_heads.LeftRectangle(start), before, after

    assert status(*step(falling, early, late)) is Status.PROVED
    assert status(*step(rising, early, late)) is not Status.PROVED
    assert status(*step(falling, late, early)) is not Status.PROVED  # begun later, not earlier
    assert status(*step(falling, early, late, sign=-1)) is not Status.PROVED
    assert status(*step(falling, early, 1 + t_.symbol)) is not Status.PROVED  # beyond 1


def test_the_head_of_an_integral():
    start = 1 / (1 + t_.symbol)
    half = sp.Rational(1, 2)

    def step(density, power, at=start):
        before = unit_integral(density, 0)
        after = unit_integral(density, at) + at * density.subs(v, at) / (1 - power)
        return comparison_heads.HeadOfIntegral(at, power), before, after

    assert status(*step((1 - v) / sp.sqrt(v), half)) is Status.PROVED
    assert status(*step(1 - v, 0)) is Status.PROVED
    assert status(*step(1 - v, half)) is not Status.PROVED  # its factor v^(1/2) (1 - v) rises first
    assert status(*step(sp.sqrt(v), 0)) is not Status.PROVED
    assert status(*step((1 - v) / sp.sqrt(v), half, at=t_.symbol)) is not Status.PROVED


def test_sums_are_linear_where_no_term_cancels_another():
    rule = comparison_heads.LinearSums()
    a, b = 1 / k**2, 1 / k**3
    whole = sp.Sum(a + b, (k, 1, sp.oo))
    split = sp.Sum(a, (k, 1, sp.oo)) + sp.Sum(b, (k, 1, sp.oo))
    assert status(rule, whole, split) is Status.PROVED
    assert status(rule, whole, split + 1) is not Status.PROVED
    # 1/k - 1/(k + 1): the parts diverge
    telescope = sp.Sum(1 / k - 1 / (k + 1), (k, 1, sp.oo))
    parts = sp.Sum(1 / k, (k, 1, sp.oo)) - sp.Sum(1 / (k + 1), (k, 1, sp.oo))
    assert status(rule, telescope, parts) is not Status.PROVED


def test_sums_joined():
    rule = comparison_heads.JoinSums()
    head, rest = sp.Sum(1 / k**2, (k, 1, m)), sp.Sum(1 / k**2, (k, m + 1, sp.oo))
    whole = sp.Sum(1 / k**2, (k, 1, sp.oo))
    assert status(rule, 3 + head + rest, 3 + whole) is Status.PROVED
    gap = sp.Sum(1 / k**2, (k, m + 2, sp.oo))
    assert status(rule, head + gap, whole) is not Status.PROVED
    assert status(rule, head + 2 * rest, whole) is not Status.PROVED


def test_a_head_against_its_tail():
    f, g = k**-3, k**-4
    head, rest = sp.Sum(f, (k, 1, m)), sp.Sum(f, (k, m + 1, sp.oo))
    finite, whole = sp.harmonic(m, 4), sp.zeta(4)
    bound = finite / (whole - finite) * rest

    def found(sign, by=g, quotients=(k,), scale=bound):
        rule = comparison_heads.HeadBelowTail(k, by, quotients)
        return status(rule, sign * head, sign * scale)

    assert found(-1) is Status.PROVED
    assert found(1) is not Status.PROVED
    assert found(-1, scale=bound / 2) is not Status.PROVED
    finite, whole = sp.harmonic(m, 2), sp.zeta(2)
    other = finite / (whole - finite) * rest
    assert found(-1, k**-2, (1 / k,), other) is not Status.PROVED  # the quotient falls
    assert found(-1, k**-2, (k,), other) is not Status.PROVED  # and is not this one


def test_shorter_ranges():
    late, early = 1 / (1 + t_.symbol), 1 / (2 + t_.symbol)

    def step(density, start, stop, sign=1):
        rule = comparison_heads.ShorterRange(stop)
        return rule, sign * unit_integral(density, start), sign * unit_integral(density, stop)

    assert status(*step(1 / sp.sqrt(v), early, late)) is Status.PROVED
    assert status(*step(1 / sp.sqrt(v), late, early)) is not Status.PROVED
    assert status(*step(1 / sp.sqrt(v), early, late, sign=-1)) is not Status.PROVED
    assert status(*step(v - 1, early, late)) is not Status.PROVED
    assert status(*step(1 / sp.sqrt(v), early, 1 + t_.symbol)) is not Status.PROVED


def test_exchange_under_an_edge_that_falls():
    def step(edge, inverse, start, weight=v):
        before = sp.Integral(weight * sp.Integral(NormalPDF(u), (u, edge, sp.oo)), (v, 0, 1))
        after = sp.Integral(NormalPDF(u) * sp.Integral(weight, (v, inverse, 1)), (u, start, sp.oo))
        return comparison_heads.ExchangeOnUnit(edge, inverse), before, after

    assert status(*step(t_.symbol / v, t_.symbol / u, t_.symbol)) is Status.PROVED
    assert status(*step(t_.symbol * v, u / t_.symbol, t_.symbol)) is not Status.PROVED  # it rises
    assert status(*step(t_.symbol / v, t_.symbol / u, 2 * t_.symbol)) is not Status.PROVED
    assert status(*step(t_.symbol / v, u / t_.symbol, t_.symbol)) is not Status.PROVED
    assert status(*step(t_.symbol / v, t_.symbol / u, t_.symbol, v - 1)) is not Status.PROVED


def test_minima_over_an_integer():
    least = Observable("least", (t_,), latex="L", meaning="the least of what follows")
    some = Observable("some", (t_, n_), latex="S", meaning="something")
    at_most = comparison_bounds.LeastAtMost(least, some)
    t = t_.symbol
    assert status(at_most, least(t), some(t, n_.symbol)) is Status.PROVED
    assert status(at_most, least(t), some(t, 2)) is Status.PROVED
    assert status(at_most, least(t), some(t, 1)) is not Status.PROVED
    assert status(at_most, least(t), some(t, m)) is not Status.PROVED  # m may be 1
    assert status(at_most, least(t), some(t, t + 2)) is not Status.PROVED  # no integer
    assert status(at_most, some(t, 2), some(t, 3)) is not Status.PROVED
