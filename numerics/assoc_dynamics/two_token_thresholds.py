"""Step sizes at which gradient descent on two tokens begins to oscillate, found by bisection.

Token 1 has probability ``p1``, above 1/2; the embeddings are the same where nothing else is said,
the labels different, and the output embeddings have the squared distance ``c``. What happens at a
step size is seen by running gradient descent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numerics.assoc_dynamics import binary, memory, no_oscillation
from numerics.assoc_dynamics.two_tokens import pair
from numerics.core.arguments import require_integer, require_real

__all__ = [
    "alternating_step",
    "first_loss",
    "leaving_doubt",
    "overshooting_step",
    "raising_step",
    "rest",
    "settles",
    "top_curvature",
    "unsettled_step",
]

_RUN = 100_000
_CLOSE = 1e-7
_ASIDE = 1e-5


def _frequency(p1: float) -> float:
    p1 = require_real("p1", p1, above=0.5)
    if p1 >= 1:
        raise ValueError(f"p1 is {p1}; it must be inside (1/2, 1)")
    return p1


def settles(p1: float, c: float, step: float, steps: int = _RUN, alpha: float = 1.0) -> bool:
    """Return whether gradient descent from margins 0 has come to rest after some steps.

    Parameters
    ----------
    p1, c : float
    step : float
    steps : int
    alpha : float
        Inner product of the embeddings.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    steps = require_integer("steps", steps, 1)
    last = binary.descend_margins(np.zeros(2), mobility, p, step, steps - 1, max(steps - 1, 1))[-1]
    after = binary.descend_margins(last, mobility, p, step, 1)[-1]
    return bool(np.abs(after - last).max() < _CLOSE)


def rest(p1: float, c: float = 2.0) -> float:
    """Return the margin of token 1 where gradient descent with small steps comes to rest."""
    mobility, p = pair(_frequency(p1), 1.0, c)
    return float(binary.descend_margins(np.zeros(2), mobility, p, 1 / c, _RUN, _RUN)[-1, 0])


def _bisect(holds: Callable[[float], bool], low: float, tolerance: float) -> tuple[float, float]:
    """The step size from which on something holds, which it does not at ``low``."""
    high = 2 * low
    while not holds(high):
        low, high = high, 2 * high
    while high - low > tolerance * high:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2, (high - low) / 2


def unsettled_step(p1: float, c: float = 2.0) -> tuple[float, float]:
    """Return the step size beyond which gradient descent from margins 0 does not settle.

    Parameters
    ----------
    p1 : float
        Inside (1/2, 1).
    c : float

    Returns
    -------
    value, error : float
        Close to it the run is too short to tell, which is part of the error.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    p1 = _frequency(p1)
    value, error = _bisect(lambda step: not settles(p1, c, step), 0.5 / c, 5e-5)
    return value, error + 2e-4 * value


def alternating_step(p1: float, c: float = 2.0) -> tuple[float, float]:
    """Return the step size beyond which a step near rest goes to the other side of it.

    Parameters
    ----------
    p1, c : float
        As for `unsettled_step`.

    Returns
    -------
    value, error : float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    middle = rest(p1, c)
    mobility, p = pair(p1, 1.0, c)
    start = (middle + _ASIDE) * np.array([1.0, -1.0])

    def alternates(step: float) -> bool:
        return bool(binary.descend_margins(start, mobility, p, step, 1)[-1, 0] < middle)

    value, error = _bisect(alternates, 0.5 / c, 1e-6)
    return value, error + 10 * _ASIDE * value


def overshooting_step(p1: float, c: float = 2.0) -> tuple[float, float]:
    """Return the step size beyond which the first step from margins 0 goes past rest.

    Parameters
    ----------
    p1, c : float
        As for `unsettled_step`.

    Returns
    -------
    value, error : float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    middle = rest(p1, c)
    mobility, p = pair(p1, 1.0, c)

    def overshoots(step: float) -> bool:
        return bool(binary.descend_margins(np.zeros(2), mobility, p, step, 1)[-1, 0] > middle)

    value, error = _bisect(overshoots, 0.5 / c, 1e-9)
    return value, error + 1e-9 * value


def first_loss(p1: float, alpha: float, c: float, step: float) -> float:
    """Return the loss after the first step of gradient descent on ``W`` from 0.

    Parameters
    ----------
    p1, alpha, c, step : float
        ``alpha``, inside (-1, 1), is the inner product of the two embeddings.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    return no_oscillation.step_in_memory(mobility / c, p, c, step, np.zeros(2))[2]


def raising_step(p1: float, alpha: float, c: float = 2.0) -> tuple[float, float]:
    """Return the step size beyond which the first step on ``W`` from 0 raises the loss.

    Parameters
    ----------
    p1, alpha, c : float
        As for `first_loss`.

    Returns
    -------
    value, error : float

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    start = first_loss(p1, alpha, c, 0.0)

    def raises(step: float) -> bool:
        return first_loss(p1, alpha, c, step) > start

    value, error = _bisect(raises, 0.5 / c, 1e-10)
    return value, error + 1e-9 * value


def top_curvature(p1: float, alpha: float, c: float, margins: ArrayLike) -> float:
    """Return the largest eigenvalue of the Hessian of the loss in ``W``.

    Parameters
    ----------
    p1, alpha, c : float
        As for `first_loss`.
    margins : array, shape (2,)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    problem = no_oscillation.memory_with_margins(mobility / c, p, c, margins)
    return float(np.linalg.eigvalsh(memory.hessian(*problem))[-1])


def leaving_doubt(p1: float, alpha: float, c: float, step: float) -> tuple[float, float]:
    """Return where along the curve of equal pulls gradient descent begins to be unstable.

    The place is the probability of the wrong label for the second token, which is small where both
    tokens are answered rightly.

    Parameters
    ----------
    p1, alpha, c : float
        As for `first_loss`.
    step : float
        Above 0.

    Returns
    -------
    value, error : float
        By bisection, after a search from small values on.

    Raises
    ------
    ValueError
        If an argument is out of range, or the descent is stable along the whole curve.
    """
    p1 = _frequency(p1)
    step = require_real("step", step, above=0.0)

    def unstable(doubt: float) -> bool:
        margins = np.log(np.array([p1, 1 - p1]) / ((1 - p1) * doubt) - 1)
        return step * top_curvature(p1, alpha, c, margins) >= 2

    grid = np.linspace(0, 1, 101)[1:-1]
    first = next((index for index, doubt in enumerate(grid) if unstable(float(doubt))), None)
    if first is None:
        raise ValueError("descent with this step size is stable along the whole curve")
    low, high = (float(grid[first - 1]) if first else 0.0), float(grid[first])
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (low, middle) if unstable(middle) else (middle, high)
    return (low + high) / 2, (high - low) / 2 + 1e-11
