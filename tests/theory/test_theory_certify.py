"""Interval certification: what is true is proved, what is false at one point never is."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Sum, Symbol, cos, exp, gamma, log, pi, sin, sqrt, zeta

from theory.core.box_functions import Function
from theory.core.certify import Certificate, Certified, EndPiece, certify
from theory.core.certify_axes import simplest, whole_range
from theory.core.certify_functions import prepared
from theory.core.decision import Status
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.evaluation import enclose
from theory.core.interval_programs import compiled
from theory.core.parameters import Integer, Natural, Real, Vector
from theory.core.rules.elementary import Cited, Termwise
from theory.core.special import NormalCDF, StudentCDF
from theory.core.special_intervals import SLACK, TURN

PROVED, REFUTED, UNDECIDED = Status.PROVED, Status.REFUTED, Status.UNDECIDED


def on(low: object, high: object = None, name: str = "x") -> tuple[sympy.Symbol, Domain]:
    """A closed interval, or a closed half-line."""
    ends = {} if high is None else {"at_most": high}
    parameter = Real(name, at_least=low, **ends)
    return parameter.symbol, Domain(parameter)


def fails(found: Certificate, smaller: object, larger: object, strict: bool = False) -> bool:
    """Whether the counterexample fails by the other evaluator."""
    assert found.status is REFUTED and found.point is not None
    at = {name: Rational(v.numerator, v.denominator) for name, v in found.point.items()}
    left, right = enclose(smaller, at, 50), enclose(larger, at, 50)
    return bool(left > right) or (strict and left.overlaps(right))


# ----------------------------------------------------------------------------- classics


def test_sine_is_below_its_argument() -> None:
    x, domain = on(0, 10)
    assert certify(sympy.Le(sin(x), x), domain).status is PROVED
    strict = certify((sin(x), "<", x), domain)
    assert strict.status is REFUTED and strict.point == {"x": 0}
    away = Real("x", above=0, at_most=10)
    assert certify((sin(away), "<", away), Domain(away)).status is PROVED


def test_logarithm_with_equality_at_zero_on_a_half_line() -> None:
    x, domain = on(0)
    assert certify((log(1 + x), "<=", x), domain).status is PROVED
    open_x = Real("x", above=0)
    assert certify((log(1 + open_x), "<", open_x), Domain(open_x)).status is PROVED
    assert certify((log(1 + x), "<", x), domain).point == {"x": 0}
    wrong = certify((log(1 + x), "<=", Rational(999, 1000) * x), domain)
    assert fails(wrong, log(1 + x), Rational(999, 1000) * x)


def test_tangent_of_the_logarithm_touches_inside_of_the_domain() -> None:
    x = Real("x", above=0)
    assert certify((log(x), "<=", x - 1), Domain(x)).status is PROVED


@pytest.mark.parametrize("at", [Rational(1, 3), Rational(-5, 7)])
def test_a_touching_point_inside_is_found(at: sympy.Rational) -> None:
    x, domain = on(-5, 5)
    tangent = exp(at) * (x - at + 1)
    assert certify((exp(x), ">=", tangent), domain).status is PROVED
    raised = tangent + Rational(1, 10**6)
    assert fails(certify((exp(x), ">=", raised), domain), raised, exp(x))


def test_least_value_of_gamma() -> None:
    x, domain = on(1, 3)
    assert certify((gamma(x), ">=", Rational(8856, 10_000)), domain).status is PROVED
    bound = Rational(8857, 10_000)
    assert fails(certify((gamma(x), ">=", bound), domain), bound, gamma(x))


def test_normal_tail_with_equality_at_zero_and_in_the_limit() -> None:
    x, domain = on(0)
    assert certify((NormalCDF(-x), "<=", exp(-(x**2) / 2) / 2), domain).status is PROVED
    smaller = Rational(499, 1000) * exp(-(x**2) / 2)
    assert fails(certify((NormalCDF(-x), "<=", smaller), domain), NormalCDF(-x), smaller)
    mills = x / (1 + x**2) * exp(-(x**2) / 2) / sqrt(2 * pi)
    assert certify((NormalCDF(-x), ">=", mills), domain).status is PROVED


def test_limit_of_a_power_needs_logarithms_at_infinity() -> None:
    real, whole = Real("n", at_least=1), Natural("n", at_least=1)
    for n in (real, whole):
        power = (1 - 1 / n.symbol) ** n.symbol
        assert certify((power, "<=", exp(-1)), Domain(n)).status is PROVED
        bound = Rational(999, 1000) * exp(-1)
        assert fails(certify((power, "<=", bound), Domain(n)), power, bound)


def test_student_tail_is_above_the_normal_one_in_two_variables() -> None:
    d, s = Real("d", at_least=1, at_most=50), Real("s", at_least=0, at_most=10)
    student, normal = StudentCDF(-s.symbol, d.symbol), NormalCDF(-s.symbol)
    assert certify((student, ">=", normal), Domain(d, s)).status is PROVED
    above = Rational(101, 100) * normal
    assert fails(certify((student, ">=", above), Domain(d, s)), above, student)


def test_zeta_has_more_than_two_terms() -> None:
    s = Real("s", above=1)
    assert certify((zeta(s.symbol), ">=", 1 + 2**-s.symbol), Domain(s)).status is PROVED
    three = 1 + 2**-s.symbol + 3**-s.symbol * Rational(11, 10) ** s.symbol
    assert fails(certify((zeta(s.symbol), ">=", three), Domain(s)), three, zeta(s.symbol))


def test_more_inequalities_of_every_day() -> None:
    x, domain = on(0)
    assert certify((sympy.tanh(x), "<=", x), domain).status is PROVED
    assert certify((sqrt(x**2 + 1), ">", x), domain).status is PROVED
    p = Real("p", above=0, below=1)
    P = p.symbol
    entropy = -P * log(P) - (1 - P) * log(1 - P)
    assert certify((entropy, "<=", log(2)), Domain(p)).status is PROVED
    divergence = P * log(2 * P) + (1 - P) * log(2 * (1 - P))  # Pinsker: to fourth order
    assert certify((divergence, ">=", 2 * (P - Rational(1, 2)) ** 2), Domain(p)).status is PROVED
    T = Natural("T", at_least=1)
    t = T.symbol
    peak = t**t / (t + 1) ** (t + 1)
    assert certify((peak, "<=", exp(-1) / t), Domain(T)).status is PROVED
    assert certify((peak, "<=", Rational(99, 100) * exp(-1) / t), Domain(T)).status is REFUTED
    y, stirling_domain = on(1, 20)
    stirling = sqrt(2 * pi * y) * (y / sympy.E) ** y
    assert certify((gamma(y + 1), ">=", stirling), stirling_domain).status is PROVED


# ----------------------------------------------------------------------------- the paper's step


def test_one_step_of_the_bracket_of_q_gamma() -> None:
    """Dossier A7: Psi grows by at most gamma + gamma^2/4; t = e^q/M, D = gamma/(1 + t)."""
    D, t = Real("D", above=0, at_most=Rational(179, 100)), Real("t", above=0)
    step, T = D.symbol, t.symbol
    size = step * (1 + T)  # gamma
    growth = step + T * (exp(step) - 1)
    proof = certify((growth, "<=", size + size**2 / 4), Domain(D, t))
    assert proof.status is PROVED and proof.boxes < 2000
    for wrong in (size + size**2 / 100, size):
        assert fails(certify((growth, "<=", wrong), Domain(D, t)), growth, wrong)
    large = Real("D", above=0, at_most=3)  # the hypothesis on the step is needed
    bound = size + size**2 / 4
    assert fails(certify((growth, "<=", bound), Domain(large, t)), growth, bound)


def test_the_same_step_in_the_step_size() -> None:
    g, t = Real("gamma", above=0, at_most=Rational(179, 100)), Real("t", above=0)
    G, T = g.symbol, t.symbol
    growth = G / (1 + T) + T * (exp(G / (1 + T)) - 1)
    assert certify((growth, "<=", G + G**2 / 4), Domain(g, t)).status is PROVED
    # the Euler step is never below the flow
    assert certify((growth, ">=", G), Domain(g, t)).status is PROVED
    assert fails(certify((growth, "<=", G + G**2 / 8), Domain(g, t)), growth, G + G**2 / 8)


def test_where_the_step_stops_to_be_small_enough() -> None:
    """e^D <= 1 + D + D^2 up to D = 1.7932821..., the 1.79 of the dossier."""
    D = Symbol("D", real=True)
    for end, status in ((1793, PROVED), (1794, REFUTED)):
        parameter = Real("D", above=0, at_most=Rational(end, 1000))
        found = certify((exp(D), "<=", 1 + D + D**2), Domain(parameter))
        assert found.status is status


# ----------------------------------------------------------------------------- sharp constants


@pytest.mark.parametrize(
    ("expression", "extreme"),
    [
        (lambda x: x * exp(-x), mpmath.exp(-1)),
        (lambda x: sin(x) * exp(-x / 3), None),
        (lambda x: x ** (-x), None),
        (lambda x: x**3 * (2 - x) / (1 + x**4), None),
    ],
)
def test_sharp_constants_are_bracketed_from_both_sides(expression, extreme) -> None:
    x, domain = on(Rational(1, 10), 2)
    function = expression(x)
    grid = [Rational(1, 10) + Rational(19 * k, 20_000) for k in range(2001)]
    best = max(float(enclose(function, {"x": point}).mid()) for point in grid)
    if extreme is not None:
        assert abs(best - float(extreme)) < 1e-6
    above, below = (Rational(best + shift).limit_denominator(10**9) for shift in (1e-5, -1e-5))
    assert certify((function, "<=", above), domain).status is PROVED
    assert fails(certify((function, "<=", below), domain), function, below)


# ----------------------------------------------------------------------------- edges


def test_strict_and_not_strict() -> None:
    x, domain = on(0, 1)
    assert certify((2 * x, "<=", x + x), domain).status is PROVED
    assert certify((2 * x, "<", x + x), domain).status is REFUTED
    assert certify((x**2 - 2 * x + 1, ">=", 0), domain).status is PROVED
    touching = certify((x**2 - 2 * x + 1, ">", 0), domain)
    assert touching.status is REFUTED and touching.point == {"x": 1}
    below_one = Real("x", at_least=0, below=1)
    assert certify((x**2 - 2 * x + 1, ">", 0), Domain(below_one)).status is PROVED


def test_boxes_that_are_points() -> None:
    x, domain = on(1, 1)
    assert certify((x**2, "<=", 1), domain).status is PROVED
    assert certify((x**2, "<", 1), domain).status is REFUTED
    assert certify((exp(x) - sympy.E, ">=", 0), domain).status is PROVED  # equal, with rounding


def test_nothing_is_claimed_where_nothing_is() -> None:
    x = Real("x", at_least=0, at_most=1)
    empty = Domain(x, where=(sympy.Gt(x.symbol, 2),))
    found = certify((x, "<=", -1), empty)
    assert found.status is PROVED and "nothing" in found.reason
    assert certify((sympy.Integer(1), "<=", 2), Domain()).status is PROVED
    assert certify((sympy.Integer(2), "<=", 1), Domain()).status is REFUTED


@pytest.mark.parametrize(
    ("low", "high", "expression"),
    [
        (-1, 1, lambda x: 10 - log(x)),  # undefined on half of the domain
        (0, 1, lambda x: 10 - log(x)),  # undefined at one end
        (0, 1, lambda x: 1 / x),
        (-1, 1, lambda x: 1 + x**2 * log(x) ** 2),  # positive where it is defined
        (-1, 1, lambda x: exp(sqrt(x))),
        (-1, 1, lambda x: 1 / x**2),
        (0, 2, lambda x: 1 / (x - 1) ** 2),  # undefined in the middle
        (0, 2, lambda x: 5 + sqrt(x - Rational(1, 2))),
        (-1, 1, lambda x: 9 + sympy.asin(2 * x)),
        (-1, 1, lambda x: gamma(x) + 10**9),
        (1, 2, lambda x: zeta(x)),
        (0, 2, lambda x: 7 + sympy.acos(x)),
        (-1, 0, lambda x: 4 + sympy.LambertW(x)),
        (0, 1, lambda x: x * sympy.nan + 1),
    ],
)
def test_nothing_is_proved_across_a_singularity(low, high, expression) -> None:
    x, domain = on(low, high)
    assert certify((expression(x), ">=", 0), domain, budget=500).status is UNDECIDED


def test_a_pole_at_an_open_end_is_no_harm() -> None:
    x = Real("x", above=0, at_most=1)
    X = x.symbol
    for expression in (1 / X, -log(X), gamma(X), 1 / X**2 - 1, X - log(X)):
        assert certify((expression, ">=", 0), Domain(x)).status is PROVED
    pole = 1 / (Symbol("y", real=True) - Rational(1, 3))
    found = certify((pole, ">=", -10), on(0, 1, "y")[1])
    assert fails(found, -10, pole)


def test_side_conditions_discard_boxes() -> None:
    M, d = Integer("M", at_least=2, at_most=50), Integer("d", at_least=2, at_most=200)
    ratio = M.symbol / d.symbol
    inside = Domain(M, d, where=(sympy.Le(M.symbol, d.symbol),))
    assert certify((ratio, "<=", 1), inside).status is PROVED
    assert certify((ratio, "<=", 1), Domain(M, d)).status is REFUTED
    found = certify((ratio, "<=", Rational(99, 100)), inside)
    assert found.point is not None and found.point["M"] <= found.point["d"]
    # a face with the least value does not stand for a box that a condition cuts it from
    x, y = Real("x", at_least=0, at_most=1), Real("y", at_least=0, at_most=1)
    cut = Domain(x, y, where=(sympy.Ge(x.symbol + y.symbol, 1),))
    assert certify((x.symbol + y.symbol, ">=", Rational(99, 100)), cut).status is PROVED
    assert certify((x.symbol + y.symbol, ">=", Rational(101, 100)), cut).status is REFUTED


def test_integers_are_taken_one_by_one_where_that_is_needed() -> None:
    n = Natural("n", at_least=1)
    N = n.symbol
    assert certify((2**N, ">=", N + 1), Domain(n)).status is PROVED  # fails between 0 and 1
    k = Integer("k", at_least=0, at_most=30)
    assert (
        certify((sympy.binomial(30, k.symbol), "<=", sympy.binomial(30, 15)), Domain(k)).status
        is PROVED
    )
    j = Symbol("j", integer=True, positive=True)
    basel = Sum(1 / j**2, (j, 1, k.symbol + 1))
    assert certify((basel, "<=", Rational(17, 10)), Domain(k)).status is PROVED
    found = certify((basel, "<=", Rational(16, 10)), Domain(k))
    assert found.point is not None and found.point["k"].denominator == 1
    between = (Integer("n", at_least=0, at_most=9), Symbol("n", real=True))
    gap = (between[1] - 3) * (between[1] - 4)  # negative between two integers only
    assert certify((gap, ">=", 0), Domain(between[0])).status is PROVED


def test_symbols_that_are_no_parameters_range_over_their_assumptions() -> None:
    x, n = Symbol("x", positive=True), Symbol("n", positive=True, integer=True)
    assert certify((log(x), "<=", x), Domain()).status is PROVED
    assert certify((1 / n, "<=", 1), Domain()).status is PROVED
    assert certify((1 / x, "<=", 1), Domain()).status is REFUTED
    assert certify((Symbol("z") ** 2, ">=", 0), Domain()).status is UNDECIDED
    index = sympy.Dummy("x", positive=True)  # another x than the parameter
    parameter = Real("x", at_least=0, at_most=1)
    found = certify((index + parameter.symbol, "<=", 2), Domain(parameter))
    assert found.point is not None and sum(found.point.values()) > 2


def test_absolute_values_and_maxima_are_taken_apart() -> None:
    x, domain = on(-3, 3)
    assert certify((sympy.Abs(sin(x)), "<=", sympy.Abs(x)), domain).status is UNDECIDED
    y, positive = on(0, 3, "y")
    assert certify((sympy.Abs(sin(y) - y), "<=", y**3 / 6), positive).status is PROVED
    assert certify((sympy.Max(sin(x), cos(x)), "<=", 1), domain).status is PROVED
    # floats are the rationals that they are
    assert certify((y * 0.1, "<=", Rational(3, 10)), positive).status is REFUTED
    assert certify((y * 0.1, "<=", 3 * Fraction(0.1)), positive).status is PROVED


def test_what_has_no_enclosure_is_undecided_with_its_reason() -> None:
    x, domain = on(0, 1)
    unknown = certify((sympy.Function("f")(x), "<=", 1), domain)
    assert unknown.status is UNDECIDED and "f" in unknown.reason
    q = Vector("q", length=2)
    assert certify((q[1] ** 2, ">=", 0), Domain(q)).status is UNDECIDED
    with pytest.raises(ClaimError):
        certify(sympy.Eq(x, 1), domain)
    with pytest.raises(ClaimError):
        certify((x, "=", 1), domain)


def test_the_budget_is_kept_and_the_rest_is_named() -> None:
    a, b = Real("x", above=0, at_most=5), Real("y", above=0, at_most=5)
    means = (2 * sqrt(a.symbol * b.symbol), "<=", a.symbol + b.symbol)  # equal along a diagonal
    found = certify(means, Domain(a, b), budget=300)
    assert found.status is UNDECIDED and found.boxes == 300
    assert found.left is not None and set(found.left) == {"x", "y"}
    assert all(low <= high for low, high in found.left.values())
    assert certify(means, Domain(a, b), budget=300) == found  # and the answer is always the same


# ----------------------------------------------------------------------------- end pieces, rules


def test_end_pieces_from_the_caller() -> None:
    n = Natural("n", at_least=1)
    N = n.symbol
    claim = (sympy.harmonic(N), "<=", 1 + log(N))
    assert certify(claim, Domain(n), budget=300).status is UNDECIDED
    bound = 1 - sympy.EulerGamma - 1 / (2 * N)
    piece = EndPiece((N >= 2,), bound, Cited("Euler-Maclaurin", "DLMF 2.10", ">="))
    found = certify(claim, Domain(n), end_pieces=[piece])
    assert found.status is PROVED and "Euler-Maclaurin" in found.cited[0]
    # a piece that is not at most the gap is not believed
    wrong = EndPiece((N >= 2,), sympy.Integer(1), Certified(">="))
    assert certify(claim, Domain(n), end_pieces=[wrong]).status is UNDECIDED
    with pytest.raises(ClaimError):
        certify(claim, Domain(n), end_pieces=[EndPiece((N >= 2,), bound, Certified("<="))])


def test_the_rule() -> None:
    x, domain = on(0, 5)
    found = Certified("<=").check(sin(x), x, domain)
    assert found.status is Status.CERTIFIED and "box" in found.reason
    wrong = Certified(">=").check(sin(x), x, domain)
    assert wrong.status is REFUTED and {"at", "before", "after"} <= set(wrong.numbers)
    assert Certified("<=").check(sympy.Function("f")(x), x, domain).status is UNDECIDED
    assert Certified("<=").relation == "<="
    with pytest.raises(ClaimError):
        Certified("<")


def test_the_rule_term_by_term() -> None:
    N = Natural("N", at_least=1)
    j = Symbol("j", integer=True, positive=True)
    before = Sum(log(1 + 1 / j) / j, (j, 1, N.symbol))
    after = Sum(1 / j**2, (j, 1, N.symbol))
    rule = Termwise(Certified("<="))
    assert rule.relation == "<="
    assert rule.check(before, after, Domain(N)).status is Status.CERTIFIED
    assert rule.check(after, before, Domain(N)).status is REFUTED


# ----------------------------------------------------------------------------- soundness

small = st.integers(-4, 4)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(small, small, small), min_size=1, max_size=3),
    st.fractions(-2, 2, max_denominator=6),
    st.sampled_from([Rational(1, 10**k) for k in (0, 2, 4)]),
)
def test_sums_of_squares(squares, root, shift) -> None:
    """With a zero at a known point: at least 0, but not at least any positive number."""
    x, domain = on(-2, 2)
    at = Rational(root.numerator, root.denominator)
    quadratic = sum(((x - at) * (a + b * x + c * x**2)) ** 2 for a, b, c in squares)
    quadratic = sympy.expand(quadratic)
    assert certify((quadratic, ">=", 0), domain, budget=400).status is not REFUTED
    assert certify((quadratic, ">", 0), domain, budget=400).status is not PROVED
    assert certify((quadratic, ">=", shift), domain, budget=400).status is REFUTED
    positive = certify((quadratic + shift, ">", 0), domain, budget=2000)
    assert positive.status is PROVED


@settings(max_examples=15)
@given(st.lists(small, min_size=3, max_size=5), st.lists(small, min_size=2, max_size=3))
def test_rational_functions(top, bottom) -> None:
    """Against the values on a grid of rationals, exactly."""
    x, domain = on(-2, 2)
    numerator = sum(c * x**k for k, c in enumerate(top))
    denominator = 1 + sum(c * x**k for k, c in enumerate(bottom)) ** 2
    function = numerator / denominator + 0 * x
    values = [function.subs(x, Rational(k, 16)) for k in range(-32, 33)]
    least = min(values)
    assert certify((function, ">", least), domain, budget=300).status is not PROVED
    above = least + Rational(1, 1000)
    assert fails(certify((function, ">=", above), domain), above, function)
    found = certify((function, ">=", least - 1), domain)
    assert found.status is PROVED or fails(found, least - 1, function)


_UNARY = [
    exp, log, sqrt, sin, cos, gamma, sympy.loggamma, sympy.erf, sympy.erfc, NormalCDF, zeta,
    sympy.LambertW, sympy.digamma, sympy.atan, sympy.tanh, sympy.cosh, sympy.Abs, sympy.floor,
    lambda e: 1 / e, lambda e: e**2, lambda e: e**3, lambda e: e ** Rational(-3, 2),
    lambda e: gamma(e + Rational(1, 2)) / gamma(e), lambda e: sympy.polygamma(1, e),
    lambda e: sympy.loggamma(e) - sympy.loggamma(e + 2), lambda e: sympy.asin(e / 4),
]  # fmt: skip
_BINARY = [
    lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / b,
    lambda a, b: a**b, sympy.Max, sympy.beta, StudentCDF,
]  # fmt: skip


@st.composite
def expressions(draw, depth=2):
    x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    if depth == 0:
        return draw(st.sampled_from([x, y, x, Rational(1, 2), sympy.Integer(3), pi]))
    inner = draw(expressions(depth=depth - 1))
    try:
        if draw(st.booleans()):
            return draw(st.sampled_from(_UNARY))(inner)
        return draw(st.sampled_from(_BINARY))(inner, draw(expressions(depth=0)))
    except (ValueError, TypeError):  # SymPy knows that it is undefined
        return inner


sides = st.tuples(st.integers(1, 40), st.sampled_from([0, 1, 5, 64, 320]))


@settings(max_examples=150)
@given(expressions(), sides, sides, st.integers(0, 4), st.integers(0, 4))
def test_enclosures_hold_the_values(expression, first, second, step_x, step_y) -> None:
    """Interval arithmetic, and its improvement by slopes, against the independent evaluator."""
    symbols = Symbol("x", positive=True), Symbol("y", positive=True)
    if not expression.free_symbols or expression.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo):
        return
    ends = [(Fraction(low, 8), Fraction(low, 8) + Fraction(w, 64)) for low, w in (first, second)]
    steps = zip(ends, (step_x, step_y), strict=True)
    point = [low + (high - low) * Fraction(k, 4) for (low, high), k in steps]
    values = [Rational(v.numerator, v.denominator) for v in point]
    at = {s.name: v for s, v in zip(symbols, values, strict=True)}
    try:
        value = enclose(expression, at, 40)
    except Exception:  # the other evaluator has no value
        return
    with ctx.workdps(30):
        box = [tuple(arb(fmpq(e.numerator, e.denominator)) for e in pair) for pair in ends]
        program = compiled(prepared(expression), symbols)
        low, high = program.run(box)
        if isinstance(value, arb) and value.is_finite():
            assert not value < low and not value > high
            cell = tuple(whole_range(Real("x", at_least=a, at_most=b)) for a, b in ends)
            (low, high), _ = Function(expression, symbols).enclosure(cell, depth=2)
            assert not value < low and not value > high


def test_the_branch_of_lambert_and_the_turn_of_gamma() -> None:
    x = Symbol("x", real=True)
    with ctx.workdps(30):
        lower = compiled(prepared(sympy.LambertW(x, -1)), (x,))
        low, high = lower.run([(arb("-0.3"), arb("-0.2"))])
        for at, end in ((-0.3, high), (-0.2, low)):
            assert abs(float(mpmath.lambertw(at, -1).real) - float(end)) < 1e-12
        assert (TURN - SLACK).digamma() < 0 < (TURN + SLACK).digamma()


@given(st.fractions(-3, 3, max_denominator=60), st.fractions(0, Fraction(1, 3), max_denominator=60))
def test_the_simplest_rational(low: Fraction, width: Fraction) -> None:
    best = simplest(low, low + width)
    assert low <= best <= low + width
    for q in range(1, best.denominator):
        first = -(-low * q // 1)
        assert first > (low + width) * q
