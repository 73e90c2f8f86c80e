"""Are the checks able to fail? Wrong versions of each claim, which its check must refute."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numerics.core.streams import Stream
from theory.core.claim import Claim
from theory.core.decision import Status, decide_equal
from theory.core.errors import AssayError
from theory.core.statement import Equivalent, Identity, Rate
from verify.core.balls import midpoint, side_values
from verify.core.check import Check, Mutant, survivors
from verify.core.judge import judge
from verify.core.verdict import Decision

__all__ = ["MutantOutcome", "judge_mutants", "mutants_of"]


@dataclass(frozen=True)
class MutantOutcome:
    """What became of one mutant.

    Attributes
    ----------
    outcome : {"killed", "survived", "equivalent"}
    reason : str
        What killed it, or why it survives; empty for a survivor that nobody explained.
    found : str
        For a survivor: what the check found instead of a refutation.
    claim, mutant : str
        The claim's id, and what the wrong version is called.
    """

    claim: str
    mutant: str
    outcome: str
    reason: str
    found: str = ""

    @property
    def unexplained(self) -> bool:
        """A survivor without a reason: a defect of the check."""
        return self.outcome == "survived" and not self.reason


def mutants_of(claim: Claim, check: Check, tier: str = "quick") -> Iterator[Mutant]:
    """The automatic mutants of a claim, then the hand-written ones."""
    for wrong in claim.statement.wrong_versions(_step(claim, check, tier)):
        yield Mutant(wrong.name, wrong.statement)
    yield from check.mutants


def _step(claim: Claim, check: Check, tier: str) -> float:
    """How far constants are moved: visibly beyond the resolution at the most telling point."""
    resolution = check.settings(tier).resolution
    statement = claim.statement
    if isinstance(statement, Rate):
        return 5 * resolution
    if isinstance(statement, Equivalent):
        return max(0.05, 5 * resolution)
    if isinstance(statement, Identity) and check.claim.observables:
        return max(0.05, 5 * resolution / _largest_prediction(claim, check, tier))
    return max(0.001, 100 * resolution)


def _largest_prediction(claim: Claim, check: Check, tier: str) -> float:
    statement = claim.statement
    assert isinstance(statement, Identity)
    largest = 0.0
    for point in check.points_for(check.settings(tier), Stream.of(0, claim.id)):
        try:
            (value,) = side_values(claim, point, {}, statement.rhs)
        except (AssayError, ArithmeticError):
            return 1.0  # both sides are measured, or the prediction has no value here
        size = abs(midpoint(value))
        if math.isfinite(size):
            largest = max(largest, size)
    return largest or 1.0


def judge_mutants(
    claim: Claim, check: Check, *, tier: str, seed: int, time_limit: float | None = None
) -> list[MutantOutcome]:
    """Judge every mutant of a claim with the claim's own check; the time limit is for each.

    Parameters
    ----------
    claim : Claim
    check : Check
        The claim's own, as `check_of` gives it.
    tier : {"quick", "full", "large"}
    seed : int
    time_limit : float, optional
        Seconds for each mutant.

    Returns
    -------
    list of MutantOutcome
    """
    reasons = survivors(claim)
    outcomes = []
    for mutant in mutants_of(claim, check, tier):
        if _is_equivalent(claim, mutant):
            reason = "the statement is the same on the whole domain"
            outcomes.append(MutantOutcome(claim.id, mutant.name, "equivalent", reason))
            continue
        wrong = check.as_mutant(mutant)
        verdict = judge(wrong.claim, wrong, tier=tier, seed=seed, time_limit=time_limit)
        if verdict.verdict is Decision.REFUTED:
            outcomes.append(MutantOutcome(claim.id, mutant.name, "killed", verdict.reason))
        else:
            reason, found = reasons.get(mutant.name, ""), f"{verdict.verdict}: {verdict.reason}"
            outcomes.append(MutantOutcome(claim.id, mutant.name, "survived", reason, found))
    return outcomes


def _is_equivalent(claim: Claim, mutant: Mutant) -> bool:
    """Whether the mutant says what the claim says: only its statement differs, in form."""
    statement = mutant.statement
    if statement is None or mutant.measure is not None or mutant.domain is not None:
        return False
    if not isinstance(statement, Identity) or not isinstance(claim.statement, Identity):
        return statement == claim.statement
    pairs = zip(statement.sides, claim.statement.sides, strict=True)
    return all(one == two or _proved_equal(one, two, claim) for one, two in pairs)


def _proved_equal(one: Any, two: Any, claim: Claim) -> bool:
    try:
        return decide_equal(one, two, claim.domain).status is Status.PROVED
    except (AssayError, ArithmeticError, ValueError, TypeError, NotImplementedError):
        return False
