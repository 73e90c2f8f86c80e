"""A small transformer that can learn an induction head, and its data.

Two attention layers with one head each, a residual stream, no normalisation and no multilayer
perceptron, as in Bietti, Cabannes, Bouchacourt, Jegou and Bottou, "Birth of a Transformer: A Memory
Viewpoint" (2023). Sequences follow random bigrams except after a trigger token: what comes then is
drawn once for each sequence. The loss is taken where a trigger comes up again, so that its output
has been seen. Embeddings and most matrices stay as drawn; memories that may be trained are

- ``WO``: output matrix of the second layer, which is to send the value of a token to the token,
- ``WK2``: keys of the second layer, which are to find what came after the trigger before,
- ``WK1``: keys of the first layer, which are to attend to the token before.

Everything random is drawn by NumPy from counter-based streams.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities

__all__ = [
    "MEMORIES",
    "Network",
    "Setting",
    "draw_network",
    "draw_sequences",
    "features",
    "forward",
]

MEMORIES = ("WK1", "WK2", "WO")
_LABEL = "induction head"


@dataclass(frozen=True)
class Setting:
    """Sizes of the network and of its data.

    Parameters
    ----------
    dimension : int
        Of the residual stream.
    vocabulary : int
        Number of tokens, with Zipf frequencies of exponent 1.
    triggers : int
        The most frequent tokens are triggers.
    length : int
        Tokens that the network reads in a sequence, at least 2.
    batch : int
        Sequences in a batch.
    pool : int
        Batches that are gone through one after another; 1 is training on one fixed batch.

    Raises
    ------
    ValueError
        A size is out of range.
    """

    dimension: int
    vocabulary: int = 48
    triggers: int = 5
    length: int = 64
    batch: int = 32
    pool: int = 1

    def __post_init__(self) -> None:
        for name in ("dimension", "batch", "pool"):
            require_integer(name, getattr(self, name), 1)
        require_integer("vocabulary", self.vocabulary, 2)
        require_integer("triggers", self.triggers, 1, self.vocabulary)
        require_integer("length", self.length, 2)


class Network(NamedTuple):
    """Embeddings and matrices of one network: tokens E, positions P, output rows U."""

    E: Any
    P: Any
    U: Any
    WK1: Any
    WV1: Any
    WO1: Any
    WK2: Any
    WV2: Any
    WO: Any


def draw_network(setting: Setting, seed: int) -> Network:
    """Draw embeddings and matrices.

    Parameters
    ----------
    setting : Setting
    seed : int

    Returns
    -------
    Network
        Token and position embeddings have independent N(0, 1/d) entries, the output rows uniform
        ones of variance 1/d, the matrices uniform ones on (-1/sqrt(d), 1/sqrt(d)).
    """
    d, stream = setting.dimension, Stream.of(seed, _LABEL, "network")

    def normal(name: str, rows: int) -> NDArray[np.float64]:
        return stream.substream(name).numpy().normal(size=(rows, d)) / np.sqrt(d)

    def uniform(name: str, rows: int, scale: float) -> NDArray[np.float64]:
        return stream.substream(name).numpy().uniform(-scale, scale, size=(rows, d))

    matrices = {name: uniform(name, d, d**-0.5) for name in Network._fields[3:]}
    return Network(
        E=normal("E", setting.vocabulary),
        P=normal("P", setting.length),
        U=uniform("U", setting.vocabulary, (3 / d) ** 0.5),
        **matrices,
    )


def draw_sequences(setting: Setting, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Draw the data of a seed.

    Parameters
    ----------
    setting : Setting
    seed : int
        The bigrams are those of the seed too: rows of a Dirichlet law whose mean is Zipf's law.

    Returns
    -------
    tokens : array of int, shape (pool, batch, length + 1)
        The last token is only ever predicted.
    asked : array of bool, shape (pool, batch, length)
        Where the loss is taken: at a trigger that has come up before in the sequence.
    """
    stream = Stream.of(seed, _LABEL, "data")
    size, count = setting.vocabulary, setting.pool * setting.batch
    law = zipf_probabilities(1.0, size)
    bigrams = stream.substream("bigrams").numpy().dirichlet(size * law, size=size).cumsum(axis=1)
    outputs = stream.substream("outputs").numpy().integers(size, size=(count, setting.triggers))
    uniforms = stream.substream("tokens").numpy().random((setting.length + 1, count))
    tokens = np.empty((count, setting.length + 1), dtype=np.int64)
    tokens[:, 0] = np.searchsorted(law.cumsum(), uniforms[0])
    for position in range(1, setting.length + 1):
        last = tokens[:, position - 1]
        tokens[:, position] = (bigrams[last] < uniforms[position, :, None]).sum(axis=1)
        forced = np.flatnonzero(last < setting.triggers)
        tokens[forced, position] = outputs[forced, last[forced]]
    # rounding may leave the last cumulative sum a little below 1
    np.minimum(tokens, size - 1, out=tokens)
    read = tokens[:, :-1]
    earlier = np.tril(np.ones((setting.length, setting.length), dtype=bool), -1)
    repeated = ((read[:, :, None] == read[:, None, :]) & earlier).any(axis=2)
    asked = repeated & (read < setting.triggers)
    shape = (setting.pool, setting.batch, -1)
    return tokens.reshape(shape), asked.reshape(shape)


def _attend(queries: Any, keys: Any, values: Any) -> Any:
    """Causal softmax attention: a position sees itself and those before it."""
    import jax
    import jax.numpy as jnp

    length = queries.shape[-2]
    scores = queries @ jnp.swapaxes(keys, -1, -2) / np.sqrt(queries.shape[-1])
    seen = jnp.tril(jnp.ones((length, length), dtype=bool))
    return jax.nn.softmax(jnp.where(seen, scores, -jnp.inf), axis=-1) @ values


def features(network: Network, tokens: Any) -> tuple[Any, Any]:
    """What reaches the last memory: the residual stream, and the values that ``WO`` is applied to.

    Parameters
    ----------
    network : Network
    tokens : array of int, shape (..., length)

    Returns
    -------
    stream, values : arrays of shape (..., length, d)
    """
    x = network.E[tokens] + network.P[: tokens.shape[-1]]
    heard = _attend(x, x @ network.WK1.T, x @ network.WV1.T)
    x = x + heard @ network.WO1.T
    return x, _attend(x, x @ network.WK2.T, x @ network.WV2.T)


def forward(network: Network, tokens: Any) -> Any:
    """Logits of the next token at every position.

    Parameters
    ----------
    network : Network
    tokens : array of int, shape (..., length)

    Returns
    -------
    array of shape (..., length, vocabulary)
    """
    x, values = features(network, tokens)
    return (x + values @ network.WO.T) @ network.U.T
