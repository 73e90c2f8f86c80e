"""Sequences of iterated maps: what decoders are trained on.

A sequence is the task's symbol at position 0, inputs x_1, ..., x_L at 1, ..., L, EoI at L + 1, the
states s_1, ..., s_L at L + 2, ..., 2 L + 1 (or the last one only, without a chain of thought) and
EoS from there on. The first state is the first input, and s_t = F(s_{t-1}, x_t) afterwards. Inputs
share the tokens of states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream
from numerics.iteration_head.tasks import Task

__all__ = [
    "Iteration",
    "Sequences",
    "copy",
    "draw_each_length",
    "draw_sequences",
    "parity",
    "polynomial",
    "spell",
]

_SYMBOLS = 3
"""Symbols for tasks: networks that are moved from one task to another read them all."""


class Sequences(NamedTuple):
    """Token matrices, and how many inputs each sequence has.

    Attributes
    ----------
    tokens : array of int, shape (sequences, size + 1)
        The last token is only ever predicted.
    lengths : array of int, shape (sequences,)
    """

    tokens: Any
    lengths: Any


@dataclass(frozen=True)
class Iteration:
    """A map that is iterated, over what inputs, and how it is written.

    Parameters
    ----------
    task : Task
        With as many inputs as states, which share their tokens.
    longest : int
        n, the largest number of inputs.
    lowest : int
        Inputs are uniform on the tokens from this one on.
    chained : bool
        Whether all states are written, or the last one only.
    shortest : int
        The least number of inputs; n of a fixed length.
    symbol : int
        Which of three symbols stands at position 0.
    states : int
        Tokens for states, at least those of the task; more of them for a network that is to read
        another task too.

    Raises
    ------
    ValueError
        A number is out of range.
    """

    task: Task
    longest: int
    lowest: int = 0
    chained: bool = True
    shortest: int = 1
    symbol: int = 0
    states: int = 0

    def __post_init__(self) -> None:
        require_integer("longest", self.longest, 1)
        require_integer("shortest", self.shortest, 1, self.longest)
        require_integer("lowest", self.lowest, 0, self.task.symbols - 1)
        require_integer("symbol", self.symbol, 0, _SYMBOLS - 1)
        if not self.task.shared:
            raise ValueError("the task's inputs must share the tokens of its states")
        if self.states == 0:
            object.__setattr__(self, "states", self.task.states)
        require_integer("states", self.states, self.task.states)

    @property
    def beginning(self) -> int:
        """The token at position 0."""
        return self.states + self.symbol

    @property
    def end_of_inputs(self) -> int:
        """The token EoI."""
        return self.states + _SYMBOLS

    @property
    def end(self) -> int:
        """The token EoS."""
        return self.states + _SYMBOLS + 1

    @property
    def vocabulary(self) -> int:
        """How many tokens there are."""
        return self.states + _SYMBOLS + 2

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The numbers of inputs that there are."""
        return np.arange(self.shortest, self.longest + 1)

    @property
    def size(self) -> int:
        """How many tokens of a sequence a network reads."""
        return 2 * self.longest + 2 if self.chained else self.longest + 3


def polynomial(p: int, longest: int, **options: Any) -> Iteration:
    """The map of s and x to s x + 1 modulo p, with inputs 1, ..., p - 1."""
    p = require_integer("p", p, 2)
    rows = tuple(tuple((s * x + 1) % p for x in range(p)) for s in range(p))
    return Iteration(Task(rows, tuple(range(p)), shared=True), longest, lowest=1, **options)


def parity(longest: int, **options: Any) -> Iteration:
    """The sum of bits modulo 2; symbol 1 stands for it unless told otherwise."""
    task = Task(((0, 1), (1, 0)), (0, 1), shared=True)
    return Iteration(task, longest, **{"symbol": 1, **options})


def copy(longest: int, **options: Any) -> Iteration:
    """The last bit; symbol 2 stands for it unless told otherwise."""
    task = Task(((0, 1), (0, 1)), (0, 1), shared=True)
    return Iteration(task, longest, **{"symbol": 2, **options})


def spell(iteration: Iteration, inputs: ArrayLike, lengths: ArrayLike) -> Sequences:
    """Write sequences.

    Parameters
    ----------
    iteration : Iteration
    inputs : array of int, shape (sequences, longest)
        What comes after the length of a sequence is not read.
    lengths : array of int, shape (sequences,)

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        An input or a length is out of range, or their numbers do not fit.
    """
    x, length = np.asarray(inputs), np.asarray(lengths)
    if x.ndim != 2 or x.shape != (*length.shape, iteration.longest):
        raise ValueError(f"inputs of shape {x.shape} do not fit lengths of shape {length.shape}")
    if x.size and not (0 <= x.min() and x.max() < iteration.task.symbols):
        raise ValueError(f"inputs must be 0 to {iteration.task.symbols - 1}")
    if x.size and not (1 <= length.min() and length.max() <= iteration.longest):
        raise ValueError(f"lengths must be 1 to {iteration.longest}")
    table, first = np.asarray(iteration.task.table), np.asarray(iteration.task.first)
    states = np.empty_like(x)
    for t in range(iteration.longest):
        states[:, t] = table[states[:, t - 1], x[:, t]] if t else first[x[:, 0]]
    tokens = np.full((len(x), iteration.size + 1), iteration.end, dtype=np.int16)
    tokens[:, 0] = iteration.beginning
    rows = np.arange(len(x))
    for t in range(iteration.longest):
        there = rows[t < length]
        tokens[there, t + 1] = x[there, t]
        if iteration.chained:
            tokens[there, length[there] + t + 2] = states[there, t]
    tokens[rows, length + 1] = iteration.end_of_inputs
    if not iteration.chained:
        tokens[rows, length + 2] = states[rows, length - 1]
    return Sequences(tokens, length.astype(np.int16))


def draw_sequences(iteration: Iteration, count: int, stream: Stream) -> Sequences:
    """Draw sequences: lengths uniform on their range, inputs independent and uniform."""
    generator = stream.substream("lengths").numpy()
    lengths = generator.integers(iteration.shortest, iteration.longest, size=count, endpoint=True)
    return spell(iteration, _inputs(iteration, count, stream), lengths)


def draw_each_length(iteration: Iteration, each: int, stream: Stream) -> Sequences:
    """Draw equally many sequences of every length, the shortest first.

    Taken batch after batch these are data as the authors train on: finitely many, with repetition,
    and in order of length.
    """
    lengths = np.repeat(iteration.lengths, each)
    return spell(iteration, _inputs(iteration, len(lengths), stream), lengths)


def _inputs(iteration: Iteration, count: int, stream: Stream) -> NDArray[np.int64]:
    shape = (count, iteration.longest)
    generator = stream.substream("inputs").numpy()
    return generator.integers(iteration.lowest, iteration.task.symbols, size=shape)
