"""Theorem 2: how little error any weights can leave, and which weights leave the least.

The worst labels are constant: then the error depends on the weights alone. With u uniform on the
unit sphere in one dimension more, an input of share theta = q(x) / |q| is misclassified with the
probability of a cap, P(u_1 > theta), so that the weights solve a convex problem on the sphere.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Eq,
    Expr,
    Integral,
    KroneckerDelta,
    Le,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    beta,
    oo,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    ByClaim,
    ChiPDF,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
    Identity,
    Natural,
    NormalCDF,
    NormalPDF,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    StudentCDF,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling.exact_laws import (
    GAUSSIAN,
    MEMORY,
    UNIT,
    N,
    g,
    k,
    mixture,
    noise,
    normal_tail_mixture,
    others,
    q,
    r,
    student_tail,
    x,
    z,
)
from theory.assoc_scaling.model import PAPER
from theory.core.rules.monotone import (
    AboveTangent,
    ByOneLink,
    BySquares,
    EachTerm,
    EitherSign,
    Given,
    InBranch,
    OneSign,
    Replaced,
    SumsAsSymbols,
)
from theory.core.rules.profiles import (
    FewLargeShares,
    TailIntegral,
)
from theory.core.shorthand import Shorthand

__all__ = [
    "minimax",
    "minimax_finite",
    "optimal_q",
    "single_class",
]

d = Natural("d", at_least=1, meaning="embedding dimension", grid=(1, 2, 5, 20, 200))
c = Symbol("c", integer=True, positive=True)
sigma, w = Symbol("sigma", nonnegative=True), Symbol("w", nonnegative=True)
ONE_LABEL = "all inputs have the same label, which loses every tie"
TWO_WEIGHTS = "at least two weights are not zero"

norm = Shorthand("norm", (), r"\|q\|", "norm of the weights", Sum(q[k] ** 2, (k, 1, N)), power=2)
total = norm()
noise_norm = Shorthand("noise_norm", (), "|q_{-x}|", "norm of the weights but x's", noise, power=2)

token_error = Observable(
    "single_class_token_error",
    (N, d, q, x),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning="probability that another label reaches the score of the right one",
    definition=Integral(ChiPDF(r, d) * NormalPDF(g), (g, -oo, -q[x] * r / sqrt(noise)), (r, 0, oo)),
)
token = token_error(N, d, q, x)


def student(over: Any) -> Expr:
    """The Student tail at the weight of x over the noise."""
    return StudentCDF(-sqrt(d) * q[x] / sqrt(over), d)


single_class = Claim(
    id="assoc-scaling.single-class-exact",
    title="With one label for all inputs the error of an input is a Student tail",
    says=(
        "If all inputs have the same label, an input is misclassified with the probability of "
        "Student's law at minus the root of d times its weight over the norm of the other weights, "
        "whatever the number of classes and the output embeddings."
    ),
    statement=Identity(token, student(noise)),
    domain=Domain(
        N, d, q, x, where=(x <= N, noise > 0), remarks=(MEMORY, GAUSSIAN, UNIT, ONE_LABEL)
    ),
    source=Source(PAPER, "Theorem 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(token_error, noise_norm),
    derivation=Derivation(
        Step(
            Eq(
                Sum(others(k) * KroneckerDelta(c, z) * q[k] ** 2, (k, 1, N)),
                KroneckerDelta(c, z) * noise,
            ),
            by=algebra,
            note=r"all the energy is that of the one class $c$: by the collapsed law the score of "
            r"class $y$ is $\langle u_y, u_c \rangle \, r \, (q_x r + |q_{-x}| \, g)$, which is "
            r"largest for $y = c$ if and only if the last factor is positive",
        ),
        Step(token_error.definition, by=definition),
        Step(
            mixture.defined_as(d, q[x] / sqrt(noise)),
            by=Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g))),
        ),
        Step(
            student(noise),
            by=ByClaim(normal_tail_mixture, {exact_laws.a: q[x] / sqrt(noise)}),
        ),
    ),
    uses=("assoc-scaling.collapsed-law",),
)

p = Simplex("p", length=N, meaning="probabilities of the inputs")
FALLING = r"$p_1 \ge p_2 \ge \dots \ge p_N$"
WHOLE = (MEMORY, GAUSSIAN, UNIT, ONE_LABEL, TWO_WEIGHTS)

law = token_error.definition
few = Le((d + 1) * q[x] ** 2, total)
single_class_error = Observable(
    "single_class_error",
    (N, d, p, q),
    latex=r"\mathcal{E}(q)",
    meaning="mean error of the memory",
    definition=Sum(p[x] * law, (x, 1, N)),
)
left = total - q[x] ** 2


def in_share(weight: Any, value: Any) -> Expr:
    """Sum over the inputs of small share."""
    return Sum(Piecewise((weight * value, few), (0, True)), (x, 1, N))


FROM_LAW = ByOneLink(single_class, because={noise: TWO_WEIGHTS})


def with_large_norm(rule: Any) -> Any:
    """A step for the inputs of small share, which is built into the norm."""
    return EachTerm(
        InBranch(0, Given(few, total, (d + 1) * q[x] ** 2 + sigma, sigma, EitherSign(q[x], rule)))
    )


def to_small_shares(weight: Any) -> list[tuple[Expr, Any]]:
    """From the sum of the errors to the Student tail at -1 for the inputs of small share."""
    cut = Piecewise((student(noise), few), (0, True))
    bound = Replaced(-sqrt(d) * q[x] / sqrt(left), -1, BySquares(">="), sense=">=")
    return [
        (
            Sum(weight * student(noise), (x, 1, N)),
            EachTerm(Replaced(law, student(noise), FROM_LAW, sense=">=")),
        ),
        (
            in_share(weight, student(noise)),
            EachTerm(Replaced(student(noise), cut, OneSign(">="), sense=">=")),
        ),
        (
            in_share(weight, student(left)),
            EachTerm(InBranch(0, Replaced(noise, left, SumsAsSymbols(), sense=">="))),
        ),
        (in_share(weight, StudentCDF(-1, d)), with_large_norm(bound)),
        (StudentCDF(-1, d) * in_share(weight, 1), SumsAsSymbols()),
    ]


def steps(pairs: list[tuple[Expr, Any]], beside: Any = 0) -> list[Step]:
    """The pairs as steps, next to a term that stays."""
    found, before = [], None
    for expression, rule in pairs:
        by = rule if before is None or beside == 0 else Replaced(before, expression, rule, ">=")
        found.append(Step(expression + beside, by=by))
        before = expression
    return found


minimax_finite = Claim(
    id="assoc-scaling.minimax-finite",
    title="Theorem 2 for finitely many inputs",
    says=(
        "With one label for all inputs, whatever the weights, the error is at least the Student "
        "tail at -1 times the probability of all inputs but the d most frequent ones."
    ),
    statement=Bound(
        single_class_error(N, d, p, q), ">=", StudentCDF(-1, d) * Sum(p[x], (x, d + 1, N))
    ),
    domain=Domain(N, d, p, q, where=(d <= N,), remarks=(*WHOLE, FALLING)),
    source=Source(PAPER, "Theorem 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(single_class_error, noise_norm, norm),
    derivation=Derivation(
        Step(Sum(p[x] * law, (x, 1, N)), by=definition),
        *steps(to_small_shares(p[x])),
        Step(
            StudentCDF(-1, d) * Sum(p[x], (x, d + 1, N)),
            by=Replaced(
                in_share(p[x], 1),
                Sum(p[x], (x, d + 1, N)),
                FewLargeShares(d + 1, FALLING),
                sense=">=",
            ),
        ),
    ),
)

alpha = Real(
    "alpha",
    above=1,
    latex=r"\alpha",
    meaning="Zipf exponent",
    grid=(2, Rational(5, 4), Rational(3, 2), 3),
)
v = Symbol("v", positive=True)


def zipf(x: Any) -> Expr:
    """Zipf probability of token x."""
    return x ** (-alpha) / zeta(alpha)


beyond = Sum(zipf(x), (x, N + 1, oo))
zipf_error = Observable(
    "zipf_error",
    (alpha, N, d, q),
    latex=r"\mathcal{E}(q)",
    meaning="mean error of the memory; inputs beyond N have weight 0, and half of them are wrong",
    definition=Sum(zipf(x) * law, (x, 1, N)) + beyond / 2,
)
far = Sum(zipf(x), (x, d + 1, oo))
power = (d + 1) ** (1 - alpha) / ((alpha - 1) * zeta(alpha))

minimax = Claim(
    id="assoc-scaling.minimax",
    title="Theorem 2: no weights do better than a power of the dimension",
    says=(
        "For Zipf inputs of one label and any weights of finite support the error is at least "
        "0.1587, the normal tail at -1, times a power of d + 1, which is at most the mass of all "
        "inputs but the d most frequent ones. With two classes this holds for all labels."
    ),
    statement=Bound(zipf_error(alpha, N, d, q), ">=", NormalCDF(-1) * power),
    domain=Domain(alpha, N, d, q, remarks=WHOLE),
    source=Source(PAPER, "Theorem 2", seen=Seen.SUMMARY, standing=Standing.SHARPENED),
    observables=(zipf_error, noise_norm, norm),
    derivation=Derivation(
        Step(Sum(zipf(x) * law, (x, 1, N)) + beyond / 2, by=definition),
        *steps([(Sum(zipf(x) * law, (x, 1, N)), None), *to_small_shares(zipf(x))], beyond / 2)[1:],
        Step(
            StudentCDF(-1, d) * (in_share(zipf(x), 1) + beyond),
            by=OneSign(">="),
            note="a Student tail is below one half",
        ),
        Step(
            StudentCDF(-1, d) * far,
            by=Replaced(in_share(zipf(x), 1) + beyond, far, FewLargeShares(d + 1), sense=">="),
        ),
        Step(
            StudentCDF(-1, d) * power,
            by=Replaced(far, power, TailIntegral(), sense=">="),
        ),
        Step(
            NormalCDF(-1) * power,
            by=Replaced(
                StudentCDF(-1, d),
                NormalCDF(-1),
                ByOneLink(student_tail, {exact_laws.ratio: 1 / sqrt(d)}, link=1, sense=">="),
                sense=">=",
            ),
        ),
    ),
)

plane = Natural("d", at_least=2, meaning="embedding dimension", grid=(2, 3, 5, 20, 100))
ratio = Vector("a", length=N, entry=Real("a", above=0), meaning="signal-to-noise ratios")
weight = Vector("q", length=N, entry=Real("q", at_least=0), meaning="weights, none negative")
kind = {exact_laws.q.symbol: weight.symbol}
positive_law = law.xreplace(kind)
positive_noise, positive_total = noise.xreplace(kind), total.xreplace(kind)
tilt = Symbol("u", positive=True)
SPHERE = beta(Rational(1, 2), d / 2)


def cap(theta: Any) -> Expr:
    """Probability of misclassifying an input of this share: that of a cap."""
    return StudentCDF(-sqrt(d) * theta / sqrt(1 - theta**2), d)


def cap_slope(theta: Any) -> Expr:
    """Derivative of the cap's probability by the share."""
    return -((1 - theta**2) ** (d / 2 - 1)) / SPHERE


def share(a: Any) -> Expr:
    """Weight over the norm of all weights, from the weight over the norm of the others."""
    return a / sqrt(1 + a**2)


def profile(a: Any) -> Expr:
    """What the probability of an input must be proportional to for this ratio to be best."""
    return a * (1 + a**2) ** ((d - 3) / 2)


mass = Sum(profile(ratio[k]), (k, 1, N))
multiplier = 1 / (SPHERE * mass)
given_share = weight[x] / sqrt(positive_total)
best_share = share(ratio[x])
weighted_error = Observable(
    "weighted_error",
    (N, plane, ratio, weight),
    latex=r"\mathcal{E}(q)",
    meaning="mean error of the memory with weights q, inputs having probabilities p",
    definition=Sum(profile(ratio[x]) / mass * positive_law, (x, 1, N)),
)
best = StudentCDF(-sqrt(d) * ratio[x], d)
tangent = best - (1 + ratio[x] ** 2) ** (1 - d / 2) / SPHERE * (given_share - best_share)
unit = {v: tilt / sqrt(1 + tilt**2)}
weak_dual = Sum(profile(ratio[x]) / mass * best, (x, 1, N)) + multiplier / 2 * (
    Sum(ratio[x] ** 2 / (1 + ratio[x] ** 2), (x, 1, N)) - 1
)

rest = Symbol("rest", positive=True)


def not_alone(rule: Any) -> Given:
    """The rule, where other inputs than x have a weight as well."""
    return Given(TWO_WEIGHTS, positive_total, weight[x] ** 2 + rest, rest, rule)


def averaged(value: Any) -> Expr:
    """Mean over the inputs."""
    return Sum(profile(ratio[x]) / mass * value, (x, 1, N))


optimal_q = Claim(
    id="assoc-scaling.optimal-q",
    title="The weights that leave the least error",
    says=(
        "With one label for all inputs, let the probability of each input be proportional to a "
        "times the power (d - 3)/2 of one plus a squared, for a signal-to-noise ratio a of its "
        "own. Then no weights do better than the error at these ratios, but for a multiple of how "
        "far the shares, each the square of a over one plus the square of a, are from adding up to "
        "1. If they do add up to 1, their roots are the best weights, and no input is left out."
    ),
    statement=Bound(weighted_error(N, plane, ratio, weight), ">=", weak_dual),
    domain=Domain(
        N, plane, ratio, weight, remarks=(MEMORY, GAUSSIAN, UNIT, ONE_LABEL, TWO_WEIGHTS)
    ),
    source=Source(PAPER, "Theorem 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(weighted_error,),
    derivation=Derivation(
        Step(weighted_error.definition, by=definition),
        Step(
            averaged(student(noise).xreplace(kind)),
            by=EachTerm(
                Replaced(
                    positive_law,
                    student(noise).xreplace(kind),
                    ByOneLink(single_class, kind, because={positive_noise: TWO_WEIGHTS}),
                    sense=">=",
                )
            ),
        ),
        Step(
            averaged(student(left).xreplace(kind)),
            by=EachTerm(Replaced(positive_noise, left.xreplace(kind), SumsAsSymbols(), sense=">=")),
        ),
        Step(
            averaged(cap(given_share)),
            by=EachTerm(
                Replaced(
                    student(left).xreplace(kind),
                    cap(given_share),
                    not_alone(SumsAsSymbols()),
                    sense=">=",
                )
            ),
        ),
        Step(
            averaged(tangent),
            by=EachTerm(
                Replaced(
                    cap(given_share),
                    tangent,
                    not_alone(
                        AboveTangent(
                            cap(v),
                            v,
                            best_share,
                            given_share,
                            cap_slope(v),
                            given=unit,
                            interval=(0, 1),
                        )
                    ),
                    sense=">=",
                )
            ),
        ),
        Step(
            Sum(
                profile(ratio[x]) / mass * best
                - multiplier * best_share * (given_share - best_share),
                (x, 1, N),
            ),
            by=EachTerm(SumsAsSymbols(positive=(mass,))),
        ),
        Step(
            Sum(
                profile(ratio[x]) / mass * best
                - multiplier * (given_share**2 - best_share**2) / 2
                + multiplier * (given_share - best_share) ** 2 / 2,
                (x, 1, N),
            ),
            by=EachTerm(algebra),
        ),
        Step(
            Sum(
                profile(ratio[x]) / mass * best - multiplier * (given_share**2 - best_share**2) / 2,
                (x, 1, N),
            ),
            by=EachTerm(not_alone(OneSign(">="))),
        ),
        Step(weak_dual, by=SumsAsSymbols(positive=(positive_total,))),
    ),
)
