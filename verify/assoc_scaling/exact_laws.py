"""Do simulated memories err with the probabilities of the exact laws?"""

from __future__ import annotations

from itertools import cycle

import numpy as np
from sympy import Integral, KroneckerDelta, Mod, Sum, oo, sqrt

from numerics.assoc_scaling import exact_laws as numerics
from numerics.assoc_scaling import instances
from theory import Bound, ChiPDF, Identity, NormalCDF, NormalPDF, StudentCDF
from theory.assoc_scaling import exact_laws as theory
from theory.assoc_scaling.exact_laws import M, N, d, f, k, q, x, y
from verify import Exact, Mutant, Sampled, check_for, mutate


def rows(matrix):
    """A matrix as the tuple of tuples that points hold."""
    return tuple(tuple(float(entry) for entry in row) for row in matrix)


def gram(U):
    """Gram matrix of unit vectors, rounding kept within [-1, 1]."""
    product = np.clip(np.asarray(U) @ np.asarray(U).T, -1.0, 1.0)
    np.fill_diagonal(product, 1.0)
    return rows(product)


def integer_points(stream, count):
    """Random integer memories: every sum is exact."""
    for index in range(count):
        rng = stream.numpy(index)
        size, classes, dimension = (int(rng.integers(1, most)) for most in (8, 6, 7))

        def draw(*shape, rng=rng):
            return rng.integers(-9, 10, size=shape).tolist()

        yield {
            "N": size,
            "M": classes,
            "d": dimension,
            "q": tuple(draw(size)),
            "f": tuple(rng.integers(1, classes + 1, size=size).tolist()),
            "U": tuple(map(tuple, draw(classes, dimension))),
            "E": tuple(map(tuple, draw(size, dimension))),
            "x": int(rng.integers(1, size + 1)),
            "y": int(rng.integers(1, classes + 1)),
        }


@check_for(theory.model, resolution=0, points=integer_points, count=60, full={"count": 600})
def _(N, M, d, q, f, U, E, x, y):
    labels = np.array(f) - 1
    return Exact(int(numerics.scores(list(q), E, U, labels)[x - 1, y - 1]))


mutate(
    theory.model,
    Mutant("no signal term", Identity(theory.score(), theory.cross_talk)),
    Mutant(
        "the input's own term counted twice",
        Identity(theory.score(), theory.signal + theory.cross_talk.xreplace({theory.others(k): 1})),
    ),
    Mutant(
        "input and output embeddings exchanged",
        Identity(theory.score(), theory.signal),
    ),
)


EVENTS = theory.event.choices


def occurs(event, scores, label, weight, dimension):
    """Which replicates of the scores, a (count, M) array, lie in the event."""
    if event == "misclassified":
        return np.argmax(scores, axis=1) != label
    if event == "own score beyond its mean":
        return scores[:, label] > weight * dimension
    if event == "first score positive":
        return scores[:, 0] > 0
    return scores[:, -1] > scores[:, 0]


def memories(families, sizes, count_from=0):
    """Points of a law: weights, labels and embeddings from the named families, one x for each."""

    def points(stream, count):
        names = zip(cycle(families), cycle(sizes), strict=False)
        for index, ((weights, labels, embeddings), (size, classes, dimension)) in zip(
            range(count), names, strict=False
        ):
            part = stream.substream(index + count_from)
            U = instances.output_embeddings(embeddings, classes, dimension, part)
            yield {
                "N": size,
                "M": classes,
                "d": dimension,
                "q": tuple(instances.weights(weights, size, part).tolist()),
                "f": tuple((instances.labels(labels, size, classes, part) + 1).tolist()),
                "U": rows(U),
                "x": 1 + index % min(size, 3),
            }

    return points


def keep(points, *names, **further):
    """The named parameters of each point, with further ones computed from the whole point."""

    def kept(stream, count):
        for point in points(stream, count):
            yield {
                **{name: point[name] for name in names},
                **{name: compute(point) for name, compute in further.items()},
            }

    return kept


FAMILIES = (
    ("uniform", "modulo", "sphere"),
    ("zipf", "random", "sphere"),
    ("signed", "random", "clustered"),
    ("quarter", "modulo", "simplex"),
    ("sparse", "random", "sphere"),
)


def with_events(points):
    """Every point with the next event."""

    def extended(stream, count):
        for index, point in enumerate(points(stream, count)):
            yield {**point, "event": EVENTS[index % len(EVENTS)]}

    return extended


collapsed_points = with_events(
    keep(
        memories(FAMILIES, ((5, 2, 2), (8, 3, 2), (6, 4, 3), (12, 3, 5))),
        *("N", "M", "d", "q", "f", "U", "x"),
    )
)


def two_laws(collapsed_scores):
    """The event's probability under direct simulation and under a collapsed law."""

    def measure(N, M, d, q, f, U, x, event, stream):
        arguments = (np.array(q), np.array(f) - 1, np.array(U), x - 1)

        def law(scores, part):
            def draw(first, count):
                sample = scores(*arguments, part, first, count)
                return occurs(event, sample, f[x - 1] - 1, q[x - 1], d)

            return Sampled(draw, bernoulli=True)

        return {
            "direct_law": law(numerics.direct_scores, stream.substream("direct")),
            "collapsed": law(collapsed_scores, stream.substream("collapsed")),
        }

    return measure


check_for(
    theory.collapsed_law,
    resolution=0.015,
    points=collapsed_points,
    count=20,
    full={"resolution": 0.004, "count": 60, "budget": 40_000_000},
)(two_laws(numerics.collapsed_scores))


def wrong_collapse(fixed_radius=False, own_term=False, skip_own_class=False):
    """A collapsed law with one mistake, drawn with NumPy."""

    def scores(q, f, U, token, stream, first, count):
        rng = stream.substream(first).numpy(0)
        G = U @ U.T
        dimension, classes = U.shape[1], U.shape[0]
        energies = numerics.class_energies(q, f, classes, None if own_term else token)
        if skip_own_class:
            energies[f[token]] = 0.0
        r = np.sqrt(rng.chisquare(dimension, count))
        if fixed_radius:
            r[:] = np.sqrt(dimension)
        noise = rng.standard_normal((count, classes)) * np.sqrt(energies)
        return q[token] * r[:, None] ** 2 * G[f[token]] + r[:, None] * (noise @ G)

    return scores


mutate(
    theory.collapsed_law,
    Mutant("r^2 replaced by d", measure=two_laws(wrong_collapse(fixed_radius=True))),
    Mutant("the input's own term in the noise", measure=two_laws(wrong_collapse(own_term=True))),
    Mutant(
        "a class does not compete with itself",
        measure=two_laws(wrong_collapse(skip_own_class=True)),
    ),
)


@check_for(theory.normal_tail_mixture, resolution=1e-9)
def _(d, a):
    return Exact(*numerics.normal_tail_mixture(d, float(a)))


a, mixture = theory.a, theory.mixture
mutate(
    theory.normal_tail_mixture,
    Mutant("normal instead of Student", Identity(mixture(), NormalCDF(-sqrt(d) * a))),
    Mutant("no factor sqrt(d)", Identity(mixture(), StudentCDF(-a, d))),
    Mutant("one degree of freedom more", Identity(mixture(), StudentCDF(-sqrt(d) * a, d + 1))),
)

check_for(theory.student_tail, resolution=1e-15, boxes=0)(None)

ratio = theory.ratio
tail = StudentCDF(-sqrt(d) * ratio, d)
mutate(
    theory.student_tail,
    Mutant(
        "without the factor 1/2, as a lower bound",
        Bound((1 + ratio**2) ** (-d / 2) / 4, "<=", tail),
    ),
    Mutant("upper bound (1 + a^2)^(-d) / 2", Bound(tail, "<=", (1 + ratio**2) ** (-d) / 2)),
    Mutant("normal tail as an upper bound", Bound(tail, "<=", NormalCDF(-sqrt(d) * ratio))),
)


BINARY = (
    ("uniform", "modulo", "sphere"),
    ("zipf", "random", "sphere"),
    ("quarter", "random", "sphere"),
    ("signed", "random", "sphere"),
    ("zipf", "constant", "sphere"),
    ("sparse", "modulo", "simplex"),
)
BINARY_SIZES = ((6, 2, 2), (10, 2, 3), (4, 2, 5), (12, 2, 2), (8, 2, 10), (3, 2, 1), (20, 2, 20))


def simulated(N, d, q, f, U, x, stream):
    """How often the simulated memory misclassifies x."""
    arguments = (np.array(q), np.array(f) - 1, np.array(U), x - 1, stream)
    return Sampled(
        lambda first, count: numerics.direct_errors(*arguments, first, count), bernoulli=True
    )


def pair(kind):
    """A measurement of two-class memories whose output embeddings come from one family."""

    def measure(N, d, q, f, x, stream):
        U = instances.output_embeddings(kind, 2, d, stream.substream("U"))
        return simulated(N, d, q, f, U, x, stream)

    return measure


def any_pair(N, d, q, f, x, stream):
    """Two classes with embeddings whose family depends on the point: the law must not."""
    if d == 1:
        return simulated(N, d, q, f, [[1.0], [-1.0]], x, stream)
    kind = ("sphere", "clustered", "simplex")[(N + x) % 3]
    return pair(kind)(N, d, q, f, x, stream)


binary_points = keep(memories(BINARY, BINARY_SIZES), "N", "d", "q", "f", "x")

check_for(
    theory.binary_exact,
    resolution=0.01,
    points=binary_points,
    count=21,
    full={"resolution": 0.002, "count": 60, "budget": 40_000_000},
)(any_pair)

snr = q[x] / sqrt(theory.noise)
error = theory.binary_error()
opposed = Sum(theory.others(k) * (1 - KroneckerDelta(f[k], f[x])) * q[k] ** 2, (k, 1, N))
mutate(
    theory.binary_exact,
    Mutant("normal instead of Student", Identity(error, NormalCDF(-sqrt(d) * snr))),
    Mutant(
        "the input's own weight in the noise",
        Identity(
            error,
            StudentCDF(-sqrt(d) * q[x] / sqrt(theory.noise + q[x] ** 2), d),
        ),
    ),
    Mutant("factor sqrt(2)", Identity(error, StudentCDF(-sqrt(2 * d) * snr, d))),
    Mutant(
        "only the other class makes noise",
        Identity(error, StudentCDF(-sqrt(d) * q[x] / sqrt(opposed + theory.noise / 10**6), d)),
    ),
    Mutant("output embeddings of different length", measure=pair("unnormalised")),
)


ORTHONORMAL = (
    ("uniform", "modulo", "orthonormal"),
    ("zipf", "modulo", "orthonormal"),
    ("quarter", "modulo", "orthonormal"),
    ("signed", "modulo", "orthonormal"),
)
ORTHONORMAL_SIZES = ((6, 2, 2), (9, 3, 3), (8, 3, 5), (12, 4, 6), (10, 5, 8))


def orthonormal(N, M, d, q, f, x, stream):
    """Simulation with randomly rotated orthonormal output embeddings."""
    U = instances.output_embeddings("orthonormal", M, d, stream.substream("U"))
    return simulated(N, d, q, f, U, x, stream)


check_for(
    theory.orthonormal_exact,
    resolution=0.01,
    points=keep(memories(ORTHONORMAL, ORTHONORMAL_SIZES), *("N", "M", "d", "q", "f", "x")),
    count=10,
    full={"resolution": 0.002, "count": 40, "budget": 40_000_000},
)(orthonormal)

z, r, g = theory.z, theory.r, theory.g
right = theory.orthonormal_exact.statement.rhs


def orthonormal_with(product):
    """The law with another product of distribution functions."""
    integrand = ChiPDF(r, d) * NormalPDF(g) * product
    limits = (g, -oo, oo), (r, 0, oo)
    return Identity(theory.orthonormal_error(), 1 - Integral(integrand, *limits))


mutate(
    theory.orthonormal_exact,
    Mutant(
        "a class does not compete with itself",
        orthonormal_with(
            theory.rivals(NormalCDF(q[x] * r / sqrt(theory.energy(z)))),
        ),
    ),
    Mutant(
        "r replaced by sqrt(d)",
        orthonormal_with(theory.rivals(NormalCDF(theory.clearance(z))).subs(r, sqrt(d))),
    ),
    Mutant(
        "one rival only",
        orthonormal_with(NormalCDF(theory.clearance(1 + Mod(f[x], M)))),
    ),
)


SANDWICH = (
    ("uniform", "modulo", "sphere"),
    ("quarter", "modulo", "clustered"),
    ("uniform", "random", "simplex"),
    ("quarter", "random", "sphere"),
)
SANDWICH_SIZES = ((6, 3, 3), (9, 4, 3), (8, 3, 5), (12, 5, 4))


def fixed(N, M, d, q, f, G, x, y, stream):
    """Simulation with output embeddings that have the given Gram matrix."""
    values, vectors = np.linalg.eigh(np.array(G))
    U = np.zeros((M, max(M, d)))
    U[:, :M] = (vectors * np.sqrt(np.clip(values, 0, None)))[:, ::-1]  # largest first
    U = U[:, :d]  # the Gram matrix has rank at most d
    return simulated(N, d, q, f, U / np.linalg.norm(U, axis=1, keepdims=True), x, stream)


check_for(
    theory.pairwise_sandwich,
    resolution=0.01,
    points=keep(
        memories(SANDWICH, SANDWICH_SIZES),
        *("N", "M", "d", "q", "f", "x"),
        G=lambda point: gram(point["U"]),
        y=lambda point: 1 + point["f"][point["x"] - 1] % point["M"],
    ),
    count=12,
    full={"resolution": 0.003, "count": 40, "budget": 40_000_000},
)(fixed)

single = StudentCDF(-sqrt(d) * theory.separation(y), d)
together = theory.each_rival(StudentCDF(-sqrt(d) * theory.separation(theory.c), d))
missing = theory.token_error()
mutate(
    theory.pairwise_sandwich,
    Mutant("the sum as a lower bound", Bound(together, "<=", missing)),
    Mutant("one pair as an upper bound", Bound(missing, "<=", single)),
    Mutant(
        "upper bound without the factors 1 - u_f . u_y",
        Bound(
            missing,
            "<=",
            theory.each_rival(StudentCDF(-sqrt(d) * q[x] / theory.spread(theory.c), d)),
        ),
    ),
)
