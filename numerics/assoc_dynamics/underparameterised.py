"""Least losses of small memories of two labels, in balls, and best errors by exact sweeps.

With two labels a memory acts on a token through one vector: the score difference of token x is
``<w, e_x>``, or its margin ``<w, z_x>`` for the signed token ``z_x``. The loss is minimised by
Newton's method, and a ball that is certain to hold the minimiser is found by Krawczyk's test. The
least error of any memory in the plane is found by going once around the circle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx, fmpq
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import require_array

__all__ = [
    "as_ball",
    "axes_and_sum",
    "best_error",
    "least_loss_scores",
    "loss",
    "mean_error",
    "precision",
    "slope",
    "wrong_mass",
]

_BITS = 160
_NEWTON_STEPS = 200
Number = Any  # int, float, Fraction or arb
Tokens = Sequence[Sequence[Number]]


def least_loss_scores(
    tokens: Tokens, frequencies: Sequence[Number], shares: Sequence[Number] | None = None
) -> list[arb]:
    """Return the scores ``<w, e_x>`` at the minimiser of the loss.

    Parameters
    ----------
    tokens : N vectors of d numbers
        Signed tokens, or tokens with ``shares``; they must span their space.
    frequencies : N numbers
        Positive.
    shares : N numbers, optional
        Probability of the first label; 1 by default.

    Returns
    -------
    list of N balls
        Each is certain to hold its score.

    Raises
    ------
    ValueError
        If the shapes do not match, or no minimiser is found: some memory is right on every token.
    """
    e, p, q = _problem(tokens, frequencies, shares)
    start = _newton(
        np.array([[float(entry) for entry in row] for row in e]),
        np.array([float(value) for value in p]),
        np.array([float(value) for value in q]),
    )
    with precision():
        w = [arb(float(value)) for value in start]
        for _ in range(6):
            slopes, curvature = _derivatives(e, p, q, w)
            w = [(a - b).mid() for a, b in zip(w, _solved(curvature, slopes), strict=True)]
        radius = arb(2) ** (-_BITS // 2)
        for _ in range(_BITS // 4):
            if (box := _krawczyk(e, p, q, w, radius)) is not None:
                return [_dot(row, box) for row in e]
            radius *= 4
    raise ValueError("no memory of least loss was found: is some memory right on every token?")


def _newton(
    e: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The minimiser in floating point, by Newton's method with halved steps."""
    w = np.zeros(e.shape[1])
    value = _float_loss(e @ w, p, q)
    for _ in range(_NEWTON_STEPS):
        g = e @ w
        probability = 0.5 * (1 + np.tanh(g / 2))
        slopes = e.T @ (p * (probability - q))
        curvature = (e.T * (p * probability * (1 - probability))) @ e
        try:
            move = np.linalg.solve(curvature, slopes)
        except np.linalg.LinAlgError:
            break
        step = 1.0
        while step > 1e-6 and not _float_loss(e @ (w - step * move), p, q) < value:
            step /= 2
        if step <= 1e-6:
            return w
        w = w - step * move
        value = _float_loss(e @ w, p, q)
    raise ValueError("no memory of least loss was found: is some memory right on every token?")


def _float_loss(g: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    return float(p @ (q * np.logaddexp(0, -g) + (1 - q) * np.logaddexp(0, g)))


def _derivatives(
    e: list[list[arb]], p: list[arb], q: list[arb], w: list[arb]
) -> tuple[arb_mat, arb_mat]:
    """Gradient and Hessian of the loss, on a box of memories."""
    size = len(w)
    slopes = [arb(0)] * size
    curvature = [[arb(0)] * size for _ in range(size)]
    for row, frequency, share in zip(e, p, q, strict=True):
        probability = 1 / (1 + (-_dot(row, w)).exp())
        pull = frequency * (probability - share)
        bend = frequency * probability * (1 - probability)
        for j in range(size):
            slopes[j] += pull * row[j]
            for k in range(size):
                curvature[j][k] += bend * row[j] * row[k]
    return arb_mat([[value] for value in slopes]), arb_mat(curvature)


def _krawczyk(
    e: list[list[arb]], p: list[arb], q: list[arb], w: list[arb], radius: arb
) -> list[arb] | None:
    """A box around w that holds the zero of the gradient, or None if the test does not tell."""
    size = len(w)
    box = [arb(value, radius) for value in w]
    slopes, middle = _derivatives(e, p, q, w)
    _, spread = _derivatives(e, p, q, box)
    try:
        inverse = arb_mat([[entry.mid() for entry in row] for row in middle.inv().table()])
    except ZeroDivisionError:
        return None
    identity = arb_mat(size, size, [int(j == k) for j in range(size) for k in range(size)])
    shift = arb_mat([[arb(0, radius)] for _ in range(size)])
    image = arb_mat([[value] for value in w]) - inverse * slopes
    image = image + (identity - inverse * spread) * shift
    found = [image[j, 0] for j in range(size)]
    inside = all(a.contains_interior(b) for a, b in zip(box, found, strict=True))
    return found if inside else None


def _solved(curvature: arb_mat, slopes: arb_mat) -> list[arb]:
    try:
        solution = curvature.solve(slopes)
    except ZeroDivisionError:
        raise ValueError("the tokens do not span their space") from None
    return [solution[j, 0] for j in range(solution.nrows())]


def loss(
    tokens: Tokens,
    frequencies: Sequence[Number],
    memory: Sequence[Number],
    shares: Sequence[Number] | None = None,
) -> arb:
    """Return a ball of the cross-entropy of the memory ``w``.

    Parameters
    ----------
    tokens, frequencies, shares
        As for `least_loss_scores`.
    memory : d numbers

    Raises
    ------
    ValueError
        If the shapes do not match.
    """
    e, p, q = _problem(tokens, frequencies, shares)
    w = _vector("memory", memory, len(e[0]))
    with precision():
        return _loss(e, p, q, w)


def _loss(e: list[list[arb]], p: list[arb], q: list[arb], w: list[arb]) -> arb:
    total = arb(0)
    for row, frequency, share in zip(e, p, q, strict=True):
        score = _dot(row, w)
        total += frequency * ((1 + score.exp()).log() - share * score)
    return total


def slope(
    tokens: Tokens,
    frequencies: Sequence[Number],
    memory: Sequence[Number],
    direction: Sequence[Number],
    shares: Sequence[Number] | None = None,
) -> arb:
    """Return a ball of the derivative of the loss along a direction, from two values of the loss.

    Parameters
    ----------
    tokens, frequencies, memory, shares
        As for `loss`.
    direction : d numbers

    Notes
    -----
    The third derivative of log(1 + exp(g)) is below 1/10 in modulus, which bounds what a central
    difference leaves out.
    """
    e, p, q = _problem(tokens, frequencies, shares)
    w, along = (
        _vector(name, v, len(e[0])) for name, v in (("memory", memory), ("direction", direction))
    )
    with precision():
        h = arb(2) ** (-_BITS // 4)
        ends = [
            _loss(e, p, q, [a + sign * h * b for a, b in zip(w, along, strict=True)])
            for sign in (1, -1)
        ]
        third = sum((f * abs(_dot(row, along)) ** 3 for row, f in zip(e, p, strict=True)), arb(0))
        left_out = (h**2 * third / 60).upper()
        return (ends[0] - ends[1]) / (2 * h) + arb(0, left_out)


def wrong_mass(scores: Sequence[arb], frequencies: Sequence[Number]) -> Any:
    """Return the mass of the tokens whose score is not positive: the sum of their frequencies.

    Parameters
    ----------
    scores : N balls
    frequencies : N numbers

    Raises
    ------
    ValueError
        If the sign of a score is not decided by its ball.
    """
    if any(score.contains(0) for score in scores):
        raise ValueError("a token is so near to a tie that its sign is not decided")
    return sum((f for f, s in zip(frequencies, scores, strict=True) if s < 0), Fraction(0))


def mean_error(scores: Sequence[arb], frequencies: Sequence[Number]) -> arb:
    """Return the mean probability of the wrong label, for scores of signed tokens."""
    with precision():
        terms = (as_ball(f) / (1 + s.exp()) for f, s in zip(frequencies, scores, strict=True))
        return sum(terms, arb(0))


def best_error(tokens: ArrayLike, masses: Sequence[Number]) -> Any:
    """Return the least total mass of the tokens that a memory in the plane gets wrong.

    Parameters
    ----------
    tokens : array, shape (N, 2)
        Signed tokens, none of them 0. A score of 0 is wrong.
    masses : N numbers
        What each error costs.

    Returns
    -------
    number
        A sum of masses, exact if they are fractions. Between two neighbours among the 2 N
        directions in which some score vanishes the error is constant, so it is looked at once in
        each gap; on the directions themselves it is no smaller.

    Raises
    ------
    ValueError
        If the shapes do not match or a token is 0.
    """
    e = require_array("tokens", tokens, -1, 2)
    if len(e) != len(masses) or not len(e):
        raise ValueError(f"there are {len(e)} tokens and {len(masses)} masses")
    if (e == 0).all(axis=1).any():
        raise ValueError("a token is 0: no memory is right on it")
    angles = np.arctan2(e[:, 1], e[:, 0])
    critical = np.sort(
        np.mod(np.concatenate([angles + math.pi / 2, angles - math.pi / 2]), 2 * math.pi)
    )
    middles = (critical + np.append(critical[1:], critical[0] + 2 * math.pi)) / 2
    right = np.cos(middles[:, None] - angles) > 0
    costs = (
        sum((m for m, ok in zip(masses, row, strict=True) if not ok), Fraction(0)) for row in right
    )
    return min(costs)


def axes_and_sum() -> list[list[arb]]:
    """Return the two axes of the plane and their normalised sum, as balls."""
    with precision():
        half = arb(2).sqrt() / 2
        return [[arb(1), arb(0)], [arb(0), arb(1)], [half, half]]


def _problem(
    tokens: Tokens, frequencies: Sequence[Number], shares: Sequence[Number] | None
) -> tuple[list[list[arb]], list[arb], list[arb]]:
    rows = [list(row) for row in tokens]
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("tokens must be vectors of one length")
    with precision():
        e = [[as_ball(entry) for entry in row] for row in rows]
    p = _vector("frequencies", frequencies, len(e))
    if not all(value > 0 for value in p):
        raise ValueError("frequencies must be positive")
    return e, p, _vector("shares", [1] * len(e) if shares is None else shares, len(e))


def _vector(name: str, values: Sequence[Number], length: int) -> list[arb]:
    if len(values) != length:
        raise ValueError(f"{name} has {len(values)} entries, not {length}")
    with precision():
        return [as_ball(value) for value in values]


def as_ball(value: Number) -> arb:
    """Return the thinnest ball that holds a number, at the working precision."""
    if isinstance(value, arb):
        return value
    if isinstance(value, Fraction | int):
        return arb(fmpq(value.numerator, value.denominator))
    return arb(float(value))


def _dot(one: Sequence[arb], two: Sequence[arb]) -> arb:
    return sum((a * b for a, b in zip(one, two, strict=True)), arb(0))


class precision:
    """Working precision in bits, for a while."""

    def __init__(self, bits: int = _BITS) -> None:
        self._bits = bits

    def __enter__(self) -> None:
        self._before, ctx.prec = ctx.prec, self._bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self._before
