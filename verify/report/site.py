"""The files of a report: an index, a page for each claim, the graph and the findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from theory.core.claim import Claim
from theory.core.errors import AssayError
from theory.core.source import Standing
from verify.core.document_style import STYLE
from verify.core.verdict import Verdict
from verify.report.claim_page import ClaimPage, claim_page
from verify.report.dependencies import Dependencies

__all__ = ["write_report"]

ASSETS = ("style.css", "site.js", "whole.js")
MOST_BEARING = 50
FILTERS = (
    ("topic", "topic"),
    ("verdict", "verdict"),
    ("how", "established by"),
    ("standing", "standing"),
    ("derived", "derivation"),
    ("kind", "kind"),
)
"""Fields of a claim's page that the index filters by, with what they are called."""

STANDINGS = {
    Standing.CORRECTED: "The published form fails",
    Standing.SHARPENED: "Sharper than the source",
    Standing.DERIVED_HERE: "Derived here",
}
"""The standings that are findings, the gravest first."""


def write_report(
    claims: Sequence[Claim],
    verdicts: Mapping[str, Verdict | None],
    mutants: Mapping[str, Sequence[Mapping[str, str]] | None],
    folder: Path,
    about: str,
    options: str = "",
) -> Iterator[str]:
    """Write a report page by page, and say what was written.

    Parameters
    ----------
    claims : sequence of Claim
        In the order of the index.
    verdicts, mutants : mappings from claim id
        None, or no entry: not judged.
    folder : Path
        Made if it is not there; files of an earlier report are written over.
    about : str
        How the verdicts were reached, for the foot of every page.
    options : str
        What the commands that reach them again need, such as ``--tier full``.

    Yields
    ------
    str
        The id of a claim whose page is written.

    Raises
    ------
    AssayError
        There are no claims, or the folder cannot be written.
    """
    if not claims:
        raise AssayError("there are no claims to report on")
    links = {claim.id: f"{claim.id}.html" for claim in claims}
    titles = {claim.id: claim.title for claim in claims}
    graph = Dependencies(claims)
    environment = _environment(about)
    try:
        for part in ("claims", "assets"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        _write_assets(folder / "assets")
        pages = []
        for index, claim in enumerate(claims):
            page = claim_page(claim, verdicts.get(claim.id), mutants.get(claim.id), links, options)
            pages.append(page)
            neighbours = (claims[index - 1] if index else None, *claims[index + 1 : index + 2])
            text = environment.get_template("claim.html").render(
                root="../",
                page=page,
                graph=graph,
                titles=titles,
                neighbours=[n and n.id for n in neighbours],
            )
            _write(folder / "claims" / links[claim.id], text)
            yield claim.id
        _write_overviews(folder, environment, claims, pages, graph)
    except OSError as problem:
        words = problem.strerror or problem
        raise AssayError(f"cannot write the report to {folder}: {words}") from None


def _write_overviews(
    folder: Path,
    environment: jinja2.Environment,
    claims: Sequence[Claim],
    pages: Sequence[ClaimPage],
    graph: Dependencies,
) -> None:
    choices = {
        field: Counter(getattr(page, field) for page in pages if getattr(page, field))
        for field, _ in FILTERS
    }
    unsettled = [page for page in pages if page.verdict in ("refuted", "inconclusive")]
    findings = [
        (
            str(standing).replace(" ", "-"),
            words,
            [page for page in pages if page.standing == str(standing)],
        )
        for standing, words in STANDINGS.items()
    ]
    bearing = sorted(pages, key=lambda page: -len(graph.would_fall(page.id)))
    overviews: dict[str, dict[str, Any]] = {
        "index.html": {"pages": pages, "filters": FILTERS, "choices": choices},
        "findings.html": {"findings": findings, "unsettled": unsettled},
        "graph.html": {"pages": pages, "graph": graph, "bearing": bearing[:MOST_BEARING]},
    }
    for name, values in overviews.items():
        _write(folder / name, environment.get_template(name).render(root="", **values))
    titles = {
        page.id: {"title": page.title, "verdict": page.verdict, "derived": page.derived}
        for page in pages
    }
    edges = json.dumps({"claims": titles, "uses": graph.edges}, separators=(",", ":"))
    _write(folder / "assets" / "graph.js", f"const GRAPH = {edges};\n")


def _write_assets(folder: Path) -> None:
    source = resources.files("verify.report").joinpath("assets")
    for name in ASSETS:
        _write(folder / name, source.joinpath(name).read_text(encoding="utf-8"))
    _write(folder / "assay.sty", STYLE)


def _environment(about: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(about=about, here="")
    environment.filters["seen_from_the_index"] = _seen_from_the_index
    return environment


def _seen_from_the_index(note: Markup) -> Markup:
    """A text of a claim's page, with its links to other pages, one folder further up."""
    return Markup(note.replace(Markup('<a href="'), Markup('<a href="claims/')))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
