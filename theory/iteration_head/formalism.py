r"""What the chain of states begins with, and what it means that a model is right.

The data begin the chain with $s_1 = x_1$. An iteration $s_t = F(s_{t-1}, x_t)$ does so by itself if
some state $s_0$ has $F(s_0, x) = x$ for all inputs. For polynomial iteration there is no such
state, and the mark of the end of the inputs has to serve as one more state.
"""

from __future__ import annotations

from sympy import KroneckerDelta

from theory import (
    Cited,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    definition,
)
from theory.iteration_head.paper import PAPER

__all__ = ["init_symbol", "init_symbol_count", "init_symbol_others", "tf_equals_greedy"]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
REPOSITORY = Source(PAPER, "data generation", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE)

p = Natural("p", at_least=2, meaning="modulus")
s = Natural("s", meaning="state")
PRIME = "$p$ is prime"
STEP = r"$F(s, x) = s x + 1$ modulo $p$"
most = Natural("P", at_least=3, meaning="largest prime", grid=(113,))

init_symbol = Claim(
    id="iteration-head.formalism-init-symbol",
    title="Polynomial iteration needs a state of its own to begin with",
    says=(
        "No state goes to x on the input x for every nonzero x under polynomial iteration modulo a "
        "prime of at least 3. So data whose first state is the first input are no iteration over "
        "the residues alone: the mark of the end of the inputs serves as a further state."
    ),
    statement=ForAll(
        r"prime $3 \le p \le P$",
        r"no $s_0 \in \mathbb{F}_p$ has $s_0 x + 1 = x$ for all $x \in \mathbb{F}_p^*$",
    ),
    domain=Domain(most),
    source=REPOSITORY,
    uses=("iteration-head.formalism-init-symbol-count",),
)

inputs_kept = Observable(
    "inputs_kept",
    (p, s),
    latex=r"\#\{x \neq 0 : F(s, x) = x\}",
    meaning="number of nonzero inputs x for which the state goes to x",
)

init_symbol_count = Claim(
    id="iteration-head.formalism-init-symbol-count",
    title="Every state but 1 answers one input with that input",
    says=(
        "Under polynomial iteration modulo a prime every state but 1 goes to x for exactly one "
        "nonzero input x, and the state 1 for none. A start would need all p - 1 inputs, which "
        "only p = 2 allows."
    ),
    statement=Identity(inputs_kept(p, s), 1 - KroneckerDelta(s, 1)),
    domain=Domain(p, s, where=(s < p,), remarks=(PRIME, STEP)),
    source=DERIVED,
    observables=(inputs_kept,),
    derivation=Derivation(
        Step(inputs_kept(p, s), by=definition),
        Step(
            1 - KroneckerDelta(s, 1),
            by=Cited(
                "every nonzero element of a field has exactly one inverse",
                "Lang, Algebra, chapter II",
            ),
            note="$s x + 1 = x$ says that $x$ is the inverse of $1 - s$, if $s \\ne 1$",
        ),
    ),
)

largest = Natural("P", at_least=3, meaning="largest modulus", grid=(113,))

init_symbol_others = Claim(
    id="iteration-head.formalism-init-symbol-others",
    title="Copying can begin with any state, and a sum with the state 0 only",
    says=(
        "For copying, parity and sums modulo any number exactly the states that one would expect "
        "can begin the chain: every state for copying, 0 alone for sums."
    ),
    statement=ForAll(
        r"modulus $2 \le m \le P$",
        r"copying, $F(s, x) = x$, has $m$ states $s_0$ with $F(s_0, x) = x$ for all $x$; the sum "
        r"modulo $m$, $F(s, x) = s + x$, has one, $s_0 = 0$",
    ),
    domain=Domain(largest),
    source=DERIVED,
)

V = Natural("V", at_least=1, meaning="number of tokens")
T = Natural("T", at_least=1, meaning="length of the continuation")

tf_equals_greedy = Claim(
    id="iteration-head.formalism-tf-equals-greedy",
    title="Scored along the truth or left to itself, a model first errs at the same place",
    says=(
        "The first wrong token of a model that is given the true tokens before each place is at "
        "the same place as the first wrong token of what the model writes by itself, always its "
        "likeliest token. So it is right in full under teacher forcing exactly when its greedy "
        "generation is right in full."
    ),
    statement=ForAll(
        "map from shorter sequences to the next token, and reference of $T$ tokens out of $V$",
        "the first error along the reference is at the place of the first error of the greedy "
        "continuation",
    ),
    domain=Domain(V, T),
    source=REPOSITORY,
)
