"""The circuit of an iteration head: a transformer of two layers that runs any finite-state map.

Positions count from 0: a token that begins the prompt, the inputs ``x_1 .. x_L``, the token EoI
that ends them, then the states ``s_1 .. s_L`` and the token EoS.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer, require_real
from numerics.core.circuits import Attention, FeedForward, Layer, Transformer, generate, run
from numerics.iteration_head.tasks import Prompt, Task, chain

__all__ = [
    "Code",
    "circuit",
    "differing_parts",
    "exact_votes",
    "fetched_weights",
    "found_shift",
    "generated",
    "least_margins",
    "stray_weight",
    "temperatures",
    "with_outputs_of",
    "with_unembedding_for",
]

Array = NDArray[np.float64]
Code = Literal["onehot", "trig", "quad"]


def temperatures(code: Code, n: int) -> tuple[float, float]:
    """Inverse temperatures of the two heads with which the circuit is tried."""
    length = 2 * n + 2
    second = {
        "onehot": 6 + math.log(length),
        "trig": 6 * (length / (2 * math.pi)) ** 2,
        "quad": 6.0,
    }
    return 6 + 2 * math.log(n + 1), second[code]


# ------------------------------------------------------------------ the weights


@dataclass(frozen=True)
class _Places:
    """Where the stream keeps what: slices of its coordinates."""

    token: slice
    position: slice
    found: slice
    wanted: slice
    fetched: slice
    answer: slice
    one: int

    @classmethod
    def of(cls, vocabulary: int, code_width: int) -> _Places:
        widths = (vocabulary, *(code_width,) * 3, vocabulary, vocabulary)
        ends = itertools.accumulate(widths)
        places = (slice(end - width, end) for end, width in zip(ends, widths, strict=True))
        token, position, found, wanted, fetched, answer = places
        return cls(token, position, found, wanted, fetched, answer, one=sum(widths))

    @property
    def width(self) -> int:
        """Width of the stream."""
        return self.one + 1


def circuit(
    task: Task,
    n: int,
    code: Code,
    beta1: float,
    beta2: float,
    *,
    offset: int = 1,
    finds: Literal["EoI", "beginning"] = "EoI",
    carries: Literal["position", "token"] = "position",
    gate_bias: float = -1.0,
    stops: bool = True,
) -> Transformer:
    """The circuit for prompts of up to n inputs.

    The first head finds EoI and brings its position; the first feed-forward network subtracts; the
    second head looks at the position that is wanted and brings the input there; the second
    feed-forward network has a unit for every pair of state and input.

    Parameters
    ----------
    task : Task
    n : int
    code : {"onehot", "trig", "quad"}
        Positions as unit vectors, as points on a circle, or as ``(j, j**2)``.
    beta1, beta2 : float
        Inverse temperatures of the heads.
    offset : int
        What is added to the distance from the position that was found.
    finds, carries, gate_bias, stops
        What the first head looks for and brings; the bias of the units for pairs; whether they
        answer EoI with EoS. The defaults make the circuit, all else spoils it.
    """
    n = require_integer("n", n, at_least=0)
    offset = require_integer("offset", offset)
    beta1, beta2 = require_real("beta1", beta1), require_real("beta2", beta2)
    if code not in get_args(Code):
        raise ValueError(f"code is {code!r}; it must be one of {', '.join(get_args(Code))}")
    length = 2 * n + 2
    codes = _position_codes(code, length)
    places = _Places.of(task.vocabulary, codes.shape[1])

    tokens = np.zeros((task.vocabulary, places.width))
    tokens[:, places.token] = np.eye(task.vocabulary)
    positions = np.zeros((length, places.width))
    positions[:, places.position] = codes
    positions[:, places.one] = 1.0

    target = task.end_of_inputs if finds == "EoI" else task.beginning
    query1, key1 = np.zeros((2, 1, places.width))
    query1[0, places.one] = beta1
    key1[0, places.token.start + target] = 1.0
    carried = places.position if carries == "position" else places.token
    first = Layer(
        Attention(query1, key1, *_copy(places.width, carried, places.found)),
        _subtraction(code, codes, offset, places),
    )
    second = Layer(
        Attention(
            _second_query(code, beta2, offset, places),
            _reader(places.width, places.position),
            *_copy(places.width, places.token, places.fetched),
        ),
        _gates(task, places, gate_bias, stops),
    )
    unembedding = _reader(places.width, places.answer)
    return Transformer(tokens, positions, (first, second), unembedding)


def _position_codes(code: Code, length: int) -> Array:
    j = np.arange(length, dtype=np.float64)
    if code == "onehot":
        return np.eye(length)
    if code == "quad":
        return np.stack([j, j**2], axis=1)
    angles = 2 * np.pi * j / length
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _reader(width: int, place: slice) -> Array:
    """The matrix that reads a place of the stream."""
    return np.ascontiguousarray(np.eye(width)[place])


def _copy(width: int, source: slice, target: slice) -> tuple[Array, Array]:
    """Value and output matrices that copy one place to another, cut off or padded with zeros."""
    size = min(source.stop - source.start, target.stop - target.start)
    value = _reader(width, slice(source.start, source.start + size))
    output = _reader(width, slice(target.start, target.start + size)).T
    return value, np.ascontiguousarray(output)


def _second_query(code: Code, beta2: float, offset: int, places: _Places) -> Array:
    if code != "quad":
        return beta2 * _reader(places.width, places.wanted)
    # score beta2 (wanted j - j**2 / 2): the subtraction is linear, no units are needed for it
    query = np.zeros((2, places.width))
    query[0, places.position.start] = beta2
    query[0, places.found.start] = -beta2
    query[0, places.one] = beta2 * offset
    query[1, places.one] = -beta2 / 2
    return query


def _subtraction(code: Code, codes: Array, offset: int, places: _Places) -> FeedForward | None:
    """Units that write the code of own position - position found + offset."""
    if code == "quad":
        return None
    units: list[tuple[Array, float, Array]] = []
    if code == "onehot":
        length = len(codes)
        for i, k in itertools.product(range(length), repeat=2):
            if 0 <= i - k + offset < length:
                inward, outward = np.zeros((2, places.width))
                inward[places.position.start + i] = inward[places.found.start + k] = 1.0
                outward[places.wanted.start + i - k + offset] = 1.0
                units.append((inward, -1.0, outward))
        return _network(units)
    # For every own position i the difference of angles is linear in what was found, and a large
    # multiple of <p_q, p_i> - 1 switches the units of all other i off.
    angle = 2 * np.pi / len(codes)
    switch = 2 / (1 - math.cos(angle))
    for i, own in enumerate(codes):
        cosine, sine = math.cos(angle * (i + offset)), math.sin(angle * (i + offset))
        for part, answer in ((0, (cosine, sine)), (1, (sine, -cosine))):
            for sign in (1.0, -1.0):
                inward, outward = np.zeros((2, places.width))
                inward[places.position] = switch * own
                inward[places.found.start + part] = sign
                outward[places.wanted] = sign * np.array(answer)
                units.append((inward, -switch, outward))
    return _network(units)


def _network(units: Sequence[tuple[Array, float, Array]]) -> FeedForward:
    inward, bias, outward = zip(*units, strict=True)
    return FeedForward(np.array(inward), np.array(bias), np.ascontiguousarray(np.array(outward).T))


def _gates(task: Task, places: _Places, bias: float, stops: bool) -> FeedForward:
    """A unit for every own token (a state or EoI) and fetched token (an input or EoI)."""
    own_tokens = [*range(task.states), task.end_of_inputs]
    fetched_tokens = [*range(task.symbols), None]
    units = []
    for own, symbol in itertools.product(own_tokens, fetched_tokens):
        inward, outward = np.zeros((2, places.width))
        token = task.end_of_inputs if symbol is None else task.input_token(symbol)
        inward[places.token.start + own] = inward[places.fetched.start + token] = 1.0
        if symbol is not None:
            row = task.first if own == task.end_of_inputs else task.table[own]
            outward[places.answer.start + row[symbol]] = 1.0
        elif stops:
            outward[places.answer.start + task.end] = 1.0
        units.append((inward, bias, outward))
    return _network(units)


# ------------------------------------------------------------------ what the circuit does


def _prompt_tokens(task: Task, prompts: Sequence[Prompt]) -> NDArray[np.int64]:
    inputs = [
        [task.beginning, *map(task.input_token, prompt), task.end_of_inputs] for prompt in prompts
    ]
    return np.array(inputs, dtype=np.int64)


def generated(transformer: Transformer, task: Task, prompts: Sequence[Prompt]) -> list[list[int]]:
    """The tokens that the transformer adds to prompts of one length: so many, and one more."""
    lengths = {len(prompt) for prompt in prompts}
    if len(lengths) != 1:
        raise ValueError("prompts must have one length, and there must be some")
    tokens = _prompt_tokens(task, prompts)
    return generate(transformer, tokens, lengths.pop() + 1).tolist()


def _with_chains(task: Task, prompts: Sequence[Prompt]) -> NDArray[np.int64]:
    """The prompts with their true chains, and EoS at the end."""
    tails = np.array([[*chain(task, prompt), task.end] for prompt in prompts], dtype=np.int64)
    return np.concatenate([_prompt_tokens(task, prompts), tails], axis=1)


def least_margins(transformer: Transformer, task: Task, prompts: Sequence[Prompt]) -> Array:
    """Right logit minus the largest other one after the true chain, for prompts of one length.

    The result has one row for each prompt, and one column for each token to be added.
    """
    whole = _with_chains(task, prompts)
    first = len(prompts[0]) + 1
    logits = run(transformer, whole[:, :-1]).logits[:, first:]
    right = whole[:, first + 1 :, None]
    own = np.take_along_axis(logits, right, axis=2)[..., 0]
    np.put_along_axis(logits, right, -np.inf, axis=2)
    return np.asarray(own - logits.max(axis=2))


def fetched_weights(transformer: Transformer, task: Task, prompts: Sequence[Prompt]) -> Array:
    """Weight of the second head on the position that is wanted, shaped as `least_margins`."""
    whole = _with_chains(task, prompts)
    length = len(prompts[0])
    weights = run(transformer, whole[:, :-1], with_attention=True).attention[1]
    steps = np.arange(1, length + 2)
    return np.asarray(weights[:, length + steps, steps])


def found_shift(L: int, t: int, beta1: float) -> float:
    """By how much the first head places EoI too early, at step t, with positions as numbers."""
    task = Task(((0,),), (0,))
    spelt = circuit(task, L, "quad", beta1, 1.0)
    head = spelt.layers[0].attention
    tokens = _with_chains(task, [(0,) * L])[0, : L + t + 1]
    stream = spelt.tokens[tokens] + spelt.positions[: L + t + 1]
    weights = _softmax((stream @ head.key.T) @ (stream[-1] @ head.query.T))
    # the distances, not the positions, so that nothing cancels
    return float(weights @ (L + 1 - np.arange(L + t + 1)))


def stray_weight(L: int, t: int, beta2: float, shift: float) -> float:
    """Weight of the second head beside position t over the weight on it, for ``(j, j**2)``.

    Parameters
    ----------
    L, t : int
        The prompt's length, and which state is to be written.
    beta2 : float
    shift : float
        By how much EoI was placed too early.
    """
    places = _Places.of(4, 2)
    query = _second_query("quad", beta2, 1, places)
    stream = np.zeros(places.width)
    stream[places.position.start] = L + t
    stream[places.found.start] = L + 1 - shift
    stream[places.one] = 1.0
    scores = _position_codes("quad", L + t + 1) @ (query @ stream)
    weights = np.exp(scores - scores[t])
    return float(np.delete(weights, t).sum())


def _softmax(scores: Array) -> Array:
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum())


def exact_votes(
    task: Task, own: int, keys: Sequence[int], weights: Sequence[Fraction]
) -> list[Fraction]:
    """Logits when the own token is a state, whatever the second head's weights are; exact.

    Parameters
    ----------
    task : Task
    own : int
        The state.
    keys : sequence of int
        The tokens that are looked at.
    weights : sequence of Fraction
    """
    if len(keys) != len(weights):
        raise ValueError("every key needs a weight")
    places = _Places.of(task.vocabulary, 2)
    gates = _gates(task, places, -1.0, True)
    stream = [Fraction(0)] * places.width
    stream[places.token.start + own] = Fraction(1)
    for token, weight in zip(keys, weights, strict=True):
        stream[places.fetched.start + token] += Fraction(weight)
    answer = [Fraction(0)] * task.vocabulary
    for inward, bias, outward in zip(gates.inward, gates.bias, gates.outward.T, strict=True):
        inputs = (stream[i] * int(inward[i]) for i in np.flatnonzero(inward))
        active = max(Fraction(0), sum(inputs, Fraction(bias)))
        for target in np.flatnonzero(outward):
            answer[int(target) - places.answer.start] += active * int(outward[target])
    return answer


# ------------------------------------------------------------------ one circuit against another


def differing_parts(one: Transformer, other: Transformer) -> list[str]:
    """Names of the weights in which two circuits differ."""
    pairs = zip(_parts(one).items(), _parts(other).items(), strict=True)
    return [name for (name, here), (_, there) in pairs if not np.array_equal(here, there)]


def _parts(transformer: Transformer) -> dict[str, Any]:
    parts = {name: getattr(transformer, name) for name in ("tokens", "positions", "unembedding")}
    for number, layer in enumerate(transformer.layers, start=1):
        for name in ("query", "key", "value", "output"):
            parts[f"{name} {number}"] = getattr(layer.attention, name)
        if layer.feed_forward is not None:
            for name in ("inward", "bias", "outward"):
                parts[f"{name} {number}"] = getattr(layer.feed_forward, name)
    return parts


def with_outputs_of(one: Transformer, other: Transformer) -> Transformer:
    """The first circuit, but the last feed-forward network writes what the second's writes."""
    *before, last = one.layers
    theirs = other.layers[-1].feed_forward
    assert last.feed_forward is not None and theirs is not None
    network = replace(last.feed_forward, outward=theirs.outward)
    return replace(one, layers=(*before, replace(last, feed_forward=network)))


def with_unembedding_for(one: Transformer, task: Task, other: Task) -> Transformer:
    """The circuit of ``task`` with the answers renamed so that most pairs fit another task."""
    votes = np.zeros((task.vocabulary, task.vocabulary))
    rows = zip((*task.table, task.first), (*other.table, other.first), strict=True)
    for here, there in rows:
        for answer, wanted in zip(here, there, strict=True):
            votes[wanted, answer] += 1.0
    rename = np.zeros_like(votes)
    rename[votes.argmax(axis=0), np.arange(task.vocabulary)] = 1.0
    rename[:, task.end] = np.eye(task.vocabulary)[task.end]
    return replace(one, unembedding=rename @ one.unembedding)
