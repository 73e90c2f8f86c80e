"""Chi-square variates at a cost that does not grow with the degrees of freedom."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from numerics.core.streams import fraction, philox

__all__ = ["chi_square"]

_ZERO = np.uint64(0)
_TWO_PI = 2.0 * math.pi


@njit(cache=True)
def chi_square(key0: np.uint64, key1: np.uint64, replicate: int, lane: int, degrees: int) -> float:
    """Draw the squared length of a standard normal vector in ``degrees`` dimensions (kernel).

    Rejection from the cube of a shifted normal (Marsaglia and Tsang, "A simple method for
    generating gamma variables", ACM TOMS 26, 2000); in one dimension a squared normal.

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane : int
        Non-negative; the draw depends on the key and on these alone.
    degrees : int
        At least 1.
    """
    shift = 0.5 * degrees - 1.0 / 3.0
    spread = 1.0 / math.sqrt(9.0 * shift)
    block = 0
    while True:
        w0, w1, w2, _ = philox(
            key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO
        )
        block += 1
        normal = math.sqrt(-2.0 * math.log(fraction(w0))) * math.cos(_TWO_PI * fraction(w1))
        if degrees == 1:
            return normal * normal
        root = 1.0 + spread * normal
        if root <= 0.0:
            continue
        cube = root * root * root
        log_ratio = 0.5 * normal * normal + shift * (1.0 - cube + math.log(cube))
        if math.log(fraction(w2)) < log_ratio:
            return 2.0 * shift * cube
