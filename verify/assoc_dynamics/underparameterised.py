"""Does a small loss mean a perfect memory, and does it with noisy labels? Certified minimisers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import exp, log

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics import underparameterised as numerics
from theory import Bound, Domain, Identity
from theory.assoc_dynamics import underparameterised as theory
from verify import Exact, Mutant, check_for, mutate

# Where a perfect memory exists


def trained(stream, count):
    """Pair margins of random memories, and of one whose only error is a tie."""
    yield {"N": 1, "K": 1, "p": (Fraction(1),), "m": ((0,),), "r": (1,)}
    tie = ((40, 40), (0, 60), (50, 40))
    yield {
        "N": 3,
        "K": 2,
        "p": (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)),
        "m": tie,
        "r": (1, 1, 2),
    }
    for index in range(count):
        draw = stream.numpy(index)
        size, labels, d = draw.integers(1, 7), draw.integers(2, 6), draw.integers(1, 5)
        e, u = draw.normal(size=(size, d)), draw.normal(size=(labels, d))
        right = draw.integers(labels, size=size)
        scores = memory.scores(10 ** draw.uniform(-1, 1) * draw.normal(size=(d, d)), e, u)
        gaps = (scores[right, range(size)] - scores).T
        margins = [np.delete(row, k) for row, k in zip(gaps, right, strict=True)]
        yield {
            "N": int(size),
            "K": int(labels) - 1,
            "p": law(draw, size),
            "m": tuple(tuple(float(entry) for entry in row) for row in margins),
            "r": tuple(1 + int(row.argmin()) for row in margins),
        }


def law(draw, size):
    """A random law in fractions, every token of some mass."""
    weights = [int(weight) for weight in draw.integers(1, 100, size=size)]
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def measured_loss(p, margins):
    """The loss of a memory on orthonormal embeddings that has these pair margins."""
    table = -np.array([[0.0, *map(float, row)] for row in margins]).T
    labels, size = table.shape
    value = memory.loss(table, np.eye(size), np.eye(labels), [float(v) for v in p], [0] * size)
    return Exact(value, 1e-13 * value)


@check_for(
    theory.separable_perfect, resolution=1e-12, points=trained, count=30, full={"count": 1000}
)
def _(N, K, p, m, r):
    lost = [row[k - 1] <= 0 for row, k in zip(m, r, strict=True)]
    wrong = sum((mass for mass, bad in zip(p, lost, strict=True) if bad), Fraction(0))
    return {"loss": measured_loss(p, m), "error": Exact(wrong)}


mutate(
    theory.separable_perfect,
    Mutant(
        "log M for each error",
        Bound(log(1 + theory.wrong) * theory.error(), "<=", theory.loss()),
    ),
    Mutant("1 for each error", Bound(theory.error(), "<=", theory.loss())),
)


@check_for(
    theory.separable_perfect_reached,
    resolution=1e-12,
    points=[
        {"N": 2, "K": k, "p": (Fraction(1, 4), Fraction(3, 4)), "t": t, "gamma": gamma, "s": s}
        for k, s in ((1, ((0,), (0,))), (1, ((1,), (3,))), (3, ((0, 0, 0), (0, 2, 5))))
        for t in (0, 1, 30)
        for gamma in (Fraction(1, 10), 2)
    ],
)
def _(N, K, p, t, gamma, s):
    return measured_loss(p, [[t * (gamma + entry) for entry in row] for row in s])


scaled = theory.scaled_loss()
mutate(
    theory.separable_perfect_reached,
    Mutant("not times K", Bound(scaled, "<=", log(1 + exp(-theory.scale * theory.least)))),
    Mutant(
        "twice the margin",
        Bound(scaled, "<=", log(1 + theory.wrong * exp(-2 * theory.scale * theory.least))),
    ),
)

# Noisy labels


@check_for(
    theory.noisy_realizable_slope,
    resolution=1e-14,
    points=[
        {"a": a, "b": b, "w": w} for a, b in ((0.99, 0.4), (0.5, 0.1)) for w in (-3, 0, 0.5, 20)
    ],
)
def _(a, b, w):
    e = numerics.axes_and_sum()
    return Exact(numerics.slope(e, [Fraction(1, 3)] * 3, [w, -w], [1, 1], [a, b, b]))


crossing = theory.crossing_slope()
mutate(
    theory.noisy_realizable_slope,
    Mutant(
        "the sum not normalised",
        Identity(crossing, (2 - theory.sure - 3 * theory.unsure) / 3),
    ),
    Mutant("without the third token", Identity(crossing, (1 - theory.sure - theory.unsure) / 3)),
)


def noisy_loss(a, b, first, second):
    """The loss of the memory with these scores of the two axes."""
    return Exact(
        numerics.loss(numerics.axes_and_sum(), [Fraction(1, 3)] * 3, [first, second], [a, b, b])
    )


@check_for(
    theory.noisy_realizable_side,
    resolution=1e-14,
    points=[
        {"a": a, "b": b, "w": w, "t": t}
        for a, b in ((0.99, 0.4), (0.75, 0.4), (0.99, 0.3), (0.6, 0.49))
        for w in (-2, 0.5, 3)
        for t in (0, 0.01, 1, 30)
    ],
)
def _(a, b, w, t):
    return {
        "loss_on_line": noisy_loss(a, b, w, -w),
        "loss_beyond": noisy_loss(a, b, w - t, -w - t),
    }


mutate(
    theory.noisy_realizable_side,
    Mutant(
        "wherever the labels are noisy",
        points=[{"a": 0.7, "b": 0.4, "w": 0.5, "t": 0.01}],
        domain=Domain(theory.sure, theory.unsure, theory.along, theory.depth),
    ),
    Mutant(
        "on either side of the line",
        measure=lambda a, b, w, t: {
            "loss_on_line": noisy_loss(a, b, w, -w),
            "loss_beyond": noisy_loss(a, b, w + t, -w + t),
        },
    ),
)


@check_for(
    theory.noisy_realizable,
    resolution=0,
    points=[
        {"a": Fraction(a, 1000), "b": Fraction(b, 1000)}
        for a, b in ((990, 400), (742, 400), (999, 300), (600, 490))
    ],
)
def _(a, b):
    e, shares_of = numerics.axes_and_sum(), (a, b, b)
    scores = numerics.least_loss_scores(e, [Fraction(1, 3)] * 3, shares_of)
    costs = [abs(2 * share - 1) / 3 for share in shares_of]
    signs = [1 if 2 * share > 1 else -1 for share in shares_of]
    signed = [sign * score for sign, score in zip(signs, scores, strict=True)]
    vectors = [[float(sign * entry) for entry in row] for sign, row in zip(signs, e, strict=True)]
    return Exact(numerics.wrong_mass(signed, costs) - numerics.best_error(vectors, costs))


mutate(
    theory.noisy_realizable,
    Mutant(
        "wherever the labels are noisy",
        points=[{"a": Fraction(741, 1000), "b": Fraction(2, 5)}],
        domain=Domain(theory.sure, theory.unsure),
    ),
    Mutant("the least loss is best", Identity(theory.noisy_excess(), 0)),
)
