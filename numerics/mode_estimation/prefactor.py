"""How often the second label is ahead of the mode: the law of N_2 - N_1 after n samples.

Up to a few hundred samples the law is summed in fractions. Far beyond, where the probabilities
are smaller than any double, the walk is tilted until it is symmetric, and the law of the tilted
walk comes from its characteristic function by one FFT: nothing cancels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from flint import arb, ctx, fmpq
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real

__all__ = [
    "PairError",
    "UnionOfPairs",
    "difference_probability",
    "joint_probability",
    "leading_error",
    "pair_error",
    "tilted_walk",
    "union_of_pairs",
]

_EPS = 2.0**-52
_BITS = 128
_LARGEST_FRACTIONS = 400


class PairError(NamedTuple):
    """The second label against the mode.

    Attributes
    ----------
    tie, ahead : arb
        Balls around the probabilities that the counts are equal, and that the second is larger.
    """

    tie: arb
    ahead: arb

    @property
    def with_half_the_ties(self) -> arb:
        """Probability that the second label wins when ties are broken by a fair coin."""
        with ctx.workprec(_BITS):
            return self.ahead + self.tie / 2


class UnionOfPairs(NamedTuple):
    """The error of the empirical mode, and the two ends of Bonferroni's inequalities.

    Attributes
    ----------
    error : Fraction
        Of the empirical mode, ties broken uniformly.
    singles : Fraction
        Sum over the labels of the probability to be ahead of the mode, ties counted half.
    joint : Fraction
        Sum over the pairs of labels of the probability that neither is behind the mode.
    """

    error: Fraction
    singles: Fraction
    joint: Fraction


def difference_probability(
    mode: Fraction, second: Fraction, samples: int, difference: int
) -> Fraction:
    """Return the probability that the second label is seen so many times more than the mode.

    Parameters
    ----------
    mode, second : Fraction
        Probabilities of the two labels, positive and of sum at most 1.
    samples : int
        At most 400.
    difference : int
        May be negative.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    The law is carried forward sample by sample, so no formula of it is used.
    """
    _require_pair(mode, second)
    samples = require_integer("samples", samples, 0, _LARGEST_FRACTIONS)
    difference = require_integer("difference", difference)
    law, whole = _difference_law(Fraction(mode), Fraction(second), samples)
    position = samples + 1 + difference
    weight = law[position] if 0 <= position < len(law) else 0
    return Fraction(weight, whole**samples)


@lru_cache(maxsize=64)
def _difference_law(mode: Fraction, second: Fraction, samples: int) -> tuple[tuple[int, ...], int]:
    """Weights of the places -samples - 1, ..., samples + 1, over a power of a denominator."""
    whole = math.lcm(mode.denominator, second.denominator)
    up, down = int(second * whole), int(mode * whole)
    stay = whole - up - down
    law = [0] * (2 * samples + 3)
    law[samples + 1] = 1
    for n in range(samples):
        reach = range(samples - n, samples + n + 3)
        moved = [down * law[i + 1] + stay * law[i] + up * law[i - 1] for i in reach]
        law[samples - n : samples + n + 3] = moved
    return tuple(law), whole


def tilted_walk(
    mode: float | Fraction, second: float | Fraction, samples: int
) -> tuple[NDArray[np.float64], float]:
    """Return the law of the difference once it is tilted to a symmetric walk, and an error bound.

    Parameters
    ----------
    mode, second : float or Fraction
        Probabilities of the two labels, positive and of sum below 1.
    samples : int
        At least 1, at most 10**12.

    Returns
    -------
    array of float
        Entry j is the probability that the tilted walk is at j.
    float
        Bound on the absolute error of each.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _require_pair(mode, second)
    if not mode + second < 1:
        raise ValueError("two labels alone make a walk of period 2: see two_label_balls")
    samples = require_integer("samples", samples, 1, 10**12)
    holds, root = float(1 - mode - second), math.sqrt(mode * second)
    variance = 2.0 * root / (holds + 2.0 * root)
    # Beyond the window there is less than 2 exp(-size^2 / (8 samples)) < 1e-27 to fold back.
    size = 1 << max(6, math.ceil(math.log2(24.0 * math.sqrt(samples))))
    half = np.arange(size // 2 + 1) * (math.pi / size)
    below = 2.0 * variance * np.sin(half) ** 2  # the characteristic function is 1 - below
    odd = (below > 1.0) & (samples % 2 == 1)
    # its absolute value is 1 minus the smaller of the two, and 0 is avoided
    logarithm = np.log1p(-np.minimum(np.minimum(below, 2.0 - below), 1.0 - 2.0**-53))
    powers = np.where(odd, -1.0, 1.0) * np.exp(samples * logarithm)
    law = np.fft.irfft(powers, size)[: size // 2]
    # the exponent n log(phi) is off by a few units in its last place, where it matters at most 50
    mean = float(np.abs(powers).mean())
    return law, 400.0 * _EPS * mean + 1e-27


def pair_error(mode: float | Fraction, second: float | Fraction, samples: int) -> PairError:
    """Return balls around the probabilities that the second label ties with the mode or beats it.

    Parameters
    ----------
    mode, second, samples
        As for `tilted_walk`, with ``second`` below ``mode``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    With r the root of ``second / mode`` and rho one minus the squared difference of the roots, the
    difference is at j with probability ``rho^n r^j`` times that of the tilted walk.
    """
    law, error = tilted_walk(mode, second, samples)
    if not second < mode:
        raise ValueError("the second label must be less likely than the mode")
    ratio = math.sqrt(second / mode)
    powers = ratio ** np.arange(1, law.size)
    ahead = math.fsum(law[1:] * powers)
    ends = ratio**law.size / (1.0 - ratio)  # the places beyond the window
    slack = 8.0 * _EPS * ahead / (1.0 - ratio)
    with ctx.workprec(_BITS):
        scale = (1 - (_ball(mode).sqrt() - _ball(second).sqrt()) ** 2) ** samples
        return PairError(
            scale * arb(float(law[0]), error),
            scale * arb(ahead, error * ratio / (1.0 - ratio) + ends * 1e-27 + slack),
        )


def leading_error(law: Sequence[float | Fraction], samples: int) -> arb:
    """Return a ball around the error of the empirical mode, ties broken uniformly.

    Parameters
    ----------
    law : sequence of float or Fraction
        Probabilities of the labels, three or more; the first is the largest, and above the others.
    samples : int
        At least 1, at most 10**12.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    By Bonferroni's inequalities the error is the sum over the labels of the probabilities to beat
    the mode, up to that of pairs of labels that both do, for which Markov's inequality is used.
    The ball is narrow when there are many samples.
    """
    if len(law) < 3 or not min(law) > 0 or not abs(math.fsum(law) - 1.0) <= 1e-9:
        raise ValueError("law must be three or more positive probabilities")
    mode, *others = law
    if max(others) >= mode:
        raise ValueError("the first label must be the only most likely one")
    with ctx.workprec(_BITS):
        total = both = arb(0)
        for second in dict.fromkeys(others):
            total += others.count(second) * pair_error(mode, second, samples).with_half_the_ties
        for one, other in combinations(others, 2):
            # E t^(N_i + N_j - 2 N_1) at the t where it is least
            t = (2 * _ball(mode) / (_ball(one) + _ball(other))).root(3)
            mean = 1 + (_ball(one) + _ball(other)) * (t - 1) + _ball(mode) * (1 / t**2 - 1)
            both += mean**samples
        return total + arb(0, 1) * both.abs_upper()


def joint_probability(mode: Fraction, second: Fraction, samples: int) -> Fraction:
    """Return the probability that neither of two equally likely labels is behind the mode.

    Parameters
    ----------
    mode, second : Fraction
        Probability of the mode and of each of the two labels; the rest is for further labels.
    samples : int
        At most 100.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _require_pair(mode, second)
    samples = require_integer("samples", samples, 0, 100)
    rest = 1 - mode - 2 * second
    if rest < 0:
        raise ValueError("the probabilities of three labels sum to more than 1")
    total = Fraction(0)
    for top in range(samples // 3 + 1):
        for others in range(2 * top, samples - top + 1):
            # of these, at least ``top`` go to either label
            ways = sum(math.comb(others, one) for one in range(top, others - top + 1))
            left = samples - top - others
            weight = math.comb(samples, top) * math.comb(samples - top, others) * ways
            total += weight * mode**top * second**others * rest**left
    return total


def union_of_pairs(law: Sequence[Fraction], samples: int) -> UnionOfPairs:
    """Return the error of the empirical mode with what Bonferroni's inequalities compare it to.

    Parameters
    ----------
    law : sequence of Fraction
        Probabilities of the labels, of sum 1; the first is that of the mode.
    samples : int
        At least 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if len(law) < 2 or min(law) < 0 or sum(law) != 1:
        raise ValueError("law must be two or more probabilities of sum 1, as fractions")
    samples = require_integer("samples", samples, 0, 60)
    others = range(1, len(law))
    error = singles = joint = Fraction(0)
    for counts, weight in _counts(law, samples):
        ahead = sum(counts[i] > counts[0] for i in others)
        level = sum(counts[i] == counts[0] for i in others)
        error += weight * (1 if ahead else Fraction(level, level + 1))
        singles += weight * (ahead + Fraction(level, 2))
        joint += weight * math.comb(ahead + level, 2)
    return UnionOfPairs(error, singles, joint)


def _counts(law: Sequence[Fraction], samples: int) -> list[tuple[tuple[int, ...], Fraction]]:
    """All vectors of counts with their probabilities."""
    found: list[tuple[tuple[int, ...], Fraction]] = []

    def extend(counts: tuple[int, ...], left: int, weight: Fraction) -> None:
        label = len(counts)
        if label == len(law) - 1:
            found.append(((*counts, left), weight * law[label] ** left))
            return
        for count in range(left + 1):
            more = weight * math.comb(left, count) * law[label] ** count
            extend((*counts, count), left - count, more)

    extend((), samples, Fraction(1))
    return found


def _require_pair(mode: float | Fraction, second: float | Fraction) -> None:
    for name, value in (("mode", mode), ("second", second)):
        require_real(name, float(value), above=0.0)
    if mode + second > 1:
        raise ValueError("the probabilities of two labels sum to more than 1")


def _ball(value: float | Fraction) -> arb:
    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))
