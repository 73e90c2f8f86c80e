"""How long elimination takes: known values, the fixed point, and runs without end."""

import math

import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation.elimination import three_class_elimination, two_class_elimination
from numerics.mode_estimation.elimination_runs import elimination_runs


def fixed_point(p1, delta, c):
    """Where the expected gap of the counts reaches the threshold."""
    n = 10.0
    for _ in range(200):
        n = c * p1 * math.log(2 * math.pi**2 * n**2 / delta) / (2 * p1 - 1) ** 2
    return n


@pytest.mark.parametrize(("p1", "c"), [(0.6, 24), (0.75, 24), (0.75, 4), (0.9, 24)])
def test_mean_against_the_fixed_point(p1, c):
    point = fixed_point(p1, 0.1, c)
    found = two_class_elimination(p1, 0.1, c, int(4 * point))
    assert found.samples == pytest.approx(point, rel=0.06)
    assert 108 * point / c > 4 * point


@pytest.mark.parametrize(("rare", "mean"), [(0.1, 607.4), (1e-3, 430.3), (1e-6, 429.0)])
def test_mean_at_known_values(rare, mean):
    found = two_class_elimination(1 - rare, 1e-40, 4, 3000)
    assert found.samples == pytest.approx(mean, abs=0.1)
    quick = two_class_elimination(1 - rare, 1e-40, 4, 3000, ignored=1e-30)
    assert quick.samples == pytest.approx(found.samples, rel=1e-12)


def test_a_tie_of_lower_classes_may_last():
    tie = [three_class_elimination((0.8, 0.1, 0.1), 0.1, 1.0, h).running for h in (100, 200, 400)]
    assert tie[0] >= tie[1] >= tie[2] > 0
    # Nearly all runs that drop the mode go on: the mean grows with the horizon.
    dropped = three_class_elimination((0.8, 0.1, 0.1), 0.1, 1.0, 400).error
    assert 0.5 * dropped < tie[2] < 1.5 * dropped
    apart = three_class_elimination((0.8, 0.19, 0.01), 0.1, 1.0, 400).running
    assert apart < 0.1 * tie[2]


def test_simulated_ties_are_cut_at_the_cap():
    law = (0.4, 0.3, 0.3)
    runs = elimination_runs(law, 0.5, 0.4, 2000, Stream.of(4), 0, 20_000)
    cut = runs.winner < 0
    assert cut.mean() > 0
    assert (runs.samples[cut] == 2000).all()
    assert (cut & runs.mode_dropped).any()
