"""Frequent tokens among one token too many: how frequent is enough to be remembered.

A token more frequent than its weight in the dependency of the tokens is remembered. Unit
vectors in the plane have weights below one half, and no smaller bound holds for all of them.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Rational, log

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Identity,
    Observable,
    Real,
    Step,
    algebra,
    definition,
)
from theory.assoc_dynamics.simplex import (
    LEVEL,
    SIMPLEX,
    N,
    c,
    least_margin,
    level,
    margin,
    p,
    simplex_forgetting,
    simplex_forgetting_half,
    token,
)
from theory.assoc_dynamics.simplex_level import LowerLevel
from theory.assoc_dynamics.underparameterised import SOURCE, TIES
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import ByOneLink, Replaced

__all__ = [
    "frequent_safe",
    "frequent_safe_general",
    "frequent_safe_plane",
    "frequent_safe_sharp",
]

frequent_safe_general = Claim(
    id="assoc-dynamics.frequent-safe-general",
    title="A token more frequent than its weight is remembered",
    says=(
        "The margin of a token in the memory of least loss is at least log(2 p / c - 1), which is "
        "positive as soon as the frequency p exceeds the weight c of the token."
    ),
    statement=Bound(log(2 * p[token] / c[token] - 1), "<=", margin(N, p, c, token)),
    domain=Domain(
        N, p, c, token, where=(token <= N, 2 * p[token] > c[token]), remarks=(SIMPLEX, LEVEL)
    ),
    source=SOURCE,
    observables=(margin,),
    derivation=Derivation(
        Step(margin(N, p, c, token), by=definition),
        Step(least_margin, by=ByClaim(simplex_forgetting)),
        Step(
            log(2 * p[token] / c[token] - 1),
            by=LowerLevel(simplex_forgetting_half, level=level, bound=Rational(1, 2)),
        ),
    ),
)

CIRCLE = "the tokens are unit vectors in the plane"

frequent_safe = Claim(
    id="assoc-dynamics.frequent-safe",
    title="Among three unit vectors a token of frequency one half is remembered",
    says=(
        "Three unit vectors in the plane have weights below 1/2. Then the margin of a token of "
        "frequency p is at least log(4 p - 1): a token with at least half of the mass is "
        "remembered whatever the angles are."
    ),
    statement=Bound(log(4 * p[token] - 1), "<=", margin(N, p, c, token)),
    domain=Domain(
        N,
        p,
        c,
        token,
        where=(
            Eq(N, 3),
            token <= N,
            c[token] < Rational(1, 2),
            4 * p[token] > 1,
            2 * p[token] > c[token],
        ),
        remarks=(SIMPLEX, CIRCLE),
    ),
    source=SOURCE,
    observables=(margin,),
    derivation=Derivation(
        Step(margin(N, p, c, token), by=definition),
        Step(
            log(2 * p[token] / c[token] - 1),
            by=ByOneLink(frequent_safe_general, sense=">="),
            note=r"its $\lambda_*$ is defined by the frequencies and the weights",
            granting=frequent_safe_general.domain.remarks,
        ),
        Step(
            log(4 * p[token] - 1),
            by=Replaced(
                c[token],
                Rational(1, 2),
                ByHypothesis({c[token] < Rational(1, 2): 1}, sense="<="),
                sense=">=",
            ),
        ),
    ),
    uses=("assoc-dynamics.frequent-safe-plane",),
)

s = Real("s", above=0, meaning="cotangent of half the angle between the second and third token")
t = Real("t", above=0, meaning="cotangent of half the angle between the first and third token")


def _unit(half_cotangent: Any, turn: int) -> tuple[Expr, Expr]:
    """The unit vector at an angle from the first axis, in either direction of turning."""
    length = 1 + half_cotangent**2
    return (half_cotangent**2 - 1) / length, turn * 2 * half_cotangent / length


def _area(one: tuple[Any, Any], two: tuple[Any, Any]) -> Any:
    return one[0] * two[1] - one[1] * two[0]


_first, _second, _third = _unit(t, 1), _unit(s, -1), (1, 0)
_areas = _area(_first, _second), _area(_second, _third), _area(_third, _first)
dependency = Observable(
    "dependency",
    (s, t),
    latex="c_3",
    meaning="weight of the third of three unit vectors in their dependency (Cramer's rule)",
    definition=_areas[0] / sum(_areas),
)

frequent_safe_plane = Claim(
    id="assoc-dynamics.frequent-safe-plane",
    title="The weight of one of three unit vectors is below one half",
    says=(
        "Of three unit vectors in the plane with 0 inside their triangle, one has the weight "
        "(1 - s t) / 2 in their dependency, where s and t are the cotangents of half of its angles "
        "with the two others. This is below 1/2, and as near to it as one likes."
    ),
    statement=Identity(dependency(s, t), (1 - s * t) / 2),
    domain=Domain(s, t, where=(s * t < 1,), remarks=(CIRCLE,)),
    source=SOURCE,
    observables=(dependency,),
    derivation=Derivation(
        Step(dependency.definition, by=definition),
        Step((1 - s * t) / 2, by=algebra),
    ),
)

share = Real(
    "a", above=Rational(1, 3), below=Rational(1, 2), meaning="frequency of the first token"
)
weight = Real("b", above=Rational(1, 3), below=Rational(1, 2), meaning="weight of the first token")
excess_of_two_alike = Observable(
    "excess",
    (share, weight),
    latex=r"\mathcal{E}(W_*) - \min_W \mathcal{E}(W)",
    meaning="error of the memory of least loss minus that of the best memory",
)

ALIKE = (
    "three tokens, two labels, and 0 inside the triangle of the signed tokens; the second and the "
    "third have the frequency $(1 - a) / 2$ and the weight $(1 - b) / 2$ each"
)

frequent_safe_sharp = Claim(
    id="assoc-dynamics.frequent-safe-sharp",
    title="Below one half the most frequent token can be the one that is forgotten",
    says=(
        "Give the first of three unit vectors the frequency a and the weight b, and let the two "
        "others share the rest alike. If a is below b, the least loss forgets the first token, "
        "although it is the most frequent, and exceeds the best error by (3 a - 1) / 2. As b may "
        "be as near to 1/2 as one likes, no bound below 1/2 protects a frequent token."
    ),
    statement=Identity(excess_of_two_alike(share, weight), (3 * share - 1) / 2),
    domain=Domain(share, weight, where=(share < weight,), remarks=(CIRCLE, ALIKE, TIES)),
    source=SOURCE,
    observables=(excess_of_two_alike,),
    uses=(
        "assoc-dynamics.simplex-forgetting-smallest",
        "assoc-dynamics.simplex-forgetting-best",
        "assoc-dynamics.frequent-safe-plane",
    ),
)
