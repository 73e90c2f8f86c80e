r"""Claims, their proofs and their verdicts as LaTeX: what ``assay latex`` writes.

`document` gives a whole article or a fragment to ``\input`` into one. The text fields of a claim
are of two sorts, and each is treated in one way:

plain English (``title``, ``says``, meanings, names of choices, the wording of a trend, the reason
    and the counterexample of a verdict): every character that TeX would act on is escaped.
LaTeX text (``Domain.remarks``, ``Step.note``, rule words, a cited theorem and its reference, the
    place of a source, `ForAll`, the fields of a `Paper`): commands, braces and formulas in
    dollars stand as they are; outside of formulas ``% # & _ ^`` are escaped; dollars and braces
    must balance.

In both, Unicode letters and signs that have a LaTeX name are replaced by it, and any other
character outside ASCII is an `AssayError` that names the field and the character.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.derivation import ByClaim, Step, StepReport, written_out
from theory.core.errors import AssayError
from theory.core.parameters import Categorical, Labels, Parameter, Simplex
from theory.core.rules import ChangeOfVariables, Definition, Rule, Termwise
from theory.core.source import Paper, Seen, Standing
from theory.core.special import NormalCDF, StudentCDF
from theory.core.statement import ForAll, Trend
from verify.core.verdict import Decision, How, Verdict

__all__ = ["document", "latex_text", "plain"]

# --------------------------------------------------------------------------------------- text

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",
    "`": r"\textasciigrave{}",
}
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "finalsigma sigma tau upsilon phi chi psi omega"
).split()


def _signs(characters: str, commands: str) -> dict[str, str]:
    return dict(zip(characters, commands.split(), strict=True))


_MATHS = (
    {
        chr(0x3B1 + i): "o" if name == "omicron" else rf"\{name}"
        for i, name in enumerate(_GREEK)
        if name != "finalsigma"
    }
    | {
        chr(0x391 + i): rf"\{name.capitalize()}"
        for i, name in enumerate(_GREEK)
        if name in "gamma delta theta lambda xi pi sigma upsilon phi psi omega".split()
    }
    | _signs("ϕεϑϱς", r"\phi \varepsilon \vartheta \varrho \varsigma")
    | _signs("≤≥≠≈∼≡≪≫", r"\le \ge \ne \approx \sim \equiv \ll \gg")
    | _signs("∞×·±∓÷−∗∘", r"\infty \times \cdot \pm \mp \div - \ast \circ")
    | _signs("→←↦⇒⇔↔", r"\to \leftarrow \mapsto \Rightarrow \Leftrightarrow \leftrightarrow")
    | _signs("∈∉⊂⊆∪∩∅∀∃¬", r"\in \notin \subset \subseteq \cup \cap \emptyset \forall \exists \neg")
    | _signs("∑∏∫√∂∇∝≍⊤⊥", r"\sum \prod \int \surd \partial \nabla \propto \asymp \top \perp")
    | _signs("‖⌊⌋⌈⌉⟨⟩ℓ", r"\| \lfloor \rfloor \lceil \rceil \langle \rangle \ell")
    | _signs(
        "ℝℕℤℚℂℙ𝔼", r"\mathbb{R} \mathbb{N} \mathbb{Z} \mathbb{Q} \mathbb{C} \mathbb{P} \mathbb{E}"
    )
    | {"⁻": "^{-}", "′": "^{\\prime}", "°": r"^{\circ}", "✓": r"\checkmark"}
    | {digit: f"^{{{i}}}" for i, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {digit: f"_{{{i}}}" for i, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")}
)
_PROSE = {
    "–": "--",
    "—": "---",
    "‐": "-",
    "‑": "-",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "\u00a0": "~",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "§": r"\S{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "å": r"\aa{}",
    "Å": r"\AA{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "œ": r"\oe{}",
}
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0327": "c",
    "\u0328": "k",
}


def _accented(character: str) -> str | None:
    base, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) != 1 or marks[0] not in _ACCENTS or not (base.isascii() and base.isalpha()):
        return None
    if marks[0] == "\u0328":
        return None  # the ogonek is missing from the oldest font encoding
    return rf"\{_ACCENTS[marks[0]]}{{{base}}}"


def _beyond_ascii(character: str, where: str, in_formula: bool = False) -> str:
    if character in _MATHS:
        name = _MATHS[character]
        return (
            f"{{{name}}}"
            if in_formula and name[0] == "\\"
            else (name if in_formula else rf"\ensuremath{{{name}}}")
        )
    if not in_formula:
        if character in _PROSE:
            return _PROSE[character]
        if (accented := _accented(character)) is not None:
            return accented
    try:
        name = unicodedata.name(character)
    except ValueError:
        name = "a control character"
    raise AssayError(
        f"{where}: LaTeX has no name for U+{ord(character):04X} ({name.lower()}); write it in words"
    )


def plain(text: str, where: str = "text") -> str:
    """Plain English as LaTeX: printed character by character, with white space run together.

    Raises
    ------
    AssayError
        A character has no LaTeX name; ``where`` is named in the message.
    """
    pieces: list[str] = []
    for character in " ".join(unicodedata.normalize("NFC", text).split()):
        if character in _SPECIAL:
            pieces.append(_SPECIAL[character])
        elif character in "-,'!?" and pieces and pieces[-1] == character:
            pieces.append("{}" + character)  # no ligature
        elif " " <= character <= "~":
            pieces.append(character)
        else:
            pieces.append(_beyond_ascii(character, where))
    return "".join(pieces)


_FORMULA = re.compile(r"(\\\\|\\[$%#&_^{}]|\\\(.*?\\\)|\$\$|\$(?:\\.|[^$\\])*\$)", re.DOTALL)


def latex_text(text: str, where: str = "text") -> str:
    """LaTeX text made safe: formulas and commands stand, stray specials are escaped.

    Raises
    ------
    AssayError
        Dollars or braces do not balance, or a character has no LaTeX name.
    """
    pieces: list[str] = []
    prose = ""
    for index, piece in enumerate(_FORMULA.split(" ".join(text.split()))):
        formula = index % 2 == 1 and (piece[0] == "$" or piece.startswith(r"\("))
        if piece == "$$" or (index % 2 == 0 and "$" in piece):
            raise AssayError(f"{where}: the dollars of {text!r} do not balance")
        if formula and re.search(r"(?<!\\)%", piece):
            raise AssayError(f"{where}: a formula of {text!r} holds a bare %")
        if index % 2 == 0:
            piece = re.sub(r"[%#&_]", lambda m: "\\" + m[0], piece)
            piece = re.sub(r"(?<!\\)\^", lambda _: r"\textasciicircum{}", piece)
            prose += piece
        elif formula:
            _require_braces(piece, text, where)
        pieces.append(
            "".join(c if c.isascii() else _beyond_ascii(c, where, formula) for c in piece)
        )
    _require_braces(prose, text, where)
    whole = "".join(pieces)
    if re.search(r"[\x00-\x1f\x7f]", whole) or re.search(r"(?<!\\)(\\\\)*\\$", whole):
        raise AssayError(f"{where}: {text!r} ends in a backslash or holds a control character")
    return whole


def _require_braces(piece: str, text: str, where: str) -> None:
    depth = 0
    for token in re.findall(r"\\.|[{}]", piece):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            break
    if depth:
        raise AssayError(f"{where}: the braces of {text!r} do not balance")


def _breakable(escaped: str) -> str:
    """Allow a line to end after an operator or comma of a long formula in plain text."""
    return re.sub(r"(?<![\\{])([*(),/=+]+)(?=[^\s*(),/=+])", r"\1\\allowbreak{}", escaped)


def _name(claim_id: str) -> str:
    text = re.sub(r"([-.])", r"\1\\allowbreak{}", claim_id)
    return rf"\texttt{{{text}}}"


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ".$")) else text + "."


def _listed(items: Sequence[str], last: str = "and") -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _number(value: float, digits: int = 3) -> str:
    if value is None or not math.isfinite(value):
        return "not applicable"
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    if not power:
        return f"${mantissa}$"
    ten = f"10^{{{int(power)}}}"
    return f"${ten}$" if mantissa == "1" else rf"${mantissa} \times {ten}$"


def _count(number: int, noun: str) -> str:
    grouped = f"{number:,}".replace(",", r"\,")
    return f"{grouped} {noun}{'' if number == 1 else 's'}"


# -------------------------------------------------------------------------- widths of formulas

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_WORDLIKE = re.compile(r"\\(text\w*|mathrm|operatorname)\*?$")
_ONE_ARGUMENT = re.compile(r"\\(math\w+|overline|underline|wide\w+|hat|bar|tilde|vec|boldsymbol)$")
_RELATIONS = frozenset(
    r"= < > \le \ge \leq \geq \ne \neq \in \notin \to \sim \approx \subset \subseteq \mapsto"
    r" \equiv \ll \gg \asymp \Rightarrow".split()
)
_SPACES = {r"\,": 1.7, r"\:": 2.2, r"\;": 2.8, r"\!": -1.7, "\\ ": 3.3, r"\quad": 10.0}
_SPACES[r"\qquad"] = 20.0
_WIDE = {r"\infty": 10.0, r"\dots": 11.7, r"\cdots": 11.7, r"\Phi": 7.2, r"\Delta": 8.3}
_SKIPPED = frozenset(r"\displaystyle \limits \nolimits \textstyle".split())


class _Ruler:
    """Estimates the width of a formula in points, at 10 pt, from its LaTeX."""

    def __init__(self, latex: str) -> None:
        self.tokens = [token for token in _TOKEN.findall(latex) if not token.isspace()]
        self.at = 0

    def row(self, style: int, until: str | None = None) -> float:
        """Width of what comes before the closing token; style 0 is display, 1 text, 2, 3 script."""
        widest = total = 0.0
        while self.at < len(self.tokens) and self.tokens[self.at] != until:
            if self.tokens[self.at] == r"\\":
                self.at += 1
                widest, total = max(widest, total), 0.0
                continue
            total += self.atom(style)
        self.at += 1
        return max(widest, total)

    def argument(self, style: int) -> float:
        if self.at < len(self.tokens) and self.tokens[self.at] == "{":
            self.at += 1
            return self.row(style, "}")
        return self.nucleus(style)[0] if self.at < len(self.tokens) else 0.0

    def atom(self, style: int) -> float:
        width, limits = self.nucleus(style)
        scripts = [0.0]
        while self.at < len(self.tokens) and self.tokens[self.at] in ("^", "_"):
            self.at += 1
            scripts.append(self.argument(min(3, max(2, style + 1))))
        if limits and style == 0:
            return max(width, *scripts)
        return width + max(scripts) + (0.5 if len(scripts) > 1 else 0.0)

    def nucleus(self, style: int) -> tuple[float, bool]:
        token = self.tokens[self.at]
        self.at += 1
        scale = (1.0, 1.0, 0.72, 0.55)[style]
        if token == "{":
            return self.row(style, "}"), False
        if token in (r"\frac", r"\binom", r"\tfrac", r"\dfrac"):
            inner = min(3, style + 1)
            width = max(self.argument(inner), self.argument(inner)) + 2.4 * scale
            return width + (14.0 * scale if token == r"\binom" else 0.0), False
        if token in (r"\overset", r"\underset", r"\stackrel"):
            return max(self.argument(2), self.argument(style)), False
        if token == r"\sqrt":
            return 8.5 * scale + self.argument(style), False
        if token in (r"\sum", r"\prod"):
            return (18.0 if style == 0 else 13.0 * scale), True
        if token == r"\int":
            return 8.0 * scale, False
        if token in (r"\begin", r"\end"):
            self.argument(style)
            return 8.0, False
        if token in (r"\left", r"\right") or re.match(r"\\[bB]igg?[lr]?$", token):
            delimiter = self.tokens[self.at] if self.at < len(self.tokens) else "."
            self.at += 1
            return (1.2 if delimiter == "." else 3.4 if delimiter == "|" else 7.0) * scale, False
        if _WORDLIKE.match(token):
            start = self.at
            self.argument(style)
            return 5.0 * scale * max(0, len("".join(self.tokens[start : self.at])) - 2), False
        if token == r"\substack":
            return self.argument(style), False
        if _ONE_ARGUMENT.match(token):
            return 1.15 * self.argument(style), False
        if token in _SPACES:
            return _SPACES[token] * scale, False
        if token in _RELATIONS:
            return (13.4 if style < 2 else 7.8 * scale), False
        if token in ("+", "-", r"\cdot", r"\times", r"\pm"):
            return (12.2 if style < 2 else 7.8 * scale), False
        if token in _SKIPPED:
            return 0.0, False
        if token in (r"\log", r"\exp", r"\max", r"\min", r"\lim", r"\cos", r"\sin", r"\sup"):
            return 16.5 * scale, token in (r"\lim", r"\max", r"\min", r"\sup")
        if token in "()[]|.!:;'" or token in (r"\{", r"\}", r"\|"):
            return 4.2 * scale, False
        if token == ",":
            return 4.5 * scale, False
        if token.startswith("\\"):
            return _WIDE.get(token, 7.2 if token[1].isupper() else 5.9) * scale, False
        return (7.9 if token.isupper() or token in "mw" else 5.3) * scale, False


def _width(latex: str) -> float:
    return _Ruler(latex).row(0)


def _text_width(text: str) -> float:
    text = re.sub(r"\\ref\{[^}]*\}", "99", text)
    total = 0.0
    for index, piece in enumerate(text.split("$")):
        if index % 2:
            total += _Ruler(piece).row(1)
        else:
            total += 5.0 * len(re.sub(r"\\[A-Za-z]+\*?|[{}]", "", piece))
    return total


# ------------------------------------------------------------------------------ broken formulas

_ROOM = 345.0  # the narrowest common measure: article at 10 pt
_HANG = 0.15  # long lines stand to the right of a left side up to this part of the measure
_BINARY = re.compile(r" ([+-]) ")
_FACTOR = re.compile(
    r" (?=\\(frac|left\(|sum|int|prod|Gamma|zeta|Phi|log|exp|mathrm\{B|mathbf)(?![A-Za-z])"
    r"|\(|T_\{|e\^)"
)
_OPERATORS = (r"\sum", r"\prod", r"\int")


@dataclass(frozen=True)
class _Break:
    at: int
    depth: int
    kind: int  # 0 before a sign, 1 between factors


def _breaks(latex: str, room: float) -> list[_Break]:
    """Where a formula may go to the next line: outside of braces, not in a small parenthesis."""
    places: list[tuple[_Break, int]] = []  # with the start of the innermost group
    small: set[int] = set()
    groups: list[int] = []
    signs = {match.start() for match in _BINARY.finditer(latex)}
    factors = {match.start() for match in _FACTOR.finditer(latex)}
    braces = position = 0
    fresh = True  # nothing stands yet after an opening, a sign or a summation sign
    script = False
    while position < len(latex):
        token = _TOKEN.match(latex, position)
        assert token is not None
        word, end = token[0], token.end()
        if word in (r"\left", r"\right"):  # the delimiter belongs to it
            delimiter = _TOKEN.match(latex, end)
            end = delimiter.end() if delimiter else end
        if word in ("{", r"\begin"):
            braces += 1
        elif word in ("}", r"\end"):
            braces -= 1
            script = False if braces == 0 else script
        elif braces:
            pass
        elif word.isspace():
            if not fresh and (position in signs or position in factors):
                kind = 0 if position in signs else 1
                places.append((_Break(position, len(groups), kind), groups[-1] if groups else -1))
        elif word in ("(", "[", r"\left"):
            groups.append(position)
            fresh = True
        elif word in (")", "]", r"\right"):
            if groups and _width(latex[groups[-1] : end]) < 0.5 * room:
                small.add(groups[-1])
            groups = groups[:-1]
            fresh = False
        elif word in ("_", "^"):
            script = True
        elif script:
            script = False
        else:
            fresh = word in (*_OPERATORS, "+", "-", "=") or (fresh and word in (r"\,", "|"))
        position = end
    return [place for place, group in places if group not in small]


def _broken(latex: str, room: float) -> list[str]:
    """The formula in lines that fit, broken before signs or between factors where it must be."""
    if _width(latex) <= room:
        return [latex]
    places = _breaks(latex, room)
    cuts: list[int] = []
    start = 0
    while _width(latex[start:]) > room - (25 if cuts else 0):
        limit = room - (25 if cuts else 0)
        later = [place for place in places if place.at > start]
        fitting = [place for place in later if _width(latex[start : place.at]) <= limit]
        if not later:
            break
        if fitting:
            full = [p for p in fitting if _width(latex[start : p.at]) >= 0.3 * limit] or fitting
            best = min(full, key=lambda place: (place.depth, place.kind, -place.at))
        else:
            best = later[0]
        cuts.append(best.at)
        start = best.at
    kinds = {place.at: place.kind for place in places}
    lines = [latex[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(latex)], strict=True)]
    for index, cut in enumerate(cuts, start=1):
        lines[index] = (r"\times " if kinds[cut] else "{} ") + lines[index]
    return _with_fixed_delimiters(lines)


def _with_fixed_delimiters(lines: list[str]) -> list[str]:
    r"""Replace each ``\left .. \right`` pair that a line break parts by ``\biggl .. \biggr``."""
    opened: list[tuple[int, int]] = []
    marks: list[tuple[int, int, str, str]] = []
    for row, line in enumerate(lines):
        for match in re.finditer(r"\\(left|right)(?![A-Za-z])", line):
            if match[1] == "left":
                opened.append((row, match.start()))
                continue
            first_row, first_at = opened.pop()
            if first_row != row:
                marks += [(first_row, first_at, r"\left", r"\biggl")]
                marks += [(row, match.start(), r"\right", r"\biggr")]
    for row, at, old, new in sorted(marks, key=lambda mark: -mark[1]):
        lines[row] = lines[row][:at] + new + lines[row][at + len(old) :]
    return lines


def _shrunk(line: str, room: float) -> str:
    """A line that cannot be broken any more, in a smaller size."""
    if _width(line) <= 1.02 * room:
        return line
    size = r"\footnotesize" if _width(line) <= 1.2 * room else r"\tiny"
    return rf"\text{{{size}$\displaystyle {line}$}}"


def _statement_display(claim: Claim) -> str:
    """The statement as display mathematics, on several lines where it is long."""
    parts: list[str] = []

    def keep(expression: Any) -> str:
        parts.append(claim.latex(expression))
        return f"@{len(parts) - 1}@"

    frame = claim.statement.latex(keep)

    def fill(text: str) -> str:
        return re.sub(r"@(\d+)@", lambda match: parts[int(match[1])], text)

    whole = fill(frame)
    if _width(whole) <= _ROOM:
        return f"\\[\n  {whole}.\n\\]"
    frame, condition, when = frame.partition(r"\qquad")
    first, *rest = re.split(r"\s*(=|\\sim|\\le|\\ge)(?![A-Za-z])\s*", frame)
    rows = [f"& {line}" for line in _fitted(fill(first), _ROOM)]
    hang = _width(fill(first)) <= _HANG * _ROOM
    room = _ROOM - (_width(fill(first)) if hang else 20) - 14
    lead = "" if hang else r"\quad "
    for index, (relation, side) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        lines = _fitted(fill(side).strip(), room)
        if hang and index == 0:
            rows = [f"{fill(first)} & {relation} {lines[0]}"]
        else:
            rows.append(rf"& {lead}{relation} {lines[0]}")
        rows += [rf"& \qquad {line}" for line in lines[1:]]
    if condition:
        if _width(fill(when)) + _width(re.sub("&", "", rows[-1])) + 20 <= _ROOM:
            rows[-1] += rf" \qquad {fill(when).strip()}"
        else:
            rows.append(rf"& \qquad {fill(when).strip()}")
    body = " \\\\\n  ".join(rows)
    return f"\\begin{{align*}}\n  {body}.\n\\end{{align*}}"


def _fitted(latex: str, room: float) -> list[str]:
    return [_shrunk(line, room) for line in _broken(latex, room)]


# ------------------------------------------------------------------------------------ the proof

_SIGNS = {"=": "=", "<=": r"\le", ">=": r"\ge", "~": r"\sim", "+-": "="}


@dataclass
class _Row:
    """One line of a display: what stands left of the sign, the sign, what follows, and why."""

    left: str
    sign: str
    right: str
    rule: str
    report: StepReport

    @property
    def silent(self) -> bool:
        return self.report.status is Status.PROVED


@dataclass
class _Block:
    """A chain of steps or a run of side calculations, and the remainders that go with it."""

    rows: list[_Row]
    is_lemma: bool
    remarks: list[str] = field(default_factory=list)
    remainder: str = ""


class _Proof:
    """The proof of one claim as LaTeX."""

    def __init__(self, claim: Claim, here: Mapping[str, str]) -> None:
        self.claim = claim
        self.here = here
        self.report = claim.derivation_report()
        self.letters = _letters()
        shown = claim.statement.latex(claim.latex) + "".join(
            claim.latex(step.expression) for step in claim.derivation.steps
        )
        self.theta = next(
            sign for sign in (r"\vartheta", r"\varrho", r"\varsigma") if sign not in shown
        )
        self.bound = next(
            sign for sign in ("R", r"\mathcal{R}", r"\mathrm{Rem}") if not _mentions(sign, shown)
        )

    def blocks(self) -> list[_Block]:
        blocks: list[_Block] = []
        lemmas: list[_Row] = []
        remainders: list[sympy.Expr] = []
        for step, report in zip(self.claim.derivation.steps, self.report.steps, strict=True):
            if step.is_lemma:
                left, right = (self.claim.latex(side) for side in step.expression.args)
                lemmas.append(_Row(left, "=", right, self.why(step), report))
                continue
            begins = isinstance(step.by, Definition) or not blocks or blocks[-1].is_lemma
            right = self.claim.latex(step.expression)
            if begins:
                blocks.append(_Block([], False))
                remainders = []
                left = self.named(sympy.sympify(step.expression))
                sign = "=" if left else ""
                blocks[-1].rows.append(_Row(left, sign, right, self.why(step), report))
                continue
            block = blocks[-1]
            own = step.by.remainder(self.claim.domain)
            if own is not None:
                remainders.append(own)
                self.remark_remainder(block, own, len(remainders))
            if step.by.relation == "~":
                remainders = []  # negligible, as the step's check has found
            right = self.with_remainders(right, step.expression, remainders, block)
            sign = _SIGNS[step.by.relation]
            block.rows.append(_Row("", sign, right, self.why(step), report))
        return ([_Block(lemmas, True)] if lemmas else []) + blocks

    def named(self, first: sympy.Expr) -> str:
        """The side of the statement, or the observable, that a chain's first line writes out."""
        for side in self.claim.statement.sides:
            if side != first and written_out(side, self.claim) == first:
                return self.claim.latex(side)
        for observable in self.claim.observables:
            if observable.definition is not None and sympy.sympify(observable.definition) == first:
                return observable.latex
        return ""

    def remark_remainder(self, block: _Block, bound: sympy.Expr, number: int) -> None:
        printed = self.claim.latex(bound)
        if free := self.free(bound):
            block.remarks.append(f"the remainder is of this order for every {free}")
            return
        theta, name = self.subscripted(self.theta, number), self.subscripted(self.bound, number)
        limit = rf"$|{theta}| \le 1$"
        if _width(printed) <= 0.16 * _ROOM:
            block.remarks.append(limit)
        else:
            block.remarks.append(rf"{limit} and ${name} = {printed}$")

    def free(self, bound: sympy.Expr) -> str:
        """Symbols that are no parameters: the bound holds whatever they are, up to a constant."""
        known = {parameter.name for parameter in self.claim.domain.parameters}
        names = [s for s in bound.free_symbols if s.is_Symbol and s.name not in known]
        return _listed([f"${self.claim.latex(name)}$" for name in sorted(names, key=str)])

    @staticmethod
    def subscripted(sign: str, number: int) -> str:
        return sign if number == 1 else f"{sign}_{{{number}}}"

    def with_remainders(
        self, right: str, expression: Any, remainders: list[sympy.Expr], block: _Block
    ) -> str:
        for number, bound in enumerate(remainders, start=1):
            printed = self.claim.latex(bound)
            if self.free(bound):
                right += rf" + O({printed})"
                continue
            if _width(printed) > 0.16 * _ROOM:
                printed = self.subscripted(self.bound, number)
            elif bound.is_Add:
                printed = rf"\left({printed}\right)"
            right += rf" + {self.subscripted(self.theta, number)} \, {printed}"
        return right

    def why(self, step: Step) -> str:
        where = f"{self.claim.id}, a step of the derivation"
        words = latex_text(self.words(step.by), where)
        note = latex_text(step.note, where).rstrip(".")
        return f"{note} ({words})" if note else words

    def words(self, rule: Rule) -> str:
        if isinstance(rule, Termwise):
            inner = rule.inner
            while isinstance(inner, Termwise):
                inner = inner.inner
            return f"{self.words(inner)}, term by term"
        if isinstance(rule, ChangeOfVariables):
            old, new = self.claim.latex(rule.old), self.claim.latex(rule.old_as)
            return f"substitution ${old} = {new}$"
        if isinstance(rule, ByClaim):
            return _reference(rule.claim.id, self.here)
        return rule.words

    def text(self, refuted: bool) -> str:
        """The proof environment."""
        worst = self.report.worst
        kind = {
            Status.PROVED: "",
            Status.CERTIFIED: "[Proof (a step is certified by interval arithmetic)]",
            Status.CITED: "[Proof (a step is cited, not proved here)]",
            Status.UNDECIDED: "[Derivation, \\textbf{incomplete}]",
            Status.REFUTED: "[Derivation, \\textbf{refuted}]",
        }[worst]
        complete = worst in (Status.PROVED, Status.CERTIFIED, Status.CITED) and not refuted
        if refuted and worst in (Status.PROVED, Status.CERTIFIED, Status.CITED):
            kind = "[Derivation, \\textbf{contradicted by the verdict}]"
        lines = [rf"\begin{{proof}}{kind}\assayloose"]
        if not complete:
            lines.append(r"\renewcommand{\qedsymbol}{}")
        blocks = self.blocks()
        known = _notation(self.claim)
        glosses = _glosses(self.claim, (step.expression for step in self.claim.derivation.steps))
        blocks[-1].remarks += [gloss for gloss in glosses if gloss not in known]
        for block in blocks:
            lines += self.block(block)
        lines += [self.ending(blocks, refuted), r"\end{proof}"]
        return "\n".join(lines)

    def block(self, block: _Block) -> list[str]:
        opening = []
        if block.is_lemma:
            opening = ["Side calculation:" if len(block.rows) == 1 else "Side calculations:"]
        indent = _width(max((row.left for row in block.rows), key=_width)) + 14
        whole = indent + max(_width(row.right) for row in block.rows) <= _ROOM
        hang = indent <= (0.35 if whole else _HANG) * _ROOM
        room = _ROOM - (indent if hang else 24)
        fits = (
            hang
            and all(row.silent for row in block.rows)
            and max(_width(row.right) for row in block.rows)
            + max(_text_width(row.rule) for row in block.rows)
            + 26
            <= room
        )
        rows: list[str] = []
        notes: list[str] = []
        for row in block.rows:
            opens = not row.sign and row.silent  # an expression to start from needs no reason
            letter = "" if fits or opens else next(self.letters)
            sign = row.sign
            if letter and sign:
                doubt = {Status.UNDECIDED: "?", Status.REFUTED: "!"}.get(row.report.status, "")
                sign = rf"\overset{{\text{{({letter}){doubt}}}}}{{{sign}}}"
            if letter:
                unsigned = "" if row.sign else "first line, "
                notes.append(f"({letter})~{unsigned}{row.rule}{_status_note(row.report)}")
            lines = _fitted(row.right, room)
            rule = rf" && \text{{({row.rule})}}" if fits and not opens else ""
            if row.left and not hang:
                rows += [f"& {line}" for line in _fitted(row.left, _ROOM)]
                rows.append(rf"& \quad {sign} {lines[0]}")
            else:
                skip = "" if sign or not hang else r"\hphantom{{}={}} "
                lead = r"\quad " if not hang and sign else ""
                rows.append(f"{row.left} & {lead}{skip}{sign} {lines[0]}{rule}".strip())
            rows += [rf"& \qquad\quad {line}" for line in lines[1:]]
        body = " \\\\\n  ".join(rows)
        text = [*opening, f"\\begin{{align*}}\n  {body}\n\\end{{align*}}"]
        if notes:
            text.append(_sentence("; ".join(notes)))
        if block.remarks:
            text.append(f"Here {_listed(block.remarks)}.")
        return text

    def ending(self, blocks: list[_Block], refuted: bool) -> str:
        conclusion = self.report.conclusion
        if conclusion.status is not Status.PROVED:
            reason = _breakable(plain(conclusion.reason, f"{self.claim.id}, the conclusion"))
            return (
                r"\par\noindent\textbf{The derivation is not seen to conclude the statement} "
                rf"({conclusion.status}): {{\sloppy {reason}.\par}}"
            )
        if self.report.worst is Status.REFUTED:
            return "The last line is the assertion, but a refuted step leads to it."
        if self.report.worst is Status.UNDECIDED:
            return "The last line is the assertion, if every step holds."
        if refuted:
            return "This is the assertion, which the verdict contradicts: one of the two is wrong."
        chains = [block for block in blocks if not block.is_lemma]
        if len(chains) > 1:
            return "Together these are the assertion."
        return "This is the assertion."


def _letters() -> Iterator[str]:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    yield from alphabet
    for first in alphabet:
        yield from (first + second for second in alphabet)


def _mentions(sign: str, latex: str) -> bool:
    return re.search(rf"(?<![\\A-Za-z]){re.escape(sign)}(?![A-Za-z])", latex) is not None


def _status_note(report: StepReport) -> str:
    if report.status is Status.PROVED:
        return ""
    if report.status is Status.CERTIFIED:
        return " [certified by interval arithmetic]"
    if report.status is Status.CITED:
        return " [\\emph{cited}, not proved here]"
    reason = _breakable(plain(report.reason, "the finding of a step"))
    return rf" \textbf{{[{str(report.status).upper()}:}} {reason}\textbf{{]}}"


def _reference(claim_id: str, here: Mapping[str, str]) -> str:
    if claim_id in here:
        return rf"{here[claim_id]}~\ref{{assay:{claim_id}}}"
    return f"the claim {_name(claim_id)}"


# ------------------------------------------------------------------------------------- a claim

_SPECIAL_FUNCTIONS: tuple[tuple[Any, str, str], ...] = (
    (sympy.zeta, r"\zeta", r"$\zeta$ is the Riemann zeta function"),
    (sympy.beta, r"\mathrm{B}", r"$\mathrm{B}$ is Euler's Beta function"),
    (sympy.harmonic, "H_{", r"$H_{n,s} = \sum_{j=1}^{n} j^{-s}$"),
    (NormalCDF, r"\Phi", r"$\Phi$ is the standard normal distribution function"),
    (
        StudentCDF,
        "T_{",
        r"$T_{d}$ is the distribution function of Student's $t$ law with $d$ degrees of freedom",
    ),
    (
        sympy.KroneckerDelta,
        r"\mathbf{1}\{",
        r"$\mathbf{1}\{\cdot\}$ is $1$ where its condition holds and $0$ elsewhere",
    ),
)
_ENVIRONMENTS = {
    "theorem": "Theorem",
    "assayclaim": "Claim",
    "assayobservation": "Observation",
    "assayrefuted": "Refuted claim",
}
_HOW = {
    How.PROVED: "by symbolic proof",
    How.CERTIFIED: "by certified interval arithmetic",
    How.EXHAUSTIVE: "by looking at every input",
    How.EXACT: "by deterministic computation with an error bound",
    How.STATISTICAL: "by a sequential test on independent samples",
    How.RATE: "by local growth rates",
    How.TRAINED: "by an exact test across independently seeded trainings",
}


def _environment(claim: Claim, verdict: Verdict | None) -> str:
    """Theorem for what is derived without a gap, otherwise a claim or an observation."""
    if verdict is not None and verdict.verdict is Decision.REFUTED:
        return "assayrefuted"
    if isinstance(claim.statement, Trend):
        return "assayobservation"
    if not claim.derivation.steps:
        return "assayclaim"
    derived = claim.derivation_report().worst in (Status.PROVED, Status.CERTIFIED, Status.CITED)
    return "theorem" if derived else "assayclaim"


def _hypotheses(claim: Claim) -> list[str]:
    where = f"{claim.id}, the domain"
    numbers, choices = [], []
    for parameter in claim.domain.parameters:
        meaning = f" ({plain(parameter.meaning, where)})" if parameter.meaning else ""
        if isinstance(parameter, Categorical):
            names = [plain(choice, where) for choice in parameter.choices]
            choices.append(f"Let ${parameter.latex}${meaning} be {_one_of(names)}.")
        else:
            numbers.append(f"${_range(parameter)}${meaning}")
    sentences = ([f"Let {_listed(numbers)}."] if numbers else []) + choices
    conditions = [f"${claim.latex(condition)}$" for condition in claim.domain.where]
    if conditions:
        sentences.append(f"Assume {_listed(conditions)}.")
    sentences += [_sentence(latex_text(remark, where)) for remark in claim.domain.remarks]
    return sentences


def _range(parameter: Parameter) -> str:
    """Where a parameter lies, as a paper would say it."""
    if isinstance(parameter, Labels):
        length, classes = (_first_integers(size) for size in (parameter.length, parameter.classes))
        return rf"{parameter.latex} \colon {length} \to {classes}"
    line = r"(-\infty, \infty)"
    text = parameter.range_latex()
    return text.replace(f"{{{line}}}", r"\mathbb{R}").replace(line, r"\mathbb{R}")


def _first_integers(size: Parameter | int) -> str:
    if isinstance(size, int) and size <= 3:
        return rf"\{{{', '.join(str(i) for i in range(1, size + 1))}\}}"
    return rf"\{{1, \dots, {size if isinstance(size, int) else size.latex}\}}"


def _one_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of {_listed(names, 'or')}"


def _definitions(claim: Claim) -> list[str]:
    lines = []
    for observable in claim.observables:
        meaning = plain(observable.meaning, f"{claim.id}, the meaning of {observable.name}")
        if meaning and not re.match(r"(the|an?|whether|how|what|its)\b", meaning, re.IGNORECASE):
            meaning = f"the {meaning}"
        if observable.definition is None:
            lines.append(f"Write ${observable.latex}$ for {meaning}." if meaning else "")
            continue
        formula = _equation(observable.latex, claim.latex(observable.definition))
        lines.append(
            f"Write ${observable.latex}$ for {meaning}:\n{formula}"
            if meaning
            else f"Write\n{formula}"
        )
    return [line for line in lines if line]


def _equation(left: str, right: str) -> str:
    if _width(left) + _width(right) + 14 <= _ROOM:
        return f"\\[\n  {left} = {right}.\n\\]"
    hang = _width(left) <= _HANG * _ROOM
    first, *rest = _fitted(right, _ROOM - (_width(left) if hang else 10) - 14)
    rows = [f"{left} & = {first}"] if hang else [f"& {left}", rf"& \quad = {first}"]
    rows += [rf"& \qquad {line}" for line in rest]
    body = " \\\\\n  ".join(rows)
    return f"\\begin{{align*}}\n  {body}.\n\\end{{align*}}"


def _glosses(claim: Claim, expressions: Iterable[Any]) -> list[str]:
    """What the special functions are that occur and are seen."""
    shown = [sympy.sympify(expression) for expression in expressions]
    printed = "".join(claim.latex(expression) for expression in shown)
    return [
        words
        for function, mark, words in _SPECIAL_FUNCTIONS
        if mark in printed and any(expression.has(function) for expression in shown)
    ]


def _notation(claim: Claim) -> str:
    definitions = [o.definition for o in claim.observables if o.definition is not None]
    glosses = _glosses(claim, [*claim.statement.sides, *definitions, *claim.domain.where])
    for parameter in claim.domain.parameters:
        if isinstance(parameter, Simplex):
            length = parameter.length
            size = length.latex if isinstance(length, Parameter) else str(length)
            words = f"is the set of probability vectors of length ${size}$"
            glosses.append(rf"$\Delta_{{{size}}}$ {words}")
    return f"Here {_listed(list(dict.fromkeys(glosses)))}." if glosses else ""


def _assertion(claim: Claim) -> str:
    statement, where = claim.statement, f"{claim.id}, the statement"
    if isinstance(statement, ForAll):
        inputs = latex_text(statement.inputs, where)
        holds = latex_text(statement.property, where)
        if not statement.holds:
            return f"For some {inputs}, it is not true that {_uncapped(holds)}."
        return _sentence(f"for every {inputs}: {holds}")
    if isinstance(statement, Trend):
        metric, a, b = (
            plain(words, where)
            for words in (statement.metric, statement.group_a, statement.group_b)
        )
        return (
            "Across independently seeded trained models, "
            rf"{metric} is \emph{{{statement.direction}}} with {a} than with {b}."
        )
    return f"Then\n{_statement_display(claim)}"


def _uncapped(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _cited(paper: Paper) -> str:
    return rf"\assaycite{{{_key(paper)}}}{{{latex_text(paper.short, f'paper {paper.key}')}}}"


def _key(paper: Paper) -> str:
    return re.sub(r"[^A-Za-z0-9:.+/-]", "", paper.key)


def _source(claim: Claim) -> str:
    source = claim.source
    place = latex_text(source.place, f"{claim.id}, the source")
    if source.paper is None:
        words = {
            Standing.AS_STATED: "As stated in the source",
            Standing.SHARPENED: "Sharpened",
            Standing.CORRECTED: r"\textbf{Corrected: the published form fails}",
            Standing.DERIVED_HERE: "Derived here",
        }[source.standing]
        return f"{words}{f' ({place})' if place else ''}."
    paper = _cited(source.paper) + (f", {place}" if place else "")
    text_seen = source.seen is Seen.PAPER
    rests = {
        Seen.PAPER: "the paper's text was seen",
        Seen.ABSTRACT: "of the paper, only the abstract was seen",
        Seen.REPOSITORY: "the paper's code was seen, not its text",
        Seen.SUMMARY: "known from a third party's summary; the paper's text was not seen",
        Seen.RECOLLECTION: "known from recollection; the paper's text was not seen",
        Seen.NOTHING: "the paper's text was not seen",
    }[source.seen]
    if source.standing is Standing.AS_STATED:
        if text_seen:
            return f"{paper}; as stated there ({rests})."
        return f"After {paper}, and not offered as the paper's own theorem: {rests}."
    if source.standing is Standing.SHARPENED:
        return f"Sharpens {paper}; the form given here is ours ({rests})."
    if source.standing is Standing.CORRECTED:
        published = "the published form" if text_seen else "the form attributed to the paper"
        fails = rf"\textbf{{Corrected: {published} fails.}}"
        return f"{fails} It is that of {paper}; ours replaces it ({rests})."
    return f"Derived here, in the setting of {paper}; not a theorem of the paper as far as we know."


def _point(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_point(entry)}" for key, entry in value.items())
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(_point(entry) for entry in value)})"
    return str(value)


def _facts(facts: Mapping[str, Any], where: str) -> str:
    shown = []
    for key, value in facts.items():
        if key == "program" or value is None:
            continue
        name = str(key).replace("_", " ")
        separator = ": " if isinstance(value, Mapping) else " "
        shown.append(_breakable(plain(f"{name}{separator}{_point(value)}", where)))
    return "; ".join(shown)


def _program(code: str, where: str) -> list[str]:
    r"""A program line by line, each a paragraph: ``\\\\`` would swallow a bracket after it."""
    lines = []
    for line in code.expandtabs(4).strip("\n").splitlines():
        indent = len(line) - len(line.lstrip(" "))
        start = rf"\hspace*{{{indent / 2:g}em}}" if indent else ""
        lines.append(start + (_breakable(plain(line, where)) or r"\mbox{}") + r"\par")
    return ["\n".join([r"{\footnotesize\ttfamily\parskip=0pt", *lines, "}"])]


def _verdict_lines(claim: Claim, verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return [r"\textbf{Verdict.} Not judged."]
    where = f"{claim.id}, the verdict"
    word = {
        Decision.CONFIRMED: "Confirmed",
        Decision.REFUTED: r"\textbf{REFUTED}",
        Decision.INCONCLUSIVE: r"\textbf{INCONCLUSIVE}",
    }[verdict.verdict]
    how = _HOW[verdict.how]
    if verdict.verdict is Decision.INCONCLUSIVE:
        how = f"(neither confirmed nor refuted) {how}"
    units = {How.STATISTICAL: "absolute", How.EXACT: "relative"}.get(verdict.how)
    figures = [f"resolution {_number(verdict.resolution)}{f' ({units})' if units else ''}"]
    odds = verdict.error_probability
    figures.append(f"error probability {'at most ' if odds > 0 else ''}{_number(odds, 2)}")
    figures.append(_count(verdict.points, "point"))
    figures.append(_count(verdict.samples, "sample"))
    if verdict.tightness is not None:
        figures.append(f"tightness {_number(verdict.tightness)}")
    lines = [rf"\textbf{{Verdict.}} {word} {how}: {', '.join(figures)}."]
    if verdict.reason:
        reason = _sentence(_breakable(plain(verdict.reason, where)))
        strong = verdict.verdict is not Decision.CONFIRMED
        lines[0] += rf" \textbf{{Reason:}} {reason}" if strong else f" {reason}"
    if verdict.worst and verdict.verdict is not Decision.REFUTED:
        lines.append(rf"\textbf{{Closest call.}} {_facts(verdict.worst, where)}.")
    if verdict.verdict is Decision.REFUTED:
        facts = _facts(verdict.counterexample or {}, where) or "none was recorded"
        lines.append(rf"\textbf{{Counterexample.}} {facts}.")
        if program := (verdict.counterexample or {}).get("program"):
            lines += _program(str(program), where)
    return lines


def _print_claim(claim: Claim, verdict: Verdict | None, here: Mapping[str, str]) -> str:
    refuted = verdict is not None and verdict.verdict is Decision.REFUTED
    environment = _environment(claim, verdict)
    body = [
        rf"\begin{{{environment}}}[{{{plain(claim.title, f'{claim.id}, the title')}}}]"
        rf"\label{{assay:{claim.id}}}\assayloose",
        *_hypotheses(claim),
        *_definitions(claim),
        _assertion(claim),
        _notation(claim),
        rf"\end{{{environment}}}",
    ]
    used = [_reference(claim_id, here) for claim_id in claim.uses]
    says = _sentence(plain(claim.says, f"{claim.id}, what it says"))
    notes = [
        rf"\textbf{{Claim}} {_name(claim.id)}. {says}".rstrip(),
        rf"\textbf{{Source.}} {_source(claim)}" + (f" Uses {_listed(used)}." if used else ""),
        *_verdict_lines(claim, verdict),
    ]
    body += [r"\begin{assaynotes}", "\n\n".join(notes), r"\end{assaynotes}"]
    if claim.derivation.steps:
        body.append(_Proof(claim, here).text(refuted))
    elif environment != "assayobservation":
        body.append(r"\begin{assaynotes}\textbf{Proof.} No derivation is given.\end{assaynotes}")
    return "\n".join(line for line in body if line)


# -------------------------------------------------------------------------------- the document

_NEEDS = r"""% Written by assay. It needs amsmath, amssymb, amsthm and mathtools. Whatever
% of the following is not defined yet is defined here:
%   the environment theorem;  assayclaim (a statement without a complete proof);
%   assayobservation (a trend across trained models);  assayrefuted;
%   assaynotes (source and verdict);  \assaycite{KEY}{Authors (year)};  \assayloose (wide spaces).
% For citations of your own bibliography: \renewcommand{\assaycite}[2]{\cite{#1}}."""

_DEFINITIONS = r"""\makeatletter
\@ifundefined{theorem}{\newtheorem{theorem}{Theorem}}{}
\providecommand{\assaynewtheorem}[2]{\@ifundefined{#1}{%
  \@ifundefined{c@theorem}{\newtheorem{#1}{#2}}{\newtheorem{#1}[theorem]{#2}}}{}}
\assaynewtheorem{assayclaim}{Claim}
\assaynewtheorem{assayobservation}{Observation}
\assaynewtheorem{assayrefuted}{Refuted claim}
\@ifundefined{assaynotes}{\newenvironment{assaynotes}%
  {\par\addvspace{\smallskipamount}\begingroup\small\raggedright\parindent=0pt
   \parskip=2pt plus 1pt\relax}%
  {\par\endgroup\addvspace{\smallskipamount}}}{}
\makeatother
\providecommand{\assayloose}{\emergencystretch=4em\relax}% lines full of formulas
\providecommand{\assaycite}[2]{#2}"""

_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage[textwidth=150mm,textheight=235mm]{geometry}
\usepackage{amsmath,amssymb,amsthm,mathtools}
\IfFileExists{microtype.sty}{\usepackage{microtype}}{}
\IfFileExists{hyperref.sty}{\usepackage[hidelinks]{hyperref}}{}
\allowdisplaybreaks
\newcommand{\assaycite}[2]{#2~\cite{#1}}"""

_LEGEND = r"""\section*{How to read this}
Every statement below was written once as mathematics, derived in steps that a machine checks, and
tested against a simulator that does not know it. A \emph{Theorem} has a derivation without a gap; a
\emph{Claim} has none, or an incomplete one; an \emph{Observation} is a trend across trained models.

\smallskip\noindent
\textbf{Steps.} A step without a mark is \emph{proved}: symbolically, for the whole domain.
\emph{Certified} steps are proved by interval arithmetic. \emph{Cited} steps rest on a theorem from
elsewhere, which is named and not checked here. \emph{Undecided} steps, marked by a question mark,
are open: neither proved nor known to be wrong; \emph{refuted} steps, marked by an exclamation
mark, are wrong. In a line such as $a = b + \vartheta R$, the number $\vartheta$ is unknown but for
$|\vartheta| \le 1$.

\smallskip\noindent
\textbf{Verdicts.} \emph{Confirmed} says that no departure as large as the \emph{resolution} is
left standing; it never says that the two sides agree beyond it. For a statistical test,
both directions of a departure by the resolution were rejected, and the \emph{error probability}
bounds the chance that the verdict is wrong, over all points and all looks at the data; it is $0$
where nothing random entered. \emph{Refuted} comes with a counterexample. \emph{Inconclusive} says
that the budget ran out before either was decided. \emph{Not judged} says that no test was run.
"""


def document(
    claims: Sequence[Claim], verdicts: Mapping[str, Verdict | None], standalone: bool
) -> str:
    r"""LaTeX of claims with their proofs and verdicts.

    Parameters
    ----------
    claims : sequence of Claim
        Printed in this order; a standalone document groups them by topic.
    verdicts : mapping from claim id to Verdict or None
        A claim without a verdict is printed as not judged.
    standalone : bool
        A whole article with a bibliography; otherwise a fragment for ``\input``, whose needs
        are said in a comment at its top.

    Raises
    ------
    AssayError
        There are no claims, an id comes twice, or a text cannot be printed.
    """
    if not claims:
        raise AssayError("there are no claims to print")
    ids = [claim.id for claim in claims]
    if len(set(ids)) < len(ids):
        raise AssayError(f"the claim {next(i for i in ids if ids.count(i) > 1)} is given twice")
    environments = {claim.id: _environment(claim, verdicts.get(claim.id)) for claim in claims}
    here = {claim_id: _ENVIRONMENTS[name] for claim_id, name in environments.items()}
    printed = {claim.id: _print_claim(claim, verdicts.get(claim.id), here) for claim in claims}
    if not standalone:
        return "\n\n".join([_NEEDS + "\n" + _DEFINITIONS, *printed.values()]) + "\n"
    body = [_PREAMBLE + "\n" + _DEFINITIONS]
    body += [r"\title{Claims put to the test}", r"\author{}", r"\date{}", r"\begin{document}"]
    body += [r"\maketitle", _summary(claims, verdicts), _LEGEND]
    for topic in dict.fromkeys(claim.topic for claim in claims):
        body.append(rf"\section{{{plain(topic)}}}")
        body += [printed[claim.id] for claim in claims if claim.topic == topic]
    body += [*_bibliography(claims), r"\end{document}"]
    return "\n\n".join(body) + "\n"


def _summary(claims: Sequence[Claim], verdicts: Mapping[str, Verdict | None]) -> str:
    decided = [verdicts.get(claim.id) for claim in claims]
    counts = [
        f"{number} {word}"
        for word, number in [
            *((str(d), sum(v is not None and v.verdict is d for v in decided)) for d in Decision),
            ("not judged", sum(v is None for v in decided)),
        ]
        if number
    ]
    return rf"\noindent {_count(len(claims), 'claim')}: {_listed(counts)}."


def _bibliography(claims: Iterable[Claim]) -> list[str]:
    papers = {_key(c.source.paper): c.source.paper for c in claims if c.source.paper is not None}
    if not papers:
        return []
    entries = [rf"\begin{{thebibliography}}{{{'9' * len(str(len(papers)))}}}\raggedright"]
    for key, paper in sorted(papers.items(), key=lambda item: (item[1].authors, item[1].year)):
        where = f"paper {paper.key}"
        authors = []
        for author in paper.authors.split(" and "):
            family, _, given = author.partition(",")
            authors.append(latex_text(f"{given.strip()} {family.strip()}".strip(), where))
        venue = f" {latex_text(paper.venue, where)}," if paper.venue else ""
        arxiv = f" arXiv:{plain(paper.arxiv, where)}." if paper.arxiv else ""
        title = latex_text(paper.title, where)
        entries.append(
            rf"\bibitem{{{key}}} {_listed(authors)}. \emph{{{title}}}.{venue} {paper.year}.{arxiv}"
        )
    return ["\n".join([*entries, r"\end{thebibliography}"])]
