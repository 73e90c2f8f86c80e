"""The numbers in a verdict's evidence: what was claimed against what was measured."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.core.verdict import How, Verdict

__all__ = ["Curve", "Ladder", "Mark", "Share", "curves_of", "ladders_of", "marks_of", "shares_of"]

_BALL = re.compile(r"\[(?P<middle>\S+) \+/- (?P<radius>\S+)\]")
_ABOUT_ZERO = re.compile(r"\[\+/- (\S+)\]")
_SHARE = re.compile(r"in (\d+) of (\d+) pairs.*?interval ([\d.e+-]+) to ([\d.e+-]+)\)")
_COUNTED = re.compile(r"(\d+) of (\d+) \(interval ([\d.e+-]+) to ([\d.e+-]+)\)")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?")

_LARGEST = 1e150  # so that squares and quotients do not overflow
_MOST_CURVES, _FEWEST_POINTS = 4, 4

Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Mark:
    """What was claimed and measured at one point.

    Attributes
    ----------
    row : int
        Number of the row in the table of evidence, from 1.
    sense : str
        How the measured value compares with the claimed one: ``=``, ``<=`` or ``>=``.
    claimed : float
    slack : float
        How far the measured value may be from it, on the wrong side of it for a bound.
    measured : tuple of float
        Lower end, value and upper end of what was measured.
    """

    row: int
    sense: str
    claimed: float
    slack: float
    measured: Interval

    @property
    def allowed(self) -> tuple[float, float]:
        """The values that agree with the claim; an end may be infinite."""
        low, high = self.claimed - self.slack, self.claimed + self.slack
        return (-math.inf if self.sense == "<=" else low, math.inf if self.sense == ">=" else high)

    @property
    def agrees(self) -> bool:
        """Whether what was measured can be among the allowed values."""
        low, high = self.allowed
        return low <= self.measured[2] and self.measured[0] <= high


@dataclass(frozen=True)
class Share:
    """In how many of the pairs of seeds a trend was seen."""

    row: int
    seen: int
    pairs: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Marks along one parameter, the other parameters being the same."""

    parameter: str
    label: str
    marks: tuple[tuple[float, Mark], ...]


@dataclass(frozen=True)
class Ladder:
    """What was measured at one point as the variable grows.

    Attributes
    ----------
    row : int
    slopes : bool
        Whether the values are local slopes, or ratios of the two sides.
    claimed : float
        What the values are to tend to.
    sizes, values : tuple of float
        The variable, and the ratio or the local slope there.
    """

    row: int
    slopes: bool
    claimed: float
    sizes: tuple[float, ...]
    values: tuple[float, ...]


def marks_of(verdict: Verdict) -> list[Mark]:
    """The pairs of numbers; points without them are left out."""
    if verdict.how in (How.RATE, How.TRAINED):
        return []
    found = (
        _mark(index, result, verdict) for index, result in enumerate(verdict.evidence, start=1)
    )
    return [mark for mark in found if mark is not None]


def shares_of(verdict: Verdict) -> list[Share]:
    """The shares of seeds of a verdict on trained models."""
    found = (_SHARE.search(str(result["measured"])) for result in verdict.evidence)
    return [
        Share(row, int(share[1]), int(share[2]), (float(share[3]), float(share[4])))
        for row, share in enumerate(found, start=1)
        if share
    ]


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
            if n is not None and value is not None and n > 0 and abs(value) <= _LARGEST
        ]
        if pairs:
            slopes = "ratio" not in detail
            ladders.append(Ladder(row, slopes, claimed[0], *zip(*pairs, strict=True)))
    return ladders


def curves_of(verdict: Verdict, marks: Sequence[Mark]) -> list[Curve]:
    """The marks as a few curves along one parameter; none where they do not lie so."""
    points = {mark.row: verdict.evidence[mark.row - 1]["point"] for mark in marks}
    if len(marks) < _FEWEST_POINTS:
        return []
    names = list(points[marks[0].row])
    found: list[tuple[int, list[Curve]]] = []
    for name in names:
        if not all(_is_number(point.get(name)) for point in points.values()):
            continue
        groups: dict[str, list[tuple[float, Mark]]] = defaultdict(list)
        for mark in marks:
            point = points[mark.row]
            rest = json.dumps({other: point.get(other) for other in names if other != name})
            groups[rest].append((float(point[name]), mark))
        fewest = min(len({at for at, _ in group}) for group in groups.values())
        if fewest >= _FEWEST_POINTS and len(groups) <= _MOST_CURVES:
            found.append((fewest, _curves(name, groups)))
    return max(found, key=lambda pair: pair[0])[1] if found else []


def _curves(name: str, groups: Mapping[str, list[tuple[float, Mark]]]) -> list[Curve]:
    settings = [json.loads(rest) for rest in groups]
    differing = [
        other
        for other in settings[0]
        if len({json.dumps(setting[other]) for setting in settings}) > 1
    ]
    curves = []
    for setting, marks in zip(settings, groups.values(), strict=True):
        short = {other: setting[other] for other in differing if _is_number(setting[other])}
        label = ", ".join(f"{other}={value:g}" for other, value in short.items())
        marks = sorted(marks, key=lambda pair: pair[0])
        label = label or (f"from row {marks[0][1].row}" if len(settings) > 1 else "")
        curves.append(Curve(name, label, tuple(marks)))
    return curves


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _mark(row: int, result: Mapping[str, Any], verdict: Verdict) -> Mark | None:
    claimed, seen = str(result["predicted"]), str(result["measured"])
    value, plain = _value(claimed), _value(seen)
    if counted := _COUNTED.search(seen):
        hits, trials, low, high = (float(part) for part in counted.groups())
        measured = low, hits / trials, high
    elif plain is not None:
        measured = plain[0] - plain[1], plain[0], plain[0] + plain[1]
    else:
        return None
    if value is None:
        return None
    slack = verdict.resolution
    if not verdict.absolute and verdict.how in (How.EXACT, How.CERTIFIED, How.EXHAUSTIVE):
        slack *= max(abs(value[0]), abs(measured[1]))
    sense = claimed[:2] if claimed[:2] in ("<=", ">=") else "="
    slack += value[1]
    ends = value[0] - slack, value[0] + slack
    if not all(abs(number) <= _LARGEST for number in (*measured, *ends)):  # nor NaN
        return None
    return Mark(row, sense, value[0], slack, measured)


def _value(text: str) -> tuple[float, float] | None:
    """The only number of a text, with its radius if it is a ball."""
    if ball := _BALL.search(text):
        return float(ball["middle"]), float(ball["radius"])
    if ball := _ABOUT_ZERO.search(text):
        return 0.0, float(ball[1])
    numbers = _NUMBER.findall(text)
    return (float(numbers[0]), 0.0) if len(numbers) == 1 else None
