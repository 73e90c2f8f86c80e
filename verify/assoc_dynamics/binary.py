"""With two labels, do margins move through the mobilities alone? Steps of W against margins."""

from __future__ import annotations

import numpy as np
from sympy import KroneckerDelta, Rational, Sum

from numerics.assoc_dynamics import binary as numerics
from numerics.assoc_dynamics import memory
from theory import Identity
from theory.assoc_dynamics import binary as theory
from theory.assoc_dynamics import model
from theory.assoc_dynamics.model import (
    E,
    N,
    eta,
    gram,
    k,
    l,
    q,
    x,
)
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.drawn_problems import (
    ROUNDING,
    keep,
    problems,
    stepped,
)

BINARY = problems((2, 2, 2, 2), (3, 2, 2, 1), (4, 2, 1, 2), (1, 2, 2, 3), labels=2)


@check_for(
    theory.binary_particles,
    resolution=1e-9,
    absolute=True,
    points=keep(BINARY, theory.binary_particles),
    count=10,
    full={"count": 100},
)
def _(N, d, h, q, f, U, E, W, eta, x):
    path = memory.descend(W, E, U, q, np.array(f) - 1, eta, 1)
    before, after = (memory.scores(matrix, E, U) for matrix in path)
    value = (3 - 2 * f[x - 1]) * (after[0, x - 1] - after[1, x - 1])
    return stepped(value, before, after, eta)


def moved(weight):
    """The claim that every token moves the margin by this."""
    return Identity(
        theory.stepped_margin(),
        theory.margin(x) + eta * Sum(weight, (k, 1, N)),
    )


apart, margin, mobility = theory.apart, theory.margin(k), theory.mobility(x, k)
mutate(
    theory.binary_particles,
    Mutant("half the squared distance", moved(apart / 2 * mobility * q[k] * theory.sigma(margin))),
    Mutant("signs left out", moved(apart * gram(E, x, k) * q[k] * theory.sigma(margin))),
    Mutant(
        "probability of the right answer", moved(apart * mobility * q[k] * theory.sigma(-margin))
    ),
    Mutant("every token once", moved(apart * mobility / N.symbol * theory.sigma(margin))),
    Mutant(
        "tokens do not interact",
        moved(KroneckerDelta(x, k) * apart * mobility * q[k] * theory.sigma(margin)),
    ),
)


def both_margins(N, d, h, T, q, f, U, E, W, eta, x, signed=True, scale=1.0):
    """One margin after T steps of W, and of the margins alone."""
    labels, inputs, outputs = np.array(f) - 1, np.array(E), np.array(U)
    signs = 1 - 2 * labels

    def margins(matrix):
        table = memory.scores(matrix, inputs, outputs)
        return signs * (table[0] - table[1])

    embedded = (signs[:, np.newaxis] if signed else 1) * inputs
    mobility = scale * ((outputs[0] - outputs[1]) ** 2).sum() * (embedded @ embedded.T)
    one = margins(memory.descend(W, E, U, q, labels, eta, T)[-1])[x - 1]
    two = numerics.descend_margins(margins(W), mobility, q, eta, T)[-1][x - 1]
    error = 100 * ROUNDING * (T + 1) * (1 + abs(one))
    return {"memory_margin": Exact(one, error), "particle_margin": Exact(two, error)}


check_for(
    theory.binary_particles_trajectory,
    resolution=1e-8,
    absolute=True,
    points=keep(
        problems(
            (2, 2, 2, 2),
            (3, 2, 2, 1),
            (4, 2, 1, 2),
            (1, 2, 2, 3),
            labels=2,
            step=(-2, 0.5),
            steps=(30, 1, 5, 0, 10),
        ),
        theory.binary_particles_trajectory,
    ),
    count=20,
    full={"count": 200},
)(both_margins)
mutate(
    theory.binary_particles_trajectory,
    Mutant("signs left out", measure=lambda **point: both_margins(**point, signed=False)),
    Mutant("half the squared distance", measure=lambda **point: both_margins(**point, scale=0.5)),
)


@check_for(
    theory.binary_particles_dissipation,
    resolution=1e-10,
    absolute=True,
    points=keep(BINARY, theory.binary_particles_dissipation),
    count=10,
    full={"count": 100},
)
def _(N, d, h, q, f, u, E, W):
    outputs = np.array([u, np.zeros(h)])
    value = -(memory.gradient(W, E, outputs, q, np.array(f) - 1) ** 2).sum()
    return Exact(value, 100 * ROUNDING * (1 + abs(value)))


def falls(mobility, factor=1):
    """The claim that the loss falls at the rate of this quadratic form."""
    return Identity(
        theory.loss_rate(),
        -factor
        * Sum(theory.u[model.a] ** 2, (model.a, 1, model.h))
        * Sum(theory.push(k) * mobility * theory.push(l), (l, 1, N), (k, 1, N)),
    )


mutate(
    theory.binary_particles_dissipation,
    Mutant("signs left out", falls(gram(E, k, l))),
    Mutant("tokens share nothing", falls(KroneckerDelta(k, l) * theory.mobility(k, l))),
    Mutant("half the squared distance", falls(theory.mobility(k, l), Rational(1, 2))),
)
