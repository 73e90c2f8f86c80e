"""Does storing only the most frequent inputs err as claimed? Draws, and exact sums to huge d."""

from __future__ import annotations

from sympy import exp, harmonic, log, oo, sqrt, zeta

from numerics.assoc_scaling import instances
from numerics.assoc_scaling import schemes as draws
from numerics.assoc_scaling import thresholds as numerics
from theory import Bound, Equivalent, Identity, NormalCDF, NormalPDF
from theory.assoc_scaling import thresholds as theory
from theory.assoc_scaling.schemes import alpha, d, n, per
from theory.assoc_scaling.thresholds import P, stored, tail
from verify import Exact, Mutant, Sampled, check_for, mutate

DRAWN = (
    {"alpha": 2, "d": 2, "P": 4},
    {"alpha": 1.2, "d": 5, "P": 10},
    {"alpha": 1.5, "d": 10, "P": 3},
    {"alpha": 3, "d": 3, "P": 8},
    {"alpha": 2, "d": 20, "P": 30},
)


@check_for(
    theory.threshold_exact,
    resolution=0.01,
    points=DRAWN,
    full={"resolution": 0.002, "budget": 40_000_000},
)
def _(alpha, d, P, stream):
    U = instances.output_embeddings("sphere", 2, d, stream.substream("U"))

    def draw(first, count):
        return draws.scheme_trials(alpha, 0, P, None, U, stream, first, count)

    return Sampled(draw, bernoulli=True)


error = theory.threshold_error()
head = harmonic(P, alpha) / zeta(alpha)
mutate(
    theory.threshold_exact,
    Mutant(
        "inputs left out are never right", Identity(error, theory.student * head + theory.hurwitz)
    ),
    Mutant("inputs left out cost nothing", Identity(error, theory.student * head)),
    Mutant(
        "normal instead of Student",
        Identity(error, NormalCDF(-sqrt(d) / sqrt(P - 1)) * head + theory.hurwitz / 2),
    ),
)

EXPONENTS = (1.2, 1.5, 2, 3.5)
GRID = [
    {"alpha": a, "d": d, "P": P}
    for a in EXPONENTS
    for d in (3, 20, 1000, 10**6)
    for P in (2, 10, 1000, 10**5)
]


def equal_weights(alpha, d, P):
    """The error with P stored inputs of equal weights."""
    return Exact(*numerics.threshold_error(float(alpha), 0.0, d, P))


for claim in (theory.threshold_bounds, theory.threshold_normal, theory.threshold_crowding):
    check_for(claim, resolution=1e-12, points=GRID)(equal_weights)

mutate(
    theory.threshold_bounds,
    Mutant("no crowding", Bound(error, "<=", tail(P) / 2)),
    Mutant(
        "exponential in d/P, without the 1/2", Bound(error, "<=", exp(-d / P) / 2 + tail(P) / 2)
    ),
    Mutant("all of the mass left out", Bound(tail(P), "<=", error)),
)
mutate(
    theory.threshold_normal,
    Mutant("no crowding", Bound(error, "<=", tail(P) / 2)),
    Mutant(
        "lower bound without the mass left out", Bound(tail(P) + theory.normal_low, "<=", error)
    ),
)
mutate(
    theory.threshold_crowding,
    Mutant("without the probability of the input", Bound(theory.normal_low * 2, "<=", error)),
    Mutant(
        "P instead of P - 1 and d - 2", Bound(theory.normal_high / zeta(alpha) * 2, "<=", error)
    ),
)

check_for(theory.mills_ratio, resolution=1e-15)(None)

t = theory.positive
mutate(
    theory.mills_ratio,
    Mutant("1/s instead of s/(1 + s^2)", Bound(NormalPDF(t) / t, "<=", NormalCDF(-t)), [{"s": 1}]),
    Mutant("no factor", Bound(NormalPDF(t), "<=", NormalCDF(-t))),
)

# d to 10^120: what is claimed up to logarithms would not be seen before
HUGE = tuple(10**e for e in (2, 4, 8, 16, 32, 64, 120))
RATIOS = ((1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (1, 2))


@check_for(
    theory.threshold_floor,
    resolution=1e-3,
    points=[{"alpha": a, "k": k, "m": m, "n": 2} for a in (1.2, 1.5, 2, 3.5) for k, m in RATIOS],
    ladder=HUGE,
)
def _(alpha, k, m, n):
    return Exact(*numerics.threshold_error(float(alpha), 0.0, k * n, m * n))


flooring = theory.threshold_floor.statement.lhs
mutate(
    theory.threshold_floor,
    Mutant("the rate d^(1-alpha)", theory.published_threshold_rate, published=True),
    Mutant(
        "the published rate with a power of log d",
        Equivalent(flooring, tail(n) * log(n + 1) ** (alpha - 1), as_=(n, oo)),
    ),
    Mutant(
        "Phi(-d/P)",
        Equivalent(flooring, NormalCDF(-per / stored), as_=(n, oo)),
        [{"alpha": 2, "k": 4, "m": 1, "n": 2}],
    ),
)


def at_logarithmic_size(alpha, d):
    """The error with about d/log d stored inputs of equal weights."""
    size = numerics.logarithmic_size(float(alpha), d)
    return Exact(*numerics.threshold_error(float(alpha), 0.0, d, size))


check_for(
    theory.threshold_rate_bounds,
    resolution=1e-12,
    points=[
        {"alpha": a, "d": d} for a in (1.2, 1.5, 2, 3.5) for d in (100, 1000, 10**4, 10**6, 10**12)
    ],
)(at_logarithmic_size)

sized = theory.threshold_rate_bounds.statement.terms[1]
mutate(
    theory.threshold_rate_bounds,
    Mutant("no crowding", Bound(sized, "<=", tail(theory.size) / 2)),
    Mutant("the power d^(1-alpha)", Bound(sized, "<=", tail(d) / 2)),
)

check_for(
    theory.threshold_rate,
    resolution=0.01,
    points=[{"alpha": a, "d": 100} for a in (1.5, 2, 3)],
    ladder=HUGE,
)(at_logarithmic_size)


def rate(prediction, lhs=sized):
    """The claim that the error is asymptotic to ``prediction``."""
    return Equivalent(lhs, prediction, as_=(d, oo))


wrong_rates = (
    ("no logarithm", tail(d) / 2),
    ("a logarithm more", theory.rate * log(d)),
    ("factor 1/2 missing", 2 * theory.rate),
    ("no factor 2 (alpha - 1)", theory.rate / (2 * (alpha - 1)) ** (alpha - 1)),
)
mutate(theory.threshold_rate, *(Mutant(name, rate(wrong)) for name, wrong in wrong_rates))


@check_for(
    theory.threshold_optimal_bounds,
    resolution=1e-9,
    points=[
        {"alpha": a, "d": d, "t": t}
        for a in (1.2, 1.5, 2, 3.5)
        for d in (100, 1000, 10**6)
        for t in (2, 10, 100, 10**5)
    ],
)
def _(alpha, d, t):
    _, value, bound = numerics.best_threshold(float(alpha), 0.0, d)
    return Exact(value, bound)


best = theory.best_error()
mutate(
    theory.threshold_optimal_bounds,
    Mutant("left out or crowding: the larger", Bound(theory.tail(theory.cut + 1) / 2, "<=", best)),
    Mutant("the power d^(1-alpha)", Bound(best, "<=", tail(d) / 2)),
)


@check_for(
    theory.threshold_optimal,
    resolution=0.05,  # the limit is approached like log log d / log d
    points=[{"alpha": a, "d": 100} for a in (1.5, 2, 3)],
    ladder=HUGE,
)
def _(alpha, d):
    _, value, bound = numerics.best_threshold(float(alpha), 0.0, d)
    return Exact(value, bound)


mutate(theory.threshold_optimal, *(Mutant(name, rate(wrong, best)) for name, wrong in wrong_rates))
