"""How often the sequential tests are wrong, and how many samples they need, measured.

The tests carry guarantees (`verify.core.sequential`); this module checks them on laws whose mean is
known, with every observation a chance to stop, and compares sample numbers with a fixed-size test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from verify.core.sequential import BoundTest, EquivalenceTest, Outcome

__all__ = [
    "STANDARD_LAWS",
    "Calibration",
    "FalseAlarms",
    "Law",
    "Power",
    "Tally",
    "bound_power",
    "equivalence_power",
    "false_alarm_limit",
    "false_alarms",
    "fixed_size_samples",
    "report",
    "tally",
]


@dataclass(frozen=True)
class Law:
    """A law of bounded observations with known mean and variance.

    Attributes
    ----------
    name
        What it is called in tables.
    low, high
        The range given to the tests.
    mean, variance
        The true values.
    resolution
        A resolution to test it at: a small part of a standard deviation.
    draw
        ``draw(generator, size)`` returns that many independent observations.
    bernoulli
        Only the values low and high occur.
    """

    name: str
    low: float
    high: float
    mean: float
    variance: float
    resolution: float
    draw: Callable[[np.random.Generator, int], NDArray[np.float64]]
    bernoulli: bool = False


def _bernoulli(p: float, resolution: float) -> Law:
    def draw(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
        return (generator.random(size) < p).astype(np.float64)

    return Law(f"Bernoulli({p:g})", 0.0, 1.0, p, p * (1 - p), resolution, draw, bernoulli=True)


def _uniform(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    return generator.random(size)


def _beta(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    return generator.beta(2.0, 8.0, size)


def _difference(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    uniform = generator.random(size)
    return (uniform < 0.1).astype(np.float64) - (uniform > 0.9)


STANDARD_LAWS: tuple[Law, ...] = (
    _bernoulli(0.02, 0.005),
    _bernoulli(0.2, 0.04),
    _bernoulli(0.5, 0.05),
    Law("uniform on [0, 1]", 0.0, 1.0, 0.5, 1 / 12, 0.03, _uniform),
    Law("Beta(2, 8)", 0.0, 1.0, 0.2, 16 / 1100, 0.01, _beta),
    Law("difference in {-1, 0, 1}", -1.0, 1.0, 0.0, 0.2, 0.04, _difference),
)
"""Rare, uneven and even events; flat and skewed continuous values; differences, mostly 0."""


@dataclass(frozen=True)
class Tally:
    """What repeated runs of one test came to.

    Attributes
    ----------
    repetitions
        Independent runs.
    confirmed, refuted
        Runs with that decision; the others reached the horizon.
    mean_samples
        Mean number of samples used, an undecided run counting with the horizon.
    """

    repetitions: int
    confirmed: int
    refuted: int
    mean_samples: float


def tally(
    make_test: Callable[[], EquivalenceTest | BoundTest],
    draw: Callable[[np.random.Generator, int], NDArray[np.float64]],
    *,
    repetitions: int,
    horizon: int,
    seed: int,
    block: int = 2048,
) -> Tally:
    """Run a test again and again on fresh observations.

    Parameters
    ----------
    make_test
        Returns a fresh test.
    draw
        As in `Law`.
    repetitions
        Number of runs, positive. Run i draws from a stream keyed by (seed, i).
    horizon
        Largest number of samples in a run, positive.
    seed
        Nonnegative.
    block
        Samples drawn at a time, positive.

    Raises
    ------
    ValueError
        If repetitions, horizon or block is not positive.
    """
    if min(repetitions, horizon, block) < 1:
        raise ValueError("repetitions, horizon and block must be positive")
    confirmed = refuted = samples = 0
    for repetition in range(repetitions):
        generator = np.random.default_rng([seed, repetition])
        test = make_test()
        while test.decision is None and test.samples < horizon:
            test.update(draw(generator, min(block, horizon - test.samples)))
        confirmed += test.decision is Outcome.CONFIRMED
        refuted += test.decision is Outcome.REFUTED
        samples += test.samples
    return Tally(repetitions, confirmed, refuted, samples / repetitions)


def false_alarm_limit(repetitions: int, error: float, probability: float = 1e-6) -> int:
    """Most wrong decisions that a test keeping its error probability can be blamed for.

    Parameters
    ----------
    repetitions
        Independent runs, positive.
    error
        The guaranteed error probability, in (0, 1).
    probability
        Chance at most that a test with exactly this error exceeds the limit, in (0, 1).

    Returns
    -------
    int
        The smallest count with P(Binomial(repetitions, error) > count) <= probability.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """
    if not (repetitions > 0 and 0 < error < 1 and 0 < probability < 1):
        raise ValueError("need repetitions > 0, and error and probability in (0, 1)")
    return int(stats.binom.isf(probability, repetitions, error))


def fixed_size_samples(variance: float, resolution: float, error: float) -> float:
    """Sample size at which two one-sided z-tests confirm a right prediction as reliably.

    Schuirmann's (1987) procedure with the variance known: each false confirmation has probability
    error, and so has missing a confirmation when the mean is at the prediction (normal
    approximation), hence n = variance (z(1 - error) + z(1 - error/2))^2 / resolution^2.

    Raises
    ------
    ValueError
        Unless variance >= 0, resolution > 0 and 0 < error < 1.
    """
    if not (variance >= 0 and resolution > 0 and 0 < error < 1):
        raise ValueError("need variance >= 0, resolution > 0 and 0 < error < 1")
    quantiles = float(stats.norm.isf(error) + stats.norm.isf(error / 2))
    return variance * (quantiles / resolution) ** 2


@dataclass(frozen=True)
class FalseAlarms:
    """Wrong decisions counted where the guarantee is tightest.

    Attributes
    ----------
    law
        Name of the law.
    test
        Kind of test, and where the true mean lies.
    wrong
        The decision that would be wrong there.
    error
        Guaranteed bound on its probability.
    count, repetitions
        Wrong decisions, and runs.
    limit
        `false_alarm_limit` of these.
    """

    law: str
    test: str
    wrong: Outcome
    error: float
    count: int
    repetitions: int
    limit: int


def false_alarms(
    law: Law, *, error: float, repetitions: int, horizon: int, seed: int
) -> list[FalseAlarms]:
    """Count wrong decisions with every observation up to the horizon a chance to stop.

    An equivalence test is run with the true mean at the prediction and at either edge of its zone,
    where confirming and refuting are both wrong; a bound test with the true mean at the bound and a
    resolution beyond it.

    Parameters
    ----------
    law
        Law of the observations.
    error
        As given to the tests.
    repetitions, horizon, seed
        As for `tally`.

    Raises
    ------
    ValueError
        As `tally` and the tests do.
    """
    alarms: list[FalseAlarms] = []

    def count(test: str, make: Callable[[], EquivalenceTest | BoundTest], *wrong: Outcome) -> None:
        runs = tally(make, law.draw, repetitions=repetitions, horizon=horizon, seed=seed)
        limit = false_alarm_limit(repetitions, error)
        for outcome in wrong:
            found = runs.refuted if outcome is Outcome.REFUTED else runs.confirmed
            alarms.append(FalseAlarms(law.name, test, outcome, error, found, repetitions, limit))

    count(
        "equivalence, mean at the prediction", partial(_equivalence, law, 0, error), Outcome.REFUTED
    )
    for shift, edge in ((1, "upper"), (-1, "lower")):
        name = f"equivalence, mean at the {edge} edge"
        count(name, partial(_equivalence, law, shift, error), Outcome.CONFIRMED, Outcome.REFUTED)
    count("bound, mean at the bound", partial(_bound, law, 0, error), Outcome.REFUTED)
    count("bound, mean a resolution beyond it", partial(_bound, law, 1, error), Outcome.CONFIRMED)
    return alarms


@dataclass(frozen=True)
class Power:
    """Mean sample numbers of a test, in units of the fixed-size test.

    Attributes
    ----------
    law
        Name of the law.
    resolution, error
        As given to the test.
    fixed_size
        `fixed_size_samples` for this law.
    ratios
        Mean number of samples over `fixed_size`, by where the truth lies: its distance from the
        claim in resolutions, positive above the prediction or beyond the bound.
    decided_rightly
        Part of the runs that came to the right decision, by the same keys.
    """

    law: str
    resolution: float
    error: float
    fixed_size: float
    ratios: dict[int, float]
    decided_rightly: dict[int, float]


def equivalence_power(
    law: Law, *, error: float, repetitions: int, seed: int, offsets: tuple[int, ...] = (0, 4, -4)
) -> Power:
    """Sample numbers of an equivalence test whose prediction is right (offset 0) or off.

    Parameters
    ----------
    law
        Law of the observations.
    error
        As given to the test.
    repetitions, seed
        As for `tally`; the horizon is ten times the fixed size.
    offsets
        Distances of the true mean from the prediction, in resolutions.

    Raises
    ------
    ValueError
        As `tally` and the test do.
    """
    return _power(law, error, repetitions, seed, offsets, _equivalence, lambda shift: shift == 0)


def bound_power(
    law: Law, *, error: float, repetitions: int, seed: int, offsets: tuple[int, ...] = (0, -4, 4)
) -> Power:
    """Sample numbers of a test of mean <= bound; positive offsets break the bound.

    Parameters and errors are those of `equivalence_power`.
    """
    return _power(law, error, repetitions, seed, offsets, _bound, lambda shift: shift <= 0)


def _equivalence(law: Law, offset: int, error: float) -> EquivalenceTest:
    prediction = law.mean - offset * law.resolution
    return EquivalenceTest(prediction, law.resolution, law.low, law.high, error, law.bernoulli)


def _bound(law: Law, offset: int, error: float) -> BoundTest:
    bound = law.mean - offset * law.resolution
    return BoundTest(bound, "<=", law.resolution, law.low, law.high, error, law.bernoulli)


def _power(
    law: Law,
    error: float,
    repetitions: int,
    seed: int,
    offsets: tuple[int, ...],
    make: Callable[[Law, int, float], EquivalenceTest | BoundTest],
    holds: Callable[[int], bool],
) -> Power:
    fixed_size = fixed_size_samples(law.variance, law.resolution, error)
    ratios: dict[int, float] = {}
    right: dict[int, float] = {}
    for offset in offsets:
        runs = tally(
            partial(make, law, offset, error),
            law.draw,
            repetitions=repetitions,
            horizon=math.ceil(10 * fixed_size),
            seed=seed,
        )
        ratios[offset] = runs.mean_samples / fixed_size
        right[offset] = (runs.confirmed if holds(offset) else runs.refuted) / repetitions
    return Power(law.name, law.resolution, error, fixed_size, ratios, right)


@dataclass(frozen=True)
class Calibration:
    """How often the tests were wrong, and how many samples they needed, over the standard laws.

    Attributes
    ----------
    alarms
        Wrong decisions where the guarantee is tightest.
    power
        Sample numbers of equivalence tests, at the prediction and 1, 2 and 4 resolutions off.
    """

    alarms: tuple[FalseAlarms, ...]
    power: tuple[Power, ...]

    @property
    def kept(self) -> bool:
        """Whether no test was wrong more often than it promises."""
        return all(alarm.count <= alarm.limit for alarm in self.alarms)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        alarms = [{**asdict(alarm), "wrong": str(alarm.wrong)} for alarm in self.alarms]
        return {
            "kept": self.kept,
            "alarms": alarms,
            "power": [asdict(power) for power in self.power],
        }


def report(*, repetitions: int = 2000, seed: int = 0) -> Calibration:
    """Measure the tests on `STANDARD_LAWS`.

    Parameters
    ----------
    repetitions
        Runs behind each count of wrong decisions; a tenth of them behind each sample number.
    seed
        Nonnegative.

    Raises
    ------
    ValueError
        As `false_alarms` does.
    """
    alarms: list[FalseAlarms] = []
    power: list[Power] = []
    for law in STANDARD_LAWS:
        alarms += false_alarms(law, error=0.05, repetitions=repetitions, horizon=3000, seed=seed)
        few = max(1, repetitions // 10)
        offsets = (0, 1, 2, 4)
        power.append(
            equivalence_power(law, error=1e-3, repetitions=few, seed=seed, offsets=offsets)
        )
    return Calibration(tuple(alarms), tuple(power))
