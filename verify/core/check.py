"""Checks: how a claim is bound to the numerics that measure its observables."""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from theory.core.claim import Claim
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.statement import Statement
from verify.core.estimates import Estimate
from verify.core.findings import plain

__all__ = [
    "TIERS",
    "Check",
    "Mutant",
    "Settings",
    "check_for",
    "leading",
    "mutate",
    "registered",
    "survivors",
]

TIERS = ("quick", "full", "large")

Point = dict[str, Any]
Points = Sequence[Point] | Callable[..., Iterable[Point]]


@dataclass(frozen=True)
class Settings:
    """How hard a check looks.

    Parameters
    ----------
    resolution : float
        The smallest departure that must not go unseen: absolute for sampled means, relative for
        exact values, absolute for exponents.
    error : float
        Bound on the probability of a wrong verdict, over all points and looks.
    budget : int
        Most replicates drawn at one point; beyond it the claim stays inconclusive.
    points : int
        How many points to draw when the check's points are drawn and not listed.
    """

    resolution: float
    error: float = 1e-4
    budget: int = 4_000_000
    points: int = 20

    def __post_init__(self) -> None:
        if not (math.isfinite(self.resolution) and self.resolution >= 0):
            raise ClaimError(f"a resolution is finite and at least 0, not {self.resolution}")
        if not 0 < self.error < 1:
            raise ClaimError(f"an error probability is between 0 and 1, not {self.error}")
        for name in ("budget", "points"):
            count = getattr(self, name)
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                raise ClaimError(f"{name} is a positive whole number, not {count!r}")


@dataclass(frozen=True)
class Mutant:
    """A wrong version of a claim that its check must refute.

    Parameters
    ----------
    name : str
    statement : Statement
        The wrong statement; by default the claim's own, tried at ``points`` outside its domain.
    points : list of points, optional
        Where to try it, when not at the check's own points.
    measure : callable, optional
        Replaces the check's measurement, for mutants that drop a hypothesis of the model.
    domain : Domain, optional
        The wider domain, for mutants that drop a hypothesis on the parameters.
    published : bool
        Whether this is the published form of a corrected claim.
    """

    name: str
    statement: Statement | None = None
    points: Points | None = None
    measure: Callable[..., Any] | None = None
    domain: Domain | None = None
    published: bool = False

    def __post_init__(self) -> None:
        changes = (self.statement, self.points, self.measure, self.domain)
        if all(change is None for change in changes):
            raise ClaimError(f"the mutant {self.name!r} changes nothing")
        if self.points is not None and not callable(self.points):
            object.__setattr__(self, "points", list(self.points))


@dataclass(frozen=True)
class Check:
    """One claim bound to its measurement.

    Parameters
    ----------
    claim : Claim
    measure : callable or None
        Takes the parameters of a point by name, and if it asks for them ``stream`` and ``seed``,
        the run's (see `training_seeds`); returns an estimate, or a dict of estimates by observable.
        None for claims without observables.
    tiers : dict of Settings
    points : list of points, or callable ``points(stream, count)``; the domain's grid by default
    ladder : sequence of numbers
        For limits and rates: growing values of the variable.
    absolute : bool
        Whether the resolution of exact values is absolute.
    boxes : int
        For a bound without observables: how many boxes of its domain interval arithmetic may look
        at for a certificate beyond the points; 0 does without.
    mutant : str
        For the check of a wrong version: its name.
    mutants : tuple of Mutant
        Those written by hand.
    """

    claim: Claim
    measure: Callable[..., Estimate | Mapping[str, Estimate]] | None
    tiers: dict[str, Settings]
    points: Points | None = None
    ladder: tuple[Any, ...] = ()
    absolute: bool = False
    boxes: int = 500
    mutants: tuple[Mutant, ...] = field(default=(), compare=False)
    mutant: str = ""

    def settings(self, tier: str) -> Settings:
        """The settings of a tier; a tier that is not given takes the next smaller one's."""
        if tier not in TIERS:
            raise ClaimError(f"unknown tier {tier!r}; there are {', '.join(TIERS)}")
        for name in reversed(TIERS[: TIERS.index(tier) + 1]):
            if name in self.tiers:
                return self.tiers[name]
        raise ClaimError(f"{self.claim.id} has no settings for the tier {tier}")

    def seeded(self, seed: int) -> Check:
        """The same check with the run's seed given to a measurement that asks for it."""
        if self.measure is None or "seed" not in inspect.signature(self.measure).parameters:
            return self
        return replace(self, measure=partial(self.measure, seed=seed))

    def estimates(self, point: Point, stream: Any) -> dict[str, Estimate]:
        """Measure the observables at a point."""
        if self.measure is None:
            return {}
        arguments = dict(point)
        if "stream" in inspect.signature(self.measure).parameters:
            arguments["stream"] = stream
        measured = self.measure(**arguments)
        if not isinstance(measured, Mapping):
            names = [observable.name for observable in self.claim.observables] or ["value"]
            measured = {names[0]: measured}
        self._require_content(measured)
        return dict(measured)

    def _require_content(self, measured: Mapping[str, Estimate]) -> None:
        """Raise `ClaimError` for measurements that would test nothing."""
        statement = self.claim.statement
        if statement.sides and not statement.observables & set(measured):
            names = ", ".join(sorted(measured))
            raise ClaimError(f"the statement does not speak of what was measured: {names}")
        sources = [getattr(estimate, "draw", estimate) for estimate in measured.values()]
        if len({id(source) for source in sources}) < len(sources):
            raise ClaimError("two observables have one and the same estimate")

    def points_for(self, settings: Settings, stream: Any) -> list[Point]:
        """The distinct points to look at, each within the domain."""
        if self.points is None:
            points = list(self.claim.domain.grid())
        elif callable(self.points):
            points = list(self.points(stream.substream("points"), settings.points))
        else:
            points = list(self.points)
        distinct: dict[str, Point] = {}
        for point in points:
            self.claim.domain.require(point)
            distinct.setdefault(point_key(point), point)
        return list(distinct.values())

    def as_mutant(self, mutant: Mutant) -> Check:
        """The same check of a wrong claim."""
        statement = mutant.statement or self.claim.statement
        return replace(
            self,
            claim=self.claim.varied(statement=statement, domain=mutant.domain or self.claim.domain),
            points=self.points if mutant.points is None else mutant.points,
            measure=mutant.measure or self.measure,
            mutants=(),
            mutant=mutant.name,
        )


def point_key(point: Point) -> str:
    """Text that tells points apart: it labels their streams, whatever types hold the numbers."""
    return json.dumps(plain(point), sort_keys=True)


def leading(every: Sequence[Point]) -> Callable[..., list[Point]]:
    """Points for a check whose tiers look at more and more of one list, from its beginning on.

    Parameters
    ----------
    every : sequence of points
        The most telling first; a tier takes as many as its ``count`` says.
    """
    return lambda stream, count: list(every[:count])


_CHECKS: dict[str, Check] = {}
_MUTANTS: dict[str, list[Mutant]] = {}
_SURVIVORS: dict[str, dict[str, str]] = {}


def check_for(
    claim: Claim,
    *,
    resolution: float,
    error: float = 1e-4,
    budget: int = 4_000_000,
    count: int = 20,
    points: Points | None = None,
    ladder: Sequence[Any] = (),
    absolute: bool = False,
    boxes: int = 500,
    full: Mapping[str, Any] | None = None,
    large: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Bind the decorated measurement to a claim.

    Parameters
    ----------
    claim : Claim
    resolution, error, budget, count
        Settings of the quick tier: see `Settings` (``count`` is the number of drawn points).
    points, ladder, absolute, boxes
        See `Check`.
    full, large : dict, optional
        What these tiers change.

    Raises
    ------
    ClaimError
        The claim already has a check. At a prompt or in a notebook the new one takes its place, so
        that a cell can be run again.
    """
    quick = Settings(resolution, error, budget, count)
    tiers = {"quick": quick}
    for name, changes in (("full", full), ("large", large)):
        if changes is not None:
            base = tiers.get("full", quick)
            renamed = {"points" if key == "count" else key: v for key, v in changes.items()}
            tiers[name] = replace(base, **renamed)

    def bind(measure: Callable[..., Any] | None) -> Callable[..., Any]:
        if claim.id in _CHECKS and not _at_a_prompt():
            raise ClaimError(f"{claim.id} has two checks")
        looked_at = points if points is None or callable(points) else list(points)
        _CHECKS[claim.id] = Check(claim, measure, tiers, looked_at, tuple(ladder), absolute, boxes)
        return measure  # type: ignore[return-value]

    return bind


def _at_a_prompt() -> bool:
    """Whether this was called from a line at a prompt or a cell, which may be run again."""
    return hasattr(sys, "ps1") and sys._getframe(2).f_globals.get("__name__") == "__main__"


def mutate(claim: Claim, *mutants: Mutant, survives: Mapping[str, str] | None = None) -> None:
    """Add hand-written mutants to a claim.

    Parameters
    ----------
    claim : Claim
    *mutants : Mutant
    survives : dict from mutant name to reason
        Mutants, automatic ones included, that no check can refute, and why.
    """
    known = _MUTANTS.setdefault(claim.id, [])
    if _at_a_prompt():
        again = {mutant.name for mutant in mutants}
        known[:] = [mutant for mutant in known if mutant.name not in again]
    known.extend(mutants)
    _SURVIVORS.setdefault(claim.id, {}).update(survives or {})


def registered(claim: Claim) -> Check | None:
    """The check of a claim with its hand-written mutants, if it has one."""
    found = _CHECKS.get(claim.id)
    if found is None:
        return None
    return replace(found, mutants=tuple(_MUTANTS.get(claim.id, ())))


def survivors(claim: Claim) -> dict[str, str]:
    """Reasons, by mutant name, for mutants that are known to survive."""
    return dict(_SURVIVORS.get(claim.id, {}))


def forget(claim_ids: Iterable[str]) -> None:
    """Drop checks, as when a user's file is loaded again."""
    for claim_id in claim_ids:
        for table in (_CHECKS, _MUTANTS, _SURVIVORS):
            table.pop(claim_id, None)
