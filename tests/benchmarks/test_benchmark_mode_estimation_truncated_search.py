"""Times of Truncated Search, as ratios against a plain Python program in the same run.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted. The
plain program keeps a list of the samples located at each node of a tree of objects, and moves
every sample by itself; it is also the independent reference of the tests.
"""

import statistics
import time

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation.distributions import one_good, two_good, zipf
from numerics.mode_estimation.truncated_search import truncated_search

pytestmark = pytest.mark.benchmark


class Node:
    """A set of labels, its two parts, and the samples that are known to be in it."""

    def __init__(self, labels, parts=None, known=0):
        self.labels, self.parts, self.known, self.samples = labels, parts, known, []


def balanced(low, high):
    """A balanced tree over a range of labels."""
    if high - low == 1:
        return Node(frozenset([low]))
    middle = (low + high) // 2
    one, other = balanced(low, middle), balanced(middle, high)
    return Node(one.labels | other.labels, (one, other))


def huffman(frontier):
    """A Huffman tree over nodes, by two queues; of equal ones leaves first, from left to right."""
    leaves = sorted(frontier, key=lambda node: node.known)
    waiting = [(node.known, place, node) for place, node in enumerate(leaves)]
    made = []
    for place in range(len(leaves), 2 * len(leaves) - 1):
        pair = []
        for _ in range(2):
            from_leaves = waiting and (not made or waiting[0][0] <= made[0][0])
            pair.append((waiting if from_leaves else made).pop(0))
        (w1, _, one), (w2, _, other) = sorted(pair, key=lambda entry: entry[1])
        made.append((w1 + w2, place, Node(one.labels | other.labels, (one, other), w1 + w2)))
    return made[0][2] if made else leaves[0]


def direct_search(m, samples):
    """Truncated Search; returns queries, label, its number of samples, and the number of sets."""
    tree = balanced(0, m)
    queries, drawn, number = 0, 0, 0
    while drawn < len(samples):
        batch = min(1 << number, len(samples) - drawn)
        tree.samples += samples[drawn : drawn + batch]
        tree.known += batch
        drawn += batch
        slack = drawn * (2 / 3) ** number / (4 * m)
        number += 1
        frontier, done, mode = [(0, tree)], [], None
        while frontier:
            # the heaviest set, labels before sets, from left to right
            best = min(frontier, key=lambda e: (-e[1].known, e[1].parts is not None, e[0]))
            start, node = best
            if mode is not None and node.known < mode.known - slack:
                break
            frontier.remove(best)
            if node.parts is None:
                mode = mode or node
                done.append(best)
                continue
            one, other = node.parts
            for label in node.samples:
                queries += 1
                part = one if label in one.labels else other
                part.samples.append(label)
                part.known += 1
            node.samples = []
            frontier += [(start, one), (start + len(one.labels), other)]
        sets = [node for _, node in sorted(frontier + done, key=lambda e: e[0])]
        tree = huffman(sets)
    (label,) = mode.labels
    return queries, label, mode.known, len(sets)


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.mark.parametrize(
    ("name", "law", "n", "runs"),
    [
        ("Zipf, m = 100", zipf(100), 50_000, 512),
        ("two good, m = 300", two_good(300), 150, 512),
        ("one good, m = 1000", one_good(1000), 10, 2048),
        ("one good, m = 1000", one_good(1000), 20, 2048),
    ],
)
def test_truncated_search(name, law, n, runs):
    stream = Stream.of(0, "benchmark")
    rng = np.random.default_rng(0)

    def plain():
        return direct_search(law.size, rng.choice(law.size, size=n, p=law).tolist())

    ours = seconds(lambda: truncated_search(law, n, stream, 0, runs), repeats=9) / runs
    theirs = seconds(plain, repeats=9)
    print(
        f"\n{name}, n = {n}: ours {ours * 1e6:.1f} us a run, plain Python "
        f"{theirs * 1e6:.0f} us, {theirs / ours:.0f} times ours"
    )
