"""Circuits against a transformer in plain NumPy, on random weights."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from numerics.core import circuits
from numerics.core.circuits import Attention, FeedForward, Layer, Transformer, generate, run

VOCABULARY, LENGTH, WIDTH = 5, 9, 6


def random_transformer(seed, layers=2, gains=False, visible=None):
    draw = np.random.default_rng(seed).normal
    made = []
    for _ in range(layers):
        head = Attention(
            draw(size=(3, WIDTH)),
            draw(size=(3, WIDTH)),
            draw(size=(4, WIDTH)),
            draw(size=(WIDTH, 4)),
            visible,
        )
        network = FeedForward(draw(size=(7, WIDTH)), draw(size=7), draw(size=(WIDTH, 7)))
        pair = (draw(size=WIDTH), draw(size=WIDTH)) if gains else None
        made.append(Layer(head, network, pair))
    tokens, positions = draw(size=(VOCABULARY, WIDTH)), draw(size=(LENGTH, WIDTH))
    return Transformer(tokens, positions, tuple(made), draw(size=(VOCABULARY, WIDTH)))


def norm(x, gain):
    return (x - x.mean()) / np.sqrt(x.var() + 1e-5) * gain


def plain_logits(model, tokens):
    """One sequence, one position after another."""
    stream = [
        model.tokens[token] + place for token, place in zip(tokens, model.positions, strict=False)
    ]
    for layer in model.layers:
        if layer.gains is not None:
            stream = [norm(x, layer.gains[0]) for x in stream]
        head, read = layer.attention, []
        for i, x in enumerate(stream):
            scores = np.array([(head.query @ x) @ (head.key @ y) for y in stream])
            seen = np.arange(len(stream)) <= i
            if head.visible is not None:
                seen = head.visible[i, : len(stream)]
            weights = softmax(np.where(seen, scores, -np.inf))
            mean = sum(w * (head.value @ y) for w, y in zip(weights, stream, strict=True))
            read.append(x + head.output @ mean)
        stream = read
        if layer.feed_forward is not None:
            network, after = layer.feed_forward, []
            for x in stream:
                seen = x if layer.gains is None else norm(x, layer.gains[1])
                hidden = np.maximum(network.inward @ seen + network.bias, 0)
                after.append(x + network.outward @ hidden)
            stream = after
    return np.array([model.unembedding @ x for x in stream])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(0, 3), st.booleans(), st.integers(1, LENGTH))
def test_logits_are_those_of_a_transformer_in_plain_numpy(seed, layers, gains, length):
    model = random_transformer(seed, layers, gains)
    sequences = np.random.default_rng(seed).integers(0, VOCABULARY, size=(3, length))
    logits = run(model, sequences).logits
    for sequence, ours in zip(sequences, logits, strict=True):
        assert np.allclose(ours, plain_logits(model, sequence), rtol=1e-9, atol=1e-9)


def test_a_mask_in_place_of_the_causal_one():
    generator = np.random.default_rng(3)
    visible = generator.random((LENGTH, LENGTH)) < 0.5
    visible[:, 0] = True
    model = random_transformer(4, visible=visible)
    sequence = generator.integers(0, VOCABULARY, size=LENGTH)
    assert np.allclose(run(model, [sequence]).logits[0], plain_logits(model, sequence))


@pytest.mark.parametrize(("masked", "layers"), [(False, 2), (True, 2), (False, 0)])
def test_generating_is_running_again_and_again(masked, layers):
    generator = np.random.default_rng(5)
    visible = np.tri(LENGTH, k=1, dtype=bool) if masked else None
    model = random_transformer(6, layers, visible=visible)
    prompts = generator.integers(0, VOCABULARY, size=(20, 3))
    sequences = prompts
    for _ in range(LENGTH - 2):
        new = run(model, sequences).logits[:, -1].argmax(axis=1)
        sequences = np.concatenate([sequences, new[:, None]], axis=1)
    assert np.array_equal(generate(model, prompts, LENGTH - 2), sequences[:, 3:])


def test_attention_weights_are_kept_on_request():
    model = random_transformer(7)
    sequences = np.random.default_rng(8).integers(0, VOCABULARY, size=(4, LENGTH))
    assert run(model, sequences).attention == ()
    for weights in run(model, sequences, with_attention=True).attention:
        assert weights.shape == (4, LENGTH, LENGTH)
        assert np.allclose(weights.sum(axis=2), 1)
        assert np.array_equal(weights, np.tril(weights))


def test_huge_scores_do_not_overflow():
    model = random_transformer(9, layers=1)
    head = model.layers[0].attention
    hot = Attention(1e8 * head.query, head.key, head.value, head.output)
    model = Transformer(model.tokens, model.positions, (Layer(hot),), model.unembedding)
    ran = run(model, np.zeros((1, LENGTH), dtype=int), with_attention=True)
    assert np.isfinite(ran.logits).all()
    assert np.allclose(ran.attention[0].max(axis=2), 1)


def test_nothing_depends_on_threads(monkeypatch):
    model = random_transformer(10)
    sequences = np.random.default_rng(11).integers(0, VOCABULARY, size=(500, LENGTH))
    monkeypatch.setattr(circuits, "_SMALL", 0)
    together = run(model, sequences).logits
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = run(model, sequences).logits
    finally:
        numba.set_num_threads(threads)
    monkeypatch.setattr(circuits, "_SMALL", 10**9)
    assert np.array_equal(together, alone)
    assert np.array_equal(together, run(model, sequences).logits)


def test_no_sequences_and_no_steps():
    model = random_transformer(12)
    assert run(model, np.zeros((0, 4), dtype=int)).logits.shape == (0, 4, VOCABULARY)
    assert generate(model, [[1, 2]], 0).shape == (1, 0)


@pytest.mark.parametrize(
    "sequences",
    [[[0, VOCABULARY]], [[-1]], [[0] * (LENGTH + 1)], [[]], [0, 1], [[0.5]]],
)
def test_sequences_that_do_not_fit_are_refused(sequences):
    with pytest.raises(ValueError, match="must"):
        run(random_transformer(0), sequences)


def test_more_steps_than_positions_are_refused():
    with pytest.raises(ValueError, match="positions"):
        generate(random_transformer(0), [[0]], LENGTH + 1)
    assert generate(random_transformer(0), [[0]], LENGTH).shape == (1, LENGTH)


def test_a_query_that_sees_no_key_yet_is_refused():
    last = np.zeros((LENGTH, LENGTH), dtype=bool)
    last[:, -1] = True
    with pytest.raises(ValueError, match="allowed"):
        run(random_transformer(0, visible=last), [[0, 1]])


def test_weights_that_do_not_fit_are_refused():
    a = np.ones((2, 3))
    good = Attention(a, a, a, a.T)
    for bad in (
        (a.T, a, a, a.T),
        (a, a, a, a),
        (a, a, a[:, :2], a[:, :2].T),
        (a * np.nan, a, a, a.T),
    ):
        with pytest.raises(ValueError, match="must"):
            Attention(*bad)
    with pytest.raises(ValueError, match="allowed"):
        Attention(a, a, a, a.T, np.zeros((4, 4), dtype=bool))
    with pytest.raises(ValueError, match="bias"):
        FeedForward(a, np.ones(3), a.T)
    with pytest.raises(ValueError, match="outward"):
        FeedForward(a, np.ones(2), a)
    with pytest.raises(ValueError, match="one width"):
        Transformer(np.ones((4, 5)), np.ones((4, 5)), (Layer(good),), np.ones((4, 5)))
