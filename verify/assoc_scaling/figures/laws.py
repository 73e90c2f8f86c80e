"""Errors of memories whose weights are given: their laws, and what data and dimension do."""

from __future__ import annotations

import numpy as np

from numerics.assoc_scaling import exact_laws, finite_data, instances, joint, schemes
from numerics.core.streams import Stream
from theory import NormalCDF, StudentCDF, enclose
from theory.assoc_scaling import finite_data as finite_data_theory
from theory.assoc_scaling import schemes as schemes_theory
from verify.core.figures import STYLES, bars, figure, interval, mean_interval

STREAM = Stream.of(0, "assoc-scaling", "figures")


@figure("assoc-scaling/finite-data")
def finite_data_figure(canvas):
    """Unseen mass against the number of samples: Beta form and leading power against draws."""
    axes = canvas.add_subplot()
    samples = np.unique(np.logspace(0, 6, 60).astype(int))
    drawn = (1, 3, 10, 30, 100, 300, 1000)
    replicates = 100_000
    claims = finite_data_theory
    for alpha, style in zip((1.25, 1.5, 2, 3), STYLES, strict=False):
        at = [{"alpha": alpha, "T": int(T)} for T in samples]
        closed = [float(enclose(claims.beta_form, point).mid()) for point in at]
        power = claims.kappa * claims.T ** (claims.b - 1)
        leading = [float(enclose(power, point).mid()) for point in at]
        axes.plot(samples, closed, **style.theory, label=rf"$\alpha = {alpha:g}$")
        axes.plot(samples, leading, color=style.colour, linewidth=0.6, alpha=0.8)
        triples = []
        for T in drawn:
            hits = finite_data.unseen_draws(float(alpha), T, STREAM, 0, replicates)
            triples.append(interval(int(hits.sum()), replicates))
        bars(axes, drawn, triples, style, None)
    axes.set(xscale="log", yscale="log", ylim=(1e-4, 1.3))
    axes.set(xlabel="samples $T$", ylabel=r"unseen mass $\mathcal{E}_T$")
    axes.set_title("lines: Beta form (thin: its leading power); marks: simulated draws", fontsize=8)
    axes.legend()


@figure("assoc-scaling/two-classes")
def two_classes_figure(canvas):
    """Error of a token against its signal-to-noise ratio: Student's law, and not the normal one."""
    axes = canvas.add_subplot()
    ratios = np.linspace(0, 2.5, 80)
    size, replicates = 8, 20_000
    labels = instances.labels("modulo", size, 2, STREAM)
    for d, style in zip((2, 5, 20), STYLES, strict=False):
        U = instances.output_embeddings("sphere", 2, d, STREAM.substream(d))
        student = [float(enclose(StudentCDF(-(d**0.5) * a, d)).mid()) for a in ratios]
        normal = [float(enclose(NormalCDF(-(d**0.5) * a)).mid()) for a in ratios]
        axes.plot(ratios, student, **style.theory, label=f"$d = {d}$")
        axes.plot(ratios, normal, color=style.colour, linewidth=0.6, alpha=0.8)
        shown = np.linspace(0, 2.5, 9)
        triples = []
        for index, a in enumerate(shown):
            weights = np.ones(size)
            weights[0] = a * np.sqrt(size - 1)
            errors = exact_laws.direct_errors(
                weights, labels, U, 0, STREAM.substream(d, index), 0, replicates
            )
            triples.append(interval(int(errors.sum()), replicates))
        bars(axes, shown, triples, style, None)
    axes.set(yscale="log", ylim=(1e-4, 0.7))
    axes.set(
        xlabel=r"signal-to-noise ratio $q(x)/\Vert q_{-x}\Vert$",
        ylabel="probability of misclassification",
    )
    axes.set_title("lines: Student's law (thin: normal law); marks: simulated memories", fontsize=8)
    axes.legend()


@figure("assoc-scaling/schemes")
def schemes_figure(canvas):
    """Error of three storage schemes against the dimension, with unlimited data."""
    axes = canvas.add_subplot()
    alpha, drawn, replicates = 2, (10, 20, 50, 100), 1000
    size = 1000
    dimensions = np.unique(np.logspace(1, 5, 40).astype(int))

    def trials(decay, stored, d, style, k):
        outputs = instances.output_embeddings("orthonormal", 2, d, STREAM.substream("schemes", d))
        stream = STREAM.substream("trials", k, d)
        wrong = schemes.scheme_trials(alpha, decay, stored, size, outputs, stream, 0, replicates)
        return interval(int(wrong.sum()), replicates)

    ways = (
        ("all inputs alike", lambda d: 0.0, lambda d: size),
        (r"$q = p$", lambda d: float(alpha), lambda d: size),
        (r"most frequent $d / 8$", lambda d: 0.0, lambda d: max(1, d // 8)),
    )
    for k, ((label, decay, stored), style) in enumerate(zip(ways, STYLES, strict=False)):
        exact = [
            schemes.scheme_error(alpha, decay(d), int(d), min(size, stored(int(d))), size)[0]
            for d in dimensions
        ]
        axes.plot(dimensions, exact, **style.theory)
        triples = [trials(decay(d), min(size, stored(d)), d, style, k) for d in drawn]
        bars(axes, drawn, triples, style, label)
    law = schemes_theory
    leading = [
        float(enclose(law.leading, {"alpha": alpha, "b": alpha, "d": int(d)}).mid())
        for d in dimensions
    ]
    axes.plot(dimensions, leading, color="0.5", linewidth=0.8, label=r"leading power $d^{-1/4}$")
    axes.plot(
        dimensions, 1.5 / dimensions, color="0.5", linewidth=0.8, linestyle=":", label="$d^{-1}$"
    )
    axes.set(xscale="log", yscale="log", ylim=(1e-4, 1))
    axes.set(xlabel="dimension $d$", ylabel="error")
    axes.set_title(
        rf"$\alpha = {alpha}$, $N = {size}$, two classes; lines: exact, marks: simulated memories",
        fontsize=8,
    )
    axes.legend()


def joint_mean(scheme, alpha, d, samples, capacity, count=200):
    """Mean error over data sets with its interval."""
    stream = STREAM.substream("joint", scheme, d, samples)
    return mean_interval(joint.errors(scheme, alpha, d, samples, stream, 0, count, capacity))


def capacity_of(d):
    """As many tokens as a memory of dimension d is given to store."""
    return max(1, d // 12)


@figure("assoc-scaling/data-and-dimension")
def joint_figure(canvas):
    """Error against dimension for several sample sizes, and the other way round."""
    canvas.set_size_inches(7.2, 3.4)
    by_dimension, by_samples = canvas.subplots(1, 2, sharey=True)
    grid = (10, 30, 100, 300, 1000, 3000)
    shown = (30, 300, 3000)
    for samples, style in zip(shown, STYLES, strict=False):
        triples = [joint_mean("thresholded", 2.0, d, samples, capacity_of(d)) for d in grid]
        bars(by_dimension, grid, triples, style, f"$T = {samples}$", linestyle=style.line)
    for d, style in zip(shown, STYLES, strict=False):
        triples = [joint_mean("thresholded", 2.0, d, T, capacity_of(d)) for T in grid]
        bars(by_samples, grid, triples, style, f"$d = {d}$", linestyle=style.line)
    ends = np.array([30, 3000])
    by_dimension.plot(ends, 4 / ends, color="0.5", linestyle=":", label="$d^{-1}$")
    by_samples.plot(ends, 1 / np.sqrt(ends), color="0.5", linestyle=":", label="$T^{-1/2}$")
    for axes, name in ((by_dimension, "dimension $d$"), (by_samples, "samples $T$")):
        axes.set(xscale="log", yscale="log", xlabel=name)
        axes.legend()
    by_dimension.set_ylabel("error")
    canvas.suptitle(
        r"$\alpha = 2$, the $d / 12$ most frequent tokens of the data stored", fontsize=8
    )


@figure("assoc-scaling/trade-off")
def trade_off_figure(canvas):
    """Contours of the error over dimension and samples: where more of either helps."""
    canvas.set_size_inches(7.2, 3.4)
    dimensions = np.unique(np.logspace(0.5, 3.5, 16).astype(int))
    sizes = np.unique(np.logspace(0.5, 4.5, 16).astype(int))
    panels = canvas.subplots(1, 2, sharey=True)
    for axes, scheme in zip(panels, ("thresholded", "unlimited"), strict=True):
        table = np.array(
            [
                [joint_mean(scheme, 2.0, d, T, capacity_of(d), 60)[0] for T in map(int, sizes)]
                for d in map(int, dimensions)
            ]
        )
        levels = np.geomspace(table.min() * 1.05, 0.5, 9)
        lines = axes.contour(sizes, dimensions, table, levels=levels, colors="0.15", linewidths=0.8)
        axes.contourf(sizes, dimensions, table, levels=[0, *levels, 1], cmap="cividis", alpha=0.6)
        axes.clabel(lines, fmt="%.2g", fontsize=6)
        axes.set(xscale="log", yscale="log", xlabel="samples $T$")
        axes.grid(visible=False)
        axes.set_title(
            {"thresholded": "the $d/12$ most frequent tokens", "unlimited": "every token seen"}[
                scheme
            ],
            fontsize=9,
        )
    panels[0].set_ylabel("dimension $d$")
