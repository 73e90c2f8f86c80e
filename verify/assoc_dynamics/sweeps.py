"""What do large steps gain, in the end, on the way there, and over random embeddings?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import Abs, Max, oo

from numerics.assoc_dynamics import particles
from numerics.assoc_dynamics import sweeps as numerics
from numerics.core.streams import Stream
from theory import Bound, Equivalent, Identity
from theory.assoc_dynamics import sweeps as theory
from theory.assoc_dynamics.benign import gamma
from theory.assoc_dynamics.large_steps import N, eta
from theory.assoc_dynamics.sweeps import apart, times
from verify import Exact, Exhaustive, Mutant, Sampled, check_for, leading, mutate
from verify.assoc_dynamics.benign import margin_of, trained
from verify.assoc_dynamics.problems import drawn, known, pair

LADDER = (1000, 10_000, 100_000, 1_000_000)


def late_losses(**point):
    """Measure the loss after k steps."""
    key = (point["E"], point["U"], point["f"], point["p"], point["eta"])
    table = trained(*key, LADDER[-1], LADDER[0])[point["k"] // LADDER[0]]
    value = float(particles.loss(table, point["p"], np.asarray(point["f"]) - 1))
    return {"late_loss": known(value, 1e-7), "max_margin": margin_of(point)[0]}


# Random problems, by number, whose slow modes are all but over after a million steps: elsewhere
# the limit is approached as slowly as a small power of k, and a ladder cannot tell it.
SETTLED = (12, 17, 24, 28, 34, 36, 0, 25)


def settled(number):
    """One of these problems, with 2 to 5 tokens and 2 to 4 labels."""
    rng = Stream.of(5, "acceleration", number).numpy()
    tokens, labels = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    return drawn(rng, tokens, labels, tokens + 2, labels, unit=True)


def settings(stream, count):
    """Two tokens at step sizes from 1 to 10, and random problems of several labels."""
    for overlap, step in ((-0.5, 10.0), (0.5, 1.0), (0.95, 1.0), (0.95, 10.0)):
        yield {**pair(overlap, 0.75), "eta": step, "k": 1}
    for number in SETTLED[:count]:
        yield {**settled(number), "eta": 3.0, "k": 1}


check_for(
    theory.acceleration,
    resolution=0.01,
    points=settings,
    count=2,
    ladder=LADDER,
    full={"count": 8},
)(late_losses)


def ends_as(prediction, left=None):
    """The claim that the loss ends like this."""
    product = eta * times * theory.late_loss() if left is None else left
    return Equivalent(product, prediction, as_=(times, oo))


mutate(
    theory.acceleration,
    Mutant("no step size", ends_as(1 / gamma**2, left=times * theory.late_loss())),
    Mutant(
        "the step size squared", ends_as(1 / gamma**2, left=eta**2 * times * theory.late_loss())
    ),
    Mutant("norm for its square", ends_as(1 / gamma)),
    Mutant("the mean over the tokens", ends_as(1 / gamma**2 / N)),
)


@check_for(
    theory.acceleration_balanced,
    resolution=0.01,
    points=[
        {"a": a, "eta": e, "k": 1} for a, e in ((0.05, 1.0), (0.05, 20.0), (1.5, 0.5), (1.5, 5.0))
    ],
    ladder=LADDER,
)
def _(a, eta, k):
    return late_losses(**pair(1 - a, 0.5), eta=eta, k=k)["late_loss"]


inverse = 1 / theory.pair_loss()
mutate(
    theory.acceleration_balanced,
    Mutant("the sign of the overlap", ends_as((2 - apart) * eta * times, left=inverse)),
    Mutant("twice as fast", ends_as(2 * apart * eta * times, left=inverse)),
    Mutant("no step size", ends_as(apart * times, left=inverse)),
)


@cache
def sharpnesses(overlap, share, step):
    """Largest eigenvalues along a run, by the number of steps."""
    found = numerics.two_token_sharpness(overlap, share, step, LADDER)
    return dict(zip(LADDER, map(float, found), strict=True))


@check_for(
    theory.acceleration_stability,
    resolution=0.02,
    points=[
        {"a": a, "q": share, "eta": step, "k": 1}
        for a, share, step in (
            (1.5, 0.75, 1.0),
            (0.5, 0.75, 10.0),
            (0.05, 0.6, 3.0),
            (0.05, 0.75, 10.0),
        )
    ],
    ladder=LADDER,
)
def _(a, q, eta, k):
    return known(sharpnesses(1 - a, q, eta)[k], 1e-7)


product = eta * times * theory.sharpness()
mutate(
    theory.acceleration_stability,
    Mutant("one over a", ends_as(1 / apart, left=product)),
    Mutant("no lower bound of 1", ends_as((2 - apart) / apart, left=product)),
    Mutant("no step size", ends_as(Max(1, (2 - apart) / apart), left=product / eta)),
)


@check_for(
    theory.acceleration_stability_balanced,
    resolution=0.01,
    points=[{"a": a, "eta": step, "k": 1} for a, step in ((1.5, 1.0), (0.5, 10.0), (0.05, 3.0))],
    ladder=LADDER,
)
def _(a, eta, k):
    return known(sharpnesses(1 - a, 0.5, eta)[k], 1e-7)


flatness = 1 / theory.twin_sharpness()
mutate(
    theory.acceleration_stability_balanced,
    Mutant("the overlap does not enter", ends_as(eta * times, left=flatness)),
    Mutant("no step size", ends_as(apart * times / (1 + Abs(1 - apart)), left=flatness)),
    Mutant("tokens of the same label", ends_as(apart * eta * times, left=flatness)),
)

STEPS = 10_000
SPEED = 0.25  # of one over p1 p2: the largest step size at which the flow's time is kept


@cache
def swept():
    """The repository's grid without equal embeddings, and the runs of all its settings."""
    whole = numerics.repository_grid()
    grid = numerics.Grid(whole.frequent, whole.overlaps[:-1], whole.steps)
    return grid, numerics.two_token_sweep(grid, STEPS)


@cache
def flow_times():
    """When the flow has recovered, for every probability and overlap."""
    grid, _ = swept()
    return np.array(
        [[numerics.recovery_time(p, a)[0] for a in grid.overlaps] for p in grid.frequent]
    )


def named(grid, i, j, k):
    """A setting as it is told of when it fails."""
    numbers = {"p1": grid.frequent[i], "overlap": grid.overlaps[j], "step": grid.steps[k]}
    return {name: float(number) for name, number in numbers.items()}


def first_success(share=SPEED, early=1.0, late=2.0, time=lambda flow, step: flow):
    """Measure whether the first success comes at the flow's time, up to multiples of a step."""

    def measure():
        grid, runs = swept()
        flow = flow_times()
        cases = []
        for (i, j, k), first in np.ndenumerate(runs["first_perfect"]):
            step, p = grid.steps[k], grid.frequent[i]
            if step * p * (1 - p) <= share:
                at = time(flow[i, j], step)
                fits = first >= 0 and at - early * step <= step * first <= at + late * step
                cases.append((named(grid, i, j, k), bool(fits)))
        return Exhaustive(cases)

    return measure


check_for(theory.transient_speedup, resolution=0)(first_success())
mutate(
    theory.transient_speedup,
    Mutant("for every step size", measure=first_success(share=np.inf)),
    Mutant("up to the critical step size", measure=first_success(share=1.0)),
    Mutant("within half a step", measure=first_success(early=0.5, late=0.5)),
    Mutant("half the time of the flow", measure=first_success(time=lambda flow, step: flow / 2)),
    Mutant(
        "a number of steps that does not depend on their size",
        measure=first_success(time=lambda flow, step: flow * step),
    ),
)


def slower(field):
    """Which larger one of two neighbouring step sizes is later, at (p, overlap, smaller step)."""
    _, runs = swept()
    when = runs[field].astype(float)
    if field == "first_perfect":
        when[when < 0] = np.inf
    return when[..., 1:] > when[..., :-1]


def no_later(share):
    """Measure whether larger steps are no later, up to a share of one over p1 p2."""

    def measure():
        grid, _ = swept()
        later = slower("first_perfect") | slower("last_error")
        return Exhaustive(
            (named(grid, i, j, k + 1), not late)
            for (i, j, k), late in np.ndenumerate(later)
            if grid.steps[k + 1] * grid.frequent[i] * (1 - grid.frequent[i]) <= share
        )

    return measure


check_for(theory.transient_speedup_below, resolution=0)(no_later(1.0))
mutate(
    theory.transient_speedup_below,
    Mutant("up to 1.3 times the critical step size", measure=no_later(1.3)),
    Mutant("for every step size", measure=no_later(np.inf)),
)

check_for(theory.transient_speedup_not_monotone, resolution=0)(
    lambda: Exact(int(slower("first_perfect").sum()))
)
mutate(
    theory.transient_speedup_not_monotone,
    Mutant("large steps always speed up", Identity(theory.slower_first(), 0)),
    Mutant("by the last error", measure=lambda: Exact(int(slower("last_error").sum()))),
)
check_for(theory.transient_speedup_not_monotone_last, resolution=0)(
    lambda: Exact(int(slower("last_error").sum()))
)
mutate(
    theory.transient_speedup_not_monotone_last,
    Mutant("large steps always speed up", Identity(theory.slower_last(), 0)),
    Mutant("by the first success", measure=lambda: Exact(int(slower("first_perfect").sum()))),
)

WATCHED, LENGTH, TOKENS = 30, 100, 5


def share_of_falls(dimension, step, stream):
    """The share of the margins that fall, as replicates."""

    def draw(first, count):
        found = numerics.random_memories(dimension, step, WATCHED, WATCHED, stream, first, count)
        return found[1] / (WATCHED * TOKENS)

    return Sampled(draw)


def spikes(dimension, step, stream):
    """Whether the loss rises, as replicates."""

    def draw(first, count):
        found = numerics.random_memories(dimension, step, LENGTH, 0, stream, first, count)
        return found[0].astype(float)

    return Sampled(draw, bernoulli=True)


def falls_at(step):
    """Measure falls in a dimension and in twice that."""

    def measure(d, stream):
        return {
            "falls": share_of_falls(d, step, stream.substream("falls")),
            "falls_wider": share_of_falls(2 * d, step, stream.substream("wider")),
        }

    return measure


DIMENSIONS = leading([{"d": d} for d in (3, 5, 10, 20, 50)])

check_for(
    theory.random_memory_n5,
    resolution=5e-4,
    budget=100_000,
    points=DIMENSIONS,
    count=3,
    full={"resolution": 1e-4, "budget": 2_000_000, "count": 5},
)(falls_at(3.0))
mutate(
    theory.random_memory_n5,
    Mutant("a tenth", Bound(10 * theory.falls_wider(), "<=", theory.falls())),
    Mutant("with steps of size 20", measure=falls_at(20.0)),
)


def small_steps(step):
    """Measure spikes at a step size."""

    def measure(d, stream):
        return spikes(d, step, stream)

    return measure


check_for(
    theory.random_memory_n5_small_step,
    resolution=2e-3,
    budget=30_000,
    points=DIMENSIONS,
    count=3,
    full={"resolution": 5e-4, "budget": 300_000, "count": 5},
)(small_steps(3.0))
mutate(
    theory.random_memory_n5_small_step,
    Mutant("with steps of size 10", measure=small_steps(10.0)),
    Mutant("with steps of size 20", measure=small_steps(20.0)),
)


def spikes_at(step):
    """Measure spikes in dimensions 3, 5 and 10."""

    def measure(stream):
        return {f"spikes_{d}": spikes(d, step, stream.substream(d)) for d in (3, 5, 10)}

    return measure


check_for(
    theory.random_memory_n5_spikes,
    resolution=2e-3,
    budget=30_000,
    full={"resolution": 5e-4, "budget": 300_000},
)(spikes_at(20.0))
mutate(
    theory.random_memory_n5_spikes,
    Mutant("never in ten dimensions", Bound(theory.spikes_10(), "<=", 0)),
    Mutant("as often in five dimensions", Bound(theory.spikes_3(), "<=", theory.spikes_5())),
    Mutant("with steps of size 10", measure=spikes_at(10.0)),
)


@cache
def notebook(step, steps):
    """The notebook's run."""
    return numerics.notebook_run(step, steps)


SIZES = (3, 10, 20)


@check_for(theory.random_memory_n5_notebook, resolution=1e-6)
def _():
    values = {size: float(notebook(size, 99)[0][99]) for size in SIZES}
    return {f"loss_{size}": Exact(value, 1e-6 * value) for size, value in values.items()}


mutate(
    theory.random_memory_n5_notebook,
    Mutant(
        "larger is better", Bound(theory.loss_20(), "<=", theory.loss_10(), "<=", theory.loss_3())
    ),
)


@check_for(theory.random_memory_n5_notebook_late, resolution=0)
def _():
    return {
        f"last_error_{size}": Exact(int(np.flatnonzero(notebook(size, STEPS)[1])[-1]))
        for size in SIZES
    }


mutate(
    theory.random_memory_n5_notebook_late,
    Mutant("by a factor of four", Bound(4 * theory.last_10(), "<=", theory.last_3())),
)


@check_for(theory.random_memory_n5_notebook_rises, resolution=0)
def _():
    return {
        f"rises_{size}": Exact(int((np.diff(notebook(size, 99)[0][:30]) > 0).sum()))
        for size in SIZES
    }


mutate(
    theory.random_memory_n5_notebook_rises,
    Mutant("no spikes at size 10", Bound(theory.rises_10(), "<=", 0)),
    Mutant("no more spikes at size 20", Bound(theory.rises_20(), "<=", theory.rises_10())),
)
