"""How many dimensions frozen Gaussian position codes need."""

from __future__ import annotations

import math

import numpy as np

from numerics.core.streams import Stream
from numerics.iteration_head.positions import attendable, gaussian_codes, outscored
from theory.iteration_head import gaussian_positions as theory
from verify.core.figures import STYLES, bars, figure, interval, value

STREAM = Stream.of(0, "iteration-head", "figures", "positions")
NUMBERS = (16, 32, 64)
DRAWS = 60


def all_attendable(number, dimension, draws=DRAWS):
    """In how many draws every position can be singled out by some query."""
    stream = STREAM.substream(number, dimension)

    def holds(replicate):
        codes = gaussian_codes(number, dimension, stream, replicate)
        order = np.argsort(np.square(codes).sum(axis=1), kind="stable")  # short ones fail first
        return all(attendable(codes, [int(place)])[0] for place in order)

    return sum(holds(replicate) for replicate in range(draws))


def all_by_themselves(number, dimension, draws=10 * DRAWS):
    """In how many draws every position is singled out by itself as the query."""
    generator = STREAM.substream(number, dimension, 1).numpy(0)
    codes = generator.standard_normal((draws, number, dimension))
    return int((~outscored(codes).any(axis=(1, 2))).sum())


@figure("iteration-head/gaussian-positions")
def gaussian_positions_figure(canvas):
    """The probability that all Gaussian positions can be singled out, over the dimension."""
    canvas.set_size_inches(7.6, 3.9)
    some, own = canvas.subplots(1, 2, sharey=True)
    bound = theory.pos_gaussian_own.statement.terms[1]
    for number, style in zip(NUMBERS, STYLES, strict=False):
        label = f"$N = {number}$"
        bits = math.log2(number)
        dimensions = np.arange(2, math.ceil(2 * bits) + 4)
        found = [interval(all_attendable(number, int(d)), DRAWS) for d in dimensions]
        bars(some, dimensions, found, style, label)
        ends = {"marker": style.marker, "markersize": 7, "color": style.colour}
        for start, end, height in ((1, bits, 0.2), (17, 2 * bits + 2, 0.9)):
            some.plot([start, end], [height, height], color="0.3", linewidth=1.2, zorder=1)
            some.plot([end], [height], **ends, markeredgecolor="black", zorder=4)
        wide = np.arange(2, 41, 3)
        found = [interval(all_by_themselves(number, int(d)), 10 * DRAWS) for d in wide]
        bars(own, wide, found, style, label)
        fine = np.linspace(4, 40, 100)
        own.plot(fine, [value(bound, {"N": number, "d": float(d)}) for d in fine], **style.theory)
    some.set(xlabel="dimension $d$", ylabel="probability that all are singled out")
    own.set(xlabel="dimension $d$", ylim=(-0.03, 1.05))
    words = (
        ("at most 1/5 below $\\log_2 N$", 7.3, 0.2),
        ("at least 9/10 from\n$2 \\log_2 N + 2$ on", 12, 0.76),
    )
    for text, place, height in words:
        some.text(place, height, text, fontsize=8, va="center")
    some.set_title(f"with some query, {DRAWS} draws; filled: claims", fontsize=8)
    own.set_title(f"with the own code as query, {10 * DRAWS} draws; lines: bounds", fontsize=8)
    own.legend(loc="lower right")
