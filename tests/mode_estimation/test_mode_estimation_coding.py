"""Huffman trees against all trees, against bitarray's, and against the bounds in whole numbers."""

from fractions import Fraction
from itertools import combinations_with_replacement, permutations
from math import log2, prod

import numpy as np
import pytest
from bitarray.util import huffman_code
from hypothesis import given
from hypothesis import strategies as st
from sympy import Function, Integer, Symbol, ceiling, floor

from numerics.mode_estimation import codes
from theory import Domain, Real, Status
from theory.core.rule import examine
from theory.core.rules.monotone import ByRemark, OneSign
from theory.mode_estimation.code_rules import Rounded, ZeroOrOne

few = st.lists(st.integers(0, 60), min_size=1, max_size=7)
positive = st.lists(st.integers(1, 500), min_size=1, max_size=30)


def every_length_vector(m, depth=0):
    """Depths of the leaves, from left to right, of every binary tree with m leaves."""
    if m == 1:
        yield (depth,)
        return
    for left in range(1, m):
        for one in every_length_vector(left, depth + 1):
            for other in every_length_vector(m - left, depth + 1):
                yield one + other


@given(few)
def test_huffman_is_the_best_of_all_trees(weights):
    assert codes.huffman_cost(weights) == codes.least_cost(weights)


def test_every_list_of_small_weights():
    for m in range(1, 7):
        for weights in combinations_with_replacement(range(5), m):
            assert codes.huffman_cost(weights) == codes.least_cost(weights)


@pytest.mark.parametrize("weights", [(4,), (1, 2), (3, 3, 1), (0, 5, 1, 2), (3, 2, 2, 1, 1)])
def test_the_least_cost_by_writing_out_all_trees(weights):
    vectors = set(every_length_vector(len(weights)))
    least = min(
        codes.cost(order, lengths) for order in permutations(weights) for lengths in vectors
    )
    assert codes.least_cost(weights) == least


@given(positive)
def test_lengths_are_those_of_a_code_of_the_same_cost_as_bitarrays(weights):
    lengths = codes.huffman_lengths(weights)
    assert sum(Fraction(1, 2 ** int(length)) for length in lengths) == 1
    assert codes.cost(weights, lengths) == codes.huffman_cost(weights)
    if len(weights) > 1:
        code = huffman_code(dict(enumerate(weights)))
        assert codes.cost(weights, [len(code[k]) for k in range(len(weights))]) == codes.cost(
            weights, lengths
        )


@given(positive)
def test_between_entropy_and_one_more_in_whole_numbers(weights):
    total, cost = sum(weights), codes.huffman_cost(weights)
    entropy = prod(weight**weight for weight in weights) << cost
    assert total**total <= entropy < total**total << total


@given(st.lists(st.integers(1, 10**6), min_size=3, max_size=60))
def test_gallagers_bounds(weights):
    p = [Fraction(weight, sum(weights)) for weight in weights]
    top, excess = float(max(p)), codes.redundancy(p)
    if 2 * max(p) < 1:
        assert excess <= top + 1 - 1 / np.log(2) + log2(1 / np.log(2)) + 1e-12
    else:
        assert excess <= 2 - top + top * log2(top) + (1 - top) * log2(1 - top) + 1e-12


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=12))
def test_the_cited_bound_when_one_probability_is_known(weights):
    p = [Fraction(weight, sum(weights)) for weight in weights]
    excess = codes.redundancy(p)
    for w in (float(share) for share in p if 2 * share < 1):
        assert excess <= 1 + w + w * log2(w) + (1 - w) * log2(1 - w) + 1e-12


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=12), st.integers(1, 3000))
def test_a_class_of_no_interest(weights, trash):
    total = sum(weights) + trash
    others = sum(weight / total * log2(total / weight) for weight in weights)
    assert codes.huffman_cost([*weights, trash]) / total <= 1 + others + 1e-12


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_two_samples_cost_twice_as_much(weights):
    assert codes.least_joint_cost(weights) == 2 * sum(weights) * codes.least_cost(weights)


def test_a_weight_of_zero_is_not_dropped():
    assert codes.huffman_cost((2, 1, 0)) == codes.least_cost((2, 1, 0)) == 4
    assert codes.huffman_cost((2, 1)) == 3


def test_sets_below_internal_nodes_weigh_as_much_as_the_tree_costs():
    weights = (35, 17, 17, 16, 15)
    rows = codes.huffman_ancestors(weights)
    masses = [sum(w for w, below in zip(weights, row, strict=True) if below) for row in rows]
    assert (len(rows), sum(masses)) == (4, codes.huffman_cost(weights))
    assert rows[-1] == (1,) * 5


def test_other_trees():
    weights = (35, 17, 17, 16, 15)
    assert codes.cost(weights, codes.shannon_fano_lengths(weights)) == 231
    assert codes.huffman_cost(weights) == 230
    assert codes.shannon_fano_lengths((1,)) == [0]
    assert [sorted(codes.balanced_lengths(m)) for m in (1, 2, 3, 5)] == [
        [0],
        [1, 1],
        [1, 2, 2],
        [2, 2, 2, 3, 3],
    ]


def test_exact_arithmetic():
    third = Fraction(1, 3)
    assert codes.huffman_cost((third,) * 3) == codes.least_cost((third,) * 3) == Fraction(5, 3)
    assert codes.least_joint_cost((third,) * 3) == Fraction(10, 3)
    assert codes.huffman_cost((10**40, 1, 1)) == 10**40 + 4
    assert codes.redundancy((Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))) == 0
    assert codes.redundancy((1,)) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: codes.huffman_cost([]),
        lambda: codes.huffman_cost([1, -1]),
        lambda: codes.huffman_cost([float("nan")]),
        lambda: codes.huffman_cost(["1"]),
        lambda: codes.huffman_lengths([True]),
        lambda: codes.huffman_ancestors([1]),
        lambda: codes.least_cost([1] * 13),
        lambda: codes.least_cost([0.5, 0.5]),
        lambda: codes.least_cost([10**12, 1]),
        lambda: codes.least_joint_cost([1] * 7),
        lambda: codes.shannon_fano_lengths([]),
        lambda: codes.balanced_lengths(0),
        lambda: codes.redundancy([1, 0]),
        lambda: codes.cost([1, 2], [1]),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError) as problem:
        call()
    assert "\n" not in str(problem.value)


# ------------------------------------------------------------------ the rules

X = Real("x", above=0)
HERE = Domain(X)
x = X.symbol


@pytest.mark.parametrize(
    ("rule", "before", "after", "holds"),
    [
        (Rounded(ceiling(x), x + 1), 3 * ceiling(x), 3 * x + 3, True),
        (Rounded(ceiling(x), x, ">="), ceiling(x) + 1, x + 1, True),
        (Rounded(ceiling(x), x), 2 ** -ceiling(x), 2**-x, True),
        (Rounded(floor(x), x), floor(x), x, True),
        (Rounded(floor(x), x - 1, ">="), floor(x), x - 1, True),
        (Rounded(ceiling(x), x), ceiling(x), x, False),
        (Rounded(ceiling(x), x + 1, ">="), ceiling(x), x + 1, False),
        (Rounded(ceiling(x), x + 1), -ceiling(x), -x - 1, False),
        (Rounded(ceiling(x), x + Integer(1) / 2), ceiling(x), x + Integer(1) / 2, False),
        (Rounded(ceiling(x), x + 1), 3 * ceiling(x), 3 * x + 2, False),
        (Rounded(x, x + 1), x, x + 1, False),
    ],
)
def test_rounding(rule, before, after, holds):
    assert (examine(rule, before, after, HERE).status is Status.PROVED) is holds


def test_a_mark_of_zero_or_one():
    mark = Symbol("mark", real=True)
    low, high = (Function(name, real=True)(X.symbol) for name in ("low", "high"))
    domain = Domain(X, remarks=("mark", "order"))
    order, nothing = ByRemark("order", bound=(low, high)), OneSign()
    step = mark * low, mark * high
    rule = ZeroOrOne(mark, "mark", zero=nothing, one=order)
    assert examine(rule, *step, domain).status is Status.PROVED
    for wrong in (
        ZeroOrOne(mark, "unsaid", zero=nothing, one=order),
        ZeroOrOne(mark, "mark", zero=order, one=order),
        ZeroOrOne(mark, "mark", zero=nothing, one=nothing),
        ZeroOrOne(x, "mark", zero=nothing, one=order),
    ):
        assert examine(wrong, *step, domain).status is not Status.PROVED
