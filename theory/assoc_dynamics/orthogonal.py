"""Orthogonal inputs: every token learns by itself, its margin like the logarithm of time.

The outputs are orthogonal but for a common vector, and every token has one right label. Then the
margins of a token are driven by its own softmax alone, and the flow has a closed form.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    KroneckerDelta,
    LambertW,
    Sum,
    Symbol,
    exp,
    log,
    oo,
)

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactIntegral,
    ExactSum,
    Identity,
    Integer,
    Labels,
    Matrix,
    Natural,
    Nonnegative,
    Observable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_dynamics.paper import PAPER
from theory.core.certify import Certified
from theory.core.rules.exponentials import Majorised
from theory.core.rules.finite_sums import ClearedDenominators, FiniteSums
from theory.core.rules.flows import (
    AlongFlow,
    EquivalentTerms,
    Flow,
    FlowRewritten,
    LogarithmOfLambert,
    Separated,
)

__all__ = [
    "log_growth",
    "log_growth_early",
    "log_growth_expansion",
    "log_growth_gaps",
    "log_growth_hitting",
    "log_growth_hitting_bounds",
    "log_growth_loss",
    "log_growth_rate",
    "orthogonal_exact",
    "orthogonal_implicit",
    "orthogonal_symmetric",
    "orthogonal_velocity",
]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
LOGARITHMIC = Source(
    PAPER,
    "logarithmic growth of margins in the overparameterised regime",
    seen=Seen.ABSTRACT,
    standing=Standing.SHARPENED,
)

N = Natural("N", at_least=1, meaning="number of tokens", grid=(1, 2, 5))
M = Natural("M", at_least=2, meaning="number of labels", grid=(2, 3, 10))
P = Real(
    "P",
    above=0,
    latex="P",
    meaning=(
        "rate of the token: its probability times the squared norm of its input, times the scale "
        "of the outputs"
    ),
    grid=(1, 0.3, 5),
)
t = Real("t", at_least=0, meaning="time", grid=(0, 1, 10, 1000))
start = Real("m_0", latex="m_0", meaning="margin at time 0", grid=(0, -2, 1))
q = Symbol("q", real=True)

ORTHOGONAL = (
    "the $e_x$ are orthogonal; $\\langle u_y, u_z \\rangle = \\beta \\delta_{yz} + g_y + g_z$ with "
    "$\\beta > 0$, such as orthonormal outputs ($\\beta = 1$, $g = 0$) or equiangular ones; the "
    "label of $x$ is $f(x)$"
)
FROM_ZERO = "$W_0 = 0$"

f = Labels("f", length=N, classes=M, meaning="label of each token")
p = Vector("p", length=N, entry=Real("p", at_least=0), meaning="probabilities of the tokens")
a = Vector("a", length=N, entry=Real("a", at_least=0), meaning="squared norms of the inputs")
beta = Real("beta", above=0, latex=r"\beta", meaning="scale of the outputs")
g = Vector("g", length=M, entry=Real("g"), meaning="common part of the outputs' inner products")
S = Matrix("S", length=M, columns=N, entry=Real("s"), meaning="scores, a column for each token")
x = Integer("x", at_least=1, meaning="the token that is asked for")
y = Integer("y", at_least=1, meaning="a label")
k, z, c = (Symbol(name, integer=True, positive=True) for name in "kzc")


def partition(token: Any) -> Expr:
    """Sum of the exponentials of the scores of a token."""
    return Sum(exp(S[c, token]), (c, 1, M))


def softmax(label: Any, token: Any) -> Expr:
    """Probability of a label for a token."""
    return exp(S[label, token]) / partition(token)


def output_product(one: Any, other: Any) -> Expr:
    """Inner product of two output embeddings."""
    return beta * KroneckerDelta(one, other) + g[one] + g[other]


pair_velocity = Observable(
    "pair_velocity",
    (N, M, f, p, a, beta, g, S, x, y),
    latex=r"\dot{m}_{x,y}",
    meaning=(
        "speed of the score of the right label of x minus that of y along the gradient flow, with "
        "the inner products of outputs and of inputs put in"
    ),
    definition=Sum(
        p[k]
        * Sum(
            (output_product(f[x], z) - output_product(y, z))
            * (KroneckerDelta(z, f[k]) - softmax(z, k))
            * (a[k] * KroneckerDelta(k, x)),
            (z, 1, M),
        ),
        (k, 1, N),
    ),
)
own_pull = beta * p[x] * a[x] * (1 - KroneckerDelta(y, f[x]) - softmax(f[x], x) + softmax(y, x))

orthogonal_velocity = Claim(
    id="assoc-dynamics.orthogonal-velocity",
    title="Tokens with orthogonal inputs do not disturb one another",
    says=(
        "With orthogonal inputs, and outputs that are orthogonal but for a common vector, the "
        "margin of a token over a wrong label grows at a rate times one minus the probability of "
        "the right label plus that of the wrong one; the rate is beta times the probability of "
        "the token times the squared norm of its input. Other tokens do not occur, and the margin "
        "grows whatever the scores are."
    ),
    statement=Identity(pair_velocity(), own_pull),
    domain=Domain(N, M, f, p, a, beta, g, S, x, y, where=(x <= N, y <= M), remarks=(ORTHOGONAL,)),
    source=DERIVED,
    observables=(pair_velocity,),
    derivation=Derivation(
        Step(pair_velocity.definition, by=definition),
        Step(
            p[x]
            * a[x]
            * Sum(
                (output_product(f[x], z) - output_product(y, z))
                * (KroneckerDelta(z, f[x]) - softmax(z, x)),
                (z, 1, M),
            ),
            by=FiniteSums(),
            note="the inputs are orthogonal",
        ),
        Step(
            own_pull,
            by=ClearedDenominators(partition(x)),
            note="what the right label lacks and what the others have too much sum to $0$",
        ),
    ),
)

label = Integer("f", at_least=1, meaning="the right label")
line_velocity = M * P / (exp(q) + M - 1)


def on_the_line(row: Any, margin: Any) -> Expr:
    """Score of a label where all wrong labels are level and the right one is ahead by a margin."""
    return (KroneckerDelta(row, label) - 1 / M.symbol) * margin


place = Real("q", meaning="margin", grid=(0, -3, 2))
score_velocity = Observable(
    "score_velocity",
    (M, P, label, y, place),
    latex=r"\dot{s}_y",
    meaning="speed of the score of y where all wrong labels are level, q behind the right one",
    definition=P
    * (
        KroneckerDelta(y, label)
        - exp(on_the_line(y, place)) / Sum(exp(on_the_line(z, place)), (z, 1, M))
    ),
)

orthogonal_symmetric = Claim(
    id="assoc-dynamics.orthogonal-symmetric",
    title="Wrong labels that are level stay level",
    says=(
        "Where all wrong labels of a token have the same score, all of them move alike, and the "
        "margin q over them grows at the rate M P / (exp(q) + M - 1). So from W = 0 the token has "
        "a single margin at all times."
    ),
    statement=Identity(score_velocity(), on_the_line(y, line_velocity.subs(q, place.symbol))),
    domain=Domain(
        M,
        P,
        label,
        y,
        place,
        where=(label <= M, y <= M),
        remarks=(ORTHOGONAL, "$g = 0$: it moves the scores of all labels alike"),
    ),
    source=DERIVED,
    observables=(score_velocity,),
    derivation=Derivation(
        Step(score_velocity.definition, by=definition),
        Step(on_the_line(y, line_velocity.subs(q, place.symbol)), by=FiniteSums()),
    ),
    uses=("assoc-dynamics.orthogonal-velocity",),
)

right, wrong = exp((M - 1) * q / M), exp(-q / M)
by_softmax = P * (1 - right / (right + (M - 1) * wrong) + wrong / (right + (M - 1) * wrong))


def margin_from(origin: Any, rate: Any, time: Any, name: str, latex: str) -> Observable:
    """The margin over the wrong labels along the flow, as an observable of its own name."""
    arguments = tuple(e for e in (M, rate, origin, time) if not isinstance(e, int))
    return Observable(
        name,
        arguments,
        latex=latex,
        meaning=(
            "margin over all wrong labels after that time: it grows at the rate of the token times "
            "one minus the softmax of the right label plus that of a wrong one"
        ),
        definition=Flow(by_softmax.subs(P.symbol, rate), (q, origin, time)),
    )


def flow(rate: Any, time: Any, origin: Any = 0) -> Expr:
    """The flow of the margin with its velocity in closed form."""
    return Flow(line_velocity.subs(P.symbol, rate), (q, origin, time))


margin_after = margin_from(start, P, t, "margin_after", "m(t)")
margin = margin_from(0, P, t, "margin", "m(t)")
conserved = exp(q) + (M - 1) * q


def potential(value: Any) -> Expr:
    """What grows at the constant rate M P along the flow."""
    return exp(value) + (M - 1) * value


orthogonal_implicit = Claim(
    id="assoc-dynamics.orthogonal-implicit",
    title="Along the flow exp(m) + (M - 1) m grows linearly",
    says=(
        "If the wrong labels are level at the start, exp(m) + (M - 1) m of their margin m grows at "
        "the constant rate M P. For two labels M P is the probability of the token times the "
        "squared norm of its embedding times the squared distance of the outputs."
    ),
    statement=Identity(potential(margin_after()), exp(start) + (M - 1) * start + M * P * t),
    domain=Domain(M, P, start, t, remarks=(ORTHOGONAL,)),
    source=DERIVED,
    observables=(margin_after,),
    derivation=Derivation(
        Step(potential(margin_after.definition), by=definition),
        Step(potential(flow(P, t, start)), by=FlowRewritten(algebra)),
        Step(exp(start) + (M - 1) * start + M * P * t, by=Separated(conserved)),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)


def along_flow(time: Any) -> Expr:
    """Where exp(m) + (M - 1) m equals a given value, through Lambert's function."""
    return time / (M - 1) - LambertW(exp(time / (M - 1)) / (M - 1))


clock = 1 + M * P * t
closed_form = log((M - 1) * LambertW(exp(clock / (M - 1)) / (M - 1)))

orthogonal_exact = Claim(
    id="assoc-dynamics.orthogonal-exact",
    title="The margin in closed form",
    says=(
        "From W = 0 the margin of a token after time t is the logarithm of (M - 1) W(z), with "
        "Lambert's function W and z = exp(tau / (M - 1)) / (M - 1), tau = 1 + M P t; that is "
        "tau / (M - 1) - W(z)."
    ),
    statement=Identity(margin(), closed_form),
    domain=Domain(M, P, t, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=Source(
        PAPER,
        "exact analysis of orthogonal embeddings",
        seen=Seen.SUMMARY,
        standing=Standing.DERIVED_HERE,
    ),
    observables=(margin,),
    derivation=Derivation(
        Step(margin.definition, by=definition),
        Step(flow(P, t), by=FlowRewritten(algebra)),
        Step(along_flow(clock), by=Separated(conserved)),
        Step(closed_form, by=LogarithmOfLambert()),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)

log_growth = Claim(
    id="assoc-dynamics.log-growth",
    title="The margin lies between two logarithms at all times",
    says=(
        "From W = 0 the margin of a token is at least log(1 + P t) and at most log(1 + M P t), at "
        "every time; the two differ by less than log M."
    ),
    statement=Bound(log(1 + P * t), "<=", margin(), "<=", log(1 + M * P * t)),
    domain=Domain(M, P, t, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=LOGARITHMIC,
    observables=(margin,),
    derivation=Derivation(
        Step(margin.definition, by=definition),
        Step(flow(P, t), by=FlowRewritten(algebra)),
        Step(log(1 + P * t), by=Separated(conserved, ">=")),
        Step(margin.definition, by=definition),
        Step(flow(P, t), by=FlowRewritten(algebra)),
        Step(log(1 + M * P * t), by=Separated(conserved, "<=")),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)

s = Symbol("s", nonnegative=True)
log_growth_early = Claim(
    id="assoc-dynamics.log-growth-early",
    title="At first the margin grows linearly, at the rate P",
    says=(
        "The margin is at most P t, and at least that minus half its square: it begins at the rate "
        "P, not M P."
    ),
    statement=Bound(P * t - (P * t) ** 2 / 2, "<=", margin(), "<=", P * t),
    domain=Domain(M, P, t, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(margin,),
    derivation=Derivation(
        Step(P * t - (P * t) ** 2 / 2, by=definition),
        Step(
            log(1 + P * t),
            by=Majorised(s - s**2 / 2, log(1 + s), s, of=P * t, order=2),
        ),
        Step(margin.definition, by=ByClaim(log_growth)),
        Step(margin.definition, by=definition),
        Step(flow(P, t), by=FlowRewritten(algebra)),
        Step(P * t, by=Separated(conserved, "<=")),
    ),
)

late = Real("t", above=0, meaning="time", grid=(1, 10, 1000, 10**6))
late_margin = margin_from(0, P, late, "margin", "m(t)")

log_growth_rate = Claim(
    id="assoc-dynamics.log-growth-rate",
    title="All margins grow like the logarithm of time, with slope one",
    says=(
        "The margin of every token grows like log t with slope exactly one, whatever its "
        "probability, its norm and the number of labels."
    ),
    statement=Rate(late_margin(), late, 1, form="logarithmic"),
    domain=Domain(M, P, late, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=LOGARITHMIC,
    observables=(late_margin,),
    derivation=Derivation(
        Step(late_margin.definition, by=definition),
        Step(flow(P, late), by=FlowRewritten(algebra)),
        Step(log(M * P * late), by=AlongFlow(conserved, flow(P, late))),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)

ideal = M * P * late
first_correction = (1 - (M - 1) * log(ideal)) / ideal

log_growth_expansion = Claim(
    id="assoc-dynamics.log-growth-expansion",
    title="The margin is log(M P t) with a correction of order log t over t",
    says=(
        "The margin minus log(M P t) is asymptotic to (1 - (M - 1) log(M P t)) / (M P t). The "
        "constant is log(M P), though the margin begins at the rate P."
    ),
    statement=Equivalent(late_margin() - log(ideal), first_correction, as_=(late, oo)),
    domain=Domain(M, P, late, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(late_margin,),
    derivation=Derivation(
        Step(late_margin.definition - log(ideal), by=definition),
        Step(flow(P, late) - log(ideal), by=FlowRewritten(algebra)),
        Step(first_correction, by=AlongFlow(conserved, flow(P, late))),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)

goal = Real("m", at_least=0, meaning="margin to be reached", grid=(0, 1, 5, 20))
hitting_time = Observable(
    "hitting_time",
    (M, P, goal),
    latex="T(m)",
    meaning="time at which the margin from W = 0 is m: the time is the integral of one over speed",
    definition=Integral(1 / line_velocity, (q, 0, goal)),
)

log_growth_hitting = Claim(
    id="assoc-dynamics.log-growth-hitting",
    title="The time to learn a token is inversely proportional to its probability",
    says=(
        "The margin m is reached at the time (exp(m) - 1 + (M - 1) m) / (M P), so a token that is "
        "ten times rarer takes exactly ten times as long to any margin."
    ),
    statement=Identity(hitting_time(), (exp(goal) - 1 + (M - 1) * goal) / (M * P)),
    domain=Domain(M, P, goal, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(hitting_time,),
    derivation=Derivation(
        Step(hitting_time.definition, by=definition),
        Step((exp(goal) - 1 + (M - 1) * goal) / (M * P), by=ExactIntegral()),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)

log_growth_hitting_bounds = Claim(
    id="assoc-dynamics.log-growth-hitting-bounds",
    title="The time to a margin lies between two exponentials",
    says=(
        "The time to the margin m is at least what it would be if exp(m) grew at the constant rate "
        "M P, and at most M times that."
    ),
    statement=Bound(
        (exp(goal) - 1) / (M * P),
        "<=",
        (exp(goal) - 1 + (M - 1) * goal) / (M * P),
        "<=",
        (exp(goal) - 1) / P,
    ),
    domain=Domain(M, P, goal, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    derivation=Derivation(
        Step((exp(goal) - 1 + (M - 1) * goal) / (M * P), by=definition),
        Step((exp(goal) - 1) / (M * P), by=Nonnegative(">=")),
        Step((exp(goal) - 1 + (M - 1) * goal) / (M * P), by=definition),
        Step((exp(goal) - 1) / P, by=Certified("<=")),
    ),
)

Q = Real("Q", above=0, meaning="rate of another token", grid=(1, 0.03, 2))
other_margin = margin_from(0, Q, late, "other_margin", "m'(t)")

log_growth_gaps = Claim(
    id="assoc-dynamics.log-growth-gaps",
    title="The gap between two margins freezes at the log of the ratio of their rates",
    says=(
        "As time goes on, the exponentials of two margins are to each other as the rates of the "
        "two tokens: the margins grow alike, and their difference tends to log(P / Q)."
    ),
    statement=Equivalent(exp(late_margin()), P / Q * exp(other_margin()), as_=(late, oo)),
    domain=Domain(M, P, Q, late, remarks=(ORTHOGONAL, FROM_ZERO)),
    source=DERIVED,
    observables=(late_margin, other_margin),
    derivation=Derivation(
        Step(exp(late_margin.definition), by=definition),
        Step(exp(flow(P, late)), by=FlowRewritten(algebra)),
        Step(M * P * late, by=AlongFlow(conserved, flow(P, late))),
        Step(P / Q * exp(flow(Q, late)), by=AlongFlow(conserved, flow(Q, late))),
        Step(P / Q * exp(other_margin.definition), by=FlowRewritten(algebra)),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)

weights = Vector("p", length=N, entry=Real("p", above=0), meaning="probabilities of the tokens")
loss = Observable(
    "loss",
    (N, M, weights, late),
    latex=r"\mathcal{L}(W_t)",
    meaning="cross-entropy along the flow from W = 0, with orthonormal inputs and outputs",
    definition=Sum(
        weights[k]
        * log(1 + (M - 1) * exp(-Flow(by_softmax.subs(P.symbol, weights[k]), (q, 0, late)))),
        (k, 1, N),
    ),
)
token_loss = weights[k] * log(1 + (M - 1) * exp(-flow(weights[k], late)))

log_growth_loss = Claim(
    id="assoc-dynamics.log-growth-loss",
    title="The loss does not remember the probabilities of the tokens",
    says=(
        "With orthonormal inputs and outputs the loss after time t is asymptotic to "
        "N (M - 1) / (M t), whatever the probabilities of the N tokens."
    ),
    statement=Equivalent(loss(), N * (M - 1) / (M * late), as_=(late, oo)),
    domain=Domain(
        N,
        M,
        weights,
        late,
        remarks=("the $e_x$ and the $u_y$ are orthonormal", FROM_ZERO),
    ),
    source=DERIVED,
    observables=(loss,),
    derivation=Derivation(
        Step(loss.definition, by=definition),
        Step(Sum(token_loss, (k, 1, N)), by=Termwise(FlowRewritten(algebra))),
        Step(
            Sum((M - 1) / (M * late), (k, 1, N)),
            by=EquivalentTerms(AlongFlow(conserved, flow(weights[k], late))),
            note="the probability of a token cancels against the rate at which it is learned",
        ),
        Step(N * (M - 1) / (M * late), by=ExactSum()),
    ),
    uses=("assoc-dynamics.orthogonal-symmetric",),
)
