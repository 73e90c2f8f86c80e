"""Equal weights with any number of classes: orthonormal output embeddings, classes of equal size.

Each of M classes has n stored inputs, so that P = M n are stored; the labels are x mod M.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    KroneckerDelta,
    Rational,
    Sum,
    Symbol,
    exp,
    floor,
    harmonic,
    log,
    oo,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    ByClaim,
    ChiPDF,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactIntegral,
    ExactSum,
    Exchange,
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
    Termwise,
    algebra,
    definition,
)
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling.exact_laws import (
    GAUSSIAN,
    MEMORY,
    G,
    N,
    a,
    c,
    f,
    g,
    h,
    k,
    normal_tail_mixture,
    r,
    ratio,
    student_tail,
)
from theory.assoc_scaling.exact_laws import x as asked
from theory.assoc_scaling.exact_laws import z as each
from theory.assoc_scaling.model import PAPER
from theory.assoc_scaling.schemes import N as size_N
from theory.assoc_scaling.schemes import (
    alpha,
    beta_tail,
    decay,
    density,
    index_N,
    main_N,
    p,
    p_N,
    remainder_N,
    signal,
    student_share,
    total_N,
    v,
    x,
)
from theory.assoc_scaling.schemes import noise as rest
from theory.assoc_scaling.theorem_one import OWN, difference, each_rival, q, separation
from theory.assoc_scaling.theorem_one import classes as K
from theory.assoc_scaling.theorem_one import energy as class_energy
from theory.assoc_scaling.thresholds import tail
from theory.core.rules.comparison import (
    DecreasingSum,
    DropTerms,
    PowerTail,
    TailMixture,
    WidenSum,
)
from theory.core.rules.comparison_bounds import ByLink, ExponentialAbove, MonotoneIn
from theory.core.rules.comparison_limits import LimitOfParts, Squeeze
from theory.core.rules.monotone import (
    ByOneLink,
    ByRemark,
    ConstantTerms,
    EachTerm,
    OneSign,
    Replaced,
    SumsAsSymbols,
)
from theory.core.rules.profiles import ConstantFactors, PowerOfProbability

__all__ = [
    "many_classes_bounds",
    "many_classes_crossover",
    "many_classes_exact",
    "many_classes_rate",
    "many_classes_rate_bounds",
    "many_classes_rho",
    "many_classes_threshold",
    "many_classes_union",
    "normal_convolution",
]

M = Natural("M", at_least=2, meaning="number of classes", grid=(2, 3, 10))
n = Natural("n", at_least=1, meaning="stored inputs of each class", grid=(1, 2, 10, 100))
d = Natural("d", at_least=1, meaning="embedding dimension", grid=(2, 5, 20, 200))
z = Symbol("z", positive=True)
BALANCED = "the $u_y$ are orthonormal, $f_*(x) = x \\bmod M$, and $n M$ inputs have the weight $1$"


def source(seen: Seen = Seen.NOTHING) -> Source:
    """Where the claims of this section come from."""
    return Source(PAPER, "weighting schemes", seen=seen, standing=Standing.DERIVED_HERE)


level = Real("c", meaning="a level", grid=(-2, 0, Rational(1, 2), 3))
slope = Real("s", meaning="a slope", grid=(-1, 0, Rational(1, 2), 2))

normal_convolution = Claim(
    id="assoc-scaling.normal-convolution",
    title="The mean of a normal distribution function is a normal distribution function",
    says=(
        "For a standard normal g the mean of the normal distribution function at c + s g is its "
        "value at c over the root of one plus s squared."
    ),
    statement=Identity(
        Integral(NormalPDF(g) * NormalCDF(level + slope * g), (g, -oo, oo)),
        NormalCDF(level / sqrt(1 + slope**2)),
    ),
    domain=Domain(level, slope),
    source=source(),
    derivation=Derivation(
        Step(
            Integral(NormalPDF(g) * NormalCDF(level + slope * g), (g, -oo, oo)),
            by=definition,
        ),
        Step(
            Integral(NormalPDF(g) * NormalPDF(h + slope * g), (h, -oo, level), (g, -oo, oo)),
            by=Termwise(ExactIntegral(NormalPDF(g) * NormalCDF(h + slope * g))),
        ),
        Step(
            Integral(NormalPDF(g) * NormalPDF(h + slope * g), (g, -oo, oo), (h, -oo, level)),
            by=Exchange(),
        ),
        Step(
            Integral(NormalPDF(h / sqrt(1 + slope**2)) / sqrt(1 + slope**2), (h, -oo, level)),
            by=Termwise(ExactIntegral()),
        ),
        Step(
            NormalCDF(level / sqrt(1 + slope**2)),
            by=ExactIntegral(NormalCDF(h / sqrt(1 + slope**2))),
        ),
    ),
)


ORTHONORMAL = "the $u_y$ are orthonormal, and $G$ is their Gram matrix"
token = exact_laws.token_error(N, K, d, q, f, G, asked)
noise = exact_laws.noise.xreplace({exact_laws.q.symbol: q.symbol})
gap = KroneckerDelta(f[asked], each) - KroneckerDelta(c, each)
kronecker = {
    G[f[asked], c]: 0,
    G[f[asked], each]: KroneckerDelta(f[asked], each),
    G[c, each]: KroneckerDelta(c, each),
}
energy = exact_laws.others(k) * q[k] ** 2 * KroneckerDelta(f[k], each)
in_gap = Sum(energy * gap**2, (k, 1, N), (each, 1, K))
in_all = Sum(energy, (k, 1, N), (each, 1, K))
by_class = Sum(class_energy(each) * gap**2, (each, 1, K))


def rivals(over: Any) -> Expr:
    """Sum of the Student tails against all other classes, for this noise."""
    return each_rival(StudentCDF(-sqrt(d) * q[asked] / sqrt(over), d))


def in_each(old: Any, new: Any, rule: Any) -> EachTerm:
    """Another form or bound of the noise, for every class."""
    return EachTerm(Replaced(old, new, rule))


many_classes_union = Claim(
    id="assoc-scaling.many-classes-union",
    title="With M classes an input errs at most M - 1 times as often as with two",
    says=(
        "With orthonormal output embeddings an input is misclassified with at most M - 1 times "
        "the probability that it has with two classes, whatever the labels and the weights, of "
        "which none is negative: bounds for two classes hold for all M, times M - 1."
    ),
    statement=Bound(token, "<=", (K - 1) * StudentCDF(-sqrt(d) * q[asked] / sqrt(noise), d)),
    domain=Domain(
        N,
        K,
        d,
        q,
        f,
        G,
        asked,
        where=(asked <= N, noise > 0),
        remarks=(MEMORY, GAUSSIAN, ORTHONORMAL),
    ),
    source=source(),
    observables=(exact_laws.token_error,),
    derivation=Derivation(
        Step(token, by=definition),
        Step(
            each_rival(StudentCDF(-sqrt(d) * separation(c, difference(c)), d)),
            by=ByOneLink(exact_laws.pairwise_sandwich, OWN, link=2),
            note=r"orthonormal vectors are distinct; where $\sigma_c = 0$ by continuity in the "
            r"weights, and if $q_x = 0$ too, because then $M \ge 3$ and the bound is at least $1$",
            granting=exact_laws.pairwise_sandwich.domain.remarks,
        ),
        Step(rivals(by_class), by=EachTerm(ByRemark(ORTHONORMAL, kronecker))),
        Step(rivals(in_gap), by=in_each(by_class, in_gap, SumsAsSymbols())),
        Step(rivals(in_all), by=in_each(in_gap, in_all, Termwise(Termwise(OneSign())))),
        Step(rivals(noise), by=in_each(in_all, noise, SumsAsSymbols())),
        Step(
            (K - 1) * StudentCDF(-sqrt(d) * q[asked] / sqrt(noise), d),
            by=ConstantTerms(rivals(noise)),
        ),
    ),
    uses=("assoc-scaling.binary-exact",),
)

POWERS = "the weights are $q_k = k^{-b}$"
b = decay.symbol
two_classes = StudentCDF(-sqrt(d) * q[asked] / sqrt(noise), d)
of_powers = StudentCDF(
    -sqrt(d) * asked.symbol ** (-b) / sqrt(Sum(exact_laws.others(k) * k ** (-2 * b), (k, 1, N))), d
)
rest_N = total_N - asked.symbol ** (-2 * b)
inner_tail = Integral((K - 1) * p_N(z), (z, index_N, oo))


def zipf_mean(value: Any) -> Expr:
    """Mean over Zipf's law on N inputs, times the number of other classes."""
    return Sum(p_N(asked) * (K - 1) * value, (asked.symbol, 1, N))


rho_many = Observable(
    "rho_many",
    (alpha, decay, size_N, K, d),
    latex=r"\mathcal{E}_{M,N,d}",
    meaning="probability of misclassifying an input drawn from Zipf's law on N inputs",
    definition=Sum(p_N(asked) * token, (asked.symbol, 1, N)),
)

many_classes_rho = Claim(
    id="assoc-scaling.many-classes-rho",
    title="Power-law weights with any number of classes keep the rate of two classes",
    says=(
        "With orthonormal output embeddings and any labels in M classes the error of power-law "
        "weights on N inputs is at most M - 1 times the bound for two classes, so that it falls "
        "at least like the same power of the dimension."
    ),
    statement=Bound(rho_many(alpha, decay, size_N, K, d), "<=", (K - 1) * (main_N + remainder_N)),
    domain=Domain(alpha, decay, size_N, K, d, remarks=(MEMORY, GAUSSIAN, ORTHONORMAL, POWERS)),
    source=source(),
    observables=(rho_many, exact_laws.token_error),
    derivation=Derivation(
        Step(rho_many.definition, by=definition),
        Step(
            zipf_mean(two_classes),
            by=EachTerm(
                Replaced(
                    token,
                    (K - 1) * two_classes,
                    ByOneLink(many_classes_union, because={noise: POWERS}),
                )
            ),
        ),
        Step(
            zipf_mean(of_powers),
            by=EachTerm(ByRemark(POWERS, {q[k]: k ** (-b), q[asked]: asked.symbol ** (-b)})),
        ),
        Step(
            zipf_mean(StudentCDF(-sqrt(d) * asked.symbol ** (-b) / sqrt(rest_N), d)),
            by=Termwise(ExactSum()),
        ),
        Step(
            zipf_mean(beta_tail(asked.symbol ** (-2 * b) / total_N)),
            by=Termwise(ByClaim(student_share, {signal: asked.symbol ** (-b), rest: rest_N})),
        ),
        Step(
            Integral(density * inner_tail, (v, 0, 1)) + (K - 1) * remainder_N,
            by=TailMixture(
                asked.symbol ** (-2 * b) / total_N, index_N, (K - 1) * remainder_N, sense="<="
            ),
        ),
        Step(
            Integral(
                (K - 1) * density * index_N ** (1 - alpha) / ((alpha - 1) * harmonic(N, alpha)),
                (v, 0, 1),
            )
            + (K - 1) * remainder_N,
            by=Termwise(PowerTail()),
        ),
        Step((K - 1) * (main_N + remainder_N), by=ExactIntegral()),
    ),
)


def clearance(dimensionless: Any = r) -> Expr:
    """How far another class's standard noise must stay below: for given r and g."""
    return (dimensionless + sqrt(n - 1) * g) / sqrt(n)


def double(value: Any) -> Expr:
    """Mean over the noise g of the right class and over the length r of the embedding."""
    return Integral(ChiPDF(r, d) * NormalPDF(g) * value, (g, -oo, oo), (r, 0, oo))


def averaged(value: Any) -> Expr:
    """The same, one integral inside the other."""
    return Integral(ChiPDF(r, d) * Integral(NormalPDF(g) * value, (g, -oo, oo)), (r, 0, oo))


below = Integral(NormalPDF(h), (h, -oo, clearance()))
stored_error = Observable(
    "stored_error",
    (M, n, d),
    latex=r"\mathcal{E}_{M,n,d}",
    meaning=(
        "probability that one of the M - 1 other classes reaches the score of a stored input's own"
    ),
    definition=double(1 - below ** (M - 1)),
)
stored = stored_error(M, n, d)
averages = double(1 - NormalCDF(clearance()) ** (M - 1))

many_classes_exact = Claim(
    id="assoc-scaling.many-classes-exact",
    title="The error of a stored input with many classes of equal size",
    says=(
        "With M orthonormal output embeddings and n stored inputs of equal weights in each class, "
        "every stored input is misclassified with the same probability, a double integral."
    ),
    statement=Identity(stored, averages),
    domain=Domain(M, n, d, where=(M <= d,), remarks=(GAUSSIAN, BALANCED)),
    source=source(),
    observables=(stored_error,),
    derivation=Derivation(
        Step(
            stored_error.definition,
            by=definition,
            note=r"the law of the orthonormal case, with the energies $n - 1$ and $n$",
        ),
        Step(averages, by=Termwise(Termwise(ExactIntegral(NormalCDF(h))))),
    ),
    uses=("assoc-scaling.orthonormal-exact",),
)

student = StudentCDF(-sqrt(d) / sqrt(2 * n - 1), d)
pair = ChiPDF(r, d) * NormalCDF(-r / sqrt(2 * n - 1))
to_averages = (
    Step(stored_error.definition, by=definition),
    Step(averages, by=Termwise(Termwise(ExactIntegral(NormalCDF(h))))),
)


def to_student(factor: Any, sense: str) -> tuple[Step, ...]:
    """From one or all other classes to a Student tail."""
    centre, spread = -r / sqrt(n), -sqrt(n - 1) / sqrt(n)
    return (
        Step(averaged(1 - NormalCDF(clearance()) ** (M - 1)), by=ConstantFactors()),
        Step(
            averaged(factor * (1 - NormalCDF(clearance()))),
            by=Termwise(Termwise(PowerOfProbability(sense))),
        ),
        Step(
            averaged(factor * NormalCDF(centre + spread * g)),
            by=Termwise(Termwise(algebra)),
        ),
        Step(factor * averaged(NormalCDF(centre + spread * g)), by=ConstantFactors()),
        Step(
            factor * Integral(pair, (r, 0, oo)),
            by=Termwise(ByClaim(normal_convolution, {level: centre, slope: spread})),
        ),
        Step(
            factor * student,
            by=ByClaim(normal_tail_mixture, {a: 1 / sqrt(2 * n - 1)}),
        ),
    )


low = NormalCDF(-sqrt(d) / sqrt(2 * n - 1))
high = (M - 1) * (1 - 1 / (2 * n.symbol)) ** (d / 2) / 2

many_classes_bounds = Claim(
    id="assoc-scaling.many-classes-bounds",
    title="The error with many classes of equal size falls exponentially in d over n",
    says=(
        "The error lies between the normal tail against one other class and M - 1 times an "
        "exponential in the dimension over the number of stored inputs of a class."
    ),
    statement=Bound(low, "<=", stored, "<=", high),
    domain=Domain(M, n, d, remarks=(GAUSSIAN, BALANCED)),
    source=source(),
    observables=(stored_error,),
    derivation=Derivation(
        *to_averages,
        *to_student(1, ">="),
        Step(low, by=ByLink(student_tail, {ratio: 1 / sqrt(2 * n - 1)}, link=1, backward=True)),
        *to_averages,
        *to_student(M - 1, "<="),
        Step(high, by=ByLink(student_tail, {ratio: 1 / sqrt(2 * n - 1)}, link=2)),
    ),
    uses=("assoc-scaling.orthonormal-exact",),
)


per = Natural("k", at_least=1, meaning="dimension in units of n", grid=(1, 2, 8))
inputs = Natural("m", at_least=1, meaning="stored inputs of a class in units of n", grid=(1, 3))
scale = Natural("n", at_least=2, meaning="scale of both sizes")
distance = sqrt(per) / sqrt(inputs)
symbol_error = Integral(NormalPDF(g) * (1 - NormalCDF(distance + g) ** (M - 1)), (g, -oo, oo))

many_classes_crossover = Claim(
    id="assoc-scaling.many-classes-crossover",
    title="With many classes too, storing a fixed multiple of d inputs leaves a floor of error",
    says=(
        "If the dimension and the stored inputs of a class grow in proportion, the error of a "
        "stored input tends to the symbol error of M orthogonal signals at the root of d over n, "
        "which is not 0."
    ),
    statement=Equivalent(
        stored_error(M, inputs * scale, per * scale), symbol_error, as_=(scale, oo)
    ),
    domain=Domain(M, per, inputs, scale, remarks=(GAUSSIAN, BALANCED)),
    source=source(Seen.SUMMARY),
    observables=(stored_error,),
    derivation=Derivation(
        Step(stored_error.defined_as(M, inputs * scale, per * scale), by=definition),
        Step(
            averages.subs({d.symbol: per * scale, n.symbol: inputs * scale}, simultaneous=True),
            by=Termwise(Termwise(ExactIntegral(NormalCDF(h)))),
        ),
        Step(
            symbol_error,
            by=Cited(
                "weak law of large numbers, and convergence of the means of bounded continuous "
                "functions",
                "Billingsley 1999, Convergence of Probability Measures, Theorem 2.1",
                sense="~",
            ),
            note=r"$r / \sqrt{d} \to 1$ in probability, so that "
            r"$(r + \sqrt{n - 1} \, g) / \sqrt{n} \to \sqrt{k / m} + g$",
        ),
    ),
    uses=("assoc-scaling.many-classes-exact",),
)


def guessed(first: Any) -> Expr:
    """The error on the inputs from this one on, which are not stored."""
    return (1 - 1 / M.symbol) * Sum(p(x), (x, first, oo))


many_error = Observable(
    "many_error",
    (alpha, M, n, d),
    latex=r"\mathcal{E}",
    meaning=(
        "probability of misclassifying an input drawn from Zipf's law, n M inputs being stored; "
        "the noise of all classes has the same energy, so that the others are guessed"
    ),
    definition=stored_error.definition * Sum(p(x), (x, 1, n * M)) + guessed(n * M + 1),
)
kept = 1 - 1 / M.symbol
crowding = (M - 1) * exp(-d / (4 * n)) / 2

many_classes_threshold = Claim(
    id="assoc-scaling.many-classes-threshold",
    title="Two sources of error with many classes: crowding, and inputs left out",
    says=(
        "The error is at least 1 - 1/M times the mass left out, and at most that plus M - 1 times "
        "an exponential in the dimension over the number of stored inputs of a class."
    ),
    statement=Bound(
        kept * tail(n * M + 1),
        "<=",
        many_error(alpha, M, n, d),
        "<=",
        crowding + kept * tail(n * M),
    ),
    domain=Domain(alpha, M, n, d, remarks=(GAUSSIAN, BALANCED)),
    source=source(),
    observables=(many_error,),
    derivation=Derivation(
        Step(many_error.definition, by=definition),
        Step(
            low * Sum(p(x), (x, 1, n * M)) + guessed(n * M + 1),
            by=ByLink(many_classes_bounds, link=1, backward=True),
        ),
        Step(guessed(n * M + 1), by=DropTerms()),
        Step(kept * Integral(p(z), (z, n * M + 1, oo)), by=DecreasingSum(">=")),
        Step(kept * tail(n * M + 1), by=PowerTail()),
        Step(many_error.definition, by=definition),
        Step(
            high * Sum(p(x), (x, 1, n * M)) + guessed(n * M + 1),
            by=ByLink(many_classes_bounds, link=2),
        ),
        Step(high * Sum(p(x), (x, 1, oo)) + guessed(n * M + 1), by=WidenSum()),
        Step(high + guessed(n * M + 1), by=ExactSum()),
        Step(
            crowding + guessed(n * M + 1),
            by=ExponentialAbove(1 / (2 * n.symbol), d / 2),
        ),
        Step(crowding + kept * Integral(p(z), (z, n * M, oo)), by=DecreasingSum("<=")),
        Step(crowding + kept * tail(n * M), by=PowerTail()),
    ),
    uses=("assoc-scaling.many-classes-exact",),
)

many = Natural("d", at_least=16, meaning="embedding dimension", grid=(16, 100, 10**4, 10**8))
size = d / (4 * (alpha - 1) * log(d))
rate = kept * tail(size * M)

many_classes_rate_bounds = Claim(
    id="assoc-scaling.many-classes-rate-bounds",
    title="How many inputs of each class to store",
    says=(
        "With the integer part of y = d/(4 (alpha-1) log d) stored inputs in each class the error "
        "lies between two bounds that come together."
    ),
    statement=Bound(
        kept * tail(size * M + 1),
        "<=",
        many_error(alpha, M, floor(size), d),
        "<=",
        (M - 1) * d ** (1 - alpha) / 2 + kept * tail((size - 1) * M),
    ),
    domain=Domain(alpha, M, many, where=(size >= 2,), remarks=(GAUSSIAN, BALANCED)),
    source=source(),
    observables=(many_error,),
    derivation=Derivation(
        Step(many_error.defined_as(alpha, M, floor(size), d), by=definition),
        Step(
            kept * tail(floor(size) * M + 1),
            by=ByLink(many_classes_threshold, {n: floor(size)}, link=1, backward=True),
        ),
        Step(kept * tail(size * M + 1), by=MonotoneIn(floor(size), size, ">=")),
        Step(many_error.defined_as(alpha, M, floor(size), d), by=definition),
        Step(
            crowding.subs(n.symbol, floor(size)) + kept * tail(floor(size) * M),
            by=ByLink(many_classes_threshold, {n: floor(size)}, link=2),
        ),
        Step(
            (M - 1) * d ** (1 - alpha) / 2 + kept * tail(floor(size) * M),
            by=MonotoneIn(floor(size), size, "<=", within=exp(-d / (4 * floor(size)))),
        ),
        Step(
            (M - 1) * d ** (1 - alpha) / 2 + kept * tail((size - 1) * M),
            by=MonotoneIn(floor(size), size - 1, "<="),
        ),
    ),
    uses=("assoc-scaling.many-classes-exact",),
)

y, ell = (Symbol(name, positive=True) for name in ("y", "ell"))
letters = {y: size, ell: log(d)}
shrunk = (4 * (alpha - 1)) ** (1 - alpha) * ell ** (1 - alpha)

many_classes_rate = Claim(
    id="assoc-scaling.many-classes-rate",
    title="With many classes a memory of dimension d counts as one of dimension d M / 2",
    says=(
        "With the integer part of d/(4 (alpha-1) log d) stored inputs in each of M classes the "
        "error is asymptotically this constant times the power alpha - 1 of log d / (d M)."
    ),
    statement=Equivalent(many_error(alpha, M, floor(size), d), rate, as_=(d, oo)),
    domain=Domain(alpha, M, many, where=(size >= 2,), remarks=(GAUSSIAN, BALANCED)),
    source=source(),
    observables=(many_error,),
    derivation=Derivation(
        Step(many_error.defined_as(alpha, M, floor(size), d), by=definition),
        Step(
            rate,
            by=Squeeze(
                many_classes_rate_bounds,
                lower=LimitOfParts(
                    d,
                    {1 / y: 0},
                    letters=letters,
                    written={size: y},
                    ratio=(1 + 1 / (y * M)) ** (1 - alpha),
                ),
                upper=LimitOfParts(
                    d,
                    {1 / y: 0, ell ** (1 - alpha): 0},
                    letters=letters,
                    written={log(d): ell, d: 4 * (alpha - 1) * y * ell},
                    ratio=(1 - 1 / y) ** (1 - alpha)
                    + (alpha - 1) * zeta(alpha) * M**alpha * shrunk / 2,
                ),
            ),
        ),
    ),
    uses=("assoc-scaling.many-classes-exact",),
)
