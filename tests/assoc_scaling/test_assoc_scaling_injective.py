"""Injective maps: the simulation, the derivations, and the rule for deltas inside functions."""

import math

import mpmath
import numpy as np
import pytest
from scipy import stats
from sympy import KroneckerDelta, Ne, Sum, Symbol, exp, oo

from numerics.assoc_scaling import injective as numerics
from numerics.core.streams import Stream
from theory import Domain, Natural, Status
from theory.assoc_scaling import injective as theory
from theory.core.rule import examine
from theory.core.rules.deltas import InnerDeltas
from theory.core.rules.monotone import EachTerm


def test_two_inputs_err_like_a_student_tail():
    # the gap of the scores is (1 - c) r (r + g), whatever the cosine c of the two outputs
    wrong = numerics.misread(2, 5, Stream.of(0, "two"), 0, 20_000)
    expected = stats.t.cdf(-math.sqrt(5), 5)
    assert abs(wrong.mean() - expected) < 5 * math.sqrt(expected / 20_000)


def test_replicates_over_zipf():
    stream = Stream.of(1, "zipf")
    beyond = numerics.left_out(2.0, 6)
    assert beyond == pytest.approx(float(mpmath.zeta(2, 7) / mpmath.zeta(2)), rel=1e-13)
    values = numerics.zipf_errors(2.0, 6, 4, stream, 0, 500)
    wrong = numerics.misread(6, 4, stream, 0, 500)
    assert np.array_equal(values == 1.0, wrong)
    assert np.allclose(values[~wrong], beyond)
    assert np.array_equal(values[100:200], numerics.zipf_errors(2.0, 6, 4, stream, 100, 100))


def test_far_fewer_inputs_than_the_square_of_the_dimension_are_stored():
    stream = Stream.of(2, "quadratic")
    few = numerics.misread(200, 100, stream, 0, 300).mean()
    many = numerics.misread(4000, 100, stream, 0, 100).mean()
    assert few < 0.05
    assert many > 0.9


def test_crowding_is_bounded_and_fades():
    stream = Stream.of(3, "crowding")
    for stored, d in ((4, 60), (40, 400), (200, 1500)):
        bound = numerics.crowding_bound(stored, d, slack=10.0)
        wrong = numerics.misread(stored, d, stream, 0, 500)
        assert wrong.mean() <= bound + 1e-12
    assert numerics.crowding_bound(4000, 100) == 1.0
    bounds = [numerics.crowding_bound(50, d) for d in (1000, 2000, 4000)]
    assert bounds[0] >= bounds[1] >= bounds[2]
    assert bounds[2] < 1e-20


def test_the_error_is_what_is_left_out():
    stored = numerics.quadratic_size(2.0, 10**4)
    assert stored == int(10**4 * 9999 / (128 * 6 * math.log(10**4) ** 2))
    value, error = numerics.zipf_error(2.0, stored, 10**4)
    assert value == numerics.left_out(2.0, stored)
    assert error < 1e-9 * value
    far = numerics.quadratic_size(3.0, 10**60)
    value, error = numerics.zipf_error(3.0, far, 10**60)
    assert value == pytest.approx(0.5 / float(mpmath.zeta(3)) / float(far) ** 2, rel=1e-12)
    assert error < 1e-9 * value


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: numerics.misread(0, 3, Stream.of(0, "x"), 0, 1), "classes"),
        (lambda: numerics.left_out(1.0, 3), "exponent"),
        (lambda: numerics.left_out(2.0, 0), "stored"),
        (lambda: numerics.zipf_errors(2.0, 3, 0, Stream.of(0, "x"), 0, 1), "dimension"),
        (lambda: numerics.crowding_bound(1, 3), "stored"),
        (lambda: numerics.zipf_error(1.0, 5, 300), "exponent"),
        (lambda: numerics.quadratic_size(2.0, 1), "dimension"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    "name",
    ["injective_input", "injective_threshold", "injective_rate_bounds", "injective_rate"],
)
def test_derivations_rest_on_cited_theorems_alone(name):
    assert getattr(theory, name).derivation_report().worst is Status.CITED


N = Natural("N", at_least=2, meaning="a count")
i, j, a = (Symbol(name, integer=True, positive=True) for name in "ija")
x = Natural("x", at_least=1, meaning="an index")
HERE = Domain(N, x, where=(x <= N,))


def holds(before, after, rule, domain=HERE):
    return examine(rule, before, after, domain).status is Status.PROVED


def test_sums_of_deltas_inside_functions():
    inside = Sum((1 - KroneckerDelta(i, x)) * KroneckerDelta(i, a), (i, 1, N))
    others = Sum((1 - KroneckerDelta(a, x)) * exp(inside), (a, 1, N))
    assert holds(
        others, Sum((1 - KroneckerDelta(a, x)) * exp(1), (a, 1, N)), EachTerm(InnerDeltas())
    )
    assert not holds(others, Sum(1 - KroneckerDelta(a, x), (a, 1, N)), EachTerm(InnerDeltas()))
    # where a may be x the inner sum may be 0
    every = Sum(exp(inside), (a, 1, N))
    assert not holds(every, Sum(exp(1), (a, 1, N)), EachTerm(InnerDeltas()))


def test_known_differences_and_ranges():
    apart = Domain(N, x, where=(x <= N, Ne(x, N)))
    same = KroneckerDelta(x, N)
    total = exp(Sum(same * KroneckerDelta(i, x), (i, 1, N)))
    assert holds(total, exp(0), InnerDeltas(), apart)
    assert not holds(total, exp(0), InnerDeltas())
    beyond = exp(Sum(KroneckerDelta(i, x + N), (i, 1, N)))  # x + N is out of range
    assert not holds(beyond, exp(1), InnerDeltas())
    infinite = exp(-Sum(KroneckerDelta(i, x), (i, 1, oo)))  # is left as it is
    assert holds(infinite, infinite, InnerDeltas())
    double = exp(Sum(Sum(KroneckerDelta(i, j), (i, 1, N)), (j, 1, N)))
    assert holds(double, exp(N), InnerDeltas())
