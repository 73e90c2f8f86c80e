"""How does the gap between the margins of two unit tokens close?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import Abs, Rational, exp, oo

from numerics.assoc_dynamics import margins as numerics
from theory import Bound, Equivalent, Identity
from theory.assoc_dynamics import margin_gaps as theory
from theory.assoc_dynamics.margin_gaps import a, aligned_tokens, frequent, opposed, p1
from theory.assoc_dynamics.margins import c, t
from verify import Exact, Mutant, check_for, mutate

FAR = tuple(10**k for k in range(4, 13))
NEAR = tuple(10**k for k in range(2, 7))
"""Later the gap is lost in the rounding of the margins."""


@cache
def flow(share, overlap, square, starts, times):
    """Both margins along the flow, by the time."""
    margins = numerics.pair_margins_along_flow(share, overlap, square, starts, times)
    return dict(zip(times, margins, strict=True))


def settings(*rows):
    """Points of these frequencies, overlaps, output distances and starts."""
    names = ("p1", "a", "c", "m1", "m2", "t")
    return [dict(zip(names, (*row, 1), strict=True)) for row in rows]


def first(p1, a, c, m1, m2, t):
    """Measure the first margin."""
    return Exact(float(flow(p1, a, c, (m1, m2), FAR)[t][0]), 1e-8)


check_for(
    theory.margin_constants_pair,
    resolution=5e-3,
    points=settings(
        (0.75, -0.95, 2.0, 0.0, 0.0),
        (0.3, -0.5, 1.0, 2.0, -1.0),
        (0.9, 0.0, 2.0, 0.0, 0.0),
        (0.6, 0.4, 2.0, -1.0, 3.0),
    ),
    ladder=FAR,
)(first)


def grows(prediction):
    """The claim that the exponential of the margin ends like this."""
    return Equivalent(exp(theory.first_margin()), prediction, as_=(t, oo))


mutate(
    theory.margin_constants_pair,
    Mutant("labels ignored", grows(c * (1 - a) * p1 * t)),
    Mutant("no interference", grows(c * p1 * t)),
    Mutant("over one plus the overlap", grows(c * p1 * t / (1 + a))),
    Mutant("output distance 1", grows((1 + a) * p1 * t), points=settings((0.75, -0.5, 2.0, 0, 0))),
    Mutant("the other frequency", grows(c * (1 + a) * (1 - p1) * t)),
)


@check_for(
    theory.margin_constants_invariant,
    resolution=1e-9,
    points=[
        {"p1": share, "a": overlap, "c": 2.0, "m1": one, "m2": two}
        for share, overlap in ((0.75, 0.5), (0.4, -0.6))
        for one, two in ((0.0, 1.0), (3.0, -2.0), (6.0, 5.0))
    ],
)
def _(p1, a, c, m1, m2):
    """The derivative along the velocity of the margins, by a complex step."""
    tokens = [[1.0, 0.0], [a, (1 - a**2) ** 0.5]]
    velocity = numerics.margin_velocity(tokens, c, [p1, 1 - p1], [m1, m2])
    margins = np.array([m1, m2]) + 1e-30j * velocity
    slow = np.exp(-a * margins.sum() / (1 + a))
    one, two = slow * np.exp(margins) / np.array([p1, 1 - p1])
    rounding = 1e-13 * (abs(one) + abs(two)) * np.abs(velocity).max()
    return Exact(float((one - two).imag / 1e-30), float(rounding))


rate = theory.invariant_rate()
moves = theory.margin_constants_invariant.statement.rhs
mutate(
    theory.margin_constants_invariant,
    Mutant("it rests", Identity(rate, 0)),
    Mutant("labels ignored", Identity(rate, moves * (1 + a) / (1 - a))),
    Mutant("no slow factor", Identity(rate, moves / theory.slow_factor)),
    Mutant("backwards", Identity(rate, -moves)),
)


def gap(ladder):
    """Measure the gap less its limit."""

    def measure(p1, a, c, m1, m2, t):
        one, two = flow(p1, a, c, (m1, m2), ladder)[t]
        size = 4e-12 * (1 + abs(one) + abs(two))
        return Exact(float(one - two - np.log(p1 / (1 - p1))), float(size))

    return measure


check_for(
    theory.margin_constants_gap,
    resolution=1e-2,
    points=settings(
        (0.75, -0.5, 2.0, 0.0, 0.0),
        (0.75, -0.8, 2.0, 0.0, 0.0),
        (0.9, -0.6, 1.0, 2.0, -1.0),
    ),
    ladder=NEAR,
)(gap(NEAR))


def closes(limit):
    """The claim that the gap closes like this."""
    return Equivalent(theory.gap(), limit, as_=(t, oo))


closing = theory.gap_limit / t
mutate(
    theory.margin_constants_gap,
    Mutant(
        "the exponential's power", closes(theory.gap_limit * t ** -((1 - opposed) / (1 + opposed)))
    ),
    Mutant("one plus the overlap", closes(closing * (1 + opposed) / (1 - opposed))),
    Mutant("no factor 2", closes(2 * closing)),
    Mutant("no frequencies", closes(closing / (1 / (1 - frequent) - 1 / frequent))),
    Mutant("from the other side", closes(-closing)),
)


@check_for(
    theory.margin_constants_gap_slow,
    resolution=2e-2,
    points=settings(
        (0.75, 0.5, 2.0, 0.0, 0.0),
        (0.6, 0.4, 1.0, 1.0, -1.0),
        (0.4, 0.5, 2.0, 0.0, 0.0),
    ),
    ladder=FAR,
)
def _(p1, a, c, m1, m2, t):
    return {
        "gap": gap(FAR)(p1, a, c, m1, m2, t),
        "residue": Exact(*numerics.pair_residue(p1, a, c, (m1, m2))),
    }


def slowly(limit):
    """The claim that the gap closes like this."""
    return Equivalent(theory.slow_gap(), limit, as_=(t, oo))


slow = theory.residue() * theory.slow_gap_size
mutate(
    theory.margin_constants_gap_slow,
    Mutant("one over time", slowly(theory.residue() / t)),
    Mutant(
        "labels ignored",
        slowly(slow * t ** ((1 - aligned_tokens) / (1 + aligned_tokens) - (1 + aligned_tokens))),
    ),
    Mutant("no frequencies", slowly(slow / (p1 * (1 - p1)) ** Rational(1, 3))),
    Mutant("from above, always", slowly(Abs(slow))),
)


def limit_at(share, overlap, square):
    """The limit of what an exponential loss would conserve, from margins 0."""
    return Exact(*numerics.pair_residue(share, overlap, square, (0.0, 0.0)))


@check_for(
    theory.margin_constants_residue,
    resolution=0,
    points=[
        {"p1": share, "a": weak, "b": strong, "c": square}
        for share in (0.61, 0.75, 0.94)
        for weak, strong in ((0.09, 0.5), (0.06, 0.8), (0.09, 0.99))
        for square in (2.0, 0.5)
    ],
)
def _(p1, a, b, c):
    return {"residue_weak": limit_at(p1, a, c), "residue_strong": limit_at(p1, b, c)}


weak = theory.residue_at[theory.weak]()
strong = theory.residue_at[theory.strong]()
mutate(
    theory.margin_constants_residue,
    Mutant("negative at every overlap", Bound(weak, "<=", 0)),
    Mutant("positive at every overlap", Bound(0, "<=", strong)),
    Mutant("exactly conserved", Bound(weak, "<=", 1 / theory.usual - 1 / (1 - theory.usual))),
)
