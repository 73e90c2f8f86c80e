r"""Claims, their proofs and their verdicts as LaTeX: what ``assay latex`` writes.

`document` gives a whole article or a fragment to ``\input`` into one. How the text fields of a
claim are treated is told in `verify.core.document_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from theory.core.claim import Claim
from theory.core.errors import AssayError
from verify.core.document_claim import KINDS, citation_key, environment_of, printed_claim
from verify.core.document_text import counted, latex_text, listed, plain, sentence
from verify.core.verdict import Decision, Verdict

__all__ = ["document"]

_NEEDS = r"""% Written by assay. It needs UTF-8, amsmath, amssymb, amsthm, mathtools and graphicx.
% What is not defined yet of the following is defined here:
%   the environment theorem;  assayclaim (a statement without a complete proof);
%   assayobservation (a trend across trained models);  assayrefuted;
%   assaynotes (source and verdict);  \assaycite{KEY}{Authors (year)};  \assayloose (wide spaces);
%   \assayfit{LENGTH}{FORMULA} (made smaller if it is wider than the line less the length).
% For citations of your own bibliography: \renewcommand{\assaycite}[2]{\cite{#1}}."""

_DEFINITIONS = r"""\makeatletter
\@ifundefined{theorem}{\newtheorem{theorem}{Theorem}}{}
\providecommand{\assaynewtheorem}[2]{\@ifundefined{#1}{%
  \@ifundefined{c@theorem}{\newtheorem{#1}{#2}}{\newtheorem{#1}[theorem]{#2}}}{}}
\assaynewtheorem{assayclaim}{Claim}
\assaynewtheorem{assayobservation}{Observation}
\assaynewtheorem{assayrefuted}{Refuted claim}
\@ifundefined{assaynotes}{\newenvironment{assaynotes}%
  {\par\addvspace{\smallskipamount}\begingroup\small\raggedright\parindent=0pt
   \parskip=2pt plus 1pt\relax}%
  {\par\endgroup\addvspace{\smallskipamount}}}{}
\makeatother
\providecommand{\assayloose}{\emergencystretch=4em\relax}% lines full of formulas
\providecommand{\assaycite}[2]{#2}
\providecommand{\assayfit}[2]{\sbox0{$\displaystyle #2$}%
  \ifdim\wd0>\dimexpr\linewidth-#1\relax
    \resizebox{\dimexpr\linewidth-#1\relax}{!}{\usebox0}\else\usebox0\fi}"""

_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage[textwidth=150mm,textheight=235mm]{geometry}
\usepackage{amsmath,amssymb,amsthm,mathtools,graphicx}
\IfFileExists{microtype.sty}{\usepackage{microtype}}{}
\IfFileExists{hyperref.sty}{\usepackage[hidelinks]{hyperref}}{}
\allowdisplaybreaks
\newcommand{\assaycite}[2]{#2~\cite{#1}}"""

_LEGEND = r"""\section*{How to read this}
Every statement below was written once as mathematics, derived in steps that a machine checks, and
tested against a simulator that does not know it. A \emph{Theorem} has a derivation without a gap; a
\emph{Claim} has none, or an incomplete one; an \emph{Observation} is a trend across trained models.

\smallskip\noindent
\textbf{Steps.} A step without a mark is \emph{proved}: symbolically, for the whole domain.
\emph{Certified} steps are proved by interval arithmetic. \emph{Cited} steps rest on a theorem from
elsewhere, which is named and not checked here. \emph{Undecided} steps, marked by a question mark,
are open: neither proved nor known to be wrong; \emph{refuted} steps, marked by an exclamation
mark, are wrong. In a line such as $a = b + \vartheta R$, the number $\vartheta$ is unknown but for
$|\vartheta| \le 1$.

\smallskip\noindent
\textbf{Verdicts.} \emph{Confirmed} says that no departure as large as the \emph{resolution} is
left standing; it never says that the two sides agree beyond it. Where samples were drawn, the
\emph{error probability} bounds the chance that the verdict is wrong, over all points and all looks
at the data. The \emph{tightness} of an inequality is the largest ratio of its smaller to its larger
side that was met, and the \emph{closest call} is the point that came nearest to contradicting the
claim. \emph{Refuted} comes with a counterexample. \emph{Inconclusive} says that the budget ran out
before either was decided. \emph{Not judged} says that no test was run.
"""

_NOTATION = (  # printed where a document has the mark
    (
        r"\dot{q} =",
        r"$[\dot q = v(q),\ q(0) = a](t)$ is at time $t$ the solution of the differential equation "
        "with this start",
    ),
    (
        r"\dot{\mu}_{i} =",
        r"$[\dot \mu_i = v_i(\mu),\ \mu_i(0) = a_i]_x(t)$ is the coordinate $x$ of such a solution",
    ),
    (
        r"\mapsto",
        r"$(x \mapsto F(x))^{\circ k}(a)$ is what $k$ applications of the map $F$ make of $a$",
    ),
    (
        r"\mid \dot{x",
        r"$(g \mid \dot x = v(x),\ x(0) = a)(t)$ is the value of $g$ at time $t$ along a solution",
    ),
    (
        r"\mid x_{1} \mapsto",
        r"$(g \mid x \mapsto F(x) \text{ from } a, k \text{ times})$ is the value of $g$ after $k$ "
        "such steps",
    ),
    (
        r"\text{sign changes}",
        "words before such a parenthesis, as in sign changes, infimum or last time below zero, say "
        "what is taken of $g$ along all of the solution, or over all steps",
    ),
    (
        r"\right|_{a_",
        r"$a_n |_{a_1 = b,\ a_i = F(a_{i - 1})}$ is the $n$-th term of the recursion",
    ),
    (
        r"\operatorname{root}",
        r"$\operatorname{root}_{x \in I}[f(x)]$ is the only zero of $f$ in $I$",
    ),
    (
        r"\text{return}",
        r"$\text{return}_{w > 0}(f(w))$ is where $f$ has the value $f(0)$ again",
    ),
)


def document(
    claims: Sequence[Claim], verdicts: Mapping[str, Verdict | None], standalone: bool
) -> str:
    r"""LaTeX of claims with their proofs and verdicts.

    Parameters
    ----------
    claims : sequence of Claim
        Printed in this order; a standalone document groups them by topic.
    verdicts : mapping from claim id to Verdict or None
        A claim without a verdict is printed as not judged.
    standalone : bool
        A whole article with a bibliography; otherwise a fragment for ``\input``, whose needs
        are said in a comment at its top.

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
    printed = {claim.id: printed_claim(claim, verdicts.get(claim.id), here) for claim in claims}
    if not standalone:
        return "\n\n".join([_NEEDS + "\n" + _DEFINITIONS, *printed.values()]) + "\n"
    body = [_PREAMBLE + "\n" + _DEFINITIONS]
    body += [r"\title{Claims put to the test}", r"\author{}", r"\date{}", r"\begin{document}"]
    body += [r"\maketitle", _summary(claims, verdicts), _legend("".join(printed.values()))]
    for topic in dict.fromkeys(claim.topic for claim in claims):
        body.append(rf"\section{{{plain(topic)}}}")
        body += [printed[claim.id] for claim in claims if claim.topic == topic]
    body += [*_bibliography(claims), r"\end{document}"]
    return "\n\n".join(body) + "\n"


def _legend(printed: str) -> str:
    """How to read a document, and the notation that this one has."""
    notation = [words for mark, words in _NOTATION if mark in printed]
    if not notation:
        return _LEGEND
    words = "; ".join(notation)
    return f"{_LEGEND}\n\\smallskip\\noindent\n\\textbf{{Notation.}} {sentence(words)}"


def _summary(claims: Sequence[Claim], verdicts: Mapping[str, Verdict | None]) -> str:
    decided = [verdicts.get(claim.id) for claim in claims]
    counts = [
        f"{number} {word}"
        for word, number in [
            *((str(d), sum(v is not None and v.verdict is d for v in decided)) for d in Decision),
            ("not judged", sum(v is None for v in decided)),
        ]
        if number
    ]
    return rf"\noindent {counted(len(claims), 'claim')}: {listed(counts)}."


def _bibliography(claims: Iterable[Claim]) -> list[str]:
    papers = {
        citation_key(c.source.paper): c.source.paper for c in claims if c.source.paper is not None
    }
    if not papers:
        return []
    entries = [rf"\begin{{thebibliography}}{{{'9' * len(str(len(papers)))}}}\raggedright"]
    for key, paper in sorted(papers.items(), key=lambda item: (item[1].authors, item[1].year)):
        where = f"paper {paper.key}"
        authors = []
        for author in paper.authors.split(" and "):
            family, _, given = author.partition(",")
            authors.append(latex_text(f"{given.strip()} {family.strip()}".strip(), where))
        venue = f" {latex_text(paper.venue, where)}," if paper.venue else ""
        arxiv = f" arXiv:{plain(paper.arxiv, where)}." if paper.arxiv else ""
        title = latex_text(paper.title, where)
        entries.append(
            rf"\bibitem{{{key}}} {listed(authors)}. \emph{{{title}}}.{venue} {paper.year}.{arxiv}"
        )
    return ["\n".join([*entries, r"\end{thebibliography}"])]
