"""Random learning problems as points: memories, embeddings, labels, and all that claims ask for."""

from __future__ import annotations

import numpy as np

from verify import Exact

__all__ = [
    "ROUNDING",
    "SIZES",
    "conditional",
    "entry",
    "joint",
    "keep",
    "problems",
    "rounded",
    "rows",
    "stepped",
]

ROUNDING = 1e-14  # of some hundred operations on numbers of order 1
SIZES = ((2, 2, 2, 2), (3, 2, 1, 2), (2, 3, 2, 1), (1, 2, 2, 3), (3, 1, 2, 2))


def rows(matrix):
    """A matrix as the tuple of tuples that points hold."""
    return tuple(tuple(float(entry) for entry in row) for row in np.atleast_2d(matrix))


def joint(rng, tokens, labels):
    """Joint probabilities; some are 0, and now and then those of a whole token."""
    weights = rng.exponential(size=(tokens, labels)) * (rng.random((tokens, labels)) < 0.8)
    weights[0, 0] += 1
    if tokens > 2:
        weights[2] = 0
    return weights / weights.sum()


def problems(*sizes, labels=None, repeated=True, step=(-2.0, 1.5), steps=(1,)):
    """Points with everything that the claims of this section speak of."""

    def points(stream, count):
        for index in range(count):
            rng = stream.numpy(index)
            n, m, d, h = sizes[index % len(sizes)]
            inputs, outputs = rng.standard_normal((n, d)), rng.standard_normal((m, h))
            if repeated and index % 4 == 3:
                inputs[-1] = inputs[0]  # the same embedding for two tokens
            yield {
                "N": n,
                "M": m,
                "d": d,
                "h": h,
                "p": rows(joint(rng, n, m)),
                "q": tuple(rng.dirichlet(np.ones(n)).tolist()),
                "f": tuple(rng.integers(1, (labels or m) + 1, size=n).tolist()),
                "E": rows(inputs),
                "U": rows(outputs),
                "u": tuple(rng.standard_normal(h).tolist()),
                "W": rows((1, 4)[index % 2] * rng.standard_normal((h, d))),
                "V": rows(rng.standard_normal((h, d))),
                "A": rows(rng.standard_normal((n, n))),
                "B": rows(rng.standard_normal((m, m))),
                "S": rows(rng.standard_normal((n, m))),
                "v": tuple(rng.standard_normal(m).tolist()),
                "w": tuple(rng.standard_normal(m).tolist()),
                "c": tuple(rng.standard_normal(n).tolist()),
                "eta": float(10 ** rng.uniform(*step)),
                "T": int(steps[index % len(steps)]),
                "i": int(rng.integers(1, h + 1)),
                "i2": int(rng.integers(1, h + 1)),
                "j": int(rng.integers(1, d + 1)),
                "j2": int(rng.integers(1, d + 1)),
                "x": int(rng.integers(1, n + 1)),
                "y": int(rng.integers(1, m + 1)),
                "rival": int(rng.integers(1, m + 1)),
            }

    return points


def keep(points, claim):
    """The parameters of each point that the claim has."""

    def kept(stream, count):
        for point in points(stream, count):
            yield {name: point[name] for name in claim.domain.names}

    return kept


def conditional(p):
    """Probabilities of the tokens, and those of the labels given the token, in columns."""
    table = np.array(p)
    tokens = table.sum(axis=1)
    columns = np.full(table.shape, 1 / table.shape[1])
    columns[tokens > 0] = table[tokens > 0] / tokens[tokens > 0, np.newaxis]
    return tokens, columns.T


def entry(row, column, W):
    """The direction of one entry of W, counted from 1."""
    direction = np.zeros(np.shape(W))
    direction[row - 1, column - 1] = 1
    return direction


def stepped(value, before, after, eta):
    """A score, or a difference of two, after a step; tables of scores before and after it."""
    within = 1e-15 * (1 + np.abs(before).max()) * (1 + 50 * eta)  # of softmax, times the step
    return Exact(value, within + ROUNDING * (1 + np.abs(after).max()))


def rounded(value, error, size=1.0):
    """A slope, with the rounding of the conditional probabilities that it was computed with."""
    return Exact(value, error + ROUNDING * (1 + abs(value)) * size)
