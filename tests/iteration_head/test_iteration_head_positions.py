"""Which positions can be singled out: against linear programmes and convex hulls from SciPy."""

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.spatial import ConvexHull

from numerics.core.streams import Stream
from numerics.iteration_head import positions


def ahead_by_linear_programme(codes, position):
    """Whether some query in the cube puts a position ahead by a positive margin."""
    gaps = codes[position] - np.delete(codes, position, axis=0)
    size = codes.shape[1]
    found = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=np.hstack([-gaps, np.ones((len(gaps), 1))]),
        b_ub=np.zeros(len(gaps)),
        bounds=[(-1, 1)] * size + [(None, 1)],
    )
    return -found.fun > 1e-8


@given(st.integers(1, 5), st.integers(2, 14), st.integers(0, 10**6))
def test_against_linear_programmes(dimension, count, seed):
    codes = np.random.default_rng(seed).normal(size=(count, dimension))
    expected = [ahead_by_linear_programme(codes, position) for position in range(count)]
    assert positions.attendable(codes).tolist() == expected


@pytest.mark.parametrize(("count", "dimension"), [(40, 2), (300, 3), (500, 4)])
def test_against_convex_hulls(count, dimension):
    codes = positions.gaussian_codes(count, dimension, Stream.of(0, "hull"), dimension)
    vertices = ConvexHull(codes).vertices
    assert np.flatnonzero(positions.attendable(codes)).tolist() == sorted(vertices)


def test_whole_numbers_agree_with_least_squares():
    grid = list(product(range(3), repeat=2))
    for points in combinations_with_replacement(grid, 4):
        found = positions.attendable(np.array(points, dtype=float))
        for position in range(4):
            assert positions.attendable_on_grid(points, position) == found[position]
            assert positions.in_triangle_of_others(points, position) != found[position]


def test_lone_and_repeated_positions():
    assert positions.attendable([[3.0, 1.0]]).tolist() == [True]
    assert positions.attendable([[1.0], [1.0]]).tolist() == [False, False]
    assert positions.attendable([[0.0], [1.0], [1.0], [-1.0]]).tolist() == [False] * 3 + [True]
    assert positions.attendable(np.eye(4), [2]).tolist() == [True]


@pytest.mark.parametrize("count", [3, 10, 67])
def test_codes_in_the_plane(count):
    assert positions.attendable(positions.circle_codes(count)).all()
    assert positions.attendable(positions.parabola_codes(count) / count).all()


def test_attention():
    codes = np.random.default_rng(0).normal(size=(5, 2))
    scores = np.exp(codes @ [1.0, 2.0] / 0.5)
    assert positions.attention(codes, [1.0, 2.0], 0.5) == pytest.approx(scores / scores.sum())
    assert positions.attention([[1e6], [0.0]], [1.0]).tolist() == [1.0, 0.0]


def test_outscored():
    codes = np.array([[2.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    assert positions.outscored(codes).tolist() == [
        [False, True, False],
        [False, False, False],
        [False, False, False],
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda: positions.attendable(np.zeros((0, 2))),
        lambda: positions.attendable([[np.inf]]),
        lambda: positions.attendable([1.0, 2.0]),
        lambda: positions.attention([[1.0]], [1.0, 2.0]),
        lambda: positions.attention([[1.0]], [1.0], 0.0),
        lambda: positions.circle_codes(0),
        lambda: positions.parabola_codes(0),
        lambda: positions.gaussian_codes(1, 0, Stream.of(0)),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
