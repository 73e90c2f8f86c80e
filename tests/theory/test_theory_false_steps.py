"""Steps that were once proved and are false, each with a true one of its kind that still is."""

import itertools
import time

import sympy as sp
from sympy import (
    Abs,
    Derivative,
    Eq,
    IndexedBase,
    Integral,
    Rational,
    Sum,
    Symbol,
    atan,
    exp,
    harmonic,
    oo,
    pi,
    zeta,
)

from theory import (
    EVERY_POWER,
    Algebra,
    Bound,
    ByClaim,
    ChangeOfVariables,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactSum,
    Exchange,
    Identity,
    Integer,
    KeepOneTerm,
    Limit,
    Matrix,
    Monotonicity,
    Natural,
    Observable,
    Rate,
    Real,
    RisesAndFalls,
    Seen,
    Series,
    Simplex,
    Source,
    Standing,
    Step,
    Substitution,
    Termwise,
    Through,
    Vector,
    algebra,
    definition,
)
from theory.core.certify import EndPiece, certify
from theory.core.continuity import is_continuous, limit_at
from theory.core.decision import decide_equal
from theory.core.probing import departing_ratio
from theory.core.rule import Rule, examine
from theory.core.rules.by_claim import written_out
from theory.core.rules.iteration import Iterate
from theory.core.signs import surely_nonnegative
from theory.core.sums import finite_sum_normal_form

OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
numbers = itertools.count()
n, m = Natural("n", at_least=1), Natural("m", at_least=0)
a, b, c = Real("a"), Real("b"), Real("c", above=0)
k, j = (Symbol(name, integer=True, positive=True) for name in "kj")
v, w = Symbol("v", positive=True), Symbol("w", positive=True)
q, qp = Symbol("q", real=True), Symbol("qp", positive=True)


def given(statement, domain, *names):
    """A claim that is cited, with observables of some names."""
    sense = {"identity": "=", "equivalent": "~", "bound": getattr(statement, "sense", "")}
    cited = Cited("given", "here", sense=sense[statement.kind])
    return Claim(
        id=f"false.c{next(numbers)}",
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


def holds(rule, before, after, *parameters, where=()):
    domain = Domain(*parameters, where=where)
    return examine(rule, before, after, domain).status in ("proved", "cited")


def observable(name):
    return sp.Function(name, real=True)


# ---------------------------------------------------------------- where an earlier claim holds


def test_a_parameter_that_is_a_bound_variable_keeps_to_its_range():
    index, h = Integer("k", at_least=5), observable("h")
    late = ByClaim(given(Identity(h(k), 3), Domain(index), "h"))
    assert not holds(late, Sum(h(k), (k, 1, n)), Sum(3, (k, 1, n)), n)
    assert not holds(late, Sum(h(k), (k, 1, n)) + h(k), Sum(3, (k, 1, n)) + 3, n, index)
    assert holds(late, Sum(h(k), (k, 6, n + 6)), Sum(3, (k, 6, n + 6)), n)


def test_a_sequence_of_another_length_does_not_fit():
    weights = Simplex("p", length=n)
    rule = ByClaim(given(Identity(Sum(weights[k], (k, 1, n)), 1), Domain(n, weights)), {n: n + 1})
    assert not holds(rule, Sum(weights[k], (k, 1, n + 1)), 1, n, weights)
    longer = Simplex("p", length=m)
    rule = ByClaim(given(Identity(Sum(weights[k], (k, 1, n)), 1), Domain(n, weights)), {n: m})
    fits = rule.rests_on(sp.S.Zero, weights[1], Domain(Natural("m", at_least=1), longer))
    assert fits.status == "undecided"  # m of this claim and m of that one are two parameters
    table = Matrix("A", length=n, columns=m)
    rule = ByClaim(given(Identity(table[1, 1], table[1, 1] + 0 * m), Domain(n, m, table)), {m: n})
    assert not holds(rule, table[1, 1] + 0, table[1, 1], n, m, table)


def test_a_simplex_without_entries_is_empty():
    weights = Simplex("p", length=m)
    used = given(Bound(1, "<=", m.symbol), Domain(m, weights))
    assert not holds(ByClaim(used, {m: 0}), 1, 0)
    assert holds(ByClaim(used, {m: n + 1}), 1, n + 1, n)
    plain = given(Bound(0, "<=", m.symbol), Domain(m, Vector("p", length=m)))
    assert holds(ByClaim(plain, {m: 0}), 0, 0)


def test_an_equivalence_is_not_uniform():
    used = given(Equivalent(n + c, n.symbol, as_=(n, oo)), Domain(n, c))
    assert holds(ByClaim(used, {c: 7}), n + 7, n.symbol, n)
    assert holds(ByClaim(used, {c: a**2 + 1}), n + a**2 + 1, n.symbol, n, a)
    assert not holds(ByClaim(used, {c: n**2}), n + n**2, n.symbol, n)
    assert not holds(ByClaim(used, {n: n**2, c: n**2}), 2 * n**2, n**2, n)
    power = given(Equivalent(n + 1, n.symbol, as_=(n, oo)), Domain(n))
    assert not holds(ByClaim(power, {n: 2 * n}), (2 * n + 1) ** n, (2 * n) ** n.symbol, n)


def test_an_equivalence_or_a_bound_of_terms_is_none_of_the_sum():
    h, g = observable("h"), observable("g")
    alike = given(Equivalent(h(n, k), 1 + 0 * n, as_=(n, oo)), Domain(n, Natural("k", 1)), "h")
    assert not holds(ByClaim(alike), Sum(h(n, k), (k, 1, n)), Sum(1, (k, 1, n)), n)
    bound = given(Bound(h(k), "<=", g(k)), Domain(Natural("k", 1)), "h", "g")
    weight = 5 - 3 * k  # 2 and -1
    assert not holds(ByClaim(bound), Sum(weight * h(k), (k, 1, 2)), Sum(weight * g(k), (k, 1, 2)))
    termwise = Termwise(ByClaim(bound))
    assert holds(termwise, Sum(k * h(k), (k, 1, n)), Sum(k * g(k), (k, 1, n)), n)


def test_a_slope_of_one_sign_is_not_enough():
    rising = ByClaim(given(Bound(a.symbol, "<=", exp(a.symbol)), Domain(a)))
    assert not holds(rising, -atan(1 / a), -atan(exp(-a)), a)  # jumps from pi/2 to -pi/2 at 0
    assert not holds(rising, -1 / a, -exp(-a), a)
    positive = ByClaim(given(Bound(c.symbol, "<=", exp(c.symbol)), Domain(c)))
    assert holds(positive, -1 / c, -exp(-c), c)
    assert holds(positive, 3 * c + n, 3 * exp(c.symbol) + n, c, n)


def test_a_bound_is_not_differentiated():
    h = observable("h")
    used = given(Bound(h(a), "<=", a**2), Domain(a), "h")
    assert not holds(ByClaim(used), Derivative(h(a), a), Derivative(a**2, a), a)
    pairs = Substitution({h(a): 1})
    where = (Eq(h(a), 1),)
    assert not holds(pairs, Derivative(h(a), a), sp.S.Zero, a, where=where)
    assert holds(pairs, h(a) + a, 1 + a, a, where=where)


def test_a_gap_that_is_bounded_below_is_no_remainder():
    h = observable("h")
    below = ByClaim(given(Bound(Abs(h(n) - n), ">=", 1), Domain(n), "h"))
    assert below.relation == ">=" and below.remainder(Domain(n)) is None
    assert not holds(below, h(n), n.symbol, n)
    assert holds(below, Abs(h(n) - n) + 1, 2, n)
    above = given(Bound(Abs(h(n) - n), "<=", 1), Domain(n), "h")
    assert ByClaim(above).relation == "+-" and ByClaim(above).remainder(Domain(n)) == 1


def test_what_a_definition_speaks_of_is_not_captured():
    index = Natural("k", at_least=1)
    rate = Observable("rate", (a,), latex="r", meaning="r", definition=a * index)
    statement = Identity(Sum(rate(k), (k, 1, 2)), 3 * index)
    claim = given(Identity(n, n), Domain(a, index)).varied(statement=statement, observables=(rate,))
    whole = written_out(statement.lhs, claim)
    assert whole.doit().subs(k, 5) == 15  # 5 times 1 plus 5 times 2, not 1 + 4


class Built(Rule):
    """A rule that asks another for its check alone."""

    def __init__(self, inner):
        object.__setattr__(self, "inner", inner)

    @property
    def words(self):
        return "built"

    def check(self, before, after, domain):
        return self.inner.check(before, after, domain)


def test_a_rule_that_is_built_on_a_claim_asks_for_its_hypotheses():
    used = given(Identity((n + 1) ** 2, n**2 + 2 * n + 1), Domain(n))
    inside, outside = ByClaim(used, {n: n + 5}), ByClaim(used, {n: c.symbol})
    assert holds(Built(inside), (n + 6) ** 2, (n + 5) ** 2 + 2 * n + 11, n)
    assert not holds(outside, (c + 1) ** 2, c**2 + 2 * c + 1, c)
    assert not holds(Built(outside), (c + 1) ** 2, c**2 + 2 * c + 1, c)


def test_an_end_piece_asks_for_the_hypotheses_of_the_claim():
    h = observable("h")
    low = Real("a", at_least=0)
    used = given(Identity(low + 0 * h(n), low.symbol), Domain(Real("a", at_least=10)))
    piece = EndPiece(where=(low >= 1,), at_least=low.symbol, by=ByClaim(used))
    found = certify((0, "<=", low.symbol), Domain(low), end_pieces=(piece,))
    assert found.status != "proved" or not found.cited


# ---------------------------------------------------------------- limits


def test_nothing_is_equivalent_to_what_may_vanish():
    for rule in (Limit(n, oo), Series(n, oo, 1)):
        assert not holds(rule, a + 1 / n, a.symbol, n, a)  # at a = 0
        assert holds(rule, c + 1 / n, c.symbol, n, c)


def test_a_zeta_that_varies_is_no_constant():
    assert limit_at(v * zeta(1 + v), v, 0, "+", Domain()) != 0  # it is 1
    assert limit_at(v * zeta(1 + c), v, 0, "+", Domain(c)) == 0


def test_a_remainder_of_every_power_hides_no_other():
    def conclusion(*remainders):
        lines = [Step(n.symbol, by=definition)]
        for remainder in remainders:
            cited = Cited("t", "r", sense="+-", within=remainder)
            lines.append(Step(n + len(lines), by=cited))
        statement = Equivalent(n.symbol, n + len(remainders), as_=(n, oo), order=oo)
        claim = given(Identity(n, n), Domain(n)).varied(statement=statement)
        return Derivation(*lines).check(claim).conclusion.status

    assert conclusion(n**-EVERY_POWER) == "proved"
    assert conclusion(n**-EVERY_POWER, exp(-n.symbol)) == "proved"
    assert conclusion(n**-EVERY_POWER, 1 / n) == "undecided"
    assert conclusion(n**-3) == "undecided"


def test_an_identity_is_not_used_where_a_limit_leaves_its_range():
    share, h = Real("u", above=0, below=1), observable("h")
    used = given(Identity(h(share), share.symbol), Domain(share), "h")
    symbol = share.symbol
    assert not holds(ByClaim(used), sp.Limit(h(symbol), symbol, 5), sp.Limit(symbol, symbol, 5))
    assert holds(ByClaim(used), h(symbol) + 1, symbol + 1, share)


def test_an_identity_at_one_point_is_not_differentiated():
    h, where = observable("h"), (Eq(a.symbol, c.symbol),)
    used = given(Identity(h(a), 1), Domain(a, c, where=where), "h")
    assert holds(ByClaim(used), h(a) + a, 1 + a, a, c, where=where)
    before = Derivative(h(a), a)
    assert not holds(ByClaim(used), before, sp.S.Zero, a, c, where=where)


def test_numbers_inside_an_integral_that_runs_backwards():
    rule = Termwise(algebra)
    before, after = Integral(Abs(q) + 1, (q, oo, 0)), Integral(q + 1, (q, oo, 0))
    assert examine(rule, before, after, Domain()).status != "refuted"


def test_a_negative_function_is_no_power():
    def conclusion(rate):
        steps = Step(rate.observable, by=definition), Step(rate.observable, by=algebra)
        claim = given(Identity(n, n), Domain(n)).varied(statement=rate)
        return Derivation(*steps).check(claim).conclusion.status

    assert conclusion(Rate(n**2 + n, n, 2)) == "proved"
    assert conclusion(Rate(-(n**2) - n, n, 2)) == "undecided"


def test_numbers_at_large_values_end():
    i = Symbol("i", integer=True, positive=True)
    nested = Sum(Sum(Sum(1 / (k + j + i), (i, 1, n)), (j, 1, n)), (k, 1, n))
    started = time.perf_counter()
    departing_ratio(nested, n**2, n.symbol, oo, Domain(n))
    assert time.perf_counter() - started < 10


# ---------------------------------------------------------------- sums and integrals


def test_a_harmonic_number_of_the_index_is_no_constant():
    total = Sum(harmonic(k) / k**2, (k, 1, oo))
    assert not holds(ExactSum(), total, harmonic(k) * zeta(2))
    assert holds(ExactSum(), Sum(harmonic(n) / k**2, (k, 1, oo)), harmonic(n) * zeta(2), n)


def test_integrals_that_may_diverge_are_not_exchanged():
    s = Real("s", at_least=0)
    body = (-1) ** k * w ** (-s)
    before = Sum(Integral(body, (w, 0, 1)), (k, 1, 2))
    assert not holds(Exchange(), before, Integral(Sum(body, (k, 1, 2)), (w, 0, 1)), s)
    body = (-1) ** k * w**s
    before = Sum(Integral(body, (w, 0, 1)), (k, 1, 2))
    assert holds(Exchange(), before, Integral(Sum(body, (k, 1, 2)), (w, 0, 1)), s)


def test_a_change_of_variables_captures_nothing():
    rule = ChangeOfVariables(qp, w, w**2)
    before = Integral(1 + Integral(qp * w, (w, 0, 1)), (qp, 0, 1))
    captured = Integral((1 + Integral(w**2 * w, (w, 0, 1))) * 2 * w, (w, 0, 1))
    right = Integral((1 + Integral(w**2 * v, (v, 0, 1))) * 2 * w, (w, 0, 1))
    assert not holds(rule, before, captured)
    assert holds(rule, before, right)


def test_a_bound_index_has_nothing_to_do_with_a_parameter_of_its_name():
    late = Integer("k", at_least=5)
    inside = Domain(late).within(w, 0, 1, discrete=False)
    assert not is_continuous(Sum(1 / (k - 4 + w - 1), (k, 1, 9)), inside)
    assert is_continuous(Sum(1 / (k + w), (k, 1, 9)), inside)


def test_sums_of_many_like_factors_end():
    s = IndexedBase("s", real=True)
    started = time.perf_counter()
    finite_sum_normal_form(Sum(s[k], (k, 1, n)) ** 12, Domain(n))
    assert time.perf_counter() - started < 5
    assert holds(algebra, Sum(s[k], (k, 1, n)) ** 5, Sum(s[j], (j, 1, n)) ** 5, n)


# ---------------------------------------------------------------- monotone functions


def test_a_level_that_jumps_up_does_not_decrease():
    jump = (atan(1 / (k - Rational(3, 2))) + pi / 2) / pi
    shape = Through(k, level=v, inner=jump)
    assert not holds(KeepOneTerm(at=1, through=shape), Sum(jump, (k, 1, 3)), jump.subs(k, 1))
    assert any(f.status != "proved" for f in shape.findings(Domain()))
    plain = Through(k, level=v, inner=1 / k)
    assert all(f.status == "proved" for f in plain.findings(Domain()))
    assert holds(KeepOneTerm(at=1, through=plain), Sum(1 / k, (k, 1, 3)), 1)


def test_a_whole_that_jumps_down_does_not_rise_with_its_part():
    part = 1 - 1 / k
    at_end = part.subs(k, 3)
    rule = Termwise(Monotonicity(part, Through(k, level=v, inner=1 / k), at=3))

    def whole(share):
        return -atan(1 / (share - Rational(3, 5)))

    before, after = Sum(whole(part), (k, 1, 3)), Sum(whole(at_end), (k, 1, 3))
    assert not holds(rule, before, after)
    assert holds(rule, Sum(part**2 / k, (k, 1, 3)), Sum(at_end**2 / k, (k, 1, 3)))


def test_what_rises_and_falls_is_a_function_of_the_compound():
    rule = RisesAndFalls(w, turn=1, of=sp.sqrt(w) * c)
    assert not holds(rule, w * exp(-w), 2 * w * exp(-w), c)


# ---------------------------------------------------------------- iterations


def test_the_variable_of_an_iteration_has_no_range():
    times, h = Natural("t", at_least=1), observable("h")
    assert not surely_nonnegative(Iterate(q - 1, (q, 1, times)), Domain(times))
    for before, after in (
        (Iterate(a * q, (q, 1, h(n))), a * Iterate(q, (q, 1, h(n)))),
        (Iterate(Abs(qp) - 10, (qp, 1, h(n))), Iterate(qp - 10, (qp, 1, h(n)))),
    ):
        found = examine(Algebra(), before, after, Domain(a, n))
        assert found.status != "proved" or "same expression" in found.reason
    kept = Iterate(qp - 10, (qp, 1, h(n)))
    assert examine(Algebra(), kept + 1, 1 + kept, Domain(n)).status == "undecided"
    kept = Iterate(qp + 10, (qp, 1, h(n)))
    assert examine(Algebra(), kept + 1, 1 + kept, Domain(n)).status == "proved"
    same = Iterate(a * q, (q, 1, h(n)))
    assert decide_equal(same, a * Iterate(q, (q, 1, h(n))), Domain(a, n)).status != "proved"
