"""Is no error below the floor of theorem 2, and are the best weights what they are said to be?"""

from __future__ import annotations

import numpy as np
from sympy import Rational, Sum, sqrt, zeta

from numerics.assoc_scaling import exact_laws, instances
from numerics.assoc_scaling import minimax as numerics
from numerics.assoc_scaling import theorem_one as simulation
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities
from theory import Bound, Identity, NormalCDF, StudentCDF
from theory.assoc_scaling import minimax as theory
from theory.assoc_scaling.exact_laws import N, noise, q, x
from theory.assoc_scaling.minimax import d, p
from verify import Counted, Exact, Mutant, Sampled, check_for, mutate

FAMILIES = ("uniform", "zipf", "quarter", "signed", "sparse")


def weights(kind, size, key=0):
    """Weights of a named family; for one-hot ones every other weight is a thousandth."""
    part = Stream.of(key, "minimax")
    if kind == "one-hot":
        return (1.0,) + (1e-3,) * (size - 1)
    return tuple(instances.weights(kind, size, part).tolist())


def zipf(size, exponent=2.0):
    """Zipf probabilities of finitely many inputs."""
    return tuple(zipf_probabilities(exponent, size).tolist())


SINGLE = [
    {"N": size, "d": dimension, "q": weights(kind, size, key), "x": 1 + key % 2}
    for key, (kind, size, dimension) in enumerate(
        [
            ("uniform", 5, 2),
            ("zipf", 4, 1),
            ("quarter", 8, 3),
            ("signed", 6, 5),
            ("sparse", 9, 2),
            ("uniform", 30, 20),
        ]
    )
]


def simulated(one_label=True):
    """Simulation of the whole memory, with a number of classes that depends on the point."""

    def measure(N, d, q, x, stream):
        classes = 2 if d == 1 else 2 + N % 3
        kind = "constant" if one_label else "modulo"
        labels = instances.labels(kind, N, classes, stream)
        U = instances.output_embeddings("sphere", classes, d, stream.substream("U"))
        if d == 1:
            U = np.array([[1.0], [-1.0]])

        def draw(first, count):
            return exact_laws.direct_errors(q, labels, U, x - 1, stream, first, count)

        return Sampled(draw, bernoulli=True)

    return measure


check_for(
    theory.single_class,
    resolution=0.01,
    points=SINGLE,
    full={"resolution": 0.002, "budget": 40_000_000},
)(simulated())

token, snr = theory.token, q[x] / sqrt(noise)
mutate(
    theory.single_class,
    Mutant("normal instead of Student", Identity(token, NormalCDF(-sqrt(d) * snr))),
    Mutant(
        "the input's own weight in the noise",
        Identity(token, StudentCDF(-sqrt(d) * q[x] / sqrt(noise + q[x] ** 2), d)),
    ),
    Mutant("several labels", measure=simulated(one_label=False)),
)


FINITE = [
    {"N": size, "d": dimension, "p": law(size), "q": weights(kind, size, size)}
    for size, dimension in ((3, 2), (12, 5), (40, 20), (60, 10))
    for law in (zipf, lambda size: (1 / size,) * size)
    for kind in (*FAMILIES, "one-hot")
    if (kind, size) != ("sparse", 3)  # a single weight
]


@check_for(theory.minimax_finite, resolution=1e-9, points=FINITE)
def finite(N, d, p, q):
    """The exact error for one label."""
    return Exact(*numerics.single_class_error(p, q, d))


def injective(N, d, p, q, stream):
    """The error when every input has a label of its own, from a fixed number of draws."""
    labels = np.arange(N)
    drawn = simulation.random_errors(p, q, labels, N, d, stream, 0, 300)
    return Counted(int(drawn.sum()), 300)


whole, beyond = theory.minimax_finite.statement.terms[0], Sum(p[x], (x, d + 1, N))
UNIFORM = {"N": 100, "d": 10, "p": (0.01,) * 100, "q": (1.0,) * 100}
mutate(
    theory.minimax_finite,
    Mutant("constant 1/2", Bound(whole, ">=", beyond / 2), points=[UNIFORM]),
    Mutant(
        "for all labels and any number of classes",
        points=[{"N": 300, "d": 100, "p": (1 / 300,) * 300, "q": (1.0,) * 300}],
        measure=injective,
    ),
    Mutant(
        "for probabilities in any order",
        points=[
            {
                "N": 12,
                "d": 10,
                "p": (0.001,) * 11 + (0.989,),
                "q": (0.1,) * 11 + (1.0,),
            }
        ],
    ),
)


EXPONENTS = (1.05, 1.25, 1.5, 2, 3, 4)


@check_for(
    theory.minimax,
    resolution=1e-9,
    points=[
        {"alpha": exponent, "N": size, "d": dimension, "q": weights(kind, size, size)}
        for exponent in EXPONENTS
        for size, dimension in ((2, 1), (10, 2), (50, 10), (30, 200))
        for kind in (*FAMILIES, "one-hot")
        if (kind, size) != ("sparse", 2)
    ],
)
def infinite(alpha, N, d, q):
    """The exact error for one label and all positive integers."""
    return Exact(*numerics.zipf_single_class_error(alpha, q, d))


def finitely_many(alpha, N, d, q):
    """The error of the first N inputs only."""
    law = np.arange(1.0, N + 1) ** -alpha / float(zeta(alpha))
    return Exact(*numerics.single_class_error(law, q, d))


def graded(exponent, dimension, size):
    """Weights that leave the least error for finitely many inputs."""
    law = zipf_probabilities(exponent, size)
    best = numerics.minimised_weights(law, dimension, Stream.of(0, "graded"))
    return tuple(best.tolist())


def at_the_floor(stream, count):
    """A point where the error is small for its dimension."""
    yield {"alpha": 1.25, "N": 150, "d": 3, "q": graded(1.25, 3, 150)}


error = theory.minimax.statement.terms[0]
mutate(
    theory.minimax,
    Mutant("constant 1", Bound(error, ">=", theory.power), points=at_the_floor),
    Mutant(
        "finitely many inputs, fewer than dimensions",
        points=[{"alpha": 2, "N": 5, "d": 200, "q": (1.0,) * 5}],
        measure=finitely_many,
    ),
)


def optimal_points(stream, count):
    """Ratios that belong to weights, shrunken or not, with these weights or others."""
    for index in range(count):
        rng = stream.numpy(index)
        size, dimension = ((2, 2), (3, 3), (6, 5), (10, 20), (20, 30))[index % 5]
        best = rng.gamma(2.0, size=size)
        rest = np.sqrt(np.sum(best**2) - best**2)
        ratios = best / rest * (1.0, 0.5, 1.3)[index % 3]
        given = best if index % 2 == 0 else rng.gamma(2.0, size=size)
        yield {
            "N": size,
            "d": dimension,
            "a": tuple(ratios.tolist()),
            "q": tuple(given.tolist()),
        }


@check_for(theory.optimal_q, resolution=1e-6, points=optimal_points, count=30, full={"count": 300})
def _(N, d, a, q):
    ratios = np.array(a)
    law = np.log(ratios) + (d - 3) / 2 * np.log1p(ratios**2)
    law = np.exp(law - law.max())
    return Exact(*numerics.single_class_error(law / law.sum(), q, d))


weighted = theory.optimal_q.statement.terms[0]
plain = theory.averaged(theory.best)
correction = theory.weak_dual - plain
mutate(
    theory.optimal_q,
    Mutant("whatever the squares of the shares add up to", Bound(weighted, ">=", plain)),
    Mutant("half the multiplier", Bound(weighted, ">=", plain + correction / 2)),
    Mutant(
        "error at ratios that are a tenth smaller",
        Bound(
            weighted,
            ">=",
            theory.averaged(StudentCDF(-sqrt(d) * Rational(9, 10) * theory.ratio[x], d))
            + correction,
        ),
    ),
)
