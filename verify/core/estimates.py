"""What a simulator may return: five kinds of estimate, each judged in its own way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from numerics.core.streams import Stream
from theory.core.errors import ClaimError

__all__ = ["Counted", "Estimate", "Exact", "Exhaustive", "Sampled", "Trained", "training_seeds"]


@dataclass(frozen=True)
class Exact:
    """A deterministic value with an absolute error bound.

    Parameters
    ----------
    value : int, float or Fraction
    error : float
        At least the distance to the true value; 0 for exact arithmetic.
    """

    value: Any
    error: float = 0.0


@dataclass(frozen=True)
class Sampled:
    """A mean that is estimated from independent replicates.

    Parameters
    ----------
    draw : callable
        ``draw(first, count)`` returns replicates ``first .. first + count - 1`` as an array; the
        same replicate must be the same number however the range is cut.
    low, high : float
        Bounds that every replicate respects.
    bernoulli : bool
        Whether every replicate is exactly ``low`` or ``high``.
    bias : float
        How far the mean of the replicates may be from the mean in question: see `truncated`.
    """

    draw: Callable[[int, int], NDArray[Any]]
    low: float = 0.0
    high: float = 1.0
    bernoulli: bool = False
    bias: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.bias) and self.bias >= 0):
            raise ClaimError(f"a bias is finite and at least 0, not {self.bias}")

    @classmethod
    def batched(
        cls,
        stream: Stream,
        batch: Callable[[np.random.Generator, int], NDArray[Any]],
        low: float = 0.0,
        high: float = 1.0,
        bernoulli: bool = False,
        size: int = 4096,
    ) -> Sampled:
        """Replicates from NumPy code that draws many at once.

        Parameters
        ----------
        stream : Stream
            As handed to the measurement.
        batch : callable
            ``batch(generator, count)`` returns ``count`` independent replicates. It is called for
            whole batches of ``size``, each with a generator of its own, so that replicates do not
            depend on how many are asked for at a time.
        """

        def draw(first: int, count: int) -> NDArray[Any]:
            start, stop = first // size, -(-(first + count) // size)
            whole = [np.asarray(batch(stream.numpy(i), size)) for i in range(start, stop)]
            return np.concatenate(whole)[first - start * size :][:count]

        return cls(draw, low, high, bernoulli)

    @classmethod
    def truncated(
        cls,
        draw: Callable[[int, int], NDArray[Any]],
        at: float,
        moment: float,
        order: float = 2.0,
    ) -> Sampled:
        """The mean of an unbounded observable, from replicates cut off at -at and at.

        Parameters
        ----------
        draw : callable
            As above, without bounds.
        at : float
            Where replicates are cut off, positive.
        moment : float
            A bound on E|X|^order that is known: the verdict rests on it.
        order : float
            Above 1.

        Notes
        -----
        With p the order, c the cut and K = (p - 1)^(p - 1) / (p^p c^(p - 1)), what is cut off is
        (x - c)+ <= K x^p for every x >= 0, with equality at x = c p / (p - 1). So the mean moves by
        at most K times the moment, which is taken as the bias; it must be below the resolution.

        Raises
        ------
        ClaimError
            A number is out of range.
        """
        if not (0 < at < math.inf and 0 <= moment < math.inf and 1 < order < math.inf):
            raise ClaimError("a truncation has a cut above 0, a finite moment and an order above 1")
        factor = (order - 1) ** (order - 1) / (order**order * at ** (order - 1))

        def cut(first: int, count: int) -> NDArray[Any]:
            return np.clip(draw(first, count), -at, at)

        return cls(cut, -at, at, bias=factor * moment)


@dataclass(frozen=True)
class Counted:
    """How often an event occurred in a fixed number of independent trials.

    For trials too dear to be drawn one after another until a test decides, such as trained models.

    Parameters
    ----------
    successes, trials : int
    """

    successes: int
    trials: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.trials or self.trials < 1:
            raise ClaimError(f"{self.successes} successes of {self.trials} trials make no sense")


@dataclass(frozen=True)
class Exhaustive:
    """Inputs on which a property was tried.

    Parameters
    ----------
    cases : iterable of (input, holds)
        Simplest first; the first that fails is the counterexample.
    complete : bool
        Whether these are all inputs of the stated finite set.
    """

    cases: Iterable[tuple[Any, bool]]
    complete: bool = True


@dataclass(frozen=True)
class Trained:
    """A metric of trained models, one entry for each independent seed.

    Parameters
    ----------
    group_a, group_b : arrays
        The same seeds in the same order when ``paired``.
    paired : bool
    test : {"sign", "rank"}
        ``sign``: A beats B in more than half of all pairs of seeds. ``rank``, for unpaired groups:
        the weaker statement that A's law is not, as a whole, on the other side of B's or the same
        (stochastic order); it tells from fewer seeds.
    """

    group_a: NDArray[np.float64]
    group_b: NDArray[np.float64]
    paired: bool = False
    test: Literal["sign", "rank"] = "sign"

    def __post_init__(self) -> None:
        if self.test not in ("sign", "rank"):
            raise ClaimError(f"a trend is tested by sign or by rank, not by {self.test!r}")
        if self.test == "rank" and self.paired:
            raise ClaimError("a rank test is for groups that are not paired")


def training_seeds(seed: int, numbers: Iterable[int]) -> tuple[int, ...]:
    """Seeds of networks for a run: with seed 0 the numbers themselves, with any other fresh ones.

    Parameters
    ----------
    seed : int
        The run's, as a measurement gets it that asks for ``seed``. Runs whose seeds differ modulo
        2^32 train on different seeds altogether.
    numbers : iterable of int
        At least 0 and below 2^32.

    Returns
    -------
    tuple of int
        Below 2^64, as `numerics.core.training.train` takes them.

    Raises
    ------
    ClaimError
        A number is out of range.
    """
    found = tuple(numbers)
    if not all(0 <= number < 2**32 for number in found):
        raise ClaimError("seeds of networks are numbered from 0 to 2^32 - 1")
    return tuple((seed % 2**32 << 32) + number for number in found)


Estimate = Exact | Sampled | Counted | Exhaustive | Trained
