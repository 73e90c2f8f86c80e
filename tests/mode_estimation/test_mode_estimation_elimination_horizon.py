"""How long a class lasts, against enumeration of counts and the exact law of elimination."""

import math

import pytest
from scipy import stats

from numerics.mode_estimation.elimination import two_class_elimination
from numerics.mode_estimation.elimination_horizon import lasting_probability


def enumerated(mode, other, square, samples):
    """The same probability, count by count."""
    total = 0.0
    rest = max(0.0, 1 - mode - other)
    for first in range(samples + 1):
        for second in range(samples + 1 - first):
            if first - second <= math.sqrt(square * first):
                total += stats.multinomial.pmf(
                    [first, second, samples - first - second], samples, [mode, other, rest]
                )
    return total


@pytest.mark.parametrize(
    ("mode", "other"), [(0.5, 0.3), (0.6, 0.4), (0.9, 0.0), (0.4, 0.4), (0.2, 0.1)]
)
@pytest.mark.parametrize("square", [0.5, 2.0, 9.5])
def test_against_enumeration(mode, other, square):
    value, error = lasting_probability(mode, other, square, 18)
    assert value == pytest.approx(enumerated(mode, other, square, 18), rel=1e-9, abs=1e-12)
    assert error <= 2e-9 * value + 1e-289


def test_certain_mode():
    assert lasting_probability(1.0, 0.0, 3.0, 2)[0] == pytest.approx(1)
    assert lasting_probability(1.0, 0.0, 3.0, 4)[0] == pytest.approx(0)


def test_a_class_that_is_left_is_not_far_behind():
    # What is left after n samples has never been far behind, so it is rarer.
    p1, delta, c = 0.7, 0.1, 1.0
    for n in (10, 40, 160):
        level = math.log(2 * math.pi**2 * n**2 / delta)
        left = two_class_elimination(p1, delta, c, n)
        assert left.together == left.running
        assert left.running <= lasting_probability(p1, 1 - p1, c * level, n)[0] + 1e-12


def test_twice_the_horizon_is_enough_for_a_rule_that_doubles():
    p1, delta, c = 0.9, 0.1, 24
    gap = (2 * p1 - 1) ** 2 / p1
    n = 1
    while n < 108 * math.log(2 * math.pi**2 * n**2 / delta) / gap:
        n += 1
    look = 2 ** math.ceil(math.log2(n))
    assert look < 2 * n
    found = two_class_elimination(p1, delta, c, look, doubling=True)
    assert found.running < delta / (2 * math.pi**2 * n**2)


@pytest.mark.parametrize(
    "arguments", [(0.0, 0.5, 1.0, 3), (0.7, 0.5, 1.0, 3), (0.5, 0.2, 0.0, 3), (0.5, 0.2, 1.0, 0)]
)
def test_bad_arguments(arguments):
    with pytest.raises(ValueError, match="must"):
        lasting_probability(*arguments)
