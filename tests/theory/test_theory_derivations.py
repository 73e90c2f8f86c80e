"""Chains of steps: what does not reach the statement is not proved, nor is a claim out of place."""

import itertools

import pytest
import sympy as sp
from sympy import Abs, Eq, IndexedBase, Integral, Max, Product, Rational, Sum, Symbol, exp, oo, sqrt

from theory import (
    EVERY_POWER,
    Bound,
    ByClaim,
    Cited,
    Claim,
    ClaimError,
    Derivation,
    Domain,
    Equivalent,
    Expansion,
    ForAll,
    Identity,
    Integer,
    Labels,
    Natural,
    Nonnegative,
    Observable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    Trend,
    Vector,
    algebra,
    definition,
)
from theory.core.binding import replace_free
from theory.core.derivation import written_out
from theory.core.rule import examine

OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
numbers = itertools.count()
n = Natural("n", at_least=1)
m = Natural("m", at_least=1)
a = Real("a")
c = Real("c", above=0)
k = Symbol("k", integer=True, positive=True)
x = Symbol("x", real=True)


def claim(statement, domain, *steps, observables=()):
    return Claim(
        id=f"t.c{next(numbers)}",
        title="t",
        says="s",
        statement=statement,
        domain=domain,
        source=OWN,
        observables=observables,
        derivation=Derivation(*steps),
    )


def given(statement, domain, **rest):
    """A claim whose derivation is proved, whatever it says: what is tested is its use."""
    lhs, rhs = statement.sides[0], statement.sides[-1]
    relation = {"identity": "=", "bound": getattr(statement, "sense", ""), "equivalent": "~"}
    sense = relation[statement.kind]
    if isinstance(lhs, Abs):
        first, *others = lhs.args[0].as_ordered_terms()
        return claim(
            statement,
            domain,
            Step(first, by=definition),
            Step(-sp.Add(*others), by=Cited("given", "here", sense="+-", within=rhs)),
            **rest,
        )
    cited = Cited("given", "here", sense=sense)
    return claim(statement, domain, Step(lhs, by=definition), Step(rhs, by=cited), **rest)


def conclusion(*arguments, **rest):
    return claim(*arguments, **rest).derivation_report().conclusion.status


def holds(rule, before, after, domain):
    return examine(rule, before, after, domain).status in ("proved", "cited")


D = Domain(n, a, c)


# ---------------------------------------------------------------- the conclusion


def test_a_chain_must_reach_the_statement():
    start = Step((n + 1) ** 2, by=definition)
    end = Step(n**2 + 2 * n + 1, by=algebra)
    assert conclusion(Identity((n + 1) ** 2, n**2 + 2 * n + 1), D, start, end) == "proved"
    assert conclusion(Identity((n + 1) ** 2, n**2 + 2 * n + 2), D, start, end) == "undecided"
    assert conclusion(Identity((n + 1) ** 2, n**2), D, start) == "undecided"
    assert conclusion(Identity((n + 1) ** 2, n**2), D) == "undecided"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (Bound(n.symbol, "<=", n + c), "proved"),
        (Bound(n + c, ">=", n.symbol), "proved"),
        (Bound(n.symbol, ">=", n + c), "undecided"),
        (Bound(n + c, "<=", n.symbol), "undecided"),
        (Identity(n.symbol, n + c), "undecided"),
        (Equivalent(n.symbol, n + c, as_=(n, oo)), "undecided"),
        (Bound(0, "<=", n.symbol, "<=", n + c), "undecided"),
    ],
)
def test_the_sense_of_the_steps_is_the_sense_of_the_conclusion(statement, expected):
    steps = Step(n.symbol, by=definition), Step(n + c, by=Nonnegative("<="))
    assert conclusion(statement, D, *steps) == expected


def test_up_and_down_again_is_no_conclusion():
    steps = (
        Step(n.symbol, by=definition),
        Step(n + 2 * c, by=Nonnegative("<=")),
        Step(n + c, by=Nonnegative(">=")),
    )
    for sense in ("<=", ">="):
        assert conclusion(Bound(n.symbol, sense, n + c), D, *steps) == "undecided"


def test_a_remainder_is_not_dropped():
    def chain(within):
        return (
            Step(n.symbol, by=definition),
            Step(n + 1, by=Cited("t", "r", sense="+-", within=within)),
        )

    assert conclusion(Identity(n.symbol, n + 1), D, *chain(1)) == "undecided"
    assert conclusion(Bound(n.symbol, "<=", n + 1), D, *chain(1)) == "undecided"
    error = Observable("error", (n,), latex="E", meaning="e")
    for claimed, expected in ((1, "proved"), (Rational(1, 2), "undecided"), (c, "undecided")):
        bound = Bound(Abs(error(n) - n), "<=", claimed)
        steps = (
            Step(error(n), by=definition),
            Step(n.symbol, by=Cited("t", "r", sense="+-", within=1)),
        )
        assert conclusion(bound, D, *steps, observables=(error,)) == expected
    gap = Function("g")(n)
    as_limit = Equivalent(n.symbol, n + 1, as_=(n, oo))
    assert conclusion(as_limit, D, *chain(1)) == "proved"
    assert conclusion(as_limit, D, *chain(sqrt(n.symbol))) == "proved"
    assert conclusion(as_limit, D, *chain(n.symbol)) == "undecided"
    assert conclusion(as_limit, D, *chain(n**2)) == "undecided"
    assert conclusion(as_limit, D, *chain(exp(n.symbol))) == "undecided"
    assert conclusion(as_limit, D, *chain(exp(sqrt(n.symbol)))) == "undecided"
    assert conclusion(as_limit, D, *chain(gap)) == "undecided"


def Function(name):
    return sp.Function(name, real=True)


def test_a_parameter_called_k_is_not_every_power():
    own = Natural("k", at_least=1)
    chain = (
        Step(1 / n, by=definition),
        Step(2 / n, by=Cited("t", "r", sense="+-", within=n ** (-own))),
    )
    statement = Equivalent(1 / n, 2 / n, as_=(n, oo))
    assert conclusion(statement, Domain(n, own), *chain) == "undecided"
    assert EVERY_POWER != own.symbol


def test_an_order_is_claimed_only_with_steps_that_are_as_sharp():
    steps = Step(n + sqrt(n.symbol), by=definition), Step(n.symbol, by=Expansion(n))
    assert conclusion(Equivalent(n + sqrt(n.symbol), n.symbol, as_=(n, oo)), D, *steps) == "proved"
    sharper = Equivalent(n + sqrt(n.symbol), n.symbol, as_=(n, oo), order=1)
    assert conclusion(sharper, D, *steps) == "undecided"
    steps = Step(n + 1, by=definition), Step(n.symbol, by=Expansion(n))
    assert conclusion(Equivalent(n + 1, n.symbol, as_=(n, oo), order=1), D, *steps) == "proved"
    assert conclusion(Equivalent(n + 1, n.symbol, as_=(n, oo), order=2), D, *steps) == "undecided"


def test_an_asymptotic_step_in_another_variable_concludes_nothing():
    steps = Step(n * (m + 1), by=definition), Step(n * m, by=Expansion(m))
    domain = Domain(n, m)
    assert conclusion(Equivalent(n * (m + 1), n * m, as_=(m, oo)), domain, *steps) == "proved"
    assert conclusion(Equivalent(n * (m + 1), n * m, as_=(n, oo)), domain, *steps) == "undecided"


@pytest.mark.parametrize(
    ("statement", "last", "expected"),
    [
        (Rate(n**2 + n, n, 2), n**2, "proved"),
        (Rate(n**2 + n, n, 3), n**2, "undecided"),
        (Rate(n**2 + n, n, 2, "exponential"), n**2, "undecided"),
        (Rate(exp(3 * n) * n, n, 3, "exponential"), exp(3 * n) * n, "proved"),
        (Rate(exp(3 * n) * n, n, 2, "exponential"), exp(3 * n) * n, "undecided"),
        (Rate(2 * sp.log(n.symbol) + 1, n, 2, "logarithmic"), None, "proved"),
        (Rate(2 * sp.log(n.symbol) + 1, n, 1, "logarithmic"), None, "undecided"),
    ],
)
def test_a_rate_is_read_off_the_end_of_the_chain(statement, last, expected):
    steps = [Step(statement.observable, by=definition)]
    if last is not None:
        steps.append(Step(last, by=Expansion(n) if last == n**2 else algebra))
    assert conclusion(statement, Domain(n), *steps) == expected


@pytest.mark.parametrize(
    "statement", [ForAll("inputs", "it works"), Trend("loss", "A", "B", "lower")]
)
def test_a_statement_in_words_is_not_proved_by_nothing(statement):
    assert conclusion(statement, D) == "undecided"
    assert claim(statement, D).derivation_report().worst == "undecided"
    assert sum(claim(statement, D).derivation_report().counts.values()) == 0
    steps = (Step(Eq(sp.Symbol("u") + 0, sp.Symbol("u"), evaluate=False), by=algebra),)
    assert conclusion(statement, D, *steps) == "undecided"


def test_an_inequality_does_not_make_an_equation():
    lemma = Step(Eq(n.symbol, n + c, evaluate=False), by=Nonnegative("<="))
    (step,) = claim(Identity(n.symbol, n.symbol), D, lemma).derivation_report().steps
    assert step.status == "undecided"


def test_the_first_line_is_a_side_of_the_statement():
    steps = Step(n + 7, by=definition), Step(n + 8 - 1, by=algebra)
    report = claim(Identity(n + 1, 1 + n), D, *steps).derivation_report()
    assert report.steps[0].status == "undecided"


def test_a_symbol_that_only_looks_like_a_parameter_is_noticed():
    other = Symbol("a", positive=True)
    steps = Step(sqrt(other**2), by=definition), Step(other, by=algebra)
    report = claim(Identity(other, other), D, *steps).derivation_report()
    assert "not the parameter" in report.steps[0].reason
    assert report.worst == "undecided"


# ---------------------------------------------------------------- earlier claims


def test_an_inequality_is_not_used_where_the_whole_falls():
    used = given(Bound(a.symbol, "<=", exp(a.symbol)), Domain(a))
    rule = ByClaim(used)
    assert holds(rule, a + n, exp(a.symbol) + n, D)
    assert holds(rule, c * a, c * exp(a.symbol), D)
    assert not holds(rule, -a.symbol, -exp(a.symbol), D)
    assert not holds(rule, n - a, n - exp(a.symbol), D)
    assert not holds(rule, a**2, exp(a.symbol) ** 2, D)
    assert not holds(rule, a * Real("b"), exp(a.symbol) * Real("b"), Domain(a, Real("b")))


def test_an_equivalence_is_not_used_in_a_difference():
    used = given(Equivalent(n + 1, n.symbol, as_=(n, oo)), Domain(n))
    rule = ByClaim(used)
    assert holds(rule, c * (n + 1), c * n, D)
    assert holds(rule, c / (n + 1) ** 2, c / n**2, D)
    assert not holds(rule, (n + 1) - n * c / c + c, n - n + c, D)
    assert not holds(rule, (n + 1) ** n.symbol, n**n.symbol, D)


def test_a_two_sided_bound_serves_one_link_at_a_time():
    used = given(Bound(a.symbol, "<=", a + 1, "<=", a + 2), Domain(a))
    assert examine(ByClaim(used), a.symbol, a + 1, D).status != "refuted"
    assert not holds(ByClaim(used), a + 1, a.symbol, D)


@pytest.mark.parametrize(
    ("at", "domain", "expected"),
    [
        ({n: n + 1}, Domain(n), True),
        ({n: n.symbol}, Domain(n), True),
        ({n: n - 1}, Domain(n), False),  # 0 is not in the domain
        ({n: n / 2}, Domain(n), False),  # no integer
        ({n: -n}, Domain(n), False),
        ({n: c.symbol}, Domain(c), False),
        ({n: m + n}, Domain(n, m), True),
        ({n: 3}, Domain(c), True),
        ({n: 0}, Domain(c), False),
        ({n: Integer("q", at_least=-5).symbol}, Domain(Integer("q", at_least=-5)), False),
    ],
)
def test_a_claim_is_applied_only_inside_its_domain(at, domain, expected):
    used = given(Identity((n + 1) ** 2, n**2 + 2 * n + 1), Domain(n))
    ((_, value),) = at.items()
    value = sp.sympify(value)
    before, after = (value + 1) ** 2, value**2 + 2 * value + 1
    rule = ByClaim(used, at)
    assert (rule.rests_on(before, after, domain).status == "proved") is expected


def test_open_ends_closed_ends_and_side_conditions_of_the_claim_that_is_used():
    unit = Real("u", above=0, at_most=1)
    used = given(Identity(unit + 0, unit.symbol), Domain(unit, n, m, where=(n <= m,)))

    def applies(at, domain):
        return ByClaim(used, at).rests_on(sp.S.Zero, sp.S.Zero, domain).status == "proved"

    ordered = Domain(n, m, c, where=(n <= m,))
    assert applies({unit: 1}, ordered)
    assert applies({unit: 1 / (1 + c)}, ordered)
    assert not applies({unit: 0}, ordered)
    assert not applies({unit: 1 + c}, ordered)
    assert not applies({unit: c / (1 + c) - 1}, ordered)
    assert not applies({unit: 1}, Domain(n, m))
    assert applies({unit: 1, n: n.symbol, m: n + 3}, Domain(n))
    assert not applies({unit: 1, n: n + 3, m: n.symbol}, Domain(n))
    assert not applies({unit: sqrt(a.symbol)}, Domain(n, m, a, where=(n <= m,)))


def test_vectors_and_labels_of_another_kind_do_not_fit():
    weights = Vector("w", length=n, entry=Real("w", at_least=0))
    signed = Vector("w", length=n, entry=Real("w"))
    used = given(
        Identity(Sum(weights[k], (k, 1, n)), Sum(weights[k], (k, 1, n))), Domain(n, weights)
    )
    rule = ByClaim(used)
    assert rule.rests_on(sp.S.Zero, sp.S.Zero, Domain(n, weights)).status == "proved"
    fine = ByClaim(used, {weights: signed.symbol})
    assert fine.rests_on(sp.S.Zero, sp.S.Zero, Domain(n, signed)).status == "undecided"
    two, three = (Labels("f", length=n, classes=count) for count in (2, 3))
    used = given(Identity(two[k], two[k]), Domain(n, two))
    other = ByClaim(used).rests_on(sp.S.Zero, sp.S.Zero, Domain(n, three))
    assert other.status == "undecided"


def test_another_observable_of_the_same_name_is_not_taken_for_it():
    error, twin = (Observable("error", (n,), latex="E", meaning=words) for words in ("one", "two"))
    used = given(Identity(error(n), 1 / n), Domain(n), observables=(error,))
    steps = Step(error(n), by=definition), Step(1 / n, by=ByClaim(used))
    report = claim(Identity(error(n), 1 / n), Domain(n), *steps, observables=(twin,))
    assert report.derivation_report().steps[1].status == "undecided"
    report = claim(Identity(error(n), 1 / n), Domain(n), *steps, observables=(error,))
    assert report.derivation_report().worst == "cited"


def test_a_claim_with_a_wrong_derivation_refutes_nothing():
    wrong = claim(
        Identity(n + 1, n + 2), Domain(n), Step(n + 1, by=definition), Step(n + 2, by=algebra)
    )
    assert wrong.derivation_report().worst == "refuted"
    assert examine(ByClaim(wrong), n + 1, n + 2, Domain(n)).status == "undecided"


def test_a_cited_theorem_that_numbers_contradict_is_refuted():
    assert examine(Cited("t", "r", sense="<="), n + 1, n.symbol, Domain(n)).status == "refuted"
    assert examine(Cited("t", "r", sense=">="), n + 1, n.symbol, Domain(n)).status == "cited"
    with pytest.raises(ClaimError, match="what bounds it"):
        Cited("t", "r", sense="+-")
    with pytest.raises(ClaimError, match="sense of a cited theorem"):
        Cited("t", "r", sense="<")


def test_an_asymptotic_step_does_not_go_through_a_sum():
    before, after = Sum((n + k) / n, (k, 1, n)), Sum(1, (k, 1, n))
    assert not holds(Termwise(Expansion(n)), before, after, Domain(n))


# ---------------------------------------------------------------- capture


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (Sum(a * k, (k, 1, 3)), Sum(Symbol("k_1", integer=True, positive=True) * k, (k, 1, 3))),
        (Product(a + k, (k, 1, 3)), None),
        (Integral(a * x, (x, 0, 1)), None),
        (Sum(Sum(a * k, (k, 1, x)), (x, 1, 4)), None),
    ],
)
def test_bound_variables_step_aside(expression, value):
    bound = k if expression.has(k) and not expression.has(Integral) else x
    inside = replace_free(expression, {a: bound})
    assert bound in inside.free_symbols
    five = inside.subs(bound, 5).doit()
    assert sp.simplify(five - expression.subs(a.symbol, 5).doit()) == 0


def test_definitions_take_arguments_without_capture_and_all_at_once():
    pair = Observable("pair", (a, c), latex="P", meaning="p", definition=a - 2 * c + 0 * a)
    assert pair.defined_as(c.symbol, a.symbol) == c - 2 * a
    total = Observable("total", (a,), latex="T", meaning="t", definition=Sum(a * k, (k, 1, 3)))
    assert total.defined_as(k).subs(k, 5).doit() == 30
    used = claim(Identity(total(a), 6 * a), Domain(a), observables=(total,))
    outer = Sum(total(k), (k, 1, 2))
    assert written_out(outer, used).doit() == 18


def test_a_bound_variable_hides_a_parameter():
    big = Integer("k", at_least=5)
    before, after = Sum(Max(big.symbol, 5), (big.symbol, 1, 9)), Sum(big.symbol, (big.symbol, 1, 9))
    found = examine(Termwise(algebra), before, after, Domain(big))
    assert found.status == "refuted"  # by numbers: 55 against 45
    true = Sum(big.symbol + 1, (big.symbol, 1, 9)), Sum(1 + big.symbol, (big.symbol, 1, 9))
    assert examine(Termwise(algebra), *true, Domain(big)).status == "proved"
    doubled = Sum(2 * big.symbol, (big.symbol, 1, 9)), Sum(3 * big.symbol - big, (big.symbol, 1, 9))
    assert examine(Termwise(algebra), *doubled, Domain(big)).status == "proved"


def test_sequences_that_are_no_parameters_get_numbers():
    s = IndexedBase("s", nonnegative=True)
    true = examine(algebra, Sum(s[k] * 2, (k, 1, n)), 2 * Sum(s[k], (k, 1, n)), Domain(n))
    assert true.status == "proved" and "agrees at" in true.reason
    false = examine(algebra, Sum(s[k] * 2, (k, 1, n)), 3 * Sum(s[k], (k, 1, n)), Domain(n))
    assert false.status == "refuted"


def test_a_proof_without_a_number_says_so():
    h = sp.Function("h")
    total = Sum(h(k), (k, 1, oo))
    found = examine(algebra, 2 * total, total * Rational(2), Domain(n))
    assert found.status == "proved" and "not evaluated" in found.reason


def test_a_hypothesis_in_words_of_an_applied_claim_is_asked_for():
    lucky = "$c$ is lucky"
    begun = Step(c + 1, by=definition)
    used = claim(Bound(c + 1, "<=", 2 * c), Domain(c, remarks=(lucky,)))

    def worst(domain, **further):
        step = Step(2 * c, by=ByClaim(used), **further)
        made = claim(Bound(c + 1, "<=", 2 * c), domain, begun, step)
        return made.derivation_report().steps[1]

    assert "not granted here" in worst(Domain(c)).reason
    here = worst(Domain(c, remarks=(lucky,))).reason
    granted = worst(Domain(c), granting=(lucky,), note="as everybody knows").reason
    assert "not granted" not in here and here == granted
    with pytest.raises(ClaimError, match="for a reason"):
        Step(c + 1, by=ByClaim(used), granting=(lucky,))
