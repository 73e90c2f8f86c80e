"""How near each point came to contradicting the claim, as the second panel of a drawing."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from verify.report.axes import Axis
from verify.report.evidence import Mark
from verify.report.panels import (
    BOTTOM,
    LEAST_SHARE,
    LEFT,
    RIGHT,
    TINY,
    TOP,
    Row,
    area,
    rows_panel,
    words_at,
)

__all__ = ["nearness"]


def nearness(marks: Sequence[Mark]) -> tuple[Markup, str] | None:
    """How near each point came to contradicting the claim, with a sentence on it."""
    if all(mark.sense == "=" for mark in marks):
        return _distances(marks)
    bounds = [mark for mark in marks if mark.sense != "="]
    if all(mark.claimed > TINY and mark.measured[1] > 0 for mark in bounds):
        return _ratios(bounds)
    return _margins(bounds)


def _distances(marks: Sequence[Mark]) -> tuple[Markup, str] | None:
    """The distance from the claimed value in units of what is allowed."""
    if any(mark.slack < TINY for mark in marks):
        return None
    rows: list[Row] = []
    for mark in marks:
        gaps = [min(abs(end - mark.claimed) / mark.slack, 1 / TINY) for end in mark.measured]
        known = mark.measured[0] <= mark.claimed <= mark.measured[2]
        low = 0.0 if known else min(gaps)
        rows.append((mark.row, low, gaps[1], max(gaps), mark.agrees))
    largest = max(2.0, *(gap for _, _, _, gap, _ in rows))
    seen = [gap for row in rows for gap in row[1:4] if gap > 1e-9]
    least = min([0.1, *seen])
    across = Axis.over([least, largest], LEFT, RIGHT, logarithmic=True, margin=0.03)
    parts = [
        area("bar", LEFT, across.place(1), TOP, BOTTOM),
        words_at(across.place(1) - 6, TOP + 14, "agrees", "end", "claim"),
    ]
    label = "Distance from the claimed value in units of what is allowed"
    caption = (
        "the distance between the two over the distance that is allowed (resolution and "
        "error bound); at the left edge they cannot be told apart."
    )
    return rows_panel(across, rows, "distance over allowed distance, log", label, parts), caption


def _ratios(marks: Sequence[Mark]) -> tuple[Markup, str]:
    """What was measured over the bound."""
    rows: list[Row] = []
    for mark in marks:
        low, middle, high = (min(max(end, 0.0) / mark.claimed, 1 / TINY) for end in mark.measured)
        rows.append((mark.row, low, middle, high, mark.agrees))
    values = [ratio for row in rows for ratio in row[1:4] if ratio > LEAST_SHARE]
    across = Axis.over([*values, 1.0], LEFT, RIGHT)
    parts, at = [], across.place(1)
    allowed = {"<=": (LEFT, at), ">=": (at, RIGHT)}
    bars = [allowed[mark.sense] for mark in marks]
    if len(set(bars)) == 1:
        parts.append(area("bar", *bars[0], TOP, BOTTOM))
        bars = []
    parts.append(f'<path class="claimed" d="M{at:.1f} {TOP}V{BOTTOM}"/>')
    side, anchor = (-5, "end") if at > (LEFT + RIGHT) / 2 else (5, "start")
    parts.append(words_at(at + side, BOTTOM - 6, "the bound", anchor, "claim"))
    scale = ", logarithmic" if across.logarithmic else ""
    label = "Measured value over the bound, row by row"
    caption = "the measured value over the bound; the nearer to 1, the sharper the bound."
    if bars:
        caption += " Shaded: what each row allows, at least or at most."
    return rows_panel(across, rows, f"measured over claimed{scale}", label, parts, bars), caption


def _margins(marks: Sequence[Mark]) -> tuple[Markup, str]:
    """By how much a bound holds, where ratios say nothing."""
    rows: list[Row] = []
    for mark in marks:
        way = 1 if mark.sense == "<=" else -1
        ends = [way * (mark.claimed - value) for value in mark.measured]
        rows.append((mark.row, min(ends), ends[1], max(ends), mark.agrees))
    values = [value for row in rows for value in row[1:4]]
    largest = max(map(abs, values))
    positive = [value for value in values if value > LEAST_SHARE * largest]
    rounding = -max(mark.slack for mark in marks)
    if positive and min(values) >= rounding and max(positive) / min(positive) > 30:
        across = Axis.over(positive, LEFT, RIGHT, logarithmic=True)
        parts, scale = [], ", logarithmic"
        end = " At the left edge: equality, up to rounding."
    else:
        across = Axis.over([*values, 0.0], LEFT, RIGHT, logarithmic=False)
        at = across.place(0)
        parts = [
            area("bar", at, RIGHT, TOP, BOTTOM),
            f'<path class="claimed" d="M{at:.1f} {TOP}V{BOTTOM}"/>',
        ]
        scale, end = "", " Dashed: equality."
    label = "By how much the bound holds, row by row"
    caption = f"by how much the bound holds.{end}"
    return rows_panel(across, rows, f"room left under the claim{scale}", label, parts), caption
