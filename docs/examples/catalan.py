"""Equivalent and Rate: how many walks of 2n steps come back to 0 and never go below it?

Both sides grow exponentially: `Expansion` compares their ratio. The rate of the form
``exponential`` says no more than how fast the logarithm grows.

Run it with ``assay run docs/examples/catalan.py``.
"""

from sympy import Rational, binomial, log, oo, pi, sqrt

from theory import (
    Claim,
    Derivation,
    Domain,
    Equivalent,
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

n = Natural("n", at_least=1, meaning="half the number of steps", grid=(16, 32, 64, 128, 256, 512))
textbook = Source(None, "Catalan, 1838", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE)

walks = Observable(
    "walks",
    (n,),
    latex="C_n",
    meaning="walks of 2n steps up or down that end at 0 and never go below",
    definition=binomial(2 * n, n) / (n + 1),
)
growth = 4**n / sqrt(pi * n**3)

asymptotic = Claim(
    id="catalan.asymptotic",
    title="The Catalan numbers grow like 4^n over n^(3/2)",
    says="Of the 4^n walks a share of order n^(-3/2) comes back and stays above 0.",
    statement=Equivalent(walks(n), growth, as_=(n, oo), order=1),
    domain=Domain(n),
    source=textbook,
    observables=(walks,),
    derivation=Derivation(
        Step(binomial(2 * n, n) / (n + 1), by=definition),
        Step(growth, by=Expansion(n)),
    ),
)

entropy = Claim(
    id="catalan.entropy",
    title="The logarithm of the Catalan numbers grows like n log 4",
    says="To stay above 0 costs no entropy per step.",
    statement=Rate(walks(n), n, log(4), form="exponential"),
    domain=Domain(n),
    source=textbook,
    observables=(walks,),
    derivation=Derivation(
        Step(binomial(2 * n, n) / (n + 1), by=definition),
        Step(growth, by=Expansion(n)),
    ),
)


def count(n):
    """Count the walks by height, step by step."""
    at_height = [1] + [0] * n
    for _ in range(2 * n):
        before = [0, *at_height, 0]
        at_height = [before[h] + before[h + 2] for h in range(n + 1)]
    return Exact(at_height[0])


check_for(asymptotic, resolution=0.01)(count)
check_for(entropy, resolution=0.01)(count)
mutate(
    asymptotic,
    Mutant("free to go below", Equivalent(walks(n), 4**n / sqrt(pi * n), (n, oo))),
    Mutant("an order too many", Equivalent(walks(n), growth, (n, oo), order=2)),
)
mutate(entropy, Mutant("a power law", Rate(walks(n), n, Rational(-3, 2))))
