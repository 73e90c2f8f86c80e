"""How sharp must the second attention be? Positions coded by themselves and their squares.

With an exact first layer the weights are a discrete Gaussian about the right key, and one sharpness
serves all lengths. With an inexact one there is a condition on both.
"""

from __future__ import annotations

from sympy import Expr, Rational, Sum, exp, oo, pi

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Natural,
    Observable,
    Step,
    definition,
)
from theory.core.rules.monotone import Replaced
from theory.iteration_head.attention_rules import (
    AllPositions,
    GaussianSides,
    MorePositions,
    SharedScore,
    Theta,
    gaussian,
)
from theory.iteration_head.thresholds import (
    QUERY,
    SOURCE,
    VISIBLE,
    L,
    aim_of,
    b_1,
    b_2,
    beyond,
    bilinear,
    i,
    quad_weights,
    t,
    x,
)
from theory.iteration_head.turning_points import Root, RootBeyond

__all__ = [
    "joint_sharpness",
    "layer2_attained",
    "layer2_half_pi",
    "layer2_threshold",
    "layer2_weight",
]

THETA = r"$\vartheta(b)$ is the sum of $e^{-b k^2 / 2}$ over all integers $k$"

hard_weight = Observable(
    "hard_weight",
    (L, t, b_2),
    latex=r"W_{L, t}",
    meaning="weight of key t in the second attention, the first one being on the end of input",
    definition=exp(bilinear(t, t)) / Sum(exp(bilinear(t, i)), (i, 0, L + t)),
)
keys_around = Sum(gaussian(b_2, i - t), (i, 0, L + t))

layer2_weight = Claim(
    id="iteration-head.construct-layer2-weight",
    title="At no length does the right key get less than an inverse theta function",
    says=(
        "When the first attention is exact, the second one gives the right key at least the weight "
        "one over the theta function at its sharpness, whatever the length."
    ),
    statement=Bound(1 / Theta(b_2), "<=", hard_weight()),
    domain=Domain(L, t, b_2, where=(QUERY,), remarks=(VISIBLE, THETA)),
    source=SOURCE,
    observables=(hard_weight,),
    derivation=Derivation(
        Step(hard_weight.definition, by=definition),
        Step(1 / keys_around, by=SharedScore(t.symbol)),
        Step(
            1 / Theta(b_2),
            by=Replaced(keys_around, Theta(b_2), MorePositions(), ">="),
        ),
    ),
)

long = Natural("L", at_least=1, meaning="number of inputs", grid=(1, 2, 5))
hard_last = Observable(
    "hard_last",
    (long, b_2),
    latex=r"W_{L, L}",
    meaning="weight of key L in the second attention, the first one being on the end of input",
    definition=exp(bilinear(long, long)) / Sum(exp(bilinear(long, i)), (i, 0, 2 * long)),
)

layer2_attained = Claim(
    id="iteration-head.construct-layer2-attained",
    title="The inverse theta function is what the right key gets in long sequences",
    says=(
        "For the last of L inputs the weight of the right key tends to one over theta faster than "
        "any power of 1 / L: the bound cannot be improved."
    ),
    statement=Equivalent(hard_last(), 1 / Theta(b_2), as_=(long, oo), order=oo),
    domain=Domain(long, b_2, remarks=(VISIBLE, THETA)),
    source=SOURCE,
    observables=(hard_last,),
    derivation=Derivation(
        Step(hard_last.definition, by=definition),
        Step(
            1 / Sum(gaussian(b_2, i - long), (i, 0, 2 * long)),
            by=SharedScore(long.symbol),
        ),
        Step(1 / Theta(b_2), by=AllPositions(long.symbol)),
    ),
)

critical_sharpness = Observable(
    "critical_sharpness",
    (),
    latex=r"\beta_2^{*}",
    meaning=(
        "sharpness of the second attention from which on the right key has at least half of the "
        "weight at every length, when the first attention is exact"
    ),
    definition=Root(Theta(x) - 2, (x, 1, 2)),
)
LOW = Rational(1570818242331, 10**12)
HIGH = Rational(1570818242332, 10**12)


def enclosed(low: Expr, high: Expr) -> Derivation:
    """The critical sharpness lies between two numbers."""
    return Derivation(
        Step(critical_sharpness.definition, by=definition),
        Step(low, by=RootBeyond(">=")),
        Step(critical_sharpness.definition, by=definition),
        Step(high, by=RootBeyond("<=")),
    )


layer2_threshold = Claim(
    id="iteration-head.construct-layer2-threshold",
    title="One sharpness of the second attention serves all lengths",
    says=(
        "The right key has at least half of the weight at every length from the sharpness "
        "1.570818242331... on, at which the theta function is 2."
    ),
    statement=Bound(LOW, "<=", critical_sharpness(), "<=", HIGH),
    domain=Domain(remarks=(VISIBLE, THETA)),
    source=SOURCE,
    observables=(critical_sharpness,),
    uses=(layer2_weight.id, layer2_attained.id),
    derivation=enclosed(LOW, HIGH),
)

HALF_PI = pi / 2 * (1 + 2 * exp(-4 * pi)) ** 2
ABOVE = HALF_PI + Rational(1, 10**8)

layer2_half_pi = Claim(
    id="iteration-head.construct-layer2-half-pi",
    title="The critical sharpness is nearly, but not quite, half of pi",
    says=(
        "The critical sharpness is half of pi times the square of 1 + 2 exp(-4 pi), up to one unit "
        "in the eighth decimal: above half of pi by two units in the fifth."
    ),
    statement=Bound(HALF_PI, "<=", critical_sharpness(), "<=", ABOVE),
    domain=Domain(remarks=(VISIBLE, THETA)),
    source=SOURCE,
    observables=(critical_sharpness,),
    uses=(layer2_weight.id, layer2_attained.id),
    derivation=enclosed(HALF_PI, ABOVE),
)


right_weight = Observable(
    "right_weight",
    (L, t, b_1, b_2),
    latex=r"A^{(2)}_{L + t, t}",
    meaning="weight of key t in the second attention, with the query at L + t",
    definition=exp(bilinear(aim_of(b_1.symbol), t))
    / Sum(exp(bilinear(aim_of(b_1.symbol), i)), (i, 0, L + t)),
)
NEAR = 1 - 2 * beyond > 0
rivals = Sum(exp(-b_2 * ((i - t) ** 2 - 2 * (i - t) * beyond) / 2), (i, 0, L + t))
effective = b_2 * (1 - 2 * beyond)

joint_sharpness = Claim(
    id="iteration-head.construct-joint-sharpness",
    title="An inexact first attention costs the second one a factor",
    says=(
        "If the error delta of the position that is looked for is below 1/2, the right key has at "
        "least the weight that an exact first attention would give it with 1 - 2 delta times "
        "its sharpness. So it has half of the weight if that is at least 1.570818242332."
    ),
    statement=Bound(1 / Theta(effective), "<=", right_weight()),
    domain=Domain(L, t, b_1, b_2, where=(QUERY, NEAR), remarks=(VISIBLE, THETA)),
    source=SOURCE,
    observables=(right_weight,),
    derivation=Derivation(
        Step(right_weight.definition, by=definition),
        Step(
            exp(bilinear(t + beyond, t)) / Sum(exp(bilinear(t + beyond, i)), (i, 0, L + t)),
            by=ByClaim(quad_weights),
        ),
        Step(1 / rivals, by=SharedScore(t.symbol)),
        Step(1 / Theta(effective), by=GaussianSides(t, effective, NEAR)),
    ),
)
