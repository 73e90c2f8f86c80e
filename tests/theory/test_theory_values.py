"""Numbers: enclosures, quadrature, finite sums and expansions against independent evaluation."""

import subprocess
import sys

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from sympy import (
    Float,
    Function,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Max,
    Min,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    beta,
    exp,
    factorial,
    gamma,
    log,
    oo,
    sqrt,
)

from theory import (
    ChiPDF,
    Domain,
    Natural,
    NormalCDF,
    NormalPDF,
    NotEnclosable,
    Real,
    StudentCDF,
    enclose,
)
from theory.core.domain import exact_float
from theory.core.evaluation import substitute
from theory.core.quadrature import integrate_numerically
from theory.core.rules.asymptotics import large_parameter_expansion
from theory.core.sums import finite_sum_normal_form

x, y = Symbol("x", real=True), Symbol("y", positive=True)
k, j = (Symbol(name, integer=True, positive=True) for name in "kj")
z = Symbol("z", real=True)

# ---------------------------------------------------------------- enclosures


def reference(expression, point):
    """The value by mpmath, at twice the precision; None where it is out of mpmath's reach."""
    names = list(point)
    plain = expression.replace(NormalCDF, lambda e: sp.erfc(-e / sqrt(2)) / 2)
    function = sp.lambdify(names, plain, modules="mpmath")
    with mpmath.workdps(60):
        values = [mpmath.mpf(int(v.p)) / int(v.q) for v in point.values()]
        try:
            value = function(*values)
        except (OverflowError, ValueError, mpmath.libmp.NoConvergence):
            return None
        return mpmath.nstr(value, 58) if mpmath.isfinite(value) else None


def holds(ball, value):
    """Whether a ball contains an exact decimal value, up to that value's own last digits."""
    from flint import arb, ctx

    with ctx.workdps(80):
        return ball.overlaps(arb(str(value), abs(float(value)) * 1e-45 + 1e-50))


smooth = st.sampled_from(
    [sp.exp, sp.sin, sp.cos, sp.tanh, sp.atan, sp.erf, sp.erfc, sp.asinh, sp.Abs, NormalCDF]
)
# no whole numbers: the reference would divide them as Python floats
leaves = st.sampled_from([x, y, x + y, x * y, Rational(5, 2), Rational(-3, 7), sp.pi, 1 / y])


def grown(children):
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: Max(*p)),
        pairs.map(lambda p: Min(*p)),
        st.tuples(smooth, children).map(lambda p: p[0](p[1])),
        children.map(lambda e: sqrt(1 + e**2)),
        children.map(lambda e: log(1 + e**2)),
        children.map(lambda e: gamma(1 + e**2 / (1 + e**2))),
    )


rationals = st.fractions(min_value=-3, max_value=3, max_denominator=50)


@settings(max_examples=60)
@given(st.recursive(leaves, grown, max_leaves=5), rationals, rationals)
def test_enclosures_hold_the_values(expression, first, second):
    point = {x: Rational(first), y: abs(Rational(second)) + Rational(1, 9)}
    value = reference(expression, point)
    if value is not None and abs(mpmath.mpf(value)) < 1e200:
        ball = enclose(expression, {s.name: v for s, v in point.items()})
        assert holds(ball, value)


@given(st.floats(-1e3, 1e3), st.integers(1, 200))
def test_student_agrees_with_mpmath(at, degrees):
    with mpmath.workdps(60):  # SciPy 1.17 is off by 1.6e-9 at 1e-8 with one degree of freedom
        share = degrees / (degrees + mpmath.mpf(at) ** 2)
        tail = mpmath.betainc(mpmath.mpf(degrees) / 2, 0.5, 0, share, regularized=True) / 2
        theirs = float(tail if at < 0 else 1 - tail)
    ours = enclose(StudentCDF(x, degrees), {"x": at})
    assert float(ours.mid()) == pytest.approx(theirs, rel=1e-14, abs=1e-290)


@given(st.floats(-30, 30))
def test_the_normal_law_agrees_with_scipy(at):
    value = float(enclose(NormalCDF(x), {"x": at}).mid())
    assert value == pytest.approx(stats.norm.cdf(at), rel=1e-12)


@pytest.mark.parametrize("width", [0, 1e-30, 1e-3, 1, 50])
def test_a_wide_argument_gives_a_wide_value(width):
    from flint import arb

    ball = enclose(StudentCDF(x, 3), {"x": arb(1, width)})
    for inside in (1 - width, 1, 1 + width):
        assert ball.overlaps(enclose(StudentCDF(x, 3), {"x": inside}))


@pytest.mark.parametrize(
    ("expression", "environment", "value"),
    [
        (Sum(k, (k, 1, 0)), {}, 0),
        (Sum(k, (k, 5, 2)), {}, 0),
        (Product(k, (k, 1, 0)), {}, 1),
        (Piecewise((1, x < 0), (x, x < 2), (7, True)), {"x": 1}, 1),
        (Piecewise((1, x < 0), (x, x < 2), (7, True)), {"x": 9}, 7),
        (Piecewise((1, sp.Eq(x, 0)), (1 / x, True)), {"x": 0}, 1),
        (Piecewise((3, sp.And(x > 0, sp.Not(x > 5))), (4, True)), {"x": 6}, 4),
        (Piecewise((3, sp.Or(x < 0, x > 5)), (4, True)), {"x": 6}, 3),
        (KroneckerDelta(x, 2) / (x - 1), {"x": 1}, 0),  # the indicator comes first
        ((1 - KroneckerDelta(x, 1)) * log(x - 1), {"x": 1}, 0),
        (Sum((1 - KroneckerDelta(k, 2)) / (k - 2), (k, 1, 4)), {}, Rational(1, 2)),
        (Function("h")(x) + 1, {"h": 4}, 5),
        (0**x, {"x": 0}, 1),
        (0**x, {"x": Rational(1, 2)}, 0),
        (IndexedBase("q")[k], {"q": (5, 6), "k": 2}, 6),
        (sp.zeta(2, 3), {}, sp.zeta(2) - Rational(5, 4)),
        (sp.harmonic(3, 2), {}, Rational(49, 36)),
        (Integral(exp(x), (x, 0, 1)), {}, exp(1) - 1),
        (Integral(exp(x), (x, 1, 0)), {}, 1 - exp(1)),
        (Float("0.1", 40), {}, exact_float(Float("0.1", 40))),
        (x, {"x": 0.1}, Rational(3602879701896397, 36028797018963968)),
    ],
)
def test_values(expression, environment, value):
    ball = enclose(expression, environment)
    assert holds(ball, sp.sympify(value).evalf(60)) and ball.rad() < 1e-15


@pytest.mark.parametrize(
    ("expression", "environment"),
    [
        (x, {}),
        (Function("h")(x), {"x": 1}),
        (Function("h")(1) + Function("h")(2), {"h": 1}),  # one value for two quantities
        (sp.besselj(0, x), {"x": 1}),
        (sp.I, {}),
        (oo, {}),
        (-oo, {}),
        (sp.nan, {}),
        (sp.zoo, {}),
        (Sum(1 / k**2, (k, 1, oo)), {}),
        (Sum(exp(k), (k, -oo, 0)), {}),
        (Sum(k, (k, 1, 10**7)), {}),
        (Integral(exp(-(x**2)), (x, 0, oo)), {}),
        (Integral(sqrt(x), (x, 0, 1)), {}),
        (Integral(sp.sign(x), (x, -1, 1)), {}),
        (Integral(sp.atan(x), (x, 0, 1)), {}),
        (Integral(sp.LambertW(x), (x, 0, 1)), {}),
        (Integral(Function("h")(x), (x, 0, 1)), {}),
        (Integral(exp(sp.I * x), (x, 0, 1)), {}),
        (IndexedBase("q")[k], {"q": (5, 6), "k": 3}),
        (IndexedBase("q")[k], {"q": (5, 6), "k": 0}),
        (Piecewise((1, x < 0)), {"x": 1}),
        (sp.harmonic(x), {"x": Rational(1, 2)}),
        (sp.LambertW(x, 3), {"x": 1}),
        (Sum(Symbol("k") * k, (k, 1, 3)), {"k": 5}),  # two things of one name
    ],
)
def test_what_has_no_enclosure_says_so(expression, environment):
    with pytest.raises(NotEnclosable) as caught:
        enclose(expression, environment)
    assert "\n" not in str(caught.value)


def test_a_condition_that_cannot_be_decided_is_not_guessed():
    from flint import arb

    with pytest.raises(NotEnclosable, match="cannot be decided"):
        enclose(Piecewise((1, x < 0), (2, True)), {"x": arb(0, 1)})


def test_branch_of_lambert_w():
    value = enclose(sp.LambertW(x, -1), {"x": -0.2})
    assert float(value.mid()) == pytest.approx(float(mpmath.lambertw(-0.2, -1).real))


def test_substitute_writes_sums_out_and_leaves_bound_variables_alone():
    q = IndexedBase("q")
    total = Sum(q[k] * x, (k, 1, Symbol("N")))
    assert substitute(total, {"N": sp.Integer(2), "q": (sp.Integer(5), sp.Integer(7))}) == 12 * x
    assert substitute(Integral(x * y, (x, 0, 1)), {"x": 3, "y": 2}) == Integral(x * 2, (x, 0, 1))
    assert substitute(Sum(k * x, (k, 1, 2)), {"k": sp.Integer(9)}) == 3 * x
    indicator = KroneckerDelta(k, 2) * (1 / x)
    assert substitute(indicator, {"k": sp.Integer(1), "x": sp.Integer(0)}) == 0
    with pytest.raises(NotEnclosable, match="both a bound variable"):
        substitute(Sum(Symbol("k") * k, (k, 1, 3)), {"k": sp.Integer(5)})


# ---------------------------------------------------------------- quadrature


@settings(max_examples=25)
@given(st.integers(1, 9), st.integers(-4, 4), st.fractions(0, 3, max_denominator=8))
def test_quadrature_agrees_with_scipy(power, shift, low):
    low = Rational(low)
    cases = (
        (exp(-x) * x**power, low, oo),
        (x**power * log(1 + x), low, low + 2),
        (NormalPDF(x - shift) * x**2, -oo, oo),
        (NormalCDF(x + shift) * ChiPDF(x, power), 0, oo),
        (NormalPDF(x) * NormalCDF(x), -oo, low),
    )
    for integrand, first, last in cases:
        value, error = integrate_numerically(Integral(integrand, (x, first, last)))
        function = sp.lambdify(x, integrand, modules=[{"NormalCDF": stats.norm.cdf}, "scipy"])
        expected, spread = integrate.quad(
            function, float(first), float(last), epsabs=1e-12, limit=200
        )
        assert abs(value - expected) <= error + spread + 1e-9 * (1 + abs(expected))


@pytest.mark.parametrize(
    ("integral", "value"),
    [
        (Integral(1 / sqrt(y), (y, 0, 1)), 2),
        (Integral(log(y), (y, 0, 1)), -1),
        (Integral(1 / (1 + x**2), (x, -oo, oo)), sp.pi),
        (Integral(100 * NormalPDF(100 * (x - Rational(3, 10))), (x, 0, 1)), 1),
        (Integral(exp(-y), (y, 0, oo)), 1),
        (Integral(x * y, (x, 0, 1), (y, 0, 2)), 1),
        (Integral(sp.S.Zero, (x, 0, 1)), 0),
        (Integral(x, (x, -1, 1)), 0),
        (3 * Integral(x, (x, 0, 1)) + 1, Rational(5, 2)),
    ],
)
def test_the_error_of_the_quadrature_is_one(integral, value):
    found, error = integrate_numerically(integral)
    assert abs(found - float(value)) <= max(error, 1e-13)


@pytest.mark.parametrize(
    "integral",
    [
        Integral(sqrt(x - Rational(1, 2)), (x, 0, 1)),  # NaN on half of the range, once taken as 0
        Integral(1 / x, (x, -1, 1)),
        Integral(1 / x**2, (x, -1, 1)),
        Integral(1 / y, (y, 0, 1)),
        Integral(1, (x, 0, oo)),
        Integral((1 + y) ** Rational(-3, 2), (y, 0, oo)),  # its tail is cut off at 1e17
        Integral(1000 * NormalPDF(10**6 * (x - Rational(3, 10))), (x, 0, 1)),  # a peak unseen
        Integral(x * z, (x, 0, 1)),
    ],
)
def test_quadrature_that_fails_says_so(integral):
    with pytest.raises(NotEnclosable):
        integrate_numerically(integral)


# ---------------------------------------------------------------- finite sums

N = Natural("N", at_least=1)
u, w, t = (IndexedBase(name, real=True) for name in "uwt")
ATOMS = (
    u[k],
    w[k],
    u[k] ** 2,
    KroneckerDelta(k, j) * w[k],
    sp.Integer(2),
    1 - KroneckerDelta(k, j),
)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3),
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=2),
    st.lists(st.integers(-5, 5), min_size=6, max_size=6),
)
def test_normal_forms_of_finite_sums_keep_the_value(first, second, data):
    inner = Sum(sp.Mul(*first), (k, 1, N))
    total = Sum(inner * sp.Mul(*second).subs({k: j, j: k}) + u[j] * inner, (j, 1, N)) + inner.subs(
        j, 1
    )
    total = total.subs(k, 2) if k in total.free_symbols else total
    normal = finite_sum_normal_form(total, Domain(N))
    environment = {"N": 3, "u": tuple(data[:3]), "w": tuple(data[3:])}
    assert enclose(total, environment) == enclose(normal, environment)


# ---------------------------------------------------------------- expansions

n = Symbol("n", integer=True, positive=True)
c = Real("c", above=0)


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        (gamma(n + Rational(1, 3)) / gamma(n + 2), 3),
        (beta(Rational(2, 5), n + 1), 3),
        ((1 + 1 / n) ** n, 3),
        ((1 + 1 / n) ** (n**2) * exp(-n), 3),
        ((1 + 2 / n) ** (n**5) * exp(-2 * n**4 + 2 * n**3 - 8 * n**2 / 3 + 4 * n), 2),
        (n**n / (n + 1) ** (n + 1), 3),
        (factorial(n) * exp(n) / n ** (n + Rational(1, 2)), 3),
        (sqrt((n - 1) * (n - 2)), 3),
        (sqrt((1 - n) * (2 - n)), 3),
        ((n**2 + n + 1) ** Rational(1, 3) - n ** Rational(2, 3), 2),
        (sp.binomial(2 + n, 3), 3),
        (sqrt(n) + 1 / n, 3),
        (exp(1 / n + 1 / n**2), 3),
    ],
)
def test_expansions_agree_with_mpmath_at_large_arguments(expression, terms):
    parts = large_parameter_expansion(expression, n, terms)
    assert parts
    lowest = min(parts)
    gaps = []
    function = sp.lambdify([n], expression, modules="mpmath")  # SymPy would write out (1 + 1/n)^n^5
    series = sp.lambdify([n], sum(c * n**power for power, c in parts.items()), modules="mpmath")
    with mpmath.workdps(90):
        for far in map(mpmath.mpf, (500, 1000, 2000)):
            gaps.append(abs(function(far) - series(far)) / far ** mpmath.mpf(str(lowest.evalf(90))))
    # what is left is of lower order than the last power that is kept
    assert gaps[2] < 1e-20 or gaps[2] < 0.8 * gaps[1] < 0.64 * gaps[0]


@pytest.mark.parametrize(
    "expression",
    [exp(sqrt(n)), n ** log(n), exp(sp.sin(n)), exp(n), log(n), gamma(2 * n), sp.zeta(n), n**n],
)
def test_what_is_not_of_power_growth_has_no_expansion(expression):
    from theory.core.expansion import NoExpansion

    with pytest.raises(NoExpansion):
        large_parameter_expansion(expression, n)


def test_a_parameter_called_l_is_not_the_logarithm():
    named = Real("L")
    assert large_parameter_expansion(exp(2 * named), n) == {0: exp(2 * named)}


# ---------------------------------------------------------------- what is loaded


def test_a_claim_loads_its_own_topic_and_no_other():
    code = (
        "import sys; from theory import find; find('assoc-scaling.model');"
        "loaded = {m.split('.')[1] for m in sys.modules if m.startswith('theory.')};"
        "print(sorted(loaded - {'core'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['assoc_scaling']"


@pytest.mark.parametrize(
    "term",
    [
        exp(-y * k) * sqrt(x + y) * (k + 1) ** (-x) * NormalCDF(y * sqrt(k)),
        Sum(x**2 * k * j / (x + y * j), (j, 1, k)),
        Sum(log(y * j), (j, 1, 3)) * k + Sum(log(y * j) * k, (j, 1, k)),
        KroneckerDelta(k, 3) * log(x + y) * k + Product(1 - y / (j + x * k + 9), (j, 1, k)),
        (1 - KroneckerDelta(k, 3)) / (k - 3) * sqrt(y),  # undefined where the indicator vanishes
        Piecewise((sqrt(y) * x, k < 4), (log(y) * k, True)) * sp.harmonic(k, x),
        Piecewise((k, k < 9), (log(y - 5) * k, True)) * beta(x * y, k),
        y**k * Integral(exp(-z * y * k), (z, 0, x**2)),
    ],
)
def test_a_sum_has_the_value_of_its_terms_one_by_one(term):
    """Indicators, branches, inner sums and integrals included."""
    values = {"x": Rational(13, 10), "y": Rational(7, 10)}
    whole = enclose(Sum(term, (k, 1, 6)), values)
    terms = (enclose(substitute(term, {"k": sp.Integer(n)}), values) for n in range(1, 7))
    assert whole.overlaps(sum(terms)) and whole.rad() < 1e-25


@given(st.integers(1, 9), st.integers(1, 500), st.integers(-100, 100))
def test_powers_of_balls_about_zero_hold_the_powers(exponent, radius, percent):
    from flint import arb, fmpq

    ball = enclose(x**exponent, {"x": arb(0, radius / 64)})
    inside = fmpq(percent * radius, 6400)
    assert ball.is_finite() and arb(inside**exponent) in ball
