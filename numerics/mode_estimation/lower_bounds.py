"""What any rule must pay: the nearest law with another mode, and a rule to hold against the bound.

The nearest law is found by a convex program and nothing is assumed about it; the distance comes
with a bound on how far it is from the least one.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_real
from numerics.mode_estimation.elimination import two_class_elimination

__all__ = ["divergence", "least_divergence", "mean_samples", "nearest_law"]

_EPS = 2.0**-52
_MOST_STEPS = 200_000
_MOST_SAMPLES = 10**6


def divergence(law: ArrayLike, other: ArrayLike) -> float:
    """Return the Kullback-Leibler divergence of one law from another, in nats.

    Parameters
    ----------
    law, other : sequences of float
        Probabilities of the same labels; ``other`` is positive where ``law`` is.

    Raises
    ------
    ValueError
        If an argument is no law, or the divergence is infinite.
    """
    p, q = _law(law), _law(other)
    if p.size != q.size or np.any((q == 0) & (p > 0)):
        raise ValueError("the second law must be positive wherever the first is")
    seen = p > 0
    return math.fsum(p[seen] * np.log(p[seen] / q[seen]))


def nearest_law(law: ArrayLike, gap: float = 1e-13) -> tuple[NDArray[np.float64], float]:
    """Return the law nearest to this one under which the first label is not ahead of the second.

    Parameters
    ----------
    law : sequence of float
        Probabilities of two labels or more.
    gap : float
        When to stop: how far the divergence may be from the least one.

    Returns
    -------
    array of float
        A law q with ``q[0] <= q[1]`` that almost minimises the divergence of ``law`` from q.
    float
        Bound on how far its divergence is from the least one.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    These laws are the mixtures of point masses at all labels but the first, and of the even law on
    the first two. The weights are found by the EM algorithm; the gap is that of the dual.
    """
    p = _law(law)
    if p.size < 2:
        raise ValueError("law must have two labels or more")
    gap = require_real("gap", gap, above=0.0)
    weights = np.full(p.size, 1.0 / p.size)  # entry 0: the even law on the first two labels
    left = math.inf
    for _ in range(_MOST_STEPS):
        q = _mixture(weights)
        share = np.divide(p, q, out=np.zeros_like(p), where=q > 0)
        slopes = np.concatenate(([(share[0] + share[1]) / 2], share[1:]))
        left = float(slopes.max()) - 1.0
        if left <= gap:
            break
        weights = weights * slopes
        weights /= weights.sum()
    return _mixture(weights), max(left, 0.0) + 16.0 * _EPS


def _mixture(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    q = weights.copy()
    q[0] /= 2
    q[1] += q[0]
    return q


def least_divergence(law: ArrayLike) -> tuple[float, float]:
    """Return the least divergence from a law without the mode in front, and an error bound.

    Parameters
    ----------
    law : sequence of float
        Probabilities of two labels or more.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    nearest, gap = nearest_law(law)
    return divergence(law, nearest), gap + 64.0 * _EPS


def mean_samples(
    other: float | Fraction, delta: float | Fraction, c: float = 4.0
) -> tuple[float, float]:
    """Return the mean number of samples that elimination needs with two labels, and an error bound.

    Parameters
    ----------
    other : float or Fraction
        Probability of the less likely label, above 2**-53 and below 1/2.
    delta : float or Fraction
        The error that is asked for, in (0, 1).
    c : float
        Confidence constant, positive.

    Raises
    ------
    ValueError
        If an argument is out of range, or the rule needs too many samples to follow.
    """
    share = require_real("other", float(other), above=2.0**-53)
    if share >= 0.5:
        raise ValueError(f"other is {other}; it must be below 1/2")
    c = require_real("c", c, above=0.0)
    level = math.log(2 * math.pi**2) - math.log(Fraction(delta).numerator)
    level += math.log(Fraction(delta).denominator)
    lead = 1.0 - 2.0 * share  # mean of a step of the difference, which has steps of size 1
    horizon = 16
    while horizon <= _MOST_SAMPLES:
        # from here on half the drift is enough to stop, so by Hoeffding's inequality the rule
        # goes on for n samples with probability at most exp(-n lead^2 / 8)
        reach = c * (level + 2.0 * math.log(horizon))
        tail = math.exp(-horizon * lead**2 / 8) / -math.expm1(-(lead**2) / 8)
        # the square of what must be passed rises more slowly than that of the drift
        if horizon * lead**2 / 4 >= 1.01 * reach and reach >= 2 * c and tail <= 1e-9:
            break
        horizon += horizon // 4
    else:
        raise ValueError("the rule needs more than a million samples")
    run = two_class_elimination(1.0 - share, delta, c, horizon)
    error = run.samples * run.relative + run.lost * horizon + tail
    return run.samples, error


def _law(values: ArrayLike) -> NDArray[np.float64]:
    law = np.asarray(values, dtype=np.float64)
    if law.ndim != 1 or law.size == 0 or not np.all(law >= 0) or not abs(law.sum() - 1.0) <= 1e-9:
        raise ValueError("a law must be non-negative numbers of sum 1")
    return law
