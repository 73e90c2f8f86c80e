"""Zipf's law: probabilities on a finite alphabet, exact samples from the infinite one."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream, fraction, philox

__all__ = ["LARGEST_TOKEN", "zipf_probabilities", "zipf_token", "zipf_tokens"]

#: Tokens from here on are all reported as this one: with an exponent near 1 a tail of visible
#: mass lies beyond 64-bit integers.
LARGEST_TOKEN = 2**62

_LOG_2 = math.log(2.0)
_ZERO = np.uint64(0)


def zipf_probabilities(exponent: float, size: int) -> NDArray[np.float64]:
    """Return ``p(x)`` proportional to ``x**-exponent`` on ``{1, ..., size}``.

    Parameters
    ----------
    exponent : float
        At least 0 (0 is the uniform law).
    size : int
        Number of tokens, at least 1.

    Returns
    -------
    array of float64, shape (size,)
        Entry ``i`` is the probability of token ``i + 1``; the sum is 1 up to rounding.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exponent = require_real("exponent", exponent, at_least=0.0)
    size = require_integer("size", size, 1)
    weights = np.arange(1, size + 1, dtype=np.float64) ** -exponent
    # Smallest first: the many small terms then lose nothing against the few large ones.
    return np.asarray(weights / weights[::-1].sum(), dtype=np.float64)


@njit(cache=True)
def zipf_token(key0: np.uint64, key1: np.uint64, replicate: int, lane: int, exponent: float) -> int:
    """Draw one token from ``p(x) = x**-exponent / zeta(exponent)`` on {1, 2, ...} (kernel).

    The proposal ``floor(U**(-1/(exponent-1)))`` has mass ``x**(1-exponent) -
    (x+1)**(1-exponent)``; the ratio of ``p`` to it is proportional to ``1/(x(1 - (1+1/x)**
    (1-exponent)))``, which decreases in ``x``, so dividing by its value at 1 gives the acceptance
    probability (at least log 2). This is Devroye's method ("Non-Uniform Random Variate
    Generation", 1986, chapter X.6), written with `expm1` so that no digits are lost at large
    ``x``. Far out, where a double cannot hold every integer, the tokens lie on a grid: two
    independent draws coincide too often by less than ``2**-50`` in probability.

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane : int
        Non-negative; the token depends on the key and on these alone.
    exponent : float
        Above 1.

    Returns
    -------
    int
        At most `LARGEST_TOKEN`, which stands for itself and all larger tokens.
    """
    excess = exponent - 1.0
    ceiling = -math.expm1(-excess * _LOG_2)
    log_largest = 62.0 * _LOG_2
    block = 0
    while True:
        w0, w1, w2, w3 = philox(
            key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO
        )
        block += 1
        for attempt in range(2):
            proposal = fraction(w0) if attempt == 0 else fraction(w2)
            threshold = fraction(w1) if attempt == 0 else fraction(w3)
            log_x = -math.log(proposal) / excess
            if log_x >= log_largest:
                # The acceptance ratio has reached its limit to double precision.
                if threshold * excess <= ceiling:
                    return LARGEST_TOKEN
                continue
            x = math.floor(math.exp(log_x))
            if threshold * x * -math.expm1(-excess * math.log1p(1.0 / x)) <= ceiling:
                return int(x)


@njit(cache=True)
def _fill_tokens(
    key0: np.uint64, key1: np.uint64, replicate: int, exponent: float, out: NDArray[np.int64]
) -> None:
    for i in range(out.size):
        out[i] = zipf_token(key0, key1, replicate, i, exponent)


def zipf_tokens(exponent: float, stream: Stream, replicate: int, count: int) -> NDArray[np.int64]:
    """Draw independent tokens from ``p(x) = x**-exponent / zeta(exponent)`` on {1, 2, ...}.

    Parameters
    ----------
    exponent : float
        Above 1.
    stream : Stream
        Where the randomness comes from.
    replicate : int
        Number of the repetition, at least 0.
    count : int
        How many tokens, at least 0. Fewer tokens of the same replicate are a prefix.

    Returns
    -------
    array of int64, shape (count,)
        Each at least 1 and at most `LARGEST_TOKEN`, which stands for itself and all larger tokens.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    replicate = require_integer("replicate", replicate, 0, 2**63 - 1)
    tokens = np.empty(require_integer("count", count, 0), dtype=np.int64)
    _fill_tokens(*stream.words, replicate, exponent, tokens)
    return tokens
