r"""The circuit of an iteration head: two layers that run every map of finitely many states.

The first head finds the end of the inputs, at position $L + 1$. At position $q = L + t$ a
subtraction gives $t$; the second head fetches the input $x_t$ there; and a unit for every pair of a
state and an input applies the map. Position codes are unit vectors, points on a circle, or
$(j, j^2)$.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Rational, Sum, Symbol, exp, factorial, oo

from theory import (
    Bound,
    Categorical,
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
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.comparison import WidenSum
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.inequalities import Nonnegative
from theory.core.rules.monotone import (
    ByOneLink,
    OneSign,
    Replaced,
    SplitOff,
    SumsAsSymbols,
)
from theory.iteration_head.paper import PAPER
from theory.mode_estimation.geometric_sums import GeometricSum

__all__ = [  # noqa: RUF022 (reading order)
    "exact",
    "exact_margin",
    "exact_fetched",
    "exact_temperatures",
    "exact_certificate",
    "task_independence",
    "word_problem",
    "word_problem_order",
]

FIGURE = Source(PAPER, "Figure 5", seen=Seen.SUMMARY, standing=Standing.SHARPENED)
DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

code = Categorical(
    "code",
    choices=("onehot", "trig", "quad"),
    latex=r"\mathit{code}",
    meaning="position code: unit vectors, points on a circle, or a position and its square",
)
states = Natural("S", at_least=1, meaning="number of states")
symbols = Natural("X", at_least=1, meaning="number of inputs to choose from")
n = Natural("n", meaning="longest prompt")

TEMPERATURES = (
    r"$\beta_1 = 6 + 2 \log(n + 1)$, and $\beta_2 = 6 + \log(2 n + 2)$ for unit vectors, "
    r"$6 (n + 1)^2 / \pi^2$ for $2 n + 2$ points on a circle and $6$ for $(j, j^2)$"
)

exact = Claim(
    id="iteration-head.construct-exact",
    title="Two layers of one head run every iteration over finitely many states",
    says=(
        "For every map of state and input to the next state, and every first state after every "
        "first input, the circuit writes the chain of states and then stops, for every prompt of "
        "at most n inputs, the empty one included, with each of the three position codes, whether "
        "inputs and states have tokens in common or not. Fetching the mark of the end of the "
        "inputs is what makes it stop."
    ),
    statement=ForAll(
        "map of $S$ states and $X$ inputs to states, first state after each input, and prompt of "
        "at most $n$ inputs",
        "the greedy continuation is the chain of states, then the mark of the end",
    ),
    domain=Domain(code, states, symbols, n, remarks=(TEMPERATURES,)),
    source=FIGURE,
    uses=(
        "iteration-head.construct-exact-margin",
        "iteration-head.construct-exact-temperatures",
    ),
)

# ------------------------------------------------------------------ why it suffices to fetch half

keys = Natural("m", at_least=1, meaning="number of keys in sight")
A = Simplex(
    "A",
    length=keys,
    entry=Real("entry", at_least=0, at_most=1),
    meaning="weights of the second head",
)
votes = Vector(
    "u",
    length=keys,
    entry=Real("entry", at_least=0, at_most=2),
    meaning="2 where the own state and the token at the key give the right answer, 0 where they "
    "give a certain wrong one, else 1",
)
t = Natural("t", at_least=1, meaning="key that is to be fetched")
j = Symbol("j", integer=True, positive=True)

margin = Observable(
    "margin",
    (keys, A, votes, t),
    latex=r"\ell_{\mathrm{right}} - \ell_{\mathrm{wrong}}",
    meaning="logit of the right answer minus that of the wrong one",
    definition=Sum(A[j] * (votes[j] - 1), (j, 1, keys)),
)

exact_margin = Claim(
    id="iteration-head.construct-exact-margin",
    title="Half of the attention on the right input makes the answer right",
    says=(
        "The right answer is ahead of any other by at least twice the weight W that the second "
        "head puts on the input to be fetched, minus 1, whatever the map is and wherever the rest "
        "of the attention goes: W above one half is enough."
    ),
    statement=Bound(margin(keys, A, votes, t), ">=", 2 * A[t] - 1),
    domain=Domain(keys, A, votes, t, where=(t <= keys, Eq(votes[t], 2))),
    source=DERIVED,
    observables=(margin,),
    derivation=Derivation(
        Step(margin.definition, by=definition),
        Step(Sum(A[j] * votes[j], (j, 1, keys)) - Sum(A[j], (j, 1, keys)), by=algebra),
        Step(
            A[t] * votes[t] - Sum(A[j], (j, 1, keys)),
            by=Replaced(
                Sum(A[j] * votes[j], (j, 1, keys)),
                A[t] * votes[t],
                SplitOff(t, drop=True),
                sense=">=",
            ),
        ),
        Step(2 * A[t] - Sum(A[j], (j, 1, keys)), by=ByHypothesis({Eq(votes[t], 2): A[t]})),
        Step(2 * A[t] - 1, by=SumsAsSymbols(values={Sum(A[j], (j, 1, keys)): (1, "A")})),
    ),
)

# ------------------------------------------------------------------ how hot the second head may be

beta = Real("beta", above=0, latex=r"\beta_2", meaning="inverse temperature of the second head")
shift = Real(
    "delta",
    at_least=0,
    below=Rational(1, 2),
    latex=r"\delta",
    meaning="error of the position that the second head looks for",
)
L = Natural("L", meaning="number of inputs")
step = Natural("t", at_least=1, meaning="number of the state to be written")
i = Symbol("i", integer=True, positive=True)
a = exp(-beta * (1 - 2 * shift) / 2)

ahead = Sum(exp(-beta * (i**2 - 2 * i * shift) / 2), (i, 1, L))
farther = Sum(exp(-beta * (i**2 + 2 * i * shift) / 2), (i, 1, step))

fetched = Observable(
    "fetched",
    (L, step, beta, shift),
    latex=r"W",
    meaning="weight of the second head on the input to be fetched, when it looks for a position "
    "that is too far by the error, with a position and its square as the code of the position",
    definition=1 / (1 + ahead + farther),
)


def nearer(end: Any) -> Expr:
    """The geometric series on one side."""
    return Sum(exp(-beta * (i * (1 - 2 * shift)) / 2), (i, 1, end))


exact_fetched = Claim(
    id="iteration-head.construct-exact-fetched",
    title="A second head of constant temperature fetches the right input at every length",
    says=(
        "If the position that the second head looks for is wrong by less than one half, the rest "
        "of the attention is at most a geometric series on either side of the input to be fetched, "
        "whatever the length: the weight on it is at least the hyperbolic tangent of a quarter of "
        "the inverse temperature times 1 minus twice the error."
    ),
    statement=Bound(fetched(L, step, beta, shift), ">=", (1 - a) / (1 + a)),
    domain=Domain(L, step, beta, shift),
    source=DERIVED,
    observables=(fetched,),
    derivation=Derivation(
        Step(fetched.definition, by=definition),
        Step(
            1 / (1 + nearer(L) + farther),
            by=Replaced(
                ahead,
                nearer(L),
                Termwise(Replaced(i**2 - 2 * i * shift, i * (1 - 2 * shift), Nonnegative(">="))),
                sense=">=",
            ),
            note="$i^2 \\ge i$",
        ),
        Step(
            1 / (1 + nearer(L) + nearer(step)),
            by=Replaced(
                farther,
                nearer(step),
                Termwise(Replaced(i**2 + 2 * i * shift, i * (1 - 2 * shift), Nonnegative(">="))),
                sense=">=",
            ),
        ),
        Step(
            1 / (1 + nearer(oo) + nearer(step)),
            by=Replaced(nearer(L), nearer(oo), WidenSum(), sense=">="),
        ),
        Step(
            1 / (1 + 2 * nearer(oo)),
            by=Replaced(nearer(step), nearer(oo), WidenSum(), sense=">="),
        ),
        Step(
            1 / (1 + 2 * a / (1 - a)),
            by=Replaced(nearer(oo), a / (1 - a), GeometricSum()),
        ),
        Step((1 - a) / (1 + a), by=algebra),
    ),
)

gain = Real(
    "g",
    above=0,
    meaning="by how much the first head is sharper than needed: the exponential of its inverse "
    "temperature is 1 + g times the square of L + 1",
)
left = Natural("u", meaning="number of inputs after the one to be fetched, L + 1 - t")
sharp = (1 + gain) * (step + left) ** 2
index = Symbol("j", integer=True, nonnegative=True)
distance = Sum(
    (step + left - index) / (2 * step + left - 1 + sharp), (index, 0, 2 * step + left - 1)
)
error = (2 * step + left) * (left + 1) / (2 * (2 * step + left - 1 + sharp))
of_error = exp(-beta * (1 - 2 * error) / 2)
at_worst = exp(-beta * (gain / (2 + gain)) / 2)

fetched_by_both = Observable(
    "fetched_by_both",
    (left, step, beta, gain),
    latex=r"W",
    meaning="weight of the second head on the input to be fetched, when both heads are soft, "
    "with a position and its square as the code of the position",
    definition=fetched.defined_as(step + left - 1, step, beta, distance),
)

exact_temperatures = Claim(
    id="iteration-head.construct-exact-temperatures",
    title="How sharp both heads must be together, at every length",
    says=(
        "With a position and its square as the code, if the exponential of the first head's "
        "inverse temperature is 1 + g times the square of L + 1, the weight on the input to be "
        "fetched is at least the hyperbolic tangent of a quarter of the second head's inverse "
        "temperature times g / (2 + g), at every length and step. So if that inverse temperature "
        "is above 2 log 3 times (2 + g) / g, the circuit is right: that of the first head grows "
        "with the logarithm of the length, that of the second not at all. For shorter prompts the "
        "same first head has a larger g."
    ),
    statement=Bound(fetched_by_both(left, step, beta, gain), ">=", (1 - at_worst) / (1 + at_worst)),
    domain=Domain(left, step, beta, gain),
    source=DERIVED,
    observables=(fetched_by_both,),
    derivation=Derivation(
        Step(fetched_by_both.definition, by=definition),
        Step(
            fetched.defined_as(step + left - 1, step, beta, error),
            by=Replaced(distance, error, ExactSum()),
            note="the first head reads a mean position, short of $L + 1$ by this much",
        ),
        Step(
            (1 - of_error) / (1 + of_error),
            by=ByOneLink(
                exact_fetched, at={L.symbol: step + left - 1, shift.symbol: error}, sense=">="
            ),
        ),
        Step(
            (1 - at_worst) / (1 + at_worst),
            by=Replaced(1 - 2 * error, gain / (2 + gain), OneSign(">="), sense=">="),
            note="with equality at $L = 0$",
        ),
    ),
)

# ------------------------------------------------------------------ at any temperatures

exact_certificate = Claim(
    id="iteration-head.construct-exact-certificate",
    title="Attention that is peaked at every step, the last included, certifies the circuit",
    says=(
        "Whatever the temperatures, if more than half of the second head's attention is on the "
        "input to be fetched at every step, the step that stops included, then what the circuit "
        "writes is right. The steps that write states alone, which is where peaked attention is "
        "usually counted, do not tell whether it stops."
    ),
    statement=ForAll(
        r"map of at most $3$ states and inputs, prompt of at most $n$ inputs, $\beta_1$ and "
        r"$\beta_2$",
        "if the weight on the input to be fetched is above one half at the steps "
        "$1, \\dots, L + 1$, the greedy continuation is right",
    ),
    domain=Domain(code, n),
    source=DERIVED,
    uses=("iteration-head.construct-exact-margin",),
)

task_independence = Claim(
    id="iteration-head.construct-task-independence",
    title="Circuits of two tasks differ in one matrix",
    says=(
        "For given states and inputs the circuits of two maps have the same weights but for the "
        "output matrix of the second feed-forward network; with that matrix alone replaced, the "
        "circuit of one map runs the other."
    ),
    statement=ForAll(
        "two maps of $S$ states and $X$ inputs to states, with first states, and prompt of at most "
        "$n$ inputs",
        "the circuits differ in the output matrix of the second feed-forward network at most, and "
        "the first circuit with the other's matrix writes the other's chain",
    ),
    domain=Domain(code, states, symbols, n, remarks=(TEMPERATURES,)),
    source=Source(PAPER, "abstract", seen=Seen.ABSTRACT, standing=Standing.DERIVED_HERE),
    uses=("iteration-head.construct-exact",),
)

# ------------------------------------------------------------------ beyond one-shot circuits

word_problem = Claim(
    id="iteration-head.construct-word-problem",
    title="The circuit runs the word problem of the symmetric group on five points",
    says=(
        "With the 120 permutations of five points as states and two of them as inputs, a swap and "
        "the long cycle, the circuit writes the products of all prefixes. By Barrington's theorem "
        "this word problem is complete for circuits of logarithmic depth, and it is believed that "
        "no transformer of fixed depth and logarithmic precision decides it without a chain of "
        "thought; that part is cited, not tested."
    ),
    statement=ForAll(
        "word of at most $n$ letters, each the swap or the long cycle of five points",
        "the greedy continuation is the products of its prefixes, then the mark of the end",
    ),
    domain=Domain(code, n, remarks=(TEMPERATURES,)),
    source=Source(PAPER, "abstract", seen=Seen.ABSTRACT, standing=Standing.DERIVED_HERE),
    uses=("iteration-head.construct-exact",),
)

degree = Natural("k", at_least=5, meaning="number of points")
stable_order = Observable(
    "stable_order",
    (degree,),
    latex=r"|S_k^{(\infty)}|",
    meaning="order of the group at which the derived series of the symmetric group stops",
)

word_problem_order = Claim(
    id="iteration-head.construct-word-problem-order",
    title="The symmetric group on five points or more is not solvable",
    says=(
        "The derived series of the symmetric group on five or more points stops at the even "
        "permutations, half of all: the group is not solvable, which is what Barrington's theorem "
        "asks for. On four points or fewer it ends with one element."
    ),
    statement=Identity(stable_order(degree), factorial(degree) / 2),
    domain=Domain(degree),
    source=DERIVED,
    observables=(stable_order,),
    derivation=Derivation(
        Step(stable_order(degree), by=definition),
        Step(
            factorial(degree) / 2,
            by=Cited(
                "the even permutations of five or more points are the commutator group of all, "
                "and a perfect group",
                "Lang, Algebra, chapter I",
            ),
        ),
    ),
)
