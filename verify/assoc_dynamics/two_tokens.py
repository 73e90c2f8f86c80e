"""Does the rare of two tokens dip when, as often, as deep and as long as it should?"""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import Piecewise, Rational, log, oo, sqrt

from numerics.assoc_dynamics import two_tokens as numerics
from theory import Bound, Domain, Equivalent, Identity, Real
from theory.assoc_dynamics import two_tokens as theory
from theory.assoc_dynamics.two_tokens import alpha, c, n, p1, share
from verify import Exact, Mutant, check_for, mutate

STATES = [
    {"p1": p, "alpha": a, "c": s, "m1": one, "m2": two}
    for p, a, s in ((0.5, 0.3, 1), (0.75, 0.95, 2), (0.9, 0.5, 2), (0.02, 0.99, 2))
    for one, two in ((0, 0), (1, -2), (-3, 0.5), (0.2, 4))
]


@check_for(theory.two_token_flow, resolution=1e-6, absolute=True, points=STATES)
def _(p1, alpha, c, m1, m2):
    return Exact(*numerics.log_ratio_rate(p1, alpha, c, (m1, m2)))


here1, ratio = theory.here1, theory.ratio
right1, right2 = theory.right1, theory.right2
mutate(
    theory.two_token_flow,
    Mutant(
        "residuals of the tokens exchanged",
        Identity(
            theory.log_ratio_rate(),
            c * here1 * (right2 * (1 - alpha * ratio) - right1 * (ratio - alpha)),
        ),
    ),
    Mutant(
        "without saturation",
        Identity(theory.log_ratio_rate(), c * here1 * ((1 - alpha * ratio) - (ratio - alpha))),
    ),
    Mutant(
        "wrong answers instead of right ones",
        Identity(
            theory.log_ratio_rate(),
            c * here1 * ((1 - right1) * (1 - alpha * ratio) - (1 - right2) * (ratio - alpha)),
        ),
    ),
)


def counted_turns(p1, alpha, c, m1, m2):
    """Turns of the two margins together."""
    return Exact(sum(numerics.turns(p1, alpha, c, (m1, m2))))


def starts(stream, count):
    """Random margins, frequencies and inner products."""
    for index in range(count):
        rng = stream.numpy(index)
        yield {
            "p1": float(rng.uniform(0.01, 0.99)),
            "alpha": float(rng.uniform(0.01, 0.99)),
            "c": float(rng.choice((1, 2))),
            "m1": float(4 * rng.standard_normal()),
            "m2": float(4 * rng.standard_normal()),
        }


check_for(
    theory.two_token_turns,
    resolution=0.1,
    absolute=True,
    points=starts,
    count=20,
    full={"count": 400},
)(counted_turns)
mutate(theory.two_token_turns, Mutant("no turn at all", Bound(theory.turns(), "<=", 0)))

signed = Real("alpha", above=-1, below=1)
PORTRAITS = [
    {"p1": p, "alpha": a, "c": s}
    for p, a, s in (
        (0.5, 0.9, 2),
        (0.6, 0.6, 2),
        (0.6, 0.7, 2),
        (0.75, 0.3, 2),
        (0.75, 0.36, 1),
        (0.75, 0.95, 2),
        (0.9, 0.2, 2),
        (0.9, 0.1, 2),
        (0.98, 0.05, 2),
        (0.1, 0.99, 2),
    )
]


@check_for(theory.two_token_dips, resolution=0.1, absolute=True, points=PORTRAITS)
def second_turns(p1, alpha, c):
    """Turns of the margin of token 2 from margins 0."""
    return Exact(numerics.turns(p1, alpha, c, (0, 0))[1])


def turning_where(condition):
    """The claim with another condition for the dip."""
    return Identity(theory.second_turns(), Piecewise((1, condition), (0, True)))


mutate(
    theory.two_token_dips,
    Mutant("above the ratio the other way round", turning_where(alpha > share / (1 - share))),
    Mutant("above the root of the ratio", turning_where(alpha > sqrt((1 - share) / share))),
    Mutant("above half the ratio", turning_where(alpha > (1 - share) / share / 2)),
    Mutant("whenever it is rarer", turning_where(share > Rational(1, 2))),
    Mutant(
        "the frequent token dips too",
        measure=lambda p1, alpha, c: Exact(numerics.turns(p1, alpha, c, (0, 0))[0]),
    ),
    Mutant(
        "by the size of the inner product",
        turning_where(abs(signed.symbol) > (1 - share) / share),
        points=[{"p1": 0.75, "alpha": -0.9, "c": 2}],
        domain=Domain(share, signed, c),
    ),
)

SIGNED = np.array([[1, -0.6, 0.3], [-0.6, 1, -0.9], [0.3, -0.9, 1]])


def turns_of_three(gram=SIGNED, token=2):
    """Turns of the margin of one of three tokens."""
    weights = np.array([6, 2, 1]) / 9
    return Exact(numerics.margin_turns(2 * gram, weights, np.zeros(3))[token])


check_for(theory.three_tokens, resolution=0.1, absolute=True, points=[{}])(lambda: turns_of_three())
mutate(
    theory.three_tokens,
    Mutant("as for two tokens", Identity(theory.third_turns(), 1)),
    Mutant("orthogonal", measure=lambda: turns_of_three(np.eye(3))),
    Mutant("less interference", measure=lambda: turns_of_three((SIGNED + np.eye(3)) / 2)),
    Mutant("labels ignored", measure=lambda: turns_of_three(np.abs(SIGNED))),
    Mutant("the frequent token", measure=lambda: turns_of_three(token=0)),
)

DIPS = [point for point in PORTRAITS if point["alpha"] * point["p1"] > 1 - point["p1"]]
dip = cache(numerics.dip)


@check_for(
    theory.two_token_depth,
    resolution=1e-9,
    absolute=True,
    points=[*DIPS, *({**point, "alpha": 0.9999} for point in DIPS)],
)
def deepest(p1, alpha, c):
    """The lowest margin of token 2."""
    return Exact(*dip(p1, alpha, c))


mutate(
    theory.two_token_depth,
    Mutant("nine tenths of it", Bound(-Rational(9, 10) * theory.depth, "<=", theory.deepest())),
    Mutant("the logarithm of the frequency", Bound(log(share), "<=", theory.deepest())),
    Mutant("alpha squared", Bound(-log(alpha**2 * share / (1 - share)), "<=", theory.deepest())),
)

RARE = [{"p1": p, "c": s, "n": 100} for p, s in ((0.6, 2), (0.75, 2), (0.9, 1))]
LADDER = (1000, 3000, 10_000, 30_000, 100_000, 300_000)


@check_for(theory.two_token_limit_dip, resolution=1e-3, points=RARE, ladder=LADDER)
def deepest_close(p1, c, n):
    """The lowest margin of token 2, close to the limit."""
    return Exact(*dip(p1, 1 - 1 / n, c))


mutate(
    theory.two_token_limit_dip,
    Mutant(
        "the logarithm of the frequency",
        Equivalent(-theory.deepest_close(), -log(1 - p1), as_=(n, oo)),
    ),
)
recovery_time = cache(numerics.recovery_time)


@check_for(theory.two_token_limit, resolution=2e-3, points=RARE, ladder=LADDER)
def recovery(p1, c, n):
    """When token 2 is right for good."""
    return Exact(*recovery_time(p1, 1 - 1 / n, c))


def recovering(limit):
    """The claim with another limit."""
    return Equivalent(theory.recovery() / n, limit, as_=(n, oo))


mutate(
    theory.two_token_limit,
    Mutant("twice as long", recovering(2 * theory.recovered)),
    Mutant("in units of 1 - alpha^2", recovering(theory.recovered / 2)),
    Mutant("until the margins are equal", recovering(theory.recovered + 1 / (c * (1 - p1)))),
    Mutant("log(1 / p2) / (2 c p2)", recovering(-log(1 - p1) / (2 * c * (1 - p1)))),
)
