"""Training a small transformer by plain gradient descent, and what its curves look like.

The loops are compiled by JAX, with all step sizes of a seed at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.induction_head import (
    MEMORIES,
    Network,
    Setting,
    draw_network,
    draw_sequences,
    features,
    forward,
)
from numerics.core.arguments import require_integer
from numerics.core.streams import Stream
from numerics.core.training import keep_compiled_loops

__all__ = [
    "Descent",
    "Regression",
    "descend",
    "descend_output",
    "down_travel",
    "increases",
    "regression",
    "sharpness",
    "turning_points",
]


class Descent(NamedTuple):
    """Runs of gradient descent, one for each seed and step size.

    Attributes
    ----------
    losses : ndarray of shape (seeds, sizes, steps)
        On the batch of each step, before the step is taken.
    output_margins : ndarray of shape (seeds, sizes, steps, vocabulary)
        Of ``WO``: the score of a token for its own value minus the best score of another.
    key_margins : ndarray of shape (seeds, sizes, steps, triggers)
        Of ``WK2``: how well a trigger's query finds the position after it, minus the best score of
        a position after another token.
    """

    losses: NDArray[np.float64]
    output_margins: NDArray[np.float64]
    key_margins: NDArray[np.float64]


def _mean_loss(logits: Any, targets: Any, weights: Any) -> Any:
    import jax
    import jax.numpy as jnp

    # products with indicators, for gathered entries have a slow gradient
    own = jnp.sum(jax.nn.one_hot(targets, logits.shape[-1], dtype=logits.dtype) * logits, axis=-1)
    return jnp.sum(weights * (jax.nn.logsumexp(logits, axis=-1) - own))


def _lead(scores: Any, own: Any) -> Any:
    """The entries named by ``own`` minus the largest of the others in their rows."""
    import jax
    import jax.numpy as jnp

    mine = jax.nn.one_hot(own, scores.shape[-1], dtype=bool)
    return jnp.max(jnp.where(mine, scores, -jnp.inf), -1) - jnp.max(
        jnp.where(mine, -jnp.inf, scores), -1
    )


def _margins(network: Network, triggers: int) -> tuple[Any, Any]:
    import jax.numpy as jnp

    values = network.E @ network.WV2.T
    output = _lead(values @ network.WO.T @ network.U.T, jnp.arange(len(network.E)))
    heard = network.E @ network.WV1.T @ network.WO1.T
    keys = _lead(network.E[:triggers] @ network.WK2 @ heard.T, jnp.arange(triggers))
    return output, keys


@dataclass(frozen=True)
class Regression:
    """The training of ``WO`` alone: softmax regression on frozen features, one row for each seed.

    Attributes
    ----------
    networks : Network
        Arrays with the seeds along the first axis.
    residuals, values : ndarray of shape (seeds, asked, d)
        `features` at the asked positions, filled up with zeros.
    targets : ndarray of int, shape (seeds, asked)
    weights : ndarray of shape (seeds, asked)
        One over the number of asked positions of the seed, 0 where filled up.
    """

    networks: Network
    residuals: NDArray[np.float64]
    values: NDArray[np.float64]
    targets: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def rows(self) -> tuple[NDArray[Any], ...]:
        """Residuals, values, targets and weights."""
        return self.residuals, self.values, self.targets, self.weights


def regression(setting: Setting, seeds: Sequence[int]) -> Regression:
    """Compute the features of the first batch of each seed, in double precision.

    Raises
    ------
    ValueError
        There is no seed, or no position of a seed's batch is asked.
    """
    import jax

    _require_seeds(seeds)
    networks = _stacked([draw_network(setting, seed) for seed in seeds])
    data = [_asking(setting, seed) for seed in seeds]
    with jax.enable_x64(True):
        read = np.stack([tokens[0, :, :-1] for tokens, _ in data])
        streams, heard = jax.jit(jax.vmap(features))(networks, read)
    asked_rows = []
    for x, z, (tokens, asked) in zip(np.asarray(streams), np.asarray(heard), data, strict=True):
        asked_rows.append((x[asked[0]], z[asked[0]], tokens[0, :, 1:][asked[0]]))
    counts = [len(targets) for _, _, targets in asked_rows]
    shape = (len(seeds), max(counts), setting.dimension)
    residuals, values = np.zeros(shape), np.zeros(shape)
    targets, weights = np.zeros(shape[:2], dtype=np.int64), np.zeros(shape[:2])
    for row, (x, z, y) in enumerate(asked_rows):
        residuals[row, : len(y)], values[row, : len(y)], targets[row, : len(y)] = x, z, y
        weights[row, : len(y)] = 1 / len(y)
    return Regression(networks, residuals, values, targets, weights)


def sharpness(data: Regression, iterations: int = 100) -> NDArray[np.float64]:
    """Largest eigenvalue of the Hessian of the loss in ``WO``, where it is as drawn.

    Parameters
    ----------
    data : Regression
    iterations : int
        Of the power method, each with one exact product of the Hessian and a matrix.

    Returns
    -------
    array of shape (seeds,)
        The Rayleigh quotient at the end: a lower bound.
    """
    iterations = require_integer("iterations", iterations, 1)
    first = Stream.of(0, "power method").numpy().normal(size=data.networks.WO.shape[1:])
    found = np.zeros(len(data.weights))
    for seed, (U, WO) in enumerate(zip(data.networks.U, data.networks.WO, strict=True)):
        residuals, values, _, weights = (array[seed] for array in data.rows)
        logits = (residuals + values @ WO.T) @ U.T
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        direction = first
        for _ in range(iterations):
            direction = direction / np.linalg.norm(direction)
            change = values @ direction.T @ U.T
            change -= (chances * change).sum(axis=1, keepdims=True)
            product = ((weights[:, None] * chances * change) @ U).T @ values
            found[seed] = np.sum(direction * product)
            direction = product
    return found


def descend_output(
    data: Regression, step_sizes: ArrayLike, *, steps: int, double: bool = False
) -> Descent:
    """Train ``WO`` alone by gradient descent, in single precision.

    Parameters
    ----------
    data : Regression
    step_sizes : array of shape (seeds, sizes)
        Positive; all of a seed's step sizes are run.
    steps : int
        At least 1.
    double : bool
        Whether to compute in double precision.

    Returns
    -------
    Descent
        Without margins of the keys, which do not change.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    import jax
    import jax.numpy as jnp

    steps = require_integer("steps", steps, 1)
    sizes = _sizes(step_sizes, len(data.weights))
    keep_compiled_loops()

    def one(network: Network, rows: Any, size: Any) -> Any:
        residuals, values, targets, weights = rows
        base = residuals @ network.U.T

        def loss(WO: Any) -> Any:
            return _mean_loss(base + values @ WO.T @ network.U.T, targets, weights)

        def step(WO: Any, _: Any) -> Any:
            value, gradient = jax.value_and_grad(loss)(WO)
            margins, _ = _margins(network._replace(WO=WO), 1)
            return WO - size * gradient, (value, margins)

        return jax.lax.scan(step, network.WO, length=steps)[1]

    with jax.enable_x64(double):
        each_size = jax.vmap(one, in_axes=(None, None, 0))
        runs = jax.tree.map(jnp.asarray, (data.networks, data.rows, sizes))
        losses, margins = jax.jit(jax.vmap(each_size))(*runs)
        keys = np.zeros((*losses.shape, 0))
        return Descent(np.asarray(losses, np.float64), np.asarray(margins, np.float64), keys)


def descend(
    setting: Setting, seeds: Sequence[int], step_sizes: ArrayLike, *, steps: int
) -> Descent:
    """Train the three memories together by gradient descent, in single precision.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
    step_sizes : array of shape (seeds, sizes)
        Positive; all of a seed's step sizes are run.
    steps : int
        At least 1; step k is on batch k modulo the pool.

    Returns
    -------
    Descent

    Raises
    ------
    ValueError
        An argument is out of range, or some batch asks for nothing.
    """
    import jax
    import jax.numpy as jnp

    steps = require_integer("steps", steps, 1)
    _require_seeds(seeds)
    sizes = _sizes(step_sizes, len(seeds))
    keep_compiled_loops()

    def one(network: Network, tokens: Any, weights: Any, size: Any) -> Any:
        def loss(learned: Any, batch: Any) -> Any:
            read = jax.lax.dynamic_index_in_dim(tokens, batch, keepdims=False)
            weight = jax.lax.dynamic_index_in_dim(weights, batch, keepdims=False)
            logits = forward(network._replace(**learned), read[:, :-1])
            return _mean_loss(logits, read[:, 1:], weight)

        def step(learned: Any, index: Any) -> Any:
            value, gradient = jax.value_and_grad(loss)(learned, index % setting.pool)
            margins = _margins(network._replace(**learned), setting.triggers)
            moved = jax.tree.map(lambda w, g: w - size * g, learned, gradient)
            return moved, (value, *margins)

        start = {name: getattr(network, name) for name in MEMORIES}
        return jax.lax.scan(step, start, jnp.arange(steps))[1]

    data = [_asking(setting, seed) for seed in seeds]
    tokens = np.stack([tokens for tokens, _ in data]).astype(np.int32)
    asked = np.stack([asked for _, asked in data]).astype(np.float32)
    weights = asked / asked.sum(axis=(-2, -1), keepdims=True)
    networks = _stacked([draw_network(setting, seed) for seed in seeds])
    each_size = jax.vmap(one, in_axes=(None, None, None, 0))
    single = Network(*(matrix.astype(np.float32) for matrix in networks))
    # one seed after another: all at once would be no faster, and would not fit into memory
    every = jax.jit(lambda runs: jax.lax.map(lambda run: each_size(*run), runs))
    found = every((single, tokens, weights, sizes.astype(np.float32)))
    return Descent(*(np.asarray(values, dtype=np.float64) for values in found))


def _stacked(networks: Sequence[Network]) -> Network:
    """Networks with the seeds along the first axis."""
    return Network(*(np.stack(each) for each in zip(*networks, strict=True)))


def _sizes(step_sizes: ArrayLike, seeds: int) -> NDArray[np.float64]:
    """Step sizes as an array, one row for each seed."""
    sizes = np.asarray(step_sizes, dtype=np.float64)
    if sizes.ndim != 2 or len(sizes) != seeds or not (sizes > 0).all():
        raise ValueError("step_sizes must hold positive numbers, one row for each seed")
    return sizes


def _require_seeds(seeds: Sequence[int]) -> None:
    if len(seeds) == 0:
        raise ValueError("seeds must hold at least one seed")


def _asking(setting: Setting, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The data of a seed, with something to be asked in every batch."""
    tokens, asked = draw_sequences(setting, seed)
    if not asked.any(axis=(1, 2)).all():
        raise ValueError(f"a batch of seed {seed} asks for nothing; take longer sequences")
    return tokens, asked


def increases(losses: ArrayLike) -> NDArray[np.int64]:
    """Count the steps after which a loss is larger than before, along the last axis."""
    return np.asarray((np.diff(np.asarray(losses, dtype=np.float64)) > 0).sum(axis=-1))


def turning_points(margins: ArrayLike) -> NDArray[np.int64]:
    """Count how often a curve changes direction, along the last axis; level stretches do not."""
    moves = np.sign(np.diff(np.asarray(margins, dtype=np.float64)))
    turns = [int((np.diff(row[row != 0]) != 0).sum()) for row in _rows(moves)]
    return np.array(turns, dtype=np.int64).reshape(moves.shape[:-1])


def _rows(array: NDArray[Any]) -> NDArray[Any]:
    """All rows along the last axis, which may be empty."""
    return array.reshape(int(np.prod(array.shape[:-1])), array.shape[-1])


def down_travel(margins: ArrayLike) -> NDArray[np.float64]:
    """Total way down divided by the range of a curve, along the last axis; 0 if it is constant."""
    curve = np.asarray(margins, dtype=np.float64)
    down = np.maximum(-np.diff(curve), 0.0).sum(axis=-1)
    span = curve.max(axis=-1) - curve.min(axis=-1)
    return np.asarray(np.divide(down, span, out=np.zeros_like(down), where=span > 0))
