"""Which positions can attention single out? Queries that do it, and mixtures that forbid it."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import numpy as np
from sympy import Rational, cos, exp, pi, sin

from numerics.iteration_head import positions as numerics
from theory import Bound, Identity
from theory.iteration_head import positions as theory
from theory.iteration_head.positions import N_2, K, M, beta, k, margin
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def on_grid(condition):
    """All lists of N points of a grid, and whether each point is as it should be."""

    def cases(N, G):
        grid = list(product(range(G), repeat=2))
        for points in combinations_with_replacement(grid, N):
            for position in range(N):
                ahead = numerics.attendable_on_grid(points, position)
                yield (points, position), ahead == condition(points, position)

    return lambda N, G: Exhaustive(cases(N, G))


def outside(points, position):
    """That a point is no mixture of the others."""
    return not numerics.in_triangle_of_others(points, position)


check_for(
    theory.pos_attendable,
    resolution=0,
    points=[{"N": size, "G": side} for size, side in ((1, 2), (2, 3), (4, 3), (5, 3), (4, 4))],
)(on_grid(outside))
mutate(
    theory.pos_attendable,
    Mutant("two dimensions are enough for all", measure=on_grid(lambda points, position: True)),
    Mutant(
        "all that are not repeated",
        measure=on_grid(lambda points, position: points.count(points[position]) == 1),
    ),
    Mutant(
        "the longest codes only",
        measure=on_grid(
            lambda points, position: (
                sum(x * x for x in points[position]) == max(x * x + y * y for x, y in points)
            )
        ),
    ),
)


def mixtures(stream, count):
    """Scores and shares: all of one, even shares, and some that are drawn."""
    generator = stream.numpy()
    drawn = []
    for _ in range(count):
        size = int(generator.integers(1, 12))
        shares = generator.dirichlet(np.full(size, 0.5))
        drawn.append((generator.normal(size=size) * 5, shares / shares.sum()))
    listed = [([0], [1]), ([30], [1]), ([-9, 9], [0.5, 0.5]), ([1, 1, 1], [0.5, 0.25, 0.25])]
    listed.append(([5, -40, -40], [1, 0, 0]))
    return [
        {"K": len(scores), "s": tuple(map(float, scores)), "share": tuple(map(float, shares))}
        for scores, shares in [*listed, *drawn]
    ]


check_for(theory.pos_attendable_jensen, resolution=1e-12, points=mixtures, count=12, boxes=0)(None)
mutate(
    theory.pos_attendable_jensen,
    Mutant("nine tenths", Bound(exp(theory.mixed), "<=", theory.rest * Rational(9, 10))),
)


def mixture_weight(ahead=0.0):
    """The attention to a mixture of codes on a line, or to a code that is moved ahead of it."""

    def measure(K, s, share):
        codes = [float(score) for score in s]
        own = sum(float(part) * code for part, code in zip(share, codes, strict=True)) + ahead
        return Exact(float(numerics.attention([[own], *([c] for c in codes)], [1.0])[0]), 1e-12)

    return measure


check_for(theory.pos_attendable_mixture, resolution=1e-10, points=mixtures, count=12)(
    mixture_weight()
)
mutate(
    theory.pos_attendable_mixture,
    Mutant("one third", Bound(theory.mixture_weight(), "<=", Rational(1, 3))),
    Mutant("one over all", Bound(theory.mixture_weight(), "<=", 1 / (K + 1))),
    Mutant("a code ahead of the mixture", measure=mixture_weight(1.0)),
)

AHEAD = [
    {"K": len(more), "beta": temperature, "margin": gap, "more": more}
    for more in ((0,), (0, 0, 0), (0, 1, 5), (2,) * 10)
    for temperature in (0, 1, 10)
    for gap in (0, 0.5, 3)
]


@check_for(theory.pos_attendable_extreme, resolution=1e-11, points=AHEAD)
def _(K, beta, margin, more):
    codes = [[0.0], *([-float(margin) - float(gap)] for gap in more)]
    return Exact(float(numerics.attention(codes, [float(beta)])[0]), 1e-13)


ahead = theory.extreme_weight()
mutate(
    theory.pos_attendable_extreme,
    Mutant("one fewer", Bound(ahead, ">=", 1 / (1 + (K - 1) * exp(-beta * margin)))),
    Mutant("twice the temperature", Bound(ahead, ">=", 1 / (1 + K * exp(-2 * beta * margin)))),
    Mutant("all of it", Bound(ahead, ">=", 1)),
)


def line_codes(N):
    """Different positions on a line."""
    return np.linspace(-1.0, 1.0, N)[:, np.newaxis]


def counted(codes):
    """How many of the positions can be singled out."""
    return lambda N: Exact(int(numerics.attendable(codes(N)).sum()))


check_for(
    theory.pos_attendable_line,
    resolution=0,
    points=[{"N": size} for size in (2, 3, 4, 10, 33)],
)(counted(line_codes))
mutate(
    theory.pos_attendable_line,
    Mutant("all of them", Identity(theory.attendable_on_line(), N_2)),
    Mutant("one", Identity(theory.attendable_on_line(), 1)),
    Mutant("in the plane", measure=counted(numerics.circle_codes)),
    Mutant(
        "the last position twice",
        measure=counted(lambda N: np.minimum(line_codes(N), line_codes(N)[-2])),
    ),
)

PLACES = [{"j": j, "k": k} for j in (0, 1, 5) for k in (-1, 0, 1, 2, 7)]


def circle_gap(M, j, k):
    """By how much a position on a circle is ahead of another."""
    codes = numerics.circle_codes(M)
    own, other = codes[j % M], codes[(j + k) % M]
    return Exact(float(own @ (own - other)), 1e-14)


check_for(
    theory.pos_attendable_circle,
    resolution=1e-12,
    absolute=True,
    points=[{"M": size, **place} for size in (2, 3, 10, 67) for place in PLACES],
)(circle_gap)
mutate(
    theory.pos_attendable_circle,
    Mutant("the sine not squared", Identity(theory.circle_gap(), 2 * sin(pi * k / M))),
    Mutant("half the angle", Identity(theory.circle_gap(), 1 - cos(pi * k / M))),
)


def parabola_gap(slope):
    """By how much a position on a parabola is ahead of another, with a query of this slope."""

    def measure(j, k):
        codes = numerics.parabola_codes(max(j, j + k) + 1)
        scores = codes @ np.array([slope * j, -1])
        return Exact(int(scores[j] - scores[j + k]))

    return measure


check_for(
    theory.pos_attendable_parabola,
    resolution=0,
    points=[place for place in PLACES if place["j"] + place["k"] >= 0],
)(parabola_gap(2))
mutate(
    theory.pos_attendable_parabola,
    Mutant("the query (j, -1)", measure=parabola_gap(1)),
    Mutant("the distance", Identity(theory.parabola_gap(), k)),
)
