"""What does exhaustive search cost? Depths of balanced trees, and searches in them."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational, log, sqrt

from numerics.mode_estimation import exhaustive as numerics
from numerics.mode_estimation.codes import balanced_lengths
from theory import Bound, Identity
from theory.mode_estimation import exhaustive as theory
from theory.mode_estimation.exhaustive import f, logarithm, m, r
from theory.mode_estimation.gaps import delta_squared
from verify import Exact, Mutant, Sampled, check_for, mutate
from verify.mode_estimation.laws import shares


def sizes(*numbers):
    """Numbers of classes as a power of two and a rest."""
    return [{"f": m.bit_length() - 1, "r": m - (1 << m.bit_length() - 1)} for m in numbers]


def mean_depth(f, r):
    """Mean depth of the leaves of a balanced tree."""
    lengths = balanced_lengths(2 ** int(f) + int(r))
    return Fraction(sum(lengths), len(lengths))


# 91 / 64 and 355 / 256 are near 2 log 2, where the cost is furthest above the logarithm
SIZES = sizes(*range(1, 40), 63, 64, 65, 91, 100, 300, 355, 1000, 1420, 4095)


def cost_of(f, r):
    """The measurement of a balanced tree."""
    return {"balanced_cost": Exact(mean_depth(f, r))}


check_for(theory.exhaustive_baseline, resolution=0, points=SIZES)(cost_of)
balanced = theory.balanced_cost()
mutate(
    theory.exhaustive_baseline,
    Mutant("the logarithm rounded up", Identity(balanced, f + 1), points=sizes(100)),
    Mutant("the logarithm", Identity(balanced, logarithm), points=sizes(100)),
    Mutant("half as many deep leaves", Identity(balanced, f + r / m)),
)

check_for(
    theory.exhaustive_baseline_chord,
    resolution=0,
    points=[{"u": Fraction(k, 20)} for k in range(11, 20)],
)(None)
mutate(
    theory.exhaustive_baseline_chord,
    Mutant("a chord of 1 - u", Bound(1 - theory.u, "<=", log(theory.u.symbol) / log(2))),
)

check_for(theory.exhaustive_baseline_logarithm, resolution=1e-14, points=SIZES)(cost_of)
mutate(
    theory.exhaustive_baseline_logarithm,
    Mutant("exactly the logarithm", Bound(balanced, "<=", logarithm), points=sizes(100)),
    Mutant("0.086 more", Bound(balanced, "<=", logarithm + Rational(86, 1000))),
    Mutant("the logarithm and a hundredth", Bound(logarithm + Rational(1, 100), "<=", balanced)),
    Mutant("the natural logarithm", Bound(balanced, "<=", log(m) + theory.SIGMA)),
)

GEOMETRIC = shares(*(2 ** max(40 - k, 0) for k in range(100)))
LAWS = [shares(1), shares(2, 1), shares(5, 3, 2), GEOMETRIC]


@check_for(
    theory.exhaustive_baseline_samples,
    resolution=0.02,
    points=[
        {**sizes(len(law))[0], "m": len(law), "n": n, "p": law}
        for law, n in zip(LAWS, (3, 4, 1, 143), strict=True)
    ],
)
def _(f, r, m, n, p, stream):
    law = [float(share) for share in p]

    def draw(first, count):
        return numerics.simulate(law, n, stream, first, count)[0] / n

    return Sampled(draw, float(f), float(f) + 1)


asked = theory.questions()
mutate(
    theory.exhaustive_baseline_samples,
    Mutant("the logarithm", Identity(asked, logarithm)),
    Mutant("the logarithm rounded up", Identity(asked, f + 1)),
)

PAIRS = [
    (Fraction(1, 2), Fraction(1, 4)),
    (Fraction(2, 5), Fraction(7, 20)),
    (Fraction(9, 10), Fraction(1, 20)),
]


@check_for(
    theory.exhaustive_complexity,
    resolution=1e-8,
    points=[
        {**size, "p1": p1, "p2": p2} for size in sizes(3, 8, 91, 100, 1000) for p1, p2 in PAIRS
    ],
)
def _(f, r, p1, p2):
    cost = float(mean_depth(f, r)) / numerics.error_exponent((p1, p2, 1 - p1 - p2))
    return {"exhaustive_cost_limit": Exact(cost, 1e-9 * cost)}


scaled = delta_squared * theory.cost_limit()
mutate(
    theory.exhaustive_complexity,
    Mutant("the logarithm alone", Bound(scaled, "<=", logarithm)),
    Mutant("the natural logarithm", Bound(scaled, "<=", 1 + log(m))),
    Mutant(
        "the gap, not its square",
        Bound(sqrt(delta_squared) * theory.cost_limit(), "<=", 1 + logarithm),
    ),
)
