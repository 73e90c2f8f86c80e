"""Equivalent: how large is n factorial? Stirling's formula, with the order of what it neglects.

The claim speaks of the ratio of n! and (n/e)^n, which grows like a power of n.

Run it with ``assay run docs/examples/stirling.py``.
"""

import math

from sympy import exp, factorial, oo, pi, sqrt

from theory import (
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Expansion,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from verify import Exact, Mutant, check_for, mutate

n = Natural("n", at_least=1, grid=(10, 20, 40, 80, 160, 320))

excess = Observable(
    "excess",
    (n,),
    latex=r"n! \left(\tfrac{e}{n}\right)^n",
    meaning="orders of n things, divided by (n / e)^n",
    definition=factorial(n) * exp(n) / n**n,
)

stirling = Claim(
    id="stirling.formula",
    title="n! is sqrt(2 pi n) (n / e)^n, up to a relative error of order 1/n",
    says="Stirling's formula, with the order of the gap.",
    statement=Equivalent(excess(n), sqrt(2 * pi * n), as_=(n, oo), order=1),
    domain=Domain(n),
    source=Source(None, "Stirling, 1730", Seen.RECOLLECTION, Standing.DERIVED_HERE),
    observables=(excess,),
    derivation=Derivation(
        Step(factorial(n) * exp(n) / n**n, by=definition),
        Step(sqrt(2 * pi * n), by=Expansion(n)),
    ),
)


@check_for(stirling, resolution=1e-3)
def multiply(n):
    """Multiply 1, 2, ..., n, each divided by n / e."""
    value = math.prod(i * math.e / n for i in range(1, n + 1))
    return Exact(value, 1e-12 * value)


mutate(
    stirling,
    Mutant("pi for 2 pi", Equivalent(excess(n), sqrt(pi * n), (n, oo))),
    Mutant("n + 1 for n, order 2", Equivalent(excess(n), sqrt(2 * pi * (n + 1)), (n, oo), 2)),
    Mutant("an order too many", Equivalent(excess(n), sqrt(2 * pi * n), (n, oo), 2)),
)
