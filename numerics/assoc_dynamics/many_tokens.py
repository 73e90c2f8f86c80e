"""Gradient descent with up to a hundred thousand tokens, on whatever device JAX finds.

Two ways, neither of which holds a table of tokens by tokens: `trained` steps the matrix ``W``, and
`closed` steps the scores alone, with the inner products of the embeddings applied factor by factor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_dynamics.arguments import require_array, require_weights
from numerics.core.arguments import require_integer, require_real
from numerics.core.training import keep_compiled_loops
from numerics.core.zipf import zipf_probabilities

__all__ = ["Problem", "Run", "closed", "drawn", "trained"]

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
    """What was seen before each step and after the last one.

    Attributes
    ----------
    losses : array, shape (steps + 1,)
        Cross-entropy.
    errors : array, shape (steps + 1,)
        Probability of the tokens whose own label has no higher score than all others.
    """

    losses: _Array
    errors: _Array


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
    return Problem(
        e / np.linalg.norm(e, axis=1, keepdims=True),
        u / np.linalg.norm(u, axis=1, keepdims=True),
        np.arange(tokens) % labels,
        zipf_probabilities(exponent, tokens),
    )


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

    def score(memory: Any, e: Any, u: Any) -> Any:
        return u @ memory @ e.T

    def move(memory: Any, missing: Any, e: Any, u: Any) -> Any:
        return memory + (u.T @ missing) @ e

    return _run(problem, step, steps, lambda e, u: np.zeros((u.shape[1], e.shape[1])), score, move)


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

    def score(scores: Any, e: Any, u: Any) -> Any:
        return scores

    def move(scores: Any, missing: Any, e: Any, u: Any) -> Any:
        return scores + (u @ (u.T @ missing) @ e) @ e.T

    return _run(problem, step, steps, lambda e, u: np.zeros((len(u), len(e))), score, move)


def _run(
    problem: Problem,
    step: float,
    steps: int,
    start: Callable[[_Array, _Array], _Array],
    score: Callable[[Any, Any, Any], Any],
    move: Callable[[Any, Any, Any, Any], Any],
) -> Run:
    e, u, labels, p = _required(problem)
    step, steps = require_real("step", step, at_least=0.0), require_integer("steps", steps, 0)
    import jax
    import jax.numpy as jnp

    keep_compiled_loops()

    def run(state: Any, e: Any, u: Any, labels: Any, p: Any, step: Any) -> Any:
        own = jnp.arange(len(u))[:, None] == labels

        def look(state: Any) -> Any:
            logs = jax.nn.log_softmax(score(state, e, u), axis=0)
            right = jnp.sum(jnp.where(own, logs, 0.0), axis=0)
            rival = jnp.max(jnp.where(own, -jnp.inf, logs), axis=0, initial=-jnp.inf)
            missing = jnp.where(own, -jnp.expm1(logs), -jnp.exp(logs))
            return missing, -jnp.sum(p * right), jnp.sum(p * (right <= rival))

        def body(state: Any, _: Any) -> Any:
            missing, loss, error = look(state)
            return move(state, step * p * missing, e, u), (loss, error)

        last, (losses, errors) = jax.lax.scan(body, state, length=steps)
        _, loss, error = look(last)
        return jnp.append(losses, loss), jnp.append(errors, error)

    with jax.enable_x64(True):
        losses, errors = jax.jit(run)(start(e, u), e, u, labels, p, step)
        return Run(np.asarray(losses), np.asarray(errors))


def _required(problem: Problem) -> tuple[_Array, _Array, NDArray[np.int64], _Array]:
    e = require_array("inputs", problem.inputs, -1, -1)
    u = require_array("outputs", problem.outputs, -1, -1)
    p = require_weights(problem.probabilities, len(e))
    labels = np.asarray(problem.labels)
    if labels.shape != (len(e),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be {len(e)} integers")
    if len(e) and not 0 <= labels.min() <= labels.max() < len(u):
        raise ValueError(f"labels must be from 0 to {len(u) - 1}")
    return e, u, labels.astype(np.int64), p
