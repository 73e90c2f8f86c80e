"""Do the errors of all steps together stay within the perceptron's bound?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import E as EULER
from sympy import LambertW, Rational, sqrt

from numerics.assoc_dynamics import benign as numerics
from numerics.assoc_dynamics import memory as memories
from numerics.assoc_dynamics.large_steps import error_mass, pair_margins, radius
from theory import Bound
from theory.assoc_dynamics import benign as theory
from theory.assoc_dynamics.benign import gamma, omega, rivals, steps
from theory.assoc_dynamics.large_steps import R, eta, p
from theory.assoc_dynamics.large_steps import error as error_of_memory
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.large_steps import before_and_after, memories_at, with_margins
from verify.assoc_dynamics.problems import ROUNDING, drawn, known, pair, problem, rows

error = error_of_memory()


def alone(values):
    """The point of these margins."""
    return {"r": len(values), "m": tuple(values)}


def even(count):
    """Equal margins that attain the bound, to rounding."""
    return alone([1 + float(LambertW(count / EULER).evalf())] * count)


check_for(
    theory.benign_pull,
    resolution=1e-9,
    points=[
        *map(even, (1, 2, 5, 50)),
        alone([0.0]),
        alone([-3.0, 4.0]),
        alone([1.0, 2.0, 30.0]),
    ],
    boxes=0,
)(None)
pull = theory.benign_pull.statement.terms[0]
mutate(
    theory.benign_pull,
    Mutant("one wrong label for all", Bound(pull, "<=", LambertW(1 / EULER))),
    Mutant("a tenth less", Bound(pull, "<=", Rational(9, 10) * theory.most_pull)),
    Mutant("one wrong label less", Bound(pull, "<=", LambertW((rivals - 1) / EULER))),
)


def separable(stream, count, **ranges):
    """Random problems that some memory answers rightly, with further numbers."""
    for index in range(count):
        rng = stream.substream("separable").numpy(index)
        tokens, labels = int(rng.integers(2, 5)), int(rng.integers(2, 5))
        given = drawn(rng, tokens, labels, tokens + int(rng.integers(0, 3)), labels)
        numbers = {name: float(np.exp(rng.uniform(*np.log(ends)))) for name, ends in ranges.items()}
        yield {**given, **numbers}


LONG = problem([[1.0]], [[10.0], [0.0]], (1,), (1.0,))
FAR = {**LONG, "W": rows([[-1.0]]), "eta": 100.0}
"""One token with a pair's vector of length 10, answered wrongly."""


def growth_points(stream, count):
    """Problems with memories, and five labels whose margins pull the most."""
    five = problem([[1.0]], np.eye(5), (1,), (1.0,))
    most = 1 + float(LambertW(4 / EULER).evalf())
    yield {**five, "W": rows([[most]] + 4 * [[0.0]]), "eta": 0.01}
    yield {**pair(0.9, 0.75), "W": rows(np.zeros((2, 2))), "eta": 10.0}
    yield FAR
    for point in separable(stream, count, eta=(0.01, 100)):
        rng = stream.substream("memories").numpy(point["N"])
        yield {**point, "W": rows(rng.standard_normal((point["l"], point["d"])))}


@cache
def best(inputs, outputs, labels):
    """The max-margin memory."""
    return numerics.max_margin(inputs, outputs, np.asarray(labels) - 1)


def margin_of(point):
    """The largest margin, and the memory that has it."""
    found = best(point["E"], point["U"], point["f"])
    middle = (found.low + found.high) / 2
    return Exact(middle, (found.high - found.low) / 2), found.memory


@check_for(
    theory.benign_aligned, resolution=1e-9, points=growth_points, count=6, full={"count": 60}
)
def _(**point):
    step, _ = before_and_after(point, step=point["eta"])
    margin, target = margin_of(point)
    rise = float((step.change * target).sum())
    return {
        "aligned_rise": known(rise),
        "error": known(step.error),
        "max_margin": margin,
    }


mutate(
    theory.benign_aligned,
    Mutant(
        "six fifths of the margin",
        Bound(Rational(6, 5) * eta * gamma * error, "<=", theory.aligned_rise()),
    ),
    Mutant("no margin", Bound(eta * error, "<=", theory.aligned_rise())),
)


@check_for(theory.benign_growth, resolution=1e-9, points=growth_points, count=6, full={"count": 60})
def _(**point):
    step, longest = before_and_after(point, step=point["eta"])
    before = np.asarray(point["W"])
    rise = float((step.change * (2 * before + step.change)).sum())
    size = float((np.abs(step.change) * (2 * np.abs(before) + np.abs(step.change))).sum())
    return {
        "norm_rise": Exact(rise, ROUNDING * size),
        "error": known(step.error),
        "radius": known(longest),
    }


rise, from_errors = theory.norm_rise(), eta**2 * R**2 * error
mutate(
    theory.benign_growth,
    Mutant("no growth without errors", Bound(rise, "<=", from_errors)),
    Mutant(
        "growth as for two labels", Bound(rise, "<=", 2 * eta * LambertW(1 / EULER) + from_errors)
    ),
    Mutant("half the growth", Bound(rise, "<=", eta * omega + from_errors)),
    Mutant("the first term alone", Bound(rise, "<=", 2 * eta * omega)),
    Mutant("radius for its square", Bound(rise, "<=", 2 * eta * omega + eta**2 * R * error)),
)

OPPOSED_RUN = {**pair(0.999, 0.5), "eta": 1000.0, "k": 1000}
LONG_WRONG = {**pair(0.95, 0.75), "eta": 0.01, "k": 5000}


def runs(stream, count):
    """Two tokens at step sizes from small to large, and random problems."""
    for step in (0.01, 1.0, 10.0):
        for length in (1, 30, 300):
            yield {**pair(0.95, 0.75), "eta": step, "k": length}
    yield {**pair(0.95, 0.75), "eta": 1.0, "k": 0}
    yield {**pair(0.5, 0.5), "eta": 0.1, "k": 300}
    yield OPPOSED_RUN
    yield LONG_WRONG
    for index, point in enumerate(separable(stream, count, eta=(0.1, 300))):
        yield {**point, "k": (10, 300)[index % 2]}


@cache
def trained(inputs, outputs, labels, probabilities, step, length, every=1):
    """Tables of scores along a run from 0."""
    right = np.asarray(labels) - 1
    return numerics.run(inputs, outputs, probabilities, right, step, length, every)


def errors_of_run(**point):
    """Measure the errors and mistakes of the first k memories."""
    key = (point["E"], point["U"], point["f"], point["p"], point["eta"], point["k"])
    tables = trained(*key)
    labels = np.asarray(point["f"]) - 1
    total = float(error_mass(tables[:-1], point["p"], labels).sum())
    return {
        "error_sum": Exact(total, 1e-9 * total),
        "mistake_count": Exact(int(numerics.mistakes(tables[:-1], labels).sum())),
        "rarest": Exact(min(point["p"])),
        "max_margin": margin_of(point)[0],
        "radius": known(radius(point["E"], point["U"], labels)),
    }


check_for(theory.benign, resolution=1e-6, points=runs, count=8, full={"count": 100})(errors_of_run)
total = theory.error_sum()
slow = sqrt(2 * omega * steps / eta) / gamma
mutate(
    theory.benign,
    Mutant("the perceptron's term alone", Bound(total, "<=", R**2 / gamma**2)),
    Mutant("the root alone", Bound(total, "<=", slow)),
    Mutant("radius over margin", Bound(total, "<=", R / gamma + slow), points=[OPPOSED_RUN]),
    Mutant("half the bound", Bound(total, "<=", theory.two_terms / 2)),
    Mutant("the root without the margin", Bound(total, "<=", R**2 + slow * gamma)),
)


def wrong_points(stream, count):
    """Random memories, with a token and a wrong label that has at least its score."""
    near = with_margins(pair(0.5, 0.5), 60, -1e-9)
    yield {**near, "t": 2, "w": 1}
    for point in memories_at(stream, count):
        labels = np.asarray(point["f"]) - 1
        table = memories.scores(point["W"], point["E"], point["U"])
        for token, rival in np.argwhere(pair_margins(table, labels) <= 0):
            yield {**point, "t": int(token) + 1, "w": int(rival) + 1}


@check_for(
    theory.benign_mistake, resolution=1e-9, points=wrong_points, count=6, full={"count": 100}
)
def _(**point):
    step, _ = before_and_after(point, step=0.0)
    return known(step.error)


token = theory.mistaken
mutate(
    theory.benign_mistake,
    Mutant("its whole probability", Bound(p[token], "<=", error)),
    Mutant("six tenths of it", Bound(Rational(6, 10) * p[token], "<=", error)),
    Mutant("half of everything", Bound(Rational(1, 2), "<=", error)),
)

check_for(theory.benign_mistakes, resolution=1e-6, points=runs, count=8, full={"count": 100})(
    errors_of_run
)
mutate(
    theory.benign_mistakes,
    Mutant("no factor for rare tokens", Bound(theory.mistake_count(), "<=", theory.two_terms)),
    Mutant(
        "a hundredth of it",
        Bound(theory.mistake_count(), "<=", theory.two_terms / theory.rarest() / 100),
    ),
)
