"""Trained attention replaced by other attention: what accuracy is left.

The rows of a layer that are replaced are those of the chain: the queries L + 1, ..., 2 L + 1, from
EoI to the last state. All other rows stay as the network computes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream
from numerics.core.training import keep_compiled_loops
from numerics.iteration_head.decoder import forward
from numerics.iteration_head.sequences import Iteration, Sequences, draw_each_length
from numerics.iteration_head.training import Setting, share_right

__all__ = ["INTERVENTIONS", "accuracy_under", "attention_of", "replacement"]

INTERVENTIONS = ("none", "diagonal", "shifted", "end", "uniform", "mean")
"""``diagonal``: all weight of query L + t on t. ``shifted``: on t - 1. ``end``: all weight on EoI.
``uniform``: the same weight on all keys up to the query. ``mean``: in all rows, the mean of the
layer's own weights over the sequences of the same length."""


def accuracy_under(
    setting: Setting,
    parameters: Mapping[str, Any],
    seeds: Sequence[int],
    layer: int,
    intervention: str,
    *,
    tests: int = 100,
) -> NDArray[np.float64]:
    """Share of sequences that are still continued without error.

    Parameters
    ----------
    setting : Setting
        Of a chain of thought.
    parameters : dict of arrays, with the seeds along the first axis
    seeds : sequence of int
        Of the sequences, which are the same for all interventions.
    layer : int
        From 1.
    intervention : str
        One of `INTERVENTIONS`.
    tests : int
        Sequences of each length.

    Returns
    -------
    ndarray of shape (seeds, lengths)

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    layer = require_integer("layer", layer, 1, setting.decoder.layers)
    if not setting.iteration.chained:
        raise ValueError("attention is replaced on a chain of thought, of which there is none")
    rows, forced = replacement(setting.iteration, intervention, tests)
    data = _tests(setting.iteration, seeds, tests)
    run = dict(parameters), data
    found = _compiled(setting, tests)(run, layer, intervention == "mean", rows, forced)
    return np.asarray(found, dtype=np.float64)


@cache
def _compiled(setting: Setting, tests: int) -> Any:
    """Accuracies of all runs; the layer and what is put there are arguments."""
    import jax
    import jax.numpy as jnp

    def accuracy(run: Any, layer: Any, mean: Any, rows: Any, forced: Any) -> Any:
        own, data = run

        def change(number: int, weights: Any) -> Any:
            grouped = weights.reshape(-1, tests, *weights.shape[1:])
            average = jnp.broadcast_to(grouped.mean(axis=1, keepdims=True), grouped.shape)
            put = jnp.where(mean, average.reshape(weights.shape), forced[:, None])
            return jnp.where((number == layer) & rows[:, None, :, None], put, weights)

        logits, _ = forward(setting.decoder, own, data.tokens[:, :-1], change=change)
        return share_right(setting.iteration, logits, data)

    keep_compiled_loops()
    return jax.jit(lambda runs, *rest: jax.lax.map(lambda run: accuracy(run, *rest), runs))


def attention_of(
    setting: Setting, parameters: Mapping[str, Any], tokens: NDArray[np.int16]
) -> list[NDArray[np.float64]]:
    """Attention maps of one network on sequences, layer by layer.

    Parameters
    ----------
    setting : Setting
    parameters : dict of arrays
        Of one network.
    tokens : array of int, shape (sequences, size)

    Returns
    -------
    list of ndarrays of shape (sequences, heads, size, size)
    """
    import jax

    maps = jax.jit(lambda own, read: forward(setting.decoder, own, read)[1])(
        dict(parameters), tokens
    )
    return [np.asarray(layer, dtype=np.float64) for layer in maps]


def _tests(iteration: Iteration, seeds: Sequence[int], each: int) -> Sequences:
    streams = [Stream.of(seed, "iteration head", "interventions") for seed in seeds]
    drawn = [draw_each_length(iteration, each, stream) for stream in streams]
    return Sequences(*(np.stack(arrays) for arrays in zip(*drawn, strict=True)))


def replacement(
    iteration: Iteration, intervention: str, each: int
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which rows are replaced in each sequence, and by what if not by a mean.

    Parameters
    ----------
    iteration : Iteration
    intervention : str
        One of `INTERVENTIONS`.
    each : int
        Sequences of each length, the shortest first.

    Returns
    -------
    rows : array of bool, shape (sequences, size)
    weights : array of shape (sequences, size, size)

    Raises
    ------
    ValueError
        The intervention is unknown.
    """
    if intervention not in INTERVENTIONS:
        raise ValueError(f"intervention must be one of {', '.join(INTERVENTIONS)}")
    lengths = iteration.lengths
    rows = np.zeros((len(lengths), iteration.size), dtype=bool)
    forced = np.zeros((len(lengths), iteration.size, iteration.size), dtype=np.float32)
    for index, length in enumerate(lengths):
        t = np.arange(1, length + 2)
        rows[index, length + t] = intervention != "none"
        if intervention == "uniform":
            forced[index] = np.tri(iteration.size) / np.arange(1, iteration.size + 1)[:, None]
        elif intervention == "end":
            forced[index, length + t, length + 1] = 1
        elif intervention in ("diagonal", "shifted"):
            forced[index, length + t, t - (intervention == "shifted")] = 1
    if intervention == "mean":
        rows[:] = True
    return np.repeat(rows, each, axis=0), np.repeat(forced, each, axis=0)
