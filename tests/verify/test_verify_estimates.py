"""Estimates beyond bounded means: truncated observables, counts, rates of sampled values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sympy import Rational

from numerics.core.streams import Stream
from theory import (
    Bound,
    Claim,
    ClaimError,
    Domain,
    Identity,
    Natural,
    Observable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
    Trend,
)
from verify import (
    Check,
    Counted,
    Decision,
    How,
    Sampled,
    Settings,
    Trained,
    judge,
    training_seeds,
)
from verify.core.intervals import RunningMean
from verify.core.sequential import BoundTest, EquivalenceTest
from verify.core.trained import rank_p_value

a = Real("a", at_least=0, grid=(1,))
n = Natural("n", grid=(1, 4, 16, 64, 256, 1024))
CONFIRMED, REFUTED, INCONCLUSIVE = Decision.CONFIRMED, Decision.REFUTED, Decision.INCONCLUSIVE


def judged(make_statement, measure, resolution, parameter=a, budget=4_000_000):
    size = Observable("size", (parameter,), "s", "a size")
    claim = Claim(
        id="made-up.estimate",
        title="An estimate",
        says="It is so.",
        statement=make_statement(size(parameter)),
        domain=Domain(parameter),
        source=Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
        observables=(size,),
    )
    settings = {"quick": Settings(resolution, budget=budget)}
    ladder = parameter.grid if parameter is n else ()
    return judge(claim, Check(claim, measure, settings, ladder=ladder))


# --------------------------------------------------------------------------- truncation


def exponential(mean, at):
    """Exponential replicates; their second moment is 2 mean^2."""
    stream = Stream.of(0, "exponential")
    free = Sampled.batched(stream, lambda generator, count: generator.exponential(mean, count))
    return Sampled.truncated(free.draw, at, 2 * mean**2)


@pytest.mark.parametrize("claimed, verdict", [("1", CONFIRMED), ("1.1", REFUTED), ("0.9", REFUTED)])
def test_the_mean_of_an_unbounded_observable(claimed, verdict):
    """With the cut at 20 the bias is 2 / 80 = 0.025, half of the resolution."""
    found = judged(lambda s: Identity(s, Rational(claimed)), lambda a: exponential(1, 20), 0.05)
    # 1.1 and 0.9 are outside the zone of 0.05 around what is claimed, by more than the bias
    assert found.verdict is verdict
    assert found.how is How.STATISTICAL
    assert found.evidence[0]["detail"]["bias"] == pytest.approx(0.025)


def test_a_truncation_coarser_than_the_resolution_decides_nothing():
    found = judged(lambda s: Identity(s, 1), lambda a: exponential(1, 5), 0.05)
    assert found.verdict is INCONCLUSIVE and "bias" in found.reason


@given(
    st.floats(0.1, 50),
    st.floats(1.1, 6),
    st.lists(st.floats(-100, 100), min_size=1, max_size=8),
)
def test_a_cut_moves_a_mean_by_no_more_than_the_bias(at, order, values):
    """On uniform laws over a few values, whose moments are known."""
    values = np.array(values)
    moment = float(np.mean(np.abs(values) ** order))
    cut = Sampled.truncated(lambda first, count: values[first : first + count], at, moment, order)
    kept = cut.draw(0, len(values))
    assert np.all(np.abs(kept) <= at)
    assert abs(kept.mean() - values.mean()) <= cut.bias * (1 + 1e-9) + 1e-12


def test_the_bias_is_attained():
    """At x = c p / (p - 1), by a constant: no smaller bias would do."""
    at, order = 3.0, 2.5
    x = at * order / (order - 1)
    cut = Sampled.truncated(lambda first, count: np.full(count, x), at, x**order, order)
    assert cut.bias == pytest.approx(x - at)


@pytest.mark.parametrize("wrong", [{"at": 0}, {"moment": -1}, {"order": 1}, {"at": np.inf}])
def test_senseless_truncations_are_refused(wrong):
    with pytest.raises(ClaimError, match="truncation"):
        Sampled.truncated(lambda first, count: np.zeros(count), **{"at": 1, "moment": 1} | wrong)


def wrong_decisions(make_test, mean, wrong, repetitions=2000, horizon=2000):
    """How often a biased test decides wrongly, on 0-1 observations with another mean."""
    count = 0
    for repetition in range(repetitions):
        generator = np.random.default_rng([7, repetition])
        test = make_test()
        test.update((generator.random(horizon) < mean).astype(float))
        count += test.decision == wrong
    return count


# With the largest bias allowed against the test, and its error 0.05: at most 151 of 2000 but for a
# chance of 1e-6 (`false_alarm_limit`); fixed seeds.
@pytest.mark.parametrize(
    "make_test, mean, wrong",
    [
        # truth 0.5, observed 0.53 or 0.47; claimed so that the truth is at the edge of the zone
        (lambda: EquivalenceTest(0.4, 0.1, 0, 1, 0.05, bias=0.03), 0.53, "refuted"),
        (lambda: EquivalenceTest(0.4, 0.1, 0, 1, 0.05, bias=0.03), 0.47, "confirmed"),
        (lambda: EquivalenceTest(0.6, 0.1, 0, 1, 0.05, bias=0.03), 0.47, "refuted"),
        (lambda: BoundTest(0.5, "<=", 0.1, 0, 1, 0.05, bias=0.03), 0.53, "refuted"),
        (lambda: BoundTest(0.4, "<=", 0.1, 0, 1, 0.05, bias=0.03), 0.47, "confirmed"),
        (lambda: BoundTest(0.5, ">=", 0.1, 0, 1, 0.05, bias=0.03), 0.47, "refuted"),
    ],
)
def test_a_bias_is_not_mistaken_for_evidence(make_test, mean, wrong):
    assert wrong_decisions(make_test, mean, wrong) <= 151


@pytest.mark.parametrize("bias", [-0.01, 0.1, np.nan])
def test_a_bias_is_below_the_resolution(bias):
    with pytest.raises(ValueError, match="bias"):
        EquivalenceTest(0.5, 0.1, 0, 1, 0.05, bias=bias)


# --------------------------------------------------------------------------- counts


@pytest.mark.parametrize(
    "statement, successes, verdict",
    [
        (lambda s: Bound(s, ">=", Rational(1, 2)), 40, CONFIRMED),
        (lambda s: Bound(s, ">=", Rational(1, 2)), 4, REFUTED),
        (lambda s: Bound(s, ">=", Rational(9, 10)), 38, INCONCLUSIVE),
        (lambda s: Bound(s, "<=", Rational(1, 2)), 0, CONFIRMED),
        (lambda s: Identity(s, Rational(1, 2)), 20, INCONCLUSIVE),
        (lambda s: Identity(2 * s - 1, 0), 40, REFUTED),
    ],
)
def test_events_counted_in_forty_trials(statement, successes, verdict):
    found = judged(statement, lambda a: Counted(successes, 40), 0.05)
    assert (found.verdict, found.how, found.samples) == (verdict, How.STATISTICAL, 40)


def test_the_interval_is_that_of_clopper_and_pearson():
    """Refuted exactly when the binomial test against the claimed value says so."""
    for successes in range(41):
        found = judged(
            lambda s: Bound(s, "<=", Rational(3, 10)), lambda a, k=successes: Counted(k, 40), 0.01
        )
        p = stats.binomtest(successes, 40, 0.3, alternative="greater").pvalue
        assert (found.verdict is REFUTED) is bool(p < 0.5e-4)


@pytest.mark.parametrize("successes, trials", [(-1, 3), (4, 3), (0, 0)])
def test_senseless_counts_are_refused(successes, trials):
    with pytest.raises(ClaimError, match="make no sense"):
        Counted(successes, trials)


def test_a_counted_probability_enters_linearly():
    found = judged(lambda s: Identity(s**2, 1), lambda a: Counted(4, 4), 0.05)
    assert found.verdict is INCONCLUSIVE and "linear" in found.reason


# --------------------------------------------------------------------------- ranks


def ranked(group_a, group_b, direction="lower"):
    claim = Claim(
        id="made-up.trend",
        title="A trend",
        says="It is so.",
        statement=Trend("m", "A", "B", direction),
        domain=Domain(),
        source=Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    )
    estimate = Trained(np.array(group_a, float), np.array(group_b, float), test="rank")
    return judge(claim, Check(claim, lambda: estimate, {"quick": Settings(0.0, error=1e-2)}))


def test_ranks_tell_from_five_seeds_what_signs_cannot():
    """p = 1 / 252 against 1 / 32."""
    low, high = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
    assert ranked(low, high).verdict is CONFIRMED
    assert ranked(high, low).verdict is REFUTED
    assert ranked(low, high, "higher").verdict is REFUTED
    assert ranked(low, [0, 2.5, 3.5, 4.5, 9]).verdict is INCONCLUSIVE
    assert ranked([1] * 30, [1] * 30).verdict is INCONCLUSIVE  # ties are wins for neither


@given(st.integers(1, 7), st.integers(1, 7), st.randoms(use_true_random=False))
def test_the_rank_test_is_that_of_mann_and_whitney(first, second, random):
    order = list(range(first + second))
    random.shuffle(order)
    a, b = np.array(order[:first]), np.array(order[first:])
    wins = int(np.sum(a[:, None] > b))
    exact = stats.mannwhitneyu(a, b, alternative="greater", method="exact").pvalue
    assert rank_p_value(wins, first, second) == pytest.approx(float(exact), rel=1e-12)
    assert rank_p_value(0, first, second) == 1


def test_ranks_are_for_groups_that_are_not_paired():
    with pytest.raises(ClaimError, match="not paired"):
        Trained(np.zeros(2), np.zeros(2), paired=True, test="rank")
    with pytest.raises(ClaimError, match="by sign or by rank"):
        Trained(np.zeros(2), np.zeros(2), test="t")


# --------------------------------------------------------------------------- sampled rates


def rare(exponent):
    def measure(n, stream):
        chance = n**-exponent

        def batch(generator, count):
            return generator.random(count) < chance

        return Sampled.batched(stream, batch, bernoulli=True)

    return measure


@pytest.mark.parametrize(
    "claimed, verdict", [("1/2", CONFIRMED), ("4/5", REFUTED), ("3/10", REFUTED)]
)
def test_the_exponent_of_a_sampled_probability(claimed, verdict):
    found = judged(lambda s: Rate(s, n, -Rational(claimed)), rare(0.5), 0.1, parameter=n)
    assert (found.verdict, found.how) == (verdict, How.STATISTICAL)
    assert found.samples > 0 and found.error_probability == 1e-4


def test_too_few_replicates_leave_a_rate_open():
    found = judged(lambda s: Rate(s, n, -Rational(1, 2)), rare(0.5), 0.01, n, budget=1000)
    assert found.verdict is INCONCLUSIVE


def test_intervals_hold_the_mean():
    """Each misses it with probability at most 0.05, and in fact far less often."""
    misses = 0
    for k in range(200):
        stream = Stream.of(k, "interval")
        sampled = Sampled.batched(stream, lambda g, count: g.beta(2, 8, count))
        mean = RunningMean(sampled)
        mean.draw_until(300)
        mean.draw_until(500)
        values = sampled.draw(0, 500)
        ball = mean.ball(0.05)
        assert float(ball.mid()) == pytest.approx(values.mean(), rel=1e-12)
        misses += not abs(float(ball.mid()) - 0.2) <= float(ball.rad())
    assert misses <= 10


def test_a_replicate_out_of_its_range_is_refused():
    mean = RunningMean(Sampled(lambda first, count: np.full(count, 2.0)))
    with pytest.raises(ValueError, match="not in"):
        mean.draw_until(10)


def test_runs_train_on_seeds_of_their_own():
    assert training_seeds(0, range(3, 6)) == (3, 4, 5)
    runs = [set(training_seeds(seed, range(50))) for seed in (0, 1, 2, 7, 2**32 - 1)]
    assert len(set.union(*runs)) == 50 * len(runs)
    assert max(max(run) for run in runs) < 2**64
    assert max(training_seeds(2**63 - 1, [2**32 - 1])) < 2**64
    for number in (-1, 2**32):
        with pytest.raises(ClaimError, match="numbered from 0"):
            training_seeds(0, [number])
