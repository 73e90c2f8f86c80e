"""Anytime-valid tests of a claim about the mean of bounded observations.

A test holds a few *bettors*. Each bets at fair odds against one hypothesis about the mean: while
the hypothesis is true, its wealth is a nonnegative supermartingale that starts at 1, so the chance
that it ever reaches 1/error is at most error, however often one looks (Ville 1939; for bounded
means, Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting"). A
hypothesis whose bettor got there is rejected; the decision is read off the rejected hypotheses.

Observations need not be independent: it is enough that each, given those before it, has the mean in
question. Inside, everything is in unit coordinates, where low is 0 and high is 1.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from verify.core.betting import CONFIRMED, REFUTED, BettingTable, Bettor, laddered, tuned

__all__ = ["BoundTest", "EquivalenceTest", "Outcome"]

# Rounding in prediction + resolution must not turn an end of the range into something beyond it.
_ROUNDING = 1e-12
_NAMES = {1: ("not_below", "below"), -1: ("not_above", "above")}


class Outcome(StrEnum):
    """What a sequential test decided. A test that ran out of samples has no outcome."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"


_OUTCOMES = {CONFIRMED: Outcome.CONFIRMED, REFUTED: Outcome.REFUTED}


class _SequentialTest:
    """Feeds observations to the bettors and keeps the decision."""

    def __init__(
        self,
        low: float,
        high: float,
        centre: float,
        bernoulli: bool,
        bettors: list[Bettor],
        excluded: list[str],
        decision: Outcome | None,
    ) -> None:
        self._low, self._high, self._centre, self._bernoulli = low, high, centre, bernoulli
        self._table = BettingTable(bettors, centre)
        self._excluded = excluded
        self._decision = decision

    def update(self, samples: ArrayLike) -> Outcome | None:
        """Take the next block of observations, up to the one that decides.

        Parameters
        ----------
        samples
            One-dimensional array of observations in [low, high]; may be empty. How a stream is cut
            into blocks makes no difference. After the decision, further samples are ignored.

        Returns
        -------
        Outcome or None
            The decision so far; None while there is none.

        Raises
        ------
        ValueError
            If the array is not one-dimensional, or an observation is NaN or outside [low, high], or
            strictly inside for a test made with ``bernoulli=True``. Nothing of the block is used.
        """
        block = np.ascontiguousarray(samples, dtype=np.float64)
        if block.ndim != 1:
            raise ValueError(f"samples must be one-dimensional, not of shape {block.shape}")
        bad = _first_invalid(block, self._low, self._high, self._bernoulli)
        if bad >= 0:
            allowed = f"{self._low:g} or {self._high:g}"
            if not self._bernoulli:
                allowed = f"in [{self._low:g}, {self._high:g}]"
            raise ValueError(f"sample {bad} of the block is {block[bad]}, which is not {allowed}")
        if self._decision is None:
            code = self._table.bet(block, self._low, self._high)
            self._decision = _OUTCOMES.get(code)
        return self._decision

    @property
    def decision(self) -> Outcome | None:
        """The decision, or None while there is none."""
        return self._decision

    @property
    def samples(self) -> int:
        """Observations used so far: after the decision, up to and including the deciding one."""
        return int(self._table.sums[0])

    @property
    def mean(self) -> float:
        """Mean of the observations used; NaN before the first."""
        if self.samples == 0:
            return math.nan
        departure = float(self._table.sums[1] / self.samples)
        return self._low + (self._high - self._low) * (self._centre + departure)

    @property
    def evidence(self) -> dict[str, float]:
        """Natural logs of the e-values, by what each one speaks for.

        ``not_above`` and ``not_below`` speak for the claim: the mean is not a resolution or more
        above, or below, what is claimed. ``above`` and ``below`` speak against it. A bettor stops
        betting once its hypothesis is rejected. Infinity marks a hypothesis that the range alone
        excludes; one that the range alone implies has no entry.
        """
        return dict.fromkeys(self._excluded, math.inf) | self._table.log_wealth()


class EquivalenceTest(_SequentialTest):
    """Is the mean equal to the prediction, up to the resolution?

    *Confirmed* when both "mean >= prediction + resolution" and "mean <= prediction - resolution"
    have been rejected; their bettors make the Kelly bet for a true mean at the prediction, learning
    the rest of the law from the past. *Refuted* when "mean <= prediction + resolution" or "mean >=
    prediction - resolution" has been rejected; their bettors spread their wealth over a ladder of
    fixed bets, for the truth may be near or far. Whatever the law and the stopping rule,

    - P(ever confirmed) <= error if the mean is a resolution or more away from the prediction;
    - P(ever refuted) <= error if the mean is within a resolution of the prediction.

    Should one observation complete both, the answer is *refuted*: evidence that contradicts itself
    must not pass, and both guarantees hold either way. An edge of the zone beyond [low, high] needs
    no evidence: the hypothesis there is rejected from the start, and the other refuting bettor has
    the whole error, not half. A zone that misses [low, high] is refuted with no samples.

    To compare two laws, feed differences X = A - B with prediction 0, low -1 and high 1.

    Observations of another variable, whose mean differs from the mean in question by at most
    ``bias``, serve as well: the confirming hypotheses move in by it, the refuting ones out.

    Parameters
    ----------
    prediction
        The claimed mean; may lie outside [low, high].
    resolution
        Half-width of the zone, positive.
    low, high
        Range of the observations, low < high.
    error
        Bound on each of the two error probabilities, in (0, 1).
    bernoulli
        Only the values low and high occur: the confirming bets are then those of Wald's (1945)
        likelihood-ratio test from the start, nothing is learnt, and other values are refused.
    bias
        How far the mean of the observations may be from the mean in question, at least 0 and less
        than the resolution.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the zone covers [low, high]: such a test cannot fail.
    """

    def __init__(
        self,
        prediction: float,
        resolution: float,
        low: float,
        high: float,
        error: float,
        bernoulli: bool = False,
        bias: float = 0.0,
    ) -> None:
        _require_valid(prediction, resolution, low, high, error, bias)
        inner, outer = resolution - bias, resolution + bias
        if _unit(prediction - outer, low, high) <= 0 and _unit(prediction + outer, low, high) >= 1:
            raise ValueError(
                f"the zone {prediction:g} +- {outer:g} covers [{low:g}, {high:g}]: "
                "a test that cannot fail tests nothing"
            )
        centre = min(max(_unit(prediction, low, high), 0.0), 1.0)
        bettors: list[Bettor] = []
        excluded: list[str] = []
        refuting: list[tuple[str, float, int]] = []
        decision: Outcome | None = None
        for direction in (1, -1):
            claim_holds, claim_fails = _NAMES[direction]
            confirming_edge = _unit(prediction - direction * inner, low, high)
            refuting_edge = _unit(prediction - direction * outer, low, high)
            # from the end of the range that the zone may reach
            room = confirming_edge if direction > 0 else 1 - confirming_edge
            outside = refuting_edge if direction > 0 else 1 - refuting_edge
            if outside > 1:
                excluded, decision = [claim_fails], Outcome.REFUTED
                bettors.clear()
                refuting.clear()
                break
            if room > 1:
                raise ValueError(
                    f"the prediction {prediction:g} is so near outside [{low:g}, {high:g}] that a "
                    f"bias of {bias:g} would decide: widen the range"
                )
            if room >= 0:
                gap = direction * (centre - confirming_edge)
                bettors.append(
                    tuned(claim_holds, confirming_edge, direction, error, gap, bernoulli)
                )
            else:
                excluded.append(claim_holds)
            if outside > 0:
                refuting.append((claim_fails, refuting_edge, -direction))
        for name, edge, direction in refuting:
            share = error / len(refuting)
            width = outer / (high - low)
            bettors.append(laddered(name, edge, direction, share, width))
        super().__init__(low, high, centre, bernoulli, bettors, excluded, decision)


class BoundTest(_SequentialTest):
    """Is the mean at most, or at least, the bound?

    For sense ``"<="``: *confirmed*, to within the resolution, when "mean >= bound + resolution" has
    been rejected; *refuted* when "mean <= bound" has been. Whatever the law and the stopping rule,

    - P(ever confirmed) <= error if the mean exceeds the bound by the resolution or more;
    - P(ever refuted) <= error if the claim is true.

    A mean in between may come out either way. Half of the confirming wealth is tuned to a mean at
    the bound, the hardest true case; the rest is spread over bolder bets, which decide sooner the
    more room the claim leaves. A bound beyond [low, high] is decided with no samples, ``">="`` is
    the mirror image, and if one observation completes both decisions the answer is *refuted*.

    Parameters
    ----------
    bound
        The claimed bound; may lie outside [low, high].
    sense
        ``"<="`` or ``">="``: mean <= bound, or mean >= bound.
    resolution, low, high, error, bernoulli, bias
        As for `EquivalenceTest`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or if [low, high] leaves less room beyond the bound than the
        resolution: such a test could not fail.
    """

    def __init__(
        self,
        bound: float,
        sense: Literal["<=", ">="],
        resolution: float,
        low: float,
        high: float,
        error: float,
        bernoulli: bool = False,
        bias: float = 0.0,
    ) -> None:
        _require_valid(bound, resolution, low, high, error, bias)
        if sense not in ("<=", ">="):
            raise ValueError(f"sense must be '<=' or '>=', not {sense!r}")
        direction = -1 if sense == "<=" else 1
        claim_holds, claim_fails = _NAMES[direction]
        claimed = _unit(bound, low, high)
        breaking = _unit(bound - direction * bias, low, high)
        edge = _unit(bound - direction * (resolution - bias), low, high)
        room = claimed if direction > 0 else 1 - claimed  # for the mean to break the bound
        beyond = breaking if direction > 0 else 1 - breaking
        bettors: list[Bettor] = []
        excluded: list[str] = []
        decision: Outcome | None = None
        if room <= 0:
            excluded, decision = [claim_holds], Outcome.CONFIRMED
        elif beyond > 1:
            excluded, decision = [claim_fails], Outcome.REFUTED
        elif not (0 <= edge <= 1 and beyond > 0):
            raise ValueError(
                f"the bound {bound:g} moved by the resolution {resolution:g} leaves "
                f"[{low:g}, {high:g}]: a test that cannot fail tests nothing"
            )
        else:
            width = resolution / (high - low)
            bettors.append(tuned(claim_holds, edge, direction, error, width, bernoulli, True))
            bettors.append(laddered(claim_fails, breaking, -direction, error, width))
        centre = min(max(claimed, 0.0), 1.0)
        super().__init__(low, high, centre, bernoulli, bettors, excluded, decision)


def _require_valid(
    claimed: float, resolution: float, low: float, high: float, error: float, bias: float
) -> None:
    if not all(map(math.isfinite, (claimed, resolution, low, high))):
        raise ValueError("the claimed value, the resolution, low and high must be finite")
    if not low < high:
        raise ValueError(f"low must be less than high, not {low} and {high}")
    if not resolution > 0:
        raise ValueError(f"the resolution must be positive, not {resolution}")
    if not 0 < error < 1:
        raise ValueError(f"the error must be strictly between 0 and 1, not {error}")
    if not 0 <= bias < resolution:
        raise ValueError(f"the bias must be at least 0 and below the resolution, not {bias}")


def _unit(value: float, low: float, high: float) -> float:
    unit = (value - low) / (high - low)
    return round(unit) if min(abs(unit), abs(unit - 1)) <= _ROUNDING else unit


@njit(cache=True)
def _first_invalid(block: NDArray[np.float64], low: float, high: float, bernoulli: bool) -> int:
    """Index of the first observation that is not allowed (NaN never is), or -1."""
    for i in range(block.size):
        x = block[i]
        if not (low <= x <= high) or (bernoulli and x != low and x != high):
            return i
    return -1
