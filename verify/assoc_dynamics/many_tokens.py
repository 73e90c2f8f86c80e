"""Does what is proved hold with many tokens? Training and the closed system, side by side.

The large tier has a hundred thousand tokens: about two minutes of one core, seconds on a GPU.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from sympy import exp, log

from numerics.assoc_dynamics import many_tokens as numerics
from theory import Bound, Identity
from theory.assoc_dynamics import many_tokens as theory
from theory.assoc_dynamics.loss_rates import potential
from theory.assoc_dynamics.many_tokens import M, eta, later, r, t
from verify import Exact, Mutant, check_for, mutate
from verify.core.check import leading

ROUNDING = 1e-13
"""Relative, of one step; the steps that are compared are too small to blow it up."""


@lru_cache(maxsize=2)
def problem(N, M, d, s):
    """The tokens of a point."""
    return numerics.drawn(N, M, d, s)


@lru_cache(maxsize=8)
def run(N, M, d, eta, k, s):
    """Losses of the memory along a run."""
    return numerics.trained(problem(N, M, d, s), eta, k).losses


def points(rates):
    """Problems from small to large, each with these step sizes and its number of steps."""
    return [
        {"N": n, "M": m, "d": width, "eta": rate, "k": steps, "s": 1}
        for n, m, width, steps in SIZES
        for rate in rates
    ]


GENTLE, WILD = (0.5, 10.0), (10.0, 1000.0)
# A step with the most tokens takes half a second of a core. What is claimed of one step is claimed
# of all, and the largest rises of the loss come first, so that there are fewer steps there.
SIZES = ((40, 7, 5, 60), (500, 20, 64, 60), (5000, 50, 128, 60), (100_000, 100, 256, 16))
COUNTS = {"count": 4, "full": {"count": 6}, "large": {"count": 8}}


def closed_and_trained(N, M, d, eta, k, s, change=lambda given: given):
    """The loss at the end of both; the closed system may be another's."""
    closed = numerics.closed(change(problem(N, M, d, s)), eta, k).losses[-1]
    error = ROUNDING * (1 + k * eta)
    return {
        "closed_loss": Exact(closed, error * closed),
        "trained_loss": Exact(end := run(N, M, d, eta, k, s)[-1], error * end),
    }


check_for(
    theory.many_tokens_closed,
    resolution=1e-9,
    points=leading(points(GENTLE)),
    **COUNTS,
)(closed_and_trained)
mutate(
    theory.many_tokens_closed,
    Mutant(
        "tokens do not act on one another",
        measure=partial(closed_and_trained, change=lambda g: g._replace(inputs=np.eye(len(g[0])))),
    ),
    Mutant(
        "labels do not act on one another",
        measure=partial(closed_and_trained, change=lambda g: g._replace(outputs=np.eye(len(g[1])))),
    ),
)


@check_for(
    theory.many_tokens_growth,
    resolution=1e-9,
    points=leading(points(WILD)),
    **COUNTS,
)
def worst_growth(N, M, d, eta, k, s):
    """The largest ratio of two losses in succession."""
    losses = run(N, M, d, eta, k, s)
    worst = float((losses[1:] / losses[:-1]).max())
    return Exact(worst, 1e-9 * worst)


mutate(
    theory.many_tokens_growth,
    Mutant("no step raises the loss", Bound(theory.worst_growth(), "<=", 1)),
    Mutant("a bound without the step size", Bound(theory.worst_growth(), "<=", 1 + eta / 10_000)),
)

# The flow

FLOW_SIZES = ((200, 20, 32), (5000, 50, 64), (100_000, 50, 64))
TIMES = (0.0, 1.0, 30.0, 1000.0)
TOLERANCE = 1e-7
"""Bound on the estimated error of every score in each step of the flow."""
FLOW_ERROR = 1e-5
"""Relative, of a loss along the flow.

The flow of a convex loss carries errors on without making them larger, a loss changes by at most
twice the error of the scores times the mean doubt, which it exceeds, and there are fewer than fifty
steps.
"""
NOISE = 0.5
FLOW_COUNTS = {"count": 4, "full": {"count": 8}, "large": {"count": 12}}


@lru_cache(maxsize=8)
def flow(N, M, d, s, gathered=False, closed=False):
    """Losses along the flow, and the integral of the squared gradient, at all times."""
    given = numerics.clustered(N, M, d, s, NOISE) if gathered else problem(N, M, d, s)
    follow = numerics.flow_closed if closed else numerics.flow_trained
    times = TIMES[:3] if closed else TIMES
    course = follow(given, times, TOLERANCE)
    return {
        time: (Exact(loss, FLOW_ERROR * loss), Exact(fallen, FLOW_ERROR * fallen))
        for time, loss, fallen in zip(times, course.losses, course.fallen, strict=True)
    }


def flow_points(times):
    """Problems from small to large, at these times."""
    return leading(
        [{"N": n, "M": m, "d": width, "t": time, "s": 1} for n, m, width in FLOW_SIZES
         for time in times]
    )  # fmt: skip


def both_flows(N, M, d, t, s, change=lambda given: given):
    """The loss of both flows; the closed system may be another's."""
    if change(problem(N, M, d, s)) is problem(N, M, d, s):
        closed = flow(N, M, d, s, closed=True)[t][0]
    else:
        end = numerics.flow_closed(change(problem(N, M, d, s)), [t], TOLERANCE).losses[0]
        closed = Exact(end, FLOW_ERROR * end)
    return {"closed_flow": closed, "trained_flow": flow(N, M, d, s)[t][0]}


check_for(
    theory.many_tokens_flow_closed,
    resolution=1e-4,
    points=flow_points(TIMES[1:3]),
    count=2,
    full={"count": 4},
    large={"count": 6},
)(both_flows)
mutate(
    theory.many_tokens_flow_closed,
    Mutant(
        "tokens do not act on one another",
        measure=partial(both_flows, change=lambda g: g._replace(inputs=np.eye(len(g[0])))),
    ),
    Mutant(
        "labels do not act on one another",
        measure=partial(both_flows, change=lambda g: g._replace(outputs=np.eye(len(g[1])))),
    ),
)


@check_for(
    theory.many_tokens_flow_energy,
    resolution=1e-4,
    points=flow_points(TIMES),
    **FLOW_COUNTS,
)
def _(N, M, d, t, s):
    loss, fallen = flow(N, M, d, s)[t]
    return {"trained_flow": loss, "spent": fallen}


trained_flow = theory.trained_flow()
mutate(
    theory.many_tokens_flow_energy,
    Mutant("half of it", Identity(trained_flow + theory.spent() / 2, log(M))),
    Mutant("the loss stays", Identity(trained_flow, log(M))),
)


@check_for(
    theory.many_tokens_flow_rate,
    resolution=1e-4,
    points=flow_points(TIMES),
    **FLOW_COUNTS,
)
def _(N, M, d, t, s):
    outputs = np.asarray(problem(N, M, d, s).outputs)
    largest = float(((outputs[:, np.newaxis] - outputs) ** 2).sum(axis=-1).max())
    return {
        "trained_flow": flow(N, M, d, s)[t][0],
        "squared_radius": Exact(largest, 1e-13),
    }


start = potential(log(M))
mutate(
    theory.many_tokens_flow_rate,
    Mutant(
        "a hundredth of the rate",
        Bound(potential(trained_flow), "<=", start + theory.squared_radius() * t / 100),
    ),
    Mutant("the loss does not fall", Bound(potential(trained_flow), "<=", start)),
    Mutant(
        "as fast as one token",
        Bound(start + theory.squared_radius() * t / 2, "<=", potential(trained_flow)),
    ),
)


def norms(stream, count):
    """Problems from small to large, at these times, with norms around the best."""
    del stream
    every = [
        {"N": n, "M": m, "d": width, "t": time, "s": 1, "r": norm}
        for n, m, width in FLOW_SIZES
        for time, norm in ((30.0, 10.0), (1000.0, 30.0), (1000.0, 60.0))
    ]
    return every[:count]


@lru_cache(maxsize=4)
def identity_margin(N, M, d, s):
    """The smallest margin of the identity over its norm."""
    e, u, own, _ = (np.asarray(part) for part in numerics.clustered(N, M, d, s, NOISE))
    scores = e @ u.T
    right = scores[np.arange(N), own]
    scores[np.arange(N), own] = -np.inf
    return float((right - scores.max(axis=1)).min() / d**0.5)


@check_for(
    theory.many_tokens_flow_convex,
    resolution=1e-4,
    points=norms,
    count=3,
    full={"count": 6},
    large={"count": 9},
)
def _(N, M, d, t, s, r):
    margin = identity_margin(N, M, d, s)
    if margin <= 0:
        raise ValueError("the identity is no perfect memory")
    return {
        "gathered_flow": flow(N, M, d, s, gathered=True)[t][0],
        "least_margin": Exact(margin, 1e-12),
    }


gathered, scaled = theory.gathered_flow(), log(1 + (M - 1) * exp(-r * theory.least_margin()))
mutate(
    theory.many_tokens_flow_convex,
    Mutant(
        "ten times the margin",
        Bound(
            gathered,
            "<=",
            log(1 + (M - 1) * exp(-10 * r * theory.least_margin())) + r**2 / (200 * later),
        ),
    ),
    Mutant(
        "a hundredth of the squared norm",
        Bound(gathered, "<=", log(1 + (M - 1) * exp(-r)) + r**2 / (200 * later)),
    ),
    Mutant("the loss is already that of the identity", Bound(scaled, "<=", gathered)),
)
