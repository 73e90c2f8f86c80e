"""How sharp must the attentions be if positions have one-hot codes?

The first layer averages the codes of all keys; entry k of the average is the weight of key k. The
subtraction turns it round: the second layer looks for position m with entry L + t - m + 1.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, exp, log

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Identity,
    Observable,
    Step,
    algebra,
    definition,
)
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import OneSign, Replaced
from theory.iteration_head.attention_rules import DistinguishedKey, Exponents
from theory.iteration_head.thresholds import (
    QUERY,
    SOURCE,
    VISIBLE,
    L,
    b_1,
    b_2,
    end_score,
    i,
    t,
)

__all__ = ["onehot_sufficient", "onehot_weights"]

k = Symbol("k", integer=True, positive=True)
q = L + t


def first_weight(place: Any) -> Expr:
    """The weight of a key in the first attention."""
    return end_score(place, b_1.symbol) / Sum(end_score(i, b_1.symbol), (i, 0, q))


onehot_weight = Observable(
    "onehot_weight",
    (L, t, b_1, b_2),
    latex=r"A^{(2)}_{L + t, t}",
    meaning="weight of key t in the second attention, with one-hot codes",
    definition=exp(b_2 * first_weight(L + 1))
    / (1 + Sum(exp(b_2 * first_weight(q - k + 1)), (k, 1, q))),
)

total = q + exp(b_1.symbol)
other, end = exp(b_2 / total), exp(b_2 * exp(b_1.symbol) / total)

onehot_weights = Claim(
    id="iteration-head.construct-onehot-weights",
    title="The weight of the right key with one-hot codes",
    says=(
        "The right key has the first weight of the end of input, times the sharpness of the second "
        "attention, as its score; key 0, whose code is never asked for, has the score 0, and the "
        "L + t - 1 others have the first weight of any other key times that sharpness."
    ),
    statement=Identity(onehot_weight(), end / (end + (q - 1) * other + 1)),
    domain=Domain(L, t, b_1, b_2, where=(QUERY,), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(onehot_weight,),
    derivation=Derivation(
        Step(onehot_weight.definition, by=definition),
        Step(
            end / (1 + Sum(exp(b_2 * end_score(q - k + 1, b_1.symbol) / total), (k, 1, q))),
            by=DistinguishedKey(),
        ),
        Step(end / (end + (q - 1) * other + 1), by=DistinguishedKey()),
    ),
)

ENOUGH = b_2 * (exp(b_1.symbol) - 1) >= log(q) * total
behind = b_2 * (exp(b_1.symbol) - 1) / total  # by how much other keys' scores are lower
lowest = b_2 * exp(b_1.symbol) / total  # and by how much that of key 0 is

onehot_sufficient = Claim(
    id="iteration-head.construct-onehot-sufficient",
    title="With one-hot codes a sharpness of the order of the logarithm of the length is enough",
    says=(
        "The right key gets at least half of the weight as soon as the sharpness of the second "
        "attention, times the difference of the first weights of the end of input and of any other "
        "key, is at least log(L + t). Any positive sharpness of the first attention will do."
    ),
    statement=Bound(Rational(1, 2), "<=", onehot_weight(L, t, b_1, b_2)),
    domain=Domain(L, t, b_1, b_2, where=(QUERY, ENOUGH), remarks=(VISIBLE,)),
    source=SOURCE,
    observables=(onehot_weight,),
    derivation=Derivation(
        Step(onehot_weight.defined_as(L, t, b_1, b_2), by=definition),
        Step(
            end / (end + (q - 1) * other + 1),
            by=ByClaim(onehot_weights),
        ),
        Step(1 / (1 + (q - 1) * exp(-behind) + exp(-lowest)), by=algebra),
        Step(
            1 / (1 + q * exp(-behind)),
            by=Replaced(exp(-lowest), exp(-behind), Exponents(OneSign()), ">="),
        ),
        Step(
            Rational(1, 2),
            by=Replaced(
                q * exp(-behind),
                1,
                Exponents(ByHypothesis({ENOUGH: 1 / total}, "<=")),
                ">=",
            ),
        ),
    ),
)
