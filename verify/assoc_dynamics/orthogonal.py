"""Do margins of orthogonal inputs grow as claimed? Whole problems, trained from embeddings."""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import KroneckerDelta, LambertW, exp, log, oo

from numerics.assoc_dynamics import memory
from numerics.assoc_dynamics import orthogonal as numerics
from numerics.assoc_dynamics import orthogonal_steps as steps
from numerics.core.streams import Stream
from theory import Bound, Equivalent, Identity, Rate
from theory.assoc_dynamics import orthogonal as theory
from theory.assoc_dynamics.orthogonal import M, P, Q, late, t
from verify import Exact, Mutant, check_for, mutate

RATES = (0.03, 0.3, 2)
CLASSES = (2, 3, 10)
TIMES = (0, 0.1, 1, 10, 1000, 10**6)


def grid(**values):
    """Every combination of the values."""
    points: list[dict] = [{}]
    for name, choices in values.items():
        points = [{**point, name: value} for point in points for value in choices]
    return points


# One step from random scores


def random_problems(stream, count):
    """Small problems with random scores, and outputs with a random common vector."""
    for index in range(count):
        rng = stream.numpy(index)
        size, classes = int(rng.integers(1, 5)), int(rng.integers(2, 6))
        beta = float(rng.uniform(0.3, 2))
        outputs = numerics.shifted_outputs(
            classes, beta, float(rng.uniform(0.5, 2)), stream.substream("outputs", index)
        )
        gram = outputs @ outputs.T
        common = (np.diag(gram) - beta) / 2
        yield {
            "N": size,
            "M": classes,
            "f": tuple(int(v) for v in rng.integers(1, classes + 1, size)),
            "p": tuple(float(v) for v in rng.dirichlet(np.ones(size))),
            "a": tuple(float(v) for v in rng.uniform(0.3, 3, size)),
            "beta": beta,
            "g": tuple(float(v) for v in common),
            "S": tuple(tuple(float(v) for v in row) for row in rng.normal(0, 2, (classes, size))),
            "x": int(rng.integers(1, size + 1)),
            "y": int(rng.integers(1, classes + 1)),
        }


def outputs_with(products, beta):
    """Rows whose inner products are beta times the identity plus g_y + g_z."""
    gram = beta * np.eye(len(products)) + np.add.outer(products, products)
    values, vectors = np.linalg.eigh(gram)
    return vectors * np.sqrt(np.clip(values, 0, None))


def velocity(overlap=0.0, correlated=False):
    """Measure the speed of a margin as minus the gradient of W, seen in the scores."""

    def measure(N, M, f, p, a, beta, g, S, x, y, stream):
        del M
        inputs = numerics.orthogonal_inputs(a, stream.substream("inputs"))
        if overlap and N > 1:
            inputs = inputs + overlap * inputs[[*range(1, N), 0]]
        outputs = outputs_with(np.array(g), beta)
        if correlated:
            outputs = outputs * np.linspace(1, 2, outputs.shape[1])
        w = np.linalg.pinv(outputs) @ np.array(S) @ np.linalg.pinv(inputs).T
        labels = np.array(f) - 1
        slope = -memory.gradient(w, inputs, outputs, p, labels)
        moved = memory.scores(slope, inputs, outputs)[:, x - 1]
        return Exact(moved[labels[x - 1]] - moved[y - 1], 1e-12 * (1 + np.abs(moved).max()))

    return measure


check_for(
    theory.orthogonal_velocity,
    resolution=1e-9,
    absolute=True,
    points=random_problems,
    count=15,
    full={"count": 200},
)(velocity())


def pull(pairs):
    """The claim with parts of its prediction replaced."""
    return Identity(theory.pair_velocity(), theory.own_pull.xreplace(pairs))


x, y, f = theory.x.symbol, theory.y.symbol, theory.f
beta = theory.beta.symbol
mutate(
    theory.orthogonal_velocity,
    Mutant("beta squared", pull({beta: beta**2})),
    Mutant("norm instead of squared norm", pull({theory.a[x]: theory.a[x] ** 0.5})),
    Mutant("frequency forgotten", pull({theory.p[x]: 1})),
    Mutant("without the wrong label's own probability", pull({theory.softmax(y, x): 0})),
    Mutant("with any inputs", measure=velocity(overlap=0.5)),
    Mutant("with any outputs", measure=velocity(correlated=True)),
)


@check_for(
    theory.orthogonal_symmetric,
    resolution=1e-9,
    absolute=True,
    points=[
        {"M": m, "P": rate, "f": 1, "y": row, "q": margin}
        for m in CLASSES
        for rate in (0.3, 2)
        for row in (1, 2)
        for margin in (-3, 0, 2, 9)
    ],
)
def _(M, P, f, y, q, stream):
    problem = numerics.problem_with_rate(M, [P, 1.0], stream)
    outputs = problem.outputs - problem.outputs.mean(axis=0)  # takes the common vector away
    centred = numerics.Problem(problem.inputs, outputs, problem.probabilities, problem.targets)
    before = np.zeros((M, 2))
    before[:, 0] = q * ((np.arange(M) == f - 1) - 1 / M)
    after = steps.scores_after_step(centred, before, 1.0)
    return Exact(after[y - 1, 0] - before[y - 1, 0], 1e-12 * (1 + abs(q) + P))


line = theory.orthogonal_symmetric.statement.rhs
mutate(
    theory.orthogonal_symmetric,
    Mutant("rate P instead of M P", Identity(theory.score_velocity(), line / M)),
    Mutant(
        "wrong labels stand still",
        Identity(theory.score_velocity(), line * KroneckerDelta(y, theory.label)),
    ),
)

# The flow


def odd_one_out(margins):
    """Of margins that should be equal, the one farthest from their mean."""
    return float(margins[np.abs(margins - margins.mean()).argmax()])


@cache
def followed(classes, rates, time, start, overlap=0.0, noise=0.0, plain=False):
    """Margin of the first token at a time, over the wrong label that is least like the others."""
    stream = Stream.of(3, "flow", classes, *map(str, rates))
    problem = numerics.problem_with_rate(
        classes, rates, stream, overlap=overlap, noise=noise, plain=plain
    )
    margins, error = numerics.margins_along_flow(problem, [time], start)
    return odd_one_out(margins[0]), error


def margin(M, P, t, start=0.0, **changes):
    """The margin in a problem with two further tokens; 50 labels are slow, and have one."""
    rates = (float(P), 0.7) if M < 50 else (float(P),)
    return Exact(*followed(M, rates, float(t), float(start), **changes))


def changed_margin(**changes):
    """A measurement in which hypotheses are dropped."""

    def measure(M, P, t):
        return margin(M, P, t, **changes)

    return measure


check_for(
    theory.orthogonal_implicit,
    resolution=1e-8,
    points=grid(M=(2, 5), P=(0.3, 2), m_0=(-3, 0, 4), t=(0, 1, 10**4)),
)(lambda M, P, m_0, t: margin(M, P, t, m_0))

grown = theory.potential(theory.margin_after())
level = theory.orthogonal_implicit.statement.rhs
mutate(
    theory.orthogonal_implicit,
    Mutant(
        "exp(m) + m for any number of labels",
        Identity(
            exp(theory.margin_after()) + theory.margin_after(),
            exp(theory.start) + theory.start + M * P * t,
        ),
    ),
    Mutant("rate P", Identity(grown, level - (M - 1) * P * t)),
    Mutant("rate P (M - 1)", Identity(grown, level - P * t)),
    Mutant("from a margin of 0", Identity(grown, 1 + M * P * t)),
)

check_for(
    theory.orthogonal_exact,
    resolution=1e-9,
    absolute=True,
    points=grid(M=CLASSES, P=RATES, t=TIMES) + grid(M=(50,), P=(0.3,), t=(1, 10**4)),
)(lambda M, P, t: margin(M, P, t))


def closed(clock, classes=M):
    """The claim with another clock, or another number of labels."""
    inside = exp(clock / (classes - 1)) / (classes - 1)
    return Identity(theory.margin(), log((classes - 1) * LambertW(inside)))


SEVERAL = grid(M=(3, 10), P=(0.3, 2), t=(1, 10, 1000))
mutate(
    theory.orthogonal_exact,
    Mutant("the upper bound", Identity(theory.margin(), log(1 + M * P * t))),
    Mutant("clock 1 + P t", closed(1 + P * t)),
    Mutant("clock M P t", closed(M * P * t)),
    Mutant("the form for two labels", closed(1 + M * P * t, M * 0 + 2), points=SEVERAL),
    Mutant("correlated inputs", points=SEVERAL, measure=changed_margin(overlap=-0.5)),
    Mutant("noisy labels", points=SEVERAL, measure=changed_margin(noise=0.1)),
)

check_for(
    theory.log_growth,
    resolution=0,
    points=grid(M=CLASSES, P=RATES, t=TIMES) + grid(M=(50,), P=(0.3,), t=(1, 10**4)),
)(lambda M, P, t: margin(M, P, t))
mutate(
    theory.log_growth,
    Mutant("at least log(1 + M P t)", Bound(log(1 + M * P * t), "<=", theory.margin())),
    Mutant("at most log(1 + P t)", Bound(theory.margin(), "<=", log(1 + P * t))),
    Mutant(
        "at least log(1 + (M + 1) P t / 2)",
        Bound(log(1 + (M + 1) * P * t / 2), "<=", theory.margin()),
    ),
    Mutant(
        "at most log(1 + (M - 1/4) P t)",
        Bound(theory.margin(), "<=", log(1 + (M - 0.25) * P * t)),
    ),
    Mutant("slope of the frequency", Bound(theory.margin(), "<=", P * log(1 + M * t))),
    Mutant("noisy labels", measure=changed_margin(noise=0.1)),
)

check_for(
    theory.log_growth_early,
    resolution=0,
    points=grid(M=CLASSES, P=RATES, t=(0, 0.01, 0.1, 1, 100)),
)(lambda M, P, t: margin(M, P, t))
mutate(
    theory.log_growth_early,
    Mutant("at the rate M P", Bound(M * P * t - (M * P * t) ** 2 / 2, "<=", theory.margin())),
    Mutant("at most 9/10 of it", Bound(theory.margin(), "<=", 0.9 * P * t)),
    Mutant(
        "at least P t less a fifth of the square",
        Bound(P * t - (P * t) ** 2 / 5, "<=", theory.margin()),
    ),
)

FAR = (10**6, 10**7, 10**8, 10**9, 10**10, 10**11, 10**12)
check_for(
    theory.log_growth_rate,
    resolution=1e-3,
    points=grid(M=CLASSES, P=(0.03, 2), t=(1,)),
    ladder=FAR,
)(lambda M, P, t: margin(M, P, t))
mutate(
    theory.log_growth_rate,
    Mutant("slope of the frequency", Rate(theory.late_margin(), late, P, form="logarithmic")),
    Mutant("slope one over M", Rate(theory.late_margin(), late, 1 / M.symbol, form="logarithmic")),
)

check_for(
    theory.log_growth_expansion,
    resolution=2e-3,
    points=grid(M=CLASSES, P=(0.3, 2), t=(1,)),
    ladder=(10**3, 10**4, 10**5, 3 * 10**5, 10**6, 3 * 10**6),
)(lambda M, P, t: margin(M, P, t))


def expansion(constant, correction):
    """The claim with another constant or correction."""
    return Equivalent(theory.late_margin() - log(constant * late), correction, as_=(late, oo))


ideal = theory.ideal
mutate(
    theory.log_growth_expansion,
    Mutant("constant log P", expansion(P, theory.first_correction)),
    Mutant("M for M - 1", expansion(M * P, (1 - M * log(ideal)) / ideal)),
    Mutant("plus for minus", expansion(M * P, (1 + (M - 1) * log(ideal)) / ideal)),
    Mutant("no logarithm", expansion(M * P, -(M - 1) / ideal)),
)


@check_for(
    theory.log_growth_hitting,
    resolution=1e-7,
    points=grid(M=(2, 5), P=(0.03, 2), m=(0, 0.1, 3, 20)),
)
def _(M, P, m, stream):
    problem = numerics.problem_with_rate(M, [P, 0.7], stream)
    return Exact(*numerics.hitting_time(problem, m))


when = theory.log_growth_hitting.statement.rhs
goal = theory.goal
mutate(
    theory.log_growth_hitting,
    Mutant("exponential growth alone", Identity(theory.hitting_time(), (exp(goal) - 1) / (M * P))),
    Mutant("linear growth", Identity(theory.hitting_time(), goal / P)),
    Mutant("one over the square of the rate", Identity(theory.hitting_time(), when / P)),
    Mutant("one over the root of the rate", Identity(theory.hitting_time(), when * P**0.5)),
)

check_for(
    theory.log_growth_hitting_bounds,
    resolution=0,
    points=grid(M=CLASSES, P=(0.3,), m=(0, 1e-3, 1, 20)),
)(None)
mutate(
    theory.log_growth_hitting_bounds,
    Mutant("at most M - 1 times that", Bound(when, "<=", (M - 1) * (exp(goal) - 1) / (M * P))),
    Mutant(
        "at least (1 + 1/M) times that",
        Bound((1 + 1 / M.symbol) * (exp(goal) - 1) / (M * P), "<=", when),
    ),
)


@check_for(
    theory.log_growth_gaps,
    resolution=1e-3,
    points=grid(M=(2, 5), P=(1,), Q=(0.03, 0.5), t=(1,)),
    ladder=(10**3, 10**4, 10**5, 10**6, 10**7, 10**8),
)
def _(M, P, Q, t):
    return {"margin": margin(M, P, t), "other_margin": margin(M, Q, t)}


def gap(ratio):
    """The claim with another limit."""
    return Equivalent(exp(theory.late_margin()), ratio * exp(theory.other_margin()), as_=(late, oo))


mutate(
    theory.log_growth_gaps,
    Mutant("the gap closes", gap(1)),
    Mutant("the root of the ratio", gap((P / Q) ** 0.5)),
    Mutant("the gap widens", gap((P / Q) * log(late + 1))),
)

LAWS = {
    1: (1.0,),
    3: (0.6, 0.3, 0.1),
    6: tuple(float(v) for v in (1 / np.arange(1, 7)) / (1 / np.arange(1, 7)).sum()),
}


def loss(plain=True):
    """Measure the loss along the flow from all margins of all tokens."""

    def measure(N, M, p, t):
        stream = Stream.of(11, "loss", N, M)  # the same embeddings along the ladder
        problem = numerics.problem_with_rate(M, p, stream, plain=plain)
        total, error = 0.0, 0.0
        for token in range(N):
            margins, off = numerics.margins_along_flow(problem, [float(t)], token=token)
            value = problem.probabilities[token] * np.log1p(np.exp(-margins[0]).sum())
            total, error = total + value, error + value * (M * off + 1e-14)
        return Exact(total, error)

    return measure


check_for(
    theory.log_growth_loss,
    resolution=2e-3,
    points=[
        {"N": size, "M": classes, "p": LAWS[size], "t": 1}
        for size, classes in ((1, 2), (3, 2), (6, 4))
    ],
    ladder=(10**3, 10**4, 10**5, 10**6, 10**7, 10**8),
)(loss())


def lost(limit):
    """The claim that t times the loss has this limit."""
    return Equivalent(theory.loss(), limit / late, as_=(late, oo))


N = theory.N
mutate(
    theory.log_growth_loss,
    Mutant(
        "averaged over tokens",
        lost((M - 1) / M),
        points=[{"N": 3, "M": 2, "p": LAWS[3], "t": 1}],
    ),
    Mutant("N for N (M - 1) / M", lost(N.symbol)),
    Mutant("M instead of M - 1", lost(N * M / (M + 1))),
    Mutant("norms of all sizes", measure=loss(plain=False)),
)
