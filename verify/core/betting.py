"""Bets against hypotheses about a mean: how large, how they are learnt, and what they earn.

A bettor bets at fair odds on observations x in [0, 1] against one hypothesis, "the mean is at most
the null" (direction 1) or "at least" (direction -1). It holds accounts; on each observation the
account with the bet b is multiplied by 1 + b * direction * (x - null), and its wealth is their sum.
`verify.core.sequential` reads decisions off the hypotheses that were rejected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["CONFIRMED", "REFUTED", "BettingTable", "Bettor", "laddered", "tuned"]

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
# An account below _EMPTY is lost; wealth beyond _RESCALE or below 1/_RESCALE changes its unit.
_EMPTY = 1e-280
_RESCALE = 1e100

UNDECIDED, CONFIRMED, REFUTED = 0, 1, 2


@dataclass(frozen=True)
class Bettor:
    """One hypothesis under attack: how it is bet against and what its rejection means.

    Attributes
    ----------
    name : str
        What its rejection speaks for.
    confirms : bool
        Whether its rejection speaks for the claim rather than against it.
    null, direction
        See above.
    error : float
        The hypothesis is rejected once the wealth, at first 1, reaches 1/error.
    bets, shares : list of float
        One for each account: what it bets, and the part of the first wealth that it holds.
    gap : float
        If positive, the first bet is learnt, for a true mean this far beyond the null.
    """

    name: str
    confirms: bool
    null: float
    direction: int
    error: float
    bets: list[float]
    shares: list[float]
    gap: float = 0.0


# A bettor as the kernel sees it; its accounts are those from first to last.
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


class BettingTable:
    """Bettors at work: their accounts, and the sums that they learn from.

    Attributes
    ----------
    rows : structured array
        The bettors as the kernel sees them.
    sums : array of float64, shape (3,)
        Number of observations so far, and their first two power sums about the centre.
    """

    def __init__(self, bettors: list[Bettor], centre: float) -> None:
        self._centre = centre
        self._names = [b.name for b in bettors]
        self._bets = np.array([bet for b in bettors for bet in b.bets], dtype=np.float64)
        self._accounts = np.array([s for b in bettors for s in b.shares], dtype=np.float64)
        self.rows = np.zeros(len(bettors), dtype=_BETTOR)
        self.sums = np.zeros(3)
        first = 0
        for row, b in zip(self.rows, bettors, strict=True):
            row["confirms"], row["null"], row["direction"] = b.confirms, b.null, b.direction
            row["gap"], row["largest"] = b.gap, _largest_bet(b.null, b.direction)
            row["log_needed"], row["needed"] = -math.log(b.error), 1 / b.error
            row["first"], row["last"] = first, first + len(b.bets)
            first += len(b.bets)

    def bet(self, block: NDArray[np.float64], low: float, high: float) -> int:
        """Bet on observations in [low, high], up to the one that decides; return the decision."""
        return int(
            _advance(
                block,
                low,
                high - low,
                self._centre,
                self.rows,
                self._bets,
                self._accounts,
                self.sums,
            )
        )

    def log_wealth(self) -> dict[str, float]:
        """Natural log of the wealth of each bettor, by name."""
        logs = {}
        for name, row in zip(self._names, self.rows, strict=True):
            wealth = float(self._accounts[row["first"] : row["last"]].sum())
            logs[name] = float(row["log_unit"]) + math.log(wealth)
        return logs


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


def tuned(
    name: str,
    null: float,
    direction: int,
    error: float,
    gap: float,
    bernoulli: bool,
    bolder: bool = False,
) -> Bettor:
    """Bettor for the claim, tuned to a mean `gap` beyond the null, bolder bets beside if asked."""
    bets = [_two_valued_bet(null, direction, gap)]
    shares = [1.0]
    if bolder:
        bets = _ladder(bets[0], _largest_bet(null, direction))
        others = len(bets) - 1
        shares = [0.5] + [0.5 / others] * others if others else shares
    learnt = 0.0 if bernoulli else gap
    return Bettor(name, True, null, direction, error, bets, shares, learnt)


def laddered(name: str, null: float, direction: int, error: float, gap: float) -> Bettor:
    """Bettor against the claim, for a mean about `gap` or farther beyond the null."""
    start = _two_valued_bet(null, direction, _LADDER_START * gap)
    bets = _ladder(start, _largest_bet(null, direction))
    return Bettor(name, False, null, direction, error, bets, [1 / len(bets)] * len(bets))


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
            return REFUTED
        if confirmed:
            return CONFIRMED
    return UNDECIDED
