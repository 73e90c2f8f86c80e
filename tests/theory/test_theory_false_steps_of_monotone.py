"""False steps about monotone parts, comparisons and limits of parts that were once proved.

Each stands with a true one of its kind that still is. The numbers in the comments say how false.
"""

import itertools

import sympy as sp
from sympy import (
    Abs,
    Eq,
    Integral,
    KroneckerDelta,
    Min,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    atan,
    cos,
    cot,
    exp,
    gamma,
    harmonic,
    oo,
    sign,
    sin,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Natural,
    Observable,
    Real,
    Seen,
    Series,
    Source,
    Standing,
    Step,
    Through,
    Vector,
    definition,
)
from theory.core.rule import examine
from theory.core.rules.asymptotics import Expansion
from theory.core.rules.comparison import (
    DecreasingSum,
    ExponentialTail,
    MonotoneChange,
    PowerTail,
    SplitSum,
    WidenSum,
)
from theory.core.rules.comparison_heads import LeftRectangle
from theory.core.rules.comparison_limits import (
    BeyondAllOrders,
    FadingExponential,
    HalvedExpansion,
    LimitOfParts,
    Squeeze,
)
from theory.core.rules.elementary import Termwise
from theory.core.rules.evaluation import ExactSum
from theory.core.rules.hypotheses import ByHypothesis, FallingSumToIntegral, OneSided, Telescoping
from theory.core.rules.monotone import (
    AboveChord,
    AboveTangent,
    AtMostOne,
    ByOneLink,
    CertainCase,
    Chained,
    EachTerm,
    Given,
    LargerEvent,
    OneSign,
    Replaced,
    SplitOff,
    SumsAsSymbols,
)

OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
numbers = itertools.count()
n, m = Natural("n", at_least=1), Natural("m", at_least=0)
a, b = Real("a"), Real("b")
c, d = Real("c", above=0), Real("d", at_least=0)
share = Real("p", at_least=0, at_most=1)
k, j = (Symbol(name, integer=True, positive=True) for name in "kj")
z, v, w = (Symbol(name, positive=True) for name in "zvw")
slack = Symbol("slack", nonnegative=True)
h, g = (sp.Function(name, real=True) for name in "hg")


def given(statement, domain, *names):
    """A claim that is cited, with observables of some names."""
    sense = {"identity": "=", "equivalent": "~", "bound": getattr(statement, "sense", "")}
    cited = Cited("given", "here", sense=sense[statement.kind])
    return Claim(
        id=f"false.monotone{next(numbers)}",
        title="t",
        says="s",
        statement=statement,
        domain=domain,
        source=OWN,
        observables=tuple(Observable(name, (n,), latex=name, meaning=name) for name in names),
        derivation=Derivation(
            *(
                step
                for one, two in itertools.pairwise(statement.sides)
                for step in (Step(one, by=definition), Step(two, by=cited))
            )
        ),
    )


def holds(rule, before, after, *parameters, where=(), remarks=()):
    domain = Domain(*parameters, where=where, remarks=remarks)
    return examine(rule, before, after, domain).status in ("proved", "cited")


# ---------------------------------------------------------------- parts that are replaced


def test_a_part_that_moves_the_ends_of_a_range():
    x = d.symbol
    rule = Replaced(x, x + 1, OneSign())
    before = Integral(x, (v, 0, 5 - x))  # at 4: 4 against 0
    assert not holds(rule, before, before.subs(x, x + 1), d)
    backwards = Integral(x, (v, 1, 0))  # -d against -d - 1
    assert not holds(rule, backwards, Integral(x + 1, (v, 1, 0)), d)
    assert holds(rule, Integral(x, (v, 0, 1)), Integral(x + 1, (v, 0, 1)), d)


def test_a_whole_that_jumps_is_not_monotone():
    x = d.symbol
    jump = -atan(1 / (x - Rational(1, 2)))  # at 0: 1.1 against -1.1
    assert not holds(Replaced(x, x + 1, OneSign()), jump, jump.subs(x, x + 1), d)
    assert holds(Replaced(x, x + 1, OneSign()), atan(x), atan(x + 1), d)


def test_an_inequality_is_not_differentiated():
    x = c.symbol
    rule = Replaced(x**2, x**2 + exp(-x), OneSign())  # the slope is lower by exp(-c)
    before, after = sp.Derivative(x**2, x), sp.Derivative(x**2 + exp(-x), x)
    assert not holds(rule, before, after, c)


def test_each_term_gives_no_equivalence():
    inner = Expansion(n)
    before, after = Sum(n + k, (k, 1, n)), Sum(n + 0 * k, (k, 1, n))
    assert not holds(EachTerm(inner), before, after, n)  # the ratio tends to 3/2
    assert holds(EachTerm(OneSign()), Sum(k, (k, 1, n)), Sum(k + 1, (k, 1, n)), n)


def test_what_is_known_of_an_index_says_nothing_of_another_one():
    i = Symbol("i", integer=True)
    x = c.symbol
    inside = Sum(x * i, (i, -5, -1))  # -15 c against -30 c
    rule = EachTerm(Replaced(x * i, 2 * x * i, OneSign()))
    before, after = Sum(inside, (i, 0, 3)), Sum(2 * inside, (i, 0, 3))
    after = Sum(Sum(2 * x * i, (i, -5, -1)), (i, 0, 3))
    assert not holds(rule, before, after, c)
    assert holds(rule, Sum(x * i, (i, 0, 3)), Sum(2 * x * i, (i, 0, 3)), c)


def test_a_delta_of_an_index_is_not_one_of_the_same_name_outside():
    whole = (Sum(KroneckerDelta(k, 1), (k, 1, 2)) - 1) ** 2 + KroneckerDelta(k, 1) / 4
    rule = EachTerm(OneSign())
    before, after = Sum(Rational(1, 2) + 0 * k, (k, 1, 1)), Sum(whole, (k, 1, 1))
    assert not holds(rule, before, after)  # 1/2 against 1/4


# ---------------------------------------------------------------- earlier claims


def test_an_inequality_of_a_claim_needs_its_hypotheses():
    late, whole = Real("c", above=5), Natural("n", at_least=1)
    far = given(Bound(h(late), "<=", 1), Domain(late), "h")
    assert not holds(ByOneLink(far), h(c), 1, c)
    assert not holds(ByOneLink(far, {late: 5}), h(5), 1)
    assert holds(ByOneLink(far), h(late), 1, late)
    assert holds(ByOneLink(far, {late: c + 5}), h(c + 5), 1, c)
    integer = given(Bound(h(whole), "<=", 1), Domain(whole), "h")
    assert not holds(ByOneLink(integer, {whole: c + 1}), h(c + 1), 1, c)
    assert holds(ByOneLink(integer, {whole: m + 1}), h(m + 1), 1, m)
    cap = Real("b", at_least=5)
    tied = given(Bound(h(c), "<=", 1), Domain(c, cap, where=(c >= cap,)), "h")
    assert not holds(ByOneLink(tied, {c: d + 1}), h(d + 1), 1, d)


def test_a_vector_of_another_kind_does_not_fit():
    positive = Vector("p", length=3, entry=Real("e", above=0))
    free = Vector("q", length=3)
    base = positive[1].base
    claim = given(Bound(0, "<=", positive[1]), Domain(positive))
    assert not holds(ByOneLink(claim, {base: free[1].base}), 0, free[1], free)
    assert holds(ByOneLink(claim), 0, positive[1], positive)


def test_a_bound_from_below_bounds_no_distance():
    below = given(Bound(Abs(h(n) - n), ">=", 1), Domain(n), "h")
    assert not holds(OneSided(below, sense="<="), n.symbol, h(n) + 1, n)
    above = given(Bound(Abs(h(n) - n), "<=", 1), Domain(n), "h")
    assert holds(OneSided(above, sense="<="), n.symbol, h(n) + 1, n)  # SymPy turns the gap round


# ---------------------------------------------------------------- hypotheses


def test_a_slack_is_a_symbol_of_its_own():
    x, y = a.symbol, d.symbol
    rule = Given(a >= 0, x, y, y, OneSign(">="))
    assert not holds(rule, x, y, a, d, where=(a >= 0,))  # 0 against 1
    twice = Given(a >= 0, x, slack, slack, Given(b >= 0, b.symbol, slack, slack, OneSign(">=")))
    assert not holds(twice, x, b.symbol, a, b, where=(a >= 0, b >= 0))
    once = Given(a >= 0, x, slack, slack, OneSign(">="))
    assert holds(once, x, 0, a, where=(a >= 0,))


def test_a_condition_with_two_branches_is_not_covered_by_one():
    x = a.symbol
    condition = a**2 >= 1  # at -2: -2 against 1
    rule = Given(condition, x, 1 + slack, slack, OneSign(">="))
    assert not holds(rule, x, 1, a, where=(condition,))
    skips = Piecewise((slack, slack < 1), (slack + 1, True))  # no value in [1, 2)
    bump = Piecewise((0, x < 1), (-1, x < 2), (0, True))
    rule = Given(a >= 0, x, skips, slack, OneSign(">="))
    assert not holds(rule, bump, 0, a, where=(a >= 0,))


def test_a_multiple_of_a_hypothesis_is_a_number():
    x, y = a.symbol, b.symbol
    rule = ByHypothesis({Eq(x, y): gamma(x - y)})
    assert not holds(rule, gamma(1 + x - y), 0, a, b, where=(Eq(x, y),))  # 1 against 0
    rule = ByHypothesis({Eq(sin(x), 0): cot(x)})
    assert not holds(rule, cos(x), 0, a, where=(Eq(sin(x), 0),))
    rule = ByHypothesis({Eq(x, y): exp(x)})
    assert holds(rule, x * exp(x), y * exp(x), a, b, where=(Eq(x, y),))


# ---------------------------------------------------------------- events and cases


def test_events_and_probabilities_are_compared_the_right_way():
    x, y = c.symbol, d.symbol
    event = lambda bound: Sum(Piecewise((1, k <= bound), (0, True)), (k, 1, 9))  # noqa: E731
    assert not holds(LargerEvent(OneSign(">=")), event(x + 1), event(x), c)
    assert holds(LargerEvent(OneSign()), event(x), event(x + 1), c)
    error = Observable("h", (c,), latex="h", meaning="probability")
    above = given(Bound(h(c), ">=", x), Domain(c), "h")
    assert not holds(AtMostOne(error, ByOneLink(above, sense=">=")), h(x), Min(1, x), c)
    below = given(Bound(h(c), "<=", x), Domain(c), "h")
    assert holds(AtMostOne(error, ByOneLink(below)), h(x), Min(1, x), c)
    strict, loose = (Piecewise((1, e), (0, True)) for e in (y > 0, y >= 0))
    assert not holds(CertainCase(OneSign()), sp.S.One, strict, d)
    strict = Piecewise((1, 1 < y + 1), (0, True))
    assert not holds(CertainCase(OneSign()), sp.S.One, strict, d)
    assert loose == 1


def test_three_indices_must_differ():
    i, f = Natural("i", at_least=1), Natural("f", at_least=1)
    entries = Vector("q", length=n, entry=Real("e", above=0))
    where = (i <= n, f <= n)
    one, other = i.symbol, f.symbol
    rule = SplitOff(one, one, one, drop=True)
    whole = Sum(entries[k], (k, 1, n))
    assert not holds(rule, whole, 3 * entries[one], n, i, entries, where=where[:1])
    apart = (*where, sp.Ne(one, other))
    rule = SplitOff(one, other, drop=True)
    assert holds(rule, whole, entries[one] + entries[other], n, i, f, entries, where=apart)


# ---------------------------------------------------------------- tangents and chords


def test_a_function_with_a_kink_is_not_convex():
    at = Rational(1, 2)
    kink = Min(v, 1)
    rule = AboveTangent(kink, v, at, stands_for=c.symbol)
    assert not holds(rule, Min(c, 1), c.symbol, c)  # at 2: 1 against 2
    kink = Piecewise((v, v < 1), (1, True))
    rule = AboveTangent(kink, v, at, stands_for=c.symbol)
    assert not holds(rule, kink.subs(v, c), c.symbol, c)
    rule = AboveTangent(v**2, v, 1, stands_for=c.symbol)
    assert holds(rule, c**2, 2 * c - 1, c)


def test_a_sign_that_is_given_is_one_that_is_known():
    rule = AboveTangent(a * v**2, v, 1, stands_for=c.symbol, given={a.symbol: slack})
    assert not holds(rule, a * c**2, a * (2 * c - 1), a, c)
    known = AboveTangent(d * v**2, v, 1, stands_for=c.symbol)
    assert holds(known, d * c**2, d * (2 * c - 1), c, d)


def test_a_chord_needs_an_upper_end():
    u = Real("u", at_least=0)
    flat = d * u <= d  # says nothing of u where d = 0
    x = u.symbol
    assert not holds(AboveChord(x, 0, 1, flat), x * (1 - x), 0 * x, u, d, where=(flat,))
    low = u <= 1
    assert holds(AboveChord(x, 0, 1, low), x * (1 - x), 0 * x, u, where=(low,))
    kink = Abs(2 * x - 1) - Rational(1, 2)  # -1/2 in the middle
    assert not holds(AboveChord(x, 0, 1, low), kink, 0 * x, u, where=(low,))


# ---------------------------------------------------------------- sums as symbols


def test_a_sum_that_may_vanish_has_no_sign():
    total = Sum(d * k, (k, 1, n))
    assert not holds(SumsAsSymbols((total,)), sign(total), 1, n, d)
    assert holds(SumsAsSymbols((total,)), total * (total + 1), total**2 + total, n, d)


def test_a_term_is_not_a_symbol():
    entries = Vector("q", length=n, entry=Real("e", above=0))
    f = entries[k]
    before = Sum(f, (k, 1, n)) ** 2
    after = Sum(1, (k, 1, n)) * Sum(f**2, (k, 1, n))
    assert not holds(SumsAsSymbols((f,)), before, after, n, entries)


def test_a_link_in_a_chain_is_looked_at():
    hidden = Sum(k, (k, -3, -1))  # k is assumed to be positive
    rule = Chained((hidden, OneSign()), (None, ExactSum()))
    assert not holds(rule, sp.S.Zero, sp.Integer(-6))
    links = Chained((n + c, Expansion(n)), (None, Expansion(c)))
    assert not holds(links, n + c + 1, c.symbol, n, c)


# ---------------------------------------------------------------- sums against integrals


def test_a_change_of_variables_stays_in_the_unit_interval():
    rule = MonotoneChange(z, v, old_as=v / (1 - v))
    before = Integral(1, (z, 0, Rational(-5, 4)))
    after = Integral(1 / (1 - v) ** 2, (v, 0, 5))
    assert not holds(rule, before, after)
    assert holds(rule, Integral(1, (z, 0, 1)), Integral(1 / (1 - v) ** 2, (v, 0, Rational(1, 2))))


def test_a_new_variable_has_no_meaning_yet():
    rule = Termwise(MonotoneChange(z, v, old_as=v))
    before = Integral(Integral(v * z, (z, 0, 1)), (v, 0, 1))  # 1/4 against 1/3
    after = Integral(Integral(v**2, (v, 0, 1)), (v, 0, 1))
    assert not holds(rule, before, after)
    rule = Termwise(DecreasingSum("<="))
    before = Integral(Sum(v * exp(-2 * k), (k, 1, oo)), (v, 5, 6))
    after = Integral(Integral(v * exp(-2 * v), (v, 0, oo)), (v, 5, 6))
    assert not holds(rule, before, after)


def test_an_empty_sum_is_below_no_integral():
    before, after = Sum(1 / k**2, (k, 5, n)), Integral(1 / z**2, (z, 4, n))  # at 1: 0 against -3/4
    assert not holds(DecreasingSum("<="), before, after, n)
    late = Natural("n", at_least=5)
    assert holds(DecreasingSum("<="), before, after, late)


def test_a_tail_of_a_power_at_a_closed_end():
    before = Integral(z ** (share - 2), (z, 1, oo))
    assert not holds(PowerTail(), before, 1 / (1 - share), share)
    assert holds(PowerTail(), Integral(z ** (share - 3), (z, 1, oo)), 1 / (2 - share), share)


def test_a_sum_over_two_indices_is_not_one_over_the_first():
    head = Sum(1 / k**2, (k, 1, n))
    wide = Sum(1 / j**2, (j, 1, oo), (k, 1, 0))  # empty
    assert not holds(WidenSum(), head, wide, n)
    assert holds(WidenSum(), head, Sum(1 / j**2, (j, 1, oo)), n)
    double = Sum(1 / k**2, (k, 1, n), (j, 1, 3))
    after = zeta(2) - Sum(1 / k**2, (k, n + 1, oo))
    three = zeta(2) - Sum(1 / k**2, (k, n + 1, oo), (j, 1, 3))
    assert not holds(SplitSum(), double, three, n)
    assert holds(SplitSum(), head, after, n)


def test_an_exponential_tail_begins_below_one():
    def step(low):
        before = Integral(1 - v, (v, low, 1))  # from 3: 2 against 0.05
        return ExponentialTail(1), before, Integral(exp(-v), (v, low, oo))

    assert not holds(*step(sp.Integer(3)))
    assert holds(*step(Rational(1, 2)))


def test_zeta_is_above_its_sums_above_one_only():
    s = Real("s", above=0, below=1)
    start = Rational(1, 4)
    low = start + (zeta(s) - harmonic(n, s)) / 100  # below a quarter: zeta(1/2) < 0
    density = 1 / v
    before = Integral(density, (v, low, 1))
    after = Integral(density, (v, start, 1)) - (low - start) * density.subs(v, start)
    assert not holds(LeftRectangle(start), before, after, n, s)


# ---------------------------------------------------------------- limits


def test_half_of_a_large_number_is_large():
    grow = n.symbol
    assert not holds(HalvedExpansion(n, -grow), 1 + exp(grow), 1, n)
    assert holds(HalvedExpansion(n, 3 * grow), 1 + 1 / grow, 1, n)


def test_an_equivalence_in_another_variable():
    other = Natural("m", at_least=1)
    statement = Equivalent(h(n, other), 1 + 0 * n, as_=(other, oo), order=oo)
    used = given(statement, Domain(n, other), "h")
    for variable, right in ((n, False), (other, True)):
        rule = BeyondAllOrders(used, scale=HalvedExpansion(variable))
        found = examine(rule, h(n, other) + 3, 4, Domain(n, other))
        assert ("whose own derivation" in found.reason) is right


def test_limits_of_parts_that_are_negative_or_vanish():
    x = n.symbol
    part = 1 / x - 1
    rule = LimitOfParts(n, {part: -1}, ratio=-sqrt(part**2))
    assert not holds(rule, -sqrt(part**2), 1, n)  # the limit is -1
    base, power = exp(-x), 1 / x
    rule = LimitOfParts(n, {base: 0, power: 0}, ratio=sp.Pow(base, power, evaluate=False))
    assert not holds(rule, exp(-1), 1, n)
    assert not holds(rule, sp.Pow(base, power, evaluate=False), 1, n)
    assert holds(LimitOfParts(n, {power: 0}), 1 + power, 1, n)


def test_a_limit_of_a_part_is_one():
    x = n.symbol
    one, two = sqrt(x**2 + x), sqrt(x**2 + 1)
    parts = {one: (x, Expansion(n)), two: (x, Expansion(n))}
    assert not holds(LimitOfParts(n, parts), exp(one - two), 1, n)  # exp(1/2)
    assert not holds(LimitOfParts(n, {1 / x: (1, OneSign())}), 1 / x, 1, n)


def test_a_squeeze_needs_equivalences():
    used = given(Bound(n.symbol, "<=", h(n), "<=", 2 * n), Domain(n), "h")
    assert not holds(Squeeze(used, lower=Expansion(n), upper=OneSign(">=")), h(n), n.symbol, n)
    near = given(Bound(n.symbol, "<=", h(n), "<=", n + 1), Domain(n), "h")
    assert holds(Squeeze(near, lower=Expansion(n)), h(n), n.symbol, n)


def test_an_exponential_that_does_not_fade_at_a_closed_end():
    x = n.symbol
    rule = LimitOfParts(n, {exp(-(1 - share) * x): (0, FadingExponential(n))})
    fading = exp(-(1 - share) * x)
    assert not holds(rule, 1 + fading, 1, n, share)  # 2 at p = 1
    fading = exp(-c * x)
    rule = LimitOfParts(n, {fading: (0, FadingExponential(n))})
    assert holds(rule, 1 + fading, 1, n, c)


def test_a_series_holds_from_both_sides():
    x = a.symbol
    assert not holds(Series(a, 0, 2), Abs(x) + x**2, x, a)  # -1 from below
    assert holds(Series(a, 0, 2), x + x**2, x, a)
    assert holds(Series(d, 0, 2), d + d**2, d.symbol, d)


# ---------------------------------------------------------------- further


def test_a_shape_that_jumps_does_not_rise():
    shape = -atan(1 / (v - Rational(1, 2)))
    shape = shape - shape.subs(v, 0) + (1 + 2 * atan(2)) * v
    through = Through(k, level=v, inner=1 / k**2)
    x = Symbol("x", positive=True)
    before = Sum(shape.subs(v, 1 / k**2), (k, 1, oo))
    after = Integral(shape.subs(v, 1 / x**2), (x, 1, oo))
    assert not holds(FallingSumToIntegral(through), before, after)
    assert holds(
        FallingSumToIntegral(through), Sum(1 / k**2, (k, 1, oo)), Integral(1 / x**2, (x, 1, oo))
    )


def test_a_primitive_captures_no_index():
    last = Natural("j", at_least=1)
    rule = Telescoping(Sum(k * j, (j, 1, 2)))
    before = Sum(3, (k, 1, last))
    captured = Sum((j + 1) * j, (j, 1, 2)).doit() - 3  # 5, also at j = 1
    assert not holds(rule, before, captured, last)
    assert holds(Telescoping(3 * k), before, 3 * last, last)
