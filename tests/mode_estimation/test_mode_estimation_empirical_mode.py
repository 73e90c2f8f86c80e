"""Errors of the empirical mode by three engines, the steps of the proofs in numbers, the rules."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import multinomial

from numerics.core.streams import Stream
from numerics.mode_estimation.empirical_mode import (
    TIES,
    chernoff_information,
    enclosed_error,
    enumerated_error,
    exact_error,
    lead_law,
    least_divergence,
    least_transform,
    simulated_errors,
)
from theory import Domain, algebra, enclose
from theory.core.decision import Status
from theory.core.rule import examine
from theory.mode_estimation import empirical_mode as theory
from theory.mode_estimation import exponents
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
from theory.mode_estimation.counts import Ahead, CountMean, counts
from theory.mode_estimation.empirical_mode import (
    above,
    beats,
    i,
    j,
    k,
    lead,
    likelihood,
    m,
    mean,
    n,
    overlap_power,
    p,
    ratio,
    tilt,
    tilted_mean,
)
from theory.mode_estimation.order_rules import AsExponential, ByRank, PowersBelowOne
from theory.mode_estimation.standings import ByOrder, ByStandings

weights = st.lists(st.integers(1, 50), min_size=2, max_size=5)


def ranked_law(numbers):
    """A law whose mode is unique."""
    first, *rest = sorted(numbers, reverse=True)
    total = first + sum(rest) + 1
    return [Fraction(first + 1, total), *(Fraction(x, total) for x in rest)]


@given(weights, st.integers(0, 9), st.sampled_from(TIES))
@settings(max_examples=60, deadline=None)
def test_generating_functions_agree_with_enumeration(numbers, n, ties):
    law = ranked_law(numbers)
    exact = exact_error(law, n, ties)
    assert exact == enumerated_error(law, n, ties)
    with ctx.workprec(200):
        assert abs(float(enclosed_error(law, n, ties)) - float(exact)) < 1e-15


@given(weights, st.integers(0, 40))
@settings(max_examples=30, deadline=None)
def test_rules_for_ties_are_ordered_and_bounds_hold(numbers, n):
    law = ranked_law(numbers)
    right, uniform, wrong = (float(exact_error(law, n, t)) for t in ("right", "uniform", "wrong"))
    assert right <= uniform <= wrong
    rho = [1 - (float(law[0]) ** 0.5 - float(x) ** 0.5) ** 2 for x in law[1:]]
    union = sum(x**n for x in rho)
    assert wrong <= union * (1 + 1e-12) and uniform <= union / 2 * (1 + 1e-12)
    spread = 2 * n * (float(law[0] * law[1])) ** 0.5 / rho[0]
    below = rho[0] ** n / 2 * float(law[1] / law[0]) ** (spread**0.5 / 2)
    assert below * (1 - 1e-12) <= uniform


def test_values_of_the_dossier():
    law = [Fraction(x, 10) for x in (4, 2, 2, 1, 1)]
    assert exact_error(law, 9, "wrong") == Fraction("0.43732224")
    assert exact_error(law, 9) == Fraction("0.36030208")
    hundred = [Fraction(1, 2)] + [Fraction(1, 198)] * 99
    assert_allclose(float(exact_error(hundred, 5, "wrong")), 0.196905928, rtol=1e-8)
    assert_allclose(float(exact_error(hundred, 5)), 0.162827966, rtol=1e-8)


def test_against_scipy():
    law, n = [0.5, 0.3, 0.2], 7
    total = 0.0
    for vector in itertools.product(range(n + 1), repeat=3):
        if sum(vector) == n:
            most = max(vector)
            chosen = (vector[0] == most) / vector.count(most)
            total += multinomial.pmf(vector, n, law) * (1 - chosen)
    assert_allclose(float(enclosed_error(law, n)), total, rtol=1e-12)


def test_the_simulator_has_the_exact_mean_and_does_not_depend_on_blocks():
    law = [0.4, 0.2, 0.2, 0.1, 0.1]
    stream = Stream.of(1, "errors")
    drawn = simulated_errors(law, 9, 0, 40_000, stream)
    assert abs(drawn.mean() - 0.36030208) < 4 * drawn.std() / 200
    cut = np.concatenate([simulated_errors(law, 9, a, 250, stream) for a in (0, 250)])
    assert (cut == drawn[:500]).all()
    assert set(np.round(drawn, 12)) <= {round(1 - 1 / t, 12) for t in range(1, 6)} | {1.0}
    assert (simulated_errors(law, 0, 0, 3, stream) == 0.8).all()


def test_degenerate_cases():
    assert exact_error([Fraction(1)], 5) == 0 and exact_error([1], 0, "wrong") == 0
    assert exact_error([Fraction(2, 3), Fraction(1, 3)], 0) == Fraction(1, 2)
    assert exact_error([Fraction(2, 3), Fraction(1, 3), 0], 0) == Fraction(2, 3)
    assert exact_error([1, 0, 0], 3, "wrong") == 0
    assert exact_error([Fraction(2, 3), Fraction(1, 3), 0], 4) == exact_error(
        [Fraction(2, 3), Fraction(1, 3)], 4
    )
    for half in range(1, 8):  # with two classes and ties at random, an even sample helps nobody
        law = [Fraction(3, 5), Fraction(2, 5)]
        assert exact_error(law, 2 * half) == exact_error(law, 2 * half - 1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: exact_error([Fraction(1, 2), Fraction(1, 2)], 3),
        lambda: exact_error([Fraction(1, 3), Fraction(2, 3)], 3),
        lambda: exact_error([Fraction(1, 2), Fraction(1, 3)], 3),
        lambda: exact_error([], 3),
        lambda: exact_error([Fraction(3, 2), Fraction(-1, 2)], 3),
        lambda: exact_error([Fraction(2, 3), Fraction(1, 3)], -1),
        lambda: exact_error([Fraction(2, 3), Fraction(1, 3)], 3, "lowest"),
        lambda: enclosed_error([0.6, 0.3], 3),
        lambda: enclosed_error([0.6, 0.4], 3, bits=0),
        lambda: enumerated_error([Fraction(1, 2), Fraction(1, 3)], 3),
        lambda: lead_law(Fraction(2, 3), Fraction(2, 3), 2),
        lambda: least_transform(0.3, 0.5),
        lambda: least_divergence([0.5]),
        lambda: chernoff_information([0.5, 0.5], [0.5, 0.3, 0.2]),
    ],
)
def test_bad_arguments_are_refused(wrong):
    with pytest.raises(ValueError):
        wrong()


def test_the_law_of_the_lead():
    q_1, q_2, n = Fraction(1, 2), Fraction(1, 3), 4
    law = lead_law(q_1, q_2, n)
    expected = dict.fromkeys(range(-n, n + 1), Fraction(0))
    for steps in itertools.product((-1, 0, 1), repeat=n):
        chances = {-1: q_1, 0: 1 - q_1 - q_2, 1: q_2}
        expected[sum(steps)] += math.prod((chances[s] for s in steps), start=Fraction(1))
    assert law == list(expected.values()) and lead_law(q_1, q_2, 0) == [1]


def test_three_minimisations_give_one_number():
    for law in ([0.5, 0.3, 0.2], [0.8, 0.1, 0.1], [0.4, 0.2, 0.2, 0.1, 0.1], [0.6, 0.4]):
        first, second = least_transform(law[0], law[1]), least_divergence(law)[1]
        swapped = [law[1], law[0], *law[2:]]
        assert_allclose(-math.log(first), second, atol=1e-8)
        assert_allclose(chernoff_information(law, swapped), second, atol=1e-8)


RATES = [exponents.em_exponent, exponents.em_exponent_ties, exponents.em_exponent_strict]
CLAIMS = [*(getattr(theory, name) for name in theory.__all__), *RATES]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_step_holds_in_numbers(claim):
    """The rules are not asked: neighbouring lines are enclosed and compared."""
    for law, number, rival in (((5, 3, 2), 4, 3), ((7, 2), 3, 2), ((4, 2, 2, 1), 2, 2)):
        chances = tuple(sympy.Rational(x, sum(law)) for x in law)
        point = {"m": len(law), "n": number, "p": chances, "i": rival}
        before = None
        for step in claim.derivation.steps:
            value = enclose(step.expression, point)
            if before is not None and step.by.words != "definition":
                relation = step.by.relation
                assert relation != "=" or value.overlaps(before)
                assert relation != "<=" or not before > value
                assert relation != ">=" or not before < value
            before = value


DOMAIN = Domain(m, n, p, where=())
PAIR = theory.em_pair.domain


def is_proved(rule, before, after, domain=DOMAIN):
    return examine(rule, before, after, domain).status is Status.PROVED


def test_standings_refuse_what_is_false():
    some = 1 - sympy.Product(above(1, j), (j, 2, m))
    total = sympy.Sum(above(j, 1), (j, 2, m))
    level_too = sympy.Sum(1 - above(1, j), (j, 2, m))
    assert is_proved(ByStandings("<="), some, level_too)
    assert not is_proved(ByStandings("<="), some, total)
    assert not is_proved(ByStandings(">="), some, level_too)
    assert not is_proved(ByStandings("<="), level_too, some)
    assert is_proved(ByStandings(">=", rival=2), level_too, above(2, 1))
    assert not is_proved(ByStandings("<=", rival=2), level_too, above(2, 1))
    assert not is_proved(ByStandings(">=", rival=1), level_too, above(1, 1) + 0 * lead(2))
    # neither the index nor another count may be hidden in what is added up
    assert not is_proved(ByStandings("<="), sympy.Sum(j * above(j, 1), (j, 2, m)), 2 * level_too)
    assert not is_proved(ByStandings("<="), total, sympy.Sum(counts[j], (j, 2, m)))
    assert not is_proved(ByStandings("<="), sympy.Sum(above(j, 1), (j, 1, m)), level_too)


def test_changes_of_law_refuse_what_is_false():
    true = mean(beats(i, 1)), overlap_power(i) * tilted_mean(theory.one_way, i)
    assert is_proved(Tilted((1, i), tilt(i)), *true, PAIR)
    assert not is_proved(Tilted((1, i), tilt(i)), true[0], 2 * true[1], PAIR)
    assert not is_proved(Tilted((1, i), tilt(i)[::-1]), *true, PAIR)
    assert not is_proved(Tilted((1, i), tilt(i)), *true, Domain(m, n, p, theory.rival))
    assert not is_proved(
        Tilted((1, i), tilt(i)), mean(1), overlap_power(i) * tilted_mean(1, i), PAIR
    )


def test_exchange_needs_equal_chances_and_no_further_class():
    even = (theory.one_way + theory.other_way) / 2
    assert is_proved(Exchanged((1, i)), tilted_mean(theory.one_way, i), tilted_mean(even, i), PAIR)
    assert not is_proved(Exchanged((1, i)), mean(theory.one_way), mean(even), PAIR)
    further = theory.one_way + counts[3]
    assert not is_proved(
        Exchanged((1, i)),
        tilted_mean(further, i),
        tilted_mean((further + theory.other_way + counts[3]) / 2, i),
        PAIR,
    )


def test_means_refuse_what_is_false():
    assert is_proved(ConstantMean(), mean(3), sympy.Integer(3))
    assert not is_proved(ConstantMean(), mean(counts[1]), counts[1])
    twice = CountMean.of(1, 2 * p[k], k, m.symbol, n.symbol)
    assert not is_proved(ConstantMean(), twice, sympy.Integer(1))
    total = sympy.Sum(above(j, 1), (j, 2, m))
    assert is_proved(MeanOfSum(), mean(total), sympy.Sum(mean(above(j, 1)), (j, 2, m)))
    assert not is_proved(MeanOfSum(), mean(total), sympy.Sum(mean(above(1, j)), (j, 2, m)))
    random_end = sympy.Sum(above(j, 1), (j, 2, counts[1]))
    assert not is_proved(
        MeanOfSum(), mean(random_end), sympy.Sum(mean(above(j, 1)), (j, 2, counts[1]))
    )
    assert is_proved(InMean(algebra), 2 * mean(counts[1]), mean(2 * counts[1]))
    assert not is_proved(InMean(algebra), counts[1] * mean(1), mean(counts[1]))


def test_moments_refuse_what_is_false():
    square = tilted_mean(lead(2) ** 2, 2)
    assert is_proved(SecondMoment((1, 2), tilt(2)), square, theory.spread(2))
    assert not is_proved(SecondMoment((1, 2), tilt(2)), square, 2 * theory.spread(2))
    drift = n * (p[1] + p[2]) + n * (n - 1) * (p[2] - p[1]) ** 2
    assert is_proved(SecondMoment((1, 2)), mean(lead(2) ** 2), drift)
    assert not is_proved(SecondMoment((1, 2)), mean(lead(2) ** 2), n * (p[1] + p[2]))
    jensen = JensenOfSquare(ratio(2), lead(2), sympy.Rational(1, 2), (1, 2), tilt(2))
    below = ratio(2) ** (sympy.sqrt(square) / 2)
    assert is_proved(jensen, tilted_mean(likelihood(2), 2), below)
    assert not is_proved(jensen, tilted_mean(likelihood(2), 2), ratio(2) ** (square / 2))
    upward = JensenOfSquare(1 / ratio(2), lead(2), sympy.Rational(1, 2), (1, 2), tilt(2))
    larger = tilted_mean((1 / ratio(2)) ** (sympy.Abs(lead(2)) / 2), 2)
    assert not is_proved(upward, larger, (1 / ratio(2)) ** (sympy.sqrt(square) / 2))


def test_the_last_label_alone_refuses_what_is_false():
    before = mean(above(2, 1), n + 1)
    after = mean(Ahead(counts[2] + 1, counts[1]))
    assert is_proved(LastLabel(2), before, p[2] * after)
    assert not is_proved(LastLabel(2), before, p[1] * after)
    assert not is_proved(LastLabel(2), before, after)
    assert not is_proved(LastLabel(2), before, p[2] * mean(above(2, 1)))
    assert not is_proved(LastLabel(2), mean(above(2, 1)), p[2] * mean(1, n - 1))
    shorter = mean(Ahead(counts[2] + 1, counts[1]), n - 1)
    assert not is_proved(LastLabel(2), mean(above(2, 1)), p[2] * shorter)  # n may be 0
    negative = -mean(above(2, 1), n + 1), -p[2] * after
    assert not is_proved(LastLabel(2), *negative)


def test_powers_and_orders_refuse_what_is_false():
    within, one, size = PAIR, sympy.S.One, counts[1] / 2
    small, large = ratio(i) ** size, (1 / ratio(i)) ** size
    assert is_proved(PowersBelowOne(ratio(i)), small, one, within)
    assert is_proved(PowersBelowOne(ratio(i)), one, large, within)
    assert is_proved(PowersBelowOne(ratio(i), ">="), one, small, within)
    assert not is_proved(PowersBelowOne(ratio(i)), one, small, within)
    assert not is_proved(PowersBelowOne(1 / ratio(i)), large, one, within)
    assert not is_proved(PowersBelowOne(p[i] / p[2]), one, (p[i] / p[2]) ** size, within)
    assert not is_proved(PowersBelowOne(p[2] / p[i]), (p[2] / p[i]) ** size, one, within)
    assert is_proved(ByOrder((1, i), algebra), above(1, i) * above(i, 1), sympy.S.Zero, within)
    assert not is_proved(ByOrder((1, i), algebra), above(1, i) + above(i, 1), sympy.S.One, within)
    whole = sympy.exp(n * sympy.log(theory.overlap(p[1], p[2])))
    assert is_proved(AsExponential(), overlap_power(2), whole)
    assert not is_proved(AsExponential(), overlap_power(2), whole**2)


def test_ranks_are_used_only_where_they_are_known():
    from theory.core.rules.monotone import OneSign

    assert is_proved(ByRank(OneSign()), p[i], p[1], PAIR)
    assert is_proved(ByRank(OneSign()), p[i], p[2], PAIR)
    assert not is_proved(ByRank(OneSign()), p[2], p[i], PAIR)
    assert not is_proved(ByRank(OneSign()), p[i], p[1], Domain(m, n, p, theory.rival))
    loose = theory.Natural("i", at_least=1)
    anywhere = Domain(m, n, p, loose, where=(loose <= m,))
    assert not is_proved(ByRank(OneSign()), p[loose], p[2], anywhere)


def test_ranked_laws_are_checked():
    point = {"m": 3, "n": 1, "p": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))}
    assert DOMAIN.violation(point) is None
    for wrong in ((1, 2, 1), (2, 2, 1), (2, 1, 0), (1, 1, 1)):
        law = tuple(Fraction(x, sum(wrong)) for x in wrong)
        assert DOMAIN.violation({**point, "p": law}) is not None


def test_who_is_ahead():
    a = sympy.Symbol("a", integer=True, nonnegative=True)
    assert Ahead(a + 1, a) == 1 and Ahead(a, a) == 0 and Ahead(a, a + 2) == 0
    assert Ahead(a, 3).is_nonnegative and Ahead(a, 3).subs(a, 4) == 1
