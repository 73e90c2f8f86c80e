"""ForAll: Wilson's theorem, on every number up to 2000.

Run it with ``assay run docs/examples/wilson.py``.
"""

from theory import Claim, Domain, ForAll, Natural, Seen, Source, Standing
from verify import Exhaustive, Mutant, check_for, mutate

largest = Natural("largest", at_least=2, meaning="largest number that is tried", grid=(2000,))


def is_prime(n):
    """By trial division, as in the definition."""
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


wilson = Claim(
    id="wilson.theorem",
    title="n divides (n - 1)! + 1 exactly if n is prime",
    says="A criterion for primes that is true and useless.",
    statement=ForAll("$n$ from 2 on", "$n$ divides $(n-1)! + 1$ exactly if $n$ is prime"),
    domain=Domain(largest),
    source=Source(None, "Lagrange, 1771", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
)


def cases(largest, shift):
    """Whether n divides (n - 1)! + shift exactly if n is prime, n = 2, 3, ..."""
    factorial = 1
    for n in range(2, largest + 1):
        yield n, ((factorial + shift) % n == 0) == is_prime(n)
        factorial *= n


@check_for(wilson, resolution=0)
def try_all(largest):
    """Carry the factorial along."""
    return Exhaustive(cases(largest, shift=1))


mutate(
    wilson,
    Mutant("minus one", measure=lambda largest: Exhaustive(cases(largest, shift=-1))),
    Mutant("no shift", measure=lambda largest: Exhaustive(cases(largest, shift=0))),
)
