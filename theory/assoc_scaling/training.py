"""Trained memories: what step size, batch, optimiser, normalisation and embeddings do.

These are statements about runs of an experiment, claimed across independent seeds: embeddings with
independent N(0, 1/d) entries, W started from N(0, 1/d), cross-entropy over batches of Zipf tokens.
"""

from __future__ import annotations

from sympy import Abs, Rational

from theory import (
    Bound,
    Categorical,
    Claim,
    Derivation,
    Domain,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Trend,
    algebra,
    definition,
)
from theory.assoc_scaling.model import PAPER

__all__ = [  # noqa: RUF022 (reading order)
    "step_size",
    "batch_size",
    "adam_sign",
    "adam_sign_descent",
    "adam_vs_sgd",
    "adam_vs_sgd_small_batch",
    "layernorm",
    "layernorm_tuned",
    "lr_schedule",
    "lr_schedule_not_overloaded",
    "learned_grid",
    "learned_near_floor",
    "trained_beats_schemes",
]

EPSILON = Rational(1, 10**8)

d = Natural("d", at_least=1, meaning="embedding dimension")
batch = Natural("batch", at_least=1, latex=r"|B|", meaning="tokens in a batch")
samples = Natural("samples", at_least=1, latex="T", meaning="tokens in all")
rate = Real("rate", above=0, latex=r"\gamma", meaning="step size")
inputs = Natural("inputs", at_least=1, latex="N", meaning="number of inputs")

SETTING = (
    r"$N = 100$ inputs in $M = 5$ classes, $f_*(x) = x \bmod M$, Zipf exponent $2$; "
    r"$e_x, u_y \sim \mathcal{N}(0, I/d)$, $W_0$ with entries $\mathcal{N}(0, 1/d)$"
)
TUNED = r"the step size is the best of $0.1, 1, 10, 100$ on other seeds"
GRID = Source(PAPER, "grid of experiments", seen=Seen.REPOSITORY, standing=Standing.AS_STATED)


def cells(batches: str, dimensions: str) -> str:
    """The part of the grid of experiments that is spoken of."""
    return rf"$T = 10240$, $|B|$ is {batches}, and $d$ from {dimensions}"


CORRECTED = Source(PAPER, "grid of experiments", seen=Seen.REPOSITORY, standing=Standing.CORRECTED)

step_size = Claim(
    id="assoc-scaling.step-size",
    title="Larger steps of stochastic gradient descent give a lower error",
    says="At moderate batches a step ten times as large leaves a lower error after the same data.",
    statement=Trend(
        "the final error of stochastic gradient descent",
        "ten times the step",
        "the step itself",
        "lower",
    ),
    domain=Domain(
        d,
        batch,
        samples,
        rate,
        remarks=(SETTING, cells("64 or 256", "50 to 200"), r"$\gamma$ is $0.1$, $1$ or $10$"),
    ),
    source=GRID,
)

batch_size = Claim(
    id="assoc-scaling.batch-size",
    title="At equal data smaller batches give a lower error",
    says=(
        "With the number of tokens fixed and the step tuned for each batch size, stochastic "
        "gradient descent ends with a lower error at a quarter of the batch."
    ),
    statement=Trend(
        "the final error of stochastic gradient descent at tuned steps",
        "a quarter of the batch",
        "the batch",
        "lower",
    ),
    domain=Domain(
        d, batch, samples, remarks=(SETTING, TUNED, cells("64, 256 or 1024", "50 to 200"))
    ),
    source=Source(PAPER, "grid of experiments", seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
)

entry = Real(
    "entry",
    at_least=1e-6,
    latex="g",
    meaning="size of an entry of the gradient; a negative entry gives the negative step",
    grid=(1, 1e-6, 1e-3, 0.5, 100),
)
adam_update = Observable(
    "adam_update",
    (entry,),
    latex=r"\Delta",
    meaning="the first step of Adam with both betas 0, over minus the step size",
    definition=entry / (entry + EPSILON),
)

adam_sign = Claim(
    id="assoc-scaling.adam-sign",
    title="Adam without memory is sign descent",
    says=(
        "With both betas 0 each step of Adam is the sign of the gradient, up to the ratio of its "
        "epsilon to the gradient."
    ),
    statement=Bound(Abs(adam_update(entry) - 1), "<=", EPSILON / entry),
    domain=Domain(entry),
    source=Source(PAPER, "grid of experiments", seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(adam_update,),
    derivation=Derivation(
        Step(Abs(entry / (entry + EPSILON) - 1), by=definition),
        Step(EPSILON / (entry + EPSILON), by=algebra),
        Step(EPSILON / entry, by=Nonnegative("<=")),
    ),
)

POPULATION = (
    r"$N = 10$, $M = 5$, $d = 10$, Zipf exponent $2$, the exact gradient from $W_0 = 0$ with "
    r"step $1$; $e_x \sim \mathcal{N}(0, I/d)$, $u_y$ uniform on the sphere"
)
adam_sign_descent = Claim(
    id="assoc-scaling.adam-sign-descent",
    title="Sign descent is ahead of gradient descent on the population loss",
    says="After thirty exact gradient steps sign descent errs less than gradient descent.",
    statement=Trend("the error after 30 steps", "sign descent", "gradient descent", "lower"),
    domain=Domain(d, remarks=(POPULATION,)),
    source=Source(PAPER, "figure on Adam", seen=Seen.REPOSITORY, standing=Standing.AS_STATED),
)

ADAM_HELPS = "Adam ends with a lower error than stochastic gradient descent, at every batch size."

adam_vs_sgd = Claim(
    id="assoc-scaling.adam-vs-sgd",
    title="At large batches Adam ends with a lower error",
    says="With tuned steps and large batches Adam ends with a lower error than gradient descent.",
    statement=Trend(
        "the final error at tuned steps", "Adam", "stochastic gradient descent", "lower"
    ),
    domain=Domain(d, batch, samples, remarks=(SETTING, TUNED, cells("256 or 1024", "50 to 200"))),
    source=CORRECTED,
    published=ADAM_HELPS,
)

adam_vs_sgd_small_batch = Claim(
    id="assoc-scaling.adam-vs-sgd-small-batch",
    title="At small batches Adam does not help",
    says=(
        "That Adam is better at every batch size is false: with tuned steps and batches of 16, "
        "stochastic gradient descent ends with a lower error."
    ),
    statement=Trend(
        "the final error at tuned steps", "stochastic gradient descent", "Adam", "lower"
    ),
    domain=Domain(d, batch, samples, remarks=(SETTING, TUNED, cells("16", "50 to 100"))),
    source=CORRECTED,
    published=ADAM_HELPS,
)

optimiser = Categorical("optimiser", latex="o", choices=("sgd", "adam"), meaning="how W is trained")

NORM_HELPS = "Layer normalisation lowers the final error, whatever the step size."

layernorm = Claim(
    id="assoc-scaling.layernorm",
    title="Layer normalisation helps at a small step",
    says="At step size 1 and batches of 1024, dividing W e by its length lowers the final error.",
    statement=Trend(
        "the final error at step size 1", "layer normalisation", "no normalisation", "lower"
    ),
    domain=Domain(optimiser, d, batch, samples, remarks=(SETTING, cells("1024", "100 to 200"))),
    source=CORRECTED,
    published=NORM_HELPS,
)

layernorm_tuned = Claim(
    id="assoc-scaling.layernorm-tuned",
    title="With tuned steps layer normalisation does not help",
    says=(
        "That layer normalisation helps is an effect of small steps: with the step tuned, training "
        "without it ends with a lower error."
    ),
    statement=Trend(
        "the final error at tuned steps", "no normalisation", "layer normalisation", "lower"
    ),
    domain=Domain(
        optimiser, d, batch, samples, remarks=(SETTING, TUNED, cells("1024", "50 to 200"))
    ),
    source=CORRECTED,
    published=NORM_HELPS,
)

SCHEDULE = (
    r"$M = 5$, $d = 5$, Zipf exponent $3/2$, $1000$ single tokens, $W_0 = 0$; "
    r"$e_x \sim \mathcal{N}(0, I/d)$, $u_y$ uniform on the sphere; "
    r"the step that drops is $10$, and $0.03$ times that after $100$ steps"
)
OVERLOADED = r"$N = 30$, and $\gamma$ is $10$ or $0.1$"
ROOMY = r"$N = 10$ and $\gamma = 10$"
constant = Real("constant", above=0, latex=r"\gamma", meaning="constant step size compared with")

DROPPING_HELPS = "Dropping the step lowers the final error with 10 inputs in dimension 5 too."

lr_schedule = Claim(
    id="assoc-scaling.lr-schedule",
    title="With more inputs than the memory holds, dropping the step pays",
    says=(
        "With 30 inputs in dimension 5, a step of 10 that drops after 100 tokens ends with a lower "
        "error than the constant steps 10 and 0.1."
    ),
    statement=Trend("the final error", "the dropped step", "the constant step", "lower"),
    domain=Domain(inputs, constant, remarks=(SCHEDULE, OVERLOADED)),
    source=CORRECTED,
    published=DROPPING_HELPS,
)

lr_schedule_not_overloaded = Claim(
    id="assoc-scaling.lr-schedule-not-overloaded",
    title="With few inputs dropping the step does not pay",
    says=(
        "With 10 inputs in dimension 5, the constant step 10 ends with a lower error than the same "
        "step dropped after 100 tokens."
    ),
    statement=Trend("the final error", "the constant step", "the dropped step", "lower"),
    domain=Domain(inputs, constant, remarks=(SCHEDULE, ROOMY)),
    source=CORRECTED,
    published=DROPPING_HELPS,
)

STEP_ONE = r"$\gamma = 1$"

learned_grid = Claim(
    id="assoc-scaling.learned-grid",
    title="Learned embeddings cut the error more than threefold",
    says="Learning both embeddings with W leaves less than 0.3 of the error of learning W alone.",
    statement=Trend(
        "the final error", "learned embeddings", "0.3 times the error of fixed embeddings", "lower"
    ),
    domain=Domain(d, batch, samples, rate, remarks=(SETTING, cells("16", "10 to 200"), STEP_ONE)),
    source=GRID,
)

learned_near_floor = Claim(
    id="assoc-scaling.learned-near-floor",
    title="Learned embeddings come within a factor two of the finite-data floor",
    says=(
        "With learned embeddings the final error is below twice the floor that the number of "
        "tokens sets for every learner, whatever the dimension."
    ),
    statement=Trend(
        "the final error", "learned embeddings", "twice the finite-data floor", "lower"
    ),
    domain=Domain(d, batch, samples, rate, remarks=(SETTING, cells("16", "10 to 200"), STEP_ONE)),
    source=Source(PAPER, "grid of experiments", seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    uses=("assoc-scaling.finite-data-minimax",),
)

trained_beats_schemes = Claim(
    id="assoc-scaling.trained-beats-schemes",
    title="Trained memories beat every weighting scheme",
    says=(
        "Gradient descent leaves the family of weighted outer products: its error is below half "
        "that of the best weights of an outer-product memory, with orthonormal output embeddings "
        "in the same dimension."
    ),
    statement=Trend(
        "the error",
        "a memory trained on 102400 tokens",
        "half the error of the best outer-product weights",
        "lower",
    ),
    domain=Domain(d, remarks=(SETTING, TUNED, "$|B| = 16$, and $d$ from 10 to 50")),
    source=Source(
        PAPER, "grid of experiments", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE
    ),
    uses=("assoc-scaling.collapsed-law",),
)
