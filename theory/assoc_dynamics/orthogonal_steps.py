"""Gradient descent on orthogonal inputs: which hypotheses make it monotone at every step size.

With one right label for each token, and outputs that are orthogonal but for a common vector, every
step raises every margin and lowers the loss, and gradient descent is ahead of the flow. Correlated
outputs let a margin fall, and noisy labels bring back a largest step size.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, KroneckerDelta, Ne, Rational, Subs, Sum, Symbol, exp, log, oo

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Integer,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Simplex,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_dynamics.orthogonal import (
    DERIVED,
    FROM_ZERO,
    LOGARITHMIC,
    ORTHOGONAL,
    M,
    P,
    c,
    flow,
    label,
    margin,
    potential,
    q,
    s,
    start,
    y,
    z,
)
from theory.core.rules.exponentials import Majorised
from theory.core.rules.finite_sums import FiniteSums, SumDifferentiation
from theory.core.rules.flows import FlowRewritten
from theory.core.rules.iteration import AlongIterates, Iterate, StolzCesaro, TelescopedBy
from theory.core.rules.long_iteration import AheadOfFlow, LogarithmicExcess, SettlesWithoutCycles
from theory.core.rules.monotone import OneSign, Replaced, SumsAsSymbols

__all__ = [
    "orthogonal_gd",
    "orthogonal_gd_correlated",
    "orthogonal_gd_flow",
    "orthogonal_gd_growth",
    "orthogonal_gd_logarithm",
    "orthogonal_gd_odds",
    "orthogonal_gd_potential",
    "orthogonal_gd_step",
    "orthogonal_noisy",
    "orthogonal_noisy_distance",
    "orthogonal_noisy_jacobian",
    "orthogonal_noisy_threshold",
]

step = Real("eta", above=0, latex=r"\eta", meaning="step size", grid=(1, 0.1, 30))
scores = Vector("s", length=M, entry=Real("s"), meaning="scores of the labels of the token")


def share(row: Any) -> Expr:
    """Probability of a label of the one token."""
    return exp(scores[row]) / Sum(exp(scores[c]), (c, 1, M))


margin_gain = Observable(
    "margin_gain",
    (M, P, step, scores, label, y),
    latex=r"\Delta m_y",
    meaning="what a gradient step adds to the margin of the right label f over y",
    definition=step * P * (1 - share(label) + share(y)),
)
surely_gained = step * P * (1 - share(label))

orthogonal_gd = Claim(
    id="assoc-dynamics.orthogonal-gd",
    title="Every step raises every margin, whatever the step size",
    says=(
        "With orthogonal inputs, outputs that are orthogonal but for a common vector and one right "
        "label for each token, a gradient step of any size, from any scores, raises the margin "
        "over every wrong label, at least by the step size times the rate P times the probability "
        "of an error. There is no oscillation and no limit to the step size."
    ),
    statement=Bound(surely_gained, "<=", margin_gain()),
    domain=Domain(
        M,
        P,
        step,
        scores,
        label,
        y,
        where=(label <= M, y <= M, Ne(y, label)),
        remarks=(ORTHOGONAL,),
    ),
    source=DERIVED,
    observables=(margin_gain,),
    derivation=Derivation(
        Step(surely_gained, by=definition),
        Step(margin_gain.definition, by=OneSign("<=")),
    ),
    uses=("assoc-dynamics.orthogonal-velocity",),
)

odds_after = Observable(
    "odds_after",
    (M, P, step, scores, label),
    latex=r"\frac{1 - \pi_f^+}{\pi_f^+}",
    meaning="odds of an error after a gradient step: the sum of exp(- margin) over wrong labels",
    definition=Sum(
        (1 - KroneckerDelta(z, label))
        * exp(scores[z] - scores[label] - step * P * (1 - share(label) + share(z))),
        (z, 1, M),
    ),
)
odds_before = Sum((1 - KroneckerDelta(z, label)) * exp(scores[z] - scores[label]), (z, 1, M))

orthogonal_gd_odds = Claim(
    id="assoc-dynamics.orthogonal-gd-odds",
    title="Every step lowers the loss of every token, whatever the step size",
    says=(
        "A gradient step of any size divides the odds of an error on a token at least by the "
        "exponential of the step size times the rate P times the probability of an error. The "
        "loss of the token is the logarithm of one plus these odds, so every step lowers it."
    ),
    statement=Bound(odds_after(), "<=", exp(-surely_gained) * odds_before),
    domain=Domain(M, P, step, scores, label, where=(label <= M,), remarks=(ORTHOGONAL,)),
    source=DERIVED,
    observables=(odds_after,),
    derivation=Derivation(
        Step(odds_after.definition, by=definition),
        Step(
            Sum(
                (1 - KroneckerDelta(z, label)) * exp(scores[z] - scores[label] - surely_gained),
                (z, 1, M),
            ),
            by=Termwise(
                Replaced(
                    scores[z] - scores[label] - step * P * (1 - share(label) + share(z)),
                    scores[z] - scores[label] - surely_gained,
                    OneSign("<="),
                )
            ),
        ),
        Step(exp(-surely_gained) * odds_before, by=FiniteSums()),
    ),
    uses=("assoc-dynamics.orthogonal-velocity",),
)

h = Real(
    "h",
    above=0,
    at_most=Rational(1, 2),
    meaning="height of the outputs",
    grid=(Rational(1, 5), Rational(1, 100), Rational(1, 2)),
)
crowd = Natural("n", at_least=2, meaning="number of labels at (1, h)", grid=(2, 3, 10))
first_velocity = Observable(
    "first_velocity",
    (h, crowd, P),
    latex=r"\dot{m}_{-}(0)",
    meaning=(
        "speed at W = 0 of the margin of the right label, at 0, over the label at (-1, h): P times "
        "the mean, over all labels, of the inner product of these two outputs' difference with the "
        "right output minus the label's"
    ),
    definition=P * (crowd * (-1 * 1 + h * h) + ((-1) * (-1) + h * h)) / (crowd + 2),
)

orthogonal_gd_correlated = Claim(
    id="assoc-dynamics.orthogonal-gd-correlated",
    title="With correlated outputs a margin can fall, even with orthogonal inputs",
    says=(
        "Orthogonal inputs alone do not make margins rise. Let the right label have the output "
        "embedding 0, two or more labels (1, h) and one (-1, h), with h at most one half. Then "
        "from W = 0 the margin over the last falls, at least at the rate P / 16: the outputs "
        "must be orthogonal but for a common vector."
    ),
    statement=Bound(first_velocity(), "<=", -P / 16),
    domain=Domain(h, crowd, P, remarks=("the $e_x$ are orthogonal", FROM_ZERO)),
    source=DERIVED,
    observables=(first_velocity,),
    derivation=Derivation(
        Step(first_velocity.definition, by=definition),
        Step(-P / 16, by=Nonnegative("<=")),
    ),
)

m = Real("m", at_least=0, meaning="margin", grid=(0, 1, 5, 20))
n = Natural("k", latex="k", meaning="number of steps", grid=(0, 1, 10, 100))
next_margin = m + step * M * P / (exp(m) + M - 1)


def trajectory(count: Any) -> Expr:
    """The margin after so many steps."""
    return Iterate(next_margin, (m, 0, count))


def trained(count: Any, name: str, latex: str) -> Observable:
    """The margin after so many gradient steps, as an observable of its own name."""
    return Observable(
        name,
        (M, P, step, n),
        latex=latex,
        meaning=(
            "margin over all wrong labels after that many gradient steps: each adds the step size "
            "times the velocity of the flow"
        ),
        definition=trajectory(count),
    )


gd_margin = trained(n, "gd_margin", "m_k")
rise = potential(next_margin) - potential(m)
added = step * M * P / (exp(m) + M - 1)
opened = exp(m) * (exp(added) - 1) + (M - 1) * added

orthogonal_gd_step = Claim(
    id="assoc-dynamics.orthogonal-gd-step",
    title="One gradient step goes at least as far as the flow",
    says=(
        "Along the flow exp(m) + (M - 1) m grows at the rate M P. A gradient step raises it by at "
        "least the step size times that."
    ),
    statement=Bound(step * M * P, "<=", rise),
    domain=Domain(M, P, step, m, remarks=(ORTHOGONAL,)),
    source=DERIVED,
    uses=("assoc-dynamics.orthogonal-symmetric",),
    derivation=Derivation(
        Step(rise, by=definition),
        Step(opened, by=algebra),
        Step(
            exp(m) * added + (M - 1) * added,
            by=Majorised(exp(s), 1 + s, s, of=added, order=2, sense=">="),
        ),
        Step(step * M * P, by=algebra),
    ),
)

orthogonal_gd_potential = Claim(
    id="assoc-dynamics.orthogonal-gd-potential",
    title="Gradient descent is ahead of the flow, in the potential of the flow",
    says="After k steps exp(m) + (M - 1) m is at least 1 + M P eta k.",
    statement=Bound(1 + M * P * step * n, "<=", potential(gd_margin())),
    domain=Domain(M, P, step, n, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(gd_margin,),
    derivation=Derivation(
        Step(potential(gd_margin.definition), by=definition),
        Step(
            1 + M * P * step * n,
            by=TelescopedBy(orthogonal_gd_step, potential=potential(m), sense=">="),
        ),
    ),
)

flow_margin = Observable(
    "flow_margin",
    (M, P, step, n),
    latex=r"m(\eta k)",
    meaning="margin along the flow after the time eta k",
    definition=margin.defined_as(M, P, step * n),
)

orthogonal_gd_flow = Claim(
    id="assoc-dynamics.orthogonal-gd-flow",
    title="Gradient descent is never behind the flow",
    says=(
        "After k steps of any size eta from W = 0, the margin is at least the margin of the flow "
        "at time eta k."
    ),
    statement=Bound(flow_margin(), "<=", gd_margin()),
    domain=Domain(M, P, step, n, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(flow_margin, gd_margin),
    derivation=Derivation(
        Step(gd_margin.definition, by=definition),
        Step(
            flow(P, step * n),
            by=AheadOfFlow(orthogonal_gd_potential, potential=potential(m), variable=m.symbol),
        ),
        Step(flow_margin.definition, by=FlowRewritten(algebra)),
    ),
)

orthogonal_gd_growth = Claim(
    id="assoc-dynamics.orthogonal-gd-growth",
    title="Margins of gradient descent grow like the logarithm of step size times steps",
    says="The exponential of the margin after k steps is asymptotic to M P eta k.",
    statement=Equivalent(exp(gd_margin()), M * P * step * n, as_=(n, oo)),
    domain=Domain(M, P, step, n, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=LOGARITHMIC,
    observables=(gd_margin,),
    derivation=Derivation(
        Step(exp(gd_margin.definition), by=definition),
        Step(
            potential(trajectory(n)),
            by=AlongIterates(orthogonal_gd_potential, potential=potential(m), variable=m),
        ),
        Step(
            M * P * step * n,
            by=StolzCesaro(orthogonal_gd_potential, potential=potential(m), variable=m),
        ),
    ),
)

gd_margin_later = trained(4 * n, "gd_margin_later", "m_{4k}")
excess = exp(gd_margin_later()) - exp(gd_margin()) - 3 * M * P * step * n

orthogonal_gd_logarithm = Claim(
    id="assoc-dynamics.orthogonal-gd-logarithm",
    title="The logarithmic correction of gradient descent",
    says=(
        "The exponential of the margin after k steps is M P eta k plus "
        "(M P eta / 2 - (M - 1)) log k plus something bounded: from k to 4 k steps it gains "
        "3 M P eta k, plus (M P eta / 2 - (M - 1)) log 4 in the limit."
    ),
    statement=Equivalent(excess + (M - 1) * log(4), M * P * step / 2 * log(4), as_=(n, oo)),
    domain=Domain(M, P, step, n, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(gd_margin, gd_margin_later),
    derivation=Derivation(
        Step(
            exp(gd_margin_later.definition)
            - exp(gd_margin.definition)
            - 3 * M * P * step * n
            + (M - 1) * log(4),
            by=definition,
        ),
        Step(
            M * P * step / 2 * log(4),
            by=LogarithmicExcess(orthogonal_gd_growth, function=exp(m), variable=m.symbol, times=4),
        ),
    ),
)

below = Real("u", above=0, meaning="lower of two probabilities", grid=(0.5, 0.01, 0.2))
above = Real("v", above=0, meaning="one minus the higher one", grid=(0.2, 0.5, 0.01))
half = Real("d", above=0, meaning="half of their distance", grid=(0.15, 0.24, 0.01))


def logit(chance: Any, rest: Any) -> Expr:
    """Log odds of a probability and what is left of it."""
    return log(chance / rest)


def tangent(ratio: Any) -> Expr:
    """A lower bound of log(1 + 2 ratio)."""
    return 2 * ratio / (1 + ratio)


least_distance = 2 * half / (below + half) + 2 * half / (above + half)
distance = log(1 + 2 * half / below) + log(1 + 2 * half / above)

orthogonal_noisy_distance = Claim(
    id="assoc-dynamics.orthogonal-noisy-distance",
    title="How far apart two log odds are",
    says=(
        "The log odds of two probabilities, u and u + 2 d, with v = 1 - u - 2 d, differ by at "
        "least 2 d / (u + d) + 2 d / (v + d)."
    ),
    statement=Bound(least_distance, "<=", distance),
    domain=Domain(below, above, half),
    source=DERIVED,
    derivation=Derivation(
        Step(least_distance, by=definition),
        Step(tangent(half / below) + tangent(half / above), by=algebra),
        Step(
            log(1 + 2 * half / below) + tangent(half / above),
            by=Majorised(tangent(s), log(1 + 2 * s), s, of=half / below, order=1),
        ),
        Step(
            distance,
            by=Majorised(tangent(s), log(1 + 2 * s), s, of=half / above, order=1),
        ),
    ),
)

chance = Real(
    "pi", above=0, below=1, latex=r"\pi", meaning="probability of the first label", grid=(0.5, 0.9)
)
noise_step = q + 2 * step * P * (chance - 1 / (1 + exp(-q)))
noisy_margin = Observable(
    "noisy_margin",
    (P, step, chance, start, n),
    latex="m_k",
    meaning=(
        "score of the first minus that of the second of two orthonormal labels, which occur with "
        "the probabilities pi and 1 - pi, after k gradient steps from that at the start"
    ),
    definition=Iterate(noise_step, (q, start, n)),
)
CONVERGES = step * P * chance * (1 - chance) < 1
NOISY = "the $e_x$ are orthogonal, the two outputs orthonormal, and labels are noisy"

orthogonal_noisy = Claim(
    id="assoc-dynamics.orthogonal-noisy",
    title="With noisy labels margins stay finite, and there is a largest step size",
    says=(
        "If both of two labels occur, with probabilities pi and 1 - pi, and eta P pi (1 - pi) is "
        "below one, gradient descent tends to the log odds of pi, from wherever it starts. "
        "Logarithmic growth and freedom of the step size need labels without noise."
    ),
    statement=Equivalent(exp(noisy_margin()), chance / (1 - chance), as_=(n, oo)),
    domain=Domain(P, step, chance, start, n, where=(CONVERGES,), remarks=(NOISY,)),
    source=DERIVED,
    observables=(noisy_margin,),
    derivation=Derivation(
        Step(exp(noisy_margin.definition), by=definition),
        Step(
            chance / (1 - chance),
            by=SettlesWithoutCycles(
                orthogonal_noisy_distance,
                response=1 / (1 + exp(-q)),
                variable=q,
                inverse=logit,
                gain=2 * step * P,
                level=chance.symbol,
                parts=(below, above, half),
                times=n,
            ),
            note="a 2-cycle needs $\\eta P \\pi (1 - \\pi) > 1$",
        ),
    ),
)

law = Simplex("law", length=M, latex=r"\pi", meaning="distribution of the labels of the token")
other = Integer("z", at_least=1, meaning="a label")
small = Symbol("h", real=True)


def departed(row: Any) -> Expr:
    """Weight of a label where the score of one has departed from the log of its probability."""
    return law[row] * exp(small * KroneckerDelta(row, other))


step_jacobian = Observable(
    "step_jacobian",
    (M, P, step, law, y, other),
    latex=r"\frac{\partial s_y^+}{\partial s_z}",
    meaning=(
        "derivative of the score of y after a gradient step in the score of z before it, where the "
        "scores are the logarithms of the probabilities of the labels"
    ),
    definition=Subs(
        Derivative(
            log(law[y])
            + small * KroneckerDelta(y, other)
            + step * P * (law[y] - departed(y) / Sum(departed(c), (c, 1, M))),
            small,
        ),
        small,
        0,
    ),
)
total = Sum(law[c], (c, 1, M))
linear_step = KroneckerDelta(y, other) - step * P * (
    law[y] * KroneckerDelta(y, other) - law[y] * law[other]
)

orthogonal_noisy_jacobian = Claim(
    id="assoc-dynamics.orthogonal-noisy-jacobian",
    title="Gradient steps near scores that fit noisy labels",
    says=(
        "If the label of a token has the distribution pi, all of it positive, scores that are the "
        "log of pi are at rest, and a gradient step multiplies small departures by the identity "
        "minus eta P times the covariance matrix of the label. They die out if and only if eta P "
        "times its largest eigenvalue is below two, the common shift of all scores apart."
    ),
    statement=Identity(step_jacobian(), linear_step),
    domain=Domain(
        M,
        P,
        step,
        law,
        y,
        other,
        where=(y <= M, other <= M, law[y] > 0),
        remarks=("the $e_x$ are orthogonal, the $u_y$ orthonormal",),
    ),
    source=DERIVED,
    observables=(step_jacobian,),
    derivation=Derivation(
        Step(step_jacobian.definition, by=definition),
        Step(
            KroneckerDelta(y, other)
            - step
            * P
            * (law[y] * KroneckerDelta(y, other) / total - law[y] * law[other] / total**2),
            by=SumDifferentiation(),
        ),
        Step(linear_step, by=SumsAsSymbols(values={total: (1, "law")})),
    ),
)

multiplier = Observable(
    "multiplier",
    (P, step, chance),
    latex=r"\frac{d m_{k+1}}{d m_k}",
    meaning="factor by which a gradient step changes a small departure from the log odds of pi",
    definition=Subs(Derivative(noise_step, q), q, log(chance / (1 - chance))),
)

orthogonal_noisy_threshold = Claim(
    id="assoc-dynamics.orthogonal-noisy-threshold",
    title="Beyond the largest step size the log odds repel",
    says=(
        "For two labels a gradient step multiplies departures from the log odds of pi by "
        "1 - 2 eta P pi (1 - pi), which is below minus one if eta P pi (1 - pi) exceeds one: then "
        "gradient descent does not settle, unless it hits the log odds exactly."
    ),
    statement=Identity(multiplier(), 1 - 2 * step * P * chance * (1 - chance)),
    domain=Domain(P, step, chance, remarks=(NOISY,)),
    source=DERIVED,
    observables=(multiplier,),
    derivation=Derivation(
        Step(multiplier.definition, by=definition),
        Step(1 - 2 * step * P * chance * (1 - chance), by=SumDifferentiation()),
    ),
)
