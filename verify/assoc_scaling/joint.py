"""Do simulated data sets lead to memories that err as claimed?"""

from __future__ import annotations

import math

from sympy import Abs, Max, Min, Rational, gamma, oo

from numerics.assoc_scaling import joint as numerics
from theory import Bound, Domain, Equivalent
from theory.assoc_scaling import joint as theory
from theory.assoc_scaling.joint import T, b
from verify import Exact, Mutant, Sampled, check_for, leading, mutate


def capacity(alpha, d, factor=1.0):
    """How many tokens the thresholded memory stores at most."""
    return max(1, math.floor(factor * d / (2 * (alpha - 1) * math.log(d))))


def error(scheme, alpha, d, T, stream, stored=None):
    """The expected error of a scheme, over data sets."""
    if stored is None:
        stored = capacity(alpha, d)

    def draw(first, count):
        return numerics.errors(scheme, float(alpha), d, T, stream, first, count, stored)

    return Sampled(draw, 0.0, 0.5)


def fall(scheme, alpha, d, T, stream):
    """The expected fall of the error of a scheme when the data set grows tenfold."""
    stored = capacity(alpha, d)

    def draw(first, count):
        return numerics.gains(scheme, float(alpha), d, T, 10, stream, first, count, stored)

    return Sampled(draw, -0.5, 0.5)


EXPONENTS = (1.05, 1.25, 1.5, 2, 3, 4)


@check_for(
    theory.joint_distinct,
    resolution=1e-9,
    points=[{"alpha": a, "T": n} for a in EXPONENTS for n in (1, 2, 3, 10, 100, 1000, 10**6)],
)
def _(alpha, T):
    return Exact(*numerics.distinct_tokens(float(alpha), T))


def within(form, room=1):
    """The claim that the number of distinct tokens is within ``room`` of ``form``."""
    return Bound(Abs(theory.distinct() - form), "<=", room)


C = theory.C
mutate(
    theory.joint_distinct,
    Mutant("without the subtracted 1", within(theory.distinct_form + C**b, Rational(1, 2))),
    Mutant("within 1/4", within(theory.distinct_form, Rational(1, 4))),
    Mutant("C instead of C^(1/alpha)", within(theory.distinct_form * C ** (1 - b))),
    Mutant("Gamma(1/alpha)", within(theory.distinct_form * gamma(b) / gamma(1 - b))),
)


@check_for(
    theory.joint_distinct_rate,
    resolution=1e-3,
    points=[{"alpha": a, "T": 1} for a in (1.25, 1.5, 2, 3)],
    ladder=tuple(10**k for k in range(3, 9)),
)
def _(alpha, T):
    return Exact(*numerics.distinct_tokens(float(alpha), T))


def grows(form):
    """The claim that the number of distinct tokens is asymptotic to ``form``."""
    return Equivalent(theory.distinct(), form, as_=(T, oo))


mutate(
    theory.joint_distinct_rate,
    Mutant("exponent 1 - 1/alpha", grows(gamma(1 - b) * (C * T) ** (1 - b))),
    Mutant("no factor Gamma(1 - 1/alpha)", grows((C * T) ** b)),
    Mutant("without the constant C", grows(gamma(1 - b) * T**b)),
)


SCHEMES = theory.scheme.choices


@check_for(
    theory.joint_data_floor,
    resolution=0.002,
    points=[
        {"scheme": scheme, "alpha": a, "d": d, "T": n}
        for a, d, n in ((2, 1000, 10), (2, 10, 3), (1.25, 300, 100), (3, 100, 30), (2, 100, 1000))
        for scheme in SCHEMES
    ],
    full={"resolution": 0.0005},
)
def _(scheme, alpha, d, T, stream):
    return error(scheme, alpha, d, T, stream)


floor_of_data = theory.floor_of_data
mutate(
    theory.joint_data_floor,
    Mutant("the whole unseen mass", Bound(theory.scheme_error(), ">=", 2 * floor_of_data)),
    Mutant(
        "the threshold taken on the true probabilities, unseen tokens included",
        measure=lambda scheme, alpha, d, T, stream: error("clairvoyant", alpha, d, T, stream),
    ),
)


def triples(values):
    """Points from triples of an exponent, a dimension and a number of samples."""
    return [{"alpha": a, "d": d, "T": n} for a, d, n in values]


def grid(exponents, dimensions, sizes):
    """Every triple of an exponent, a dimension and a number of samples."""
    return [{"alpha": a, "d": d, "T": n} for a in exponents for n in sizes for d in dimensions]


#: Where the two limits are about equal: the ratio to the larger one is at its highest.
CROSSINGS = triples(
    (
        (1.25, 757, 1000),
        (1.5, 87, 100),
        (2, 15, 10),
        (2, 71, 100),
        (2, 345, 1000),
        (2.5, 18, 10),
        (3, 87, 100),
    )
)
CORNERS = grid((1.5, 2), (10, 3000), (10, 1000))
#: Exponents near 1 have many distinct tokens, and a data set takes longer to draw.
ELSEWHERE = [
    *grid((1.25, 2, 3), (30, 300, 3000), (100,)),
    *grid((2,), (30, 300, 3000), (10**4,)),
]


@check_for(
    theory.joint_rate,
    resolution=0.002,
    points=leading(CORNERS + CROSSINGS + ELSEWHERE),
    count=len(CORNERS + CROSSINGS),
    full={"resolution": 0.001, "count": len(CORNERS + CROSSINGS + ELSEWHERE)},
)
def _(alpha, d, T, stream):
    return error("thresholded", alpha, d, T, stream)


def between(low, high):
    """The claim that the error of the thresholded memory is between 0.9 low and 1.5 high."""
    return Bound(Rational(9, 10) * low, "<=", theory.joint_error(), "<=", Rational(3, 2) * high)


one, two = theory.data_limit, theory.memory_limit
n = theory.size
wrong_power = Max(one * n ** (1 - 2 * b), two)  # T^(-1/alpha)
smaller = Min(one, two)
mutate(
    theory.joint_rate,
    Mutant("the product of the two limits", between(one * two, one * two)),
    Mutant("the smaller of the two limits", between(smaller, smaller)),
    Mutant("the sum of the two limits", between(one + two, one + two)),
    Mutant("exponent -1/alpha of the data", between(wrong_power, wrong_power)),
    Mutant("no factor 1/2 of the data limit", between(Max(2 * one, two), Max(2 * one, two))),
    Mutant("the data limit alone", between(one, one)),
    Mutant("the memory limit alone", between(two, two)),
    Mutant(
        "the threshold taken on the true probabilities, unseen tokens included",
        measure=lambda alpha, d, T, stream: error("clairvoyant", alpha, d, T, stream),
    ),
    Mutant(
        "as many stored tokens as dimensions",
        measure=lambda alpha, d, T, stream: error("thresholded", alpha, d, T, stream, d),
        points=grid((2,), (100,), (10**4,)),
    ),
)


@check_for(
    theory.joint_memory_corner,
    resolution=0.002,
    points=triples(
        (
            (2, 10, 1000),
            (2, 30, 9000),
            (1.5, 10, 320),
            (1.5, 30, 1700),
            (3, 10, 10**4),
            (1.25, 11, 201),
        )
    ),
    full={"resolution": 0.0002},
)
def _(alpha, d, T, stream):
    return error("thresholded", alpha, d, T, stream)


mutate(
    theory.joint_memory_corner,
    Mutant(
        "the data limit instead",
        Bound(one, "<=", theory.joint_error(), "<=", 21 * one / 20),
    ),
    Mutant(
        "with any number of samples",
        points=triples(((2, 71, 100), (2, 100, 100))),
        domain=Domain(theory.exponent, theory.dimension, theory.size),
    ),
)


@check_for(
    theory.joint_data_corner,
    resolution=0.002,
    points=[
        {"alpha": a, "d": d, "T": n}
        for a, d, n in ((2, 100, 10), (2, 1000, 30), (1.5, 100, 20), (3, 100, 5), (1.1, 10, 20))
    ],
    full={"resolution": 0.0005},
)
def _(alpha, d, T, stream):
    return error("thresholded", alpha, d, T, stream)


corner = theory.joint_data_corner.statement.terms[1]
mutate(
    theory.joint_data_corner,
    Mutant("no misread tokens", Bound(theory.data_error(), "<=", corner - theory.misread)),
    Mutant("a quarter of the unseen mass", Bound(theory.data_error(), "<=", corner / 2)),
)


@check_for(
    theory.joint_rate_frequencies,
    resolution=0.002,
    points=grid((2, 1.25), (30, 3000), (10, 1000))
    + grid((2, 3), (1000, 3000), (100,))
    + grid((1.5,), (300,), (30,)),
    full={"resolution": 0.0005},
)
def _(alpha, d, T, stream):
    return error("frequencies", alpha, d, T, stream)


def weighted(low, high):
    """The claim that the error with frequencies as weights is between 0.9 low and 1.5 high."""
    observed = theory.frequency_error()
    return Bound(Rational(9, 10) * low, "<=", observed, "<=", Rational(3, 2) * high)


three = theory.frequency_limit
of_threshold = theory.larger_limit  # of the same alpha, d and T
mutate(
    theory.joint_rate_frequencies,
    Mutant("the product of the two limits", weighted(one * three, one * three)),
    Mutant("the smaller of the two limits", weighted(Min(one, three), Min(one, three))),
    Mutant("the sum of the two limits", weighted(one + three, one + three)),
    Mutant("the memory limit of the threshold", weighted(of_threshold, of_threshold)),
    Mutant("exponent of the dimension doubled", weighted(Max(one, three**2), Max(one, three**2))),
)


def falls(alpha, d, T, stream):
    """How much the error of the memory that stores everything falls."""
    return fall("unlimited", alpha, d, T, stream)


FEW = ((2, 100, 10), (2, 1000, 100), (1.5, 300, 30), (3, 1000, 30))
MANY = ((2, 30, 900), (2, 100, 10**4), (1.5, 100, 1000), (3, 10, 1000))

check_for(theory.data_overflow, resolution=0.005, points=triples(MANY))(falls)
check_for(theory.data_overflow_descent, resolution=0.005, points=triples(FEW))(falls)
anywhere = Domain(theory.exponent, theory.dimension, theory.growing)
mutate(
    theory.data_overflow,
    Mutant("more data always hurts", points=triples(FEW), domain=anywhere),
    Mutant(
        "also with a threshold",
        measure=lambda alpha, d, T, stream: fall("thresholded", alpha, d, T, stream),
        points=triples(((2, 1000, 100),)),
        domain=anywhere,
    ),
)
mutate(
    theory.data_overflow_descent,
    Mutant("more data always helps", points=triples(MANY), domain=anywhere),
)


@check_for(
    theory.data_overflow_limit,
    resolution=0.005,
    points=triples(((2, 10, 10**4), (2, 100, 10**5), (1.5, 100, 10**4), (3, 10, 10**5))),
)
def _(alpha, d, T, stream):
    return error("unlimited", alpha, d, T, stream)


mutate(
    theory.data_overflow_limit,
    Mutant(
        "the whole of the data forgotten at once",
        Bound(theory.unlimited_error(), ">=", Rational(45, 100)),
    ),
    Mutant(
        "also with a threshold",
        measure=lambda alpha, d, T, stream: error("thresholded", alpha, d, T, stream),
    ),
    Mutant(
        "half as far from guessing",
        Bound(
            theory.unlimited_error(),
            ">=",
            (Rational(1, 2) + theory.data_overflow_limit.statement.terms[1]) / 2,
        ),
    ),
)


@check_for(
    theory.data_helps,
    resolution=0.005,
    points=[
        {"scheme": scheme, **point}
        for scheme in theory.careful.choices
        for point in triples(((2, 30, 10), (2, 30, 10**4), (1.5, 100, 1000), (3, 1000, 30)))
    ],
    full={"resolution": 0.001},
)
def _(scheme, alpha, d, T, stream):
    return fall(scheme, alpha, d, T, stream)


mutate(
    theory.data_helps,
    Mutant(
        "without a threshold as well",
        measure=lambda scheme, alpha, d, T, stream: fall("unlimited", alpha, d, T, stream),
    ),
    Mutant(
        "by a fixed amount",
        Bound(theory.careful_gain(), ">=", Rational(1, 50)),
    ),
)
