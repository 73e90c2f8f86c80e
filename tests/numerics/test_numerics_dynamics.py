"""The simulators of training dynamics, against automatic differentiation, SciPy and each other."""

import mpmath
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import expit, softmax

from numerics.assoc_dynamics import binary, memory, particles


def problem(seed, noisy=False, largest=6, shape=None):
    """A random memory, embeddings, probabilities (one may be 0) and targets."""
    rng = np.random.default_rng(seed)
    N, M, d, width = shape or rng.integers(1, largest + 1, size=4)
    p = rng.dirichlet(np.ones(N)) * (rng.random(N) < 0.9)
    inputs = rng.standard_normal((N, d))
    inputs[rng.integers(N)] = inputs[0]  # embeddings may be repeated
    targets = rng.dirichlet(np.ones(M), size=N).T if noisy else rng.integers(M, size=N)
    return {
        "memory": rng.standard_normal((width, d)),
        "inputs": inputs,
        "outputs": rng.standard_normal((M, width)),
        "probabilities": p,
        "targets": targets,
    }


def as_particles(given_):
    """The same problem in scores and Gram matrices."""
    e, u = given_["inputs"], given_["outputs"]
    return {
        "scores": memory.scores(given_["memory"], e, u),
        "inputs": e @ e.T,
        "outputs": u @ u.T,
        "probabilities": given_["probabilities"],
        "targets": given_["targets"],
    }


def interference(alpha):
    """Mobility of two unit tokens with different labels and inner product alpha."""
    return 2 * np.array([[1, -alpha], [-alpha, 1]])


@pytest.mark.parametrize("seed", range(4))
def test_derivatives_are_those_of_automatic_differentiation(seed):
    jax = pytest.importorskip("jax")
    given_ = problem(seed, noisy=seed % 2 == 1, shape=(4, 3, 2, 2))
    e, u, p, t = (given_[name] for name in ("inputs", "outputs", "probabilities", "targets"))
    if t.ndim == 1:
        t = np.eye(len(u))[:, t]
    with jax.enable_x64(True):

        def loss(w):
            logs = jax.nn.log_softmax(u @ w @ e.T, axis=0)
            return -(p * (t * logs).sum(axis=0)).sum()

        w = jax.numpy.asarray(given_["memory"])
        value, slope = (np.asarray(a) for a in jax.value_and_grad(loss)(w))
        curvature = np.asarray(jax.hessian(loss)(w)).reshape(w.size, w.size)
    assert memory.loss(**given_) == pytest.approx(value, rel=1e-12, abs=1e-14)
    assert memory.gradient(**given_) == pytest.approx(slope, rel=1e-11, abs=1e-13)
    assert memory.hessian(**given_) == pytest.approx(curvature, rel=1e-11, abs=1e-12)


@given(st.integers(0, 10**6), st.booleans())
def test_slopes_from_values_of_the_loss_are_gradient_and_hessian(seed, noisy):
    given_ = problem(seed, noisy, largest=3)
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((2, *given_["memory"].shape))
    slope, error = memory.loss_slopes(*given_.values(), one)
    assert (memory.gradient(**given_) * one).sum() == pytest.approx(slope, abs=error + 1e-11)
    curvature, error = memory.loss_slopes(*given_.values(), one, other)
    found = one.ravel() @ memory.hessian(**given_) @ other.ravel()
    assert found == pytest.approx(curvature, abs=error + 1e-11)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.booleans(), st.floats(0, 3))
def test_scores_follow_the_memory(seed, noisy, step):
    given_ = problem(seed, noisy)
    path = memory.descend(**given_, step=step, steps=5)
    e, u = given_["inputs"], given_["outputs"]
    table = particles.descend_scores(**as_particles(given_), step=step, steps=5)
    expected = np.array([memory.scores(w, e, u) for w in path])
    assert table == pytest.approx(expected, rel=1e-9, abs=1e-9)
    losses = particles.loss(table, given_["probabilities"], given_["targets"])
    plain = [memory.loss(w, e, u, given_["probabilities"], given_["targets"]) for w in path]
    assert losses == pytest.approx(plain, rel=1e-9, abs=1e-9)
    every = particles.descend_scores(**as_particles(given_), step=step, steps=5, every=2)
    assert (every == table[::2]).all()


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(0, 5))
def test_margins_of_two_labels_follow_the_scores(seed, step):
    rng = np.random.default_rng(seed)
    N, d = rng.integers(1, 6, size=2)
    e, u = rng.standard_normal((N, d)), rng.standard_normal((2, 3))
    labels, p = rng.integers(2, size=N), rng.dirichlet(np.ones(N))
    z = (1 - 2 * labels)[:, None] * e
    mobility = ((u[0] - u[1]) ** 2).sum() * (z @ z.T)
    table = particles.descend_scores(np.zeros((2, N)), e @ e.T, u @ u.T, p, labels, step, 6)
    margins = binary.descend_margins(np.zeros(N), mobility, p, step, 6)
    signs = 1 - 2 * labels
    assert margins == pytest.approx(signs * (table[:, 0] - table[:, 1]), rel=1e-9, abs=1e-9)
    assert binary.loss(margins, p) == pytest.approx(
        particles.loss(table, p, labels), rel=1e-9, abs=1e-9
    )
    flowing = binary.flow_margins(np.zeros(N), mobility, p, [0.3, 20])
    table = particles.flow_scores(np.zeros((2, N)), e @ e.T, u @ u.T, p, labels, [0.3, 20])
    assert flowing == pytest.approx(signs * (table[:, 0] - table[:, 1]), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_flows_are_those_of_scipy(seed):
    given_ = as_particles(problem(seed, noisy=seed % 2 == 1, largest=4))
    s, a, b, p, t = given_.values()
    if t.ndim == 1:
        t = np.eye(len(b))[:, t]
    times = np.array([0, 1e-3, 0.5, 7, 300])

    def velocity(_, v):
        return (b @ ((t - softmax(v.reshape(s.shape), axis=0)) * p) @ a).ravel()

    expected = solve_ivp(
        velocity, (0, 300), s.ravel(), method="DOP853", t_eval=times, rtol=1e-12, atol=1e-12
    ).y.T
    found = particles.flow_scores(**given_, times=times)
    assert found.reshape(len(times), -1) == pytest.approx(expected, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("alpha", [-0.9, 0, 0.5, 0.95, 0.9999])
def test_flow_of_two_margins_is_that_of_scipy(alpha):
    mobility, p = interference(alpha), np.array([0.75, 0.25])
    times = np.array([0.1, 1, 30, 1000])
    expected = solve_ivp(
        lambda _, m: mobility @ (p * expit(-m)),
        (0, 1000),
        np.array([0.2, -1.0]),
        method="DOP853",
        t_eval=times,
        rtol=1e-12,
        atol=1e-13,
    ).y.T
    found = binary.flow_margins([0.2, -1.0], mobility, p, times)
    assert found == pytest.approx(expected, abs=1e-9)
    looser = binary.flow_margins([0.2, -1.0], mobility, p, times, tolerance=1e-8)
    assert looser == pytest.approx(found, abs=1e-5)


def test_one_margin_up_to_very_late_times():
    for t in (1e-8, 1.0, 1e6, 1e12, 1e30):
        m = binary.flow_margins([0.0], [[2.0]], [0.5], [t])[0, 0]
        with mpmath.workdps(40):  # the flow keeps exp(m) + m - t
            assert mpmath.log((mpmath.exp(m) + m) / (1 + t)) == pytest.approx(0, abs=1e-11)


def test_flow_stops_where_noisy_labels_are_learned():
    targets = np.array([[0.9, 0.2, 0.5], [0.1, 0.8, 0.5]])
    tables = particles.flow_scores(
        np.zeros((2, 3)), np.eye(3), np.eye(2), [0.5, 0.3, 0.2], targets, [1e3, 1e12]
    )
    assert softmax(tables, axis=1) == pytest.approx(np.array([targets] * 2), abs=1e-11)


def test_flow_stops_at_the_minimum_of_a_problem_without_solution():
    margins = binary.flow_margins([0.0, 0.0], interference(1), [0.75, 0.25], [1e6, 1e12])
    assert margins == pytest.approx(np.log(3) * np.array([[1, -1]] * 2), abs=1e-10)


def test_flow_starts_far_from_where_anything_changes():
    start, p = np.array([-300.0, 400.0]), np.array([0.75, 0.25])
    times = np.array([10, 1e4])
    expected = solve_ivp(
        lambda _, m: interference(0.95) @ (p * expit(-m)),
        (0, 1e4),
        start,
        method="DOP853",
        t_eval=times,
        rtol=1e-12,
        atol=1e-12,
        max_step=1.0,
    ).y.T
    found = binary.flow_margins(start, interference(0.95), p, times)
    assert found == pytest.approx(expected, abs=1e-8)


def test_descent_with_small_steps_approaches_the_flow():
    p = np.array([0.7, 0.3])
    exact = binary.flow_margins([0.0, 0.0], interference(0.5), p, [4.0])[0]
    coarse, fine = (
        binary.descend_margins([0.0, 0.0], interference(0.5), p, 4 / steps, steps)[-1]
        for steps in (2000, 4000)
    )
    assert 2 * fine - coarse == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("margin", [-700.0, -40.0, 0.0, 1e-3, 40.0, 700.0])
def test_loss_and_step_are_accurate_relatively(margin):
    with mpmath.workdps(60):
        exact = float(mpmath.log1p(mpmath.exp(-mpmath.mpf(margin))))
        push = float(1 / (1 + mpmath.exp(mpmath.mpf(margin))))
    table = [[margin], [0.0]]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert binary.loss([margin], [1.0]) == pytest.approx(exact, rel=1e-14)
        assert particles.loss(table, [1.0], [0]) == pytest.approx(exact, rel=1e-14)
        assert memory.loss(table, [[1.0]], np.eye(2), [1.0], [0]) == pytest.approx(exact, rel=1e-14)
        slope = memory.gradient(table, [[1.0]], np.eye(2), [1.0], [0])
    assert slope == pytest.approx(np.array([[-push], [push]]), rel=1e-13)
    grown = 1.0 / push if push > 0 else 0.0
    if 0 < margin <= 40:
        moved = binary.descend_margins([margin], [[1.0]], [1.0], grown, 1)[-1, 0]
        assert moved == pytest.approx(margin + 1, rel=1e-14)
        moved = particles.descend_scores(table, [[1.0]], np.eye(2), [1.0], [0], grown, 1)[-1]
        assert moved[:, 0] == pytest.approx([margin + 1, -1], rel=1e-13)


@pytest.mark.parametrize("step", [0, 1e3, 1e8, 1e300])
def test_any_step_size_is_handled(step):
    p = [0.75, 0.25]
    margins = binary.descend_margins([0, 0], interference(0.95), p, step, 300)
    signed = np.array([[1, 0.95], [0.95, 1]])
    table = particles.descend_scores(np.zeros((2, 2)), signed, np.eye(2), p, [0, 1], step, 300)
    assert np.isfinite(margins).all() and np.isfinite(table).all()
    both = np.stack([table[:, 0, 0] - table[:, 1, 0], table[:, 1, 1] - table[:, 0, 1]], axis=1)
    assert both == pytest.approx(margins, rel=1e-9)
    assert np.isfinite(binary.loss(margins, p)).all()
    if step == 0:
        assert (margins == 0).all() and (table == 0).all()


def test_sweep_says_what_the_trajectories_say():
    rng = np.random.default_rng(3)
    runs, tokens, steps = 40, 3, 200
    z = rng.standard_normal((runs, tokens, 3))
    mobilities = 2 * z @ z.swapaxes(1, 2)
    p, etas = rng.dirichlet(np.ones(tokens), size=runs), 10 ** rng.uniform(-1, 2, runs)
    p[0], p[1] = (1, 0, 0), (0, 0.5, 0.5)
    start = rng.standard_normal((runs, tokens))
    found = binary.sweep(start, mobilities, p, etas, steps)
    assert found["increases"].max() > 3 and found["last_error"].max() == steps
    for row, m, c, q, eta in zip(found, start, mobilities, p, etas, strict=True):
        path = binary.descend_margins(m, c, q, eta, steps)
        losses, wrong = binary.loss(path, q), binary.error(path, q) > 0
        assert row["first_perfect"] == (-1 if wrong.all() else np.flatnonzero(~wrong)[0])
        assert row["last_error"] == (np.flatnonzero(wrong)[-1] if wrong.any() else -1)
        assert row["increases"] == (losses[1:] > losses[:-1] * (1 + 1e-12)).sum()
        assert row["largest_loss"] == pytest.approx(losses.max(), rel=1e-11)
        assert row["final_loss"] == pytest.approx(losses[-1], rel=1e-11)


def test_sweep_of_a_million_steps():
    odds = np.exp(np.logspace(-0.5, 0.5, 10))
    frequent, alpha, eta = (
        axis.ravel()
        for axis in np.meshgrid(
            odds / (1 + odds), np.linspace(0.5, 1, 10), np.logspace(-1, 1, 10), indexing="ij"
        )
    )
    mobilities = np.array([interference(a) for a in alpha])
    weights = np.stack([frequent, 1 - frequent], axis=1)
    one = binary.sweep([0, 0], mobilities, weights, eta, 1000)
    assert (one["first_perfect"] < 0).sum() == 114
    assert one["first_perfect"].sum() == 49_790
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert (binary.sweep([0, 0], mobilities, weights, eta, 1000) == one).all()
    finally:
        numba.set_num_threads(threads)


def test_tokens_without_probability_and_single_labels():
    margins = binary.descend_margins([0, 0], interference(0.5), [1, 0], 1.0, 10)
    assert margins[:, 1] == pytest.approx(-0.5 * margins[:, 0])
    assert (binary.error(margins, [1, 0]) == [1, *[0] * 10]).all()
    flow = binary.flow_margins([0, 0], interference(0.5), [1, 0], [1e8])[0]
    assert flow[1] == pytest.approx(-0.5 * flow[0])
    given_ = ([[0.3, 0.2]], [[1.0], [2.0]], [[1.0]], [0.4, 0.6], [0, 0])
    assert memory.loss([[0.3]], *given_[1:]) == 0
    assert (memory.gradient([[0.3]], *given_[1:]) == 0).all()
    assert (memory.hessian([[0.3]], *given_[1:]) == 0).all()
    table = [[0.3, 0.2]]
    arguments = (table, np.eye(2), [[1.0]], [0.4, 0.6], [0, 0])
    assert (particles.descend_scores(*arguments, 3.0, 5) == table).all()
    assert (particles.flow_scores(*arguments, [1.0, 1e12]) == table).all()


BAD = [
    (lambda: binary.descend_margins([0.0], np.eye(2), [1.0], 1.0, 1), "mobility has shape"),
    (lambda: binary.descend_margins([], np.eye(0), [], 1.0, 1), "at least one token"),
    (lambda: binary.descend_margins([0.0], [[1.0]], [-1.0], 1.0, 1), "nonnegative"),
    (lambda: binary.descend_margins([np.nan], [[1.0]], [1.0], 1.0, 1), "finite"),
    (lambda: binary.descend_margins([0.0], [[1.0]], [1.0], -1.0, 1), "step is"),
    (lambda: binary.descend_margins([0.0], [[1.0]], [1.0], 1.0, 1, every=0), "every is"),
    (lambda: binary.flow_margins([0.0], [[1.0]], [1.0], [2.0, 1.0]), "times"),
    (lambda: binary.flow_margins([0.0], [[1.0]], [1.0], [1.0], tolerance=0), "tolerance"),
    (lambda: binary.loss([np.inf], [1.0]), "finite"),
    (lambda: binary.sweep([0.0], np.eye(2)[None], [[1, 0]], [1.0], 1), "margins has shape"),
    (lambda: binary.sweep([0, 0], np.ones((1, 2, 3)), [[1, 0]], [1.0], 1), "mobilities"),
    (lambda: binary.sweep([0, 0], np.eye(2)[None], [[1, 0]], [-1.0], 1), "step_sizes"),
    (lambda: memory.scores(np.eye(2), np.eye(3), np.eye(2)), "inputs has shape"),
    (lambda: memory.loss(np.eye(2), np.eye(2), np.eye(2), [0.5, 0.5], [0, 2]), "labels from"),
    (lambda: memory.loss(np.eye(2), np.eye(2), np.eye(2), [0.5, 0.5], np.eye(2) / 2), "sum to one"),
    (lambda: memory.loss_slopes(np.eye(1), np.eye(1), np.eye(1), [1], [0]), "directions"),
    (lambda: particles.loss([0.0], [1.0], [0]), "row for each label"),
    (
        lambda: particles.descend_scores([[0.0]], np.eye(2), np.eye(1), [1.0], [0], 1.0, 1),
        "inputs has shape",
    ),
]


@pytest.mark.parametrize("call, words", BAD)
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
