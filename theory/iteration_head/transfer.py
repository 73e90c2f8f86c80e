"""Iteration heads carried from one task to another: what fine-tuning saves, and what it keeps.

Statements about runs of an experiment, claimed across independent seeds. Networks that are trained
on polynomial iteration go on with parity, or the other way round, all of them or their second
feed-forward network alone. Tasks share their tokens, so that only the symbol at position 0 is new.
"""

from __future__ import annotations

from theory import Claim, Domain, ForAll, Natural, Real, Seen, Source, Standing, Trend
from theory.iteration_head.paper import PAPER
from theory.iteration_head.trained import AT_LEVEL, COMMON, SIZES, level

__all__ = [  # noqa: RUF022 (reading order)
    "train_transfer",
    "train_transfer_total",
    "train_transfer_total_saved",
    "train_transfer_head",
    "train_reverse",
    "train_reverse_limits",
    "train_mlp2_only",
    "train_mlp2_only_insufficient",
    "train_mlp2_only_below",
    "train_mlp2_only_head",
    "train_parity_less_peaky",
]

tuned = Natural("tuned", at_least=1, latex="k'", meaning="steps of fine-tuning")

PARITY = r"parity: the state becomes the sum of itself and the bit modulo 2; bits are fair"
TUNING = (
    r"fine-tuning starts from the network after all $k$ steps, with a new optimiser, the same "
    r"growth of the rate and no fall; runs with one seed see the same sequences of a task, from "
    r"the first on"
)
REACHED = (
    r"steps to the level $a$: those of the first of twelve records of fine-tuning with that "
    r"accuracy; for the network from scratch those of the last of ten records before its first one "
    r"with that accuracy, which is in its favour"
)
IN_ALL = (
    r"steps in all: those of the first of ten records of polynomial iteration with an accuracy of "
    r"$a$, although fine-tuning starts from the end, and those of the first of twelve records of "
    r"fine-tuning; against the first of ten records from scratch on parity"
)
LAST = (
    r"iteration score: share of the queries at which a state is to be predicted whose weight on "
    r"the input of that state is above one half, over lengths of 4 or more, in the last layer"
)
SECOND = (
    r"the second feed-forward network alone is trained; the embedding of the symbol of the first "
    r"task is given to that of the second"
)
SMALL = r"for networks of the size of a quick run; the authors' are larger"


def domain(*further: Natural | Real, remarks: tuple[str, ...] = ()) -> Domain:
    """The setting of a claim."""
    return Domain(*SIZES, tuned, *further, remarks=(*COMMON, PARITY, TUNING, *remarks))


def source(place: str, seen: Seen = Seen.REPOSITORY) -> Source:
    """Figures and options of the authors; sizes and numbers of steps are ours."""
    return Source(PAPER, place, seen=seen, standing=Standing.SHARPENED)


HERE = Source(None, "fine-tuned networks", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
DYNAMICS = "figures of accuracy and attention scores when the task changes during training"
OPTION = "option of fine-tuning the second feed-forward network alone"

train_transfer = Claim(
    id="iteration-head.train-transfer",
    title="From polynomial iteration parity is learned in less than half of the steps",
    says=(
        "A network that has been trained on polynomial iteration reaches the stated accuracy on "
        "parity within less than half of the steps that it takes from scratch, on the same "
        "sequences. The steps spent on polynomials are not counted."
    ),
    statement=Trend(
        "the number of steps on parity to the level",
        "a network trained on polynomial iteration",
        "half the steps of one from scratch",
        "lower",
    ),
    domain=domain(level, remarks=(REACHED,)),
    source=source("abstract, and " + DYNAMICS, Seen.ABSTRACT),
)

train_transfer_total = Claim(
    id="iteration-head.train-transfer-total",
    title="Polynomial iteration first is not always a saving in all",
    says=(
        "If the steps to the stated accuracy on polynomial iteration are counted too, some run "
        "takes more steps in all to that accuracy on parity than from scratch."
    ),
    statement=ForAll(
        "seed",
        "polynomial iteration first takes no more steps in all than parity alone",
        holds=False,
    ),
    domain=domain(level, remarks=(IN_ALL, SMALL)),
    source=HERE,
)

train_transfer_total_saved = Claim(
    id="iteration-head.train-transfer-total-saved",
    title="Polynomial iteration first can be a saving in all",
    says=(
        "Even if the steps to the stated accuracy on polynomial iteration are counted, some run "
        "takes fewer steps in all to that accuracy on parity than from scratch."
    ),
    statement=ForAll(
        "seed",
        "polynomial iteration first takes no fewer steps in all than parity alone",
        holds=False,
    ),
    domain=domain(level, remarks=(IN_ALL,)),
    source=source(DYNAMICS),
)

train_transfer_head = Claim(
    id="iteration-head.train-transfer-head",
    title="Fine-tuning on parity keeps the iteration head",
    says=(
        "After fine-tuning on parity the last layer has more than half of the iteration score that "
        "it had on polynomial iteration."
    ),
    statement=Trend(
        "the iteration score at the end",
        "parity after polynomial iteration",
        "half the score at the end of polynomial iteration",
        "higher",
    ),
    domain=domain(remarks=(LAST,)),
    source=source(DYNAMICS),
)

train_reverse = Claim(
    id="iteration-head.train-reverse",
    title="Parity first can help polynomial iteration",
    says=(
        "Some network that goes on with polynomial iteration after parity is ahead of the one from "
        "scratch by a fifth after as many steps of polynomial iteration: transfer is not only from "
        "the harder task to the easier one."
    ),
    statement=ForAll(
        "seed",
        "after $k'$ steps on polynomials the accuracy after parity is not higher by a fifth than "
        "from scratch",
        holds=False,
    ),
    domain=domain(remarks=(SMALL,)),
    source=HERE,
)

train_reverse_limits = Claim(
    id="iteration-head.train-reverse-limits",
    title="Parity first helps polynomial iteration in some runs only",
    says=(
        "Not every network that goes on with polynomial iteration after parity is ahead of the one "
        "from scratch by a fifth after as many steps of polynomial iteration."
    ),
    statement=ForAll(
        "seed",
        "after $k'$ steps on polynomials the accuracy after parity is higher by a fifth than from "
        "scratch",
        holds=False,
    ),
    domain=domain(remarks=(SMALL,)),
    source=HERE,
)

train_mlp2_only = Claim(
    id="iteration-head.train-mlp2-only",
    title="The second feed-forward network alone can learn something of parity",
    says=(
        "If nothing but the second feed-forward network is fine-tuned on parity, in some run the "
        "accuracy grows by more than a fifth from the first of twelve records to the last."
    ),
    statement=ForAll(
        "seed",
        "the accuracy grows by a fifth at most from the first record to the last",
        holds=False,
    ),
    domain=domain(remarks=(SECOND, SMALL)),
    source=source(OPTION),
)

train_mlp2_only_insufficient = Claim(
    id="iteration-head.train-mlp2-only-insufficient",
    title="The second feed-forward network alone does not learn parity",
    says=(
        "In the circuit the second feed-forward network holds the map that is iterated, and "
        "nothing else does, so that another one in its place is enough for another task with the "
        "same tokens. In trained networks it is not: fine-tuned alone, it stays below the stated "
        "accuracy."
    ),
    statement=Trend(
        "the accuracy after fine-tuning",
        "the second feed-forward network alone",
        AT_LEVEL,
        "lower",
    ),
    domain=domain(level, remarks=(SECOND,)),
    source=HERE,
)

train_mlp2_only_below = Claim(
    id="iteration-head.train-mlp2-only-below",
    title="The second feed-forward network alone learns less of parity than the whole network",
    says=(
        "Fine-tuned alone for as many steps on the same sequences, the second feed-forward network "
        "leaves an accuracy that is lower by more than a tenth than with everything fine-tuned."
    ),
    statement=Trend(
        "the accuracy after fine-tuning",
        "the second feed-forward network alone",
        "a tenth less than the accuracy with all parameters",
        "lower",
    ),
    domain=domain(remarks=(SECOND,)),
    source=HERE,
)

train_mlp2_only_head = Claim(
    id="iteration-head.train-mlp2-only-head",
    title="On parity the iteration head of a polynomial network looks less sharply",
    says=(
        "Why the second feed-forward network is not enough: the attention that it leaves as it is "
        "has a lower iteration score on sequences of parity than on those that it was trained on. "
        "Half of the inputs of parity are 0, which is no input of polynomial iteration."
    ),
    statement=Trend(
        "the iteration score of a network trained on polynomial iteration",
        "sequences of parity",
        "sequences of polynomial iteration",
        "lower",
    ),
    domain=domain(remarks=(LAST, SECOND)),
    source=HERE,
)

train_parity_less_peaky = Claim(
    id="iteration-head.train-parity-less-peaky",
    title="Parity is not less peaky than polynomial iteration all along",
    says=(
        "The iteration score of networks trained on parity, lower at the end in most runs, is not "
        "the lower one throughout: from a quarter of the steps on, at some record of some run it "
        "is as high as that of polynomial iteration or higher."
    ),
    statement=ForAll(
        "seed",
        "at every record from a quarter of the steps on, the iteration score of parity from "
        "scratch is the lower one",
        holds=False,
    ),
    domain=Domain(*SIZES, remarks=(*COMMON, PARITY, LAST)),
    source=source("figures of attention scores over lengths and widths"),
)
