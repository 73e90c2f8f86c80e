"""Is the constant in front of the exponential right? Fractions, and tilted walks by FFT."""

from __future__ import annotations

from fractions import Fraction

from sympy import Abs, Rational, oo, sqrt

from numerics.mode_estimation import prefactor as numerics
from theory import Bound, Equivalent, Identity
from theory.mode_estimation import prefactor as theory
from theory.mode_estimation.prefactor import (
    K,
    base,
    half,
    height,
    j,
    n,
    pair_height,
    r,
    remainder,
    smaller_base,
    variance,
)
from verify import Exact, Mutant, check_for, mutate

PROBLEMS = [
    {"p1": Fraction(1, 2), "r": Fraction(3, 4)},
    {"p1": Fraction(2, 5), "r": Fraction(9, 10)},
    {"p1": Fraction(3, 5), "r": Fraction(1, 3)},
    {"p1": Fraction(9, 10), "r": Fraction(1, 5)},
]


def at(samples, **more):
    """Each problem with each number of samples."""
    return [{**point, "n": count, **more} for point in PROBLEMS for count in samples]


@check_for(
    theory.em_prefactor_tilt,
    resolution=0,
    points=[
        {**point, "j": ahead}
        for point in at((1, 2, 7, 40))
        for ahead in (0, 1, 5)
        if ahead <= point["n"]
    ],
)
def _(p1, r, n, j):
    root = r * p1 / (1 - p1 * (1 - r) ** 2)
    return {
        "difference": Exact(numerics.difference_probability(p1, r**2 * p1, n, j)),
        "walk": Exact(numerics.difference_probability(root, root, n, j)),
    }


tilted = theory.walk()
mutate(
    theory.em_prefactor_tilt,
    Mutant("r^2 for r", Identity(theory.difference(), base**n * r ** (2 * j) * tilted)),
    Mutant("the mode ahead", Identity(theory.difference(), base**n * r ** (-j) * tilted)),
)

LADDER = tuple(10**e for e in range(2, 9))


def pair(p1, r, n):
    """The second label against the mode."""
    return numerics.pair_error(p1, r**2 * p1, n)


def equivalent(claim, prediction):
    """The left side of a claim said to be asymptotic to something else."""
    statement = claim.statement
    return Equivalent(statement.lhs, prediction, as_=(statement.variable, oo))


for claim, part in (
    (theory.em_prefactor_tie, "tie"),
    (theory.em_prefactor_strict, "ahead"),
    (theory.em_prefactor_pair, "with_half_the_ties"),
):
    check_for(claim, resolution=1e-3, points=at((100,)), ladder=LADDER)(
        lambda p1, r, n, part=part: Exact(getattr(pair(p1, r, n), part))
    )
    mutate(
        claim,
        Mutant("1/n for its root", equivalent(claim, claim.statement.rhs / sqrt(n))),
        Mutant("without the variance", equivalent(claim, claim.statement.rhs * sqrt(variance))),
        Mutant("variance of one label only", equivalent(claim, claim.statement.rhs * sqrt(2))),
    )
mutate(
    theory.em_prefactor_strict,
    Mutant(
        "ratio of the probabilities for r",
        equivalent(theory.em_prefactor_strict, r**2 / (1 - r**2) * height),
    ),
    Mutant("ties included", equivalent(theory.em_prefactor_strict, height / (1 - r))),
)
mutate(
    theory.em_prefactor_pair,
    Mutant("ties not counted", equivalent(theory.em_prefactor_pair, r / (1 - r) * height)),
    Mutant("ties counted in full", equivalent(theory.em_prefactor_pair, height / (1 - r))),
)


@check_for(
    theory.em_prefactor_correction,
    resolution=1e-2,
    points=at((100,)),
    ladder=LADDER[:-1],
)
def _(p1, r, n):
    return Exact(pair(p1, r, n).with_half_the_ties)


spread = r / ((1 - r) ** 2 * variance)
mutate(
    theory.em_prefactor_correction,
    Mutant("spread alone", equivalent(theory.em_prefactor_correction, spread / n)),
    Mutant(
        "kurtosis with the other sign",
        equivalent(theory.em_prefactor_correction, (2 * spread - theory.loss) / n),
    ),
    Mutant(
        "steps of unit variance",
        equivalent(theory.em_prefactor_correction, (r / (1 - r) ** 2 + Rational(1, 4)) / n),
    ),
)


@check_for(
    theory.em_prefactor_joint,
    resolution=0,
    points=[
        {"p1": Fraction(mode), "r": Fraction(root), "n": count}
        for mode, root in (("1/2", "1/2"), ("4/11", "9/10"), ("9/10", "1/5"), ("2/5", "17/20"))
        for count in (1, 3, 10, 40)
    ],
)
def _(p1, r, n):
    return Exact(numerics.joint_probability(p1, r**2 * p1, n))


mutate(
    theory.em_prefactor_joint,
    Mutant(
        "twice the gain",
        Bound(theory.both(), "<=", (2 * smaller_base - base) ** n),
    ),
    Mutant("labels that err independently", Bound(theory.both(), "<=", base ** (2 * n))),
)


def law(*weights):
    """Probabilities in proportion to these weights."""
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


# with the number of labels in the second place, r, and a bound on the next root
LAWS = [
    (law(16, 9, 7), 1, Fraction(3, 4), Fraction(9, 10)),
    (law(4, 1, 1, 1, 1), 4, Fraction(1, 2), 0),
    (law(16, 9, 9, 4, 2), 2, Fraction(3, 4), Fraction(2, 3)),
    (law(9, 4, 4), 2, Fraction(2, 3), 0),
    (law(90, 10, 9), 1, Fraction(1, 3), Fraction(19, 20)),
    (law(9, 1, 1), 2, Fraction(1, 3), 0),
]


def points_of(p, K, r, u, samples):
    """One point for each number of samples."""
    fixed = {"m": len(p), "K": K, "p": p, "p1": p[0], "r": r, "u": u}
    return [{**fixed, "n": count} for count in samples]


SMALL = [
    point
    for entry in LAWS
    for point in points_of(*entry, (1, 2, 5, 12) if len(entry[0]) > 3 else (1, 5, 20, 50))
]


@check_for(theory.em_prefactor_union, resolution=0, points=SMALL)
def _(m, K, p, p1, r, u, n):
    against = [numerics.difference_probability(p1, p[1], n, ahead) for ahead in range(n + 1)]
    return {
        "mode_error": Exact(numerics.union_of_pairs(p, n).error),
        "pair_error": Exact(against[0] / 2 + sum(against[1:])),
    }


gap = Abs(theory.mode_error() - K * theory.pair_error())
mutate(
    theory.em_prefactor_union,
    Mutant("no pairs", Bound(gap, "<=", remainder - theory.pairs * smaller_base**n)),
    Mutant("no labels after the second place", Bound(gap, "<=", theory.pairs * smaller_base**n)),
    Mutant(
        "one label only", Bound(Abs(theory.mode_error() - theory.pair_error()), "<=", remainder)
    ),
)


@check_for(
    theory.em_prefactor,
    resolution=1e-3,
    points=[point for entry in LAWS[:4] for point in points_of(*entry, (100,))],
    ladder=LADDER[1:],
)
def _(m, K, p, p1, r, u, n):
    return Exact(numerics.leading_error(p, n))


mutate(
    theory.em_prefactor,
    Mutant("without K", equivalent(theory.em_prefactor, pair_height)),
    Mutant("1/n for its root", equivalent(theory.em_prefactor, K * pair_height / sqrt(n))),
    Mutant(
        "ratio of the probabilities for r",
        equivalent(theory.em_prefactor, K * half.subs(r.symbol, r**2) * height),
    ),
    Mutant("ties not counted", equivalent(theory.em_prefactor, K * r / (1 - r) * height)),
    Mutant("the union bound", equivalent(theory.em_prefactor, K * base**n)),
)
