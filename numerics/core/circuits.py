"""Transformers whose weights are written down, run exactly as they stand on batches of sequences.

The stream starts as token embedding plus position embedding. A layer adds to it what one head of
attention reads, then what a feed-forward network of rectified linear units makes of it. Where a
layer has gains, the stream is first normalised as in the code of "Iteration Head": the normalised
stream takes the place of the stream before the attention; the feed-forward network, which comes
after it, reads a normalised copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from numerics.core.arguments import require_integer

__all__ = [
    "Attention",
    "FeedForward",
    "Layer",
    "Run",
    "Transformer",
    "generate",
    "normalise",
    "run",
]

Array = NDArray[np.float64]

NORM_EPS = 1e-5


@dataclass(frozen=True, eq=False)
class Attention:
    """One softmax head: key j gets the score (query u_i) . (key u_j), without any scaling.

    Parameters
    ----------
    query, key : arrays of shape (rank, width)
    value : array of shape (channels, width)
    output : array of shape (width, channels)
    visible : boolean array of shape (length, length), optional
        Whether a query (row) may look at a key (column); by default at itself and all before it.
    """

    query: Array
    key: Array
    value: Array
    output: Array
    visible: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        for name in ("query", "key", "value", "output"):
            _require_finite_matrix(name, getattr(self, name))
        if self.query.shape != self.key.shape:
            raise ValueError("query and key must have one shape")
        if self.value.shape != self.output.shape[::-1]:
            raise ValueError("output must have the shape of value, transposed")
        if self.value.shape[1] != self.query.shape[1]:
            raise ValueError("value must be as wide as query")
        if self.visible is not None and not self.visible.any(axis=1).all():
            raise ValueError("every query must be allowed to look at some key")


@dataclass(frozen=True, eq=False)
class FeedForward:
    """One hidden layer of rectified linear units.

    Parameters
    ----------
    inward : array of shape (units, width)
    bias : array of shape (units,)
    outward : array of shape (width, units)
    """

    inward: Array
    bias: Array
    outward: Array

    def __post_init__(self) -> None:
        _require_finite_matrix("inward", self.inward)
        _require_finite_matrix("outward", self.outward)
        if self.bias.shape != self.inward.shape[:1] or not np.isfinite(self.bias).all():
            raise ValueError("bias must hold one finite number for each unit")
        if self.outward.shape != self.inward.shape[::-1]:
            raise ValueError("outward must have the shape of inward, transposed")

    def __call__(self, stream: Array) -> Array:
        """What is added to the stream."""
        hidden = stream @ self.inward.T
        hidden += self.bias
        np.maximum(hidden, 0.0, out=hidden)
        return np.asarray(hidden @ self.outward.T)


@dataclass(frozen=True, eq=False)
class Layer:
    """Attention, then a feed-forward network if there is one.

    Parameters
    ----------
    attention : Attention
    feed_forward : FeedForward, optional
    gains : pair of arrays of shape (width,), optional
        Gains of the normalisation before the attention and before the feed-forward network.
    """

    attention: Attention
    feed_forward: FeedForward | None = None
    gains: tuple[Array, Array] | None = None


@dataclass(frozen=True, eq=False)
class Transformer:
    """A decoder with all its weights.

    Parameters
    ----------
    tokens : array of shape (vocabulary, width)
    positions : array of shape (length, width)
        As many as the longest sequence has tokens.
    layers : tuple of Layer
    unembedding : array of shape (vocabulary, width)
    """

    tokens: Array
    positions: Array
    layers: tuple[Layer, ...]
    unembedding: Array

    def __post_init__(self) -> None:
        for name in ("tokens", "positions", "unembedding"):
            _require_finite_matrix(name, getattr(self, name))
        widths = {self.tokens.shape[1], self.positions.shape[1], self.unembedding.shape[1]}
        for layer in self.layers:
            widths.add(layer.attention.query.shape[1])
            widths.add(layer.attention.output.shape[0])
            if layer.feed_forward is not None:
                widths.add(layer.feed_forward.inward.shape[1])
            widths.update(gain.shape[0] for gain in layer.gains or ())
            visible = layer.attention.visible
            if visible is not None and visible.shape != (len(self.positions),) * 2:
                raise ValueError("visible must have one row and one column for each position")
        if len(widths) > 1:
            raise ValueError(f"all parts must have one width, not {sorted(widths)}")


@dataclass(frozen=True, eq=False)
class Run:
    """What a transformer computed.

    Attributes
    ----------
    logits : array of shape (sequences, length, vocabulary)
    attention : tuple of arrays of shape (sequences, length, length)
        The attention weights of every layer, queries in rows; empty unless asked for.
    """

    logits: Array
    attention: tuple[Array, ...]


def run(transformer: Transformer, sequences: Any, with_attention: bool = False) -> Run:
    """Logits after every token of some sequences.

    Parameters
    ----------
    transformer : Transformer
    sequences : integer array of shape (sequences, length)
    with_attention : bool
        Whether to keep the attention weights.

    Raises
    ------
    ValueError
        A token is not in the vocabulary, or the sequences are longer than there are positions.
    """
    tokens = _tokens(transformer, sequences)
    kept: list[Array] | None = [] if with_attention else None
    return Run(
        _advanced(transformer, tokens, 0, _no_memory(transformer, len(tokens)), kept),
        tuple(kept or ()),
    )


def generate(transformer: Transformer, prompts: Any, steps: int) -> NDArray[np.int64]:
    """Tokens that follow some prompts of one length, each the likeliest one (of ties, the first).

    Parameters
    ----------
    transformer : Transformer
    prompts : integer array of shape (sequences, length)
    steps : int
        How many tokens to add.
    """
    steps = require_integer("steps", steps, at_least=0)
    sequences = _tokens(transformer, prompts)
    first = sequences.shape[1]
    if first + steps > len(transformer.positions) + 1:
        raise ValueError(f"there are only {len(transformer.positions)} positions")
    causal = all(layer.attention.visible is None for layer in transformer.layers)
    memory = _no_memory(transformer, len(sequences))
    done = 0
    for _ in range(steps):
        if not causal:
            done, memory = 0, _no_memory(transformer, len(sequences))
        logits = _advanced(transformer, sequences[:, done:], done, memory)[:, -1]
        done = sequences.shape[1]
        sequences = np.concatenate([sequences, logits.argmax(axis=1)[:, None]], axis=1)
    return sequences[:, first:]


def normalise(stream: Any, gain: Any) -> Array:
    """Every vector minus its mean, over its root mean square, times a gain."""
    stream = np.asarray(stream, dtype=np.float64)
    centred = stream - stream.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + NORM_EPS)
    return np.asarray(centred / spread * np.asarray(gain, dtype=np.float64))


_Memory = list[tuple[Array, Array]]
"""Keys and values of the positions so far, by layer."""


def _no_memory(transformer: Transformer, count: int) -> _Memory:
    heads = [layer.attention for layer in transformer.layers]
    return [
        (np.empty((count, 0, len(head.key))), np.empty((count, 0, len(head.value))))
        for head in heads
    ]


def _advanced(
    transformer: Transformer,
    tokens: NDArray[np.int64],
    before: int,
    memory: _Memory,
    kept: list[Array] | None = None,
) -> Array:
    """Logits at new tokens after those before, with keys and values added to the memory."""
    count, new = tokens.shape
    length = before + new
    stream = transformer.tokens[tokens] + transformer.positions[before:length]
    for number, layer in enumerate(transformer.layers):
        if layer.gains is not None:
            stream = normalise(stream, layer.gains[0])
        head = layer.attention
        keys, values = (
            np.concatenate([old, stream @ matrix.T], axis=1)
            for old, matrix in zip(memory[number], (head.key, head.value), strict=True)
        )
        memory[number] = keys, values
        visible = np.tri(length, dtype=np.bool_) if head.visible is None else head.visible
        visible = visible[before:length, :length]
        if not visible.any(axis=1).all():
            raise ValueError(f"of {length} tokens every one must be allowed to look at some")
        weights = np.empty((0, 0, 0) if kept is None else (count, new, length))
        queries = np.ascontiguousarray(stream @ head.query.T)
        read = _attend(queries, keys, values, visible, weights)
        if kept is not None:
            kept.append(weights)
        stream = stream + read @ head.output.T
        if layer.feed_forward is not None:
            seen = stream if layer.gains is None else normalise(stream, layer.gains[1])
            stream = stream + layer.feed_forward(seen)
    return np.asarray(stream @ transformer.unembedding.T)


def _require_finite_matrix(name: str, matrix: Any) -> None:
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise ValueError(f"{name} must be a matrix of finite numbers")


def _tokens(transformer: Transformer, sequences: Any) -> NDArray[np.int64]:
    tokens = np.asarray(sequences)
    if tokens.ndim != 2 or not (np.issubdtype(tokens.dtype, np.integer) or tokens.size == 0):
        raise ValueError("sequences must be a matrix of whole numbers")
    tokens = tokens.astype(np.int64)
    vocabulary, longest = len(transformer.tokens), len(transformer.positions)
    if tokens.shape[1] > longest or tokens.shape[1] < 1:
        raise ValueError(f"sequences must have 1 to {longest} tokens, not {tokens.shape[1]}")
    if tokens.size and not 0 <= tokens.min() <= tokens.max() < vocabulary:
        raise ValueError(f"tokens must be 0 to {vocabulary - 1}")
    return tokens


_SMALL = 20_000
"""Fewer pairs of query and key than this are not worth waking other threads for."""


def _attend(
    queries: Array, keys: Array, values: Array, visible: NDArray[np.bool_], kept: Array
) -> Array:
    """What every query reads; the weights go to ``kept`` if it is not empty."""
    count, new = queries.shape[:2]
    read = np.zeros((count, new, values.shape[2]))
    every = _attend_serially if count * visible.size < _SMALL else _attend_in_parallel
    every(queries, keys, values, visible, kept, read)
    return read


@njit(cache=True, parallel=True)
def _attend_in_parallel(
    queries: Array,
    keys: Array,
    values: Array,
    visible: NDArray[np.bool_],
    kept: Array,
    read: Array,
) -> None:
    for sequence in prange(len(queries)):
        _attend_in_one(sequence, queries, keys, values, visible, kept, read)


@njit(cache=True)
def _attend_serially(
    queries: Array,
    keys: Array,
    values: Array,
    visible: NDArray[np.bool_],
    kept: Array,
    read: Array,
) -> None:
    for sequence in range(len(queries)):
        _attend_in_one(sequence, queries, keys, values, visible, kept, read)


@njit(cache=True)
def _attend_in_one(
    sequence: int,
    queries: Array,
    keys: Array,
    values: Array,
    visible: NDArray[np.bool_],
    kept: Array,
    read: Array,
) -> None:
    """Softmax attention in one sequence, the largest score subtracted first."""
    new, rank = queries.shape[1:]
    length, channels = values.shape[1:]
    scores = np.empty(length)
    for i in range(new):
        largest = -np.inf
        for j in range(length):
            if visible[i, j]:
                score = 0.0
                for r in range(rank):
                    score += queries[sequence, i, r] * keys[sequence, j, r]
                scores[j] = score
                largest = max(largest, score)
        total = 0.0
        for j in range(length):
            scores[j] = np.exp(scores[j] - largest) if visible[i, j] else 0.0
            total += scores[j]
        for j in range(length):
            weight = scores[j] / total
            if kept.size:
                kept[sequence, i, j] = weight
            if weight > 0.0:
                for c in range(channels):
                    read[sequence, i, c] += weight * values[sequence, j, c]
