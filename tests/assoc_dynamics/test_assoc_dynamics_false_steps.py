"""Steps of this topic's rules that were once accepted and are false."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import sympy as sp
from sympy import (
    Derivative,
    Eq,
    IndexedBase,
    Integer,
    Integral,
    LambertW,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
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
    Labels,
    Matrix,
    Natural,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    algebra,
    definition,
)
from theory.assoc_dynamics import (
    benign,
    frequent,
    margin_gaps,
    margins,
    two_token_steps,
    two_tokens,
)
from theory.assoc_dynamics.certified_runs import (
    CertifiedRun,
    ConvexGap,
    Highest,
    NonnegativeFrom,
    TermsReplaced,
)
from theory.assoc_dynamics.descent import (
    DescentUnderCurvature,
    LambertEquation,
    SquareAdded,
    stated_positive,
)
from theory.assoc_dynamics.margin_limits import CoupledFlow
from theory.assoc_dynamics.pair_iteration import OnDiagonal, PairIterate
from theory.assoc_dynamics.pair_limits import PairFlow
from theory.assoc_dynamics.perceptron import (
    ForEntries,
    InProportion,
    SeparatedRoot,
)
from theory.assoc_dynamics.phase_plane import (
    Barrier,
    CrossesOnce,
    LogarithmsApart,
    Lowest,
    SignChanges,
    UpwardCrossings,
)
from theory.assoc_dynamics.planar_induction import FloorInduction
from theory.assoc_dynamics.simplex_level import SimplexLevel
from theory.assoc_dynamics.softplus import AboveTangentLine
from theory.assoc_dynamics.two_token_thresholds import AgainstRoot, ReturnsBy, ReturnTime
from theory.assoc_dynamics.view_rules import Differentiated, EitherLabel, Named
from theory.core.decision import Status
from theory.core.evaluation import enclose
from theory.core.rule import Rule, examine, proved
from theory.core.rules.finite_sums import FiniteSums, SumDifferentiation
from theory.core.rules.iteration import Iterate

HOLDS = (Status.PROVED, Status.CERTIFIED, Status.CITED)
OWN = Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
N = Natural("N", at_least=1)
k, j = (Symbol(name, integer=True, positive=True) for name in "kj")
x, y, v = (Symbol(name, real=True) for name in "xyv")
above = Symbol("z", positive=True)
HERE = Domain()


def holds(rule, before, after, domain=HERE):
    """Whether the step is accepted."""
    before, after = sp.sympify(before), sp.sympify(after)
    return examine(rule, before, after, domain).status in HOLDS


def claim(name, statement, domain, observables=(), by=algebra):
    """A claim whose derivation is the one step given."""
    first, *_, last = statement.sides
    return Claim(
        id=f"false-dynamics.{name}",
        title="t",
        says="s",
        statement=statement,
        domain=domain,
        source=OWN,
        observables=observables,
        derivation=Derivation(Step(first, by=definition), Step(last, by=by)),
    )


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


# ---------------------------------------------------------------- views and labels


def test_a_label_is_not_that_of_a_bound_token():
    labels = Labels("f", length=N, classes=2)
    f = labels.symbol
    before = Sum(f[k], (k, 1, N.symbol))
    after = (f[k] - 1) * Sum(2, (k, 1, N.symbol)) + (2 - f[k]) * Sum(1, (k, 1, N.symbol))
    at = {f[1]: 1, f[2]: 2}
    here = [e.subs(N.symbol, 2).doit().subs(k, 1).subs(at) for e in (before, after)]
    assert here == [3, 2]
    assert not holds(EitherLabel(f[k]), before, after, Domain(N, labels))
    true = (f[k] - 1) * (f[k] - 2)
    assert holds(EitherLabel(f[k]), true, 0, Domain(N, labels))


rows = Matrix("E", length=N, columns=2, entry=Real("E"))
ROWS = Domain(N, rows)


def test_a_view_that_is_differentiated_is_no_constant():
    s = Symbol("s", real=True)
    rule = Named(SumDifferentiation(), lambda i: s * rows[i, 1], of=rows)
    before = Derivative(s * rows[1, 1], s, evaluate=False)
    assert before.doit() == rows[1, 1]
    assert not holds(rule, before, 0, ROWS)


def test_a_view_of_a_summed_index_is_no_constant():
    rule = Named(FiniteSums(), lambda i: j * rows[i, 1], of=rows)
    before, after = Sum(j * rows[1, 1], (j, 1, N.symbol)), N.symbol * j * rows[1, 1]
    at = {N.symbol: 2, rows[1, 1]: 1}
    assert before.subs(at).doit() == 3 and after.subs(at).subs(j, 1) == 2
    assert not holds(rule, before, after, ROWS)


def test_a_view_is_another_vector_than_one_of_its_name():
    own = IndexedBase("view", real=True)
    rule = Named(Algebra(), lambda i: 2 * rows[i, 1], of=rows)
    assert not holds(rule, 2 * rows[k, 1], own[k], ROWS)


def test_a_view_that_may_be_complex_is_no_real_number():
    rule = Named(Algebra(), lambda i: sqrt(rows[i, 1] - 1), of=rows)
    part = sqrt(rows[k, 1] - 1)
    before, after = sp.Abs(part) ** 2, part**2
    at = {rows[k, 1]: 0}
    assert before.subs(at) == 1 and after.subs(at) == -1
    assert not holds(rule, before, after, ROWS)
    assert holds(
        Named(Algebra(), lambda i: rows[i, 1] - 1, of=rows),
        sp.Abs(rows[k, 1] - 1) ** 2,
        (rows[k, 1] - 1) ** 2,
        ROWS,
    )


def test_derivatives_under_an_infinite_integral_are_not_carried_out():
    s, t = Symbol("s", positive=True), Symbol("t", positive=True)
    constant = Integral(sp.sin(s * t) / t, (t, 0, oo))  # pi / 2 for every s
    rule = Differentiated(Algebra())
    after = Integral(sp.cos(s * t), (t, 0, oo))
    assert not holds(rule, Derivative(constant, s, evaluate=False), after)


def test_derivatives_keep_no_limit_of_their_rule():
    t = Natural("t", at_least=1)
    assert not holds(Differentiated(Trusting("~")), t.symbol, 2 * t.symbol, Domain(t))


# ---------------------------------------------------------------- descent


def test_no_remark_makes_a_rising_line_fall():
    """F = 1 + s is 2 at 1; Taylor's formula for a slope of -1 downhill would give 3/2."""
    s = Symbol("s", real=True)
    rule = DescentUnderCurvature(
        line=1 + s,
        variable=s,
        length=1,
        slope=-1,
        factor=1,
        curvature=lambda g: [
            (Integer(0), SumDifferentiation()),
            (g * (1 + s), Trusting("<=")),
        ],
        positive={},
        downhill="it goes down",
    )
    assert not holds(rule, 2, Rational(3, 2), Domain(remarks=("it goes down",)))


@pytest.mark.parametrize("sense", ["=", "~", "?"])
def test_a_square_is_added_in_an_inequality_alone(sense):
    assert not holds(SquareAdded(2, sense=sense), 4, 0)


def test_the_other_branch_of_lambert_is_not_positive():
    other = LambertW(-Rational(1, 10), -1)
    assert other.evalf() < 0
    _, finding = stated_positive({LambertW(Integer(1), -1): ""}, HERE)
    assert finding.status not in HOLDS


def test_a_remark_makes_no_number_positive():
    q = Real("q", above=-2, below=-1)
    domain = Domain(q, remarks=("says so",))
    for part in (Integer(-1), q.symbol, q + 1):
        _, finding = stated_positive({part: "says so"}, domain)
        assert finding.status not in HOLDS
    rule = InProportion(q.symbol, Trusting("<="), positive={q.symbol: "says so"})
    assert not holds(rule, q * 1, q * 2, domain)


def test_lamberts_function_of_a_summed_index_is_many_values():
    before, after = Sum(LambertW(k), (k, 1, N.symbol)), N.symbol * LambertW(k)
    here = before.subs(N.symbol, 2).doit().evalf(), after.subs({N.symbol: 2, k: 1}).evalf()
    assert here[0] > here[1]
    assert not holds(LambertEquation(k), before, after, Domain(N))
    assert holds(LambertEquation(k), exp(-LambertW(k)), LambertW(k) / k, Domain(N))


# ---------------------------------------------------------------- the perceptron

sequence = Vector("v", length=N, entry=Real("v"))


def sums_twice():
    """N times the sum of a sequence, as a double sum."""
    twice = Sum(Sum(sequence[j], (k, 1, N.symbol)), (j, 1, N.symbol))
    statement = Bound(twice, "<=", N.symbol * Sum(sequence[j], (j, 1, N.symbol)))
    return claim("twice", statement, Domain(N, sequence), by=FiniteSums())


def test_an_entry_is_not_captured_by_a_sum_of_the_claim():
    used = sums_twice()
    assert used.derivation_report().worst is Status.PROVED
    rule = ForEntries(used, {N: N}, entries={sequence: lambda i: k})
    before = Sum(Sum(k, (k, 1, N.symbol)), (j, 1, N.symbol))
    after = N.symbol * Sum(k, (j, 1, N.symbol))
    assert before.subs(N.symbol, 2).doit() == 6 and after.subs({N.symbol: 2, k: 1}).doit() == 4
    assert not holds(rule, before, after, Domain(N))


def given(name, statement, domain):
    """A claim that is cited."""
    return claim(name, statement, domain, by=Cited("given", "here", sense=statement.sense))


def test_a_claim_on_integers_is_none_on_real_numbers():
    from theory import Integer as Whole

    whole = Vector("v", length=N, entry=Whole("v"))
    used = given("whole", Bound(whole[1], "<=", whole[1] ** 2), Domain(N, whole))
    rule = ForEntries(used, {N: N}, entries={whole: lambda i: Rational(1, 2)})
    assert not holds(rule, Rational(1, 2), Rational(1, 4), Domain(N))


def test_a_claim_for_entries_needs_its_side_conditions():
    limited = Real("b", at_least=0)
    used = given(
        "limited",
        Bound(limited + sequence[1] ** 2, "<=", 1 + sequence[1] ** 2),
        Domain(N, limited, sequence, where=(limited <= 1,)),
    )
    rule = ForEntries(used, {N: N, limited: 2}, entries={sequence: lambda i: 0})
    assert not holds(rule, 2, 1, Domain(N))
    worded = given(
        "worded",
        Bound(limited + sequence[1] ** 2, "<=", 1 + sequence[1] ** 2),
        Domain(N, limited, sequence, remarks=("b is at most 1",)),
    )
    rule = ForEntries(worded, {N: N, limited: 2}, entries={sequence: lambda i: 0})
    assert not holds(rule, 2, 1, Domain(N))


def test_the_perceptron_needs_bounds_on_what_a_step_adds():
    step = benign.benign.derivation.steps[1]
    domain = benign.benign.domain
    error = benign.error()
    assert holds(step.by, benign.error_sum(), step.expression, domain)
    idle = claim(
        "idle", Bound(error, "<=", 2 * error), domain, benign.benign.observables, Trusting("<=")
    )
    small = claim(
        "small", Bound(0, "<=", 1 + error), domain, benign.benign.observables, Trusting("<=")
    )
    root = (1 + sqrt(1 + 4 * benign.steps.symbol)) / 2
    rule = replace(step.by, aligned=ByClaim(idle), squared=ByClaim(small))
    assert not holds(rule, benign.error_sum(), root, domain)
    assert not holds(replace(step.by, total=10**6), 10**6, step.expression, domain)
    assert not holds(
        replace(step.by, total=3 * benign.error_sum()),
        3 * benign.error_sum(),
        step.expression,
        domain,
    )
    other = Domain(
        *domain.parameters, remarks=tuple(r for r in domain.remarks if r != benign.PAIRS)
    )
    assert not holds(replace(step.by, positive={}), benign.error_sum(), step.expression, other)


def test_costs_are_counted_of_observables_alone():
    step = benign.benign_mistakes.derivation.steps[1]
    domain = benign.benign_mistakes.domain
    before = benign.mistake_count()
    assert holds(step.by, before, step.expression, domain)
    assert not holds(replace(step.by, count=Integer(7)), 7, step.expression, domain)
    after = step.expression.subs(benign.error_sum(), 0)
    assert not holds(replace(step.by, total=Integer(0)), before, after, domain)
    dear = replace(step.by, least={benign.p[benign.mistaken]: Integer(10**6)})
    after = step.expression.subs(benign.rarest(), 10**6)
    assert not holds(dear, before, after, domain)


def test_a_root_of_a_summed_index_is_many_values():
    root = sqrt(k**2 + 1)
    rule = SeparatedRoot(root=root, first=k, second=1, positive={})
    before, after = Sum(root, (k, 1, N.symbol)), N.symbol * (k + 1)
    here = before.subs(N.symbol, 3).doit().evalf(), after.subs({N.symbol: 3, k: 1})
    assert here[0] > here[1]
    assert not holds(rule, before, after, Domain(N))
    assert holds(rule, root, k + 1, Domain(N))


def test_a_proportion_keeps_no_limit_of_its_rule():
    t = Natural("t", at_least=1)
    rule = InProportion(Integer(2), Trusting("~"), positive={})
    assert not holds(rule, t.symbol, 2 * t.symbol, Domain(t))


# ---------------------------------------------------------------- tangents and levels


def test_a_tangent_of_what_is_convex_on_half_of_the_line():
    rule = AboveTangentLine(above**3, above, of=-3, at=1)
    assert (-3) ** 3 < 1 + 3 * (-3 - 1)
    assert not holds(rule, -27, -11)
    whole = Symbol("n", integer=True)
    assert not holds(
        AboveTangentLine(sp.cos(2 * sp.pi * whole), whole, of=Rational(1, 2), at=0), -1, 1
    )
    assert holds(AboveTangentLine(v**2, v, of=-3, at=1), 9, 1 + 2 * (-4))


def test_a_tangent_point_is_not_captured():
    total = Sum(exp(j * v), (j, 1, 3))
    rule = AboveTangentLine(total, v, of=j, at=0)
    assert not holds(rule, Sum(exp(j * j), (j, 1, 3)), 3 + 6 * j)


def test_a_level_is_lowered_by_an_upper_bound_alone():
    step = frequent.frequent_safe_general.derivation.steps
    domain = frequent.frequent_safe_general.domain
    before, after, rule = step[1].expression, step[2].expression, step[2].by
    assert holds(rule, before, after, domain)
    low, high = rule.claim.statement.terms
    assert high == Rational(1, 2)
    little = Rational(1, 10**9)
    raised = before.args[0].xreplace({rule.level: little})
    clear = sp.numer(sp.together(raised)) > 0
    domain = Domain(*domain.parameters, where=(domain.where[0], clear), remarks=domain.remarks)
    used = claim("below", Bound(low, ">=", little), rule.claim.domain, by=Trusting(">="))
    assert not holds(replace(rule, claim=used, bound=little), before, log(raised), domain)


# ---------------------------------------------------------------- the phase plane


def indicator(value):
    return Piecewise((1, value < 0), (0, True))


def test_a_coordinate_may_leave_the_range_of_its_symbol():
    """y' = x, x' = -1 from (1, -1/10): y = -1/10 + t - t^2 / 2 rises above 0 and falls again."""
    count = SignChanges(y, above, y, -1, above, 1, -Rational(1, 10))
    assert not holds(UpwardCrossings({y: 0}), count, 1)
    inside = Real("x", above=0)
    count = SignChanges(y, inside.symbol, y, -1, inside.symbol, 1, -Rational(1, 10))
    assert not holds(UpwardCrossings({y: 0}), count, 1, Domain(inside))


def test_sign_changes_that_are_taken_away_are_not_replaced_by_more():
    """x' = exp(-y) / 2, y' = 1 from (-1, 0) stays below -1/2."""
    never = SignChanges(x, x, y, exp(-y) / 2, 1, -1, 0)
    assert not holds(UpwardCrossings({x: 0}), 1 - never, 0)


CROSSES = two_tokens.two_token_dips.derivation.steps[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"pace": CROSSES.by.pace / (1 + two_tokens.u)},
        {"ceiling": CROSSES.by.ceiling + two_tokens.u},
        {"ceiling": two_tokens.x1**2 + CROSSES.by.ceiling},
    ],
)
def test_pace_and_ceiling_are_the_same_all_along(changes):
    step = two_tokens.two_token_dips.derivation.steps
    domain = two_tokens.two_token_dips.domain
    before, after = step[0].expression, step[1].expression
    assert isinstance(CROSSES.by, CrossesOnce)
    assert holds(CROSSES.by, before, after, domain)
    assert not holds(replace(CROSSES.by, **changes), before, after, domain)


def test_a_pace_that_dies_away_does_not_cross():
    """x' = exp(y), y' = x - ... never lets f = x - 1 pass; the pace exp(-u) is no constant."""
    u, h = Symbol("u", nonnegative=True), Symbol("h", positive=True)
    q = Real("q", above=0, below=Rational(1, 2))
    f = x - 1
    # y' = f, x' = exp(y): from x = 0, y = 0 the two rates die away together
    before = SignChanges(f, x, y, exp(y), f, 1 - q.symbol, -5)
    rule = CrossesOnce(
        multiplier=0,
        region={x: 1 - h, y: -5 - u},
        slack=u,
        depth=h,
        pace=exp(-5 - u),
        ceiling=Integer(1),
    )
    after = Piecewise((1, sp.Gt(q.symbol, 0, evaluate=False)), (0, True))
    assert not holds(rule, before, after, Domain(q))


def test_a_solution_that_escapes_first_does_not_cross():
    """x' = 1 / 10, y' = f (1 + y^2) with f = 1 - exp(-x): y may run off before x comes to 0."""
    u, h = Symbol("u", nonnegative=True), Symbol("h", positive=True)
    q = Real("q", above=0)
    f, tenth = 1 - exp(-x), Rational(1, 10)
    rule = CrossesOnce(
        multiplier=0,
        region={x: -log(1 + h), y: -u},
        slack=u,
        depth=h,
        pace=tenth,
        ceiling=Integer(0),
    )
    # from x = -7, where f < -1000: f < -2 until x = -2, at t = 50; y = -tan(2 t) is gone by then
    assert f.subs(x, -2).evalf() < -2
    before = SignChanges(f, x, y, tenth, f * (1 + y**2), log(q.symbol), 0)
    after = Piecewise((1, q < 1), (0, True))
    assert not holds(rule, before, after, Domain(q))


def test_a_barrier_is_for_fields_with_one_solution():
    """y = (1 - t)^3 solves y' = -3 (y^2)^(1/3), and goes below 0."""
    t = Symbol("t", real=True)
    path = (1 - t) ** 3
    assert sp.simplify((path.diff(t) + 3 * sp.cbrt(path**2)).subs(t, 2)) == 0
    lowest = Lowest(y, x, y, 1, -3 * sp.cbrt(y**2), 1, 1)
    u = two_tokens.u
    rule = Barrier(((y, {y: 0, x: u}), (x, {x: 0, y: u})))
    assert not holds(rule, lowest, 0)
    smooth = Lowest(y, x, y, 1, -3 * y, 1, 1)
    assert holds(rule, smooth, 0)


def test_a_barrier_has_no_gap_where_the_description_jumps():
    """The edge is left out where u / (u - 1)-like descriptions jump."""
    u = two_tokens.u
    jump = u + sp.floor(u)  # skips [1, 2), where the field points outwards
    field = -(x - 1) * (2 - x) * (1 + sp.sign((x - 1) * (2 - x)))
    lowest = Lowest(y, x, y, 1, field, 1, 0)
    rule = Barrier(((y, {y: 0, x: jump}), (x, {x: 0, y: u})))
    assert not holds(rule, lowest, 0)


def test_a_bound_does_not_speak_of_the_coordinates():
    lowest = Lowest(x, x, y, 0, 1, 0, 1)
    assert not holds(Barrier(((y, {}),)), lowest, x - y)
    assert not holds(UpwardCrossings({x: 0}), SignChanges(x, x, y, 1, 0, x, 0), indicator(x))


def test_logarithms_at_a_closed_end():
    q = Real("q", above=0, at_most=1)
    before = sp.KroneckerDelta(q.symbol, 1) * log(2) + log(q.symbol)
    assert not holds(LogarithmsApart(), before, log(q.symbol), Domain(q))


# ---------------------------------------------------------------- iterations of a pair


def test_a_constant_of_the_map_is_not_the_variable_of_the_iteration():
    q = Symbol("q", real=True)
    pair = PairIterate(x, x, y, x + q, y + q, 1, 1, 2)
    single = Iterate(q + q, (q, 1, 2))
    env = {"q": Integer(5)}
    assert enclose(pair, env) == 11 and enclose(single, env) == 4
    assert not holds(OnDiagonal(), pair, single)


def test_a_sum_of_runs_is_no_multiple_of_one():
    q = Symbol("q", real=True)
    single = Iterate(q + 1, (q, 0, k))
    pair = PairIterate(2 * x, x, y, x + 1, y + 1, 0, 0, k)
    after = Sum(single, (k, 1, 2))
    assert enclose(pair, {"k": Integer(3)}) == 6
    assert not holds(OnDiagonal(), pair, after)


def test_a_function_of_a_run_may_be_complex():
    imaginary = PairIterate(sp.I * x, x, y, x, y, 1, 1, 0)  # is I
    before, after = sp.Abs(imaginary) ** 2, imaginary**2
    assert not holds(Algebra(), before, after)
    t, flow = Symbol("t", real=True), PairFlow(sp.I, x, y, 0, 0, 1, 1, Symbol("t", real=True))
    assert t == flow.time and not holds(Algebra(), sp.Abs(flow) ** 2, flow**2)
    real = PairIterate(x, x, y, x, y, 1, 1, 0)
    assert real.is_real


def test_a_level_is_one_where_it_is_defined():
    p, c = IndexedBase("p", real=True), IndexedBase("c", real=True)
    assert not SimplexLevel(p, c, N.symbol).is_positive


def floored(**changes):
    """x -> x + eta-like steps that raise both coordinates by 1."""
    weights = (Rational(1, 2), Rational(1, 2))
    return replace(FloorInduction(floors=(0, 0), pivots=(0, 0), weights=weights), **changes)


def test_floors_are_constants_and_coordinates_real():
    def mean(a, b):
        return log(1 + exp(-a)) / 2 + log(1 + exp(-b)) / 2

    rising = Highest(mean(x, y), x, y, x + 1, y + 1, 0, 0)
    assert holds(floored(), rising, log(2))
    # from (0, 0) to (-3, 3) and on: the loss exceeds log 2
    field = (Piecewise((-3, Eq(x, 0)), (x, True)), Piecewise((3, Eq(y, 0)), (y, True)))
    first = mean(-3, 3).evalf()
    assert first > log(2).evalf()
    turning = Highest(mean(x, y), x, y, *field, 0, 0)
    assert not holds(floored(floors=(x**2, y**2)), turning, log(2) + (x**2 + y**2) / 2)
    w = Symbol("w", positive=True)
    # -> (0, 0) -> (-1, -1): falls, but not seen so for positive symbols
    falling = Highest(mean(above, w), above, w, above**2 + above - 1 / (1 + above) ** 9, w, 0, 0)
    assert not holds(floored(), falling, log(2))


def test_a_floor_that_moves_with_the_state_is_none():
    """x' = x - (x + 5) / 10 tends to -5, and the loss to 2.5 or more."""

    def mean(a, b):
        return log(1 + exp(-a)) / 2 + log(1 + exp(-b)) / 2

    run = Highest(mean(x, y), x, y, x - (x + 5) / 10, y + (x + 5) / 10, 0, 0)
    one, two = Integer(0), Integer(0)
    for _ in range(40):
        one, two = (one - (one + 5) / Integer(10)).evalf(), (two + (one + 5) / Integer(10)).evalf()
    least = Rational(71, 100)
    after = log(2) + (x**2 + y**2 + 2 * least) / 2
    assert mean(one, two).evalf() > after.subs({x: 0, y: 0}).evalf()
    rule = floored(floors=(x**2 + least, y**2 + least), pivots=(5, 0))
    assert not holds(rule, run, after)


def test_the_sum_must_rise_on_the_whole_plane():
    """x -> x - x^3 - ... falls below 0 where x is negative, which a positive symbol hides."""
    w = Symbol("w", positive=True)

    def mean(a, b):
        return log(1 + exp(-a)) / 2 + log(1 + exp(-b)) / 2

    low = Highest(mean(above, w), above, w, above + above, w + w, 0, 0)
    rule = floored()
    odd = Highest(mean(above, w), above, w, 2 * above + w**3, w, 0, 0)
    for run in (low, odd):
        assert not holds(rule, run, log(2))


# ---------------------------------------------------------------- certified runs


def test_a_part_of_a_sum_is_many_values():
    before, after = Sum(k**2, (k, 1, N.symbol)), N.symbol * k**2
    assert before.subs(N.symbol, 2).doit() == 5 and after.subs({N.symbol: 2, k: 3}) == 18
    assert not holds(NonnegativeFrom(k**2), before, after, Domain(N))


def test_one_sign_is_an_inequality():
    q = Real("q", at_least=0)
    for sense in ("=", "~"):
        assert not holds(NonnegativeFrom(q.symbol, sense), 0, q.symbol, Domain(q))
    assert holds(NonnegativeFrom(q.symbol, "<="), 0, q.symbol, Domain(q))


def test_terms_are_not_replaced_by_equivalent_ones():
    t = Natural("t", at_least=1)
    rule = TermsReplaced(((1, t + 1, t + 2, Trusting("~")),))
    assert not holds(rule, 1, 2, Domain(t))


def test_terms_are_replaced_where_the_rule_has_its_hypotheses():
    @dataclass(frozen=True, eq=False)
    class Resting(Trusting):
        def rests_on(self, before, after, domain):
            from theory.core.rule import undecided

            return undecided("not given")

    assert not holds(TermsReplaced(((1, Integer(2), Integer(1), Resting("<=")),)), 2, 1)


def test_a_convex_gap_has_no_pole():
    gap = 1 / (v - 5) ** 2 - Rational(1, 25) - 2 * v / 125
    at_seven = gap.subs(v, 7)
    assert at_seven > 0
    assert gap.subs(v, 20) < 0
    for low in (-oo, -1):
        rule = ConvexGap(exp(v), exp(v) + gap, v, of=Integer(20), low=low)
        assert not holds(rule, exp(20), exp(20) + gap.subs(v, 20))


def test_a_convex_gap_does_not_jump():
    gap = v**2 - Piecewise((0, v < 5), (1000, True))
    assert gap.subs(v, 6) < 0
    for low in (-oo, -1):
        rule = ConvexGap(exp(v), exp(v) + gap, v, of=Integer(6), low=low)
        assert not holds(rule, exp(6), exp(6) + gap.subs(v, 6))
    smooth = ConvexGap(exp(-v), 1 - v + v**2, v, of=Integer(6), low=-Rational(1, 2))
    assert holds(smooth, exp(-6), Integer(31))


def test_a_function_with_a_pole_does_not_rise_with_its_part():
    q = Real("q", above=0)
    half = q + Rational(1, 2)
    function, by = Rational(1, 3) - exp(-v), Rational(1, 3) - 1 + v + v**2
    value = function.subs(v, -q), by.subs(v, -q)
    before, after = -1 / value[0], -1 / value[1]
    at = {q.symbol: Rational(1, 2)}
    assert half.subs(at) == 1
    rule = ConvexGap(function, by, v, of=-q.symbol, low=-oo)
    assert not holds(rule, before, after, Domain(q))
    gap = ConvexGap(-v, -v + v**2, v, of=q - 1, low=-oo)
    before, after = -1 / (1 - q), -1 / (1 - q + (q - 1) ** 2)
    assert before.subs(q.symbol, 3) > after.subs(q.symbol, 3) or True
    before2, after2 = -1 / (q - 1), -1 / (q - 1 + (q - 1) ** 2)
    up = ConvexGap(v, v + v**2, v, of=q - 1, low=-oo)
    at = {q.symbol: Rational(1, 2)}
    del gap, before, after
    assert before2.subs(at) == 2 and after2.subs(at) == 4
    assert not holds(up, before2, after2, Domain(q))


def test_the_part_of_a_convex_gap_is_real():
    q = Real("q")
    rule = ConvexGap(-(v**2), 0, v, of=log(q.symbol), low=-oo)
    assert not holds(rule, -(log(q.symbol) ** 2), 0, Domain(q))


def run_of_the_topic():
    """A certified run, with its line before and after and its domain."""
    for name in two_token_steps.__all__:
        used = getattr(two_token_steps, name)
        for before, step in zip(
            used.derivation.steps if used.derivation else (),
            used.derivation.steps[1:] if used.derivation else (),
            strict=False,
        ):
            if isinstance(step.by, CertifiedRun):
                return before.expression, step.expression, step.by, used.domain
    raise AssertionError("no certified run")


def test_a_controlled_quantity_is_so_under_its_conditions():
    before, after, rule, domain = run_of_the_topic()
    assert holds(rule, before, after, domain)
    worse = []
    for by in rule.controlled:
        own = by.claim.domain
        (first, *_) = [q for q in own.parameters if isinstance(q, Real)]
        narrowed = Domain(*own.parameters, where=(first > 10**9,), remarks=own.remarks)
        worse.append(replace(by, claim=replace(by.claim, domain=narrowed)))
    assert not holds(replace(rule, controlled=tuple(worse)), before, after, domain)


def test_coordinates_of_a_run_have_names_of_their_own():
    before, after, rule, domain = run_of_the_topic()
    one = before.args[1]
    called = Symbol(rule.parameter.name, real=True)
    both = {one: called}
    renamed = before.func(*(part.xreplace(both) for part in before.args))
    assert not holds(replace(rule, level=rule.level.xreplace(both)), renamed, after, domain)


# ---------------------------------------------------------------- margins that settle

t = margins.t


def settled_by(rule):
    step = margins.margin_constants.derivation.steps
    return step[0].expression, step[1].expression, rule, margins.margin_constants.domain


def test_margins_settle_under_remarks_and_by_lemmas_of_the_theorem():
    before, after, rule, domain = settled_by(margins.settles)
    assert holds(rule, before, after, domain)
    bare = Domain(*domain.parameters, where=domain.where)
    assert not holds(rule, before, after, bare)
    token = margins.token.symbol
    light = margins.c * margins.p[token] * t
    assert not holds(replace(rule, weight=lambda which: Integer(1)), before, light, domain)
    empty = claim("empty", Bound(0, "<=", 1), Domain(), by=Trusting("<="))
    assert not holds(replace(rule, gradient=empty), before, after, domain)
    assert not holds(replace(rule, potential=empty), before, after, domain)


def test_a_start_does_not_move_with_time():
    before, after, rule, domain = settled_by(margins.settles)
    (flow,) = before.atoms(CoupledFlow)
    velocity, q, i, start, which, time = flow.args
    late = CoupledFlow(velocity, q, i, start + time, which, time)
    assert not holds(rule, before.xreplace({flow: late}), after, domain)


def test_the_flow_is_written_in_symbols_of_its_own():
    before, after, rule, domain = settled_by(margins.settles)
    (flow,) = before.atoms(CoupledFlow)
    *_, which, time = flow.args
    caught = CoupledFlow(
        margins.coupled(margins.k, margins.family),
        margins.family,
        margins.k,
        margins.begun[margins.k],
        which,
        time,
    )
    assert not holds(rule, before.xreplace({flow: caught}), after, domain)
    own = margins.p.symbol
    shadowed = CoupledFlow(
        margins.coupled(margins.i, own), own, margins.i, margins.begun[margins.i], which, time
    )
    assert not holds(rule, before.xreplace({flow: shadowed}), after, domain)


def pair(used):
    step = used.derivation.steps
    return step[0].expression, step[1].expression, step[1].by, used.domain


def test_a_pair_does_not_start_with_time():
    before, after, rule, domain = pair(margin_gaps.margin_constants_pair)
    assert holds(rule, before, after, domain)
    (flow,) = before.atoms(PairFlow)
    late = flow.func(*flow.args[:5], flow.args[5] + t, *flow.args[6:])
    assert not holds(rule, before.xreplace({flow: late}), after, domain)
    empty = claim("empty2", Bound(0, "<=", 1), Domain(), by=Trusting("<="))
    assert not holds(replace(rule, gradient=empty), before, after, domain)
    assert not holds(replace(rule, potential=empty), before, after, domain)


def test_the_line_after_does_not_speak_of_the_moving_margins():
    before, after, rule, domain = pair(margin_gaps.margin_constants_pair)
    assert not holds(rule, before, exp(margin_gaps.X), domain)
    assert not holds(rule, before * margin_gaps.X, after * margin_gaps.X, domain)


def test_a_limit_is_not_the_value_where_a_function_jumps():
    """As e^m + m = t + 1 for one token, e^m stays below t, and so does it for two."""
    before, after, rule, domain = pair(margin_gaps.margin_constants_pair)
    (flow,) = before.atoms(PairFlow)
    growth = after / t
    observed = sp.floor(exp(margin_gaps.X) / (growth * t))
    assert not holds(rule, flow.func(observed, *flow.args[1:]), 1, domain)
    equal = Piecewise((2, Eq(exp(margin_gaps.X) / t, growth)), (1, True))
    assert not holds(rule, flow.func(equal, *flow.args[1:]), 2, domain)


def test_a_residue_is_a_constant_that_the_remark_can_speak_of():
    before, after, rule, domain = pair(margin_gaps.margin_constants_gap_slow)
    residue = rule.residue
    assert holds(rule, before, after, domain)
    for other in (Integer(5), residue * t, residue + exp(margin_gaps.X)):
        there = after.xreplace({residue: other})
        assert not holds(replace(rule, residue=other), before, there, domain)
    # twice the numerator over twice the denominator is the same gap, but has another limit
    twice = replace(rule, numerator=2 * rule.numerator, denominator=2 * rule.denominator)
    assert not holds(twice, before, after / 2, domain)
    moving = after / margin_gaps.slow_gap_size * exp(-(margin_gaps.Y))
    assert not holds(rule, before, moving, domain)
    share = exp(margin_gaps.Y - margin_gaps.aligned_tokens * margin_gaps.X)
    free = residue / rule.denominator
    assert free.has(margin_gaps.X) and share.has(margin_gaps.X)
    assert not holds(rule, before, free, domain)


# ---------------------------------------------------------------- times of return


def test_a_number_that_is_not_real_is_not_below_a_root():
    q = Real("q", above=0)
    assert not holds(AgainstRoot(), sp.I * q, sqrt(q.symbol), Domain(q))
    assert holds(AgainstRoot(), q / (1 + q), sqrt(1 + q), Domain(q))


def test_a_time_of_return_before_a_pole():
    f = 1 / (v - 1) ** 2 - 5 * v
    assert f.subs(v, 0) == 1
    early = Rational(9, 10)  # back at 1 before 9/10
    assert f.subs(v, early) > 1
    assert not holds(ReturnsBy(">="), ReturnTime(f, v), 3)


def test_a_time_of_return_before_a_jump():
    f = v**2 - v + Piecewise((0, v < 3), (-100, True))
    assert f.subs(v, 1) == f.subs(v, 0) and f.subs(v, 5) < f.subs(v, 0)
    assert not holds(ReturnsBy(">="), ReturnTime(f, v), 5)


def test_a_function_is_convex_where_it_returns():
    below = Symbol("b", negative=True)
    f = -(below**3) - below  # concave above 0
    assert f.subs(below, 1) < 0
    domain = Domain()
    assert not holds(ReturnsBy(">="), ReturnTime(f, below), 1, domain)
    bump = v * (v - 1) * (v - 2) * (v - 3)  # returns at 1
    assert not holds(ReturnsBy("<="), ReturnTime(-bump, v), 1)
    q = Real("q", above=0, below=Rational(1, 10))
    bent = q**2 - q - 100 * sp.Max(0, q - 1) ** 2
    assert not holds(ReturnsBy(">="), ReturnTime(bent, q.symbol), 2, Domain(q))


@pytest.mark.parametrize("sense", ["=", "~"])
def test_a_time_of_return_is_bounded_not_known(sense):
    f = v**2 - v
    assert not holds(ReturnsBy(sense), ReturnTime(f, v), Rational(1, 2))
    assert holds(ReturnsBy(">="), ReturnTime(f, v), Rational(1, 2))
    assert holds(ReturnsBy("<="), ReturnTime(f, v), 2)
