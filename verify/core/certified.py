"""Inequalities without anything to measure, judged on their whole domain by interval arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.core.certify import certify
from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.parameters import Integer
from theory.core.statement import Bound
from verify.core.check import Check

__all__ = ["Certification", "applies", "certification"]


@dataclass(frozen=True)
class Certification:
    """What branch and bound found out about a chain of inequalities.

    Attributes
    ----------
    status : Status
        ``proved`` when every link is, ``refuted`` when one is.
    reason : str
    point, values
        For a refutation: where, and the two sides there.
    """

    status: Status
    reason: str
    point: dict[str, Any] | None = None
    values: tuple[str, ...] = ()


def applies(claim: Claim, check: Check) -> bool:
    """Whether a claim can be judged in this way: a bound between formulas of its parameters."""
    return (
        isinstance(claim.statement, Bound)
        and check.measure is None
        and not claim.statement.observables
        and check.boxes > 0
    )


def certification(claim: Claim, check: Check) -> Certification:
    """Prove or refute every link of a bound on the whole domain; ``check.boxes`` is the budget."""
    assert isinstance(claim.statement, Bound)
    boxes, cited = 0, list[str]()
    for link in claim.statement.links:
        found = certify(link, claim.domain, budget=check.boxes)
        boxes += found.boxes
        cited += found.cited
        if found.status is not Status.PROVED:
            point = None if found.point is None else _numbers(claim, found.point)
            return Certification(found.status, found.reason, point, found.values)
    reason = f"certified on the whole domain with {boxes} box{'' if boxes == 1 else 'es'}"
    if cited:
        reason += f", from {', '.join(dict.fromkeys(cited))}"
    return Certification(Status.PROVED, reason)


def _numbers(claim: Claim, point: Any) -> dict[str, Any]:
    """Whole numbers as such, and a value for parameters of which the inequality does not speak."""
    full = {parameter.name: parameter.grid[0] for parameter in claim.domain.parameters}
    full |= {
        name: int(value)
        if isinstance(claim.domain[name], Integer) or Fraction(value).denominator == 1
        else value
        for name, value in point.items()
    }
    return full
