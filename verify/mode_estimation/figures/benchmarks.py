"""The problems of the published figures: queries, and how often the answer is wrong."""

from __future__ import annotations

import math

import numpy as np

from numerics.core.streams import Stream
from numerics.mode_estimation import adaptive_coding, distributions, exhaustive
from numerics.mode_estimation.codes import balanced_lengths
from numerics.mode_estimation.elimination_costs import elimination_runs
from numerics.mode_estimation.empirical_mode import enclosed_error
from numerics.mode_estimation.set_elimination import set_elimination_runs
from numerics.mode_estimation.truncated_search import truncated_search
from theory.mode_estimation.gaps import delta_squared
from verify.core.figures import STYLES, bars, figure, interval, value

STREAM = Stream.of(0, "mode-estimation", "figures")
HALVINGS = (1, 3, 5, 7, 9)
RUNS = 1000
PROBLEMS = {
    "geometric, $m = 100$": distributions.geometric(100),
    "two good of 300": distributions.two_good(300),
    "one good of 1000": distributions.one_good(1000),
}
SEARCHES = {
    "exhaustive": lambda p, n, stream: exhaustive.simulate(p, n, stream, 0, RUNS),
    "adaptive": lambda p, n, stream: adaptive_coding.simulate(p, n, stream, 0, RUNS),
    "truncated": lambda p, n, stream: truncated_search(tuple(p), n, stream, 0, RUNS),
}
ELIMINATIONS = {
    "classes, $c = 0.3$": (elimination_runs, 0.3),
    "sets, $c = 0.3$": (set_elimination_runs, 0.3),
    "sets, $c = 0.1$": (set_elimination_runs, 0.1),
}
STYLE = dict(zip((*SEARCHES, *ELIMINATIONS), STYLES, strict=True))


def budget(p, k):
    """The samples of the experiments for an error of 2^-k."""
    gap = value(delta_squared, {"p1": float(p[0]), "p2": float(p[1])})
    return math.ceil(k * math.log(2) / gap)


def eliminated(p, k, runs, c):
    """Queries and answers of an elimination that stops where those of the experiments do."""
    ell = k * math.log(2)
    largest = math.ceil(108 * ell * p[0] / (p[0] - p[1]) ** 2)
    stream = STREAM.substream(runs.__name__).substream(k)
    queries, _, answers = runs(p, ell, c, stream, 0, RUNS, largest=largest)
    return queries, answers


def exact(p, n):
    """The error of the empirical mode; classes of less than 2^-20 are left out."""
    kept = p[p > 2.0**-21]
    return float(enclosed_error(list(kept / kept.sum()), n, bits=64).mid())


def show(axes, name, k, runs):
    """A mean for each k, and a band of the middle half of the runs."""
    style = STYLE[name]
    low, high = np.quantile(runs, (0.25, 0.75), axis=1)
    axes.fill_between(k, low, high, color=style.colour, alpha=0.14, linewidth=0)
    axes.plot(k, np.mean(runs, axis=1), **{**style.theory, "linewidth": 0.9})
    axes.plot(k, np.mean(runs, axis=1), **style.points, label=name)


def show_errors(axes, name, answers, shift=0.0):
    """The share of wrong answers for each k, where there are any; marks that would meet shifted."""
    counts = {k: int(np.count_nonzero(some)) for k, some in zip(HALVINGS, answers, strict=True)}
    places = [k + shift for k, count in counts.items() if count]
    if places:
        triples = [interval(count, RUNS) for count in counts.values() if count]
        bars(axes, places, triples, STYLE[name], None)


@figure("mode-estimation/benchmarks")
def benchmarks_figure(canvas):
    """Queries of all algorithms on three problems, and their error against the one allowed."""
    canvas.set_size_inches(9.2, 6.2)
    above, below = canvas.subplots(2, 3, sharex=True)
    fine = list(range(1, 10))
    for cost, wrong, (title, p) in zip(above, below, PROBLEMS.items(), strict=True):
        samples = {k: budget(p, k) for k in fine}
        for name, search in SEARCHES.items():
            found = [search(p, samples[k], STREAM.substream(name).substream(k)) for k in HALVINGS]
            show(cost, name, HALVINGS, np.array([runs[0] for runs in found]))
            if name == "truncated":
                show_errors(wrong, name, [runs[1] for runs in found])
        lengths = balanced_lengths(p.size)
        depth = sum(lengths) / len(lengths)
        cost.plot(fine, [depth * samples[k] for k in fine], color="black", linewidth=0.6)
        for shift, (name, (runs, c)) in zip((-0.2, 0.2, 0.2), ELIMINATIONS.items(), strict=True):
            found = [eliminated(p, k, runs, c) for k in HALVINGS]
            show(cost, name, HALVINGS, np.array([queries for queries, _ in found]))
            show_errors(wrong, name, [answers for _, answers in found], shift)
        wrong.plot(fine, [exact(p, samples[k]) for k in fine], color="black", linewidth=1.2)
        wrong.plot(fine, [2.0**-k for k in fine], color="0.5", linewidth=1.6, linestyle="--")
        cost.set(title=title, ylim=(0, None))
        wrong.set(yscale="log", ylim=(1e-4, 1), xlabel=r"$\log_2 (1 / \delta)$", xticks=HALVINGS)
    above[0].set_ylabel("queries")
    below[0].set_ylabel("probability of error")
    below[2].annotate(r"$\delta$", (6, 2.0**-6), (-12, -6), textcoords="offset points")
    below[2].annotate("empirical mode, exact", (3.6, 0.3), fontsize=8)
    handles, labels = above[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside lower center", ncols=6)
    canvas.suptitle(
        f"marks: mean of {RUNS} runs, share of wrong ones if there are any; bands: middle half; "
        "thin black line: mean depth of a balanced tree times the samples",
        fontsize=8,
    )
