"""Training and test sequences that are drawn with replacement: how many are in both."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream

__all__ = ["leaked_share", "sample_leaked"]

_EPS = float(np.finfo(float).eps)


def leaked_share(symbols: int, length: int, training: int) -> tuple[float, float]:
    """Return the mean share of test sequences that are training sequences, from the law of counts.

    The law of the number of different training sequences is followed from draw to draw: a draw is
    new with the share of sequences that were not drawn yet.

    Parameters
    ----------
    symbols, length : int
        There are ``symbols ** length`` sequences, all equally likely.
    training : int
        How many are drawn.

    Returns
    -------
    (value, error) : the share and a bound on its absolute error.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    symbols = require_integer("symbols", symbols, 1)
    length = require_integer("length", length, 0, 1000)
    training = require_integer("training", training, 0, 20_000)
    possible = float(symbols) ** length
    most = int(min(possible, training))
    known = np.arange(most + 1) / possible
    law = np.zeros(most + 1)
    law[0] = 1.0
    for _ in range(training):
        fresh = law * (1.0 - known)
        law = law * known
        law[1:] += fresh[:-1]
    value = float(np.dot(law, known))
    return value, 8.0 * (training + 4) * _EPS * value + 1e-300


def sample_leaked(
    symbols: int, length: int, training: int, test: int, stream: Stream, replicate: int = 0
) -> float:
    """Draw training and test sequences and return the share of the test ones that are in both.

    Parameters
    ----------
    symbols, length, training, test : int
        At least 1; there are at most ``2**62`` sequences.
    stream : Stream
    replicate : int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    symbols = require_integer("symbols", symbols, 1)
    length = require_integer("length", length, 1)
    training = require_integer("training", training, 1)
    test = require_integer("test", test, 1)
    if symbols > 1 and length * math.log2(symbols) > 62:
        raise ValueError("there are more than 2**62 sequences")
    generator = stream.numpy(replicate)
    drawn: NDArray[np.int64] = generator.integers(symbols, size=(training + test, length))
    numbers = drawn @ symbols ** np.arange(length)
    return float(np.isin(numbers[training:], numbers[:training]).mean())
