"""Answers in one shot against exact arithmetic, plain loops, and rules that must refuse."""

from fractions import Fraction
from functools import reduce
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Lambda, Max, Product, Rational, Sum, Symbol, symbols

from numerics.iteration_head import one_shot
from theory import Domain, Natural, Real, Status
from theory.core.evaluation import enclose
from theory.core.rule import examine
from theory.iteration_head.one_shot_rules import LargestOf, Ramps, Recursion, SolvesRecursion

PRIMES = (2, 3, 5, 7, 11)


def whole(matrix):
    """A matrix of whole numbers as fractions."""
    assert np.array_equal(matrix, np.rint(matrix))
    return [[Fraction(int(entry)) for entry in row] for row in matrix]


def times(matrix, vector):
    return [sum(m * v for m, v in zip(row, vector, strict=True) if m) for row in matrix]


def exact_logits(transformer, tokens):
    """Logits at the end, in fractions; scores are logarithms of whole numbers, or 0."""
    positions = transformer.positions.copy()
    places = [column for column in range(positions.shape[1]) if positions[1:, column].any()]
    logarithms = [c for c in places if not np.array_equal(positions[:, c], positions[:, c] > 0)]
    positions[:, logarithms] = 0.0
    embedded = whole(transformer.tokens), whole(positions)
    streams = [
        [a + b for a, b in zip(embedded[0][token], embedded[1][place], strict=True)]
        for place, token in enumerate(tokens)
    ]
    for layer in transformer.layers:
        values = [times(whole(layer.attention.value), stream) for stream in streams]
        rising = bool(layer.attention.key.any())
        output = whole(layer.attention.output)
        network = layer.feed_forward
        inward, outward = whole(network.inward), whole(network.outward)
        after = []
        for place, stream in enumerate(streams):
            weights = [j + 1 if rising else 1 for j in range(place + 1)]
            read = [
                sum(w * values[j][channel] for j, w in enumerate(weights)) / sum(weights)
                for channel in range(len(values[0]))
            ]
            moved = [s + o for s, o in zip(stream, times(output, read), strict=True)]
            hidden = [max(h, Fraction(0)) for h in times(inward, moved)]
            after.append([s + o for s, o in zip(moved, times(outward, hidden), strict=True)])
        streams = after
    return times(whole(transformer.unembedding), streams[-1])


@pytest.mark.parametrize(("p", "n"), [(2, 3), (3, 3), (5, 2)])
def test_polynomial_iteration_in_fractions(p, n):
    transformer = one_shot.polynomial_transformer(p, n)
    for inputs in product(range(1, p), repeat=n):
        state = reduce(lambda s, x: (s * x + 1) % p, inputs)
        logits = exact_logits(transformer, (p, *inputs, p + 1))
        expected = [Fraction(0)] * (p + 3)
        expected[state] = Fraction(2, (n + 2) * (n + 3))
        assert logits == expected


def test_parity_in_fractions():
    transformer = one_shot.parity_transformer(4)
    for bits in product(range(2), repeat=4):
        logits = exact_logits(transformer, (2, *bits, 3))
        assert logits[sum(bits) % 2] == Fraction(1, 6)
        assert sum(logits) == Fraction(1, 6)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_polynomial_iteration_of_any_length(data):
    p = data.draw(st.sampled_from(PRIMES))
    inputs = data.draw(st.lists(st.integers(1, p - 1), min_size=1, max_size=16))
    longest = len(inputs) + data.draw(st.integers(0, 3))
    transformer = one_shot.polynomial_transformer(p, longest)
    answer = reduce(lambda s, x: (s * x + 1) % p, inputs)
    prompts = one_shot.prompts(p, [inputs])
    assert one_shot.ends_rightly(transformer, prompts, [answer]).all()
    assert one_shot.margins(transformer, prompts, [answer]) == pytest.approx(
        2 / ((len(inputs) + 2) * (len(inputs) + 3)), rel=1e-8
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=60))
def test_parity_of_any_length(bits):
    transformer = one_shot.parity_transformer(max(1, sum(bits)), len(bits))
    prompts = one_shot.prompts(2, [bits])
    assert one_shot.ends_rightly(transformer, prompts, [sum(bits) % 2]).all()


def test_positions_do_not_matter_for_parity():
    transformer = one_shot.parity_transformer(7)
    assert not transformer.positions.any()


@pytest.mark.parametrize("p", PRIMES)
def test_zero_as_an_input_is_beyond_the_construction(p):
    words = one_shot.words(range(p), 3)
    answers = one_shot.iterated(lambda s, x: (s * x + 1) % p, words)
    transformer = one_shot.polynomial_transformer(p, 3)
    right = one_shot.ends_rightly(transformer, one_shot.prompts(p, words), answers)
    assert right[(words > 0).all(axis=1)].all()
    assert not right.all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_scans_are_the_iteration(states, inputs, length, seed):
    generator = np.random.default_rng(seed)
    task = generator.integers(0, states, size=(states, inputs))
    words = generator.integers(0, inputs, size=(5, length))
    layers = (length - 1).bit_length()
    read = one_shot.scanned_states(task, words, layers)
    for first in range(states):
        for word, row in zip(words, read[first], strict=True):
            state = first
            for letter, seen in zip(word, row, strict=True):
                state = task[state][letter]
                assert seen == state


def test_doubling():
    assert [one_shot.window(layers) for layers in range(5)] == [1, 2, 4, 8, 16]
    lengths = range(1, 20)
    assert [one_shot.least_layers(n) for n in lengths] == [(n - 1).bit_length() for n in lengths]


def test_words():
    assert one_shot.words((3, 5), 0).shape == (1, 0)
    assert one_shot.words((3, 5), 2).tolist() == [[3, 3], [3, 5], [5, 3], [5, 5]]
    assert one_shot.prompts(2, [[0, 1]]).tolist() == [[2, 0, 1, 3]]


@pytest.mark.parametrize("p", [2, 3, 5, 7, 11, 13, 17, 41])
def test_primitive_roots(p):
    g = one_shot.primitive_root(p)
    assert sorted(pow(g, e, p) for e in range(p - 1)) == list(range(1, p))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: one_shot.primitive_root(9),
        lambda: one_shot.primitive_root(1),
        lambda: one_shot.polynomial_transformer(4, 3),
        lambda: one_shot.polynomial_transformer(5, 0),
        lambda: one_shot.parity_transformer(0),
        lambda: one_shot.parity_transformer(3, 0),
        lambda: one_shot.scan_transformer([[0, 2], [1, 1]], 3, 2),
        lambda: one_shot.scan_transformer([0, 1], 3, 2),
        lambda: one_shot.scan_transformer([[0]], 0, 2),
        lambda: one_shot.window(-1),
        lambda: one_shot.least_layers(0),
        lambda: one_shot.words((0, 1), -1),
    ],
)
def test_bad_arguments(wrong):
    with pytest.raises(ValueError):
        wrong()


# ------------------------------------------------------------------ rules

n = Natural("n", at_least=1)
c = Natural("c")
i = Symbol("i", integer=True, positive=True)
e = Symbol("e", integer=True, nonnegative=True)
k = Symbol("k", integer=True, positive=True)
a = Symbol("a", real=True)
powers = Recursion(Lambda((i, a), 3 * a), 1, 0, n.symbol)
HERE = Domain(n, c)


def found(rule, before, after, domain=HERE):
    return examine(rule, before, after, domain).status


def test_solutions_of_recursions():
    assert found(SolvesRecursion(3**e, e), powers, 3**n.symbol) is Status.PROVED
    assert found(SolvesRecursion(3**e, e), 2 * powers, 2 * 3**n.symbol) is Status.PROVED
    assert found(SolvesRecursion(3**e, e), 3**n.symbol, powers) is Status.PROVED
    factorial = Recursion(Lambda((i, a), i * a), 1, 0, n.symbol)
    closed = Product(k, (k, 1, e))
    assert found(SolvesRecursion(closed, e), factorial, closed.subs(e, n.symbol)) is Status.PROVED
    squares = Recursion(Lambda((i, a), a + i**2), 0, 0, n.symbol)
    closed = Sum(k**2, (k, 1, e))
    assert found(SolvesRecursion(closed, e), squares, closed.subs(e, n.symbol)) is Status.PROVED


@pytest.mark.parametrize(
    ("closed", "at", "recursion", "after"),
    [
        (2**e, e, powers, 2**n.symbol),  # another step
        (2 * 3**e, e, powers, 2 * 3**n.symbol),  # another start
        (3**e, e, powers, 3 ** (n + 1)),  # another end
        (3**i, i, powers, 3**n.symbol),  # a positive index does not reach 0
        (
            3**e,
            e,
            powers.func(Lambda((i, a), 3 * a), 1, 0, n - 2),
            3 ** (n - 2),
        ),  # before the first
        (3**e, e, powers.func(Lambda((i, a), 3 * a), 1, 0, n / 2), 3 ** (n / 2)),  # no whole number
        (1 + e - e, e, powers.func(Lambda((i, a), a), 2, 0, n.symbol), Integer(1)),
    ],
)
def test_what_does_not_solve_a_recursion(closed, at, recursion, after):
    assert found(SolvesRecursion(closed, at), recursion, after) is not Status.PROVED


def test_assumptions_on_bound_symbols_are_seen_to():
    positive = Symbol("a", positive=True)
    # SymPy takes |a| for a, although the value is negative
    wrong = Recursion(Lambda((i, positive), abs(positive)), -1, 0, n.symbol)
    assert found(SolvesRecursion(Integer(-1), e), wrong, Integer(-1)) is not Status.PROVED


@given(st.integers(-3, 3), st.integers(0, 6))
def test_recursions_in_balls(start, last):
    value = Fraction(start)
    for index in range(1, last + 1):
        value = value / 3 + index
    recursion = Recursion(Lambda((i, a), a / 3 + i), start, 0, c.symbol)
    ball = enclose(recursion, {"c": Integer(last)})
    assert (
        ball.contains(enclose(Rational(value.numerator, value.denominator), {}).mid())
        or abs(float(ball) - float(value)) < 1e-12
    )


def test_ramps():
    here = Domain(n, c, where=(c <= n.symbol,))
    ramps = Sum(k * Max(0, c - k), (k, 1, n))
    rest = Sum(k * (c - k), (k, 1, c))
    assert found(Ramps(up_to=c), ramps, rest, here) is Status.PROVED
    assert found(Ramps(up_to=c), ramps, rest, Domain(n, c)) is not Status.PROVED
    assert (
        found(Ramps(up_to=c - 1), ramps, Sum(k * (c - k), (k, 1, c - 1)), here) is not Status.PROVED
    )
    assert found(Ramps(up_to=c), ramps, Sum(k * (c - k), (k, 1, n)), here) is not Status.PROVED
    downward = Sum(k * Max(0, k - c), (k, 1, n))
    assert found(Ramps(up_to=c), downward, Sum(k * (k - c), (k, 1, c)), here) is not Status.PROVED


def test_largest():
    x = Real("x", at_least=0, at_most=1)
    here = Domain(x)
    both = Max(x.symbol, x.symbol**2 / 2)
    assert found(LargestOf(x), both, x.symbol, here) is Status.PROVED
    assert found(LargestOf(x.symbol**2 / 2), both, x.symbol**2 / 2, here) is not Status.PROVED
    assert found(LargestOf(2 * x), both, 2 * x, here) is not Status.PROVED
    y, z = symbols("y z", real=True)
    assert found(LargestOf(y), Max(y, z), y, Domain(Real("y"), Real("z"))) is not Status.PROVED
