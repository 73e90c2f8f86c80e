"""From a claim and its check to a verdict."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numerics.core.streams import Stream
from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.errors import AssayError
from theory.core.statement import Bound, Equivalent, ForAll, Identity, Rate, Trend
from verify.core.check import Check
from verify.core.findings import Finding, PointResult
from verify.core.growth import judge_growth
from verify.core.pointwise import judge_equality, judge_link
from verify.core.trained import judge_cases, judge_trend
from verify.core.verdict import Decision, How, Verdict

__all__ = ["judge"]


def judge(claim: Claim, check: Check | None, *, tier: str = "quick", seed: int = 0) -> Verdict:
    """Put one claim to the test.

    Parameters
    ----------
    claim : Claim
    check : Check or None
        None judges by the derivation alone, or, for a statement without observables, by
        enclosures on the domain's default grid.
    tier : {"quick", "full", "large"}
    seed : int

    Returns
    -------
    Verdict
        A measurement that raises, overflows or returns NaN gives ``inconclusive`` with its reason.
    """
    started = time.perf_counter()
    counts = claim.derivation_report().counts
    try:
        verdict = _judge(claim, check, counts, tier, seed)
    except (AssayError, ArithmeticError, ValueError, TypeError, LookupError) as problem:
        reason = f"the check stopped: {type(problem).__name__}: {problem}".splitlines()[0]
        verdict = _inconclusive(claim, check, counts, tier, reason)
    if verdict.verdict is Decision.CONFIRMED and verdict.derivation_refuted:
        step = next(s for s in claim.derivation_report().steps if s.status is Status.REFUTED)
        reason = (
            f"the check agrees, but step {step.index} of the derivation is wrong: {step.reason}"
        )
        verdict = replace(verdict, verdict=Decision.INCONCLUSIVE, reason=reason)
    return verdict.timed(time.perf_counter() - started)


def _inconclusive(
    claim: Claim, check: Check | None, counts: dict[str, int], tier: str, reason: str
) -> Verdict:
    settings = check.settings(tier) if check is not None else None
    return Verdict(
        id=claim.id,
        verdict=Decision.INCONCLUSIVE,
        how=How.EXACT,
        resolution=settings.resolution if settings else 0.0,
        error_probability=0.0,
        points=0,
        samples=0,
        seconds=0.0,
        derivation=counts,
        reason=reason,
    )


def _judge(
    claim: Claim, check: Check | None, counts: dict[str, int], tier: str, seed: int
) -> Verdict:
    if check is None:
        return _by_derivation(claim, counts)
    settings = check.settings(tier)
    stream = Stream.of(seed, claim.id)
    points = check.points_for(settings, stream)
    if isinstance(claim.statement, (Equivalent, Rate)):
        points = _without(points, str(claim.statement.variable))
    if not points:
        return _inconclusive(claim, check, counts, tier, "there is no point to look at")
    share = settings.error / len(points)
    results: list[PointResult] = []
    for point in points:
        key = json.dumps(point, sort_keys=True, default=str)
        result = _at_point(claim, check, point, settings, share, stream.substream(key))
        results.append(result)
        if result.finding is Finding.CONTRADICTS:
            break
    return _verdict(claim, counts, settings, results)


def _without(points: list[dict[str, Any]], variable: str) -> list[dict[str, Any]]:
    """The distinct points of the other parameters, for claims about growth in one of them."""
    seen: dict[str, dict[str, Any]] = {}
    for point in points:
        rest = {name: value for name, value in point.items() if name != variable}
        seen.setdefault(json.dumps(rest, sort_keys=True, default=str), rest)
    return list(seen.values())


def _at_point(
    claim: Claim, check: Check, point: dict[str, Any], settings: Any, share: float, stream: Stream
) -> PointResult:
    statement = claim.statement
    if isinstance(statement, (Equivalent, Rate)):
        return judge_growth(check, point, settings, stream)
    estimates = check.estimates(point, stream)
    if isinstance(statement, Identity):
        return judge_equality(check, point, estimates, settings, share)
    if isinstance(statement, Bound):
        links = statement.links
        parts = [
            judge_link(check, point, estimates, settings, share / len(links), link)
            for link in links
        ]
        return PointResult.combined(parts)
    if isinstance(statement, ForAll):
        return judge_cases(statement, point, estimates)
    if isinstance(statement, Trend):
        return judge_trend(statement, point, estimates, settings)
    raise AssayError(f"statements of kind {statement.kind} are not judged")


def _by_derivation(claim: Claim, counts: dict[str, int]) -> Verdict:
    report = claim.derivation_report()
    if not report.steps:
        reason = "the claim has neither a check nor a derivation"
        return _inconclusive(claim, None, counts, "quick", reason)
    worst = report.worst
    decision = {
        Status.REFUTED: Decision.INCONCLUSIVE,
        Status.UNDECIDED: Decision.INCONCLUSIVE,
    }.get(worst, Decision.CONFIRMED)
    reason = {
        Status.REFUTED: "a step of the derivation is wrong",
        Status.UNDECIDED: "a step of the derivation is undecided",
        Status.CITED: "proved from cited theorems",
        Status.CERTIFIED: "proved with interval-certified steps",
        Status.PROVED: "proved",
    }[worst]
    return Verdict(
        id=claim.id,
        verdict=decision,
        how=How.CERTIFIED if worst is Status.CERTIFIED else How.PROVED,
        resolution=0.0,
        error_probability=0.0,
        points=0,
        samples=0,
        seconds=0.0,
        derivation=counts,
        reason=reason,
    )


def _verdict(
    claim: Claim, counts: dict[str, int], settings: Any, results: list[PointResult]
) -> Verdict:
    against = [r for r in results if r.finding is Finding.CONTRADICTS]
    unsettled = [r for r in results if r.finding is Finding.UNSETTLED]
    how = max((r.how for r in results), key=_STRENGTH.index)  # the weakest kind of evidence
    random = how in (How.STATISTICAL, How.TRAINED)
    if against:
        decision, reason, worst = Decision.REFUTED, against[0].reason, against[0]
    elif unsettled:
        decision, reason, worst = Decision.INCONCLUSIVE, unsettled[0].reason, unsettled[0]
    else:
        decision, worst = Decision.CONFIRMED, max(results, key=lambda r: r.strain)
        reason = f"agreed at {len(results)} point{'s' if len(results) > 1 else ''}"
    ratios = [r.tightness for r in results if r.tightness is not None]
    return Verdict(
        id=claim.id,
        verdict=decision,
        how=how,
        resolution=settings.resolution,
        error_probability=settings.error if random else 0.0,
        points=len(results),
        samples=sum(r.samples for r in results),
        seconds=0.0,
        derivation=counts,
        counterexample=_counterexample(claim, against[0]) if against else None,
        reason=reason,
        worst=worst.as_dict(),
        tightness=max(ratios) if ratios else None,
        evidence=tuple(result.as_dict() for result in results),
    )


_STRENGTH = [
    How.PROVED,
    How.CERTIFIED,
    How.EXHAUSTIVE,
    How.EXACT,
    How.RATE,
    How.STATISTICAL,
    How.TRAINED,
]


def _counterexample(claim: Claim, result: PointResult) -> dict[str, Any]:
    point = dict(result.point)
    shown: Mapping[str, Any] = result.as_dict()
    program = f"from verify import measure\nprint(measure({claim.id!r}, {point!r}))"
    return {
        "point": shown["point"],
        "predicted": result.predicted,
        "measured": result.measured,
        "reason": result.reason,
        "program": program,
    }
