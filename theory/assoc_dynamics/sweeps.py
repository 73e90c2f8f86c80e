"""What large steps gain: in the end always, on the way up to a threshold, and where they do not.

The loss ends as the squared max-margin norm over step size times number of steps. On the way
there, over the grid of the authors' repository, a larger step answers all tokens rightly after
fewer steps up to the threshold of sustained oscillations; beyond it, it need not. With random
embeddings spikes are common in low dimension and rare in high dimension.
"""

from __future__ import annotations

from sympy import Abs, Max, Rational, Symbol, exp, log, oo

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ForAll,
    Identity,
    Integer,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from theory.assoc_dynamics.benign import TARGET, ZERO, gamma, max_margin
from theory.assoc_dynamics.large_steps import ALL_OCCUR, DERIVED, PAIRS, M, N, U, eta, f, l, p
from theory.assoc_dynamics.large_steps import E as inputs
from theory.assoc_dynamics.large_steps import d as input_dimension
from theory.assoc_dynamics.paper import PAPER
from theory.assoc_scaling.sgd import K as map_level
from theory.assoc_scaling.sgd import gamma as step_size
from theory.assoc_scaling.sgd import n as count
from theory.assoc_scaling.sgd import qgamma_growth, qgamma_potential
from theory.core.rules.iteration import AlongIterates, Iterate

__all__ = [
    "acceleration",
    "acceleration_balanced",
    "acceleration_stability",
    "acceleration_stability_balanced",
    "random_memory_n5",
    "random_memory_n5_notebook",
    "random_memory_n5_notebook_late",
    "random_memory_n5_notebook_rises",
    "random_memory_n5_small_step",
    "random_memory_n5_spikes",
    "transient_speedup",
    "transient_speedup_below",
    "transient_speedup_not_monotone",
    "transient_speedup_not_monotone_last",
]

times = Natural("k", at_least=1, latex="k", meaning="number of steps", grid=(1, 10, 100))
late_loss = Observable(
    "late_loss", (eta, times), latex="L(W_k)", meaning="loss after k steps from W = 0"
)
ACCELERATION = Source(
    PAPER,
    "large learning rates accelerate the asymptotic convergence",
    seen=Seen.ABSTRACT,
    standing=Standing.SHARPENED,
)

acceleration = Claim(
    id="assoc-dynamics.acceleration",
    title="In the end the loss is the squared max-margin norm over step size times steps",
    says=(
        "On data that some memory answers rightly, at every fixed step size, the loss after k "
        "steps times k times the step size tends to the squared norm of the smallest memory with "
        "all margins at least 1, one over the squared largest margin. The speed-up by large steps "
        "is linear in the step size, and the frequencies do not enter."
    ),
    statement=Equivalent(eta * times * late_loss(), 1 / gamma**2, as_=(times, oo)),
    domain=Domain(
        N,
        M,
        input_dimension,
        l,
        inputs,
        U,
        f,
        p,
        eta,
        times,
        remarks=(PAIRS, TARGET, ALL_OCCUR, ZERO),
    ),
    source=ACCELERATION,
    observables=(late_loss, max_margin),
)

q = Symbol("q", nonnegative=True)
apart = Real(
    "a",
    above=0,
    below=2,
    meaning="one minus the inner product of the two unit input embeddings",
    grid=(Rational(3, 2), Rational(1, 2), Rational(1, 20)),
)
common_margin = Iterate(q + apart * eta / (1 + exp(q)), (q, 0, times))
pair_loss = Observable(
    "pair_loss",
    (apart, eta, times),
    latex="L(W_k)",
    meaning=(
        "loss after k steps from W = 0 for two equally frequent tokens: both margins grow by "
        "step size times a times the probability of the wrong label"
    ),
    definition=log(1 + exp(-common_margin)),
)
TOKENS = (
    "two tokens with unit input embeddings of inner product $1 - a$ have different labels with "
    "orthonormal embeddings"
)
HALVES = "both tokens have probability 1/2"

acceleration_balanced = Claim(
    id="assoc-dynamics.acceleration-balanced",
    title="Two equally frequent tokens: one over the loss grows like step size times steps",
    says=(
        "For two equally frequent tokens with different labels, one over the loss after k steps "
        "grows like k times the step size times one minus the inner product of the embeddings, at "
        "every step size."
    ),
    statement=Equivalent(1 / pair_loss(), apart * eta * times, as_=(times, oo)),
    domain=Domain(apart, eta, times, remarks=(TOKENS, HALVES, ZERO)),
    source=ACCELERATION,
    observables=(pair_loss,),
    derivation=Derivation(
        Step(1 / pair_loss.definition, by=definition),
        Step(
            exp(common_margin),
            by=AlongIterates(
                qgamma_potential,
                {step_size: apart * eta, map_level: 1, count: times},
                potential=q + exp(q),
                variable=q,
            ),
        ),
        Step(
            apart * eta * times,
            by=ByClaim(qgamma_growth, {step_size: apart * eta, map_level: 1, count: times}),
        ),
    ),
)

frequent = Real(
    "q",
    above=0,
    below=1,
    latex="p_1",
    meaning="probability of the first token",
    grid=(Rational(1, 2), Rational(3, 4)),
)
sharpness = Observable(
    "sharpness",
    (apart, frequent, eta, times),
    latex=r"\lambda_{\max}(\nabla^2 L(W_k))",
    meaning="largest eigenvalue of the Hessian after k steps from W = 0",
)

acceleration_stability = Claim(
    id="assoc-dynamics.acceleration-stability",
    title="Gradient descent leaves the edge of stability after a number of steps that is fixed",
    says=(
        "For two tokens with different labels the step size times the largest eigenvalue of the "
        "Hessian, times the number of steps, tends to the larger of 1 and (2 - a) over a, with a "
        "one minus the inner product of the embeddings, whatever the step size and the "
        "frequencies: large steps end in the stable region no later than small ones."
    ),
    statement=Equivalent(eta * times * sharpness(), Max(1, (2 - apart) / apart), as_=(times, oo)),
    domain=Domain(apart, frequent, eta, times, remarks=(TOKENS, ZERO)),
    source=DERIVED,
    observables=(sharpness,),
)

twin_sharpness = Observable(
    "twin_sharpness",
    (apart, eta, times),
    latex=r"\lambda_{\max}(\nabla^2 L(W_k))",
    meaning=(
        "largest eigenvalue of the Hessian after k steps from W = 0 for two equally frequent "
        "tokens: the variance of the label times the largest eigenvalue of the tokens' Gram matrix"
    ),
    definition=(1 + Abs(1 - apart)) * exp(-common_margin) / (1 + exp(-common_margin)) ** 2,
)

acceleration_stability_balanced = Claim(
    id="assoc-dynamics.acceleration-stability-balanced",
    title="Two equally frequent tokens: the sharpness falls like one over step size times steps",
    says=(
        "For two equally frequent tokens one over the largest eigenvalue of the Hessian grows like "
        "k times the step size times a over 1 + |1 - a|."
    ),
    statement=Equivalent(
        1 / twin_sharpness(), apart * eta * times / (1 + Abs(1 - apart)), as_=(times, oo)
    ),
    domain=Domain(apart, eta, times, remarks=(TOKENS, HALVES, ZERO)),
    source=DERIVED,
    observables=(twin_sharpness,),
    derivation=Derivation(
        Step(1 / twin_sharpness.definition, by=definition),
        Step(
            exp(common_margin) / (1 + Abs(1 - apart)),
            by=AlongIterates(
                qgamma_potential,
                {step_size: apart * eta, map_level: 1, count: times},
                potential=q + exp(q),
                variable=q,
            ),
        ),
        Step(
            apart * eta * times / (1 + Abs(1 - apart)),
            by=ByClaim(qgamma_growth, {step_size: apart * eta, map_level: 1, count: times}),
        ),
    ),
)

GRID = (
    "two tokens with different labels, unit input and orthonormal output embeddings; odds "
    "$p_1 / p_2$ from $10^{-1/2}$ to $10^{1/2}$ and step sizes from $1/10$ to 10, ten values of "
    "each in geometric progression; inner products of the input embeddings from $1/2$ to 1, ten "
    "values in arithmetic progression, without the last"
)
START = "$W_0 = 0$, the whole batch in each step"
DIFFERENT = Domain(remarks=(GRID, START))
LEARNING_RATES = Source(
    PAPER, "sweep over learning rates", seen=Seen.REPOSITORY, standing=Standing.SHARPENED
)

transient_speedup = Claim(
    id="assoc-dynamics.transient-speedup",
    title="Below half the critical step size the first success comes at the time of the flow",
    says=(
        "In every setting of the repository's grid whose step size is at most a quarter of one "
        "over the product of the two probabilities, the number of steps until no token is "
        "answered wrongly, times the step size, is the time that gradient flow takes, less at "
        "most one step size and plus at most two: the speed-up is inverse to the step size."
    ),
    statement=ForAll(
        r"setting of the grid with $4 p_1 p_2 \eta \le 1$",
        r"the first $k$ at which $W_k$ errs on no token obeys $T - \eta \le \eta k \le T + 2 \eta$ "
        r"with the time $T$ at which gradient flow errs no more",
    ),
    domain=DIFFERENT,
    source=LEARNING_RATES,
)

transient_speedup_below = Claim(
    id="assoc-dynamics.transient-speedup-below",
    title="Up to the critical step size no larger step is slower",
    says=(
        "Of two neighbouring step sizes of the repository's grid, both at most one over the "
        "product of the two probabilities, the larger one never takes more steps to the first "
        "success, nor to the last error."
    ),
    statement=ForAll(
        r"pair of neighbouring step sizes $\eta < \eta'$ of the grid with $p_1 p_2 \eta' \le 1$",
        r"the first success and the last error come no later with $\eta'$ than with $\eta$",
    ),
    domain=DIFFERENT,
    source=LEARNING_RATES,
)

slower_first = Observable(
    "slower_first",
    (),
    latex=r"\#\{\text{pairs with a later first success}\}",
    meaning=(
        "number of pairs of neighbouring step sizes of which the larger one has its first success "
        "after more steps"
    ),
)
slower_last = Observable(
    "slower_last",
    (),
    latex=r"\#\{\text{pairs with a later last error}\}",
    meaning=(
        "number of pairs of neighbouring step sizes of which the larger one has its last error "
        "after more steps"
    ),
)

transient_speedup_not_monotone = Claim(
    id="assoc-dynamics.transient-speedup-not-monotone",
    title="Large steps do not always speed up: 18 of 810 pairs are slower to the first success",
    says=(
        "Over the repository's whole grid 18 of the 810 pairs of neighbouring step sizes have "
        "their first success later with the larger one; all of them beyond the critical step "
        "size."
    ),
    statement=Identity(slower_first(), 18),
    domain=DIFFERENT,
    source=LEARNING_RATES,
    observables=(slower_first,),
)

transient_speedup_not_monotone_last = Claim(
    id="assoc-dynamics.transient-speedup-not-monotone-last",
    title="Large steps do not always speed up: 23 of 810 pairs are slower to the last error",
    says=(
        "Over the repository's whole grid 23 of the 810 pairs of neighbouring step sizes make "
        "their last error later with the larger one."
    ),
    statement=Identity(slower_last(), 23),
    domain=DIFFERENT,
    source=LEARNING_RATES,
    observables=(slower_last,),
)

FIVE = (
    "five tokens with labels of their own and probabilities proportional to $1/x$; independent "
    "input and output embeddings, uniform on the unit sphere of dimension $d$"
)
LARGE_MEMORY = Source(
    PAPER, "example of five tokens", seen=Seen.REPOSITORY, standing=Standing.SHARPENED
)
d = Integer("d", at_least=2, meaning="dimension of the embeddings", grid=(3, 5, 10, 20))


def falls_in(name: str, dimension: str) -> Observable:
    """The mean share of falling margins in some dimension."""
    return Observable(
        name,
        (d,),
        latex=rf"\Pr_{{{dimension}}}(\text{{a margin falls}})",
        meaning=(
            f"mean share of the margins that fall, over five tokens and 30 steps of size 3, in "
            f"dimension {dimension}"
        ),
    )


falls, falls_wider = falls_in("falls", "d"), falls_in("falls_wider", "2d")

random_memory_n5 = Claim(
    id="assoc-dynamics.random-memory-n5",
    title="Margins oscillate less in higher dimension",
    says=(
        "With five tokens, random unit embeddings and steps of size 3, doubling the dimension at "
        "least halves how often the margin of a token over its best wrong label falls within 30 "
        "steps."
    ),
    statement=Bound(2 * falls_wider(), "<=", falls()),
    domain=Domain(d, remarks=(FIVE, START)),
    source=LARGE_MEMORY,
    observables=(falls, falls_wider),
)

small_step_spikes = Observable(
    "small_step_spikes",
    (d,),
    latex=r"\Pr_d(\text{the loss rises})",
    meaning="chance that the loss rises in some of 100 steps of size 3",
)

random_memory_n5_small_step = Claim(
    id="assoc-dynamics.random-memory-n5-small-step",
    title="With steps of size 3 the loss hardly ever rises",
    says=(
        "With five tokens and random unit embeddings the chance that the loss rises in some of "
        "100 steps of size 3 is at most one in two hundred, in three or more dimensions."
    ),
    statement=Bound(small_step_spikes(), "<=", Rational(1, 200)),
    domain=Domain(d, where=(d >= 3,), remarks=(FIVE, START)),
    source=LARGE_MEMORY,
    observables=(small_step_spikes,),
)


def spikes_in(dimension: int) -> Observable:
    """The chance of a spike with large steps in one dimension."""
    return Observable(
        f"spikes_{dimension}",
        (),
        latex=rf"\Pr_{{d = {dimension}}}(\text{{the loss rises}})",
        meaning=(
            f"chance that the loss rises in some of 100 steps of size 20, in dimension {dimension}"
        ),
    )


spikes_3, spikes_5, spikes_10 = map(spikes_in, (3, 5, 10))

random_memory_n5_spikes = Claim(
    id="assoc-dynamics.random-memory-n5-spikes",
    title="With steps of size 20 spikes are common in three dimensions and rare in ten",
    says=(
        "With five tokens, random unit embeddings and 100 steps of size 20, the chance that the "
        "loss rises in some step is at most half as large in dimension 5 as in dimension 3, and at "
        "most a tenth of that in dimension 10; there it is still at least one in five hundred."
    ),
    statement=Bound(
        Rational(1, 50), "<=", 10 * spikes_10(), "<=", spikes_5(), "<=", spikes_3() / 2
    ),
    domain=Domain(remarks=(FIVE, START)),
    source=LARGE_MEMORY,
    observables=(spikes_3, spikes_5, spikes_10),
)

NOTEBOOK = (
    "the embeddings that the repository's notebook draws in dimension 3, five tokens with labels "
    "of their own and probabilities proportional to $1/x$"
)


def at_step_size(name: str, what: str, symbol: str, size: int) -> Observable:
    """What is measured in the run of the notebook with one step size."""
    return Observable(
        f"{name}_{size}", (), latex=rf"{symbol}_{{\eta = {size}}}", meaning=f"{what} {size}"
    )


loss_3, loss_10, loss_20 = (
    at_step_size("loss", "loss after 99 steps of size", "L", size) for size in (3, 10, 20)
)
rises_3, rises_10, rises_20 = (
    at_step_size(
        "rises", "number of the first 29 steps that raise the loss, with steps of", "r", size
    )
    for size in (3, 10, 20)
)
last_3, last_10, last_20 = (
    at_step_size(
        "last_error", "number of steps until some token errs last, with steps of", "k", size
    )
    for size in (3, 10, 20)
)

random_memory_n5_notebook = Claim(
    id="assoc-dynamics.random-memory-n5-notebook",
    title="The notebook's example in three dimensions: after 99 steps the largest step is last",
    says=(
        "With the embeddings of the repository's notebook in dimension 3, after 99 steps the loss "
        "is lowest with steps of size 10 and highest with steps of size 20: larger is not better "
        "within this budget."
    ),
    statement=Bound(loss_10(), "<=", Rational(19, 20) * loss_3(), "<=", Rational(2, 3) * loss_20()),
    domain=Domain(remarks=(NOTEBOOK, START)),
    source=LARGE_MEMORY,
    observables=(loss_3, loss_10, loss_20),
)

random_memory_n5_notebook_late = Claim(
    id="assoc-dynamics.random-memory-n5-notebook-late",
    title="The notebook's example in three dimensions: larger steps err last earlier",
    says=(
        "In the same example the number of steps until the last error falls with the step size, "
        "by at least a factor of two from 3 to 10 and from 10 to 20: in the end larger is better."
    ),
    statement=Bound(4 * last_20(), "<=", 2 * last_10(), "<=", last_3()),
    domain=Domain(remarks=(NOTEBOOK, START)),
    source=LARGE_MEMORY,
    observables=(last_3, last_10, last_20),
)

random_memory_n5_notebook_rises = Claim(
    id="assoc-dynamics.random-memory-n5-notebook-rises",
    title="The notebook's example in three dimensions: larger steps raise the loss more often",
    says=(
        "In the same example, within the 29 steps that are plotted, steps of size 10 raise the "
        "loss at least ten times more than steps of size 3, and steps of size 20 at least five "
        "times more than those."
    ),
    statement=Bound(rises_3(), "<=", rises_10() - 10, "<=", rises_20() - 15),
    domain=Domain(remarks=(NOTEBOOK, START)),
    source=LARGE_MEMORY,
    observables=(rises_3, rises_10, rises_20),
)
