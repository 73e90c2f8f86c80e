"""Errors of whole memories: the input drawn from its law, the output embeddings fixed or random.

The scores of the input that is asked for are drawn from the collapsed law (the claim
``assoc-scaling.collapsed-law``), which depends on the other inputs through class energies alone, so
that the cost does not grow with their number. With two or three classes and fixed output embeddings
the probabilities are integrals in one variable. Tokens and labels count from 0; the memory answers
with the first label of largest score.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, special

from numerics.assoc_scaling.schemes import length_law
from numerics.core.arguments import require_integer
from numerics.core.chi_square import chi_square
from numerics.core.streams import Stream, fraction, normals, philox

__all__ = ["fixed_errors", "misclassified", "random_errors"]

_CHUNK = 64
_TOKEN, _OUTPUTS, _NOISE, _LENGTH = range(4)  # lanes
_ZERO = np.uint64(0)


def random_errors(
    probabilities: ArrayLike,
    weights: ArrayLike,
    labels: ArrayLike,
    classes: int,
    dimension: int,
    stream: Stream,
    first: int,
    count: int,
    token: int | None = None,
) -> NDArray[np.bool_]:
    """Draw output embeddings, an input and its scores, and tell whether the answer is wrong.

    Parameters
    ----------
    probabilities, weights : (N,) arrays
        Law of the inputs, and the weight with which each is stored.
    labels : (N,) array of int
        Each at least 0 and below ``classes``.
    classes, dimension : int
        At least 1; the output embeddings are independent and uniform on the unit sphere.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Number of the first replicate, and how many.
    token : int, optional
        Asked for in every replicate, instead of an input drawn by its probability.

    Returns
    -------
    array of bool, shape (count,)
        Entry ``i`` belongs to replicate ``first + i`` and does not depend on ``first``, ``count``
        or the number of threads.

    Raises
    ------
    ValueError
        If shapes do not match or a number is out of range.
    """
    classes = require_integer("classes", classes, 1)
    dimension = require_integer("dimension", dimension, 1)
    memory = _require_memory(probabilities, weights, labels, classes)
    asked = -1 if token is None else require_integer("token", token, 0, len(memory[0]) - 1)
    first = require_integer("first", first, 0, 2**62)
    out = np.empty(require_integer("count", count, 0), dtype=np.bool_)
    key0, key1 = stream.words
    cumulative, q, f, energies, without = memory
    _random_errors(key0, key1, first, cumulative, q, f, energies, without, dimension, asked, out)
    return out


def fixed_errors(
    probabilities: ArrayLike,
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    stream: Stream,
    first: int,
    count: int,
) -> NDArray[np.bool_]:
    """Draw an input and its scores, with fixed output embeddings, and tell if the answer is wrong.

    Parameters
    ----------
    output_embeddings : (M, d) array
        ``u_y`` as rows. The other parameters, the result and the errors are those of
        `random_errors`.
    """
    u = np.array(output_embeddings, dtype=np.float64, order="C")
    if u.ndim != 2 or not u.size or not np.isfinite(u).all():
        raise ValueError("output_embeddings must be a non-empty matrix of finite numbers")
    memory = _require_memory(probabilities, weights, labels, len(u))
    first = require_integer("first", first, 0, 2**62)
    out = np.empty(require_integer("count", count, 0), dtype=np.bool_)
    gram = np.einsum("yi,zi->yz", u, u)
    key0, key1 = stream.words
    cumulative, q, f, energies, without = memory
    _fixed_errors(key0, key1, first, cumulative, q, f, energies, without, gram, u.shape[1], out)
    return out


def misclassified(
    weights: ArrayLike, labels: ArrayLike, output_embeddings: ArrayLike
) -> tuple[NDArray[np.float64], float]:
    """Return for each token the probability of misclassifying it, with two or three classes.

    Parameters
    ----------
    weights : (N,) array
    labels : (N,) array of int
        Each at least 0 and below M.
    output_embeddings : (M, d) array
        ``u_y`` as rows; M is 2 or 3.

    Returns
    -------
    probabilities : (N,) array
    error : float
        Bound on the absolute error of each.

    Raises
    ------
    ValueError
        Shapes do not match, a number is out of range, or some gap of scores has no noise.

    Notes
    -----
    Given the length r of the token's embedding, the gaps of the scores to the other classes are
    normal, with means ``q r^2 (u_f - u_y).u_f``: the answer is wrong if one of them is negative.
    The probability that one is negative is a mean over r. That both are is, by Plackett's formula
    (Biometrika 41, 1954), an integral over their correlation s of the density at the origin, whose
    mean over r is ``(1 + (a^2 - 2 a b s + b^2) / (1 - s^2))**(-d/2) / (2 pi sqrt(1 - s^2))``.
    """
    u = np.array(output_embeddings, dtype=np.float64, order="C")
    if u.ndim != 2 or len(u) not in (2, 3) or not u.shape[1] or not np.isfinite(u).all():
        raise ValueError("output_embeddings must be two or three rows of finite numbers")
    count = len(np.atleast_1d(np.asarray(weights)))
    flat = np.full(count, 1 / count)
    _, q, f, energies, without = _require_memory(flat, weights, labels, len(u))
    gram, dimension = u @ u.T, u.shape[1]
    ratios = np.empty((count, len(u) - 1))
    correlations = np.zeros(count)
    for x in range(count):
        own = energies.copy()
        own[f[x]] = without[x]
        gaps = gram[f[x]] - np.delete(gram, f[x], axis=0)
        covariance = (gaps * own) @ gaps.T
        spread = np.sqrt(np.diag(covariance))
        if not (spread > 0).all():
            raise ValueError("some gap of scores has no noise")
        ratios[x] = q[x] * gaps[:, f[x]] / spread
        if len(u) == 3:
            correlations[x] = covariance[0, 1] / (spread[0] * spread[1])
    tails, error = _mean_tail(np.concatenate([ratios, -ratios]), dimension)
    negative, opposite = tails[:count], tails[count:]
    wrong = negative.sum(axis=1)
    for x in range(count if len(u) == 3 else 0):
        a, b = ratios[x]
        both, both_error = _both(a, b, correlations[x], dimension)
        both += max(0.0, negative[x, 0] - opposite[x, 1])  # at correlation -1
        wrong[x] -= both
        error = max(error, both_error)
    return wrong, 4 * error


def _mean_tail(ratios: NDArray[np.float64], dimension: int) -> tuple[NDArray[np.float64], float]:
    """Return ``E Phi(-a r)`` over the length r of an embedding, and a bound on the error."""
    log_lengths, mass, error = length_law(dimension)
    lengths = np.exp(log_lengths) * math.sqrt(dimension)
    value = special.ndtr(-ratios[..., np.newaxis] * lengths) @ mass
    return np.asarray(value), 2 * error + 64 * 2.0**-52


def _both(a: float, b: float, correlation: float, dimension: int) -> tuple[float, float]:
    """Both gaps negative, less the same at correlation -1; and an estimate of the error."""

    def density(angle: float) -> float:
        squares = a * a + b * b - 2 * a * b * math.sin(angle)
        cosine = math.cos(angle) ** 2
        return float((cosine / (cosine + squares)) ** (dimension / 2) / (2 * math.pi))

    end = math.asin(min(max(correlation, -1.0), 1.0))
    middle = math.asin(min(max(b / a if abs(b) < abs(a) else a / b, -1.0), 1.0)) if a * b else 0.0
    cuts = [middle] if -math.pi / 2 < middle < end else None
    value, error = integrate.quad(
        density, -math.pi / 2, end, points=cuts, epsabs=1e-14, epsrel=1e-13, limit=200
    )
    return value, error


def _require_memory(
    probabilities: ArrayLike, weights: ArrayLike, labels: ArrayLike, classes: int
) -> tuple[Any, ...]:
    """Cumulative law, weights, labels, class energies, and each own class's energy without x."""
    p, q = (np.array(a, dtype=np.float64) for a in (probabilities, weights))
    f = np.asarray(labels)
    if q.ndim != 1 or not len(q) or p.shape != q.shape or f.shape != q.shape:
        raise ValueError(
            f"probabilities, weights and labels have shapes {p.shape}, {q.shape}, {f.shape}; "
            "they must be (N,) with N at least 1"
        )
    if not np.isfinite(q).all() or not (p >= 0).all() or abs(p.sum() - 1) > 1e-9:
        raise ValueError("weights must be finite, and probabilities nonnegative with sum 1")
    if not np.issubdtype(f.dtype, np.integer) or f.min() < 0 or f.max() >= classes:
        raise ValueError(f"labels must be integers, at least 0 and below {classes}")
    f = f.astype(np.int64)
    cumulative = np.cumsum(p / p.sum())
    cumulative[-1] = 1.0  # rounding must not leave a gap above the last step
    energies = np.bincount(f, weights=q**2, minlength=classes).astype(np.float64)
    without = np.empty(len(q))
    for z in range(classes):  # sums before and after, not a difference: no cancellation
        members = np.flatnonzero(f == z)
        squares = q[members] ** 2
        before = np.concatenate([[0.0], np.cumsum(squares)[:-1]])
        after = np.concatenate([np.cumsum(squares[::-1])[::-1][1:], [0.0]])
        if len(members):
            without[members] = before + after
    return cumulative, q, f, energies, without


@njit(cache=True)
def _token(key0: np.uint64, key1: np.uint64, replicate: int, cumulative: Any) -> int:
    word = philox(key0, key1, _ZERO, np.uint64(replicate), np.uint64(_TOKEN), _ZERO)[0]
    return int(np.searchsorted(cumulative, fraction(word)))


@njit(cache=True, parallel=True)
def _random_errors(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    cumulative: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    energies: NDArray[np.float64],
    without: NDArray[np.float64],
    dimension: int,
    asked: int,
    out: NDArray[np.bool_],
) -> None:
    classes = energies.size
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        flat = np.empty(classes * dimension)
        rows = flat.reshape((classes, dimension))
        gaussians = np.empty(classes)
        answer = np.empty(dimension)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            replicate = first + i
            x = asked if asked >= 0 else _token(key0, key1, replicate, cumulative)
            normals(key0, key1, replicate, _OUTPUTS, flat)
            normals(key0, key1, replicate, _NOISE, gaussians)
            square = chi_square(key0, key1, replicate, _LENGTH, dimension)
            radius = math.sqrt(square)
            answer[:] = 0.0
            for z in range(classes):
                length = 0.0
                for j in range(dimension):
                    length += rows[z, j] * rows[z, j]
                length = math.sqrt(length)
                energy = without[x] if z == labels[x] else energies[z]
                factor = radius * math.sqrt(energy) * gaussians[z]
                if z == labels[x]:
                    factor += weights[x] * square
                for j in range(dimension):
                    rows[z, j] /= length
                    answer[j] += factor * rows[z, j]
            best = 0
            highest = -np.inf
            for y in range(classes):
                total = 0.0
                for j in range(dimension):
                    total += rows[y, j] * answer[j]
                if total > highest:
                    highest = total
                    best = y
            out[i] = best != labels[x]


@njit(cache=True, parallel=True)
def _fixed_errors(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    cumulative: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    energies: NDArray[np.float64],
    without: NDArray[np.float64],
    gram: NDArray[np.float64],
    dimension: int,
    out: NDArray[np.bool_],
) -> None:
    classes = energies.size
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        gaussians = np.empty(classes)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            replicate = first + i
            x = _token(key0, key1, replicate, cumulative)
            normals(key0, key1, replicate, _NOISE, gaussians)
            square = chi_square(key0, key1, replicate, _LENGTH, dimension)
            radius = math.sqrt(square)
            for z in range(classes):
                energy = without[x] if z == labels[x] else energies[z]
                gaussians[z] *= radius * math.sqrt(energy)
            gaussians[labels[x]] += weights[x] * square
            best = 0
            highest = -np.inf
            for y in range(classes):
                total = 0.0
                for z in range(classes):
                    total += gram[y, z] * gaussians[z]
                if total > highest:
                    highest = total
                    best = y
            out[i] = best != labels[x]
