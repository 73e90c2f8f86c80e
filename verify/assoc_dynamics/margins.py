"""Do margins and the loss end as the max-margin problem says? Flows of whole problems."""

from __future__ import annotations

from functools import cache
from itertools import count as numbers

import numpy as np
from sympy import Rational, Sum, exp, oo, sqrt

from numerics.assoc_dynamics import margins as numerics
from numerics.assoc_dynamics import memory, particles
from numerics.assoc_dynamics.benign import pair_vectors
from numerics.assoc_dynamics.large_steps import error_mass, pair_margins
from numerics.core.streams import Stream
from theory import Bound, Equivalent
from theory.assoc_dynamics import margins as theory
from theory.assoc_dynamics.benign import gamma
from theory.assoc_dynamics.large_steps import N as problem_size
from theory.assoc_dynamics.large_steps import p as shares
from theory.assoc_dynamics.margins import S, c, t, token
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.benign import margin_of
from verify.assoc_dynamics.problems import drawn, known, pair, rows

LADDER = tuple(10**k for k in range(4, 13))
FLOW = 1e-8
"""Relative error of the exponential of a margin along a flow."""

# Any number of labels


def slowest(point):
    """Smallest exponent with which the margins on the support approach their constants."""
    labels = np.asarray(point["f"]) - 1
    try:
        found = numerics.support(point["E"], point["U"], labels)
    except ValueError:
        return 0.0
    weights = found.weights.ravel()
    active = weights > 0
    if weights[active].min() < 0.02 * weights.max() or found.spare < 0.05:
        return 0.0
    vectors = pair_vectors(point["E"], point["U"], labels)[active]
    return float(np.linalg.eigvals(vectors @ vectors.T * weights[active]).real.min())


@cache
def settled(number):
    """Random problems of two or three labels whose slowest exponent is no smaller than 0.3."""
    found = []
    for index in numbers():
        rng = Stream.of(7, "margins", index).numpy()
        tokens, labels = int(rng.integers(2, 6)), int(rng.integers(2, 4))
        point = drawn(rng, tokens, labels, tokens + 1, labels, unit=True)
        if slowest(point) >= 0.3:
            found.append(point)
        if len(found) == number:
            return found


@cache
def flowed(inputs, outputs, labels, probabilities):
    """Tables of scores from W = 0, by the time."""
    f = np.asarray(labels) - 1
    tables = numerics.late_tables(inputs, outputs, probabilities, f, LADDER)
    return dict(zip(LADDER, tables, strict=True))


def table_of(point):
    """The table of scores at the time of a point."""
    return flowed(point["E"], point["U"], point["f"], point["p"])[point["t"]]


def problems(stream, count):
    """Two tokens, and random problems that settle."""
    del stream
    for given in (pair(0.5, 0.75), pair(-0.3, 0.9), *settled(count)):
        yield {**given, "t": 1}


@check_for(
    theory.loss_universal,
    resolution=5e-3,
    points=problems,
    ladder=LADDER,
    count=3,
    full={"count": 12},
)
def _(**point):
    value = float(particles.loss(table_of(point), point["p"], np.asarray(point["f"]) - 1))
    return {"late_loss": known(value, FLOW), "max_margin": margin_of(point)[0]}


def ends_as(prediction):
    """The claim that time times loss ends like this."""
    return Equivalent(t * theory.late_loss(), prediction, as_=(t, oo))


mutate(
    theory.loss_universal,
    Mutant("one over the margin", ends_as(1 / gamma)),
    Mutant("the mean over the tokens", ends_as(1 / gamma**2 / problem_size)),
    Mutant("weighted by a probability", ends_as(shares[1] * problem_size / gamma**2)),
    Mutant("half of it", ends_as(1 / gamma**2 / 2)),
)


def support_of(point):
    """The max-margin problem of a point, solved."""
    return numerics.support(point["E"], point["U"], np.asarray(point["f"]) - 1)


def pairs(stream, count):
    """Of each problem, the pair with the largest weight of the first and the last token."""
    for point in problems(stream, count):
        weights = support_of(point).weights
        for row in (0, len(weights) - 1):
            if weights[row].max() > 0:
                yield {**point, "x": row + 1, "y": int(weights[row].argmax()) + 1}


@check_for(
    theory.max_margin_offsets,
    resolution=1e-2,
    points=pairs,
    ladder=LADDER,
    count=3,
    full={"count": 12},
)
def _(**point):
    row, column = point["x"] - 1, point["y"] - 1
    margin = pair_margins(table_of(point), np.asarray(point["f"]) - 1)[row, column]
    return {
        "late_margin": Exact(float(margin), FLOW),
        "multiplier": known(float(support_of(point).weights[row, column]), 1e-9),
    }


def offset(prediction):
    """The claim that the exponential of the margin ends like this."""
    return Equivalent(exp(theory.late_margin()), prediction, as_=(t, oo))


weight = theory.multiplier()
own = shares[token]
mutate(
    theory.max_margin_offsets,
    Mutant("no frequency", offset(t / weight)),
    Mutant("no weight", offset(own * t)),
    Mutant("times the weight", offset(own * t * weight)),
    Mutant("slope of the frequency", offset((own * t / weight) ** own)),
)

# Two labels, all tokens support vectors


@cache
def all_support(number, tokens):
    """Random signed unit tokens with positive weights, none of them small."""
    for index in numbers():
        rng = Stream.of(11, "support", number, tokens, index).numpy()
        z = rng.standard_normal((tokens, tokens + int(rng.integers(0, 3))))
        z /= np.linalg.norm(z, axis=1, keepdims=True)
        weights = np.linalg.solve(z @ z.T, np.ones(tokens))
        modes = np.linalg.eigvals(z @ z.T * weights).real
        if weights.min() > 0.1 * weights.max() and modes.min() > 0.3:
            return z, weights


def binary(number, tokens, **further):
    """A problem of two labels in which all tokens are support vectors."""
    z, weights = all_support(number, tokens)
    drawn_shares = np.random.default_rng(number).dirichlet(np.ones(tokens))
    return {
        "N": tokens,
        "d": z.shape[1],
        "z": rows(z),
        "p": tuple(float(v) for v in 0.5 / tokens + 0.5 * drawn_shares),
        "lambda": tuple(float(v) for v in weights),
        "w": tuple(float(v) for v in weights @ z),
        "c": 2.0 if number % 2 else 0.7,
        **further,
    }


def states(stream, count):
    """Problems with margins of all sizes."""
    for index in range(count):
        rng = stream.numpy(index)
        point = binary(index, 1 + index % 4)
        spread = (0.0, 1.0, 4.0)[index % 3]
        margins = rng.uniform(-1, 6) + spread * rng.standard_normal(point["N"])
        yield {**point, "m": tuple(float(v) for v in margins)}


def with_square(stream, count):
    """States with the squared length of the max-margin vector."""
    for point in states(stream, count):
        alike = np.log(np.asarray(point["p"]) / np.asarray(point["lambda"])) + 9
        square = float(np.sum(point["lambda"]))
        yield {**point, "S": square}
        yield {**point, "m": tuple(float(v) for v in alike), "S": square}


def memory_of(point):
    """The problem of a point, and a memory with its margins."""
    e, u, f = numerics.binary_problem(point["z"], point["c"])
    sign = 1.0 - 2.0 * f
    along, *_ = np.linalg.lstsq(e, sign * np.asarray(point["m"]), rcond=None)
    return (np.outer(u[0] - u[1], along) / point["c"], e, u, point["p"], f), f


@check_for(theory.max_margin_gradient, resolution=1e-9, points=with_square, count=8)
def _(**point):
    given, labels = memory_of(point)
    table = memory.scores(*given[:3])
    return {
        "error": known(float(error_mass(table, point["p"], labels)), 1e-11),
        "gradient_square": known(float((memory.gradient(*given) ** 2).sum()), 1e-11),
    }


error, square = theory.error(), theory.gradient_square()
mutate(
    theory.max_margin_gradient,
    Mutant("a hundredth more", Bound(Rational(101, 100) * c * error**2 / S, "<=", square)),
    Mutant("no length", Bound(c * error**2, "<=", square)),
    Mutant("the error for its square", Bound(c * error / S, "<=", square)),
    Mutant("length for its square", Bound(c * error**2 / sqrt(S), "<=", square)),
)


def timed(stream, count):
    """States and times; near the constants, where the two squares all but agree, and elsewhere."""
    for index, point in enumerate(states(stream, count)):
        ideal = point["c"] * np.asarray(point["p"]) / np.asarray(point["lambda"])
        time = float(10 ** (index % 5))
        noise = stream.substream("nearby").numpy(index).standard_normal(point["N"])
        nearby = np.log(ideal * time) + 0.3 * noise
        yield {**point, "t": float(np.exp(np.mean(point["m"])))}
        yield {**point, "m": tuple(float(v) for v in nearby), "t": time}


@check_for(theory.margin_constants_potential, resolution=1e-8, points=timed, count=8)
def _(**point):
    given = (point[name] for name in ("z", "c", "p", "lambda", "m", "t"))
    return Exact(*numerics.potential_rate(*given))


fall = theory.potential_rate()
excess = Sum(theory.excess**2, (theory.j, 1, theory.d))
distance = Sum(theory.distance**2, (theory.j, 1, theory.d))
mutate(
    theory.margin_constants_potential,
    Mutant("it never rises", Bound(fall, "<=", 0)),
    Mutant("no excess", Bound(fall, "<=", -distance / 2)),
    Mutant("falls at twice the squared distance", Bound(fall, "<=", excess / 2 - 2 * distance)),
    Mutant("a quarter of the excess", Bound(fall, "<=", excess / 4 - distance / 2)),
)


@cache
def binary_flow(z, square, probabilities, begun):
    """Margins along the flow, by the time, from tables of scores of two labels."""
    e, u, f = numerics.binary_problem(z, square)
    sign = 1.0 - 2.0 * f
    start = np.array([[0.5], [-0.5]]) * sign * np.asarray(begun)
    tables = particles.flow_scores(start, e @ e.T, u @ u.T, probabilities, f, LADDER)
    return dict(zip(LADDER, sign * (tables[:, 0] - tables[:, 1]), strict=True))


def flows(stream, count):
    """Problems and starts."""
    for index in range(count):
        rng = stream.numpy(index)
        point = binary(index, 2 + index % 3, t=1)
        begun = (index % 2) * 2 * rng.standard_normal(point["N"])
        yield {**point, "m_0": tuple(float(v) for v in begun)}


def late_margins(point):
    """All margins at the time of a point."""
    return binary_flow(point["z"], point["c"], point["p"], point["m_0"])[point["t"]]


def tokens_of(stream, count):
    """The first token of each problem."""
    for point in flows(stream, count):
        yield {**point, "x": 1}


@check_for(
    theory.margin_constants,
    resolution=5e-3,
    points=tokens_of,
    ladder=LADDER,
    count=4,
    full={"count": 20},
)
def _(**point):
    return Exact(float(late_margins(point)[point["x"] - 1]), FLOW)


def constant(prediction):
    """The claim that the exponential of the margin ends like this."""
    return Equivalent(exp(theory.margin()), prediction, as_=(t, oo))


share, bias = theory.p[token], theory.weights[token]
mutate(
    theory.margin_constants,
    Mutant("times the weight", constant(c * share * t * bias)),
    Mutant("no output distance", constant(share * t / bias)),
    Mutant("no frequency", constant(c * t / bias)),
    Mutant("no weight", constant(c * share * t)),
)


@check_for(
    theory.loss_universal_two_labels,
    resolution=5e-3,
    points=flows,
    ladder=LADDER,
    count=4,
    full={"count": 20},
)
def _(**point):
    terms = np.asarray(point["p"]) * np.log1p(np.exp(-late_margins(point)))
    return known(float(terms.sum()), FLOW)


def two_labels(prediction):
    """The claim that the loss ends like this."""
    return Equivalent(theory.binary_loss(), prediction, as_=(t, oo))


total, size = theory.total, theory.N
mutate(
    theory.loss_universal_two_labels,
    Mutant("no output distance", two_labels(total / t)),
    Mutant("the mean over the tokens", two_labels(total / (size * c * t))),
    Mutant("norm for its square", two_labels(sqrt(total / c) / t)),
    Mutant("as for orthogonal tokens", two_labels(size / (c * t))),
)
