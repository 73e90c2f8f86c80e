"""How often, and on which way, does training in the plane end with more error than it need have?"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from sympy import Eq, Piecewise, Rational

from numerics.assoc_dynamics import binary
from numerics.assoc_dynamics import forgetting as numerics
from numerics.assoc_dynamics import underparameterised as certified
from numerics.assoc_dynamics.torch_normals import torch_normals
from theory import Bound, Domain, Identity, Real
from theory.assoc_dynamics import forgetting as theory
from verify import Exact, Mutant, Sampled, check_for, mutate

# How often


def excess(size, stream):
    """Replicates of the excess error."""
    return lambda first, count: numerics.excess_draws(size, stream, first, count)


def suboptimal(size, stream):
    """Whether there is an excess error, in replicates."""
    return lambda first, count: np.sign(numerics.excess_draws(size, stream, first, count))


PAIRS = [{"N": N, "n": n} for N, n in ((3, 5), (5, 10), (10, 30), (30, 100))]


@check_for(theory.ce_suboptimal_2d, resolution=0.02, points=PAIRS, full={"resolution": 0.005})
def _(N, n, stream):
    return {
        "suboptimal": Sampled(suboptimal(N, stream.substream("N")), bernoulli=True),
        "suboptimal_more": Sampled(suboptimal(n, stream.substream("n")), bernoulli=True),
    }


mutate(
    theory.ce_suboptimal_2d,
    Mutant(
        "half as often with fewer tokens",
        Bound(2 * theory.suboptimal(), "<=", theory.suboptimal_more()),
    ),
)


@check_for(
    theory.ce_suboptimal_2d_excess,
    resolution=0.004,
    points=[{"N": N} for N in (3, 5, 100)],
    full={"resolution": 0.001},
)
def _(N, stream):
    return {
        "mean_excess": Sampled(excess(N, stream.substream("N"))),
        "mean_excess_of_12": Sampled(excess(12, stream.substream("12"))),
    }


mutate(
    theory.ce_suboptimal_2d_excess,
    Mutant(
        "rising with the number of tokens",
        Bound(theory.mean_excess_of_12(), "<=", theory.mean_excess()),
        points=[{"N": 100}],
    ),
    Mutant(
        "no excess with few tokens",
        Bound(theory.mean_excess(), "<=", theory.mean_excess_of_12() / 6),
        points=[{"N": 3}],
    ),
)

SHARES = [Fraction(share, 11) for share in (6, 3, 2)]


def panel(seed):
    """Signed tokens of a panel: normal vectors, normalised, every second one turned round."""
    vectors = torch_normals(seed, (6,))[0].reshape(3, 2)
    return vectors / np.linalg.norm(vectors, axis=1)[:, None] * np.array([[1], [-1], [1]])


def panel_excess(tokens):
    """Excess error of the limit of training, which is perfect where a perfect memory exists."""
    best = certified.best_error(tokens, SHARES)
    if best == 0:
        _, errors = numerics.descent(tokens, [float(v) for v in SHARES], (0, 0), 1.0, 2000)
        return Exact(Fraction(float(errors[-1])) if errors[-1] else Fraction(0))
    scores = certified.least_loss_scores(tokens.tolist(), SHARES)
    return Exact(certified.wrong_mass(scores, SHARES) - best)


check_for(
    theory.ce_suboptimal_2d_panels, resolution=0, points=[{"seed": seed} for seed in (39, 81)]
)(lambda seed: panel_excess(panel(seed)))
BOTH = Piecewise((Rational(1, 11), Eq(theory.seed, 81)), (0, True))
mutate(
    theory.ce_suboptimal_2d_panels,
    Mutant("one token forgotten too many", Identity(theory.panel_excess(), BOTH)),
    Mutant("nothing is lost", Identity(theory.panel_excess(), 0)),
    Mutant("labels that are all the same", measure=lambda seed: panel_excess(np.abs(panel(seed)))),
)


def crowd(s, degrees=theory.THIRTY):
    """Errors of the least loss and of the constant rule."""
    tokens = numerics.signed_circle(degrees)
    law = [Fraction(float(value)) for value in numerics.zipf_law(len(tokens), s)]
    scores = certified.least_loss_scores(tokens.tolist(), law)
    return {
        "least_loss_error": Exact(certified.wrong_mass(scores, law)),
        "constant_error": Exact(sum(law[1::2])),
    }


check_for(
    theory.ce_suboptimal_2d_constant,
    resolution=1e-12,
    points=[{"s": s} for s in (1, 0.985, 1.02, 1.045)],
)(crowd)
mutate(
    theory.ce_suboptimal_2d_constant,
    Mutant(
        "for other tokens as well",
        measure=lambda s: crowd(
            s, [angle + 180 * (k % 2) for k, angle in enumerate(theory.THIRTY)]
        ),
    ),
    Mutant(
        "wrong more often than not by a fifth",
        Bound(theory.constant_error() + Rational(1, 5), "<=", theory.least_loss_error()),
    ),
)

# On the way

TOKENS = numerics.signed_circle(theory.DEGREES)


@lru_cache(maxsize=8)
def path(s):
    """Loss and error along gradient descent for an exponent of Zipf's law."""
    return numerics.descent(TOKENS, numerics.zipf_law(10, s), (7.5, 2.5), 0.1, 3000)


def masses(s):
    """Exact fractions of floats, so that sums of masses are exact."""
    return [Fraction(float(value)) for value in numerics.zipf_law(10, s)]


def visited(s):
    """The least error on the way."""
    return Exact(float(path(s)[1].min()), 1e-15)


def settled(s):
    """The error at the end."""
    return Exact(float(path(s)[1][-1]), 1e-15)


EXPONENTS = [{"s": s} for s in (2, 1.5, 1.8, 2.2, 2.25)]
ANY = Domain(Real("s", at_least=0))
UNIFORM = [{"s": 0}]


@check_for(theory.forgetting_trajectory, resolution=1e-12, points=EXPONENTS)
def _(s):
    return {"visited_error": visited(s), "settled_error": settled(s)}


mutate(
    theory.forgetting_trajectory,
    Mutant("equal frequencies", points=UNIFORM, domain=ANY),
    Mutant(
        "three times the excess",
        Bound(theory.visited_error() + Rational(9, 20), "<=", theory.settled_error()),
    ),
)


@check_for(theory.forgetting_trajectory_visits, resolution=1e-12, points=EXPONENTS)
def _(s):
    return {
        "visited_error": visited(s),
        "best_error": Exact(certified.best_error(TOKENS, masses(s))),
    }


mutate(
    theory.forgetting_trajectory_visits,
    Mutant("for every exponent", points=[{"s": 1}], domain=ANY),
)


def limit(s):
    """The error of the memory of least loss."""
    scores = certified.least_loss_scores(TOKENS.tolist(), masses(s))
    return Exact(certified.wrong_mass(scores, masses(s)))


@check_for(theory.forgetting_trajectory_settles, resolution=1e-12, points=EXPONENTS)
def _(s):
    return {"settled_error": settled(s), "limit_error": limit(s)}


mutate(
    theory.forgetting_trajectory_settles,
    Mutant(
        "the error on the way",
        measure=lambda s: {"settled_error": visited(s), "limit_error": limit(s)},
    ),
)


def largest_rise(losses):
    """The largest logarithm of the ratio of two losses in succession, over the first 600 steps."""
    return Exact(float(np.diff(np.log(losses[:601])).max()), 1e-15)


check_for(theory.forgetting_trajectory_falls, resolution=1e-13, points=EXPONENTS, absolute=True)(
    lambda s: largest_rise(path(s)[0])
)


def large_steps(s):
    """The same with steps 400 times as large."""
    law = numerics.zipf_law(10, s)
    return largest_rise(numerics.descent(TOKENS, law, (7.5, 2.5), 40.0, 600)[0])


mutate(theory.forgetting_trajectory_falls, Mutant("at any step size", measure=large_steps))


@check_for(
    theory.forgetting_trajectory_sgd,
    resolution=0.02,
    points=[{"s": s} for s in (2, 1.5, 2.25)],
    full={"resolution": 0.005},
)
def _(s, stream):
    law, best = numerics.zipf_law(10, s), float(certified.best_error(TOKENS, masses(s)))

    def draw(first, count):
        errors = numerics.stochastic_errors(
            TOKENS, law, (7.5, 2.5), 0.1, 1000, 10, stream, first, count
        )
        return (errors >= best + 0.15).astype(float)

    return Sampled(draw, bernoulli=True)


mutate(
    theory.forgetting_trajectory_sgd,
    Mutant("in nineteen of twenty runs", Bound(Rational(19, 20), "<=", theory.forgets())),
    Mutant("equal frequencies", points=UNIFORM, domain=ANY),
)

# Which steps hold


def problems(stream, count):
    """Random tokens, a few or many, with 0 inside the convex hull of the signed ones."""
    index = 0
    while count > 0:
        draw = stream.numpy(index)
        index += 1
        size = int(draw.choice([3, 5, 10, 30]))
        degrees = tuple(int(angle) for angle in draw.integers(0, 360, size=size))
        turned = np.sort([(angle + 180 * (k % 2)) % 360 for k, angle in enumerate(degrees)])
        if max(np.diff(turned, append=turned[0] + 360)) < 180:
            count -= 1
            yield {"N": size, "degrees": degrees}


def plane(N, degrees):
    """Signed tokens, frequencies, and how the memory of least loss acts."""
    tokens, law = numerics.signed_circle(degrees), numerics.zipf_law(N, 1)
    return tokens, law, numerics.least_loss_memory(tokens, law)


@check_for(theory.underparam_eos, resolution=1e-3, points=problems, count=8, full={"count": 100})
def _(N, degrees):
    tokens, law, memory = plane(N, degrees)
    sharpness = numerics.sharpness(tokens, law, memory)
    return {
        "critical_step": Exact(*numerics.critical_step(tokens, law)),
        "sharpness": Exact(sharpness, 1e-9 * sharpness),
    }


def blank(N, degrees):
    """The critical step with the sharpness at the start in place of that at the least loss."""
    tokens, law, _ = plane(N, degrees)
    return {
        "critical_step": Exact(*numerics.critical_step(tokens, law)),
        "sharpness": Exact(numerics.sharpness(tokens, law, (0, 0))),
    }


step, slope = theory.critical_step(), theory.sharpness()
mutate(
    theory.underparam_eos,
    Mutant("the sharpness at the start", measure=blank),
    Mutant("one over the sharpness", Identity(step, 1 / slope)),
    Mutant("the outputs forgotten", Identity(step, 4 / slope)),
)


def late_loss(N, degrees, f):
    """Mean loss of late steps, at a multiple of 2 over the sharpness."""
    tokens, law, memory = plane(N, degrees)
    step = 2 * f / numerics.sharpness(tokens, law, memory)
    losses, _ = numerics.descent(tokens, law, (0, 0), step, 6000)
    return {
        "late_loss": Exact(float(losses[-1000:].mean()), 1e-12),
        "least_loss": Exact(float(binary.loss(tokens @ memory, law)), 1e-12),
    }


def multiples(stream, count):
    """Each problem with a multiple of the critical step."""
    factors = (1.05, 1.5, 3, 10)
    for index, point in enumerate(problems(stream, count)):
        yield {**point, "f": factors[index % len(factors)]}


check_for(
    theory.underparam_eos_cycle, resolution=1e-6, points=multiples, count=12, full={"count": 200}
)(late_loss)
mutate(
    theory.underparam_eos_cycle,
    Mutant(
        "below the critical step as well",
        points=lambda stream, count: [{**q, "f": 0.9} for q in problems(stream, 1)],
        domain=Domain(theory.count, theory.degrees, Real("f", above=0)),
    ),
    Mutant(
        "twice the least loss at every step above",
        Bound(2 * theory.least_loss(), "<=", theory.late_loss()),
    ),
)
