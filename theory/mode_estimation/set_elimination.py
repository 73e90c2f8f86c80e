"""How many questions the elimination of whole sets of classes takes, and how often it errs.

Samples come in batches of 2, 4, 8, ...; after a batch they are identified as far as a partition
into sets that are split while they hold at least half of the largest count of a class, and sets
whose count is below N_max - sqrt(c N_max L), L = log(pi^2 n^2 m / delta), are dropped. The rate at
which the queries grow with log(1/delta) does not depend on how many unlikely classes there are; the
union bound in L leaves a logarithm of their number beside it.
"""

from __future__ import annotations

from typing import Any

from sympy import E, Piecewise, Sum, Symbol, exp, log, oo, pi, sympify

from theory import (
    Bound,
    ByClaim,
    Categorical,
    Cited,
    Claim,
    Derivation,
    Domain,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import OneSign
from theory.mode_estimation.elimination_costs import ORDER, c, longest, m, p
from theory.mode_estimation.gap_rules import MeanTimes
from theory.mode_estimation.geometric_sums import GeometricSum
from theory.mode_estimation.paper import PAPER

__all__ = [
    "set_elim_complexity",
    "set_elim_complexity_phases",
    "set_elim_complexity_shape",
    "set_elim_crossing",
    "set_elim_flat",
    "set_elim_no_gain",
    "set_elim_pac",
]

DERIVED_HERE = Source(
    PAPER, "elimination of sets", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
)

BATCHES = (
    "samples come in batches of $2, 4, 8, \\dots$; after a batch a set of the partition is split "
    "while its count is at least half of the largest count $N_{\\max}$ of a class, less a slack "
    "that falls geometrically, and dropped when its count is below "
    "$N_{\\max} - \\sqrt{c N_{\\max} L}$, with $L = \\log(\\pi^2 n^2 m / \\delta)$"
)
CRITERION = "no class is dropped but with a set that meets the criterion"

delta = Real("delta", above=0, at_most=1, latex=r"\delta", meaning="allowed probability of error")
r = Symbol("r", integer=True, positive=True)
k = Symbol("k", integer=True, positive=True)

set_error = Observable(
    "set_error",
    (m, p, c, delta),
    latex=r"\mathbb{P}(\text{mode dropped})",
    meaning="probability that the set of the mode is ever dropped",
)
overtaken = (m - 1) * exp(-c * log(pi**2 * 4**r * m / delta) / 4)

set_elim_pac = Claim(
    id="mode-estimation.set-elim-pac",
    title="The elimination of sets seldom drops the mode, for any constant",
    says=(
        "As the batches double, the probability that the set of the mode is ever dropped is at "
        "most m - 1 times the power c / 4 of delta over pi squared m, over one less than the power "
        "c / 2 of 2, for every constant c, whereas without batches the corresponding sum is "
        "infinite for c up to 2. At c = 4 it is below delta / 29."
    ),
    statement=Bound(
        set_error(m, p, c, delta),
        "<=",
        (m - 1) * (delta / (pi**2 * m)) ** (c / 4) / (2 ** (c / 2) - 1),
    ),
    domain=Domain(m, p, c, delta, remarks=(ORDER, BATCHES, CRITERION)),
    source=DERIVED_HERE,
    observables=(set_error,),
    derivation=Derivation(
        Step(set_error(m, p, c, delta), by=definition),
        Step(
            Sum(overtaken, (r, 1, oo)),
            by=Cited(
                "union bound and Hoeffding's inequality",
                "Hoeffding, J. Amer. Statist. Assoc. 58 (1963), theorem 2",
                sense="<=",
            ),
            note=(
                r"after round $r$ there are $n \ge 2^r$ samples; a set that holds the mode counts "
                r"at least $N_1$, so that it is dropped only if $N_j - N_1 > \sqrt{c N_j L}$ for "
                r"another class $j$; of $s = N_1 + N_j$ samples of the two this difference is a "
                r"sum of $s$ signs of mean at most $0$, and $N_j \ge s / 2$"
            ),
        ),
        Step(
            Sum((m - 1) * (delta / (pi**2 * m)) ** (c / 4) * 2 ** (-c * r / 2), (r, 1, oo)),
            by=Termwise(algebra),
        ),
        Step(
            (m - 1) * (delta / (pi**2 * m)) ** (c / 4) * 2 ** (-c / 2) / (1 - 2 ** (-c / 2)),
            by=GeometricSum(),
        ),
        Step(
            (m - 1) * (delta / (pi**2 * m)) ** (c / 4) / (2 ** (c / 2) - 1),
            by=algebra,
        ),
    ),
)


def bits() -> Any:
    """log2(1 / p_1)."""
    return log(1 / p[1]) / log(2)


likely = Sum(Piecewise((p[k] * longest(k), 2 * p[k] > p[1]), (0, True)), (k, 2, m))
first_phase = 4 / p[1] * (bits() + 3 + p[1] / (4 * E * log(2)))
second_phase = longest(2) + (1 + bits()) * (p[1] * longest(2) + likely)
mean_time = p[1] * longest(2) + Sum(p[k] * longest(k), (k, 2, m))
shape = 15 * longest(2) + 5 * bits() * mean_time

set_rate = Observable(
    "set_rate",
    (m, p, c),
    latex=r"\limsup_{\delta \to 0} \frac{T}{\log(1/\delta)}",
    meaning="largest number of queries per unit of log(1/delta) as delta tends to 0",
)

set_elim_complexity = Claim(
    id="mode-estimation.set-elim-complexity",
    title="The cost of eliminating sets does not depend on the unlikely classes",
    says=(
        "Per unit of log(1/delta) the elimination of sets takes at most twice c times the sum of "
        "a first phase, until all classes of at most half the probability of the mode are gone, "
        "which depends on the probability of the mode alone, and a second phase with the likely "
        "classes."
    ),
    statement=Bound(
        set_rate(m, p, c),
        "<=",
        2 * c * (first_phase + second_phase),
    ),
    domain=Domain(
        m,
        p,
        c,
        remarks=(
            ORDER,
            BATCHES,
            CRITERION,
            "for almost every sequence of samples",
            "no set of classes has exactly half the probability of the mode",
        ),
    ),
    source=Source(PAPER, "elimination of sets", seen=Seen.ABSTRACT, standing=Standing.SHARPENED),
    observables=(set_rate,),
    uses=("mode-estimation.elim-fluid", "mode-estimation.elim-complexity-stage"),
)

first = Real("p1", above=0, below=1, latex="p_1", meaning="probability of the mode")
worst_time = Real("a", above=0, meaning="one over the smallest gap")
mean = Real("M", above=0, meaning="sum of the probabilities over the gaps, the mode's included")
others = Real("s", at_least=0, meaning="the part of it that belongs to likely rivals")
doubt = Real("b", at_least=0, meaning="log2 of one over the probability of the mode")
TIME, MEAN = 1 <= first * worst_time, 1 <= first * mean
PART, LEAST = first * worst_time + others.symbol <= mean, mean <= worst_time
little = 1 / (E * log(2))
both_phases = (
    4 / first * (doubt + 3) + little + worst_time + (1 + doubt) * (first * worst_time + others)
)

set_elim_complexity_phases = Claim(
    id="mode-estimation.set-elim-complexity-phases",
    title="The two phases of eliminating sets, from what is known of the gaps",
    says=(
        "If a is one over the smallest gap and M the mean of one over the gaps, both at least one "
        "over the probability p of the mode, then the two phases together are at most 15 a and 5 M "
        "log2(1 / p)."
    ),
    statement=Bound(both_phases, "<=", 15 * worst_time + 5 * doubt * mean),
    domain=Domain(first, worst_time, mean, others, doubt, where=(TIME, MEAN, PART, LEAST)),
    source=DERIVED_HERE,
    derivation=Derivation(
        Step(both_phases, by=definition),
        Step(
            4 / first * (doubt + 3) + little + worst_time + (1 + doubt) * mean,
            by=ByHypothesis({PART: 1 + doubt}, "<="),
        ),
        Step(
            4 * doubt * mean + 12 * worst_time + little + worst_time + (1 + doubt) * mean,
            by=ByHypothesis({MEAN: 4 * doubt / first, TIME: 12 / first}, "<="),
        ),
        Step(
            5 * doubt * mean + 14 * worst_time + little,
            by=ByHypothesis({LEAST: sympify(1)}, "<="),
        ),
        Step(
            5 * doubt * mean + 14 * worst_time + little * first * worst_time,
            by=ByHypothesis({TIME: little}, "<="),
        ),
        Step(5 * doubt * mean + 14 * worst_time + little * worst_time, by=OneSign()),
        Step(15 * worst_time + 5 * doubt * mean, by=OneSign()),
    ),
)

set_elim_complexity_shape = Claim(
    id="mode-estimation.set-elim-complexity-shape",
    title="The cost of eliminating sets has the published shape",
    says=(
        "The two phases together are at most 15 over the plain gap of the second class plus 5 "
        "log2(1 / p) times the mean of one over the plain gap, p being the probability of the "
        "mode, for which the gap of the second class is taken: the cost is of the published shape, "
        "with plain gaps, and twice c times these constants."
    ),
    statement=Bound(first_phase + second_phase, "<=", shape),
    domain=Domain(m, p, remarks=(ORDER,)),
    derivation=Derivation(
        Step(first_phase + second_phase, by=definition),
        Step(
            shape,
            by=MeanTimes(
                ByClaim(
                    set_elim_complexity_phases,
                    {
                        first.symbol: p[1],
                        worst_time.symbol: longest(2),
                        mean.symbol: mean_time,
                        others.symbol: likely,
                        doubt.symbol: bits(),
                    },
                ),
                longest,
                k,
                m.symbol,
                p.symbol,
                ORDER,
                {
                    "first": first.symbol,
                    "worst": worst_time.symbol,
                    "mean": mean.symbol,
                    "part": others.symbol,
                },
            ),
        ),
    ),
    uses=("mode-estimation.set-elim-complexity-phases",),
    source=Source(PAPER, "elimination of sets", seen=Seen.ABSTRACT, standing=Standing.SHARPENED),
)

classes = Natural("m", at_least=30, at_most=30, meaning="number of classes")
TWO_LIKELY = (
    "$p_1 = 0.2$, $p_2 = 0.12$, the other classes equally likely; $c = 4$, and "
    "$\\delta = 10^{-10} m / 30$, so that $L$ does not depend on $m$; a run counts with at most "
    "$4 \\cdot 10^4$ queries"
)
set_growth = Observable(
    "set_growth",
    (classes,),
    latex=r"T_{\mathrm{sets}}(8 m) - T_{\mathrm{sets}}(m)",
    meaning="how much the mean queries of the elimination of sets grow with 8 times the classes",
)
class_growth = Observable(
    "class_growth",
    (classes,),
    latex=r"T_{\mathrm{classes}}(8 m) - T_{\mathrm{classes}}(m)",
    meaning="how much the mean queries of the elimination of classes grow with 8 times as many",
)

set_elim_flat = Claim(
    id="mode-estimation.set-elim-flat",
    title="With more unlikely classes the elimination of sets costs hardly more",
    says=(
        "With 8 times the number of classes, at the same logarithm L in the rule, the elimination "
        "of single classes takes more than 1000 queries more; that of sets takes fewer than 1000 "
        "more, of some 19000."
    ),
    statement=Bound(set_growth(classes), "<=", 1000, "<=", class_growth(classes)),
    domain=Domain(classes, remarks=(TWO_LIKELY, BATCHES)),
    source=DERIVED_HERE,
    observables=(set_growth, class_growth),
    uses=("mode-estimation.set-elim-complexity", "mode-estimation.elim-complexity-entropy"),
)

problem = Categorical(
    "problem",
    latex="P",
    meaning="one of the problems of the published experiments",
    choices=("geometric with 100", "two good of 300", "one good of 300"),
)
wide_problem = Categorical(
    "problem", latex="P", meaning="a problem with many classes", choices=("one good of 10000",)
)
constant = Real("c", at_least=1, at_most=24, meaning="confidence constant of both rules")
usual = Real("c", at_least=4, at_most=4, meaning="confidence constant of both rules")
CUT = "a run that takes more than $4000 c$ queries counts with $4000 c$"
NINE_BITS = "$\\delta = 2^{-9}$"
TEN_DIGITS = "$\\delta = 10^{-10}$"


def mean_queries(name: str, of: str, *given: Any) -> Observable:
    """Mean queries of one of the two eliminations."""
    return Observable(
        f"{name}_queries",
        given,
        latex=rf"\mathbb{{E}} T_{{\mathrm{{{name}}}}}",
        meaning=f"mean queries of the elimination of {of}",
    )


by_sets = mean_queries("set", "sets", problem, constant)
by_classes = mean_queries("class", "single classes", problem, constant)
by_sets_wide = mean_queries("set", "sets", wide_problem, usual)
by_classes_wide = mean_queries("class", "single classes", wide_problem, usual)

set_elim_no_gain = Claim(
    id="mode-estimation.set-elim-no-gain",
    title="With a few hundred classes the elimination of sets gains nothing",
    says=(
        "On the problems of the published experiments, with at most 300 classes and the same "
        "constant from 1 to 24 in both rules, the elimination of single classes takes fewer "
        "queries: the figure in which sets win compares different constants, and more classes."
    ),
    statement=Bound(by_classes(problem, constant), "<=", by_sets(problem, constant)),
    domain=Domain(problem, constant, remarks=(NINE_BITS, BATCHES, CUT)),
    source=Source(PAPER, "experiments", seen=Seen.REPOSITORY, standing=Standing.CORRECTED),
    published=(
        "the elimination of sets takes fewer queries than that of single classes, as in the "
        "figure, where its constant is smaller"
    ),
    observables=(by_classes, by_sets),
)

set_elim_crossing = Claim(
    id="mode-estimation.set-elim-crossing",
    title="With ten thousand classes the elimination of sets wins",
    says=(
        "With one likely class among ten thousand the elimination of sets takes fewer "
        "queries than that of single classes, with the constant 4 in both rules."
    ),
    statement=Bound(
        by_sets_wide(wide_problem, usual),
        "<=",
        by_classes_wide(wide_problem, usual),
    ),
    domain=Domain(wide_problem, usual, remarks=(TEN_DIGITS, BATCHES, CUT)),
    source=DERIVED_HERE,
    observables=(by_classes_wide, by_sets_wide),
)
