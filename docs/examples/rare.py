"""Bound: how often does a rare event happen far more often than it should?

That b^(j - k) is at least 1 is seen from b >= 1 and from the range of j together; the wider sum has
a closed form.

Run it with ``assay run docs/examples/rare.py``.
"""

import math
from itertools import accumulate, count, takewhile

from sympy import Sum, Symbol, exp, factorial, oo

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    definition,
)
from theory.rules import WidenSum
from verify import Exact, Mutant, check_for, mutate

mean = Real("mean", above=0, latex=r"\lambda", meaning="mean number of events", grid=(0.5, 3))
k = Natural("k", at_least=0, meaning="events that would be many", grid=(0, 1, 6, 12))
b = Real("b", at_least=1, meaning="anything from 1 on, at best k over the mean", grid=(1, 2, 4))
j = Symbol("j", integer=True, nonnegative=True)

term = exp(-mean) * mean**j / factorial(j)
many = Observable(
    "many",
    (mean, k),
    latex=r"\mathbb{P}(X \ge k)",
    meaning="probability that a Poisson variable is k or more",
    definition=Sum(term, (j, k, oo)),
)

chernoff = Claim(
    id="rare.chernoff",
    title="Chernoff's bound for the Poisson law",
    says="Each term with j >= k is weighted by b^(j - k), which is at least 1; then all are added.",
    statement=Bound(many(mean, k), "<=", exp(mean * (b - 1)) / b**k),
    domain=Domain(mean, k, b),
    source=Source(None, "textbooks", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
    observables=(many,),
    derivation=Derivation(
        Step(Sum(term, (j, k, oo)), by=definition),
        Step(Sum(term * b ** (j - k), (j, k, oo)), by=Termwise(Nonnegative("<="))),
        Step(Sum(term * b ** (j - k), (j, 0, oo)), by=WidenSum()),
        Step(exp(mean * (b - 1)) / b**k, by=ExactSum()),
    ),
)


@check_for(chernoff, resolution=1e-9)
def add(mean, k, b):
    """Add the terms from the k-th on, each made from the one before, until they no longer count.

    A check takes all parameters, here also the one of which only the bound speaks.
    """
    first = math.exp(-mean) * math.prod(mean / i for i in range(1, k + 1))
    terms = accumulate(count(k + 1), lambda value, i: value * mean / i, initial=first)
    return Exact(math.fsum(takewhile(lambda value: value > 1e-30, terms)), 1e-15)


mutate(
    chernoff,
    Mutant("half the exponent", Bound(many(mean, k), "<=", exp(mean * (b - 1) / 2) / b**k)),
    Mutant("one event more", Bound(many(mean, k), "<=", exp(mean * (b - 1)) / b ** (k + 1))),
)
