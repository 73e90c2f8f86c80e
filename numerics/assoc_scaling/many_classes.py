"""Errors with M classes of equal size, orthonormal output embeddings and equal weights.

Under the law of the claim ``assoc-scaling.orthonormal-exact`` the score of the right class, over
the length r of the input's embedding, is ``r + sqrt(n - 1) g``, that of every other class
``sqrt(n) h``, with independent standard normals: one minus a mean over r and g of a power of a
normal distribution function, done by quadrature.
"""

from __future__ import annotations

import math

import mpmath
import numpy as np
from scipy import special

from numerics.assoc_scaling import exact_laws
from numerics.assoc_scaling.analytic_sums import power_sum
from numerics.assoc_scaling.instances import output_embeddings
from numerics.assoc_scaling.schemes import length_law
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = ["logarithmic_size", "misread", "stored_error", "zipf_error"]

_EPS = 2.0**-52
_LARGEST = 2**1000
_DIGITS = 350
_STEP = 0.04  # of the trapezoidal rule over g
_REACH = 30.0  # standard deviations


def stored_error(classes: int, per_class: int, dimension: int) -> tuple[float, float]:
    """Return the probability of misclassifying a stored input, and its error.

    Parameters
    ----------
    classes : int
        M, at least 2.
    per_class : int
        Stored inputs of each class, at least 1.
    dimension : int
        At least 1.

    Returns
    -------
    value, error : float
        The error is estimated, by a rule of twice the step.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    classes = require_integer("classes", classes, 2, 10**9)
    per_class = require_integer("per_class", per_class, 1, _LARGEST)
    dimension = require_integer("dimension", dimension, 1, _LARGEST)
    log_lengths, weights, error = length_law(dimension)
    log_ratio = (math.log(dimension) - math.log(per_class)) / 2
    signal = np.exp(np.minimum(log_lengths + log_ratio, 300.0))  # r over the root of n
    noise = np.arange(-round(_REACH / _STEP), round(_REACH / _STEP) + 1) * _STEP
    spread = math.sqrt(1 - 1 / per_class)
    missed = np.empty((2, len(signal)))
    density = np.exp(-(noise**2) / 2) / math.sqrt(2 * math.pi)
    for index, level in enumerate(signal):
        clear = special.log_ndtr(level + spread * noise)
        wrong = -np.expm1((classes - 1) * clear) * density
        missed[:, index] = _STEP * wrong.sum(), 2 * _STEP * wrong[::2].sum()
    value, coarse = (float(each @ weights) for each in missed)
    shorter = 8 * math.exp(-60.0) * float(missed[0, 0])  # lengths before the first node
    return value, abs(value - coarse) + (error + 64 * _EPS) * value + shorter


def zipf_error(
    exponent: float, classes: int, per_class: int, dimension: int
) -> tuple[float, float]:
    """Return the error over the Zipf law of all positive integers, and its error.

    Parameters
    ----------
    exponent : float
        Above 1.
    classes, per_class, dimension : int
        See `stored_error`; the inputs that are not stored are guessed.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0, at_most=64.0)
    value, error = stored_error(classes, per_class, dimension)
    whole, _ = power_sum(exponent, 1, None)
    left_out, left_out_error = power_sum(exponent, classes * per_class + 1, None)
    beyond, inexact = left_out / whole, left_out_error / whole
    total = value * (1 - beyond) + (1 - 1 / classes) * beyond
    return total, error + inexact + 16 * _EPS * total


def logarithmic_size(exponent: float, dimension: int) -> int:
    """Return the integer part of ``d / (4 (exponent - 1) log d)``, at least 1.

    Parameters
    ----------
    exponent : float
        Above 1.
    dimension : int
        At least 2.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    dimension = require_integer("dimension", dimension, 2, _LARGEST)
    with mpmath.workdps(_DIGITS):
        return max(1, int(dimension / (4 * (mpmath.mpf(exponent) - 1) * mpmath.log(dimension))))


def misread(
    classes: int, per_class: int, dimension: int, stream: Stream, first: int, count: int
) -> np.ndarray:
    """Tell for each of some simulated memories whether it misreads a stored input.

    Parameters
    ----------
    classes, per_class, dimension : int
        With ``classes <= dimension``, and two or more inputs.
    stream : Stream
    first, count : int
        Which replicates.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    classes = require_integer("classes", classes, 2)
    per_class = require_integer("per_class", per_class, 1)
    outputs = output_embeddings("orthonormal", classes, dimension, stream.substream("outputs"))
    labels = np.arange(classes * per_class) % classes
    weights = np.ones(len(labels))
    return exact_laws.direct_errors(weights, labels, outputs, 0, stream, first, count)
