"""Does the unseen mass behave as claimed? Exact sums, simulated draws and enumerated games."""

from __future__ import annotations

from fractions import Fraction

from sympy import Abs, Rational, beta, gamma, oo, zeta

from numerics.assoc_scaling import finite_data as numerics
from numerics.assoc_scaling.learners import LEARNERS
from theory import Bound, Equivalent, Identity
from theory.assoc_scaling import finite_data as theory
from theory.assoc_scaling.finite_data import T, alpha, kappa, p_N, remainder, t, unseen_mass
from verify import Exact, Mutant, Sampled, check_for, mutate

EXPONENTS = (1.1, 1.25, 1.5, 2, 3, 4)


def grid(exponents, samples, name="T"):
    """Every pair of an exponent and a number of samples."""
    return [{"alpha": a, name: n} for a in exponents for n in samples]


@check_for(
    theory.finite_data_binomial,
    resolution=1e-11,
    points=grid((1.05, *EXPONENTS, 5), (1, 2, 3, 5, 10, 30, 100)),
)
def _(alpha, T):
    return Exact(*numerics.unseen_mass(alpha, T))


C, b = 1 / zeta(alpha), 1 / alpha
k = theory.k
term = theory.alternating_sum.function
mutate(
    theory.finite_data_binomial,
    Mutant(
        "C^k instead of C^(k+1)",
        Identity(unseen_mass(), theory.alternating_sum.func(term * zeta(alpha), (k, 0, T))),
    ),
    Mutant(
        "sum to T - 1",
        Identity(unseen_mass(), theory.alternating_sum.func(term, (k, 0, T - 1))),
    ),
)


@check_for(
    theory.finite_data_unseen,
    resolution=0.01,
    points=grid((1.05, 1.5, 2, 4), (1, 10, 100)),
    full={"resolution": 0.001, "budget": 40_000_000},
)
def _(alpha, T, stream):
    def draw(first, count):
        return numerics.unseen_draws(alpha, T, stream, first, count)

    return Sampled(draw, bernoulli=True)


mutate(
    theory.finite_data_unseen,
    Mutant(
        "one sample more",
        Identity(theory.fresh_is_new(), theory.alternating_sum.subs(T.symbol, T + 1)),
    ),
)


def bracket(value, bound=remainder):
    """The claim that the unseen mass is within ``bound`` of ``value``."""
    return Bound(Abs(unseen_mass() - value), "<=", bound)


@check_for(
    theory.finite_data_exact,
    resolution=0,
    points=grid((1.05, *EXPONENTS, 5), (1, 2, 3, 10, 100, 1000, 10**5, 10**6)),
    full={"resolution": 0},
)
def _(alpha, T):
    return Exact(*numerics.unseen_mass(alpha, T))


mutate(
    theory.finite_data_exact,
    Mutant("exponent alpha - 1", bracket(b * C**b * beta(alpha - 1, T + 1))),
    Mutant("exponent 1/alpha", bracket(b * C**b * beta(b, T + 1))),
    Mutant("C instead of C^(1/alpha)", bracket(b * C * beta(1 - b, T + 1))),
    Mutant("no factor 1/alpha", bracket(C**b * beta(1 - b, T + 1))),
    Mutant("bound divided by 10", bracket(theory.beta_form, remainder / 10)),
    Mutant("bound divided by 3", bracket(theory.beta_form, remainder / 3)),
    Mutant("bound 1/(3 T^2)", bracket(theory.beta_form, 1 / (3 * T**2))),
)

LADDER = (10, 10**2, 10**3, 10**4, 10**5, 10**6, 10**7, 10**8)


@check_for(
    theory.finite_data_rate,
    resolution=1e-3,
    points=grid((1.05, *EXPONENTS), (1,)),
    ladder=LADDER,
)
def _(alpha, T):
    return Exact(*numerics.unseen_mass(alpha, T))


def rate(prediction):
    """The claim that the unseen mass is asymptotic to ``prediction``."""
    return Equivalent(unseen_mass(), prediction, as_=(T, oo))


mutate(
    theory.finite_data_rate,
    Mutant("exponent -(alpha - 1)", rate(kappa * T ** (1 - alpha))),
    Mutant("exponent -1/alpha", rate(kappa * T ** (-b))),
    Mutant("no factor 1/alpha", rate(kappa * alpha * T ** (b - 1))),
    Mutant("C instead of C^(1/alpha)", rate(kappa * zeta(alpha) ** (b - 1) * T ** (b - 1))),
    Mutant("Gamma(1/alpha)", rate(kappa * gamma(b) / gamma(1 - b) * T ** (b - 1))),
)


@check_for(
    theory.finite_data_correction,
    resolution=1e-2,
    points=grid((1.1, 1.25, 1.5, 2, 3), (1,)),
    ladder=(10, 10**2, 10**3, 10**4, 10**5, 10**6),
)
def _(alpha, T):
    return Exact(*numerics.unseen_mass(alpha, T))


def correction(prediction):
    """The claim that the relative deficit of the leading term is ``prediction``."""
    return Equivalent(theory.finite_data_correction.statement.lhs, prediction, as_=(T, oo))


mutate(
    theory.finite_data_correction,
    Mutant("sign of the correction", correction(-(1 - b) * (2 - b) / (2 * T))),
    Mutant("(1 - 1/alpha)^2", correction((1 - b) ** 2 / (2 * T))),
    Mutant("no factor 1/2", correction((1 - b) * (2 - b) / T)),
)


@check_for(
    theory.finite_data_poissonised,
    resolution=1e-6,
    points=grid((1.1, 1.5, 2, 3), (1,), "t"),
    ladder=(3, 10, 30, 100, 300, 1000, 3000, 10**4, 10**5, 10**6, 10**7),
)
def _(alpha, t):
    return Exact(*numerics.poissonised_mass(alpha, t))


def poissonised(prediction):
    """The claim that the Poissonised mass is ``prediction`` beyond all orders."""
    lhs = theory.finite_data_poissonised.statement.lhs
    return Equivalent(lhs, prediction, as_=(t, oo), order=oo)


mutate(
    theory.finite_data_poissonised,
    Mutant("a correction of order 1/t", poissonised(kappa * t ** (b - 1) * (1 + 1 / (10 * t)))),
    Mutant("a correction of order 1/t^2", poissonised(kappa * t ** (b - 1) * (1 + 1 / t**2))),
    Mutant("no factor 1/alpha", poissonised(kappa * alpha * t ** (b - 1))),
)


@check_for(
    theory.finite_data_finite_N,
    resolution=1e-12,
    points=[
        {"alpha": a, "N": N, "T": T}
        for a in (0, 0.5, 1, 2)
        for N in (1, 2, 5, 30, 100)
        for T in (0, 1, N, 5 * N, 50 * N)
    ]
    + [{"alpha": 2, "N": 100, "T": 102_400}],
)
def _(alpha, N, T):
    return Exact(*numerics.unseen_mass(alpha, T, size=N))


mass_N = theory.unseen_mass_finite()
last = p_N(theory.N)
mutate(
    theory.finite_data_finite_N,
    Mutant(
        "the power law for all T",
        Bound(theory.exponent * theory.samples ** Rational(-1, 2) / 10, "<=", mass_N),
        points=[{"alpha": 2, "N": 100, "T": 102_400}],
    ),
    Mutant(
        "upper bound with the commonest input",
        Bound(mass_N, "<=", (1 - p_N(1)) ** theory.samples),
    ),
    Mutant(
        "lower bound without its factor p(N)",
        Bound((1 - last) ** theory.samples, "<=", mass_N),
    ),
)


LAWS: dict[int, list[tuple[Fraction, ...]]] = {
    1: [(Fraction(1),)],
    2: [(Fraction(1, 2), Fraction(1, 2)), (Fraction(2, 3), Fraction(1, 3))],
    3: [(Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)), (Fraction(1), Fraction(0), Fraction(0))],
    4: [(Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 8))],
}


def games(learners):
    """Small games, every learner in each."""
    return [
        {"N": N, "M": M, "T": T, "p": law, "learner": learner, "guess": 1 if N % 2 else M}
        for N, laws in LAWS.items()
        for law in laws
        for M in (1, 2, 3)
        for T in (0, 1, 2, 3)
        for learner in learners
    ]


def risk(N, M, T, p, learner, guess):
    """The learner's exact risk, every map and every dataset enumerated."""
    rule = LEARNERS[learner]
    if learner == "memorising-constant":  # the one whose guess on unseen tokens is free

        def rule(seen, token, classes):
            return seen.get(token, guess - 1)

    return Exact(numerics.average_risk(p, M, T, rule))


check_for(theory.finite_data_minimax, resolution=0, points=games(theory.learner.choices))(risk)
check_for(
    theory.finite_data_minimax_attained, resolution=0, points=games(theory.memorising.choices)
)(risk)

floor = theory.minimax_risk
mutate(
    theory.finite_data_minimax,
    Mutant(
        "factor 1 instead of 1 - 1/M",
        Bound(theory.average_risk(), ">=", floor / (1 - 1 / theory.M.symbol)),
        points=[point for point in games(theory.learner.choices) if point["M"] > 1],
    ),
)
mutate(
    theory.finite_data_minimax_attained,
    Mutant(
        "attained by a forgetful learner",
        points=games(("forgetful",)),
        domain=theory.finite_data_minimax.domain,
    ),
    Mutant(
        "factor 1/M",
        Identity(theory.memorising_risk(), floor / (1 - 1 / theory.M.symbol) / theory.M),
        points=[point for point in games(theory.memorising.choices) if point["M"] > 1],
    ),
)
