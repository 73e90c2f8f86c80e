"""Do the other ways to the exponent give it? Minimised numerically, against the closed form."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

from sympy import log, sqrt

from numerics.mode_estimation import empirical_mode as numerics
from theory import Bound, Domain, Identity, Rate
from theory.mode_estimation import exponents as theory
from theory.mode_estimation.empirical_mode import m, n, p
from theory.mode_estimation.exponents import first, second
from theory.mode_estimation.gaps import overlap, sanov_gap
from verify import Exact, Mutant, check_for, mutate
from verify.mode_estimation.empirical_mode import shares
from verify.mode_estimation.gaps import PAIRS

MODERATE = [pair for pair in PAIRS if pair["p2"] > Fraction(1, 10**5)]
GAP = sanov_gap(first, second)


@check_for(theory.em_exponent_transform, resolution=1e-12, points=MODERATE)
def _(p1, p2):
    return Exact(numerics.least_transform(float(p1), float(p2)), 1e-13)


mutate(
    theory.em_exponent_transform,
    Mutant(
        "difference of the probabilities squared",
        Identity(theory.least_transform(), 1 - (first - second) ** 2),
    ),
    Mutant("roots not squared", Identity(theory.least_transform(), 1 - sqrt(first) + sqrt(second))),
)


@check_for(theory.em_exponent_chernoff, resolution=1e-10, points=MODERATE, absolute=True)
def _(p1, p2):
    rest = [float(1 - p1 - p2)] if p1 + p2 < 1 else []
    laws = ([float(one), float(other), *rest] for one, other in ((p1, p2), (p2, p1)))
    return Exact(numerics.chernoff_information(*laws), 1e-12)


mutate(
    theory.em_exponent_chernoff,
    Mutant("half of it", Identity(theory.chernoff_information(), GAP / 2)),
    Mutant(
        "without the logarithm",
        Identity(theory.chernoff_information(), (sqrt(first) - sqrt(second)) ** 2),
    ),
)


LAWS = [shares(5, 3, 2), shares(3, 2), shares(8, 1, 1), shares(4, 2, 2, 1, 1), shares(9, 5, 1, 1)]


def nearest(law):
    """A law, found by minimisation, that is nearly the nearest in which class 2 is not behind."""
    q, _ = numerics.least_divergence([float(chance) for chance in law])
    found = [Fraction(float(chance)).limit_denominator(10**9) for chance in q]
    found[1] = found[0] = max(found[:2])
    return tuple(chance / sum(found) for chance in found)


OTHERS = [
    {"m": len(law), "p": law, "q": q}
    for law in LAWS
    for q in (
        nearest(law),
        shares(*[1] * len(law)),
        (law[1], law[0], *law[2:]),
        shares(1, 10, *[1] * (len(law) - 2)),
    )
]


def divergence(m, p, q):
    """The relative entropy, in floats."""
    terms = (float(one) * math.log(one / other) for one, other in zip(q, p, strict=True))
    return Exact(math.fsum(terms), 1e-13)


check_for(theory.em_exponent_sanov, resolution=1e-11, points=OTHERS, absolute=True)(divergence)
both = p[1] + p[2]
other_way = p[1] * log(2 * p[1] / both) + p[2] * log(2 * p[2] / both)
mutate(
    theory.em_exponent_sanov,
    Mutant("1.001 times it", Bound(1.001 * sanov_gap(p[1], p[2]), "<=", theory.divergence())),
    Mutant("twice the overlap", Bound(-log(overlap(p[1], p[2]) / 2), "<=", theory.divergence())),
    Mutant(
        "a law in which the mode is ahead",
        points=[{"m": 3, "p": LAWS[0], "q": LAWS[0]}],
        domain=Domain(m, p, theory.q),
    ),
)


@check_for(
    theory.em_exponent_projection,
    resolution=1e-7,
    points=[{"m": len(x), "p": x} for x in LAWS],
    absolute=True,
)
def _(m, p):
    return Exact(numerics.least_divergence([float(chance) for chance in p])[1], 1e-8)


mutate(
    theory.em_exponent_projection,
    Mutant("the divergence the other way round", Identity(theory.least_divergence(), other_way)),
    Mutant(
        "without the logarithm",
        Identity(theory.least_divergence(), (sqrt(p[1]) - sqrt(p[2])) ** 2),
    ),
)

GROWING = [shares(4, 1), shares(20, 1, 1)]
LADDER = (24, 48, 96, 192, 384)  # even: with two classes ties are possible


def growing(ties):
    """The error in balls, which are narrow enough for its logarithm."""
    return lambda m, n, p: Exact(narrow_error(tuple(p), n, ties))


@cache
def narrow_error(p, n, ties):
    """One error: a mutant asks for the same values again."""
    return numerics.enclosed_error(p, n, ties, bits=64 + 3 * n // 2)


RATES = {"resolution": 0.004, "points": [{"m": len(p), "n": 24, "p": p} for p in GROWING]}
check_for(theory.em_exponent, ladder=LADDER, **RATES)(growing("uniform"))
check_for(theory.em_exponent_ties, ladder=LADDER, **RATES)(growing("wrong"))
check_for(theory.em_exponent_strict, ladder=(*LADDER, 768), **RATES)(
    lambda m, n, p: Exact(narrow_error(tuple(p), n + 1, "right"))
)


def falls(claim, exponent):
    """The claim that the error falls at another rate."""
    return Rate(claim.statement.observable, n, -exponent, form="exponential")


for claim in (theory.em_exponent, theory.em_exponent_ties, theory.em_exponent_strict):
    mutate(
        claim,
        Mutant("square of the difference", falls(claim, (p[1] - p[2]) ** 2)),
        Mutant("logarithm of it", falls(claim, -log(1 - (p[1] - p[2]) ** 2))),
        Mutant("without the logarithm", falls(claim, (sqrt(p[1]) - sqrt(p[2])) ** 2)),
        Mutant(
            "the divergence the other way round",
            falls(claim, other_way),
        ),
        Mutant("the plain gap", falls(claim, (p[1] - p[2]) ** 2 / p[1])),
    )
