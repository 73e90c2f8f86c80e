"""Which positions attention can single out, with keys that are linear in a position code."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, cos, exp, log, pi, sin

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    ForAll,
    Identity,
    Integer,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import (
    AboveTangent,
    ByOneLink,
    EachTerm,
    OneSign,
    Replaced,
    SumsAsSymbols,
)
from theory.iteration_head.case_rules import EntryInRange

__all__ = [
    "pos_attendable",
    "pos_attendable_circle",
    "pos_attendable_extreme",
    "pos_attendable_jensen",
    "pos_attendable_line",
    "pos_attendable_mixture",
    "pos_attendable_parabola",
]

HALF = Rational(1, 2)
DERIVED = Source(None, "position codes", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

K = Natural("K", at_least=1, meaning="number of other positions")
s = Vector("s", length=K, entry=Real("entry"), meaning="scores of the other positions")
share = Simplex(
    "share",
    length=K,
    latex=r"\lambda",
    meaning="shares of the other positions in the position",
)
i = Symbol("i", integer=True, positive=True)
v = Symbol("v", positive=True)
ALL = (i, 1, K)
LINEAR = "the key of a position is a linear function of its code"
mixed = Sum(share[i] * s[i], ALL)
total = Sum(share[i], ALL)
rest = Sum(exp(s[i]), ALL)

pos_attendable_jensen = Claim(
    id="iteration-head.pos-attendable-jensen",
    title="A mixture of positions scores no more than all of them together",
    says=(
        "The exponential of a mean of scores is at most the sum of the exponentials of the scores."
    ),
    statement=Bound(exp(mixed), "<=", rest),
    domain=Domain(K, s, share),
    source=DERIVED,
    derivation=Derivation(
        Step(rest, by=definition),
        Step(Sum(share[i] * exp(s[i]), ALL), by=Termwise(EntryInRange(">="))),
        Step(
            Sum(share[i] * exp(mixed) * (1 + s[i] - mixed), ALL),
            by=EachTerm(
                Replaced(
                    exp(s[i]),
                    exp(mixed) * (1 + s[i] - mixed),
                    AboveTangent(
                        exp(mixed) * (1 + log(v) - mixed),
                        v,
                        at=exp(mixed),
                        stands_for=exp(s[i]),
                        concave=True,
                        downward=False,
                    ),
                    sense=">=",
                )
            ),
            note="the exponential is above its tangent at the mean score",
        ),
        Step(exp(mixed) * (total + mixed - total * mixed), by=FiniteSums()),
        Step(exp(mixed), by=SumsAsSymbols(values={total: (1, "share")})),
    ),
)

mixture_weight = Observable(
    "mixture_weight",
    (K, s, share),
    latex="W",
    meaning="attention to a position that is a mixture of others with these scores",
    definition=exp(mixed) / (exp(mixed) + rest),
)

pos_attendable_mixture = Claim(
    id="iteration-head.pos-attendable-mixture",
    title="A position that is a mixture of others gets at most half of the attention",
    says=(
        "With keys that are linear in the position, no query and no temperature gives a position "
        "in the convex hull of the others more than half of the attention. One half is what an "
        "iteration head must exceed."
    ),
    statement=Bound(mixture_weight(K, s, share), "<=", HALF),
    domain=Domain(K, s, share, remarks=(LINEAR,)),
    source=DERIVED,
    observables=(mixture_weight,),
    derivation=Derivation(
        Step(mixture_weight.definition, by=definition),
        Step(HALF, by=Replaced(rest, exp(mixed), ByOneLink(pos_attendable_jensen, sense=">="))),
    ),
)

beta = Real("beta", latex=r"\beta", at_least=0, meaning="inverse temperature")
margin = Real("margin", latex=r"\gamma", at_least=0, meaning="by how much the score is ahead")
more = Vector(
    "more",
    latex="r",
    length=K,
    entry=Real("entry", at_least=0),
    meaning="by how much more it is ahead of each other position",
)
extreme_weight = Observable(
    "extreme_weight",
    (K, beta, margin, more),
    latex="W",
    meaning="attention to a position whose score is ahead of all others",
    definition=1 / (1 + Sum(exp(-beta * (margin + more[i])), ALL)),
)
ONWARDS = Replaced(more[i], 0, OneSign(">="))
sharp = 1 / (1 + K * exp(-beta * margin))
behind = Sum(exp(-beta * (margin + more[i])), ALL)
evenly = Sum(exp(-beta * margin), ALL)

pos_attendable_extreme = Claim(
    id="iteration-head.pos-attendable-extreme",
    title="A position that some query puts ahead gets nearly all of the attention",
    says=(
        "If a query scores a position ahead of K others by a margin, the position gets all but "
        "K times exp(-x) of the attention, where x is the inverse temperature times the margin."
    ),
    statement=Bound(extreme_weight(K, beta, margin, more), ">=", sharp),
    domain=Domain(K, beta, margin, more, remarks=(LINEAR,)),
    source=DERIVED,
    observables=(extreme_weight,),
    derivation=Derivation(
        Step(extreme_weight.definition, by=definition),
        Step(1 / (1 + evenly), by=Replaced(behind, evenly, EachTerm(ONWARDS), sense=">=")),
        Step(sharp, by=ExactSum()),
    ),
)

N = Natural("N", at_least=1, meaning="number of positions")
G = Natural("G", at_least=1, meaning="side of a grid")

pos_attendable = Claim(
    id="iteration-head.pos-attendable",
    title="A position can be singled out just when it is outside the convex hull of the others",
    says=(
        "With keys that are linear in the position, there is a query whose largest score is that "
        "of a position, and of no other, exactly when the position is no mixture of the others. "
        "Here for all lists of N points on a grid of G times G, repetitions included."
    ),
    statement=ForAll(
        "list of $N$ points of a $G \\times G$ grid and each of its points",
        "some query scores it above all others if and only if it is outside their convex hull",
    ),
    domain=Domain(N, G, remarks=(LINEAR,)),
    source=DERIVED,
    uses=(
        "iteration-head.pos-attendable-mixture",
        "iteration-head.pos-attendable-extreme",
    ),
)

N_2 = Natural("N", at_least=2, meaning="number of positions")
attendable_on_line = Observable(
    "attendable_on_line",
    (N_2,),
    latex="a_1",
    meaning="how many of N different positions on a line can be singled out",
)

pos_attendable_line = Claim(
    id="iteration-head.pos-attendable-line",
    title="Of positions on a line only the first and the last can be singled out",
    says=(
        "With linear keys and one dimension for the position, however many positions there are, "
        "only the two at the ends can be singled out. A layer before that bends the code escapes."
    ),
    statement=Identity(attendable_on_line(N_2), 2),
    domain=Domain(N_2, remarks=(LINEAR,)),
    source=DERIVED,
    observables=(attendable_on_line,),
    uses=("iteration-head.pos-attendable-mixture",),
)

M = Natural("M", at_least=2, meaning="number of positions on the circle")
j = Natural("j", at_least=0, meaning="a position")
k = Integer("k", meaning="distance of another position")


def on_circle(position: Any) -> tuple[Expr, Expr]:
    """The code of a position on a circle of M positions."""
    angle = 2 * pi * position / M
    return cos(angle), sin(angle)


circle_gap = Observable(
    "circle_gap",
    (M, j, k),
    latex=r"\langle p_j, p_j - p_{j+k} \rangle",
    meaning="lead of a position on the circle over another, with itself as the query",
    definition=sum(
        one * (one - other) for one, other in zip(on_circle(j), on_circle(j + k), strict=True)
    ),
)

pos_attendable_circle = Claim(
    id="iteration-head.pos-attendable-circle",
    title="On a circle every position can be singled out, with itself as the query",
    says=(
        "In two dimensions, M positions evenly on a circle are all ahead of all others with "
        "themselves as the query: by twice the squared sine of half the angle between them, of "
        "order one over the square of M for neighbours."
    ),
    statement=Identity(circle_gap(M, j, k), 2 * sin(pi * k / M) ** 2),
    domain=Domain(M, j, k),
    source=DERIVED,
    observables=(circle_gap,),
    derivation=Derivation(
        Step(circle_gap.definition, by=definition),
        Step(1 - cos(2 * pi * k / M), by=algebra),
        Step(2 * sin(pi * k / M) ** 2, by=algebra),
    ),
)

parabola_gap = Observable(
    "parabola_gap",
    (j, k),
    latex=r"\langle u_j, p_j - p_{j+k} \rangle",
    meaning="lead of j over j + k, with a position and its square as code and the query (2j, -1)",
    definition=(2 * j * j - j**2) - (2 * j * (j + k) - (j + k) ** 2),
)

pos_attendable_parabola = Claim(
    id="iteration-head.pos-attendable-parabola",
    title="On a parabola every position can be singled out, with a margin of one",
    says=(
        "With a position and its square as code and the query (2 j, -1), position j is ahead of "
        "any other by the square of their distance, at least 1 whatever the number of positions."
    ),
    statement=Identity(parabola_gap(j, k), k**2),
    domain=Domain(j, k),
    source=DERIVED,
    observables=(parabola_gap,),
    derivation=Derivation(
        Step(parabola_gap.definition, by=definition), Step(k.symbol**2, by=algebra)
    ),
)
