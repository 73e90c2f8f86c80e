"""How long does elimination take, and can it go on for ever? Exact laws of counts."""

from __future__ import annotations

import math
from fractions import Fraction

from sympy import Rational, log, oo

from numerics.mode_estimation import elimination as numerics
from theory import Bound, Domain, Equivalent
from theory.mode_estimation import elimination_time as theory
from theory.mode_estimation.elimination import c
from theory.mode_estimation.elimination_horizon import u
from theory.mode_estimation.elimination_time import bits
from verify import Exact, Mutant, check_for, mutate


@check_for(
    theory.elim_horizon_rate,
    resolution=0.03,
    points=[
        {"u": gap, "c": constant, "bits": 1}
        for gap, constant in ((Fraction(3, 5), 1), (Fraction(9, 10), 4), (Fraction(19, 20), 24))
    ],
    ladder=(100, 300, 1000, 3000, 8000),
    full={"resolution": 0.03},
)
def _(u, c, bits):
    size = int(1.5 * float(c * (2 - u) / u**2) * (bits * math.log(2) + 60))
    found = numerics.two_class_elimination(
        float(1 / (2 - u)), Fraction(1, 2**bits), float(c), size, ignored=1e-40
    )
    error = found.samples * found.relative + size * (found.running + found.lost)
    return Exact(found.samples, error)


def rate(value):
    """The claim that the mean number of samples is asymptotic to this."""
    return Equivalent(theory.mean_samples(), value * bits * log(2), as_=(bits, oo))


mutate(
    theory.elim_horizon_rate,
    Mutant("108 / 24 of it", rate(c * (2 - u) / u**2 * 108 / 24)),
    Mutant("no factor for the probability of the mode", rate(c * (2 - u) ** 2 / u**2)),
    Mutant("the gap to the first power", rate(c / u)),
)


@check_for(
    theory.elim_horizon_cap,
    resolution=0,
    points=[
        {"u": gap, "bits": power}
        for gap, power in (
            (Fraction(2, 11), 1),
            (Fraction(2, 11), 6),
            (Fraction(2, 11), 9),
            (Fraction(1, 10), 1),
            (Fraction(1, 10), 4),
        )
    ],
)
def _(u, bits):
    cap = math.ceil(108 * bits * math.log(2) * float((2 - u) / u**2))
    found = numerics.two_class_elimination(float(1 / (2 - u)), Fraction(1, 2**bits), 24.0, cap)
    return Exact(found.running, found.running * found.relative + found.lost)


near, few = theory.near, theory.few
mutate(
    theory.elim_horizon_cap,
    Mutant(
        "published: at most delta are beyond the cap",
        Bound(theory.beyond_cap(), "<=", Rational(1, 2) ** few),
        published=True,
    ),
    Mutant(
        "for smaller errors as well",
        points=[{"u": Fraction(2, 11), "bits": 12}],
        domain=Domain(near, bits),
    ),
)

TIES = [
    {"q": share, "delta": Fraction(1, 10), "c": constant, "r": pairs, "h": time}
    for share in (Fraction(1, 5), Fraction(1, 2))
    for constant, pairs in ((3, 45), (4, 63))
    for time in (20, 100, 300)
]


@check_for(theory.elim_expectation_infinite, resolution=1e-12, points=TIES)
def _(q, delta, c, r, h):
    law = (float(1 - q), float(q / 2), float(q / 2))
    found = numerics.three_class_elimination(law, delta, float(c), h)
    return Exact(found.running, found.running * found.relative + found.lost)


share, pairs = theory.share, theory.pairs
mutate(
    theory.elim_expectation_infinite,
    Mutant(
        "a quarter of the pairs",
        Bound((share**2 / 2) ** (pairs / 4) * (1 - theory.loss), "<=", theory.still_running()),
        points=[TIES[2]],
    ),
)
