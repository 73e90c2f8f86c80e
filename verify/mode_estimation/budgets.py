"""Is a budget of samples enough? Exact errors, in fractions where there are many classes."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from flint import arb, ctx, fmpq

from numerics.mode_estimation import empirical_mode as numerics
from theory import Bound, Domain
from theory.mode_estimation import budgets as theory
from theory.mode_estimation.budgets import delta
from theory.mode_estimation.empirical_mode import error, m, n, overlap_power, p
from verify import Exact, Exhaustive, Mutant, check_for, mutate
from verify.mode_estimation.empirical_mode import error_with, one_good, shares


def as_rational(value):
    """The fraction as a number that balls are made from."""
    return fmpq(value.numerator, value.denominator)


def sanov_gap(law):
    """The gap of the first two classes, in a ball."""
    first, other = (arb(as_rational(x)) for x in law[:2])
    return -((1 - (first.sqrt() - other.sqrt()) ** 2).log())


def budget(law, error, rivals):
    """The least whole number of samples with the budget for so many rivals."""
    with ctx.workprec(128):
        needed = arb(as_rational(Fraction(rivals) / error)).log() / sanov_gap(law)
        return int(needed.ceil().unique_fmpz())


ERRORS = (Fraction(1, 2), Fraction(1, 16), Fraction(1, 512))
SMALL = [shares(3, 2), shares(8, 1, 1), shares(5, 2, 2, 1), one_good(10)]
FIGURE = [(one_good(30), Fraction(1, 16)), (one_good(300), Fraction(1, 512))]
BUDGETS = [(law, error) for law in SMALL for error in ERRORS] + FIGURE


def points(rivals, cases):
    """Points with just as many samples as the budget says."""
    return [
        {
            "m": len(law),
            "n": max(budget(law, error, rivals(len(law))), 0),
            "p": law,
            "delta": error,
        }
        for law, error in cases
    ]


def half_of_rivals(classes):
    """Half of the classes but the mode."""
    return Fraction(classes - 1, 2)


def rivals(classes):
    """All classes but the mode."""
    return classes - 1


def with_delta(ties):
    """The error, at points that say how large it may be."""
    measure = error_with(ties)
    return lambda m, n, p, delta: measure(m, n, p)


def no_rivals(classes):
    """What the published budget has in place of the number of rivals."""
    return 1


PLAIN = Domain(m, n, p, delta, where=(theory.ENOUGH_AS_PUBLISHED,))
PUBLISHED = points(no_rivals, FIGURE)

for claim, number, ties in (
    (theory.sanov_budget, half_of_rivals, "uniform"),
    (theory.sanov_budget_ties, rivals, "wrong"),
):
    check_for(claim, resolution=1e-20, points=points(number, BUDGETS))(with_delta(ties))
    mutate(
        claim,
        Mutant("the published budget", points=PUBLISHED, domain=PLAIN, published=True),
        Mutant(
            "a tenth of delta, with the same samples",
            Bound(claim.statement.terms[0], "<=", delta / 10),
        ),
        Mutant(
            "half as many samples",
            points=[{**point, "n": point["n"] // 2} for point in points(number, BUDGETS)],
            domain=Domain(m, n, p, delta),
        ),
    )

THOUSAND = one_good(1000)
MISSED = {"m": 1000, "n": 10, "p": THOUSAND, "delta": Fraction(1, 512)}
check_for(theory.sanov_budget_counterexample, resolution=0, points=[MISSED])(with_delta("uniform"))
mutate(
    theory.sanov_budget_counterexample,
    Mutant("six times as large", Bound(6 * delta, "<=", error())),
    Mutant("within the error", Bound(error(), "<=", delta)),
    Mutant(
        "three samples more",
        Bound(delta, "<=", error()),
        points=[{**MISSED, "n": 13}],
        domain=PLAIN,
    ),
)


@check_for(
    theory.sanov_budget_excess,
    resolution=1e-15,
    points=[{"m": 1000, "n": 160, "p": THOUSAND}],
)
def _(m, n, p):
    return Exact(enclosed(p, n))


@cache
def enclosed(law, n):
    """The error in a ball; a mutant asks for it again."""
    return numerics.enclosed_error(law, n, bits=300)


mutate(
    theory.sanov_budget_excess,
    Mutant("seventy times", Bound(70 * overlap_power(2), "<=", error())),
    Mutant("at most the overlap power", Bound(error(), "<=", overlap_power(2))),
)


def two_good(classes):
    """Probabilities 1/5 and 3/50, and equal ones for the others."""
    return (Fraction(1, 5), Fraction(3, 50)) + (Fraction(37, 50 * (classes - 2)),) * (classes - 2)


def two_good_cases(share):
    """Every error, and whether the budget keeps to a share of it."""

    def cases(K):
        law = two_good(300)
        for k in range(1, K + 1):
            error = Fraction(1, 2**k)
            measured = numerics.enclosed_error(law, budget(law, error, 1))
            yield k, bool(measured <= arb(as_rational(share * error)))

    return lambda K: Exhaustive(cases(K))


check_for(theory.sanov_budget_two_good, resolution=0, points=[{"K": 9}])(
    two_good_cases(Fraction(39, 100))
)
mutate(
    theory.sanov_budget_two_good,
    Mutant("a quarter of delta", measure=two_good_cases(Fraction(1, 4))),
)
