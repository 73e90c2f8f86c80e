"""Times of the topic's heavy computations, as ratios against plain references in the same run.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted.
"""

import statistics
import time

import numpy as np
import pytest

from numerics.assoc_scaling import finite_data, instances
from numerics.assoc_scaling.direct import memory_error
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities

pytestmark = pytest.mark.benchmark
STREAM = Stream.of(0, "benchmark")


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.mark.parametrize("dimension", [256, 1024, 4096])
def test_direct_simulation_against_its_matrix_products(dimension):
    size, classes = 100_000, 5
    law = zipf_probabilities(2.0, size)
    labels = instances.labels("modulo", size, classes, STREAM)
    U = instances.output_embeddings("sphere", classes, dimension, STREAM)
    rows = 2048
    E = np.ones((rows, dimension), dtype=np.float32)
    W = np.ones((dimension, dimension), dtype=np.float32)
    share = size / rows

    def products():  # W += (q u)^T E and E W^T, for one block
        E.T @ E
        E @ W.T

    ours = seconds(lambda: memory_error(law, law, labels, U, STREAM), repeats=1)
    bare = share * seconds(products)
    print(f"\nd = {dimension}: {ours:.2f} s, {ours / bare:.2f} of the d x d matrix products")


@pytest.mark.parametrize("samples", [10**6, 10**12])
def test_exact_finite_data_error(samples):
    ours = seconds(lambda: finite_data.unseen_mass(2.0, samples), repeats=20)
    tokens = np.arange(1, 10**7 + 1, dtype=float)

    def plain():
        p = tokens**-2.0 * 6 / np.pi**2
        return np.sum(p * (1 - p) ** samples)

    print(
        f"\nT = {samples:.0e}: {ours * 1e3:.3f} ms, plain sum of 10^7 terms {seconds(plain):.2f} s"
    )
