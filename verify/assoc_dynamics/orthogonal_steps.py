"""Is gradient descent on orthogonal inputs as monotone, and as fast, as claimed?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import KroneckerDelta, exp, log, oo

from numerics.assoc_dynamics import orthogonal as problems
from numerics.assoc_dynamics import orthogonal_steps as numerics
from numerics.core.streams import Stream
from theory import Bound, Domain, Equivalent, Identity, Natural
from theory.assoc_dynamics import orthogonal_steps as theory
from theory.assoc_dynamics.orthogonal import M, P, potential, y
from theory.assoc_dynamics.orthogonal_steps import n, step
from verify import Exact, Mutant, check_for, mutate
from verify.assoc_dynamics.orthogonal import CLASSES, grid, margin, odd_one_out

STEPS = (0.01, 1, 30, 1000)


def single_tokens(stream, count):
    """Random scores of one token of several, and its right and another label."""
    for index in range(count):
        rng = stream.numpy(index)
        classes = int(rng.integers(2, 7))
        right, wrong = (int(v) + 1 for v in rng.choice(classes, 2, replace=False))
        yield {
            "M": classes,
            "P": float(rng.uniform(0.05, 2)),
            "eta": float(STEPS[index % len(STEPS)]),
            "s": tuple(float(v) for v in rng.normal(0, 3, classes)),
            "f": right,
            "y": wrong,
        }


def stepped(M, P, eta, s, f, stream, noise=0.0):
    """Scores of the token before and after a step on W, and their error."""
    problem = problems.problem_with_rate(M, [P, 0.7], stream.substream("problem"))
    labels = np.array([f - 1, 0])
    targets = labels
    if noise:
        targets = np.eye(M)[:, labels] * (1 - noise) + noise / M
    problem = problems.Problem(problem.inputs, problem.outputs, problem.probabilities, targets)
    table = stream.substream("scores").numpy().normal(0, 2, (M, 2))
    table[:, 0] = s
    after = numerics.scores_after_step(problem, table, eta)[:, 0]
    return table[:, 0], after, 1e-11 * (1 + eta * P + np.abs(after).max())


def gained(noise=0.0):
    """Measure what a step adds to a margin."""

    def measure(M, P, eta, s, f, y, stream):
        before, after, error = stepped(M, P, eta, s, f, stream, noise)
        return Exact((after[f - 1] - after[y - 1]) - (before[f - 1] - before[y - 1]), error)

    return measure


check_for(
    theory.orthogonal_gd,
    resolution=1e-6,
    points=single_tokens,
    count=24,
    full={"count": 400},
)(gained())
surely = theory.surely_gained
mutate(
    theory.orthogonal_gd,
    Mutant("twice as much", Bound(2 * surely, "<=", theory.margin_gain())),
    Mutant("eta P", Bound(step * P, "<=", theory.margin_gain())),
    Mutant("noisy labels", measure=gained(noise=0.5)),
)


def odds(power=1.0):
    """Measure the odds of an error after a step."""

    def measure(M, P, eta, s, f, stream):
        _, after, error = stepped(M, P, eta * power, s, f, stream)
        wrong = np.delete(after, f - 1) - after[f - 1]
        value = float(np.exp(wrong).sum())
        return Exact(value, value * np.expm1(2 * error))

    return measure


def without_label(stream, count):
    """The same without the other label."""
    return ({k: v for k, v in point.items() if k != "y"} for point in single_tokens(stream, count))


check_for(
    theory.orthogonal_gd_odds,
    resolution=1e-6,
    points=without_label,
    count=24,
    full={"count": 400},
)(odds())
mutate(
    theory.orthogonal_gd_odds,
    Mutant(
        "twice the exponent",
        Bound(theory.odds_after(), "<=", exp(-2 * surely) * theory.odds_before),
    ),
    Mutant("exponent eta P", Bound(theory.odds_after(), "<=", exp(-step * P) * theory.odds_before)),
    Mutant("a tenth of the step", measure=odds(0.1)),
)

check_for(
    theory.orthogonal_gd_correlated,
    resolution=1e-9,
    points=grid(h=(0.01, 0.2, 0.5), n=(2, 3, 10), P=(0.3, 2)),
)(lambda h, n, P: Exact(numerics.crowded_labels(h, n, P), 1e-13 * (1 + P)))
mutate(
    theory.orthogonal_gd_correlated,
    Mutant("orthogonal inputs make every margin rise", Bound(0, "<=", theory.first_velocity())),
    Mutant("at the rate P / 10", Bound(theory.first_velocity(), "<=", -P / 10)),
    Mutant(
        "with a single label at (1, h)",
        points=grid(h=(0.2,), n=(1,), P=(1,)),
        domain=Domain(
            theory.h,
            Natural("n", at_least=1),
            P,
            remarks=theory.orthogonal_gd_correlated.domain.remarks,
        ),
    ),
)

ALL_STEPS = grid(M=CLASSES, P=(0.3,), eta=STEPS)
check_for(
    theory.orthogonal_gd_step,
    resolution=0,
    points=[{**point, "m": margin} for point in ALL_STEPS for margin in (0, 1, 8)],
)(None)
mutate(
    theory.orthogonal_gd_step,
    Mutant("a hundredth more", Bound(1.01 * step * M * P, "<=", theory.rise)),
    Mutant(
        "by the square of the step as well",
        Bound(step * M * P + (step * P) ** 2 / 100, "<=", theory.rise),
    ),
)


@cache
def descended(classes, rate, eta, steps):
    """Margin of a token among two after steps on W."""
    stream = Stream.of(5, "descent", classes, str(rate))
    problem = problems.problem_with_rate(classes, [rate, 0.7], stream)
    value = odd_one_out(numerics.margins_along_descent(problem, eta, steps))
    return value, 1e-12 * (steps > 0) * (1 + abs(value))


def trained(M, P, eta, k):
    """The margin that gradient descent on W finds."""
    return Exact(*descended(M, float(P), float(eta), k))


DESCENTS = grid(M=(2, 5), P=(0.3, 2), eta=(0.01, 1, 30), k=(0, 1, 10, 100))
check_for(theory.orthogonal_gd_potential, resolution=1e-9, points=DESCENTS)(trained)
reached = potential(theory.gd_margin())
mutate(
    theory.orthogonal_gd_potential,
    Mutant("a hundredth more", Bound(1 + 1.01 * M * P * step * n, "<=", reached)),
    Mutant("and a logarithm", Bound(1 + M * P * step * n + log(1 + n), "<=", reached)),
)


@check_for(theory.orthogonal_gd_flow, resolution=1e-9, absolute=True, points=DESCENTS)
def _(M, P, eta, k):
    return {"gd_margin": trained(M, P, eta, k), "flow_margin": margin(M, P, float(eta) * k)}


mutate(
    theory.orthogonal_gd_flow,
    Mutant("a hundredth ahead", Bound(1.01 * theory.flow_margin(), "<=", theory.gd_margin())),
    Mutant(
        "at most a thousandth ahead",
        Bound(theory.gd_margin(), "<=", 1.001 * theory.flow_margin()),
    ),
)


@cache
def long_run(classes, rate, eta, steps):
    """Margin of a single token after many steps."""
    return float(numerics.descend_token(classes, rate, eta, np.array([steps]))[0])


def far_along(M, P, eta, k):
    """The margin after so many steps, to rounding."""
    value = long_run(M, float(P), float(eta), k)
    return Exact(value, 4e-15 * (1 + value))


MANY = (1000, 3000, 10_000, 30_000, 100_000)
LONG = grid(M=(2, 5), P=(0.3,), eta=(1, 10), k=(1,))
check_for(theory.orthogonal_gd_growth, resolution=2e-3, points=LONG, ladder=MANY)(far_along)


def growth(prediction):
    """The claim that the exponential of the margin is asymptotic to this."""
    return Equivalent(exp(theory.gd_margin()), prediction, as_=(n, oo))


mutate(
    theory.orthogonal_gd_growth,
    Mutant("no factor eta", growth(M * P * n), points=LONG[2:]),
    Mutant("no factor M", growth(P * step * n)),
    Mutant("M - 1 for M", growth((M - 1) * P * step * n)),
)


@check_for(theory.orthogonal_gd_logarithm, resolution=5e-3, points=LONG, ladder=MANY)
def _(M, P, eta, k):
    return {"gd_margin": far_along(M, P, eta, k), "gd_margin_later": far_along(M, P, eta, 4 * k)}


def corrected(offset, limit):
    """The claim with another coefficient of the logarithm."""
    return Equivalent(theory.excess + offset * log(4), limit * log(4), as_=(n, oo))


drift = M * P * step / 2
mutate(
    theory.orthogonal_gd_logarithm,
    Mutant("plus (M - 1)", corrected(0, drift + M - 1)),
    Mutant("M P eta", corrected(M - 1, 2 * drift)),
    Mutant("M for M - 1", corrected(M.symbol, drift)),
    Mutant("no step size", corrected(M - 1, M * P / 2), points=LONG[1:2]),
    Mutant("the correction of the flow alone", corrected(M - 1, 1)),
)

# Noisy labels

check_for(
    theory.orthogonal_noisy_distance,
    resolution=0,
    points=grid(u=(1e-3, 0.3, 5), v=(1e-3, 0.3, 5), d=(1e-3, 0.3, 5)),
)(None)
mutate(
    theory.orthogonal_noisy_distance,
    Mutant("a hundredth more", Bound(1.01 * theory.least_distance, "<=", theory.distance)),
    Mutant("of the lower one alone", Bound(2 * theory.half / theory.below, "<=", theory.distance)),
)


@cache
def noisy(rate, eta, law, start, steps):
    """Margin of a token with noisy labels after steps on W."""
    inputs = problems.orthogonal_inputs([1.0, 2.0], Stream.of(7, "inputs"))
    outputs = problems.shifted_outputs(2, 1.0, 0.0, Stream.of(7, "outputs"))
    targets = np.array([[law, 0.5], [1 - law, 0.5]])
    problem = problems.Problem(inputs, outputs, np.array([rate, 0.1]), targets)
    scores = np.zeros((2, 2))
    scores[0, 0] = start
    last = numerics.scores_after_step(problem, scores, eta, steps)[:, 0]
    return float(last[0] - last[1])


def settled(P, eta, pi, m_0, k):
    """The margin, to rounding; rounding is forgotten where the steps contract."""
    value = noisy(float(P), float(eta), float(pi), float(m_0), k)
    return Exact(value, 1e-12 * (1 + abs(value)))


def departures(settings):
    """Points off the fixed point: on it, every step size is stable."""
    return [
        {"P": rate, "eta": eta, "pi": pi, "m_0": m_0, "k": 1}
        for rate, eta, pi in settings
        for m_0 in (1e-3, -30)
    ]


STABLE = ((0.5, 1, 0.5), (0.5, 7.5, 0.5), (0.5, 20, 0.9), (1, 0.5, 0.2), (2, 5, 0.95))
UNSTABLE = ((0.5, 8.5, 0.5), (0.5, 24, 0.9))
check_for(
    theory.orthogonal_noisy,
    resolution=1e-6,
    points=departures(STABLE),
    ladder=(50, 100, 200, 300, 400, 500),
)(settled)
odds_of_label = theory.chance / (1 - theory.chance)
mutate(
    theory.orthogonal_noisy,
    Mutant(
        "for every step size",
        points=departures(UNSTABLE),
        domain=Domain(*theory.orthogonal_noisy.domain.parameters),
    ),
    Mutant(
        "logarithmic growth",
        Equivalent(exp(theory.noisy_margin()), 2 * P * step * n, as_=(n, oo)),
    ),
    Mutant(
        "to the probability",
        Equivalent(exp(theory.noisy_margin()), theory.chance.symbol, as_=(n, oo)),
    ),
)


def random_laws(stream, count):
    """Random distributions of labels."""
    for index in range(count):
        rng = stream.numpy(index)
        classes = int(rng.integers(2, 6))
        weights = rng.uniform(0.1, 1, classes)
        yield {
            "M": classes,
            "P": float(rng.uniform(0.1, 2)),
            "eta": float(10 ** rng.uniform(-1, 1)),
            "law": tuple(float(v) for v in weights / weights.sum()),
            "y": int(rng.integers(1, classes + 1)),
            "z": int(rng.integers(1, classes + 1)) if index else 1,
        }


@check_for(
    theory.orthogonal_noisy_jacobian,
    resolution=1e-6,
    absolute=True,
    points=random_laws,
    count=12,
    full={"count": 100},
)
def _(M, P, eta, law, y, z, stream):
    del M
    return Exact(*numerics.step_slope(P, eta, law, y - 1, z - 1, stream))


z = theory.other.symbol
same = KroneckerDelta(y, z)
law = theory.law
mutate(
    theory.orthogonal_noisy_jacobian,
    Mutant(
        "second moment instead of covariance",
        Identity(theory.step_jacobian(), same - step * P * law[y] * same),
    ),
    Mutant(
        "plus for minus",
        Identity(theory.step_jacobian(), 2 * same - theory.linear_step),
    ),
)


@check_for(
    theory.orthogonal_noisy_threshold,
    resolution=1e-6,
    absolute=True,
    points=grid(P=(0.5, 2), eta=(0.1, 1, 10), pi=(0.1, 0.5, 0.9)),
)
def _(P, eta, pi, stream):
    total, error = 0.0, 0.0
    for row in (0, 1):
        for column in (0, 1):
            value, off = numerics.step_slope(P, eta, (pi, 1 - pi), row, column, stream)
            total, error = total + (value if row == column else -value) / 2, error + off / 2
    return Exact(total, error)


unstable = P * step * theory.chance * (1 - theory.chance)
mutate(
    theory.orthogonal_noisy_threshold,
    Mutant("half of it", Identity(theory.multiplier(), 1 - unstable)),
    Mutant(
        "the probability alone", Identity(theory.multiplier(), 1 - 2 * step * P * theory.chance)
    ),
)
