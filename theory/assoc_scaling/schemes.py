"""How fast do the errors of fixed weighting schemes fall with the dimension?

Two classes; the weights are equal (fill) or a power of the Zipf law, q = p^rho, that is
q(x) = x^(-b) with b = rho alpha.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    Integral,
    Rational,
    Sum,
    Symbol,
    exp,
    gamma,
    harmonic,
    oo,
    pi,
    sqrt,
    zeta,
)
from sympy import beta as beta_function

from theory import (
    EVERY_POWER,
    Bound,
    ByClaim,
    ChangeOfVariables,
    ChiPDF,
    Cited,
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
    Real,
    Seen,
    Source,
    Standing,
    Step,
    StudentCDF,
    StudentPDF,
    Termwise,
    algebra,
    definition,
)
from theory.assoc_scaling.exact_laws import (
    GAUSSIAN,
    PAIR,
    a,
    g,
    k,
    normal_tail_mixture,
    others,
    r,
    ratio,
    s,
    student_tail,
)
from theory.assoc_scaling.exact_laws import x as token
from theory.assoc_scaling.model import PAPER
from theory.core.rules.comparison import (
    ExponentialTail,
    MonotoneChange,
    PowerTail,
    TailExchange,
    TailMixture,
)
from theory.core.rules.comparison_bounds import (
    ByLink,
    ExponentialAbove,
)
from theory.core.rules.comparison_limits import (
    BeyondAllOrders,
    HalvedExpansion,
    LimitOfParts,
    Squeeze,
)

__all__ = [
    "energy_share",
    "energy_share_tail",
    "fill_scheme",
    "fill_scheme_bound",
    "fill_scheme_crossover",
    "fill_scheme_normal",
    "fill_scheme_overflow",
    "rho_rate",
    "rho_rate_all_orders",
    "rho_rate_bracket",
    "rho_rate_correction",
    "rho_rate_finite_N",
    "scheme_collapsed",
    "student_normal",
    "student_share",
]
d = Natural("d", at_least=1, meaning="embedding dimension", grid=(1, 2, 5, 20, 200))
N = Natural("N", at_least=2, meaning="number of inputs", grid=(2, 3, 10, 100, 10_000))
x = token.symbol
u, v, z = (Symbol(name, positive=True) for name in "uvz")
PLACE = "rates of the weighting schemes"
SIMULATED = ("assoc-scaling.scheme-collapsed",)  # what a simulation by quadrature rests on


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """Where the claims of this section come from."""
    return Source(PAPER, PLACE, seen=seen, standing=standing)


def gap_negative(signal: Any, noise: Any) -> Expr:
    """Probability that signal r + sqrt(noise) g is negative, written out."""
    return Integral(ChiPDF(r, d) * NormalPDF(g), (g, -oo, -signal * r / sqrt(noise)), (r, 0, oo))


def mixture(signal: Any, noise: Any) -> Expr:
    """The same, with the integral over g carried out."""
    return Integral(ChiPDF(r, d) * NormalCDF(-signal / sqrt(noise) * r), (r, 0, oo))


norm = gamma((d + 1) / 2) / (2 * sqrt(pi) * gamma(d / 2))
density = norm * v ** Rational(-1, 2) * (1 - v) ** (d / 2 - 1)


def beta_tail(share: Any) -> Expr:
    """Half the probability that a variable of the law Beta(1/2, d/2) exceeds the share."""
    return Integral(density, (v, share, 1))


signal = Real("w", at_least=0, meaning="weight of the input", grid=(0, Rational(1, 2), 1, 3))
noise = Real("n", above=0, meaning="sum of the squares of all other weights", grid=(1, 2, 50))

misclassified = Observable(
    "misclassified",
    (d, signal, noise),
    latex=r"\mathbb{P}(w r + \sqrt{n} g < 0)",
    meaning=(
        "probability of misclassifying an input of weight w with two classes, g being a standard "
        "normal and r the length of a standard Gaussian vector in dimension d"
    ),
    definition=gap_negative(signal, noise),
)
amplitude = signal / sqrt(noise)

energy_share = Claim(
    id="assoc-scaling.energy-share",
    title="With two classes the error of an input depends on its share of the energy alone",
    says=(
        "The probability of misclassifying an input is half the probability that a Beta variable "
        "of parameters 1/2 and d/2 exceeds the square of its weight over the sum of the squares "
        "of all weights, its own included."
    ),
    statement=Identity(misclassified(d, signal, noise), beta_tail(signal**2 / (signal**2 + noise))),
    domain=Domain(d, signal, noise),
    source=source(),
    observables=(misclassified,),
    derivation=Derivation(
        Step(misclassified.definition, by=definition),
        Step(mixture(signal, noise), by=Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g)))),
        Step(StudentCDF(-sqrt(d) * amplitude, d), by=ByClaim(normal_tail_mixture, {a: amplitude})),
        Step(
            Integral(sqrt(d) * StudentPDF(sqrt(d) * s, d), (s, amplitude, oo)),
            by=ExactIntegral(StudentCDF(sqrt(d) * s, d)),
        ),
        Step(
            beta_tail(signal**2 / (signal**2 + noise)),
            by=MonotoneChange(s, v, old_as=sqrt(v / (1 - v))),
        ),
    ),
    uses=("assoc-scaling.binary-exact", *SIMULATED),
)

student_share = Claim(
    id="assoc-scaling.student-share",
    title="A Student tail is a Beta tail",
    says=(
        "A Student tail at a nonnegative signal over the root of a noise is half the probability "
        "that a Beta variable of parameters 1/2 and d/2 exceeds the share of the signal in the "
        "whole energy."
    ),
    statement=Identity(
        StudentCDF(-sqrt(d) * amplitude, d), beta_tail(signal**2 / (signal**2 + noise))
    ),
    domain=Domain(d, signal, noise),
    source=source(),
    derivation=Derivation(
        Step(StudentCDF(-sqrt(d) * amplitude, d), by=definition),
        Step(
            Integral(sqrt(d) * StudentPDF(sqrt(d) * s, d), (s, amplitude, oo)),
            by=ExactIntegral(StudentCDF(sqrt(d) * s, d)),
        ),
        Step(
            beta_tail(signal**2 / (signal**2 + noise)),
            by=MonotoneChange(s, v, old_as=sqrt(v / (1 - v))),
        ),
    ),
)

part = Real(
    "s",
    at_least=0,
    below=1,
    meaning="share of the energy",
    grid=(0, Rational(1, 9), Rational(1, 2)),
)

energy_share_tail = Claim(
    id="assoc-scaling.energy-share-tail",
    title="The error falls exponentially in the dimension times the share of the energy",
    says=(
        "An input whose share of the energy is s is misclassified with a probability of at most "
        "half the power d/2 of 1 - s, and so at most half the exponential of minus d s over 2."
    ),
    statement=Bound(beta_tail(part), "<=", (1 - part) ** (d / 2) / 2, "<=", exp(-d * part / 2) / 2),
    domain=Domain(d, part),
    source=source(),
    derivation=Derivation(
        Step(beta_tail(part), by=definition),
        Step(
            Integral(sqrt(d) * StudentPDF(sqrt(d) * z, d), (z, sqrt(part.symbol / (1 - part)), oo)),
            by=MonotoneChange(z, v, old_as=sqrt(v / (1 - v)), backward=True),
        ),
        Step(
            StudentCDF(-sqrt(d) * sqrt(part.symbol / (1 - part)), d),
            by=ExactIntegral(StudentCDF(sqrt(d) * z, d)),
        ),
        Step(
            (1 + part.symbol / (1 - part)) ** (-d / 2) / 2,
            by=ByLink(student_tail, {ratio: sqrt(part.symbol / (1 - part))}, link=2),
        ),
        Step((1 - part) ** (d / 2) / 2, by=algebra),
        Step((1 - part) ** (d / 2) / 2, by=definition),
        Step(exp(-d * part / 2) / 2, by=ExponentialAbove(part, d / 2)),
    ),
)

high_d = Natural("d", at_least=3, meaning="embedding dimension", grid=(3, 4, 5, 20, 200, 10**6))
share = ratio**2 / (1 + ratio**2)
inflation = sqrt(2) * gamma((d + 1) / 2) / (sqrt(d - 2) * gamma(d / 2))

student_normal = Claim(
    id="assoc-scaling.student-normal",
    title="The Student tail lies between two normal tails",
    says=(
        "At a nonnegative signal-to-noise ratio the error is at least one normal tail and at most "
        "another, and the two come together as the dimension grows."
    ),
    statement=Bound(
        NormalCDF(-sqrt(d) * ratio),
        "<=",
        StudentCDF(-sqrt(d) * ratio, d),
        "<=",
        inflation * NormalCDF(-sqrt(d - 2) * ratio / sqrt(1 + ratio**2)),
    ),
    domain=Domain(high_d, ratio),
    source=source(),
    derivation=Derivation(
        Step(StudentCDF(-sqrt(d) * ratio, d), by=definition),
        Step(NormalCDF(-sqrt(d) * ratio), by=ByLink(student_tail, link=1, backward=True)),
        Step(StudentCDF(-sqrt(d) * ratio, d), by=definition),
        Step(
            Integral(sqrt(d) * StudentPDF(sqrt(d) * s, d), (s, ratio, oo)),
            by=ExactIntegral(StudentCDF(sqrt(d) * s, d)),
        ),
        Step(beta_tail(share), by=MonotoneChange(s, v, old_as=sqrt(v / (1 - v)))),
        Step(
            Integral(norm * v ** Rational(-1, 2) * exp(-(d / 2 - 1) * v), (v, share, oo)),
            by=ExponentialTail(d / 2 - 1),
        ),
        Step(
            Integral(inflation * NormalPDF(u), (u, sqrt(d - 2) * sqrt(share), oo)),
            by=ChangeOfVariables(v, u, old_as=u**2 / (d - 2)),
        ),
        Step(
            inflation * NormalCDF(-sqrt(d - 2) * ratio / sqrt(1 + ratio**2)),
            by=ExactIntegral(inflation * NormalCDF(u)),
        ),
    ),
)

size = Natural("N", at_least=2, meaning="number of inputs")
kept = Natural("P", at_least=2, meaning="number of stored inputs")
zipf = Real("alpha", at_least=0, latex=r"\alpha", meaning="Zipf exponent")
slope = Real("b", at_least=0, meaning="decay of the weights, powers -b of x; 0 for equal ones")


def weighted(error: Any) -> Expr:
    """The Zipf mean of an error on the stored inputs, and of 1/2 on all others."""
    law = x ** (-zipf) / harmonic(size, zipf)
    rest = Sum(k ** (-2 * slope), (k, 1, kept)) - x ** (-2 * slope)
    stored = Sum(law * error(x ** (-slope), rest), (x, 1, kept))
    return stored + Sum(law / 2, (x, kept + 1, size))


simulated = Observable(
    "simulated",
    (zipf, slope, d, kept, size),
    latex=r"\mathcal{E}",
    meaning="how often simulated memories misclassify an input drawn from Zipf's law",
    definition=weighted(gap_negative),
)
quadrature = Observable(
    "quadrature",
    (zipf, slope, d, kept, size),
    latex=r"\overline{\mathcal{E}}",
    meaning="the Zipf mean of normal tails, each averaged over the length r of an embedding",
    definition=weighted(mixture),
)

scheme_collapsed = Claim(
    id="assoc-scaling.scheme-collapsed",
    title="The error of a weighting scheme is a Zipf mean of averaged normal tails",
    says=(
        "Whatever the decay of the weights and the number of stored inputs, simulated memories err "
        "as often as a sum over inputs of one-dimensional integrals says."
    ),
    statement=Identity(simulated(), quadrature()),
    domain=Domain(zipf, slope, d, kept, size, where=(kept <= size,), remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(simulated, quadrature),
    derivation=Derivation(
        Step(simulated.definition, by=definition),
        Step(
            quadrature.definition,
            by=Termwise(Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g)))),
        ),
    ),
    uses=("assoc-scaling.collapsed-law", "assoc-scaling.binary-exact"),
)

fill_error = Observable(
    "fill_error",
    (N, d),
    latex=r"\mathcal{E}_{N,d}",
    meaning="probability of misclassifying any one of N inputs of equal weights",
    definition=gap_negative(1, N - 1),
)
student = StudentCDF(-sqrt(d) / sqrt(N - 1), d)
to_student = (
    Step(fill_error.definition, by=definition),
    Step(mixture(1, N - 1), by=Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g)))),
    Step(student, by=ByClaim(normal_tail_mixture, {a: 1 / sqrt(N - 1)})),
)

fill_scheme = Claim(
    id="assoc-scaling.fill-scheme",
    title="The error of equal weights in closed form",
    says=(
        "With two classes and equal weights on N inputs every input is misclassified with the same "
        "probability, Student's distribution function at minus the root of d over N - 1."
    ),
    statement=Identity(fill_error(N, d), student),
    domain=Domain(N, d, remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(fill_error,),
    derivation=Derivation(*to_student),
    uses=("assoc-scaling.binary-exact", *SIMULATED),
)

exponential = (1 - 1 / N.symbol) ** (d / 2) / 2

fill_scheme_bound = Claim(
    id="assoc-scaling.fill-scheme-bound",
    title="With equal weights the error falls exponentially in d / N",
    says="The error of equal weights lies between a normal tail and an exponential in d over N.",
    statement=Bound(
        NormalCDF(-sqrt(d) / sqrt(N - 1)),
        "<=",
        fill_error(N, d),
        "<=",
        exponential,
    ),
    domain=Domain(N, d, remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(fill_error,),
    derivation=Derivation(
        *to_student,
        Step(
            NormalCDF(-sqrt(d) / sqrt(N - 1)),
            by=ByLink(student_tail, {ratio: 1 / sqrt(N - 1)}, link=1, backward=True),
        ),
        *to_student,
        Step(exponential, by=ByLink(student_tail, {ratio: 1 / sqrt(N - 1)}, link=2)),
    ),
    uses=("assoc-scaling.binary-exact", *SIMULATED),
)

fill_scheme_normal = Claim(
    id="assoc-scaling.fill-scheme-normal",
    title="With equal weights the error lies between two normal tails",
    says=(
        "From dimension 3 on the error of equal weights lies between two normal tails, which come "
        "together as the dimension and the number of inputs grow."
    ),
    statement=Bound(
        NormalCDF(-sqrt(d) / sqrt(N - 1)),
        "<=",
        fill_error(N, d),
        "<=",
        inflation * NormalCDF(-sqrt(d - 2) / sqrt(N)),
    ),
    domain=Domain(N, high_d, remarks=(GAUSSIAN, PAIR)),
    source=source(),
    observables=(fill_error,),
    derivation=Derivation(
        *to_student,
        Step(
            NormalCDF(-sqrt(d) / sqrt(N - 1)),
            by=ByLink(student_normal, {ratio: 1 / sqrt(N - 1)}, link=1, backward=True),
        ),
        *to_student,
        Step(
            inflation * NormalCDF(-sqrt(d - 2) / sqrt(N)),
            by=ByLink(student_normal, {ratio: 1 / sqrt(N - 1)}, link=2),
        ),
    ),
    uses=SIMULATED,
)

n = Natural("n", at_least=2, meaning="scale of both sizes")
per = Natural("k", at_least=1, meaning="dimension in units of n", grid=(1, 2, 8))
inputs = Natural("m", at_least=1, meaning="number of inputs in units of n", grid=(1, 3))
crossover = NormalCDF(-sqrt(per) / sqrt(inputs))

fill_scheme_crossover = Claim(
    id="assoc-scaling.fill-scheme-crossover",
    title="Equal weights have a smooth crossover in d / N, and no threshold",
    says=(
        "If the dimension and the number of inputs grow in proportion, the error of equal weights "
        "tends to the normal tail at the root of d over N, strictly between 0 and 1/2."
    ),
    statement=Equivalent(fill_error(inputs * n, per * n), crossover, as_=(n, oo)),
    domain=Domain(per, inputs, n, remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(fill_error,),
    derivation=Derivation(
        Step(fill_error.defined_as(inputs * n, per * n), by=definition),
        Step(
            crossover,
            by=Squeeze(
                fill_scheme_normal,
                {N: inputs * n, d: per * n},
                lower=LimitOfParts(
                    n, {sqrt(per * n) / sqrt(inputs * n - 1): sqrt(per) / sqrt(inputs)}
                ),
                upper=LimitOfParts(
                    n,
                    {
                        inflation.subs(d.symbol, per * n): (1, HalvedExpansion(n, per * n)),
                        sqrt(per * n - 2) / sqrt(inputs * n): sqrt(per) / sqrt(inputs),
                    },
                ),
            ),
        ),
    ),
    uses=SIMULATED,
)

fill_scheme_overflow = Claim(
    id="assoc-scaling.fill-scheme-overflow",
    title="Equal weights on ever more inputs end up guessing",
    says="In any fixed dimension the error of equal weights on N inputs tends to 1/2.",
    statement=Equivalent(fill_error(N, d), Rational(1, 2), as_=(N, oo)),
    domain=Domain(N, d, remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(fill_error,),
    derivation=Derivation(
        Step(fill_error.definition, by=definition),
        Step(
            Rational(1, 2),
            by=Squeeze(
                fill_scheme_bound,
                lower=LimitOfParts(N, {1 / sqrt(N - 1): 0}),
                upper=LimitOfParts(N, {1 - 1 / N.symbol: 1}),
            ),
        ),
    ),
    uses=SIMULATED,
)

alpha = Real(
    "alpha",
    above=1,
    latex=r"\alpha",
    meaning="Zipf exponent",
    grid=(2, Rational(6, 5), Rational(3, 2), 3),
)
b = Real(
    "b",
    above=Rational(1, 2),
    meaning="decay of the weights, powers -b of x: powers rho of p for b = rho alpha",
    grid=(1, 2, Rational(13, 20), 3),
)


def p(x: Any) -> Expr:
    """Zipf probability of input x."""
    return x ** (-alpha) / zeta(alpha)


def moment(power: Any) -> Expr:
    """Half the mean of V^power for V of the law Beta(1/2, d/2)."""
    half = Rational(1, 2)
    return beta_function(half + power, d / 2) / (2 * beta_function(half, d / 2))


rho_error = Observable(
    "rho_error",
    (alpha, b, d),
    latex=r"\mathcal{E}_d",
    meaning=(
        "probability of misclassifying an input drawn from Zipf's law, the weights being powers -b "
        "of x"
    ),
    definition=Sum(
        p(x) * gap_negative(x ** (-b.symbol), Sum(others(k) * k ** (-2 * b), (k, 1, oo))),
        (x, 1, oo),
    ),
)
beta = (alpha - 1) / b
total = zeta(2 * b)
main = total ** (beta / 2) * moment(beta / 2) / ((alpha - 1) * zeta(alpha))
remainder = total ** (alpha / (2 * b)) * moment(alpha / (2 * b)) / zeta(alpha)
index = (total * v) ** (-1 / (2 * b))
to_shares = (
    Step(rho_error.definition, by=definition),
    Step(
        Sum(p(x) * gap_negative(x ** (-b.symbol), total - x ** (-2 * b)), (x, 1, oo)),
        by=Termwise(ExactSum()),
    ),
    Step(
        Sum(p(x) * beta_tail(x ** (-2 * b) / total), (x, 1, oo)),
        by=Termwise(
            ByClaim(energy_share, {signal: x ** (-b.symbol), noise: total - x ** (-2 * b)})
        ),
    ),
)
to_main = (
    Step(
        Integral(density * index ** (1 - alpha) / ((alpha - 1) * zeta(alpha)), (v, 0, 1)),
        by=Termwise(PowerTail()),
    ),
    Step(main, by=ExactIntegral()),
)
MODEL = (
    GAUSSIAN,
    PAIR,
    "the cross-talk of infinitely many inputs is a series that converges in mean square",
)

rho_rate_bracket = Claim(
    id="assoc-scaling.rho-rate-bracket",
    title="The error of power-law weights in closed form, up to one term of lower order",
    says=(
        "For square-summable weights and Zipf inputs the error differs from a closed form in Beta "
        "and zeta functions by at most another such closed form, in every dimension."
    ),
    statement=Bound(Abs(rho_error(alpha, b, d) - main), "<=", remainder),
    domain=Domain(alpha, b, d, remarks=MODEL),
    source=source(),
    observables=(rho_error,),
    derivation=Derivation(
        *to_shares,
        Step(
            Integral(density * Integral(p(z), (z, index, oo)), (v, 0, 1)),
            by=TailMixture(x ** (-2 * b) / total, index, remainder),
        ),
        *to_main,
    ),
    uses=("assoc-scaling.energy-share", "assoc-scaling.binary-exact", *SIMULATED),
)

A = (
    2 ** (beta / 2)
    * gamma((beta + 1) / 2)
    / (2 * sqrt(pi))
    * total ** (beta / 2)
    / ((alpha - 1) * zeta(alpha))
)
leading = A * d ** (-beta / 2)

rho_rate = Claim(
    id="assoc-scaling.rho-rate",
    title="Error of power-law weights in dimension d",
    says=(
        "For square-summable weights, powers rho of p, the error falls like the power "
        "(alpha-1)/(2 rho alpha) of the dimension, with this constant and without a logarithm."
    ),
    statement=Equivalent(rho_error(alpha, b, d), leading, as_=(d, oo)),
    domain=Domain(alpha, b, d, remarks=MODEL),
    source=source(Seen.REPOSITORY, Standing.SHARPENED),
    observables=(rho_error,),
    derivation=Derivation(
        Step(rho_error.definition, by=definition),
        Step(leading, by=Squeeze(rho_rate_bracket, lower=HalvedExpansion(d))),
    ),
    uses=SIMULATED,
)

rho_rate_all_orders = Claim(
    id="assoc-scaling.rho-rate-all-orders",
    title="The closed form for power-law weights is exact beyond all orders in the dimension",
    says=(
        "The relative distance of the error from its closed form in Beta and zeta functions falls "
        "faster than every power of the dimension."
    ),
    statement=Equivalent(rho_error(alpha, b, d) / main, 1, as_=(d, oo), order=oo),
    domain=Domain(alpha, b, d, remarks=MODEL),
    source=source(),
    observables=(rho_error,),
    derivation=Derivation(
        *(Step(step.expression / main, step.by) for step in to_shares),
        Step(
            Integral(p(z) * beta_tail(z ** (-2 * b) / total), (z, total ** (-1 / (2 * b)), oo))
            / main,
            by=Cited(
                "Euler--Maclaurin formula at every order",
                "DLMF 2.10(i)",
                sense="+-",
                within=d ** (-EVERY_POWER),
            ),
            note="the summand and more and more of its derivatives vanish at the lower end",
        ),
        Step(
            Integral(density * Integral(p(z), (z, index, oo)), (v, 0, 1)) / main,
            by=TailExchange(z ** (-2 * b) / total, index),
        ),
        *(Step(step.expression / main, step.by) for step in to_main),
    ),
    uses=("assoc-scaling.energy-share", "assoc-scaling.binary-exact", *SIMULATED),
)

rho_rate_correction = Claim(
    id="assoc-scaling.rho-rate-correction",
    title="The first correction to the rate of power-law weights",
    says=(
        "The leading term is too large by a relative amount that falls like one over the "
        "dimension, with a quarter of the square of (alpha - 1)/(rho alpha) as its constant."
    ),
    statement=Equivalent(1 - rho_error(alpha, b, d) / leading, beta**2 / (4 * d), as_=(d, oo)),
    domain=Domain(alpha, b, d, remarks=MODEL),
    source=source(),
    observables=(rho_error,),
    derivation=Derivation(
        Step(1 - rho_error.definition / leading, by=definition),
        Step(
            1 - main / leading,
            by=BeyondAllOrders(rho_rate_all_orders, times=main, scale=HalvedExpansion(d)),
        ),
        Step(beta**2 / (4 * d), by=HalvedExpansion(d)),
    ),
    uses=SIMULATED,
)

decay = Real(
    "b",
    above=0,
    meaning="decay of the weights, powers -b of x: powers rho of p for b = rho alpha",
    grid=(Rational(1, 5), Rational(1, 2), 1, 2),
)
total_N = harmonic(N, 2 * decay)


def p_N(x: Any) -> Expr:
    """Zipf probability of input x among N."""
    return x ** (-alpha) / harmonic(N, alpha)


rho_error_N = Observable(
    "rho_error_N",
    (alpha, decay, N, d),
    latex=r"\mathcal{E}_{N,d}",
    meaning=(
        "probability of misclassifying an input drawn from Zipf's law on N inputs, the weights "
        "being powers -b of x"
    ),
    definition=Sum(
        p_N(x)
        * gap_negative(x ** (-decay.symbol), Sum(k ** (-2 * decay), (k, 1, N)) - x ** (-2 * decay)),
        (x, 1, N),
    ),
)
power = (alpha - 1) / (2 * decay)
main_N = total_N**power * moment(power) / ((alpha - 1) * harmonic(N, alpha))
remainder_N = total_N ** (alpha / (2 * decay)) * moment(alpha / (2 * decay)) / harmonic(N, alpha)
index_N = (total_N * v) ** (-1 / (2 * decay))

rho_rate_finite_N = Claim(
    id="assoc-scaling.rho-rate-finite-N",
    title="The rate as an upper bound on finitely many inputs, however slowly weights decay",
    says=(
        "On N inputs the error is at most the same closed form with the sum of the N squared "
        "weights in place of its limit; that sum is bounded, logarithmic or a power of N as "
        "2 rho alpha is above, at or below 1."
    ),
    statement=Bound(rho_error_N(alpha, decay, N, d), "<=", main_N + remainder_N),
    domain=Domain(alpha, decay, N, d, remarks=(GAUSSIAN, PAIR)),
    source=source(Seen.RECOLLECTION, Standing.SHARPENED),
    observables=(rho_error_N,),
    derivation=Derivation(
        Step(rho_error_N.definition, by=definition),
        Step(
            Sum(
                p_N(x) * gap_negative(x ** (-decay.symbol), total_N - x ** (-2 * decay)),
                (x, 1, N),
            ),
            by=Termwise(ExactSum()),
        ),
        Step(
            Sum(p_N(x) * beta_tail(x ** (-2 * decay) / total_N), (x, 1, N)),
            by=Termwise(
                ByClaim(
                    energy_share, {signal: x ** (-decay.symbol), noise: total_N - x ** (-2 * decay)}
                )
            ),
        ),
        Step(
            Integral(density * Integral(p_N(z), (z, index_N, oo)), (v, 0, 1)) + remainder_N,
            by=TailMixture(x ** (-2 * decay) / total_N, index_N, remainder_N, sense="<="),
        ),
        Step(
            Integral(
                density * index_N ** (1 - alpha) / ((alpha - 1) * harmonic(N, alpha)), (v, 0, 1)
            )
            + remainder_N,
            by=Termwise(PowerTail()),
        ),
        Step(main_N + remainder_N, by=ExactIntegral()),
    ),
    uses=("assoc-scaling.energy-share", "assoc-scaling.binary-exact", *SIMULATED),
)
