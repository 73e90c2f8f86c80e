"""Training of the memory ``W`` itself: scores, loss, slopes, gradient descent.

The score of label ``y`` for token ``x`` is ``u_y^T W e_x``; tables of scores have a row for each
label and a column for each token. The loss is the cross-entropy, averaged with the probabilities
of the tokens. Everything is computed from ``W`` and the embeddings, plainly: this is the reference
that `particles` and `binary` are compared with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import require_array, require_targets, require_weights
from numerics.core.arguments import require_integer, require_real

__all__ = ["descend", "doubt", "gradient", "hessian", "loss", "loss_slopes", "scores"]

_Array = NDArray[np.float64]
_COMPLEX_STEP = 1e-150  # its square is lost beside 1: no truncation, no cancellation
_DIGITS = 120
_DIFFERENCE = 30  # difference quotients use shifts of 10^-30


def scores(memory: ArrayLike, inputs: ArrayLike, outputs: ArrayLike) -> _Array:
    """Return ``u_y^T W e_x`` of all labels and tokens.

    Parameters
    ----------
    memory : array, shape (d', d)
        ``W``.
    inputs : array, shape (N, d)
        Rows ``e_x``.
    outputs : array, shape (M, d')
        Rows ``u_y``.

    Returns
    -------
    array of float64, shape (M, N)

    Raises
    ------
    ValueError
        If shapes do not match.
    """
    w, e, u = _require_memory(memory, inputs, outputs)
    return np.asarray(u @ w @ e.T)


def loss(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
) -> float:
    """Return the cross-entropy ``-sum_x p(x) sum_y p(y|x) log p_W(y|x)``.

    Parameters
    ----------
    memory, inputs, outputs
        As for `scores`.
    probabilities : array, shape (N,)
        ``p(x)``.
    targets : array, shape (M, N), or N integers
        ``p(y|x)``, or the label of each token.

    Returns
    -------
    float
        Accurate relatively, also where it is tiny.

    Raises
    ------
    ValueError
        If shapes do not match, or the targets are no distributions.
    """
    w, e, u, p, t = _require_problem(memory, inputs, outputs, probabilities, targets)
    table = u @ w @ e.T
    best = table.argmax(axis=0)
    top = np.take_along_axis(table, best[np.newaxis], axis=0)
    weights = np.exp(table - top)
    np.put_along_axis(weights, best[np.newaxis], 0.0, axis=0)
    surprise = (top - table) + np.log1p(weights.sum(axis=0))
    return float(((t * surprise).sum(axis=0) * p).sum())


def doubt(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
) -> float:
    """Return the mean probability that the memory gives to other labels than the right one.

    Parameters
    ----------
    memory, inputs, outputs, probabilities, targets
        As for `loss`; where labels are random, each counts as right with its probability.

    Returns
    -------
    float
        Accurate relatively, also where it is tiny.

    Raises
    ------
    ValueError
        As for `loss`.
    """
    w, e, u, p, t = _require_problem(memory, inputs, outputs, probabilities, targets)
    table = u @ w @ e.T
    weights = np.exp(table - table.max(axis=0))
    shares = weights / weights.sum(axis=0)
    others = (1 - np.eye(len(u))) @ shares
    return float(((t * others).sum(axis=0) * p).sum())


def gradient(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
) -> _Array:
    """Return the gradient of the loss in ``W``.

    Parameters
    ----------
    memory, inputs, outputs, probabilities, targets
        As for `loss`.

    Returns
    -------
    array of float64, shape (d', d)

    Raises
    ------
    ValueError
        As for `loss`.
    """
    w, e, u, p, t = _require_problem(memory, inputs, outputs, probabilities, targets)
    return np.asarray(-_descent(w, e, u, p, t))


def hessian(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
) -> _Array:
    """Return the second derivatives of the loss in ``W``.

    Parameters
    ----------
    memory, inputs, outputs, probabilities, targets
        As for `loss`.

    Returns
    -------
    array of float64, shape (d' d, d' d)
        Entries of ``W`` are numbered row by row. The gradient is differentiated by complex steps,
        which is exact up to rounding; the result is symmetrised.

    Raises
    ------
    ValueError
        As for `loss`.
    """
    w, e, u, p, t = _require_problem(memory, inputs, outputs, probabilities, targets)
    directions = np.eye(w.size).reshape(w.size, *w.shape)
    moved = _descent(w + 1j * _COMPLEX_STEP * directions, e, u, p, t)
    matrix = -moved.imag.reshape(w.size, w.size) / _COMPLEX_STEP
    return np.asarray((matrix + matrix.T) / 2)


def descend(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
    step: float,
    steps: int,
    every: int = 1,
) -> _Array:
    """Return ``W`` along gradient descent on the whole batch.

    Parameters
    ----------
    memory, inputs, outputs, probabilities, targets
        As for `loss`; ``memory`` is the start.
    step : float
        Step size, at least 0.
    steps : int
        How many steps, at least 0.
    every : int
        The start and every so many steps are kept.

    Returns
    -------
    array of float64, shape (1 + steps // every, d', d)
        After 0, every, 2 every, ... steps.

    Raises
    ------
    ValueError
        As for `loss`, or if the step size or a count is out of range.
    """
    w, e, u, p, t = _require_problem(memory, inputs, outputs, probabilities, targets)
    eta = require_real("step", step, at_least=0.0)
    steps, every = require_integer("steps", steps, 0), require_integer("every", every, 1)
    path = np.empty((1 + steps // every, *w.shape))
    path[0] = w
    for k in range(1, steps + 1):
        w = w + eta * _descent(w, e, u, p, t)
        if k % every == 0:
            path[k // every] = w
    return path


def loss_slopes(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
    *directions: ArrayLike,
) -> tuple[float, float]:
    """Return the derivative of the loss along one direction, or along two, from values of the loss.

    Parameters
    ----------
    memory, inputs, outputs, probabilities, targets
        As for `loss`.
    *directions : arrays, shape (d', d)
        One for the slope, two for the mixed second derivative.

    Returns
    -------
    value, error : float
        Central differences of the loss at 120 digits. Along a line the n-th derivative of
        log-sum-exp is the n-th cumulant of a variable with values in a range r, at most n! r^n in
        modulus, which bounds the truncation.

    Raises
    ------
    ValueError
        As for `loss`, or if there are not one or two directions of the shape of ``W``.
    """
    import mpmath

    w, e, u, p, t = _require_problem(memory, inputs, outputs, probabilities, targets)
    if len(directions) not in (1, 2):
        raise ValueError(f"there are {len(directions)} directions; there must be one or two")
    along = [require_array("direction", direction, *w.shape) for direction in directions]
    with mpmath.workdps(_DIGITS):
        exact_u, exact_e = _exact(u), _exact(e)
        tables = [exact_u * _exact(matrix) * exact_e.T for matrix in (w, *along)]
        h = mpmath.mpf(10) ** -_DIFFERENCE
        labels, tokens = range(len(u)), range(len(e))

        def value(*shifts: int) -> Any:
            total = mpmath.mpf(0)
            for x in tokens:
                column = [
                    tables[0][y, x]
                    + h * sum(s * table[y, x] for s, table in zip(shifts, tables[1:], strict=True))
                    for y in labels
                ]
                log_sum = mpmath.log(mpmath.fsum(mpmath.exp(s) for s in column))
                total += p[x] * mpmath.fsum(t[y, x] * (log_sum - column[y]) for y in labels)
            return total

        if len(along) == 1:
            slope = (value(1) - value(-1)) / (2 * h)
        else:
            corners = value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)
            slope = corners / (4 * h**2)
        reach = sum(
            max(abs(table[y, x]) for y in labels for x in tokens) for table in tables[1:]
        )  # half the range of the shifts, at most
        largest = max(abs(tables[0][y, x]) for y in labels for x in tokens) + len(u) + 1
        order = len(along)
        truncation = 100 * h**2 * (2 * reach) ** (order + 2) * p.sum()
        rounding = largest * len(e) * mpmath.mpf(10) ** (order * _DIFFERENCE + 5 - _DIGITS)
        result = float(slope)
        return result, float(truncation + rounding + abs(slope - mpmath.mpf(result)))


def _exact(matrix: _Array) -> Any:
    import mpmath

    return mpmath.matrix([[mpmath.mpf(float(entry)) for entry in row] for row in matrix])


def _descent(w: Any, e: _Array, u: _Array, p: _Array, t: _Array) -> Any:
    """Minus the gradient, for one ``W`` or for many along the first axes, real or complex."""
    table = u @ w @ e.T
    weights = np.exp(table - table.real.max(axis=-2, keepdims=True))
    shares = weights / weights.sum(axis=-2, keepdims=True)
    pull = t - shares
    # One minus a share near one would lose its digits; it is the sum of the other shares.
    for y, x in np.argwhere(t == 1):
        pull[..., y, x] = np.delete(shares[..., x], y, axis=-1).sum(axis=-1)
    return u.T @ (pull * p) @ e


def _require_memory(
    memory: ArrayLike, inputs: ArrayLike, outputs: ArrayLike
) -> tuple[_Array, _Array, _Array]:
    w = require_array("memory", memory, -1, -1)
    e = require_array("inputs", inputs, -1, w.shape[1])
    return w, e, require_array("outputs", outputs, -1, w.shape[0])


def _require_problem(
    memory: ArrayLike,
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
) -> tuple[_Array, _Array, _Array, _Array, _Array]:
    w, e, u = _require_memory(memory, inputs, outputs)
    if not len(e) or not len(u):
        raise ValueError("there must be at least one token and one label")
    p = require_weights(probabilities, len(e))
    return w, e, u, p, require_targets(targets, len(u), len(e))
