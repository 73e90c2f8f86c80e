"""What a chain of states begins with, and two ways to run a model: scored and left to itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

from numerics.core.arguments import require_integer

__all__ = [
    "every_model",
    "first_error",
    "greedy",
    "inputs_kept",
    "polynomial_chain",
    "scored",
    "starting_states",
]

Tokens = tuple[int, ...]
Model = Mapping[Tokens, int]
"""The likeliest next token after every shorter sequence of tokens."""


def inputs_kept(p: int, state: int, add: int = 1) -> int:
    """For how many nonzero inputs x the state goes to x, when x takes s to ``s x + add`` mod p."""
    p = require_integer("p", p, at_least=2)
    return sum((state * x + add) % p == x for x in range(1, p))


def starting_states(step: Callable[[int, int], int], states: int, inputs: Sequence[int]) -> int:
    """How many states go to x on the input x, for every input."""
    return sum(all(step(state, x) == x for x in inputs) for state in range(states))


def polynomial_chain(p: int, inputs: Sequence[int], start: int | None = None) -> list[int]:
    """States of ``s -> s x + 1`` mod p; without a start the first state is the first input."""
    states: list[int] = []
    for x in inputs:
        before = states[-1] if states else start
        states.append(x if before is None else (before * x + 1) % p)
    return states


def every_model(vocabulary: int, length: int) -> Iterator[Model]:
    """All maps of the sequences of fewer tokens than ``length`` to a token."""
    shorter = [
        tokens
        for size in range(length)
        for tokens in itertools.product(range(vocabulary), repeat=size)
    ]
    for answers in itertools.product(range(vocabulary), repeat=len(shorter)):
        yield dict(zip(shorter, answers, strict=True))


def scored(model: Model, reference: Tokens) -> Tokens:
    """The model's answers along the reference, each after the true tokens before it."""
    return tuple(model[reference[:place]] for place in range(len(reference)))


def greedy(model: Model, length: int) -> Tokens:
    """What the model writes, each token after its own tokens before it."""
    written: Tokens = ()
    for _ in range(length):
        written = (*written, model[written])
    return written


def first_error(answers: Tokens, reference: Tokens) -> int:
    """The first place with a wrong token, or the length if there is none."""
    pairs = enumerate(zip(answers, reference, strict=True))
    return next((place for place, (one, other) in pairs if one != other), len(reference))
