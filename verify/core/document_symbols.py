r"""The index of symbols of a document: what each means, and where it comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from theory.core.claim import Claim
from theory.core.observable import Observable
from theory.core.parameters import Parameter
from theory.core.shorthand import Shorthand
from verify.core.document_notation import well_known
from verify.core.document_text import GREEK, plain

__all__ = ["Symbol", "index_of_symbols", "symbols"]


@dataclass(frozen=True)
class Symbol:
    """A symbol in one of its meanings.

    Attributes
    ----------
    latex : str
    meaning : str
        LaTeX text.
    claim : str
        Id of the first claim that has it.
    """

    latex: str
    meaning: str
    claim: str


def symbols(claims: Iterable[Claim]) -> list[Symbol]:
    """Parameters, observables, shorthands and well-known functions, by their letters."""
    found: dict[tuple[str, str], Symbol] = {}
    for claim in claims:
        for latex, meaning in _of(claim):
            found.setdefault((latex, meaning), Symbol(latex, meaning, claim.id))
    return sorted(found.values(), key=lambda symbol: _place(symbol.latex))


def _of(claim: Claim) -> Iterable[tuple[str, str]]:
    for parameter in claim.domain.parameters:
        yield parameter.latex, _words(claim, parameter)
    for observable in claim.observables:
        if isinstance(observable, Shorthand):
            latex = claim.latex(observable.named())
        else:
            latex = observable.latex
            for argument in observable.arguments:
                if isinstance(argument, Parameter) and argument.name not in claim.domain.names:
                    yield argument.latex, _words(claim, argument)
        yield latex, _words(claim, observable)
    defined = [o.definition for o in claim.observables if o.definition is not None]
    steps = [step.expression for step in claim.derivation.steps]
    yield from well_known(claim, [*claim.statement.sides, *claim.domain.where, *defined, *steps])


def _words(claim: Claim, named: Parameter | Observable) -> str:
    return plain(named.meaning, f"{claim.id}, the meaning of {named.name}")


_DRESS = re.compile(
    r"\\(left|right|[lr]Vert|[lr]vert|math[a-z]+|operatorname|text|overline|underline|bar|hat|"
    r"tilde|widehat|d?dot|frac|sqrt|big+[lr]?|Pr|displaystyle|nabla|partial)(?![A-Za-z])"
)
_LETTER = re.compile(r"\\([A-Za-z]+)|([A-Za-z])")


def _place(latex: str) -> tuple[int, int | str, bool, int, str]:
    """Latin letters first, then Greek ones, then signs; short symbols before long ones."""
    for match in _LETTER.finditer(_DRESS.sub("", latex)):
        name = match[1] or match[2]
        if len(name) == 1:
            return 0, name.lower(), name.islower(), len(latex), latex
        letter = name.removeprefix("var").lower()
        if letter in GREEK:
            return 1, f"{GREEK.index(letter):02}", name.islower(), len(latex), latex
    return 2, "", False, len(latex), latex


def index_of_symbols(claims: Sequence[Claim]) -> str:
    """A list of the symbols of some claims, with references to these."""
    lines = [
        "The meanings that a symbol has in this section; each claim tells its own. "
        "On the right, the first claim that has it, and the page.",
        r"\begin{assaysymbols}",
    ]
    before = ""
    for symbol in symbols(claims):
        sign = "" if symbol.latex == before else f"${symbol.latex}$"
        before = symbol.latex
        label = f"assay:{symbol.claim}"
        place = rf"\ref{{{label}}}, p.~\pageref{{{label}}}"
        lines.append(rf"\assaysymbol{{{sign}}}{{{symbol.meaning}}}{{{place}}}")
    return "\n".join([*lines, r"\end{assaysymbols}"])
