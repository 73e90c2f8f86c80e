"""How many questions the elimination of single classes takes as the error probability falls.

With N counts after n samples and L = log(pi^2 n^2 m / delta), a class is dropped as soon as its
count is below N_max - sqrt(c N_max L); every sample is identified along a Huffman tree of the
counts, in which the dropped classes share one leaf. Per unit of log(1/delta) class k is dropped at
c / Gamma_k, Gamma_k = (p_1 - p_k)^2 / p_1, and until then costs what its tree costs.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Sum, Symbol, log, oo

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.monotone import ByOneLink
from theory.mode_estimation.coding import entropy_sandwich, huff_trash
from theory.mode_estimation.gap_rules import GapsReplaced, Reciprocals
from theory.mode_estimation.gaps import (
    ORDER as ABOVE_REST,
)
from theory.mode_estimation.gaps import (
    TOTAL,
    gap_algebra_logarithm,
    overlap,
    p_1,
    p_2,
    plain_gap,
    sanov_gap,
)
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.stage_cost import StageCost, over_stages, partial_sum
from theory.mode_estimation.stage_rules import (
    LastStage,
    StageAtLeast,
    StageAtMost,
    StagesReplaced,
    SummationByParts,
)

__all__ = [
    "elim_complexity",
    "elim_complexity_entropy",
    "elim_complexity_gaps",
    "elim_complexity_sanov",
    "elim_complexity_stage",
    "elim_fluid",
    "elim_fluid_stages",
]

DERIVED_HERE = Source(
    PAPER,
    "the bounds on the cost of elimination",
    seen=Seen.NOTHING,
    standing=Standing.DERIVED_HERE,
)
SHARPENED = Source(
    PAPER, "the bounds on the cost of elimination", seen=Seen.ABSTRACT, standing=Standing.SHARPENED
)

ORDER = "$p_1 > p_2 \\ge p_3 \\ge \\dots \\ge p_m$"
RULE = (
    "after $n$ samples a class is dropped when its count is below "
    "$N_{\\max} - \\sqrt{c N_{\\max} L}$, with $L = \\log(\\pi^2 n^2 m / \\delta)$ and $N_{\\max}$ "
    "the largest count; a sample is identified along a Huffman tree of the counts, in which the "
    "dropped classes share a leaf"
)

BINARY = "a Huffman tree is binary"
HUFFMAN_COST = (
    "$\\operatorname{Huff}_k$ is the cost of a Huffman tree of $p_1, \\dots, p_k$ and, if $k < m$, "
    "$p_{k+1} + \\dots + p_m$"
)

m = Natural("m", at_least=2, meaning="number of classes")
p = Simplex(
    "p", length=m, entry=Real("entry", above=0, below=1), meaning="probabilities of the classes"
)
c = Real("c", above=0, meaning="confidence constant")
ell = Real(
    "ell", above=0, latex=r"\ell", meaning="logarithm of one over the allowed probability of error"
)
path = Natural("path", latex=r"\omega", meaning="which sequence of samples it is")
stage = Natural("kept", at_least=2, latex="k", meaning="number of classes that are left")
k = Symbol("k", integer=True, positive=True)
slack = Symbol("s", positive=True)


def longest(i: Any) -> Expr:
    """1 / Gamma_i: how long class i is kept, per unit of c."""
    return p[1] / (p[1] - p[i]) ** 2


def information(i: Any) -> Expr:
    """p_i log2(1 / p_i)."""
    return p[i] * log(1 / p[i]) / log(2)


def stage_cost(i: Any) -> Expr:
    """Queries a sample while i classes are left."""
    return StageCost(p.symbol, i, m.symbol)


fluid = c * over_stages(longest, stage_cost, k, m)
bracket = longest(2) * (1 + information(1)) + Sum(longest(k) * information(k), (k, 2, m))

fluid_queries = Observable(
    "fluid_queries",
    (m, p, c),
    latex=r"\mathcal{T}(p)",
    meaning="queries per unit of L of an elimination in which every count is its mean",
    definition=fluid,
)

elim_fluid_stages = Claim(
    id="mode-estimation.elim-fluid-stages",
    title="An elimination in which every count is its mean, stage by stage",
    says=(
        "If every count is its mean, a class is dropped after c over its plain gap units of the "
        "logarithm, and the queries are the sum over the stages between two drops of the length of "
        "the stage times the cost of the Huffman tree of the classes that are left and one leaf "
        "for the others."
    ),
    statement=Identity(fluid_queries(m, p, c), fluid),
    domain=Domain(m, p, c, remarks=(ORDER, RULE, HUFFMAN_COST)),
    source=DERIVED_HERE,
    observables=(fluid_queries,),
    derivation=Derivation(
        Step(
            fluid,
            by=definition,
            note=(
                r"the lead $t (p_1 - p_k)$ of the mode over class $k$ passes the threshold "
                r"$\sqrt{c t p_1}$ at $t = c / \Gamma_k$, and the differences of these times are "
                "the lengths of the stages"
            ),
        ),
    ),
)

run_queries = Observable(
    "run_queries",
    (m, p, c, path, ell),
    latex=r"T_\ell(\omega)",
    meaning="queries of the run on a fixed sequence of samples until one class is left",
)
FREQUENCIES = (
    "$\\omega$ is a sequence of samples in which every class has its probability as its limiting "
    "frequency, and at every stage all Huffman trees have the same depths"
)

elim_fluid = Claim(
    id="mode-estimation.elim-fluid",
    title="What the elimination of classes costs as the error probability tends to zero",
    says=(
        "On every sequence of samples in which the frequencies tend to the probabilities, and so "
        "on almost every one, the number of queries per unit of log(1/delta) tends to that of an "
        "elimination in which every count is its mean: the rate of drops is c, not the 108 of the "
        "horizon."
    ),
    statement=Equivalent(run_queries(m, p, c, path, ell), ell * fluid, as_=(ell, oo)),
    domain=Domain(m, p, c, path, ell, remarks=(ORDER, RULE, HUFFMAN_COST, FREQUENCIES)),
    source=DERIVED_HERE,
    observables=(run_queries, fluid_queries),
    derivation=Derivation(
        Step(run_queries(m, p, c, path, ell), by=definition),
        Step(
            ell * fluid_queries.definition,
            by=Cited(
                "the count of every class is $n p_i (1 + o(1))$, by the strong law of large "
                "numbers for almost every sequence",
                "Durrett, Probability, theorem 2.4.1",
                "~",
            ),
            note=(
                r"nothing is dropped before $N_{\max} > c L$, so that $n \ge c \ell$; from there "
                r"on counts are $n p_i (1 + o(1))$ and $L = \ell (1 + o(1))$, so that class $k$ "
                r"is dropped at $\ell (c / \Gamma_k + o(1))$; between drops the tree is that of "
                "the limiting weights but for a negligible time"
            ),
        ),
    ),
    uses=("mode-estimation.elim-fluid-stages",),
)

cost_of_stage = Observable(
    "cost_of_stage",
    (m, p, stage),
    latex="H",
    meaning="cost of a Huffman tree of the first k classes and one leaf for the others",
    definition=stage_cost(stage.symbol),
)
at_most = 1 + partial_sum(information(1), information, stage.symbol)
at_least = partial_sum((1 + information(1)) / 2, lambda i: information(i) / 2, stage.symbol)

elim_complexity_stage = Claim(
    id="mode-estimation.elim-complexity-stage",
    title="Queries a sample while some classes are left",
    says=(
        "With one leaf for all dropped classes a sample costs at most one question more than the "
        "sum of p log2(1/p) over the classes that are left, and at least half as much."
    ),
    statement=Bound(at_least, "<=", cost_of_stage(m, p, stage), "<=", at_most),
    domain=Domain(m, p, stage, where=(stage <= m,), remarks=(HUFFMAN_COST,)),
    source=DERIVED_HERE,
    observables=(cost_of_stage,),
    derivation=Derivation(
        Step(cost_of_stage.definition, by=definition),
        Step(
            at_most,
            by=StageAtMost(ByClaim(huff_trash), ByClaim(entropy_sandwich)),
            note=BINARY,
            granting=(*huff_trash.domain.remarks, *entropy_sandwich.domain.remarks),
        ),
        Step(cost_of_stage.definition, by=definition),
        Step(
            at_least,
            by=StageAtLeast(ByClaim(entropy_sandwich)),
            note=BINARY,
            granting=entropy_sandwich.domain.remarks,
        ),
    ),
    uses=("mode-estimation.huff-trash", "mode-estimation.entropy-sandwich"),
)

BY_STAGE = ByClaim(elim_complexity_stage, {stage.symbol: k})


def _stages_replaced(sense: str) -> StagesReplaced:
    return StagesReplaced(BY_STAGE, longest, k, m.symbol, c.symbol, ORDER, sense)


elim_complexity = Claim(
    id="mode-estimation.elim-complexity",
    title="The cost of elimination to within a factor of two, with the constant c itself",
    says=(
        "Per unit of log(1/delta) the elimination takes at most c times the sum, over all classes, "
        "of p log2(1/p) over the plain gap, and of one over the plain gap of the second class, "
        "which also stands for that of the mode; and at least half as much. The upper end is "
        "approached as the mode takes all the mass, the lower one by two classes of almost equal "
        "probability."
    ),
    statement=Bound(c * bracket / 2, "<=", fluid_queries(m, p, c), "<=", c * bracket),
    domain=Domain(m, p, c, remarks=(ORDER, RULE, HUFFMAN_COST)),
    source=SHARPENED,
    observables=(fluid_queries,),
    derivation=Derivation(
        Step(fluid_queries.definition, by=definition),
        Step(
            c * over_stages(longest, lambda i: at_most.subs(stage.symbol, i), k, m),
            by=_stages_replaced("<="),
        ),
        Step(
            c * bracket,
            by=SummationByParts(longest, information, 1 + information(1), k, m, c),
        ),
        Step(fluid_queries.definition, by=definition),
        Step(
            c * over_stages(longest, lambda i: at_least.subs(stage.symbol, i), k, m),
            by=_stages_replaced(">="),
        ),
        Step(
            c
            * (
                longest(2) * ((1 + information(1)) / 2)
                + Sum(longest(k) * information(k) / 2, (k, 2, m))
            ),
            by=SummationByParts(
                longest, lambda i: information(i) / 2, (1 + information(1)) / 2, k, m, c
            ),
        ),
        Step(c * bracket / 2, by=algebra),
    ),
    uses=("mode-estimation.elim-complexity-stage", "mode-estimation.elim-fluid"),
)

first, other = p_1.symbol, p_2.symbol
plain = plain_gap(first, other)
stretch = -log(1 - first) / first
sanov = sanov_gap(first, other)

elim_complexity_gaps = Claim(
    id="mode-estimation.elim-complexity-gaps",
    title="One over the plain gap against one over the Sanov gap",
    says=(
        "One over the plain gap is at most one over the Sanov gap times the logarithm of 1/(1 - p) "
        "over p, where p is the probability of the mode."
    ),
    statement=Bound(1 / plain, "<=", stretch / sanov),
    domain=Domain(p_1, p_2, where=(ABOVE_REST, TOTAL)),
    source=DERIVED_HERE,
    observables=(overlap, plain_gap),
    derivation=Derivation(
        Step(stretch / sanov, by=definition),
        Step(
            1 / plain,
            by=Reciprocals(
                sanov,
                stretch * plain,
                stretch,
                ByOneLink(gap_algebra_logarithm, link=2),
                ByOneLink(gap_algebra_logarithm, link=1, sense=">="),
                plain / 4,
                {first: other * (1 + slack)},
            ),
        ),
    ),
    uses=("mode-estimation.gap-algebra-logarithm",),
)


def longest_by_sanov(i: Any) -> Expr:
    """log(1 / (1 - p_1)) / p_1 over the Sanov gap of class i."""
    return stretch.subs(first, p[1]) / sanov_gap(p[1], p[i])


sanov_bracket = (1 + information(1)) / sanov_gap(p[1], p[2]) + Sum(
    information(k) / sanov_gap(p[1], p[k]), (k, 2, m)
)

elim_complexity_sanov = Claim(
    id="mode-estimation.elim-complexity-sanov",
    title="The cost of elimination in terms of the Sanov gaps",
    says=(
        "With the Sanov gaps in place of the plain ones the bound on the cost holds with the "
        "further factor log(1/(1 - p)) over p, p being the probability of the mode: it is at most "
        "2 log 2 when the mode has at most half of the mass, and grows without bound as the mode "
        "takes all of it."
    ),
    statement=Bound(fluid_queries(m, p, c), "<=", -c * log(1 - p[1]) / p[1] * sanov_bracket),
    domain=Domain(m, p, c, remarks=(ORDER, RULE, HUFFMAN_COST)),
    source=Source(
        PAPER,
        "the bounds on the cost of elimination",
        seen=Seen.ABSTRACT,
        standing=Standing.CORRECTED,
    ),
    observables=(fluid_queries,),
    published=(
        "the same bound with the Sanov gaps and a constant that does not depend on the "
        "probabilities, whatever that of the mode"
    ),
    derivation=Derivation(
        Step(fluid_queries.definition, by=definition),
        Step(c * bracket, by=ByOneLink(elim_complexity, link=2)),
        Step(
            c
            * (
                longest_by_sanov(2) * (1 + information(1))
                + Sum(longest_by_sanov(k) * information(k), (k, 2, m))
            ),
            by=GapsReplaced(
                ByClaim(elim_complexity_gaps),
                first,
                other,
                p.symbol,
                k,
                m.symbol,
                1 + information(1),
                information,
                c.symbol,
                ORDER,
            ),
        ),
        Step(-c * log(1 - p[1]) / p[1] * sanov_bracket, by=algebra),
    ),
    uses=("mode-estimation.elim-complexity", "mode-estimation.elim-complexity-gaps"),
)

entropy = Sum(information(k), (k, 1, m))

elim_complexity_entropy = Claim(
    id="mode-estimation.elim-complexity-entropy",
    title="The cost of elimination grows with the entropy of the classes",
    says=(
        "Until its first drop the elimination identifies every sample, so that per unit of "
        "log(1/delta) it takes at least c times the entropy over the probability of the mode: "
        "with unlikely classes as many as one likes it takes as many queries as one likes."
    ),
    statement=Bound(c * entropy / p[1], "<=", fluid_queries(m, p, c)),
    domain=Domain(m, p, c, remarks=(ORDER, RULE, HUFFMAN_COST)),
    source=DERIVED_HERE,
    observables=(fluid_queries,),
    derivation=Derivation(
        Step(fluid_queries.definition, by=definition),
        Step(
            c * entropy / p[1],
            by=LastStage(
                ByClaim(entropy_sandwich),
                longest,
                1 / p[1],
                k,
                m.symbol,
                p.symbol,
                c.symbol,
                ORDER,
            ),
            note=BINARY,
            granting=entropy_sandwich.domain.remarks,
        ),
    ),
    uses=("mode-estimation.entropy-sandwich", "mode-estimation.elim-fluid"),
)
