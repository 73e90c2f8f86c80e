"""Transformers that answer in one shot, with all their weights, and what they answer.

Tokens are the states 0, ..., S - 1 (inputs are among them), then the marks of the beginning, of the
end of the inputs, and of the end of the sequence. Weights are tables turned into rectified units;
what the tables hold is found by running the iteration, never from a formula for the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.circuits import Attention, FeedForward, Layer, Transformer, generate, run

__all__ = [
    "ends_rightly",
    "iterated",
    "least_layers",
    "logits_at_end",
    "margins",
    "parity_transformer",
    "polynomial_transformer",
    "primitive_root",
    "prompts",
    "scan_transformer",
    "scanned_states",
    "states_of",
    "units",
    "window",
    "words",
]

Array = NDArray[np.float64]
Tokens = NDArray[np.int64]

_CHUNK = 2**22  # numbers held at once for the units of one layer
_SHARP = 50.0  # score of the position that is looked at; exp(-50) is what strays


def words(letters: Any, length: int) -> Tokens:
    """All words over some letters, in order, one a row."""
    length = require_integer("length", length, at_least=0)
    letters = np.asarray(letters, dtype=np.int64)
    columns = np.meshgrid(*[letters] * length, indexing="ij")
    shape = (len(letters) ** length, length)
    return np.stack(columns, axis=-1).reshape(shape) if length else np.zeros(shape, np.int64)


def prompts(states: int, inputs: Any) -> Tokens:
    """Inputs between the marks of the beginning and of their end."""
    inputs = np.asarray(inputs, dtype=np.int64)
    begin, end = (np.full((len(inputs), 1), states + mark) for mark in (0, 1))
    return np.concatenate([begin, inputs, end], axis=1)


def iterated(step: Callable[[Any, Any], Any], inputs: Any) -> Tokens:
    """The last state of an iteration that begins with the first input, for each word."""
    inputs = np.asarray(inputs, dtype=np.int64)
    state = inputs[:, 0].copy()
    for column in inputs.T[1:]:
        state = step(state, column)
    return state


def primitive_root(p: int) -> int:
    """The least generator of the numbers modulo a prime other than 0.

    Raises
    ------
    ValueError
        The modulus is no prime.
    """
    p = require_integer("p", p, at_least=2)
    for g in range(1, p):
        if len({pow(g, e, p) for e in range(1, p)}) == p - 1:
            return g
    raise ValueError(f"p is {p}; it must be a prime")


def units(transformer: Transformer) -> int:
    """Rectified units of all layers."""
    networks = [layer.feed_forward for layer in transformer.layers]
    return sum(len(network.bias) for network in networks if network is not None)


def _chunks(transformer: Transformer, tokens: Tokens) -> list[Tokens]:
    """The rows in blocks, so that no layer holds too many numbers at once."""
    networks = [layer.feed_forward for layer in transformer.layers]
    widest = max([len(network.bias) for network in networks if network is not None], default=1)
    size = max(1, _CHUNK // (widest * tokens.shape[1]))
    return [tokens[first : first + size] for first in range(0, len(tokens), size)]


def logits_at_end(transformer: Transformer, tokens: Tokens) -> Array:
    """Logits after the last token of each row."""
    blocks = _chunks(transformer, tokens)
    return np.concatenate([run(transformer, block).logits[:, -1] for block in blocks])


def ends_rightly(transformer: Transformer, tokens: Tokens, answers: Any) -> NDArray[np.bool_]:
    """Whether each prompt is continued by its answer and the mark of the end of the sequence."""
    blocks = _chunks(transformer, tokens)
    given = np.concatenate([generate(transformer, block, 2) for block in blocks])
    stop = len(transformer.tokens) - 1
    return np.asarray((given[:, 0] == np.asarray(answers)) & (given[:, 1] == stop))


def _rows(width: int, entries: list[dict[int, float]]) -> Array:
    """A matrix from the entries of its rows."""
    matrix = np.zeros((len(entries), width))
    for row, values in enumerate(entries):
        for column, value in values.items():
            matrix[row, column] = value
    return matrix


def _moved(width: int, pairs: list[tuple[int, int]]) -> tuple[Array, Array]:
    """Values and outputs of a head that reads some coordinates into others."""
    value = _rows(width, [{source: 1.0} for source, _ in pairs])
    return value, _rows(width, [{target: 1.0} for _, target in pairs]).T


def _bends(table: Array) -> Array:
    """Weights of ramps from 0, 1, 2, ... that make the values of a table, less its first one.

    The rows of the table are its values at 0, 1, ..., as many as there are ramps and one more.
    """
    slopes = np.diff(table, axis=0)
    return np.diff(slopes, axis=0, prepend=np.zeros((1, table.shape[1])))


def parity_transformer(ramps: int, longest: int | None = None) -> Transformer:
    """One layer that tells the parity of its input bits, for up to as many ones as it has ramps.

    Parameters
    ----------
    ramps : int
        Ramps that begin at 1, 2, ..., besides the one from 0; at least 1.
    longest : int, optional
        The largest number of inputs; as many as there are ramps by default.
    """
    ramps = require_integer("ramps", ramps, at_least=1)
    longest = require_integer("longest", ramps if longest is None else longest, at_least=1)
    begin, end, stop = 2, 3, 4
    share, mark, odd = 5, 6, 7
    width = 8
    value, output = _moved(width, [(1, share), (begin, mark)])
    uniform = np.zeros((1, width))
    inward = _rows(width, [{share: 1.0, mark: -float(k)} for k in range(ramps + 1)])
    zigzag = np.arange(ramps + 2)[:, None] % 2
    outward = np.zeros((width, ramps + 1))
    outward[odd] = _bends(zigzag.astype(float))[:, 0]
    unembedding = np.zeros((5, width))
    unembedding[1, odd] = 1.0
    unembedding[0, mark], unembedding[0, odd] = 1.0, -1.0
    unembedding[stop, [token for token in range(5) if token != end]] = 2.0
    layer = Layer(
        Attention(uniform, uniform, value, output),
        FeedForward(inward, np.zeros(ramps + 1), outward),
    )
    return Transformer(np.eye(5, width), np.zeros((longest + 3, width)), (layer,), unembedding)


def polynomial_transformer(
    p: int, n: int, sign: int = -1, counts_first: bool = False
) -> Transformer:
    """Two layers that compute s x + 1 modulo a prime from up to n inputs other than 0.

    Parameters
    ----------
    p : int
        A prime.
    n : int
        The largest number of inputs.
    sign : int
        Of the exponents that the second layer sums over; only -1 is right.
    counts_first : bool
        Whether the sum takes in the first prefix; only without is right.
    """
    g, n = primitive_root(p), require_integer("n", n, at_least=1)
    vocabulary = p + 3
    begin, end, stop = p, p + 1, p + 2
    (one, log, share, mark, first, place, inverse, total, scale), width = (
        range(vocabulary, vocabulary + 9),
        vocabulary + 9 + (p - 1) + p,
    )
    residues = range(vocabulary + 9, vocabulary + 9 + p - 1)
    answer = range(residues.stop, width)

    tokens = np.eye(vocabulary, width)
    tokens[:, one] = 1.0
    for exponent in range(p - 1):
        tokens[pow(g, exponent, p), log] = exponent
    positions = np.zeros((n + 3, width))
    positions[:, place] = np.log(np.arange(1, n + 4))
    positions[1, first] = 0.0 if counts_first else 1.0

    # the first layer: sums of logarithms, their inverse powers and their residues
    value, output = _moved(width, [(log, share), (begin, mark)])
    uniform = np.zeros((1, width))
    gate = -float(p)  # no sum over prefixes is above p - 2 on average
    sums = np.arange((n + 1) * (p - 2) + 1)
    powers = np.array([pow(g, int(sign * e) % (p - 1) if p > 2 else 0, p) for e in sums])
    table = np.column_stack([powers, sums[:, None] % (p - 1) == np.arange(p - 1)]).astype(float)
    inward = _rows(
        width,
        [{mark: 1.0, first: gate}]
        + [{share: 1.0, mark: -float(k), first: gate} for k in sums[:-1]],
    )
    outward = np.zeros((width, len(inward)))
    outward[[inverse, *residues]] = np.vstack([table[:1], _bends(table)]).T
    lower = Layer(
        Attention(uniform, uniform, value, output),
        FeedForward(inward, np.zeros(len(inward)), outward),
    )

    # the second layer: the sum of inverse powers, times the power of the last sum
    value, output = _moved(width, [(inverse, total), (begin, scale)])
    query, key = _rows(width, [{one: 1.0}]), _rows(width, [{place: 1.0}])
    gate = -2.0 * p  # times the mark, more than any sum comes to
    sums = np.arange((n + 1) * (p - 1) + 1)
    entries, weights = [], []
    for residue in range(p - 1):
        last = (pow(g, residue, p) * sums - 1) % p  # the sum counts the last prefix twice
        table = (last[:, None] == np.arange(p)).astype(float)
        table[0] = 0.0  # no sum is 0
        weights.append(_bends(table))
        entries += [
            {total: 1.0, scale: -float(k), mark: gate, residues[residue]: -gate} for k in sums[:-1]
        ]
    outward = np.zeros((width, len(entries)))
    outward[answer] = np.vstack(weights).T
    upper = Layer(
        Attention(query, key, value, output),
        FeedForward(_rows(width, entries), np.zeros(len(entries)), outward),
    )
    unembedding = np.zeros((vocabulary, width))
    unembedding[np.arange(p), answer] = 1.0
    unembedding[stop, [token for token in range(vocabulary) if token != end]] = 2.0 * p
    return Transformer(tokens, positions, (lower, upper), unembedding)


def scan_transformer(task: Any, n: int, layers: int) -> Transformer:
    """Layers that compose the maps of the inputs by doubling, for any task.

    Every position holds a map of states as a matrix, at first that of its own input; a layer
    composes it with that of the position 1, 2, 4, ... before it. The beginning holds the identity.
    There is a logit for each pair of a state before all inputs and a state.

    Parameters
    ----------
    task : integer array of shape (states, inputs)
        The next state.
    n : int
        The largest number of inputs.
    layers : int
    """
    task = np.asarray(task, dtype=np.int64)
    if task.ndim != 2 or not task.size or not 0 <= task.min() <= task.max() < len(task):
        raise ValueError("task must be a matrix of states, with a row for each state")
    states, inputs = task.shape
    n = require_integer("n", n, at_least=1)
    layers = require_integer("layers", layers, at_least=0)
    square = states**2
    width = 2 * square + n + 1
    own = np.arange(square).reshape(states, states)
    read = own + square

    tokens = np.zeros((inputs + 1, width))  # the inputs, then the mark of the beginning
    for letter in range(inputs):
        tokens[letter, own[np.arange(states), task[:, letter]]] = 1.0
    tokens[inputs, np.diag(own)] = 1.0
    positions = np.eye(n + 1, width, k=2 * square)

    entries: list[dict[int, float]] = []
    outward = np.zeros((width, states**3 + 2 * square))
    for s, u, v in np.ndindex(states, states, states):
        outward[own[s, v], len(entries)] = 1.0
        entries.append({int(read[s, u]): 1.0, int(own[u, v]): 1.0})
    bias = np.concatenate([-np.ones(states**3), np.zeros(2 * square)])
    for coordinate in (*own.ravel(), *read.ravel()):  # what has been used is cleared
        outward[coordinate, len(entries)] = -1.0
        entries.append({int(coordinate): 1.0})
    network = FeedForward(_rows(width, entries), bias, outward)
    value, output = _moved(width, list(zip(own.ravel(), read.ravel(), strict=True)))
    stack = []
    for layer in range(layers):
        seen = np.maximum(np.arange(n + 1) - 2**layer, 0)
        query = np.zeros((n + 1, width))
        query[seen, 2 * square + np.arange(n + 1)] = _SHARP
        stack.append(
            Layer(Attention(query, np.eye(n + 1, width, k=2 * square), value, output), network)
        )
    unembedding = np.eye(max(square, inputs + 1), width)
    unembedding[square:] = 0.0
    padded = np.zeros((len(unembedding), width))
    padded[: inputs + 1] = tokens
    return Transformer(padded, positions, tuple(stack), unembedding)


def scanned_states(task: Any, letters: Any, layers: int) -> Tokens:
    """The states that a scan reads off, by first state, word and input."""
    states, inputs = np.shape(task)
    letters = np.asarray(letters, dtype=np.int64)
    scan = scan_transformer(task, letters.shape[1], layers)
    tokens = np.concatenate([np.full((len(letters), 1), inputs), letters], axis=1)
    blocks = (run(scan, block).logits[:, 1:, : states**2] for block in _chunks(scan, tokens))
    logits = np.concatenate(list(blocks))
    read = logits.reshape(*letters.shape, states, states).argmax(axis=-1)
    return np.moveaxis(read, -1, 0)


def states_of(task: Any, first: int, letters: Any) -> Tokens:
    """All states of an iteration, one step after the other, for each word of letters."""
    task = np.asarray(task, dtype=np.int64)
    state = np.full(len(letters), first, dtype=np.int64)
    states = []
    for column in np.asarray(letters, dtype=np.int64).T:
        state = task[state, column]
        states.append(state)
    return np.stack(states, axis=1)


def margins(transformer: Transformer, tokens: Tokens, answers: Any) -> Array:
    """Logit of the answer after the last token, minus the largest of the others."""
    logits = logits_at_end(transformer, tokens)
    rows = np.arange(len(logits))
    right = logits[rows, answers].copy()
    logits[rows, answers] = -np.inf
    return np.asarray(right - logits.max(axis=1))


_LATCH = np.array([[0, 1], [1, 1]])
"""States 0 and 1; the input 0 leaves the state, the input 1 sets it to 1 for ever."""


def _sets(length: int, layers: int) -> Tokens:
    """The states that are read off when the latch is set at one position alone, by position."""
    return scanned_states(_LATCH, np.eye(length, dtype=np.int64), layers)[0]


def window(layers: int) -> int:
    """How many of the last inputs have an effect on what a scan reads off in the end."""
    layers = require_integer("layers", layers, at_least=0)
    return int(_sets(2 ** (layers + 1), layers)[:, -1].sum())


def least_layers(length: int) -> int:
    """The least number of layers with which a scan reads off the right states of the latch."""
    length = require_integer("length", length, at_least=1)
    right = np.triu(np.ones((length, length), dtype=np.int64))
    layers = 0
    while not np.array_equal(_sets(length, layers), right):
        layers += 1
    return layers
