"""Two tokens with labels of their own under gradient flow.

Token 1 has probability ``p1``; the embeddings have inner product ``alpha`` and length 1, the output
embeddings the squared distance ``c``. Times and depths are read off the solution of the flow; no
formula for them is used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import binary
from numerics.assoc_dynamics.arguments import require_array, require_weights
from numerics.core.arguments import require_real

__all__ = ["dip", "log_ratio_rate", "margin_turns", "pair", "recovery_time", "turns"]

_Array = NDArray[np.float64]
_GRID = 1500
_LATE = 1e10


def pair(p1: float, alpha: float, c: float = 2.0) -> tuple[_Array, _Array]:
    """Return the mobility and the probabilities of two tokens with labels of their own.

    Parameters
    ----------
    p1 : float
        Probability of token 1, in [0, 1].
    alpha : float
        Inner product of the two embeddings, in [-1, 1].
    c : float
        Squared distance of the two output embeddings, above 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    p1 = require_real("p1", p1, at_least=0.0, at_most=1.0)
    alpha = require_real("alpha", alpha, at_least=-1.0, at_most=1.0)
    c = require_real("c", c, above=0.0)
    return c * np.array([[1.0, -alpha], [-alpha, 1.0]]), np.array([p1, 1 - p1])


def _log_pulls(margins: _Array, p: _Array) -> _Array:
    """Logarithms of the probabilities times those of the wrong labels."""
    return np.log(p) - np.logaddexp(0.0, margins)


def log_ratio_rate(p1: float, alpha: float, c: float, margins: ArrayLike) -> tuple[float, float]:
    """Return the rate of log(pull of token 2 / pull of token 1) along the flow.

    A token pulls by its probability times that of its wrong label.

    Parameters
    ----------
    p1, alpha, c : float
        As for `pair`.
    margins : array, shape (2,)

    Returns
    -------
    value, error : float
        From the solution at nine times, through a polynomial.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    start = require_array("margins", margins, 2)
    values = []
    for spacing in (0.02 / c, 0.04 / c):
        times = spacing * np.arange(9)
        pulls = _log_pulls(binary.flow_margins(start, mobility, p, times), p)
        values.append(np.polyfit(times, pulls[:, 1] - pulls[:, 0], 8)[-2])
    return float(values[0]), float(abs(values[1] - values[0]) + 1e-8 * c)


def turns(p1: float, alpha: float, c: float, margins: ArrayLike) -> tuple[int, int]:
    """Return how often each of the two margins turns along the flow.

    Parameters
    ----------
    p1, alpha, c : float
        As for `pair`, with p1 inside (0, 1).
    margins : array, shape (2,)
        At the start.

    Returns
    -------
    first, second : int
        Sign changes of the velocities on a grid of times up to 1e10.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    first, second = margin_turns(mobility, p, require_array("margins", margins, 2))
    return first, second


def margin_turns(
    mobility: ArrayLike, probabilities: ArrayLike, margins: ArrayLike
) -> tuple[int, ...]:
    """Return how often each margin turns along the flow, for any number of tokens and two labels.

    Parameters
    ----------
    mobility : array, shape (N, N)
    probabilities : array, shape (N,)
        Above 0.
    margins : array, shape (N,)
        At the start.

    Raises
    ------
    ValueError
        If shapes do not match or a probability is not positive.
    """
    p = require_weights(probabilities, -1)
    if (p <= 0).any():
        raise ValueError("probabilities must be above 0")
    times = np.r_[0.0, np.geomspace(1e-5, _LATE, _GRID)]
    path = binary.flow_margins(margins, mobility, p, times)
    velocities = np.exp(_log_pulls(path, p)) @ np.asarray(mobility, dtype=float).T
    changes = np.diff(np.sign(velocities), axis=0) != 0
    return tuple(int(count) for count in changes.sum(axis=0))


def dip(p1: float, alpha: float, c: float = 2.0) -> tuple[float, float]:
    """Return the lowest margin of token 2 along the flow from margins 0.

    Parameters
    ----------
    p1, alpha, c : float
        As for `pair`.

    Returns
    -------
    value, error : float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    grid = np.r_[0.0, np.geomspace(1e-3, 100 / (1 - alpha + 1e-9), 800)]
    path = binary.flow_margins(np.zeros(2), mobility, p, grid)
    place = int(path[:, 1].argmin())
    if place == 0:
        return 0.0, 0.0
    low, high = max(place - 1, 0), min(place + 1, len(grid) - 1)
    fine = np.linspace(0.0, grid[high] - grid[low], 800)
    near = binary.flow_margins(path[low], mobility, p, fine)[:, 1]
    second = float(np.abs(np.diff(near, 2)).max())  # the curvature times the spacing squared
    return float(near.min()), second + 1e-10


def recovery_time(p1: float, alpha: float, c: float = 2.0) -> tuple[float, float]:
    """Return when token 2 is answered rightly for good, along the flow from margins 0.

    Parameters
    ----------
    p1, alpha, c : float
        As for `pair`; alpha below 1.

    Returns
    -------
    value, error : float
        0 if its margin is positive at once.

    Raises
    ------
    ValueError
        If an argument is out of range, or the token is still wrong at the time 1e10.
    """
    mobility, p = pair(p1, alpha, c)
    grid = np.r_[0.0, np.geomspace(1e-3, _LATE, _GRID)]
    path = binary.flow_margins(np.zeros(2), mobility, p, grid)
    wrong = np.flatnonzero(path[1:, 1] <= 0)
    if not len(wrong):
        return 0.0, 0.0
    place = int(wrong[-1]) + 1
    if place == len(grid) - 1:
        raise ValueError("token 2 is still wrong at the end")
    state, time = path[place], grid[place]
    spacing = grid[place + 1] - time
    for _ in range(4):  # a hundredth of the interval each time
        fine = spacing * np.linspace(0.0, 1.0, 101)
        near = binary.flow_margins(state, mobility, p, fine)
        last = min(int(np.flatnonzero(near[:, 1] <= 0)[-1]), 99)
        state, time, spacing = near[last], time + fine[last], spacing / 100
    return float(time + spacing / 2), float(spacing + 1e-9 * time)
