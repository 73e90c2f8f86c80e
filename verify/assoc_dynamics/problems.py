"""Learning problems as the points of this topic hold them, and values of double precision."""

from __future__ import annotations

import numpy as np

from verify import Exact

__all__ = ["ROUNDING", "drawn", "known", "pair", "problem", "rows"]

ROUNDING = 1e-12


def rows(array):
    """An array as the tuples that a point holds."""
    return tuple(map(tuple, np.asarray(array, dtype=float).tolist()))


def problem(inputs, outputs, labels, probabilities):
    """The parameters that say what is to be learned; labels are counted from 1."""
    return {
        "N": len(inputs),
        "M": len(outputs),
        "d": len(inputs[0]),
        "l": len(outputs[0]),
        "E": rows(inputs),
        "U": rows(outputs),
        "f": tuple(int(label) for label in labels),
        "p": tuple(float(share) for share in probabilities),
    }


def pair(overlap, frequent):
    """Two tokens with unit embeddings and different labels with orthonormal embeddings."""
    inputs = [[1.0, 0.0], [overlap, (1 - overlap**2) ** 0.5]]
    return problem(inputs, np.eye(2), (1, 2), (frequent, 1 - frequent))


def drawn(rng, tokens, labels, inside, outside, unit=False):
    """Random embeddings, labels and probabilities."""
    inputs, outputs = rng.standard_normal((tokens, inside)), rng.standard_normal((labels, outside))
    if unit:
        inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
        outputs /= np.linalg.norm(outputs, axis=1, keepdims=True)
    right = rng.permutation(np.arange(tokens) % labels) + 1
    return problem(inputs, outputs, right, rng.dirichlet(np.ones(tokens)))


def known(value, relative=ROUNDING):
    """A value of double precision."""
    return Exact(value, relative * abs(value))
