"""What Truncated Search costs: the entropy of the mode in place of that of all labels."""

from __future__ import annotations

from sympy import Rational, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Integer,
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
from theory.core.rules.monotone import ByOneLink, OneSign
from theory.mode_estimation.coarse_cost import (
    FIVE,
    MASSES,
    STABLE_PARTITION,
    K,
    bits,
    coarse_cost,
    coarse_queries,
    five,
    r,
    s,
    sigma,
)
from theory.mode_estimation.paper import PAPER

__all__ = [
    "truncated_complexity",
    "truncated_complexity_free",
    "truncated_complexity_frequent",
    "truncated_complexity_half",
    "truncated_complexity_mode",
    "truncated_complexity_path",
    "truncated_complexity_rate",
]

HEADLINE = Source(PAPER, "Truncated Search", seen=Seen.ABSTRACT, standing=Standing.SHARPENED)
DERIVED = Source(PAPER, "Truncated Search", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

P = Real("p", above=0, at_most=Rational(1, 2), latex="p_1", meaning="probability of the mode")
factor = 1 + sigma / 2

truncated_complexity = Claim(
    id="mode-estimation.truncated-complexity",
    title="Truncated Search: 1.0431 times one plus the information of the mode",
    says=(
        "A search that settles at a stable partition takes at most 1.0431 times 1 + log2 (1 / p) "
        "queries a sample, where p, at most one half, is the probability of the mode. Times the "
        "number of samples that the empirical mode needs, it is the published bound with its "
        "constant."
    ),
    statement=Bound(coarse_queries(K, P, s, r), "<=", factor * (1 + bits(1 / P))),
    domain=Domain(K, P, s, r, where=(MASSES,), remarks=STABLE_PARTITION),
    source=HEADLINE,
    observables=(coarse_queries,),
    derivation=Derivation(
        Step(coarse_queries(K, P, s, r), by=definition),
        Step(bits(1 / P) + 1 + sigma, by=ByOneLink(coarse_cost, link=2)),
        Step(factor * (1 + bits(1 / P)) - sigma / 2 * ((log(1 / P) - log(2)) / log(2)), by=algebra),
        Step(factor * (1 + bits(1 / P)), by=OneSign()),
    ),
)

few = Natural("m", at_least=2, at_most=25, meaning="number of labels")
p = Simplex("p", length=few, meaning="probabilities of the labels, the mode's first")
RARE = "$p_1 < 1/2$ is the unique largest probability"


def samples(at_least: int, at_most: int) -> Integer:
    """The number of samples, within the range that was looked at."""
    return Natural("n", at_least=at_least, at_most=at_most, meaning="number of samples")


SEARCH = (
    "rounds of $1, 2, 4, \\dots$ new samples; in round $r$ sets are split while they have at least "
    "$N(\\hat y) - (2/3)^r n_r / (4 m)$ of the $n_r$ samples up to then; the first tree is balanced"
)

thousands = samples(5000, 10**6)
rate = Observable(
    "rate",
    (few, p, thousands),
    latex=r"\mathbb{E} T / n",
    meaning="mean number of queries a sample of Truncated Search",
)

truncated_complexity_rate = Claim(
    id="mode-estimation.truncated-complexity-rate",
    title="Truncated Search costs what stable partitions do",
    says=(
        "With thousands of samples Truncated Search takes on average between log2 (1 / p) and "
        "1.0861 more queries a sample, to within one twentieth, p being the probability of the "
        "mode; the entropy of the labels has no part in it."
    ),
    statement=Bound(
        bits(1 / p[1]) - Rational(1, 20),
        "<=",
        rate(few, p, thousands),
        "<=",
        bits(1 / p[1]) + 1 + sigma + Rational(1, 20),
    ),
    domain=Domain(few, p, thousands, remarks=(RARE, SEARCH)),
    source=HEADLINE,
    observables=(rate,),
    uses=("mode-estimation.coarse-cost", "mode-estimation.coarse-cost-settles"),
)

long = samples(10**5, 10**7)
FREQUENT = p[1] >= Rational(11, 20)
once_share = Observable(
    "once_share",
    (few, p, long),
    latex=r"\mathbb{P}(1 \le T / n \le 1 + 1 / 500)",
    meaning="probability of at most one query in 500 more than there are samples, and no fewer",
)

truncated_complexity_frequent = Claim(
    id="mode-estimation.truncated-complexity-frequent",
    title="A mode of more than one half costs one query a sample",
    says=(
        "If the mode has a probability of 0.55 or more, a hundred thousand samples take at most "
        "two queries in a thousand more than one each, in nine runs of ten or more."
    ),
    statement=Bound(Rational(9, 10), "<=", once_share(few, p, long)),
    domain=Domain(few, p, long, where=(FREQUENT,), remarks=(SEARCH,)),
    source=DERIVED,
    observables=(once_share,),
    uses=("mode-estimation.coarse-cost-settles",),
)

several = Natural("m", at_least=3, at_most=25, meaning="number of labels")
ten_thousands = samples(10**4, 10**6)
one_half_rate = Observable(
    "one_half_rate",
    (several, ten_thousands),
    latex=r"\mathbb{E} T / n",
    meaning="mean number of queries a sample, for probability 1/2 of the mode and equal others",
)

truncated_complexity_half = Claim(
    id="mode-estimation.truncated-complexity-half",
    title="A mode of exactly one half costs more than one query a sample",
    says=(
        "If the mode has probability exactly one half, the other labels have more samples than it "
        "half of the time and have to be split. With ten thousand samples this makes 1.2 to 1.4 "
        "queries a sample on average, not one, which is the binary logarithm of 1 / p."
    ),
    statement=Bound(
        Rational(6, 5), "<=", one_half_rate(several, ten_thousands), "<=", Rational(7, 5)
    ),
    domain=Domain(several, ten_thousands, remarks=(SEARCH,)),
    source=DERIVED,
    observables=(one_half_rate,),
)

settled = samples(2**14, 2**24)
cheap_share = Observable(
    "cheap_share",
    (five, settled),
    latex=r"\mathbb{P}(T / n \le 9/5)",
    meaning="probability of at most 9/5 queries a sample",
)

truncated_complexity_path = Claim(
    id="mode-estimation.truncated-complexity-path",
    title="The first samples decide for good what Truncated Search costs",
    says=(
        "With probabilities 305, 202, 198, 101, 94 over 900 between a tenth and three tenths of "
        "the runs settle at a partition of 299/180 queries a sample, the others at one of 2 "
        "queries: the cost does not tend to one number."
    ),
    statement=Bound(Rational(1, 10), "<=", cheap_share(five, settled), "<=", Rational(3, 10)),
    domain=Domain(five, settled, where=FIVE, remarks=(SEARCH,)),
    source=DERIVED,
    observables=(cheap_share,),
    uses=("mode-estimation.coarse-cost-several",),
)

many = Natural("m", at_least=30, at_most=1000, meaning="number of labels")
enough = samples(20_000, 10**6)
few_share = Observable(
    "few_share",
    (many, enough),
    latex=r"\mathbb{P}(\tfrac{22}{10} \le T / n \le \tfrac{34}{10})",
    meaning=(
        "probability of 2.2 to 3.4 queries a sample, for probabilities 1/5, 3/25 and equal others"
    ),
)

truncated_complexity_free = Claim(
    id="mode-estimation.truncated-complexity-free",
    title="The cost of Truncated Search does not grow with the number of labels",
    says=(
        "With a mode of probability 1/5, a second label of 3/25 and all others alike, nine runs of "
        "ten or more take between 2.2 and 3.4 queries a sample, with thirty labels as with a "
        "thousand."
    ),
    statement=Bound(Rational(9, 10), "<=", few_share(many, enough)),
    domain=Domain(many, enough, remarks=(SEARCH,)),
    source=DERIVED,
    observables=(few_share,),
)

m = Natural("m", at_least=1, meaning="number of labels")
n = Natural("n", at_least=1, meaning="number of samples")
law = Natural("law", latex=r"\lambda", meaning="number of a random law")
runs = Natural("R", at_least=1, meaning="number of runs")

truncated_complexity_mode = Claim(
    id="mode-estimation.truncated-complexity-mode",
    title="Truncated Search returns the empirical mode",
    says=(
        "Truncated Search, whose trees change from round to round, returns a most frequent label "
        "of all its samples in every run, so it errs as often as the empirical mode does."
    ),
    statement=ForAll(
        "run among the first $R$ on $n$ samples from random law number $law$ on $m$ labels",
        "no label has more samples than the one that is returned",
    ),
    domain=Domain(m, law, n, runs, remarks=(SEARCH,)),
    source=HEADLINE,
    uses=("mode-estimation.coarse-certificate",),
)
