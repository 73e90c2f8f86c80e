"""The parts of a drawing in SVG: axes, lines, dots, labels, and a panel with a line for each row.

Parts are strings of SVG: numbers and classes of this package, and words, which are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from verify.report.axes import Axis

__all__ = [
    *("BOTTOM", "HEIGHT", "LEAST_SHARE", "LEFT", "MOST_NAMED", "RIGHT", "TINY", "TOP", "WIDTH"),
    *("Labels", "Row", "area", "dot", "figure", "framed", "line", "rows_panel", "words_at"),
]

WIDTH, HEIGHT = 380.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 368.0, 14.0, 246.0
MOST_NAMED = 14  # rows with a number each
LEAST_SHARE = 1e-12  # of the largest value: what is smaller is 0 but for rounding
TINY = 1e-150  # nothing is divided by less

Row = tuple[int, float, float, float, bool]
"""Number in the table, lower end, value, upper end, whether it agrees."""


def figure(panels: Sequence[Markup], caption: str, left_out: int = 0) -> Markup:
    """Panels side by side, over a caption that says what is not drawn."""
    if left_out:
        rows = "A row of the table without" if left_out == 1 else f"{left_out} rows without"
        caption = f"{caption} {rows} two numbers {'is' if left_out == 1 else 'are'} not drawn."
    return Markup(
        '<figure class="evidence"><div class="panels">{}</div><figcaption>{}</figcaption></figure>'
    ).format(Markup("").join(panels), caption)


def framed(across: Axis, up: Axis, names: tuple[str, str], label: str, parts: list[str]) -> Markup:
    """A panel: the axes with ticks and names around what is drawn."""
    lines = []
    for value, text in across.ticks():
        x = across.place(value)
        lines.append(f'<path class="grid" d="M{x:.1f} {TOP}V{BOTTOM}"/>')
        lines.append(words_at(x, BOTTOM + 15, text, "middle"))
    for value, text in up.ticks():
        y = up.place(value)
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>')
        lines.append(words_at(LEFT - 5, y + 4, text, "end"))
    return panel([*lines, axis_names(*names), *parts, OUTLINE], label)


def panel(parts: Iterable[str], label: str) -> Markup:
    """A drawing with what it shows in words."""
    return Markup(
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


OUTLINE = f'<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>'


def axis_names(across: str, up: str) -> str:
    """What stands along the axes."""
    middle = (TOP + BOTTOM) / 2
    return words_at((LEFT + RIGHT) / 2, HEIGHT - 8, across, "middle", "name") + (
        f'<text class="name" transform="translate(13 {middle:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(up)}</text>'
    )


def words_at(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    """Words at a place."""
    of_style = f' class="{style}"' if style else ""
    return f'<text{of_style} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def dot(x: float, y: float, agrees: bool, size: float = 3.5) -> str:
    """What was measured: hollow and square where it contradicts the claim."""
    if agrees:
        return f'<circle class="inside" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
    return f'<path class="outside" d="M{x - 4:.1f} {y - 4:.1f}h8v8h-8z"/>'


def line(style: str, places: Iterable[tuple[float, float]]) -> str:
    """A line through places."""
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline class="{style}" points="{text}"/>'


def area(style: str, left: float, right: float, top: float, bottom: float) -> str:
    """A rectangle."""
    return f'<path class="{style}" d="M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}z"/>'


class Labels:
    """Labels that are left out where they would stand on one another."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float]] = []

    def put(self, x: float, y: float, text: str, anchor: str = "start") -> str:
        wide = 6.5 * len(text)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
        if any(left < b and left + wide > a and abs(y - at) < 12 for a, b, at in self._taken):
            return ""
        self._taken.append((left, left + wide, y))
        return words_at(x, y, text, anchor, "label")


def rows_panel(
    across: Axis,
    rows: Sequence[Row],
    name: str,
    label: str,
    parts: list[str],
    bars: Sequence[tuple[float, float]] = (),
) -> Markup:
    """A line for each row of the table, with a bar where each has one of its own."""
    first, last = rows[0][0], rows[-1][0]
    step = (BOTTOM - TOP) / len(rows)
    named = len(rows) <= MOST_NAMED
    lines = []
    for value, text in across.ticks():
        x = across.place(value)
        lines.append(f'<path class="grid" d="M{x:.1f} {TOP}V{BOTTOM}"/>')
        lines.append(words_at(x, BOTTOM + 15, text, "middle"))
    for index, (row, low, value, high, agrees) in enumerate(rows):
        y = TOP + step * (index + 0.5)
        if bars:
            half = min(step / 2 - 0.5, 8)
            lines.append(area("bar", *bars[index], y - half, y + half))
        ends = across.place(low), across.place(high)
        if ends[1] - ends[0] > 2:
            lines.append(f'<path class="known" d="M{ends[0]:.1f} {y:.1f}H{ends[1]:.1f}"/>')
        lines.append(dot(across.place(value), y, agrees, 3.5 if len(rows) <= 60 else 2))
        if named:
            lines.append(words_at(LEFT - 6, y + 4, str(row), "end"))
    if not named:
        lines.append(words_at(LEFT - 6, TOP + 10, str(first), "end"))
        lines.append(words_at(LEFT - 6, BOTTOM - 2, str(last), "end"))
    return panel([*parts, *lines, axis_names(name, "row of the table"), OUTLINE], label)
