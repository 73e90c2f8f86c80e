"""Do the errors of equal and of power-law weights behave as claimed?"""

from __future__ import annotations

import numpy as np
from sympy import Abs, Rational, gamma, harmonic, log, oo, sqrt, zeta

from numerics.assoc_scaling import instances
from numerics.assoc_scaling import schemes as numerics
from theory import Bound, Equivalent, Identity, NormalCDF, Rate, StudentCDF
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling import schemes as theory
from theory.assoc_scaling.schemes import A, N, alpha, b, beta, d, leading, main, remainder
from verify import Exact, Mutant, Sampled, check_for, mutate


@check_for(
    theory.energy_share,
    resolution=1e-8,  # what the quadrature of the right side gives
    absolute=True,
    points=[
        {"d": d, "w": w, "n": n}
        for d in (2, 3, 7, 50)  # in dimension 1 the integrand is infinite at 1
        for w, n in ((0.5, 1), (1, 1), (3, 50), (1, 30.5))
    ],
)
def _(d, w, n):
    return Exact(*numerics.misclassified(d, float(w), float(n)))


w, n = theory.signal, theory.noise
mutate(
    theory.energy_share,
    Mutant(
        "share of the other weights only",
        Identity(theory.misclassified(), theory.beta_tail(w**2 / (w**2 + n + 1))),
    ),
    Mutant(
        "Beta(1/2, (d-1)/2)",
        Identity(
            theory.misclassified(),
            theory.beta_tail(w**2 / (w**2 + n)).subs(d.symbol, d - 1),
        ),
        points=[{"d": 3, "w": 1, "n": 1}, {"d": 50, "w": 3, "n": 50}],
    ),
)

check_for(
    theory.student_share,
    resolution=1e-10,
    points=[
        {"d": dimension, "w": value, "n": others}
        for dimension, value, others in (
            (2, 0, 1),
            (3, 0.5, 2),
            (5, 3, 1),
            (20, 1, 9),
            (200, 1, 50),
        )
    ],
)(None)

student_tail = theory.student_share.statement.lhs
mutate(
    theory.student_share,
    Mutant(
        "the ratio in place of the share",
        Identity(student_tail, theory.beta_tail(theory.amplitude / (1 + theory.amplitude))),
    ),
    Mutant(
        "normal instead of Student",
        Identity(NormalCDF(-sqrt(d) * theory.amplitude), theory.student_share.statement.rhs),
    ),
)

check_for(
    theory.energy_share_tail,
    resolution=1e-8,
    absolute=True,
    points=[{"d": d, "s": s} for d in (2, 3, 7, 50) for s in (0.02, 0.125, 0.5, 0.9)],
)(None)

s = theory.part
mutate(
    theory.energy_share_tail,
    Mutant("(1 - s)^d", Bound(theory.beta_tail(s), "<=", (1 - s) ** d / 2)),
    Mutant("without the factor 1/2", Bound((1 - s) ** (d / 2) / 4, "<=", theory.beta_tail(s))),
)

check_for(
    theory.student_normal,
    resolution=1e-15,
    points=[{"d": d, "a": a} for d in (3, 4, 5, 20, 200, 2000) for a in (0, 0.05, 0.5, 1, 3)],
    boxes=0,
)(None)

a = exact_laws.ratio
student = StudentCDF(-sqrt(d) * a, d)
mutate(
    theory.student_normal,
    Mutant(
        "the share of the noise alone",
        Bound(student, "<=", theory.inflation * NormalCDF(-sqrt(d) * a)),
    ),
    Mutant(
        "d instead of d - 2, not inflated",
        Bound(student, "<=", NormalCDF(-sqrt(d) * a / sqrt(1 + a**2))),
    ),
)

SCHEMES = (
    {"alpha": 2, "b": 0, "d": 2, "P": 4, "N": 4},
    {"alpha": 1, "b": 0, "d": 5, "P": 6, "N": 20},
    {"alpha": 1.5, "b": 1.5, "d": 3, "P": 12, "N": 12},
    {"alpha": 2, "b": 0.5, "d": 10, "P": 15, "N": 15},
    {"alpha": 0.5, "b": 0.2, "d": 8, "P": 7, "N": 30},
    {"alpha": 2, "b": 2, "d": 1, "P": 3, "N": 5},
)


def simulated(kind):
    """How often simulated memories err, their output embeddings coming from one family."""

    def measure(alpha, b, d, P, N, stream):
        rows = instances.output_embeddings(kind, 2, max(d, 2), stream.substream("U"))
        U = np.array([[1.0], [-1.0]]) if d == 1 else rows

        def draw(first, count):
            return numerics.scheme_trials(alpha, b, P, N, U, stream, first, count)

        value, _ = numerics.scheme_error(alpha, b, d, P, N)
        # a constant, as a sample: it is compared with draws
        constant = Sampled(lambda first, count: np.full(count, value), 0.0, 1.0)
        return {"simulated": Sampled(draw, bernoulli=True), "quadrature": constant}

    return measure


check_for(
    theory.scheme_collapsed,
    resolution=0.01,
    points=SCHEMES,
    full={"resolution": 0.002, "budget": 40_000_000},
)(simulated("sphere"))


def skewed(change):
    """The quadrature at other parameters than the simulation."""

    def measure(alpha, b, d, P, N, stream):
        estimates = simulated("sphere")(alpha, b, d, P, N, stream)
        value, _ = numerics.scheme_error(*change(alpha, b, d, P, N))
        estimates["quadrature"] = Sampled(lambda first, count: np.full(count, value), 0.0, 1.0)
        return estimates

    return measure


mutate(
    theory.scheme_collapsed,
    Mutant("one dimension more", measure=skewed(lambda a, b, d, P, N: (a, b, d + 1, P, N))),
    Mutant("one stored input fewer", measure=skewed(lambda a, b, d, P, N: (a, b, d, P - 1, N))),
    Mutant("output embeddings of different length", measure=simulated("unnormalised")),
)

# up to d/N = 500: far beyond, the error is below every double
FILL = [
    {"N": N, "d": d}
    for N in (2, 3, 10, 100, 1000, 10_000)
    for d in (2, 20, 200, 2000, 10**5)
    if d <= 500 * N
]


@check_for(theory.fill_scheme, resolution=1e-10, points=FILL)
def _(N, d):
    return Exact(*numerics.fill_error(d, N))


fill = theory.fill_error()
mutate(
    theory.fill_scheme,
    Mutant("Phi(-d/N)", Identity(fill, NormalCDF(-d / N))),
    Mutant("normal instead of Student", Identity(fill, NormalCDF(-sqrt(d) / sqrt(N - 1)))),
    Mutant("N instead of N - 1", Identity(fill, StudentCDF(-sqrt(d) / sqrt(N), d))),
)


@check_for(theory.fill_scheme_bound, resolution=1e-12, points=FILL)
def _(N, d):
    return Exact(*numerics.fill_error(d, N))


mutate(
    theory.fill_scheme_bound,
    Mutant("no faster than a power of d/N", Bound((1 + d / N) ** (-4) / 100, "<=", fill)),
    Mutant("(1 - 1/N)^d", Bound(fill, "<=", (1 - 1 / N.symbol) ** d / 2)),
    Mutant(
        "a sharp threshold at d = N log N",
        Bound(Rational(9, 20), "<=", fill),
        [
            {"N": 1000, "d": 1000},
        ],
    ),
)


@check_for(
    theory.fill_scheme_normal,
    resolution=1e-12,
    points=[point for point in FILL if point["d"] > 2],
)
def _(N, d):
    return Exact(*numerics.fill_error(d, N))


mutate(
    theory.fill_scheme_normal,
    Mutant("upper bound not inflated", Bound(fill, "<=", NormalCDF(-sqrt(d) / sqrt(N)))),
    Mutant(
        "lower bound inflated", Bound(theory.inflation * NormalCDF(-sqrt(d) / sqrt(N)), "<=", fill)
    ),
)

FAR = tuple(10**e for e in (1, 2, 3, 4, 5, 6))


@check_for(
    theory.fill_scheme_crossover,
    resolution=1e-4,
    points=[
        {"k": k, "m": m, "n": 2} for k, m in ((1, 10), (1, 2), (1, 1), (2, 1), (4, 1), (16, 1))
    ],
    ladder=FAR,
)
def _(k, m, n):
    return Exact(*numerics.fill_error(k * n, m * n))


scale, per, inputs = theory.n, theory.per, theory.inputs
crossing = theory.fill_scheme_crossover.statement.lhs
mutate(
    theory.fill_scheme_crossover,
    Mutant(
        "Phi(-d/N)",
        Equivalent(crossing, NormalCDF(-per / inputs), as_=(scale, oo)),
        [{"k": 4, "m": 1, "n": 2}],
    ),
    Mutant(
        "exponential decay at d = N",
        Rate(crossing, scale, -Rational(1, 100), "exponential"),
    ),
)


@check_for(
    theory.fill_scheme_overflow,
    resolution=1e-3,
    points=[{"N": 2, "d": d} for d in (1, 2, 10, 100, 1000)],
    ladder=tuple(10**e for e in range(3, 13)),
)
def _(N, d):
    return Exact(*numerics.fill_error(d, N))


def at_decays(*pairs, **further):
    """Points of a Zipf exponent and a decay."""
    return [{"alpha": a, "b": b, **further} for a, b in pairs]


# rho = b / alpha: (2, 1), (2, 1/2), (3/2, 1), (3, 1/2), (2, .3), and the corners of the range
DECAYS = (
    *((2, 2), (2, 1), (1.5, 1.5), (3, 1.5), (2, 0.6)),
    *((1.2, 0.65), (1.2, 3), (3.5, 0.65), (3.5, 3)),
)


def rho_error(alpha, b, d):
    """The error of the weights x^(-b) on all inputs."""
    return Exact(*numerics.scheme_error(alpha, b, d))


check_for(
    theory.rho_rate_bracket,
    resolution=0,
    points=[
        {**point, "d": d}
        for point in at_decays(*DECAYS, (1.05, 6), (5, 0.51))
        for d in (1, 2, 5, 20, 100, 10**4)
    ],
)(rho_error)


def bracket(value, bound=remainder):
    """The claim that the error is within ``bound`` of ``value``."""
    return Bound(Abs(theory.rho_error() - value), "<=", bound)


mutate(
    theory.rho_rate_bracket,
    Mutant("remainder divided by 4", bracket(main, remainder / 4)),
    Mutant("zeta(b) for zeta(2b)", bracket(main.subs(2 * b, b + Rational(1, 2)))),
    Mutant("no factor 1/(alpha - 1)", bracket(main * (alpha - 1))),
    Mutant("factor 1/2 missing", bracket(2 * main)),
)

check_for(
    theory.rho_rate,
    resolution=1e-3,
    points=at_decays(*DECAYS, d=1),
    ladder=(10, 10**2, 10**4, 10**6, 10**8, 10**10, 10**12),
)(rho_error)


def rate(prediction):
    """The claim that the error is asymptotic to ``prediction``."""
    return Equivalent(theory.rho_error(), prediction, as_=(d, oo))


mutate(
    theory.rho_rate,
    Mutant("exponent (alpha - 1)/(rho alpha)", rate(A * d ** (-beta))),
    Mutant("exponent (alpha - 1)/alpha", rate(A * d ** (-(alpha - 1) / alpha))),
    Mutant("zeta(rho alpha)", rate(leading.subs(zeta(2 * b), zeta(b + Rational(1, 2))))),
    Mutant("factor 1/2 missing", rate(2 * leading)),
    Mutant("an extra log d", rate(leading * log(d + 1))),
    Mutant("Gamma(beta/2)", rate(leading * gamma(beta / 2) / gamma((beta + 1) / 2))),
)

check_for(
    theory.rho_rate_all_orders,
    resolution=1e-3,  # as for the rate: what is new here is how fast the gap falls
    points=at_decays((2, 1), (2, 0.75), (2, 0.6), (3, 0.6), (3.5, 0.65), d=1),
    ladder=(40, 80, 160, 320, 640),  # beyond, the gap is lost in the rounding
)(rho_error)


def beyond(prediction):
    """The claim that the error is ``prediction`` beyond all orders."""
    return Equivalent(theory.rho_error() / prediction, 1, as_=(d, oo), order=oo)


mutate(
    theory.rho_rate_all_orders,
    Mutant("the leading term alone", beyond(leading)),
    Mutant("a correction of order 1/d^2", beyond(main * (1 + 1 / d**2))),
    Mutant("factor 1/2 missing", beyond(2 * main)),
)

check_for(
    theory.rho_rate_correction,
    resolution=1e-2,
    points=at_decays((2, 1), (1.5, 1.5), (3, 1.5), (2, 0.6), (3.5, 0.65), d=1),
    ladder=(10**3, 10**4, 10**5, 10**6, 10**7),
)(rho_error)


def correction(prediction):
    """The claim that the relative deficit of the leading term is ``prediction``."""
    return Equivalent(theory.rho_rate_correction.statement.lhs, prediction, as_=(d, oo))


mutate(
    theory.rho_rate_correction,
    Mutant("sign of the correction", correction(-(beta**2) / (4 * d))),
    Mutant("beta instead of its square", correction(beta / (4 * d))),
)


@check_for(
    theory.rho_rate_finite_N,
    resolution=1e-12,
    points=[
        {"alpha": a, "b": b, "N": N, "d": d}
        for a, b in ((2, 0.2), (2, 0.5), (1.5, 1), (3, 0.1), (1.2, 2))
        for N in (2, 10, 1000, 10**4)
        for d in (1, 10, 1000, 10**5)
    ],
)
def _(alpha, b, N, d):
    return Exact(*numerics.scheme_error(alpha, b, d, None, N))


error_N = theory.rho_error_N()
limit_of_sum = theory.main_N.subs(harmonic(N, 2 * theory.decay), 1)
mutate(
    theory.rho_rate_finite_N,
    Mutant("the sum of squared weights left out", Bound(error_N, "<=", limit_of_sum)),
    Mutant("divided by 4", Bound(error_N, "<=", (theory.main_N + theory.remainder_N) / 4)),
    Mutant("a lower bound outside the window", Bound(theory.main_N / 2, "<=", error_N)),
)
