"""A user's own theorem: is a given coupon still missing after m draws?

Run it with ``assay run docs/examples/coupons.py``. The first two claims are true; the third looks
as good as the second, and is false.
"""

import numpy as np
from sympy import Product, Rational, Symbol, exp

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from verify import Exact, Mutant, Sampled, check_for, mutate

# The parameters, with the values that are looked at unless a check says otherwise.
n = Natural("n", at_least=2, meaning="number of coupons", grid=(2, 3, 10, 50))
m = Natural("m", at_least=0, meaning="number of draws", grid=(0, 1, 5, 20))
j = Symbol("j", integer=True, positive=True)

missing = Observable(
    "missing",
    (n, m),
    latex=r"\mathbb{P}(\text{missing})",
    meaning="probability that the first coupon is in none of m independent uniform draws",
    definition=Product(1 - 1 / n, (j, 1, m)),
)
own_work = Source(None, "an example", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

missing_probability = Claim(
    id="coupons.missing-probability",
    title="A coupon is missing after m draws with probability (1 - 1/n)^m",
    says="Each draw misses the coupon with probability 1 - 1/n, and the draws are independent.",
    statement=Identity(missing(n, m), (1 - 1 / n) ** m),
    domain=Domain(n, m),
    source=own_work,
    observables=(missing,),
    derivation=Derivation(
        Step(Product(1 - 1 / n, (j, 1, m)), by=definition),
        Step((1 - 1 / n) ** m, by=ExactSum()),
    ),
)


@check_for(missing_probability, resolution=0.01)
def simulate(n, m, stream):
    """Draw coupons, and look whether the first is missing."""

    def batch(generator, count):
        draws = generator.integers(1, n + 1, size=(count, m))
        return ~np.any(draws == 1, axis=1)

    return Sampled.batched(stream, batch, bernoulli=True)


mutate(
    missing_probability,
    Mutant("one draw more", Identity(missing(n, m), (1 - 1 / n) ** (m + 1))),
)


def exponential_bound(name: str, rate: object) -> Claim:
    """The claim that the probability is at most exp(-m * rate)."""
    return Claim(
        id=f"coupons.{name}",
        title="An exponential bound for a missing coupon",
        says="The probability that a coupon is missing falls exponentially in the number of draws.",
        statement=Bound(missing(n, m), "<=", exp(-m * rate)),
        domain=Domain(n, m),
        source=own_work,
        observables=(missing,),
        uses=("coupons.missing-probability",),
    )


upper_bound = exponential_bound("upper-bound", 1 / n)
too_good = exponential_bound("too-good", 1 / (n - Rational(3, 5)))


def exact(n, m):
    """The probability by multiplying floats."""
    return Exact(float(np.prod(np.full(m, 1 - 1 / n))), 1e-12)


check_for(upper_bound, resolution=1e-9)(exact)
check_for(too_good, resolution=1e-9)(exact)
mutate(too_good, survives={"sense flipped": "the reverse is true, and attained without a draw"})
