"""Equalities and inequalities at one point: exact values compared, sampled means tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import sympy
from flint import arb
from numpy.typing import NDArray

from theory.core.errors import ClaimError
from theory.core.statement import Identity
from verify.core.balls import ball_of, exact_gap, midpoint, side_values
from verify.core.check import Check, Settings
from verify.core.estimates import Estimate, Exact, Sampled
from verify.core.findings import Finding, PointResult
from verify.core.sequential import BoundTest, EquivalenceTest, Outcome, expected_samples
from verify.core.verdict import How

__all__ = ["judge_equality", "judge_link"]

_FIRST_BLOCK = 1024
_LARGEST_BLOCK = 1 << 17


def judge_equality(
    check: Check,
    point: dict[str, Any],
    estimates: Mapping[str, Estimate],
    settings: Settings,
    share: float,
) -> PointResult:
    """An identity at one point; ``share`` is its part of the error probability."""
    statement = check.claim.statement
    assert isinstance(statement, Identity)
    if _sampled(estimates):
        return _sampled_equality(check, point, estimates, settings, share)
    lhs, rhs = side_values(check.claim, point, _balls(estimates), statement.lhs, statement.rhs)
    scale = _scale(check, lhs, rhs)
    exact = exact_gap(check.claim, point, estimates, statement.lhs, statement.rhs)
    gap = abs(lhs - rhs if exact is None else exact)
    allowed = arb(settings.resolution) * scale
    finding = _compare(gap, allowed)
    reason = {
        Finding.AGREES: "",
        Finding.CONTRADICTS: f"the sides differ: {lhs.str(15)} against {rhs.str(15)}",
        Finding.UNSETTLED: f"the sides are known too coarsely: {lhs.str(15)}, {rhs.str(15)}",
    }[finding]
    strain = float(gap.upper() / allowed.lower()) if allowed.lower() > 0 else float(gap.upper())
    return PointResult(
        point,
        finding,
        How.EXACT,
        rhs.str(15),
        lhs.str(15),
        strain=strain,
        reason=reason,
    )


def _compare(gap: arb, allowed: arb) -> Finding:
    if gap <= allowed:
        return Finding.AGREES
    if gap > allowed:
        return Finding.CONTRADICTS
    return Finding.UNSETTLED


def _scale(check: Check, *sides: arb) -> arb:
    if check.absolute:
        return arb(1)
    largest = max(abs(midpoint(side)) for side in sides)
    return arb(largest) if largest > 0 else arb(1)


def _balls(estimates: Mapping[str, Estimate]) -> dict[str, arb]:
    balls = {}
    for name, estimate in estimates.items():
        if not isinstance(estimate, Exact):
            raise ClaimError(f"{name}: an exact value is needed, not {type(estimate).__name__}")
        balls[name] = ball_of(estimate)
        if not balls[name].is_finite():
            raise ArithmeticError(f"{name} is not a finite number")
    return balls


def _sampled(estimates: Mapping[str, Estimate]) -> bool:
    return any(isinstance(estimate, Sampled) for estimate in estimates.values())


def _name(side: sympy.Expr) -> str | None:
    """The observable that a side consists of, if it is just that."""
    return side.func.__name__ if isinstance(side, sympy.core.function.AppliedUndef) else None


def _sampled_equality(
    check: Check,
    point: dict[str, Any],
    estimates: Mapping[str, Estimate],
    settings: Settings,
    share: float,
) -> PointResult:
    statement = check.claim.statement
    assert isinstance(statement, Identity)
    sampled, other = _isolated(statement, estimates)
    (value,) = side_values(check.claim, point, {}, other)
    prediction = midpoint(value)
    test = EquivalenceTest(
        prediction,
        settings.resolution,
        sampled.low,
        sampled.high,
        share,
        bernoulli=sampled.bernoulli,
    )
    _feed(test, sampled, settings, share)
    return _of_test(test, point, prediction, settings, "=")


def _isolated(statement: Identity, estimates: Mapping[str, Estimate]) -> tuple[Sampled, sympy.Expr]:
    """What is drawn, and what its mean is claimed to be.

    With two sampled observables the identity must read A = B + c: then the differences of
    independent replicates of A and B are drawn, and their mean is claimed to be c.
    """
    gap = sympy.expand(statement.lhs - statement.rhs)
    applied = sorted(
        (a for a in gap.atoms(sympy.core.function.AppliedUndef) if a.func.__name__ in estimates),
        key=lambda a: -gap.coeff(a),
    )
    drawn = [estimates[a.func.__name__] for a in applied]
    coefficients = [gap.coeff(a) for a in applied]
    if coefficients not in ([1], [1, -1]) or not all(isinstance(e, Sampled) for e in drawn):
        raise ClaimError("a sampled identity reads A = prediction, or A = B for two observables")
    rest = -(gap - sum(c * a for c, a in zip(coefficients, applied, strict=True)))
    first = drawn[0]
    assert isinstance(first, Sampled)
    if len(drawn) == 1:
        return first, rest
    second = drawn[1]
    assert isinstance(second, Sampled)

    def differences(start: int, count: int) -> NDArray[np.float64]:
        one, two = first.draw(start, count), second.draw(start, count)
        return np.asarray(one, dtype=np.float64) - np.asarray(two, dtype=np.float64)

    return Sampled(differences, first.low - second.high, first.high - second.low), rest


def _feed(
    test: EquivalenceTest | BoundTest, sampled: Sampled, settings: Settings, share: float
) -> None:
    """Draw in growing blocks until the test decides or the budget is spent."""
    if test.decision is not None:
        return
    spread = sampled.high - sampled.low
    planned = expected_samples(settings.resolution, spread**2 / 16, share)
    block = int(min(max(_FIRST_BLOCK, planned / 4), _LARGEST_BLOCK))
    drawn = 0
    while test.decision is None and drawn < settings.budget:
        count = min(block, settings.budget - drawn)
        test.update(np.asarray(sampled.draw(drawn, count), dtype=np.float64))
        drawn += count
        block = min(2 * block, _LARGEST_BLOCK)


def _of_test(
    test: EquivalenceTest | BoundTest,
    point: dict[str, Any],
    prediction: float,
    settings: Settings,
    sense: str,
) -> PointResult:
    finding = {
        Outcome.CONFIRMED: Finding.AGREES,
        Outcome.REFUTED: Finding.CONTRADICTS,
        None: Finding.UNSETTLED,
    }[test.decision]
    mean = test.mean
    departure = {
        "=": abs(mean - prediction),
        "<=": mean - prediction,
        ">=": prediction - mean,
    }[sense]
    reason = ""
    if finding is Finding.CONTRADICTS:
        reason = (
            f"the mean of {test.samples} replicates is {mean:.6g}, "
            f"against {sense} {prediction:.6g}; the zone of {settings.resolution:g} is rejected"
        )
    elif finding is Finding.UNSETTLED:
        reason = f"the budget of {settings.budget} replicates ran out undecided at {mean:.6g}"
    return PointResult(
        point,
        finding,
        How.STATISTICAL,
        f"{sense} {prediction:.10g}",
        f"{mean:.10g}" if test.samples else "decided by the range alone",
        test.samples,
        strain=0.0 if np.isnan(departure) else float(departure / settings.resolution),
        reason=reason,
    )


def judge_link(
    check: Check,
    point: dict[str, Any],
    estimates: Mapping[str, Estimate],
    settings: Settings,
    share: float,
    link: tuple[sympy.Expr, str, sympy.Expr],
) -> PointResult:
    """One inequality of a bound at one point."""
    lhs, sense, rhs = link
    if _sampled(estimates):
        return _sampled_link(check, point, estimates, settings, share, link)
    left, right = side_values(check.claim, point, _balls(estimates), lhs, rhs)
    low, high = (left, right) if sense == "<=" else (right, left)
    allowed = arb(settings.resolution) * _scale(check, low, high)
    exact = exact_gap(check.claim, point, estimates, lhs, rhs)
    excess = low - high if exact is None else (exact if sense == "<=" else -exact)
    if excess <= allowed:
        finding, reason = Finding.AGREES, ""
    elif excess > allowed:
        finding = Finding.CONTRADICTS
        reason = f"{left.str(15)} is not {sense} {right.str(15)}"
    else:
        finding = Finding.UNSETTLED
        reason = f"the sides are known too coarsely: {left.str(15)}, {right.str(15)}"
    tightness = midpoint(low) / midpoint(high) if midpoint(high) > 0 <= midpoint(low) else None
    return PointResult(
        point,
        finding,
        How.EXACT,
        f"{sense} {right.str(15)}",
        left.str(15),
        strain=tightness or 0.0,
        tightness=tightness,
        reason=reason,
    )


def _sampled_link(
    check: Check,
    point: dict[str, Any],
    estimates: Mapping[str, Estimate],
    settings: Settings,
    share: float,
    link: tuple[sympy.Expr, str, sympy.Expr],
) -> PointResult:
    lhs, sense, rhs = link
    name, other, seen_sense = _name(lhs), rhs, sense
    if name not in estimates:  # bound <= observable is the same as observable >= bound
        name, other = _name(rhs), lhs
        seen_sense = ">=" if sense == "<=" else "<="
    sampled = estimates.get(name or "")
    if not isinstance(sampled, Sampled):
        raise ClaimError(f"{check.claim.id}: a sampled observable must be one side of each bound")
    (value,) = side_values(check.claim, point, {}, other)
    bound = midpoint(value)
    test = BoundTest(
        bound,
        "<=" if seen_sense == "<=" else ">=",
        settings.resolution,
        sampled.low,
        sampled.high,
        share,
        bernoulli=sampled.bernoulli,
    )
    _feed(test, sampled, settings, share)
    result = _of_test(test, point, bound, settings, seen_sense)
    low, high = (test.mean, bound) if seen_sense == "<=" else (bound, test.mean)
    ratio = low / high if high > 0 and low >= 0 else None
    return replace(result, tightness=ratio)
