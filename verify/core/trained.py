"""Properties tried input by input, and trends across seeds by exact sign and rank tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from theory.core.errors import ClaimError
from theory.core.statement import ForAll, Trend
from verify.core.estimates import Estimate, Exhaustive, Trained
from verify.core.findings import Finding, PointResult, one_line, plain
from verify.core.verdict import How

__all__ = ["judge_cases", "judge_trend", "rank_p_value"]

_INTERVAL = 0.99
"""Confidence level of the interval that goes with an effect size."""


def _only(estimates: Mapping[str, Estimate], kind: type) -> Any:
    found = list(estimates.values())
    if len(found) != 1 or not isinstance(found[0], kind):
        names = ", ".join(type(estimate).__name__ for estimate in found) or "nothing"
        raise ClaimError(f"one {kind.__name__} estimate is needed, not {names}")
    return found[0]


def judge_cases(
    statement: ForAll, point: dict[str, Any], estimates: Mapping[str, Estimate]
) -> PointResult:
    """A property on every input tried; the first failure is the counterexample."""
    estimate = _only(estimates, Exhaustive)
    tried, failing = 0, None
    for case, holds in estimate.cases:
        if not isinstance(holds, (bool, np.bool_)):
            raise ClaimError(f"whether a property holds is True or False, not {holds!r}")
        tried += 1
        if not holds:
            failing = (case,)
            break
    how = How.EXHAUSTIVE if estimate.complete else How.EXACT
    detail: dict[str, Any] = {"inputs": tried}
    if tried == 0:
        return PointResult(point, Finding.UNSETTLED, how, reason="no input was tried")
    measured = f"{tried} input{'s' if tried > 1 else ''} tried"
    if failing is not None:
        finding = Finding.CONTRADICTS if statement.holds else Finding.AGREES
        reason = one_line(f"fails on {failing[0]}")
        measured = f"{measured}; {reason}"
        detail["fails"] = plain(failing[0])
    elif statement.holds:
        finding, reason = Finding.AGREES, ""
    else:
        finding = Finding.CONTRADICTS if estimate.complete else Finding.UNSETTLED
        reason = f"holds on all {tried} inputs"
    return PointResult(
        point,
        finding,
        how,
        "holds" if statement.holds else "some input fails",
        measured,
        reason=reason,
        detail=detail,
    )


def judge_trend(
    statement: Trend,
    point: dict[str, Any],
    estimates: Mapping[str, Estimate],
    error: float,
    share: float,
) -> PointResult:
    """An exact sign test of "A beats B in more than half of all pairs of seeds", or a rank test.

    Parameters
    ----------
    statement, point, estimates
    error : float
        Bound on the chance to agree with a false claim.
    share : float
        Bound on the chance to contradict a true one at this point.

    Notes
    -----
    Groups with independent seeds are compared entry by entry as well: their pairs are then
    independent, each won with the probability that the claim is about. A rank test uses all pairs,
    but two laws of different spread can win half of the pairs each and yet be told apart by it far
    too often: what it rejects is less, that the one law is stochastically at most the other. So it
    is a test of its own, asked for by ``Trained(..., test="rank")``. A tie is a win for neither.
    """
    estimate = _only(estimates, Trained)
    a, b = (np.asarray(group, dtype=float) for group in (estimate.group_a, estimate.group_b))
    if a.ndim != 1 or b.ndim != 1:
        raise ClaimError("a group of trained models has one metric for each seed")
    if min(a.size, b.size) == 0:
        raise ClaimError("a group of trained models is empty")
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise ArithmeticError("a metric is not a finite number")
    if estimate.paired and a.size != b.size:
        raise ClaimError("paired groups have the same seeds")
    if estimate.test == "rank":
        return _by_ranks(statement, point, a, b, error, share)
    seeds = min(a.size, b.size)
    lower, higher = (int(np.sum(beats(a[:seeds], b[:seeds]))) for beats in (np.less, np.greater))
    wins, losses = (lower, higher) if statement.direction == "lower" else (higher, lower)
    opposite = "higher" if statement.direction == "lower" else "lower"
    for_it, against = _p_value(wins, seeds), _p_value(losses, seeds)
    finding, reason = Finding.UNSETTLED, f"{wins} wins of {seeds} pairs of seeds: p = {for_it:.3g}"
    if for_it <= error:
        finding, reason = Finding.AGREES, ""
    elif against <= share:
        finding = Finding.CONTRADICTS
        reason = f"{opposite} in {losses} of {seeds} pairs of seeds: p = {against:.3g}"
    chance = stats.binomtest(wins, seeds).proportion_ci(_INTERVAL, method="exact")
    return PointResult(
        point,
        finding,
        How.TRAINED,
        f"{statement.direction} in {statement.group_a}",
        f"in {wins} of {seeds} pairs of seeds ({_INTERVAL:.0%} interval {chance.low:.3g} to "
        f"{chance.high:.3g}); medians {np.median(a):.4g}, {np.median(b):.4g}",
        samples=int(a.size + b.size),
        strain=for_it / error,
        reason=reason,
        detail={"pairs": seeds, "wins": wins, "losses": losses},
    )


def _p_value(wins: int, pairs: int) -> float:
    return float(stats.binomtest(wins, pairs, 0.5, alternative="greater").pvalue)


def _by_ranks(
    statement: Trend,
    point: dict[str, Any],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    error: float,
    share: float,
) -> PointResult:
    """The exact test of Mann and Whitney; ties count against whichever side is to be shown."""
    lower, higher = (int(np.sum(beats(a[:, None], b))) for beats in (np.less, np.greater))
    wins, losses = (lower, higher) if statement.direction == "lower" else (higher, lower)
    for_it, against = (rank_p_value(count, a.size, b.size) for count in (wins, losses))
    finding, reason = Finding.UNSETTLED, f"{wins} wins of {a.size * b.size} pairs: p = {for_it:.3g}"
    if for_it <= error:
        finding, reason = Finding.AGREES, ""
    elif against <= share:
        opposite = "higher" if statement.direction == "lower" else "lower"
        finding = Finding.CONTRADICTS
        reason = f"{opposite} in {losses} of {a.size * b.size} pairs by ranks: p = {against:.3g}"
    return PointResult(
        point,
        finding,
        How.TRAINED,
        f"{statement.direction} in {statement.group_a}, by ranks",
        f"in {wins} of {a.size * b.size} pairs of {a.size} and {b.size} seeds (p = {for_it:.3g}); "
        f"medians {np.median(a):.4g}, {np.median(b):.4g}",
        samples=int(a.size + b.size),
        strain=for_it / error,
        reason=reason,
        detail={"pairs": a.size * b.size, "wins": wins, "losses": losses},
    )


def rank_p_value(wins: int, first: int, second: int) -> float:
    """The chance of at least so many wins among all pairs of two groups with one continuous law.

    All orders of the pooled seeds are then alike, and wins are counted by a Gaussian binomial
    coefficient: with groups of m and n the counts satisfy c(m, n, w) = c(m - 1, n, w - n) +
    c(m, n - 1, w), by whether the last of all is of the first group or not.

    Parameters
    ----------
    wins : int
        At least 0 and at most ``first * second``.
    first, second : int
        Sizes of the groups, positive.
    """
    rows = [[1] for _ in range(second + 1)]  # of an empty first group
    for m in range(1, first + 1):
        longer = [[1]]
        for n in range(1, second + 1):
            counts = [0] * (m * n + 1)
            for w, count in enumerate(rows[n]):
                counts[w + n] += count
            for w, count in enumerate(longer[n - 1]):
                counts[w] += count
            longer.append(counts)
        rows = longer
    return sum(rows[second][wins:]) / math.comb(first + second, first)
