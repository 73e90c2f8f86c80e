"""Do thresholds with graded weights err as claimed? Exact sums, to huge dimensions."""

from __future__ import annotations

from sympy import exp, log, oo

from numerics.assoc_scaling import graded_thresholds as sizes
from numerics.assoc_scaling import thresholds as numerics
from theory import Bound, Domain, Equivalent, NormalCDF, Rate, Real
from theory.assoc_scaling import graded_thresholds as theory
from theory.assoc_scaling import schemes as storing_all
from theory.assoc_scaling.schemes import alpha, d, n
from theory.assoc_scaling.thresholds import P, stored, tail
from verify import Exact, Mutant, check_for, mutate

check_for(
    theory.power_sum_bound,
    resolution=1e-12,
    # short fractions: harmonic numbers of others are sums of roots that no one can take
    points=[{"b": b, "P": P} for b in (0.0625, 0.25, 0.5, 1, 3) for P in (2, 3, 10, 50, 200)],
)(None)
mutate(
    theory.power_sum_bound,
    Mutant("no factor 2b + 1", Bound(theory.energy(P), "<=", P**theory.root)),
    Mutant("bounded", Bound(theory.energy(P), "<=", 1 / theory.root)),
)


@check_for(
    theory.threshold_rho_bounds,
    resolution=1e-12,
    points=[
        {"alpha": a, "b": b, "d": d, "P": P}
        for a, b in ((2, 0.2), (2, 1), (1.3, 0.05), (3, 2))
        for d in (1, 20, 1000, 10**6)
        for P in (2, 10, 1000)
    ],
)
def _(alpha, b, d, P):
    return Exact(*numerics.threshold_error(float(alpha), float(b), d, P))


graded = theory.graded_error()
mutate(
    theory.threshold_rho_bounds,
    Mutant("no crowding", Bound(graded, "<=", tail(P) / 2)),
    Mutant("exponential in d", Bound(graded, "<=", exp(-d / 2) / 2 + tail(P) / 2)),
    Mutant("all of the mass left out", Bound(tail(P), "<=", graded)),
)


def prescribed(alpha, b, d):
    """The error with d^(1/(2b + 1)) stored inputs of weights x^(-b)."""
    size = sizes.root_size(2 * float(b) + 1, d)
    return Exact(*numerics.threshold_error(float(alpha), float(b), d, size))


GRADED = [{"alpha": a, "b": b} for a, b in ((2, 0.2), (2, 0.5), (2, 1), (2, 2), (1.3, 0.4), (3, 3))]
check_for(
    theory.threshold_rho_prescribed_bounds,
    resolution=1e-12,
    points=[{**point, "d": d} for point in GRADED for d in (10**3, 10**5, 10**8)],
)(prescribed)

pruned = theory.threshold_rho_prescribed.statement.lhs
mutate(
    theory.threshold_rho_prescribed_bounds,
    Mutant("nothing fades", Bound(pruned, "<=", tail(theory.few) / 2)),
)

check_for(
    theory.threshold_rho_prescribed,
    resolution=1e-3,
    points=[{**point, "d": 1000} for point in GRADED],
    ladder=tuple(10**e for e in (8, 12, 16, 24, 32, 48, 64)),
)(prescribed)

b_ = theory.b


def rate(prediction):
    """The claim that the error is asymptotic to ``prediction``."""
    return Equivalent(pruned, prediction, as_=(d, oo))


mutate(
    theory.threshold_rho_prescribed,
    Mutant(
        "the exponent of storing everything",
        rate(tail(d ** (1 / (2 * b_))) / 2),
        [{"alpha": 2, "b": 1, "d": 1000}],
    ),
    Mutant("the exponent alpha - 1", rate(tail(d) / 2)),
    Mutant("factor 1/2 missing", rate(tail(theory.few))),
)

MILD = ((2, 0.2), (2, 0.1), (1.5, 0.15), (3, 0.3))


@check_for(
    theory.threshold_rho,
    resolution=1e-3,
    points=[
        {"alpha": a, "b": b, "k": k, "m": m, "n": 2}
        for a, b in MILD
        for k, m in ((1, 1), (4, 1), (1, 2))
    ],
    ladder=tuple(10**e for e in (2, 4, 8, 16, 32, 64)),
)
def _(alpha, b, k, m, n):
    return Exact(*numerics.threshold_error(float(alpha), float(b), k * n, m * n))


linear = theory.threshold_rho.statement


def mild(prediction):
    """The claim that the error is asymptotic to ``prediction``."""
    return Equivalent(linear.lhs, prediction, as_=(n, oo))


mutate(
    theory.threshold_rho,
    Mutant("a floor", mild(NormalCDF(-theory.edge))),
    Mutant("nothing but the inputs left out", mild(tail(stored * n) / 2)),
    Mutant("a power of log d", mild(linear.rhs * log(n + 1) ** (alpha - 1))),
    Mutant(
        "the prescribed threshold is optimal",
        Rate(linear.lhs, n, (1 - alpha) / (2 * b_ + 1)),
    ),
    Mutant("no factor 1 - 2b in the signal", mild(linear.rhs.subs(1 - 2 * b_, 1))),
)


@check_for(
    theory.threshold_rho_lower,
    resolution=1e-12,
    points=[
        {"alpha": a, "b": b, "d": d, "P": P}
        for a, b in ((2, 0.6), (2, 1), (2, 2), (1.3, 0.4), (3, 3))
        for d in (1, 10, 1000, 10**6)
        for P in (2, 10, 600, 10**5)
    ],
)
def _(alpha, b, d, P):
    return Exact(*numerics.threshold_error(float(alpha), float(b), d, P))


mutate(
    theory.threshold_rho_lower,
    Mutant(
        "as if all inputs were stored",
        Bound(storing_all.main - storing_all.remainder, "<=", graded),
        [{"alpha": 2, "b": 0.6, "d": 10**4, "P": 4500}],
    ),
    Mutant("the exponent of the prescribed threshold", Bound(tail(theory.few) / 2, "<=", graded)),
    Mutant("twice as much", Bound(2 * theory.threshold_rho_lower.statement.terms[0], "<=", graded)),
)


@check_for(
    theory.threshold_rho_steep,
    resolution=1e-10,
    points=[
        {"alpha": a, "rho": rho, "d": d, "P": P}
        for a in (1.1, 2, 3)
        for rho in (1, 1.5, 2)
        for d in (2, 10, 1000)
        for P in (2, 3, 10, 100, 3000)
    ],
)
def _(alpha, rho, d, P):
    decay = float(alpha) * float(rho)
    return {
        "all_stored": Exact(*numerics.threshold_error(float(alpha), decay, d, None)),
        "some_stored": Exact(*numerics.threshold_error(float(alpha), decay, d, P)),
    }


wider = Domain(
    alpha, Real("rho", above=0), theory.plane, P, remarks=theory.threshold_rho_steep.domain.remarks
)
mutate(
    theory.threshold_rho_steep,
    Mutant(
        "also for weights less steep",
        points=[{"alpha": 2, "rho": 0.3, "d": 100, "P": 72}],
        domain=wider,
    ),
    Mutant(
        "also in dimension 1",
        points=[{"alpha": 2, "rho": 1, "d": 1, "P": 2}],
        domain=Domain(alpha, theory.steep, d, P, remarks=wider.remarks),
    ),
)
