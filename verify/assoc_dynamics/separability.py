"""Is the construction perfect, and are as many labellings separable as claimed?"""

from __future__ import annotations

import numpy as np
from sympy import Sum, binomial

from numerics.assoc_dynamics import margins as numerics
from numerics.assoc_dynamics import memory
from theory import Identity
from theory.assoc_dynamics import separability as theory
from theory.assoc_dynamics.separability import N, d, k, subsets
from verify import Exact, Mutant, Sampled, check_for, leading, mutate
from verify.assoc_dynamics.problems import rows


def directions(rng, count, dimension):
    """Random unit vectors, one in every row."""
    vectors = rng.standard_normal((count, dimension))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def independent(stream, count):
    """Random independent inputs, and unit outputs, of which there may be many."""
    for index in range(count):
        rng = stream.numpy(index)
        tokens, labels = int(rng.integers(1, 5)), int(rng.integers(2, 9))
        inside, outside = tokens + int(rng.integers(0, 3)), int(rng.integers(1, 4))
        yield {
            "N": tokens,
            "M": labels,
            "d": inside,
            "h": outside,
            "E": rows(rng.standard_normal((tokens, inside))),
            "U": rows(directions(rng, labels, outside)),
            "f": tuple(int(v) for v in rng.integers(1, labels + 1, tokens)),
            "x": int(rng.integers(1, tokens + 1)),
            "y": int(rng.integers(1, labels + 1)),
        }


def margin(stretch=1.0):
    """Measure the margin under the memory that stores every label's output, outputs stretched."""

    def measure(E, U, f, x, y, **_):
        labels = np.asarray(f) - 1
        scales = np.linspace(1, stretch, len(U))[:, np.newaxis]
        table = numerics.constructed_margins(E, scales * np.asarray(U), labels)
        return Exact(float(table[y - 1, x - 1]), 1e-10)

    return measure


check_for(
    theory.separability,
    resolution=1e-8,
    absolute=True,
    points=independent,
    count=12,
    full={"count": 200},
)(margin())
half = theory.separability.statement.rhs
mutate(
    theory.separability,
    Mutant("the whole squared distance", Identity(theory.constructed(), 2 * half)),
    Mutant("one, for all outputs", Identity(theory.constructed(), 1)),
    Mutant("outputs of any length", measure=margin(stretch=2.0)),
)


def hulls(stream, count):
    """Random memories, and outputs of which one is a mean of the others."""
    for index in range(count):
        rng = stream.numpy(index)
        labels, inside, outside = (int(v) for v in rng.integers((2, 1, 1), (6, 5, 4)))
        outputs, theta = rng.standard_normal((labels, outside)), rng.dirichlet(np.ones(labels))
        theta[0] = 0.0
        theta /= theta.sum()
        outputs[0] = theta @ outputs
        yield {
            "M": labels,
            "d": inside,
            "h": outside,
            "U": rows(outputs),
            "theta": tuple(float(v) for v in theta),
            "W": rows(rng.standard_normal((outside, inside))),
            "e": tuple(float(v) for v in rng.standard_normal(inside)),
            "y": 1,
        }


def weighted(outwards=1.0):
    """Measure the mean of the margins, with the output of the label moved out of the hull."""

    def measure(U, theta, W, e, y, **_):
        outputs = np.array(U)
        outputs[y - 1] *= outwards
        score = memory.scores(W, [e], outputs)[:, 0]
        gaps = np.asarray(theta) * (score[y - 1] - score)
        return Exact(float(gaps.sum()), 1e-12 * (1 + float(np.abs(score).max())))

    return measure


check_for(theory.separability_hull, resolution=1e-6, absolute=True, points=hulls, count=12)(
    weighted()
)
mutate(
    theory.separability_hull,
    Mutant("an output outside the hull", measure=weighted(1.5)),
)


def placed(stream, count):
    """Random tokens, which are in general position with probability one."""
    sizes = ((1, 1), (3, 2), (4, 2), (5, 3), (6, 4), (7, 3), (4, 5), (8, 2), (9, 4), (10, 5))
    for tokens, dimension in sizes[:count]:
        drawn = directions(stream.numpy(10 * tokens + dimension), tokens, dimension)
        yield {"N": tokens, "d": dimension, "Z": rows(drawn)}


@check_for(theory.separability_count, resolution=0, points=placed, count=7, full={"count": 10})
def _(Z, **_):
    return Exact(numerics.separable_labellings(Z), 0)


def counted(number):
    """The claim with another number."""
    return Identity(theory.labellings(), number)


FLAT = [{"N": 4, "d": 3, "Z": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.6, 0.8, 0.0), (0.0, 0.0, 1.0))}]
mutate(
    theory.separability_count,
    Mutant("as for affine separation", counted(2 * subsets.subs(d, d + 1))),
    Mutant("half of them", counted(subsets)),
    Mutant("out of N things", counted(2 * Sum(binomial(N, k - 1), (k, 1, d)))),
    Mutant("all of them", counted(2**N)),
    Mutant("tokens in a plane", points=FLAT),
)


@check_for(
    theory.separability_chance,
    resolution=0.03,
    points=leading([{"N": n, "d": dim} for n, dim in ((3, 2), (6, 3), (5, 2), (4, 4), (8, 4))]),
    count=3,
    budget=40_000,
    full={"count": 5, "budget": 200_000},
)
def _(N, d, stream):
    def draw(first, count):
        return numerics.random_separable(N, d, stream, first, count).astype(float)

    return Sampled(draw, bernoulli=True)


def likely(chance):
    """The claim with another probability."""
    return Identity(theory.chance(), chance)


mutate(
    theory.separability_chance,
    Mutant("as likely as affine separation", likely(2 ** (1 - N) * subsets.subs(d, d + 1))),
    Mutant("half as likely", likely(2 ** (-N.symbol) * subsets)),
    Mutant("never beyond the dimension", likely(0), points=[{"N": 6, "d": 3}]),
)
