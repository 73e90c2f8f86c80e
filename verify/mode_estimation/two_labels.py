"""Is the race of two labels as claimed? Fractions, and binomial laws in balls."""

from __future__ import annotations

from fractions import Fraction

from sympy import pi, sqrt

from numerics.mode_estimation import two_labels as numerics
from theory import Identity
from theory.mode_estimation import two_labels as theory
from theory.mode_estimation.prefactor import r
from theory.mode_estimation.two_labels import base_2, even_height, h
from verify import Exact, Mutant, check_for, mutate
from verify.mode_estimation.prefactor import LADDER, equivalent

TWO = [{"r": Fraction(1, 3)}, {"r": Fraction(3, 4)}, {"r": Fraction(9, 10)}]


def two_labels(r, h, odd=False):
    """The race of two labels."""
    return numerics.two_label_balls(1 / (1 + Fraction(r) ** 2), 2 * h - odd)


@check_for(
    theory.em_prefactor_parity,
    resolution=0,
    points=[{**point, "h": count} for point in TWO for count in (1, 2, 3, 10, 50)],
)
def _(r, h):
    even_tie, even_ahead = numerics.two_label_law(1 / (1 + r**2), 2 * h)
    _, odd_ahead = numerics.two_label_law(1 / (1 + r**2), 2 * h - 1)
    return {"even_error": Exact(even_ahead + even_tie / 2), "odd_error": Exact(odd_ahead)}


mutate(
    theory.em_prefactor_parity,
    Mutant(
        "ties lost",
        measure=lambda r, h: {
            "even_error": Exact(sum(numerics.two_label_law(1 / (1 + r**2), 2 * h))),
            "odd_error": Exact(numerics.two_label_law(1 / (1 + r**2), 2 * h - 1)[1]),
        },
    ),
    Mutant("the pair after", Identity(theory.even_error(), base_2 * theory.odd_error())),
)

RACES = (
    (theory.em_prefactor_two_labels_tie, lambda r, h: two_labels(r, h).tie),
    (theory.em_prefactor_two_labels_strict, lambda r, h: two_labels(r, h).ahead),
    (theory.em_prefactor_two_labels, lambda r, h: two_labels(r, h, odd=True).ahead),
)
for claim, race in RACES:
    check_for(
        claim,
        resolution=1e-3,
        points=[{**point, "h": 10} for point in TWO],
        ladder=LADDER[:-2],
    )(lambda r, h, race=race: Exact(race(r, h)))
    mutate(
        claim,
        Mutant("without the factor of period 2", equivalent(claim, claim.statement.rhs / 2)),
    )
mutate(
    theory.em_prefactor_two_labels_strict,
    Mutant(
        "the series of more labels",
        equivalent(theory.em_prefactor_two_labels_strict, r / (1 - r) * even_height),
    ),
    Mutant(
        "the odd factor",
        equivalent(theory.em_prefactor_two_labels_strict, r / (1 - r**2) * even_height),
    ),
)
mutate(
    theory.em_prefactor_two_labels,
    Mutant(
        "the even factor",
        equivalent(
            theory.em_prefactor_two_labels,
            r**2 / (1 - r**2) * base_2 ** (2 * h - 1) / sqrt(pi * h),
        ),
    ),
)
