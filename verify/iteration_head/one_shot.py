"""Do the transformers that answer in one shot answer rightly? All words, with their weights run."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from sympy import Product, Sum

from numerics.core import circuits
from numerics.iteration_head import one_shot as numerics
from numerics.iteration_head.one_shot_chance import parity_step, polynomial_step
from theory import ForAll, Identity
from theory.iteration_head import one_shot as theory
from theory.iteration_head.one_shot import L, c, f, j, k, layers, n, p, r, x
from verify import Exact, Exhaustive, Mutant, check_for, mutate

ROUNDING = 1e-10

# ------------------------------------------------------------------ parity

check_for(
    theory.oneshot_parity_zigzag,
    resolution=0,
    points=[{"c": c} for c in (0, 1, 2, 3, 10, 41)],
)(None)


def one_value(values):
    """The value that all of these are, up to how far they are apart."""
    return Exact(float(values.mean()), float(np.ptp(values)) + ROUNDING)


def words_with_ones(L, c, stream):
    """Some words of L bits with so many ones, the first with all of them in front."""
    ordered = (np.arange(L) < c).astype(int)
    generator = stream.numpy()
    return np.stack([ordered, ordered[::-1], *(generator.permutation(ordered) for _ in range(8))])


@check_for(
    theory.oneshot_parity_margin,
    resolution=1e-6,
    points=[
        {"n": n, "L": L, "c": c}
        for n, L in ((1, 1), (3, 2), (6, 6), (9, 40), (40, 40))
        for c in sorted({0, 1, min(n, L) // 2, min(n, L)})
    ],
)
def _(n, L, c, stream):
    bits = words_with_ones(L, c, stream)
    transformer = numerics.parity_transformer(n, L)
    logits = numerics.logits_at_end(transformer, numerics.prompts(2, bits))
    return one_value(logits[:, 1] - logits[:, 0])


gap = theory.parity_gap(n, L, c)
mutate(
    theory.oneshot_parity_margin,
    Mutant("even and odd exchanged", Identity(gap, (-1) ** c.symbol / (L + 2))),
    Mutant("one over the number of inputs", Identity(gap, -((-1) ** c.symbol) / L)),
    Mutant("as clear at every length", Identity(gap, -((-1) ** c.symbol))),
    Mutant("odd alone", Identity(gap, 1 / (L + 2))),
    survives={"exponent c of -1 times 1.1": "the power is no real number, so that nothing is said"},
)


def parity_cases(transformer, words):
    """Every word, and whether it is answered with its parity."""
    for bits in words:
        answers = numerics.iterated(parity_step, bits)
        right = numerics.ends_rightly(transformer, numerics.prompts(2, bits), answers)
        yield from zip(map(tuple, bits.tolist()), right, strict=True)


def all_bits(n, ramps=None):
    """All words of up to n bits before one layer."""
    transformer = numerics.parity_transformer(ramps or n, n)
    every = (numerics.words((0, 1), length) for length in range(1, n + 1))
    return Exhaustive(parity_cases(transformer, every))


@check_for(
    theory.oneshot_parity,
    resolution=0,
    points=[{"n": n} for n in (1, 2, 3, 5, 10, 40)],
)
def _(n, stream):
    if n <= 12:
        return all_bits(n)
    some = (
        np.concatenate([words_with_ones(length, c, stream) for c in range(length + 1)])
        for length in (n - 1, n)
    )
    return Exhaustive(parity_cases(numerics.parity_transformer(n), some), complete=False)


mutate(
    theory.oneshot_parity,
    Mutant(
        "half as many ramps",
        points=[{"n": 10}],
        measure=lambda n: all_bits(n, n // 2),
    ),
    Mutant(
        "attention to the input alone",
        points=[{"n": 5}],
        measure=lambda n: Exhaustive(
            parity_cases(
                without_mark(numerics.parity_transformer(n)),
                (numerics.words((0, 1), length) for length in range(1, n + 1)),
            )
        ),
    ),
)


def without_mark(transformer):
    """The layer that does not read the mark of the beginning."""
    attention = transformer.layers[0].attention
    value = attention.value.copy()
    value[1] = 0.0
    layer = circuits.Layer(
        circuits.Attention(attention.query, attention.key, value, attention.output),
        transformer.layers[0].feed_forward,
    )
    return circuits.Transformer(
        transformer.tokens, transformer.positions, (layer,), transformer.unembedding
    )


# ------------------------------------------------------------------ polynomial iteration


def word(*letters):
    """A point of a word."""
    return {"L": len(letters), "x": letters}


def last_state(L, x):
    """The last state in whole numbers."""
    state = x[0]
    for letter in x[1:]:
        state = state * letter + 1
    return Exact(state)


check_for(
    theory.oneshot_polynomial_unrolled,
    resolution=0,
    points=[
        word(1),
        word(7),
        word(2, 3),
        word(1, 1, 1),
        *(word(*letters) for letters in product((1, 2, 5), repeat=3)),
        word(3, 1, 4, 1, 5, 9, 2, 6),
        word(10, 1, 10, 2, 7, 7, 3, 5, 6, 8, 9, 4),
    ],
)(last_state)
every = Product(x[j], (j, 1, L))
mutate(
    theory.oneshot_polynomial_unrolled,
    Mutant(
        "the sum from the first prefix on",
        Identity(
            theory.last_state(L, x),
            every * (1 + Sum(1 / Product(x[j], (j, 1, k)), (k, 1, L))),
        ),
    ),
    Mutant(
        "products in place of their inverses",
        Identity(
            theory.last_state(L, x),
            every * (1 + Sum(Product(x[j], (j, 1, k)), (k, 2, L))),
        ),
    ),
    Mutant(
        "from the state 0",
        measure=lambda L, x: {"last_state": last_state(L + 1, (0, *x))},
    ),
)


def polynomial_cases(transformer, p, batches):
    """Every word, and whether it is answered with its last state."""
    for inputs in batches:
        answers = numerics.iterated(polynomial_step(p), inputs)
        right = numerics.ends_rightly(transformer, numerics.prompts(p, inputs), answers)
        yield from zip(map(tuple, inputs.tolist()), right, strict=True)


def all_inputs(p, n, letters=None, **changes):
    """All words of up to n inputs before two layers."""
    letters = range(1, p) if letters is None else letters
    transformer = numerics.polynomial_transformer(p, n, **changes)
    batches = (numerics.words(letters, length) for length in range(1, n + 1))
    return Exhaustive(polynomial_cases(transformer, p, batches))


def some_inputs(p, lengths, count, stream):
    """Words of some lengths, drawn."""
    generator = stream.numpy()
    return [generator.integers(1, p, size=(count, length)) for length in lengths]


SMALL = ((2, 12), (3, 9), (5, 5), (7, 4), (11, 3))
POLYNOMIAL = [{"p": p, "n": n} for p, n in (*SMALL, (11, 31), (13, 20))]


@check_for(theory.oneshot_polynomial, resolution=0, points=POLYNOMIAL)
def _(p, n, stream):
    if (p, n) in SMALL:
        return all_inputs(p, n)
    batches = some_inputs(p, (4, n // 2, n - 1, n), 40, stream)
    transformer = numerics.polynomial_transformer(p, n)
    return Exhaustive(polynomial_cases(transformer, p, batches), complete=False)


mutate(
    theory.oneshot_polynomial,
    Mutant(
        "the sum from the first prefix on",
        measure=lambda p, n: all_inputs(p, min(n, 4), counts_first=True),
    ),
    Mutant(
        "powers in place of their inverses",
        points=[{"p": 5, "n": 4}],
        measure=lambda p, n: all_inputs(p, n, sign=1),
    ),
    Mutant(
        "zero among the inputs",
        points=[{"p": 3, "n": 4}],
        measure=lambda p, n: all_inputs(p, n, letters=range(p)),
    ),
    Mutant(
        "two layers cannot do it",
        ForAll("sequence", "the answer is right", holds=False),
        points=[{"p": p, "n": n} for p, n in SMALL if p >= 5],  # with several inputs
        published=True,
    ),
)


@check_for(
    theory.oneshot_polynomial_margin,
    resolution=1e-6,
    points=[
        {"p": p, "L": L}
        for p, L in ((2, 1), (2, 9), (3, 1), (3, 6), (5, 3), (7, 12), (11, 2), (11, 31))
    ],
)
def _(p, L, stream):
    (inputs,) = some_inputs(p, (L,), 50, stream)
    answers = numerics.iterated(polynomial_step(p), inputs)
    transformer = numerics.polynomial_transformer(p, L)
    return one_value(numerics.margins(transformer, numerics.prompts(p, inputs), answers))


mutate(
    theory.oneshot_polynomial_margin,
    Mutant("one over the length of the prompt", Identity(theory.margin(p, L), 1 / (L + 2))),
    Mutant("without the end mark", Identity(theory.margin(p, L), 2 / ((L + 1) * (L + 2)))),
    Mutant("as clear at every length", Identity(theory.margin(p, L), 1)),
)

check_for(
    theory.oneshot_polynomial_units,
    resolution=0,
    points=[{"p": p, "n": n} for p in (2, 3, 5, 11) for n in (1, 2, 8)],
)(lambda p, n: Exact(numerics.units(numerics.polynomial_transformer(p, n))))
number = theory.units(p, n)
mutate(
    theory.oneshot_polynomial_units,
    Mutant("a table for each length", Identity(number, n**2 * p**2)),
    Mutant("one unit less", Identity(number, (n + 1) * (p.symbol**2 - p - 1))),
    Mutant("tables for n inputs only", Identity(number, n * (p.symbol**2 - p - 1) + 1)),
)

# ------------------------------------------------------------------ any task, in log depth

check_for(
    theory.oneshot_log_depth_window,
    resolution=0,
    points=[{"layers": d} for d in range(6)],
)(lambda layers: Exact(numerics.window(layers)))
mutate(
    theory.oneshot_log_depth_window,
    Mutant("one more in each layer", Identity(theory.window(layers), layers + 1)),
    Mutant("three times as far", Identity(theory.window(layers), 3**layers.symbol)),
)

check_for(
    theory.oneshot_log_depth_layers,
    resolution=0,
    points=[
        {"f": f, "r": r}
        for f, r in ((0, 1), (1, 1), (1, 2), (2, 1), (2, 3), (2, 4), (3, 8), (4, 1))
    ],
)(lambda f, r: Exact(numerics.least_layers(2**f + r)))
least = theory.least_layers(f, r)
mutate(
    theory.oneshot_log_depth_layers,
    Mutant("a layer for each step", Identity(least, 2**f.symbol + r)),
    Mutant(
        "a layer for each step after the first",
        Identity(least, 2**f.symbol + r - 1),
        published=True,
    ),
    Mutant("rounded down", Identity(least, f.symbol)),
    Mutant("one layer more", Identity(least, f + 2)),
)


def scan_cases(tasks, words, layers):
    """Every task and first state, and whether all states are read off rightly."""
    for task in tasks:
        read = numerics.scanned_states(task, words, layers)
        for first in range(len(task)):
            right = np.array_equal(read[first], numerics.states_of(task, first, words))
            yield (np.asarray(task).tolist(), first), right


def scans(S, X, L, stream, layers):
    """All tasks of a size before all words, or some of each."""
    if S ** (S * X) <= 64 and X**L <= 256:
        tasks = (np.reshape(values, (S, X)) for values in product(range(S), repeat=S * X))
        return Exhaustive(scan_cases(tasks, numerics.words(range(X), L), layers))
    generator = stream.numpy()
    tasks = (generator.integers(0, S, size=(S, X)) for _ in range(2))
    words = generator.integers(0, X, size=(10, L))
    return Exhaustive(scan_cases(tasks, words, layers), complete=False)


def binary_digits(L):
    """The binary logarithm of the length, rounded up."""
    return math.ceil(math.log2(L))


check_for(
    theory.oneshot_log_depth,
    resolution=0,
    points=[
        {"S": S, "X": X, "L": L}
        for S, X, L in (
            (1, 1, 3),
            (2, 2, 1),
            (2, 1, 7),
            (2, 2, 3),
            (2, 2, 6),
            (2, 3, 5),
            (3, 1, 7),
            (5, 3, 17),
            (4, 4, 39),
            (6, 2, 32),
        )
    ],
)(lambda S, X, L, stream: scans(S, X, L, stream, binary_digits(L)))
mutate(
    theory.oneshot_log_depth,
    Mutant(
        "a layer less",
        points=[{"S": 2, "X": 2, "L": 2}],
        measure=lambda S, X, L, stream: scans(S, X, L, stream, binary_digits(L) - 1),
    ),
    Mutant(
        "rounded down",
        points=[{"S": 2, "X": 2, "L": 3}],
        measure=lambda S, X, L, stream: scans(S, X, L, stream, int(math.log2(L))),
    ),
)
