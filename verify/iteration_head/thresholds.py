"""Do the attention weights turn where the formulas say? Softmaxes of scores, and bisection."""

from __future__ import annotations

import math

from sympy import exp, log

from numerics.iteration_head import thresholds as numerics
from theory import Bound, Domain, Identity
from theory.iteration_head import thresholds as theory
from theory.iteration_head.thresholds import (
    QUERY,
    L,
    b_1,
    b_2,
    beyond,
    rival,
    softmax,
    t,
)
from verify import Exact, Mutant, check_for, mutate

PLACES = [(0, 1), (1, 1), (1, 2), (2, 2), (5, 1), (5, 6), (12, 4), (12, 13)]
QUERIES = [{"L": L, "t": t} for L, t in PLACES]
FIRST = [{**query, "b1": b1} for query in QUERIES for b1 in (-1.0, 0.5, 3.0)]


@check_for(theory.quad_weights, resolution=1e-12, points=FIRST)
def _(L, t, b1):
    return Exact(numerics.aim(L, t, b1), 1e-13)


def aims(name, wrong):
    """A wrong version of what the second layer looks for."""
    return Mutant(name, Identity(theory.aim(), wrong))


total = L + t + exp(b_1.symbol)
mutate(
    theory.quad_weights,
    aims("one key less", t + (L + t) * (L + 2 - t) / (2 * total)),
    aims("without the factor 1/2", t + 2 * beyond),
    aims("the error on the other side", t - beyond),
)


SECOND = [
    {"L": L, "t": t, "key": k, "b1": 1.5, "b2": b2}
    for L, t in PLACES
    for k, b2 in ((t, 0.7), (t - 1, 2.0), (L + t, 0.3))
]


@check_for(theory.quad_weights_second, resolution=1e-11, points=SECOND)
def _(L, t, key, b1, b2):
    weight = float(numerics.second_attention(L, t, b1, b2)[key])
    return Exact(weight, 1e-13 * weight)


def weighs(name, score):
    """A wrong version of the weight of a key."""
    return Mutant(name, Identity(theory.second_weight(), softmax(score)))


mutate(
    theory.quad_weights_second,
    weighs("about the right key", lambda place: -b_2 * (place - t) ** 2 / 2),
    weighs("on the other side", lambda place: -b_2 * (place - t + beyond) ** 2 / 2),
    weighs("without the factor 1/2", lambda place: -b_2 * (place - t - beyond) ** 2),
)

RIVALS = [
    {"L": L, "t": t, "m": m, "b1": 2 * math.log(L + 1) + more}
    for L, t, m in ((1, 1, 1), (2, 2, 2), (5, 1, 1), (5, 4, 3), (12, 13, 12), (12, 4, 1))
    for more in (1e-9, 0.5, 4.0)
]


@check_for(theory.layer1_rivals, resolution=1e-9, points=RIVALS, absolute=True)
def _(L, t, m, b1):
    leads = {"lead_next": 1, "lead_after": m, "lead_before": -m}
    return {name: Exact(numerics.lead(L, t, gap, b1), 1e-12) for name, gap in leads.items()}


mutate(
    theory.layer1_rivals,
    Mutant(
        "1.01 times as much as over the next",
        Bound(1.01 * theory.lead_next(), "<=", theory.lead_after()),
    ),
    Mutant(
        "no sharpness needed",
        domain=Domain(L, t, rival, b_1, where=(QUERY, rival <= t, rival <= L)),
        points=[{"L": 12, "t": 4, "m": 3, "b1": 0.0}],
    ),
)

LONG = [query for query in QUERIES if query["L"] > 0]


@check_for(theory.layer1_position, resolution=1e-10, points=LONG, absolute=True)
def _(L, t):
    return Exact(numerics.needed_sharpness(L, t), 1e-11)


def needs(name, wrong):
    """A wrong version of what the first attention must be for one input."""
    return Mutant(name, Identity(theory.needed(), wrong))


mutate(
    theory.layer1_position,
    needs("the same for all inputs", 2 * log(L + 1)),
    needs("the average position as if the end had no weight", log((L + t + 1) * (L + 2 - t))),
    needs("more for later inputs", log(L**2 + t**2 + 2 * L)),
)


@check_for(theory.layer1_worst, resolution=1e-10, points=LONG, absolute=True)
def _(L, t):
    return Exact(numerics.needed_sharpness(L, t), 1e-11)


mutate(
    theory.layer1_worst,
    Mutant("log(L + 1)", Bound(theory.needed(), "<=", log(L + 1))),
    Mutant("2 log L", Bound(theory.needed(), "<=", 2 * log(L))),
    Mutant("the last input is the worst", Bound(theory.needed(), "<=", log(1 + 2 * L))),
)


@check_for(
    theory.layer1_threshold,
    resolution=1e-10,
    points=[{"L": L} for L in (1, 2, 3, 5, 8, 12)],
    absolute=True,
)
def _(L):
    return Exact(numerics.least_sharpness(L), 1e-11)


def suffices(name, wrong):
    """A wrong version of what the first attention must be."""
    return Mutant(name, Identity(theory.least_sharpness(), wrong))


mutate(
    theory.layer1_threshold,
    suffices("log(L + 1)", log(L + 1)),
    suffices("2 log L", 2 * log(L)),
    suffices("independent of L", 2 * log(3)),
    suffices("the last input is the worst case", log(2 + 2 * L)),
)
