"""Confidence intervals for means of bounded replicates, whatever their law and number."""

from __future__ import annotations

import math

import numpy as np
from flint import arb

from verify.core.estimates import Sampled

__all__ = ["RunningMean"]

_BLOCK = 1 << 16


class RunningMean:
    """The mean of the first replicates of an estimate, with the empirical Bernstein interval.

    With V the sample variance of n replicates in an interval of length b, each of

        mu <= mean + sqrt(2 V log(2/d) / n) + 7 b log(2/d) / (3 (n - 1))

    and its mirror image fails with probability at most d (Maurer and Pontil 2009, theorem 4).
    """

    def __init__(self, sampled: Sampled) -> None:
        self._sampled = sampled
        self._count = 0
        self._mean = self._squares = 0.0

    def draw_until(self, count: int) -> None:
        """Take replicates up to this number; by Chan's rule for the moments of blocks."""
        while self._count < count:
            size = min(_BLOCK, count - self._count)
            block = np.asarray(self._sampled.draw(self._count, size), dtype=float)
            if block.shape != (size,):
                raise ValueError(f"asked for {size} replicates, got shape {block.shape}")
            if not np.all((self._sampled.low <= block) & (block <= self._sampled.high)):
                low, high = self._sampled.low, self._sampled.high
                raise ValueError(f"a replicate is not in [{low:g}, {high:g}]")
            mean = float(block.mean())
            total, shift = self._count + size, mean - self._mean
            self._squares += float(np.square(block - mean).sum())
            self._squares += shift**2 * self._count * size / total
            self._mean += shift * size / total
            self._count = total

    def ball(self, error: float) -> arb:
        """A ball that holds the mean but for a chance of ``error``; needs two replicates."""
        if self._count < 2:
            raise ArithmeticError("an interval needs two replicates")
        sampled, count = self._sampled, self._count
        log = math.log(4 / error)
        radius = math.sqrt(2 * self._squares / (count - 1) * log / count)
        radius += 7 * (sampled.high - sampled.low) * log / (3 * (count - 1))
        return arb(self._mean, radius + sampled.bias)
