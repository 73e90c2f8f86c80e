"""Theorems on particles and spikes, put to the test on up to a hundred thousand tokens."""

from __future__ import annotations

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
from theory.assoc_dynamics.paper import PAPER

__all__ = ["many_tokens_closed", "many_tokens_growth"]

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
