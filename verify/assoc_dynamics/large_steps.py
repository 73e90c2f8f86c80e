"""Do gradient steps of every size keep within what is claimed of them?"""

from __future__ import annotations

import numpy as np
from sympy import Rational, exp, log

from numerics.assoc_dynamics import large_steps as numerics
from numerics.assoc_dynamics import memory as memories
from theory import Bound, Domain, Identity, Real
from theory.assoc_dynamics import large_steps as theory
from theory.assoc_dynamics.large_steps import R, common, eta, level
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.problems import drawn, known, pair, problem, rows


def with_margins(given, first, second):
    """A memory of two tokens and two labels that gives these margins, with what is given."""
    scores = np.array([[first, -second], [-first, second]]) / 2
    return {**given, "W": rows(np.asarray(given["U"]).T @ scores @ np.linalg.inv(given["E"]).T)}


def opposed(margin, tilt, **further):
    """Two nearly identical tokens of different labels with nearly equal margins."""
    return {**with_margins(pair(1 - 1e-6, 0.5), margin + tilt, margin - tilt), **further}


LOPSIDED = {**with_margins(pair(1 - 1e-6, 0.01), -20, 12), "eta": 1e6}
"""A rare token that is wrong throws a frequent one over: the increase is all but the bound."""


def memories_at(stream, count, **ranges):
    """Random problems with random memories and further numbers, log-uniform in ranges."""
    for index in range(count):
        rng = stream.numpy(index)
        tokens, labels = int(rng.integers(1, 5)), int(rng.integers(2, 5))
        inside, outside = int(rng.integers(1, 5)), int(rng.integers(1, 5))
        given = drawn(rng, tokens, labels, inside, outside)
        scale = 10 ** rng.uniform(-1, 1)
        numbers = {name: float(np.exp(rng.uniform(*np.log(ends)))) for name, ends in ranges.items()}
        yield {**given, "W": rows(scale * rng.standard_normal((outside, inside))), **numbers}


def before_and_after(point, **how):
    """One gradient step from the memory of a point."""
    labels = np.asarray(point["f"]) - 1
    given = (point["W"], point["E"], point["U"], point["p"], labels)
    step = numerics.one_step(*given, **how)
    return step, numerics.radius(point["E"], point["U"], labels)


def spike_points(stream, count):
    """Random memories and steps from small to very large, and the lopsided pair."""
    yield LOPSIDED
    yield opposed(6, 0.3, eta=2000.0)
    yield from memories_at(stream, count, eta=(0.01, 1000))


def one_spike(radius_factor):
    """Measure the losses around a step, with a multiple of the radius."""

    def measure(**point):
        step, radius = before_and_after(point, step=point["eta"])
        return {
            "loss": known(step.loss),
            "next_loss": known(step.next_loss),
            "error": known(step.error),
            "radius": known(radius * radius_factor),
        }

    return measure


check_for(theory.spike_bounds, resolution=1e-9, points=spike_points, count=12, full={"count": 300})(
    one_spike(1)
)
next_loss, loss, error = theory.next_loss(), theory.loss(), theory.error()
mutate(
    theory.spike_bounds,
    Mutant(
        "increase with the square of the error",
        Bound(next_loss, "<=", loss + eta * R**2 * error**2),
    ),
    Mutant(
        "nine tenths of the increase",
        Bound(next_loss, "<=", loss + Rational(9, 10) * eta * R**2 * error),
    ),
    Mutant("increase with the radius", Bound(next_loss, "<=", loss + eta * R * error)),
    Mutant("the loss does not increase", Bound(next_loss, "<=", loss)),
    Mutant("the errors for the loss", Bound(loss, "<=", error)),
    Mutant("radius without the output embeddings", measure=one_spike(2**-0.5)),
)


LINE = problem([[1.0]], [[0.0], [1.0], [-1.0]], (1,), (1.0,))
ACROSS = {**LINE, "W": rows([[12.0]]), "eta": 1e4}
"""A token whose label lies between two others, and is wrong: the step throws it across."""
WIDE = {**LINE, "U": rows([[0.0], [10.0], [-10.0]]), "W": rows([[1.2]]), "eta": 1e4}


def rise_points(stream, count):
    """Random memories and steps, and three labels on a line."""
    yield ACROSS
    yield from memories_at(stream, count, eta=(0.01, 1000))


check_for(
    theory.spike_bounds_rise, resolution=1e-9, points=rise_points, count=8, full={"count": 100}
)(one_spike(1))
mutate(
    theory.spike_bounds_rise,
    Mutant("nine tenths", Bound(next_loss, "<=", loss + Rational(9, 10) * eta * R**2)),
    Mutant("a quarter, as with two labels", Bound(next_loss, "<=", loss + eta * R**2 / 4)),
    Mutant("with the radius", Bound(next_loss, "<=", loss + eta * R), points=[WIDE]),
)

EXCHANGED = {**with_margins(pair(1 - 1e-9, 0.5), -8, 8), "eta": 1e5}
"""The step makes the wrong token right and the right one wrong."""


def two_label_points(stream, count):
    """Random memories of two labels, and the pair that a step exchanges."""
    yield EXCHANGED
    for point in memories_at(stream, 4 * count, eta=(0.01, 1000)):
        if point["M"] == 2:
            yield point


@check_for(
    theory.spike_bounds_two_labels,
    resolution=1e-9,
    points=two_label_points,
    count=4,
    full={"count": 100},
)
def _(**point):
    step, longest = before_and_after(point, step=point["eta"])
    return {
        "two_loss": known(step.loss),
        "two_next_loss": known(step.next_loss),
        "radius": known(longest),
    }


two_loss, two_next_loss = theory.two_loss(), theory.two_next_loss()
mutate(
    theory.spike_bounds_two_labels,
    Mutant("a fifth", Bound(two_next_loss, "<=", two_loss + eta * R**2 / 5)),
    Mutant("an eighth", Bound(two_next_loss, "<=", two_loss + eta * R**2 / 8)),
    Mutant("no rise", Bound(two_next_loss, "<=", two_loss)),
)


def curvature_points(stream, count):
    """Random memories and directions, and the one pair that attains the bound."""
    single = problem([[1.0]], np.eye(2), (1,), (1.0,))
    up = ((1.0,), (-1.0,))
    yield {**single, "W": rows(20 * np.array(up)), "V": up}
    for point in memories_at(stream, count):
        rng = stream.substream("directions").numpy(len(point["W"]))
        yield {**point, "V": rows(rng.standard_normal(np.shape(point["W"])))}


@check_for(
    theory.spike_bounds_curvature,
    resolution=1e-9,
    points=curvature_points,
    count=8,
    full={"count": 100},
)
def _(**point):
    labels = np.asarray(point["f"]) - 1
    given = (point["W"], point["E"], point["U"], point["p"], labels)
    step = numerics.one_step(*given, step=0.0)
    slopes = memories.loss_slopes(*given, point["V"], point["V"])
    return {
        "curvature": Exact(*slopes),
        "error": known(step.error),
        "loss": known(step.loss),
        "radius": known(numerics.radius(point["E"], point["U"], labels)),
    }


scale = R**2 * theory.direction_square
curvature = theory.curvature()
mutate(
    theory.spike_bounds_curvature,
    Mutant("half the errors", Bound(curvature, "<=", scale * error / 2)),
    Mutant("the square of the errors", Bound(curvature, "<=", scale * error**2)),
    Mutant("the square of the loss", Bound(curvature, "<=", scale * loss**2)),
)


def descent_points(stream, count):
    """Opposed pairs, which all but attain the bound, and random memories."""
    for margin in (3, 8):
        for h in (0.5, 1.9, 2.0):
            yield opposed(margin, 0.01, h=h)
    yield from memories_at(stream, count, h=(0.01, 2))


@check_for(
    theory.spike_bounds_descent,
    resolution=1e-9,
    points=descent_points,
    count=8,
    full={"count": 200},
)
def _(**point):
    step, radius = before_and_after(point, level=point["h"])
    return {
        "levelled_loss": known(step.next_loss),
        "loss": known(step.loss),
        "gradient_square": known(step.gradient_square),
        "radius": known(radius),
    }


levelled, square = theory.levelled_loss(), theory.gradient_square()
anything = Real("h", above=0)
wider = Domain(
    *(anything if q is level else q for q in theory.spike_bounds_descent.domain.parameters),
    remarks=theory.spike_bounds_descent.domain.remarks,
)
BEYOND = [opposed(8, 0.3, h=3.0)]
mutate(
    theory.spike_bounds_descent,
    Mutant("a loss up to 3 falls", Bound(levelled, "<=", loss), points=BEYOND, domain=wider),
    Mutant(
        "a loss up to 2.2 falls",
        Bound(levelled, "<=", loss),
        points=[opposed(8, 0.3, h=2.2)],
        domain=wider,
    ),
    Mutant(
        "a third instead of half",
        Bound(levelled, "<=", loss - level * (1 - level / 3) * square / (R**2 * loss)),
    ),
    Mutant(
        "the whole slope",
        Bound(levelled, "<=", loss - level * square / (R**2 * loss)),
    ),
)


@check_for(
    theory.spike_bounds_critical,
    resolution=1e-12,
    points=[{"m": m} for m in (0.25, 1, 3, 6, 10, 20)],
)
def critical(m):
    """Measure the critical level by bisection."""
    return Exact(*numerics.critical_level(m))


mutate(
    theory.spike_bounds_critical,
    Mutant("2 at every margin", Identity(theory.critical_level(common), 2)),
    Mutant(
        "the largest slope",
        Identity(theory.critical_level(common), 8 * log(1 + exp(-common))),
    ),
)
check_for(
    theory.spike_bounds_sharp,
    resolution=1e-3,
    points=[{"m": 1}],
    ladder=(4, 8, 12, 16, 24, 32),
)(critical)
