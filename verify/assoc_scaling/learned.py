"""Do memories with chosen or learned embeddings recall as claimed?"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache, partial

import numpy as np

from numerics.assoc_scaling import instances
from numerics.assoc_scaling import learned as numerics
from numerics.core.zipf import zipf_probabilities
from theory import Domain, Identity, Trend
from theory.assoc_scaling import learned as theory
from verify import Exact, Exhaustive, Mutant, Trained, check_for, leading, mutate, training_seeds


def rows(matrix):
    """A matrix as the tuple of tuples that points hold."""
    return tuple(tuple(row) for row in matrix)


def pair_points(vectors):
    """Points with exact output embeddings, an asked class and a rival."""

    def points(stream, count):
        for index in range(count):
            part = stream.substream(index)
            classes, dimension = 2 + index % 5, 2 + index % 3
            U = vectors(classes, dimension, part)
            z = 1 + index % len(U)
            yield {
                "M": len(U),
                "d": dimension,
                "U": rows(U),
                "z": z,
                "y": 1 + z % len(U),
            }

    return points


def unnormalised(classes, dimension, stream):
    """Integer vectors of any length."""
    return stream.numpy().integers(-9, 10, size=(classes, dimension)).tolist()


def bases(classes, dimension, stream):
    """Rational orthonormal bases put together: a tight frame, of distinct vectors."""
    U = []
    for part in range(-(-classes // dimension)):
        basis = numerics.rational_rotation(dimension, stream.substream(part))
        if not any(row in U for row in basis):
            U += basis
    return U


def gap_of(memory):
    """The score gap under a memory."""
    return lambda M, d, U, z, y: Exact(Fraction(numerics.score_gap(memory, U, z - 1, y - 1)))


def unconditional(claim):
    """The claim's domain without its hypotheses on the vectors."""
    return Domain(*claim.domain.parameters, where=claim.domain.where[:2])


check_for(
    theory.learned_margin,
    resolution=0,
    points=pair_points(numerics.rational_unit_vectors),
    count=30,
    full={"count": 200},
)(gap_of("identity"))
mutate(
    theory.learned_margin,
    Mutant("the squared distance", Identity(theory.learned_gap(), 2 * theory.half_square)),
    Mutant(
        "vectors of any length",
        points=pair_points(unnormalised),
        domain=unconditional(theory.learned_margin),
    ),
    Mutant("the memory of outer products", measure=gap_of("frame")),
)

check_for(
    theory.learned_frame,
    resolution=0,
    points=pair_points(bases),
    count=18,
    full={"count": 60},
)(gap_of("frame"))
mutate(
    theory.learned_frame,
    Mutant(
        "any unit vectors",
        points=pair_points(numerics.rational_unit_vectors),
        domain=unconditional(theory.learned_frame),
    ),
    Mutant("no factor M/d", Identity(theory.frame_gap(), theory.half_square)),
)


def family(name, classes, dimension, stream):
    """Distinct unit vectors (rows) of a family."""
    if name == "polygon":
        angles = 2 * np.pi * np.arange(classes) / classes
        flat = np.zeros((classes, dimension))
        flat[:, 0], flat[:, 1] = np.cos(angles), np.sin(angles)
        return flat
    if name == "bases":
        parts = [stream.substream(part) for part in range(-(-classes // dimension))]
        return np.concatenate(
            [instances.output_embeddings("orthonormal", dimension, dimension, p) for p in parts]
        )
    if name == "lattice":
        return np.array(numerics.rational_unit_vectors(classes, dimension, stream), dtype=float)
    kind = {"random": "sphere", "clustered": "clustered"}.get(name, name)
    return instances.output_embeddings(kind, classes, dimension, stream)


def recalls(memory, name_of="family", **changes):
    """Every input of a random map to the classes, embedded as its class."""

    def measure(N, M, d, stream, **named):
        name = changes.get("name", named.get(name_of))
        U = family(name, changes.get("M", M), changes.get("d", d), stream.substream("U"))
        f = instances.labels("random", N, len(U), stream.substream("f"))
        right = numerics.recalled(memory, U, f)
        return Exhaustive((f"input {x + 1}", bool(holds)) for x, holds in enumerate(right))

    # the check passes parameters by name, and reads these names off the signature
    if name_of == "family":
        return lambda N, M, d, family, stream: measure(N, M, d, stream, family=family)
    return lambda N, M, d, frame, stream: measure(N, M, d, stream, frame=frame)


RECALL = [
    {"N": N, "M": M, "d": d, "family": name}
    for name, d in (("polygon", 2), ("random", 2), ("lattice", 3), ("clustered", 5), ("random", 50))
    for N, M in ((1, 2), (100, 20), (200, 200))
    if name != "random" or M < 200 or d > 2  # in the plane 200 random directions nearly coincide
]
check_for(theory.learned_embeddings, resolution=0, points=RECALL)(recalls("identity"))
mutate(
    theory.learned_embeddings,
    Mutant(
        "output embeddings of different lengths", measure=recalls("identity", name="unnormalised")
    ),
    Mutant("the memory of outer products", measure=recalls("frame")),
    Mutant("three classes on a line", measure=recalls("identity", name="random", M=3, d=1)),
)

FRAMES = [
    {"N": 200, "M": M, "d": d, "frame": name}
    for name, M, d in (
        ("polygon", 3, 2),
        ("polygon", 100, 2),
        ("polygon", 1000, 2),
        ("bases", 10, 5),
        ("bases", 200, 20),
    )
]
check_for(theory.learned_frame_recall, resolution=0, points=FRAMES)(recalls("frame", "frame"))
mutate(
    theory.learned_frame_recall,
    Mutant(
        "random output embeddings in the plane",
        measure=recalls("frame", "frame", name="random", M=50, d=2),
    ),
    Mutant("clustered output embeddings", measure=recalls("frame", "frame", name="clustered")),
)


def hull_points(stream, count):
    """Vectors on a small lattice, many of them mixtures of the others."""
    for index in range(count):
        rng = stream.numpy(index)
        dimension = 1 + index % 3
        classes = int(rng.integers(2, 7))
        U = rng.integers(-3, 4, size=(classes, dimension)).tolist()
        yield {"M": classes, "d": dimension, "U": rows(U), "z": 1 + index % classes}


@check_for(
    theory.learned_exposed,
    resolution=0,
    points=hull_points,
    count=60,
    full={"count": 600},
)
def _(M, d, U, z):
    return {
        "answered": Exact(int(numerics.answerable(U, z - 1))),
        "exposed": Exact(1 - int(numerics.inside_hull(U, z - 1))),
    }


def repeated_is_exposed(M, d, U, z):
    """The hull taken of the vectors that differ from the asked one only."""
    others = [row for row in U if row != U[z - 1]]
    inside = bool(others) and numerics.inside_hull([*others, U[z - 1]], len(others))
    return {
        "answered": Exact(int(numerics.answerable(U, z - 1))),
        "exposed": Exact(1 - int(inside)),
    }


mutate(
    theory.learned_exposed,
    Mutant("every class can be answered", Identity(theory.answered(), 1)),
    Mutant("equal vectors told apart", measure=repeated_is_exposed),
)


SEEDS = range(40)
TREND = {"resolution": 0.0, "error": 1e-4}


@lru_cache(maxsize=64)
def learned(M, seed, dimension=2, stable=True):
    """Trained embeddings; once in a process."""
    seeds = training_seeds(seed, SEEDS)
    return numerics.learn_embeddings(M, seeds, dimension=dimension, stable=stable)


def against(values, level):
    """One entry for each seed, against a fixed level."""
    return Trained(values, np.full(len(values), level), paired=True)


def final_errors(M, seed, level, **further):
    """Final errors against a level."""
    return against(learned(M, seed, **further).metrics[:, -1], level)


RAREST = float(zipf_probabilities(2.0, 100)[-1])


@check_for(
    theory.learned_d2,
    **TREND,
    points=leading([{"M": M} for M in (10, 5, 2, 3, 4, 7, 8)]),
    count=2,
    full={"count": 7},
)
def _(M, seed):
    return final_errors(M, seed, RAREST)


mutate(
    theory.learned_d2,
    Mutant(
        "a class for each input",
        points=[{"M": 100}],
        domain=Domain(theory.many),
    ),
    Mutant("on a line", measure=partial(final_errors, level=RAREST, dimension=1)),
)


@check_for(
    theory.learned_d2_many,
    **TREND,
    points=leading([{"M": M} for M in (29, 100, 20, 50)]),
    count=2,
    full={"count": 4},
)
def _(M, seed):
    return final_errors(M, seed, 0.05)


mutate(
    theory.learned_d2_many,
    Mutant(
        "a jump to more than 0.25",
        Trend(
            "the final error", "embeddings learned in two dimensions", "an error of 0.25", "higher"
        ),
        points=[{"M": 29}, {"M": 100}],
        measure=partial(final_errors, level=0.25),
        published=True,
    ),
    Mutant(
        "the logarithm of a softmax that underflows",
        points=[{"M": 29}],
        measure=partial(final_errors, level=0.05, stable=False),
    ),
    Mutant("below 0.005", measure=partial(final_errors, level=0.005)),
)


def mean_cosines(M, seed, level):
    """Mean cosines of images and class embeddings against a level."""
    return against(numerics.alignments(learned(M, seed).parameters, M), level)


@check_for(
    theory.learned_d2_alignment,
    **TREND,
    points=leading([{"M": M} for M in (5, 10, 7)]),
    count=2,
    full={"count": 3},
)
def _(M, seed):
    return mean_cosines(M, seed, 0.8)


mutate(
    theory.learned_d2_alignment,
    Mutant("all but parallel", measure=partial(mean_cosines, level=0.995)),
)
