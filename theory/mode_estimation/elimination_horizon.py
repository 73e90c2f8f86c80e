"""A horizon for elimination: after how many samples a class is dropped, and how surely.

A class is dropped once its gap to the mode is worth the threshold of the rule. Chernoff's method
gives a horizon that is half of the one that the authors' program uses.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    binomial,
    exp,
    log,
    pi,
    sqrt,
)

from theory import (
    Bound,
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
from theory.core.rules.exponentials import Majorised
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import ByOneLink, ByRemark, BySquares, Chained, OneSign, Replaced
from theory.mode_estimation.chernoff import Chernoff, TrinomialTheorem
from theory.mode_estimation.elimination import (
    DERIVED,
    RULE,
    L,
    c,
    delta,
)
from theory.mode_estimation.paper import PAPER

__all__ = [
    "elim_horizon",
    "elim_horizon_exponent",
    "elim_horizon_lasting",
    "elim_horizon_moment",
    "elim_horizon_sharp",
]

u = Real(
    "u",
    above=0,
    at_most=1,
    meaning="relative gap of the class to the mode",
    grid=(Rational(1, 2), 1, Rational(1, 10)),
)
z = Real(
    "z", at_least=0, below=1, meaning="probability of the other classes together", grid=(0, 0.5)
)
n = Natural("n", at_least=1, meaning="number of samples", grid=(100, 1000))
mode = (1 - z) / (2 - u)
rival = mode * (1 - u)
CLASSES = (
    "the mode has the probability $p_1 = (1 - z) / (2 - u)$, and the class the probability "
    "$(1 - u) p_1$"
)
v = Symbol("v", nonnegative=True)
s = Symbol("s", integer=True, nonnegative=True)
k = Symbol("k", integer=True, nonnegative=True)

slack = u / 4 * (1 - u / 4)
exponent = exp(-slack) - 1 + (1 - u) * (exp(u / 4) - 1)

elim_horizon_exponent = Claim(
    id="mode-estimation.elim-horizon-exponent",
    title="The exponent of a class that lasts",
    says=(
        "For every relative gap u of a class, the exponent of its count against that of the mode, "
        "at the tilt u / 4 and with the slope u / 4, is at most minus an eighth of the square of "
        "u."
    ),
    statement=Bound(exponent, "<=", -(u**2) / 8),
    domain=Domain(u),
    source=DERIVED,
    derivation=Derivation(
        Step(exponent, by=definition),
        Step(
            -slack + slack**2 / 2 + (1 - u) * (exp(u / 4) - 1),
            by=Majorised(exp(-v), 1 - v + v**2 / 2, v, of=slack, order=3),
        ),
        Step(
            -slack + slack**2 / 2 + (1 - u) * (u / 4 + u**2 / 32 + u**3 / 320),
            by=Majorised(
                exp(v),
                1 + v + v**2 / 2 + v**3 / 5,
                v,
                of=u / 4,
                order=4,
                end=Rational(1, 4),
                power=3,
            ),
        ),
        Step(-(u**2) / 8, by=OneSign()),
    ),
)


P = Real("P", above=0, at_most=1, meaning="probability of the mode")
Q = Real("Q", at_least=0, at_most=1, meaning="probability of the class")


def over_counts(term: Any) -> Expr:
    """Sum over the number s of samples of the two classes, and that k of the mode among them."""
    counted = binomial(n, s) * binomial(s, k) * z ** (n - s)
    return Sum(counted * term, (k, 0, s), (s, 0, n))


behind = 2 * k - s
threshold = sqrt(c * L * k)
lasting = Observable(
    "lasting",
    (z, P, Q, c, L, n),
    latex=r"R_n",
    meaning=(
        "probability that after n samples the class is behind the mode by at most the root of c L "
        "times the count of the mode"
    ),
    definition=over_counts(P**k * Q ** (s - k) * Piecewise((1, behind <= threshold), (0, True))),
)
theta = Real("theta", at_least=0, latex=r"\theta", meaning="tilt", grid=(Rational(1, 8), 0, 1))
slope = Real("a", above=0, meaning="slope of a line above the threshold", grid=(Rational(1, 8), 1))
allowed = slope * k + c * L / (4 * slope)
start = exp(theta * c * L / (4 * slope))
moment = z + Q * exp(theta) + P * exp(-theta * (1 - slope))

elim_horizon_moment = Claim(
    id="mode-estimation.elim-horizon-moment",
    title="How likely it is that a class is not far behind the mode",
    says=(
        "The probability that after n samples the class is behind the mode by at most the root of "
        "c L times the count of the mode is at most the exponential of theta c L / (4 a) times the "
        "n-th power of a moment, for every tilt theta and slope a."
    ),
    statement=Bound(lasting(z, P, Q, c, L, n), "<=", start * moment**n),
    domain=Domain(z, P, Q, theta, slope, c, L, n, remarks=("the three probabilities add up to 1",)),
    source=DERIVED,
    observables=(lasting,),
    derivation=Derivation(
        Step(lasting.definition, by=definition),
        Step(
            over_counts(P**k * Q ** (s - k) * exp(theta * (allowed - behind))),
            by=Termwise(
                Termwise(
                    Chernoff(
                        theta,
                        allowed - behind,
                        Replaced(sqrt(k), allowed / sqrt(c * L), BySquares()),
                    )
                )
            ),
        ),
        Step(
            start * moment**n,
            by=TrinomialTheorem((P * exp(-theta * (1 - slope)), Q * exp(theta), z), factor=start),
        ),
    ),
)

here = z + rival * exp(u / 4) + mode * exp(-slack)
K = Real("K", above=0, meaning="how many times L the horizon is", grid=(16, 108))


def ended(factor: Any, logarithm: Any) -> Any:
    """The condition that n is at least so many times the logarithm, over the gap of the class."""
    return factor * logarithm <= n * mode * u**2


elim_horizon_lasting = Claim(
    id="mode-estimation.elim-horizon-lasting",
    title="A class that should have been dropped seldom lasts",
    says=(
        "Once n times the square of the gap over the probability of the mode is K L, the class is "
        "behind the mode by no more than the threshold with a probability of at most the "
        "exponential of -(K - 2 c) L / 8."
    ),
    statement=Bound(lasting(z, mode, rival, c, L, n), "<=", exp(-(K - 2 * c) * L / 8)),
    domain=Domain(z, u, c, K, L, n, where=(ended(K, L),), remarks=(CLASSES,)),
    source=DERIVED,
    observables=(lasting,),
    derivation=Derivation(
        Step(lasting.defined_as(z, mode, rival, c, L, n), by=definition),
        Step(
            exp(c * L / 4) * here**n,
            by=ByOneLink(elim_horizon_moment, {P: mode, Q: rival, theta: u / 4, slope: u / 4}),
            note="the third probability is that of all other classes",
            granting=elim_horizon_moment.domain.remarks,
        ),
        Step(
            exp(c * L / 4) * exp(-mode * u**2 / 8) ** n,
            by=Replaced(
                here,
                exp(-mode * u**2 / 8),
                Chained(
                    (1 + mode * exponent, algebra),
                    (
                        1 - mode * u**2 / 8,
                        Replaced(exponent, -(u**2) / 8, ByOneLink(elim_horizon_exponent)),
                    ),
                    (
                        exp(-mode * u**2 / 8),
                        Majorised(1 - v, exp(-v), v, of=mode * u**2 / 8, order=2),
                    ),
                ),
            ),
        ),
        Step(exp(c * L / 4 - n * mode * u**2 / 8), by=algebra),
        Step(
            exp(-(K - 2 * c) * L / 8),
            by=Replaced(
                c * L / 4 - n * mode * u**2 / 8,
                -(K - 2 * c) * L / 8,
                ByHypothesis({ended(K, L): Rational(1, 8)}, sense="<="),
            ),
        ),
    ),
)

m = Natural("m", at_least=2, meaning="number of classes", grid=(2, 3))
level = log(pi**2 * n**2 * m / delta)
BOTH_LEFT = (
    "a class that is left beside the mode is behind it by at most $\\sqrt{c N_1 L_n}$: if "
    "$N_1 > c L_n$, because $x - \\sqrt{c x L_n}$ rises for $x \\ge c L_n / 4$ and "
    "$N_{\\max} \\ge N_1$, and else because this is at least $N_1$"
)
unfinished = Observable(
    "unfinished",
    (m, z, u, delta, c, n),
    latex=r"\mathbb{P}(\text{both left after } n)",
    meaning="probability that after n samples the mode and the class are both left",
)

elim_horizon_sharp = Claim(
    id="mode-estimation.elim-horizon-sharp",
    title="A horizon for elimination: 2 c + 8 in place of 108",
    says=(
        "Let L be the logarithm of pi squared n squared m / delta, and n at least (2 c + 8) L "
        "times the probability of the mode over the square of its gap to a class. After n samples "
        "both are left with a probability of at most the exponential of -L. With the constant 24 "
        "the factor is 56, not 108; with the constant 4 it is 16."
    ),
    statement=Bound(unfinished(m, z, u, delta, c, n), "<=", delta / (pi**2 * n**2 * m)),
    domain=Domain(
        m, z, u, delta, c, n, where=(ended(2 * c + 8, level),), remarks=(CLASSES, RULE, BOTH_LEFT)
    ),
    source=Source(PAPER, "elimination", seen=Seen.NOTHING, standing=Standing.SHARPENED),
    observables=(unfinished,),
    derivation=Derivation(
        Step(unfinished(m, z, u, delta, c, n), by=definition),
        Step(
            lasting(z, mode, rival, c, level, n),
            by=ByRemark(
                BOTH_LEFT,
                bound=(unfinished(m, z, u, delta, c, n), lasting(z, mode, rival, c, level, n)),
            ),
        ),
        Step(exp(-level), by=ByOneLink(elim_horizon_lasting, {L: level, K: 2 * c + 8})),
        Step(delta / (pi**2 * n**2 * m), by=algebra),
    ),
)

elim_horizon = Claim(
    id="mode-estimation.elim-horizon",
    title="The horizon of the authors' program, 108 with the constant 24",
    says=(
        "With the confidence constant 24, let L be the logarithm of pi squared n squared m / "
        "delta, and n at least 108 L times the probability of the mode over the square of its gap "
        "to a class. After n samples both are left with a probability of at most the exponential "
        "of -15 L / 2. A rule that looks only after 1, 2, 4, 8, ... samples looks again by twice "
        "that number, which gives the program's factor 216."
    ),
    statement=Bound(
        unfinished(m, z, u, delta, 24, n),
        "<=",
        (delta / (pi**2 * n**2 * m)) ** Rational(15, 2),
    ),
    domain=Domain(
        m, z, u, delta, n, where=(ended(108, level),), remarks=(CLASSES, RULE, BOTH_LEFT)
    ),
    source=Source(PAPER, "elimination", seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(unfinished,),
    derivation=Derivation(
        Step(unfinished(m, z, u, delta, 24, n), by=definition),
        Step(
            lasting(z, mode, rival, 24, level, n),
            by=ByRemark(
                BOTH_LEFT,
                bound=(unfinished(m, z, u, delta, 24, n), lasting(z, mode, rival, 24, level, n)),
            ),
        ),
        Step(
            exp(-Rational(15, 2) * level),
            by=ByOneLink(elim_horizon_lasting, {L: level, K: 108, c: 24}),
        ),
        Step((delta / (pi**2 * n**2 * m)) ** Rational(15, 2), by=algebra),
    ),
)
