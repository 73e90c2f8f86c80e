"""Are injective maps stored up to a quadratic number of inputs, and is the error what is left?"""

from __future__ import annotations

from sympy import exp, log, oo, sqrt

from numerics.assoc_scaling import injective as numerics
from theory import Bound, Equivalent
from theory.assoc_scaling import injective as theory
from theory.assoc_scaling.injective import near, size, stored
from theory.assoc_scaling.theorem_one import d
from theory.assoc_scaling.thresholds import tail
from verify import Exact, Mutant, Sampled, check_for, mutate


@check_for(
    theory.injective_input,
    resolution=0.02,
    points=[
        {"N": count, "d": dimension, "t": cosine, "x": 1 + count % 2}
        for count, dimension, cosine in (
            (2, 5, 0.9),
            (3, 20, 0.5),
            (10, 5, 0.99),
            (50, 10, 0.99),
            (30, 200, 0.35),
        )
    ],
    full={"resolution": 0.005},
)
def _(N, d, t, x, stream):
    def draw(first, count):
        return numerics.misread(N, d, stream, first, count)

    return Sampled(draw, bernoulli=True)


error = theory.single_error()
one = theory.crowded / (stored - 1)
mutate(
    theory.injective_input,
    Mutant("outputs far from orthogonal alone", Bound(error, "<=", theory.coherent)),
    Mutant("one of the other classes alone", Bound(error, "<=", theory.coherent + one)),
    Mutant(
        "without the noise of the other classes",
        Bound(error, "<=", theory.coherent + theory.crowded.subs(theory.noise, 1)),
    ),
)


def over_zipf(alpha, N, d, stream):
    """Replicates of the error when N inputs are stored."""

    def draw(first, count):
        return numerics.zipf_errors(float(alpha), N, d, stream, first, count)

    return Sampled(draw, low=numerics.left_out(float(alpha), N), bernoulli=True)


@check_for(
    theory.injective_threshold,
    resolution=0.02,
    points=[
        {"alpha": exponent, "N": count, "d": dimension, "t": cosine}
        for exponent, count, dimension, cosine in (
            (2, 2, 3, 0.25),
            (1.5, 100, 20, 0.5),
            (2, 1000, 140, 0.5),
            (1.2, 20, 300, 0.375),
            (3, 5, 100, 0.5),
        )
    ],
    full={"resolution": 0.005},
)
def _(alpha, N, d, t, stream):
    return over_zipf(alpha, N, d, stream)


whole = theory.injective_error()
coherent, rest = stored**2 * theory.exponential_t, tail(stored)
mutate(
    theory.injective_threshold,
    Mutant("no crowding", Bound(whole, "<=", coherent + rest)),
    Mutant(
        "crowding that does not grow with the number of classes",
        Bound(whole, "<=", coherent + stored * exp(-d / (4 + 8 * near**2)) / 2 + rest),
    ),
    Mutant("twice the mass left out", Bound(2 * tail(stored + 1), "<=", whole)),
)


@check_for(
    theory.injective_rate_bounds,
    resolution=0.01,
    points=[
        {"alpha": exponent, "d": dimension}
        for exponent, dimension in ((1.25, 400), (1.5, 500), (1.5, 1000), (2, 1000), (3, 1200))
    ],
    full={"resolution": 0.002},
)
def _(alpha, d, stream):
    return over_zipf(alpha, numerics.quadratic_size(float(alpha), d), d, stream)


at_size = theory.injective_rate_bounds.statement.terms[1]
mutate(
    theory.injective_rate_bounds,
    Mutant("the exponent of few classes", Bound(tail(sqrt(size)), "<=", at_size)),
    Mutant("twice as many inputs", Bound(at_size, "<=", tail(2 * size))),
    Mutant("no input left out", Bound(at_size, "<=", theory.high)),
)


@check_for(
    theory.injective_rate,
    resolution=0.01,
    points=[{"alpha": power, "d": 10**4} for power in (1.25, 1.5, 2, 3)],
    ladder=tuple(10**e for e in (4, 5, 6, 8, 12, 16)),
)
def _(alpha, d):
    stored_inputs = numerics.quadratic_size(float(alpha), d)
    return Exact(*numerics.zipf_error(float(alpha), stored_inputs, d))


def rate(number):
    """The claim that the error is asymptotically the mass beyond so many inputs."""
    return Equivalent(at_size, tail(number), as_=(d, oo))


mutate(
    theory.injective_rate,
    Mutant("the exponent of few classes", rate(sqrt(size))),
    Mutant("without logarithms", rate(size * log(d) ** 2)),
    Mutant("with one logarithm", rate(size * log(d))),
    Mutant(
        "half of the inputs left out are guessed right",
        Equivalent(at_size, tail(size) / 2, as_=(d, oo)),
    ),
)
