"""How many samples are enough for the empirical mode: the budget of the experiments is not.

The experiments draw ceil(log(1/delta) / Delta^2) samples for an error of delta. What is missing is
the number of rivals: with it the budget is a guarantee, for every delta.
"""

from __future__ import annotations

from sympy import Eq, Expr, Rational, exp, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Natural,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import ByOneLink, Replaced
from theory.mode_estimation.empirical_mode import (
    LABELS,
    SOURCE,
    all_overlaps,
    em_union,
    em_union_half,
    em_union_nearest,
    error,
    error_ties,
    m,
    n,
    overlap_power,
    p,
)
from theory.mode_estimation.exponents import growth
from theory.mode_estimation.gaps import overlap
from theory.mode_estimation.order_rules import AsExponential
from theory.mode_estimation.paper import PAPER

__all__ = [
    "sanov_budget",
    "sanov_budget_counterexample",
    "sanov_budget_excess",
    "sanov_budget_ties",
    "sanov_budget_two_good",
]

PUBLISHED = (
    "as many samples as the logarithm of 1/delta over the Sanov gap, rounded up, make an error of "
    "at most delta"
)
CODE = Source(
    PAPER,
    "the number of samples of the experiments",
    seen=Seen.REPOSITORY,
    standing=Standing.CORRECTED,
)

delta = Real("delta", above=0, below=1, latex=r"\delta", meaning="probability of error")


def enough(rivals: Expr) -> Expr:
    """The hypothesis that there are log(rivals / delta) / Delta^2 samples or more."""
    return -growth >= log(rivals / delta)


HALF_OF_RIVALS = (m.symbol - 1) / 2
ENOUGH = enough(HALF_OF_RIVALS)
ENOUGH_FOR_TIES = enough(m.symbol - 1)
ENOUGH_AS_PUBLISHED = enough(1)

sanov_budget = Claim(
    id="mode-estimation.sanov-budget",
    title="How many samples are enough for the empirical mode",
    says=(
        "If the number of samples is at least the logarithm of (m - 1)/(2 delta) over the Sanov "
        "gap, the empirical mode is wrong with probability at most delta, ties being broken at "
        "random."
    ),
    statement=Bound(error(m, n, p), "<=", delta),
    domain=Domain(m, n, p, delta, where=(ENOUGH,), remarks=(LABELS,)),
    source=CODE,
    observables=(error, overlap),
    published=PUBLISHED,
    derivation=Derivation(
        Step(error.definition, by=definition),
        Step(all_overlaps / 2, by=ByOneLink(em_union_half)),
        Step(
            (m - 1) * overlap_power(2) / 2,
            by=Replaced(all_overlaps, (m - 1) * overlap_power(2), ByOneLink(em_union_nearest)),
        ),
        Step((m - 1) * exp(growth) / 2, by=AsExponential()),
        Step(
            (m - 1) * exp(-log(HALF_OF_RIVALS / delta)) / 2,
            by=Replaced(
                growth, -log(HALF_OF_RIVALS / delta), ByHypothesis({ENOUGH: 1}, sense="<=")
            ),
        ),
        Step(delta, by=algebra),
    ),
)

sanov_budget_ties = Claim(
    id="mode-estimation.sanov-budget-ties",
    title="How many samples are enough if ties count as errors",
    says=(
        "If the number of samples is at least the logarithm of (m - 1)/delta over the Sanov gap, "
        "the probability that any class is at least as frequent as the mode is at most delta."
    ),
    statement=Bound(error_ties(m, n, p), "<=", delta),
    domain=Domain(m, n, p, delta, where=(ENOUGH_FOR_TIES,), remarks=(LABELS,)),
    source=CODE,
    observables=(error_ties, overlap),
    published=PUBLISHED,
    derivation=Derivation(
        Step(error_ties.definition, by=definition),
        Step(all_overlaps, by=ByOneLink(em_union)),
        Step((m - 1) * overlap_power(2), by=ByOneLink(em_union_nearest)),
        Step((m - 1) * exp(growth), by=AsExponential()),
        Step(
            (m - 1) * exp(-log((m.symbol - 1) / delta)),
            by=Replaced(
                growth, -log((m.symbol - 1) / delta), ByHypothesis({ENOUGH_FOR_TIES: 1}, sense="<=")
            ),
        ),
        Step(delta, by=algebra),
    ),
)

ONE_GOOD = "$p_1 = 1/2$ and all other classes are equally likely"

sanov_budget_counterexample = Claim(
    id="mode-estimation.sanov-budget-counterexample",
    title="The budget of the experiments misses its error by a factor of five",
    says=(
        "With probability 1/2 for the mode, 999 other classes that are equally likely and delta = "
        "1/512, the budget of the experiments is 10 samples. The error with 10 samples is more "
        "than 5 delta."
    ),
    statement=Bound(5 * delta, "<=", error(m, n, p)),
    domain=Domain(
        m,
        n,
        p,
        delta,
        where=(
            Eq(m.symbol, 1000),
            Eq(n.symbol, 10),
            Eq(delta.symbol, Rational(1, 512)),
            ENOUGH_AS_PUBLISHED,
        ),
        remarks=(LABELS, ONE_GOOD),
    ),
    source=SOURCE,
    observables=(error, overlap),
)

sanov_budget_excess = Claim(
    id="mode-estimation.sanov-budget-excess",
    title="For a smaller error it misses by a factor of sixty",
    says=(
        "In the same problem, with 160 samples, which is the budget for an error of the overlap to "
        "the power 160, the error is more than 60 times as large. The excess would grow with the "
        "number of classes."
    ),
    statement=Bound(60 * overlap_power(2), "<=", error(m, n, p)),
    domain=Domain(
        m,
        n,
        p,
        where=(Eq(m.symbol, 1000), Eq(n.symbol, 160)),
        remarks=(LABELS, ONE_GOOD),
    ),
    source=SOURCE,
    observables=(error, overlap),
)

last = Natural("K", at_least=1, meaning="largest exponent of the error", grid=(9,))

sanov_budget_two_good = Claim(
    id="mode-estimation.sanov-budget-two-good",
    title="With two good classes the budget of the experiments happens to be enough",
    says=(
        "On the problem with two good classes among 300, the error with the budget of the "
        "experiments is at most 0.39 delta: few of the rivals matter."
    ),
    statement=ForAll(
        "$\\delta = 2^{-1}, \\dots, 2^{-K}$",
        "the error with $\\lceil \\log(1/\\delta) / \\Delta(p_1, p_2)^2 \\rceil$ samples is at "
        "most $0.39\\, \\delta$",
    ),
    domain=Domain(
        last,
        remarks=("$p_1 = 1/5$, $p_2 = 3/50$, and the others of $m = 300$ are equally likely",),
    ),
    source=SOURCE,
)
