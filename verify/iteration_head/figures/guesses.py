"""What a model guesses that writes no chain of thought and makes too little of the inputs."""

from __future__ import annotations

import numpy as np

from numerics.iteration_head.one_shot_chance import accuracy_without, polynomial_step, state_law
from theory.iteration_head import one_shot_chance as theory
from verify.core.figures import STYLES, figure, value

LENGTHS = {3: 10, 5: 7, 11: 5}  # the longest words that are run, for every p


def blind(p, length):
    """Accuracy of the best guess of the last state without any input, by the formulas."""
    if length == 1:  # the last state is the first input
        return value(1 / (theory.p - 1), {"p": p})
    claims = (theory.oneshot_chance_guess, theory.oneshot_chance_guess_odd)
    return value(claims[length % 2].statement.rhs, {"p": p, "m": length // 2})


def counted(p, length):
    """The same, from the numbers of words that lead to every state."""
    return float(max(state_law(polynomial_step(p), p, range(1, p), length)))


def without(p, length, missing):
    """Accuracy of the best guess of the last state from all inputs but one, by the formulas."""
    first, later = theory.oneshot_omit_one_first, theory.oneshot_omit_one
    claim = first if missing == 1 else later
    return value(claim.statement.rhs, {"p": p, "L": length, "j": missing})


def run_without(p, length, missing):
    """The same, from all words."""
    return float(accuracy_without(polynomial_step(p), p, range(1, p), length, missing))


@figure("iteration-head/blind-guesses")
def blind_guesses_figure(canvas):
    """The best guess without any input over the length, and without one input."""
    canvas.set_size_inches(7.6, 3.8)
    none, one = canvas.subplots(1, 2, sharey=True)
    lengths = np.arange(1, 11)
    for (p, longest), style in zip(LENGTHS.items(), STYLES, strict=False):
        look = {**style.points, "markersize": 5.5}
        none.plot(lengths, [blind(p, int(n)) for n in lengths], **style.theory)
        none.plot(lengths, [counted(p, int(n)) for n in lengths], **look, label=f"$p = {p}$")
        places = np.arange(1, longest + 1)
        one.plot(lengths, [without(p, 10, int(j)) for j in lengths], **style.theory)
        one.plot(places, [run_without(p, longest, int(j)) for j in places], **look)
        for axes, limit, words in ((none, 1 / p, f"1/{p}"), (one, 2 / p, f"2/{p}")):
            axes.axhline(limit, color="0.5", linewidth=0.8, zorder=0)
            axes.annotate(words, (10.5, limit), (0, 2), textcoords="offset points", fontsize=8)
    none.set(xlabel="number of inputs $L$", ylabel="accuracy of the best guess", ylim=(0, 0.82))
    one.set(xlabel="which input is missing, $j$")
    for axes in (none, one):
        axes.set_xlim(0.6, 11.6)
        axes.set_xticks(range(1, 11))
    none.set_title("without any input", fontsize=8)
    run = ", ".join(str(longest) for longest in LENGTHS.values())
    one.set_title(f"from all inputs but one; marks: all words of {run} inputs", fontsize=8)
    none.legend(loc="upper right", ncols=3)
    canvas.suptitle(
        "last state of $s x + 1$ mod $p$; marks: exact counts; lines: formulas; grey: limits",
        fontsize=8,
    )
