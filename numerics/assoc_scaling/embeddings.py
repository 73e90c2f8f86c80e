"""Memories with input embeddings of several laws: drawn, or exact for signs and for the sphere.

Tokens and classes count from 0.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from flint import arb, ctx
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream, normals

__all__ = [
    "INPUT_KINDS",
    "errors_with_inputs",
    "sign_memory_error",
    "sign_noise_error",
    "sphere_noise_error",
]

#: Laws of the input embeddings: independent normals, the unit sphere, independent signs.
INPUT_KINDS = ("gaussian", "sphere", "signs")

_CHUNK = 16

Floats = NDArray[np.float64]


def _require_replicates(first: int, count: int) -> tuple[int, int]:
    return require_integer("first", first, 0, 2**62), require_integer("count", count, 0)


def errors_with_inputs(
    kind: str,
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    token: int,
    stream: Stream,
    first: int,
    count: int,
) -> Floats:
    """Draw the input embeddings of a memory of two classes; tell how it answers one token.

    Parameters
    ----------
    kind : str
        One of `INPUT_KINDS`.
    weights : array, shape (N,)
        ``q(x)``.
    labels : array of int, shape (N,)
        0 or 1.
    output_embeddings : array, shape (2, d)
        ``u_y`` as rows.
    token : int
        At least 0 and below N.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Replicates ``first .. first + count - 1``; none depends on the others.

    Returns
    -------
    array of float64, shape (count,)
        1 if the other class has the higher score, 1/2 for a tie (as if labels were exchanged at
        random), else 0.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    if kind not in INPUT_KINDS:
        raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(INPUT_KINDS)}")
    q = np.array(weights, dtype=np.float64)
    f = np.array(labels, dtype=np.int64)
    u = np.array(output_embeddings, dtype=np.float64, order="C")
    if q.ndim != 1 or f.shape != q.shape or u.ndim != 2 or len(u) != 2:
        raise ValueError("weights and labels must be of one length, output embeddings two rows")
    if not set(f.tolist()) <= {0, 1}:
        raise ValueError("labels must be 0 or 1")
    token = require_integer("token", token, 0, len(q) - 1)
    first, count = _require_replicates(first, count)
    out = np.empty(count)
    _errors_with_inputs(*stream.words, first, INPUT_KINDS.index(kind), q, f, u, token, out)
    return out


@njit(cache=True, parallel=True)
def _errors_with_inputs(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    kind: int,
    weights: Floats,
    labels: NDArray[np.int64],
    outputs: Floats,
    token: int,
    out: Floats,
) -> None:
    size, dimension = weights.size, outputs.shape[1]
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        flat = np.empty(size * dimension)
        inputs = flat.reshape((size, dimension))
        answer = np.empty(dimension)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            normals(key0, key1, first + i, 0, flat)
            for x in range(size):
                if kind == 1:
                    inputs[x] /= math.sqrt(np.sum(inputs[x] ** 2))
                elif kind == 2:
                    for j in range(dimension):
                        inputs[x, j] = 1.0 if inputs[x, j] > 0 else -1.0
            # W e, one stored token after another
            answer[:] = 0.0
            for x in range(size):
                overlap = 0.0
                for j in range(dimension):
                    overlap += inputs[x, j] * inputs[token, j]
                for j in range(dimension):
                    answer[j] += weights[x] * overlap * outputs[labels[x], j]
            gap = 0.0
            scale = 0.0
            for j in range(dimension):
                difference = outputs[labels[token], j] - outputs[1 - labels[token], j]
                gap += difference * answer[j]
                scale += abs(difference * answer[j])
            out[i] = 0.5 if abs(gap) <= 1e-12 * scale else (1.0 if gap < 0 else 0.0)


def sign_memory_error(
    size: int, dimension: int, labels: Sequence[int], output_embeddings: Sequence[Sequence[int]]
) -> Fraction:
    """Return the exact error of token 0 when input embeddings are independent signs.

    Every matrix of signs is tried, ties count half. Weights are 1, classes 0 and 1.

    Parameters
    ----------
    size, dimension : int
        Positive, of product at most 16.
    labels : sequence of int
        ``size`` labels.
    output_embeddings : two rows of integers

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    size = require_integer("size", size, 1)
    dimension = require_integer("dimension", dimension, 1)
    require_integer("size times dimension", size * dimension, 1, 16)
    f = np.array(labels)
    u = np.array(output_embeddings, dtype=np.int64)
    if f.shape != (size,) or u.shape[0] != 2 or not set(f.tolist()) <= {0, 1}:
        raise ValueError("labels must be one 0 or 1 for each token, output embeddings two rows")
    direction = u[f[0]] - u[1 - f[0]]
    halves = 0
    for signs in itertools.product((-1, 1), repeat=size * dimension):
        e = np.array(signs).reshape(size, dimension)
        memory = u[f].T @ e
        gap = int(direction @ (memory @ e[0]))
        halves += 2 if gap < 0 else (1 if gap == 0 else 0)
    return Fraction(halves, 2 ** (size * dimension + 1))


def sign_noise_error(inputs: int, dimension: int) -> Fraction:
    """Return the chance that ``(inputs - 1) * dimension`` signs add up to less than -dimension.

    Parameters
    ----------
    inputs, dimension : int
        At least 1.

    Returns
    -------
    Fraction
        Exact, with equality counted half: by symmetry, half of the chance that the sum is not
        between the two ends, and only the patterns in between are counted.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs = require_integer("inputs", inputs, 1)
    dimension = require_integer("dimension", dimension, 1)
    signs = (inputs - 1) * dimension
    if signs < dimension:
        return Fraction(0)
    inner = 0  # patterns of sum strictly between, twice, and those at the ends once
    total = 2 - dimension if (signs + dimension) % 2 == 0 else 1 - dimension
    pluses = (signs + total) // 2
    patterns = math.comb(signs, pluses)
    while total < dimension:
        inner += 2 * patterns
        patterns = patterns * (signs - pluses) // (pluses + 1)
        pluses, total = pluses + 1, total + 2
    if total == dimension:
        inner += 2 * patterns
    return Fraction(2 ** (signs + 1) - inner, 2 ** (signs + 2))


def sphere_noise_error(inputs: int, dimension: int, digits: int = 30) -> tuple[arb, float]:
    """Return the chance that the heights of random points of the sphere add up to less than -1.

    Parameters
    ----------
    inputs : int
        One more than there are points, at least 2.
    dimension : int
        Of the space, at least 3.
    digits : int
        Decimal digits after the point to which the value is computed.

    Returns
    -------
    value : arb
        The Fourier series of a square wave, averaged term by term: heights are bounded, so a wave
        of long enough period tells the sign of their sum plus 1.
    error : float
        What the truncated series leaves out, and rounding.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    inputs = require_integer("inputs", inputs, 2)
    dimension = require_integer("dimension", dimension, 3)
    digits = require_integer("digits", digits, 10)
    with ctx.workdps(digits + 10):
        frequency = arb.pi() / (inputs + 1)
        half = arb(dimension) / 2
        total, k = arb(0), 1
        small = 10.0 ** (-digits - 5)
        recent: deque[float] = deque([1.0], maxlen=20)
        while max(recent) >= small and k < 200_000:
            angle = k * frequency
            # Mean of exp(i angle h) over heights h of the sphere: a Bessel function.
            mean = (-(angle**2) / 4).hypgeom_0f1(half)
            if mean.rad() > small:  # one form cancels at large angles, the other at small ones
                other = half.gamma() * (2 / angle) ** (half - 1) * angle.bessel_j(half - 1)
                mean = other if other.rad() < mean.rad() else mean
            term = mean ** (inputs - 1) / k
            total += angle.sin() * term
            recent.append(float(term.abs_upper()))
            k += 2
        value = arb(1) / 2 - 2 * total / arb.pi()
        # The terms fall like 1/k^2 or faster: those left out add up to at most k times the last.
        return value.mid(), float(value.rad()) + k * (max(recent) + small)
