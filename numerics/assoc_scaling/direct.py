"""Direct simulation of one large memory, in blocks of inputs.

The memory W = sum_x q(x) u_{f(x)} e_x^T has rank at most M: it is held as its M class sums
c_z = sum_{f(x)=z} q(x) e_x, so that W = U^T c is never formed as a d x d matrix. Input embeddings
are drawn block by block, once to store them and once more to ask for them; as many of the first
blocks as fit into `KEPT_BYTES` are kept instead of drawn again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream

__all__ = ["memory_error"]

KEPT_BYTES = 2**27
"""How much of the embeddings is kept: drawing them costs more than what is done with them."""


def memory_error(
    probabilities: ArrayLike,
    weights: ArrayLike,
    labels: ArrayLike,
    output_embeddings: ArrayLike,
    stream: Stream,
    block: int = 2048,
) -> float:
    """Return the error of one random memory over the law of inputs.

    Parameters
    ----------
    probabilities, weights : (N,) arrays
        Law of the inputs, and the weight with which each is stored.
    labels : (N,) array of int
        From 0.
    output_embeddings : (M, d) array
        Rows u_y.
    stream : Stream
        Input embeddings are independent standard Gaussians, in single precision.
    block : int
        Inputs that are held at a time. The embeddings do not depend on how many threads there are,
        but they do depend on the block size.

    Returns
    -------
    float
        Probability of the inputs x with argmax_y u_y^T W e_x (the first, if tied) not f(x).

    Raises
    ------
    ValueError
        The arrays do not fit together, or the block is not positive.
    """
    p, q = np.asarray(probabilities, dtype=float), np.asarray(weights, dtype=np.float32)
    f, U = np.asarray(labels), np.asarray(output_embeddings, dtype=np.float32)
    block = require_integer("block", block, 1)
    if not p.shape == q.shape == f.shape or p.ndim != 1 or U.ndim != 2:
        raise ValueError("probabilities, weights and labels must be vectors of one length")
    if f.size and not 0 <= f.min() <= f.max() < U.shape[0]:
        raise ValueError(f"labels must lie in 0..{U.shape[0] - 1}")
    starts = range(0, p.size, block)
    keep = starts[: KEPT_BYTES // (4 * block * max(1, U.shape[1]))]
    kept: dict[int, NDArray[np.float32]] = {}

    def embeddings(start: int) -> NDArray[np.float32]:
        if start in kept:
            return kept[start]
        rows = min(block, p.size - start)
        rng = stream.numpy(start // block)
        return rng.standard_normal((rows, U.shape[1]), dtype=np.float32)

    def class_sums(start: int) -> NDArray[np.float64]:
        E = embeddings(start)
        if start in keep:
            kept[start] = E
        part = slice(start, start + E.shape[0])
        indicator = np.zeros((U.shape[0], E.shape[0]), dtype=np.float32)
        indicator[f[part], np.arange(E.shape[0])] = q[part]
        return (indicator @ E).astype(np.float64)

    sums = _added(class_sums, starts)
    competitors = ((U.astype(np.float64) @ U.T.astype(np.float64)) @ sums).astype(np.float32)

    def wrong(start: int) -> NDArray[np.float64]:
        E = embeddings(start)
        part = slice(start, start + E.shape[0])
        answers = np.argmax(E @ competitors.T, axis=1)
        return np.asarray(p[part] @ (answers != f[part]))

    return float(_added(wrong, starts))


def _added(task: Callable[[int], Any], starts: range) -> Any:
    """Sum of a task over blocks, in the order of the blocks whatever the number of threads."""
    total: Any = 0.0
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(task, starts):
            total = total + result
    return total
