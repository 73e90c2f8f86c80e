"""Huffman trees cut off at the mode, and what Truncated Search costs a sample."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from numerics.core.streams import Stream
from numerics.mode_estimation import distributions
from numerics.mode_estimation.coarse_search import truncated_huffman_cost
from numerics.mode_estimation.codes import huffman_ancestors, huffman_cost
from numerics.mode_estimation.truncated_search import truncated_search
from theory.mode_estimation.coarse_cost import P, bits, sigma
from verify.core.figures import STYLES, figure, value

STREAM = Stream.of(0, "mode-estimation", "figures", "trees")
BOUNDS = (bits(1 / P), bits(1 / P) + 1 + sigma)


def nodes_of(law):
    """Sets of the Huffman tree, leaves included, each with its depth, the root first."""
    inner = [
        frozenset(k for k, inside in enumerate(row) if inside) for row in huffman_ancestors(law)
    ]
    leaves = [frozenset([k]) for k in range(len(law))]
    ranked = sorted({*inner, *leaves}, key=lambda one: (-len(one), min(one)))
    return {one: sum(one < other for other in inner) for one in ranked}


def parent_of(one, nodes):
    """The smallest set that holds another."""
    return min((other for other in nodes if one < other), key=len, default=None)


def places(law, nodes):
    """Leaves from left to right, so that no edges cross; nodes above the middle of their ends."""
    order = []

    def walk(one):
        below = [other for other in nodes if parent_of(other, nodes) == one]
        if not below:
            order.append(min(one))
        for other in sorted(below, key=lambda s: (-sum(law[k] for k in s), min(s))):
            walk(other)

    walk(frozenset(range(len(law))))
    at = {frozenset([k]): float(position) for position, k in enumerate(order)}
    for one in sorted(nodes, key=len):
        if one not in at:
            at[one] = float(
                np.mean([at[other] for other in nodes if parent_of(other, nodes) == one])
            )
    return at


@figure("mode-estimation/coarse-partition")
def coarse_partition_figure(canvas):
    """A Huffman tree: the sets that are split, the partition where it ends, and what is spared."""
    canvas.set_size_inches(7.6, 4.2)
    axes = canvas.add_subplot()
    law = distributions.zipf(14, 0.8)
    listed = [Fraction(float(share)) for share in law]
    nodes = nodes_of(law)
    at = places(law, nodes)
    mass = {one: float(sum(law[k] for k in one)) for one in nodes}
    for one, depth in nodes.items():
        above = parent_of(one, nodes)
        spared = above is not None and mass[above] <= law[0]
        if above is not None:
            axes.plot(
                [at[above], at[one]], [-nodes[above], -depth], zorder=1,
                color="0.75" if spared else "black", linewidth=0.8 if spared else 1.4,
                linestyle=":" if spared else "-",
            )  # fmt: skip
        split = mass[one] > law[0]
        edge = "0.6" if spared else "black" if split else STYLES[0].colour
        box = {
            "boxstyle": "round,pad=0.25" if split or spared else "square,pad=0.3",
            "facecolor": "0.88" if split else "white",
            "edgecolor": edge,
            "linewidth": 0.6 if spared else 1.0 if split else 2.0,
        }
        axes.text(
            at[one], -depth, f"{mass[one]:.2f}".lstrip("0"), ha="center", va="center",
            fontsize=7.5, bbox=box, color="0.45" if spared else "black",
        )  # fmt: skip
    full, cut = float(huffman_cost(listed)), float(truncated_huffman_cost(listed))
    low, high = (value(bound, {"p": float(law[0])}) for bound in BOUNDS)
    axes.set_title(
        "grey: sets of more than the mode's mass are split; thick squares: the coarse partition; "
        "dotted: spared\n"
        f"queries a sample: {cut:.2f} instead of {full:.2f}; "
        f"bounds for stable partitions: {low:.2f} and {high:.2f}",
        fontsize=8,
    )
    axes.set(xlim=(-0.7, len(law) - 0.3), ylim=(-max(nodes.values()) - 0.5, 0.5))
    axes.axis("off")


RATES = {
    "geometric, ratio 1.5, $m = 20$": distributions.geometric(20, 1.5),
    "Zipf, $m = 50$": distributions.zipf(50),
    "two good of 300": distributions.two_good(300),
    "one good of 50: $p_1 = 1/2$": distributions.one_good(50),
}


@figure("mode-estimation/truncated-search")
def truncated_search_figure(canvas):
    """Queries a sample of Truncated Search over the number of samples, and their band."""
    canvas.set_size_inches(7.6, 5.4)
    panels = canvas.subplots(2, 2, sharex=True)
    numbers = np.unique(np.geomspace(10, 10**6, 16).astype(int))
    for axes, (title, law) in zip(panels.flat, RATES.items(), strict=True):
        point = {"p": float(law[0])}
        low, high = (value(bound, point) for bound in BOUNDS)
        axes.axhspan(low, high, color="0.88", zorder=0, label="band for stable partitions")
        for edge in (low, high):
            axes.axhline(edge, color="0.35", linewidth=1)
        rates = np.array(
            [
                truncated_search(tuple(law), int(n), STREAM.substream(int(n)), 0, 200).queries / n
                for n in numbers
            ]
        )
        ends = np.quantile(rates, (0.05, 0.95), axis=1)
        axes.fill_between(numbers, *ends, color=STYLES[0].colour, alpha=0.3, linewidth=0)
        axes.plot(numbers, rates.mean(axis=1), **STYLES[0].points, label="Truncated Search")
        cost = huffman_cost(law.tolist())
        axes.axhline(cost, **STYLES[1].theory, label="full identification")
        axes.set(xscale="log", title=title, ylim=(0, 1.12 * max(cost, high)))
    for axes in panels[1]:
        axes.set_xlabel("samples $n$")
    for axes in panels[:, 0]:
        axes.set_ylabel("queries a sample")
    canvas.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    canvas.suptitle("marks: mean of 200 runs; shade: nine runs of ten", fontsize=8)
