"""Two tokens under gradient flow: how frequency and interference make the rare one dip.

Each token has a label of its own, and the inner product of the two embeddings is positive. What is
stored for the frequent token pushes the rare one towards the wrong label at first. The section
states when that happens, how often, how deep it goes and how long it lasts.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Derivative,
    Expr,
    Integral,
    Piecewise,
    Rational,
    Symbol,
    exp,
    log,
    oo,
)

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Differentiation,
    Domain,
    Equivalent,
    ExactIntegral,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from theory.assoc_dynamics.paper import PAPER
from theory.assoc_dynamics.phase_plane import (
    Barrier,
    CrossesOnce,
    LastTimeBelow,
    LogarithmsApart,
    Lowest,
    NotTogether,
    SignChanges,
    UpwardCrossings,
    along,
)

__all__ = [
    "three_tokens",
    "two_token_depth",
    "two_token_dips",
    "two_token_flow",
    "two_token_limit",
    "two_token_limit_dip",
    "two_token_turns",
]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
SETTING = (
    "two unit tokens with inner product $\\alpha$, labels of their own and probabilities $p_1$ and "
    "$p_2 = 1 - p_1$, $m = 0$ at $t = 0$"
)

p1 = Real("p1", above=Rational(1, 2), below=1, latex="p_1", meaning="probability of token 1")
share = Real("p1", above=0, below=1, latex="p_1", meaning="probability of token 1")
alpha = Real("alpha", above=0, below=1, latex=r"\alpha", meaning="inner product of the embeddings")
c = Real("c", above=0, meaning="squared distance of the two output embeddings", grid=(2, 1))
m1 = Real("m1", latex="m_1", meaning="margin of token 1 at the start")
m2 = Real("m2", latex="m_2", meaning="margin of token 2 at the start")
x1, x2 = Symbol("x_1", real=True), Symbol("x_2", real=True)


def pulls(p: Any, first: Any = x1, second: Any = x2) -> tuple[Expr, Expr]:
    """Probability of each token times the probability that W gives to its wrong label."""
    return p / (1 + exp(first)), (1 - p) / (1 + exp(second))


def field(p: Any, a: Any = alpha, scale: Any = c) -> dict[Symbol, Expr]:
    """Rates of the two margins under gradient flow."""
    a1, a2 = pulls(p)
    return {x1: scale * (a1 - a * a2), x2: scale * (a2 - a * a1)}


a1, a2 = pulls(share)
rate1, rate2 = a1 - alpha * a2, a2 - alpha * a1
w1, w2 = 1 / (1 + exp(-x1)), 1 / (1 + exp(-x2))
multiplier1 = -c * a1 * w1 - alpha**2 * c * a2 * w2
multiplier2 = -c * a2 * w2 - alpha**2 * c * a1 * w1
from_anywhere = (m1, m2)

turns = Observable(
    "turns",
    (share, alpha, c, m1, m2),
    latex="n(p_1, \\alpha, c, m_1, m_2)",
    meaning="how often the two margins turn, counted together, for all time",
    definition=along(SignChanges, field(share), from_anywhere, rate1)
    + along(SignChanges, field(share), from_anywhere, rate2),
)
starts = {x1: m1.symbol, x2: m2.symbol}

two_token_turns = Claim(
    id="assoc-dynamics.two-token-flow-turns",
    title="Under gradient flow two tokens do not oscillate",
    says=(
        "From any margins at the start, the margins of two interfering tokens turn at most once in "
        "all time, both counted together."
    ),
    statement=Bound(turns(), "<=", 1),
    domain=Domain(share, alpha, c, m1, m2, remarks=(SETTING.replace("$m = 0$", "any margins"),)),
    source=DERIVED,
    observables=(turns,),
    derivation=Derivation(
        Step(turns.definition, by=definition),
        Step(
            Piecewise((1, rate1.subs(starts) < 0), (0, True))
            + Piecewise((1, rate2.subs(starts) < 0), (0, True)),
            by=UpwardCrossings({rate1: multiplier1, rate2: multiplier2}),
        ),
        Step(1, by=NotTogether({rate1.subs(starts): alpha.symbol, rate2.subs(starts): 1})),
    ),
)

here1, here2 = pulls(share, m1.symbol, m2.symbol)
ratio = here2 / here1
right1, right2 = 1 / (1 + exp(-m1.symbol)), 1 / (1 + exp(-m2.symbol))
log_ratio_rate = Observable(
    "log_ratio_rate",
    (share, alpha, c, m1, m2),
    latex=r"\frac{d}{dt} \log r",
    meaning="rate of the log of r, the pull of token 2 over that of token 1, along the flow",
    definition=Derivative(log(ratio), m1.symbol) * c * (here1 - alpha * here2)
    + Derivative(log(ratio), m2.symbol) * c * (here2 - alpha * here1),
)

two_token_flow = Claim(
    id="assoc-dynamics.two-token-flow",
    title="How the ratio of the two pulls moves under gradient flow",
    says=(
        "A token pulls by its probability times the probability of its wrong label. The ratio r of "
        "the pulls of token 2 and token 1 rises wherever it is at most the inner product alpha of "
        "the embeddings and falls wherever it is at least 1 / alpha. In between both margins "
        "increase, so that no solution leaves this strip."
    ),
    statement=Identity(
        log_ratio_rate(),
        c * here1 * (right1 * (1 - alpha * ratio) - right2 * (ratio - alpha)),
    ),
    domain=Domain(share, alpha, c, m1, m2, remarks=two_token_turns.domain.remarks),
    source=DERIVED,
    observables=(log_ratio_rate,),
    derivation=Derivation(
        Step(log_ratio_rate.definition, by=definition),
        Step(
            c * here1 * (right1 * (1 - alpha * ratio) - right2 * (ratio - alpha)),
            by=Differentiation(),
        ),
    ),
)

u, h = Symbol("u", nonnegative=True), Symbol("h", positive=True)
shallow = (1 - share) * (1 + u) / (2 + u)  # pull of token 2 at the margin -log(1 + u)
second_turns = Observable(
    "second_turns",
    (share, alpha, c),
    latex="n_2",
    meaning="how often the margin of token 2 turns, for all time, from margins 0",
    definition=along(SignChanges, field(share), (0, 0), rate2),
)
dips = Piecewise((1, 1 - share < alpha * share), (0, True))

two_token_dips = Claim(
    id="assoc-dynamics.two-token-flow-dips",
    title="Which token is degraded at first",
    says=(
        "From margins 0, the margin of token 2 falls first and then turns exactly once if alpha "
        "times the probability of token 1 exceeds its own; otherwise it increases for all time. "
        "With the tokens exchanged the same holds of token 1, so that the more frequent one never "
        "dips."
    ),
    statement=Identity(second_turns(), dips),
    domain=Domain(share, alpha, c, remarks=(SETTING,)),
    source=DERIVED,
    observables=(second_turns,),
    derivation=Derivation(
        Step(second_turns.definition, by=definition),
        Step(
            dips,
            by=CrossesOnce(
                multiplier2,
                region={
                    x1: log(alpha * share / (shallow + h) - 1),
                    x2: -log(1 + u),
                },
                slack=u,
                depth=h,
                pace=c * (1 - alpha**2) * (1 - share) / (2 * alpha),
                ceiling=log(2 * alpha * share / (1 - share) - 1),
            ),
            note=(
                "below zero $m_1$ grows at least at the pace $c (1 - \\alpha^2) p_2 / (2 \\alpha)$ "
                "and cannot exceed $\\log(2 \\alpha p_1 / p_2 - 1)$"
            ),
        ),
    ),
)

third_turns = Observable(
    "third_turns",
    (),
    latex="n_3",
    meaning="how often the margin of token 3 turns, for all time, from margins 0",
)

three_tokens = Claim(
    id="assoc-dynamics.two-token-flow-three",
    title="With three tokens a margin can turn twice",
    says=(
        "Under gradient flow the margin of the rarest of three tokens can grow, fall, and grow "
        "again: with two labels, probabilities 6/9, 2/9 and 1/9, unit embeddings and inner "
        "products -0.6, 0.3 and -0.9, signs included."
    ),
    statement=Identity(third_turns(), 2),
    domain=Domain(
        remarks=(
            "$K_{12} = -3/5$, $K_{13} = 3/10$, $K_{23} = -9/10$, $K_{xx} = 1$, $c = 2$",
            "$p = (6, 2, 1)/9$, gradient flow from margins 0",
        )
    ),
    source=DERIVED,
    observables=(third_turns,),
)

deepest = Observable(
    "deepest",
    (share, alpha, c),
    latex=r"\inf_t m_2(t)",
    meaning="lowest margin of token 2 along the flow from margins 0",
    definition=along(Lowest, field(share), (0, 0), x2),
)
depth = log(alpha * share / (1 - share))

two_token_depth = Claim(
    id="assoc-dynamics.two-token-limit-depth",
    title="How deep the rare token can fall",
    says=(
        "The margin of the rare token never falls below minus the logarithm of alpha times the "
        "ratio of the two probabilities, however close the two embeddings are."
    ),
    statement=Bound(-depth, "<=", deepest()),
    domain=Domain(share, alpha, c, where=(alpha > (1 - share) / share,), remarks=(SETTING,)),
    source=DERIVED,
    observables=(deepest,),
    derivation=Derivation(
        Step(deepest.definition, by=definition),
        Step(
            -depth,
            by=Barrier(
                (
                    (x1 + x2, {}),
                    (x2 + depth, {x2: -depth, x1: depth + log(1 + u)}),
                )
            ),
            note="$m_1 + m_2$ never falls",
        ),
    ),
)

n = Natural("n", at_least=2, meaning="1 / (1 - alpha)", grid=(100, 1000, 10000))
close = 1 - 1 / n
TIKHONOV = Cited(
    "Tikhonov's theorem on singularly perturbed systems",
    "Tikhonov, 1952, Mat. Sb. 31",
    sense="~",
)
CLOSE = (SETTING, "$\\alpha = 1 - 1/n$")
deepest_close = Observable(
    "deepest",
    (p1, c, n),
    latex=r"\inf_t m_2(t)",
    meaning="lowest margin of token 2 along the flow from margins 0, for alpha = 1 - 1/n",
    definition=along(Lowest, field(p1, close), (0, 0), x2),
)

two_token_limit_dip = Claim(
    id="assoc-dynamics.two-token-limit-dip",
    title="How deep the rare token falls when the embeddings are nearly the same",
    says=(
        "As the inner product of the embeddings tends to 1, the lowest margin of the rare token "
        "tends to minus the logarithm of the ratio of the two probabilities."
    ),
    statement=Equivalent(-deepest_close(), log(p1 / (1 - p1)), as_=(n, oo)),
    domain=Domain(p1, c, n, where=(close > (1 - p1) / p1,), remarks=CLOSE),
    source=DERIVED,
    observables=(deepest_close,),
    derivation=Derivation(
        Step(-deepest_close.definition, by=definition),
        Step(
            log(p1 / (1 - p1)),
            by=TIKHONOV,
            note=(
                "the fast system keeps $m_1 + m_2 = 0$ and tends to its only rest point, where the "
                "pulls are equal"
            ),
        ),
    ),
)

v = Symbol("v", positive=True)
p2 = 1 - p1
recovery = Observable(
    "recovery",
    (p1, c, n),
    latex="T",
    meaning="time until token 2 is answered rightly for good, from margins 0, alpha = 1 - 1/n",
    definition=along(LastTimeBelow, field(p1, close), (0, 0), x2),
)
crawl = (p1 / (v**2 * (p1 - v)) + p2 / (v**2 * (p2 - v))) / (2 * c)
primitive = (-2 / v + (log(v) - log(p1 - v)) / p1 + (log(v) - log(p2 - v)) / p2) / (2 * c)
recovered = (2 * (p1 - p2) / (p1 * p2) + log((2 * p1 - p2) / p1) / p1 + log(p1 / p2) / p2) / (2 * c)

two_token_limit = Claim(
    id="assoc-dynamics.two-token-limit",
    title="How long the rare token stays wrong when the embeddings are nearly the same",
    says=(
        "As the inner product alpha of the embeddings tends to 1, the time until the rare token is "
        "answered rightly, times 1 - alpha, tends to a constant in closed form. With the output "
        "embeddings orthonormal and a token of probability 1/4 it is 2.602: at alpha = 0.95 the "
        "token stays wrong for about 52 units of time."
    ),
    statement=Equivalent(recovery() / n, recovered, as_=(n, oo)),
    domain=Domain(p1, c, n, where=(close > (1 - p1) / p1,), remarks=CLOSE),
    source=DERIVED,
    observables=(recovery,),
    derivation=Derivation(
        Step(recovery.definition / n, by=definition),
        Step(
            Integral(crawl, (v, p2 / 2, p1 * p2)),
            by=TIKHONOV,
            note=(
                "on the slow curve both pulls are $v$, $m_i = \\log(p_i / v - 1)$, and "
                "$m_1 + m_2$ grows at the rate $2 c v / n$; it begins at $m_1 + m_2 = 0$ and the "
                "token is right from $m_2 = 0$ on"
            ),
        ),
        Step(
            primitive.subs(v, p1 * p2) - primitive.subs(v, p2 / 2),
            by=ExactIntegral(antiderivative=primitive),
        ),
        Step(recovered, by=LogarithmsApart()),
    ),
)
