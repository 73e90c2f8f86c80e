"""Errors of power-law weights with any number of classes that come in turn.

Input x = 1, 2, ... has the weight x^-b and the class ``1 + (x - 1) mod M``; the output embeddings
are orthonormal. Under the law of the claim ``assoc-scaling.orthonormal-exact`` the score of class
y, over the length r of the input's embedding, is the root of the energy of its noise times a
standard normal, and that of the right class has r times the weight more; the input's own part is
left out of the energy of its class. The error of one input is a double integral, over the noise of
its class by a trapezoidal rule and over r by a Gaussian one; the sum over the inputs of a class
starts with single inputs, and goes on with an integral (Euler and Maclaurin).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy import special

from numerics.core.arguments import require_integer, require_real

__all__ = ["crowding", "graded_error"]

_REACH = 8.5  # standard deviations
_NEAR = 24  # inputs of each class that are added up one by one
_WEAK = 1e-4  # signals below this share of the least noise are as good as none


def _energies(decay: float, classes: int) -> NDArray[np.float64]:
    """Sums of the squared weights of the classes: Hurwitz zeta values."""
    places = np.arange(1, classes + 1) / classes
    return np.asarray(classes ** (-2 * decay) * special.zeta(2 * decay, places))


def _require(exponent: float, decay: float, classes: int) -> tuple[float, float, int]:
    return (
        require_real("exponent", exponent, above=1.0, at_most=16.0),
        require_real("decay", decay, above=0.5, at_most=16.0),
        require_integer("classes", classes, 2, 1000),
    )


def graded_error(
    exponent: float, decay: float, classes: int, dimension: int
) -> tuple[float, float]:
    """Return the error over the Zipf law of all positive integers, and its error.

    Parameters
    ----------
    exponent : float
        Of the Zipf law, above 1.
    decay : float
        The weights are the powers ``-decay`` of x; above 1/2.
    classes : int
        M, at least 2.
    dimension : int
        At least 100 and M.

    Returns
    -------
    value, error : float
        The error is estimated, by rules with two thirds of the nodes.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent, decay, classes = _require(exponent, decay, classes)
    dimension = require_integer("dimension", dimension, max(100, classes), 2**62)
    fine, coarse = (_sum(exponent, decay, classes, dimension, nodes) for nodes in (9, 6))
    return fine, abs(fine - coarse) + 1e-9 * fine


def _lengths(dimension: int, nodes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights for means over the length of a standard Gaussian vector."""
    u, mass = np.polynomial.hermite.hermgauss(nodes)  # nearly a normal law of variance 1/2
    middle = math.sqrt(dimension - 0.5)
    r = middle + u
    log_ratio = (dimension - 1) * np.log1p(u / middle) - u * (u / 2 + middle) + u**2
    weights = mass * np.exp(log_ratio)
    return r, weights / weights.sum()


def _sum(exponent: float, decay: float, classes: int, dimension: int, nodes: int) -> float:
    """The error, with so many nodes in each panel of the integral over the inputs."""
    energies = _energies(decay, classes)
    lengths, weights = _lengths(dimension, nodes - 2)
    step = 4.0 / nodes
    u, mass = np.polynomial.legendre.leggauss(nodes)

    def wrong(z: int, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
        out = np.zeros(len(inputs))
        signals = inputs**-decay
        owns = np.sqrt(np.maximum(energies[z] - signals**2, 0.0))
        others = np.sqrt(np.delete(energies, z))
        _mean_missed(signals, owns, others, lengths, weights, step, out)
        return out

    least = math.sqrt(float(energies.min()))
    last = (math.sqrt(dimension) / (_WEAK * least)) ** (1 / decay)
    last = max(last, 10.0 * classes * (_NEAR + 1))
    total = 0.0
    for z in range(classes):
        near = np.asarray(z + 1.0 + classes * np.arange(_NEAR), dtype=np.float64)
        total += float(near**-exponent @ wrong(z, near))
        start = z + 1.0 + classes * _NEAR
        panels = max(1, math.ceil(math.log(last / start)))
        width = math.log(last / start) / panels
        logs = (((u + 1) / 2 + np.arange(panels)[:, np.newaxis]) * width).ravel()
        inputs = start * np.exp(logs)
        integral = (
            width / 2 * float(np.tile(mass, panels) @ (inputs ** (1 - exponent) * wrong(z, inputs)))
        )
        ends = wrong(z, np.array([start, 0.99 * start, 1.01 * start, last]))
        integral += float(ends[3]) * last ** (1 - exponent) / (exponent - 1)
        at_start = start**-exponent * float(ends[0])
        slope = (1.01**-exponent * ends[2] - 0.99**-exponent * ends[1]) / 0.02
        slope *= start ** (-exponent - 1)
        total += integral / classes + at_start / 2 - classes * float(slope) / 12
    return total / float(special.zeta(exponent, 1.0))


@njit(cache=True)
def _missed(signal: float, own: float, others: NDArray[np.float64], step: float) -> float:
    """How likely it is that another class is ahead, for a signal and the noise of the own class."""
    fine = step
    for other in others:
        fine = min(fine, step * other / own) if own > 0 else fine
    half = int(_REACH / fine)
    total = 0.0
    for place in range(-half, half + 1):
        noise = place * fine
        clear = 1.0
        for other in others:
            clear *= 0.5 * math.erfc(-(signal + own * noise) / (other * math.sqrt(2.0)))
        total += math.exp(-noise * noise / 2) * (1 - clear)
    return fine * total / math.sqrt(2 * math.pi)


@njit(cache=True, parallel=True)
def _mean_missed(
    signals: NDArray[np.float64],
    owns: NDArray[np.float64],
    others: NDArray[np.float64],
    lengths: NDArray[np.float64],
    weights: NDArray[np.float64],
    step: float,
    out: NDArray[np.float64],
) -> None:
    highest = 0.0
    for other in others:
        highest = max(highest, other)
    for index in prange(len(signals)):
        total = 0.0
        for k in range(len(lengths)):
            signal = lengths[k] * signals[index]
            if signal < _REACH * (owns[index] + highest):
                total += weights[k] * _missed(signal, owns[index], others, step)
        out[index] = total


def crowding(exponent: float, decay: float, classes: int) -> tuple[float, float]:
    """Return the moment of the signals at which classes are missed, and its error.

    It is the sum over the classes of the integral over s > 0 of ``s**((exponent - 1)/decay - 1)``
    times the probability that, for the signal s, another class is ahead. The error is estimated by
    a rule with two thirds of the nodes.

    Parameters
    ----------
    exponent : float
        Above 1.
    decay : float
        Above 1/2.
    classes : int
        At least 2.

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    exponent, decay, classes = _require(exponent, decay, classes)
    spreads = np.sqrt(_energies(decay, classes))
    power = (exponent - 1) / decay
    fine, coarse = (_moment(power, spreads, nodes) for nodes in (9, 6))
    return fine, abs(fine - coarse) + 1e-9 * fine


def _moment(power: float, spreads: NDArray[np.float64], nodes: int) -> float:
    """The sum of the integrals, with so many nodes in each of eight panels."""
    bend = max(2.0, 3.0 / power)  # s is this power of the variable of integration
    u, mass = np.polynomial.legendre.leggauss(nodes)
    v = ((u + 1) / 2 + np.arange(8)[:, np.newaxis]).ravel() / 8
    width = np.tile(mass, 8) / 16
    one = np.ones(1)
    total = 0.0
    for z, own in enumerate(spreads):
        others = np.delete(spreads, z)
        highest = _REACH * (own + others.max())
        wrong = np.zeros(len(v))
        _mean_missed(highest * v**bend, np.full(len(v), own), others, one, one, 4.0 / nodes, wrong)
        total += highest**power * bend * float(width @ (v ** (bend * power - 1) * wrong))
    return total
