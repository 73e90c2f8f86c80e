"""Steps of this topic's rules that were once accepted and are false."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import sympy as sp
from sympy import IndexedBase, Integer, KroneckerDelta, Rational, Sum, Symbol, exp, log, oo

from theory import (
    Algebra,
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Vector,
    definition,
)
from theory.core.decision import Status
from theory.core.rule import Rule, examine, proved, undecided
from theory.core.rules.exponentials import ascending_terms
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import OneSign
from theory.mode_estimation import elimination_costs as costs
from theory.mode_estimation import set_elimination as sets
from theory.mode_estimation.chernoff import ByLogarithm, TrinomialTheorem
from theory.mode_estimation.code_rules import Rounded, ZeroOrOne
from theory.mode_estimation.count_rules import (
    ConstantMean,
    Exchanged,
    InMean,
    JensenOfSquare,
    LastLabel,
    MeanOfSum,
    SecondMoment,
    Tilted,
)
from theory.mode_estimation.counts import Ahead, CountMean, Ranked, counts
from theory.mode_estimation.gap_rules import Reciprocals
from theory.mode_estimation.geometric_sums import GeometricSum
from theory.mode_estimation.least_values import AttainedAt, AttainedBound, Least, RestOfLaw
from theory.mode_estimation.lower_bound_rules import RisingShare
from theory.mode_estimation.order_rules import (
    AsExponential,
    ByRank,
    LogarithmsByRank,
    PowersBelowOne,
)
from theory.mode_estimation.stage_cost import StageCost, over_stages, partial_sum
from theory.mode_estimation.stage_rules import SummationByParts
from theory.mode_estimation.standings import ByOrder, ByStandings

HOLDS = (Status.PROVED, Status.CERTIFIED, Status.CITED)
OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
HERE = Domain()
m = Natural("m", at_least=2)
n = Natural("n", at_least=1)
p = Ranked("p", length=m)
LAW = Domain(m, n, p)
index = Symbol("k")
i, j, k = (Symbol(name, integer=True, positive=True) for name in "ijk")
s = Symbol("s", integer=True, nonnegative=True)
t = Symbol("t", real=True)


def holds(rule, before, after, domain=HERE):
    """Whether the step is accepted."""
    before, after = sp.sympify(before), sp.sympify(after)
    return examine(rule, before, after, domain).status in HOLDS


def mean(body, law=None, number=None):
    """Mean over n labels with law p."""
    law = p[index] if law is None else law
    return CountMean.of(body, law, index, m.symbol, n.symbol if number is None else number)


RIVALS = LAW.within(j, 2, m.symbol, discrete=True)


@dataclass(frozen=True, eq=False)
class Trusting(Rule):
    """Accepts what it is given, for one relation."""

    kind: str

    @property
    def relation(self):
        return self.kind

    @property
    def words(self):
        return "trust"

    def check(self, before, after, domain):
        return proved("trusted")


@dataclass(frozen=True, eq=False)
class Resting(Trusting):
    """Rests on what is not given."""

    def rests_on(self, before, after, domain):
        return undecided("not given")


# ---------------------------------------------------------------- Chernoff's method


def test_equivalent_logarithms_are_not_those_of_equivalent_numbers():
    """log(n e^n) ~ n, but n e^n / e^n = n."""
    rule = ByLogarithm(n.symbol, Trusting("~"))
    assert not holds(rule, n * exp(n), exp(n), Domain(n))
    assert holds(ByLogarithm(n.symbol, Trusting("<=")), exp(n) / n, exp(n), Domain(n))


def trinomial(times, last):
    inner = sp.binomial(times, s) * sp.binomial(s, k_from_0) * Rational(1, 2) ** k_from_0
    return Sum(inner * Rational(1, 2) ** (s - k_from_0), (k_from_0, 0, s), (s, 0, last))


k_from_0 = Symbol("k", integer=True, nonnegative=True)


def test_the_trinomial_theorem_is_for_whole_powers():
    rule = TrinomialTheorem((Rational(1, 2), Rational(1, 2), 1))
    half = Rational(1, 2)
    before = trinomial(half, half)
    assert not holds(rule, before, sp.sqrt(2))
    assert holds(rule, trinomial(n.symbol, n.symbol), 2**n.symbol, Domain(n))


def test_the_number_of_samples_is_not_the_count_that_runs_up_to_it():
    rule = TrinomialTheorem((Rational(1, 2), Rational(1, 2), 0))
    before = trinomial(s, s)  # each of the counts 0, ..., s gives 1
    assert not holds(rule, before, 1)


# ---------------------------------------------------------------- rounding, marks


@pytest.mark.parametrize("sense", ["=", "~"])
def test_a_rounded_number_is_bounded_not_known(sense):
    q = Real("q", above=0)
    assert not holds(Rounded(sp.ceiling(q), q.symbol, sense), sp.ceiling(q), q.symbol, Domain(q))
    assert holds(Rounded(sp.ceiling(q), q + 1), sp.ceiling(q), q + 1, Domain(q))


REMARK = "it is 0 or 1"
marks = sp.Function("mark")


def test_marks_of_a_summed_index_are_many():
    total = Sum(marks(k), (k, 1, n.symbol))
    rule = ZeroOrOne(marks(k), REMARK, FiniteSums(), FiniteSums())
    domain = Domain(n, remarks=(REMARK,))
    assert [a * (2 - a) for a in (0, 1, 2)] == [0, 1, 0]
    assert not holds(rule, total * (n - total), 0, domain)
    one = ZeroOrOne(marks(1), REMARK, Algebra(), Algebra())
    assert holds(one, marks(1) * (1 - marks(1)), 0, domain)


def test_two_cases_keep_no_limit():
    rule = ZeroOrOne(marks(1), REMARK, Trusting("~"), Trusting("~"))
    assert not holds(rule, n * marks(1), 2 * n * marks(1), Domain(n, remarks=(REMARK,)))


def test_a_remark_makes_no_parameter_a_mark():
    q = Real("q", above=0, below=1)
    rule = ZeroOrOne(q.symbol, REMARK, Algebra(), Algebra())
    assert not holds(rule, q * (1 - q.symbol) + 1, 1, Domain(q, remarks=(REMARK,)))


# ---------------------------------------------------------------- the order of probabilities


def test_what_a_rule_rests_on_is_asked_for_under_an_order():
    assert not holds(ByRank(Resting("=")), 1, 2, LAW)
    assert not holds(ByRank(Trusting("~")), n.symbol, 2 * n.symbol, LAW)


def test_a_probability_of_a_summed_index_is_not_that_of_a_rival():
    """With two classes the sum of p_2 - p_j is p_2 - p_1."""
    gaps = Sum(p[2] - p[j], (j, 1, m.symbol))
    assert not holds(ByRank(OneSign(">=")), gaps, 0, RIVALS)
    assert holds(ByRank(OneSign(">=")), p[2] - p[j], 0, RIVALS)


@pytest.mark.parametrize("sense", ["=", "~"])
def test_powers_of_a_small_number_are_not_equal(sense):
    assert not holds(PowersBelowOne(p[1], sense), p[1] ** 2, p[1], LAW)
    assert not holds(PowersBelowOne(p[1], sense), 0, p[1], LAW)
    assert holds(PowersBelowOne(p[1]), p[1] ** 2, p[1], LAW)


def test_powers_are_compared_for_real_exponents():
    assert not holds(PowersBelowOne(p[1]), p[1] ** (2 + sp.I), p[1] ** (1 + sp.I), LAW)


@pytest.mark.parametrize("rule", [AsExponential(), LogarithmsByRank()])
def test_a_sum_of_positive_terms_is_no_multiple_of_one(rule):
    law = (Rational(9, 10), Rational(1, 10))
    assert sum(law) != 2 * law[1]
    for term in (p[j], 1 + p[j]):
        total = Sum(term, (j, 1, m.symbol))
        assert not holds(rule, total, m * term, RIVALS)
        assert not holds(rule, log(total), log(m.symbol) + log(term), RIVALS)


def test_a_sum_that_is_differentiated_is_no_constant():
    q = Real("q", above=0)
    domain = Domain(m, n, p, q)
    slope = sp.Derivative((1 + q) ** 2, q.symbol, evaluate=False)
    assert slope.doit() != 0
    assert not holds(AsExponential(), 1 + slope, 1, domain)
    slope = sp.Derivative(log(1 + q.symbol), q.symbol, evaluate=False)
    assert slope.doit() != 0
    assert not holds(LogarithmsByRank(), slope, 0, domain)


# ---------------------------------------------------------------- means over counts


def test_equal_products_are_not_those_of_a_summed_index():
    ones = (Integer(1), Integer(1))
    law = (Rational(1, 2), Rational(2, 5), Rational(1, 10))
    assert law[1] + law[2] != 2 * law[1]
    rule = Tilted((1, 2), ones)
    assert not holds(rule, mean(Sum(p[j], (j, 2, m.symbol))), mean((m - 1) * p[j]), RIVALS)
    assert not holds(rule, mean(Sum(counts[j], (j, 2, m.symbol))), mean((m - 1) * counts[j]), LAW)
    assert holds(rule, mean(counts[2]), mean(counts[2]), LAW)


def test_a_summed_class_is_not_exchanged():
    """Of one label and three equally likely classes: 2/3 against the mean of 2/3 and 4/3."""
    rivals, other = Sum(counts[j], (j, 2, m.symbol)), Sum(counts[1], (j, 2, m.symbol))
    before = mean(rivals**2, Rational(1, 3))
    both = before.with_body((rivals**2 + other**2) / 2)
    assert not holds(Exchanged((1, j)), before, both, RIVALS)
    first = before.with_body(counts[1])
    both = before.with_body((counts[1] + counts[j]) / 2)
    assert holds(Exchanged((1, j)), first, both, RIVALS)


def test_the_last_label_is_of_one_class():
    body = Sum(counts[j], (j, 2, m.symbol))
    more = Sum(counts[j] + 1, (j, 2, m.symbol))
    law = (Rational(2, 5), Rational(7, 20), Rational(1, 4))
    assert 1 - law[0] < law[1] * 2  # with one label
    after = p[j] * mean(more, number=n - 1)
    assert not holds(LastLabel(j), mean(body), after, RIVALS)
    assert holds(LastLabel(2), mean(counts[2]), p[2] * mean(counts[2] + 1, number=n - 1), LAW)


def test_a_second_moment_of_a_summed_class_is_many():
    lead = (counts[j] - counts[1]) ** 2
    moment = n * (p[1] + p[j]) + n * (n - 1) * (p[j] - p[1]) ** 2
    before = Sum(mean(lead), (j, 1, m.symbol))
    after = Sum(moment, (j, 1, m.symbol))
    assert not holds(SecondMoment((1, j)), before, after, RIVALS)
    assert holds(SecondMoment((1, j)), mean(lead), moment, RIVALS)


def test_jensens_inequality_is_for_constants_and_laws():
    base = 1 / (1 + counts[1])
    power = mean(base ** (sp.Abs(counts[2])))
    after = base ** sp.sqrt(mean(counts[2] ** 2))
    assert not holds(JensenOfSquare(base, counts[2], 1), power, after, LAW)
    exponent = 1 + counts[1]
    power = mean(p[1] ** (exponent * sp.Abs(counts[2])))
    after = p[1] ** (exponent * sp.sqrt(mean(counts[2] ** 2)))
    assert not holds(JensenOfSquare(p[1], counts[2], exponent), power, after, LAW)


def test_jensens_inequality_needs_nonnegative_weights():
    """Of one label, and p_1 = 1/4: the mean of N_1^2 is -1/2, and its root imaginary."""
    share = Rational(1, 4)
    assert -share / (1 - 2 * share) == -Rational(1, 2)
    law = p[index] * (-1) ** KroneckerDelta(index, 1) / (1 - 2 * p[1])
    before = mean(Rational(1, 2) ** sp.Abs(counts[1]), law)
    after = Rational(1, 2) ** sp.sqrt(mean(counts[1] ** 2, law))
    rule = JensenOfSquare(Rational(1, 2), counts[1], 1, (1, 2), (-1, 1))
    assert not holds(rule, before, after, LAW)


def test_a_law_has_no_negative_entries():
    """Entries -1 and 2 sum to 1; of one label N_1 has mean -1, and 2^-N_1 mean 3/2."""
    signed = Simplex("q", length=m, entry=Real("entry"))
    domain = Domain(m, n, signed)
    before = mean(counts[1], signed[index])
    after = signed[2] * mean(counts[1], signed[index], n - 1)  # 0, if n = 1
    assert not holds(LastLabel(2), before, after, domain)
    before = before.with_body(Rational(1, 2) ** sp.Abs(counts[1]))
    after = Rational(1, 2) ** sp.sqrt(before.with_body(counts[1] ** 2))
    assert not holds(JensenOfSquare(Rational(1, 2), counts[1], 1), before, after, domain)


def test_a_mean_of_its_own_index():
    """The index of the law is bound: a mean of it is no constant."""
    domain = LAW.within(index, 2, 3, discrete=True)
    assert not holds(ConstantMean(), mean(index), index, domain)
    body = CountMean.of(1, Rational(1, 2), index, index, 1)
    assert not holds(MeanOfSum(), body.with_body(Sum(counts[index], (index, 1, 2))), 1, LAW)
    before = CountMean.of(Sum(counts[1], (j, 1, 2)), Rational(1, 2), index, j, 1)
    after = Sum(before.with_body(counts[1]), (j, 1, 2))
    assert not holds(MeanOfSum(), before, after, RIVALS)


def test_hypotheses_do_not_speak_of_counts_under_a_mean():
    """The mean of N_1 is n p_1, which may be below 1, whatever some other N_1 is."""
    domain = Domain(m, n, p, Vector("N", length=m, entry=Natural("e")), where=(counts[1] - 1 >= 0,))
    assert not holds(InMean(OneSign()), mean(1), mean(counts[1]), domain)


def test_a_mean_under_what_is_no_law():
    """A law of -1 for one class and one label: N_1 is 1, its mean -1."""
    before, after = mean(0, -Integer(1)), mean(counts[1], -Integer(1))
    assert not holds(InMean(OneSign()), before, after, LAW)
    assert holds(InMean(OneSign()), mean(0), mean(counts[1]), LAW)


def test_counts_under_a_mean_have_one_name():
    other = CountMean(counts[1], (Symbol("M"), p[index], n.symbol), (index, 1, m.symbol))
    assert not holds(InMean(OneSign()), other, 2 * other, LAW)


def test_a_mean_may_be_complex():
    imaginary = CountMean.of(counts[1], sp.I, index, 1, 1)
    assert imaginary.is_real is not True and not imaginary.is_extended_real
    assert mean(counts[1]).is_extended_real


# ---------------------------------------------------------------- orders and standings


def test_a_summed_count_is_not_level_with_another():
    before = Sum(counts[j], (j, 2, m.symbol))
    assert not holds(ByOrder((1, j), Algebra()), before, (m - 1) * counts[j], RIVALS)
    assert not holds(ByOrder((1, 2), Trusting("~")), n.symbol, 2 * n.symbol, LAW)


@pytest.mark.parametrize("sense", ["=", "~"])
def test_standings_give_inequalities(sense):
    before = 1 + Sum(Ahead(counts[j], counts[1]), (j, 2, m.symbol))
    assert not holds(ByStandings(sense), before, 0, LAW)
    assert holds(ByStandings(">="), before, 0, LAW)


def test_infinitely_many_rivals_have_no_standings():
    level = 1 - Ahead(counts[j], counts[1]) - Ahead(counts[1], counts[j])
    before = Sum(Ahead(counts[j], counts[1]) + level, (j, 2, oo))
    assert not holds(ByStandings("<="), before, before + 1, LAW)


# ---------------------------------------------------------------- least values


def test_a_least_value_at_a_closed_end():
    before = Least(sp.sign(1 - t), (t, 0, 1))
    assert not holds(AttainedAt(0, OneSign(">=")), before, 1)


def test_a_least_value_over_both_signs():
    below = Symbol("b", negative=True)
    before = Least(-1 / (1 - below), (below, -2, Rational(1, 2)))
    assert -1 / (1 - Rational(1, 2)) < -1
    assert not holds(AttainedAt(0, OneSign(">=")), before, -1)


def test_a_least_value_of_a_summed_index():
    """At j = 4 the range ends before 3 - j, and the least value is 4."""
    total = Sum(Least((t - 3 + j) ** 2, (t, 1, 3)), (j, 1, 4))
    narrow = HERE.within(j, 1, 2, discrete=True)
    assert not holds(AttainedAt(3 - j, OneSign(">=")), total, 0, narrow)
    assert holds(AttainedAt(3 - j, OneSign(">=")), total.function, 0, narrow)


def test_probabilities_that_sum_to_one_give_no_more_than_the_rule():
    law = Simplex("q", length=m)
    domain = Domain(m, law)
    assert not holds(RestOfLaw(OneSign()), law[1], 1 + law[1], domain)
    total = law[1] + law[2] + Sum(law[k], (k, 3, m.symbol))
    assert holds(RestOfLaw(Algebra()), total, 1, domain)


def test_what_holds_of_laws_is_not_differentiated():
    law = Simplex("q", length=m)
    rest = Sum(law[k], (k, 3, m.symbol))
    before, after = (sp.Derivative(e, law[1], evaluate=False) for e in (rest, 1 - law[1] - law[2]))
    assert after.doit() == -1  # whereas the rest does not speak of q_1
    assert not holds(RestOfLaw(Algebra()), before, after, Domain(m, law))


def bounded(law, quantity, low=0, where=(), remarks=()):
    """A claim that a quantity of a law is at least a number."""
    return Claim(
        id="false-modes.bounded",
        title="t",
        says="s",
        statement=Bound(low, "<=", quantity),
        domain=Domain(m, law, where=where, remarks=remarks),
        source=OWN,
        derivation=Derivation(
            Step(low, by=definition), Step(quantity, by=Cited("given", "here", sense="<="))
        ),
    )


least = Observable("least", (m,), latex="l", meaning="the least value of the quantity")


def uniform(number):
    return 1 / m.symbol


def attained(law, quantity, at=uniform, **rest):
    before, named = rest.pop("before", least()), rest.pop("least", least)
    by = rest.pop("by", FiniteSums())
    domain = rest.pop("domain", Domain(m))
    rule = AttainedBound(named, bounded(law, quantity, **rest), law, at, by)
    return holds(rule, before, 0, domain)


def test_a_bound_is_attained_by_a_law_of_the_claim():
    law = Simplex("q", length=m, entry=Real("entry", above=0, at_most=1))
    gap = (law[1] - law[2]) ** 2
    assert attained(law, gap)
    assert not attained(law, gap, before=Integer(7))
    other = Observable("other", (m,), latex="o", meaning="something else")
    assert not attained(law, gap, before=other())
    known = Observable("least", (m,), latex="l", meaning="the least value", definition=m + 1)
    assert not attained(law, gap, least=known)
    assert not attained(law, gap, least=Observable("least", (n,), latex="l", meaning="of n"))
    assert not attained(law, gap, remarks=("q_1 is above q_2",))
    assert not attained(law, gap + 1, by=Trusting("<="))
    ranked = Ranked("q", length=m)  # q_1 is above q_2: 0 is not attained
    assert not attained(ranked, gap)
    high = Simplex("q", length=m, entry=Real("entry", above=Rational(1, 2), at_most=1))
    assert not attained(high, gap)


def test_a_law_that_attains_a_bound_is_one_law():
    """All but the first two are 1 / m; these are 1 / (2 m) and 3 / (2 m)."""
    law = Simplex("q", length=m, entry=Real("entry", above=0, at_most=1))

    def at(number):
        return {1: 1, 2: 3}.get(number, 2) / (2 * m.symbol)

    spread = Sum((law[k] - 1 / m.symbol) ** 2, (k, 1, m.symbol))
    assert not attained(law, spread + 0, at=at)


# ---------------------------------------------------------------- shares


def test_a_share_is_not_captured():
    v = Symbol("v", nonnegative=True)
    f, part = Sum(j * v**2, (j, 2, 3)), j / Integer(10)
    caught = Sum(j * part**2, (j, 2, 3))
    after = f.subs(v, 1) * part**2
    assert caught.doit() > 5 * Rational(1, 10) ** 2  # j = 1
    domain = HERE.within(j, 1, 2, discrete=True)
    assert not holds(RisingShare(f, v, part, 1, power=2, order=1), caught, after, domain)


# ---------------------------------------------------------------- stages of an elimination

LAWS = costs.elim_complexity.domain
STAGES = costs.elim_complexity_stage.domain


def stage_step(number):
    """The line before, the line after and the rule of a step about one stage."""
    steps = costs.elim_complexity_stage.derivation.steps
    return steps[number - 1].expression, steps[number].expression, steps[number].by


def idle(statement, domain, by=None):
    """A claim that is granted."""
    by = Trusting(statement.sense) if by is None else by
    first, *_, last = statement.sides
    return Claim(
        id="false-modes.idle",
        title="t",
        says="s",
        statement=statement,
        domain=domain,
        source=OWN,
        derivation=Derivation(Step(first, by=definition), Step(last, by=by)),
    )


EMPTY = ByClaim(idle(Bound(0, "<=", 1), Domain()))


def test_the_cost_of_a_stage_is_bounded_by_what_the_rule_rests_on():
    before, after, rule = stage_step(1)
    assert holds(rule, before, after, STAGES)
    assert not holds(replace(rule, trash=EMPTY), before, after, STAGES)
    assert not holds(replace(rule, whole=EMPTY), before, after, STAGES)
    before, after, rule = stage_step(3)
    assert holds(rule, before, after, STAGES)
    assert not holds(replace(rule, whole=EMPTY), before, after, STAGES)


@pytest.mark.parametrize("number", [1, 3])
def test_a_stage_is_one_of_a_law(number):
    """Two weights of 100 cost 200, and 200 log2(1/100) is below 0; two of 1/100 cost 1/50."""
    before, after, rule = stage_step(number)
    weights = Vector("p", length=costs.m, entry=Real("entry", above=0))
    size, stage = costs.m, costs.stage
    domain = Domain(size, weights, stage, where=(stage <= size,))
    other = {costs.p.symbol: weights.symbol}
    assert not holds(rule, before.xreplace(other), after.xreplace(other), domain)
    beyond = Domain(size, costs.p, stage)  # more classes are left than there are
    assert not holds(rule, before, after, beyond)


def test_weights_may_be_negative_where_they_are_no_law():
    weights = IndexedBase("w", real=True)
    assert not StageCost(weights, 2, 2).is_nonnegative
    assert StageCost(costs.p.symbol, 2, 2).is_nonnegative


def replaced_stages():
    steps = costs.elim_complexity.derivation.steps
    return steps[0].expression, steps[1].expression, steps[1].by


def test_a_bound_on_late_stages_is_none_on_early_ones():
    before, after, rule = replaced_stages()
    assert holds(rule, before, after, LAWS)
    old = rule.by.claim
    late = Natural("kept", at_least=10**6)
    domain = Domain(costs.m, costs.p, late, where=(late <= costs.m,), remarks=old.domain.remarks)
    here = {costs.stage.symbol: late.symbol}
    terms = [term.xreplace(here) for term in old.statement.terms]
    observable = old.observables[0]
    cost = observable.definition.xreplace(here)
    claim = idle(Bound(cost, "<=", terms[2]), domain)
    by = ByClaim(claim, {late.symbol: costs.k})
    assert not holds(replace(rule, by=by), before, after, LAWS)


@pytest.mark.parametrize("sense", ["=", "~"])
def test_stages_are_replaced_in_an_inequality(sense):
    before, after, rule = replaced_stages()
    low = costs.elim_complexity.derivation.steps[4].expression
    assert not holds(replace(rule, sense=sense), before, after, LAWS)
    assert not holds(replace(rule, sense=sense), before, low, LAWS)


def test_weights_of_stages_are_one_sequence():
    _, _, rule = replaced_stages()
    size = costs.m.symbol

    def weight(i):
        return -(Integer(10) ** 6) / costs.p[1] if i == size else costs.longest(i)

    wrong = replace(rule, weight=weight)
    cost = costs.elim_complexity_stage.observables[0].definition
    at_most = costs.at_most
    stage = costs.stage.symbol
    before, after = (
        costs.c * over_stages(weight, lambda i, e=e: e.subs(stage, i), costs.k, size)
        for e in (cost, at_most)
    )
    assert not holds(wrong, before, after, LAWS)


def test_the_last_stage_costs_the_entropy_by_the_claim_on_it():
    steps = costs.elim_complexity_entropy.derivation.steps
    before, after, rule = steps[0].expression, steps[1].expression, steps[1].by
    assert holds(rule, before, after, LAWS)
    assert not holds(replace(rule, by=EMPTY), before, after, LAWS)


def by_parts(weight, increase, first):
    rule = SummationByParts(weight, increase, first, k, m.symbol, 1)

    def partial(i):
        return partial_sum(first, increase, i)

    total = Sum(weight(k) * increase(k), (k, 2, m.symbol))
    after = weight(Integer(2)) * first + total
    return rule, over_stages(weight, partial, k, m.symbol), after


def test_summation_by_parts_is_for_sequences():
    """A weight of the second class alone is 7 in one line, and 0 in the other."""
    rule, before, after = by_parts(lambda i: Integer(7 if i == 2 else 0), lambda i: p[i], p[1])
    assert before.doit() == 0 and after.doit() == 7 * p[1]
    assert not holds(rule, before, after, LAW)
    for weight, increase, first in (
        (lambda i: p[1] * k, lambda i: p[i], p[1]),
        (lambda i: p[i], lambda i: p[1] * k, p[1]),
        (lambda i: p[i], lambda j: p[1] * i, p[1]),
        (lambda i: p[i], lambda i: p[i], p[1] * k),
    ):
        rule, before, after = by_parts(weight, increase, first)
        assert not holds(rule, before, after, LAW)
    rule, before, after = by_parts(lambda i: p[i], lambda i: p[i] / 2, p[1])
    assert holds(rule, before, after, LAW)


def replaced_gaps():
    steps = costs.elim_complexity_sanov.derivation.steps
    rule = steps[2].by
    trusted = idle(rule.by.claim.statement, rule.by.claim.domain)
    before, after = steps[1].expression, steps[2].expression
    return replace(rule, by=ByClaim(trusted)), before, after


def gaps_replaced(**changes):
    rule, *_ = replaced_gaps()
    rule = replace(rule, **changes)
    first, other = rule.first, rule.other
    lines = []
    for side in ascending_terms(rule.by):

        def weight(q, side=side):
            return side.subs({first: costs.p[1], other: costs.p[q]}, simultaneous=True)

        total = Sum(weight(costs.k) * rule.increase(costs.k), (costs.k, 2, rule.last))
        lines.append(rule.times * (weight(Integer(2)) * rule.start + total))
    return holds(rule, *lines, LAWS)


def test_gaps_are_replaced_where_increases_are_nonnegative():
    rule, before, after = replaced_gaps()
    assert holds(rule, before, after, LAWS)
    assert gaps_replaced()
    assert not gaps_replaced(increase=lambda i: costs.p[i] - costs.p[1])
    assert not gaps_replaced(last=costs.m + 1)


def test_a_claim_on_gaps_is_for_all_of_them():
    statement = costs.elim_complexity_gaps.statement
    first, other = costs.p_1, costs.p_2
    for small, other_ in (
        (Real("p1", above=0, below=Rational(1, 10)), other),
        (first, Real("p2", above=Rational(1, 10), below=1)),
    ):
        domain = Domain(small, other_)
        assert not gaps_replaced(by=ByClaim(idle(statement, domain)))
    swapped = {first.symbol: other.symbol, other.symbol: first.symbol}
    by = ByClaim(idle(statement, costs.elim_complexity_gaps.domain), swapped)
    assert not gaps_replaced(by=by)


def test_an_order_of_parameters_is_a_hypothesis():
    q, w, u = Real("q", above=0), Real("w", above=0), Symbol("u", positive=True)
    gap = q - w
    above = {q.symbol: w + u}, {q.symbol: w * (1 + u)}
    before, after = 1 / gap, 1 / (2 * gap)  # -1 against -1/2 at q = 1, w = 2
    for ordered in above:
        rule = Reciprocals(gap, 2 * gap, 1, Trusting("<="), OneSign(">="), gap, ordered)
        assert not holds(rule, before, after, Domain(q, w))
    assert holds(rule, before, after, Domain(q, w, where=(w < q.symbol,)))


PHASES = sets.set_elim_complexity_phases
SHAPE = sets.set_elim_complexity_shape


def mean_times(statement=None, **changes):
    steps = SHAPE.derivation.steps
    rule = steps[1].by
    parameters = {q.name: q for q in PHASES.domain.parameters} | changes.pop("parameters", {})
    domain = Domain(*parameters.values(), where=PHASES.domain.where)
    by = ByClaim(idle(statement or PHASES.statement, domain), rule.by.at)
    low, high = ascending_terms(by)
    return holds(replace(rule, by=by, **changes), low, high, SHAPE.domain)


def test_a_claim_on_times_is_for_all_of_them():
    assert mean_times()
    for narrower in (
        Real("p1", above=0, below=Rational(1, 10)),
        Real("a", above=0, at_most=2),
        Real("M", above=3),
        Real("s", above=0),
        Real("b", at_least=0, at_most=1),
        Natural("b"),
    ):
        assert not mean_times(parameters={narrower.name: narrower})


def test_a_bound_from_above_is_none_from_below():
    low, high = PHASES.statement.terms
    steps = SHAPE.derivation.steps
    by = ByClaim(idle(Bound(high, ">=", low), PHASES.domain), steps[1].by.by.at)
    rule = replace(steps[1].by, by=by)
    assert rule.relation == "<="


def test_a_series_is_not_captured():
    """The sum over r from j on of an inner sum, which runs over j as well."""
    r = Symbol("r", integer=True, positive=True)
    before = Sum(3 * Sum((1 + j) / 2**r, (j, 1, 2)), (r, j, oo))  # 15 / 2^r at r = j, j + 1, ...
    caught = 6 * Sum((1 + j) / 2**j, (j, 1, 2))
    assert caught.doit() > 30 * Rational(1, 2) ** 5
    domain = HERE.within(j, 5, 6, discrete=True)
    assert not holds(GeometricSum(), before, caught, domain)
