"""What a simulator may return: four kinds of estimate, each judged in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.core.streams import Stream

__all__ = ["Estimate", "Exact", "Exhaustive", "Sampled", "Trained"]


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
    """

    draw: Callable[[int, int], NDArray[Any]]
    low: float = 0.0
    high: float = 1.0
    bernoulli: bool = False

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
    """

    group_a: NDArray[np.float64]
    group_b: NDArray[np.float64]
    paired: bool = False


Estimate = Exact | Sampled | Exhaustive | Trained
