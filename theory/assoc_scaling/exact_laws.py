"""The exact laws of the error of an outer-product memory with Gaussian input embeddings.

W = sum_x q(x) u_{f(x)} e_x^T with e_x independent standard Gaussian in dimension d and u_1, ...,
u_M any fixed unit vectors; the memory answers argmax_y u_y^T W e_x.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Eq,
    Expr,
    I,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Ne,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    pi,
    sqrt,
)

from theory import (
    Bound,
    ByClaim,
    Categorical,
    ChiPDF,
    Cited,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
    Exchange,
    Identity,
    Integer,
    Jensen,
    Labels,
    Matrix,
    Natural,
    NormalCDF,
    NormalPDF,
    Observable,
    Real,
    RisesAndFalls,
    Seen,
    Source,
    Standing,
    Step,
    StudentCDF,
    StudentPDF,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_scaling.model import PAPER
from theory.core.shorthand import Shorthand

__all__ = [
    "binary_exact",
    "collapsed_law",
    "model",
    "normal_tail_mixture",
    "orthonormal_exact",
    "pairwise_sandwich",
    "student_tail",
]

N = Natural("N", at_least=1, meaning="number of inputs")
M = Natural("M", at_least=1, meaning="number of classes")
d = Natural("d", at_least=1, meaning="embedding dimension", grid=(1, 2, 5, 20, 200))
x = Integer("x", at_least=1, meaning="the input that is asked for")
y = Integer("y", at_least=1, meaning="a competing class")
q = Vector("q", length=N, entry=Real("q"), meaning="weights")
f = Labels("f", length=N, classes=M, latex="f_*", meaning="class of each input")
U = Matrix("U", length=M, columns=d, entry=Real("u"), meaning="rows are the output embeddings")
E = Matrix("E", length=N, columns=d, entry=Real("e"), meaning="rows are the input embeddings")
G = Matrix(
    "G",
    length=M,
    columns=M,
    entry=Real("g", at_least=-1, at_most=1),
    meaning="Gram matrix of the output embeddings, ones on the diagonal",
)

c, i, j, k, z = (Symbol(name, integer=True, positive=True) for name in "cijkz")
r, w = (Symbol(name, positive=True) for name in "rw")
g = Symbol("g", real=True)
MEMORY = r"let $W = \sum_{k=1}^{N} q_k \, u_{f_*(k)} e_k^\top$"
GAUSSIAN = "the embeddings $e_k$ are independent, standard Gaussian in dimension $d$"
UNIT = "the $u_y$ are distinct unit vectors"
PAIR = "there are two classes, and $u_1 \\ne u_2$ are unit vectors"
SPREAD = r"$\sigma_c > 0$ for every class $c \ne f_*(x)$"


def others(k: Any) -> Expr:
    """1 for every input but the one that is asked for."""
    return 1 - KroneckerDelta(k, x)


def inner(A: Matrix, a: Any, B: Matrix, b: Any) -> Expr:
    """Inner product of row a of A and row b of B."""
    return Sum(A[a, j] * B[b, j], (j, 1, d))


energy = Shorthand(
    "energy",
    (z,),
    "Q_{@}",
    "energy of class z in the noise",
    Sum(others(k) * KroneckerDelta(f[k], z) * q[k] ** 2, (k, 1, N)),
)
outputs = Shorthand(
    "outputs",
    (z, c),
    r"\langle u_{@}, u_{@} \rangle",
    "the inner product of two output embeddings",
    inner(U, z, U, c),
)
inputs = Shorthand(
    "inputs",
    (k, x.symbol),
    r"\langle e_{@}, e_{@} \rangle",
    "that of two input embeddings",
    inner(E, k, E, x),
)
length = Shorthand("length", (), "|e_x|", "length of an embedding", inner(E, x, E, x), power=2)
radial = Shorthand(
    "radial",
    (r,),
    r"\chi_d(@)",
    "density of the length of a standard Gaussian vector",
    ChiPDF(r, d),
)
normal = Shorthand("normal", (g,), r"\varphi(@)", "standard normal density", NormalPDF(g))

score = Observable(
    "score",
    (N, M, d, q, f, U, E, x, y),
    latex=r"u_y^\top W e_x",
    meaning="score of class y for input x",
    definition=Sum(
        U[y, i] * Sum(q[k] * U[f[k], i] * E[k, j], (k, 1, N)) * E[x, j], (j, 1, d), (i, 1, d)
    ),
)
signal = q[x] * inner(E, x, E, x) * inner(U, y, U, f[x])
cross_talk = Sum(others(k) * q[k] * inner(U, y, U, f[k]) * inner(E, k, E, x), (k, 1, N))

model = Claim(
    id="assoc-scaling.model",
    title="A score is signal plus cross-talk",
    says=(
        "The score of a class is the input's own memory, weighted by its squared length, plus the "
        "cross-talk of every other memory."
    ),
    statement=Identity(score(N, M, d, q, f, U, E, x, y), signal + cross_talk),
    domain=Domain(
        N,
        M,
        d,
        q,
        f,
        U,
        E,
        x,
        y,
        where=(x <= N, y <= M),
        remarks=(MEMORY + ", where $e_k$ and $u_y$ are the rows of $E$ and $U$",),
    ),
    source=Source(PAPER, "the model", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE),
    observables=(score, outputs, inputs, length),
    derivation=Derivation(
        Step(score.definition, by=definition),
        Step(
            Sum(q[k] * inner(U, y, U, f[k]) * inner(E, k, E, x), (k, 1, N)),
            by=algebra,
            note="finite sums change places",
        ),
        Step(signal + cross_talk, by=algebra, note="the term $k = x$ is split off"),
    ),
)

t = IndexedBase("t", real=True)


projected = Shorthand(
    "projected",
    (z,),
    r"\tau_{@}",
    "part of class z in a direction of the scores",
    Sum(t[c] * inner(U, c, U, z), (c, 1, M)),
)


def log_characteristic(variance: Any) -> Expr:
    """Log characteristic function at t of Gaussian scores, given |e_x| = r."""
    return I * q[x] * r**2 * projected(f[x]) - r**2 * variance / 2


event = Categorical(
    "event",
    latex="A",
    meaning="an event of the scores by which simulations of the two laws are compared",
    choices=(
        "misclassified",
        "own score beyond its mean",
        "first score positive",
        "last score above the first",
    ),
)
direct_law = Observable(
    "direct_law",
    (N, M, d, q, f, U, x, event),
    latex=r"\log \mathbb{E}\left[e^{i t \cdot S} \mid |e_x| = r\right]",
    meaning="log characteristic function of the scores, given the length of the embedding",
    definition=I * q[x] * r**2 * projected(f[x])
    + Sum(
        others(k)
        * log(Integral(NormalPDF(g) * exp(I * g * r * q[k] * projected(f[k])), (g, -oo, oo))),
        (k, 1, N),
    ),
)
collapsed = Observable(
    "collapsed",
    (N, M, d, q, f, U, x, event),
    latex=r"\log \mathbb{E}\left[e^{i t \cdot S'} \mid |e_x| = r\right]",
    meaning="log characteristic function of the collapsed scores",
    definition=log_characteristic(Sum(energy(z) * projected(z) ** 2, (z, 1, M))),
)

collapsed_law = Claim(
    id="assoc-scaling.collapsed-law",
    title="The scores of one input depend on the others through M class energies",
    says=(
        "For any fixed output embeddings the score vector of an input has the law of a signal plus "
        "one Gaussian for each class, whatever the number of inputs and the dimension."
    ),
    statement=Identity(direct_law(), collapsed()),
    domain=Domain(
        N,
        M,
        d,
        q,
        f,
        U,
        x,
        event,
        where=(x <= N,),
        remarks=(
            MEMORY + ", where the $u_y$ are the rows of $U$",
            GAUSSIAN,
            r"the scores of $x$ are $S = U W e_x$, and the collapsed scores are $S' = q_x r^2 U "
            r"u_{f_*(x)} + r \sum_{z=1}^{M} \sqrt{Q_z} \, g_z \, U u_z$ with independent standard "
            r"normal $g_z$ and $r$ distributed as $|e_x|$; let $t \in \mathbb{R}^M$",
        ),
    ),
    source=Source(PAPER, "the model", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE),
    observables=(direct_law, collapsed, outputs, projected, energy, normal),
    derivation=Derivation(
        Step(
            direct_law.definition,
            by=definition,
            note=r"given $e_x$, the products of the other $e_k$ with it are independent normal "
            r"variables $|e_x| \, g$",
        ),
        Step(
            I * q[x] * r**2 * projected(f[x])
            + Sum(-others(k) * r**2 * q[k] ** 2 * projected(f[k]) ** 2 / 2, (k, 1, N)),
            by=Termwise(ExactIntegral()),
            note="characteristic function of the normal law",
        ),
        Step(
            log_characteristic(Sum(energy(z) * projected(z) ** 2, (z, 1, M))),
            by=algebra,
            note="inputs of one class are collected",
        ),
    ),
    uses=("assoc-scaling.model",),
)

a = Real("a", latex="a", meaning="signal-to-noise ratio", grid=(0, Rational(1, 2), 1, -1, 3))

mixture = Observable(
    "mixture",
    (d, a),
    latex=r"\mathbb{E}_r[\Phi(-a r)]",
    meaning="mean normal tail when the scale is the length of a standard Gaussian vector",
    definition=Integral(ChiPDF(r, d) * NormalCDF(-a * r), (r, 0, oo)),
)

s = Symbol("s", real=True)

normal_tail_mixture = Claim(
    id="assoc-scaling.normal-tail-mixture",
    title="A normal tail with a chi-distributed scale is a Student tail",
    says=(
        "The probability that a standard normal variable exceeds a multiple of the length of an "
        "independent standard Gaussian vector is Student's distribution function."
    ),
    statement=Identity(mixture(d, a), StudentCDF(-sqrt(d) * a, d)),
    domain=Domain(d, a),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(mixture, radial, normal),
    derivation=Derivation(
        Step(mixture.definition, by=definition),
        Step(
            Integral(ChiPDF(r, d) * r * NormalPDF(r * s), (s, a, oo), (r, 0, oo)),
            by=Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(r * s))),
            note="the tail as an integral of the density",
        ),
        Step(
            Integral(ChiPDF(r, d) * r * NormalPDF(r * s), (r, 0, oo), (s, a, oo)),
            by=Exchange(),
        ),
        Step(
            Integral(sqrt(d) * StudentPDF(sqrt(d) * s, d), (s, a, oo)),
            by=Termwise(ExactIntegral()),
        ),
        Step(
            StudentCDF(-sqrt(d) * a, d),
            by=ExactIntegral(StudentCDF(sqrt(d) * s, d)),
        ),
    ),
)

ratio = Real(
    "a", at_least=0, latex="a", meaning="signal-to-noise ratio", grid=(0, Rational(1, 2), 1, 3)
)

student_tail = Claim(
    id="assoc-scaling.student-tail",
    title="The Student tail lies between the normal tail and an exponential in the dimension",
    says=(
        "At a nonnegative signal-to-noise ratio the Student tail is at least the normal tail, and "
        "at most a bound that falls exponentially in the dimension."
    ),
    statement=Bound(
        NormalCDF(-sqrt(d) * ratio),
        "<=",
        StudentCDF(-sqrt(d) * ratio, d),
        "<=",
        (1 + ratio**2) ** (-d / 2) / 2,
    ),
    domain=Domain(d, ratio),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(radial,),
    derivation=Derivation(
        Step(StudentCDF(-sqrt(d) * ratio, d), by=definition),
        Step(mixture.defined_as(d, ratio), by=ByClaim(normal_tail_mixture, {a: ratio})),
        Step(
            NormalCDF(-sqrt(d) * ratio),
            by=Jensen(ChiPDF(r, d), r, of=r**2, mean=d),
        ),
        Step(StudentCDF(-sqrt(d) * ratio, d), by=definition),
        Step(mixture.defined_as(d, ratio), by=ByClaim(normal_tail_mixture, {a: ratio})),
        Step(
            Integral(ChiPDF(r, d) * exp(-(ratio**2) * r**2 / 2) / 2, (r, 0, oo)),
            by=Termwise(RisesAndFalls(w, turn=sqrt(2 / pi), of=ratio * r, weight=ChiPDF(r, d))),
        ),
        Step((1 + ratio**2) ** (-d / 2) / 2, by=ExactIntegral()),
    ),
)

two = 2  # classes
noise = Sum(others(k) * q[k] ** 2, (k, 1, N))
noise_norm = Shorthand("noise", (), r"|q_{-x}|", "norm of all other weights", noise, power=2)
binary_labels = Labels("f", length=N, classes=two, latex="f_*", meaning="class of each input")

binary_error = Observable(
    "binary_error",
    (N, d, q, binary_labels, x),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning="probability that the wrong class has the higher score",
    definition=Integral(ChiPDF(r, d) * NormalPDF(g), (g, -oo, -q[x] * r / sqrt(noise)), (r, 0, oo)),
)
rho = Symbol("rho", real=True)

binary_exact = Claim(
    id="assoc-scaling.binary-exact",
    title="With two classes the error of an input is a Student tail",
    says=(
        "With two classes the probability of misclassifying an input is a Student tail at its "
        "weight over the norm of all other weights, times the root of the dimension. It depends "
        "neither on the labels nor on the two output embeddings."
    ),
    statement=Identity(
        binary_error(N, d, q, binary_labels, x), StudentCDF(-sqrt(d) * q[x] / sqrt(noise), d)
    ),
    domain=Domain(
        N, d, q, binary_labels, x, where=(x <= N, noise > 0), remarks=(MEMORY, GAUSSIAN, UNIT)
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(binary_error, noise_norm, radial, normal),
    derivation=Derivation(
        Step(
            Eq(
                Sum(energy(z), (z, 1, two)) * (1 - rho) ** 2,
                noise * (1 - rho) ** 2,
            ),
            by=algebra,
            note=r"the two classes enter the gap of the scores with the factors $\pm(1 - \rho)$, "
            r"where $\rho = \langle u_1, u_2 \rangle$",
        ),
        Step(
            binary_error.definition,
            by=definition,
            note=r"by the collapsed law the gap of the scores is $(1 - \rho) \, r \, (q_x r + "
            r"|q_{-x}| \, g)$, with $r$ distributed as $|e_x|$ and $g$ standard normal",
        ),
        Step(
            mixture.defined_as(d, q[x] / sqrt(noise)),
            by=Termwise(ExactIntegral(ChiPDF(r, d) * NormalCDF(g))),
        ),
        Step(
            StudentCDF(-sqrt(d) * q[x] / sqrt(noise), d),
            by=ByClaim(normal_tail_mixture, {a: q[x] / sqrt(noise)}),
        ),
    ),
    uses=("assoc-scaling.collapsed-law",),
)

h = Symbol("h", real=True)


def clearance(y: Any) -> Expr:
    """How many standard deviations class y's noise must stay below, given r and g."""
    return (q[x] * r + sqrt(energy(f[x])) * g) / sqrt(energy(y))


def rivals(factor: Any) -> Expr:
    """Product over the classes other than the right one."""
    return Product(factor ** (1 - KroneckerDelta(z, f[x])), (z, 1, M))


orthonormal_error = Observable(
    "orthonormal_error",
    (N, M, d, q, f, x),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning="probability that some other class reaches the score of the right one",
    definition=1
    - Integral(
        ChiPDF(r, d) * NormalPDF(g) * rivals(Integral(NormalPDF(h), (h, -oo, clearance(z)))),
        (g, -oo, oo),
        (r, 0, oo),
    ),
)

orthonormal_exact = Claim(
    id="assoc-scaling.orthonormal-exact",
    title="With orthonormal output embeddings the error is a double integral",
    says=(
        "For orthonormal output embeddings and any number of classes the probability of "
        "misclassifying an input is one minus a mean of products of normal distribution functions."
    ),
    statement=Identity(
        orthonormal_error(N, M, d, q, f, x),
        1
        - Integral(
            ChiPDF(r, d) * NormalPDF(g) * rivals(NormalCDF(clearance(z))),
            (g, -oo, oo),
            (r, 0, oo),
        ),
    ),
    domain=Domain(
        N,
        M,
        d,
        q,
        f,
        x,
        where=(x <= N, M <= d),
        remarks=(
            MEMORY,
            GAUSSIAN,
            "the $u_y$ are orthonormal",
            r"let $Q_z > 0$ for every class $z$ other than that of $x$",
        ),
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(orthonormal_error, energy, radial, normal),
    derivation=Derivation(
        Step(
            orthonormal_error.definition,
            by=definition,
            note=r"by the collapsed law the score of class $z$ is $r \sqrt{Q_z} \, g_z$, with "
            r"$q_x r^2$ more if $x$ is of class $z$; given $r$ and $g_{f_*(x)} = g$ the others are "
            r"independent",
        ),
        Step(
            1
            - Integral(
                ChiPDF(r, d) * NormalPDF(g) * rivals(NormalCDF(clearance(z))),
                (g, -oo, oo),
                (r, 0, oo),
            ),
            by=Termwise(Termwise(Termwise(ExactIntegral(NormalCDF(h))))),
        ),
    ),
    uses=("assoc-scaling.collapsed-law",),
)


deviation = Shorthand(
    "deviation",
    (y.symbol,),
    r"\sigma_{@}",
    "standard deviation of the noise in the gap of the scores to class y",
    Sum(energy(z) * (G[f[x], z] - G[y, z]) ** 2, (z, 1, M)),
    power=2,
)


def spread(y: Any) -> Expr:
    """Standard deviation of the score gap to class y, over r: sigma_y."""
    return sqrt(deviation(y))


def separation(y: Any) -> Expr:
    """Signal-to-noise ratio a_y against class y."""
    return q[x] * (1 - G[f[x], y]) / spread(y)


def each_rival(term: Any) -> Expr:
    """Sum over the classes c other than the right one."""
    return Sum((1 - KroneckerDelta(c, f[x])) * term, (c, 1, M))


token_error = Observable(
    "token_error",
    (N, M, d, q, f, G, x),
    latex=r"\mathbb{P}(\text{$x$ misclassified})",
    meaning="probability that some other class reaches the score of the right one",
)

pairwise_sandwich = Claim(
    id="assoc-scaling.pairwise-sandwich",
    title="The error lies between its worst pair and the sum of its pairs",
    says=(
        "For any distinct unit output embeddings the probability of misclassifying an input is at "
        "least the Student tail against any one other class, and at most the sum of these tails."
    ),
    statement=Bound(
        StudentCDF(-sqrt(d) * separation(y), d),
        "<=",
        token_error(N, M, d, q, f, G, x),
        "<=",
        each_rival(StudentCDF(-sqrt(d) * separation(c), d)),
    ),
    domain=Domain(
        N,
        M,
        d,
        q,
        f,
        G,
        x,
        y,
        where=(x <= N, y <= M, Ne(f[x], y)),
        remarks=(MEMORY, GAUSSIAN, UNIT, SPREAD),
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(token_error, energy, deviation, radial),
    derivation=Derivation(
        Step(token_error(N, M, d, q, f, G, x), by=definition),
        Step(
            mixture.defined_as(d, separation(y)),
            by=Cited(
                "a union is at least as likely as each of its events",
                "monotonicity of probability",
                sense=">=",
            ),
            note=r"by the collapsed law the gap of the scores to class $y$ is $r \, (q_x (1 - "
            r"G_{f_*(x), y}) \, r + \sigma_y g)$",
        ),
        Step(
            StudentCDF(-sqrt(d) * separation(y), d),
            by=ByClaim(normal_tail_mixture, {a: separation(y)}),
        ),
        Step(token_error(N, M, d, q, f, G, x), by=definition),
        Step(
            each_rival(mixture.defined_as(d, separation(c))),
            by=Cited("union bound", "Boole's inequality", sense="<="),
        ),
        Step(
            each_rival(StudentCDF(-sqrt(d) * separation(c), d)),
            by=Termwise(ByClaim(normal_tail_mixture, {a: separation(c)})),
        ),
    ),
    uses=("assoc-scaling.collapsed-law",),
)
