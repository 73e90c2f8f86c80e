"""Layer normalisation puts every code on a sphere, where every position can be singled out.

It takes off the mean and divides by the deviation, so that codes in d dimensions come to lie on a
sphere of d - 2 dimensions: two points for d = 2, a circle for d = 3.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, sqrt

from theory import (
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
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.comparison_heads import LinearSums
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import SumsAsSymbols
from theory.iteration_head.paper import PAPER

__all__ = [
    "pos_layernorm",
    "pos_layernorm_attendable",
    "pos_layernorm_plane",
    "pos_layernorm_sphere",
]

SOURCE = Source(PAPER, "architecture", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE)

x = Real("x", meaning="first coordinate")
y = Real("y", meaning="second coordinate")
epsilon = Real("epsilon", latex=r"\epsilon", above=0, meaning="what is added to the variance")
i = Symbol("i", integer=True, positive=True)
j = Symbol("j", integer=True, positive=True)
HALF = Rational(1, 2)
middle = (x + y) / 2

normalised_pair = Observable(
    "normalised_pair",
    (x, y, epsilon),
    latex=r"\mathrm{LN}(x, y)_1",
    meaning="first coordinate after layer normalisation in two dimensions",
    definition=(x - middle) / sqrt(((x - middle) ** 2 + (y - middle) ** 2) / 2 + epsilon),
)

pos_layernorm = Claim(
    id="iteration-head.pos-layernorm",
    title="In two dimensions layer normalisation leaves hardly more than a sign",
    says=(
        "Layer normalisation of two coordinates gives opposite numbers, of which the first is "
        "their difference over the root of its square plus four epsilon: a sign, but for "
        "differences of the order of the root of epsilon."
    ),
    statement=Identity(normalised_pair(x, y, epsilon), (x - y) / sqrt((x - y) ** 2 + 4 * epsilon)),
    domain=Domain(x, y, epsilon),
    source=SOURCE,
    observables=(normalised_pair,),
    derivation=Derivation(
        Step(normalised_pair.definition, by=definition),
        Step((x - y) / 2 / sqrt(((x - y) ** 2 + 4 * epsilon) / 4), by=algebra),
        Step((x - y) / sqrt((x - y) ** 2 + 4 * epsilon), by=algebra),
    ),
)

d = Natural("d", at_least=1, meaning="dimension")
p = Vector("p", length=d, entry=Real("entry"), meaning="a code")
q = Vector("q", length=d, entry=Real("entry"), meaning="another code")
ALL = (i, 1, d)


def centred(code: Vector) -> Expr:
    """A coordinate less the mean."""
    return code[i] - Sum(code[j], (j, 1, d)) / d


def variance(code: Vector) -> Expr:
    """The biased variance of the coordinates."""
    return Sum(centred(code) ** 2, ALL) / d


def normalised(code: Vector, added: Any) -> Expr:
    """A coordinate after layer normalisation."""
    return centred(code) / sqrt(variance(code) + added)


total = Observable(
    "total",
    (d, p, epsilon),
    latex=r"\sum_i \mathrm{LN}(p)_i",
    meaning="sum of the coordinates after layer normalisation",
    definition=Sum(centred(p), ALL) / sqrt(variance(p) + epsilon),
)
squares = Observable(
    "squares",
    (d, p, epsilon),
    latex=r"|\mathrm{LN}(p)|^2",
    meaning="sum of the squared coordinates after layer normalisation",
    definition=Sum(centred(p) ** 2, ALL) / (variance(p) + epsilon),
)

pos_layernorm_plane = Claim(
    id="iteration-head.pos-layernorm-plane",
    title="Layer normalisation loses the mean",
    says="After layer normalisation the coordinates sum up to 0.",
    statement=Identity(total(d, p, epsilon), 0),
    domain=Domain(d, p, epsilon),
    source=SOURCE,
    observables=(total,),
    derivation=Derivation(Step(total.definition, by=definition), Step(0, by=FiniteSums())),
)

pos_layernorm_sphere = Claim(
    id="iteration-head.pos-layernorm-sphere",
    title="Layer normalisation loses the scale",
    says=(
        "After layer normalisation the squared length is d, times the variance over the variance "
        "plus epsilon: together with the mean, two dimensions are lost."
    ),
    statement=Identity(squares(d, p, epsilon), d * (1 - epsilon / (variance(p) + epsilon))),
    domain=Domain(d, p, epsilon),
    source=SOURCE,
    observables=(squares,),
    derivation=Derivation(
        Step(squares.definition, by=definition),
        Step(
            d * (1 - epsilon / (variance(p) + epsilon)),
            by=SumsAsSymbols(positive=(Sum(centred(p) ** 2, ALL),)),
        ),
    ),
)

SPREAD = tuple(Sum(centred(code) ** 2, ALL) > 0 for code in (p, q))
product = Sum(centred(p) * centred(q), ALL) / sqrt(variance(p)) / sqrt(variance(q))
norms = tuple(Sum(centred(code) ** 2, ALL) / variance(code) for code in (p, q))
own_margin = Observable(
    "own_margin",
    (d, p, q),
    latex=r"\langle \mathrm{LN}(p), \mathrm{LN}(p) - \mathrm{LN}(q) \rangle",
    meaning="lead of a normalised code over another, with itself as the query",
    definition=norms[0] - product,
)
apart = Sum((normalised(p, 0) - normalised(q, 0)) ** 2, ALL) / 2

opened = (
    centred(p) ** 2 / variance(p)
    + centred(q) ** 2 / variance(q)
    - 2 * centred(p) * centred(q) / sqrt(variance(p)) / sqrt(variance(q))
)

pos_layernorm_attendable = Claim(
    id="iteration-head.pos-layernorm-attendable",
    title="After layer normalisation every position can be singled out",
    says=(
        "Without epsilon, a normalised code is ahead of any other one, with itself as the query, "
        "by half their squared distance: every position that is different from all others can be "
        "singled out, and only the margin is left to ask for."
    ),
    statement=Identity(own_margin(d, p, q), apart),
    domain=Domain(d, p, q, where=SPREAD),
    source=SOURCE,
    observables=(own_margin,),
    derivation=Derivation(
        Step(apart, by=definition),
        Step(Sum(opened, ALL) / 2, by=Termwise(algebra)),
        Step(norms[0] / 2 + norms[1] / 2 - product, by=LinearSums()),
        Step(
            own_margin.definition,
            by=SumsAsSymbols(positive=tuple(Sum(centred(code) ** 2, ALL) for code in (p, q))),
        ),
    ),
)
