"""False steps about hypotheses, words and hidden names that were once proved.

Each stands with a true one of its kind that still is. The numbers in the comments say how false.
"""

import itertools

import pytest
import sympy as sp
from sympy import (
    Abs,
    Derivative,
    Eq,
    I,
    Integral,
    KroneckerDelta,
    Piecewise,
    Rational,
    Subs,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    sign,
    sqrt,
)

from theory import (
    Algebra,
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Identity,
    Matrix,
    Natural,
    NormalCDF,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    StudentCDF,
    Termwise,
    Vector,
    definition,
)
from theory.core.certify import certify
from theory.core.errors import NotEnclosable
from theory.core.evaluation import enclose
from theory.core.reality import part_that_is_complex
from theory.core.rule import Rule, examine
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.hypotheses import Telescoping
from theory.core.rules.inequalities import Nonnegative
from theory.core.rules.monotone import (
    AtMostOne,
    ByOneLink,
    ByRemark,
    EitherSign,
    Given,
    OneSign,
    Replaced,
    SumsAsSymbols,
    assuming,
    decide_sign,
)
from theory.core.rules.profiles import LeastOfAll, PowerOfProbability

OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
numbers = itertools.count()
n, m = Natural("n", at_least=1), Natural("m", at_least=0)
a, b = Real("a"), Real("b")
c, d = Real("c", above=0), Real("d", at_least=0)
k = Symbol("k", integer=True, positive=True)
i = Symbol("i", integer=True)
x = Symbol("x", real=True)
positive_slack = Symbol("slack", positive=True)
slack = Symbol("slack", nonnegative=True)
h, g = (sp.Function(name, real=True) for name in "hg")


def given(statement, domain, *observables):
    """A claim that is cited."""
    sense = {"identity": "=", "bound": getattr(statement, "sense", "")}[statement.kind]
    pairs = itertools.pairwise(statement.sides)
    steps = (
        step
        for one, two in pairs
        for step in (Step(one, by=definition), Step(two, by=Cited("given", "here", sense=sense)))
    )
    return Claim(
        id=f"false.hypothesis{next(numbers)}",
        title="t",
        says="s",
        statement=statement,
        domain=domain,
        source=OWN,
        observables=observables,
        derivation=Derivation(*steps),
    )


def named(name, *arguments, meaning="words", **rest):
    return Observable(name, arguments, latex=name, meaning=meaning, **rest)


def finding(rule, before, after, *parameters, where=(), remarks=()):
    return examine(rule, before, after, Domain(*parameters, where=where, remarks=remarks))


def holds(rule, before, after, *parameters, where=(), remarks=()):
    found = finding(rule, before, after, *parameters, where=where, remarks=remarks)
    return found.status in ("proved", "cited")


# ---------------------------------------------------------------- real numbers


def test_complex_numbers_are_not_ordered():
    assert not holds(OneSign(), I * d, I * d + 1, d)
    assert not holds(Nonnegative("<="), I * a, I * a + 1, a)
    assert not holds(OneSign(), (-1) ** a.symbol, (-1) ** a.symbol + 1, a)
    assert not holds(OneSign(), log(-c), log(-c) + 1, c)
    # exp rises on the line alone: where d is pi, it goes from -1 to -e
    rising = Replaced(I * d, I * d + 1, OneSign())
    assert not holds(rising, exp(I * d), exp(I * d + 1), d)
    assert holds(OneSign(), sqrt(d.symbol), sqrt(d.symbol) + 1, d)
    assert holds(OneSign(), log(c.symbol), log(c.symbol) + 1, c)
    free = Symbol("z")
    assert not holds(OneSign(), free, free + 1)


def test_what_is_taken_to_be_real():
    here = Domain(a, c, m)
    for real in (h(a), sqrt(c - a), Sum(h(k), (k, 1, oo)), Integral(a * x, (x, 0, 1)), Abs(I * a)):
        assert part_that_is_complex(real, here) is None
    assert part_that_is_complex(1 + I * a, here) == I
    assert part_that_is_complex(Subs(I * x, x, a), here) == I
    assert part_that_is_complex(Sum(I * k, (k, 1, m)), here) == I
    assert part_that_is_complex(Piecewise((I, a < 0), (1, True)), here) == I
    assert part_that_is_complex(sqrt(-c), here) is not None


def test_a_distribution_function_is_one_on_the_line():
    here = Domain(a, b, c)
    assert decide_sign(NormalCDF(I * a), here).status == "undecided"
    assert decide_sign(StudentCDF(a, b), here).status == "undecided"  # b is -1, for example
    assert decide_sign(StudentCDF(a, c), here).status == "proved"
    rule = PowerOfProbability("<=")
    odd, sound = StudentCDF(a, b), StudentCDF(a, c)
    assert not holds(rule, 1 - odd**2, 2 * (1 - odd), a, b)
    assert holds(rule, 1 - sound**2, 2 * (1 - sound), a, c)


# ---------------------------------------------------------------- names that hide others


def test_an_index_inside_has_not_the_range_of_one_around():
    below = Sum(i * a**2, (i, -3, -1))  # -6 a^2
    nothing = Sum(0 * i, (i, 1, n))
    assert not holds(Termwise(OneSign(">=")), Sum(below, (i, 1, n)), nothing, n, a)
    doubled = Sum(2 * i * a**2, (i, -3, -1))
    rule = Termwise(Replaced(a**2 * i, 2 * a**2 * i, OneSign()))
    assert not holds(rule, Sum(below, (i, 1, n)), Sum(doubled, (i, 1, n)), n, a)
    above = Sum(Sum(k * a**2, (k, 1, 3)), (i, 1, n))
    assert holds(Termwise(OneSign(">=")), above, nothing, n, a)


def test_a_fact_is_not_told_of_a_bound_variable():
    shift = Sum(i * a, (i, -1, 1))  # 0
    assert not holds(EitherSign(i * a, OneSign(">=")), shift * i * a, 3 * (i * a) ** 2, a)
    there = Subs(i * a, i, -1)  # -a
    assert not holds(EitherSign(i * a, OneSign(">=")), there * i * a, (i * a) ** 2, a)
    assert holds(EitherSign(i * a, OneSign(">=")), Abs(i * a), i * a, a)


def test_a_place_is_not_a_parameter():
    late = Real("c", above=5)
    at_zero = Subs(h(late), late.symbol, 0)
    used = given(Bound(h(late), ">=", 1), Domain(late), named("h", late))
    assert not holds(ByClaim(used), at_zero, sp.S.One, late)
    assert not holds(OneSign(">="), at_zero + late - 5, at_zero, late)
    assert holds(OneSign(">="), h(b) + late - 5, h(b), late, b)
    assert holds(Algebra(), at_zero + late - 5, late - 5 + at_zero, late)


class Breaking(Rule):
    """A rule that needs a number that there is not."""

    words = "breaking"

    def check(self, before, after, domain):
        raise NotEnclosable("no enclosure for ImaginaryUnit")


def test_a_rule_without_an_enclosure_leaves_a_step_undecided():
    found = finding(Breaking(), a + 1, a + 1, a)
    assert found.status == "undecided" and "NotEnclosable" in found.reason
    sides = (Piecewise((a + shift, a > 0), (I + shift, True)) for shift in (0, 1))
    assert not holds(OneSign(), *sides, a)


def test_both_sides_have_values_where_an_inequality_is_certified():
    y = a.symbol
    assert certify((1 / y, "<=", 1 / y + 1), Domain(a)).status == "undecided"
    assert certify((log(c - 1), "<=", log(c - 1) + 1), Domain(c)).status == "undecided"
    assert certify((1 / c.symbol, "<=", 1 / c.symbol + 1), Domain(c)).status == "proved"


def test_there_is_no_value_where_a_function_is_none():
    with pytest.raises(NotEnclosable):
        enclose(StudentCDF(Rational(-7, 5), a), {"a": -2})
    ranged = KroneckerDelta(m, n, (1, 3))
    with pytest.raises(NotEnclosable):
        enclose(ranged, {"m": 5, "n": 5})  # 0 beyond 3
    assert enclose(KroneckerDelta(m, n), {"m": 5, "n": 5}) == 1


def test_a_sum_ends_at_an_integer():
    assert not holds(FiniteSums(), Sum(1, (i, 1, d)), d.symbol, d)
    assert holds(FiniteSums(), Sum(1, (i, 1, m)), m.symbol, m)
    steps = Sum(1, (i, 1, d))
    assert not holds(Telescoping(i), steps, d.symbol, d)
    assert holds(Telescoping(i), Sum(1, (i, 1, m)), m.symbol, m)


# ---------------------------------------------------------------- what a condition allows


def test_a_condition_that_holds_at_its_end_holds_there():
    strictly = Given(a >= 0, a.symbol, positive_slack, positive_slack, OneSign(">="))
    assert not holds(strictly, sign(a.symbol), 1, a, where=(a >= 0,))  # 0 at 0
    above = Given(a > 0, a.symbol, positive_slack, positive_slack, OneSign(">="))
    assert holds(above, sign(a.symbol), 1, a, where=(a > 0,))


def test_a_condition_that_may_say_nothing():
    allowed = a * d >= 0  # where d is 0, a is any number
    rule = Given(allowed, a.symbol, slack / d, slack, OneSign(">="))
    assert not holds(rule, a.symbol, 0, a, d, where=(allowed,))
    scaled = a * c >= 0
    rule = Given(scaled, a.symbol, slack / c, slack, OneSign(">="))
    assert holds(rule, a.symbol, 0, a, c, where=(scaled,))
    total = Sum(h(k), (k, 1, 3))
    rule = Given(a * total >= 0, a.symbol, slack / total, slack, OneSign(">="))
    assert not holds(rule, a.symbol, 0, a, where=(a * total >= 0,))
    equation = Given(Eq(a, b), a.symbol, slack, slack, OneSign(">="))
    assert not holds(equation, a.symbol, 0, a, b, where=(Eq(a, b),))


# ---------------------------------------------------------------- one link of a claim


def test_free_parameters_meet_all_conditions_at_once():
    y, z = Real("y"), Real("z")
    statement, observable = Bound(h(c), "<=", 1), named("h", c)

    def linked(*where, at=None):
        used = given(statement, Domain(c, y, z, where=where), observable)
        return holds(ByOneLink(used, at), h(c), 1, c)

    assert not linked(y <= z, y >= z + 1)  # never
    assert not linked(y >= 0, y <= -1)
    assert not linked(y >= c, y <= 3)  # c is at most 3
    assert linked(y >= 0, y <= 1, at={y.symbol: 0})
    assert not linked(y >= c, y <= 3, at={y.symbol: 0})
    assert linked()


def test_an_integer_is_left_over():
    y = Natural("y", at_least=1)
    where = (y <= n, sp.Ne(y, m))
    used = given(Bound(h(c), "<=", 1), Domain(c, n, m, y, where=where), named("h", c))
    assert not holds(ByOneLink(used, {n: 1, m: 1}), h(c), 1, c)  # y is 1, and is not 1
    assert holds(ByOneLink(used, {n: 2, m: 1}), h(c), 1, c)
    bounded = (*where, y <= 5)
    used = given(Bound(h(c), "<=", 1), Domain(c, n, m, y, where=bounded), named("h", c))
    assert not holds(ByOneLink(used, {n: 2, m: 1}), h(c), 1, c)


def test_free_parameters_are_what_they_are_here():
    y, z = Real("y"), Real("z")
    where = (y <= z, y >= z - 1)
    used = given(Bound(h(c), "<=", 1), Domain(c, y, z, where=where), named("h", c))
    assert holds(ByOneLink(used), h(c), 1, c, y, z, where=where)
    assert not holds(ByOneLink(used), h(c), 1, c, y, z)


def test_a_claim_about_nothing_says_nothing():
    weights = Simplex("p", length=m)
    used = given(Bound(h(c), "<=", 1), Domain(c, m, weights), named("h", c))
    assert not holds(ByOneLink(used, {m: 0}), h(c), 1, c)
    assert holds(ByOneLink(used, {m: 2}), h(c), 1, c)
    total = given(Identity(Sum(weights[k], (k, 1, m)), 1), Domain(m, weights))
    assert not holds(ByOneLink(total), Sum(weights[k], (k, 1, m)), 1, m)  # p may be any sequence
    assert holds(ByOneLink(total), Sum(weights[k], (k, 1, m)), 1, m, weights)


def test_a_value_of_a_real_parameter_is_real():
    used = given(Bound(a.symbol, "<=", a**2 + 1), Domain(a))
    free = Symbol("z")
    for value in (I, free):
        assert not holds(ByOneLink(used, {a: value}), value, value**2 + 1)
    assert holds(ByOneLink(used, {a: b + 1}), b + 1, (b + 1) ** 2 + 1, b)


# ---------------------------------------------------------------- words


def test_words_say_nothing_of_numbers():
    said = ("so it is",)
    assert not holds(ByRemark(*said, pairs={1: 2}), 1, 2, remarks=said)
    assert not holds(ByRemark(*said, bound=(a + 1, a)), a + 1, a.symbol, a, remarks=said)
    assert not holds(SumsAsSymbols(values={a: (7, *said)}), a.symbol, 7, a, remarks=said)
    count = Sum(k, (k, 1, 3))
    assert not holds(SumsAsSymbols(values={count: (7, *said)}), count, 7, remarks=said)
    rule = Given(*said, a.symbol, slack, slack, OneSign(">="))
    assert not holds(rule, a.symbol, 0, a, remarks=said)


def test_what_words_are_read_to_say_is_told():
    said = ("the rows are orthogonal",)
    table = Matrix("U", length=2, columns=2)
    product = Sum(table[1, k] * table[2, k], (k, 1, 2))
    found = finding(ByRemark(*said, pairs={product: 0}), product, 0, table, remarks=said)
    assert found.status == "proved"
    assert said[0] in found.reason and str(product) in found.reason
    found = finding(ByRemark(*said, bound=(h(a), 1)), h(a), 1, a, remarks=said)
    assert found.status == "proved" and "h(a) <= 1" in found.reason


def test_a_hypothesis_in_words_is_not_differentiated():
    said = ("h is 1",)
    rule = ByRemark(*said, pairs={h(a): 1})
    assert not holds(rule, Derivative(h(a), a), 0, a, remarks=said)
    assert holds(rule, h(a) + a, 1 + a, a, remarks=said)
    brought = ByRemark(*said, pairs={h(a): k})  # the k outside
    assert not holds(brought, Sum(h(a) * k, (k, 1, 2)), Sum(k**2, (k, 1, 2)), a, remarks=said)


def test_a_probability_is_declared_to_be_one():
    length = named("P", n, meaning="a length")
    chance = named("P", n, meaning="probability of an error")
    assert not holds(AtMostOne(length), length(n), 1, n)
    assert holds(AtMostOne(chance), chance(n), 1, n)


def test_a_least_value_is_known_by_words_alone():
    value = named("h", n, meaning="a length")
    used = given(Bound(value(n), ">=", 1), Domain(n), value)
    words = named("g", meaning="the least length")
    found = finding(LeastOfAll(used, least=words), words(), 1, n)
    assert found.status == "cited" and words.meaning in found.reason
    known = named("g", meaning="the least length", definition=Rational(1, 2))
    assert not holds(LeastOfAll(used, least=known), known(), 1, n)


def test_a_case_is_forgotten_where_its_variable_is_another():
    here = assuming(Domain().within(i, 1, 5, discrete=True), i >= 1)
    weights = Vector("w", length=3)
    below = Sum(i * weights[1] ** 2, (i, -3, -1))
    assert decide_sign(below, here).status != "proved"
    assert decide_sign(i * weights[1] ** 2, here).status == "proved"
