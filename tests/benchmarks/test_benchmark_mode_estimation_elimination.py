"""Times of elimination, as ratios against direct Python in the same run.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted.
"""

import math
import statistics
import time

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation.elimination import two_class_elimination
from numerics.mode_estimation.elimination_runs import elimination_runs

pytestmark = pytest.mark.benchmark


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def direct_law(p1, delta, c, horizon):
    """Error and mean number of samples, with a dictionary of leads."""
    law, error, samples = {0: 1.0}, 0.0, 0.0
    for n in range(1, horizon + 1):
        level = math.log(2 * math.pi**2 * n**2 / delta)
        moved = {}
        for lead, mass in law.items():
            moved[lead + 1] = moved.get(lead + 1, 0.0) + mass * p1
            moved[lead - 1] = moved.get(lead - 1, 0.0) + mass * (1 - p1)
        law = {}
        for lead, mass in moved.items():
            if lead * lead > c * (n + abs(lead)) / 2 * level:
                error += mass * (lead < 0)
                samples += n * mass
            else:
                law[lead] = mass
    return error, samples + horizon * sum(law.values())


def direct_run(law, delta, c, generator):
    """One run, sample by sample."""
    left, counts, n = list(range(len(law))), np.zeros(len(law), int), 0
    while len(left) > 1:
        counts[generator.choice(len(law), p=law)] += 1
        n += 1
        largest = max(counts[k] for k in left)
        level = math.log(math.pi**2 * n**2 * len(law) / delta)
        left = [k for k in left if counts[k] >= largest - math.sqrt(c * largest * level)]
    return n


def test_two_class_law():
    fast = seconds(lambda: two_class_elimination(0.6, 0.1, 4, 3000))
    slow = seconds(lambda: direct_law(0.6, 0.1, 4, 3000), repeats=1)
    print(f"\nexact law, c = 4, 3000 samples: {1e3 * fast:.2f} ms, direct {slow / fast:.0f} times")
    assert two_class_elimination(0.6, 0.1, 4, 3000).error == pytest.approx(
        direct_law(0.6, 0.1, 4, 3000)[0], rel=1e-9
    )


def test_runs():
    law = np.full(10, 0.06)
    law[0] = 0.46
    fast = seconds(lambda: elimination_runs(law, 0.1, 4, 10**6, Stream.of(1), 0, 400)) / 400
    generator = np.random.default_rng(0)
    slow = seconds(lambda: direct_run(law, 0.1, 4, generator), repeats=3)
    print(f"\nruns, ten classes, c = 4: {1e6 * fast:.0f} us, direct {slow / fast:.0f} times")
