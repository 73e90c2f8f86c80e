"""Drawings of a verdict's evidence: what was claimed against what was measured.

Values: a line for each point. The bar is what would still have agreed, the claimed value with the
resolution on both sides or the allowed side of a bound; the dot is what was measured. Rates: the
ratio or the local slope along the ladder of each point, with the claimed one as a band.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from verify.core.verdict import How, Verdict

__all__ = ["Ladder", "Mark", "drawing", "ladders_of", "marks_of"]

_BALL = re.compile(r"\[(?P<middle>\S+) \+/- (?P<radius>\S+)\]")
_ABOUT_ZERO = re.compile(r"\[\+/- (\S+)\]")
_SHARE = re.compile(r"in (\d+) of (\d+) pairs.*?interval ([\d.e+-]+) to ([\d.e+-]+)\)")
_COUNTED = re.compile(r"(\d+) of (\d+) \(interval ([\d.e+-]+) to ([\d.e+-]+)\)")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?")

MOST_LINES = 40
_LARGEST = 1e300  # so that differences do not overflow
_WIDTH, _LINE, _LEFT, _RIGHT = 640, 18, 40, 16
_HEIGHT, _FOOT, _TOP = 220, 26, 10

Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Mark:
    """One line of a drawing of values.

    Attributes
    ----------
    row : int
        Number of the row in the table of evidence, from 1.
    allowed : tuple of float
        The values that agree with the claim; an end may be infinite.
    measured : tuple of float
        Lower end, value and upper end of what was measured.
    """

    row: int
    allowed: tuple[float, float]
    measured: Interval


@dataclass(frozen=True)
class Ladder:
    """What was measured at one point as the variable grows.

    Attributes
    ----------
    row : int
    claimed : float
        What the values are to tend to.
    sizes, values : tuple of float
        The variable, and the ratio or the local slope there.
    """

    row: int
    claimed: float
    sizes: tuple[float, ...]
    values: tuple[float, ...]


def marks_of(verdict: Verdict) -> list[Mark]:
    """The values that can be drawn; points without numbers are left out."""
    if verdict.how is How.RATE:
        return []
    found = (
        _mark(index, result, verdict) for index, result in enumerate(verdict.evidence, start=1)
    )
    return [mark for mark in found if mark is not None]


def ladders_of(verdict: Verdict) -> list[Ladder]:
    """The ladders of a verdict on a rate or a limit."""
    ladders = []
    for row, result in enumerate(verdict.evidence, start=1):
        detail = result.get("detail", {})
        values = detail.get("ratio", detail.get("slopes"))
        claimed = _value(str(result["predicted"]))
        if values is None or claimed is None:
            continue
        sizes = detail["n"]
        if len(values) < len(sizes):  # slopes lie between rungs
            sizes = [math.sqrt(a * b) for a, b in itertools.pairwise(sizes)]
        pairs = [
            (float(n), float(value))
            for n, value in zip(sizes, values, strict=True)
            if n is not None and value is not None and n > 0
        ]
        if pairs:
            ladders.append(Ladder(row, claimed[0], *zip(*pairs, strict=True)))
    return ladders


def _mark(row: int, result: Mapping[str, Any], verdict: Verdict) -> Mark | None:
    claimed, seen = str(result["predicted"]), str(result["measured"])
    if share := _SHARE.search(seen):
        return Mark(row, (0.5, 1.0), _share(share))
    value, plain = _value(claimed), _value(seen)
    if counted := _COUNTED.search(seen):
        measured = _share(counted)
    elif plain is not None:
        measured = _around(*plain)
    else:
        return None
    if value is None:
        return None
    slack = verdict.resolution
    if not verdict.absolute and verdict.how in (How.EXACT, How.CERTIFIED, How.EXHAUSTIVE):
        slack *= max(abs(value[0]), abs(measured[1]))
    low, high = value[0] - value[1] - slack, value[0] + value[1] + slack
    if not all(abs(value) <= _LARGEST for value in (*measured, low, high)):  # nor NaN
        return None
    if claimed.startswith("<="):
        low = -math.inf
    elif claimed.startswith(">="):
        high = math.inf
    return Mark(row, (low, high), measured)


def _share(found: re.Match[str]) -> Interval:
    hits, trials, low, high = (float(part) for part in found.groups())
    return low, hits / trials, high


def _around(middle: float, radius: float) -> Interval:
    return middle - radius, middle, middle + radius


def _value(text: str) -> tuple[float, float] | None:
    """The only number of a text, with its radius if it is a ball."""
    if ball := _BALL.search(text):
        return float(ball["middle"]), float(ball["radius"])
    if ball := _ABOUT_ZERO.search(text):
        return 0.0, float(ball[1])
    numbers = _NUMBER.findall(text)
    return (float(numbers[0]), 0.0) if len(numbers) == 1 else None


def drawing(verdict: Verdict) -> Markup:
    """The evidence as SVG with a caption; nothing where there are no numbers."""
    if ladders := ladders_of(verdict):
        return _figure(_ladders(ladders, verdict.resolution), len(ladders), _LADDER_CAPTION)
    if marks := marks_of(verdict):
        return _figure(_marks(marks), len(marks), _MARK_CAPTION)
    return Markup("")


_MARK_CAPTION = (
    "One line for each point of the table, each on its own scale. Bar: what would agree with the "
    "claim; with an arrow, it goes on. Dot: what was measured, with how exactly it is known."
)
_LADDER_CAPTION = (
    "For each point of the table, how far the ratio of the two sides, or the local exponent, is "
    "from its claimed limit as the variable grows; both logarithmic. Shaded: within the "
    "resolution. The limit is extrapolated from the last rungs."
)


def _figure(picture: Markup, count: int, caption: str) -> Markup:
    shown = f" The first {MOST_LINES} of {count} points." if count > MOST_LINES else ""
    return Markup('<figure class="evidence">{}<figcaption>{}</figcaption></figure>').format(
        picture, caption + shown
    )


def _svg(height: float, parts: Sequence[Markup], label: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, height, label, Markup("").join(parts)
    )


# -------------------------------------------------------------------------------------- values


def _marks(marks: Sequence[Mark]) -> Markup:
    shown = marks[:MOST_LINES]
    lines = [_line(mark, _TOP / 2 + _LINE * index) for index, mark in enumerate(shown)]
    return _svg(_LINE * len(shown) + _TOP, lines, "Claimed and measured, point by point")


def _scale(mark: Mark) -> tuple[float, float]:
    """Both ends of a line: the bar takes up most of it, unless the dot is outside."""
    low, high = mark.allowed
    dot = mark.measured[1]
    if math.isinf(low) or math.isinf(high):
        middle = high if math.isinf(low) else low
        reach = max(abs(dot - middle), 1e-3 * abs(middle))
    else:
        middle = low + (high - low) / 2
        reach = max(high - middle, *(abs(end - middle) for end in mark.measured))
    reach = 1.3 * max(reach, 1e-9 * abs(middle), 1e-300)
    return middle - reach, middle + reach


def _line(mark: Mark, top: float) -> Markup:
    start, end = _scale(mark)

    def across(value: float) -> float:
        share = (value - start) / (end - start) if math.isfinite(value) else float(value > 0)
        return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)

    middle = top + _LINE / 2
    bar = [across(value) for value in mark.allowed]
    low, dot, high = (across(value) for value in mark.measured)
    agrees = mark.allowed[0] <= mark.measured[2] and mark.measured[0] <= mark.allowed[1]
    arrows = Markup("").join(
        Markup('<path class="bar" d="M{:.1f} {:.1f}l{} 5l{} 5z"/>').format(
            at, middle - 5, way * 8, -way * 8
        )
        for at, end_, way in zip(bar, mark.allowed, (-1, 1), strict=True)
        if math.isinf(end_)
    )
    return Markup(
        '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="10"/>{}'
        '<line class="known" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>'
        '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>'
    ).format(
        *(_LEFT - 14, middle + 4, mark.row),
        *(bar[0], middle - 5, max(bar[1] - bar[0], 1.5), arrows),
        *(low, high, middle, middle),
        *("inside" if agrees else "outside", dot, middle),
    )


# ------------------------------------------------------------------------------------- ladders


def _ladders(ladders: Sequence[Ladder], resolution: float) -> Markup:
    """The distance from the claimed limit, both axes logarithmic."""
    shown = ladders[:MOST_LINES]
    least = 1e-3 * resolution if resolution > 0 else 1e-15
    logs = [math.log10(n) for ladder in shown for n in ladder.sizes]
    first, last = min(logs), max(logs)
    bottom = math.log10(least)
    gaps = [abs(value - ladder.claimed) for ladder in shown for value in ladder.values]
    top = math.log10(max(*gaps, 10 * least)) + 0.2
    wide, high = _WIDTH - _LEFT - _RIGHT - 30, _HEIGHT - _TOP - _FOOT

    def across(n: float) -> float:
        return _LEFT + 30 + wide * (math.log10(n) - first) / max(last - first, 1e-9)

    def down(gap: float) -> float:
        return _TOP + high * (top - math.log10(max(gap, least))) / (top - bottom)

    edge = down(resolution)
    parts = [
        Markup('<rect class="bar" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
            _LEFT + 30, edge, wide, _HEIGHT - _FOOT - edge
        )
    ]
    for ladder in shown:
        places = [
            f"{across(n):.1f},{down(abs(value - ladder.claimed)):.1f}"
            for n, value in zip(ladder.sizes, ladder.values, strict=True)
        ]
        parts.append(Markup('<polyline points="{}"/>').format(" ".join(places)))
        parts.append(
            Markup('<circle class="inside" cx="{}" cy="{}" r="2.5"/>').format(
                *places[-1].split(",")
            )
        )
    for text, x, y, anchor in (
        (f"{10**first:.3g}", _LEFT + 30, _HEIGHT - 8, "start"),
        (f"{10**last:.3g}", _WIDTH - _RIGHT, _HEIGHT - 8, "end"),
        (f"{max(gaps):.2g}", _LEFT + 24, _TOP + 12, "end"),
        (f"{resolution:.2g}", _LEFT + 24, edge + 3, "end"),
    ):
        parts.append(
            Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
                x, y, anchor, text
            )
        )
    return _svg(_HEIGHT, parts, "Distance from the claimed limit as the variable grows")
