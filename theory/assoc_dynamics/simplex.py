"""One token more than dimensions: which tokens the least loss forgets, in closed form.

It is the smallest case in which no memory is right on every token. The signed tokens have a single
dependency, its weights stand against the frequencies, and the token whose frequency is the smallest
multiple of its weight is forgotten first: not always the rarest.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Min, Piecewise, Rational, Sum, Symbol, exp, log

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    ForAll,
    Identity,
    Natural,
    Observable,
    Real,
    Simplex,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_dynamics.simplex_level import (
    AtLevel,
    NotAllPositive,
    SimplexLevel,
    excess_odds,
)
from theory.assoc_dynamics.softplus import AboveTangentLine
from theory.assoc_dynamics.underparameterised import SOURCE, TIES
from theory.core.rules.elementary import Substitution
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import Given, OneSign, Replaced, SumsAsSymbols

__all__ = [
    "simplex_forgetting",
    "simplex_forgetting_best",
    "simplex_forgetting_certificate",
    "simplex_forgetting_example",
    "simplex_forgetting_half",
    "simplex_forgetting_level",
    "simplex_forgetting_none_perfect",
    "simplex_forgetting_optimal",
    "simplex_forgetting_sign",
    "simplex_forgetting_smallest",
]

x = Symbol("x", integer=True, positive=True)
y = Symbol("y", integer=True, positive=True)
v = Symbol("v", real=True)

_SHARE = Real("entry", above=0, below=1)
N = Natural("N", at_least=2, meaning="number of tokens, one more than dimensions", grid=(3, 4))
p = Simplex("p", length=N, entry=_SHARE, meaning="frequencies of the tokens")
c = Simplex("c", length=N, entry=_SHARE, meaning="weights of the dependency of the tokens")
m = Vector("m", length=N, entry=Real("entry"), meaning="margins of a memory")
token = Natural("x", at_least=1, meaning="a token")
SIMPLEX = (
    "two labels, and signed tokens $z_x = \\pm e_x$ in dimension $N - 1$ whose only dependency is "
    "$\\sum_x c_x z_x = 0$"
)
SIMPLEX_3 = (
    "two labels, and signed tokens $z_x = \\pm e_x$ in the plane whose only dependency is "
    "$\\sum_x c_x z_x = 0$"
)

LEVEL = (
    "$\\lambda_*$ is the only number in $(0, \\min_x p_x / c_x)$ with "
    "$\\sum_x c_x \\log(p_x / (\\lambda_* c_x) - 1) = 0$"
)
level = SimplexLevel(p.symbol, c.symbol, N.symbol)
odds = excess_odds(level, x)
balance = Eq(Sum(c[x] * m[x], (x, 1, N)), 0)
least_loss = Sum(p[x] * log(p[x] / (p[x] - level * c[x])), (x, 1, N))

plane_loss = Observable(
    "loss",
    (N, p, c, m),
    latex=r"\mathcal{L}",
    meaning="cross-entropy of the memory with these margins",
    definition=Sum(p[x] * log(1 + exp(-m[x])), (x, 1, N)),
)

simplex_forgetting_optimal = Claim(
    id="assoc-dynamics.simplex-forgetting-optimal",
    title="The least loss of a memory with one token too many",
    says=(
        "The margins of every memory satisfy the dependency of the tokens, and no such margins "
        "have a smaller loss than a closed form in the level lambda, which the margins "
        "log(p / (lambda c) - 1) attain."
    ),
    statement=Bound(least_loss, "<=", plane_loss(N, p, c, m)),
    domain=Domain(N, p, c, m, where=(balance,), remarks=(SIMPLEX, LEVEL)),
    source=SOURCE,
    observables=(plane_loss,),
    derivation=Derivation(
        Step(plane_loss.definition, by=definition),
        Step(
            Sum(p[x] * log(1 + 1 / odds) - level * c[x] * (m[x] - log(odds)), (x, 1, N)),
            by=Termwise(
                AboveTangentLine(
                    log(1 + exp(-v)), v, of=m[x], at=log(odds), times=p[x], positive=(odds,)
                )
            ),
        ),
        Step(
            Sum(p[x] * log(1 + 1 / odds) + level * c[x] * log(odds), (x, 1, N)),
            by=ByHypothesis({balance: -level}),
        ),
        Step(Sum(p[x] * log(1 + 1 / odds), (x, 1, N)), by=AtLevel(level, level)),
        Step(least_loss, by=Termwise(algebra)),
    ),
)

margin = Observable(
    "margin",
    (N, p, c, token),
    latex=r"m_x",
    meaning="margin of the token in the memory of least loss",
)
least_margin = log(excess_odds(level, token.symbol))

simplex_forgetting = Claim(
    id="assoc-dynamics.simplex-forgetting",
    title="The margins of the least loss with one token too many",
    says=(
        "In the memory of least loss a token has the margin log(p / (lambda c) - 1), where lambda "
        "is the number at which these margins satisfy the dependency of the tokens. So a token is "
        "forgotten exactly when p / c is at most twice lambda: what counts is the frequency "
        "against the weight in the dependency, not the frequency alone."
    ),
    statement=Identity(margin(N, p, c, token), least_margin),
    domain=Domain(N, p, c, token, where=(token <= N,), remarks=(SIMPLEX, LEVEL)),
    source=SOURCE,
    observables=(margin,),
    derivation=Derivation(
        Step(
            Eq(Sum(p[x] * log(1 + exp(-log(odds))), (x, 1, N)), least_loss),
            by=Termwise(algebra),
            note=(
                r"by the definition of $\lambda_*$ these are the margins of some memory, and its "
                "loss is the bound on that of every memory"
            ),
        ),
        Step(margin(N, p, c, token), by=definition),
        Step(
            least_margin,
            by=Cited(
                "a strictly convex function has at most one minimiser",
                "Boyd and Vandenberghe, Convex Optimization, Section 4.2.1",
            ),
        ),
    ),
    uses=("assoc-dynamics.simplex-forgetting-optimal",),
)

mean_error = Observable(
    "mean_error",
    (N, p, c),
    latex="G",
    meaning="mean probability of the wrong label in the memory of least loss",
    definition=Sum(p[x] / (1 + exp(margin(N, p, c, x))), (x, 1, N)),
)

simplex_forgetting_level = Claim(
    id="assoc-dynamics.simplex-forgetting-level",
    title="The level is the mean probability of the wrong label",
    says="In the memory of least loss the mean probability of the wrong label is the level lambda.",
    statement=Identity(mean_error(N, p, c), level),
    domain=Domain(N, p, c, remarks=(SIMPLEX, LEVEL)),
    source=SOURCE,
    observables=(mean_error, margin),
    derivation=Derivation(
        Step(mean_error.definition, by=definition),
        Step(
            Sum(level * c[x], (x, 1, N)),
            by=Termwise(ByClaim(simplex_forgetting, {token.symbol: x})),
        ),
        Step(level, by=SumsAsSymbols(values={Sum(c[x], (x, 1, N)): (1, "c")})),
    ),
)

simplex_forgetting_half = Claim(
    id="assoc-dynamics.simplex-forgetting-half",
    title="The level is at most one half",
    says=(
        "The level is at most 1/2, with equality when frequencies and weights are the same; then "
        "the memory of least loss is zero."
    ),
    statement=Bound(level, "<=", Rational(1, 2)),
    domain=Domain(N, p, c, remarks=(LEVEL,)),
    source=SOURCE,
    derivation=Derivation(
        Step(Rational(1, 2), by=definition),
        Step(Sum(p[x], (x, 1, N)) / 2, by=SumsAsSymbols(values={Sum(p[x], (x, 1, N)): (1, "p")})),
        Step(
            Sum(level * c[x] / 2, (x, 1, N)) + Sum(level * c[x] / 2 * odds, (x, 1, N)), by=algebra
        ),
        Step(
            Sum(level * c[x] / 2, (x, 1, N)) + Sum(level * c[x] / 2 * (1 + log(odds)), (x, 1, N)),
            by=Termwise(
                AboveTangentLine(
                    exp(v), v, of=log(odds), at=0, times=level * c[x] / 2, positive=(odds,)
                )
            ),
        ),
        Step(Sum(level * c[x], (x, 1, N)), by=AtLevel(level, level / 2)),
        Step(level, by=SumsAsSymbols(values={Sum(c[x], (x, 1, N)): (1, "c")})),
    ),
)

SMALLEST = "$p_x / c_x$ is the smallest of all $p_y / c_y$"
slack = Symbol("slack", nonnegative=True)

simplex_forgetting_smallest = Claim(
    id="assoc-dynamics.simplex-forgetting-smallest",
    title="The token of the smallest frequency against its weight is never remembered",
    says=(
        "The token whose frequency is the smallest multiple of its weight in the dependency has "
        "the smallest margin, which is at most 0: the least loss forgets it."
    ),
    statement=Bound(margin(N, p, c, token), "<=", 0),
    domain=Domain(N, p, c, token, where=(token <= N,), remarks=(SIMPLEX, LEVEL, SMALLEST)),
    source=SOURCE,
    observables=(margin,),
    derivation=Derivation(
        Step(margin(N, p, c, token), by=definition),
        Step(least_margin, by=ByClaim(simplex_forgetting)),
        Step(
            Sum(c[y] * least_margin, (y, 1, N)),
            by=SumsAsSymbols(values={Sum(c[y], (y, 1, N)): (1, "c")}),
        ),
        Step(
            Sum(c[y] * log(excess_odds(level, y)), (y, 1, N)),
            by=Termwise(
                Given(
                    SMALLEST,
                    p[token],
                    c[token] * p[y] / c[y] / (1 + slack),
                    slack,
                    Replaced(excess_odds(level, token.symbol), excess_odds(level, y), OneSign()),
                )
            ),
        ),
        Step(0, by=AtLevel(level)),
    ),
)

largest = Natural("K", at_least=1, meaning="largest proportion", grid=(3,))

simplex_forgetting_sign = Claim(
    id="assoc-dynamics.simplex-forgetting-sign",
    title="Whether a token is forgotten, without solving for the level",
    says=(
        "A token x is forgotten, with a margin below 0, exactly when the stated sum is "
        "positive, where a logarithm of nothing positive makes it minus infinity: the sum falls "
        "with the level, and a level of half the token's frequency over its weight separates the "
        "tokens that are forgotten from the others."
    ),
    statement=ForAll(
        "token $x$ of a problem whose frequencies, and whose weights, are in proportion as $N$ "
        "numbers of $1, \\dots, K$",
        "$m_x < 0$ if and only if "
        "$\\sum_y c_y \\log(2 (p_y / c_y) / (p_x / c_x) - 1) > 0$, and $m_x = 0$ if this is $0$; "
        "$\\log v = -\\infty$ for $v \\le 0$",
    ),
    domain=Domain(N, largest, remarks=(SIMPLEX,)),
    source=SOURCE,
    uses=("assoc-dynamics.simplex-forgetting",),
)

RAREST = "$p_x$ is the smallest of all $p_y$"
memory_error = Observable(
    "memory_error",
    (N, p, m),
    latex=r"\mathcal{E}",
    meaning="frequency of the tokens with a margin of at most 0 in the memory",
    definition=Sum(p[y] * Piecewise((1, m[y] <= 0), (0, True)), (y, 1, N)),
)
balance_y = Eq(Sum(c[y] * m[y], (y, 1, N)), 0)

simplex_forgetting_none_perfect = Claim(
    id="assoc-dynamics.simplex-forgetting-none-perfect",
    title="With one token too many every memory forgets at least the mass of the rarest",
    says=(
        "The margins of a memory satisfy the dependency of the tokens, whose weights are positive, "
        "so not all of them are positive, and the error is at least the smallest frequency."
    ),
    statement=Bound(p[token], "<=", memory_error(N, p, m)),
    domain=Domain(
        N, p, c, m, token, where=(token <= N, balance_y), remarks=(SIMPLEX, TIES, RAREST)
    ),
    source=SOURCE,
    observables=(memory_error,),
    derivation=Derivation(
        Step(memory_error.definition, by=definition),
        Step(
            Sum(p[token] * Piecewise((1, m[y] <= 0), (0, True)), (y, 1, N)),
            by=Termwise(Given(RAREST, p[y], p[token] + slack, slack, OneSign(">="))),
        ),
        Step(p[token], by=NotAllPositive(balance_y)),
    ),
)

p_3 = Simplex("p", length=3, entry=_SHARE, meaning="frequencies of three tokens in the plane")
c_3 = Simplex("c", length=3, entry=_SHARE, meaning="weights of the dependency of the tokens")
best_error = Observable(
    "best_error",
    (p_3, c_3),
    latex=r"\min_W \mathcal{E}(W)",
    meaning="least error of any memory",
)

simplex_forgetting_best = Claim(
    id="assoc-dynamics.simplex-forgetting-best",
    title="The best memory forgets the rarest token only",
    says=(
        "With one token too many no memory is perfect, and the least error of any memory is the "
        "frequency of the rarest token, wherever the tokens lie."
    ),
    statement=Identity(best_error(p_3, c_3), Min(p_3[1], p_3[2], p_3[3])),
    domain=Domain(p_3, c_3, remarks=(SIMPLEX_3, TIES)),
    source=SOURCE,
    observables=(best_error,),
    uses=("assoc-dynamics.simplex-forgetting-none-perfect",),
)

# p / c is twice as large for the first and the last token as for the middle one
FREQUENCIES = (Rational(6, 11), Rational(3, 11), Rational(2, 11))
WEIGHTS = (Rational(3, 7), Rational(3, 7), Rational(1, 7))
values = {
    base[k]: value
    for base, numbers in ((p_3, FREQUENCIES), (c_3, WEIGHTS))
    for k, value in enumerate(numbers, start=1)
}
level_3 = SimplexLevel(p_3.symbol, c_3.symbol, 3)
odds_3 = excess_odds(level_3, x)


def certified_sum(value: Any) -> Expr:
    """Seven times the sum that vanishes at the level, at the values of the example."""
    u = Rational(7, 11) / value
    return 4 * log(2 * u - 1) + 3 * log(u - 1)


EXAMPLE = tuple(Eq(symbol, value) for symbol, value in values.items())

simplex_forgetting_certificate = Claim(
    id="assoc-dynamics.simplex-forgetting-certificate",
    title="A rational certificate that the middle token is forgotten",
    says=(
        "With frequencies 6, 3, 2 over 11 and weights 3, 3, 1 over 7, the number u = 7 / (11 G), G "
        "the mean probability of the wrong label, is where the fourth power of 2 u - 1 times the "
        "third power of u - 1 is 1. At u = 2 this is 81, and it rises, so u is below 2: the middle "
        "token, whose margin is log(u - 1), is forgotten, while the two others have the margin "
        "log(2 u - 1) above 0."
    ),
    statement=Identity(certified_sum(mean_error(3, p_3, c_3)), 0),
    domain=Domain(p_3, c_3, where=EXAMPLE, remarks=(SIMPLEX_3, LEVEL)),
    source=SOURCE,
    observables=(mean_error, margin),
    derivation=Derivation(
        Step(0, by=definition),
        Step(7 * Sum(c_3[x] * log(odds_3), (x, 1, 3)), by=AtLevel(level_3, -7)),
        Step(7 * sum(c_3[k] * log(odds_3.subs(x, k)) for k in (1, 2, 3)), by=ExactSum()),
        Step(certified_sum(level_3), by=Substitution(values)),
        Step(
            certified_sum(mean_error.defined_as(3, p_3, c_3)),
            by=ByClaim(simplex_forgetting_level, {N.symbol: 3}),
            note="three tokens in the plane",
            granting=simplex_forgetting_level.domain.remarks,
        ),
    ),
)

excess = Observable(
    "excess",
    (p_3, c_3),
    latex=r"\mathcal{E}(W_*) - \min_W \mathcal{E}(W)",
    meaning="error of the memory of least loss minus that of the best memory",
)

simplex_forgetting_example = Claim(
    id="assoc-dynamics.simplex-forgetting-example",
    title="The least loss forgets the wrong token",
    says=(
        "With frequencies 6, 3, 2 over 11 and weights 3, 3, 1 over 7 the memory of least loss "
        "forgets the middle token, at an error of 3/11, while the best memory forgets the rarest, "
        "at 2/11."
    ),
    statement=Identity(excess(p_3, c_3), Rational(1, 11)),
    domain=Domain(p_3, c_3, where=EXAMPLE, remarks=(SIMPLEX_3, TIES)),
    source=SOURCE,
    observables=(excess,),
    uses=("assoc-dynamics.simplex-forgetting-certificate",),
)
