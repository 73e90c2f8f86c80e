"""Does the loss of the gradient flow stay between its two bounds at all times?"""

from __future__ import annotations

import numpy as np
from sympy import Rational, exp, log, sqrt

from numerics.assoc_dynamics import particles
from numerics.assoc_dynamics.large_steps import radius
from theory import Bound
from theory.assoc_dynamics import large_steps as memory_theory
from theory.assoc_dynamics import loss_rates as theory
from theory.assoc_dynamics.benign import gamma
from theory.assoc_dynamics.large_steps import M, R
from theory.assoc_dynamics.loss_rates import potential, q, t
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.benign import growth_points, margin_of
from verify.assoc_dynamics.large_steps import before_and_after, memories_at, with_margins
from verify.assoc_dynamics.problems import drawn, known, pair, problem, rows

FLOW = 1e-9
"""Relative error of a loss along a flow."""
ALONE = problem([[1.5]], np.eye(2), (1,), (1.0,))
CROWD = problem([[1.0]], np.eye(4), (1,), (1.0,))
RARE = {**with_margins(pair(0.0, 0.9), 30, -6)}
"""Two tokens; the rare one has all of the loss."""

loss, error, fall = memory_theory.loss(), memory_theory.error(), theory.fall()


def states(stream, count):
    """One token at two memories, a rare token that has all of the loss, and random problems."""
    for row in (1.0, -2.0):
        yield {**ALONE, "W": rows([[row], [-row]])}
    yield RARE
    yield from memories_at(stream, count)


def at_memory(point):
    """What a memory of a point has."""
    step, longest = before_and_after(point, step=1.0)
    return {
        "loss": known(step.loss),
        "error": known(step.error),
        "fall": known(step.gradient_square),
        "radius": known(longest),
        "rarest": Exact(min(point["p"])),
    }


def seen(*names):
    """Measure these at the memory of a point."""
    return lambda **point: {name: at_memory(point)[name] for name in names}


check_for(theory.loss_rates_error, resolution=1e-9, points=states, count=6, full={"count": 100})(
    seen("loss", "error", "rarest")
)
mutate(
    theory.loss_rates_error,
    Mutant("twice the rarest token", Bound(2 * q * (1 - exp(-loss / (2 * q))), "<=", error)),
    Mutant("as if one token had it all", Bound(1 - exp(-loss), "<=", error)),
    Mutant("nine tenths", Bound(error, "<=", Rational(9, 10) * (1 - exp(-loss)))),
    Mutant("half the loss", Bound(error, "<=", loss / 2)),
)

check_for(theory.loss_rates_fall, resolution=1e-9, points=states, count=6, full={"count": 100})(
    seen("loss", "error", "fall", "radius")
)
mutate(
    theory.loss_rates_fall,
    Mutant("half the squared radius", Bound(fall, "<=", R**2 * error**2 / 2)),
    Mutant("the radius itself", Bound(fall, "<=", R * error**2)),
    Mutant("the square of the loss, halved", Bound(fall, "<=", R**2 * loss**2 / 2)),
    Mutant("without the radius", Bound(fall, "<=", (1 - exp(-loss)) ** 2)),
)


def separable_states(stream, count):
    """One token, and random problems that some memory answers rightly."""
    yield {**ALONE, "W": rows([[1.0], [-1.0]])}
    yield RARE
    for point in growth_points(stream, count):
        yield {name: value for name, value in point.items() if name != "eta"}


@check_for(
    theory.loss_rates_slope,
    resolution=1e-9,
    points=separable_states,
    count=4,
    full={"count": 60},
)
def _(**point):
    found = at_memory(point)
    del found["radius"]
    return {**found, "max_margin": margin_of(point)[0]}


mutate(
    theory.loss_rates_slope,
    Mutant("six fifths of the margin", Bound(Rational(6, 5) * gamma * error, "<=", sqrt(fall))),
    Mutant("the loss for the error", Bound(gamma * loss, "<=", sqrt(fall))),
    Mutant(
        "twice the rarest token",
        Bound(2 * gamma * q * (1 - exp(-loss / (2 * q))), "<=", gamma * error),
    ),
)

TIMES = (0.0, 0.3, 30.0, 1e4)


def courses(stream, count):
    """One token, which attains the bound; several labels; random problems."""
    given = [ALONE, CROWD, pair(0.9, 0.75), pair(-0.5, 0.6)]
    for index in range(count):
        rng = stream.numpy(index)
        tokens, labels = int(rng.integers(2, 6)), int(rng.integers(2, 5))
        given.append(drawn(rng, tokens, labels, 3, 3))
    for index, point in enumerate(given):
        for time in TIMES if index < 2 else TIMES[index % 4 :: 2]:
            yield {**point, "t": time}


def loss_at(point):
    """The loss after the time of a point."""
    e, u = np.array(point["E"]), np.array(point["U"])
    start, labels = np.zeros((len(u), len(e))), np.asarray(point["f"]) - 1
    table = particles.flow_scores(start, e @ e.T, u @ u.T, point["p"], labels, [point["t"]])[0]
    return known(float(particles.loss(table, point["p"], labels)), FLOW)


@check_for(theory.loss_rates, resolution=1e-6, points=courses, count=4, full={"count": 60})
def _(**point):
    labels = np.asarray(point["f"]) - 1
    return {
        "flow_loss": loss_at(point),
        "radius": known(radius(point["E"], point["U"], labels)),
    }


flow_loss = theory.flow_loss()
mutate(
    theory.loss_rates,
    Mutant(
        "half the squared radius",
        Bound(potential(flow_loss), "<=", potential(log(M)) + R**2 * t / 2),
    ),
    Mutant("the radius itself", Bound(potential(flow_loss), "<=", potential(log(M)) + R * t)),
    Mutant(
        "one label more at the start",
        Bound(potential(flow_loss), "<=", potential(log(M + 1)) + R**2 * t),
    ),
    Mutant(
        "time times loss is at least two over the squared radius",
        Bound(2 / (R**2 * t + 1), "<=", flow_loss),
    ),
)


def perfect(stream, count):
    """One token, which attains bounds; pairs; random problems with independent inputs."""
    yield from (ALONE, pair(0.9, 0.75), pair(0.0, 0.9))
    for index in range(count):
        rng = stream.numpy(index)
        tokens, labels = int(rng.integers(2, 5)), int(rng.integers(2, 5))
        yield drawn(rng, tokens, labels, tokens + 1, labels)


def perfect_courses(stream, count):
    """These problems at early and late times."""
    for index, point in enumerate(perfect(stream, count)):
        for time in TIMES if index in (0, 2) else TIMES[1 + index % 2 :: 2]:
            yield {**point, "t": time}


@check_for(
    theory.loss_rates_separable,
    resolution=1e-6,
    points=perfect_courses,
    count=3,
    full={"count": 40},
)
def _(**point):
    return {
        "flow_loss": loss_at(point),
        "rarest": Exact(min(point["p"])),
        "max_margin": margin_of(point)[0],
    }


mutate(
    theory.loss_rates_separable,
    Mutant(
        "twice the rate",
        Bound(potential(log(M) / q) + 2 * q * gamma**2 * t, "<=", potential(flow_loss / q)),
    ),
    Mutant(
        "the margin itself",
        Bound(potential(log(M) / q) + q * gamma * t, "<=", potential(flow_loss / q)),
    ),
    Mutant(
        "the rarest token as if it were all",
        Bound(potential(log(M)) + gamma**2 * t, "<=", potential(flow_loss)),
    ),
)


def compared(stream, count):
    """These problems, with norms to compare with around the best one."""
    for index, point in enumerate(perfect(stream, count)):
        margin = float(margin_of(point)[0].value)
        for time in (0.5, 30.0, 1e4)[index % 2 :]:
            best = np.log(1 + margin**2 * time) / margin
            yield {**point, "t": time, "r": float(best * (0.5, 1, 2)[index % 3])}
        yield {**point, "t": 0.01, "r": 0.0}


@check_for(theory.loss_rates_convex, resolution=1e-6, points=compared, count=3, full={"count": 40})
def _(**point):
    return {"flow_loss": loss_at(point), "max_margin": margin_of(point)[0]}


r, later = theory.r, theory.later
at_later, scaled = theory.flow_loss(later), log(1 + (M - 1) * exp(-r * gamma))
mutate(
    theory.loss_rates_convex,
    Mutant("without the norm", Bound(at_later, "<=", scaled)),
    Mutant("the margin squared", Bound(at_later, "<=", scaled + r**2 * gamma**4 / (2 * later))),
    Mutant(
        "one wrong label",
        Bound(at_later, "<=", log(1 + exp(-r * gamma)) + r**2 / (2 * later)),
    ),
)
