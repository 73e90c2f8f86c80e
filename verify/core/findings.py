"""What was found at one point of a domain."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from verify.core.verdict import How

__all__ = ["Finding", "PointResult"]


class Finding(StrEnum):
    """How one point speaks about the claim."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class PointResult:
    """The evidence at one point.

    Attributes
    ----------
    strain : float
        How close the point came to contradicting the claim; 1 is the edge of the resolution.
    tightness : float or None
        For bounds: the ratio of the smaller side to the larger one.
    """

    point: dict[str, Any]
    finding: Finding
    how: How
    predicted: str = ""
    measured: str = ""
    samples: int = 0
    strain: float = 0.0
    tightness: float | None = None
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values; long vectors are kept as they are, so that the point can be used again."""
        return {
            "point": {name: _plain(value) for name, value in self.point.items()},
            "finding": str(self.finding),
            "predicted": self.predicted,
            "measured": self.measured,
            "samples": self.samples,
            "strain": self.strain,
            "tightness": self.tightness,
            "reason": self.reason,
            **({"detail": self.detail} if self.detail else {}),
        }

    @staticmethod
    def combined(parts: list[PointResult]) -> PointResult:
        """One result for several inequalities that must all hold at the same point."""
        order = (Finding.CONTRADICTS, Finding.UNSETTLED, Finding.AGREES)
        worst = min(parts, key=lambda part: (order.index(part.finding), -part.strain))
        tight = [part.tightness for part in parts if part.tightness is not None]
        return PointResult(
            worst.point,
            worst.finding,
            worst.how,
            worst.predicted,
            worst.measured,
            sum(part.samples for part in parts),
            worst.strain,
            max(tight) if tight else None,
            worst.reason,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, (int, float, str, bool)) or value is None:
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return str(value)
