"""Is the least error over all weights, between the dual function and a feasible point, as said?"""

from __future__ import annotations

from functools import cache

from sympy import Rational, log, oo, pi, sqrt, zeta

from numerics.assoc_scaling import least_error as numerics
from numerics.assoc_scaling import minimax as errors
from theory import Bound, Equivalent
from theory.assoc_scaling import least_error as theory
from theory.assoc_scaling.least_error import constant
from theory.assoc_scaling.minimax import alpha, d
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_scaling.minimax import EXPONENTS, FAMILIES, graded, weights


def weighted(stream, count):
    """Memories with weights of all families, and with the best ones; multipliers about the best."""
    for exponent, dimension, multiplier in ((1.25, 3, 0.05), (2, 10, 0.1), (3, 100, 1e-3)):
        for size, kinds in ((4, ("uniform", "one-hot")), (40, FAMILIES)):
            for kind in kinds:
                yield {
                    "alpha": exponent,
                    "N": size,
                    "d": dimension,
                    "q": weights(kind, size, size),
                    "m": multiplier,
                }
    for exponent, dimension, multiplier in ((2, 5, 0.12), (3, 10, 0.06)):
        yield {
            "alpha": exponent,
            "N": 60,
            "d": dimension,
            "q": graded(exponent, dimension, 60),
            "m": multiplier,
        }


@check_for(theory.minimax_dual, resolution=1e-9, points=weighted)
def _(alpha, N, d, q, m):
    return {
        "zipf_error": Exact(*errors.zipf_single_class_error(alpha, q, d)),
        "dual": Exact(*numerics.dual(alpha, d, m)),
    }


error, dual = theory.minimax_dual.statement.terms
multiplier = theory.multiplier
mutate(
    theory.minimax_dual,
    Mutant("the multiplier not subtracted", Bound(error, ">=", dual + multiplier)),
    Mutant("half the multiplier subtracted", Bound(error, ">=", dual + multiplier / 2)),
)


def near_the_best(stream, count):
    """Multipliers near that of the closed forms, rounded."""
    for exponent in (1.05, 1.5, 3):
        for dimension in (3, 10, 1000):
            best = float(theory.at_best.subs({alpha.symbol: exponent, d.symbol: dimension}).evalf())
            for power, factor in ((0.5, 1), (0.9, 1), (0.1, 4)):
                yield {
                    "alpha": exponent,
                    "d": dimension,
                    "m": float(f"{best * factor:.3g}"),
                    "s": power,
                }


@cache
def dual_at(alpha, d, m):
    """The dual function, which does not depend on the free exponent."""
    return numerics.dual(alpha, d, m)


@check_for(
    theory.minimax_dual_bracket,
    resolution=1e-8,
    points=near_the_best,
)
def _(alpha, d, m, s):
    return Exact(*dual_at(alpha, d, m))


closed, gap, best = theory.closed, theory.gap, theory.least
mutate(
    theory.minimax_dual_bracket,
    Mutant("upper bound times 0.99", Bound(dual, "<=", Rational(99, 100) * closed)),
    Mutant("lower bound without a gap", Bound(theory.dual_floor(0), "<=", dual)),
    Mutant("an eighth of the gap", Bound(theory.dual_floor(gap / 8), "<=", dual)),
)


@cache
def least(alpha, d):
    """The least error over all weights, bounded from both sides."""
    return Exact(*numerics.least_error(alpha, d))


@check_for(
    theory.minimax_bracket,
    resolution=1e-8,
    points=[
        {"alpha": exponent, "d": dimension, "s": power}
        for exponent in EXPONENTS
        for dimension in (3, 10, 1000)
        for power in (0.1, 0.5, 0.9)
    ],
)
def _(alpha, d, s):
    return least(alpha, d)


mutate(
    theory.minimax_bracket,
    Mutant("upper bound times 0.99", Bound(best, "<=", Rational(99, 100) * closed)),
    Mutant("lower bound without a gap", Bound(closed, "<=", best)),
    Mutant("an eighth of the gap", Bound(closed * (1 - gap / 8), "<=", best)),
)

check_for(
    theory.minimax_sharp,
    resolution=1e-2,
    points=[{"alpha": exponent, "d": 10} for exponent in (1.25, 1.5, 2, 2.5, 3)],
    ladder=(30, 100, 300, 1000, 3000, 10**4, 3 * 10**4, 10**5),
)(least)


def sharp(value):
    """The claim that the least error is asymptotically this multiple of the power."""
    return Equivalent(best, value / zeta(alpha) * d ** (1 - alpha), as_=(d, oo))


mutate(
    theory.minimax_sharp,
    Mutant("power 1 of 4 pi alpha", sharp(constant / sqrt(pi * alpha))),
    Mutant("without the factor 1/2 of the integration by parts", sharp(2 * constant)),
    Mutant("a logarithm more", sharp(constant * log(d) ** (alpha - 1))),
)
