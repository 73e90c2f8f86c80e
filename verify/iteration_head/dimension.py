"""Eight dimensions for every task, run on all short prompts; unit vectors as positions."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Rational

from numerics.iteration_head import dimension as numerics
from numerics.iteration_head.construction import fetched_weights
from theory import Bound, Domain, Identity
from theory.iteration_head import dimension as theory
from theory.iteration_head.construction import A, keys, t
from theory.iteration_head.dimension import K, gain, gap
from verify import Exact, Exhaustive, Mutant, check_for, leading, mutate
from verify.iteration_head.construction import runs, some_prompts, some_tasks

# ------------------------------------------------------------------ codes that are unit vectors


def similar(stream, count):
    """Inner products with the other codes: listed, and of Gaussian codes on the sphere."""
    listed = [
        (Fraction(1, 2), (0, 1)),
        (Fraction(-1), (0, 0)),
        (Fraction(0), (0, 0, 0)),
        (Fraction(9, 10), (0,) * 20),
        (Fraction(-1, 5), (0,) * 5),
        (Fraction(1, 4), (0, Fraction(1, 2), 1)),
    ]
    for coherence, less in listed:
        for share in (Fraction(1, 10), Fraction(1), Fraction(5)):
            yield {"K": len(less), "g": share, "mu": coherence, "less": less}
    generator = stream.numpy()
    for _ in range(count):
        others, width = int(generator.integers(2, 64)), int(generator.integers(4, 65))
        codes = generator.normal(size=(others + 1, width))
        codes /= np.linalg.norm(codes, axis=1, keepdims=True)
        most = numerics.coherence(codes)
        behind = tuple(max(0.0, float(most - code @ codes[0])) for code in codes[1:])
        yield {"K": others, "g": float(generator.uniform(0.1, 2)), "mu": most, "less": behind}


def among(divisor):
    """The attention at a temperature that is right for a coherence, or not."""

    def measure(K, g, mu, less):
        beta = (1 + float(g)) * math.log(K) / divisor(float(mu))
        cosines = [1.0, *(max(-1.0, float(mu) - float(behind)) for behind in less)]
        weight = numerics.weight_among(numerics.unit_vectors(cosines), 0, beta)
        return Exact(weight, 1e-12 + 1e-15 * beta)

    return measure


check_for(theory.coherence, resolution=1e-9, points=similar, count=12)(among(lambda mu: 1 - mu))
observed = theory.coherence.statement.terms[0]
mutate(
    theory.coherence,
    Mutant(
        "one of the others forgotten", Bound(observed, ">=", 1 / (1 + (K - 1) * K ** (-gain - 1)))
    ),
    Mutant("twice as cold", Bound(observed, ">=", 1 / (1 + K ** (-2 * gain)))),
    Mutant("all of it", Bound(observed, ">=", 1)),
    Mutant("one plus the coherence", measure=among(lambda mu: max(1 + mu, 1e-6))),
    Mutant("multiplied by one minus the coherence", measure=among(lambda mu: 1 / (1 - mu))),
)

EQUAL = [
    {"K": others, "mu": similarity}
    for others in (2, 5, 34)
    for similarity in (Fraction(-1, others), Fraction(0), Fraction(1, 3), Fraction(19, 20))
]


def equal_weight(K, mu):
    """The attention among equally correlated codes."""
    codes = numerics.equicorrelated_codes(K + 1, float(mu))
    beta = math.log(K) / (1 - float(mu))
    return Exact(numerics.weight_among(codes, K, beta), 1e-11)


check_for(theory.coherence_sharp, resolution=1e-9, points=EQUAL)(equal_weight)
half = theory.coherence_sharp.statement.sides[0]
mutate(
    theory.coherence_sharp,
    Mutant("one third", Identity(half, Rational(1, 3))),
    Mutant("as if the code were among the others", Identity(half, K / (2 * K + 1))),
)

# ------------------------------------------------------------------ eight dimensions


def circuits(hotter=(1.0, 1.0), slack=None, **changes):
    """A measurement with the circuit, or with a spoilt one."""

    def measure(S, X, n, stream):
        def cases():
            for task in some_tasks(S, X, stream, drawn=2):
                beta1, beta2 = numerics.narrow_temperatures(task, n)
                spare = None if slack is None else slack(numerics.token_gap(task))
                made = numerics.narrow_circuit(
                    task, n, beta1 / hotter[0], beta2 / hotter[1], slack=spare, **changes
                )
                narrow = made.tokens.shape[1] == 8
                for prompts in some_prompts(X, n, stream):
                    for case, right in runs(made, task, prompts):
                        yield case, right and narrow

        return Exhaustive(cases(), complete=S ** (X * (S + 1)) <= 64 and X**n <= 32)

    return measure


SIZES = ((1, 1, 0), (1, 1, 6), (2, 1, 4), (2, 2, 2), (2, 2, 8), (5, 5, 12), (11, 10, 16))
LARGER = ((2, 3, 5), (11, 11, 32), (40, 40, 16))

check_for(
    theory.dimension,
    resolution=0,
    points=leading([{"S": S, "X": X, "n": n} for S, X, n in SIZES + LARGER]),
    count=len(SIZES),
    full={"count": len(SIZES + LARGER)},
)(circuits())

SPOILT: dict[str, dict[str, Any]] = {
    "one position too early": {"offset": 0},
    "one position too late": {"offset": 2},
    "no gap in the bias": {"slack": lambda gap: 0.0},
    "units that do not mind their neighbours": {"slack": lambda gap: 1.0},
    "answers that are not louder than tokens": {"loudness": 1.0},
    "no units for the end of the inputs": {"stops": False},
    "a first head that ignores the gap": {"hotter": (8.0, 1.0)},
    "a second head that ignores the gap": {"hotter": (1.0, 8.0)},
}
mutate(
    theory.dimension,
    *(
        Mutant(name, points=[{"S": 5, "X": 4, "n": 5}], measure=circuits(**changes))
        for name, changes in SPOILT.items()
    ),
)


def attended(mode):
    """Attention to a few tokens, and where they are on a circle."""

    def points(stream, count):
        # the bounds are attained: all that strays goes to the opposite, or to the unit's own token
        half = Fraction(1, 2)
        worst = {"u": (2, 0)} if mode == "right" else {"d": (half, 0)}
        yield {"m": 2, "A": (half, half), "t": 1, "gamma": half, **worst}
        generator = stream.numpy()
        for turn in range(count):
            m, tokens = int(generator.integers(1, 8)), int(generator.integers(3, 30))
            gap = 1 - math.cos(2 * math.pi / tokens)
            counts = generator.integers(0, 30, size=m)
            place = int(generator.integers(m))
            counts[place] += 1
            weights = tuple(Fraction(int(c), int(counts.sum())) for c in counts)
            steps = generator.integers(0, tokens, size=m)
            steps[place] = 0 if mode == "right" else 1 + turn % (tokens - 1)
            # the shorter way round, so that neighbours on either side have one cosine exactly
            shorter = np.minimum(steps, tokens - steps).tolist()
            cosines = [math.cos(2 * math.pi * step / tokens) for step in shorter]
            if mode == "right":
                values = {"u": tuple(1 + cosine for cosine in cosines)}
            else:
                values = {"d": tuple(1 - cosine for cosine in cosines)}
            yield {"m": m, "A": weights, "t": place + 1, "gamma": gap, **values}

    return points


def heard(similarity):
    """The input of a unit."""
    return lambda weights, values, gap: Exact(
        numerics.pair_input(
            [max(-1.0, min(1.0, similarity(float(value)))) for value in values],
            [float(weight) for weight in weights],
            float(gap),
        ),
        1e-13,
    )


@check_for(theory.dimension_right, resolution=1e-11, points=attended("right"), count=30)
def _(m, A, u, t, gamma):
    return heard(lambda vote: vote - 1)(A, u, gamma)


right = theory.right_input()
mutate(
    theory.dimension_right,
    Mutant("the stray once", Bound(right, ">=", gap - (1 - A[t]))),
    Mutant("the stray times the gap", Bound(right, ">=", gap - gap * (1 - A[t]))),
    Mutant("twice the gap", Bound(right, ">=", 2 * gap - 2 * (1 - A[t]))),
)


@check_for(
    theory.dimension_stray, resolution=1e-11, absolute=True, points=attended("stray"), count=30
)
def _(m, A, d, t, gamma):
    return heard(lambda distance: 1 - distance)(A, d, gamma)


stray = theory.stray_input()
parameters = theory.dimension_stray.domain.parameters
mutate(
    theory.dimension_stray,
    Mutant("half of it", Bound(stray, "<=", gap * (1 - A[t]) / 2)),
    Mutant("never above 0", Bound(stray, "<=", 0)),
    Mutant(
        "the same token",
        points=[{"m": 1, "A": (Fraction(1),), "d": (0,), "t": 1, "gamma": Fraction(1)}],
        domain=Domain(*parameters, where=(t <= keys,)),
    ),
)


def certified(conclusion):
    """Circuits at many temperatures; the conclusion is drawn from the stray and continuation."""

    def measure(n, stream):
        def cases():
            sizes = ((1, 1), (2, 2), (3, 2), (6, 5))
            several = [task for S, X in sizes for task in some_tasks(S, X, stream, 16, drawn=2)]
            for task, first, second in itertools.product(several, (0.4, 1), (0.3, 0.6, 1)):
                beta1, beta2 = numerics.narrow_temperatures(task, n)
                made = numerics.narrow_circuit(task, n, first * beta1, second * beta2)
                share = numerics.token_gap(task)
                for prompts in some_prompts(task.symbols, n, stream, most=6):
                    strays = 1 - fetched_weights(made, task, prompts)
                    found = zip(runs(made, task, prompts), strays, strict=True)
                    for ((_, prompt), right), row in found:
                        case = (task, first, second, prompt)
                        yield case, conclusion(row.max(), share, right)

        return Exhaustive(cases(), complete=False)

    return measure


check_for(theory.dimension_certificate, resolution=0, points=[{"n": 1}, {"n": 5}])(
    certified(lambda stray, gap, right: right or stray >= 3 * gap / 16)
)
mutate(
    theory.dimension_certificate,
    Mutant(
        "half of the attention",
        measure=certified(lambda stray, gap, right: right or stray >= 0.5),
    ),
    Mutant(
        "astray by the gap",
        measure=certified(lambda stray, gap, right: right or stray >= gap),
    ),
    Mutant(
        "necessary as well",
        measure=certified(lambda stray, gap, right: right == (stray < 3 * gap / 16)),
    ),
    survives={
        "some input fails": "temperatures are without number: those tried cannot rule out a failure"
    },
)
