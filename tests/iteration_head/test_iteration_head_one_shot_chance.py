"""Laws of states and best guesses against plain enumeration."""

from collections import Counter, defaultdict
from fractions import Fraction
from functools import reduce
from itertools import product

import pytest
from sympy import Integer

from numerics.iteration_head import one_shot_chance as numerics
from theory.core.evaluation import enclose, substitute
from theory.iteration_head import one_shot_chance as theory

SIZES = [(2, 4), (3, 5), (5, 4), (7, 3)]


def last_states(p, length):
    """Every word with its last state."""
    for word in product(range(1, p), repeat=length):
        yield word, reduce(lambda s, x: (s * x + 1) % p, word)


@pytest.mark.parametrize(("p", "length"), SIZES)
def test_laws_by_enumeration(p, length):
    for steps in range(1, length + 1):
        counts = Counter(state for _, state in last_states(p, steps))
        expected = [Fraction(counts[state], (p - 1) ** steps) for state in range(p)]
        assert numerics.state_law(numerics.polynomial_step(p), p, range(1, p), steps) == expected


@pytest.mark.parametrize(("p", "length"), SIZES)
def test_best_guesses_by_enumeration(p, length):
    for missing in range(1, length + 1):
        seen = defaultdict(Counter)
        for word, state in last_states(p, length):
            seen[word[: missing - 1] + word[missing:]][state] += 1
        right = sum(max(counts.values()) for counts in seen.values())
        assert numerics.accuracy_without(
            numerics.polynomial_step(p), p, range(1, p), length, missing
        ) == Fraction(right, (p - 1) ** length)


def test_what_is_not_seen_later_does_not_matter_less():
    step = numerics.polynomial_step(5)
    for j in range(1, 5):
        accuracies = {numerics.accuracy_without(step, 5, range(1, 5), L, j) for L in range(j, 6)}
        assert len(accuracies) == 1


@pytest.mark.parametrize("p", [2, 3, 5, 11])
def test_the_recursion_is_the_law(p):
    for t in range(1, 8):
        chance = numerics.state_law(numerics.polynomial_step(p), p, range(1, p), t)[0]
        here = {"p": Integer(p), "t": Integer(t)}
        ball = enclose(theory.zero_chance.definition, here)
        assert abs(float(ball) - float(chance)) < 1e-12
        closed = substitute(theory.closed(theory.t.symbol), here)
        assert closed == Integer(chance.numerator) / chance.denominator


def test_the_plateau_of_eleven_states():
    law = numerics.state_law(numerics.polynomial_step(11), 11, range(1, 11), 2)
    assert max(law) == Fraction(1, 10)
    law = numerics.state_law(numerics.polynomial_step(11), 11, range(1, 11), 30)
    assert float(max(law)) == pytest.approx(1 / 11)


def test_without_a_prime_zero_is_met_otherwise():
    law = numerics.state_law(numerics.polynomial_step(4), 4, range(1, 4), 3)
    assert law[0] != Fraction(2, 9)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: numerics.polynomial_step(1),
        lambda: numerics.state_law(numerics.parity_step, 2, (0, 1), 0),
        lambda: numerics.accuracy_without(numerics.parity_step, 2, (0, 1), 0, 1),
        lambda: numerics.accuracy_without(numerics.parity_step, 2, (0, 1), 3, 4),
        lambda: numerics.accuracy_without(numerics.parity_step, 2, (0, 1), 3, 0),
        lambda: numerics.accuracy_without(numerics.parity_step, 2, (0, 1), 40, 3),
    ],
)
def test_bad_arguments(wrong):
    with pytest.raises(ValueError):
        wrong()
