"""Margins and losses of several tokens: orthogonal ones, and random ones that interfere."""

from __future__ import annotations

from functools import partial

import numpy as np
from sympy import log

from numerics.assoc_dynamics import benign, large_steps, particles
from numerics.assoc_dynamics import many_tokens as many
from numerics.assoc_dynamics.torch_normals import torch_normals
from numerics.core.streams import Stream
from theory.assoc_dynamics import loss_rates as rates_theory
from theory.assoc_dynamics import orthogonal as orthogonal_theory
from theory.assoc_dynamics import sweeps as sweeps_theory
from theory.assoc_dynamics.large_steps import eta
from verify.core.figures import STYLES, figure, value

STREAM = Stream.of(0, "assoc-dynamics", "figures")
FIVE = 5


def zipf(size, exponent=1.0):
    """Probabilities of tokens by rank."""
    shares = np.arange(1.0, size + 1) ** -exponent
    return shares / shares.sum()


def orthonormal_scores(law, times):
    """Tables of scores of as many orthonormal tokens and labels, from 0 along the flow."""
    start, gram = np.zeros((len(law), len(law))), np.eye(len(law))
    labels = np.arange(len(law))
    return particles.flow_scores(start, gram, gram, law, labels, times, tolerance=1e-9)


@figure("assoc-dynamics/orthogonal")
def orthogonal_figure(canvas):
    """Orthogonal tokens: margins between two logarithms, and the loss times time."""
    canvas.set_size_inches(7.4, 3.6)
    growth, losses = canvas.subplots(1, 2)
    claims, size = orthogonal_theory, 10
    fine, drawn = np.geomspace(0.3, 1e8, 40), np.geomspace(0.3, 1e8, 16)

    def along(expression, share):
        points = ({"M": size, "P": float(share), "t": float(t)} for t in fine)
        return np.array([value(expression, point) for point in points])

    zipf_law, flat = zipf(size, 1.5), zipf(size, 0.0)
    exact = {share: along(claims.closed_form, share) for share in {*zipf_law, *flat}}
    lower, _, upper = claims.log_growth.statement.terms
    tables, labels = orthonormal_scores(zipf_law, drawn), np.arange(size)
    for rank, style in zip((1, 3, 10), STYLES, strict=False):
        share = zipf_law[rank - 1]
        if rank != 3:  # the band of a token in between would overlap with the others
            bounds = along(lower, share), along(upper, share)
            growth.fill_between(fine, *bounds, color=style.colour, alpha=0.15, linewidth=0)
            for bound in bounds:
                growth.plot(fine, bound, color=style.colour, linewidth=0.6)
        growth.plot(fine, exact[share], **style.theory)
        seen = tables[:, rank - 1, rank - 1] - tables[:, rank % size, rank - 1]
        growth.plot(drawn, seen, **style.points, label=f"token {rank} of {size}")
    for label, law, style in zip(
        ("$p(x) \\propto x^{-1.5}$", "$p(x) = 1 / N$"), (zipf_law, flat), STYLES, strict=False
    ):
        curves = np.array([exact[share] for share in law])
        losses.plot(fine, fine * (law @ np.log1p((size - 1) * np.exp(-curves))), **style.theory)
        loss = particles.loss(orthonormal_scores(law, drawn), law, labels)
        losses.plot(drawn, drawn * loss, **style.points, label=label)
    limit = value(claims.log_growth_loss.statement.rhs, {"N": size, "M": size, "t": 1})
    losses.axhline(limit, color="0.3", linewidth=0.9, linestyle=":")
    losses.annotate(
        "limit $N (M - 1) / M$",
        (1e8, limit),
        (0, -12),
        textcoords="offset points",
        ha="right",
        fontsize=8,
    )
    growth.set(xscale="log", xlabel="time $t$", ylabel="margin")
    growth.set_title("lines: Lambert's function; bands: the two bounds; marks: flow", fontsize=8)
    losses.set(xscale="log", xlabel="time $t$", ylabel=r"$t \, \mathcal{L}(W_t)$")
    losses.set(yscale="log", ylim=(0.2, 60))
    losses.set_title(f"$N = M = {size}$; lines: from the closed form; marks: flow", fontsize=8)
    growth.legend()
    losses.legend(loc="lower right")


@figure("assoc-dynamics/loss-rates")
def loss_rates_figure(canvas):
    """Loss of the flow from one token to thousands, above the bound that one token attains."""
    canvas.set_size_inches(7.4, 3.7)
    falling, growing = canvas.subplots(1, 2)
    rates = rates_theory
    alone = many.Problem(np.ones((1, 1)), np.eye(2), np.zeros(1, dtype=int), np.ones(1))
    pair = many.Problem([[1, 0], [0.9, 0.19**0.5]], np.eye(2), np.arange(2), [0.75, 0.25])
    given = {
        "one token": alone,
        "two that interfere": pair,
        "200 at random": many.drawn(200, 2, 16, 1),
        "2000 in clusters": many.clustered(2000, 20, 32, 1, 0.5),
    }
    times = np.geomspace(0.1, 1e4, 16)
    fine = np.geomspace(0.05, 2e4, 60)
    for (name, tokens), style in zip(given.items(), STYLES, strict=False):
        course = many.flow_trained(tokens, times, 1e-8)
        labels = len(np.asarray(tokens.outputs))
        outputs = np.asarray(tokens.outputs)
        radius = float(((outputs[:, None] - outputs) ** 2).sum(axis=-1).max())
        start = value(rates.potential(log(labels)), {})
        falling.plot(times, course.losses, **style.points, label=f"{name}, $M = {labels}$")
        risen = [value(rates.potential(loss), {}) - start for loss in map(float, course.losses)]
        growing.plot(radius * times, risen, **style.points)
    growing.plot(fine, fine, color="black", linewidth=1.1)
    levels = np.r_[np.geomspace(1e-5, 0.5, 50), np.linspace(0.5, 0.69, 30)]
    reached = [value(rates.potential(level) - rates.potential(log(2)), {}) for level in levels]
    falling.plot(np.array(reached) / 2, levels, color="black", linewidth=1.1)
    falling.set(xscale="log", yscale="log", xlim=(0.05, 2e4), ylim=(1e-5, 5), xlabel="time $t$")
    falling.set_ylabel("loss of the flow")
    falling.set_title("line: the bound for two orthonormal labels; marks: flow", fontsize=8)
    falling.legend()
    growing.set(xscale="log", yscale="log", xlabel="$R^2 t$", ylim=(1e-4, 5e4))
    growing.set_ylabel(r"$F(\mathcal{L}(W_t)) - F(\log M)$")
    growing.set_title(
        r"$F(L) = 1 / (e^L - 1) - \log(e^L - 1)$; line: the bound $R^2 t$", fontsize=8
    )


def five_tokens(dimension):
    """Random unit embeddings of five tokens and labels; in three dimensions the repository's."""
    if dimension == 3:
        draws = np.array(torch_normals(43, (15, 15)))
    else:
        draws = STREAM.substream("five", dimension).numpy().standard_normal((2, FIVE * dimension))
    embeddings = (draw.reshape(FIVE, dimension) for draw in draws)
    return [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in embeddings]


@figure("assoc-dynamics/five-tokens")
def five_tokens_figure(canvas):
    """Losses of five interfering tokens in 3, 5 and 10 dimensions: the first steps, and many."""
    canvas.set_size_inches(7.4, 5.0)
    panels = canvas.subplots(2, 3, sharey="row", sharex="row")
    labels, law, short, last = np.arange(FIVE), zipf(FIVE), 30, 100_000
    late = np.unique(np.geomspace(1, last // 100, 13).astype(int))
    fine = np.geomspace(1, last, 40)
    limit = sweeps_theory.acceleration.statement.rhs / (eta * sweeps_theory.times.symbol)
    for (above, below), dimension in zip(panels.T, (3, 5, 10), strict=True):
        inputs, outputs = five_tokens(dimension)
        found = benign.max_margin(inputs, outputs, labels)
        train = partial(benign.run, inputs, outputs, law, labels)
        for step, style in zip((3, 10, 20), STYLES, strict=False):
            small = {**style.points, "markersize": 3.5}
            early = particles.loss(train(step, 1000), law, labels)
            rest = particles.loss(train(step, last, 100), law, labels)
            shown = np.unique(np.geomspace(1, 70, 16).astype(int))
            above.plot(early[: short + 1], color=style.colour, linestyle=style.line, linewidth=1.2)
            above.plot(early[: short + 1], **small, label=rf"$\eta = {step}$")
            below.plot(np.r_[shown, 100 * late], np.r_[early[shown], rest[late]], **small)
            point = {"eta": step, "max_margin": found.low}
            asymptote = [value(limit, {**point, "k": float(k)}) for k in fine]
            below.plot(fine, asymptote, **style.theory)
        above.set(title=f"$d = {dimension}$", xlabel="step")
        below.set(xscale="log", yscale="log", ylim=(1e-6, 5), xlabel="step $k$")
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("loss")
    panels[0, 2].legend()
    canvas.suptitle(
        r"marks: gradient descent; lines: $\|W_{\mathrm{mm}}\|^2 / (\eta k)$, its limit",
        fontsize=8,
    )


@figure("assoc-dynamics/particles")
def particles_figure(canvas):
    """Margins of five tokens as particles: smooth with small steps or many dimensions."""
    from matplotlib.animation import FuncAnimation

    canvas.set_size_inches(7.4, 3.4)
    labels, law, steps = np.arange(FIVE), zipf(FIVE), 30
    panels, moving = canvas.subplots(1, 3, sharey=True, sharex=True), []
    for axes, (dimension, step) in zip(panels, ((3, 3), (3, 20), (10, 20)), strict=True):
        inputs, outputs = five_tokens(dimension)
        tables = benign.run(inputs, outputs, law, labels, step, steps)
        margins = large_steps.pair_margins(tables, labels).min(axis=-1)
        for token, style in zip(labels, STYLES, strict=False):
            (trail,) = axes.plot([], [], **{**style.theory, "linewidth": 1})
            (head,) = axes.plot(
                [],
                [],
                style.marker,
                color=style.colour,
                markersize=5 + 12 * law[token],
                label=f"$p = {law[token]:.2f}$",
            )
            moving.append((trail, head, margins[:, token]))
        axes.axhspan(-30, 0, color="0.92", zorder=0)
        axes.set(title=rf"$d = {dimension}$, $\eta = {step}$", xlabel="step")
        axes.set(xlim=(-1, steps + 2), ylim=(-13, 11))
    panels[0].set_ylabel("margin (grey: wrong)")
    panels[2].legend(loc="lower right", ncols=2)

    def show(k):
        for trail, head, path in moving:
            trail.set_data(range(k + 1), path[: k + 1])
            head.set_data([k], path[k : k + 1])

    return FuncAnimation(canvas, show, steps + 1, interval=200)
