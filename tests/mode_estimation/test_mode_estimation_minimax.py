"""Minimax risks by linear programming, Bayes risks by other estimators, and query strategies."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from numerics.mode_estimation import minimax as numerics
from numerics.mode_estimation import prefactor

LAWS = {
    2: (Fraction(3, 5), Fraction(2, 5)),
    3: (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
    4: (Fraction(2, 5), Fraction(3, 10), Fraction(1, 5), Fraction(1, 10)),
}


@st.composite
def laws(draw, most=4):
    """A law with one mode, in falling order."""
    others = sorted(draw(st.lists(st.integers(0, 20), min_size=1, max_size=most - 1)), reverse=True)
    weights = (others[0] + draw(st.integers(1, 20)), *others)
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def by_linear_program(law, samples):
    """The least worst error over all randomised estimators."""
    size = len(law)
    sequences = list(product(range(size), repeat=samples))
    orders = list(permutations(range(size)))
    # variables: the worst error, then the probability of each guess after each sequence
    count = 1 + len(sequences) * size
    upper, right = [], []
    for order in orders:
        rank = [order.index(label) for label in range(size)]
        row = np.zeros(count)
        row[0] = -1.0
        for position, sequence in enumerate(sequences):
            weight = math.prod(float(law[rank[label]]) for label in sequence)
            for guess in range(size):
                row[1 + position * size + guess] = weight * (guess != order[0])
        upper.append(row)
        right.append(0.0)
    equal = np.zeros((len(sequences), count))
    for position in range(len(sequences)):
        equal[position, 1 + position * size : 1 + (position + 1) * size] = 1.0
    cost = np.zeros(count)
    cost[0] = 1.0
    solved = linprog(cost, upper, right, equal, np.ones(len(sequences)), bounds=(0, 1))
    return solved.fun


@pytest.mark.parametrize(("size", "samples"), [(2, 0), (2, 4), (3, 1), (3, 3), (4, 2)])
def test_linear_program_agrees(size, samples):
    below, above = numerics.minimax_risk(LAWS[size], samples)
    assert below == above
    assert by_linear_program(LAWS[size], samples) == pytest.approx(float(below), abs=1e-9)


def test_values_of_the_dossier():
    law = (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5))
    assert float(numerics.bayes_risk(law, 6)) == pytest.approx(0.3605, abs=5e-5)
    law = (Fraction(4, 9), Fraction(3, 9), Fraction(2, 9))
    assert float(numerics.bayes_risk(law, 7)) == pytest.approx(0.4458203680600899, rel=1e-14)
    assert numerics.bayes_risk(LAWS[4], 5) == Fraction("0.50976")


@given(laws(), st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_empirical_mode_is_a_bayes_estimator(law, samples):
    risk = numerics.empirical_mode_risk(law, samples)
    assert numerics.bayes_risk(law, samples) == risk
    assert prefactor.union_of_pairs(law, samples).error == risk


@given(laws(most=3), st.integers(1, 3), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_no_estimator_at_random_does_better(law, samples, random):
    table, denominator = numerics.average_losses(law, samples)
    loss = sum(row[random.randrange(len(law))] for row in table)
    assert Fraction(loss, denominator) >= numerics.empirical_mode_risk(law, samples)
    best = Fraction(sum(min(row) for row in table), denominator)
    assert best == numerics.bayes_risk(law, samples)


def test_no_strategy_of_two_queries_does_better():
    """Three labels, two samples, two questions whether a sample is in a set, then a guess."""
    law, samples = LAWS[3], 2
    table, denominator = numerics.average_losses(law, samples)
    sequences = list(product(range(3), repeat=samples))
    queries = [
        (which, set(inside)) for which in range(samples) for inside in combinations(range(3), 1)
    ]

    def loss(members):
        return min((sum(table[i][guess] for i in members) for guess in range(3)), default=0)

    def split(members, query):
        which, inside = query
        yes = [i for i in members if sequences[i][which] in inside]
        return yes, [i for i in members if i not in yes]

    best = min(
        sum(
            min(sum(map(loss, split(part, second))) for second in queries)
            for part in split(range(len(sequences)), first)
        )
        for first in queries
    )
    assert Fraction(best, denominator) >= numerics.empirical_mode_risk(law, samples)
    everything = Fraction(sum(min(row) for row in table), denominator)
    assert everything == numerics.empirical_mode_risk(law, samples)


def test_two_points_against_all_sequences():
    mode, second, rest = LAWS[3]
    for samples in (0, 1, 4):
        total = Fraction(0)
        for sequence in product(range(3), repeat=samples):
            one = math.prod(((mode, second, rest)[label] for label in sequence), start=Fraction(1))
            two = math.prod(((second, mode, rest)[label] for label in sequence), start=Fraction(1))
            total += min(one, two)
        assert numerics.two_point_risk(mode, second, samples) == total / 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: numerics.bayes_risk((Fraction(1, 2), Fraction(1, 2)), 2),
        lambda: numerics.bayes_risk((0.6, 0.4), 2),
        lambda: numerics.bayes_risk((), 2),
        lambda: numerics.empirical_mode_risk(LAWS[3], 50),
        lambda: numerics.empirical_mode_risk(LAWS[3], 2, mode=1),
        lambda: numerics.average_losses(LAWS[2][::-1], 2),
        lambda: numerics.two_point_risk(Fraction(2, 3), Fraction(2, 3), 2),
        lambda: numerics.two_point_risk(Fraction(1, 3), Fraction(1, 3), -1),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        call()


def test_one_label():
    assert numerics.bayes_risk((Fraction(1),), 3) == 0
    assert numerics.minimax_risk((Fraction(1),), 3) == (0, 0)
