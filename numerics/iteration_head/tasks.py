"""Maps of state and input to the next state, for iteration over finitely many of both.

Tokens are numbered states first, then inputs (unless they share the tokens of the first states),
the token that begins a prompt, EoI that ends its inputs, and EoS.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from numerics.core.arguments import require_integer

__all__ = [
    "Prompt",
    "Task",
    "chain",
    "every_prompt",
    "every_task",
    "random_task",
    "stable_order",
    "symmetric_group_task",
]

Prompt = tuple[int, ...]
"""The inputs, by number."""


@dataclass(frozen=True)
class Task:
    """A map of state and input to the next state, and the first state after every first input.

    Parameters
    ----------
    table : tuple of tuples
        ``table[s][x]`` is the state after s, on the input x.
    first : tuple
        ``first[x]`` is the first state when x is the first input.
    shared : bool
        Whether an input x is written with the token of the state x.
    """

    table: tuple[tuple[int, ...], ...]
    first: tuple[int, ...]
    shared: bool = False

    def __post_init__(self) -> None:
        rows = (*self.table, self.first)
        if not self.first or not self.table or {len(row) for row in rows} != {self.symbols}:
            raise ValueError("table needs a row for every state, as long as first, and not empty")
        if not all(0 <= state < self.states for row in rows for state in row):
            raise ValueError(f"states must be 0 to {self.states - 1}")
        if self.shared and self.symbols > self.states:
            raise ValueError(
                "inputs can share the tokens of states only if there are no more of them"
            )

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.table)

    @property
    def symbols(self) -> int:
        """How many inputs there are."""
        return len(self.first)

    @property
    def beginning(self) -> int:
        """The token at position 0."""
        return self.states + (0 if self.shared else self.symbols)

    @property
    def end_of_inputs(self) -> int:
        """The token EoI."""
        return self.beginning + 1

    @property
    def end(self) -> int:
        """The token EoS."""
        return self.beginning + 2

    def input_token(self, symbol: int) -> int:
        """The token of an input."""
        return symbol if self.shared else self.states + symbol

    @property
    def vocabulary(self) -> int:
        """How many tokens there are."""
        return self.beginning + 3


def every_task(states: int, symbols: int, shared: bool = False) -> Iterator[Task]:
    """All tasks of so many states and inputs."""
    rows = list(itertools.product(range(states), repeat=symbols))
    for *table, first in itertools.product(rows, repeat=states + 1):
        yield Task(tuple(table), first, shared)


def random_task(
    states: int, symbols: int, generator: np.random.Generator, shared: bool = False
) -> Task:
    """A task with every next state and first state drawn uniformly."""
    drawn = generator.integers(0, states, size=(states + 1, symbols)).tolist()
    *table, first = (tuple(row) for row in drawn)
    return Task(tuple(table), first, shared)


def symmetric_group_task(degree: int) -> Task:
    """The word problem of the symmetric group on the swap of two points and the long cycle."""
    degree = require_integer("degree", degree, at_least=2, at_most=6)
    elements = list(itertools.permutations(range(degree)))
    number = {element: index for index, element in enumerate(elements)}
    generators = ((1, 0, *range(2, degree)), (*range(1, degree), 0))
    table = tuple(
        tuple(number[tuple(element[i] for i in generator)] for generator in generators)
        for element in elements
    )
    return Task(table, table[number[tuple(range(degree))]])


def every_prompt(symbols: int, length: int) -> Iterator[Prompt]:
    """All inputs of one length."""
    return itertools.product(range(symbols), repeat=length)


def chain(task: Task, prompt: Prompt) -> list[int]:
    """The states that the task goes through."""
    states: list[int] = []
    for symbol in prompt:
        states.append(task.table[states[-1]][symbol] if states else task.first[symbol])
    return states


def stable_order(degree: int) -> int:
    """Order of the last group in the derived series of the symmetric group, by enumeration.

    The commutators of all elements with some generators generate the derived group.
    """
    degree = require_integer("degree", degree, at_least=1, at_most=6)
    one = tuple(range(degree))
    generators = {(*one[:i], i + 1, i, *one[i + 2 :]) for i in range(degree - 1)}
    group = _generated(generators, one)
    while True:
        generators = {
            _product(_product(_inverse(g), _inverse(h)), _product(g, h))
            for g, h in itertools.product(group, generators)
        }
        derived = _generated(generators, one)
        if derived == group:
            return len(group)
        group = derived


def _product(g: Prompt, h: Prompt) -> Prompt:
    return tuple(g[i] for i in h)


def _inverse(g: Prompt) -> Prompt:
    back = [0] * len(g)
    for i, image in enumerate(g):
        back[image] = i
    return tuple(back)


def _generated(generators: set[Prompt], one: Prompt) -> set[Prompt]:
    """The group that some permutations generate."""
    found, new = {one}, {one}
    while new:
        new = {_product(g, h) for g in new for h in generators} - found
        found |= new
    return found
