"""The blocked simulation of a large memory is the plain one."""

import numpy as np
import pytest

from numerics.assoc_scaling.direct import memory_error
from numerics.core.streams import Stream

STREAM = Stream.of(3, "direct")


def plain_error(p, q, f, U, block):
    """W formed as a matrix, from the same embeddings."""
    blocks = []
    for index in range(-(-p.size // block)):
        rows = min(block, p.size - index * block)
        blocks.append(STREAM.numpy(index).standard_normal((rows, U.shape[1]), dtype=np.float32))
    E = np.concatenate(blocks).astype(float)
    W = (U[f] * q[:, None]).T @ E
    return p @ (np.argmax(E @ W.T @ U.T, axis=1) != f)


@pytest.mark.parametrize(
    "size, classes, dimension, block", [(50, 3, 4, 7), (64, 5, 20, 64), (1, 1, 1, 8)]
)
def test_same_as_the_plain_memory(size, classes, dimension, block):
    rng = np.random.default_rng(size)
    p = rng.dirichlet(np.ones(size))
    q, f = rng.standard_normal(size), rng.integers(0, classes, size)
    U = rng.standard_normal((classes, dimension))
    U /= np.linalg.norm(U, axis=1, keepdims=True)
    ours = memory_error(p, q, f, U, STREAM, block=block)
    assert ours == pytest.approx(plain_error(p, q, f, U, block), abs=1e-12)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="one length"):
        memory_error([1.0], [1.0, 2.0], [0], [[1.0]], STREAM)
    with pytest.raises(ValueError, match=r"labels must lie in 0\.\.0"):
        memory_error([1.0], [1.0], [1], [[1.0]], STREAM)
