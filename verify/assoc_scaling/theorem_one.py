"""Do simulated memories err within the bounds of theorem 1?

With fixed output embeddings of two or three classes the errors are computed, else drawn. The
simulations rest on the collapsed law.
"""

from __future__ import annotations

import math

import numpy as np
from sympy import Ge, Le, Rational, Sum, exp, sqrt

from numerics.assoc_scaling import instances
from numerics.assoc_scaling import theorem_one as numerics
from numerics.assoc_scaling.crosstalk import cap_probability
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities
from theory import Bound, Domain, StudentCDF
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling import theorem_one as theory
from theory.assoc_scaling.exact_laws import N, c, x, y
from theory.assoc_scaling.theorem_one import cap, d, energy, f, p, q, t
from verify import Counted, Exact, Mutant, Sampled, check_for, mutate
from verify.assoc_scaling.exact_laws import gram


@check_for(theory.cap_bound, resolution=1e-12)
def _(d, t):
    """Both ends of an axis: two caps."""
    value, error = cap_probability(d, float(t))
    return Exact(2 * value, 2 * error)


mutate(
    theory.cap_bound,
    Mutant("exponent d/2", Bound(cap(), "<=", (1 - t**2) ** (d / 2))),
    Mutant("one end of the sphere only", Bound(cap(), "<=", (1 - t**2) ** ((d - 1) / 2) / 2)),
    Mutant("exp(-d t^2)", Bound(cap(), "<=", exp(-d * t**2))),
)


def overlap(matrix, label):
    """The least kappa for inputs of a class, rounded upwards."""
    G = np.asarray(matrix)
    rivals = [y for y in range(len(G)) if y != label]
    largest = [
        (G[label, z] - G[y, z]) ** 2 / (1 - G[label, y]) ** 2
        for y in rivals
        for z in range(len(G))
        if z not in (label, y)
    ]
    return max(largest, default=0.0) * (1 + 1e-12)


def memory(case, key):
    """Weights, labels and output embeddings of the named families, as points hold them."""
    size, classes, dimension, weights, labels, embeddings = case
    part = Stream.of(key, "theorem one")
    chosen = instances.labels(labels, size, classes, part)
    U = instances.output_embeddings(embeddings, classes, dimension, part)
    return {
        "N": size,
        "M": classes,
        "d": dimension,
        "q": tuple(instances.weights(weights, size, part).tolist()),
        "f": tuple((chosen + 1).tolist()),
        "G": gram(U),
    }


def zipf(size):
    """Zipf probabilities of exponent 2."""
    return tuple(zipf_probabilities(2.0, size).tolist())


SMALL = [
    (6, 2, 2, "uniform", "modulo", "sphere"),
    (8, 3, 2, "zipf", "random", "sphere"),
    (9, 3, 5, "quarter", "modulo", "orthonormal"),
    (9, 3, 3, "uniform", "constant", "clustered"),
    (7, 3, 20, "quarter", "random", "simplex"),
    (12, 3, 100, "uniform", "random", "sphere"),
]
LARGER = [
    (12, 4, 6, "quarter", "modulo", "sphere"),
    (20, 5, 8, "uniform", "random", "orthonormal"),
    (12, 6, 30, "uniform", "random", "clustered"),
]


def fixed_points(cases=(*SMALL, *LARGER), overlapping=False, rival=False):
    """One input of each memory, with a competing class."""
    points = []
    for key, case in enumerate(cases):
        point = memory(case, key)
        point["x"] = 1 + key % 3
        label = point["f"][point["x"] - 1]
        if overlapping:
            point["kappa"] = overlap(point["G"], label - 1)
        if rival:
            point["y"] = 1 + (label + key) % point["M"]
            if point["y"] == label:
                point["y"] = 1 + label % point["M"]
        points.append(point)
    return points


def embeddings(G, d):
    """Unit vectors with this Gram matrix, in as many dimensions."""
    values, vectors = np.linalg.eigh(np.array(G))
    U = np.zeros((len(G), max(len(G), d)))
    U[:, : len(G)] = (vectors * np.sqrt(np.clip(values, 0, None)))[:, ::-1]  # largest first
    U = U[:, :d]  # the rank is at most d
    return U / np.linalg.norm(U, axis=1, keepdims=True)


def fixed(N, M, d, q, f, G, x, stream):
    """Probability of misclassifying x: computed for few classes, else drawn."""
    U, labels = embeddings(G, d), np.array(f) - 1
    if M <= 3:
        values, error = numerics.misclassified(q, labels, U)
        return Exact(float(values[x - 1]), error)
    asked = np.arange(1, N + 1) == x

    def draw(first, count):
        return numerics.fixed_errors(asked, q, labels, U, stream, first, count)

    return Sampled(draw, bernoulli=True)


check_for(
    theory.noise_bound,
    resolution=1e-9,
    points=fixed_points(overlapping=True, rival=True),
)(None)

own, margin = theory.own, theory.margin
mutate(
    theory.noise_bound,
    Mutant(
        "all classes count in full, as a lower bound",
        Bound(margin**2 * (own + energy(y) + theory.elsewhere(y)), "<=", theory.difference(y)),
    ),
    Mutant(
        "without the input's own class",
        Bound(theory.difference(y), "<=", margin**2 * (theory.disturbance(y) - own)),
    ),
    Mutant(
        "half the overlap",
        Bound(theory.difference(y), "<=", margin**2 * theory.disturbance(y, theory.kappa / 2)),
    ),
)


@check_for(theory.overlapping, resolution=1e-3, points=fixed_points(overlapping=True))
def _(N, M, d, q, f, G, kappa, x, stream):
    return fixed(N, M, d, q, f, G, x, stream)


token = theory.token
HALF = Rational(1, 2)


def rivals_at(noise, power=d / 2, factor=HALF):
    """Sum over the wrong classes of an exponential at this noise."""
    return theory.each_rival(factor * (1 + q[x] ** 2 / noise) ** (-power))


def only_noise_from(noisy, classes, dimension, weight=1.0):
    """An input, and noise from other inputs of some classes; orthonormal embeddings."""
    labels = (1, *noisy)
    return {
        "N": len(labels),
        "M": classes,
        "d": dimension,
        "q": (weight, *(1.0 for _ in noisy)),
        "f": labels,
        "G": gram(np.eye(classes)),
        "x": 1,
    }


noise = theory.disturbance(c)
mutate(
    theory.overlapping,
    Mutant(
        "a class does not compete with itself",
        Bound(token, "<=", rivals_at(energy(c) + theory.kappa * theory.elsewhere(c))),
        points=[{**only_noise_from((1, 1, 1, 2), 2, 5), "kappa": 0}],
    ),
    Mutant("exponent d", Bound(token, "<=", rivals_at(noise, power=d))),
    Mutant(
        "an error of a quarter without weight",
        Bound(token, "<=", rivals_at(noise, factor=Rational(1, 4))),
        points=[{**only_noise_from((1, 2), 2, 5, weight=0.0), "kappa": 0}],
    ),
    Mutant(
        "without the other classes",
        Bound(token, "<=", rivals_at(theory.disturbance(c, 0))),
        points=[
            {
                **only_noise_from((1, 2, *(3 for _ in range(40))), 3, 20),
                "G": ((1, 0.8, 0.6), (0.8, 1, 0), (0.6, 0, 1)),
                "kappa": 9,
            }
        ],
    ),
)


def uniform(size):
    """Equal probabilities."""
    return (1 / size,) * size


def without(point, *names):
    """A point without some parameters."""
    return {name: value for name, value in point.items() if name not in names}


def random_outputs(N, M, d, p, q, f, stream, x=None):
    """Probability that a memory with random output embeddings answers wrongly.

    With two classes it does not depend on the embeddings (the claim binary-exact).
    """
    labels = np.array(f) - 1
    if M == 2:
        values, error = numerics.misclassified(q, labels, np.eye(2, d))
        return Exact(float(values @ np.array(p)) if x is None else float(values[x - 1]), error)
    arguments = (p, q, labels, M, d, stream)

    def draw(first, count):
        token = None if x is None else x - 1
        return numerics.random_errors(*arguments, first, count, token=token)

    return Sampled(draw, bernoulli=True)


def random_points(cases, cosines, **further):
    """Memories with random output embeddings."""
    for key, (case, cosine) in enumerate(zip(cases, cosines, strict=True)):
        point = without(memory((*case, "sphere"), key), "G")
        yield {**point, "t": cosine, **{name: value(point) for name, value in further.items()}}


RANDOM_CASES = [
    (6, 2, 2, "uniform", "modulo"),
    (8, 2, 60, "uniform", "constant"),
    (9, 3, 3, "quarter", "modulo"),
    (12, 4, 20, "zipf", "random"),
    (10, 5, 100, "uniform", "modulo"),
    (12, 4, 400, "quarter", "modulo"),
    (10, 10, 60, "uniform", "modulo"),
]
COSINES = (0.9, 0.9, 0.8, 0.5, 0.4, 0.15, 0.5)
CROWDED = {  # every input has a class of its own, and there are more classes than dimensions
    "N": 20,
    "M": 20,
    "d": 10,
    "q": (1.5,) + (1.0,) * 19,
    "f": tuple(range(1, 21)),
    "t": 0.01,
}
ALONE = {  # all noise comes from the input's own class
    "N": 12,
    "M": 2,
    "d": 60,
    "q": (1.0,) * 12,
    "f": (1,) * 12,
    "t": 0.9,
}
FORGOTTEN = {**ALONE, "q": (0.0,) + (1.0,) * 11}


@check_for(
    theory.random_overlapping,
    resolution=0.004,
    points=[
        *random_points(RANDOM_CASES, COSINES, x=lambda _: 3),
        {**FORGOTTEN, "x": 1},
    ],
    full={"resolution": 0.001, "budget": 40_000_000},
)
def _(N, M, d, q, f, t, x, stream):
    return random_outputs(N, M, d, uniform(N), q, f, stream, x)


cosine = theory.cosine
exceptional, within = theory.exceptional(cosine), theory.rivals_bound(theory.overlap_within(cosine))
little_noise = within.xreplace({energy(f[x]): energy(f[x]) / 100})
steep = within.xreplace({-d / 2: -d})
mutate(
    theory.random_overlapping,
    Mutant(
        "random embeddings taken for nearly orthogonal ones",
        Bound(theory.random_token, "<=", within),
        points=[{**CROWDED, "x": 1}],
    ),
    Mutant(
        "a class does not compete with itself",
        Bound(theory.random_token, "<=", exceptional + little_noise),
        points=[{**ALONE, "x": 1}],
    ),
    Mutant(
        "exponent d",
        Bound(theory.random_token, "<=", exceptional + steep),
        points=[{**ALONE, "x": 1}],
    ),
    Mutant(
        "an error of 0.49 without weight",
        Bound(theory.random_token, "<=", exceptional + Rational(98, 100) * within),
        points=[{**FORGOTTEN, "x": 1}],
    ),
)


@check_for(
    theory.upper_sharp,
    resolution=0.004,
    points=[
        *random_points(RANDOM_CASES, COSINES, p=lambda point: zipf(point["N"])),
        {**FORGOTTEN, "p": (0.9, 0.1) + (0.0,) * 10},
    ],
    full={"resolution": 0.001, "budget": 40_000_000},
)
def _(N, M, d, p, q, f, t, stream):
    return random_outputs(N, M, d, p, q, f, stream)


error = theory.error


def averaged(value):
    """Mean over the inputs."""
    return Sum(p[x] * value, (x, 1, N))


mutate(
    theory.upper_sharp,
    Mutant(
        "random embeddings taken for nearly orthogonal ones",
        Bound(error, "<=", averaged(within)),
        points=[{**CROWDED, "p": (1.0,) + (0.0,) * 19}],
    ),
    Mutant(
        "a class does not compete with itself",
        Bound(error, "<=", averaged(exceptional + little_noise)),
        points=[{**ALONE, "p": zipf(12)}],
    ),
    Mutant(
        "exponent d",
        Bound(error, "<=", averaged(exceptional + steep)),
        points=[{**ALONE, "p": zipf(12)}],
    ),
    Mutant(
        "an error of 0.49 without weight",
        Bound(error, "<=", averaged(exceptional + Rational(98, 100) * within)),
        points=[{**FORGOTTEN, "p": (1.0,) + (0.0,) * 11}],
    ),
)


def level_points(cases):
    """Memories with a bound on the energy of a class."""
    for case in cases:
        point = without(memory((*case, "sphere"), 0), "G")
        squares = np.array(point["q"]) ** 2
        energies = np.bincount(np.array(point["f"]) - 1, weights=squares)
        yield {**point, "p": zipf(point["N"]), "Q": float(energies.max()) * (1 + 1e-12)}


LEVEL_CASES = [
    (6, 2, 12, "uniform", "modulo"),
    (16, 2, 400, "quarter", "constant"),
    (12, 4, 40, "zipf", "modulo"),
    (20, 5, 100, "uniform", "modulo"),
    (20, 5, 1000, "uniform", "modulo"),
    (20, 5, 1000, "sparse", "random"),
    (20, 5, 600, "quarter", "modulo"),
    (15, 15, 300, "uniform", "modulo"),
]


@check_for(
    theory.upper_cutoff,
    resolution=0.004,
    points=[
        {**point, "level": level}
        for point in level_points(LEVEL_CASES[1:])
        for level in (math.log(point["M"]) * 1.001, point["d"] / 60)
        if math.log(point["M"]) <= level <= point["d"] / 11 and level >= 0.5
    ],
    full={"resolution": 0.001, "budget": 40_000_000},
)
def cutoff(N, M, d, p, q, f, Q, level, stream):
    """The error for random output embeddings; the bound's parameters do not enter."""
    return random_outputs(N, M, d, p, q, f, stream)


@check_for(
    theory.upper,
    resolution=0.004,
    points=[{**point, "gamma": gamma} for point in level_points(LEVEL_CASES) for gamma in (0.1, 1)],
    full={"resolution": 0.001, "budget": 40_000_000},
)
def recalled(N, M, d, p, q, f, Q, gamma, stream):
    """The error for random output embeddings; the bound's parameters do not enter."""
    return random_outputs(N, M, d, p, q, f, stream)


def below(first, second, level):
    """Probability of the inputs below a cut-off."""
    return theory.mass(theory.faint(first, second, level))


def few_trials(measured, count=200):
    """The same measurement with a fixed number of draws, for large memories."""

    def measure(stream, **point):
        return Counted(int(measured(**point, stream=stream).draw(0, count).sum()), count)

    return measure


def injective(size, dimension, **further):
    """Every input has a class of its own."""
    return {
        "N": size,
        "M": size,
        "d": dimension,
        "p": uniform(size),
        "q": (1.0,) * size,
        "f": tuple(range(1, size + 1)),
        "Q": 1.0,
        **further,
    }


FULL_CLASS = {
    "N": 31,
    "M": 2,
    "d": 100,
    "p": uniform(31),
    "q": (1.0,) * 31,
    "f": (1,) * 31,
    "Q": 31.0,
}
level, gamma = theory.level, theory.exponent
mutate(
    theory.upper_cutoff,
    Mutant(
        "cut-off 0.1",
        Bound(error, "<=", theory.final + below(Rational(1, 10), 0, level)),
        points=[{**FULL_CLASS, "level": 8.0}],
    ),
    Mutant(
        "without the norm of the weights",
        Bound(error, "<=", theory.final + below(8, 0, level)),
        points=[injective(1200, 150, level=12.0)],
        measure=few_trials(cutoff),
    ),
    Mutant(
        "inputs above the cut-off never fail",
        Bound(error, "<=", below(8, 16, level)),
        points=[{**FULL_CLASS, "d": 220, "level": 0.8}],
    ),
)
OF_ANY_SIGN = {q.symbol: exact_laws.q.symbol}
SIGNED = {
    "N": 8,
    "M": 4,
    "d": 200,
    "p": (0.9, 0.1) + (0.0,) * 6,
    "q": (-5.0,) + (1.0,) * 7,
    "f": (1, 2, 3, 4, 1, 2, 3, 4),
    "Q": 26.0,
    "gamma": 1,
}
mutate(
    theory.upper,
    Mutant(
        "cut-off 0.1",
        Bound(error, "<=", 2 * d**-gamma + below(Rational(1, 10), 0, theory.published_level)),
        points=[{**FULL_CLASS, "gamma": 1}],
    ),
    Mutant(
        "without the norm of the weights",
        Bound(error, "<=", 2 * d**-gamma + below(16, 0, theory.published_level)),
        points=[injective(2400, 200, gamma=0.88)],
        measure=few_trials(recalled),
    ),
    Mutant(
        "weights of any sign",
        Bound(
            error.xreplace(OF_ANY_SIGN), "<=", theory.upper.statement.terms[1].xreplace(OF_ANY_SIGN)
        ),
        points=[SIGNED],
        domain=Domain(N, theory.classes, d, p, exact_laws.q, f, theory.exponent, theory.largest),
    ),
)


@check_for(
    theory.lower_pair,
    resolution=1e-9,
    points=[*fixed_points(SMALL, rival=True), *fixed_points(LARGER[:2], rival=True)],
)
def _(N, M, d, q, f, G, x, y, stream):
    return fixed(N, M, d, q, f, G, x, stream)


def tail(noise):
    """The Student tail at the weight of x over the noise."""
    return StudentCDF(-sqrt(d) * q[x] / sqrt(noise), d)


THREE = {**only_noise_from((1, 2, *(3 for _ in range(40))), 3, 20, weight=2.0), "y": 2}
mutate(
    theory.lower_pair,
    Mutant(
        "noise from all classes",
        Bound(token, ">=", tail(theory.pair_noise + theory.elsewhere(y))),
        points=[THREE],
    ),
    Mutant(
        "twice the noise",
        Bound(token, ">=", tail(2 * theory.pair_noise)),
        points=fixed_points(SMALL[:1], rival=True),
    ),
    Mutant(
        "energies with the input's own",
        Bound(token, ">=", tail(theory.pair_noise + q[x] ** 2)),
        points=fixed_points(SMALL[:1], rival=True),
    ),
)


def with_class(points):
    """Every point with a class whose energy counts, the fullest."""
    for point in points:
        squares = np.array(point["q"]) ** 2
        energies = np.bincount(np.array(point["f"]) - 1, squares, minlength=point["M"])
        yield {**point, "z": 1 + int(np.argmax(energies))}


@check_for(
    theory.lower_class,
    resolution=1e-9,
    points=list(
        with_class([*fixed_points(SMALL, rival=True), *fixed_points(LARGER[:2], rival=True)])
    ),
)
def _(N, M, d, q, f, G, x, y, z, stream):
    return fixed(N, M, d, q, f, G, x, stream)


def one_class(size, dimension, **further):
    """Equal weights, and all inputs of one class of two: the bounds are attained."""
    return {
        "N": size,
        "M": 2,
        "d": dimension,
        "q": (1.0,) * size,
        "f": (2,) * size,
        "G": ((1, -1), (-1, 1)),
        "z": 2,
        **further,
    }


mutate(
    theory.lower_class,
    Mutant(
        "energy with the input's own",
        Bound(token, ">=", tail(theory.full)),
        points=[one_class(10, 5, x=1, y=1)],
    ),
    Mutant(
        "energy of all classes",
        Bound(token, ">=", tail(theory.everything - q[x] ** 2)),
        points=[
            {
                **only_noise_from((2,) * 10 + (3,) * 10, 3, 60, weight=1.6),
                "y": 2,
                "z": 2,
            }
        ],
    ),
)


def fixed_error(N, M, d, p, q, f, G, z, stream):
    """Error of a memory with fixed output embeddings: computed for few classes, else drawn."""
    U, labels = embeddings(G, d), np.array(f) - 1
    if M <= 3:
        values, error = numerics.misclassified(q, labels, U)
        return Exact(float(values @ np.array(p)), error)

    def draw(first, count):
        return numerics.fixed_errors(p, q, labels, U, stream, first, count)

    return Sampled(draw, bernoulli=True)


def whole_memories(cases, extra=()):
    """Memories with a law of the inputs and the fullest class."""
    for point in with_class(fixed_points(cases)):
        yield {**without(point, "x"), "p": zipf(point["N"])}
    yield from extra


LONG = [
    (40, 2, 2, "quarter", "random", "clustered"),
    (40, 3, 3, "uniform", "modulo", "simplex"),
    (60, 3, 5, "quarter", "random", "sphere"),
    (60, 5, 4, "quarter", "constant", "clustered"),
]
BOUNDED_BELOW = [
    *whole_memories(SMALL),
    *whole_memories(LONG),
    *(one_class(3 * (d + 1), d, p=uniform(3 * (d + 1))) for d in (2, 10, 40)),
]


@check_for(
    theory.lower_threshold,
    resolution=1e-9,
    points=[{**point, "tau": tau} for point in BOUNDED_BELOW for tau in (2, 9.5, 33)],
)
def _(N, M, d, p, q, f, G, tau, z, stream):
    return fixed_error(N, M, d, p, q, f, G, z, stream)


over, tau = theory.over, theory.tau
FULL = one_class(9, 3, p=uniform(9), tau=9)
mutate(
    theory.lower_threshold,
    Mutant(
        "1/tau instead of 1/(tau - 1)",
        Bound(over, ">=", StudentCDF(-sqrt(d) / sqrt(tau), d) * theory.mass(theory.share)),
        points=[FULL],
    ),
    Mutant(
        "an error of one half",
        Bound(over, ">=", theory.mass(theory.share) / 2),
        points=[FULL],
    ),
    Mutant(
        "threshold times 0.8",
        Bound(
            over,
            ">=",
            theory.at_threshold * theory.mass(Le(Rational(4, 5) * tau * q[x] ** 2, theory.full)),
        ),
        points=[{**FULL, "tau": 10}],
    ),
)

check_for(theory.lower_sharp, resolution=1e-9, points=BOUNDED_BELOW)(fixed_error)
check_for(theory.lower, resolution=1e-9, points=BOUNDED_BELOW)(fixed_error)

UNLIKE = {  # the other weights are large together, but each in a class of its own
    **without(only_noise_from(tuple(range(2, 42)), 41, 100), "x"),
    "q": (1.0,) + (8**0.5,) * 40,
    "p": (1.0,) + (0.0,) * 40,
    "z": 1,
}


def one_other(dimension, factor):
    """One input and another of its class, whose energy is the factor times d + 1."""
    return {
        **one_class(2, dimension, p=(1.0, 0.0)),
        "q": (1.0, math.sqrt(factor * (dimension + 1) - 1 + 1e-9)),
    }


def versions(constant):
    """Wrong versions of the lower bound with a constant."""
    return (
        Mutant("constant 1/2", Bound(over, ">=", theory.mass(theory.dimensional) / 2)),
        Mutant(
            "the complementary event",
            Bound(over, ">=", constant * theory.mass(Ge(3 * (d + 1) * q[x] ** 2, theory.full))),
            points=[one_class(6, 100, p=uniform(6))],
        ),
        Mutant(
            "the norm of all weights instead of a class energy",
            Bound(
                over,
                ">=",
                constant * theory.mass(Le(3 * (d + 1) * q[x] ** 2, theory.squared_norm)),
            ),
            points=[UNLIKE],
        ),
    )


mutate(
    theory.lower_sharp,
    *versions(theory.ONE_THIRD),
    Mutant(
        "constant 0.2823",
        Bound(over, ">=", Rational(2823, 10000) * theory.mass(theory.dimensional)),
        points=[one_other(800, 3)],
    ),
    Mutant(
        "2 (d + 1) instead of 3 (d + 1)",
        Bound(over, ">=", theory.ONE_THIRD * theory.mass(Le(2 * (d + 1) * q[x] ** 2, theory.full))),
        points=[one_other(100, 2)],
    ),
)
mutate(theory.lower, *versions(Rational(1, 20)))
