r"""Displayed formulas that stay on the page: estimated widths, line breaks, alignment.

The width of a formula is estimated from its LaTeX, for Computer Modern at 10 pt. A formula that is
too wide goes on in the next line before a plus or minus sign, or else between factors; one that
cannot be broken goes through ``\assayfit``, which prints it smaller where it has to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Row", "display", "gathered", "lines_of", "room", "width"]

_ROOM: ContextVar[float] = ContextVar("room", default=345.0)  # points: article at 10 pt


def room() -> float:
    """The length of a line in points, at 10 pt: the narrowest common one, or that of `lines_of`."""
    return _ROOM.get()


@contextmanager
def lines_of(points: float) -> Iterator[None]:
    """Within this context, formulas are broken for lines of this length."""
    before = _ROOM.set(points)
    try:
        yield
    finally:
        _ROOM.reset(before)


_HANG = 0.35  # a right side stands beside a left side up to this part of the measure
_RELATION = 14.0  # width of a relation sign
_INDENT = 30.0  # of the lines that go on with a formula

# ------------------------------------------------------------------------------------- widths

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_SCALES = (1.0, 1.0, 0.72, 0.55)  # display, text, script, script of a script
_SPACED = dict.fromkeys(
    r"= < > \le \ge \leq \geq \ne \neq \in \notin \to \sim \approx \subset \subseteq \mapsto"
    r" \equiv \ll \gg \asymp \Rightarrow".split(),
    5.6,
) | dict.fromkeys(r"+ - \cdot \times \pm".split(), 4.4)
_WIDTHS = (
    dict.fromkeys(r"( ) [ ] | . ! : ; ' , \{ \} \|".split(), 4.2)
    | dict.fromkeys(r"\log \exp \max \min \lim \cos \sin \tan \sup".split(), 16.5)
    | dict.fromkeys(r"\displaystyle \limits \nolimits \textstyle".split(), 0.0)
    | dict.fromkeys(_SPACED, 7.8)
    | dict.fromkeys(r"\left \right \biggl \biggr".split(), 2.8)
    | {r"\,": 1.7, r"\:": 2.2, r"\;": 2.8, r"\!": -1.7, "\\ ": 3.3, r"\quad": 10.0, r"\angle": 8.0}
    | {r"\qquad": 20.0, r"\int": 8.0, r"\infty": 10.0, r"\dots": 11.7, r"\cdots": 11.7}
)
_WITH_LIMITS = frozenset(r"\sum \prod \lim \max \min \sup".split())


class _Ruler:
    """Reads a formula token by token and adds up widths; styles index the scales."""

    def __init__(self, latex: str) -> None:
        self.tokens = [token for token in _TOKEN.findall(latex) if not token.isspace()]
        self.at = 0

    def row(self, style: int, until: str | None = None) -> float:
        """Width of what comes before the closing token: the widest of its lines."""
        widest = total = 0.0
        while self.at < len(self.tokens) and self.tokens[self.at] != until:
            if self.tokens[self.at] == r"\\":
                self.at += 1
                widest, total = max(widest, total), 0.0
            else:
                total += self.with_scripts(style)
        self.at += 1
        return max(widest, total)

    def argument(self, style: int) -> float:
        if self.tokens[self.at : self.at + 1] == ["{"]:
            self.at += 1
            return self.row(style, "}")
        return self.symbol(style) if self.at < len(self.tokens) else 0.0

    def with_scripts(self, style: int) -> float:
        token = self.tokens[self.at]
        width = self.symbol(style)
        scripts = [0.0]
        while self.at < len(self.tokens) and self.tokens[self.at] in ("^", "_"):
            self.at += 1
            scripts.append(self.argument(min(3, max(2, style + 1))))
        if token in _WITH_LIMITS and style == 0:
            return max(width, *scripts)
        return width + max(scripts)

    def symbol(self, style: int) -> float:
        token = self.tokens[self.at]
        self.at += 1
        scale = _SCALES[style]
        if token == "{":
            return self.row(style, "}")
        if token in (r"\frac", r"\binom"):
            inner = min(3, style + 1)
            parentheses = 14.0 if token == r"\binom" else 2.4
            return max(self.argument(inner), self.argument(inner)) + parentheses * scale
        if token in (r"\overset", r"\underset"):
            return max(self.argument(2), self.argument(style))
        if token == r"\begin":
            self.argument(style)
            inside = self.row(max(style, 1), r"\end")
            self.argument(style)
            return 1.15 * inside + 22.0 * scale  # the widest column entries may be in two lines
        if token == r"\sqrt":
            return 8.5 * scale + self.argument(style)
        if token in (r"\sum", r"\prod"):
            return 18.0 if style == 0 else 13.0 * scale
        if token.startswith(r"\text"):
            start = self.at
            self.argument(style)
            return 5.0 * scale * (self.at - start - 2)
        if token in _WIDTHS:
            return _WIDTHS[token] * scale + (_SPACED.get(token, 0.0) if style < 2 else 0.0)
        if token[0] == "\\" and self.tokens[self.at : self.at + 1] == ["{"]:  # another alphabet
            return 1.15 * self.argument(style)
        if token[0] == "\\":
            return (7.2 if token[1].isupper() else 5.9) * scale
        return (7.9 if token.isupper() or token in "mw" else 5.3) * scale


def width(latex: str) -> float:
    """Estimated width of a displayed formula in points."""
    return _Ruler(latex).row(0)


# ------------------------------------------------------------------------------------ breaking

_NO_FACTOR = frozenset(
    r"\right \, \: \; \! \quad \qquad \cdot \times \pm \mid \colon \text \end".split()
) | frozenset(_SPACED)
_NOTHING_YET = frozenset(
    r"\sum \prod \int \, | + - = \mapsto \mid \dot \ddot \hat \bar \tilde \vec \sqrt".split()
)
_DERIVATIVE = re.compile(
    r"\\frac\{(\\partial|d)(\^\{[^{}]*\})?\}\{\1 [^{}]*(\{[^{}]*\}[^{}]*)*\}(?= )"
)
_SEPARATORS = frozenset((",", r"\;", r"\quad"))  # of parts that are no factors of one another


@dataclass(frozen=True, order=True)
class _Break:
    """A place where a formula may go to the next line; the best are the least."""

    depth: int  # of parentheses
    between_factors: bool  # rather than before a sign
    at: int


def _breaks(latex: str, length: float) -> list[_Break]:
    """The places outside of braces and not in a small parenthesis."""
    places: list[tuple[_Break, int]] = []  # with the start of the innermost parenthesis
    small: set[int] = set()
    open_: list[int] = []
    tokens = list(_TOKEN.finditer(latex))
    braces = 0
    before = ""
    fresh = True  # nothing stands yet after an opening, a sign or a summation sign
    script = False
    operators = [match.end() for match in _DERIVATIVE.finditer(latex)]
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        word, at = token[0], token.start()
        if word in ("{", r"\begin"):
            braces += 1
        elif word in ("}", r"\end"):
            braces -= 1
            script = script and braces > 0
        elif braces or script:
            script = script and braces > 0
        elif word.isspace():
            follows = after[0] if after else ""
            sign = follows in ("+", "-")
            factor = follows == "(" or (follows.lstrip("\\")[:1].isalpha())
            if at in operators:
                fresh = True  # a derivative takes what follows
            if not fresh and (sign or (factor and follows not in _NO_FACTOR)):
                place = _Break(len(open_), not sign and before not in _SEPARATORS, at)
                places.append((place, open_[-1] if open_ else -1))
        elif word in ("_", "^"):
            script = True
        elif word in ("(", "["):
            open_.append(at)
            fresh = True
        elif word in (")", "]"):
            if open_ and width(latex[open_[-1] : token.end()]) < 0.5 * length:
                small.add(open_[-1])
            open_ = open_[:-1]
            fresh = False
        elif word not in (r"\left", r"\right"):
            fresh = word in _NOTHING_YET or (word == "." and before == r"\left")
        before = before if word.isspace() else word
    return [place for place, parenthesis in places if parenthesis not in small]


def _lines(latex: str, length: float) -> list[str]:
    """The formula in lines that fit, each but the first opened by its sign."""
    if width(latex) <= length:
        return [_shrunk(latex, length)]
    places = _breaks(latex, length)
    cuts: list[_Break] = []
    start, limit = 0, length
    while width(latex[start:]) > limit:
        later = [place for place in places if place.at > start]
        if not later:
            break
        widths = {place: width(latex[start : place.at]) for place in later}
        fitting = [place for place in later if widths[place] <= limit] or later[:1]
        full = [place for place in fitting if widths[place] >= 0.3 * limit] or fitting
        outermost = min((place.depth, place.between_factors) for place in full)
        cut = [p for p in full if (p.depth, p.between_factors) == outermost][-1]
        cuts.append(cut)
        start, limit = cut.at, length - _INDENT
    ends = [0, *(cut.at for cut in cuts), len(latex)]
    lines = [latex[a:b].strip() for a, b in pairwise(ends)]
    for index, cut in enumerate(cuts, start=1):
        lines[index] = (r"\times " if cut.between_factors else "{} ") + lines[index]
    first, *rest = _with_fixed_delimiters(lines)
    return [_shrunk(first, length), *(_shrunk(line, length - _INDENT) for line in rest)]


def _with_fixed_delimiters(lines: list[str]) -> list[str]:
    r"""Replace each ``\left .. \right`` pair that a line break parts by ``\biggl .. \biggr``."""
    opened: list[tuple[int, int]] = []
    marks: list[tuple[int, int, str]] = []
    for row, line in enumerate(lines):
        for match in re.finditer(r"\\(left|right)(?![A-Za-z])", line):
            if match[1] == "left":
                opened.append((row, match.start()))
            elif (start := opened.pop())[0] != row:
                marks += [(*start, "left"), (row, match.start(), "right")]
    for row, at, side in sorted(marks, key=lambda mark: -mark[1]):
        rest = lines[row][at + 1 + len(side) :]
        lines[row] = rf"{lines[row][:at]}\bigg{side[0]}{rest}"
    return lines


def _shrunk(line: str, length: float) -> str:
    """A line that is not broken any more; TeX measures whether it must be smaller."""
    if width(line) <= 0.88 * length:
        return line
    beside = 1.15 * (_ROOM.get() - length) + 5  # at 11 pt, and with the sign that ends the formula
    return rf"\assayfit{{{beside:.0f}pt}}{{{line}}}"


# ------------------------------------------------------------------------------------ displays


@dataclass(frozen=True)
class Row:
    """One line of an aligned display: what stands left of the sign, the sign, what follows."""

    left: str
    sign: str
    right: str


def display(rows: Sequence[Row], end: str = ".") -> str:
    """Formulas as display mathematics: one line if it fits, else aligned at the signs.

    Parameters
    ----------
    rows : sequence of Row
        A row without a left side goes on from the one before.
    end : str
        What follows the last formula.
    """
    whole = " ".join(part for row in rows for part in (row.left, row.sign, row.right) if part)
    if len(rows) == 1 and width(whole) <= room():
        return f"\\[\n  {_shrunk(whole, room())}{end}\n\\]"
    indent = max(width(row.left) for row in rows) + _RELATION
    hang = indent <= _HANG * room()
    lines: list[str] = []
    for row in rows:
        first, *rest = _lines(row.right, room() - (indent if hang else 24))
        if row.left and row.sign and not hang:
            lines += [f"& {line}" for line in _lines(row.left, room())]
            lines.append(rf"& \quad {row.sign} {first}")
        else:
            lead = r"\quad " if row.sign and not hang else ""
            lines.append(f"{row.left} & {lead}{row.sign} {first}".strip())
        lines += [rf"& \qquad\quad {line}" for line in rest]
    body = " \\\\\n  ".join(lines)
    return f"\\begin{{align*}}\n  {body}{end}\n\\end{{align*}}"


def gathered(formulas: Sequence[str]) -> str:
    """Short formulas beside one another, in as many lines as they need."""
    packed: list[str] = []
    for formula in formulas:
        joined = rf"{packed[-1]}, \qquad {formula}" if packed else formula
        if packed and width(joined) <= room():
            packed[-1] = joined
        else:
            packed.append(formula)
    body = ", \\\\\n  ".join(" \\\\\n  ".join(_lines(line, room())) for line in packed)
    return f"\\begin{{gather*}}\n  {body}.\n\\end{{gather*}}"
