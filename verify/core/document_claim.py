"""One claim as LaTeX: hypotheses, definitions, statement, source, verdict and proof."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sympy

from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.derivation import DerivationReport
from theory.core.parameters import Categorical, Integer, Labels, Parameter
from theory.core.source import Seen, Standing
from theory.core.statement import ForAll, Trend
from verify.core.document_bibliography import citation_key, with_citations
from verify.core.document_layout import Row, display, room, width
from verify.core.document_legend import SHORT
from verify.core.document_notation import definitions, is_positive_simplex, notation, references
from verify.core.document_proof import Proof
from verify.core.document_text import identifier, latex_text, listed, plain, sentence
from verify.core.document_verdict import printed_number, printed_verdict
from verify.core.verdict import Decision, Verdict

__all__ = [
    "KINDS",
    "environment_of",
    "printed_claim",
    "printed_notes",
    "printed_number",
    "printed_statement",
    "report_of",
]

KINDS = {
    "theorem": "Theorem",
    "assayclaim": "Claim",
    "assayobservation": "Observation",
    "assayrefuted": "Refuted claim",
}
"""What each environment is called in the text."""


def report_of(claim: Claim, verdict: Verdict | None) -> DerivationReport:
    """The derivation as it was checked for the verdict; without a verdict it is checked."""
    return claim.derivation_report() if verdict is None else verdict.report(claim)


def environment_of(claim: Claim, verdict: Verdict | None) -> str:
    """A theorem if it is derived without a gap, otherwise a claim or an observation."""
    if verdict is not None and verdict.verdict is Decision.REFUTED:
        return "assayrefuted"
    if isinstance(claim.statement, Trend):
        return "assayobservation"
    if not claim.derivation.steps:
        return "assayclaim"
    derived = report_of(claim, verdict).worst in (Status.PROVED, Status.CERTIFIED, Status.CITED)
    return "theorem" if derived else "assayclaim"


def printed_claim(claim: Claim, verdict: Verdict | None, here: Mapping[str, str]) -> str:
    """The claim with everything about it.

    Parameters
    ----------
    claim : Claim
    verdict : Verdict or None
        None prints it as not judged.
    here : mapping from claim id to kind
        The claims that can be referred to by number.
    """
    environment = environment_of(claim, verdict)
    says = sentence(plain(claim.says, f"{claim.id}, what it says"))
    notes = [
        _head(claim, verdict),
        *([says] if says else []),
        *printed_notes(claim, verdict, here),
    ]
    if not claim.derivation.steps and environment != "assayobservation":
        notes.append(r"\textbf{Proof.} No derivation is given.")
    lines = [
        rf"\begin{{{environment}}}[{{{plain(claim.title, f'{claim.id}, the title')}}}]"
        rf"\label{{assay:{claim.id}}}\assayloose",
        printed_statement(claim),
        rf"\end{{{environment}}}",
        r"\begin{assaynotes}",
        "\n\n".join(notes),
        r"\end{assaynotes}",
    ]
    if claim.derivation.steps:
        proof = Proof(claim, report_of(claim, verdict), here)
        lines.append(proof.text(refuted=environment == "assayrefuted"))
    return "\n".join(line for line in lines if line)


def _head(claim: Claim, verdict: Verdict | None) -> str:
    """The id with the marks: standing, verdict, and how it was reached."""
    decision, how = ("not judged", "") if verdict is None else (verdict.verdict, SHORT[verdict.how])
    name = identifier(claim.id)
    return rf"\assayhead{{{name}}}{{{claim.source.standing}}}{{{decision}}}{{{how}}}"


def printed_statement(claim: Claim) -> str:
    """Hypotheses, definitions, assertion and notation."""
    lines = [*_hypotheses(claim), *definitions(claim), _assertion(claim), notation(claim)]
    return "\n".join(line for line in lines if line)


def printed_notes(claim: Claim, verdict: Verdict | None, here: Mapping[str, str]) -> list[str]:
    """Source, published form and verdict, a paragraph each."""
    return [
        rf"\textbf{{Source.}} {_source(claim)}"
        + (f" Uses {references(claim.uses, here)}." if claim.uses else ""),
        *_published(claim),
        *printed_verdict(claim, verdict),
    ]


# ------------------------------------------------------------------------ hypotheses, assertion


def _hypotheses(claim: Claim) -> list[str]:
    where = f"{claim.id}, the domain"
    numbers, choices = [], []
    for parameter in claim.domain.parameters:
        meaning = f" ({plain(parameter.meaning, where)})" if parameter.meaning else ""
        if isinstance(parameter, Categorical):
            names = [plain(choice, where) for choice in parameter.choices]
            which = names[0] if len(names) == 1 else f"one of {listed(names, 'or')}"
            choices.append(f"Let ${parameter.latex}${meaning} be {which}.")
        else:
            numbers.append(f"${_range(parameter)}${meaning}")
    sentences = ([f"Let {listed(numbers)}."] if numbers else []) + choices
    if claim.domain.where:
        conditions = [f"${_condition(claim, condition)}$" for condition in claim.domain.where]
        sentences.append(f"Assume {listed(conditions)}.")
    return sentences + [sentence(latex_text(remark, where)) for remark in claim.domain.remarks]


def _condition(claim: Claim, condition: Any) -> str:
    """A condition, or the few integers that it leaves to a symbol: x in {1, 10}."""
    cases = condition.args if isinstance(condition, sympy.Or) else (condition,)
    left = set()
    for case in cases:
        if not isinstance(case, sympy.Eq) or len(case.free_symbols) != 1:
            return claim.latex(condition)
        (symbol,) = case.free_symbols
        difference = case.lhs - case.rhs
        values = sympy.roots(difference, symbol) if difference.is_polynomial(symbol) else {}
        if not values or any(not value.is_Integer for value in values):
            return claim.latex(condition)
        left |= {(symbol, int(value)) for value in values}
    if len({symbol for symbol, _ in left}) > 1 or len(left) == 1:
        return claim.latex(condition)
    listing = ", ".join(str(value) for _, value in sorted(left, key=lambda pair: pair[1]))
    return rf"{claim.latex(symbol)} \in \{{{listing}\}}"


def _range(parameter: Parameter) -> str:
    """Where a parameter lies, as a paper would say it."""
    if isinstance(parameter, Labels):
        length, classes = (_first_integers(size) for size in (parameter.length, parameter.classes))
        return rf"{parameter.latex} \colon {length} \to {classes}"
    line = r"(-\infty, \infty)"
    text = parameter.range_latex()
    if is_positive_simplex(parameter):
        text = text.replace(r"\Delta", r"\Delta^{+}")
    if isinstance(parameter, Integer):
        first, last = parameter.first, parameter.last
        if first is not None and last is not None and last <= first + 2:  # {2, 3}
            few = ", ".join(str(value) for value in range(first, last + 1))
            text = rf"{parameter.latex} \in \{{{few}\}}"
    return text.replace(f"{{{line}}}", r"\mathbb{R}").replace(line, r"\mathbb{R}")


def _first_integers(size: Parameter | int) -> str:
    if isinstance(size, int) and size <= 3:
        return rf"\{{{', '.join(str(i) for i in range(1, size + 1))}\}}"
    return rf"\{{1, \dots, {size if isinstance(size, int) else size.latex}\}}"


def _assertion(claim: Claim) -> str:
    statement, where = claim.statement, f"{claim.id}, the statement"
    if isinstance(statement, ForAll):
        inputs = latex_text(statement.inputs, where)
        holds = latex_text(statement.property, where)
        if not statement.holds:
            return f"For some {inputs}, it is not true that {holds[:1].lower()}{holds[1:]}."
        return sentence(f"for every {inputs}: {holds}")
    if isinstance(statement, Trend):
        metric, a, b = (
            plain(words, where)
            for words in (statement.metric, statement.group_a, statement.group_b)
        )
        return (
            "In more than half of all independently seeded pairs of trained models, "
            rf"{metric} is \emph{{{statement.direction}}} with {a} than with {b}."
        )
    return f"Then\n{_formula(claim)}"


def _formula(claim: Claim) -> str:
    """The statement as display mathematics, cut at its own relation signs where it is long."""
    parts: list[str] = []

    def keep(expression: Any) -> str:
        parts.append(claim.latex(expression))
        return f"@{len(parts) - 1}@"

    def fill(text: str) -> str:
        return re.sub(r"@(\d+)@", lambda match: parts[int(match[1])], text).strip()

    frame = claim.statement.latex(keep)
    if width(fill(frame)) <= room():
        return display([Row("", "", fill(frame))])
    frame, _, condition = frame.partition(r"\qquad")
    left, *rest = (fill(part) for part in re.split(r"(=|\\sim|\\le|\\ge)(?![A-Za-z])", frame))
    rows = [
        Row("" if index else left, sign, right)
        for index, (sign, right) in enumerate(zip(rest[::2], rest[1::2], strict=True))
    ]
    return display([*rows, Row("", "", rf"\qquad {fill(condition)}")] if condition else rows)


# ------------------------------------------------------------------------------------- source


def _source(claim: Claim) -> str:
    source = claim.source
    place = with_citations(latex_text(source.place, f"{claim.id}, the source"))
    if source.paper is None:
        words = {
            Standing.AS_STATED: "As stated in the source",
            Standing.SHARPENED: "Sharpened",
            Standing.CORRECTED: r"\textbf{Corrected: the published form fails}",
            Standing.DERIVED_HERE: "Derived here",
        }[source.standing]
        return f"{words}{f' ({place})' if place else ''}."
    short = latex_text(source.paper.short, f"paper {source.paper.key}")
    paper = rf"\assaycite{{{citation_key(source.paper)}}}{{{short}}}" + (place and f", {place}")
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


def _published(claim: Claim) -> list[str]:
    if not claim.published:
        return []
    words = sentence(plain(claim.published, f"{claim.id}, the published form"))
    return [rf"\textbf{{Published form}} (false as it stands). {words}"]
