"""Two unit tokens: the constants of their margins, and how the gap between them closes.

The gap tends to the logarithm of the ratio of the probabilities, whatever the interference is; how
fast depends on its sign. What an exponential loss would conserve along the flow decides.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, Rational, Symbol, exp, log, oo

from theory import (
    Bound,
    Claim,
    Derivation,
    Differentiation,
    Domain,
    Equivalent,
    Identity,
    Observable,
    Real,
    Step,
    definition,
)
from theory.assoc_dynamics.margins import (
    DERIVED,
    LEMMAS,
    c,
    margin_constants_potential,
    max_margin_gradient,
    t,
)
from theory.assoc_dynamics.pair_limits import GapByRates, GapByResidue, PairFlow, PairSettles
from theory.core.printing import latex

__all__ = [
    "margin_constants_gap",
    "margin_constants_gap_slow",
    "margin_constants_invariant",
    "margin_constants_pair",
    "margin_constants_residue",
]

X, Y = Symbol("x_1", real=True), Symbol("x_2", real=True)
p1 = Real("p1", above=0, below=1, latex="p_1", meaning="probability of token 1", grid=(0.75, 0.4))
frequent = Real(
    "p1",
    above=Rational(1, 2),
    below=1,
    latex="p_1",
    meaning="probability of token 1, the more frequent one",
)
m1 = Real("m1", latex="m_1", meaning="margin of token 1 at the start")
m2 = Real("m2", latex="m_2", meaning="margin of token 2 at the start")
OVERLAP = "inner product of the two tokens, each times its label"
a = Real("a", above=-1, below=1, meaning=OVERLAP)
opposed = Real("a", above=-1, below=0, meaning=OVERLAP)
aligned_tokens = Real("a", above=0, below=1, meaning=OVERLAP)
TWO = "two labels and two tokens with unit embeddings"


def pair_field(share: Any, overlap: Any) -> tuple[Expr, Expr]:
    """Rates of the two margins."""
    one, two = share / (1 + exp(X)), (1 - share) / (1 + exp(Y))
    return c * (one + overlap * two), c * (two + overlap * one)


def along_pair(observed: Any, share: Any, overlap: Any) -> Any:
    """A function of the two margins along the gradient flow."""
    rates = pair_field(share, overlap)
    return PairFlow(observed, X, Y, *rates, m1.symbol, m2.symbol, t.symbol)


def settled_pair(share: Any, overlap: Any) -> PairSettles:
    """The theorem about late margins, for two unit tokens."""
    return PairSettles(
        mobility=((c.symbol, c * overlap), (c * overlap, c.symbol)),
        probabilities=(share.symbol, 1 - share),
        gradient=max_margin_gradient,
        potential=margin_constants_potential,
        time=t.symbol,
    )


first_margin = Observable(
    "first_margin",
    (p1, a, c, m1, m2, t),
    latex="m_1(t)",
    meaning="margin of token 1 along the gradient flow",
    definition=along_pair(X, p1, a),
)

margin_constants_pair = Claim(
    id="assoc-dynamics.margin-constants-pair",
    title="Two unit tokens: interference scales time by one plus the overlap",
    says=(
        "The exponential of the margin of a token grows like c (1 + a) p t, with a the inner "
        "product of the two tokens, each times its label, and p its own probability: destructive "
        "interference delays both tokens, and does not change the slope."
    ),
    statement=Equivalent(exp(first_margin()), c * (1 + a) * p1 * t, as_=(t, oo)),
    domain=Domain(p1, a, c, m1, m2, t, remarks=(TWO,)),
    source=DERIVED,
    observables=(first_margin,),
    derivation=Derivation(
        Step(exp(first_margin.definition), by=definition),
        Step(c * (1 + a) * p1 * t, by=settled_pair(p1, a)),
    ),
    uses=LEMMAS,
)


def conserved(share: Any, overlap: Any, first: Any = X, second: Any = Y) -> Expr:
    """What the flow of an exponential loss would conserve."""
    slow = exp(-overlap * (first + second) / (1 + overlap))
    return slow * (exp(first) / share - exp(second) / (1 - share))


def gap_observable(share: Any, overlap: Any) -> Observable:
    """The gap between the two margins, less its limit."""
    return Observable(
        "gap",
        (share, overlap, c, m1, m2, t),
        latex=r"g(t)",
        meaning=(
            "margin of token 1 minus that of token 2 along the gradient flow, minus the logarithm "
            "of the ratio of their probabilities"
        ),
        definition=along_pair(X - Y - log(share / (1 - share)), share, overlap),
    )


invariant_rate = Observable(
    "invariant_rate",
    (p1, a, c, m1, m2),
    latex=r"\dot{H}",
    meaning="rate of H along the gradient flow",
    definition=Derivative(conserved(p1, a, m1.symbol, m2.symbol), m1.symbol)
    * pair_field(p1, a)[0].subs({X: m1.symbol, Y: m2.symbol})
    + Derivative(conserved(p1, a, m1.symbol, m2.symbol), m2.symbol)
    * pair_field(p1, a)[1].subs({X: m1.symbol, Y: m2.symbol}),
)
slow_factor = exp(-a * (m1 + m2) / (1 + a))

margin_constants_invariant = Claim(
    id="assoc-dynamics.margin-constants-invariant",
    title="Two unit tokens: what an exponential loss would conserve",
    says=(
        "Let H be the exponential of the first margin over the probability of its token, less the "
        "same of the second, times the exponential of minus a over 1 + a times the sum of the "
        "margins. Along the flow it moves only as far as the probabilities of "
        "the right labels differ: for the exponential loss it would rest."
    ),
    statement=Identity(
        invariant_rate(),
        c * (1 - a) * slow_factor * (1 / (1 + exp(-m1)) - 1 / (1 + exp(-m2))),
    ),
    domain=Domain(p1, a, c, m1, m2, remarks=(TWO,)),
    source=DERIVED,
    observables=(invariant_rate,),
    derivation=Derivation(
        Step(invariant_rate.definition, by=definition),
        Step(
            c * (1 - a) * slow_factor * (1 / (1 + exp(-m1)) - 1 / (1 + exp(-m2))),
            by=Differentiation(),
        ),
    ),
)

gap = gap_observable(frequent, opposed)
gap_limit = (1 - opposed) / (-2 * opposed * c * (1 + opposed)) * (1 / (1 - frequent) - 1 / frequent)

margin_constants_gap = Claim(
    id="assoc-dynamics.margin-constants-gap",
    title="Destructive interference: the gap closes like one over time",
    says=(
        "If the tokens interfere destructively, the gap between their margins approaches the "
        "logarithm of the ratio of their probabilities like one over time, with an exact constant, "
        "from any start: no faster, though exponential tails alone would give a larger power."
    ),
    statement=Equivalent(gap(), gap_limit / t, as_=(t, oo)),
    domain=Domain(frequent, opposed, c, m1, m2, t, remarks=(TWO,)),
    source=DERIVED,
    observables=(gap,),
    derivation=Derivation(
        Step(gap.definition, by=definition),
        Step(
            gap_limit / t,
            by=GapByRates(
                settled_pair(frequent, opposed),
                conserved(frequent, opposed),
                exp((Y - opposed * X) / (1 + opposed)) / (1 - frequent),
            ),
        ),
    ),
    uses=LEMMAS,
)

CONSERVED = latex(conserved(p1, aligned_tokens), Domain(p1, aligned_tokens))
RESIDUE = (
    f"$H_\\infty$ is the limit of ${CONSERVED}$ along the flow of the margins "
    f"${latex(X)}$ and ${latex(Y)}$, and not 0"
)
slow_gap = gap_observable(p1, aligned_tokens)
residue = Observable(
    "residue",
    (p1, aligned_tokens, c, m1, m2),
    latex=r"H_\infty",
    meaning=(
        "limit along the flow of the exponential of the first margin over the probability of its "
        "token, less the same of the second, times the exponential of minus a over 1 + a times the "
        "sum of the margins"
    ),
)
slow_power = (1 - aligned_tokens) / (1 + aligned_tokens)
slow_gap_size = (p1 * (1 - p1)) ** (aligned_tokens / (1 + aligned_tokens)) * (
    c * (1 + aligned_tokens) * t
) ** (-slow_power)

margin_constants_gap_slow = Claim(
    id="assoc-dynamics.margin-constants-gap-slow",
    title="Constructive interference: the gap closes like a small power of time",
    says=(
        "If the tokens interfere constructively, the gap approaches the logarithm of the ratio of "
        "the probabilities like the time to the power -(1 - a) / (1 + a), arbitrarily slowly for "
        "tokens that are nearly alike; the constant is the limit of H times an explicit factor."
    ),
    statement=Equivalent(slow_gap(), residue() * slow_gap_size, as_=(t, oo)),
    domain=Domain(p1, aligned_tokens, c, m1, m2, t, remarks=(TWO, RESIDUE)),
    source=DERIVED,
    observables=(slow_gap, residue),
    derivation=Derivation(
        Step(slow_gap.definition, by=definition),
        Step(
            residue() * slow_gap_size,
            by=GapByResidue(
                settled_pair(p1, aligned_tokens),
                conserved(p1, aligned_tokens),
                exp((Y - aligned_tokens * X) / (1 + aligned_tokens)) / (1 - p1),
                residue=residue(),
                decay=2 * aligned_tokens / (1 + aligned_tokens),
                remark=RESIDUE,
            ),
        ),
    ),
    uses=LEMMAS,
)

weak = Real("a", above=0, at_most=Rational(1, 10), meaning=f"a small {OVERLAP}")
strong = Real("b", at_least=Rational(1, 2), below=1, meaning=f"a large {OVERLAP}")
usual = Real(
    "p1",
    at_least=Rational(3, 5),
    at_most=Rational(19, 20),
    latex="p_1",
    meaning="probability of token 1, the more frequent one",
)
FROM_ZERO = "both margins are 0 at the start"
residue_at = {
    overlap: Observable(
        f"residue_{name}",
        (usual, overlap, c),
        latex=rf"H_\infty({overlap.name})",
        meaning=f"limit of H along the flow from margins 0, at the inner product {overlap.name}",
    )
    for name, overlap in (("weak", weak), ("strong", strong))
}

margin_constants_residue = Claim(
    id="assoc-dynamics.margin-constants-residue",
    title="The slow power of the gap drops out at some overlap",
    says=(
        "From margins 0 the limit of H is negative for strongly aligned tokens and positive for "
        "weakly aligned ones: the gap is approached from below or from above. In between there is "
        "an overlap at which the limit is 0, and the gap closes faster than the power "
        "-(1 - a) / (1 + a)."
    ),
    statement=Bound(residue_at[strong](), "<=", 0, "<=", residue_at[weak]()),
    domain=Domain(usual, weak, strong, c, remarks=(TWO, FROM_ZERO)),
    source=DERIVED,
    observables=(residue_at[strong], residue_at[weak]),
    uses=("assoc-dynamics.margin-constants-gap-slow",),
)
