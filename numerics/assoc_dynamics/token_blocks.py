"""Steps of gradient descent and flow over tokens in blocks, compiled by JAX.

The state is the memory ``W``, or the scores of all tokens block by block. Either moves by a small
matrix, and a look at all tokens moves it and gives the velocity.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_STEPS", "descent", "flow", "laid_out"]

_Array = NDArray[np.float64]
_BLOCK = 2048  # tokens; a block of a hundred scores each takes 1.6 MB
MOST_STEPS = 100_000
_LONGEST = 1.0  # of a step of the flow, in the logarithm of time

# Dormand and Prince's pair of orders 5 and 4; the last row of the stages is the solution.
_NODES = np.array([0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1])
_STAGES = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0],
        [1 / 5, 0, 0, 0, 0, 0, 0],
        [3 / 40, 9 / 40, 0, 0, 0, 0, 0],
        [44 / 45, -56 / 15, 32 / 9, 0, 0, 0, 0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0, 0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0, 0],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
    ]
)
_GAPS = np.array(
    [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]
)  # the solution minus the embedded one


def laid_out(kind: str, e: _Array, u: _Array, labels: Any, p: _Array) -> tuple[Any, Any]:
    """Return the start from 0, and the tokens in blocks.

    Parameters
    ----------
    kind : str
        ``memory`` or ``scores``.
    e, u, labels, p : arrays
        Of a problem. What is added to fill the last block has probability 0.
    """
    block = min(_BLOCK, len(e))
    count = -(-len(e) // block)
    fill = count * block - len(e)

    def blocks(rows: Any) -> Any:
        padded = np.concatenate([rows, np.zeros((fill, *rows.shape[1:]), rows.dtype)])
        return padded.reshape(count, block, *rows.shape[1:])

    tables = (u, blocks(e), blocks(labels), blocks(p), np.linalg.norm(e, axis=1).max())
    if kind == "memory":
        return np.zeros((u.shape[1], e.shape[1])), tables
    return np.zeros((count, block, len(u))), tables


def _looker(kind: str) -> Any:
    """What moves a state, and sees it.

    Returns
    -------
    look : (state, move, tables) -> (state, velocity, numbers)
        Moves and velocities are matrices of d' by d for the memory and of M by d for the scores;
        those move by the inputs times the latter. The numbers are loss, error, doubt, and the
        squared norm of the gradient.
    """
    import jax
    import jax.numpy as jnp

    def pulled(scores: Any, inputs: Any, labels: Any, p: Any) -> Any:
        """What pulls the scores of a block of tokens, times the inputs, and its numbers."""
        own = jnp.arange(scores.shape[1]) == labels[:, None]
        top = jnp.max(scores, axis=1, keepdims=True)
        shares = jnp.exp(scores - top)
        total = jnp.sum(shares, axis=1, keepdims=True)
        wrong = jnp.where(own, 0.0, shares / total)
        doubt = jnp.sum(wrong, axis=1)
        right = jnp.sum(jnp.where(own, scores, 0.0), axis=1)
        rival = jnp.max(jnp.where(own, -jnp.inf, scores), axis=1)
        # A loss that is nearly nothing would lose its digits to the logarithm of the total.
        far = jnp.log(total[:, 0]) + top[:, 0] - right
        surprise = jnp.where(right > rival, -jnp.log1p(-doubt), far)
        missing = jnp.where(own, doubt[:, None], -wrong) * p[:, None]
        numbers = jnp.stack([p @ surprise, p @ (right <= rival), p @ doubt])
        return missing.T @ inputs, numbers

    def look(state: Any, move: Any, tables: Any) -> Any:
        u, inputs, labels, p, _ = tables
        memory = kind == "memory"
        table = u @ (state + move) if memory else move

        def one(carry: Any, block: Any) -> Any:
            scores = block[0] @ table.T
            if not memory:
                scores += block[3]
            pull, numbers = pulled(scores, *block[:3])
            return (carry[0] + pull, carry[1] + numbers), None if memory else scores

        zero = jnp.zeros((u.shape[0], inputs.shape[-1])), jnp.zeros(3)
        every = (inputs, labels, p) if memory else (inputs, labels, p, state)
        (pull, numbers), scores = jax.lax.scan(one, zero, every)
        back = u.T @ pull
        fall = jnp.sum(back**2)
        velocity = back if memory else u @ back
        return state + move if memory else scores, velocity, jnp.append(numbers, fall)

    return look


def _no_move(state: Any, tables: Any) -> Any:
    import jax.numpy as jnp

    u, inputs, *_ = tables
    return jnp.zeros_like(state if state.ndim == 2 else u[:, :1] * inputs[0, 0])


@cache
def descent(kind: str) -> Any:
    """Return gradient descent of the memory or of the scores, compiled.

    Returns
    -------
    run : (state, tables, step size, steps) -> (state, (losses, errors))
    """
    import jax

    look = _looker(kind)

    def run(state: Any, tables: Any, eta: Any, steps: int) -> Any:
        def body(carry: Any, _: Any) -> Any:
            state, velocity, numbers = look(*carry, tables)
            return (state, eta * velocity), (numbers[0], numbers[1])

        carry = (state, _no_move(state, tables))
        (state, _), seen = jax.lax.scan(body, carry, length=steps + 1)
        return state, seen

    return jax.jit(run, static_argnums=3)


@cache
def flow(kind: str) -> Any:
    """Return the gradient flow of the memory or of the scores, compiled.

    Returns
    -------
    run : (state, tables, log(1 + times), tolerance) -> (state, steps, numbers)
        At each time loss, error, doubt, fall, and the integral of the falls.
    """
    import jax
    import jax.numpy as jnp

    look = _looker(kind)

    def run(state: Any, tables: Any, ends: Any, tolerance: Any) -> Any:
        u, longest = tables[0], tables[-1]
        nodes, stages, gaps = (jnp.asarray(rows) for rows in (_NODES, _STAGES, _GAPS))

        def most(move: Any) -> Any:
            """A bound on what a move does to any score."""
            rows = u @ move if kind == "memory" else move
            return longest * jnp.sqrt(jnp.max(jnp.sum(rows**2, axis=1)))

        def attempt(now: Any, step: Any, state: Any, velocity: Any, numbers: Any) -> Any:
            """Seven stages: where they end, the velocity there, and an estimate of the error."""
            speeds = jnp.zeros((7, *velocity.shape)).at[0].set(jnp.exp(now) * velocity)
            falls = jnp.zeros(7).at[0].set(jnp.exp(now) * numbers[3])

            def stage(carry: Any, index: Any) -> Any:
                speeds, falls, *_ = carry
                move = step * jnp.tensordot(stages[index], speeds, 1)
                there, velocity, numbers = look(state, move, tables)
                pace = jnp.exp(now + nodes[index] * step)  # of time, in its logarithm
                speeds = speeds.at[index].set(pace * velocity)
                falls = falls.at[index].set(pace * numbers[3])
                return (speeds, falls, there, velocity, numbers), None

            carry = (speeds, falls, state, velocity, numbers)
            carry, _ = jax.lax.scan(stage, carry, jnp.arange(1, 7))
            speeds, falls, there, velocity, numbers = carry
            error = most(step * jnp.tensordot(gaps, speeds, 1))
            return there, velocity, numbers, step * (stages[6] @ falls), error

        def forward(carry: Any, end: Any) -> Any:
            def going(carry: Any) -> Any:
                return (carry[0] < end) & (carry[-1] < MOST_STEPS)

            def advance(carry: Any) -> Any:
                now, step, state, velocity, numbers, fallen, taken = carry
                last = step >= 0.999 * (end - now)
                trial = jnp.where(last, end - now, step)
                there, *after, fell, error = attempt(now, trial, state, velocity, numbers)
                good = error <= tolerance  # an error that is no number is not
                factor = jnp.where(jnp.isnan(error), 0.1, 0.9 * (tolerance / error) ** 0.2)
                wanted = trial * jnp.clip(factor, 0.1, 5.0)
                wanted = jnp.where(good & last, jnp.maximum(wanted, step), wanted)
                arrived = jnp.where(last, end, now + trial)
                pairs = zip(
                    (arrived, there, *after, fallen + fell),
                    (now, state, velocity, numbers, fallen),
                    strict=True,
                )
                now, *rest = (jnp.where(good, new, old) for new, old in pairs)
                return (now, jnp.minimum(wanted, _LONGEST), *rest, taken + 1)

            carry = jax.lax.while_loop(going, advance, carry)
            return carry, jnp.append(carry[4], carry[5])

        _, velocity, numbers = look(state, _no_move(state, tables), tables)
        first = jnp.minimum(0.1 / (most(velocity) + 1e-300), _LONGEST)
        carry = (0.0, first, state, velocity, numbers, 0.0, 0)
        carry, seen = jax.lax.scan(forward, carry, ends)
        return carry[2], carry[-1], seen.T

    return jax.jit(run)
