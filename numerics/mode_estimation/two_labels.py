"""The race of two labels that are all there is: binomial laws, in fractions and in balls."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq

from numerics.core.arguments import require_integer
from numerics.mode_estimation.prefactor import PairError

__all__ = ["two_label_balls", "two_label_law"]

_EPS = 2.0**-52
_BITS = 128


def two_label_law(mode: Fraction, samples: int) -> tuple[Fraction, Fraction]:
    """Return the probabilities that two labels tie, and that the less likely one is ahead.

    Parameters
    ----------
    mode : Fraction
        Probability of the more likely label, above 1/2 and below 1.
    samples : int
        At least 0, at most 2000.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mode = Fraction(mode)
    _require_majority(mode)
    samples = require_integer("samples", samples, 0, 2000)
    up, down = mode.numerator, mode.denominator - mode.numerator
    ahead = sum(
        math.comb(samples, k) * down**k * up ** (samples - k)
        for k in range(samples // 2 + 1, samples + 1)
    )
    half, odd = divmod(samples, 2)
    tie = 0 if odd else math.comb(samples, half) * (down * up) ** half
    whole = mode.denominator**samples
    return Fraction(tie, whole), Fraction(ahead, whole)


def two_label_balls(mode: float | Fraction, samples: int) -> PairError:
    """Return balls around the probabilities of `two_label_law`, for many samples.

    Parameters
    ----------
    mode : float or Fraction
        Probability of the more likely label, above 1/2 and below 1.
    samples : int
        At least 2, at most 10**7.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _require_majority(mode)
    samples = require_integer("samples", samples, 2, 10**7)
    odds = float((1 - mode) / mode)
    first = samples // 2 + 1
    # one term of the binomial law after another, until they do not count
    reach = min(samples - first, math.ceil(-60.0 / math.log(odds)))
    k = np.arange(first, first + reach, dtype=np.float64)
    ratios = np.concatenate(([1.0], np.cumprod((samples - k) / (k + 1) * odds)))
    total = math.fsum(ratios)
    error = total * 8.0 * _EPS * (2.0 + 1.0 / (1.0 - odds)) + math.exp(-59.0) / (1.0 - odds)
    with ctx.workprec(_BITS):
        exact = Fraction(mode)
        up = arb(fmpq(exact.numerator, exact.denominator))
        down = 1 - up

        def mass(count: int) -> arb:
            return arb.bin_uiui(samples, count) * down**count * up ** (samples - count)

        half, odd = divmod(samples, 2)
        return PairError(arb(0) if odd else mass(half), mass(first) * arb(total, error))


def _require_majority(mode: float | Fraction) -> None:
    if not Fraction(1, 2) < Fraction(mode) < 1:
        raise ValueError(f"mode is {mode}; it must be above 1/2 and below 1")
