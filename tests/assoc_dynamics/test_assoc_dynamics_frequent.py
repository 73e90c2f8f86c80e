"""Unit vectors with a given dependency, and what they protect."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numerics.assoc_dynamics.frequent import dependency, triangle
from numerics.assoc_dynamics.underparameterised import least_loss_scores

parts = st.lists(st.integers(1, 1000), min_size=3, max_size=3)


def shares(numbers):
    return [Fraction(number, sum(numbers)) for number in numbers]


@given(parts)
@settings(max_examples=30, deadline=None)
def test_a_triangle_has_unit_vectors_and_the_dependency_asked_for(numbers):
    sides = shares([sum(numbers) + number for number in numbers])
    tokens = np.array([[float(entry) for entry in row] for row in triangle(sides)])
    assert_allclose(dependency(tokens), [float(value) for value in sides], atol=1e-12)
    assert_allclose(np.linalg.norm(tokens, axis=1), 1)


@given(st.floats(0.1, 3), st.floats(0.1, 3))
@settings(max_examples=30, deadline=None)
def test_the_weights_are_in_proportion_as_the_sines(a, b):
    angles = np.array([0, a, a + b])
    if a + b - np.pi < 0.05:
        return
    tokens = np.column_stack([np.cos(angles), np.sin(angles)])
    sines = np.sin([b, 2 * np.pi - a - b, a])
    assert_allclose(dependency(tokens), sines / sines.sum(), atol=1e-10)


@given(parts, st.integers(1, 1000), st.integers(1, 999))
@settings(max_examples=40, deadline=None)
def test_half_of_the_mass_is_never_forgotten(numbers, most, split):
    sides = shares([sum(numbers) + number for number in numbers])
    rest = Fraction(1, 2) * Fraction(1000, 1000 + most)
    law = [1 - rest, rest * split / 1000, rest * (1000 - split) / 1000]
    assert least_loss_scores(triangle(sides), law)[0] > 0


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: triangle([1, 1, 2]), "sides of a triangle"),
        (lambda: triangle([1, 1]), "sides of a triangle"),
        (lambda: triangle([1, 0, 1]), "positive"),
        (lambda: dependency(np.eye(2)), "must be"),
        (lambda: dependency([[1.0], [1.0]]), "sum to 0"),
    ],
)
def test_bad_arguments(call, problem):
    with pytest.raises(ValueError, match=problem):
        call()
