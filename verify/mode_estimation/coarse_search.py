"""Does the search certify the mode at the cost it is said to have? Counted sample by sample."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
from sympy import Rational

from numerics.core.streams import Stream
from numerics.mode_estimation import coarse_search as numerics
from numerics.mode_estimation.coarse_cost import random_tree, weight_of
from theory import Bound, Identity
from theory.mode_estimation import coarse_search as theory
from theory.mode_estimation.coarse_cost import bits
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def run(m, N, tree, search):
    """A search in a random tree, on samples with these counts in random order."""
    stream = Stream.of(tree, "coarse search", m)
    samples = np.repeat(np.arange(m), N)
    stream.numpy(1).shuffle(samples)
    labels = random_tree(m, stream)
    if search == "random order":
        return numerics.random_search(labels, samples.tolist(), stream.substream("order"))
    leaves_first = search == "best first"
    return numerics.best_first_search(labels, samples.tolist(), leaves_first)


def problems(searches, with_label=False):
    """Random counts, many of them equal, and random trees."""

    def points(stream, count):
        for index in range(count):
            rng = stream.numpy(index)
            m = int(rng.integers(2, 15))
            N = tuple(rng.integers(0, int(rng.choice((2, 4, 20))), size=m).tolist())
            point = {"m": m, "N": N, "tree": index, "search": searches[index % len(searches)]}
            if sum(N) == 0:
                point["N"] = N = (*N[:-1], 1)
            j = 1 + (N.index(max(N)) if index % 2 else int(rng.integers(m)))
            yield {**point, "j": j} if with_label else point

    return points


HOW_MANY = {"count": 60, "full": {"count": 2000}}
ANY, BEST = theory.search.choices, theory.best_first.choices


def found(method=run):
    """The number of samples of the label that a search returns."""

    def measure(m, N, tree, search, j):
        return Exact(N[method(m, N, tree, search).label])

    return measure


def breadth_first(m, N, tree, search):
    """A search that splits sets in the order of their depth."""
    labels = random_tree(m, Stream.of(tree, "coarse search", m))
    return numerics.breadth_first_search(labels, np.repeat(np.arange(m), N).tolist())


check_for(theory.coarse_certificate, resolution=0, points=problems(ANY, True), **HOW_MANY)(found())
mutate(
    theory.coarse_certificate,
    Mutant("sets split in the order of their depth", measure=found(breadth_first)),
    Mutant("one more", Bound(theory.N[theory.label] + 1, "<=", theory.found_count())),
)


def lightest(method=run):
    """The smallest set that a search splits."""

    def measure(m, N, tree, search, j):
        return Exact(min(method(m, N, tree, search).split))

    return measure


check_for(theory.coarse_certificate_split, resolution=0, points=problems(BEST, True), **HOW_MANY)(
    lightest()
)
mutate(
    theory.coarse_certificate_split,
    Mutant(
        "any order of the splits",
        measure=lightest(lambda m, N, tree, search: run(m, N, tree, "random order")),
    ),
    Mutant("more than the mode", Bound(theory.N[theory.label] + 1, "<=", theory.lightest_split())),
)


@check_for(theory.coarse_certificate_queries, resolution=0, points=problems(ANY), **HOW_MANY)
def _(m, N, tree, search):
    certificate = run(m, N, tree, search)
    depths = sum(depth * sum(N[y] for y in labels) for labels, depth in certificate.frontier)
    return {"queries": Exact(certificate.queries), "depth_cost": Exact(depths)}


def one_query_a_set(m, N, tree, search):
    """Each set asked about once, whatever it holds."""
    certificate = run(m, N, tree, search)
    depths = sum(depth for _, depth in certificate.frontier)
    return {"queries": Exact(certificate.queries), "depth_cost": Exact(depths)}


mutate(
    theory.coarse_certificate_queries,
    Mutant("one query for each set", measure=one_query_a_set),
    Mutant("the root is free", Identity(theory.queries(), theory.depth_cost() - 1)),
)


@check_for(theory.coarse_certificate_whole, resolution=0, points=problems(ANY), **HOW_MANY)
def _(m, N, tree, search):
    certificate = run(m, N, tree, search)
    return {
        "heaviest_whole": Exact(max(certificate.whole, default=0)),
        "found_count": Exact(N[certificate.label]),
    }


def stopped_early(m, N, tree, search):
    """One split less than the search needs."""
    certificate = run(m, N, tree, search)
    return {
        "heaviest_whole": Exact(max([certificate.split[-1], *certificate.whole])),
        "found_count": Exact(N[certificate.label]),
    }


mutate(
    theory.coarse_certificate_whole,
    Mutant("one split less", measure=stopped_early),
    Mutant("fewer than the mode", Bound(theory.heaviest_whole() + 1, "<=", theory.found_count())),
)


def sizes(m, N, tree):
    """Numbers of samples in all sets of two labels or more."""
    waiting = [random_tree(m, Stream.of(tree, "coarse search", m))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            yield weight_of(node, N)
            waiting += node


def costs(method=run, *names):
    """The queries of a search, and of the sets that it must and that it may split."""

    def measure(m, N, tree, search):
        every = {
            "heavy_cost": Exact(sum(n for n in sizes(m, N, tree) if n > max(N))),
            "queries": Exact(method(m, N, tree, search).queries),
            "level_cost": Exact(sum(n for n in sizes(m, N, tree) if n >= max(N))),
        }
        return {name: every[name] for name in names or every}

    return measure


check_for(theory.coarse_certificate_necessary, resolution=0, points=problems(ANY), **HOW_MANY)(
    costs(run, "heavy_cost", "queries")
)
mutate(
    theory.coarse_certificate_necessary,
    Mutant("and one more", Bound(theory.heavy_cost() + 1, "<=", theory.any_queries())),
    Mutant(
        "sets split in the order of their depth, stopping at any label",
        measure=costs(breadth_first, "heavy_cost", "queries"),
    ),
)

check_for(theory.coarse_certificate_bracket, resolution=0, points=problems(BEST), **HOW_MANY)(
    costs()
)
mutate(
    theory.coarse_certificate_bracket,
    Mutant(
        "no set with as many samples as the mode",
        Bound(theory.best_first_queries(), "<=", theory.heavy_cost()),
    ),
    Mutant(
        "any order of the splits",
        measure=costs(lambda m, N, tree, search: run(m, N, tree, "random order")),
    ),
)


def both_costs(*names):
    """The cost of Huffman's tree cut off at the mode, and the least cost."""

    def measure(w):
        values = numerics.truncated_huffman_cost(w), numerics.least_certificate_cost(w)
        return {name: Exact(value) for name, value in zip(names, values, strict=True)}

    return measure


check_for(theory.coarse_not_optimal, resolution=0, points=[{"w": (3, 2, 2, 1, 1)}])(
    both_costs("truncated_cost", "least_cost")
)
mutate(
    theory.coarse_not_optimal,
    Mutant(
        "Huffman's tree cut off at the mode is optimal",
        Identity(theory.truncated(), theory.least()),
        published=True,
    ),
    Mutant("by one quarter", Identity(theory.truncated(), Rational(5, 4) * theory.least())),
)


def partitions(total, most):
    """Whole numbers of at most ``most`` in descending order with a sum of at most ``total``."""
    yield ()
    for first in range(1, min(total, most) + 1):
        for rest in partitions(total - first, first):
            yield (first, *rest)


def is_best(w):
    """Whether no tree beats Huffman's, cut off at the mode."""
    return numerics.truncated_huffman_cost(w) == numerics.least_certificate_cost(w)


def of_total(exceptions):
    """Every vector of weights with a unique mode, the smallest first."""

    def cases(W):
        for *_, w in sorted((sum(w), len(w), w) for w in partitions(W, W) if w):
            if w not in exceptions and (len(w) == 1 or w[0] > w[1]):
                yield w, is_best(w)

    return lambda W: Exhaustive(cases(W))


EXAMPLES = {(3, 2, 2, 1, 1), (3, 2, 1, 1, 1, 1), (3, 1, 1, 1, 1, 1, 1)}
check_for(theory.coarse_not_optimal_smallest, resolution=0, points=[{"W": 9}])(of_total(EXAMPLES))
mutate(
    theory.coarse_not_optimal_smallest,
    Mutant("without an exception", measure=of_total(set())),
    Mutant("3, 2, 2, 1, 1 alone", measure=of_total({(3, 2, 2, 1, 1)})),
)


def of_labels(most):
    """Every vector of so many weights or fewer, with a unique mode."""

    def cases(W):
        for m in range(1, most + 1):
            for w in combinations_with_replacement(range(W, 0, -1), m):
                if m == 1 or w[0] > w[1]:
                    yield w, is_best(w)

    return lambda W: Exhaustive(cases(W))


check_for(theory.coarse_not_optimal_four, resolution=0, points=[{"W": 12}])(of_labels(4))
mutate(theory.coarse_not_optimal_four, Mutant("with five labels", measure=of_labels(5)))


def weighted(stream, count):
    """Random weights with a unique mode, the heaviest first."""
    near_even = (1001, 1000, 1000, 1000)
    for w in ((3, 2, 2, 1, 1), (26, 13, 8, 7, 7, 4, 2, 1), (5, *[4] * 7), (9, 1), near_even):
        yield {"m": len(w), "w": w}
    for index in range(count):
        rng = stream.numpy(index)
        first, *rest = sorted(rng.integers(1, 30, size=int(rng.integers(2, 8))), reverse=True)
        yield {"m": 1 + len(rest), "w": (int(first) + 1, *map(int, rest))}


def least_mean(m, w):
    """The least mean cost of a certificate."""
    return Exact(Fraction(numerics.least_certificate_cost(w), sum(w)))


check_for(
    theory.coarse_not_optimal_least,
    resolution=1e-12,  # some weights attain the bound
    points=weighted,
    count=25,
    full={"count": 300},
)(least_mean)
mutate(
    theory.coarse_not_optimal_least,
    Mutant(
        "log2 (1 / p) + 1/100",
        Bound(bits(1 / theory.mode_share) + Rational(1, 100), "<=", theory.least_mean()),
    ),
    Mutant(
        "the second weight for the first",
        Bound(bits(theory.w[1] / theory.w[2] / theory.mode_share), "<=", theory.least_mean()),
    ),
)
