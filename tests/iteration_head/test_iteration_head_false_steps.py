"""False steps, which this topic's rules once accepted, or nearly so."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest
import sympy as sp
from sympy import (
    Function,
    I,
    KroneckerDelta,
    Lambda,
    Max,
    Mod,
    Piecewise,
    Product,
    Rational,
    Subs,
    Sum,
    Symbol,
    exp,
    floor,
    log,
)

from theory import Algebra, Domain, Natural, Observable, Real, Vector
from theory.core.binding import replace_free
from theory.core.decision import Status, decide_positive
from theory.core.evaluation import enclose
from theory.core.rule import Rule, examine, undecided
from theory.core.rules.monotone import OneSign
from theory.iteration_head import thresholds
from theory.iteration_head.attention_rules import (
    DistinguishedKey,
    Exponents,
    SharedScore,
    Theta,
)
from theory.iteration_head.case_rules import EntryInRange, SignInCases
from theory.iteration_head.circle_rules import Aliases, NoAlias
from theory.iteration_head.one_shot_rules import LargestOf, Ramps, Recursion, SolvesRecursion
from theory.iteration_head.turning_points import Root, RootAt, RootBeyond, RootRewritten

HOLDS = (Status.PROVED, Status.CERTIFIED, Status.CITED)
HERE = Domain()
n = Natural("n", at_least=1)
t = Natural("t")
q = Real("q", above=0)
i, j, k, e = (Symbol(name, integer=True, nonnegative=True) for name in "ijke")
a, x = (Symbol(name, real=True) for name in "ax")
f = Function("f")
SEEN = HERE.within(k, 3, 10, discrete=True)  # what is known of k outside says nothing of a bound k


def holds(rule, before, after, domain=HERE):
    """Whether the step is accepted."""
    return examine(rule, sp.sympify(before), sp.sympify(after), domain).status in HOLDS


# ---------------------------------------------------------------- attention


def weight(score, index, at):
    return exp(score(at)) / Sum(exp(score(index)), (index, 0, 3))


def test_an_index_of_one_side_is_not_a_symbol_of_the_other():
    """exp(i^2) over the sum of exp(i^2) is not exp(3 i) over that of exp(3 i)."""
    rule, inside = SharedScore(t.symbol), Domain(t).within(i, 1, 3, discrete=True)
    squares, products = (exp(4) / sum(exp(s * r) for r in range(4)) for s in (1, 2))
    assert squares != products
    assert not holds(rule, weight(lambda r: r**2, i, t), weight(lambda r: i * r, j, t), inside)
    assert holds(rule, weight(lambda r: r**2, i, t), weight(lambda r: r**2 + i, j, t), inside)


def test_a_key_is_not_caught_by_a_sum_within_the_score():
    """The sum of i over 1, 2 is 5 with i for the factor, and 3 times the factor in truth."""
    rule = SharedScore(t.symbol)
    constant, linear = Sum(i * i, (i, 1, 2)), lambda r: Sum(r * i, (i, 1, 2))
    before = exp(constant) / Sum(exp(constant), (i, 0, 3))
    after = exp(linear(t.symbol)) / Sum(exp(linear(j)), (j, 0, 3))
    assert not holds(rule, before, after, Domain(t))


def test_half_integers_are_not_integers():
    """From 1/2 in steps of 1 a sum does not come to 1."""
    rule = DistinguishedKey()
    assert not holds(rule, Sum(KroneckerDelta(i, 1), (i, Rational(1, 2), Rational(5, 2))), 1)
    assert holds(rule, Sum(KroneckerDelta(i, 1), (i, 0, 2)), 1)
    ramps = Sum(Max(0, 1 - k), (k, Rational(1, 2), Rational(5, 2)))
    assert not holds(Ramps(up_to=1), ramps, Sum(1 - k, (k, Rational(1, 2), 1)))


def test_the_key_of_a_bound_query_may_be_out_of_range():
    keys = Product(2 + Sum(KroneckerDelta(i, k), (i, 3, 10)), (k, 0, 10))
    assert keys.doit().simplify() != 3**11
    assert not holds(DistinguishedKey(), keys, 3**11, SEEN)


def test_complex_numbers_have_no_order():
    assert not holds(Exponents(OneSign()), exp(I * q), exp(I * q + 1), Domain(q))
    assert holds(Exponents(OneSign()), exp(q.symbol), exp(q + 1), Domain(q))


# ---------------------------------------------------------------- codes that repeat


def test_multiples_are_not_counted_in_an_empty_range():
    """From 0 to -3 there is no number, and the formula gives -1."""
    near = Sum(KroneckerDelta(Mod(i, 2), 0), (i, 0, k - 3))
    count = 1 + floor((k - 3) / sp.Integer(2))
    assert count.subs(k, 0) == -1
    before, after = Product(2 + near, (k, 0, 10)), Product(2 + count, (k, 0, 10))
    assert not holds(Aliases(), before, after, SEEN)
    assert holds(Aliases(), near, count, SEEN)


def test_a_bound_quotient_is_not_that_of_the_hypotheses():
    small = HERE.within(k, 0, 2, discrete=True)
    assert not holds(NoAlias(), Sum(floor(k / 3), (k, 0, 10)), 0, small)
    assert holds(NoAlias(), floor(k / 3), 0, small)


def test_a_quotient_in_a_recursion_is_another_one():
    r = Real("r", at_least=0, below=1)
    counted = Recursion(Lambda((r.symbol, a), a + floor(r.symbol)), 0, 0, 3)
    assert enclose(counted, {}) == 6
    nothing = Recursion(Lambda((r.symbol, a), a), 0, 0, 3)
    assert not holds(NoAlias(), counted, nothing, Domain(r))


# ---------------------------------------------------------------- answers in one shot


def test_ramps_and_maxima_under_other_operations():
    c = Natural("c")
    up = Domain(c, where=(c <= 100,))
    ramps, ends = Sum(Max(0, c - k), (k, 0, 100)), Sum(c - k, (k, 0, c))
    before, after = (Subs(side, c.symbol, -3) for side in (ramps, ends))
    assert not holds(Ramps(up_to=c), before, after, up)
    assert holds(Ramps(up_to=c), ramps, ends, up)
    before, after = Sum(Max(k, 3), (k, 0, 10)), Sum(k, (k, 0, 10))
    assert before.doit() != after.doit()
    assert not holds(LargestOf(k), before, after, SEEN)
    assert holds(LargestOf(k), Max(k, 3), k, SEEN)


def counting(start, first=0):
    return Recursion(Lambda((i, a), a + 1), start, first, n.symbol)


def test_a_recursion_has_no_value_before_its_first_index():
    rule = SolvesRecursion(e, e)
    before, after = Subs(counting(0), n.symbol, -3), Subs(n.symbol, n.symbol, -3)
    assert not holds(rule, before, after, Domain(n))
    assert holds(rule, counting(0), n.symbol, Domain(n))


def test_sums_are_not_counted_backwards():
    """An empty sum is 0, also where SymPy counts from 5 back to 2."""
    h = Symbol("h", real=True)
    for empty in (
        Sum(h, (k, 1, 2), (j, 5, 2)),
        Sum(f(1) * k * Sum(h, (j, 5, 2)), (k, 1, 1)),
    ):
        assert empty.doit() != 0
        before, after = counting(empty.doit()), empty + n
        assert not holds(SolvesRecursion(empty + e, e), before, after, Domain(n))


def test_a_bound_variable_of_the_solution_is_no_parameter():
    """A sum from each of 0, ..., 5 to n gains no term where it is still empty."""
    few = Natural("k", below=2)

    def closed(last):
        return Sum(2 + Sum(f(j), (j, few.symbol, last)), (few.symbol, 0, 5))

    before = Recursion(Lambda((i, a), a + 6 * f(i)), closed(0), 0, n.symbol)
    rule = SolvesRecursion(closed(e), e)
    assert not holds(rule, before, closed(n.symbol), Domain(n, few))


def test_a_recursion_captures_no_symbol():
    adding = Recursion(Lambda((i, a), a + q), 0, 0, n.symbol)  # n q, so n i for q = i
    moved = replace_free(adding, {q.symbol: i})
    assert enclose(moved, {"i": sp.Integer(5), "n": sp.Integer(3)}) == 15
    assert enclose(moved.subs(i, 5), {"n": sp.Integer(3)}) == 15


def test_a_recursion_is_evaluated_beside_a_parameter_of_the_same_name():
    own = Real("a", above=0)
    adding = Recursion(Lambda((i, a), a + own), 0, 0, 3)
    assert enclose(adding, {"a": sp.Integer(2)}) == 6


# ---------------------------------------------------------------- turning points


@pytest.mark.parametrize("sense", ["=", "~", "+-"])
def test_a_number_beyond_a_root_is_not_the_root(sense):
    root = Root(Theta(x) - 2, (x, 1, 2))
    assert not holds(RootBeyond(sense), root, Rational(8, 5))
    assert holds(RootBeyond("<="), root, Rational(8, 5))


@dataclass(frozen=True)
class FirstCase(Rule):
    """A number above 0 is in the first case."""

    def check(self, before, after, domain):
        same = after == Piecewise((before, before > 0), (1, True))
        return decide_positive(before, domain) if same else undecided("the sides are other ones")


def test_functions_that_differ_at_an_end_have_other_roots():
    """The root of x is 0, where the other function jumps to 1."""
    jumps = Piecewise((x, x > 0), (1, True))
    before = Root(x, (x, 0, 1))
    assert holds(FirstCase(), x, jumps, HERE.within(x, 0, 1, discrete=False))
    assert not holds(RootRewritten(FirstCase()), before, Root(jumps, (x, 0, 1)))
    assert holds(RootRewritten(Algebra()), Root(2 * x - 1 - x, (x, 0, 2)), Root(x - 1, (x, 0, 2)))
    assert holds(RootAt(), Root(x - 1, (x, 0, 2)), 1)


def test_the_greatest_value_is_of_an_observable_of_its_own():
    """What an input needs is not what the worst one does, nor is the worst at twice the length."""
    rule = thresholds.layer1_threshold.derivation.steps[1].by
    length, least = thresholds.L, thresholds.least_sharpness
    bound, domain = 2 * log(length + 1), thresholds.layer1_threshold.domain
    needed = thresholds.needed(length, thresholds.t)
    assert not holds(rule, needed, bound, thresholds.layer1_position.domain)
    assert not holds(rule, least(2 * length), bound, domain)
    assert holds(rule, least(length), bound, domain)


# ---------------------------------------------------------------- entries and cases


def test_entries_of_a_summed_index_are_not_all_the_same():
    """(w_1 + w_2)^2 is at most, not at least, twice the sum of squares."""
    w = Vector("w", length=n, entry=Real("entry", at_least=0, at_most=1))
    m = Symbol("m", integer=True, positive=True)
    gap = Sum(w[m], (m, 1, 2)) ** 2 - 2 * Sum(w[m] ** 2, (m, 1, 2))
    assert not holds(EntryInRange("<="), 0, gap, Domain(n, w))
    assert holds(EntryInRange("<="), w[m] ** 2, w[m], Domain(n, w))


@pytest.mark.parametrize(
    "jumps",
    [
        lambda level: KroneckerDelta(level, 0),
        lambda level: Piecewise((1, level <= 0), (0, True)),
        lambda level: sp.Pow(0, level),
        lambda level: 1 - sp.sign(level),
    ],
)
def test_an_entry_may_be_zero(jumps):
    """Each is 1 at the entry 0, and 0 above."""
    assert jumps(sp.Integer(0)) == 1
    w = Vector("w", length=n, entry=Real("entry", at_least=0, at_most=1))
    m = Symbol("m", integer=True, positive=True)
    assert not holds(EntryInRange("<="), jumps(w[m]), 0, Domain(n, w))


def test_entries_and_cases_are_of_real_sides():
    u, z = Vector("u", length=n, entry=Real("entry")), Real("z")
    w = Vector("w", length=n, entry=Real("entry", at_least=0, at_most=1))
    m = Symbol("m", integer=True, positive=True)
    root = sp.sqrt(u[m])
    assert not holds(EntryInRange("<="), root + w[m] ** 2, root + w[m], Domain(n, w, u))
    size = Piecewise((z.symbol, z.symbol > 0), (-z.symbol, True))
    assert not holds(SignInCases("<="), sp.sqrt(z.symbol), sp.sqrt(z.symbol) + size, Domain(z))
    assert holds(SignInCases("<="), 0, size, Domain(z))


def test_the_case_of_a_bound_variable_is_many():
    """1 + 1 - 1 is 1, and 1 + 4 - 9 is -4."""
    m = Symbol("m", integer=True, positive=True)
    sign = Piecewise((1, m <= 2), (-1, True))
    product = Sum(sign, (m, 1, 3)) * Sum(m**2 * sign, (m, 1, 3))
    assert product.doit() == -4
    assert not holds(SignInCases("<="), 0, product)
    assert holds(SignInCases("<="), 0, Piecewise((m, m <= 2), (m - 1, True)))


# ---------------------------------------------------------------- greatest values


def test_a_greatest_value_is_known_by_words_alone():
    claimed, domain = thresholds.layer1_worst, thresholds.layer1_threshold.domain
    steps = thresholds.layer1_threshold.derivation.steps
    value, rule = steps[1].expression, steps[1].by
    named = thresholds.least_sharpness
    assert holds(rule, named(), value, domain)
    defined = dataclasses.replace(named, definition=sp.S.Zero)  # the value is not 0
    assert not holds(dataclasses.replace(rule, of=defined), defined(), value, domain)
    other = Observable("other", named.arguments, latex="o", meaning="something else")
    assert not holds(rule, other(), value, domain)
    found = examine(rule, named(), sp.sympify(value), domain)
    assert named.meaning in found.reason and claimed.id in found.reason
