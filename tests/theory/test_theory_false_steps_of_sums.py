"""False steps about finite sums and profiles that were once proved.

Each stands with a true one of its kind that still is. The numbers in the comments say how false.
"""

import itertools

import pytest
import sympy as sp
from sympy import (
    Abs,
    Derivative,
    Eq,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Piecewise,
    Subs,
    Sum,
    Symbol,
    exp,
    oo,
)

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Identity,
    Matrix,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Substitution,
    Termwise,
    Through,
    UnimodalSumToIntegral,
    definition,
)
from theory.core.rule import examine
from theory.core.rules.finite_sums import (
    ByClaimInside,
    ClearedDenominators,
    FiniteSums,
    Orthonormal,
    SumDifferentiation,
)
from theory.core.rules.hypotheses import FallingSumToIntegral, OneSided, Telescoping
from theory.core.rules.monotone import ByOneLink, OneSign
from theory.core.rules.profiles import (
    ConstantFactors,
    EqualPart,
    FewLargeShares,
    GammaRatios,
    LeastOfAll,
)

OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
numbers = itertools.count()
n, m, N = Natural("n", at_least=1), Natural("m", at_least=0), Natural("N", at_least=2)
a, b, c = Real("a"), Real("b"), Real("c", above=0)
share = Real("a", above=0, at_most=1)
k, j = (Symbol(name, integer=True, positive=True) for name in "kj")
x = Symbol("x", real=True)
z = IndexedBase("z", real=True)
h = sp.Function("h", real=True)


def given(statement, domain, *names):
    """A claim that is cited, with observables of some names."""
    sense = {"identity": "=", "equivalent": "~", "bound": getattr(statement, "sense", "")}
    cited = Cited("given", "here", sense=sense[statement.kind])
    return Claim(
        id=f"false.sum{next(numbers)}",
        title="t",
        says="s",
        statement=statement,
        domain=domain,
        source=OWN,
        observables=tuple(Observable(name, (n,), latex=name, meaning=name) for name in names),
        derivation=Derivation(
            Step(statement.sides[0], by=definition), Step(statement.sides[-1], by=cited)
        ),
    )


def holds(rule, before, after, *parameters, where=(), remarks=()):
    domain = Domain(*parameters, where=where, remarks=remarks)
    return examine(rule, before, after, domain).status in ("proved", "cited")


# ---------------------------------------------------------------- finite sums


def test_ends_that_speak_of_another_index():
    inner = [Sum(h(j), (j, 1, k), (k, low, n + low - 1)) for low in (1, 2)]
    assert not holds(FiniteSums(), inner[0], inner[1], n)  # 3 and 5 for h = 1 and n = 2
    assert not holds(FiniteSums(), exp(inner[0]), exp(inner[1]), n)


def test_an_index_keeps_its_sign_and_its_name():
    index = Symbol("k", integer=True)
    one, two = (Sum(size * h(index), (index, -2, 2)) for size in (Abs(index), index))
    assert not holds(FiniteSums(), exp(one), exp(two))
    own = Natural("i1_1", at_least=1)
    one, two = Sum(own * h(k), (k, 1, n)), Sum(k * h(k), (k, 1, n))
    assert not holds(FiniteSums(), exp(one), exp(two), n, own)
    same = Sum(own * h(j), (j, 1, n))
    assert holds(FiniteSums(), exp(one), exp(same), n, own)


def test_an_infinite_sum_is_not_differentiated_term_by_term():
    y = Real("x")  # telescopes to -x, whose slope is -1; every term has the slope 0 at 0
    total = Sum(y / (1 + k**2 * y**2) - y / (1 + (k - 1) ** 2 * y**2), (k, 1, oo))
    assert not holds(SumDifferentiation(), Subs(Derivative(total, y.symbol), y.symbol, 0), 0, y)
    kink = Subs(Derivative(Abs(x), x), x, 0)
    assert not holds(SumDifferentiation(), kink, 0)
    constant = Derivative(Abs(a) * b**2, b.symbol)
    assert holds(SumDifferentiation(), constant, 2 * Abs(a) * b, a, b)


def test_values_are_put_in_at_once_and_capture_nothing():
    rule = SumDifferentiation()
    swapped = Subs(a - 2 * b, (a.symbol, b.symbol), (b.symbol, a.symbol))
    assert not holds(rule, swapped, -a, a, b)
    assert holds(rule, swapped, b - 2 * a, a, b)
    inside = Sum(Subs(Sum(x * h(j), (j, 1, n)), x, k), (k, 1, n))
    assert holds(Termwise(rule), inside, Sum(Sum(k * h(j), (j, 1, n)), (k, 1, n)), n)
    captured = Sum(Subs(Sum(x * h(k), (k, 1, n)), x, k), (k, 1, n))
    assert not holds(Termwise(rule), captured, Sum(Sum(k * h(k), (k, 1, n)), (k, 1, n)), n)


def test_the_entry_of_a_derivative_is_no_entry_of_the_sum():
    slope = Derivative(Sum(z[k] ** 2, (k, 1, n)), z[k])  # 2 z[k], not the sum of them all
    before, after = Sum(slope, (k, 1, n)), Sum(Sum(2 * z[k], (k, 1, n)), (k, 1, n))
    assert not holds(Termwise(SumDifferentiation()), before, after, n)


def test_a_denominator_without_terms():
    def total(gone):
        return Sum((1 - gone) * exp(z[k]), (k, 1, N))

    def fits(denominator):
        before = (1 + a * denominator) / denominator - 1 / denominator
        return holds(ClearedDenominators(denominator), before, a.symbol, N, a)

    assert not fits(total(KroneckerDelta((k - 1) * (k - 2), 0)))  # no terms for N = 2
    assert fits(total(KroneckerDelta(k, 1)))


def test_an_identity_inside_a_sum_holds_for_all_its_indices():
    from_five, from_one = Natural("k", at_least=5), Natural("k", at_least=1)
    for index, right in ((from_five, False), (from_one, True)):
        used = given(Identity(h(index), 3 + 0 * index), Domain(index), "h")
        before, after = Sum(h(index), (index.symbol, 1, n)), Sum(3, (index.symbol, 1, n))
        assert holds(ByClaimInside(used), before, after, n) is right


def test_the_diagonal_is_no_row():
    size = Natural("D", at_least=1)
    table, remark = Matrix("A", length=size, columns=size), "orthonormal"

    def product(row):
        return Sum(table[row, k] * table[1, k], (k, 1, size))

    rule = Orthonormal({table: remark})
    contracted = rule._contracted(product(k), Domain(size, table))
    assert contracted.has(Sum)  # the diagonal times the first row
    fits = holds(rule, product(2), KroneckerDelta(1, 2), size, table, remarks=(remark,))
    assert fits


# ---------------------------------------------------------------- profiles


def test_a_family_that_differs_from_index_to_index():
    count = Natural("n", at_least=2)

    def event(family):
        total = Sum(family(j), (j, 1, N))
        return Piecewise((1 / k, count * family(k) <= total), (0, True))

    def fits(family):
        after = Sum(1 / k, (k, count, N))
        return holds(FewLargeShares(count), Sum(event(family), (k, 1, N)), after, N, count)

    assert not fits(lambda index: KroneckerDelta(index, k))  # every one is all of its own sum
    assert fits(lambda index: 1 / index**2)


def test_constants_that_vanish_are_not_equivalent():
    assert not holds(GammaRatios(n), a * (n + 1), a * n, n, a)
    assert not holds(GammaRatios(n), (1 - share) * n + 1, (1 - share) * n, n, share)
    assert holds(GammaRatios(n), c * (n + 1), c * n, n, c)


def test_a_least_value_is_over_a_parameter():
    least = Observable("least", (n,), latex="l", meaning="infimum")
    for value, bound, at, right in (
        (h(n, m), n.symbol, None, True),
        (h(n, 2 * m), m.symbol, None, False),  # least(n) >= m for every m
        (h(n, n), n.symbol, None, False),  # the diagonal alone
        (h(n, m), n.symbol, {n: 2 * n}, False),
    ):
        used = given(Bound(value, ">=", bound), Domain(n, m), "h")
        after = bound if at is None else bound.subs(at)
        assert holds(LeastOfAll(used, at, least=least), least(), after, n, m) is right


def test_a_part_under_a_derivative_is_many_values():
    rule = EqualPart(h(a), 1, Substitution({h(a): 1}))
    where = (Eq(h(a), 1),)
    after = Derivative(a.symbol, a.symbol, evaluate=False)
    assert not holds(rule, Derivative(h(a) * a, a.symbol), after, a, where=where)
    assert holds(rule, h(a) * a, a.symbol, a, where=where)


def test_two_infinite_values_are_not_near():
    through, w = Symbol("u", positive=True), Symbol("w", positive=True)

    def fits(power):
        rule = UnimodalSumToIntegral(Through(k, w, k ** (-power)), 1, 1)
        before = Sum(k ** (-power), (k, 1, oo))
        return holds(rule, before, Integral(through ** (-power), (through, 1, oo)))

    assert not fits(1)
    assert fits(2)


def test_an_empty_range_does_not_telescope():
    before = Sum(h(k + 1) - h(k), (k, 10, n))  # nothing for n = 1
    assert not holds(Telescoping(h(k)), before, h(n + 1) - h(10), n)
    assert holds(Telescoping(h(k)), Sum(h(k + 1) - h(k), (k, 1, n)), h(n + 1) - h(1), n)


def test_a_falling_function_whose_integral_is_infinite():
    through, w = Symbol("u", positive=True), Symbol("w", positive=True)
    for power, right in ((1, False), (2, True)):
        rule = FallingSumToIntegral(Through(k, w, k ** (-power)))
        before, after = Sum(k ** (-power), (k, 1, oo)), through ** (-power)
        assert holds(rule, before, Integral(after, (through, 1, oo))) is right


@pytest.mark.parametrize("sense", ["=", "~"])
def test_the_other_rules_for_inequalities_give_no_equation(sense):
    used = given(Bound(n.symbol, "<=", h(n)), Domain(n), "h")
    near = given(Bound(Abs(h(n) - 1), "<=", 1 + 0 * n), Domain(n), "h")
    for rule, before, after in (
        (OneSign, n + 5, n.symbol),
        (Nonnegative, n + 5, n.symbol),
        (lambda way: ByOneLink(used, sense=way), h(n), n.symbol),
        (lambda way: OneSided(near, sense=way), h(n), sp.S.Zero),
    ):
        assert not holds(rule(sense), before, after, n)
        assert holds(rule(">="), before, after, n)


def test_nothing_times_an_infinite_integral_is_no_number():
    through = Symbol("u", positive=True)
    for factor, right in ((a.symbol, False), (c.symbol, True)):
        before = Integral(factor / through, (through, 0, 1))
        after = factor * Integral(1 / through, (through, 0, 1))
        assert holds(ConstantFactors(), before, after, a, c) is right
