"""What the page of a claim shows, in plain values and HTML."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from markupsafe import Markup, escape

from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.derivation import DerivationReport
from theory.core.rules.elementary import Definition
from verify.core import document_claim
from verify.core.document_notation import further_definitions
from verify.core.document_proof import SIGNS, Proof
from verify.core.userfile import reference
from verify.core.verdict import Verdict
from verify.report.axes import printed
from verify.report.drawings import drawing
from verify.report.hypotheses import Hypotheses, hypotheses, value
from verify.report.texts import formula, html

__all__ = ["ClaimPage", "MutantRow", "PointRow", "StepRow", "claim_page"]


@dataclass(frozen=True)
class StepRow:
    """One step of the derivation."""

    index: int
    begins: bool  # a chain, or is an equation by itself
    formula: Markup
    reason: Markup
    status: str
    finding: Markup
    remarkable: bool  # the finding is more than a remark at the status


@dataclass(frozen=True)
class PointRow:
    """What was found at one point; ``point`` has each sign with a short and the full value."""

    point: tuple[tuple[Markup, str, str], ...]
    claimed: Markup
    measured: Markup
    samples: int
    finding: str
    reason: str


@dataclass(frozen=True)
class MutantRow:
    """A wrong version of the claim and what became of it."""

    name: str
    outcome: str
    reason: Markup


@dataclass(frozen=True)
class ClaimPage:
    """All that is shown of one claim.

    Attributes
    ----------
    statement : Markup
        Hypotheses, definitions, assertion and notation.
    notes : tuple of Markup
        Source, published form, verdict.
    standing, verdict, how, derived : str
        What the filters go by; ``verdict`` may be "not judged", ``derived`` the weakest status
        among the steps or "no derivation".
    certainty : str
        Resolution, error probability and extent of the evidence.
    steps_by_status : str
        How many steps are proved, certified, cited and so on.
    """

    id: str
    topic: str
    title: str
    says: str
    kind: str
    standing: str
    verdict: str
    how: str
    derived: str
    steps_by_status: str
    certainty: str
    statement: Markup
    hypotheses: Hypotheses
    notes: tuple[Markup, ...]
    published: str
    further: Markup
    steps: tuple[StepRow, ...]
    conclusion: str
    conclusion_status: str
    evidence: tuple[PointRow, ...]
    drawing: Markup
    mutants: tuple[MutantRow, ...] | None
    program: str
    commands: tuple[str, ...]
    latex: str


def claim_page(
    claim: Claim,
    verdict: Verdict | None,
    mutants: Sequence[Mapping[str, str]] | None,
    links: Mapping[str, str],
    options: str = "",
) -> ClaimPage:
    """Collect what the page of a claim shows.

    Parameters
    ----------
    claim : Claim
    verdict : Verdict or None
        None: not judged.
    mutants : sequence of mappings, or None
        Outcomes as the ledger keeps them; None: not judged.
    links : mapping
        Addresses of other claims' pages by their ids.
    options : str
        What the commands need besides the claim.

    Raises
    ------
    AssayError
        A text of the claim has a command that is not known.
    """
    report = document_claim.report_of(claim, verdict)
    here: dict[str, str] = dict.fromkeys(links, "claim")
    notes = document_claim.printed_notes(claim, verdict, here)
    derived = str(report.worst) if claim.derivation.steps else "no derivation"
    found = verdict.counterexample if verdict is not None else None
    name = shlex.quote(reference(claim))
    return ClaimPage(
        id=claim.id,
        topic=claim.topic,
        title=claim.title,
        says=claim.says,
        kind=claim.kind,
        standing=str(claim.source.standing),
        verdict="not judged" if verdict is None else str(verdict.verdict),
        how="" if verdict is None else str(verdict.how),
        derived=derived,
        steps_by_status=_by_status(report) if claim.derivation.steps else "",
        certainty="" if verdict is None else _powers(verdict.certainty),
        statement=html(document_claim.printed_statement(claim), links),
        hypotheses=hypotheses(claim, verdict, links),
        notes=tuple(html(note, links) for note in notes if not note.startswith(r"{\footnotesize")),
        published=claim.published,
        further=html("\n".join(further_definitions(claim)), links),
        steps=tuple(_steps(claim, report, here, links)),
        conclusion=report.conclusion.reason if claim.derivation.steps else "",
        conclusion_status=str(report.conclusion.status) if claim.derivation.steps else "",
        evidence=tuple(_points(claim, verdict)),
        drawing=_drawing(claim, verdict),
        mutants=_mutants(claim, mutants),
        program=str((found or {}).get("program", "")),
        commands=tuple(
            f"assay {word} {name} {options}".rstrip() for word in ("run", "mutants", "refute")
        ),
        latex=document_claim.printed_claim(claim, verdict, {}),
    )


def _steps(
    claim: Claim, report: DerivationReport, here: Mapping[str, str], links: Mapping[str, str]
) -> list[StepRow]:
    proof = Proof(claim, report, here)
    rows: list[StepRow] = []
    for step, found in zip(claim.derivation.steps, report.steps, strict=True):
        printed = claim.latex(step.expression)
        begins = step.is_lemma or isinstance(step.by, Definition)
        sign = "" if step.is_lemma else SIGNS[step.by.relation]
        own = "" if step.is_lemma else step.by.remainder(claim.domain)
        if own:
            printed += rf" + \vartheta \, \left({claim.latex(own)}\right)"
        if begins and not step.is_lemma:
            left = proof.named(sympy.sympify(step.expression))
            sign = rf"{left} {sign}" if left else ""
        reason = html(proof.reason(step), links)
        rows.append(
            StepRow(
                found.index,
                begins,
                formula(f"{{}} {sign} {printed}", block=True),  # a sign between two things
                reason,
                str(found.status),
                _figure(claim, found.reason),
                found.status not in (Status.PROVED, Status.CITED),  # a citation is in its words
            )
        )
    return rows


def _powers(text: str) -> str:
    """Numbers such as 1e-04 as powers of ten."""
    return re.sub(r"\d[\d.]*e[+-]\d+", lambda found: printed(float(found[0])), text)


def _by_status(report: DerivationReport) -> str:
    counts = Counter(str(step.status) for step in report.steps)
    return ", ".join(f"{count} {status}" for status, count in counts.items())


def _drawing(claim: Claim, verdict: Verdict | None) -> Markup:
    if verdict is None:
        return Markup("")
    return drawing(verdict, str(getattr(claim.statement, "variable", "n")))


def _points(claim: Claim, verdict: Verdict | None) -> list[PointRow]:
    rows = []
    for result in () if verdict is None else verdict.evidence:
        entries = []
        for name, given in result["point"].items():
            known = name in claim.domain.names
            sign = formula(claim.domain[name].latex) if known else escape(name)
            entries.append((sign, value(given), value(given, None)))
        rows.append(
            PointRow(
                tuple(entries),
                _figure(claim, result["predicted"]),
                _figure(claim, result["measured"]),
                int(result["samples"]),
                str(result["finding"]),
                str(result["reason"]),
            )
        )
    return rows


def _figure(claim: Claim, text: Any) -> Markup:
    """A value as the printed claim would have it, on one line if it is a number."""
    shown = _with_numbers(str(text), f"{claim.id}, the evidence")
    if re.search(r"[A-Za-z]{3}", str(text)):
        return shown
    return Markup('<span class="figure">{}</span>').format(shown)


def _with_numbers(text: str, where: str) -> Markup:
    """Words with numbers and balls, as the printed claim would have them."""
    return html(document_claim.printed_number(text, where))


def _mutants(
    claim: Claim, outcomes: Sequence[Mapping[str, str]] | None
) -> tuple[MutantRow, ...] | None:
    if outcomes is None:
        return None
    rows = []
    for outcome in outcomes:
        reason = outcome["reason"] or f"unexplained; {outcome.get('found', '')}"
        shown = _with_numbers(_spoken(reason), f"{claim.id}, the mutants")
        rows.append(MutantRow(outcome["mutant"], outcome["outcome"], shown))
    return tuple(rows)


def _spoken(reason: str) -> str:
    """Printed Python values as a reader would have them: p1 = 0.7, 1/2, (1)."""
    reason = re.sub(
        r"\{('[^{}]*)\}", lambda point: re.sub(r"'(\w+)': ", r"\1 = ", point[1]), reason
    )
    reason = re.sub(r"Fraction\((-?\d+), (\d+)\)", r"\1/\2", reason)
    return reason.replace(",)", ")")
