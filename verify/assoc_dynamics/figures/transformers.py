"""A small transformer: spikes of its loss, and the margins of its memories."""

from __future__ import annotations

import numpy as np

from numerics.assoc_dynamics import transformers
from numerics.assoc_dynamics.induction_head import Setting
from verify.core.figures import STYLES, figure

ALONE = Setting(dimension=64, length=48, batch=64)
TOKENS = (6, 12, 24)
FRESH = Setting(dimension=64, vocabulary=16, triggers=4, length=20, batch=16, pool=40)
SEED = (0,)


def unit(setting):
    """The largest stable step size of the output memory at the start."""
    return float((2 / transformers.sharpness(transformers.regression(setting, SEED))).item())


@figure("assoc-dynamics/transformer")
def transformer_figure(canvas):
    """Training one memory, then all three: losses and margins at small and large steps."""
    canvas.set_size_inches(7.4, 5.0)
    (losses, margins), (together, keys) = canvas.subplots(2, 2)
    multiples, steps = (0.25, 1.0, 2.0), 100
    data = transformers.regression(ALONE, SEED)
    alone = transformers.descend_output(data, np.outer([unit(ALONE)], multiples), steps=steps)
    for index, (multiple, style) in enumerate(zip(multiples, STYLES, strict=False)):
        line = {"color": style.colour, "linestyle": style.line, "linewidth": 1.1}
        losses.plot(alone.losses[0, index], **line, label=rf"$\eta = {multiple:g} \cdot 2/\lambda$")
        if index != 1:
            margins.plot(alone.output_margins[0, index][:, TOKENS], **{**line, "linewidth": 0.8})
    losses.set(yscale="log", ylabel="loss", xlabel="step")
    losses.set_yticks([1, 2, 4, 8], ["1", "2", "4", "8"])
    losses.minorticks_off()
    losses.set_title("training the output memory alone, one batch", fontsize=8)
    losses.legend()
    margins.set(ylabel="margins of three tokens", xlabel="step")
    margins.set_title("step sizes as on the left, without the middle one", fontsize=8)

    multiples, steps = (0.1, 0.5, 1.5), 300
    sizes = np.outer([unit(FRESH)], multiples)
    runs = transformers.descend(FRESH, SEED, sizes, steps=steps)
    for index, (multiple, style) in enumerate(zip(multiples, STYLES, strict=False)):
        line = {"color": style.colour, "linestyle": style.line, "linewidth": 1.1}
        together.plot(
            runs.losses[0, index], **line, label=rf"$\eta = {multiple:g} \cdot 2/\lambda$"
        )
        output = runs.output_margins[0, index].mean(axis=-1)
        key = runs.key_margins[0, index].mean(axis=-1)
        keys.plot(output, **line)
        keys.plot(key, **{**line, "linewidth": 2.4, "alpha": 0.5})
    together.set(yscale="log", ylabel="loss", xlabel="step")
    together.set_title("training three memories, fresh batches", fontsize=8)
    together.legend()
    keys.set(ylabel="mean margin", xlabel="step")
    keys.set_title("thin: output memory; thick: memory of the keys", fontsize=8)
