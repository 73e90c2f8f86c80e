"""Times of the simulator of empirical modes, as ratios against a plain loop in the same run.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted.
"""

import random
import statistics
import time
from bisect import bisect_right
from itertools import accumulate

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation.distributions import geometric, one_good, two_good
from numerics.mode_estimation.empirical_mode import simulated_errors

pytestmark = pytest.mark.benchmark

WORKLOADS = {
    "geometric, 100 classes, 143 labels": (geometric(100), 143),
    "two good classes, 300 classes, 150 labels": (two_good(300), 150),
    "one good class, 1000 classes, 10 labels": (one_good(1000), 10),
}


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def plain_errors(law, labels, count):
    """The same as the simulator, label by label."""
    generator, ends = random.Random(0), list(accumulate(law))
    errors = []
    for _ in range(count):
        seen = {}
        for _ in range(labels):
            label = min(bisect_right(ends, generator.random()), len(ends) - 1)
            seen[label] = seen.get(label, 0) + 1
        most = max(seen.values())
        tied = sum(number == most for number in seen.values())
        errors.append(1 - 1 / tied if seen.get(0) == most else 1.0)
    return np.array(errors)


@pytest.mark.parametrize("name", WORKLOADS)
def test_simulated_errors(name):
    law, labels = WORKLOADS[name]
    few, many, stream = 300, 30_000, Stream.of(0)
    plain = seconds(lambda: plain_errors(law, labels, few)) / few
    ours = seconds(lambda: simulated_errors(law, labels, 0, many, stream)) / many
    one, two = (
        errors.mean()
        for errors in (
            plain_errors(law, labels, 3000),
            simulated_errors(law, labels, 0, many, stream),
        )
    )
    print(f"\n{name}: {ours * 1e6:.1f} us against {plain * 1e6:.0f} us, {plain / ours:.0f} times")
    assert abs(one - two) < 0.05
