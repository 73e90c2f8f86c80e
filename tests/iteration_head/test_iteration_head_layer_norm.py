"""Layer normalisation: against its definition, and the dimension of what it leaves."""

import numpy as np
import pytest

from numerics.iteration_head.layer_norm import layer_norm


def test_against_the_definition():
    code = [1.0, 4.0, -2.0]
    spread = np.std(code)
    expected = [(x - 1.0) / np.sqrt(spread**2 + 0.3) for x in code]
    assert layer_norm(code, 0.3) == pytest.approx(expected)


@pytest.mark.parametrize(("dimension", "left"), [(1, 0), (2, 1), (3, 2), (6, 5)])
def test_what_is_left(dimension, left):
    codes = np.random.default_rng(0).normal(size=(50, dimension))
    found = layer_norm(codes, 1e-12)
    assert np.linalg.matrix_rank(found, tol=1e-6) == left  # the plane; on it a sphere
    if dimension > 1:
        assert np.square(found).sum(axis=1) == pytest.approx(np.full(50, dimension), rel=1e-6)


def test_two_dimensions_leave_a_sign():
    codes = np.random.default_rng(1).normal(size=(100, 2))
    assert len(np.unique(layer_norm(codes, 0.0).round(9), axis=0)) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: layer_norm([1.0, 1.0], 0.0),
        lambda: layer_norm([], 1.0),
        lambda: layer_norm([np.nan], 1.0),
        lambda: layer_norm([1.0, 2.0], -1.0),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
