"""Do the direction of a memory and the scores of wrong labels settle as slowly as claimed?"""

from __future__ import annotations

from functools import partial

import numpy as np
from sympy import Rational, log, oo

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics import orthogonal as numerics
from theory import Equivalent
from theory.assoc_dynamics import slow_modes as theory
from theory.assoc_dynamics.orthogonal import M, P, Q, late
from theory.assoc_dynamics.slow_modes import a
from verify import Exact, Mutant, check_for, mutate


@check_for(
    theory.slow_modes_direction,
    resolution=2e-3,
    points=[
        {"M": 2, "P": 0.75, "Q": 0.25, "t": 1},
        {"M": 5, "P": 0.9, "Q": 0.1, "t": 1},
    ],
    ladder=(10**4, 10**5, 10**6, 10**7, 10**8),
)
def _(M, P, Q, t):
    return Exact(*numerics.angle_to_max_margin(M, [P, Q], float(t)))


def turned(prediction):
    """The claim that the direction tends to that of the max-margin memory like this."""
    return Equivalent(theory.tangent(), prediction, as_=(late, oo))


ahead = log(P) - log(Q)
mutate(
    theory.slow_modes_direction,
    Mutant("twice as far", turned(2 * ahead / theory.settled)),
    Mutant("like one over time", turned(ahead / late)),
    Mutant("the frequencies are not forgotten", turned(ahead / log(M**2))),
)


def states(stream, count):
    """Random scores of two to four wrong labels."""
    for index in range(count):
        rng = stream.numpy(index)
        size = int(rng.integers(2, 5))
        one, other = (int(label) for label in rng.permutation(size)[:2] + 1)
        yield {
            "P": float(rng.uniform(0.1, 3)),
            "r": size,
            "s_f": float(rng.normal(0, 2)),
            "s": tuple(float(score) for score in rng.normal(0, 2, size)),
            "y": one,
            "z": other,
        }


def drift(P, r, s_f, s, y, z, power=-1.0):
    """Slopes of the loss along two outer products, and a function of the scores that they move."""
    table = np.array([[s_f], *([score] for score in s)])
    given = (table, np.eye(1), np.eye(r + 1), [P], np.array([0]))
    total, error = 0.0, 0.0
    for sign, row in ((1.0, y), (-1.0, z)):
        slope, off = memory.loss_slopes(*given, np.eye(r + 1)[:, [row]])
        weight = power * np.exp(power * s[row - 1])
        total -= sign * weight * slope
        error += abs(weight) * (off + 1e-14)
    return Exact(total, error)


check_for(
    theory.slow_modes_conserved,
    resolution=1e-9,
    absolute=True,
    points=states,
    count=6,
    full={"count": 60},
)(drift)
mutate(
    theory.slow_modes_conserved,
    Mutant("the exponentials of the scores", measure=partial(drift, power=1.0)),
    Mutant("the square roots of the exponentials", measure=partial(drift, power=-0.5)),
)


@check_for(
    theory.slow_modes_wrong_labels,
    resolution=5e-3,
    points=[{"P": 0.5, "a": 1.0, "t": 1}, {"P": 2.0, "a": 3.0, "t": 1}],
    ladder=(10**5, 10**6, 10**7, 10**8, 10**9),
)
def _(P, a, t):
    problem = numerics.Problem(np.eye(1), np.eye(3), np.array([P]), np.array([0]))
    table = np.array([[0.0], [0.0], [-np.log(1 + a)]])
    end = numerics.flowed_scores(problem, table, float(t))[:, 0]
    gap = float(end[1] - end[2])
    return Exact(gap, 1e-10 + 1e-9 * gap)


def level(prediction):
    """The claim that the wrong labels become level like this."""
    return Equivalent(theory.wrong_gap(), prediction, as_=(late, oo))


third = Rational(1, 3)
mutate(
    theory.slow_modes_wrong_labels,
    Mutant("like the square root", level(a / (3 * (1 + a) * P * late) ** Rational(1, 2))),
    Mutant("like one over time", level(a / (3 * (1 + a) * P * late))),
    Mutant("without the start", level(a / (3 * P * late) ** third)),
    Mutant("without the number of labels", level(a / ((1 + a) * P * late) ** third)),
)
