"""Identity: a gambler who wins a little more often than not. How often is the house broken?

The derivation checks that the formula is harmonic and has the right values at both ends; that this
determines the probability is cited.

Run it with ``assay run docs/examples/ruin.py``.
"""

import numpy as np
from sympy import Eq

from theory import (
    Cited,
    Claim,
    Derivation,
    Domain,
    Identity,
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

a = Natural("a", at_least=1, meaning="what the gambler has", grid=(1, 3))
N = Natural("N", at_least=2, meaning="what there is to win or lose", grid=(5,))
r = Real("r", above=0, below=1, meaning="chance to lose over chance to win", grid=(0.5, 0.8))

wins = Observable(
    "wins",
    (a, N, r),
    latex=r"\mathbb{P}(\text{all is won})",
    meaning="probability that the fortune reaches N before 0, one coin up or down in each round",
)


def formula(start):
    """The probability to win everything, from a fortune of ``start``."""
    return (1 - r**start) / (1 - r**N)


up, down = 1 / (1 + r), r / (1 + r)

gamblers_ruin = Claim(
    id="ruin.gambler",
    title="A gambler wins everything with probability (1 - r^a) / (1 - r^N)",
    says="Each round wins or loses one coin, until the fortune is 0 or N.",
    statement=Identity(wins(a, N, r), formula(a)),
    domain=Domain(a, N, r, where=(a < N,), remarks=("the rounds are independent",)),
    source=Source(None, "Huygens, 1657", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
    observables=(wins,),
    derivation=Derivation(
        Step(Eq(formula(a), up * formula(a + 1) + down * formula(a - 1)), by=algebra),
        Step(wins(a, N, r), by=definition),
        Step(
            formula(a),
            by=Cited("two harmonic functions with the same end values agree", "maximum principle"),
            note="the formula is 0 for $a = 0$ and 1 for $a = N$",
        ),
    ),
)


@check_for(gamblers_ruin, resolution=0.01)
def play(a, N, r, stream):
    """Play until all is won or lost."""

    def batch(generator, count):
        fortune = np.full(count, a)
        while (playing := (fortune > 0) & (fortune < N)).any():
            won = generator.random(count) < 1 / (1 + r)
            fortune += playing * np.where(won, 1, -1)
        return fortune == N

    return Sampled.batched(stream, batch, bernoulli=True)


mutate(
    gamblers_ruin,
    Mutant("as in a fair game", Identity(wins(a, N, r), a / N)),
    Mutant("one coin too many", Identity(wins(a, N, r), formula(a + 1))),
    Mutant("the odds the other way", Identity(wins(a, N, r), (1 - r**-a) / (1 - r**-N))),
)
