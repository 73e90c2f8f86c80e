"""Many classes of equal size: the quadrature against simulation and other laws, and the rules."""

import math

import numpy as np
import pytest
from scipy import integrate, stats
from sympy import Integral, Symbol, oo

from numerics.assoc_scaling import many_classes as numerics
from numerics.assoc_scaling import schemes, thresholds
from numerics.core.streams import Stream
from theory import Domain, Natural, NormalCDF, NormalPDF, Real, Status, enclose
from theory.assoc_scaling import many_classes as theory
from theory.core.rule import examine
from theory.core.rules.profiles import ConstantFactors, PowerOfProbability


@pytest.mark.parametrize(("each", "d"), [(1, 2), (3, 7), (50, 30), (10**6, 10**7)])
def test_two_classes_are_the_scheme_of_equal_weights(each, d):
    value, error = numerics.stored_error(2, each, d)
    if each == 1:  # two inputs
        assert value == pytest.approx(stats.t.cdf(-math.sqrt(d), d), abs=1e-12)
    expected, other = schemes.fill_error(d, 2 * each)
    assert abs(value - expected) <= error + other + 1e-13
    whole, _ = numerics.zipf_error(2.0, 2, each, d)
    assert whole == pytest.approx(thresholds.threshold_error(2.0, 0.0, d, 2 * each)[0], rel=1e-10)


@pytest.mark.parametrize(("classes", "each", "d"), [(3, 2, 4), (12, 3, 15)])
def test_the_quadrature_against_simulated_memories(classes, each, d):
    wrong = numerics.misread(classes, each, d, Stream.of(0, "many"), 0, 20_000)
    value, _ = numerics.stored_error(classes, each, d)
    assert abs(wrong.mean() - value) < 5 * math.sqrt(value * (1 - value) / 20_000)


def test_one_input_a_class_is_a_single_integral():
    classes, d = 6, 5  # without noise of its own class the others must stay below r
    expected, _ = integrate.quad(
        lambda r: stats.chi(d).pdf(r) * (1 - stats.norm.cdf(r) ** (classes - 1)), 0, 20
    )
    assert numerics.stored_error(classes, 1, d)[0] == pytest.approx(expected, rel=1e-8)


def test_more_classes_of_the_same_size_err_more():
    values = [numerics.stored_error(classes, 10, 20)[0] for classes in (2, 3, 5, 20, 500)]
    assert np.all(np.diff(values) > 0)
    assert values[-1] < 1


def test_far_tails_keep_their_digits():
    value, error = numerics.stored_error(2, 10, 10**4)
    assert 0 < value < 1e-40
    assert error < 1e-20
    by_union, _ = numerics.stored_error(11, 10**4, 10**7)
    one, _ = numerics.stored_error(2, 10**4, 10**7)
    assert by_union == pytest.approx(10 * one, rel=0.05)


def test_sizes():
    assert numerics.logarithmic_size(2.0, 10**4) == int(1e4 / (4 * math.log(1e4)))
    assert numerics.logarithmic_size(3.0, 2) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.stored_error(1, 2, 3), "classes"),
        (lambda: numerics.stored_error(2, 0, 3), "per_class"),
        (lambda: numerics.stored_error(2, 1, 0), "dimension"),
        (lambda: numerics.zipf_error(1.0, 2, 1, 3), "exponent"),
        (lambda: numerics.logarithmic_size(2.0, 1), "dimension"),
        (lambda: numerics.misread(5, 2, 3, Stream.of(0, "x"), 0, 1), "orthonormal"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    "name",
    [
        "normal_convolution",
        "many_classes_exact",
        "many_classes_bounds",
        "many_classes_threshold",
        "many_classes_rate_bounds",
        "many_classes_rate",
    ],
)
def test_derivations_are_proved(name):
    assert getattr(theory, name).derivation_report().worst is Status.PROVED


@pytest.mark.parametrize(
    "name", ["many_classes_crossover", "many_classes_union", "many_classes_rho"]
)
def test_derivations_rest_on_cited_theorems_alone(name):
    assert getattr(theory, name).derivation_report().worst is Status.CITED


def test_with_two_classes_the_union_is_exact():
    here = {"N": 3, "M": 2, "d": 4, "q": (1, 2, 1), "f": (1, 2, 1), "x": 1}
    two = enclose(theory.many_classes_union.statement.terms[1], here)
    assert float(two.mid()) == pytest.approx(stats.t.cdf(-2 / math.sqrt(5), 4), abs=1e-14)


k = Natural("k", at_least=1, meaning="an exponent")
c = Real("c", meaning="a level")
e = Real("e", above=0, meaning="an exponent")
HERE = Domain(k, c, e)
u, w = Symbol("u", real=True), Symbol("w", positive=True)


def holds(rule, before, after):
    return examine(rule, before, after, HERE).status is Status.PROVED


def test_powers_of_probabilities():
    chance = NormalCDF(c)
    assert holds(PowerOfProbability("<="), 1 - chance**k, k * (1 - chance))
    assert holds(PowerOfProbability(">="), 1 - chance**k, 1 - chance)
    assert not holds(PowerOfProbability("<="), 1 - chance**k, 1 - chance)
    assert not holds(PowerOfProbability(">="), 1 - chance**k, k * (1 - chance))
    assert not holds(PowerOfProbability("<="), 1 - chance**e, e * (1 - chance))
    assert not holds(PowerOfProbability("<="), 1 - c**k, k * (1 - c))
    assert not holds(PowerOfProbability("<="), c * (1 - chance**k), c * k * (1 - chance))


def test_constant_factors():
    inside = Integral((k - 1) * NormalPDF(u), (u, -oo, oo))
    outside = (k - 1) * Integral(NormalPDF(u), (u, -oo, oo))
    assert holds(ConstantFactors(), inside, outside)
    assert not holds(ConstantFactors(), inside, k * Integral(NormalPDF(u), (u, -oo, oo)))
    double = Integral(w * NormalPDF(u) * NormalCDF(u + w), (u, -oo, oo), (w, 0, 1))
    nested = Integral(w * Integral(NormalPDF(u) * NormalCDF(u + w), (u, -oo, oo)), (w, 0, 1))
    assert holds(ConstantFactors(), double, nested)
    wrong = w * Integral(Integral(NormalPDF(u) * NormalCDF(u + w), (u, -oo, oo)), (w, 0, 1))
    assert not holds(ConstantFactors(), double, wrong)
