"""Sums over the infinite Zipf law with a damping factor, each with a bound on its error.

The sum is ``sum_{x>=1} p(x) D(p(x))`` with ``p(x) = x**-a / S``, ``S = sum_x x**-a`` and the
damping ``D(p) = (1-p)**T`` (binomial) or ``exp(-T p)`` (Poisson). No closed form is used:

1. terms below a first index ``X`` are added one by one;
2. from ``X`` on, the Euler-Maclaurin formula replaces the sum by an integral and derivatives at
   ``X``, which power-series arithmetic gives exactly up to rounding. Its remainder is bounded by
   Cauchy's inequality: on the disc ``|z - x| <= theta x`` the argument of ``p(z)`` stays below 1.2,
   so that ``|D(p(z))| <= 1`` *whatever T is*, and ``X`` need not grow with T;
3. the integral to a point ``Y`` with ``T p(Y) <= 1/2`` is done panel by panel with the rule of
   Gauss and Legendre in ``log x``, where the same bound on a complex ellipse bounds the error
   (Trefethen, "Approximation Theory and Approximation Practice", theorem 19.3);
4. beyond ``Y`` the damping is expanded in powers of ``p``; partial sums lie alternately above and
   below (Bonferroni), so the last term kept bounds the error.

Rounding is bounded term by term, with the conditioning of the damping, and added.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["damped_mass"]

_EPS = 2.0**-52
_ARGUMENT = 1.2  # largest argument of p(z) allowed: its cosine, .36, keeps |D| <= 1
_TERMS = 12  # Euler-Maclaurin corrections
_REACH = 40.0  # theta X: the remainder is about (2 _TERMS)! / (2 pi _REACH)**(2 _TERMS)
_NODES = 18  # of each Gauss-Legendre panel
_ELLIPSE = 6.0  # sum of the semi-axes, relative to the panel's half-width


def damped_mass(exponent: float, samples: float, *, poisson: bool) -> tuple[float, float]:
    """Return ``sum_x p(x) D(p(x))`` over {1, 2, ...} and a bound on its absolute error.

    Parameters
    ----------
    exponent : float
        Above 1 and at most 64 (the caller checks).
    samples : float
        ``T >= 0``; an integer below ``2**53`` when ``poisson`` is false.
    poisson : bool
        Whether the damping is ``exp(-T p)`` instead of ``(1 - p)**T``.

    Returns
    -------
    tuple of float
        Value and bound; the bound covers truncation and rounding.
    """
    if samples == 0.0:
        return 1.0, 0.0
    a = exponent
    theta = _theta(a)
    first = math.ceil(_REACH / theta)
    rest, rest_error = _power_sum_from_two(a, first, theta)
    total = 1.0 + rest
    scale = 1.0 / total
    scale_error = rest_error / total + 2 * _EPS

    alone = scale > 0.5
    value_1, relative_1 = 0.0, 0.0
    if alone and poisson:
        value_1 = scale * math.exp(-samples * scale)
        relative_1 = scale_error * (1 + samples * scale) + _EPS * (4 + 2 * samples * scale)
    elif alone:
        # 1 - p(1) = rest / total has no cancellation, however close p(1) is to 1.
        log_1 = math.log(rest / total)
        value_1 = scale * math.exp(samples * log_1)
        relative_1 = (
            scale_error
            + samples * (rest_error / rest + rest_error / total + 4 * _EPS)
            + _EPS * (4 + 2 * samples * abs(log_1))
        )
    x = np.arange(2.0 if alone else 1.0, first)
    head, head_rounding = _damped(scale * x**-a, samples, poisson, scale_error + 4 * _EPS)
    tail, tail_error = _damped_tail(a, samples, poisson, first, theta, scale, scale_error)
    value = math.fsum([value_1, *head.tolist(), tail])
    bound = (
        value_1 * relative_1
        + float(np.sum(head_rounding)) * (1 + 1e-9)
        + tail_error
        + 2 * _EPS * value
        + 1e-300  # what underflow can hide
    )
    return value, bound


def _theta(a: float) -> float:
    """Relative radius of the disc on which the argument of ``p`` stays below `_ARGUMENT`."""
    return min(0.5, math.sin(_ARGUMENT / a)) if a > 1.0 else 0.5


def _damped(
    p: NDArray[np.float64], samples: float, poisson: bool, relative: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ``p D(p)`` and bounds on its rounding; ``relative`` bounds that of ``p <= 1/2``."""
    if poisson:
        values = p * np.exp(-samples * p)
        sensitivity = samples * p
    else:
        values = p * np.exp(samples * np.log1p(-p))
        sensitivity = 2 * samples * p
    return values, values * ((relative + 4 * _EPS) * (1 + sensitivity) + 4 * _EPS)


@lru_cache(maxsize=64)
def _power_sum_from_two(a: float, first: int, theta: float) -> tuple[float, float]:
    """Return ``sum_{x>=2} x**-a`` and a bound on its error."""
    terms = np.arange(2.0, first) ** -a
    corrections, rounding = _corrections(a, 0.0, False, float(first), 1.0)
    integral = float(first) ** (1 - a) / (a - 1)
    value = math.fsum([*terms.tolist(), integral, corrections])
    bound = (
        _remainder(a, first, theta, 1.0) + rounding + 4 * _EPS * (value + integral) + _EPS * value
    )
    return value, bound


def _damped_tail(
    a: float,
    samples: float,
    poisson: bool,
    first: int,
    theta: float,
    scale: float,
    scale_error: float,
) -> tuple[float, float]:
    """Return ``sum_{x>=first} p(x) D(p(x))`` and a bound on its error."""
    corrections, corrections_rounding = _corrections(a, samples, poisson, float(first), scale)
    log_first = math.log(first)
    # From here on T p <= 1/2; for T < 1 that is everywhere.
    log_last = max(log_first, math.log(2 * max(samples, 1.0) * scale) / a)
    panels, panels_error = _panels(a, samples, poisson, log_first, log_last, scale, scale_error)
    far, far_error = _beyond(a, samples, poisson, log_last, scale, scale_error)
    value = math.fsum([corrections, panels, far])
    bound = (
        _remainder(a, first, theta, scale)
        + corrections_rounding
        + panels_error
        + far_error
        + 2 * _EPS * abs(value)
    )
    return value, bound


@lru_cache(maxsize=1)
def _bernoulli() -> tuple[float, ...]:
    """The Bernoulli numbers B_0, B_2, ..., B_24, by their recursion in exact integers."""
    numbers = [Fraction(1)]
    for n in range(1, 2 * _TERMS + 1):
        total = sum((math.comb(n + 1, k) * numbers[k] for k in range(n)), Fraction(0))
        numbers.append(-total / (n + 1))
    return tuple(float(numbers[2 * k]) for k in range(_TERMS + 1))


def _remainder(a: float, first: int, theta: float, scale: float) -> float:
    """Bound the Euler-Maclaurin remainder ``|B_2m|/(2m)! int |f^(2m)|`` by Cauchy's inequality."""
    order = 2 * _TERMS
    log_size = (
        math.log(abs(_bernoulli()[_TERMS]) * scale / (a + order - 1))
        - a * math.log1p(-theta)
        - order * math.log(theta * first)
        + (1 - a) * math.log(first)
    )
    return 1.01 * math.exp(log_size)


def _corrections(
    a: float, samples: float, poisson: bool, x: float, scale: float
) -> tuple[float, float]:
    """Return ``f(x)/2 - sum_k B_2k/(2k)! f^(2k-1)(x)`` and a bound on its rounding error.

    The Taylor coefficients of ``f = p D(p)`` in the relative step ``s``, at ``x (1 + s)``, come
    from recursions for ``log(1-p)`` and ``exp``; the same recursions on absolute values carry a
    bound on the rounding.
    """
    order = 2 * _TERMS
    p = [scale * x**-a]
    for j in range(1, order):
        p.append(p[-1] * (-a - j + 1) / j)
    if poisson:
        log_damping = [-samples * c for c in p]
        log_size = [abs(c) for c in log_damping]
    else:
        # L = log(1 - P) solves L' (1 - P) = -P'.
        logs, sizes = [math.log1p(-p[0])], [-math.log1p(-p[0])]
        for n in range(1, order):
            inner = math.fsum(i * logs[i] * p[n - i] for i in range(1, n)) / n
            inner_size = math.fsum(i * sizes[i] * abs(p[n - i]) for i in range(1, n)) / n
            logs.append((inner - p[n]) / (1 - p[0]))
            sizes.append((inner_size + abs(p[n])) / (1 - p[0]))
        log_damping = [samples * c for c in logs]
        log_size = [samples * c for c in sizes]
    damping, damping_size = [math.exp(log_damping[0])], [math.exp(log_damping[0])]
    for n in range(1, order):
        damping.append(math.fsum(i * log_damping[i] * damping[n - i] for i in range(1, n + 1)) / n)
        damping_size.append(
            math.fsum(i * log_size[i] * damping_size[n - i] for i in range(1, n + 1)) / n
        )
    value, size = [0.5 * p[0] * damping[0]], [0.5 * p[0] * damping[0]]
    for k in range(1, _TERMS + 1):
        n = 2 * k - 1
        factor = _bernoulli()[k] / (2 * k) / x**n
        value.append(-factor * math.fsum(p[i] * damping[n - i] for i in range(n + 1)))
        size.append(abs(factor) * math.fsum(abs(p[i]) * damping_size[n - i] for i in range(n + 1)))
    # Each coefficient went through fewer than 24 nested recursions of a few roundings; the first
    # factor exp(log_damping[0]) and p[0] carry the errors of the scale times the conditioning.
    relative = 500 * _EPS * (1 + samples * p[0])
    return math.fsum(value), relative * math.fsum(size)


@lru_cache(maxsize=1)
def _gauss_legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


def _panels(
    a: float,
    samples: float,
    poisson: bool,
    log_first: float,
    log_last: float,
    scale: float,
    scale_error: float,
) -> tuple[float, float]:
    """Return ``int p D(p) dx`` over ``log x`` in ``[log_first, log_last]`` and a bound."""
    length = log_last - log_first
    if length <= 0.0:
        return 0.0, 0.0
    # Panels so short that the ellipse stays in the strip where the argument of p is below 1.2.
    half_height = (_ELLIPSE - 1 / _ELLIPSE) / 2
    half_width = (_ELLIPSE + 1 / _ELLIPSE) / 2
    count = math.ceil(length / 2 * half_height * a / _ARGUMENT)
    half = length / (2 * count)
    nodes, node_weights = _gauss_legendre()
    centres = log_first + half * (2 * np.arange(count) + 1)
    t = centres[:, np.newaxis] + half * nodes
    p = scale * np.exp(-a * t)
    node_error = _EPS * (2 * a * log_last + 8)
    values, rounding = _damped(p, samples, poisson, scale_error + node_error)
    measure = half * node_weights * np.exp(t)
    value = math.fsum((values * measure).ravel().tolist())
    rounding_total = float(np.sum((rounding + values * _EPS * (4 * log_last + 16)) * measure))
    # On the ellipse |D| <= 1, so the integrand is at most e^t p(e^t) at its leftmost point.
    largest = scale * np.exp((1 - a) * (centres - half * half_width))
    truncation = (
        64 / 15 * half * float(np.sum(largest)) * _ELLIPSE ** (2 - 2 * _NODES)
        / (1 - _ELLIPSE**-2)
    )  # fmt: skip
    return value, 1.01 * (truncation + rounding_total) + 2 * _EPS * value


def _beyond(
    a: float, samples: float, poisson: bool, log_last: float, scale: float, scale_error: float
) -> tuple[float, float]:
    """Return ``int_Y^inf p D(p) dx`` for ``T p(Y) <= 1/2`` and a bound on its error."""
    p = scale * math.exp(-a * log_last)
    coefficient = p * math.exp(log_last)  # binom(T, k) p(Y)**(k+1) Y
    terms = []
    for k in range(60):
        terms.append((-1) ** k * coefficient / (a * (k + 1) - 1))
        factor = samples * p if poisson else (samples - k) * p
        coefficient *= factor / (k + 1)
        if coefficient <= 0.0 or coefficient < 1e-40 * terms[0]:
            break
    value = math.fsum(terms)
    truncation = abs(coefficient) / (a * (len(terms) + 1) - 1)
    rounding = (
        scale_error * (1 + 2 * samples * p) + _EPS * (4 * a * abs(log_last) + 20)
    ) * math.fsum(abs(term) for term in terms)
    return value, 1.01 * truncation + 2 * rounding
