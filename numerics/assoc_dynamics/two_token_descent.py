"""Single steps and whole runs of gradient descent on two tokens with labels of their own.

Token 1 has probability ``p1``; the embeddings have inner product ``alpha`` and length 1. ``kappa``
is the step size times the squared distance of the output embeddings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import binary
from numerics.assoc_dynamics.arguments import require_array
from numerics.assoc_dynamics.two_tokens import pair

__all__ = ["highest_loss", "pulls", "stepped"]

_Array = NDArray[np.float64]


def pulls(p1: float, margins: ArrayLike) -> _Array:
    """Return the probabilities of the tokens times those of their wrong labels.

    Parameters
    ----------
    p1 : float
    margins : array, shape (2,)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _, p = pair(p1, 0.0)
    m = require_array("margins", margins, 2)
    return np.asarray(np.exp(-np.logaddexp(0.0, m)) * p)


def stepped(p1: float, alpha: float, kappa: float, m1: float, m2: float) -> tuple[_Array, _Array]:
    """Return the margins after a step of gradient descent, and the probabilities.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, 1.0)
    return binary.descend_margins((m1, m2), mobility, p, kappa, 1)[-1], p


def highest_loss(p1: float, alpha: float, kappa: float, steps: int) -> float:
    """Return the largest loss along gradient descent from margins 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, 1.0)
    path = binary.descend_margins(np.zeros(2), mobility, p, kappa, steps)
    return float(binary.loss(path, p).max())
