"""Power-law weights with classes that come in turn: the quadrature against draws and other laws."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from numerics.assoc_scaling import graded_classes as numerics
from theory import Status
from theory.assoc_scaling import graded_classes as theory


def constant(alpha, b, classes):
    return numerics.crowding(alpha, b, classes)[0] / (classes * b * special.zeta(alpha))


@pytest.mark.parametrize(("alpha", "b"), [(2.0, 2.0), (2.0, 1.0), (1.5, 0.75), (3.0, 0.75)])
def test_two_classes_have_the_moment_of_one_normal(alpha, b):
    # either class is missed when a normal of the whole energy exceeds the signal
    power = (alpha - 1) / b
    half = stats.norm.expect(lambda g: g**power, lb=0)
    expected = 2 * special.zeta(2 * b) ** (power / 2) * half / power
    assert numerics.crowding(alpha, b, 2)[0] == pytest.approx(expected, rel=1e-6)


def test_two_classes_err_like_a_student_tail():
    alpha, b, d = 2.0, 2.0, 150
    x = np.arange(1, 200_001.0)
    share = x ** (-2 * b) / special.zeta(2 * b)
    tails = stats.t.cdf(-np.sqrt(d * share / (1 - share)), d)
    expected = x**-alpha @ tails + special.zeta(alpha, len(x) + 1.0) / 2
    value, error = numerics.graded_error(alpha, b, 2, d)
    assert value == pytest.approx(expected / special.zeta(alpha), rel=1e-5)
    assert error < 1e-5 * value


def test_the_error_against_draws_of_the_scores():
    alpha, b, classes, d = 1.6, 0.9, 3, 120
    rng = np.random.default_rng(5)
    x = np.arange(1, 3001)
    weights, own = x**-b, (x - 1) % classes
    energies = np.bincount(own, weights=weights**2)
    energies += special.zeta(2 * b, (x[-classes:] + classes) / classes) * classes ** (-2 * b)
    law = x**-alpha / special.zeta(alpha)
    replicates = []
    for _ in range(3000):
        noise, length = rng.standard_normal(classes), math.sqrt(rng.chisquare(d))
        scores = np.tile(np.sqrt(energies) * noise, (len(x), 1))
        rest = np.sqrt(energies[own] - weights**2) * noise[own] + length * weights
        scores[np.arange(len(x)), own] = rest
        replicates.append(law @ (scores.argmax(axis=1) != own))
    beyond = special.zeta(alpha, x[-1] + 1.0) / special.zeta(alpha)
    mean, spread = np.mean(replicates), np.std(replicates) / math.sqrt(len(replicates))
    value, _ = numerics.graded_error(alpha, b, classes, d)
    assert mean - 5 * spread <= value <= mean + 5 * spread + beyond


def test_three_classes_by_nested_integrals():
    alpha, b = 2.0, 2.0
    spreads = np.sqrt(3.0 ** (-2 * b) * special.zeta(2 * b, np.arange(1, 4) / 3))
    total = 0.0
    for z in range(3):
        others = np.delete(spreads, z)

        def missed(s, own=spreads[z], others=others):
            def ahead(g):
                return stats.norm.pdf(g) * (
                    1
                    - special.ndtr((s + own * g) / others[0])
                    * special.ndtr((s + own * g) / others[1])
                )

            return integrate.quad(ahead, -9, 9, limit=200, points=[-s / own])[0]

        # s = u**2 takes the root out of the power alpha - 1 over b, less 1
        total += integrate.quad(lambda u: 2 * missed(u * u), 0, 3.5, epsrel=1e-6)[0]
    assert numerics.crowding(alpha, b, 3)[0] == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize(
    ("alpha", "b", "classes", "known"),
    [(2, 2, 5, 0.33122), (2, 1, 5, 0.39528), (1.5, 1.5, 5, 0.48602), (2, 2, 2, 0.25490)],
)
def test_constants_computed_elsewhere(alpha, b, classes, known):
    assert constant(alpha, b, classes) == pytest.approx(known, abs=2e-5)


def test_the_derivation_rests_on_one_cited_theorem():
    report = theory.many_classes_rho_rate.derivation_report()
    assert [step.status for step in report.steps].count(Status.CITED) == 1
    assert report.worst is Status.CITED


def test_more_classes_err_more():
    values = [numerics.graded_error(2.0, 2.0, classes, 1000)[0] for classes in (2, 3, 6)]
    assert np.all(np.diff(values) > 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.crowding(1.0, 2.0, 3), "exponent"),
        (lambda: numerics.crowding(2.0, 0.5, 3), "decay"),
        (lambda: numerics.crowding(2.0, 2.0, 1), "classes"),
        (lambda: numerics.graded_error(2.0, 2.0, 3, 99), "dimension"),
        (lambda: numerics.graded_error(2.0, 2.0, 200, 150), "dimension"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()
