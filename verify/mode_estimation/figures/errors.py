"""How often the empirical mode is wrong: exactly, by its bounds, and to the leading order."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from numerics.core.streams import Stream
from numerics.mode_estimation.empirical_mode import enclosed_error, simulated_errors
from theory.mode_estimation import empirical_mode, prefactor
from verify.core.figures import STYLES, bars, figure, mean_interval, value

STREAM = Stream.of(0, "mode-estimation", "figures", "errors")
LAWS = {
    "$p = (0.5, 0.3, 0.2)$": (Fraction(5, 10), Fraction(3, 10), Fraction(2, 10)),
    "$p_1 = 1/2$, 99 equal rivals": (Fraction(1, 2), *[Fraction(1, 198)] * 99),
}


@figure("mode-estimation/empirical-mode")
def empirical_mode_figure(canvas):
    """The exact error against rho^n, the union bound and its asymptotic equivalent."""
    canvas.set_size_inches(7.6, 3.8)
    panels = canvas.subplots(1, 2)
    power, union, leading = STYLES[4], STYLES[1], STYLES[2]
    for axes, (title, law), last, few in zip(
        panels, LAWS.items(), (240, 40), ((5, 20, 50, 90), (2, 4, 7, 10)), strict=True
    ):
        numbers = np.unique(np.linspace(1, last, 41).astype(int))
        shown = np.unique(np.linspace(1, last, 14).astype(int))
        first, second = float(law[0]), float(law[1])
        rivals = sum(share == law[1] for share in law[1:])
        pair = {"p1": first, "r": (second / first) ** 0.5}

        def of(expression, n, law=law):
            return value(expression, {"m": len(law), "p": law, "n": int(n)})

        axes.plot(
            numbers,
            [of(empirical_mode.em_union_half.statement.terms[1], n) for n in numbers],
            **union.theory,
            label=r"union bound $\frac{1}{2} \sum_i \rho_i^n$",
        )
        axes.plot(
            numbers,
            [value(prefactor.base, pair) ** int(n) for n in numbers],
            **power.theory,
            label=r"$\rho_2^n$",
        )
        heights = [rivals * value(prefactor.pair_height, {**pair, "n": int(n)}) for n in numbers]
        axes.plot(numbers, heights, **leading.theory, label="leading order")
        exact = [float(enclosed_error(law, int(n), bits=200).mid()) for n in shown]
        axes.plot(shown, exact, **STYLES[0].points, label="exact")
        floats = [float(share) for share in law]
        sampled = [
            mean_interval(simulated_errors(floats, n, 0, 20_000, STREAM.substream(n))) for n in few
        ]
        bars(axes, few, sampled, STYLES[3], "20 000 simulated runs", markersize=5.5)
        low = min(exact) / 3
        axes.set(yscale="log", ylim=(low, 20), title=title, xlabel="samples $n$")
    panels[0].set_ylabel("probability of error")
    panels[0].legend(loc="upper right")
