"""Training a memory is a system of interacting particles.

The gradient of the cross-entropy stores outer products. Under gradient descent, and under its flow,
the table of all scores moves by itself: the embeddings matter through their inner products alone.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Expr,
    Function,
    Indexed,
    Subs,
    Sum,
    Symbol,
    exp,
)

from theory import (
    Claim,
    Derivation,
    Domain,
    Identity,
    Integer,
    Matrix,
    Observable,
    Real,
    Step,
    Termwise,
    Vector,
    definition,
)
from theory.assoc_dynamics.model import (
    ABSTRACT,
    DERIVED,
    FREQUENCY,
    INPUTS,
    OUTPUTS,
    SCORE,
    SHARE,
    TOTAL,
    E,
    M,
    N,
    T,
    U,
    W,
    c,
    d,
    eta,
    f,
    first_state,
    frequency,
    gram,
    h,
    i,
    j,
    k,
    l,
    log_loss,
    loss_of,
    mean,
    normaliser,
    p,
    q,
    residual,
    score,
    share,
    state,
    step_memory,
    t,
    x,
    y,
    z1,
)
from theory.core.rules.finite_sums import ClearedDenominators, FiniteSums, SumDifferentiation
from theory.core.rules.iteration import Intertwined, Iterate

__all__ = [  # noqa: RUF022 (reading order)
    "gradient",
    "gradient_zero_sum",
    "particle_system",
    "particle_system_flow",
    "particle_system_margins",
    "particle_system_centred",
    "particle_system_trajectory",
]

loss_slope = Observable(
    "loss_slope",
    (N, M, d, h, p, U, E, W, i, j),
    latex=r"\left(\nabla L(W)\right)_{ij}",
    meaning="slope of the cross-entropy loss along W_ij",
    definition=Derivative(loss_of(W), W[i, j]),
)

gradient = Claim(
    id="assoc-dynamics.gradient",
    title="The gradient stores outer products",
    says=(
        "Minus the gradient of the cross-entropy is a sum of outer products of output and input "
        "embeddings. Each pair is weighted by its probability, less what the memory gives it."
    ),
    statement=Identity(
        loss_slope(N, M, d, h, p, U, E, W, i, j),
        -Sum(residual(l, k) * U[l, i] * E[k, j], (l, 1, M), (k, 1, N)),
    ),
    domain=Domain(N, M, d, h, p, U, E, W, i, j, where=(i <= h, j <= d)),
    source=DERIVED,
    observables=(loss_slope, SCORE, SHARE, TOTAL, FREQUENCY),
    derivation=Derivation(
        Step(loss_slope.definition, by=definition),
        Step(
            Sum(
                p[k, l] * (Sum(share(z1, k) * U[z1, i] * E[k, j], (z1, 1, M)) - U[l, i] * E[k, j]),
                (l, 1, M),
                (k, 1, N),
            ),
            by=SumDifferentiation(),
        ),
        Step(
            -Sum(residual(l, k) * U[l, i] * E[k, j], (l, 1, M), (k, 1, N)),
            by=FiniteSums(),
        ),
    ),
)

stored = Observable(
    "stored",
    (N, M, d, h, p, U, E, W, eta, x),
    latex=r"\sum_y C_{yx}",
    meaning=(
        "sum over the labels of the coefficients that a gradient step gives to the outer products "
        "of the embedding of a token with those of the labels"
    ),
    definition=eta * Sum(residual(l, x), (l, 1, M)),
)

gradient_zero_sum = Claim(
    id="assoc-dynamics.gradient-zero-sum",
    title="What a token stores sums to zero over the labels",
    says=(
        "The coefficients that a gradient step gives to the outer products of one token with all "
        "labels sum to zero. So they do after any number of steps: only differences of output "
        "embeddings are ever stored."
    ),
    statement=Identity(stored(N, M, d, h, p, U, E, W, eta, x), 0),
    domain=Domain(
        N,
        M,
        d,
        h,
        p,
        U,
        E,
        W,
        eta,
        x,
        where=(x <= N, N <= d, M <= h),
        remarks=("the $e_x$ are linearly independent, and so are the $u_y$",),
    ),
    source=DERIVED,
    observables=(stored, SCORE, SHARE, TOTAL, FREQUENCY),
    derivation=Derivation(
        Step(stored.definition, by=definition),
        Step(
            eta * frequency(x) * (1 - Sum(exp(score(l, x)), (l, 1, M)) / normaliser(x)),
            by=FiniteSums(),
        ),
        Step(0, by=ClearedDenominators(normaliser(x))),
    ),
    uses=("assoc-dynamics.gradient",),
)


def stepped(pull: Any, weight: Any) -> Any:
    """Entries of W after a gradient step, in which labels of tokens pull their embeddings."""

    def entry(row: Any, column: Any) -> Expr:
        return W[row, column] + eta * Sum(
            weight(k) * pull(l, k) * U[l, row] * E[k, column], (l, 1, M), (k, 1, N)
        )

    return entry


def interaction(label: Any, token: Any) -> Expr:
    """What all pairs of labels and tokens together do to the score of one."""
    return Sum(
        gram(E, token, k) * residual(l, k) * gram(U, label, l),
        (l, 1, M),
        (k, 1, N),
    )


stepped_score = Observable(
    "stepped_score",
    (N, M, d, h, p, U, E, W, eta, x, y),
    latex=r"u_y^\top W' e_x",
    meaning="score after a step of W along minus the gradient of the loss",
    definition=score(y, x, stepped(residual, lambda token: 1)),
)

particle_system = Claim(
    id="assoc-dynamics.particle-system",
    title="Training is a system of interacting particles",
    says=(
        "A gradient step moves the score of every label for every token by a sum over all pairs of "
        "labels and tokens: what is missing at the other pair, times the inner product of the "
        "output embeddings, times that of the input embeddings. Nothing else of the embeddings, "
        "and nothing of the memory but its scores, plays a part."
    ),
    statement=Identity(
        stepped_score(N, M, d, h, p, U, E, W, eta, x, y),
        score(y, x) + eta * interaction(y, x),
    ),
    domain=Domain(N, M, d, h, p, U, E, W, eta, x, y, where=(x <= N, y <= M)),
    source=ABSTRACT,
    observables=(stepped_score, SCORE, SHARE, TOTAL, FREQUENCY, INPUTS, OUTPUTS),
    derivation=Derivation(
        Step(stepped_score.definition, by=definition),
        Step(score(y, x) + eta * interaction(y, x), by=FiniteSums()),
    ),
    uses=("assoc-dynamics.gradient",),
)


def moved_outer(row: Any, column: Any) -> Expr:
    """Entry of W + t u_y e_x^T."""
    return W[row, column] + t * U[y, row] * E[x, column]


score_velocity = Observable(
    "score_velocity",
    (N, M, d, h, p, U, E, W, x, y),
    latex=r"u_y^\top \dot W e_x",
    meaning=(
        "velocity of a score under the gradient flow, which is minus the slope of the loss as W "
        "moves along the outer product of the two embeddings"
    ),
    definition=-Subs(Derivative(loss_of(moved_outer), t), t, 0),
)

particle_system_flow = Claim(
    id="assoc-dynamics.particle-system-flow",
    title="The gradient flow of the particles",
    says="Under the gradient flow the scores have the velocities that the particle system says.",
    statement=Identity(score_velocity(N, M, d, h, p, U, E, W, x, y), interaction(y, x)),
    domain=Domain(N, M, d, h, p, U, E, W, x, y, where=(x <= N, y <= M)),
    source=ABSTRACT,
    observables=(score_velocity, SCORE, SHARE, TOTAL, FREQUENCY, INPUTS, OUTPUTS),
    derivation=Derivation(
        Step(score_velocity.definition, by=definition),
        Step(
            Sum(
                p[k, l]
                * (
                    gram(U, y, l) * gram(E, x, k)
                    - Sum(share(z1, k) * gram(U, y, z1) * gram(E, x, k), (z1, 1, M))
                ),
                (l, 1, M),
                (k, 1, N),
            ),
            by=SumDifferentiation(),
        ),
        Step(interaction(y, x), by=FiniteSums()),
    ),
)


def moved_apart(row: Any, column: Any) -> Expr:
    """Entry of W + t (u_f(x) - u_y) e_x^T."""
    return W[row, column] + t * (U[f[x], row] - U[y, row]) * E[x, column]


margin_velocity = Observable(
    "margin_velocity",
    (N, M, d, h, q, f, U, E, W, x, y),
    latex=r"\dot m_{x,y}",
    meaning=(
        "velocity under the gradient flow of the margin of the right label over another, which is "
        "minus the slope of the loss along the outer product of the difference of their "
        "embeddings with that of the token"
    ),
    definition=-Subs(Derivative(Sum(q[k] * log_loss(k, moved_apart), (k, 1, N)), t), t, 0),
)
margin_interaction = Sum(
    q[k]
    * gram(E, x, k)
    * Sum(
        share(z1, k) * Sum((U[f[x], c] - U[y, c]) * (U[f[k], c] - U[z1, c]), (c, 1, h)),
        (z1, 1, M),
    ),
    (k, 1, N),
)

particle_system_margins = Claim(
    id="assoc-dynamics.particle-system-margins",
    title="How tokens move one another's margins",
    says=(
        "Where every token has one right label, another token moves the margin of x over y by its "
        "probability, the inner product of the input embeddings, and that of the two differences "
        "of output embeddings, averaged over what the memory answers for the other token."
    ),
    statement=Identity(margin_velocity(N, M, d, h, q, f, U, E, W, x, y), margin_interaction),
    domain=Domain(N, M, d, h, q, f, U, E, W, x, y, where=(x <= N, y <= M)),
    source=DERIVED,
    observables=(margin_velocity, SCORE, SHARE, TOTAL, INPUTS),
    derivation=Derivation(
        Step(margin_velocity.definition, by=definition),
        Step(
            Sum(
                q[k]
                * gram(E, x, k)
                * (
                    Sum((U[f[x], c] - U[y, c]) * U[f[k], c], (c, 1, h))
                    - mean(lambda label: Sum((U[f[x], c] - U[y, c]) * U[label, c], (c, 1, h)), k)
                ),
                (k, 1, N),
            ),
            by=SumDifferentiation(),
        ),
        Step(
            Sum(
                q[k]
                * gram(E, x, k)
                * mean(
                    lambda label: Sum(
                        (U[f[x], c] - U[y, c]) * (U[f[k], c] - U[label, c]), (c, 1, h)
                    ),
                    k,
                ),
                (k, 1, N),
            ),
            by=Termwise(ClearedDenominators(normaliser(k))),
        ),
        Step(margin_interaction, by=FiniteSums()),
    ),
)

inputs = Matrix("A", length=N, columns=N, entry=Real("a"), meaning="inner products of inputs")
outputs = Matrix("B", length=M, columns=M, entry=Real("b"), meaning="inner products of outputs")
scores = Matrix("S", length=N, columns=M, entry=Real("s"), meaning="scores, a row for each token")
rows = Vector("v", length=M, entry=Real("v"), meaning="added to the rows of B")
columns = Vector("w", length=M, entry=Real("w"), meaning="added to the columns of B")
shifts = Vector("c", length=N, entry=Real("c"), meaning="added to all scores of a token")
rival = Integer("rival", at_least=1, latex="z", meaning="another label")


def gap_after(shift: Any, output: Any) -> Expr:
    """Gap between two scores of x after a step, with shifted scores and changed outputs."""

    def here(label: Any, token: Any) -> Expr:
        return scores[token, label] + shift(token)

    def missing(label: Any, token: Any) -> Expr:
        total = Sum(exp(here(z1, token)), (z1, 1, M))
        return p[token, label] - frequency(token) * exp(here(label, token)) / total

    def after(label: Any) -> Expr:
        pulls = Sum(inputs[k, x] * missing(l, k) * output(label, l), (l, 1, M), (k, 1, N))
        return here(label, x) + eta * pulls

    return after(y) - after(rival)


def shifted_total(shift: Any) -> Expr:
    """What the exponentials of the shifted scores of token k are divided by."""
    return Sum(exp(scores[k, z1] + shift(k)), (z1, 1, M))


def collected_gap(shift: Any, pull: Any) -> Expr:
    """The gap after a step, as a sum over the tokens k."""
    answers = Sum(exp(scores[k, l] + shift(k)) * pull(l), (l, 1, M)) / shifted_total(shift)
    pulls = Sum(p[k, l] * pull(l), (l, 1, M)) - frequency(k) * answers
    return scores[x, y] - scores[x, rival] + eta * Sum(inputs[k, x] * pulls, (k, 1, N))


def no_shift(token: Any) -> Any:
    """Scores as they are."""
    return 0


def some_shift(token: Any) -> Any:
    """Scores of a token moved together."""
    return shifts[token]


gap = Observable(
    "gap",
    (N, M, p, scores, inputs, outputs, eta, x, y, rival),
    latex=r"S'_{xy} - S'_{xz}",
    meaning="gap between two scores after a step of the particle system",
    definition=gap_after(no_shift, lambda one, two: outputs[one, two]),
)
changed_gap = Observable(
    "changed_gap",
    (N, M, p, scores, inputs, outputs, rows, columns, shifts, eta, x, y, rival),
    latex=r"\tilde S'_{xy} - \tilde S'_{xz}",
    meaning="gap after the same step with numbers added to the scores of a token, and to rows and "
    "columns of B",
    definition=gap_after(
        some_shift,
        lambda one, two: outputs[one, two] + rows[one] + columns[two],
    ),
)


particle_system_centred = Claim(
    id="assoc-dynamics.particle-system-centred",
    title="Output embeddings may be centred",
    says=(
        "Adding a vector to all columns of the Gram matrix of the outputs, another to all its "
        "rows, and a number to all scores of a token changes no gap between scores of a token "
        "after a step. So subtracting the mean output embedding changes no margin at any time."
    ),
    statement=Identity(
        changed_gap(N, M, p, scores, inputs, outputs, rows, columns, shifts, eta, x, y, rival),
        gap(N, M, p, scores, inputs, outputs, eta, x, y, rival),
    ),
    domain=Domain(
        N,
        M,
        p,
        scores,
        inputs,
        outputs,
        rows,
        columns,
        shifts,
        eta,
        x,
        y,
        rival,
        where=(x <= N, y <= M, rival <= M),
    ),
    source=DERIVED,
    observables=(gap, changed_gap, FREQUENCY),
    derivation=Derivation(
        Step(changed_gap.definition, by=definition),
        Step(
            collected_gap(
                some_shift,
                lambda label: outputs[y, label] + rows[y] - outputs[rival, label] - rows[rival],
            ),
            by=FiniteSums(),
            note="$w$ moves all scores of a token together",
        ),
        Step(
            collected_gap(no_shift, lambda label: outputs[y, label] - outputs[rival, label]),
            by=Termwise(ClearedDenominators(shifted_total(no_shift), shifted_total(some_shift))),
            note="softmax does not see $c$, and what is missing sums to zero over the labels",
        ),
        Step(gap.definition, by=FiniteSums()),
    ),
)

table = Symbol("S", real=True)
step_table, table_of = (Function(name, real=True) for name in ("Psi", "pi"))

memory_score = Observable(
    "memory_score",
    (N, M, d, h, T, p, U, E, W, eta, x, y),
    latex=r"u_y^\top W_T e_x",
    meaning="score after T gradient steps on the memory: the map inside is one such step, and the "
    "function outside gives the table of all scores, whose entry at x and y is meant",
    definition=table_of(Iterate(step_memory(state), (state, first_state, T))),
)
particle_score = Observable(
    "particle_score",
    (N, M, d, h, T, p, U, E, W, eta, x, y),
    latex=r"(S_T)_{yx}",
    meaning="same entry of the table after T steps of the particle system, the map inside, from "
    "the scores at the start",
    definition=Iterate(step_table(table), (table, table_of(first_state), T)),
)


def is_score(expression: Any) -> bool:
    """Whether an expression is the score of some label for some token under W."""
    if not isinstance(expression, Sum):
        return False
    labels, tokens = (
        {entry.indices[0] for entry in expression.function.atoms(Indexed) if entry.base == base}
        for base in (U.symbol, E.symbol)
    )
    if len(labels) != 1 or len(tokens) != 1:
        return False
    return bool(expression == score(labels.pop(), tokens.pop()))


particle_system_trajectory = Claim(
    id="assoc-dynamics.particle-system-trajectory",
    title="The trajectory of all scores is closed",
    says=(
        "The scores after any number of gradient steps on W are those of the particle system, "
        "which knows only the scores at the start and the inner products of the embeddings. In "
        "particular no orthogonal change of basis, of inputs or of outputs, changes them."
    ),
    statement=Identity(
        memory_score(N, M, d, h, T, p, U, E, W, eta, x, y),
        particle_score(N, M, d, h, T, p, U, E, W, eta, x, y),
    ),
    domain=Domain(N, M, d, h, T, p, U, E, W, eta, x, y, where=(x <= N, y <= M)),
    source=ABSTRACT,
    observables=(memory_score, particle_score),
    derivation=Derivation(
        Step(memory_score.definition, by=definition),
        Step(
            particle_score.definition,
            by=Intertwined(particle_system, state=W, is_view=is_score),
            note="$\\pi(\\Phi(W)) = \\Psi(\\pi(W))$ for every $W$",
        ),
    ),
)
