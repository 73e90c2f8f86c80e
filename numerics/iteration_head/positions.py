"""Which positions attention can single out: queries that do it, or mixtures that forbid it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream

__all__ = [
    "attendable",
    "attendable_on_grid",
    "attention",
    "circle_codes",
    "gaussian_codes",
    "in_triangle_of_others",
    "outscored",
    "parabola_codes",
]

_TOLERANCE = 1e-9
_MANY = 160
_Point = Sequence[int]


def attention(codes: ArrayLike, query: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return the softmax of the scores of position codes.

    Parameters
    ----------
    codes : array, shape (positions, dimension)
    query : array, shape (dimension,)
    temperature : float
        Positive; the scores are divided by it.

    Raises
    ------
    ValueError
        If the shapes do not fit or the temperature is not positive.
    """
    keys, asked = np.asarray(codes, dtype=np.float64), np.asarray(query, dtype=np.float64)
    if keys.ndim != 2 or keys.shape[0] == 0 or asked.shape != keys.shape[1:]:
        raise ValueError(f"codes of shape {keys.shape} do not go with a query of {asked.shape}")
    if not temperature > 0.0:
        raise ValueError(f"temperature is {temperature!r}; it must be positive")
    scores = keys @ asked / temperature
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum())


def attendable(codes: ArrayLike, which: Sequence[int] | None = None) -> NDArray[np.bool_]:
    """Return which positions some query scores strictly above all others.

    For each position, nonnegative least squares finds the point nearest to it among the mixtures
    of the others. Either it is the position, or their difference is such a query.

    Parameters
    ----------
    codes : array, shape (positions, dimension)
        Finite; of order 1.
    which : sequence of int, optional
        The positions to look at; all by default.

    Raises
    ------
    ValueError
        If there is no position, or a number is not finite.
    ArithmeticError
        If a position is too near to the others' convex hull to tell.
    """
    points = np.asarray(codes, dtype=np.float64)
    if points.ndim != 2 or 0 in points.shape or not np.isfinite(points).all():
        raise ValueError("codes must be a table of finite numbers, of one position or more")
    chosen = range(len(points)) if which is None else which
    return np.array(
        [_is_ahead(points[position], np.delete(points, position, axis=0)) for position in chosen],
        dtype=np.bool_,
    )


def _is_ahead(code: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    if len(others) == 0:
        return True
    matrix = np.vstack([others.T, np.ones(len(others))])
    target = np.append(code, 1.0)
    kept = np.arange(len(others))
    if len(others) > _MANY:  # those in the direction of the code, and others as they are missed
        kept = np.argsort(-(others @ code), kind="stable")[: _MANY // 2]
    while True:
        shares, distance = nnls(matrix[:, kept], target)
        if distance < _TOLERANCE:
            return False
        rest = target - matrix[:, kept] @ shares
        missed = np.setdiff1d(np.flatnonzero(rest @ matrix > _TOLERANCE * distance), kept)
        if not len(missed):
            break
        first = np.argsort(-(rest @ matrix[:, missed]), kind="stable")[: _MANY // 4]
        kept = np.append(kept, missed[first])
    margin = float(rest[:-1] @ code - (others @ rest[:-1]).max())
    if margin <= _TOLERANCE * distance:
        raise ArithmeticError("a position is too near to the others' convex hull to tell")
    return True


def circle_codes(positions: int) -> NDArray[np.float64]:
    """Return the codes of positions evenly on a circle.

    Parameters
    ----------
    positions : int
        At least 1.

    Raises
    ------
    ValueError
        If ``positions`` is out of range.
    """
    positions = require_integer("positions", positions, 1)
    angles = 2.0 * np.pi * np.arange(positions) / positions
    return np.column_stack([np.cos(angles), np.sin(angles)])


def parabola_codes(positions: int) -> NDArray[np.int64]:
    """Return the codes of positions on a parabola, ``(i, i**2)``.

    Parameters
    ----------
    positions : int
        At least 1.

    Raises
    ------
    ValueError
        If ``positions`` is out of range.
    """
    numbers = np.arange(require_integer("positions", positions, 1, 10**6), dtype=np.int64)
    return np.column_stack([numbers, numbers**2])


def gaussian_codes(
    positions: int, dimension: int, stream: Stream, replicate: int = 0
) -> NDArray[np.float64]:
    """Return independent standard Gaussian position codes.

    Parameters
    ----------
    positions, dimension : int
        At least 1.
    stream : Stream
    replicate : int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    positions = require_integer("positions", positions, 1)
    dimension = require_integer("dimension", dimension, 1)
    return stream.numpy(replicate).standard_normal((positions, dimension))


def outscored(codes: ArrayLike) -> NDArray[np.bool_]:
    """Return which positions score at least as high as which, these being the queries.

    Parameters
    ----------
    codes : array, shape (..., positions, dimension)

    Returns
    -------
    array, shape (..., positions, positions) : entry (j, i) tells whether the code of i scores at
    least as high as that of j with the code of j as the query; False where they are the same.
    """
    points = np.asarray(codes, dtype=np.float64)
    scores = points @ np.swapaxes(points, -1, -2)
    own = np.diagonal(scores, axis1=-2, axis2=-1)[..., np.newaxis]
    return np.asarray((scores >= own) & ~np.eye(points.shape[-2], dtype=bool))


# ---------------------------------------------------------------- whole numbers in the plane


def attendable_on_grid(points: Sequence[_Point], position: int) -> bool:
    """Return whether some query scores a point of the plane above all others, in whole numbers.

    Queries that do so make up a cone with its apex cut off. If it is not empty, it holds the sum
    of its two sides, which are perpendicular to differences of points, or one of the differences.

    Parameters
    ----------
    points : sequence of pairs of int
    position : int
        Which one.
    """
    x, y = points[position]
    gaps = [(x - p[0], y - p[1]) for i, p in enumerate(points) if i != position]
    if not gaps:
        return True
    sides = [side for a, b in gaps for side in ((-b, a), (b, -a))]
    queries = [*gaps, *((u[0] + w[0], u[1] + w[1]) for u, w in combinations(sides, 2))]
    return any(all(u * a + w * b > 0 for a, b in gaps) for u, w in queries)


def in_triangle_of_others(points: Sequence[_Point], position: int) -> bool:
    """Return whether a point of the plane is a mixture of others, in whole numbers.

    By Caratheodory's theorem it then is one of three others, which need not be different.

    Parameters
    ----------
    points : sequence of pairs of int
    position : int
        Which one.
    """
    (x, y), others = points[position], [p for i, p in enumerate(points) if i != position]
    shifted = [(p[0] - x, p[1] - y) for p in others]
    if (0, 0) in shifted:
        return True
    for a, b in combinations(shifted, 2):
        if _cross(a, b) == 0 and a[0] * b[0] + a[1] * b[1] < 0:
            return True
    for a, b, c in combinations(shifted, 3):
        turns = (_cross(a, b), _cross(b, c), _cross(c, a))
        if min(turns) > 0 or max(turns) < 0:
            return True
    return False


def _cross(a: _Point, b: _Point) -> int:
    return a[0] * b[1] - a[1] * b[0]
