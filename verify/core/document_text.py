r"""Words as LaTeX: what is escaped, what stands as it is, and a few turns of phrase.

The text fields of a claim are of two sorts. Plain English is printed character by character
(`plain`); LaTeX text keeps its commands and formulas, and only stray specials are escaped
(`latex_text`). In both, Unicode letters and signs of mathematics are replaced by their LaTeX names,
Latin letters and typographic signs that every LaTeX font has stand as they are, and any other
character outside ASCII is an `AssayError` that names the field and the character.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from theory.core.errors import AssayError

__all__ = [
    "AS_THEY_ARE",
    "GREEK",
    "breakable",
    "counted",
    "identifier",
    "latex_text",
    "listed",
    "number",
    "plain",
    "sentence",
]

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",
    "`": r"\textasciigrave{}",
} | {character: "\\" + character for character in "{}$&#%_"}

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho "
    "varsigma sigma tau upsilon phi chi psi omega"
).split()


def _signs(characters: str, commands: str) -> dict[str, str]:
    return dict(zip(characters, commands.split(), strict=True))


_MATHS = (
    {chr(0x3B1 + i): name if name == "o" else rf"\{name}" for i, name in enumerate(GREEK)}
    | _signs(
        "ΓΔΘΛΞΠΣΥΦΨΩ", r"\Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega"
    )
    | _signs("ϕεϑϱ", r"\phi \varepsilon \vartheta \varrho")
    | _signs("≤≥≠≈∼≡≪≫", r"\le \ge \ne \approx \sim \equiv \ll \gg")
    | _signs("∞×·±∓÷−∗∘", r"\infty \times \cdot \pm \mp \div - \ast \circ")
    | _signs("→←↦⇒⇔↔", r"\to \leftarrow \mapsto \Rightarrow \Leftrightarrow \leftrightarrow")
    | _signs("∈∉⊂⊆∪∩∅∀∃¬", r"\in \notin \subset \subseteq \cup \cap \emptyset \forall \exists \neg")
    | _signs("∑∏∫√∂∇∝≍⊤⊥", r"\sum \prod \int \surd \partial \nabla \propto \asymp \top \perp")
    | _signs("‖⌊⌋⌈⌉⟨⟩ℓ✓", r"\| \lfloor \rfloor \lceil \rceil \langle \rangle \ell \checkmark")
    | {sign: rf"\mathbb{{{unicodedata.normalize('NFKC', sign)}}}" for sign in "ℝℕℤℚℂℙ𝔼"}
    | {digit: f"^{{{i}}}" for i, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {digit: f"_{{{i}}}" for i, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")}
    | {"⁻": "^{-}", "′": "^{\\prime}", "°": r"^{\circ}"}
)
AS_THEY_ARE = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿĆćČčĎďĚěĞğŁłŃńŇňŐőŒœŘřŚśŞşŠšŤť"
    "ŮůŰűŹźŻżŽž–—‘’“”…§"
)


def _beyond_ascii(character: str, where: str, in_formula: bool = False) -> str:
    if character in _MATHS:
        name = _MATHS[character]
        if in_formula:
            return f"{{{name}}}" if name[0] == "\\" else name
        return rf"\ensuremath{{{name}}}"
    if character in AS_THEY_ARE and not in_formula:
        return character
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
        elif character in "-,'!?" and pieces and pieces[-1][-1] == character:
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
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    for index, piece in enumerate(_FORMULA.split(text)):
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


def breakable(escaped: str) -> str:
    """Allow a line to end after an operator or comma of a long formula in plain text."""
    return re.sub(r"(?<![\\{])([*(),/=+]+)(?=[^\s*(),/=+])", r"\1\\allowbreak{}", escaped)


def identifier(claim_id: str) -> str:
    """A claim's id in typewriter letters."""
    text = re.sub(r"([-.])", r"\1\\allowbreak{}", claim_id)
    return rf"\texttt{{{text}}}"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ".$")) else text + "."


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items with commas, and a word before the last."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def number(value: float, digits: int = 3) -> str:
    """A number as a formula, with a power of ten where Python would write an exponent."""
    if value is None or not math.isfinite(value):
        return "not applicable"
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    if not power:
        return f"${mantissa}$"
    ten = f"10^{{{int(power)}}}"
    return f"${ten}$" if mantissa == "1" else rf"${mantissa} \times {ten}$"


def counted(amount: int, noun: str) -> str:
    """An amount with its noun in the right number."""
    grouped = f"{amount:,}".replace(",", r"\,")
    return f"{grouped} {noun}{'' if amount == 1 else 's'}"
