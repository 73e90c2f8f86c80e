"""The weights that an outer-product memory would best be stored with, found numerically.

The error of a memory with orthonormal output embeddings is computed by quadrature over the
collapsed law of its scores (the claim ``assoc-scaling.collapsed-law``), and minimised over weights.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.zipf import zipf_probabilities

__all__ = ["best_weights"]


@lru_cache(maxsize=16)
def best_weights(
    dimension: int, inputs: int = 100, classes: int = 5, exponent: float = 2.0
) -> tuple[float, NDArray[np.float64]]:
    """Return the least error over all weights, and weights that reach it.

    Parameters
    ----------
    dimension : int
        At least 2.
    inputs, classes : int
        Labels are x mod classes, from 0; ``classes`` is at most ``dimension``.
    exponent : float
        Of the Zipf law of inputs.

    Returns
    -------
    error : float
        Mean over Gaussian input embeddings of the misclassified mass, at the best weights found.
    weights : (inputs,) array
        Of unit length.

    Raises
    ------
    ValueError
        A size is out of range.
    """
    dimension = require_integer("dimension", dimension, 2)
    inputs = require_integer("inputs", inputs, 2)
    classes = require_integer("classes", classes, 2)
    if classes > min(dimension, inputs):
        raise ValueError("classes must be at most the dimension and the number of inputs")
    import jax
    import jax.numpy as jnp
    from scipy import optimize, special

    law = zipf_probabilities(exponent, inputs)
    labels = np.arange(inputs) % classes
    members = np.eye(classes)[labels]  # inputs x classes
    rivals = (labels[:, None] + np.arange(1, classes)) % classes
    nodes, node_weights = special.roots_hermitenorm(24)
    node_weights = node_weights / node_weights.sum()
    halves, radius_weights = special.roots_genlaguerre(10, dimension / 2 - 1)
    radii, radius_weights = np.sqrt(2 * halves), radius_weights / radius_weights.sum()

    with jax.enable_x64(True):

        def error(logarithms: Any) -> Any:
            q = jnp.exp(logarithms)
            q = q / jnp.linalg.norm(q)
            own = q[:, None] ** 2 * members
            energies = jnp.sqrt((q**2) @ members - own + 1e-300)  # without the input's own term
            noise = jnp.sum(members * energies, axis=1)
            score = q[:, None, None] * radii[:, None] + noise[:, None, None] * nodes
            theirs = jnp.take_along_axis(energies, rivals, axis=1)
            z = score[..., None] / theirs[:, None, None, :]
            beaten = jax.scipy.stats.norm.logcdf(z).sum(axis=-1)
            return law @ (1 - (jnp.exp(beaten) @ node_weights) @ radius_weights)

        value_and_slope = jax.jit(jax.value_and_grad(error))

        def objective(vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            value, slope = value_and_slope(vector)
            return float(value), np.asarray(slope)

        best = optimize.minimize(
            objective, 0.25 * np.log(law), jac=True, method="L-BFGS-B", options={"maxiter": 150}
        )
    weights = np.exp(best.x)
    return float(best.fun), weights / np.linalg.norm(weights)
