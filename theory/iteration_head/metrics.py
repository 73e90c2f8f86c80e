"""What the scores of an iteration head can say: exact values and ranges.

Positions count from 0: the inputs are at 1, ..., L, the end of input at L + 1, and the chain at L +
2, ..., 2 L + 1. The score of the first layer is the mean attention to the end of input over the
queries L + 2, ..., 2 L + 1; that of the second layer is the mean attention of query L + t to t over
the queries L + 1, ..., 2 L.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
)

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactIntegral,
    ExactSum,
    Identity,
    Limit,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    Vector,
    definition,
)
from theory.core.rules.comparison import DecreasingSum
from theory.core.rules.comparison_limits import Squeeze
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import EachTerm, OneSign, Replaced
from theory.iteration_head.case_rules import SignInCases
from theory.iteration_head.paper import PAPER

__all__ = [
    "metric_peakiness",
    "metric_peakiness_range",
    "metric_peakiness_threshold",
    "metric_uniform_baseline",
    "metric_uniform_baseline_limit",
    "metric_uniform_baseline_second",
    "metric_uniform_baseline_second_limit",
]

SOURCE = Source(
    PAPER, "scores of attention maps", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE
)
HALF = Rational(1, 2)

L = Natural("L", at_least=1, meaning="number of inputs")
beta = Real("beta", latex=r"\beta", at_least=0, meaning="score of the end of input; others have 0")
q = Symbol("q", integer=True, positive=True)
i = Symbol("i", integer=True, positive=True)
j = Symbol("j", integer=True, nonnegative=True)
z = Symbol("z", positive=True)
CHAIN = (q, L + 2, 2 * L + 1)
FROM_END = (q, L + 1, 2 * L)

# ----------------------------------------------------- a head that looks for the end of input


def weight_at(query: Any) -> Expr:
    """The weight of the end of input from a query."""
    return exp(beta) / (exp(beta) + query)


others = Sum(exp(0 * j), (j, 0, L)) + Sum(exp(0 * j), (j, L + 2, q))
first_score = Observable(
    "first_score",
    (L, beta),
    latex=r"P_1",
    meaning="mean attention to the end of input over the queries at the states",
    definition=Sum(exp(beta) / (exp(beta) + others), CHAIN) / L,
)
total = Sum(weight_at(q), CHAIN)

metric_peakiness = Claim(
    id="iteration-head.metric-peakiness",
    title="The first score of a head that looks for the end of input",
    says=(
        "A head that scores the end of input by beta and everything else by 0 gives it, from "
        "query q, the weight exp(beta) over exp(beta) plus q. Its score is the mean of that over "
        "the queries from L + 2 to 2 L + 1."
    ),
    statement=Identity(first_score(L, beta), total / L),
    domain=Domain(L, beta),
    source=SOURCE,
    observables=(first_score,),
    derivation=Derivation(
        Step(first_score.definition, by=definition), Step(total / L, by=Termwise(ExactSum()))
    ),
)


def _at_one_end(query: Any, back: str) -> tuple[Step, ...]:
    """The chain to the weight at the first or the last query; ``back`` compares it with q."""
    sense = "<=" if back == ">=" else ">="
    there = Sum(weight_at(query), CHAIN)
    return (
        Step(first_score.definition, by=definition),
        Step(total / L, by=Termwise(ExactSum())),
        Step(
            there / L,
            by=Replaced(
                total, there, EachTerm(Replaced(q, query, OneSign(back), sense=sense)), sense=sense
            ),
        ),
        Step(weight_at(query), by=ExactSum()),
    )


metric_peakiness_range = Claim(
    id="iteration-head.metric-peakiness-range",
    title="The first score lies between the weights at its two ends",
    says=(
        "The score of such a head lies between the weights from its last and from its first "
        "query: its distance from 1 is of order L exp(-beta), so that a clean head needs beta "
        "above the logarithm of the length."
    ),
    statement=Bound(weight_at(2 * L + 1), "<=", first_score(L, beta), "<=", weight_at(L + 2)),
    domain=Domain(L, beta),
    source=SOURCE,
    observables=(first_score,),
    derivation=Derivation(*_at_one_end(2 * L + 1, "<="), *_at_one_end(L + 2, ">=")),
)

# -------------------------------------------------------------------- mean and threshold

m = Natural("m", at_least=1, meaning="number of weights that are scored")
w = Vector(
    "w",
    length=m,
    entry=Real("entry", at_least=0, at_most=1),
    meaning="weights of attention",
)
ROWS = (i, 1, m)
peak = Piecewise((1, w[i] > HALF), (0, True))
mean_score = Observable(
    "mean_score",
    (m, w),
    latex=r"P_{\mathrm{abs}}",
    meaning="mean of the weights",
    definition=Sum(w[i], ROWS) / m,
)
threshold_score = Observable(
    "threshold_score",
    (m, w),
    latex=r"P_{\mathrm{thres}}",
    meaning="share of the weights that are above one half",
    definition=Sum(peak, ROWS) / m,
)

metric_peakiness_threshold = Claim(
    id="iteration-head.metric-peakiness-threshold",
    title="How far the two scores of a layer can be apart",
    says=(
        "The share of the weights above one half is at most twice their mean, and at least twice "
        "their mean less one."
    ),
    statement=Bound(
        2 * mean_score(m, w) - 1, "<=", threshold_score(m, w), "<=", 2 * mean_score(m, w)
    ),
    domain=Domain(m, w),
    source=SOURCE,
    observables=(mean_score, threshold_score),
    derivation=Derivation(
        Step(threshold_score.definition, by=definition),
        Step(Sum(2 * w[i] - 1, ROWS) / m, by=Termwise(SignInCases(">="))),
        Step(2 * mean_score.definition - 1, by=FiniteSums()),
        Step(threshold_score.definition, by=definition),
        Step(Sum(2 * w[i], ROWS) / m, by=Termwise(SignInCases())),
        Step(2 * mean_score.definition, by=FiniteSums()),
    ),
)

# ------------------------------------------------------------------------------ uniform attention

uniform_first = Observable(
    "uniform_first",
    (L,),
    latex=r"P_1^{\mathrm{uniform}}",
    meaning="score of the first layer when attention is uniform",
    definition=Sum(1 / (q + 1), CHAIN) / L,
)
uniform_second = Observable(
    "uniform_second",
    (L,),
    latex=r"P_2^{\mathrm{uniform}}",
    meaning="score of the second layer when attention is uniform",
    definition=Sum(1 / (q + 1), FROM_END) / L,
)


def _between_logarithms(name: str, score: Observable, which: str, start: Any) -> Claim:
    """The bounds of a score of uniform attention, whose queries are ``start``, ..., start+L-1."""

    def chain(low: Any, sense: str) -> tuple[Step, ...]:
        return (
            Step(L * score.definition, by=definition),
            Step(Integral(1 / (z + 1), (z, low, low + L)), by=DecreasingSum(sense)),
            Step(logarithm(low), by=ExactIntegral()),
        )

    def logarithm(low: Any) -> Expr:
        return log((low + L + 1) / (low + 1))

    return Claim(
        id=f"iteration-head.{name}",
        title=f"The {which} score of uniform attention, times the length, is near log 2",
        says=(
            "Attention that is the same on all visible keys has a score near log 2 over the "
            "length, between two logarithms. No weight exceeds one third, so the threshold score "
            "is 0."
        ),
        statement=Bound(logarithm(start), "<=", L * score(L), "<=", logarithm(start - 1)),
        domain=Domain(L),
        source=SOURCE,
        observables=(score,),
        derivation=Derivation(*chain(start, ">="), *chain(start - 1, "<=")),
    )


def _near_log_two(name: str, score: Observable, which: str, bounds: Claim) -> Claim:
    """The limit of a score of uniform attention, from its bounds."""
    return Claim(
        id=f"iteration-head.{name}",
        title=f"The {which} score of uniform attention falls like log 2 over the length",
        says="The score of uniform attention times the length tends to log 2.",
        statement=Equivalent(L * score(L), log(2), as_=(L, oo)),
        domain=Domain(L),
        source=SOURCE,
        observables=(score,),
        derivation=Derivation(
            Step(L * score.definition, by=definition),
            Step(log(2), by=Squeeze(bounds, lower=Limit(L, oo), upper=Limit(L, oo))),
        ),
    )


metric_uniform_baseline = _between_logarithms(
    "metric-uniform-baseline", uniform_first, "first", L + 2
)
metric_uniform_baseline_limit = _near_log_two(
    "metric-uniform-baseline-limit", uniform_first, "first", metric_uniform_baseline
)
metric_uniform_baseline_second = _between_logarithms(
    "metric-uniform-baseline-second", uniform_second, "second", L + 1
)
metric_uniform_baseline_second_limit = _near_log_two(
    "metric-uniform-baseline-second-limit",
    uniform_second,
    "second",
    metric_uniform_baseline_second,
)
