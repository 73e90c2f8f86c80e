"""Is the lower bound right, and the published upper bound not below it? Exact running times."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational, log, sqrt

from numerics.mode_estimation import lower_bounds as numerics
from numerics.mode_estimation.distributions import geometric, one_good, two_good
from theory import Bound, Domain, Identity, Real
from theory.mode_estimation import lower_bounds as theory
from theory.mode_estimation.lower_bounds import (
    confidence_here,
    distance,
    gap,
    mean_samples,
    mode_2,
    p,
)
from theory.mode_estimation.prefactor import p1, r
from verify import Exact, Mutant, check_for, mutate

NEAREST = [
    {"p0": Fraction(rest), "r": Fraction(root), "q0": Fraction(other), "z": Fraction(ahead)}
    for rest in ("1/10", "1/2", "9/10")
    for root in ("1/10", "3/4", "99/100")
    for other, ahead in ((rest, "0"), ("1/3", "1/20"), ("19/20", "1/2"))
]
check_for(theory.lower_bound_nearest, resolution=1e-20, boxes=0, points=NEAREST)(None)
least, other = theory.lower_bound_nearest.statement.terms
q0, z = theory.q0, theory.z
mutate(
    theory.lower_bound_nearest,
    Mutant("one part in a hundred more", Bound(least * Rational(101, 100), "<=", other)),
    Mutant(
        "the law with the two labels exchanged",
        Bound(theory.mode_3 * (1 - r**2) * log(1 / r**2), "<=", other),
    ),
    Mutant(
        "the first label may stay ahead",
        points=[{**point, "z": Fraction(-1, 2)} for point in NEAREST],
        domain=Domain(theory.p0, r, q0, Real("z", above=-1, below=1)),
    ),
)

PAIRS = [
    {"p1": Fraction(mode), "r": Fraction(root)}
    for mode in ("1/100", "1/2", "999999/1000000")
    for root in ("1/1000000", "1/3", "9/10", "999/1000")
]
check_for(theory.lower_bound_order, resolution=1e-20, boxes=0, points=PAIRS)(None)
check_for(theory.lower_bound_gap, resolution=1e-20, boxes=0, points=PAIRS)(None)
roots = p1 * (1 - r) ** 2
mutate(
    theory.lower_bound_order,
    Mutant("a twentieth less", Bound(distance(p1), "<=", roots * Rational(19, 20))),
    Mutant("the exponent below", Bound(-log(1 - roots), "<=", roots)),
    Mutant(
        "the divergence from the law with the two labels exchanged",
        Bound(p1 * (1 - r**2) * log(1 / r**2), "<=", roots),
    ),
)
mutate(
    theory.lower_bound_gap,
    Mutant("a constant above one half", Bound(gap * Rational(51, 100), "<=", distance(p1))),
    Mutant("a constant below log 2", Bound(distance(p1), "<=", gap * Rational(69, 100))),
    Mutant("the exponent of the empirical mode", Bound(-log(1 - roots), "<=", log(2) * gap)),
)


def distribution(law):
    """A point of the claim with these probabilities."""
    law = tuple(float(value) for value in law)
    return {"m": len(law), "p": law}


LAWS = [
    distribution(law)
    for law in (
        (0.6, 0.4),
        (0.5, 0.3, 0.2),
        (0.51, 0.49),
        (0.9, 0.05, 0.03, 0.02),
        geometric(8),
        one_good(6),
        two_good(20),
    )
]


@check_for(theory.lower_bound_distance, resolution=1e-11, absolute=True, points=LAWS)
def _(m, p):
    return Exact(*numerics.least_divergence(p))


nearest = theory.least_divergence()
mutate(
    theory.lower_bound_distance,
    Mutant(
        "the law with the two labels exchanged", Identity(nearest, (p[1] - p[2]) * log(p[1] / p[2]))
    ),
    Mutant(
        "the squared difference of the roots", Identity(nearest, (sqrt(p[1]) - sqrt(p[2])) ** 2)
    ),
    Mutant(
        "the exponent of the empirical mode",
        Identity(nearest, -log(1 - (sqrt(p[1]) - sqrt(p[2])) ** 2)),
    ),
    Mutant("a quarter of the gap", Identity(nearest, (p[1] - p[2]) ** 2 / (4 * p[1]))),
)

check_for(
    theory.lower_bound_confidence,
    resolution=1e-12,
    boxes=0,
    points=[
        {"delta": Fraction(share)}
        for share in ("1/1000000000", "1/10", "8/25", "13/40", "1/2", "9/10", "999/1000")
    ],
)(None)
probability = theory.any_delta.symbol
divergence = theory.lower_bound_confidence.statement.terms[1]
mutate(
    theory.lower_bound_confidence,
    Mutant("2.38 for 2.4", Bound(-log(Rational(119, 50)), "<=", divergence)),
    Mutant("without the factor", Bound(0, "<=", divergence)),
)

RUNS = [
    {"r": Fraction(root), "delta": Fraction(error)}
    for root in ("1/1000000", "1/3", "2/3")
    for error in ("1/3", "1/10", "1/1000000", f"1/{10**100}")
]
RUNS.append({"r": Fraction(9, 10), "delta": Fraction(1, 10)})


def samples(r, delta):
    """Mean number of samples of elimination with the constant 4."""
    r = Fraction(r)
    return Exact(*numerics.mean_samples(r**2 / (1 + r**2), delta))


check_for(theory.lower_bound, resolution=1e-6, points=RUNS)(samples)

mutate(
    theory.lower_bound,
    Mutant("twice as many", Bound(2 * confidence_here / distance(mode_2), "<=", mean_samples())),
)
