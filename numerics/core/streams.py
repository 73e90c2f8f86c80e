"""Counter-based random streams: the same draw whatever block or thread computes it.

A `Stream` is a 128-bit key made from a seed and labels. A draw is a pure function of the key and of
a 256-bit counter ``(block, replicate, lane, 0)`` through Philox4x64-10 (Salmon, Moraes, Dror and
Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The *replicate* numbers independent
repetitions of an experiment; the *lane* separates what one repetition needs (embeddings in one
lane, noise in another); the *block* counts on as a fill proceeds.

The kernels take the two key words (`Stream.words`), so that they can be called from other Numba
kernels. NumPy generators from `Stream.numpy` use counters ``(., replicate, 0, 1)``, which no kernel
uses; the last word of the counter is 0, or counts the attempts at a normal from 2 on.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from numerics.core.arguments import require_integer
from numerics.core.ziggurat import LAYERS, TAIL, ziggurat

__all__ = ["Stream", "fraction", "integers", "normals", "philox", "uniforms"]

_WORD = 2**64
_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_KEY_STEP_0 = np.uint64(0x9E3779B97F4A7C15)
_KEY_STEP_1 = np.uint64(0xBB67AE8584CAA73B)
_DROPPED_BITS = np.uint64(12)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_LAYER_BITS = np.uint64(LAYERS - 1)
_SIGN_BIT = np.uint64(LAYERS)
_FIRST_ATTEMPT = np.uint64(2)
_EDGES, _HEIGHTS = ziggurat()


@dataclass(frozen=True)
class Stream:
    """A family of independent random sequences, one for each replicate and lane.

    Parameters
    ----------
    key : tuple of two int
        The Philox key, each word in ``[0, 2**64)``. Use `Stream.of` to make one from labels.

    Raises
    ------
    ValueError
        If the key is not two such words.
    """

    key: tuple[int, int]

    def __post_init__(self) -> None:
        if not isinstance(self.key, tuple) or len(self.key) != 2:
            raise ValueError(f"key is {self.key!r}; it must be a tuple of two integers")
        for word in self.key:
            require_integer("a word of the key", word, 0, _WORD - 1)

    @classmethod
    def of(cls, seed: int, *names: str | int) -> Stream:
        """Make the stream of a seed and labels.

        ``Stream.of(seed, "a", 3)`` equals ``Stream.of(seed).substream("a").substream(3)``.

        Parameters
        ----------
        seed : int
            Any integer.
        *names : str or int
            Labels, such as a claim's id and a point's number. ``1`` and ``"1"`` differ.

        Raises
        ------
        ValueError
            If the seed is not an integer, or a label neither a string nor an integer.
        """
        return cls((0, 0)).substream(require_integer("seed", seed), *names)

    def substream(self, *names: str | int) -> Stream:
        """Return the stream of this stream's labels followed by ``names``.

        Parameters
        ----------
        *names : str or int
            Further labels.

        Raises
        ------
        ValueError
            If a label is neither a string nor an integer.
        """
        key = self.key
        for name in names:
            if isinstance(name, str):
                label = f"s{name}"
            else:
                label = f"i{require_integer('a label that is no string', name)}"
            before = key[0].to_bytes(8, "little") + key[1].to_bytes(8, "little")
            digest = hashlib.blake2b(before + label.encode(), digest_size=16).digest()
            key = (int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))
        return Stream(key)

    @property
    def words(self) -> tuple[np.uint64, np.uint64]:
        """The key as the two unsigned words that the kernels take."""
        return np.uint64(self.key[0]), np.uint64(self.key[1])

    def numpy(self, replicate: int = 0) -> np.random.Generator:
        """Return a NumPy generator for one replicate, for places where no kernel is needed.

        Parameters
        ----------
        replicate : int
            In ``[0, 2**64)``.

        Raises
        ------
        ValueError
            If the replicate is out of range.
        """
        replicate = require_integer("replicate", replicate, 0, _WORD - 1)
        counter = np.array([0, replicate, 0, 1], dtype=np.uint64)
        return np.random.Generator(
            np.random.Philox(key=np.array(self.key, dtype=np.uint64), counter=counter)
        )


def _wide_product(typing: Any, a: Any, b: Any) -> Any:
    """High and low word of the 128-bit product of two words."""
    wide = ir.IntType(128)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        one, other = (builder.zext(argument, wide) for argument in arguments)
        product = builder.mul(one, other)
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))
        low = builder.trunc(product, ir.IntType(64))
        return context.make_tuple(builder, signature.return_type, (high, low))

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


_product: Any = intrinsic(_wide_product)


@njit(cache=True)
def philox(
    key0: np.uint64, key1: np.uint64, c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four words of Philox4x64-10 for a key and a counter (kernel).

    Parameters
    ----------
    key0, key1 : uint64
        The key.
    c0, c1, c2, c3 : uint64
        The counter. NumPy's `Philox` increments its counter before it generates, so its first
        four words are those of the counter plus one.
    """
    for _ in range(10):
        high0, low0 = _product(_MULTIPLIER_0, c0)
        high1, low1 = _product(_MULTIPLIER_1, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0
        key0 += _KEY_STEP_0
        key1 += _KEY_STEP_1
    return c0, c1, c2, c3


@njit(cache=True)
def fraction(word: np.uint64) -> float:
    """Map a random word to a uniform on the odd multiples of ``2**-53`` (kernel).

    The grid excludes 0 and 1 and is symmetric about 1/2, so logarithms are finite and the mean is
    1/2 exactly.
    """
    return (float(word >> _DROPPED_BITS) + 0.5) * 2.0**-52


@njit(cache=True)
def uniforms(
    key0: np.uint64, key1: np.uint64, replicate: int, lane: int, out: NDArray[np.float64]
) -> None:
    """Fill ``out`` with independent uniforms on (0, 1) (kernel).

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane : int
        Non-negative; entry ``i`` depends on the key, on these and on ``i`` alone.
    out : array of float64, one-dimensional
        Filled in place; a longer array begins with the same entries.
    """
    words = np.empty(4, np.uint64)
    for block in range((out.size + 3) // 4):
        words[0], words[1], words[2], words[3] = philox(
            key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO
        )
        for i in range(4 * block, min(4 * block + 4, out.size)):
            out[i] = fraction(words[i - 4 * block])


@njit(cache=True)
def normals(
    key0: np.uint64, key1: np.uint64, replicate: int, lane: int, out: NDArray[np.float64]
) -> None:
    """Fill ``out`` with independent standard normals (kernel).

    The ziggurat method (`numerics.core.ziggurat`). A rejected point is replaced by words of its
    own, so that no entry depends on another.

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane : int
        Non-negative; entry ``i`` depends on the key, on these and on ``i`` alone.
    out : array of float64, one-dimensional
        Filled in place; a longer array begins with the same entries.
    """
    words = np.empty(4, np.uint64)
    for block in range((out.size + 3) // 4):
        words[0], words[1], words[2], words[3] = philox(
            key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO
        )
        for i in range(4 * block, min(4 * block + 4, out.size)):
            word = words[i - 4 * block]
            layer = word & _LAYER_BITS
            x = fraction(word) * _EDGES[layer]
            if x >= _EDGES[layer + _ONE]:
                x = _beyond(key0, key1, np.uint64(i), np.uint64(replicate), np.uint64(lane), word)
            out[i] = -x if word & _SIGN_BIT else x


@njit(cache=True)
def _beyond(
    key0: np.uint64,
    key1: np.uint64,
    entry: np.uint64,
    replicate: np.uint64,
    lane: np.uint64,
    word: np.uint64,
) -> float:
    """The size of a normal whose first point does not lie below the next layer's edge."""
    attempt = _FIRST_ATTEMPT
    while True:
        w0, w1, w2, _ = philox(key0, key1, entry, replicate, lane, attempt)
        layer = word & _LAYER_BITS
        x = fraction(word) * _EDGES[layer]
        if x < _EDGES[layer + _ONE]:
            return x
        if layer == _ZERO:  # the tail: an exponential, thinned (Marsaglia 1964)
            excess = -math.log(fraction(w0)) / TAIL
            if -2.0 * math.log(fraction(w1)) > excess * excess:
                return TAIL + excess
        else:
            low, high = _HEIGHTS[layer], _HEIGHTS[layer + _ONE]
            if low + fraction(w0) * (high - low) < math.exp(-0.5 * x * x):
                return x
            word = w2
        attempt += _ONE


@njit(cache=True)
def integers(
    key0: np.uint64, key1: np.uint64, replicate: int, lane: int, bound: int, out: NDArray[np.int64]
) -> None:
    """Fill ``out`` with independent integers on ``{0, ..., bound - 1}`` (kernel).

    Parameters
    ----------
    key0, key1 : uint64
        `Stream.words`.
    replicate, lane : int
        Non-negative; entry ``i`` depends on the key, on these and on ``i`` alone.
    bound : int
        At least 1. No probability is off by more than ``2**-64``.
    out : array of int64, one-dimensional
        Filled in place; a longer array begins with the same entries.
    """
    words = np.empty(4, np.uint64)
    for block in range((out.size + 3) // 4):
        words[0], words[1], words[2], words[3] = philox(
            key0, key1, np.uint64(block), np.uint64(replicate), np.uint64(lane), _ZERO
        )
        for i in range(4 * block, min(4 * block + 4, out.size)):
            out[i] = np.int64(_product(words[i - 4 * block], np.uint64(bound))[0])
