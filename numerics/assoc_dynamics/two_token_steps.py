"""Whole runs of gradient descent on the memory of two tokens: spikes, errors, losses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.assoc_dynamics import memory, no_oscillation
from numerics.assoc_dynamics.two_tokens import pair

__all__ = ["Run", "run"]

_RISE = 1e-12  # a loss that grows relatively by less has not grown, but been rounded


class Run(NamedTuple):
    """What happened along a run.

    Attributes
    ----------
    losses : array of float64
        Before the first step and after each.
    margins : array of float64, shape (steps + 1, 2)
    rises : array of int64
        The steps, counted from 0, that raised the loss.
    last_error : int
        Number of the last iterate with a margin that is not positive, -1 if there is none.
    """

    losses: NDArray[np.float64]
    margins: NDArray[np.float64]
    rises: NDArray[np.int64]
    last_error: int


def run(p1: float, alpha: float, step: float, steps: int, c: float = 2.0) -> Run:
    """Run gradient descent on ``W`` from 0 for two tokens with labels of their own.

    Parameters
    ----------
    p1 : float
        Probability of token 1.
    alpha : float
        Inner product of the unit embeddings, inside (-1, 1).
    step : float
    steps : int
    c : float
        Squared distance of the two output embeddings.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    mobility, p = pair(p1, alpha, c)
    start, inputs, outputs, p, labels = no_oscillation.memory_with_margins(
        mobility / c, p, c, np.zeros(2)
    )
    path = memory.descend(start, inputs, outputs, p, labels, step, steps)
    losses = np.array([memory.loss(w, inputs, outputs, p, labels) for w in path])
    signed = inputs * (1 - 2 * labels[:, np.newaxis])
    margins = np.array([signed @ w.T @ (outputs[0] - outputs[1]) for w in path])
    rises = np.flatnonzero(np.diff(losses) > _RISE * losses[:-1])
    wrong = np.flatnonzero(margins.min(axis=1) <= 0)
    return Run(losses, margins, rises, int(wrong[-1]) if len(wrong) else -1)
