"""The hypotheses of a claim one by one, and where it was put to the test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from markupsafe import Markup

from theory.core.claim import Claim
from theory.core.parameters import Matrix, Vector
from verify.core.document_notation import is_positive_simplex
from verify.core.document_text import latex_text, sentence
from verify.core.verdict import Verdict
from verify.report.axes import printed
from verify.report.texts import formula, html

__all__ = ["Hypotheses", "ParameterRow", "hypotheses", "value"]

_FEW = 6  # so many values are listed one by one
_LINE = r"(-\infty, \infty)"


@dataclass(frozen=True)
class ParameterRow:
    """A parameter: how it prints, what it is, where the claim is made and where it was tried."""

    allowed: Markup
    meaning: str
    tried: str


@dataclass(frozen=True)
class Hypotheses:
    """What a claim supposes.

    Attributes
    ----------
    parameters : tuple of ParameterRow
    conditions : tuple of Markup
        Between parameters.
    words : tuple of Markup
        What is supposed in words, such as the law of what is drawn: no rule checks it.
    """

    parameters: tuple[ParameterRow, ...]
    conditions: tuple[Markup, ...]
    words: tuple[Markup, ...]


def hypotheses(claim: Claim, verdict: Verdict | None, links: Mapping[str, str]) -> Hypotheses:
    """The hypotheses, with the values at which the verdict looked."""
    where = f"{claim.id}, the domain"
    rows = []
    for parameter in claim.domain.parameters:
        allowed = parameter.range_latex().replace(f"{{{_LINE}}}", r"\mathbb{R}")
        allowed = allowed.replace(_LINE, r"\mathbb{R}")
        if is_positive_simplex(parameter):
            allowed = allowed.replace(r"\Delta", r"\Delta^{+}")
        values = [] if verdict is None else _values(verdict, parameter.name, claim)
        sized = isinstance(parameter, (Vector, Matrix))
        rows.append(ParameterRow(formula(allowed), parameter.meaning, _tried(values, sized)))
    return Hypotheses(
        tuple(rows),
        tuple(formula(claim.latex(condition)) for condition in claim.domain.where),
        tuple(html(sentence(latex_text(words, where)), links) for words in claim.domain.remarks),
    )


def _values(verdict: Verdict, name: str, claim: Claim) -> list[Any]:
    """Every value of a parameter among the points; what grows takes those of its ladder."""
    grows = str(getattr(claim.statement, "variable", "")) == name
    values = []
    for result in verdict.evidence:
        ladder = result.get("detail", {}).get("n") if grows else None
        if isinstance(ladder, Sequence) and ladder:
            values += [size for size in ladder if size is not None]
        elif name in result["point"]:
            values.append(result["point"][name])
    return values


def _tried(values: Sequence[Any], sized: bool) -> str:
    if not values:
        return ""
    if sized or any(isinstance(value, (list, tuple)) for value in values):
        return _several(values)
    numbers = [_number(value) for value in values]
    known = sorted({number for number in numbers if number is not None})
    if len(known) < len(set(map(str, values))) and None in numbers:
        return ", ".join(dict.fromkeys(map(str, values)))
    if len(known) <= _FEW:
        return ", ".join(printed(number) for number in known)
    return f"{printed(known[0], 5)} to {printed(known[-1], 5)} ({len(known)} values)"


def _several(values: Sequence[Any]) -> str:
    different = len(set(map(str, values)))
    entries = [number for value in values for number in _entries(value) if number is not None]
    shown = f"{different} different" if different > 1 else "one"
    if not entries:
        return shown
    low, high = printed(min(entries), 4), printed(max(entries), 4)
    return f"{shown}, entries {low} to {high}" if low != high else f"{shown}, entries {low}"


def _entries(value: Any) -> list[float | None]:
    if isinstance(value, (list, tuple)):
        return [entry for part in value for entry in _entries(part)]
    return [_number(value)]


def _number(value: Any) -> float | None:
    """A number that is given as such or as a fraction."""
    if isinstance(value, bool):
        return None
    try:
        number = float(sympy.Rational(value)) if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def value(given: Any, digits: int | None = 6) -> str:
    """A value of a point: floats with so many digits, or as they are."""
    if isinstance(given, float):
        text = repr(given) if digits is None else f"{given:.{digits}g}"
        return text.removesuffix(".0")
    if isinstance(given, (list, tuple)):
        return f"({', '.join(value(entry, digits) for entry in given)})"
    return str(given)
