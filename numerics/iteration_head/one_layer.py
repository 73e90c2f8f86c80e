"""Circuits of one layer of attention that run a task.

A task is a table of next states: row s, column x; its last row holds the states after the end of
input, at which the chain starts. Tokens are states 0, ..., S - 1, inputs S, ..., S + X - 1, and
the begin, the end of input and the end of sequence. Positions count from 0.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = [
    "Tokens",
    "all_inputs",
    "fixed_length_circuit",
    "one_number_circuit",
    "random_task",
    "sequences",
    "uniform_circuit",
]

_Integers = NDArray[np.int64]
_MOST_SEQUENCES = 200_000


class Tokens(NamedTuple):
    """The tokens of a task: how many states and inputs there are, and the three special ones."""

    states: int
    inputs: int
    begin: int
    end_of_input: int
    end_of_sequence: int

    @classmethod
    def of(cls, table: ArrayLike) -> Tokens:
        """Return the tokens of a task.

        Raises
        ------
        ValueError
            If the table has no states or inputs, or an entry is no state.
        """
        task = np.asarray(table)
        if task.ndim != 2 or task.shape[0] < 2 or task.shape[1] < 1:
            raise ValueError(f"a task of shape {task.shape} has no states or inputs")
        states, inputs = task.shape[0] - 1, task.shape[1]
        if task.min() < 0 or task.max() >= states:
            raise ValueError("an entry of the task is no state")
        return cls(states, inputs, states + inputs, states + inputs + 1, states + inputs + 2)


def random_task(states: int, inputs: int, stream: Stream, replicate: int = 0) -> _Integers:
    """Return a task whose entries are independent and uniform.

    Raises
    ------
    ValueError
        If there are no states or no inputs.
    """
    states = require_integer("states", states, 1)
    inputs = require_integer("inputs", inputs, 1)
    return stream.numpy(replicate).integers(states, size=(states + 1, inputs))


def all_inputs(inputs: int, length: int) -> _Integers:
    """Return all sequences of inputs of a length, one a row, counted from 0.

    Raises
    ------
    ValueError
        If there are more than 200 000 of them.
    """
    inputs = require_integer("inputs", inputs, 1)
    length = require_integer("length", length, 0)
    if float(inputs) ** length > _MOST_SEQUENCES:
        raise ValueError(f"there are more than {_MOST_SEQUENCES} sequences")
    listed = list(product(range(inputs), repeat=length))
    return np.array(listed, dtype=np.int64).reshape(inputs**length, length)


def sequences(table: ArrayLike, chosen: ArrayLike) -> _Integers:
    """Return begin, inputs, end of input, states and end of sequence, one sequence a row.

    Parameters
    ----------
    table : array of int
        A task.
    chosen : array of int, shape (sequences, length)
        Inputs, counted from 0.

    Raises
    ------
    ValueError
        If the shape is another one or an input is out of range.
    """
    task, tokens = np.asarray(table, dtype=np.int64), Tokens.of(table)
    inputs = np.asarray(chosen, dtype=np.int64)
    if inputs.ndim != 2 or (inputs.size and not 0 <= inputs.min() <= inputs.max() < tokens.inputs):
        raise ValueError("inputs are rows of numbers from 0 to the number of inputs less 1")
    count, length = inputs.shape
    rows = np.empty((count, 2 * length + 3), dtype=np.int64)
    rows[:, 0] = tokens.begin
    rows[:, 1 : length + 1] = inputs + tokens.states
    rows[:, length + 1] = tokens.end_of_input
    state = np.full(count, tokens.states)  # the last row: after the end of input
    for t in range(length):
        state = task[state, inputs[:, t]]
        rows[:, length + 2 + t] = state
    rows[:, -1] = tokens.end_of_sequence
    return rows


def _extended(table: ArrayLike) -> _Integers:
    """The task with the end of input as one more input, which ends the sequence."""
    task, tokens = np.asarray(table, dtype=np.int64), Tokens.of(table)
    ending = np.full((len(task), 1), tokens.end_of_sequence)
    return np.hstack([task, ending])


def _own_token(rows: _Integers, tokens: Tokens) -> NDArray[np.float64]:
    """Indicators of the states and the end of input, for gates."""
    known = np.append(np.arange(tokens.states), tokens.end_of_input)
    return (rows[:, np.newaxis] == known).astype(np.float64)


def _votes(gates: NDArray[np.float64], table: ArrayLike) -> NDArray[np.float64]:
    """Output of gates (sequence, state, input): each adds to the token that its pair leads to."""
    tokens, ahead = Tokens.of(table), _extended(table)
    logits = np.zeros((len(gates), tokens.end_of_sequence + 1))
    for state, row in enumerate(ahead):
        for read, token in enumerate(row):
            logits[:, token] += gates[:, state, read]
    return logits


def uniform_circuit(
    table: ArrayLike, chosen: ArrayLike, longest: int, bias: float = 3.0, shift: int = 0
) -> _Integers:
    """Return what a layer of uniform attention predicts along the chain, from the true tokens.

    The values of attention are indicators of pairs (token, position), so that its output, times
    the number of visible keys, tells which token is at which position. For every length, step,
    state and input, the feed-forward layer has one gate with four weights and a bias.

    Parameters
    ----------
    table, chosen : arrays of int
        As for `sequences`.
    longest : int
        The circuit is made for all lengths up to this one.
    bias : float
        What a gate takes off the sum of its four inputs.
    shift : int
        Reads the input at another position.

    Returns
    -------
    array of int, shape (sequences, length + 1) : predicted tokens after the end of input, ties
    going to the last token.

    Raises
    ------
    ValueError
        If the inputs are longer than ``longest``.
    """
    rows, tokens = sequences(table, chosen), Tokens.of(table)
    length = (rows.shape[1] - 3) // 2
    longest = require_integer("longest", longest, length, 60)
    bias = require_real("bias", bias)
    count = len(rows)
    read = np.append(tokens.states + np.arange(tokens.inputs), tokens.end_of_input)
    predicted = np.empty((count, length + 1), dtype=np.int64)
    for step in range(1, length + 2):
        query = length + step
        weights = np.full(query + 1, 1.0 / (query + 1))
        present = rows[:, : query + 1, np.newaxis] == np.arange(tokens.end_of_sequence + 1)
        output = weights[:, np.newaxis] * present  # (sequence, position, token)
        own = _own_token(rows[:, query], tokens)
        logits = np.zeros((count, tokens.end_of_sequence + 1))
        for assumed in range(longest + 1):
            t = query - assumed
            if not 1 <= t <= assumed + 1 or not 0 <= t + shift <= query:
                continue
            end = (query + 1) * output[:, assumed + 1, tokens.end_of_input]
            here = (query + 1) * output[:, t + shift, read]
            summed = own[:, :, np.newaxis] + here[:, np.newaxis] + end[:, np.newaxis, np.newaxis]
            logits += _votes(np.maximum(summed + 1.0 - bias, 0.0), table)
        predicted[:, step - 1] = _last_largest(logits)
    return predicted


def one_number_circuit(
    table: ArrayLike, chosen: ArrayLike, base: int | None = None, bits: int | None = None
) -> _Integers:
    """Return what is read off one number that uniform attention gives, in exact arithmetic.

    The value of a token at a position is the token's number times the base to the power of minus
    the position, less one.

    Parameters
    ----------
    table, chosen : arrays of int
        As for `sequences`.
    base : int, optional
        At least 2; by default the number of tokens, with which the digits are the tokens.
    bits : int, optional
        The number is rounded up to that many binary places.

    Returns
    -------
    array of int, shape (sequences, length + 1) : predicted tokens after the end of input, 0 where
    the digits hold no end of input or no input where it is looked for.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    rows, tokens, task = sequences(table, chosen), Tokens.of(table), _extended(table)
    count, length = len(rows), (rows.shape[1] - 3) // 2
    base = require_integer("base", tokens.end_of_sequence + 1 if base is None else base, 2)
    predicted = np.zeros((count, length + 1), dtype=np.int64)
    for sequence, row in enumerate(rows.tolist()):
        for query in range(length + 1, 2 * length + 2):
            values = [Fraction(token, base ** (j + 1)) for j, token in enumerate(row[: query + 1])]
            number = sum(values, Fraction(0)) / (query + 1)
            if bits is not None:
                number = Fraction(math.ceil(number * 2**bits), 2**bits)
            digits = _digits(number * (query + 1), base, query + 1)
            if tokens.end_of_input not in digits:
                continue
            wanted = query - digits.index(tokens.end_of_input) + 1
            read = digits[wanted] - tokens.states if wanted <= query else -1
            read = tokens.inputs if read == tokens.inputs + 1 else read  # the end of input itself
            if 0 <= read < task.shape[1]:
                state = min(row[query], tokens.states)  # the end of input comes after the states
                predicted[sequence, query - length - 1] = task[state, read]
    return predicted


def _digits(number: Fraction, base: int, count: int) -> list[int]:
    """The first digits after the point of a number from 0 to 1."""
    digits = []
    for _ in range(count):
        number *= base
        digits.append(int(number // 1))
        number -= digits[-1]
    return digits


def fixed_length_circuit(
    table: ArrayLike, chosen: ArrayLike, made_for: int, beta: float
) -> tuple[_Integers, float]:
    """Return what a layer that looks a fixed number of positions back predicts along the chain.

    Positions are on a circle; the score of a key is ``beta`` times the cosine of its angle to the
    position ``made_for`` before the query. The gates read the own token and what is attended to.

    Parameters
    ----------
    table, chosen : arrays of int
        As for `sequences`.
    made_for : int
        The length that the circuit is made for, at least 1.
    beta : float
        At least 0.

    Returns
    -------
    (predicted, least) : predicted tokens after the end of input, one sequence a row, and the least
    weight of the position that is looked for.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    rows, tokens = sequences(table, chosen), Tokens.of(table)
    length = (rows.shape[1] - 3) // 2
    made_for = require_integer("made_for", made_for, 1, 1000)
    beta = require_real("beta", beta, 0.0)
    turn = 2.0 * np.pi / (2 * max(made_for, length) + 2)
    read = np.append(tokens.states + np.arange(tokens.inputs), tokens.end_of_input)
    predicted = np.empty((len(rows), length + 1), dtype=np.int64)
    least = 1.0
    for step in range(1, length + 2):
        query = length + step
        keys = np.arange(query + 1)
        scores = beta * np.cos(turn * (query - made_for - keys))
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        if 0 <= query - made_for <= query:
            least = min(least, float(weights[query - made_for]))
        present = rows[:, : query + 1, np.newaxis] == read
        attended = np.einsum("k,ski->si", weights, present)
        own = _own_token(rows[:, query], tokens)
        gates = np.maximum(own[:, :, np.newaxis] + attended[:, np.newaxis] - 1.0, 0.0)
        predicted[:, step - 1] = _last_largest(_votes(gates, table))
    return predicted, least


def _last_largest(logits: NDArray[np.float64]) -> _Integers:
    """The largest entry of each row; of several, the last."""
    return np.asarray(logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1))
