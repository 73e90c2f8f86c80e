"""Certifying the mode with a tree of sets: what suffices, what is needed, and what is best.

A search keeps a frontier of sets of labels; splitting a set costs one query for each sample in it.
"""

from __future__ import annotations

from sympy import Eq, IndexedBase, KroneckerDelta, Rational, Sum, Symbol, log

from theory import (
    Bound,
    Categorical,
    Cited,
    Claim,
    Derivation,
    Domain,
    Exchange,
    ForAll,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    Vector,
    definition,
)
from theory.core.rules.monotone import ByRemark, Given, OneOfMany, OneSign, Replaced, SumsAsSymbols
from theory.mode_estimation.coarse_cost import bits
from theory.mode_estimation.paper import PAPER

__all__ = [
    "coarse_certificate",
    "coarse_certificate_bracket",
    "coarse_certificate_necessary",
    "coarse_certificate_queries",
    "coarse_certificate_split",
    "coarse_certificate_whole",
    "coarse_not_optimal",
    "coarse_not_optimal_four",
    "coarse_not_optimal_least",
    "coarse_not_optimal_smallest",
]

IDEA = Source(PAPER, "coarse search", seen=Seen.REPOSITORY, standing=Standing.SHARPENED)
DERIVED = Source(PAPER, "coarse search", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

x = Symbol("x", integer=True, positive=True)
v = Symbol("v", integer=True, positive=True)
slack = Symbol("slack", nonnegative=True)

m = Natural("m", at_least=2, meaning="number of labels")
N = Vector("N", length=m, entry=Natural("entry"), meaning="numbers of samples of the labels")
tree = Natural("tree", latex=r"\tau", meaning="number of a random tree over the labels")
label = Natural("j", at_least=1, meaning="a label")
search = Categorical(
    "search",
    latex=r"\sigma",
    meaning="the order in which sets are split",
    choices=("best first", "best first with sets before labels", "random order"),
)
best_first = Categorical(
    "search", latex=r"\sigma", meaning="which of equals is split first", choices=search.choices[:2]
)

cell = IndexedBase("c", integer=True)
at_once = Sum(N[x] * KroneckerDelta(cell[x], cell[label]), (x, 1, m))
CELLS = "$c_x$ is the set on the frontier that holds label $x$"
STOP = "the search stops at a label when no set on the frontier has more samples"
HEAVIEST = "the search always splits a set such that no other set on the frontier has more samples"

found_count = Observable(
    "found_count",
    (m, N, tree, search),
    latex=r"N(\hat y)",
    meaning="number of samples of the label that the search returns",
)

coarse_certificate = Claim(
    id="mode-estimation.coarse-certificate",
    title="A coarse partition certifies the mode of the samples",
    says=(
        "A search that stops at a label as soon as no set on its frontier has more samples returns "
        "a most frequent label of the samples, whatever the tree and the order of the splits: the "
        "frontier is all that has to be known."
    ),
    statement=Bound(N[label], "<=", found_count(m, N, tree, search)),
    domain=Domain(m, N, tree, search, label, where=(label <= m,), remarks=(CELLS, STOP)),
    source=IDEA,
    observables=(found_count,),
    derivation=Derivation(
        Step(N[label], by=definition),
        Step(at_once, by=OneOfMany(label.symbol)),
        Step(
            found_count(m, N, tree, search),
            by=ByRemark(STOP, bound=(at_once, found_count(m, N, tree, search))),
        ),
    ),
)

inside = IndexedBase("a", integer=True, nonnegative=True)
INSIDE = "$a_{v x}$ is 1 if set $v$ of the tree was split and holds label $x$, else 0"
queries = Observable(
    "queries",
    (m, N, tree, search),
    latex="T",
    meaning="number of queries of the search",
    definition=Sum(Sum(N[x] * inside[v, x], (x, 1, m)), (v, 1, m - 1)),
)
depth_cost = Observable(
    "depth_cost",
    (m, N, tree, search),
    latex=r"\sum_S N(S) \operatorname{depth}(S)",
    meaning="samples of the sets on the last frontier, times their depths",
    definition=Sum(Sum(N[x] * inside[v, x], (v, 1, m - 1)), (x, 1, m)),
)

coarse_certificate_queries = Claim(
    id="mode-estimation.coarse-certificate-queries",
    title="A search costs the depth of the sets where the samples end",
    says=(
        "The number of queries is the sum, over the sets of the last frontier, of their samples "
        "times their depth: a sample is asked once for every split set that holds it, and these "
        "are the sets above the one where it ends."
    ),
    statement=Identity(queries(m, N, tree, search), depth_cost(m, N, tree, search)),
    domain=Domain(m, N, tree, search, remarks=(INSIDE,)),
    source=IDEA,
    observables=(queries, depth_cost),
    derivation=Derivation(
        Step(queries.definition, by=definition),
        Step(depth_cost.definition, by=Exchange()),
    ),
)

lightest_split = Observable(
    "lightest_split",
    (m, N, tree, best_first),
    latex=r"\min_v N(v)",
    meaning="smallest number of samples in a set that was split",
)

coarse_certificate_split = Claim(
    id="mode-estimation.coarse-certificate-split",
    title="Only sets with as many samples as the mode are split",
    says=(
        "A search that always splits the heaviest set of its frontier never splits a set with "
        "fewer samples than the most frequent label has."
    ),
    statement=Bound(N[label], "<=", lightest_split(m, N, tree, best_first)),
    domain=Domain(m, N, tree, best_first, label, where=(label <= m,), remarks=(CELLS, HEAVIEST)),
    source=IDEA,
    observables=(lightest_split,),
    derivation=Derivation(
        Step(N[label], by=definition),
        Step(at_once, by=OneOfMany(label.symbol), note="$c_x$ at the moment of the split"),
        Step(
            lightest_split(m, N, tree, best_first),
            by=ByRemark(HEAVIEST, bound=(at_once, lightest_split(m, N, tree, best_first))),
        ),
    ),
)

member = IndexedBase("b", integer=True, nonnegative=True)
around = IndexedBase("d", integer=True, nonnegative=True)
MEMBER = (
    "$b_x$ says with 1 or 0 whether label $x$ is in a certain set that was not split, $d_x$ "
    "whether it is in the set of the frontier around that one, so that $b_x \\le d_x$"
)
in_frontier = Sum(N[x] * around[x], (x, 1, m))
heaviest_whole = Observable(
    "heaviest_whole",
    (m, N, tree, search),
    latex=r"\max_v N(v)",
    meaning="largest number of samples in a set of two labels or more that was not split",
    definition=Sum(N[x] * member[x], (x, 1, m)),
)

coarse_certificate_whole = Claim(
    id="mode-estimation.coarse-certificate-whole",
    title="Every set with more samples than the mode has to be split",
    says=(
        "When a search can stop, no set of the tree that it left whole has more samples than the "
        "most frequent label; so all sets with more are split, by every search in this tree."
    ),
    statement=Bound(heaviest_whole(m, N, tree, search), "<=", found_count(m, N, tree, search)),
    domain=Domain(m, N, tree, search, remarks=(MEMBER, STOP)),
    source=IDEA,
    observables=(heaviest_whole, found_count),
    derivation=Derivation(
        Step(heaviest_whole.definition, by=definition),
        Step(
            in_frontier,
            by=Termwise(Given(MEMBER, around[x], member[x] + slack, slack, OneSign())),
        ),
        Step(
            found_count(m, N, tree, search),
            by=ByRemark(STOP, bound=(in_frontier, found_count(m, N, tree, search))),
        ),
    ),
)

size = IndexedBase("n", integer=True, nonnegative=True)
taken = IndexedBase("s", integer=True, nonnegative=True)
above = IndexedBase("e", integer=True, nonnegative=True)
level = IndexedBase("g", integer=True, nonnegative=True)
SIZES = (
    "$n_1, \\dots, n_{m-1}$ are the numbers of samples in the sets of two labels or more of the "
    "tree, $N_{\\max}$ is the largest number of samples of a label, and $s_v$, $e_v$ and $g_v$ say "
    "with 1 or 0 whether set $v$ is split, whether $n_v > N_{\\max}$, and whether $n_v \\ge "
    "N_{\\max}$"
)
NEEDED = "$e_v \\le s_v$, as no set of more than $N_{\\max}$ samples can be left whole"
ALLOWED = "$s_v \\le g_v$, as no set of fewer than $N_{\\max}$ samples is ever the heaviest"

heavy_cost = Observable(
    "heavy_cost",
    (m, N, tree),
    latex=r"\sum_{v : N(v) > N_{\max}} N(v)",
    meaning="samples in the sets of the tree that have more than every label",
    definition=Sum(size[v] * above[v], (v, 1, m - 1)),
)
level_cost = Observable(
    "level_cost",
    (m, N, tree),
    latex=r"\sum_{v : N(v) \ge N_{\max}} N(v)",
    meaning="samples in the sets of two labels or more that have at least as many as every label",
    definition=Sum(size[v] * level[v], (v, 1, m - 1)),
)


def counted_queries(order: Categorical) -> Observable:
    """The queries of a search as the samples in the sets that it splits."""
    return Observable(
        "queries",
        (m, N, tree, order),
        latex="T",
        meaning="number of queries of the search",
        definition=Sum(size[v] * taken[v], (v, 1, m - 1)),
    )


best_first_queries = counted_queries(best_first)
any_queries = counted_queries(search)

coarse_certificate_necessary = Claim(
    id="mode-estimation.coarse-certificate-necessary",
    title="What every search in a tree has to ask",
    says=(
        "Every search that splits sets of a given tree until it can stop asks at least one query "
        "for each sample in each set that has more samples than the most frequent label."
    ),
    statement=Bound(heavy_cost(m, N, tree), "<=", any_queries(m, N, tree, search)),
    domain=Domain(m, N, tree, search, remarks=(SIZES, NEEDED)),
    source=DERIVED,
    observables=(heavy_cost, any_queries),
    derivation=Derivation(
        Step(heavy_cost.definition, by=definition),
        Step(
            any_queries.definition,
            by=Termwise(
                Replaced(above[v], taken[v], by=ByRemark(NEEDED, bound=(above[v], taken[v])))
            ),
        ),
    ),
    uses=("mode-estimation.coarse-certificate-whole",),
)

coarse_certificate_bracket = Claim(
    id="mode-estimation.coarse-certificate-bracket",
    title="Splitting the heaviest set is as good as a search in the tree can be",
    says=(
        "A search that always splits the heaviest set asks at most one query for each sample in "
        "each set that has at least as many samples as the most frequent label. Ties with that "
        "label apart, this is what every search in the tree has to ask."
    ),
    statement=Bound(
        heavy_cost(m, N, tree),
        "<=",
        best_first_queries(m, N, tree, best_first),
        "<=",
        level_cost(m, N, tree),
    ),
    domain=Domain(m, N, tree, best_first, remarks=(SIZES, NEEDED, ALLOWED)),
    source=DERIVED,
    observables=(heavy_cost, best_first_queries, level_cost),
    derivation=Derivation(
        Step(heavy_cost.definition, by=definition),
        Step(
            best_first_queries.definition,
            by=Termwise(
                Replaced(above[v], taken[v], by=ByRemark(NEEDED, bound=(above[v], taken[v])))
            ),
        ),
        Step(best_first_queries.definition, by=definition),
        Step(
            level_cost.definition,
            by=Termwise(
                Replaced(taken[v], level[v], by=ByRemark(ALLOWED, bound=(taken[v], level[v])))
            ),
        ),
    ),
    uses=(
        "mode-estimation.coarse-certificate-whole",
        "mode-estimation.coarse-certificate-split",
    ),
)

w = Vector("w", length=m, entry=Natural("entry", at_least=1), meaning="weights of the labels")
five = Vector("w", length=5, entry=Natural("entry", at_least=1), meaning="weights of five labels")
EXAMPLE = tuple(Eq(five[k], value) for k, value in enumerate((3, 2, 2, 1, 1), start=1))
truncated, least = (
    Observable(name, (five,), latex=latex, meaning=meaning)
    for name, latex, meaning in (
        (
            "truncated_cost",
            r"C_{\mathrm{Huffman}}",
            "weight of the sets of Huffman's tree that are heavier than the mode",
        ),
        (
            "least_cost",
            r"\min C",
            "least weight, over all trees, of the sets that are heavier than the mode",
        ),
    )
)
MODE = "$w_1$ is larger than all other weights"

coarse_not_optimal = Claim(
    id="mode-estimation.coarse-not-optimal",
    title="Huffman's tree cut off at the mode is not the cheapest certificate",
    says=(
        "For the weights 3, 2, 2, 1, 1 Huffman's tree has sets of weight 9, 5 and 4 above the "
        "mode: 18 in all. The tree that joins a label of weight 2 and one of weight 1 twice has "
        "sets of weight 9 and 6: 15 in all. It is optimal, so Huffman's tree costs 6/5 of that."
    ),
    statement=Identity(truncated(five), Rational(6, 5) * least(five)),
    domain=Domain(five, where=EXAMPLE),
    source=Source(PAPER, "coarse search", seen=Seen.RECOLLECTION, standing=Standing.CORRECTED),
    observables=(truncated, least),
    published=(
        "acquiring information along Huffman's tree is optimal, also when the search stops at sets "
        "no heavier than the mode"
    ),
)

total = Natural("W", at_least=2, meaning="largest total weight")
coarse_not_optimal_smallest = Claim(
    id="mode-estimation.coarse-not-optimal-smallest",
    title="The smallest examples",
    says=(
        "Of all whole weights with a unique mode and a total of at most 9 three have a certificate "
        "cheaper than Huffman's tree cut off at the mode: 3, 2, 2, 1, 1 and what becomes of it "
        "when weights of 2 are taken apart."
    ),
    statement=ForAll(
        "$w_1 > w_2 \\ge \\dots \\ge w_m \\ge 1$ of total at most $W$, other than "
        "$(3, 2, 2, 1, 1)$, $(3, 2, 1, 1, 1, 1)$ and $(3, 1, 1, 1, 1, 1, 1)$",
        "Huffman's tree cut off at the mode costs as little as any tree",
    ),
    domain=Domain(total, where=(total <= 9,)),
    source=DERIVED,
)

largest = Natural("W", at_least=1, meaning="largest weight")
coarse_not_optimal_four = Claim(
    id="mode-estimation.coarse-not-optimal-four",
    title="With four labels Huffman's tree cut off at the mode is best",
    says=(
        "With at most four labels and whole weights up to twelve no certificate is cheaper than "
        "Huffman's tree cut off at the mode."
    ),
    statement=ForAll(
        "$w_1 > w_2 \\ge \\dots \\ge w_m$ from $1, \\dots, W$, with $m \\le 4$",
        "Huffman's tree cut off at the mode costs as little as any tree",
    ),
    domain=Domain(largest, where=(largest <= 12,)),
    source=DERIVED,
)

q = IndexedBase("q", positive=True)
k = Symbol("k", integer=True, positive=True)
mode_share = w[1] / Sum(w[x], (x, 1, m))
least_mean = Observable(
    "least_mean_cost",
    (m, w),
    latex=r"\min_{\mathrm{trees}} C",
    meaning="least mean number of queries a sample, over all trees",
)
SHARES = (
    "$q_1, \\dots, q_k$ are the shares of the sets on the frontier of the best tree, which are at "
    "most that of the mode, and their total is 1"
)
entropy = Sum(q[v] * log(1 / q[v]), (v, 1, k)) / log(2)

coarse_not_optimal_least = Claim(
    id="mode-estimation.coarse-not-optimal-least",
    title="No certificate of the mode costs less than its information in bits",
    says=(
        "Whatever the tree, a search that stops at sets no heavier than the mode takes at least "
        "the binary logarithm of 1 / p queries a sample on average, where p is the share of the "
        "mode. So Huffman's tree, which takes at most 1.0861 more, is off by no more than that."
    ),
    statement=Bound(bits(1 / mode_share), "<=", least_mean(m, w)),
    domain=Domain(m, w, remarks=(MODE, SHARES)),
    source=DERIVED,
    observables=(least_mean,),
    derivation=Derivation(
        Step(least_mean(m, w), by=definition),
        Step(
            entropy,
            by=Cited(
                "a binary code is at least as long as the entropy",
                "Cover and Thomas, Elements of Information Theory, Theorem 5.3.1",
                sense=">=",
            ),
        ),
        Step(
            Sum(q[v] * log(1 / mode_share), (v, 1, k)) / log(2),
            by=Termwise(
                Replaced(
                    1 / q[v],
                    1 / mode_share,
                    by=Given(SHARES, q[v], mode_share / (1 + slack), slack, OneSign(">=")),
                    sense=">=",
                )
            ),
        ),
        Step(
            bits(1 / mode_share),
            by=SumsAsSymbols(values={Sum(q[v], (v, 1, k)): (1, SHARES)}),
        ),
    ),
    uses=("mode-estimation.coarse-cost",),
)
