"""Does the least loss forget the tokens that it is said to forget? Minimisers in balls."""

from __future__ import annotations

from fractions import Fraction
from itertools import product as product_of
from math import gcd, lcm, prod
from operator import truediv

import numpy as np
from sympy import Max, Rational, Sum, log

from numerics.assoc_dynamics import underparameterised as numerics
from numerics.assoc_dynamics.frequent import triangle
from numerics.assoc_dynamics.simplex import simplex
from theory import Bound, Domain, Identity
from theory.assoc_dynamics import simplex as theory
from theory.assoc_dynamics.simplex import N, c, c_3, level, margin, p, p_3, token, x
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def shares(*parts):
    """Fractions in these proportions."""
    return tuple(Fraction(part, sum(parts)) for part in parts)


PROBLEMS = [
    (shares(6, 3, 2), shares(3, 3, 1)),
    (shares(6, 3, 2), shares(1, 1, 1)),
    (shares(1, 1, 1), shares(6, 3, 2)),
    (shares(8, 7, 5), shares(49, 30, 21)),
    (shares(1, 1000, 3), shares(40, 40, 41)),
    (shares(5, 1, 1), shares(1, 60, 60)),
    (shares(12, 6, 4, 3), shares(1, 2, 3, 4)),
    (shares(2, 3, 5, 7), shares(7, 5, 3, 1)),
    (shares(1, 1, 30, 1), shares(3, 1, 2, 2)),
]


def tokens(c):
    """Signed tokens whose dependency has these weights, unit vectors where there are such."""
    if len(c) == 3 and 2 * max(c) < 1:
        return triangle(c)
    return simplex(c)


def least_loss(p, c):
    """Margins of the memory of least loss."""
    return numerics.least_loss_scores(tokens(c), p)


def near(p, c, shift):
    """Margins of a memory near that of least loss, or far from it; they satisfy the dependency."""
    margins = [Fraction(float(ball)).limit_denominator(10**6) for ball in least_loss(p, c)]
    moved = [value + shift * k for k, value in enumerate(margins[:-1], start=1)]
    return (*moved, -sum(a * b for a, b in zip(c, moved, strict=False)) / c[-1])


@check_for(
    theory.simplex_forgetting_optimal,
    resolution=1e-13,
    points=lambda stream, count: [
        {"N": len(p), "p": p, "c": c, "m": near(p, c, shift)}
        for p, c in PROBLEMS
        for shift in (0, Fraction(1, 10), -2)
    ],
)
def _(N, p, c, m):
    return Exact(numerics.loss(*memory_with(p, c, m)))


def memory_with(p, c, m):
    """Signed tokens, frequencies, and the memory that has these margins."""
    w = [m[0]]  # the tokens are the axes, each plus the one before it, and a last one
    for value in m[1:-1]:
        w.append(value - w[-1])
    return simplex(c), p, w


BETWEEN = {"N": 3, "p": shares(4, 3, 3), "c": shares(2, 3, 3)}
BETWEEN["m"] = (Fraction(1, 2), Fraction(-1, 6), Fraction(-1, 6))


def loss_bound(share):
    """The claim that the loss is at least what a share of the frequency gives."""
    return Bound(Sum(p[x] * log(1 / (1 - share)), (x, 1, N)), "<=", theory.plane_loss())


mutate(
    theory.simplex_forgetting_optimal,
    Mutant("one half for the level", loss_bound(c[x] / p[x] / 2), points=[BETWEEN]),
    Mutant("never below that of no memory", Bound(log(2), "<=", theory.plane_loss())),
    Mutant(
        "margins that need not balance",
        points=[{"N": 3, "p": shares(1, 1, 1), "c": shares(1, 1, 1), "m": (1, 1, 1)}],
        domain=Domain(N, p, c, theory.m),
        measure=lambda N, p, c, m: Exact(numerics.loss(np.eye(N).tolist(), p, m)),
    ),
)

EACH_TOKEN = [
    {"N": len(p), "p": p, "c": c, "x": k} for p, c in PROBLEMS for k in range(1, len(p) + 1)
]


def margin_of(N, p, c, x):
    """The margin of one token in the memory of least loss."""
    return Exact(least_loss(p, c)[x - 1])


check_for(theory.simplex_forgetting, resolution=1e-14, points=EACH_TOKEN, absolute=True)(margin_of)
mutate(
    theory.simplex_forgetting,
    Mutant("half the level", Identity(margin(), log(2 * p[token] / (level * c[token]) - 1))),
    Mutant("frequencies alone", Identity(margin(), log(p[token] / level - 1))),
    Mutant("without the minus one", Identity(margin(), log(p[token] / (level * c[token])))),
)


@check_for(
    theory.simplex_forgetting_level,
    resolution=1e-14,
    points=[{"N": len(p), "p": p, "c": c} for p, c in PROBLEMS],
)
def _(N, p, c):
    return {"mean_error": Exact(numerics.mean_error(least_loss(p, c), p))}


mutate(
    theory.simplex_forgetting_level,
    Mutant("half the level", Identity(theory.mean_error(), level / 2)),
)

check_for(
    theory.simplex_forgetting_half,
    resolution=1e-14,
    points=[{"N": len(p), "p": p, "c": c} for p, c in [*PROBLEMS, (shares(3, 2, 1),) * 2]],
    boxes=0,
)(None)
mutate(theory.simplex_forgetting_half, Mutant("two fifths", Bound(level, "<=", Rational(2, 5))))


def extreme_tokens(which):
    """One point for each problem: its token of the smallest value."""
    return [
        {"N": len(p), "p": p, "c": c, "x": 1 + min(range(len(p)), key=lambda k: which(p[k], c[k]))}
        for p, c in PROBLEMS
    ]


check_for(
    theory.simplex_forgetting_smallest,
    resolution=0,
    points=extreme_tokens(lambda frequency, weight: frequency / weight),
)(margin_of)
mutate(
    theory.simplex_forgetting_smallest,
    Mutant("the rarest token", points=extreme_tokens(lambda frequency, weight: frequency)),
    Mutant(
        "the token of the largest weight", points=extreme_tokens(lambda frequency, weight: -weight)
    ),
)


def side(p, c, k):
    """Which way the sign test of token k goes, in rational arithmetic: 1 is forgotten."""
    odds = [2 * a * c[k] / (b * p[k]) - 1 for a, b in zip(p, c, strict=True)]
    if min(odds) <= 0:
        return -1
    whole = lcm(*(weight.denominator for weight in c))
    product = prod(value ** int(weight * whole) for value, weight in zip(odds, c, strict=True))
    return int(product > 1) - int(product < 1)


def sign_cases(N, K, rule):
    """Every token of every problem, and whether a rule gives the sign of its margin.

    Another rule than that of the claim is not asked about tokens with a margin of 0.
    """
    laws = [shares(*parts) for parts in product_of(range(1, K + 1), repeat=N) if gcd(*parts) == 1]
    for law, weights in product_of(laws, laws):
        for k, value in enumerate(least_loss(law, weights)):
            way = rule(law, weights, k)
            if rule is side or not value.contains(0):
                fits = value.contains(0) if way == 0 else way * value < 0
                yield (law, weights, k + 1), bool(fits)


def measured_by(rule):
    """The measurement of the claim with a rule of one's own."""
    return lambda N, K: Exhaustive(sign_cases(N, K, rule))


def rarest(p, c, k):
    """The rarest token is forgotten."""
    return 1 if p[k] == min(p) else -1


def below_weight(p, c, k):
    """A token is forgotten if its frequency is below its weight."""
    return int(p[k] < c[k]) - int(p[k] > c[k])


def below_level(p, c, k):
    """A token is forgotten if its frequency is below the level times its weight."""
    return 1 if numerics.as_ball(p[k] / c[k]) < numerics.mean_error(least_loss(p, c), p) else -1


def smallest_ratio(p, c, k):
    """Only the token of the smallest frequency against its weight is forgotten."""
    return 1 if p[k] / c[k] == min(map(truediv, p, c)) else -1


check_for(
    theory.simplex_forgetting_sign, resolution=0, points=[{"N": 2, "K": 6}, {"N": 3, "K": 3}]
)(measured_by(side))
mutate(
    theory.simplex_forgetting_sign,
    Mutant("the rarest token", measure=measured_by(rarest)),
    Mutant("frequencies below the weight", measure=measured_by(below_weight)),
    Mutant("frequencies below the level times the weight", measure=measured_by(below_level)),
    Mutant("only the smallest frequency against its weight", measure=measured_by(smallest_ratio)),
)


def forgotten(N, p, c, m, x):
    """The mass of the tokens that a memory gets wrong, in rational arithmetic."""
    z, _, w = memory_with(p, c, m)
    margins = [sum(a * b for a, b in zip(row, w, strict=True)) for row in z]
    return Exact(sum(mass for mass, value in zip(p, margins, strict=True) if value <= 0))


def all_but(p, c, k):
    """Margins of 1 for all tokens but one."""
    margins = [1] * len(p)
    margins[k] = 1 - 1 / c[k]
    return {"N": len(p), "p": p, "c": c, "m": tuple(margins), "x": 1 + p.index(min(p))}


check_for(
    theory.simplex_forgetting_none_perfect,
    resolution=0,
    points=[all_but(p, c, k) for p, c in PROBLEMS for k in range(len(p))]
    + [{"N": 2, "p": shares(1, 2), "c": shares(1, 3), "m": (0, 0), "x": 1}],
)(forgotten)
mutate(
    theory.simplex_forgetting_none_perfect,
    Mutant(
        "twice the rarest",
        Bound(2 * p[token], "<=", theory.memory_error(N, p, theory.m)),
    ),
    Mutant(
        "the most frequent",
        points=[{**all_but(p, c, p.index(min(p))), "x": 1 + p.index(max(p))} for p, c in PROBLEMS],
    ),
)

PLANE = [{"p": p, "c": c} for p, c in PROBLEMS if len(p) == 3]


def best(p, c):
    """Least error of a memory in the plane."""
    return numerics.best_error([[float(entry) for entry in row] for row in tokens(c)], p)


@check_for(theory.simplex_forgetting_best, resolution=0, points=PLANE)
def _(p, c):
    return Exact(best(p, c))


mutate(
    theory.simplex_forgetting_best,
    Mutant(
        "the most frequent token",
        Identity(theory.best_error(), Max(p_3[1], p_3[2], p_3[3])),
    ),
    Mutant("no error", Identity(theory.best_error(), 0)),
)

ONE = [PLANE[0]]


@check_for(theory.simplex_forgetting_certificate, resolution=1e-13, points=ONE, absolute=True)
def _(p, c):
    return {"mean_error": Exact(numerics.mean_error(least_loss(p, c), p))}


mutate(
    theory.simplex_forgetting_certificate,
    Mutant(
        "powers exchanged",
        Identity(
            3 * log(Rational(14, 11) / theory.mean_error(3, p_3, c_3) - 1)
            + 4 * log(Rational(7, 11) / theory.mean_error(3, p_3, c_3) - 1),
            0,
        ),
    ),
)


def excess_of(p, c):
    """Error of the memory of least loss minus the least error."""
    return Exact(numerics.wrong_mass(least_loss(p, c), p) - best(p, c))


check_for(theory.simplex_forgetting_example, resolution=0, points=ONE)(excess_of)
mutate(
    theory.simplex_forgetting_example,
    Mutant("the least loss is best", Identity(theory.excess(), 0)),
    Mutant(
        "the least loss forgets the two rarest",
        Identity(theory.excess(), Rational(3, 11)),
    ),
)
