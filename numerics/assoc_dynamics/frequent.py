"""Three unit vectors in the plane with a given dependency, and the dependency of given tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import require_array
from numerics.assoc_dynamics.simplex import require_positive
from numerics.assoc_dynamics.underparameterised import Number, as_ball, precision

__all__ = ["dependency", "triangle"]


def triangle(weights: Sequence[Number]) -> list[list[arb]]:
    """Return three unit vectors in the plane whose dependency has these weights.

    Parameters
    ----------
    weights : three positive numbers
        Each below the sum of the two others.

    Raises
    ------
    ValueError
        If they are no sides of a triangle.
    """
    c = require_positive("weights", weights)
    if len(c) != 3 or 2 * max(c) >= sum(c):
        raise ValueError("the weights must be the sides of a triangle")
    with precision():
        one, two, three = map(as_ball, c)
        cosine = (three**2 - one**2 - two**2) / (2 * one * two)
        second = [cosine, (1 - cosine**2).sqrt()]
        third = [-(one + two * second[0]) / three, -two * second[1] / three]
        return [[arb(1), arb(0)], second, third]


def dependency(tokens: ArrayLike) -> NDArray[np.float64]:
    """Return the weights, of sum one, of the only dependency of N tokens in dimension N - 1.

    Parameters
    ----------
    tokens : array, shape (N, N - 1)

    Raises
    ------
    ValueError
        If the shape is another, or the weights sum to 0.
    """
    e = require_array("tokens", tokens, -1, -1)
    if e.shape[0] != e.shape[1] + 1:
        raise ValueError(f"tokens has shape {e.shape}; it must be (N, N - 1)")
    weights = np.linalg.svd(e.T)[2][-1]
    if abs(weights.sum()) < 1e-12:
        raise ValueError("the weights of the dependency sum to 0")
    return np.asarray(weights / weights.sum())
