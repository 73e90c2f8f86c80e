"""Interference: which tokens push which towards a wrong label at first.

At W = 0 a token is pushed towards the label of another that is frequent enough and close enough.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Eq,
    Expr,
    Integral,
    KroneckerDelta,
    Ne,
    Rational,
    Subs,
    Sum,
    Symbol,
    beta,
    exp,
    log,
    sqrt,
)

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Identity,
    Integer,
    Matrix,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    StudentCDF,
    definition,
)
from theory.assoc_dynamics.paper import PAPER
from theory.core.rules.finite_sums import SumDifferentiation
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import OneSign

__all__ = ["degradation_count", "degradation_rarer", "initial_degradation"]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
N = Natural("N", at_least=2, meaning="number of tokens, and of labels")
d = Natural("d", at_least=1, meaning="dimension of the input embeddings")
E = Matrix("E", length=N, columns=d, entry=Real("e"), meaning="rows are the input embeddings")
p = Simplex("p", length=N, meaning="probabilities of the tokens")
x = Integer("x", at_least=1, meaning="a token")
z = Integer("z", at_least=1, meaning="another token")
i, j, k, y = (Symbol(name, integer=True, positive=True) for name in "ijky")
t = Symbol("t", real=True)
BIJECTION = "the output embeddings are orthonormal, and every token has a label of its own"
ABSTRACT = Source(
    PAPER, "imbalance and interference", seen=Seen.ABSTRACT, standing=Standing.SHARPENED
)


def inner(one: Any, other: Any) -> Expr:
    """Inner product of the embeddings of two tokens."""
    return Sum(E[one, j] * E[other, j], (j, 1, d))


def towards(label: Any) -> Expr:
    """Coefficient of a label in the direction that raises label x against label z."""
    return KroneckerDelta(label, x) - KroneckerDelta(label, z)


pair_rate = Observable(
    "pair_rate",
    (N, d, E, p, x, z),
    latex=r"\dot m_{x,z}(0)",
    meaning=(
        "rate at W = 0, along the gradient flow, of the score of the label of token x minus that "
        "of the label of token z, both for token x: minus the slope of the loss in the direction "
        "of that margin"
    ),
    definition=-Subs(
        Derivative(
            Sum(
                p[k]
                * (
                    log(Sum(exp(t * towards(y) * inner(x, k)), (y, 1, N)))
                    - t * towards(k) * inner(x, k)
                ),
                (k, 1, N),
            ),
            t,
        ),
        t,
        0,
    ),
)
first_rate = p[x] * inner(x, x) - p[z] * inner(x, z)
TOKENS = (x <= N, z <= N, Ne(x.symbol, z.symbol))

initial_degradation = Claim(
    id="assoc-dynamics.initial-degradation",
    title="What pushes a token towards a wrong label at first",
    says=(
        "At W = 0 the margin of token x over the label of token z grows at the rate of its own "
        "probability times its squared norm, minus the probability of z times the inner product "
        "of the two. So x is pushed towards the label of z if and only if that inner product over "
        "the squared norm of x exceeds the ratio of the probabilities of x and z."
    ),
    statement=Identity(pair_rate(), first_rate),
    domain=Domain(N, d, E, p, x, z, where=TOKENS, remarks=(BIJECTION, "$W = 0$")),
    source=ABSTRACT,
    observables=(pair_rate,),
    derivation=Derivation(
        Step(pair_rate.definition, by=definition),
        Step(
            first_rate,
            by=SumDifferentiation(),
            note="at $W = 0$ all labels have the same probability, which cancels",
        ),
    ),
)

UNIT = (Eq(inner(x, x), 1), Eq(inner(z, z), 1))
apart = Sum((E[x, j] - E[z, j]) ** 2, (j, 1, d))

degradation_rarer = Claim(
    id="assoc-dynamics.initial-degradation-rarer",
    title="With unit embeddings only rarer tokens are degraded at first",
    says=(
        "If two tokens have embeddings of length one, the margin of x over the label of z grows at "
        "W = 0 at least at the rate of the difference of their probabilities: what is pushed the "
        "wrong way is rarer than what pushes it."
    ),
    statement=Bound(p[x] - p[z], "<=", pair_rate()),
    domain=Domain(N, d, E, p, x, z, where=(*TOKENS, *UNIT), remarks=(BIJECTION, "$W = 0$")),
    source=DERIVED,
    observables=(pair_rate,),
    derivation=Derivation(
        Step(pair_rate.definition, by=definition),
        Step(first_rate, by=ByClaim(initial_degradation)),
        Step(
            p[x] - p[z] + p[z] / 2 * apart,
            by=ByHypothesis({UNIT[0]: p[x] - p[z] / 2, UNIT[1]: -p[z] / 2}, sense="="),
        ),
        Step(p[x] - p[z], by=OneSign(">=")),
    ),
)

width = Natural("d", at_least=2, meaning="dimension of the input embeddings", grid=(4, 16, 64))
crowd = Natural("N", at_least=2, meaning="number of tokens", grid=(50,))
rank, lower = (Symbol(name, integer=True, positive=True) for name in ("a", "b"))


def mean_over_pairs(term: Any) -> Expr:
    """Mean over the pairs of a token of rank a and a more frequent one of rank b."""
    total = Sum(Sum(term, (lower, 1, rank - 1)), (rank, 2, crowd))
    return 2 * total / (crowd * (crowd - 1))


cosine = Symbol("s", real=True)
overlap_density = (1 - cosine**2) ** ((width - 3) / 2) / beta(Rational(1, 2), (width - 1) / 2)
degraded = Observable(
    "degraded",
    (crowd, width),
    latex=r"\mathbb{E}[\#\{\text{degraded pairs}\}] / \tbinom{N}{2}",
    meaning="expected share of the pairs of which one token is pushed towards the other's label",
    definition=mean_over_pairs(Integral(overlap_density, (cosine, lower / rank, 1))),
)
count_by_student = mean_over_pairs(
    StudentCDF(-lower * sqrt(width - 1) / sqrt(rank**2 - lower**2), width - 1)
)

degradation_count = Claim(
    id="assoc-dynamics.initial-degradation-count",
    title="How many pairs of tokens interfere at first",
    says=(
        "With random unit embeddings and frequencies falling like one over the rank, a token is "
        "pushed towards the label of a more frequent one if their inner product exceeds the ratio "
        "of the ranks, which has a probability of Student's distribution. Of the 1225 pairs of 50 "
        "tokens these are 258 on average in 4 dimensions and 52 in 64."
    ),
    statement=Identity(degraded(), count_by_student),
    domain=Domain(
        crowd,
        width,
        remarks=(BIJECTION, "$p(x) \\propto 1/x$", "$e_x$ uniform on the unit sphere, independent"),
    ),
    source=ABSTRACT,
    observables=(degraded,),
    derivation=Derivation(
        Step(
            degraded.definition,
            by=definition,
            note=(
                "a token of rank $a$ is degraded by one of rank $b < a$ if their inner product, "
                "of density $(1 - s^2)^{(d - 3) / 2} / B(1/2, (d - 1)/2)$, exceeds $b / a$"
            ),
        ),
        Step(
            count_by_student,
            by=Cited("the law of the correlation coefficient", "Fisher, 1915, Biometrika 10"),
            note="$\\sqrt{d - 1}$ times the cotangent of the angle is a Student variable",
        ),
    ),
    uses=("assoc-dynamics.initial-degradation",),
)
