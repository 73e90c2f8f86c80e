"""Properties tried input by input, and trends across seeds, both by exact tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from theory.core.errors import ClaimError
from theory.core.statement import ForAll, Trend
from verify.core.check import Settings
from verify.core.estimates import Estimate, Exhaustive, Trained
from verify.core.findings import Finding, PointResult
from verify.core.verdict import How

__all__ = ["judge_cases", "judge_trend"]


def judge_cases(
    statement: ForAll, point: dict[str, Any], estimates: Mapping[str, Estimate]
) -> PointResult:
    """A property on every input tried; the first failure is the counterexample."""
    (estimate,) = estimates.values()
    if not isinstance(estimate, Exhaustive):
        raise ClaimError("a statement for all inputs is judged from an Exhaustive estimate")
    tried, failing = 0, None
    for case, holds in estimate.cases:
        tried += 1
        if not holds:
            failing = case
            break
    how = How.EXHAUSTIVE if estimate.complete else How.EXACT
    if tried == 0:
        return PointResult(point, Finding.UNSETTLED, how, reason="no input was tried")
    if failing is not None:
        finding = Finding.CONTRADICTS if statement.holds else Finding.AGREES
        reason = f"fails on {failing}"
    elif statement.holds:
        finding, reason = Finding.AGREES, ""
    else:
        finding = Finding.CONTRADICTS if estimate.complete else Finding.UNSETTLED
        reason = f"holds on all {tried} inputs"
    return PointResult(
        point,
        finding,
        how,
        "holds" if statement.holds else "some input fails",
        f"{tried} inputs tried" + (f"; fails on {failing}" if failing is not None else ""),
        reason=reason,
        detail={"inputs": tried},
    )


def judge_trend(
    statement: Trend, point: dict[str, Any], estimates: Mapping[str, Estimate], settings: Settings
) -> PointResult:
    """Exact sign test (paired seeds) or exact rank test (independent seeds), both one-sided."""
    (estimate,) = estimates.values()
    if not isinstance(estimate, Trained):
        raise ClaimError("a trend is judged from a Trained estimate")
    a, b = (np.asarray(group, dtype=float) for group in (estimate.group_a, estimate.group_b))
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))) or min(a.size, b.size) == 0:
        raise ArithmeticError("a metric is not a finite number, or a group is empty")
    for_it = _p_value(a, b, statement.direction, estimate.paired)
    opposite = "higher" if statement.direction == "lower" else "lower"
    against = _p_value(a, b, opposite, estimate.paired)
    finding, reason = Finding.UNSETTLED, f"p = {for_it:.3g} with {a.size} and {b.size} seeds"
    if for_it <= settings.error:
        finding, reason = Finding.AGREES, ""
    elif against <= settings.error:
        finding, reason = Finding.CONTRADICTS, f"{opposite}, with p = {against:.3g}"
    wins = np.less.outer(a, b) if statement.direction == "lower" else np.greater.outer(a, b)
    return PointResult(
        point,
        finding,
        How.TRAINED,
        f"{statement.direction} in {statement.group_a}",
        f"in {float(np.mean(wins)):.3g} of all pairs of seeds; medians {np.median(a):.4g}, "
        f"{np.median(b):.4g}",
        samples=int(a.size + b.size),
        strain=for_it / settings.error,
        reason=reason,
    )


def _p_value(a: Any, b: Any, direction: str, paired: bool) -> float:
    alternative = "less" if direction == "lower" else "greater"
    if not paired:
        exact = "exact" if np.unique(np.concatenate([a, b])).size == a.size + b.size else "auto"
        return float(stats.mannwhitneyu(a, b, alternative=alternative, method=exact).pvalue)
    if a.size != b.size:
        raise ClaimError("paired groups have the same seeds")
    differences = (a - b)[a != b]
    if differences.size == 0:
        return 1.0
    wins = int(np.sum(differences < 0 if direction == "lower" else differences > 0))
    return float(stats.binomtest(wins, differences.size, 0.5, alternative="greater").pvalue)
