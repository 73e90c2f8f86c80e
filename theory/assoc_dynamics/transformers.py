"""Small transformers trained by plain gradient descent: what step size and width do.

Statements about runs of an experiment, claimed across independent seeds. The network is that of
the authors' figures, a two-layer attention-only induction head; their code for it is not public, so
data and sizes are ours. Step sizes are counted in multiples r of 2 over the largest eigenvalue of
the Hessian of the loss in the output matrix at the start, which is where a quadratic with that
Hessian would stop being stable.
"""

from __future__ import annotations

from theory import (
    Claim,
    Domain,
    ForAll,
    Natural,
    Real,
    Seen,
    Source,
    Standing,
    Trend,
)
from theory.assoc_dynamics.paper import PAPER

__all__ = [  # noqa: RUF022 (reading order)
    "output_monotone",
    "output_spikes",
    "output_descent",
    "output_benign",
    "output_turns",
    "output_limits",
    "all_travel",
    "all_turns",
    "all_descent",
    "all_spikes",
    "all_benign",
    "all_keys",
    "all_order",
]

d = Natural("d", at_least=1, meaning="width of the residual stream")
vocabulary = Natural("vocabulary", at_least=2, latex="V", meaning="number of tokens")
length = Natural("length", at_least=2, latex="T", meaning="tokens in a sequence")
batch = Natural("batch", at_least=1, latex="B", meaning="sequences in a batch")
steps = Natural("steps", at_least=1, latex="k", meaning="steps of gradient descent")
SIZES = (d, vocabulary, length, batch, steps)


def multiple(**bounds: float) -> Real:
    """A step size in units of 2 over the sharpness at the start."""
    return Real("r", latex="r", meaning="step size over 2 / sharpness at the start", **bounds)


NETWORK = (
    r"two causal attention layers with one head and residuals, no normalisation, no multilayer "
    r"perceptron; token and position embeddings with entries $\mathcal{N}(0, 1/d)$, output rows "
    r"uniform of variance $1/d$, matrices uniform on $(-d^{-1/2}, d^{-1/2})$"
)
DATA = (
    r"bigrams with Dirichlet rows about Zipf's law; the 5 most frequent tokens (4 if $V = 16$) are "
    r"triggers, followed by a token drawn once for each sequence; the loss is taken where a "
    r"trigger comes up again"
)
UNIT = (
    r"step size $2 r / \lambda$, $\lambda$ the sharpness in $W_O^2$ at the start; the threshold is "
    r"$r = 1$"
)
TESTED = "the numbers above are those at which the claim is tested, not all in these ranges"
SETTING = (NETWORK, DATA, UNIT, TESTED)
ALONE = (*SETTING, r"only $W_O^2$ is trained, on one fixed batch")
FIXED = (*SETTING, r"$W_K^1$, $W_K^2$ and $W_O^2$ are trained, on one fixed batch")
FRESH = (*SETTING, r"$W_K^1$, $W_K^2$ and $W_O^2$ are trained, on a pool of batches")
END = "the end is the last tenth of the steps"


def source(figure: str, standing: Standing = Standing.SHARPENED) -> Source:
    """The figures in the authors' notebook, of which there are file names and settings."""
    return Source(PAPER, figure, seen=Seen.REPOSITORY, standing=standing)


ONE_MEMORY = "figures on a transformer of which one memory is trained"
THREE_MEMORIES = "figures on a transformer of which three memories are trained"

output_monotone = Claim(
    id="assoc-dynamics.transformer-wo2",
    title="Below half the threshold the loss of one trained memory never rises",
    says=(
        "With the output matrix of the second layer trained alone, by steps of at most half of "
        "what the curvature at the start allows, the loss falls at every step."
    ),
    statement=Trend(
        "the number of steps that raise the loss",
        "steps of at most half the threshold",
        "a run in which one step raises it",
        "lower",
    ),
    domain=Domain(*SIZES, multiple(above=0, at_most=0.5), remarks=ALONE),
    source=source(ONE_MEMORY),
)

output_spikes = Claim(
    id="assoc-dynamics.transformer-wo2-spikes",
    title="Beyond the threshold the loss of one trained memory rises and falls",
    says=(
        "From twice the step on that the curvature at the start allows, at some steps the loss "
        "rises: at four times it in nearly every run, at twice it in most."
    ),
    statement=Trend(
        "the number of steps that raise the loss",
        "steps of at least twice the threshold",
        "a run in which no step raises it",
        "higher",
    ),
    domain=Domain(*SIZES, multiple(at_least=2, at_most=4), remarks=ALONE),
    source=source(ONE_MEMORY),
)

output_descent = Claim(
    id="assoc-dynamics.transformer-wo2-descent",
    title="Up to the threshold twice the step leaves a lower loss",
    says=(
        "One trained memory ends with a lower loss at twice the step, as long as twice the step "
        "is no larger than the curvature at the start allows."
    ),
    statement=Trend("the loss at the end", "twice the step", "the step itself", "lower"),
    domain=Domain(*SIZES, multiple(above=0, at_most=0.5), remarks=ALONE),
    source=source(ONE_MEMORY),
)

output_benign = Claim(
    id="assoc-dynamics.transformer-wo2-benign",
    title="Spikes of one trained memory are benign at twice the threshold",
    says=(
        "At twice the step that the curvature at the start allows, one trained memory ends with a "
        "lower loss than at an eighth of that step, spikes or not."
    ),
    statement=Trend(
        "the loss at the end",
        "steps of twice the threshold",
        "steps of a quarter of it",
        "lower",
    ),
    domain=Domain(*SIZES, remarks=ALONE),
    source=source(ONE_MEMORY),
)

output_turns = Claim(
    id="assoc-dynamics.transformer-wo2-turns",
    title="Beyond the threshold the margins oscillate",
    says=(
        "The margins with which the memory sends tokens to themselves change direction more often "
        "at steps from twice the threshold on than at half of it, on average over the tokens."
    ),
    statement=Trend(
        "the mean number of turning points of a margin",
        "steps of at least twice the threshold",
        "steps of half the threshold",
        "higher",
    ),
    domain=Domain(*SIZES, multiple(at_least=2, at_most=4), remarks=ALONE),
    source=source(ONE_MEMORY),
)

smaller = Real("s", above=0, latex="s", meaning="the smaller step size, in the same units")

output_limits = Claim(
    id="assoc-dynamics.transformer-wo2-limits",
    title="Beyond the threshold a larger step need not leave a lower loss",
    says=(
        "Not in every run does one trained memory end lower at twice the threshold than at half "
        "of it, or at four times the threshold than at the threshold."
    ),
    statement=ForAll("seed", "the loss ends lower at the larger step", holds=False),
    domain=Domain(*SIZES, multiple(at_least=2, at_most=4), smaller, remarks=ALONE),
    source=source(ONE_MEMORY, Standing.CORRECTED),
    published="the larger the learning rate, the faster the loss falls, if with spikes",
)

narrow = Natural("narrow", at_least=1, latex="d'", meaning="width of a narrower network")

all_travel = Claim(
    id="assoc-dynamics.transformer-all",
    title="Wider transformers oscillate less",
    says=(
        "With three memories trained together, the margins of the output matrix travel a shorter "
        "way down, as a share of their range and on average over the tokens, in a wider network."
    ),
    statement=Trend(
        "the mean way that a margin travels down in units of its range",
        "the wider network",
        "the narrower one",
        "lower",
    ),
    domain=Domain(*SIZES, narrow, multiple(above=0), where=(narrow < d,), remarks=FIXED),
    source=source(THREE_MEMORIES),
)

factor = Real("factor", above=1, latex="c", meaning="factor between two step sizes")

all_turns = Claim(
    id="assoc-dynamics.transformer-all-turns",
    title="Larger steps make the margins of a transformer turn more often",
    says=(
        "With three memories trained together, the margins of the output matrix change direction "
        "more often at a larger step."
    ),
    statement=Trend(
        "the mean number of turning points of a margin",
        "the larger step",
        "the smaller one",
        "higher",
    ),
    domain=Domain(*SIZES, multiple(above=0), factor, remarks=FIXED),
    source=source(THREE_MEMORIES),
)

all_descent = Claim(
    id="assoc-dynamics.transformer-all-descent",
    title="Below the threshold a larger step trains a transformer further",
    says=(
        "With three memories trained together on a pool of batches, five times the step leaves a "
        "lower loss, up to half the threshold of the output matrix."
    ),
    statement=Trend("the loss at the end", "five times the step", "the step itself", "lower"),
    domain=Domain(*SIZES, multiple(above=0, at_most=0.1), remarks=(*FRESH, END)),
    source=source(THREE_MEMORIES),
)

all_spikes = Claim(
    id="assoc-dynamics.transformer-all-spikes",
    title="Just beyond the threshold the loss of a transformer spikes",
    says=(
        "With three memories trained together, a step somewhat beyond the threshold of the output "
        "matrix takes the loss to more than 1.1 times its first value."
    ),
    statement=Trend(
        "the ratio of the largest loss to the first",
        "steps beyond the threshold",
        "a run in which it is 1.1",
        "higher",
    ),
    domain=Domain(*SIZES, multiple(above=1), remarks=FRESH),
    source=source(THREE_MEMORIES),
)

all_benign = Claim(
    id="assoc-dynamics.transformer-all-benign",
    title="The spikes of a transformer just beyond the threshold are benign",
    says=(
        "With three memories trained together, a step somewhat beyond the threshold of the output "
        "matrix ends with a lower loss than a tenth of the threshold, in spite of its spikes."
    ),
    statement=Trend(
        "the loss at the end",
        "steps beyond the threshold",
        "steps of a tenth of it",
        "lower",
    ),
    domain=Domain(*SIZES, multiple(above=1), remarks=(*FRESH, END)),
    source=source(THREE_MEMORIES),
)

all_keys = Claim(
    id="assoc-dynamics.transformer-all-keys",
    title="The memory of the keys is learned too",
    says=(
        "With three memories trained together by steps of half the threshold or somewhat beyond "
        "it, triggers end up asking for the position after them: the margins of the keys of the "
        "second layer are positive, on average over the triggers."
    ),
    statement=Trend(
        "the mean margin of the keys at the end",
        "training",
        "keys that have learned nothing",
        "higher",
    ),
    domain=Domain(*SIZES, multiple(at_least=0.5), remarks=FRESH),
    source=source(THREE_MEMORIES),
)

all_order = Claim(
    id="assoc-dynamics.transformer-all-order",
    title="The output memory is learned before the memory of the keys",
    says=(
        "With three memories trained together, the mean margin of the output matrix of the second "
        "layer reaches 1 after fewer steps than the mean margin of its keys."
    ),
    statement=Trend(
        "the number of steps to a mean margin of 1", "the output matrix", "the keys", "lower"
    ),
    domain=Domain(*SIZES, multiple(at_least=0.5), remarks=FRESH),
    source=source(THREE_MEMORIES),
)
