"""Elimination on simulated samples, for any number of classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream, fraction, philox
from numerics.mode_estimation.elimination_rule import class_law, rule_level

__all__ = ["EliminationRuns", "elimination_runs"]

_ZERO = np.uint64(0)


class EliminationRuns(NamedTuple):
    """Independent runs of the rule.

    Attributes
    ----------
    winner : array of int64
        Class that was left, counted from 0; -1 where the run was cut at the cap.
    samples : array of int64
        Number of samples of the run.
    mode_dropped : array of bool
        Whether class 0 was dropped.
    """

    winner: NDArray[np.int64]
    samples: NDArray[np.int64]
    mode_dropped: NDArray[np.bool_]


def elimination_runs(
    probabilities: Sequence[float],
    delta: float | Fraction,
    c: float,
    cap: int,
    stream: Stream,
    first: int,
    count: int,
) -> EliminationRuns:
    """Run elimination on independent samples.

    Parameters
    ----------
    probabilities : sequence of float
        Of the classes, of sum 1; class 0 is the mode.
    delta, c
        As for `two_class_elimination`.
    cap : int
        Samples after which a run is cut, at least 1.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Number of the first run, and how many.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    law = class_law(probabilities)
    c = require_real("c", c, above=0.0)
    cap = require_integer("cap", cap, 1, 2**40)
    first = require_integer("first", first, 0, 2**62)
    count = require_integer("count", count, 0)
    cumulative = np.cumsum(law)
    cumulative[-1] = 1.0  # rounding must not leave a gap above the last step
    winner, samples = np.empty(count, np.int64), np.empty(count, np.int64)
    dropped = np.empty(count, np.bool_)
    _runs(
        *stream.words,
        first,
        cumulative,
        rule_level(delta, law.size),
        c,
        cap,
        winner,
        samples,
        dropped,
    )
    return EliminationRuns(winner, samples, dropped)


@njit(cache=True, parallel=True)
def _runs(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    cumulative: NDArray[np.float64],
    level: float,
    c: float,
    cap: int,
    winner: NDArray[np.int64],
    samples: NDArray[np.int64],
    mode_dropped: NDArray[np.bool_],
) -> None:
    for run in prange(winner.size):
        replicate = np.uint64(first + run)
        classes = cumulative.size
        counts = np.zeros(classes, np.int64)
        remaining = np.arange(classes)
        left, largest, n = classes, 0, 0
        while left > 1 and n < cap:
            word = philox(key0, key1, np.uint64(n), replicate, _ZERO, _ZERO)[0]
            label = np.searchsorted(cumulative, fraction(word))
            counts[label] += 1
            n += 1
            # A dropped class keeps its count: it is no larger than it was behind, or is not looked
            # at, because the largest count is taken among those that are left.
            largest, smallest = 0, n
            for k in range(left):
                count = counts[remaining[k]]
                largest, smallest = max(largest, count), min(smallest, count)
            square = c * largest * (level + 2.0 * math.log(n))
            gap = largest - smallest
            if gap * gap <= square:
                continue
            kept = 0
            for k in range(left):
                behind = largest - counts[remaining[k]]
                if behind * behind <= square:
                    remaining[kept] = remaining[k]
                    kept += 1
            left = kept
        winner[run] = remaining[0] if left == 1 else -1
        samples[run] = n
        mode_dropped[run] = remaining[0] != 0
