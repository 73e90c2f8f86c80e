"""Looking for a counterexample over the whole domain, and shrinking it to simple values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis.errors import HypothesisException

from theory.core.claim import Claim
from theory.core.errors import AssayError
from theory.core.parameters import Integer, Real
from theory.core.statement import Equivalent, Rate
from verify import strategies
from verify.core.check import Check
from verify.core.findings import plain
from verify.core.judge import judge
from verify.core.verdict import Decision, Verdict

__all__ = ["Search", "refute"]


@dataclass(frozen=True)
class Search:
    """What a search for a counterexample found.

    Attributes
    ----------
    verdict : Verdict or None
        The refutation at the simplest point found, or None.
    points : int
        How many points were tried.
    worst : dict or None
        The point that came closest, when nothing refutes the claim.
    strain : float
        How close it came: 1 is the edge of the resolution.
    """

    verdict: Verdict | None
    points: int
    worst: dict[str, Any] | None
    strain: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        verdict = None if self.verdict is None else self.verdict.as_json()
        strain = self.strain if math.isfinite(self.strain) else None
        worst = None if self.worst is None else plain(self.worst)
        return {"verdict": verdict, "points": self.points, "worst": worst, "strain": strain}


class _Found(Exception):
    pass


class _Tries:
    """Judges single points, and remembers the worst and the last refuted one."""

    def __init__(self, claim: Claim, check: Check, tier: str, entropy: int) -> None:
        self.claim, self.check, self.tier, self.entropy = claim, check, tier, entropy
        self.points = 0
        self.refutation: Verdict | None = None
        self.refuted: dict[str, Any] = {}
        self.worst: dict[str, Any] | None = None
        self.strain = -np.inf

    def strain_at(self, point: dict[str, Any]) -> float:
        """How hard the claim is strained at a point; raises `_Found` at a counterexample."""
        self.points += 1
        one = replace(self.check, points=[point])
        verdict = judge(self.claim, one, tier=self.tier, seed=self.entropy)
        if verdict.verdict is Decision.REFUTED:
            self.refutation, self.refuted = verdict, point
            raise _Found
        strain = float(verdict.worst["strain"]) if verdict.worst else -1.0
        if np.isfinite(strain) and strain > self.strain:
            self.worst, self.strain = point, strain
        return strain if np.isfinite(strain) else -1.0


def refute(
    claim: Claim, check: Check, *, tier: str = "quick", seed_: int = 0, examples: int = 200
) -> Search:
    """Search the domain of a claim for a counterexample.

    First the points of the check, where `judge` looks. Then Hypothesis, guided towards points that
    strain the claim; it shrinks what it finds. Then a global optimiser over the numerical
    parameters. A check that draws its own points, because they are tied together, is searched by
    drawing more of them.

    Parameters
    ----------
    claim : Claim
    check : Check
    tier : str
    seed_ : int
    examples : int
        How many points each stage tries.
    """
    if isinstance(claim.statement, (Equivalent, Rate)):
        raise AssayError(f"{claim.id} is about a limit: no single point can refute it")
    tries = _Tries(claim, check, tier, seed_)
    stages: tuple[Callable[[_Tries, int], None], ...]
    stages = (_at_own_points, _by_properties, _by_optimiser)
    if callable(check.points):
        stages = (_by_drawing,)
    for stage in stages:
        try:
            stage(tries, examples)
        except _Found:
            _simplify(tries)
            break
    return Search(tries.refutation, tries.points, tries.worst, tries.strain)


def _at_own_points(tries: _Tries, examples: int) -> None:
    from numerics.core.streams import Stream

    stream = Stream.of(tries.entropy, tries.claim.id)
    for point in tries.check.points_for(tries.check.settings(tries.tier), stream)[:examples]:
        tries.strain_at(point)


def _by_properties(tries: _Tries, examples: int) -> None:
    @seed(tries.entropy)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(strategies.points(tries.claim.domain))
    def holds(point: dict[str, Any]) -> None:
        target(min(tries.strain_at(point), 1e6), label="strain")

    try:
        holds()
    except _Found:
        raise
    except HypothesisException as problem:
        raise AssayError(f"the search stopped: {problem}") from None


def _by_drawing(tries: _Tries, examples: int) -> None:
    from numerics.core.streams import Stream

    assert callable(tries.check.points)
    stream = Stream.of(tries.entropy, tries.claim.id, "search")
    for point in tries.check.points(stream, examples):
        tries.strain_at(dict(point))


def _by_optimiser(tries: _Tries, examples: int) -> None:
    """Differential evolution over the real and integer parameters; the others stay at a worst."""
    from scipy.optimize import differential_evolution

    numerical = [p for p in tries.claim.domain.parameters if isinstance(p, (Real, Integer))]
    sizes = {str(getattr(p, "length", "")) for p in tries.claim.domain.parameters}
    numerical = [p for p in numerical if p.name not in sizes]
    if not numerical or tries.worst is None:
        return
    start = dict(tries.worst)
    ends = [strategies._ends(parameter, 100) for parameter in numerical]

    def objective(vector: Any) -> float:
        point = dict(start)
        for parameter, value in zip(numerical, vector, strict=True):
            whole = isinstance(parameter, Integer)
            point[parameter.name] = round(float(value)) if whole else float(value)
        if tries.claim.domain.violation(point) is not None:
            return 1.0
        return -tries.strain_at(point)

    population = 10
    differential_evolution(
        objective,
        [(float(low), float(high)) for low, high in ends],
        maxiter=max(1, examples // (population * len(numerical))),
        popsize=population,
        seed=tries.entropy,
        polish=False,
        init="sobol",
    )


def _simplify(tries: _Tries) -> None:
    """Replace each number of the counterexample by the simplest one that still refutes."""
    point = dict(tries.refuted)
    for name in point:
        for simpler in _simpler(point[name]):
            candidate = {**point, name: simpler}
            if tries.claim.domain.violation(candidate) is not None:
                continue
            try:
                tries.strain_at(candidate)
            except _Found:
                point = candidate
                break


def _simpler(value: Any) -> Iterable[Any]:
    """Numbers near a value that are shorter to write, shortest first."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return []
    if isinstance(value, int):
        return (candidate for candidate in (0, 1, 2, 3, 5, 10, value // 10, value // 2))
    rounded = (
        [int(value)] if float(value).is_integer() else [round(value)],
        (float(Fraction(value).limit_denominator(most)) for most in (2, 4, 10)),
        (round(value, places) for places in (1, 2, 3)),
    )
    return (candidate for candidate in itertools.chain(*rounded) if candidate != value)
