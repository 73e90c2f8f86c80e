"""Sums of a smooth function over many or infinitely many integers, at a cost that hardly grows.

``sum_j F(first + j)`` is replaced, by the Euler-Maclaurin formula, by the integral of ``F`` and its
derivatives at the ends. The integral is done panel by panel with the rule of Gauss and Legendre in
``log x``; the derivatives come from the values on a circle (Cauchy's integral formula). All three
errors, of the remainder, the panels and the circles, are bounded through one bound on ``|F|`` in a
sector around the positive axis, which the caller supplies: no error is estimated from differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Analytic", "analytic_sum", "power_sum"]

EPS = 2.0**-52
_TERMS = 12  # Euler-Maclaurin corrections
_CIRCLE = 64  # points on the circle that gives the derivatives
_NODES = 18  # of each Gauss-Legendre panel
_ELLIPSE = 6.0  # sum of the semi-axes, relative to the panel's half-width
_LONGEST = 1.0  # largest half-width of a panel, in log x
_POWER_HEAD = 60  # terms of a power sum that are added one by one

Array = NDArray[Any]


@dataclass(frozen=True)
class Analytic:
    """A function ``F`` on the positive axis that continues into a sector around it.

    Parameters
    ----------
    value : callable
        ``value(t)`` is ``F(exp(t))`` for an array of real or complex ``t``, and bounds on the
        absolute rounding errors.
    log_bound : callable
        ``log_bound(low, high)``, elementwise on arrays, is the logarithm of a bound on
        ``|F(exp(t))|`` for ``low <= Re t <= high`` and ``|Im t| <= angle``.
    angle : float
        Half of the opening of the sector, positive.
    """

    value: Callable[[Array], tuple[Array, Array]]
    log_bound: Callable[[Array, Array], Array]
    angle: float

    @property
    def disc(self) -> float:
        """Radius of a disc around 1 that lies in the sector."""
        return min(0.5, math.sin(min(self.angle, 1.5)))


def analytic_sum(
    function: Analytic,
    log_first: float,
    log_last: float,
    last_is_term: bool,
) -> tuple[float, float]:
    """Return the sum of ``F`` from ``first``, in steps of 1, and a bound on its absolute error.

    Parameters
    ----------
    function : Analytic
    log_first, log_last : float
        Logarithms of the ends. ``first * function.disc`` should be 40 or more: the remainder is
        about ``(2 m)! / (2 pi first disc)**(2 m)`` with m = 12, relative to ``F``.
    last_is_term : bool
        Whether the sum ends at ``last``, a whole number of steps from ``first``. If not, it goes on
        to infinity, and what is returned lacks the integral from ``last`` to infinity and the part
        of the remainder beyond ``last``, both for the caller to add.
    """
    edges, panels, panels_error = _integral(function, log_first, log_last)
    ends = [(log_first, 1.0)] + ([(log_last, -1.0)] if last_is_term else [])
    values, errors = [panels], [panels_error, _remainder(function, edges)]
    for log_end, sign in ends:
        value, error = _end(function, log_end, sign)
        values.append(value)
        errors.append(error)
    total = math.fsum(values)
    return total, math.fsum(errors) + 4 * EPS * math.fsum(abs(value) for value in values)


def _integral(
    function: Analytic, log_first: float, log_last: float
) -> tuple[NDArray[np.float64], float, float]:
    """Return the edges of the panels, the integral of F over x, and a bound on its error."""
    length = log_last - log_first
    if length <= 0.0:
        return np.array([log_first, log_first]), 0.0, 0.0
    half_height = (_ELLIPSE - 1 / _ELLIPSE) / 2
    half_width = (_ELLIPSE + 1 / _ELLIPSE) / 2
    longest = min(_LONGEST, function.angle / half_height)
    count = math.ceil(length / (2 * longest))
    edges = np.linspace(log_first, log_last, count + 1)
    half = length / (2 * count)
    centres = (edges[1:] + edges[:-1]) / 2
    nodes, weights = _gauss_legendre()
    t = (centres[:, np.newaxis] + half * nodes).ravel()
    measure = (half * weights * np.exp(centres[:, np.newaxis] + half * nodes)).ravel()
    values, rounding = function.value(t)
    with np.errstate(under="ignore"):
        total = math.fsum((values * measure).tolist())
        largest = np.exp(
            function.log_bound(centres - half * half_width, centres + half * half_width)
            + centres
            + half * half_width
        )
        rounded = float(np.sum((rounding + abs(values) * EPS * (abs(t) + 8)) * measure))
    truncation = (
        64 / 15 * half * float(np.sum(largest)) * _ELLIPSE ** (2 - 2 * _NODES)
        / (1 - _ELLIPSE**-2)
    )  # fmt: skip
    return edges, total, 1.01 * (truncation + rounded)


def _remainder(function: Analytic, edges: NDArray[np.float64]) -> float:
    """Bound ``|B_2m|/(2m)! int |F^(2m)|`` by Cauchy's inequality on discs of radius disc * x."""
    order, theta = 2 * _TERMS, function.disc
    low, high = edges[:-1], edges[1:]
    log_sup = function.log_bound(low + math.log1p(-theta), high + math.log1p(theta))
    log_parts = log_sup + (1 - order) * low - order * math.log(theta)
    with np.errstate(under="ignore"):
        parts = np.exp(log_parts) * (high - low)
    return 1.01 * abs(_bernoulli()[_TERMS]) * float(np.sum(parts))


def _end(function: Analytic, log_x: float, sign: float) -> tuple[float, float]:
    """Half of the term at an end, and the corrections there, with a bound on the error.

    ``sign`` is 1 at the lower end and -1 at the upper one.
    """
    theta = function.disc
    values, rounding = function.value(np.asarray([log_x]))
    angles = 2 * math.pi * np.arange(_CIRCLE) / _CIRCLE
    steps = theta / 2 * np.exp(1j * angles)
    t = log_x + np.log1p(steps)
    on_circle, circle_roundings = function.value(t)
    circle_rounding = float(np.max(circle_roundings))
    around = np.asarray([log_x + math.log1p(-theta)]), np.asarray([log_x + math.log1p(theta)])
    with np.errstate(under="ignore"):
        sup = float(np.exp(function.log_bound(*around))[0])
    corrections, error = [], float(rounding[0]) / 2
    for k in range(1, _TERMS + 1):
        n = 2 * k - 1
        # F^(n)(x) / n! times x^n, from the trapezoidal rule on the circle
        coefficient = float(np.mean(on_circle * np.exp(-1j * n * angles)).real) * (theta / 2) ** -n
        factor = abs(_bernoulli()[k]) / (2 * k) * math.exp(-n * log_x)
        corrections.append(-sign * math.copysign(factor, _bernoulli()[k]) * coefficient)
        aliased = sup * theta**-n * 2.0 ** (1 - _CIRCLE)
        error += factor * (aliased + circle_rounding * (theta / 2) ** -n)
        error += 64 * EPS * abs(corrections[-1])
    return math.fsum([float(values[0]) / 2, *corrections]), 1.01 * error


@lru_cache(maxsize=1)
def _bernoulli() -> tuple[float, ...]:
    """The Bernoulli numbers B_0, B_2, ..., B_24, by their recursion in exact integers."""
    numbers = [Fraction(1)]
    for n in range(1, 2 * _TERMS + 1):
        total = sum((math.comb(n + 1, k) * numbers[k] for k in range(n)), Fraction(0))
        numbers.append(-total / (n + 1))
    return tuple(float(numbers[2 * k]) for k in range(_TERMS + 1))


@lru_cache(maxsize=1)
def _gauss_legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


@lru_cache(maxsize=256)
def power_sum(exponent: float, first: int, last: int | None) -> tuple[float, float]:
    """Return the sum of ``x**-exponent`` from ``first`` to ``last`` and a bound on its error.

    Parameters
    ----------
    exponent : float
        At least 0; above 1 if the sum is infinite.
    first : int
        At least 1.
    last : int or None
        At least ``first - 1``; None for an infinite sum.
    """
    s = exponent
    start = max(first, _POWER_HEAD + math.ceil(s))
    if last is not None and last - first < 4 * _POWER_HEAD + start - first:
        head = np.arange(float(first), float(last) + 1) ** -s if last >= first else np.zeros(0)
        value = math.fsum(head.tolist())
        return value, 3 * EPS * (1 + s) * value
    head = np.arange(float(first), float(start)) ** -s
    log_start = math.log(start)
    log_ends = [(log_start, 1.0)]
    if last is None:
        integral = math.exp((1 - s) * log_start) / (s - 1)
    else:
        log_last = math.log(last)
        log_ends.append((log_last, -1.0))
        integral = math.exp((1 - s) * log_start) * _over_growth(1 - s, log_last - log_start)
    parts = [*head.tolist(), integral]
    for log_end, sign in log_ends:
        term = math.exp(-s * log_end)
        parts.append(term / 2)
        slope = s * term * math.exp(-log_end)  # -f', then (-1)^n f^(n) for odd n
        for k in range(1, _TERMS + 1):
            parts.append(sign * _bernoulli()[k] / math.factorial(2 * k) * slope)
            slope *= (s + 2 * k - 1) * (s + 2 * k) * math.exp(-2 * log_end)
    value = math.fsum(parts)
    order = 2 * _TERMS
    rising = math.prod(s + i for i in range(order - 1))
    remainder = abs(_bernoulli()[_TERMS]) / math.factorial(order) * rising
    remainder *= math.exp((1 - s - order) * log_start)
    largest = max(log_start, log_ends[-1][0])
    return value, 1.01 * remainder + EPS * (8 + 4 * (s + 1) * (largest + 1)) * value


def _over_growth(rate: float, length: float) -> float:
    """The integral of exp(rate t) from 0 to ``length``."""
    product = rate * length
    return length * (math.expm1(product) / product if abs(product) > 1e-12 else 1 + product / 2)
