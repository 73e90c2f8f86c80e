"""What it costs to certify the mode: stable partitions and their Huffman codes.

A search for the mode need not tell rare labels apart. It keeps them together in sets of no more
than the mode's probability, and once no two sets can be joined any more, the partition is *stable*.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, IndexedBase, Le, Piecewise, Rational, Sum, Symbol, log

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    ForAll,
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
    Vector,
    algebra,
    definition,
)
from theory.core.rule import Rule
from theory.core.rules.elementary import ExactSum
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.hypotheses import ByHypothesis, Logarithms
from theory.core.rules.monotone import (
    AboveTangent,
    ByCases,
    ByOneLink,
    Chained,
    Given,
    OneSign,
    Replaced,
)
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.scaled_link import ScaledLink

__all__ = [
    "coarse_cost",
    "coarse_cost_entropy",
    "coarse_cost_falls",
    "coarse_cost_heavy",
    "coarse_cost_light",
    "coarse_cost_rare",
    "coarse_cost_sets",
    "coarse_cost_settles",
    "coarse_cost_several",
    "coarse_cost_sharp",
]

DERIVED = Source(PAPER, "coarse search", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

i = Symbol("i", integer=True, positive=True)
y = Symbol("y", positive=True)
slack = Symbol("slack", nonnegative=True)

_MASS = Real("entry", above=0, below=1)
K = Natural("K", at_least=1, meaning="number of sets besides the mode and the lightest set")
P = Real("p", above=0, below=1, latex="p_1", meaning="probability of the mode, the largest mass")
s = Real("s", above=0, below=1, meaning="mass of the lightest set")
r = Vector("r", length=K, entry=_MASS, meaning="masses of the other sets")

total = Sum(r[i], (i, 1, K))
MASSES = Eq(P + s + total, 1)
STABLE = "stable: $r_i + s > p_1$ for every $i$, so that no two sets can be joined"
LIGHTEST = "$s \\le r_i$ for every $i$, and $s \\le p_1$"
HEAVIEST = "$r_i \\le p_1$ for every $i$"
STABLE_PARTITION = (STABLE, LIGHTEST, HEAVIEST)


def bits(number: Any) -> Expr:
    """The logarithm to base 2."""
    return log(number) / log(2)


sigma = 1 - 1 / log(2) - log(log(2)) / log(2)  # Gallager's 1 - log2 e + log2 log2 e

by_joining = Chained(
    (
        P + s + Sum(P - s, (i, 1, K)),
        Termwise(Given(STABLE, r[i], P - s + slack, slack, OneSign(">="))),
    ),
    (P + s + K * (P - s), ExactSum()),
    (None, Given(Le(s, P / 2), s.symbol, P / 2 * slack / (1 + slack), slack, OneSign(">="))),
)
by_weight = Chained(
    (P + s + Sum(s, (i, 1, K)), Termwise(Given(LIGHTEST, r[i], s + slack, slack, OneSign(">=")))),
    (P + s + K * s, ExactSum()),
    (None, Given(s > P / 2, s.symbol, P / 2 + slack, slack, OneSign(">="))),
)

coarse_cost_sets = Claim(
    id="mode-estimation.coarse-cost-sets",
    title="A stable partition has few sets",
    says=(
        "A stable partition into three sets or more has at most 2 / p - 1 of them, where p is the "
        "probability of the mode: about two for each time that p goes into 1."
    ),
    statement=Bound((K + 3) * P / 2, "<=", 1),
    domain=Domain(K, P, s, r, where=(MASSES,), remarks=STABLE_PARTITION),
    source=DERIVED,
    derivation=Derivation(
        Step(1, by=definition),
        Step(P + s + total, by=ByHypothesis({MASSES: -1})),
        Step(
            (K + 3) * P / 2,
            by=ByCases(Le(s, P / 2), by_joining, by_weight),
            note="$r_i \\ge p_1 - s$ in the first case, $r_i \\ge s$ in the second",
        ),
    ),
)

ENTROPY = P * log(1 / P) + s * log(1 / s) + Sum(r[i] * log(1 / r[i]), (i, 1, K))
ceiling = log(2 / P)

more = Symbol("more", nonnegative=True)
LIGHT = Le(s, P / 2)
HEAVY = s > P / 2
rest = Sum(r[i] * log(1 / r[i]), (i, 1, K))
beside = P - s  # what every other set weighs at least


def where_light(rule: Rule) -> Rule:
    """A rule where the lightest set has at most half the mode's mass."""
    return Given(LIGHT, s.symbol, P / 2 * slack / (1 + slack), slack, rule)


def where_heavy(rule: Rule) -> Rule:
    """A rule where it has more."""
    return Given(HEAVY, s.symbol, P / 2 + slack, slack, rule)


def tangent(inverse: Expr) -> Expr:
    """The tangent of the logarithm at 2 / p."""
    return ceiling + P / 2 * (inverse - 2 / P)


def below_tangent(inverse: Expr) -> Rule:
    """A logarithm is at most this tangent."""
    touching = AboveTangent(log(y), y, at=2 / P, stands_for=inverse, concave=True)
    return Replaced(log(inverse), tangent(inverse), by=touching)


mode_apart = P * log(1 / P) + (1 - P) * ceiling
halfway = P / 2 - s

coarse_cost_light = Claim(
    id="mode-estimation.coarse-cost-light",
    title="The entropy of a stable partition with one light set",
    says=(
        "If the lightest set has at most half the mode's mass, what it has in entropy beyond its "
        "share of the logarithm of 2 / p is made up for by the other sets, which are heavier."
    ),
    statement=Bound(ENTROPY, "<=", mode_apart),
    domain=Domain(K, P, s, r, where=(MASSES, LIGHT), remarks=STABLE_PARTITION),
    source=DERIVED,
    derivation=Derivation(
        Step(ENTROPY, by=definition),
        Step(
            P * log(1 / P) + s * tangent(1 / s) + rest,
            by=below_tangent(1 / s),
            note="at $2 / p_1$",
        ),
        Step(
            P * log(1 / P) + s * tangent(1 / s) + Sum(r[i] * log(1 / beside), (i, 1, K)),
            by=Termwise(
                where_light(
                    Replaced(
                        1 / r[i], 1 / beside, by=Given(STABLE, r[i], beside + more, more, OneSign())
                    )
                )
            ),
            note="$r_i \\ge p_1 - s$",
        ),
        Step(
            P * log(1 / P) + s * tangent(1 / s) + Sum(r[i] * tangent(1 / beside), (i, 1, K)),
            by=Termwise(where_light(below_tangent(1 / beside))),
            note="at $2 / p_1$",
        ),
        Step(
            P * log(1 / P) + s * tangent(1 / s) + Sum(r[i] * ceiling - halfway, (i, 1, K)),
            by=Termwise(where_light(Given(STABLE, r[i], beside + more, more, OneSign()))),
            note="$r_i \\ge p_1 - s$",
        ),
        Step(
            P * log(1 / P) + s * tangent(1 / s) + Sum(r[i] * ceiling, (i, 1, K)) - K * halfway,
            by=FiniteSums(),
        ),
        Step(
            P * log(1 / P) + s * ceiling + halfway + Sum(r[i] * ceiling, (i, 1, K)) - K * halfway,
            by=algebra,
        ),
        Step(mode_apart + halfway - K * halfway, by=ByHypothesis({MASSES: ceiling})),
        Step(mode_apart, by=where_light(OneSign())),
    ),
)

coarse_cost_heavy = Claim(
    id="mode-estimation.coarse-cost-heavy",
    title="The entropy of a stable partition without light sets",
    says=(
        "If every set has more than half the mode's mass, each but the mode has at most its share "
        "of the logarithm of 2 / p."
    ),
    statement=Bound(ENTROPY, "<=", mode_apart),
    domain=Domain(K, P, s, r, where=(MASSES, HEAVY), remarks=STABLE_PARTITION),
    source=DERIVED,
    derivation=Derivation(
        Step(ENTROPY, by=definition),
        Step(
            P * log(1 / P) + s * ceiling + rest,
            by=where_heavy(Replaced(1 / s, 2 / P, by=OneSign())),
        ),
        Step(
            P * log(1 / P) + s * ceiling + Sum(r[i] * log(1 / s), (i, 1, K)),
            by=Termwise(
                Replaced(1 / r[i], 1 / s, by=Given(LIGHTEST, r[i], s + slack, slack, OneSign()))
            ),
        ),
        Step(
            P * log(1 / P) + s * ceiling + Sum(r[i] * ceiling, (i, 1, K)),
            by=Termwise(where_heavy(Replaced(1 / s, 2 / P, by=OneSign()))),
        ),
        Step(mode_apart, by=ByHypothesis({MASSES: ceiling})),
    ),
)

coarse_cost_entropy = Claim(
    id="mode-estimation.coarse-cost-entropy",
    title="The entropy of a stable partition",
    says=(
        "The entropy of a stable partition is at least the logarithm of 1 / p and at most that of "
        "2 / p, less p log 2, where p is the probability of the mode."
    ),
    statement=Bound(log(1 / P), "<=", ENTROPY, "<=", log(2 / P) - P * log(2)),
    domain=Domain(K, P, s, r, where=(MASSES,), remarks=STABLE_PARTITION),
    source=DERIVED,
    derivation=Derivation(
        Step(ENTROPY, by=definition),
        Step(
            mode_apart,
            by=ByCases(LIGHT, ByOneLink(coarse_cost_light), ByOneLink(coarse_cost_heavy)),
        ),
        Step(log(2 / P) - P * log(2), by=Logarithms()),
        Step(ENTROPY, by=definition),
        Step(
            P * log(1 / P) + s * log(1 / P) + rest,
            by=Replaced(
                1 / s,
                1 / P,
                by=Chained(
                    (1 / r[1], Given(LIGHTEST, r[1], s + slack, slack, OneSign(">="))),
                    (None, Given(HEAVIEST, r[1], P / (1 + slack), slack, OneSign(">="))),
                ),
                sense=">=",
            ),
        ),
        Step(
            P * log(1 / P) + s * log(1 / P) + Sum(r[i] * log(1 / P), (i, 1, K)),
            by=Termwise(
                Replaced(
                    1 / r[i],
                    1 / P,
                    by=Given(HEAVIEST, r[i], P / (1 + slack), slack, OneSign(">=")),
                    sense=">=",
                )
            ),
        ),
        Step(log(1 / P), by=ByHypothesis({MASSES: log(1 / P)})),
    ),
)

coarse_cost_rare = Claim(
    id="mode-estimation.coarse-cost-rare",
    title="A mode of more than one half leaves two sets",
    says=(
        "Where a stable partition has three sets or more, the mode has probability at most one "
        "half. Conversely a mode of probability above one half is told from one set of all others."
    ),
    statement=Bound(2 * P, "<=", 1),
    domain=Domain(K, P, s, r, where=(MASSES,), remarks=STABLE_PARTITION),
    source=DERIVED,
    derivation=Derivation(
        Step(2 * P, by=definition),
        Step((K + 3) * P / 2, by=OneSign()),
        Step(1, by=ByOneLink(coarse_cost_sets)),
    ),
)

coarse_queries = Observable(
    "coarse_cost",
    (K, P, s, r),
    latex=r"\operatorname{Huff}(S)",
    meaning="mean depth of the sets of the partition in a Huffman tree: queries a sample",
)

coarse_cost = Claim(
    id="mode-estimation.coarse-cost",
    title="A certificate of the mode costs about as many queries a sample as it has bits",
    says=(
        "Locating a sample in a stable partition takes a mean number of queries between the binary "
        "logarithm of 1 / p and 1.0861 more, however many labels there are, where p is the "
        "probability of the mode."
    ),
    statement=Bound(bits(1 / P), "<=", coarse_queries(K, P, s, r), "<=", bits(1 / P) + 1 + sigma),
    domain=Domain(K, P, s, r, where=(MASSES,), remarks=STABLE_PARTITION),
    source=Source(PAPER, "coarse search", seen=Seen.ABSTRACT, standing=Standing.SHARPENED),
    observables=(coarse_queries,),
    derivation=Derivation(
        Step(coarse_queries(K, P, s, r), by=definition),
        Step(
            ENTROPY / log(2),
            by=Cited(
                "a binary code is at least as long as the entropy",
                "Cover and Thomas, Elements of Information Theory, Theorem 5.3.1",
                sense=">=",
            ),
        ),
        Step(bits(1 / P), by=ScaledLink(coarse_cost_entropy, sense=">=", times=1 / log(2))),
        Step(coarse_queries(K, P, s, r), by=definition),
        Step(
            ENTROPY / log(2) + sigma + P,
            by=Cited(
                "the redundancy of a Huffman code is at most $p_{\\max} + 1 - \\log_2 e + "
                "\\log_2 \\log_2 e$",
                "Gallager, Variations on a theme by Huffman, IEEE Trans. Inf. Theory 24, 1978",
                sense="<=",
            ),
        ),
        Step(
            (log(2 / P) - P * log(2)) / log(2) + sigma + P,
            by=ScaledLink(coarse_cost_entropy, link=2, times=1 / log(2)),
        ),
        Step(bits(1 / P) + 1 + sigma, by=Logarithms()),
    ),
)

m = Natural("m", at_least=2, meaning="number of labels")
w = Vector("w", length=m, entry=Natural("entry", at_least=1), meaning="weights, the mode's first")
start = Natural("start", latex=r"\tau", meaning="number of a random tree to begin with")
t = Natural("t", at_least=1, meaning="number of a round")
v = Symbol("v", integer=True, positive=True)
sets = Symbol("k", integer=True, positive=True)
mass = IndexedBase("M", nonnegative=True)

round_cost = Observable(
    "round_cost",
    (m, w, start, t),
    latex="C_t",
    meaning="weight of the sets that are split in a round: queries a sample, times all weight",
)
next_cost = Observable(
    "next_cost",
    (m, w, start, t),
    latex="C_{t+1}",
    meaning="the same for the next round",
    definition=Sum(mass[v] * Piecewise((1, mass[v] > w[1]), (0, True)), (v, 1, sets)),
)
ROUNDS = (
    "a round splits the sets that are heavier than the mode, and what is left becomes the leaves "
    "of a Huffman tree for the next round, whose inner nodes weigh $M_1, \\dots, M_k$"
)
MODE = "$w_1$ is larger than all other weights"

coarse_cost_falls = Claim(
    id="mode-estimation.coarse-cost-falls",
    title="Rounds of Truncated Search on the population only get cheaper",
    says=(
        "With samples in exact proportion to the probabilities no round of Truncated Search costs "
        "more than the one before it, whatever tree it began with."
    ),
    statement=Bound(next_cost(m, w, start, t), "<=", round_cost(m, w, start, t)),
    domain=Domain(m, w, start, t, remarks=(ROUNDS, MODE)),
    source=DERIVED,
    observables=(round_cost, next_cost),
    derivation=Derivation(
        Step(next_cost.definition, by=definition),
        Step(Sum(mass[v], (v, 1, sets)), by=Termwise(OneSign())),
        Step(
            round_cost(m, w, start, t),
            by=Cited(
                "a Huffman tree has the least mean depth of all trees over the same leaves",
                "Cover and Thomas, Elements of Information Theory, Theorem 5.8.1",
                sense="<=",
            ),
            note="the sets that were split are the inner nodes of a tree over the same leaves",
        ),
    ),
)

labels = Natural("m", at_least=2, meaning="number of labels")
largest = Natural("W", at_least=2, meaning="largest weight")

coarse_cost_settles = Claim(
    id="mode-estimation.coarse-cost-settles",
    title="Truncated Search on the population settles at a stable partition",
    says=(
        "Whatever the tree to begin with, Truncated Search on the population comes to a stable "
        "partition within as many rounds as there are labels, and stays there. If the mode has "
        "more than half of the weight it then costs exactly one query a sample."
    ),
    statement=ForAll(
        "$m$ weights from $1, \\dots, W$, the first one the largest and the others in descending "
        "order, and every binary tree over the labels",
        "after at most $m$ rounds nothing changes any more, the partition is stable, the cost is "
        "that of its Huffman tree, and it is the total weight if $2 w_1$ is more than that",
    ),
    domain=Domain(labels, largest),
    source=DERIVED,
    uses=("mode-estimation.coarse-cost-falls", "mode-estimation.coarse-cost-rare"),
)

five = Simplex("p", length=5, entry=_MASS, meaning="probabilities of five labels")
LAW = tuple(Rational(n, 900) for n in (305, 202, 198, 101, 94))
FIVE = tuple(Eq(five[n], value) for n, value in enumerate(LAW, start=1))
dearest, cheapest = (
    Observable(name, (five,), latex=latex, meaning=f"{extreme} Huffman cost of a stable partition")
    for name, latex, extreme in (
        ("dearest_stable", r"\max_S \operatorname{Huff}(S)", "largest"),
        ("cheapest_stable", r"\min_S \operatorname{Huff}(S)", "smallest"),
    )
)

coarse_cost_several = Claim(
    id="mode-estimation.coarse-cost-several",
    title="The cost of a stable partition is not one number",
    says=(
        "With probabilities 305, 202, 198, 101, 94 over 900 one stable partition costs 2 queries a "
        "sample and another 299/180. Which one a search settles at depends on its first samples."
    ),
    statement=Identity(dearest(five) - cheapest(five), 2 - Rational(299, 180)),
    domain=Domain(five, where=FIVE),
    source=DERIVED,
    observables=(dearest, cheapest),
)

j = Natural("j", at_least=2, meaning="number of doublings", grid=(2, 5, 8, 11))
crowded_excess = Observable(
    "crowded_excess",
    (j,),
    latex=r"\operatorname{Huff}(S) - \log_2(1/p_1)",
    meaning="cost beyond log2 (1 / p) of the family of crowded partitions",
)
CROWDED = (
    "the partition has $\\lfloor 2^{j+1} \\ln 2 \\rfloor - 1$ sets, all of the same mass but the "
    "mode, whose mass is that of two others less a little"
)

coarse_cost_sharp = Claim(
    id="mode-estimation.coarse-cost-sharp",
    title="The constant 1.0861 cannot be lowered",
    says=(
        "For stable partitions in which the mode weighs as much as two other sets, less a little, "
        "the cost beyond the binary logarithm of 1 / p comes as near to 1.0861 as one likes as the "
        "sets become many; the number of sets must be near a power of 2 times the logarithm of 2."
    ),
    statement=Bound(1 + sigma - 2 ** (1 - j.symbol), "<=", crowded_excess(j), "<=", 1 + sigma),
    domain=Domain(j, remarks=(CROWDED,)),
    source=DERIVED,
    observables=(crowded_excess,),
)
