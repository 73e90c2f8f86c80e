"""How likely a class is to be no further behind the mode than the threshold of elimination."""

from __future__ import annotations

import numpy as np
from scipy import stats

from numerics.core.arguments import require_integer, require_real

__all__ = ["lasting_probability"]


def lasting_probability(
    mode: float, other: float, square: float, samples: int
) -> tuple[float, float]:
    """Return how likely a class is behind the mode by at most a root of ``square`` times its count.

    Parameters
    ----------
    mode, other : float
        Probabilities of the mode and of the class, positive and at least 0, of sum at most 1.
    square : float
        The square of the gap is compared with this times the count of the mode; positive.
    samples : int
        How many samples there are, at least 1.

    Returns
    -------
    (value, error) : the probability and a bound on its absolute error.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Given the count of the mode, that of the class is binomial; its tails are those of SciPy.
    """
    mode = require_real("mode", mode, at_most=1.0, above=0.0)
    other = require_real("other", other, 0.0, 1.0)
    square = require_real("square", square, above=0.0)
    samples = require_integer("samples", samples, 1, 10**7)
    if mode + other > 1.0 + 1e-12:
        raise ValueError(f"mode and other sum to {mode + other!r}; it must be at most 1")
    counts = np.arange(samples + 1)
    least = np.ceil(counts - np.sqrt(square * counts))
    given = min(1.0, other / (1.0 - mode)) if mode < 1.0 else 0.0
    tails = stats.binom.sf(least - 1, samples - counts, given)
    value = float(np.sum(stats.binom.pmf(counts, samples, mode) * tails))
    return value, 1e-9 * value + 1e-290
