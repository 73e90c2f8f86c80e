"""How do the size of the data set and the dimension of the memory limit the error together?

Tokens follow the Zipf law of exponent alpha on 1, 2, ..., labels are noiseless and of two classes.
T samples decide what is stored in W = sum_x q(x) u_{f(x)} e_x^T, with independent standard Gaussian
e_x in dimension d and two distinct unit vectors u_y; a token that is not stored is guessed.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Expr,
    IndexedBase,
    Integral,
    Max,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    beta,
    floor,
    gamma,
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
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    StudentCDF,
    Termwise,
    Through,
    algebra,
    definition,
)
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling import finite_data as samples
from theory.assoc_scaling.finite_data import finite_data_exact, kappa
from theory.assoc_scaling.model import PAPER
from theory.core.rules.hypotheses import FallingSumToIntegral, OneSided, Telescoping

__all__ = [  # noqa: RUF022 (reading order)
    "joint_distinct",
    "joint_distinct_rate",
    "joint_data_floor",
    "joint_rate",
    "joint_memory_corner",
    "joint_data_corner",
    "joint_rate_frequencies",
    "data_overflow",
    "data_overflow_descent",
    "data_overflow_limit",
    "data_helps",
]

alpha, T = samples.alpha, samples.T
b, C, p = samples.b, samples.C, samples.p
x, z, v = samples.x, samples.z, samples.v
k = Symbol("k", integer=True, nonnegative=True)
D = Symbol("D", integer=True, positive=True)

d = Natural("d", at_least=2, meaning="embedding dimension", grid=(10, 100, 1000))
STORED = "$W$ stores the tokens with two distinct unit $u_y$ and standard Gaussian $e_x$"
MOST_FREQUENT = (
    r"equal weights on the $\lfloor d / (2 (\alpha - 1) \log d) \rfloor$ most frequent tokens of "
    "the data, ties broken at random"
)


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """The joint scaling law of the paper."""
    return Source(PAPER, "Proposition 4", seen=seen, standing=standing)


distinct = Observable(
    "distinct",
    (alpha, T),
    latex=r"\mathbb{E}\,|\{X_1, \dots, X_T\}|",
    meaning="expected number of distinct tokens among T samples",
    definition=Sum(1 - (1 - p(x)) ** T, (x, 1, oo)),
)
distinct_form = C**b * (gamma(1 - b) * gamma(T + 1) / gamma(T + 1 - b) - 1)
distinct_power = gamma(1 - b) * (C * T) ** b

joint_distinct = Claim(
    id="assoc-scaling.joint-distinct",
    title="The number of distinct tokens equals a ratio of Gamma functions to within 1",
    says=(
        "The expected number of distinct tokens among T Zipf samples differs from a closed form "
        "by at most 1, for every exponent and every number of samples."
    ),
    statement=Bound(Abs(distinct(alpha, T) - distinct_form), "<=", 1),
    domain=Domain(alpha, T),
    source=source(),
    observables=(distinct,),
    derivation=Derivation(
        Step(distinct.definition, by=definition),
        Step(
            Integral(1 - (1 - p(z)) ** T, (z, C**b, oo)),
            by=FallingSumToIntegral(Through(x, level=v, inner=p(x))),
        ),
        Step(
            Integral(b * C**b * v ** (-b - 1) * (1 - (1 - v) ** T), (v, 0, 1)),
            by=ChangeOfVariables(z, v, old_as=(C / v) ** b),
        ),
        Step(
            Integral(Sum(b * C**b * v ** (-b) * (1 - v) ** k, (k, 0, T - 1)), (v, 0, 1)),
            by=Termwise(ExactSum()),
            note="geometric sum",
        ),
        Step(
            Sum(Integral(b * C**b * v ** (-b) * (1 - v) ** k, (v, 0, 1)), (k, 0, T - 1)),
            by=Exchange(),
        ),
        Step(Sum(b * C**b * beta(1 - b, k + 1), (k, 0, T - 1)), by=Termwise(ExactIntegral())),
        Step(
            distinct_form,
            by=Telescoping(C**b * gamma(1 - b) * gamma(k + 1) / gamma(k + 1 - b)),
        ),
    ),
)

joint_distinct_rate = Claim(
    id="assoc-scaling.joint-distinct-rate",
    title="The number of distinct tokens grows like a power of the number of samples",
    says=(
        "The number of distinct tokens among T Zipf samples grows like the power 1/alpha of T, "
        "with this constant."
    ),
    statement=Equivalent(distinct(alpha, T), distinct_power, as_=(T, oo)),
    domain=Domain(alpha, T),
    source=source(),
    observables=(distinct,),
    derivation=Derivation(
        Step(distinct.definition, by=definition),
        Step(distinct_form, by=ByClaim(joint_distinct)),
        Step(distinct_power, by=Expansion(T)),
    ),
)

scheme = Categorical(
    "scheme",
    latex="s",
    meaning="what is stored: a threshold on counts, the counts as weights, or all that was seen",
    choices=("thresholded", "frequencies", "unlimited"),
)
seen_error = IndexedBase("s", nonnegative=True)

scheme_error = Observable(
    "scheme_error",
    (scheme, alpha, d, T),
    latex=r"\mathbb{E}\,\mathcal{E}_s",
    meaning=(
        "expected error of the memory: a token has its part s from data sets that contain it, and "
        "on all others the memory guesses one of two classes"
    ),
    definition=Sum(p(x) * ((1 - p(x)) ** T / 2 + seen_error[x]), (x, 1, oo)),
)
floor_of_data = (samples.beta_form - samples.remainder) / 2

joint_data_floor = Claim(
    id="assoc-scaling.joint-data-floor",
    title="Whatever is stored, the error is at least half the unseen mass",
    says=(
        "With two classes no scheme that stores only tokens of the data errs less than half the "
        "mass of the tokens that T samples leave unseen."
    ),
    statement=Bound(scheme_error(scheme, alpha, d, T), ">=", floor_of_data),
    domain=Domain(scheme, alpha, d, T, remarks=(STORED,)),
    source=source(),
    observables=(scheme_error,),
    derivation=Derivation(
        Step(scheme_error.definition, by=definition),
        Step(Sum(p(x) * ((1 - p(x)) ** T / 2), (x, 1, oo)), by=Termwise(Nonnegative(">="))),
        Step(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo)) / 2, by=algebra),
        Step(floor_of_data, by=OneSided(finite_data_exact, sense=">=", times=Rational(1, 2))),
    ),
    uses=("assoc-scaling.binary-exact",),
)

capacity = floor(d / (2 * (alpha - 1) * log(d.symbol)))
reading = Piecewise((0, capacity < 2), (StudentCDF(-sqrt(d / (capacity - 1)), d), True))
stored_mass = harmonic(capacity, alpha) / zeta(alpha)
memory_limit = Rational(1, 2) - stored_mass * (Rational(1, 2) - reading)
data_limit = kappa * T ** (b - 1) / 2
larger_limit = Max(data_limit, memory_limit)

exponent = Real(
    "alpha",
    at_least=Rational(5, 4),
    at_most=3,
    latex=r"\alpha",
    meaning="Zipf exponent",
    grid=(2, Rational(3, 2), 3),
)
dimension = Natural(
    "d", at_least=10, at_most=3000, meaning="embedding dimension", grid=(10, 100, 1000)
)
size = Natural("T", at_least=10, at_most=10**6, meaning="number of samples", grid=(10, 100, 1000))


def thresholded(error_name: str) -> Observable:
    """The expected error of the thresholded memory, on the range where it is measured."""
    return Observable(
        error_name,
        (exponent, dimension, size),
        latex=r"\mathbb{E}\,\mathcal{E}",
        meaning="expected error of the memory that stores the most frequent tokens of the data",
    )


joint_error = thresholded("joint_error")

joint_rate = Claim(
    id="assoc-scaling.joint-rate",
    title="The error is the larger of a data limit and a memory limit",
    says=(
        "A memory that stores the most frequent tokens of T samples, as many as fit its dimension "
        "up to a logarithm, errs within 0.9 to 1.5 times the larger of two limits: half the "
        "unseen mass, which falls with T alone, and the error with unlimited data, which falls "
        "with d alone."
    ),
    statement=Bound(
        Rational(9, 10) * larger_limit,
        "<=",
        joint_error(exponent, dimension, size),
        "<=",
        Rational(3, 2) * larger_limit,
    ),
    domain=Domain(
        exponent,
        dimension,
        size,
        remarks=(
            STORED,
            MOST_FREQUENT,
            r"established by simulation on this range; summarised for $\min(d, T^{1/\alpha})$ "
            "stored tokens up to logarithms, where $d$ tokens would leave a constant error",
        ),
    ),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(joint_error,),
    uses=("assoc-scaling.binary-exact", "assoc-scaling.joint-data-floor"),
)

joint_memory_corner = Claim(
    id="assoc-scaling.joint-memory-corner",
    title="With enough data the error is that of unlimited data",
    says=(
        "Once there are at least ten times as many samples as the power alpha of the dimension, "
        "the thresholded memory errs at most 5 percent more than it would with unlimited data, and "
        "never less."
    ),
    statement=Bound(
        memory_limit,
        "<=",
        joint_error(exponent, dimension, size),
        "<=",
        Rational(21, 20) * memory_limit,
    ),
    domain=Domain(
        exponent,
        dimension,
        size,
        where=(size >= 10 * dimension.symbol**exponent.symbol,),
        remarks=(STORED, MOST_FREQUENT, "established by simulation on this range"),
    ),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(joint_error,),
    uses=("assoc-scaling.binary-exact",),
)

weight = IndexedBase("w", nonnegative=True)
several = Natural("T", at_least=2, meaning="number of samples", grid=(2, 10, 100))


def at_several(expression: Any) -> Expr:
    """The expression for at least two samples."""
    return expression.subs(T.symbol, several.symbol)


data_error = Observable(
    "data_error",
    (alpha, d, several),
    latex=r"\mathbb{E}\,\mathcal{E}",
    meaning=(
        "expected error of the memory that stores all of at most T seen tokens: w is the "
        "probability that D tokens are seen and a fresh token is one of them, and then it is "
        "misread with the probability of a Student tail"
    ),
    definition=at_several(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo))) / 2
    + Sum(
        weight[D] * StudentCDF(-sqrt(d) / sqrt(D - 1), d),
        (D, 2, several),
    ),
)
half_unseen = at_several(Sum(p(x) * (1 - p(x)) ** T, (x, 1, oo))) / 2
misread = ((several - 1) / several) ** (d / 2) / 2

joint_data_corner = Claim(
    id="assoc-scaling.joint-data-corner",
    title="With enough dimension the error is half the unseen mass, exponentially precisely",
    says=(
        "A memory that has room for all T samples errs at most half the unseen mass plus a term "
        "that falls exponentially with the dimension."
    ),
    statement=Bound(
        data_error(alpha, d, several),
        "<=",
        at_several((samples.beta_form + samples.remainder) / 2) + misread,
    ),
    domain=Domain(
        alpha,
        d,
        several,
        where=(capacity >= several.symbol,),
        remarks=(STORED, MOST_FREQUENT),
    ),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(data_error,),
    derivation=Derivation(
        Step(data_error.definition, by=definition),
        Step(
            half_unseen
            + Sum(weight[D] * (1 + 1 / (D - 1)) ** (-d.symbol / 2) / 2, (D, 2, several)),
            by=Termwise(
                ByClaim(
                    exact_laws.student_tail,
                    {exact_laws.d: d.symbol, exact_laws.ratio: 1 / sqrt(D - 1)},
                )
            ),
        ),
        Step(
            half_unseen + misread,
            by=Cited(
                "a mean is at most the largest value", "monotonicity of expectation", sense="<="
            ),
            note=r"$(1 + 1 / (D - 1))^{-d/2} = ((D - 1) / D)^{d/2}$ rises with $D \le T$, and the "
            "$w_D$ add up to at most 1",
        ),
        Step(
            at_several((samples.beta_form + samples.remainder) / 2) + misread,
            by=OneSided(finite_data_exact, {T: several.symbol}, sense="<=", times=Rational(1, 2)),
        ),
    ),
    uses=("assoc-scaling.binary-exact",),
)

ordinary = Natural(
    "d", at_least=30, at_most=3000, meaning="embedding dimension", grid=(30, 100, 1000)
)
frequency_error = Observable(
    "frequency_error",
    (exponent, ordinary, size),
    latex=r"\mathbb{E}\,\mathcal{E}",
    meaning="expected error of the memory whose weights are the frequencies in the data",
)
power = (exponent - 1) / exponent
frequency_limit = (
    2 ** (power / 2)
    * gamma((power + 1) / 2)
    / (2 * sqrt(pi) * (exponent - 1) * zeta(exponent))
    * (zeta(2 * exponent) / ordinary) ** (power / 2)
)
larger_frequency_limit = Max(data_limit, frequency_limit)

joint_rate_frequencies = Claim(
    id="assoc-scaling.joint-rate-frequencies",
    title="Weighted by frequency, the memory limit falls more slowly",
    says=(
        "A memory whose weights are the frequencies in T samples errs within 0.9 to 1.5 times "
        "the larger of the data limit and its own memory limit, a smaller power of the dimension."
    ),
    statement=Bound(
        Rational(9, 10) * larger_frequency_limit,
        "<=",
        frequency_error(exponent, ordinary, size),
        "<=",
        Rational(3, 2) * larger_frequency_limit,
    ),
    domain=Domain(
        exponent,
        ordinary,
        size,
        remarks=(STORED, r"$q = \hat p$, the frequencies", "established by simulation"),
    ),
    source=source(Seen.SUMMARY, Standing.SHARPENED),
    observables=(frequency_error,),
    uses=("assoc-scaling.binary-exact", "assoc-scaling.joint-data-floor"),
)

growing = Natural(
    "T", at_least=3, at_most=10**5, meaning="number of samples before", grid=(10, 100, 1000)
)
tenfold = "the data set is continued to $10 T$ samples"


def gain(name: str, *further: Any) -> Observable:
    """How much the expected error falls when the data set grows tenfold."""
    return Observable(
        name,
        (*further, exponent, dimension, growing),
        latex=r"\mathbb{E}\,\mathcal{E}_T - \mathbb{E}\,\mathcal{E}_{10 T}",
        meaning="expected error after T samples minus expected error after ten times as many",
    )


unlimited_gain = gain("unlimited_gain")
UNLIMITED = "equal weights on all tokens of the data, however many"

data_overflow = Claim(
    id="assoc-scaling.data-overflow",
    title="A memory that stores all it has seen gets worse with more data",
    says=(
        "It is not true that more data always helps: without a threshold and with equal weights, "
        "ten times more data raises the error once there are as many samples as the power alpha of "
        "the dimension."
    ),
    statement=Bound(unlimited_gain(exponent, dimension, growing), "<=", 0),
    domain=Domain(
        exponent,
        dimension,
        growing,
        where=(growing >= dimension.symbol**exponent.symbol,),
        remarks=(STORED, UNLIMITED, tenfold, "established by simulation on this range"),
    ),
    source=source(),
    observables=(unlimited_gain,),
    uses=("assoc-scaling.binary-exact",),
)

data_overflow_descent = Claim(
    id="assoc-scaling.data-overflow-descent",
    title="As long as the data are few, even storing all of them helps",
    says=(
        "Without a threshold and with equal weights, ten times more data lowers the error as long "
        "as there are no more samples than dimensions: the error is U-shaped in the data."
    ),
    statement=Bound(unlimited_gain(exponent, dimension, growing), ">=", 0),
    domain=Domain(
        exponent,
        dimension,
        growing,
        where=(10 * growing <= dimension.symbol,),
        remarks=(STORED, UNLIMITED, tenfold, "established by simulation on this range"),
    ),
    source=source(),
    observables=(unlimited_gain,),
    uses=("assoc-scaling.binary-exact",),
)

unlimited_error = Observable(
    "unlimited_error",
    (exponent, dimension, size),
    latex=r"\mathbb{E}\,\mathcal{E}_T",
    meaning="expected error of the memory that stores all it has seen with equal weights",
)

data_overflow_limit = Claim(
    id="assoc-scaling.data-overflow-limit",
    title="A memory that stores all it has seen ends up guessing",
    says=(
        "Without a threshold the error comes as close to that of guessing as the dimension is "
        "small against the number of distinct tokens, which grows without end."
    ),
    statement=Bound(
        unlimited_error(exponent, dimension, size),
        ">=",
        Rational(1, 2) - Rational(11, 10) * sqrt(dimension / (2 * pi * distinct_power)),
    ),
    domain=Domain(
        exponent,
        dimension,
        size,
        where=(size >= dimension.symbol**exponent.symbol,),
        remarks=(STORED, UNLIMITED, "established by simulation on this range"),
    ),
    source=source(),
    observables=(unlimited_error,),
    uses=("assoc-scaling.binary-exact", "assoc-scaling.joint-distinct-rate"),
)

careful = Categorical(
    "scheme",
    latex="s",
    meaning="a scheme whose weights follow the counts",
    choices=("thresholded", "frequencies"),
)
careful_gain = gain("careful_gain", careful)

data_helps = Claim(
    id="assoc-scaling.data-helps",
    title="With a threshold, or weighted by frequency, more data helps",
    says=(
        "If only the most frequent tokens are stored, or each is weighted by its frequency, ten "
        "times more data does not raise the error."
    ),
    statement=Bound(careful_gain(careful, exponent, ordinary, growing), ">=", 0),
    domain=Domain(
        careful,
        exponent,
        ordinary,
        growing,
        remarks=(
            STORED,
            MOST_FREQUENT + ", or the frequencies as weights",
            tenfold,
            "established by simulation on this range",
        ),
    ),
    source=source(),
    observables=(careful_gain,),
    uses=("assoc-scaling.binary-exact",),
)
