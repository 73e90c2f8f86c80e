"""Data, networks and training of decoders: against enumeration, NumPy, and themselves."""

import itertools
import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.iteration_head.decoder import Decoder, draw_parameters, forward
from numerics.iteration_head.interventions import (
    INTERVENTIONS,
    accuracy_under,
    attention_of,
    replacement,
)
from numerics.iteration_head.metrics import layer_scores
from numerics.iteration_head.sequences import (
    copy,
    draw_each_length,
    draw_sequences,
    parity,
    polynomial,
    spell,
)
from numerics.iteration_head.tasks import chain
from numerics.iteration_head.training import (
    Setting,
    drawn_parameters,
    evaluate,
    learned_names,
    mean_from,
    train_decoders,
)


def written(iteration, inputs):
    """A sequence by the definition, as long as the longest."""
    states = chain(iteration.task, inputs)
    answer = states if iteration.chained else states[-1:]
    tokens = [iteration.beginning, *inputs, iteration.end_of_inputs, *answer]
    return tokens + [iteration.end] * (iteration.size + 1 - len(tokens))


@pytest.mark.parametrize("chained", [True, False])
@pytest.mark.parametrize("make", [lambda **o: polynomial(3, 4, **o), lambda **o: parity(4, **o)])
def test_sequences_are_the_chains_of_all_inputs(make, chained):
    iteration = make(chained=chained)
    symbols = range(iteration.lowest, iteration.task.symbols)
    prompts = [p for size in range(1, 5) for p in itertools.product(symbols, repeat=size)]
    padded = [[*prompt, *[0] * (4 - len(prompt))] for prompt in prompts]
    found = spell(iteration, padded, [len(prompt) for prompt in prompts])
    assert found.tokens.tolist() == [written(iteration, prompt) for prompt in prompts]
    assert found.tokens.max() < iteration.vocabulary


def test_lengths_and_inputs_are_uniform():
    iteration = polynomial(5, 6)
    found = draw_sequences(iteration, 60_000, Stream.of(1, "test"))
    counts = np.bincount(found.lengths, minlength=7)[1:]
    assert np.abs(counts - 10_000).max() < 5 * math.sqrt(10_000)
    first, last = found.tokens[:, 1], found.tokens[found.lengths == 6, 6]
    for drawn in (first, last):
        assert set(drawn) == {1, 2, 3, 4}
        share = np.bincount(drawn)[1:] / len(drawn)
        assert np.abs(share - 0.25).max() < 5 * math.sqrt(0.19 / len(drawn))


def test_finite_data_are_in_order_of_length_and_fixed_lengths_are_fixed():
    ordered = draw_each_length(copy(5), 7, Stream.of(1, "test"))
    assert ordered.lengths.tolist() == [size for size in range(1, 6) for _ in range(7)]
    fixed = polynomial(5, 6, shortest=6)
    assert set(draw_sequences(fixed, 50, Stream.of(2, "test")).lengths) == {6}
    assert parity(6, states=5).vocabulary == polynomial(5, 6).vocabulary
    assert len({f(6, states=5).beginning for f in (parity, copy)} | {5}) == 3


def plain_forward(decoder, parameters, tokens):
    """One sequence in NumPy, position by position and head by head."""
    weights = {name: np.asarray(array, dtype=float) for name, array in parameters.items()}

    def norm(vector, gain):
        centred = vector - vector.mean()
        return gain * centred / math.sqrt((centred**2).mean() + 1e-5)

    gelu = np.vectorize(lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2)
    stream = weights["tokens"][tokens].copy()
    width = weights["positions"].shape[1]
    stream[:, :width] += weights["positions"][: len(tokens)]
    size, each = len(tokens), decoder.width // decoder.heads
    maps = np.zeros((decoder.layers, decoder.heads, size, size))
    for layer in range(1, decoder.layers + 1):
        stream = np.array([norm(row, weights[f"gain{layer}"]) for row in stream])
        query, key, value = (
            stream @ weights[f"{name}{layer}"] for name in ("query", "key", "value")
        )
        heard = np.zeros_like(stream)
        for head in range(decoder.heads):
            part = slice(head * each, (head + 1) * each)
            for q in range(size):
                scores = key[: q + 1, part] @ query[q, part] / math.sqrt(each)
                shares = np.exp(scores - scores.max())
                shares /= shares.sum()
                maps[layer - 1, head, q, : q + 1] = shares
                heard[q, part] = shares @ value[: q + 1, part]
        stream = stream + heard @ weights[f"output{layer}"]
        inner = np.array([norm(row, weights[f"inner{layer}"]) for row in stream])
        stream = stream + gelu(inner @ weights[f"expand{layer}"]) @ weights[f"contract{layer}"]
    return np.array([norm(row, weights["gain"]) for row in stream]) @ weights["unembedding"], maps


@pytest.mark.parametrize(
    "decoder", [Decoder(8), Decoder(12, layers=3, heads=2, position_width=5)], ids=str
)
def test_the_forward_pass_is_the_plain_one(decoder):
    import jax

    iteration = polynomial(5, 3)
    data = draw_sequences(iteration, 3, Stream.of(3, "test"))
    drawn = draw_parameters(decoder, iteration.vocabulary, iteration.size, Stream.of(4, "test"))
    generator = np.random.default_rng(5)
    drawn = {
        name: array + 0.3 * generator.normal(size=array.shape) for name, array in drawn.items()
    }
    with jax.enable_x64(True):
        read = jax.jit(lambda own, tokens: forward(decoder, own, tokens))
        logits, maps = read(drawn, data.tokens[:, :-1])
    for row, tokens in enumerate(data.tokens[:, :-1]):
        expected, attention = plain_forward(decoder, drawn, tokens)
        assert np.allclose(logits[row], expected, atol=1e-12)
        assert np.allclose(np.array([layer[row] for layer in maps]), attention, atol=1e-12)


SMALL = Setting(polynomial(3, 4), Decoder(8), batch=4, steps=8, tests=5)


def peaky(setting, seed):
    """Parameters with attention that is not flat."""
    drawn = drawn_parameters(setting, [seed])
    return {
        name: 3 * array[0] if name[:3] in ("que", "key") else array[0]
        for name, array in drawn.items()
    }


def test_scores_are_those_of_the_metrics():
    import jax

    own = peaky(SMALL, 1)
    data = draw_each_length(SMALL.iteration, 5, Stream.of(6, "test"))
    accuracy, *scores = jax.jit(lambda p, d: evaluate(SMALL, p, d))(own, data)
    maps = attention_of(SMALL, own, data.tokens[:, :-1])
    for index, length in enumerate(range(1, 5)):
        rows = slice(5 * index, 5 * index + 5)
        for layer in range(2):
            each = maps[layer][rows]
            expected = layer_scores(each, each, length)
            found = [float(score[index, layer, 0]) for score in scores]
            assert found == pytest.approx(list(expected), abs=1e-6)
    logits = np.array([plain_forward(SMALL.decoder, own, row)[0] for row in data.tokens[:, :-1]])
    guessed = logits.argmax(axis=-1)
    right = [
        (guess[size + 1 :] == row[size + 2 :]).all()
        for guess, row, size in zip(guessed, data.tokens, data.lengths, strict=True)
    ]
    assert np.allclose(accuracy, np.reshape(right, (4, 5)).mean(axis=1))


SHORT = Setting(parity(2), Decoder(4, layers=1), batch=4, steps=8, tests=3)


@lru_cache
def trained(seeds, **options):
    """Short runs of a network of one layer."""
    return train_decoders(SHORT, seeds, [0.01] * len(seeds), records=2, **options)


def test_a_seed_is_trained_in_the_same_way_whatever_is_beside_it():
    together, alone = trained((1, 2, 3)), trained((2,))
    for name, array in alone.parameters.items():
        assert np.array_equal(array[0], together.parameters[name][1])
    assert np.array_equal(alone.diagonal_weight[0], together.diagonal_weight[1])
    assert together.steps.tolist() == [4, 8]
    assert together.accuracy.shape == (3, 2, 2)
    assert together.end_share.shape == (3, 2, 2, 1, 1)
    assert np.allclose(trained((2, 3), at_once=True).end_weight, together.end_weight[1:], atol=1e-4)


def test_positions_are_learned_only_if_they_are_to_be():
    start = drawn_parameters(SMALL, [2])
    frozen = Decoder(8, learned_positions=False)
    assert set(learned_names(frozen, start, None)) == set(start) - {"positions"}
    assert learned_names(frozen, start, ["positions", "gain"]) == ["gain"]


def test_gradient_descent_on_some_parameters_goes_on_where_it_stopped():
    some = ["expand1", "tokens"]
    plain = replace(SHORT, optimiser="sgd")
    whole = train_decoders(plain, [4], [0.1], learned=some)
    half = replace(plain, steps=4)
    begun = train_decoders(half, [4], [0.1], learned=some)
    options = {"start": begun.parameters, "learned": some}
    ended = train_decoders(half, [4], [0.1], first_step=4, **options)
    for name, array in drawn_parameters(SHORT, [4]).items():
        assert np.array_equal(array, ended.parameters[name]) == (name not in some)
        assert np.allclose(whole.parameters[name], ended.parameters[name], atol=1e-6)
    assert ended.steps.tolist() == [8]
    other = train_decoders(half, [4], [0.1], **options)  # the same data again
    assert not np.allclose(whole.parameters["tokens"], other.parameters["tokens"], atol=1e-5)


def test_the_rate_grows_and_falls():
    from numerics.iteration_head.training import _optimiser

    method = _optimiser(replace(SMALL, optimiser="sgd", warm_up=4, cool_down=2))
    slope = np.ones((), dtype=np.float32)
    state, taken = method.init(slope), []
    for _ in range(8):
        update, state = method.update(slope, state)
        taken.append(-float(update))
    assert taken == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 0.5])


def test_interventions_put_attention_where_they_say():
    iteration, each = parity(3), 2
    places = {
        "diagonal": lambda length, t: t,
        "shifted": lambda length, t: t - 1,
        "end": lambda length, t: length + 1,
    }
    for kind in INTERVENTIONS:
        rows, forced = replacement(iteration, kind, each)
        assert rows.shape == (6, 8)
        assert forced.shape == (6, 8, 8)
        for index, length in enumerate([1, 1, 2, 2, 3, 3]):
            replaced = {"none": [], "mean": range(8)}.get(kind, range(length + 1, 2 * length + 2))
            assert np.flatnonzero(rows[index]).tolist() == list(replaced)
            for t in range(1, length + 2):
                row = forced[index, length + t]
                if kind in places:
                    assert row[places[kind](length, t)] == row.sum() == 1
                if kind == "uniform":
                    assert row == pytest.approx(
                        [1 / (length + t + 1)] * (length + t + 1) + [0] * (7 - length - t)
                    )


def test_nothing_changes_without_an_intervention():
    own = {name: array[None] for name, array in peaky(SMALL, 7).items()}
    none = accuracy_under(SMALL, own, [7], 2, "none", tests=20)
    assert none.shape == (1, 4)
    assert np.array_equal(none, accuracy_under(SMALL, own, [7], 1, "none", tests=20))


def test_an_even_head_does_not_notice_even_attention():
    """A network whose second layer already looks where the intervention puts it."""
    iteration = parity(4)
    setting = Setting(iteration, Decoder(8), tests=5)
    own = {name: array[None] for name, array in peaky(setting, 8).items()}
    flat = {**own, "query2": 0 * own["query2"]}
    uniform = accuracy_under(setting, flat, [8], 2, "uniform", tests=20)
    assert np.array_equal(uniform, accuracy_under(setting, flat, [8], 2, "none", tests=20))
    assert np.array_equal(uniform, accuracy_under(setting, flat, [8], 2, "mean", tests=20))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="longest is 0"):
        parity(0)
    with pytest.raises(ValueError, match="shortest is 5"):
        parity(4, shortest=5)
    with pytest.raises(ValueError, match="lengths must be 1 to 2"):
        spell(parity(2), [[0, 1]], [3])
    with pytest.raises(ValueError, match="inputs must be 0 to 1"):
        spell(parity(2), [[0, 2]], [2])
    with pytest.raises(ValueError, match="do not fit"):
        spell(parity(2), [[0, 1]], [2, 1])
    with pytest.raises(ValueError, match="3 heads do not divide"):
        Decoder(8, heads=3)
    with pytest.raises(ValueError, match="optimiser must be one of"):
        replace(SMALL, optimiser="magic")
    with pytest.raises(ValueError, match="make no batches of 4"):
        replace(SMALL, finite=6)
    with pytest.raises(ValueError, match="at least one seed"):
        train_decoders(SMALL, [], [])
    with pytest.raises(ValueError, match="2 rates for 1 seeds"):
        train_decoders(SMALL, [1], [0.1, 0.2])
    with pytest.raises(ValueError, match="no parameter 'expand3'"):
        train_decoders(SMALL, [1], [0.1], learned=["expand3"])
    with pytest.raises(ValueError, match="some parameter must be learned"):
        train_decoders(SMALL, [1], [0.1], learned=[])
    own = drawn_parameters(SMALL, [1])
    with pytest.raises(ValueError, match="layer is 3"):
        accuracy_under(SMALL, own, [1], 3, "none")
    with pytest.raises(ValueError, match="intervention must be one of"):
        accuracy_under(SMALL, own, [1], 1, "magic")
    with pytest.raises(ValueError, match="of which there is none"):
        accuracy_under(replace(SMALL, iteration=parity(4, chained=False)), own, [1], 1, "none")
    with pytest.raises(ValueError, match="no length is 9"):
        mean_from(trained((2,)), "accuracy", 9)
