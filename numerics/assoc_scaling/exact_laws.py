"""Errors of a memory ``W = sum_x q(x) u_f(x) e_x^T`` with Gaussian input embeddings.

Tokens and labels count from 0. The memory answers a token ``x`` with the first label ``y`` of
largest score ``u_y^T W e_x``. The direct simulation draws all embeddings and forms ``W``; the
collapsed one draws from a law of the scores of one token that costs the same whatever the number of
tokens and the dimension. That the two laws agree is itself a theorem to be tested: neither is
derived from the other here.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from flint import acb, arb, ctx
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer
from numerics.core.chi_square import chi_square
from numerics.core.streams import Stream, normals

__all__ = [
    "class_energies",
    "collapsed_errors",
    "collapsed_scores",
    "direct_errors",
    "direct_scores",
    "scores",
]

_BLOCK = 1 << 16  # replicates whose scores are in memory at a time when only errors are wanted
_CHUNK = 32  # replicates that share one allocation of scratch space


def scores(
    weights: ArrayLike,
    input_embeddings: ArrayLike,
    output_embeddings: ArrayLike,
    labels: ArrayLike,
) -> NDArray[Any]:
    """Return the scores ``u_y^T W e_x`` of all tokens, through ``W`` itself.

    Parameters
    ----------
    weights : array, shape (N,)
        ``q(x)``.
    input_embeddings : array, shape (N, d)
        ``e_x`` as rows.
    output_embeddings : array, shape (M, d)
        ``u_y`` as rows.
    labels : array of int, shape (N,)
        ``f(x)``, each at least 0 and below M.

    Returns
    -------
    array, shape (N, M)
        Row ``x``, column ``y``. Floats give float64. If no argument has floats, the arithmetic is
        that of Python objects (int, Fraction, SymPy) and exact, and the array has dtype object.

    Raises
    ------
    ValueError
        If shapes do not match or a label is out of range.
    """
    q, e, u = (np.asarray(a) for a in (weights, input_embeddings, output_embeddings))
    inexact = any(np.issubdtype(a.dtype, np.inexact) for a in (q, e, u))
    kind: Any = np.float64 if inexact else object
    q, e, u = q.astype(kind), e.astype(kind), u.astype(kind)
    if q.ndim != 1 or e.ndim != 2 or u.ndim != 2 or len(e) != len(q) or e.shape[1] != u.shape[1]:
        raise ValueError(
            f"weights, input and output embeddings have shapes {q.shape}, {e.shape}, {u.shape}; "
            "they must be (N,), (N, d), (M, d)"
        )
    f = _require_labels(labels, len(q), len(u))
    memory = u[f].T @ (q[:, np.newaxis] * e)
    return np.asarray((e @ memory.T) @ u.T)


def class_energies(
    weights: ArrayLike, labels: ArrayLike, classes: int, leave_out: int | None = None
) -> NDArray[np.float64]:
    """Return ``Q_z``, the sum of ``q(x)**2`` over the tokens x of label z.

    Parameters
    ----------
    weights : array, shape (N,)
        ``q(x)``.
    labels : array of int, shape (N,)
        ``f(x)``, each at least 0 and below ``classes``.
    classes : int
        Number of labels M, at least 1.
    leave_out : int, optional
        A token whose own term is left out of the sums.

    Returns
    -------
    array of float64, shape (classes,)
        0 for a label that no token has.

    Raises
    ------
    ValueError
        If shapes do not match or a label or the token is out of range.
    """
    q = _require_weights(weights)
    classes = require_integer("classes", classes, 1)
    f = _require_labels(labels, len(q), classes)
    squares = q**2
    if leave_out is not None:
        # Left out of the sum rather than subtracted from it: no cancellation.
        squares[require_integer("leave_out", leave_out, 0, len(q) - 1)] = 0.0
    return np.asarray(np.bincount(f, weights=squares, minlength=classes), dtype=np.float64)


def direct_scores(
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    token: int,
    stream: Stream,
    first: int,
    count: int,
) -> NDArray[np.float64]:
    """Draw all input embeddings from N(0, I_d), form ``W``, and return one token's scores.

    Parameters
    ----------
    weights : array, shape (N,)
        ``q(x)``, finite.
    labels : array of int, shape (N,)
        ``f(x)``, each at least 0 and below M.
    output_embeddings : array, shape (M, d)
        ``u_y`` as rows, finite.
    token : int
        At least 0 and below N.
    stream : Stream
        Where the randomness comes from.
    first : int
        Number of the first replicate, at least 0.
    count : int
        How many replicates, at least 0.

    Returns
    -------
    array of float64, shape (count, M)
        Row ``i`` belongs to replicate ``first + i`` and does not depend on ``first``, ``count`` or
        the number of threads. Replicates of different tokens share their embeddings.

    Raises
    ------
    ValueError
        If shapes do not match or a number is out of range.
    """
    q, f, u, token = _require_memory(weights, labels, output_embeddings, token)
    first, count = _require_replicates(first, count)
    out = np.empty((count, len(u)))
    _direct_scores(*stream.words, first, q, f, u, token, out)
    return out


def direct_errors(
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    token: int,
    stream: Stream,
    first: int,
    count: int,
) -> NDArray[np.bool_]:
    """Tell for each replicate of `direct_scores` whether the memory answers the token wrongly.

    Parameters, errors and independence of blocks and threads are those of `direct_scores`.

    Returns
    -------
    array of bool, shape (count,)
        True if the first label of largest score is not ``f(token)``.
    """
    q, f, u, token = _require_memory(weights, labels, output_embeddings, token)
    first, count = _require_replicates(first, count)
    wrong = np.empty(count, dtype=np.bool_)
    for start in range(0, count, _BLOCK):
        block = direct_scores(q, f, u, token, stream, first + start, min(_BLOCK, count - start))
        wrong[start : start + _BLOCK] = block.argmax(axis=1) != f[token]
    return wrong


def collapsed_scores(
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    token: int,
    stream: Stream,
    first: int,
    count: int,
) -> NDArray[np.float64]:
    """Draw one token's scores from the collapsed law.

    The law is ``q(x) r^2 (U u_f(x)) + r sum_z sqrt(Q_z) g_z (U u_z)`` with ``r^2`` chi-square of d
    degrees of freedom, independent standard normals ``g_z``, and ``Q_z`` the class energies
    without the token itself. Only the Gram matrix of U enters a draw.

    Parameters, errors and independence of blocks and threads are those of `direct_scores`; the
    draws themselves are not.

    Returns
    -------
    array of float64, shape (count, M)
        Row ``i`` belongs to replicate ``first + i``.
    """
    q, f, u, token = _require_memory(weights, labels, output_embeddings, token)
    first, count = _require_replicates(first, count)
    # einsum adds in the same order for each entry: equal embeddings give equal columns, and ties
    # stay ties, which a blocked matrix product does not promise.
    gram = np.einsum("yi,zi->yz", u, u)
    noise = np.sqrt(class_energies(q, f, len(u), leave_out=token))
    out = np.empty((count, len(u)))
    _collapsed_scores(
        *stream.words,
        first,
        u.shape[1],
        q[token] * gram[f[token]],
        noise[:, np.newaxis] * gram,
        out,
    )
    return out


def collapsed_errors(
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    token: int,
    stream: Stream,
    first: int,
    count: int,
) -> NDArray[np.bool_]:
    """Tell for each replicate of `collapsed_scores` whether the token is answered wrongly.

    Parameters, errors and independence of blocks and threads are those of `direct_scores`.

    Returns
    -------
    array of bool, shape (count,)
        True if the first label of largest score is not ``f(token)``.
    """
    q, f, u, token = _require_memory(weights, labels, output_embeddings, token)
    first, count = _require_replicates(first, count)
    wrong = np.empty(count, dtype=np.bool_)
    for start in range(0, count, _BLOCK):
        block = collapsed_scores(q, f, u, token, stream, first + start, min(_BLOCK, count - start))
        wrong[start : start + _BLOCK] = block.argmax(axis=1) != f[token]
    return wrong


@njit(cache=True, parallel=True)
def _direct_scores(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    output_embeddings: NDArray[np.float64],
    token: int,
    out: NDArray[np.float64],
) -> None:
    count, classes = out.shape
    size = weights.size
    dimension = output_embeddings.shape[1]
    for chunk in prange((count + _CHUNK - 1) // _CHUNK):
        flat = np.empty(size * dimension)
        embeddings = flat.reshape((size, dimension))
        memory = np.empty((dimension, dimension))
        answer = np.empty(dimension)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, count)):
            normals(key0, key1, first + i, 0, flat)
            memory[:] = 0.0
            for x in range(size):
                for row in range(dimension):
                    factor = weights[x] * output_embeddings[labels[x], row]
                    for column in range(dimension):
                        memory[row, column] += factor * embeddings[x, column]
            for row in range(dimension):
                total = 0.0
                for column in range(dimension):
                    total += memory[row, column] * embeddings[token, column]
                answer[row] = total
            for y in range(classes):
                total = 0.0
                for row in range(dimension):
                    total += output_embeddings[y, row] * answer[row]
                out[i, y] = total


@njit(cache=True, parallel=True)
def _collapsed_scores(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    dimension: int,
    signal: NDArray[np.float64],
    noise: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    count, classes = out.shape
    for chunk in prange((count + _CHUNK - 1) // _CHUNK):
        gaussians = np.empty(classes)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, count)):
            normals(key0, key1, first + i, 0, gaussians)
            square = chi_square(key0, key1, first + i, 1, dimension)
            radius = math.sqrt(square)
            for y in range(classes):
                total = 0.0
                for z in range(classes):
                    total += gaussians[z] * noise[z, y]
                out[i, y] = square * signal[y] + radius * total


def _require_weights(weights: ArrayLike) -> NDArray[np.float64]:
    q = np.array(weights, dtype=np.float64)
    if q.ndim != 1 or not len(q) or not np.isfinite(q).all():
        raise ValueError("weights must be one or more finite numbers in one dimension")
    return q


def _require_labels(labels: ArrayLike, size: int, classes: int) -> NDArray[np.int64]:
    f = np.asarray(labels)
    if f.shape != (size,) or not np.issubdtype(f.dtype, np.integer):
        raise ValueError(f"labels must be {size} integers in one dimension, one for each weight")
    if size and (f.min() < 0 or f.max() >= classes):
        raise ValueError(f"labels must be at least 0 and below {classes}, the number of classes")
    return f.astype(np.int64)


def _require_memory(
    weights: ArrayLike, labels: ArrayLike, output_embeddings: ArrayLike, token: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], int]:
    q = _require_weights(weights)
    u = np.array(output_embeddings, dtype=np.float64, order="C")
    if u.ndim != 2 or not u.size or not np.isfinite(u).all():
        raise ValueError("output_embeddings must be a non-empty matrix of finite numbers")
    f = _require_labels(labels, len(q), len(u))
    return q, f, u, require_integer("token", token, 0, len(q) - 1)


def _require_replicates(first: int, count: int) -> tuple[int, int]:
    return require_integer("first", first, 0, 2**62), require_integer("count", count, 0)


def normal_tail_mixture(dimension: int, ratio: float) -> tuple[float, float]:
    """Return the mean of Phi(-ratio r) over the length r of a standard Gaussian vector.

    Parameters
    ----------
    dimension : int
        At least 1.
    ratio : float
        Any real number.

    Returns
    -------
    value, error : float
        By quadrature of the density of r in balls of 40 digits; the error is a bound, with the
        rounding to a float.

    Raises
    ------
    ValueError
        The dimension is not a positive integer.
    """
    d = require_integer("dimension", dimension, 1)
    # for a > 0 the tail pulls the peak of the integrand below the typical length
    width = 1 / math.sqrt(1 + max(ratio, 0.0) ** 2)
    peak = math.sqrt(d) * width
    steps = [peak + step * width for step in range(-24, 25, 8)]
    ends = [max(0.0, steps[0]), *(end for end in steps[1:] if end > 0)]
    with ctx.workdps(40):
        slope, half = arb(ratio), arb(d) / 2
        scale = arb(2) ** (1 - half) / half.gamma()

        def integrand(r: acb, _: bool) -> acb:
            density = scale * r ** (d - 1) * (-r * r / 2).exp()
            return density * (slope * r / arb(2).sqrt()).erfc() / 2

        inside, height = arb(0), abs(integrand(acb(peak), False).real)
        for low, high in itertools.pairwise(ends):
            inside += acb.integral(integrand, low, high, abs_tol=height * 1e-30).real
        # Phi(-x) <= exp(-x^2 / 2) for x > 0: what is left out is below two tails of chi-square
        shrunk = 1 / (1 + slope**2) if ratio > 0 else arb(1)
        tails = (arb(ends[-1]) ** 2 / (2 * shrunk)).gamma_upper(half, regularized=1)
        if ends[0] > 0:
            tails += (arb(ends[0]) ** 2 / (2 * shrunk)).gamma_lower(half, regularized=1)
        value = inside + shrunk**half * tails * arb(0.5, 0.5)
        middle = float(value.mid())
        return middle, float(value.rad()) + 1e-15 * middle + math.ulp(0.0)
