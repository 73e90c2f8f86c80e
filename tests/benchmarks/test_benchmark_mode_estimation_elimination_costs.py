"""Times of both eliminations, as ratios against direct Python in the same run.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted. The
direct implementations below keep Python objects and follow the rules word by word: they are also
independent references for the tests.
"""

import heapq
import math
import statistics
import time

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation import elimination_costs, set_elimination
from numerics.mode_estimation.distributions import one_good, two_good

pytestmark = pytest.mark.benchmark


class Node:
    """A set of symbols, with its count and the two parts that it splits into."""

    def __init__(self, symbols, count=0, parts=()):
        self.symbols, self.count, self.parts = frozenset(symbols), count, parts


def huffman(nodes):
    """The root of a Huffman tree over nodes."""
    heap = [(node.count, number, node) for number, node in enumerate(nodes)]
    heapq.heapify(heap)
    number = len(heap)
    while len(heap) > 1:
        (a, _, one), (b, _, other) = heapq.heappop(heap), heapq.heappop(heap)
        joined = Node(one.symbols | other.symbols, a + b, (one, other))
        heapq.heappush(heap, (a + b, number, joined))
        number += 1
    return heap[0][2]


def depths(counts):
    """Depth of every key of ``counts`` in a Huffman tree."""
    heap = [(count, number, number) for number, count in enumerate(counts.values())]
    heapq.heapify(heap)
    parent, number = {}, len(heap)
    while len(heap) > 1:
        (a, _, one), (b, _, other) = heapq.heappop(heap), heapq.heappop(heap)
        parent[one] = parent[other] = number
        heapq.heappush(heap, (a + b, number, number))
        number += 1
    depth = {number - 1: 0}
    for node in range(number - 2, -1, -1):
        depth[node] = depth[parent[node]] + 1
    return {key: depth[leaf] for leaf, key in enumerate(counts)}


def level(largest, n, m, delta, c):
    """The count below which a set is dropped."""
    return largest - math.sqrt(c * largest * math.log(math.pi**2 * n**2 * m / delta))


def direct_elimination(p, delta, c, labels):
    """Queries, samples and answer: a new Huffman tree after every sample."""
    m = len(p)
    counts, trash = dict.fromkeys(range(m), 0), 0
    queries = 0
    for n, y in enumerate(labels, start=1):
        weights = dict(counts)
        if len(counts) < m:
            weights["trash"] = trash
        queries += depths(weights)[y if y in counts else "trash"]
        if y not in counts:
            trash += 1
            continue
        counts[y] += 1
        least = level(max(counts.values()), n, m, delta, c)
        for i in [i for i, count in counts.items() if count < least]:
            trash += counts.pop(i)
        if len(counts) == 1:
            return queries, n, next(iter(counts))
    return queries, len(labels), -1


def direct_set_elimination(p, delta, c, generator, share=0.5):
    """Queries, samples and answer: every sample remembers the smallest set it is known to be in."""
    m = len(p)
    root = balanced([Node({int(y)}) for y in generator.permutation(m)])
    labels, known, dropped, queries, turn = [], [], set(), 0, 0
    while True:
        turn += 1
        batch = [int(y) for y in generator.choice(m, size=2**turn, p=p)]
        labels += batch
        known += [root.symbols] * len(batch)
        n = len(labels)
        totals = np.bincount(labels, minlength=m)
        largest = max(int(totals[y]) for y in range(m) if y not in dropped)
        least = share * largest - (2 / 3) ** turn / (4 * m) * n
        root.count, pending, frontier = n, [root], []
        while pending:
            node = pending.pop()
            if not node.parts or node.count < least:
                frontier.append(node)
                continue
            for part in node.parts:
                part.count = 0
                for sample, y in enumerate(labels):
                    if y in part.symbols:
                        part.count += 1
                        if known[sample] > part.symbols:
                            known[sample] = part.symbols
                            queries += 1
                pending.append(part)
        bound = level(largest, n, m, delta, c)
        kept, gone = [], set()
        for node in frontier:
            if node.count < bound or (not node.parts and node.symbols <= dropped):
                gone |= node.symbols
            else:
                kept.append(node)
        dropped |= gone
        if len(dropped) == m - 1:
            (answer,) = set(range(m)) - dropped
            return queries, n, answer
        if gone:
            kept.append(Node(gone, sum(y in gone for y in labels)))
            known = [
                frozenset(gone) if y in gone else k for y, k in zip(labels, known, strict=True)
            ]
        root = huffman(kept)


def balanced(nodes):
    """A balanced tree over nodes."""
    if len(nodes) == 1:
        return nodes[0]
    half = len(nodes) // 2
    one, other = balanced(nodes[:half]), balanced(nodes[half:])
    return Node(one.symbols | other.symbols, 0, (one, other))


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def report(title, ours, direct):
    """Print the time of a run and how many times longer the direct one takes."""
    print(
        f"\n{title}: {ours * 1e3:.3g} ms a run; direct {direct * 1e3:.3g} ms, {direct / ours:.0f} x"
    )


def test_elimination_of_classes_two_good():
    p, runs = two_good(300), 100
    ours = seconds(lambda: elimination_costs.simulate(p, 1 / 64, 24, runs, 0)) / runs
    labels = np.random.default_rng(0).choice(300, size=20_000, p=p)
    began = time.perf_counter()
    queries, samples, answer = direct_elimination(p, 1 / 64, 24, labels.tolist())
    direct = time.perf_counter() - began
    assert answer == 0
    report(f"classes, two good of 300, c = 24 ({samples} samples, {queries} queries)", ours, direct)


def test_elimination_of_sets_one_good():
    p, runs = one_good(1000), 1000
    ours = seconds(lambda: finished_sets(p, 1 / 512, 0.1, runs)) / runs
    generator = np.random.default_rng(0)
    began = time.perf_counter()
    found = [direct_set_elimination(p, 1 / 512, 0.1, generator) for _ in range(10)]
    direct = (time.perf_counter() - began) / 10
    assert sum(answer == 0 for _, _, answer in found) >= 8
    report("sets, one good of 1000, c = 0.1", ours, direct)


def finished_sets(p, delta, c, runs):
    """Runs that are given up after 1000 samples: one in thousands has no end."""
    stream = Stream.of(0, "benchmark")
    return set_elimination.set_elimination_runs(p, -math.log(delta), c, stream, 0, runs, 1000)
