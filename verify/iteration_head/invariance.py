"""How invariant must a head be? Weights at corners of the cube, drawn ones, and a whole grid."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Rational, ceiling, floor, sqrt

from numerics.iteration_head import metrics as numerics
from theory import Bound, Identity
from theory.iteration_head import invariance as theory
from theory.iteration_head.invariance import c, k, n
from verify import Exact, Mutant, check_for, mutate


def lists(stream, count):
    """Weights at corners of the cube and some that are drawn."""
    generator = stream.numpy()
    drawn = [generator.random(generator.integers(2, 20)).tolist() for _ in range(count)]
    sharp = [(generator.random(size) < 0.5).astype(int).tolist() for size in range(2, 12)]
    corners = [
        (0,) * ones + (1,) * (size - ones) for size in (2, 3, 4, 8) for ones in (1, size // 2)
    ]
    return [{"n": len(v), "v": tuple(v)} for v in [*corners, *sharp, *drawn]]


@check_for(theory.metric_invariance_scatter, resolution=1e-12, points=lists, count=15)
def _(n, v):
    values = np.array([float(weight) for weight in v])
    return Exact(float(values.var() * n), 1e-14 * n)


mutate(
    theory.metric_invariance_scatter,
    Mutant("n / 5", Bound(theory.scatter(), "<=", n / 5)),
    Mutant("n - 1 in place of n", Bound(theory.scatter(), "<=", (n - 1) / 4)),
)


@check_for(theory.metric_invariance_floor, resolution=1e-12, points=lists, count=15)
def _(n, v):
    return {"invariance": Exact(numerics.invariance([float(weight) for weight in v]), 1e-14)}


mutate(
    theory.metric_invariance_floor,
    Mutant("one half", Bound(theory.invariance(), ">=", Rational(1, 2))),
    Mutant(
        "the floor for odd n",
        Bound(theory.invariance(), ">=", 1 - sqrt((n + 1) / n) / 2),
    ),
)


@check_for(
    theory.metric_invariance_vertex,
    resolution=1e-12,
    points=[
        {"n": size, "k": ones} for size in (2, 3, 4, 7, 50) for ones in (0, 1, size // 2, size)
    ],
)
def _(n, k):
    return Exact(numerics.invariance([1.0] * k + [0.0] * (n - k)), 1e-14)


mutate(
    theory.metric_invariance_vertex,
    Mutant(
        "the biased deviation",
        Identity(theory.vertex_invariance(), 1 - sqrt(k * (n - k)) / n),
    ),
)


@check_for(
    theory.metric_invariance_least,
    resolution=1e-12,
    points=[{"n": size} for size in (2, 3, 4, 5, 6, 7, 10, 25)],
)
def _(n):
    return Exact(numerics.least_invariance(n, 2 if n > 10 else 4), 1e-14)


least = theory.least_invariance()
mutate(
    theory.metric_invariance_least,
    Mutant("0", Identity(least, 0)),
    Mutant("one half", Identity(least, Rational(1, 2))),
    Mutant("the floor for even n", Identity(least, theory.bottom)),
    Mutant(
        "the biased deviation",
        Identity(least, 1 - sqrt(floor(n / 2) * ceiling(n / 2)) / n),
    ),
)


@check_for(
    theory.metric_invariance_diffuse,
    resolution=1e-12,
    points=[{"n": size, "c": 1 / Fraction(query)} for size in (2, 5, 64) for query in (1, 3, 17)],
)
def _(n, c):
    return Exact(numerics.invariance(np.full(n, float(c))), 1e-14)


mutate(
    theory.metric_invariance_diffuse,
    Mutant("the weight", Identity(theory.diffuse_invariance(), c)),
)
