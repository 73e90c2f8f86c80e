"""The race of two labels against SciPy, and against the walk that is followed step by step."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, fmpq
from scipy.stats import binom

from numerics.mode_estimation import two_labels as numerics
from numerics.mode_estimation.prefactor import difference_probability


def as_ball(value):
    """The thinnest ball around a fraction."""
    return arb(fmpq(value.numerator, value.denominator))


def test_two_labels_against_scipy_and_for_many_samples():
    mode = Fraction(3, 5)
    for samples in (1, 2, 7, 100, 401):
        tie, ahead = numerics.two_label_law(mode, samples)
        assert float(ahead) == pytest.approx(binom.sf(samples // 2, samples, 0.4), rel=1e-10)
        if samples >= 2:
            balls = numerics.two_label_balls(mode, samples)
            assert balls.tie.overlaps(as_ball(tie))
            assert balls.ahead.overlaps(as_ball(ahead))
            assert float(balls.ahead.rad()) <= 1e-13 * float(ahead)
    assert numerics.two_label_law(mode, 0) == (1, 0)


def test_against_the_walk():
    mode = Fraction(16, 25)
    for samples in (0, 1, 6, 31):
        law = [
            difference_probability(mode, 1 - mode, samples, ahead) for ahead in range(samples + 1)
        ]
        assert numerics.two_label_law(mode, samples) == (law[0], sum(law[1:]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: numerics.two_label_law(Fraction(1, 2), 3),
        lambda: numerics.two_label_law(Fraction(2, 3), 10**6),
        lambda: numerics.two_label_balls(Fraction(1), 3),
        lambda: numerics.two_label_balls(0.6, 0),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        call()
