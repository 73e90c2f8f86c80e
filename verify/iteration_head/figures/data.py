"""How much of the test set is in the training set."""

from __future__ import annotations

import numpy as np

from numerics.core.streams import Stream
from numerics.iteration_head.leakage import leaked_share, sample_leaked
from theory.iteration_head import leakage as theory
from verify.core.figures import STYLES, bars, figure, mean_interval, value

STREAM = Stream.of(0, "iteration-head", "figures", "data")
DRAWN = 1024
SYMBOLS = {"parity: 2 inputs": 2, "polynomial, $p = 11$: 10 inputs": 10}


def leaked(symbols, length):
    """The mean share of test sequences that are training sequences, by the formula."""
    point = {"A": symbols, "L": length, "N": DRAWN}
    return value(theory.data_leakage.statement.rhs, point)


def simulated(symbols, length, runs=20):
    """The share in data sets that are drawn."""
    stream = STREAM.substream(symbols, length)
    return np.array(
        [sample_leaked(symbols, length, DRAWN, DRAWN, stream, run) for run in range(runs)]
    )


@figure("iteration-head/leakage")
def leakage_figure(canvas):
    """The share of test sequences that are in the training set, over the length."""
    canvas.set_size_inches(7.6, 3.8)
    linear, log = canvas.subplots(1, 2)
    lengths = np.arange(1, 17)
    bound = theory.data_leakage_bounds.statement.terms[2]
    for (label, symbols), style in zip(SYMBOLS.items(), STYLES, strict=False):
        line = [leaked(symbols, int(n)) for n in lengths]
        drawn = [mean_interval(simulated(symbols, int(n))) for n in lengths]
        exact = [leaked_share(symbols, int(n), DRAWN)[0] for n in lengths]
        linear.plot(lengths, line, **style.theory)
        bars(linear, lengths, drawn, style, label)
        log.plot(lengths, line, **style.theory)
        log.plot(lengths, exact, **style.points)
        copies = [value(bound, {"A": symbols, "L": int(n), "N": DRAWN}) for n in lengths]
        log.plot(lengths, copies, color="0.5", linewidth=0.8, zorder=1)
    least = value(theory.data_leakage_most.statement.terms[1], {})
    label = "$1 - 1/e$: the least while there are no more sequences than draws"
    linear.axhline(least, color="0.3", linewidth=1.2, linestyle=":", label=label)
    canvas.legend(*linear.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    linear.set(ylabel="share of the test set that is in the training set")
    linear.set_title(f"marks: 20 data sets of {DRAWN} and {DRAWN} sequences", fontsize=8)
    log.set(yscale="log", ylim=(3e-8, 1e3))
    log.annotate("bound $N / A^L$", (3, DRAWN / 2**3), (4, 4), textcoords="offset points")
    log.set_title("the same; marks: law of the number of different draws", fontsize=8)
    for axes in (linear, log):
        axes.set(xlabel="length $L$", xticks=range(2, 17, 2))
