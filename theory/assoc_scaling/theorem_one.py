"""Theorem 1: the error of a memory of finite dimension, between two bounds.

The upper bounds are for output embeddings drawn from the unit sphere, the lower bounds hold for any
fixed unit vectors. The published constants are kept as they are recalled; sharper ones are derived.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Eq,
    Expr,
    Integral,
    KroneckerDelta,
    Le,
    Min,
    Mul,
    Ne,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    exp,
    gamma,
    log,
    oo,
    pi,
    sqrt,
)

from theory import (
    Bound,
    ChangeOfVariables,
    Cited,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
    Integer,
    Natural,
    NormalCDF,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    StudentCDF,
    Vector,
    algebra,
    definition,
)
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling.exact_laws import (
    GAUSSIAN,
    MEMORY,
    UNIT,
    G,
    M,
    N,
    c,
    k,
    pairwise_sandwich,
    student_tail,
    x,
    y,
    z,
)
from theory.assoc_scaling.model import PAPER
from theory.core.rules.monotone import (
    AboveChord,
    AboveTangent,
    AtMostOne,
    ByCases,
    ByOneLink,
    ByRemark,
    BySquares,
    CertainCase,
    Chained,
    ConstantTerms,
    EachTerm,
    EventApart,
    Given,
    InBranch,
    LargerEvent,
    OneOfMany,
    OneSign,
    Replaced,
    SplitOff,
    SumsAsSymbols,
)
from theory.core.shorthand import Shorthand

__all__ = [
    "cap_bound",
    "lower",
    "lower_class",
    "lower_pair",
    "lower_sharp",
    "lower_threshold",
    "noise_bound",
    "overlapping",
    "random_overlapping",
    "upper",
    "upper_cutoff",
    "upper_sharp",
]

d = Natural("d", at_least=2, meaning="embedding dimension", grid=(2, 3, 5, 20, 100))
t = Real(
    "t",
    at_least=0,
    below=1,
    meaning="cosine",
    grid=(0, Rational(1, 10), Rational(1, 2), Rational(9, 10)),
)
u, s = Symbol("u", real=True), Symbol("s", nonnegative=True)

cap = Observable(
    "cap",
    (d, t),
    latex=r"\mathbb{P}(|\langle u, w \rangle| \ge t)",
    meaning="probability that two independent uniform unit vectors have a cosine of size t or more",
    definition=2
    * gamma(d / 2)
    / (sqrt(pi) * gamma((d - 1) / 2))
    * Integral((1 - s**2) ** ((d - 3) / 2), (s, t, 1)),
)
w = Symbol("w", nonnegative=True)
slope = t / sqrt(1 - t**2)
start = sqrt(d - 1) * slope

cap_bound = Claim(
    id="assoc-scaling.cap-bound",
    title="Random unit vectors are nearly orthogonal",
    says=(
        "Two random unit vectors in dimension d have a cosine of size t or more with a probability "
        "of at most the power (d - 1)/2 of one minus t squared."
    ),
    statement=Bound(cap(d, t), "<=", (1 - t**2) ** ((d - 1) / 2)),
    domain=Domain(d, t, remarks=("$u$ and $w$ are independent and uniform on the unit sphere",)),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(cap,),
    derivation=Derivation(
        Step(cap.definition, by=definition),
        Step(
            2
            * gamma(d / 2)
            / (sqrt(pi) * gamma((d - 1) / 2))
            * Integral((1 + w**2 / (d - 1)) ** (-d / 2) / sqrt(d - 1), (w, start, oo)),
            by=ChangeOfVariables(s, w, old_as=w / sqrt(d - 1 + w**2)),
        ),
        Step(
            2 * StudentCDF(-start, d - 1),
            by=ExactIntegral(sqrt(pi) * gamma((d - 1) / 2) / gamma(d / 2) * StudentCDF(w, d - 1)),
        ),
        Step(
            (1 + slope**2) ** (-(d - 1) / 2),
            by=Replaced(
                StudentCDF(-start, d - 1),
                (1 + slope**2) ** (-(d - 1) / 2) / 2,
                ByOneLink(student_tail, {exact_laws.d: d - 1, exact_laws.ratio: slope}, link=2),
            ),
        ),
        Step((1 - t**2) ** ((d - 1) / 2), by=algebra),
    ),
)

q = Vector("q", length=N, entry=Real("q", at_least=0), meaning="weights, none negative")
f = exact_laws.f
kappa = Real("kappa", at_least=0, latex=r"\kappa", meaning="how far the output embeddings overlap")
GRAM = "$G$ is the Gram matrix of the output embeddings"
TWO_WEIGHTS = "at least two inputs have a positive weight"
NOISY = r"$Q_{f_*(x)} + Q_y + \kappa \sum_{z \ne f_*(x), y} Q_z > 0$ for all $y \ne f_*(x)$"
OVERLAP = (
    r"$(G_{f_*(x), z} - G_{y, z})^2 \le \kappa \, (1 - G_{f_*(x), y})^2$ for all $y \ne f_*(x)$ "
    r"and all other $z$"
)

energy = Shorthand(
    "energy",
    (z,),
    "Q_{@}",
    "energy of class z in the noise",
    Sum(exact_laws.others(k) * KroneckerDelta(f[k], z) * q[k] ** 2, (k, 1, N)),
)


def difference(y: Any) -> Expr:
    """Squared length of the noise in the score gap to class y, over r^2: sigma_y^2."""
    return Sum(energy(z) * (G[f[x], z] - G[y, z]) ** 2, (z, 1, M))


def elsewhere(y: Any) -> Expr:
    """Energy of the classes other than that of x and y."""
    return Sum((1 - KroneckerDelta(z, f[x])) * (1 - KroneckerDelta(z, y)) * energy(z), (z, 1, M))


def disturbance(y: Any, overlap: Any = kappa) -> Expr:
    """What bounds the noise against class y, in units of the squared gap of the embeddings."""
    return energy(f[x]) + energy(y) + overlap * elsewhere(y)


margin = 1 - G[f[x], y]
own, rest = (
    energy(f[x]),
    Sum(
        (1 - KroneckerDelta(z, f[x]))
        * (1 - KroneckerDelta(z, y))
        * energy(z)
        * (G[f[x], z] - G[y, z]) ** 2,
        (z, 1, M),
    ),
)
two_classes = own * (G[f[x], f[x]] - G[y, f[x]]) ** 2 + energy(y) * (G[f[x], y] - G[y, y]) ** 2
ONES = {G[f[x], f[x]]: 1, G[y, y]: 1, G[y, f[x]]: G[f[x], y]}

noise_bound = Claim(
    id="assoc-scaling.noise-bound",
    title="The noise in a gap of scores comes mostly from the two classes of the gap",
    says=(
        "In units of the squared gap between two output embeddings the noise in the gap of their "
        "scores is at least the energy of the two classes; the other classes add at most their "
        "energy times the overlap of the embeddings."
    ),
    statement=Bound(
        margin**2 * (own + energy(y)), "<=", difference(y), "<=", margin**2 * disturbance(y)
    ),
    domain=Domain(
        N,
        M,
        d,
        q,
        f,
        G,
        kappa,
        x,
        y,
        where=(x <= N, y <= M, Ne(f[x], y)),
        remarks=(UNIT, GRAM, OVERLAP),
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(energy,),
    derivation=Derivation(
        Step(difference(y), by=definition),
        Step(two_classes, by=SplitOff(f[x], y, drop=True)),
        Step(margin**2 * (own + energy(y)), by=ByRemark(GRAM, ONES)),
        Step(difference(y), by=definition),
        Step(two_classes + rest, by=SplitOff(f[x], y)),
        Step(margin**2 * (own + energy(y)) + rest, by=ByRemark(GRAM, ONES)),
        Step(
            margin**2 * disturbance(y),
            by=Replaced(
                (G[f[x], z] - G[y, z]) ** 2,
                kappa * margin**2,
                ByRemark(OVERLAP, bound=((G[f[x], z] - G[y, z]) ** 2, kappa * margin**2)),
            ),
        ),
    ),
)

omega = Symbol("omega", positive=True)


def separated(rule: Any, y: Any = c) -> Given:
    """The rule, where the embeddings of the two classes are distinct unit vectors."""
    return Given(UNIT, G[f[x], y], 1 - omega, omega, rule)


def separation(y: Any, noise: Any) -> Expr:
    """Signal-to-noise ratio against class y."""
    return q[x] * (1 - G[f[x], y]) / sqrt(noise)


def exponential(square: Any) -> Expr:
    """(1 + a^2)^(-d/2) / 2, which bounds a Student tail."""
    return (1 + square) ** (-d / 2) / 2


def each_rival(term: Any) -> Expr:
    """Sum over the classes c other than the right one."""
    return Sum((1 - KroneckerDelta(c, f[x])) * term, (c, 1, M))


def rivals_bound(overlap: Any) -> Expr:
    """The sum of the exponentials over the wrong classes."""
    return each_rival(exponential(q[x] ** 2 / disturbance(c, overlap)))


token_error = exact_laws.token_error
token = token_error(N, M, d, q, f, G, x)
OWN = {exact_laws.q: q}

classes = Natural("M", at_least=2, meaning="number of classes", grid=(2, 3, 5))
overlapping = Claim(
    id="assoc-scaling.thm1-upper-fixed",
    title="Upper bound on the error of one input, for fixed output embeddings",
    says=(
        "With fixed output embeddings of given overlap an input is misclassified at most with the "
        "sum, over the wrong classes, of exponentials in the dimension. Orthonormal and simplex "
        "embeddings have no overlap."
    ),
    statement=Bound(token, "<=", rivals_bound(kappa)),
    domain=Domain(
        N,
        classes,
        d,
        q,
        f,
        G,
        kappa,
        x,
        where=(x <= N,),
        remarks=(MEMORY, GAUSSIAN, UNIT, GRAM, OVERLAP, NOISY),
    ),
    source=Source(PAPER, "Theorem 1", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(token_error, energy),
    derivation=Derivation(
        Step(token, by=definition),
        Step(
            each_rival(StudentCDF(-sqrt(d) * separation(c, difference(c)), d)),
            by=ByOneLink(pairwise_sandwich, OWN, link=2),
            note=r"where $\sigma_c = 0$ by continuity in the weights; if $q_x = 0$ too, because "
            r"then $M \ge 3$ and the bound is at least $1$",
            granting=pairwise_sandwich.domain.remarks,
        ),
        Step(
            each_rival(exponential(separation(c, difference(c)) ** 2)),
            by=EachTerm(
                separated(
                    Replaced(
                        StudentCDF(-sqrt(d) * separation(c, difference(c)), d),
                        exponential(separation(c, difference(c)) ** 2),
                        ByOneLink(
                            student_tail,
                            {exact_laws.ratio: separation(c, difference(c))},
                            link=2,
                        ),
                    )
                )
            ),
        ),
        Step(
            rivals_bound(kappa),
            by=EachTerm(
                Replaced(
                    difference(c),
                    (1 - G[f[x], c]) ** 2 * disturbance(c),
                    ByOneLink(noise_bound, {y: c}, link=2),
                )
            ),
        ),
    ),
)

p = Simplex("p", length=N, meaning="probabilities of the inputs")
cosine = Real("t", above=0, below=1, meaning="cosine that few pairs of embeddings exceed")
SPHERE = "the $u_y$ are independent and uniform on the unit sphere"
RANDOM = (MEMORY, GAUSSIAN, SPHERE, TWO_WEIGHTS)

random_token_error = Observable(
    "random_token_error",
    (N, classes, d, q, f, x),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning="probability that some other class reaches the score of the right one",
)
random_token = random_token_error(N, classes, d, q, f, x)


def overlap_within(t: Any) -> Expr:
    """Overlap of output embeddings whose cosines do not exceed t."""
    return 2 * t**2 / (1 - t)


def exceptional(t: Any) -> Expr:
    """Bound on the probability that some cosine exceeds t."""
    return (M - 1) * (M - Rational(3, 2)) * (1 - t**2) ** ((d - 1) / 2)


rho = Symbol("rho", real=True)
tau_ = cosine.symbol

random_overlapping = Claim(
    id="assoc-scaling.thm1-upper-input",
    title="Upper bound on the error of one input, for random output embeddings",
    says=(
        "With output embeddings from the unit sphere an input is misclassified at most with the "
        "probability that some of the embeddings are far from orthogonal, plus the bound for "
        "embeddings that are not."
    ),
    statement=Bound(random_token, "<=", exceptional(cosine) + rivals_bound(overlap_within(cosine))),
    domain=Domain(N, classes, d, q, f, cosine, x, where=(x <= N,), remarks=RANDOM),
    source=Source(PAPER, "Theorem 1", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(random_token_error, energy),
    derivation=Derivation(
        Step(
            Eq(
                overlap_within(tau_) * (1 - rho) ** 2 - 2 * (1 - rho) * tau_**2,
                2 * (1 - rho) * tau_**2 * (tau_ - rho) / (1 - tau_),
            ),
            by=algebra,
            note=r"unit vectors with $\rho = \langle u_{f_*(x)}, u_y \rangle \le t$, and of which "
            r"the direction of $u_{f_*(x)} - u_y$ has a cosine of size at most $t$ with $u_z$, "
            r"have overlap $2 t^2 / (1 - t)$",
        ),
        Step(random_token, by=definition),
        Step(
            (M - 1) * (M - Rational(3, 2)) * cap(d, cosine) + token,
            by=Cited("Boole's inequality", "union bound", sense="<="),
            note=r"either one of $M - 1$ cosines exceeds $t$, or one of $(M - 1)(M - 2)$ exceeds "
            r"$t$ in size, or the embeddings are as above, with Gram matrix $G$; given the other "
            r"vectors, $u_y$ and $u_z$ are uniform",
        ),
        Step(
            exceptional(cosine) + token,
            by=Replaced(
                cap(d, cosine), (1 - cosine**2) ** ((d - 1) / 2), ByOneLink(cap_bound, {t: cosine})
            ),
            note="any two of the output embeddings are such vectors",
            granting=cap_bound.domain.remarks,
        ),
        Step(
            exceptional(cosine) + rivals_bound(overlap_within(cosine)),
            by=Replaced(
                token,
                rivals_bound(overlap_within(cosine)),
                ByOneLink(overlapping, {kappa: overlap_within(cosine)}),
            ),
            note=r"given output embeddings of Gram matrix $G$, all distinct, whose cosines do not "
            r"exceed $t$, nor $t$ in size where so asked: these bound the overlaps by $\kappa$",
            granting=overlapping.domain.remarks,
        ),
    ),
)

memory_error = Observable(
    "memory_error",
    (N, classes, d, p, q, f),
    latex=r"\mathcal{E}(q)",
    meaning="mean error of the memory",
    definition=Sum(p[x] * random_token, (x, 1, N)),
)
error = memory_error(N, classes, d, p, q, f)
whole = Sum(p[x] * random_token, (x, 1, N))
bounded = Sum(p[x] * Min(1, exceptional(cosine) + rivals_bound(overlap_within(cosine))), (x, 1, N))

upper_sharp = Claim(
    id="assoc-scaling.thm1-upper-sharp",
    title="Theorem 1, upper bound: a sum of exponentials",
    says=(
        "The error is at most a sum over the inputs, of exponentials in the dimension at a "
        "signal-to-noise ratio that counts both classes in full and the other classes by the "
        "overlap of random embeddings."
    ),
    statement=Bound(error, "<=", bounded),
    domain=Domain(N, classes, d, p, q, f, cosine, remarks=RANDOM),
    source=Source(PAPER, "Theorem 1", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(memory_error, random_token_error, energy),
    derivation=Derivation(
        Step(whole, by=definition),
        Step(
            bounded,
            by=EachTerm(
                Replaced(
                    random_token,
                    Min(1, exceptional(cosine) + rivals_bound(overlap_within(cosine))),
                    AtMostOne(random_token_error, ByOneLink(random_overlapping)),
                )
            ),
        ),
    ),
)

level = Real(
    "level",
    at_least=Rational(1, 2),
    latex=r"\ell",
    meaning="logarithm of the odds against an error",
)
largest = Real("Q", at_least=0, latex=r"\overline{Q}", meaning="bound on the energy of a class")
LARGEST = r"$\overline{Q} \ge \sum_{f_*(k) = z} q_k^2$ for every class $z$"
norm = Shorthand("norm", (), r"\|q\|", "norm of the weights", Sum(q[k] ** 2, (k, 1, N)), power=2)
squared_norm = norm()


def faint(first: Any, second: Any, ell: Any) -> Any:
    """The event that the weight of x is too small for an error to be unlikely."""
    return Le(d * q[x] ** 2, first * ell * (largest + second * ell * squared_norm / d))


def mass(event: Any) -> Expr:
    """Probability of an event of x."""
    return Sum(p[x] * Piecewise((1, event), (0, True)), (x, 1, N))


event = faint(8, 16, level)
ratio = level / d  # of the level to the dimension
few = Le(11 * level, d)
many_classes = Le(log(M), level)
delta, sigma = Symbol("delta", nonnegative=True), Symbol("sigma", nonnegative=True)


def with_small_ratio(rule: Any) -> Given:
    """The rule, where the level is at most an eleventh of the dimension."""
    return Given(few, level.symbol, d * (w / (1 + w)) ** 2 / 11, w, rule)


def with_large_dimension(rule: Any) -> Given:
    """The same hypothesis, built into the dimension."""
    return Given(few, d.symbol, 11 * level + delta, delta, rule)


def with_high_level(rule: Any) -> Given:
    """The rule, where the level is at least log M."""
    return Given(many_classes, level.symbol, log(M) + log(1 + w), w, rule)


def otherwise(value: Any) -> Expr:
    """1 in the event, else the value."""
    return Piecewise((1, event), (value, True))


def averaged(value: Any) -> Expr:
    """Mean over the inputs of 1 in the event, else the value."""
    return Sum(p[x] * otherwise(value), (x, 1, N))


def change(rule: Any) -> Any:
    """A step outside the event, under the mean over the inputs."""
    return EachTerm(InBranch(1, rule))


edge = sqrt(5 * ratio)
overlap = overlap_within(edge)
full = Sum(KroneckerDelta(f[k], z) * q[k] ** 2, (k, 1, N))


def at_most_largest(z_: Any) -> Any:
    """Energy of a class, without x, is at most the bound."""
    with_x = full.xreplace({z: z_})
    return Replaced(
        energy(z_),
        largest.symbol,
        Chained((with_x, OneSign()), (largest.symbol, ByRemark(LARGEST, bound=(with_x, largest)))),
    )


def rivals_at(noise: Any) -> Expr:
    """The sum of the exponentials at a given noise."""
    return each_rival(exponential(q[x] ** 2 / noise))


everything = Sum(full, (z, 1, M))


def unless(*left_out: Any) -> Expr:
    """Energy of all classes but the ones that are left out, without x."""
    return Sum(Mul(*(1 - KroneckerDelta(z, class_) for class_ in left_out)) * energy(z), (z, 1, M))


noise_1 = largest + energy(c) + overlap * elsewhere(c)
noise_2 = 2 * largest + overlap * elsewhere(c)
noise_3 = 2 * largest + overlap * squared_norm
noise_4 = 2 * largest + 32 * ratio * squared_norm
rival_count = (M - 1) * exponential(q[x] ** 2 / noise_3)
bad = exceptional(edge)
small_terms = (
    bad + (M - 1) * exponential(q[x] ** 2 / noise_4),
    bad + (M - 1) * exponential(4 * ratio),
    bad + (M - 1) * exp(-level) / 2,
    M**2 * (1 - 5 * ratio) ** ((d - 1) / 2) + (M - 1) * exp(-level) / 2,
    M**2 * exp(-5 * ratio * (d - 1) / 2) + (M - 1) * exp(-level) / 2,
    M**2 * exp(-2 * level) + (M - 1) * exp(-level) / 2,
)
final = 3 * M * exp(-level) / 2
negated = event.negated

upper_cutoff = Claim(
    id="assoc-scaling.thm1-upper-cutoff",
    title="Theorem 1, upper bound: half the cut-off suffices",
    says=(
        "The error is at most three halves of the power -gamma of d plus the probability of the "
        "inputs whose weight is below a cut-off, if the level is log M + gamma log d. The cut-off "
        "is half of the recalled one in its main term and equal in the other."
    ),
    statement=Bound(error, "<=", final + mass(event)),
    domain=Domain(
        N,
        classes,
        d,
        p,
        q,
        f,
        level,
        largest,
        where=(many_classes, few),
        remarks=(*RANDOM, LARGEST),
    ),
    source=Source(PAPER, "Theorem 1", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED),
    observables=(memory_error, random_token_error, energy, norm),
    derivation=Derivation(
        Step(whole, by=definition),
        Step(
            averaged(random_token),
            by=EachTerm(
                Replaced(random_token, otherwise(random_token), AtMostOne(random_token_error))
            ),
        ),
        Step(
            averaged(bad + rivals_bound(overlap)),
            by=with_small_ratio(
                change(
                    Replaced(
                        random_token,
                        bad + rivals_bound(overlap),
                        ByOneLink(random_overlapping, {cosine: edge}),
                    )
                )
            ),
        ),
        Step(
            averaged(bad + rivals_at(noise_2)),
            by=with_small_ratio(
                change(
                    Chained(
                        (p[x] * (bad + rivals_at(noise_1)), at_most_largest(f[x])),
                        (None, at_most_largest(c)),
                    )
                )
            ),
        ),
        Step(
            averaged(bad + rivals_at(noise_3)),
            by=with_small_ratio(
                change(
                    Replaced(
                        elsewhere(c),
                        squared_norm,
                        Chained(
                            (unless(c), Replaced(1 - KroneckerDelta(z, f[x]), 1, OneSign())),
                            (unless(), Replaced(1 - KroneckerDelta(z, c), 1, OneSign())),
                            (everything, Replaced(1 - KroneckerDelta(k, x), 1, OneSign())),
                            (squared_norm, algebra),
                        ),
                    )
                )
            ),
        ),
        Step(averaged(bad + rival_count), by=change(ConstantTerms(rivals_at(noise_3)))),
        Step(
            averaged(small_terms[0]),
            by=with_small_ratio(change(Replaced(noise_3, noise_4, OneSign()))),
        ),
        Step(
            averaged(small_terms[1]),
            by=change(
                Given(
                    negated,
                    q[x] ** 2,
                    (event.rhs + sigma) / d,
                    sigma,
                    Replaced(q[x] ** 2 / noise_4, 4 * ratio, OneSign(">=")),
                )
            ),
        ),
        Step(
            averaged(small_terms[2]),
            by=change(Replaced(1 + 4 * ratio, exp(2 * ratio), AboveChord(level, 0, d / 11, few))),
        ),
        Step(averaged(small_terms[3]), by=with_small_ratio(change(OneSign()))),
        Step(
            averaged(small_terms[4]),
            by=with_small_ratio(
                change(
                    Replaced(
                        1 - 5 * ratio,
                        exp(-5 * ratio),
                        AboveTangent(exp(-5 * ratio), level, 0, downward=False),
                    )
                )
            ),
        ),
        Step(
            averaged(small_terms[5]),
            by=with_large_dimension(
                change(Replaced(-5 * ratio * (d - 1) / 2, -2 * level, OneSign()))
            ),
        ),
        Step(averaged(final), by=with_high_level(change(OneSign()))),
        Step(Sum(p[x] * final, (x, 1, N)) + mass(event), by=EventApart()),
        Step(final + mass(event), by=SumsAsSymbols(values={Sum(p[x], (x, 1, N)): (1, "p")})),
    ),
)

exponent = Real("gamma", above=0, latex=r"\gamma", meaning="free exponent")
published_level = log(M) + exponent * log(d)
recalled_event = faint(16, 8, published_level)
sharper_event = faint(8, 16, published_level)
small = Le(11 * published_level, d)
large_level = Given(
    small.negated, exponent.symbol, (d / 11 + delta - log(M)) / log(d), delta, OneSign()
)

upper = Claim(
    id="assoc-scaling.thm1-upper",
    title="Theorem 1, upper bound, with the constants that are recalled",
    says=(
        "The error is at most twice the power -gamma of d plus the probability of the inputs whose "
        "weight is below a cut-off with the constants 16 and 8. The recalled hypotheses, at least "
        "four classes and a dimension above 8 log M, are not needed. The weights must not be "
        "negative."
    ),
    statement=Bound(
        memory_error(N, classes, d, p, q, f),
        "<=",
        2 * d ** (-exponent) + mass(recalled_event),
    ),
    domain=Domain(N, classes, d, p, q, f, exponent, largest, remarks=(*RANDOM, LARGEST)),
    source=Source(PAPER, "Theorem 1", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED),
    observables=(memory_error, random_token_error, norm),
    derivation=Derivation(
        Step(whole, by=definition),
        Step(
            3 * d ** (-exponent) / 2 + mass(sharper_event),
            by=ByCases(
                small,
                ByOneLink(upper_cutoff, {level: published_level}),
                Chained(
                    (
                        Sum(p[x], (x, 1, N)),
                        EachTerm(Replaced(random_token, 1, AtMostOne(random_token_error))),
                    ),
                    (
                        mass(sharper_event),
                        EachTerm(
                            CertainCase(
                                Chained(
                                    (
                                        d * squared_norm,
                                        Replaced(q[x] ** 2, squared_norm, OneOfMany(x)),
                                    ),
                                    (sharper_event.rhs, large_level),
                                )
                            )
                        ),
                    ),
                    (None, OneSign()),
                ),
            ),
        ),
        Step(
            3 * d ** (-exponent) / 2 + mass(recalled_event),
            by=Replaced(mass(sharper_event), mass(recalled_event), LargerEvent(OneSign())),
        ),
        Step(2 * d ** (-exponent) + mass(recalled_event), by=OneSign()),
    ),
)

fixed_error = Observable(
    "fixed_error",
    (N, classes, d, p, q, f, G),
    latex=r"\mathcal{E}(q, U)",
    meaning="error of the memory, mean over the input embeddings",
    definition=Sum(p[x] * token, (x, 1, N)),
)
over = fixed_error(N, classes, d, p, q, f, G)
FIXED = (MEMORY, GAUSSIAN, UNIT, GRAM, TWO_WEIGHTS)
pair_noise = energy(f[x]) + energy(y)

lower_pair = Claim(
    id="assoc-scaling.thm1-lower-input",
    title="Lower bound on the error of one input, whatever the output embeddings",
    says=(
        "An input is misclassified at least with the probability of Student's law at minus the "
        "root of d times its weight over the root of the energy of its own and any one other "
        "class."
    ),
    statement=Bound(token, ">=", StudentCDF(-sqrt(d) * q[x] / sqrt(pair_noise), d)),
    domain=Domain(
        N,
        classes,
        d,
        q,
        f,
        G,
        x,
        y,
        where=(x <= N, y <= M, Ne(f[x], y), pair_noise > 0),
        remarks=FIXED,
    ),
    source=Source(PAPER, "Theorem 1", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(token_error, energy),
    derivation=Derivation(
        Step(token, by=definition),
        Step(
            StudentCDF(-sqrt(d) * separation(y, difference(y)), d),
            by=ByOneLink(pairwise_sandwich, OWN, link=1, sense=">="),
            note="the lower bound is against class $y$ alone, for which the noise is positive",
            granting=pairwise_sandwich.domain.remarks,
        ),
        Step(
            StudentCDF(-sqrt(d) * separation(y, margin**2 * pair_noise), d),
            by=separated(
                Replaced(
                    difference(y),
                    margin**2 * pair_noise,
                    ByOneLink(noise_bound, link=1, sense=">="),
                    sense=">=",
                ),
                y,
            ),
            note=r"the lower bound does not speak of $\kappa$, and some $\kappa$ is as asked, "
            "since the output embeddings are distinct",
            granting=noise_bound.domain.remarks,
        ),
        Step(
            StudentCDF(-sqrt(d) * q[x] / sqrt(pair_noise), d),
            by=separated(SumsAsSymbols(positive=(pair_noise,)), y),
        ),
    ),
)

target = Integer("z", at_least=1, meaning="a class")
left = full - q[x] ** 2  # at most the energy of the class without x


def student(noise: Any) -> Expr:
    """The Student tail at the weight of x over the noise."""
    return StudentCDF(-sqrt(d) * q[x] / sqrt(noise), d)


def against(rival: Any, kept: Any) -> Chained:
    """The bound against a rival, of whose noise one class is kept."""
    pair = energy(f[x]) + energy(rival)
    down = Chained((energy(kept), OneSign(">=")), (left, OneSign(">=")))
    return Chained(
        (
            student(pair),
            ByOneLink(lower_pair, {y: rival}, sense=">=", because={pair: (left, down)}),
        ),
        (student(left), Replaced(pair, left, down, sense=">=")),
    )


lower_class = Claim(
    id="assoc-scaling.thm1-lower-class",
    title="Lower bound on the error of one input, by the energy of any class",
    says=(
        "An input is misclassified at least with the probability of Student's law at minus the "
        "root of d times its weight over the root of what is left of the energy of any class."
    ),
    statement=Bound(token, ">=", student(left)),
    domain=Domain(
        N,
        classes,
        d,
        q,
        f,
        G,
        x,
        target,
        y,
        where=(x <= N, target <= M, y <= M, Ne(f[x], y), left > 0),
        remarks=FIXED,
    ),
    source=Source(PAPER, "Theorem 1", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(token_error,),
    derivation=Derivation(
        Step(token, by=definition),
        Step(student(left), by=ByCases(Eq(f[x], z), against(y, f[x]), against(z, z))),
    ),
)

tau = Real("tau", above=1, latex=r"\tau", meaning="threshold")
share = Le(tau * q[x] ** 2, full)
size = Symbol("size", positive=True)


def within(event: Any, value: Any) -> Expr:
    """Mean over the inputs of the value in the event, else 0."""
    return Sum(p[x] * Piecewise((value, event), (0, True)), (x, 1, N))


def in_share(rule: Any) -> Any:
    """A step in the event that the class has a large share of the energy."""
    inside = Given(full > 0, full, size, size, rule)
    return EachTerm(InBranch(0, Given(share, q[x] ** 2, full * w / (tau * (1 + w)), w, inside)))


at_threshold = StudentCDF(-sqrt(d) / sqrt(tau - 1), d)

lower_threshold = Claim(
    id="assoc-scaling.thm1-lower-threshold",
    title="Theorem 1, lower bound, at any threshold",
    says=(
        "For every class, the inputs whose squared weight times tau is at most the energy of the "
        "class are misclassified at least with the probability of Student's law at minus the root "
        "of d over tau - 1. The best class is the one of largest energy."
    ),
    statement=Bound(over, ">=", at_threshold * mass(share)),
    domain=Domain(
        N, classes, d, p, q, f, G, tau, target, where=(target <= M, full > 0), remarks=FIXED
    ),
    source=Source(PAPER, "Theorem 1", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(fixed_error, token_error),
    derivation=Derivation(
        Step(Sum(p[x] * token, (x, 1, N)), by=definition),
        Step(
            within(share, token),
            by=EachTerm(
                Replaced(
                    token,
                    Piecewise((token, share), (0, True)),
                    AtMostOne(token_error, sense=">="),
                    sense=">=",
                )
            ),
        ),
        Step(
            within(share, student(left)),
            by=in_share(
                Replaced(token, student(left), ByOneLink(lower_class, sense=">="), sense=">=")
            ),
        ),
        Step(
            within(share, at_threshold),
            by=in_share(
                Replaced(
                    -sqrt(d) * q[x] / sqrt(left),
                    -sqrt(d) / sqrt(tau - 1),
                    BySquares(">="),
                    sense=">=",
                )
            ),
        ),
        Step(at_threshold * mass(share), by=SumsAsSymbols()),
    ),
)

dimensional = Le(3 * (d + 1) * q[x] ** 2, full)
ONE_THIRD = NormalCDF(-1 / sqrt(3))
narrow = 1 / sqrt(3 * d + 2)

lower_sharp = Claim(
    id="assoc-scaling.thm1-lower-sharp",
    title="Theorem 1, lower bound, with a constant above a quarter",
    says=(
        "The constant 1/20 of the lower bound may be replaced by 0.2818, the normal tail at minus "
        "one over the root of three, for any fixed output embeddings; the Student tail of the "
        "derivation tends to it as the dimension grows."
    ),
    statement=Bound(over, ">=", ONE_THIRD * mass(dimensional)),
    domain=Domain(N, classes, d, p, q, f, G, target, where=(target <= M, full > 0), remarks=FIXED),
    source=Source(PAPER, "Theorem 1", seen=Seen.SUMMARY, standing=Standing.SHARPENED),
    observables=(fixed_error, token_error),
    derivation=Derivation(
        Step(Sum(p[x] * token, (x, 1, N)), by=definition),
        Step(
            StudentCDF(-sqrt(d) * narrow, d) * mass(dimensional),
            by=ByOneLink(lower_threshold, {tau: 3 * (d + 1)}, sense=">="),
        ),
        Step(
            NormalCDF(-sqrt(d) * narrow) * mass(dimensional),
            by=Replaced(
                StudentCDF(-sqrt(d) * narrow, d),
                NormalCDF(-sqrt(d) * narrow),
                ByOneLink(student_tail, {exact_laws.ratio: narrow}, link=1, sense=">="),
                sense=">=",
            ),
        ),
        Step(
            ONE_THIRD * mass(dimensional),
            by=Replaced(-sqrt(d) * narrow, -1 / sqrt(3), BySquares(">="), sense=">="),
        ),
    ),
)

lower = Claim(
    id="assoc-scaling.thm1-lower",
    title="Theorem 1, lower bound, with the constant that is recalled",
    says=(
        "The error is at least a twentieth of the probability of the inputs whose squared weight "
        "times 3(d + 1) is at most the largest energy of a class; here, that of any class."
    ),
    statement=Bound(over, ">=", mass(dimensional) / 20),
    domain=Domain(N, classes, d, p, q, f, G, target, where=(target <= M, full > 0), remarks=FIXED),
    source=Source(PAPER, "Theorem 1", seen=Seen.RECOLLECTION, standing=Standing.AS_STATED),
    observables=(fixed_error, token_error),
    derivation=Derivation(
        Step(Sum(p[x] * token, (x, 1, N)), by=definition),
        Step(ONE_THIRD * mass(dimensional), by=ByOneLink(lower_sharp, sense=">=")),
        Step(mass(dimensional) / 20, by=OneSign(">=")),
    ),
)
