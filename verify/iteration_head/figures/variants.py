"""Other positions, another optimiser, more layers: small multiples, a mark for each seed."""

from __future__ import annotations

import numpy as np

from verify.core.figures import STYLES, figure
from verify.iteration_head.trained import QUICK
from verify.iteration_head.trained_variants import (
    SHORT,
    deep,
    descent,
    final_accuracy,
    positions,
    variant,
)

BRIEF = {**QUICK, **SHORT, "seed": 0}
DEEP = {**QUICK, "n": 5, "steps": 800, "seed": 0}


def draw_pairs(axes, groups):
    """Values of groups with the same seeds side by side, those of a seed joined."""
    names, values = zip(*groups, strict=True)
    x = np.arange(len(names))
    axes.plot(x, np.array(values), color="0.75", linewidth=0.8)
    for place, group, style in zip(x, values, STYLES, strict=False):
        axes.plot(np.full(len(group), place), group, **style.points)
        axes.plot([place - 0.2, place + 0.2], [group.mean()] * 2, color="black", linewidth=1.6)
    axes.set_xticks(x, names, fontsize=7)
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(-0.03, 1.03))


@figure("iteration-head/variants")
def variants_figure(canvas):
    """Positions, optimisers, and the heads of three layers."""
    canvas.set_size_inches(7.6, 2.9)
    places, optimisers, heads = canvas.subplots(1, 3, width_ratios=(1, 1, 1.15))
    choices = (("frozen,\n1", 1, False), ("frozen,\n32", 32, False), ("learned,\n32", 32, True))
    draw_pairs(
        places, [(name, positions(width, learned, **BRIEF)) for name, width, learned in choices]
    )
    places.set_title("positions and their\ncoordinates", fontsize=8)
    places.set_ylabel("accuracy")
    rates = [(f"descent\n{rate:g}", descent(rate, **BRIEF)) for rate in (0.3, 1.0)]
    adam = (f"Adam\n{QUICK['rate']:g}", variant(lambda how: how, **BRIEF))
    draw_pairs(
        optimisers, [(name, final_accuracy(run)) for name, run in (rates[0], adam, rates[1])]
    )
    optimisers.set_title("optimisers and\ntheir step sizes", fontsize=8)
    found = deep(**DEEP)
    image = heads.imshow(found.reshape(len(found), -1).T, cmap="Greys", vmin=0, vmax=1)
    for border in (1.5, 3.5):
        heads.axhline(border, color=STYLES[1].colour, linewidth=1.2)
    heads.set_yticks(range(6), [f"{layer}.{head}" for layer in (1, 2, 3) for head in (1, 2)])
    heads.set_xticks(range(len(found)))
    heads.set(xlabel="run", ylabel="layer.head", aspect="auto")
    heads.grid(visible=False)
    heads.set_title("iteration scores,\n3 layers of 2 heads", fontsize=8)
    canvas.colorbar(image, ax=heads, shrink=0.9)
    canvas.suptitle("1 to 5 inputs; a mark for each of 8 seeds, bars: means", fontsize=8)
