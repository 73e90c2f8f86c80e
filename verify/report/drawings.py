"""Drawings of a verdict's evidence as SVG, each with a caption.

Pairs of numbers: what was measured against what was claimed, along a parameter where the points
lie along one, and how near each point came to contradicting the claim. Trends: the share of pairs
of seeds. Rates and limits: the ratio of the two sides, or the local slope, along the ladder, and
its distance from the claimed limit.

What is claimed is dashed and labelled; what was measured is a dot, a hollow square where it
contradicts the claim: nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from verify.core.verdict import How, Verdict
from verify.report.axes import Axis, printed, sign_of
from verify.report.evidence import (
    Curve,
    Mark,
    curves_of,
    ladders_of,
    marks_of,
    shares_of,
)
from verify.report.ladders import of_ladders
from verify.report.nearness import nearness
from verify.report.panels import (
    BOTTOM,
    LEAST_SHARE,
    LEFT,
    MOST_NAMED,
    RIGHT,
    TINY,
    TOP,
    Labels,
    area,
    dot,
    figure,
    framed,
    line,
    rows_panel,
    words_at,
)
from verify.report.shares import of_shares

__all__ = ["drawing"]

_FAR_BELOW = 1e-6  # of the least claimed value: an axis does not go down further
_SENSES = {"=": "claimed", "<=": "claimed: at most", ">=": "claimed: at least"}


def drawing(verdict: Verdict, variable: str = "n") -> Markup:
    """The evidence as a figure, or a sentence on why there is none.

    Parameters
    ----------
    verdict : Verdict
    variable : str
        The name of what grows, for a rate or a limit.
    """
    if not verdict.evidence:
        return Markup("")
    rows = len(verdict.evidence)
    if ladders := ladders_of(verdict):
        return of_ladders(ladders, verdict, sign_of(variable))
    if shares := shares_of(verdict):
        return of_shares(shares, rows - len(shares))
    if marks := marks_of(verdict):
        return _of_marks(marks, verdict)
    if verdict.how is How.EXHAUSTIVE:
        return Markup(
            "<p>No plot: every input was tried, and the claim holds or fails on each.</p>"
        )
    return Markup("<p>No plot: what was found is not pairs of numbers.</p>")


def _of_marks(marks: list[Mark], verdict: Verdict) -> Markup:
    if curves := curves_of(verdict, marks):
        panels, caption = [_along(curves)], _ALONG_CAPTION
    elif len({(mark.sense, mark.claimed) for mark in marks}) == 1:
        panels, caption = [_row_by_row(marks)], _ROWS_CAPTION
    else:
        panels, caption = [_against(marks)], _AGAINST_CAPTION
    said = caption is _ROWS_CAPTION and marks[0].sense != "="  # it would be the same again
    near = None if said else nearness(marks)
    if near is not None:
        panels.append(near[0])
        caption = f"First: {_lowered(caption)} Second: {near[1]}"
    elif all(mark.measured == (mark.claimed,) * 3 for mark in marks):
        caption = f"{caption} Every measured value is the claimed one."
    if verdict.how is How.STATISTICAL:
        caption += (
            " Each dot is a mean of the sample; the test bounds the error of the finding, "
            "not of the mean."
        )
    return figure(panels, caption, len(verdict.evidence) - len(marks))


_AGAINST_CAPTION = "What was measured against what was claimed; numbers are rows of the table."
_ROWS_CAPTION = "What was measured, row by row; dashed: what is claimed, the same for all."
_ALONG_CAPTION = "What was claimed, dashed, and what was measured, dots."


def _scale(marks: Sequence[Mark], start: float, end: float) -> Axis:
    """An axis for claimed and measured values; rounding errors around 0 do not stretch it."""
    values = [value for mark in marks for value in (mark.claimed, *mark.measured)]
    claimed = [mark.claimed for mark in marks]
    rounding = LEAST_SHARE * max(abs(value) for value in values)
    if min(claimed) > TINY and min(values) >= -rounding:
        seen = [value for value in values if value > _FAR_BELOW * min(claimed)]
        if max(seen) / min(seen) > 30:
            return Axis.over(seen, start, end, logarithmic=True)
    return Axis.over(values, start, end, logarithmic=False)


def _against(marks: Sequence[Mark]) -> Markup:
    across = _scale(marks, LEFT, RIGHT)
    up = Axis(across.low, across.high, BOTTOM, TOP, across.logarithmic)
    dots = [(across.place(mark.claimed), up.place(mark.measured[1])) for mark in marks]
    parts = []
    senses = {mark.sense for mark in marks}
    if senses == {"<="}:
        parts.append(f'<path class="bar" d="M{LEFT} {BOTTOM}L{RIGHT} {TOP}V{BOTTOM}z"/>')
        places = [(RIGHT - 8, y) for y in (BOTTOM - 10, BOTTOM - 60, BOTTOM - 85)]
        parts.append(_in_free_place(places, "allowed: below the line", "end", dots))
    elif senses == {">="}:
        parts.append(f'<path class="bar" d="M{LEFT} {BOTTOM}L{RIGHT} {TOP}H{LEFT}z"/>')
        places = [(LEFT + 8, y) for y in (TOP + 16, TOP + 60, TOP + 85)]
        parts.append(_in_free_place(places, "allowed: above the line", "start", dots))
    else:
        places = [(RIGHT - 8, BOTTOM - 10)]
        parts.append(_in_free_place(places, "dashed: equal", "end", dots))
    parts.append(f'<path class="claimed" d="M{LEFT} {BOTTOM}L{RIGHT} {TOP}"/>')
    labels = Labels()
    for mark, (x, y) in zip(marks, dots, strict=True):
        parts.append(_interval(x, up.place(mark.measured[0]), up.place(mark.measured[2])))
        parts.append(dot(x, y, mark.agrees, 3.5 if len(marks) <= 60 else 2))
        if len(marks) <= MOST_NAMED:
            side = -1 if x > RIGHT - 30 else 1
            anchor = "start" if side > 0 else "end"
            parts.append(labels.put(x + 7 * side, y - 5, str(mark.row), anchor))
    label = f"Measured against claimed values at {_counted(len(marks), 'point')}"
    scale = ", logarithmic" if across.logarithmic else ""
    return framed(across, up, (f"claimed value{scale}", f"measured value{scale}"), label, parts)


def _in_free_place(
    places: Sequence[tuple[float, float]],
    text: str,
    anchor: str,
    dots: Sequence[tuple[float, float]],
) -> str:
    """A text where it hides the fewest dots."""
    wide = 6.5 * len(text)

    def hidden(place: tuple[float, float]) -> int:
        left = place[0] - (wide if anchor == "end" else 0)
        return sum(left - 4 < x < left + wide + 4 and abs(y - place[1] + 4) < 14 for x, y in dots)

    return words_at(*min(places, key=hidden), text, anchor, "claim")


def _row_by_row(marks: Sequence[Mark]) -> Markup:
    """The measured values where the claimed one is always the same."""
    claimed, sense = marks[0].claimed, marks[0].sense
    values = [claimed, *(value for mark in marks for value in mark.measured)]
    across = Axis.over(values, LEFT, RIGHT)
    at = across.place(claimed)
    low, high = (across.place(end) for end in marks[0].allowed)
    side, anchor = (-5, "end") if at > (LEFT + RIGHT) / 2 else (5, "start")
    parts = [
        area("bar", low, high, TOP, BOTTOM),
        f'<path class="claimed" d="M{at:.1f} {TOP}V{BOTTOM}"/>',
        words_at(at + side, BOTTOM - 6, f"{_SENSES[sense]} {printed(claimed)}", anchor, "claim"),
    ]
    rows = [(mark.row, *mark.measured, mark.agrees) for mark in marks]
    scale = ", logarithmic" if across.logarithmic else ""
    return rows_panel(across, rows, f"measured value{scale}", "Measured values, row by row", parts)


def _interval(x: float, low: float, high: float) -> str:
    if abs(high - low) < 2:
        return ""
    ends = "".join(f"M{x - 3:.1f} {end:.1f}h6" for end in (low, high))
    return f'<path class="known" d="M{x:.1f} {low:.1f}V{high:.1f}{ends}"/>'


def _along(curves: Sequence[Curve]) -> Markup:
    marks = [mark for curve in curves for _, mark in curve.marks]
    across = Axis.over([at for curve in curves for at, _ in curve.marks], LEFT, RIGHT)
    up = _scale(marks, BOTTOM, TOP)
    parts, names, labels = [], [], Labels()
    for curve in curves:
        places = [(across.place(at), up.place(mark.claimed)) for at, mark in curve.marks]
        senses = {mark.sense for _, mark in curve.marks}
        if len(curves) == 1 and senses in ({"<="}, {">="}):
            end = BOTTOM if senses == {"<="} else TOP
            outline = [(places[0][0], end), *places, (places[-1][0], end)]
            parts.append(line("bar", outline))
        parts.append(line("claimed", places))
        x, y = places[-1]
        words = _SENSES[senses.pop()] if len(senses) == 1 else "claimed"
        if curve.label:
            words = _spoken(curve.label)
        beside = y - 8 if y > TOP + 24 else y + 18
        names.append(labels.put(min(x, RIGHT - 4), beside, words, "end"))
    for curve in curves:
        for at, mark in curve.marks:
            x, (low, y, high) = across.place(at), map(up.place, mark.measured)
            parts += [_interval(x, low, high), dot(x, y, mark.agrees)]
    label = f"Claimed and measured values along {curves[0].parameter}"
    scale = {True: ", logarithmic", False: ""}
    name = sign_of(curves[0].parameter) + scale[across.logarithmic]
    return framed(across, up, (name, f"value{scale[up.logarithmic]}"), label, [*parts, *names])


def _spoken(label: str) -> str:
    pairs = (part.partition("=") for part in label.split(", "))
    return ", ".join(
        f"{sign_of(name)} = {value}" if equals else name for name, equals, value in pairs
    )


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
