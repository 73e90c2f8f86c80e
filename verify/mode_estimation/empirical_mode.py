"""Is the empirical mode wrong as often as it should be? Exact errors, in fractions and in balls."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, ctx, fmpq
from sympy import Rational, Sum, sqrt

from numerics.mode_estimation import empirical_mode as numerics
from theory import Bound, Identity
from theory.mode_estimation import empirical_mode as theory
from theory.mode_estimation.empirical_mode import i, j, m, n, overlap_power, p, ratio, tilted
from theory.mode_estimation.gaps import overlap
from verify import Exact, Mutant, check_for, mutate


def shares(*parts):
    """Fractions in these proportions."""
    return tuple(Fraction(part, sum(parts)) for part in parts)


def one_good(classes):
    """Probability 1/2 for the mode, equal ones for the others."""
    return shares(classes - 1, *[1] * (classes - 1))


LAWS = [
    shares(3, 2),
    shares(101, 100),
    shares(5, 3, 2),
    shares(8, 1, 1),
    shares(4, 2, 2, 1, 1),
    shares(50, 49, 3, 2, 2, 1),
    shares(1000, 1, 1),
]
POINTS = [{"m": len(law), "n": n, "p": law} for law in LAWS for n in (0, 1, 2, 5, 12, 33)]
MANY = [{"m": 100, "n": 5, "p": one_good(100)}, {"m": 30, "n": 20, "p": one_good(30)}]


def error_with(ties):
    """The error of the empirical mode under a rule for ties, in fractions."""
    return lambda m, n, p: Exact(numerics.exact_error(p, n, ties))


check_for(theory.em_union_nearest, resolution=1e-20, points=[*POINTS, *MANY], boxes=0)(None)
mutate(
    theory.em_union_nearest,
    Mutant("one rival less", Bound(theory.all_overlaps, "<=", (m - 2) * overlap_power(2))),
    Mutant("the last for the second", Bound(theory.all_overlaps, "<=", (m - 1) * overlap_power(m))),
)

check_for(theory.em_union, resolution=1e-20, points=[*POINTS, *MANY])(error_with("wrong"))
mutate(
    theory.em_union,
    Mutant("without the number of rivals", Bound(theory.error_ties(), "<=", overlap_power(2))),
    Mutant(
        "one sample more",
        Bound(theory.error_ties(), "<=", Sum(overlap(p[1], p[j]) ** (n + 1), (j, 2, m))),
    ),
    Mutant(
        "roots not squared",
        Bound(theory.error_ties(), "<=", Sum((1 - sqrt(p[1]) + sqrt(p[j])) ** n, (j, 2, m))),
    ),
    Mutant(
        "the plain gap as exponent",
        Bound(theory.error_ties(), "<=", Sum((1 - (p[1] - p[j]) ** 2 / p[1]) ** n, (j, 2, m))),
    ),
    Mutant("half of it", Bound(theory.error_ties(), "<=", theory.all_overlaps / 2)),
)

check_for(theory.em_union_half, resolution=1e-20, points=[*POINTS, *MANY])(error_with("uniform"))
mutate(
    theory.em_union_half,
    Mutant("without the number of rivals", Bound(theory.error(), "<=", overlap_power(2) / 2)),
    Mutant("0.49 of it", Bound(theory.error(), "<=", Rational(49, 100) * theory.all_overlaps)),
    Mutant("ties as errors", measure=error_with("wrong")),
)


def pair(m, n, p, i):
    """The lead of a rival under the law, in fractions, and under the tilted one, in balls."""
    with ctx.workprec(160):
        first, other = (arb(fmpq(x.numerator, x.denominator)) for x in (p[0], p[i - 1]))
        equal, rest = (first * other).sqrt(), arb(fmpq(1)) - first - other
        equal = equal / (2 * equal + rest)
        root = (other / first).sqrt()
        chances = enumerate(numerics.lead_law(equal, equal, n))
        mean = sum((chance * root ** abs(d - n) for d, chance in chances), arb(0))
    return {
        "pair_error": Exact(pair_alone(p, n, i)),
        "tilted_mean": Exact(mean),
    }


check_for(
    theory.em_pair,
    resolution=1e-15,
    points=[{**point, "i": k} for point in POINTS[6:30:2] for k in (2, point["m"])],
)(pair)
half_of = overlap_power(i) / 2 * tilted()
mutate(
    theory.em_pair,
    Mutant("without one half", Identity(theory.pair_error(), 2 * half_of)),
    Mutant("one sample more", Identity(theory.pair_error(), overlap(p[1], p[i]) * half_of)),
    Mutant("without the change of the law", Identity(theory.pair_error(), overlap_power(i) / 2)),
)

check_for(
    theory.em_pair_lower,
    resolution=1e-20,
    points=[{**point, "i": k} for point in POINTS for k in sorted({2, point["m"]})],
)(lambda m, n, p, i: Exact(pair_alone(p, n, i)))


def pair_alone(law, n, i):
    """How often a rival is ahead, ties counting half."""
    chances = numerics.lead_law(law[0], law[i - 1], n)
    return sum(chances[n + 1 :]) + chances[n] / 2


mutate(
    theory.em_pair_lower,
    Mutant("without one half", Bound(2 * theory.pair_below(i), "<=", theory.pair_error())),
    Mutant(
        "a quarter of the spread",
        Bound(
            overlap_power(i) / 2 * ratio(i) ** (sqrt(theory.spread(i)) / 8),
            "<=",
            theory.pair_error(),
        ),
    ),
)

check_for(theory.em_lower, resolution=1e-20, points=[*POINTS, *MANY])(error_with("uniform"))
mutate(
    theory.em_lower,
    Mutant("without one half", Bound(2 * theory.lower_bound, "<=", theory.error())),
    Mutant("half the overlap power alone", Bound(overlap_power(2) / 2, "<=", theory.error())),
    Mutant(
        "a quarter of the spread",
        Bound(
            overlap_power(2) / 2 * ratio(2) ** (sqrt(theory.spread(2)) / 8),
            "<=",
            theory.error(),
        ),
    ),
)
