"""Errors of memories whose weights are a power of the Zipf law, cut off or not.

Inputs are 1, 2, ..., N (N may be infinite) with ``p(x)`` proportional to ``x**-alpha``; the weights
are ``q(x) = x**-decay`` for ``x <= P`` and 0 beyond. `scheme_trials` draws inputs, embeddings and
memories. `scheme_error` computes the error with two classes: under the collapsed law the scores of
an input x differ by ``q(x) r + |q_-x| g`` up to a positive factor, with ``r`` the length of a
standard Gaussian vector and ``g`` a standard normal, so that x is misclassified with probability
``E Phi(-a r)``, ``a = q(x) / |q_-x|``. This mean is a quadrature over the law of ``r``, and the sum
over x an Euler-Maclaurin sum: neither the dimension nor N or P makes it dear. Errors are bounded
all along, relative to each term.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy import special

from numerics.assoc_scaling.analytic_sums import EPS, Analytic, analytic_sum, power_sum
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream, fraction, normals, philox
from numerics.core.zipf import zipf_probabilities, zipf_token

__all__ = ["fill_error", "length_law", "misclassified", "scheme_error", "scheme_trials"]

Array = NDArray[Any]

_ANGLE = 1.2  # largest argument of q(z)^2: its cosine is above .36
_SMALL = 0.07  # largest q(x)^2 / |q|^2 from which on the continuation is used: see `log_bound`
_REACH = 40.0  # times the radius of the discs: the first index of the Euler-Maclaurin sum
_FAINT = 1e-16  # signal-to-noise ratio below which an input is as good as guessed
_LARGEST = 2**1000
_TINY = 2.0**-1000  # what is below may have lost its digits to underflow
_CHUNK = 64
_ZERO = np.uint64(0)


def fill_error(dimension: int, size: int) -> tuple[float, float]:
    """Return the error with N equal weights and two classes, and an error bound.

    Parameters
    ----------
    dimension : int
        At least 1.
    size : int
        Number of inputs N, at least 1.

    Returns
    -------
    value, error : float
        The mean of ``Phi(-r / sqrt(N - 1))`` over ``r``; 0 for a single input.
    """
    return scheme_error(0.0, 0.0, dimension, size=size)


def misclassified(dimension: int, signal: float, noise: float) -> tuple[float, float]:
    """Return the probability that ``signal r + sqrt(noise) g`` is negative, and an error bound.

    Parameters
    ----------
    dimension : int
        At least 1; ``r`` is the length of a standard Gaussian vector of that dimension.
    signal : float
        At least 0.
    noise : float
        Positive; ``g`` is a standard normal.
    """
    dimension = require_integer("dimension", dimension, 1, _LARGEST)
    signal = require_real("signal", signal, at_least=0.0)
    noise = require_real("noise", noise, above=0.0)
    if signal == 0.0:
        return 0.5, 0.0
    log_ratio = np.asarray([2 * math.log(signal) - math.log(noise)])
    value, relative = _mean_tail(dimension, log_ratio, 4 * EPS)
    return float(value[0]), float(value[0] * relative[0] + _lost(value)[0])


def scheme_error(
    exponent: float,
    decay: float,
    dimension: int,
    stored: int | None = None,
    size: int | None = None,
) -> tuple[float, float]:
    """Return the error of the weights ``x**-decay`` on ``x <= stored``, and an error bound.

    Parameters
    ----------
    exponent : float
        Of Zipf's law, at most 64; above 1 if ``size`` is None, else at least 0.
    decay : float
        At least 0, where the weights are equal, and at most 64. The weights are a power
        ``decay / exponent`` of the probabilities.
    dimension : int
        Embedding dimension, at least 1 and at most ``2**1000``.
    stored : int, optional
        Number of inputs of positive weight P, at least 1; all inputs by default.
    size : int, optional
        Number of inputs N, at least 1; infinitely many by default.

    Returns
    -------
    value, error : float
        The probability that an input drawn from Zipf's law is misclassified, two classes, Gaussian
        input embeddings; and a bound on the absolute error.

    Raises
    ------
    ValueError
        If an argument is out of range, or infinitely many weights have no finite norm.
    """
    decay = require_real("decay", decay, at_least=0.0, at_most=64.0)
    dimension = require_integer("dimension", dimension, 1, _LARGEST)
    if size is None:
        exponent = require_real("exponent", exponent, above=1.0, at_most=64.0)
    else:
        exponent = require_real("exponent", exponent, at_least=0.0, at_most=64.0)
        size = require_integer("size", size, 1, _LARGEST)
    if stored is not None:
        stored = require_integer("stored", stored, 1, _LARGEST)
    last = size if stored is None else stored if size is None else min(stored, size)
    if last is None and decay <= 0.5:
        raise ValueError(
            f"decay is {decay!r}; it must be above 0.5 with infinitely many weights, or their norm "
            "is infinite"
        )
    whole, whole_error = power_sum(exponent, 1, size)
    value, error = _stored_error(exponent, decay, dimension, last)
    if last is not None and last != size:
        beyond, beyond_error = power_sum(exponent, last + 1, size)
        value, error = value + beyond / 2, error + beyond_error / 2 + EPS * beyond
    value /= whole
    return value, error / whole + value * (whole_error / whole + 2 * EPS)


def _stored_error(
    exponent: float, decay: float, dimension: int, last: int | None
) -> tuple[float, float]:
    """Return ``sum x**-exponent P(x is misclassified)`` over the stored x, with a bound."""
    if last == 1:
        return 0.0, 0.0  # no other memory disturbs it
    if decay == 0.0:  # all stored inputs are alike
        assert last is not None
        alike, relative = _mean_tail(dimension, np.asarray([-math.log(last - 1)]), 2 * EPS)
        mass, mass_error = power_sum(exponent, 1, last)
        each, lost = float(alike[0]), float(_lost(alike)[0])
        relative_error = float(relative[0]) + 2 * EPS
        return each * mass, each * (mass_error + mass * relative_error) + lost * mass
    rest, rest_error = power_sum(2 * decay, 2, last)
    scheme = _Scheme(exponent, decay, dimension, rest, rest_error / rest)
    angle = min(_ANGLE / (2 * decay), 1.0)
    first = math.ceil(_REACH / min(0.5, math.sin(angle)))
    while first ** (-2 * decay) > _SMALL * (1 + rest):
        first *= 2
        if last is not None and first > last:
            break
    head_last = first - 1 if last is None or last > 2 * first else last
    log_x = np.log(np.arange(1.0, head_last + 1))
    head, rounding = scheme.terms(log_x)
    value = math.fsum(head.tolist())
    error = float(np.sum(rounding)) + EPS * value
    if head_last == last:
        return value, error
    analytic = Analytic(scheme.terms, scheme.log_bound, angle)
    log_last = math.log(last) if last is not None else scheme.log_faint(math.log(first))
    tail, tail_error = analytic_sum(analytic, math.log(first), log_last, last is not None)
    if log_last * exponent > 700:  # beyond, the probabilities underflow
        tail_error += math.exp(700 * (1 / exponent - 1)) / (exponent - 1)
    if last is None:
        # from here on the error is 1/2 but for 0.4 times the signal-to-noise ratio
        far = math.exp((1 - exponent) * log_last) / (exponent - 1) / 2
        tail += far
        faint = math.exp(scheme.log_signal(np.asarray([log_last]))[0])
        # the rest of the remainder: |B_24| (1 - disc)^-exponent / 2 is below 1e24
        beyond = 1e24 * analytic.disc**-24 * math.exp((1 - exponent - 24) * log_last)
        tail_error += far * (faint + EPS * (8 + 2 * exponent * log_last)) + beyond
    return value + tail, error + tail_error + EPS * (value + tail)


def _lost(value: Array) -> Array:
    """Bound on what values, probabilities or less, lost to underflow."""
    return np.where(abs(value) < _TINY, _TINY, 0.0)


def _mean_tail(dimension: int, log_ratio: Array, spread: Any) -> tuple[Array, Array]:
    """Return ``E Phi(-a r)`` for all given ``log(a**2)``, and bounds on its relative error.

    With the density of r completed to that of a rescaled r it is
    ``(1 + a**2)**(-d/2) E erfcx(s r / sqrt(2 d)) / 2``, ``s = a sqrt(d / (1 + a**2))``.
    ``spread`` bounds the error of ``log_ratio``. Complex arguments are allowed; then the bounds
    are relative to the size of the value on the real axis, and rough.
    """
    log_d = math.log(dimension)
    small = np.real(log_ratio) < -30  # here log(1 + a^2) = a^2
    with np.errstate(under="ignore", over="ignore"):
        grown = np.log1p(np.exp(np.where(small, 0, log_ratio)))
        height = np.where(
            small, np.exp(np.where(small, log_ratio + log_d, 0)), float(dimension) * grown
        )
        log_signal = (log_d + log_ratio - np.where(small, 0, grown)) / 2
        log_lengths, weights, relative = length_law(dimension)
        z = np.exp(log_signal[..., np.newaxis] + log_lengths) / math.sqrt(2)
        scaled = special.wofz(1j * z) if np.iscomplexobj(z) else special.erfcx(z)
        value = np.exp(-height / 2) * (scaled @ weights) / 2
        # erfcx(z) >= 1 / (1 + sqrt(pi) z): the quadrature's absolute error in relative terms
        missed = relative * (1 + 2 * np.exp(np.minimum(np.real(log_signal), 500)))
    conditioning = 1 + np.minimum(abs(height), 2e3)
    rounding = EPS * (64 + 2 * log_d + 2 * abs(log_ratio))
    return np.asarray(value), conditioning * (rounding + spread) + missed


@dataclass(frozen=True)
class _Scheme:
    """``x**-exponent`` times the probability of misclassifying x, as a function of ``t = log x``.

    ``rest`` is the sum of ``q(x)**2`` over x = 2, 3, ... and ``rest_error`` its relative error.
    """

    exponent: float
    decay: float
    dimension: int
    rest: float
    rest_error: float

    def log_ratio(self, t: Array) -> Array:
        """Logarithm of ``a**2``, with ``a = q(x)/|q_-x|``."""
        weight = np.exp(-2 * self.decay * t)
        # at x = 1 the difference would cancel, and is known
        noise = np.where(t == 0, self.rest, 1 + self.rest - weight)
        return np.asarray(-2 * self.decay * t - np.log(noise))

    def terms(self, t: Array) -> tuple[Array, Array]:
        """Return the function and bounds on its rounding."""
        spread = self.rest_error + EPS * (8 + 4 * self.decay * abs(t))
        value, relative = _mean_tail(self.dimension, self.log_ratio(t), spread)
        with np.errstate(under="ignore"):
            mass = np.exp(-self.exponent * t)
            value = mass * value
            rounding = abs(value) * (relative + EPS * (8 + 2 * self.exponent * abs(t)))
            return value, rounding + np.minimum(_lost(value), abs(mass))

    def log_signal(self, t: Array) -> Array:
        """Logarithm of ``a sqrt(d)``."""
        return np.asarray((self.log_ratio(t) + math.log(self.dimension)) / 2)

    def log_faint(self, log_first: float) -> float:
        """Logarithm of an index from which on the signal-to-noise ratio is below `_FAINT`."""
        strength = math.log(self.dimension) / 2 - math.log(1 + self.rest) / 2 + 1
        return max(log_first + 1, (strength - math.log(_FAINT)) / self.decay)

    def log_bound(self, low: Array, high: Array) -> Array:
        """Logarithm of a bound on the terms for low <= Re t <= high in the sector.

        There ``y = q^2/|q|^2`` has modulus below .36 and an argument below 1.2 in size, so that
        ``|1 - y|**2 <= 1 - .36 |y|``; and ``erfcx`` is at most 1 on the right half-plane.
        """
        smallest = -2 * self.decay * high - math.log(1 + self.rest)
        with np.errstate(over="ignore"):
            damping = np.exp(np.minimum(smallest + math.log(0.09 * self.dimension), 700))
        return np.asarray(-self.exponent * low - math.log(2) - damping)


def scheme_trials(
    exponent: float,
    decay: float,
    stored: int,
    size: int | None,
    output_embeddings: ArrayLike,
    stream: Stream,
    first: int,
    count: int,
) -> NDArray[np.bool_]:
    """Draw memories of the weights ``x**-decay`` and an input each; tell if the answer is wrong.

    Parameters
    ----------
    exponent : float
        Of Zipf's law, by which the input is drawn; above 1 if ``size`` is None, else at least 0.
    decay : float
        At least 0.
    stored : int
        Number of inputs of positive weight, at least 1 and at most ``size``.
    size : int or None
        Number of inputs; None for infinitely many.
    output_embeddings : array, shape (M, d)
        ``u_y`` as rows; input x has the label ``x mod M``.
    stream : Stream
        Where the randomness comes from.
    first, count : int
        Number of the first replicate, and how many.

    Returns
    -------
    array of bool, shape (count,)
        Entry ``i`` belongs to replicate ``first + i`` and does not depend on ``first``, ``count``
        or the number of threads.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    decay = require_real("decay", decay, at_least=0.0)
    stored = require_integer("stored", stored, 1, size)
    u = np.array(output_embeddings, dtype=np.float64, order="C")
    if u.ndim != 2 or not u.size or not np.isfinite(u).all():
        raise ValueError("output_embeddings must be a non-empty matrix of finite numbers")
    first = require_integer("first", first, 0, 2**62)
    out = np.empty(require_integer("count", count, 0), dtype=np.bool_)
    if size is None:
        exponent = require_real("exponent", exponent, above=1.0)
        cumulative = np.empty(0)
    else:
        cumulative = np.cumsum(zipf_probabilities(exponent, size))
        cumulative[-1] = 1.0  # rounding must not leave a gap above the last step
    weights = np.arange(1.0, stored + 1) ** -decay
    _scheme_trials(*stream.words, first, exponent, cumulative, weights, u, out)
    return out


@njit(cache=True, parallel=True)
def _scheme_trials(
    key0: np.uint64,
    key1: np.uint64,
    first: int,
    exponent: float,
    cumulative: NDArray[np.float64],
    weights: NDArray[np.float64],
    output_embeddings: NDArray[np.float64],
    out: NDArray[np.bool_],
) -> None:
    classes, dimension = output_embeddings.shape
    stored = weights.size
    for chunk in prange((out.size + _CHUNK - 1) // _CHUNK):
        # The last row is the embedding of an input that is not stored.
        flat = np.empty((stored + 1) * dimension)
        embeddings = flat.reshape((stored + 1, dimension))
        memory = np.empty((dimension, dimension))
        answer = np.empty(dimension)
        for i in range(chunk * _CHUNK, min(chunk * _CHUNK + _CHUNK, out.size)):
            replicate = first + i
            if cumulative.size:
                word = philox(key0, key1, _ZERO, np.uint64(replicate), np.uint64(0), _ZERO)[0]
                x = int(np.searchsorted(cumulative, fraction(word))) + 1
            else:
                x = zipf_token(key0, key1, replicate, 0, exponent)
            normals(key0, key1, replicate, 1, flat)
            memory[:] = 0.0
            for k in range(stored):
                label = (k + 1) % classes
                for row in range(dimension):
                    factor = weights[k] * output_embeddings[label, row]
                    for column in range(dimension):
                        memory[row, column] += factor * embeddings[k, column]
            asked = min(x, stored + 1) - 1
            for row in range(dimension):
                total = 0.0
                for column in range(dimension):
                    total += memory[row, column] * embeddings[asked, column]
                answer[row] = total
            best = 0
            highest = -np.inf
            for y in range(classes):
                total = 0.0
                for row in range(dimension):
                    total += output_embeddings[y, row] * answer[row]
                if total > highest:
                    highest = total
                    best = y
            out[i] = best != x % classes


@lru_cache(maxsize=64)
def length_law(dimension: int) -> tuple[Array, Array, float]:
    """Return a quadrature for the length r of a standard Gaussian vector.

    Parameters
    ----------
    dimension : int
        At least 1.

    Returns
    -------
    nodes, weights : arrays
        ``log(r / sqrt(d))`` on an even grid, and weights of sum 1.
    error : float
        Bound on the error of the mean of a function that is analytic and at most 1 in size where
        ``|arg r| < pi/4``.

    Notes
    -----
    The density of ``w = log(r/sqrt(d))`` is proportional to ``exp(-d (exp(2w)/2 - 1/2 - w))``, and
    the trapezoidal rule of step h errs by at most ``2 cos(2c)**(-d/2) / (exp(2 pi c/h) - 1)`` for
    every c below pi/4 (Trefethen and Weideman, SIAM Review 56, 2014, theorem 5.1).
    """
    d = float(dimension)
    root = math.sqrt(d)
    c = np.minimum(np.geomspace(1e-3, 20.0, 400) / root, 0.7853)
    tilt = np.where(c < 1e-4, d * c**2, -d / 2 * np.log(np.cos(2 * c)))

    def log_error(step: float) -> float:
        return float(np.min(math.log(2) + tilt - np.log(np.expm1(2 * math.pi * c / step))))

    step = 0.5 / root
    while log_error(step) > -46.0:  # 1e-20
        step *= 0.9
    left = _where(d, 60.0, -1.0)
    right = _where(d, 60.0, 1.0)
    nodes = step * np.arange(-math.ceil(left / step), math.ceil(right / step) + 1)
    log_weights = -d * _excess(nodes)
    weights = np.exp(log_weights)
    total = float(np.sum(weights))
    # The logarithm of the density is concave, so that what is cut off is below exp(-60) on each
    # side, relative to the whole.
    error = 2 * math.exp(log_error(step)) + 8 * math.exp(-60.0)
    return nodes, weights / total, error + 16 * EPS


def _excess(w: Array) -> Array:
    """``exp(2w)/2 - 1/2 - w`` without cancellation."""
    near = 2 * w * w * _tail_of_exponential(2 * w)
    return np.where(abs(w) < 0.25, near, np.expm1(2 * w) / 2 - w)


def _tail_of_exponential(u: Array) -> Array:
    """``(exp(u) - 1 - u) / u**2`` for small u, by its series."""
    total = np.zeros_like(u)
    for k in range(18, -1, -1):
        total = total * u + 1 / math.factorial(k + 2)
    return total


def _where(d: float, height: float, side: float) -> float:
    """How far from 0, on one side, d times the excess reaches a height."""
    reach = 1e-3 / math.sqrt(d)
    while d * float(_excess(np.asarray([side * reach]))[0]) < height:
        reach *= 1.1
    return reach
