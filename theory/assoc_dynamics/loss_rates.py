"""How fast the loss can fall along the gradient flow: two bounds for all times, with any tokens.

Neither the number of tokens nor their geometry nor their frequencies make the loss fall faster than
that of one token alone with the longest pair; and where some memory answers rightly it falls, in
the end, as fast as its margin says.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, Subs, Sum, Symbol, exp, log, sqrt

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.assoc_dynamics.benign import TARGET, gamma, max_margin, rarest, target_margin
from theory.assoc_dynamics.large_steps import (
    CAUCHY,
    PAIRS,
    PLACE,
    M,
    R,
    W,
    error,
    instance,
    interaction,
    k,
    loss,
    margin,
    mass,
    mean_over_errors,
    moved_loss,
    odds,
    over_tokens,
    p,
    pushed,
    radius,
    s,
    total_one,
    x,
    y,
    z,
)
from theory.assoc_dynamics.loss_potential import FLOW, AlongGradientFlow, ErrorByLoss, UnderRoot
from theory.assoc_dynamics.paper import PAPER
from theory.assoc_dynamics.perceptron import InProportion
from theory.core.rules.finite_sums import FiniteSums, SumDifferentiation
from theory.core.rules.monotone import ByRemark, Replaced

__all__ = [
    "loss_rates",
    "loss_rates_convex",
    "loss_rates_error",
    "loss_rates_fall",
    "loss_rates_separable",
    "loss_rates_slope",
]

DERIVED = Source(
    PAPER, "logarithmic growth of margins", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
)
LEAST = "$0 < p_{\\min} \\le p(x)$ for every token"
t = Real("t", at_least=0, meaning="time", grid=(0, 1, 100))
q = rarest()
SIGNS = {R: PAIRS}
v, w = (Symbol(name, positive=True) for name in "vw")


def token_loss(token: Any) -> Expr:
    """Minus the logarithm of the probability of the right label of a token."""
    return log(1 + mass(token))


def potential(value: Any) -> Expr:
    """What grows like time as a loss falls: 1 / (e^L - 1) - log(e^L - 1)."""
    return 1 / (exp(value) - 1) - log(exp(value) - 1)


fall = Observable(
    "fall",
    (W,),
    latex=r"\lVert \nabla L(W) \rVert^2",
    meaning=(
        "squared norm of the gradient: how fast the loss falls while the margins move as the "
        "gradient flow moves them"
    ),
    definition=-Subs(Derivative(moved_loss(s * pushed), s), s, 0),
)
pushes = over_tokens(mean_over_errors(x, lambda *_: pushed))
most_pushed = pushed.xreplace({interaction(x, y, k, z): R**2})
as_losses = over_tokens(1 - exp(-token_loss(x)))
above = 1 - exp(-loss.definition)
below = q * (1 - exp(-loss.definition / q))

loss_rates_error = Claim(
    id="assoc-dynamics.loss-rates-error",
    title="How much error a loss stands for",
    says=(
        "The mean probability of the wrong labels is at most that of a single token with the same "
        "loss, and at least what it would be if the rarest token had all of the loss."
    ),
    statement=Bound(
        q * (1 - exp(-loss() / q)),
        "<=",
        error(),
        "<=",
        1 - exp(-loss()),
    ),
    domain=Domain(*instance, W, remarks=(PAIRS, LEAST)),
    source=DERIVED,
    observables=(error, loss, rarest, margin, odds),
    derivation=Derivation(
        Step(error.definition, by=definition),
        Step(as_losses, by=Termwise(algebra)),
        Step(below, by=ErrorByLoss(p, token_loss, least=q, remark=LEAST)),
        Step(error.definition, by=definition),
        Step(as_losses, by=Termwise(algebra)),
        Step(above, by=ErrorByLoss(p, token_loss)),
    ),
)

loss_rates_fall = Claim(
    id="assoc-dynamics.loss-rates-fall",
    title="The loss falls at most as fast as that of a single token",
    says=(
        "The squared gradient is at most the squared radius times the squared mean probability of "
        "the wrong labels, and so at most what a single token with the same loss would give."
    ),
    statement=Bound(fall(), "<=", R**2 * error() ** 2, "<=", R**2 * (1 - exp(-loss())) ** 2),
    domain=Domain(*instance, W, remarks=(PAIRS,)),
    source=DERIVED,
    observables=(fall, error, loss, radius, margin, interaction, odds),
    derivation=Derivation(
        Step(fall.definition, by=definition),
        Step(pushes, by=SumDifferentiation()),
        Step(
            over_tokens(mean_over_errors(x, lambda *_: most_pushed)),
            by=Replaced(interaction(x, y, k, z), R**2, by=Cited(CAUCHY, PLACE, sense="<=")),
        ),
        Step(R**2 * error.definition**2, by=FiniteSums()),
        Step(R**2 * error.definition**2, by=definition),
        Step(R**2 * as_losses**2, by=Replaced(error.definition, as_losses, by=Termwise(algebra))),
        Step(
            R**2 * above**2,
            by=InProportion(R**2, ErrorByLoss(p, token_loss, power=2), positive=SIGNS),
        ),
    ),
    uses=("assoc-dynamics.particle-system-margins",),
)

aligned = over_tokens(mean_over_errors(x, target_margin))

loss_rates_slope = Claim(
    id="assoc-dynamics.loss-rates-slope",
    title="The gradient is never smaller than the margin times the error",
    says=(
        "On data that some memory answers rightly, the norm of the gradient is at least the "
        "largest margin of a memory of norm 1 times the mean probability of the wrong labels, and "
        "so at least what the loss stands for if the rarest token has all of it."
    ),
    statement=Bound(gamma * q * (1 - exp(-loss() / q)), "<=", gamma * error(), "<=", sqrt(fall())),
    domain=Domain(*instance, W, remarks=(PAIRS, TARGET, LEAST)),
    source=DERIVED,
    observables=(fall, error, loss, rarest, max_margin, margin, target_margin, interaction, odds),
    derivation=Derivation(
        Step(gamma * error.definition, by=definition),
        Step(gamma * as_losses, by=Replaced(error.definition, as_losses, by=Termwise(algebra))),
        Step(
            gamma * below,
            by=InProportion(
                gamma,
                ErrorByLoss(p, token_loss, least=q, remark=LEAST),
                positive={gamma: TARGET},
            ),
        ),
        Step(gamma * error.definition, by=definition),
        Step(over_tokens(mean_over_errors(x, lambda *_: gamma)), by=algebra),
        Step(
            aligned,
            by=Replaced(
                gamma, target_margin(x, y), by=ByRemark(TARGET, bound=(gamma, target_margin(x, y)))
            ),
        ),
        Step(
            sqrt(pushes),
            by=Cited(CAUCHY, "the gradient and a memory of norm 1", sense="<="),
        ),
        Step(sqrt(fall.definition), by=UnderRoot(SumDifferentiation(), backwards=True)),
    ),
)

flow_loss = Observable(
    "flow_loss", (t,), latex="L(W_t)", meaning="loss after time t of the gradient flow from W = 0"
)
FORMS = (loss.definition, fall.definition)

loss_rates = Claim(
    id="assoc-dynamics.loss-rates",
    title="However many tokens: the loss of the flow falls no faster than that of one token",
    says=(
        "Along the gradient flow from W = 0 the stated function of the loss, about one over it "
        "where it is small, grows at most at the rate of the squared radius. So the loss is at "
        "least about one over the product of the squared radius and the time, and some margin at "
        "most about the logarithm of that product, for any tokens, frequencies and embeddings. A "
        "single token with two labels attains it at all times."
    ),
    statement=Bound(potential(flow_loss()), "<=", potential(log(M)) + R**2 * t),
    domain=Domain(*instance, t, remarks=(PAIRS, FLOW)),
    source=DERIVED,
    observables=(flow_loss, radius),
    derivation=Derivation(
        Step(potential(flow_loss()), by=definition),
        Step(
            potential(log(M)) + R**2 * t,
            by=AlongGradientFlow(
                ByClaim(loss_rates_fall),
                along=flow_loss(),
                at=loss(),
                fall=fall(),
                forms=FORMS,
                weights=p,
                margin=margin(x, y),
                potential=potential(v),
                variable=v,
                through=log(1 + w),
                start=log(M),
                time=t.symbol,
                positive=SIGNS,
            ),
        ),
    ),
)

loss_rates_separable = Claim(
    id="assoc-dynamics.loss-rates-separable",
    title="With a perfect memory the loss of the flow falls like one over time, at all times",
    says=(
        "On data that some memory answers rightly, the stated function of the ratio of the loss to "
        "the least probability grows at least at the rate of that probability times the squared "
        "largest margin of a memory of norm 1. So time times loss ends at most at one over the "
        "squared margin, which is its limit, and every margin is at least about the logarithm of "
        "the time. A single token with two labels attains it at all times."
    ),
    statement=Bound(potential(log(M) / q) + q * gamma**2 * t, "<=", potential(flow_loss() / q)),
    domain=Domain(*instance, t, remarks=(PAIRS, TARGET, LEAST, FLOW)),
    source=DERIVED,
    observables=(flow_loss, rarest, max_margin),
    derivation=Derivation(
        Step(potential(flow_loss() / q), by=definition),
        Step(
            potential(log(M) / q) + q * gamma**2 * t,
            by=AlongGradientFlow(
                ByClaim(loss_rates_slope),
                along=flow_loss(),
                at=loss(),
                fall=fall(),
                forms=FORMS,
                weights=p,
                margin=margin(x, y),
                potential=potential(v / q),
                variable=v,
                through=q * log(1 + w),
                start=log(M),
                time=t.symbol,
                positive={q: LEAST, gamma: TARGET},
                sense=">=",
            ),
        ),
    ),
)

r = Real("r", at_least=0, meaning="norm of the memory that the flow is compared with")
later = Real("t", above=0, meaning="time", grid=(1, 100))
CONVEX = "gradient flow of a convex function"
LYAPUNOV = (
    "$t (L(W_t) - L(V)) + \\lVert W_t - V \\rVert^2 / 2$ does not grow; here "
    "$V$ is $r$ times the memory of norm 1"
)

loss_rates_convex = Claim(
    id="assoc-dynamics.loss-rates-convex",
    title="With a perfect memory the loss of the flow is of order log squared over time",
    says=(
        "On data that some memory answers rightly, the loss after time t of the gradient flow from "
        "W = 0 is at most that of the max-margin memory scaled to any norm r, plus r squared over "
        "2 t. With r the logarithm of t over the margin this is of the order of the square of "
        "log t over t, with constants that know neither the number of tokens nor their "
        "frequencies."
    ),
    statement=Bound(
        flow_loss(later), "<=", log(1 + (M - 1) * exp(-r * gamma)) + r**2 / (2 * later)
    ),
    domain=Domain(*instance, later, r, remarks=(PAIRS, TARGET, FLOW)),
    source=DERIVED,
    observables=(flow_loss, max_margin, target_margin),
    derivation=Derivation(
        Step(log(1 + (M - 1) * exp(-r * gamma)) + r**2 / (2 * later), by=definition),
        Step(
            log(1 + Sum(exp(-r * gamma), (y, 1, M - 1))) + r**2 / (2 * later),
            by=Replaced(
                (M - 1) * exp(-r * gamma),
                Sum(exp(-r * gamma), (y, 1, M - 1)),
                by=FiniteSums(),
            ),
        ),
        Step(
            over_tokens(log(1 + Sum(exp(-r * gamma), (y, 1, M - 1)))) + r**2 / (2 * later),
            by=total_one,
        ),
        Step(
            over_tokens(log(1 + Sum(exp(-r * target_margin(x, y)), (y, 1, M - 1))))
            + r**2 / (2 * later),
            by=Replaced(
                gamma,
                target_margin(x, y),
                by=ByRemark(TARGET, bound=(gamma, target_margin(x, y))),
                sense=">=",
            ),
        ),
        Step(flow_loss(later), by=Cited(CONVEX, LYAPUNOV, sense=">=")),
    ),
    uses=("assoc-dynamics.hessian-convex-nonnegative",),
)
