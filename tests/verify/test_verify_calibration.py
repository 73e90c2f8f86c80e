from functools import partial

import numpy as np
import pytest
from scipy import stats

from verify.core.calibration import (
    STANDARD_LAWS,
    bound_power,
    equivalence_power,
    false_alarm_limit,
    false_alarms,
    fixed_size_samples,
    tally,
)
from verify.core.sequential import EquivalenceTest

by_law = pytest.mark.parametrize("law", STANDARD_LAWS, ids=lambda law: law.name)


# Each count fails a sound test with probability at most 1e-6 (`false_alarm_limit`); fixed seeds.
@by_law
@pytest.mark.parametrize(("error", "horizon"), [(0.05, 3000), (0.01, 1500)])
def test_wrong_decisions_are_as_rare_as_promised(law, error, horizon):
    for found in false_alarms(law, error=error, repetitions=2000, horizon=horizon, seed=101):
        assert found.count <= found.limit, found


@pytest.mark.slow
@by_law
def test_watching_for_longer_does_not_help(law):
    for found in false_alarms(law, error=0.05, repetitions=2000, horizon=100_000, seed=102):
        assert found.count <= found.limit, found


def test_an_unsound_test_is_caught():
    # The same counting must convict a test that keeps 0.2 when it is held to 0.05.
    law = STANDARD_LAWS[2]
    edge = law.mean - law.resolution
    lax = partial(EquivalenceTest, edge, law.resolution, law.low, law.high, 0.2)
    runs = tally(lax, law.draw, repetitions=1000, horizon=3000, seed=103)
    assert runs.confirmed > false_alarm_limit(1000, 0.05)


# The targets: half of the fixed-size test's samples when the claim is right, a tenth when it is
# four resolutions off.
@by_law
def test_few_samples_decide_an_equivalence(law):
    power = equivalence_power(law, error=1e-3, repetitions=200, seed=104)
    assert min(power.decided_rightly.values()) >= 0.99
    assert power.ratios[0] <= 0.5
    assert max(power.ratios[4], power.ratios[-4]) <= 0.1


@by_law
def test_room_below_a_bound_is_used(law):
    power = bound_power(law, error=1e-3, repetitions=200, seed=105)
    assert min(power.decided_rightly.values()) >= 0.98
    assert power.ratios[0] <= 0.5
    assert power.ratios[-4] <= 0.1 * power.ratios[0]
    assert power.ratios[4] <= 0.1


@by_law
def test_laws_are_what_they_say(law):
    sample = law.draw(np.random.default_rng(106), 200_000)
    assert law.low <= sample.min()
    assert sample.max() <= law.high
    assert abs(sample.mean() - law.mean) < 5 * np.sqrt(law.variance / sample.size)
    assert sample.var() == pytest.approx(law.variance, rel=0.05)


def test_false_alarm_limit_is_the_binomial_quantile():
    limit = false_alarm_limit(2000, 0.05)
    assert stats.binom.sf(limit, 2000, 0.05) <= 1e-6 < stats.binom.sf(limit - 1, 2000, 0.05)
    with pytest.raises(ValueError, match="need repetitions"):
        false_alarm_limit(0, 0.05)


def test_fixed_size_samples_gives_the_z_tests_their_errors():
    n = fixed_size_samples(0.25, 0.05, 0.01)
    deviation = np.sqrt(0.25 / n)
    inside = (
        0.05 - stats.norm.isf(0.01) * deviation
    )  # the sample mean must be this close to confirm
    assert 2 * stats.norm.sf(inside / deviation) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="need variance"):
        fixed_size_samples(-1.0, 0.05, 0.01)


def test_tally_counts_undecided_runs_with_the_horizon():
    law = STANDARD_LAWS[3]
    make = partial(EquivalenceTest, 0.5, 0.01, 0, 1, 1e-6)
    runs = tally(make, law.draw, repetitions=5, horizon=100, seed=107, block=7)
    assert (runs.confirmed, runs.refuted, runs.mean_samples) == (0, 0, 100)
    assert runs == tally(make, law.draw, repetitions=5, horizon=100, seed=107, block=7)
    with pytest.raises(ValueError, match="must be positive"):
        tally(make, law.draw, repetitions=0, horizon=100, seed=107)
