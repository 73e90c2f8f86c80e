"""Are the gaps ordered as they should be? Formulas in balls, and on whole boxes."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational, log, oo

from theory import Bound, Equivalent
from theory.mode_estimation import gaps as theory
from theory.mode_estimation.gaps import delta_squared, gamma, k, overlap, p_1, p_2, p_3, square, u
from verify import Mutant, check_for, mutate

PAIRS = [
    {"p1": Fraction(*one), "p2": Fraction(*two)}
    for one, two in [
        ((1, 2), (3, 10)),
        ((1, 2), (1, 2000)),
        ((3, 5), (2, 5)),
        ((1, 5), (3, 50)),
        ((1, 5), (199, 1000)),
        ((9, 10), (1, 100)),
        ((999, 1000), (1, 10**6)),
        ((1, 10**6), (1, 10**9)),
    ]
]

check_for(theory.gap_algebra, resolution=1e-20, points=PAIRS, boxes=0)(None)
mutate(
    theory.gap_algebra,
    Mutant("half of the plain gap", Bound(gamma / 2, "<=", square)),
    Mutant("half of the plain gap above", Bound(square, "<=", gamma / 2)),
    Mutant("over the smaller probability", Bound(square * 4, "<=", (p_1 - p_2) ** 2 / p_1)),
)

check_for(
    theory.gap_algebra_chord,
    resolution=1e-20,
    points=[
        {"p1": Fraction(p, 20), "u": Fraction(p, 20) * share}
        for p in (1, 5, 10, 19)
        for share in (Fraction(1, 100), Fraction(1, 2), Fraction(9, 10))
    ],
    boxes=0,
)(None)
mutate(
    theory.gap_algebra_chord,
    Mutant("above one and a half times the number", Bound(3 * u / 2, "<=", -log(1 - u.symbol))),
    Mutant("below the number", Bound(-log(1 - u.symbol), "<=", u * p_1 / p_1)),
)

NEAR_ENDS = [
    {"p1": Fraction(9, 10), "p2": Fraction(1, 10**8)},
    {"p1": Fraction(2, 5), "p2": Fraction(399, 1000)},
]

check_for(theory.gap_algebra_logarithm, resolution=1e-20, points=[*PAIRS, *NEAR_ENDS], boxes=0)(
    None
)
mutate(
    theory.gap_algebra_logarithm,
    Mutant("at least 0.26 of the plain gap", Bound(Rational(13, 50) * gamma, "<=", delta_squared)),
    Mutant("at most the plain gap", Bound(delta_squared, "<=", gamma)),
    Mutant(
        "at most 0.99 of the chord",
        Bound(delta_squared, "<=", -Rational(99, 100) * gamma * log(1 - p_1.symbol) / p_1),
    ),
)

check_for(
    theory.gap_algebra_series,
    resolution=1e-3,
    points=[{"p1": Fraction(*p), "k": 16} for p in ((1, 5), (1, 2), (1, 100))],
    ladder=[2**j for j in range(4, 15, 2)],
)(None)
mutate(
    theory.gap_algebra_series,
    Mutant(
        "second coefficient 1/4",
        Equivalent(theory.beyond_two_terms + theory.relative / 4, theory.third_term, as_=(k, oo)),
    ),
    Mutant(
        "third coefficient without the probability",
        Equivalent(theory.beyond_two_terms, 5 * theory.relative**2 / 16, as_=(k, oo)),
    ),
)

check_for(
    theory.gap_algebra_nearest,
    resolution=1e-20,
    points=[
        {**pair, "p3": pair["p2"] * share}
        for pair in PAIRS
        for share in (Fraction(1, 100), Fraction(9, 10), 1)
    ],
    boxes=0,
)(None)
mutate(
    theory.gap_algebra_nearest,
    Mutant("the rarer the larger", Bound(overlap(p_1, p_2), "<=", overlap(p_1, p_3))),
    Mutant(
        "times the ratio of the roots",
        Bound(overlap(p_1, p_3), "<=", overlap(p_1, p_2) * p_3 / p_2),
    ),
)
