"""Random output embeddings: how nearly parallel they come, and how memories with them err.

Tokens and classes count from 0. Output embeddings are drawn anew each time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.chi_square import chi_square
from numerics.core.streams import Stream, fraction, normals, philox
from numerics.core.zipf import zipf_probabilities

__all__ = [
    "cap_probability",
    "coherent",
    "errors_with_random_outputs",
    "mean_score_of_signs",
    "score_correlations",
]

_CHUNK = 16
_ZERO = np.uint64(0)

Floats = NDArray[np.float64]


def _require_replicates(first: int, count: int) -> tuple[int, int]:
    return require_integer("first", first, 0, 2**62), require_integer("count", count, 0)


def errors_with_random_outputs(
    dimension: int, classes: int, stored: int, stream: Stream, first: int, count: int
) -> NDArray[np.bool_]:
    """Draw memories with balanced classes and random output embeddings; test one stored token.

    Input embeddings are Gaussian, output embeddings uniform on the unit sphere and drawn anew each
    time, in axes turned with them (their inner products are those of a triangular matrix: Bartlett,
    1933). Every class has ``stored / classes`` tokens of weight 1. The input embeddings enter
    through one Gaussian for each class (the collapsed law of `exact_laws`).

    Parameters
    ----------
    dimension, classes : int
        At least 1.
    stored : int
        Number of stored tokens, a positive multiple of ``classes``.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Replicates ``first .. first + count - 1``; none depends on the others.

    Returns
    -------
    array of bool, shape (count,)
        Whether another class has a higher score than the token's own.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    dimension = require_integer("dimension", dimension, 1)
    classes = require_integer("classes", classes, 1)
    stored = require_integer("stored", stored, 1)
    if stored % classes:
        raise ValueError(f"stored is {stored}; it must be a multiple of {classes}, the classes")
    first, count = _require_replicates(first, count)
    out = np.empty(count, dtype=np.bool_)
    _errors_with_random_outputs(*stream.words, first, dimension, classes, stored // classes, out)
    return out


@njit(cache=True, parallel=True)
def _errors_with_random_outputs(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    dimension: int,
    classes: int,
    each: int,
    out: NDArray[np.bool_],
) -> None:
    rank = min(classes, dimension)
    entries = sum([min(z, dimension) for z in range(classes)])
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        flat = np.empty(entries)
        outputs = np.zeros((classes, rank))
        noise = np.empty(classes)
        answer = np.empty(rank)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            normals(key0, key1, first + i, 0, flat)
            normals(key0, key1, first + i, 1, noise)
            radius = math.sqrt(chi_square(key0, key1, first + i, 2, dimension))
            answer[:] = 0.0
            position = 0
            for z in range(classes):
                # in axes turned with the vectors before: as many normals, and what is left of it
                shared = min(z, dimension)
                length = 0.0
                for j in range(shared):
                    outputs[z, j] = flat[position + j]
                    length += outputs[z, j] ** 2
                position += shared
                if shared < dimension:
                    rest = chi_square(key0, key1, first + i, 3 + z, dimension - shared)
                    outputs[z, shared] = math.sqrt(rest)
                    length += rest
                length = math.sqrt(length)
                factor = math.sqrt(each - 1.0) * noise[0] + radius
                if z > 0:
                    factor = math.sqrt(float(each)) * noise[z]
                for j in range(min(z + 1, rank)):
                    outputs[z, j] /= length
                    answer[j] += factor * outputs[z, j]
            own = outputs[0, 0] * answer[0]
            out[i] = False
            for z in range(1, classes):
                score = 0.0
                for j in range(min(z + 1, rank)):
                    score += outputs[z, j] * answer[j]
                if score >= own:
                    out[i] = True
                    break


def coherent(
    classes: int, dimension: int, threshold: float, stream: Stream, first: int, count: int
) -> NDArray[np.bool_]:
    """Draw unit vectors; tell whether two of them have an inner product beyond the threshold.

    Parameters
    ----------
    classes : int
        Number of vectors, at least 2.
    dimension : int
        At least 1.
    threshold : float
        Compared with the absolute value of the inner products.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Replicates ``first .. first + count - 1``; none depends on the others.

    Returns
    -------
    array of bool, shape (count,)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = require_integer("classes", classes, 2)
    dimension = require_integer("dimension", dimension, 1)
    threshold = require_real("threshold", threshold)
    first, count = _require_replicates(first, count)
    out = np.empty(count, dtype=np.bool_)
    _coherent(*stream.words, first, classes, dimension, threshold, out)
    return out


@njit(cache=True, parallel=True)
def _coherent(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    classes: int,
    dimension: int,
    threshold: float,
    out: NDArray[np.bool_],
) -> None:
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        flat = np.empty(classes * dimension)
        rows = flat.reshape((classes, dimension))
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            normals(key0, key1, first + i, 0, flat)
            for y in range(classes):
                rows[y] /= math.sqrt(np.sum(rows[y] ** 2))
            found = False
            for y in range(1, classes):
                for z in range(y):
                    product = 0.0
                    for j in range(dimension):
                        product += rows[y, j] * rows[z, j]
                    if abs(product) > threshold:
                        found = True
                        break
                if found:
                    break
            out[i] = found


def cap_probability(dimension: int, height: float) -> tuple[float, float]:
    """Return the share of the unit sphere beyond a height, and an error bound.

    Parameters
    ----------
    dimension : int
        Of the space, at least 2.
    height : float
        Between -1 and 1.

    Returns
    -------
    tuple of float
        The area of the cap over the area of the sphere, by quadrature in the polar angle, whose
        circles of latitude have the radius ``sin(angle)``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    import mpmath

    d = require_integer("dimension", dimension, 2)
    h = require_real("height", height, at_least=-1.0, at_most=1.0)
    with mpmath.workdps(30):
        end = mpmath.acos(mpmath.mpf(h))

        def area(low: Any, high: Any) -> Any:
            # The quadrature stops at an absolute error: the longest circle has length 1.
            longest = mpmath.sin(min(high, mpmath.pi / 2))

            def latitude(angle: Any) -> Any:
                return (mpmath.sin(angle) / longest) ** (d - 2)

            # The area gathers near the equator, or near the edge of the cap.
            width = 1 / mpmath.sqrt(d)
            middle = mpmath.pi / 2
            cuts = {low, high} | {
                point
                for step in range(-8, 9, 2)
                for point in (middle + step * width, end + step * width / 4)
                if low < point < high
            }
            size, error = mpmath.quad(latitude, sorted(cuts), error=True)
            return size * longest ** (d - 2), error * longest ** (d - 2)

        part, part_error = area(mpmath.mpf(0), end)
        whole, whole_error = area(mpmath.mpf(0), mpmath.pi)
        value = part / whole
        error = part_error / whole + value * whole_error / whole
        return float(value), float(error) + 1e-15 * float(value)


def mean_score_of_signs(
    weights: Sequence[int],
    labels: Sequence[int],
    classes: int,
    dimension: int,
    token: int,
    rival: int,
) -> Fraction:
    """Return the mean of a score ``u_y . W e_x`` when all embeddings are signs over ``sqrt(d)``.

    Every pattern of signs of input and output embeddings is tried.

    Parameters
    ----------
    weights : sequence of int
        ``q(x)``.
    labels : sequence of int
        Each at least 0 and below ``classes``.
    classes, dimension : int
        M and d; ``(N + M) d`` is at most 16.
    token, rival : int
        x and y.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = require_integer("classes", classes, 1)
    dimension = require_integer("dimension", dimension, 1)
    q, f = list(weights), list(labels)
    if not q or len(q) != len(f):
        raise ValueError("weights and labels must be of one length, at least 1")
    for label in f:
        require_integer("label", label, 0, classes - 1)
    token = require_integer("token", token, 0, len(q) - 1)
    rival = require_integer("rival", rival, 0, classes - 1)
    entries = require_integer("number of entries", (len(q) + classes) * dimension, 1, 16)
    signs = np.array(list(itertools.product((-1, 1), repeat=entries)), dtype=np.int64)
    vectors = signs.reshape(-1, len(q) + classes, dimension)
    e, u = vectors[:, : len(q)], vectors[:, len(q) :]
    total = 0
    for x, (weight, label) in enumerate(zip(q, f, strict=True)):
        across = np.sum(u[:, rival] * u[:, label], axis=1)
        total += weight * int(np.sum(across * np.sum(e[:, x] * e[:, token], axis=1)))
    return Fraction(total, len(signs) * dimension**2)


def score_correlations(
    power: float,
    dimension: int,
    stream: Stream,
    first: int,
    count: int,
    *,
    inputs: int = 10,
    classes: int = 5,
    exponent: float = 1.0,
    samples: int = 1000,
) -> Floats:
    """Draw memories; correlate the score of the right class with the frequency of the input.

    Parameters
    ----------
    power : float
        Weights are frequencies in the data to this power, 0 for inputs that the data lack.
    dimension : int
        Of the embeddings, at least 1: inputs are Gaussian of mean squared length 1, outputs
        uniform on the unit sphere.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Replicates ``first .. first + count - 1``; none depends on the others.
    inputs, classes : int
        N, at least 2, and M; the label of input x (from 0) is x mod M.
    exponent : float
        Of the Zipf law of the samples.
    samples : int
        At least 1.

    Returns
    -------
    array of float64, shape (count,)
        Correlation over the inputs of the logarithm of the probability with the softmax score of
        the right class.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    power = require_real("power", power)
    dimension = require_integer("dimension", dimension, 1)
    inputs = require_integer("inputs", inputs, 2)
    classes = require_integer("classes", classes, 2)
    samples = require_integer("samples", samples, 1)
    exponent = require_real("exponent", exponent, above=0.0)
    first, count = _require_replicates(first, count)
    law = zipf_probabilities(exponent, inputs)
    out = np.empty(count)
    _score_correlations(*stream.words, first, power, dimension, classes, samples, law, out)
    return out


@njit(cache=True, parallel=True)
def _score_correlations(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    power: float,
    dimension: int,
    classes: int,
    samples: int,
    law: Floats,
    out: Floats,
) -> None:
    size = law.size
    upto = np.cumsum(law)
    logs = np.log(law)
    logs = logs - np.mean(logs)
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        flat = np.empty((size + classes) * dimension)
        e = flat[: size * dimension].reshape((size, dimension))
        u = flat[size * dimension :].reshape((classes, dimension))
        right = np.empty(size)
        scores = np.empty(classes)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            counts = np.zeros(size)
            for block in range((samples + 3) // 4):
                words = philox(
                    key0, key1, np.uint64(block), np.uint64(first + i), np.uint64(1), _ZERO
                )
                for part in range(min(4, samples - 4 * block)):
                    share = fraction(words[part]) * upto[-1]
                    counts[min(np.searchsorted(upto, share), size - 1)] += 1
            normals(key0, key1, first + i, 0, flat)
            for y in range(classes):
                u[y] /= math.sqrt(np.sum(u[y] ** 2))
            memory = np.zeros((dimension, dimension))
            for x in range(size):
                e[x] /= math.sqrt(dimension)
                weight = (counts[x] / samples) ** power if counts[x] > 0 else 0.0
                for row in range(dimension):
                    for column in range(dimension):
                        memory[row, column] += weight * u[x % classes, row] * e[x, column]
            for x in range(size):
                answer = np.zeros(dimension)
                for row in range(dimension):
                    for column in range(dimension):
                        answer[row] += memory[row, column] * e[x, column]
                for y in range(classes):
                    scores[y] = np.sum(u[y] * answer)
                heights = np.exp(scores - np.max(scores))
                right[x] = heights[x % classes] / np.sum(heights)
            shifted = right - np.mean(right)
            length = math.sqrt(np.sum(shifted**2) * np.sum(logs**2))
            out[i] = np.sum(shifted * logs) / length if length > 0 else 0.0
