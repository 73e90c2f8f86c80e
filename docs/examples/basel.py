"""Bound and Equivalent: what does the sum of all 1/j^2 lack after n terms?

The second claim rests on the first: what lies between two sequences that are asymptotically the
same is asymptotically the same too. The check subtracts n terms from Euler's value, pi^2 / 6.

Run it with ``assay run docs/examples/basel.py``.
"""

import math

from sympy import Rational, Sum, Symbol, oo

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactSum,
    Expansion,
    Natural,
    Nonnegative,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    definition,
)
from theory.rules import Squeeze
from verify import Exact, Mutant, check_for, mutate

n = Natural("n", at_least=1, meaning="terms that are there", grid=(1, 2, 10, 100))
j = Symbol("j", integer=True, positive=True)
beyond = (j, n + 1, oo)
textbook = Source(None, "textbooks", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE)

tail = Observable(
    "tail",
    (n,),
    latex=r"\sum_{j>n} j^{-2}",
    meaning="sum of 1/j^2 over all j beyond n",
    definition=Sum(1 / j**2, beyond),
)

between = Claim(
    id="basel.between",
    title="The tail of the Basel sum is between 1/(n + 1) and 1/n",
    says="1/j^2 is between 1/(j(j + 1)) and 1/(j(j - 1)), whose sums telescope.",
    statement=Bound(1 / (n + 1), "<=", tail(n), "<=", 1 / n),
    domain=Domain(n),
    source=textbook,
    observables=(tail,),
    derivation=Derivation(
        Step(Sum(1 / j**2, beyond), by=definition),
        Step(Sum(1 / (j * (j - 1)), beyond), by=Termwise(Nonnegative("<="))),
        Step(1 / n, by=ExactSum()),
        Step(Sum(1 / j**2, beyond), by=definition),
        Step(Sum(1 / (j * (j + 1)), beyond), by=Termwise(Nonnegative(">="))),
        Step(1 / (n + 1), by=ExactSum()),
    ),
)

asymptotic = Claim(
    id="basel.asymptotic",
    title="The tail of the Basel sum is 1/n, up to a smaller term",
    says="Both bounds are asymptotically 1/n.",
    statement=Equivalent(tail(n), 1 / n, as_=(n, oo)),
    domain=Domain(n),
    source=textbook,
    observables=(tail,),
    derivation=Derivation(
        Step(Sum(1 / j**2, beyond), by=definition),
        Step(1 / n, by=Squeeze(between, lower=Expansion(n), upper=Expansion(n))),
    ),
)


def subtract(n):
    """What is missing from Euler's value of the whole sum."""
    return Exact(math.pi**2 / 6 - math.fsum(1 / i**2 for i in range(1, n + 1)), 1e-14)


check_for(between, resolution=1e-9)(subtract)
check_for(asymptotic, resolution=0.01, ladder=[10, 30, 100, 300, 1000])(subtract)

half = Rational(1, 2)
mutate(between, Mutant("half way", Bound(1 / (n + half), "<=", tail(n), "<=", 1 / n)))
mutate(asymptotic, Mutant("an order too many", Equivalent(tail(n), 1 / n, (n, oo), order=2)))
