"""Are the checks able to fail? Wrong versions of each claim, which its check must refute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from theory.core.claim import Claim
from theory.core.decision import Status, decide_equal
from theory.core.errors import AssayError
from theory.core.statement import Bound, Equivalent, Identity, Rate, Statement
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
    """

    claim: str
    mutant: str
    outcome: str
    reason: str

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
    from numerics.core.streams import Stream

    statement = claim.statement
    assert isinstance(statement, Identity)
    largest = 0.0
    for point in check.points_for(check.settings(tier), Stream.of(0, claim.id)):
        try:
            (value,) = side_values(claim, point, {}, statement.rhs)
        except AssayError:
            return 1.0  # both sides are measured
        largest = max(largest, abs(midpoint(value)))
    return largest or 1.0


def judge_mutants(claim: Claim, check: Check, *, tier: str, seed: int) -> list[MutantOutcome]:
    """Judge every mutant of a claim with the claim's own check."""
    reasons = survivors(claim)
    outcomes = []
    for mutant in mutants_of(claim, check, tier):
        if _is_equivalent(claim, mutant.statement):
            reason = "the statement is the same on the whole domain"
            outcomes.append(MutantOutcome(claim.id, mutant.name, "equivalent", reason))
            continue
        wrong = check.as_mutant(mutant)
        verdict = judge(wrong.claim, wrong, tier=tier, seed=seed)
        if verdict.verdict is Decision.REFUTED:
            outcome, reason = "killed", verdict.reason
        else:
            outcome, reason = "survived", reasons.get(mutant.name, "")
        outcomes.append(MutantOutcome(claim.id, mutant.name, outcome, reason))
    return outcomes


def _is_equivalent(claim: Claim, statement: Statement | None) -> bool:
    if statement is None or type(statement) is not type(claim.statement):
        return False
    if isinstance(statement, Bound):
        return False
    pairs = zip(statement.sides, claim.statement.sides, strict=False)
    if not statement.sides or isinstance(statement, (Equivalent, Rate)):
        return statement == claim.statement
    return all(a == b or decide_equal(a, b, claim.domain).status is Status.PROVED for a, b in pairs)
