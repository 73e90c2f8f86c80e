"""Trained networks: where they look, how that emerges, and what is left without it."""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.iteration_head.interventions import attention_of
from numerics.iteration_head.sequences import spell
from numerics.iteration_head.tasks import chain
from numerics.iteration_head.training import mean_from
from verify.core.figures import STYLES, bars, figure, mean_interval
from verify.iteration_head import trained_interventions
from verify.iteration_head.figures.attention import draw_map, maps, polynomial, tokens
from verify.iteration_head.trained import FEW, QUICK, layer_scores, runs, setting

BASE: dict[str, Any] = {**QUICK, "numbers": FEW}
LENGTH = QUICK["n"] - 1
INPUTS = (1, 3, 4, 2, 2, 1, 3)


def trained_maps(numbers, run):
    """Attention of both layers of one network over a prompt and its chain, queries in rows."""
    how = setting(**{name: value for name, value in QUICK.items() if name != "rate"})
    trained = runs(**QUICK, numbers=numbers).parameters
    padded = [*INPUTS, *[INPUTS[-1]] * (how.iteration.longest - LENGTH)]
    written = spell(how.iteration, [padded], [LENGTH]).tokens[:, : 2 * LENGTH + 2]
    own = {name: array[run] for name, array in trained.items()}
    return [layer[0, 0] for layer in attention_of(how, own, written)]


OTHER = 1
"""The seed of a network whose iteration head is in the first layer, as far as it has one."""


@figure("iteration-head/trained-maps")
def trained_maps_figure(canvas):
    """Attention maps of the circuit and of two trained networks, on the same sequence."""
    canvas.set_size_inches(7.6, 10.0)
    panels = canvas.subplots(3, 2)
    prompt = tuple(symbol - 1 for symbol in INPUTS)
    names = tokens(INPUTS, chain(polynomial(QUICK["p"]), prompt))
    clearest = int(layer_scores(**BASE)[:, -1, 1].argmax())
    rows = (
        ("circuit", maps(polynomial(QUICK["p"]), "quad", prompt)),
        (f"trained, seed {FEW[clearest]}", trained_maps(FEW, clearest)),
        (f"trained, seed {OTHER}", trained_maps((OTHER,), 0)),
    )
    for row, (kind, both) in zip(panels, rows, strict=True):
        for layer, (axes, weights) in enumerate(zip(row, both, strict=True), start=1):
            image = draw_map(axes, weights, layer, names, LENGTH)
            axes.set_title(f"{kind}, layer {layer}", fontsize=8)
    canvas.colorbar(image, ax=panels, shrink=0.4, label="attention")
    canvas.suptitle(
        "$s x + 1$ mod 5; frames: where the circuit looks once the inputs have ended (dotted "
        f"line);\nnetworks trained on 1 to {QUICK['n']} inputs: the clearest iteration head of "
        f"{len(FEW)} seeds, and one in the first layer",
        fontsize=8,
    )


def curves(name, layer=None):
    """A record from length 4 on, for each seed."""
    values = mean_from(runs(**BASE), name)
    return values if layer is None else values[:, :, layer, 0]


def draw_curves(axes, values, style, label):
    """A thin line for each seed, and their mean."""
    steps = runs(**BASE).steps
    axes.plot(steps, values.T, color=style.colour, linewidth=0.6, alpha=0.5)
    axes.plot(steps, values.mean(axis=0), **style.theory, marker=style.marker, label=label)


@figure("iteration-head/training")
def training_figure(canvas):
    """Accuracy and attention scores against steps; accuracy for each length."""
    canvas.set_size_inches(7.6, 3.4)
    accuracy, scores, lengths = canvas.subplots(1, 3, sharey=True)
    run = runs(**BASE)
    draw_curves(accuracy, curves("accuracy"), STYLES[0], "mean")
    accuracy.set(ylabel="share", ylim=(-0.02, 1.02))
    accuracy.set_title(f"accuracy, 4 inputs or more, {len(FEW)} seeds", fontsize=8)
    draw_curves(scores, curves("diagonal_share", 1), STYLES[1], "layer 2, due input")
    draw_curves(scores, curves("end_share", 0), STYLES[2], "layer 1, EoI")
    scores.set_title("share of weights above one half", fontsize=8)
    scores.legend(loc="upper left", fontsize=7)
    greys = np.linspace(0.75, 0.0, len(run.lengths))
    for index, (length, grey) in enumerate(zip(run.lengths, greys, strict=True)):
        mean = run.accuracy[:, :, index].mean(axis=0)
        lengths.plot(run.steps, mean, color=str(grey), linewidth=1.2)
        lengths.annotate(
            str(length), (run.steps[index], mean[index]), (0, 0), textcoords="offset points",
            fontsize=7, ha="center", va="center", color=str(grey),
            bbox={"boxstyle": "circle,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip
    lengths.set_title("mean accuracy by number of inputs", fontsize=8)
    for axes in (accuracy, scores, lengths):
        axes.set(xlabel="step", xticks=[0, 1000, 2000])


REPLACED = (
    ("due input", "diagonal"),
    ("own mean", "mean"),
    ("input before", "shifted"),
    ("all alike", "uniform"),
    ("EoI", "end"),
)


@figure("iteration-head/interventions")
def interventions_figure(canvas):
    """What is kept of the accuracy when the attention of a layer is replaced."""
    canvas.set_size_inches(7.6, 3.6)
    for axes, layer in zip(canvas.subplots(1, 2, sharey=True), (1, 2), strict=True):
        kept = [trained_interventions.kept(layer, kind, **BASE) for _, kind in REPLACED]
        x = np.arange(len(REPLACED))
        axes.bar(x, [each.mean() for each in kept], color="0.85", edgecolor="0.4", width=0.7)
        for place, each in zip(x, kept, strict=True):
            spread = np.linspace(-0.22, 0.22, len(each))
            axes.plot(place + spread, each, ".", color=STYLES[1].colour, markersize=3.5)
        bars(axes, x, [mean_interval(each) for each in kept], STYLES[0], None)
        axes.axhline(1, color="0.4", linewidth=0.8, linestyle=":")
        axes.set_xticks(x, [name for name, _ in REPLACED], fontsize=7)
        axes.set_title(f"attention of layer {layer} put on", fontsize=8)
    canvas.axes[0].set_ylabel("accuracy over that without a change")
    canvas.suptitle(f"{len(FEW)} seeds (dots), their mean with its 95 % interval", fontsize=8)
