"""How often the empirical mode is wrong: bounds for every number of samples, and the exponent.

Of n independent labels with law p_1 > p_2 >= ... >= p_m the most frequent one is guessed to be the
mode. Under an exponential change of the law two classes become equally likely, and the difference
of their counts symmetric: that gives the error of a pair exactly, and all bounds from it.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    KroneckerDelta,
    Product,
    Rational,
    Sum,
    Symbol,
    sqrt,
)

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Identity,
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
from theory.core.rules.monotone import ByOneLink, OneSign, Replaced
from theory.core.shorthand import Shorthand
from theory.mode_estimation.count_rules import (
    ConstantMean,
    Exchanged,
    InMean,
    JensenOfSquare,
    MeanOfSum,
    SecondMoment,
    Tilted,
)
from theory.mode_estimation.counts import Ahead, CountMean, Ranked, counts
from theory.mode_estimation.gaps import overlap
from theory.mode_estimation.order_rules import ByRank, PowersBelowOne
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.standings import ByOrder, ByStandings

__all__ = [
    "em_lower",
    "em_pair",
    "em_pair_lower",
    "em_union",
    "em_union_half",
    "em_union_nearest",
]

PLACE = "the sample complexity of the empirical mode"
SOURCE = Source(PAPER, PLACE, seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

m = Natural("m", at_least=2, meaning="number of classes", grid=(2, 3))
n = Natural("n", meaning="number of samples", grid=(0, 1, 2, 5))
p = Ranked("p", length=m, meaning="probabilities of the classes")
rival = Natural("i", at_least=2, meaning="a class other than the mode", grid=(2, 3))
LABELS = (
    "$N_1, \\dots, N_m$ are the counts of the classes among $n$ independent labels with law $p$"
)
k = Symbol("k")
j = Symbol("j", integer=True, positive=True)
i = rival.symbol
HALF = Rational(1, 2)


def above(one: Any, other: Any) -> Expr:
    """1 where the count of a class is larger than that of another."""
    return Ahead(counts[one], counts[other])


def mean(body: Any, number: Any = n.symbol) -> CountMean:
    """Mean over n labels, or another number of them, with law p."""
    return CountMean.of(body, p[k], k, m.symbol, number)


def beats(one: Any, other: Any) -> Expr:
    """1 where a count is larger than another, 1/2 where they are the same."""
    return (1 + above(one, other) - above(other, one)) / 2


def level(one: Any, other: Any) -> Expr:
    """1 where two counts are the same."""
    return 1 - above(one, other) - above(other, one)


none_ahead = Product(1 - above(j, 1), (j, 2, m))
all_behind = Product(above(1, j), (j, 2, m))
tied = 1 + Sum(level(j, 1), (j, 2, m))

error = Observable(
    "error",
    (m, n, p),
    latex=r"\mathcal{E}_n",
    meaning="probability that the empirical mode is wrong, ties being broken at random",
    definition=mean(1 - none_ahead / tied),
)
error_ties = Observable(
    "error_ties",
    (m, n, p),
    latex=r"\mathcal{E}_n^{\ge}",
    meaning="probability that some class is at least as frequent as the mode",
    definition=mean(1 - all_behind),
)
pair_error = Observable(
    "pair_error",
    (m, n, p, rival),
    latex=r"\mathcal{E}_n^{(i)}",
    meaning="probability that class i is more frequent than the mode, ties counting half",
    definition=mean(beats(i, 1)),
)


def ratio(other: Any) -> Expr:
    """p_i / p_1."""
    return p[other] / p[1]


def tilt(other: Any) -> tuple[Expr, Expr]:
    """The weights that make class 1 and a rival equally likely."""
    return sqrt(ratio(other)), 1 / sqrt(ratio(other))


def tilted_law(other: Any) -> Expr:
    """The law with these weights."""
    away = (KroneckerDelta(k, 1) - KroneckerDelta(k, other)) / 2
    return p[k] * ratio(other) ** away / overlap(p[1], p[other])


changed_law = Shorthand(
    "q", (k, i), "q_{@}^{(@)}", "law in which class i is as likely as class 1", tilted_law(i)
)


def tilted_mean(body: Any, other: Any) -> CountMean:
    """Mean over n labels with the tilted law."""
    return CountMean.of(body, tilted_law(other), k, m.symbol, n.symbol)


def lead(other: Any) -> Expr:
    """By how much a rival is ahead of class 1."""
    return counts[other] - counts[1]


def likelihood(other: Any) -> Expr:
    """What the change of the law leaves, whoever leads."""
    return ratio(other) ** (Abs(lead(other)) / 2)


def overlap_power(other: Any) -> Expr:
    """rho^n."""
    return overlap(p[1], p[other]) ** n


tilted = Observable(
    "tilted_mean",
    (m, n, p, rival),
    latex=r"\mathbb{E}_{q^{(i)}} (p_i / p_1)^{\lvert N_i - N_1 \rvert / 2}",
    meaning="mean of a power of the ratio under the law that makes class i as likely as the mode",
    definition=tilted_mean(likelihood(i), i),
)

one_way = beats(i, 1) * ratio(i) ** (lead(i) / 2)
other_way = beats(1, i) * ratio(i) ** (-lead(i) / 2)

em_pair = Claim(
    id="mode-estimation.em-pair",
    title="How often a rival is ahead of the mode, exactly",
    says=(
        "Let q be the law in which the square roots of the probabilities of class i and of the "
        "mode are averaged, so that they are equally likely. The probability that i is ahead, ties "
        "counting half, is half the overlap to the power n times a mean under q that is at most 1."
    ),
    statement=Identity(pair_error(m, n, p, rival), overlap_power(i) / 2 * tilted(m, n, p, rival)),
    domain=Domain(m, n, p, rival, where=(rival <= m,), remarks=(LABELS,)),
    source=SOURCE,
    observables=(pair_error, tilted, overlap, changed_law),
    derivation=Derivation(
        Step(pair_error.definition, by=definition),
        Step(overlap_power(i) * tilted_mean(one_way, i), by=Tilted((1, i), tilt(i))),
        Step(
            overlap_power(i) * tilted_mean((one_way + other_way) / 2, i),
            by=Exchanged((1, i)),
        ),
        Step(
            overlap_power(i) / 2 * tilted_mean(likelihood(i), i),
            by=InMean(ByOrder((1, i), algebra)),
        ),
    ),
)

all_overlaps = Sum(overlap(p[1], p[j]) ** n, (j, 2, m))
em_union_nearest = Claim(
    id="mode-estimation.em-union-nearest",
    title="The overlaps of all rivals against that of the second class",
    says=(
        "The sum over the rivals of their overlaps to the power n is at most m - 1 times that of "
        "the second class, with equality if all rivals are equally likely."
    ),
    statement=Bound(all_overlaps, "<=", (m - 1) * overlap_power(2)),
    domain=Domain(m, n, p),
    source=SOURCE,
    observables=(overlap,),
    derivation=Derivation(
        Step(all_overlaps, by=definition),
        Step(
            Sum(overlap_power(2), (j, 2, m)),
            by=Termwise(ByRank(Replaced(overlap(p[1], p[j]), overlap(p[1], p[2]), OneSign()))),
        ),
        Step((m - 1) * overlap_power(2), by=ExactSum()),
    ),
)

em_union = Claim(
    id="mode-estimation.em-union",
    title="A bound on the error of the empirical mode that holds for every number of samples",
    says=(
        "The probability that some class is at least as frequent as the mode is at most the sum "
        "over the rivals of their overlaps to the power n: no power of n stands in front."
    ),
    statement=Bound(error_ties(m, n, p), "<=", all_overlaps),
    domain=Domain(m, n, p, remarks=(LABELS,)),
    source=SOURCE,
    observables=(error_ties, overlap, changed_law),
    derivation=Derivation(
        Step(error_ties.definition, by=definition),
        Step(mean(Sum(1 - above(1, j), (j, 2, m))), by=InMean(ByStandings("<="))),
        Step(Sum(mean(1 - above(1, j)), (j, 2, m)), by=MeanOfSum()),
        Step(
            Sum(mean(ratio(j) ** (-lead(j) / 2)), (j, 2, m)),
            by=Termwise(InMean(ByOrder((1, j), PowersBelowOne(ratio(j))))),
            note="Markov's inequality",
        ),
        Step(
            Sum(overlap_power(j) * tilted_mean(1, j), (j, 2, m)),
            by=Termwise(Tilted((1, j), tilt(j))),
        ),
        Step(all_overlaps, by=Termwise(ConstantMean((1, j), tilt(j)))),
    ),
)

em_union_half = Claim(
    id="mode-estimation.em-union-half",
    title="With ties broken at random the bound is half as large",
    says=(
        "If ties are broken at random, the empirical mode is wrong with probability at most half "
        "the sum of the overlaps to the power n. With two classes and no sample this is an "
        "equality."
    ),
    statement=Bound(error(m, n, p), "<=", all_overlaps / 2),
    domain=Domain(m, n, p, remarks=(LABELS,)),
    source=SOURCE,
    observables=(error, overlap, changed_law),
    derivation=Derivation(
        Step(error.definition, by=definition),
        Step(mean(Sum(beats(j, 1), (j, 2, m))), by=InMean(ByStandings("<="))),
        Step(Sum(mean(beats(j, 1)), (j, 2, m)), by=MeanOfSum()),
        Step(
            Sum(overlap_power(j) / 2 * tilted_mean(likelihood(j), j), (j, 2, m)),
            by=Termwise(ByClaim(em_pair, {i: j})),
        ),
        Step(
            Sum(overlap_power(j) / 2 * tilted_mean(1, j), (j, 2, m)),
            by=Termwise(InMean(ByOrder((1, j), PowersBelowOne(ratio(j))))),
        ),
        Step(Sum(overlap_power(j) / 2, (j, 2, m)), by=Termwise(ConstantMean((1, j), tilt(j)))),
        Step(all_overlaps / 2, by=algebra),
    ),
)


def spread(other: Any) -> Expr:
    """The mean square of the lead under the law in which two classes are equally likely."""
    return 2 * n * sqrt(p[1] * p[other]) / overlap(p[1], p[other])


def pair_below(other: Any) -> Expr:
    """A lower bound on how often a rival is ahead of the mode."""
    return overlap_power(other) / 2 * ratio(other) ** (sqrt(spread(other)) / 2)


lower_bound = pair_below(2)

em_pair_lower = Claim(
    id="mode-estimation.em-pair-lower",
    title="A rival is ahead of the mode at least so often",
    says=(
        "The probability that class i is ahead of the mode, ties counting half, is at least half "
        "the overlap to the power n, times a factor that falls only exponentially in the square "
        "root of n."
    ),
    statement=Bound(pair_below(i), "<=", pair_error(m, n, p, rival)),
    domain=Domain(m, n, p, rival, where=(rival <= m,), remarks=(LABELS,)),
    source=SOURCE,
    observables=(pair_error, overlap, changed_law),
    derivation=Derivation(
        Step(pair_error.definition, by=definition),
        Step(overlap_power(i) / 2 * tilted_mean(likelihood(i), i), by=ByClaim(em_pair)),
        Step(
            overlap_power(i) / 2 * ratio(i) ** (sqrt(tilted_mean(lead(i) ** 2, i)) / 2),
            by=JensenOfSquare(ratio(i), lead(i), HALF, (1, i), tilt(i)),
        ),
        Step(pair_below(i), by=SecondMoment((1, i), tilt(i))),
    ),
)

em_lower = Claim(
    id="mode-estimation.em-lower",
    title="A lower bound on the error of the empirical mode that holds for every number of samples",
    says=(
        "The empirical mode is wrong at least as often as the second class is ahead of the mode, "
        "ties counting half, and so with probability at least half the overlap to the power n "
        "times a factor that falls only exponentially in the square root of n. With no sample and "
        "two classes this is an equality."
    ),
    statement=Bound(lower_bound, "<=", error(m, n, p)),
    domain=Domain(m, n, p, remarks=(LABELS,)),
    source=SOURCE,
    observables=(error, overlap),
    derivation=Derivation(
        Step(error.definition, by=definition),
        Step(mean(beats(2, 1)), by=InMean(ByStandings(">=", rival=2))),
        Step(lower_bound, by=ByOneLink(em_pair_lower, {i: 2}, sense=">=")),
    ),
)
