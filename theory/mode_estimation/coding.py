r"""What it costs to learn one label by asking in which set it lies: binary trees, and Huffman's.

A question about a sample is a step down a binary tree whose leaves are the classes, so the mean
number of questions is the cost of the tree: the sum of probability times depth. Huffman's tree has
the least cost, which lies between the entropy in bits and one more.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Sum, ceiling, log, oo

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ForAll,
    Identity,
    Natural,
    Observable,
    Real,
    Simplex,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.core.rules.elementary import Limit
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import (
    AboveChord,
    AboveTangent,
    ByCases,
    ByOneLink,
    Replaced,
    SumsAsSymbols,
)
from theory.mode_estimation.code_rules import Rounded
from theory.mode_estimation.trees import (
    CLASSICAL,
    DERIVED,
    HALF,
    HUFFMAN,
    HUFFMAN_REFERENCE,
    KRAFT,
    a,
    bits,
    depth,
    entropy,
    huffman_cost,
    k,
    kraft_sum,
    length,
    m,
    p,
    v,
)

__all__ = [
    "entropy_sandwich",
    "entropy_sandwich_exact",
    "huff_trash",
    "huff_trash_heavy",
    "huff_trash_light",
    "huffman_identification",
    "huffman_optimal",
    "huffman_plus_one",
    "huffman_redundancy",
    "huffman_redundancy_large",
    "shannon_lengths",
]

huffman_weight = Observable(
    "huffman_weight",
    (m, a),
    latex=r"L_{\mathrm{Huffman}}",
    meaning="sum of weight times depth in Huffman's tree",
)
least_weight = Observable(
    "least_weight",
    (m, a),
    latex=r"\min_T L_T",
    meaning="least sum of weight times depth of all binary trees",
)

huffman_optimal = Claim(
    id="mode-estimation.huffman-optimal",
    title="No search tree asks fewer questions on average than Huffman's",
    says=(
        "Merging the two lightest sets again and again gives a binary tree with the least sum of "
        "weight times depth of all binary trees over the classes."
    ),
    statement=Identity(huffman_weight(m, a), least_weight(m, a)),
    domain=Domain(m, a),
    source=CLASSICAL,
    observables=(huffman_weight, least_weight),
    derivation=Derivation(
        Step(huffman_weight(m, a), by=definition),
        Step(least_weight(m, a), by=Cited(HUFFMAN, HUFFMAN_REFERENCE)),
    ),
)

joint_weight = Observable(
    "joint_weight",
    (m, a),
    latex=r"\min L^{(2)}",
    meaning="least mean number of questions, times the total weight squared, that identify two "
    "independent labels, whatever the order in which the two samples are asked about",
)

huffman_identification = Claim(
    id="mode-estimation.huffman-identification",
    title="Asking about two samples in turns is no cheaper than one after the other",
    says=(
        "To identify the labels of two independent samples with questions about one sample at a "
        "time takes twice the cost of Huffman's tree on average, also when every answer may decide "
        "which sample the next question is about."
    ),
    statement=Identity(joint_weight(m, a), 2 * Sum(a[k], (k, 1, m)) * huffman_weight(m, a)),
    domain=Domain(m, a),
    source=DERIVED,
    observables=(joint_weight, huffman_weight),
    uses=("mode-estimation.huffman-optimal",),
)

# ------------------------------------------------------------------ between entropy and one more

shannon = ceiling(log(1 / p[k]) / log(2))
share = 2 ** -depth(m, p, k) / p[k]
_LENGTHS = (
    "whole numbers whose Kraft sum is at most 1 are at least the depths of the leaves of a tree"
)

shannon_lengths = Claim(
    id="mode-estimation.shannon-lengths",
    title="Logarithms rounded up are long enough for a search tree",
    says=(
        "The logarithms of the inverse probabilities, rounded up, have a Kraft sum of at most 1, "
        "so a binary tree has its leaves no deeper than that."
    ),
    statement=Bound(Sum(2**-shannon, (k, 1, m)), "<=", 1),
    domain=Domain(m, p),
    source=CLASSICAL,
    derivation=Derivation(
        Step(Sum(2**-shannon, (k, 1, m)), by=definition),
        Step(
            Sum(2 ** -(log(1 / p[k]) / log(2)), (k, 1, m)),
            by=Termwise(Rounded(shannon, log(1 / p[k]) / log(2))),
        ),
        Step(Sum(p[k], (k, 1, m)), by=Termwise(algebra)),
        Step(1, by=SumsAsSymbols(values={Sum(p[k], (k, 1, m)): (1, "p")})),
    ),
)

entropy_sandwich = Claim(
    id="mode-estimation.entropy-sandwich",
    title="The least cost of a search tree lies between the entropy and one question more",
    says=(
        "The mean number of questions in Huffman's tree is at least the entropy of the classes in "
        "bits and at most one more."
    ),
    statement=Bound(entropy(p), "<=", huffman_cost(m, p), "<=", entropy(p) + 1),
    domain=Domain(m, p, remarks=(KRAFT,)),
    source=CLASSICAL,
    observables=(huffman_cost, depth, length),
    derivation=Derivation(
        Step(entropy(p), by=definition),
        Step(
            Sum(p[k] * depth(m, p, k) + p[k] * log(share) / log(2), (k, 1, m)),
            by=algebra,
        ),
        Step(
            Sum(p[k] * depth(m, p, k) + p[k] * (share - 1) / log(2), (k, 1, m)),
            by=Termwise(
                Replaced(
                    log(share),
                    share - 1,
                    AboveTangent(log(v), v, at=1, stands_for=share, concave=True),
                )
            ),
        ),
        Step(
            Sum(p[k] * depth(m, p, k), (k, 1, m)) + (kraft_sum - Sum(p[k], (k, 1, m))) / log(2),
            by=algebra,
        ),
        Step(
            Sum(p[k] * depth(m, p, k), (k, 1, m)),
            by=SumsAsSymbols(values={kraft_sum: (1, KRAFT), Sum(p[k], (k, 1, m)): (1, "p")}),
        ),
        Step(huffman_cost.definition, by=definition),
        Step(
            Sum(p[k] * shannon, (k, 1, m)),
            by=Cited(f"{_LENGTHS}; {HUFFMAN}", f"Kraft 1949; {HUFFMAN_REFERENCE}", sense="<="),
            note="the Kraft sum is that of the theorem before",
        ),
        Step(
            Sum(p[k] * (log(1 / p[k]) / log(2) + 1), (k, 1, m)),
            by=Termwise(Rounded(shannon, log(1 / p[k]) / log(2) + 1)),
        ),
        Step(entropy(p) + Sum(p[k], (k, 1, m)), by=algebra),
        Step(entropy(p) + 1, by=SumsAsSymbols(values={Sum(p[k], (k, 1, m)): (1, "p")})),
    ),
    uses=("mode-estimation.huffman-optimal", "mode-estimation.shannon-lengths"),
)

heaviest = Natural("A", at_least=1, meaning="largest weight", grid=(6,))

entropy_sandwich_exact = Claim(
    id="mode-estimation.entropy-sandwich-exact",
    title="The cost is the entropy for powers of one half alone, and never one question more",
    says=(
        "The cost of Huffman's tree equals the entropy exactly when all probabilities are powers "
        "of one half, and it is always below the entropy plus one: both can be said in whole "
        "numbers, without logarithms. Every class must have a positive probability: for the "
        "weights 1 and 0 the cost is the entropy plus one."
    ),
    statement=ForAll(
        "weights $a_1, \\dots, a_m$ of $1, \\dots, A$, with the sum $D$ and the Huffman cost $K$",
        "$D^D \\le 2^K \\prod_i a_i^{a_i} < 2^D D^D$, with equality if and only if all "
        "$D / a_i$ are powers of 2",
    ),
    domain=Domain(m, heaviest),
    source=CLASSICAL,
    uses=("mode-estimation.entropy-sandwich",),
)

n = Natural("n", at_least=2, meaning="inverse of the probability of the rarer class")
pair_redundancy = Observable(
    "pair_redundancy",
    (n,),
    latex=r"R_n",
    meaning="cost of Huffman's tree of two classes, one of probability 1/n, minus the entropy",
    definition=1 - bits(1 / n.symbol),
)

huffman_plus_one = Claim(
    id="mode-estimation.entropy-sandwich-plus-one",
    title="The question more than the entropy cannot be lowered",
    says=(
        "With two classes one question has to be asked, however rare one of them is, while the "
        "entropy tends to 0: the cost exceeds the entropy by as close to 1 as we like."
    ),
    statement=Equivalent(pair_redundancy(n), 1, as_=(n, oo)),
    domain=Domain(n),
    source=CLASSICAL,
    observables=(pair_redundancy,),
    derivation=Derivation(
        Step(pair_redundancy.definition, by=definition),
        Step(1, by=Limit(n, oo)),
    ),
)

# ------------------------------------------------------------------ with a likely class

GALLAGER = 1 - 1 / log(2) + log(1 / log(2)) / log(2)
SORTED = "$p_1$ is the largest of all $p_i$"

huffman_redundancy = Claim(
    id="mode-estimation.entropy-sandwich-gallager",
    title="Without a likely class the cost is closer to the entropy",
    says=(
        "The cost of Huffman's tree exceeds the entropy by at most the largest probability and a "
        "constant of about 0.086."
    ),
    statement=Bound(huffman_cost(m, p), "<=", entropy(p) + p[1] + GALLAGER),
    domain=Domain(m, p, where=(p[1] < HALF,), remarks=(SORTED,)),
    source=DERIVED,
    observables=(huffman_cost, depth, length),
    derivation=Derivation(
        Step(huffman_cost.definition, by=definition),
        Step(
            entropy(p) + p[1] + GALLAGER,
            by=Cited(
                "redundancy of Huffman codes", "Gallager, IEEE Trans. Inf. Theory 24 (1978)", "<="
            ),
        ),
    ),
)

w = Real("w", above=0, below=1, meaning="probability of one more class")
large = Real("w", at_least=HALF, below=1, meaning="probability of the likely class")
q = Simplex(
    "q",
    length=m,
    entry=Real("entry", above=0, at_most=1),
    meaning="probabilities of the other classes, given that it is one of them",
)
split_cost = Observable(
    "split_cost",
    (m, w, q),
    latex=r"\bar L((1 - w) q, w)",
    meaning="cost of Huffman's tree of a class of probability w and others of (1 - w) q",
)


def inner_entropy(u: Any) -> Expr:
    """Sum of x log2(1/x) over the probabilities x = (1 - u) q."""
    return -Sum((1 - u) * q[k] * log((1 - u) * q[k]), (k, 1, m)) / log(2)


def beside(u: Any, rest: Any) -> Expr:
    """Cost of the tree with one class beside all others, which cost ``rest`` on average."""
    return 1 + (1 - u) * rest


BESIDE = Cited(HUFFMAN, HUFFMAN_REFERENCE, sense="<=")
ENTROPY_AND_ONE = Replaced(
    huffman_cost(m, q),
    entropy(q) + 1,
    ByOneLink(entropy_sandwich, at={p.symbol: q.symbol}, link=2),
)
TOTAL = SumsAsSymbols(values={Sum(q[k], (k, 1, m)): (1, "q")})

huffman_redundancy_large = Claim(
    id="mode-estimation.entropy-sandwich-likely",
    title="With a likely class the cost is bounded by its probability alone",
    says=(
        "If one class has a probability w of at least 1/2, the cost of Huffman's tree exceeds the "
        "entropy by at most 2 - w minus the entropy of a coin of bias w."
    ),
    statement=Bound(
        split_cost(m, large, q),
        "<=",
        inner_entropy(large) - large * log(large) / log(2) + 2 - large - bits(large),
    ),
    domain=Domain(m, large, q, remarks=(KRAFT,)),
    source=CLASSICAL,
    observables=(split_cost, huffman_cost, depth, length),
    derivation=Derivation(
        Step(split_cost(m, large, q), by=definition),
        Step(
            beside(large, huffman_cost(m, q)),
            by=BESIDE,
            note="the likely class beside the best tree of the others",
        ),
        Step(beside(large, entropy(q) + 1), by=ENTROPY_AND_ONE),
        Step(
            inner_entropy(large) - large * log(large) / log(2) + 2 - large - bits(large), by=TOTAL
        ),
    ),
)

huff_trash_heavy = Claim(
    id="mode-estimation.huff-trash-heavy",
    title="A likely class of no interest costs nothing beyond one question",
    says=(
        "If one class has a probability of at least 1/2, the cost of Huffman's tree is at most 1 "
        "plus the sum of p log2(1/p) over the other classes alone."
    ),
    statement=Bound(split_cost(m, w, q), "<=", 1 + inner_entropy(w)),
    domain=Domain(m, w, q, where=(w >= HALF,), remarks=(KRAFT,)),
    source=DERIVED,
    observables=(split_cost, huffman_cost, depth, length),
    derivation=Derivation(
        Step(split_cost(m, w, q), by=definition),
        Step(beside(w, huffman_cost(m, q)), by=BESIDE),
        Step(beside(w, entropy(q) + 1), by=ENTROPY_AND_ONE),
        Step(
            1 + inner_entropy(w) + (1 - w) * (1 + log(1 - w) / log(2)),
            by=TOTAL,
        ),
        Step(
            1 + inner_entropy(w) + (1 - w) * (1 - 2 * w) / log(2),
            by=Replaced(
                log(1 - w),
                1 - 2 * w - log(2),
                AboveTangent(log(v), v, at=HALF, stands_for=1 - w, concave=True),
            ),
        ),
        Step(1 + inner_entropy(w), by=ByHypothesis({w >= HALF: 2 * (1 - w) / log(2)}, "<=")),
    ),
)

huff_trash_light = Claim(
    id="mode-estimation.huff-trash-light",
    title="An unlikely class of no interest costs nothing beyond one question",
    says=(
        "If one class has a probability below 1/2, the cost of Huffman's tree is at most 1 plus "
        "the sum of p log2(1/p) over the other classes alone."
    ),
    statement=Bound(split_cost(m, w, q), "<=", 1 + inner_entropy(w)),
    domain=Domain(m, w, q, where=(w < HALF,), remarks=(KRAFT,)),
    source=DERIVED,
    observables=(split_cost, huffman_cost, depth, length),
    derivation=Derivation(
        Step(1 + inner_entropy(w), by=definition),
        Step(
            1 + inner_entropy(w) + w + (1 - w) * log(1 - w) / log(2),
            by=AboveChord(w, 0, HALF, w < HALF),
        ),
        Step(inner_entropy(w) - w * log(w) / log(2) + 1 + w - bits(w), by=algebra),
        Step(
            split_cost(m, w, q),
            by=Cited(
                "redundancy of Huffman codes when the probability of one symbol is known",
                "Mohajer, Pakzad and Kakhbod, IEEE Trans. Inf. Theory 58 (2012)",
                sense=">=",
            ),
        ),
    ),
)

huff_trash = Claim(
    id="mode-estimation.huff-trash",
    title="A class of no interest costs nothing beyond one question",
    says=(
        "If one class is of no interest, so that its own logarithm is left out, the cost of "
        "Huffman's tree of all classes is still at most 1 plus the sum of p log2(1/p) over the "
        "others, however likely it is."
    ),
    statement=Bound(split_cost(m, w, q), "<=", 1 + inner_entropy(w)),
    domain=Domain(m, w, q, remarks=(KRAFT,)),
    source=DERIVED,
    observables=(split_cost, huffman_cost, depth, length),
    derivation=Derivation(
        Step(split_cost(m, w, q), by=definition),
        Step(
            1 + inner_entropy(w),
            by=ByCases(
                w >= HALF,
                ByOneLink(huff_trash_heavy),
                ByOneLink(huff_trash_light),
            ),
        ),
    ),
)
