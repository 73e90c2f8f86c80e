r"""How many dimensions an iteration head needs: eight, in exact arithmetic, for every task.

Tokens are on a circle and positions are $(j, j^2)$. The price is the temperature of the first head,
which falls with the square of the number of tokens. With unit vectors as positions, the temperature
of the second head depends on the largest inner product of two of them, the coherence.
"""

from __future__ import annotations

from sympy import Eq, Rational, Sum, Symbol, exp, log

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    ForAll,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.monotone import (
    ByOneLink,
    EachTerm,
    OneSign,
    Replaced,
    SplitOff,
)
from theory.iteration_head.construction import (
    A,
    exact_margin,
    j,
    keys,
    margin,
    n,
    states,
    symbols,
    t,
    votes,
)

__all__ = [  # noqa: RUF022 (reading order)
    "coherence",
    "coherence_sharp",
    "dimension",
    "dimension_right",
    "dimension_stray",
    "dimension_certificate",
]

DERIVED = Source(None, "dimension", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

# ------------------------------------------------------------------ codes that are unit vectors

K = Natural("K", at_least=2, meaning="number of other positions in sight")
beta = Real("beta", above=0, latex=r"\beta_2", meaning="inverse temperature of the second head")
mu = Real("mu", latex=r"\mu", at_least=-1, below=1, meaning="coherence of the codes")
less = Vector(
    "less",
    latex="s",
    length=K,
    entry=Real("entry", at_least=0, at_most=2),
    meaning="coherence minus the inner product with the code of each other position",
)
gain = Real("g", above=0, meaning="by how much the head is colder than needed, as a share")
i = Symbol("i", integer=True, positive=True)
ALL = (i, 1, K)
UNIT = "codes are unit vectors; the first head and the subtraction are exact"

unit_weight = Observable(
    "unit_weight",
    (K, beta, mu, less),
    latex="W",
    meaning="weight of the second head on the wanted position, with its code as the query",
    definition=1 / (1 + Sum(exp(-beta * (1 - mu + less[i])), ALL)),
)
cold = (1 + gain) * log(K) / (1 - mu)
rest = Sum(exp(-cold * (1 - mu + less[i])), ALL)
evenly = Sum(exp(-cold * (1 - mu)), ALL)

coherence = Claim(
    id="iteration-head.construct-coherence",
    title="The temperature that unit vectors as positions need depends on their coherence",
    says=(
        "If no two codes have an inner product above the coherence, and the inverse temperature of "
        "the second head is above the logarithm of the number of other positions in sight over 1 "
        "minus the coherence, by a share g, the wanted position gets at least one over one plus K "
        "to the power -g of the attention: more than half, which makes the circuit right."
    ),
    statement=Bound(unit_weight(K, cold, mu, less), ">=", 1 / (1 + K ** (-gain))),
    domain=Domain(K, gain, mu, less, remarks=(UNIT,)),
    source=DERIVED,
    observables=(unit_weight,),
    derivation=Derivation(
        Step(unit_weight.defined_as(K, cold, mu, less), by=definition),
        Step(
            1 / (1 + evenly),
            by=Replaced(rest, evenly, EachTerm(Replaced(less[i], 0, OneSign(">="))), sense=">="),
        ),
        Step(1 / (1 + K * exp(-(1 + gain) * log(K))), by=ExactSum()),
        Step(1 / (1 + K ** (-gain)), by=algebra),
    ),
)

equal_weight = Observable(
    "equal_weight",
    (K, beta, mu),
    latex="W",
    meaning="weight of the second head on the wanted position when any two codes have one inner "
    "product",
    definition=1 / (1 + Sum(exp(-beta * (1 - mu)), ALL)),
)

coherence_sharp = Claim(
    id="iteration-head.construct-coherence-sharp",
    title="Equally correlated codes need all of that temperature",
    says=(
        "If any two codes have one inner product, the wanted position gets exactly half of the "
        "attention at the inverse temperature log K over 1 minus the inner product."
    ),
    statement=Identity(equal_weight(K, log(K) / (1 - mu), mu), Rational(1, 2)),
    domain=Domain(K, mu, where=(K * mu >= -1,), remarks=(UNIT,)),
    source=DERIVED,
    observables=(equal_weight,),
    derivation=Derivation(
        Step(equal_weight.defined_as(K, log(K) / (1 - mu), mu), by=definition),
        Step(1 / (1 + K * exp(-log(K))), by=ExactSum()),
        Step(Rational(1, 2), by=algebra),
    ),
)

# ------------------------------------------------------------------ eight dimensions

dimension = Claim(
    id="iteration-head.construct-dimension",
    title="Eight dimensions are enough for every task and every length",
    says=(
        "A circuit whose stream has eight dimensions writes the chain and stops, for every map, "
        "every number of states and inputs and every length: two for the token, a point on a "
        "circle, two for the position and its square, one for the position found, two for the "
        "token fetched, one for a constant; the answer is written over the token. Wider networks "
        "may be easier to train or need fewer digits, but width is no limit of what can be "
        "expressed."
    ),
    statement=ForAll(
        "map of $S$ states and $X$ inputs to states, first state after each input, and prompt of "
        "at most $n$ inputs",
        "the stream has eight dimensions, and the greedy continuation is the chain of states, "
        "then the mark of the end",
    ),
    domain=Domain(
        states,
        symbols,
        n,
        remarks=(
            r"$\beta_1 = (6 + 2 \log(n + 1)) / \gamma$ and $\beta_2 = 3 \log(16 / \gamma)$, where "
            r"$\gamma = 1 - \cos(2 \pi / V)$ for $V$ tokens in all",
        ),
    ),
    source=DERIVED,
    uses=(
        "iteration-head.construct-dimension-certificate",
        "iteration-head.construct-exact-temperatures",
    ),
)

gap = Real(
    "gamma",
    latex=r"\gamma",
    above=0,
    at_most=2,
    meaning="1 minus the inner product of neighbours on the circle of tokens",
)
wanted = Vector(
    "u",
    length=keys,
    entry=votes.entry,
    meaning="1 plus the inner products of the wanted token with the tokens at the keys",
)
right_input = Observable(
    "right_input",
    (keys, A, votes, t, gap),
    latex=r"h_{\mathrm{right}}",
    meaning="input of the unit for the own token and the wanted one",
    definition=margin.definition - 1 + gap,
)

dimension_right = Claim(
    id="iteration-head.construct-dimension-right",
    title="On a circle of tokens, the unit of the right pair hears the gap less twice the stray",
    says=(
        "The unit of the own token and the wanted one has an input of at least the gap between "
        "neighbouring tokens, less twice the attention that is not on the wanted input."
    ),
    statement=Bound(right_input(keys, A, votes, t, gap), ">=", gap - 2 * (1 - A[t])),
    domain=Domain(keys, A, wanted, t, gap, where=(t <= keys, Eq(wanted[t], 2))),
    source=DERIVED,
    observables=(right_input,),
    derivation=Derivation(
        Step(right_input.definition, by=definition),
        Step(
            2 * A[t] - 2 + gap,
            by=Replaced(
                margin.definition, 2 * A[t] - 1, ByOneLink(exact_margin, sense=">="), sense=">="
            ),
        ),
        Step(gap - 2 * (1 - A[t]), by=algebra),
    ),
)

distance = Vector(
    "d",
    length=keys,
    entry=Real("entry", at_least=0, at_most=2),
    meaning="1 minus the inner products of another token with the tokens at the keys",
)
stray_input = Observable(
    "stray_input",
    (keys, A, distance, t, gap),
    latex=r"h_{\mathrm{stray}}",
    meaning="input of the unit for the own token and another than the wanted one",
    definition=gap - Sum(A[j] * distance[j], (j, 1, keys)),
)

dimension_stray = Claim(
    id="iteration-head.construct-dimension-stray",
    title="On a circle of tokens, the unit of a wrong pair hears the gap times the stray at most",
    says=(
        "The unit of the own token and another than the wanted one has an input of at most the gap "
        "between neighbouring tokens times the attention that is not on the wanted input."
    ),
    statement=Bound(stray_input(keys, A, distance, t, gap), "<=", gap * (1 - A[t])),
    domain=Domain(keys, A, distance, t, gap, where=(t <= keys, distance[t] >= gap)),
    source=DERIVED,
    observables=(stray_input,),
    derivation=Derivation(
        Step(stray_input.definition, by=definition),
        Step(
            gap - A[t] * distance[t],
            by=Replaced(
                Sum(A[j] * distance[j], (j, 1, keys)),
                A[t] * distance[t],
                SplitOff(t, drop=True),
                sense="<=",
            ),
        ),
        Step(gap * (1 - A[t]), by=OneSign()),
    ),
)

dimension_certificate = Claim(
    id="iteration-head.construct-dimension-certificate",
    title="In eight dimensions half of the attention is not enough, but nearly all is",
    says=(
        "With tokens on a circle and answers 8 over the squared gap louder than tokens, whatever "
        "the temperatures, if less than 3/16 of the gap between neighbouring tokens goes astray in "
        "the second head at every step, the last included, what the circuit writes is right. More "
        "than half of the attention, which is enough with a dimension for every token, is not."
    ),
    statement=ForAll(
        r"map of at most $6$ states and $5$ inputs, prompt of at most $n$ inputs, $\beta_1$ and "
        r"$\beta_2$",
        "if the weight on the input to be fetched is above $1 - 3 \\gamma / 16$ at the steps "
        "$1, \\dots, L + 1$, the greedy continuation is right",
    ),
    domain=Domain(n, remarks=(r"$\gamma = 1 - \cos(2 \pi / V)$ for $V$ tokens in all",)),
    source=DERIVED,
    uses=(
        "iteration-head.construct-dimension-right",
        "iteration-head.construct-dimension-stray",
    ),
)
