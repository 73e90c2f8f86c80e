"""Memories with too few dimensions: forgetting along the training, and the edge of stability."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from numerics.assoc_dynamics import binary, forgetting, underparameterised
from theory.assoc_dynamics import forgetting as claims
from verify.assoc_dynamics.figures.two_tokens import shade
from verify.core.figures import STYLES, figure, value


def descend(tokens, law, start, step, steps):
    """How the memories of gradient descent act, and their margins."""
    start = np.asarray(start, dtype=float)
    margins = binary.descend_margins(tokens @ start, 2 * tokens @ tokens.T, law, step, steps)
    return margins @ np.linalg.pinv(tokens).T, margins


@figure("assoc-dynamics/forgetting")
def forgetting_figure(canvas):
    """Ten tokens in the plane: the loss falls, the error comes down and goes up again."""
    canvas.set_size_inches(7.4, 3.7)
    plane, course = canvas.subplots(1, 2)
    tokens, law = forgetting.signed_circle(claims.DEGREES), forgetting.zipf_law(10, 2.0)
    path, margins = descend(tokens, law, (7.5, 2.5), 0.1, 3000)
    loss, wrong = binary.loss(margins, law), binary.error(margins, law)
    masses = [Fraction(float(mass)) for mass in law]
    best = float(underparameterised.best_error(tokens, masses))
    scores = underparameterised.least_loss_scores(tokens.tolist(), masses)
    limit = float(underparameterised.wrong_mass(scores, masses))
    least = float(underparameterised.loss(tokens.tolist(), masses, list(path[-1])).mid())

    shade(plane, tokens, law, ((-3, 8.5), (-3, 6)), np.r_[0.58, np.geomspace(0.62, 4, 10)])
    shown = np.unique(np.geomspace(1, 3000, 28).astype(int))
    plane.plot(*path.T, color=STYLES[0].colour, linewidth=1)
    plane.plot(*path[np.r_[0, shown]].T, **{**STYLES[0].points, "markersize": 3.5})
    plane.plot(*forgetting.least_loss_memory(tokens, law), "*", color="black", markersize=9)
    plane.annotate("start", path[0], (-2, -13), textcoords="offset points", fontsize=8)
    plane.set_title("grey: error; contours: loss; star: least loss", fontsize=8)

    steps = np.arange(1, 3001)
    ways = (("loss", loss, least, STYLES[0]), ("error", wrong, limit, STYLES[1]))
    for name, values, end, style in ways:
        course.plot(steps, values[1:], color=style.colour, linewidth=0.8, linestyle=style.line)
        course.plot(shown, values[shown], **style.points, label=name)
        course.axhline(end, color=style.colour, linewidth=0.8, linestyle=":")
    course.axhline(best, color="black", linewidth=1)
    texts = (("least loss", least), ("its error", limit), ("least error", best))
    for text, height in texts:
        course.annotate(text, (1, height), (2, 3), textcoords="offset points", fontsize=7.5)
    course.set(xscale="log", ylim=(0, 1.7), xlabel=r"step ($\eta = 0.1$)")
    course.set_title("marks: gradient descent; lines across: exact values", fontsize=8)
    course.legend()


@figure("assoc-dynamics/edge-of-stability")
def edge_of_stability_figure(canvas):
    """Thirty tokens in the plane: sharpness along descent, and where it ends up."""
    canvas.set_size_inches(7.4, 3.7)
    course, ends = canvas.subplots(1, 2)
    tokens, law = forgetting.signed_circle(claims.THIRTY), forgetting.zipf_law(30, 1.0)
    memory = forgetting.least_loss_memory(tokens, law)
    sharpness = forgetting.sharpness(tokens, law, memory)
    critical = value(claims.underparam_eos.statement.rhs, {"sharpness": sharpness})
    for step, style in zip((10, 5, 1), STYLES, strict=False):
        path, _ = descend(tokens, law, (-5, 5), step, 35)
        ratio = [step * forgetting.sharpness(tokens, law, w) / 2 for w in path]
        course.plot(ratio, color=style.colour, linestyle=style.line, linewidth=0.9)
        course.plot(ratio, **{**style.points, "markersize": 3.5}, label=rf"$\eta = {step}$")
        course.axhline(step * sharpness / 2, color=style.colour, linewidth=0.8, linestyle=":")
    course.set(
        ylim=(0, 1.7), xlabel="step", ylabel=r"$\eta \lambda_{\max}(\nabla^2 \mathcal{L}(W_k)) / 2$"
    )
    course.set_title("dotted: at the memory of least loss", fontsize=8)
    course.legend(loc=(0.66, 0.66))
    rates = np.geomspace(3, 30, 150)
    late = [forgetting.descent(tokens, law, (-5, 5), float(step), 3000)[0][-40:] for step in rates]
    ends.plot(
        np.repeat(rates, 40), np.ravel(late), ".", color=STYLES[0].colour, markersize=2,
        rasterized=True,
    )  # fmt: skip
    ends.axvline(critical, color="black", linewidth=1, linestyle="--")
    ends.annotate(
        r"$2 / \lambda_{\max}(\nabla^2 \mathcal{L}(W_*))$",
        (critical, 0.9),
        (-4, 0),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        fontsize=8,
    )
    least = float(binary.loss(tokens @ memory, law))
    ends.axhline(least, color="0.3", linewidth=0.9, linestyle=":")
    ends.set(xscale="log", yscale="log", xlabel=r"step size $\eta$", ylabel="loss")
    ends.set_xticks([3, 5, 10, 20, 30], ["3", "5", "10", "20", "30"])
    ends.set_yticks([0.7, 1, 2, 4], ["0.7", "1", "2", "4"])
    ends.minorticks_off()
    ends.set_title("marks: steps 2961 to 3000; dotted: least loss", fontsize=8)
