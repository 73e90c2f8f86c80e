"""Drawings of what happens along ladders: ratios or local exponents as a variable grows."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from verify.core.verdict import Verdict
from verify.report.axes import Axis, printed
from verify.report.evidence import Ladder
from verify.report.panels import (
    BOTTOM,
    LEFT,
    MOST_NAMED,
    RIGHT,
    TOP,
    Labels,
    area,
    dot,
    figure,
    framed,
    line,
    words_at,
)

__all__ = ["of_ladders"]

_MOST_LADDERS = 40


def of_ladders(ladders: Sequence[Ladder], verdict: Verdict, variable: str) -> Markup:
    """A figure of values along the ladders and of how far they are from their limits."""
    shown = ladders[:_MOST_LADDERS]
    what = "local exponent" if shown[0].slopes else "ratio of the sides"
    panels = [
        _values_along(shown, verdict.resolution, variable, what),
        _gaps_along(shown, verdict.resolution, variable),
    ]
    which = "between neighbouring rungs" if shown[0].slopes else "at each rung"
    caption = (
        f"First: the {what} {which}, a line for each row of the table; dashed: the claimed limit. "
        "Second: its distance from the claimed limit; within the shaded band it agrees. The limit "
        "is extrapolated from the last rungs, so a line need not reach the band."
    )
    if len(ladders) > len(shown):
        caption += f" The first {len(shown)} of {len(ladders)} rows."
    return figure(panels, caption, len(verdict.evidence) - len(ladders))


def _values_along(ladders: Sequence[Ladder], resolution: float, variable: str, what: str) -> Markup:
    across = _sizes(ladders)
    ends = [value for ladder in ladders for value in ladder.values]
    limits = {ladder.claimed for ladder in ladders}
    up = Axis.over([*ends, *limits], BOTTOM, TOP, logarithmic=False)
    parts, labels = [], Labels()
    for limit in sorted(limits):
        y = up.place(limit)
        top, bottom = up.place(limit + resolution), up.place(limit - resolution)
        parts.append(area("bar", LEFT, RIGHT, top, bottom))
        parts.append(f'<path class="claimed" d="M{LEFT} {y:.1f}H{RIGHT}"/>')
    for ladder in ladders:
        places = [
            (across.place(n), up.place(value))
            for n, value in zip(ladder.sizes, ladder.values, strict=True)
        ]
        parts += [line("seen", places), *(dot(x, y, True, 2.5) for x, y in places)]
        if len(ladders) <= MOST_NAMED:
            parts.append(labels.put(places[0][0] - 5, places[0][1] + 4, str(ladder.row), "end"))
    for limit in sorted(limits):
        y = up.place(limit)
        words = f"claimed: {printed(limit)}"
        parts.append(labels.put(RIGHT - 4, y - 7 if y > TOP + 20 else y + 17, words, "end"))
    label = f"The {what} as {variable} grows"
    return framed(across, up, (f"{variable}, logarithmic", what), label, parts)


def _gaps_along(ladders: Sequence[Ladder], resolution: float, variable: str) -> Markup:
    across = _sizes(ladders)
    gaps = [abs(value - ladder.claimed) for ladder in ladders for value in ladder.values]
    least = 1e-3 * resolution if resolution > 0 else 1e-15
    up = Axis.over([least, max(*gaps, 10 * least)], BOTTOM, TOP, logarithmic=True, margin=0.03)
    edge = up.place(resolution)
    parts, labels = [area("bar", LEFT, RIGHT, edge, BOTTOM)], Labels()
    for ladder in ladders:
        places = [
            (across.place(n), up.place(abs(value - ladder.claimed)))
            for n, value in zip(ladder.sizes, ladder.values, strict=True)
        ]
        parts += [line("seen", places), *(dot(x, y, True, 2.5) for x, y in places)]
        if len(ladders) <= MOST_NAMED:
            parts.append(labels.put(places[-1][0] + 5, places[-1][1] + 4, str(ladder.row)))
    words = f"within the resolution, {printed(resolution)}"
    parts.append(words_at(RIGHT - 4, BOTTOM - 7, words, "end", "claim"))
    label = f"Distance from the claimed limit as {variable} grows"
    names = (f"{variable}, logarithmic", "distance from the limit, log")
    return framed(across, up, names, label, parts)


def _sizes(ladders: Sequence[Ladder]) -> Axis:
    sizes = [n for ladder in ladders for n in ladder.sizes]
    return Axis.over(sizes, LEFT, RIGHT, logarithmic=True)
