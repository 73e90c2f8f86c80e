"""Two labels: one margin for each token, and a matrix of mobilities.

With two labels the particle system is one of margins. The loss is a sum of potentials of single
margins, and tokens act on one another through the signed inner products of their embeddings.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Expr,
    Function,
    Indexed,
    KroneckerDelta,
    Sum,
    Symbol,
    exp,
    log,
)

from theory import (
    Claim,
    Derivation,
    Domain,
    Identity,
    Labels,
    Matrix,
    Observable,
    Real,
    Step,
    Termwise,
    Vector,
    definition,
)
from theory.assoc_dynamics.model import (
    DERIVED,
    INPUTS,
    SCORE,
    A,
    B,
    E,
    N,
    T,
    U,
    W,
    a,
    b,
    c,
    d,
    eta,
    f,
    first_state,
    gram,
    h,
    k,
    l,
    q,
    score,
    state,
    step_memory,
    x,
)
from theory.assoc_dynamics.view_rules import Differentiated, EitherLabel, Named
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.iteration import Intertwined, Iterate
from theory.core.shorthand import Shorthand

__all__ = [  # noqa: RUF022 (reading order)
    "binary_particles",
    "binary_particles_trajectory",
    "binary_particles_dissipation",
]

sides = Labels("f", length=N, classes=2, meaning="label of each token, 1 or 2")
pair = Matrix("U", length=2, columns=h, entry=Real("u"), meaning="rows are the two outputs")


def sign(token: Any) -> Expr:
    """1 for a token of the first label, -1 for one of the second."""
    return 3 - 2 * f[token]


def margin(token: Any, memory: Any = W) -> Expr:
    """Score of the right label less that of the wrong one."""
    return sign(token) * (score(1, token, memory) - score(2, token, memory))


def sigma(value: Any) -> Expr:
    """Logistic function of minus a margin: the probability of the wrong label."""
    return exp(-value) / (1 + exp(-value))


SIGN = Shorthand(
    "sign", (k,), r"\epsilon_{@}", "sign of a token, 1 for label 1 and -1 for label 2", sign(k)
)
MARGIN = Shorthand("m", (k,), "m_{@}", "margin of a token", margin(k))


def binary_residual(label: Any, token: Any) -> Expr:
    """Indicator of the right label, less the probability of the label, which is 1 or 2."""
    total = exp(score(1, token)) + exp(score(2, token))
    return KroneckerDelta(f[token], label) - exp(score(label, token)) / total


def binary_step(row: Any, column: Any) -> Expr:
    """Entry of W after a gradient step with two labels."""
    pull = sum(binary_residual(label, k) * U[label, row] for label in (1, 2))
    return W[row, column] + eta * Sum(q[k] * pull * E[k, column], (k, 1, N))


apart = Sum((U[1, a] - U[2, a]) ** 2, (a, 1, h))


def mobility(token: Any, other: Any) -> Expr:
    """Inner product of two input embeddings, with the sign of their labels."""
    return sign(token) * sign(other) * gram(E, token, other)


def drift(token: Any) -> Expr:
    """What all tokens together do to the margin of one."""
    return apart * Sum(mobility(token, k) * q[k] * sigma(margin(k)), (k, 1, N))


stepped_margin = Observable(
    "stepped_margin",
    (N, d, h, q, sides, pair, E, W, eta, x),
    latex=r"m'_x",
    meaning="margin after a step of W along minus the gradient of the loss",
    definition=margin(x, binary_step),
)
inner = Sum((U[1, c] - U[2, c]) * U[1, c], (c, 1, h)), Sum((U[1, c] - U[2, c]) * U[2, c], (c, 1, h))

binary_particles = Claim(
    id="assoc-dynamics.binary-particles",
    title="Two labels: one margin a token, and a matrix of mobilities",
    says=(
        "With two labels a gradient step moves the margin of a token by the step size times the "
        "squared distance of the output embeddings, which is 2 for orthonormal ones, times a sum "
        "over the tokens: probability, times the chance of a wrong answer, times the mobility, "
        "that is, the inner product of the input embeddings with the signs of both tokens. Tokens "
        "of one label with positive correlation help each other, and so do tokens of different "
        "labels with negative correlation; all others interfere."
    ),
    statement=Identity(
        stepped_margin(N, d, h, q, sides, pair, E, W, eta, x), margin(x) + eta * drift(x)
    ),
    domain=Domain(N, d, h, q, sides, pair, E, W, eta, x, where=(x <= N,)),
    source=DERIVED,
    observables=(stepped_margin, SCORE, MARGIN, SIGN, INPUTS),
    derivation=Derivation(
        Step(stepped_margin.definition, by=definition),
        Step(
            margin(x)
            + eta
            * sign(x)
            * Sum(
                q[k]
                * gram(E, x, k)
                * (binary_residual(1, k) * inner[0] + binary_residual(2, k) * inner[1]),
                (k, 1, N),
            ),
            by=FiniteSums(),
        ),
        Step(
            margin(x)
            + eta
            * sign(x)
            * Sum(
                q[k] * gram(E, x, k) * sign(k) * sigma(margin(k)) * (inner[0] - inner[1]),
                (k, 1, N),
            ),
            by=Termwise(EitherLabel(f[k])),
            note="what the right label gains the wrong one loses",
        ),
        Step(margin(x) + eta * drift(x), by=Named(FiniteSums(), margin, of=E)),
    ),
    uses=("assoc-dynamics.gradient",),
)

step_margins = Function("Psi", real=True)
margins_of = Function("mu", real=True)
margin_table = Symbol("m", real=True)

memory_margin = Observable(
    "memory_margin",
    (N, d, h, T, q, sides, pair, E, W, eta, x),
    latex=r"m_x(W_T)",
    meaning="margin after T gradient steps on the memory: the map inside is one such step, and the "
    "function outside gives all margins, of which that of x is meant",
    definition=margins_of(Iterate(step_memory(state), (state, first_state, T))),
)
particle_margin = Observable(
    "particle_margin",
    (N, d, h, T, q, sides, pair, E, W, eta, x),
    latex=r"(m_T)_x",
    meaning="same margin after T steps of the margins alone, the map inside, from those at the "
    "start",
    definition=Iterate(step_margins(margin_table), (margin_table, margins_of(first_state), T)),
)


def is_margin(expression: Any) -> bool:
    """Whether an expression is the margin of some token under W, or minus that."""
    tokens = {entry.indices[0] for entry in expression.atoms(Indexed) if entry.base == E.symbol}
    return len(tokens) == 1 and expression in [way * margin(t) for t in tokens for way in (1, -1)]


binary_particles_trajectory = Claim(
    id="assoc-dynamics.binary-particles-trajectory",
    title="The trajectory of the margins is closed",
    says=(
        "With two labels the margins after any number of gradient steps on W follow from the "
        "margins at the start, the probabilities and the mobilities alone."
    ),
    statement=Identity(
        memory_margin(N, d, h, T, q, sides, pair, E, W, eta, x),
        particle_margin(N, d, h, T, q, sides, pair, E, W, eta, x),
    ),
    domain=Domain(N, d, h, T, q, sides, pair, E, W, eta, x, where=(x <= N,)),
    source=DERIVED,
    observables=(memory_margin, particle_margin),
    derivation=Derivation(
        Step(memory_margin.definition, by=definition),
        Step(
            particle_margin.definition,
            by=Intertwined(binary_particles, state=W, is_view=is_margin),
            note="$\\mu(\\Phi(W)) = \\Psi(\\mu(W))$ for every $W$",
        ),
    ),
)

u = Vector("u", length=h, entry=Real("u"), meaning="difference of the two output embeddings")


def lead_of_right(token: Any) -> Expr:
    """The margin, through the difference of the output embeddings."""
    return sign(token) * Sum(u[a] * W[a, b] * E[token, b], (b, 1, d), (a, 1, h))


LEADING = Shorthand("m", (k,), "m_{@}", "margin of a token", lead_of_right(k))

loss_rate = Observable(
    "loss_rate",
    (N, d, h, q, sides, u, E, W),
    latex=r"\dot L",
    meaning=(
        "rate of the loss along the gradient flow, which is minus the sum of the squares of its "
        "slopes in the entries of W"
    ),
    definition=-Sum(
        Derivative(Sum(q[k] * log(1 + exp(-lead_of_right(k))), (k, 1, N)), W[A, B]) ** 2,
        (B, 1, d),
        (A, 1, h),
    ),
)


def push(token: Any) -> Expr:
    """Probability of a token, times that of a wrong answer to it."""
    return q[token] * sigma(lead_of_right(token))


slopes = Sum(
    Sum(-push(k) * sign(k) * u[A] * E[k, B], (k, 1, N)) ** 2,
    (B, 1, d),
    (A, 1, h),
)
dissipated = Sum(u[a] ** 2, (a, 1, h)) * Sum(
    push(k) * mobility(k, l) * push(l), (l, 1, N), (k, 1, N)
)

binary_particles_dissipation = Claim(
    id="assoc-dynamics.binary-particles-dissipation",
    title="The tokens share no potential but a mobility",
    says=(
        "With two labels the loss is a sum of potentials of single margins: tokens act on one "
        "another through the mobilities alone. Along the flow the loss falls at the rate of the "
        "quadratic form of the mobilities in the probabilities of wrong answers."
    ),
    statement=Identity(loss_rate(N, d, h, q, sides, u, E, W), -dissipated),
    domain=Domain(N, d, h, q, sides, u, E, W),
    source=DERIVED,
    observables=(loss_rate, LEADING, SIGN, INPUTS),
    derivation=Derivation(
        Step(loss_rate.definition, by=definition),
        Step(-slopes, by=Differentiated(Named(FiniteSums(), lead_of_right, of=E))),
        Step(-dissipated, by=Named(FiniteSums(), lead_of_right, of=E)),
    ),
)
