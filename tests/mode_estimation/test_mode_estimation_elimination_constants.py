"""Small confidence constants: exact values, and the walk that must not return."""

import itertools
import math
from fractions import Fraction

import pytest
from sympy import binomial

from numerics.mode_estimation.elimination import (
    exact_two_class_error,
    three_class_elimination,
    two_class_elimination,
)


@pytest.mark.parametrize(("classes", "delta", "c"), [(2, 0.5, 0.272), (3, 0.5, 0.245)])
def test_when_one_sample_decides(classes, delta, c):
    threshold = 1 / math.log(math.pi**2 * classes / delta)
    assert threshold == pytest.approx(c, abs=1e-3)
    for factor, stops in ((0.99, True), (1.01, False)):
        if classes == 2:
            found = two_class_elimination(0.6, delta, factor * threshold, 50)
        else:
            found = three_class_elimination((0.6, 0.3, 0.1), delta, factor * threshold, 50)
        assert (found.samples == pytest.approx(1)) is stops


def test_constants_of_the_figures():
    delta = Fraction(1, 10)
    error, _ = exact_two_class_error(Fraction(3, 5), delta, Fraction(3, 10), 60)
    assert error > delta
    one, running = exact_two_class_error(Fraction(3, 5), delta, Fraction(1, 10), 60)
    assert (one, running) == (Fraction(2, 5), 0)


def test_every_constant_up_to_three_tenths_fails():
    # The rule changes only where a lead meets its threshold: one constant of each interval will do.
    meets = {0.3}
    for n in range(1, 101):
        level = math.log(2 * math.pi**2 * n**2 / 0.1)
        for rival in range(n // 2 + 1, n + 1):
            meets.add((2 * rival - n) ** 2 / (rival * level))
    ends = [0.0, *sorted(c for c in meets if c <= 0.3)]
    middles = [(low + high) / 2 for low, high in itertools.pairwise(ends) if high - low > 1e-9]
    assert len(middles) > 100
    assert min(two_class_elimination(0.6, 0.1, c, 100).error for c in middles) > 0.109


@pytest.mark.parametrize(
    ("c", "delta", "times"),
    [(1, 1e-4, 10), (1, 1e-8, 1e3), (2, 1e-16, 50), (3, Fraction(1, 10**100), 1e3)],
)
def test_constants_below_four_fail_somewhere(c, delta, times):
    assert two_class_elimination(0.501, delta, c, 20_000).error > 0.01 * times * float(delta)
    assert two_class_elimination(0.5, delta, c, 20_000).error > times * float(delta)


def test_least_valid_constants():
    # The constants at which the error reaches delta within 4000 samples, from the dossier.
    for delta, c in ((0.1, 0.683), (0.01, 0.979), (1e-4, 1.371), (1e-9, 1.920)):
        low = two_class_elimination(0.5, delta, 1.005 * c, 4000).error
        high = two_class_elimination(0.5, delta, 0.995 * c, 4000).error
        assert low < delta < high


@pytest.mark.parametrize(("samples", "rival", "lead"), [(9, 6, 2), (10, 7, 3), (12, 8, 1)])
def test_paths_that_never_gave_a_lead(samples, rival, lead):
    kept = 0
    for steps in itertools.product((1, -1), repeat=samples):
        walk = list(itertools.accumulate(steps))
        kept += walk[-1] == samples - 2 * rival and max(walk) < lead
    assert kept == binomial(samples, rival) - binomial(samples, rival + lead)
