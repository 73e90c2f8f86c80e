"""What does layer normalisation leave of a position code? Codes that are normalised."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import sqrt

from numerics.iteration_head import layer_norm as numerics
from theory import Identity
from theory.iteration_head import layer_norm as theory
from theory.iteration_head.layer_norm import d, epsilon, p, variance, x, y
from verify import Exact, Mutant, check_for, mutate

PAIRS = [
    {"x": a, "y": b, "epsilon": added}
    for a, b in ((1, 0), (0, 3), (2, 2), (-5, 0.5), (0.001, 0))
    for added in (Fraction(1, 10**5), Fraction(1, 4), 2)
]


@check_for(theory.pos_layernorm, resolution=1e-9, points=PAIRS, absolute=True)
def _(x, y, epsilon):
    code = [float(x), float(y)]
    return Exact(float(numerics.layer_norm(code, float(epsilon))[0]), 1e-12)


mutate(
    theory.pos_layernorm,
    Mutant(
        "epsilon once",
        Identity(theory.normalised_pair(), (x - y) / sqrt((x - y) ** 2 + epsilon)),
    ),
    Mutant(
        "the unbiased variance",
        Identity(theory.normalised_pair(), (x - y) / sqrt(2 * (x - y) ** 2 + 4 * epsilon)),
    ),
)

CODES = [(1, 0, 0), (1, 2, 3, 4), (5,), (-1, 0.5, 0.25, 3, 1), (2, 2, 2), (0, 1) * 4]
POINTS = [
    {"d": len(code), "p": code, "epsilon": added}
    for code in CODES
    for added in (Fraction(1, 10**5), 1)
]


def summed(power, keep_mean=False):
    """The sum of a power of the normalised coordinates."""

    def measure(d, p, epsilon):
        code = np.array([float(entry) for entry in p])
        normalised = numerics.layer_norm(code, float(epsilon))
        if keep_mean:  # a normalisation by the length alone
            normalised = code / np.sqrt(code @ code / d + float(epsilon))
        return Exact(float((normalised**power).sum()), 1e-10)

    return measure


check_for(theory.pos_layernorm_plane, resolution=1e-8, absolute=True, points=POINTS)(summed(1))
mutate(
    theory.pos_layernorm_plane,
    Mutant("a normalisation by the length", measure=summed(1, keep_mean=True)),
)
check_for(theory.pos_layernorm_sphere, resolution=1e-8, absolute=True, points=POINTS)(summed(2))
mutate(
    theory.pos_layernorm_sphere,
    Mutant("length one", Identity(theory.squares(), 1 - epsilon / (variance(p) + epsilon))),
    Mutant("epsilon left out", Identity(theory.squares(), d)),
    Mutant("a normalisation by the length", measure=summed(2, keep_mean=True)),
)

TWO = [
    {"d": len(one), "p": one, "q": other}
    for one, other in (
        ((1, 0), (0, 3)),
        ((1, 0, 0), (0, 1, 4)),
        ((1, 2, 3, 4), (8, 2, 4, 5)),
        ((1, 2, 3, 4), (4, -1, 0, 2.5)),
        ((0, 1, 5, 2, 3), (1, 1, 1, 1, 3)),
    )
]


def own_margin(added):
    """By how much a normalised code is ahead of another, with itself as the query."""

    def measure(d, p, q):
        one, other = (
            numerics.layer_norm([float(entry) for entry in code], added) for code in (p, q)
        )
        return Exact(float(one @ (one - other)), 1e-10)

    return measure


check_for(theory.pos_layernorm_attendable, resolution=1e-8, absolute=True, points=TWO)(
    own_margin(0.0)
)
mutate(
    theory.pos_layernorm_attendable,
    Mutant("the squared distance", Identity(theory.own_margin(), 2 * theory.apart)),
    Mutant("with epsilon", measure=own_margin(0.5)),
)
