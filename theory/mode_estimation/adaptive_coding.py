"""Adaptive search: each sample is searched for in a Huffman tree of the samples before it.

The total number of questions D is compared with the static cost S, that of a Huffman tree of the
final counts: one question more a sample is the most that adaptation costs, first occurrences aside.
"""

from __future__ import annotations

from sympy import Sum, Symbol

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Labels,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import Telescoping
from theory.core.rules.monotone import (
    ByOneLink,
    ByRemark,
    Replaced,
    SumsAsSymbols,
)
from theory.core.shorthand import Shorthand
from theory.mode_estimation.code_rules import ZeroOrOne
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.trees import (
    DERIVED,
    HUFFMAN,
    HUFFMAN_REFERENCE,
    m,
)

__all__ = [
    "adaptive_coding",
    "adaptive_coding_lower",
    "adaptive_coding_rise",
    "adaptive_coding_step",
    "adaptive_coding_step_again",
    "adaptive_coding_upper",
    "adaptive_coding_vitter",
]

VITTER = Source(PAPER, "adaptive search", seen=Seen.ABSTRACT, standing=Standing.SHARPENED)
RECALLED = Source(
    PAPER, "adaptive search, bound of Vitter", seen=Seen.RECOLLECTION, standing=Standing.CORRECTED
)

t = Symbol("t", integer=True, positive=True)
n = Natural("n", at_least=1, meaning="number of samples")
x = Labels("x", length=n, classes=m, meaning="labels of the samples")
time = Natural("t", at_least=1, meaning="number of a sample")

TREE = (
    "before sample $t$ the tree is a Huffman tree of the counts so far, kept by Vitter's "
    "algorithm: among equal weights leaves are below internal nodes; labels of count $0$ are in a "
    "balanced subtree"
)
AGAIN = "the label of sample $t$ has occurred before"
START = "$H_0 = 0$, the cost of a tree without samples"

asked = Observable(
    "asked",
    (m, n, x, time),
    latex=r"\operatorname{asked}(x_1, \dots, x_t)",
    meaning="number of questions asked about the last of some samples",
)
static = Observable(
    "static",
    (m, n, x, time),
    latex=r"\operatorname{cost}(x_1, \dots, x_t)",
    meaning="cost of a Huffman tree of the counts of some samples",
)
H = Shorthand("H", (t,), "H_{@}", "static cost of the samples up to t", static(m, n, x, t))
D_T = Shorthand("d", (t,), "d_{@}", "questions about sample t", asked(m, n, x, t))

increase = Observable(
    "increase",
    (m, n, x, time),
    latex="h_t",
    meaning="what a sample adds to the cost of a Huffman tree of the samples so far",
    definition=H(time) - H(time - 1),
)

adaptive_coding = Claim(
    id="mode-estimation.adaptive-coding",
    title="The adaptive tree is optimal after every sample",
    says=(
        "After every sample of every sequence of labels, the tree that Vitter's algorithm has "
        "brought up to date costs as little for the counts so far as Huffman's tree."
    ),
    statement=ForAll(
        "sequence of $n$ labels from $m$ classes",
        "after each sample the tree costs as little as a Huffman tree of the counts",
    ),
    domain=Domain(m, n, remarks=(TREE,)),
    source=VITTER,
    uses=("mode-estimation.huffman-optimal",),
)

adaptive_coding_step = Claim(
    id="mode-estimation.adaptive-coding-step",
    title="A sample costs at least what it adds to the static cost",
    says=(
        "The questions asked about a sample are at least the difference that it makes to the cost "
        "of a Huffman tree of the counts: the tree that was searched can be kept."
    ),
    statement=Bound(increase(m, n, x, time), "<=", D_T(time)),
    domain=Domain(m, n, x, time, where=(time <= n,), remarks=(TREE,)),
    source=DERIVED,
    observables=(increase, asked, static, H),
    derivation=Derivation(
        Step(H(time) - H(time - 1), by=definition),
        Step(
            H(time - 1) + D_T(time) - H(time - 1),
            by=Replaced(
                H(time),
                H(time - 1) + D_T(time),
                Cited(HUFFMAN, HUFFMAN_REFERENCE, sense="<="),
            ),
            note="with the new sample the tree that was searched costs the depth of its label more",
        ),
        Step(D_T(time), by=algebra),
    ),
    uses=("mode-estimation.huffman-optimal",),
)

found_after = Observable(
    "after",
    (m, n, x, time),
    latex=r"d_t^+",
    meaning="depth of the label of the sample in the tree after it",
)

adaptive_coding_rise = Claim(
    id="mode-estimation.adaptive-coding-rise",
    title="An update lifts the leaf of the sample by at most one level",
    says=(
        "If the label of a sample has occurred before, its leaf is at most one level higher after "
        "the sample than before. Vitter's tree keeps the nodes of one weight on two levels "
        "at most; in other Huffman trees the leaf can rise further."
    ),
    statement=Bound(D_T(time), "<=", found_after(m, n, x, time) + 1),
    domain=Domain(m, n, x, time, where=(time <= n,), remarks=(TREE, AGAIN)),
    source=DERIVED,
    observables=(asked, found_after),
    derivation=Derivation(
        Step(D_T(time), by=definition),
        Step(
            found_after(m, n, x, time) + 1,
            by=Cited(
                "the nodes of a dynamic Huffman tree are numbered level by level, by weight",
                "Vitter, J. ACM 34 (1987)",
                sense="<=",
            ),
            note=(
                "nodes of a weight $w > 0$ on three levels would fill the middle one, and the "
                "parent of a node of weight $w$ below it is of weight more than $w$; the leaf "
                "passes nodes of its own weight only"
            ),
        ),
    ),
)

adaptive_coding_step_again = Claim(
    id="mode-estimation.adaptive-coding-step-again",
    title="A label that has occurred costs at most one question more than it adds",
    says=(
        "If the label of a sample has occurred before, the questions asked about it are at most "
        "one more than the difference that it makes to the static cost."
    ),
    statement=Bound(D_T(time), "<=", increase(m, n, x, time) + 1),
    domain=Domain(m, n, x, time, where=(time <= n,), remarks=(TREE, AGAIN)),
    source=DERIVED,
    observables=(increase, asked, static, found_after, H),
    derivation=Derivation(
        Step(D_T(time), by=definition),
        Step(found_after(m, n, x, time) + 1, by=ByOneLink(adaptive_coding_rise)),
        Step(
            increase.definition + 1,
            by=Replaced(
                found_after(m, n, x, time),
                increase.definition,
                Cited(HUFFMAN, HUFFMAN_REFERENCE, sense="<="),
            ),
            note="without the new sample the tree after it costs the depth of its label less",
        ),
    ),
    uses=("mode-estimation.huffman-optimal",),
)

total = Observable(
    "total",
    (m, n, x),
    latex=r"D",
    meaning="questions asked about all samples",
    definition=Sum(D_T(t), (t, 1, n)),
)

final = Observable(
    "final",
    (m, n, x),
    latex="S",
    meaning="cost of a Huffman tree of the counts of all samples",
    definition=H(n),
)

adaptive_coding_lower = Claim(
    id="mode-estimation.adaptive-coding-lower",
    title="Adaptive search asks at least as much as the best tree in hindsight",
    says=(
        "For every sequence of labels the adaptive search asks at least as many questions as the "
        "search in a Huffman tree of the final counts would have."
    ),
    statement=Bound(final(m, n, x), "<=", total(m, n, x)),
    domain=Domain(m, n, x, remarks=(TREE, START)),
    source=VITTER,
    observables=(total, final, asked, static, H, D_T),
    derivation=Derivation(
        Step(total.definition, by=definition),
        Step(
            Sum(H(t) - H(t - 1), (t, 1, n)),
            by=Termwise(ByOneLink(adaptive_coding_step, at={time.symbol: t}, sense=">=")),
        ),
        Step(H(n) - H(0), by=Telescoping(H(t - 1))),
        Step(H(n), by=ByRemark(START, pairs={H(0): 0})),
    ),
)

again = Observable(
    "again",
    (m, n, x, time),
    latex=r"\mathbf{1}[x_t \in \{x_1, \dots, x_{t - 1}\}]",
    meaning="number 1 if the label of the sample has occurred before, else 0",
)
distinct = Observable("distinct", (m, n, x), latex="k", meaning="number of distinct labels")
later = Observable(
    "later",
    (m, n, x),
    latex=r"D'",
    meaning="questions asked about samples whose labels had occurred before",
    definition=Sum(again(m, n, x, t) * D_T(t), (t, 1, n)),
)
A_T = Shorthand("a", (t,), "a_{@}", "mark of sample t", again(m, n, x, t))
increments = Sum(H(t) - H(t - 1), (t, 1, n))
FIRST = "$a_t = 1$ if the label of sample $t$ has occurred before, else $0$; $\\sum_t a_t = n - k$"
GROWS = "$H_t \\ge H_{t-1}$: every tree costs more when a count grows"

adaptive_coding_upper = Claim(
    id="mode-estimation.adaptive-coding-upper",
    title="First occurrences aside, adaptation costs at most one question a sample",
    says=(
        "The questions about samples whose labels had occurred before are at most as many as in "
        "the best tree in hindsight, and one more for each of these samples. The first sample "
        "of each label has to be left out: about the very first sample alone some log2(m) "
        "questions are asked, while the best tree in hindsight asks one."
    ),
    statement=Bound(later(m, n, x), "<=", final(m, n, x) + n - distinct(m, n, x)),
    domain=Domain(m, n, x, remarks=(TREE, START, FIRST, GROWS)),
    source=RECALLED,
    observables=(later, final, asked, again, static, distinct, total, H, D_T, A_T),
    derivation=Derivation(
        Step(later.definition, by=definition),
        Step(
            Sum(H(t) - H(t - 1) + A_T(t), (t, 1, n)),
            by=Termwise(
                ZeroOrOne(
                    A_T(t),
                    FIRST,
                    zero=ByRemark(GROWS, bound=(0, H(t) - H(t - 1))),
                    one=ByOneLink(adaptive_coding_step_again, at={time.symbol: t}),
                )
            ),
            note="where $a_t = 1$ the label has occurred before",
            granting=adaptive_coding_step_again.domain.remarks,
        ),
        Step(increments + Sum(A_T(t), (t, 1, n)), by=algebra),
        Step(
            H(n) - H(0) + Sum(A_T(t), (t, 1, n)),
            by=Replaced(increments, H(n) - H(0), Telescoping(H(t - 1))),
        ),
        Step(H(n) + Sum(A_T(t), (t, 1, n)), by=ByRemark(START, pairs={H(0): 0})),
        Step(
            H(n) + n - distinct(m, n, x),
            by=SumsAsSymbols(values={Sum(A_T(t), (t, 1, n)): (n - distinct(m, n, x), FIRST)}),
        ),
    ),
    published="all questions, first occurrences included, are at most the static cost plus n",
)

seen_cost = Observable(
    "seen_cost",
    (m, n, x),
    latex="S_+",
    meaning="cost of a Huffman tree of the labels that occur, by their counts",
)

adaptive_coding_vitter = Claim(
    id="mode-estimation.adaptive-coding-vitter",
    title="Vitter's bound on the cost of adaptation",
    says=(
        "The questions about samples whose labels had occurred before are at most as many as in "
        "the best tree of the labels that occur, and one for each sample, less two for each "
        "label but the first: this bound is attained."
    ),
    statement=Bound(later(m, n, x), "<=", seen_cost(m, n, x) + n - 2 * distinct(m, n, x) + 1),
    domain=Domain(m, n, x, remarks=(TREE, FIRST)),
    source=Source(
        PAPER,
        "adaptive search, bound of Vitter",
        seen=Seen.RECOLLECTION,
        standing=Standing.SHARPENED,
    ),
    observables=(later, asked, again, distinct, seen_cost, D_T, A_T),
    derivation=Derivation(
        Step(later.definition, by=definition),
        Step(
            seen_cost(m, n, x) + n - 2 * distinct(m, n, x) + 1,
            by=Cited("dynamic Huffman codes", "Vitter, J. ACM 34 (1987)", sense="<="),
        ),
    ),
)
