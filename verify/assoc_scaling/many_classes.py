"""Does a memory with any number of classes of equal size err as claimed?"""

from __future__ import annotations

import numpy as np
from sympy import Rational, exp, oo, sqrt

from numerics.assoc_scaling import exact_laws, instances
from numerics.assoc_scaling import many_classes as numerics
from numerics.core.zipf import zipf_probabilities
from theory import Bound, Equivalent, Identity, NormalCDF, StudentCDF
from theory.assoc_scaling import many_classes as theory
from theory.assoc_scaling.exact_laws import x as asked
from theory.assoc_scaling.many_classes import M, d, kept, n, size
from theory.assoc_scaling.schemes import alpha
from theory.assoc_scaling.theorem_one import q
from theory.assoc_scaling.thresholds import tail
from verify import Exact, Mutant, Sampled, check_for, mutate

check_for(theory.normal_convolution, resolution=1e-10)(None)

mean, at_root = theory.normal_convolution.statement.sides
level, slope = theory.level, theory.slope
mutate(
    theory.normal_convolution,
    Mutant("one more unit of variance", Identity(mean, NormalCDF(level / sqrt(2 + slope**2)))),
    Mutant("the level alone", Identity(mean, NormalCDF(level))),
)


def orthonormal(stream, count):
    """Memories with orthonormal output embeddings and weights that are not negative."""
    sizes = ((30, 6, 6), (8, 3, 5), (6, 2, 2), (12, 4, 20), (10, 10, 12), (9, 3, 3))
    families = ("uniform", "zipf", "quarter", "uniform", "zipf", "sparse")
    for index, ((inputs, classes, dimension), family) in enumerate(
        zip(sizes, families, strict=True)
    ):
        part = stream.substream(index)
        yield {
            "N": inputs,
            "M": classes,
            "d": dimension,
            "q": tuple(instances.weights(family, inputs, part).tolist()),
            "f": tuple((instances.labels("modulo", inputs, classes, part) + 1).tolist()),
            "G": tuple(tuple(float(y == z) for z in range(classes)) for y in range(classes)),
            "x": 1 + index % 3,
        }


def simulated(N, M, d, q, f, G, x, stream):
    """How often a simulated memory with orthonormal output embeddings misclassifies x."""
    U = np.eye(M, d)
    labels = np.array(f) - 1

    def draw(first, count):
        return exact_laws.direct_errors(q, labels, U, x - 1, stream, first, count)

    return Sampled(draw, bernoulli=True)


check_for(
    theory.many_classes_union, resolution=0.02, points=orthonormal, full={"resolution": 0.005}
)(simulated)

pair = StudentCDF(-sqrt(d) * q[asked] / sqrt(theory.noise), d)
mutate(
    theory.many_classes_union,
    Mutant("no more often than with two classes", Bound(theory.token, "<=", pair)),
    Mutant(
        "a sixteenth of the noise",
        Bound(theory.token, "<=", (M - 1) * pair.subs(theory.noise, theory.noise / 16)),
    ),
)


@check_for(
    theory.many_classes_rho,
    resolution=0.02,
    points=[
        {"alpha": exponent, "b": decay, "N": inputs, "M": classes, "d": dimension}
        for exponent, decay, inputs, classes, dimension in (
            (2, 1, 4, 2, 3),
            (1.5, 0.5, 12, 3, 20),
            (1.2, 0.25, 30, 6, 6),
            (3, 2, 8, 4, 50),
        )
    ],
    full={"resolution": 0.005},
)
def _(alpha, b, N, M, d, stream):
    law = zipf_probabilities(float(alpha), N)
    weights = np.arange(1.0, N + 1) ** -float(b)
    labels = np.arange(N) % M

    def draw(first, count):  # all inputs of one memory after the other
        wrong = np.zeros(count)
        for token, probability in enumerate(law):
            part = stream.substream(token)
            wrong += probability * exact_laws.direct_errors(
                weights, labels, np.eye(M, d), token, part, first, count
            )
        return np.minimum(wrong, 1.0)

    return Sampled(draw)


of_powers, at_most = theory.many_classes_rho.statement.terms
mutate(
    theory.many_classes_rho,
    Mutant("twice the exponent", Bound(of_powers, "<=", at_most**2 / (M - 1))),
    Mutant(
        "a quarter of it", Bound(of_powers, "<=", theory.many_classes_rho.statement.terms[1] / 4)
    ),
)


@check_for(
    theory.many_classes_exact,
    resolution=0.02,
    points=[
        {"M": classes, "n": each, "d": dimension}
        for classes, each, dimension in ((2, 1, 2), (3, 4, 5), (5, 2, 6), (10, 3, 12))
    ],
    full={"resolution": 0.005},
)
def _(M, n, d, stream):
    return Sampled(
        lambda first, count: numerics.misread(M, n, d, stream, first, count), bernoulli=True
    )


error = theory.stored
mutate(
    theory.many_classes_exact,
    Mutant("one class too many", Identity(error, theory.averages.subs(M.symbol, M + 1))),
    Mutant(
        "the input's own weight in the noise",
        Identity(error, theory.averages.subs(n.symbol, n + 1)),
    ),
)

GRID = [
    {"M": classes, "n": each, "d": dimension}
    for classes in (2, 3, 10, 50)
    for each, dimension in ((1, 2), (2, 5), (10, 20), (100, 50), (1000, 10**4), (10**6, 10**7))
]


@check_for(theory.many_classes_bounds, resolution=1e-9, points=GRID)
def _(M, n, d):
    return Exact(*numerics.stored_error(M, n, d))


mutate(
    theory.many_classes_bounds,
    Mutant("one other class alone", Bound(error, "<=", theory.high / (M - 1))),
    Mutant(
        "exponential in d/n, without the 1/2",
        Bound(error, "<=", (M - 1) * (1 - 1 / (2 * n.symbol)) ** d.symbol / 2),
    ),
    Mutant(
        "lower bound without the noise of the own class",
        Bound(NormalCDF(-sqrt(d) / sqrt(4 * n)), "<=", error),
    ),
)

RATIOS = ((1, 1), (2, 1), (8, 1), (1, 2), (3, 2))


@check_for(
    theory.many_classes_crossover,
    resolution=1e-3,
    points=[{"M": classes, "k": k, "m": m, "n": 2} for classes in (2, 5, 20) for k, m in RATIOS],
    ladder=tuple(10**e for e in (2, 3, 4, 6, 8, 12)),
)
def _(M, k, m, n):
    return Exact(*numerics.stored_error(M, m * n, k * n))


crossing = theory.many_classes_crossover.statement.lhs
t, symbol_error = theory.scale, theory.symbol_error
mutate(
    theory.many_classes_crossover,
    Mutant("the floor is 0", Equivalent(crossing, 1 / t.symbol, as_=(t, oo))),
    Mutant(
        "one class fewer",
        Equivalent(crossing, symbol_error.subs(M.symbol, M + 1), as_=(t, oo)),
    ),
)

EXPONENTS = (1.2, 1.5, 2, 3.5)
STORED = [
    {"alpha": exponent, "M": classes, "n": each, "d": dimension}
    for exponent in EXPONENTS
    for classes in (2, 5, 30)
    for each, dimension in ((1, 3), (5, 100), (100, 20), (1000, 10**5))
]


def stored(alpha, M, n, d):
    """The error with n stored inputs in each class."""
    return Exact(*numerics.zipf_error(float(alpha), M, n, d))


check_for(theory.many_classes_threshold, resolution=1e-9, points=STORED)(stored)
whole = theory.many_error()
mutate(
    theory.many_classes_threshold,
    Mutant("no crowding", Bound(whole, "<=", kept * tail(n * M))),
    Mutant("all of the mass left out", Bound(tail(n * M + 1), "<=", whole)),
    Mutant(
        "exponential in d/n, with 1/2 in place of 1/4",
        Bound(whole, "<=", (M - 1) * exp(-d / (2 * n)) / 2 + kept * tail(n * M)),
    ),
)


def logarithmic(alpha, M, d):
    """The error with the number of stored inputs that the claims prescribe."""
    return stored(alpha, M, numerics.logarithmic_size(float(alpha), d), d)


check_for(
    theory.many_classes_rate_bounds,
    resolution=1e-9,
    points=[
        {"alpha": exponent, "M": classes, "d": dimension}
        for exponent in EXPONENTS
        for classes in (2, 5, 30)
        for dimension in (200, 10**4, 10**8)
    ],
)(logarithmic)

at_size = theory.many_classes_rate_bounds.statement.terms[1]
mutate(
    theory.many_classes_rate_bounds,
    Mutant("no crowding", Bound(at_size, "<=", kept * tail(size * M))),
    Mutant("no larger with many classes", Bound(tail(size + 1) / 2, "<=", at_size)),
)

check_for(
    theory.many_classes_rate,
    resolution=0.02,
    points=[
        {"alpha": exponent, "M": classes, "d": 10**4}
        for exponent, classes in ((1.5, 2), (2, 2), (2, 5), (2, 10), (3, 2), (3, 30))
    ],
    ladder=tuple(10**e for e in (4, 8, 16, 32, 64, 128)),  # logarithms, as for thresholds
)(logarithmic)


def rate(value):
    """The claim that the error is asymptotically this."""
    return Equivalent(at_size, value, as_=(d, oo))


mutate(
    theory.many_classes_rate,
    Mutant("no larger with many classes", rate(kept * tail(2 * size))),
    Mutant("inputs left out are never right", rate(tail(size * M))),
    Mutant("without the logarithm", rate(kept * tail(Rational(1, 4) * d * M / (alpha - 1)))),
)
