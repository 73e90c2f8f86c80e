"""Drawings of the shares of pairs of seeds in which a trend was seen."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from verify.report.axes import Axis, printed
from verify.report.evidence import Share
from verify.report.panels import HEIGHT, LEFT, RIGHT, WIDTH, area, dot, figure, words_at

__all__ = ["of_shares"]

_CAPTION = (
    "The share of pairs of seeds in which the trend was seen, with a 99% confidence interval. "
    "Claimed: more than half."
)


def of_shares(shares: Sequence[Share], left_out: int) -> Markup:
    """A figure with a line for each row; so many rows of the table have no share."""
    return figure([_rows(shares)], _CAPTION, left_out)


def _rows(shares: Sequence[Share]) -> Markup:
    across = Axis(0.0, 1.0, LEFT, RIGHT, False)
    high = min(HEIGHT - 60, 44.0 * len(shares))
    top, bottom = 8.0, 8.0 + high
    half = across.place(0.5)
    parts = [
        area("bar", half, RIGHT, top, bottom),
        f'<path class="claimed" d="M{half:.1f} {top}V{bottom}"/>',
    ]
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(words_at(across.place(value), bottom + 15, printed(value), "middle"))
    step = high / len(shares)
    for index, share in enumerate(shares):
        y = top + step * (index + 0.5) + 4
        low, end = map(across.place, share.interval)
        at = across.place(share.seen / share.pairs)
        parts.append(
            f'<path class="known" d="M{low:.1f} {y:.1f}H{end:.1f}M{low:.1f} {y - 4:.1f}v8'
            f'M{end:.1f} {y - 4:.1f}v8"/>'
        )
        parts.append(dot(at, y, share.interval[1] > 0.5, 4))
        words, anchor = f"{share.seen} of {share.pairs}", "end" if at > RIGHT - 30 else "middle"
        parts.append(words_at(at + 5 * (anchor == "end"), y - 9, words, anchor, "label"))
        parts.append(words_at(LEFT - 8, y + 4, str(share.row), "end"))
    parts.append(f'<path class="axis" d="M{LEFT} {top}V{bottom}H{RIGHT}"/>')
    name = "share of pairs of seeds"
    parts.append(words_at((LEFT + RIGHT) / 2, bottom + 32, name, "middle", "name"))
    return Markup(
        f'<svg viewBox="0 0 {WIDTH:g} {bottom + 40:.0f}" role="img" '
        f'aria-label="Share of pairs of seeds, row by row">{"".join(parts)}</svg>'
    )
