"""An infinite memory that learns from samples: it is right on the tokens it saw.

The error of such a memory is the mass of the unseen tokens. It is measured in three ways: by
summing its definition (`unseen_mass`), by drawing data sets (`unseen_draws`), and by enumerating
every data set and every labelling (`average_risk`). The rules that a memory may follow are in
`learners`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from numerics.assoc_scaling.learners import LEARNERS, Learner
from numerics.core.arguments import require_integer, require_real
from numerics.core.power_law_sums import damped_mass
from numerics.core.streams import Stream, fraction, philox
from numerics.core.zipf import LARGEST_TOKEN, zipf_probabilities, zipf_token

__all__ = ["LEARNERS", "average_risk", "poissonised_mass", "unseen_draws", "unseen_mass"]

_EPS = 2.0**-52
_ZERO = np.uint64(0)
_LARGEST_EXPONENT = 64.0
_LARGEST_SIZE = 10**9


def unseen_mass(exponent: float, samples: int, size: int | None = None) -> tuple[float, float]:
    """Return the probability that a fresh token was not among the samples, and an error bound.

    It is ``sum_x p(x) (1 - p(x))**samples`` with ``p(x)`` proportional to ``x**-exponent``.

    Parameters
    ----------
    exponent : float
        Above 1 and at most 64 if ``size`` is None; else at least 0 and at most 64.
    samples : int
        At least 0 and at most ``2**53``.
    size : int, optional
        Number of tokens, at least 1 and at most ``10**9``; None for infinitely many. The cost is
        proportional to a finite size, and does not depend on ``samples`` otherwise.

    Returns
    -------
    tuple of float
        The value, and a bound on its absolute error that covers truncation and rounding.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Definition of the error in Cabannes, Dohmatob and Bietti (ICLR 2024), section 2; the method
    for infinitely many tokens is described in `numerics.core.power_law_sums`.
    """
    samples = require_integer("samples", samples, 0, 2**53)
    if size is None:
        return damped_mass(_infinite_exponent(exponent), float(samples), poisson=False)
    exponent = require_real("exponent", exponent, at_least=0.0, at_most=_LARGEST_EXPONENT)
    size = require_integer("size", size, 1, _LARGEST_SIZE)
    if samples == 0:
        return 1.0, 0.0
    if size == 1:
        return 0.0, 0.0
    value, bound = _finite_unseen_mass(exponent, float(samples), size)
    return float(value), float(bound)


def poissonised_mass(exponent: float, rate: float) -> tuple[float, float]:
    """Return the unseen mass when the number of samples is Poisson, and an error bound.

    It is ``sum_x p(x) exp(-rate p(x))`` with ``p(x) = x**-exponent / sum_x x**-exponent``.

    Parameters
    ----------
    exponent : float
        Above 1 and at most 64.
    rate : float
        Mean number of samples, at least 0 and at most ``2**53``.

    Returns
    -------
    tuple of float
        The value, and a bound on its absolute error that covers truncation and rounding.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    rate = require_real("rate", rate, at_least=0.0, at_most=2.0**53)
    return damped_mass(_infinite_exponent(exponent), rate, poisson=True)


def _infinite_exponent(exponent: float) -> float:
    try:
        return require_real("exponent", exponent, above=1.0, at_most=_LARGEST_EXPONENT)
    except ValueError as error:
        raise ValueError(f"{error} when there are infinitely many tokens") from None


@njit(cache=True)
def _finite_unseen_mass(exponent: float, samples: float, size: int) -> tuple[float, float]:
    # Smallest terms first, compensated (Neumaier): the sum is as good as its terms.
    rest = 0.0
    lost = 0.0
    for i in range(size - 1):
        term = float(size - i) ** -exponent
        total = rest + term
        lost += (rest - total) + term if rest >= term else (term - total) + rest
        rest = total
    rest += lost
    total_mass = 1.0 + rest
    value = 0.0
    lost = 0.0
    bound = 0.0
    for i in range(size - 1):
        p = float(size - i) ** -exponent / total_mass
        # For x >= 2, p <= 1/2: nothing is lost in log1p, and p/(1-p) <= 2p conditions it.
        term = p * math.exp(samples * math.log1p(-p))
        bound += term * (16.0 + 20.0 * samples * p)
        total = value + term
        lost += (value - total) + term if value >= term else (term - total) + value
        value = total
    # For x = 1 the complement 1 - p is itself a sum, without cancellation.
    log_complement = math.log(rest / total_mass)
    term = math.exp(samples * log_complement) / total_mass
    bound += term * (16.0 + samples * (12.0 - 2.0 * log_complement))
    value = value + lost + term
    return value, _EPS * (bound * (1.0 + size * _EPS) + 4.0 * value) + 1e-300 * size


def unseen_draws(
    exponent: float,
    samples: int,
    stream: Stream,
    first: int,
    count: int,
    size: int | None = None,
) -> NDArray[np.bool_]:
    """Draw data sets and a fresh token each; tell whether the token was not in the data.

    Parameters
    ----------
    exponent : float
        Above 1 if ``size`` is None, else at least 0.
    samples : int
        Tokens in a data set, at least 0.
    stream : Stream
        Where the randomness comes from.
    first : int
        Number of the first replicate, at least 0.
    count : int
        How many replicates, at least 0.
    size : int, optional
        Number of tokens, at least 1; None for infinitely many.

    Returns
    -------
    array of bool, shape (count,)
        Entry ``i`` belongs to replicate ``first + i`` and does not depend on ``first``, ``count``
        or the number of threads. With more samples, a data set only grows.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    With infinitely many tokens, those beyond ``2**62`` cannot be told apart and count as unseen.
    Together with the grain of the doubles this shifts the probability by less than
    ``samples * 2**-49``.
    """
    samples = require_integer("samples", samples, 0, 2**62)
    first = require_integer("first", first, 0, 2**62)
    count = require_integer("count", count, 0)
    if size is None:
        exponent = require_real("exponent", exponent, above=1.0)
        cumulative = np.empty(0)
    else:
        cumulative = np.cumsum(zipf_probabilities(exponent, size))
        # Rounding must not leave a gap above the last step.
        cumulative[-1] = 1.0
    out = np.empty(count, dtype=np.bool_)
    _unseen_draws(*stream.words, first, samples, exponent, cumulative, out)
    return out


@njit(cache=True)
def _token(
    key0: np.uint64,
    key1: np.uint64,
    replicate: int,
    lane: int,
    exponent: float,
    cumulative: NDArray[np.float64],
) -> int:
    if cumulative.size == 0:
        return zipf_token(key0, key1, replicate, lane, exponent)
    word = philox(key0, key1, _ZERO, np.uint64(replicate), np.uint64(lane), _ZERO)[0]
    return int(np.searchsorted(cumulative, fraction(word))) + 1


@njit(cache=True, parallel=True)
def _unseen_draws(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    samples: int,
    exponent: float,
    cumulative: NDArray[np.float64],
    out: NDArray[np.bool_],
) -> None:
    for i in prange(out.size):
        replicate = first + i
        # Lane 0 is the fresh token, lane t the t-th sample.
        fresh = _token(key0, key1, replicate, 0, exponent, cumulative)
        unseen = True
        if fresh < LARGEST_TOKEN:
            for t in range(1, samples + 1):
                if _token(key0, key1, replicate, t, exponent, cumulative) == fresh:
                    unseen = False
                    break
        out[i] = unseen


def average_risk(
    probabilities: Sequence[Fraction], classes: int, samples: int, learner: Learner
) -> Fraction:
    """Return a learner's 0-1 risk, averaged over every labelling and every data set, exactly.

    Parameters
    ----------
    probabilities : sequence of Fraction
        Law of a token on ``{0, ..., N - 1}``; non-negative, of sum 1. Integers are allowed.
    classes : int
        Number of labels M, at least 1; labellings are uniform over all ``M**N``.
    samples : int
        Independent tokens in a data set, at least 0.
    learner : Learner
        Called with the labels of the seen tokens (in order of first appearance), a token and M;
        returns a label, or the probabilities of the labels if it randomises. See `LEARNERS`.

    Returns
    -------
    Fraction
        The average of ``P(guess of a fresh token differs from its label)``.

    Raises
    ------
    ValueError
        If an argument is out of range, or the learner returns no label and no law on the labels.

    Notes
    -----
    Data sets that show the same tokens in the same order of first appearance are the same to a
    learner, and their probabilities are added up first. The cost is that of at most
    ``N * M**N * e * N!`` calls: a fraction of a second up to N = 4, M = 3.
    """
    law = [_exact(value) for value in probabilities]
    if not law or min(law) < 0 or sum(law) != 1:
        raise ValueError("probabilities must be one or more non-negative numbers of sum 1")
    classes = require_integer("classes", classes, 1)
    samples = require_integer("samples", samples, 0)
    size = len(law)
    # Probability of each order of first appearance, one sample after another.
    orders: dict[tuple[int, ...], Fraction] = {(): Fraction(1)}
    for _ in range(samples):
        longer: dict[tuple[int, ...], Fraction] = {}
        for order, chance in orders.items():
            for token in range(size):
                after = order if token in order else (*order, token)
                longer[after] = longer.get(after, Fraction(0)) + chance * law[token]
        orders = longer
    total = Fraction(0)
    for order, chance in orders.items():
        losses: list[int | Fraction] = [0] * size
        for labels in itertools.product(range(classes), repeat=size):
            for token in range(size):
                seen = {other: labels[other] for other in order}
                losses[token] += _loss(learner(seen, token, classes), labels[token], classes)
        total += chance * sum((law[x] * losses[x] for x in range(size)), Fraction(0))
    return Fraction(total, classes**size)


def _exact(value: Fraction | int) -> Fraction:
    if not isinstance(value, Fraction | int):
        raise ValueError(f"a probability is {value!r}; it must be a Fraction or an integer")
    return Fraction(value)


def _loss(guess: int | Sequence[Fraction], label: int, classes: int) -> int | Fraction:
    if isinstance(guess, Sequence):
        if len(guess) != classes or min(guess) < 0 or sum(guess) != 1:
            raise ValueError(f"a learner returned {guess!r}, which is no law on {classes} labels")
        return 1 - Fraction(guess[label])
    guess = require_integer("a learner's guess", guess, 0, classes - 1)
    return int(guess != label)
