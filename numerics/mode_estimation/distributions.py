"""The families of distributions that the experiments run on, from the most to the least likely.

A distribution is an array of positive floats that sum to 1 (to rounding); entry 0 is the mode.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = ["dirichlet", "geometric", "one_good", "two_good", "zipf"]

_FIRST, _SECOND = 0.2, 0.06  # the two likely classes of the problem with two good classes


def geometric(m: int, ratio: float = 2) -> NDArray[np.float64]:
    """Return probabilities that fall by the same factor from each class to the next.

    Parameters
    ----------
    m : int
        Number of classes, at least 1.
    ratio : float
        The factor, above 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or the last probability is too small for a float.
    """
    m = require_integer("m", m, 1)
    weights = require_real("ratio", ratio, above=1) ** -np.arange(m, dtype=np.float64)
    if weights[-1] < np.finfo(np.float64).tiny:
        raise ValueError(f"ratio is {ratio!r}; the {m}th probability is too small for a float")
    return _normalised(weights)


def one_good(m: int) -> NDArray[np.float64]:
    """Return probability 1/2 for the first class and equal ones for the others.

    Parameters
    ----------
    m : int
        Number of classes, at least 3.

    Raises
    ------
    ValueError
        If there are fewer than three classes, so that the mode would not be unique.
    """
    m = require_integer("m", m, 3)
    p = np.full(m, 0.5 / (m - 1))
    p[0] = 0.5
    return p


def two_good(m: int) -> NDArray[np.float64]:
    """Return probabilities 0.2 and 0.06 for the first two classes and equal ones for the others.

    Parameters
    ----------
    m : int
        Number of classes, at least 15.

    Raises
    ------
    ValueError
        If there are fewer than 15 classes, so that the others would be likelier than the second.
    """
    m = require_integer("m", m, 15)
    p = np.full(m, (1 - _FIRST - _SECOND) / (m - 2))
    p[0], p[1] = _FIRST, _SECOND
    return p


def zipf(m: int, exponent: float = 1) -> NDArray[np.float64]:
    """Return probabilities proportional to a negative power of the rank.

    Parameters
    ----------
    m : int
        Number of classes, at least 1.
    exponent : float
        The power, above 0.

    Raises
    ------
    ValueError
        If an argument is out of range, or the last probability is too small for a float.
    """
    m = require_integer("m", m, 1)
    weights = np.arange(1, m + 1, dtype=np.float64) ** -require_real("exponent", exponent, above=0)
    if weights[-1] < np.finfo(np.float64).tiny:
        raise ValueError(f"exponent is {exponent!r}; the {m}th probability is too small")
    return _normalised(weights)


def dirichlet(m: int, alpha: float, seed: int) -> NDArray[np.float64]:
    """Return probabilities drawn from the symmetric Dirichlet law, the largest first.

    Parameters
    ----------
    m : int
        Number of classes, at least 1.
    alpha : float
        Concentration, at least 0.01: small values give few likely classes.
    seed : int
        The same seed gives the same probabilities.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    m = require_integer("m", m, 1)
    alpha = require_real("alpha", alpha, at_least=0.01)
    generator = Stream.of(seed, "dirichlet").numpy()
    # a gamma variable of small shape is one of shape + 1 times a power of a uniform; in logarithms
    # so that no probability vanishes unless it is too small for a float
    logarithms = (
        np.log(generator.gamma(alpha + 1, size=m)) + np.log(generator.uniform(size=m)) / alpha
    )
    weights = np.exp(logarithms - logarithms.max())
    return _normalised(np.sort(np.maximum(weights, 1e-300))[::-1])


def _normalised(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probabilities in proportion to these weights."""
    return np.asarray(weights / weights.sum(), dtype=np.float64)
