"""Do steps of two tokens lower pulls and losses where they should, and stay below the ceiling?"""

from __future__ import annotations

import numpy as np
from sympy import Rational, exp, log

from numerics.assoc_dynamics import binary
from numerics.assoc_dynamics import two_token_descent as numerics
from theory import Bound, Domain
from theory.assoc_dynamics import two_token_descent as theory
from theory.assoc_dynamics.two_token_descent import kappa
from theory.assoc_dynamics.two_tokens import alpha, p1, share
from verify import Exact, Mutant, check_for, mutate

ROUNDING = 1e-12
pulls, stepped = numerics.pulls, numerics.stepped


def gains(stream, count):
    """Random margins and gains with a pull of at most 1 / kappa."""
    for index in range(count):
        rng = stream.numpy(index)
        p, m, g = float(rng.uniform(0.05, 0.95)), float(3 * rng.standard_normal()), 0.0
        kappa = float(rng.uniform(0.1, 1)) * (1 + np.exp(m)) / p
        if index:
            g = float(p / (1 + np.exp(m)) * 10 ** rng.uniform(-2, 0.5))
        yield {"p1": p, "kappa": kappa, "m": m, "g": g}


@check_for(theory.trap_cost, resolution=ROUNDING, points=gains, count=20, full={"count": 300})
def pull_after(p1, kappa, m, g):
    """The pull at the margin after the step."""
    return Exact(pulls(p1, (m + kappa * g, 0))[0], 1e-15)


wide = Domain(share, kappa, theory.margin, theory.drive, where=(theory.drive >= 0,))
mutate(
    theory.trap_cost,
    Mutant(
        "by no more than half of it",
        Bound(theory.pull - theory.drive / 2, "<=", theory.pull_after()),
    ),
    Mutant(
        "for pulls of any size",
        domain=wide,
        points=[{"p1": 0.5, "kappa": 40, "m": -1, "g": 0.1}],
    ),
)


def in_strip(stream, count, largest=1.0):
    """Random states where both margins grow, with pulls up to a multiple of 1 / kappa."""
    for index in range(count):
        rng = stream.numpy(index)
        p, a = float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.05, 0.99))
        size = float(rng.uniform(0.05, 1)) * min(p, 1 - p)
        ratio = float(a ** rng.uniform(-1, 1)) * (1 - 1e-9)
        first, second = size * min(1, 1 / ratio), size * min(1, ratio)
        yield {
            "p1": p,
            "alpha": a * (1 - 1e-6),
            "kappa": largest * float(rng.uniform(0.1, 1)) / size * (1 - 1e-9),
            "m1": float(np.log(p / first - 1)) if first < p else -40.0,
            "m2": float(np.log((1 - p) / second - 1)) if second < 1 - p else -40.0,
        }


@check_for(theory.trap, resolution=ROUNDING, points=in_strip, count=20, full={"count": 300})
def pulls_after(p1, alpha, kappa, m1, m2):
    """Both pulls after a step."""
    after, _ = stepped(p1, alpha, kappa, m1, m2)
    first, second = pulls(p1, after)
    return {"first_after": Exact(first, 1e-15), "second_after": Exact(second, 1e-15)}


def beyond(stream, count):
    """States of the strip with pulls up to forty times as large."""
    return in_strip(stream, count, largest=40.0)


def free(*conditions):
    """The domain with some of its conditions only."""
    return Domain(*theory.trap.domain.parameters, where=conditions)


mutate(
    theory.trap,
    Mutant("for pulls of any size", domain=free(*theory.STRIP), points=beyond),
    Mutant(
        "outside the strip",
        domain=free(*theory.SMALL),
        points=[{"p1": 0.75, "alpha": 0.95, "kappa": 1, "m1": 0, "m2": 0}],
    ),
    Mutant(
        "the pulls become equal",
        Bound(theory.first_after(), "<=", theory.second_after()),
    ),
)


def losses_of_token(stream, count):
    """Random margins and steps down to -1/2."""
    for index in range(count):
        rng = stream.numpy(index)
        low = float(rng.uniform(-0.499, 0.5)) if index % 2 else float(10 ** rng.uniform(-3, 1))
        yield {"m": float(4 * rng.standard_normal()), "s": low}


@check_for(theory.softplus_step, resolution=ROUNDING, points=losses_of_token, count=20)
def stepped_loss(m, s):
    """The loss of one token."""
    return Exact(float(binary.loss([m + s], [1.0])), 1e-14)


own = theory.loss_of_token
mutate(
    theory.softplus_step,
    Mutant(
        "without the square",
        Bound(theory.stepped_loss(), "<=", own - theory.gain / (1 + exp(theory.margin))),
    ),
    Mutant(
        "for steps of any size",
        domain=Domain(theory.margin, theory.gain),
        points=[{"m": -1, "s": -4}, {"m": 10, "s": -4}],
    ),
    Mutant(
        "a quarter of the square",
        Bound(
            theory.stepped_loss(),
            "<=",
            own + (theory.gain**2 / 4 - theory.gain) / (1 + exp(theory.margin)),
        ),
    ),
)


def small_pulls(stream, count, largest=0.5):
    """Random states with pulls of at most 1/2, in units of 1 / kappa, attained by one of them."""
    for index in range(count):
        rng = stream.numpy(index)
        p, margins = float(rng.uniform(0.05, 0.95)), 3 * rng.standard_normal(2)
        yield {
            "p1": p,
            "alpha": float(rng.uniform(0.05, 0.99)),
            "kappa": largest / float(pulls(p, margins).max()) * (1 - 1e-9),
            "m1": float(margins[0]),
            "m2": float(margins[1]),
        }


@check_for(theory.descent, resolution=ROUNDING, points=small_pulls, count=20, full={"count": 300})
def loss_after(p1, alpha, kappa, m1, m2):
    """Loss after a step."""
    after, p = stepped(p1, alpha, kappa, m1, m2)
    return Exact(float(binary.loss(after, p)), 1e-13)


def large_pulls(stream, count):
    """The same with pulls of up to eight, in units of 1 / kappa."""
    return small_pulls(stream, count, largest=8.0)


mutate(
    theory.descent,
    Mutant("for pulls up to eight", domain=free(), points=large_pulls),
    Mutant(
        "four times as far",
        Bound(theory.loss_after(), "<=", theory.loss_here - 4 * theory.fall),
    ),
    Mutant(
        "1 + alpha^2 for 1 - alpha^2",
        Bound(
            theory.loss_after(),
            "<=",
            theory.loss_here - theory.fall * (1 + alpha**2) / (1 - alpha**2),
        ),
    ),
)

check_for(
    theory.pull_bound,
    resolution=0,
    points=[
        {"p1": p, "m1": one, "m2": two}
        for p in (0.1, 0.75)
        for one in (-3, 0, 5)
        for two in (-1, 30)
    ],
)(None)
mutate(
    theory.pull_bound,
    Mutant("half the loss", Bound(theory.here1, "<=", theory.loss_here / 2)),
)

SPIKING = [
    {"p1": p, "alpha": a, "kappa": k}
    for p, a in ((0.6, 0.7), (0.75, 0.95), (0.75, 0.999), (0.95, 0.2))
    for k in (0.1, 4, 20, 100, 1000)
]


@check_for(theory.ceiling, resolution=ROUNDING, points=SPIKING)
def highest(p1, alpha, kappa):
    """Largest loss within two thousand steps."""
    return Exact(numerics.highest_loss(p1, alpha, kappa, 2000), 1e-9)


rare = theory.rare
mutate(
    theory.ceiling,
    Mutant(
        "half the slope",
        Bound(theory.highest(), "<=", theory.most - alpha * kappa * p1 * rare / 2),
    ),
    Mutant("no spike", Bound(theory.highest(), "<=", log(2))),
    Mutant(
        "square of the rare probability",
        Bound(theory.highest(), "<=", theory.most - alpha * kappa * rare * (p1 - rare)),
    ),
    Mutant(
        "however rare",
        Bound(
            theory.highest(), "<=", log(2) + rare * theory.drop + alpha * kappa * Rational(1, 10)
        ),
    ),
)
