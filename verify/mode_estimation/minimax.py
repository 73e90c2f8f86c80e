"""Is the empirical mode minimax? Every estimator of small games, and exact Bayes risks."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from sympy import Rational, log, oo, sqrt

from numerics.mode_estimation import minimax as numerics
from numerics.mode_estimation import prefactor
from theory import Bound, Equivalent, Identity, Rate
from theory.mode_estimation import minimax as theory
from theory.mode_estimation.minimax import b, g, y
from theory.mode_estimation.prefactor import base, height, n, p1, pair_error, pair_height, r
from verify import Exact, Exhaustive, Mutant, check_for, mutate
from verify.mode_estimation.prefactor import LADDER, at, law

check_for(
    theory.em_minimax_swap,
    resolution=0,
    boxes=0,
    points=[
        {"p1": Fraction(share), "y": Fraction(ratio), "b": low, "g": more}
        for share in ("1/3", "9/10")
        for ratio in ("1", "3/2", "9")
        for low in (0, 3)
        for more in (1, 4)
    ],
)(None)
mutate(
    theory.em_minimax_swap,
    Mutant(
        "one count more for the label behind",
        Bound(p1**b * (p1 / y) ** (b + g), "<=", p1 ** (b + g) * (p1 / y) ** (b + 1)),
    ),
    Mutant(
        "strictly better by the ratio",
        Bound(p1**b * (p1 / y) ** (b + g) * y ** (g + 1), "<=", p1 ** (b + g) * (p1 / y) ** b),
    ),
)

GAMES = [
    {"m": 2, "n": 0, "p": law(2, 1)},
    {"m": 2, "n": 3, "p": law(3, 2)},
    {"m": 3, "n": 1, "p": law(5, 3, 2)},
    {"m": 3, "n": 2, "p": law(2, 1, 1)},
    {"m": 3, "n": 2, "p": law(5, 3, 2)},
]


def most_seen(sequence, m):
    """The labels seen most often, the lowest first."""
    counts = [sequence.count(label) for label in range(m)]
    return [label for label in range(m) if counts[label] == max(counts)]


def estimators(m, p, n, fits):
    """Every deterministic estimator, with the verdict on its average error."""
    table, denominator = numerics.average_losses(p, n)
    least = numerics.empirical_mode_risk(p, n) * denominator
    best = [most_seen(sequence, m) for sequence in product(range(m), repeat=n)]
    for guesses in product(range(m), repeat=len(table)):
        loss = sum(row[guess] for row, guess in zip(table, guesses, strict=True))
        modal = all(guess in winners for guess, winners in zip(guesses, best, strict=True))
        yield guesses, bool(fits(loss, least, modal))


def game(fits):
    """The measurement of the claim, with a property of average errors of one's own."""
    return lambda m, p, n: Exhaustive(estimators(m, p, n, fits))


check_for(theory.em_minimax_average, resolution=0, points=GAMES)(
    game(lambda loss, least, modal: loss >= least and (loss == least) == modal)
)
mutate(
    theory.em_minimax_average,
    Mutant("nothing errs less or as little", measure=game(lambda loss, least, _: loss > least)),
    Mutant("all err equally often on average", measure=game(lambda loss, least, _: loss == least)),
    Mutant(
        "for the law in its own order",  # then guessing label 0 is never wrong
        measure=lambda m, p, n: Exhaustive(in_own_order(m, p, n)),
    ),
)


def in_own_order(m, p, n):
    """Every constant estimator, if the order of the labels were known."""
    least = numerics.empirical_mode_risk(p, n)
    for guess in range(m):
        yield guess, int(guess != 0) >= least


EXACT = [
    {"m": 2, "n": 0, "p": law(2, 1)},
    {"m": 2, "n": 7, "p": law(3, 2)},
    {"m": 3, "n": 1, "p": law(5, 3, 2)},
    {"m": 3, "n": 6, "p": law(5, 3, 2)},
    {"m": 3, "n": 5, "p": law(2, 1, 1)},
    {"m": 3, "n": 4, "p": law(2, 1, 0)},
    {"m": 4, "n": 4, "p": law(4, 3, 2, 1)},
]


@check_for(theory.em_minimax, resolution=0, points=EXACT)
def _(m, p, n):
    below, above = numerics.minimax_risk(p, n)
    return {
        "minimax_risk": Exact((below + above) / 2, float(above - below) / 2),
        "mode_error": Exact(numerics.empirical_mode_risk(p, n)),
    }


def error_of(rule):
    """The risks with the error of another estimator for that of the empirical mode."""

    def measure(m, p, n):
        below, above = numerics.minimax_risk(p, n)
        table, denominator = numerics.average_losses(p, n)
        sequences = product(range(m), repeat=n)
        loss = sum(row[rule(x, m)] for row, x in zip(table, sequences, strict=True))
        return {
            "minimax_risk": Exact((below + above) / 2, float(above - below) / 2),
            "mode_error": Exact(Fraction(loss, denominator)),
        }

    return measure


def last_seen(sequence, m):
    """The last label."""
    return sequence[-1]


def second_most_seen(sequence, m):
    """The label that is second by its count, or a label that was not seen."""
    return sorted(range(m), key=sequence.count)[-2]


SEEN = [point for point in EXACT if point["n"]]
mutate(
    theory.em_minimax,
    Mutant("the last label seen", measure=error_of(last_seen), points=SEEN),
    Mutant("the label seen second most often", measure=error_of(second_most_seen), points=SEEN),
    Mutant(
        "one sample fewer",
        measure=lambda m, p, n: {
            "minimax_risk": Exact(numerics.bayes_risk(p, n)),
            "mode_error": Exact(numerics.empirical_mode_risk(p, n - 1)),
        },
        points=SEEN,
    ),
    Mutant("half the error", Identity(theory.minimax_risk(), theory.mode_error() / 2)),
)


@check_for(
    theory.em_minimax_two_points,
    resolution=0,
    points=[*at((1, 2, 9, 30)), {"p1": Fraction(16, 25), "r": Fraction(3, 4), "n": 8}],
)
def _(p1, r, n):
    law = [prefactor.difference_probability(p1, r**2 * p1, n, ahead) for ahead in range(n + 1)]
    return {
        "two_point_risk": Exact(numerics.two_point_risk(p1, r**2 * p1, n)),
        "pair_error": Exact(law[0] / 2 + sum(law[1:])),
    }


risk = theory.two_point_risk()
mutate(
    theory.em_minimax_two_points,
    Mutant("twice", Identity(risk, 2 * pair_error())),
    Mutant(
        "ties are errors",
        measure=lambda p1, r, n: {
            "two_point_risk": Exact(numerics.two_point_risk(p1, r**2 * p1, n)),
            "pair_error": Exact(
                sum(
                    prefactor.difference_probability(p1, r**2 * p1, n, ahead)
                    for ahead in range(n + 1)
                )
            ),
        },
    ),
)


def large(p1, r, n):
    """The risk of the best guess between two laws, by the tilted walk."""
    return Exact(prefactor.pair_error(p1, r**2 * p1, n).with_half_the_ties)


check_for(theory.em_minimax_two_points_rate, resolution=1e-3, points=at((100,)), ladder=LADDER)(
    large
)
check_for(
    theory.em_minimax_exponent,
    resolution=1e-3,
    points=[point for point in at((100,)) if point["r"] < 1],
    ladder=(100, 300, 1000, 3000, 10**4, 3 * 10**4, 10**5),
)(large)
mutate(
    theory.em_minimax_two_points_rate,
    Mutant("ties not counted", Equivalent(risk, r / (1 - r) * height, as_=(n, oo))),
    Mutant("1/n for its root", Equivalent(risk, pair_height / sqrt(n), as_=(n, oo))),
)


def exponent(rate):
    """The claim that the risk falls with another exponent."""
    return Rate(risk, n, rate, form="exponential")


mutate(
    theory.em_minimax_exponent,
    Mutant("without the logarithm", exponent(base - 1)),
    Mutant("half", exponent(log(base) / 2)),
    Mutant("gap squared", exponent(log(1 - p1**2 * (1 - r**2) ** 2))),
    Mutant("a quarter of the gap", exponent(-p1 * (1 - r**2) ** 2 * Rational(1, 4))),
)
