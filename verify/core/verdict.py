"""Verdicts: what came of putting a claim to the test, with the odds of being wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from theory.core.claim import Claim
from theory.core.derivation import DerivationReport
from theory.core.rich_display import RichDisplay

__all__ = ["Decision", "How", "Verdict", "point_words"]


class Decision(StrEnum):
    """The three verdicts."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


class How(StrEnum):
    """How a verdict was established, the strongest kind of evidence first."""

    PROVED = "proved"
    CERTIFIED = "certified"
    EXHAUSTIVE = "exhaustive"
    EXACT = "exact"
    RATE = "rate"
    STATISTICAL = "statistical"
    TRAINED = "trained"

    @classmethod
    def weakest(cls, kinds: Iterable[How]) -> How:
        """The weakest of several kinds of evidence that are all needed."""
        return max(kinds, key=list(cls).index)


_MARGIN = " " * 14
_LONGEST_VALUE = 2000
"""A value of the worst point that takes more characters is left out of `Verdict.as_json`."""


@dataclass(frozen=True, repr=False)
class Verdict(RichDisplay):
    """The judgement of one claim; as text, a few lines for people.

    Attributes
    ----------
    id : str
        The claim.
    verdict : Decision
    how : How
    resolution : float
        The smallest departure that would have been seen (absolute, in units of the observable
        for statistical checks; relative to the prediction for exact ones unless ``absolute``).
    error_probability : float
        Bound on the probability that the verdict is wrong, over all points and looks; 0 where
        nothing random entered.
    points : int
        How many distinct parameter points were looked at.
    samples : int
        How many random replicates were used, or trained models compared.
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
    evidence : tuple of dict
        The result at every point.
    published : tuple of dict
        For a corrected claim: what became of the published form (name, verdict, reason,
        counterexample). The claim is confirmed only if that is refuted.
    absolute : bool
        Whether the resolution of exact values is absolute.
    steps : tuple of dict
        The derivation as it was checked: a mapping for each step, and one for the conclusion.
    stopped : bool
        True when an exception ended the measurement at some point: then the verdict is not kept.
    claim : Claim or None
        What was judged, where that is known (after `verify.check`); it is not stored.
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
    evidence: tuple[dict[str, Any], ...] = ()
    stopped: bool = False
    published: tuple[dict[str, Any], ...] = ()
    absolute: bool = False
    steps: tuple[dict[str, Any], ...] = ()
    claim: Claim | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Claim, verdict and its certainty; the reason and the counterexample if there are any."""
        entries = [("certainty", self.certainty), ("derivation", self.derivation_words)]
        if self.verdict is not Decision.CONFIRMED:
            entries.append(("reason", self.reason))
        if found := self.counterexample:
            entries += [("at", point_words(found["point"]))]
            entries += [(name, str(found[name])) for name in ("predicted", "measured")]
            entries.append(("again", found["program"].strip().replace("\n", f"\n{_MARGIN}")))
        entries += [("published", f"{form['verdict']}: {form['name']}") for form in self.published]
        entries.append(("took", f"{self.seconds:.1f} s"))
        head = f"{self.id}: {self.verdict} ({self.how})"
        title = [f"  {self.claim.title}"] if self.claim is not None else []
        lines = [f"  {name:<{len(_MARGIN) - 2}}{words}" for name, words in entries]
        return "\n".join([head, *title, *lines])

    @property
    def certainty(self) -> str:
        """Resolution, error probability and extent of the evidence in a few words."""
        if self.how is How.PROVED:
            return "by its derivation"
        if self.how is How.CERTIFIED:
            return "on the whole domain"
        if not self.points:
            return "nothing was looked at"
        words = [f"{self.points} point{'' if self.points == 1 else 's'}"]
        if self.error_probability:
            words.insert(0, f"error ≤ {self.error_probability:.0e}")
            drawn = "trained models" if self.how is How.TRAINED else "draws"
            words.append(f"{self.samples:,} {drawn}")
        if self.how is How.EXHAUSTIVE:
            words.insert(0, "every input")
        elif self.how is not How.TRAINED:
            words.insert(0, f"±{self.resolution:.3g}" if self.resolution else "exactly")
        if self.tightness is not None:
            words.append(f"tightness {self.tightness:.3g}")
        return ", ".join(words)

    @property
    def derivation_words(self) -> str:
        """How many steps of the derivation stand how, in words."""
        words = [f"{count} {status}" for status, count in self.derivation.items() if count]
        return ", ".join(words) or "none"

    def as_json(self) -> dict[str, Any]:
        """Plain values, without the point-by-point evidence and the steps of the derivation.

        Very long vectors of the worst point are left out: ``counterexample`` holds whole points.
        """
        data = self.stored()
        del data["evidence"], data["steps"], data["stopped"]
        if self.worst is not None:
            point = {name: _short(value) for name, value in self.worst.get("point", {}).items()}
            data["worst"] = {**self.worst, "point": point}
        return data

    def stored(self) -> dict[str, Any]:
        """Plain values, evidence included, as the ledger keeps them."""
        data = asdict(replace(self, claim=None))
        del data["claim"]
        for name in ("evidence", "published", "steps"):
            data[name] = list(data[name])
        return {**data, "verdict": str(self.verdict), "how": str(self.how)}

    @classmethod
    def restored(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `stored` wrote."""
        return cls(
            **{
                **data,
                "verdict": Decision(data["verdict"]),
                "how": How(data["how"]),
                **{name: tuple(data[name]) for name in ("evidence", "published", "steps")},
            }
        )

    def timed(self, seconds: float) -> Verdict:
        """The same verdict with its running time."""
        return replace(self, seconds=seconds)

    def report(self, claim: Claim) -> DerivationReport:
        """The derivation of the claim as it was checked for this verdict, or checked now."""
        if len(self.steps) == len(claim.derivation.steps) + 1:
            return DerivationReport.restored(self.steps, claim)
        return claim.derivation_report()

    @property
    def derivation_refuted(self) -> bool:
        """True when a step of the derivation is wrong."""
        return self.derivation.get("refuted", 0) > 0


def point_words(point: dict[str, Any]) -> str:
    """A point in a line; long values are cut."""

    def cut(value: Any) -> str:
        text = str(value)
        return text if len(text) <= 60 else text[:57] + "..."

    return ", ".join(f"{name} = {cut(value)}" for name, value in point.items())


def _short(value: Any) -> Any:
    size = len(json.dumps(value))
    return value if size <= _LONGEST_VALUE else f"{len(value)} entries, left out"
