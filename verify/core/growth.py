"""Limits and rates: what a quantity does as one parameter grows, from exact values on a ladder.

No finite list of values decides a limit. What is decided here is stated: the quantity, seen
through its local slopes along a growing ladder, settles (each increment at most a fixed fraction of
the one before, or below the error of the values), and the value it settles to, extrapolated by
Aitken's rule, is within the resolution of the claim. A quantity that keeps moving contradicts it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.core.errors import ClaimError
from theory.core.statement import Equivalent, Rate
from verify.core.balls import ball_of, midpoint, side_values
from verify.core.check import Check, Settings
from verify.core.estimates import Exact
from verify.core.findings import Finding, PointResult
from verify.core.verdict import How

__all__ = ["Limit", "extrapolate", "judge_growth"]

_CONTRACTION = 0.9
"""Increments that shrink by less than this factor are not seen to settle."""

_STEEPEST = 4
"""A gap that falls faster than this power, ever more steeply, is taken as beyond all powers."""


@dataclass(frozen=True)
class Limit:
    """An extrapolated limit of a sequence on a geometric ladder.

    Attributes
    ----------
    value : float
        Aitken's extrapolation of the last three entries, or the last entry at noise level.
    settles : bool
        Whether the increments shrink, or are within the noise.
    """

    value: float
    settles: bool


def extrapolate(values: list[float], noise: float) -> Limit:
    """Limit of a sequence whose increments shrink geometrically.

    Raises
    ------
    ClaimError
        Fewer than three values were given.
    """
    if len(values) < 3:
        raise ClaimError("a limit needs at least three values on the ladder")
    before, last = values[-2] - values[-3], values[-1] - values[-2]
    if abs(last) <= noise:
        return Limit(values[-1], True)
    if abs(last) > _CONTRACTION * abs(before):
        return Limit(values[-1], False)
    factor = last / before
    return Limit(values[-1] + last * factor / (1 - factor), True)


def judge_growth(
    check: Check, point: dict[str, Any], settings: Settings, stream: Any
) -> PointResult:
    """An equivalence or a rate along the check's ladder, at one value of the other parameters."""
    statement = check.claim.statement
    assert isinstance(statement, (Equivalent, Rate))
    variable = str(statement.variable)
    ladder = check.ladder or check.claim.domain[variable].grid
    rows = []
    for n in ladder:
        full = {**point, variable: n}
        check.claim.domain.require(full)
        estimates = check.estimates(full, stream)
        if not all(isinstance(estimate, Exact) for estimate in estimates.values()):
            raise ClaimError("limits and rates are judged from exact values")
        balls = {name: ball_of(e) for name, e in estimates.items() if isinstance(e, Exact)}
        rows.append((float(n), side_values(check.claim, full, balls, *statement.sides)))
    if isinstance(statement, Equivalent):
        return _equivalent(statement, point, rows, settings)
    return _rate(statement, point, rows, settings)


def _equivalent(
    statement: Equivalent, point: dict[str, Any], rows: list[Any], settings: Settings
) -> PointResult:
    ratios = [lhs / rhs for _, (lhs, rhs) in rows]
    gaps = [ratio - 1 for ratio in ratios]
    noise = max(float(gap.rad()) for gap in gaps[-3:])
    logs = [
        math.log(abs(midpoint(ratio))) if midpoint(ratio) != 0 else -math.inf for ratio in ratios
    ]
    limit = extrapolate(logs, max(noise, settings.resolution / 100))
    slopes = _slopes([n for n, _ in rows], [midpoint(gap) for gap in gaps], noise)
    detail = {
        "n": [n for n, _ in rows],
        "ratio": [midpoint(ratio) for ratio in ratios],
        "slopes_of_gap": slopes,
    }
    if midpoint(ratios[-1]) <= 0:
        finding, reason = Finding.CONTRADICTS, "the sides have opposite signs"
    elif not limit.settles:
        finding = Finding.CONTRADICTS
        reason = f"the ratio keeps moving: {', '.join(f'{r:.6g}' for r in detail['ratio'][-3:])}"
    elif abs(limit.value) > settings.resolution:
        finding = Finding.CONTRADICTS
        reason = f"the ratio tends to {math.exp(limit.value):.6g}, not 1"
    else:
        finding, reason = _order(statement, slopes)
    return PointResult(
        point,
        finding,
        How.RATE,
        "ratio 1",
        f"ratio {midpoint(ratios[-1]):.10g} at {rows[-1][0]:g}, tending to {math.exp(limit.value):.8g}",
        strain=abs(limit.value) / settings.resolution,
        reason=reason,
        detail=detail,
    )


def _slopes(ladder: list[float], gaps: list[float], noise: float) -> list[float]:
    """Local exponents of the gap, where both ends stand out of the noise."""
    slopes = []
    for (n, gap), (m, next_gap) in zip(
        zip(ladder, gaps, strict=True), zip(ladder[1:], gaps[1:], strict=True), strict=False
    ):
        if abs(gap) > 10 * noise and abs(next_gap) > 10 * noise:
            slopes.append(math.log(abs(next_gap / gap)) / math.log(m / n))
    return slopes


def _order(statement: Equivalent, slopes: list[float]) -> tuple[Finding, str]:
    """Whether the gap falls as fast as the claimed order."""
    if statement.order == 0:
        return Finding.AGREES, ""
    if not slopes:
        return Finding.UNSETTLED, "the gap never stands out of the noise: its order is not seen"
    steepest = slopes[-1]
    if statement.order.is_infinite:
        if steepest <= -_STEEPEST and steepest == min(slopes):
            return Finding.AGREES, ""
        return Finding.CONTRADICTS, f"the gap falls like the power {steepest:.3g} only"
    order = float(statement.order)
    if steepest <= -order + 0.05:
        return Finding.AGREES, ""
    return Finding.CONTRADICTS, f"the gap falls like the power {steepest:.3g}, not {-order:g}"


def _rate(
    statement: Rate, point: dict[str, Any], rows: list[Any], settings: Settings
) -> PointResult:
    n = np.array([row[0] for row in rows])
    values = np.array([midpoint(sides[0]) for _, sides in rows])
    claimed = midpoint(rows[-1][1][1])
    if np.any(values <= 0) and statement.form != "logarithmic":
        raise ArithmeticError("a power or exponential rate needs positive values")
    across = {"power": np.log(n), "exponential": n, "logarithmic": np.log(n)}[statement.form]
    up = values if statement.form == "logarithmic" else np.log(values)
    slopes = list(np.diff(up) / np.diff(across))
    errors = np.array([float(sides[0].rad()) for _, sides in rows])
    scale = np.ones_like(values) if statement.form == "logarithmic" else np.abs(values)
    noise = float(np.max((errors / scale)[1:] + (errors / scale)[:-1]) / np.min(np.diff(across)))
    limit = extrapolate([float(slope) for slope in slopes], max(noise, settings.resolution / 100))
    gap = abs(limit.value - claimed)
    if not limit.settles and abs(slopes[-1] - claimed) > settings.resolution:
        finding, reason = Finding.UNSETTLED, "the local slopes do not settle on this ladder"
    elif gap <= settings.resolution:
        finding, reason = Finding.AGREES, ""
    else:
        finding, reason = Finding.CONTRADICTS, f"the slope tends to {limit.value:.6g}"
    return PointResult(
        point,
        finding,
        How.RATE,
        f"{claimed:.10g}",
        f"{limit.value:.10g}",
        strain=gap / settings.resolution,
        reason=reason,
        detail={"n": n.tolist(), "slopes": [float(slope) for slope in slopes]},
    )
