"""The figures of the topic: theory lines over simulated marks, with 95% intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numerics.assoc_scaling import (
    exact_laws,
    finite_data,
    instances,
    joint,
    schemes,
    sgd,
    training,
)
from numerics.assoc_scaling.training import Memory
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities
from theory import NormalCDF, StudentCDF, enclose
from theory.assoc_scaling import finite_data as finite_data_theory
from theory.assoc_scaling import schemes as schemes_theory
from theory.assoc_scaling import sgd as sgd_theory
from verify.core.figures import STYLES, figure, interval, mean_interval

STREAM = Stream.of(0, "assoc-scaling", "figures")


def bars(axes, x, triples, style, label, **further):
    """Marks with intervals from (value, low, high) triples."""
    value, low, high = np.array(triples).T
    axes.errorbar(
        x, value, yerr=(value - low, high - value), label=label, **{**style.simulation, **further}
    )


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


SEEDS = tuple(range(10))
DIMENSIONS = (10, 20, 50, 100, 200)


def error_curve(axes, memory, rate, style, label):
    """Final error against the dimension, mean over seeds with intervals."""
    triples = [
        mean_interval(training.final_errors(replace(memory, dimension=d), SEEDS, (rate,))[0])
        for d in DIMENSIONS
    ]
    bars(axes, DIMENSIONS, triples, style, label, linestyle=style.line)


@figure("assoc-scaling/optimisation")
def optimisation_figure(canvas):
    """Step size, batch size, Adam and layer normalisation: final error against the dimension."""
    canvas.set_size_inches(7.2, 5.6)
    panels = canvas.subplots(2, 2, sharex=True, sharey=True)
    base = Memory(dimension=10, batch=64)
    for rate, style in zip((1.0, 10.0, 100.0), STYLES, strict=False):
        error_curve(panels[0, 0], base, rate, style, f"step {rate:g}")
    panels[0, 0].set_title("step size (batch 64)")
    for batch, style in zip((16, 64, 256, 1024), STYLES, strict=False):
        error_curve(panels[0, 1], replace(base, batch=batch), 10.0, style, f"batch {batch}")
    panels[0, 1].set_title("batch size (step 10)")
    for name, rate, style in zip(("sgd", "adam"), (100.0, 10.0), STYLES, strict=False):
        memory = replace(base, batch=256, optimiser=name)
        error_curve(panels[1, 0], memory, rate, style, f"{name}, step {rate:g}")
    panels[1, 0].set_title("optimiser (batch 256, tuned steps)")
    for norm, style in zip((False, True), STYLES, strict=False):
        memory = replace(base, batch=1024, layer_norm=norm)
        words = "layer norm" if norm else "plain"
        error_curve(panels[1, 1], memory, 1.0, style, f"{words}, step 1")
        error_curve(panels[1, 1], memory, 10.0, STYLES[2 + norm], f"{words}, step 10")
    panels[1, 1].set_title("layer normalisation (batch 1024)")
    for axes in panels.flat:
        axes.set(xscale="log", yscale="log")
        axes.legend()
    for axes in panels[1]:
        axes.set_xlabel("dimension $d$")
    for axes in panels[:, 0]:
        axes.set_ylabel("final error")


@figure("assoc-scaling/sign-descent")
def sign_descent_figure(canvas):
    """Sign, normalised and plain gradient descent on the population loss."""
    axes = canvas.add_subplot()
    base = Memory(
        dimension=10,
        inputs=10,
        samples=100,
        batch=1,
        population=True,
        unit_outputs=True,
        zero_start=True,
    )
    for name, style in zip(("sgd", "sign", "normalised"), STYLES, strict=False):
        run = training.train_memory(
            replace(base, optimiser=name), range(100), [1.0] * 100, records=20
        )
        triples = [mean_interval(column) for column in run.metrics.T]
        bars(axes, run.steps, triples, style, name, linestyle=style.line)
    axes.set(xlabel="exact gradient steps of size 1", ylabel="error, mean of 100 draws")
    axes.legend()


@figure("assoc-scaling/learning-rate")
def learning_rate_figure(canvas):
    """A large, a small and a dropped step along the training, with more and fewer tokens."""
    canvas.set_size_inches(7.2, 3.2)
    for axes, inputs in zip(canvas.subplots(1, 2, sharey=True), (30, 10), strict=True):
        base = Memory(
            dimension=5,
            inputs=inputs,
            exponent=1.5,
            samples=1000,
            batch=1,
            unit_outputs=True,
            zero_start=True,
        )
        ways = (
            ("step 10", base, 10.0),
            ("step 0.1", base, 0.1),
            ("10, then 0.3", replace(base, drop_after=100, drop_factor=0.03), 10.0),
        )
        for (label, memory, rate), style in zip(ways, STYLES, strict=False):
            run = training.train_memory(memory, range(200), [rate] * 200, records=20)
            triples = [mean_interval(column) for column in run.metrics.T]
            bars(axes, run.steps, triples, style, label, linestyle=style.line)
        axes.set(title=f"{inputs} tokens in dimension 5", xlabel="steps on single samples")
        axes.legend()
        axes.set_ylabel("error, mean of 200 draws" if inputs == 30 else "")


@figure("assoc-scaling/weights")
def weights_figure(canvas):
    """What gradient descent stores: the map's iterates between two times of the flow."""
    canvas.set_size_inches(7.2, 3.2)
    growth, shares = canvas.subplots(1, 2)
    times = np.unique(np.logspace(0, 3, 13).astype(int))
    level = 4
    claims = sgd_theory
    for step, style in zip((0.1, 1, 10), STYLES, strict=False):
        learned = [float(sgd.recursion(step, level, int(n))[0]) for n in times]
        bars(growth, times, [(q, q, q) for q in learned], style, rf"$\gamma = {step:g}$")
        fine = np.unique(np.logspace(0, 3, 60).astype(int))
        ends = [claims.flow_time] + [claims.late_time] * (step / (1 + 1 / level) <= 1.79)
        for end in ends:
            line = [
                float(
                    enclose(claims.along_flow(end), {"gamma": step, "K": level, "n": int(n)}).mid()
                )
                for n in fine
            ]
            growth.plot(fine, line, **style.theory)
    growth.set(xscale="log", xlabel="occurrences $n$", ylabel="weight $q_n$ (marks)")
    growth.set_title(
        r"lines: the flow at $n\gamma$ and, for small steps, $n(\gamma + \gamma^2/4)$", fontsize=8
    )
    growth.legend()
    size, samples = 100, 10_000
    law = zipf_probabilities(2.0, size)
    for step, style in zip((0.1, 1, 10), STYLES, strict=False):
        counts = np.maximum(np.round(samples * law).astype(int), 0)
        weights = np.array([float(sgd.recursion(step, level, int(n))[0]) for n in counts])
        shares.plot(np.arange(1, size + 1), weights / np.linalg.norm(weights), **style.theory)
    for power, dashes in ((0.0, ":"), (0.25, "--"), (1.0, "-.")):
        curve = law**power / np.linalg.norm(law**power)
        shares.plot(
            np.arange(1, size + 1),
            curve,
            color="0.5",
            linestyle=dashes,
            label=rf"$p^{{{power:g}}}$",
        )
    shares.set(xscale="log", yscale="log", ylim=(1e-4, 1.2))
    shares.set(xlabel="token $x$", ylabel="share of the norm of the weights")
    shares.set_title(f"colours as on the left; $T = {samples}$, $\\alpha = 2$", fontsize=8)
    shares.legend()


@figure("assoc-scaling/recursion")
def recursion_figure(canvas):
    """Memories trained by single samples, and those of the map's weights on the same samples."""
    axes = canvas.add_subplot()
    samples = (10, 30, 100, 300, 1000, 3000)
    for d, style in zip((10, 30, 100), STYLES, strict=False):
        both = [
            sgd.approximation_errors(d, 1, steps, 1.0, STREAM.substream("map", d), 0, 200)
            for steps in samples
        ]
        trained, mapped = ([mean_interval(pair[:, k]) for pair in both] for k in (0, 1))
        bars(axes, samples, trained, style, f"trained, $d = {d}$")
        axes.plot(samples, [value for value, _, _ in mapped], **style.theory)
    axes.set(xscale="log", yscale="log", xlabel="steps on single samples", ylabel="error")
    axes.set_title("marks: gradient descent; lines: memories of the map's weights", fontsize=8)
    axes.legend()


@figure("assoc-scaling/memories")
def memories_figure(canvas):
    """What two memories answer: probabilities of the classes, token by token."""
    canvas.set_size_inches(7.2, 3.4)
    size, classes, d, samples = 10, 5, 10, 1000
    rng = STREAM.substream("memories").numpy()
    law = zipf_probabilities(1.0, size)
    counts = np.bincount(rng.choice(size, samples, p=law), minlength=size)
    inputs = rng.standard_normal((size, d)) / np.sqrt(d)
    outputs = instances.output_embeddings("sphere", classes, d, STREAM.substream("U"))
    labels = np.arange(size) % classes
    panels = canvas.subplots(1, 2, sharey=True)
    for axes, power in zip(panels, (1.0, 0.0), strict=True):
        weights = np.where(counts > 0, (counts / samples) ** power, 0.0)
        memory = np.einsum("x,xi,xj->ij", weights, outputs[labels], inputs)
        scores = inputs @ memory.T @ outputs.T
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        image = axes.imshow(
            (odds / odds.sum(axis=1, keepdims=True)).T, cmap="cividis", vmin=0, vmax=0.7
        )
        axes.plot(np.arange(size), labels, "s", markersize=10, mfc="none", mec="white")
        axes.set(xlabel="token, the most frequent first", title=rf"weights $\hat p^{{{power:g}}}$")
        axes.grid(visible=False)
    panels[0].set_ylabel("class (right ones framed)")
    canvas.colorbar(image, ax=panels, label="probability", shrink=0.8)


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
