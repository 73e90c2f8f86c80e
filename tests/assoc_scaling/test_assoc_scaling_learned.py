"""Chosen and learned embeddings: exact simulators against references written out here."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sympy import Eq, Sum, Symbol

from numerics.assoc_scaling import learned as numerics
from numerics.core.streams import Stream
from theory import Domain, Matrix, Natural, Real, Status
from theory.assoc_scaling import learned as theory
from theory.core.rule import examine
from theory.core.rules.hypotheses import ByHypothesis


def dot(a, b):
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


# ------------------------------------------------------------------------- exact embeddings


@pytest.mark.parametrize(("classes", "dimension"), [(1, 2), (5, 2), (12, 3), (20, 6)])
def test_rational_unit_vectors(classes, dimension):
    rows = numerics.rational_unit_vectors(classes, dimension, Stream.of(1))
    assert len(rows) == classes and len({tuple(row) for row in rows}) == classes
    assert all(len(row) == dimension and dot(row, row) == 1 for row in rows)


@pytest.mark.parametrize("dimension", [1, 2, 3, 5])
def test_rational_rotations(dimension):
    rows = numerics.rational_rotation(dimension, Stream.of(2))
    for i, a in enumerate(rows):
        assert [dot(a, b) for b in rows] == [int(i == j) for j in range(dimension)]


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_score_gaps(seed):
    rng = np.random.default_rng(seed)
    U = rng.integers(-5, 6, size=(4, 3)).tolist()
    z, y = rng.integers(0, 4, size=2).tolist()
    gap = [a - b for a, b in zip(U[z], U[y], strict=True)]
    assert numerics.score_gap("identity", U, z, y) == dot(gap, U[z])
    through = [dot([dot(row, U[z]) for row in U], column) for column in zip(*U, strict=True)]
    assert numerics.score_gap("frame", U, z, y) == dot(gap, through)


def test_recall():
    square = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]
    for memory in ("identity", "frame"):
        assert numerics.recalled(memory, square, [0, 1, 2, 3, 3]).all()
    # The middle one of three on a line, or of two alike, does not win alone.
    assert numerics.recalled("identity", [[1.0], [0.5], [-1.0]], [0, 1, 2]).tolist() == [
        True,
        False,
        True,
    ]
    assert not numerics.recalled("identity", [[1.0, 0.0], [1.0, 0.0]], [0, 1]).any()
    assert numerics.recalled("identity", [[1.0, 0.0]], [0, 0]).all()
    assert numerics.recalled("identity", square, []).shape == (0,)


# ------------------------------------------------------------------------- hulls


def separable(vectors, which):
    """Whether some h has margin 1 to all the others, by linear programming."""
    rows = [np.subtract(v, vectors[which]) for i, v in enumerate(vectors) if i != which]
    if not rows:
        return True
    size = len(rows[0])
    found = linprog(
        np.zeros(size), A_ub=np.array(rows), b_ub=-np.ones(len(rows)), bounds=(None, None)
    )
    return found.status == 0


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_hulls_against_linear_programming(seed):
    rng = np.random.default_rng(seed)
    dimension = int(rng.integers(1, 4))
    vectors = rng.integers(-2, 3, size=(int(rng.integers(1, 7)), dimension)).tolist()
    which = int(rng.integers(len(vectors)))
    expected = separable(vectors, which)
    assert numerics.answerable(vectors, which) == expected
    assert numerics.inside_hull(vectors, which) != expected


def test_hulls_at_the_ends():
    line = [[0], [1], [2]]
    assert [numerics.answerable(line, i) for i in range(3)] == [True, False, True]
    assert [numerics.inside_hull(line, i) for i in range(3)] == [False, True, False]
    assert numerics.answerable([[5, 5]], 0) and not numerics.inside_hull([[5, 5]], 0)
    twice = [[1, 0], [1, 0], [0, 1]]
    assert numerics.inside_hull(twice, 0) and not numerics.answerable(twice, 0)
    third = [[Fraction(1, 3), Fraction(1, 3)], [1, 0], [0, 1], [0, 0]]
    assert numerics.inside_hull(third, 0)  # inside, by no more than rounding


# ------------------------------------------------------------------------- learned embeddings


def test_few_classes_are_learned_without_error():
    one = numerics.learn_embeddings(3, (0, 1, 2), steps=300)
    assert one.metrics[:, -1].tolist() == [0.0, 0.0, 0.0]
    # The error is that of the parameters, and a seed's run does not depend on the others.
    memory, e, u = (one.parameters[name] for name in "WEU")
    scores = np.einsum("sxj,sij,syi->sxy", e, memory, u)
    assert (scores.argmax(axis=2) == np.arange(100) % 3).all()
    alone = numerics.learn_embeddings(3, (1,), steps=300)
    assert alone.parameters["W"][0] == pytest.approx(memory[1], rel=1e-4)


def test_a_softmax_that_underflows_leaves_the_first_class():
    broken = numerics.learn_embeddings(29, (0,), stable=False)
    assert not np.isfinite(broken.parameters["W"]).all()
    law = np.arange(1, 101) ** -2.0
    law /= law.sum()
    wrong = law[np.arange(100) % 29 != 0].sum()
    assert broken.metrics[0, -1] == pytest.approx(wrong, rel=1e-5)


def test_alignment():
    angles = 2 * np.pi * np.arange(6) / 3
    e = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    same = {"W": np.array([3 * np.eye(2)]), "E": e[None], "U": 2 * e[None, :3]}
    assert numerics.alignments(same, 3) == pytest.approx([1.0])
    assert numerics.alignments({**same, "W": turn[None]}, 3) == pytest.approx([0.0], abs=1e-12)
    assert numerics.alignments({**same, "W": -np.eye(2)[None]}, 3) == pytest.approx([-1.0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.learn_embeddings(0, (0,)), "classes"),
        (lambda: numerics.learn_embeddings(2, ()), "seed"),
        (lambda: numerics.learn_embeddings(2, (0,), rate=0.0), "rate"),
        (lambda: numerics.learn_embeddings(2, (0,), steps=0), "steps"),
        (lambda: numerics.learn_embeddings(2, (0,), dimension=0), "dimension"),
        (lambda: numerics.alignments({n: np.ones((1, 2, 2)) for n in "WEU"}, 3), "classes"),
        (lambda: numerics.score_gap("other", [[1, 0]], 0, 0), "memory"),
        (lambda: numerics.score_gap("identity", [[1, 0]], 1, 0), "asked"),
        (lambda: numerics.recalled("other", [[1.0]], [0]), "memory"),
        (lambda: numerics.rational_unit_vectors(0, 2, Stream.of(0)), "classes"),
        (lambda: numerics.rational_unit_vectors(3, 1, Stream.of(0)), "dimension"),
        (lambda: numerics.rational_rotation(0, Stream.of(0)), "dimension"),
        (lambda: numerics.inside_hull([[1]], 1), "which"),
        (lambda: numerics.answerable([[1]], -1), "which"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# ------------------------------------------------------------------------- theory


def test_every_derivation_of_the_section_checks():
    for name in theory.__all__:
        claim = getattr(theory, name)
        for step in claim.derivation_report().steps:
            assert step.status in (Status.PROVED, Status.CITED), (claim.id, step.index)


def test_hypotheses_must_be_there_and_fit():
    size = Natural("n", at_least=1)
    V = Matrix("V", length=size, columns=size, entry=Real("v"))
    i = Symbol("i", integer=True, positive=True)
    square = Sum(V[1, i] ** 2, (i, 1, size))
    unit = Eq(square, 1)

    def status(before, after, factor, where=(unit,)):
        rule = ByHypothesis({unit: factor})
        return examine(rule, before, after, Domain(size, V, where=where)).status

    assert status(3 * square, 3, 3) is Status.PROVED
    assert status(3 * square, 3, 2) is not Status.PROVED
    assert status(3 * square, 4, 3) is not Status.PROVED
    assert status(3 * square, 3, 3, where=()) is not Status.PROVED
    # 0 divided by 0 makes up nothing
    assert status(2 + square, 1 + square, 1 / (square - 1)) is not Status.PROVED
    # that one entry vanishes is more than that a sum of entries does
    zero = Eq(Sum(V[1, i] ** 2, (i, 1, size)), 0)
    domain = Domain(size, V, where=(zero,))
    every = ByHypothesis({zero: V[2, i]})
    before = Sum(V[2, i] * V[1, i], (i, 1, size))
    assert examine(every, before, 0, domain).status is Status.PROVED
    plain = Eq(Sum(V[1, i], (i, 1, size)), 0)
    weak = Domain(size, V, where=(plain,))
    assert examine(ByHypothesis({plain: V[2, i]}), before, 0, weak).status is not Status.PROVED


def test_inequalities_among_the_hypotheses_have_a_direction():
    a, b = Real("a", above=0), Real("b", above=0)
    domain = Domain(a, b, where=(a.symbol <= b.symbol,))
    (smaller,) = domain.where
    up = ByHypothesis({smaller: 2}, sense="<=")
    assert examine(up, 2 * a, 2 * b, domain).status is Status.PROVED
    assert examine(up, 2 * b, 2 * a, domain).status is not Status.PROVED
    down = ByHypothesis({smaller: 2}, sense=">=")
    assert examine(down, 2 * b, 2 * a, domain).status is Status.PROVED
    negative = ByHypothesis({smaller: -2}, sense="<=")
    assert examine(negative, -2 * a, -2 * b, domain).status is not Status.PROVED
    assert examine(ByHypothesis({smaller: 2}), 2 * a, 2 * b, domain).status is not Status.PROVED
