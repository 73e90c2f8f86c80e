"""What a trained network does when its attention is replaced: which part of it is at work.

Networks are trained as in `theory.iteration_head.trained`; then the attention of one layer is
replaced where states are to be predicted, and the accuracy measured again on fresh sequences.
"""

from __future__ import annotations

from theory import Claim, Domain, Seen, Source, Standing, Trend
from theory.iteration_head.paper import PAPER
from theory.iteration_head.trained import COMMON, SIZES, level

__all__ = [  # noqa: RUF022 (reading order)
    "train_causal",
    "train_causal_shifted",
    "train_causal_uniform",
    "train_causal_mean",
    "train_causal_end",
]

REPLACED = (
    r"share kept: the accuracy with the attention of a layer replaced, divided by the accuracy of "
    r"the network as it is; attention is replaced at the queries from EoI to the last state"
)
DOMAIN = Domain(*SIZES, level, remarks=(*COMMON, REPLACED))
AT_LEVEL = "a layer that keeps exactly the stated level"
HERE = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

train_causal = Claim(
    id="iteration-head.train-causal",
    title="A trained network keeps working with a hard iteration head in one of its layers",
    says=(
        "If one of the layers, whichever bears it better, is made to look at the due input alone, "
        "the network still gets more than the stated share right of what it got right before."
    ),
    statement=Trend("the share kept", "the better layer on the due input", AT_LEVEL, "higher"),
    domain=DOMAIN,
    source=HERE,
)

train_causal_shifted = Claim(
    id="iteration-head.train-causal-shifted",
    title="With the head one input too early a trained network fails",
    says=(
        "If either of the layers is made to look at the input before the due one, the network gets "
        "little right of what it got right before."
    ),
    statement=Trend("the share kept", "either layer on the input before", AT_LEVEL, "lower"),
    domain=DOMAIN,
    source=HERE,
)

train_causal_uniform = Claim(
    id="iteration-head.train-causal-uniform",
    title="With even attention in one of its layers a trained network fails",
    says=(
        "If either of the layers is made to look at all tokens alike, the network gets little "
        "right of what it got right before."
    ),
    statement=Trend("the share kept", "either layer on all alike", AT_LEVEL, "lower"),
    domain=DOMAIN,
    source=HERE,
)

train_causal_mean = Claim(
    id="iteration-head.train-causal-mean",
    title="What the first layer looks at depends on positions, not on inputs",
    says=(
        "If every attention map of the first layer is replaced by the mean over sequences of the "
        "same length, the network keeps more than the stated share of its accuracy."
    ),
    statement=Trend("the share kept", "the first layer at its mean", AT_LEVEL, "higher"),
    domain=DOMAIN,
    source=HERE,
)

train_causal_end = Claim(
    id="iteration-head.train-causal-end",
    title="In short sequences the first layer is not the head of the circuit",
    says=(
        "If the first layer is made to look at the end of the inputs alone, as in the explicit "
        "circuit, a network trained on short sequences gets little right of what it got right "
        "before: it has learned another way to tell the step that it is at."
    ),
    statement=Trend("the share kept", "the first layer on EoI", AT_LEVEL, "lower"),
    domain=DOMAIN,
    source=HERE,
)
