"""Judging at points: what is true is confirmed, what is false refuted, and nothing for nothing."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from numerics.core.streams import Stream
from theory import (
    Bound,
    Claim,
    ClaimError,
    Derivation,
    Domain,
    Equivalent,
    ForAll,
    Identity,
    Natural,
    Observable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Trend,
    algebra,
    definition,
)
from theory.core import catalogue
from theory.core.errors import AssayError
from theory.core.source import Paper
from verify import Exact, Exhaustive, Mutant, Sampled, Trained, measure
from verify.core.check import Check, Settings, point_key
from verify.core.findings import LARGEST_STRAIN, PointResult, plain, source_text
from verify.core.judge import judge
from verify.core.registry import check_of
from verify.core.verdict import Decision, How, Verdict

CONFIRMED, REFUTED, INCONCLUSIVE = Decision.CONFIRMED, Decision.REFUTED, Decision.INCONCLUSIVE
SOURCE = Source(
    Paper("doe2020", "On Things", "Doe, Jane", "Journal", 2020),
    "",
    seen=Seen.NOTHING,
    standing=Standing.DERIVED_HERE,
)
a = Real("a", at_least=0, at_most=1, grid=(0.5, 0.25, 1))
n = Natural("n", at_least=1, grid=(1, 2, 3))
size = Observable("size", (a,), "s", "a size", definition=a**2)
other = Observable("other", (a,), "o", "another size")


def claim(statement, domain=None, observables=(size, other), **further):
    named = {**{"id": "made-up.thing", "title": "A thing", "says": "It is so."}, **further}
    return Claim(
        statement=statement,
        domain=domain or Domain(a),
        source=SOURCE,
        observables=observables,
        **named,
    )


def tried(
    statement,
    measure,
    *,
    seed=0,
    tier="quick",
    domain=None,
    points=None,
    derivation=None,
    observables=(size, other),
    absolute=False,
    ladder=(),
    **settings,
):
    """The verdict on a statement with this measurement."""
    further = {} if derivation is None else {"derivation": derivation}
    said = claim(statement, domain, observables, **further)
    quick = Settings(**{"resolution": 1e-6, "error": 1e-3, "budget": 200_000, **settings})
    check = Check(said, measure, {"quick": quick}, points, tuple(ladder), absolute)
    return judge(said, check, seed=seed, tier=tier)


def coins(probability, stream, name=""):
    """Replicates of a coin: replicate i is the same number however the range is cut."""
    part = stream.substream(name)
    size_ = 1024

    def draw(first, count):
        blocks = range(first // size_, (first + count) // size_ + 1)
        drawn = np.concatenate([part.numpy(block).random(size_) for block in blocks])
        return drawn[first % size_ :][:count] < probability

    return Sampled(draw, bernoulli=True)


# --------------------------------------------------------------------------- identities


def test_an_exact_identity():
    good = tried(Identity(size(), a**2), lambda a: Exact(a * a))
    assert (good.verdict, good.how, good.points) == (CONFIRMED, How.EXACT, 3)
    assert good.error_probability == 0 and good.samples == 0
    bad = tried(Identity(size(), a**2 + a / 10**5), lambda a: Exact(a * a))
    assert (bad.verdict, bad.points) == (REFUTED, 1)
    assert bad.counterexample["point"] == {"a": 0.5}


@given(st.fractions(-1, 1, max_denominator=50), st.fractions(-1, 1, max_denominator=50))
def test_exact_rationals_are_equal_or_not(x, y):
    """With resolution 0 a verdict is equality itself, and is never left open."""
    free = Real("a")
    verdict = tried(
        Identity(size(), free.symbol + y.numerator / sympy.Integer(y.denominator)),
        lambda a: Exact(Fraction(x)),
        domain=Domain(free),
        points=[{"a": 0}],
        resolution=0,
    )
    assert verdict.verdict is (CONFIRMED if x == y else REFUTED)


@pytest.mark.parametrize(
    "departure, expected", [(0.4, CONFIRMED), (3, REFUTED), (1.2, INCONCLUSIVE)]
)
def test_error_bounds_decide_how_sure_one_may_be(departure, expected):
    """1 +- half a resolution against 1 + departure resolutions."""
    verdict = tried(
        Identity(size(), 1),
        lambda a: Exact(1 + departure * 1e-6, 0.5e-6),
        points=[{"a": 1}],
    )
    assert verdict.verdict is expected
    assert "\n" not in verdict.reason


def test_resolution_is_relative_unless_told_otherwise():
    def measured(a):
        return Exact(1e6 + 1e-3)

    assert tried(Identity(size(), 10**6), measured).verdict is CONFIRMED
    assert tried(Identity(size(), 10**6), measured, absolute=True).verdict is REFUTED


@pytest.mark.parametrize("statement", [Identity(size(), a / 2), Identity(a / 2, size())])
def test_a_sampled_identity_is_tested_whichever_side_it_is_on(statement):
    def measured(a, stream):
        return coins(a / 2, stream)

    good = tried(statement, measured, resolution=0.03)
    assert (good.verdict, good.how, good.error_probability) == (CONFIRMED, How.STATISTICAL, 1e-3)
    assert 0 < good.samples <= 3 * 200_000
    bad = tried(statement, lambda a, stream: coins(a / 2 + 0.06, stream), resolution=0.03)
    assert bad.verdict is REFUTED
    assert float(bad.counterexample["measured"]) == pytest.approx(0.31, abs=0.05)


def test_out_of_budget_is_inconclusive():
    verdict = tried(
        Identity(size(), a / 2),
        lambda a, stream: coins(a / 2, stream),
        resolution=1e-3,
        budget=5000,
    )
    assert verdict.verdict is INCONCLUSIVE
    assert verdict.samples == 3 * 5000
    assert "budget of 5000 replicates" in verdict.reason


def test_two_sampled_observables_are_compared_by_their_difference():
    def measured(shift):
        return lambda a, stream: {
            "size": coins(a / 2 + shift, stream, "one"),
            "other": coins(a / 2, stream, "two"),
        }

    same = Identity(size(), other())
    assert tried(same, measured(0), resolution=0.03).verdict is CONFIRMED
    assert tried(same, measured(0.1), resolution=0.03).verdict is REFUTED
    shifted = Identity(size(), other() + sympy.Rational(1, 10))
    assert tried(shifted, measured(0.1), resolution=0.03).verdict is CONFIRMED
    assert tried(shifted, measured(0), resolution=0.03).verdict is REFUTED


def test_sampled_means_may_have_coefficients_that_depend_on_the_point():
    m = Natural("m", at_least=1, grid=(1, 4))
    domain = Domain(a, m)
    scaled = Identity(m * size() - other() / 2, m * a / 2 - sympy.Rational(1, 4))

    def measured(a, m, stream):
        return {"size": coins(a / 2, stream, "s"), "other": coins(0.5, stream, "o")}

    assert tried(scaled, measured, domain=domain, resolution=0.1).verdict is CONFIRMED
    wrong = Identity(m * size() - other() / 2, m * a / 2)
    assert tried(wrong, measured, domain=domain, resolution=0.1).verdict is REFUTED


def test_a_sampled_and_an_exact_observable_meet():
    def measured(value):
        return lambda a, stream: {"size": coins(a / 2, stream), "other": Exact(value * a)}

    same = Identity(size(), other())
    assert tried(same, measured(0.5), resolution=0.03).verdict is CONFIRMED
    assert tried(same, measured(0.6), resolution=0.03).verdict is REFUTED


@pytest.mark.parametrize("product", [size() * other(), size() ** 2])
def test_products_of_sampled_means_are_not_means(product):
    verdict = tried(
        Identity(product, a),
        lambda a, stream: {"size": coins(1, stream, "s"), "other": coins(a, stream, "o")},
        resolution=0.05,
    )
    assert verdict.verdict is INCONCLUSIVE and "linear" in verdict.reason


# --------------------------------------------------------------------------- bounds


def test_an_exact_chain_tells_its_tightness():
    chain = Bound(a / 2, "<=", size(), "<=", a)
    points = [{"a": 0.5}, {"a": 0.8}]
    good = tried(chain, lambda a: Exact(a * 0.75), points=points)
    assert good.verdict is CONFIRMED
    assert good.tightness == pytest.approx(0.75)
    for factor in (0.4, 1.1):
        bad = tried(chain, lambda a, factor=factor: Exact(a * factor), points=points)
        assert bad.verdict is REFUTED
        assert bad.counterexample["point"] == {"a": 0.5}


def test_equality_satisfies_an_exact_bound():
    assert tried(Bound(size(), "<=", a), lambda a: Exact(a), resolution=0).verdict is CONFIRMED
    assert tried(Bound(size(), ">=", a), lambda a: Exact(a), resolution=0).verdict is CONFIRMED


def test_a_bound_that_the_error_straddles_is_inconclusive():
    verdict = tried(Bound(size(), "<=", 1), lambda a: Exact(1, 1e-3))
    assert verdict.verdict is INCONCLUSIVE


def test_a_sampled_chain():
    chain = Bound(a / 4, "<=", size(), "<=", a)

    def measured(factor):
        return lambda a, stream: coins(a * factor, stream)

    points = [{"a": 0.8}, {"a": 0.4}]
    good = tried(chain, measured(0.5), points=points, resolution=0.05)
    assert (good.verdict, good.how) == (CONFIRMED, How.STATISTICAL)
    assert 0.4 < good.tightness < 0.7
    for factor in (0.1, 1.2):
        bad = tried(chain, measured(factor), points=points, resolution=0.05)
        assert bad.verdict is REFUTED


def test_links_without_sampled_terms_are_compared_exactly():
    def measured(a, stream):
        return coins(a / 2, stream)

    chain = Bound(size(), "<=", a, "<=", a + 1)
    assert tried(chain, measured, resolution=0.05, points=[{"a": 0.8}]).verdict is CONFIRMED
    chain = Bound(size(), "<=", a, "<=", a - 1)
    bad = tried(chain, measured, resolution=0.05, points=[{"a": 0.8}])
    assert bad.verdict is REFUTED and "is not <=" in bad.reason


def test_two_sampled_observables_in_order():
    def measured(one, two):
        return lambda a, stream: {
            "size": coins(one, stream, "one"),
            "other": coins(two, stream, "two"),
        }

    order = Bound(size(), "<=", other())
    assert tried(order, measured(0.3, 0.5), resolution=0.05).verdict is CONFIRMED
    assert tried(order, measured(0.5, 0.3), resolution=0.05).verdict is REFUTED
    assert tried(Bound(-size(), "<=", -other()), measured(0.5, 0.3), resolution=0.05).verdict is (
        CONFIRMED
    )


def test_a_range_that_decides_alone_is_looked_at_all_the_same():
    points = [{"a": 1}]
    honest = tried(
        Bound(size(), "<=", a + 1),
        lambda a, stream: coins(0.5, stream),
        points=points,
        resolution=0.05,
    )
    assert (honest.verdict, honest.samples) == (CONFIRMED, 0)
    assert honest.worst["measured"] == "decided by the range alone"
    beyond = tried(
        Bound(size(), "<=", a + 1),
        lambda a: Sampled(lambda first, count: np.full(count, 5.0)),
        points=points,
        resolution=0.05,
    )
    assert beyond.verdict is INCONCLUSIVE and "not in [0, 1]" in beyond.reason


# --------------------------------------------------------------------------- all inputs, trends


def words(holds=lambda word: True, length=8):
    return ((format(k, f"0{length}b"), holds(k)) for k in range(2**length))


ALL_WORDS = ForAll("binary word", "the machine accepts it")


def test_for_all_inputs():
    everywhere = Domain()
    good = tried(ALL_WORDS, lambda: Exhaustive(words()), domain=everywhere)
    assert (good.verdict, good.how) == (CONFIRMED, How.EXHAUSTIVE)
    assert "256 inputs" in good.worst["measured"]
    bad = tried(ALL_WORDS, lambda: Exhaustive(words(lambda k: k != 37)), domain=everywhere)
    assert bad.verdict is REFUTED
    assert "00100101" in bad.counterexample["reason"]
    assert bad.worst["detail"] == {"inputs": 38, "fails": "00100101"}
    some = tried(ALL_WORDS, lambda: Exhaustive(words(), complete=False), domain=everywhere)
    assert (some.verdict, some.how) == (CONFIRMED, How.EXACT)


def test_its_negation():
    everywhere, negation = Domain(), replace(ALL_WORDS, holds=False)

    def verdict(complete, holds=lambda k: True):
        return tried(
            negation, lambda: Exhaustive(words(holds), complete=complete), domain=everywhere
        ).verdict

    assert verdict(True) is REFUTED
    assert verdict(False) is INCONCLUSIVE
    assert verdict(False, lambda k: k < 200) is CONFIRMED


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("holds", [True, False])
def test_no_input_is_no_evidence(complete, holds):
    statement = replace(ALL_WORDS, holds=holds)
    verdict = tried(statement, lambda: Exhaustive([], complete), domain=Domain())
    assert verdict.verdict is INCONCLUSIVE and verdict.reason == "no input was tried"


@pytest.mark.parametrize("answer", [None, float("nan"), 1, "yes"])
def test_whether_a_property_holds_is_true_or_false(answer):
    verdict = tried(ALL_WORDS, lambda: Exhaustive([("0", answer)]), domain=Domain())
    assert verdict.verdict is INCONCLUSIVE


LOWER = Trend("test error", "wide", "narrow", "lower")


def trained(group_a, group_b, paired=False, statement=LOWER, **settings):
    def measured():
        return Trained(np.array(group_a, float), np.array(group_b, float), paired)

    return tried(statement, measured, domain=Domain(), **settings)


@pytest.mark.parametrize("paired", [True, False])
def test_a_trend(paired):
    low, high = np.linspace(0, 1, 14), np.linspace(2, 3, 14)
    good = trained(low, high, paired)
    assert (good.verdict, good.how, good.error_probability) == (CONFIRMED, How.TRAINED, 1e-3)
    assert good.samples == 28
    assert "in 14 of 14 pairs" in good.worst["measured"]
    assert trained(high, low, paired).verdict is REFUTED
    assert trained(low[:5], high[:5], paired).verdict is INCONCLUSIVE
    assert trained(low, low[::-1].copy(), paired).verdict is INCONCLUSIVE
    assert trained(high, low, paired, Trend("m", "A", "B", "higher")).verdict is CONFIRMED


def test_ties_speak_for_neither_side():
    assert trained(np.zeros(50), np.zeros(50)).verdict is INCONCLUSIVE
    assert trained([0] * 9 + [1] * 41, [1] * 50).verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    "group_a, group_b, paired",
    [
        ([], [], False),
        ([1.0], [], False),
        ([1.0, math.nan], [2.0, 3.0], False),
        ([1.0, math.inf], [2.0, 3.0], True),
        ([1.0, 2.0], [2.0], True),
        ([[1.0, 2.0]], [[2.0, 3.0]], False),
    ],
)
def test_groups_that_cannot_be_compared(group_a, group_b, paired):
    verdict = trained(group_a, group_b, paired)
    assert verdict.verdict is INCONCLUSIVE
    assert "check stopped" in verdict.reason and "\n" not in verdict.reason


def test_a_trend_is_about_pairs_of_seeds_not_about_the_laws():
    """A is steady, B wins half of all pairs by much and loses the others: no trend is to be seen.

    A rank test would call one in every 16 of these, far more than 1 in 1000.
    """
    rng = np.random.default_rng(1)
    called = 0
    for _ in range(300):
        steady, wild = rng.normal(0, 1e-3, 50), rng.choice([-1.0, 1.0], 5)
        called += trained(steady, wild).verdict is not INCONCLUSIVE
    assert called == 0


def test_agreement_needs_no_correction_for_several_points_but_refutation_does():
    """13 of 14 pairs: p = 9.2e-4. Each point must agree by itself; one of ten may err alone."""
    a_wins = np.array([0.0] * 13 + [2.0])
    points = [{"n": k} for k in range(1, 11)]

    def measured(n):
        return Trained(a_wins, np.ones(14))

    assert tried(LOWER, measured, domain=Domain(n), points=points).verdict is CONFIRMED
    higher = replace(LOWER, direction="higher")
    assert tried(higher, measured, domain=Domain(n), points=points).verdict is INCONCLUSIVE
    assert tried(higher, measured, domain=Domain(n), points=points[:1]).verdict is REFUTED


# --------------------------------------------------------------------------- nothing for nothing


def test_a_thing_compared_with_itself_confirms_nothing():
    same = [Identity(size(), size()), Bound(size(), "<=", size()), Identity(a + 1, 1 + a)]
    for statement in same:
        verdict = tried(statement, lambda a: Exact(a))
        assert verdict.verdict is INCONCLUSIVE and "same expression" in verdict.reason
    growing = Observable("size", (n,), "s", "a size")
    verdict = tried(
        Equivalent(growing(), growing(), as_=(n, sympy.oo)),
        lambda n: Exact(n),
        domain=Domain(n),
        ladder=(10, 20, 30, 40, 50),
        observables=(growing,),
    )
    assert verdict.verdict is INCONCLUSIVE and "same expression" in verdict.reason


def test_one_estimate_for_two_observables_confirms_nothing():
    estimate = Exact(0.3)
    verdict = tried(Identity(size(), other()), lambda a: {"size": estimate, "other": estimate})
    assert verdict.verdict is INCONCLUSIVE and "one and the same" in verdict.reason

    def measured(a, stream):
        one = coins(a, stream)
        return {"size": one, "other": Sampled(one.draw, bernoulli=True)}

    verdict = tried(Identity(size(), other()), measured, resolution=0.05)
    assert verdict.verdict is INCONCLUSIVE and "one and the same" in verdict.reason


def test_what_cancels_is_not_tested():
    verdict = tried(
        Identity(size() - other() + 1, size() - other() + a**2 + 1 - a**2 + sympy.sin(a) * 0),
        lambda a, stream: {"size": coins(a, stream, "s"), "other": coins(a, stream, "o")},
        resolution=0.05,
    )
    assert verdict.verdict is INCONCLUSIVE


def test_one_observable_at_two_arguments_is_not_one_value():
    """Values are looked up by name: size(n) <= size(2 n) would be true whatever was measured."""
    growing = Observable("size", (n,), "s", "a size")
    verdict = tried(
        Bound(growing(n), "<=", growing(2 * n)),
        lambda n: Exact(-n),
        domain=Domain(n),
        observables=(growing,),
    )
    assert verdict.verdict is INCONCLUSIVE and "different arguments" in verdict.reason


def test_a_measurement_of_something_else_confirms_nothing():
    closed = Identity(sympy.sin(a) ** 2 + sympy.cos(a) ** 2, 1)
    verdict = tried(closed, lambda a: Exact(1))
    assert verdict.verdict is INCONCLUSIVE and "does not speak of" in verdict.reason
    assert tried(closed, None).verdict is CONFIRMED  # two expressions compared, nothing measured


def test_an_observable_that_nobody_measured_has_no_value():
    verdict = tried(Identity(size(), a**2), None)
    assert verdict.verdict is INCONCLUSIVE and "size has no value" in verdict.reason


@pytest.mark.parametrize("points", [[], lambda stream, count: iter(())])
def test_no_point_is_no_evidence(points):
    verdict = tried(Identity(size(), a**2), lambda a: Exact(a * a), points=points)
    assert verdict.verdict is INCONCLUSIVE
    assert verdict.reason == "there is no point to look at"
    assert (verdict.points, verdict.evidence) == (0, ())


def test_points_count_once():
    points = [{"a": 0.5}, {"a": Fraction(1, 2)}, {"a": 0.5}, {"a": sympy.Integer(1)}, {"a": 1}]
    verdict = tried(Identity(size(), a**2), lambda a: Exact(float(a) ** 2), points=points)
    assert verdict.points == 3  # the float and the fraction are written differently


def test_a_point_outside_the_domain_stops_the_check():
    verdict = tried(Identity(size(), a**2), lambda a: Exact(a * a), points=[{"a": 2}])
    assert verdict.verdict is INCONCLUSIVE and "outside [0, 1]" in verdict.reason


# --------------------------------------------------------------------------- what goes wrong


class Odd(RuntimeError):
    pass


def raises(problem):
    def measured(a):
        raise problem

    return measured


@pytest.mark.parametrize(
    "measured",
    [
        raises(ZeroDivisionError()),
        raises(Odd("two\nlines")),
        raises(MemoryError()),
        raises(AssertionError("no")),
        raises(SystemExit(3)),
        raises(RecursionError("deep " * 1000)),
        lambda a: Exact(float("nan")),
        lambda a: Exact(np.float64("inf")),
        lambda a: Exact(1.0, float("nan")),
        lambda a: Exact(1.0, float("inf")),
        lambda a: Exact(1e308 * 10),
        lambda a: Exact(1j),
        lambda a: Exact("0.25"),
        lambda a: Exact(None),
        lambda a: None,
        lambda a: 0.25,
        lambda a: {},
        lambda a: {"unheard-of": Exact(0.25)},
        lambda b: Exact(b),
        lambda a: Exact(sympy.Symbol("x")),
        lambda a: Exhaustive([("x", True)]),
    ],
)
def test_a_measurement_that_fails_is_inconclusive_in_one_line(measured):
    verdict = tried(Identity(size(), a**2), measured)
    assert verdict.verdict is INCONCLUSIVE
    assert verdict.reason and "\n" not in verdict.reason and len(verdict.reason) < 400
    json.dumps(verdict.as_json(), allow_nan=False)


@pytest.mark.parametrize(
    "draw",
    [
        lambda first, count: np.full(count, np.nan),
        lambda first, count: np.full(count, 2.0),
        lambda first, count: np.zeros(0),
        lambda first, count: np.zeros(count - 1),
        lambda first, count: np.zeros((count, 1)),
        lambda first, count: None,
        lambda first, count: 1 / 0,
    ],
)
def test_draws_that_fail_are_inconclusive(draw):
    verdict = tried(Identity(size(), a / 2), lambda a: Sampled(draw), resolution=0.05)
    assert verdict.verdict is INCONCLUSIVE and "\n" not in verdict.reason
    json.dumps(verdict.as_json(), allow_nan=False)


def test_an_exception_tells_its_place_and_does_not_hide_a_refutation():
    def measured(a):
        if a == 0.5:
            raise Odd("at the first point")
        return Exact(7)

    verdict = tried(Identity(size(), a**2), measured)
    assert verdict.verdict is REFUTED
    assert verdict.points == 2 and not verdict.stopped
    assert "Odd: at the first point (test_verify_judge.py, line" in verdict.evidence[0]["reason"]

    def agreeing(a):
        if a == 0.5:
            raise Odd("at the first point")
        return Exact(a * a)

    verdict = tried(Identity(size(), a**2), agreeing)
    assert (verdict.verdict, verdict.points, verdict.stopped) == (INCONCLUSIVE, 3, True)
    assert "Odd" in verdict.reason


@pytest.mark.parametrize("value", [sympy.zoo, sympy.nan, sympy.log(0), 1 / (a - a)])
def test_a_prediction_without_a_value_is_inconclusive(value):
    for measured in (lambda a: Exact(1), lambda a, stream: coins(0.5, stream)):
        verdict = tried(Identity(size(), value), measured, resolution=0.05)
        assert verdict.verdict is INCONCLUSIVE
        json.dumps(verdict.as_json(), allow_nan=False)


def test_a_prediction_that_is_known_too_coarsely_is_not_tested():
    def measured(a, stream):
        return {"size": coins(0.5, stream), "other": Exact(0.5, 0.01)}

    verdict = tried(Identity(size(), other()), measured, resolution=0.05)
    assert verdict.verdict is INCONCLUSIVE and "too coarsely" in verdict.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"resolution": -1},
        {"resolution": math.nan},
        {"resolution": math.inf},
        {"error": 0},
        {"error": 1},
        {"budget": 0},
        {"budget": 1.5},
        {"points": 0},
        {"points": True},
    ],
)
def test_settings_out_of_range_are_refused(changes):
    with pytest.raises(ClaimError):
        Settings(**{"resolution": 0.1, **changes})


def test_a_sampled_mean_needs_a_resolution():
    verdict = tried(Identity(size(), a / 2), lambda a, stream: coins(a / 2, stream), resolution=0)
    assert verdict.verdict is INCONCLUSIVE and "resolution" in verdict.reason


def test_tiers_and_strangers_are_refused():
    said = claim(Identity(size(), a**2))
    check = Check(said, lambda a: Exact(a * a), {"quick": Settings(1e-6)})
    with pytest.raises(ClaimError, match="unknown tier 'quickest'"):
        judge(said, check, tier="quickest")
    assert judge(said, check, tier="large").verdict is CONFIRMED
    with pytest.raises(ClaimError, match="cannot judge"):
        judge(claim(Identity(size(), a)), check)


def test_a_mutant_changes_something():
    with pytest.raises(ClaimError, match="changes nothing"):
        Mutant("itself")


# --------------------------------------------------------------------------- derivations

WRONG = Derivation(Step(a**2, by=definition), Step(a**2 + 1, by=algebra), Step(a**2, by=algebra))
RIGHT = Derivation(Step(a**2, by=definition), Step(a * a, by=algebra))


def test_a_wrong_step_withholds_the_confirmation():
    good = tried(Identity(size(), a * a), lambda a: Exact(a * a), derivation=RIGHT)
    assert good.verdict is CONFIRMED and not good.derivation_refuted
    bad = tried(Identity(size(), a * a), lambda a: Exact(a * a), derivation=WRONG)
    assert bad.verdict is INCONCLUSIVE and bad.derivation_refuted
    assert "step 2 of the derivation is wrong" in bad.reason
    refuted = tried(Identity(size(), a * a), lambda a: Exact(a), derivation=WRONG)
    assert refuted.verdict is REFUTED


def test_a_claim_without_a_check_stands_on_its_derivation():
    proved = judge(claim(Identity(size(), a * a), derivation=RIGHT), None)
    assert (proved.verdict, proved.how) == (CONFIRMED, How.PROVED)
    assert proved.derivation["proved"] == 2
    for derivation in (WRONG, Derivation(), Derivation(Step(a**2, by=definition))):
        verdict = judge(claim(Identity(size(), a + 1), derivation=derivation), None)
        assert verdict.verdict is INCONCLUSIVE


@pytest.mark.parametrize("statement", [ALL_WORDS, LOWER, Rate(size(n), n, 2)])
def test_a_derivation_does_not_reach_every_statement(statement):
    """Their derivations end anywhere: no chain is compared with what is claimed."""
    growing = Observable("size", (n,), "s", "a size")
    said = claim(
        statement,
        Domain(n),
        observables=(growing,),
        derivation=Derivation(Step(n**2, by=definition)),
    )
    assert judge(said, None).verdict is INCONCLUSIVE


def test_no_derivation_has_no_undecided_step():
    verdict = tried(Identity(size(), a**2), lambda a: Exact(a * a))
    names = ["proved", "certified", "cited", "undecided", "refuted"]
    assert verdict.derivation == dict.fromkeys(names, 0)


# --------------------------------------------------------------------------- figures of a verdict


def test_streams_depend_on_seed_claim_and_point_alone():
    """Any order, any company: the draws at a point are the same."""
    seen = {}

    def measured(a, stream):
        seen.setdefault(a, []).append(coins(0.5, stream).draw(0, 20).tolist())
        return coins(a / 2, stream)

    points = [{"a": 0.5}, {"a": 0.25}]
    statement = Identity(size(), a / 2)
    one = tried(statement, measured, resolution=0.05, points=points)
    two = tried(statement, measured, resolution=0.05, points=points[::-1])
    assert all(first == second for first, second in seen.values())
    assert seen[0.5][0] != seen[0.25][0]
    assert one.samples == two.samples
    tried(statement, measured, resolution=0.05, points=points, seed=1)
    assert seen[0.5][2] != seen[0.5][0]


def test_a_measurement_that_asks_for_it_gets_the_seed_of_the_run():
    seen = []

    def measured(a, seed, stream):
        seen.append(seed)
        return coins(a / 2, stream)

    statement = Identity(size(), a / 2)
    for seed in (0, 3):
        tried(statement, measured, resolution=0.05, points=[{"a": 0.5}], seed=seed)
    tried(statement, partial(measured, a=0.5), resolution=0.05, points=[{"a": 0.5}], seed=4)
    assert seen == [0, 3, 4]


def test_a_verdict_is_the_same_again():
    def verdict():
        return tried(
            Identity(size(), a / 2), lambda a, stream: coins(a / 2, stream), resolution=0.03, seed=5
        ).timed(0)

    assert verdict() == verdict()


def test_false_alarms_are_as_rare_as_claimed():
    """On the edge of the zone, where refuting and confirming are both as likely as can be."""
    outcomes = [
        tried(
            Identity(size(), a / 2),
            lambda a, stream: coins(a / 2 + 0.1, stream),
            resolution=0.1,
            error=0.05,
            points=[{"a": 0.5}],
            seed=seed,
            budget=3000,
        ).verdict
        for seed in range(300)
    ]
    assert outcomes.count(CONFIRMED) <= 25  # 15 expected at most
    assert outcomes.count(REFUTED) <= 25


numbers = st.one_of(
    st.floats(),
    st.integers(-(10**20), 10**20),
    st.fractions(),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.sampled_from(
        [
            np.float64(0.1),
            np.int64(7),
            np.bool_(True),
            sympy.Rational(2, 3),
            sympy.Integer(4),
            sympy.pi,
        ]
    ),
)
values = st.recursive(numbers, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=8)


@given(st.dictionaries(st.text(max_size=3), values, max_size=3))
def test_points_are_written_as_json_and_as_python(point):
    assert json.loads(json.dumps(plain(point), allow_nan=False)) == plain(point)
    point_key(point)
    text = source_text(point)
    if not any(word in text for word in ("pi", "nan", "inf")):
        again = eval(text, {"Fraction": Fraction})
        assert plain(again) == plain(point)


@pytest.mark.parametrize("strain", [math.nan, math.inf, -math.inf, 0.3])
def test_strain_is_always_a_number(strain):
    from verify.core.findings import Finding

    result = PointResult({}, Finding.AGREES, How.EXACT, strain=strain, tightness=strain)
    assert abs(result.strain) <= LARGEST_STRAIN
    assert result.tightness in (None, 0.3)
    json.dumps(result.as_dict(), allow_nan=False)


def test_a_stored_verdict_comes_back_whole():
    for verdict in (
        tried(Bound(a / 2, "<=", size(), "<=", a), lambda a: Exact(Fraction(a) * 3 / 4)),
        tried(Identity(size(), a), lambda a, stream: coins(a / 2, stream), resolution=0.1),
        tried(ALL_WORDS, lambda: Exhaustive([((1, np.int64(2)), False)]), domain=Domain()),
        tried(Identity(size(), a), raises(Odd("no"))),
    ):
        again = Verdict.restored(json.loads(json.dumps(verdict.stored(), allow_nan=False)))
        assert again == verdict


def test_long_vectors_are_left_out_of_the_worst_point_but_not_of_a_counterexample():
    from theory import Vector

    vector = Vector("v", length=5000)
    points = [{"v": tuple(float(k) for k in range(5000))}]
    length = Observable("length", (vector,), "l", "a length")
    fields = {"domain": Domain(vector), "observables": (length,), "points": points}
    good = tried(Identity(length(), 5000), lambda v: Exact(len(v)), **fields).as_json()
    assert good["worst"]["point"] == {"v": "5000 entries, left out"}
    assert len(json.dumps(good)) < 2000
    bad = tried(Identity(length(), 5001), lambda v: Exact(len(v)), **fields).as_json()
    assert len(bad["counterexample"]["point"]["v"]) == 5000


# --------------------------------------------------------------------------- programs


def run_program(program):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return eval(done.stdout)


@pytest.mark.parametrize(
    "claim_id, name",
    [
        ("assoc-scaling.finite-data-minimax-attained", "constant times 1.05"),  # fractions, words
        ("assoc-scaling.finite-data-rate", "constant times 1.05"),  # a ladder
        ("assoc-scaling.binary-exact", "normal instead of Student"),  # vectors, draws
    ],
)
def test_a_counterexample_runs_by_itself(claim_id, name):
    """The program measures the mutant at the point, and sees what refuted it; the claim holds."""
    said = catalogue.find(claim_id)
    check = check_of(said)
    from verify.core.mutants import mutants_of

    (mutant,) = (m for m in mutants_of(said, check) if m.name == name)
    wrong = check.as_mutant(mutant)
    verdict = judge(wrong.claim, wrong, seed=3)
    assert verdict.verdict is REFUTED
    program = verdict.counterexample["program"]
    assert "seed=3" in program
    printed = run_program(program)
    assert printed["finding"] == "contradicts"
    assert printed["predicted"] == verdict.counterexample["predicted"]
    if verdict.how is not How.STATISTICAL:  # one point has the whole error to itself: fewer draws
        assert printed["measured"] == verdict.counterexample["measured"]
    named = f", mutant={source_text(name)}"
    assert named in program
    assert run_program(program.replace(named, ""))["finding"] == "agrees"


def test_measure_needs_a_whole_point_of_the_domain():
    from theory import DomainError

    with pytest.raises(DomainError, match="no value for T"):
        measure("assoc-scaling.finite-data-rate", {"alpha": 2})
    with pytest.raises(DomainError, match="outside"):
        measure("assoc-scaling.finite-data-rate", {"alpha": 0.5, "T": 10})


def test_measurements_see_their_own_stream():
    assert Stream.of(0, "made-up.thing") != Stream.of(1, "made-up.thing")


# --------------------------------------------------------------------------- published forms


@pytest.mark.parametrize(
    "published, decision",
    [(Identity(size(a), a**3), CONFIRMED), (Identity(size(a), a * a), INCONCLUSIVE)],
)
def test_a_correction_is_confirmed_only_with_the_published_form_refuted(published, decision):
    said = claim(Identity(size(a), a**2), published="the size is something else")
    form = Mutant("as published", published, published=True)
    check = Check(said, lambda a: Exact(a * a), {"quick": Settings(1e-9)}, mutants=(form,))
    verdict = judge(said, check)
    assert verdict.verdict is decision
    (found,) = verdict.published
    if decision is CONFIRMED:
        assert found["verdict"] == "refuted"
        assert 'mutant="as published"' in found["counterexample"]["program"]
    else:
        assert "the published form was to be refuted" in verdict.reason
    assert Verdict.restored(json.loads(json.dumps(verdict.stored()))) == verdict


def test_every_correction_in_the_catalogue_shows_what_it_corrects():
    for said in catalogue.select(()):
        corrected = said.source.standing is Standing.CORRECTED
        check = check_of(said)
        forms = [m for m in check.mutants if m.published] if check is not None else []
        assert bool(said.published) is corrected, said.id
        assert bool(forms) is corrected, said.id


def test_a_wrong_version_can_be_measured_by_name():
    point = {"M": 4, "gamma": 1, "n": 400}
    name = "published map, level M"
    assert measure("assoc-scaling.qgamma", point, mutant=name)["finding"] == "contradicts"
    with pytest.raises(AssayError, match="has no mutant 'nothing'; there are"):
        measure("assoc-scaling.qgamma", point, mutant="nothing")
