"""Bound: how often do n fair coins show far more heads than tails?

A bound on a probability is compared with drawn coins. Two theorems are cited, so the derivation
stands and falls with them.

Run it with ``assay run docs/examples/hoeffding.py``.
"""

from sympy import cosh, exp

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from verify import Mutant, Sampled, check_for, mutate

n = Natural("n", at_least=1, meaning="coins", grid=(10, 40))
t = Real("t", above=0, at_most=0.5, meaning="excess of heads, per coin", grid=(0.125, 0.25))

excess = Observable(
    "excess",
    (n, t),
    latex=r"\mathbb{P}(S_n \ge n(\tfrac12 + t))",
    meaning="probability that at least n (1/2 + t) of n fair coins show heads",
)

hoeffding = Claim(
    id="hoeffding.coins",
    title="Hoeffding's inequality for fair coins",
    says="The chance of an excess t falls like exp(-2 n t^2) at least.",
    statement=Bound(excess(n, t), "<=", exp(-2 * n * t**2)),
    domain=Domain(n, t, remarks=("the coins are fair and independent",)),
    source=Source(None, "Hoeffding, 1963", Seen.RECOLLECTION, Standing.DERIVED_HERE),
    observables=(excess,),
    derivation=Derivation(
        Step(excess(n, t), by=definition),
        Step(
            (exp(-4 * t**2) * cosh(2 * t)) ** n,
            by=Cited("Markov's inequality", "textbooks", "<="),
            note=r"for $\exp(4t(S_n - \frac n2 - nt))$, whose mean this is",
        ),
        Step(
            (exp(-4 * t**2) * exp((2 * t) ** 2 / 2)) ** n,
            by=Cited(r"$\cosh x \le e^{x^2/2}$", "Hoeffding's lemma for a fair sign", "<="),
        ),
        Step(exp(-2 * n * t**2), by=algebra),
    ),
)


@check_for(hoeffding, resolution=0.01)
def toss(n, t, stream):
    """Toss the coins one by one and count the heads."""

    def batch(generator, count):
        heads = generator.integers(2, size=(count, n)).sum(axis=1)
        return heads >= n * (0.5 + t)

    return Sampled.batched(stream, batch, bernoulli=True)


mutate(
    hoeffding,
    Mutant("8 for 2", Bound(excess(n, t), "<=", exp(-8 * n * t**2))),
    Mutant("without the 2, n squared", Bound(excess(n, t), "<=", exp(-(n**2) * t**2))),
)
