"""The unseen mass: honest error bounds, exact games, and draws that agree."""

import itertools
import time
from fractions import Fraction

import numba
import numpy as np
import pytest
from flint import arb, ctx, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics.assoc_scaling.finite_data import (
    LEARNERS,
    average_risk,
    poissonised_mass,
    unseen_draws,
    unseen_mass,
)
from numerics.assoc_scaling.learners import MEMORISING
from numerics.core.streams import Stream
from numerics.core.zipf import zipf_probabilities

# Statistical tests have fixed seeds; a correct implementation would fail with this probability.
FALSE_ALARM = 1e-6

RELATIVE = 1e-12  # promised for exponents in (1, 6] and up to a million samples


def reference(exponent, samples, *, poisson=False):
    """The mass as an Arb ball: a head of balls, then Hurwitz zetas with alternating signs."""
    ctx.prec = 160
    a, t = arb(exponent), arb(samples)
    c = 1 / a.zeta()
    start = max(2, int(float((10 * t * c) ** (1 / a))) + 1)
    head = arb(0)
    for x in range(1, start):
        p = c / arb(x) ** a
        head += p * ((-t * p).exp() if poisson else (1 - p) ** samples)
    # T p(start) <= 1/10, so the terms fall at least tenfold and the sum lies within the last one.
    tail, coefficient = arb(0), c
    for k in range(40):
        term = coefficient * (a * (k + 1)).zeta(arb(start))
        tail += term if k % 2 == 0 else -term
        coefficient *= (t if poisson else t - k) * c / (k + 1)
        if not coefficient > 0:
            return head + tail
    return head + tail + arb(0, abs(float(term)))


def binomial_reference(exponent, samples):
    """The same by the binomial theorem: an alternating sum, with the digits it needs."""
    ctx.prec = 200 + 2 * samples
    a = arb(exponent)
    total = arb(0)
    for k in range(samples + 1):
        term = fmpz.bin_uiui(samples, k) * (a * (k + 1)).zeta() / a.zeta() ** (k + 1)
        total += term if k % 2 == 0 else -term
    return total


def assert_honest(value, bound, expected):
    distance = abs(arb(value) - expected)
    assert distance <= arb(bound), f"{value} is off by {distance}, the bound says {bound}"
    assert bound <= RELATIVE * value


CASES = [
    *itertools.product((1.05, 1.1, 1.5, 2.0, 3.7, 5.0, 6.0), (1, 2, 3, 10, 1000)),
    (1.05, 20_000),
    *itertools.product((1.7, 2.0, 5.0), (10**6,)),
    *itertools.product((4.0, 6.0), (10**12,)),
]


@pytest.mark.parametrize(("exponent", "samples"), CASES)
def test_unseen_mass_within_its_bound(exponent, samples):
    assert_honest(*unseen_mass(exponent, samples), reference(exponent, samples))


@pytest.mark.parametrize(
    ("exponent", "rate"), [*CASES, (2.0, 1e-3), (2.0, 5e-324), (1.3, 0.7), (3.0, 12345.6)]
)
def test_poissonised_mass_within_its_bound(exponent, rate):
    assert_honest(*poissonised_mass(exponent, rate), reference(exponent, rate, poisson=True))


@pytest.mark.parametrize("exponent", [1.0001, 1.05, 2.0, 5.0, 20.0, 64.0])
@pytest.mark.parametrize("samples", [1, 7, 120])
def test_unseen_mass_against_the_binomial_theorem(exponent, samples):
    assert_honest(*unseen_mass(exponent, samples), binomial_reference(exponent, samples))


@pytest.mark.parametrize("exponent", [1.05, 5.0])
def test_nothing_seen_nothing_known(exponent):
    assert unseen_mass(exponent, 0) == (1.0, 0.0)
    assert unseen_mass(exponent, 0, size=7) == (1.0, 0.0)
    assert poissonised_mass(exponent, 0) == (1.0, 0.0)


@given(st.floats(1.0001, 64), st.integers(1, 10**15))
@settings(deadline=None, max_examples=150)
def test_unseen_mass_decreases_and_is_convex_in_samples(exponent, samples):
    points = [unseen_mass(exponent, samples + step) for step in (-1, 0, 1)]
    (before, e0), (value, e1), (after, e2) = points
    assert 0 <= value <= before + e0 + e1
    assert 2 * value <= before + after + e0 + 2 * e1 + e2
    poisson, error = poissonised_mass(exponent, float(samples))
    assert poisson >= value - e1 - error  # exp(-p) >= 1 - p


@given(st.floats(1.01, 6), st.integers(1, 10**6))
@settings(deadline=None, max_examples=100)
def test_relative_precision_keeps_its_promise(exponent, samples):
    value, bound = unseen_mass(exponent, samples)
    assert bound <= RELATIVE * value


def test_many_samples_cost_nothing():
    unseen_mass(1.05, 1)
    start = time.perf_counter()
    for samples in (10**6, 10**9, 10**12):
        unseen_mass(1.05, samples)
    assert time.perf_counter() - start < 1  # it takes a millisecond


@given(st.integers(0, 5), st.integers(1, 12), st.integers(0, 30))
@settings(deadline=None, max_examples=100)
def test_finite_size_against_rationals(exponent, size, samples):
    weights = [Fraction(1, x**exponent) for x in range(1, size + 1)]
    law = [w / sum(weights) for w in weights]
    exact = sum(p * (1 - p) ** samples for p in law)
    value, bound = unseen_mass(exponent, samples, size)
    assert abs(Fraction(value) - exact) <= bound
    assert bound <= 1e-12 * value


def test_a_large_finite_size_approaches_infinity():
    infinite, _ = unseen_mass(4.0, 1000)
    finite, _ = unseen_mass(4.0, 1000, size=200_000)
    assert finite == pytest.approx(infinite, abs=1e-14)


def test_one_token_is_learnt_at_once():
    assert unseen_mass(2.0, 0, size=1) == (1.0, 0.0)
    assert unseen_mass(2.0, 1, size=1) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("exponent", "samples", "size"),
    [(2.0, 30, None), (1.05, 30, None), (4.0, 3, None), (0.0, 10, 12), (1.0, 40, 25)],
)
def test_draws_have_the_unseen_mass(exponent, samples, size):
    count = 100_000
    hits = int(unseen_draws(exponent, samples, Stream.of(8, samples), 0, count, size).sum())
    mass, _ = unseen_mass(exponent, samples, size)
    assert stats.binomtest(hits, count, mass).pvalue > FALSE_ALARM


@pytest.mark.parametrize("size", [None, 9])
def test_draws_do_not_depend_on_blocks_or_threads(size):
    stream = Stream.of(9)
    whole = unseen_draws(1.5, 20, stream, 100, 60, size)
    parts = [unseen_draws(1.5, 20, stream, 100 + i, 15, size) for i in range(0, 60, 15)]
    assert whole.tolist() == np.concatenate(parts).tolist()
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert whole.tolist() == unseen_draws(1.5, 20, stream, 100, 60, size).tolist()
    finally:
        numba.set_num_threads(threads)


def test_more_samples_only_help_in_each_draw():
    stream = Stream.of(10)
    draws = [unseen_draws(1.5, samples, stream, 0, 300) for samples in (0, 1, 5, 50)]
    assert draws[0].all()
    for fewer, more in itertools.pairwise(draws):
        assert not (more & ~fewer).any()


def test_degenerate_draws():
    stream = Stream.of(11)
    assert unseen_draws(2.0, 5, stream, 0, 0).shape == (0,)
    assert not unseen_draws(2.0, 1, stream, 0, 50, size=1).any()
    assert unseen_draws(2.0, 0, stream, 0, 50, size=1).all()


def brute_force_risk(law, classes, samples, learner):
    """Every labelling, every data set and every fresh token, one at a time."""
    size = len(law)
    total = Fraction(0)
    for labels in itertools.product(range(classes), repeat=size):
        for data in itertools.product(range(size), repeat=samples):
            chance = Fraction(1)
            for x in data:
                chance *= law[x]
            for x in range(size):
                guess = learner({y: labels[y] for y in data}, x, classes)
                wrong = guess != labels[x] if isinstance(guess, int) else 1 - guess[labels[x]]
                total += chance * law[x] * wrong
    return total / classes**size


LAW = [Fraction(6, 11), Fraction(3, 11), Fraction(2, 11)]


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize(("classes", "samples"), [(1, 2), (2, 0), (2, 3), (3, 2)])
def test_average_risk_against_brute_force(name, classes, samples):
    learner = LEARNERS[name]
    assert average_risk(LAW, classes, samples, learner) == brute_force_risk(
        LAW, classes, samples, learner
    )


def test_learners_do_as_they_say():
    seen = {3: 1, 0: 2, 4: 1}
    for learner in MEMORISING.values():
        assert [learner(seen, x, 3) for x in seen] == [1, 2, 1]
    assert LEARNERS["memorising-constant"](seen, 1, 3) == 0
    assert LEARNERS["memorising-majority"](seen, 1, 3) == 1
    assert LEARNERS["memorising-nearest"](seen, 1, 3) == 2
    assert LEARNERS["memorising-uniform"](seen, 1, 3) == (Fraction(1, 3),) * 3
    assert [LEARNERS["forgetful"](seen, x, 3) for x in (3, 0, 4, 1)] == [0, 2, 1, 0]
    assert [LEARNERS["contrarian"](seen, x, 3) for x in (3, 0, 4)] == [2, 0, 2]
    assert LEARNERS["memoryless"](seen, 4, 3) == LEARNERS["memoryless"]({}, 4, 3) == 1


@pytest.mark.parametrize("name", LEARNERS)
def test_one_class_leaves_no_error(name):
    assert average_risk(LAW, 1, 2, LEARNERS[name]) == 0


def test_the_game_is_fast_enough():
    law = [Fraction(x, 10) for x in (4, 3, 2, 1)]
    start = time.perf_counter()
    for learner in LEARNERS.values():
        average_risk(law, 3, 4, learner)
    assert time.perf_counter() - start < 5  # it takes half a second


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: unseen_mass(1.0, 3),
        lambda: unseen_mass(65.0, 3),
        lambda: unseen_mass(float("nan"), 3),
        lambda: unseen_mass(2.0, -1),
        lambda: unseen_mass(2.0, 1.0),
        lambda: unseen_mass(2.0, 2**53 + 1),
        lambda: unseen_mass(-0.5, 3, size=4),
        lambda: unseen_mass(2.0, 3, size=0),
        lambda: poissonised_mass(1.0, 3),
        lambda: poissonised_mass(2.0, -1.0),
        lambda: poissonised_mass(2.0, float("inf")),
        lambda: unseen_draws(1.0, 3, Stream.of(0), 0, 5),
        lambda: unseen_draws(2.0, -3, Stream.of(0), 0, 5),
        lambda: unseen_draws(2.0, 3, Stream.of(0), -1, 5),
        lambda: unseen_draws(2.0, 3, Stream.of(0), 0, -5),
        lambda: average_risk([], 2, 1, LEARNERS["forgetful"]),
        lambda: average_risk([Fraction(1, 2)], 2, 1, LEARNERS["forgetful"]),
        lambda: average_risk([Fraction(3, 2), Fraction(-1, 2)], 2, 1, LEARNERS["forgetful"]),
        lambda: average_risk([0.5, 0.5], 2, 1, LEARNERS["forgetful"]),
        lambda: average_risk(LAW, 0, 1, LEARNERS["forgetful"]),
        lambda: average_risk(LAW, 2, -1, LEARNERS["forgetful"]),
        lambda: average_risk(LAW, 2, 1, lambda seen, token, classes: classes),
        lambda: average_risk(LAW, 2, 1, lambda seen, token, classes: (Fraction(1),)),
    ],
)
def test_bad_arguments_raise(wrong):
    with pytest.raises(ValueError, match=r"must be|no law on"):
        wrong()


def test_probabilities_of_the_draws_and_the_sum_are_the_same_law():
    p = zipf_probabilities(1.3, 50)
    value, _ = unseen_mass(1.3, 17, size=50)
    assert value == pytest.approx(float(np.sum(p * (1 - p) ** 17)), rel=1e-13)
