"""Elimination keeps the mode: with what confidence constant, and with what error.

After n samples the rule drops every class whose count N is below Nmax - sqrt(c Nmax L_n), where
Nmax is the largest count of a class that is left and L_n = log(pi^2 n^2 m / delta). Given how often
two classes were seen together, the lead of one over the other is a sum of signs, and Hoeffding's
method bounds the chance that the mode is ever dropped: for c = 4 it is small already.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    IndexedBase,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    binomial,
    cosh,
    exp,
    log,
    oo,
    pi,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    ExactSum,
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
from theory.core.rules.comparison import PowerTail
from theory.core.rules.exponentials import Majorised
from theory.core.rules.monotone import ByOneLink, BySquares, OneSign, Replaced
from theory.mode_estimation.chernoff import ByLogarithm, Chernoff
from theory.mode_estimation.paper import PAPER

__all__ = [
    "elim_hoeffding",
    "elim_lead",
    "elim_pac",
    "elim_pac_four",
    "elim_pac_sharp",
]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
RULE = (
    "after $n$ samples every class with a count below $N_{\\max} - \\sqrt{c N_{\\max} L_n}$ is "
    "dropped, where $N_{\\max}$ is the largest count of a class that is left and "
    "$L_n = \\log(\\pi^2 n^2 m / \\delta)$"
)
MODE = "$p_1$ is the largest probability, and the only one of its size"

r = Real(
    "r",
    at_least=0,
    at_most=Rational(1, 2),
    meaning="probability of the rival among the mode and the rival",
    grid=(Rational(1, 2), 0, Rational(1, 4)),
)
r_any = Real("r", at_least=0, at_most=1, meaning=r.meaning)
t = Real("t", at_least=0, meaning="tilt", grid=(1, 0, Rational(1, 10), 3))
v = Symbol("v", nonnegative=True)
even, odd = (exp(t) + exp(-t)) / 2, (exp(t) - exp(-t)) / 2


def tilted(tilt: Any) -> Any:
    """Mean of exp(tilt) and exp(-tilt), the former with the rival's share."""
    return r * exp(tilt) + (1 - r) * exp(-tilt)


elim_hoeffding = Claim(
    id="mode-estimation.elim-hoeffding",
    title="Hoeffding's lemma for a sign of nonpositive mean",
    says=(
        "The logarithm of the moment generating function of a sign whose mean is at most 0 is at "
        "most half the square of its argument, wherever that is not negative."
    ),
    statement=Bound(log(tilted(t)), "<=", t**2 / 2),
    domain=Domain(r, t),
    source=DERIVED,
    derivation=Derivation(
        Step(log(tilted(t)), by=definition),
        Step(log(even - (1 - 2 * r) * odd), by=algebra),
        Step(log(even), by=Replaced(even - (1 - 2 * r) * odd, even, OneSign())),
        Step(log(cosh(t)), by=algebra),
        Step(t**2 / 2, by=Majorised(log(cosh(v)), v**2 / 2, v, of=t, order=2)),
    ),
)

c = Real("c", above=0, meaning="confidence constant", grid=(4, 1, 24))
L = Real("L", above=0, meaning="the logarithm in the rule", grid=(5, 1, 20))
s = Natural("s", at_least=1, meaning="samples of the mode or the rival", grid=(1, 10, 100))
k = Symbol("k", integer=True, nonnegative=True)

lead = 2 * k - s
larger = (s + Abs(lead)) / 2
weight = binomial(s, k) * r**k * (1 - r) ** (s - k)
lead_probability = Observable(
    "lead",
    (r, c, L, s),
    latex=r"\Lambda_s",
    meaning=(
        "probability that, after s samples of the mode or the rival, the rival is ahead by the "
        "root of c L times the larger count or more"
    ),
    definition=Sum(weight * Piecewise((1, sqrt(c * L * larger) <= lead), (0, True)), (k, 0, s)),
)
tilt = sqrt(c * L / (2 * s))
least = sqrt(c * L * s / 2)

elim_lead = Claim(
    id="mode-estimation.elim-lead",
    title="A rival is seldom far ahead of the mode",
    says=(
        "However often the mode and a rival were seen together, the rival is ahead by the root of "
        "c L times the larger count with a probability of at most the exponential of minus c L / "
        "4."
    ),
    statement=Bound(lead_probability(r, c, L, s), "<=", exp(-c * L / 4)),
    domain=Domain(r, c, L, s),
    source=DERIVED,
    observables=(lead_probability,),
    derivation=Derivation(
        Step(lead_probability.definition, by=definition),
        Step(
            Sum(weight * exp(tilt * (lead - least)), (k, 0, s)),
            by=Termwise(
                Chernoff(tilt, lead - least, Replaced(sqrt(larger), sqrt(s / 2), BySquares(">=")))
            ),
            note="the larger of the two counts is at least $s / 2$",
        ),
        Step(
            Sum(
                exp(-c * L / 2)
                * binomial(s, k)
                * (r * exp(tilt)) ** k
                * ((1 - r) * exp(-tilt)) ** (s - k),
                (k, 0, s),
            ),
            by=Termwise(algebra),
        ),
        Step(exp(-c * L / 2) * tilted(tilt) ** s, by=ExactSum()),
        Step(
            exp(-c * L / 2) * exp(tilt**2 / 2) ** s,
            by=Replaced(
                tilted(tilt),
                exp(tilt**2 / 2),
                ByLogarithm(tilt**2 / 2, ByOneLink(elim_hoeffding, {t: tilt})),
            ),
        ),
        Step(exp(-c * L / 4), by=algebra),
    ),
)

m = Natural("m", at_least=2, meaning="number of classes", grid=(2, 3, 10))
p = Simplex(
    "p",
    length=m,
    entry=Real("entry", above=0, at_most=1),
    meaning="probabilities of the classes",
)
delta = Real("delta", above=0, below=1, latex=r"\delta", meaning="the error that is asked for")
valid = Real("c", above=2, meaning="confidence constant")
n = Symbol("n", integer=True, positive=True)
j = Symbol("j", integer=True, positive=True)
odds = IndexedBase("b", nonnegative=True)
together = IndexedBase("s", integer=True, positive=True)
HARDEST = (
    "$b_j = p_1 / p_j - 1 \\ge 0$, and $s_{n, j}$ is the number of samples of the classes 1 and j, "
    "from 1 to $n$, given which class j is ahead so far with the largest probability"
)
level = log(pi**2 * n**2 * m / delta)

mode_dropped = Observable(
    "mode_dropped",
    (m, p, delta, valid),
    latex=r"\mathbb{P}(\text{mode dropped})",
    meaning="probability that the mode is ever dropped",
)
prefactor = (delta / (pi**2 * m)) ** (valid / 4)

NUMBERED = "the $b_j$ and $s_{n, j}$ of the bound are defined by the law"

elim_pac_sharp = Claim(
    id="mode-estimation.elim-pac-sharp",
    title="Elimination keeps the mode, for every constant above 2, up to a small error",
    says=(
        "The probability that elimination ever drops the mode is at most (m - 1) zeta(c / 2) times "
        "the power c / 4 of delta over pi squared m, for every confidence constant above 2."
    ),
    statement=Bound(mode_dropped(m, p, delta, valid), "<=", (m - 1) * zeta(valid / 2) * prefactor),
    domain=Domain(m, p, delta, valid, remarks=(MODE, RULE, HARDEST)),
    source=Source(PAPER, "elimination", seen=Seen.NOTHING, standing=Standing.SHARPENED),
    observables=(mode_dropped,),
    derivation=Derivation(
        Step(mode_dropped(m, p, delta, valid), by=definition),
        Step(
            Sum(
                Sum(lead_probability(1 / (2 + odds[j]), valid, level, together[n, j]), (j, 2, m)),
                (n, 1, oo),
            ),
            by=Cited(
                "Boole's inequality, over numbers of samples and classes",
                "Durrett, Probability: Theory and Examples, Section 1.1",
                sense="<=",
            ),
            note=(
                "a class that drops the mode is ahead of it by the root of $c L_n$ times the "
                "larger count; the probability is a mean over how often the two were seen"
            ),
        ),
        Step(
            Sum(Sum(exp(-valid * level / 4), (j, 2, m)), (n, 1, oo)),
            by=Termwise(
                Termwise(
                    ByOneLink(
                        elim_lead, {r: 1 / (2 + odds[j]), c: valid, L: level, s: together[n, j]}
                    )
                )
            ),
        ),
        Step(Sum((m - 1) * prefactor * n ** (-valid / 2), (n, 1, oo)), by=Termwise(ExactSum())),
        Step((m - 1) * zeta(valid / 2) * prefactor, by=PowerTail()),
    ),
)

elim_pac_four = Claim(
    id="mode-estimation.elim-pac-four",
    title="The confidence constant 4 is enough",
    says=(
        "With the confidence constant 4, a sixth of that of the authors' program, elimination ever "
        "drops the mode with a probability of at most delta / 6."
    ),
    statement=Bound(mode_dropped(m, p, delta, 4), "<=", (m - 1) * delta / (6 * m)),
    domain=Domain(m, p, delta, remarks=(MODE, RULE)),
    source=Source(PAPER, "elimination", seen=Seen.NOTHING, standing=Standing.SHARPENED),
    observables=(mode_dropped,),
    derivation=Derivation(
        Step(mode_dropped(m, p, delta, 4), by=definition),
        Step(
            (m - 1) * zeta(2) * delta / (pi**2 * m),
            by=ByClaim(elim_pac_sharp, {valid: 4}),
            note=NUMBERED,
            granting=elim_pac_sharp.domain.remarks,
        ),
        Step((m - 1) * delta / (6 * m), by=algebra),
    ),
)

elim_pac = Claim(
    id="mode-estimation.elim-pac",
    title="Elimination with the constant 24 errs with probability at most delta / 3",
    says=(
        "With the confidence constant 24 that the authors' program uses, elimination ever drops "
        "the mode with a probability of at most delta / 3. The truth is far smaller: for "
        "probabilities 0.6 and 0.4 and delta = 0.1 it is below the power -145 of ten."
    ),
    statement=Bound(mode_dropped(m, p, delta, 24), "<=", delta / 3),
    domain=Domain(m, p, delta, remarks=(MODE, RULE)),
    source=Source(PAPER, "elimination", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE),
    observables=(mode_dropped,),
    derivation=Derivation(
        Step(mode_dropped(m, p, delta, 24), by=definition),
        Step(
            (m - 1) * zeta(12) * (delta / (pi**2 * m)) ** 6,
            by=ByClaim(elim_pac_sharp, {valid: 24}),
            note=NUMBERED,
            granting=elim_pac_sharp.domain.remarks,
        ),
        Step(delta / 3, by=OneSign()),
    ),
)
