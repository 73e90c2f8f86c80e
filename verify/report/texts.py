r"""The LaTeX that Assay writes, as HTML with MathML.

Only what `verify.core.document_claim` and authors of claims write is known: formulas in dollars,
``\[ \]``, ``align*`` and ``gather*``, a few commands for letters and for the type of words. Any
other command is an error, so that nothing is lost silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup, escape

from theory.core.errors import AssayError

__all__ = ["formula", "html"]

_FITTED = re.compile(r"\\assayfit\{\d+pt\}")
_LETTERS = {
    r"\textbackslash": "\\",
    r"\textasciicircum": "^",
    r"\textasciitilde": "~",
    r"\textless": "<",
    r"\textgreater": ">",
    r"\textbar": "|",
    r"\textasciigrave": "`",
    r"\allowbreak": "\u200b",
    r"\par": " ",
    r"\noindent": "",
    r"\sloppy": "",
    r"\footnotesize": "",
    r"\ttfamily": "",
    r"\smallskip": "",
    r"\dots": "…",
    r"\ldots": "…",
}
_TYPE = {r"\textbf": "strong", r"\emph": "em", r"\textit": "em", r"\texttt": "code", r"\text": ""}
_TOKEN = re.compile(
    r"\\\[.*?\\\]|\\begin\{(?:align|gather)\*\}.*?\\end\{(?:align|gather)\*\}"
    r"|\$(?:\\text\{[^{}]*\}|\\.|[^$\\])*\$|\\[A-Za-z]+|\\.|[{}~]|---?|``|''|[^\\{}~$`'-]+|.",
    re.DOTALL,
)


@lru_cache(maxsize=65536)
def formula(latex: str, block: bool = False) -> Markup:
    """One formula as MathML.

    Parameters
    ----------
    latex : str
        Without the signs that begin and end a formula.
    block : bool
        Whether it stands on a line of its own.
    """
    text = _FITTED.sub("", latex).replace(r"\displaystyle", "")
    text = re.sub(r"\\bigg[lr](?![A-Za-z])", "", text)  # parentheses grow by themselves
    text = _WORDS.sub(_formulas_taken_out, text)
    if number := _PLAIN_NUMBER.fullmatch(text):
        return _number_in_words(number)
    if text.strip() in _SIGNS:
        return Markup(_SIGNS[text.strip()])
    mathml = convert(text, display="block" if block else "inline")
    mathml = mathml.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1)
    mathml = mathml.replace(' display="inline"', "", 1)
    mathml = _CHARACTER.sub(lambda code: str(escape(chr(int(code[1], 16)))), mathml)
    return Markup(mathml.replace("<mi>~</mi>", "<mo>∼</mo>"))


_PLAIN_NUMBER = re.compile(r"(-?)(\d+(?:\.\d+)?)(?: \\times 10\^\{(-?)(\d+)\})?|10\^\{(-?)(\d+)\}")
_SIGNS = {r"\le": "≤", r"\ge": "≥", r"\pm": "±"}
_CHARACTER = re.compile("&#x([0-9A-F]{5});")


def _number_in_words(number: re.Match[str]) -> Markup:
    """A decimal number needs no MathML."""
    sign, digits, *powers = number.groups()
    text = Markup("{}{}").format("−" if sign else "", digits or "")
    for down, power, times in zip(powers[::2], powers[1::2], (" × ", ""), strict=True):
        if power is not None:
            text += Markup("{}10<sup>{}{}</sup>").format(times, "−" if down else "", power)
    return text


_WORDS = re.compile(r"\\text\{([^{}]*\$[^{}]*)\}")


def _formulas_taken_out(words: re.Match[str]) -> str:
    """Words within a formula that hold formulas again, one beside the other."""
    pieces = words[1].split("$")
    return "".join(
        piece if index % 2 else rf"\text{{{piece}}}" for index, piece in enumerate(pieces) if piece
    )


_ENDS = tuple(".,;:)")
_MATHS = ("</math>", "</math></span>")


def _together(*pieces: Markup) -> Markup:
    """Pieces that stand on the same line."""
    return Markup('<span class="whole">{}</span>').format(Markup("").join(pieces))


class _Reader:
    """Reads tokens one by one; ``links`` tells where the page of a claim is."""

    def __init__(self, text: str, links: Mapping[str, str]) -> None:
        self.tokens = _TOKEN.findall(text)
        self.links = links
        self.at = 0

    def until(self, closing: str | None) -> Markup:
        pieces: list[Markup] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == closing:
                return Markup("").join(pieces)
            piece = self.one(token)
            # else a line may begin with a full stop or end with a bracket
            if pieces and pieces[-1].endswith(_MATHS) and piece[:1] in _ENDS:
                pieces[-1] = _together(pieces[-1], piece[:1])
                piece = piece[1:]
            elif pieces and pieces[-1].endswith("(") and piece.startswith("<math"):
                pieces[-1], piece = pieces[-1][:-1], _together(Markup("("), piece)
            pieces.append(piece)
        if closing is not None:
            raise AssayError("the braces of a text do not balance")
        return Markup("").join(pieces)

    def one(self, token: str) -> Markup:
        if token.startswith((r"\[", r"\begin")):
            return _displayed(token)
        if len(token) > 1 and token[0] == "$":
            return formula(token[1:-1])
        if token == "{":
            return self.until("}")
        if token in _TYPE:
            tag, inside = _TYPE[token], self.argument()
            return Markup(f"<{tag}>{inside}</{tag}>") if tag else inside
        if token == r"\ensuremath":
            return formula(self.raw())
        if token == r"\symbol":
            return escape(chr(int(self.raw())))
        if token == r"\ref":
            return self.link(self.raw().removeprefix("assay:"))
        if token == r"\assaycite":
            self.raw()
            return self.argument()
        if token in (r"\hspace", r"\mbox"):
            if self.tokens[self.at : self.at + 1] == ["*"]:
                self.at += 1
            self.raw()
            return Markup("")
        if token in _LETTERS:
            return escape(_LETTERS[token])
        if token[0] == "\\" and len(token) == 2 and not token[1].isalpha():
            return escape({",": "\u202f", " ": " ", "\\": " "}.get(token[1], token[1]))
        if token[0] == "\\":
            raise AssayError(f"a report has no words for the command {token}")
        typographic = {"~": "\u00a0", "--": "–", "---": "—", "``": "“", "''": "”", "'": "’"}
        return escape(typographic.get(token, token))

    def argument(self) -> Markup:
        if self.tokens[self.at : self.at + 1] != ["{"]:
            raise AssayError("a command of a text lacks its argument")
        self.at += 1
        return self.until("}")

    def raw(self) -> str:
        """An argument as it is written."""
        start, depth = self.at, 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            depth += {"{": 1, "}": -1}.get(token, 0)
            self.at += 1
            if depth == 0:
                return "".join(self.tokens[start + 1 : self.at - 1])
        raise AssayError("a command of a text lacks its argument")

    def link(self, claim_id: str) -> Markup:
        if claim_id not in self.links:
            return Markup("<code>{}</code>").format(claim_id)
        return Markup('<a href="{}"><code>{}</code></a>').format(self.links[claim_id], claim_id)


def _displayed(latex: str) -> Markup:
    """A display: every line a formula of its own, which scrolls where it is too wide."""
    inside = re.sub(r"^\\\[|\\\]$|^\\begin\{\w+\*\}|\\end\{\w+\*\}$", "", latex.strip()).strip()
    rows = []
    for line in _rows(inside):
        cells = [formula(cell.strip(), block=True) if cell.strip() else "" for cell in line]
        left = cells[0] if len(cells) > 1 else ""
        rows.append(
            Markup('<div class="row"><span class="left">{}</span><span>{}</span></div>').format(
                left, Markup("").join(cells[1:] if len(cells) > 1 else cells)
            )
        )
    return Markup('<div class="display" tabindex="0">{}</div>').format(Markup("").join(rows))


def _rows(latex: str) -> list[list[str]]:
    """The lines of a display, each in its cells: cut outside of braces and environments."""
    rows: list[list[str]] = [[""]]
    depth = 0
    for token in re.findall(r"\\begin|\\end|\\\\|\\.|.", latex, re.DOTALL):
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(token, 0)
        if token == r"\\" and depth == 0:
            rows.append([""])
        elif token == "&" and depth == 0:
            rows[-1].append("")
        else:
            rows[-1][-1] += token
    return rows


def html(text: str, links: Mapping[str, str] | None = None) -> Markup:
    r"""Text as HTML.

    Parameters
    ----------
    text : str
        LaTeX as a printed claim has it.
    links : mapping, optional
        The address of a claim's page by the claim's id, for ``\ref``.

    Raises
    ------
    AssayError
        A command is not known, or braces do not balance.
    """
    return _Reader(text, links or {}).until(None)
