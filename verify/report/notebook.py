"""Claims, derivations and verdicts as HTML for notebooks.

Formulas are MathML and everything comes from what the pages of a report are made of: it needs no
script and no network, looks the same in Jupyter, VS Code and exported pages, and cannot say
anything else than the report does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from theory.core.claim import Claim
from theory.core.derivation import Derivation, DerivationReport, Step
from theory.core.domain import Domain
from theory.core.errors import AssayError
from theory.core.statement import Statement
from verify.core.document_claim import printed_notes, printed_statement
from verify.core.verdict import Decision, How, Verdict
from verify.report.claim_page import claim_page
from verify.report.texts import formula, html

__all__ = ["rendered"]

_PARTS = ("claim", "verdict", "statement", "notes", "page", "derived", "lines", "plain", "problem")
_MOST_OPEN = 12
"""A longer table or derivation is shown folded."""


def rendered(shown: Any) -> str | None:
    """An object of `theory` or `verify` as HTML.

    Parameters
    ----------
    shown : Claim, Derivation, DerivationReport, Domain, Statement, Step or Verdict

    Returns
    -------
    str or None
        None where plain text or LaTeX says as much. What cannot be typeset is shown as plain text,
        with the reason.
    """
    template = _environment().get_template("notebook.html")
    try:
        values = _values(shown)
    except AssayError as problem:
        values = {"plain": repr(shown), "problem": str(problem)}
    if values is None:
        return None
    return template.render({**dict.fromkeys(_PARTS), "most_open": _MOST_OPEN, **values})


def _values(shown: Any) -> dict[str, Any] | None:
    if isinstance(shown, Verdict):
        return _of_verdict(shown)
    if isinstance(shown, Claim):
        notes = printed_notes(shown, None, {})
        return {
            "claim": shown,
            "statement": html(printed_statement(shown)),
            "notes": [html(note) for note in notes if not note.startswith(r"\textbf{Verdict.}")],
        }
    if isinstance(shown, DerivationReport):
        return None if shown.claim is None else _of_derivation(shown.claim, shown)
    if isinstance(shown, Domain):
        return {"lines": [html(line) for line in shown.latex()]}
    if isinstance(shown, (Statement, Step, Derivation)):
        lines = shown._repr_latex_().split("\n\n")
        return {"lines": [_typeset(line) for line in lines]} if lines != [""] else None
    return None


def _typeset(line: str) -> Markup:
    """A line with one formula or several; a formula by itself is displayed."""
    alone = re.fullmatch(r"\$\\displaystyle (.*)\$", line)
    return formula(alone[1], block=True) if alone else html(line)


def _of_verdict(verdict: Verdict) -> dict[str, Any]:
    if verdict.claim is None:
        return {"plain": repr(verdict)}
    page = claim_page(verdict.claim, verdict, None, {})
    return {
        "claim": verdict.claim,
        "verdict": verdict,
        "page": page,
        "statement": page.statement,
        "derived": verdict.derivation_words,
    }


def _of_derivation(claim: Claim, report: DerivationReport) -> dict[str, Any]:
    """What a page says of a claim whose derivation was found to stand like this."""
    checked = Verdict(
        id=claim.id,
        verdict=Decision.INCONCLUSIVE,
        how=How.PROVED,
        resolution=0.0,
        error_probability=0.0,
        points=0,
        samples=0,
        seconds=0.0,
        derivation=report.counts,
        steps=tuple(report.stored()),
    )
    page = claim_page(claim, checked, None, {})
    return {"page": page, "derived": checked.derivation_words}


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    assets = resources.files("verify.report").joinpath("assets")
    page, own = (assets.joinpath(name).read_text("utf-8") for name in ("style.css", "notebook.css"))
    environment.globals["style"] = Markup("\n".join([*_scoped(page), own]))
    return environment


# ----------------------------------------------------------------------------------------- style

_DARK = (
    '[data-jp-theme-light="false"] .assay',  # JupyterLab, and pages that nbconvert makes
    ".vscode-dark .assay",
    '[theme="dark"] .assay',  # Colab
    '[data-theme="dark"] .assay',  # documentation
)
"""Where the notebook says that it is dark; it need not be what the system prefers."""

_BLOCK = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")
_OF_A_PAGE = re.compile(
    r"(?:html|body|header|main|footer|form|label|input|select|button|nav|dl|dt|dd|h\d|a|ul)(?![\w-])"
    r"|[*:#]|\.(?:contents|copy|does|dot|edge|facts|key|lead|neighbours|path|pointed|skip|split|unseen)"
    r"(?![\w-])"
)


def _scoped(style: str) -> Iterator[str]:
    """The rules of a report's pages that concern what notebooks show, for that alone."""
    for head, body in _BLOCK.findall(re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)):
        head = head.strip()
        if head.startswith("@media") and "prefers-color-scheme: dark" in head:
            for selector, inner in _BLOCK.findall(body):
                below = selector.strip().removeprefix(":root")
                selectors = (f"{dark} {below}".strip() for dark in _DARK)
                yield f"{', '.join(selectors)} {{ color-scheme: dark; {inner}}}"
        elif head == ":root":
            yield f".assay {{{body}}}"
        elif head[0] != "@":
            selectors = (part.strip() for part in re.split(r",(?![^()]*\))", head))
            kept = [f".assay {part}" for part in selectors if not _OF_A_PAGE.match(part)]
            if kept:
                yield f"{', '.join(kept)} {{{body}}}"
