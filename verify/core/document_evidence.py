r"""Tables of a document: the verdicts of a section with their figures, and counts of claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from theory.core.claim import Claim
from theory.core.source import Standing
from verify.core.document_claim import KINDS, environment_of
from verify.core.document_legend import SHORT
from verify.core.document_text import plain
from verify.core.verdict import Decision, How, Verdict

__all__ = ["evidence", "overview", "power_of_ten"]

_COLUMNS = (
    r"{@{}r@{\enspace}>{\raggedright}p{66mm}@{\enspace}c@{~}l"  # number, title, mark, how
    r"r@{}l@{}l@{\enspace}l"  # resolution: before the point, after it, power of ten, unit
    r"r@{\enspace}r@{\enspace}"  # points, draws
    r"r@{}l@{}l@{}}"  # error
)
_HEAD = (
    r"& Claim & & Verdict & \multicolumn{4}{l}{Resolution} & Points & Draws & "
    r"\multicolumn{3}{l@{}}{Error}"
)


def evidence(groups: Sequence[tuple[str, Sequence[Claim]]], verdicts: Mapping[str, Verdict]) -> str:
    """The verdicts of some claims as one long table.

    Parameters
    ----------
    groups : sequence of (heading, claims)
        The heading is LaTeX text, or empty.
    verdicts : mapping from claim id to Verdict
        A claim without a verdict is shown as not judged.
    """
    rows = []
    for heading, claims in groups:
        if heading:
            rows.append(
                rf"\multicolumn{{13}}{{@{{}}p{{.98\linewidth}}@{{}}}}{{\rule{{0pt}}{{3ex}}"
                rf"\emph{{{heading}}}}} \\*"
            )
        rows += [_row(claim, verdicts.get(claim.id)) + r" \\" for claim in claims]
    return "\n".join(
        [
            "Figures are explained on the first pages; a resolution is absolute or relative to "
            "what is predicted.",
            r"{\footnotesize\setlength{\tabcolsep}{3pt}\setlength{\LTleft}{0pt}"
            r"\setlength{\LTright}{0pt}\raggedright",
            rf"\begin{{longtable}}{_COLUMNS}",
            rf"\hline {_HEAD} \\ \hline\noalign{{\vskip 2pt}} \endhead",
            r"\hline \endfoot",
            *rows,
            r"\end{longtable}}",
        ]
    )


def _row(claim: Claim, verdict: Verdict | None) -> str:
    title = plain(claim.title, f"{claim.id}, the title")
    first = [rf"\ref{{assay:{claim.id}}}", title]
    if verdict is None:
        cells = [*first, r"\assaymark{not judged}", "not judged", *[""] * 9]
    else:
        unit = ""
        none = ("0", "", "") if verdict.how is How.EXACT and verdict.points else ()
        if verdict.resolution > 0:
            relative = verdict.how is How.EXACT and not verdict.absolute
            absolute = verdict.how in (How.EXACT, How.STATISTICAL)
            unit = "rel." if relative else "abs." if absolute else ""
        cells = [
            *first,
            rf"\assaymark{{{verdict.verdict}}}",
            SHORT[verdict.how],
            *(power_of_ten(verdict.resolution) if verdict.resolution or not none else none),
            unit,
            *(_whole(amount) for amount in (verdict.points, verdict.samples)),
            *power_of_ten(verdict.error_probability),
        ]
    return " & ".join(cells).rstrip()


def power_of_ten(value: float) -> tuple[str, str, str]:
    """A number as what stands before the point, what follows, and its power of ten.

    In three columns, the points of all numbers stand below one another.
    """
    if not value > 0:
        return "", "", ""
    mantissa, _, power = f"{value:.1e}".partition("e")
    whole, _, rest = mantissa.partition(".")
    decimals = f".{rest}" if rest.strip("0") else ""
    times = rf"${{}}\cdot10^{{{int(power)}}}$" if int(power) else ""
    return whole, decimals, times


def _whole(amount: int) -> str:
    return f"{amount:,}".replace(",", r"\,") if amount else ""


# --------------------------------------------------------------------------------- overview


def overview(topics: Mapping[str, Sequence[Claim]], verdicts: Mapping[str, Verdict | None]) -> str:
    """Counts of the claims of each topic: kinds, standings and verdicts.

    Parameters
    ----------
    topics : mapping from heading to claims
    verdicts : mapping from claim id to Verdict or None
    """
    tests = [
        *((name, "kind", environment) for environment, name in KINDS.items()),
        *((str(standing), "standing", standing) for standing in Standing),
        *((str(decision), "verdict", decision) for decision in Decision),
        ("not judged", "verdict", None),
    ]
    rows = {
        name: [_facts(c, verdicts.get(c.id)) for c in claims] for name, claims in topics.items()
    }
    everything = [facts for row in rows.values() for facts in row]
    if len(rows) > 1:
        rows["In all"] = everything
    kept = [test for test in tests if any(facts[test[1]] == test[2] for facts in everything)]
    spans = []
    for group in ("kind", "standing", "verdict"):
        if amount := sum(test[1] == group for test in kept):
            spans.append(rf"\multicolumn{{{amount}}}{{c}}{{{group.capitalize()}}}")
    turned = [
        rf"\makebox[1em][l]{{\rotatebox{{60}}{{{name[:1].lower() + name[1:]}}}}}"
        for name, _, _ in kept
    ]
    lines = [
        r"\begin{center}\small\setlength{\tabcolsep}{5pt}",
        rf"\begin{{tabular}}{{@{{}}l{'r' * (len(kept) + 1)}@{{}}}}",
        " & ".join(["", "", *spans]) + r" \\",
        " & ".join(["", "claims", *turned]) + r" \\ \hline",
    ]
    for name, row in rows.items():
        counts = [sum(facts[kind] == value for facts in row) for _, kind, value in kept]
        cells = [name, str(len(row)), *(str(count) if count else "" for count in counts)]
        rule = r"\hline " if name == "In all" else ""
        lines.append(rule + r"\rule{0pt}{2.6ex}" + " & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\end{tabular}", r"\end{center}"])


def _facts(claim: Claim, verdict: Verdict | None) -> dict[str, object]:
    return {
        "kind": environment_of(claim, verdict),
        "standing": claim.source.standing,
        "verdict": None if verdict is None else verdict.verdict,
    }
