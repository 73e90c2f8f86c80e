"""Do one-hot codes give the right key the weight that the formula says?"""

from __future__ import annotations

import math

from sympy import Rational, exp

from numerics.iteration_head import thresholds_onehot as numerics
from theory import Bound, Domain, Identity
from theory.iteration_head import thresholds_onehot as theory
from theory.iteration_head.thresholds import QUERY, L, b_1, b_2, t
from theory.iteration_head.thresholds_onehot import end, other, q
from verify import Exact, Mutant, check_for, mutate

PLACES = [(0, 1), (1, 1), (1, 2), (2, 2), (5, 1), (5, 6), (12, 4), (12, 13)]


def weight(L, t, b1, b2):
    """The second layer's weight on key t."""
    value = float(numerics.onehot_attention(L, t, b1, b2)[t])
    return Exact(value, 1e-14 + 1e-13 * value)


check_for(
    theory.onehot_weights,
    resolution=1e-11,
    points=[
        {"L": L, "t": t, "b1": b1, "b2": b2}
        for L, t in PLACES
        for b1, b2 in ((-1.0, 3.0), (0.5, 2.0), (3.0, 9.0))
    ],
)(weight)


def weighs(name, wrong):
    """A wrong version of the weight."""
    return Mutant(name, Identity(theory.onehot_weight(), wrong))


mutate(
    theory.onehot_weights,
    weighs("no key without a code", end / (end + (q - 1) * other)),
    weighs("one key more", end / (end + q * other + 1)),
    weighs("key 0 like the others", end / (end + q * other)),
    weighs("an exact first layer", exp(b_2) / (exp(b_2) + q)),
)


def least_second(L, t, b1):
    """The second sharpness that is just enough by the claim, and a little more."""
    return math.log(L + t) * (L + t + math.exp(b1)) / math.expm1(b1) + 1e-6


SUFFICES = [
    {"L": L, "t": t, "b1": b1, "b2": least_second(L, t, b1)}
    for L, t in PLACES
    for b1 in (0.2, 2.0, 8.0)
]
check_for(theory.onehot_sufficient, resolution=1e-9, points=SUFFICES)(weight)
mutate(
    theory.onehot_sufficient,
    Mutant("nine tenths", Bound(Rational(9, 10), "<=", theory.onehot_weight())),
    Mutant(
        "the logarithm of the number of inputs is enough",
        domain=Domain(L, t, b_1, b_2, where=(QUERY,)),
        points=[{"L": 12, "t": 12, "b1": 2.0, "b2": math.log(24.0)}],
    ),
    Mutant(
        "nine tenths of the sharpness",
        domain=Domain(L, t, b_1, b_2, where=(QUERY,)),
        points=[{**point, "b2": 0.9 * point["b2"]} for point in SUFFICES if point["L"] == 12],
    ),
)
