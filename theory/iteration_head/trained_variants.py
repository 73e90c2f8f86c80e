"""Other positions, another optimiser, more layers and heads: what becomes of training.

Statements about runs of an experiment, claimed across independent seeds, on polynomial iteration.
"""

from __future__ import annotations

from theory import Claim, Domain, ForAll, Natural, Real, Seen, Source, Standing, Trend
from theory.iteration_head.paper import PAPER
from theory.iteration_head.trained import AT_LEVEL, COMMON, SIZES, d, level

__all__ = [  # noqa: RUF022 (reading order)
    "train_positions",
    "train_positions_few",
    "train_optimizer",
    "train_optimizer_large",
    "train_depth3_heads",
    "train_depth3_heads_several",
    "train_depth3_heads_layers",
]


def domain(*further: Natural | Real, remarks: tuple[str, ...] = ()) -> Domain:
    """The setting of a claim."""
    return Domain(*SIZES, *further, remarks=(*COMMON, *remarks))


def source(place: str, seen: Seen = Seen.SUMMARY) -> Source:
    """Figures as others describe them; sizes, rates and levels are ours."""
    return Source(PAPER, place, seen=seen, standing=Standing.SHARPENED)


coordinates = Natural(
    "coordinates", at_least=1, latex="c", meaning="coordinates that positions are added to"
)
few = Natural("few", at_least=1, latex="c'", meaning="a smaller number of such coordinates")
FROZEN = (
    r"frozen positions stay as drawn, from $\mathcal{N}(0, 1)$; positions, learned or "
    r"frozen, are added to the first $c$ coordinates of the stream"
)
FEW = r"few coordinates: the first $c'$ of them"
POSITIONS = "figures of learned and of frozen positions"

train_positions = Claim(
    id="iteration-head.train-positions",
    title="Learned positions are not always better than frozen ones",
    says=(
        "With as many coordinates for positions, some run ends with a higher accuracy if they stay "
        "as drawn than if they are learned."
    ),
    statement=ForAll(
        "seed",
        "the accuracy at the end is at least as high with learned positions as with frozen ones",
        holds=False,
    ),
    domain=Domain(*SIZES, coordinates, where=(coordinates <= d,), remarks=(*COMMON, FROZEN)),
    source=Source(None, "positions of networks", Seen.NOTHING, Standing.DERIVED_HERE),
)

train_positions_few = Claim(
    id="iteration-head.train-positions-few",
    title="Frozen positions need several coordinates",
    says=(
        "Frozen positions on few coordinates leave a lower accuracy at the end than frozen "
        "positions on more of them. On a line, only the two positions at the ends can be attended "
        "to by an inner product alone."
    ),
    statement=Trend(
        "the accuracy at the end",
        "frozen positions on few coordinates",
        "frozen positions on more",
        "lower",
    ),
    domain=Domain(
        *SIZES,
        coordinates,
        few,
        where=(coordinates <= d, few < coordinates),
        remarks=(*COMMON, FROZEN, FEW),
    ),
    source=source(POSITIONS, Seen.REPOSITORY),
)

sgd = Real("sgd", above=0, latex=r"\eta_0", meaning="step size of gradient descent")
DESCENT = (
    "stochastic gradient descent: in the place of Adam, without momentum, on the same sequences "
    "from the same start, with the same growth and fall of the rate"
)
OPTIMISERS = "figures of two optimisers over learning rates and batch sizes"

train_optimizer = Claim(
    id="iteration-head.train-optimizer",
    title="Adam is ahead of gradient descent at moderate step sizes",
    says=(
        "After as many steps Adam has a higher accuracy than stochastic gradient descent at the "
        "stated step size."
    ),
    statement=Trend("the accuracy at the end", "Adam", "stochastic gradient descent", "higher"),
    domain=domain(sgd, remarks=(DESCENT,)),
    source=source(OPTIMISERS),
)

train_optimizer_large = Claim(
    id="iteration-head.train-optimizer-large",
    title="At a large step size gradient descent is not behind Adam",
    says=(
        "At the stated step size, larger than those at which gradient descent is behind, some run "
        "of stochastic gradient descent has a higher accuracy after as many steps than Adam. "
        "Others may fail altogether."
    ),
    statement=ForAll(
        "seed",
        "the accuracy at the end is at least as high with Adam as with stochastic gradient descent",
        holds=False,
    ),
    domain=domain(sgd, remarks=(DESCENT,)),
    source=Source(None, "optimisers", Seen.NOTHING, Standing.DERIVED_HERE),
)

DEEP = "unlike the network above, there are three layers of two heads each, which share the width"
SCORES = (
    "iteration score of a head: share of the queries at which a state is to be predicted whose "
    "weight on the input of that state is above one half, over lengths of 4 or more"
)
HEADS = "figure of attention in networks of three layers of two heads"

train_depth3_heads = Claim(
    id="iteration-head.train-depth3-heads",
    title="Among three layers of two heads there is an iteration head",
    says=(
        "In a network of three layers of two heads each, some head ends with an iteration score "
        "above the stated level."
    ),
    statement=Trend("the iteration score at the end", "the best of six heads", AT_LEVEL, "higher"),
    domain=domain(level, remarks=(DEEP, SCORES)),
    source=source(HEADS),
)

train_depth3_heads_several = Claim(
    id="iteration-head.train-depth3-heads-several",
    title="With six heads the look-up is not left to one of them",
    says=(
        "In a network of three layers of two heads each, the second best head also looks at the "
        "due input at more than the stated share of the steps. Attention spread evenly would do so "
        "at none."
    ),
    statement=Trend(
        "the iteration score at the end", "the second best of six heads", AT_LEVEL, "higher"
    ),
    domain=domain(level, remarks=(DEEP, SCORES)),
    source=source(HEADS),
)

train_depth3_heads_layers = Claim(
    id="iteration-head.train-depth3-heads-layers",
    title="With three layers the look-up is not confined to the second",
    says=(
        "In a network of three layers of two heads each, some head of the first or the third layer "
        "ends with an iteration score above the stated level."
    ),
    statement=Trend(
        "the iteration score at the end",
        "the best head outside the second layer",
        AT_LEVEL,
        "higher",
    ),
    domain=domain(level, remarks=(DEEP, SCORES)),
    source=source(HEADS),
)
