"""Has elimination dropped a class by its horizon? Exact laws of counts, and tails of them."""

from __future__ import annotations

import math
from fractions import Fraction

from sympy import exp

from numerics.mode_estimation import elimination as numerics
from numerics.mode_estimation import elimination_horizon as tails
from theory import Bound, Domain
from theory.mode_estimation import elimination_horizon as theory
from theory.mode_estimation.elimination import L, c, delta
from theory.mode_estimation.elimination_horizon import (
    CLASSES,
    K,
    P,
    Q,
    exponent,
    m,
    mode,
    n,
    rival,
    u,
    z,
)
from verify import Exact, Mutant, check_for, mutate

check_for(
    theory.elim_horizon_exponent,
    resolution=0,
    points=[{"u": Fraction(k, 100)} for k in (1, 5, 10, 25, 50, 75, 90, 99, 100)],
)(None)
mutate(
    theory.elim_horizon_exponent,
    Mutant("u^2 / 7", Bound(exponent, "<=", -(u**2) / 7)),
)


def lasting(z, P, Q, c, L, n):
    """How likely the class is not far behind, from binomial tails."""
    return Exact(*tails.lasting_probability(P, Q, c * L, n))


MOMENTS = [
    {"z": 1 - high - low, "P": high, "Q": low, "theta": tilt, "a": line, "c": k, "L": level, "n": t}
    for high, low in ((Fraction(3, 5), Fraction(2, 5)), (Fraction(1, 2), Fraction(1, 10)))
    for tilt, line in ((Fraction(1, 10), Fraction(1, 5)), (Fraction(1, 2), Fraction(1, 2)))
    for k, level in ((1, 5), (24, 5))
    for t in (1, 30, 1000)
]
check_for(theory.elim_horizon_moment, resolution=1e-8, points=MOMENTS)(
    lambda z, P, Q, theta, a, c, L, n: lasting(z, float(P), float(Q), c, L, n)
)


def moment(power, start=theory.start):
    """The claim with another bound."""
    return Bound(theory.lasting(z, P, Q, c, L, n), "<=", start * theory.moment**power)


mutate(
    theory.elim_horizon_moment,
    Mutant("no factor for the threshold", moment(n.symbol, 1)),
    Mutant("twice as many samples", moment(2 * n)),
)

LASTING = [
    {"z": part, "u": gap, "c": constant, "K": times, "L": level, "n": 0}
    for part in (0, Fraction(1, 2))
    for gap in (Fraction(1, 10), Fraction(1, 2), 1)
    for constant, times in ((1, 3), (1, 10), (4, 16), (24, 56), (24, 108))
    for level in (1, 5)
]


def first(point, factor, level):
    """The point, with the least number of samples that is this factor times the logarithm."""
    share = float((1 - point["z"]) / (2 - point["u"]) * point["u"] ** 2)
    size = 1
    while factor * level(size) > size * share:
        size = max(size + 1, int(factor * level(size) / share))
    return {**point, "n": size}


def lasting_class(z, u, c, K, L, n):
    """The same, at the probabilities of the mode and the class."""
    high = (1 - z) / (2 - u)
    return lasting(z, float(high), float(high * (1 - u)), c, L, n)


check_for(
    theory.elim_horizon_lasting,
    resolution=1e-8,
    points=[first(point, point["K"], lambda size, p=point: p["L"]) for point in LASTING],
)(lasting_class)
WITHOUT = Domain(z, u, c, K, L, n, remarks=(CLASSES,))
mutate(
    theory.elim_horizon_lasting,
    Mutant(
        "half as many samples",
        points=[first(point, point["K"] / 2, lambda size, p=point: p["L"]) for point in LASTING],
        domain=WITHOUT,
    ),
    Mutant(
        "K L",
        Bound(theory.lasting(z, mode, rival, c, L, n), "<=", exp(-K * L)),
    ),
)


def both_left(m, z, u, delta, c, n):
    """Probability that mode and class are both left, from the law of two or three counts."""
    high = (1 - z) / (2 - u)
    if m == 2:
        found = numerics.two_class_elimination(float(high), delta, float(c), n)
    else:
        law = (float(high), float(high * (1 - u)), float(z))
        found = numerics.three_class_elimination(law, delta, float(c), n)
    return Exact(found.together, found.together * found.relative + found.lost)


def horizons(factor, constants, gaps=(Fraction(1, 4), Fraction(1, 2), Fraction(9, 10))):
    """Points at the horizon that the factor of the constant gives."""
    for constant in constants:
        for error in (Fraction(1, 2), Fraction(1, 1000)):
            cases = [(2, 0, gap) for gap in gaps] + [(3, Fraction(1, 20), Fraction(19, 20))]
            for size, part, gap in cases if constant <= 4 else cases[:-1]:
                point = {"m": size, "z": part, "u": gap, "delta": error, "c": constant}
                yield first(point, factor(constant), logarithm(size, error))


def logarithm(classes, error):
    """The logarithm in the rule, as a function of the number of samples."""
    return lambda size: math.log(math.pi**2 * size**2 * classes / error)


check_for(
    theory.elim_horizon_sharp,
    resolution=1e-8,
    points=list(horizons(lambda constant: 2 * constant + 8, (1, 4, 24))),
)(both_left)
ANY = Domain(m, z, u, delta, c, n, remarks=theory.elim_horizon_sharp.domain.remarks)
mutate(
    theory.elim_horizon_sharp,
    Mutant(
        "9/10 of the constant",
        points=list(horizons(lambda constant: 0.9 * constant, (4, 24))),
        domain=ANY,
    ),
    Mutant(
        "the gap to the first power",
        points=[
            {"m": 2, "z": 0, "u": Fraction(1, 10), "delta": Fraction(1, 10), "c": 4, "n": 2000}
        ],
        domain=ANY,
    ),
)


@check_for(
    theory.elim_horizon,
    resolution=1e-8,
    points=[
        {name: value for name, value in point.items() if name != "c"}
        for point in horizons(lambda constant: 108, (24,))
        if point["u"] > Fraction(1, 4)
    ],
)
def _(m, z, u, delta, n):
    return both_left(m, z, u, delta, 24, n)


def chernoff_exponent(rare):
    """A point at 108 times the logarithm over the error exponent of the empirical mode."""
    exponent = -math.log(1 - (math.sqrt(1 - rare) - math.sqrt(rare)) ** 2)
    size = 1
    while 108 * logarithm(2, 0.1)(size) > size * exponent:
        size += 1
    gap = 1 - Fraction(rare) / (1 - Fraction(rare))
    return {"m": 2, "z": 0, "u": gap, "delta": Fraction(1, 10), "n": size}


mutate(
    theory.elim_horizon,
    Mutant(
        "20 in place of 108",
        points=[
            {name: value for name, value in point.items() if name != "c"}
            for point in horizons(lambda constant: 20, (24,))
        ],
        domain=Domain(m, z, u, delta, n, remarks=theory.elim_horizon.domain.remarks),
    ),
    Mutant(
        "the exponent of the empirical mode in place of the gap, for a rare rival",
        points=[chernoff_exponent(1e-6)],
        domain=Domain(m, z, u, delta, n, remarks=theory.elim_horizon.domain.remarks),
    ),
    Mutant(
        "the gap to the first power",
        points=[{"m": 2, "z": 0, "u": Fraction(2, 11), "delta": Fraction(1, 10), "n": 8381}],
        domain=Domain(m, z, u, delta, n, remarks=theory.elim_horizon.domain.remarks),
    ),
)
