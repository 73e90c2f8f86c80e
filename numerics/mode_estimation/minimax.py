"""Can any estimator beat the empirical mode? Risks over all orders of the labels, in fractions.

The law is known up to the order of its labels: under each order some label is the most likely
one, and the estimator errs when it guesses another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations, product

from numerics.core.arguments import require_integer

__all__ = [
    "average_losses",
    "bayes_risk",
    "empirical_mode_risk",
    "minimax_risk",
    "two_point_risk",
]

_MOST_SEQUENCES = 100_000
Law = Sequence[Fraction]


def empirical_mode_risk(law: Law, samples: int, mode: int = 0) -> Fraction:
    """Return the error of the empirical mode, ties broken uniformly.

    Parameters
    ----------
    law : sequence of Fraction
        Probabilities of the labels 0, 1, ..., of sum 1.
    samples : int
        At least 0; all sequences of labels are gone through.
    mode : int
        The most likely label.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    samples = _require(law, samples)
    mode = require_integer("mode", mode, 0, len(law) - 1)
    if sum(value >= law[mode] for value in law) > 1:
        raise ValueError(f"label {mode} is not the only most likely one")
    risk = Fraction(0)
    for sequence in product(range(len(law)), repeat=samples):
        counts = [sequence.count(label) for label in range(len(law))]
        winners = [label for label, count in enumerate(counts) if count == max(counts)]
        right = Fraction(mode in winners, len(winners))
        risk += math.prod((law[label] for label in sequence), start=Fraction(1)) * (1 - right)
    return risk


def bayes_risk(law: Law, samples: int) -> Fraction:
    """Return the least error of any estimator, averaged over all orders of the labels.

    Parameters
    ----------
    law : sequence of Fraction
        Probabilities in falling order, the first above the others.
    samples : int
        At least 0.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    For each vector of counts the label with the largest posterior probability is guessed.
    """
    samples = _require(law, samples)
    _require_mode(law)
    size = len(law)
    risk = Fraction(0)
    for counts in _compositions(samples, size):
        ways = math.factorial(samples)
        for count in counts:
            ways //= math.factorial(count)
        scores = [Fraction(0)] * size
        for order in permutations(range(size)):  # label ``order[k]`` has probability ``law[k]``
            weight = math.prod(
                (law[k] ** counts[label] for k, label in enumerate(order)), start=Fraction(1)
            )
            scores[order[0]] += weight
        risk += ways * (sum(scores) - max(scores))
    return risk / math.factorial(size)


def minimax_risk(law: Law, samples: int) -> tuple[Fraction, Fraction]:
    """Return a lower and an upper bound on the least worst error over all orders of the labels.

    Parameters
    ----------
    law, samples
        As for `bayes_risk`.

    Returns
    -------
    tuple of Fraction
        The least average error, and the largest error of the empirical mode.
    """
    below = bayes_risk(law, samples)
    orders = set(permutations(law))
    above = max(
        empirical_mode_risk(order, samples, max(range(len(order)), key=order.__getitem__))
        for order in orders
    )
    return below, above


def average_losses(law: Law, samples: int) -> tuple[list[list[int]], int]:
    """Return what each guess after each sequence of labels adds to the average error.

    Parameters
    ----------
    law, samples
        As for `bayes_risk`.

    Returns
    -------
    list of lists of int
        One row for each sequence, in the order of `itertools.product`, one entry for each guess.
    int
        The denominator that all have: an estimator that guesses ``g[x]`` after sequence ``x`` has
        the average error ``sum_x table[x][g[x]] / denominator``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    samples = _require(law, samples)
    _require_mode(law)
    size = len(law)
    whole = math.lcm(*(Fraction(value).denominator for value in law))
    weights = [int(value * whole) for value in law]
    table = []
    for sequence in product(range(size), repeat=samples):
        row = [0] * size
        for order in permutations(range(size)):
            rank = [order.index(label) for label in range(size)]
            weight = math.prod(weights[rank[label]] for label in sequence)
            for guess in range(size):
                row[guess] += weight * (guess != order[0])
        table.append(row)
    return table, whole**samples * math.factorial(size)


def two_point_risk(mode: Fraction, second: Fraction, samples: int) -> Fraction:
    """Return the least average error when only the order of the first two labels is unknown.

    Parameters
    ----------
    mode, second : Fraction
        Probabilities of the two labels, positive and of sum at most 1.
    samples : int
        At least 0, at most 200.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if not (0 < second and 0 < mode and mode + second <= 1):
        raise ValueError("the probabilities of two labels are positive and sum to at most 1")
    samples = require_integer("samples", samples, 0, 200)
    rest = 1 - mode - second
    risk = Fraction(0)
    for one in range(samples + 1):
        for other in range(samples - one + 1):
            ways = math.comb(samples, one) * math.comb(samples - one, other)
            either = min(mode**one * second**other, second**one * mode**other)
            risk += ways * either * rest ** (samples - one - other)
    return risk / 2


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    if parts == 1:
        return [(total,)]
    return [
        (first, *others)
        for first in range(total + 1)
        for others in _compositions(total - first, parts - 1)
    ]


def _require(law: Law, samples: int) -> int:
    exact = all(isinstance(value, Fraction | int) for value in law)
    if not law or not exact or min(law) < 0 or sum(law) != 1:
        raise ValueError("law must be one or more fractions, not negative and of sum 1")
    samples = require_integer("samples", samples, 0)
    if len(law) ** samples > _MOST_SEQUENCES:
        raise ValueError(f"{len(law)} ** {samples} sequences of labels are too many to go through")
    return samples


def _require_mode(law: Law) -> None:
    if any(value >= law[0] for value in law[1:]):
        raise ValueError("the first label must be the only most likely one")
