"""From a claim and its check to a verdict."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import sympy
from threadpoolctl import ThreadpoolController

from numerics.core.streams import Stream
from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.errors import ClaimError
from theory.core.statement import Bound, Equivalent, ForAll, Identity, Rate, Statement, Trend
from verify.core.certified import applies, certification
from verify.core.check import TIERS, Check, Settings, point_key
from verify.core.findings import Finding, PointResult, one_line, source_text
from verify.core.growth import judge_growth
from verify.core.pointwise import judge_equality, judge_link
from verify.core.timelimit import TimeLimitReached, at_most
from verify.core.trained import judge_cases, judge_trend
from verify.core.userfile import reference
from verify.core.verdict import Decision, How, Verdict

__all__ = ["judge", "stopped_verdict"]


def judge(
    claim: Claim,
    check: Check | None,
    *,
    tier: str = "quick",
    seed: int = 0,
    time_limit: float | None = None,
) -> Verdict:
    """Put one claim to the test.

    Parameters
    ----------
    claim : Claim
    check : Check or None
        None judges by the derivation alone.
    tier : {"quick", "full", "large"}
    seed : int
    time_limit : float, optional
        Seconds after which the claim is given up as inconclusive. Compiled code is left to end
        first, unless a worker of a run judges it; without effect outside the main thread and where
        there are no alarm signals.

    Returns
    -------
    Verdict
        A point whose measurement raises, overflows or returns NaN is unsettled; its reason is
        told, and the other points are judged. Nothing that was not measured is confirmed.

    Raises
    ------
    ClaimError
        The tier is unknown, or the check belongs to another claim.
    """
    if tier not in TIERS:
        raise ClaimError(f"unknown tier {tier!r}; there are {', '.join(TIERS)}")
    if check is not None and check.claim is not claim:
        raise ClaimError(f"the check of {check.claim.id} cannot judge {claim.id}")
    started = time.perf_counter()
    try:
        with at_most(time_limit), _one_blas_thread():
            verdict = _judge(claim, check, tier, seed)
    except TimeLimitReached:
        reason = f"given up at the time limit of {time_limit:g} seconds"
        verdict = stopped_verdict(claim.id, reason)
    except (Exception, SystemExit) as problem:
        verdict = stopped_verdict(claim.id, _words(problem, check))
    return verdict.timed(time.perf_counter() - started)


@cache
def _blas() -> ThreadpoolController:
    import scipy.linalg  # noqa: F401  (its BLAS is one of those to be found)

    return ThreadpoolController()


def _one_blas_thread() -> Any:
    """Matrix products round differently on different numbers of threads: verdicts must not."""
    return _blas().limit(limits=1, user_api="blas")


def stopped_verdict(claim_id: str, reason: str) -> Verdict:
    """The verdict on a claim whose check could not even begin."""
    return _inconclusive(claim_id, How.EXACT, _NO_STEPS, reason, stopped=True)


_NO_STEPS = {str(status): 0 for status in Status}


def _inconclusive(
    claim_id: str, how: How, counts: dict[str, int], reason: str, **further: Any
) -> Verdict:
    return Verdict(
        id=claim_id,
        verdict=Decision.INCONCLUSIVE,
        how=how,
        resolution=0.0,
        error_probability=0.0,
        points=0,
        samples=0,
        seconds=0.0,
        derivation=counts,
        reason=reason,
        **further,
    )


def _words(problem: BaseException, check: Check | None) -> str:
    """One line: what stopped the check, and where in the measurement."""
    place = ""
    if check is not None and check.measure is not None:
        code = getattr(check.measure, "__code__", None)
        name = code.co_filename if code is not None else None
        frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename == name]
        if frames:
            place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"
    return one_line(f"the check stopped: {type(problem).__name__}: {problem}") + place


def _judge(claim: Claim, check: Check | None, tier: str, seed: int) -> Verdict:
    report = claim.derivation_report()
    counts = report.counts if report.steps else dict(_NO_STEPS)
    verdict = (
        _by_derivation(claim, counts)
        if check is None
        else _by_check(claim, check, counts, tier, seed)
    )
    if check is not None:
        verdict = _with_published(verdict, check, tier, seed)
    wrong = [step for step in report.steps if step.status is Status.REFUTED]
    if wrong and verdict.verdict is Decision.CONFIRMED:
        reason = (
            f"the check agrees, but step {wrong[0].index} of the derivation is wrong: "
            f"{wrong[0].reason}"
        )
        verdict = replace(verdict, verdict=Decision.INCONCLUSIVE, reason=one_line(reason))
    return replace(verdict, steps=tuple(report.stored()))


def _with_published(verdict: Verdict, check: Check, tier: str, seed: int) -> Verdict:
    """The verdict on a corrected claim with that on the published form, which has to fail."""
    found: list[dict[str, Any]] = []
    for mutant in check.mutants:
        if mutant.published:
            wrong = check.as_mutant(mutant)
            counts = dict(_NO_STEPS)
            other = _by_check(wrong.claim, wrong, counts, tier, seed)
            found.append(
                {
                    "name": mutant.name,
                    "verdict": str(other.verdict),
                    "reason": other.reason,
                    "counterexample": other.counterexample,
                }
            )
    verdict = replace(verdict, published=tuple(found))
    alive = [form["name"] for form in found if form["verdict"] != Decision.REFUTED]
    if alive and verdict.verdict is Decision.CONFIRMED:
        reason = f"the published form was to be refuted, and is not: {', '.join(alive)}"
        verdict = replace(verdict, verdict=Decision.INCONCLUSIVE, reason=one_line(reason))
    return verdict


def _by_check(claim: Claim, check: Check, counts: dict[str, int], tier: str, seed: int) -> Verdict:
    _require_content(claim.statement)
    settings = check.settings(tier)
    stream = Stream.of(seed, claim.id)
    points = check.points_for(settings, stream)
    if isinstance(claim.statement, (Equivalent, Rate)):
        points = _without(points, str(claim.statement.variable))
    if not points:
        how = _ORDINARILY[type(claim.statement)]
        return _inconclusive(claim.id, how, counts, "there is no point to look at")
    share = settings.error / len(points)
    results: list[PointResult] = []
    for point in points:
        part = stream.substream(point_key(point))
        try:
            result = _at_point(claim, check.seeded(seed), point, settings, share, part)
        except (Exception, SystemExit) as problem:
            how, reason = _ORDINARILY[type(claim.statement)], _words(problem, check)
            result = PointResult(point, Finding.UNSETTLED, how, reason=reason, stopped=True)
        results.append(result)
        if result.finding is Finding.CONTRADICTS:
            break
    verdict = _verdict(check, counts, settings, results, tier, seed)
    if verdict.verdict is not Decision.REFUTED and applies(claim, check):
        verdict = _on_the_whole_domain(claim, check, verdict, tier, seed)
    return verdict


def _on_the_whole_domain(
    claim: Claim, check: Check, verdict: Verdict, tier: str, seed: int
) -> Verdict:
    """What the points left open or could not see, settled by interval arithmetic if it can."""
    found = certification(claim, check)
    if found.status is Status.PROVED:
        return replace(
            verdict,
            verdict=Decision.CONFIRMED,
            how=How.CERTIFIED,
            resolution=0.0,
            reason=found.reason,
            stopped=False,
        )
    if found.status is Status.REFUTED and found.point is not None:
        smaller, larger = found.values
        result = PointResult(
            found.point,
            Finding.CONTRADICTS,
            How.CERTIFIED,
            predicted=f">= {smaller}",
            measured=larger,
            reason=found.reason,
        )
        return replace(
            verdict,
            verdict=Decision.REFUTED,
            how=How.CERTIFIED,
            resolution=0.0,
            counterexample=_counterexample(check, result, tier, seed),
            reason=result.reason,
            worst=result.as_dict(),
            stopped=False,
        )
    return replace(verdict, reason=f"{verdict.reason}; no certificate: {found.reason}")


_ORDINARILY: dict[type[Statement], How] = {
    Identity: How.EXACT,
    Bound: How.EXACT,
    Equivalent: How.RATE,
    Rate: How.RATE,
    ForAll: How.EXHAUSTIVE,
    Trend: How.TRAINED,
}
"""How a kind of statement is judged, for points where nothing was measured."""


def _require_content(statement: Statement) -> None:
    """Raise `ClaimError` for statements that no measurement could contradict."""
    pairs = pairwise(statement.sides) if not isinstance(statement, Rate) else ()
    if any(one == other for one, other in pairs):
        raise ClaimError("both sides are the same expression: there is nothing to test")
    applied = {
        atom for side in statement.sides for atom in side.atoms(sympy.core.function.AppliedUndef)
    }
    names = [atom.func.__name__ for atom in applied]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            raise ClaimError(f"{name} occurs with different arguments: give each a name of its own")


def _without(points: list[dict[str, Any]], variable: str) -> list[dict[str, Any]]:
    """The distinct points of the other parameters, for claims about growth in one of them."""
    seen: dict[str, dict[str, Any]] = {}
    for point in points:
        rest = {name: value for name, value in point.items() if name != variable}
        seen.setdefault(point_key(rest), rest)
    return list(seen.values())


def _at_point(
    claim: Claim,
    check: Check,
    point: dict[str, Any],
    settings: Settings,
    share: float,
    stream: Stream,
) -> PointResult:
    statement = claim.statement
    if isinstance(statement, (Equivalent, Rate)):
        return judge_growth(check, point, settings, share, stream)
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
        return judge_trend(statement, point, estimates, settings.error, share)
    raise ClaimError(f"statements of kind {statement.kind} are not judged")


def _by_derivation(claim: Claim, counts: dict[str, int]) -> Verdict:
    report = claim.derivation_report()
    how = How.CERTIFIED if counts["certified"] else How.PROVED
    if not report.steps:
        reason = "the claim has neither a check nor a derivation"
        return _inconclusive(claim.id, how, counts, reason)
    if not isinstance(claim.statement, (Identity, Bound, Equivalent)):
        reason = f"a derivation does not reach statements of kind {claim.kind}: it needs a check"
        return _inconclusive(claim.id, how, counts, reason)
    worst = report.worst
    reason = {
        Status.REFUTED: "a step of the derivation is wrong",
        Status.UNDECIDED: "a step of the derivation is undecided",
        Status.CITED: "proved from cited theorems",
        Status.CERTIFIED: "proved with interval-certified steps",
        Status.PROVED: "proved",
    }[worst]
    verdict = _inconclusive(claim.id, how, counts, reason)
    if worst in (Status.REFUTED, Status.UNDECIDED):
        return verdict
    return replace(verdict, verdict=Decision.CONFIRMED)


def _verdict(
    check: Check,
    counts: dict[str, int],
    settings: Settings,
    results: list[PointResult],
    tier: str,
    seed: int,
) -> Verdict:
    finding = Finding.overall(result.finding for result in results)
    deciding = [result for result in results if result.finding is finding]
    how = How.weakest(result.how for result in results)
    random = how in (How.STATISTICAL, How.TRAINED)
    decision, reason, worst = {
        Finding.CONTRADICTS: (Decision.REFUTED, deciding[0].reason, deciding[0]),
        Finding.UNSETTLED: (Decision.INCONCLUSIVE, deciding[0].reason, deciding[0]),
        Finding.AGREES: (
            Decision.CONFIRMED,
            f"agreed at {len(results)} point{'s' if len(results) > 1 else ''}",
            max(deciding, key=lambda result: result.strain),
        ),
    }[finding]
    ratios = [r.tightness for r in results if r.tightness is not None]
    contradicted = decision is Decision.REFUTED
    return Verdict(
        id=check.claim.id,
        verdict=decision,
        how=how,
        resolution=settings.resolution,
        error_probability=settings.error if random else 0.0,
        points=len(results),
        samples=sum(r.samples for r in results),
        seconds=0.0,
        derivation=counts,
        counterexample=_counterexample(check, deciding[0], tier, seed) if contradicted else None,
        reason=reason,
        worst=worst.as_dict(),
        tightness=max(ratios) if ratios else None,
        evidence=tuple(result.as_dict() for result in results),
        stopped=not contradicted and any(result.stopped for result in results),
        absolute=check.absolute,
    )


def _counterexample(check: Check, result: PointResult, tier: str, seed: int) -> dict[str, Any]:
    """The point with its numbers, and a program that measures there again."""
    claim, point = check.claim, dict(result.point)
    if isinstance(claim.statement, (Equivalent, Rate)):  # a whole point: the last of the ladder
        variable = str(claim.statement.variable)
        point[variable] = (check.ladder or claim.domain[variable].grid)[-1]
    shown: Mapping[str, Any] = replace(result, point=point).as_dict()
    settings = (("tier", tier, "quick"), ("seed", seed, 0), ("mutant", check.mutant, ""))
    further = "".join(
        f", {name}={source_text(value)}" for name, value, usual in settings if value != usual
    )
    arguments = source_text(point)
    fraction = "from fractions import Fraction\n" if "Fraction(" in arguments else ""
    program = (
        f"{fraction}from verify import measure\n"
        f"print(measure({source_text(reference(claim))}, {arguments}{further}))"
    )
    return {
        "point": shown["point"],
        "predicted": result.predicted,
        "measured": result.measured,
        "reason": result.reason,
        "program": program,
    }
