"""Layer normalisation without a gain or a bias."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.core.arguments import require_real

__all__ = ["layer_norm"]


def layer_norm(codes: ArrayLike, epsilon: float = 1e-5) -> NDArray[np.float64]:
    """Return codes less their means, over the root of their biased variances and ``epsilon``.

    Parameters
    ----------
    codes : array, shape (..., dimension)
        Finite.
    epsilon : float
        At least 0; above 0 where a code has equal coordinates.

    Raises
    ------
    ValueError
        If there are no coordinates, one is not finite, or a division by 0 is asked for.
    """
    points = np.asarray(codes, dtype=np.float64)
    if points.ndim == 0 or points.shape[-1] == 0 or not np.isfinite(points).all():
        raise ValueError("codes must be finite numbers, of one coordinate or more")
    epsilon = require_real("epsilon", epsilon, 0.0)
    centred = points - points.mean(axis=-1, keepdims=True)
    scale = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + epsilon)
    if not scale.all():
        raise ValueError("epsilon is 0 and a code has equal coordinates")
    return np.asarray(centred / scale)
