"""What becomes of an inequality that is certified, and what may be said about its ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.core.decision import Status
from theory.core.rule import Rule

__all__ = ["Certificate", "EndPiece"]


@dataclass(frozen=True)
class Certificate:
    """What became of an inequality.

    Attributes
    ----------
    status : Status
        ``proved``, ``refuted`` or ``undecided``.
    boxes : int
        How many boxes were looked at.
    reason : str
        One line for the reader.
    point : mapping or None
        Where it fails: exact rationals by parameter name, inside the domain and its conditions.
    values : tuple of str
        Enclosures of the two sides at that point.
    left : mapping or None
        A box that was left over: (low, high) by parameter name.
    cited : tuple of str
        Theorems on which end pieces rest that the caller supplied.
    """

    status: Status
    boxes: int
    reason: str
    point: Mapping[str, Fraction] | None = None
    values: tuple[str, ...] = ()
    left: Mapping[str, tuple[Any, Any]] | None = None
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class EndPiece:
    """A simpler lower bound of the gap (larger side minus smaller side) on part of the domain.

    For ends at infinity where the gap itself evaluates to 0 times infinity.

    Parameters
    ----------
    where : tuple of SymPy conditions
        The part of the domain, such as ``(s >= 10,)``.
    at_least : expression
        At most the gap there.
    by : Rule
        What justifies the step from the gap to ``at_least`` (relation ``=`` or ``>=``); it is
        checked.
    """

    where: tuple[Any, ...]
    at_least: Any
    by: Rule
