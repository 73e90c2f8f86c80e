"""Truncated Search against a plain program, sample by sample, and against laws that are known."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics.core.binomial import binomial
from numerics.core.streams import Stream
from numerics.mode_estimation.distributions import geometric, zipf
from numerics.mode_estimation.truncated_search import search_sequence, truncated_search
from tests.benchmarks.test_benchmark_mode_estimation_truncated_search import direct_search

STREAM = Stream.of(5, "tests of truncated search")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_same_as_the_plain_program_on_given_samples(data):
    m = data.draw(st.integers(1, 24))
    labels = st.integers(0, m - 1) | st.integers(0, min(2, m - 1))
    samples = data.draw(st.lists(labels, min_size=1, max_size=120))
    runs = search_sequence(m, samples)
    ours = tuple(int(field[0]) for field in (runs.queries, runs.label, runs.found, runs.sets))
    assert ours == direct_search(m, samples)
    assert runs.largest[0] == runs.found[0] == max(samples.count(y) for y in set(samples))


@pytest.mark.parametrize(("law", "n"), [(zipf(12), 40), (geometric(6, 1.5), 200)])
def test_random_runs_have_the_law_of_runs_on_drawn_samples(law, n):
    rng = np.random.default_rng(0)
    size = 3000
    queries, sets = np.empty(size), np.empty(size)
    for run in range(size):
        places = rng.permutation(law.size)
        samples = places[rng.choice(law.size, size=n, p=law)]
        one = search_sequence(law.size, samples.tolist())
        queries[run], sets[run] = one.queries[0], one.sets[0]
    runs = truncated_search(law, n, STREAM, 0, 20_000)
    assert stats.ks_2samp(queries, runs.queries).pvalue > 1e-4
    assert stats.ks_2samp(sets, runs.sets).pvalue > 1e-4


def test_counts_and_errors_are_binomial():
    n, size = 51, 40_000  # odd: two labels never tie
    runs = truncated_search([0.6, 0.4], n, STREAM, 0, size)
    assert np.all(runs.queries == n)
    assert np.all(runs.found == runs.largest)
    wrong = stats.binom.cdf(n // 2, n, 0.6)
    assert stats.binomtest(int((runs.label == 1).sum()), size, wrong).pvalue > 1e-4
    counts = np.where(runs.label == 0, runs.found, n - runs.found)
    observed = np.bincount(counts, minlength=n + 1)
    expected = size * stats.binom.pmf(np.arange(n + 1), n, 0.6)
    likely = expected > 10
    assert (
        stats.chisquare(
            observed[likely], expected[likely] * observed[likely].sum() / expected[likely].sum()
        ).pvalue
        > 1e-4
    )


def test_runs_depend_on_their_number_alone():
    law = zipf(40)
    every = truncated_search(law, 700, STREAM, 0, 50)
    for first, count in ((0, 1), (17, 20), (49, 1)):
        some = truncated_search(law, 700, STREAM, first, count)
        for whole, part in zip(every, some, strict=True):
            assert np.array_equal(whole[first : first + count], part)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = truncated_search(law, 700, STREAM, 0, 50)
    finally:
        numba.set_num_threads(before)
    assert all(np.array_equal(a, b) for a, b in zip(every, alone, strict=True))
    other = truncated_search(law, 700, STREAM.substream("other"), 0, 50)
    assert not np.array_equal(other.queries, every.queries)


@given(st.integers(0, 6), st.integers(0, 10**6))
def test_one_sample_costs_its_depth(power, first):
    m = 2**power
    runs = truncated_search(np.full(m, 1 / m), 1, STREAM, first, 1)
    assert runs.queries[0] == power
    assert runs.found[0] == 1


def test_one_label_needs_no_query():
    runs = truncated_search([1.0], 1000, STREAM, 0, 3)
    assert runs.queries.tolist() == [0, 0, 0]
    assert runs.found.tolist() == [1000] * 3
    assert runs.sets.tolist() == [1, 1, 1]
    assert search_sequence(1, [0, 0]).queries[0] == 0


def test_labels_without_probability_are_never_found():
    runs = truncated_search([0.0, 0.5, 0.0, 0.5, 0.0], 30, STREAM, 0, 400)
    assert set(runs.label.tolist()) == {1, 3}
    assert np.all(runs.found == runs.largest)


def test_no_runs():
    assert truncated_search([0.5, 0.5], 10, STREAM, 0, 0).queries.size == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ([], 10, STREAM, 0, 1),
        ([0.5, 0.4], 10, STREAM, 0, 1),
        ([1.5, -0.5], 10, STREAM, 0, 1),
        ([np.nan, 1.0], 10, STREAM, 0, 1),
        ([0.5, 0.5], 0, STREAM, 0, 1),
        ([0.5, 0.5], 10, STREAM, -1, 1),
        ([0.5, 0.5], 10, STREAM, 0, -1),
    ],
)
def test_bad_arguments(arguments):
    with pytest.raises(ValueError, match=r"must be|is"):
        truncated_search(*arguments)


@pytest.mark.parametrize(("m", "labels"), [(0, [0]), (3, []), (3, [3]), (3, [-1])])
def test_bad_sequences(m, labels):
    with pytest.raises(ValueError, match=r"must be|is"):
        search_sequence(m, labels)


@numba.njit
def binomials(key0, key1, trials, share, out):
    for run in range(out.size):
        out[run], _ = binomial(key0, key1, run, 0, 0, trials, share)


@pytest.mark.parametrize(
    ("trials", "share"),
    [(1, 0.3), (7, 0.5), (40, 0.2), (40, 0.9), (30, 0.5), (1000, 0.02), (10**5, 0.3), (10**9, 0.7)],
)
def test_binomial_counts(trials, share):
    out = np.empty(20_000, np.int64)
    binomials(*STREAM.substream(trials).words, trials, share, out)
    law = stats.binom(trials, share)
    edges = np.unique(law.ppf(np.linspace(0.02, 0.98, 25)))
    observed = np.bincount(np.searchsorted(edges, out), minlength=edges.size + 1)
    expected = np.diff([0.0, *law.cdf(edges), 1.0]) * out.size
    kept = expected > 1e-9
    assert observed[~kept].sum() == 0
    assert stats.chisquare(observed[kept], expected[kept]).pvalue > 1e-4


def test_certain_binomial_counts():
    for trials, share, count in ((9, 0.0, 0), (9, 1.0, 9), (0, 0.5, 0), (9, -1.0, 0), (9, 2.0, 9)):
        assert binomial(np.uint64(1), np.uint64(2), 3, 4, 5, trials, share) == (count, 5)
