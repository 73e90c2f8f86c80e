"""Do trained memories behave as claimed, seed by seed? Paired sign tests, exact.

Runs that are compared share their seeds: embeddings, start and data are the same. Steps are tuned
on seeds of their own. With all 20 seeds on one side a sign test errs with probability 2^-20. The
numbers of seeds below are those of a run with seed 0; any other run trains on fresh ones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from numerics.assoc_scaling import finite_data, training
from numerics.assoc_scaling.best_weights import best_weights
from numerics.assoc_scaling.training import Memory
from theory.assoc_scaling import training as theory
from verify import Exact, Mutant, Trained, check_for, leading, mutate, training_seeds

SEEDS = range(20)
TUNING_SEEDS = range(1000, 1006)
RATES = (0.1, 1.0, 10.0, 100.0)


@lru_cache(maxsize=256)
def errors(memory, rates, numbers, seed):
    """Final errors, one row for each rate; computed once in a process."""
    return training.final_errors(memory, training_seeds(seed, numbers), rates)


def at_all_rates(memory, seed):
    """Errors on the tuning seeds and on the test seeds, one row for each rate."""
    found = errors(memory, RATES, (*TUNING_SEEDS, *SEEDS), seed)
    return np.split(found, [len(TUNING_SEEDS)], axis=1)


def tuned(memory, seed):
    """Errors on the test seeds at the rate that was best on the tuning seeds."""
    if memory.samples > 200 * memory.batch:  # running takes longer than compiling
        best = RATES[np.argmin(errors(memory, RATES, TUNING_SEEDS, seed).mean(axis=1))]
        return errors(memory, (best,), SEEDS, seed)[0]
    tuning, test = at_all_rates(memory, seed)
    return test[np.argmin(tuning.mean(axis=1))]


def paired(group_a, group_b):
    """Two groups with the same seeds."""
    return Trained(group_a, np.broadcast_to(group_b, group_a.shape).copy(), paired=True)


def memory_of(d, batch, samples, **further):
    """A memory of the grid."""
    return Memory(dimension=d, batch=batch, samples=samples, **further)


def points(**lists):
    """All combinations of the listed values; the last-named value varies slowest."""
    result: list[dict[str, object]] = [{}]
    for name, values in lists.items():
        result = [{**point, name: value} for value in values for point in result]
    return result


def turned(claim):
    """The trend of a claim in the other direction."""
    return replace(claim.statement, direction="higher")


ERROR = {"resolution": 0.0, "error": 1e-4}


@check_for(
    theory.step_size,
    **ERROR,
    points=leading(
        points(samples=(10240,), batch=(256, 64), rate=(0.1, 1.0, 10.0), d=(50, 100, 200))
    ),
    count=6,
    full={"count": 18},
)
def larger_step(d, batch, samples, rate, seed):
    """Errors at ten times the step, and at the step."""
    _, test = at_all_rates(memory_of(d, batch, samples), seed)
    row = RATES.index(rate)
    return paired(test[row + 1], test[row])


mutate(
    theory.step_size,
    Mutant(
        "in a small dimension on much data",
        points=points(d=(10,), batch=(16,), samples=(102_400,), rate=(10.0,)),
        measure=lambda d, batch, samples, rate, seed: paired(
            *errors(memory_of(d, batch, samples), (10 * rate, rate), range(300), seed)
        ),
    ),
)


@check_for(
    theory.batch_size,
    **ERROR,
    points=leading(points(samples=(10240,), batch=(1024, 256, 64), d=(50, 100, 200))),
    count=2,
    full={"count": 9},
)
def smaller_batch(d, batch, samples, seed):
    """Errors at a quarter of the batch, and at the batch, both tuned."""
    quarter, whole = (memory_of(d, size, samples) for size in (batch // 4, batch))
    return paired(tuned(quarter, seed), tuned(whole, seed))


@check_for(theory.adam_sign, resolution=1e-14, absolute=True)
def _(entry):
    return Exact(*training.first_adam_update(float(entry)))


@check_for(theory.adam_sign_descent, **ERROR, points=[{"d": 10}])
def sign_descent(d, seed):
    """Errors of sign descent and of gradient descent after thirty exact steps."""
    memory = Memory(
        dimension=d,
        inputs=10,
        samples=30,
        batch=1,
        population=True,
        unit_outputs=True,
        zero_start=True,
    )
    numbers = range(100)
    by_sign = errors(replace(memory, optimiser="sign"), (1.0,), numbers, seed)[0]
    return paired(by_sign, errors(memory, (1.0,), numbers, seed)[0])


def adam_against_sgd(d, batch, samples, seed):
    """Errors of Adam and of stochastic gradient descent, both tuned."""
    adam = tuned(memory_of(d, batch, samples, optimiser="adam"), seed)
    return adam, tuned(memory_of(d, batch, samples), seed)


@check_for(
    theory.adam_vs_sgd,
    **ERROR,
    points=leading(points(samples=(10240,), batch=(256, 1024), d=(50, 100, 200))),
    count=2,
    full={"count": 6},
)
def adam_first(d, batch, samples, seed):
    """Adam against stochastic gradient descent."""
    return paired(*adam_against_sgd(d, batch, samples, seed))


mutate(
    theory.adam_vs_sgd,
    Mutant(
        "at every batch size",
        points=points(d=(50,), batch=(16,), samples=(10240,)),
        published=True,
    ),
)


@check_for(
    theory.adam_vs_sgd_small_batch,
    **ERROR,
    points=leading(points(samples=(10240,), batch=(16,), d=(50, 100))),
    count=1,
    full={"count": 2},
)
def sgd_first(d, batch, samples, seed):
    """Stochastic gradient descent against Adam."""
    adam, sgd = adam_against_sgd(d, batch, samples, seed)
    return paired(sgd, adam)


mutate(
    theory.adam_vs_sgd_small_batch,
    Mutant("Adam is better here too", turned(theory.adam_vs_sgd_small_batch), published=True),
)


def normalised_and_plain(optimiser, d, batch, samples):
    """The memory with layer normalisation, and without."""
    plain = memory_of(d, batch, samples, optimiser=optimiser)
    return replace(plain, layer_norm=True), plain


@check_for(
    theory.layernorm,
    **ERROR,
    points=leading(
        points(samples=(10240,), batch=(1024,), optimiser=("sgd", "adam"), d=(100, 200))
    ),
    count=2,
    full={"count": 4},
)
def normalised_first(optimiser, d, batch, samples, seed):
    """Errors with and without normalisation at step size 1."""
    normalised, plain = normalised_and_plain(optimiser, d, batch, samples)
    # at d = 200 about seven runs in ten are better: 60 seeds left that open, these are others
    numbers = range(60) if d < 200 else range(3000, 3200)
    return paired(*(errors(one, (1.0,), numbers, seed)[0] for one in (normalised, plain)))


@check_for(
    theory.layernorm_tuned,
    **ERROR,
    points=leading(
        points(samples=(10240,), batch=(1024,), optimiser=("sgd", "adam"), d=(50, 100, 200))
    ),
    count=2,
    full={"count": 6},
)
def plain_first(optimiser, d, batch, samples, seed):
    """Errors without and with normalisation, both tuned."""
    normalised, plain = normalised_and_plain(optimiser, d, batch, samples)
    return paired(tuned(plain, seed), tuned(normalised, seed))


def tuned_normalised_first(optimiser, d, batch, samples, seed):
    """Errors with and without normalisation, both tuned."""
    normalised, plain = normalised_and_plain(optimiser, d, batch, samples)
    return paired(tuned(normalised, seed), tuned(plain, seed))


mutate(
    theory.layernorm,
    Mutant("with tuned steps too", measure=tuned_normalised_first, published=True),
)
mutate(
    theory.layernorm_tuned,
    Mutant("normalisation is better here too", turned(theory.layernorm_tuned), published=True),
)


def schedule_errors(inputs, constant, seed):
    """Errors with a step of 10 that drops, and with a constant step."""
    memory = Memory(
        dimension=5,
        inputs=inputs,
        exponent=1.5,
        samples=1000,
        batch=1,
        unit_outputs=True,
        zero_start=True,
    )
    numbers = range(400)
    drops = replace(memory, drop_after=100, drop_factor=0.03)
    dropped = errors(drops, (10.0,), numbers, seed)[0]
    return dropped, errors(memory, (float(constant),), numbers, seed)[0]


@check_for(theory.lr_schedule, **ERROR, points=points(inputs=(30,), constant=(10.0, 0.1)))
def dropped_first(inputs, constant, seed):
    """The dropped step against the constant one."""
    return paired(*schedule_errors(inputs, constant, seed))


mutate(
    theory.lr_schedule,
    Mutant("with 10 inputs too", points=points(inputs=(10,), constant=(10.0,)), published=True),
)


@check_for(
    theory.lr_schedule_not_overloaded, **ERROR, points=points(inputs=(10,), constant=(10.0,))
)
def constant_first(inputs, constant, seed):
    """The constant step against the dropped one."""
    dropped, undropped = schedule_errors(inputs, constant, seed)
    return paired(undropped, dropped)


mutate(
    theory.lr_schedule_not_overloaded,
    Mutant("dropping helps", turned(theory.lr_schedule_not_overloaded), published=True),
)


FRESH_SEEDS = range(2000, 2060)
"""A first look at 20 seeds left the comparison with the floor unsettled: these are others."""


def learned_errors(d, batch, samples, rate, seed):
    """Errors when the embeddings are learned too."""
    return errors(memory_of(d, batch, samples, learned="all"), (rate,), FRESH_SEEDS, seed)[0]


LEARNED = leading(points(samples=(10240,), batch=(16,), rate=(1.0,), d=(10, 50, 100, 200)))


@check_for(theory.learned_grid, **ERROR, points=LEARNED, count=2, full={"count": 4})
def learned_first(d, batch, samples, rate, seed, share=0.3):
    """Learned embeddings against a share of the error with fixed ones."""
    fixed = errors(memory_of(d, batch, samples), (rate,), FRESH_SEEDS, seed)[0]
    return paired(learned_errors(d, batch, samples, rate, seed), share * fixed)


mutate(
    theory.learned_grid,
    Mutant("a hundredfold", measure=partial(learned_first, share=0.01)),
)


@check_for(theory.learned_near_floor, **ERROR, points=LEARNED, count=2, full={"count": 4})
def near_floor(d, batch, samples, rate, seed, factor=2.0):
    """Learned embeddings against a multiple of the finite-data floor."""
    floor = 0.8 * finite_data.unseen_mass(2.0, samples, size=100)[0]
    return paired(learned_errors(d, batch, samples, rate, seed), np.array([factor * floor]))


mutate(
    theory.learned_near_floor,
    Mutant("half the floor", measure=partial(near_floor, factor=0.5)),
)


@check_for(
    theory.trained_beats_schemes,
    **ERROR,
    points=leading(points(d=(20, 10, 50))),
    count=1,
    full={"count": 3},
)
def trained_first(d, seed, share=0.5):
    """Trained memories against a share of the error of the best weights."""
    best, _ = best_weights(d)
    return paired(tuned(memory_of(d, 16, 102_400), seed), np.array([share * best]))


mutate(
    theory.trained_beats_schemes,
    Mutant("a hundredfold", measure=partial(trained_first, share=0.01)),
)
