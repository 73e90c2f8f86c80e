"""What one gradient step does to a memory, exactly.

A sample (x, y) has the cross-entropy loss of the logits u_z^T W e_x. Its gradient stores the
association, corrected by what W already predicts. The section follows one step: from W = 0, in the
table of logits, and on orthonormal embeddings, where the form of W is kept.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Expr,
    Indexed,
    KroneckerDelta,
    Rational,
    Subs,
    Sum,
    Symbol,
    exp,
    log,
)

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Identity,
    Integer,
    Labels,
    Matrix,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_scaling.model import PAPER
from theory.core.rules.finite_sums import (
    ByClaimInside,
    ClearedDenominators,
    FiniteSums,
    Orthonormal,
    SumDifferentiation,
)

__all__ = [
    "gradient_identity",
    "gram_sgd_step",
    "one_step_classifier",
    "one_step_disagreement",
    "one_step_gd",
    "orthonormal_logits",
    "sgd_recursion_exact",
]

N = Natural("N", at_least=1, meaning="number of inputs")
M = Natural("M", at_least=2, meaning="number of classes")
d = Natural("d", at_least=1, meaning="embedding dimension")
i = Integer("i", at_least=1, meaning="row of W")
j = Integer("j", at_least=1, meaning="column of W")
x = Integer("x", at_least=1, meaning="the input that is asked for")
y = Integer("y", at_least=1, meaning="a class")
e = Vector("e", length=d, entry=Real("e"), meaning="input embedding of the sample")
U = Matrix("U", length=M, columns=d, entry=Real("u"), meaning="rows are the output embeddings")
E = Matrix("E", length=N, columns=d, entry=Real("e"), meaning="rows are the input embeddings")
W = Matrix("W", length=d, columns=d, entry=Real("w"), meaning="the memory")
f = Labels("f", length=N, classes=M, latex="f_*", meaning="class of each input")
batch = Simplex("b", length=N, latex=r"\beta", meaning="share of each input in the batch")
gamma = Real("gamma", above=0, latex=r"\gamma", meaning="step size")

a, b, c, k, z = (Symbol(name, integer=True, positive=True) for name in "abckz")
t = Symbol("t", real=True)


def logit(row: Any, embedding: Any) -> Expr:
    """Logit of class ``row`` under W; ``embedding`` gives the entries of the input embedding."""
    return Sum(U[row, a] * W[a, b] * embedding(b), (b, 1, d), (a, 1, d))


def sample_logit(row: Any) -> Expr:
    """Logit of class ``row`` for the one sample with input embedding e."""
    return logit(row, lambda column: e[column])


normaliser = Sum(exp(sample_logit(z)), (z, 1, M))
others = Sum((1 - KroneckerDelta(z, y)) * exp(sample_logit(z)), (z, 1, M))
mean_of_others = Sum((1 - KroneckerDelta(z, y)) * exp(sample_logit(z)) * U[z, i], (z, 1, M))

loss_gradient = Observable(
    "loss_gradient",
    (M, d, U, W, e, y, i, j),
    latex=r"\left(\nabla_W \ell\right)_{ij}",
    meaning=(
        "slope, along the entry of W in row i and column j, of the cross-entropy loss of a sample "
        "with embedding e and label y"
    ),
    definition=Derivative(log(normaliser) - sample_logit(y), W[i, j]),
)

gradient_identity = Claim(
    id="assoc-scaling.gradient-identity",
    title="The gradient of the loss is one rank-one association",
    says=(
        "The gradient is minus one minus the probability of the right class, times the outer "
        "product of the input embedding with the right output embedding from which the mean of "
        "the others is taken away. The others are weighted by their probabilities, renormalised "
        "to sum to one."
    ),
    statement=Identity(
        loss_gradient(M, d, U, W, e, y, i, j),
        -(others / normaliser) * (U[y, i] - mean_of_others / others) * e[j],
    ),
    domain=Domain(M, d, U, W, e, y, i, j, where=(y <= M, i <= d, j <= d)),
    source=Source(PAPER, "gradient of the loss", seen=Seen.REPOSITORY, standing=Standing.AS_STATED),
    observables=(loss_gradient,),
    derivation=Derivation(
        Step(loss_gradient.definition, by=definition),
        Step(
            Sum(exp(sample_logit(z)) * U[z, i] * e[j], (z, 1, M)) / normaliser - U[y, i] * e[j],
            by=SumDifferentiation(),
            note="softmax minus the indicator of the right class, in each logit",
        ),
        Step(
            -(others / normaliser) * (U[y, i] - mean_of_others / others) * e[j],
            by=ClearedDenominators(normaliser, others),
            note="the right class is taken out of the sum; $1 - p(y)$ is the mass of the others",
        ),
    ),
)

first_memory = Observable(
    "first_memory",
    (N, M, d, f, U, E, batch, gamma, i, j),
    latex=r"\left(W_1\right)_{ij}",
    meaning="entry of W after one gradient step of size gamma from W = 0 on the batch",
    definition=-gamma
    * Subs(
        Derivative(
            Sum(
                batch[k]
                * (log(Sum(exp(t * U[z, i] * E[k, j]), (z, 1, M))) - t * U[f[k], i] * E[k, j]),
                (k, 1, N),
            ),
            t,
        ),
        t,
        0,
    ),
)

one_step_gd = Claim(
    id="assoc-scaling.one-step-gd",
    title="One step from zero stores the frequencies, with the mean output taken away",
    says=(
        "One gradient step from W = 0 gives the memory whose weights are the step size times the "
        "shares of the batch, and whose output embeddings are taken relative to their mean."
    ),
    statement=Identity(
        first_memory(N, M, d, f, U, E, batch, gamma, i, j),
        gamma
        * Sum(
            batch[k] * (U[f[k], i] - Sum(U[z, i], (z, 1, M)) / M) * E[k, j],
            (k, 1, N),
        ),
    ),
    domain=Domain(N, M, d, f, U, E, batch, gamma, i, j, where=(i <= d, j <= d)),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(first_memory,),
    derivation=Derivation(
        Step(first_memory.definition, by=definition),
        Step(
            gamma
            * Sum(
                batch[k] * (U[f[k], i] - Sum(U[z, i], (z, 1, M)) / M) * E[k, j],
                (k, 1, N),
            ),
            by=SumDifferentiation(),
            note="all classes have probability $1/M$ at $W = 0$",
        ),
    ),
    uses=("assoc-scaling.gradient-identity",),
)


def inner(A: Matrix, row: Any, B: Matrix, other: Any) -> Expr:
    """Inner product of a row of A and a row of B."""
    return Sum(A[row, c] * B[other, c], (c, 1, d))


other_class = Integer("rival", at_least=1, latex="y'", meaning="another class")
ORTHONORMAL_U = "the $u_y$ are orthonormal"
ORTHONORMAL_E = "the $e_x$ are orthonormal"


def centred(row: Any, column: Any) -> Expr:
    """Output embedding minus the mean of all."""
    return U[row, column] - Sum(U[z, column], (z, 1, M)) / M


first_gap = Observable(
    "first_gap",
    (N, M, d, f, U, E, batch, gamma, x, y, other_class),
    latex=r"\left(u_y - u_{y'}\right)^\top W_1 e_x",
    meaning="excess of the logit of class y over that of class y' after one step from W = 0",
    definition=Sum(
        (U[y, i.symbol] - U[other_class, i.symbol])
        * gamma
        * Sum(batch[k] * centred(f[k], i.symbol) * E[k, j.symbol], (k, 1, N))
        * E[x, j.symbol],
        (j.symbol, 1, d),
        (i.symbol, 1, d),
    ),
)
frequency_gap = gamma * Sum(
    batch[k] * (inner(U, y, U, f[k]) - inner(U, other_class, U, f[k])) * inner(E, k, E, x),
    (k, 1, N),
)

one_step_classifier = Claim(
    id="assoc-scaling.one-step-classifier",
    title="With orthonormal outputs one full-batch step is the frequency-weighted memory",
    says=(
        "For orthonormal output embeddings the gaps between the logits after one step from W = 0 "
        "are those of the memory whose weights are the frequencies, times the step size: both "
        "answer every input alike. For other output embeddings the mean output embedding moves "
        "the gaps, and they need not."
    ),
    statement=Identity(first_gap(N, M, d, f, U, E, batch, gamma, x, y, other_class), frequency_gap),
    domain=Domain(
        N,
        M,
        d,
        f,
        U,
        E,
        batch,
        gamma,
        x,
        y,
        other_class,
        where=(x <= N, y <= M, other_class <= M, M <= d),
        remarks=(ORTHONORMAL_U,),
    ),
    source=Source(PAPER, "large batches", seen=Seen.RECOLLECTION, standing=Standing.CORRECTED),
    published=(
        "One step with a large batch gives the memory whose weights are the frequencies, for "
        "random output embeddings too."
    ),
    observables=(first_gap,),
    derivation=Derivation(
        Step(first_gap.definition, by=definition),
        Step(
            frequency_gap
            - gamma
            / M
            * Sum(
                batch[k]
                * Sum(inner(U, y, U, z) - inner(U, other_class, U, z), (z, 1, M))
                * inner(E, k, E, x),
                (k, 1, N),
            ),
            by=algebra,
            note="the shift by the mean output embedding",
        ),
        Step(
            frequency_gap,
            by=Orthonormal({U: ORTHONORMAL_U}),
            note="the mean output embedding has the same inner product with every $u_y$",
        ),
    ),
    uses=("assoc-scaling.one-step-gd",),
)

alpha = Real(
    "alpha",
    at_least=0,
    at_most=2,
    latex=r"\alpha",
    meaning="exponent of the frequencies",
    grid=(0, 1, 2),
)
disagreement = Observable(
    "disagreement",
    (alpha,),
    latex=r"\mathbb{E}\left[\#\{x : \hat y_1(x) \ne \hat y_{\hat p}(x)\}/N\right]",
    meaning=(
        "mean share of the inputs that the memory after one step from W = 0 and the "
        "frequency-weighted memory answer differently"
    ),
)

one_step_disagreement = Claim(
    id="assoc-scaling.one-step-disagreement",
    title="With random unit outputs one step differs from the frequency-weighted memory",
    says=(
        "With independent random unit output embeddings, one full-batch step from W = 0 and the "
        "frequency-weighted memory give different answers to between six and nine of a hundred "
        "inputs, at dimension 20 with 60 inputs in 5 classes."
    ),
    statement=Bound(Rational(6, 100), "<=", disagreement(alpha), "<=", Rational(9, 100)),
    domain=Domain(
        alpha,
        remarks=(
            "$d = 20$, $N = 60$, $M = 5$, $f_*(x) = x \\bmod M$, shares proportional to "
            "$x^{-\\alpha}$",
            "$e_x \\sim \\mathcal{N}(0, I/d)$, $u_y$ uniform on the unit sphere, all independent",
        ),
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(disagreement,),
)


def input_logit(row: Any, k: Any) -> Expr:
    """Logit of class ``row`` for input k under W."""
    return logit(row, lambda column: E[k, column])


def is_logit(expression: Any) -> bool:
    """Whether an expression is the logit of some class for some input under W."""
    if not isinstance(expression, Sum):
        return False
    rows, inputs = (
        {entry.indices[0] for entry in expression.function.atoms(Indexed) if entry.base == base}
        for base in (U.symbol, E.symbol)
    )
    if len(rows) != 1 or len(inputs) != 1:
        return False
    return bool(expression == input_logit(rows.pop(), inputs.pop()))


def softmax_mean(values: Any, k: Any) -> Expr:
    """Mean of values of the classes, weighted by the softmax of the logits of input k under W."""
    total = Sum(exp(input_logit(z, k)), (z, 1, M))
    return Sum(exp(input_logit(z1, k)) * values(z1), (z1, 1, M)) / total


z1 = Symbol("z1", integer=True, positive=True)
A, B = (Symbol(name, integer=True, positive=True) for name in ("a1", "b1"))
stepped_logit = Observable(
    "stepped_logit",
    (N, M, d, f, U, E, W, batch, gamma, x, y),
    latex=r"u_y^\top W' e_x",
    meaning=(
        "logit after W has made a gradient step of size gamma on the batch: every input adds the "
        "outer product with its embedding of its output embedding minus the mean of all under "
        "softmax"
    ),
    definition=Sum(
        U[y, A]
        * (
            W[A, B]
            + gamma
            * Sum(
                batch[k] * (U[f[k], A] - softmax_mean(lambda c: U[c, A], k)) * E[k, B],
                (k, 1, N),
            )
        )
        * E[x, B],
        (B, 1, d),
        (A, 1, d),
    ),
)
gram_step = input_logit(y, x) + gamma * Sum(
    batch[k]
    * inner(E, x, E, k)
    * (inner(U, y, U, f[k]) - softmax_mean(lambda c: inner(U, y, U, c), k)),
    (k, 1, N),
)

gram_sgd_step = Claim(
    id="assoc-scaling.gram-sgd-step",
    title="A gradient step in the table of logits",
    says=(
        "The logits after a gradient step are those before, plus the step size times the Gram "
        "matrix of the inputs, the residuals of the batch and the Gram matrix of the outputs. "
        "They depend on the memory through the logits alone, and the dimension does not occur."
    ),
    statement=Identity(stepped_logit(N, M, d, f, U, E, W, batch, gamma, x, y), gram_step),
    domain=Domain(N, M, d, f, U, E, W, batch, gamma, x, y, where=(x <= N, y <= M)),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(stepped_logit,),
    derivation=Derivation(
        Step(stepped_logit.definition, by=definition),
        Step(gram_step, by=FiniteSums(), note="finite sums change places"),
    ),
    uses=("assoc-scaling.gradient-identity",),
)

q = Vector("q", length=N, entry=Real("q"), meaning="weights")
ORTHONORMAL = (ORTHONORMAL_U, ORTHONORMAL_E)


def contrasted(label: Any, column: Any) -> Expr:
    """Output embedding of a class minus the mean of the other classes."""
    rest = Sum((1 - KroneckerDelta(c, label)) * U[c, column], (c, 1, M))
    return U[label, column] - rest / (M - 1)


def stored_logit(row: Any, asked: Any) -> Expr:
    """Logit under W = sum_k q_k v_k e_k^T, with v_k the contrasted output embedding of k."""
    entry = Sum(q[k] * contrasted(f[k], a) * E[k, b], (k, 1, N))
    return Sum(U[row, a] * entry * E[asked, b], (b, 1, d), (a, 1, d))


def orthonormal_logit(row: Any, asked: Any) -> Expr:
    """What that logit is for orthonormal embeddings."""
    return q[asked] * (M * KroneckerDelta(row, f[asked]) - 1) / (M - 1)


contrast_logit = Observable(
    "contrast_logit",
    (N, M, d, f, U, E, q, x, y),
    latex=r"u_y^\top W e_x",
    meaning=(
        "logit under the memory that holds, for every input, its weight times the outer product "
        "with its embedding of its output embedding minus the mean of those of the other classes"
    ),
    definition=stored_logit(y, x),
)

orthonormal_logits = Claim(
    id="assoc-scaling.orthonormal-logits",
    title="Logits of a contrasted memory on orthonormal embeddings",
    says=(
        "On orthonormal embeddings the right class of an input has its weight as logit, and each "
        "other class minus that over M - 1: inputs do not disturb one another."
    ),
    statement=Identity(contrast_logit(N, M, d, f, U, E, q, x, y), orthonormal_logit(y, x)),
    domain=Domain(
        N, M, d, f, U, E, q, x, y, where=(x <= N, y <= M, M <= d, N <= d), remarks=ORTHONORMAL
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(contrast_logit,),
    derivation=Derivation(
        Step(contrast_logit.definition, by=definition),
        Step(orthonormal_logit(y, x), by=Orthonormal({U: ORTHONORMAL_U, E: ORTHONORMAL_E})),
    ),
)


def stepped_entry(logit_of: Any) -> Expr:
    """Entry of W after a step, with the logits of the step as given."""
    normaliser = Sum(exp(logit_of(z, x)), (z, 1, M))
    mean = Sum(exp(logit_of(z, x)) * U[z, i], (z, 1, M)) / normaliser
    return Sum(
        E[x, j] * (q[x] * contrasted(f[x], i) + gamma * batch[x] * (U[f[x], i] - mean)),
        (x.symbol, 1, N),
    )


def gain(weight: Any) -> Expr:
    """What a step of size 1 adds to a weight whose input is the whole batch."""
    return 1 / (1 + exp(M * weight / (M - 1)) / (M - 1))


recursion = Sum(
    E[x, j] * (q[x] + gamma * batch[x] * gain(q[x])) * contrasted(f[x], i), (x.symbol, 1, N)
)
closed_mean = (
    exp(-q[x] / (M - 1)) * Sum(U[z, i], (z, 1, M)) + (exp(q[x]) - exp(-q[x] / (M - 1))) * U[f[x], i]
) / ((M - 1) * exp(-q[x] / (M - 1)) + exp(q[x]))

stepped_memory = Observable(
    "stepped_memory",
    (N, M, d, f, U, E, q, batch, gamma, i, j),
    latex=r"W'_{ij}",
    meaning=(
        "entry, after a gradient step of size gamma on the batch, of the memory that holds, for "
        "every input, its weight times the outer product with its embedding of its output "
        "embedding minus the mean of those of the other classes"
    ),
    definition=stepped_entry(stored_logit),
)

sgd_recursion_exact = Claim(
    id="assoc-scaling.sgd-recursion-exact",
    title="On orthonormal embeddings gradient steps keep the form of the memory",
    says=(
        "With orthonormal embeddings, a memory that weights the association of every input, "
        "relative to the other classes, keeps this form under a gradient step: the weight of an "
        "input grows by its share of the batch times the step size times one minus the probability "
        "of its class. From W = 0, where all weights are 0, this holds for ever."
    ),
    statement=Identity(stepped_memory(N, M, d, f, U, E, q, batch, gamma, i, j), recursion),
    domain=Domain(
        N,
        M,
        d,
        f,
        U,
        E,
        q,
        batch,
        gamma,
        i,
        j,
        where=(i <= d, j <= d, M <= d, N <= d),
        remarks=ORTHONORMAL,
    ),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(stepped_memory,),
    derivation=Derivation(
        Step(stepped_memory.definition, by=definition),
        Step(
            stepped_entry(orthonormal_logit),
            by=ByClaimInside(orthonormal_logits, {y: z}),
        ),
        Step(
            Sum(
                E[x, j]
                * (q[x] * contrasted(f[x], i) + gamma * batch[x] * (U[f[x], i] - closed_mean)),
                (x.symbol, 1, N),
            ),
            by=Termwise(FiniteSums()),
            note="one class stands out in the softmax",
        ),
        Step(recursion, by=Termwise(FiniteSums())),
    ),
    uses=("assoc-scaling.gradient-identity",),
)
