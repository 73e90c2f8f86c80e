"""How sharp the two heads must be, with positions coded as (j, j^2)."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from numerics.core.streams import Stream
from numerics.iteration_head.construction import circuit, fetched_weights, least_margins
from numerics.iteration_head.tasks import Task, every_prompt
from theory.iteration_head import thresholds
from theory.iteration_head.attention_rules import Theta
from verify.core.figures import STYLES, figure, value
from verify.iteration_head.figures.attention import polynomial

STREAM = Stream.of(0, "iteration-head", "figures", "sharpness")
COPY = Task(((0, 1), (0, 1)), (0, 1), shared=True)
EXACT = 80.0  # sharpness of a head that looks at one key only, in the arithmetic of the machine


def least_margin(length, second):
    """The least margin of a state over all prompts of a length, for the task that copies."""
    spelt = circuit(COPY, length, "quad", EXACT, second)
    return float(least_margins(spelt, COPY, list(every_prompt(2, length)))[:, :-1].min())


def margin_bound(second):
    """The greatest lower bound of the margin over all tasks, prompts and lengths."""
    return 2 * value(1 / Theta(second), {}) - 1


def critical_sharpness():
    """The sharpness of the second head from which on that bound is positive."""
    return float(brentq(margin_bound, 1.0, 2.0, xtol=1e-14))


@figure("iteration-head/second-sharpness")
def second_sharpness_figure(canvas):
    """The least margin over the sharpness of the second head, and where it turns positive."""
    canvas.set_size_inches(7.6, 3.8)
    wide, near = canvas.subplots(1, 2)
    half = math.pi / 2
    shown = np.linspace(0.5, 6, 23)
    fine = np.linspace(0.5, 6, 120)
    zoom = np.linspace(-5, 10, 16)
    wide.plot(
        fine, [margin_bound(b) for b in fine], **STYLES[4].theory, label="least of all lengths"
    )
    near.plot(zoom, [1e5 * margin_bound(half + b / 1e5) for b in zoom], **STYLES[4].theory)
    for length, style in zip((1, 2, 3, 10), STYLES, strict=False):
        label = f"$L = {length}$"
        found = [least_margin(length, float(b)) for b in shown]
        wide.plot(shown, found, **style.points, label=label)
    for length, style in ((7, STYLES[5]), (10, STYLES[3])):
        found = [1e5 * least_margin(length, half + float(b) / 1e5) for b in zoom]
        near.plot(zoom, found, **style.points, label=f"$L = {length}$")
    root = critical_sharpness()
    for axes, place, critical in ((wide, half, root), (near, 0.0, 1e5 * (root - half))):
        axes.axhline(0, color="black", linewidth=0.8)
        axes.axvline(place, color="0.3", linewidth=1.2, linestyle=":", label=r"$\pi / 2$")
        if axes is near:
            axes.axvline(critical, color="0.3", linewidth=0.9, label=r"$\beta_2^{*}$")
    wide.set(xlabel=r"sharpness $\beta_2$", ylabel="least margin")
    near.set(xlabel=r"$10^5 \, (\beta_2 - \pi / 2)$", ylabel=r"$10^5 \times$ least margin")
    wide.set_title("marks: all prompts of $L$ bits, to be copied; line: theory", fontsize=8)
    near.set_title(
        rf"$\beta_2^{{*}} = \pi / 2 + {1e5 * (root - half):.3f} \cdot 10^{{-5}}$", fontsize=8
    )
    for axes in (wide, near):
        axes.legend(loc="lower right")


TASK = polynomial(5)
PROMPTS = 40
COLD = 1e5  # sharpness of the second head


def share_right(length, first):
    """Share of random prompts of a length with the right chain and end."""
    generator = STREAM.numpy(length)
    prompts = [tuple(prompt) for prompt in generator.integers(0, 4, (PROMPTS, length)).tolist()]
    margins = least_margins(circuit(TASK, length, "quad", first, COLD), TASK, prompts)
    return float((margins > 0).all(axis=1).mean())


def fetched(length, first):
    """Weight of the second head on the key that is wanted, at the steps 1 to L + 1."""
    return fetched_weights(circuit(TASK, length, "quad", first, COLD), TASK, [(0,) * length])[0]


@figure("iteration-head/first-sharpness")
def first_sharpness_figure(canvas):
    """Which lengths and which steps fail when the first head is not sharp enough."""
    canvas.set_size_inches(7.6, 4.2)
    lengths, steps = canvas.subplots(1, 2)
    longest = 16
    sharpness = np.arange(0.1, 7.0, 0.25)
    right, wrong = STYLES[0], STYLES[1]
    shares = np.array([[share_right(n, b) for b in sharpness] for n in range(1, longest + 1)])
    weights = np.array([fetched(longest, b) for b in sharpness]).T
    shown = ((lengths, shares == 1), (steps, weights > 0.5))
    for axes, succeeds in shown:
        for good, style, label in ((True, right, "right"), (False, wrong, "wrong")):
            row, column = np.nonzero(succeeds == good)
            look = {**style.points, "markersize": 4, "marker": "o" if good else "x"}
            axes.plot(sharpness[column], row + 1, **look, label=label)
        axes.set(xlabel=r"sharpness $\beta_1$", xlim=(-0.1, 7))
        axes.grid(visible=False)
    numbers = np.linspace(0.6, longest + 0.4, 100)
    threshold = thresholds.layer1_threshold.statement.rhs
    line = [value(threshold, {"L": float(n)}) for n in numbers]
    lengths.plot(line, numbers, **STYLES[4].theory, label=r"$2 \log (L + 1)$")
    lengths.set(ylabel="number of inputs $L$", yticks=range(2, longest + 1, 2))
    lengths.set_title(f"chain and end for {PROMPTS} random prompts, $s x + 1$ mod 5", fontsize=8)
    places = np.linspace(0.6, longest + 1, 200)
    needed = thresholds.layer1_position.statement.rhs
    line = [value(needed, {"L": longest, "t": float(t)}) for t in places]
    steps.plot(line, places, **STYLES[4].theory, label=r"$\log (L^2 + 2 L + 2 - t^2)$")
    steps.set(ylabel="step $t$", yticks=range(2, longest + 2, 2))
    steps.set_title(
        f"$L = {longest}$: second head's weight on key $t$ above 1/2 or not", fontsize=8
    )
    for axes in (lengths, steps):
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=3)
