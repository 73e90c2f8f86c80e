"""How fast does an infinite memory learn from Zipf samples?

Tokens x = 1, 2, ... come with probability p(x) = x^-alpha / zeta(alpha). A memory that is right
on every token it has seen errs on the unseen mass. This section finds that mass exactly.
"""

from __future__ import annotations

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
from theory.core.shorthand import Shorthand

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


p = Shorthand("p", (x,), "p(@)", "Zipf probability of token x", x ** (-alpha) / zeta(alpha))
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
leading_constant = Shorthand("kappa", (), r"\kappa_\alpha", "leading constant", kappa)
remainder = T**T / (T + 1) ** (T + 1)

finite_data_binomial = Claim(
    id="assoc-scaling.finite-data-binomial",
    title="The unseen mass as a finite alternating sum of zeta values",
    says=(
        "After any number of Zipf samples the probability that a fresh token is new is a finite "
        "alternating sum of zeta values; for an even exponent it is a rational number."
    ),
    statement=Identity(unseen_mass(alpha, T), alternating_sum),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass, p),
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
        "The unseen mass differs from a closed form with a Beta function by no more than one token "
        "could contribute to it, for every exponent and every number of samples."
    ),
    statement=Bound(Abs(unseen_mass(alpha, T) - beta_form), "<=", remainder),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass, p),
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
    title="The error of an infinite memory falls like a power of the number of samples",
    says=(
        "The unseen mass falls like the number of samples to the power one over alpha minus one, "
        "and the constant in front of it has a closed form."
    ),
    statement=Equivalent(unseen_mass(alpha, T), kappa * T ** (b - 1), as_=(T, oo)),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED),
    observables=(unseen_mass, p, leading_constant),
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
        "The leading term of the unseen mass is too large, by a relative amount that falls like "
        "one over the number of samples with a constant in closed form."
    ),
    statement=Equivalent(
        1 - unseen_mass(alpha, T) / (kappa * T ** (b - 1)),
        (1 - b) * (2 - b) / (2 * T),
        as_=(T, oo),
    ),
    domain=Domain(alpha, T),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(unseen_mass, p, leading_constant),
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
            note="the summand vanishes to order $T$ at the lower end of the integral",
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
    meaning="unseen mass when the number of samples is Poisson",
    definition=Sum(p(x) * exp(-t * p(x)), (x, 1, oo)),
)

finite_data_poissonised = Claim(
    id="assoc-scaling.finite-data-poissonised",
    title="With a Poisson number of samples the power law is exact beyond all orders",
    says=(
        "If the number of samples is Poisson, the unseen mass is a pure power of its mean, up to a "
        "relative error that is smaller than every negative power of it."
    ),
    statement=Equivalent(poissonised_mass(alpha, t), kappa * t ** (b - 1), as_=(t, oo), order=oo),
    domain=Domain(alpha, t),
    source=Source(PAPER, "Section 2", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(poissonised_mass, p, leading_constant),
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
            note="the summand and all its derivatives vanish at $0$",
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
    meaning="probability that the last of the tokens is new",
    definition=Sum(p(x) * Product(1 - p(x), (j, 1, T)), (x, 1, oo)),
)

finite_data_unseen = Claim(
    id="assoc-scaling.finite-data-unseen",
    title="An infinite memory errs exactly when the token is new",
    says=(
        "A token drawn after the samples is new, and so unknown to a memory of all of them, with "
        "the probability that the alternating sum of zeta values gives."
    ),
    statement=Identity(fresh_is_new(alpha, T), alternating_sum),
    domain=Domain(alpha, T, remarks=("$X_1, X_2, \\dots$ are independent, each with law $p$",)),
    source=Source(PAPER, "Section 2", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED),
    observables=(fresh_is_new, p),
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


p_N = Shorthand(
    "p_N",
    (x,),
    "p_N(@)",
    "Zipf probability of token x",
    x ** (-exponent) / harmonic(N, exponent),
)

unseen_mass_finite = Observable(
    "unseen_mass_finite",
    (exponent, N, samples),
    latex=r"\mathcal{E}_{T,N}",
    meaning="unseen mass of the Zipf law on finitely many inputs",
    definition=Sum(p_N(x) * (1 - p_N(x)) ** samples, (x, 1, N)),
)

finite_data_finite_N = Claim(
    id="assoc-scaling.finite-data-finite-N",
    title="With finitely many inputs the error ends up falling exponentially",
    says=(
        "With finitely many inputs the unseen mass lies between what the rarest input contributes "
        "to it and what it would be if all inputs were as rare."
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
    observables=(unseen_mass_finite, p_N),
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
    meaning="error of the learner, averaged over labellings, datasets and tokens",
    definition=Sum(law[x] * (_risk_on_unseen(x) + seen_risk[x]), (x, 1, N)),
)
memorising_risk = Observable(
    "memorising_risk",
    (N, M, samples, law, memorising, guess),
    latex=r"\overline{\mathcal{E}}",
    meaning="error of the learner, averaged over labellings, datasets and tokens",
    definition=Sum(law[x] * _risk_on_unseen(x), (x, 1, N)),
)
minimax_risk = (1 - 1 / M.symbol) * Sum(law[x] * (1 - law[x]) ** samples, (x, 1, N))
_REMARK = (
    "the labels are $f_*(x)$ with $f_*$ uniform over all maps from inputs to classes, and the $T$ "
    "samples are independent with law $p$"
)
_SEEN_RISK = (
    "for each $x$ let $s_x \\ge 0$ be the probability that the samples hold $x$ and the learner "
    "errs on it"
)

finite_data_minimax = Claim(
    id="assoc-scaling.finite-data-minimax",
    title="No learner beats the unseen mass times the chance of a wrong guess",
    says=(
        "Averaged over all maps from inputs to classes, every learner errs at least as often as a "
        "token is unseen and a uniform guess of its class is wrong."
    ),
    statement=Bound(average_risk(N, M, samples, law, learner, guess), ">=", minimax_risk),
    domain=Domain(
        N,
        M,
        samples,
        law,
        learner,
        guess,
        where=(guess <= M,),
        remarks=(_REMARK, _SEEN_RISK),
    ),
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
        "Averaged over all maps, a learner that recalls every seen token errs exactly as often as "
        "a token is unseen and a uniform guess of its class is wrong, whatever it guesses there."
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
