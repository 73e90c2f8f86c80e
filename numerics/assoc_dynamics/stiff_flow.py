"""Flows ``dv/dt = G r(v)``: a coupling matrix times residuals of cross-entropy, token by token.

The vector ``v`` holds one margin for each token (``block = 0``; the residual is ``sigma(-v)``) or
the scores of ``block`` labels for each token (the residual is target minus softmax). Margins grow
like the logarithm of time, and where the loss has a minimum the flow decays exponentially towards
it, so that steps must grow over many orders of magnitude. The linearly implicit midpoint rule,
extrapolated (Bader and Deuflhard), does that at any tolerance: it needs the slope of ``r``, which
is known, and a few decompositions of ``1 - h G r'`` per step.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["integrate"]

_SUBSTEPS = np.array([2, 6, 10, 14, 22, 34, 50])
_MOST_STEPS = 100_000


def integrate(
    start: NDArray[np.float64],
    coupling: NDArray[np.float64],
    targets: NDArray[np.float64],
    block: int,
    times: NDArray[np.float64],
    tolerance: float,
) -> NDArray[np.float64]:
    """Return the solution at the times.

    Parameters
    ----------
    start : array, shape (n,)
        The value at time 0.
    coupling : array, shape (n, n)
        ``G``.
    targets : array, shape (n,)
        Distributions of the labels, block after block; not looked at where ``block`` is 0.
    block : int
        Number of labels, or 0 for margins.
    times : array, shape (T,)
        Nonnegative and nondecreasing.
    tolerance : float
        Bound on the estimated error of each step, relative to the larger of 1 and the value.

    Returns
    -------
    array of float64, shape (T, n)
        Where ``G r`` is nothing but rounding the flow is taken to be at rest.

    Raises
    ------
    ValueError
        If the tolerance cannot be reached.
    """
    out = np.empty((len(times), len(start)))
    if not _integrate(start, coupling, targets, block, times, tolerance, out):
        raise ValueError(f"the flow cannot be followed with tolerance {tolerance:g}")
    return out


@njit(cache=True)
def _residuals(v, targets, block, r):  # type: ignore[no-untyped-def]
    """Write into ``r`` the residuals of all tokens, with relative accuracy where they are tiny."""
    if block == 0:
        for i in range(v.size):
            tail = np.exp(-abs(v[i]))
            r[i] = tail / (1 + tail) if v[i] > 0 else 1 / (1 + tail)
        return
    for first in range(0, v.size, block):
        top = v[first]
        for i in range(first + 1, first + block):
            top = max(top, v[i])
        total = 0.0
        for i in range(first, first + block):
            r[i] = np.exp(v[i] - top)
            total += r[i]
        for i in range(first, first + block):
            r[i] /= total
        sure = -1
        doubt = 0.0
        for i in range(first, first + block):
            if targets[i] == 1:
                sure = i
            else:
                doubt += r[i]
                r[i] = targets[i] - r[i]
        if sure >= 0:
            r[sure] = doubt


@njit(cache=True)
def _slopes(v, block, s):  # type: ignore[no-untyped-def]
    """Write into ``s`` minus the slope of the residual: per token a number, or a softmax."""
    if block == 0:
        for i in range(v.size):
            tail = np.exp(-abs(v[i]))
            s[i] = tail / (1 + tail) ** 2
        return
    for first in range(0, v.size, block):
        top = v[first]
        for i in range(first + 1, first + block):
            top = max(top, v[i])
        total = 0.0
        for i in range(first, first + block):
            s[i] = np.exp(v[i] - top)
            total += s[i]
        for i in range(first, first + block):
            s[i] /= total


@njit(cache=True)
def _damping(coupling, s, block, out):  # type: ignore[no-untyped-def]
    """Write into ``out`` the matrix ``-G r'``."""
    n = s.size
    for i in range(n):
        if block == 0:
            for j in range(n):
                out[i, j] = coupling[i, j] * s[j]
            continue
        for first in range(0, n, block):
            mean = 0.0
            for j in range(first, first + block):
                mean += coupling[i, j] * s[j]
            for j in range(first, first + block):
                out[i, j] = (coupling[i, j] - mean) * s[j]


@njit(cache=True)
def _decompose(a, pivots):  # type: ignore[no-untyped-def]
    """Replace a matrix by its triangular factors."""
    n = len(a)
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[best, k]):
                best = i
        pivots[k] = best
        if a[best, k] == 0:
            return False
        if best != k:
            for j in range(n):
                a[k, j], a[best, j] = a[best, j], a[k, j]
        top = a[k, k + 1 :]
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            factor = a[i, k]
            if factor != 0:
                row = a[i, k + 1 :]
                for j in range(row.size):
                    row[j] -= factor * top[j]
    return True


@njit(cache=True)
def _solve(a, pivots, b):  # type: ignore[no-untyped-def]
    """Replace ``b`` by the solution."""
    n = len(a)
    for k in range(n):
        best = pivots[k]
        if best != k:
            b[k], b[best] = b[best], b[k]
    for i in range(n):
        value = b[i]
        for j in range(i):
            value -= a[i, j] * b[j]
        b[i] = value
    for i in range(n - 1, -1, -1):
        value = b[i]
        for j in range(i + 1, n):
            value -= a[i, j] * b[j]
        b[i] = value / a[i, i]


@njit(cache=True)
def _velocity(v, coupling, targets, block, r, f):  # type: ignore[no-untyped-def]
    """Write ``G r(v)`` into ``f``; return whether it is more than the rounding of its terms."""
    _residuals(v, targets, block, r)
    moves = False
    n = v.size
    for i in range(n):
        value = 0.0
        size = 0.0
        for j in range(n):
            term = coupling[i, j] * r[j]
            value += term
            # A residual of given targets carries the rounding of targets and softmax, too.
            size += abs(coupling[i, j]) * (1.0 if block > 0 and 0 < targets[j] < 1 else abs(r[j]))
        f[i] = value
        moves |= abs(value) > 4e-16 * n * size
    return moves


@njit(cache=True)
def _fastest(f, damping):  # type: ignore[no-untyped-def]
    """Return a bound on how fast values and velocities change."""
    fastest = 0.0
    for i in range(f.size):
        total = 0.0
        for j in range(f.size):
            total += abs(damping[i, j])
        fastest = max(fastest, abs(f[i]), total)
    return fastest


@njit(cache=True)
def _reach(v, f, block):  # type: ignore[no-untyped-def]
    """Return a time in which no token passes unseen through where its residual changes.

    Far from there residuals are constant to all digits, and error estimates are blind.
    """
    reach = np.inf
    width = max(block, 1)
    for first in range(0, v.size, width):
        if block == 0:
            gap, speed = abs(v[first]), abs(f[first])
        else:
            top = second = -np.inf
            low, high = f[first], f[first]
            for i in range(first, first + block):
                if v[i] > top:
                    top, second = v[i], top
                elif v[i] > second:
                    second = v[i]
                low, high = min(low, f[i]), max(high, f[i])
            gap, speed = top - second, high - low
        if speed > 0:
            reach = min(reach, max(2.0, gap / 2) / speed)
    return reach


@njit(cache=True)
def _midpoint(v, f0, damping, step, parts, coupling, targets, block, work, out):  # type: ignore[no-untyped-def]
    """Write into ``out`` where the linearly implicit midpoint rule gets in so many parts."""
    n = v.size
    h = step / parts
    matrix, pivots, r, f, delta, change = work
    for i in range(n):
        for j in range(n):
            matrix[i, j] = h * damping[i, j]
        matrix[i, i] += 1
    if not _decompose(matrix, pivots):
        return False
    for i in range(n):
        delta[i] = h * f0[i]
    _solve(matrix, pivots, delta)
    for i in range(n):
        out[i] = v[i] + delta[i]
    for part in range(1, parts + 1):
        _velocity(out, coupling, targets, block, r, f)
        for i in range(n):
            change[i] = h * f[i] - delta[i]
        _solve(matrix, pivots, change)
        for i in range(n):
            if part < parts:
                delta[i] += 2 * change[i]
                out[i] += delta[i]
            else:  # the smoothing step
                out[i] += change[i]
            if not np.isfinite(out[i]):
                return False
    return True


@njit(cache=True)
def _integrate(start, coupling, targets, block, times, tolerance, out):  # type: ignore[no-untyped-def]
    n = start.size
    columns = _SUBSTEPS.size
    v = start.copy()
    s, f0 = np.empty(n), np.empty(n)
    damping = np.empty((n, n))
    work = (
        np.empty((n, n)),
        np.empty(n, dtype=np.int64),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(n),
    )
    table = np.empty((columns, n))
    errors = np.empty(columns)
    now = 0.0
    step = -1.0
    taken = 0
    for index in range(times.size):
        while now < times[index]:
            moves = _velocity(v, coupling, targets, block, work[2], f0)
            if not moves:
                now = times[index]
                break
            _slopes(v, block, s)
            _damping(coupling, s, block, damping)
            if step <= 0:
                fastest = _fastest(f0, damping)
                step = min(0.1 / fastest, 1e300)
            step = min(step, _reach(v, f0, block))
            left = times[index] - now
            last = step >= 0.999 * left
            trial = left if last else step
            if taken > _MOST_STEPS or now + trial == now:
                return False
            taken += 1
            accepted = -1
            reached = -1
            for k in range(columns):
                ok = _midpoint(
                    v,
                    f0,
                    damping,
                    trial,
                    _SUBSTEPS[k],
                    coupling,
                    targets,
                    block,
                    work,
                    table[k],
                )
                if not ok:
                    break
                reached = k
                # Aitken and Neville, in the square of the step, within table[0 .. k]
                for j in range(k - 1, -1, -1):
                    ratio = (_SUBSTEPS[k] / _SUBSTEPS[j]) ** 2 - 1
                    worst = 0.0
                    for i in range(n):
                        change = (table[j + 1, i] - table[j, i]) / ratio
                        table[j, i] = table[j + 1, i] + change
                        if j == 0:
                            worst = max(worst, abs(change) / max(1.0, abs(v[i])))
                    if j == 0:
                        errors[k] = worst
                if k >= 1 and errors[k] <= tolerance:
                    accepted = k
                    break
                if k >= 2 and errors[k] > 1e3 * max(1.0, tolerance / errors[k]):
                    break
            if accepted < 0:
                if reached >= 1:
                    power = 1 / (2 * reached + 1)
                    step = trial * min(
                        0.5, max(0.05, 0.7 * (tolerance / (errors[reached] + 1e-300)) ** power)
                    )
                else:
                    step = 0.1 * trial
                continue
            for i in range(n):
                v[i] = table[0, i]
            now = times[index] if last else now + trial
            # The next step: the one with the least work per unit of time among the columns seen.
            best, work_of_best, effort = trial, np.inf, 0.0
            for k in range(accepted + 1):
                effort += _SUBSTEPS[k] + n / 3 + 1
                if k == 0:
                    continue
                grown = trial * min(
                    10.0,
                    max(0.1, 0.7 * (tolerance / (errors[k] + 1e-300)) ** (1 / (2 * k + 1))),
                )
                if effort / grown < work_of_best:
                    best, work_of_best = grown, effort / grown
            if accepted < columns - 1:  # one column more would have allowed a longer step
                best = max(best, 1.5 * trial)
            if not last or best > step:
                step = best
        for i in range(n):
            out[index, i] = v[i]
    return True
