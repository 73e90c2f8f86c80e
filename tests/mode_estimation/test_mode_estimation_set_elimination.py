"""The simulator of the elimination of sets against direct Python, and where it must not end."""

import math

import numba
import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.mode_estimation import set_elimination as numerics
from numerics.mode_estimation.distributions import geometric, one_good, two_good
from tests.benchmarks.test_benchmark_mode_estimation_elimination_costs import (
    direct_set_elimination,
)


@pytest.mark.parametrize(
    ("law", "delta", "c"),
    [
        (geometric(15, 1.4), 0.1, 0.7),
        (geometric(8), 0.2, 1.0),
        ((0.4, 0.25, 0.15, 0.1, 0.06, 0.04), 0.1, 0.5),
    ],
)
def test_against_direct_python(law, delta, c):
    generator = np.random.default_rng(8)
    law = np.asarray(law)
    direct = np.array([direct_set_elimination(law, delta, c, generator) for _ in range(80)])
    queries, samples, _ = numerics.set_elimination_runs(
        law, -math.log(delta), c, Stream.of(2), 0, 6000, largest=2**14
    )
    for ours, theirs in ((queries, direct[:, 0]), (samples, direct[:, 1])):
        spread = 4.5 * theirs.std() / math.sqrt(len(theirs))
        assert ours.mean() == pytest.approx(theirs.mean(), abs=spread + 0.01 * ours.mean())


def test_two_classes_cost_one_query_a_sample():
    queries, samples, answers = numerics.simulate((0.7, 0.3), 0.1, 2.0, 200, 4)
    assert (queries == samples).all()
    assert not answers.any()
    assert {int(n + 2).bit_count() for n in samples} == {1}  # 2 + 4 + ... + 2^r


def test_runs_end_and_do_not_err_though_dropped_sets_are_nested():
    """In the published implementation one run in ten of this problem never stops."""
    _, _, answers = numerics.set_elimination_runs(
        two_good(300), math.log(64), 0.3, Stream.of(6), 0, 1000, largest=2**14
    )
    assert (answers == 0).mean() > 0.98
    _, _, answers = numerics.set_elimination_runs(
        two_good(300), math.log(64), 4.0, Stream.of(6), 0, 200, largest=2**17
    )
    assert not answers.any()


def test_sets_as_likely_as_the_mode_never_separate():
    law, stream = (0.4, 0.2, 0.2, 0.2), Stream.of(9)
    half = numerics.set_elimination_runs(law, 2.0, 1.0, stream, 0, 50, largest=2**14)
    whole = numerics.set_elimination_runs(law, 2.0, 1.0, stream, 0, 50, largest=2**14, share=1.0)
    assert not half[2].any()
    assert (whole[2] == -1).mean() > 0.2


def test_runs_do_not_depend_on_threads_or_on_how_many_there_are():
    stream, law = Stream.of(1, "threads"), one_good(60)
    whole = numerics.set_elimination_runs(law, 3.0, 1.0, stream, 0, 50, largest=2**12)
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = numerics.set_elimination_runs(law, 3.0, 1.0, stream, 0, 50, largest=2**12)
    finally:
        numba.set_num_threads(threads)
    part = numerics.set_elimination_runs(law, 3.0, 1.0, stream, 20, 13, largest=2**12)
    for one, other, third in zip(whole, alone, part, strict=True):
        assert (one == other).all()
        assert (one[20:33] == third).all()


def test_degenerate_input():
    for part in numerics.simulate([1.0], 0.1, 4, 3, 0):
        assert part.tolist() == [0, 0, 0]
    assert all(part.size == 0 for part in numerics.simulate((0.6, 0.4), 0.1, 4, 0, 0))
    certain = numerics.simulate((1.0, 0.0, 0.0), 0.1, 4, 3, 0)
    assert (certain[2] == 0).all()
    stopped = numerics.set_elimination_runs((0.6, 0.4), 2.0, 4.0, Stream.of(0), 0, 5, largest=13)
    assert (stopped[1] == 6).all() and (stopped[2] == -1).all()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"p": (0.5, 0.5)}, "mode"),
        ({"p": (0.6, 0.3)}, "sum"),
        ({"confidence": -1.0}, "confidence"),
        ({"c": 0}, "c is"),
        ({"share": 0.0}, "share"),
        ({"share": 1.5}, "share"),
        ({"count": -1}, "count"),
        ({"largest": 0}, "largest"),
    ],
)
def test_bad_arguments(changes, word):
    good = {"p": (0.6, 0.4), "confidence": 1.0, "c": 4.0, "stream": Stream.of(0)}
    with pytest.raises(ValueError, match=word):
        numerics.set_elimination_runs(**{**good, "first": 0, "count": 1, **changes})
