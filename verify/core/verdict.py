"""Verdicts: what came of putting a claim to the test, with the odds of being wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

__all__ = ["Decision", "How", "Verdict"]


class Decision(StrEnum):
    """The three verdicts."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


class How(StrEnum):
    """How a verdict was established."""

    PROVED = "proved"
    CERTIFIED = "certified"
    EXHAUSTIVE = "exhaustive"
    EXACT = "exact"
    STATISTICAL = "statistical"
    RATE = "rate"
    TRAINED = "trained"


@dataclass(frozen=True)
class Verdict:
    """The judgement of one claim.

    Attributes
    ----------
    id : str
        The claim.
    verdict : Decision
    how : How
    resolution : float
        The smallest departure that would have been seen (absolute, in units of the observable
        for statistical checks; relative to the prediction for exact ones).
    error_probability : float
        Bound on the probability that the verdict is wrong, over all points and looks; 0 where
        nothing random entered.
    points : int
        How many parameter points were looked at.
    samples : int
        How many random replicates were used.
    seconds : float
    derivation : dict
        Numbers of steps proved, certified, cited, undecided, refuted.
    counterexample : dict or None
        For a refutation: the point, what was predicted, what was measured, and a program.
    reason : str
        One line in plain words.
    worst : dict or None
        The point that came closest to contradicting the claim, with its numbers.
    tightness : float or None
        For bounds: the largest ratio of the smaller side to the larger.
    """

    id: str
    verdict: Decision
    how: How
    resolution: float
    error_probability: float
    points: int
    samples: int
    seconds: float
    derivation: dict[str, int]
    counterexample: dict[str, Any] | None = None
    reason: str = ""
    worst: dict[str, Any] | None = None
    tightness: float | None = None
    evidence: tuple[dict[str, Any], ...] = field(default=(), repr=False)

    def as_json(self) -> dict[str, Any]:
        """Plain values, without the point-by-point evidence."""
        data = asdict(self)
        del data["evidence"]
        return {**data, "verdict": str(self.verdict), "how": str(self.how)}

    def stored(self) -> dict[str, Any]:
        """Plain values, evidence included, as the ledger keeps them."""
        return {**self.as_json(), "evidence": list(self.evidence)}

    @classmethod
    def restored(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `stored` wrote."""
        return cls(
            **{
                **data,
                "verdict": Decision(data["verdict"]),
                "how": How(data["how"]),
                "evidence": tuple(data["evidence"]),
            }
        )

    def timed(self, seconds: float) -> Verdict:
        """The same verdict with its running time."""
        return replace(self, seconds=seconds)

    @property
    def derivation_refuted(self) -> bool:
        """True when a step of the derivation is wrong."""
        return self.derivation.get("refuted", 0) > 0

    def odds(self) -> str:
        """Resolution and error probability in a few words."""
        if self.how is How.STATISTICAL:
            return (
                f"to within {self.resolution:.3g}, "
                f"error probability at most {self.error_probability:.1g}"
            )
        if self.how is How.EXACT or self.how is How.RATE:
            return f"to within {self.resolution:.3g}"
        if self.how is How.TRAINED:
            return f"error probability at most {self.error_probability:.1g}"
        return "no exception"
