r"""Without a chain of thought: parity in one layer, polynomial iteration in two, all weights known.

The prompt is a mark of the beginning at position 0, the inputs at 1, ..., L, and a mark of their
end at L + 1, where the answer is read off. Attention is the same to all positions, or grows with
the position: it takes sums, divided by a number that depends on L alone. The mark of the beginning
gives one over the same number, so that rectified units compare whole numbers, whatever L is.
"""

from __future__ import annotations

from sympy import Expr, Lambda, Max, Product, Sum, Symbol

from theory import (
    ByClaim,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    ForAll,
    Identity,
    Integer,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import Telescoping
from theory.iteration_head.one_shot_rules import Ramps, Recursion, SolvesRecursion
from theory.iteration_head.paper import PAPER

__all__ = [
    "oneshot_log_depth",
    "oneshot_log_depth_layers",
    "oneshot_log_depth_window",
    "oneshot_parity",
    "oneshot_parity_margin",
    "oneshot_parity_zigzag",
    "oneshot_polynomial",
    "oneshot_polynomial_margin",
    "oneshot_polynomial_units",
    "oneshot_polynomial_unrolled",
]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)


def read_literally(place: str) -> Source:
    """What a picture or a description suggests, and is not so."""
    return Source(PAPER, place, seen=Seen.SUMMARY, standing=Standing.CORRECTED)


i = Symbol("i", integer=True, positive=True)
j = Symbol("j", integer=True, positive=True)
k = Symbol("k", integer=True, positive=True)
e = Symbol("e", integer=True, nonnegative=True)
a = Symbol("a", real=True)

n = Natural("n", at_least=1, meaning="largest number of inputs")
L = Natural("L", at_least=1, meaning="number of inputs")
c = Natural("c", meaning="number of ones among the inputs")

# ------------------------------------------------------------------ parity

share, mark = c / (L + 2), 1 / (L + 2)
ANSWER = (
    "the token with the largest logit at the mark of the end is the last state, and after it "
    "comes the mark of the end of the sequence"
)

parity_gap = Observable(
    "parity_gap",
    (n, L, c),
    latex=r"\ell_1 - \ell_0",
    meaning="logit of 1 minus logit of 0 at the end of the prompt",
    definition=2 * share + 4 * Sum((-1) ** k * Max(0, share - k * mark), (k, 1, n)) - mark,
)

zigzag = Sum((-1) ** k * (c - k), (k, 1, c))

oneshot_parity_zigzag = Claim(
    id="iteration-head.oneshot-parity-zigzag",
    title="Ramps that turn at every whole number make a zigzag",
    says=(
        "The sum of ramps of alternating signs that begin at 1, 2, ..., taken at a whole number c, "
        "is -c/2 for even c and (1 - c)/2 for odd c."
    ),
    statement=Identity(zigzag, (1 - (-1) ** c.symbol) / 4 - c / 2),
    domain=Domain(c),
    source=DERIVED,
    derivation=Derivation(
        Step(zigzag, by=definition),
        Step(
            (1 - (-1) ** c.symbol) / 4 - c / 2,
            by=Telescoping((-1) ** k * (2 * k - 2 * c - 1) / 4),
        ),
    ),
)

oneshot_parity_margin = Claim(
    id="iteration-head.oneshot-parity-margin",
    title="One layer without a chain of thought tells even from odd",
    says=(
        "One layer attends to all positions alike, which gives the number of ones over L + 2 and "
        "one over L + 2. A rectified unit for each number up to the largest length makes "
        "a zigzag of them. The logit of 1 exceeds that of 0, or falls short of it, by exactly "
        "1 over L + 2, as the number of ones is odd or even. No code of the position is needed."
    ),
    statement=Identity(parity_gap(n, L, c), -((-1) ** c.symbol) / (L + 2)),
    domain=Domain(n, L, c, where=(c <= L.symbol, c <= n.symbol)),
    source=DERIVED,
    observables=(parity_gap,),
    derivation=Derivation(
        Step(parity_gap.definition, by=definition),
        Step(
            2 * share + 4 * Sum((-1) ** k * (share - k * mark), (k, 1, c)) - mark,
            by=Ramps(up_to=c),
        ),
        Step(2 * share + 4 * mark * Sum((-1) ** k * (c - k), (k, 1, c)) - mark, by=algebra),
        Step(-((-1) ** c.symbol) / (L + 2), by=ByClaim(oneshot_parity_zigzag)),
    ),
)

oneshot_parity = Claim(
    id="iteration-head.oneshot-parity",
    title="One layer computes the parity of the inputs in one shot",
    says=(
        "A transformer of one layer and one head, with uniform attention and one rectified unit "
        "for each number up to n, answers with the parity of any string of up to n bits, and "
        "then ends the sequence: for parity a chain of thought is not needed."
    ),
    statement=ForAll("string of $1, \\dots, n$ bits", ANSWER),
    domain=Domain(n),
    source=DERIVED,
    uses=("iteration-head.oneshot-parity-margin",),
)

# ------------------------------------------------------------------ polynomial iteration

p = Natural("p", at_least=2, meaning="number of states, a prime")
PRIME = "$p$ is a prime"
x = Vector("x", length=L, entry=Integer("entry", at_least=1), meaning="inputs")
last_state = Observable(
    "last_state",
    (L, x),
    latex="s_L",
    meaning="last state in whole numbers: the first state is the first input, and each further one "
    "is the state before it times the input, plus 1",
    definition=Recursion(Lambda((i, a), a * x[i] + 1), x[1], 1, L.symbol),
)


def unrolled(length: object) -> Expr:
    """The product of all inputs, times one and the inverses of the products up to 2, 3, ..."""
    inverses = Sum(1 / Product(x[j], (j, 1, k)), (k, 2, length))
    return Product(x[j], (j, 1, length)) * (1 + inverses)


oneshot_polynomial_unrolled = Claim(
    id="iteration-head.oneshot-polynomial-unrolled",
    title="The last state of polynomial iteration from sums over prefixes",
    says=(
        "The iteration s x + 1 that begins with the first input ends at the product of all inputs "
        "times one plus the sum of the inverse products of the first 2, 3, ..., L inputs. Modulo "
        "a prime, for inputs other than 0, the products are powers of a primitive root, whose "
        "exponents are sums of discrete logarithms."
    ),
    statement=Identity(last_state(L, x), unrolled(L.symbol)),
    domain=Domain(L, x),
    source=DERIVED,
    observables=(last_state,),
    derivation=Derivation(
        Step(last_state.definition, by=definition),
        Step(unrolled(L.symbol), by=SolvesRecursion(unrolled(i), i)),
    ),
)

margin = Observable(
    "margin",
    (p, L),
    latex=r"\mathrm{margin}",
    meaning="logit of the last state minus the largest of the other logits",
    definition=1 / Sum(k, (k, 1, L + 2)),
)

oneshot_polynomial_margin = Claim(
    id="iteration-head.oneshot-polynomial-margin",
    title="How clear the answer of the two layers is",
    says=(
        "In the two layers that compute polynomial iteration in one shot the second one attends "
        "to each position in proportion to its number, counted from 1. The logit of the last "
        "state exceeds all others by exactly one over the sum of these numbers."
    ),
    statement=Identity(margin(p, L), 2 / ((L + 2) * (L + 3))),
    domain=Domain(p, L, remarks=(PRIME,)),
    source=DERIVED,
    observables=(margin,),
    derivation=Derivation(
        Step(margin.definition, by=definition),
        Step(2 / ((L + 2) * (L + 3)), by=ExactSum()),
    ),
)

units = Observable(
    "units",
    (p, n),
    latex=r"\mathrm{units}",
    meaning="rectified units of both layers of the transformer for polynomial iteration",
    definition=1 + Sum(1, (k, 1, (n + 1) * (p - 2))) + Sum((n + 1) * (p - 1), (k, 1, p - 1)),
)

oneshot_polynomial_units = Claim(
    id="iteration-head.oneshot-polynomial-units",
    title="The units of the two layers grow in proportion to the length",
    says=(
        "The first layer has a rectified unit for each value of the sum of logarithms, the second "
        "one for each value of the sum of inverse products and each residue of the first sum. "
        "Their number grows as n times the square of p: tables for each length are not needed, "
        "since both layers compare sums with the mark of the beginning."
    ),
    statement=Identity(units(p, n), (n + 1) * (p.symbol**2 - p - 1) + 1),
    domain=Domain(p, n, remarks=(PRIME,)),
    source=DERIVED,
    observables=(units,),
    derivation=Derivation(
        Step(units.definition, by=definition),
        Step((n + 1) * (p.symbol**2 - p - 1) + 1, by=ExactSum()),
    ),
)

oneshot_polynomial = Claim(
    id="iteration-head.oneshot-polynomial",
    title="Two layers compute polynomial iteration in one shot",
    says=(
        "A transformer of two layers with one head each computes the last state of s x + 1 modulo "
        "a prime from any inputs other than 0, without a chain of thought. The first layer takes "
        "the sums of discrete logarithms and turns them into inverse products, the second adds "
        "these up and multiplies. So what a chain of thought adds on this task is not "
        "expressive power, but what can be learned."
    ),
    statement=ForAll("sequence of $1, \\dots, n$ inputs from $1, \\dots, p - 1$", ANSWER),
    domain=Domain(p, n, remarks=(PRIME,)),
    source=read_literally("training without a chain of thought"),
    published=(
        "read literally, polynomial iteration is out of reach of two layers that answer without a "
        "chain of thought"
    ),
    uses=(
        "iteration-head.oneshot-polynomial-unrolled",
        "iteration-head.oneshot-polynomial-margin",
    ),
)

# ------------------------------------------------------------------ any task, in log depth

layers = Natural("layers", latex="d", meaning="number of layers")
window = Observable(
    "window",
    (layers,),
    latex="w_d",
    meaning="number of last inputs that have an effect on the state read off after d layers",
    definition=Recursion(Lambda((i, a), 2 * a), 1, 0, layers.symbol),
)

oneshot_log_depth_window = Claim(
    id="iteration-head.oneshot-log-depth-window",
    title="Every layer of composition doubles how far back a position sees",
    says=(
        "Every position begins with the map of its own input and sees one input. In each layer it "
        "composes the map it holds with that of the position as far back as it has seen so far."
    ),
    statement=Identity(window(layers), 2**layers.symbol),
    domain=Domain(layers),
    source=DERIVED,
    observables=(window,),
    derivation=Derivation(
        Step(window.definition, by=definition),
        Step(2**layers.symbol, by=SolvesRecursion(2**e, e)),
    ),
)

LENGTH = "the length is $2^f + r$, and the first input may decide the last state"
f = Natural("f", meaning="whole part of the binary logarithm of one less than the length")
r = Natural("r", at_least=1, meaning="by how much the length exceeds a power of two")
least_layers = Observable(
    "least_layers",
    (f, r),
    latex="d_{2^f + r}",
    meaning="least number of layers of composition that gives the right states up to the length",
)

oneshot_log_depth_layers = Claim(
    id="iteration-head.oneshot-log-depth-layers",
    title="The layers of composition grow with the logarithm of the length",
    says=(
        "For a task in which the first input may decide, composition by doubling needs as many "
        "layers as the binary logarithm of the length, rounded up: for lengths above a power of "
        "two and up to the next one, one more than its exponent. One layer for each step of the "
        "iteration, as a circuit that is rolled out would have, is far too many."
    ),
    statement=Identity(least_layers(f, r), f + 1),
    domain=Domain(f, r, where=(r.symbol <= 2**f.symbol,), remarks=(LENGTH,)),
    source=read_literally("iteration rolled out in depth"),
    published="in one shot an iteration takes a layer for each of its steps after the first",
    observables=(least_layers,),
    uses=("iteration-head.oneshot-log-depth-window",),
)

states = Natural("S", at_least=1, meaning="number of states")
inputs = Natural("X", at_least=1, meaning="number of inputs to choose from")

oneshot_log_depth = Claim(
    id="iteration-head.oneshot-log-depth",
    title="Any iteration in one shot, with the binary logarithm of the length as depth",
    says=(
        "Composition of maps is associative, so a transformer whose layers compose the maps of the "
        "inputs by doubling reads off all states of an iterative algorithm at once, whatever the "
        "algorithm is. Its number of layers is the binary logarithm of the length, rounded up. "
        "There are logits for each state before the inputs."
    ),
    statement=ForAll(
        "map $F$ of $S$ states and $X$ inputs, state $s_0$ and inputs $x_1, \\dots, x_L$",
        "with $\\lceil \\log_2 L \\rceil$ layers the largest logit at $x_t$ is that of $s_t$, for "
        "$t = 1, \\dots, L$",
    ),
    domain=Domain(states, inputs, L),
    source=DERIVED,
    uses=("iteration-head.oneshot-log-depth-window",),
)
