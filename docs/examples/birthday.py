"""Bound: in a group of k people, do all have different birthdays?

The first claim has nothing to measure: interval arithmetic certifies it on its whole domain. The
second applies it to every newcomer.

Run it with ``assay run docs/examples/birthday.py``.
"""

import numpy as np
from sympy import Integral, Sum, Symbol, exp, log

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
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
from theory.rules import Replaced
from verify import Mutant, Sampled, check_for, mutate

textbook = Source(None, "textbooks", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE)

u = Real("u", at_least=0, below=1, grid=(0, 0.25, 0.75))
v = Symbol("v", real=True)

tangent = Claim(
    id="birthday.tangent",
    title="log(1 - u) is at most -u",
    says="The logarithm is an integral of -1 / (1 - v), which is at most -1.",
    statement=Bound(log(1 - u), "<=", -u),
    domain=Domain(u),
    source=textbook,
    derivation=Derivation(
        Step(-u, by=definition),
        Step(Integral(-1, (v, 0, u)), by=ExactIntegral()),
        Step(Integral(-1 / (1 - v), (v, 0, u)), by=Termwise(Nonnegative(">="))),
        Step(log(1 - u), by=ExactIntegral()),
    ),
)
check_for(tangent, resolution=1e-9)(None)
mutate(tangent, Mutant("too steep", Bound(log(1 - u), "<=", -u - u**2)))

k = Natural("k", at_least=2, meaning="people", grid=(5, 23))
spare = Natural("spare", latex="m", meaning="days of the year beyond k", grid=(0, 342))
n = k + spare
j = Symbol("j", integer=True, positive=True)

logarithm = Sum(log(1 - j / n), (j, 1, k - 1))
above = Sum(-j / n, (j, 1, k - 1))

different = Observable(
    "different",
    (k, spare),
    latex=r"\mathbb{P}(\text{all different})",
    meaning="probability that k people, born on independent uniform days, have k birthdays",
    definition=exp(logarithm),
)

birthdays = Claim(
    id="birthday.bound",
    title="k people have different birthdays with probability at most exp(-k(k - 1) / 2n)",
    says="Each newcomer avoids j of n = k + m days; the product is taken as a sum of logarithms.",
    statement=Bound(different(k, spare), "<=", exp(-k * (k - 1) / (2 * n))),
    domain=Domain(k, spare),
    source=textbook,
    observables=(different,),
    derivation=Derivation(
        Step(exp(logarithm), by=definition),
        Step(exp(above), by=Replaced(logarithm, above, Termwise(ByClaim(tangent, {u: j / n})))),
        Step(exp(-k * (k - 1) / (2 * n)), by=ExactSum()),
    ),
)


groups = [{"k": 3, "spare": 0}, {"k": 5, "spare": 5}, {"k": 23, "spare": 342}]


@check_for(birthdays, resolution=0.01, points=groups)
def gather(k, spare, stream):
    """Draw birthdays, sort them, and look for neighbours that are the same."""

    def batch(generator, count):
        days = np.sort(generator.integers(k + spare, size=(count, k)), axis=1)
        return np.all(days[:, 1:] != days[:, :-1], axis=1)

    return Sampled.batched(stream, batch, bernoulli=True)


mutate(
    birthdays,
    Mutant("every pair counted twice", Bound(different(k, spare), "<=", exp(-k * (k - 1) / n))),
    Mutant("k squared", Bound(different(k, spare), "<=", exp(-(k**2) / (2 * n)))),
)
