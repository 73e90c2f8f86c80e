"""The exact laws of the section against simulations and references that are written out here.

The simulations have fixed seeds. Each compares a count with a binomial law and would fail for a
right formula with probability at most ``FALSE_ALARM``; there are fewer than 30 of them, so the file
fails by chance with probability below 3e-5.
"""

from math import atan, pi, sqrt

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from theory.assoc_scaling import exact_laws as theory
from theory.core.evaluation import enclose, substitute
from verify.core.balls import side_values

FALSE_ALARM = 1e-6
DRAWS = 40_000


def sides(claim, **point):
    """The claim's sides at a point, as floats; None for what only a simulation can tell."""
    known = [side for side in claim.statement.sides if not claim_observes(claim, side)]
    return [float(ball.mid()) for ball in side_values(claim, point, {}, *known)]


def ratios(low, high):
    """Thousandths: enclosures of Student's function take minutes at 1e-38 in 300 dimensions."""
    return st.integers(1000 * low, 1000 * high).map(lambda n: n / 1000)


def claim_observes(claim, side):
    measured = {observable.name for observable in claim.observables}
    return any(a.func.__name__ in measured for a in side.atoms(sympy.core.function.AppliedUndef))


def misclassified(q, f, U, x, rng, draws=DRAWS):
    """How often a memory with fresh Gaussian inputs answers x wrongly, W formed each time."""
    q, f, U = np.asarray(q, float), np.asarray(f) - 1, np.asarray(U, float)
    wrong = 0
    for start in range(0, draws, 2000):
        e = rng.standard_normal((min(2000, draws - start), len(q), U.shape[1]))
        memory = np.einsum("k,ki,nkj->nij", q, U[f], e, optimize=True)
        scores = np.einsum("yi,nij,nj->ny", U, memory, e[:, x - 1], optimize=True)
        wrong += int(np.sum(scores.argmax(axis=1) != f[x - 1]))
    return wrong


def assert_chance(count, chance, draws=DRAWS):
    """The count is not in either tail of its binomial law."""
    assert stats.binom.cdf(count, draws, chance) > FALSE_ALARM / 2, (count / draws, chance)
    assert stats.binom.sf(count - 1, draws, chance) > FALSE_ALARM / 2, (count / draws, chance)


def assert_between(count, low, high, draws=DRAWS):
    """The count speaks neither for a chance below ``low`` nor for one above ``high``."""
    assert stats.binom.cdf(count, draws, low) > FALSE_ALARM / 2, (count / draws, low)
    assert stats.binom.sf(count - 1, draws, high) > FALSE_ALARM / 2, (count / draws, high)


def unit_rows(rng, count, dimension):
    rows = rng.standard_normal((count, dimension))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def tuples(matrix):
    return tuple(tuple(float(entry) for entry in row) for row in matrix)


# -------------------------------------------------------------------------------- the model


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_model_in_integers(seed):
    rng = np.random.default_rng(seed)
    N, M, d = (int(rng.integers(1, most + 1)) for most in (8, 5, 6))
    q, E, U = (rng.integers(-9, 10, size=shape).astype(object) for shape in ((N,), (N, d), (M, d)))
    f, x, y = rng.integers(1, M + 1, size=N), rng.integers(1, N + 1), rng.integers(1, M + 1)
    W = sum(q[k] * np.outer(U[f[k] - 1], E[k]) for k in range(N))
    exact = {
        "N": N, "M": M, "d": d, "q": tuple(q), "f": tuple(map(int, f)),
        "U": tuple(map(tuple, U)), "E": tuple(map(tuple, E)), "x": int(x), "y": int(y),
    }  # fmt: skip
    formula = theory.model.statement.rhs
    assert substitute(formula, theory.model.domain.environment(exact)) == U[y - 1] @ W @ E[x - 1]


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_collapsed_characteristic_function_is_that_of_the_sum_over_inputs(seed):
    # Given |e_x| = r the score of class c is q_x r^2 <u_c, u_f(x)> + r sum_k q_k g_k <u_c, u_f(k)>.
    rng = np.random.default_rng(seed)
    N, M, d = (int(rng.integers(1, most + 1)) for most in (6, 4, 4))
    q, U, t = rng.standard_normal(N), rng.standard_normal((M, d)), rng.standard_normal(M)
    f, x, r = rng.integers(1, M + 1, size=N), int(rng.integers(1, N + 1)), rng.random() + 0.1
    along = (U @ U.T @ t)[f - 1]
    others = np.arange(N) != x - 1
    expected = 1j * q[x - 1] * r**2 * along[x - 1] - r**2 / 2 * np.sum((q * along)[others] ** 2)
    point = {
        "N": N, "M": M, "d": d, "q": tuple(q), "f": tuple(map(int, f)), "U": tuples(U), "x": x,
        "event": theory.event.choices[0],
    }  # fmt: skip
    environment = dict(theory.collapsed_law.domain.environment(point))
    environment |= {"t": tuple(map(sympy.Float, t)), "r": sympy.Float(r)}
    found = complex(substitute(theory.collapsed.definition, environment).evalf())
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


# -------------------------------------------------------------------------------- Student tails


@given(st.integers(1, 400), ratios(-20, 20))
@settings(max_examples=40)
def test_student_function_is_the_usual_one(d, a):
    (found,) = sides(theory.normal_tail_mixture, d=d, a=a)
    assert found == pytest.approx(float(stats.t.cdf(-sqrt(d) * a, d)), rel=1e-7, abs=1e-300)


@given(ratios(-10, 10))
def test_student_function_in_one_and_two_dimensions(a):
    assert sides(theory.normal_tail_mixture, d=1, a=a)[0] == pytest.approx(
        0.5 - atan(a) / pi, rel=1e-11
    )
    # 1 - a/sqrt(1 + a^2) without its cancellation
    root = sqrt(1 + a * a)
    below = 1 / (root * (root + a)) if a > 0 else 1 - a / root
    assert sides(theory.normal_tail_mixture, d=2, a=a)[0] == pytest.approx(below / 2, rel=1e-11)


@pytest.mark.parametrize(("d", "a"), [(1, 0.3), (2, -1.0), (3, 1.5), (10, 0.7), (50, 0.2)])
def test_mixture_of_normal_tails_by_quadrature(d, a):
    def integrand(r):
        return r ** (d - 1) * mpmath.exp(-r * r / 2) * mpmath.ncdf(-a * r)

    whole = mpmath.quad(integrand, [0, sqrt(d), 2 * sqrt(d), mpmath.inf])
    expected = whole * mpmath.mpf(2) ** (1 - d / 2) / mpmath.gamma(d / 2)
    assert sides(theory.normal_tail_mixture, d=d, a=a)[0] == pytest.approx(
        float(expected), rel=1e-10
    )


@given(st.integers(1, 400), ratios(0, 20))
@settings(max_examples=60)
def test_student_tail_lies_between_its_bounds(d, a):
    balls = side_values(
        theory.student_tail, {"d": d, "a": a}, {}, *theory.student_tail.statement.terms
    )
    assert not balls[0] > balls[1] and not balls[1] > balls[2]
    assert float(balls[0].mid()) == pytest.approx(float(stats.norm.cdf(-sqrt(d) * a)), rel=1e-7)
    assert float(balls[2].mid()) == pytest.approx((1 + a * a) ** (-d / 2) / 2, rel=1e-9)
    if a == 0:
        assert [float(ball.mid()) for ball in balls] == [0.5, 0.5, 0.5]


# -------------------------------------------------------------------------------- two classes


@pytest.mark.parametrize("seed", range(8))
def test_two_classes_against_simulation(seed):
    rng = np.random.default_rng([2024, seed])
    N, d = int(rng.integers(2, 13)), int([2, 3, 5, 8, 12, 2, 3, 20][seed])
    q, f = rng.standard_normal(N), rng.integers(1, 3, size=N)
    x = int(rng.integers(1, N + 1))
    (chance,) = sides(theory.binary_exact, N=N, d=d, q=tuple(q), f=tuple(map(int, f)), x=x)
    assert_chance(misclassified(q, f, unit_rows(rng, 2, d), x, rng), chance)


def test_two_classes_at_the_ends():
    rng = np.random.default_rng(5)
    # A weight of zero leaves a guess; d = 1 has u = +-1; a weight below zero is wrong as often as
    # its opposite is right.
    point = {"N": 3, "d": 4, "q": (0.0, 2.0, -1.0), "f": (1, 2, 2), "x": 1}
    assert sides(theory.binary_exact, **point) == [0.5]
    U = unit_rows(rng, 2, 4)
    assert_chance(misclassified(point["q"], point["f"], U, 1, rng), 0.5)
    point = {"N": 4, "d": 1, "q": (1.5, 1.0, -1.0, 0.5), "f": (2, 1, 1, 2), "x": 1}
    (chance,) = sides(theory.binary_exact, **point)
    assert chance == pytest.approx(0.5 - atan(1.5 / 1.5) / pi, rel=1e-12)
    assert_chance(misclassified(point["q"], point["f"], [[1.0], [-1.0]], 1, rng), chance)
    (opposite,) = sides(theory.binary_exact, **{**point, "q": (-1.5, 1.0, -1.0, 0.5)})
    assert opposite == pytest.approx(1 - chance, rel=1e-12)


def test_without_noise_the_claim_is_not_made():
    point = {"N": 2, "d": 3, "q": (1.0, 0.0), "f": (1, 2), "x": 1}
    assert theory.binary_exact.domain.violation(point) is not None


def test_two_classes_do_not_see_labels_or_scale():
    point = {"N": 5, "d": 3, "q": (0.3, 1.0, -2.0, 0.7, 0.1), "x": 1}
    first = sides(theory.binary_exact, f=(1, 1, 1, 1, 1), **point)
    assert sides(theory.binary_exact, f=(2, 1, 2, 1, 2), **point) == first
    scaled = {**point, "q": tuple(8 * q for q in point["q"])}
    assert sides(theory.binary_exact, f=(1, 2, 1, 2, 1), **scaled) == pytest.approx(
        first, rel=1e-13
    )


# -------------------------------------------------------------------------------- many classes


def orthonormal_point(rng, N, M, d):
    f = tuple(1 + k % M for k in range(N))  # every class has inputs other than x
    return {"N": N, "M": M, "d": d, "q": tuple(rng.standard_normal(N)), "f": f, "x": 1}


@pytest.mark.parametrize("seed", range(4))
def test_orthonormal_classes_against_simulation(seed):
    rng = np.random.default_rng([2025, seed])
    M, d = [(2, 2), (3, 3), (3, 5), (4, 6)][seed]
    point = orthonormal_point(rng, 2 * M + seed, M, d)
    (chance,) = sides(theory.orthonormal_exact, **point)
    U = np.linalg.qr(rng.standard_normal((d, M)))[0].T
    assert_chance(misclassified(point["q"], point["f"], U, 1, rng), chance)


@pytest.mark.parametrize("d", [2, 5])
def test_two_orthonormal_classes_have_the_law_of_two_classes(d):
    point = orthonormal_point(np.random.default_rng(d), 6, 2, d)
    (integral,) = sides(theory.orthonormal_exact, **point)
    del point["M"]
    assert [integral] == pytest.approx(sides(theory.binary_exact, **point), rel=1e-9)


def test_one_class_is_never_wrong():
    point = {"N": 3, "M": 1, "d": 2, "q": (1.0, 0.5, -2.0), "f": (1, 1, 1), "x": 1}
    (chance,) = sides(theory.orthonormal_exact, **point)
    assert chance == pytest.approx(0, abs=1e-12)
    assert (
        misclassified(point["q"], point["f"], [[1.0, 0.0]], 1, np.random.default_rng(0), 2000) == 0
    )


def gram(U):
    product = np.clip(U @ U.T, -1, 1)
    np.fill_diagonal(product, 1)
    return tuples(product)


@pytest.mark.parametrize("seed", range(6))
def test_sandwich_against_simulation(seed):
    rng = np.random.default_rng([2026, seed])
    N, M, d = [(6, 3, 3), (8, 4, 2), (9, 3, 8), (5, 5, 4), (10, 4, 6), (7, 3, 2)][seed]
    U = unit_rows(rng, M, d)
    if seed % 2:  # a cluster, of coherence up to about .99
        U = unit_rows(rng, 1, d) + 0.15 * U
        U /= np.linalg.norm(U, axis=1, keepdims=True)
    q, f = rng.standard_normal(N), rng.integers(1, M + 1, size=N)
    x = int(rng.integers(1, N + 1))
    bounds = [
        sides(
            theory.pairwise_sandwich, N=N, M=M, d=d, q=tuple(q), f=tuple(map(int, f)), G=gram(U),
            x=x, y=y,
        )
        for y in range(1, M + 1)
        if y != f[x - 1]
    ]  # fmt: skip
    low, high = max(low for low, _ in bounds), min(1.0, bounds[0][1])
    assert low <= high and all(b[1] == pytest.approx(bounds[0][1], rel=1e-12) for b in bounds)
    assert_between(misclassified(q, f, U, x, rng), low, high)


@given(st.integers(0, 10**6))
@settings(max_examples=25)
def test_sandwich_of_two_classes_is_an_equality(seed):
    rng = np.random.default_rng(seed)
    N, d = int(rng.integers(2, 9)), int(rng.integers(2, 30))
    q, f = rng.standard_normal(N), rng.integers(1, 3, size=N)
    x = int(rng.integers(1, N + 1))
    point = {"N": N, "d": d, "q": tuple(q), "f": tuple(map(int, f)), "x": x}
    (law,) = sides(theory.binary_exact, **point)
    G = gram(unit_rows(rng, 2, d))
    found = sides(theory.pairwise_sandwich, M=2, G=G, y=3 - int(f[x - 1]), **point)
    # The factor 1 - rho cancels between signal and noise, up to its own rounding.
    assert found == pytest.approx([law, law], rel=1e-8)


def test_sandwich_holds_the_orthonormal_law():
    point = orthonormal_point(np.random.default_rng(9), 8, 3, 4)
    (law,) = sides(theory.orthonormal_exact, **point)
    for y in (2, 3):
        low, high = sides(theory.pairwise_sandwich, G=tuples(np.eye(3)), y=y, **point)
        assert low < law < high


def test_the_simulation_can_tell_laws_apart():
    # The same comparison must convict the normal tail, and the norm that counts x itself.
    rng = np.random.default_rng(7)
    q, f = np.array([1.0, 0.6, 0.5, -0.4]), np.array([1, 2, 1, 2])
    count = misclassified(q, f, unit_rows(rng, 2, 2), 1, rng)
    others = float(np.linalg.norm(q[1:]))
    for wrong in (
        stats.norm.cdf(-sqrt(2) * q[0] / others),
        stats.t.cdf(-sqrt(2) * q[0] / np.linalg.norm(q), 2),
        stats.t.cdf(-2 * q[0] / others, 2),
    ):
        with pytest.raises(AssertionError):
            assert_chance(count, wrong)


def test_constants_are_enclosed():
    half = enclose(
        theory.student_tail.statement.terms[2], {"a": sympy.Integer(0), "d": sympy.Integer(7)}
    )
    assert half.contains(0.5) and half.rad() < 1e-20
