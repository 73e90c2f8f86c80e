r"""Works that a document cites: where its text names them, as entries, and as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from theory.core.claim import Claim
from theory.core.source import Paper
from theory.references import REFERENCES, Reference, reference_to
from verify.core.document_text import latex_text, listed

__all__ = ["bibliography", "bibtex", "citation_key", "cited", "with_citations"]


def citation_key(work: Paper | Reference) -> str:
    """The key of a work without what a citation command does not take."""
    return re.sub(r"[^A-Za-z0-9:.+/-]", "", work.key)


@cache
def _named() -> tuple[re.Pattern[str], dict[str, str]]:
    keys = {name: citation_key(reference) for reference in REFERENCES for name in reference.named}
    names = "|".join(re.escape(name) for name in sorted(keys, key=len, reverse=True))
    return re.compile(rf"(?<!\w)({names})(?!\w)"), keys


def with_citations(text: str) -> str:
    r"""LaTeX text in which every work that the catalogue knows is cited where it is named last."""
    pattern, keys = _named()
    last = {keys[match[0]]: match.start() for match in pattern.finditer(text)}

    def citation(match: re.Match[str]) -> str:
        key = keys[match[0]]
        return rf"\assaycite{{{key}}}{{{match[0]}}}" if match.start() == last[key] else match[0]

    return pattern.sub(citation, text)


def cited(text: str, claims: Iterable[Claim]) -> list[Reference]:
    r"""The works that LaTeX of claims cites by ``\assaycite``, by author and year."""
    known = {citation_key(reference): reference for reference in REFERENCES}
    for claim in claims:
        if claim.source.paper is not None:
            known[citation_key(claim.source.paper)] = reference_to(claim.source.paper)
    keys = set(re.findall(r"\\assaycite\{([^{}]*)\}", text))
    works = [(key, reference) for key, reference in known.items() if key in keys]
    ordered = sorted(works, key=lambda work: (_families(work[1]), work[1].year, work[0]))
    return [reference for _, reference in ordered]


def _families(reference: Reference) -> list[str]:
    return [name.partition(",")[0].casefold() for name in reference.authors.split(" and ")]


# ------------------------------------------------------------------------- within a document


def bibliography(works: Sequence[Reference]) -> str:
    r"""The environment ``thebibliography``, for a document that compiles without BibTeX."""
    if not works:
        return ""
    entries = [_entry(work) for work in works]
    widest = "9" * len(str(len(entries)))
    head = rf"\begin{{thebibliography}}{{{widest}}}\raggedright"
    return "\n".join([head, *entries, r"\end{thebibliography}"])


def _entry(work: Reference) -> str:
    where = f"the reference {work.key}"

    def shown(text: str) -> str:
        return latex_text(text, where)

    authors = []
    for author in work.authors.split(" and "):
        family, _, given = author.partition(",")
        authors.append(shown(f"{given.strip()} {family.strip()}".strip()).replace(". ", ".~"))
    fields = work.fields
    within = [shown(fields[name]) for name in ("booktitle", "journal", "school") if name in fields]
    if "volume" in fields:
        number = f"({shown(fields['number'])})" if "number" in fields else ""
        pages = f":{shown(fields['pages'])}" if "pages" in fields else ""
        within[-1] += f" {shown(fields['volume'])}{number}{pages}"
    if work.kind == "mastersthesis":
        within.insert(0, "Master's thesis")
    if "edition" in fields:
        within.append(f"{shown(fields['edition'])} edition")
    if "publisher" in fields:
        within.append(shown(fields["publisher"]))
    within.append(str(work.year))
    arxiv = f" arXiv:{shown(fields['eprint'])}." if "eprint" in fields else ""
    title = shown(work.title)
    head = rf"\bibitem{{{citation_key(work)}}} {listed(authors)}. \emph{{{title}}}."
    return f"{head} {', '.join(within)}.{arxiv}"


# ----------------------------------------------------------------------------------- BibTeX


def bibtex(works: Iterable[Reference]) -> str:
    """The works as a BibTeX file in UTF-8."""
    return "\n".join(_bibtex_entry(work) for work in works)


def _bibtex_entry(work: Reference) -> str:
    where = f"the reference {work.key}"
    edition = work.fields.get("edition", "")
    ordinals = {"2nd": "Second", "3rd": "Third", "5th": "Fifth"}
    fields = {
        "author": latex_text(work.authors, where),
        "title": f"{{{latex_text(work.title, where)}}}",  # braces keep its capitals
        **{name: latex_text(text, where) for name, text in work.fields.items()},
        "year": str(work.year),
    }
    if edition:
        fields["edition"] = ordinals.get(edition, edition)
    lines = [f"  {name:<13} = {{{text}}}," for name, text in fields.items()]
    return "\n".join([f"@{work.kind}{{{citation_key(work)},", *lines, "}", ""])
