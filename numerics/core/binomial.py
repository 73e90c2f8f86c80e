"""Binomial counts of a stream: a kernel that other kernels call, at a cost free of the counts."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from numerics.core.streams import fraction, philox

__all__ = ["binomial"]

_ZERO = np.uint64(0)
_FEW = 10.0  # from this mean on rejection is faster, and its constants are valid


@njit(cache=True)
def binomial(
    key0: np.uint64,
    key1: np.uint64,
    replicate: int,
    lane: int,
    block: int,
    trials: int,
    share: float,
) -> tuple[int, int]:
    """Draw a binomial count and return it with the first block that is left (kernel).

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane, block : int
        Non-negative; the count depends on the key and on these alone.
    trials : int
        At least 0.
    share : float
        The probability of success; what is below 0 or above 1 counts as 0 and 1.

    Notes
    -----
    For a small mean the distribution function is inverted from 0 on; otherwise transformed
    rejection (Hörmann, "The generation of binomial random variates", 1993, algorithm BTRS).
    """
    if share <= 0.0 or trials == 0:
        return 0, block
    if share >= 1.0:
        return trials, block
    rare = min(share, 1.0 - share)
    if trials * rare < _FEW:
        word = philox(key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO)[0]
        count = _inverted(trials, rare, fraction(word))
        block += 1
    else:
        count, block = _rejected(key0, key1, replicate, lane, block, trials, rare)
    return (count if share <= 0.5 else trials - count), block


@njit(cache=True)
def _inverted(trials: int, share: float, u: float) -> int:
    odds = share / (1.0 - share)
    height = 1.0 - share if trials == 1 else math.exp(trials * math.log1p(-share))
    count = 0
    while u > height and count < trials:
        u -= height
        height *= (trials - count) / (count + 1) * odds
        count += 1
    return count


@njit(cache=True)
def _rejected(
    key0: np.uint64,
    key1: np.uint64,
    replicate: int,
    lane: int,
    block: int,
    trials: int,
    share: float,
) -> tuple[int, int]:
    deviation = math.sqrt(trials * share * (1.0 - share))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * share
    centre = trials * share + 0.5
    ready = 0.92 - 4.2 / b
    mode = math.floor((trials + 1) * share)
    while True:
        words = philox(key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO)
        block += 1
        for attempt in range(2):
            u = fraction(words[2 * attempt]) - 0.5
            v = fraction(words[2 * attempt + 1])
            edge = 0.5 - abs(u)
            count = math.floor((2.0 * a / edge + b) * u + centre)
            if count < 0 or count > trials:
                continue
            if edge >= 0.07 and v <= ready:
                return count, block
            height = v * (2.83 + 5.1 / b) * deviation / (a / (edge * edge) + b)
            if math.log(height) <= (
                math.lgamma(mode + 1.0)
                + math.lgamma(trials - mode + 1.0)
                - math.lgamma(count + 1.0)
                - math.lgamma(trials - count + 1.0)
                + (count - mode) * math.log(share / (1.0 - share))
            ):
                return count, block
