"""Two tokens that interfere: the flow, spikes of gradient descent, and what step sizes do."""

from __future__ import annotations

import numpy as np
from sympy import Rational, lambdify

from numerics.assoc_dynamics import binary, sweeps
from numerics.assoc_dynamics import two_tokens as flow
from theory.assoc_dynamics import large_steps as large_steps_theory
from theory.assoc_dynamics import two_token_thresholds as thresholds
from theory.assoc_dynamics import two_tokens as claims
from verify.core.figures import STYLES, figure, value

FREQUENT = 0.75


@figure("assoc-dynamics/phase-portrait")
def phase_portrait_figure(canvas):
    """The flow of two margins with the strip that it never leaves, and when both are right."""
    canvas.set_size_inches(7.4, 3.7)
    plane, recovery = canvas.subplots(1, 2)
    alpha = Rational(4, 5)
    mobility, law = flow.pair(FREQUENT, float(alpha))
    side1, side2 = np.linspace(-3, 5, 200), np.linspace(-3, 4, 200)
    m1, m2 = np.meshgrid(side1, side2)
    symbols = claims.x1, claims.x2
    first, second = claims.pulls(Rational(3, 4))
    ratio = lambdify(symbols, second / first, "numpy")(m1, m2)
    rates = claims.field(Rational(3, 4), alpha, 2)
    speeds = [lambdify(symbols, rates[x], "numpy")(m1, m2) for x in symbols]
    edges = [float(alpha), 1 / float(alpha)]
    plane.contourf(m1, m2, ratio, levels=edges, colors=["0.85"])
    plane.contour(m1, m2, ratio, levels=edges, colors="0.35", linestyles="--", linewidths=0.9)
    plane.streamplot(side1, side2, *speeds, color="0.6", linewidth=0.6, density=0.8, arrowsize=0.7)
    times = np.r_[0, np.geomspace(0.2, 2000, 13)]
    for begin, style in zip(((0, 0), (-2.5, 2.5), (2, -2.5), (-2, -1)), STYLES, strict=False):
        fine = binary.flow_margins(begin, mobility, law, np.r_[0, np.geomspace(0.01, 2000, 300)])
        plane.plot(*fine.T, color=style.colour, linestyle=style.line, linewidth=1.1)
        plane.plot(*binary.flow_margins(begin, mobility, law, times).T, **style.points)
    depth = -value(claims.depth, {"p1": FREQUENT, "alpha": float(alpha)})
    plane.axhline(depth, color="black", linestyle=":", linewidth=1)
    plane.annotate(
        r"$-\log(\alpha p_1 / p_2)$",
        (-3, depth),
        (4, 4),
        textcoords="offset points",
        fontsize=8,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )
    plane.set(xlim=(-3, 5), ylim=(-3, 4), xlabel="margin $m_1$", ylabel="margin $m_2$")
    plane.set_title(
        r"flow, $p_1 = 3/4$, $\alpha = 4/5$; grey: pulls' ratio from $\alpha$ to $1 / \alpha$",
        fontsize=8,
    )
    fine = np.linspace(0.53, 0.96, 60)
    limit = [value(claims.recovered, {"p1": float(p), "c": 2}) for p in fine]
    recovery.plot(fine, limit, color="black", linewidth=1.4, label=r"limit $\alpha \to 1$")
    for overlap, style in zip((0.9, 0.99, 0.999), STYLES, strict=False):
        shares = np.linspace(0.55, 0.95, 9)
        found = [(1 - overlap) * flow.recovery_time(float(p), overlap)[0] for p in shares]
        recovery.plot(shares, found, **style.points, label=rf"$\alpha = {overlap:g}$")
    recovery.set(yscale="log", xlabel="probability $p_1$", ylabel=r"$(1 - \alpha) \, T$")
    recovery.set_title("time until both tokens are right; marks: flow", fontsize=8)
    recovery.legend()


def shade(axes, embedding, law, box, levels):
    """Contours of the loss over shades of grey for the error, where memories are two numbers."""
    sides = [np.linspace(low, high, 240) for low, high in box]
    margins = np.stack(np.meshgrid(*sides), axis=-1) @ embedding.T
    wrong = binary.error(margins, law)
    axes.imshow(
        wrong, extent=(*box[0], *box[1]), origin="lower", aspect="auto", cmap="Greys", vmin=0,
        vmax=1.6, zorder=0,
    )  # fmt: skip
    axes.contour(
        *sides, binary.loss(margins, law), levels=levels, colors="0.45", linewidths=0.5, zorder=1
    )
    axes.set(xlim=box[0], ylim=box[1], xlabel=r"$\gamma_1$", ylabel=r"$\gamma_2$")
    axes.grid(visible=False)


@figure("assoc-dynamics/landscape")
def landscape_figure(canvas):
    """Loss over memories of two tokens, from near and far: a valley where they interfere."""
    canvas.set_size_inches(7.4, 5.2)
    panels = canvas.subplots(2, 3)
    times = np.r_[0, np.geomspace(0.05, 3000, 200)]
    for column, alpha in zip(panels.T, (-0.5, 0.5, 0.95), strict=True):
        mobility, law = flow.pair(FREQUENT, alpha)
        signed = np.array([[1, 0], [-alpha, -np.sqrt(1 - alpha**2)]])
        path = np.linalg.solve(signed, binary.flow_margins((0, 0), mobility, law, times).T)
        best = signed.T @ np.linalg.solve(signed @ signed.T, [1, 1])  # equal margins
        for axes, reach in zip(column, (1, 10), strict=True):
            box = ((-reach, reach), (-reach, reach))
            levels = np.linspace(0.1, 1.6, 16) if reach == 1 else np.geomspace(0.02, 10, 14)
            shade(axes, signed, law, box, levels)
            axes.plot(*path, **STYLES[0].theory)
            far = 2 * reach / np.abs(best).max()
            axes.plot(*np.outer(best, (0, far)), color=STYLES[1].colour, linestyle="--")
            axes.plot(0, 0, "o", color="black", markersize=3)
        column[0].set_title(rf"$\alpha = {alpha:g}$")
    for axes in panels[:, 1:].ravel():
        axes.set_ylabel("")
    canvas.suptitle(
        r"$p_1 = 3/4$; grey: error; contours: loss; line: flow from 0; dashed: max-margin memories",
        fontsize=8,
    )


@figure("assoc-dynamics/spikes")
def spikes_figure(canvas):
    """A large and a small step on two tokens: across the valley or along it, and the loss."""
    canvas.set_size_inches(7.4, 3.7)
    plane, losses = canvas.subplots(1, 2)
    alpha, steps = 0.95, 60
    mobility, law = flow.pair(FREQUENT, alpha)
    signed = np.array([[1, 0], [-alpha, -np.sqrt(1 - alpha**2)]])
    shade(plane, signed, law, ((-1, 8), (-17, 10)), np.geomspace(0.1, 6, 9))
    squared_radius = mobility.diagonal().max()
    for step, style in zip((10, 1), STYLES, strict=False):
        margins = binary.descend_margins((0, 0), mobility, law, step, steps)
        path = np.linalg.solve(signed, margins.T)
        loss, wrong = binary.loss(margins, law), binary.error(margins, law) > 0
        line = {"color": style.colour, "linestyle": style.line, "linewidth": 0.8}
        small = {**style.points, "markersize": 3.5, "markevery": 1 if step > 1 else 3}
        plane.plot(*path, **line)
        plane.plot(*path, **small)
        losses.plot(loss, **line)
        losses.plot(np.flatnonzero(~wrong), loss[~wrong], **small, label=rf"$\eta = {step}$")
        filled = {**small, "markerfacecolor": style.colour}
        losses.plot(np.flatnonzero(wrong), loss[wrong], **filled)
    critical = value(large_steps_theory.spike_bounds_sharp.statement.rhs, {})
    losses.axhline(critical / (10 * squared_radius), color="0.3", linewidth=0.9, linestyle=":")
    losses.annotate(
        r"$2 / (\eta R^2)$ for $\eta = 10$: no spikes below",
        (steps, critical / (10 * squared_radius)),
        (0, 4),
        textcoords="offset points",
        ha="right",
        fontsize=8,
    )
    losses.set(yscale="log", ylim=(0.02, 2), xlabel="step", ylabel="loss")
    losses.set_title("filled marks: some token is wrong", fontsize=8)
    losses.legend(loc="upper right")
    plane.set_title(r"$p_1 = 3/4$, $\alpha = 0.95$; grey: error; contours: loss", fontsize=8)


@figure("assoc-dynamics/learning-rates")
def learning_rates_figure(canvas):
    """Steps to the first success over step sizes and overlaps: the law of the flow, and beyond."""
    from matplotlib.patheffects import withStroke

    canvas.set_size_inches(7.4, 3.7)
    chart, slices = canvas.subplots(1, 2)
    gaps, rates, steps = np.geomspace(0.003, 0.5, 90), np.geomspace(0.1, 40, 130), 3000
    grid = sweeps.Grid(np.array([FREQUENT]), 1 - gaps, rates)
    first = sweeps.two_token_sweep(grid, steps)["first_perfect"][0].astype(float)
    first[first < 0] = np.nan
    image = chart.pcolormesh(rates, gaps, np.log10(first), cmap="cividis", rasterized=True)
    image.set_edgecolor("face")
    constant = value(claims.recovered, {"p1": FREQUENT, "c": 2})
    law = constant / np.outer(gaps, rates)
    outlined = [withStroke(linewidth=2, foreground="black")]
    lines = chart.contour(
        rates, gaps, law, levels=[10, 100, 1000], colors="white", linestyles="--", linewidths=1
    )
    lines.set_path_effects(outlined)
    for level in (10, 100, 1000):
        place = (constant / (0.02 * level), 0.02)
        text = chart.annotate(f"{level}", place, (4, 1), textcoords="offset points", color="white")
        text.set_path_effects(outlined)
    threshold = value(thresholds.gd_threshold.statement.rhs, {"p1": FREQUENT, "c": 2})
    chart.axvline(threshold, color="white", linestyle=":", linewidth=1.2, path_effects=outlined)
    canvas.colorbar(image, ax=chart, label=f"$\\log_{{10}}$ of steps (white: above {steps})")
    chart.set(xscale="log", yscale="log", xlabel=r"step size $\eta$", ylabel=r"$1 - \alpha$")
    chart.set_title(r"dashed: limit of $T$ over $\eta$; dotted: $1 / (p_1 p_2)$", fontsize=8)
    chart.grid(visible=False)
    rates = np.geomspace(0.1, 40, 40)
    for overlap, style in zip((0.9, 0.95, 0.99), STYLES, strict=False):
        time = flow.recovery_time(FREQUENT, overlap)[0]
        grid = sweeps.Grid(np.array([FREQUENT]), np.array([overlap]), rates)
        count = sweeps.two_token_sweep(grid, 10 * steps)["first_perfect"][0, 0].astype(float)
        count[count < 0] = np.nan
        slices.plot(rates, count, **style.points, label=rf"$\alpha = {overlap:g}$")
        slices.plot(rates, time / rates, **style.theory)
    slices.axvline(threshold, color="0.3", linestyle=":", linewidth=1.2)
    slices.set(xscale="log", yscale="log", ylim=(0.7, 5000), xlabel=r"step size $\eta$")
    slices.set_ylabel("steps to the first success")
    slices.set_title(r"lines: time of the flow over $\eta$; marks: descent", fontsize=8)
    slices.legend()
