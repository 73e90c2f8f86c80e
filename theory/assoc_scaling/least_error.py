"""Theorem 2, sharp: the least error over all weights, by Lagrange duality.

With labels all the same, the weights enter through the shares q(x)^2 / |q|^2 of the energy, which
add up to 1. Whatever the multiplier of that condition, the Lagrangian is least where it is an
integral of the smaller of two integrands: one is constant, the other falls like the probabilities.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sympy import (
    Abs,
    Expr,
    Integral,
    Min,
    Rational,
    Sum,
    Symbol,
    beta,
    exp,
    gamma,
    oo,
    pi,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactIntegral,
    Exchange,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    StudentCDF,
    Termwise,
    algebra,
    definition,
)
from theory.assoc_scaling.exact_laws import GAUSSIAN, MEMORY, UNIT, N, noise, q, x
from theory.assoc_scaling.minimax import (
    FROM_LAW,
    ONE_LABEL,
    SPHERE,
    TWO_WEIGHTS,
    WHOLE,
    alpha,
    beyond,
    d,
    law,
    left,
    noise_norm,
    norm,
    student,
    total,
    zipf,
    zipf_error,
)
from theory.assoc_scaling.model import PAPER
from theory.assoc_scaling.schemes import beta_tail, density, student_share, v
from theory.assoc_scaling.schemes import noise as others_noise
from theory.assoc_scaling.schemes import norm as half
from theory.assoc_scaling.schemes import signal as weight
from theory.core.rules.comparison_heads import JoinSums
from theory.core.rules.monotone import (
    AboveTangent,
    ByOneLink,
    Chained,
    EachTerm,
    EitherSign,
    Given,
    OneSign,
    Replaced,
    SumsAsSymbols,
)
from theory.core.rules.profiles import (
    CappedPowers,
    EqualPart,
    GammaRatios,
    IntegratedTerms,
    LeastOfAll,
    LesserIntegrand,
    ProductsOfPowers,
    SmallGap,
)
from theory.core.shorthand import Shorthand

__all__ = [
    "minimax_bracket",
    "minimax_dual",
    "minimax_dual_bracket",
    "minimax_sharp",
]


def source() -> Source:
    """Where the claims of this section come from."""
    return Source(PAPER, "Theorem 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)


space = Natural("d", at_least=3, meaning="embedding dimension", grid=(3, 5, 10, 30, 100, 1000))
multiplier = Real("m", above=0, meaning="multiplier of the condition on the shares")
share = q[x] ** 2 / total
rest = Symbol("rest", positive=True)


def capped(x: Any) -> Expr:
    """The least of p(x) h + m s over the shares s, h being the Beta tail that exceeds s."""
    return Integral(Min(zipf(x) * density, multiplier.symbol), (v, 0, 1))


dual = Observable(
    "dual",
    (alpha, space, multiplier),
    latex=r"\mathcal{D}(m)",
    meaning=(
        "value of Lagrange's dual function: the least value of the error plus m times the sum of "
        "the shares, whatever they add up to, less m"
    ),
    definition=Sum(capped(x), (x, 1, oo)) - multiplier,
)


def not_alone(rule: Any) -> Given:
    """The rule, where other inputs than x have a weight as well."""
    return Given(TWO_WEIGHTS, total, q[x] ** 2 + rest, rest, rule)


def stored(value: Any) -> Expr:
    """Sum over the inputs that may have a weight."""
    return Sum(value, (x, 1, N))


def others(value: Any) -> Expr:
    """Sum over the inputs that have none."""
    return Sum(value, (x, N + 1, oo))


def each(old: Any, new: Any, rule: Any) -> Any:
    """A part of every term is replaced."""
    return EachTerm(Replaced(old, new, rule, sense=">="))


def beside(pairs: list[tuple[Expr, Any]], other: Any) -> list[Step]:
    """The pairs as steps, the first one given, next to a term that stays."""
    return [
        Step(after + other, by=Replaced(before, after, rule, sense=">="))
        for (before, _), (after, rule) in pairwise(pairs)
    ]


signal = -sqrt(d) * q[x] / sqrt(left)
size = -sqrt(d) * Abs(q[x]) / sqrt(left)
positive = StudentCDF(size, d)
own = q[x] ** 2 / (q[x] ** 2 + left)
lower = multiplier * share
error_and_shares = stored(zipf(x) * beta_tail(share) + multiplier * share)

minimax_dual = Claim(
    id="assoc-scaling.minimax-dual",
    title="Weak duality for the weights of an associative memory",
    says=(
        "For Zipf inputs of one label no weights of finite support do better than Lagrange's dual "
        "function of any multiplier."
    ),
    statement=Bound(zipf_error(alpha, N, d, q), ">=", dual(alpha, d, multiplier)),
    domain=Domain(alpha, N, space, q, multiplier, where=(total > 0,), remarks=WHOLE),
    source=source(),
    observables=(zipf_error, dual, noise_norm, norm),
    derivation=Derivation(
        Step(stored(zipf(x) * law) + beyond / 2, by=definition),
        *beside(
            [
                (stored(zipf(x) * law), None),
                (stored(zipf(x) * student(noise)), each(law, student(noise), FROM_LAW)),
                (stored(zipf(x) * student(left)), each(noise, left, SumsAsSymbols())),
                (
                    stored(zipf(x) * positive),
                    each(signal, size, not_alone(EitherSign(q[x], OneSign(">=")))),
                ),
                (
                    stored(zipf(x) * beta_tail(share)),
                    each(
                        positive,
                        beta_tail(share),
                        not_alone(
                            Chained(
                                (
                                    beta_tail(own),
                                    ByOneLink(
                                        student_share, {weight: Abs(q[x]), others_noise: left}
                                    ),
                                ),
                                (
                                    beta_tail(share),
                                    Replaced(own, share, SumsAsSymbols()),
                                ),
                            )
                        ),
                    ),
                ),
            ],
            beyond / 2,
        ),
        Step(error_and_shares - multiplier + beyond / 2, by=SumsAsSymbols(positive=(total,))),
        Step(
            stored(capped(x)) - multiplier + beyond / 2,
            by=Replaced(
                error_and_shares,
                stored(capped(x)),
                EachTerm(not_alone(LesserIntegrand(share))),
                sense=">=",
            ),
        ),
        Step(
            stored(capped(x)) - multiplier + others(zipf(x) * beta_tail(0)),
            by=Replaced(
                beyond / 2,
                others(zipf(x) * beta_tail(0)),
                Chained(
                    (others(zipf(x) / 2), algebra),
                    (None, each(Rational(1, 2), beta_tail(0), ExactIntegral())),
                ),
                sense=">=",
            ),
        ),
        Step(
            stored(capped(x)) - multiplier + others(capped(x)),
            by=Replaced(
                others(zipf(x) * beta_tail(0)),
                others(capped(x)),
                EachTerm(LesserIntegrand(0)),
                sense=">=",
            ),
        ),
        Step(dual.definition, by=JoinSums()),
    ),
    uses=("assoc-scaling.single-class-exact", "assoc-scaling.student-share"),
)

power = Real("s", above=0, below=1, meaning="free exponent", grid=(Rational(1, 2), Rational(9, 10)))
e = power.symbol
shares_beta = beta(1 - 1 / (2 * alpha), 1 + (d - 2) / (2 * alpha))
closed = shares_beta**alpha / (2 * (alpha - 1) * zeta(alpha) * SPHERE)
moved = beta(1 - (1 - e) / (2 * alpha), 1 + (d - 2) * (1 - e) / (2 * alpha))
gap = alpha * (alpha - 1) / ((1 - e) * (alpha + e - 1)) * shares_beta ** (e - 1) * moved
relative = multiplier / ((alpha - 1) * closed)
reference = Shorthand(
    "reference", (), r"\mathcal{R}", "the level that errors are compared with", closed
)
small = Shorthand("small", (), r"\gamma_s", "a relative gap, small in high dimension", gap)
concave = 1 - 1 / alpha
main = alpha * closed * relative**concave
lost = gap * closed * relative ** (1 - (1 - e) / alpha)


def dual_floor(gap: Any) -> Expr:
    """Lower bound on the dual function, with a relative gap at the best multiplier."""
    loss = gap * relative ** (1 - (1 - e) / alpha)
    return closed * (alpha * relative**concave - loss - (alpha - 1) * relative)


def height(e: Any) -> Expr:
    """What the integral over x of x^-e and the smaller of two integrands is a multiple of."""
    part = (1 - e) / alpha
    factor = alpha / ((1 - e) * (alpha - 1 + e))
    return factor * (half / zeta(alpha)) ** part * multiplier ** (1 - part)


def integrand(e: Any) -> Expr:
    """That integral, a function of v."""
    return height(e) * v ** (-(1 - e) / (2 * alpha)) * (1 - v) ** ((d - 2) * (1 - e) / (2 * alpha))


exchanged = Integral(Sum(Min(zipf(x) * density, multiplier.symbol), (x, 1, oo)), (v, 0, 1))
begin = (
    Step(dual.definition, by=definition),
    Step(
        exchanged - multiplier,
        by=EqualPart(Sum(capped(x), (x, 1, oo)), exchanged, Exchange()),
    ),
)

minimax_dual_bracket = Claim(
    id="assoc-scaling.minimax-dual-bracket",
    title="The dual function between two closed forms",
    says=(
        "For Zipf inputs Lagrange's dual function is at most a power of a Beta function, which it "
        "reaches at one multiplier but for a gap that vanishes as the dimension grows."
    ),
    statement=Bound(
        dual_floor(gap),
        "<=",
        dual(alpha, d, multiplier),
        "<=",
        closed,
    ),
    domain=Domain(alpha, space, multiplier, power),
    source=source(),
    observables=(dual, reference, small),
    derivation=Derivation(
        *begin,
        Step(
            Integral(integrand(0) - integrand(e), (v, 0, 1)) - multiplier,
            by=Termwise(CappedPowers(e)),
        ),
        Step(
            height(0) * shares_beta - height(e) * moved - multiplier,
            by=IntegratedTerms(),
        ),
        Step(
            main - height(e) * moved - multiplier,
            by=EqualPart(height(0) * shares_beta, main, ProductsOfPowers()),
        ),
        Step(
            main - lost - multiplier,
            by=EqualPart(-height(e) * moved, -lost, ProductsOfPowers()),
        ),
        Step(
            dual_floor(gap),
            by=algebra,
        ),
        *begin,
        Step(Integral(integrand(0), (v, 0, 1)) - multiplier, by=Termwise(CappedPowers())),
        Step(height(0) * shares_beta - multiplier, by=ExactIntegral()),
        Step(
            main - multiplier,
            by=EqualPart(height(0) * shares_beta, main, ProductsOfPowers()),
        ),
        Step(
            alpha * closed * (1 + concave * (relative - 1)) - multiplier,
            by=Replaced(
                relative**concave,
                1 + concave * (relative - 1),
                AboveTangent(v**concave, v, 1, relative, concave=True),
            ),
        ),
        Step(closed, by=algebra),
    ),
)

best_error = Observable(
    "best_error",
    (alpha, space),
    latex=r"\inf_q \mathcal{E}(q)",
    meaning="least error over all weights, for Zipf inputs of one label",
)
log_multiplier = Observable(
    "log_multiplier",
    (alpha, space),
    latex=r"\log m_*",
    meaning="logarithm of the multiplier at which the dual function is largest",
)
least = best_error(alpha, space)
at_best = (alpha - 1) * closed
ZIPF = (
    MEMORY,
    GAUSSIAN,
    UNIT,
    ONE_LABEL,
    r"input $x = 1, 2, \dots$ has probability $x^{-\alpha} / \zeta(\alpha)$",
)

minimax_bracket = Claim(
    id="assoc-scaling.minimax-bracket",
    title="The least error over all weights, between two closed forms",
    says=(
        "For Zipf inputs of one label the least error over all weights is at most a power of a "
        "beta function, in every dimension from 3 on, and at least that but for a relative gap "
        "that vanishes like any power of the dimension above -1."
    ),
    statement=Bound(closed * (1 - gap), "<=", least, "<=", closed),
    domain=Domain(alpha, space, power, remarks=ZIPF),
    source=source(),
    observables=(best_error, log_multiplier, dual, reference, small),
    derivation=Derivation(
        Step(least, by=definition),
        Step(
            dual(alpha, d, at_best),
            by=LeastOfAll(minimax_dual, {multiplier: at_best}, least=best_error, sense=">="),
            note="a limit of weights of finite support has a limit of their errors, and weights of "
            "which one alone is not zero are a limit of weights of which two are not",
            granting=minimax_dual.domain.remarks,
        ),
        Step(
            closed * (1 - gap),
            by=ByOneLink(minimax_dual_bracket, {multiplier: at_best}, link=1, sense=">="),
        ),
        Step(least, by=definition),
        Step(
            dual(alpha, d, exp(log_multiplier(alpha, d))),
            by=Cited(
                "Lagrange duality for a convex problem with a strictly feasible point",
                "Luenberger 1969, Optimization by Vector Space Methods, Section 8.6, Theorem 1",
            ),
            note=r"the error is convex in the shares $s_x = q_x^2 / |q|^2 \ge 0$ of weights none "
            r"of which is negative, and falls with each of them; so they may as well add up to "
            r"at most $1$, and no share at all is strictly feasible. The Lagrangian is a sum over "
            r"$x$ of functions of $s_x$ alone, the least of which are "
            r"$\int_0^1 \min(p_x b(v), m) \, dv$, as the Beta density $b$ falls; at $m = 0$ the "
            r"dual function vanishes",
        ),
        Step(
            closed,
            by=ByOneLink(minimax_dual_bracket, {multiplier: exp(log_multiplier(alpha, d))}, link=2),
        ),
    ),
    uses=("assoc-scaling.minimax-dual", "assoc-scaling.minimax-dual-bracket"),
)

K = (2 * alpha) ** alpha * gamma(1 - 1 / (2 * alpha)) ** alpha
constant = K / (4 * (alpha - 1) * sqrt(pi * alpha))

minimax_sharp = Claim(
    id="assoc-scaling.minimax-sharp",
    title="Theorem 2, sharp: the least error over all weights",
    says=(
        "For Zipf inputs of one label the least error over all weights falls like the power 1 - "
        "alpha of the dimension, with a known constant and without a logarithm."
    ),
    statement=Equivalent(least, constant / zeta(alpha) * d ** (1 - alpha), as_=(d, oo)),
    domain=Domain(alpha, space, remarks=ZIPF),
    source=source(),
    observables=(best_error,),
    derivation=Derivation(
        Step(least, by=definition),
        Step(
            closed,
            by=SmallGap(
                minimax_bracket,
                {power: Rational(1, 2)},
                variable=d,
                gap=gap.subs(e, Rational(1, 2)),
            ),
        ),
        Step(constant / zeta(alpha) * d ** (1 - alpha), by=GammaRatios(d)),
    ),
)
