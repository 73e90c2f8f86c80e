"""Elimination: what its constant does to the error, and which class its queries go to."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from numerics.core.streams import Stream
from numerics.mode_estimation.codes import huffman_lengths
from numerics.mode_estimation.elimination import two_class_elimination
from numerics.mode_estimation.elimination_costs import elimination_runs
from theory.mode_estimation import elimination as theory
from theory.mode_estimation import elimination_costs as costs
from verify.core.figures import STYLES, bars, figure, mean_interval, value

STREAM = Stream.of(0, "mode-estimation", "figures", "elimination")


def worst_error(delta, c):
    """The error for two classes of nearly the same probability, by 4000 samples."""
    return two_class_elimination(0.5, delta, c, 4000).error


def least_constant(delta):
    """The least constant whose error is at most delta there, by bisection."""
    low, high = 0.3, 4.0
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (middle, high) if worst_error(delta, middle) > delta else (low, middle)
    return high


@figure("mode-estimation/confidence-constant")
def confidence_constant_figure(canvas):
    """The exact error of the elimination of two classes over its constant."""
    canvas.set_size_inches(7.6, 3.8)
    errors, least = canvas.subplots(1, 2)
    constants = np.geomspace(0.1, 30, 26)
    fine = np.geomspace(2.05, 30, 60)
    bound = theory.elim_pac_sharp.statement.terms[1]
    cases = ((0.6, 0.1, 20_000), (0.51, 1e-3, 40_000))
    for (p1, delta, horizon), style in zip(cases, STYLES, strict=False):
        found = [
            two_class_elimination(p1, delta, float(c), horizon, ignored=1e-60).error
            for c in constants
        ]
        label = rf"$p_1 = {p1:g}$, $\delta = {delta:g}$"
        errors.plot(constants, np.maximum(found, 1e-300), **style.points, label=label)
        point = {"m": 2, "p": (p1, 1 - p1), "delta": delta}
        errors.plot(fine, [value(bound, {**point, "c": float(c)}) for c in fine], **style.theory)
        errors.axhline(delta, color=style.colour, linestyle=":", linewidth=1)
        errors.annotate(
            rf"$\delta = {delta:g}$", (30, delta), (0, 3), textcoords="offset points",
            ha="right", fontsize=8,
        )  # fmt: skip
    for c in (4, 24):
        errors.axvline(c, color="0.4", linewidth=0.9)
        errors.annotate(
            f"$c = {c}$", (c, 1e-29), (-3, 0), textcoords="offset points", rotation=90,
            ha="right", fontsize=8,
        )  # fmt: skip
    errors.set(xscale="log", yscale="log", ylim=(1e-30, 3), xlabel="constant $c$")
    errors.set_ylabel("probability that the mode is dropped")
    errors.set_title("marks: exact, two classes; lines: bound for any law", fontsize=8)
    errors.set_xticks([0.1, 0.3, 1, 4, 10, 24], ["0.1", "0.3", "1", "4", "10", "24"])
    errors.minorticks_off()
    errors.legend(loc="lower left")
    digits = np.array([1, 2, 3, 4, 6, 8, 10, 12, 14, 16])
    needed = [least_constant(10.0 ** -int(k)) for k in digits]
    least.plot(digits, needed, **STYLES[0].points, label=r"least $c$ with error $\leq \delta$")
    least.axhline(4, **STYLES[4].theory)
    least.annotate(
        "enough for every law; nothing less is", (16, 4), (0, 4),
        textcoords="offset points", ha="right", fontsize=8,
    )  # fmt: skip
    for low in (0.1, 0.3):
        least.axhline(low, **STYLES[1].theory)
    least.annotate(
        "in the published figures: 0.3 for classes, 0.1 for sets", (16, 0.3), (0, 4),
        textcoords="offset points", ha="right", fontsize=8,
    )  # fmt: skip
    least.set(ylim=(0, 4.6), xlabel=r"$\log_{10} (1 / \delta)$", ylabel="constant $c$")
    least.set_title("two classes, $p_1$ near $1/2$, 4000 samples: exact", fontsize=8)
    least.set_xticks([1, 4, 8, 12, 16])
    least.legend(loc=(0.35, 0.6))


LAW = tuple(Fraction(parts, 100) for parts in (40, 25, 15, 12, 8))
GREYS = ("0.25", "0.45", "0.62", "0.78", "0.9")


def stages(law):
    """When each class is dropped per unit of c, and the depths of all classes in each stage."""
    point = {"m": len(law), "p": law, "c": 1.0}
    times = [value(costs.longest(k), point) for k in range(len(law), 1, -1)]
    depths = []
    for kept in range(len(law), 1, -1):
        tree = [*law[:kept], *([sum(law[kept:])] if kept < len(law) else [])]
        lengths = huffman_lengths(tree)
        depths.append([int(lengths[min(i, kept)]) for i in range(len(law))])
    return np.r_[0, times], np.array(depths)


@figure("mode-estimation/elimination-cost")
def elimination_cost_figure(canvas):
    """Queries of the elimination by class over time, and their number as delta falls."""
    canvas.set_size_inches(7.6, 3.8)
    split, total = canvas.subplots(1, 2)
    times, depths = stages(LAW)
    floor = np.zeros(len(LAW) - 1)
    for i, grey in enumerate(GREYS):
        share = float(LAW[i]) * depths[:, i]
        split.bar(
            times[:-1], share, np.diff(times), bottom=floor, align="edge", color=grey,
            edgecolor="white", linewidth=0.6,
        )  # fmt: skip
        split.text(
            times[1] * 0.5, floor[0] + share[0] / 2, f"class {i + 1}", ha="center", va="center",
            color="white" if i < 2 else "black", fontsize=7.5,
        )  # fmt: skip
        floor = floor + share
    for i, end in zip(range(len(LAW), 1, -1), times[1:], strict=True):
        split.annotate(
            f"{i}", (end, floor[len(LAW) - i]), (0, 3), textcoords="offset points", ha="right",
            fontsize=8,
        )  # fmt: skip
    split.set(xlabel=r"samples $n / (c L)$", ylabel="queries a sample", ylim=(0, 2.7))
    split.set_title("shades: class of the sample; numbers: which class is dropped", fontsize=8)
    split.grid(visible=False)
    confidence = np.array([2, 5, 10, 20, 50, 100, 200])
    point, floats = {"m": len(LAW), "p": LAW}, [float(share) for share in LAW]
    for c, style in zip((0.3, 4.0, 24.0), STYLES, strict=False):
        means = []
        for ell in confidence:
            queries, samples, _ = elimination_runs(
                floats, float(ell), c, STREAM.substream(int(ell)), 0, 200, largest=2**20
            )
            level = ell + np.log(math.pi**2 * len(LAW) * samples.astype(float) ** 2)
            means.append(mean_interval(queries / (c * level)))
        bars(total, confidence, means, style, f"$c = {c:g}$")
    fluid = value(costs.fluid, {**point, "c": 1.0})
    bound = value(costs.bracket, {**point, "c": 1.0})
    entropy = value(costs.entropy / costs.p[1], point)
    lines = (("limit", fluid, "-"), ("bound", bound, "--"), ("bound from below", entropy, ":"))
    for text, height, line in lines:
        total.axhline(height, color="black", linewidth=1.2, linestyle=line)
        total.annotate(text, (2, height), (0, 3), textcoords="offset points", fontsize=8)
    total.set(xscale="log", xlabel=r"$\log (1 / \delta)$", ylabel=r"queries $T / (c L)$")
    total.set_ylim(0, 1.1 * bound)
    total.set_title("marks: 200 runs; lines: theory", fontsize=8)
    total.legend()
