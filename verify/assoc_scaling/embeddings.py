"""Do simulated memories depend on the law of their embeddings as claimed?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import KroneckerDelta, Sum, binomial, ceiling, floor, oo, sqrt

from numerics.assoc_scaling import embeddings as numerics
from numerics.assoc_scaling import instances
from theory import Equivalent, Identity, NormalCDF, Rate, StudentCDF
from theory.assoc_scaling import embeddings as theory
from theory.assoc_scaling.embeddings import d
from verify import Exact, Mutant, Sampled, check_for, mutate


def rows(matrix):
    """A matrix as the tuple of tuples that points hold."""
    return tuple(tuple(row) for row in matrix)


LENGTHS = (
    ("uniform", "modulo", "unnormalised"),
    ("zipf", "random", "truncated"),
    ("signed", "random", "unnormalised"),
    ("uniform", "random", "truncated"),
    ("quarter", "modulo", "sphere"),
)


def unequal_points(stream, count):
    """Memories of two classes whose output embeddings have different lengths."""
    for index in range(count):
        part = stream.substream(index)
        weights, labels, outputs = LENGTHS[index % len(LENGTHS)]
        size, dimension = ((6, 2), (12, 3), (8, 5), (20, 10))[index % 4]
        if outputs == "truncated":  # the first coordinates of unit vectors in a larger space
            U = instances.output_embeddings("sphere", 2, 3 * dimension, part)[:, :dimension]
        else:
            U = instances.output_embeddings(outputs, 2, dimension, part)
        yield {
            "N": size,
            "d": dimension,
            "q": tuple(instances.weights(weights, size, part).tolist()),
            "f": tuple((instances.labels(labels, size, 2, part) + 1).tolist()),
            "U": rows(U.tolist()),
            "x": 1 + index % 3,
        }


@check_for(
    theory.embedding_law_lengths,
    resolution=0.01,
    points=unequal_points,
    count=12,
    full={"resolution": 0.004, "count": 24},
)
def _(N, d, q, f, U, x, stream):
    arguments = (q, np.array(f) - 1, U, x - 1, stream)
    return Sampled(
        lambda first, count: numerics.errors_with_inputs("gaussian", *arguments, first, count)
    )


def other_inputs(kind):
    """The measurement with another law of the input embeddings."""

    def measure(N, d, q, f, U, x, stream):
        arguments = (q, np.array(f) - 1, U, x - 1, stream)
        return Sampled(
            lambda first, count: numerics.errors_with_inputs(kind, *arguments, first, count)
        )

    return measure


q, x = theory.q, theory.x
others = Sum((1 - KroneckerDelta(theory.k, x)) * q[theory.k] ** 2, (theory.k, 1, theory.size))
mutate(
    theory.embedding_law_lengths,
    Mutant(
        "as if the lengths were equal",
        Identity(theory.unequal_error(), StudentCDF(-sqrt(d) * q[x] / sqrt(others), d)),
    ),
    Mutant("input embeddings from the sphere", measure=other_inputs("sphere")),
    Mutant("input embeddings of signs", measure=other_inputs("signs")),
)


SMALL = [{"N": n, "d": m} for n, m in ((2, 1), (2, 3), (2, 5), (3, 2), (3, 3), (3, 4), (4, 3))]


@check_for(
    theory.embedding_law_signs,
    resolution=0,
    points=SMALL,
)
def _(N, d):
    labels = [x % 2 for x in range(N)]
    outputs = [[3, 4] + [0] * (d - 2), [5, 0] + [0] * (d - 2)] if d > 1 else [[1], [-1]]
    return Exact(numerics.sign_memory_error(N, d, labels, outputs))


def ties(value):
    """The claim with ties counted so much."""
    c, signs, short = theory.c, theory.signs, theory.short
    below = Sum(binomial(signs, c) / 2**signs, (c, 0, ceiling(short / 2) - 1))
    upto = Sum(binomial(signs, c) / 2**signs, (c, 0, floor(short / 2)))
    return Identity(theory.sign_error(), value * upto + (1 - value) * below)


gaussian_tail = StudentCDF(-sqrt(theory.width / (theory.few_inputs - 1)), theory.width)
mutate(
    theory.embedding_law_signs,
    Mutant("a tie is an error", ties(1)),
    Mutant("a tie is no error", ties(0)),
    Mutant(
        "as with Gaussian entries",
        Identity(theory.sign_error(), gaussian_tail),
    ),
)


@cache
def noise_error(law, inputs, dimension, digits=25):
    """Error of an input of equal weights: value and error bound."""
    if law == "signs":
        value = float(numerics.sign_noise_error(inputs, dimension))
        return value, 1e-15 * value
    estimate, bound = numerics.sphere_noise_error(inputs, dimension, digits)
    return float(estimate), bound + 1e-15 * float(estimate)


LOADS = [{"law": name, "m": m, "d": 4} for name in theory.law.choices for m in (1, 2, 4)]


def loaded(law, m, d):
    """Error at a fixed load."""
    return Exact(*noise_error(law, 1 + m * d, d))


DOUBLING = (8, 16, 32, 64, 128, 256)
check_for(theory.embedding_law, resolution=1e-2, points=LOADS, ladder=DOUBLING)(loaded)
check_for(theory.embedding_law_gap, resolution=1e-2, points=LOADS, ladder=DOUBLING)(loaded)

dimension, load = theory.dimension, theory.load


def tends(lhs, rhs, order=0):
    """The claim that two sides are asymptotic as the dimension grows."""
    return Equivalent(lhs, rhs, as_=(dimension, oo), order=order)


observed = theory.other_error()
mutate(
    theory.embedding_law,
    Mutant("equal up to the order 1/d^2", tends(observed, theory.gaussian_error, order=2)),
    Mutant("noise of N instead of N/d", tends(observed, NormalCDF(-1 / load))),
    Mutant("normalised with sqrt(2)", tends(observed, NormalCDF(-sqrt(2 / load)))),
)
mutate(
    theory.embedding_law_gap,
    Mutant("order d^-2", tends(theory.gaussian_error - observed, theory.excess / dimension)),
    Mutant("Gaussian errs less", tends(observed - theory.gaussian_error, theory.excess)),
    Mutant(
        "without the cubic term",
        tends(
            theory.gaussian_error - observed,
            theory.excess * theory.ratio / (theory.ratio**3 + theory.ratio),
        ),
    ),
)


FIXED = [{"N": n, "d": 4} for n in (3, 4, 10)]


@check_for(
    theory.embedding_law_exponent_signs,
    resolution=2e-3,
    points=FIXED,
    ladder=(32, 64, 128, 256, 512, 1024),
)
def _(N, d):
    return Exact(*noise_error("signs", N, d))


@check_for(
    theory.embedding_law_exponent_sphere,
    resolution=2e-3,
    points=FIXED,
    ladder=(32, 64, 128, 256, 512, 1024),
)
def _(N, d):
    return Exact(*noise_error("sphere", N, d, 25 + d // 7))


def falls(observable, exponent):
    """The claim that an error falls exponentially with this exponent."""
    return Rate(observable(), theory.wide, exponent, form="exponential")


mutate(
    theory.embedding_law_exponent_signs,
    Mutant("as with Gaussian entries", falls(theory.fixed_sign_error, theory.gaussian_exponent)),
    Mutant("as on the sphere", falls(theory.fixed_sign_error, theory.sphere_exponent)),
    Mutant("the normal exponent", falls(theory.fixed_sign_error, -1 / (theory.several - 1) / 2)),
)
mutate(
    theory.embedding_law_exponent_sphere,
    Mutant("as with Gaussian entries", falls(theory.fixed_sphere_error, theory.gaussian_exponent)),
    Mutant("as with signs", falls(theory.fixed_sphere_error, theory.sign_exponent)),
    Mutant("the normal exponent", falls(theory.fixed_sphere_error, -1 / (theory.several - 1) / 2)),
)
