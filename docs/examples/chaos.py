"""Identity: where is a point of the interval after n steps of x -> 4 x (1 - x)?

An iteration is written `Iterate(map, (variable, start, times))`, and `ClosedForm` proves a formula
for it by induction.

Run it with ``assay run docs/examples/chaos.py``.
"""

import math

from sympy import Symbol, cos, sin

from theory import (
    Claim,
    Derivation,
    Domain,
    Identity,
    Iterate,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from theory.rules import ClosedForm
from verify import Exact, Mutant, check_for, mutate

n = Natural("n", at_least=0, meaning="steps", grid=(0, 1, 2, 8))
t = Real("t", at_least=0, at_most=1, meaning="angle of the start", grid=(0, 0.2, 0.7, 1))
x = Symbol("x", real=True)
i = Symbol("i", integer=True, nonnegative=True)

place = Observable(
    "place",
    (n, t),
    latex="x_n",
    meaning="the point after n steps of x -> 4 x (1 - x) from the square of sin t",
    definition=Iterate(4 * x * (1 - x), (x, sin(t) ** 2, n)),
)

logistic = Claim(
    id="chaos.logistic",
    title="The logistic map doubles an angle",
    says="If x is the square of the sine of an angle, then 4 x (1 - x) is that of twice the angle.",
    statement=Identity(place(n, t), sin(2**n * t) ** 2),
    domain=Domain(n, t),
    source=Source(None, "Ulam and von Neumann, 1947", Seen.RECOLLECTION, Standing.DERIVED_HERE),
    observables=(place,),
    derivation=Derivation(
        Step(place.definition, by=definition),
        Step(sin(2**n * t) ** 2, by=ClosedForm(sin(2**i * t) ** 2, i)),
    ),
)


@check_for(logistic, resolution=1e-6)
def iterate(n, t):
    """Step by step; an error at most quadruples in a step."""
    value = math.sin(t) ** 2
    for _ in range(n):
        value = 4 * value * (1 - value)
    return Exact(value, 4**n * 1e-15)


mutate(
    logistic,
    Mutant("not doubled", Identity(place(n, t), sin(2 * n * t) ** 2)),
    Mutant("the other leg", Identity(place(n, t), cos(2**n * t) ** 2)),
)
