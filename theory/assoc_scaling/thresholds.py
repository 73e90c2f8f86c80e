"""What does storing only the most frequent inputs buy? Two classes, infinitely many inputs.

The memory stores the P most frequent inputs with equal weights; all others are guessed.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    Min,
    Rational,
    Sum,
    Symbol,
    exp,
    floor,
    harmonic,
    log,
    oo,
    pi,
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
    Equivalent,
    ExactIntegral,
    ExactSum,
    Identity,
    Natural,
    NormalCDF,
    NormalPDF,
    Observable,
    Rate,
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
from theory.assoc_scaling.exact_laws import (
    GAUSSIAN,
    PAIR,
    a,
    g,
    normal_tail_mixture,
    r,
    ratio,
    student_tail,
)
from theory.assoc_scaling.model import PAPER
from theory.assoc_scaling.schemes import (
    SIMULATED,
    alpha,
    d,
    gap_negative,
    high_d,
    inflation,
    mixture,
    n,
    p,
    per,
    student_normal,
    x,
)
from theory.core.rules.comparison import (
    DecreasingSum,
    DropTerms,
    FirstTerm,
    PowerTail,
    SplitSum,
    WidenSum,
)
from theory.core.rules.comparison_bounds import (
    ByLink,
    ExponentialAbove,
    FallsToZero,
    LeastAtMost,
    LeastOver,
    MonotoneIn,
)
from theory.core.rules.comparison_limits import (
    HalvedExpansion,
    LimitOfMinimum,
    LimitOfParts,
    Squeeze,
)

__all__ = [
    "mills_ratio",
    "threshold_bounds",
    "threshold_crowding",
    "threshold_exact",
    "threshold_floor",
    "threshold_normal",
    "threshold_optimal",
    "threshold_optimal_bounds",
    "threshold_rate",
    "threshold_rate_bounds",
]

P = Natural("P", at_least=2, meaning="number of stored inputs", grid=(2, 3, 10, 50))
positive = Real("s", at_least=0, meaning="a nonnegative number", grid=(0, Rational(1, 2), 1, 3, 10))
stored = Natural("m", at_least=1, meaning="stored inputs in units of n", grid=(1, 3))
z = Symbol("z", positive=True)


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """Where the claims of this section come from."""
    return Source(PAPER, "thresholded weighting schemes", seen=seen, standing=standing)


guessed = Sum(p(x) / 2, (x, P + 1, oo))
threshold_error = Observable(
    "threshold_error",
    (alpha, d, P),
    latex=r"\mathcal{E}_{d,P}",
    meaning=(
        "probability of misclassifying an input drawn from Zipf's law, the P most frequent ones "
        "being stored with equal weights"
    ),
    definition=Sum(p(x) * gap_negative(1, P - 1), (x, 1, P)) + guessed,
)
student = StudentCDF(-sqrt(d) / sqrt(P - 1), d)
mass = Sum(p(x), (x, 1, P))
to_student = (
    Step(threshold_error.definition, by=definition),
    Step(
        Sum(p(x) * mixture(1, P - 1), (x, 1, P)) + guessed,
        by=Termwise(Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g)))),
    ),
    Step(
        Sum(p(x) * student, (x, 1, P)) + guessed,
        by=Termwise(ByClaim(normal_tail_mixture, {a: 1 / sqrt(P - 1)})),
    ),
    Step(student * mass + guessed, by=algebra),
)
hurwitz = zeta(alpha, P + 1) / zeta(alpha)

threshold_exact = Claim(
    id="assoc-scaling.threshold-exact",
    title="The error of a memory of the P most frequent inputs in closed form",
    says=(
        "With two classes and P stored inputs of equal weights, each stored input errs with one "
        "Student tail and all others are guessed."
    ),
    statement=Identity(
        threshold_error(alpha, d, P), student * harmonic(P, alpha) / zeta(alpha) + hurwitz / 2
    ),
    domain=Domain(alpha, d, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(threshold_error,),
    derivation=Derivation(
        *to_student,
        Step(student * harmonic(P, alpha) / zeta(alpha) + guessed, by=ExactSum()),
        Step(student * harmonic(P, alpha) / zeta(alpha) + hurwitz / 2, by=PowerTail()),
    ),
    uses=("assoc-scaling.binary-exact", "assoc-scaling.normal-tail-mixture"),
)


def tail(size: Any) -> Expr:
    """Integral of the Zipf law from ``size`` on: about the mass of the inputs beyond."""
    return size ** (1 - alpha) / ((alpha - 1) * zeta(alpha))


below = (
    Step(guessed, by=DropTerms()),
    Step(Integral(p(z) / 2, (z, P + 1, oo)), by=DecreasingSum(">=")),
    Step(tail(P + 1) / 2, by=PowerTail()),
)

threshold_bounds = Claim(
    id="assoc-scaling.threshold-bounds",
    title="Two sources of error: crowding among the stored inputs, and inputs left out",
    says=(
        "The error is at least half the mass left out, and at most that plus an exponential in the "
        "dimension over the number of stored inputs."
    ),
    statement=Bound(
        tail(P + 1) / 2,
        "<=",
        threshold_error(alpha, d, P),
        "<=",
        exp(-d / (2 * P)) / 2 + tail(P) / 2,
    ),
    domain=Domain(alpha, d, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(threshold_error,),
    derivation=Derivation(
        *to_student,
        *below,
        *to_student,
        Step(student * Sum(p(x), (x, 1, oo)) + guessed, by=WidenSum()),
        Step(student + guessed, by=ExactSum()),
        Step(
            (1 - 1 / P.symbol) ** (d / 2) / 2 + guessed,
            by=ByLink(student_tail, {ratio: 1 / sqrt(P - 1)}, link=2),
        ),
        Step(exp(-d / (2 * P)) / 2 + guessed, by=ExponentialAbove(1 / P.symbol, d / 2)),
        Step(exp(-d / (2 * P)) / 2 + Integral(p(z) / 2, (z, P, oo)), by=DecreasingSum("<=")),
        Step(exp(-d / (2 * P)) / 2 + tail(P) / 2, by=PowerTail()),
    ),
    uses=("assoc-scaling.binary-exact", "assoc-scaling.normal-tail-mixture", *SIMULATED),
)

normal_low = NormalCDF(-sqrt(d) / sqrt(P - 1))
normal_high = inflation * NormalCDF(-sqrt(d - 2) / sqrt(P))

threshold_normal = Claim(
    id="assoc-scaling.threshold-normal",
    title="The error of thresholded equal weights between normal tails",
    says=(
        "From dimension 3 on the error lies between the two normal tails of equal weights, up to "
        "the mass left out."
    ),
    statement=Bound(
        (1 - tail(P)) * normal_low,
        "<=",
        threshold_error(alpha, d, P),
        "<=",
        normal_high + tail(P) / 2,
    ),
    domain=Domain(alpha, high_d, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(threshold_error,),
    derivation=Derivation(
        *to_student,
        Step(student * mass, by=DropTerms()),
        Step(
            normal_low * mass,
            by=ByLink(student_normal, {ratio: 1 / sqrt(P - 1)}, link=1, backward=True),
        ),
        Step(normal_low * (1 - Sum(p(x), (x, P + 1, oo))), by=SplitSum()),
        Step(normal_low * (1 - Integral(p(z), (z, P, oo))), by=DecreasingSum(">=", negative=True)),
        Step((1 - tail(P)) * normal_low, by=PowerTail()),
        *to_student,
        Step(student * Sum(p(x), (x, 1, oo)) + guessed, by=WidenSum()),
        Step(student + guessed, by=ExactSum()),
        Step(
            normal_high + guessed,
            by=ByLink(student_normal, {ratio: 1 / sqrt(P - 1)}, link=2),
        ),
        Step(normal_high + Integral(p(z) / 2, (z, P, oo)), by=DecreasingSum("<=")),
        Step(normal_high + tail(P) / 2, by=PowerTail()),
    ),
    uses=("assoc-scaling.binary-exact", "assoc-scaling.normal-tail-mixture", *SIMULATED),
)

at_scale = {d: per * n, P: stored * n}
floor_level = NormalCDF(-sqrt(per) / sqrt(stored))
published_threshold_rate = Rate(threshold_error(alpha, per * n, stored * n), n, 1 - alpha)
"""What is attributed to the paper: P of the order of d gives the rate d^(1-alpha)."""

threshold_floor = Claim(
    id="assoc-scaling.threshold-floor",
    title="Storing a fixed multiple of d inputs with equal weights leaves a floor of error",
    says=(
        "If the number of equally weighted stored inputs is a fixed multiple of the dimension, the "
        "error does not fall to 0 at all, but tends to the normal tail at the root of d over P. "
        "Storing fewer inputs by a logarithm mends this."
    ),
    statement=Equivalent(threshold_error(alpha, per * n, stored * n), floor_level, as_=(n, oo)),
    domain=Domain(alpha, per, stored, n, remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.SUMMARY, Standing.CORRECTED),
    published="storing a multiple of d inputs, the error falls like the power 1 - alpha of d",
    observables=(threshold_error,),
    derivation=Derivation(
        Step(threshold_error.defined_as(alpha, per * n, stored * n), by=definition),
        Step(
            floor_level,
            by=Squeeze(
                threshold_normal,
                at_scale,
                lower=LimitOfParts(
                    n,
                    {
                        (stored * n) ** (1 - alpha): 0,
                        sqrt(per * n) / sqrt(stored * n - 1): sqrt(per) / sqrt(stored),
                    },
                ),
                upper=LimitOfParts(
                    n,
                    {
                        (stored * n) ** (1 - alpha): 0,
                        inflation.subs(d.symbol, per * n): (1, HalvedExpansion(n, per * n)),
                        sqrt(per * n - 2) / sqrt(stored * n): sqrt(per) / sqrt(stored),
                    },
                ),
            ),
        ),
    ),
    uses=SIMULATED,
)

many = Natural("d", at_least=16, meaning="embedding dimension", grid=(16, 100, 10**4, 10**8))
size = d / (2 * (alpha - 1) * log(d))
rate = tail(size) / 2

threshold_rate_bounds = Claim(
    id="assoc-scaling.threshold-rate-bounds",
    title="A logarithm fewer stored inputs than dimensions",
    says=(
        "With the integer part of y = d/(2 (alpha-1) log d) equally weighted inputs stored, the "
        "error lies between two bounds that come together."
    ),
    statement=Bound(
        tail(size + 1) / 2,
        "<=",
        threshold_error(alpha, d, floor(size)),
        "<=",
        d ** (1 - alpha) / 2 + tail(size - 1) / 2,
    ),
    domain=Domain(alpha, many, where=(size >= 2,), remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(threshold_error,),
    derivation=Derivation(
        Step(threshold_error.defined_as(alpha, d, floor(size)), by=definition),
        Step(
            tail(floor(size) + 1) / 2,
            by=ByLink(threshold_bounds, {P: floor(size)}, link=1, backward=True),
        ),
        Step(tail(size + 1) / 2, by=MonotoneIn(floor(size), size, ">=")),
        Step(threshold_error.defined_as(alpha, d, floor(size)), by=definition),
        Step(
            exp(-d / (2 * floor(size))) / 2 + tail(floor(size)) / 2,
            by=ByLink(threshold_bounds, {P: floor(size)}, link=2),
        ),
        Step(
            d ** (1 - alpha) / 2 + tail(floor(size)) / 2,
            by=MonotoneIn(floor(size), size, "<=", within=exp(-d / (2 * floor(size)))),
        ),
        Step(
            d ** (1 - alpha) / 2 + tail(size - 1) / 2,
            by=MonotoneIn(floor(size), size - 1, "<="),
        ),
    ),
    uses=SIMULATED,
)
y, w, ell = (Symbol(name, positive=True) for name in ("y", "w", "ell"))
letters = {y: size, ell: log(d)}

crowded = (alpha - 1) * zeta(alpha) * (2 * (alpha - 1)) ** (1 - alpha) * ell ** (1 - alpha)
upper_limit = LimitOfParts(
    d,
    {1 / y: 0, ell ** (1 - alpha): 0},
    letters=letters,
    written={log(d): ell, d: 2 * (alpha - 1) * y * ell},
    ratio=(1 - 1 / y) ** (1 - alpha) + crowded,
)

threshold_rate = Claim(
    id="assoc-scaling.threshold-rate",
    title="The rate of thresholded equal weights, with its logarithm",
    says=(
        "With the integer part of d/(2 (alpha-1) log d) equally weighted inputs stored, the error "
        "is asymptotically this constant times the power alpha - 1 of log d / d."
    ),
    statement=Equivalent(threshold_error(alpha, d, floor(size)), rate, as_=(d, oo)),
    domain=Domain(alpha, many, where=(size >= 2,), remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(threshold_error,),
    derivation=Derivation(
        Step(threshold_error.defined_as(alpha, d, floor(size)), by=definition),
        Step(
            rate,
            by=Squeeze(
                threshold_rate_bounds,
                lower=LimitOfParts(
                    d,
                    {1 / y: 0},
                    letters=letters,
                    written={size: y},
                    ratio=(1 + 1 / y) ** (1 - alpha),
                ),
                upper=upper_limit,
            ),
        ),
    ),
    uses=SIMULATED,
)

mills_ratio = Claim(
    id="assoc-scaling.mills-ratio",
    title="A lower bound on the normal tail",
    says="The normal tail is at least this multiple of the density (Mills' ratio).",
    statement=Bound(positive * NormalPDF(positive) / (1 + positive**2), "<=", NormalCDF(-positive)),
    domain=Domain(positive),
    source=source(),
    derivation=Derivation(
        Step(NormalCDF(-positive), by=definition),
        Step(1 - NormalCDF(positive), by=algebra),
        Step(positive * NormalPDF(positive) / (1 + positive**2), by=FallsToZero(positive)),
    ),
)

threshold_crowding = Claim(
    id="assoc-scaling.threshold-crowding",
    title="The commonest input alone errs like a normal tail when many are stored",
    says="The error is at least the probability of the commonest input times a normal tail.",
    statement=Bound(
        NormalCDF(-sqrt(d) / sqrt(P - 1)) / zeta(alpha), "<=", threshold_error(alpha, d, P)
    ),
    domain=Domain(alpha, d, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(threshold_error,),
    derivation=Derivation(
        *to_student,
        Step(student * mass, by=DropTerms()),
        Step(student / zeta(alpha), by=FirstTerm()),
        Step(
            normal_low / zeta(alpha),
            by=ByLink(student_tail, {ratio: 1 / sqrt(P - 1)}, link=1, backward=True),
        ),
    ),
    uses=SIMULATED,
)

best_error = Observable(
    "best_error",
    (alpha, d),
    latex=r"\min_P \mathcal{E}_{d,P}",
    meaning="least error over all numbers P, at least 2, of equally weighted stored inputs",
)
cut = Real("t", above=1, meaning="where the range of P is split", grid=(2, 10, 100))
least = Min(tail(cut + 1) / 2, NormalCDF(-sqrt(d) / sqrt(cut - 1)) / zeta(alpha))

threshold_optimal_bounds = Claim(
    id="assoc-scaling.threshold-optimal-bounds",
    title="How little a threshold with equal weights can cost",
    says=(
        "Whatever the number of stored inputs, either many are left out or many crowd the memory: "
        "the least error lies between these bounds, for every split t."
    ),
    statement=Bound(
        least, "<=", best_error(alpha, d), "<=", d ** (1 - alpha) / 2 + tail(size - 1) / 2
    ),
    domain=Domain(alpha, many, cut, where=(size >= 2,), remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(best_error,),
    derivation=Derivation(
        Step(best_error(alpha, d), by=definition),
        Step(
            least,
            by=LeastOver(
                best_error, threshold_error, P, threshold_bounds, threshold_crowding, at=cut.symbol
            ),
        ),
        Step(best_error(alpha, d), by=definition),
        Step(threshold_error(alpha, d, floor(size)), by=LeastAtMost(best_error, threshold_error)),
        Step(
            d ** (1 - alpha) / 2 + tail(size - 1) / 2,
            by=ByLink(threshold_rate_bounds, link=2, defined=False),
        ),
    ),
    uses=("assoc-scaling.threshold-bounds", "assoc-scaling.threshold-crowding", *SIMULATED),
)

height = 2 * (alpha - 1) * log(d) - (2 * alpha + 1) * log(log(d))
height_ell = 2 * (alpha - 1) * ell - (2 * alpha + 1) * log(ell)
q, h = Symbol("q", positive=True), Symbol("h", positive=True)
signal_d = sqrt(d) / sqrt(d / height)

threshold_optimal = Claim(
    id="assoc-scaling.threshold-optimal",
    title="The best threshold with equal weights pays a power of log d",
    says=(
        "Over all numbers of equally weighted stored inputs the least error is asymptotically this "
        "constant times the power alpha - 1 of log d / d."
    ),
    statement=Equivalent(best_error(alpha, d), rate, as_=(d, oo)),
    domain=Domain(alpha, many, where=(size >= 2,), remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(best_error,),
    derivation=Derivation(
        Step(best_error(alpha, d), by=definition),
        Step(
            rate,
            by=Squeeze(
                threshold_optimal_bounds,
                {cut: 1 + d / height},
                lower=LimitOfMinimum(
                    first=LimitOfParts(
                        d,
                        {q: 1, 1 / y: 0},
                        letters={y: size, q: d / height / size},
                        written={d / height: q * y, size: y},
                        ratio=(q + 2 / y) ** (1 - alpha),
                    ),
                    lower=ByLink(mills_ratio, {positive: sqrt(h)}, link=1, backward=True),
                    bound=signal_d * NormalPDF(signal_d) / (1 + signal_d**2) / zeta(alpha),
                    outgrown=(2 * (alpha - 1) * ell) ** (alpha - 1)
                    / (2 * (alpha - 1))
                    * sqrt(2 * pi)
                    * exp(h / 2 - (alpha - 1) * ell)
                    * (1 + h)
                    / sqrt(h),
                    letter=ell,
                    letter_is=log(d),
                    written={-height / 2: -h / 2, height: h, log(d): ell, d.symbol: exp(ell)},
                    letters={h: height_ell},
                ),
                upper=upper_limit,
            ),
        ),
    ),
    uses=SIMULATED,
)
