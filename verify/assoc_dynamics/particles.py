"""Is training what the particle system says? Slopes of the loss, and steps of W and of scores."""

from __future__ import annotations

import numpy as np
from sympy import KroneckerDelta, Sum, exp

from numerics.assoc_dynamics import memory, particles
from theory import Identity
from theory.assoc_dynamics import model
from theory.assoc_dynamics import particles as theory
from theory.assoc_dynamics.model import (
    E,
    M,
    N,
    U,
    c,
    eta,
    f,
    gram,
    i,
    j,
    k,
    l,
    l1,
    p,
    q,
    share,
    x,
    y,
)
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.drawn_problems import (
    ROUNDING,
    SIZES,
    conditional,
    entry,
    keep,
    problems,
    rounded,
    stepped,
)

SMALL = problems(*SIZES)


@check_for(
    theory.gradient,
    resolution=1e-10,
    absolute=True,
    points=keep(SMALL, theory.gradient),
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, i, j):
    return rounded(*memory.loss_slopes(W, E, U, *conditional(p), entry(i, j, W)))


slope = theory.loss_slope()


def slopes_from(pull):
    """The claim that the gradient stores these coefficients."""
    return Identity(slope, -Sum(pull * U[l, i] * E[k, j], (l, 1, M), (k, 1, N)))


frequency = model.frequency(k)
mutate(
    theory.gradient,
    Mutant("nothing but the prediction is taken away", slopes_from(-frequency * share(l, k))),
    Mutant("every token once", slopes_from((p[k, l] / frequency - share(l, k)) / N.symbol)),
    Mutant("nothing is predicted", slopes_from(p[k, l])),
    Mutant(
        "outer product transposed",
        Identity(slope, theory.gradient.statement.rhs.subs({i: j, j: i}, simultaneous=True)),
    ),
)


def stored_sum(p, U, E, W, eta, x):
    """Sum of the coefficients of a token that a step adds, as found from the change of W."""
    start, outputs, inputs = np.array(W), np.array(U), np.array(E)
    tokens, labels = conditional(p)
    change = memory.descend(start, inputs, outputs, tokens, labels, eta, 1)[-1] - start
    coefficients = np.linalg.pinv(outputs.T) @ change @ np.linalg.pinv(inputs)
    condition = np.linalg.cond(outputs) * np.linalg.cond(inputs) * (1 + np.abs(start).max())
    return Exact(coefficients[:, x - 1].sum(), 10 * ROUNDING * condition * (1 + eta))


@check_for(
    theory.gradient_zero_sum,
    resolution=1e-9,
    absolute=True,
    points=keep(
        problems((2, 2, 2, 3), (3, 2, 4, 2), (1, 3, 2, 3), repeated=False, step=(-2, 0)),
        theory.gradient_zero_sum,
    ),
    count=6,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, eta, x):
    return stored_sum(p, U, E, W, eta, x)


mutate(
    theory.gradient_zero_sum,
    Mutant("the frequency of the token", Identity(theory.stored(), eta * model.frequency(x))),
)


@check_for(
    theory.particle_system,
    resolution=1e-9,
    absolute=True,
    points=keep(SMALL, theory.particle_system),
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, eta, x, y):
    tokens, labels = conditional(p)
    path = memory.descend(W, E, U, tokens, labels, eta, 1)
    before, after = (memory.scores(matrix, E, U) for matrix in path)
    return stepped(after[y - 1, x - 1], before, after, eta)


def pulled(pull):
    """The claim that a step adds eta times the sum of these pulls."""
    return Identity(
        theory.stepped_score(),
        model.score(y, x) + eta * Sum(pull, (l, 1, M), (k, 1, N)),
    )


gram_E, gram_U, missing = gram(E, x, k), gram(U, y, l), model.residual(l, k)
mutate(
    theory.particle_system,
    Mutant("tokens do not act on one another", pulled(KroneckerDelta(x, k) * missing * gram_U)),
    Mutant("labels do not act on one another", pulled(gram_E * missing * KroneckerDelta(y, l))),
    Mutant(
        "probabilities of the token that is moved",
        pulled(gram_E * missing * gram_U * model.frequency(x) / model.frequency(k)),
        points=keep(problems((2, 2, 2, 2)), theory.particle_system),
    ),
    Mutant(
        "softmax over the tokens",
        pulled(
            gram_E
            * gram_U
            * (
                p[k, l]
                - frequency * exp(model.score(l, k)) / Sum(exp(model.score(l, l1)), (l1, 1, N))
            )
        ),
    ),
)


@check_for(
    theory.particle_system_flow,
    resolution=1e-10,
    absolute=True,
    points=keep(SMALL, theory.particle_system_flow),
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, p, U, E, W, x, y):
    direction = np.outer(U[y - 1], E[x - 1])
    value, error = memory.loss_slopes(W, E, U, *conditional(p), direction)
    return rounded(-value, error, size=10)


velocity = theory.score_velocity()
mutate(
    theory.particle_system_flow,
    Mutant(
        "orthonormal outputs taken for granted",
        Identity(velocity, Sum(gram_E * missing * KroneckerDelta(y, l), (l, 1, M), (k, 1, N))),
    ),
    Mutant(
        "every token once",
        Identity(
            velocity,
            Sum(gram_E * (p[k, l] - share(l, k) / N.symbol) * gram_U, (l, 1, M), (k, 1, N)),
        ),
    ),
)


@check_for(
    theory.particle_system_margins,
    resolution=1e-10,
    absolute=True,
    points=keep(SMALL, theory.particle_system_margins),
    count=10,
    full={"count": 100},
)
def _(N, M, d, h, q, f, U, E, W, x, y):
    outputs = np.array(U)
    direction = np.outer(outputs[f[x - 1] - 1] - outputs[y - 1], E[x - 1])
    value, error = memory.loss_slopes(W, E, U, q, np.array(f) - 1, direction)
    return rounded(-value, error, size=10)


def others(weight, product):
    """The claim that another token moves a margin by these."""
    return Identity(
        theory.margin_velocity(),
        Sum(
            weight
            * gram_E
            * Sum(share(model.z1, k) * Sum(product, (c, 1, model.h)), (model.z1, 1, M)),
            (k, 1, N),
        ),
    )


own, their = U[f[x], c] - U[y, c], U[f[k], c] - U[model.z1, c]
mutate(
    theory.particle_system_margins,
    Mutant("every token once", others(1 / N.symbol, own * their)),
    Mutant("frequency of the token that is moved", others(q[x], own * their)),
    Mutant("outputs of the other token as they are", others(q[k], own * U[f[k], c])),
)


@check_for(
    theory.particle_system_centred,
    resolution=1e-9,
    absolute=True,
    points=keep(problems(*SIZES), theory.particle_system_centred),
    count=10,
    full={"count": 100},
)
def _(N, M, p, S, A, B, v, w, c, eta, x, y, rival):
    return gaps(p, S, A, B, v, w, c, eta, x, y, rival)


def gaps(p, S, A, B, v, w, c, eta, x, y, rival):
    """The gap after a step of the particle system, and that with everything changed."""
    table, outputs = np.array(S).T, np.array(B)
    tokens, labels = conditional(p)
    changed = outputs + np.array(v)[:, np.newaxis] + np.array(w)
    found = {}
    for name, start, matrix in (
        ("gap", table, outputs),
        ("changed_gap", table + np.array(c), changed),
    ):
        path = particles.descend_scores(start, A, matrix, tokens, labels, eta, 1)
        gap = path[-1][y - 1, x - 1] - path[-1][rival - 1, x - 1]
        found[name] = stepped(gap, path[0], path[1], 4 * eta)
    return found


def unlike(name):
    """Measure with something that does change gaps."""

    def measure(N, M, p, S, A, B, v, w, c, eta, x, y, rival):
        table = np.array(S)
        if name == "outputs":  # twice the matrix
            found = gaps(p, S, A, 2 * np.array(B), v, w, c, eta, x, y, rival)
        else:  # one score of each token is raised
            table[:, 0] += 1
            found = gaps(p, table, A, B, v, w, c, eta, x, y, rival)
        found["gap"] = gaps(p, S, A, B, v, w, c, eta, x, y, rival)["gap"]
        return found

    return measure


mutate(
    theory.particle_system_centred,
    Mutant("the matrix of outputs may be scaled", measure=unlike("outputs")),
    Mutant("one score of each token may be raised", measure=unlike("scores")),
)


def runs(N, M, d, h, T, p, U, E, W, eta, x, y, **changes):
    """One score after T steps of W, and of the particle system, to which changes are made."""
    weights, targets = conditional(p)
    last = memory.descend(W, E, U, weights, targets, eta, T)[-1]
    inputs, outputs = np.array(E) @ np.array(E).T, np.array(U) @ np.array(U).T
    given = {"inputs": inputs, "outputs": outputs, "probabilities": weights}
    given |= {name: change(given) for name, change in changes.items()}
    start = memory.scores(W, E, U)
    table = particles.descend_scores(
        start,
        given["inputs"],
        given["outputs"],
        given["probabilities"],
        targets,
        eta,
        T,
    )[-1]
    one, two = memory.scores(last, E, U)[y - 1, x - 1], table[y - 1, x - 1]
    error = 100 * ROUNDING * (T + 1) * (1 + abs(one))
    return {"memory_score": Exact(one, error), "particle_score": Exact(two, error)}


LONG = problems(*SIZES, step=(-2, 0.5), steps=(30, 1, 5, 0, 10))
check_for(
    theory.particle_system_trajectory,
    resolution=1e-8,
    absolute=True,
    points=keep(LONG, theory.particle_system_trajectory),
    count=20,
    full={"count": 200},
)(runs)


def with_changes(**changes):
    """A measurement whose particle system is given something else."""
    return lambda **point: runs(**point, **changes)


SQUARE = keep(problems((3, 3, 2, 2), step=(-2, 0.5), steps=(5,)), theory.particle_system_trajectory)
mutate(
    theory.particle_system_trajectory,
    Mutant(
        "the two Gram matrices exchanged",
        points=SQUARE,
        measure=with_changes(
            inputs=lambda given: given["outputs"], outputs=lambda given: given["inputs"]
        ),
    ),
    Mutant(
        "orthonormal outputs taken for granted",
        measure=with_changes(outputs=lambda given: np.eye(len(given["outputs"]))),
    ),
    Mutant(
        "probabilities on the wrong side",
        measure=with_changes(
            inputs=lambda given: given["inputs"] * given["probabilities"],
            probabilities=lambda given: np.ones(len(given["probabilities"])),
        ),
    ),
    Mutant(
        "probabilities left out",
        measure=with_changes(
            probabilities=lambda given: np.full(len(given["inputs"]), 1 / len(given["inputs"]))
        ),
    ),
)
