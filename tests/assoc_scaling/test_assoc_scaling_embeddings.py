"""The law of the embeddings: the simulators against exact values and against each other.

Simulations have fixed seeds; each comparison would fail for a right simulator with probability
below ``FALSE_ALARM``, and there are fewer than 30 of them.
"""

import itertools
from fractions import Fraction
from math import comb, factorial, sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sympy import Eq, Piecewise, Rational, Sum, Symbol, binomial, ceiling, floor, log

from numerics.assoc_scaling import embeddings as numerics
from numerics.core.streams import Stream
from theory import Domain, Natural, Real, Status
from theory.assoc_scaling import embeddings as theory
from theory.core.evaluation import enclose
from theory.core.rule import examine
from theory.core.rules.hypotheses import HalfCountedTie, Logarithms

FALSE_ALARM = 1e-6
DRAWS = 20_000
PLANE = [[1.0, 0.0], [0.0, 1.0]]


def assert_mean(values, expected):
    """The mean of values in [0, 1] is what is expected, up to its own error."""
    error = sqrt(max(float(np.var(values)), 1 / len(values)) / len(values))
    allowed = stats.norm.isf(FALSE_ALARM / 2) * error
    assert abs(float(np.mean(values)) - expected) < allowed, (np.mean(values), expected, error)


# ------------------------------------------------------------------------- drawn memories


@pytest.mark.parametrize("seed", range(4))
def test_gaussian_inputs_have_the_student_law_of_any_lengths(seed):
    rng = np.random.default_rng(seed)
    N, d = [(3, 2), (5, 3), (8, 5), (4, 20)][seed]
    q, f, u = rng.standard_normal(N), rng.integers(0, 2, N), rng.standard_normal((2, d))
    w = u[f[1]] - u[1 - f[1]]
    signal = q[1] * (w @ u[f[1]])
    noise = sqrt(sum((q[k] * (w @ u[f[k]])) ** 2 for k in range(N) if k != 1))
    found = numerics.errors_with_inputs("gaussian", q, f, u, 1, Stream.of(1, seed), 0, DRAWS)
    assert_mean(found, float(stats.t.cdf(-sqrt(d) * signal / noise, d)))


@pytest.mark.parametrize(("N", "d"), [(2, 3), (3, 2), (4, 3), (5, 2)])
def test_sign_inputs_by_every_pattern(N, d):
    f = [x % 2 for x in range(N)]
    exact = numerics.sign_noise_error(N, d)
    outputs = [[1] + [0] * (d - 1), [0, 1] + [0] * (d - 2)]
    assert numerics.sign_memory_error(N, d, f, outputs) == exact
    found = numerics.errors_with_inputs("signs", np.ones(N), f, outputs, 0, Stream.of(2), 0, DRAWS)
    assert_mean(found, float(exact))


def test_inputs_from_the_sphere():
    # In space the heights of points of the sphere are uniform: two of them are below -1 in sum
    # with probability 1/8, one of them never is.
    u = np.eye(3)[:2]
    found = numerics.errors_with_inputs(
        "sphere", np.ones(3), [0, 1, 0], u, 0, Stream.of(3), 0, DRAWS
    )
    assert_mean(found, 1 / 8)
    alone = numerics.errors_with_inputs("sphere", [1, 1], [0, 1], u, 0, Stream.of(3), 0, 500)
    assert (alone == 0).all()


def test_memories_at_the_ends():
    for kind in numerics.INPUT_KINDS:
        arguments = (PLANE, 0, Stream.of(4), 0, 50)
        assert (numerics.errors_with_inputs(kind, [1.0], [0], *arguments) == 0).all()
        assert (numerics.errors_with_inputs(kind, [-1.0], [0], *arguments) == 1).all()
        assert (numerics.errors_with_inputs(kind, [0.0], [0], *arguments) == 0.5).all()
        same = [[1.0, 0.0], [1.0, 0.0]]
        tied = numerics.errors_with_inputs(kind, [1.0], [0], same, 0, Stream.of(4), 0, 5)
        assert (tied == 0.5).all()


def test_replicates_do_not_depend_on_each_other():
    for kind in numerics.INPUT_KINDS:
        arguments = (kind, [1, 2, 1.5], [0, 1, 0], PLANE, 0, Stream.of(5))
        whole = numerics.errors_with_inputs(*arguments, 0, 64)
        assert (numerics.errors_with_inputs(*arguments, 20, 30) == whole[20:50]).all()


# ------------------------------------------------------------------------- exact noise


@given(st.integers(2, 8), st.integers(1, 30))
def test_sign_noise_is_a_binomial_tail(N, d):
    signs = (N - 1) * d
    below = sum(comb(signs, c) for c in range(signs + 1) if 2 * c - signs < -d)
    at = sum(comb(signs, c) for c in range(signs + 1) if 2 * c - signs == -d)
    assert numerics.sign_noise_error(N, d) == Fraction(2 * below + at, 2 ** (signs + 1))


def test_sign_noise_by_enumeration():
    for N, d in ((2, 4), (3, 3), (4, 2)):
        halves = 0
        for signs in itertools.product((-1, 1), repeat=(N - 1) * d):
            total = sum(signs)
            halves += 2 * (total < -d) + (total == -d)
        assert numerics.sign_noise_error(N, d) == Fraction(halves, 2 ** ((N - 1) * d + 1))
    assert numerics.sign_noise_error(1, 5) == 0
    assert numerics.sign_noise_error(2, 1) == Fraction(1, 4)


def test_the_labels_and_outputs_do_not_matter():
    one = numerics.sign_memory_error(3, 3, [0, 0, 0], [[1, 0, 0], [0, 1, 0]])
    two = numerics.sign_memory_error(3, 3, [1, 0, 1], [[3, 4, 0], [0, 3, 4]])
    assert one == two == numerics.sign_noise_error(3, 3)
    # ... but lengths do
    assert numerics.sign_memory_error(3, 3, [1, 0, 1], [[9, 0, 0], [0, 1, 0]]) != one


@pytest.mark.parametrize("N", [4, 5, 7])
def test_sphere_noise_in_space_is_a_sum_of_uniform_variables(N):
    # Irwin and Hall: n uniform variables on [0, 1] add up to less than s.
    n, s = N - 1, Fraction(N - 2, 2)
    terms = ((-1) ** k * comb(n, k) * (s - k) ** n for k in range(n + 1) if k < s)
    exact = Fraction(sum(terms), factorial(n))
    value, error = numerics.sphere_noise_error(N, 3, 10)
    assert abs(float(value) - float(exact)) <= error + 1e-15
    assert error < 1e-8


@pytest.mark.parametrize("d", [5, 6, 11])
def test_sphere_noise_of_two_heights_by_quadrature(d):
    with mpmath.workdps(30):
        power = mpmath.mpf(d - 3) / 2
        whole = mpmath.beta(power + 1, mpmath.mpf(1) / 2)

        def density(t):
            return (1 - t * t) ** power / whole

        def below(t):  # the other height is below -1 - t
            return mpmath.quad(density, [-1, -1 - t])

        exact = mpmath.quad(lambda t: density(t) * below(t), [-1, -0.5, 0])
    value, error = numerics.sphere_noise_error(3, d, 10)
    assert abs(float(value - exact)) <= error + 1e-12 * float(exact)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.errors_with_inputs("x", [1], [0], PLANE, 0, Stream.of(0), 0, 1), "kind"),
        (
            lambda: numerics.errors_with_inputs("signs", [1, 1], [0], PLANE, 0, Stream.of(0), 0, 1),
            "length",
        ),
        (
            lambda: numerics.errors_with_inputs("signs", [1], [2], PLANE, 0, Stream.of(0), 0, 1),
            "labels",
        ),
        (
            lambda: numerics.errors_with_inputs("signs", [1], [0], PLANE, 1, Stream.of(0), 0, 1),
            "token",
        ),
        (
            lambda: numerics.errors_with_inputs("signs", [1], [0], PLANE, 0, Stream.of(0), -1, 1),
            "first",
        ),
        (lambda: numerics.sign_memory_error(5, 4, [0] * 5, [[1] * 4] * 2), "size times dimension"),
        (lambda: numerics.sign_memory_error(2, 2, [0], [[1, 0], [0, 1]]), "labels"),
        (lambda: numerics.sign_noise_error(0, 2), "inputs"),
        (lambda: numerics.sign_noise_error(2, 0), "dimension"),
        (lambda: numerics.sphere_noise_error(1, 3), "inputs"),
        (lambda: numerics.sphere_noise_error(3, 2), "dimension"),
        (lambda: numerics.sphere_noise_error(3, 3, 5), "digits"),
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


def test_exponents_are_in_order():
    # Gaussian input embeddings err most, those from the sphere least.
    for N in (3, 4, 10, 1000):
        at = {"N": Rational(N)}
        exponents = (theory.gaussian_exponent, theory.sign_exponent, theory.sphere_exponent)
        gaussian, signs, sphere = (float(enclose(e, at).mid()) for e in exponents)
        assert sphere < signs < gaussian < 0
    assert float(theory.sphere_exponent.subs(theory.several.symbol, 3)) == pytest.approx(
        float(log(Rational(3, 4)))
    )


def test_half_counted_ties():
    size = Natural("n", at_least=1)
    n, k = size.symbol, Symbol("k", integer=True, nonnegative=True)

    def cases(end):
        return Piecewise((1, 2 * k < end), (Rational(1, 2), Eq(2 * k, end)), (0, True))

    def status(before, after, at):
        return examine(HalfCountedTie(at=at), before, after, Domain(size)).status

    before = Sum(binomial(3 * n, k) * cases(n), (k, 0, 3 * n))

    def upto(end):
        return Sum(binomial(3 * n, k), (k, 0, end))

    right = (upto(floor(n / 2)) + upto(ceiling(n / 2) - 1)) / 2
    assert status(before, right, n / 2) is Status.PROVED
    assert status(before, upto(floor(n / 2)), n / 2) is not Status.PROVED
    assert status(before, right, n) is not Status.PROVED
    # the tie lies beyond the range
    far = Sum(binomial(3 * n, k) * cases(8 * n), (k, 0, 3 * n))
    beyond = (upto(4 * n) + upto(4 * n - 1)) / 2
    assert status(far, beyond, 4 * n) is not Status.PROVED


def test_algebra_of_logarithms():
    a, b = Real("a", above=1), Real("b", above=0)
    domain = Domain(a, b)
    x, y = a.symbol, b.symbol

    def status(before, after):
        return examine(Logarithms(), before, after, domain).status

    assert status(log((x - 1) * y**2), log(x - 1) + 2 * log(y)) is Status.PROVED
    assert status(log((x - 1) * y), log(x - 1) - log(y)) is not Status.PROVED
    assert status(log(x - 1 + y), log(x - 1) + log(y)) is not Status.PROVED
    assert status(log((x - 2) ** 2), 2 * log(x - 2)) is not Status.PROVED  # x may be below 2
