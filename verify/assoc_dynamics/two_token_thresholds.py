"""Do two tokens begin to oscillate at the predicted step sizes?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import Rational, log, sqrt

from numerics.assoc_dynamics import two_token_thresholds as numerics
from theory import Bound, Domain, Identity
from theory.assoc_dynamics import two_token_thresholds as theory
from theory.assoc_dynamics.two_token_thresholds import eta, k, p2
from theory.assoc_dynamics.two_tokens import alpha, c, p1, share
from verify import Exact, Mutant, check_for, mutate

PAIRS = [{"p1": p, "c": s} for p, s in ((0.6, 2), (0.75, 2), (0.9, 2), (0.75, 1))]
unsettled, alternating = cache(numerics.unsettled_step), cache(numerics.alternating_step)


@check_for(theory.gd_threshold, resolution=1e-3, points=PAIRS)
def threshold(p1, c):
    """Bisection: from which step size on the run does not settle."""
    return Exact(*unsettled(p1, c))


start = theory.at_zero.xreplace({share.symbol: p1.symbol, alpha.symbol: 1})
mutate(
    theory.gd_threshold,
    Mutant("twice as large", Identity(theory.threshold(), 4 / (c * p1 * p2))),
    Mutant("2 / sharpness at the start", Identity(theory.threshold(), 2 / start)),
    Mutant("whatever the frequencies", Identity(theory.threshold(), Rational(32, 3) / c)),
    Mutant("where the approach alternates", measure=lambda p1, c: Exact(*alternating(p1, c))),
)


@check_for(theory.gd_threshold_damped, resolution=1e-3, points=PAIRS)
def damped(p1, c):
    """Bisection: from which step size on a step near rest goes to the other side."""
    return Exact(*alternating(p1, c))


mutate(
    theory.gd_threshold_damped,
    Mutant("the threshold itself", Identity(theory.damped(), 2 / (c * p1 * p2))),
    Mutant(
        "where the first step overshoots",
        Identity(theory.damped(), theory.gd_threshold_overshoot.statement.rhs),
    ),
)


@check_for(theory.gd_threshold_overshoot, resolution=1e-6, points=PAIRS)
def overshoot(p1, c):
    """Bisection: from which step size on the first step goes past rest."""
    return Exact(*numerics.overshooting_step(p1, c))


mutate(
    theory.gd_threshold_overshoot,
    Mutant("the local one", Identity(theory.overshoot(), 1 / (c * p1 * p2))),
    Mutant("the logarithm of the frequency", Identity(theory.overshoot(), -log(p2) / (c * p1))),
)

SETTINGS = [
    {"p1": p, "alpha": a, "c": s}
    for p in (0.5, 0.75, 0.1)
    for a, s in ((0.1, 1), (0.6, 2), (0.95, 2))
]


@check_for(theory.gd_threshold_sharpness, resolution=1e-10, points=SETTINGS)
def sharpness(p1, alpha, c):
    """Top eigenvalue of the Hessian in W at 0."""
    return Exact(numerics.top_curvature(p1, alpha, c, (0, 0)), 1e-13)


mutate(
    theory.gd_threshold_sharpness,
    Mutant("c / 4", Identity(theory.sharpness(), c / 4)),
    Mutant(
        "1 + alpha for the root",
        Identity(theory.sharpness(), c / 8 * (1 + alpha.symbol)),
        points=[{"p1": 0.75, "alpha": 0.6, "c": 2}],
    ),
    Mutant("no c", Identity(theory.sharpness(), theory.at_zero / c)),
)


def largest_stable(p, a, s):
    """Two over the curvature at the start, rounded down."""
    return 2 / numerics.top_curvature(p, a, s, (0, 0)) * (1 - 1e-9)


STABLE = [
    {**point, "eta": share_ * largest_stable(*point.values())}
    for point in SETTINGS
    for share_ in (0.01, 0.5, 1)
]


@check_for(theory.gd_threshold_first_loss, resolution=1e-9, points=STABLE)
def first_loss(p1, alpha, c, eta):
    """Loss after one step on W."""
    return Exact(numerics.first_loss(p1, alpha, c, eta), 1e-14)


free = Domain(share, alpha, c, eta)
mutate(
    theory.gd_threshold_first_loss,
    Mutant(
        "up to three over the sharpness",
        domain=free,
        points=[{**point, "eta": 1.49 * largest_stable(*point.values())} for point in SETTINGS],
    ),
    Mutant("falls by a tenth", Bound(theory.first_loss(), "<=", 9 * log(2) / 10)),
)


def rising(p1=0.75, alpha=0.95, c=2):
    """Bisection: from which step size on the first step raises the loss."""
    return Exact(*numerics.raising_step(p1, alpha, c))


check_for(theory.gd_threshold_rise, resolution=0, points=[{}])(lambda: rising())
mutate(
    theory.gd_threshold_rise,
    Mutant(
        "2 / sharpness",
        Bound(theory.rising(), "<=", 2 / theory.at_zero.subs(theory.REPOSITORY_PAIR)),
    ),
    Mutant("less interference", measure=lambda: rising(alpha=0.9)),
    Mutant("no factor c", measure=lambda: rising(c=1)),
    Mutant("a little less", Bound(theory.rising(), "<=", theory.BETWEEN[0])),
)

CURVE = [
    {"p1": p, "alpha": a, "c": 2, "s": s}
    for p in (0.55, 0.75, 0.95)
    for a in (0.3, 0.95)
    for s in (0.05, 0.5, 0.9)
]


@check_for(theory.gd_threshold_curve, resolution=1e-9, points=CURVE)
def curve_sharpness(p1, alpha, c, s):
    """Top eigenvalue of the Hessian in W where the pulls are equal."""
    pull = (1 - p1) * s
    margins = np.log(np.array([p1, 1 - p1]) / pull - 1)
    return Exact(numerics.top_curvature(p1, alpha, c, margins), 1e-12)


curve, total = theory.curve_sharpness(), theory.total
mutate(
    theory.gd_threshold_curve,
    Mutant("twice the lower bound", Bound(c * (1 + alpha) * total, "<=", curve)),
    Mutant("the lower bound as an upper one", Bound(curve, "<=", c * (1 + alpha) / 2 * total)),
    Mutant("without saturation", Bound(2 * c * theory.pull, "<=", curve)),
    Mutant("(1 - alpha) / 2", Bound(curve, "<=", c * (1 - alpha) / 2 * total)),
)


EXITS = [
    {"p1": p, "alpha": a, "c": 2, "k": far}
    for p, a, far in ((0.75, 0.99, 0.6), (0.6, 0.5, 0.2), (0.9, 0.8, 0.9), (0.75, 0.999, 0.0))
]


@check_for(theory.gd_threshold_exit, resolution=1e-6, points=EXITS)
def _(p1, alpha, c, k):
    step = 4 / (c * (1 + alpha) * p1 * (1 - p1) * (1 - k**2))
    return Exact(*numerics.leaving_doubt(p1, alpha, c, step))


leaving = theory.leaving()
mutate(
    theory.gd_threshold_exit,
    Mutant("the square of k", Bound(leaving, "<=", p1 * (1 - k**2) / 4)),
    Mutant("the other root", Bound(p1 * (1 + k) * Rational(9, 10), "<=", leaving)),
    Mutant("the same place for all overlaps", Bound(p1 * (1 - k), "<=", leaving)),
    Mutant(
        "half the rest",
        Bound(p1 * (1 - sqrt((1 - alpha + (1 + alpha) * k**2) / 2) / 2), "<=", leaving),
    ),
)
