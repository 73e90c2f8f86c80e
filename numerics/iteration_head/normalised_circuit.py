"""The circuit of an iteration head in a network with layer normalisation.

Every coordinate is kept twice, with opposite signs, so that means are 0; and the stream has one
length at all positions, as far as the heads are sharp, so that normalisation with the right gain
leaves it as it is.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_real
from numerics.core.circuits import Attention, FeedForward, Layer, Transformer
from numerics.iteration_head.construction import Code, circuit, temperatures
from numerics.iteration_head.tasks import Task

__all__ = ["doubled", "normalised_circuit", "normalised_temperatures"]

Array = NDArray[np.float64]

_SQUARED_LENGTHS = ((3.0, 4.0), (5.0, 6.0))
"""Of token, position and one; then also of the position found, of the one wanted and the input."""


def normalised_temperatures(code: Code, n: int) -> tuple[float, float]:
    """Inverse temperatures of the two heads with which the circuit is tried."""
    first, second = temperatures(code, n)
    return 2.0 * first, second


def normalised_circuit(
    task: Task,
    n: int,
    code: Code,
    beta1: float,
    beta2: float,
    *,
    rest: float = 0.5,
    twice: bool = True,
    lengths: tuple[tuple[float, float], tuple[float, float]] = _SQUARED_LENGTHS,
) -> Transformer:
    """A circuit with layer normalisation for prompts of up to n inputs.

    Before the end of the inputs the first head rests on position 0: there too it brings the code of
    one position, and the stream has the same length. The unit vectors that are biases in the
    circuit without normalisation are multiples of the constant coordinate, which is scaled too.

    Parameters
    ----------
    task : Task
    n : int
    code : {"onehot", "trig", "quad"}
    beta1, beta2 : float
    rest : float
        How much the first head minds the token at position 0, if EoI counts as 1.
    twice : bool
        Whether coordinates are also kept with the opposite sign.
    lengths : two pairs of float
        Squared lengths of the stream that are undone, before every half of the layers.
    """
    plain = circuit(task, n, code, beta1, beta2)
    rest = require_real("rest", rest)
    first, second = plain.layers
    key = first.attention.key + rest * plain.tokens[task.beginning]
    first = replace(first, attention=replace(first.attention, key=key))
    return doubled(replace(plain, layers=(first, second)), lengths, twice)


def doubled(
    plain: Transformer, lengths: tuple[tuple[float, float], ...], twice: bool = True
) -> Transformer:
    """A transformer without normalisation, as one with it, all coordinates kept twice.

    Parameters
    ----------
    plain : Transformer
        Its last coordinate is 1 at all positions and nothing is added to it.
    lengths : pairs of float
        Squared lengths of the stream before attention and feed-forward network, for every layer.
    twice : bool
        Whether the second copy is there; if not, it is 0.
    """
    sign = -1.0 if twice else 0.0
    width = plain.tokens.shape[1]

    def both(matrix: Array) -> Array:
        return np.concatenate([matrix, sign * matrix], axis=1)

    def read(matrix: Array) -> Array:
        return np.concatenate([matrix, np.zeros_like(matrix)], axis=1)

    def written(matrix: Array) -> Array:
        return np.concatenate([matrix, sign * matrix], axis=0)

    layers = []
    for layer, pair in zip(plain.layers, lengths, strict=True):
        head, network = layer.attention, layer.feed_forward
        if network is not None:
            inward = network.inward.copy()
            inward[:, -1] += network.bias
            network = FeedForward(
                read(inward), np.zeros_like(network.bias), written(network.outward)
            )
        layers.append(
            Layer(
                Attention(read(head.query), read(head.key), read(head.value), written(head.output)),
                network,
                (
                    np.full(2 * width, math.sqrt(pair[0] / width)),
                    np.full(2 * width, math.sqrt(pair[1] / width)),
                ),
            )
        )
    return Transformer(
        both(plain.tokens), both(plain.positions), tuple(layers), read(plain.unembedding)
    )
