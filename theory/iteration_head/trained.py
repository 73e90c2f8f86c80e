"""Trained decoders: when chains of thought and iteration heads emerge, and when not.

Statements about runs of an experiment, claimed across independent seeds. Network, loss and scores
are those of the authors' code; sizes, rates and numbers of steps are ours where a run has to take
seconds, and theirs in the largest tier.
"""

from __future__ import annotations

from theory import Claim, Domain, ForAll, Natural, Real, Seen, Source, Standing, Trend
from theory.iteration_head.paper import PAPER

__all__ = [  # noqa: RUF022 (reading order)
    "train_emergence",
    "train_emergence_early",
    "train_emergence_head",
    "train_emergence_layer",
    "train_emergence_growth",
    "train_emergence_together",
    "train_emergence_first",
    "train_no_cot",
    "train_no_cot_gap",
    "train_one_layer",
    "train_one_layer_head",
    "train_one_layer_fixed_length",
    "train_dim",
    "train_dim_gap",
]

n = Natural("n", at_least=4, meaning="largest number of inputs")
p = Natural("p", at_least=2, meaning="number of states, a prime")
d = Natural("d", at_least=1, meaning="width of the network")
batch = Natural("batch", at_least=1, latex="B", meaning="sequences in a batch")
steps = Natural("steps", at_least=1, latex="k", meaning="optimiser steps")
rate = Real("rate", above=0, latex=r"\eta", meaning="step size of Adam")
finite = Natural(
    "finite", at_least=0, latex="N", meaning="training sequences of each length, 0 for fresh ones"
)
SIZES = (n, p, d, batch, steps, rate, finite)

MAP = (
    r"the first state is the first input, and $s$ becomes $s x + 1$ modulo $p$ from the second "
    r"input $x$ on; inputs are uniform on $1, \dots, p - 1$"
)
NETWORK = (
    r"decoder-only, two layers if nothing else is said, one head in each, learned positions; every "
    r"block normalises its stream, then adds attention and a feed-forward network of $4 d$ GELU "
    r"units; embeddings $\mathcal{N}(0, 1)$, matrices uniform within one over the root of the "
    r"number of their inputs"
)
TRAINING = (
    r"Adam on the mean cross-entropy of all tokens after EoI; lengths uniform on $1, \dots, n$ if "
    r"$N = 0$, with the rate growing over the first twentieth of the steps and falling over the "
    r"last quarter; otherwise in order of length, with dropout $0.1$ of the embeddings and a "
    r"constant rate"
)
ACCURACY = (
    r"accuracy: share of sequences of 4 inputs or more all of whose tokens after EoI are right, "
    r"each given the true ones before it"
)
HEAD = (
    r"iteration score: share of the queries at which a state is to be predicted whose weight on "
    r"the input of that state is above one half, over lengths of 4 or more, in the layer where it "
    r"is largest at the end"
)
END = (
    r"EoI score: share of the states whose weight on EoI is above one half, over lengths of 4 or "
    r"more, in the first layer"
)
TESTED = (
    r"the numbers above, and the level where there is one, are those at which the claim is tested, "
    r"not all in these ranges"
)
COMMON = (MAP, NETWORK, TRAINING, ACCURACY, TESTED)

level = Real("level", above=0, at_most=1, latex="a", meaning="the stated level")
AT_LEVEL = "one that is exactly at the stated level"


def domain(*further: Natural | Real, remarks: tuple[str, ...] = ()) -> Domain:
    """The setting of a claim."""
    return Domain(*SIZES, *further, remarks=(*COMMON, *remarks))


def source(figure: str, seen: Seen = Seen.REPOSITORY) -> Source:
    """Figures of the authors' notebooks; levels and sizes are ours."""
    return Source(PAPER, figure, seen=seen, standing=Standing.SHARPENED)


HERE = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
DYNAMICS = "figures of accuracy and attention scores during training"
GRID = "figures of accuracy over lengths and widths"

train_emergence = Claim(
    id="iteration-head.train-emergence",
    title="Two layers learn polynomial iteration with a chain of thought",
    says=(
        "A network of two layers that is trained on chains of thought gets more than the stated "
        "share of chains of four steps or more right at the end, without an error."
    ),
    statement=Trend("the accuracy at the end", "a network of two layers", AT_LEVEL, "higher"),
    domain=domain(level),
    source=source("abstract, and " + DYNAMICS, Seen.ABSTRACT),
)

train_emergence_early = Claim(
    id="iteration-head.train-emergence-early",
    title="After a tenth of the training chains are not yet learned",
    says="After a tenth of the steps the network of two layers gets few chains right.",
    statement=Trend(
        "the accuracy after a tenth of the steps", "a network of two layers", AT_LEVEL, "lower"
    ),
    domain=domain(level),
    source=source(DYNAMICS),
)

train_emergence_head = Claim(
    id="iteration-head.train-emergence-head",
    title="An iteration head emerges",
    says=(
        "At the end one of the two layers of a network trained on chains of thought puts most of "
        "its weight on the input that is due at more than the stated share of the steps. Attention "
        "spread evenly would do so at none."
    ),
    statement=Trend(
        "the iteration score at the end", "a network of two layers", AT_LEVEL, "higher"
    ),
    domain=domain(level, remarks=(HEAD,)),
    source=source(DYNAMICS),
)

train_emergence_layer = Claim(
    id="iteration-head.train-emergence-layer",
    title="The iteration head need not be in the second layer",
    says=(
        "In some runs the first layer looks at the input that is due more often than the second: "
        "the division of labour of the explicit circuit is not the only one that is learned."
    ),
    statement=ForAll(
        "seed", "at the end the second layer has the larger share of such queries", holds=False
    ),
    domain=domain(remarks=(HEAD,)),
    source=HERE,
)

train_emergence_growth = Claim(
    id="iteration-head.train-emergence-growth",
    title="The iteration head emerges while the network learns",
    says="The iteration head is clearer at the end than after a tenth of the steps.",
    statement=Trend("the iteration score", "all of the training", "a tenth of it", "higher"),
    domain=domain(remarks=(HEAD,)),
    source=source(DYNAMICS),
)

train_emergence_together = Claim(
    id="iteration-head.train-emergence-together",
    title="Accuracy and iteration head rise together",
    says=(
        "Along a run the accuracy and the score of the iteration head are correlated beyond the "
        "stated level."
    ),
    statement=Trend(
        "the correlation of accuracy and iteration score over ten records",
        "a network of two layers",
        AT_LEVEL,
        "higher",
    ),
    domain=domain(level, remarks=(HEAD,)),
    source=source(DYNAMICS),
)

train_emergence_first = Claim(
    id="iteration-head.train-emergence-first",
    title="In short sequences the first layer is only in part the head that finds the end",
    says=(
        "Trained on at most eight inputs, the first layer puts most of its weight on EoI at fewer "
        "states than the stated share; in the explicit circuit it does so at all of them."
    ),
    statement=Trend("the EoI score at the end", "a network of two layers", AT_LEVEL, "lower"),
    domain=Domain(*SIZES, level, where=(n <= 8,), remarks=(*COMMON, END)),
    source=source(GRID),
)

train_no_cot = Claim(
    id="iteration-head.train-no-cot",
    title="Without a chain of thought two layers do not learn polynomial iteration",
    says=(
        "A network that is trained on the last state alone, for as many steps, ends below the "
        "stated level. Guessing gets one answer in p right."
    ),
    statement=Trend(
        "the accuracy at the end", "a network without a chain of thought", AT_LEVEL, "lower"
    ),
    domain=domain(level),
    source=source(GRID),
)

train_no_cot_gap = Claim(
    id="iteration-head.train-no-cot-gap",
    title="The chain of thought is what the network learns by",
    says=(
        "Trained from the same seed for as many steps, a network of two layers ends with a higher "
        "accuracy on whole chains than another does on last states alone."
    ),
    statement=Trend(
        "the accuracy at the end",
        "a chain of thought",
        "no chain of thought",
        "higher",
    ),
    domain=domain(),
    source=source(GRID),
)

train_one_layer = Claim(
    id="iteration-head.train-one-layer",
    title="One layer does not learn what two layers learn",
    says=(
        "Trained on chains of thought from the same seed for as many steps, a network of one layer "
        "ends with a lower accuracy than one of two layers."
    ),
    statement=Trend("the accuracy at the end", "one layer", "two layers", "lower"),
    domain=domain(),
    source=source(GRID),
)

train_one_layer_head = Claim(
    id="iteration-head.train-one-layer-head",
    title="One layer is less of an iteration head than the better of two",
    says=(
        "A single layer has not been told where the inputs end, and puts most of its weight on the "
        "input that is due at fewer steps than one of two layers does."
    ),
    statement=Trend("the iteration score at the end", "one layer", "two layers", "lower"),
    domain=domain(remarks=(HEAD,)),
    source=HERE,
)

train_one_layer_fixed_length = Claim(
    id="iteration-head.train-one-layer-fixed-length",
    title="What one layer lacks is where the inputs end",
    says=(
        "Trained on sequences of n inputs only, so that the due input is at a fixed distance, a "
        "single layer learns this length faster than if it is trained on all lengths: its accuracy "
        "there is higher on average over the training."
    ),
    statement=Trend(
        "the mean accuracy at length n over ten records",
        "training on length n alone",
        "training on all lengths",
        "higher",
    ),
    domain=domain(),
    source=HERE,
)

narrow = Natural("narrow", at_least=1, latex="d'", meaning="width of a narrow network")

train_dim = Claim(
    id="iteration-head.train-dim",
    title="Narrow networks do not learn the chain of thought",
    says="A network of two layers of the narrow width ends below the stated level.",
    statement=Trend("the accuracy at the end", "the narrow network", AT_LEVEL, "lower"),
    domain=domain(narrow, level),
    source=source(GRID),
)

train_dim_gap = Claim(
    id="iteration-head.train-dim-gap",
    title="The wider network learns what the narrow one does not",
    says="From the same seed the wider network ends with a higher accuracy.",
    statement=Trend("the accuracy at the end", "the wider network", "the narrow one", "higher"),
    domain=Domain(*SIZES, narrow, where=(narrow < d,), remarks=COMMON),
    source=source(GRID),
)
