"""What settles slowly where tokens do not disturb one another.

The direction of the memory, as one over the logarithm of time; and the differences between the
scores of wrong labels, as a power of time with the number of labels in its exponent.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, Rational, Subs, Sum, Symbol, exp, log, oo

from theory import (
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Integer,
    Natural,
    Observable,
    Real,
    Step,
    Vector,
    algebra,
    definition,
)
from theory.assoc_dynamics.orthogonal import (
    DERIVED,
    FROM_ZERO,
    M,
    P,
    Q,
    conserved,
    flow,
    late,
    late_margin,
    other_margin,
    q,
)
from theory.assoc_dynamics.steep_flow import AlongSteepFlow
from theory.core.rules.comparison_limits import LimitOfParts
from theory.core.rules.finite_sums import SumDifferentiation
from theory.core.rules.flows import AlongFlow, Flow, FlowRewritten
from theory.core.shorthand import Shorthand

__all__ = [
    "slow_modes_conserved",
    "slow_modes_direction",
    "slow_modes_wrong_labels",
]

tangent = Observable(
    "tangent",
    (M, P, Q, late),
    latex=r"\tan \angle(W_t, W_{\mathrm{mm}})",
    meaning=(
        "tangent of the angle between the memory of two orthonormal tokens and the max-margin "
        "memory: both are sums of the two pairs of a token and its label, weighted by the margins "
        "and by 1, so that it is the difference of the margins over their sum"
    ),
    definition=(late_margin.definition - other_margin.definition)
    / (late_margin.definition + other_margin.definition),
)
rate = Symbol("r", positive=True)
margins = Shorthand(
    "margins",
    (rate,),
    "m_{@}",
    "margin after time t of a token of rate r",
    late_margin.definition.xreplace({P.symbol: rate}),
)
settled = 2 * log(M) + log(P) + log(Q) + 2 * log(late)
excess, other_excess, level = (Symbol(name, positive=True) for name in ("A", "B", "ell"))
ideals = {rate: log(M) + log(rate) + log(late) for rate in (P, Q)}

slow_modes_direction = Claim(
    id="assoc-dynamics.slow-modes-direction",
    title="The direction of the memory tends to that of the max-margin memory like one over log t",
    says=(
        "For two orthonormal tokens of which the first has the higher rate, the tangent of the "
        "angle between the memory after time t and the max-margin memory is asymptotic to the "
        "difference of the logarithms of the rates over twice log t plus a constant. So the "
        "frequencies are forgotten, but as slowly as one over log t."
    ),
    statement=Equivalent(tangent(), (log(P) - log(Q)) / settled, as_=(late, oo)),
    domain=Domain(
        M,
        P,
        Q,
        late,
        where=(P > Q,),
        remarks=("the $e_x$ and the $u_y$ are orthonormal; two tokens", FROM_ZERO),
    ),
    source=DERIVED,
    observables=(tangent, margins),
    derivation=Derivation(
        Step(tangent.definition, by=definition),
        Step(
            (flow(P, late) - other_margin.definition) / (flow(P, late) + other_margin.definition),
            by=FlowRewritten(algebra),
        ),
        Step(
            (flow(P, late) - flow(Q, late)) / (flow(P, late) + flow(Q, late)),
            by=FlowRewritten(algebra),
        ),
        Step(
            (log(P) - log(Q)) / settled,
            by=LimitOfParts(
                late,
                parts={
                    excess: (1, AlongFlow(conserved, flow(P, late))),
                    other_excess: (1, AlongFlow(conserved, flow(Q, late))),
                    1 / level: 0,
                },
                letters={
                    excess: 1 + flow(P, late) - ideals[P],
                    other_excess: 1 + flow(Q, late) - ideals[Q],
                    level: settled,
                },
                written={
                    flow(P, late): excess - 1 + ideals[P],
                    flow(Q, late): other_excess - 1 + ideals[Q],
                    log(late): (level - 2 * log(M) - log(P) - log(Q)) / 2,
                },
                ratio=(1 + (excess - other_excess) / (log(P) - log(Q)))
                / (1 + (excess + other_excess - 2) / level),
            ),
        ),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric", "assoc-dynamics.max-margin"),
)


rivals = Natural("r", at_least=2, meaning="number of wrong labels")
ahead = Real("s_f", latex="s_f", meaning="score of the right label")
wrong = Vector("s", length=rivals, entry=Real("s"), meaning="scores of the wrong labels")
y = Integer("y", at_least=1, meaning="a wrong label, by number")
z = Integer("z", at_least=1, meaning="another wrong label, by number")
b = Symbol("b", integer=True, positive=True)
tau = Symbol("tau", real=True)
total = exp(ahead) + Sum(exp(wrong[b]), (b, 1, rivals))


def moved(row: Any) -> Expr:
    """Exponential of minus the score of a wrong label, as it begins to move along the flow."""
    return exp(-(wrong[row] - tau * P * exp(wrong[row]) / total))


drift = Observable(
    "drift",
    (P, rivals, ahead, wrong, y, z),
    latex=r"\frac{d}{dt} \left(e^{-s_y} - e^{-s_z}\right)",
    meaning=(
        "rate of the difference of two exponentials of minus scores along the gradient flow, which "
        "lowers the score of a wrong label at the rate of the token times its probability"
    ),
    definition=Subs(Derivative(moved(y) - moved(z), tau), tau, 0),
)

slow_modes_conserved = Claim(
    id="assoc-dynamics.slow-modes-conserved",
    title="Two wrong labels keep the difference of the exponentials of minus their scores",
    says=(
        "With orthogonal inputs and orthonormal outputs, the exponentials of minus the scores of "
        "the wrong labels of a token all grow at the same rate along the gradient flow, and so "
        "keep their differences."
    ),
    statement=Identity(drift(), 0),
    domain=Domain(
        P,
        rivals,
        ahead,
        wrong,
        y,
        z,
        where=(y <= rivals, z <= rivals),
        remarks=("the inputs are orthogonal and the outputs orthonormal",),
    ),
    source=DERIVED,
    observables=(drift,),
    derivation=Derivation(
        Step(drift.definition, by=definition),
        Step(0, by=SumDifferentiation()),
    ),
    uses=("assoc-dynamics.orthogonal-velocity",),
)

a = Real("a", above=0, meaning="exponential of minus the second wrong score at the start, minus 1")
begin = exp(q)  # of minus the score of the first wrong label; that of the second has a more
by_label = P / (begin**2 * (begin + a) / (1 + a) + 1 + begin / (begin + a))
speed_potential = (exp(3 * q) / 3 + a * exp(2 * q) / 2) / (1 + a) + q + log(begin + a)
wrong_gap = Observable(
    "wrong_gap",
    (P, a, late),
    latex="s_y - s_z",
    meaning=(
        "score of the first wrong label minus that of the second after time t, with three labels: "
        "minus the first is a flow of the line, as the scores keep their sum and the exponentials "
        "their difference"
    ),
    definition=log(1 + a * exp(-Flow(by_label, (q, 0, late)))),
)

slow_modes_wrong_labels = Claim(
    id="assoc-dynamics.slow-modes-wrong-labels",
    title="With three labels the wrong ones become level like the cube root of time",
    says=(
        "If the scores of the two wrong labels of a token differ at the start, their difference "
        "tends to 0 only like one over the cube root of time, with three orthonormal labels; "
        "with more labels one would expect the root of their number. From W = 0 symmetry hides it."
    ),
    statement=Equivalent(
        wrong_gap(), a / (3 * (1 + a) * P * late) ** Rational(1, 3), as_=(late, oo)
    ),
    domain=Domain(
        P,
        a,
        late,
        remarks=(
            "three labels; the inputs are orthogonal and the outputs orthonormal",
            "at the start the right label and the first wrong one have the score $0$, and the "
            "second wrong one $-\\log(1 + a)$",
        ),
    ),
    source=DERIVED,
    observables=(wrong_gap,),
    derivation=Derivation(
        Step(wrong_gap.definition, by=definition),
        Step(
            a / (3 * (1 + a) * P * late) ** Rational(1, 3),
            by=AlongSteepFlow(speed_potential, Flow(by_label, (q, 0, late))),
        ),
    ),
    uses=("assoc-dynamics.slow-modes-conserved", "assoc-dynamics.orthogonal-velocity"),
)
