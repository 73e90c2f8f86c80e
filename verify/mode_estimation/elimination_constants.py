"""Are small confidence constants as bad as claimed? Exact laws of two and three classes."""

from __future__ import annotations

import math
from fractions import Fraction

from sympy import Rational, log, oo

from numerics.mode_estimation import elimination as numerics
from numerics.mode_estimation.elimination_runs import elimination_runs
from theory import Bound, Domain, Equivalent, Identity, Rate
from theory.mode_estimation import elimination_constants as theory
from theory.mode_estimation.elimination import delta, m
from theory.mode_estimation.elimination_constants import N, bits, c, j, mode, n, p
from verify import Exact, Mutant, Sampled, check_for, mutate

TENTHS = [(6, 4), (9, 1), (7, 2, 1), (4, 3, 3)]
SMALL = [
    {"m": len(q), "p": tuple(Fraction(k, 10) for k in q), "delta": e, "c": constant}
    for q in TENTHS
    for e, constant in ((Fraction(1, 2), Fraction(1, 5)), (Fraction(1, 100), Fraction(1, 10)))
]
WIDE = Fraction(1, 8)
MANY = {
    "m": 1000,
    "p": (1 - WIDE, *[WIDE / 999] * 999),
    "delta": Fraction(1, 512),
    "c": Fraction(6, 100),
}


def first_error(m, p, delta, c, stream):
    """The probability that the mode is dropped, within so few samples that the law is exact."""
    if m > 3:

        def draw(first, count):
            runs = elimination_runs(p, delta, c, 100, stream, first, count)
            return runs.mode_dropped

        return Sampled(draw, bernoulli=True)
    if m == 2:
        found = numerics.two_class_elimination(float(p[0]), delta, float(c), 100)
    else:
        found = numerics.three_class_elimination([float(q) for q in p], delta, float(c), 100)
    return Exact(found.error, found.error * found.relative + found.lost + 1e-15)


check_for(
    theory.elim_constant_one_sample,
    resolution=0.01,
    points=[*SMALL, MANY],
    full={"resolution": 0.003},
)(first_error)
mutate(
    theory.elim_constant_one_sample,
    Mutant("the probability of the mode", Identity(theory.first_error(), p[1])),
    Mutant(
        "for every constant",
        points=[{**point, "c": 1} for point in SMALL[:2]],
        domain=Domain(m, p, delta, c),
    ),
)


@check_for(
    theory.calibrated_constants,
    resolution=0,
    points=[{"c": Fraction(k, 100)} for k in (1, 5, 10, 15, 18, 20, 25, 28, 29, 30)],
)
def _(c):
    # What is still running by then may or may not be wrong in the end.
    error, running = numerics.exact_two_class_error(Fraction(3, 5), Fraction(1, 10), c, 200)
    return Exact(error + running / 2, float(running) * 0.5000001)


mutate(
    theory.calibrated_constants,
    Mutant(
        "published: the error is at most delta",
        Bound(theory.error_at_tenth(), "<=", Rational(1, 10)),
        points=[{"c": Fraction(3, 10)}, {"c": Fraction(1, 10)}],
        published=True,
    ),
    Mutant(
        "more than 0.12",
        Bound(Rational(12, 100), "<=", theory.error_at_tenth()),
        measure=lambda c: Exact(*_within(c, 400)),
    ),
    Mutant(
        "for the constant 4/10 as well",
        points=[{"c": Fraction(4, 10)}],
        domain=Domain(c),
        measure=lambda c: Exact(*_within(c, 400)),
    ),
)


def _within(constant, samples):
    """The error at probabilities 0.6 and 0.4 and delta = 0.1, by so many samples at least."""
    found = numerics.two_class_elimination(0.6, 0.1, float(constant), samples)
    return found.error, found.error * found.relative + found.running + found.lost


def reflections():
    """Ends of walks at which the mode has been dropped."""
    for probability in (Fraction(51, 100), Fraction(3, 5), Fraction(9, 10)):
        for error, constant, samples in (
            (0.5, 1.0, 20),
            (0.1, 0.3, 50),
            (1e-3, 1.0, 400),
            (1e-16, 2.0, 3000),
        ):
            level = math.log(2 * math.pi**2 * samples**2 / error)
            rival = next(
                k
                for k in range(samples // 2 + 1, samples + 1)
                if (2 * k - samples) ** 2 > constant * k * level
            )
            lead = 1 + math.floor(constant * math.log(2 * math.pi**2 / error))
            for extra in (0, 3):
                yield {
                    "P": probability,
                    "delta": error,
                    "c": constant,
                    "n": samples,
                    "j": min(rival + extra, samples),
                    "d": lead,
                }


@check_for(theory.elim_constant_reflection, resolution=1e-9, points=list(reflections()))
def _(P, delta, c, n, j, d):
    found = numerics.two_class_elimination(float(P), delta, c, n)
    return Exact(found.error, found.error * found.relative + found.lost)


weight = mode ** (n - j) * (1 - mode) ** j


def reflected(bound):
    """The claim with another bound."""
    return Bound(bound, "<=", theory.error_by())


mutate(
    theory.elim_constant_reflection,
    Mutant("all paths, one sample more", reflected(weight * theory.paths * n / mode)),
    Mutant("the chances exchanged", reflected(mode**j * (1 - mode) ** (n - j) * theory.paths)),
)


@check_for(
    theory.elim_constant_four,
    resolution=0.05,
    points=[{"y": lead, "c": k, "bits": 1} for lead, k in ((0.2, 1), (0.3, 1), (0.2, 1.5))],
    ladder=(200, 400, 800, 1200, 1800),
)
def _(y, c, bits):
    samples = int(c * (1 + y) / (2 * y**2) * bits * math.log(2))
    found = numerics.two_class_elimination(0.5, Fraction(1, 2**bits), float(c), samples)
    return Exact(found.error, found.error * found.relative + found.lost)


def power(exponent):
    """The claim that the error is delta to this power."""
    return Rate(theory.late_error(), bits, -exponent * log(2), "exponential")


mutate(
    theory.elim_constant_four,
    Mutant("c / 4", power(c / 4)),
    Mutant("c / 2", power(c / 2)),
    Mutant("1 for every constant", power(Rational(1))),
)

check_for(
    theory.elim_constant_four_exponent,
    resolution=1e-3,
    points=[{"N": 2, "c": constant} for constant in (1, 2, 4)],
    ladder=(10, 10**2, 10**3, 10**4),
)(None)
mutate(
    theory.elim_constant_four_exponent,
    Mutant(
        "c / 2", Equivalent(theory.elim_constant_four_exponent.statement.lhs, c / 2, as_=(N, oo))
    ),
)
