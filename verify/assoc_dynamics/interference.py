"""Are tokens pushed towards wrong labels at first when, and as often, as they should be?"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import sqrt

from numerics.assoc_dynamics import interference
from theory import Bound, Identity, StudentCDF
from theory.assoc_dynamics import interference as theory
from theory.assoc_dynamics.interference import inner, lower, p, rank, width, x, z
from verify import Exact, Mutant, Sampled, check_for, mutate


def rate(N, d, E, p, x, z):
    """How fast the margin of x over the label of z grows, from values of the loss."""
    embeddings, weights = np.array(E, dtype=float), np.array(p, dtype=float)
    value, error = interference.pair_margin_rate(embeddings, weights, x - 1, z - 1)
    return Exact(value, error + 1e-14 * (1 + float(np.abs(embeddings).max()) ** 2))


def crowds(stream, count):
    """Random embeddings of random sizes, random frequencies, and two tokens of them."""
    for index in range(count):
        rng = stream.numpy(index)
        tokens, dimension = int(rng.integers(2, 6)), int(rng.integers(1, 5))
        first, second = rng.permutation(tokens)[:2] + 1
        yield {
            "N": tokens,
            "d": dimension,
            "E": tuple(map(tuple, rng.standard_normal((tokens, dimension)).tolist())),
            "p": tuple(rng.dirichlet(np.ones(tokens)).tolist()),
            "x": int(first),
            "z": int(second),
        }


check_for(theory.initial_degradation, resolution=1e-10, absolute=True, points=crowds, count=12)(
    rate
)
mutate(
    theory.initial_degradation,
    Mutant(
        "probabilities exchanged",
        Identity(theory.pair_rate(), p[z] * inner(x, x) - p[x] * inner(x, z)),
    ),
    Mutant(
        "either sign of the inner product",
        Identity(theory.pair_rate(), p[x] * inner(x, x) - p[z] * abs(inner(x, z))),
    ),
    Mutant(
        "squared probabilities",
        Identity(theory.pair_rate(), p[x] ** 2 * inner(x, x) - p[z] ** 2 * inner(x, z)),
    ),
    Mutant(
        "norm of the other token",
        Identity(theory.pair_rate(), p[x] * inner(z, z) - p[z] * inner(x, z)),
    ),
)


def on_circle(half_tangent):
    """A point of the unit circle with rational coordinates."""
    square = half_tangent**2
    return ((1 - square) / (1 + square), 2 * half_tangent / (1 + square))


def unit_pair(frequency, *half_tangents):
    """Two tokens on the unit circle, in exact numbers."""
    return {
        "N": 2,
        "d": 2,
        "E": tuple(on_circle(Fraction(value)) for value in half_tangents),
        "p": (frequency, 1 - frequency),
        "x": 2,
        "z": 1,
    }


check_for(
    theory.degradation_rarer,
    resolution=1e-12,
    absolute=True,
    points=[
        unit_pair(frequency, 0, tangent)
        for frequency in (Fraction(1, 4), Fraction(9, 10))
        for tangent in (0, Fraction(1, 10), 1, 5)
    ],
)(rate)
mutate(
    theory.degradation_rarer,
    Mutant("the other way round", Bound(p[z] - p[x], "<=", theory.pair_rate())),
    Mutant("never at all", Bound(0, "<=", theory.pair_rate())),
    Mutant(
        "whatever the norms",
        domain=theory.initial_degradation.domain,
        points=[{**unit_pair(Fraction(1, 10), 0, 0), "E": ((2, 0), (1, 0))}],
    ),
)


def share_of_pairs(N, d, stream):
    """Replicates of the share of degraded pairs."""

    def batch(generator, count):
        return interference.degraded_pairs(N, d, generator, count)

    return Sampled.batched(stream, batch, size=256)


check_for(
    theory.degradation_count,
    resolution=0.01,
    points=[{"N": 50, "d": d} for d in (4, 64)],
    full={"resolution": 0.002, "points": 3},
)(share_of_pairs)


def counted(argument, degrees):
    """The claim with another distribution of the inner product."""
    return Identity(theory.degraded(), theory.mean_over_pairs(StudentCDF(-argument, degrees)))


level = lower / sqrt(rank**2 - lower**2)
mutate(
    theory.degradation_count,
    Mutant(
        "one degree of freedom more",
        counted(level * sqrt(width), width),
        points=[{"N": 50, "d": 4}],
    ),
    Mutant("ratio of ranks squared", counted(level**2 * sqrt(width - 1), width - 1)),
    Mutant(
        "pairs of either sign",
        Identity(theory.degraded(), 2 * theory.degradation_count.statement.rhs),
    ),
)
