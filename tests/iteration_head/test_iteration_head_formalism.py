"""What begins a chain, and the two ways to run a model, also with random weights."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import primerange

from numerics.core.circuits import Attention, FeedForward, Layer, Transformer, generate, run
from numerics.iteration_head import formalism


@pytest.mark.parametrize("p", list(primerange(2, 30)))
def test_the_input_that_a_state_keeps_is_an_inverse(p):
    for state in range(p):
        kept = [x for x in range(1, p) if (state * x + 1) % p == x]
        assert kept == ([] if state == 1 else [pow(1 - state, -1, p)])
        assert formalism.inputs_kept(p, state) == len(kept)


def test_two_alone_has_a_start():
    assert formalism.starting_states(lambda s, x: (s * x + 1) % 2, 2, [1]) == 1
    assert formalism.polynomial_chain(2, [1, 1, 1]) == formalism.polynomial_chain(2, [1, 1, 1], 0)
    assert formalism.polynomial_chain(5, [2, 3, 4]) == [2, 2, 4]


def test_there_are_as_many_models_as_there_should_be():
    assert len(list(formalism.every_model(2, 3))) == 2**7
    assert len(list(formalism.every_model(3, 2))) == 3**4


@given(st.data())
def test_first_errors_agree(data):
    vocabulary, length = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    token = st.integers(0, vocabulary - 1)
    shorter = [t for n in range(length) for t in itertools.product(range(vocabulary), repeat=n)]
    model = {tokens: data.draw(token) for tokens in shorter}
    reference = tuple(data.draw(token) for _ in range(length))
    forced = formalism.scored(model, reference)
    written = formalism.greedy(model, length)
    assert formalism.first_error(forced, reference) == formalism.first_error(written, reference)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.booleans())
def test_transformers_with_random_weights_err_first_at_the_same_place(seed, tied):
    generator = np.random.default_rng(seed)
    width, vocabulary, length = 4, 3, 8

    def draw(*shape):
        # small whole numbers make ties between logits
        return (
            generator.integers(-1, 2, size=shape) if tied else generator.normal(size=shape)
        ) * 1.0

    layers = tuple(
        Layer(
            Attention(draw(2, width), draw(2, width), draw(2, width), draw(width, 2)),
            FeedForward(draw(5, width), draw(5), draw(width, 5)),
        )
        for _ in range(2)
    )
    model = Transformer(
        draw(vocabulary, width), draw(length, width), layers, draw(vocabulary, width)
    )
    prompts = generator.integers(0, vocabulary, size=(30, 3))
    written = generate(model, prompts, 4)
    references = written.copy()
    wrong = generator.random(references.shape) < 0.3
    references[wrong] = generator.integers(0, vocabulary, size=int(wrong.sum()))
    whole = np.concatenate([prompts, references], axis=1)
    answers = run(model, whole[:, :-1]).logits[:, 2:].argmax(axis=2)
    for one, other, reference in zip(
        answers.tolist(), written.tolist(), references.tolist(), strict=True
    ):
        assert formalism.first_error(one, reference) == formalism.first_error(other, reference)


def test_bad_arguments():
    with pytest.raises(ValueError, match="p is 1"):
        formalism.inputs_kept(1, 0)
