"""Do margins and losses stay monotone where nothing should oscillate, and only there?"""

from __future__ import annotations

import numpy as np

from numerics.assoc_dynamics import binary
from numerics.assoc_dynamics import no_oscillation as numerics
from theory import Bound, Domain, Identity, Matrix, Real
from theory.assoc_dynamics import no_oscillation as theory
from theory.assoc_dynamics.interference import N
from theory.assoc_dynamics.no_oscillation import c, eta
from verify import Exact, Mutant, check_for, mutate


def gram_of(rng, tokens, constructive):
    """Inner products of random signed embeddings; nonnegative ones if constructive."""
    rows = rng.standard_normal((tokens, tokens)) / np.sqrt(tokens)
    rows = np.abs(rows) if constructive else rows
    return rows @ rows.T + 1e-3 * np.eye(tokens)


def steps_of(stream, count, constructive=True):
    """Random margins, mobilities and steps up to 1000."""
    for index in range(count):
        rng = stream.numpy(index)
        tokens = int(rng.integers(2, 6))
        yield {
            "N": tokens,
            "K": tuple(map(tuple, gram_of(rng, tokens, constructive).tolist())),
            "p": tuple(rng.dirichlet(np.ones(tokens)).tolist()),
            "c": float(rng.choice((1, 2))),
            "eta": float(10 ** rng.uniform(-2, 3)),
            "m": tuple((3 * rng.standard_normal(tokens)).tolist()),
            "x": int(rng.integers(1, tokens + 1)),
        }


def without_token(points):
    """The same points for claims that speak of all tokens at once."""

    def chosen(stream, count):
        for point in points(stream, count):
            yield {name: value for name, value in point.items() if name != "x"}

    return chosen


def added(N, K, p, c, eta, m, x):
    """What a step on W adds to the margin."""
    after, _, _ = numerics.step_in_memory(K, p, c, eta, m)
    return Exact(float(after[x - 1] - m[x - 1]), 1e-9 * (1 + eta))


def losses(N, K, p, c, eta, m):
    """Loss after and before a step on W."""
    _, before, after = numerics.step_in_memory(K, p, c, eta, m)
    return {"loss_after": Exact(after, 1e-9 * (1 + after)), "loss_before": Exact(before, 1e-9)}


def in_either_sense(stream, count):
    """Points of which most have destructive correlations."""
    return steps_of(stream, count, constructive=False)


def any_sign(*without):
    """The domain without the hypothesis on the signs of K."""
    own = theory.no_oscillation.domain
    free = Matrix("K", length=N, columns=N, entry=Real("K"))
    parameters = [free if q.name == "K" else q for q in own.parameters if q.name not in without]
    return Domain(*parameters, where=own.where if not without else ())


check_for(
    theory.no_oscillation,
    resolution=1e-8,
    absolute=False,
    points=steps_of,
    count=20,
    full={"count": 300},
)(added)
mutate(
    theory.no_oscillation,
    Mutant("whatever the correlations", domain=any_sign(), points=in_either_sense),
    Mutant("rises by the step size", Bound(eta * c / 2, "<=", theory.gain())),
)
check_for(
    theory.no_oscillation_loss,
    resolution=1e-8,
    absolute=False,
    points=without_token(steps_of),
    count=20,
    full={"count": 300},
)(losses)
mutate(
    theory.no_oscillation_loss,
    Mutant(
        "whatever the correlations",
        domain=any_sign("x"),
        points=without_token(in_either_sense),
    ),
    Mutant("to half of it", Bound(theory.loss_after(), "<=", theory.loss_before() / 2)),
)


def balanced(alpha, c, eta, k, start=(0.0, 0.0), first=0.5):
    """The margin of either token: the error holds that of the other."""
    mobility = c * np.array([[1.0, -alpha], [-alpha, 1.0]])
    path = binary.descend_margins(start, mobility, [first, 1 - first], eta, k)
    one, other = path[-1]
    return Exact(one, abs(one - other) + 1e-13 * (k + 1) * (1 + abs(one)))


def of_first_token(alpha, c, eta, k, **changes):
    """The margin of token 1 alone."""
    return Exact(balanced(alpha, c, eta, k, **changes).value, 1e-9)


BALANCED = [
    {"alpha": a, "c": s, "eta": e, "k": k}
    for a, s in ((-0.5, 1), (0.3, 2), (0.9, 2))
    for e in (0.1, 10, 100)
    for k in (0, 1, 2, 30)
]
check_for(theory.no_oscillation_balanced, resolution=1e-6, absolute=True, points=BALANCED)(balanced)
mutate(
    theory.no_oscillation_balanced,
    Mutant(
        "imbalanced",
        measure=lambda alpha, c, eta, k: of_first_token(alpha, c, eta, k, first=0.75),
    ),
    Mutant(
        "from unequal margins",
        measure=lambda alpha, c, eta, k: of_first_token(alpha, c, eta, k, start=(0.5, -0.5)),
    ),
    Mutant(
        "interference of the other sign",
        Identity(
            theory.balanced_margin(),
            theory.one_margin.xreplace({theory.overlap.symbol: -theory.overlap.symbol}),
        ),
    ),
)


def gained(alpha, c, eta, k, first=0.5):
    """What the next step adds to the margin of token 1, or of token 2 if that is less."""
    mobility = c * np.array([[1.0, -alpha], [-alpha, 1.0]])
    path = binary.descend_margins((0.0, 0.0), mobility, [first, 1 - first], eta, k + 1)
    return Exact(float((path[-1] - path[-2]).min()), 1e-12 * (1 + abs(path).max()))


check_for(theory.no_oscillation_balanced_gain, resolution=1e-9, absolute=True, points=BALANCED)(
    gained
)
mutate(
    theory.no_oscillation_balanced_gain,
    Mutant("imbalanced", measure=lambda alpha, c, eta, k: gained(alpha, c, eta, k, first=0.75)),
    Mutant("by a hundredth of a step", Bound(eta / 100, "<=", theory.balanced_gain())),
)

ANGLES = np.array([0.0, 0.02, np.pi - 0.3])
GRAMS = {
    2: np.array([[4.0, -1.9], [-1.9, 1.0]]),
    3: np.cos(ANGLES[:, np.newaxis] - ANGLES),
}


def rises(N, gram=None, step=10.0):
    """Loss increases within 200 steps, with many digits."""
    weights = np.full(N, 1 / N)
    return Exact(numerics.loss_rises(GRAMS[N] if gram is None else gram, weights, 2, step, 200))


check_for(
    theory.no_oscillation_geometry, resolution=0.1, absolute=True, points=[{"N": 2}, {"N": 3}]
)(rises)
mutate(
    theory.no_oscillation_geometry,
    Mutant("none", Identity(theory.rises(), 0)),
    Mutant("labels ignored", measure=lambda N: rises(N, np.abs(GRAMS[N]))),
    Mutant(
        "norms equalised",
        measure=lambda N: rises(N, np.array([[1, -0.95], [-0.95, 1]])),
        points=[{"N": 2}],
    ),
    Mutant("small steps", measure=lambda N: rises(N, step=0.1)),
)
