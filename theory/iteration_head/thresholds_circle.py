"""Positions on a circle of M points: the price of a unit norm, and how short the period may be.

Position j has the code (cos 2 pi j / M, sin 2 pi j / M). The first layer finds the end of input
exactly, and the second one looks for the code of the right position.
"""

from __future__ import annotations

from sympy import (
    KroneckerDelta,
    Mod,
    Rational,
    Sum,
    cos,
    exp,
    floor,
    oo,
    pi,
)

from theory import (
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Natural,
    Observable,
    Step,
    definition,
)
from theory.iteration_head.attention_rules import Theta
from theory.iteration_head.circle_rules import Aliases, NoAlias
from theory.iteration_head.thresholds import QUERY, SOURCE, VISIBLE, L, i, t, x
from theory.iteration_head.thresholds_second import THETA, critical_sharpness
from theory.iteration_head.turning_points import Root

__all__ = [
    "period_single",
    "period_threshold",
    "period_weight",
    "trig_threshold",
]

M = Natural("M", at_least=2, meaning="period of the position code", grid=(2, 3, 5))

alias_weight = Observable(
    "alias_weight",
    (L, t, M),
    latex=r"W_{L, t}^{(M)}",
    meaning=(
        "weight of key t in the second attention, if it is shared equally by all visible keys of "
        "the code that is looked for"
    ),
    definition=1 / Sum(KroneckerDelta(Mod(i - t, M.symbol), 0), (i, 0, L + t)),
)
shared = 1 / (1 + floor(t / M) + floor(L / M))

period_weight = Claim(
    id="iteration-head.construct-period",
    title="Keys that share the code of the right one share its weight",
    says=(
        "With a code of period M and a second attention at temperature 0, key t has one part in "
        "1 + floor(t / M) + floor(L / M) of the weight: the keys of its code before it, and those "
        "after it up to the query at L + t."
    ),
    statement=Identity(alias_weight(), shared),
    domain=Domain(L, t, M, where=(QUERY,), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(alias_weight,),
    derivation=Derivation(
        Step(alias_weight.definition, by=definition),
        Step(shared, by=Aliases()),
    ),
)

period_single = Claim(
    id="iteration-head.construct-period-single",
    title="A period of one more than the length leaves every input a code of its own",
    says=(
        "While the number of inputs is below the period, the key of every input has the whole "
        "weight, although the 2 L + 2 positions of a sequence go twice round the circle."
    ),
    statement=Identity(alias_weight(), 1),
    domain=Domain(L, t, M, where=(QUERY, t <= M - 1, L <= M - 1), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(alias_weight,),
    derivation=Derivation(
        Step(alias_weight.definition, by=definition),
        Step(shared, by=Aliases()),
        Step(1, by=NoAlias()),
    ),
)

longest = Observable(
    "longest",
    (M,),
    latex=r"n_{\max}(M)",
    meaning=(
        "largest n such that the circuit with a code of period M computes the parity of every "
        "sequence of at most n bits, step by step and with its end"
    ),
)

period_threshold = Claim(
    id="iteration-head.construct-period-threshold",
    title="The position code may be periodic, with a period of one more than the length",
    says=(
        "With a code of period M the circuit computes every parity of at most M - 1 bits and the "
        "end of the chain, and not all of M bits: then the query's own position has the code that "
        "is looked for."
    ),
    statement=Identity(longest(M), M - 1),
    domain=Domain(M, remarks=(VISIBLE, "bits and states share their tokens")),
    source=SOURCE,
    observables=(longest,),
    uses=(period_weight.id, period_single.id),
)

points = Natural("M", at_least=3, meaning="number of positions on the circle", grid=(3, 8))
UNIT = M**2 / (4 * pi**2)  # sharpness on the circle that is sharpness 1 on the line
around = Sum(exp(x * UNIT * (cos(2 * pi * i / M) - 1)), (i, 0, M - 1))

circle_sharpness = Observable(
    "circle_sharpness",
    (points,),
    latex=r"\beta_2^{*}(M)",
    meaning=(
        "sharpness of the second attention at which the right key has half of the weight, among "
        "keys at all M points of the circle, when the first attention is exact"
    ),
    definition=UNIT * Root(around - 2, (x, Rational(1, 2), 3)),
)

trig_threshold = Claim(
    id="iteration-head.construct-trig-threshold",
    title="A code of unit norm pays with a sharpness that grows as the square of the length",
    says=(
        "On a circle of M positions the right key has half of the weight from a sharpness on that "
        "grows like the square of M over 2 pi, times 1.5708182..., the critical sharpness of the "
        "code by a position and its square. That is nearly, but not quite, half of pi times that "
        "square."
    ),
    statement=Equivalent(circle_sharpness(points), UNIT * critical_sharpness(), as_=(points, oo)),
    domain=Domain(points, remarks=(THETA,)),
    source=SOURCE,
    observables=(circle_sharpness, critical_sharpness),
    derivation=Derivation(
        Step(circle_sharpness.definition, by=definition),
        Step(
            UNIT * Root(Theta(x) - 2, (x, 1, 2)),
            by=Cited("Tannery's theorem", "Bromwich 1908, Section 49", sense="~"),
            note=(
                r"the term of offset $k$, $|k| \le M / 2$, tends to $e^{-x k^2 / 2}$ and is at "
                r"most $e^{-2 x k^2 / \pi^2}$, so the sum tends to $\vartheta(x)$, uniformly from "
                r"$x = 1 / 2$ on; both fall in $x$, so their places of value $2$ converge too"
            ),
        ),
    ),
)
