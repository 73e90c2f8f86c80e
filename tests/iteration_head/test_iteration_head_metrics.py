"""Scores of attention maps: against loops in plain Python, and at their ends."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from numerics.iteration_head import metrics


def maps(size, sequences=3, seed=0):
    return metrics.causal_attention(
        np.random.default_rng(seed).normal(size=(sequences, size, size))
    )


def test_attention_is_the_softmax_over_visible_keys():
    scores = np.random.default_rng(1).normal(size=(2, 6, 6)) * 50
    found = metrics.causal_attention(scores)
    for sequence in range(2):
        for query in range(6):
            visible = softmax(scores[sequence, query, : query + 1])
            assert found[sequence, query, : query + 1] == pytest.approx(visible, rel=1e-13)
            assert not found[sequence, query, query + 1 :].any()


def test_huge_scores_do_not_overflow():
    head = metrics.end_of_input_head(3, 1e300)
    assert head[5, 4] == 1.0
    assert np.isfinite(head).all()


@given(st.integers(1, 7), st.integers(0, 3), st.integers(0, 100))
def test_the_scores_against_loops(length, padding, seed):
    first, second = (
        maps(2 * length + 2 + padding, seed=seed),
        maps(2 * length + 2 + padding, seed=-seed % 7),
    )
    found = metrics.layer_scores(first, second, length)
    at_states = [
        first[sequence, query, length + 1]
        for sequence in range(3)
        for query in range(length + 2, 2 * length + 2)
    ]
    diagonal = [
        second[sequence, length + t, t] for sequence in range(3) for t in range(1, length + 1)
    ]
    assert found.first == pytest.approx(sum(at_states) / len(at_states))
    assert found.second == pytest.approx(sum(diagonal) / len(diagonal))
    assert found.first_threshold == pytest.approx(sum(w > 0.5 for w in at_states) / len(at_states))
    assert found.second_threshold == pytest.approx(sum(w > 0.5 for w in diagonal) / len(diagonal))


def test_the_ideal_head_scores_one():
    length, size = 5, 13
    first, second = np.zeros((size, size)), np.zeros((size, size))
    first[:, length + 1] = 1.0
    for t in range(1, length + 1):
        second[length + t, t] = 1.0
    assert metrics.layer_scores(first, second, length) == (1.0, 1.0, 1.0, 1.0)
    assert metrics.layer_scores(first, second, length, shift=-1).second == 0.0


@pytest.mark.parametrize(
    ("length", "first", "second"),
    [(4, 0.1197, 0.1364), (8, 0.0708, 0.0763), (16, 0.0389, 0.0406), (256, 0.0027, 0.0027)],
)
def test_uniform_attention(length, first, second):
    flat = metrics.end_of_input_head(length, 0.0)
    found = metrics.layer_scores(flat, flat, length)
    assert found == pytest.approx((first, 0, second, 0), abs=6e-5)


def test_invariance():
    values = np.random.default_rng(2).random((7, 3))
    by_hand = [
        math.sqrt(sum((x - sum(column) / 7) ** 2 for x in column) / 6) for column in values.T
    ]
    assert metrics.invariance(values) == pytest.approx(1 - sum(by_hand) / 3)
    assert metrics.invariance([[0.3], [0.3]]) == 1.0


@given(st.integers(2, 7))
def test_the_least_invariance_is_found_at_the_corners(sequences):
    corners = [
        metrics.invariance([float(bit) for bit in f"{number:0{sequences}b}"])
        for number in range(2**sequences)
    ]
    assert metrics.least_invariance(sequences, 4) == pytest.approx(min(corners), rel=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: metrics.causal_attention(np.zeros((2, 3))),
        lambda: metrics.causal_attention(np.full((2, 2), np.nan)),
        lambda: metrics.causal_attention(np.zeros((0, 0))),
        lambda: metrics.end_of_input_head(0, 1.0),
        lambda: metrics.end_of_input_head(3, float("inf")),
        lambda: metrics.peakiness([]),
        lambda: metrics.peakiness([1.5]),
        lambda: metrics.peakiness([math.nan]),
        lambda: metrics.layer_scores(np.eye(3), np.eye(3), 1),
        lambda: metrics.layer_scores(np.eye(4), np.eye(4), 1, shift=1),
        lambda: metrics.invariance([0.5]),
        lambda: metrics.invariance(np.zeros((3, 0))),
        lambda: metrics.least_invariance(1),
        lambda: metrics.least_invariance(100, 100),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
