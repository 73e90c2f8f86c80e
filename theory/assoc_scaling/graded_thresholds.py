"""What does a threshold buy when the stored inputs have weights of their own? Two classes.

The memory stores the P most frequent of infinitely many inputs with the weights x^(-b),
b = rho alpha; all other inputs are guessed.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    Rational,
    Sum,
    Symbol,
    exp,
    floor,
    harmonic,
    oo,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactIntegral,
    ExactSum,
    Monotonicity,
    Natural,
    NormalCDF,
    NormalPDF,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    Through,
    algebra,
    definition,
)
from theory.assoc_scaling.exact_laws import (
    GAUSSIAN,
    PAIR,
    k,
)
from theory.assoc_scaling.model import PAPER
from theory.assoc_scaling.schemes import (
    SIMULATED,
    alpha,
    beta,
    beta_tail,
    d,
    decay,
    density,
    energy_share,
    energy_share_tail,
    gap_negative,
    moment,
    n,
    noise,
    norm,
    p,
    part,
    per,
    signal,
    u,
    v,
    x,
)
from theory.assoc_scaling.thresholds import P, below, mass, stored, tail
from theory.core.rules.comparison import (
    DecreasingSum,
    DropTerms,
    PowerTail,
    TailMixture,
    WidenSum,
)
from theory.core.rules.comparison_bounds import (
    ByLink,
    ExponentAlgebra,
    LargerExponent,
    MonotoneIn,
)
from theory.core.rules.comparison_heads import (
    ExchangeOnUnit,
    HeadBelowTail,
    HeadOfIntegral,
    JoinSums,
    LeftRectangle,
    LinearSums,
    ShorterRange,
)
from theory.core.rules.comparison_limits import (
    FadingExponential,
    LimitOfParts,
    Squeeze,
)

__all__ = [
    "power_sum_bound",
    "threshold_rho",
    "threshold_rho_bounds",
    "threshold_rho_lower",
    "threshold_rho_prescribed",
    "threshold_rho_prescribed_bounds",
    "threshold_rho_steep",
]

z = Symbol("z", positive=True)
y, w = (Symbol(name, positive=True) for name in "yw")


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """Where the claims of this section come from."""
    return Source(PAPER, "thresholded weighting schemes", seen=seen, standing=standing)


b = decay


def energy(size: Any) -> Expr:
    """Sum of the squares of the weights of the stored inputs."""
    return harmonic(size, 2 * b)


guess = Sum(p(x) / 2, (x, P + 1, oo))
graded_error = Observable(
    "graded_error",
    (alpha, b, d, P),
    latex=r"\mathcal{E}_{d,P}",
    meaning=(
        "probability of misclassifying an input drawn from Zipf's law, the P most frequent ones "
        "being stored with the powers -b of x as weights"
    ),
    definition=Sum(
        p(x) * gap_negative(x ** (-b.symbol), Sum(k ** (-2 * b), (k, 1, P)) - x ** (-2 * b)),
        (x, 1, P),
    )
    + guess,
)
share = x ** (-2 * b) / energy(P)
to_shares = (
    Step(graded_error.definition, by=definition),
    Step(
        Sum(p(x) * gap_negative(x ** (-b.symbol), energy(P) - x ** (-2 * b)), (x, 1, P)) + guess,
        by=Termwise(ExactSum()),
    ),
    Step(
        Sum(p(x) * beta_tail(share), (x, 1, P)) + guess,
        by=Termwise(
            ByClaim(energy_share, {signal: x ** (-b.symbol), noise: energy(P) - x ** (-2 * b)})
        ),
    ),
)
root = 1 / (2 * b + 1)

power_sum_bound = Claim(
    id="assoc-scaling.power-sum-bound",
    title="A bound on the energy of the stored inputs",
    says=(
        "The sum of the powers -2b of the first P whole numbers is at most 2b + 1 times the power "
        "1/(2b + 1) of P."
    ),
    statement=Bound(energy(P), "<=", P**root / root),
    domain=Domain(b, P),
    source=source(),
    derivation=Derivation(
        Step(energy(P), by=definition),
        Step(Sum(k ** (-2 * b), (k, 1, P)), by=ExactSum()),
        Step(Sum(k ** (-2 * b * root), (k, 1, P)), by=Termwise(LargerExponent(k))),
        Step(Integral(z ** (-2 * b * root), (z, 0, P)), by=DecreasingSum("<=")),
        Step(P**root / root, by=ExactIntegral(z**root / root)),
    ),
)

worst_share = P ** (-2 * b) / energy(P)
crowding = exp(-d * P ** (-2 * b - root) * root / 2) / 2

threshold_rho_bounds = Claim(
    id="assoc-scaling.threshold-rho-bounds",
    title="The two sources of error with graded weights",
    says=(
        "With P stored inputs of power-law weights the error is at least half the mass left out, "
        "and at most that plus an exponential, which is small when d is above the power 2b + 1 "
        "of P."
    ),
    statement=Bound(
        tail(P + 1) / 2, "<=", graded_error(alpha, b, d, P), "<=", crowding + tail(P) / 2
    ),
    domain=Domain(alpha, b, d, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(graded_error,),
    derivation=Derivation(
        Step(graded_error.definition, by=definition),
        *below,
        *to_shares,
        Step(
            Sum(p(x) * (1 - share) ** (d / 2) / 2, (x, 1, P)) + guess,
            by=Termwise(ByLink(energy_share_tail, {part: share}, link=1)),
        ),
        Step(
            Sum(p(x) * exp(-d * share / 2) / 2, (x, 1, P)) + guess,
            by=Termwise(ByLink(energy_share_tail, {part: share}, link=2)),
        ),
        Step(
            Sum(p(x) * exp(-d * worst_share / 2) / 2, (x, 1, P)) + guess,
            by=Termwise(Monotonicity(exp(-d * share / 2), Through(x, v, inner=share), at=P)),
        ),
        Step(exp(-d * worst_share / 2) / 2 * mass + guess, by=algebra),
        Step(exp(-d * worst_share / 2) / 2 * Sum(p(x), (x, 1, oo)) + guess, by=WidenSum()),
        Step(exp(-d * worst_share / 2) / 2 + guess, by=ExactSum()),
        Step(crowding + guess, by=ByLink(power_sum_bound, link=1)),
        Step(crowding + Integral(p(z) / 2, (z, P, oo)), by=DecreasingSum("<=")),
        Step(crowding + tail(P) / 2, by=PowerTail()),
    ),
    uses=("assoc-scaling.energy-share", "assoc-scaling.energy-share-tail", *SIMULATED),
)

few = d**root
fading = exp(-(d ** (2 * b * root**2)) * root / 2) / 2

threshold_rho_prescribed_bounds = Claim(
    id="assoc-scaling.threshold-rho-prescribed-bounds",
    title="The prescribed threshold for graded weights",
    says=(
        "With power-law weights on about as many inputs as the root of d of degree 2b + 1, the "
        "error lies between two bounds that come together."
    ),
    statement=Bound(
        tail(few + 1) / 2,
        "<=",
        graded_error(alpha, b, d, floor(few)),
        "<=",
        fading + tail(few - 1) / 2,
    ),
    domain=Domain(alpha, b, d, where=(few >= 2,), remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(graded_error,),
    derivation=Derivation(
        Step(graded_error.defined_as(alpha, b, d, floor(few)), by=definition),
        Step(
            tail(floor(few) + 1) / 2,
            by=ByLink(threshold_rho_bounds, {P: floor(few)}, link=1, backward=True),
        ),
        Step(tail(few + 1) / 2, by=MonotoneIn(floor(few), few, ">=")),
        Step(graded_error.defined_as(alpha, b, d, floor(few)), by=definition),
        Step(
            crowding.subs(P.symbol, floor(few)) + tail(floor(few)) / 2,
            by=ByLink(threshold_rho_bounds, {P: floor(few)}, link=2),
        ),
        Step(
            crowding.subs(P.symbol, few) + tail(floor(few)) / 2,
            by=MonotoneIn(floor(few), few, "<=", within=crowding.subs(P.symbol, floor(few))),
        ),
        Step(fading + tail(floor(few)) / 2, by=ExponentAlgebra(d)),
        Step(fading + tail(few - 1) / 2, by=MonotoneIn(floor(few), few - 1, "<=")),
    ),
    uses=SIMULATED,
)

fading_y = exp(-(y ** (2 * b * root)) * root / 2)

threshold_rho_prescribed = Claim(
    id="assoc-scaling.threshold-rho-prescribed",
    title="The rate of graded weights with the prescribed threshold",
    says=(
        "With power-law weights on as many inputs as the root of d of degree 2 rho alpha + 1, the "
        "error falls like the power (alpha-1)/(2 rho alpha + 1) of the dimension, with this "
        "constant."
    ),
    statement=Equivalent(graded_error(alpha, b, d, floor(few)), tail(few) / 2, as_=(d, oo)),
    domain=Domain(alpha, b, d, where=(few >= 2,), remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.RECOLLECTION, Standing.SHARPENED),
    observables=(graded_error,),
    derivation=Derivation(
        Step(graded_error.defined_as(alpha, b, d, floor(few)), by=definition),
        Step(
            tail(few) / 2,
            by=Squeeze(
                threshold_rho_prescribed_bounds,
                lower=LimitOfParts(
                    d,
                    {1 / y: 0},
                    letters={y: few},
                    written={d.symbol: y ** (1 / root)},
                    ratio=(1 + 1 / y) ** (1 - alpha),
                ),
                upper=LimitOfParts(
                    d,
                    {w: (0, FadingExponential(d)), 1 / y: 0},
                    letters={y: few, w: y ** (alpha - 1) * fading_y},
                    written={d.symbol: y ** (1 / root)},
                    ratio=(1 - 1 / y) ** (1 - alpha) + (alpha - 1) * zeta(alpha) * w,
                ),
            ),
        ),
    ),
    uses=SIMULATED,
)

gentle = Real(
    "b",
    above=0,
    below=Rational(1, 2),
    meaning="decay of the weights, powers -b of x: powers rho of p for b = rho alpha",
    grid=(Rational(1, 5), Rational(1, 20), Rational(2, 5)),
)
edge = sqrt((1 - 2 * b) * per / stored)
ramp = Rational(1, 2) + Integral(((u / edge) ** beta - 1) * NormalPDF(u), (u, edge, oo))
at_fraction = edge * v ** (-b)
per_fraction = (alpha - 1) * v ** (-alpha)  # beyond 1 it has the integral 1

threshold_rho = Claim(
    id="assoc-scaling.threshold-rho",
    title="With mildly graded weights, storing a multiple of d inputs attains the power 1 - alpha",
    says=(
        "For 2 rho alpha strictly between 0 and 1, storing a fixed multiple of d inputs leaves no "
        "floor: the error falls like the power 1 - alpha of the dimension, with this constant and "
        "no logarithm. The threshold prescribed for graded weights gives a smaller power."
    ),
    statement=Equivalent(
        graded_error(alpha, gentle, per * n, stored * n), tail(stored * n) * ramp, as_=(n, oo)
    ),
    domain=Domain(alpha, gentle, per, stored, n, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(graded_error,),
    derivation=Derivation(
        Step(graded_error.defined_as(alpha, gentle, per * n, stored * n), by=definition),
        Step(
            tail(stored * n) * Integral(per_fraction * NormalCDF(-at_fraction), (v, 0, 1))
            + tail(stored * n) / 2,
            by=Cited(
                "dominated convergence theorem",
                "for the sum over $x = v P$ as a Riemann sum in $v$",
                sense="~",
            ),
            note=(
                "at $x = v P$ the signal-to-noise ratio tends to $s v^{-b}$ with "
                "$s^2 = (1 - 2b) d / P$, and an exponential in $v^{-2b}$ dominates the error"
            ),
        ),
        Step(
            tail(stored * n)
            * Integral(per_fraction * Integral(NormalPDF(u), (u, at_fraction, oo)), (v, 0, 1))
            + tail(stored * n) / 2,
            by=Termwise(ExactIntegral(NormalCDF(u))),
        ),
        Step(
            tail(stored * n)
            * Integral(
                NormalPDF(u) * Integral(per_fraction, (v, (edge / u) ** (1 / b), 1)),
                (u, edge, oo),
            )
            + tail(stored * n) / 2,
            by=ExchangeOnUnit(at_fraction, (edge / u) ** (1 / b)),
        ),
        Step(
            tail(stored * n)
            * Integral(
                NormalPDF(u) * ((u / edge) ** beta - 1),
                (u, edge, oo),
            )
            + tail(stored * n) / 2,
            by=Termwise(ExactIntegral(-(v ** (1 - alpha)))),
        ),
        Step(tail(stored * n) * ramp, by=algebra),
    ),
    uses=("assoc-scaling.energy-share", *SIMULATED),
)

alone = x ** (-2 * b)
lower_main = moment(beta / 2) / ((alpha - 1) * zeta(alpha))
lower_remainder = moment(alpha / (2 * b)) / zeta(alpha)
from_share = v ** (-1 / (2 * b))

threshold_rho_lower = Claim(
    id="assoc-scaling.threshold-rho-lower",
    title="No threshold improves the exponent of graded weights",
    says=(
        "Whatever the number of stored inputs, the error with power-law weights is at least a "
        "closed form in Beta functions that falls like the power (alpha-1)/(2 rho alpha) of the "
        "dimension, as the error without a threshold does for 2 rho alpha above 1."
    ),
    statement=Bound(lower_main - lower_remainder, "<=", graded_error(alpha, b, d, P)),
    domain=Domain(alpha, b, d, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(graded_error,),
    derivation=Derivation(
        *to_shares,
        Step(
            Sum(p(x) * beta_tail(alone), (x, 1, P)) + guess,
            by=Termwise(ShorterRange(alone)),
            note="the weights of the others only disturb",
        ),
        Step(
            Sum(p(x) * beta_tail(alone), (x, 1, P)) + Sum(p(x) * beta_tail(0), (x, P + 1, oo)),
            by=Termwise(ExactIntegral()),
        ),
        Step(
            Sum(p(x) * beta_tail(alone), (x, 1, P)) + Sum(p(x) * beta_tail(alone), (x, P + 1, oo)),
            by=Termwise(ShorterRange(alone)),
        ),
        Step(Sum(p(x) * beta_tail(alone), (x, 1, oo)), by=JoinSums()),
        Step(
            Integral(density * Integral(p(z), (z, from_share, oo)), (v, 0, 1)) - lower_remainder,
            by=TailMixture(alone, from_share, lower_remainder, sense=">="),
        ),
        Step(
            Integral(density * from_share ** (1 - alpha) / ((alpha - 1) * zeta(alpha)), (v, 0, 1))
            - lower_remainder,
            by=Termwise(PowerTail()),
        ),
        Step(lower_main - lower_remainder, by=ExactIntegral()),
    ),
    uses=("assoc-scaling.energy-share", *SIMULATED),
)

steep = Real("rho", at_least=1, latex=r"\rho", meaning="power of p in the weights", grid=(1, 2))
plane = Natural("d", at_least=2, meaning="embedding dimension", grid=(2, 10, 1000))
fast = steep * alpha
whole, part_of_it = zeta(2 * fast), harmonic(P, 2 * fast)


def against(energies: Any) -> Expr:
    """Error of input x when the squares of all weights sum up to ``energies``."""
    return gap_negative(x ** (-fast), energies - x ** (-2 * fast))


all_stored = Observable(
    "all_stored",
    (alpha, steep, plane),
    latex=r"\mathcal{E}_{d,\infty}",
    meaning="the error when all inputs are stored, the weights being powers rho of p",
    definition=Sum(p(x) * against(whole), (x, 1, oo)),
)
some_stored = Observable(
    "some_stored",
    (alpha, steep, plane, P),
    latex=r"\mathcal{E}_{d,P}",
    meaning="same error when the P most frequent inputs are stored",
    definition=Sum(p(x) * against(part_of_it), (x, 1, P)) + guess,
)
share_of_all, share_of_some = x ** (-2 * fast) / whole, x ** (-2 * fast) / part_of_it
loss = p(x) * share_of_all * density.subs(v, share_of_all)
more = 1 / part_of_it - 1 / whole
right = Sum(p(x) * beta_tail(share_of_all), (x, 1, oo))
head_right = Sum(p(x) * beta_tail(share_of_all), (x, 1, P))
tail_right = Sum(p(x) * beta_tail(share_of_all), (x, P + 1, oo))
head_loss, tail_loss = Sum(loss, (x, 1, P)), Sum(loss, (x, P + 1, oo))


def by_share(energies: Any) -> Termwise:
    """An input's error through its share of the energy."""
    at = {signal: x ** (-fast), noise: energies - x ** (-2 * fast)}
    return Termwise(ByClaim(energy_share, at))


threshold_rho_steep = Claim(
    id="assoc-scaling.threshold-rho-steep",
    title="For weights as steep as the Zipf law no threshold helps",
    says=(
        "From rho = 1 and dimension 2 on, storing all inputs with powers rho of p as weights is at "
        "least as good as storing any number of the most frequent ones."
    ),
    statement=Bound(all_stored(alpha, steep, plane), "<=", some_stored(alpha, steep, plane, P)),
    domain=Domain(alpha, steep, plane, P, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(all_stored, some_stored),
    derivation=Derivation(
        Step(some_stored.definition, by=definition),
        Step(
            Sum(p(x) * beta_tail(share_of_some), (x, 1, P)) + guess,
            by=by_share(part_of_it),
        ),
        Step(
            Sum(
                p(x)
                * (
                    beta_tail(share_of_all)
                    - (share_of_some - share_of_all) * density.subs(v, share_of_all)
                ),
                (x, 1, P),
            )
            + guess,
            by=Termwise(LeftRectangle(share_of_all)),
            note="without the threshold the share of a stored input is smaller",
        ),
        Step(
            Sum(
                p(x)
                * (
                    beta_tail(share_of_all)
                    - (share_of_some - share_of_all) * density.subs(v, share_of_all)
                ),
                (x, 1, P),
            )
            + Sum(p(x) * beta_tail(0), (x, P + 1, oo)),
            by=Termwise(ExactIntegral()),
        ),
        Step(
            Sum(
                p(x)
                * (
                    beta_tail(share_of_all)
                    - (share_of_some - share_of_all) * density.subs(v, share_of_all)
                ),
                (x, 1, P),
            )
            + Sum(
                p(x) * (beta_tail(share_of_all) + 2 * share_of_all * density.subs(v, share_of_all)),
                (x, P + 1, oo),
            ),
            by=Termwise(HeadOfIntegral(share_of_all, Rational(1, 2))),
            note="but the inputs beyond the threshold have one",
        ),
        Step(
            head_right + tail_right - (whole / part_of_it - 1) * head_loss + 2 * tail_loss,
            by=LinearSums(),
        ),
        Step(
            right - (whole / part_of_it - 1) * head_loss + 2 * tail_loss,
            by=JoinSums(),
        ),
        Step(
            right + tail_loss,
            by=HeadBelowTail(
                x,
                by=x ** (-2 * fast),
                quotients=(
                    norm / (zeta(alpha) * sqrt(whole)),
                    x ** (fast - alpha),
                    (1 - share_of_all) ** (plane / 2 - 1),
                ),
            ),
        ),
        Step(right, by=DropTerms()),
        Step(all_stored.definition, by=by_share(whole)),
    ),
    uses=("assoc-scaling.energy-share", *SIMULATED),
)
