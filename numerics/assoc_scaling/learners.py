"""Rules that guess a token's label from the labels of the tokens seen before.

A learner is called with the labels of the seen tokens (a dictionary in order of first appearance),
a token and the number of classes. It returns a label, or a tuple of Fractions (the probability of
each label) if it randomises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

__all__ = [
    "LEARNERS",
    "MEMORISING",
    "Learner",
    "contrarian",
    "forgetful",
    "memorising_constant",
    "memorising_majority",
    "memorising_nearest",
    "memorising_uniform",
    "memoryless",
]

Learner = Callable[[dict[int, int], int, int], int | Sequence[Fraction]]


def memorising_constant(seen: Mapping[int, int], token: int, classes: int) -> int:
    """Right on seen tokens, label 0 on the others."""
    return seen.get(token, 0)


def memorising_majority(seen: Mapping[int, int], token: int, classes: int) -> int:
    """Right on seen tokens; on the others the most frequent seen label (the least if tied)."""
    if token in seen or not seen:
        return seen.get(token, 0)
    counts = Counter(seen.values())
    return min(counts, key=lambda label: (-counts[label], label))


def memorising_nearest(seen: Mapping[int, int], token: int, classes: int) -> int:
    """Label of the nearest seen token (the lower if tied), 0 if none was seen."""
    if not seen:
        return 0
    return seen[min(seen, key=lambda other: (abs(other - token), other))]


def memorising_uniform(
    seen: Mapping[int, int], token: int, classes: int
) -> int | tuple[Fraction, ...]:
    """Right on seen tokens, a label drawn uniformly on the others."""
    return seen[token] if token in seen else (Fraction(1, classes),) * classes


def forgetful(seen: Mapping[int, int], token: int, classes: int) -> int:
    """Right on all seen tokens but the one that was seen first; label 0 elsewhere."""
    oldest = next(iter(seen), None)
    return 0 if token == oldest else seen.get(token, 0)


def contrarian(seen: Mapping[int, int], token: int, classes: int) -> int:
    """Wrong on every seen token (if there are two classes or more), label 0 on the others."""
    return (seen[token] + 1) % classes if token in seen else 0


def memoryless(seen: Mapping[int, int], token: int, classes: int) -> int:
    """Guess a label from the token alone, whatever was seen."""
    return token % classes


#: Learners that are right on every seen token.
MEMORISING: dict[str, Learner] = {
    "memorising-constant": memorising_constant,
    "memorising-majority": memorising_majority,
    "memorising-nearest": memorising_nearest,
    "memorising-uniform": memorising_uniform,
}

#: All learners by name.
LEARNERS: dict[str, Learner] = {
    **MEMORISING,
    "forgetful": forgetful,
    "contrarian": contrarian,
    "memoryless": memoryless,
}
