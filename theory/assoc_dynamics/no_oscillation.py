"""When nothing oscillates: no destructive correlations, or two balanced tokens of equal norm.

Under gradient descent margins and loss are then monotone at any step size. Both the balance and the
equal norms are needed, and two tokens.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Piecewise, Sum, Symbol, exp, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Identity,
    Integer,
    Matrix,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Step,
    Termwise,
    Vector,
    definition,
)
from theory.assoc_dynamics.interference import DERIVED, N, i, k, p, x
from theory.assoc_dynamics.pair_iteration import OnDiagonal, PairIterate
from theory.core.rules.iteration import Iterate
from theory.core.rules.monotone import Replaced

__all__ = [
    "no_oscillation",
    "no_oscillation_balanced",
    "no_oscillation_balanced_gain",
    "no_oscillation_geometry",
    "no_oscillation_loss",
]

c = Real("c", above=0, meaning="squared distance of the two output embeddings", grid=(2, 1))
x1, x2 = Symbol("x_1", real=True), Symbol("x_2", real=True)
K = Matrix(
    "K",
    length=N,
    columns=N,
    entry=Real("K", at_least=0),
    meaning="inner products of the signed embeddings",
)
eta = Real("eta", above=0, latex=r"\eta", meaning="step size")
m = Vector("m", length=N, entry=Real("m"), meaning="margins before the step")
TWO_LABELS = (
    "two labels of squared distance $c$; $K_{xz} = y_x y_z \\langle e_x, e_z \\rangle$, "
    "$y_x = \\pm 1$ the label of $x$"
)


def push(token: Any) -> Expr:
    """What all tokens do to the margin of one, in units of the step size times c."""
    return Sum(K[token, k] * p[k] / (1 + exp(m[k])), (k, 1, N))


def stepped(token: Any) -> Expr:
    """What one step of gradient descent adds to a margin."""
    return eta * c * push(token)


gain = Observable(
    "gain",
    (N, K, p, c, eta, m, x),
    latex=r"m_x^+ - m_x",
    meaning="what one step of gradient descent adds to the margin of token x",
    definition=stepped(x),
)
CONSTRUCTIVE = Domain(N, K, p, c, eta, m, x, where=(x <= N,), remarks=(TWO_LABELS,))

no_oscillation = Claim(
    id="assoc-dynamics.no-oscillation",
    title="Without destructive correlations nothing oscillates, whatever the step size",
    says=(
        "With two labels, if no two tokens interfere destructively - equal labels have embeddings "
        "of nonnegative inner product, different labels of nonpositive - then no step of gradient "
        "descent lowers any margin, whatever the step size and wherever it starts."
    ),
    statement=Bound(0, "<=", gain()),
    domain=CONSTRUCTIVE,
    source=DERIVED,
    observables=(gain,),
    derivation=Derivation(Step(gain.definition, by=definition), Step(0, by=Nonnegative(">="))),
    uses=("assoc-dynamics.binary-particles",),
)


def mean_loss(added: Any) -> Expr:
    """Loss with something added to the margin of each token."""
    return Sum(p[i] * log(1 + exp(-m[i] - added(i))), (i, 1, N))


loss_before = Observable(
    "loss_before",
    (N, p, m),
    latex=r"\mathcal{L}(m)",
    meaning="loss before the step",
    definition=mean_loss(lambda _: 0),
)
loss_after = Observable(
    "loss_after",
    (N, K, p, c, eta, m),
    latex=r"\mathcal{L}(m^+)",
    meaning="loss after one step of gradient descent",
    definition=mean_loss(stepped),
)

no_oscillation_loss = Claim(
    id="assoc-dynamics.no-oscillation-loss",
    title="Without destructive correlations the loss never rises",
    says=(
        "With two labels and no destructive interference, no step of gradient descent raises the "
        "loss, whatever the step size."
    ),
    statement=Bound(loss_after(), "<=", loss_before()),
    domain=Domain(N, K, p, c, eta, m, remarks=(TWO_LABELS,)),
    source=DERIVED,
    observables=(loss_after, loss_before),
    derivation=Derivation(
        Step(loss_after.definition, by=definition),
        Step(
            loss_before.definition,
            by=Termwise(Replaced(push(i), 0, by=Nonnegative(">="))),
            note="no margin falls",
        ),
    ),
    uses=("assoc-dynamics.binary-particles",),
)

overlap = Real(
    "alpha",
    above=-1,
    below=1,
    latex=r"\alpha",
    meaning="inner product, in units of the squared norm",
)
steps = Natural("k", latex="k", meaning="number of steps", grid=(0, 1, 2, 30))
half1, half2 = 1 / (2 * (1 + exp(x1))), 1 / (2 * (1 + exp(x2)))
balanced_step = eta * c * (half1 - overlap * half2)
balanced_run = (
    x1,
    x2,
    x1 + balanced_step,
    x2 + eta * c * (half2 - overlap * half1),
    0,
    0,
    steps,
)
balanced_margin = Observable(
    "balanced_margin",
    (overlap, c, eta, steps),
    latex="m_k",
    meaning="margin of either token after k steps of gradient descent from margins 0",
    definition=PairIterate(x1, *balanced_run),
)
q = Symbol("q", real=True)
one_margin = Iterate(q + eta * c * (1 - overlap) / (2 * (1 + exp(q))), (q, 0, steps))

no_oscillation_balanced = Claim(
    id="assoc-dynamics.no-oscillation-balanced",
    title="Two balanced tokens do not oscillate, however strongly they interfere",
    says=(
        "Two tokens of the same norm and the same probability keep equal margins from margins 0 "
        "on, at any step size. These iterate a map of one variable that adds a positive amount in "
        "every step."
    ),
    statement=Identity(balanced_margin(), one_margin),
    domain=Domain(
        overlap,
        c,
        eta,
        steps,
        remarks=(
            "two tokens of equal norm, with labels of their own, each of probability 1/2; if the "
            "norm is not 1, its square is a factor of $c$",
        ),
    ),
    source=DERIVED,
    observables=(balanced_margin,),
    derivation=Derivation(
        Step(balanced_margin.definition, by=definition), Step(one_margin, by=OnDiagonal())
    ),
)

balanced_gain = Observable(
    "balanced_gain",
    (overlap, c, eta, steps),
    latex="m_{k+1} - m_k",
    meaning="what step k + 1 of gradient descent from margins 0 adds to the margin of token 1",
    definition=PairIterate(balanced_step, *balanced_run),
)

no_oscillation_balanced_gain = Claim(
    id="assoc-dynamics.no-oscillation-balanced-gain",
    title="The margins of two balanced tokens never fall",
    says=(
        "From margins 0 on no step of gradient descent lowers the margin of either of two tokens "
        "of the same norm and the same probability, at any step size."
    ),
    statement=Bound(0, "<=", balanced_gain()),
    domain=no_oscillation_balanced.domain,
    source=DERIVED,
    observables=(balanced_gain,),
    derivation=Derivation(
        Step(balanced_gain.definition, by=definition),
        Step(
            eta * c * (1 - overlap) / (2 * (1 + exp(one_margin))),
            by=OnDiagonal(),
        ),
        Step(0, by=Nonnegative(">=")),
    ),
)

few = Integer("N", at_least=2, at_most=3, meaning="number of tokens", grid=(2, 3))
rises = Observable(
    "rises",
    (few,),
    latex="n_N",
    meaning="how many of the first 200 steps of gradient descent from margins 0 raise the loss",
)

no_oscillation_geometry = Claim(
    id="assoc-dynamics.no-oscillation-geometry",
    title="Unequal norms, or three tokens, oscillate at uniform frequencies too",
    says=(
        "That tokens of equal probability do not oscillate is true of two of equal norm alone. "
        "With uniform probabilities and steps of 10, the loss rises in seven steps for two tokens "
        "of squared norms 4 and 1 and inner product -1.9, signs included, and in nine steps for "
        "three unit tokens at the angles 0, 0.02 and pi - 0.3."
    ),
    statement=Identity(rises(), Piecewise((7, Eq(few.symbol, 2)), (9, True))),
    domain=Domain(
        few,
        remarks=(
            "$p$ uniform, $c = 2$, $\\eta = 10$",
            "$N = 2$: $K = ((4, -1.9), (-1.9, 1))$; $N = 3$: $K_{xz} = \\cos(\\theta_x - "
            "\\theta_z)$, $\\theta = (0, 0.02, \\pi - 0.3)$",
        ),
    ),
    source=DERIVED,
    observables=(rises,),
)
