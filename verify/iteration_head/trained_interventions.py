"""What is left of trained networks when attention is replaced, seed by seed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from numerics.iteration_head.interventions import accuracy_under
from theory.iteration_head import trained_interventions as theory
from verify import Mutant, check_for, mutate, training_seeds
from verify.iteration_head.trained import (
    SEEDS,
    TREND,
    levels,
    paired,
    setting,
    trained,
    with_seed,
)

TESTS = 100


def left(layer, intervention, rate, seed=0, numbers=SEEDS, **sizes):
    """Accuracies from length 4 on, for each seed."""
    return _left(layer, intervention, setting(**sizes), rate, training_seeds(seed, numbers))


@lru_cache(maxsize=64)
def _left(layer, intervention, how, rate, seeds):
    own = trained(how, rate, seeds).parameters
    found = accuracy_under(how, own, seeds, layer, intervention, tests=TESTS)
    return found[:, how.iteration.lengths >= 4].mean(axis=1)


def kept(layer, intervention, **sizes):
    """The share of the accuracy that is kept."""
    return left(layer, intervention, **sizes) / left(layer, "none", **sizes)


def keeping(of, layers, intervention):
    """The share kept against the level: the best or the worst of some layers, one at a time."""
    return with_seed(
        lambda level, **sizes: paired(
            of([kept(layer, intervention, **sizes) for layer in layers], axis=0), level
        )
    )


def bind(claim, level, of, layers, intervention):
    """A check with the same level at all tiers."""
    check_for(claim, **TREND, **levels(level, level, level))(keeping(of, layers, intervention))


BOTH = (1, 2)

bind(theory.train_causal, 0.4, np.max, BOTH, "diagonal")
mutate(
    theory.train_causal,
    Mutant("one input early", measure=keeping(np.max, BOTH, "shifted")),
)

bind(theory.train_causal_shifted, 0.2, np.max, BOTH, "shifted")
mutate(theory.train_causal_shifted, Mutant("not early", measure=keeping(np.max, BOTH, "diagonal")))

bind(theory.train_causal_uniform, 0.4, np.max, BOTH, "uniform")
mutate(theory.train_causal_uniform, Mutant("the own mean", measure=keeping(np.max, BOTH, "mean")))

bind(theory.train_causal_mean, 0.6, np.min, (1,), "mean")
mutate(theory.train_causal_mean, Mutant("even attention", measure=keeping(np.min, (1,), "uniform")))

bind(theory.train_causal_end, 0.2, np.max, (1,), "end")
mutate(theory.train_causal_end, Mutant("the own mean", measure=keeping(np.max, (1,), "mean")))
