"""Bound: means of two numbers, and the logarithm of 1 + x, on their whole domains.

Nothing is measured here: formulas are compared with formulas, at points and then by interval
arithmetic on boxes that cover the domain.

Run it with ``assay run docs/examples/means.py``.
"""

from sympy import Integral, Symbol, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactIntegral,
    Nonnegative,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from verify import Mutant, check_for, mutate

textbook = Source(None, "textbooks", seen=Seen.RECOLLECTION, standing=Standing.DERIVED_HERE)

s = Real("s", at_least=0, meaning="root of the first number", grid=(0, 0.1, 1, 3))
t = Real("t", at_least=0, meaning="root of the second number", grid=(0.5, 1, 7))

two_means = Claim(
    id="means.two",
    title="The geometric mean of two numbers is at most their arithmetic mean",
    says="They differ by half the square of the difference of the roots.",
    statement=Bound(s * t, "<=", (s**2 + t**2) / 2),
    domain=Domain(s, t),
    source=textbook,
    derivation=Derivation(
        Step((s**2 + t**2) / 2, by=definition),
        Step(s * t + (s - t) ** 2 / 2, by=algebra),
        Step(s * t, by=Nonnegative(">=")),
    ),
)
check_for(two_means, resolution=1e-9)(None)
mutate(
    two_means,
    Mutant("harmonic mean", Bound(s * t, "<=", 2 * s**2 * t**2 / (s**2 + t**2))),
)

x = Real("x", at_least=0, grid=(0, 0.1, 1, 10))
v = Symbol("v", real=True)

logarithm = Claim(
    id="means.logarithm",
    title="log(1 + x) is between x / (1 + x) and x",
    says="The integral of 1 / (1 + v) is between its length times the least and the largest value.",
    statement=Bound(x / (1 + x), "<=", log(1 + x), "<=", x),
    domain=Domain(x),
    source=textbook,
    derivation=Derivation(
        Step(log(1 + x), by=definition),
        Step(Integral(1 / (1 + v), (v, 0, x)), by=ExactIntegral()),
        Step(Integral(1, (v, 0, x)), by=Termwise(Nonnegative("<="))),
        Step(x, by=ExactIntegral()),
        Step(log(1 + x), by=definition),
        Step(Integral(1 / (1 + v), (v, 0, x)), by=ExactIntegral()),
        Step(Integral(1 / (1 + x), (v, 0, x)), by=Termwise(Nonnegative(">="))),
        Step(x / (1 + x), by=ExactIntegral()),
    ),
)
check_for(logarithm, resolution=1e-9)(None)
mutate(
    logarithm,
    Mutant("the tangent half way", Bound(2 * x / (2 + x), "<=", log(1 + x), "<=", 2 * x / (2 + x))),
    Mutant("a square less", Bound(x / (1 + x), "<=", log(1 + x), "<=", x - x**2 / 2)),
)
