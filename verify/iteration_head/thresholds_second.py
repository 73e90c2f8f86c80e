"""Does one sharpness of the second attention serve all lengths? Softmaxes, and bisection."""

from __future__ import annotations

import math

from sympy import Rational, exp, oo, pi

from numerics.iteration_head import thresholds_second as numerics
from numerics.iteration_head.thresholds import second_attention
from theory import Bound, Domain, Equivalent
from theory.iteration_head import thresholds_second as theory
from theory.iteration_head.attention_rules import Theta
from theory.iteration_head.thresholds import QUERY, L, b_1, b_2, beyond, t
from theory.iteration_head.thresholds_second import long
from verify import Exact, Mutant, check_for, mutate

PLACES = [(0, 1), (1, 1), (1, 2), (2, 2), (5, 1), (5, 6), (12, 4), (12, 13)]
QUERIES = [{"L": L, "t": t} for L, t in PLACES]
HARD = [{**query, "b2": b2} for query in QUERIES for b2 in (0.5, 1.57, 6.0)]


def hard_weight(L, t, b2):
    """The weight of the right key when the first attention is on the end of input alone."""
    return Exact(float(second_attention(L, t, math.inf, b2)[t]), 1e-13)


check_for(theory.layer2_weight, resolution=1e-10, points=HARD)(hard_weight)
mutate(
    theory.layer2_weight,
    Mutant("1.001 / theta", Bound(1.001 / Theta(b_2), "<=", theory.hard_weight())),
    Mutant(
        "the integral for the sum",
        Bound((b_2 / (2 * pi)) ** Rational(1, 2), "<=", theory.hard_weight()),
        points=[{"L": 12, "t": 12, "b2": 6.0}],
    ),
)
check_for(
    theory.layer2_attained,
    resolution=1e-6,
    points=[{"L": 1, "b2": b2} for b2 in (0.5, 1.5)],
    ladder=(2, 3, 4, 6, 8, 12),
)(lambda L, b2: hard_weight(L, L, b2))


def tends(name, wrong):
    """A wrong version of the weight in long sequences."""
    return Mutant(name, Equivalent(theory.hard_last(), wrong, as_=(long, oo), order=oo))


mutate(
    theory.layer2_attained,
    tends("keys on one side", 2 / (1 + Theta(b_2))),
    tends("the integral for the sum", (b_2 / (2 * pi)) ** Rational(1, 2)),
    tends("without the factor 1/2", 1 / Theta(2 * b_2)),
)


def critical():
    """The second sharpness at which the simulated weight of the right key is one half."""
    return Exact(numerics.critical_sharpness(9), 2e-14)


def lies(name, low, high):
    """The critical sharpness between two other numbers."""
    return Mutant(name, Bound(low, "<=", theory.critical_sharpness(), "<=", high))


HALF = pi / 2
CLOSE = Rational(1, 10**9)
FIRST_ORDER = HALF + 2 * pi * exp(-4 * pi)
for claim in (theory.layer2_threshold, theory.layer2_half_pi):
    check_for(claim, resolution=1e-13, points=[{}])(critical)
    mutate(
        claim,
        lies("half of pi", HALF - 1000 * CLOSE, HALF + 1000 * CLOSE),
        lies("to first order in exp(-4 pi)", FIRST_ORDER - CLOSE, FIRST_ORDER + CLOSE),
        lies("twice the sharpness", 2 * HALF, 2 * theory.HALF_PI + 1),
    )


def right_weight(L, t, b1, b2):
    """The weight of the right key with both attentions inexact."""
    return Exact(float(second_attention(L, t, b1, b2)[t]), 1e-13)


JOINT = [
    {"L": L, "t": t, "b1": 2 * math.log(L + 1) + more, "b2": b2}
    for L, t in PLACES[1:]
    for more, b2 in ((0.1, 9.0), (1.0, 2.0), (6.0, 1.6))
]
ANY = Domain(L, t, b_1, b_2, where=(QUERY,))
check_for(theory.joint_sharpness, resolution=1e-9, points=JOINT)(right_weight)


def is_at_least(name, sharpness):
    """The weight that an exact first attention would give with another sharpness."""
    return Mutant(name, Bound(1 / Theta(sharpness), "<=", theory.right_weight()))


mutate(
    theory.joint_sharpness,
    is_at_least("an error without a cost", b_2),
    is_at_least("a cost of the error once", b_2 * (1 - beyond)),
    is_at_least("a gain from the error", b_2 * (1 + 2 * beyond)),
    Mutant(
        "half of the weight from the critical sharpness on",
        Bound(Rational(1, 2), "<=", theory.right_weight()),
        domain=ANY,
        points=[{"L": 4, "t": 1, "b1": 2 * math.log(5) + 0.1, "b2": 1.6}],
    ),
)
