"""Do trained memories follow the recursion of their weights, and does it stay in its bounds?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import Rational, exp, log, oo

from numerics.assoc_scaling import gradient, instances
from numerics.assoc_scaling import sgd as numerics
from numerics.core.streams import Stream
from theory import Bound, Equivalent, Identity
from theory.assoc_scaling import sgd as theory
from theory.assoc_scaling.sgd import K, M, gamma, n, potential, q
from theory.core.rules.iteration import Iterate
from verify import Exact, Mutant, Sampled, check_for, mutate

STEPS = (0.001, 0.1, 1, 10)


@cache
def trained_weight(classes, step, times, disturbed=False):
    """Weight of token 0 in W after SGD on single samples, of which it is ``times``.

    Other tokens are seen in between, in random order; with ``disturbed`` the input embeddings are
    not orthonormal, so that they change the weight.
    """
    stream = Stream.of(17, "trained weight", classes, times)
    rng = stream.numpy()
    size, dimension = 4, max(4, classes)
    inputs = instances.output_embeddings("orthonormal", size, dimension, stream.substream("E"))
    if disturbed:
        inputs = rng.standard_normal((size, dimension)) / np.sqrt(dimension)
    outputs = instances.output_embeddings("orthonormal", classes, dimension, stream.substream("U"))
    labels = np.arange(size) % classes
    tokens = rng.permutation(np.r_[np.zeros(times, int), rng.integers(1, size, 2 * times + 5)])
    start = np.zeros((dimension, dimension))
    memory = numerics.train_memory(start, inputs, outputs, labels, tokens[:, None], step)
    return float(gradient.logits(memory, inputs, outputs)[0, 0])


def learned(M, gamma, n):
    """The weight that training finds; its rounding grows with the number of steps."""
    value = trained_weight(M, float(gamma), n)
    return Exact(value, 1e-15 * (3 * n + 10) * (1 + abs(value)))


def histories(classes, steps, times):
    """Every combination, with the count at which the published map was compared."""
    return [{"M": m, "gamma": g, "n": k} for m in classes for g in steps for k in times]


COUNTEREXAMPLE = {"M": 4, "gamma": 1, "n": 400}

check_for(
    theory.qgamma,
    resolution=1e-10,
    absolute=True,
    points=[*histories((2, 3, 10), (*STEPS, 20), (0, 1, 2, 30)), COUNTEREXAMPLE],
)(learned)


def iterated_map(level, power=q):
    """The claim that the weight follows the map with this level and exponent."""
    return Identity(
        theory.learned_weight(), Iterate(q + gamma / (1 + exp(power) / level), (q, 0, n))
    )


def with_random_inputs(M, gamma, n):
    """The weight where input embeddings are random."""
    return Exact(trained_weight(M, float(gamma), n, disturbed=True), 1e-12)


mutate(
    theory.qgamma,
    Mutant("published map, level M", iterated_map(M), points=[COUNTEREXAMPLE], published=True),
    Mutant(
        "published map, level M - 1", iterated_map(M - 1), points=[COUNTEREXAMPLE], published=True
    ),
    Mutant("level M, exponent M q / (M - 1)", iterated_map(M, M * q / (M - 1))),
    Mutant("exponent q (M - 1) / M", iterated_map(M - 1, (M - 1) * q / M)),
    Mutant("random input embeddings", measure=with_random_inputs),
)

check_for(
    theory.qgamma_overestimate,
    resolution=1e-10,
    absolute=True,
    points=[*histories((2, 3, 10), (0.1, 1, 4), (0, 1, 2, 30)), COUNTEREXAMPLE],
)(learned)

weight = theory.learned_weight(M, theory.few, n)
mutate(
    theory.qgamma_overestimate,
    Mutant("at most 1.3 times", Bound(theory.published, "<=", Rational(13, 10) * weight)),
    Mutant("at least 1.3 times", Bound(Rational(13, 10) * weight, "<=", theory.published)),
    Mutant(
        "for any step size",
        points=[{"M": 1000, "gamma": 7, "n": 2}],
        domain=theory.qgamma.domain,
    ),
    Mutant(
        "at most M / (M - 1/2) times",
        Bound(theory.published, "<=", M / (M - Rational(1, 2)) * weight),
    ),
)


def runs_of_both(N, M, d, T, size, gamma, x, y, stream, **changes):
    """One logit after the same SGD run on W and on the table of logits.

    ``changes`` are what the second run is given instead of its true arguments.
    """
    rng = stream.numpy()
    inputs, outputs = rng.standard_normal((N, d)), rng.standard_normal((M, d)) / np.sqrt(d)
    labels, batches = rng.integers(M, size=N), rng.integers(N, size=(T, size))
    start = rng.standard_normal((d, d)) / d
    memory = numerics.train_memory(start, inputs, outputs, labels, batches, gamma)
    arguments = {
        "scores": gradient.logits(start, inputs, outputs),
        "input_gram": inputs @ inputs.T,
        "output_gram": outputs @ outputs.T,
        "labels": labels,
        "batches": batches,
        "step": gamma,
    }
    arguments |= {name: change(arguments) for name, change in changes.items()}
    by_memory = gradient.logits(memory, inputs, outputs)[x - 1, y - 1]
    by_table = numerics.train_logits(**arguments)[x - 1, y - 1]
    error = 1e-14 * (T + 1) * (1 + abs(by_memory))
    return {"memory_logit": Exact(by_memory, error), "gram_logit": Exact(by_table, error)}


def runs(stream, count):
    """Random sizes and lengths, dimensions below and above the number of inputs."""
    for index in range(count):
        rng = stream.numpy(index)
        inputs, classes = int(rng.integers(2, 12)), int(rng.integers(2, 6))
        yield {
            "N": inputs,
            "M": classes,
            "d": int(rng.choice((2, 5, 20))),
            "T": int(rng.choice((0, 1, 10, 50))) if index else 50,
            "size": int(rng.integers(1, 9)),
            "gamma": float(10 ** rng.uniform(-2, 0)),
            "x": int(rng.integers(1, inputs + 1)),
            "y": int(rng.integers(1, classes + 1)),
        }


@check_for(
    theory.gram_sgd, resolution=1e-10, absolute=True, points=runs, count=20, full={"count": 300}
)
def _(N, M, d, T, size, gamma, x, y, stream):
    return runs_of_both(N, M, d, T, size, gamma, x, y, stream)


def changed(**changes):
    """A measurement whose second run is given something else."""

    def measure(N, M, d, T, size, gamma, x, y, stream):
        return runs_of_both(N, M, d, T, size, gamma, x, y, stream, **changes)

    return measure


def square_runs(stream, count):
    """Runs with as many inputs as classes."""
    return ({**point, "N": point["M"], "x": point["y"]} for point in runs(stream, count))


mutate(
    theory.gram_sgd,
    Mutant(
        "the two Gram matrices exchanged",
        points=square_runs,
        measure=changed(
            input_gram=lambda given: given["output_gram"],
            output_gram=lambda given: given["input_gram"],
        ),
    ),
    Mutant(
        "no division by the size of the batch",
        measure=changed(step=lambda given: given["step"] * given["batches"].shape[1]),
    ),
    Mutant(
        "batches taken apart into single samples",
        measure=changed(
            batches=lambda given: given["batches"].reshape(-1, 1),
            step=lambda given: given["step"] / given["batches"].shape[1],
        ),
    ),
    Mutant(
        "orthonormal outputs taken for granted",
        measure=changed(output_gram=lambda given: np.eye(len(given["output_gram"]))),
    ),
    Mutant("started from 0", measure=changed(scores=lambda given: 0 * given["scores"])),
)

recursion = cache(numerics.recursion)


def iterates(gamma, K, n):
    """The recursion itself, in balls."""
    return Exact(*recursion(float(gamma), float(K), n))


def moderate(steps, levels, times):
    """Points whose first step is at most 1.79."""
    return [
        {"gamma": g, "K": k, "n": t}
        for g in steps
        for k in levels
        for t in times
        if g <= 1.79 * (1 + 1 / k)
    ]


EQUAL = 1e-15  # the bounds are attained at n = 0 or 1, which no enclosure can tell from beyond
LEVELS = (0.5, 1, 4, 10, 1000)
GRID = [
    {"gamma": g, "K": k, "n": t} for g in STEPS for k in LEVELS for t in (0, 1, 2, 10, 100, 1000)
]
MODERATE = moderate((1e-4, 0.1, 1, 1.79), LEVELS, (0, 1, 2, 10, 100, 1000))
STEP_GRID = [
    {"gamma": g, "K": k, "q": w} for g in STEPS for k in LEVELS for w in (0, 0.1, 1, 3, 10)
]

check_for(theory.qgamma_step, resolution=0, points=STEP_GRID)(None)
mutate(
    theory.qgamma_step,
    Mutant("at least gamma + gamma^2 / 100", Bound(gamma + gamma**2 / 100, "<=", theory.rise)),
)
check_for(
    theory.qgamma_step_upper,
    resolution=0,
    points=[point for point in STEP_GRID if point["gamma"] <= 1.79 * (1 + 1 / point["K"])],
    boxes=0,
)(None)
mutate(
    theory.qgamma_step_upper,
    Mutant("gamma^2 / 100", Bound(theory.rise, "<=", gamma + gamma**2 / 100)),
    Mutant("gamma^2 / 10", Bound(theory.rise, "<=", gamma + gamma**2 / 10)),
    Mutant(
        "for any step size",
        points=[{"gamma": 10, "K": 10, "q": 2}],
        domain=theory.qgamma_step.domain,
    ),
)

check_for(theory.qgamma_potential, resolution=EQUAL, points=GRID)(iterates)
mutate(
    theory.qgamma_potential,
    Mutant(
        "twice the time of the flow",
        Bound(2 * theory.flow_time, "<=", potential(theory.iterated())),
    ),
)
check_for(theory.qgamma_potential_upper, resolution=EQUAL, points=MODERATE)(iterates)
mutate(
    theory.qgamma_potential_upper,
    Mutant(
        "gamma^2 / 100",
        Bound(
            potential(theory.iterated()),
            "<=",
            1 / K.symbol + n * (gamma + gamma**2 / 100),
        ),
    ),
)

check_for(theory.qgamma_bracket, resolution=EQUAL, points=MODERATE)(iterates)

iterated = theory.iterated()
mutate(
    theory.qgamma_bracket,
    Mutant(
        "the flow as an upper bound", Bound(iterated, "<=", theory.along_flow(theory.flow_time))
    ),
    Mutant(
        "gamma^2 / 100 instead of gamma^2 / 4",
        Bound(iterated, "<=", theory.along_flow(1 / K.symbol + n * (gamma + gamma**2 / 100))),
    ),
    Mutant(
        "for any step size",
        points=[{"gamma": 10, "K": 10, "n": 1}],
        domain=theory.qgamma_potential.domain,
    ),
    Mutant(
        "the late time as a lower bound",
        Bound(theory.along_flow(theory.late_time), "<=", iterated),
    ),
)

check_for(
    theory.qgamma_growth,
    resolution=2e-3,
    points=[{"gamma": g, "K": k, "n": 1} for g in (0.1, 1, 10) for k in (1, 10)],
    ladder=(1000, 3000, 10_000, 30_000, 100_000),
    full={"resolution": 2e-3},
)(iterates)


def growth(prediction):
    """The claim that the exponential of the iterates is asymptotic to this."""
    return Equivalent(exp(iterated), prediction, as_=(n, oo))


mutate(
    theory.qgamma_growth,
    Mutant("no factor K", growth(gamma * n)),
    Mutant("no factor gamma", growth(K * n)),
    Mutant("K + 1", growth((K + 1) * gamma * n)),
)

check_for(theory.qgamma_small_step, resolution=EQUAL, points=GRID)(iterates)
first = theory.first
mutate(
    theory.qgamma_small_step,
    Mutant("n gamma as a lower bound", Bound(n * gamma, "<=", iterated)),
    Mutant("lower bound without the decrease", Bound(n * first, "<=", iterated)),
    Mutant(
        "decrease of half the exponent",
        Bound(n * gamma / (1 + exp(n * first / 10) / K), "<=", iterated),
    ),
    Mutant("upper bound 9/10 of it", Bound(iterated, "<=", Rational(9, 10) * n * first)),
)

SEEN = [point for point in GRID if point["n"] >= 1]
check_for(theory.qgamma_large_step, resolution=EQUAL, points=SEEN)(iterates)
often, later = theory.often, theory.later
seen = theory.iterated_seen()
mutate(
    theory.qgamma_large_step,
    Mutant("gamma as a lower bound", Bound(gamma, "<=", seen)),
    Mutant("flat after the first step", Bound(seen, "<=", first)),
    Mutant("half the later steps", Bound(seen, "<=", first + (often - 1) * later / 2)),
    Mutant("the first step counted twice as a lower bound", Bound(2 * first, "<=", seen)),
)

SEVERAL = [point for point in GRID if point["n"] >= 2]
check_for(theory.qgamma_exponent, resolution=EQUAL, points=SEVERAL)(iterates)
several = theory.several
slope = theory.exponent(theory.iterated_several())
mutate(
    theory.qgamma_exponent,
    Mutant("exponent 1", Bound(1, "<=", slope)),
    Mutant("exponent 0", Bound(slope, "<=", 0)),
    Mutant(
        "published reading: exponent 1 / (1 + log n)",
        Bound(slope, "<=", 1 / (1 + log(several))),
    ),
)

FLAT = [
    {"gamma": g, "c": c, "K": k, "n": t}
    for g in (0.1, 1, 4)
    for c in (1, 2, 10)
    for k in (1, 10, 1000)
    for t in (0, 1, 2, 10, 100)
]


@check_for(theory.qgamma_flattening, resolution=EQUAL, points=FLAT)
def _(gamma, c, K, n):
    return {"iterated_larger": iterates(c * gamma, K, n), "iterated": iterates(gamma, K, n)}


larger, plain = theory.iterated_larger(), theory.iterated(theory.few, K, n)
mutate(
    theory.qgamma_flattening,
    Mutant("no larger than before", Bound(larger, "<=", plain)),
    Mutant(
        "by the square root of c",
        Bound(larger, "<=", theory.factor.symbol ** Rational(1, 2) * plain),
    ),
)


def named(choices):
    """Points of the named settings, in order; fewer of them in the quick tier."""

    def points(stream, count):
        return [{"run": run} for run in choices[:count]]

    return points


def pairs_of_errors(run, stream, **changes):
    """A function that draws errors: of the trained memory, of the approximation."""
    words = run.replace(",", "").split()
    dimension, steps, size, step = int(words[1]), int(words[2]), int(words[5]), float(words[7])

    def draw(start, count):
        arguments = (dimension, size, steps, step, stream, start, count)
        return numerics.approximation_errors(*arguments, **changes)

    return draw


def approximation_gap(**changes):
    """Measure the absolute difference of the two errors."""

    def measure(run, stream):
        draw = pairs_of_errors(run, stream, **changes)
        return Sampled(lambda start, count: np.abs(np.diff(draw(start, count))[:, 0]))

    return measure


check_for(
    theory.sgd_approx_error,
    resolution=0.005,
    budget=4500,  # a first block is no longer than this
    points=named(theory.roomy.choices),
    count=2,
    full={"resolution": 0.002, "budget": 40_000, "count": 5},
)(approximation_gap())
mutate(
    theory.sgd_approx_error,
    Mutant("weights in proportion to the counts", measure=approximation_gap(weight_step=1e-6)),
    Mutant(
        "in ten dimensions",
        domain=theory.sgd_approx_breakdown.domain,
        points=named(theory.crowded.choices),
    ),
)


def approximation_excess(run, stream):
    """Measure by how much the approximation errs more than the trained memory."""
    draw = pairs_of_errors(run, stream)
    return Sampled(lambda start, count: np.diff(draw(start, count))[:, 0], low=-1.0)


check_for(
    theory.sgd_approx_breakdown,
    resolution=0.01,
    budget=3000,
    points=named(theory.crowded.choices),
    full={"resolution": 0.005, "budget": 100_000},
)(approximation_excess)
mutate(
    theory.sgd_approx_breakdown,
    Mutant(
        "in a hundred dimensions",
        domain=theory.sgd_approx_error.domain,
        points=named(theory.roomy.choices[:1]),
    ),
)
