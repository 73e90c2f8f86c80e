"""Zipf's law: probabilities and exact samples."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics.core.streams import Stream
from numerics.core.zipf import LARGEST_TOKEN, zipf_probabilities, zipf_tokens

# Statistical tests have fixed seeds; a correct implementation would fail with this probability.
FALSE_ALARM = 1e-6


@given(st.floats(0, 30), st.integers(1, 300))
@settings(deadline=None, max_examples=60)
def test_probabilities_follow_the_power_law(exponent, size):
    p = zipf_probabilities(exponent, size)
    assert p.shape == (size,)
    assert p.sum() == pytest.approx(1, abs=1e-14)
    assert p / p[0] == pytest.approx(np.arange(1, size + 1) ** -exponent, rel=1e-13)


def test_probabilities_against_rationals():
    weights = [Fraction(1, x**3) for x in range(1, 21)]
    expected = [float(w / sum(weights)) for w in weights]
    assert zipf_probabilities(3, 20) == pytest.approx(expected, rel=4e-16)


def test_degenerate_probabilities():
    assert zipf_probabilities(2.5, 1).tolist() == [1.0]
    assert zipf_probabilities(0, 4).tolist() == [0.25] * 4


@pytest.mark.parametrize("exponent", [1.05, 1.3, 2.0, 3.5, 6.0])
def test_tokens_follow_the_infinite_law(exponent):
    """Chi-square of all cells expecting 20 tokens or more, the rest pooled dyadically."""
    count = 100_000
    tokens = zipf_tokens(exponent, Stream.of(6, "zipf"), 0, count)
    # Cells [1], [2], ..., [16], [17..32], [33..64], ... up to the saturated token.
    edges = [*range(1, 17), *(2**k + 1 for k in range(4, 62)), LARGEST_TOKEN]
    s = arb(exponent)
    tails = [float((s.zeta(arb(edge)) / s.zeta()).mid()) for edge in edges]
    chances = -np.diff([*tails, 0.0])
    keep = int(np.sum(np.cumprod(chances * count >= 20)))
    observed = np.array([np.sum(tokens >= edge) for edge in edges])
    observed = -np.diff([*observed, 0])
    cells = [*observed[:keep], observed[keep:].sum()]
    expected = [*chances[:keep] * count, (chances[keep:].sum()) * count]
    if expected[-1] < 5:
        cells[-2:], expected[-2:] = [sum(cells[-2:])], [sum(expected[-2:])]
    expected = np.array(expected) * (count / sum(expected))
    assert tokens.min() == 1
    assert stats.chisquare(cells, expected).pvalue > FALSE_ALARM


def test_saturated_tokens_have_the_mass_of_their_tail():
    exponent, count = 1.01, 20_000
    tokens = zipf_tokens(exponent, Stream.of(6, "saturated"), 0, count)
    s = arb(exponent)
    tail = float((s.zeta(arb(LARGEST_TOKEN)) / s.zeta()).mid())
    assert tail > 0.6
    saturated = int(np.sum(tokens == LARGEST_TOKEN))
    assert stats.binomtest(saturated, count, tail).pvalue > FALSE_ALARM


def test_fewer_tokens_are_a_prefix():
    stream = Stream.of(7)
    assert zipf_tokens(2, stream, 3, 50)[:20].tolist() == zipf_tokens(2, stream, 3, 20).tolist()
    assert zipf_tokens(2, stream, 3, 0).shape == (0,)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: zipf_probabilities(-1, 3),
        lambda: zipf_probabilities(float("nan"), 3),
        lambda: zipf_probabilities("2", 3),
        lambda: zipf_probabilities(2, 0),
        lambda: zipf_probabilities(2, 3.0),
        lambda: zipf_tokens(1.0, Stream.of(0), 0, 3),
        lambda: zipf_tokens(float("inf"), Stream.of(0), 0, 3),
        lambda: zipf_tokens(2, Stream.of(0), -1, 3),
        lambda: zipf_tokens(2, Stream.of(0), 0, -3),
    ],
)
def test_bad_arguments_raise(wrong):
    with pytest.raises(ValueError, match=r"must be"):
        wrong()
