"""The rules of derivation about flows and runs of two tokens refuse what is wrong."""

from __future__ import annotations

import pytest
from sympy import Eq, Integer, Min, Piecewise, Rational, Symbol, exp, log, sqrt, sympify

from theory import ByClaim, Domain
from theory.assoc_dynamics import no_oscillation, two_token_descent, two_token_steps, two_tokens
from theory.assoc_dynamics.certified_runs import (
    ConvexGap,
    Highest,
    InBalls,
    LastNotPositive,
    NonnegativeFrom,
    Rises,
    TermsReplaced,
)
from theory.assoc_dynamics.pair_iteration import OnDiagonal, PairIterate
from theory.assoc_dynamics.phase_plane import (
    Barrier,
    CrossesOnce,
    LastTimeBelow,
    LogarithmsApart,
    Lowest,
    NotTogether,
    SignChanges,
    UpwardCrossings,
    along,
)
from theory.assoc_dynamics.planar_induction import FloorInduction
from theory.assoc_dynamics.two_token_thresholds import AgainstRoot, ReturnsBy, ReturnTime
from theory.assoc_dynamics.two_tokens import alpha, c, share, x1, x2
from theory.core.decision import Status
from theory.core.evaluation import enclose
from theory.core.rule import examine
from theory.core.rules.iteration import Iterate

FLOW = two_tokens.two_token_turns.domain
HOLDS = (Status.PROVED, Status.CERTIFIED, Status.CITED)


def status(rule, before, after, domain):
    """How a step stands."""
    return examine(rule, before, after, domain).status


def changed(rule, **changes):
    """The rule with some of its parameters changed."""
    from dataclasses import replace

    return replace(rule, **changes)


def test_upward_crossings():
    step = two_tokens.two_token_turns.derivation.steps
    before, after, rule = step[0].expression, step[1].expression, step[1].by
    assert two_tokens.two_token_turns.derivation_report().worst is Status.PROVED
    assert status(UpwardCrossings({two_tokens.rate1: 0}), before, after, FLOW) not in HOLDS
    assert status(rule, 2 * before, after, FLOW) not in HOLDS
    assert status(rule, before, Integer(0), FLOW) not in HOLDS


@pytest.mark.parametrize(
    ("rate", "multiplier", "holds"),
    [(1, 0, True), (-1, 0, False), (x1, 0, False), (1 + x1, 1, True)],
)
def test_upward_crossings_of_a_simple_flow(rate, multiplier, holds):
    """Of x1 under x1' = rate."""
    count = SignChanges(x1, x1, x2, rate, 0, -1, 0)
    rule = UpwardCrossings({x1: multiplier})
    after = Piecewise((1, count.at_start < 0), (0, True))
    assert (status(rule, count, after, Domain()) in HOLDS) is holds


def test_a_multiplier_with_a_pole_proves_nothing():
    claim = two_tokens.two_token_turns
    before, after = (step.expression for step in claim.derivation.steps[:2])
    rates = two_tokens.rate1, two_tokens.rate2
    counts = [count for count in before.args if isinstance(count, SignChanges)]
    poles = {count.observed: (count.rate(count.observed) - 1) / count.observed for count in counts}
    assert set(poles) == set(rates)
    assert status(UpwardCrossings(poles), before, after, FLOW) not in HOLDS


def test_not_together():
    step = two_tokens.two_token_turns.derivation.steps
    before, rule = step[1].expression, step[2].by
    assert status(rule, before, Integer(1), FLOW) is Status.PROVED
    assert status(rule, before, Integer(0), FLOW) not in HOLDS
    first, second = rule.weights
    assert status(NotTogether({first: -1, second: 1}), before, Integer(1), FLOW) not in HOLDS
    assert status(NotTogether({first: 0, second: 1}), before, Integer(1), FLOW) not in HOLDS


@pytest.mark.parametrize(
    "changes",
    [
        {"pace": 2 * c * (1 - alpha**2) * (1 - share) / (2 * alpha)},
        {"ceiling": log(alpha * share / (1 - share))},
        {
            "region": {
                x1: log(alpha * share / (two_tokens.shallow + two_tokens.h) - 1),
                x2: -log(1 + two_tokens.u / (1 + two_tokens.u)),
            }
        },
    ],
)
def test_crosses_once_refuses(changes):
    claim = two_tokens.two_token_dips
    before, step = claim.derivation.steps[0].expression, claim.derivation.steps[1]
    assert isinstance(step.by, CrossesOnce)
    assert status(changed(step.by, **changes), before, step.expression, claim.domain) not in HOLDS


def test_crosses_once_needs_the_right_condition():
    claim = two_tokens.two_token_dips
    before, rule = claim.derivation.steps[0].expression, claim.derivation.steps[1].by
    for condition in (share > Rational(1, 2), alpha * share < 1 - share):
        after = Piecewise((1, condition), (0, True))
        assert status(rule, before, after, claim.domain) not in HOLDS


def test_barrier_of_the_claim():
    claim = two_tokens.two_token_depth
    before, step = claim.derivation.steps[0].expression, claim.derivation.steps[1]
    depth, u = two_tokens.depth, two_tokens.u
    assert status(step.by, before, step.expression, claim.domain) is Status.CITED
    assert status(step.by, before, -depth / 2, claim.domain) not in HOLDS
    alone = Barrier(((x2 + depth, {x2: -depth, x1: depth + log(1 + u)}),))
    assert status(alone, before, -depth, claim.domain) not in HOLDS


@pytest.mark.parametrize(
    ("rates", "edge", "holds"),
    [
        ((1, -x2), {x2: 0, x1: two_tokens.u}, True),
        ((1, x1 - x2), {x2: 0, x1: two_tokens.u}, True),
        ((1, -1), {x2: 0, x1: two_tokens.u}, False),
        ((-1, -x2), {x2: 0, x1: two_tokens.u}, False),
        ((1, -x2), {x2: 0, x1: two_tokens.u / (1 + two_tokens.u)}, False),
        ((1, -x2), {x2: 0, x1: 1 + two_tokens.u}, False),
        ((1, -x2), {x2: 1, x1: two_tokens.u}, False),
        ((1, 1 - x1), {x2: 0, x1: two_tokens.u}, False),
        ((1, -x2), {x2: 0, x1: Symbol("n", integer=True, nonnegative=True)}, False),
    ],
)
def test_barrier(rates, edge, holds):
    """The quadrant of nonnegative coordinates, for some fields."""
    lowest = Lowest(x2, x1, x2, *rates, 1, 1)
    rule = Barrier(((x1, {}), (x2, edge)))
    assert (status(rule, lowest, Integer(0), Domain()) in HOLDS) is holds


def test_what_follows_a_solution_is_opaque():
    low = along(Lowest, two_tokens.field(share), (0, 0), x2)
    late = along(LastTimeBelow, two_tokens.field(share), (0, 0), x2)
    assert low.is_real
    assert late.is_nonnegative
    assert low.simplify() == low
    assert "infimum" in two_tokens.two_token_depth.latex(low)


def test_logarithms_apart():
    domain = Domain(share)
    p = share.symbol
    assert status(LogarithmsApart(), log(p / (1 - p)), log(p) - log(1 - p), domain) in HOLDS
    assert status(LogarithmsApart(), log(p / (1 - p)), log(p) + log(1 - p), domain) not in HOLDS


def test_on_diagonal():
    claim = no_oscillation.no_oscillation_balanced
    before, after = (step.expression for step in claim.derivation.steps)
    assert status(OnDiagonal(), before, after, claim.domain) is Status.PROVED
    observed, x, y, F, G, x0, y0, k = before.args
    for wrong in (
        PairIterate(observed, x, y, F, G + 1, x0, y0, k),
        PairIterate(observed, x, y, F, G, x0, 1, k),
        PairIterate(observed, x, y, F, G, x0, y0, k + 1),
        PairIterate(x - y, x, y, F, G, x0, y0, k),
    ):
        assert status(OnDiagonal(), wrong, after, claim.domain) not in HOLDS


def test_pair_iterates_in_balls():
    a, b = Symbol("a"), Symbol("b")
    fibonacci = PairIterate(a, a, b, b, a + b, 0, 1, Integer(20))
    assert enclose(fibonacci).unique_fmpz() == 6765
    assert enclose(PairIterate(a + b, a, b, b, a + b, 2, 3, Integer(0))).unique_fmpz() == 5
    single = Iterate(a + 2, (a, 1, Integer(3)))
    assert enclose(single).unique_fmpz() == 7


def test_convex_gap():
    v, m = Symbol("v", real=True), two_token_descent.margin
    domain = two_token_descent.softplus_step.domain
    s = two_token_descent.gain
    good = ConvexGap(exp(-v), 1 - v + v**2, v, of=s.symbol, low=-Rational(1, 2))
    before, after = exp(-s.symbol) / (1 + exp(m)), (1 - s + s**2) / (1 + exp(m))
    assert status(good, before, after, domain) is Status.PROVED
    assert status(changed(good, by=1 - v + v**2 / 3), before, after, domain) not in HOLDS
    tight = (1 - s + s**2 / 2) / (1 + exp(m))
    assert status(changed(good, by=1 - v + v**2 / 2), before, tight, domain) not in HOLDS
    assert status(changed(good, low=-Integer(2)), before, after, domain) not in HOLDS
    assert status(changed(good, low=-Rational(1, 4)), before, after, domain) not in HOLDS
    assert status(good, -before, -after, domain) not in HOLDS


def test_terms_replaced_and_roots():
    domain = Domain(share)
    p = share.symbol
    rule = TermsReplaced(((p, p, sqrt(p), AgainstRoot()),))
    assert status(rule, p**2, p * sqrt(p), domain) is Status.PROVED
    assert (
        status(TermsReplaced(((-p, p, sqrt(p), AgainstRoot()),)), -(p**2), -p * sqrt(p), domain)
        not in HOLDS
    )
    assert status(AgainstRoot(), sqrt(p), p, domain) not in HOLDS
    assert status(AgainstRoot(), p, 1 + p, domain) not in HOLDS


def test_nonnegative_from_needs_the_sign_of_the_part():
    claim = two_token_descent.trap_cost
    steps = claim.derivation.steps
    before, after, rule = steps[0].expression, steps[1].expression, steps[1].by
    assert status(rule, before, after, claim.domain) is Status.PROVED
    free = Domain(*claim.domain.parameters)
    assert status(rule, before, after, free) not in HOLDS
    assert status(changed(rule, sense="<="), before, after, claim.domain) not in HOLDS
    assert isinstance(rule, NonnegativeFrom)


RUN = two_token_steps.SETTING


@pytest.mark.parametrize(
    ("kind", "observed", "after"),
    [
        (Rises, two_token_steps.run_loss, two_token_steps.by_step((0, 8, 7, 7, 7))),
        (Rises, two_token_steps.run_loss, two_token_steps.by_step((1, 8, 7, 7, 6))),
        (LastNotPositive, Min(x1, x2), two_token_steps.by_step((51, 14, 12, 14, 11))),
        (LastNotPositive, x2, two_token_steps.LAST_ERRORS),
        (Rises, x1, two_token_steps.SPIKES),
        (Highest, two_token_steps.run_loss, Integer(27)),
    ],
)
def test_certified_run_refuses(kind, observed, after):
    before = two_token_steps.of_run(kind, observed)
    assert status(two_token_steps.certified(), before, after, RUN) not in HOLDS


def test_certified_run_needs_its_grounds():
    before, after = (step.expression for step in two_token_steps.spike_2d.derivation.steps)
    rule = two_token_steps.certified()
    assert status(rule, before, after, RUN) is Status.CERTIFIED
    eta = two_token_steps.run_step.symbol
    assert status(changed(rule, below=1 / eta), before, after, RUN) not in HOLDS
    assert status(changed(rule, controlled=rule.controlled[:1]), before, after, RUN) not in HOLDS
    outside = {**two_token_steps.HERE, alpha: Rational(3, 2)}
    wrong = changed(rule, descent=ByClaim(two_token_descent.descent, outside))
    assert status(wrong, before, after, RUN) not in HOLDS
    other = {**two_token_steps.HERE, alpha: Rational(1, 2)}
    wrong = changed(rule, descent=ByClaim(two_token_descent.descent, other))
    assert status(wrong, before, after, RUN) not in HOLDS
    assert status(rule, before, after, Domain(two_token_steps.run_step)) not in HOLDS
    more = Domain(two_token_steps.run_step, where=(Eq((eta - 10) * (eta - 11), 0),))
    assert status(rule, before, after, more) not in HOLDS


def test_certified_heights_have_a_sense():
    before = two_token_steps.height.definition
    low, high = two_token_steps.LOW, two_token_steps.HIGH
    assert status(two_token_steps.certified("<="), before, low, RUN) not in HOLDS
    assert status(two_token_steps.certified(">="), before, high, RUN) not in HOLDS


def test_in_balls():
    assert status(InBalls(), log(2), Rational(7, 10), Domain()) is Status.CERTIFIED
    assert status(InBalls(), log(2), Rational(69, 100), Domain()) not in HOLDS
    assert status(InBalls(), log(2), Rational(7, 10), Domain(share)) not in HOLDS


@pytest.mark.parametrize(
    ("function", "sense", "at", "holds"),
    [
        (lambda w: w**2 - w, "<=", 2, True),
        (lambda w: w**2 - w, ">=", 2, False),
        (lambda w: w**2 - w, ">=", Rational(1, 2), True),
        (lambda w: w**2 - w, "<=", Rational(1, 2), False),
        (lambda w: w**2 + w, ">=", Rational(1, 2), False),
        (lambda w: w**3 - w**2 - w, "<=", 2, False),  # not convex
        (lambda w: w**2 - w - share.symbol * w, "<=", 2, False),
    ],
)
def test_returns_by(function, sense, at, holds):
    w = Symbol("w", nonnegative=True)
    step = status(ReturnsBy(sense), ReturnTime(function(w), w), sympify(at), Domain())
    assert (step in HOLDS) is holds


def test_floor_induction():
    claim = two_token_descent.ceiling
    before, step = claim.derivation.steps[0].expression, claim.derivation.steps[1]
    assert isinstance(step.by, FloorInduction)
    assert claim.derivation_report().worst is Status.PROVED
    wrong = changed(step.by, floors=(0, step.by.floors[1]))
    assert status(wrong, before, step.expression, claim.domain) not in HOLDS


def test_floor_induction_refuses_a_smaller_bound():
    claim = two_token_descent.ceiling
    before, rule = claim.derivation.steps[0].expression, claim.derivation.steps[1].by
    p1 = two_tokens.p1
    less = two_token_descent.most - alpha * two_token_descent.kappa * p1 * (1 - p1) / 100
    assert status(rule, before, less, claim.domain) not in HOLDS
