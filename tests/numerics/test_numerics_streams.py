"""Random streams: equal to NumPy's Philox, independent of how the work is split."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from numerics.core.chi_square import chi_square
from numerics.core.streams import Stream, fraction, integers, normals, philox, uniforms
from numerics.core.ziggurat import LAYERS, TAIL, ziggurat

# Statistical tests have fixed seeds; a correct implementation would fail with this probability.
FALSE_ALARM = 1e-6

WORD = st.integers(0, 2**64 - 1)
REPLICATE = st.integers(0, 2**62)


def numpy_words(key, counter):
    """The four words of a counter according to NumPy, which adds 1 before it generates."""
    number = sum(word << (64 * i) for i, word in enumerate(counter))
    before = (number - 1) % 2**256
    words = np.array([(before >> (64 * i)) % 2**64 for i in range(4)], dtype=np.uint64)
    return np.random.Philox(key=np.array(key, dtype=np.uint64), counter=words).random_raw(4)


@given(st.tuples(WORD, WORD), st.tuples(WORD, WORD, WORD, WORD))
@settings(deadline=None, max_examples=300)
def test_philox_equals_numpy_bit_for_bit(key, counter):
    ours = philox(*(np.uint64(word) for word in (*key, *counter)))
    assert list(ours) == list(numpy_words(key, counter))


@given(st.tuples(WORD, WORD), REPLICATE, st.integers(0, 2**40), st.integers(0, 9))
@settings(deadline=None, max_examples=100)
def test_uniforms_are_the_words_of_the_counter(key, replicate, lane, size):
    out = np.empty(size)
    uniforms(*Stream(key).words, replicate, lane, out)
    words = [w for block in range(3) for w in numpy_words(key, (block, replicate, lane, 0))]
    assert out.tolist() == [(2 * (int(w) >> 12) + 1) / 2**53 for w in words[:size]]


def test_fraction_excludes_both_ends():
    assert fraction(np.uint64(0)) == 2.0**-53
    assert fraction(np.uint64(2**64 - 1)) == 1 - 2.0**-53


@pytest.mark.parametrize("fill", [uniforms, normals])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8])
def test_a_shorter_fill_is_a_prefix(fill, size):
    words = Stream.of(1, "prefix").words
    long, short = np.empty(20), np.full(size + 1, np.nan)
    fill(*words, 3, 2, long)
    fill(*words, 3, 2, short[:size])
    assert short[:size].tolist() == long[:size].tolist()
    assert np.isnan(short[size])


@njit
def _many_normals(key0, key1, out):
    for i in range(out.shape[0]):
        normals(key0, key1, i, 0, out[i])


def test_normals_are_independent_standard_normals():
    draws = np.empty((20_000, 6))
    _many_normals(*Stream.of(2, "normals").words, draws)
    for column in draws.T:
        assert stats.kstest(column, "norm").pvalue > FALSE_ALARM / 6
    # Correlations of entries and of their squares, whose law is N(0, 1/20000) nearly.
    for values in (draws, draws**2):
        correlation = np.corrcoef(values.T)[np.triu_indices(6, 1)] * np.sqrt(len(draws))
        assert stats.norm.sf(np.abs(correlation).max()) > FALSE_ALARM / 60
    # Lanes and replicates that follow one another are uncorrelated too.
    other = np.empty(20_000)
    normals(*Stream.of(2, "normals").words, 0, 1, other)
    for shifted in (other[:-1], draws[1:, 0]):
        z = np.corrcoef(draws[:-1, 0], shifted)[0, 1] * np.sqrt(len(draws))
        assert 2 * stats.norm.sf(abs(z)) > FALSE_ALARM / 2


def test_the_layers_of_the_ziggurat_have_one_area_and_end_at_the_peak():
    edges, heights = ziggurat()
    areas = edges[1:-1] * np.diff(heights[1:])
    lowest = edges[1] * heights[1] + np.sqrt(2 * np.pi) * stats.norm.sf(edges[1])
    np.testing.assert_allclose(areas, lowest, rtol=1e-11)
    assert len(edges) == LAYERS + 1 and heights[-1] == 1 and edges[1] == TAIL
    np.testing.assert_allclose(edges[0] * heights[1], lowest, rtol=1e-14)


@njit
def _counted(key0, key1, cuts, rows):
    """How many normals, of 2**16 in each row, are below each cut."""
    counts = np.zeros(cuts.size, np.int64)
    out = np.empty(2**16)
    for row in range(rows):
        normals(key0, key1, row, 0, out)
        counts += np.searchsorted(np.sort(out), cuts)
    return counts


def test_normals_keep_their_law_at_the_edges_of_layers_and_in_both_tails():
    edges, _ = ziggurat()
    half = np.sort(np.concatenate([edges[:255:6], [0.05, 1.0, 4.0, 4.5, 5.0]]))
    cuts = np.concatenate([-half[::-1], half])
    rows = 2**8
    below = np.diff(_counted(*Stream.of(5, "ziggurat").words, cuts, rows), prepend=0)
    expected = np.diff(stats.norm.cdf(cuts), prepend=0) * rows * 2**16
    large = expected > 5  # the rest: as many as a Poisson variable may be
    assert stats.chi2.sf(((below - expected)[large] ** 2 / expected[large]).sum(), large.sum()) > (
        FALSE_ALARM / 2
    )
    few = stats.poisson.sf(below[~large] - 1, expected[~large])
    assert (few > FALSE_ALARM / 2 / max(1, few.size)).all()


@pytest.mark.parametrize("bound", [1, 2, 7, 1000])
def test_integers_are_uniform(bound):
    out = np.empty(50_000, dtype=np.int64)
    integers(*Stream.of(3, "integers", bound).words, 0, 0, bound, out)
    assert out.min() >= 0 and out.max() < bound
    if bound > 1:
        assert stats.chisquare(np.bincount(out, minlength=bound)).pvalue > FALSE_ALARM


def test_integers_reach_both_ends_of_a_wide_range():
    out = np.empty(1000, dtype=np.int64)
    integers(*Stream.of(3, "wide").words, 0, 0, 2**62, out)
    assert out.min() < 2**56 and out.max() > 2**62 - 2**56


@njit
def _many_chi_squares(key0, key1, degrees, out):
    for i in range(out.size):
        out[i] = chi_square(key0, key1, i, 0, degrees)


@pytest.mark.parametrize("degrees", [1, 2, 3, 8, 200])
def test_chi_square_has_its_law(degrees):
    out = np.empty(50_000)
    _many_chi_squares(*Stream.of(4, degrees).words, degrees, out)
    assert stats.kstest(out, stats.chi2(degrees).cdf).pvalue > FALSE_ALARM


@given(st.integers(), st.lists(st.one_of(st.text(), st.integers())))
@settings(deadline=None, max_examples=100)
def test_labels_compose(seed, names):
    stream = Stream.of(seed)
    for name in names:
        stream = stream.substream(name)
    assert Stream.of(seed, *names) == stream


def test_labels_matter_in_kind_order_and_grouping():
    streams = [
        Stream.of(0),
        Stream.of(1),
        Stream.of(-1),
        Stream.of(0, ""),
        Stream.of(0, "a"),
        Stream.of(0, 1),
        Stream.of(0, "1"),
        Stream.of(0, "i1"),
        Stream.of(0, "a", "b"),
        Stream.of(0, "b", "a"),
        Stream.of(0, "ab"),
    ]
    assert len({stream.key for stream in streams}) == len(streams)


def test_keys_never_change():
    # A published verdict names its seed: the same labels must mean the same draws for ever.
    assert Stream.of(0, "claim", 1).key == (0x929F71DA89B45010, 0x27D9AB988E1EE69A)


def test_numpy_generators_differ_by_replicate_and_repeat():
    stream = Stream.of(5)
    first, again, second = (stream.numpy(r).random(4).tolist() for r in (0, 0, 1))
    assert first == again != second
    kernel = np.empty(4)
    uniforms(*stream.words, 0, 0, kernel)
    assert not set(first) & set(kernel.tolist())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Stream((1, 2**64)),
        lambda: Stream((-1, 0)),
        lambda: Stream((1, 2, 3)),
        lambda: Stream([1, 2]),
        lambda: Stream((1.0, 2)),
        lambda: Stream.of("seed"),
        lambda: Stream.of(True),
        lambda: Stream.of(0, 1.5),
        lambda: Stream.of(0, None),
        lambda: Stream.of(0).numpy(-1),
    ],
)
def test_bad_arguments_raise_one_clear_line(wrong):
    with pytest.raises(ValueError, match=r"must be") as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_importing_the_packages_is_light():
    code = (
        "import sys, numerics, numerics.core, numerics.assoc_scaling;"
        "print(sorted({'numba', 'numpy', 'scipy', 'theory', 'verify'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
