"""How long elimination takes: the leading order, a cap that is too short, and runs without end.

As the error that is asked for tends to 0 the horizon is c times the logarithm over the gap. If two
classes tie, the rule goes on for ever with positive probability.
"""

from __future__ import annotations

from sympy import IndexedBase, Rational, Sum, Symbol, exp, log, oo, pi, zeta

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
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
from theory.core.rules.comparison import PowerTail
from theory.core.rules.monotone import ByOneLink, Replaced
from theory.mode_estimation.elimination import RULE, L, c, delta, elim_lead, lead_probability, r
from theory.mode_estimation.elimination import s as together
from theory.mode_estimation.elimination_horizon import u
from theory.mode_estimation.paper import PAPER

__all__ = ["elim_expectation_infinite", "elim_horizon_cap", "elim_horizon_rate"]

bits = Natural(
    "bits", at_least=1, latex="b", meaning="the error that is asked for is 2 to minus this"
)
mean_samples = Observable(
    "mean_samples",
    (u, c, bits),
    latex=r"\mathbb{E}[T]",
    meaning="mean number of samples of elimination with two classes",
)

elim_horizon_rate = Claim(
    id="mode-estimation.elim-horizon-rate",
    title="How long elimination takes: the factor is the confidence constant",
    says=(
        "With two classes, as delta tends to 0, elimination takes c log(1 / delta) times the "
        "probability of the mode over the square of the gap: with the constant 24 the factor is "
        "24, not 108."
    ),
    statement=Equivalent(
        mean_samples(u, c, bits), c * bits * log(2) * (2 - u) / u**2, as_=(bits, oo)
    ),
    domain=Domain(u, c, bits, remarks=("two classes, $z = 0$", RULE)),
    source=Source(PAPER, "elimination", seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(mean_samples,),
    derivation=Derivation(
        Step(mean_samples(u, c, bits), by=definition),
        Step(
            c * bits * log(2) * (2 - u) / u**2,
            by=Cited(
                "nonlinear renewal theory: a walk crosses a slowly growing boundary where its "
                "mean does",
                "Woodroofe, Nonlinear Renewal Theory in Sequential Analysis, Chapter 4",
                sense="~",
            ),
            note=(
                "the boundary is $\\sqrt{c N_1 L_n}$, the mean of $N_1$ is $n / (2 - u)$, and that "
                "of the difference of the counts is $u$ times this"
            ),
        ),
    ),
)

near = Real("u", above=0, at_most=Rational(2, 11), meaning="relative gap of the classes")
few = Natural("bits", at_least=1, at_most=9, latex="b", meaning=bits.meaning)
beyond_cap = Observable(
    "beyond_cap",
    (near, few),
    latex=r"\mathbb{P}(T > N_{\text{cap}})",
    meaning=(
        "probability that elimination with two classes and the constant 24 needs more samples than "
        "108 log(1 / delta) times the probability of the mode over the square of the gap"
    ),
)

elim_horizon_cap = Claim(
    id="mode-estimation.elim-horizon-cap",
    title="The authors' cap on the number of samples stops most runs too early",
    says=(
        "The program stops a run after 108 log(1 / delta) times the probability of the mode over "
        "the square of the gap; the logarithm of pi squared n squared m is missing. With two "
        "classes of probabilities 0.55 and 0.45 or closer, and delta = 1/2, ..., 1/512, more than "
        "half of all runs with the constant 24 have not ended by then."
    ),
    statement=Bound(Rational(1, 2), "<=", beyond_cap(near, few)),
    domain=Domain(near, few, remarks=("two classes, $z = 0$", RULE)),
    source=Source(PAPER, "program", seen=Seen.REPOSITORY, standing=Standing.CORRECTED),
    published=(
        "Elimination ends within 108 log(1 / delta) times the probability of the mode over the "
        "square of the gap, but for a probability of at most delta."
    ),
    observables=(beyond_cap,),
)

pairs = Natural("r", at_least=1, meaning="pairs of samples of the two tied classes")
horizon = Natural("h", at_least=1, meaning="a number of samples")
share = Real("q", above=0, below=Rational(2, 3), meaning="probability of the tied classes together")
steep = Real("c", above=2, meaning="confidence constant")
sample = Symbol("n", integer=True, positive=True)
seen_pairs = IndexedBase("s", integer=True, positive=True)
PAIRS = (
    "$s_n$ is the number of samples of the tied classes, from 1 to $n$, given which one of them is "
    "ahead with the largest probability"
)
still_running = Observable(
    "still_running",
    (share, delta, steep, pairs, horizon),
    latex=r"\mathbb{P}(T > h)",
    meaning="probability that elimination with three classes has not ended after h samples",
)
beginning = (share**2 / 2) ** pairs
tie_level = log(3 * pi**2 * sample**2 / delta)
half = Rational(1, 2)
crossings = Sum(2 * lead_probability(half, steep, tie_level, seen_pairs[sample]), (sample, 1, oo))
bounded = Sum(2 * exp(-steep * tie_level / 4), (sample, 1, oo))
tie_factor = 2 * (delta / (3 * pi**2)) ** (steep / 4)
powers = Sum(tie_factor * sample ** (-steep / 2), (sample, 1, oo))
loss = 2 * zeta(steep / 2) * (delta / (3 * pi**2)) ** (steep / 4)

elim_expectation_infinite = Claim(
    id="mode-estimation.elim-expectation-infinite",
    title="If two classes tie, elimination may go on for ever",
    says=(
        "With three classes, of which two are equally likely, the probability that elimination has "
        "not ended after h samples is at least a number that does not depend on h. It is positive "
        "for delta = 1/10 and the constant 4, say, so that the mean number of samples is infinite. "
        "Bounds on it need distinct probabilities, a cap, or the event that the mode is kept."
    ),
    statement=Bound(
        beginning * (1 - loss), "<=", still_running(share, delta, steep, pairs, horizon)
    ),
    domain=Domain(
        share,
        delta,
        steep,
        pairs,
        horizon,
        where=(steep * log(12 * pi**2 * pairs**2 / delta) < pairs,),
        remarks=(
            "the mode has the probability $1 - q$, two other classes $q / 2$ each",
            RULE,
            PAIRS,
        ),
    ),
    source=Source(PAPER, "elimination", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(still_running,),
    derivation=Derivation(
        Step(still_running(share, delta, steep, pairs, horizon), by=definition),
        Step(
            beginning * (1 - crossings),
            by=Cited(
                "strong Markov property and Boole's inequality",
                "Durrett, Probability: Theory and Examples, Section 5.2",
                sense=">=",
            ),
            note=(
                "if the first $2 r$ samples are $r$ pairs of both tied classes, the mode is "
                "dropped; from there on neither of the two is, unless one gets ahead of the other"
            ),
        ),
        Step(
            beginning * (1 - bounded),
            by=Replaced(
                crossings,
                bounded,
                Termwise(
                    Replaced(
                        lead_probability(half, steep, tie_level, seen_pairs[sample]),
                        exp(-steep * tie_level / 4),
                        ByOneLink(
                            elim_lead,
                            {r: half, c: steep, L: tie_level, together: seen_pairs[sample]},
                        ),
                    )
                ),
                sense=">=",
            ),
        ),
        Step(
            beginning * (1 - powers),
            by=Replaced(bounded, powers, Termwise(algebra)),
        ),
        Step(beginning * (1 - loss), by=PowerTail()),
    ),
)
