"""The error of any weights, when all inputs have one label or there are two classes.

Then, under the collapsed law (the claim ``assoc-scaling.collapsed-law``), an input x is
misclassified when ``q(x) r + |q_-x| g < 0``, with r the length of a standard Gaussian vector and g
a standard normal: the error is a mean over r, done by quadrature. With ``theta = q / |q|`` it is a
sum of functions of one weight each, to be minimised over the unit sphere: here by a quasi-Newton
method for finitely many inputs, in `numerics.assoc_scaling.least_error` for infinitely many.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from numerics.assoc_scaling.schemes import length_law
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = [
    "cap_and_slope",
    "minimised_weights",
    "misclassified",
    "single_class_error",
    "zipf_single_class_error",
]

_EPS = 2.0**-52

Array = NDArray[np.float64]


def misclassified(weights: ArrayLike, dimension: int) -> tuple[Array, float]:
    """Return for each input the probability of misclassifying it, and an error bound.

    Parameters
    ----------
    weights : (N,) array
        Finite, with two or more that are not 0.
    dimension : int
        At least 1.

    Returns
    -------
    probabilities : (N,) array
    error : float
        Bound on the absolute error of each.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    q = np.array(weights, dtype=np.float64)
    dimension = require_integer("dimension", dimension, 1)
    if q.ndim != 1 or not np.isfinite(q).all() or np.count_nonzero(q) < 2:
        raise ValueError("weights must be finite, and two or more of them not 0")
    squares = (q / np.max(abs(q))) ** 2
    before = np.concatenate([[0.0], np.cumsum(squares)[:-1]])
    after = np.concatenate([np.cumsum(squares[::-1])[::-1][1:], [0.0]])
    ratios = q / np.max(abs(q)) / np.sqrt(before + after)
    return _mean_tail(ratios, dimension)


def single_class_error(
    probabilities: ArrayLike, weights: ArrayLike, dimension: int
) -> tuple[float, float]:
    """Return the error over a law of inputs, and an error bound.

    Parameters
    ----------
    probabilities, weights : (N,) arrays
    dimension : int
        At least 1.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    p = np.array(probabilities, dtype=np.float64)
    wrong, error = misclassified(weights, dimension)
    if p.shape != wrong.shape or not (p >= 0).all():
        raise ValueError("probabilities must be nonnegative, one for each weight")
    value = float(p @ wrong)
    return value, (error + len(p) * _EPS) * float(p.sum())


def zipf_single_class_error(
    exponent: float, weights: ArrayLike, dimension: int
) -> tuple[float, float]:
    """Return the error over the Zipf law of all positive integers, and an error bound.

    Parameters
    ----------
    exponent : float
        Above 1.
    weights : (N,) array
        Of the first N inputs; the others have weight 0, and one half of them are misclassified.
    dimension : int
        At least 1.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent = require_real("exponent", exponent, above=1.0)
    wrong, error = misclassified(weights, dimension)
    norm = special.zeta(exponent, 1)
    law = np.arange(1.0, len(wrong) + 1) ** -exponent / norm
    value = float(law @ wrong + special.zeta(exponent, len(wrong) + 1) / norm / 2)
    return value, error + 64 * _EPS


def minimised_weights(
    probabilities: ArrayLike, dimension: int, stream: Stream, start: str = "power"
) -> Array:
    """Minimise the error over the weights from a starting point.

    Parameters
    ----------
    probabilities : (N,) array
        Positive; N at least 2.
    dimension : int
        At least 2.
    stream : Stream
        For a random start.
    start : {"power", "random", "uniform"}
        Weights ``p**.3``, log-normal ones, or equal ones.

    Returns
    -------
    (N,) array of unit length, all positive.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    p = np.array(probabilities, dtype=np.float64)
    dimension = require_integer("dimension", dimension, 2)
    if p.ndim != 1 or len(p) < 2 or not (p > 0).all():
        raise ValueError("probabilities must be two or more positive numbers")
    if start == "power":
        logarithms = 0.3 * np.log(p)
    elif start == "random":
        logarithms = stream.numpy().standard_normal(len(p))
    elif start == "uniform":
        logarithms = np.zeros(len(p))
    else:
        raise ValueError(f"start is {start!r}; it must be power, random or uniform")

    def objective(v: Array) -> tuple[float, Array]:
        q = np.exp(v - v.max())
        theta = q / np.linalg.norm(q)
        value, slope = cap_and_slope(theta, dimension)
        pull = p * slope * theta
        return float(p @ value), pull - theta**2 * pull.sum()

    best = optimize.minimize(
        objective,
        logarithms,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 10000, "ftol": 1e-16, "gtol": 1e-13},
    )
    q = np.exp(best.x - best.x.max())
    return np.asarray(q / np.linalg.norm(q))


def cap_and_slope(theta: Array, dimension: int) -> tuple[Array, Array]:
    """Return the error of an input of a given ratio, and its derivative.

    Parameters
    ----------
    theta : array
        Weight over the norm of all weights, in [0, 1].
    dimension : int

    Returns
    -------
    h, slope : arrays
        ``h(theta) = E Phi(-a r)`` with ``a = theta / sqrt(1 - theta^2)``, and ``h'``.
    """
    log_lengths, weights, _ = length_law(dimension)
    lengths = np.exp(log_lengths) * math.sqrt(dimension)
    root = np.sqrt((1 - theta) * (1 + theta))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore", under="ignore"):
        z = np.outer(theta / root, lengths)
        value = special.ndtr(-z) @ weights
        density: Any = np.exp(-(z**2) / 2) @ (weights * lengths) / math.sqrt(2 * math.pi)
        slope = -density / root**3
    return np.asarray(value), np.nan_to_num(slope, nan=0.0, posinf=0.0, neginf=0.0)


def _mean_tail(ratios: Array, dimension: int) -> tuple[Array, float]:
    """Return ``E Phi(-a r)`` for all a, and a bound on the absolute error."""
    log_lengths, weights, error = length_law(dimension)
    lengths = np.exp(log_lengths) * math.sqrt(dimension)
    with np.errstate(over="ignore", invalid="ignore"):
        value = special.ndtr(-np.outer(ratios, lengths)) @ weights
    return np.asarray(value), error + 64 * _EPS
