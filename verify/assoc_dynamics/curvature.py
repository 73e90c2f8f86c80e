"""Is the curvature a covariance, and bounded by the error? The loss at 120 digits decides."""

from __future__ import annotations

import numpy as np
from sympy import Sum, exp

from numerics.assoc_dynamics import memory
from theory import Bound, Identity
from theory.assoc_dynamics import curvature as theory
from theory.assoc_dynamics import model
from theory.assoc_dynamics.curvature import R
from theory.assoc_dynamics.model import (
    E,
    M,
    N,
    U,
    i,
    j,
    k,
)
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.drawn_problems import (
    SIZES,
    conditional,
    entry,
    keep,
    problems,
    rounded,
    rows,
)

SMALL = problems(*SIZES)


@check_for(
    theory.hessian_convex,
    resolution=1e-9,
    absolute=True,
    points=keep(SMALL, theory.hessian_convex),
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, i, j, i2, j2):
    directions = entry(i, j, W), entry(i2, j2, W)
    return rounded(*memory.loss_slopes(W, E, U, *conditional(p), *directions), size=10)


def curved(weight, spread):
    """The claim that the curvature is the sum over the tokens of these."""
    return Identity(
        theory.loss_curvature(), Sum(weight * spread * E[k, j] * E[k, model.j2], (k, 1, N))
    )


one = model.mean(lambda label: U[label, i], k)
other = model.mean(lambda label: U[label, model.i2], k)
product = model.mean(lambda label: U[label, i] * U[label, model.i2], k)
mutate(
    theory.hessian_convex,
    Mutant("the mean output not taken away", curved(model.frequency(k), product)),
    Mutant("every token once", curved(1 / N.symbol, product - one * other)),
)


@check_for(
    theory.hessian_convex_pairs,
    resolution=1e-10,
    absolute=True,
    points=keep(SMALL, theory.hessian_convex_pairs),
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, V):
    return rounded(*memory.loss_slopes(W, E, U, *conditional(p), V, V), size=10)


weights = exp(model.score(model.z, k)) * exp(model.score(model.z1, k))
differences = model.along(k, model.z) - model.along(k, model.z1)


def spread_of(weight, values):
    """The claim that the curvature is a sum over tokens and pairs of labels of these."""
    over_pairs = Sum(weight * values, (model.z1, 1, M), (model.z, 1, M))
    return Identity(
        theory.curvature_along(),
        Sum(model.frequency(k) * over_pairs / model.normaliser(k) ** 2, (k, 1, N)),
    )


mutate(
    theory.hessian_convex_pairs,
    Mutant("each pair twice", spread_of(weights, differences**2)),
    Mutant("sums of speeds", spread_of(weights / 2, (2 * model.along(k, model.z1)) ** 2)),
    Mutant(
        "labels drawn uniformly",
        spread_of(model.normaliser(k) ** 2 / (2 * M.symbol**2), differences**2),
    ),
)


def alike(stream, count):
    """Directions; in every other one all scores of a token move alike, as all outputs agree."""
    for index, point in enumerate(problems(*SIZES)(stream, count)):
        if index % 2:
            point["U"] = tuple(point["U"][0] for _ in point["U"])
        yield {name: point[name] for name in theory.hessian_convex_nonnegative.domain.names}


@check_for(
    theory.hessian_convex_nonnegative,
    resolution=1e-10,
    absolute=True,
    points=alike,
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, V):
    return rounded(*memory.loss_slopes(W, E, U, *conditional(p), V, V), size=10)


size = theory.size
mutate(
    theory.hessian_convex_nonnegative,
    Mutant("strongly convex", Bound(size / 1000, "<=", theory.curvature_along())),
    Mutant("concave", Bound(theory.curvature_along(), "<=", 0)),
)


def largest_product(E, U, f):
    """The largest product of lengths that the bound on the sharpness speaks of, rounded up."""
    e, u = np.array(E), np.array(U)
    right = u[np.array(f) - 1]
    distance = np.linalg.norm(right[:, np.newaxis] - u[np.newaxis], axis=2).max(axis=1)
    return float((np.linalg.norm(e, axis=1) * distance).max() * (1 + 1e-14))


def sharpest(stream, count):
    """Memories in their sharpest direction; each third is one pair of labels, all but learned."""
    for index, point in enumerate(problems(*SIZES[:-1])(stream, count)):
        if index % 3 == 0:
            apart = np.array(((3.0, 4.0), (0.0, 0.0)))
            point |= {"N": 1, "M": 2, "d": 1, "h": 2, "q": (1.0,), "f": (1,), "E": ((1.0,),)}
            point |= {"U": rows(apart), "W": rows((index % 10 + 1) * apart[:1].T / 5)}
        W, E, U, q = (point[name] for name in ("W", "E", "U", "q"))
        _, directions = np.linalg.eigh(memory.hessian(W, E, U, q, np.array(point["f"]) - 1))
        point["V"] = rows(directions[:, -1].reshape(np.shape(point["W"])))
        point["R"] = largest_product(point["E"], point["U"], point["f"])
        yield {name: point[name] for name in theory.hessian_convex_sharpness.domain.names}


def sharpness(**changes):
    """Measure the curvature, the mean error and the loss; ``changes`` are made to the values."""

    def measure(N, M, d, h, q, f, U, E, W, V, R):
        labels = np.array(f) - 1
        values = {
            "curvature": rounded(*memory.loss_slopes(W, E, U, q, labels, V, V), size=0),
            "doubt": memory.doubt(W, E, U, q, labels),
            "loss": memory.loss(W, E, U, q, labels),
        }
        values |= {name: change(W, E, U, q, labels) for name, change in changes.items()}
        return {
            name: value if isinstance(value, Exact) else Exact(value, 1e-12 * value)
            for name, value in values.items()
        }

    return measure


def mistakes(W, E, U, q, labels):
    """Probability of a token whose answer is wrong."""
    return float(((memory.scores(W, E, U).argmax(axis=0) != labels) * np.array(q)).sum())


check_for(
    theory.hessian_convex_sharpness,
    resolution=1e-9,
    points=sharpest,
    count=12,
    full={"count": 200},
)(sharpness())
curvature, doubt, loss = theory.curvature(), theory.doubt(), theory.loss()
mutate(
    theory.hessian_convex_sharpness,
    Mutant("the square of the mean error", Bound(curvature, "<=", R**2 * size * doubt**2)),
    Mutant("half of it", Bound(curvature, "<=", R**2 * size * doubt / 2)),
    Mutant("R instead of its square", Bound(curvature, "<=", R * size * doubt)),
    Mutant("wrong answers instead of their probability", measure=sharpness(doubt=mistakes)),
    Mutant("half the loss", Bound(R**2 * size * doubt, "<=", R**2 * size * loss / 2)),
)
