"""Laws of elimination against enumeration, rational arithmetic, simulation and known values."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics.core.streams import Stream
from numerics.mode_estimation import elimination as numerics
from numerics.mode_estimation.elimination_rule import rule_level
from numerics.mode_estimation.elimination_runs import elimination_runs


def left_after(labels, classes, delta, c):
    """The classes that are left, straight from the rule, and after how many samples it stopped."""
    left = set(range(classes))
    counts = [0] * classes
    for n, label in enumerate(labels, start=1):
        counts[label] += 1
        largest = max(counts[k] for k in left)
        level = math.log(math.pi**2 * n**2 * classes / delta)
        left = {k for k in left if counts[k] >= largest - math.sqrt(c * largest * level)}
        if len(left) == 1:
            return left, n
    return left, len(labels)


def enumerated(law, delta, c, horizon):
    """Error, mean number of samples, and probability of going on, over all sequences."""
    error = samples = running = 0.0
    for labels in itertools.product(range(len(law)), repeat=horizon):
        chance = math.prod(law[label] for label in labels)
        left, stopped = left_after(labels, len(law), delta, c)
        error += chance * (0 not in left)
        samples += chance * stopped
        running += chance * (len(left) > 1)
    return error, samples, running


@pytest.mark.parametrize("c", [0.1, 0.3, 0.6, 1.0])
def test_two_classes_against_all_sequences(c):
    found = numerics.two_class_elimination(0.7, 0.3, c, 11)
    expected = enumerated((0.7, 0.3), 0.3, c, 11)
    assert (found.error, found.samples, found.running) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("law", [(0.5, 0.3, 0.2), (0.6, 0.2, 0.2)])
@pytest.mark.parametrize("c", [0.15, 0.3, 0.5])
def test_three_classes_against_all_sequences(law, c):
    found = numerics.three_class_elimination(law, 0.5, c, 8)
    expected = enumerated(law, 0.5, c, 8)
    assert (found.error, found.samples, found.running) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(51, 99),
    st.sampled_from([Fraction(1, 2), Fraction(1, 10), Fraction(1, 1000)]),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_two_classes_against_fractions(percent, delta, twentieths, horizon):
    p1, c = Fraction(percent, 100), Fraction(twentieths, 20)
    error, running = numerics.exact_two_class_error(p1, delta, c, horizon)
    found = numerics.two_class_elimination(float(p1), delta, float(c), horizon)
    assert found.error == pytest.approx(float(error), rel=1e-12, abs=1e-300)
    assert found.running == pytest.approx(float(running), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("c", "error", "samples"),
    [(0.1, 0.4, 1.0), (0.3, 0.1101, 33.8), (1, 2.54e-4, 219.8), (2, 4.05e-9, 513.1),
     (4, 1.316e-19, 1143.4), (10, 8.55e-55, 3196.0), (24, 4.577e-146, 8390.7)],
)  # fmt: skip
def test_two_classes_at_known_values(c, error, samples):
    found = numerics.two_class_elimination(0.6, 0.1, c, 20_000)
    assert found.error == pytest.approx(error, rel=2e-3)
    assert found.samples == pytest.approx(samples, rel=2e-3)
    assert found.running < 1e-8


def test_errors_and_successes_are_exchanged_with_the_classes():
    # A path to the lead -k has (q / p)^k times the probability of its mirror image.
    p, c = 0.6, 0.4
    for horizon in range(5, 40):
        later = numerics.two_class_elimination(p, 0.1, c, horizon + 1)
        now = numerics.two_class_elimination(p, 0.1, c, horizon)
        wrong = later.error - now.error
        stopped = now.running - later.running
        if wrong > 1e-12:
            lead = round(math.log((stopped - wrong) / wrong) / math.log(p / (1 - p)))
            assert wrong * (p / (1 - p)) ** lead == pytest.approx(stopped - wrong, rel=1e-9)


def test_two_classes_are_three_with_one_that_never_occurs():
    # The number of classes is in the logarithm: it is made up for by the error asked for.
    two = numerics.two_class_elimination(0.8, 0.2, 0.7, 60)
    three = numerics.three_class_elimination((0.8, 0.2, 0.0), 0.3, 0.7, 60)
    assert three.error == pytest.approx(two.error, rel=1e-11)
    assert three.together == pytest.approx(two.running, rel=1e-11)


def test_looking_at_powers_of_two_only():
    found = numerics.two_class_elimination(0.9, 0.1, 0.5, 64, doubling=True)
    error = samples = running = 0.0
    law = {0: 1.0}
    for n in range(1, 65):
        moved = {}
        for lead, mass in law.items():
            for step, chance in ((1, 0.9), (-1, 0.1)):
                moved[lead + step] = moved.get(lead + step, 0.0) + mass * chance
        level = math.log(math.pi**2 * n**2 * 2 / 0.1)
        law = {}
        for lead, mass in moved.items():
            far = lead * lead > 0.5 * (n + abs(lead)) * 0.5 * level
            if n & (n - 1) == 0 and far:
                error += mass * (lead < 0)
                samples += n * mass
            else:
                law[lead] = mass
    running = sum(law.values())
    assert found.error == pytest.approx(error, rel=1e-12)
    assert found.running == pytest.approx(running, rel=1e-12)
    assert found.samples == pytest.approx(samples + 64 * running, rel=1e-12)


def test_simulated_runs_against_the_exact_law():
    law, runs = (0.5, 0.3, 0.2), 40_000
    exact = numerics.three_class_elimination(law, 0.3, 0.4, 60)
    drawn = elimination_runs(law, 0.3, 0.4, 60, Stream.of(5), 0, runs)
    spread = math.sqrt(exact.error / runs)
    assert abs(drawn.mode_dropped.mean() - exact.error) < 5 * spread
    assert abs((drawn.winner < 0).mean() - exact.running) < 5 * math.sqrt(exact.running / runs)
    assert abs(drawn.samples.mean() - exact.samples) < 5 * 25 / math.sqrt(runs)


def test_runs_do_not_depend_on_how_they_are_cut():
    law = (0.4, 0.3, 0.2, 0.1)
    whole = elimination_runs(law, 0.2, 0.5, 500, Stream.of(2), 0, 50)
    part = elimination_runs(law, 0.2, 0.5, 500, Stream.of(2), 20, 10)
    for one, two in zip(whole, part, strict=True):
        assert np.array_equal(one[20:30], two)


def test_runs_follow_the_rule():
    law = (0.5, 0.25, 0.125, 0.125)
    runs = elimination_runs(law, 0.2, 0.8, 300, Stream.of(3), 0, 200)
    assert np.array_equal(runs.mode_dropped[runs.winner >= 0], runs.winner[runs.winner >= 0] != 0)
    assert runs.samples.min() >= 1
    assert runs.samples.max() <= 300


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.floats(0.1, 50), st.integers(1, 300))
def test_lead_against_binomial_law(share, square, samples):
    value, error = numerics.lead_probability(share, square, samples)
    counts = np.arange(samples + 1)
    larger = np.maximum(counts, samples - counts)
    far = (2 * counts - samples > 0) & ((2 * counts - samples) ** 2 >= square * larger)
    # not pmf, which overflows at shares near the least double
    expected = np.exp(stats.binom.logpmf(counts, samples, share)[far]).sum()
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-200)
    assert error <= 1e-11 * value + 1e-289


def test_an_error_that_no_double_holds():
    tiny = Fraction(1, 10**2000)
    assert rule_level(tiny, 2) == pytest.approx(math.log(2 * math.pi**2) + 2000 * math.log(10))
    found = numerics.two_class_elimination(0.99, tiny, 1, 20_000)
    assert found.samples == pytest.approx(4700, rel=0.05)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (numerics.two_class_elimination, (0.4, 0.1, 1, 10)),
        (numerics.two_class_elimination, (0.6, 0.0, 1, 10)),
        (numerics.two_class_elimination, (0.6, 1.0, 1, 10)),
        (numerics.two_class_elimination, (0.6, Fraction(3, 2), 1, 10)),
        (numerics.two_class_elimination, (0.6, 0.1, 0, 10)),
        (numerics.two_class_elimination, (0.6, 0.1, 1, 0)),
        (numerics.exact_two_class_error, (Fraction(1, 3), Fraction(1, 2), Fraction(1), 3)),
        (numerics.three_class_elimination, ((0.6, 0.4), 0.1, 1, 10)),
        (numerics.three_class_elimination, ((0.6, 0.5, -0.1), 0.1, 1, 10)),
        (numerics.lead_probability, (0.5, 0.0, 10)),
        (elimination_runs, ((1.0,), 0.1, 1, 10, Stream.of(1), 0, 1)),
        (elimination_runs, ((0.5, 0.5), 0.1, 1, 0, Stream.of(1), 0, 1)),
    ],
)
def test_bad_arguments(call, arguments):
    with pytest.raises(ValueError, match="must"):
        call(*arguments)


def test_degenerate_laws():
    certain = numerics.two_class_elimination(1.0, 0.1, 4, 1000)
    assert certain.error == 0
    assert certain.running == 0
    single = numerics.two_class_elimination(0.6, 0.1, 1e-3, 1)
    assert (single.error, single.samples) == pytest.approx((0.4, 1.0))
    equal = numerics.two_class_elimination(0.5, 0.1, 0.3, 4000)
    assert 2 * equal.error + equal.running == pytest.approx(1)
