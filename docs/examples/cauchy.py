"""Identity and Bound: the Cauchy-Schwarz inequality for vectors of any length.

A `Vector` has entries x[1], ..., x[n]; its values are given point by point. Finite sums
are multiplied out by `algebra`; that a sum of squares is left over is Lagrange's identity.

Run it with ``assay run docs/examples/cauchy.py``.
"""

from sympy import Sum, Symbol

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Identity,
    Natural,
    Nonnegative,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    algebra,
    definition,
)
from verify import Mutant, check_for, mutate

n = Natural("n", at_least=1, meaning="entries")
x = Vector("x", length=n, entry=Real("x"))
y = Vector("y", length=n, entry=Real("y"))
i, j = Symbol("i", integer=True, positive=True), Symbol("j", integer=True, positive=True)
textbook = Source(None, "Lagrange, 1773", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE)


def total(term):
    """The sum of a term over all entries."""
    return Sum(term, (i, 1, n))


lengths = total(x[i] ** 2) * total(y[i] ** 2)
product = total(x[i] * y[i])
areas = Sum(total((x[i] * y[j] - x[j] * y[i]) ** 2), (j, 1, n)) / 2

lagrange = Claim(
    id="cauchy.lagrange",
    title="Lagrange's identity",
    says="What the squared product lacks is the sum of the squared areas of all pairs of entries.",
    statement=Identity(lengths - product**2, areas),
    domain=Domain(n, x, y),
    source=textbook,
    derivation=Derivation(
        Step(lengths - product**2, by=definition),
        Step(areas, by=algebra),
    ),
)

schwarz = Claim(
    id="cauchy.schwarz",
    title="The square of a scalar product is at most the product of the squared lengths",
    says="A sum of squares is dropped.",
    statement=Bound(product**2, "<=", lengths),
    domain=Domain(n, x, y),
    source=textbook,
    derivation=Derivation(
        Step(lengths, by=definition),
        Step(product**2 + areas, by=algebra),
        Step(product**2, by=Nonnegative(">=")),
    ),
)

vectors = [
    {"n": 1, "x": (3.0,), "y": (-2.0,)},
    {"n": 3, "x": (1.0, 2.0, 3.0), "y": (2.0, 4.0, 6.5)},
    {"n": 4, "x": (1.0, 0.0, -1.0, 0.5), "y": (0.25, 3.0, -1.0, 0.0)},
]
check_for(lagrange, resolution=1e-9, points=vectors)(None)
check_for(schwarz, resolution=1e-9, points=vectors)(None)
mutate(lagrange, Mutant("every pair once", Identity(lengths - product**2, 2 * areas)))
mutate(schwarz, Mutant("an entry less", Bound(product**2, "<=", lengths - x[1] ** 2 * y[1] ** 2)))
