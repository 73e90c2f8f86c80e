r"""Claims as a blueprint for formalisation, by the conventions of Lean projects.

A blueprint is LaTeX whose environments are labelled and say with ``\uses`` what they rest on: the
statement what it needs to be stated, the proof what it applies. The tool ``leanblueprint`` makes a
graph and a site of it; ``\lean`` and ``\leanok`` are left to whoever formalises. A roadmap has
the claims in an order in which each comes after all that it rests on, and the same graph is
written for Graphviz.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.errors import AssayError
from verify.core.document import topic_title
from verify.core.document_claim import environment_of, printed_statement, report_of
from verify.core.document_proof import Proof
from verify.core.document_text import plain
from verify.core.verdict import Verdict

__all__ = ["in_order", "write_blueprint"]

_MACROS = r"""% Read by both versions of a blueprint: blueprint/src/macros/common.tex
\providecommand{\assayloose}{}
\providecommand{\assaycite}[2]{#2}
\newtheorem{theorem}{Theorem}
\newtheorem{assayclaim}[theorem]{Claim}
\newtheorem{assayobservation}[theorem]{Observation}
\newtheorem{assayrefuted}[theorem]{Refuted claim}
"""

_SHAPES = {"theorem": "box", "assayclaim": "ellipse", "assayobservation": "ellipse"}
_BOXES = {"proved": "x", "certified": "x", "cited": "~"}


def in_order(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, each after all of them that it rests on; otherwise as they come."""
    by_id = {claim.id: claim for claim in claims}
    placed: dict[str, Claim] = {}

    def place(claim: Claim) -> None:
        if claim.id not in placed:
            for used in claim.uses:
                if used in by_id:
                    place(by_id[used])
            placed[claim.id] = claim

    for claim in claims:
        place(claim)
    return list(placed.values())


def write_blueprint(
    claims: Sequence[Claim], verdicts: Mapping[str, Verdict | None], folder: Path
) -> None:
    r"""Write ``content.tex``, ``common.tex``, ``roadmap.md`` and ``graph.dot``.

    Parameters
    ----------
    claims : sequence of Claim
    verdicts : mapping from claim id
        None, or no entry: not judged.
    folder : Path
        Made if it is not there.

    Raises
    ------
    AssayError
        There are no claims, or the folder cannot be written.
    """
    if not claims:
        raise AssayError("there are no claims to write a blueprint of")
    ordered = in_order(claims)
    ids = {claim.id for claim in ordered}
    parts = []
    for before, claim in zip([None, *ordered], ordered, strict=False):
        if before is None or before.topic != claim.topic:
            parts.append(rf"\section{{{topic_title(claim.topic)}}}")
        parts.append(_entry(claim, verdicts.get(claim.id), ids))
    files = {
        "content.tex": "% Written by assay: blueprint/src/content.tex\n\n" + "\n\n".join(parts),
        "common.tex": _MACROS,
        "roadmap.md": _roadmap(ordered, verdicts, ids),
        "graph.dot": _graph(ordered, verdicts, ids),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as problem:
        words = problem.strerror or problem
        raise AssayError(f"cannot write the blueprint to {folder}: {words}") from None


def _label(claim_id: str) -> str:
    return f"assay:{claim_id}"


def _entry(claim: Claim, verdict: Verdict | None, ids: set[str]) -> str:
    environment = environment_of(claim, verdict)
    used = [_label(claim_id) for claim_id in claim.uses if claim_id in ids]
    uses = [rf"\uses{{{', '.join(used)}}}"] if used else []
    lines = [
        rf"\begin{{{environment}}}[{{{plain(claim.title, f'{claim.id}, the title')}}}]",
        rf"\label{{{_label(claim.id)}}}",
        *([] if claim.derivation.steps else uses),
        _unfitted(printed_statement(claim)),
        rf"\end{{{environment}}}",
    ]
    if claim.derivation.steps:
        proof = Proof(claim, report_of(claim, verdict), dict.fromkeys(ids, "Theorem"))
        text = _unfitted(proof.text(refuted=environment == "assayrefuted"))
        head, body = text.split("\n", 1)
        lines += [head, *uses, body]
    return "\n".join(lines)


def _unfitted(latex: str) -> str:
    r"""Without ``\assayfit``, which blueprints do not know."""
    return re.sub(r"\\assayfit\{\d+pt\}", "", latex).replace(r"\assayloose", "")


def _roadmap(
    ordered: Sequence[Claim], verdicts: Mapping[str, Verdict | None], ids: set[str]
) -> str:
    lines = [
        "# Roadmap",
        "",
        "Each claim comes after all that it rests on. `[x]`: derived in checked steps, `[~]`: with",
        "a cited step, `[ ]`: not derived, or not without a gap.",
        "",
    ]
    for claim in ordered:
        report = report_of(claim, verdicts.get(claim.id))
        derived = str(report.worst)
        box = _BOXES.get(derived, " ") if claim.derivation.steps else " "
        needs = [used for used in claim.uses if used in ids]
        cited = [step.reason for step in report.steps if step.status is Status.CITED]
        lines.append(f"- [{box}] `{claim.id}`: {claim.title}")
        lines += [f"  - rests on {', '.join(f'`{one}`' for one in needs)}"] if needs else []
        lines += [f"  - {reason}" for reason in dict.fromkeys(cited)]
    return "\n".join(lines) + "\n"


def _graph(ordered: Sequence[Claim], verdicts: Mapping[str, Verdict | None], ids: set[str]) -> str:
    """What rests on what, for Graphviz; theorems are boxes."""
    lines = ["digraph claims {", "  rankdir=LR;"]
    for claim in ordered:
        shape = _SHAPES.get(environment_of(claim, verdicts.get(claim.id)), "octagon")
        title = claim.title.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  "{claim.id}" [shape={shape}, label="{claim.id}\\n{title}"];')
        lines += [f'  "{used}" -> "{claim.id}";' for used in claim.uses if used in ids]
    return "\n".join([*lines, "}"]) + "\n"
