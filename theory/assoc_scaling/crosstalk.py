"""What random output embeddings cost: they are not quite orthogonal, and memories interfere.

How nearly orthogonal independent directions are; how the error of a memory W = sum_x q(x) u_{f(x)}
e_x^T depends on the number of classes; and what the table of scores u_y . W e_x shows.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Le,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    sqrt,
)

from theory import (
    Bound,
    ByClaim,
    ChiPDF,
    Cited,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
    Identity,
    Integer,
    Labels,
    Natural,
    Nonnegative,
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
    Vector,
    algebra,
    definition,
)
from theory.assoc_scaling import exact_laws
from theory.assoc_scaling.exact_laws import normal_tail_mixture, student_tail
from theory.assoc_scaling.model import PAPER
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.hypotheses import ByHypothesis, MonotoneRatio

__all__ = [  # noqa: RUF022 (reading order)
    "cap_law",
    "quasi_orthogonal_sharp",
    "quasi_orthogonal",
    "quasi_orthogonal_capacity",
    "role_of_M",
    "role_of_M_sharper",
    "role_of_M_injective",
    "role_of_M_capacity",
    "role_of_M_overload",
    "memory_visual_mean",
    "memory_visual",
    "memory_visual_uniform",
]


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """The part of the paper on embeddings."""
    return Source(PAPER, "the embeddings", seen=seen, standing=standing)


M = Natural("M", at_least=2, meaning="number of classes")
d = Natural("d", at_least=2, meaning="embedding dimension")
height = Real(
    "epsilon",
    above=0,
    below=1,
    latex=r"\varepsilon",
    meaning="how large an inner product counts",
    grid=(Rational(1, 4), Rational(1, 2)),
)
r, g = exact_laws.r, exact_laws.g
slope = height / sqrt(1 - height.symbol**2)

cap = Observable(
    "cap",
    (d, height),
    latex=r"\mathbb{P}(u \cdot v > \varepsilon)",
    meaning=(
        "probability that two independent uniform unit vectors have a larger inner product, which "
        "is distributed as a standard normal g over the length of a Gaussian vector that has g as "
        "one entry; the others have length r"
    ),
    definition=Integral(ChiPDF(r, d - 1) * NormalPDF(g), (g, slope * r, oo), (r, 0, oo)),
)
cap_tail = StudentCDF(-sqrt(d - 1) * slope, d - 1)

cap_law = Claim(
    id="assoc-scaling.cap-law",
    title="The inner product of two random directions has a Student tail",
    says=(
        "Two independent uniform unit vectors in dimension d have an inner product above epsilon "
        "with the probability that Student's law with d - 1 degrees of freedom gives."
    ),
    statement=Identity(cap(d, height), cap_tail),
    domain=Domain(d, height),
    source=source(),
    observables=(cap,),
    derivation=Derivation(
        Step(cap.definition, by=definition),
        Step(
            Integral(ChiPDF(r, d - 1) * NormalCDF(-slope * r), (r, 0, oo)),
            by=Termwise(ExactIntegral(-ChiPDF(r, d - 1) * NormalCDF(-g))),
        ),
        Step(
            cap_tail,
            by=ByClaim(normal_tail_mixture, {exact_laws.d: d - 1, exact_laws.a: slope}),
        ),
    ),
)

coherence = Observable(
    "coherence",
    (M, d, height),
    latex=r"\mathbb{P}(\max_{y \ne z} |u_y \cdot u_z| > \varepsilon)",
    meaning="probability that two of M independent uniform unit vectors are nearly parallel",
)
pairs = M * (M - 1) / 2
pair_bound = pairs * (1 - height.symbol**2) ** ((d - 1) / 2)
exponential_bound = M * (M - 1) * exp(-d * height.symbol**2 / 2)
weaker = M * (M - 1) / 2 * exp(-(d - 1) * height.symbol**2 / 2)


FIGURE = "figures of stored associations"
ON_SPHERE = "the $u_y$ are independent, uniform on the unit sphere"

quasi_orthogonal_sharp = Claim(
    id="assoc-scaling.quasi-orthogonal-sharp",
    title="The coherence of random directions, bounded pair by pair",
    says=(
        "Among M independent uniform unit vectors some inner product exceeds epsilon with a "
        "probability of at most the number of pairs times the power (d - 1)/2 of one minus epsilon "
        "squared."
    ),
    statement=Bound(coherence(M, d, height), "<=", pair_bound),
    domain=Domain(M, d, height, remarks=(ON_SPHERE,)),
    source=source(),
    observables=(coherence,),
    derivation=Derivation(
        Step(coherence(M, d, height), by=definition),
        Step(
            pairs * 2 * cap.definition,
            by=Cited("union bound", "Boole's inequality", sense="<="),
            note="over pairs and the two signs of the inner product",
        ),
        Step(pairs * 2 * cap_tail, by=ByClaim(cap_law)),
        Step(
            pairs * (1 + slope**2) ** (-(d - 1) / 2),
            by=ByClaim(student_tail, {exact_laws.d: d - 1, exact_laws.ratio: slope}),
        ),
        Step(pair_bound, by=algebra),
    ),
)

quasi_orthogonal = Claim(
    id="assoc-scaling.quasi-orthogonal",
    title="Exponentially many random directions are nearly orthogonal",
    says=(
        "Among M independent uniform unit vectors some inner product exceeds epsilon with a "
        "probability of at most M(M - 1) times the exponential of minus d epsilon squared over 2."
    ),
    statement=Bound(coherence(M, d, height), "<=", exponential_bound),
    domain=Domain(M, d, height, remarks=(ON_SPHERE,)),
    source=source(Seen.RECOLLECTION),
    observables=(coherence,),
    derivation=Derivation(
        Step(coherence(M, d, height), by=definition),
        Step(pair_bound, by=ByClaim(quasi_orthogonal_sharp)),
        Step(weaker, by=MonotoneRatio(height, at=0, rising=True)),
        Step(exponential_bound, by=MonotoneRatio(height, at=1, rising=False)),
    ),
)

few = Le(M.symbol**2, exp(d * height.symbol**2 / 2))

quasi_orthogonal_capacity = Claim(
    id="assoc-scaling.quasi-orthogonal-capacity",
    title="That many nearly orthogonal directions exist",
    says=(
        "If M is at most the exponential of d epsilon squared over 4, then M random directions "
        "have all inner products within epsilon with a probability of at least 0.17: so such "
        "directions exist, and with them as embeddings of the inputs of their classes all margins "
        "are at least 1 - epsilon."
    ),
    statement=Bound(coherence(M, d, height), "<=", exp(height.symbol**2 / 2) / 2),
    domain=Domain(
        M,
        d,
        height,
        where=(few,),
        remarks=(ON_SPHERE,),
    ),
    source=source(Seen.RECOLLECTION, Standing.SHARPENED),
    observables=(coherence,),
    derivation=Derivation(
        Step(coherence(M, d, height), by=definition),
        Step(pair_bound, by=ByClaim(quasi_orthogonal_sharp)),
        Step(weaker, by=MonotoneRatio(height, at=0, rising=True)),
        Step(M**2 / 2 * exp(-(d - 1) * height.symbol**2 / 2), by=Nonnegative("<=")),
        Step(
            exp(height.symbol**2 / 2) / 2,
            by=ByHypothesis({few: exp(-(d - 1) * height.symbol**2 / 2) / 2}, sense="<="),
        ),
    ),
)

ordinary = Natural(
    "d", at_least=30, at_most=300, meaning="embedding dimension", grid=(30, 100, 300)
)
classes = Natural("M", at_least=2, at_most=50, meaning="number of classes", grid=(2, 10, 50))
each = Natural("n", at_least=3, meaning="stored inputs of each class", grid=(3, 10))
RANDOM = (
    "the $u_y$ are independent, uniform on the unit sphere, equal weights, standard Gaussian $e_x$"
)
SIMULATED = "established by simulation on this range"
h = Symbol("h", real=True)


def symbol_error(signal: Any, own: Any, others: Any, count: Any) -> Expr:
    """Error of the largest of ``count`` normal scores, one of which has the signal for mean.

    The right one has the variance ``own``, the others the variance ``others``.
    """
    threshold = (signal + sqrt(own) * h) / sqrt(others)
    return 1 - Integral(NormalPDF(h) * NormalCDF(threshold) ** (count - 1), (h, -oo, oo))


noise = each + each * (classes - 1) / ordinary
heuristic = symbol_error(sqrt(ordinary), noise, noise, classes)


def random_error(name: str, *arguments: Any) -> Observable:
    """The error of a stored input, over the draws of all embeddings."""
    return Observable(
        name,
        arguments,
        latex=r"\mathbb{P}(\text{$x$ misclassified})",
        meaning="probability, over input and output embeddings, that a stored input is misread",
    )


balanced_error = random_error("balanced_error", ordinary, classes, each)

role_of_M = Claim(
    id="assoc-scaling.role-of-M",
    title="Cross-talk between random output embeddings adds a d-th of its energy",
    says=(
        "With random output embeddings and balanced classes the error of a stored input is within "
        "0.03 of the symbol error of M orthogonal signals whose noise has the energy of one class "
        "plus a d-th of the energy of all others. A heuristic, with a tolerance that was measured."
    ),
    statement=Bound(
        heuristic - Rational(3, 100),
        "<=",
        balanced_error(ordinary, classes, each),
        "<=",
        heuristic + Rational(3, 100),
    ),
    domain=Domain(ordinary, classes, each, remarks=(RANDOM, SIMULATED)),
    source=source(),
    observables=(balanced_error,),
    uses=("assoc-scaling.collapsed-law",),
)

pair_of = Natural("n", at_least=2, meaning="stored inputs of each class", grid=(2, 10))
sharper_error = random_error("sharper_error", ordinary, classes, pair_of)
leak = pair_of * (classes - 2) / ordinary
sharper = symbol_error(
    sqrt(ordinary - Rational(1, 2)), pair_of - Rational(1, 2) + leak, pair_of + leak, classes
)

role_of_M_sharper = Claim(
    id="assoc-scaling.role-of-M-sharper",
    title="Leaving out the two classes that compete makes the formula sharper",
    says=(
        "The formula is within 0.02 when only the other M - 2 classes leak, when the input's own "
        "memory is left out of the noise of its class, and when the length of its embedding "
        "fluctuates; for two classes it is then exact up to terms of order 1/d."
    ),
    statement=Bound(
        sharper - Rational(1, 50),
        "<=",
        sharper_error(ordinary, classes, pair_of),
        "<=",
        sharper + Rational(1, 50),
    ),
    domain=Domain(ordinary, classes, pair_of, remarks=(RANDOM, SIMULATED)),
    source=source(),
    observables=(sharper_error,),
    uses=("assoc-scaling.collapsed-law",),
)

middling = Natural("d", at_least=30, at_most=128, meaning="embedding dimension", grid=(30, 64, 128))
injective = Natural(
    "N", at_least=30, at_most=1000, meaning="number of inputs, each a class", grid=(100, 400)
)
single_noise = 1 + (injective - 1) / middling
injective_heuristic = symbol_error(sqrt(middling), single_noise, single_noise, injective)
injective_error = random_error("injective_error", middling, injective)
ONE_EACH = "every input has a class of its own"

role_of_M_injective = Claim(
    id="assoc-scaling.role-of-M-injective",
    title="The formula for the role of M when every input is its own class",
    says=(
        "With as many classes as inputs and random output embeddings the error of a stored input "
        "is within 0.06 of the same heuristic formula."
    ),
    statement=Bound(
        injective_heuristic - Rational(6, 100),
        "<=",
        injective_error(middling, injective),
        "<=",
        injective_heuristic + Rational(6, 100),
    ),
    domain=Domain(middling, injective, remarks=(RANDOM, ONE_EACH, SIMULATED)),
    source=source(),
    observables=(injective_error,),
    uses=("assoc-scaling.collapsed-law",),
)

crowd = 2 * injective * log(injective)

role_of_M_capacity = Claim(
    id="assoc-scaling.role-of-M-capacity",
    title="Injective maps are stored up to a number of inputs that is quadratic in d",
    says=(
        "With as many classes as inputs a memory of dimension d holds N of them with an error of "
        "at most 1/4 as long as 2 N log N is at most d squared over 2."
    ),
    statement=Bound(injective_error(middling, injective), "<=", Rational(1, 4)),
    domain=Domain(
        middling,
        injective,
        where=(crowd <= middling**2 / 2,),
        remarks=(RANDOM, ONE_EACH, SIMULATED),
    ),
    source=source(),
    observables=(injective_error,),
    uses=("assoc-scaling.collapsed-law",),
)

role_of_M_overload = Claim(
    id="assoc-scaling.role-of-M-overload",
    title="Beyond that number most inputs are lost",
    says=(
        "With as many classes as inputs the error of a memory of dimension d is at least 2/3 once "
        "2 N log N is at least twice d squared."
    ),
    statement=Bound(injective_error(middling, injective), ">=", Rational(2, 3)),
    domain=Domain(
        middling,
        injective,
        where=(crowd >= 2 * middling**2,),
        remarks=(RANDOM, ONE_EACH, SIMULATED),
    ),
    source=source(),
    observables=(injective_error,),
    uses=("assoc-scaling.collapsed-law",),
)

inputs = Natural("N", at_least=1, meaning="number of inputs")
q = Vector("q", length=inputs, entry=Real("q"), meaning="weights")
f = Labels("f", length=inputs, classes=M, latex="f_*", meaning="class of each input")
x = Integer("x", at_least=1, meaning="the input that is asked for")
y = Integer("y", at_least=1, meaning="a class")
k = Symbol("k", integer=True, positive=True)

mean_score = Observable(
    "mean_score",
    (inputs, M, d, q, f, x, y),
    latex=r"\mathbb{E}\, u_y^\top W e_x",
    meaning=(
        "expected score of a class; independent embeddings of mean 0 and mean squared length 1 "
        "have the mean inner product 1 with themselves and 0 with each other"
    ),
    definition=Sum(q[k] * KroneckerDelta(y, f[k]) * KroneckerDelta(k, x), (k, 1, inputs)),
)

memory_visual_mean = Claim(
    id="assoc-scaling.memory-visual-mean",
    title="On average the table of scores shows the weights",
    says=(
        "Averaged over the embeddings, the score of the right class of an input is its weight, and "
        "the score of every other class is 0: what a picture of the scores shows beyond that is "
        "cross-talk."
    ),
    statement=Identity(mean_score(inputs, M, d, q, f, x, y), q[x] * KroneckerDelta(y, f[x])),
    domain=Domain(
        inputs,
        M,
        d,
        q,
        f,
        x,
        y,
        where=(x <= inputs, y <= M),
        remarks=("all $e_x$ and $u_y$ are independent, of mean 0 and mean squared length 1",),
    ),
    source=Source(PAPER, FIGURE, seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE),
    observables=(mean_score,),
    derivation=Derivation(
        Step(mean_score.definition, by=definition),
        Step(q[x] * KroneckerDelta(y, f[x]), by=algebra),
    ),
    uses=("assoc-scaling.model",),
)

pictured = Natural("d", at_least=10, meaning="embedding dimension", grid=(10, 20, 50))
PICTURE = (
    r"$N = 10$ inputs in $M = 5$ classes, $f_*(x) = x \bmod M$, Zipf exponent $1$, weights from "
    r"$1000$ samples; $e_x \sim \mathcal{N}(0, I/d)$, $u_y$ uniform on the unit sphere"
)


def visual_correlation(
    name: str, dimension: Any, meaning: str, definition: Any = None
) -> Observable:
    """How the scores of the right classes go with the frequencies of the inputs."""
    return Observable(
        name,
        (dimension,),
        latex=r"\mathbb{E}\, \mathrm{corr}_x(\log p(x), \mathrm{softmax}(U W e_x)_{f_*(x)})",
        meaning=meaning,
        definition=definition,
    )


proportional_correlation = visual_correlation(
    "proportional_correlation",
    pictured,
    meaning=(
        "mean, over embeddings and data, of the correlation over the inputs between the "
        "logarithm of the probability and the softmax score of the right class"
    ),
)

memory_visual = Claim(
    id="assoc-scaling.memory-visual",
    title="Weighted by frequency, frequent inputs are stored more sharply",
    says=(
        "With the frequencies as weights the softmax score of the right class goes with the "
        "logarithm of the probability of the input: the mean correlation is above a half."
    ),
    statement=Bound(proportional_correlation(pictured), ">=", Rational(1, 2)),
    domain=Domain(pictured, remarks=(PICTURE, r"$q = \hat p$", SIMULATED)),
    source=Source(PAPER, FIGURE, seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(proportional_correlation,),
    uses=("assoc-scaling.memory-visual-mean",),
)

PICTURED = 10  # inputs
common = Symbol("m", real=True)
logarithm = IndexedBase("l", real=True)
j = Symbol("j", integer=True, positive=True)
mean_logarithm = Sum(logarithm[j], (j, 1, PICTURED)) / PICTURED

uniform_correlation = visual_correlation(
    "uniform_correlation",
    d,
    meaning=(
        "mean, over embeddings and data, of the correlation over the inputs between the logarithms "
        "l of the probabilities and the softmax scores of the right classes; all inputs have one "
        "mean score m, in standard units, because exchanging two inputs of a class, or two "
        "classes, changes no law"
    ),
    definition=Sum((logarithm[k] - mean_logarithm) * common, (k, 1, PICTURED)),
)

memory_visual_uniform = Claim(
    id="assoc-scaling.memory-visual-uniform",
    title="With equal weights the scores do not tell frequent inputs from rare ones",
    says=(
        "With equal weights and classes of equal size the mean correlation between the softmax "
        "score of the right class and the logarithm of the probability is exactly 0."
    ),
    statement=Identity(uniform_correlation(d), 0),
    domain=Domain(d, remarks=(PICTURE, "$q = 1$ on all inputs of the data, which are all inputs")),
    source=Source(PAPER, FIGURE, seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(uniform_correlation,),
    derivation=Derivation(
        Step(uniform_correlation.definition, by=definition),
        Step(0, by=FiniteSums()),
    ),
)
