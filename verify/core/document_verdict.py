"""A verdict in words: how it was reached, its figures, and the point that matters most."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from theory.core.claim import Claim
from verify.core.document_legend import HOW
from verify.core.document_text import breakable, counted, listed, number, plain, sentence
from verify.core.verdict import Decision, How, Verdict

__all__ = ["printed_number", "printed_verdict"]


def printed_verdict(claim: Claim, verdict: Verdict | None) -> list[str]:
    """A verdict with its figures, the closest call or the counterexample, a paragraph each."""
    if verdict is None:
        return [r"\textbf{Verdict.} Not judged."]
    decision = {
        Decision.CONFIRMED: "Confirmed",
        Decision.REFUTED: r"\textbf{REFUTED}",
        Decision.INCONCLUSIVE: r"\textbf{INCONCLUSIVE} (neither confirmed nor refuted)",
    }[verdict.verdict]
    figures = _figures(verdict)
    line = rf"\textbf{{Verdict.}} {decision} {HOW[verdict.how]}"
    lines = [f"{line}: {', '.join(figures)}." if figures else f"{line}."]
    where = f"{claim.id}, the verdict"
    if verdict.verdict is not Decision.CONFIRMED and verdict.reason:
        lines[0] += rf" \textbf{{Reason:}} {sentence(breakable(plain(verdict.reason, where)))}"
    if verdict.verdict is Decision.REFUTED:
        found = verdict.counterexample or {}
        facts = _comparison(claim, found, where) or "none was recorded"
        lines.append(rf"\textbf{{Counterexample.}} {sentence(facts)}")
        lines += _program(str(found.get("program", "")), where)
    elif verdict.worst and verdict.worst.get("strain"):
        facts = _comparison(claim, verdict.worst, where)
        lines.append(rf"\textbf{{Closest call.}} {sentence(facts)}")
    for form in verdict.published:
        facts = _comparison(claim, form["counterexample"] or {}, where)
        name = breakable(plain(form["name"], where))
        lines.append(
            rf"\textbf{{Against the published form}} ({name}): {form['verdict']}"
            + (f", {facts}." if facts else ".")
        )
    return lines


def _figures(verdict: Verdict) -> list[str]:
    figures = []
    if verdict.resolution > 0:
        exact = " (absolute)" if verdict.absolute else " (relative)"
        unit = {How.STATISTICAL: " (absolute)", How.EXACT: exact}.get(verdict.how, "")
        figures.append(f"resolution {number(verdict.resolution)}{unit}")
    elif verdict.how is How.EXACT and verdict.points:
        figures.append("no tolerance")
    if verdict.error_probability > 0:
        figures.append(f"error probability at most {number(verdict.error_probability, 2)}")
    for amount, noun in ((verdict.points, "point"), (verdict.samples, "sample")):
        if amount:
            figures.append(counted(amount, noun))
    if verdict.tightness is not None:
        figures.append(f"tightness {number(verdict.tightness)}")
    return figures


def _comparison(claim: Claim, found: Mapping[str, Any], where: str) -> str:
    """Where a claim was looked at, what was measured there and what is claimed."""
    facts = []
    if isinstance(point := found.get("point"), Mapping) and point:
        facts.append(f"at {_point(claim, point, where)}")
    for name, word in (("measured", "measured"), ("predicted", "claimed")):
        if found.get(name) not in (None, ""):
            facts.append(f"{word} {printed_number(str(found[name]), where)}")
    return ", ".join(facts)


def printed_number(text: str, where: str) -> str:
    """A printed value or ball with eight digits; words in it stay."""
    text = re.sub(r"\[(\S+) \+/- \S+\]", r"\1", text).removeprefix("= ")
    text = re.sub(r"\[\+/- (\S+)\]", r"0 ± \1", text)
    text = text.replace("<=", "≤").replace(">=", "≥")
    decimal = r"(?<![\w.{/])-?\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w/}])"
    shown = re.sub(decimal, lambda match: number(float(match[0]), 8), plain(text, where))
    shown = re.sub(r"\$0\$ \\ensuremath\{\\pm\} \$", r"$0 \\pm ", shown)
    return re.sub(r"(\\ensuremath\{\\[lg]e\}) ", r"\1~", shown)


def _point(claim: Claim, point: Mapping[str, Any], where: str) -> str:
    shown, drawn = [], []
    for name, value in point.items():
        known = name in claim.domain.names
        sign = f"${claim.domain[name].latex}$" if known else plain(name, where)
        printed = _value(value)
        if len(printed) > 60:
            drawn.append(sign)
        elif re.fullmatch(r"-?[\d./]+(e[+-]\d+)?" if known else r"-?[\d./]+", printed):
            printed = _in_formula(printed)[1:-1]
            shown.append(f"{sign[:-1]} = {printed}$" if known else f"{sign} = {printed}")
        else:
            shown.append(f"{sign} = {_in_formulas(printed) or breakable(plain(printed, where))}")
    return ", ".join(shown) + (f", with {listed(drawn)} as drawn" if drawn else "")


def _in_formulas(vector: str) -> str:
    """A vector with its numbers as formulas, so that a minus is one; empty for other things."""
    number_ = r"-?[\d./]+(?:e[+-]\d+)?"
    if not re.fullmatch(rf"[(]*{number_}[)]*(?:, [(]*{number_}[)]*)*", vector):
        return ""
    return re.sub(number_, lambda m: _in_formula(m[0]), vector)


def _in_formula(text: str) -> str:
    return number(float(text), 6) if "e" in text else f"${text}$"


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(_value, value))})"
    return str(value)


def _program(code: str, where: str) -> list[str]:
    r"""A program line by line, each a paragraph: ``\\`` would swallow a bracket after it."""
    if not code:
        return []
    lines = []
    for line in code.expandtabs(4).strip("\n").splitlines():
        indent = len(line) - len(line.lstrip(" "))
        start = rf"\hspace*{{{indent / 2:g}em}}" if indent else ""
        lines.append(start + (breakable(plain(line, where)) or r"\mbox{}") + r"\par")
    return ["\n".join([r"{\footnotesize\ttfamily\parskip=0pt", *lines, "}"])]
