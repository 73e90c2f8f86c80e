"""Training loops for small networks: the whole loop in one scan, all seeds at once.

JAX compiles the loop once and runs every seed in one batch; the same code runs on a GPU. Random
keys are JAX's counter-based ones, so a seed's run is the same whichever seeds run beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Trained", "keep_compiled_loops", "train"]

Tree = Any  # a JAX pytree


@dataclass(frozen=True)
class Trained:
    """What training left.

    Attributes
    ----------
    parameters : pytree of arrays
        Final parameters, with the seeds along the first axis.
    metrics : ndarray of shape (seeds, records)
        The evaluations, in the order of ``steps``.
    steps : ndarray of int
        After how many optimiser steps each evaluation was made.
    """

    parameters: Tree
    metrics: NDArray[np.float64]
    steps: NDArray[np.int64]


def train(
    seeds: Sequence[int],
    rates: Sequence[float],
    *,
    initialise: Callable[[Any], Tree],
    batch: Callable[[Any, Tree], Tree],
    loss: Callable[[Tree, Tree, Tree], Any],
    evaluate: Callable[[Tree, Tree], Any],
    optimiser: Any,
    steps: int,
    records: int = 1,
) -> Trained:
    """Train one network for each seed and step size, all in one compiled loop.

    Parameters
    ----------
    seeds : sequence of int
    rates : sequence of float
        The step size of each run: what the optimiser's updates are multiplied by.
    initialise : key -> (learned, fixed)
        The learned parameters and whatever stays fixed, both drawn from a seed's key.
    batch : (key, fixed) -> data
        One step's data.
    loss : (learned, fixed, data) -> scalar
    evaluate : (learned, fixed) -> scalar
    optimiser : optax.GradientTransformation
        Of unit step size, updates pointing downhill.
    steps : int
        Optimiser steps; a multiple of ``records``.
    records : int
        How many evaluations, evenly spaced, the last one at the end.

    Returns
    -------
    Trained

    Raises
    ------
    ValueError
        There is no seed, rates and seeds differ in number, or the steps are not a positive
        multiple of the records.
    """
    if len(seeds) == 0:
        raise ValueError("seeds must hold at least one seed")
    if len(rates) != len(seeds):
        raise ValueError(f"there are {len(rates)} rates for {len(seeds)} seeds")
    if records < 1 or steps < 1 or steps % records:
        raise ValueError(f"steps must be a positive multiple of records, not {steps} of {records}")
    import jax
    import optax

    keep_compiled_loops()

    def one(key: Any, rate: Any) -> Any:
        start, data = jax.random.split(key)
        learned, fixed = initialise(start)

        def step(carry: Any, index: Any) -> Any:
            parameters, state = carry
            sample = batch(jax.random.fold_in(data, index), fixed)
            gradient = jax.grad(loss)(parameters, fixed, sample)
            updates, state = optimiser.update(gradient, state, parameters)
            updates = jax.tree.map(lambda update: rate * update, updates)
            return (optax.apply_updates(parameters, updates), state), None

        def record(carry: Any, indices: Any) -> Any:
            carry, _ = jax.lax.scan(step, carry, indices)
            return carry, evaluate(carry[0], fixed)

        indices = jax.numpy.arange(steps).reshape(records, steps // records)
        (parameters, _), metrics = jax.lax.scan(record, (learned, optimiser.init(learned)), indices)
        return parameters, metrics

    keys = jax.vmap(jax.random.key)(jax.numpy.asarray(list(seeds), dtype="uint32"))
    parameters, metrics = jax.jit(jax.vmap(one))(keys, jax.numpy.asarray(rates))
    every = steps // records
    return Trained(
        jax.tree.map(np.asarray, parameters),
        np.asarray(metrics, dtype=np.float64),
        np.arange(every, steps + 1, every),
    )


@cache
def keep_compiled_loops() -> None:
    """Compiled loops are kept between runs in the user's cache folder."""
    import jax
    import platformdirs

    jax.config.update("jax_compilation_cache_dir", platformdirs.user_cache_dir("assay") + "/jax")
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
