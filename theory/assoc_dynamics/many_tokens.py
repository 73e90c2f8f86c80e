"""Theorems on particles and spikes, put to the test on up to a hundred thousand tokens."""

from __future__ import annotations

from sympy import exp, log

from theory import (
    Bound,
    Claim,
    Domain,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
)
from theory.assoc_dynamics.loss_rates import potential
from theory.assoc_dynamics.paper import PAPER

__all__ = [  # noqa: RUF022 (reading order)
    "many_tokens_closed",
    "many_tokens_growth",
    "many_tokens_flow_closed",
    "many_tokens_flow_energy",
    "many_tokens_flow_rate",
    "many_tokens_flow_convex",
]

N = Natural("N", at_least=1, meaning="number of tokens")
M = Natural("M", at_least=2, meaning="number of labels")
d = Natural("d", at_least=1, meaning="dimension of the embeddings")
s = Natural("s", at_least=0, meaning="seed of the embeddings")
k = Natural("k", at_least=0, meaning="number of steps")
eta = Real("eta", at_least=0, latex=r"\eta", meaning="step size")
RANDOM = (
    "all embeddings are drawn uniformly on the unit sphere of dimension $d$; the label of token "
    "$x$ is $x \\bmod M$, and $p(x) \\propto 1/x$"
)
START = "$W_0 = 0$, the whole batch in each step"
DERIVED = Source(PAPER, "the particle system", standing=Standing.DERIVED_HERE, seen=Seen.NOTHING)

trained_loss = Observable(
    "trained_loss",
    (N, M, d, eta, k, s),
    latex=r"\mathcal{L}(W_k)",
    meaning="loss after k steps on the memory itself",
)
closed_loss = Observable(
    "closed_loss",
    (N, M, d, eta, k, s),
    latex=r"\mathcal{L}(S_k)",
    meaning="loss after k steps of the scores in their closed system",
)
worst_growth = Observable(
    "worst_growth",
    (N, M, d, eta, k, s),
    latex=r"\max_{i < k} \mathcal{L}(W_{i+1}) / \mathcal{L}(W_i)",
    meaning="largest ratio of two losses in succession during the first k steps",
)

many_tokens_closed = Claim(
    id="assoc-dynamics.many-tokens-closed",
    title="With many tokens too the scores follow their own closed system",
    says=(
        "Training the memory and stepping the scores alone, with the inner products of the "
        "embeddings, give the same losses, at any number of tokens."
    ),
    statement=Identity(closed_loss(), trained_loss()),
    domain=Domain(N, M, d, eta, k, s, remarks=(RANDOM, START)),
    source=DERIVED,
    observables=(closed_loss, trained_loss),
    uses=("assoc-dynamics.particle-system-trajectory",),
)

many_tokens_growth = Claim(
    id="assoc-dynamics.many-tokens-growth",
    title="With unit embeddings no step multiplies the loss by more than 1 + 4 step sizes",
    says=(
        "The difference of two unit output embeddings has a length of at most 2, so that the "
        "squared radius is at most 4, whatever the number of tokens, and the bound on the growth "
        "of the loss in one step holds with it along the whole run."
    ),
    statement=Bound(worst_growth(), "<=", 1 + 4 * eta),
    domain=Domain(N, M, d, eta, k, s, where=(k.symbol >= 1,), remarks=(RANDOM, START)),
    source=DERIVED,
    observables=(worst_growth,),
    uses=("assoc-dynamics.spike-bounds",),
)

t = Real("t", at_least=0, meaning="time")
FLOW = "$\\dot W = -\\nabla L(W)$ from $W = 0$"
trained_flow = Observable(
    "trained_flow",
    (N, M, d, t, s),
    latex=r"\mathcal{L}(W_t)",
    meaning="loss after time t of the gradient flow of the memory itself",
)
closed_flow = Observable(
    "closed_flow",
    (N, M, d, t, s),
    latex=r"\mathcal{L}(S_t)",
    meaning="loss after time t of the flow of the scores in their closed system",
)
spent = Observable(
    "spent",
    (N, M, d, t, s),
    latex=r"\int_0^t \lVert \nabla \mathcal{L}(W_u) \rVert^2 du",
    meaning="integral over time of the squared norm of the gradient",
)
squared_radius = Observable(
    "squared_radius",
    (M, d, s),
    latex="R^2",
    meaning="largest squared distance of two output embeddings",
)

many_tokens_flow_closed = Claim(
    id="assoc-dynamics.many-tokens-flow-closed",
    title="With many tokens the flow of the scores is a closed system as well",
    says=(
        "The gradient flow of the memory and the flow of the scores alone, with the inner products "
        "of the embeddings, give the same losses at all times, at any number of tokens."
    ),
    statement=Identity(closed_flow(), trained_flow()),
    domain=Domain(N, M, d, t, s, remarks=(RANDOM, FLOW)),
    source=DERIVED,
    observables=(closed_flow, trained_flow),
    uses=("assoc-dynamics.particle-system-flow",),
)

many_tokens_flow_energy = Claim(
    id="assoc-dynamics.many-tokens-flow-energy",
    title="What the loss has lost is the integral of the squared gradient",
    says=(
        "Along the gradient flow the loss falls at the rate of the squared norm of its gradient, "
        "and so never rises; from W = 0 it begins at the logarithm of the number of labels."
    ),
    statement=Identity(trained_flow() + spent(), log(M)),
    domain=Domain(N, M, d, t, s, remarks=(RANDOM, FLOW)),
    source=DERIVED,
    observables=(trained_flow, spent),
    uses=("assoc-dynamics.particle-system-flow",),
)

many_tokens_flow_rate = Claim(
    id="assoc-dynamics.many-tokens-flow-rate",
    title="A hundred thousand tokens do not learn faster than one",
    says=(
        "The bound on how fast the loss of the flow can fall holds at any number of tokens: the "
        "stated function of the loss grows, but at most at the rate of the squared radius, which "
        "for unit inputs is the largest squared distance of two outputs."
    ),
    statement=Bound(
        potential(log(M)),
        "<=",
        potential(trained_flow()),
        "<=",
        potential(log(M)) + squared_radius() * t,
    ),
    domain=Domain(N, M, d, t, s, remarks=(RANDOM, FLOW)),
    source=DERIVED,
    observables=(trained_flow, squared_radius),
    uses=("assoc-dynamics.loss-rates",),
)

r = Real("r", at_least=0, meaning="norm of the memory that the flow is compared with")
later = Real("t", above=0, meaning="time")
GATHERED = (
    "output embeddings as before; the input embedding of token $x$ is that of its label "
    "$x \\bmod M$ plus half a unit vector drawn uniformly, divided by the length of the sum; "
    "$p(x) = 1/N$"
)
gathered_flow = Observable(
    "gathered_flow",
    (N, M, d, later, s),
    latex=r"\mathcal{L}(W_t)",
    meaning="loss after time t of the gradient flow of the memory itself",
)
least_margin = Observable(
    "least_margin",
    (N, M, d, s),
    latex=r"\gamma",
    meaning="smallest margin of the identity matrix over its norm, which is positive",
)

many_tokens_flow_convex = Claim(
    id="assoc-dynamics.many-tokens-flow-convex",
    title="With a perfect memory many tokens are learned as fast as few",
    says=(
        "Tokens that gather about the embeddings of their labels have a perfect memory, the "
        "identity. The loss of the flow is at most that of the identity scaled to any norm r, plus "
        "r squared over 2 t: the number of tokens enters through the smallest margin only."
    ),
    statement=Bound(
        gathered_flow(),
        "<=",
        log(1 + (M - 1) * exp(-r * least_margin())) + r**2 / (2 * later),
    ),
    domain=Domain(N, M, d, later, s, r, remarks=(GATHERED, FLOW)),
    source=DERIVED,
    observables=(gathered_flow, least_margin),
    uses=("assoc-dynamics.loss-rates-convex",),
)
