"""Standard normals as PyTorch draws them on a CPU, for short draws: without PyTorch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer

__all__ = ["torch_normals"]

_LONGEST = 15
_MANTISSA = 2**53


def torch_normals(seed: int, sizes: Sequence[int]) -> list[NDArray[np.float64]]:
    """Return what ``torch.randn`` gives in double precision after ``torch.manual_seed(seed)``.

    Parameters
    ----------
    seed : int
        In ``[0, 2**32)``.
    sizes : sequence of int
        How many numbers each call draws, at most 15: longer draws go another way in PyTorch.

    Returns
    -------
    list of arrays of float64
        One for each call. The Mersenne Twister gives pairs of 53-bit uniforms, Box and Muller's
        transform makes two normals of a pair, and one that is left over serves the next call. In
        single precision PyTorch draws the same numbers, rounded.

    Raises
    ------
    ValueError
        If the seed or a size is out of range.
    """
    seed = require_integer("seed", seed, 0, 2**32 - 1)
    twister = np.random.MT19937()
    state: Any = np.random.RandomState(seed).get_state(legacy=False)
    twister.state = state

    def uniform() -> float:
        high, low = (int(word) for word in twister.random_raw(2))
        return float((high << 32 | low) % _MANTISSA) / _MANTISSA

    draws, left = [], None
    for size in sizes:
        draw = np.empty(require_integer("a size", size, 0, _LONGEST))
        for position in range(len(draw)):
            if left is not None:
                draw[position], left = left, None
                continue
            angle, length = 2 * math.pi * uniform(), math.sqrt(-2 * math.log1p(-uniform()))
            draw[position], left = length * math.cos(angle), length * math.sin(angle)
        draws.append(draw)
    return draws
