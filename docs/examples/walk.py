"""Rate: how likely is a walker on the line back at the start after 2 n steps?

Run it with ``assay run docs/examples/walk.py``.
"""

import numpy as np
from sympy import Rational, binomial, pi, sqrt

from theory import (
    Claim,
    Derivation,
    Domain,
    Expansion,
    Natural,
    Observable,
    Rate,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from verify import Exact, Mutant, check_for, mutate

n = Natural(
    "n", at_least=1, meaning="half the number of steps", grid=(8, 16, 32, 64, 128, 256, 512)
)

back = Observable(
    "back",
    (n,),
    latex=r"\mathbb{P}(S_{2n} = 0)",
    meaning="probability that a walk of 2 n fair steps on the line ends where it began",
    definition=binomial(2 * n, n) / 4**n,
)

returns = Claim(
    id="walk.returns",
    title="A walk on the line is back after 2 n steps with probability of order 1/sqrt(n)",
    says="Of the 4^n walks, those with n steps to the left are back.",
    statement=Rate(back(n), n, Rational(-1, 2)),
    domain=Domain(n, remarks=("steps to the left and to the right are equally likely",)),
    source=Source(None, "Polya, 1921", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
    observables=(back,),
    derivation=Derivation(
        Step(binomial(2 * n, n) / 4**n, by=definition),
        Step(1 / sqrt(pi * n), by=Expansion(n)),
    ),
)


@check_for(returns, resolution=0.01)
def spread(n):
    """Let probability spread over the line, step by step."""
    places = np.zeros(4 * n + 3)
    places[2 * n + 1] = 1
    for _ in range(2 * n):
        places[1:-1] = (places[:-2] + places[2:]) / 2
    return Exact(float(places[2 * n + 1]), 1e-13)


mutate(
    returns,
    Mutant("as in the plane", Rate(back(n), n, -1)),
    Mutant("an exponential", Rate(back(n), n, Rational(-1, 10), form="exponential")),
)
