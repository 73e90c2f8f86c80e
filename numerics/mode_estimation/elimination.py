"""Elimination: classes are dropped when their counts fall too far behind. Error and running time.

After n samples a class is dropped when its count N falls below ``Nmax - sqrt(c Nmax L)``, where
Nmax is the largest count of a class that is left and ``L = log(pi^2 n^2 m / delta)``; the rule
stops when one class is left. Two and three classes are followed exactly, by the law of their
counts; `numerics.mode_estimation.elimination_runs` simulates any number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.mode_estimation.elimination_rule import class_law, rule_level

__all__ = [
    "Elimination",
    "exact_two_class_error",
    "lead_probability",
    "three_class_elimination",
    "two_class_elimination",
]

_EPS = 2.0**-52
_TINY = 1e-290  # masses below it are given up, and counted as lost
_LOST = 1e-279  # more than all that three classes give up, for horizons up to 2000
_UNDECIDED = 1e-12  # relative distance to the threshold below which doubles may not tell


class Elimination(NamedTuple):
    """What the law of the counts gives, up to a horizon.

    Attributes
    ----------
    error : float
        Probability that the mode was dropped by the horizon.
    samples : float
        Mean number of samples until the rule stops or the horizon is reached.
    running : float
        Probability that the rule has not stopped by the horizon.
    together : float
        Probability that classes 0 and 1 are both left at the horizon.
    relative : float
        Bound on the relative error by rounding of each of the three.
    lost : float
        What was given up because it is too small for doubles: a further absolute error of the
        probabilities, and of the mean number of samples over the horizon.
    """

    error: float
    samples: float
    running: float
    together: float
    relative: float
    lost: float


def two_class_elimination(
    p1: float,
    delta: float | Fraction,
    c: float,
    horizon: int,
    *,
    doubling: bool = False,
    growing: bool = True,
    ignored: float = _TINY,
) -> Elimination:
    """Return error, mean number of samples and more of elimination with two classes, exactly.

    Parameters
    ----------
    p1 : float
        Probability of class 0, the mode, in [1/2, 1]; at 1/2 it is one of two equal classes.
    delta : float or Fraction
        The error that is asked for, in (0, 1); a Fraction may be as small as you like.
    c : float
        Confidence constant, positive.
    horizon : int
        Samples after which to stop looking, at least 1.
    doubling : bool
        Whether the rule looks only after 1, 2, 4, 8, ... samples.
    growing : bool
        Whether n is in the logarithm L; without it the rule is not valid.
    ignored : float
        Masses at the ends of the law that are below this are given up, in [1e-290, 1e-20]; a larger
        one saves time where errors do not matter.

    Raises
    ------
    ValueError
        If an argument is out of range.
    ArithmeticError
        If a count is so near to its threshold that doubles cannot tell on which side.

    Notes
    -----
    The difference of the counts is a walk, whose law is carried forward one sample at a time. The
    cost is the horizon times the width of the region in which the rule goes on.
    """
    p1 = require_real("p1", p1, 0.5, 1.0)
    c = require_real("c", c, above=0.0)
    horizon = require_integer("horizon", horizon, 1, 10**8)
    ignored = require_real("ignored", ignored, _TINY, 1e-20)
    level = rule_level(delta, 2)
    slope = 2.0 if growing else 0.0
    error, samples, running, lost, margin = _two_classes(
        p1, level, c, horizon, doubling, slope, ignored
    )
    _require_decided(margin)
    return Elimination(error, samples, running, running, 8.0 * (horizon + 4) * _EPS, lost)


def exact_two_class_error(
    p1: Fraction, delta: Fraction, c: Fraction, horizon: int
) -> tuple[Fraction, Fraction]:
    """Return the probabilities that the mode was dropped and that the rule goes on, as fractions.

    Parameters
    ----------
    p1, delta, c, horizon
        As for `two_class_elimination`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    ArithmeticError
        If a count is so near to its threshold that doubles cannot tell on which side.
    """
    require_real("p1", p1, 0.5, 1.0)
    value = require_real("c", c, above=0.0)
    horizon = require_integer("horizon", horizon, 1, 10_000)
    level = rule_level(delta, 2)
    other = 1 - p1
    law = {0: Fraction(1)}
    error = Fraction(0)
    for n in range(1, horizon + 1):
        gap, margin = _largest_gap(n, value, level, 2.0)
        _require_decided(margin)
        moved: dict[int, Fraction] = {}
        for lead, mass in law.items():
            moved[lead + 1] = moved.get(lead + 1, Fraction(0)) + mass * p1
            moved[lead - 1] = moved.get(lead - 1, Fraction(0)) + mass * other
        error += sum((mass for lead, mass in moved.items() if lead < -gap), Fraction(0))
        law = {lead: mass for lead, mass in moved.items() if abs(lead) <= gap}
    return error, sum(law.values(), Fraction(0))


def three_class_elimination(
    probabilities: Sequence[float], delta: float | Fraction, c: float, horizon: int
) -> Elimination:
    """Return error, mean number of samples and more of elimination with three classes, exactly.

    Parameters
    ----------
    probabilities : sequence of float
        Of the three classes, of sum 1; class 0 is the mode.
    delta, c, horizon
        As for `two_class_elimination`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    ArithmeticError
        If a count is so near to its threshold that doubles cannot tell on which side.

    Notes
    -----
    The cost grows like the cube of the horizon, the memory like its square: 0.3 s at 400.
    """
    law = class_law(probabilities)
    if law.size != 3:
        raise ValueError(f"probabilities has {law.size} entries; it must have 3")
    c = require_real("c", c, above=0.0)
    horizon = require_integer("horizon", horizon, 1, 2000)
    level = rule_level(delta, 3)
    error, samples, running, both, margin = _three_classes(law, level, c, horizon)
    _require_decided(margin)
    return Elimination(error, samples, running, both, 8.0 * (horizon + 8) * _EPS, _LOST)


def lead_probability(share: float, square: float, samples: int) -> tuple[float, float]:
    """Return how likely the rival leads by a root of ``square`` times the larger count, or more.

    Parameters
    ----------
    share : float
        Probability that a sample is of the rival, in [0, 1].
    square : float
        The square of the lead is compared with this times the larger count; positive.
    samples : int
        Samples of the mode or the rival, at least 1.

    Returns
    -------
    (value, error) : the probability and a bound on its absolute error.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share = require_real("share", share, 0.0, 1.0)
    square = require_real("square", square, above=0.0)
    samples = require_integer("samples", samples, 1, 10_000)
    law = np.zeros(samples + 1)
    law[0] = 1.0
    for _ in range(samples):
        law[1:] = (1.0 - share) * law[1:] + share * law[:-1]
        law[0] *= 1.0 - share
    counts = np.arange(samples + 1)
    lead = 2 * counts - samples
    far = (lead > 0) & (lead.astype(float) ** 2 >= square * np.maximum(counts, samples - counts))
    value = float(law[far].sum())
    return value, 8.0 * (samples + 4) * _EPS * value + 1e-290


def _require_decided(margin: float) -> None:
    if margin < _UNDECIDED:
        raise ArithmeticError("a count is too near to its threshold for doubles to tell the side")


@njit(cache=True)
def _largest_gap(n: int, c: float, level: float, slope: float) -> tuple[int, float]:
    """Largest difference of two counts of sum n at which nothing is dropped, and its margin.

    The smaller count is dropped when the difference k has ``k^2 > c (n + k) L / 2``. The margin is
    the least relative distance of the two sides at this k and at the next one.
    """
    reach = c * (level + slope * math.log(n))
    k = int(0.25 * (reach + math.sqrt(reach * reach + 8.0 * reach * n)))
    k -= (k - n) & 1  # of the parity of n
    while k >= 0 and k * k > 0.5 * reach * (n + k):
        k -= 2
    while (k + 2) * (k + 2) <= 0.5 * reach * (n + k + 2):
        k += 2
    if k < 0:  # then n = 1, and the first sample decides
        return -1, 1.0 - 0.5 * reach * (n + 1)
    below = 1.0 - k * k / (0.5 * reach * (n + k)) if n + k > 0 else 1.0
    above = (k + 2) * (k + 2) / (0.5 * reach * (n + k + 2)) - 1.0
    return k, min(below, above)


@njit(cache=True)
def _two_classes(
    p: float,
    level: float,
    c: float,
    horizon: int,
    doubling: bool,
    slope: float,
    ignored: float,
) -> tuple[float, float, float, float, float]:
    # Entry i of the law is the probability that class 0 was seen i times and nothing was dropped.
    law, moved = np.zeros(horizon + 2), np.zeros(horizon + 2)
    law[0] = 1.0
    low, high = 0, 0
    q = 1.0 - p
    error, samples, lost, margin = 0.0, 0.0, 0.0, 1.0
    for n in range(1, horizon + 1):
        moved[low] = q * law[low]
        for i in range(low + 1, high + 1):
            moved[i] = q * law[i] + p * law[i - 1]
        moved[high + 1] = p * law[high]
        high += 1
        law, moved = moved, law
        if not doubling or (n & (n - 1)) == 0:
            gap, decided = _largest_gap(n, c, level, slope)
            if gap < n:
                margin = min(margin, decided)
            wrong, right = 0.0, 0.0
            while low <= high and n - 2 * low > gap:
                wrong += law[low]
                low += 1
            while high >= low and 2 * high - n > gap:
                right += law[high]
                high -= 1
            error += wrong
            samples += n * (wrong + right)
        while low <= high and law[low] < ignored:
            lost += law[low]
            low += 1
        while high >= low and law[high] < ignored:
            lost += law[high]
            high -= 1
        if low > high:
            return error, samples, 0.0, lost, margin
    running = 0.0
    for i in range(low, high + 1):
        running += law[i]
    return error, samples + horizon * running, running, lost, margin


@njit(cache=True)
def _three_classes(
    p: NDArray[np.float64], level: float, c: float, horizon: int
) -> tuple[float, float, float, float, float]:
    # Entry [a, i, j]: classes 1 and 2 were seen i and j times, and of {0, 1, 2} those are left
    # that a says: all, all but 0, all but 1, all but 2.
    law = np.zeros((4, horizon + 2, horizon + 2))
    law[0, 0, 0] = 1.0
    allowed = np.empty(horizon + 2, np.int64)
    left = np.empty((4, 3), np.bool_)
    for a in range(4):
        for k in range(3):
            left[a, k] = a != k + 1
    error, samples, margin = 0.0, 0.0, 1.0
    alive = True
    for n in range(1, horizon + 1):
        reach = c * (level + 2.0 * math.log(n))
        for largest in range(n + 1):
            square = reach * largest
            root = int(math.sqrt(square))
            while root * root > square:
                root -= 1
            while (root + 1) * (root + 1) <= square:
                root += 1
            allowed[largest] = root
            if 0 < largest and root < largest:  # a gap beyond the largest count does not occur
                margin = min(margin, 1.0 - root * root / square)
                margin = min(margin, (root + 1) * (root + 1) / square - 1.0)
        alive = False
        for a in range(4):
            for i in range(n, -1, -1):
                for j in range(n - i, -1, -1):
                    value = p[0] * law[a, i, j] if i + j < n else 0.0
                    if i > 0:
                        value += p[1] * law[a, i - 1, j]
                    if j > 0:
                        value += p[2] * law[a, i, j - 1]
                    law[a, i, j] = value if value > _TINY else 0.0
        for a in range(4):
            for i in range(n + 1):
                for j in range(n - i + 1):
                    mass = law[a, i, j]
                    if mass == 0.0:
                        continue
                    counts = (n - i - j, i, j)
                    largest = -1
                    for k in range(3):
                        if left[a, k] and counts[k] > largest:
                            largest = counts[k]
                    gap = allowed[largest]
                    staying, only, gone = 0, -1, -1
                    for k in range(3):
                        if left[a, k]:
                            if largest - counts[k] > gap:
                                gone = k
                            else:
                                staying += 1
                                only = k
                    if staying == 1:
                        samples += n * mass
                        law[a, i, j] = 0.0
                    elif a == 0 and gone >= 0:
                        law[gone + 1, i, j] += mass
                        law[a, i, j] = 0.0
                    else:
                        alive = True
                    if not left[a, 0]:
                        continue
                    if gone == 0 or (staying == 1 and only != 0):
                        error += mass
        if not alive:
            break
    running = 0.0
    for a in range(4):
        running += law[a].sum()
    both = law[0].sum() + law[3].sum()
    return error, samples + horizon * running, running, both, margin
