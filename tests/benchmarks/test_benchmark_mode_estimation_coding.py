"""Times of searches for labels, on one core, as ratios against straightforward Python.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted. The
plain searches do what one would write first: walk down a tree of tuples for every sample, and build
a Huffman tree of the counts with a heap for every sample.
"""

import heapq
import statistics
import time
from itertools import count

import numba
import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation import adaptive_coding, codes, exhaustive
from numerics.mode_estimation.distributions import geometric, zipf

pytestmark = pytest.mark.benchmark


@pytest.fixture(autouse=True)
def one_core():
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(threads)


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def heap_tree(weights):
    """A Huffman tree as nested pairs of labels."""
    numbers = count()
    heap = [(weight, next(numbers), label) for label, weight in enumerate(weights)]
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, _, one), (b, _, other) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (a + b, next(numbers), (one, other)))
    return heap[0][2]


def depths(tree, depth=0):
    """Pairs of label and depth."""
    if not isinstance(tree, tuple):
        return [(tree, depth)]
    return depths(tree[0], depth + 1) + depths(tree[1], depth + 1)


def labels_below(tree):
    return {label for label, _ in depths(tree)}


def with_sets(tree):
    """The tree with the labels on the left at every node."""
    if not isinstance(tree, tuple):
        return tree
    return labels_below(tree[0]), with_sets(tree[0]), with_sets(tree[1])


def plain_exhaustive(tree, labels):
    """Questions until every label is found."""
    asked = 0
    for label in labels:
        node = tree
        while isinstance(node, tuple):
            asked += 1
            node = node[1] if label in node[0] else node[2]
    return asked


def plain_adaptive(labels, m):
    """Questions in a Huffman tree of the counts, built anew for every sample."""
    counts, asked = [0] * m, 0
    for label in labels:
        asked += dict(depths(heap_tree(counts)))[label]
        counts[label] += 1
    return asked


@pytest.mark.parametrize("kind", ["balanced", "Huffman"])
def test_exhaustive_search(kind):
    p, n = geometric(100), 143
    lengths = codes.balanced_lengths(100) if kind == "balanced" else codes.huffman_lengths(p)
    stream, runs = Stream.of(0, "benchmark"), 20_000

    def ours():
        return exhaustive.simulate(p, n, stream, 0, runs, lengths)[0].sum()

    asked, ours_takes = ours(), seconds(ours)
    labels = np.random.default_rng(0).choice(100, size=20_000, p=p).tolist()
    tree = with_sets(heap_tree(p) if kind == "Huffman" else heap_tree([1] * 100))
    plain_asked = plain_exhaustive(tree, labels)
    plain_takes = seconds(lambda: plain_exhaustive(tree, labels))
    speed, plain_speed = asked / ours_takes, plain_asked / plain_takes
    print(f"\nexhaustive search in a {kind} tree, 100 classes, runs of {n} samples, one core")
    print(f"  ours   {speed / 1e6:8.1f} million questions a second")
    print(
        f"  Python {plain_speed / 1e6:8.1f} million questions a second, {speed / plain_speed:.0f}x"
    )


@pytest.mark.parametrize(("law", "n"), [(geometric(100), 143), (zipf(100), 5000), (zipf(1000), 20)])
def test_adaptive_search(law, n):
    stream, runs, m = Stream.of(0, "benchmark"), max(20, 200_000 // n), law.size

    def ours():
        return adaptive_coding.simulate(law, n, stream, 0, runs)[0].mean()

    mean, ours_takes = ours(), seconds(ours) / runs
    generator = np.random.default_rng(0)
    few = [generator.choice(m, size=min(n, 300), p=law).tolist() for _ in range(5)]
    plain = [plain_adaptive(labels, m) for labels in few]
    exact = [adaptive_coding.questions(labels, m).sum() for labels in few]
    assert abs(np.mean(plain) - np.mean(exact)) < 0.1 * np.mean(exact)  # ties fall differently
    plain_takes = seconds(lambda: plain_adaptive(few[0], m), 1) * n / len(few[0])
    print(f"\nadaptive search, {m} classes, {n} samples, one core: {mean:.1f} questions a run")
    print(f"  ours   {ours_takes * 1e3:10.4f} ms a run")
    print(f"  Python {plain_takes * 1e3:10.4f} ms a run, {plain_takes / ours_takes:.0f}x")
