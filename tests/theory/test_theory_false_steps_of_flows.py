"""False steps about flows and iterations that were once proved.

Each stands with a true one of its kind that still is. The numbers in the comments say how false.
"""

import itertools

import pytest
import sympy as sp
from sympy import (
    Abs,
    I,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    atan,
    exp,
    log,
    oo,
    pi,
    sqrt,
)

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.assoc_dynamics import orthogonal_steps
from theory.core.rule import examine
from theory.core.rules.exponentials import Inverse, Majorised, Rising, nonnegative_from
from theory.core.rules.flows import AlongFlow, EquivalentTerms, Flow, FlowRewritten, Separated
from theory.core.rules.hypotheses import OneSided
from theory.core.rules.iteration import (
    AlongIterates,
    Compared,
    EachStep,
    FirstStep,
    Intertwined,
    Iterate,
    StolzCesaro,
    Telescoped,
)
from theory.core.rules.long_iteration import SettlesWithoutCycles
from theory.core.rules.monotone import Replaced
from theory.core.rules.profiles import GammaRatios, SmallGap

OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
numbers = itertools.count()
n, m = Natural("n", at_least=1), Natural("m", at_least=0)
a, c = Real("a"), Real("c", above=0)
share = Real("a", above=0, at_most=1)
t, late = Real("t", at_least=0), Real("t", above=0)
k, j = (Symbol(name, integer=True, positive=True) for name in "kj")
q, x = Symbol("q", real=True), Symbol("x", real=True)
s, v = Symbol("s", positive=True), Symbol("v", positive=True)
h, g = (sp.Function(name, real=True) for name in "hg")
COUNTED = Iterate(q + 1, (q, 0, n))
LEVEL = 4
STEP = Piecewise((exp(q), q < 0), (exp(q) + LEVEL, True))  # its slope is that of exp(q)


def given(statement, domain, *names):
    """A claim that is cited, with observables of some names."""
    sense = {"identity": "=", "equivalent": "~", "bound": getattr(statement, "sense", "")}
    cited = Cited("given", "here", sense=sense[statement.kind])
    return Claim(
        id=f"false.flow{next(numbers)}",
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


# ---------------------------------------------------------------- a rule that is built on another


def test_an_inequality_inside_gives_no_equation():
    flow, iterate = (lambda f: Flow(f, (q, 0, t))), (lambda f: Iterate(f, (q, 0, n)))
    for rule, whole, free in ((FlowRewritten, flow, t), (EachStep, iterate, n)):
        # q**2 stays at 0, q**2 + 1 does not
        assert not holds(rule(Nonnegative("<=")), whole(q**2), whole(q**2 + 1), free)
        assert holds(rule(algebra), whole((q + 1) ** 2), whole(q**2 + 2 * q + 1), free)


def test_a_rule_in_a_part_asks_for_the_hypotheses_of_its_claim():
    far = Real("c", above=5)
    used = given(Bound(1, "<=", h(far)), Domain(far), "h")

    def fits(value, *free):
        rule = Rising(used, {far: value}, v**2, v, ">=")
        part = h(value) ** 2
        return holds(Replaced(part, 1, rule, ">="), part + 3, sp.Integer(4), *free)

    assert not fits(c.symbol, c)  # h may be 0 up to 5
    assert fits(c + 5, c)
    from_ten = Natural("m", at_least=10)
    near = given(Bound(Abs(h(from_ten) - 1), "<=", 1 + 0 * from_ten), Domain(from_ten), "h")
    for value, right in ((n.symbol, False), (n + 10, True)):
        rule = OneSided(near, {from_ten: value}, "<=")
        before, after = h(value) + 3, sp.Integer(5)
        assert holds(Replaced(h(value), 2, rule), before, after, n) is right


def senses():
    bound = given(Bound(exp(h(n)), "<=", exp(g(n))), Domain(n), "h", "g")
    above = given(Bound(1, "<=", 1 + c), Domain(c))
    two, one = (Iterate(q + step, (q, 0, n)) for step in (2, 1))
    rise, line = Majorised(log(1 + s), s, s, of=c.symbol, order=1), c.symbol
    return [
        (lambda sense: Compared(sense), two, one, one, two, (n,)),
        (lambda sense: Telescoped(sense=sense), two, n.symbol, two, 3 * n, (n,)),
        (lambda sense: Inverse(bound, None, exp(q), q, sense), g(n), h(n), h(n), g(n), (n,)),
        (lambda sense: Rising(above, None, v**2, v, sense), (1 + c) ** 2, 1, 1, (1 + c) ** 2, (c,)),
        (
            lambda sense: Majorised(rise.function, s, s, of=c.symbol, order=1, sense=sense),
            log(1 + line),
            line,
            log(1 + line),
            line,
            (c,),
        ),
        (
            lambda sense: Separated(exp(q), sense),
            Flow(exp(-q), (q, 0, t)),
            log((1 + t) / 2),
            Flow(exp(-q), (q, 0, t)),
            log(2 + t),
            (t,),
        ),
    ]


@pytest.mark.parametrize(("rule", "old", "new", "low", "high", "free"), senses())
def test_a_rule_for_inequalities_gives_no_equation(rule, old, new, low, high, free):
    assert not holds(rule("~"), old, new, *free)
    if not isinstance(rule("="), Separated):
        assert not holds(rule("="), old, new, *free)
    assert holds(rule("<="), low, high, *free)


# ---------------------------------------------------------------- jumps


def test_a_potential_that_jumps_is_not_conserved():
    flow = Flow(exp(-q), (q, -1, 3))  # exp(q) rises by 3, and the potential by 7
    assert not holds(Separated(STEP), STEP.subs(q, flow), exp(-1) + 3)
    assert holds(Separated(exp(q)), exp(flow), exp(-1) + 3)
    down = Piecewise((exp(q), q < 0), (exp(q) - LEVEL, True))  # lower at 0 than at -1
    bound = given(Bound(down.subs(q, h(n)), "<=", down.subs(q, -1)), Domain(n), "h")
    assert not holds(Inverse(bound, None, down, q), h(n), -1, n)


def test_a_comparison_that_starts_late_says_nothing_before():
    after = Real("t", at_least=5, at_most=6)
    flow = Flow(exp(-q), (q, 0, after.symbol))  # log 6 at time 5, against log 3.5
    curve = log(1 + after + (after - 4) ** 2 / 2 - 3)
    assert not holds(Separated(exp(q), "<="), flow, curve, after)
    assert holds(Separated(exp(q), "<="), flow, log(2 + after), after)


def test_a_map_that_jumps_down_is_not_monotone():
    low, high = (Piecewise((q + d, q < 3), (q, True)) for d in (2, 3))  # 0, 2, 4 and 0, 3, 3
    before, after = (Iterate(body, (q, 0, n)) for body in (low, high))
    assert not holds(Compared("<="), before, after, n)


def test_a_function_that_jumps_is_not_majorised():
    jump = Piecewise((-1, s < 1), (1, True))
    assert not holds(Majorised(jump, 0 * s, s, of=c.symbol, order=1), jump.subs(s, c), 0, c)
    # -atan(1/x) falls where it jumps: at c = 2 pi/4 against -pi/4
    whole = Majorised(1 - s, 1 + 0 * s, s, of=c.symbol, order=1)
    assert not holds(whole, -atan(1 / (1 - c)), -atan(1), c)
    assert holds(whole, exp(1 - c), exp(1), c)
    above = given(Bound(1, "<=", 1 + c), Domain(c))
    fall = -atan(1 / (v - Rational(3, 2)))  # at c = 1: 1.107 against -1.107
    assert not holds(Rising(above, None, fall, v), atan(2), -atan(1 / (c - Rational(1, 2))), c)
    at_end = Piecewise((1, share < 1), (-1, True)) + 0 * q
    assert nonnegative_from(at_end, q, 0, Domain(share)).status != "proved"


def test_the_variable_of_a_function_is_no_parameter():
    high = Real("v", above=5)  # (v - 5)**2 rises there, and falls below: 16 against 9 at c = 1
    above = given(Bound(1, "<=", 1 + c), Domain(c))
    assert not holds(Rising(above, None, (high - 5) ** 2, high), 16, (c - 4) ** 2, c, high)


def test_an_inverse_is_real():
    bound = given(Bound(exp(h(n)), "<=", exp(g(n))), Domain(n), "h", "g")
    assert not holds(Inverse(bound, None, exp(q), q), h(n), g(n) + 2 * pi * I, n)


# ---------------------------------------------------------------- limits along flows and iterates


def test_a_flow_that_is_another_one_at_every_time_has_no_limit():
    start = -late - 1 / late  # the flow is at -1/t, so that the line before tends to 2
    flow = Flow(1, (q, start, late.symbol))
    assert not holds(AlongFlow(q, flow), 1 + exp(-flow), 1, late)
    flow = Flow(1, (q, 0, late.symbol))
    assert holds(AlongFlow(q, flow), 1 + exp(-flow), 1, late)


def test_a_limit_holds_where_a_coefficient_vanishes():
    flow = Flow(1, (q, 0, late.symbol))
    lines = [
        ((1 - share) * flow, share),
        (a * flow, a),
        (a**2 * flow, a),
        ((c - n) * flow, c, n),
        (c * flow - n * flow, c, n),
    ]
    for leading, *free in lines:  # 1 is equivalent to 0 there
        assert not holds(AlongFlow(q, flow), leading + 1, leading, late, *free)
    cancels = sqrt(c + flow**2) - sqrt(n + flow**2)  # 0 at c = n
    assert not holds(AlongFlow(q, flow), cancels + flow**-2, cancels, late, c, n)
    closing = exp((1 - share) * flow)  # 2 against 1 at a = 1
    assert not holds(AlongFlow(q, flow), closing + 1, closing, late, share)
    assert holds(AlongFlow(q, flow), c * flow + 1, c * flow, late, c)
    bound = given(Bound(n.symbol, "<=", COUNTED), Domain(n))
    rule = AlongIterates(bound, potential=q, variable=q)
    assert not holds(rule, a * COUNTED + 1, a * COUNTED, n, a)
    assert holds(rule, c * COUNTED + 1, c * COUNTED, n, c)


def test_a_number_of_terms_that_grows_in_another_way():
    far = Natural("m", at_least=1)
    domain = Domain(far, Natural("k", at_least=1))
    used = given(Equivalent(h(far, k), 1 + 0 * far, as_=(far, oo)), domain, "h")
    rule = EquivalentTerms(ByClaim(used, {far: 2 * n}))
    # with h(m, k) = 1 + k**2 / m the sum over k to n is not n
    assert not holds(rule, Sum(h(2 * n, k), (k, 1, n)), Sum(1 + 0 * k, (k, 1, n)), n)
    assert holds(rule, Sum(h(2 * n, k), (k, 1, 7)), Sum(1 + 0 * k, (k, 1, 7)), n)


def test_iterates_of_another_map_at_every_number_of_steps():
    def rule(iterate):
        bound = given(Bound(n.symbol, "<=", iterate), Domain(n))
        return StolzCesaro(bound, potential=q, variable=q)

    start = Iterate(q + 1, (q, n, n))  # 2 n
    jump = Iterate(q + 1 + n * exp(-q), (q, 0, n))  # more than 2 n
    assert not holds(rule(start), start, n.symbol, n)
    assert not holds(rule(jump), jump, n.symbol, n)
    assert holds(rule(COUNTED), COUNTED, n.symbol, n)
    along = AlongIterates(given(Bound(n.symbol, "<=", COUNTED), Domain(n)), potential=q, variable=q)
    assert not holds(along, COUNTED + n, COUNTED, n)  # 2 n against n
    assert holds(along, COUNTED + 5, COUNTED, n)


def test_an_equivalence_is_one_in_its_own_variable():
    def conclusion(variable):
        statement = Equivalent(n + c, n.symbol, as_=(variable, oo))
        steps = Step(n + c, by=definition), Step(n.symbol, by=GammaRatios(n))
        claim = given(Identity(n, n), Domain(n, c)).varied(statement=statement)
        return Derivation(*steps).check(claim).conclusion.status

    assert conclusion(n) == "proved"
    assert conclusion(c) == "undecided"
    bound = given(Bound(n.symbol, "<=", COUNTED), Domain(n))
    rule = StolzCesaro(bound, potential=q, variable=q)
    assert rule.tends() == (n.symbol, oo) == SmallGap(bound, variable=n).tends()
    settles = orthogonal_steps.orthogonal_noisy.derivation.steps[1].by
    assert settles.tends() == (orthogonal_steps.n.symbol, oo)


def test_a_start_that_moves_away_does_not_settle():
    claim, count = orthogonal_steps.orthogonal_noisy, orthogonal_steps.n.symbol
    rule = claim.derivation.steps[1].by
    before = exp(orthogonal_steps.noisy_margin.definition)
    after = orthogonal_steps.chance / (1 - orthogonal_steps.chance)
    away = before.subs(orthogonal_steps.start.symbol, -(count**2))
    assert isinstance(rule, SettlesWithoutCycles)
    assert examine(rule, before, after, claim.domain).status == "cited"
    assert examine(rule, away, after, claim.domain).status == "undecided"


# ---------------------------------------------------------------- iterations


def test_the_first_step_captures_no_index():
    total = Sum(q * k, (k, 1, 2))  # 3 q, so that the sum is 9 and not 10
    before = Sum(Iterate(total, (q, k, 1)), (k, 1, 2))
    for square, right in ((Sum(k * k, (k, 1, 2)), False), (Sum(k * j, (j, 1, 2)), True)):
        after = Sum(Iterate(total, (q, square, 0)), (k, 1, 2))
        assert holds(FirstStep(), before, after) is right


def test_induction_is_about_names_of_functions():
    view, step, through = (sp.Function(name, real=True) for name in ("mu", "Phi", "Psi"))
    state = Real("W")
    once = given(Identity(h(state), 1 + g(state)), Domain(state), "h", "g")

    def rule(is_view):
        return Intertwined(once, state=state, is_view=is_view)

    right = rule(lambda e: e == g(state))
    before = view(Iterate(step(x), (x, a, n)))
    assert holds(right, before, Iterate(through(q), (q, view(a), n)), a, n)
    assert not holds(right, before, Iterate(q + 100, (q, view(a), n)), a, n)
    assert not holds(right, before, Iterate(step(q), (q, view(a), n)), a, n)
    for loose in (lambda e: True, lambda e: e.has(g)):
        assert not holds(rule(loose), before, Iterate(through(q), (q, view(a), n)), a, n)


def test_a_flow_back_in_time_leaves_the_positive_numbers():
    place = Symbol("q", positive=True)
    one, two = 1 + place * sqrt(1 + place**2), 1 + sqrt(place**2 + place**4)

    def fits(time):
        before, after = (Flow(body, (place, 1, time)) for body in (one, two))
        return holds(FlowRewritten(algebra), before, after, t)

    assert fits(t.symbol)
    assert not fits(-t)


def test_a_map_is_applied_a_whole_number_of_times():
    for times, right in ((c, False), (n, True)):
        iterate = Iterate(q + 1, (q, 0, times.symbol))
        assert holds(Telescoped(sense="<="), iterate, times.symbol, times) is right


def test_a_sum_without_terms_is_equivalent_to_nothing():
    flow = Flow(1, (q, 0, late.symbol))
    rule = EquivalentTerms(AlongFlow(q, flow))
    for count, right in ((m, False), (n, True)):
        limits = (k, 1, count.symbol)
        assert holds(rule, Sum(exp(flow) + 1, limits), Sum(exp(flow), limits), late, count) is right
