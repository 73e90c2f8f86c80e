"""The figures of the topic: theory lines over simulated marks, with 95% intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numerics.assoc_scaling import exact_laws, finite_data, instances, training
from numerics.assoc_scaling.training import Memory
from numerics.core.streams import Stream
from theory import NormalCDF, StudentCDF, enclose
from theory.assoc_scaling import finite_data as finite_data_theory
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
