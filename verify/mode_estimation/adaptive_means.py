"""What does adaptive search cost on average? Exact means over all counts."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational, log, oo, sqrt

from numerics.mode_estimation import adaptive_means as numerics
from numerics.mode_estimation.codes import huffman_cost
from numerics.mode_estimation.exhaustive import error_exponent
from theory import Bound, Equivalent
from theory.mode_estimation import adaptive_means as theory
from theory.mode_estimation import trees
from theory.mode_estimation.adaptive_means import n
from theory.mode_estimation.trees import entropy, p
from verify import Exact, Mutant, check_for, mutate
from verify.mode_estimation.laws import laws, shares

SMALL = [
    shares(1),
    shares(3, 2),
    shares(1, 1),
    shares(5, 3, 2),
    shares(1, 1, 1),
    shares(4, 3, 2, 1),
]


@check_for(
    theory.adaptive_static_mean,
    resolution=0,
    points=[{"m": len(law), "n": n, "p": law} for law in SMALL for n in (1, 2, 5, 8)],
)
def _(m, n, p):
    return {
        "static_mean": Exact(numerics.mean_static_cost([Fraction(share) for share in p], n)),
        "huffman_cost": Exact(huffman_cost(p)),
    }


least_cost = trees.huffman_cost()
mutate(
    theory.adaptive_static_mean,
    Mutant(
        "the other way round",
        Bound(least_cost * n, "<=", theory.static_mean() + Rational(1, 100)),
    ),
    Mutant("one question fewer", Bound(theory.static_mean(), "<=", n * least_cost - 1)),
)

THREE = [shares(5, 3, 2), shares(45, 35, 20), shares(8, 1, 1), shares(2, 1, 1), shares(34, 33, 33)]


@check_for(
    theory.adaptive_regret_bounded,
    resolution=1e-12,
    points=[{"n": n, "p": law} for law in THREE for n in (1, 10, 150)],
)
def _(n, p):
    value = numerics.mean_questions_of_three(p, n)[0][-1]
    return {"mean_total": Exact(float(value), 1e-15 * n * float(value))}


bound = theory.adaptive_regret_bounded.statement.terms[1]
mutate(
    theory.adaptive_regret_bounded,
    Mutant(
        "a tenth of one class alone",
        Bound(theory.mean_total(), "<=", n * theory.least + theory.at_most(2) / 10),
    ),
    Mutant(
        "one question in twenty less", Bound(theory.mean_total(), "<=", bound - n / Rational(20))
    ),
    Mutant("no cost at all", Bound(theory.mean_total(), "<=", n * theory.least)),
)


@check_for(
    theory.adaptive_regret_tied,
    resolution=0.01,
    ladder=(12, 24, 48, 96, 192, 384),
    points=[{"n": 12}],
)
def _(n):
    adaptive, static = (values[-1] for values in numerics.mean_questions_of_three((1 / 3,) * 3, n))
    return {
        "tied_total": Exact(float(adaptive), 1e-14 * n),
        "tied_static": Exact(float(static), 1e-14 * n),
    }


mutate(
    theory.adaptive_regret_tied,
    Mutant(
        "the root of n / 5",
        Equivalent(theory.tied_total() - theory.tied_static(), sqrt(n.symbol / 5), as_=(n, oo)),
    ),
    Mutant(
        "a logarithm",
        Equivalent(theory.tied_total() - theory.tied_static(), log(n.symbol), as_=(n, oo)),
    ),
)


def with_a_mode(stream, count):
    """Laws of two classes or more with one largest probability."""
    found = laws(stream, count, shares(41, *(40 for _ in range(15))), shares(2, 1))
    return [point for point in found if point["m"] > 1 and point["p"][0] > point["p"][1]]


@check_for(theory.adaptive_complexity, resolution=1e-8, points=with_a_mode, count=20)
def _(m, p):
    value = float(huffman_cost(p)) / error_exponent(p)
    return {"adaptive_cost_limit": Exact(value, 1e-9 * value)}


scaled = theory.sanov_gap_squared(p) * theory.cost_limit()
mutate(
    theory.adaptive_complexity,
    Mutant("the entropy in nats", Bound(scaled, "<=", 1 + log(2) * entropy(p))),
    Mutant("half a question", Bound(scaled, "<=", Rational(1, 2) + entropy(p))),
    Mutant(
        "the gap, not its square",
        Bound(sqrt(theory.sanov_gap_squared(p)) * theory.cost_limit(), "<=", 1 + entropy(p)),
    ),
)
