"""Limits and rates: what a quantity does as one parameter grows, from exact values on a ladder.

No finite list of values decides a limit, so the judgement rests on an assumption, which is stated:
the last steps of the ladder show the way in which the limit is approached, and that way is at
least as fast as some power of log log n. Two readings of the last steps bracket the limit: a gap
that falls like a power of n, and one that falls like a power of log log n (`extrapolate`). The
claim is confirmed when the whole bracket is within the resolution, contradicted when none of it
is, and unsettled otherwise. A constant pace per factor of n has no limit in either reading.

What this cannot see: a change that sets in beyond the ladder, which therefore must reach into the
regime that the claim is about; a drift so slow that it would take more than the square of the
last n to leave a tenth of the resolution.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from flint import arb

from theory.core.errors import ClaimError
from theory.core.statement import Equivalent, Rate
from verify.core.balls import ball_of, midpoint, side_values
from verify.core.check import Check, Settings
from verify.core.estimates import Estimate, Exact, Sampled
from verify.core.extrapolation import Limit, extrapolate, rungs
from verify.core.findings import Finding, PointResult
from verify.core.intervals import RunningMean
from verify.core.verdict import How

__all__ = ["judge_growth"]

Row = tuple[float, arb, arb]
"""One entry of a ladder and the two sides there."""

_FIRST_LOOK = 1 << 14

_STEEPEST = 4
"""A gap that falls faster than this power, and ever more steeply, is taken as beyond all powers."""

_ORDER_TOLERANCE = 0.05
"""Local exponents of a gap are compared with its claimed order to within this: no logarithms."""

_NEGLIGIBLE = 0.1
"""A quantity that would move by less than this part of the resolution until n is squared rests."""


def judge_growth(
    check: Check, point: dict[str, Any], settings: Settings, share: float, stream: Any
) -> PointResult:
    """An equivalence or a rate along the check's ladder, at one value of the other parameters.

    Sampled values stand with intervals that all hold together, at every look, but for a chance of
    ``share``; there are looks after 2^14, 2^15, ... replicates, until the limit is settled.
    """
    statement = check.claim.statement
    assert isinstance(statement, (Equivalent, Rate))
    if settings.resolution <= 0:
        raise ClaimError("a limit or a rate is judged to within a resolution above 0")
    variable = str(statement.variable)
    ladder: list[tuple[dict[str, Any], Mapping[str, Estimate]]] = []
    for n in check.ladder or check.claim.domain[variable].grid:
        full = {**point, variable: n}
        check.claim.domain.require(full)
        ladder.append((full, check.estimates(full, stream.substream(f"{n}"))))
    for balls, samples in _looks([estimates for _, estimates in ladder], settings, share):
        rows: list[Row] = []
        for (full, _), measured in zip(ladder, balls, strict=True):
            lhs, rhs = side_values(check.claim, full, measured, *statement.sides)
            if not (lhs.is_finite() and rhs.is_finite()):
                raise ArithmeticError(
                    f"a side is not a finite number at {variable} = {full[variable]}"
                )
            rows.append((float(full[variable]), lhs, rhs))
        try:
            if isinstance(statement, Equivalent):
                result = _equivalent(statement, point, rows, settings)
            else:
                result = _rate(statement, point, rows, settings)
        except ArithmeticError:
            if not samples:
                raise
            reason = f"the values do not stand out of their intervals after {samples} replicates"
            result = PointResult(point, Finding.UNSETTLED, How.RATE, strain=1.0, reason=reason)
        if samples:
            result = replace(result, how=How.STATISTICAL, samples=samples)
        if result.finding is not Finding.UNSETTLED:
            break
    return result


def _looks(
    ladder: list[Mapping[str, Estimate]], settings: Settings, share: float
) -> Iterator[tuple[list[dict[str, arb]], int]]:
    """Balls of all estimates, look after look, with the number of replicates behind them."""
    exact: list[dict[str, arb]] = []
    means: list[dict[str, RunningMean]] = []
    for estimates in ladder:
        exact.append({name: ball_of(e) for name, e in estimates.items() if isinstance(e, Exact)})
        drawn = {name: e for name, e in estimates.items() if isinstance(e, Sampled)}
        if other := set(estimates) - set(exact[-1]) - set(drawn):
            raise ClaimError(f"a limit or a rate of {other.pop()} needs exact or sampled values")
        means.append({name: RunningMean(sampled) for name, sampled in drawn.items()})
    running = [mean for rung in means for mean in rung.values()]
    if not running:
        yield exact, 0
        return
    count, look = min(_FIRST_LOOK, settings.budget), 1
    while True:
        for mean in running:
            mean.draw_until(count)
        part = share / (len(running) * look * (look + 1))
        yield (
            [
                {**known, **{name: mean.ball(part) for name, mean in rung.items()}}
                for known, rung in zip(exact, means, strict=True)
            ],
            count * len(running),
        )
        if count >= settings.budget:
            return
        count, look = min(2 * count, settings.budget), look + 1


def _equivalent(
    statement: Equivalent, point: dict[str, Any], rows: list[Row], settings: Settings
) -> PointResult:
    ladder = [n for n, _, _ in rows]
    ratios = [lhs / rhs for _, lhs, rhs in rows]
    slopes = _slopes(ladder, [ratio - 1 for ratio in ratios])
    measured = f"ratio {midpoint(ratios[-1]):.10g} at {ladder[-1]:g}"
    strain = math.inf
    where = rungs(ladder, 4)
    if all(ratios[index] <= 0 for index in where[1:]):
        finding, reason = Finding.CONTRADICTS, "the ratio is not positive"
    elif not all(ratios[index] > 0 for index in where):
        finding, reason = Finding.UNSETTLED, "the ratio is not seen to be positive"
    else:
        logs = [ratios[index].log() for index in where]
        limit = _limit([ladder[index] for index in where], logs, settings.resolution)
        finding, reason = _tends_to_one(limit, settings.resolution, list(map(midpoint, ratios)))
        strain = limit.farthest() / settings.resolution
        measured += f", tending to {_bracket(_exponential(limit))}"
    for_order = _order(statement, slopes)
    if for_order[0] is not Finding.AGREES and finding is not Finding.CONTRADICTS:
        if finding is Finding.AGREES or for_order[0] is Finding.CONTRADICTS:
            finding, reason = for_order
    return PointResult(
        point,
        finding,
        How.RATE,
        "ratio 1",
        measured,
        strain=strain,
        reason=reason,
        detail={
            "n": ladder,
            "ratio": [midpoint(ratio) for ratio in ratios],
            "slopes_of_gap": [slope for _, slope in slopes],
        },
    )


def _limit(ladder: list[float], balls: list[arb], resolution: float) -> Limit:
    noise = max(float(ball.rad()) for ball in balls)
    return extrapolate(ladder, list(map(midpoint, balls)), noise, _NEGLIGIBLE * resolution)


def _bracket(limit: Limit) -> str:
    low, high = f"{limit.low:.6g}", f"{limit.high:.6g}"
    return low if low == high else f"between {low} and {high}"


def _exponential(limit: Limit) -> Limit:
    low, high = (math.exp(end) if end < 700 else math.inf for end in (limit.low, limit.high))
    return Limit(low, high)


def _tends_to_one(limit: Limit, resolution: float, ratios: Sequence[float]) -> tuple[Finding, str]:
    finding = limit.within(resolution)
    if finding is Finding.AGREES:
        return finding, ""
    if finding is Finding.UNSETTLED:
        return finding, f"the limit of the ratio is only seen to be {_bracket(_exponential(limit))}"
    if limit.farthest() > 700:
        return finding, f"the ratio keeps moving: {', '.join(f'{r:.6g}' for r in ratios[-3:])}"
    return finding, f"the ratio tends to {_bracket(_exponential(limit))}, not 1"


Slope = tuple[float, float]
"""Where a local exponent was taken, and its value."""


def _slopes(ladder: list[float], gaps: list[arb]) -> list[Slope]:
    """Local exponents of the gap, where both ends stand out of their errors."""
    seen = [
        (n, midpoint(abs(gap).log())) if abs(midpoint(gap)) > 10 * float(gap.rad()) else None
        for n, gap in zip(ladder, gaps, strict=True)
    ]
    slopes = []
    for one, two in pairwise(seen):
        if one is not None and two is not None:
            (n, before), (m, after) = one, two
            slopes.append((math.sqrt(n * m), (after - before) / math.log(m / n)))
    return slopes


def _order(statement: Equivalent, slopes: list[Slope]) -> tuple[Finding, str]:
    """Whether the gap falls as fast as the claimed order."""
    if statement.order == 0:
        return Finding.AGREES, ""
    if len(slopes) < 2:
        return Finding.UNSETTLED, "the gap does not stand out of its error: its order is not seen"
    (_, before), (_, last) = slopes[-2:]
    limit = Limit(min(before, last), max(before, last))
    if len(slopes) >= 4:
        where, exponents = zip(*slopes[-4:], strict=True)
        limit = extrapolate(where, exponents, 0.0, _ORDER_TOLERANCE / 10)
    if statement.order.is_infinite:
        if last <= -_STEEPEST and last <= 1.05 * before:
            return Finding.AGREES, ""
        claimed, wanted = "faster than every power", -float(_STEEPEST)
        finding = Finding.CONTRADICTS if limit.low > wanted else Finding.UNSETTLED
    else:
        claimed, wanted = f"like the power {-statement.order}", -float(statement.order)
        ceiling = wanted + _ORDER_TOLERANCE
        if limit.high <= ceiling:
            return Finding.AGREES, ""
        finding = Finding.CONTRADICTS if limit.low > ceiling else Finding.UNSETTLED
    return finding, f"the gap falls like the power {last:.3g} at the end, not {claimed}"


def _rate(
    statement: Rate, point: dict[str, Any], rows: list[Row], settings: Settings
) -> PointResult:
    ladder = [n for n, _, _ in rows]
    claimed = rows[-1][2]
    values = [value for _, value, _ in rows]
    if statement.form != "logarithmic":
        if not all(value > 0 for value in values):
            raise ArithmeticError("a power or exponential rate needs positive values")
        values = [value.log() for value in values]
    across = ladder if statement.form == "exponential" else [math.log(n) for n in ladder]
    where = rungs(ladder, 5)
    slopes = [(values[j] - values[i]) / (across[j] - across[i]) for i, j in pairwise(where)]
    middles = [math.sqrt(ladder[i] * ladder[j]) for i, j in pairwise(where)]
    limit = _limit(middles, [slope - claimed for slope in slopes], settings.resolution)
    finding = limit.within(settings.resolution)
    exponent = midpoint(claimed)
    around = Limit(limit.low + exponent, limit.high + exponent)
    reason = {
        Finding.AGREES: "",
        Finding.CONTRADICTS: f"the slope tends to {_bracket(around)}",
        Finding.UNSETTLED: f"the limit of the slope is only seen to be {_bracket(around)}",
    }[finding]
    return PointResult(
        point,
        finding,
        How.RATE,
        f"{exponent:.10g}",
        _bracket(around),
        strain=limit.farthest() / settings.resolution,
        reason=reason,
        detail={"n": [ladder[i] for i in where], "slopes": [midpoint(slope) for slope in slopes]},
    )
