"""Data sets of Zipf tokens, drawn through the counts of the distinct tokens.

A million samples have a few thousand distinct tokens: drawing the counts costs as little as those.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import zeta

from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream, fraction, philox

__all__ = ["data_set", "distinct_tokens", "draw_data_set", "shares_of_common_tokens"]

_LARGEST_EXPONENT = 64.0
_EPS = 2.0**-52
_ZERO = np.uint64(0)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def data_set(
    exponent: float, samples: int, stream: Stream, replicate: int
) -> tuple[Floats, Integers]:
    """Draw independent Zipf tokens and return the distinct ones with their counts.

    Parameters
    ----------
    exponent : float
        Above 1 and at most 64.
    samples : int
        At least 0 and at most ``10**9``.
    stream : Stream
        Where the randomness comes from.
    replicate : int
        Number of the data set, at least 0.

    Returns
    -------
    tokens : array of float64
        Distinct and increasing; far out, beyond ``2**53``, they lie on a grid.
    counts : array of int64
        Of sum ``samples``, each at least 1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    The counts of the common tokens come one after another from binomial laws. The few remaining
    samples are drawn one by one from the law of the rare tokens, by rejection from a Pareto law
    (Devroye, "Non-Uniform Random Variate Generation", 1986, chapter X.6). Rounding shifts the
    probabilities by a relative 1e-9 for ``10**6`` samples.
    """
    replicate = require_integer("replicate", replicate, 0, 2**62)
    shares, exponent = shares_of_common_tokens(exponent, samples)
    empty = np.empty(0), np.empty(0, dtype=np.int64)
    return draw_data_set(*stream.words, replicate, 0, exponent, samples, shares, *empty)


def shares_of_common_tokens(exponent: float, samples: int) -> tuple[Floats, float]:
    """Probability of each common token among those from it on, and the exponent as a float.

    Parameters
    ----------
    exponent : float
        Above 1 and at most 64.
    samples : int
        At least 0 and at most ``10**9``: the common tokens are those of about one sample or more.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0, at_most=_LARGEST_EXPONENT)
    samples = require_integer("samples", samples, 0, 10**9)
    common = 1 + math.ceil((samples / float(zeta(exponent))) ** (1 / exponent))
    x = np.arange(1.0, common + 1)
    return np.asarray(x**-exponent / zeta(exponent, x)), exponent


@njit(cache=True)
def _binomial(count: int, share: float, u: float) -> int:
    """Invert the distribution function, searching outwards from the mode."""
    if share >= 1.0 or count == 0:
        return count if share >= 1.0 else 0
    mode = min(int((count + 1) * share), count)
    log_height = (
        math.lgamma(count + 1)
        - math.lgamma(mode + 1)
        - math.lgamma(count - mode + 1)
        + mode * math.log(share)
        + (count - mode) * math.log1p(-share)
    )
    odds = share / (1 - share)
    below = above = math.exp(log_height)
    low = high = mode
    u -= below
    while u > 0 and (low > 0 or high < count):
        # The outcomes are laid side by side in this order: any order gives the same law.
        if high < count:
            above *= (count - high) / (high + 1) * odds
            high += 1
            u -= above
            if u <= 0:
                return high
        if low > 0:
            below *= low / (count - low + 1) / odds
            low -= 1
            u -= below
            if u <= 0:
                return low
        if above < 1e-300 and below < 1e-300:  # rounding left a gap above the last outcome
            break
    return mode


@njit(cache=True)
def draw_data_set(
    key0: np.uint64,
    key1: np.uint64,
    replicate: int,
    lane: int,
    exponent: float,
    samples: int,
    shares: Floats,
    tokens_before: Floats,
    counts_before: Integers,
) -> tuple[Floats, Integers]:
    """Draw a data set as `data_set` does and add it to one that was drawn before (kernel).

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane : int
        Non-negative; the samples depend on the key and on these alone.
    exponent : float
        Above 1.
    samples : int
        How many samples are added.
    shares : array
        From `shares_of_common_tokens`, for these samples or more.
    tokens_before, counts_before : arrays
        A data set of this function; empty arrays for none.

    Returns
    -------
    tokens, counts : arrays
        Distinct tokens, increasing, and how often each occurs in all.
    """
    common = shares.size
    counts = np.zeros(common, np.int64)
    rare_before = 0
    for i in range(tokens_before.size):
        if tokens_before[i] <= common:
            counts[int(tokens_before[i]) - 1] = counts_before[i]
        else:
            rare_before += counts_before[i]
    left = samples
    block = 0
    for x in range(common):
        if left == 0:
            break
        word = philox(key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO)[0]
        block += 1
        here = _binomial(left, shares[x], fraction(word))
        counts[x] += here
        left -= here
    rare = np.empty(left + rare_before)
    excess = exponent - 1
    first = common + 1.0
    ceiling = first * -math.expm1(-excess * math.log1p(1 / first))
    filled = 0
    while filled < left:
        w0, w1, w2, w3 = philox(
            key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO
        )
        block += 1
        for attempt in range(2):
            u, threshold = (
                (fraction(w0), fraction(w1)) if attempt == 0 else (fraction(w2), fraction(w3))
            )
            x_rare = np.floor(first * u ** (-1 / excess))
            steepness = x_rare * -math.expm1(-excess * math.log1p(1 / x_rare))
            if filled < left and threshold * steepness <= ceiling:
                rare[filled] = x_rare
                filled += 1
    for i in range(tokens_before.size):
        if tokens_before[i] > common:
            for _ in range(counts_before[i]):
                rare[filled] = tokens_before[i]
                filled += 1
    rare.sort()
    most = np.count_nonzero(counts) + rare.size
    tokens = np.empty(most)
    totals = np.empty(most, np.int64)
    size = 0
    for x in range(common):
        if counts[x] > 0:
            tokens[size], totals[size] = x + 1, counts[x]
            size += 1
    for i in range(rare.size):
        if i > 0 and rare[i] == rare[i - 1]:
            totals[size - 1] += 1
        else:
            tokens[size], totals[size] = rare[i], 1
            size += 1
    return tokens[:size], totals[:size]


def distinct_tokens(exponent: float, samples: int) -> tuple[float, float]:
    """Return the expected number of distinct tokens among Zipf samples, and an error bound.

    Parameters
    ----------
    exponent : float
        Above 1 and at most 64.
    samples : int
        At least 0 and at most ``10**9``; the cost grows like ``samples**(1/exponent)``.

    Returns
    -------
    tuple of float
        ``sum_x (1 - (1 - p(x))**samples)``: the common tokens one by one, the rare ones through
        power sums (the binomial series in ``p(x)``, whose terms fall by a factor 10).

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0, at_most=_LARGEST_EXPONENT)
    samples = require_integer("samples", samples, 0, 10**9)
    if samples == 0:
        return 0.0, 0.0
    total = float(zeta(exponent))
    first = 2 + math.ceil((10 * samples / total) ** (1 / exponent))
    p = np.arange(1.0, first) ** -exponent / total
    head = -np.expm1(samples * np.log1p(-p))
    tail, power = 0.0, 1.0
    for k in range(1, 40):
        power *= (samples - k + 1) / k / total
        term = power * float(zeta(k * exponent, first))
        tail += term if k % 2 else -term
        if term <= 1e-18 * tail:
            break
    value = math.fsum([*head.tolist(), tail])
    return value, 64 * _EPS * (value + first)
