"""How likely is the empirical mode to be wrong? The constant in front of the exponential.

The mode has probability p_1, the second label r^2 p_1. Tilting the law of the samples makes their
difference a symmetric walk, and a local limit theorem does the rest.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Eq,
    Expr,
    Rational,
    Sum,
    Symbol,
    factorial,
    floor,
    oo,
    pi,
    sqrt,
)

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactSum,
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
    algebra,
    definition,
)
from theory.core.rules.profiles import EqualPart
from theory.core.shorthand import Shorthand
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.prefactor_rules import UpToSmallerExponentials

__all__ = [
    "em_prefactor",
    "em_prefactor_correction",
    "em_prefactor_joint",
    "em_prefactor_pair",
    "em_prefactor_strict",
    "em_prefactor_tie",
    "em_prefactor_tilt",
    "em_prefactor_union",
]

DERIVED = Source(PAPER, "the empirical mode", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

p1 = Real(
    "p1", above=0, below=1, latex="p_1", meaning="probability of the mode", grid=(Rational(1, 2),)
)
r = Real(
    "r",
    above=0,
    below=1,
    meaning="square root of the second probability over the first",
    grid=(Rational(3, 4),),
)
n = Natural("n", at_least=1, meaning="number of samples", grid=(1, 10, 100))
j = Natural("j", meaning="how far the second label is ahead", grid=(0, 1, 3))
k = Symbol("k", integer=True, nonnegative=True)
i = Symbol("i", integer=True, positive=True)

rest = 1 - p1 - r**2 * p1
base = 1 - p1 * (1 - r) ** 2
rho = Shorthand("rho", (), r"\rho", "base of the exponential", base)
variance = 2 * r * p1 / base
sigma = Shorthand("sigma", (), r"\sigma^2", "variance of a tilted step", variance)
OTHERS = p1 * (1 + r**2) < 1
AHEAD = "$D_n$ is how often the second label, of probability $r^2 p_1$, was seen more than the mode"


def trinomial(up: Any, down: Any, stay: Any, times: Any = 1) -> Expr:
    """Probability that a walk with such steps is at j after n of them, times something."""
    ways = factorial(n) / (factorial(k) * factorial(k + j) * factorial(n - 2 * k - j))
    steps = down**k * up ** (k + j) * stay ** (n - 2 * k - j)
    return Sum(times * ways * steps, (k, 0, floor((n - j) / 2)))


difference = Observable(
    "difference",
    (p1, r, n, j),
    latex=r"\mathbb{P}(D_n = j)",
    meaning="probability that the second label was seen j times more than the mode",
    definition=trinomial(r**2 * p1, p1, rest),
)
walk = Observable(
    "walk",
    (p1, r, n, j),
    latex=r"W_n(j)",
    meaning="probability that a symmetric walk is at j after n steps",
    definition=trinomial(r * p1 / base, r * p1 / base, rest / base),
)

em_prefactor_tilt = Claim(
    id="mode-estimation.em-prefactor-tilt",
    title="Tilting makes the race of two labels a fair one",
    says=(
        "The difference of the counts of the second label and of the mode has, up to an "
        "exponential in n and a power of r, the law of a symmetric walk, whose steps up and down "
        "have the geometric mean of the two probabilities over the base of the exponential."
    ),
    statement=Identity(difference(p1, r, n, j), base**n * r**j * walk(p1, r, n, j)),
    domain=Domain(p1, r, n, j, where=(OTHERS, j <= n), remarks=(AHEAD,)),
    source=DERIVED,
    observables=(difference, walk, rho),
    derivation=Derivation(
        Step(difference.definition, by=definition),
        Step(
            trinomial(r * p1 / base, r * p1 / base, rest / base, times=base**n * r**j),
            by=Termwise(algebra),
        ),
        Step(base**n * r**j * walk.definition, by=algebra),
    ),
)

LOCAL = Cited(
    "local central limit theorem for lattice walks",
    "Petrov, Sums of Independent Random Variables, Chapter VII",
    sense="~",
)
tie = Observable(
    "tie",
    (p1, r, n),
    latex=r"\mathbb{P}(D_n = 0)",
    meaning="probability that the second label was seen as often as the mode",
    definition=difference.defined_as(p1, r, n, 0),
)
height = base**n / sqrt(2 * pi * n * variance)

em_prefactor_tie = Claim(
    id="mode-estimation.em-prefactor-tie",
    title="How often the second label ties with the mode",
    says=(
        "The probability of a tie is an exponential in the number of samples over the square root "
        "of it, with a constant in closed form."
    ),
    statement=Equivalent(tie(p1, r, n), height, as_=(n, oo)),
    domain=Domain(p1, r, n, where=(OTHERS,), remarks=(AHEAD,)),
    source=DERIVED,
    observables=(tie, rho, sigma),
    derivation=Derivation(
        Step(difference.defined_as(p1, r, n, 0), by=definition),
        Step(base**n * walk.defined_as(p1, r, n, 0), by=ByClaim(em_prefactor_tilt, {j: 0})),
        Step(height, by=LOCAL),
    ),
)

ahead = Observable(
    "ahead",
    (p1, r, n),
    latex=r"\mathbb{P}(D_n > 0)",
    meaning="probability that the second label was seen more often than the mode",
    definition=Sum(difference.defined_as(p1, r, n, i), (i, 1, n)),
)

em_prefactor_strict = Claim(
    id="mode-estimation.em-prefactor-strict",
    title="How often the second label is ahead of the mode",
    says=(
        "The probability that the second label was seen more often than the mode is asymptotically "
        "r / (1 - r) times that of a tie: each further step ahead costs a factor r."
    ),
    statement=Equivalent(ahead(p1, r, n), r / (1 - r) * height, as_=(n, oo)),
    domain=Domain(p1, r, n, where=(OTHERS,), remarks=(AHEAD,)),
    source=DERIVED,
    observables=(ahead, rho, sigma),
    derivation=Derivation(
        Step(ahead.definition, by=definition),
        Step(
            Sum(base**n * r**i * walk.defined_as(p1, r, n, i), (i, 1, n)),
            by=Termwise(ByClaim(em_prefactor_tilt, {j: i})),
        ),
        Step(
            Sum(r**i * height, (i, 1, oo)),
            by=LOCAL,
            note=(
                r"the theorem holds uniformly in the place of the walk, and $W_n(i) \sqrt{n}$ is "
                "bounded: dominated convergence"
            ),
        ),
        Step(r / (1 - r) * height, by=ExactSum()),
    ),
)

half = (1 + r) / (2 * (1 - r))
half_series = Rational(1, 2) + Sum(r**i, (i, 1, oo))
pair_error = Observable(
    "pair_error",
    (p1, r, n),
    latex="h_n",
    meaning="probability that the second label wins against the mode, ties counted half",
    definition=tie.definition / 2 + ahead.definition,
)
pair_height = half * height
loss = r / ((1 - r) ** 2 * variance) + (3 - 1 / variance) / 8
EDGEWORTH = Cited(
    "local limit theorem with its first correction, for lattice walks",
    "Petrov, Sums of Independent Random Variables, Chapter VII",
    sense="~",
)


kurtosis = 1 + (1 / variance - 3) / (8 * n)
squares = Sum(i**2 * r**i, (i, 1, oo))
sum_of_squares = r * (1 + r) / (1 - r) ** 3
spread = 2 * n * variance * half

em_prefactor_correction = Claim(
    id="mode-estimation.em-prefactor-correction",
    title="How fast the equivalence sets in",
    says=(
        "The leading term of the probability that the second label wins, ties counted half, is too "
        "large by a relative amount that falls like one over the number of samples, with a "
        "constant in closed form: it is large when the two labels are nearly as likely."
    ),
    statement=Equivalent(
        1 - pair_error(p1, r, n) / pair_height,
        loss / n,
        as_=(n, oo),
    ),
    domain=Domain(p1, r, n, where=(OTHERS, (1 - r) ** 2 < 8 * r), remarks=(AHEAD,)),
    source=DERIVED,
    observables=(pair_error, rho, sigma),
    derivation=Derivation(
        Step(
            1
            - difference.defined_as(p1, r, n, 0) / (2 * pair_height)
            - ahead.definition / pair_height,
            by=definition,
        ),
        Step(
            1
            - base**n * walk.defined_as(p1, r, n, 0) / (2 * pair_height)
            - ahead.definition / pair_height,
            by=ByClaim(em_prefactor_tilt, {j: 0}),
        ),
        Step(
            1
            - base**n * walk.defined_as(p1, r, n, 0) / (2 * pair_height)
            - Sum(base**n * r**i * walk.defined_as(p1, r, n, i), (i, 1, n)) / pair_height,
            by=Termwise(ByClaim(em_prefactor_tilt, {j: i})),
        ),
        Step(
            1 - kurtosis * half_series / half + squares / spread,
            by=EDGEWORTH,
            note="it holds uniformly in the place of the walk: dominated convergence",
        ),
        Step(1 - kurtosis + squares / spread, by=EqualPart(half_series, half, ExactSum())),
        Step(
            1 - kurtosis + sum_of_squares / spread,
            by=EqualPart(squares, sum_of_squares, ExactSum()),
        ),
        Step(loss / n, by=algebra),
    ),
)

em_prefactor_pair = Claim(
    id="mode-estimation.em-prefactor-pair",
    title="How often the second label wins against the mode",
    says=(
        "The probability that the second label is ahead of the mode, ties counted half, is "
        "asymptotically (1 + r) / (2 (1 - r)) times that of a tie."
    ),
    statement=Equivalent(pair_error(p1, r, n), pair_height, as_=(n, oo)),
    domain=Domain(p1, r, n, where=(OTHERS,), remarks=(AHEAD,)),
    source=DERIVED,
    observables=(pair_error, rho, sigma),
    derivation=Derivation(
        Step(pair_error.definition, by=definition),
        Step(
            base**n * walk.defined_as(p1, r, n, 0) / 2 + ahead.definition,
            by=ByClaim(em_prefactor_tilt, {j: 0}),
        ),
        Step(
            base**n * walk.defined_as(p1, r, n, 0) / 2
            + Sum(base**n * r**i * walk.defined_as(p1, r, n, i), (i, 1, n)),
            by=Termwise(ByClaim(em_prefactor_tilt, {j: i})),
        ),
        Step(half_series * height, by=LOCAL, note="as before"),
        Step(pair_height, by=EqualPart(half_series, half, ExactSum())),
    ),
)

both = Observable(
    "both",
    (p1, r, n),
    latex=r"\mathbb{P}(N_2 \ge N_1, N_3 \ge N_1)",
    meaning=(
        "probability that neither of two labels, each r squared times as likely as the mode, is "
        "behind it"
    ),
)
smaller_base = base - p1 * r * (1 - r) ** 2 / (1 + r) ** 2
t = (1 + r) / (2 * r)

em_prefactor_joint = Claim(
    id="mode-estimation.em-prefactor-joint",
    title="Two labels are hardly ever ahead of the mode together",
    says=(
        "That two labels, each r squared times as likely as the mode, are both not behind it is "
        "exponentially less likely than that one of them is."
    ),
    statement=Bound(both(p1, r, n), "<=", smaller_base**n),
    domain=Domain(p1, r, n, where=(p1 * (1 + 2 * r**2) <= 1,)),
    source=DERIVED,
    observables=(both, rho),
    derivation=Derivation(
        Step(both(p1, r, n), by=definition),
        Step(
            (1 - p1 - 2 * r**2 * p1 + p1 / t**2 + 2 * r**2 * p1 * t) ** n,
            by=Cited(
                "Markov's inequality", "Billingsley, Probability and Measure, Section 5", "<="
            ),
            note=r"for the $(N_2 + N_3 - 2 N_1)$th power of $t = (1 + r)/(2 r)$, which is above 1",
        ),
        Step(smaller_base**n, by=algebra),
    ),
)

m = Natural("m", at_least=3, meaning="number of labels", grid=(3,))
K = Natural("K", at_least=1, meaning="number of labels that share the second place", grid=(1,))
p = Simplex(
    "p",
    length=m,
    entry=Real("entry", above=0, below=1),
    meaning="probabilities of the labels, in falling order",
)
u = Real(
    "u", at_least=0, below=1, meaning="bounds the root of the third probability over the second"
)
ORDER = (
    "$p_2 = \\dots = p_{K+1} = r^2 p_1$, and the labels after these have at most the probability "
    "$u^2 r^2 p_1$"
)
LAW = (K <= m - 1, Eq(p[1], p1), Eq(p[2], r**2 * p1), OTHERS)

mode_error = Observable(
    "mode_error",
    (m, p, n),
    latex=r"\mathbb{P}(\hat{y}_n \ne y_1)",
    meaning="error of the empirical mode, ties broken uniformly",
)
third_base = 1 - p1 * (1 - u * r) ** 2
pairs = (m - 1) * (m - 2) / 2
remainder = (m - 1 - K) * third_base**n / 2 + pairs * smaller_base**n

em_prefactor_union = Claim(
    id="mode-estimation.em-prefactor-union",
    title="The error of the empirical mode is K times that of a pair",
    says=(
        "If K labels share the second place, the error of the empirical mode is K times the "
        "probability that one of them wins against the mode, up to what falls exponentially faster."
    ),
    statement=Bound(Abs(mode_error(m, p, n) - K * pair_error(p1, r, n)), "<=", remainder),
    domain=Domain(m, K, p, p1, r, u, n, where=LAW, remarks=(ORDER,)),
    source=DERIVED,
    observables=(mode_error, pair_error, rho),
    derivation=Derivation(
        Step(mode_error(m, p, n), by=definition),
        Step(
            K * pair_error.definition,
            by=Cited(
                "Bonferroni's inequalities",
                "Feller, An Introduction to Probability Theory, Volume 1, Chapter IV",
                sense="+-",
                within=remainder,
            ),
            note=(
                "for the events that a label wins against the mode, a tie being decided by ranks "
                "at random: labels of the same probability win equally often; for the others, and "
                "for two labels at once, see the claims that this one uses"
            ),
        ),
    ),
    uses=("mode-estimation.em-pair", "mode-estimation.em-prefactor-joint"),
)

em_prefactor = Claim(
    id="mode-estimation.em-prefactor",
    title="The error of the empirical mode to the leading order",
    says=(
        "With at least three labels, of which K share the second place, the error of the empirical "
        "mode falls like the power n of rho over the square root of n, with a constant in closed "
        "form that is proportional to K."
    ),
    statement=Equivalent(mode_error(m, p, n), K * pair_height, as_=(n, oo)),
    domain=Domain(m, K, p, p1, r, u, n, where=LAW, remarks=(ORDER,)),
    source=DERIVED,
    observables=(mode_error, rho, sigma),
    derivation=Derivation(
        Step(mode_error(m, p, n), by=definition),
        Step(
            K * pair_error.definition,
            by=UpToSmallerExponentials(
                em_prefactor_union,
                size=em_prefactor_pair,
                multiple=K,
                base=base,
            ),
            note="$D_n$ is the lead of any one of the $K$ labels",
            granting=em_prefactor_pair.domain.remarks,
        ),
        Step(
            K * pair_height,
            by=ByClaim(em_prefactor_pair),
            note="$D_n$ is the lead of any one of the $K$ labels",
            granting=em_prefactor_pair.domain.remarks,
        ),
    ),
)
