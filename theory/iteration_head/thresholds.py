"""How sharp must the two attentions be? Positions coded by themselves and their squares.

The first layer averages the positions of all keys with weight exp(b_1) on the end of input. From
the average the second layer computes where to look, and looks there with sharpness b_2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, KroneckerDelta, Rational, Sum, Symbol, exp, log, oo

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.monotone import Chained, Given, OneSign, Replaced
from theory.iteration_head.attention_rules import DistinguishedKey, SharedScore
from theory.iteration_head.paper import PAPER
from theory.iteration_head.turning_points import (
    GreatestByClaim,
    Root,
    RootAt,
    RootRewritten,
)

__all__ = [
    "layer1_position",
    "layer1_rivals",
    "layer1_threshold",
    "layer1_worst",
    "quad_weights",
    "quad_weights_second",
]

SOURCE = Source(
    PAPER, "sharpness of the circuit of Figure 5", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
)
VISIBLE = (
    r"inputs are at positions $1, \dots, L$, the end of input at $L + 1$; the query at $L + t$ "
    r"sees the keys $0, \dots, L + t$"
)

L = Natural("L", meaning="number of inputs", grid=(0, 1, 2, 5, 12))
t = Natural("t", at_least=1, meaning="which input is to be fetched", grid=(1, 2, 3, 6, 13))
b_1 = Real("b1", latex=r"\beta_1", meaning="sharpness of the first attention", grid=(-1, 0, 2, 7))
b_2 = Real(
    "b2", above=0, latex=r"\beta_2", meaning="sharpness of the second attention", grid=(1, 2, 6)
)
key = Natural("key", latex="k", meaning="position of a key", grid=(0, 1, 3))
j = Symbol("j", integer=True, nonnegative=True)
x = Symbol("x", real=True)
QUERY = t - 1 <= L
SOME = L >= 1
SEEN = key <= L + t


def end_score(position: Expr, sharpness: object) -> Expr:
    """The score that the first layer gives a key: the end of input is at L + 1."""
    return exp(sharpness * KroneckerDelta(position, L + 1))


def aim_of(sharpness: object) -> Expr:
    """Where the second layer looks: own position minus the average position, and 1."""
    average = Sum(j * end_score(j, sharpness), (j, 0, L + t))
    return L + t + 1 - average / Sum(end_score(j, sharpness), (j, 0, L + t))


def error_of(sharpness: object) -> Expr:
    """How far beyond t it looks."""
    return (L + t + 1) * (L + 2 - t) / (2 * (L + t + exp(sharpness)))


aim = Observable(
    "aim",
    (L, t, b_1),
    latex=r"\hat{t}",
    meaning="position that the second attention looks for",
    definition=aim_of(b_1.symbol),
)

quad_weights = Claim(
    id="iteration-head.construct-quad-weights",
    title="A scalar position is read with an error that an exponential sharpness removes",
    says=(
        "With the position itself as value, the first attention retrieves an average that lies "
        "before the end of input, so the second one looks beyond the input t. The error is (L + t "
        "+ 1)(L + 2 - t) over twice the sum of L + t and the exponential of the sharpness."
    ),
    statement=Identity(aim(L, t, b_1), t + error_of(b_1.symbol)),
    domain=Domain(L, t, b_1, where=(QUERY,), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(aim,),
    derivation=Derivation(
        Step(aim.definition, by=definition),
        Step(t + error_of(b_1.symbol), by=DistinguishedKey()),
    ),
)

i = Symbol("i", integer=True, nonnegative=True)


def softmax(score: Callable[[Any], Expr]) -> Expr:
    """The weight of the key among those that the query at L + t sees."""
    return exp(score(key.symbol)) / Sum(exp(score(i)), (i, 0, L + t))


def bilinear(at: Any, place: Any) -> Expr:
    """The score of a key at a place: linear in its code (j, j^2)."""
    return b_2 * (at * place - place**2 / 2)


beyond = error_of(b_1.symbol)

second_weight = Observable(
    "second_weight",
    (L, t, key, b_1, b_2),
    latex=r"A^{(2)}_{L + t, k}",
    meaning="weight of key k in the second attention, with the query at L + t",
    definition=softmax(lambda place: bilinear(aim_of(b_1.symbol), place)),
)

quad_weights_second = Claim(
    id="iteration-head.construct-quad-weights-second",
    title="The second attention is a discrete Gaussian about the position that it looks for",
    says=(
        "The weights of the keys are those of a Gaussian about the position that is looked for, "
        "which is t plus an error; its variance is one over the sharpness of the second attention."
    ),
    statement=Identity(
        second_weight(), softmax(lambda place: -b_2 * (place - t - beyond) ** 2 / 2)
    ),
    domain=Domain(L, t, key, b_1, b_2, where=(QUERY, SEEN), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(second_weight,),
    derivation=Derivation(
        Step(second_weight.definition, by=definition),
        Step(
            softmax(lambda place: bilinear(t + beyond, place)),
            by=ByClaim(quad_weights),
        ),
        Step(
            softmax(lambda place: -b_2 * (place - t - beyond) ** 2 / 2), by=SharedScore(key.symbol)
        ),
    ),
)

rival = Natural(
    "m", at_least=1, meaning="distance of another key from that of the input", grid=(1, 2)
)
excess = Symbol("s", nonnegative=True)
SHARP = b_1 >= 2 * log(L + 1)
SHARP_ENOUGH = Given(SHARP, b_1.symbol, 2 * log(L + 1) + log(1 + excess), excess, OneSign())


def lead_over(distance: Any, at: Expr) -> Expr:
    """Score of key t minus that of the key at a distance, over beta_2."""
    return at * t - t**2 / 2 - (at * (t + distance) - (t + distance) ** 2 / 2)


lead_after = Observable(
    "lead_after",
    (L, t, rival, b_1),
    latex=r"\Delta_{t, t + m}",
    meaning="second score of key t minus that of key t + m, with sharpness 1",
    definition=lead_over(rival.symbol, aim_of(b_1.symbol)),
)
lead_next = Observable(
    "lead_next",
    (L, t, b_1),
    latex=r"\Delta_{t, t + 1}",
    meaning="second score of key t minus that of key t + 1, with sharpness 1",
    definition=lead_over(1, aim_of(b_1.symbol)),
)
lead_before = Observable(
    "lead_before",
    (L, t, rival, b_1),
    latex=r"\Delta_{t, t - m}",
    meaning="second score of key t minus that of key t - m, with sharpness 1",
    definition=lead_over(-rival.symbol, aim_of(b_1.symbol)),
)
m = rival.symbol

layer1_rivals = Claim(
    id="iteration-head.construct-layer1-rivals",
    title="The closest rival of the right key is the next one",
    says=(
        "From the sharpness 2 log(L + 1) of the first attention on, key t leads over each key "
        "after it by no less than over the next one, and over a key before it by no less than over "
        "the one that is as far after it."
    ),
    statement=Bound(lead_next(), "<=", lead_after(), "<=", lead_before()),
    domain=Domain(
        L,
        t,
        rival,
        b_1,
        where=(QUERY, SHARP),
        remarks=(VISIBLE, "a place without a key is scored as if it had one"),
    ),
    source=SOURCE,
    observables=(lead_next, lead_after, lead_before),
    derivation=Derivation(
        Step(lead_after.definition, by=definition),
        Step(lead_over(m, t + beyond), by=ByClaim(quad_weights)),
        Step(lead_over(-m, t + beyond), by=SHARP_ENOUGH),
        Step(lead_before.definition, by=ByClaim(quad_weights)),
        Step(lead_next.definition, by=definition),
        Step(lead_over(1, t + beyond), by=ByClaim(quad_weights)),
        Step(lead_over(m, t + beyond), by=SHARP_ENOUGH),
        Step(lead_after.definition, by=ByClaim(quad_weights)),
    ),
)

tie = L**2 + 2 * L + 2 - t**2

needed = Observable(
    "needed",
    (L, t),
    latex=r"\beta_1^{*}(L, t)",
    meaning="sharpness of the first attention at which keys t and t + 1 tie in the second",
    definition=Root(lead_over(1, aim_of(x)), (x, -oo, oo)),
)

layer1_position = Claim(
    id="iteration-head.construct-layer1-position",
    title="What the first attention must be for each input",
    says=(
        "The second attention prefers key t to key t + 1 from the sharpness of the first "
        "attention on that is the logarithm of 1 plus the square of L + 1 minus the square of t."
    ),
    statement=Identity(needed(L, t), log(tie)),
    domain=Domain(L, t, where=(QUERY, SOME), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(needed,),
    derivation=Derivation(
        Step(needed.definition, by=definition),
        Step(
            Root(lead_over(1, t + error_of(x)), (x, -oo, oo)),
            by=RootRewritten(ByClaim(quad_weights, {b_1.symbol: x})),
        ),
        Step(
            Root(Rational(1, 2) - error_of(x), (x, -oo, oo)),
            by=RootRewritten(algebra),
        ),
        Step(log(tie), by=RootAt()),
    ),
)

layer1_worst = Claim(
    id="iteration-head.construct-layer1-worst",
    title="The first input needs the sharpest first attention",
    says=(
        "No input and no end needs a sharpness of the first attention above 2 log(L + 1), which "
        "is what the first input needs."
    ),
    statement=Bound(needed(L, t), "<=", 2 * log(L + 1)),
    domain=Domain(L, t, where=(QUERY, SOME), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(needed,),
    derivation=Derivation(
        Step(needed.definition, by=definition),
        Step(log(tie), by=ByClaim(layer1_position)),
        Step(log((L + 1) ** 2), by=Replaced(tie, (L + 1) ** 2, OneSign())),
        Step(2 * log(L + 1), by=algebra),
    ),
)

least_sharpness = Observable(
    "least_sharpness",
    (L,),
    latex=r"\beta_1^{*}(L)",
    meaning=(
        "sharpness of the first attention above which the second one prefers key t for every "
        "t = 1, ..., L + 1"
    ),
)

layer1_threshold = Claim(
    id="iteration-head.construct-layer1-threshold",
    title="Reading a scalar position needs a sharpness that grows with the length",
    says=(
        "However sharp the second attention is, it attends most to the right key at every step "
        "just when the sharpness of the first one is above 2 log(L + 1)."
    ),
    statement=Identity(least_sharpness(L), 2 * log(L + 1)),
    domain=Domain(L, where=(SOME,), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(least_sharpness,),
    uses=(layer1_rivals.id,),
    derivation=Derivation(
        Step(least_sharpness(L), by=definition),
        Step(
            2 * log(L + 1),
            by=GreatestByClaim(
                least_sharpness,
                layer1_worst,
                t,
                1,
                Chained(
                    (log(tie.subs(t.symbol, 1)), ByClaim(layer1_position, {t.symbol: 1})),
                    (log((L + 1) ** 2), Replaced(tie.subs(t.symbol, 1), (L + 1) ** 2, algebra)),
                    (None, algebra),
                ),
            ),
            note="key $t + 1$ is the closest rival of key $t$, and $t = 1$ asks for most",
        ),
    ),
)
