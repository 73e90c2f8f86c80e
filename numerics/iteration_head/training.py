"""Training decoders on sequences of iterated maps, and what is recorded along the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.streams import Stream
from numerics.core.training import train
from numerics.iteration_head.decoder import Change, Decoder, draw_parameters, forward
from numerics.iteration_head.sequences import (
    Iteration,
    Sequences,
    draw_each_length,
    draw_sequences,
)

__all__ = [
    "OPTIMISERS",
    "Run",
    "Setting",
    "drawn_parameters",
    "evaluate",
    "learned_names",
    "loss",
    "mean_from",
    "share_right",
    "train_decoders",
]

OPTIMISERS = ("adam", "sgd")
_LABEL = "iteration head"


@dataclass(frozen=True)
class Setting:
    """One way to train.

    Parameters
    ----------
    iteration : Iteration
    decoder : Decoder
    batch, steps : int
        Sequences in a batch, and optimiser steps.
    optimiser : {"adam", "sgd"}
        Adam has its usual betas 0.9 and 0.999.
    warm_up : int
        The rate grows linearly over so many steps.
    finite : int
        So many sequences of each length, gone through in order of length again and again, as the
        authors do; 0 for fresh sequences at every step.
    tests : int
        Fresh sequences of each length on which records are taken.

    Raises
    ------
    ValueError
        A number is out of range, or batches do not fit the finite data.
    """

    iteration: Iteration
    decoder: Decoder
    batch: int = 32
    steps: int = 1000
    optimiser: str = "adam"
    warm_up: int = 0
    cool_down: int = 0
    finite: int = 0
    tests: int = 32

    def __post_init__(self) -> None:
        for name in ("batch", "steps", "tests"):
            require_integer(name, getattr(self, name), 1)
        for name in ("warm_up", "cool_down", "finite"):
            require_integer(name, getattr(self, name), 0)
        if self.optimiser not in OPTIMISERS:
            raise ValueError(f"optimiser must be one of {', '.join(OPTIMISERS)}")
        if self.finite % self.batch:
            raise ValueError(f"{self.finite} sequences of a length make no batches of {self.batch}")


class Run(NamedTuple):
    """What training left.

    Attributes
    ----------
    parameters : dict of arrays, seeds along the first axis
    steps : ndarray of int, shape (records,)
        After how many steps each record was taken.
    lengths : ndarray of int, shape (lengths,)
    accuracy : ndarray of shape (seeds, records, lengths)
        Share of sequences all of whose tokens after EoI are right, each given the true ones before.
    end_weight, end_share : ndarray of shape (seeds, records, lengths, layers, heads)
        Attention to EoI from the states: its mean, and the share of it above one half.
    diagonal_weight, diagonal_share : ndarray of shape (seeds, records, lengths, layers, heads)
        Attention to input t from where state t is to be predicted, in the same way.
    """

    parameters: dict[str, NDArray[Any]]
    steps: NDArray[np.int64]
    lengths: NDArray[np.int64]
    accuracy: NDArray[np.float64]
    end_weight: NDArray[np.float64]
    end_share: NDArray[np.float64]
    diagonal_weight: NDArray[np.float64]
    diagonal_share: NDArray[np.float64]


def mean_from(run: Run, name: str, shortest: int = 4) -> NDArray[np.float64]:
    """Mean of a record over the lengths from ``shortest`` on: all that is left of that axis.

    Raises
    ------
    ValueError
        There is no such length.
    """
    chosen = run.lengths >= shortest
    if not chosen.any():
        raise ValueError(f"no length is {shortest} or more")
    return np.asarray(getattr(run, name)[:, :, chosen].mean(axis=2))


def loss(setting: Setting, parameters: Mapping[str, Any], data: Sequences, key: Any) -> Any:
    """Mean cross-entropy over all tokens after EoI."""
    import jax
    import jax.numpy as jnp

    logits, _ = forward(setting.decoder, dict(parameters), data.tokens[:, :-1], dropout_key=key)
    own = jax.nn.one_hot(data.tokens[:, 1:], logits.shape[-1], dtype=logits.dtype)
    surprise = jax.nn.logsumexp(logits, axis=-1) - jnp.sum(own * logits, axis=-1)
    scored = _scored(data)
    return jnp.sum(scored * surprise) / jnp.sum(scored)


def share_right(iteration: Iteration, logits: Any, data: Sequences) -> Any:
    """Share, for each length, of the sequences all of whose tokens after EoI have the best logit.

    The sequences are equally many of each length, the shortest first.
    """
    import jax.numpy as jnp

    right = (jnp.argmax(logits, axis=-1) == data.tokens[:, 1:]) | ~_scored(data)
    return jnp.mean(jnp.all(right, axis=1).reshape(len(iteration.lengths), -1), axis=1)


def _scored(data: Sequences) -> Any:
    """The queries whose next token comes after EoI."""
    return np.arange(data.tokens.shape[1] - 1) > data.lengths[:, None]


def evaluate(
    setting: Setting, parameters: Mapping[str, Any], data: Sequences, change: Change | None = None
) -> tuple[Any, ...]:
    """Accuracy and attention scores, in JAX.

    Parameters
    ----------
    setting : Setting
    parameters : dict
        Of one network.
    data : Sequences
        Equally many of each length, the shortest first.
    change : callable, optional
        See `numerics.iteration_head.decoder.forward`.

    Returns
    -------
    tuple of arrays
        The last five attributes of `Run`, each of one seed and record.
    """
    import jax.numpy as jnp

    iteration = setting.iteration
    lengths = iteration.lengths
    logits, attention = forward(
        setting.decoder, dict(parameters), data.tokens[:, :-1], change=change
    )
    accuracy = share_right(iteration, logits, data)
    if not iteration.chained:
        missing = jnp.full((len(lengths), setting.decoder.layers, setting.decoder.heads), jnp.nan)
        return accuracy, missing, missing, missing, missing
    on_end, diagonal = _marks(iteration)
    maps = jnp.stack(attention)
    maps = maps.reshape(len(maps), len(lengths), -1, *maps.shape[2:])

    def mean_at(marks: Any, weights: Any) -> Any:
        return jnp.einsum("nqk,lnbhqk->nlh", marks, weights) / maps.shape[2]

    return accuracy, *(mean_at(at, w) for at in (on_end, diagonal) for w in (maps, maps > 0.5))


def _marks(iteration: Iteration) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where attention is scored, for each length: at EoI from the states, and on the diagonal."""
    lengths = iteration.lengths
    on_end, diagonal = np.zeros((2, len(lengths), iteration.size, iteration.size), np.float32)
    for index, length in enumerate(lengths):
        t = np.arange(1, length + 1)
        on_end[index, length + 1 + t, length + 1] = 1 / length
        diagonal[index, length + t, t] = 1 / length
    return on_end, diagonal


def train_decoders(
    setting: Setting,
    seeds: Sequence[int],
    rates: Sequence[float],
    *,
    records: int = 1,
    start: Mapping[str, Any] | None = None,
    learned: Iterable[str] | None = None,
    first_step: int = 0,
    at_once: bool | None = None,
) -> Run:
    """Train one network for each seed and rate, the whole of it in one compiled loop.

    Parameters
    ----------
    setting : Setting
    seeds : sequence of int
        Of parameters and data; settings share what is of the same shape, such as the data of
        networks of different sizes, at equal seeds.
    rates : sequence of float
        The step size of each run, as many as there are seeds.
    records : int
        How many, evenly spaced, the last one at the end; the steps are a multiple of them.
    start : dict of arrays, optional
        Parameters to start from, with the seeds along the first axis, such as those of another
        run. They are drawn if not told. The optimiser starts anew.
    learned : collection of str, optional
        Names of the parameters that are trained; all of them if not told, but for positions that
        are not learned.
    first_step : int
        Where to go on in the stream of data.
    at_once : bool, optional
        Whether all seeds are trained in one batch, or each in a loop of its own; what is faster, if
        not told.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        An argument is out of range.
    """
    import jax

    iteration, decoder = setting.iteration, setting.decoder
    first_step = require_integer("first_step", first_step, 0)
    begun = drawn_parameters(setting, seeds) if start is None else dict(start)
    names = learned_names(decoder, begun, learned)

    def initialise(key: Any, given: Any) -> Any:
        parameters = given["parameters"]
        rest = {name: parameters[name] for name in parameters if name not in names}
        return {name: parameters[name] for name in names}, {**given, "parameters": rest}

    def batch(key: Any, fixed: Any, number: Any) -> Any:
        begin = (number - first_step) * setting.batch
        data = fixed["training"]
        if setting.finite:
            begin = number * setting.batch % len(data.tokens)

        def part(array: Any) -> Any:
            return jax.lax.dynamic_slice_in_dim(array, begin, setting.batch)

        return jax.tree.map(part, data), key

    def current(learned: Any, fixed: Any) -> dict[str, Any]:
        return {**fixed["parameters"], **learned}

    trained = train(
        seeds,
        rates,
        initialise=initialise,
        batch=batch,
        loss=lambda learned, fixed, data: loss(setting, current(learned, fixed), *data),
        evaluate=lambda learned, fixed: evaluate(setting, current(learned, fixed), fixed["tests"]),
        optimiser=_optimiser(setting),
        steps=setting.steps,
        records=records,
        start={"parameters": begun, **_data(setting, seeds, first_step)},
        first_step=first_step,
        numbered=True,
        one_by_one=jax.default_backend() == "cpu" if at_once is None else not at_once,
    )
    parameters = {name: np.asarray(array) for name, array in begun.items()}
    return Run(parameters | trained.parameters, trained.steps, iteration.lengths, *trained.metrics)


def drawn_parameters(setting: Setting, seeds: Sequence[int]) -> dict[str, NDArray[np.float32]]:
    """What the runs of these seeds start from, with the seeds along the first axis."""
    sizes = setting.decoder, setting.iteration.vocabulary, setting.iteration.size
    each = [draw_parameters(*sizes, Stream.of(seed, _LABEL, "parameters")) for seed in seeds]
    if not each:
        raise ValueError("seeds must hold at least one seed")
    return {name: np.stack([parameters[name] for parameters in each]) for name in each[0]}


def learned_names(
    decoder: Decoder, parameters: Mapping[str, Any], learned: Iterable[str] | None
) -> list[str]:
    """Names of the parameters that are trained: those asked for, all if that is None.

    Raises
    ------
    ValueError
        A name is unknown, or nothing is learned.
    """
    names = set(parameters) if learned is None else set(learned)
    if unknown := sorted(names - set(parameters)):
        raise ValueError(f"there is no parameter {unknown[0]!r}")
    if not decoder.learned_positions:
        names -= {"positions"}
    if not names:
        raise ValueError("some parameter must be learned")
    return sorted(names)


def _data(setting: Setting, seeds: Sequence[int], first_step: int) -> dict[str, Sequences]:
    def training(seed: int) -> Sequences:
        stream = Stream.of(seed, _LABEL, "data")
        if setting.finite:
            return draw_each_length(setting.iteration, setting.finite, stream)
        count = setting.batch * (first_step + setting.steps)
        found = draw_sequences(setting.iteration, count, stream)
        return Sequences(*(array[setting.batch * first_step :] for array in found))

    def tests(seed: int) -> Sequences:
        stream = Stream.of(seed, _LABEL, "tests")
        return draw_each_length(setting.iteration, setting.tests, stream)

    return {
        kind.__name__: Sequences(
            *(np.stack(arrays) for arrays in zip(*map(kind, seeds), strict=True))
        )
        for kind in (training, tests)
    }


def _optimiser(setting: Setting) -> Any:
    import jax.numpy as jnp
    import optax

    def share(taken: Any) -> Any:
        """Of the rate, after so many steps."""
        grown = (taken + 1) / max(setting.warm_up, 1)
        left = (setting.steps - taken) / max(setting.cool_down, 1)
        return jnp.minimum(1.0, jnp.minimum(grown, left))

    method = optax.scale_by_adam() if setting.optimiser == "adam" else optax.identity()
    return optax.chain(method, optax.scale(-1.0), optax.scale_by_schedule(share))
