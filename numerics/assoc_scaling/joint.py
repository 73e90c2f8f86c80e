"""Memories of limited dimension that learn from Zipf samples: two classes, Gaussian embeddings.

Only the counts of the tokens are drawn. Given the weights that a data set leads to, the error of
each token depends on the others through one signal-to-noise ratio (`numerics.assoc_scaling.
exact_laws` simulates the memory itself); it is computed here by quadrature over the length of the
token's embedding, and no embedding is drawn.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtr, zeta

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream, fraction, philox
from numerics.core.zipf_counts import (
    data_set,
    distinct_tokens,
    draw_data_set,
    shares_of_common_tokens,
)

__all__ = ["SCHEMES", "data_set", "distinct_tokens", "errors", "gains", "misreading"]

#: How a data set becomes weights: equal on the most frequent tokens, up to a capacity; the counts
#: themselves; equal on all seen tokens; equal on the first tokens, seen or not, up to the capacity.
SCHEMES = ("thresholded", "frequencies", "unlimited", "clairvoyant")

_THRESHOLDED, _FREQUENCIES, _UNLIMITED, _CLAIRVOYANT = range(4)
_LARGEST_RATIO = 40.0  # larger signal-to-noise ratios are tabulated by their inverse
_STEPS = 4000  # of the table of signal-to-noise ratios
_FAR_STEPS = 200  # of the table of their inverses
_FARTHEST = 10.0  # normal deviates beyond are left out
_NODES = 400
_ZERO = np.uint64(0)
_TIES = 2  # the lane that breaks ties; lanes 0 and 1 hold the samples

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@cache
def _gauss_nodes() -> tuple[Floats, Floats]:
    """Nodes and weights on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return np.asarray(nodes), np.asarray(weights)


@lru_cache(maxsize=64)
def _table(dimension: int) -> Floats:
    """Probability of misreading a token at evenly spaced ratios s, then at evenly spaced 1/s.

    The ratios run from 0 to the largest one and one node beyond, their inverses likewise from 0.
    """
    middle = math.sqrt(dimension)
    low, high = max(0.0, middle - 12), middle + 12
    nodes, weights = _gauss_nodes()
    r = (high - low) / 2 * nodes + (high + low) / 2
    density = weights * (high - low) / 2 * np.exp(_log_density(r, dimension))
    ratios = np.arange(_STEPS + 2) * (_LARGEST_RATIO / _STEPS)
    near = ndtr(-np.outer(ratios, r) / middle) @ density
    # Only lengths of about sqrt(d) / s count for large s: y = s r / sqrt(d) instead of r.
    y = _FARTHEST / 2 * (nodes + 1)
    inverse = np.arange(1, _FAR_STEPS + 2)[:, None] / (_FAR_STEPS * _LARGEST_RATIO)
    densities = np.exp(_log_density(middle * inverse * y, dimension)) * middle * inverse
    far = densities @ (weights * _FARTHEST / 2 * ndtr(-y))
    return np.concatenate([near, [0.0], far])


def _log_density(r: Floats, dimension: int) -> Floats:
    """Logarithm of the density of the length of a standard Gaussian vector."""
    constant = (dimension / 2 - 1) * math.log(2) + gammaln(dimension / 2)
    return np.asarray((dimension - 1) * np.log(r) - r**2 / 2 - constant)


@njit(cache=True)
def _misreading(table: Floats, ratio: float) -> float:
    """Cubic interpolation; the grid is so fine that the error is below 1e-9."""
    if ratio <= _LARGEST_RATIO:
        start, place, last = 0, ratio * (_STEPS / _LARGEST_RATIO), _STEPS - 1
    else:
        start, place, last = _STEPS + 2, _FAR_STEPS * _LARGEST_RATIO / ratio, _FAR_STEPS - 1
    k = min(max(int(place), 1), last)
    t = place - k
    k += start
    return float(
        -t * (t - 1) * (t - 2) / 6 * table[k - 1]
        + (t + 1) * (t - 1) * (t - 2) / 2 * table[k]
        - (t + 1) * t * (t - 2) / 2 * table[k + 1]
        + (t + 1) * t * (t - 1) / 6 * table[k + 2]
    )


def misreading(dimension: int, ratios: ArrayLike) -> Floats:
    """Probability that ``g + s r / sqrt(d)`` is negative, for each signal-to-noise ratio s.

    Here g is standard normal and r the length of a standard Gaussian vector in dimension d.

    Parameters
    ----------
    dimension : int
        d, at least 1.
    ratios : array
        s, each at least 0; infinity is allowed.

    Returns
    -------
    array of float64
        With an absolute error below 1e-9.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    table = _table(require_integer("dimension", dimension, 1))
    s = np.asarray(ratios, dtype=np.float64)
    if s.size and not s.min() >= 0:
        raise ValueError("ratios must be numbers that are at least 0")
    values = [_misreading(table, ratio) for ratio in s.ravel()]
    return np.asarray(values, dtype=np.float64).reshape(s.shape)


@njit(cache=True)
def _error(
    key0: np.uint64,
    key1: np.uint64,
    replicate: int,
    scheme: int,
    exponent: float,
    total: float,
    dimension: int,
    capacity: int,
    table: Floats,
    tokens: Floats,
    counts: Integers,
) -> float:
    """Error of the memory of one data set."""
    root = math.sqrt(dimension)
    if scheme == _FREQUENCIES:
        energy = 0.0
        for i in range(counts.size):
            energy += float(counts[i]) ** 2
        better = 0.0
        for i in range(counts.size):
            others = energy - float(counts[i]) ** 2
            ratio = root * counts[i] / math.sqrt(others) if others > 0 else math.inf
            better += tokens[i] ** -exponent * (0.5 - _misreading(table, ratio))
        return 0.5 - better / total
    stored = tokens.size
    mass = 0.0
    if scheme == _CLAIRVOYANT:
        stored = capacity
        for x in range(capacity):
            mass += (x + 1.0) ** -exponent
    elif scheme == _THRESHOLDED and stored > capacity:
        stored = capacity
        ranks = np.empty(tokens.size)
        for i in range(tokens.size):
            word = philox(key0, key1, np.uint64(i), np.uint64(replicate), np.uint64(_TIES), _ZERO)[
                0
            ]
            ranks[i] = -(counts[i] + fraction(word))  # ties are broken at random
        for i in np.argsort(ranks)[:capacity]:
            mass += tokens[i] ** -exponent
    else:
        for i in range(stored):
            mass += tokens[i] ** -exponent
    if stored == 0:
        return 0.5
    ratio = root / math.sqrt(stored - 1) if stored > 1 else math.inf
    return 0.5 - mass / total * (0.5 - _misreading(table, ratio))


@njit(cache=True, parallel=True)
def _errors(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    scheme: int,
    exponent: float,
    total: float,
    dimension: int,
    samples: int,
    more: int,
    capacity: int,
    table: Floats,
    shares: Floats,
    out: Floats,
) -> None:
    """Errors after ``samples`` and, in the second row, after ``more`` further samples."""
    for i in prange(out.shape[1]):
        replicate = first + i
        tokens, counts = draw_data_set(
            key0,
            key1,
            replicate,
            0,
            exponent,
            samples,
            shares,
            np.empty(0),
            np.empty(0, np.int64),
        )
        for row in range(out.shape[0]):
            if row == 1:
                tokens, counts = draw_data_set(
                    key0, key1, replicate, 1, exponent, more, shares, tokens, counts
                )
            out[row, i] = _error(
                key0,
                key1,
                replicate,
                scheme,
                exponent,
                total,
                dimension,
                capacity,
                table,
                tokens,
                counts,
            )


def _measured(
    scheme: str,
    exponent: float,
    dimension: int,
    samples: int,
    factor: int,
    stream: Stream,
    first: int,
    count: int,
    capacity: int | None,
) -> Floats:
    if scheme not in SCHEMES:
        raise ValueError(f"scheme is {scheme!r}; it must be one of {', '.join(SCHEMES)}")
    if scheme in ("thresholded", "clairvoyant"):
        capacity = require_integer("capacity", capacity, 1, 10**9)
    dimension = require_integer("dimension", dimension, 1)
    first = require_integer("first", first, 0, 2**62)
    count = require_integer("count", count, 0)
    shares, exponent = shares_of_common_tokens(exponent, samples * factor)
    out = np.empty((1 if factor == 1 else 2, count))
    _errors(
        *stream.words,
        first,
        SCHEMES.index(scheme),
        exponent,
        float(zeta(exponent)),
        dimension,
        samples,
        (factor - 1) * samples,
        capacity or 0,
        _table(dimension),
        shares,
        out,
    )
    return out


def errors(
    scheme: str,
    exponent: float,
    dimension: int,
    samples: int,
    stream: Stream,
    first: int,
    count: int,
    capacity: int | None = None,
) -> Floats:
    """Draw data sets and return the expected error of the memory that each leads to.

    Parameters
    ----------
    scheme : str
        One of `SCHEMES`.
    exponent : float
        Above 1 and at most 64.
    dimension : int
        Of the embeddings, at least 1.
    samples : int
        Tokens in a data set, at least 0 and at most ``10**9``.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Replicates ``first .. first + count - 1``; none depends on the others.
    capacity : int, optional
        Most tokens that are stored, at least 1; needed by the schemes that have one. Tokens of
        equal count are chosen among at random.

    Returns
    -------
    array of float64, shape (count,)
        Each the mean over embeddings and a fresh token, given the data set; a token that is not
        stored is misread with probability 1/2.

    Raises
    ------
    ValueError
        If an argument is out of range, or a capacity is missing.
    """
    samples = require_integer("samples", samples, 0, 10**9)
    measured = _measured(scheme, exponent, dimension, samples, 1, stream, first, count, capacity)
    return np.asarray(measured[0])


def gains(
    scheme: str,
    exponent: float,
    dimension: int,
    samples: int,
    factor: int,
    stream: Stream,
    first: int,
    count: int,
    capacity: int | None = None,
) -> Floats:
    """Return how much the error of `errors` falls when each data set is continued.

    Parameters
    ----------
    factor : int
        The data set grows from ``samples`` to ``factor * samples`` tokens; at least 2.
    scheme, exponent, dimension, samples, stream, first, count, capacity
        As for `errors`.

    Returns
    -------
    array of float64, shape (count,)
        Error before minus error after.

    Raises
    ------
    ValueError
        If an argument is out of range, or a capacity is missing.
    """
    samples = require_integer("samples", samples, 0, 10**9)
    factor = require_integer("factor", factor, 2, 10**9 // max(samples, 1))
    measured = _measured(
        scheme, exponent, dimension, samples, factor, stream, first, count, capacity
    )
    return np.asarray(measured[0] - measured[1])
