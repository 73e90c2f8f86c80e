"""Gradient descent and gradient flow with up to a hundred thousand tokens, on what JAX finds.

Two ways, neither of which holds a table of tokens by tokens: one moves the matrix ``W``, the other
the scores alone, with the inner products of the embeddings applied factor by factor. Tokens are
looked at in blocks that fit a processor's cache, once for each step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics import token_blocks
from numerics.assoc_dynamics.arguments import require_array, require_times, require_weights
from numerics.core.arguments import require_integer, require_real
from numerics.core.training import keep_compiled_loops
from numerics.core.zipf import zipf_probabilities

__all__ = [
    "Course",
    "Problem",
    "Run",
    "closed",
    "clustered",
    "drawn",
    "flow_closed",
    "flow_trained",
    "trained",
]

_Array = NDArray[np.float64]


class Problem(NamedTuple):
    """Tokens to be remembered.

    Attributes
    ----------
    inputs : array, shape (N, d)
        Rows ``e_x``.
    outputs : array, shape (M, d')
        Rows ``u_y``.
    labels : array of int, shape (N,)
        From 0 to M - 1.
    probabilities : array, shape (N,)
        ``p(x)``, nonnegative.
    """

    inputs: ArrayLike
    outputs: ArrayLike
    labels: ArrayLike
    probabilities: ArrayLike


class Run(NamedTuple):
    """What was seen before each step of gradient descent and after the last one.

    Attributes
    ----------
    losses : array, shape (steps + 1,)
        Cross-entropy.
    errors : array, shape (steps + 1,)
        Probability of the tokens whose own label has no higher score than all others.
    end : array
        ``W``, shape (d', d), or the scores, shape (M, N), after the last step.
    """

    losses: _Array
    errors: _Array
    end: _Array


class Course(NamedTuple):
    """What was seen along the gradient flow at each time.

    Attributes
    ----------
    losses, errors : arrays, shape (T,)
        As for `Run`.
    doubts : array, shape (T,)
        Mean probability of the wrong labels.
    falls : array, shape (T,)
        Squared norm of the gradient of the loss in ``W``.
    fallen : array, shape (T,)
        Integral of the falls over time, with the weights of the steps of the flow.
    end : array
        ``W``, shape (d', d), or the scores, shape (M, N), at the last time.
    """

    losses: _Array
    errors: _Array
    doubts: _Array
    falls: _Array
    fallen: _Array
    end: _Array


def drawn(tokens: int, labels: int, dimension: int, seed: int, exponent: float = 1.0) -> Problem:
    """Return a problem with embeddings drawn uniformly on the unit sphere.

    Parameters
    ----------
    tokens, labels, dimension : int
        N, M and d = d'; the label of token x, from 0, is x mod M.
    seed : int
        Of the embeddings.
    exponent : float
        Of the Zipf law of the tokens.

    Raises
    ------
    ValueError
        If a size or the seed is out of range.
    """
    tokens, labels = require_integer("tokens", tokens, 1), require_integer("labels", labels, 1)
    dimension = require_integer("dimension", dimension, 1)
    rng = np.random.Generator(np.random.Philox(require_integer("seed", seed, 0)))
    e, u = (rng.standard_normal((rows, dimension)) for rows in (tokens, labels))
    e /= np.linalg.norm(e, axis=1, keepdims=True)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    return Problem(e, u, np.arange(tokens) % labels, zipf_probabilities(exponent, tokens))


def clustered(
    tokens: int, labels: int, dimension: int, seed: int, noise: float, exponent: float = 0.0
) -> Problem:
    """Return a problem whose tokens gather about the output embeddings of their labels.

    Parameters
    ----------
    tokens, labels, dimension, seed, exponent
        As for `drawn`.
    noise : float
        Length of what is added to the output embedding, in a direction drawn uniformly, before the
        sum is divided by its length; below half the gap between 1 and the largest inner product of
        two output embeddings the identity has a positive margin on every token.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    noise = require_real("noise", noise, at_least=0.0)
    e, u, own, p = drawn(tokens, labels, dimension, seed, exponent)
    gathered = np.asarray(u)[np.asarray(own, dtype=np.int64)] + noise * np.asarray(e)
    return Problem(gathered / np.linalg.norm(gathered, axis=1, keepdims=True), u, own, p)


def trained(problem: Problem, step: float, steps: int) -> Run:
    """Train ``W`` from 0 by gradient descent on the whole batch.

    Parameters
    ----------
    problem : Problem
    step : float
        Step size, at least 0.
    steps : int
        How many, at least 0.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    return _descended("memory", problem, step, steps)


def closed(problem: Problem, step: float, steps: int) -> Run:
    """Follow the scores from 0 in their closed system; no ``W`` is kept.

    Parameters
    ----------
    problem : Problem
    step : float
        Step size, at least 0.
    steps : int
        How many, at least 0.

    Raises
    ------
    ValueError
        If shapes do not match, or an argument is out of range.
    """
    return _descended("scores", problem, step, steps)


def flow_trained(problem: Problem, times: ArrayLike, tolerance: float = 1e-8) -> Course:
    """Follow the gradient flow of ``W`` from 0.

    Parameters
    ----------
    problem : Problem
    times : array, shape (T,)
        Nonnegative and in nondecreasing order; the start is at time 0.
    tolerance : float
        Bound on the estimated error of every score in each step. Steps are explicit, in the
        logarithm of one plus the time, so that their number grows like that logarithm where the
        time times the curvature stays bounded.

    Raises
    ------
    ValueError
        If shapes do not match, an argument is out of range, or the flow needs too many steps.
    """
    return _followed("memory", problem, times, tolerance)


def flow_closed(problem: Problem, times: ArrayLike, tolerance: float = 1e-8) -> Course:
    """Follow the scores from 0 along the gradient flow in their closed system.

    Parameters
    ----------
    problem, times, tolerance
        As for `flow_trained`.

    Raises
    ------
    ValueError
        As for `flow_trained`.
    """
    return _followed("scores", problem, times, tolerance)


def _descended(kind: str, problem: Problem, step: float, steps: int) -> Run:
    given = _required(problem)
    eta, steps = require_real("step", step, at_least=0.0), require_integer("steps", steps, 0)
    import jax

    keep_compiled_loops()
    with jax.enable_x64(True):
        start, tables = token_blocks.laid_out(kind, *given)
        end, (losses, errors) = token_blocks.descent(kind)(start, tables, eta, steps)
        return Run(np.asarray(losses), np.asarray(errors), _read(kind, end, given))


def _followed(kind: str, problem: Problem, times: ArrayLike, tolerance: float) -> Course:
    given = _required(problem)
    moments = require_times(times)
    accuracy = require_real("tolerance", tolerance, at_least=1e-13, at_most=0.1)
    import jax

    keep_compiled_loops()
    with jax.enable_x64(True):
        start, tables = token_blocks.laid_out(kind, *given)
        end, taken, seen = token_blocks.flow(kind)(start, tables, np.log1p(moments), accuracy)
        if taken >= token_blocks.MOST_STEPS:
            raise ValueError(f"the flow needs more than {token_blocks.MOST_STEPS} steps")
        losses, errors, doubts, falls, fallen = (np.asarray(values) for values in seen)
        return Course(losses, errors, doubts, falls, fallen, _read(kind, end, given))


def _read(kind: str, end: Any, given: tuple[Any, ...]) -> _Array:
    if kind == "memory":
        return np.asarray(end)
    e, u = given[:2]
    return np.asarray(end).reshape(-1, len(u))[: len(e)].T


def _required(problem: Problem) -> tuple[_Array, _Array, NDArray[np.int64], _Array]:
    e = require_array("inputs", problem.inputs, -1, -1)
    u = require_array("outputs", problem.outputs, -1, -1)
    if not len(e) or not len(u):
        raise ValueError("there must be at least one token and one label")
    p = require_weights(problem.probabilities, len(e))
    labels = np.asarray(problem.labels)
    if labels.shape != (len(e),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be {len(e)} integers")
    if not 0 <= labels.min() <= labels.max() < len(u):
        raise ValueError(f"labels must be from 0 to {len(u) - 1}")
    return e, u, labels.astype(np.int64), p
