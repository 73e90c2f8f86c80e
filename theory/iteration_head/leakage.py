"""How much of the test set is in the training set, when both are drawn with replacement."""

from __future__ import annotations

from sympy import Pow, Sum, Symbol, exp

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.comparison_bounds import ExponentialAbove
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import AboveTangent, ByOneLink, Replaced
from theory.iteration_head.paper import PAPER

__all__ = [
    "data_leakage",
    "data_leakage_bounds",
    "data_leakage_most",
]

SOURCE = Source(PAPER, "how data are drawn", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE)
DRAWN = "training and test sequences are drawn uniformly and independently, with replacement"

A = Natural("A", at_least=2, meaning="number of input symbols")
L = Natural("L", at_least=1, meaning="length of the sequences")
N = Natural("N", at_least=1, meaning="number of training sequences of this length")
x = Symbol("x", integer=True, positive=True)
v = Symbol("v", positive=True)
rare = Pow(A.symbol, -L.symbol)

leaked = Observable(
    "leaked",
    (A, L, N),
    latex=r"\ell",
    meaning="mean share of the test sequences that are training sequences as well",
    definition=Sum(rare * (1 - (1 - rare) ** N), (x, 1, A**L)),
)
value = 1 - (1 - rare) ** N

data_leakage = Claim(
    id="iteration-head.data-leakage",
    title="How much of the test set is in the training set",
    says=(
        "With A input symbols, N training sequences of length L and any number of test sequences, "
        "drawn with replacement, a test sequence is a training sequence with a probability of one "
        "minus the N-th power of the chance that a training sequence is another one."
    ),
    statement=Identity(leaked(A, L, N), value),
    domain=Domain(A, L, N, remarks=(DRAWN,)),
    source=SOURCE,
    observables=(leaked,),
    derivation=Derivation(Step(leaked.definition, by=definition), Step(value, by=ExactSum())),
)

data_leakage_bounds = Claim(
    id="iteration-head.data-leakage-bounds",
    title="The share that is leaked, between two bounds in the mean number of copies",
    says=(
        "With c the number of training sequences over the number of possible sequences, the share "
        "that is leaked is at least 1 - exp(-c) and at most c."
    ),
    statement=Bound(1 - exp(-N * rare), "<=", leaked(A, L, N), "<=", N * rare),
    domain=Domain(A, L, N, remarks=(DRAWN,)),
    source=SOURCE,
    observables=(leaked,),
    derivation=Derivation(
        Step(leaked.definition, by=definition),
        Step(value, by=ExactSum()),
        Step(
            1 - exp(-N * rare),
            by=Replaced(
                (1 - rare) ** N, exp(-N * rare), ExponentialAbove(rare, N.symbol), sense=">="
            ),
        ),
        Step(leaked.definition, by=definition),
        Step(value, by=ExactSum()),
        Step(
            1 - (1 - N * rare),
            by=Replaced(
                (1 - rare) ** N,
                1 - N * rare,
                AboveTangent(v**N, v, at=1, stands_for=1 - rare),
            ),
        ),
        Step(N * rare, by=algebra),
    ),
)

ENOUGH = A.symbol**L.symbol <= N.symbol

data_leakage_most = Claim(
    id="iteration-head.data-leakage-most",
    title="With as many training sequences as there are sequences, most of the test set leaks",
    says=(
        "When there are at least as many training sequences as possible ones, a test sequence is "
        "a training sequence with a probability of more than 0.632, one minus 1/e. So it is for "
        "parity with 1024 training sequences up to length ten."
    ),
    statement=Bound(leaked(A, L, N), ">=", 1 - exp(-1)),
    domain=Domain(A, L, N, where=(ENOUGH,), remarks=(DRAWN,)),
    source=SOURCE,
    observables=(leaked,),
    derivation=Derivation(
        Step(leaked.definition, by=definition),
        Step(1 - exp(-N * rare), by=ByOneLink(data_leakage_bounds, link=1, sense=">=")),
        Step(
            1 - exp(-1),
            by=Replaced(-N * rare, -1, ByHypothesis({ENOUGH: rare}, sense="<="), sense=">="),
        ),
    ),
)
