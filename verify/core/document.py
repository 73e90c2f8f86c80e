r"""Claims, their proofs and their verdicts as LaTeX: what ``assay latex`` writes.

`document` gives a whole article, or a fragment to ``\input`` into one that uses the package
`verify.core.document_style.STYLE`. How the text fields of a claim are treated is told in
`verify.core.document_text`.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext

from theory.core.catalogue import section_of, topics
from theory.core.claim import Claim
from theory.core.errors import AssayError
from verify.core.document_bibliography import bibliography, citation_key, cited
from verify.core.document_claim import KINDS, environment_of, printed_claim
from verify.core.document_evidence import evidence, overview
from verify.core.document_layout import lines_of
from verify.core.document_legend import legend
from verify.core.document_style import DEFINITIONS, NEEDS
from verify.core.document_symbols import index_of_symbols
from verify.core.document_text import counted, latex_text, listed, plain
from verify.core.verdict import Decision, Verdict

__all__ = ["document", "topic_title"]

_PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage[textwidth=155mm,textheight=240mm]{geometry}
\usepackage{amsmath,amssymb,amsthm,mathtools,graphicx,array,longtable}
\IfFileExists{microtype.sty}{\usepackage{microtype}}{}
\IfFileExists{hyperref.sty}{%
  \usepackage[hidelinks,bookmarksdepth=3,pdftitle={Claims put to the test}]{hyperref}}{}
\allowdisplaybreaks
\setcounter{tocdepth}{2}
\pagestyle{headings}
\renewcommand{\sectionmark}[1]{\markright{\thesection\quad #1}}
\newtheorem{theorem}{Theorem}[section]
\newcommand{\assaycite}[2]{#2~\cite{#1}}"""

_LINE = 425.0  # points; TeX's 155 mm are 441

_LISTS = r"""% A claim among the bookmarks of the PDF: its title and its id.
\providecommand{\pdfbookmark}[3][]{}
\newcommand{\assaybookmark}[2]{\pdfbookmark[3]{\thetheorem\space #1}{bookmark:#2}}
% What marks mean.
\newenvironment{assaymeanings}{\list{}{\leftmargin=7em\labelwidth=6.5em\labelsep=.5em
  \itemsep=0pt\parsep=0pt\topsep=2pt\let\makelabel\assayleft}}{\endlist}
\newcommand{\assayleft}[1]{#1\hfil}
% \assaysymbol{SYMBOL}{MEANING}{PLACE}: a wide symbol has a line of its own.
\newenvironment{assaysymbols}{\par\smallskip\footnotesize\parindent=0pt\parskip=1pt}{\par}
\newlength{\assayindent}\setlength{\assayindent}{28mm}
\newcommand{\assaysymbol}[3]{\par\hangindent=\assayindent\hangafter=1
  \sbox0{#1}\ifdim\wd0>\dimexpr\assayindent-.5em\relax
    \ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi\par\nobreak
    \hangindent=\assayindent\hangafter=0
  \else\makebox[\assayindent][l]{\usebox0}\fi
  #2\nobreak\hskip.5em plus 1fill\penalty50\null\nobreak\hfill\mbox{#3}{\parfillskip=0pt\par}}"""

_CONTENTS = r"""\begingroup\makeatletter
\def\@pnumwidth{2em}\def\@tocrmarg{4em plus 1fil}% numbers of three digits; no broken words
\tableofcontents
\endgroup\clearpage"""


def document(
    claims: Sequence[Claim],
    verdicts: Mapping[str, Verdict | None],
    standalone: bool,
    about: str = "",
) -> str:
    r"""LaTeX of claims with their proofs and verdicts.

    Parameters
    ----------
    claims : sequence of Claim
        Printed in this order; a standalone document groups them by topic.
    verdicts : mapping from claim id to Verdict or None
        A claim without a verdict is printed as not judged.
    standalone : bool
        A whole article with contents, symbols, evidence and bibliography; otherwise a fragment
        for ``\input`` into a document that uses the package ``assay``.
    about : str
        One line on how the verdicts were reached.

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
    here = {claim.id: KINDS[environment_of(claim, verdicts.get(claim.id))] for claim in claims}
    with lines_of(_LINE) if standalone else nullcontext():
        printed = {c.id: printed_claim(c, verdicts.get(c.id), here) for c in claims}
    if not standalone:
        head = f"{NEEDS}\n% {plain(about)}" if about else NEEDS
        return "\n\n".join([head, *printed.values()]) + "\n"
    by_topic = {
        topic: [claim for claim in claims if claim.topic == topic]
        for topic in dict.fromkeys(claim.topic for claim in claims)
    }
    text = "\n\n".join(printed.values())
    body = [
        f"{_PREAMBLE}\n\\makeatletter\n{DEFINITIONS}\n\\makeatother\n\\assaytheorems\n{_LISTS}",
        *_front(by_topic, verdicts, about),
        legend(text),
    ]
    for topic, own in by_topic.items():
        body += _topic(topic, own, verdicts, printed)
    if works := bibliography(cited("\n".join(body), claims)):
        body += [r"\clearpage\addcontentsline{toc}{section}{\refname}", works]
    return "\n\n".join([*body, r"\end{document}"]) + "\n"


# ---------------------------------------------------------------------------------- sections


def _front(
    by_topic: Mapping[str, Sequence[Claim]],
    verdicts: Mapping[str, Verdict | None],
    about: str,
) -> Iterator[str]:
    """Title, counts and contents."""
    yield r"\begin{document}"
    yield r"\begin{center}\LARGE Claims put to the test\end{center}\thispagestyle{plain}\bigskip"
    claims = [claim for own in by_topic.values() for claim in own]
    origin = rf"\par {plain(about)}" if about else ""
    yield rf"\begin{{center}}{_counts(claims, verdicts)}{origin}\end{{center}}"
    yield overview({topic_title(topic): own for topic, own in by_topic.items()}, verdicts)
    yield _CONTENTS


def _counts(claims: Sequence[Claim], verdicts: Mapping[str, Verdict | None]) -> str:
    decided = [verdicts.get(claim.id) for claim in claims]
    counts = [
        f"{number} {word}"
        for word, number in [
            *((str(d), sum(v is not None and v.verdict is d for v in decided)) for d in Decision),
            ("not judged", sum(v is None for v in decided)),
        ]
        if number
    ]
    return f"{counted(len(claims), 'claim')}: {listed(counts)}."


def _topic(
    topic: str,
    claims: Sequence[Claim],
    verdicts: Mapping[str, Verdict | None],
    printed: Mapping[str, str],
) -> Iterator[str]:
    """A section: its claims by sections of the catalogue, its symbols and its evidence."""
    yield rf"\clearpage\section{{{topic_title(topic)}}}"
    papers = dict.fromkeys(claim.source.paper for claim in claims if claim.source.paper)
    after = [
        rf"\assaycite{{{citation_key(paper)}}}{{{latex_text(paper.short, f'paper {paper.key}')}}}"
        for paper in papers
    ]
    yield (f"After {listed(after)}. " if after else "") + _counts(claims, verdicts)
    groups: list[tuple[str, list[Claim]]] = []
    for claim in claims:
        heading = _heading(claim)
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        groups[-1][1].append(claim)
    for heading, own in groups:
        if heading:
            yield rf"\subsection{{{heading}}}"
        for claim in own:
            label = rf"\label{{assay:{claim.id}}}"
            bookmark = rf"\assaybookmark{{{_bookmark(claim.title)}}}{{{claim.id}}}"
            yield printed[claim.id].replace(label, label + bookmark, 1)
    yield r"\subsection{Symbols}"
    yield index_of_symbols(claims)
    yield r"\subsection{Evidence}"
    known = {name: verdict for name, verdict in verdicts.items() if verdict is not None}
    yield evidence(groups, known)


def topic_title(topic: str) -> str:
    """What a topic is called: the first line of its package up to the papers."""
    if topic not in topics():
        return plain(topic)
    words = importlib.import_module(f"theory.{topic.replace('-', '_')}").__doc__ or topic
    return plain(words.strip().partition("\n")[0].partition(":")[0], f"the title of {topic}")


def _heading(claim: Claim) -> str:
    """What a section of the catalogue is called: the first line of its module."""
    section = section_of(claim)
    if not section:
        return ""
    module = importlib.import_module(f"theory.{claim.topic.replace('-', '_')}.{section}")
    words = (module.__doc__ or section.replace("_", " ")).strip().partition("\n")[0].rstrip(".")
    return plain(words, f"the heading of {section}")


def _bookmark(title: str) -> str:
    """A title without what a PDF's outline does not take."""
    words = title.replace("≤", "<=").replace("≥", ">=").replace("–", "-")
    letters = unicodedata.normalize("NFKD", words)
    return re.sub(r"[^ -~]|[\\{}$&#%_^~]", "", letters)
