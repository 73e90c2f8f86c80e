"""Does elimination keep the mode as surely as claimed? Exact laws of counts, and simulated runs."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from sympy import exp, log, pi, zeta

from numerics.mode_estimation import elimination as numerics
from numerics.mode_estimation.elimination_runs import elimination_runs
from theory import Bound, Domain
from theory.mode_estimation import elimination as theory
from theory.mode_estimation.elimination import L, c, delta, m, t, valid
from verify import Exact, Mutant, Sampled, check_for, mutate

check_for(
    theory.elim_hoeffding,
    resolution=1e-15,  # equality at 0
    absolute=True,
    boxes=0,
    points=[
        {"r": share, "t": tilt}
        for share in (0, Fraction(1, 10), Fraction(1, 4), Fraction(1, 2))
        for tilt in (0, Fraction(1, 100), Fraction(1, 2), 1, 3, 10)
    ],
)(None)
half_square = t**2 / 2
mutate(
    theory.elim_hoeffding,
    Mutant("9/10 of it", Bound(log(theory.tilted(t.symbol)), "<=", half_square * 9 / 10)),
    Mutant(
        "a larger share",
        points=[{"r": Fraction(3, 5), "t": Fraction(1, 10)}],
        domain=Domain(theory.r_any, t),
    ),
)


@check_for(
    theory.elim_lead,
    resolution=1e-12,
    points=[
        {"r": share, "c": constant, "L": level, "s": samples}
        for share in (0, 0.25, 0.45, 0.5)
        for constant, level in ((1, 1), (1, 5), (4, 5), (4, 25), (24, 10))
        for samples in (1, 10, 100, 2000)
    ],
)
def _(r, c, L, s):
    return Exact(*numerics.lead_probability(r, c * L, s))


lead = theory.lead_probability()
mutate(
    theory.elim_lead,
    Mutant("exp(-c L / 2)", Bound(lead, "<=", exp(-c * L / 2))),
    Mutant("exp(-c L / 3)", Bound(lead, "<=", exp(-c * L / 3))),
    Mutant(
        "a rival that is more likely than the mode",
        domain=Domain(theory.r_any, c, L, theory.s),
        points=[{"r": 0.6, "c": 1, "L": 5, "s": 2000}],
    ),
)


@cache
def law(p, delta, c, horizon):
    """The exact law of the counts of two or three classes, up to a horizon."""
    if len(p) == 2:
        return numerics.two_class_elimination(float(p[0]), delta, float(c), horizon)
    return numerics.three_class_elimination([float(q) for q in p], delta, float(c), horizon)


def horizon(p, c):
    """Long enough for nearly all runs to end."""
    gap = float(p[0] - p[1]) ** 2 / float(p[0])
    return int(120 * c / gap) if len(p) == 2 else min(int(60 * c / gap), 650)


def error(m, p, delta, c):
    """The probability that the mode is dropped: by the horizon, or at most by what is left."""
    found = law(tuple(p), delta, c, horizon(p, c))
    error = found.error * found.relative + found.running + found.lost
    return Exact(found.error, error)


def laws(constants, errors=(Fraction(1, 2), Fraction(1, 10), Fraction(1, 10**6))):
    """Two and three classes, at constants and errors."""
    hundredths = [(60, 40), (90, 10), (90, 8, 2)]
    return [
        {"m": len(p), "p": tuple(Fraction(q, 100) for q in p), "delta": e, "c": k}
        for p in hundredths
        for e in errors
        for k in constants
    ]


def at_constant(points):
    """The points without their constant."""
    return [{name: value for name, value in point.items() if name != "c"} for point in points]


SHARP = [point for point in laws((2.5, 4, 6, 24)) if point["m"] == 2 or point["c"] == 2.5]
check_for(theory.elim_pac_sharp, resolution=1e-12, points=SHARP)(error)

# Two classes that are nearly as likely as each other, and a tiny error: the exponent shows.
TINY = {
    "m": 2,
    "p": (Fraction(5001, 10_000), Fraction(4999, 10_000)),
    "delta": Fraction(1, 10**100),
    "c": 2.5,
}


def error_within(samples, growing=True):
    """A measurement of the probability that the mode is dropped within so many samples."""

    def measure(m, p, delta, c=4):
        found = numerics.two_class_elimination(
            float(p[0]), delta, float(c), samples, growing=growing
        )
        return Exact(found.error, found.error * found.relative + found.lost)

    return measure


def sharp(power):
    """The claim with another power of the error that is asked for."""
    bound = (m - 1) * zeta(valid / 2) * (delta / (pi**2 * m)) ** power
    return Bound(theory.mode_dropped(), "<=", bound)


mutate(
    theory.elim_pac_sharp,
    Mutant("power c / 3", sharp(valid / 3), points=[TINY], measure=error_within(40_000)),
    Mutant("power c / 2", sharp(valid / 2), points=[TINY], measure=error_within(40_000)),
)


def runs(m, p, delta, constant, stream, cap=2**40):
    """Simulated runs: whether the mode was dropped."""

    def draw(first, count):
        return elimination_runs(p, delta, constant, cap, stream, first, count).mode_dropped

    return Sampled(draw, bernoulli=True)


def geometric(classes):
    """Probabilities that halve from class to class."""
    total = 2**classes - 1
    return tuple(Fraction(2 ** (classes - 1 - k), total) for k in range(classes))


MANY = [{"m": k, "p": geometric(k), "delta": Fraction(1, 10)} for k in (5, 10)]


@check_for(
    theory.elim_pac_four,
    resolution=0.01,
    points=[*at_constant(laws((4,))), *MANY],
    full={"resolution": 0.003, "budget": 100_000},
)
def _(m, p, delta, stream):
    return error(m, p, delta, 4) if m <= 3 else runs(m, p, delta, 4, stream)


def with_constant(constant, cap=100_000):
    """A measurement with a smaller constant: within so many samples."""

    def measure(m, p, delta):
        return error_within(cap)(m, p, delta, constant)

    return measure


def near(delta):
    """Two classes that are nearly as likely as each other."""
    return [{"m": 2, "p": (Fraction(501, 1000), Fraction(499, 1000)), "delta": delta}]


mutate(
    theory.elim_pac_four,
    Mutant("the constant 1", points=near(Fraction(1, 1000)), measure=with_constant(1, 20_000)),
    Mutant("the constant 2", points=near(Fraction(1, 10**16)), measure=with_constant(2, 20_000)),
    Mutant("the constant 3", points=near(Fraction(1, 10**100)), measure=with_constant(3, 20_000)),
    Mutant(
        "no n in the logarithm",
        points=[
            {"m": 2, "p": (Fraction(5001, 10_000), Fraction(4999, 10_000)), "delta": Fraction(1, 2)}
        ],
        measure=error_within(50_000, growing=False),
    ),
)


@check_for(
    theory.elim_pac,
    resolution=0.01,
    points=[
        *[point for point in at_constant(laws((24,))) if point["m"] == 2],
        {
            "m": 3,
            "p": (Fraction(97, 100), Fraction(2, 100), Fraction(1, 100)),
            "delta": Fraction(1, 2),
        },
        *MANY[:1],
    ],
    full={"resolution": 0.003, "budget": 100_000},
)
def _(m, p, delta, stream):
    return error(m, p, delta, 24) if m <= 3 else runs(m, p, delta, 24, stream)


mutate(
    theory.elim_pac,
    Mutant("the constant 1", points=near(Fraction(1, 1000)), measure=with_constant(1, 20_000)),
    Mutant("the constant 2", points=near(Fraction(1, 10**16)), measure=with_constant(2, 20_000)),
)
