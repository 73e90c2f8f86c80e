"""Can all Gaussian position codes be singled out? Codes that are drawn, and their convex hulls."""

from __future__ import annotations

import numpy as np
from sympy import Pow

from numerics.iteration_head import positions as numerics
from theory import Bound, Domain
from theory.iteration_head import gaussian_positions as theory
from theory.iteration_head.gaussian_positions import N_16, d
from theory.iteration_head.positions import N_2, N
from verify import Mutant, Sampled, check_for, mutate


def own_queries(N, d, stream):
    """Whether all positions are ahead of all others with themselves as the queries."""

    def batch(generator, count):
        codes = generator.standard_normal((count, N, d))
        return ~numerics.outscored(codes).any(axis=(-1, -2))

    return Sampled.batched(stream, batch, bernoulli=True, size=512)


@check_for(
    theory.pos_gaussian_pair,
    resolution=0.005,
    points=[{"d": size} for size in (1, 2, 3, 5, 9)],
)
def _(d, stream):
    def batch(generator, count):
        return numerics.outscored(generator.standard_normal((count, 2, d)))[:, 0, 1]

    return Sampled.batched(stream, batch, bernoulli=True)


mutate(
    theory.pos_gaussian_pair,
    Mutant("one third", Bound(theory.passed_by(), "<=", Pow(2, -d / 2) / 3)),
    Mutant("falls like 2^-d", Bound(theory.passed_by(), "<=", Pow(2, -d) / 2)),
)

OWN = [{"N": size, "d": width} for size, width in ((2, 2), (3, 6), (4, 8), (8, 16), (16, 20))]
check_for(theory.pos_gaussian_own, resolution=0.01, points=OWN)(own_queries)
succeed = theory.own_queries()
mutate(
    theory.pos_gaussian_own,
    Mutant("falls like 2^-d", Bound(succeed, ">=", 1 - N_2 * (N_2 - 1) * Pow(2, -d) / 2)),
    Mutant("each pair once", Bound(succeed, ">=", 1 - N_2 * (N_2 - 1) * Pow(2, -d / 2) / 8)),
    Mutant("N in place of its square", Bound(succeed, ">=", 1 - N_2 * Pow(2, -d / 2) / 2)),
)


def all_attendable(shortest=None):
    """Whether all Gaussian positions can be singled out by some query, or a few short ones."""

    def measure(N, d, stream):
        def of(replicate):
            codes = numerics.gaussian_codes(N, d, stream, replicate)
            order = np.argsort(np.square(codes).sum(axis=1), kind="stable")
            return all(numerics.attendable(codes, [place])[0] for place in order[:shortest])

        def draw(first, count):
            return np.array([of(first + n) for n in range(count)], dtype=float)

        return Sampled(draw, bernoulli=True)

    return measure


def places(*pairs):
    """Numbers of positions and dimensions."""
    return [{"N": size, "d": width} for size, width in pairs]


anywhere = Domain(N_16, d)
check_for(
    theory.pos_gaussian,
    resolution=0.05,
    budget=2000,
    points=places((16, 10), (19, 11), (35, 13)),
    full={"resolution": 0.02, "budget": 20_000},
)(all_attendable())
mutate(
    theory.pos_gaussian,
    Mutant("as many dimensions as bits", points=places((16, 4), (32, 5)), domain=anywhere),
    Mutant("one dimension more than bits", points=places((16, 5), (32, 6)), domain=anywhere),
    Mutant(
        "however many positions, the four shortest codes alone",
        points=places((8192, 28)),
        domain=anywhere,
        measure=all_attendable(4),
    ),
)

check_for(
    theory.pos_gaussian_few,
    resolution=0.05,
    budget=2000,
    points=places((16, 3), (17, 4), (33, 5), (35, 2)),
)(all_attendable())
mutate(
    theory.pos_gaussian_few,
    Mutant("up to twice as many dimensions", points=places((16, 8)), domain=anywhere),
    Mutant("five positions", points=places((5, 2)), domain=Domain(N, d)),
)

# If one of the four shortest is among the others, not all can be singled out.
check_for(
    theory.pos_gaussian_many,
    resolution=0.05,
    budget=2000,
    points=places((8192, 28)),
)(all_attendable(4))
mutate(
    theory.pos_gaussian_many,
    Mutant("35 positions", points=places((35, 12)), domain=anywhere, measure=all_attendable()),
)
