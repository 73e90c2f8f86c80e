"""The curvature of the cross-entropy of a memory: a covariance, and bounded by the error.

The Hessian is a mean of covariances of output embeddings, so the loss is convex. Where the memory
is nearly right the softmax is nearly sure, and the curvature is small.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Expr,
    KroneckerDelta,
    Rational,
    Subs,
    Sum,
    exp,
    log,
)

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Identity,
    Matrix,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    definition,
)
from theory.assoc_dynamics.model import (
    DERIVED,
    FREQUENCY,
    SCORE,
    SHARE,
    SPEED,
    TOTAL,
    A,
    B,
    E,
    M,
    N,
    U,
    V,
    W,
    a,
    along,
    b,
    d,
    f,
    frequency,
    h,
    i,
    i2,
    j,
    j2,
    k,
    l,
    log_loss,
    loss_of,
    mean,
    moved,
    normaliser,
    p,
    q,
    score,
    share,
    t,
    v,
    z,
    z1,
)
from theory.assoc_dynamics.paper import PAPER
from theory.core.rules.finite_sums import ClearedDenominators, FiniteSums, SumDifferentiation
from theory.core.rules.monotone import AboveTangent, ByRemark, Chained, OneSign, Replaced
from theory.core.shorthand import Shorthand

__all__ = [  # noqa: RUF022 (reading order)
    "hessian_convex",
    "hessian_convex_pairs",
    "hessian_convex_nonnegative",
    "hessian_convex_sharpness",
]

loss_curvature = Observable(
    "loss_curvature",
    (N, M, d, h, p, U, E, W, i, j, i2, j2),
    latex=r"\left(\nabla^2 L(W)\right)_{ij,\,i'j'}",
    meaning="second derivative of the cross-entropy loss in two entries of W",
    definition=Derivative(loss_of(W), W[i, j], W[i2, j2]),
)


covariance = Sum(
    frequency(k)
    * (
        mean(lambda label: U[label, i] * U[label, i2], k)
        - mean(lambda label: U[label, i], k) * mean(lambda label: U[label, i2], k)
    )
    * E[k, j]
    * E[k, j2],
    (k, 1, N),
)

hessian_convex = Claim(
    id="assoc-dynamics.hessian-convex",
    title="The curvature is the covariance of the output embeddings",
    says=(
        "The Hessian of the cross-entropy is a mean over the tokens: the covariance of the output "
        "embeddings under the probabilities that the memory gives, times the outer product of the "
        "input embedding with itself."
    ),
    statement=Identity(loss_curvature(N, M, d, h, p, U, E, W, i, j, i2, j2), covariance),
    domain=Domain(
        N,
        M,
        d,
        h,
        p,
        U,
        E,
        W,
        i,
        j,
        i2,
        j2,
        where=(i <= h, j <= d, i2 <= h, j2 <= d),
    ),
    source=Source(PAPER, "Hessian", seen=Seen.REPOSITORY, standing=Standing.AS_STATED),
    observables=(loss_curvature, SCORE, TOTAL, FREQUENCY),
    derivation=Derivation(
        Step(loss_curvature.definition, by=definition),
        Step(covariance, by=SumDifferentiation()),
    ),
)

curvature_along = Observable(
    "curvature_along",
    (N, M, d, h, p, U, E, W, V),
    latex=r"\nabla^2 L(W)[V, V]",
    meaning="second derivative of the cross-entropy loss as W moves along V",
    definition=Subs(Derivative(loss_of(moved), t, t), t, 0),
)
variance = Sum(
    frequency(k)
    * (mean(lambda label: along(k, label) ** 2, k) - mean(lambda label: along(k, label), k) ** 2),
    (k, 1, N),
)
pairs = Sum(
    frequency(k)
    / 2
    * Sum(
        exp(score(z, k)) * exp(score(z1, k)) * (along(k, z) - along(k, z1)) ** 2,
        (z1, 1, M),
        (z, 1, M),
    )
    / normaliser(k) ** 2,
    (k, 1, N),
)

hessian_convex_pairs = Claim(
    id="assoc-dynamics.hessian-convex-pairs",
    title="Curvature is the mean squared difference of the speeds of two scores",
    says=(
        "The curvature along a direction is half the mean squared difference of the speeds of two "
        "scores of a token, whose labels are two independent draws of the memory. It is zero where "
        "all scores of each token move alike."
    ),
    statement=Identity(curvature_along(N, M, d, h, p, U, E, W, V), pairs),
    domain=Domain(N, M, d, h, p, U, E, W, V),
    source=DERIVED,
    observables=(curvature_along, SCORE, TOTAL, FREQUENCY, SPEED),
    derivation=Derivation(
        Step(curvature_along.definition, by=definition),
        Step(variance, by=SumDifferentiation(), note="a variance under softmax"),
        Step(pairs, by=Termwise(ClearedDenominators(normaliser(k)))),
    ),
)

hessian_convex_nonnegative = Claim(
    id="assoc-dynamics.hessian-convex-nonnegative",
    title="The loss is convex in the memory",
    says="The curvature of the cross-entropy is never negative, in any direction.",
    statement=Bound(0, "<=", curvature_along(N, M, d, h, p, U, E, W, V)),
    domain=Domain(N, M, d, h, p, U, E, W, V),
    source=DERIVED,
    observables=(curvature_along, SCORE, TOTAL, FREQUENCY, SPEED),
    derivation=Derivation(
        Step(curvature_along.definition, by=definition),
        Step(pairs, by=ByClaim(hessian_convex_pairs)),
        Step(0, by=OneSign(">=")),
    ),
    uses=("assoc-dynamics.hessian-convex-pairs",),
)

R = Real("R", at_least=0, meaning="bound on the product of norms")
WIDTH = "$|e_x|^2 |u_{f(x)} - u_y|^2 \\le R^2$ for every token and every label"


def norm(matrix: Matrix) -> Expr:
    """Sum of the squares of all entries."""
    return Sum(matrix[a, b] ** 2, (b, 1, matrix.columns), (a, 1, matrix.length))


curvature = Observable(
    "curvature",
    (N, M, d, h, q, f, U, E, W, V),
    latex=r"\nabla^2 L(W)[V, V]",
    meaning="second derivative of the loss as W moves along V, each token having one right label",
    definition=Subs(Derivative(Sum(q[k] * log_loss(k, moved), (k, 1, N)), t, t), t, 0),
)
doubt = Observable(
    "doubt",
    (N, M, d, h, q, f, U, E, W),
    latex="G(W)",
    meaning="mean probability that the memory gives to wrong labels",
    definition=Sum(q[k] * (1 - share(f[k], k)), (k, 1, N)),
)
loss = Observable(
    "loss",
    (N, M, d, h, q, f, U, E, W),
    latex="L(W)",
    meaning="cross-entropy of the right labels",
    definition=-Sum(q[k] * log(share(f[k], k)), (k, 1, N)),
)


def lead(label: Any, token: Any) -> Expr:
    """How much faster than that of the right label the score of a label moves along V."""
    return Sum(
        (U[label, a] - U[f[token], a]) * V[a, b] * E[token, b],
        (b, 1, d),
        (a, 1, h),
    )


def wrong_sum(values: Any, token: Any) -> Expr:
    """Sum over the wrong labels of values times the exponentials of the scores."""
    return Sum((1 - KroneckerDelta(z1, f[token])) * exp(score(z1, token)) * values(z1), (z1, 1, M))


def wrong_mean(values: Any, token: Any) -> Expr:
    """Sum over the wrong labels of their probabilities times values."""
    return wrong_sum(values, token) / normaliser(token)


LEAD = Shorthand(
    "lead",
    (k, l),
    r"\Delta(@, @)",
    "how much faster than that of the right label a score moves as W moves along V",
    lead(l, k),
)


def width(label: Any, token: Any) -> Expr:
    """Squared norm of the outer product of a difference of outputs with the input embedding."""
    return Sum(
        (U[label, a] - U[f[token], a]) ** 2 * E[token, b] ** 2,
        (b, 1, d),
        (a, 1, h),
    )


def lagrange(label: Any, token: Any) -> Expr:
    """What the inequality of Cauchy and Schwarz loses, as half a sum of squares."""

    def stored_entry(row: Any, column: Any) -> Expr:
        return (U[label, row] - U[f[token], row]) * E[token, column]

    square = (stored_entry(a, b) * V[A, B] - stored_entry(A, B) * V[a, b]) ** 2
    return Rational(1, 2) * Sum(square, (B, 1, d), (A, 1, h), (b, 1, d), (a, 1, h))


size = norm(V)

hessian_convex_sharpness = Claim(
    id="assoc-dynamics.hessian-convex-sharpness",
    title="Sharpness is bounded by the mean error, and by the loss",
    says=(
        "The curvature along a unit direction, and so the largest eigenvalue of the Hessian, is at "
        "most R squared times the mean probability of a wrong label, and this is at most R squared "
        "times the loss. R is the largest product of the length of an input embedding with the "
        "distance of its right output embedding from another."
    ),
    statement=Bound(
        curvature(N, M, d, h, q, f, U, E, W, V),
        "<=",
        R**2 * size * doubt(N, M, d, h, q, f, U, E, W),
        "<=",
        R**2 * size * loss(N, M, d, h, q, f, U, E, W),
    ),
    domain=Domain(N, M, d, h, q, f, U, E, W, V, R, remarks=(WIDTH,)),
    source=DERIVED,
    observables=(curvature, doubt, loss, SCORE, SHARE, TOTAL, SPEED, LEAD),
    derivation=Derivation(
        Step(curvature.definition, by=definition),
        Step(
            Sum(
                q[k]
                * (
                    mean(lambda label: along(k, label) ** 2, k)
                    - mean(lambda label: along(k, label), k) ** 2
                ),
                (k, 1, N),
            ),
            by=SumDifferentiation(),
        ),
        Step(
            Sum(
                q[k]
                * (
                    wrong_mean(lambda label: lead(label, k) ** 2, k)
                    - wrong_mean(lambda label: lead(label, k), k) ** 2
                ),
                (k, 1, N),
            ),
            by=Termwise(ClearedDenominators(normaliser(k))),
            note="a variance does not change when all values move alike",
        ),
        Step(
            Sum(q[k] * wrong_mean(lambda label: lead(label, k) ** 2, k), (k, 1, N)),
            by=Termwise(
                Replaced(wrong_sum(lambda label: lead(label, k), k) ** 2, 0, by=OneSign(">="))
            ),
        ),
        Step(
            Sum(q[k] * wrong_mean(lambda label: width(label, k) * size, k), (k, 1, N)),
            by=Termwise(
                Replaced(
                    lead(z1, k) ** 2,
                    width(z1, k) * size,
                    by=Chained(
                        (width(z1, k) * size - lagrange(z1, k), FiniteSums()),
                        (None, OneSign("<=")),
                    ),
                )
            ),
            note="Cauchy and Schwarz; the difference is half a sum of squares",
        ),
        Step(
            Sum(q[k] * wrong_mean(lambda label: R**2 * size, k), (k, 1, N)),
            by=Termwise(
                Replaced(width(z1, k), R**2, by=ByRemark(WIDTH, bound=(width(z1, k), R**2)))
            ),
        ),
        Step(
            Sum(q[k] * R**2 * size * wrong_mean(lambda label: 1, k), (k, 1, N)),
            by=FiniteSums(),
        ),
        Step(
            Sum(q[k] * R**2 * size * (1 - share(f[k], k)), (k, 1, N)),
            by=Termwise(ClearedDenominators(normaliser(k))),
        ),
        Step(R**2 * size * doubt.definition, by=FiniteSums()),
        Step(R**2 * size * loss.definition, by=definition),
        Step(Sum(-q[k] * R**2 * size * log(share(f[k], k)), (k, 1, N)), by=FiniteSums()),
        Step(
            Sum(q[k] * R**2 * size * (1 - share(f[k], k)), (k, 1, N)),
            by=Termwise(
                AboveTangent(-q[k] * R**2 * size * log(v), v, at=1, stands_for=share(f[k], k))
            ),
            note="the logarithm is below its tangent",
        ),
        Step(R**2 * size * doubt.definition, by=FiniteSums()),
    ),
)
