"""The frame of a claim: parameters, statements, bound variables, quadrature, new enclosures."""

import math

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import I, Integral, Product, Rational, Sum, Symbol, exp, nan, oo, sqrt, zoo

from theory import (
    ByClaim,
    Claim,
    ClaimError,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Integer,
    Natural,
    NotEnclosable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    definition,
    enclose,
)
from theory.core.binding import rename_apart, replace_free
from theory.core.evaluation import ball, encloses
from theory.core.probing import probe_points
from theory.core.quadrature import integrate_numerically

n = Natural("n", at_least=1)
a = Real("a")
k = Symbol("k", integer=True, positive=True)
x, y = Symbol("x", real=True), Symbol("y", real=True)

# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize("value", [nan, zoo, I, math.nan, True, "1", None, 1 + I, (1,), [1, 2]])
def test_what_is_no_real_number_is_outside(value):
    for parameter in (Real("x"), Integer("x"), Real("x", at_least=0)):
        problem = parameter.violation(value)
        assert problem and "\n" not in problem
    with pytest.raises(ClaimError):
        Real("x", at_least=value if value is not None else nan)


@pytest.mark.parametrize(
    "ends",
    [
        {"above": 0, "below": 1},
        {"at_least": Rational(1, 3), "at_most": Rational(1, 2)},
        {"above": 2, "at_most": 2},
        {"at_least": 3, "at_most": 2},
        {"at_least": oo},
        {"at_most": -oo},
    ],
)
def test_a_range_without_integers_is_no_range(ends):
    with pytest.raises(ClaimError, match="is empty"):
        Integer("n", **ends)


ends_of_integers = st.none() | st.integers(-4, 4) | st.fractions(-4, 4, max_denominator=3)


@given(ends_of_integers, ends_of_integers, st.booleans(), st.booleans())
def test_the_first_and_last_integer_are_what_is_allowed(low, high, low_open, high_open):
    ends = {"above" if low_open else "at_least": low, "below" if high_open else "at_most": high}
    ends = {name: end for name, end in ends.items() if end is not None}

    def allowed(value):
        below = low is not None and (value <= low if low_open else value < low)
        beyond = high is not None and (value >= high if high_open else value > high)
        return not (below or beyond)

    inside = [value for value in range(-9, 10) if allowed(value)]
    if not inside:
        with pytest.raises(ClaimError):
            Integer("n", **ends)
        return
    parameter = Integer("n", **ends)
    assert [value for value in range(-9, 10) if parameter.violation(value) is None] == inside
    assert parameter.first == (None if low is None else inside[0])
    assert parameter.last == (None if high is None else inside[-1])
    shown = parameter.range_latex()
    assert low is None or str(inside[0]) in shown
    for point in probe_points(Domain(parameter), set()):
        assert allowed(point["n"])


def test_an_infinite_end_is_open():
    assert Real("x", at_least=-oo, at_most=oo).interval() == "(-inf, inf)"
    assert Real("x", at_least=0, at_most=math.inf).interval() == "[0, inf)"


# ---------------------------------------------------------------- statements


def test_what_grows_is_a_parameter_and_rates_are_constant():
    with pytest.raises(ClaimError, match="parameter"):
        Equivalent(n + 1, n.symbol, as_=(2 * n, oo))
    with pytest.raises(ClaimError, match="parameter"):
        Rate(n**2, n + 1, 2)
    with pytest.raises(ClaimError, match="varies with n"):
        Rate(n**n.symbol, n, n.symbol)
    for sides in ((0, n.symbol), (n.symbol, 0)):
        with pytest.raises(ClaimError, match="equal to 0"):
            Equivalent(*sides, as_=(n, oo))
    for order in (-1, Rational(1, 2), nan, a.symbol):
        with pytest.raises(ClaimError, match="order"):
            Equivalent(n + 1, n.symbol, as_=(n, oo), order=order)


def test_a_claim_rests_on_what_it_applies_term_by_term():
    def claim(name, *steps):
        return Claim(
            id=f"t.{name}",
            title="t",
            says="s",
            statement=Identity(n + 1, 1 + n),
            domain=Domain(n),
            source=Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
            derivation=Derivation(*steps),
        )

    first = claim("first")
    step = Step(Sum(k, (k, 1, n)), by=Termwise(Termwise(ByClaim(first))))
    assert claim("second", Step(n + 1, by=definition), step).uses == ("t.first",)


# ---------------------------------------------------------------- bound variables


@pytest.mark.parametrize(
    "expression",
    [
        sp.Limit(a * x, x, 2),
        Sum(sp.Limit(a * x + k, x, 2), (k, 1, 3)),
        Sum(a * k + Sum(a + k, (k, 1, k)), (k, 1, 3)),
        Sum(k * Symbol("j", integer=True), (k, 1, Symbol("j", integer=True))),
        Product(a + k, (k, 1, 3)) / Sum(a + k, (k, 1, 3)),
        Integral(a * x * y, (x, 0, y), (y, 0, 1)),
    ],
)
def test_nothing_is_captured(expression):
    for incoming in (k, x, y):
        inside = replace_free(expression, {a: incoming})
        names = {s: 3 for s in expression.free_symbols - {a.symbol, incoming}}
        expected = expression.subs({**names, a.symbol: Rational(7, 2)}).doit()
        assert sp.simplify(inside.subs({**names, incoming: Rational(7, 2)}).doit() - expected) == 0


def test_the_same_bound_variable_gets_the_same_name():
    twice = Sum(k, (k, 1, 3)) - Sum(k, (k, 1, 3)) * Sum(k**2, (k, 1, 2))
    renamed = rename_apart(twice, {k})
    assert len({v for total in renamed.atoms(Sum) for v in total.variables}) == 1
    assert rename_apart(twice - Sum(k, (k, 1, 3)), {k}) == renamed - rename_apart(
        Sum(k, (k, 1, 3)), {k}
    )


# ---------------------------------------------------------------- quadrature


@pytest.mark.parametrize(
    ("integral", "value"),
    [
        (Integral(exp(-x), (x, oo, 0)), -1),
        (Integral(exp(x), (x, 0, -oo)), -1),
        (Integral(exp(-(x**2)), (x, oo, -oo)), -math.sqrt(math.pi)),
        (Integral(x**2, (x, 1, 0)), -1 / 3),
        (Integral(1 / sqrt(x), (x, 1, 0)), -2),
        (Integral(x * y, (x, 0, 1), (y, 2, 0)), -1),
    ],
)
def test_ends_in_the_other_order_change_the_sign(integral, value):
    found, error = integrate_numerically(integral)
    assert abs(found - value) <= max(error, 1e-13) and error < 1e-8


def test_errors_do_not_hide_each_other():
    one, two = Integral(exp(-(x**2)), (x, 0, oo)), Integral(exp(-(x**4)), (x, 0, oo))
    errors = [integrate_numerically(part)[1] for part in (one, two)]
    _, error = integrate_numerically(one - two)
    assert error >= 0.99 * sum(errors)
    value, error = integrate_numerically(Integral(10**8 * exp(-x), (x, 0, oo)))
    assert abs(value - 10**8) <= error


@pytest.mark.parametrize(
    "integral",
    [
        Integral(exp(I * x), (x, 0, 1)),
        I * Integral(x, (x, 0, 1)),
        Integral(1 + Integral(x * y, (x, 0, 1)), (y, 0, 1)),
        Integral(sqrt(x) * (-1) ** Rational(1, 3), (x, 0, 1)),
    ],
)
def test_complex_and_nested_integrals_have_no_quadrature(integral):
    with pytest.raises(NotEnclosable):
        integrate_numerically(integral)


# ---------------------------------------------------------------- enclosures of new kinds


class Softplus(sp.Function):
    """log(1 + exp(x)), a function that the core does not know."""

    nargs = (1,)


class Steeper(Softplus):
    """A subclass without a rule of its own."""


def test_a_module_may_register_an_enclosure():
    with pytest.raises(NotEnclosable, match="Softplus"):
        enclose(Softplus(x), {"x": 0})

    @encloses(Softplus)
    def softplus(e, environment):
        return ball(e.args[0], environment).exp().log1p()

    expected = enclose(sp.log(1 + sp.exp(x)), {"x": Rational(1, 3)})
    for kind in (Softplus, Steeper):
        assert enclose(kind(x), {"x": Rational(1, 3)}).overlaps(expected)
    total = enclose(Sum(Softplus(k), (k, 1, 3)), {})
    assert total.overlaps(enclose(Sum(sp.log(1 + sp.exp(k)), (k, 1, 3)), {}))
    for kind in (Softplus, sp.exp):
        with pytest.raises(ClaimError, match="already"):
            encloses(kind)(lambda e, environment: None)
    assert enclose(sp.exp(x), {"x": 0}) == 1
