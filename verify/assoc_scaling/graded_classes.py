"""Does the error of power-law weights with any number of classes have the claimed constant?"""

from __future__ import annotations

from functools import lru_cache

from sympy import Rational, log, oo, zeta

from numerics.assoc_scaling import graded_classes as numerics
from theory import Equivalent
from theory.assoc_scaling import graded_classes as theory
from theory.assoc_scaling.graded_classes import M, b, d, decay
from theory.assoc_scaling.schemes import b as decay_of_two
from theory.assoc_scaling.schemes import d as dimension_of_two
from theory.assoc_scaling.schemes import rho_rate
from verify import Exact, Mutant, check_for, mutate


@lru_cache(maxsize=64)
def crowding(alpha, b, M):
    """The moment in the constant, the same in all dimensions."""
    return Exact(*numerics.crowding(float(alpha), float(b), M))


def graded(alpha, b, M, d):
    """The error, and the moment in its constant."""
    error = Exact(*numerics.graded_error(float(alpha), float(b), M, d))
    return {"graded_classes_error": error, "graded_crowding": crowding(alpha, b, M)}


check_for(
    theory.many_classes_rho_rate,
    resolution=2e-3,
    points=[
        {"alpha": exponent, "b": power, "M": classes, "d": 10**3}
        for exponent, power, classes in (
            (2, 2, 3),
            (2, 1, 2),
            (Rational(3, 2), Rational(3, 4), 3),
        )
    ],
    ladder=tuple(10**e for e in (3, 4, 6, 9)),
)(graded)

error, limit = theory.many_classes_rho_rate.statement.sides
two_classes = rho_rate.statement.rhs.subs(
    {decay_of_two.symbol: b, dimension_of_two.symbol: d.symbol}, simultaneous=True
)


def another(moment):
    """Measurements in which the moment is of other parameters."""

    def measure(alpha, b, M, d):
        measured = graded(alpha, b, M, d)
        measured["graded_crowding"] = crowding(*moment(alpha, b, M))
        return measured

    return measure


MANY = [{"alpha": 2, "b": 2, "M": 3, "d": 10**3}]
mutate(
    theory.many_classes_rho_rate,
    Mutant("the constant of two classes", Equivalent(error, two_classes, as_=(d, oo)), points=MANY),
    Mutant(
        "M - 1 times the constant of two classes",
        Equivalent(error, (M - 1) * two_classes, as_=(d, oo)),
        points=MANY,
    ),
    Mutant("with a logarithm", Equivalent(error, limit * log(d), as_=(d, oo))),
    Mutant("without the 1/M", Equivalent(error, M * limit, as_=(d, oo))),
    Mutant(
        "the sum of the squared weights of all classes in the place of that of weights",
        Equivalent(error, limit * zeta(2 * decay), as_=(d, oo)),
    ),
    Mutant("one class more", measure=another(lambda a, b, m: (a, b, m + 1))),
    Mutant("weights of slower decay", measure=another(lambda a, b, m: (a, 0.9 * b, m))),
)
