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
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

__all__ = ["BoundTest", "EquivalenceTest", "Outcome", "expected_samples"]

# The largest part of its wealth a bettor stakes on one observation: ruin is final, so never all.
_LARGEST_STAKE = 0.9
# A null at the very end of the range can never cost its bettor anything; this keeps bets finite.
_SMALLEST_LOSS = 1e-9
# Learning starts as if one two-valued observation a half away from its mean had been seen.
_PRIOR = 0.25
# Against an unknown truth: bets from _LADDER_START times the one for a gap of one resolution, up by
# factors of _LADDER_RATIO, close enough that one of them earns most of the best growth.
_LADDER_START = 0.4
_LADDER_RATIO = 2.5
# Rounding in prediction + resolution must not turn an end of the range into something beyond it.
_ROUNDING = 1e-12
# An account below _EMPTY is lost; wealth beyond _RESCALE or below 1/_RESCALE changes its unit.
_EMPTY = 1e-280
_RESCALE = 1e100

_NAMES = {1: ("not_below", "below"), -1: ("not_above", "above")}
_UNDECIDED, _CONFIRMED, _REFUTED = 0, 1, 2


class Outcome(StrEnum):
    """What a sequential test decided. A test that ran out of samples has no outcome."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"


_OUTCOMES = {_CONFIRMED: Outcome.CONFIRMED, _REFUTED: Outcome.REFUTED}

# A bettor as the kernel sees it: it bets on direction * (x - null) > 0 with the accounts from first
# to last. A positive gap: the first bet is learnt, for a true mean this far beyond the null.
_BETTOR = np.dtype(
    [
        ("confirms", np.bool_),
        ("rejected", np.bool_),
        ("first", np.int64),
        ("last", np.int64),
        ("direction", np.float64),
        ("null", np.float64),
        ("gap", np.float64),
        ("largest", np.float64),
        ("log_needed", np.float64),
        ("log_unit", np.float64),
        ("needed", np.float64),
        ("curvature", np.float64),
    ]
)


@dataclass(frozen=True)
class _Bettor:
    """One hypothesis under attack: how it is bet against and what its rejection means."""

    name: str
    confirms: bool
    null: float
    direction: int
    error: float
    bets: list[float]
    shares: list[float]
    gap: float = 0.0


class _SequentialTest:
    """Feeds observations to the bettors and keeps the decision."""

    def __init__(
        self,
        low: float,
        high: float,
        centre: float,
        bernoulli: bool,
        bettors: list[_Bettor],
        excluded: list[str],
        decision: Outcome | None,
    ) -> None:
        self._low, self._high, self._centre, self._bernoulli = low, high, centre, bernoulli
        self._names = [b.name for b in bettors]
        self._excluded = excluded
        self._decision = decision
        self._bets = np.array([bet for b in bettors for bet in b.bets], dtype=np.float64)
        self._accounts = np.array([s for b in bettors for s in b.shares], dtype=np.float64)
        self._sums = np.zeros(3)  # count, and the first two power sums about the centre
        self._bettors = np.zeros(len(bettors), dtype=_BETTOR)
        first = 0
        for row, b in zip(self._bettors, bettors, strict=True):
            row["confirms"], row["null"], row["direction"] = b.confirms, b.null, b.direction
            row["gap"], row["largest"] = b.gap, _largest_bet(b.null, b.direction)
            row["log_needed"], row["needed"] = -math.log(b.error), 1 / b.error
            row["first"], row["last"] = first, first + len(b.bets)
            first += len(b.bets)

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
            code = _advance(
                block,
                self._low,
                self._high - self._low,
                self._centre,
                self._bettors,
                self._bets,
                self._accounts,
                self._sums,
            )
            self._decision = _OUTCOMES.get(code)
        return self._decision

    @property
    def decision(self) -> Outcome | None:
        """The decision, or None while there is none."""
        return self._decision

    @property
    def samples(self) -> int:
        """Observations used so far: after the decision, up to and including the deciding one."""
        return int(self._sums[0])

    @property
    def mean(self) -> float:
        """Mean of the observations used; NaN before the first."""
        if self.samples == 0:
            return math.nan
        departure = float(self._sums[1] / self._sums[0])
        return self._low + (self._high - self._low) * (self._centre + departure)

    @property
    def evidence(self) -> dict[str, float]:
        """Natural logs of the e-values, by what each one speaks for.

        ``not_above`` and ``not_below`` speak for the claim: the mean is not a resolution or more
        above, or below, what is claimed. ``above`` and ``below`` speak against it. A bettor stops
        betting once its hypothesis is rejected. Infinity marks a hypothesis that the range alone
        excludes; one that the range alone implies has no entry.
        """
        logs = dict.fromkeys(self._excluded, math.inf)
        for name, row in zip(self._names, self._bettors, strict=True):
            wealth = float(self._accounts[row["first"] : row["last"]].sum())
            logs[name] = float(row["log_unit"]) + math.log(wealth)
        return logs


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
    ) -> None:
        _require_valid(prediction, resolution, low, high, error)
        lower = _unit(prediction - resolution, low, high)
        upper = _unit(prediction + resolution, low, high)
        if lower <= 0 and upper >= 1:
            raise ValueError(
                f"the zone {prediction:g} +- {resolution:g} covers [{low:g}, {high:g}]: "
                "a test that cannot fail tests nothing"
            )
        centre = min(max(_unit(prediction, low, high), 0.0), 1.0)
        width = resolution / (high - low)
        refuting_error = error / 2 if lower > 0 and upper < 1 else error
        bettors: list[_Bettor] = []
        excluded: list[str] = []
        decision: Outcome | None = None
        for edge, direction in ((lower, 1), (upper, -1)):
            claim_holds, claim_fails = _NAMES[direction]
            inside = edge if direction > 0 else 1 - edge  # from the end that the zone may reach
            if inside > 1:
                excluded, decision = [claim_fails], Outcome.REFUTED
                bettors.clear()
                break
            if inside >= 0:
                gap = direction * (centre - edge)
                bettors.append(_tuned(claim_holds, edge, direction, error, gap, bernoulli))
            else:
                excluded.append(claim_holds)
            if inside > 0:
                bettors.append(_laddered(claim_fails, edge, -direction, refuting_error, width))
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
    resolution, low, high, error, bernoulli
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
    ) -> None:
        _require_valid(bound, resolution, low, high, error)
        if sense not in ("<=", ">="):
            raise ValueError(f"sense must be '<=' or '>=', not {sense!r}")
        direction = -1 if sense == "<=" else 1
        claim_holds, claim_fails = _NAMES[direction]
        claimed = _unit(bound, low, high)
        edge = _unit(bound - direction * resolution, low, high)
        room = claimed if direction > 0 else 1 - claimed  # for the mean to break the bound
        bettors: list[_Bettor] = []
        excluded: list[str] = []
        decision: Outcome | None = None
        if room <= 0:
            excluded, decision = [claim_holds], Outcome.CONFIRMED
        elif room > 1:
            excluded, decision = [claim_fails], Outcome.REFUTED
        elif not 0 <= edge <= 1:
            raise ValueError(
                f"the bound {bound:g} moved by the resolution {resolution:g} leaves "
                f"[{low:g}, {high:g}]: a test that cannot fail tests nothing"
            )
        else:
            width = resolution / (high - low)
            bettors.append(_tuned(claim_holds, edge, direction, error, width, bernoulli, True))
            bettors.append(_laddered(claim_fails, claimed, -direction, error, width))
        centre = min(max(claimed, 0.0), 1.0)
        super().__init__(low, high, centre, bernoulli, bettors, excluded, decision)


def expected_samples(
    resolution: float,
    variance: float,
    error: float,
    *,
    reach: float = 0.0,
    one_sided: bool = False,
) -> float:
    """Roughly the mean number of samples that confirm a true claim; for planning only.

    Tuned bets make the log wealth drift by resolution^2 / (2 variance + resolution * reach) for
    each observation, and it has to climb to log(1/error) (Wald 1945). An equivalence test waits for
    the later of two such walks; the constant for that is fitted. Within some 20% on the laws of
    `verify.core.calibration`.

    Parameters
    ----------
    resolution
        As given to the test, positive.
    variance
        Variance of one observation, nonnegative.
    error
        As given to the test, in (0, 1).
    reach
        Distance from the prediction to the farther end of the range, nonnegative: it limits the
        bets. Matters unless the resolution is far below the standard deviation.
    one_sided
        For a `BoundTest` with the mean at its bound: one walk, but with half of the wealth.

    Returns
    -------
    float
        The approximation, at least 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """
    if not (resolution > 0 and variance >= 0 and 0 < error < 1 and reach >= 0):
        raise ValueError(
            "need resolution > 0, variance >= 0, 0 < error < 1 and reach >= 0, "
            f"not {resolution}, {variance}, {error} and {reach}"
        )
    climb = -math.log(error) + (math.log(2) if one_sided else 0.0)
    waiting = 0.0 if one_sided else 1.25 * math.sqrt(2 * climb)
    samples = (2 * climb + waiting) * variance / resolution**2 + climb * reach / resolution
    return max(1.0, samples)


def _require_valid(
    claimed: float, resolution: float, low: float, high: float, error: float
) -> None:
    if not all(map(math.isfinite, (claimed, resolution, low, high))):
        raise ValueError("the claimed value, the resolution, low and high must be finite")
    if not low < high:
        raise ValueError(f"low must be less than high, not {low} and {high}")
    if not resolution > 0:
        raise ValueError(f"the resolution must be positive, not {resolution}")
    if not 0 < error < 1:
        raise ValueError(f"the error must be strictly between 0 and 1, not {error}")


def _unit(value: float, low: float, high: float) -> float:
    unit = (value - low) / (high - low)
    return round(unit) if min(abs(unit), abs(unit - 1)) <= _ROUNDING else unit


def _largest_bet(null: float, direction: int) -> float:
    return _LARGEST_STAKE / max(null if direction > 0 else 1 - null, _SMALLEST_LOSS)


def _two_valued_bet(null: float, direction: int, gap: float) -> float:
    """Kelly bet on low-or-high observations with a mean `gap` beyond the null."""
    best = gap / max(null * (1 - null), _SMALLEST_LOSS)
    return min(best, _largest_bet(null, direction))


def _ladder(bet: float, largest: float) -> list[float]:
    bets = [bet]
    while bets[-1] < largest:
        bets.append(min(_LADDER_RATIO * bets[-1], largest))
    return bets


def _tuned(
    name: str,
    null: float,
    direction: int,
    error: float,
    gap: float,
    bernoulli: bool,
    bolder: bool = False,
) -> _Bettor:
    """Bettor for the claim, tuned to a mean `gap` beyond the null, bolder bets beside if asked."""
    bets = [_two_valued_bet(null, direction, gap)]
    shares = [1.0]
    if bolder:
        bets = _ladder(bets[0], _largest_bet(null, direction))
        others = len(bets) - 1
        shares = [0.5] + [0.5 / others] * others if others else shares
    learnt = 0.0 if bernoulli else gap
    return _Bettor(name, True, null, direction, error, bets, shares, learnt)


def _laddered(name: str, null: float, direction: int, error: float, gap: float) -> _Bettor:
    """Bettor against the claim, for a mean about `gap` or farther beyond the null."""
    start = _two_valued_bet(null, direction, _LADDER_START * gap)
    bets = _ladder(start, _largest_bet(null, direction))
    return _Bettor(name, False, null, direction, error, bets, [1 / len(bets)] * len(bets))


@njit(cache=True)
def _first_invalid(block: NDArray[np.float64], low: float, high: float, bernoulli: bool) -> int:
    """Index of the first observation that is not allowed (NaN never is), or -1."""
    for i in range(block.size):
        x = block[i]
        if not (low <= x <= high) or (bernoulli and x != low and x != high):
            return i
    return -1


@njit(cache=True)
def _missing(centre: float, sums: NDArray[np.float64]) -> float:
    """What the past lacks to have its mean at the centre, beyond noise; summed, with its sign.

    If the prediction is right and the past lies all on one side of it, then rare large observations
    on the other side are still to come, and bets must allow for them before the first is seen.
    """
    if sums[0] == 0:
        return 0.0
    noise = math.sqrt(max(0.0, sums[2] - sums[1] * sums[1] / sums[0]))
    return -math.copysign(max(0.0, abs(sums[1]) - noise), sums[1])


@njit(cache=True)
def _learnt_bet(bettor: Any, bet: float, count: float, missing: float, centre: float) -> float:
    """Kelly bet for a mean `gap` beyond the null, given the past and the last bet.

    The best bet solves E[Y / (1 + bet Y)] = 0 with Y = direction * (X - null). Since E[Y] = gap is
    known, that is bet = gap / E[Y^2 / (1 + bet Y)]: this expectation, the curvature, is what is
    learnt, from a prior that is right for two-valued observations. Losses weigh more in it than
    gains, so that a bet which suffers from one large loss is cut at once.
    """
    end = 1.0 if missing > 0 else 0.0
    gain = bettor.direction * (end - bettor.null)
    curvature = bettor.curvature + missing * (end - centre) / (1 + bet * gain)
    two_valued = bettor.null * (1 - bettor.null)
    wanted = bettor.gap * (_PRIOR + two_valued * count)
    spread = two_valued * (_PRIOR + curvature)
    return wanted / spread if wanted < bettor.largest * spread else bettor.largest


@njit(cache=True)
def _advance(
    block: NDArray[np.float64],
    low: float,
    width: float,
    centre: float,
    bettors: Any,
    bets: NDArray[np.float64],
    accounts: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> int:
    """Feed observations to the bettors until the test decides or the block ends.

    The wealth of a bettor is the sum of its accounts times exp(log_unit), so that observations need
    no logarithm and nothing overflows. All sums run in one order, the same on every machine.
    """
    for x in block:
        unit = (x - low) / width
        missing = _missing(centre, sums)
        refuted = False
        confirmed = True
        for b in range(bettors.size):
            bettor = bettors[b]
            if not bettor.rejected:
                gain = bettor.direction * (unit - bettor.null)
                if bettor.gap > 0:
                    bet = _learnt_bet(bettor, bets[bettor.first], sums[0], missing, centre)
                    bets[bettor.first] = bet
                    bettor.curvature += gain * gain / (1 + bet * gain)
                wealth = 0.0
                for k in range(bettor.first, bettor.last):
                    account = accounts[k] * (1.0 + bets[k] * gain)
                    # Nothing worth having is lost here, and denormal numbers are slow.
                    if account < _EMPTY:
                        account = 0.0
                    accounts[k] = account
                    wealth += account
                if wealth >= bettor.needed:
                    bettor.rejected = True
                elif wealth < 1 / _RESCALE or wealth > _RESCALE:
                    accounts[bettor.first : bettor.last] /= wealth
                    bettor.log_unit += math.log(wealth)
                    bettor.needed = math.exp(bettor.log_needed - bettor.log_unit)
            if bettor.confirms:
                confirmed = confirmed and bettor.rejected
            else:
                refuted = refuted or bettor.rejected
        departure = unit - centre
        sums[0] += 1.0
        sums[1] += departure
        sums[2] += departure * departure
        if refuted:
            return _REFUTED
        if confirmed:
            return _CONFIRMED
    return _UNDECIDED
