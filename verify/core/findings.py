"""What was found at one point of a domain, and how points are written down."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from numbers import Rational, Real
from typing import Any

import numpy as np

from verify.core.verdict import How

__all__ = ["Finding", "PointResult", "one_line", "plain", "source_text"]


class Finding(StrEnum):
    """How one point speaks about the claim."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    UNSETTLED = "unsettled"

    @classmethod
    def overall(cls, findings: Iterable[Finding]) -> Finding:
        """What several findings say together: one contradiction decides, then one doubt."""
        order = (cls.CONTRADICTS, cls.UNSETTLED, cls.AGREES)
        return min(findings, key=order.index)


LARGEST_STRAIN = 1e300


@dataclass(frozen=True)
class PointResult:
    """The evidence at one point.

    Attributes
    ----------
    strain : float
        How close the point came to contradicting the claim; 1 is the edge of the resolution.
        Always finite: what could not be computed counts as the edge.
    tightness : float or None
        For bounds: the ratio of the smaller side to the larger one.
    stopped : bool
        True when an exception ended the measurement.
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
    stopped: bool = False

    def __post_init__(self) -> None:
        strain = 1.0 if math.isnan(self.strain) else float(self.strain)
        strain = min(max(strain, -LARGEST_STRAIN), LARGEST_STRAIN)
        object.__setattr__(self, "strain", strain)
        if self.tightness is not None and not math.isfinite(self.tightness):
            object.__setattr__(self, "tightness", None)

    def as_dict(self) -> dict[str, Any]:
        """Plain values; long vectors are kept as they are, so that the point can be used again."""
        return {
            "point": plain(self.point),
            "finding": str(self.finding),
            "predicted": self.predicted,
            "measured": self.measured,
            "samples": self.samples,
            "strain": self.strain,
            "tightness": self.tightness,
            "reason": self.reason,
            **({"detail": plain(self.detail)} if self.detail else {}),
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
            How.weakest(part.how for part in parts),
            worst.predicted,
            worst.measured,
            sum(part.samples for part in parts),
            worst.strain,
            max(tight) if tight else None,
            worst.reason,
        )


def plain(value: Any) -> Any:
    """The same value in what JSON knows: fractions as text, NaN and infinities as null."""
    if value is None or isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Mapping):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list, np.ndarray)):
        return [plain(entry) for entry in value]
    if isinstance(value, Rational):  # whole numbers included
        top, bottom = int(value.numerator), int(value.denominator)
        return top if bottom == 1 else f"{top}/{bottom}"
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return str(value)


def source_text(value: Any) -> str:
    """Python source that gives the value back, with ``Fraction`` for exact fractions."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, np.bool_):
        return repr(bool(value))
    if isinstance(value, Mapping):
        entries = (
            f"{source_text(str(name))}: {source_text(entry)}" for name, entry in value.items()
        )
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, (tuple, list, np.ndarray)):
        entries_ = [source_text(entry) for entry in value]
        return f"({entries_[0]},)" if len(entries_) == 1 else f"({', '.join(entries_)})"
    if isinstance(value, Rational):
        top, bottom = int(value.numerator), int(value.denominator)
        return f"{top}" if bottom == 1 else f"Fraction({top}, {bottom})"
    if isinstance(value, Real):
        return repr(float(value))
    return repr(value)


def one_line(text: Any, longest: int = 300) -> str:
    """Text on one line, cut when it is very long."""
    line = " ".join(str(text).split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
