"""What does the elimination of single classes cost? Fluid runs, and runs on fixed samples."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
from sympy import Rational, Sum, log, oo

from numerics.core.streams import Stream
from numerics.mode_estimation import elimination_costs as numerics
from numerics.mode_estimation.distributions import dirichlet, geometric, one_good, zipf
from numerics.mode_estimation.fluid_elimination import fluid_queries, stage_cost
from theory import Bound, Equivalent, Identity
from theory.mode_estimation import elimination_costs as theory
from theory.mode_estimation.stage_cost import StageCost, over_stages
from verify import Exact, Mutant, check_for, mutate

c, k, m, p, ell = theory.c, theory.k, theory.m, theory.p, theory.ell
information, longest = theory.information, theory.longest

TWO = (0.6, 0.4)
CLOSE = (0.5001, 0.4999)
FIVE = (0.4, 0.25, 0.15, 0.1, 0.1)
SPREAD = (0.3, 0.2) + (0.05,) * 10
LIKELY = (0.6, 0.2, 0.1, 0.06, 0.04)
NEARLY_ALL = (1 - 1e-6, 6e-7, 4e-7)


def laws(stream, count):
    """Distributions of the families, and drawn ones."""
    drawn = [dirichlet(size, alpha, 17) for size in (3, 8, 20) for alpha in (0.3, 1, 5)][:count]
    families = [geometric(12), one_good(40), zipf(30)]
    given = [TWO, CLOSE, FIVE, SPREAD, LIKELY, NEARLY_ALL]
    return [tuple(float(share) for share in law) for law in [*given, *families, *drawn]]


def fluid_points(stream, count):
    """They with a constant each."""
    return [
        {"m": len(law), "p": law, "c": constant}
        for law, constant in zip(laws(stream, count), (4.0, 24.0, 0.3, 1.0) * count, strict=False)
    ]


def fluid(m, p, c):
    """Queries of the run in which every count is its mean."""
    return Exact(*fluid_queries(p, c))


check_for(theory.elim_fluid_stages, resolution=1e-9, points=fluid_points, count=9)(fluid)
check_for(theory.elim_complexity, resolution=1e-9, points=fluid_points, count=9)(fluid)
check_for(theory.elim_complexity_sanov, resolution=1e-9, points=fluid_points, count=9)(fluid)
check_for(theory.elim_complexity_entropy, resolution=1e-9, points=fluid_points, count=9)(fluid)


def at(*all_laws):
    """Points of certain distributions."""
    return [{"m": len(law), "p": law, "c": 4.0} for law in all_laws]


def unpooled(i):
    """The cost of a tree that is never rebuilt."""
    return StageCost(p.symbol, m.symbol, m.symbol)


frozen = c * over_stages(longest, unpooled, k, m.symbol)
rising = c * over_stages(lambda i: longest(m + 2 - i), theory.stage_cost, k, m.symbol)

mutate(
    theory.elim_fluid_stages,
    Mutant("the tree is never rebuilt", Identity(theory.fluid_queries(), frozen), at(FIVE, SPREAD)),
    Mutant(
        "the likely classes are dropped first",
        Identity(theory.fluid_queries(), rising),
        at(FIVE, SPREAD),
    ),
    Mutant(
        "108 in place of c",
        Identity(theory.fluid_queries(), theory.fluid / c * 108),
        at(FIVE, SPREAD),
    ),
)


COUNTS = ((60, 20, 11, 6, 3), (40, 25, 15, 12, 8), (30, 20, 9, 8, 7, 7, 6, 5, 4, 4))


@cache
def queries(counts, c, path, ell):
    """Of the run on a random order of so many samples of each class, again and again."""
    labels = np.repeat(np.arange(len(counts)), counts)
    Stream.of(path, "elim-fluid").numpy().shuffle(labels)
    asked, _, answer = numerics.elimination_on_labels(labels, len(counts), ell, c)
    assert answer == 0
    return asked


def run(m, p, c, path, ell):
    """The queries of that run with these frequencies."""
    return Exact(queries(tuple(int(100 * share) for share in p), c, path, ell))


check_for(
    theory.elim_fluid,
    resolution=0.01,
    points=[
        {
            "m": len(counts),
            "p": tuple(Fraction(count, 100) for count in counts),
            "c": 1.0,
            "path": path,
            "ell": 1,
        }
        for path, counts in enumerate(COUNTS)
    ],
    ladder=[300, 1000, 3000, 10_000, 30_000, 100_000, 300_000],
)(run)


def tends_to(limit):
    """The statement with another limit."""
    return Equivalent(theory.run_queries(), ell * limit, as_=(ell, oo))


mutate(
    theory.elim_fluid,
    Mutant("the tree is never rebuilt", tends_to(frozen)),
    Mutant("the likely classes are dropped first", tends_to(rising)),
    Mutant("the rate of the horizon", tends_to(theory.fluid / c * 108)),
    Mutant(
        "the elimination of the other constant",
        measure=lambda m, p, c, path, ell: run(m, p, 1.1 * c, path, ell),
    ),
)


@check_for(
    theory.elim_complexity_stage,
    resolution=1e-12,
    points=lambda stream, count: [
        {"m": len(law), "p": law, "kept": kept}
        for law in laws(stream, count)
        for kept in sorted({2, (len(law) + 2) // 2, len(law)})
    ],
    count=9,
)
def _(m, p, kept):
    return Exact(*stage_cost(p, kept))


kept = theory.stage.symbol
mutate(
    theory.elim_complexity_stage,
    Mutant(
        "less than one question more",
        Bound(theory.cost_of_stage(), "<=", theory.at_most - Rational(1, 10)),
    ),
    Mutant("three fifths", Bound(Rational(6, 5) * theory.at_least, "<=", theory.cost_of_stage())),
    Mutant("natural logarithms", Bound(theory.cost_of_stage(), "<=", log(2) * theory.at_most)),
    Mutant(
        "with the logarithm of the mode for all",
        Bound(theory.cost_of_stage(), "<=", 1 + log(1 / p[1]) / log(2) * Sum(p[k], (k, 1, kept))),
    ),
)

mutate(
    theory.elim_complexity,
    Mutant(
        "half of the bound",
        Bound(theory.fluid_queries(), "<=", c * theory.bracket / 2),
    ),
    Mutant(
        "three fifths of the bound from below",
        Bound(Rational(3, 5) * c * theory.bracket, "<=", theory.fluid_queries()),
    ),
    Mutant(
        "natural logarithms",
        Bound(
            theory.fluid_queries(),
            "<=",
            c
            * (
                longest(2) * (1 + log(2) * information(1))
                + log(2) * Sum(longest(k) * information(k), (k, 2, m))
            ),
        ),
    ),
    Mutant(
        "with the logarithm of the mode for all classes",
        Bound(
            theory.fluid_queries(),
            "<=",
            c
            * (
                longest(2) * (1 + information(1))
                + log(1 / p[1]) / log(2) * Sum(longest(k) * p[k], (k, 2, m))
            ),
        ),
    ),
)

mutate(
    theory.elim_complexity_sanov,
    Mutant(
        "a constant for all probabilities",
        Bound(theory.fluid_queries(), "<=", 2 * log(2) * c * theory.sanov_bracket),
        published=True,
    ),
    Mutant(
        "the constant 1/2",
        Bound(theory.fluid_queries(), "<=", c * theory.sanov_bracket / 2),
        at(FIVE, (0.5, *(1 / 118,) * 59)),
    ),
)

mutate(
    theory.elim_complexity_entropy,
    Mutant(
        "over the square of the probability of the mode",
        Bound(c * theory.entropy / p[1] ** 2, "<=", theory.fluid_queries()),
    ),
    Mutant(
        "with the smallest gap",
        Bound(c * theory.entropy * longest(2), "<=", theory.fluid_queries()),
    ),
)


# how near the two gaps come: the mode has nearly nothing, or the other class has
GAPS = [
    {"p1": Rational(a, 100), "p2": Rational(b, 10**4)}
    for a in (1, 20, 50, 80, 99)
    for b in (1, 50, 80)
]
check_for(theory.elim_complexity_gaps, resolution=1e-12, points=GAPS, boxes=0)(None)
mutate(
    theory.elim_complexity_gaps,
    Mutant(
        "without the factor",
        Bound(1 / theory.plain, "<=", 1 / theory.sanov),
    ),
    Mutant(
        "a tenth less of the factor",
        Bound(1 / theory.plain, "<=", Rational(9, 10) * theory.stretch / theory.sanov),
    ),
)
