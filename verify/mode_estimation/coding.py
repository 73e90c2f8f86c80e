"""Is Huffman's tree best, and how far is its cost from the entropy? Trees over exact weights."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations_with_replacement

from sympy import Rational, Sum, log

from numerics.mode_estimation import codes as numerics
from theory import Bound, Identity
from theory.mode_estimation import coding as theory
from theory.mode_estimation.coding import inner_entropy, large, q, w
from theory.mode_estimation.trees import a, entropy, huffman_cost, k, m, p
from verify import Exact, Exhaustive, Mutant, check_for, mutate
from verify.mode_estimation.laws import LAWS, laws

LISTS = [
    *combinations_with_replacement(range(5), 4),
    *combinations_with_replacement((1, 2, 3, 5, 8), 5),
    (7,),
    (1, 0),
    (35, 17, 17, 16, 15),
    (3, 2, 2, 1, 1),
    (1, 1, 2, 3, 5, 8, 13, 21),
    (1, 2, 4, 8, 16, 32, 64),
    (9, 9, 9, 9, 9, 9, 9, 9, 9, 10),
    (1000, 1, 1, 1, 1, 1, 1, 1),
    (26, 13, 8, 7, 7, 4, 2, 1),
]


def lists(stream, count):
    """The lists above, and some that are drawn."""
    generator = stream.numpy()
    drawn = [
        tuple(int(weight) for weight in generator.integers(0, 1000, size=generator.integers(2, 10)))
        for _ in range(count)
    ]
    return [{"m": len(weights), "a": weights} for weights in [*LISTS, *drawn]]


def as_whole(a):
    """Weights as integers: points may hold fractions of denominator 1."""
    return [int(weight) for weight in a]


@check_for(theory.huffman_optimal, resolution=0, points=lists, count=60)
def _(m, a):
    weights = as_whole(a)
    return {
        "huffman_weight": Exact(numerics.huffman_cost(weights)),
        "least_weight": Exact(numerics.least_cost(weights)),
    }


def tree_in_place_of_huffmans(lengths):
    """The measurement with the tree of these depths called Huffman's."""

    def measure(m, a):
        weights = as_whole(a)
        return {
            "huffman_weight": Exact(numerics.cost(weights, lengths(weights))),
            "least_weight": Exact(numerics.least_cost(weights)),
        }

    return measure


mutate(
    theory.huffman_optimal,
    Mutant(
        "a balanced tree",
        measure=tree_in_place_of_huffmans(lambda a: numerics.balanced_lengths(len(a))),
    ),
    Mutant(
        "the tree of Shannon and Fano",
        points=[{"m": 5, "a": (35, 17, 17, 16, 15)}],
        measure=tree_in_place_of_huffmans(numerics.shannon_fano_lengths),
    ),
)


@check_for(
    theory.huffman_identification,
    resolution=0,
    points=[
        {"m": len(weights), "a": weights}
        for weights in [
            *combinations_with_replacement(range(4), 3),
            *combinations_with_replacement((1, 2, 3, 5), 4),
            (4,),
            (3, 2, 2, 1, 1),
            (1, 1, 1, 1, 1),
            (21, 13, 8, 5, 3, 2),
        ]
    ],
)
def _(m, a):
    weights = as_whole(a)
    return {
        "joint_weight": Exact(numerics.least_joint_cost(weights)),
        "huffman_weight": Exact(numerics.huffman_cost(weights)),
    }


mutate(
    theory.huffman_identification,
    Mutant(
        "one question fewer",
        Identity(
            theory.joint_weight(),
            2 * Sum(a[k], (k, 1, m)) * theory.huffman_weight() - Sum(a[k], (k, 1, m)) ** 2,
        ),
    ),
)

# ------------------------------------------------------------------ between entropy and one more


def cost_of(m, p):
    """Cost of Huffman's tree, in rational arithmetic."""
    return {"huffman_cost": Exact(numerics.huffman_cost(p))}


check_for(
    theory.shannon_lengths,
    resolution=1e-14,
    points=[{"m": len(law), "p": law} for law in LAWS if len(law) < 30],
    boxes=0,
)(None)
mutate(
    theory.shannon_lengths,
    Mutant("nine tenths", Bound(theory.shannon_lengths.statement.terms[0], "<=", Rational(9, 10))),
)
check_for(theory.entropy_sandwich, resolution=1e-14, points=laws, count=20)(cost_of)
mutate(
    theory.entropy_sandwich,
    Mutant("half a question more", Bound(huffman_cost(), "<=", entropy(p) + Rational(1, 2))),
    Mutant(
        "a hundredth above the entropy", Bound(entropy(p) + Rational(1, 100), "<=", huffman_cost())
    ),
    Mutant("the entropy in nats", Bound(huffman_cost(), "<=", log(2) * entropy(p) + 1)),
    Mutant(
        "a balanced tree",
        measure=lambda m, p: {
            "huffman_cost": Exact(numerics.cost(p, numerics.balanced_lengths(m)))
        },
    ),
)


def sandwiched(weights):
    """Whether the cost lies as is claimed, in whole numbers."""
    total, cost = sum(weights), numerics.huffman_cost(weights)
    entropy = math.prod(weight**weight for weight in weights) << cost
    dyadic = all(
        total % weight == 0 and (total // weight).bit_count() == 1 for weight in weights if weight
    )
    least = total**total
    return (least == entropy if dyadic else least < entropy) and entropy < least << total


def all_weights(m, A, smallest):
    """Every list of so many weights."""
    for weights in combinations_with_replacement(range(smallest, A + 1), m):
        if sum(weights) > 0:
            yield weights, sandwiched(weights)


check_for(
    theory.entropy_sandwich_exact,
    resolution=0,
    points=[
        {"m": m, "A": A} for m, A in ((1, 9), (2, 99), (3, 30), (4, 14), (5, 10), (6, 8), (7, 6))
    ],
)(lambda m, A: Exhaustive(all_weights(m, A, 1)))
mutate(
    theory.entropy_sandwich_exact,
    Mutant(
        "classes of probability 0 as well", measure=lambda m, A: Exhaustive(all_weights(m, A, 0))
    ),
)


@check_for(
    theory.huffman_plus_one,
    resolution=0.02,
    ladder=[10**k for k in range(2, 10)],
    points=[{"n": 2}],
)
def _(n):
    return Exact(numerics.redundancy((Fraction(n - 1, n), Fraction(1, n))), 1e-14)


# ------------------------------------------------------------------ with a likely class


def without_likely(stream, count):
    """Laws whose largest probability is below 1/2."""
    return [point for point in laws(stream, count) if 2 * point["p"][0] < 1]


check_for(theory.huffman_redundancy, resolution=1e-14, points=without_likely, count=30)(cost_of)
mutate(
    theory.huffman_redundancy,
    Mutant(
        "without the largest probability",
        Bound(huffman_cost(), "<=", entropy(p) + theory.GALLAGER),
    ),
    Mutant(
        "half the largest probability",
        Bound(huffman_cost(), "<=", entropy(p) + p[1] / 2 + theory.GALLAGER),
    ),
)


def split_points(*likely):
    """A class of each of some probabilities beside every law."""
    return [{"m": len(law), "w": u, "q": law} for law in LAWS if len(law) < 30 for u in likely]


def split_cost(m, w, q):
    """Cost of Huffman's tree of one class and the others, in rational arithmetic."""
    return {"split_cost": Exact(numerics.huffman_cost([w, *((1 - w) * share for share in q)]))}


LIKELY = (Fraction(1, 2), Fraction(5, 9), Fraction(3, 4), Fraction(9999, 10000))
UNLIKELY = tuple(Fraction(part, 1000) for part in (1, 20, 200, 333, 450, 499))
own_term = -w * log(w) / log(2)

check_for(theory.huffman_redundancy_large, resolution=1e-14, points=split_points(*LIKELY))(
    split_cost
)
mutate(
    theory.huffman_redundancy_large,
    Mutant(
        "a hundredth less",
        Bound(
            theory.split_cost(m, large, q),
            "<=",
            theory.huffman_redundancy_large.statement.terms[1] - Rational(1, 100),
        ),
    ),
    Mutant(
        "twice the probability",
        Bound(
            theory.split_cost(m, large, q),
            "<=",
            theory.huffman_redundancy_large.statement.terms[1] - large,
        ),
    ),
)

for claim, points in (
    (theory.huff_trash_heavy, split_points(*LIKELY)),
    (theory.huff_trash_light, split_points(*UNLIKELY)),
    (theory.huff_trash, split_points(*LIKELY, *UNLIKELY)),
):
    check_for(claim, resolution=1e-14, points=points)(split_cost)
    mutate(
        claim,
        Mutant(
            "nine tenths of the question",
            Bound(theory.split_cost(), "<=", Rational(9, 10) + inner_entropy(w)),
        ),
        Mutant(
            "natural logarithms",
            Bound(theory.split_cost(), "<=", 1 + log(2) * inner_entropy(w)),
        ),
        Mutant(
            "without the question",
            Bound(theory.split_cost(), "<=", own_term + inner_entropy(w)),
        ),
    )
