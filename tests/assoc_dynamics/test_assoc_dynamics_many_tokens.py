"""Many tokens: descent and flow on JAX against the other engines, with degenerate tokens too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import softmax

from numerics.assoc_dynamics import binary, memory, particles, token_blocks
from numerics.assoc_dynamics import many_tokens as many

TIMES = [0.0, 0.7, 20.0, 300.0]


def scores(problem, end):
    """The table of scores of a memory."""
    return np.asarray(problem.outputs) @ end @ np.asarray(problem.inputs).T


def reference(problem):
    """What the other engines are given."""
    e, u, labels, p = (np.asarray(part) for part in problem)
    return np.zeros((len(u), len(e))), e @ e.T, u @ u.T, p, labels


def degenerate(seed):
    """Six tokens: a repeated one, with either label, one of probability 0, one that is 0."""
    rng = np.random.default_rng(seed)
    e, u = rng.standard_normal((6, 4)), rng.standard_normal((3, 2))
    e[1], e[2], e[5] = e[0], e[0], 0
    p = rng.dirichlet(np.ones(6))
    p[3] = 0
    return many.Problem(e, u, np.array([0, 0, 1, 2, 1, 2]), p)


ALONE = many.Problem([[1.5, 0.0]], np.eye(2), np.zeros(1, dtype=int), np.ones(1))
ONE_LABEL = many.Problem(np.eye(2), [[1.0]], np.zeros(2, dtype=int), [0.5, 0.5])


@pytest.mark.parametrize("step", [0.0, 0.3, 30.0, 1e6])
@pytest.mark.parametrize("problem", [degenerate(0), ALONE, ONE_LABEL], ids=["six", "one", "label"])
def test_descent_is_that_of_the_particles(problem, step):
    tables = particles.descend_scores(*reference(problem), step, 8)
    losses = particles.loss(tables, problem.probabilities, problem.labels)
    for follow in (many.trained, many.closed):
        run = follow(problem, step, 8)
        end = scores(problem, run.end) if follow is many.trained else run.end
        assert run.losses == pytest.approx(losses, rel=1e-9, abs=1e-12)
        assert end == pytest.approx(tables[-1], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("problem", [degenerate(1), ALONE, ONE_LABEL], ids=["six", "one", "label"])
def test_the_flow_is_that_of_the_particles(problem):
    tables = particles.flow_scores(*reference(problem), TIMES)
    losses = particles.loss(tables, problem.probabilities, problem.labels)
    for follow in (many.flow_trained, many.flow_closed):
        course = follow(problem, TIMES, 1e-10)
        end = scores(problem, course.end) if follow is many.flow_trained else course.end
        assert course.losses == pytest.approx(losses, rel=1e-7)
        assert end == pytest.approx(tables[-1], abs=1e-7)
        assert course.losses + course.fallen == pytest.approx(np.full(4, losses[0]), abs=1e-8)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 50))
def test_the_flow_of_the_memory_by_another_integrator(seed, time):
    problem = degenerate(seed)
    e, u, labels, p = (np.asarray(part) for part in problem)
    targets = np.eye(3)[:, labels]

    def velocity(_, v):
        shares = softmax(u @ v.reshape(2, 4) @ e.T, axis=0)
        return (u.T @ ((targets - shares) * p) @ e).ravel()

    course = many.flow_trained(problem, [0, 0, 0, time], 1e-10)
    end = solve_ivp(velocity, (0, time), np.zeros(8), method="DOP853", rtol=1e-11, atol=1e-11)
    assert course.end == pytest.approx(end.y[:, -1].reshape(2, 4), abs=1e-7)
    slope = memory.gradient(course.end, e, u, p, labels)
    assert course.falls[-1] == pytest.approx((slope**2).sum(), rel=1e-9, abs=1e-12)
    assert course.doubts[-1] == pytest.approx(memory.doubt(course.end, e, u, p, labels))


def test_two_tokens_until_very_late():
    overlap, p = 0.6, np.array([0.8, 0.2])
    inputs = [[1, 0], [overlap, 0.8]]
    times = [1e3, 1e6, 1e12]
    course = many.flow_trained(many.Problem(inputs, np.eye(2), np.arange(2), p), times, 1e-9)
    mobility = 2 * np.array([[1, -overlap], [-overlap, 1]])
    margins = binary.flow_margins((0, 0), mobility, p, times)
    assert course.losses == pytest.approx(binary.loss(margins, p), rel=1e-6)


def test_a_flow_that_would_take_for_ever_is_given_up(monkeypatch):
    token_blocks.flow.cache_clear()
    monkeypatch.setattr(token_blocks, "MOST_STEPS", 5)
    with pytest.raises(ValueError, match="more than 5 steps"):
        many.flow_trained(degenerate(2), TIMES)
    token_blocks.flow.cache_clear()


def test_tokens_in_several_blocks_are_the_same_tokens(monkeypatch):
    problem = degenerate(3)
    whole = many.trained(problem, 2.0, 6), many.closed(problem, 2.0, 6)
    monkeypatch.setattr(token_blocks, "_BLOCK", 4)  # the last block is filled up
    parts = many.trained(problem, 2.0, 6), many.closed(problem, 2.0, 6)
    for one, two in zip(whole, parts, strict=True):
        for values, others in zip(one, two, strict=True):
            assert values == pytest.approx(others, rel=1e-12, abs=1e-13)


def test_clustered_tokens_have_the_identity_as_a_perfect_memory():
    problem = many.clustered(60, 5, 16, 1, 0.3)
    e, u = np.asarray(problem.inputs), np.asarray(problem.outputs)
    table = u @ e.T
    assert (table.argmax(axis=0) == problem.labels).all()
    assert np.linalg.norm(e, axis=1) == pytest.approx(1)
    course = many.flow_trained(problem, [0, 1e4], 1e-6)
    assert course.errors.tolist() == pytest.approx([1, 0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: many.drawn(0, 2, 2, 1),
        lambda: many.drawn(3, 2, 2, -1),
        lambda: many.clustered(3, 2, 2, 1, -0.1),
        lambda: many.trained(ALONE, -1.0, 3),
        lambda: many.closed(ALONE, 1.0, -3),
        lambda: many.trained(ALONE._replace(labels=[2]), 1.0, 1),
        lambda: many.trained(ALONE._replace(labels=[0.5]), 1.0, 1),
        lambda: many.trained(ALONE._replace(probabilities=[-1.0]), 1.0, 1),
        lambda: many.trained(ALONE._replace(inputs=np.zeros((0, 2))), 1.0, 1),
        lambda: many.flow_trained(ALONE, [1.0, 0.5]),
        lambda: many.flow_trained(ALONE, [-1.0]),
        lambda: many.flow_closed(ALONE, [1.0], 0.0),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        call()
