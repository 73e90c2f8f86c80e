"""Adaptive search of independent samples: what learning the tree costs on average.

It costs a bounded number of questions in all, whatever the number of samples, unless several trees
are optimal for the law: then the best tree in hindsight saves a root of the number of samples.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, log, oo, pi, sqrt

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
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
from theory.core.rules.monotone import ByOneLink, ByRemark, Given, Replaced
from theory.mode_estimation.coding import entropy_sandwich
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.trees import (
    DERIVED,
    KRAFT,
    depth,
    entropy,
    huffman_cost,
    k,
    length,
    m,
    p,
)

__all__ = [
    "adaptive_complexity",
    "adaptive_regret_bounded",
    "adaptive_regret_tied",
    "adaptive_static_mean",
]

n = Natural("n", at_least=1, meaning="number of samples")
ANY = "before each sample the tree is some Huffman tree of the counts so far"
static_mean = Observable(
    "static_mean",
    (m, n, p),
    latex=r"\mathbb{E}[S_n]",
    meaning="mean cost of a Huffman tree of the counts of n independent samples",
)
IID = "the samples are independent, with law $p$"

adaptive_static_mean = Claim(
    id="mode-estimation.adaptive-static-mean",
    title="In hindsight a sample costs less on average than in the best tree for its law",
    says=(
        "The mean cost of a Huffman tree of the counts is at most that of Huffman's tree of the "
        "probabilities for each sample: the best tree for the counts is at least as good."
    ),
    statement=Bound(static_mean(m, n, p), "<=", n * huffman_cost(m, p)),
    domain=Domain(m, n, p, remarks=(IID, KRAFT)),
    source=DERIVED,
    observables=(static_mean, huffman_cost, depth, length),
    derivation=Derivation(
        Step(static_mean(m, n, p), by=definition),
        Step(
            n * Sum(p[k] * depth(m, p, k), (k, 1, m)),
            by=Cited(
                "Jensen's inequality: a least cost is a minimum of functions linear in the counts",
                "Boyd and Vandenberghe, Convex Optimization, Section 3.1.8",
                sense="<=",
            ),
        ),
    ),
)

three = Simplex(
    "p",
    length=3,
    entry=Real("entry", above=0, below=1),
    meaning="probabilities of three classes",
)
FIRST_LARGEST = (three[2] < three[1], three[3] < three[1])
instant = Natural("s", meaning="number of samples before")
s = Symbol("s", integer=True, nonnegative=True)
overtaken = tuple(
    Observable(
        f"overtaken_{i}",
        (three, instant),
        latex=rf"\pi_{{{i}, s}}",
        meaning=f"probability that class {i} has the leaf beside the root after s samples",
    )
    for i in (2, 3)
)
least = 2 - three[1]
mean_total = Observable(
    "mean_total",
    (n, three),
    latex=r"\mathbb{E}[D_n]",
    meaning="mean number of questions about n independent samples of three classes",
    definition=n * least
    + sum((three[1] - three[i]) * Sum(overtaken[i - 2](three, s), (s, 0, n - 1)) for i in (2, 3)),
)


def overlap(i: int) -> Expr:
    """Per sample, by how much it becomes less likely that class i leads the mode."""
    return 1 - (sqrt(three[1]) - sqrt(three[i])) ** 2


def leads(i: int) -> Expr:
    """How often class i is expected to have the leaf beside the root."""
    return Sum(overtaken[i - 2](three, s), (s, 0, n - 1))


def powers(i: int) -> Expr:
    """The sum of its powers."""
    return Sum(overlap(i) ** s, (s, 0, n - 1))


def at_most(i: int) -> Expr:
    """What class i can add to the cost."""
    return (sqrt(three[1]) + sqrt(three[i])) / (sqrt(three[1]) - sqrt(three[i]))


slack = Symbol("slack", nonnegative=True)


def _ordered(i: int, rule: Any) -> Given:
    """The rule where p_i < p_1 is built into p_i."""
    below = three[1] * (slack / (1 + slack)) ** 2
    return Given(three[i] < three[1], three[i], below, slack, rule)


CHERNOFF = Cited(
    "Chernoff's bound for the event that a class is at least as frequent as the mode",
    "Boucheron, Lugosi and Massart, Concentration Inequalities, Section 2.2",
    sense="<=",
)
GEOMETRIC = Cited("the sum of a geometric series", "Abramowitz and Stegun 3.6.10", sense="<=")

adaptive_regret_bounded = Claim(
    id="mode-estimation.adaptive-regret-bounded",
    title="Learning the best tree costs a bounded number of questions",
    says=(
        "With three classes, one of them likelier than the others, the mean number of questions "
        "exceeds that in the best tree for the law by no more than a constant, however many "
        "samples there are."
    ),
    statement=Bound(mean_total(n, three), "<=", n * least + at_most(2) + at_most(3)),
    domain=Domain(n, three, where=FIRST_LARGEST, remarks=(IID, ANY)),
    source=DERIVED,
    observables=(mean_total, *overtaken),
    derivation=Derivation(
        Step(mean_total.definition, by=definition),
        *(
            Step(
                n * least
                + sum(
                    (three[1] - three[i]) * (powers(i) if i <= done else leads(i)) for i in (2, 3)
                ),
                by=_ordered(done, Replaced(leads(done), powers(done), Termwise(CHERNOFF))),
            )
            for done in (2, 3)
        ),
        *(
            Step(
                n * least
                + sum(
                    (three[1] - three[i]) * (1 / (1 - overlap(i)) if i <= done else powers(i))
                    for i in (2, 3)
                ),
                by=_ordered(done, Replaced(powers(done), 1 / (1 - overlap(done)), GEOMETRIC)),
            )
            for done in (2, 3)
        ),
        Step(n * least + at_most(2) + at_most(3), by=algebra),
    ),
)

tied_total = Observable(
    "tied_total",
    (n,),
    latex=r"\mathbb{E}[D_n]",
    meaning="mean number of questions about n samples of three equally likely classes",
)
tied_static = Observable(
    "tied_static",
    (n,),
    latex=r"\mathbb{E}[S_n]",
    meaning="mean cost of a Huffman tree of the counts of three equally likely classes",
)
largest = Observable(
    "largest", (n,), latex=r"\mathbb{E}[\max_i N_i]", meaning="mean of the largest count"
)
SHAPE = (
    "a tree of three leaves has depths $1, 2, 2$, so that a uniform label costs $5/3$ questions in "
    "each, and counts of sum $n$ cost $2 n$ minus the largest"
)

adaptive_regret_tied = Claim(
    id="mode-estimation.adaptive-regret-tied",
    title="Where several trees are optimal, hindsight gains a root of the number of samples",
    says=(
        "With three equally likely classes every tree is as good as any other for the law, and the "
        "best tree in hindsight saves the root of 3 n / (4 pi) questions on average, as the "
        "largest of the counts exceeds the mean by that."
    ),
    statement=Equivalent(
        tied_total(n) - tied_static(n), sqrt(3 * n.symbol / (4 * pi)), as_=(n, oo)
    ),
    domain=Domain(n, remarks=(ANY, SHAPE)),
    source=DERIVED,
    observables=(tied_total, tied_static, largest),
    derivation=Derivation(
        Step(tied_total(n) - tied_static(n), by=definition),
        Step(
            largest(n) - n / Rational(3),
            by=ByRemark(
                SHAPE, pairs={tied_total(n): n * Rational(5, 3), tied_static(n): 2 * n - largest(n)}
            ),
        ),
        Step(
            sqrt(n / Rational(3)) * 3 / (2 * sqrt(pi)),
            by=Cited(
                "central limit theorem for multinomial counts, with convergence of means; the "
                r"largest of three normals has the mean $3 / (2 \sqrt{\pi})$",
                "David and Nagaraja, Order Statistics, Section 3.2",
                sense="~",
            ),
        ),
        Step(sqrt(3 * n.symbol / (4 * pi)), by=algebra),
    ),
)

# ------------------------------------------------------------------ what it costs to be sure


def sanov_gap_squared(law: Any) -> Expr:
    """The exponent at which the empirical mode of n samples becomes right."""
    return -log(1 - (sqrt(law[1]) - sqrt(law[2])) ** 2)


SORTED = "$p_1 > p_2 \\ge p_3 \\ge \\dots$"
FEW = (
    "the number of samples is the least that gives an error of at most $\\delta$, asymptotically "
    "$\\log(1 / \\delta) / \\Delta_2^2$, and the questions about $n$ samples are asymptotically "
    "$n \\bar L(p)$"
)

several = Natural("m", at_least=2, meaning="number of classes", grid=(2, 3, 4))
cost_limit = Observable(
    "adaptive_cost_limit",
    (m, p),
    latex=r"C_{\mathrm{adaptive}}",
    meaning="limit of the questions needed for an error delta over log(1/delta): the cost of a "
    "sample over the rate at which the error falls with the samples",
    definition=huffman_cost.definition / sanov_gap_squared(p),
)

adaptive_complexity = Claim(
    id="mode-estimation.adaptive-complexity",
    title="The cost of adaptive search, with the entropy for the logarithm of the classes",
    says=(
        "The number of questions that adaptive search needs for an error delta, over the logarithm "
        "of 1/delta, tends to the cost of Huffman's tree over the Sanov gap; times the gap, this "
        "is at most one plus the entropy in bits: the constant is one."
    ),
    statement=Bound(
        entropy(p), "<=", sanov_gap_squared(p) * cost_limit(m, p), "<=", entropy(p) + 1
    ),
    domain=Domain(several, p, where=(p[2] < p[1],), remarks=(KRAFT, SORTED, FEW)),
    source=Source(
        PAPER, "cost of adaptive search", seen=Seen.ABSTRACT, standing=Standing.SHARPENED
    ),
    observables=(cost_limit, huffman_cost, depth, length),
    derivation=Derivation(
        Step(huffman_cost.definition, by=definition, note="the gap cancels"),
        Step(entropy(p) + 1, by=ByOneLink(entropy_sandwich, link=2)),
        Step(huffman_cost.definition, by=definition),
        Step(entropy(p), by=ByOneLink(entropy_sandwich, link=1, sense=">=")),
    ),
    uses=("mode-estimation.adaptive-regret-bounded",),
)
