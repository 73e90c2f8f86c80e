"""ForAll: does n divide 2^n - 2 exactly if n is prime? One half is a theorem, the other is false.

The false half holds for every n up to 340.

Run it with ``assay run docs/examples/fermat.py``.
"""

from theory import Claim, Domain, ForAll, Natural, Seen, Source, Standing
from verify import Exhaustive, Mutant, check_for, mutate

largest = Natural("largest", at_least=2, meaning="largest number that is tried", grid=(2000,))


def is_prime(n):
    """By trial division, as in the definition."""
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


def passes(n):
    """Whether n divides 2^n - 2."""
    return (2**n - 2) % n == 0


little_theorem = Claim(
    id="fermat.little",
    title="Every prime p divides 2^p - 2",
    says="Fermat's little theorem for the base 2.",
    statement=ForAll("prime $p$", "$p$ divides $2^p - 2$"),
    domain=Domain(largest),
    source=Source(None, "Fermat, 1640", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
)


@check_for(little_theorem, resolution=0)
def primes(largest):
    """Try every prime."""
    return Exhaustive((n, passes(n)) for n in range(2, largest + 1) if is_prime(n))


mutate(
    little_theorem,
    Mutant(
        "every number",
        measure=lambda largest: Exhaustive((n, passes(n)) for n in range(2, largest + 1)),
    ),
)

converse = Claim(
    id="fermat.converse",
    title="A number n from 2 on that divides 2^n - 2 is prime",
    says="It looks true for a long time, and is false: composite 341 = 11 * 31 passes.",
    statement=ForAll("$n$ from 2 on that divides $2^n - 2$", "$n$ is prime"),
    domain=Domain(largest),
    source=Source(
        None, "the Chinese hypothesis", seen=Seen.RECOLLECTION, standing=Standing.AS_STATED
    ),
)


@check_for(converse, resolution=0)
def numbers_that_pass(largest):
    """Try every number that passes."""
    return Exhaustive((n, is_prime(n)) for n in range(2, largest + 1) if passes(n))


mutate(
    converse,
    survives={"some input fails": "it is the truth: 341 passes and is not prime"},
)
