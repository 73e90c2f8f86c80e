"""No estimator does better than the empirical mode, at any number of samples.

The law is known up to the order of the labels. Partial feedback on n samples is a function of
their n labels, so what holds for every estimator from labels holds for every way to ask.
"""

from __future__ import annotations

from sympy import Rational, log, oo

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ForAll,
    Identity,
    Natural,
    Observable,
    Rate,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.monotone import OneSign, Replaced
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.prefactor import (
    AHEAD,
    DERIVED,
    OTHERS,
    base,
    em_prefactor_pair,
    n,
    p1,
    pair_error,
    pair_height,
    r,
    rho,
    sigma,
)

__all__ = [
    "em_minimax",
    "em_minimax_average",
    "em_minimax_exponent",
    "em_minimax_swap",
    "em_minimax_two_points",
    "em_minimax_two_points_rate",
]

SUMMARY = Source(
    PAPER, "information-theoretic bounds", seen=Seen.SUMMARY, standing=Standing.SHARPENED
)

b = Natural("b", meaning="how often the label in second place was seen", grid=(0, 1, 5))
g = Natural("g", at_least=1, meaning="how often more the other was seen", grid=(1, 2, 7))
y = Real(
    "y", at_least=1, meaning="how many times likelier the mode is", grid=(1, Rational(3, 2), 9)
)

em_minimax_swap = Claim(
    id="mode-estimation.em-minimax-swap",
    title="Of two labels the one seen more often is the better guess",
    says=(
        "Exchange two labels, one of them the mode: the samples do not become more likely if the "
        "one that was seen less often takes the place of the mode."
    ),
    statement=Bound(p1**b * (p1 / y) ** (b + g), "<=", p1 ** (b + g) * (p1 / y) ** b),
    domain=Domain(p1, y, b, g),
    source=DERIVED,
    derivation=Derivation(
        Step(p1**b * (p1 / y) ** (b + g), by=definition),
        Step(p1 ** (2 * b + g) * y ** (-b) * y ** (-g), by=algebra),
        Step(p1 ** (2 * b + g) * y ** (-b), by=Replaced(y ** (-g), 1, OneSign())),
        Step(p1 ** (b + g) * (p1 / y) ** b, by=algebra),
    ),
)

m = Natural("m", at_least=2, meaning="number of labels", grid=(2, 3))
samples = Natural("n", meaning="number of samples", grid=(0, 1, 5))
p = Simplex(
    "p",
    length=m,
    entry=Real("entry", at_least=0, at_most=1),
    meaning="probabilities of the labels, in falling order",
)
FIRST = "$p_1 > p_2 \\ge \\dots \\ge p_m$; the law of the labels is $p$ in an unknown order"
POSITIVE = "$p_m > 0$"  # or some samples never occur, and any guess from them will do

mode_error = Observable(
    "mode_error",
    (m, p, samples),
    latex=r"\mathbb{P}(\hat{y}_n \ne y_1)",
    meaning="error of the empirical mode, ties broken uniformly",
)
minimax_risk = Observable(
    "minimax_risk",
    (m, p, samples),
    latex=r"\min_{\hat{y}} \max_{\pi} \mathbb{P}_{p \circ \pi}(\hat{y} \ne \pi^{-1}(y_1))",
    meaning="least worst error, over all orders of the labels, of an estimator from n samples",
)

em_minimax_average = Claim(
    id="mode-estimation.em-minimax-average",
    title="Averaged over the orders of the labels no estimator beats the empirical mode",
    says=(
        "An estimator is any map from n labels to a guess, and randomised ones are mixtures. "
        "Averaged over the orders of the labels none errs less than the empirical mode, and only "
        "those err as little that always guess one of the labels seen most often, whichever it is."
    ),
    statement=ForAll(
        "estimator $\\hat{y}$ from $n$ labels",
        "the mean over all orders $\\pi$ of the labels of "
        "$\\mathbb{P}_{p \\circ \\pi}(\\hat{y} \\ne \\pi^{-1}(y_1))$ is at least the error of the "
        "empirical mode, with equality if and only if $\\hat{y}$ is always a label seen most often",
    ),
    domain=Domain(m, p, samples, remarks=(FIRST, POSITIVE)),
    source=SUMMARY,
    uses=("mode-estimation.em-minimax-swap",),
)

em_minimax = Claim(
    id="mode-estimation.em-minimax",
    title="The empirical mode is exactly minimax, at every number of samples",
    says=(
        "If the law is known up to the order of the labels, the least worst error of any estimator "
        "from n labels is the error of the empirical mode. A strategy that asks about at most n "
        "samples learns a function of their labels, so it cannot do better either."
    ),
    statement=Identity(minimax_risk(m, p, samples), mode_error(m, p, samples)),
    domain=Domain(m, p, samples, remarks=(FIRST,)),
    source=SUMMARY,
    observables=(minimax_risk, mode_error),
    derivation=Derivation(
        Step(minimax_risk(m, p, samples), by=definition),
        Step(
            mode_error(m, p, samples),
            by=Cited(
                "a Bayes estimator of constant risk is minimax",
                "Lehmann and Casella, Theory of Point Estimation, Section 5.1",
            ),
            note=(
                "averaged over the orders no estimator errs less than the empirical mode, which "
                "errs equally often under each"
            ),
        ),
    ),
    uses=("mode-estimation.em-minimax-average",),
)

two_point_risk = Observable(
    "two_point_risk",
    (p1, r, n),
    latex=r"R_n",
    meaning="least average error when only the order of the first two labels is unknown",
)
LIKELIHOOD = Cited(
    "Neyman--Pearson lemma", "Lehmann and Romano, Testing Statistical Hypotheses, Section 3.2"
)
RATIO = (
    "the likelihood ratio of the two laws is $r^{2 D_n}$: the better guess is the label seen more "
    "often, and a tie tells nothing"
)
best_guess = (
    Step(two_point_risk(p1, r, n), by=definition),
    Step(pair_error.definition, by=LIKELIHOOD, note=RATIO),
)

em_minimax_two_points = Claim(
    id="mode-estimation.em-minimax-two-points",
    title="What it costs not to know which of two labels is the mode",
    says=(
        "Even if the law is known up to the order of its two most likely labels, the error is on "
        "average at least that of the second label winning against the mode, ties counted half."
    ),
    statement=Identity(two_point_risk(p1, r, n), pair_error(p1, r, n)),
    domain=Domain(p1, r, n, where=(p1 * (1 + r**2) <= 1,), remarks=(AHEAD,)),
    source=SUMMARY,
    observables=(two_point_risk, pair_error),
    derivation=Derivation(*best_guess),
)

em_minimax_two_points_rate = Claim(
    id="mode-estimation.em-minimax-two-points-rate",
    title="The lower bound from two laws, to the leading order",
    says=(
        "The least average error over a law and its copy with the first two labels exchanged has "
        "the asymptotics of the empirical mode when only one label is in second place: there the "
        "bound from two laws loses nothing, and otherwise a factor K."
    ),
    statement=Equivalent(two_point_risk(p1, r, n), pair_height, as_=(n, oo)),
    domain=Domain(p1, r, n, where=(OTHERS,), remarks=(AHEAD,)),
    source=SUMMARY,
    observables=(two_point_risk, rho, sigma),
    derivation=Derivation(*best_guess, Step(pair_height, by=ByClaim(em_prefactor_pair))),
    uses=("mode-estimation.em-minimax-two-points",),
)

em_minimax_exponent = Claim(
    id="mode-estimation.em-minimax-exponent",
    title="No estimator has a better exponent than the empirical mode",
    says=(
        "The least average error over a law and its copy with the first two labels exchanged falls "
        "exponentially, with the exponent of the empirical mode, the Chernoff information."
    ),
    statement=Rate(two_point_risk(p1, r, n), n, log(base), form="exponential"),
    domain=Domain(p1, r, n, where=(OTHERS,), remarks=(AHEAD,)),
    source=SUMMARY,
    observables=(two_point_risk, rho, sigma),
    derivation=Derivation(
        Step(two_point_risk(p1, r, n), by=definition),
        Step(pair_height, by=ByClaim(em_minimax_two_points_rate)),
    ),
)
