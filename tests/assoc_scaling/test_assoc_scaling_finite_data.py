"""The formulas of the section against references that are written out here, not taken from it.

Nothing is drawn at random but the points themselves: no test can fail by chance.
"""

from fractions import Fraction
from itertools import product
from math import comb, exp, log, pi, sqrt

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from theory.assoc_scaling import finite_data as theory
from theory.core.evaluation import enclose
from verify.core.balls import side_values

HEAD = 200_000  # tokens summed one by one; the rest is an integral by the midpoint rule


def reference_mass(alpha, damping, tail):
    """Sum of p(x) damping(p(x)), and a bound on its error.

    ``tail(v)`` is the integral of u^(-1/alpha) damping(u) over u from 0 to v. Beyond the head the
    summand is convex or tiny, so that the midpoint rule errs by less than its slope over 24.
    """
    z = float(mpmath.zeta(alpha))
    x = np.arange(1, HEAD + 1, dtype=float)
    p = x**-alpha / z
    last = (HEAD + 0.5) ** -alpha / z
    head = float(np.sum((p * damping(p))[::-1]))
    rest = tail(last) * z ** (-1 / alpha) / alpha
    return head + rest, 4e-14 + last * (alpha + 1) / HEAD / 24


def unseen(alpha, samples):
    """The unseen mass after that many samples."""

    def tail(v):
        a, b = 1 - 1 / alpha, samples + 1.0
        return float(special.betainc(a, b, v) * special.beta(a, b))

    return reference_mass(alpha, lambda p: np.exp(samples * np.log1p(-p)), tail)


def poissonised(alpha, rate):
    """The same with a Poisson number of samples."""

    def tail(v):
        a = 1 - 1 / alpha
        return float(special.gammainc(a, rate * v) * special.gamma(a)) * rate**-a

    return reference_mass(alpha, lambda p: np.exp(-rate * p), tail)


def value(expression, **environment):
    """The number that an expression of the section stands for, to 15 digits."""
    exact = {
        name: sympy.nsimplify(v) if v == int(v) else _dyadic(v) for name, v in environment.items()
    }
    ball = enclose(expression, exact, 60)
    assert ball.rad() <= 1e-15 * (1 + abs(ball.mid()))
    return float(ball.mid())


def _dyadic(number):
    return sympy.Rational(*number.as_integer_ratio())


exponents = st.floats(1.05, 5)
many = st.floats(0, log(1e6)).map(lambda t: round(exp(t)))


def test_the_reference_itself_adds_up_to_one():
    for alpha in (1.05, 1.5, 2.0, 5.0):
        for mass in (unseen(alpha, 0), poissonised(alpha, 1e-300)):
            assert mass[0] == pytest.approx(1, abs=1e-12)


# --------------------------------------------------------------------------- exact values


def test_rational_values_of_the_alternating_sum():
    listed = {
        2: "1 3/5 3/7 61/175 589/1925 244701/875875",
        4: "1 1/7 523/7007 7933/119119",
    }
    for alpha, values in listed.items():
        for samples, expected in enumerate(values.split()):
            at = {theory.alpha.symbol: alpha, theory.T.symbol: samples}
            assert sympy.simplify(theory.alternating_sum.subs(at).doit()) == sympy.Rational(
                expected
            )


def bernoulli(n):
    """B_0, ..., B_n from their recurrence."""
    numbers = [Fraction(1)]
    for m in range(1, n + 1):
        numbers.append(-sum(comb(m + 1, k) * numbers[k] for k in range(m)) / (m + 1))
    return numbers


@pytest.mark.parametrize("alpha", [2, 4])
def test_even_exponents_are_rational_by_euler_s_formula(alpha):
    # zeta(2m) = |B_2m| (2 pi)^2m / (2 (2m)!): the powers of pi cancel in every term of the sum.
    numbers = bernoulli(6 * alpha)

    def over_pi(s):
        return abs(numbers[s]) * 2 ** (s - 1) / Fraction(sympy.factorial(s).p)

    for samples in range(6):
        expected = sum(
            (-1) ** k * comb(samples, k) * over_pi(alpha * (k + 1)) / over_pi(alpha) ** (k + 1)
            for k in range(samples + 1)
        )
        assert value(theory.alternating_sum, alpha=alpha, T=samples) == pytest.approx(
            float(expected), rel=1e-14
        )


def test_leading_constant_at_two():
    kappa = theory.kappa.subs(theory.alpha.symbol, 2)
    assert sympy.simplify(kappa - sympy.sqrt(6) / (2 * sympy.sqrt(sympy.pi))) == 0
    assert float(kappa) == pytest.approx(sqrt(6) / (2 * sqrt(pi)), rel=1e-15)


@given(exponents, st.integers(1, 40))
@settings(max_examples=40)
def test_alternating_sum_is_the_unseen_mass(alpha, samples):
    mass, error = unseen(alpha, samples)
    assert abs(value(theory.alternating_sum, alpha=alpha, T=samples) - mass) <= error + 1e-14


# ------------------------------------------------------------------------ bracket, growth


@given(exponents, many)
@settings(max_examples=60)
def test_bracket_holds_and_is_not_idle(alpha, samples):
    mass, error = unseen(alpha, samples)
    centre = value(theory.beta_form, alpha=alpha, T=samples)
    height = value(theory.remainder, T=samples)
    assert abs(mass - centre) <= height + error
    assert height == pytest.approx((samples / (samples + 1)) ** samples / (samples + 1), rel=1e-9)


def test_bracket_is_used_up_to_two_fifths():
    ratios = {
        (alpha, samples): abs(
            unseen(alpha, samples)[0] - value(theory.beta_form, alpha=alpha, T=samples)
        )
        / value(theory.remainder, T=samples)
        for alpha in (3, 4, 5)
        for samples in (2, 3)
    }
    assert ratios[4, 2] == pytest.approx(0.413, abs=5e-4)
    assert ratios[5, 2] == pytest.approx(0.428, abs=5e-4)
    assert max(ratios.values()) == ratios[5, 2]


@given(st.floats(1.1, 2))
@settings(max_examples=25)
def test_correction_is_right_to_first_order(alpha):
    def departure(samples):
        mass, _ = unseen(alpha, samples)
        lead = value(theory.kappa, alpha=alpha) * samples ** (1 / alpha - 1)
        claimed = value(theory.finite_data_correction.statement.rhs, alpha=alpha, T=samples)
        return abs((1 - mass / lead) / claimed - 1)

    # What is left is of order 1/T: ten times the samples leave about a tenth.
    assert departure(1000) < 0.01
    assert departure(10_000) < 0.2 * departure(1000)


@given(st.floats(1.05, 2))
@settings(max_examples=25)
def test_poissonised_mass_is_a_power_beyond_all_orders(alpha):
    def departure(rate):
        mass, _ = poissonised(alpha, rate)
        return abs(mass / (value(theory.kappa, alpha=alpha) * rate ** (1 / alpha - 1)) - 1)

    floor = 1e-12  # of the reference, in doubles
    assert departure(3000) <= departure(30) * 100.0**-3 + floor


# ------------------------------------------------------------------------ finitely many inputs


def zipf(alpha, size):
    weights = [Fraction(1, x**alpha) for x in range(1, size + 1)]
    return [weight / sum(weights) for weight in weights]


@given(st.integers(0, 3), st.integers(1, 30), st.integers(0, 50))
@settings(max_examples=40)
def test_finite_bounds_hold_in_rational_arithmetic(alpha, size, samples):
    law = zipf(alpha, size)
    mass = sum(p * (1 - p) ** samples for p in law)
    low, high = law[-1] * (1 - law[-1]) ** samples, (1 - law[-1]) ** samples
    assert low <= mass <= high
    left, _, right = theory.finite_data_finite_N.statement.terms
    point = {"alpha": alpha, "N": size, "T": samples}
    sides = side_values(theory.finite_data_finite_N, point, {}, left, right)
    assert [float(side.mid()) for side in sides] == pytest.approx(
        [float(low), float(high)], rel=1e-13
    )


def test_floors_of_a_hundred_inputs_and_five_classes():
    law = [float(p) for p in zipf(2, 100)]
    point = {"N": 100, "M": 5, "p": tuple(law)}
    for samples, floor, digits in (
        (1024, 0.01255, 1e-5),
        (10240, 0.001454, 1e-6),
        (102400, 7.4e-7, 5e-9),
    ):
        environment = {"M": sympy.Integer(5), "N": sympy.Integer(100), "T": sympy.Integer(samples)}
        environment["p"] = tuple(map(_dyadic, point["p"]))
        formula = float(enclose(theory.minimax_risk, environment).mid())
        direct = 0.8 * sum(p * exp(samples * np.log1p(-p)) for p in law)
        assert formula == pytest.approx(direct, rel=1e-9)
        assert abs(formula - floor) <= digits


# ------------------------------------------------------------------------------ minimax


def averaged(law, classes, samples, learner):
    """A learner's error over all labellings and datasets, one by one."""
    size, total = len(law), Fraction(0)
    for labels in product(range(classes), repeat=size):
        for data in product(range(size), repeat=samples):
            chance = Fraction(1)
            for token in data:
                chance *= law[token]
            seen = tuple((token, labels[token]) for token in data)
            for token in range(size):
                if learner(seen, token) != labels[token]:
                    total += chance * law[token]
    return total / classes**size


def floor_of(law, classes, samples):
    """The section's formula, exactly."""
    total = sympy.Rational(0)
    for p in law:
        total += (
            sympy.Rational(p.numerator, p.denominator)
            * (1 - sympy.Rational(p.numerator, p.denominator)) ** samples
        )
    environment = {
        "M": sympy.Integer(classes),
        "N": sympy.Integer(len(law)),
        "T": sympy.Integer(samples),
        "p": tuple(sympy.Rational(p.numerator, p.denominator) for p in law),
    }
    ball = enclose(theory.minimax_risk, environment)
    exact = (1 - sympy.Rational(1, classes)) * total
    assert abs(float(ball.mid()) - float(exact)) <= 1e-15
    return Fraction(int(exact.p), int(exact.q))


laws = (
    st.lists(st.integers(0, 6), min_size=1, max_size=3)
    .filter(any)
    .map(lambda counts: [Fraction(count, sum(counts)) for count in counts])
)


@given(laws, st.integers(1, 3), st.integers(0, 3), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_no_rule_whatever_beats_the_floor(law, classes, samples, chance):
    answers = {}

    def learner(seen, token):  # any function of the data: drawn when it is first asked
        return answers.setdefault((seen, token), chance.randrange(classes))

    assert averaged(law, classes, samples, learner) >= floor_of(law, classes, samples)


@given(laws, st.integers(1, 3), st.integers(0, 3), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_every_rule_that_recalls_attains_the_floor(law, classes, samples, chance):
    answers = {}

    def learner(seen, token):
        guess = answers.setdefault((seen, token), chance.randrange(classes))
        return dict(seen).get(token, guess)

    assert averaged(law, classes, samples, learner) == floor_of(law, classes, samples)
