"""Training loops for small networks: the whole loop in one scan, all seeds at once.

JAX compiles the loop once and runs every seed in one batch; the same code runs on a GPU. Random
keys are JAX's counter-based ones, so a seed's run is the same whichever seeds run beside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    metrics : ndarray of shape (seeds, records), or pytree of arrays of shape (seeds, records, ...)
        The evaluations, in the order of ``steps``.
    steps : ndarray of int
        After how many optimiser steps each evaluation was made.
    """

    parameters: Tree
    metrics: Any
    steps: NDArray[np.int64]


def train(
    seeds: Sequence[int],
    rates: Sequence[float],
    *,
    initialise: Callable[..., Tree],
    batch: Callable[..., Tree],
    loss: Callable[[Tree, Tree, Tree], Any],
    evaluate: Callable[[Tree, Tree], Any],
    optimiser: Any,
    steps: int,
    records: int = 1,
    start: Tree = None,
    first_step: int = 0,
    numbered: bool = False,
    one_by_one: bool = False,
) -> Trained:
    """Train one network for each seed and step size, all in one compiled loop.

    Parameters
    ----------
    seeds : sequence of int
        At least 0 and below 2^64.
    rates : sequence of float
        The step size of each run: what the optimiser's updates are multiplied by.
    initialise : key -> (learned, fixed)
        The learned parameters and whatever stays fixed, both drawn from a seed's key. With
        ``start`` its arguments are the key and the seed's part of that.
    batch : (key, fixed) -> data
        One step's data. If ``numbered``, its arguments are the key, fixed and the step's number.
    loss : (learned, fixed, data) -> scalar
    evaluate : (learned, fixed) -> scalar or pytree of arrays
    optimiser : optax.GradientTransformation
        Of unit step size, updates pointing downhill.
    steps : int
        Optimiser steps; a multiple of ``records``.
    records : int
        How many evaluations, evenly spaced, the last one at the end.
    start : pytree of arrays, optional
        What runs start from, such as parameters trained before, with the seeds along the first
        axis.
    first_step : int
        The number of the first step: the data of a seed's step depend on its number, so that a run
        that goes on where another ended sees other data.
    numbered : bool
        See ``batch``.
    one_by_one : bool
        Each seed in a loop of its own, in as many threads as there are for this process, instead of
        all of them in one batch: what is faster on few cores.

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

    def one(key: Any, rate: Any, given: Any) -> Any:
        initial, data = jax.random.split(key)
        learned, fixed = initialise(initial) if given is None else initialise(initial, given)

        def step(carry: Any, index: Any) -> Any:
            parameters, state = carry
            own = jax.random.fold_in(data, index)
            sample = batch(own, fixed, index) if numbered else batch(own, fixed)
            gradient = jax.grad(loss)(parameters, fixed, sample)
            updates, state = optimiser.update(gradient, state, parameters)
            updates = jax.tree.map(lambda update: rate * update, updates)
            return (optax.apply_updates(parameters, updates), state), None

        def record(carry: Any, indices: Any) -> Any:
            carry, _ = jax.lax.scan(step, carry, indices)
            return carry, evaluate(carry[0], fixed)

        indices = jax.numpy.arange(first_step, first_step + steps).reshape(
            records, steps // records
        )
        (parameters, _), metrics = jax.lax.scan(record, (learned, optimiser.init(learned)), indices)
        return parameters, metrics

    words = np.array([(seed >> 32, seed & 0xFFFFFFFF) for seed in seeds], dtype=np.uint32)
    keys = jax.random.wrap_key_data(jax.numpy.asarray(words), impl="threefry2x32")
    every_run = keys, jax.numpy.asarray(rates), start
    if one_by_one:
        parameters, metrics = _in_threads(jax.jit(one), every_run, len(seeds))
    else:
        parameters, metrics = jax.jit(jax.vmap(one))(*every_run)
    every = steps // records
    return Trained(
        jax.tree.map(np.asarray, parameters),
        jax.tree.map(lambda values: np.asarray(values, dtype=np.float64), metrics),
        first_step + np.arange(every, steps + 1, every),
    )


def _in_threads(loop: Callable[..., Tree], every_run: Tree, count: int) -> Tree:
    """What the loop returns for each run, stacked; compiled code leaves other threads free."""
    import jax

    def single(index: int) -> Tree:
        return jax.block_until_ready(loop(*jax.tree.map(lambda array: array[index], every_run)))

    first = single(0)  # compiles
    threads = int(os.environ.get("NUMBA_NUM_THREADS") or os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        found = [first, *pool.map(single, range(1, count))]
    return jax.tree.map(lambda *each: np.stack(each), *found)


@cache
def keep_compiled_loops() -> None:
    """Compiled loops are kept between runs in the user's cache folder."""
    import jax
    import platformdirs

    jax.config.update("jax_compilation_cache_dir", platformdirs.user_cache_dir("assay") + "/jax")
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
