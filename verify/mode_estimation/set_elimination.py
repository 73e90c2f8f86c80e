"""What does the elimination of sets of classes cost, and when is it worth while? Runs of both."""

from __future__ import annotations

import math

import numpy as np
from sympy import Rational

from numerics.core.streams import Stream
from numerics.mode_estimation.distributions import (
    dirichlet,
    geometric,
    one_good,
    two_good,
    zipf,
)
from numerics.mode_estimation.elimination_costs import elimination_runs
from numerics.mode_estimation.set_elimination import set_elimination_runs
from theory import Bound
from theory.mode_estimation import set_elimination as theory
from theory.mode_estimation.elimination_costs import c, longest
from verify import Exact, Mutant, Sampled, check_for, mutate


def errors(m, p, c, delta, stream, rule=1.0):
    """Whether a run drops the mode; one that does not end by 2^17 samples counts as if it did."""

    def draw(first, count):
        found = set_elimination_runs(
            p, -math.log(delta), rule * c, stream, first, count, largest=2**17
        )
        return (found[2] != 0).astype(float)

    return Sampled(draw, bernoulli=True)


def least_stopping(m, p, c, delta, stream):
    """The rule with a constant that stops it after the first batch."""
    return errors(m, p, c, delta, stream, rule=0.02)


check_for(
    theory.set_elim_pac,
    resolution=0.01,
    points=[
        {"m": len(law), "p": law, "c": constant, "delta": delta}
        for law, constant, delta in (
            ((0.55, 0.45), 1.0, 0.1),
            ((0.53, 0.47), 2.0, 0.5),
            ((0.4, 0.33, 0.27), 4.0, 0.5),
        )
    ],
)(errors)
mutate(
    theory.set_elim_pac,
    Mutant("a fiftieth of the constant", measure=least_stopping),
    Mutant(
        "a hundredth of the bound",
        Bound(theory.set_error(), "<=", theory.set_elim_pac.statement.terms[1] / 100),
        points=[{"m": 2, "p": (0.52, 0.48), "c": 0.5, "delta": 0.1}],
    ),
)

LAWS = [
    tuple(float(share) for share in law)
    for law in (
        (0.6, 0.4),
        (0.9, 0.05, 0.03, 0.02),
        (0.4, 0.25, 0.15, 0.1, 0.1),
        (0.12, *[0.08] * 11),
        (0.09, *[0.07] * 13),
        one_good(40),
        two_good(60),
        zipf(20),
    )
]
OCTAVE = 2.0 ** (10 + np.arange(6) / 5)


@check_for(
    theory.set_elim_complexity,
    resolution=1e-9,
    points=[{"m": len(law), "p": law, "c": 1.0} for law in LAWS],
)
def _(m, p, c):
    # the batches double, so that an octave holds every phase; L exceeds log(1/delta) by 4 percent
    rates = []
    for ell in OCTAVE:
        stream = Stream.of(0, "set-elim-complexity")
        queries, _, answers = set_elimination_runs(p, ell, c, stream, 0, 1)
        assert answers[0] == 0
        rates.append(queries[0] / ell)
    return Exact(max(rates), 0.04 * max(rates))


near = [{"m": 14, "p": LAWS[4], "c": 1.0}]
spread = [{"m": 40, "p": LAWS[5], "c": 1.0}]
mutate(
    theory.set_elim_complexity,
    Mutant(
        "as if batches did not double",
        Bound(theory.set_rate(), "<=", c * (theory.first_phase + theory.second_phase)),
        points=near,
    ),
    Mutant(
        "without the first phase",
        Bound(theory.set_rate(), "<=", 2 * c * theory.second_phase),
        points=spread,
    ),
    Mutant(
        "the shape with the constant 1 for each term",
        Bound(
            theory.set_rate(),
            "<=",
            c * (longest(2) + theory.bits() * theory.mean_time),
        ),
    ),
)

check_for(
    theory.set_elim_complexity_phases,
    resolution=0,
    boxes=0,
    points=[
        {
            "p1": p1,
            "a": worst,
            "M": mean,
            "s": share * (mean - p1 * worst),
            "b": b,
        }
        for p1 in (Rational(1, 100), Rational(1, 2), Rational(99, 100))
        for worst in (1 / p1, 2 / p1, 100 / p1)
        for mean in {max(1 / p1, p1 * worst), worst}
        for share in (Rational(0), Rational(1))
        for b in (Rational(1, 10), Rational(7))
    ],
)(None)
mutate(
    theory.set_elim_complexity_phases,
    Mutant(
        "thirteen times the worst",
        Bound(theory.both_phases, "<=", 13 * theory.worst_time + 5 * theory.doubt * theory.mean),
    ),
    Mutant(
        "four times the mean",
        Bound(theory.both_phases, "<=", 15 * theory.worst_time + 4 * theory.doubt * theory.mean),
    ),
)

check_for(
    theory.set_elim_complexity_shape,
    resolution=1e-12,
    points=lambda stream, count: [
        {"m": len(law), "p": tuple(float(share) for share in law)}
        for law in [
            *LAWS,
            *(dirichlet(size, alpha, 23) for size in (2, 3, 8, 20) for alpha in (0.3, 1, 5)),
        ]
    ],
)(None)
mutate(
    theory.set_elim_complexity_shape,
    Mutant(
        "without a factor before the logarithm",
        Bound(
            theory.first_phase + theory.second_phase,
            "<=",
            15 * longest(2) + theory.bits() * theory.mean_time,
        ),
    ),
    Mutant(
        "with the constant 10 for the gap",
        Bound(
            theory.first_phase + theory.second_phase,
            "<=",
            10 * longest(2) + 5 * theory.bits() * theory.mean_time,
        ),
    ),
)


def two_like(m):
    """Two likely classes, and m - 2 others."""
    return np.array([0.2, 0.12] + [0.68 / (m - 2)] * (m - 2))


def clipped(runs, law, constant, ell, stream, most):
    """Queries of runs, those of long ones cut."""

    def draw(first, count):
        queries, _, _ = runs(law, ell, constant, stream, first, count, largest=2**20)
        return np.minimum(queries, most).astype(float)

    return draw


MOST = 40_000


def growth(runs, m, stream):
    """Replicates of what a run takes more with 8 times the classes."""
    few, many = (
        clipped(
            runs,
            two_like(times * m),
            4.0,
            math.log(30e10 / (times * m)),
            stream.substream(times),
            MOST,
        )
        for times in (1, 8)
    )
    return Sampled(lambda first, count: many(first, count) - few(first, count), -MOST, MOST)


@check_for(theory.set_elim_flat, resolution=200, budget=4096, points=[{"m": 30}])
def _(m, stream):
    return {
        "set_growth": growth(set_elimination_runs, m, stream.substream("sets")),
        "class_growth": growth(elimination_runs, m, stream.substream("classes")),
    }


mutate(
    theory.set_elim_flat,
    Mutant(
        "the elimination of sets grows as much",
        Bound(theory.class_growth(), "<=", theory.set_growth()),
    ),
    Mutant(
        "the elimination of classes grows by 1000 at most", Bound(theory.class_growth(), "<=", 1000)
    ),
)

PROBLEMS = {
    "geometric with 100": lambda: geometric(100),
    "two good of 300": lambda: two_good(300),
    "one good of 300": lambda: one_good(300),
    "one good of 10000": lambda: one_good(10_000),
}


NINE_BITS = 9 * math.log(2)


def both(problem, c, stream, sets=1.0, ell=NINE_BITS):
    """Queries of both eliminations, the constant of that of sets a multiple of the other."""
    law, most = PROBLEMS[problem](), 4000 * c
    return {
        f"{name}_queries": Sampled(
            clipped(runs, law, factor * c, ell, stream.substream(name), most), 0, most
        )
        for name, runs, factor in (
            ("class", elimination_runs, 1.0),
            ("set", set_elimination_runs, sets),
        )
    }


def both_at_ten_digits(problem, c, stream):
    """They with a smaller allowed probability of error."""
    return both(problem, c, stream, ell=10 * math.log(10))


def with_a_third_for_sets(problem, c, stream):
    """They with the constants of the figure, as far as their ratio goes."""
    return both(problem, c, stream, sets=1 / 3)


check_for(
    theory.set_elim_no_gain,
    resolution=50,
    budget=8192,
    points=[
        {"problem": problem, "c": constant}
        for problem, constant in (
            ("geometric with 100", 1.0),
            ("geometric with 100", 4.0),
            ("two good of 300", 4.0),
            ("one good of 300", 1.0),
        )
    ],
)(both)
mutate(
    theory.set_elim_no_gain,
    Mutant(
        "sets take fewer queries",
        Bound(theory.by_sets(), "<=", theory.by_classes()),
        published=True,
    ),
    Mutant(
        "also with a third of the constant for sets, as in the figure",
        points=[{"problem": "one good of 300", "c": 4.0}],
        measure=with_a_third_for_sets,
    ),
)

check_for(
    theory.set_elim_crossing,
    resolution=200,
    budget=4096,
    points=[{"problem": "one good of 10000", "c": 4.0}],
)(both_at_ten_digits)
mutate(
    theory.set_elim_crossing,
    Mutant(
        "sets already win with 300 classes",
        points=[{"problem": "one good of 300", "c": 4.0}],
        domain=theory.set_elim_no_gain.domain,
    ),
)
