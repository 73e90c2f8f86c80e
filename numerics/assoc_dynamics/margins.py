"""Which data some memory answers rightly, and margins late along the gradient flow.

Labellings are counted one by one, each decided by nonnegative least squares. Multipliers of the
max-margin problem come from its dual, solved to rounding on the support. Flows are those of
`particles` and `binary`, whose solver knows no asymptotics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from numerics.assoc_dynamics import binary, memory, particles
from numerics.assoc_dynamics.arguments import require_array, require_times, require_weights
from numerics.assoc_dynamics.benign import pair_vectors
from numerics.assoc_dynamics.large_steps import require_embeddings
from numerics.core.arguments import require_integer, require_real
from numerics.core.streams import Stream

__all__ = [
    "Support",
    "binary_problem",
    "constructed_margins",
    "late_tables",
    "margin_velocity",
    "pair_margins_along_flow",
    "pair_residue",
    "potential_rate",
    "random_separable",
    "separable",
    "separable_labellings",
    "support",
]

_Array = NDArray[np.float64]
_APART = 1e-9  # relative margins above this are margins, below a thousandth of it they are none
_MOST_TOKENS = 14
_LATE = 10.0 ** np.arange(2, 13)
_FLOW_ERROR = 1e-10  # of the exponential of a margin, relatively


def separable(signed: ArrayLike) -> bool:
    """Return whether some vector has a positive inner product with every row.

    Parameters
    ----------
    signed : array, shape (N, d)
        Input embeddings times signs of the labels.

    Returns
    -------
    bool
        The least vector of the convex hull of the normalised rows decides: if it is not 0, its
        own inner products with them are positive.

    Raises
    ------
    ValueError
        If the array is not finite, has no rows, or the margin is too small to be told from 0.
    """
    z = require_array("signed", signed, -1, -1)
    if not len(z):
        raise ValueError("there must be at least one token")
    lengths = np.linalg.norm(z, axis=1, keepdims=True)
    if not lengths.all():
        return False
    z = z / lengths
    system = np.vstack([z.T, np.ones(len(z))])
    target = np.zeros(len(system))
    target[-1] = 1.0
    shares, _ = nnls(system, target, maxiter=100 * len(z))
    least = shares @ z / shares.sum()
    size = float(np.linalg.norm(least))
    if size > _APART and float((z @ least).min()) > 0:
        return True
    if size < _APART / 1000:
        return False
    raise ValueError("the largest margin is too small to be told from 0")


def separable_labellings(inputs: ArrayLike) -> int:
    """Return how many labellings of the rows with two labels some vector answers rightly.

    Parameters
    ----------
    inputs : array, shape (N, d)

    Raises
    ------
    ValueError
        If there are no rows or more than 14, or a margin is too small to be told from 0.
    """
    e = require_array("inputs", inputs, -1, -1)
    if not 1 <= len(e) <= _MOST_TOKENS:
        raise ValueError(f"there are {len(e)} tokens; there must be 1 to {_MOST_TOKENS}")
    codes = np.arange(2 ** (len(e) - 1))  # the first label may be +, as all may be exchanged
    signs = 1.0 - 2.0 * ((codes[:, np.newaxis] >> np.arange(len(e))) & 1)
    return 2 * sum(separable(row[:, np.newaxis] * e) for row in signs)


def random_separable(
    tokens: int, dimension: int, stream: Stream, first: int, count: int
) -> NDArray[np.bool_]:
    """Return of random Gaussian tokens whether some vector is right on all of them.

    Parameters
    ----------
    tokens, dimension : int
        At least 1.
    stream : Stream
    first, count : int
        Which replicates.

    Returns
    -------
    array of bool, shape (count,)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    size = require_integer("tokens", tokens, 1), require_integer("dimension", dimension, 1)
    first, count = require_integer("first", first, 0), require_integer("count", count, 0)
    found = np.empty(count, dtype=bool)
    for index in range(count):
        found[index] = separable(stream.numpy(first + index).standard_normal(size))
    return found


def constructed_margins(inputs: ArrayLike, outputs: ArrayLike, labels: ArrayLike) -> _Array:
    """Return the scores of the memory that takes every input to the output of its label.

    Parameters
    ----------
    inputs : array, shape (N, d)
        Linearly independent rows.
    outputs : array, shape (M, d')
    labels : array of N integers
        From 0 to M - 1.

    Returns
    -------
    array of float64, shape (M, N)
        Score of the right label of the token minus that of each label.

    Raises
    ------
    ValueError
        If shapes do not match, a label is out of range or the inputs are dependent.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    if np.linalg.matrix_rank(e) < len(e):
        raise ValueError("the inputs must be linearly independent")
    stored, *_ = np.linalg.lstsq(e, u[f], rcond=None)
    table = memory.scores(stored.T, e, u)
    return np.asarray(table[f, np.arange(len(e))] - table)


@dataclass(frozen=True, eq=False)
class Support:
    """The smallest memory with all margins at least 1.

    Attributes
    ----------
    square : float
        Its squared norm.
    weights : array, shape (N, M - 1)
        It is the sum of the pair vectors times these.
    spare : float
        How far the smallest margin of a pair of weight 0 is above 1; infinite if there is none.
    """

    square: float
    weights: _Array
    spare: float


def support(inputs: ArrayLike, outputs: ArrayLike, labels: ArrayLike) -> Support:
    """Return the weights of the pairs in the smallest memory with all margins at least 1.

    Parameters
    ----------
    inputs : array, shape (N, d)
    outputs : array, shape (M, d')
    labels : array of N integers
        From 0 to M - 1.

    Raises
    ------
    ValueError
        If shapes do not match, or no memory that is right on all tokens is found.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    vectors = pair_vectors(e, u, f)
    if not len(vectors):
        raise ValueError("there must be at least two labels")
    scale = float(np.abs(vectors).max()) or 1.0
    system = np.vstack([vectors.T / scale, np.ones(len(vectors))])
    target = np.zeros(len(system))
    target[-1] = 1.0
    shares, _ = nnls(system, target, maxiter=100 * len(vectors))
    active = shares > _APART * shares.max()
    chosen = vectors[active]
    solution, *_ = np.linalg.lstsq(chosen @ chosen.T, np.ones(len(chosen)), rcond=None)
    margins = vectors @ (solution @ chosen)
    if (solution <= 0).any() or margins.min() < 1 - 1e-7:
        raise ValueError("no memory that is right on all tokens was found")
    weights = np.zeros(len(vectors))
    weights[active] = solution
    idle = margins[~active]
    spare = float(idle.min() - 1) if len(idle) else np.inf
    return Support(float(solution.sum()), weights.reshape(len(e), len(u) - 1), spare)


def late_tables(
    inputs: ArrayLike,
    outputs: ArrayLike,
    probabilities: ArrayLike,
    labels: ArrayLike,
    times: ArrayLike,
) -> _Array:
    """Return the tables of scores along the gradient flow from ``W = 0``.

    Parameters
    ----------
    inputs, outputs, labels
        As for `support`.
    probabilities : array, shape (N,)
    times : array, shape (T,)

    Returns
    -------
    array of float64, shape (T, M, N)

    Raises
    ------
    ValueError
        If shapes do not match or an argument is out of range.
    """
    e, u, f = require_embeddings(inputs, outputs, labels)
    start = np.zeros((len(u), len(e)))
    return particles.flow_scores(start, e @ e.T, u @ u.T, probabilities, f, times)


def binary_problem(signed: ArrayLike, square: float) -> tuple[_Array, _Array, NDArray[np.int64]]:
    """Return a problem of two labels with these signed tokens: inputs, outputs and labels.

    Parameters
    ----------
    signed : array, shape (N, d)
        Every other token gets the second label.
    square : float
        Squared distance of the two outputs, above 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    z = require_array("signed", signed, -1, -1)
    length = np.sqrt(require_real("square", square, above=0.0))
    labels = np.arange(len(z), dtype=np.int64) % 2
    outputs = length * np.array([[0.6, 0.8], [-0.4, 0.8]])  # any two at this distance
    return z * (1.0 - 2.0 * labels[:, np.newaxis]), outputs, labels


def margin_velocity(
    signed: ArrayLike, square: float, probabilities: ArrayLike, margins: ArrayLike
) -> _Array:
    """Return how fast margins move under gradient flow, from the gradient of a memory with them.

    Parameters
    ----------
    signed, square
        As for `binary_problem`; the rows are linearly independent.
    probabilities, margins : arrays, shape (N,)

    Returns
    -------
    array of float64, shape (N,)

    Raises
    ------
    ValueError
        If shapes do not match or an argument is out of range.
    """
    e, u, f = binary_problem(signed, square)
    m, p = require_array("margins", margins, len(e)), require_weights(probabilities, len(e))
    sign = 1.0 - 2.0 * f
    along, *_ = np.linalg.lstsq(e, sign * m, rcond=None)
    holding = np.outer(u[0] - u[1], along) / square
    moved = memory.scores(-memory.gradient(holding, e, u, p, f), e, u)
    return np.asarray(sign * (moved[0] - moved[1]))


def potential_rate(
    signed: ArrayLike,
    square: float,
    probabilities: ArrayLike,
    weights: ArrayLike,
    margins: ArrayLike,
    time: float,
) -> tuple[float, float]:
    """Return the rate in log t, along the flow, of the sum of ``b - weights log b``.

    Here ``b`` is squared distance times probability times t times the exponential of minus the
    margin. The velocity of the margins is that of `margin_velocity`.

    Parameters
    ----------
    signed, square
        As for `binary_problem`; the rows are linearly independent.
    probabilities, weights, margins : arrays, shape (N,)
    time : float
        Above 0.

    Returns
    -------
    value, error : float

    Raises
    ------
    ValueError
        If shapes do not match or an argument is out of range.
    """
    velocity = margin_velocity(signed, square, probabilities, margins)
    m, p, share = (
        np.asarray(part, dtype=np.float64)
        for part in (margins, probabilities, require_weights(weights, len(velocity)))
    )
    t = require_real("time", time, above=0.0)
    b = square * p * t * np.exp(-m)
    terms = (b - share) * (1.0 - t * velocity)
    return float(terms.sum()), 1e-11 * float((np.abs(b) + share) @ (1 + t * np.abs(velocity)))


def pair_margins_along_flow(
    frequent: float, overlap: float, square: float, starts: ArrayLike, times: ArrayLike
) -> _Array:
    """Return the margins of two unit tokens along the gradient flow.

    Parameters
    ----------
    frequent : float
        Probability of token 1, strictly between 0 and 1.
    overlap : float
        Inner product of the two tokens, each times its label, strictly between -1 and 1.
    square : float
        Squared distance of the two outputs, above 0.
    starts : array, shape (2,)
    times : array, shape (T,)

    Returns
    -------
    array of float64, shape (T, 2)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    p = require_real("frequent", frequent, above=0.0)
    a = require_real("overlap", overlap, above=-1.0)
    if p >= 1 or a >= 1:
        raise ValueError("frequent and overlap must be below 1")
    c = require_real("square", square, above=0.0)
    mobility = c * np.array([[1.0, a], [a, 1.0]])
    return binary.flow_margins(starts, mobility, [p, 1 - p], require_times(times))


def pair_residue(
    frequent: float, overlap: float, square: float, starts: ArrayLike
) -> tuple[float, float]:
    """Return the limit of what an exponential loss would conserve, for two unit tokens.

    Parameters
    ----------
    frequent, overlap, square, starts
        As for `pair_margins_along_flow`, with an overlap above 0.

    Returns
    -------
    value, error : float
        The value at a late time, moved on by what it still gains over the next powers of ten:
        these gains fall geometrically, and a tenth of the rest is part of the error. The other
        part is the error of the flow, which grows with time; the time with the least error is
        taken.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    a = require_real("overlap", overlap, above=0.0)
    m = pair_margins_along_flow(frequent, a, square, starts, _LATE)
    slow = np.exp(-a * m.sum(axis=1) / (1 + a))
    value = slow * (np.exp(m[:, 0]) / frequent - np.exp(m[:, 1]) / (1 - frequent))
    rounding = _FLOW_ERROR * slow * np.exp(m.max(axis=1)) / min(frequent, 1 - frequent)
    found = []
    for index in range(2, len(value)):
        one, two = np.diff(value[index - 2 : index + 1])
        if one and 0 < two / one < 0.95:
            still = two * two / (one - two)
            found.append((abs(still) / 10 + rounding[index], value[index] + still))
    if not found:
        raise ValueError("the gains are not seen to fall")
    off, limit = min(found)
    return float(limit), float(off)
