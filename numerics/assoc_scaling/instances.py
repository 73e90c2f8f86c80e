"""Families of weights, labels and output embeddings on which the laws of the error are tried."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities

__all__ = [
    "EMBEDDING_KINDS",
    "LABEL_KINDS",
    "WEIGHT_KINDS",
    "labels",
    "output_embeddings",
    "weights",
]

EMBEDDING_KINDS = ("sphere", "orthonormal", "simplex", "clustered", "unnormalised")
WEIGHT_KINDS = ("uniform", "zipf", "quarter", "signed", "sparse", "one-hot")
LABEL_KINDS = ("modulo", "random", "constant")


def output_embeddings(
    kind: str, classes: int, dimension: int, stream: Stream
) -> NDArray[np.float64]:
    """Return output embeddings ``u_0, ..., u_{M-1}`` as rows.

    Parameters
    ----------
    kind : str
        ``"sphere"``: independent and uniform on the unit sphere.
        ``"orthonormal"``: orthonormal rows in random position; needs ``classes <= dimension``.
        ``"simplex"``: unit rows with all inner products ``-1/(classes-1)``, in random position;
        needs ``2 <= classes <= dimension + 1``.
        ``"clustered"``: unit rows around a common direction, with inner products near ``1 - c``
        for a ``c`` drawn log-uniformly from [.01, .1]; needs ``dimension >= 2``.
        ``"unnormalised"``: as ``"sphere"``, with the second row twice as long.
    classes : int
        Number of labels M, at least 1.
    dimension : int
        At least 1.
    stream : Stream
        Where the randomness comes from (its replicate 0).

    Returns
    -------
    array of float64, shape (classes, dimension)

    Raises
    ------
    ValueError
        If the kind is unknown or does not exist with so many classes in that dimension.
    """
    _require_kind(kind, EMBEDDING_KINDS)
    classes = require_integer("classes", classes, 1)
    dimension = require_integer("dimension", dimension, 1)
    generator = stream.numpy()
    if kind == "orthonormal":
        if classes > dimension:
            raise ValueError(
                f"{classes} orthonormal rows do not fit dimension {dimension}; "
                "classes must be at most the dimension"
            )
        return _orthonormal_rows(classes, dimension, generator)
    if kind == "simplex":
        if not 2 <= classes <= dimension + 1:
            raise ValueError(
                f"a simplex of {classes} rows does not fit dimension {dimension}; "
                "classes must be from 2 to the dimension plus 1"
            )
        gram = (classes * np.eye(classes) - 1.0) / (classes - 1)
        sizes, vectors = np.linalg.eigh(gram)
        corners = vectors[:, 1:] * np.sqrt(sizes[1:])  # the eigenvalue 0 comes first
        return _normalised(corners @ _orthonormal_rows(classes - 1, dimension, generator))
    directions = _normalised(generator.standard_normal((classes, dimension)))
    if kind == "clustered":
        if dimension < 2:
            raise ValueError(
                "dimension is 1; it must be at least 2 for clustered rows, which coincide in 1"
            )
        distance = math.exp(generator.uniform(math.log(0.01), math.log(0.1)))
        common = _normalised(generator.standard_normal((1, dimension)))
        return _normalised(math.sqrt(1.0 - distance) * common + math.sqrt(distance) * directions)
    if kind == "unnormalised":
        directions[1:2] *= 2.0
    return directions


def weights(kind: str, size: int, stream: Stream) -> NDArray[np.float64]:
    """Return the weights ``q(x)`` of a memory.

    Parameters
    ----------
    kind : str
        ``"uniform"``: all 1. ``"zipf"``: ``(x+1)**-2``, of sum 1. ``"quarter"``: ``(x+1)**-1/2``,
        the fourth root of that law up to a constant. ``"signed"``: independent normals.
        ``"sparse"``: 1 on the first ``ceil(size/3)`` tokens, 0 on the others. ``"one-hot"``: 1 on
        one token drawn uniformly.
    size : int
        Number of tokens N, at least 1.
    stream : Stream
        Where the randomness comes from (its replicate 0).

    Returns
    -------
    array of float64, shape (size,)

    Raises
    ------
    ValueError
        If the kind is unknown or the size out of range.
    """
    _require_kind(kind, WEIGHT_KINDS)
    size = require_integer("size", size, 1)
    generator = stream.numpy()
    if kind == "zipf":
        return zipf_probabilities(2.0, size)
    if kind == "quarter":
        return np.asarray(np.arange(1, size + 1, dtype=np.float64) ** -0.5)
    if kind == "signed":
        return generator.standard_normal(size)
    if kind == "sparse":
        return np.asarray(np.arange(size) < math.ceil(size / 3), dtype=np.float64)
    if kind == "one-hot":
        return np.asarray(np.arange(size) == generator.integers(size), dtype=np.float64)
    return np.ones(size)


def labels(kind: str, size: int, classes: int, stream: Stream) -> NDArray[np.int64]:
    """Return the labels ``f(x)`` of the tokens.

    Parameters
    ----------
    kind : str
        ``"modulo"``: ``x mod classes``. ``"random"``: independent and uniform. ``"constant"``: all
        equal to ``classes - 1``, the label that loses every tie.
    size : int
        Number of tokens N, at least 1.
    classes : int
        Number of labels M, at least 1.
    stream : Stream
        Where the randomness comes from (its replicate 0).

    Returns
    -------
    array of int64, shape (size,)

    Raises
    ------
    ValueError
        If the kind is unknown or a number out of range.
    """
    _require_kind(kind, LABEL_KINDS)
    size = require_integer("size", size, 1)
    classes = require_integer("classes", classes, 1)
    if kind == "modulo":
        return np.arange(size, dtype=np.int64) % classes
    if kind == "random":
        return stream.numpy().integers(classes, size=size, dtype=np.int64)
    return np.full(size, classes - 1, dtype=np.int64)


def _require_kind(kind: str, kinds: tuple[str, ...]) -> None:
    if kind not in kinds:
        raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(kinds)}")


def _normalised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _orthonormal_rows(
    count: int, dimension: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    orthonormal, triangle = np.linalg.qr(generator.standard_normal((dimension, count)))
    # The signs make the position uniform (Haar) instead of a convention of the QR routine.
    return np.ascontiguousarray((orthonormal * np.sign(np.diag(triangle))).T)
