"""Memories whose inputs have the embeddings of their classes, and embeddings that are learned.

Classes count from 0. Memories of integer or rational vectors are exact; convex hulls are found by
elimination. Learned embeddings are trained with JAX.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.assoc_scaling.tokens import token_sampler
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream
from numerics.core.training import Trained, train
from numerics.core.zipf import zipf_probabilities

__all__ = [
    "alignments",
    "answerable",
    "inside_hull",
    "learn_embeddings",
    "rational_rotation",
    "rational_unit_vectors",
    "recalled",
    "score_gap",
]


def score_gap(
    memory: str, output_embeddings: Sequence[Sequence[Any]], asked: int, rival: int
) -> Any:
    """Score of the asked class minus that of a rival when inputs are embedded as their class.

    Parameters
    ----------
    memory : str
        ``"identity"``: ``W = I``. ``"frame"``: ``W = sum_y u_y u_y^T``.
    output_embeddings : rows of numbers
        ``u_y``; the arithmetic is theirs, exact for integers and fractions.
    asked, rival : int
        Classes.

    Raises
    ------
    ValueError
        If the memory is unknown or a class out of range.
    """
    u = np.array([list(row) for row in output_embeddings], dtype=object)
    for name, label in (("asked", asked), ("rival", rival)):
        require_integer(name, label, 0, len(u) - 1)
    scores = u @ (_memory(memory, u) @ u[asked])
    return scores[asked] - scores[rival]


def _memory(memory: str, u: NDArray[Any]) -> NDArray[Any]:
    if memory == "identity":
        return np.eye(u.shape[1], dtype=int).astype(u.dtype)
    if memory == "frame":
        return np.asarray(sum(np.outer(row, row) for row in u))
    raise ValueError(f"memory is {memory!r}; it must be 'identity' or 'frame'")


def recalled(memory: str, output_embeddings: ArrayLike, labels: ArrayLike) -> NDArray[np.bool_]:
    """Tell for each input, embedded as its class, whether its class alone has the highest score.

    Parameters
    ----------
    memory : str
        As for `score_gap`.
    output_embeddings : array, shape (M, d)
        ``u_y`` as rows.
    labels : array of int, shape (N,)
        Class of each input.

    Returns
    -------
    array of bool, shape (N,)

    Raises
    ------
    ValueError
        If the memory is unknown.
    """
    u = np.array(output_embeddings, dtype=np.float64)
    f = np.array(labels, dtype=np.int64)
    scores = (u[f] @ _memory(memory, u).T) @ u.T
    own = scores[np.arange(len(f)), f]
    scores[np.arange(len(f)), f] = -np.inf
    return np.asarray(own > scores.max(axis=1, initial=-np.inf))


def rational_unit_vectors(classes: int, dimension: int, stream: Stream) -> list[list[Fraction]]:
    """Return distinct vectors of length exactly 1 with rational entries.

    Parameters
    ----------
    classes : int
        How many, at least 1.
    dimension : int
        At least 2.
    stream : Stream
        Where the randomness comes from (its replicate 0).

    Returns
    -------
    list of rows
        Stereographic images of random points of a lattice.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    classes = require_integer("classes", classes, 1)
    dimension = require_integer("dimension", dimension, 2)
    generator = stream.numpy()
    rows: list[list[Fraction]] = []
    while len(rows) < classes:
        point = [Fraction(int(n), 4) for n in generator.integers(-9, 10, size=dimension - 1)]
        square = sum((s * s for s in point), Fraction(0))
        row = [2 * s / (square + 1) for s in point] + [(square - 1) / (square + 1)]
        if row not in rows:
            rows.append(row)
    return rows


def rational_rotation(dimension: int, stream: Stream) -> list[list[Fraction]]:
    """Return an orthogonal matrix with rational entries: Cayley's transform of a skew matrix.

    Parameters
    ----------
    dimension : int
        At least 1.
    stream : Stream
        Where the randomness comes from (its replicate 0).

    Raises
    ------
    ValueError
        If the dimension is out of range.
    """
    dimension = require_integer("dimension", dimension, 1)
    generator = stream.numpy()
    skew = [[Fraction(0)] * dimension for _ in range(dimension)]
    for i, j in itertools.combinations(range(dimension), 2):
        skew[i][j] = Fraction(int(generator.integers(-5, 6)), 3)
        skew[j][i] = -skew[i][j]
    one = [[Fraction(int(i == j)) for j in range(dimension)] for i in range(dimension)]
    plus = [[o + s for o, s in zip(*rows, strict=True)] for rows in zip(one, skew, strict=True)]
    minus = [[o - s for o, s in zip(*rows, strict=True)] for rows in zip(one, skew, strict=True)]
    columns = [_solve(plus, [row[k] for row in minus]) for k in range(dimension)]
    assert all(column is not None for column in columns)  # I + skew is always regular
    return [list(row) for row in zip(*[column or [] for column in columns], strict=True)]


def _solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Some solution of a linear system by elimination; None where there is none, or several."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    width = len(matrix[0])
    for column in range(width):
        pivot = next((r for r in range(column, len(rows)) if rows[r][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for r in range(len(rows)):
            if r != column and rows[r][column] != 0:
                factor = rows[r][column]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[column], strict=True)]
    if any(row[width] != 0 for row in rows[width:]):
        return None
    return [row[width] for row in rows[:width]]


def inside_hull(vectors: Sequence[Sequence[Fraction | int]], which: int) -> bool:
    """Tell whether one vector lies in the convex hull of the others, exactly.

    Parameters
    ----------
    vectors : rows of fractions or integers
    which : int
        Index of the vector.

    Returns
    -------
    bool
        By Caratheodory's theorem it is enough to look at affinely independent subsets of at most
        d + 1 of the others: whether the barycentric coordinates are all nonnegative.

    Raises
    ------
    ValueError
        If the index is out of range.
    """
    which = require_integer("which", which, 0, len(vectors) - 1)
    target = [*map(Fraction, vectors[which]), Fraction(1)]
    others = [[*map(Fraction, v), Fraction(1)] for i, v in enumerate(vectors) if i != which]
    for count in range(1, len(target) + 1):
        for subset in itertools.combinations(others, count):
            coordinates = _solve([list(row) for row in zip(*subset, strict=True)], target)
            if coordinates is not None and min(coordinates) >= 0:
                return True
    return False


def answerable(vectors: Sequence[Sequence[Fraction | int]], which: int) -> bool:
    """Tell whether some h has its largest inner product with one vector alone, exactly.

    Parameters
    ----------
    vectors : rows of fractions or integers
    which : int
        Index of the vector.

    Returns
    -------
    bool
        Whether the strict inequalities ``(v - w) . h > 0`` over all other vectors w have a common
        solution, by Fourier-Motzkin elimination of the coordinates of h one after another.

    Raises
    ------
    ValueError
        If the index is out of range.
    """
    which = require_integer("which", which, 0, len(vectors) - 1)
    target = [*map(Fraction, vectors[which])]
    rows = [
        [a - Fraction(b) for a, b in zip(target, v, strict=True)]
        for i, v in enumerate(vectors)
        if i != which
    ]
    for _ in range(len(target)):
        positive = [row for row in rows if row[-1] > 0]
        negative = [row for row in rows if row[-1] < 0]
        reduced = [row[:-1] for row in rows if row[-1] == 0]
        for up in positive:
            for down in negative:
                pairs = zip(up[:-1], down[:-1], strict=True)
                reduced.append([a * -down[-1] + b * up[-1] for a, b in pairs])
        rows = reduced
    return not rows  # what is left reads 0 > 0


def learn_embeddings(
    classes: int,
    seeds: Sequence[int],
    *,
    dimension: int = 2,
    inputs: int = 100,
    exponent: float = 2.0,
    rate: float = 0.1,
    steps: int = 1000,
    batch: int = 1000,
    stable: bool = True,
) -> Trained:
    """Learn the memory and both embeddings together, with Adam and cross-entropy.

    Parameters
    ----------
    classes : int
        M; the label of token x (from 0) is x mod M.
    seeds : sequence of int
        Of the start and of the data.
    dimension, inputs : int
        d and N.
    exponent : float
        Of the Zipf law of tokens.
    rate : float
        Step size of Adam, whose betas are 0.9 and 0.999.
    steps, batch : int
        How many steps, each on so many tokens.
    stable : bool
        Whether the loss is computed as the logarithm of the softmax in one. Otherwise it is the
        logarithm of the softmax, whose gradient is not a number once a probability underflows.

    Returns
    -------
    Trained
        With ``parameters`` W, E and U; the metric is the error over the law of tokens.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    classes = require_integer("classes", classes, 1)
    dimension = require_integer("dimension", dimension, 1)
    inputs = require_integer("inputs", inputs, 1)
    batch = require_integer("batch", batch, 1)
    rate = require_real("rate", rate, above=0.0)
    import jax
    import jax.numpy as jnp
    import optax

    law = jnp.asarray(zipf_probabilities(exponent, inputs))
    sample = token_sampler(law)
    labels = jnp.arange(inputs) % classes
    scale = dimension**-0.5

    def initialise(key: Any) -> Any:
        one, two, three = jax.random.split(key, 3)
        return {
            "E": scale * jax.random.normal(one, (inputs, dimension)),
            "U": scale * jax.random.normal(two, (classes, dimension)),
            "W": jax.random.normal(three, (dimension, dimension)),
        }, {}

    def logits(learned: Any) -> Any:
        return learned["E"] @ learned["W"].T @ learned["U"].T

    def frequencies(key: Any, fixed: Any) -> Any:
        return jnp.bincount(sample(key, batch), length=inputs) / batch

    def loss(learned: Any, fixed: Any, shares: Any) -> Any:
        scores = logits(learned)
        logs = jax.nn.log_softmax(scores) if stable else jnp.log(jax.nn.softmax(scores))
        return -jnp.sum(shares * logs[jnp.arange(inputs), labels])

    def error(learned: Any, fixed: Any) -> Any:
        return jnp.sum(law * (jnp.argmax(logits(learned), axis=1) != labels))

    return train(
        seeds,
        [rate] * len(seeds),
        initialise=initialise,
        batch=frequencies,
        loss=loss,
        evaluate=error,
        optimiser=optax.chain(optax.scale_by_adam(), optax.scale(-1.0)),
        steps=steps,
    )


def alignments(parameters: Any, classes: int, exponent: float = 2.0) -> NDArray[np.float64]:
    """Return the mean cosine between ``W e_x`` and the embedding of the class, for each seed.

    Parameters
    ----------
    parameters : mapping
        W, E and U of `learn_embeddings`, seeds along the first axis.
    classes : int
        M; the label of token x (from 0) is x mod M.
    exponent : float
        Of the Zipf law of tokens, over which the mean is taken.

    Returns
    -------
    array of float64, shape (seeds,)

    Raises
    ------
    ValueError
        If the number of classes is not that of the parameters.
    """
    classes = require_integer("classes", classes, 1)
    memory, e, u = (np.asarray(parameters[name], dtype=np.float64) for name in "WEU")
    if u.shape[1] != classes:
        raise ValueError(f"classes is {classes}; it must be {u.shape[1]}, as in the parameters")
    images = np.einsum("sij,sxj->sxi", memory, e)
    targets = u[:, np.arange(e.shape[1]) % classes]
    lengths = np.linalg.norm(images, axis=2) * np.linalg.norm(targets, axis=2)
    cosines = np.sum(images * targets, axis=2) / lengths
    return np.asarray(cosines @ zipf_probabilities(exponent, e.shape[1]))
