"""Does what is proved hold with many tokens? Training and the closed system, side by side.

The large tier has a hundred thousand tokens: minutes on two cores, seconds on a GPU.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from numerics.assoc_dynamics import many_tokens as numerics
from theory import Bound
from theory.assoc_dynamics import many_tokens as theory
from theory.assoc_dynamics.many_tokens import eta
from verify import Exact, Mutant, check, mutate
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


def points(steps):
    """Problems from small to large, each with these step sizes and numbers of steps."""
    return [
        {"N": n, "M": m, "d": width, "eta": step, "k": count, "s": 1}
        for n, m, width in SIZES
        for step, count in steps
    ]


GENTLE = [(0.5, 50), (10.0, 50)]
WILD = [(10.0, 60), (1000.0, 60)]
SIZES = ((40, 7, 5), (500, 20, 64), (5000, 50, 128), (100_000, 100, 256))
COUNTS = {"count": 4, "full": {"count": 6}, "large": {"count": 8}}


def closed_and_trained(N, M, d, eta, k, s, change=lambda given: given):
    """The loss at the end of both; the closed system may be another's."""
    closed = numerics.closed(change(problem(N, M, d, s)), eta, k).losses[-1]
    error = ROUNDING * (1 + k * eta)
    return {
        "closed_loss": Exact(closed, error * closed),
        "trained_loss": Exact(end := run(N, M, d, eta, k, s)[-1], error * end),
    }


check(
    theory.many_tokens_closed,
    resolution=1e-9,
    points=leading(points(steps=GENTLE)),
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


@check(
    theory.many_tokens_growth,
    resolution=1e-9,
    points=leading(points(steps=WILD)),
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
