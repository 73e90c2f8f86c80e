"""Identity and Rate: how many records does a random sequence set?

The identity is checked on every order of up to seven numbers, the rate on a ladder up to 10^6.

Run it with ``assay run docs/examples/records.py``.
"""

from fractions import Fraction
from itertools import accumulate, permutations

import numpy as np
from sympy import Sum, Symbol, harmonic, log

from theory import (
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Expansion,
    Identity,
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

n = Natural("n", at_least=1, meaning="numbers in the sequence", grid=(1, 2, 3, 5, 7))
j = Symbol("j", integer=True, positive=True)
in_any_order = "all orders of the $n$ numbers are equally likely"
folklore = Source(None, "Renyi, 1962", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE)

records = Observable(
    "records",
    (n,),
    latex=r"\mathbb{E}R_n",
    meaning="mean number of numbers that are above all before them",
    definition=Sum(1 / j, (j, 1, n)),
)

mean_records = Claim(
    id="records.mean",
    title="A random sequence sets as many records as the harmonic number says",
    says="The j-th number is the largest of the first j with probability 1/j.",
    statement=Identity(records(n), harmonic(n)),
    domain=Domain(n, remarks=(in_any_order,)),
    source=folklore,
    observables=(records,),
    derivation=Derivation(
        Step(Sum(1 / j, (j, 1, n)), by=definition),
        Step(harmonic(n), by=ExactSum()),
    ),
)


@check_for(mean_records, resolution=1e-9)
def look_at_all_orders(n):
    """Count the records of every order."""
    counts = [len(set(accumulate(order, max))) for order in permutations(range(n))]
    return Exact(Fraction(sum(counts), len(counts)))


mutate(mean_records, Mutant("the first is no record", Identity(records(n), harmonic(n) - 1)))

logarithmic = Claim(
    id="records.logarithmic",
    title="The number of records grows like log n",
    says="The harmonic numbers grow like the logarithm.",
    statement=Rate(records(n), n, 1, form="logarithmic"),
    domain=Domain(n, remarks=(in_any_order,)),
    source=folklore,
    observables=(records,),
    derivation=Derivation(
        Step(Sum(1 / j, (j, 1, n)), by=definition),
        Step(harmonic(n), by=ExactSum()),
        Step(log(n), by=Expansion(n)),
    ),
    uses=("records.mean",),
)


@check_for(logarithmic, resolution=0.01, ladder=[10, 10**2, 10**3, 10**4, 10**5, 10**6])
def add(n):
    """Add the reciprocals, which by the first claim is the mean, in floating point."""
    return Exact(float(np.sum(1.0 / np.arange(n, 0, -1.0))), 1e-10)


mutate(logarithmic, Mutant("a power", Rate(records(n), n, 1)))
