"""Elimination of single classes and of sets as the number of unlikely classes grows."""

from __future__ import annotations

import math

import numpy as np

from numerics.core.streams import Stream
from numerics.mode_estimation.distributions import one_good
from numerics.mode_estimation.elimination_costs import elimination_runs
from numerics.mode_estimation.set_elimination import set_elimination_runs
from theory.mode_estimation import elimination_costs
from verify.core.figures import STYLES, bars, figure, mean_interval, value

STREAM = Stream.of(0, "mode-estimation", "figures", "classes")
SIZES = (30, 100, 300, 1000, 3000, 10_000)
CONFIDENCE, CONSTANT, RUNS, MOST = 10 * math.log(10), 4.0, 40, 2**16


def two_like(m):
    """Two likely classes, and m - 2 others."""
    return np.array([0.2, 0.12, *[0.68 / (m - 2)] * (m - 2)])


def cost(runs, law):
    """Queries over c L of the runs that decide within the samples allowed."""
    stream = STREAM.substream(runs.__name__).substream(law.size)
    queries, samples, answers = runs(law, CONFIDENCE, CONSTANT, stream, 0, RUNS, largest=MOST)
    level = CONFIDENCE + np.log(math.pi**2 * law.size * samples.astype(float) ** 2)
    return mean_interval((queries / (CONSTANT * level))[answers >= 0])


def entropy_over_mode(law):
    """What single classes cost at least, by the theory."""
    point = {"m": law.size, "p": tuple(float(share) for share in law)}
    return value(elimination_costs.entropy / elimination_costs.p[1], point)


@figure("mode-estimation/number-of-classes")
def number_of_classes_figure(canvas):
    """Queries of both eliminations with one constant, over the number of classes."""
    canvas.set_size_inches(7.6, 3.8)
    panels = canvas.subplots(1, 2)
    problems = (("$p_1 = 0.2$, $p_2 = 0.12$, others equal", two_like), ("$p_1 = 1/2$", one_good))
    for axes, (title, problem) in zip(panels, problems, strict=True):
        for runs, style, label in (
            (elimination_runs, STYLES[0], "single classes"),
            (set_elimination_runs, STYLES[1], "sets"),
        ):
            bars(axes, SIZES, [cost(runs, problem(m)) for m in SIZES], style, label)
        entropies = [entropy_over_mode(problem(m)) for m in SIZES]
        axes.plot(SIZES, entropies, **STYLES[0].theory, label="entropy over $p_1$")
        axes.set(xscale="log", title=title, xlabel="number of classes $m$", ylim=(0, None))
    panels[0].set_ylabel("queries $T / (c L)$")
    panels[0].legend(loc=(0.4, 0.02))
    canvas.suptitle(
        rf"marks: {RUNS} runs with $c = 4$, $\delta = 10^{{-10}}$; line: single classes take at "
        "least as many, in the limit",
        fontsize=8,
    )
