"""Exhaustive search: every sample is searched for in a balanced tree of the classes.

The number of classes is written m = 2^f + r with r below 2^f: a balanced tree has 2 r leaves of
depth f + 1 and the others at depth f.
"""

from __future__ import annotations

from sympy import Sum, Symbol, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.core.rules.monotone import (
    AboveChord,
    AboveTangent,
    ByOneLink,
    Given,
    OneSign,
    Replaced,
    SumsAsSymbols,
)
from theory.mode_estimation.gaps import ORDER, TOTAL, delta_squared, overlap, p_1, p_2
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.trees import CLASSICAL, DERIVED, HALF, k, v

__all__ = [
    "exhaustive_baseline",
    "exhaustive_baseline_chord",
    "exhaustive_baseline_logarithm",
    "exhaustive_baseline_samples",
    "exhaustive_complexity",
]

f = Natural("f", meaning="whole part of the binary logarithm of the number of classes")
r = Natural("r", meaning="by how much the number of classes exceeds a power of two")
power = 2**f.symbol
REST = r.symbol < power
m = power + r
CLASSES = "there are $m = 2^f + r$ classes"
SIGMA = 1 - 1 / log(2) + log(1 / log(2)) / log(2)

balanced_cost = Observable(
    "balanced_cost",
    (f, r),
    latex=r"\bar L_{\mathrm{balanced}}",
    meaning="mean depth of the leaves of a balanced tree",
    definition=(2 * r * (f + 1) + (power - r) * f) / m,
)

exhaustive_baseline = Claim(
    id="mode-estimation.exhaustive-baseline",
    title="The mean depth of a balanced tree",
    says=(
        "A balanced tree has leaves of two depths at most, twice as many deep ones as the number "
        "of classes exceeds a power of two. Its mean depth is how many questions a sample "
        "exhaustive search asks when the classes come in a random order."
    ),
    statement=Identity(balanced_cost(f, r), f + 2 * r / m),
    domain=Domain(f, r, where=(REST,), remarks=(CLASSES,)),
    source=CLASSICAL,
    observables=(balanced_cost,),
    derivation=Derivation(
        Step(balanced_cost.definition, by=definition), Step(f + 2 * r / m, by=algebra)
    ),
)

u = Real("u", at_least=HALF, at_most=1, meaning="share of a power of two in the number of classes")

exhaustive_baseline_chord = Claim(
    id="mode-estimation.exhaustive-baseline-chord",
    title="A logarithm above its chord",
    says="Between 1/2 and 1 the binary logarithm is above the chord 2 u - 2.",
    statement=Bound(2 * u - 2, "<=", log(u.symbol) / log(2)),
    domain=Domain(u, where=(u <= 1,)),
    source=CLASSICAL,
    derivation=Derivation(
        Step(log(u.symbol) / log(2), by=definition),
        Step(2 * u - 2, by=AboveChord(u, HALF, 1, u <= 1)),
    ),
)

slack = Symbol("slack", nonnegative=True)
share = power / m
peak = 1 / (2 * log(2))
logarithm = log(m) / log(2)

exhaustive_baseline_logarithm = Claim(
    id="mode-estimation.exhaustive-baseline-logarithm",
    title="A balanced tree costs the binary logarithm of the classes and little more",
    says=(
        "The mean depth of a balanced tree lies between the binary logarithm of the number of "
        "classes and 0.0861 more, the constant of Gallager's bound."
    ),
    statement=Bound(logarithm, "<=", balanced_cost(f, r), "<=", logarithm + SIGMA),
    domain=Domain(f, r, where=(REST,), remarks=(CLASSES,)),
    source=DERIVED,
    observables=(balanced_cost,),
    derivation=Derivation(
        Step(balanced_cost.definition, by=definition),
        Step(logarithm + log(share) / log(2) + 2 - 2 * share, by=algebra),
        Step(
            logarithm + (log(peak) + share / peak - 1) / log(2) + 2 - 2 * share,
            by=Replaced(
                log(share),
                log(peak) + share / peak - 1,
                AboveTangent(log(v), v, at=peak, stands_for=share, concave=True),
            ),
        ),
        Step(logarithm + SIGMA, by=algebra),
        Step(balanced_cost.definition, by=definition),
        Step(logarithm + log(share) / log(2) + 2 - 2 * share, by=algebra),
        Step(
            logarithm,
            by=Given(
                REST,
                r.symbol,
                power * slack / (1 + slack),
                slack,
                Replaced(
                    log(share) / log(2),
                    2 * share - 2,
                    ByOneLink(exhaustive_baseline_chord, at={u.symbol: share}, sense=">="),
                    sense=">=",
                ),
            ),
        ),
    ),
)

n = Natural("n", at_least=1, meaning="number of samples")
classes = Natural("m", at_least=1, meaning="number of classes")
p = Simplex(
    "p",
    length=classes,
    entry=Real("entry", above=0, at_most=1),
    meaning="probabilities of the classes",
)
t = Symbol("t", integer=True, positive=True)
RANDOM = "the classes come to the leaves in a random order"
questions = Observable(
    "questions",
    (f, r, classes, n, p),
    latex=r"\mathbb{E}[T] / n",
    meaning="mean number of questions about n samples, over n",
    definition=Sum(Sum(p[k] * balanced_cost.definition, (k, 1, classes)), (t, 1, n)) / n,
)

exhaustive_baseline_samples = Claim(
    id="mode-estimation.exhaustive-baseline-samples",
    title="Exhaustive search asks the mean depth of the tree for each sample",
    says=(
        "Whatever the probabilities, exhaustive search in a balanced tree with the classes in a "
        "random order asks the mean depth of the tree for each sample on average."
    ),
    statement=Identity(questions(f, r, classes, n, p), f + 2 * r / m),
    domain=Domain(f, r, classes, n, p, where=(REST,), remarks=(CLASSES, RANDOM)),
    source=Source(PAPER, "exhaustive search", seen=Seen.ABSTRACT, standing=Standing.SHARPENED),
    observables=(questions, balanced_cost),
    derivation=Derivation(
        Step(questions.definition, by=definition),
        Step(
            Sum(balanced_cost.definition, (t, 1, n)) / n,
            by=Termwise(SumsAsSymbols(values={Sum(p[k], (k, 1, classes)): (1, "p")})),
        ),
        Step(balanced_cost.definition, by=ExactSum()),
        Step(f + 2 * r / m, by=ByOneLink(exhaustive_baseline)),
    ),
)

FEW = (
    "the number of samples is the least that gives an error of at most $\\delta$, asymptotically "
    "$\\log(1 / \\delta) / \\Delta_2^2$"
)
cost_limit = Observable(
    "exhaustive_cost_limit",
    (f, r, p_1, p_2),
    latex=r"C_{\mathrm{exhaustive}}",
    meaning="limit of the questions needed for an error delta over log(1/delta): the cost of a "
    "sample over the rate at which the error falls with the samples",
    definition=balanced_cost(f, r) / delta_squared,
)

exhaustive_complexity = Claim(
    id="mode-estimation.exhaustive-complexity",
    title="The cost of exhaustive search, with the constant one",
    says=(
        "The number of questions that exhaustive search needs for an error delta, over the "
        "logarithm of 1/delta, tends to the mean depth of a balanced tree over the Sanov gap; "
        "times the gap, this is at most one plus the binary logarithm of the number of classes: "
        "the constant is one."
    ),
    statement=Bound(delta_squared * cost_limit(f, r, p_1, p_2), "<=", 1 + logarithm),
    domain=Domain(f, r, p_1, p_2, where=(REST, ORDER, TOTAL), remarks=(CLASSES, RANDOM, FEW)),
    source=Source(
        PAPER, "cost of exhaustive search", seen=Seen.ABSTRACT, standing=Standing.SHARPENED
    ),
    observables=(cost_limit, balanced_cost, overlap),
    derivation=Derivation(
        Step(balanced_cost.definition, by=definition, note="the gap cancels"),
        Step(logarithm + SIGMA, by=ByOneLink(exhaustive_baseline_logarithm, link=2)),
        Step(1 + logarithm, by=OneSign()),
    ),
    uses=("mode-estimation.exhaustive-baseline-samples",),
)
