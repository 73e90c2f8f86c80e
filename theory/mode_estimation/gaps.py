"""How far the mode is from its rivals: the gaps in which error rates and costs are measured.

The probabilities are p_1 > p_2 >= p_3 >= ... Against a rival i the overlap is
rho(p_1, p_i) = 1 - (sqrt(p_1) - sqrt(p_i))^2, the Sanov gap is Delta^2 = -log rho, and the plain
gap is Gamma = (p_1 - p_i)^2 / p_1. For i = 1 itself the gaps of i = 2 are meant.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Symbol, log, oo, sqrt

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Real,
    Seen,
    Series,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.monotone import AboveChord, AboveTangent, ByOneLink, Given, OneSign, Replaced
from theory.core.shorthand import Shorthand
from theory.mode_estimation.paper import PAPER

__all__ = [
    "gap_algebra",
    "gap_algebra_chord",
    "gap_algebra_logarithm",
    "gap_algebra_nearest",
    "gap_algebra_series",
]

DERIVED_HERE = Source(
    PAPER, "the gaps of its bounds", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
)

p_1 = Real("p1", above=0, below=1, latex="p_1", meaning="probability of the mode")
p_2 = Real("p2", above=0, below=1, latex="p_2", meaning="probability of the second class")
ORDER = p_2 < p_1
TOTAL = p_2 <= 1 - p_1.symbol
a = Symbol("a", positive=True)
b = Symbol("b", positive=True)

overlap = Shorthand("rho", (a, b), r"\rho(@, @)", "overlap", 1 - (sqrt(a) - sqrt(b)) ** 2)
plain_gap = Shorthand("Gamma", (a, b), r"\Gamma(@, @)", "plain gap", (a - b) ** 2 / a)


sanov = Shorthand(
    "Delta", (a, b), r"\Delta(@, @)", "Sanov gap", -log(1 - (sqrt(a) - sqrt(b)) ** 2), power=2
)


def sanov_gap(first: Any, other: Any) -> Expr:
    """Delta^2, minus the logarithm of the overlap."""
    return sanov(first, other)


square = (sqrt(p_1.symbol) - sqrt(p_2.symbol)) ** 2
gamma = plain_gap(p_1, p_2)
delta_squared = sanov_gap(p_1, p_2)
v = Symbol("v", positive=True)
slack = Symbol("s", nonnegative=True)
fraction = slack / (1 + slack)
other_slack = Symbol("s_2", nonnegative=True)
other_fraction = other_slack / (1 + other_slack)


def _ordered(rule: Any) -> Given:
    """The rule where p_2 < p_1 is built into p_2, which runs from 0 to p_1."""
    return Given(ORDER, p_2.symbol, p_1 * fraction**2, slack, rule)


gap_algebra = Claim(
    id="mode-estimation.gap-algebra",
    title="The square of the difference of the roots against the plain gap",
    says=(
        "The squared difference of the square roots of the two largest probabilities lies between "
        "a quarter of the plain gap, the squared difference over the larger one, and the whole "
        "of it."
    ),
    statement=Bound(gamma / 4, "<=", square, "<=", gamma),
    domain=Domain(p_1, p_2, where=(ORDER, TOTAL)),
    source=DERIVED_HERE,
    observables=(plain_gap,),
    derivation=Derivation(
        Step(gamma / 4, by=definition),
        Step(square * (sqrt(p_1.symbol) + sqrt(p_2.symbol)) ** 2 / (4 * p_1), by=algebra),
        Step(square, by=_ordered(OneSign())),
        Step(square, by=definition),
        Step(
            square * (sqrt(p_1.symbol) + sqrt(p_2.symbol)) ** 2 / p_1.symbol,
            by=_ordered(OneSign()),
        ),
        Step(gamma, by=algebra),
    ),
)

u = Real("u", above=0, below=1, meaning="a number below the probability of the mode")

gap_algebra_chord = Claim(
    id="mode-estimation.gap-algebra-chord",
    title="Below the chord of a convex function",
    says=(
        "Minus the logarithm of one minus a number lies between the number and the chord from the "
        "origin, up to wherever that ends."
    ),
    statement=Bound(u, "<=", -log(1 - u.symbol), "<=", -u * log(1 - p_1.symbol) / p_1),
    domain=Domain(p_1, u, where=(u <= p_1,)),
    source=DERIVED_HERE,
    derivation=Derivation(
        Step(-log(1 - u.symbol), by=definition),
        Step(
            u,
            by=AboveTangent(
                -log(1 - u.symbol), u.symbol, at=0, interval=(0, 1), given={u.symbol: fraction}
            ),
        ),
        Step(-u * log(1 - p_1.symbol) / p_1, by=definition),
        Step(-log(1 - u.symbol), by=AboveChord(u.symbol, 0, p_1.symbol, u <= p_1)),
    ),
)

gap_algebra_logarithm = Claim(
    id="mode-estimation.gap-algebra-logarithm",
    title="The Sanov gap between multiples of the plain gap",
    says=(
        "The Sanov gap is at least a quarter of the plain gap, and at most the plain gap times the "
        "logarithm of 1/(1 - p) over p, where p is the probability of the mode; this factor is not "
        "far above 1 unless the mode has nearly all the mass, and is itself at most 1/(1 - p). The "
        "first bound is sharp as the second probability tends to the first, the second as it tends "
        "to 0."
    ),
    statement=Bound(
        gamma / 4,
        "<=",
        delta_squared,
        "<=",
        -gamma * log(1 - p_1.symbol) / p_1,
        "<=",
        gamma / (1 - p_1.symbol),
    ),
    domain=Domain(p_1, p_2, where=(ORDER, TOTAL)),
    source=DERIVED_HERE,
    observables=(sanov, plain_gap),
    derivation=Derivation(
        Step(gamma / 4, by=definition),
        Step(square, by=ByOneLink(gap_algebra, link=1)),
        Step(delta_squared, by=_ordered(ByOneLink(gap_algebra_chord, {u: square}, link=1))),
        Step(delta_squared, by=definition),
        Step(
            -square * log(1 - p_1.symbol) / p_1,
            by=_ordered(ByOneLink(gap_algebra_chord, {u: square}, link=2)),
        ),
        Step(
            -gamma * log(1 - p_1.symbol) / p_1,
            by=Replaced(square, gamma, ByOneLink(gap_algebra, link=2)),
        ),
        Step(-gamma * log(1 - p_1.symbol) / p_1, by=definition),
        Step(
            gamma / (1 - p_1.symbol),
            by=Replaced(
                log(1 - p_1.symbol),
                -p_1 / (1 - p_1.symbol),
                AboveTangent(-log(v), v, at=1, stands_for=1 / (1 - p_1.symbol)),
            ),
        ),
    ),
)

k = Real("k", above=1, meaning="how close the roots are", grid=(16, 64, 256, 1024, 4096))
some_p_1 = Real(
    "p1", above=0, latex="p_1", meaning="probability of the mode", grid=(Rational(1, 5),)
)
close = some_p_1 * (1 - 1 / k.symbol) ** 2
difference = Shorthand("g", (), "g", "distance of the two probabilities", some_p_1 - close)
relative = difference() / some_p_1
third_term = (5 + 2 * some_p_1) * relative**2 / 16
roots_apart = sqrt(some_p_1.symbol) - sqrt(some_p_1.symbol) * (1 - 1 / k.symbol)
beyond_two_terms = -4 * some_p_1 * log(1 - roots_apart**2) / difference() ** 2 - (1 + relative / 2)

gap_algebra_series = Claim(
    id="mode-estimation.gap-algebra-series",
    title="The Sanov gap of close rivals",
    says=(
        "As the second probability tends to that of the mode, p, their distance being g, the Sanov "
        "gap is the square of g over 4 p times a series that begins with 1 plus half of g / p plus "
        "(5 + 2 p)/16 times the square of g / p."
    ),
    statement=Equivalent(beyond_two_terms, third_term, as_=(k, oo)),
    domain=Domain(
        some_p_1,
        k,
        where=(2 * some_p_1 <= 1,),
        remarks=(r"$p_2 = p_1 (1 - 1/k)^2$ and $g = p_1 - p_2$",),
    ),
    source=DERIVED_HERE,
    observables=(difference,),
    derivation=Derivation(
        Step(beyond_two_terms, by=definition),
        Step(
            -4 * some_p_1 * log(1 - some_p_1 / k**2) / difference() ** 2 - (1 + relative / 2),
            by=algebra,
        ),
        Step(third_term, by=Series(k, oo, order=3)),
    ),
)

p_3 = Real("p3", above=0, below=1, latex="p_3", meaning="probability of a further class")

gap_algebra_nearest = Claim(
    id="mode-estimation.gap-algebra-nearest",
    title="The nearest rival has the largest overlap",
    says="The less likely a rival, the smaller its overlap with the mode.",
    statement=Bound(overlap(p_1, p_3), "<=", overlap(p_1, p_2)),
    domain=Domain(p_1, p_2, p_3, where=(ORDER, p_3 <= p_2)),
    source=DERIVED_HERE,
    observables=(overlap,),
    derivation=Derivation(
        Step(overlap(p_1, p_3), by=definition),
        Step(
            overlap(p_1, p_2),
            by=Given(
                p_3 <= p_2,
                p_3.symbol,
                p_2 * other_fraction**2,
                other_slack,
                _ordered(OneSign()),
            ),
        ),
    ),
)
