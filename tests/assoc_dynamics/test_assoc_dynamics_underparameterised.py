"""Least losses in balls and best errors, against SciPy, brute force and plain training."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import optimize

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics.underparameterised import (
    axes_and_sum,
    best_error,
    least_loss_scores,
    loss,
    mean_error,
    slope,
    wrong_mass,
)
from theory import Domain, Real
from theory.assoc_dynamics.softplus import AboveTangentLine, LogTwoOfAnError
from theory.core.decision import Status
from theory.core.rule import examine


def tilted(seed, size, d):
    """Random signed tokens on which no memory is perfect, and their frequencies."""
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(size, d))
    return np.vstack([half, -half * rng.uniform(0.5, 2, size=(size, 1))]), rng.dirichlet(
        np.ones(2 * size)
    )


@pytest.mark.parametrize(("seed", "size", "d"), [(0, 1, 1), (1, 2, 2), (2, 5, 3), (3, 15, 2)])
def test_the_minimiser_is_that_of_scipy(seed, size, d):
    tokens, p = tilted(seed, size, d)
    found = optimize.minimize(
        lambda w: p @ np.logaddexp(0, -tokens @ w), np.zeros(d), method="BFGS", tol=1e-12
    )
    scores = least_loss_scores(tokens.tolist(), p.tolist())
    assert_allclose([float(s) for s in scores], tokens @ found.x, atol=2e-6)
    assert all(s.rad() < 1e-12 for s in scores)


def test_the_minimiser_has_no_slope_in_any_direction():
    tokens, p = axes_and_sum(), [Fraction(1, 3)] * 3
    shares = [Fraction(99, 100), Fraction(2, 5), Fraction(2, 5)]
    scores = least_loss_scores(tokens, p, shares)
    assert_allclose([float(s) for s in scores], [1.6886, -1.0772, 0.4323], atol=5e-5)
    w = [scores[0].mid(), scores[1].mid()]
    assert abs(float(slope(tokens, p, w, [3, -1], shares))) < 1e-12


@pytest.mark.parametrize(
    "tokens",
    [
        [[1, 0], [0, 1]],
        [[1, 2], [2, 4], [1, 2.5]],
        [[1, 0], [2, 0]],
        [[0, 1], [0, -1], [1, 0]],  # perfect but for ties
    ],
)
def test_there_is_no_minimiser_where_a_memory_is_perfect(tokens):
    with pytest.raises(ValueError, match="right on every token"):
        least_loss_scores(tokens, [1 / len(tokens)] * len(tokens))


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: least_loss_scores([[1, 0], [0]], [0.5, 0.5]), "one length"),
        (lambda: least_loss_scores([], []), "one length"),
        (lambda: least_loss_scores([[1], [-1]], [0.5]), "1 entries, not 2"),
        (lambda: least_loss_scores([[1], [-1]], [1, 0]), "positive"),
        (lambda: best_error([[1, 0]], [1, 2]), "1 tokens and 2 masses"),
        (lambda: best_error([[0, 0]], [1]), "a token is 0"),
        (lambda: wrong_mass([arb(0, 1e-3)], [1]), "tie"),
    ],
)
def test_bad_arguments(call, problem):
    with pytest.raises(ValueError, match=problem):
        call()


@given(st.integers(0, 10**6), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_the_best_error_is_that_of_a_fine_grid(seed, size):
    rng = np.random.default_rng(seed)
    angles, masses = rng.uniform(0, 2 * np.pi, size), rng.integers(1, 9, size).tolist()
    tokens = np.column_stack([np.cos(angles), np.sin(angles)])
    directions = np.linspace(0, 2 * np.pi, 20_001)
    right = np.cos(directions[:, None] - angles) > 0
    assert best_error(tokens, masses) <= ((~right) @ np.array(masses)).min()
    critical = np.sort(np.concatenate([angles + np.pi / 2, angles - np.pi / 2]) % (2 * np.pi))
    if np.diff(critical).min() > 1e-3:
        assert best_error(tokens, masses) == ((~right) @ np.array(masses)).min()


def test_two_opposite_tokens_cannot_both_be_right():
    masses = [Fraction(1, 3), Fraction(2, 3)]
    assert best_error([[1, 2], [-2, -4]], masses) == Fraction(1, 3)


def test_the_loss_is_that_of_the_memory_itself():
    tokens, p = tilted(4, 4, 2)
    w = np.array([0.7, -1.9])
    plain = memory.loss(np.array([w / 2, -w / 2]), tokens, np.eye(2), p, np.zeros(8, dtype=int))
    assert_allclose(float(loss(tokens.tolist(), p.tolist(), w.tolist())), plain, rtol=1e-14)


def test_the_slope_is_the_gradient_of_the_memory():
    tokens, p = tilted(5, 3, 2)
    w, along = np.array([0.2, 1.5]), np.array([1.0, -0.3])
    exact = -(tokens @ along) @ (p / (1 + np.exp(tokens @ w)))
    ball = slope(tokens.tolist(), p.tolist(), w.tolist(), along.tolist())
    assert ball.overlaps(arb(exact, 1e-14))
    assert ball.rad() < 1e-14


def test_the_mean_error_of_no_memory_is_one_half():
    assert float(mean_error([arb(0)] * 3, [Fraction(1, 3)] * 3)) == 0.5


v, w = sympy.symbols("v w", real=True)
real = Real("m")


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (AboveTangentLine(v**3, v, of=w, at=0), w**3, sympy.Integer(0)),
        (AboveTangentLine(1 / v**2, v, of=w, at=1), 1 / w**2, 1 - 2 * (w - 1)),
        (AboveTangentLine(-sympy.exp(v), v, of=w, at=0), -sympy.exp(w), -1 - w),
        (AboveTangentLine(sympy.exp(v), v, of=sympy.log(w), at=0), w, 1 + sympy.log(w)),
        (AboveTangentLine(sympy.exp(v), v, of=w, at=0, times=w), w * sympy.exp(w), w * (1 + w)),
        (
            LogTwoOfAnError(),
            w * sympy.log(1 + sympy.exp(-v)),
            sympy.log(2) * sympy.Piecewise((w, v <= 0), (0, True)),
        ),
        (
            LogTwoOfAnError(),
            sympy.log(1 + sympy.exp(-v)),
            sympy.Piecewise((1, v <= 0), (0, True)),
        ),
    ],
)
def test_rules_do_not_prove_what_is_false(rule, before, after):
    assert examine(rule, before, after, Domain(real)).status is not Status.PROVED


def test_a_tangent_is_below():
    rule = AboveTangentLine(sympy.exp(v), v, of=w, at=0)
    assert examine(rule, sympy.exp(w), 1 + w, Domain(real)).status is Status.PROVED
