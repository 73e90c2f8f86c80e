"""Identity: how long does the last of n radioactive atoms last, in mean lifetimes?

A mean of unbounded times: the check draws them, and gives a bound on the mean of their squares on
which the verdict rests (`Sampled.truncated`).

Run it with ``assay run docs/examples/clocks.py``.
"""

from sympy import Integral, Sum, Symbol, exp, harmonic, log, oo

from theory import (
    ChangeOfVariables,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
    ExactSum,
    Exchange,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    definition,
)
from verify import Mutant, Sampled, check_for, mutate

n = Natural("n", at_least=1, meaning="atoms", grid=(1, 2, 6))
t, v = Symbol("t", positive=True), Symbol("v", positive=True)
j = Symbol("j", integer=True, nonnegative=True)

longest = Observable(
    "longest",
    (n,),
    latex=r"\mathbb{E}\max_i T_i",
    meaning="mean time until the last of n atoms has decayed, in mean lifetimes",
    definition=Integral(1 - (1 - exp(-t)) ** n, (t, 0, oo)),
)

last = Claim(
    id="clocks.last",
    title="The last of n atoms decays after the n-th harmonic number of mean lifetimes",
    says="The integral of the probability that one is left, with v for exp(-t).",
    statement=Identity(longest(n), harmonic(n)),
    domain=Domain(n, remarks=("the lifetimes are independent and exponential",)),
    source=Source(None, "Renyi, 1953", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
    observables=(longest,),
    derivation=Derivation(
        Step(longest.definition, by=definition),
        Step(
            Integral((1 - (1 - v) ** n) / v, (v, 0, 1)),
            by=ChangeOfVariables(t, v, -log(v)),
        ),
        Step(Integral(Sum((1 - v) ** j, (j, 0, n - 1)), (v, 0, 1)), by=Termwise(ExactSum())),
        Step(Sum(Integral((1 - v) ** j, (v, 0, 1)), (j, 0, n - 1)), by=Exchange()),
        Step(Sum(1 / (j + 1), (j, 0, n - 1)), by=Termwise(ExactIntegral())),
        Step(harmonic(n), by=ExactSum()),
    ),
)


@check_for(last, resolution=0.1)
def wait(n, stream):
    """Draw the lifetimes; the square of the longest is below the sum of the squares: 2 n."""

    def batch(generator, count):
        return generator.exponential(size=(count, n)).max(axis=1)

    return Sampled.truncated(Sampled.batched(stream, batch).draw, at=60, moment=2 * n)


mutate(
    last,
    Mutant("the logarithm", Identity(longest(n), log(n))),
    Mutant("one atom after the other", Identity(longest(n), n)),
)
