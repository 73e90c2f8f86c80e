"""What the law of the embeddings does to a memory of two classes.

The memory is W = sum_x q(x) u_{f(x)} e_x^T.

Output embeddings of unequal length: the error depends on them and on the labels. Input embeddings
that are drawn from another law than the Gaussian: the same error at first order, not the same
error, and with few inputs not even the same exponential rate.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Eq,
    Expr,
    Integral,
    KroneckerDelta,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    binomial,
    ceiling,
    exp,
    floor,
    log,
    oo,
    pi,
    sqrt,
)

from theory import (
    ByClaim,
    Categorical,
    ChiPDF,
    Cited,
    Claim,
    Derivation,
    Differentiation,
    Domain,
    Equivalent,
    ExactIntegral,
    ExactSum,
    Identity,
    Integer,
    Labels,
    Matrix,
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
    Vector,
    algebra,
    definition,
)
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling.exact_laws import GAUSSIAN, inner, normal_tail_mixture
from theory.assoc_scaling.model import PAPER
from theory.core.rules.hypotheses import HalfCountedTie, Logarithms

__all__ = [  # noqa: RUF022 (reading order)
    "embedding_law_lengths",
    "embedding_law_signs",
    "embedding_law",
    "embedding_law_gap",
    "embedding_law_exponent_signs",
    "embedding_law_exponent_sphere",
]


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """The part of the paper on embeddings."""
    return Source(PAPER, "the embeddings", seen=seen, standing=standing)


d = Natural("d", at_least=2, meaning="embedding dimension")
k = Symbol("k", integer=True, positive=True)
c = Symbol("c", integer=True, nonnegative=True)
r, g = exact_laws.r, exact_laws.g

two = 2  # classes
size = Natural("N", at_least=2, meaning="number of inputs", grid=(2, 3, 5))
q = Vector("q", length=size, entry=Real("q"), meaning="weights")
f = Labels("f", length=size, classes=two, latex="f_*", meaning="class of each input")
V = Matrix("U", length=two, columns=d, entry=Real("u"), meaning="rows are the output embeddings")
x = Integer("x", at_least=1, meaning="the input that is asked for")


def across(label: Any) -> Expr:
    """Inner product of u_label with the difference of the right class's embedding and the other."""
    return inner(V, f[x], V, label) - inner(V, 3 - f[x], V, label)


own_signal = q[x] * across(f[x])
cross_talk = Sum((1 - KroneckerDelta(k, x)) * q[k] ** 2 * across(f[k]) ** 2, (k, 1, size))

unequal_error = Observable(
    "unequal_error",
    (size, d, q, f, V, x),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning=(
        "probability that the wrong one of two classes has the higher score; by the collapsed law "
        "the gap of the scores over r is r times the signal plus a standard normal g times the "
        "root of the noise"
    ),
    definition=Integral(
        ChiPDF(r, d) * NormalPDF(g), (g, -oo, -own_signal * r / sqrt(cross_talk)), (r, 0, oo)
    ),
)
unequal_ratio = own_signal / sqrt(cross_talk)

embedding_law_lengths = Claim(
    id="assoc-scaling.embedding-law-lengths",
    title="With output embeddings of any length the error is still a Student tail",
    says=(
        "With two classes and any two output embeddings the probability of misclassifying an input "
        "is Student's distribution function at minus the root of d times a signal-to-noise ratio. "
        "Unless the two have the same length it depends on the labels and on the embeddings."
    ),
    statement=Identity(unequal_error(size, d, q, f, V, x), StudentCDF(-sqrt(d) * unequal_ratio, d)),
    domain=Domain(size, d, q, f, V, x, where=(x <= size, cross_talk > 0), remarks=(GAUSSIAN,)),
    source=source(),
    observables=(unequal_error,),
    derivation=Derivation(
        Step(unequal_error.definition, by=definition),
        Step(
            exact_laws.mixture.defined_as(d, unequal_ratio),
            by=Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g))),
        ),
        Step(
            StudentCDF(-sqrt(d) * unequal_ratio, d),
            by=ByClaim(normal_tail_mixture, {exact_laws.d: d, exact_laws.a: unequal_ratio}),
        ),
    ),
    uses=("assoc-scaling.collapsed-law",),
)

few_inputs = Natural("N", at_least=2, meaning="number of inputs", grid=(2, 3, 5))
width = Natural("d", at_least=1, meaning="embedding dimension", grid=(1, 2, 3, 4))
signs = (few_inputs - 1) * width  # how many independent signs make up the cross-talk
short = (few_inputs - 2) * width  # twice the number of pluses at which the scores are equal
SIGNS = "the entries of the $e_x$ are independent fair signs"
EQUAL = "equal weights, two classes with distinct unit $u_y$; a tie is an error with weight 1/2"

sign_error = Observable(
    "sign_error",
    (few_inputs, width),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning=(
        "error of an input when embeddings have independent signs as entries; the gap of the "
        "scores is d plus the sum of (N - 1) d independent signs, of which c are plus"
    ),
    definition=Sum(
        binomial(signs, c)
        / 2**signs
        * Piecewise((1, 2 * c < short), (Rational(1, 2), Eq(2 * c, short)), (0, True)),
        (c, 0, signs),
    ),
)
sign_tail = (
    Sum(binomial(signs, c) / 2**signs, (c, 0, floor(short / 2)))
    + Sum(binomial(signs, c) / 2**signs, (c, 0, ceiling(short / 2) - 1))
) / 2

embedding_law_signs = Claim(
    id="assoc-scaling.embedding-law-signs",
    title="With sign embeddings the error is a binomial tail",
    says=(
        "If the input embeddings have independent fair signs as entries, two classes and equal "
        "weights, the error of an input is exactly a tail of the binomial law."
    ),
    statement=Identity(sign_error(few_inputs, width), sign_tail),
    domain=Domain(few_inputs, width, remarks=(SIGNS, EQUAL)),
    source=source(),
    observables=(sign_error,),
    derivation=Derivation(
        Step(sign_error.definition, by=definition),
        Step(sign_tail, by=HalfCountedTie(at=short / 2)),
    ),
    uses=("assoc-scaling.model",),
)

law = Categorical(
    "law",
    latex=r"\ell",
    meaning="law of the input embeddings: uniform on the sphere, or independent signs",
    choices=("sphere", "signs"),
)
load = Natural("m", at_least=1, meaning="other inputs per dimension", grid=(1, 2, 4))
dimension = Natural("d", at_least=4, meaning="embedding dimension", grid=(4, 8, 16))
LOADED = "$N = 1 + m d$ inputs, equal weights, two classes with distinct unit $u_y$"

other_error = Observable(
    "other_error",
    (law, load, dimension),
    latex=r"\mathcal{E}_\ell",
    meaning="error of an input with embeddings of the law, at m other inputs per dimension",
)
gaussian_error = StudentCDF(-1 / sqrt(load), dimension)
normal_error = NormalCDF(-1 / sqrt(load))
CENTRAL = Cited("central limit theorem", "Feller, vol. II, section VIII.4", sense="~")

embedding_law = Claim(
    id="assoc-scaling.embedding-law",
    title="At a fixed load the law of the input embeddings does not matter in the limit",
    says=(
        "With a fixed number of inputs per dimension the error with input embeddings from the "
        "sphere or with sign entries is asymptotically that with Gaussian ones."
    ),
    statement=Equivalent(other_error(law, load, dimension), gaussian_error, as_=(dimension, oo)),
    domain=Domain(law, load, dimension, remarks=(LOADED,)),
    source=source(),
    observables=(other_error,),
    derivation=Derivation(
        Step(other_error(law, load, dimension), by=definition),
        Step(
            normal_error,
            by=CENTRAL,
            note="the cross-talk, divided by the squared length, is a sum of independent terms of "
            "mean $0$ and total variance $m$",
        ),
        Step(
            gaussian_error,
            by=Cited("Student's law tends to the normal law", "DLMF 7.18, 8.17", sense="~"),
        ),
    ),
    uses=("assoc-scaling.binary-exact",),
)

ratio = 1 / sqrt(load)
excess = NormalPDF(ratio) * (ratio**3 + ratio) / (4 * dimension)
s = Symbol("s", positive=True)

embedding_law_gap = Claim(
    id="assoc-scaling.embedding-law-gap",
    title="At finite dimension Gaussian input embeddings err more",
    says=(
        "At a fixed load Gaussian input embeddings err more than those from the sphere or with "
        "sign entries by an amount of order 1/d, with this constant: equal rates, not equal errors."
    ),
    statement=Equivalent(
        gaussian_error - other_error(law, load, dimension), excess, as_=(dimension, oo)
    ),
    domain=Domain(law, load, dimension, remarks=(LOADED,)),
    source=source(),
    observables=(other_error,),
    derivation=Derivation(
        Step(
            Eq(
                Derivative(NormalCDF(-ratio * sqrt(s)), (s, 2)),
                NormalPDF(ratio * sqrt(s)) * (ratio**3 / sqrt(s) + ratio / sqrt(s) ** 3) / 4,
            ),
            by=Differentiation(),
            note="the Gaussian error is the mean of $\\Phi(-\\sqrt{s/m})$ at $s = r^2/d$, of mean "
            "$1$ and variance $2/d$",
        ),
        Step(gaussian_error - other_error(law, load, dimension), by=definition),
        Step(
            excess,
            by=Cited(
                "delta method and Edgeworth expansion",
                "Feller, vol. II, sections XVI.4 and XVI.6",
                sense="~",
            ),
            note="half the variance times the second derivative at $s = 1$; the other laws are "
            "normal up to $O(d^{-2})$, a tie counting half",
        ),
    ),
    uses=("assoc-scaling.normal-tail-mixture", "assoc-scaling.binary-exact"),
)

several = Natural("N", at_least=3, meaning="number of inputs", grid=(3, 4, 10))
wide = Natural("d", at_least=4, meaning="embedding dimension", grid=(4, 8, 16))


def fixed(name: str, law_in_words: str) -> Observable:
    """The error of an input when N stays fixed."""
    return Observable(
        name,
        (several, wide),
        latex=r"\mathbb{P}(\text{$x$ misclassified})",
        meaning=f"error of an input of equal weights, with input embeddings {law_in_words}",
    )


fixed_sign_error = fixed("fixed_sign_error", "of independent signs")
fixed_sphere_error = fixed("fixed_sphere_error", "uniform on the sphere")
gaussian_exponent = -log(several / (several - 1)) / 2
sign_exponent = (
    -(several * log(several / (several - 1)) + (several - 2) * log((several - 2) / (several - 1)))
    / 2
)
sphere_exponent = (several - 1) * log(1 - 1 / (several - 1) ** 2) / 2
step = 1 / (several - 1)
tilt = Symbol("t", positive=True)
best_tilt = log(several / (several - 2)) / 2
least_cost = sqrt(several * (several - 2)) / (several - 1)  # 1 / cosh of the best tilt

embedding_law_exponent_signs = Claim(
    id="assoc-scaling.embedding-law-exponent-signs",
    title="With few inputs sign embeddings err exponentially less than Gaussian ones",
    says=(
        "When the number of inputs stays fixed and the dimension grows, the error falls "
        "exponentially, with sign entries at a faster rate than half the logarithm of N/(N - 1), "
        "that of Gaussian input embeddings: the laws are not rate-equivalent there."
    ),
    statement=Rate(fixed_sign_error(several, wide), wide, sign_exponent, form="exponential"),
    domain=Domain(several, wide, remarks=(SIGNS, EQUAL)),
    source=source(),
    observables=(fixed_sign_error,),
    derivation=Derivation(
        Step(
            Eq((exp(best_tilt) + exp(-best_tilt)) / 2, 1 / least_cost),
            by=algebra,
            note="$\\cosh t$ at $t = \\log(N/(N - 2))/2$",
        ),
        Step(
            Eq((exp(best_tilt) - exp(-best_tilt)) / 2 * least_cost, step),
            by=algebra,
            note="$\\tanh t = 1/(N - 1)$: here $t/(N - 1) - \\log \\cosh t$ is largest",
        ),
        Step(
            Eq(-(several - 1) * (step * best_tilt + log(least_cost)), sign_exponent),
            by=Logarithms(),
            note="the exponent of $(N - 1) d$ signs whose mean is at most $-1/(N - 1)$",
        ),
        Step(fixed_sign_error(several, wide), by=definition),
        Step(
            exp(wide * sign_exponent),
            by=Cited("Chernoff's bound", "Chernoff 1952", sense="<="),
        ),
        Step(fixed_sign_error(several, wide), by=definition),
        Step(
            exp(wide * sign_exponent) / (4 * (several - 1) * wide + 4),
            by=Cited("method of types", "Cover and Thomas, theorem 11.1.3", sense=">="),
            note="a tie counts half",
        ),
    ),
    uses=("assoc-scaling.embedding-law-signs",),
)

embedding_law_exponent_sphere = Claim(
    id="assoc-scaling.embedding-law-exponent-sphere",
    title="With few inputs spherical embeddings err exponentially less than Gaussian ones",
    says=(
        "When the number of inputs stays fixed and the dimension grows, the error with input "
        "embeddings from the sphere falls exponentially, at a rate of its own."
    ),
    statement=Rate(fixed_sphere_error(several, wide), wide, sphere_exponent, form="exponential"),
    domain=Domain(several, wide, remarks=("the $e_x$ are uniform on the unit sphere", EQUAL)),
    source=source(),
    observables=(fixed_sphere_error,),
    derivation=Derivation(
        Step(
            Eq(Derivative(-log(1 - tilt**2), (tilt, 2)), 2 * (1 + tilt**2) / (1 - tilt**2) ** 2),
            by=Differentiation(),
            note="the density $(1 - t^2)^{(d-3)/2}$ of each of the $N - 1$ heights is log-concave, "
            "so their joint density given the sum $-1$ is largest where they are equal",
        ),
        Step(
            Eq(Derivative(log(1 - tilt**2) / 2, tilt), -tilt / (1 - tilt**2)),
            by=Differentiation(),
            note="so a change of a height by $1/d$ changes the density by a bounded factor",
        ),
        Step(
            Eq(
                Sum(log(1 - step**2) / 2, (k, 1, several - 1)),
                sphere_exponent,
                evaluate=False,
            ),
            by=ExactSum(),
            note="the exponent of the largest value, where all heights are $-1/(N - 1)$",
        ),
        Step(fixed_sphere_error(several, wide), by=definition),
        Step(
            (2 * wide / pi) ** ((several - 1) / 2)
            * (1 - step**2) ** ((several - 1) * (wide - 3) / 2),
            by=Cited("Laplace's method", "de Bruijn, chapter 4", sense="<="),
            note="the density is at most its largest value, on a cube of volume $2^{N-1}$",
        ),
        Step(fixed_sphere_error(several, wide), by=definition),
        Step(
            (1 - step**2) ** ((several - 1) * wide / 2) / (10 * sqrt(wide)) ** (several - 1),
            by=Cited("Laplace's method", "de Bruijn, chapter 4", sense=">="),
            note="on the box of heights within $1/d$ of the largest value",
        ),
    ),
)
