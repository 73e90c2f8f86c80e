"""Other networks and another optimiser, seed by seed. Paired sign tests, exact.

Sizes, rates and levels were chosen by looking at seeds from 1000 to 1005; verdicts rest on eight
others, which must all go the claimed way for an error of 0.005. What has been seen and is not
claimed: with positions on two of 32 coordinates, n = 6 and 1000 steps, learned ones were ahead of
frozen ones in all four tuning runs, but then in four runs of eight only; on four coordinates or
more they never were in more than half. Gradient descent at a step size of 0.1 had not begun to
learn; at 1 it was ahead of Adam in four tuning runs of five and level in the other, but learned
nothing in two of the eight others; Adam gets worse above its 0.003. The clearest of six heads was
in the third layer in two tuning runs of five, and in the second in the others. The full and the
large tier have not been run yet.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numerics.iteration_head.training import mean_from
from theory.iteration_head import trained_variants as theory
from verify import check_for, leading, mutate, training_seeds
from verify.iteration_head.trained import (
    FEW,
    FULL,
    LARGE,
    QUICK,
    TREND,
    paired,
    remeasured,
    setting,
    trained,
    with_seed,
)
from verify.iteration_head.transfer import cases

SHORT = {"n": 5, "steps": 600}


def in_tiers(quick, full, large):
    """A point for each of the three tiers, by what is changed there."""
    changes = zip((QUICK, FULL, LARGE), (quick, full, large), strict=True)
    return {
        "points": leading([{**sizes, **change} for sizes, change in changes]),
        "count": 1,
        "full": {"count": 2},
        "large": {"count": 3},
    }


def variant(change, rate, seed, numbers=FEW, **sizes):
    """Training in a setting that is changed."""
    return trained(change(setting(**sizes)), rate, training_seeds(seed, numbers))


def final_accuracy(run):
    """Accuracy from length 4 on."""
    return mean_from(run, "accuracy")[:, -1]


def final_scores(run):
    """Iteration scores of all layers and heads."""
    return mean_from(run, "diagonal_share")[:, -1]


def with_positions(coordinates, learned):
    """Positions on so many coordinates, learned or not."""

    def change(how):
        width = None if coordinates == how.decoder.width else coordinates
        decoder = replace(how.decoder, position_width=width, learned_positions=learned)
        return replace(how, decoder=decoder)

    return change


def positions(coordinates, learned, **sizes):
    """Accuracies with positions on so many coordinates, learned or not."""
    return final_accuracy(variant(with_positions(coordinates, learned), **sizes))


@check_for(theory.train_positions, **TREND, points=[{**QUICK, **SHORT, "coordinates": QUICK["d"]}])
@with_seed
def _(**point):
    return cases(positions(learned=True, **point) >= positions(learned=False, **point))


def fewer(by):
    """The accuracy on few frozen coordinates, against that on more of them less a difference."""

    def measure(coordinates, few, **sizes):
        each = (positions(number, False, **sizes) for number in (few, coordinates))
        return paired(next(each), next(each) - by)

    return measure


FEWER = in_tiers(
    *(
        {"coordinates": width, "few": 1, **sizes}
        for width, sizes in ((32, SHORT), (64, {}), (128, {}))
    )
)

check_for(theory.train_positions_few, **TREND, **FEWER)(with_seed(fewer(0)))
mutate(theory.train_positions_few, remeasured("by nine tenths", fewer(0.9)))


def descent(sgd, rate, **sizes):
    """Gradient descent at a step size."""
    return variant(lambda how: replace(how, optimiser="sgd"), rate=sgd, **sizes)


def optimisers(sgd, **sizes):
    """Accuracies of Adam and of gradient descent."""
    adam = variant(lambda how: how, **sizes)
    return final_accuracy(adam), final_accuracy(descent(sgd, **sizes))


def adam_ahead(by):
    """Accuracies of Adam, and of gradient descent plus a difference."""

    def measure(**point):
        adam, plain = optimisers(**point)
        return paired(adam, plain + by)

    return measure


MODERATE = in_tiers({**SHORT, "sgd": 0.3}, {"sgd": 0.1}, {"sgd": 0.1})

check_for(theory.train_optimizer, **TREND, **MODERATE)(with_seed(adam_ahead(0)))
mutate(theory.train_optimizer, remeasured("by nine tenths", adam_ahead(0.9)))


@check_for(theory.train_optimizer_large, **TREND, points=[{**QUICK, **SHORT, "sgd": 1.0}])
@with_seed
def _(**point):
    adam, plain = optimisers(**point)
    return cases(adam >= plain)


def deep(numbers=FEW, **sizes):
    """Iteration scores at the end of three layers of two heads, for each seed."""
    return final_scores(variant(lambda how: how, layers=3, heads=2, numbers=numbers, **sizes))


def best(rank):
    """The score of the head of that rank, against the level."""

    def measure(level, **sizes):
        scores = deep(**sizes)
        return paired(np.sort(scores.reshape(len(scores), -1), axis=1)[:, -rank], level)

    return measure


def deep_levels(level):
    """The level at all tiers."""
    return in_tiers({"n": 5, "steps": 800, "level": level}, *[{"level": level}] * 2)


WORST = remeasured("the worst of six heads", best(6))

check_for(theory.train_depth3_heads, **TREND, **deep_levels(0.5))(with_seed(best(1)))
mutate(theory.train_depth3_heads, WORST)

check_for(theory.train_depth3_heads_several, **TREND, **deep_levels(0.3))(with_seed(best(2)))
mutate(theory.train_depth3_heads_several, WORST)


def in_layers(*layers):
    """The best score in some layers, against the level."""

    def measure(level, **sizes):
        return paired(deep(**sizes)[:, layers].max(axis=(1, 2)), level)

    return measure


check_for(theory.train_depth3_heads_layers, **TREND, **deep_levels(0.2))(with_seed(in_layers(0, 2)))
mutate(
    theory.train_depth3_heads_layers,
    remeasured("at every step", lambda level, **sizes: in_layers(0, 2)(1.0, **sizes)),
)
