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
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import arb
from scipy.optimize import brentq

from theory.core.errors import ClaimError
from theory.core.statement import Equivalent, Rate
from verify.core.balls import ball_of, midpoint, side_values
from verify.core.check import Check, Settings
from verify.core.estimates import Exact
from verify.core.findings import Finding, PointResult
from verify.core.verdict import How

__all__ = ["Limit", "extrapolate", "judge_growth"]

Row = tuple[float, arb, arb]
"""One entry of a ladder and the two sides there."""

_STEEPEST = 4
"""A gap that falls faster than this power, and ever more steeply, is taken as beyond all powers."""

_ORDER_TOLERANCE = 0.05
"""Local exponents of a gap are compared with its claimed order to within this: no logarithms."""

_NEGLIGIBLE = 0.1
"""A quantity that would move by less than this part of the resolution until n is squared rests."""


@dataclass(frozen=True)
class Limit:
    """Between which values the limit of a sequence is seen to lie; infinite if it is not bounded.

    Attributes
    ----------
    low, high : float
    """

    low: float
    high: float

    def within(self, resolution: float, centre: float = 0.0) -> Finding:
        """Whether the limit is the centre, to within the resolution."""
        if centre - resolution <= self.low and self.high <= centre + resolution:
            return Finding.AGREES
        if self.low > centre + resolution or self.high < centre - resolution:
            return Finding.CONTRADICTS
        return Finding.UNSETTLED

    def farthest(self, centre: float = 0.0) -> float:
        """The largest distance to the centre."""
        return max(abs(self.low - centre), abs(self.high - centre))


def rungs(ladder: Sequence[float], count: int) -> list[int]:
    """Positions of a few entries, the last included, that are spread over the last half in log n.

    A fine ladder tells no less than a coarse one then, and small errors count less.

    Raises
    ------
    ClaimError
        The ladder has fewer entries, does not grow, or these entries are below 1.
    """
    if len(ladder) < count:
        raise ClaimError(f"a ladder of {len(ladder)} entries is too short: {count} are needed")
    if any(after <= before for before, after in pairwise(ladder)):
        raise ClaimError("a ladder grows from each entry to the next")
    if ladder[-count] < 1:
        raise ClaimError(f"the last {count} entries of a ladder are at least 1")
    first = next(index for index, n in enumerate(ladder) if n >= 1)
    times = [math.log(n) for n in ladder[first:]]
    spacing = (times[-1] - times[0]) / (2 * (count - 1))
    chosen = [len(times) - 1]
    for left in range(count - 2, -1, -1):
        wanted = times[-1] - (count - 1 - left) * spacing
        chosen.append(min(range(left, chosen[-1]), key=lambda i: abs(times[i] - wanted)))
    return [first + index for index in reversed(chosen)]


def extrapolate(
    ladder: Sequence[float], values: Sequence[float], noise: float, negligible: float = 0.0
) -> Limit:
    """Bracket the limit of a sequence that is known at growing arguments.

    Parameters
    ----------
    ladder : sequence of float
        Growing arguments, at least four.
    values : sequence of float
        Four of them count: see `rungs`.
    noise : float
        Bound on the error of each value.
    negligible : float
        How far the sequence may move, at its last pace and until n is squared, to count as at
        rest.

    Notes
    -----
    Let d and D be two successive steps, h and H the logarithms of the factors by which the argument
    grew. A gap that falls like ``n**-s`` has ``D/d = exp(-s h) (1 - exp(-s H)) / (1 - exp(-s h))``;
    solved for s, it leaves ``D / (exp(s H) - 1)`` to go (for equal factors, Aitken's rule). A power
    of log log n is the same with more logarithms. The first reading gives the near end of the
    bracket, the second the far end. If an exponent changed over the last two pairs of steps, to a
    faster approach in the first reading or to a slower one in the second, it is taken to go on
    changing at that pace until n is squared. Steps that alternate leave at most the next one to
    go; after a single turn, at most a geometric series in the larger of the last two ratios. If the
    last three steps leave room for a steady pace under them, it is taken to last until n is
    squared.

    Raises
    ------
    ClaimError
        The ladder is too short, does not grow, or lies below 1.
    ArithmeticError
        A value is not a finite number.
    """
    if len(ladder) != len(values):
        raise ClaimError(f"a ladder of {len(ladder)} entries has {len(values)} values")
    where = rungs(ladder, 4)
    times = [math.log(ladder[index]) for index in where]
    chosen = [values[index] for index in where]
    if not all(map(math.isfinite, (*chosen, noise))):
        raise ArithmeticError("a value on the ladder is not a finite number")
    low, high = _left(times, chosen, 2 * noise, negligible)
    hidden = _steady_part(times, chosen) * times[-1]
    low, high = low + min(0.0, hidden), high + max(0.0, hidden)
    return Limit(chosen[-1] + low - noise, chosen[-1] + high + noise)


def _steady_part(times: list[float], values: list[float]) -> float:
    """The pace per unit of log n that may lie under steps which otherwise shrink geometrically.

    A steady part b leaves paces b + a, b + a q and b + a q^2, and can be solved for. Where a fast
    and a slow part cancel in the last step, this is what shows it.
    """
    paces = [
        (y - x) / (t - s) for (s, t), (x, y) in zip(pairwise(times), pairwise(values), strict=True)
    ]
    first, before, last = paces
    bend = first - 2 * before + last
    steady = (first * last - before * before) / bend if bend else last
    size = max(abs(before), abs(last))
    return min(max(steady, -size), size)


def _left(
    times: list[float], values: list[float], noise: float, negligible: float
) -> tuple[float, float]:
    """How far above the last value the limit is, at least and at most; ``noise`` is of a step."""
    first, before, step = (after - before for before, after in pairwise(values))
    since = 3
    while since > 0 and abs(values[-1] - values[since - 1]) <= noise:
        since -= 1
    since = min(since, 2)
    moved = abs(values[-1] - values[since]) + noise
    pace = moved * times[-1] / (times[-1] - times[since])
    if moved <= 2 * noise or pace <= negligible:
        return -pace, pace
    if step * before <= 0 or abs(before) <= noise:
        return _turning(first, before, step, noise)
    return _approaching(times, first, before, step, noise)


def _turning(first: float, before: float, step: float, noise: float) -> tuple[float, float]:
    ratio = max(_ratio(step, before, noise), _ratio(before, first, noise))
    size = abs(step) + noise
    if ratio >= 1:
        return -math.inf, math.inf
    if first * before < 0:
        return (-size * ratio, 0.0) if step > 0 else (0.0, size * ratio)
    return -size * ratio / (1 - ratio), size * ratio / (1 - ratio)


def _approaching(
    times: list[float], first: float, before: float, step: float, noise: float
) -> tuple[float, float]:
    """Two steps in one direction: a power of n and a power of log log n, read off them."""
    longer = [math.log(math.log1p(t)) if t > 0 else -math.inf for t in times]
    until = times[-1] / (times[-1] - times[-2])
    power = _exponent(times[1:], _ratio(step, before, -noise))
    slow = _exponent(longer[1:], _ratio(step, before, noise))
    if first * before > 0 and abs(first) > noise:
        ratios = _ratio(before, first, 0), _ratio(step, before, 0)
        power += until * max(0.0, _change(times, *ratios))
        slow += until * min(0.0, _change(longer, *ratios))
    else:  # it has only just turned: it may be there, or as slow as 1/log log n
        power, slow = math.inf, min(slow, 1.0)
    near = (abs(step) - noise) * _remaining(power, times[-1] - times[-2])
    far = (abs(step) + noise) * _remaining(slow, longer[-1] - longer[-2])
    if near == math.inf:  # steps that do not shrink: how far they lead cannot be told
        near = 0.0
    return (near, far) if step > 0 else (-far, -near)


def _change(times: list[float], earlier: float, later: float) -> float:
    """How much an exponent grew from one pair of steps to the next."""
    change = _exponent(times[1:], later) - _exponent(times[:3], earlier)
    return change if math.isfinite(change) else 0.0


def _ratio(later: float, earlier: float, noise: float) -> float:
    """Ratio of two step sizes, at most (or at least, for a negative ``noise``)."""
    below = abs(earlier) - noise
    return max(0.0, abs(later) + noise) / below if below > 0 else math.inf


def _exponent(times: list[float], ratio: float) -> float:
    """The s for which a gap exp(-s t) has steps of this ratio; 0 for steps that do not shrink."""
    h, H = times[1] - times[0], times[2] - times[1]
    if ratio >= H / h * (1 - 1e-12):
        return 0.0
    if ratio <= 0:
        return math.inf

    def excess(s: float) -> float:
        return math.log(math.expm1(-s * H) / math.expm1(-s * h)) - s * h - math.log(ratio)

    low, high = 1e-12 / h, 1 / h
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, low, high)) if excess(low) > 0 else 0.0


def _remaining(exponent: float, time: float) -> float:
    """What is left of a gap exp(-s t), in units of its last step, which took this time."""
    if exponent * time > 700:
        return 0.0
    return 1 / math.expm1(exponent * time) if exponent * time > 1e-300 else math.inf


def judge_growth(
    check: Check, point: dict[str, Any], settings: Settings, stream: Any
) -> PointResult:
    """An equivalence or a rate along the check's ladder, at one value of the other parameters."""
    statement = check.claim.statement
    assert isinstance(statement, (Equivalent, Rate))
    if settings.resolution <= 0:
        raise ClaimError("a limit or a rate is judged to within a resolution above 0")
    variable = str(statement.variable)
    rows: list[Row] = []
    for n in check.ladder or check.claim.domain[variable].grid:
        full = {**point, variable: n}
        check.claim.domain.require(full)
        estimates = check.estimates(full, stream)
        balls = {}
        for name, estimate in estimates.items():
            if not isinstance(estimate, Exact):
                raise ClaimError("limits and rates are judged from exact values")
            balls[name] = ball_of(estimate)
        lhs, rhs = side_values(check.claim, full, balls, *statement.sides)
        if not (lhs.is_finite() and rhs.is_finite()):
            raise ArithmeticError(f"a side is not a finite number at {variable} = {n}")
        rows.append((float(n), lhs, rhs))
    if isinstance(statement, Equivalent):
        return _equivalent(statement, point, rows, settings)
    return _rate(statement, point, rows, settings)


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
