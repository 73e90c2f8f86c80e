"""Are frequent tokens remembered as claimed? Unit vectors, and vectors of any length."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import log

from numerics.assoc_dynamics import frequent as numerics
from theory import Bound, Domain, Identity
from theory.assoc_dynamics import frequent as theory
from theory.assoc_dynamics.simplex import N, c, margin, p, token
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.simplex import EACH_TOKEN, excess_of, margin_of, shares

check_for(
    theory.frequent_safe_general,
    resolution=1e-14,
    points=[q for q in EACH_TOKEN if 2 * q["p"][q["x"] - 1] > q["c"][q["x"] - 1]],
)(margin_of)
ratio = p[token] / c[token]
mutate(
    theory.frequent_safe_general,
    Mutant("three times", Bound(log(3 * ratio - 1), "<=", margin())),
    Mutant("against the weight in full", Bound(log(2 * ratio), "<=", margin())),
    Mutant("without the weight", Bound(log(2 * p[token]), "<=", margin())),
)

check_for(
    theory.frequent_safe,
    resolution=1e-14,
    points=[
        {"N": 3, "p": shares(*a), "c": shares(*b), "x": 1}
        for a in ((2, 1, 1), (51, 40, 9), (8, 1, 1), (34, 33, 33), (9, 12, 12))
        for b in ((1, 1, 1), (499, 300, 201), (4999, 2501, 2500), (1, 30, 30))
    ],
)(margin_of)
mutate(
    theory.frequent_safe,
    Mutant("safe from one third on", Bound(log(6 * p[token] - 1), "<=", margin())),
    Mutant("safe from two fifths on", Bound(log(5 * p[token] - 1), "<=", margin())),
    Mutant(
        "vectors of any length",
        points=[{"N": 3, "p": shares(2, 1, 1), "c": shares(8, 1, 1), "x": 1}],
        domain=Domain(N, p, c, token),
    ),
)


@check_for(
    theory.frequent_safe_plane,
    resolution=1e-10,
    points=[
        {"s": s, "t": t}
        for s, t in ((1, 0.5), (0.1, 0.1), (0.1, 7), (3**-0.5, 3**-0.5), (4, 0.2), (0.999, 0.999))
    ],
)
def _(s, t):
    angles = [2 * np.arctan2(1, t), -2 * np.arctan2(1, s), 0.0]
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    return Exact(float(numerics.dependency(vectors)[2]), 1e-14)


turned = theory.dependency()
mutate(
    theory.frequent_safe_plane,
    Mutant("sum of the cotangents", Identity(turned, (1 - (theory.s + theory.t) / 2) / 2)),
    Mutant("sign of the product", Identity(turned, (1 + theory.s * theory.t) / 2)),
)


def two_alike(first):
    """The first share, and the rest in two equal parts."""
    return first, (1 - first) / 2, (1 - first) / 2


def excess_of_two_alike(a, b):
    """The excess error of three unit vectors, two of them alike."""
    return excess_of(two_alike(a), two_alike(b))


ALIKE = [
    {"a": Fraction(a, 1000), "b": Fraction(b, 1000)}
    for a, b in ((400, 490), (334, 335), (490, 499), (498, 499), (350, 450))
]
check_for(theory.frequent_safe_sharp, resolution=0, points=ALIKE)(excess_of_two_alike)
mutate(
    theory.frequent_safe_sharp,
    Mutant(
        "weights below the frequency as well",
        points=[{"a": Fraction(49, 100), "b": Fraction(2, 5)}],
        domain=Domain(theory.share, theory.weight),
    ),
    Mutant("the most frequent token is safe", Identity(theory.excess_of_two_alike(), 0)),
)
