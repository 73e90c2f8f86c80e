"""Late margins with correlated embeddings: the max-margin memory, and the exact constants.

On data that some memory answers rightly, margins end as the logarithm of time plus constants that
the frequencies and the multipliers of the max-margin problem set, and time times the loss tends to
the squared norm of the max-margin memory. With two labels, where all tokens are support vectors,
this is derived from the flow.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, IndexedBase, Rational, Sum, Symbol, exp, log, oo

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Integer,
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
from theory import Matrix as MatrixOf
from theory.assoc_dynamics import large_steps as multiclass
from theory.assoc_dynamics.benign import TARGET, ZERO, gamma, max_margin
from theory.assoc_dynamics.descent import SquareAdded
from theory.assoc_dynamics.large_steps import ALL_OCCUR, PAIRS, instance
from theory.assoc_dynamics.margin_limits import (
    CoupledFlow,
    MarginsSettle,
    coupled_velocity,
)
from theory.assoc_dynamics.paper import PAPER
from theory.core.rules.finite_sums import FiniteSums, SumDifferentiation
from theory.core.rules.flows import EquivalentTerms
from theory.core.rules.monotone import ByRemark

__all__ = [
    "loss_universal",
    "loss_universal_two_labels",
    "margin_constants",
    "margin_constants_potential",
    "max_margin_gradient",
    "max_margin_offsets",
]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
IMPLICIT = Source(
    PAPER,
    "implicit bias towards the max-margin memory",
    seen=Seen.RECOLLECTION,
    standing=Standing.SHARPENED,
)
SOUDRY = "implicit bias of gradient descent on separable data"
SOUDRIES = "Soudry et al., JMLR 2018; for homogeneous models Lyu and Li, ICLR 2020"

# Any number of labels

t = Real("t", above=0, meaning="time", grid=(1, 10, 1000, 10**6))
late_loss = Observable(
    "late_loss", (t,), latex="L(W_t)", meaning="loss along the gradient flow from W = 0"
)

GENERIC = (
    "every pair of margin 1 in the smallest memory with all margins at least 1 has a weight above 0"
)
LIMITING = (
    "the theorem gives the direction and a bounded rest, whose limit solves the conditions of "
    "the max-margin problem; it is used here for the flow in place of small steps"
)

loss_universal = Claim(
    id="assoc-dynamics.loss-universal",
    title="Time times loss tends to the squared norm of the max-margin memory",
    says=(
        "On data that some memory answers rightly, the loss along the gradient flow, times the "
        "time, tends to one over the squared largest margin of a memory of norm 1. The "
        "frequencies do not enter."
    ),
    statement=Equivalent(t * late_loss(), 1 / gamma**2, as_=(t, oo)),
    domain=Domain(*instance, t, remarks=(PAIRS, TARGET, ALL_OCCUR, GENERIC, ZERO)),
    source=IMPLICIT,
    observables=(late_loss, max_margin),
    derivation=Derivation(
        Step(t * late_loss(), by=definition),
        Step(1 / gamma**2, by=Cited(SOUDRY, SOUDRIES, sense="~"), note=LIMITING),
    ),
)

token = Integer("x", at_least=1, meaning="a token")
rival = Integer("y", at_least=1, meaning="one of its wrong labels, by number")
late_margin = Observable(
    "late_margin",
    (token, rival, t),
    latex="m_{x,y}(t)",
    meaning="margin of a token over its y-th wrong label along the gradient flow from W = 0",
)
multiplier = Observable(
    "multiplier",
    (token, rival),
    latex=r"\lambda_{x,y}",
    meaning="weight of the pair in the smallest memory with all margins at least 1",
)
ACTIVE = (
    "the smallest memory with all margins at least 1 is the sum of the pairs' vectors times "
    "weights $\\lambda$; all pairs of margin 1 have a weight above 0, and that of $x, y$ has"
)

max_margin_offsets = Claim(
    id="assoc-dynamics.max-margin",
    title="The margins of support vectors: the logarithm of time and an exact constant",
    says=(
        "Along the gradient flow from W = 0, the exponential of the margin of a pair on the "
        "margin grows like the time times the probability of its token over the weight of the "
        "pair in the max-margin memory. So the memory is the logarithm of time times the "
        "max-margin memory, up to a bounded difference, and the frequencies enter there only."
    ),
    statement=Equivalent(exp(late_margin()), multiclass.p[token] * t / multiplier(), as_=(t, oo)),
    domain=Domain(
        *instance,
        token,
        rival,
        t,
        where=(token <= multiclass.N, rival <= multiclass.M - 1),
        remarks=(PAIRS, ACTIVE, ALL_OCCUR, ZERO),
    ),
    source=IMPLICIT,
    observables=(late_margin, multiplier),
    derivation=Derivation(
        Step(exp(late_margin()), by=definition),
        Step(
            multiclass.p[token] * t / multiplier(),
            by=Cited(SOUDRY, SOUDRIES, sense="~"),
            note=LIMITING,
        ),
    ),
)

# Two labels, all tokens support vectors

N = Natural("N", at_least=1, meaning="number of tokens", grid=(1, 2, 5))
d = Natural("d", at_least=1, meaning="dimension of the input embeddings")
Z = MatrixOf("z", length=N, columns=d, entry=Real("z"), meaning="input embeddings times labels")
p = Simplex("p", length=N, entry=Real("p", above=0, at_most=1), meaning="probabilities")
weights = Vector(
    "lambda",
    length=N,
    entry=Real("lambda", above=0),
    latex=r"\lambda",
    meaning="weights of the tokens in the max-margin vector",
)
w = Vector("w", length=d, entry=Real("w"), meaning="max-margin vector")
c = Real("c", above=0, meaning="squared distance of the two output embeddings", grid=(2, 1))
m = Vector("m", length=N, entry=Real("m"), meaning="margins of the tokens")
begun = Vector("m_0", length=N, entry=Real("m_0"), latex="m_0", meaning="margins at the start")
x, k = (Symbol(name, integer=True, positive=True) for name in ("s", "k"))
i, j = (Symbol(name, integer=True, positive=True) for name in ("i", "j"))
q = Symbol("q", real=True)
S = Real(
    "S", above=0, latex=r"\lVert w \rVert^2", meaning="squared length of the max-margin vector"
)
SUPPORT = (
    "two labels; $w = \\sum_x \\lambda_x z_x$ with $\\lambda > 0$, and $\\langle z_x, w \\rangle = "
    "1$ for every token: all tokens are support vectors"
)
LENGTH = "$\\lVert w \\rVert^2 = \\sum_x \\lambda_x$"
INDEPENDENT = "the $z_x$ are linearly independent"
on_margin = Sum(Z[x, j] * w[j], (j, 1, d))
combined = Sum(weights[k] * Z[k, j], (k, 1, N))
total = Sum(weights[x], (x, 1, N))


def wrong(value: Any) -> Expr:
    """Probability of the wrong label at a margin."""
    return 1 / (1 + exp(value))


def pulled(entry: Any) -> Expr:
    """Entry of the sum of the tokens' vectors, weighted by their errors."""
    return Sum(p[x] * wrong(m[x]) * Z[x, entry], (x, 1, N))


error = Observable(
    "error",
    (N, p, m),
    latex="G",
    meaning="mean probability of the wrong label",
    definition=Sum(p[x] * wrong(m[x]), (x, 1, N)),
)
gradient_square = Observable(
    "gradient_square",
    (N, d, Z, p, c, m),
    latex=r"\lVert \nabla L \rVert^2",
    meaning="squared norm of the gradient of the loss, minus the rate of the loss along the flow",
    definition=c * Sum(pulled(j) ** 2, (j, 1, d)),
)
aligned = Sum(pulled(j) * w[j], (j, 1, d))
ratio = error.definition / S

max_margin_gradient = Claim(
    id="assoc-dynamics.max-margin-gradient",
    title="The gradient is never smaller than the error over the norm of the max-margin vector",
    says=(
        "With two labels, where all tokens are support vectors, the squared gradient of the loss "
        "is at least the squared distance of the outputs times the squared mean probability of "
        "the wrong label, over the sum of the weights of the max-margin vector."
    ),
    statement=Bound(c * error() ** 2 / S, "<=", gradient_square()),
    domain=Domain(N, d, Z, p, weights, w, S, c, m, remarks=(SUPPORT, LENGTH)),
    source=DERIVED,
    observables=(error, gradient_square),
    derivation=Derivation(
        Step(gradient_square.definition, by=definition),
        Step(
            c * Sum(2 * ratio * pulled(j) * w[j] - ratio**2 * w[j] ** 2, (j, 1, d)),
            by=Termwise(SquareAdded(pulled(j) - ratio * w[j], sense=">=")),
        ),
        Step(
            c * Sum(2 * ratio * pulled(j) * w[j] - ratio**2 * w[j] * combined, (j, 1, d)),
            by=ByRemark(SUPPORT, pairs={w[j]: combined}),
        ),
        Step(
            2 * c * ratio * Sum(p[x] * wrong(m[x]) * on_margin, (x, 1, N))
            - c * ratio**2 * Sum(weights[x] * on_margin, (x, 1, N)),
            by=FiniteSums(),
        ),
        Step(
            2 * c * ratio * error.definition - c * ratio**2 * total,
            by=ByRemark(SUPPORT, pairs={on_margin: 1}),
        ),
        Step(
            2 * c * ratio * error.definition - c * ratio**2 * S,
            by=ByRemark(LENGTH, pairs={total: S}),
        ),
        Step(c * error.definition**2 / S, by=algebra),
    ),
)

late = c * p[x] * t * exp(-m[x])
slowed = c * p[x] * t * wrong(m[x])


def coupled(row: Any, values: Any) -> Expr:
    """Velocity of a margin: the Gram matrix of the tokens times their pulls."""
    return coupled_velocity(c, Z, lambda which: p[which], row, values)


term = late - weights[x] * (log(t) - m[x])
potential_rate = Observable(
    "potential_rate",
    (N, d, Z, p, weights, c, m, t),
    latex=r"\frac{dV}{d \log t}",
    meaning=(
        "rate in log t, along the flow, of the sum of b - lambda log b over the tokens, where b is "
        "c t times the probability of the token times the exponential of minus its margin"
    ),
    definition=Sum(t * Derivative(term, t) + t * coupled(x, m) * Derivative(term, m[x]), (x, 1, N)),
)


def entry_of(values: Any) -> Expr:
    """Entry of a combination of the tokens' vectors."""
    return Sum(values * Z[x, j], (x, 1, N))


excess, distance = entry_of(late - slowed), entry_of(late - weights[x])
imbalance = t * coupled(x, m)

margin_constants_potential = Claim(
    id="assoc-dynamics.margin-constants-potential",
    title="A function of the margins that falls in logarithmic time",
    says=(
        "Where all tokens are support vectors, let b be c t times the probability of a token times "
        "the exponential of minus its margin. In the time log t these numbers compete as in the "
        "Lotka-Volterra equations, and the sum of b - lambda log b falls at least at half the "
        "squared length of the sum of (b - lambda) z, but for a term that ends like 1 / t squared."
    ),
    statement=Bound(
        potential_rate(), "<=", Sum(excess**2, (j, 1, d)) / 2 - Sum(distance**2, (j, 1, d)) / 2
    ),
    domain=Domain(N, d, Z, p, weights, w, c, m, t, remarks=(SUPPORT,)),
    source=DERIVED,
    observables=(potential_rate,),
    derivation=Derivation(
        Step(potential_rate.definition, by=definition),
        Step(Sum((late - weights[x]) * (1 - imbalance), (x, 1, N)), by=SumDifferentiation()),
        Step(
            Sum((late - weights[x]) * (on_margin - imbalance), (x, 1, N)),
            by=ByRemark(SUPPORT, pairs={on_margin: 1}),
        ),
        Step(
            Sum((late - weights[x]) * (Sum(Z[x, j] * combined, (j, 1, d)) - imbalance), (x, 1, N)),
            by=ByRemark(SUPPORT, pairs={w[j]: combined}),
        ),
        Step(Sum(distance * (excess - distance), (j, 1, d)), by=FiniteSums()),
        Step(
            Sum(excess**2 / 2 - distance**2 / 2, (j, 1, d)),
            by=Termwise(SquareAdded(excess - distance, times=Rational(1, 2))),
        ),
        Step(Sum(excess**2, (j, 1, d)) / 2 - Sum(distance**2, (j, 1, d)) / 2, by=FiniteSums()),
    ),
)

family = IndexedBase("mu")


def margin_of(which: Any) -> Expr:
    """The margin of a token along the gradient flow."""
    return CoupledFlow(coupled(i, family), family, i, begun[i], which, t)


margin = Observable(
    "margin",
    (N, d, Z, p, c, begun, token, t),
    latex="m_x(t)",
    meaning="margin of the token along the gradient flow",
    definition=margin_of(token.symbol),
)
settles = MarginsSettle(
    vectors=Z,
    scale=c,
    probability=lambda which: p[which],
    weight=lambda which: weights[which],
    gradient=max_margin_gradient,
    potential=margin_constants_potential,
    independent=INDEPENDENT,
    time=t.symbol,
)
LEMMAS = ("assoc-dynamics.max-margin-gradient", "assoc-dynamics.margin-constants-potential")

margin_constants = Claim(
    id="assoc-dynamics.margin-constants",
    title="With two labels: the exact constants of all margins",
    says=(
        "With two labels, where all tokens are support vectors, from any start, the exponential of "
        "the margin of a token grows like c p t over lambda, with c the squared distance of the "
        "outputs, p the probability of the token and lambda its weight, which solves K lambda = 1 "
        "for the Gram matrix K of the tokens times their labels."
    ),
    statement=Equivalent(exp(margin()), c * p[token] * t / weights[token], as_=(t, oo)),
    domain=Domain(
        N,
        d,
        Z,
        p,
        weights,
        w,
        c,
        begun,
        token,
        t,
        where=(token <= N,),
        remarks=(SUPPORT, INDEPENDENT),
    ),
    source=DERIVED,
    observables=(margin,),
    derivation=Derivation(
        Step(exp(margin.definition), by=definition),
        Step(c * p[token] * t / weights[token], by=settles),
    ),
    uses=LEMMAS,
)

binary_loss = Observable(
    "binary_loss",
    (N, d, Z, p, c, begun, t),
    latex="L(W_t)",
    meaning="loss along the gradient flow",
    definition=Sum(p[x] * log(1 + exp(-margin_of(x))), (x, 1, N)),
)

loss_universal_two_labels = Claim(
    id="assoc-dynamics.loss-universal-two-labels",
    title="With two labels: time times loss tends to the squared norm, from any start",
    says=(
        "With two labels, where all tokens are support vectors, the loss ends like the sum of the "
        "weights lambda over c t, from any start: the sum over c is the squared norm of the "
        "max-margin memory. A frequent token is learned to a larger margin, and adds no more."
    ),
    statement=Equivalent(binary_loss(), total / (c * t), as_=(t, oo)),
    domain=Domain(N, d, Z, p, weights, w, c, begun, t, remarks=(SUPPORT, INDEPENDENT)),
    source=IMPLICIT,
    observables=(binary_loss,),
    derivation=Derivation(
        Step(binary_loss.definition, by=definition),
        Step(Sum(weights[x] / (c * t), (x, 1, N)), by=EquivalentTerms(settles)),
        Step(total / (c * t), by=algebra),
    ),
    uses=LEMMAS,
)
