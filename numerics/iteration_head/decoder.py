"""Decoder-only networks as in the experiments on iteration heads, in JAX.

A block normalises the stream and replaces it by the normalised one, h <- LN(h), then adds the
output of attention, h <- h + A(h), and of a feed-forward network, h <- h + F(LN(h)). Norms have
gains and no biases, linear maps no biases; scores are divided by the square root of the size of a
head, the feed-forward network has 4 d exact GELU units, and a last norm comes before the logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = ["Change", "Decoder", "Parameters", "draw_parameters", "forward"]

Parameters = dict[str, Any]
Change = Callable[[int, Any], Any]
"""What to put in the place of a layer's attention, given the number of the layer, from 1, and its
weights, of shape (sequences, heads, size, size)."""

_EPSILON = 1e-5


@dataclass(frozen=True)
class Decoder:
    """Sizes of a network.

    Parameters
    ----------
    width : int
        d.
    layers, heads : int
        The heads of a layer share the width, which they divide.
    position_width : int, optional
        Positions are added to so many first coordinates; to all of them if not told.
    learned_positions : bool
        Whether positions are trained; otherwise they stay as drawn.
    dropout : float
        Share of the coordinates of embedded tokens that are set to 0 in training.

    Raises
    ------
    ValueError
        A number is out of range.
    """

    width: int
    layers: int = 2
    heads: int = 1
    position_width: int | None = None
    learned_positions: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("width", "layers", "heads"):
            require_integer(name, getattr(self, name), 1)
        if self.width % self.heads:
            raise ValueError(f"{self.heads} heads do not divide a width of {self.width}")
        if self.position_width is not None:
            require_integer("position_width", self.position_width, 1, self.width)
        require_real("dropout", self.dropout, at_least=0.0, at_most=0.99)


def draw_parameters(decoder: Decoder, vocabulary: int, size: int, stream: Stream) -> Parameters:
    """Draw parameters: embeddings from N(0, 1), linear maps uniformly within 1 / sqrt(inputs).

    Parameters
    ----------
    decoder : Decoder
    vocabulary : int
        Number of tokens.
    size : int
        The longest sequence that the network can read.
    stream : Stream

    Returns
    -------
    dict
        In single precision: ``tokens``, ``positions``, ``unembedding`` and ``gain``, and for each
        layer, numbered from 1, ``query1``, ``key1``, ``value1``, ``output1``, ``expand1``,
        ``contract1`` and the gains before attention, ``gain1``, and after it, ``inner1``.
    """
    d = decoder.width

    def normal(name: str, *shape: int) -> Any:
        return stream.substream(name).numpy().normal(size=shape)

    def linear(name: str, inputs: int, outputs: int) -> Any:
        bound = inputs**-0.5
        return stream.substream(name).numpy().uniform(-bound, bound, size=(inputs, outputs))

    parameters = {
        "tokens": normal("tokens", vocabulary, d),
        "positions": normal("positions", size, decoder.position_width or d),
        "unembedding": linear("unembedding", d, vocabulary),
        "gain": np.ones(d),
    }
    for layer in range(1, decoder.layers + 1):
        for kind in _ATTENTION:
            parameters[f"{kind}{layer}"] = linear(f"{kind}{layer}", d, d)
        parameters[f"expand{layer}"] = linear(f"expand{layer}", d, 4 * d)
        parameters[f"contract{layer}"] = linear(f"contract{layer}", 4 * d, d)
        parameters |= {f"gain{layer}": np.ones(d), f"inner{layer}": np.ones(d)}
    return {name: array.astype(np.float32) for name, array in parameters.items()}


_ATTENTION = ("query", "key", "value", "output")


def forward(
    decoder: Decoder,
    parameters: Parameters,
    tokens: Any,
    *,
    change: Change | None = None,
    dropout_key: Any = None,
) -> tuple[Any, list[Any]]:
    """Logits of the next token at every position, and the attention of every layer.

    Parameters
    ----------
    decoder : Decoder
    parameters : dict
        As from `draw_parameters`.
    tokens : array of int, shape (sequences, size)
    change : callable, optional
        Of layer number and attention weights: what is used in their place.
    dropout_key : jax.random key, optional
        Nothing is dropped without it.

    Returns
    -------
    logits : array of shape (sequences, size, vocabulary)
    attention : list of arrays of shape (sequences, heads, size, size)
        As used: after a change.
    """
    import jax
    import jax.numpy as jnp

    count, size = tokens.shape
    heads, each = decoder.heads, decoder.width // decoder.heads
    embeddings = parameters["tokens"]
    # a product with indicators, for gathered rows have a slow gradient
    stream = jax.nn.one_hot(tokens, len(embeddings), dtype=embeddings.dtype) @ embeddings
    positions = parameters["positions"][:size]
    stream = stream + jnp.pad(positions, ((0, 0), (0, decoder.width - positions.shape[1])))
    if dropout_key is not None and decoder.dropout > 0:
        kept = jax.random.bernoulli(dropout_key, 1 - decoder.dropout, stream.shape)
        stream = stream * kept / (1 - decoder.dropout)
    visible = jnp.tril(jnp.ones((size, size), dtype=bool))
    attention = []
    for layer in range(1, decoder.layers + 1):
        stream = _normalised(stream, parameters[f"gain{layer}"])
        query, key, value = (
            (stream @ parameters[f"{name}{layer}"]).reshape(count, size, heads, each)
            for name in _ATTENTION[:3]
        )
        scores = jnp.einsum("bqhc,bkhc->bhqk", query, key) * each**-0.5
        weights = jax.nn.softmax(jnp.where(visible, scores, -jnp.inf), axis=-1)
        if change is not None:
            weights = change(layer, weights)
        attention.append(weights)
        heard = jnp.einsum("bhqk,bkhc->bqhc", weights, value).reshape(count, size, -1)
        stream = stream + heard @ parameters[f"output{layer}"]
        inner = _normalised(stream, parameters[f"inner{layer}"]) @ parameters[f"expand{layer}"]
        stream = stream + jax.nn.gelu(inner, approximate=False) @ parameters[f"contract{layer}"]
    logits = _normalised(stream, parameters["gain"]) @ parameters["unembedding"]
    return logits, attention


def _normalised(stream: Any, gain: Any) -> Any:
    import jax
    import jax.numpy as jnp

    centred = stream - jnp.mean(stream, axis=-1, keepdims=True)
    variance = jnp.mean(centred**2, axis=-1, keepdims=True)
    return gain * centred * jax.lax.rsqrt(variance + _EPSILON)
