"""Where the two heads of the circuit look, beside where they are meant to."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from numerics.core.circuits import run
from numerics.iteration_head.construction import circuit, temperatures
from numerics.iteration_head.tasks import Task, chain
from verify.core.figures import STYLES, figure


def polynomial(p):
    """The map of s and x to s x + 1 modulo p; input number x stands for x + 1, from 1 to p - 1."""
    rows = tuple(tuple((s * x + 1) % p for x in range(1, p)) for s in range(p))
    return Task(rows, tuple(range(1, p)))


PARITY = Task(((0, 1), (1, 0)), (0, 1))
CASES = (
    (r"$s x + 1$ mod 5, positions $(j, j^2)$", polynomial(5), 1, "quad", (1, 3, 0, 2, 2, 1, 3)),
    ("parity, positions as unit vectors", PARITY, 0, "onehot", (1, 0, 1, 1, 0, 1, 0)),
)


def maps(task, code, prompt):
    """Attention of both heads over the prompt and its chain, queries in rows."""
    inputs = [task.input_token(symbol) for symbol in prompt]
    tokens = [task.beginning, *inputs, task.end_of_inputs, *chain(task, prompt)]
    spelt = circuit(task, len(prompt), code, *temperatures(code, len(prompt)))
    return [weights[0] for weights in run(spelt, np.array([tokens]), True).attention]


def targets(layer, length):
    """Queries at the end of the inputs or later, each with the key that its head is to look at."""
    queries = range(length + 1, 2 * length + 2)
    return [(query, length + 1 if layer == 1 else query - length) for query in queries]


def tokens(prompt, states):
    """What stands at the positions of a sequence."""
    return ["B", *map(str, prompt), "EoI", *map(str, states)]


def draw_map(axes, weights, layer, names, length):
    """One attention map, with frames where the head of a layer is meant to look."""
    image = axes.imshow(weights, cmap="Greys", vmin=0, vmax=1)
    for query, key in targets(layer, length):
        axes.add_patch(
            Rectangle(
                (key - 0.5, query - 0.5), 1, 1, fill=False, linewidth=1.6,
                edgecolor=STYLES[1].colour,
            )
        )  # fmt: skip
    ends = np.array([-0.5, len(names) - 0.5])
    axes.plot(ends, ends - 1, color="0.6", linewidth=0.8)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.axhline(length + 0.5, color="0.4", linewidth=0.8, linestyle=":")
    axes.set_xticks(range(len(names)), names, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.grid(visible=False)
    axes.set(xlabel="key", ylabel="query")
    return image


@figure("iteration-head/attention-maps")
def attention_maps_figure(canvas):
    """Attention maps of the circuit: the end of the inputs, and the diagonal."""
    canvas.set_size_inches(7.6, 6.7)
    panels = canvas.subplots(2, 2)
    for row, (name, task, lowest, code, prompt) in zip(panels, CASES, strict=True):
        names = tokens([symbol + lowest for symbol in prompt], chain(task, prompt))
        for layer, (axes, weights) in enumerate(
            zip(row, maps(task, code, prompt), strict=True), start=1
        ):
            image = draw_map(axes, weights, layer, names, len(prompt))
            axes.set_title(f"layer {layer}: {name}", fontsize=8)
    canvas.colorbar(image, ax=panels, shrink=0.5, label="attention")
    canvas.suptitle(
        "frames: where the head is meant to look once the inputs have ended (dotted line);\n"
        "above the grey line: keys that come after the query",
        fontsize=8,
    )
