"""The published run of two tokens: its loss spikes, decided for all steps in ball arithmetic.

Two tokens of inner product 0.95 and probabilities 3/4 and 1/4, with steps of 10 and of 1, and of
sizes beyond. The run is followed in balls until the loss is so small that it falls for ever.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Min, Mul, Piecewise, Rational, log

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Identity,
    Integer,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from theory.assoc_dynamics.certified_runs import (
    CertifiedRun,
    Highest,
    InBalls,
    LastNotPositive,
    Rises,
)
from theory.assoc_dynamics.pair_iteration import PairIterate
from theory.assoc_dynamics.paper import PAPER
from theory.assoc_dynamics.two_token_descent import (
    descent,
    kappa,
    m1,
    m2,
    mean_loss,
    pull_bound,
)
from theory.assoc_dynamics.two_tokens import alpha, pulls, share, x1, x2

__all__ = [
    "spike_2d",
    "spike_2d_error",
    "spike_2d_height",
    "spike_2d_height_upper",
    "spike_2d_speed",
]

PLACE = "illustration of the transient: loss spikes, alpha = 0.95, p = (3/4, 1/4)"
REPOSITORY = Source(PAPER, PLACE, seen=Seen.REPOSITORY, standing=Standing.SHARPENED)
CHOICES = (1, 10, 20, 50, 100)
run_step = Integer("eta", at_least=1, latex=r"\eta", meaning="step size", grid=CHOICES)
SETTING = Domain(
    run_step,
    where=(Eq(Mul(*(run_step - choice for choice in CHOICES)), 0),),
    remarks=(
        "two unit tokens of inner product 19/20, probabilities 3/4 and 1/4, labels of their own",
        "orthonormal outputs, so that $c = 2$; gradient descent from $W = 0$",
    ),
)
a1, a2 = pulls(Rational(3, 4))
drives = a1 - Rational(19, 20) * a2, a2 - Rational(19, 20) * a1
run_loss = mean_loss(x1, x2, Rational(3, 4))


def of_run(kind: Any, observed: Any) -> Expr:
    """Something of a function of the margins along the run."""
    start = (x1 + 2 * run_step * drives[0], x2 + 2 * run_step * drives[1], 0, 0)
    return kind(observed, x1, x2, *start)


def by_step(values: Any) -> Piecewise:
    """A value for each step size."""
    return Piecewise(
        *((v, Eq(run_step.symbol, eta)) for eta, v in zip(CHOICES, values, strict=True))
    )


HERE = {
    share: Rational(3, 4),
    alpha: Rational(19, 20),
    kappa: 2 * run_step,
    m1: x1,
    m2: x2,
}


def certified(sense: str = "=") -> CertifiedRun:
    """The rule with the claims that end the run."""
    return CertifiedRun(
        run_step,
        CHOICES,
        level=run_loss,
        below=Min(1 / (4 * run_step.symbol), log(2) / 4),
        descent=ByClaim(descent, HERE),
        controlled=(
            ByClaim(pull_bound, HERE),
            ByClaim(pull_bound, {share: Rational(1, 4), m1: x2, m2: x1}),
        ),
        sense=sense,
    )


spikes = Observable(
    "spikes",
    (run_step,),
    latex="n",
    meaning="how many steps raise the loss, of all steps for ever",
    definition=of_run(Rises, run_loss),
)
SPIKES = by_step((0, 8, 7, 7, 6))

spike_2d = Claim(
    id="assoc-dynamics.spike-2d",
    title="Loss spikes of two tokens, all of them",
    says=(
        "With steps of 10 the loss of the run rises in exactly eight steps and falls in all "
        "others, for ever; with steps of 1 it never rises, with 20, 50 and 100 in 7, 7 and 6."
    ),
    statement=Identity(spikes(), SPIKES),
    domain=SETTING,
    source=REPOSITORY,
    observables=(spikes,),
    derivation=Derivation(Step(spikes.definition, by=definition), Step(SPIKES, by=certified())),
)

last_error = Observable(
    "last_error",
    (run_step,),
    latex=r"k_{\mathrm{last}}",
    meaning="number of the last iterate that answers a token wrongly or ties, counted from 0",
    definition=of_run(LastNotPositive, Min(x1, x2)),
)
LAST_ERRORS = by_step((51, 14, 12, 14, 10))

spike_2d_error = Claim(
    id="assoc-dynamics.spike-2d-error",
    title="When the spikes have done no harm",
    says=(
        "With steps of 10 both tokens are answered rightly from step 15 on, for ever; with steps "
        "of 1, that never raise the loss, only from step 52 on, which is beyond the 35 steps of "
        "the published figure."
    ),
    statement=Identity(last_error(), LAST_ERRORS),
    domain=SETTING,
    source=REPOSITORY,
    observables=(last_error,),
    derivation=Derivation(
        Step(last_error.definition, by=definition), Step(LAST_ERRORS, by=certified())
    ),
)

height = Observable(
    "height",
    (run_step,),
    latex=r"\max_k \mathcal{L}_k",
    meaning="largest loss of the run, of all steps for ever",
    definition=of_run(Highest, run_loss),
)
HEIGHTS = tuple(map(Rational, ("0.693147", "1.348663", "5.147827", "13.297153", "26.068058")))
LOW, HIGH = by_step(HEIGHTS), by_step(h + Rational(1, 10**6) for h in HEIGHTS)

spike_2d_height = Claim(
    id="assoc-dynamics.spike-2d-height",
    title="How high the spikes are",
    says=(
        "The largest loss of the whole run is 1.348 with steps of 10, where it starts at 0.693, "
        "and 5.147, 13.297 and 26.068 with steps of 20, 50 and 100: it is at least that."
    ),
    statement=Bound(LOW, "<=", height()),
    domain=SETTING,
    source=REPOSITORY,
    observables=(height,),
    derivation=Derivation(Step(height.definition, by=definition), Step(LOW, by=certified(">="))),
)

spike_2d_height_upper = Claim(
    id="assoc-dynamics.spike-2d-height-upper",
    title="How high the spikes are at most",
    says=(
        "The loss never exceeds its largest value within the first two hundred steps, which is "
        "1.348664 with steps of 10: no later step raises it."
    ),
    statement=Bound(height(), "<=", HIGH),
    domain=SETTING,
    source=REPOSITORY,
    observables=(height,),
    derivation=Derivation(Step(height.definition, by=definition), Step(HIGH, by=certified("<="))),
)


def after_34(eta_: int) -> Expr:
    """Loss after 34 steps of a size."""
    first, second = x1 + 2 * eta_ * drives[0], x2 + 2 * eta_ * drives[1]
    return PairIterate(run_loss, x1, x2, first, second, 0, 0, 34)


fast = Observable(
    "fast",
    (),
    latex=r"\mathcal{L}_{34}(\eta = 10)",
    meaning="loss after 34 steps of 10",
    definition=after_34(10),
)
slow = Observable(
    "slow",
    (),
    latex=r"\mathcal{L}_{34}(\eta = 1)",
    meaning="loss after 34 steps of 1",
    definition=after_34(1),
)

spike_2d_speed = Claim(
    id="assoc-dynamics.spike-2d-speed",
    title="The run with spikes is ahead of the one without",
    says=(
        "At the end of the published figure, after 34 steps, the loss of the run with steps of 10, "
        "spikes included, is less than a fifth of that with steps of 1."
    ),
    statement=Bound(5 * fast(), "<=", slow()),
    domain=Domain(remarks=SETTING.remarks),
    source=REPOSITORY,
    observables=(fast, slow),
    derivation=Derivation(
        Step(5 * fast.definition, by=definition),
        Step(slow.definition, by=InBalls()),
    ),
)
