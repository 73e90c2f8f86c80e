"""Does adaptive search keep an optimal tree, and what does it cost? Sequences of all sorts."""

from __future__ import annotations

from itertools import product

import numpy as np
from sympy import Rational

from numerics.mode_estimation import adaptive_coding as numerics
from theory import Bound, Domain
from theory.mode_estimation import adaptive_coding as theory
from theory.mode_estimation.adaptive_coding import n, x
from theory.mode_estimation.trees import m
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def optimal_after_every_sample(m, n):
    """Every sequence, and whether the tree cost as little as Huffman's all the time."""
    optimal = numerics.all_runs(m, n)[-1]
    for labels, steps in zip(product(range(1, m + 1), repeat=n), optimal, strict=True):
        yield labels, bool(steps == n)


def never_updated(m, n):
    """The same with the balanced tree of the start for all samples."""
    total, static = n * (m - 1).bit_length(), numerics.all_runs(m, n)[2]
    for labels, cost in zip(product(range(1, m + 1), repeat=n), static, strict=True):
        yield labels, bool(cost == total)


check_for(
    theory.adaptive_coding,
    resolution=0,
    points=[{"m": m, "n": n} for m, n in ((1, 3), (2, 9), (3, 8), (4, 6), (5, 5), (6, 4), (8, 4))],
)(lambda m, n: Exhaustive(optimal_after_every_sample(m, n)))
mutate(
    theory.adaptive_coding,
    Mutant("a static balanced tree", measure=lambda m, n: Exhaustive(never_updated(m, n))),
)

# ------------------------------------------------------------------ sequence by sequence


def sequences(stream, count):
    """Labels of a few classes in a row, in turns, by blocks, and drawn with all sorts of laws."""
    found = [
        (1, (1,) * 5),
        (8, (3,)),
        (5, (1,)),
        (3, (1, 2, 3) * 6),
        (3, (1,) * 9 + (2,) * 9 + (3,) * 9),
        (6, (1, 2, 3, 4, 5, 6) * 4),
        (16, tuple(range(1, 17))),
        (7, tuple(k for k in range(1, 8) for _ in range(2**k // 2))),
    ]
    generator = stream.numpy()
    for trial in range(count):
        classes, size = int(generator.integers(1, 15)), int(generator.integers(1, 80))
        law = generator.uniform(size=classes) ** (1, 4, 12)[trial % 3] + 1e-9
        labels = 1 + generator.choice(classes, size=size, p=law / law.sum())
        found.append((classes, tuple(int(label) for label in labels)))
    return found


def whole_runs(stream, count):
    """A point for each sequence."""
    return [
        {"m": classes, "n": len(labels), "x": labels}
        for classes, labels in sequences(stream, count)
    ]


def steps(again):
    """Points for single samples: the last ones, or the last whose label had occurred before."""

    def points(stream, count):
        found = []
        for classes, labels in sequences(stream, count):
            times = [
                t
                for t in range(1, len(labels) + 1)
                if not again or labels[t - 1] in labels[: t - 1]
            ]
            found += [{"m": classes, "n": len(labels), "x": labels, "t": t} for t in times[-2:]]
        return found

    return points


def labels_of(x):
    """Labels counted from 0."""
    return np.array([int(label) - 1 for label in x])


def one_step(tree):
    """The measurement of a single sample with one of the trees."""

    def measure(m, n, x, t):
        labels = labels_of(x)[:t]
        before, after = (numerics.static_cost(some, m) for some in (labels[:-1], labels))
        once_more = numerics.questions([*labels, labels[-1]], m, tree)
        return {
            "asked": Exact(int(once_more[-2])),
            "after": Exact(int(once_more[-1])),
            "increase": Exact(after - before),
        }

    return measure


check_for(theory.adaptive_coding_step, resolution=0, points=steps(False), count=40)(
    one_step("vitter")
)
check_for(theory.adaptive_coding_rise, resolution=0, points=steps(True), count=40)(
    one_step("vitter")
)
check_for(theory.adaptive_coding_step_again, resolution=0, points=steps(True), count=40)(
    one_step("vitter")
)
asked, increase = theory.asked(), theory.increase()
mutate(
    theory.adaptive_coding_step,
    Mutant("one more", Bound(increase + 1, "<=", asked)),
)
DEEP = [{"m": 4, "n": 4, "x": (1, 2, 3, 1), "t": 4}]
mutate(
    theory.adaptive_coding_rise,
    Mutant("it stays where it is", Bound(asked, "<=", theory.found_after())),
    Mutant("any Huffman tree", points=DEEP, measure=one_step("deep")),
)
mutate(
    theory.adaptive_coding_step_again,
    Mutant("no more at all", Bound(asked, "<=", increase)),
    Mutant(
        "first occurrences as well",
        points=steps(False),
        domain=Domain(m, n, x, theory.time, remarks=(theory.TREE,)),
    ),
    Mutant(
        "any Huffman tree",
        points=DEEP,
        measure=one_step("deep"),
    ),
)


def run(tree):
    """The measurement of a whole sequence with one of the trees."""

    def measure(m, n, x):
        labels = labels_of(x)
        asked = numerics.questions(labels, m, tree)
        distinct, firsts, names = np.unique(labels, return_index=True, return_inverse=True)
        return {
            "total": Exact(int(asked.sum())),
            "later": Exact(int(asked.sum() - asked[firsts].sum())),
            "distinct": Exact(int(distinct.size)),
            "final": Exact(numerics.static_cost(labels, m)),
            "seen_cost": Exact(numerics.static_cost(names, distinct.size)),
        }

    return measure


for claim in (
    theory.adaptive_coding_lower,
    theory.adaptive_coding_upper,
    theory.adaptive_coding_vitter,
):
    check_for(claim, resolution=0, points=whole_runs, count=60)(run("vitter"))

static, total, later = theory.final(), theory.total(), theory.later()


def without_firsts(m, n, x):
    """The measurement of a whole sequence that leaves out first occurrences."""
    found = run("vitter")(m, n, x)
    return {"total": found["later"], "final": found["final"]}


mutate(
    theory.adaptive_coding_lower,
    Mutant("without the first occurrences", measure=without_firsts),
    Mutant("one question more a class", Bound(static + m, "<=", total)),
)


def against_the_tree(n):
    """A sequence of three classes, about equally frequent, that always asks two questions."""
    labels: list[int] = []
    for _ in range(n):
        labels.append(
            min(
                (c for c in range(3) if numerics.questions([*labels, c], 3)[-1] == 2),
                key=labels.count,
            )
        )
    return tuple(label + 1 for label in labels)


FIRST_SAMPLE = [{"m": 8, "n": 1, "x": (3,)}]
mutate(
    theory.adaptive_coding_upper,
    Mutant(
        "first occurrences included",
        Bound(total, "<=", static + n),
        points=FIRST_SAMPLE,
        published=True,
    ),
    Mutant(
        "a quarter of a question a sample",
        Bound(later, "<=", static + Rational(1, 4) * n - theory.distinct()),
        points=[{"m": 3, "n": 60, "x": against_the_tree(60)}],
    ),
)
mutate(
    theory.adaptive_coding_vitter,
    Mutant(
        "one less",
        Bound(later, "<=", theory.seen_cost() + n - 2 * theory.distinct()),
    ),
)
