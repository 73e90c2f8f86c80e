"""How fast does an infinite memory learn from Zipf samples?

Tokens x = 1, 2, ... come with probability p(x) = x^-alpha / zeta(alpha). A memory that is right
on every token it has seen errs on the unseen mass. This section finds that mass exactly.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Product,
    Rational,
    Sum,
    Symbol,
    beta,
    binomial,
    exp,
    gamma,
    harmonic,
    oo,
    zeta,
)

from theory import (
    EVERY_POWER,
    Bound,
    ByClaim,
    Categorical,
    ChangeOfVariables,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactIntegral,
    ExactSum,
    Exchange,
    Expansion,
    Identity,
    Integer,
    KeepOneTerm,
    Monotonicity,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    Through,
    UnimodalSumToIntegral,
    algebra,
    definition,
)
from theory.assoc_scaling.model import PAPER

__all__ = [
    "finite_data_binomial",
    "finite_data_correction",
    "finite_data_exact",
    "finite_data_finite_N",
    "finite_data_minimax",
    "finite_data_minimax_attained",
    "finite_data_poissonised",
    "finite_data_rate",
    "finite_data_unseen",
]

alpha = Real(
    "alpha",
    above=1,
    latex=r"\alpha",
    meaning="Zipf exponent",
    grid=(2, Rational(11, 10), Rational(5, 4), Rational(3, 2), 3, 4),
)
T = Natural("T", at_least=1, meaning="number of samples", grid=(1, 2, 3, 10, 100, 1000))

x = Symbol("x", integer=True, positive=True)
z = Symbol("z", positive=True)
v = Symbol("v", positive=True)
k = Symbol("k", integer=True, nonnegative=True)
j = Symbol("j", integer=True, positive=True)


def p(x: Expr) -> Expr:
    """Zipf probability of token x."""
    return x ** (-alpha) / zeta(alpha)


C = 1 / zeta(alpha)
b = 1 / alpha

unseen_mass = Observable(
    "unseen_mass",
    (alpha, T),
    latex=r"\mathcal{E}_T",
    meaning="probability that a fresh token was not among the T samples",
    definition=Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)),
)

alternating_sum = Sum(
    (-1) ** k * binomial(T, k) * zeta(alpha * (k + 1)) / zeta(alpha) ** (k + 1), (k, 0, T)
)
beta_form = b * C**b * beta(1 - b, T + 1)
kappa = gamma(1 - b) / (alpha * zeta(alpha) ** b)
remainder = T**T / (T + 1) ** (T + 1)

finite_data_binomial = Claim(
    id="assoc-scaling.finite-data-binomial",
    title="The unseen mass as a finite alternating sum of zeta values",
    says=(
        "After T Zipf samples the probability that a fresh token is new is a finite sum of zeta "
        "values; for even exponents it is a rational number."
    ),
    statement=Identity(unseen_mass(alpha, T), alternating_sum),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass,),
    derivation=Derivation(
        Step(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)), by=definition),
        Step(
            Sum(p(x) * Sum(binomial(T, k) * (-p(x)) ** k, (k, 0, T)), (x, 1, oo)),
            by=Termwise(ExactSum()),
            note="binomial theorem",
        ),
        Step(
            Sum(Sum((-1) ** k * binomial(T, k) * p(x) ** (k + 1), (x, 1, oo)), (k, 0, T)),
            by=Exchange(),
        ),
        Step(alternating_sum, by=Termwise(ExactSum())),
    ),
)

finite_data_exact = Claim(
    id="assoc-scaling.finite-data-exact",
    title="The unseen mass equals a Beta function to within the height of one term",
    says=(
        "The unseen mass after T Zipf samples differs from a closed Beta-function form by at most "
        "the largest value of p(1-p)^T, for every exponent and every number of samples."
    ),
    statement=Bound(Abs(unseen_mass(alpha, T) - beta_form), "<=", remainder),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass,),
    derivation=Derivation(
        Step(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)), by=definition),
        Step(
            Integral(p(z) * (1 - p(z)) ** T, (z, C**b, oo)),
            by=UnimodalSumToIntegral(
                through=Through(x, level=v, inner=p(x)),
                mode=1 / (T + 1),
                maximum=remainder,
            ),
        ),
        Step(
            Integral(b * C**b * v ** (-b) * (1 - v) ** T, (v, 0, 1)),
            by=ChangeOfVariables(z, v, old_as=(C / v) ** b),
        ),
        Step(beta_form, by=ExactIntegral()),
    ),
)

finite_data_rate = Claim(
    id="assoc-scaling.finite-data-rate",
    title="Error of an infinite memory after T Zipf samples",
    says="The unseen mass falls like T^(1/alpha - 1), with this constant.",
    statement=Equivalent(unseen_mass(alpha, T), kappa * T ** (b - 1), as_=(T, oo)),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED),
    observables=(unseen_mass,),
    derivation=Derivation(
        Step(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)), by=definition),
        Step(beta_form, by=ByClaim(finite_data_exact)),
        Step(kappa * T ** (b - 1), by=Expansion(T)),
    ),
)

finite_data_correction = Claim(
    id="assoc-scaling.finite-data-correction",
    title="The first correction to the finite-data rate",
    says=(
        "The leading term of the unseen mass is too large by the relative amount "
        "(1 - 1/alpha)(2 - 1/alpha)/(2T)."
    ),
    statement=Equivalent(
        1 - unseen_mass(alpha, T) / (kappa * T ** (b - 1)),
        (1 - b) * (2 - b) / (2 * T),
        as_=(T, oo),
    ),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass,),
    derivation=Derivation(
        Step(1 - Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)) / (kappa * T ** (b - 1)), by=definition),
        Step(
            1 - beta_form / (kappa * T ** (b - 1)),
            by=Cited(
                "Euler--Maclaurin formula at every order",
                "DLMF 2.10(i)",
                sense="+-",
                within=T ** (-EVERY_POWER),
            ),
            note="the summand is flat to order T at the lower end of the integral",
        ),
        Step((1 - b) * (2 - b) / (2 * T), by=Expansion(T)),
    ),
    uses=("assoc-scaling.finite-data-exact",),
)

t = Real("t", at_least=1, meaning="mean number of samples", grid=(2, 5, 10, 30, 100, 1000))

poissonised_mass = Observable(
    "poissonised_mass",
    (alpha, t),
    latex=r"\mathcal{P}_t",
    meaning="unseen mass when the number of samples is Poisson with mean t",
    definition=Sum(p(x) * exp(-t * p(x)), (x, 1, oo)),
)

finite_data_poissonised = Claim(
    id="assoc-scaling.finite-data-poissonised",
    title="With a Poisson number of samples the power law is exact beyond all orders",
    says=(
        "If the number of samples is Poisson with mean t, the unseen mass equals a pure power of t "
        "up to a relative error smaller than every power of 1/t."
    ),
    statement=Equivalent(poissonised_mass(alpha, t), kappa * t ** (b - 1), as_=(t, oo), order=oo),
    domain=Domain(alpha, t),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(poissonised_mass,),
    derivation=Derivation(
        Step(Sum(p(x) * exp(-t * p(x)), (x, 1, oo)), by=definition),
        Step(
            Integral(p(z) * exp(-t * p(z)), (z, 0, oo)),
            by=Cited(
                "Euler--Maclaurin formula at every order",
                "DLMF 2.10(i)",
                sense="+-",
                within=t ** (-EVERY_POWER),
            ),
            note="the summand and all its derivatives vanish at 0",
        ),
        Step(
            Integral(b * C**b * v ** (-b) * exp(-t * v), (v, 0, oo)),
            by=ChangeOfVariables(z, v, old_as=(C / v) ** b),
        ),
        Step(kappa * t ** (b - 1), by=ExactIntegral()),
    ),
)

fresh_is_new = Observable(
    "fresh_is_new",
    (alpha, T),
    latex=r"\mathbb{P}(X_{T+1} \notin \{X_1, \dots, X_T\})",
    meaning="probability, over independent Zipf draws, that the last of T + 1 tokens is new",
    definition=Sum(p(x) * Product(1 - p(x), (j, 1, T)), (x, 1, oo)),
)

finite_data_unseen = Claim(
    id="assoc-scaling.finite-data-unseen",
    title="An infinite memory errs exactly when the token is new",
    says=(
        "Drawing T Zipf tokens and then a fresh one, the fresh one is new with the probability "
        "that the alternating sum of zeta values gives."
    ),
    statement=Identity(fresh_is_new(alpha, T), alternating_sum),
    domain=Domain(alpha, T, remarks=("the tokens are independent",)),
    source=Source(PAPER, "Section 2", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED),
    observables=(fresh_is_new,),
    derivation=Derivation(
        Step(Sum(p(x) * Product(1 - p(x), (j, 1, T)), (x, 1, oo)), by=definition),
        Step(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)), by=Termwise(ExactSum())),
        Step(alternating_sum, by=ByClaim(finite_data_binomial)),
    ),
)

N = Natural("N", at_least=1, meaning="number of inputs", grid=(1, 2, 5, 30, 100))
exponent = Real(
    "alpha", at_least=0, latex=r"\alpha", meaning="Zipf exponent", grid=(2, 0, Rational(1, 2), 1)
)
samples = Natural("T", meaning="number of samples", grid=(0, 1, 10, 1000))


def p_N(x: Any) -> Expr:
    """Zipf probability of token x among N."""
    return x ** (-exponent) / harmonic(N, exponent)


unseen_mass_finite = Observable(
    "unseen_mass_finite",
    (exponent, N, samples),
    latex=r"\mathcal{E}_{T,N}",
    meaning="unseen mass after T samples from the Zipf law on N inputs",
    definition=Sum(p_N(x) * (1 - p_N(x)) ** samples, (x, 1, N)),
)

finite_data_finite_N = Claim(
    id="assoc-scaling.finite-data-finite-N",
    title="With finitely many inputs the error ends up falling exponentially",
    says=(
        "With N inputs the unseen mass lies between the contribution of the rarest input alone and "
        "the exponential that it would have if all inputs were that rare."
    ),
    statement=Bound(
        p_N(N) * (1 - p_N(N)) ** samples,
        "<=",
        unseen_mass_finite(exponent, N, samples),
        "<=",
        (1 - p_N(N)) ** samples,
    ),
    domain=Domain(exponent, N, samples),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass_finite,),
    derivation=Derivation(
        Step(Sum(p_N(x) * (1 - p_N(x)) ** samples, (x, 1, N)), by=definition),
        Step(
            p_N(N) * (1 - p_N(N)) ** samples,
            by=KeepOneTerm(at=N, through=Through(x, level=v, inner=p_N(x))),
        ),
        Step(Sum(p_N(x) * (1 - p_N(x)) ** samples, (x, 1, N)), by=definition),
        Step(
            Sum(p_N(x) * (1 - p_N(N)) ** samples, (x, 1, N)),
            by=Termwise(
                Monotonicity((1 - p_N(x)) ** samples, Through(x, level=v, inner=p_N(x)), at=N)
            ),
        ),
        Step((1 - p_N(N)) ** samples, by=ExactSum()),
    ),
)

M = Natural("M", at_least=1, meaning="number of classes", grid=(2, 3))
guess = Integer("guess", at_least=1, latex="g", meaning="the guess on an unseen token")
law = Simplex("p", length=N, meaning="probabilities of the inputs")
learner = Categorical(
    "learner",
    latex=r"\ell",
    meaning="the learner, by what it does with what it has seen",
    choices=(
        "memorising-constant",
        "memorising-majority",
        "memorising-nearest",
        "memorising-uniform",
        "forgetful",
        "contrarian",
        "memoryless",
    ),
)
memorising = Categorical(
    "learner",
    latex=r"\ell",
    meaning="a learner that is right on every token it has seen",
    choices=learner.choices[:4],
)
y = Symbol("y", integer=True, positive=True)
seen_risk = IndexedBase("s", nonnegative=True)


def _risk_on_unseen(x: Expr) -> Expr:
    """Averaged over the label of x, which was not seen, any guess is wrong in M - 1 of M cases."""
    return (1 - law[x]) ** samples * Sum(1 - KroneckerDelta(y, guess), (y, 1, M)) / M


average_risk = Observable(
    "average_risk",
    (N, M, samples, law, learner, guess),
    latex=r"\overline{\mathcal{E}}",
    meaning=(
        "risk averaged over f* uniform among all maps from inputs to classes and over T samples; "
        "s_x is the error on token x from datasets that contain it"
    ),
    definition=Sum(law[x] * (_risk_on_unseen(x) + seen_risk[x]), (x, 1, N)),
)
memorising_risk = Observable(
    "memorising_risk",
    (N, M, samples, law, memorising, guess),
    latex=r"\overline{\mathcal{E}}",
    meaning="the same risk for a learner that is right on every token it has seen",
    definition=Sum(law[x] * _risk_on_unseen(x), (x, 1, N)),
)
minimax_risk = (1 - 1 / M.symbol) * Sum(law[x] * (1 - law[x]) ** samples, (x, 1, N))
_REMARK = "$f_*$ is uniform over all maps from inputs to classes, labels are noiseless"

finite_data_minimax = Claim(
    id="assoc-scaling.finite-data-minimax",
    title="No learner beats the unseen mass times 1 - 1/M",
    says=(
        "Averaged over all maps from inputs to M classes, every learner errs at least with "
        "probability (1 - 1/M) times the unseen mass."
    ),
    statement=Bound(average_risk(N, M, samples, law, learner, guess), ">=", minimax_risk),
    domain=Domain(N, M, samples, law, learner, guess, where=(guess <= M,), remarks=(_REMARK,)),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(average_risk,),
    derivation=Derivation(
        Step(Sum(law[x] * (_risk_on_unseen(x) + seen_risk[x]), (x, 1, N)), by=definition),
        Step(
            Sum(law[x] * ((1 - law[x]) ** samples * (M - 1) / M + seen_risk[x]), (x, 1, N)),
            by=Termwise(ExactSum()),
            note="the guess does not depend on a label that was not seen",
        ),
        Step(
            Sum(law[x] * (1 - law[x]) ** samples * (M - 1) / M, (x, 1, N)),
            by=Termwise(Nonnegative(">=")),
        ),
        Step(minimax_risk, by=algebra),
    ),
)

finite_data_minimax_attained = Claim(
    id="assoc-scaling.finite-data-minimax-attained",
    title="Every learner that is right on what it has seen attains the minimax risk",
    says=(
        "A learner that recalls every seen token errs, averaged over all maps, with probability "
        "exactly (1 - 1/M) times the unseen mass, whatever it guesses elsewhere."
    ),
    statement=Identity(memorising_risk(N, M, samples, law, memorising, guess), minimax_risk),
    domain=Domain(N, M, samples, law, memorising, guess, where=(guess <= M,), remarks=(_REMARK,)),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(memorising_risk,),
    derivation=Derivation(
        Step(Sum(law[x] * _risk_on_unseen(x), (x, 1, N)), by=definition),
        Step(
            Sum(law[x] * (1 - law[x]) ** samples * (M - 1) / M, (x, 1, N)),
            by=Termwise(ExactSum()),
        ),
        Step(minimax_risk, by=algebra),
    ),
)
