"""Memories that are trained: how, what they store, and what they answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numerics.assoc_scaling import instances, learned, sgd, training
from numerics.assoc_scaling.training import Memory
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities
from theory import enclose
from theory.assoc_scaling import sgd as sgd_theory
from verify.core.figures import STYLES, bars, figure, mean_interval

STREAM = Stream.of(0, "assoc-scaling", "figures")
SEEDS = tuple(range(10))
DIMENSIONS = (10, 20, 50, 100, 200)
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


@figure("assoc-scaling/learned-embeddings")
def learned_embeddings_figure(canvas):
    """Embeddings learned in the plane: cells of the classes, and the error against their number."""
    canvas.set_size_inches(7.2, 3.4)
    plane, against = canvas.subplots(1, 2)
    classes = 5
    found = learned.learn_embeddings(classes, [0]).parameters
    memory, inputs, outputs = (np.asarray(found[name])[0] for name in "WEU")
    images = inputs @ memory.T
    size = 1.1 * np.abs(images).max()
    side = np.linspace(-size, size, 300)
    points = np.stack(np.meshgrid(side, side), axis=-1)
    shades = np.linspace(0.25, 1, classes)[np.argmax(points @ outputs.T, axis=2)]
    plane.imshow(
        shades, extent=(-size, size, -size, size), origin="lower", cmap="cividis", alpha=0.5
    )
    for y, style in zip(range(classes), STYLES, strict=False):
        own = images[np.arange(len(images)) % classes == y]
        bars(plane, own[:, 0], [(v, v, v) for v in own[:, 1]], style, f"{y + 1}")
        direction = 0.9 * size * outputs[y] / np.linalg.norm(outputs[y])
        plane.annotate(
            "", direction, (0, 0), arrowprops={"arrowstyle": "->", "color": style.colour}
        )
    plane.set(title="images of the inputs, and the $u_y$", xlabel="", ylabel="")
    plane.grid(visible=False)
    plane.legend(title="class", ncols=2)
    numbers = (2, 5, 10, 20, 29, 50, 100)
    for (label, stable), style in zip(
        (("stable loss", True), ("logarithm of a softmax", False)), STYLES, strict=False
    ):
        triples = [
            mean_interval(learned.learn_embeddings(m, range(20), stable=stable).metrics[:, -1])
            for m in numbers
        ]
        bars(against, numbers, triples, style, label, linestyle=style.line)
    against.set(xscale="log", xlabel="classes $M$", ylabel="error, mean of 20 seeds")
    against.legend()
