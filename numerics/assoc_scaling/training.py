"""Associative memories trained by gradient methods: W and, if asked for, the embeddings.

The model is the one of the authors' experiments: embeddings with independent N(0, 1/d) entries,
W started from N(0, 1/d), cross-entropy of the logits u_y . W e_x over batches of Zipf tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.assoc_scaling.tokens import token_sampler
from numerics.core.arguments import require_integer
from numerics.core.training import Trained, train
from numerics.core.zipf import zipf_probabilities

__all__ = ["OPTIMISERS", "Memory", "final_errors", "train_memory"]

OPTIMISERS = ("sgd", "adam", "sign", "normalised")


@dataclass(frozen=True)
class Memory:
    """One way to train a memory.

    Attributes
    ----------
    dimension, inputs, classes : int
        d, N and M; the label of token x (from 0) is x mod M.
    exponent : float
        Of the Zipf law of tokens.
    samples, batch : int
        T tokens in batches of |B|: T // |B| steps.
    optimiser : {"sgd", "adam", "sign", "normalised"}
        Adam has both betas 0, and its steps are scaled by 1/d on W and by 1/sqrt(d) on embeddings,
        as in the authors' grid. ``sign`` takes the sign of the gradient, ``normalised`` divides it
        by the standard deviation of its entries.
    layer_norm : bool
        Whether W e_x is divided by its length.
    learned : {"matrix", "all"}
        Train W alone, or W and both embeddings.
    unit_outputs : bool
        Output embeddings of length 1.
    zero_start : bool
        W starts from 0.
    population : bool
        Every step sees the exact law of tokens, not a batch.
    drop_after, drop_factor : int and float
        The step size is multiplied by the factor after so many steps; 0 for never.
    """

    dimension: int
    inputs: int = 100
    classes: int = 5
    exponent: float = 2.0
    samples: int = 10240
    batch: int = 16
    optimiser: str = "sgd"
    layer_norm: bool = False
    learned: str = "matrix"
    unit_outputs: bool = False
    zero_start: bool = False
    population: bool = False
    drop_after: int = 0
    drop_factor: float = 1.0

    def __post_init__(self) -> None:
        for name in ("dimension", "inputs", "classes", "samples", "batch"):
            require_integer(name, getattr(self, name), 1)
        if self.optimiser not in OPTIMISERS:
            raise ValueError(f"optimiser must be one of {', '.join(OPTIMISERS)}")
        if self.learned not in ("matrix", "all"):
            raise ValueError("learned must be 'matrix' or 'all'")
        if self.batch > self.samples:
            raise ValueError("batch must be at most samples")


def train_memory(
    memory: Memory, seeds: Sequence[int], rates: Sequence[float], records: int = 1
) -> Trained:
    """Train a memory for each seed and step size; the metric is the error over the law of tokens.

    Parameters
    ----------
    memory : Memory
    seeds : sequence of int
        Of embeddings, start and data; different ways of training share them at equal seeds.
    rates : sequence of float
        The step size of each run, as many as there are seeds.
    records : int
        How many evaluations along the way; the number of steps is rounded down to a multiple.

    Returns
    -------
    Trained
        With ``parameters`` W, and E and U where they were learned.
    """
    import jax
    import jax.numpy as jnp

    law = jnp.asarray(zipf_probabilities(memory.exponent, memory.inputs))
    sample = token_sampler(law)
    labels = jnp.arange(memory.inputs) % memory.classes
    d, scale = memory.dimension, memory.dimension**-0.5

    def initialise(key: Any) -> Any:
        inputs, outputs, start = jax.random.split(key, 3)
        E = scale * jax.random.normal(inputs, (memory.inputs, d))
        U = scale * jax.random.normal(outputs, (memory.classes, d))
        if memory.unit_outputs:
            U = U / jnp.linalg.norm(U, axis=1, keepdims=True)
        W = (0.0 if memory.zero_start else scale) * jax.random.normal(start, (d, d))
        if memory.learned == "all":
            return {"W": W, "E": E, "U": U}, {}
        return {"W": W}, {"E": E, "U": U}

    def logits(learned: Any, fixed: Any, tokens: Any) -> Any:
        everything = {**fixed, **learned}
        hidden = everything["E"][tokens] @ everything["W"].T
        if memory.layer_norm:
            hidden = hidden / jnp.sqrt(jnp.sum(hidden**2, axis=1, keepdims=True) + 1e-6)
        return hidden @ everything["U"].T

    every_token = jnp.arange(memory.inputs)

    def batch(key: Any, fixed: Any) -> Any:
        """Tokens, and the share of the loss that each has: only these rows are computed."""
        if memory.population:
            return every_token, law
        tokens = sample(key, memory.batch)
        if memory.batch < memory.inputs:
            return tokens, jnp.full(memory.batch, 1 / memory.batch)
        return every_token, jnp.bincount(tokens, length=memory.inputs) / memory.batch

    def loss(learned: Any, fixed: Any, data: Any) -> Any:
        tokens, shares = data
        log_probabilities = jax.nn.log_softmax(logits(learned, fixed, tokens))
        return -jnp.sum(shares * log_probabilities[jnp.arange(len(tokens)), labels[tokens]])

    def error(learned: Any, fixed: Any) -> Any:
        scores = logits(learned, fixed, every_token)
        return jnp.sum(law * (jnp.argmax(scores, axis=1) != labels))

    steps = memory.samples // memory.batch
    return train(
        seeds,
        rates,
        initialise=initialise,
        batch=batch,
        loss=loss,
        evaluate=error,
        optimiser=_optimiser(memory),
        steps=max(records, steps // records * records),
        records=records,
    )


def final_errors(
    memory: Memory, seeds: Sequence[int], rates: Sequence[float]
) -> NDArray[np.float64]:
    """Errors of the trained memories, of shape (rates, seeds): every rate with every seed."""
    each_seed = [seed for _ in rates for seed in seeds]
    each_rate = [rate for rate in rates for _ in seeds]
    errors = train_memory(memory, each_seed, each_rate).metrics[:, -1]
    return errors.reshape(len(rates), len(seeds))


def _optimiser(memory: Memory) -> Any:
    import jax.numpy as jnp
    import optax

    def stateless(change: Any) -> Any:
        return optax.stateless_with_tree_map(lambda gradient, _: change(gradient))

    drop = _drop(memory)
    if memory.optimiser == "sgd":
        return optax.chain(optax.scale(-1.0), drop)
    if memory.optimiser == "sign":
        return optax.chain(stateless(jnp.sign), optax.scale(-1.0), drop)
    if memory.optimiser == "normalised":
        by_deviation = stateless(lambda gradient: gradient / (jnp.std(gradient) + 1e-12))
        return optax.chain(by_deviation, optax.scale(-1.0), drop)
    shares = {"W": 1 / memory.dimension, "E": memory.dimension**-0.5, "U": memory.dimension**-0.5}

    def downhill(updates: Any, params: Any = None) -> Any:
        return {name: -shares[name] * update for name, update in updates.items()}

    return optax.chain(
        optax.scale_by_adam(b1=0.0, b2=0.0, eps=1e-8), optax.stateless(downhill), drop
    )


def _drop(memory: Memory) -> Any:
    import optax

    if memory.drop_after == 0:
        return optax.identity()
    return optax.scale_by_schedule(
        optax.piecewise_constant_schedule(1.0, {memory.drop_after: memory.drop_factor})
    )


def first_adam_update(entry: float) -> tuple[float, float]:
    """Return the first step of Adam with both betas 0 for a gradient entry, with its error bound.

    Parameters
    ----------
    entry : float
        Not 0.

    Returns
    -------
    value, error : float
        The step for step size -1, as Optax takes it in double precision; the error is rounding.

    Raises
    ------
    ValueError
        The entry is 0.
    """
    import jax
    import jax.numpy as jnp
    import optax

    if entry == 0:
        raise ValueError("entry must not be 0")
    with jax.enable_x64(True):
        gradient = jnp.asarray([entry], dtype=jnp.float64)
        adam = optax.scale_by_adam(b1=0.0, b2=0.0, eps=1e-8)
        update, _ = adam.update(gradient, adam.init(gradient))
        return float(update[0]), 1e-15
