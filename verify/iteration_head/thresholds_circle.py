"""Is the code on a circle as dear, and its period as short, as the formulas say?"""

from __future__ import annotations

from sympy import Integer, Rational, floor, log, oo, pi

from numerics.iteration_head import thresholds_circle as numerics
from numerics.iteration_head.thresholds_second import critical_sharpness
from theory import Domain, Equivalent, Identity
from theory.iteration_head import thresholds_circle as theory
from theory.iteration_head.thresholds import QUERY, L, t
from theory.iteration_head.thresholds_circle import UNIT, M, points
from verify import Exact, Mutant, check_for, mutate


def weight(L, t, M):
    """The weight of key t with a very sharp second attention."""
    return Exact(float(numerics.alias_attention(L, t, M)[t]), 1e-12)


def is_told(L, t, M):
    """Whether the whole parts of L / M and t / M are found in balls, which hold thirds loosely."""
    return M & (M - 1) == 0 or (t % M != 0 and (L % M != 0 or L == 0))


PLACES = [(0, 1), (3, 2), (4, 4), (7, 8), (9, 7), (12, 13), (16, 8)]
check_for(
    theory.period_weight,
    resolution=1e-9,
    points=[
        {"L": L, "t": t, "M": M} for L, t in PLACES for M in (2, 4, 5, 8, 11) if is_told(L, t, M)
    ],
)(weight)


def shares(name, keys):
    """A wrong version of with how many keys the weight is shared."""
    return Mutant(name, Identity(theory.alias_weight(), 1 / (Integer(1) * keys)))


mutate(
    theory.period_weight,
    shares("all multiples in the context", 1 + floor((L + t) / M)),
    shares("only keys before it", 1 + floor(t / M)),
    shares("only keys after it", 1 + floor(L / M)),
    shares("without whole parts", 1 + (L + t) / M),
)

check_for(
    theory.period_single,
    resolution=1e-9,
    points=[{"L": M - 1, "t": t, "M": M} for M in (2, 3, 7, 13) for t in (1, M - 1)],
)(weight)
mutate(
    theory.period_single,
    Mutant(
        "a period of the length is enough",
        domain=Domain(L, t, M, where=(QUERY,)),
        points=[{"L": 5, "t": 3, "M": 5}],
    ),
)

PERIODS = [{"M": period} for period in (2, 3, 4, 5, 7)]


@check_for(
    theory.period_threshold,
    resolution=0.1,
    points=PERIODS,
    absolute=True,
    full={"resolution": 0.1},
)
def _(M):
    return Exact(numerics.longest_parity(M))


def reaches(name, n):
    """A wrong version of the longest sequences."""
    return Mutant(name, Identity(theory.longest(), n))


mutate(
    theory.period_threshold,
    reaches("a period of the length is enough", M.symbol),
    reaches("every position of the sequence needs its own code", floor((M - 2) / 2)),
    reaches("two less", M - 2),
)

LADDER = (16, 32, 64, 128, 256, 512, 1024)


@check_for(theory.trig_threshold, resolution=3e-6, points=[{"M": 16}], ladder=LADDER)
def _(M):
    value = numerics.circle_sharpness(M)
    return {
        "circle_sharpness": Exact(value, 1e-12 * value),
        "critical_sharpness": Exact(critical_sharpness(9), 2e-14),
    }


def grows(name, wrong):
    """A wrong version of the sharpness."""
    return Mutant(name, Equivalent(theory.circle_sharpness(points), wrong, as_=(points, oo)))


mutate(
    theory.trig_threshold,
    grows("half of pi for the critical sharpness", UNIT * pi / 2),
    grows("pi squared for it", UNIT * pi**2),
    grows("linear in M", M / (8 * pi)),
    grows("logarithmic", Rational(1) * log(points)),
)
