"""Gradient descent of a few tokens in thousands of settings at once, in the closed system.

Each setting has its own embeddings, frequencies and step size. Settings are stored side by side, so
that one instruction works on several of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import require_array, require_targets, require_weights
from numerics.assoc_dynamics.binary import SUMMARY
from numerics.core.arguments import require_integer

__all__ = ["sweep_scores"]

_LANES = 8
_RISE = 1e-12  # a loss that grows relatively by less has not grown, but been rounded


def sweep_scores(
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    labels: ArrayLike,
    step_sizes: ArrayLike,
    steps: int,
) -> NDArray[np.void]:
    """Run gradient descent from ``W = 0`` in many settings and say of each how it went.

    Parameters
    ----------
    inputs : array, shape (S, N, N)
        Inner products of the input embeddings of each setting.
    outputs : array, shape (S, M, M)
        Inner products of the output embeddings of each setting.
    probabilities : array, shape (S, N)
        ``p(x)`` of each setting.
    labels : array of int, shape (N,)
        The label of each token, from 0 to M - 1; the same in all settings.
    step_sizes : array, shape (S,)
        At least 0.
    steps : int
        How many steps, at least 0; the states 0, ..., ``steps`` are looked at.

    Returns
    -------
    structured array, shape (S,)
        With the fields of `numerics.assoc_dynamics.binary.SUMMARY`; a token is right while its own
        label's score is above all others. Results do not depend on the number of threads.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    a = require_array("inputs", inputs, -1, -1, -1)
    settings, tokens = a.shape[:2]
    b = require_array("outputs", outputs, settings, -1, -1)
    if a.shape[2] != tokens or b.shape[1] != b.shape[2] or not tokens or not b.shape[1]:
        raise ValueError("inputs and outputs must hold a square array for each setting")
    p = require_weights(probabilities, settings, tokens)
    own = np.asarray(require_targets(labels, b.shape[1], tokens).argmax(axis=0), dtype=np.int64)
    if np.ndim(labels) != 1:
        raise ValueError(f"labels must be {tokens} integers")
    eta = require_array("step_sizes", step_sizes, settings)
    if (eta < 0).any():
        raise ValueError("step_sizes must be nonnegative")
    pulls = eta[:, np.newaxis, np.newaxis] * p[:, :, np.newaxis] * a
    counts, losses = np.empty((settings, 3), dtype=np.int64), np.empty((settings, 2))
    _sweep(
        np.ascontiguousarray(pulls.transpose(1, 2, 0)),
        np.ascontiguousarray(b.transpose(1, 2, 0)),
        np.ascontiguousarray(p.T),
        own,
        require_integer("steps", steps, 0),
        counts,
        losses,
    )
    out = np.zeros(settings, dtype=SUMMARY)
    for column, name in enumerate(("first_perfect", "last_error", "increases")):
        out[name] = counts[:, column]
    for column, name in enumerate(("largest_loss", "final_loss")):
        out[name] = losses[:, column]
    return out


@njit(cache=True)
def _look(s, own, p, r, loss, wrong):  # type: ignore[no-untyped-def]
    """Write what is missing of each label into ``r``, and the loss and errors of the state."""
    tokens, labels, lanes = s.shape
    for lane in range(lanes):
        loss[lane] = 0.0
        wrong[lane] = False
    for x in range(tokens):
        right = own[x]
        for lane in range(lanes):
            rival = -np.inf
            for y in range(labels):
                if y != right:
                    rival = max(rival, s[x, y, lane])
            top = max(rival, s[x, right, lane])
            rest = 0.0
            for y in range(labels):
                weight = np.exp(s[x, y, lane] - top)
                r[x, y, lane] = -weight
                if y != right:
                    rest += weight
            kept = -r[x, right, lane]
            share = 1 / (kept + rest)
            for y in range(labels):
                r[x, y, lane] *= share
            r[x, right, lane] = rest * share  # one minus a share near one would lose its digits
            if s[x, right, lane] > rival:
                loss[lane] += p[x, lane] * np.log1p(rest)
            else:
                loss[lane] += p[x, lane] * (np.log(kept + rest) + (top - s[x, right, lane]))
                wrong[lane] |= p[x, lane] > 0


@njit(cache=True)
def _step(s, pull, b, r, moved):  # type: ignore[no-untyped-def]
    tokens, labels, lanes = s.shape
    for x in range(tokens):
        moved[:] = 0.0
        for y in range(labels):
            for z in range(labels):
                for lane in range(lanes):
                    moved[y, lane] += b[y, z, lane] * r[x, z, lane]
        for other in range(tokens):
            for y in range(labels):
                for lane in range(lanes):
                    s[other, y, lane] += pull[x, other, lane] * moved[y, lane]


@njit(cache=True, parallel=True)
def _sweep(pulls, outputs, weights, own, steps, counts, losses):  # type: ignore[no-untyped-def]
    tokens, labels, settings = len(pulls), len(outputs), pulls.shape[2]
    for block in prange((settings + _LANES - 1) // _LANES):
        begin = block * _LANES
        lanes = min(_LANES, settings - begin)
        # lanes without a setting stand still: no pull, no weight
        pull, b = np.zeros((tokens, tokens, _LANES)), np.zeros((labels, labels, _LANES))
        p = np.zeros((tokens, _LANES))
        pull[:, :, :lanes] = pulls[:, :, begin : begin + lanes]
        b[:, :, :lanes] = outputs[:, :, begin : begin + lanes]
        p[:, :lanes] = weights[:, begin : begin + lanes]
        s, r = np.zeros((tokens, labels, _LANES)), np.zeros((tokens, labels, _LANES))
        moved, loss = np.zeros((labels, _LANES)), np.zeros(_LANES)
        wrong = np.zeros(_LANES, dtype=np.bool_)
        before, largest = np.full(_LANES, np.inf), np.full(_LANES, -np.inf)
        first, last, rises = (
            np.full(_LANES, -1, dtype=np.int64),
            np.full(_LANES, -1, dtype=np.int64),
            np.zeros(_LANES, dtype=np.int64),
        )
        for k in range(steps + 1):
            _look(s, own, p, r, loss, wrong)
            for lane in range(lanes):
                if wrong[lane]:
                    last[lane] = k
                elif first[lane] < 0:
                    first[lane] = k
                if loss[lane] > before[lane] * (1 + _RISE):
                    rises[lane] += 1
                largest[lane] = max(largest[lane], loss[lane])
                before[lane] = loss[lane]
            if k < steps:
                _step(s, pull, b, r, moved)
        for lane in range(lanes):
            counts[begin + lane, 0] = first[lane]
            counts[begin + lane, 1] = last[lane]
            counts[begin + lane, 2] = rises[lane]
            losses[begin + lane, 0] = largest[lane]
            losses[begin + lane, 1] = before[lane]
