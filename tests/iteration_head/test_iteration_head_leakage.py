"""Test sequences that are training sequences: by enumeration and by drawing."""

from itertools import product

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.iteration_head import leakage


@pytest.mark.parametrize(("symbols", "length", "training"), [(2, 2, 3), (3, 1, 4), (2, 1, 6)])
def test_by_enumeration(symbols, length, training):
    sequences = list(product(range(symbols), repeat=length))
    shares = [len(set(drawn)) / len(sequences) for drawn in product(sequences, repeat=training)]
    value, error = leakage.leaked_share(symbols, length, training)
    assert abs(value - sum(shares) / len(shares)) <= error + 1e-13


@pytest.mark.parametrize(("length", "share"), [(8, 0.982), (10, 0.632), (12, 0.221), (16, 0.0155)])
def test_parity_with_1024_training_sequences(length, share):
    assert leakage.leaked_share(2, length, 1024)[0] == pytest.approx(share, abs=5e-4)


def test_by_drawing():
    stream = Stream.of(0, "leakage")
    drawn = [leakage.sample_leaked(2, 10, 1024, 1024, stream, r) for r in range(100)]
    value, _ = leakage.leaked_share(2, 10, 1024)
    assert abs(np.mean(drawn) - value) < 5 * np.std(drawn) / 10
    assert leakage.sample_leaked(2, 10, 50, 50, stream, 3) == leakage.sample_leaked(
        2, 10, 50, 50, stream, 3
    )


def test_the_ends():
    assert leakage.leaked_share(5, 3, 0)[0] == 0
    assert leakage.leaked_share(1, 3, 1)[0] == 1
    assert leakage.leaked_share(7, 0, 1)[0] == 1
    assert leakage.leaked_share(2, 100, 10)[0] == pytest.approx(10 * 2.0**-100)
    assert leakage.sample_leaked(1, 100, 1, 3, Stream.of(0)) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: leakage.leaked_share(0, 1, 1),
        lambda: leakage.leaked_share(2, -1, 1),
        lambda: leakage.leaked_share(2, 1, 1.5),
        lambda: leakage.sample_leaked(2, 63, 1, 1, Stream.of(0)),
        lambda: leakage.sample_leaked(2, 1, 0, 1, Stream.of(0)),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
