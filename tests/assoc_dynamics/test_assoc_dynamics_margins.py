"""Separability, multipliers and late margins against independent references, and the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import linprog, minimize
from sympy import Rational

from numerics.assoc_dynamics import benign, binary
from numerics.assoc_dynamics import margins as numerics
from numerics.core.streams import Stream
from theory import Claim, Domain, Status
from theory.assoc_dynamics import margin_gaps, margins
from theory.core.rule import examine
from verify.assoc_dynamics import margins as checks
from verify.assoc_dynamics.problems import drawn


def by_linear_program(signed: np.ndarray) -> bool:
    """The largest margin in the unit box is positive."""
    count, dimension = signed.shape
    found = linprog(
        np.r_[np.zeros(dimension), -1.0],
        A_ub=np.c_[-signed, np.ones(count)],
        b_ub=np.zeros(count),
        bounds=[(-1, 1)] * dimension + [(None, 1)],
    )
    return bool(-found.fun > 1e-9)


@pytest.mark.parametrize(("tokens", "dimension"), [(2, 3), (5, 2), (6, 3), (9, 4)])
def test_separable_agrees_with_a_linear_program(tokens: int, dimension: int) -> None:
    rng = np.random.default_rng(tokens)
    for _ in range(25):
        signed = rng.standard_normal((tokens, dimension))
        assert numerics.separable(signed) == by_linear_program(signed)


def test_separable_in_degenerate_cases() -> None:
    assert numerics.separable([[2.0]])
    assert not numerics.separable([[1.0], [-3.0]])
    assert not numerics.separable([[1.0, 0.0], [0.0, 0.0]])
    assert not numerics.separable([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="too small"):
        numerics.separable([[1.0, 1e-11], [-1.0, 1e-11]])
    with pytest.raises(ValueError, match="at least one token"):
        numerics.separable(np.empty((0, 2)))


def test_labellings_in_the_plane_are_the_arcs_between_the_lines() -> None:
    inputs = np.random.default_rng(3).standard_normal((6, 2))
    lines = np.sort(np.arctan2(inputs[:, 0], -inputs[:, 1]) % np.pi)
    middles = np.concatenate([lines, lines + np.pi]) + np.tile(
        np.diff(np.r_[lines, lines[0] + np.pi]) / 2, 2
    )
    seen = np.sign(inputs @ np.array([np.cos(middles), np.sin(middles)]))
    assert len(np.unique(seen, axis=1).T) == numerics.separable_labellings(inputs) == 12


def test_random_separable_does_not_depend_on_how_it_is_cut() -> None:
    stream = Stream.of(1, "cut")
    whole = numerics.random_separable(5, 2, stream, 0, 20)
    parts = [numerics.random_separable(5, 2, stream, first, 10) for first in (0, 10)]
    assert np.array_equal(whole, np.concatenate(parts))
    assert numerics.random_separable(3, 3, stream, 0, 20).all()


def test_support_is_the_smallest_memory_with_all_margins_one() -> None:
    rng = np.random.default_rng(5)
    for _ in range(6):
        problem = drawn(rng, 3, 3, 4, 3)
        labels = np.asarray(problem["f"]) - 1
        found = numerics.support(problem["E"], problem["U"], labels)
        vectors = benign.pair_vectors(problem["E"], problem["U"], labels)
        least = minimize(
            lambda v: v @ v,
            found.weights.ravel() @ vectors + 0.1 * rng.standard_normal(vectors.shape[1]),
            jac=lambda v: 2 * v,
            constraints={"type": "ineq", "fun": lambda v, z=vectors: z @ v - 1},
            options={"ftol": 1e-14, "maxiter": 500},
        )
        gamma = benign.max_margin(problem["E"], problem["U"], labels)
        assert found.square == pytest.approx(least.fun, rel=1e-6)
        assert 1 / gamma.high**2 <= found.square * (1 + 1e-9)
        assert found.square <= (1 + 1e-9) / gamma.low**2


def test_support_without_a_perfect_memory() -> None:
    with pytest.raises(ValueError, match="no memory"):
        numerics.support([[1.0], [1.0]], np.eye(2), [0, 1])
    with pytest.raises(ValueError, match="two labels"):
        numerics.support([[1.0]], [[1.0]], [0])


def test_potential_rate_is_the_slope_along_the_flow() -> None:
    z = np.array([[1.0, 0.0, 0.2], [0.5, 0.8, -0.3]])
    p, c, start, t = np.array([0.7, 0.3]), 1.7, np.array([0.3, 1.1]), 2.0
    weights = np.linalg.solve(z @ z.T, np.ones(2))
    value, _ = numerics.potential_rate(z, c, p, weights, start, t)
    step = 1e-4
    path = binary.flow_margins(start, c * (z @ z.T), p, [0.0, step, 2 * step])
    late = c * p * (t + step * np.arange(3))[:, np.newaxis] * np.exp(-path)
    height = (late - weights * np.log(late)).sum(axis=1)
    slope = (4 * height[1] - 3 * height[0] - height[2]) / (2 * step)
    assert value == pytest.approx(t * slope, rel=1e-5)


@pytest.mark.parametrize("overlap", [0.15, 0.5])
def test_residue_is_what_the_slope_of_the_invariant_adds_up_to(overlap: float) -> None:
    p = np.array([0.75, 0.25])

    def velocity(log_time: float, m: np.ndarray) -> np.ndarray:
        pull = p / (1 + np.exp(m))
        return 2 * np.exp(log_time) * (pull + overlap * pull[::-1])

    def slope(margins: np.ndarray) -> float:
        right = 1 / (1 + np.exp(-margins))
        slow = np.exp(-overlap * margins.sum() / (1 + overlap))
        return float(2 * (1 - overlap) * slow * (right[0] - right[1]))

    first, last = np.log(1e-9), np.log(1e14)
    solved = solve_ivp(
        velocity, (first, last), [0.0, 0.0], "Radau", rtol=1e-9, atol=1e-11, dense_output=True
    )
    gained, _ = quad(
        lambda u: np.exp(u) * slope(solved.sol(u)), first, last, limit=400, epsrel=1e-6
    )
    share = 2 * overlap / (1 + overlap)
    rest = np.exp(last) * slope(solved.sol(last)) / share
    value, error = numerics.pair_residue(0.75, overlap, 2.0, (0.0, 0.0))
    assert value == pytest.approx(4 / 3 - 4 + gained + rest, abs=error + 1e-3)
    assert (value > 0) == (overlap < 0.2)


def test_the_gap_is_approached_from_both_sides() -> None:
    ends = [
        numerics.pair_margins_along_flow(0.75, overlap, 2.0, (0, 0), [1e8])[0]
        for overlap in (0.1, 0.5)
    ]
    above, below = (one - two - np.log(3) for one, two in ends)
    assert above > 1e-7
    assert below < -1e-3


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="below 1"):
        numerics.pair_margins_along_flow(0.5, 1.0, 2.0, (0, 0), [1])
    with pytest.raises(ValueError, match="independent"):
        numerics.constructed_margins([[1.0], [2.0]], np.eye(2), [0, 1])
    with pytest.raises(ValueError, match="1 to 14"):
        numerics.separable_labellings(np.ones((15, 2)))
    with pytest.raises(ValueError, match="square"):
        numerics.binary_problem([[1.0]], 0.0)


def test_several_labels_are_among_the_points() -> None:
    assert any(point["M"] > 2 for point in checks.settled(3))


def step_status(
    claim: Claim, after: Any = None, rule: Any = None, domain: Domain | None = None
) -> Status:
    """The status of the last step, with something else in its place."""
    assert claim.derivation is not None
    before, step = claim.derivation.steps[-2].expression, claim.derivation.steps[-1]
    line = step.expression if after is None else after
    return examine(rule or step.by, before, line, domain or claim.domain).status


def test_margins_settle_where_the_hypotheses_are_made() -> None:
    claim = margins.margin_constants
    assert claim.derivation is not None
    assert step_status(claim) is Status.PROVED
    assert step_status(claim, 2 * claim.derivation.steps[-1].expression) is not Status.PROVED
    assert step_status(claim, margins.t**2) is not Status.PROVED
    bare = Domain(*claim.domain.parameters, where=claim.domain.where)
    assert step_status(claim, domain=bare) is Status.UNDECIDED
    other = replace(claim.derivation.steps[-1].by, scale=2 * margins.c)
    assert step_status(claim, rule=other) is Status.UNDECIDED


def test_pairs_settle_for_their_own_matrix_only() -> None:
    claim = margin_gaps.margin_constants_pair
    assert claim.derivation is not None
    rule, c, a = claim.derivation.steps[-1].by, margins.c.symbol, margin_gaps.a
    assert step_status(claim) is Status.PROVED
    assert step_status(claim, c * (1 - a) * margin_gaps.p1 * margins.t) is not Status.PROVED
    for matrix in (((c, 0), (0, c)), ((c, c * a), (0, c)), ((c, 2 * c), (2 * c, c))):
        assert step_status(claim, rule=replace(rule, mobility=matrix)) is not Status.PROVED


@pytest.mark.parametrize(
    "claim", [margin_gaps.margin_constants_gap, margin_gaps.margin_constants_gap_slow]
)
def test_gaps_close_as_stated_only(claim: Claim) -> None:
    assert claim.derivation is not None
    line, t = claim.derivation.steps[-1].expression, margins.t
    assert step_status(claim) is Status.PROVED
    for wrong in (2 * line, -line, line / t, line * t ** (Rational(1, 10))):
        assert step_status(claim, wrong) is not Status.PROVED
    rule = claim.derivation.steps[-1].by
    assert step_status(claim, rule=replace(rule, denominator=2 * rule.denominator)) is not (
        Status.PROVED
    )
    assert step_status(claim, rule=replace(rule, numerator=rule.numerator + 1)) is not (
        Status.PROVED
    )
