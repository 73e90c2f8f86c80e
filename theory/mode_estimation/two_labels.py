"""With two labels alone the race between them has period 2, and ties are twice as likely."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, binomial, gamma, oo, pi, sqrt

from theory import (
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactSum,
    Expansion,
    Identity,
    Natural,
    Observable,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import Telescoping
from theory.core.rules.profiles import EqualPart
from theory.core.shorthand import Shorthand
from theory.mode_estimation.prefactor import DERIVED, r
from theory.mode_estimation.prefactor_rules import ScaledBy

__all__ = [
    "em_prefactor_parity",
    "em_prefactor_two_labels",
    "em_prefactor_two_labels_strict",
    "em_prefactor_two_labels_tie",
]

i = Symbol("i", integer=True, positive=True)
h = Natural("h", at_least=1, meaning="half the number of samples", grid=(1, 2, 10))
mode_2, second_2 = 1 / (1 + r**2), r**2 / (1 + r**2)
base_2 = 2 * r / (1 + r**2)
rho_2 = Shorthand("rho", (), r"\rho", "base of the exponential", base_2)
TWO = "two labels, of probabilities $1/(1 + r^2)$ and $r^2/(1 + r^2)$"


def odd_term(place: Any) -> Expr:
    """Probability that the second label is ahead by 2 place - 1 after 2 h - 1 samples."""
    return binomial(2 * h - 1, h - 1 + place) * second_2 ** (h - 1 + place) * mode_2 ** (h - place)


even_tie = Observable(
    "even_tie",
    (r, h),
    latex=r"\mathbb{P}(D_{2h} = 0)",
    meaning="probability of a tie of two labels after 2 h samples",
    definition=binomial(2 * h, h) * mode_2**h * second_2**h,
)
even_ahead = Observable(
    "even_ahead",
    (r, h),
    latex=r"\mathbb{P}(D_{2h} > 0)",
    meaning="probability that the less likely of two labels is ahead after 2 h samples",
    definition=Sum(binomial(2 * h, h + i) * second_2 ** (h + i) * mode_2 ** (h - i), (i, 1, h)),
)
odd_error = Observable(
    "odd_error",
    (r, h),
    latex=r"e_{2h-1}",
    meaning="error of the empirical mode of two labels after 2 h - 1 samples",
    definition=Sum(odd_term(i), (i, 1, h)),
)
even_error = Observable(
    "even_error",
    (r, h),
    latex=r"e_{2h}",
    meaning="error of the empirical mode of two labels after 2 h samples, ties broken by a coin",
    definition=even_tie.definition / 2 + even_ahead.definition,
)
central = gamma(h + Rational(1, 2)) / (sqrt(pi) * gamma(h + 1))
even_height = base_2 ** (2 * h) / sqrt(pi * h)

em_prefactor_parity = Claim(
    id="mode-estimation.em-prefactor-parity",
    title="With two labels every second sample is worth nothing",
    says=(
        "With two labels the empirical mode errs after 2 h samples exactly as often as after "
        "2 h - 1, if ties are broken by a fair coin."
    ),
    statement=Identity(even_error(r, h), odd_error(r, h)),
    domain=Domain(r, h, remarks=(TWO,)),
    source=DERIVED,
    observables=(even_error, odd_error),
    derivation=Derivation(
        Step(even_error.definition, by=definition),
        Step(
            even_tie.definition / 2
            + Sum(odd_term(i) + mode_2 * odd_term(i + 1) - mode_2 * odd_term(i), (i, 1, h)),
            by=Termwise(algebra),
            note="Pascal's rule",
        ),
        Step(
            even_tie.definition / 2
            + odd_error.definition
            + Sum(mode_2 * odd_term(i + 1) - mode_2 * odd_term(i), (i, 1, h)),
            by=algebra,
        ),
        Step(
            even_tie.definition / 2
            + odd_error.definition
            + mode_2 * odd_term(h + 1)
            - mode_2 * odd_term(1),
            by=EqualPart(
                Sum(mode_2 * odd_term(i + 1) - mode_2 * odd_term(i), (i, 1, h)),
                mode_2 * odd_term(h + 1) - mode_2 * odd_term(1),
                Telescoping(mode_2 * odd_term(i)),
            ),
        ),
        Step(odd_error.definition, by=algebra),
    ),
)

em_prefactor_two_labels_tie = Claim(
    id="mode-estimation.em-prefactor-two-labels-tie",
    title="Ties of two labels",
    says=(
        "With two labels alone the difference of the counts is even after an even number of "
        "samples, which makes ties twice as likely as with further labels."
    ),
    statement=Equivalent(even_tie(r, h), even_height, as_=(h, oo)),
    domain=Domain(r, h, remarks=(TWO,)),
    source=DERIVED,
    observables=(even_tie, rho_2),
    derivation=Derivation(
        Step(even_tie.definition, by=definition),
        Step(binomial(2 * h, h) * (base_2 / 2) ** (2 * h), by=algebra),
        Step(
            4**h.symbol * central * (base_2 / 2) ** (2 * h),
            by=EqualPart(binomial(2 * h, h), 4**h.symbol * central, algebra),
        ),
        Step(central * base_2 ** (2 * h), by=algebra),
        Step(even_height, by=ScaledBy(base_2 ** (2 * h), Expansion(h))),
    ),
)
TANNERY = Cited("Tannery's theorem", "Bromwich, Infinite Series, Section 49", sense="~")

em_prefactor_two_labels_strict = Claim(
    id="mode-estimation.em-prefactor-two-labels-strict",
    title="The less likely of two labels ahead after an even number of samples",
    says=(
        "After an even number of samples the difference of the counts is even, so that each "
        "further step ahead costs a factor r squared."
    ),
    statement=Equivalent(even_ahead(r, h), r**2 / (1 - r**2) * even_height, as_=(h, oo)),
    domain=Domain(r, h, remarks=(TWO,)),
    source=DERIVED,
    observables=(even_ahead, rho_2),
    derivation=Derivation(
        Step(even_ahead.definition, by=definition),
        Step(
            Sum(binomial(2 * h, h + i) * (base_2 / 2) ** (2 * h) * r ** (2 * i), (i, 1, h)),
            by=Termwise(algebra),
        ),
        Step(
            Sum(even_tie.definition * r ** (2 * i), (i, 1, oo)),
            by=TANNERY,
            note="the ratios of binomial coefficients are at most 1 and tend to it",
        ),
        Step(r**2 / (1 - r**2) * even_tie.definition, by=ExactSum()),
        Step(r**2 / (1 - r**2) * even_height, by=ByClaim(em_prefactor_two_labels_tie)),
    ),
)

em_prefactor_two_labels = Claim(
    id="mode-estimation.em-prefactor-two-labels",
    title="The error of the empirical mode of two labels",
    says=(
        "With two labels and an odd number of samples there are no ties, and the difference of the "
        "counts is odd: each further step ahead costs a factor r squared, and each odd difference "
        "is twice as likely as it would be if the difference could also stand still."
    ),
    statement=Equivalent(
        odd_error(r, h),
        r / (1 - r**2) * base_2 ** (2 * h - 1) / sqrt(pi * h),
        as_=(h, oo),
    ),
    domain=Domain(r, h, remarks=(TWO,)),
    source=DERIVED,
    observables=(odd_error, rho_2),
    derivation=Derivation(
        Step(odd_error.definition, by=definition),
        Step(
            Sum(
                binomial(2 * h - 1, h - 1 + i) * (base_2 / 2) ** (2 * h - 1) * r ** (2 * i - 1),
                (i, 1, h),
            ),
            by=Termwise(algebra),
        ),
        Step(
            Sum(even_tie.definition / base_2 * r ** (2 * i - 1), (i, 1, oo)),
            by=TANNERY,
            note="the ratios of binomial coefficients are at most 1 and tend to it",
        ),
        Step(r / (1 - r**2) / base_2 * even_tie.definition, by=ExactSum()),
        Step(r / (1 - r**2) / base_2 * even_height, by=ByClaim(em_prefactor_two_labels_tie)),
    ),
)
