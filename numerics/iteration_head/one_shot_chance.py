"""Laws of the states of an iteration, and what is guessed best from a part of its inputs.

Everything is counted, in whole numbers and fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.core.arguments import require_integer
from numerics.iteration_head.one_shot import words

__all__ = ["accuracy_without", "parity_step", "polynomial_step", "state_law"]

_MOST_WORDS = 2**22

Step = Callable[[Any, Any], Any]


def polynomial_step(p: int) -> Step:
    """The map that takes s and x to s x + 1 modulo p."""
    p = require_integer("p", p, at_least=2)
    return lambda s, x: (s * x + 1) % p


def parity_step(s: Any, x: Any) -> Any:
    """The map that takes s and x to s + x modulo 2."""
    return (s + x) % 2


def state_law(step: Step, states: int, letters: Sequence[int], steps: int) -> list[Fraction]:
    """Probability of every state after some steps, the first state being the first input.

    Parameters
    ----------
    step : callable
        The next state, from a state and an input.
    states : int
        How many there are.
    letters : sequence of int
        The inputs, equally likely.
    steps : int
        At least 1.
    """
    steps = require_integer("steps", steps, at_least=1)
    ways = [0] * states
    for letter in letters:
        ways[letter] += 1
    for _ in range(steps - 1):
        after = [0] * states
        for state, number in enumerate(ways):
            for letter in letters:
                after[step(state, letter)] += number
        ways = after
    return [Fraction(number, len(letters) ** steps) for number in ways]


def accuracy_without(
    step: Step, states: int, letters: Sequence[int], length: int, missing: int
) -> Fraction:
    """Accuracy of the best guess of the last state by one who sees all inputs but one.

    Every word is run; for each choice of the inputs that are seen the most frequent last state is
    guessed.

    Parameters
    ----------
    step, states, letters
        As in `state_law`.
    length : int
        Number of inputs.
    missing : int
        Which one is not seen, from 1 on.

    Raises
    ------
    ValueError
        There are too many words, or no such input.
    """
    length = require_integer("length", length, at_least=1)
    missing = require_integer("missing", missing, at_least=1, at_most=length)
    if len(letters) ** length > _MOST_WORDS:
        raise ValueError(f"there are more than {_MOST_WORDS} words of {length} inputs")
    inputs = words(letters, length)
    state = inputs[:, 0]
    for column in inputs.T[1:]:
        state = step(state, column)
    cube = state.reshape([len(letters)] * length)
    seen = np.moveaxis(cube, missing - 1, -1).reshape(-1, len(letters))
    most = np.zeros(len(seen), dtype=np.int64)
    for value in range(states):
        np.maximum(most, (seen == value).sum(axis=1), out=most)
    return Fraction(int(most.sum()), len(letters) ** length)
