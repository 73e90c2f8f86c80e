"""What one layer of attention can do: at all lengths only with width times precision of order n.

With a fixed length one narrow layer is enough, so that the second layer is there to find out where
the inputs end.
"""

from __future__ import annotations

from sympy import Pow, floor

from theory import (
    Categorical,
    Claim,
    Domain,
    ForAll,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
)
from theory.iteration_head.paper import PAPER

__all__ = [
    "onelayer_fixed_length",
    "onelayer_lower",
    "onelayer_lower_fixed",
    "onelayer_one_number",
    "onelayer_upper",
]

SOURCE = Source(PAPER, "one layer against two", seen=Seen.SUMMARY, standing=Standing.DERIVED_HERE)

n = Natural("n", at_least=1, meaning="longest length")
task = Categorical(
    "task", choices=("copy", "parity"), latex=r"\mathit{task}", meaning="what is computed"
)
half = floor((n + 1) / 2)

messages = Observable(
    "messages",
    (n, task),
    latex=r"\mu",
    meaning="least number of values of what one layer carries to position n + 1 from the first "
    "half of the positions, the first input being 0, so that some decoder predicts rightly there "
    "at all lengths up to n",
)

onelayer_lower = Claim(
    id="iteration-head.onelayer-lower",
    title="One layer must carry half of the inputs to one position, if all lengths are allowed",
    says=(
        "At position n + 1 the next state may depend on any input of the first half, as the length "
        "is one or another. So what a single layer carries there from the first half, m "
        "positions, tells all their inputs but the first: with H heads, width d in all, b bits for "
        "every sum and two possible query tokens, 2 b (d + H) is at least m - 1."
    ),
    statement=Identity(messages(n, task), Pow(2, half - 1)),
    domain=Domain(n, task),
    source=SOURCE,
    observables=(messages,),
)

one_length = Observable(
    "one_length",
    (n, task),
    latex=r"\mu_1",
    meaning="least number of such values where only the length n - 1 is allowed",
)
n_3 = Natural("n", at_least=3, meaning="one more than the length")

onelayer_lower_fixed = Claim(
    id="iteration-head.onelayer-lower-fixed",
    title="With one length only, the same position needs no more than two messages",
    says=(
        "If all sequences have one length, an input at a known position decides: one bit, "
        "whatever the length. So the bound for one layer rests on variable lengths."
    ),
    statement=Identity(one_length(n_3, task), 2),
    domain=Domain(n_3, task),
    source=SOURCE,
    observables=(one_length,),
    uses=("iteration-head.onelayer-lower",),
)

S = Natural("S", at_least=1, meaning="number of states")
X = Natural("X", at_least=1, meaning="number of inputs")
DRAWN = "the task is a table of next states that is drawn uniformly"

onelayer_upper = Claim(
    id="iteration-head.onelayer-upper",
    title="One layer of uniform attention runs any task, if it is wide enough",
    says=(
        "If attention is uniform and its values tell token and position, the layer after it knows "
        "the whole sequence. One gate for each length, step, state and input is then enough to "
        "predict every state and the end, at all lengths up to n."
    ),
    statement=ForAll(
        "length from $0$ to $n$ and sequence of inputs",
        "the circuit of one layer predicts every state and the end of the sequence",
    ),
    domain=Domain(S, X, n, remarks=(DRAWN,)),
    source=SOURCE,
)

onelayer_one_number = Claim(
    id="iteration-head.onelayer-one-number",
    title="One layer whose attention gives a single number is enough, if the number is exact",
    says=(
        "If the value of attention is a token times a power of a base by its position, uniform "
        "attention writes the whole sequence into the digits of one number, and a decoder reads "
        "any task off it at all lengths. So the bound for one layer rests on finite precision."
    ),
    statement=ForAll(
        "length from $0$ to $n$ and sequence of inputs",
        "the next state and the end can be read off the number that uniform attention gives",
    ),
    domain=Domain(S, X, n, remarks=(DRAWN,)),
    source=SOURCE,
    uses=("iteration-head.onelayer-lower",),
)

onelayer_fixed_length = Claim(
    id="iteration-head.onelayer-fixed-length",
    title="With one length only, one narrow layer runs any task",
    says=(
        "If all sequences have n inputs, the input that is needed is always n positions back: a "
        "layer with positions on a circle, two dimensions, attends to it with a weight above one "
        "half and predicts every state and the end."
    ),
    statement=ForAll(
        "sequence of $n$ inputs",
        "the circuit of one layer attends to the input that is needed with a weight above one half "
        "and predicts every state and the end of the sequence",
    ),
    domain=Domain(S, X, n, remarks=(DRAWN,)),
    source=SOURCE,
)
