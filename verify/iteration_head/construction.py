"""Does the circuit run every task? Its weights written out, run on all short prompts and more."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

from sympy import Integer, exp, factorial

from numerics.iteration_head import construction as numerics
from numerics.iteration_head import tasks
from theory import Bound, Domain, Identity, Natural
from theory.iteration_head import construction as theory
from theory.iteration_head.construction import A, a, at_worst, beta, fetched, fetched_by_both, t
from verify import Exact, Exhaustive, Mutant, check_for, leading, mutate

CODES = ("onehot", "trig", "quad")


def some_tasks(S, X, stream, most=64, drawn=3):
    """Every task if there are few, else some, with tokens in common and without."""
    for shared in (False, True)[: 2 if X <= S else 1]:
        if S ** (X * (S + 1)) <= most:
            yield from tasks.every_task(S, X, shared)
            continue
        generator = stream.numpy()
        for _ in range(drawn):
            yield tasks.random_task(S, X, generator, shared)


def some_prompts(X, n, stream, most=32):
    """Prompts by length: all of them, or as many as the limit."""
    generator = stream.numpy(1)
    for length in range(n + 1):
        if X**length <= most:
            yield list(tasks.every_prompt(X, length))
        else:
            yield [tuple(row) for row in generator.integers(0, X, size=(most, length)).tolist()]


def runs(transformer, task, prompts):
    """Every prompt, and whether the transformer writes its chain and stops."""
    written = numerics.generated(transformer, task, prompts)
    for prompt, tokens in zip(prompts, written, strict=True):
        yield (task, prompt), tokens == [*tasks.chain(task, prompt), task.end]


def circuits(hotter=1.0, **changes):
    """A measurement with the circuit, or with a spoilt one."""

    def measure(code, S, X, n, stream):
        def cases():
            beta1, beta2 = numerics.temperatures(code, n)
            offset = -n if changes.get("finds") == "beginning" else changes.get("offset", 1)
            for task in some_tasks(S, X, stream):
                made = numerics.circuit(
                    task, n, code, beta1, beta2 / hotter, **{**changes, "offset": offset}
                )
                for prompts in some_prompts(X, n, stream):
                    yield from runs(made, task, prompts)

        return Exhaustive(cases(), complete=S ** (X * (S + 1)) <= 64 and X**n <= 32)

    return measure


SIZES = (
    (1, 1, 0),
    (1, 1, 6),
    (2, 1, 3),
    (2, 2, 2),
    (2, 3, 3),
    (3, 2, 6),
    (5, 4, 12),
    (11, 10, 8),
    (4, 3, 16),
)

check_for(
    theory.exact,
    resolution=0,
    points=leading([{"code": c, "S": S, "X": X, "n": n} for S, X, n in SIZES for c in CODES]),
    count=21,
    full={"count": len(SIZES) * len(CODES)},
)(circuits())

SPOILT: dict[str, dict[str, Any]] = {
    "one position too early": {"offset": 0},
    "one position too late": {"offset": 2},
    "the first head brings the token": {"carries": "token"},
    "the first head finds the beginning, right for n inputs": {"finds": "beginning"},
    "units without bias": {"gate_bias": 0.0},
    "no units for the end of the inputs": {"stops": False},
    "a second head that is ten times hotter": {"hotter": 10.0},
}
mutate(
    theory.exact,
    *(
        Mutant(
            f"{name}, {code}",
            points=[{"code": code, "S": 3, "X": 3, "n": 4}],
            measure=circuits(**changes),
        )
        for name, changes in SPOILT.items()
        for code in CODES
    ),
)


# ------------------------------------------------------------------ why it suffices to fetch half


def tables(stream, count):
    """Weights, and what every key votes for: small whole numbers over their sum."""
    generator = stream.numpy()
    yield {"m": 1, "A": (Fraction(1),), "u": (2,), "t": 1}
    yield {"m": 2, "A": (Fraction(3, 5), Fraction(2, 5)), "u": (2, 0), "t": 1}
    yield {"m": 2, "A": (Fraction(1, 2), Fraction(1, 2)), "u": (1, 2), "t": 2}
    for _ in range(count):
        m = int(generator.integers(1, 9))
        counts = generator.integers(0, 30, size=m)
        u = [int(vote) for vote in generator.integers(0, 3, size=m)]
        place = int(generator.integers(m))
        u[place], counts[place] = 2, counts[place] + 1
        weights = tuple(Fraction(int(c), int(counts.sum())) for c in counts)
        yield {"m": m, "A": weights, "u": tuple(u), "t": place + 1}


@check_for(theory.exact_margin, resolution=0, points=tables, count=60)
def _(m, A, u, t):
    # the own state 0 answers the inputs 0, 1 and 2 with the right, the wrong and a third state
    task = tasks.Task(((0, 1, 2), (1, 2, 0), (2, 2, 2)), (1, 1, 1))
    kinds = {2: task.input_token(0), 0: task.input_token(1), 1: task.input_token(2)}
    votes = numerics.exact_votes(task, 0, [kinds[int(vote)] for vote in u], A)
    return Exact(votes[0] - votes[1])


mutate(
    theory.exact_margin,
    Mutant("the weight itself", Bound(theory.margin(), ">=", A[t])),
    Mutant("twice the weight", Bound(theory.margin(), ">=", 2 * A[t])),
    Mutant("nine tenths lost", Bound(theory.margin(), ">=", 2 * A[t] - Integer(9) / 10)),
    Mutant(
        "a key that votes for the wrong state",
        points=[{"m": 1, "A": (Fraction(1),), "u": (0,), "t": 1}],
        domain=Domain(*theory.exact_margin.domain.parameters, where=(t <= theory.keys,)),
    ),
)


# ------------------------------------------------------------------ how hot the second head may be

unmoved = exp(-beta / 2)
FETCHED = [
    {"L": L, "t": step, "beta": b, "delta": d}
    for L, step in ((0, 1), (1, 1), (1, 2), (4, 2), (9, 10), (30, 12))
    for b in (Fraction(1, 2), Fraction(2), Fraction(20))
    for d in (Fraction(0), Fraction(2, 5), Fraction(49, 100))
]


@check_for(theory.exact_fetched, resolution=1e-10, points=FETCHED)
def _(L, t, beta, delta):
    weight = 1 / (1 + numerics.stray_weight(L, t, float(beta), float(delta)))
    return Exact(weight, 1e-11 * weight)


mutate(
    theory.exact_fetched,
    Mutant("one side alone", Bound(fetched(), ">=", 1 - a)),
    Mutant("half the temperature", Bound(fetched(), ">=", (1 - a**2) / (1 + a**2))),
    Mutant("whatever the error", Bound(fetched(), ">=", (1 - unmoved) / (1 + unmoved))),
    Mutant("the nearest two alone", Bound(fetched(), ">=", 1 / (1 + 2 * unmoved))),
)


@check_for(
    theory.exact_temperatures,
    resolution=1e-9,
    points=[
        {"u": u, "t": step, "beta": b, "g": g}
        for u, step in ((0, 1), (1, 1), (0, 2), (8, 1), (8, 5), (0, 12))
        for b in (Fraction(1), Fraction(5), Fraction(12))
        for g in (Fraction(1, 10), Fraction(1), Fraction(50))
    ],
)
def _(u, t, beta, g):
    n = u + t - 1
    task = tasks.Task(((0,),), (0,), shared=True)
    beta1 = math.log((1 + g) * (n + 1) ** 2)
    made = numerics.circuit(task, n, "quad", beta1, float(beta))
    weight = float(numerics.fetched_weights(made, task, [(0,) * n])[0, t - 1])
    return Exact(weight, 1e-11 * weight)


mutate(
    theory.exact_temperatures,
    Mutant(
        "the first head as sharp as can be",
        Bound(fetched_by_both(), ">=", (1 - unmoved) / (1 + unmoved)),
    ),
    Mutant(
        "half the second temperature",
        Bound(fetched_by_both(), ">=", (1 - at_worst**2) / (1 + at_worst**2)),
    ),
    Mutant("one side alone", Bound(fetched_by_both(), ">=", 1 - at_worst)),
)


# ------------------------------------------------------------------ at any temperatures


def certified(conclusion):
    """Circuits at many temperatures; the conclusion is drawn from weights and continuation."""

    def measure(code, n, stream):
        def cases():
            several = [
                tasks.Task(((0,),), (0,), shared=True),
                *tasks.every_task(2, 1, shared=True),
                *some_tasks(3, 3, stream, drawn=2),
            ]
            for beta1, beta2 in itertools.product((0.5, 2, 8), (2, 5, 12.5)):
                for task in several:
                    made = numerics.circuit(task, n, code, beta1, beta2)
                    for prompts in some_prompts(task.symbols, n, stream, most=4):
                        weights = numerics.fetched_weights(made, task, prompts)
                        for ((_, prompt), right), row in zip(
                            runs(made, task, prompts), weights, strict=True
                        ):
                            yield (task, beta1, beta2, prompt), conclusion(row, right)

        return Exhaustive(cases(), complete=False)

    return measure


check_for(
    theory.exact_certificate,
    resolution=0,
    points=[{"code": c, "n": n} for c in CODES for n in (1, 4)],
)(certified(lambda weights, right: right or weights.min() <= 0.5))
mutate(
    theory.exact_certificate,
    Mutant(
        "the steps that write states alone",
        measure=certified(lambda weights, right: right or weights[:-1].min(initial=1.0) <= 0.5),
    ),
    Mutant(
        "a third of the attention",
        measure=certified(lambda weights, right: right or weights.min() <= 1 / 3),
    ),
    Mutant(
        "necessary as well",
        measure=certified(lambda weights, right: right == (weights.min() > 0.5)),
    ),
    survives={
        "some input fails": "temperatures are without number: those tried cannot rule out a failure"
    },
)


def exchanged(shares):
    """Pairs of tasks: what their circuits share, and what an exchange of one part does."""

    def measure(code, S, X, n, stream):
        def cases():
            beta1, beta2 = numerics.temperatures(code, n)
            every = list(some_tasks(S, X, stream, most=16))
            made = [numerics.circuit(task, n, code, beta1, beta2) for task in every]
            pairs = list(zip(every, made, strict=True))
            for (one, circuit), (other, wanted) in itertools.product(pairs, repeat=2):
                if one.shared == other.shared:
                    changed, alike = shares(circuit, one, wanted, other)
                    yield (one, other), alike
                    for prompts in some_prompts(X, n, stream, most=8):
                        yield from runs(changed, other, prompts)

        return Exhaustive(cases(), complete=S ** (X * (S + 1)) <= 16 and X**n <= 8)

    return measure


def one_matrix(circuit, one, wanted, other):
    """The exchanged circuit, and whether the two differ in the output matrix at most."""
    differing = set(numerics.differing_parts(circuit, wanted))
    return numerics.with_outputs_of(circuit, wanted), differing <= {"outward 2"}


check_for(
    theory.task_independence,
    resolution=0,
    points=[
        {"code": c, "S": S, "X": X, "n": n}
        for S, X, n in ((2, 1, 2), (3, 2, 3), (7, 3, 5))
        for c in CODES
    ],
)(exchanged(one_matrix))
mutate(
    theory.task_independence,
    Mutant(
        "the unembedding alone differs",
        measure=exchanged(
            lambda circuit, one, wanted, other: (
                numerics.with_unembedding_for(circuit, one, other),
                True,
            )
        ),
    ),
    Mutant(
        "the circuits are the same",
        measure=exchanged(lambda circuit, one, wanted, other: (circuit, True)),
    ),
)


# ------------------------------------------------------------------ beyond one-shot circuits


def words(changed):
    """All words up to a length, and whether the circuit writes the products of their prefixes."""

    def measure(code, n):
        def cases():
            task = tasks.symmetric_group_task(5)
            made = numerics.circuit(task, n, code, *numerics.temperatures(code, n))
            for length in range(n + 1):
                words = list(tasks.every_prompt(2, length))
                for (_, word), right in runs(made, task, words):
                    yield word, right and changed(task, word)

        return Exhaustive(cases())

    return measure


check_for(
    theory.word_problem,
    resolution=0,
    points=[{"code": "quad", "n": 6}, {"code": "trig", "n": 4}, {"code": "onehot", "n": 4}],
)(words(lambda task, word: True))
mutate(
    theory.word_problem,
    Mutant(
        "the order of the letters does not matter",
        measure=words(
            lambda task, word: (
                tasks.chain(task, word)[-1:] == tasks.chain(task, tuple(sorted(word)))[-1:]
            )
        ),
    ),
)

k = Natural("k", at_least=1)
check_for(theory.word_problem_order, resolution=0, points=[{"k": 5}, {"k": 6}])(
    lambda k: Exact(tasks.stable_order(k))
)
mutate(
    theory.word_problem_order,
    Mutant("all permutations", Identity(theory.stable_order(), factorial(theory.degree))),
    Mutant("solvable", Identity(theory.stable_order(), Integer(1))),
    Mutant("four points as well", points=[{"k": 4}], domain=Domain(k)),
)
