"""Drawing tokens from a law inside compiled training loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["token_sampler"]

_CELLS = 2**16


def token_sampler(law: ArrayLike) -> Callable[[Any, int], Any]:
    """Return a sampler of tokens for JAX: the inverse of the distribution function, by a table.

    A uniform variable is looked up in equal cells of [0, 1], which tell the token up to the few
    tokens of one cell. The tokens are those of ``jax.random.choice`` with probabilities ``law``.

    Parameters
    ----------
    law : array
        Probabilities of the tokens.

    Returns
    -------
    callable
        ``sample(key, count)`` draws so many independent tokens, from 0.
    """
    import jax
    import jax.numpy as jnp

    cumulative = jnp.cumsum(jnp.asarray(law))
    ends = np.asarray(cumulative)
    first = np.searchsorted(ends, np.arange(_CELLS + 1) / _CELLS)
    first[-1] = len(ends) - 1
    within_a_cell = int(np.diff(first).max())
    table = jnp.asarray(first[:-1])

    def sample(key: Any, count: int) -> Any:
        uniform = 1 - jax.random.uniform(key, (count,), dtype=cumulative.dtype)
        value = cumulative[-1] * uniform
        tokens = table[jnp.minimum((value * _CELLS).astype(int), _CELLS - 1)]
        for _ in range(within_a_cell):
            tokens = tokens + (cumulative[tokens] < value)
        return tokens

    return sample
