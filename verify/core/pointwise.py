"""Equalities and inequalities at one point: exact values compared, sampled means tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy
from flint import arb
from numpy.typing import NDArray
from scipy import stats

from theory.core.errors import ClaimError
from theory.core.observable import observed
from theory.core.statement import Identity
from verify.core.balls import ball_of, exact_gap, midpoint, side_values
from verify.core.check import Check, Settings
from verify.core.estimates import Counted, Estimate, Exact, Sampled
from verify.core.findings import Finding, PointResult
from verify.core.sequential import BoundTest, EquivalenceTest, Outcome
from verify.core.verdict import How

__all__ = ["judge_equality", "judge_link"]

_FIRST_BLOCK = 256
_LARGEST_BLOCK = 1 << 17
_PREDICTION_SHARE = 0.01
"""A sampled mean is compared with a prediction that is known to this part of the resolution."""

Estimates = Mapping[str, Estimate]
Link = tuple[sympy.Expr, str, sympy.Expr]
"""A relation: left side, one of "=", "<=" and ">=", right side."""


def judge_equality(
    check: Check, point: dict[str, Any], estimates: Estimates, settings: Settings, share: float
) -> PointResult:
    """An identity at one point; ``share`` is its part of the error probability."""
    statement = check.claim.statement
    assert isinstance(statement, Identity)
    estimates = _spoken_of(estimates, *statement.sides)
    link: Link = (statement.lhs, "=", statement.rhs)
    if _counted(estimates):
        return _test_frequency(check, point, estimates, settings, share, link)
    if _sampled(estimates):
        return _test_mean(check, point, estimates, settings, share, link)
    lhs, rhs = side_values(check.claim, point, _balls(estimates), *statement.sides)
    exact = exact_gap(check.claim, point, estimates, *statement.sides)
    gap = abs(lhs - rhs if exact is None else exact)
    allowed = arb(settings.resolution) * _scale(check, lhs, rhs)
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


def judge_link(
    check: Check,
    point: dict[str, Any],
    estimates: Estimates,
    settings: Settings,
    share: float,
    link: Link,
) -> PointResult:
    """One inequality of a bound at one point."""
    lhs, sense, rhs = link
    estimates = _spoken_of(estimates, lhs, rhs)
    if _counted(estimates):
        return _test_frequency(check, point, estimates, settings, share, link)
    if _sampled(estimates):
        return _test_mean(check, point, estimates, settings, share, link)
    left, right = side_values(check.claim, point, _balls(estimates), lhs, rhs)
    low, high = (left, right) if sense == "<=" else (right, left)
    allowed = arb(settings.resolution) * _scale(check, low, high)
    exact = exact_gap(check.claim, point, estimates, lhs, rhs)
    excess = low - high if exact is None else (exact if sense == "<=" else -exact)
    finding = _compare(excess, allowed)
    reason = {
        Finding.AGREES: "",
        Finding.CONTRADICTS: f"{left.str(15)} is not {sense} {right.str(15)}",
        Finding.UNSETTLED: f"the sides are known too coarsely: {left.str(15)}, {right.str(15)}",
    }[finding]
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


def _balls(estimates: Estimates) -> dict[str, arb]:
    balls = {}
    for name, estimate in estimates.items():
        if not isinstance(estimate, Exact):
            raise ClaimError(f"{name}: an exact value is needed, not {type(estimate).__name__}")
        balls[name] = ball_of(estimate)
    return balls


def _spoken_of(estimates: Estimates, *sides: sympy.Expr) -> Estimates:
    """The estimates of the observables that occur in some expressions."""
    names = {name for side in sides for name in observed(side)}
    return {name: estimate for name, estimate in estimates.items() if name in names}


def _sampled(estimates: Estimates) -> dict[str, Sampled]:
    return {name: e for name, e in estimates.items() if isinstance(e, Sampled)}


def _counted(estimates: Estimates) -> dict[str, Counted]:
    return {name: e for name, e in estimates.items() if isinstance(e, Counted)}


def _test_frequency(
    check: Check,
    point: dict[str, Any],
    estimates: Estimates,
    settings: Settings,
    share: float,
    link: Link,
) -> PointResult:
    """An exact binomial test of a relation that is linear in one counted probability.

    Agreement needs the whole interval of Clopper and Pearson within the resolution of what is
    claimed; contradiction, for an equality none of it within, for an inequality none that obeys it.
    """
    lhs, sense, rhs = link
    if len(_counted(estimates)) > 1:
        raise ClaimError("a statement speaks of one counted probability at a time")
    ((name, counted),) = _counted(estimates).items()
    _require_linear(lhs - rhs, name)
    others = {other: e for other, e in estimates.items() if other != name}
    middle = Exact(Fraction(counted.successes, counted.trials))
    ends = stats.binomtest(counted.successes, counted.trials).proportion_ci(1 - share, "exact")
    low, high = (
        side_values(check.claim, point, _balls({**others, name: Exact(end)}), lhs, rhs)
        for end in (float(ends.low), float(ends.high))
    )
    at_middle = side_values(check.claim, point, _balls({**others, name: middle}), lhs, rhs)
    gaps = sorted((midpoint(left - right) for left, right in (low, high)))
    size = settings.resolution
    departure, beyond = {
        "=": (max(-gaps[0], gaps[1]), gaps[0] > size or gaps[1] < -size),
        "<=": (gaps[1], gaps[0] > 0),
        ">=": (-gaps[0], gaps[1] < 0),
    }[sense]
    finding = Finding.AGREES if departure <= size else Finding.UNSETTLED
    if beyond:
        finding = Finding.CONTRADICTS
    claimed = f"{sense} {at_middle[1].str(10)}"
    seen = f"{counted.successes} of {counted.trials} (interval {ends.low:.4g} to {ends.high:.4g})"
    return PointResult(
        point,
        finding,
        How.STATISTICAL,
        claimed,
        seen,
        counted.trials,
        strain=departure / size if size > 0 else 1.0,
        reason="" if finding is Finding.AGREES else f"{seen}, against {claimed}",
    )


def _require_linear(gap: sympy.Expr, name: str) -> None:
    (applied,) = {
        atom for atom in gap.atoms(sympy.core.function.AppliedUndef) if atom.func.__name__ == name
    }
    value = sympy.Dummy()
    if sympy.expand(gap.subs(applied, value)).diff(value, 2) != 0:
        raise ClaimError(f"a statement about a counted probability is linear in it, unlike {gap}")


def _test_mean(
    check: Check,
    point: dict[str, Any],
    estimates: Estimates,
    settings: Settings,
    share: float,
    link: Link,
) -> PointResult:
    """A sequential test of a relation in which sampled observables occur."""
    lhs, sense, rhs = link
    sampled, target, turned = _isolated(check, point, estimates, lhs, rhs)
    if turned:
        sense = {"=": "=", "<=": ">=", ">=": "<="}[sense]
    if not float(target.rad()) <= _PREDICTION_SHARE * settings.resolution:
        reason = f"the prediction is known too coarsely: {target.str(15)}"
        return PointResult(
            point, Finding.UNSETTLED, How.STATISTICAL, target.str(15), strain=1.0, reason=reason
        )
    claimed = midpoint(target)
    zone = (settings.resolution, sampled.low, sampled.high, share)
    test: EquivalenceTest | BoundTest
    if sense == "=":
        test = EquivalenceTest(claimed, *zone, bernoulli=sampled.bernoulli, bias=sampled.bias)
    else:
        way: Literal["<=", ">="] = "<=" if sense == "<=" else ">="
        test = BoundTest(claimed, way, *zone, bernoulli=sampled.bernoulli, bias=sampled.bias)
    _feed(test, sampled, settings)
    result = _of_test(test, point, claimed, settings, sense)
    if sampled.bias:
        cut = {"bias": sampled.bias, "low": sampled.low, "high": sampled.high}
        result = replace(result, detail={**result.detail, **cut})
    if sense == "=":
        return result
    low, high = (test.mean, claimed) if sense == "<=" else (claimed, test.mean)
    return replace(result, tightness=low / high if high > 0 and low >= 0 else None)


def _isolated(
    check: Check, point: dict[str, Any], estimates: Estimates, lhs: sympy.Expr, rhs: sympy.Expr
) -> tuple[Sampled, arb, bool]:
    """What is drawn, what its mean is claimed to be, and whether the sides were exchanged.

    The sides must be linear in the sampled observables. Where several occur, their independent
    replicates are added up with their coefficients.
    """
    drawn = _sampled(estimates)
    known = _balls({name: e for name, e in estimates.items() if name not in drawn})
    rest: sympy.Expr = sympy.S.Zero
    coefficients: dict[sympy.Expr, sympy.Expr] = {}
    for sign, side in ((1, lhs), (-1, rhs)):
        if observed(side) & {*drawn}:
            side = sympy.expand(side)
            for applied in side.atoms(sympy.core.function.AppliedUndef):
                if applied.func.__name__ in drawn:
                    factor = side.coeff(applied)
                    coefficients[applied] = coefficients.get(applied, 0) + sign * factor
                    side = side - sympy.expand(factor * applied)
        rest = rest - sign * side
    if {*observed(rest), *(name for c in coefficients.values() for name in observed(c))} & {*drawn}:
        raise ClaimError("a statement about sampled means is linear in them")
    names = [applied.func.__name__ for applied in coefficients]
    *factors, target = side_values(check.claim, point, known, *coefficients.values(), rest)
    weights = {name: midpoint(factor) for name, factor in zip(names, factors, strict=True)}
    weights = {name: weight for name, weight in sorted(weights.items()) if weight}
    if not weights:
        raise ClaimError("the sampled observables cancel: nothing is left to test")
    turned = all(weight < 0 for weight in weights.values())
    if turned:
        weights = {name: -weight for name, weight in weights.items()}
        target = -target
    return _combination(weights, drawn), target, turned


def _combination(weights: Mapping[str, float], drawn: Mapping[str, Sampled]) -> Sampled:
    """The weighted sum of independent replicates."""
    if list(weights.values()) == [1.0]:
        return drawn[next(iter(weights))]
    ends = [
        sorted((weight * drawn[name].low, weight * drawn[name].high))
        for name, weight in weights.items()
    ]

    def draw(first: int, count: int) -> NDArray[np.float64]:
        total = np.zeros(count)
        for name, weight in weights.items():
            total += weight * _replicates(drawn[name], first, count)
        return total

    low, high = (float(np.cumsum([end[k] for end in ends])[-1]) for k in (0, 1))
    bernoulli = len(weights) == 1 and all(drawn[name].bernoulli for name in weights)
    bias = sum(abs(weight) * drawn[name].bias for name, weight in weights.items())
    return Sampled(draw, low, high, bernoulli, bias)


def _replicates(sampled: Sampled, first: int, count: int) -> NDArray[np.float64]:
    block = np.asarray(sampled.draw(first, count), dtype=np.float64)
    if block.shape != (count,):
        raise ClaimError(f"asked for {count} replicates, got an array of shape {block.shape}")
    return block


def _feed(test: EquivalenceTest | BoundTest, sampled: Sampled, settings: Settings) -> None:
    """Draw in growing blocks until the test decides or the budget is spent.

    One block is drawn even when the range alone decides, so that the range is looked at.
    """
    block, drawn = _FIRST_BLOCK, 0
    while drawn == 0 or (test.decision is None and drawn < settings.budget):
        count = min(block, settings.budget - drawn)
        test.update(_replicates(sampled, drawn, count))
        drawn += count
        block = min(2 * block, _LARGEST_BLOCK)


def _of_test(
    test: EquivalenceTest | BoundTest,
    point: dict[str, Any],
    claimed: float,
    settings: Settings,
    sense: str,
) -> PointResult:
    finding = {
        Outcome.CONFIRMED: Finding.AGREES,
        Outcome.REFUTED: Finding.CONTRADICTS,
        None: Finding.UNSETTLED,
    }[test.decision]
    mean = test.mean
    departure = {"=": abs(mean - claimed), "<=": mean - claimed, ">=": claimed - mean}[sense]
    reason = ""
    if finding is Finding.CONTRADICTS and not test.samples:
        reason = f"no mean of the replicates can be {sense} {claimed:.6g}: it is out of their range"
    elif finding is Finding.CONTRADICTS:
        reason = (
            f"the mean of {test.samples} replicates is {mean:.6g}, "
            f"against {sense} {claimed:.6g}; the zone of {settings.resolution:g} is rejected"
        )
    elif finding is Finding.UNSETTLED:
        reason = f"the budget of {settings.budget} replicates ran out undecided at {mean:.6g}"
    return PointResult(
        point,
        finding,
        How.STATISTICAL,
        f"{sense} {claimed:.10g}",
        f"{mean:.10g}" if test.samples else "decided by the range alone",
        test.samples,
        strain=float(departure / settings.resolution) if test.samples else 0.0,
        reason=reason,
    )
