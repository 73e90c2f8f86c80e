"""Two tokens under gradient descent: what a step can do, and where oscillations must end.

A step that is small beside the pulls of the tokens lowers the loss; where both margins grow it
leaves them growing for ever. At any step size the loss stays below a bound that is linear in it.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Symbol, exp, log

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Observable,
    Real,
    Step,
    algebra,
    definition,
)
from theory.assoc_dynamics.certified_runs import (
    ConvexGap,
    Highest,
    NonnegativeFrom,
    TermsReplaced,
)
from theory.assoc_dynamics.phase_plane import LogarithmsApart
from theory.assoc_dynamics.planar_induction import FloorInduction
from theory.assoc_dynamics.two_tokens import DERIVED, alpha, p1, pulls, share, x1, x2
from theory.core.rules.exponentials import Majorised
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import AboveTangent, ByOneLink, OneSign, Replaced

__all__ = [
    "ceiling",
    "descent",
    "pull_bound",
    "softplus_step",
    "trap",
    "trap_cost",
]

kappa = Real("kappa", above=0, latex=r"\kappa", meaning="step size times c")
margin = Real("m", meaning="margin before the step")
drive = Real("g", meaning="what drives the margin: its gain in units of kappa")
s = Symbol("s", nonnegative=True)

pull = share / (1 + exp(margin))
pull_after = Observable(
    "pull_after",
    (share, kappa, margin, drive),
    latex="a^+",
    meaning="pull of a token after a step: its probability times that of its wrong label",
    definition=share / (1 + exp(margin + kappa * drive)),
)
SMALL_PULL = kappa * pull <= 1

trap_cost = Claim(
    id="assoc-dynamics.spike-2d-cost",
    title="A step lowers a small pull by no more than what drives it",
    says=(
        "If the step size times c times the pull of a token is at most 1, a step that raises its "
        "margin lowers its pull by at most what drives the margin."
    ),
    statement=Bound(pull - drive, "<=", pull_after()),
    domain=Domain(share, kappa, margin, drive, where=(drive >= 0, SMALL_PULL)),
    source=DERIVED,
    observables=(pull_after,),
    derivation=Derivation(
        Step(pull_after.definition, by=definition),
        Step(
            share * exp(-kappa * drive) / (1 + exp(margin)),
            by=NonnegativeFrom(drive, ">="),
            note="$1 + e^{m + s} \\le e^s (1 + e^m)$ for $s \\ge 0$",
        ),
        Step(
            share * (1 - kappa * drive) / (1 + exp(margin)),
            by=Majorised(exp(-s), 1 - s, s, of=kappa * drive, order=2, sense=">="),
        ),
        Step(pull - drive, by=ByHypothesis({SMALL_PULL: drive.symbol}, sense=">=")),
    ),
)

m1 = Real("m1", latex="m_1", meaning="margin of token 1")
m2 = Real("m2", latex="m_2", meaning="margin of token 2")
here1, here2 = pulls(share, m1.symbol, m2.symbol)
drive1, drive2 = here1 - alpha * here2, here2 - alpha * here1
after1, after2 = pulls(share, m1 + kappa * drive1, m2 + kappa * drive2)
STRIP = (drive1 >= 0, drive2 >= 0)
SMALL = (kappa * here1 <= 1, kappa * here2 <= 1)
first_after = Observable(
    "first_after",
    (share, alpha, kappa, m1, m2),
    latex="a_1^+",
    meaning="pull of token 1 after a step of gradient descent",
    definition=after1,
)
second_after = Observable(
    "second_after",
    (share, alpha, kappa, m1, m2),
    latex="a_2^+",
    meaning="pull of token 2 after a step of gradient descent",
    definition=after2,
)

trap = Claim(
    id="assoc-dynamics.spike-2d-trap",
    title="Once both margins grow and the pulls are small, both grow for ever",
    says=(
        "Where both margins grow, and the step size times c times each of the pulls is at most 1, "
        "the same holds after a step of gradient descent: the pull of either token stays at least "
        "alpha times that of the other, and both pulls have become smaller. So the loss falls for "
        "ever from there on, whatever the step size."
    ),
    statement=Bound(alpha * first_after(), "<=", second_after()),
    domain=Domain(share, alpha, kappa, m1, m2, where=(*STRIP, *SMALL)),
    source=DERIVED,
    observables=(first_after, second_after),
    derivation=Derivation(
        Step(alpha * after1, by=definition),
        Step(
            alpha * here1,
            by=NonnegativeFrom(drive1, "<="),
            note="the margin of token 1 has grown",
        ),
        Step(here2 - drive2, by=algebra),
        Step(
            after2,
            by=ByClaim(trap_cost, {share: 1 - share, margin: m2.symbol, drive: drive2}),
        ),
    ),
)

gain = Real("s", meaning="what a step adds to the margin")
v = Symbol("v", real=True)
loss_of_token = log(1 + exp(-margin))
stepped_loss = Observable(
    "stepped_loss",
    (margin, gain),
    latex=r"\ell(m + s)",
    meaning="loss of a token after a step",
    definition=log(1 + exp(-margin - gain)),
)
growth = (1 + exp(-margin - gain)) / (1 + exp(-margin))

softplus_step = Claim(
    id="assoc-dynamics.spike-2d-softplus",
    title="How much a step lowers the loss of a token",
    says=(
        "If a step changes the margin of a token by s, more than -1/2, the loss of the token "
        "changes by at most s squared minus s, times the probability of the wrong label."
    ),
    statement=Bound(stepped_loss(), "<=", loss_of_token + (gain**2 - gain) / (1 + exp(margin))),
    domain=Domain(margin, gain, where=(gain + Rational(1, 2) > 0,)),
    source=DERIVED,
    observables=(stepped_loss,),
    derivation=Derivation(
        Step(stepped_loss.definition, by=definition),
        Step(loss_of_token + log(growth), by=LogarithmsApart()),
        Step(
            loss_of_token + growth - 1,
            by=Replaced(
                log(growth),
                growth - 1,
                AboveTangent(log(s), s, 1, stands_for=growth, concave=True),
            ),
        ),
        Step(loss_of_token + (exp(-gain) - 1) / (1 + exp(margin)), by=algebra),
        Step(
            loss_of_token + (gain**2 - gain) / (1 + exp(margin)),
            by=ConvexGap(exp(-v), 1 - v + v**2, v, of=gain, low=-Rational(1, 2)),
        ),
    ),
)

HALF = (kappa * here1 <= Rational(1, 2), kappa * here2 <= Rational(1, 2))


def mean_loss(first: Any, second: Any, p: Any = share) -> Expr:
    """Mean loss of the two tokens at their margins."""
    return p * log(1 + exp(-first)) + (1 - p) * log(1 + exp(-second))


loss_after = Observable(
    "loss_after",
    (share, alpha, kappa, m1, m2),
    latex=r"\mathcal{L}^+",
    meaning="loss after a step of gradient descent",
    definition=mean_loss(m1 + kappa * drive1, m2 + kappa * drive2),
)
loss_here = mean_loss(m1.symbol, m2.symbol)
change = kappa**2 * (here1 * drive1**2 + here2 * drive2**2) - kappa * (
    here1 * drive1 + here2 * drive2
)
fall = kappa * (1 - alpha**2) * (here1**2 + here2**2) / 2


def by_softplus(p: Any, own: Any, pull_: Any, drive_: Any, other: Any) -> tuple[Any, ...]:
    """What replaces the loss of a token, and why: a step lowers no margin by more than 1/2."""
    added = kappa * drive_
    old, new = log(1 + exp(-own - added)), log(1 + exp(-own)) + (added**2 - added) / (1 + exp(own))
    reason = ByHypothesis({other: alpha.symbol}, sense=">=")
    because = {added + Rational(1, 2): ((1 - alpha) / 2 + kappa * pull_, reason)}
    return p, old, new, ByOneLink(softplus_step, {margin: own, gain: added}, because=because)


first_term = by_softplus(share.symbol, m1.symbol, here1, drive1, HALF[1])
second_term = by_softplus(1 - share, m2.symbol, here2, drive2, HALF[0])

descent = Claim(
    id="assoc-dynamics.spike-2d-descent",
    title="Where both pulls are small a step lowers the loss",
    says=(
        "If the step size times c times the pull of each of two tokens is at most 1/2, a step of "
        "gradient descent lowers the loss at least by a multiple of the squared pulls. As a pull "
        "is at most the loss, a loss of at most 1 / (2 c eta) falls for ever."
    ),
    statement=Bound(loss_after(), "<=", loss_here - fall),
    domain=Domain(share, alpha, kappa, m1, m2, where=HALF),
    source=DERIVED,
    observables=(loss_after,),
    derivation=Derivation(
        Step(loss_after.definition, by=definition),
        Step(
            share * first_term[2] + (1 - share) * second_term[2],
            by=TermsReplaced((first_term, second_term)),
        ),
        Step(loss_here + change, by=algebra),
        Step(
            loss_here - fall,
            by=ByHypothesis({HALF[0]: kappa * drive1**2, HALF[1]: kappa * drive2**2}, sense="<="),
            note=(
                "with $d_1 = a_1 - \\alpha a_2$ and $d_2 = a_2 - \\alpha a_1$, "
                "$a_1 d_1 + a_2 d_2 - (d_1^2 + d_2^2) / 2 = (1 - \\alpha^2)(a_1^2 + a_2^2) / 2$"
            ),
        ),
    ),
    uses=(softplus_step.id,),
)

pull_bound = Claim(
    id="assoc-dynamics.spike-2d-pull",
    title="A pull is at most the loss",
    says="The probability of a token times that of its wrong label is at most the loss.",
    statement=Bound(here1, "<=", loss_here),
    domain=Domain(share, m1, m2),
    source=DERIVED,
    derivation=Derivation(
        Step(here1, by=definition),
        Step(
            share * -log(exp(m1) / (1 + exp(m1))),
            by=TermsReplaced(
                (
                    (
                        share.symbol,
                        1 / (1 + exp(m1)),
                        -log(exp(m1) / (1 + exp(m1))),
                        AboveTangent(
                            -log(s), s, 1, stands_for=exp(m1) / (1 + exp(m1)), downward=False
                        ),
                    ),
                )
            ),
        ),
        Step(share * log(1 + exp(-m1)), by=LogarithmsApart()),
        Step(loss_here, by=OneSign("<=")),
    ),
)

rare = 1 - p1
first_pull, second_pull = pulls(p1)
run = (
    x1 + kappa * (first_pull - alpha * second_pull),
    x2 + kappa * (second_pull - alpha * first_pull),
)
highest = Observable(
    "highest",
    (p1, alpha, kappa),
    latex=r"\max_k \mathcal{L}_k",
    meaning="largest loss along gradient descent from margins 0, of all steps for ever",
    definition=Highest(mean_loss(x1, x2, p1), x1, x2, *run, 0, 0),
)
drop = log(alpha * p1 / rare)
most = log(2) + alpha * kappa * p1 * rare + rare * drop

ceiling = Claim(
    id="assoc-dynamics.spike-2d-ceiling",
    title="Spikes are at most linear in the step size",
    says=(
        "Where the rare token is degraded at first, the loss never exceeds log 2, plus alpha times "
        "the step size times c times the product of the two probabilities, plus a term that does "
        "not depend on the step size: at any step size, at any time."
    ),
    statement=Bound(highest(), "<=", most),
    domain=Domain(
        p1,
        alpha,
        kappa,
        where=(alpha > rare / p1,),
        remarks=(
            "two unit tokens with labels of their own, $p_2 = 1 - p_1$, gradient descent from "
            "$W = 0$",
        ),
    ),
    source=DERIVED,
    observables=(highest,),
    derivation=Derivation(
        Step(highest.definition, by=definition),
        Step(
            most,
            by=FloorInduction(
                floors=(alpha * kappa * rare, alpha * kappa * p1 + drop),
                pivots=(0, drop),
                weights=(p1, rare),
            ),
            note=(
                "$m_1 + m_2$ never falls; $m_1$ falls only from above 0, and $m_2$ only from above "
                "$-\\log(\\alpha p_1 / p_2)$"
            ),
        ),
    ),
)
