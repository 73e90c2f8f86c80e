"""Formulas that are another one for some values of the parameters, and names that are taken.

A limit, an antiderivative at an end or a geometric sum is right in general, and wrong where a
leading coefficient vanishes or the ratio is 1. Beside each false step stands one that is right.
"""

import pytest
from sympy import Integral, Product, Rational, Sum, Symbol, atan, exp, oo, pi, sympify, tanh

from theory import Domain, Equivalent, ExactIntegral, Natural, Real
from theory.core.continuity import limit_at
from theory.core.errors import ClaimError
from theory.core.rule import examine
from theory.core.rules.comparison import WidenSum
from theory.core.rules.elementary import Termwise
from theory.core.rules.hypotheses import Telescoping
from theory.core.rules.iteration import ClosedForm, Iterate
from theory.core.rules.limits import Limit

n, m, r = Natural("n", at_least=1), Natural("m", at_least=0), Natural("r", at_least=1)
a, x, p = Real("a", above=0), Real("x", at_least=0), Real("p", above=0, below=1)
any_sign, ratio = Real("c"), Real("b", above=0, below=5)
k = Symbol("k", integer=True, nonnegative=True)
w = Symbol("w", integer=True, nonnegative=True)
t = Symbol("t", nonnegative=True)
q = Symbol("q", real=True)
v = Symbol("v", positive=True)
odd = (any_sign - Rational(22, 7)) ** 2  # 0 at one point, which no grid holds
HERE = Domain(n, m, r, a, x, p, any_sign, ratio)


def status(rule, before, after, domain=HERE):
    return str(examine(rule, sympify(before), sympify(after), domain).status)


@pytest.mark.parametrize(
    "expression, value",
    [
        (v * a / (1 + v * a), 1),
        (v * x / (1 + v * x), None),  # 0 where x = 0
        (1 / (1 + v * odd), None),  # 1
        (atan(v * odd), None),
        (tanh(v * a), 1),
        ((1 + x / v) ** v, exp(x)),
        (exp(x / v), 1),
        ((v**2 + v * x) ** Rational(1, 2) - v, x / 2),
        ((1 + v**2 * odd) ** Rational(1, 2) - v * (odd) ** Rational(1, 2), None),
    ],
)
def test_a_limit_is_one_formula_on_the_whole_domain(expression, value):
    assert limit_at(sympify(expression), v, oo, "-", HERE) == value


@pytest.mark.parametrize(
    "rule, before, after, right",
    [
        (Limit(n, oo), 1 + n * a / (1 + n * a), 2, True),
        (Limit(n, oo), 1 + n * x / (1 + n * x), 2, False),
        (Limit(n, oo), 1 + 1 / (1 + n * odd), 1, False),
        (ExactIntegral(-1 / (1 + t * a)), Integral(a / (1 + t * a) ** 2, (t, 0, oo)), 1, True),
        (
            ExactIntegral(-1 / (1 + t * odd)),
            Integral(odd / (1 + t * odd) ** 2, (t, 0, oo)),
            1,
            False,
        ),
        (
            ExactIntegral(t / (t + odd)),
            Integral(odd / (t + odd) ** 2, (t, 0, 1)),
            1 / (1 + odd),
            False,
        ),
    ],
)
def test_limits_and_antiderivatives_where_a_coefficient_vanishes(rule, before, after, right):
    assert (status(rule, before, after) == "proved") is right


def increase(primitive):
    return sympify(primitive).subs(k, k + 1) - primitive


@pytest.mark.parametrize(
    "primitive, low, high, after, right",
    [
        (k * a / (1 + k * a), 0, oo, 1, True),
        (k * x / (1 + k * x), 0, oo, 1, False),  # 0 where x = 0
        (1 / (1 + k * odd), 0, oo, -1, False),
        (atan(k * odd), 0, oo, pi / 2, False),
        (p**k / (p - 1), 0, n, (p ** (n + 1) - 1) / (p - 1), True),
        (atan(1 / (k - 3)), 0, oo, atan(Rational(1, 3)), False),  # 1/0 on the way
        (atan(1 / (k + 3)), 0, oo, -atan(Rational(1, 3)), True),
    ],
)
def test_telescoping_sums(primitive, low, high, after, right):
    before = Sum(increase(primitive), (k, low, high))
    assert (status(Telescoping(primitive), before, after) == "proved") is right


@pytest.mark.parametrize(
    "factor, right",
    [
        (p, True),
        (ratio, False),  # at 1 the sum is n + 1
        (any_sign / 7, False),
    ],
)
def test_a_geometric_sum_with_the_ratio_1(factor, right):
    factor = sympify(factor)
    after = (factor ** (n.symbol + 1) - 1) / (factor - 1)
    rule = Telescoping(factor**k / (factor - 1))
    assert (status(rule, Sum(factor**k, (k, 0, n)), after) == "proved") is right


@pytest.mark.parametrize("factor, right", [(p, True), (ratio, False), (any_sign / 7, False)])
def test_iterates_of_an_affine_map_with_the_factor_1(factor, right):
    factor = sympify(factor)

    def closed(times):
        return factor**times * x + (factor**times - 1) / (factor - 1)

    before = Iterate(factor * q + 1, (q, x.symbol, n.symbol))
    found = status(ClosedForm(closed(k), k), before, closed(n.symbol))
    assert (found == "proved") is right


def test_the_index_of_a_wider_sum_is_not_taken_for_another():
    free = Symbol("f", integer=True, nonnegative=True)
    powers = Sum(p ** (k * free), (k, 0, n))
    assert status(WidenSum(), powers, Sum(p ** (w * free), (w, 0, oo))) == "proved"
    assert status(WidenSum(), powers, Sum(p ** (free * free), (free, 0, oo))) != "proved"


def test_nor_is_it_taken_for_the_index_of_a_product_inside():
    factors = Product((w + 1 + k) / (w + 1), (w, 0, 1))
    before = Sum(p**k * factors, (k, 0, n))
    mixed = Sum(p**w * Product((w + 1 + w) / (w + 1), (w, 0, 1)), (w, 0, oo))
    assert status(WidenSum(), before, mixed) != "proved"


def test_nor_for_that_of_the_sum_around():
    before = Sum(Sum(p ** (k * w), (k, 0, n)), (w, 1, m + 1))
    apart = Sum(Sum(p ** (k * w), (k, 0, oo)), (w, 1, m + 1))
    mixed = Sum(Sum(p ** (w * w), (w, 0, oo)), (w, 1, m + 1))
    assert status(Termwise(WidenSum()), before, apart) == "proved"
    assert status(Termwise(WidenSum()), before, mixed) != "proved"


def test_a_sum_that_is_many_values_is_not_widened():
    """The factor 2 - 3 t weighs the terms with either sign; on average it is above 0."""
    before, after = (
        (2 - 3 * t) * Sum(t**k, (k, 0, end)) for end in (n.symbol + 1, n.symbol + 1 + r.symbol)
    )
    found = status(WidenSum(), Integral(before, (t, 0, 1)), Integral(after, (t, 0, 1)))
    assert found != "proved"


@pytest.mark.parametrize("zero", [0, 0.0])
def test_nothing_is_asymptotically_equal_to_zero(zero):
    with pytest.raises(ClaimError):
        Equivalent(zero, n, as_=(n, oo))
