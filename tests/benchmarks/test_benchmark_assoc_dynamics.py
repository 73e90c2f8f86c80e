"""Times of training dynamics, as ratios against plain loops over steps in the same run.

Run with ``python -m pytest -m benchmark tests/benchmarks -s``. Nothing about time is asserted. The
plain loops keep ``W`` and do what a training script does: one gradient step at a time, in NumPy
with the gradient written out, in JAX with its own. Long ones are timed on part of the steps.
"""

import statistics
import time

import numpy as np
import pytest

from numerics.assoc_dynamics import binary, particles
from numerics.assoc_dynamics.particle_sweeps import sweep_scores

pytestmark = pytest.mark.benchmark


def seconds(task, repeats=3):
    """Median time of a task, after one call that is not counted."""
    task()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        task()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def numpy_step(w, e, u, targets, p, eta):
    """One gradient step on W."""
    scores = u @ w @ e.T
    shares = np.exp(scores - scores.max(axis=0))
    shares /= shares.sum(axis=0)
    return w + eta * (u.T @ ((targets - shares) * p) @ e)


def jax_step(jax):
    """The same step by automatic differentiation."""

    def loss(w, e, u, targets, p):
        logs = jax.nn.log_softmax(u @ w @ e.T, axis=0)
        return -(p * (targets * logs).sum(axis=0)).sum()

    slope = jax.grad(loss)
    return lambda w, e, u, targets, p, eta: w - eta * slope(w, e, u, targets, p)


def trained(step, problem, steps):
    """W after so many steps, and the smallest margin after each of them."""
    w, e, u, targets, p, eta = problem
    margins = []
    for _ in range(steps):
        w = step(w, e, u, targets, p, eta)
        scores = np.asarray(u @ w @ e.T)
        right = (scores * np.asarray(targets)).sum(axis=0)
        margins.append((right - np.where(targets == 1, -np.inf, scores).max(axis=0)).min())
    return np.asarray(w), np.array(margins)


def table(title, ours, steps, others):
    """Print seconds for all steps, and how many times ours the others take."""
    print(f"\n{title}: {steps} steps\n  ours {ours:.4g} s ({ours / steps * 1e9:.0f} ns a step)")
    for name, each in others.items():
        print(f"  {name:30} {each * steps:10.4g} s   {each * steps / ours:10.0f} times ours")


def test_sweep_of_a_million_steps():
    jax = pytest.importorskip("jax")
    odds = np.exp(np.logspace(-0.5, 0.5, 10))
    frequent, alpha, eta = (
        axis.ravel()
        for axis in np.meshgrid(
            odds / (1 + odds), np.linspace(0.5, 1, 10), np.logspace(-1, 1, 10), indexing="ij"
        )
    )
    mobilities = np.array([2 * np.array([[1, -a], [-a, 1]]) for a in alpha])
    weights = np.stack([frequent, 1 - frequent], axis=1)

    def sweep():
        return binary.sweep([0, 0], mobilities, weights, eta, 1000)

    ours, summary = seconds(sweep, repeats=5), sweep()

    def problem(setting):
        a = alpha[setting]
        e = np.array([[1, 0], [a, np.sqrt(1 - a**2)]])
        return np.zeros((2, 2)), e, np.eye(2), np.eye(2), weights[setting], eta[setting]

    def plain(step, settings, steps):
        hits = []
        for setting in settings:
            _, margins = trained(step, problem(setting), steps)
            perfect = np.flatnonzero(margins > 0)
            hits.append(1 + perfect[0] if len(perfect) else -1)
        return hits

    some = range(450, 460)
    assert plain(numpy_step, some, 1000) == list(summary["first_perfect"][450:460])
    others = {"NumPy, W, a step at a time": seconds(lambda: plain(numpy_step, some, 1000)) / 10_000}
    with jax.enable_x64(True):
        step, compiled = jax_step(jax), jax.jit(jax_step(jax))
        assert plain(compiled, some[:1], 1000) == plain(numpy_step, some[:1], 1000)
        others["JAX, W, compiled step"] = seconds(lambda: plain(compiled, some, 200)) / 2000
        others["JAX, W, step as it stands"] = seconds(lambda: plain(step, some[:1], 50), 1) / 50
    table("10 x 10 x 10 settings of two tokens", ours, 1_000_000, others)


@pytest.mark.parametrize("dimension", [3, 5, 10])
def test_five_random_tokens(dimension):
    jax = pytest.importorskip("jax")
    rng = np.random.default_rng(dimension)
    e, u = (
        (lambda g: g / np.linalg.norm(g, axis=1, keepdims=True))(
            rng.standard_normal((5, dimension))
        )
        for _ in range(2)
    )
    p = 1 / np.arange(1, 6.0)
    p /= p.sum()
    problem = np.zeros((dimension, dimension)), e, u, np.eye(5), p, 3.0
    inputs, outputs, steps = e @ e.T, u @ u.T, 100

    def scores():
        start = np.zeros((5, 5))
        return particles.descend_scores(start, inputs, outputs, p, np.eye(5), 3.0, steps)

    ours = seconds(scores, repeats=20)
    w, _ = trained(numpy_step, problem, steps)
    assert scores()[-1] == pytest.approx(u @ w @ e.T, abs=1e-8)
    others = {
        "NumPy, W, a step at a time": seconds(lambda: trained(numpy_step, problem, steps)) / steps
    }
    with jax.enable_x64(True):
        step, compiled = jax_step(jax), jax.jit(jax_step(jax))
        others["JAX, W, compiled step"] = seconds(lambda: trained(compiled, problem, steps)) / steps
        plain = seconds(lambda: trained(step, problem, 20), repeats=1) / 20
        others["JAX, W, step as it stands"] = plain
    table(f"5 tokens and labels, d = {dimension}", ours, steps, others)


@pytest.mark.parametrize("dimension", [3, 5, 10])
def test_sweep_of_five_random_tokens(dimension):
    jax = pytest.importorskip("jax")
    rng = np.random.default_rng(dimension)

    def unit():
        g = rng.standard_normal((1000, 5, dimension))
        return g / np.linalg.norm(g, axis=2, keepdims=True)

    e, u, p = unit(), unit(), np.tile(1 / np.arange(1, 6.0), (1000, 1))
    p /= p.sum(axis=1, keepdims=True)
    eta, steps = np.logspace(-1, 1, 1000), 1000
    inputs, outputs = e @ e.swapaxes(1, 2), u @ u.swapaxes(1, 2)

    def sweep():
        return sweep_scores(inputs, outputs, p, np.arange(5), eta, steps)

    def plain(step, count):
        start = np.zeros((dimension, dimension))
        trained(step, (start, e[500], u[500], np.eye(5), p[500], eta[500]), count)

    others = {"NumPy, W, a step at a time": seconds(lambda: plain(numpy_step, 1000)) / 1000}
    with jax.enable_x64(True):
        step, compiled = jax_step(jax), jax.jit(jax_step(jax))
        others["JAX, W, compiled step"] = seconds(lambda: plain(compiled, 200)) / 200
        others["JAX, W, step as it stands"] = seconds(lambda: plain(step, 20), repeats=1) / 20
    table(f"1000 settings of 5 tokens, d = {dimension}", seconds(sweep), 1000 * steps, others)
