"""The published bound on the number of queries cannot hold as the mode becomes certain.

It is proportional to the reciprocal of the exponent of the empirical mode, which grows without
bound as p_1 tends to 1, while every rule needs about log(1/delta) samples whatever the law.
"""

from __future__ import annotations

from sympy import Rational, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import Logarithms
from theory.core.rules.monotone import ByOneLink, Chained, OneSign
from theory.core.shorthand import Shorthand
from theory.mode_estimation.lower_bound_rules import OverPositive, SmallerDenominator, WithoutPart
from theory.mode_estimation.lower_bounds import (
    DERIVED,
    RULE,
    TWO,
    confidence_here,
    delta,
    distance,
    lower_bound,
    lower_bound_gap,
    mean_samples,
    mode_2,
)
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.prefactor import p1, r

__all__ = [
    "headline_bracket",
    "headline_fails",
    "headline_growth",
]

exponent = log(1 / (2 * r)) + log(1 + r**2)
entropy = (log(1 + r**2) + 2 * r**2 / (1 + r**2) * log(1 / r.symbol)) / log(2)
bracket = (1 + entropy) / exponent
print_bracket = Shorthand(
    "bracket", (), "B", "what the published bound multiplies log(1/delta) with", bracket
)
FIRST = (
    "the published sum runs over all labels; the exponent of the first, which would be $0$, is "
    "taken to be that of the second"
)
share = (1 - r**2) ** 2 / (1 + r**2) ** 2

headline_fails = Claim(
    id="mode-estimation.headline-fails-p1-to-1",
    title="However likely the mode is, every rule needs log(1/delta) samples",
    says=(
        "Whatever the law, a rule that errs with probability at most delta under every law with a "
        "single mode needs, on average, at least the divergence of two coins of bias delta and 1 - "
        "delta, over log 2, samples. But a bound in terms of the exponents of the empirical mode "
        "tends to 0 as the probability of the mode tends to 1, so it holds with no universal "
        "constant. With the plain gaps in place of the exponents, or with that probability bounded "
        "away from 1, this objection falls."
    ),
    statement=Bound(confidence_here / log(2), "<=", mean_samples(r, delta)),
    domain=Domain(r, delta, remarks=(TWO, RULE)),
    source=Source(
        PAPER,
        "the complexity of elimination, extended abstract",
        seen=Seen.ABSTRACT,
        standing=Standing.CORRECTED,
    ),
    published=(
        "the mean number of queries is at most a universal constant times log(1/delta) times the "
        "reciprocal of the exponent plus the sum, over all labels, of probability times absolute "
        "logarithm of the probability times reciprocal of the exponent of the label"
    ),
    observables=(mean_samples,),
    derivation=Derivation(
        Step(confidence_here / log(2), by=definition),
        Step(
            confidence_here / distance(mode_2),
            by=SmallerDenominator(
                confidence_here,
                log(2),
                distance(mode_2),
                by=Chained(
                    (log(2) * share, ByOneLink(lower_bound_gap, {p1: mode_2}, link=2)),
                    (log(2) * (1 - 4 * r**2 / (1 + r**2) ** 2), algebra),
                    (None, OneSign()),
                ),
                floor=share / 2,
                by_floor=ByOneLink(lower_bound_gap, {p1: mode_2}, link=1, sense=">="),
            ),
        ),
        Step(mean_samples(r, delta), by=ByOneLink(lower_bound)),
    ),
)

small = Real(
    "r",
    above=0,
    below=Rational(1, 2),
    meaning="square root of the second probability over the first",
)

likely = exponent.subs(r.symbol, small.symbol)
apart = (1 - small**2) ** 2 / (1 + small**2) ** 2
distance_here = distance(1 / (1 + small**2), small)
to_gap = ByOneLink(lower_bound_gap, {p1: 1 / (1 + small**2)}, link=1, sense=">=")

headline_bracket = Claim(
    id="mode-estimation.headline-fails-p1-to-1-bracket",
    title="The published bound vanishes as the mode becomes certain",
    says=(
        "With two labels the factor that the published bound on the number of queries multiplies "
        "log(1/delta) with is at most 2 over the logarithm of 1/(2 r), and so tends to 0 with r."
    ),
    statement=Bound(bracket.subs(r.symbol, small.symbol), "<=", 2 / log(1 / (2 * small))),
    domain=Domain(small, remarks=(TWO, FIRST)),
    source=DERIVED,
    observables=(print_bracket,),
    derivation=Derivation(
        Step(bracket.subs(r.symbol, small.symbol), by=definition),
        Step(2 / likely - distance_here / (log(2) * likely), by=Logarithms()),
        Step(
            2 / likely,
            by=WithoutPart(distance_here, 1 / (log(2) * likely), apart / 2, to_gap),
        ),
        Step(
            2 / log(1 / (2 * small)),
            by=SmallerDenominator(
                2,
                likely,
                log(1 / (2 * small)),
                by=OneSign(),
                floor=log(1 / (2 * small)),
                by_floor=OneSign(">="),
            ),
        ),
    ),
)

headline_growth = Claim(
    id="mode-estimation.headline-fails-p1-to-1-growth",
    title="By how much the published bound fails",
    says=(
        "With two labels the number of queries over what the published bound multiplies "
        "log(1/delta) with is at least the logarithm of 1/(2 r) times a multiple of log(1/delta): "
        "it grows without bound as the mode becomes certain, not only by an additive constant."
    ),
    statement=Bound(
        confidence_here * log(1 / (2 * small)) / (2 * log(2)),
        "<=",
        mean_samples(r, delta) / bracket,
    ),
    domain=Domain(small, delta, remarks=(TWO, RULE, FIRST)),
    source=DERIVED,
    observables=(mean_samples, print_bracket),
    derivation=Derivation(
        Step(confidence_here * log(1 / (2 * small)) / (2 * log(2)), by=definition),
        Step(
            confidence_here / log(2) / bracket,
            by=SmallerDenominator(
                confidence_here / log(2),
                2 / log(1 / (2 * small)),
                bracket,
                by=ByOneLink(headline_bracket),
                floor=bracket,
                by_floor=algebra,
            ),
        ),
        Step(
            mean_samples(r, delta) / bracket,
            by=OverPositive(
                confidence_here / log(2), mean_samples(r, delta), bracket, ByOneLink(headline_fails)
            ),
        ),
    ),
)
