"""Checks of what the simulators of this topic have in common: shapes, probabilities, targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["require_array", "require_targets", "require_times", "require_weights"]


def require_array(name: str, value: ArrayLike, *shape: int) -> NDArray[np.float64]:
    """Return a C-contiguous float64 copy of ``value``, or raise ValueError.

    Parameters
    ----------
    name : str
        How the message calls the argument.
    value : array
        Finite real numbers.
    *shape : int
        The required shape; -1 allows any length of that axis.

    Raises
    ------
    ValueError
        If the shape is another or an entry is not a finite real number.
    """
    try:
        array = np.array(value, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of real numbers") from None
    wanted = ", ".join("any" if length < 0 else str(length) for length in shape)
    matches = zip(array.shape, shape, strict=False)
    if array.ndim != len(shape) or any(has != length >= 0 for has, length in matches):
        raise ValueError(f"{name} has shape {array.shape}; it must be ({wanted})")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    return array


def require_weights(probabilities: ArrayLike, *shape: int) -> NDArray[np.float64]:
    """Return weights of tokens, nonnegative; they need not sum to one.

    Raises
    ------
    ValueError
        If the shape is another, or a weight is negative or not finite.
    """
    weights = require_array("probabilities", probabilities, *shape)
    if (weights < 0).any():
        raise ValueError("probabilities must be nonnegative")
    return weights


def require_targets(targets: ArrayLike, classes: int, size: int) -> NDArray[np.float64]:
    """Return the distributions of the labels, one column for each token.

    Parameters
    ----------
    targets : array
        Shape (M, N) with columns that sum to one, or N integers: the label of each token,
        from 0 to M - 1.
    classes, size : int
        M and N.

    Raises
    ------
    ValueError
        If it is neither.
    """
    given: Any = np.asarray(targets)
    if given.ndim == 1 and np.issubdtype(given.dtype, np.integer):
        if given.shape != (size,) or (size and not 0 <= given.min() <= given.max() < classes):
            raise ValueError(f"targets must be {size} labels from 0 to {classes - 1}")
        return np.ascontiguousarray(np.eye(classes)[:, given])
    columns = require_array("targets", given, classes, size)
    if (columns < 0).any() or (np.abs(columns.sum(axis=0) - 1) > 1e-9).any():
        raise ValueError("each column of targets must be nonnegative and sum to one")
    return columns


def require_times(times: ArrayLike) -> NDArray[np.float64]:
    """Return times, nonnegative and in nondecreasing order.

    Raises
    ------
    ValueError
        If they are not.
    """
    moments = require_array("times", np.atleast_1d(times), -1)
    if (moments < 0).any() or (np.diff(moments) < 0).any():
        raise ValueError("times must be nonnegative and in nondecreasing order")
    return moments
