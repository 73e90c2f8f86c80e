"""Do coarse partitions cost what they are said to? Integer arithmetic throughout."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations_with_replacement

from sympy import Rational, log

from numerics.core.streams import Stream
from numerics.mode_estimation import coarse_cost as numerics
from theory import Bound, Identity
from theory.mode_estimation import coarse_cost as theory
from theory.mode_estimation.coarse_cost import K, P, bits, sigma
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def partition(*masses):
    """The point of a partition into sets of these weights."""
    heavy, *others, light = (Fraction(n, sum(masses)) for n in sorted(masses, reverse=True))
    return {"K": len(others), "p": heavy, "s": light, "r": tuple(others)}


CROWDED = [partition(*numerics.crowded_family(sets, 10**6)) for sets in (3, 4, 5, 43, 353)]
SMALL = [
    partition(*masses)
    for masses in (
        (4, 3, 3),
        (6, 5, 2),
        (1000, 999, 999, 499),
        (2000, *[1002] * 100, 999),
        (100, 99, 2),
        (305, 202, 198, 195),
        (305, 303, 292),
        (1001, 1000, 1000, 1000),
        (40, 39, 38, 37, 5),
        (10, 10, 10, 10, 10, 10, 1),
        (8, 7, 7, 7, 7, 7, 7, 6, 6, 3),
    )
]
PARTITIONS = [*CROWDED, *SMALL]

check_for(theory.coarse_cost_sets, resolution=0, points=PARTITIONS, boxes=0)(None)
mutate(
    theory.coarse_cost_sets,
    Mutant("at most 2 / p - 2 sets", Bound((K + 4) * P / 2, "<=", 1)),
    Mutant("at most 1 / p sets", Bound((K + 2) * P, "<=", 1)),
    Mutant("sets that can be joined", points=[partition(4, *[1] * 12)]),
)

check_for(theory.coarse_cost_rare, resolution=0, points=PARTITIONS, boxes=0)(None)
mutate(
    theory.coarse_cost_rare,
    Mutant("at most 2 / 5", Bound(5 * P, "<=", 2)),
    Mutant("sets that can be joined", points=[partition(4, 1, 1)]),
)

LIGHT = [point for point in PARTITIONS if 2 * point["s"] <= point["p"]]
HEAVY = [point for point in PARTITIONS if 2 * point["s"] > point["p"]]
check_for(theory.coarse_cost_light, resolution=0, points=LIGHT, boxes=0)(None)
mutate(
    theory.coarse_cost_light,
    Mutant(
        "the logarithm of 9 / (5 p)",
        Bound(theory.ENTROPY, "<=", P * log(1 / P) + (1 - P) * log(9 / (5 * P))),
    ),
    Mutant("sets that can be joined", points=[partition(4, *[1] * 60)]),
)
check_for(theory.coarse_cost_heavy, resolution=0, points=HEAVY, boxes=0)(None)
mutate(
    theory.coarse_cost_heavy,
    Mutant(
        "the logarithm of 19 / (10 p)",
        Bound(theory.ENTROPY, "<=", P * log(1 / P) + (1 - P) * log(19 / (10 * P))),
    ),
    Mutant(
        "a light set as well",
        points=[partition(4, *[1] * 12)],
        domain=theory.coarse_cost_entropy.domain,
    ),
)

NEARLY = 1e-12
check_for(theory.coarse_cost_entropy, resolution=0, points=PARTITIONS, boxes=0)(None)
mutate(
    theory.coarse_cost_entropy,
    Mutant("at least the logarithm of 3 / (2 p)", Bound(log(3 / (2 * P)), "<=", theory.ENTROPY)),
    Mutant("at most the logarithm of 9 / (5 p)", Bound(theory.ENTROPY, "<=", log(9 / (5 * P)))),
    Mutant(
        "at most the logarithm of 2 / p less p",
        Bound(theory.ENTROPY, "<=", log(2 / P) - P),
    ),
    Mutant("sets that can be joined", points=[partition(4, *[1] * 12)]),
)


def cost(K, p, s, r):
    """Huffman's cost of the partition, in exact arithmetic."""
    return Exact(numerics.huffman_cost([p, *r, s]))


check_for(theory.coarse_cost, resolution=NEARLY, points=PARTITIONS)(cost)
queries = theory.coarse_queries()


def at_most(bound):
    """The claim with this upper bound."""
    return Bound(queries, "<=", bound)


mutate(
    theory.coarse_cost,
    Mutant("one more than log2 (1 / p)", at_most(bits(1 / P) + 1)),
    Mutant("1.0861 - 2 p more than it", at_most(bits(1 / P) + 1 + sigma - 2 * P)),
    Mutant("1.08 more than it", at_most(bits(1 / P) + Rational(108, 100))),
    Mutant("the natural logarithm", at_most(log(1 / P) + 1 + sigma)),
    Mutant("log2 (1 / p) + 1/100 at least", Bound(bits(1 / P) + Rational(1, 100), "<=", queries)),
    Mutant("log2 of the number of sets at least", Bound(bits(K + 2), "<=", queries)),
    Mutant("sets that can be joined", points=[partition(4, *[1] * 60)]),
    Mutant(
        "one set after the other, not a Huffman tree",
        measure=lambda K, p, s, r: Exact(one_by_one([p, *r, s])),
    ),
)


def one_by_one(masses):
    """Mean number of questions that ask for each set in turn, but for the last."""
    return sum((min(k, len(masses) - 1) * mass for k, mass in enumerate(masses, start=1)))


def searches(stream, count):
    """Random weights, random trees to begin with, and every round up to the last."""
    for index in range(count):
        rng = stream.numpy(index)
        size, most = int(rng.integers(2, 25)), int(rng.choice((4, 30, 1000)))
        others = sorted(rng.integers(1, most, size=size - 1).tolist(), reverse=True)
        w = (others[0] + int(rng.integers(1, most)), *others)
        for t in range(1, len(rounds_of(size, w, index)) + 1):
            yield {"m": size, "w": w, "start": index, "t": t}


def rounds_of(m, w, start, search=numerics.population_search):
    """The rounds of a search from a random tree."""
    return search(w, numerics.random_tree(m, Stream.of(start, "tree")))


def two_rounds(search=numerics.population_search):
    """The cost of a round and of the next one; after the last round nothing changes."""

    def measure(m, w, start, t):
        costs = [turn.cost for turn in rounds_of(m, w, start, search)]
        return {
            "round_cost": Exact(costs[t - 1]),
            "next_cost": Exact(costs[min(t, len(costs) - 1)]),
        }

    return measure


check_for(
    theory.coarse_cost_falls,
    resolution=0,
    points=searches,
    count=30,
    full={"count": 1000},
)(two_rounds())


def merged_badly(weights, tree):
    """Search whose frontier becomes the leaves of a tree that joins the heaviest sets first."""
    rounds = numerics.population_search(weights, tree)
    masses = [*rounds[0].masses]
    chain = sum(sum(masses[: k + 2]) for k in range(len(masses) - 1))
    return [rounds[0], numerics.Round(chain, rounds[0].masses), *rounds[1:]]


mutate(
    theory.coarse_cost_falls,
    Mutant(
        "by one tenth at least",
        Bound(theory.next_cost(), "<=", Rational(9, 10) * theory.round_cost()),
    ),
    Mutant("another tree over the frontier", measure=two_rounds(merged_badly)),
)


def problems(m, W):
    """Weights in descending order with a unique mode."""
    for w in combinations_with_replacement(range(W, 0, -1), m):
        if w[0] > w[1]:
            yield w


def settles(search=numerics.population_search, rounds_allowed=lambda m: m, free=False):
    """Every problem and every tree to begin with."""

    def holds(w, tree):
        rounds = search(w, tree)
        last = rounds[-1]
        return (
            len(rounds) <= rounds_allowed(len(w))
            and numerics.is_stable(last.masses, w[0])
            and last.cost == numerics.huffman_cost(last.masses)
            and (2 * w[0] <= sum(w) or last.cost == sum(w))
            and not (free and last.cost > sum(w))
        )

    def measure(m, W):
        trees = list(numerics.all_trees(range(m)))
        return Exhaustive(((w, tree), holds(w, tree)) for w in problems(m, W) for tree in trees)

    return measure


SIZES = [{"m": 2, "W": 8}, {"m": 3, "W": 8}, {"m": 4, "W": 5}, {"m": 5, "W": 3}]
check_for(theory.coarse_cost_settles, resolution=0, points=SIZES)(settles())
mutate(
    theory.coarse_cost_settles,
    Mutant("after one round", measure=settles(rounds_allowed=lambda m: 1)),
    Mutant("one query a sample for every mode", measure=settles(free=True)),
    Mutant(
        "one round, not until nothing changes",
        measure=settles(lambda w, tree: numerics.population_search(w, tree)[:1]),
    ),
)


@check_for(
    theory.coarse_cost_several,
    resolution=0,
    points=[{"p": tuple(Fraction(n, 900) for n in (305, 202, 198, 101, 94))}],
)
def _(p):
    costs = [numerics.huffman_cost(masses) for masses in numerics.stable_partitions(p)]
    return {"dearest_stable": Exact(max(costs)), "cheapest_stable": Exact(min(costs))}


mutate(
    theory.coarse_cost_several,
    Mutant("one cost", Identity(theory.dearest() - theory.cheapest(), 0)),
)


def excess(grain=10**9):
    """The cost of a crowded partition beyond log2 (1 / p), with a bound on rounding."""

    def measure(j):
        masses = numerics.crowded_family(math.floor(2 ** (j + 1) * math.log(2)) - 1, grain)
        value = Fraction(numerics.huffman_cost(masses), sum(masses))
        return Exact(float(value) - math.log2(sum(masses) / masses[0]), 1e-14)

    return measure


check_for(
    theory.coarse_cost_sharp,
    resolution=0,
    points=[{"j": j} for j in (2, 3, 5, 8, 11)],
)(excess())
mutate(
    theory.coarse_cost_sharp,
    Mutant("beyond 1.0861", Bound(1 + sigma, "<=", theory.crowded_excess())),
    Mutant("at most 1.08", Bound(theory.crowded_excess(), "<=", Rational(108, 100))),
    Mutant(
        "within 2 to the power -j",
        Bound(1 + sigma - 2 ** (-theory.j.symbol), "<=", theory.crowded_excess()),
    ),
    Mutant("a mode not much heavier than another set", measure=excess(grain=2)),
)
