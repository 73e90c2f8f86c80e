"""Does the circuit run with layer normalisation? Its weights written out, run on short prompts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import sqrt

from numerics.iteration_head import normalised_circuit as numerics
from numerics.iteration_head.layer_norm import layer_norm
from theory import Domain, Identity
from theory.iteration_head import normalised_circuit as theory
from theory.iteration_head.construction import code as any_code
from theory.iteration_head.normalised_circuit import d, epsilon, p, squares
from verify import Exact, Exhaustive, Mutant, check_for, leading, mutate
from verify.iteration_head.construction import runs, some_prompts, some_tasks


def circuits(hotter=1.0, drawn=2, **changes):
    """A measurement with the circuit, or with a spoilt one."""

    def measure(code, S, X, n, stream):
        def cases():
            beta1, beta2 = numerics.normalised_temperatures(code, n)
            for task in some_tasks(S, X, stream, drawn=drawn):
                made = numerics.normalised_circuit(task, n, code, beta1, beta2 / hotter, **changes)
                for prompts in some_prompts(X, n, stream):
                    yield from runs(made, task, prompts)

        return Exhaustive(cases(), complete=S ** (X * (S + 1)) <= 64 and X**n <= 32)

    return measure


SIZES = ((1, 1, 0), (1, 1, 6), (2, 1, 4), (2, 2, 2), (3, 2, 6), (5, 4, 8))
LARGER = ((11, 10, 8), (4, 3, 16))
CODES = ("onehot", "trig")

check_for(
    theory.normalised,
    resolution=0,
    points=leading(
        [{"code": c, "S": S, "X": X, "n": n} for S, X, n in SIZES + LARGER for c in CODES]
    ),
    count=len(SIZES) * len(CODES),
    full={"count": len(SIZES + LARGER) * len(CODES)},
)(circuits())

SPOILT: dict[str, dict[str, Any]] = {
    "a second head that is ten times hotter": {"hotter": 10.0},
}
# Wide unit vectors hardly have a mean; points on a circle do, and need the opposite copies.
every = theory.normalised.domain.parameters[1:]
mutate(
    theory.normalised,
    *(
        Mutant(
            f"{name}, {code}",
            points=[{"code": code, "S": 3, "X": 3, "n": 4}],
            measure=circuits(**changes),
        )
        for name, changes in SPOILT.items()
        for code in CODES
    ),
    Mutant(
        "points on a circle, and coordinates kept once",
        points=[{"code": "trig", "S": 3, "X": 3, "n": 4}],
        measure=circuits(twice=False),
    ),
    Mutant(
        "points on a circle, and a first head that rests nowhere",
        points=[{"code": "trig", "S": 3, "X": 3, "n": 8}],
        measure=circuits(rest=0.0),
    ),
    Mutant(
        "positions on a parabola",
        points=[{"code": "quad", "S": 2, "X": 2, "n": 3}],
        domain=Domain(any_code, *every),
    ),
)

CODED = [(1, 0, 0), (3, 2), (5,), (-1, Fraction(1, 2), Fraction(1, 4), 3, 1), (2, 2, 2), (0, 1)]


def of_double(sign):
    """The first coordinate, after normalisation with a second copy."""

    def measure(d, p, epsilon):
        vector = np.array([float(entry) for entry in p])
        whole = np.concatenate([vector, sign * vector])
        return Exact(float(layer_norm(whole, float(epsilon))[0]), 1e-12)

    return measure


check_for(
    theory.normalised_double,
    resolution=1e-9,
    absolute=True,
    points=[
        {"d": len(vector), "p": vector, "epsilon": added}
        for vector in CODED
        for added in (Fraction(1, 10**5), Fraction(1))
    ],
)(of_double(-1.0))
first = theory.first_of_double()
mutate(
    theory.normalised_double,
    Mutant("copies of the same sign", measure=of_double(1.0)),
    Mutant("half the squares", Identity(first, p[1] / sqrt(squares / (2 * d) + epsilon))),
    Mutant("no epsilon", Identity(first, p[1] / sqrt(squares / d))),
)
