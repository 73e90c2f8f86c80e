"""Memories with random embeddings: exact scores, direct and collapsed draws."""

from fractions import Fraction

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics.assoc_scaling import instances
from numerics.assoc_scaling.exact_laws import (
    class_energies,
    collapsed_errors,
    collapsed_scores,
    direct_errors,
    direct_scores,
    scores,
)
from numerics.core.streams import Stream, normals

# Statistical tests have fixed seeds; a correct implementation would fail with this probability.
FALSE_ALARM = 1e-6


@st.composite
def integer_memories(draw):
    size, classes, dimension = (draw(st.integers(1, n)) for n in (8, 5, 6))
    number = st.integers(-(10**12), 10**12)
    rows = lambda count, width: st.lists(  # noqa: E731
        st.lists(number, min_size=width, max_size=width), min_size=count, max_size=count
    )
    q = draw(st.lists(number, min_size=size, max_size=size))
    f = draw(st.lists(st.integers(0, classes - 1), min_size=size, max_size=size))
    return q, draw(rows(size, dimension)), draw(rows(classes, dimension)), f


@given(integer_memories())
@settings(deadline=None, max_examples=80)
def test_scores_of_integers_are_exact(memory):
    q, e, u, f = memory
    table = scores(q, e, u, f)
    assert table.dtype == object
    dot = lambda a, b: sum(x * y for x, y in zip(a, b, strict=True))  # noqa: E731
    for x in range(len(q)):
        for y in range(len(u)):
            # Score by score, without W: sum over stored tokens.
            terms = (q[s] * dot(u[y], u[f[s]]) * dot(e[s], e[x]) for s in range(len(q)))
            assert table[x, y] == sum(terms)


def test_scores_of_fractions_stay_fractions():
    table = scores([Fraction(1, 3)], [[3, 1]], [[Fraction(1, 2)], [5]] * 0 + [[1, 0], [0, 2]], [1])
    assert table.tolist() == [[0, Fraction(40, 3)]]
    assert isinstance(table[0, 1], Fraction)


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 5), st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_class_energies_add_up(seed, size, classes, token):
    stream = Stream.of(seed)
    q = instances.weights("signed", size, stream.substream("q"))
    f = instances.labels("random", size, classes, stream.substream("f"))
    energies = class_energies(q, f, classes)
    assert energies == pytest.approx([np.sum(q[f == z] ** 2) for z in range(classes)])
    token %= size
    without = class_energies(q, f, classes, leave_out=token)
    rest = np.arange(size) != token
    assert without == pytest.approx([np.sum(q[(f == z) & rest] ** 2) for z in range(classes)])


def test_energies_without_a_dominant_token_keep_their_digits():
    # Subtracting would leave 1e16 + 1 - 1e16 = 0 or 2.
    assert class_energies([1e8, 1.0], [0, 0], 1, leave_out=0).tolist() == [1.0]
    assert class_energies([1.0], [0], 3, leave_out=0).tolist() == [0.0, 0.0, 0.0]


def memory(size=7, classes=4, dimension=5, kind="signed", seed=0):
    stream = Stream.of(12, seed)
    q = instances.weights(kind, size, stream.substream("q"))
    f = instances.labels("random", size, classes, stream.substream("f"))
    u = instances.output_embeddings("sphere", classes, dimension, stream.substream("u"))
    return q, f, u


@pytest.mark.parametrize("seed", range(5))
def test_direct_scores_are_the_matrix_products_of_the_same_embeddings(seed):
    q, f, u = memory(seed=seed)
    stream = Stream.of(13, seed)
    drawn = direct_scores(q, f, u, 2, stream, 50, 4)
    for i in range(4):
        flat = np.empty(7 * 5)
        normals(*stream.words, 50 + i, 0, flat)
        assert drawn[i] == pytest.approx(scores(q, flat.reshape(7, 5), u, f)[2], abs=1e-12)


SIMULATORS = [direct_scores, collapsed_scores, direct_errors, collapsed_errors]


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_draws_do_not_depend_on_blocks_or_threads(simulate):
    q, f, u = memory()
    stream = Stream.of(14)
    whole = simulate(q, f, u, 1, stream, 7, 150)
    parts = [simulate(q, f, u, 1, stream, 7 + i, 50) for i in range(0, 150, 50)]
    assert np.array_equal(whole, np.concatenate(parts))
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert np.array_equal(whole, simulate(q, f, u, 1, stream, 7, 150))
    finally:
        numba.set_num_threads(threads)


@pytest.mark.parametrize(
    ("errors", "score"), [(direct_errors, direct_scores), (collapsed_errors, collapsed_scores)]
)
def test_errors_are_wrong_first_maxima(errors, score):
    q, f, u = memory()
    stream = Stream.of(15)
    table = score(q, f, u, 3, stream, 0, 300)
    wrong = [int(np.argmax(row)) != f[3] for row in table]
    assert errors(q, f, u, 3, stream, 0, 300).tolist() == wrong
    assert 0 < sum(wrong) < 300


@pytest.mark.parametrize("simulate", [direct_errors, collapsed_errors])
def test_ties_go_to_the_first_label(simulate):
    stream = Stream.of(16)
    u = instances.output_embeddings("sphere", 3, 4, stream)
    zero = np.zeros(5)
    assert not simulate(zero, [0, 1, 2, 0, 1], u, 0, stream, 0, 40).any()
    assert simulate(zero, [0, 1, 2, 0, 1], u, 1, stream, 0, 40).all()
    # Two equal embeddings tie whatever the noise: the later of the two labels is never answered.
    twins = u[[0, 1, 1]]
    assert simulate(np.ones(5), [0, 1, 2, 0, 1], twins, 2, stream, 0, 200).all()


@pytest.mark.parametrize("simulate", [direct_errors, collapsed_errors])
def test_degenerate_memories(simulate):
    stream = Stream.of(17)
    assert not simulate([2.0], [0], [[1.0]], 0, stream, 0, 30).any()  # one class
    u = instances.output_embeddings("sphere", 3, 4, stream)
    assert not simulate([1.0], [2], u, 0, stream, 0, 30).any()  # one token, no noise
    assert simulate([-1.0], [2], u, 0, stream, 0, 30).all()
    assert simulate([1.0], [2], u, 0, stream, 0, 0).shape == (0,)


def ks_of_scores(direct, collapsed, seed):
    """Least p-value over each score and some random combinations of the scores."""
    classes = direct.shape[1]
    mixes = np.vstack([np.eye(classes), np.random.default_rng(seed).normal(size=(4, classes))])
    return min(stats.ks_2samp(direct @ mix, collapsed @ mix).pvalue for mix in mixes), len(mixes)


@pytest.mark.parametrize("dimension", [2, 6, 20])
@pytest.mark.parametrize("kind", instances.WEIGHT_KINDS)
def test_collapsed_and_direct_scores_have_one_law(dimension, kind):
    q, f, u = memory(size=12, classes=4, dimension=dimension, kind=kind, seed=dimension)
    token, count = 3, 10_000
    direct = direct_scores(q, f, u, token, Stream.of(18, "direct", kind), 0, count)
    collapsed = collapsed_scores(q, f, u, token, Stream.of(18, "collapsed", kind), 0, count)
    least, tests = ks_of_scores(direct, collapsed, 0)
    assert least > FALSE_ALARM / tests
    if kind == "one-hot" and not q[token]:
        return  # the law is symmetric, nothing more to compare
    wrong = [int((table.argmax(axis=1) != f[token]).sum()) for table in (direct, collapsed)]
    assert stats.fisher_exact([wrong, [count - w for w in wrong]]).pvalue > FALSE_ALARM


def test_the_comparison_of_laws_can_fail():
    q, f, u = memory(size=12, classes=4, dimension=2, kind="uniform", seed=2)
    token, count = 3, 10_000
    direct = direct_scores(q, f, u, token, Stream.of(19), 0, count)
    other = np.where(np.arange(12) == token, q, 1.2 * q)
    least, _ = ks_of_scores(
        direct, collapsed_scores(other, f, u, token, Stream.of(20), 0, count), 0
    )
    assert least < FALSE_ALARM


@pytest.mark.parametrize("kind", instances.EMBEDDING_KINDS)
def test_output_embeddings_are_what_they_are_called(kind):
    for seed in range(5):
        u = instances.output_embeddings(kind, 4, 6, Stream.of(seed))
        gram = u @ u.T
        expected = [1, 4, 1, 1] if kind == "unnormalised" else [1, 1, 1, 1]
        assert np.diag(gram) == pytest.approx(expected)
        others = gram[np.triu_indices(4, 1)]
        if kind == "orthonormal":
            assert others == pytest.approx(np.zeros(6), abs=1e-12)
        if kind == "simplex":
            assert others == pytest.approx(np.full(6, -1 / 3))
        if kind == "clustered":
            assert others.min() > 0.7 and others.max() < 1
        assert np.array_equal(u, instances.output_embeddings(kind, 4, 6, Stream.of(seed)))
        assert not np.array_equal(u, instances.output_embeddings(kind, 4, 6, Stream.of(seed + 9)))


def test_clusters_can_be_tight():
    coherence = [
        np.triu(u @ u.T, 1).max()
        for seed in range(30)
        for u in [instances.output_embeddings("clustered", 5, 30, Stream.of(seed))]
    ]
    assert 0.98 < max(coherence) < 1 and min(coherence) < 0.95


def test_smallest_embeddings():
    for kind in ("sphere", "orthonormal", "unnormalised"):
        assert instances.output_embeddings(kind, 1, 1, Stream.of(0)).shape == (1, 1)
    assert instances.output_embeddings("clustered", 1, 2, Stream.of(0)).shape == (1, 2)
    simplex = instances.output_embeddings("simplex", 2, 1, Stream.of(0))
    assert simplex[0, 0] * simplex[1, 0] == pytest.approx(-1)


@pytest.mark.parametrize("kind", instances.WEIGHT_KINDS)
@pytest.mark.parametrize("size", [1, 2, 9])
def test_weights_are_what_they_are_called(kind, size):
    q = instances.weights(kind, size, Stream.of(21))
    assert q.shape == (size,) and q.dtype == np.float64
    x = np.arange(1, size + 1)
    if kind == "uniform":
        assert (q == 1).all()
    if kind == "zipf":
        assert q.sum() == pytest.approx(1)
        assert q / q[0] == pytest.approx(x**-2.0)
    if kind == "quarter":
        assert q == pytest.approx(x**-0.5)
    if kind == "sparse":
        assert sorted(q.tolist(), reverse=True) == q.tolist() and q.sum() == -(-size // 3)
    if kind == "one-hot":
        assert sorted(q.tolist()) == [0.0] * (size - 1) + [1.0]
    if kind == "signed" and size == 9:
        assert q.min() < 0 < q.max()


def test_labels_are_what_they_are_called():
    stream = Stream.of(22)
    assert instances.labels("modulo", 5, 3, stream).tolist() == [0, 1, 2, 0, 1]
    assert instances.labels("constant", 3, 4, stream).tolist() == [3, 3, 3]
    assert set(instances.labels("random", 200, 3, stream).tolist()) == {0, 1, 2}
    for kind in instances.LABEL_KINDS:
        assert instances.labels(kind, 4, 1, stream).tolist() == [0] * 4


S = Stream.of(0)
Q, F, U = memory()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: scores([1, 2], [[1]], [[1]], [0, 0]),
        lambda: scores([1], [[1, 2]], [[1]], [0]),
        lambda: scores([1], [[1]], [[1]], [1]),
        lambda: scores([1], [[1]], [[1]], [0.0]),
        lambda: class_energies([1.0], [0, 0], 1),
        lambda: class_energies([1.0], [1], 1),
        lambda: class_energies([1.0], [0], 0),
        lambda: class_energies([1.0], [0], 1, leave_out=1),
        lambda: class_energies([], [], 1),
        lambda: direct_errors(Q, F, U, 7, S, 0, 1),
        lambda: direct_errors(Q, F, U, -1, S, 0, 1),
        lambda: direct_errors(Q, F, U, 0, S, -1, 1),
        lambda: direct_errors(Q, F, U, 0, S, 0, -1),
        lambda: direct_errors(Q, F + 1, U[:2], 0, S, 0, 1),
        lambda: direct_errors(Q, F - 9, U, 0, S, 0, 1),
        lambda: direct_errors(Q * np.nan, F, U, 0, S, 0, 1),
        lambda: collapsed_errors(Q, F, U * np.inf, 0, S, 0, 1),
        lambda: collapsed_scores(Q, F, U[0], 0, S, 0, 1),
        lambda: instances.weights("flat", 3, S),
        lambda: instances.weights("uniform", 0, S),
        lambda: instances.labels("sorted", 3, 2, S),
        lambda: instances.labels("modulo", 3, 0, S),
        lambda: instances.output_embeddings("cube", 3, 2, S),
        lambda: instances.output_embeddings("orthonormal", 3, 2, S),
        lambda: instances.output_embeddings("simplex", 4, 2, S),
        lambda: instances.output_embeddings("simplex", 1, 2, S),
        lambda: instances.output_embeddings("clustered", 2, 1, S),
        lambda: instances.output_embeddings("sphere", 0, 1, S),
    ],
)
def test_bad_arguments_raise(wrong):
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=r"must be"):
        wrong()
