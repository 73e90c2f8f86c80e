"""How often the most frequent of n labels is not the mode: exactly, in balls, and by simulation.

The mode is class 0. Classes that share the largest count are tied; ``ties`` says what becomes of a
tie that the mode is part of: ``"uniform"`` picks one of the tied classes at random, ``"wrong"``
counts it as an error, ``"right"`` does not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_series, ctx, fmpq, fmpq_series
from numba import njit, prange
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream, uniforms

__all__ = [
    "chernoff_information",
    "enclosed_error",
    "enumerated_error",
    "exact_error",
    "lead_law",
    "least_divergence",
    "least_transform",
    "simulated_errors",
]

TIES = ("uniform", "wrong", "right")
Probabilities = Sequence[Any]


def exact_error(p: Sequence[Fraction | int], n: int, ties: str = "uniform") -> Fraction:
    """Return the probability that the empirical mode is wrong, in rational arithmetic.

    Parameters
    ----------
    p : sequence of fractions
        The probabilities; they sum to 1, and the first is larger than all others.
    n : int
        Number of samples, at least 0.
    ties : {"uniform", "wrong", "right"}

    Raises
    ------
    ValueError
        If the probabilities do not sum to 1 exactly, or an argument is out of range.
    """
    exact = [Fraction(value) for value in p]
    if sum(exact) != 1:
        raise ValueError(f"p sums to {sum(exact)}; exact probabilities sum to 1")
    n = _require(exact, n, ties)
    success = _success(exact, n, ties, fmpq, fmpq_series)
    return 1 - Fraction(int(success.p), int(success.q))


def enclosed_error(p: Probabilities, n: int, ties: str = "uniform", bits: int = 128) -> arb:
    """Return a ball that holds the probability that the empirical mode is wrong.

    Parameters
    ----------
    p : sequence of numbers
        Fractions or floats, which are taken as the numbers that they are.
    n : int
        Number of samples, at least 0.
    ties : {"uniform", "wrong", "right"}
    bits : int
        Precision; the error is found as 1 minus a probability, so that the radius of the ball is
        about 2 to the power of minus this.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exact = [Fraction(value) for value in p]
    if abs(math.fsum(exact) - 1) > 1e-9:
        raise ValueError(f"p sums to {math.fsum(exact)}, not 1")
    n = _require(exact, n, ties)
    with ctx.workprec(require_integer("bits", bits, 24) + 16):
        return 1 - _success(exact, n, ties, arb, arb_series)


def _require(p: Sequence[Fraction], n: int, ties: str) -> int:
    """The number of samples, or ValueError for what makes no sense."""
    if not p or min(p) < 0:
        raise ValueError("p must be a sequence of probabilities, none negative")
    if any(p[0] <= other for other in p[1:]):
        raise ValueError("p must have its largest entry first, and only there: a unique mode")
    if ties not in TIES:
        raise ValueError(f"ties is {ties!r}; it must be one of {', '.join(TIES)}")
    return require_integer("n", n, 0)


def _success(
    p: Sequence[Fraction], n: int, ties: str, number: Callable[..., Any], series: Callable[..., Any]
) -> Any:
    """The probability that the mode is chosen, by exponential generating functions.

    With N_0 = k the counts of the others are less than k (or at most k), so that their joint
    chance is n! / k! times the coefficient of x^(n-k) in the product of truncated exponentials.
    Classes of equal probability are one power; those that are tied with the mode are told apart by
    their number.
    """
    one, m = number(1), len(p)
    if n == 0:  # all classes are tied
        return {"uniform": one / m, "wrong": one * int(m == 1), "right": one}[ties]
    groups = [
        (number(fmpq(value.numerator, value.denominator)), times)
        for value, times in Counter(p[1:]).items()
        if value > 0
    ]
    first = number(fmpq(p[0].numerator, p[0].denominator))
    terms = []  # value^j / j! for j = 0, ..., n
    for value, _ in groups:
        powers = [one]
        for j in range(1, n + 1):
            powers.append(powers[-1] * value / j)
        terms.append(powers)
    classes = 1 + sum(times for _, times in groups)
    total, weight, cap = one * 0, one, ctx.cap  # the weight is p_0^k / k!
    try:
        for k in range(1, n + 1):
            weight = weight * first / k
            if k * classes < n:  # so many labels do not fit under k
                continue
            ctx.cap = n - k + 1
            by_ties = [series([one])]
            for powers, (_, times) in zip(terms, groups, strict=True):
                by_ties = _with_group(by_ties, powers, times, k, n - k, ties, series)
            chances = sum((part[n - k] / (t + 1) for t, part in enumerate(by_ties)), start=one * 0)
            total = total + weight * chances
    finally:
        ctx.cap = cap
    return total * math.factorial(n)


def _with_group(
    by_ties: list[Any],
    powers: Sequence[Any],
    times: int,
    k: int,
    degree: int,
    ties: str,
    series: Callable[..., Any],
) -> list[Any]:
    """Generating functions by the number of ties, after one more group of equal probabilities."""
    if ties != "uniform":
        inside = series(powers[: min(k + (ties == "right"), degree + 1)])
        return [by_ties[0] * inside**times]
    below = series(powers[: min(k, degree + 1)])
    zero = powers[0] * 0
    most = min(times, degree // k)
    grown = [series([zero])] * (len(by_ties) + most)
    others = below ** (times - most)
    for tied in range(most, -1, -1):
        part = others * math.comb(times, tied)
        others = others * below
        if tied:
            part = part * series([zero] * (k * tied) + [powers[k] ** tied])
        for before, known in enumerate(by_ties):
            grown[before + tied] = grown[before + tied] + known * part
    return grown


def enumerated_error(p: Sequence[Fraction | int], n: int, ties: str = "uniform") -> Fraction:
    """Return the same as `exact_error` by adding up all vectors of counts: for a few classes.

    Raises
    ------
    ValueError
        As for `exact_error`.
    """
    exact = [Fraction(value) for value in p]
    if sum(exact) != 1:
        raise ValueError(f"p sums to {sum(exact)}; exact probabilities sum to 1")
    n = _require(exact, n, ties)
    error = Fraction(0)
    for counts in _compositions(n, len(exact)):
        chance = Fraction(math.factorial(n))
        for value, count in zip(exact, counts, strict=True):
            chance *= value**count / Fraction(math.factorial(count))
        error += chance * _mistake(counts, ties)
    return error


def _compositions(n: int, m: int) -> Iterator[tuple[int, ...]]:
    """All vectors of m counts of total n."""
    if m == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in _compositions(n - first, m - 1):
            yield (first, *rest)


def _mistake(counts: Sequence[int], ties: str) -> Fraction:
    """The probability that class 0 is not chosen, given the counts."""
    most = max(counts)
    if counts[0] < most:
        return Fraction(1)
    tied = Counter(counts)[most]
    if tied == 1 or ties == "right":
        return Fraction(0)
    return Fraction(1) if ties == "wrong" else 1 - Fraction(1, tied)


def lead_law(q_1: Any, q_2: Any, n: int) -> list[Any]:
    """Return the probabilities that one of two classes leads by -n, ..., n after n labels.

    Parameters
    ----------
    q_1, q_2 : Fraction or ball
        Probabilities of the class that is behind and of the one that leads.
    n : int
        Number of labels, at least 0.

    Returns
    -------
    list of 2 n + 1 numbers of the same kind: the probability that N_2 - N_1 is -n, ..., n.

    Raises
    ------
    ValueError
        If the probabilities are negative or more than 1 in all.
    """
    n = require_integer("n", n, 0)
    if q_1 < 0 or q_2 < 0 or q_1 + q_2 > 1:
        raise ValueError("the two probabilities must be nonnegative and at most 1 in all")
    law: list[Any] = [q_1 * 0 + 1]
    for _ in range(n):
        wider = [q_1 * 0] * (len(law) + 2)
        for index, chance in enumerate(law):
            wider[index] += q_1 * chance
            wider[index + 1] += (1 - q_1 - q_2) * chance
            wider[index + 2] += q_2 * chance
        law = wider
    return law


def simulated_errors(
    p: Sequence[float], n: int, first: int, count: int, stream: Stream
) -> NDArray[np.float64]:
    """Return, for each of some replicates, the chance of an error given its n labels.

    Parameters
    ----------
    p : sequence of float
        Probabilities, the mode first.
    n : int
        Number of labels of a replicate, at least 0.
    first, count : int
        Replicates ``first .. first + count - 1``; each is the same however the range is cut.
    stream : Stream

    Returns
    -------
    array of float64
        1 if another class is more frequent than the mode, else 1 - 1/(number of tied classes).

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    exact = [Fraction(float(value)) for value in p]
    n = _require(exact, n, "uniform")
    first, count = require_integer("first", first, 0), require_integer("count", count, 0)
    out = np.empty(count)
    _simulate(*stream.words, np.cumsum(np.asarray(p, np.float64)), n, first, out)
    return out


@njit(cache=True, parallel=True)
def _simulate(
    key0: np.uint64,
    key1: np.uint64,
    cumulated: NDArray[np.float64],
    n: int,
    first: int,
    out: NDArray[np.float64],
) -> None:
    m = cumulated.size
    for index in prange(out.size):
        draws, counts = np.empty(n), np.zeros(m, np.int64)
        uniforms(key0, key1, first + index, 0, draws)
        for draw in draws:
            label: Any = min(np.searchsorted(cumulated, draw, side="right"), m - 1)
            counts[label] += 1
        most = counts.max()
        if counts[0] < most:
            out[index] = 1.0
        else:
            tied = 0
            for label in range(m):
                tied += counts[label] == most
            out[index] = 1.0 - 1.0 / tied


def least_transform(p_1: float, p_2: float) -> float:
    """Return the least mean of t^X over t > 0, by minimisation on a logarithmic scale.

    X is 1, -1 or 0 as a label is the second class, the first, or another.

    Raises
    ------
    ValueError
        If the probabilities are not positive, in order and of total at most 1.
    """
    if not 0 < p_2 < p_1 or p_1 + p_2 > 1 + 1e-12:
        raise ValueError("the two probabilities must be positive, in order, and at most 1 in all")

    def transform(logarithm: float) -> float:
        return (1 - p_1 - p_2) + p_2 * math.exp(logarithm) + p_1 * math.exp(-logarithm)

    found = minimize_scalar(transform, bracket=(0.0, 1.0), tol=1e-9)
    return float(found.fun)


def least_divergence(p: Sequence[float]) -> tuple[NDArray[np.float64], float]:
    """Return the law nearest to p in which class 1 is as likely as class 0, and its divergence.

    The divergence is the relative entropy of that law with respect to p; it is minimised over all
    laws that give class 1 at least the probability of class 0, by sequential quadratic programming.

    Raises
    ------
    ValueError
        If there are fewer than two classes, or a probability is not positive.
    """
    law = np.asarray(p, np.float64)
    if law.size < 2 or law.min() <= 0:
        raise ValueError("p must have at least two entries, all positive")

    def divergence(q: NDArray[np.float64]) -> float:
        return float(np.sum(q * np.log(q / law)))

    found = minimize(
        divergence,
        np.full(law.size, 1 / law.size),
        jac=lambda q: np.log(q / law) + 1,
        bounds=[(1e-12, 1)] * law.size,
        constraints=[
            {"type": "eq", "fun": lambda q: q.sum() - 1, "jac": np.ones_like},
            {"type": "ineq", "fun": lambda q: q[1] - q[0], "jac": _second_minus_first},
        ],
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    )
    q = found.x / found.x.sum()
    return q, divergence(q)


def _second_minus_first(q: NDArray[np.float64]) -> NDArray[np.float64]:
    slope = np.zeros_like(q)
    slope[0], slope[1] = -1.0, 1.0
    return slope


def chernoff_information(p: Sequence[float], q: Sequence[float]) -> float:
    """Return the Chernoff information of two laws, by minimisation.

    It is minus the logarithm of the least sum of p^s q^(1-s) over s in [0, 1].

    Raises
    ------
    ValueError
        If the laws are not of one size, or a probability is not positive.
    """
    one, two = np.asarray(p, np.float64), np.asarray(q, np.float64)
    if one.shape != two.shape or one.min() <= 0 or two.min() <= 0:
        raise ValueError("the two laws must be of one size and positive")
    found = minimize_scalar(
        lambda s: float(np.sum(one**s * two ** (1 - s))),
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return -math.log(found.fun)
