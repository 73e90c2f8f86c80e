"""What a sequence tends to, read off the last steps of a ladder of growing arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy.optimize import brentq

from theory.core.errors import ClaimError
from verify.core.findings import Finding

__all__ = ["Limit", "extrapolate", "rungs"]


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
