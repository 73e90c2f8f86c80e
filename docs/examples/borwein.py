"""Identity: the integral of sin(x)/x, times sin(x/3)/(x/3), times sin(x/5)/(x/5), ... is pi.

It looks true for ever and is true for the first seven. With the eighth factor the integral falls
short of pi by 5e-11: the mutant leaves the domain, and shows what the resolution is for.

Run it with ``assay run docs/examples/borwein.py``.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import factorial, pi, prod

import sympy

from theory import Claim, Domain, Identity, Natural, Observable, Seen, Source, Standing
from verify import Exact, Mutant, check_for, mutate

n = Natural("n", at_least=0, at_most=6, meaning="factors after the first", grid=range(7))

integral = Observable(
    "integral",
    (n,),
    latex="I_n",
    meaning="integral over the line of the product of sin(ax) / (ax), a = 1, 1/3, ..., 1/(2n + 1)",
)

borwein = Claim(
    id="borwein.pi",
    title="The first seven Borwein integrals are pi",
    says="They are as long as 1/3 + 1/5 + ... + 1/(2n + 1) is below 1.",
    statement=Identity(integral(n), sympy.pi),
    domain=Domain(n),
    source=Source(None, "Borwein, 2001", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE),
    observables=(integral,),
)


@check_for(borwein, resolution=1e-12)
def integrate(n):
    """The integral by Fourier inversion: a sum over all signs of the frequencies, in fractions."""
    first, *others = (Fraction(1, 2 * i + 1) for i in range(n + 1))
    total = Fraction(0)
    for signs in product((1, -1), repeat=n):
        edge = first + sum(sign * a for sign, a in zip(signs, others, strict=True))
        total += prod(signs) * edge**n * (1 if edge > 0 else -1)
    share = total / (2**n * factorial(n) * prod(others))
    return Exact(pi * float(share), 1e-14)


eighth = Domain(replace(n, at_most=7))
mutate(
    borwein,
    Mutant("and the eighth", domain=eighth, points=[{"n": 7}]),
    Mutant("a third less", Identity(integral(n), 2 * sympy.pi / 3)),
)
