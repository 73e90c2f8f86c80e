"""Fine-tuned networks: how soon the other task is learned, and what becomes of the head."""

from __future__ import annotations

import numpy as np

from verify.core.figures import STYLES, figure
from verify.iteration_head.trained import QUICK
from verify.iteration_head.transfer import (
    TUNED,
    accuracy,
    fine_tuned,
    iteration_score,
    on_parity,
    on_polynomials,
    second_only,
)

BASE = {**QUICK, "seed": 0}


def curves():
    """Runs on each task, with their names."""
    tuned = TUNED[0]["tuned"]
    return {
        "parity": (
            ("from scratch", on_parity(**BASE)),
            ("after polynomials", fine_tuned(on_polynomials, tuned, **BASE)),
            ("after polynomials, second\nfeed-forward network only", second_only(tuned, **BASE)),
        ),
        "$s x + 1$ mod 5": (
            ("from scratch", on_polynomials(**BASE)),
            ("after parity", fine_tuned(on_parity, tuned, **BASE)),
        ),
    }


def draw_curves(axes, runs, score):
    """Mean and quartiles over the seeds of a score against steps."""
    for (label, run), style in zip(runs, STYLES, strict=False):
        values = score(run)
        axes.fill_between(
            run.steps, *np.quantile(values, (0.25, 0.75), axis=0), color=style.colour, alpha=0.15,
            linewidth=0,
        )  # fmt: skip
        axes.plot(
            run.steps, values.mean(axis=0), **style.theory, marker=style.marker, markersize=3.5,
            label=label,
        )  # fmt: skip


@figure("iteration-head/transfer")
def transfer_figure(canvas):
    """Accuracy and iteration score against steps on either task, from scratch and after another."""
    canvas.set_size_inches(7.6, 5.6)
    panels = canvas.subplots(2, 2, sharex=True, sharey=True)
    scores = (("accuracy", accuracy), ("iteration score", iteration_score))
    for row, (name, score) in zip(panels, scores, strict=True):
        for axes, (task, runs) in zip(row, curves().items(), strict=True):
            draw_curves(axes, runs, score)
            axes.set_title(f"{name}: {task}", fontsize=8)
        row[0].set(ylabel=name, ylim=(-0.02, 1.02))
    for axes in panels[0]:
        axes.legend(loc="upper left" if axes is panels[0][1] else "lower right", fontsize=7)
    for axes in panels[1]:
        axes.set_xlabel("step on this task")
    canvas.suptitle("4 to 8 inputs: means of 8 seeds, with the middle half of them", fontsize=8)
