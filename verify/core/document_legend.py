"""How a document of claims is to be read: what its marks mean, and its notation."""

from __future__ import annotations

from verify.core.document_text import sentence
from verify.core.verdict import How

__all__ = ["HOW", "SHORT", "legend"]

HOW = {
    How.PROVED: "by symbolic proof",
    How.CERTIFIED: "by certified interval arithmetic",
    How.EXHAUSTIVE: "by looking at every input",
    How.EXACT: "by deterministic computation with an error bound",
    How.STATISTICAL: "by a sequential test on independent samples",
    How.RATE: "by local growth rates",
    How.TRAINED: "by an exact test across independently seeded trainings",
}
"""How a verdict was reached, within a sentence."""

SHORT = {
    How.PROVED: "proved",
    How.CERTIFIED: "certified",
    How.EXHAUSTIVE: "every input",
    How.EXACT: "computed",
    How.STATISTICAL: "sampled",
    How.RATE: "rate",
    How.TRAINED: "trained",
}
"""The same as a mark beside a claim and in tables."""

_WORDS = {
    How.PROVED: "the statement was proved as formulas, for the whole domain",
    How.CERTIFIED: "interval arithmetic covered the whole domain",
    How.EXHAUSTIVE: "every input of the stated size was tried",
    How.EXACT: "both sides were computed at points of the domain, with a bound on the error",
    How.STATISTICAL: "a sequential test saw independent samples at points of the domain",
    How.RATE: "growth rates were measured along a ladder of sizes",
    How.TRAINED: "an exact test compared independently seeded trained models",
}

_KINDS = (
    ("Theorem", "has a derivation without a gap."),
    ("Claim", "has no derivation, or an incomplete one."),
    ("Observation", "is a trend across trained models, with nothing derived."),
    ("Refuted claim", "is contradicted by its verdict, and comes with a counterexample."),
)
_STANDINGS = (
    ("as stated", "the statement is the published one, as far as it is known to us."),
    ("sharpened", "it says more than the published one: a constant, a rate, a wider range."),
    ("corrected", "the published form fails, and this one replaces it."),
    ("derived here", "it is ours, in the setting of the paper."),
)
_STEPS = (
    ("proved", "symbolically, for the whole domain; such steps have no mark."),
    ("certified", "by interval arithmetic."),
    ("cited", "a theorem from elsewhere, which is named and not checked here."),
    ("undecided", "marked by a question mark: neither proved nor known to be wrong."),
    ("refuted", "marked by an exclamation mark: wrong."),
)
_FIGURES = (
    ("resolution", "the smallest departure that would have been seen."),
    (
        "error",
        "the error probability: a bound on the chance that the verdict is wrong, over all points "
        "and all looks at the data; there is none where nothing random entered.",
    ),
    ("points", "how many points of the domain were looked at."),
    ("draws", "how many independent samples were drawn, or trained models compared."),
    ("tightness", "of an inequality: the largest ratio of its smaller to its larger side."),
    ("closest call", "the point that came nearest to contradicting the claim."),
)

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


def legend(printed: str) -> str:
    """How to read a document, with the notation that its printed claims have."""
    marks = [
        r"\section*{How to read this}\addcontentsline{toc}{section}{How to read this}"
        r"\markright{How to read this}",
        "Every statement below was written once as mathematics, derived in steps that a machine "
        "checks, and tested against a simulator that does not know it. The first line below a "
        "statement has its name in the catalogue, its standing, its verdict and how the verdict "
        "was reached.",
        _paragraph("Statements.", "", _KINDS),
        _paragraph("Standings.", "How a statement relates to the published one.", _STANDINGS),
        _paragraph("Steps of a derivation.", "", _STEPS),
        "In a line such as $a = b + \\vartheta R$, the number $\\vartheta$ is unknown but for "
        "$|\\vartheta| \\le 1$.",
        _paragraph(
            "Verdicts.",
            "Weakest last, they were reached in these ways.",
            tuple((SHORT[how], f"{_WORDS[how]}.") for how in How),
        ),
        r"\assaymark{confirmed}~\emph{Confirmed} says that no departure as large as the "
        r"resolution is left standing; it never says that the two sides agree beyond it. "
        r"\assaymark{refuted}~\emph{Refuted} comes with a counterexample. "
        r"\assaymark{inconclusive}~\emph{Inconclusive} says that neither was decided, and the "
        r"reason is given. \assaymark{not judged}~\emph{Not judged} says that no test was run.",
        _paragraph("Figures of a verdict.", "", _FIGURES),
    ]
    notation = [words for mark, words in _NOTATION if mark in printed]
    if notation:
        marks.append(r"\smallskip\noindent\textbf{Notation.} " + sentence("; ".join(notation)))
    return "\n\n".join(marks)


def _paragraph(head: str, opening: str, entries: tuple[tuple[str, str], ...]) -> str:
    """A heading with a list of marks and their meanings."""
    items = "\n".join(rf"\item[\emph{{{name}}}] {words}" for name, words in entries)
    return (
        rf"\smallskip\noindent\textbf{{{head}}} {opening}".rstrip()
        + "\n\\begin{assaymeanings}\n"
        + items
        + "\n\\end{assaymeanings}"
    )
