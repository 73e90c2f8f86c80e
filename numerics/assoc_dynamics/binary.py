"""Two labels: one margin for each token, moved by a mobility matrix.

The margins ``m`` move by ``eta C D sigma(-m)`` with the mobility ``C = c K``. Here ``c`` is the
squared distance of the two output embeddings, 2 if they are orthonormal, and ``K`` the Gram matrix
of the signed input embeddings ``y_x e_x``. The loss is the mean of ``log(1 + exp(-m))``. A token
counts as wrong unless its margin is positive; tokens of probability 0 count for nothing.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import require_array, require_times, require_weights
from numerics.assoc_dynamics.stiff_flow import integrate
from numerics.core.arguments import require_integer, require_real

__all__ = ["SUMMARY", "descend_margins", "error", "flow_margins", "loss", "sweep"]

_Array = NDArray[np.float64]
_RISE = 1e-12  # a loss that grows relatively by less has not grown, but been rounded

SUMMARY = np.dtype(
    [
        ("first_perfect", np.int64),
        ("last_error", np.int64),
        ("largest_loss", np.float64),
        ("increases", np.int64),
        ("final_loss", np.float64),
    ]
)


def loss(margins: ArrayLike, probabilities: ArrayLike) -> _Array:
    """Return ``sum_x p(x) log(1 + exp(-m_x))``.

    Parameters
    ----------
    margins : array, shape (..., N)
        Finite, of any size.
    probabilities : array, shape (N,)
        ``p(x)``.

    Returns
    -------
    array of float64, shape (...)
        Accurate relatively, also where it is tiny.

    Raises
    ------
    ValueError
        If shapes do not match, or a number is not finite.
    """
    m, p = _require_margins(margins, probabilities)
    return np.asarray((np.logaddexp(0.0, -m) * p).sum(axis=-1))


def error(margins: ArrayLike, probabilities: ArrayLike) -> _Array:
    """Return the probability of a token whose margin is not positive.

    Parameters
    ----------
    margins, probabilities
        As for `loss`.

    Returns
    -------
    array of float64, shape (...)

    Raises
    ------
    ValueError
        As for `loss`.
    """
    m, p = _require_margins(margins, probabilities)
    return np.asarray(((m <= 0) * p).sum(axis=-1))


def descend_margins(
    margins: ArrayLike,
    mobility: ArrayLike,
    probabilities: ArrayLike,
    step: float,
    steps: int,
    every: int = 1,
) -> _Array:
    """Return the margins along gradient descent on the whole batch.

    Parameters
    ----------
    margins : array, shape (N,)
        At the start.
    mobility : array, shape (N, N)
        ``c K``.
    probabilities : array, shape (N,)
        ``p(x)``, nonnegative.
    step : float
        Step size, at least 0.
    steps : int
        How many steps, at least 0.
    every : int
        The start and every so many steps are kept.

    Returns
    -------
    array of float64, shape (1 + steps // every, N)
        After 0, every, 2 every, ... steps.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    m, c, p = _require_binary(margins, mobility, probabilities)
    eta = require_real("step", step, at_least=0.0)
    steps, every = require_integer("steps", steps, 0), require_integer("every", every, 1)
    path = np.empty((1 + steps // every, len(m)))
    _descend(m, np.ascontiguousarray((eta * p * c).T), steps, every, path)
    return path


def flow_margins(
    margins: ArrayLike,
    mobility: ArrayLike,
    probabilities: ArrayLike,
    times: ArrayLike,
    tolerance: float = 1e-12,
) -> _Array:
    """Return the margins along the gradient flow ``dm/dt = c K D sigma(-m)``.

    Parameters
    ----------
    margins, mobility, probabilities
        As for `descend_margins`.
    times : array, shape (T,)
        Nonnegative and in nondecreasing order; the start is at time 0.
    tolerance : float
        Bound on the estimated error of each step, relative to the larger of 1 and the margin.

    Returns
    -------
    array of float64, shape (T, N)

    Raises
    ------
    ValueError
        If shapes do not match, an argument is out of range, or the tolerance is out of reach.
    """
    m, c, p = _require_binary(margins, mobility, probabilities)
    accuracy = require_real("tolerance", tolerance, at_least=1e-14, at_most=0.1)
    return integrate(m, c * p, np.empty(0), 0, require_times(times), accuracy)


def sweep(
    margins: ArrayLike,
    mobilities: ArrayLike,
    probabilities: ArrayLike,
    step_sizes: ArrayLike,
    steps: int,
) -> NDArray[np.void]:
    """Run gradient descent in many settings and say of each how it went.

    Parameters
    ----------
    margins : array, shape (N,) or (S, N)
        At the start, of all settings or of each.
    mobilities : array, shape (S, N, N)
        ``c K`` of each setting.
    probabilities : array, shape (S, N)
        ``p(x)`` of each setting.
    step_sizes : array, shape (S,)
        At least 0.
    steps : int
        How many steps, at least 0; the states 0, ..., ``steps`` are looked at.

    Returns
    -------
    structured array, shape (S,)
        With the fields of `SUMMARY`: ``first_perfect``, the first state without a wrong token, -1
        if there is none; ``last_error``, the last one with a wrong token, -1 if there is none;
        ``largest_loss`` of all states; ``increases``, the number of steps that raise the loss,
        by more than rounding; ``final_loss``. Settings run in parallel; the results do not
        depend on the number of threads.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    c = require_array("mobilities", mobilities, -1, -1, -1)
    settings, tokens = c.shape[:2]
    if c.shape[2] != tokens:
        raise ValueError(f"mobilities has shape {c.shape}; it must be (any, N, N)")
    p = require_weights(probabilities, settings, tokens)
    eta = require_array("step_sizes", step_sizes, settings)
    if (eta < 0).any():
        raise ValueError("step_sizes must be nonnegative")
    if np.ndim(margins) == 1:
        m = np.tile(require_array("margins", margins, tokens), (settings, 1))
    else:
        m = require_array("margins", margins, settings, tokens)
    out = np.zeros(settings, dtype=SUMMARY)
    counts, losses = np.empty((settings, 3), dtype=np.int64), np.empty((settings, 2))
    pushes = np.ascontiguousarray(
        (eta[:, np.newaxis, np.newaxis] * c * p[:, np.newaxis, :]).swapaxes(1, 2)
    )
    _sweep(m, pushes, p, require_integer("steps", steps, 0), counts, losses)
    for column, name in enumerate(("first_perfect", "last_error", "increases")):
        out[name] = counts[:, column]
    for column, name in enumerate(("largest_loss", "final_loss")):
        out[name] = losses[:, column]
    return out


@njit(cache=True)
def _descend(m, push, steps, every, path):  # type: ignore[no-untyped-def]
    """``push[x, k]`` is what a residual of 1 at token x adds to margin k."""
    n = m.size
    r = np.empty(n)
    for x in range(n):
        path[0, x] = m[x]
    for k in range(1, steps + 1):
        for x in range(n):
            tail = np.exp(-abs(m[x]))
            r[x] = tail / (1 + tail) if m[x] > 0 else 1 / (1 + tail)
        for x in range(n):
            for other in range(n):
                m[other] += push[x, other] * r[x]
        if k % every == 0:
            for x in range(n):
                path[k // every, x] = m[x]


@njit(cache=True, parallel=True)
def _sweep(margins, pushes, probabilities, steps, counts, losses):  # type: ignore[no-untyped-def]
    for setting in prange(len(margins)):
        m, push, p = margins[setting], pushes[setting], probabilities[setting]
        n = m.size
        r = np.empty(n)
        first_perfect, last_error, increases = -1, -1, 0
        largest, before = -np.inf, np.inf
        for k in range(steps + 1):
            value = 0.0
            wrong = False
            for x in range(n):
                tail = np.exp(-abs(m[x]))
                if m[x] > 0:
                    r[x] = tail / (1 + tail)
                    value += p[x] * np.log1p(tail)
                else:
                    r[x] = 1 / (1 + tail)
                    value += p[x] * (np.log1p(tail) - m[x])
                    wrong |= p[x] > 0
            if wrong:
                last_error = k
            elif first_perfect < 0:
                first_perfect = k
            if value > before * (1 + _RISE):
                increases += 1
            largest = max(largest, value)
            before = value
            if k < steps:
                for x in range(n):
                    for other in range(n):
                        m[other] += push[x, other] * r[x]
        counts[setting, 0] = first_perfect
        counts[setting, 1] = last_error
        counts[setting, 2] = increases
        losses[setting, 0] = largest
        losses[setting, 1] = before


def _require_margins(margins: ArrayLike, probabilities: ArrayLike) -> tuple[_Array, _Array]:
    m = np.asarray(margins, dtype=np.float64)
    if m.ndim < 1 or not np.isfinite(m).all():
        raise ValueError("margins must be finite, with a column for each token")
    return m, require_weights(probabilities, m.shape[-1])


def _require_binary(
    margins: ArrayLike, mobility: ArrayLike, probabilities: ArrayLike
) -> tuple[_Array, _Array, _Array]:
    m = require_array("margins", margins, -1)
    if not len(m):
        raise ValueError("there must be at least one token")
    return (
        m,
        require_array("mobility", mobility, len(m), len(m)),
        require_weights(probabilities, len(m)),
    )
