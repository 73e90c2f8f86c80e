"""How much of a test set is in the training set: from the law of the number of different draws."""

from __future__ import annotations

from sympy import Rational, exp

from numerics.iteration_head import leakage as numerics
from theory import Bound, Identity
from theory.iteration_head import leakage as theory
from theory.iteration_head.leakage import A, N, leaked, rare
from verify import Exact, Mutant, check_for, mutate

PARITY = [{"A": 2, "L": length, "N": 1024} for length in (1, 4, 6, 8, 10, 12, 16)]
POLYNOMIAL = [{"A": 10, "L": length, "N": 1024} for length in (1, 3, 4, 5, 8)]
SMALL = [
    {"A": 2, "L": 1, "N": 1},
    {"A": 2, "L": 2, "N": 3},
    {"A": 3, "L": 2, "N": 9},
    {"A": 5, "L": 1, "N": 40},
]
POINTS = [*SMALL, *PARITY, *POLYNOMIAL]


def share(fewer=0):
    """The measurement, with some training sequences taken out."""

    def measure(A, L, N):
        return Exact(*numerics.leaked_share(A, L, N - fewer))

    return measure


check_for(theory.data_leakage, resolution=1e-9, points=POINTS)(share())
mutate(
    theory.data_leakage,
    Mutant("drawn without replacement", Identity(leaked(), N * rare)),
    Mutant("the Poisson approximation", Identity(leaked(), 1 - exp(-N * rare))),
    Mutant("one training sequence fewer", measure=share(1)),
    Mutant("sequences of one symbol more", Identity(leaked(), 1 - (1 - rare / A) ** N)),
)

check_for(theory.data_leakage_bounds, resolution=1e-10, points=POINTS)(share())
mutate(
    theory.data_leakage_bounds,
    Mutant("half of it", Bound(leaked(), "<=", N * rare / 2)),
    Mutant("1 - exp(-2 c)", Bound(1 - exp(-2 * N * rare), "<=", leaked())),
    Mutant("c at least", Bound(N * rare, "<=", leaked())),
    Mutant("1 - exp(-c) at most", Bound(leaked(), "<=", 1 - exp(-N * rare))),
)

check_for(
    theory.data_leakage_most,
    resolution=1e-10,
    points=[point for point in POINTS if point["A"] ** point["L"] <= point["N"]],
)(share())
mutate(
    theory.data_leakage_most,
    Mutant("nine tenths", Bound(leaked(), ">=", Rational(9, 10))),
    Mutant("0.64", Bound(leaked(), ">=", Rational(64, 100))),
    Mutant(
        "half as many training sequences",
        measure=lambda A, L, N: Exact(*numerics.leaked_share(A, L, N // 2)),
    ),
)
