"""Which algorithm is the cheapest on the problems of the figures? Runs of all, and exact errors."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import numpy as np
from flint import arb
from sympy import Rational

from numerics.mode_estimation import adaptive_coding, distributions
from numerics.mode_estimation.codes import balanced_lengths
from numerics.mode_estimation.elimination_costs import elimination_runs
from numerics.mode_estimation.empirical_mode import enclosed_error, exact_error
from numerics.mode_estimation.set_elimination import set_elimination_runs
from numerics.mode_estimation.truncated_search import truncated_search
from theory import Bound
from theory.mode_estimation import comparisons as theory
from verify import Exact, Exhaustive, Mutant, Sampled, check_for, mutate
from verify.mode_estimation import empirical_mode
from verify.mode_estimation.budgets import as_rational, budget, two_good

ONE = empirical_mode.one_good(1000)
TWO = two_good(300)
GEOMETRIC = tuple(Fraction(2 ** (100 - k), 2**100 - 1) for k in range(1, 101))
FLOATS = {
    ONE: distributions.one_good(1000),
    TWO: distributions.two_good(300),
    GEOMETRIC: distributions.geometric(100),
}


def drawn(law, k):
    """The budget of the experiments for an error of 2^-k."""
    return budget(law, Fraction(1, 2**k), 1)


@cache
def enough(law, k):
    """The least number of samples with which the error is at most 2^-k."""
    n = 1
    while exact_error(law, n) > Fraction(1, 2**k):
        n += 1
    return n


def cut(draw, most):
    """The queries of runs, long ones cut."""
    return Sampled(
        lambda first, count: np.minimum(draw(first, count), most).astype(float), 0.0, float(most)
    )


def truncated(law, n, stream, most):
    """Queries of Truncated Search on so many samples."""
    stream = stream.substream("truncated")
    listed = tuple(FLOATS[law].tolist())
    return cut(lambda first, count: truncated_search(listed, n, stream, first, count).queries, most)


def eliminated(runs, law, k, c, stream):
    """Runs of an elimination, which stops where those of the experiments do."""
    p, ell = FLOATS[law], k * math.log(2)
    largest = math.ceil(108 * ell * p[0] / (p[0] - p[1]) ** 2)
    stream = stream.substream(runs.__name__)
    return lambda first, count: runs(p, ell, c, stream, first, count, largest=largest)


def cut_elimination(runs, law, k, c, stream, most):
    """Queries of these runs, long ones cut."""
    draw = eliminated(runs, law, k, c, stream)
    return cut(lambda first, count: draw(first, count)[0], most)


def trees(law, k, stream, most):
    """Queries of adaptive and of exhaustive search; of the latter the mean over all orders."""
    n, p = drawn(law, k), FLOATS[law]
    stream = stream.substream("adaptive")
    lengths = balanced_lengths(p.size)
    return {
        "adaptive_queries": cut(
            lambda first, count: adaptive_coding.simulate(p, n, stream, first, count)[0], most
        ),
        "exhaustive_queries": Exact(n * Fraction(int(sum(lengths)), len(lengths))),
    }


def geometric(k, stream):
    """Mean queries of the three searches with geometric probabilities."""
    n = drawn(GEOMETRIC, k)
    return {
        "truncated_queries": truncated(GEOMETRIC, n, stream, 1500),
        **trees(GEOMETRIC, k, stream, 1500),
    }


check_for(
    theory.fig_geometric,
    resolution=4,
    points=[{"k": k} for k in (1, 5, 9)],
    full={"resolution": 2},
)(geometric)
mutate(
    theory.fig_geometric,
    Mutant("a third of exhaustive search", Bound(3 * theory.adaptive(), "<=", theory.exhaustive())),
    Mutant("half of adaptive search", Bound(2 * theory.truncated(), "<=", theory.adaptive())),
)


@cache
def error_and_ties(law, k):
    """The error with the budget, ties counting as errors, in a ball."""
    return enclosed_error(law, drawn(law, k), "wrong", bits=64)


def errors_at_most(share):
    """Every delta up to the last, and whether the error is at most a share of it."""

    def cases(K):
        for k in range(1, K + 1):
            allowed = arb(as_rational(share)) / 2**k
            yield k, bool(error_and_ties(GEOMETRIC, k) <= allowed)

    return lambda K: Exhaustive(cases(K))


check_for(theory.fig_geometric_error, resolution=0, points=[{"K": 6}])(
    errors_at_most(Fraction(32, 100))
)
mutate(
    theory.fig_geometric_error,
    Mutant("a quarter of delta", measure=errors_at_most(Fraction(1, 4))),
)


def wrong(k, stream, c=0.1, law=GEOMETRIC):
    """Whether the elimination of sets returns another class than the mode, or none."""
    answers = eliminated(set_elimination_runs, law, k, c, stream)
    return Sampled(
        lambda first, count: (answers(first, count)[2] != 0).astype(float), bernoulli=True
    )


check_for(theory.fig_geometric_constant, resolution=0.005, points=[{"k": 5}, {"k": 9}])(wrong)
mutate(
    theory.fig_geometric_constant,
    Mutant("at most delta", Bound(theory.set_error(), "<=", Rational(1, 2) ** theory.moderate)),
    Mutant("one run of five", Bound(Rational(1, 5), "<=", theory.set_error())),
    Mutant("with the constant 1", measure=lambda k, stream: wrong(k, stream, c=1.0)),
    Mutant("with one good class", measure=lambda k, stream: wrong(k, stream, law=ONE)),
)


def two(k, stream, c=0.3):
    """Mean queries with two good classes."""
    return {
        "class_queries": cut_elimination(elimination_runs, TWO, k, c, stream, 2000),
        "truncated_queries": truncated(TWO, drawn(TWO, k), stream, 2000),
    }


check_for(theory.fig_two, resolution=10, points=[{"k": 7}, {"k": 9}])(two)
mutate(
    theory.fig_two,
    Mutant(
        "half of Truncated Search", Bound(2 * theory.two_classes(), "<=", theory.two_truncated())
    ),
    Mutant("with the constant 1", measure=lambda k, stream: two(k, stream, c=1.0)),
    Mutant("already with 1/16", points=[{"k": 4}], domain=theory.fig_two_crossing.domain),
)

check_for(theory.fig_two_crossing, resolution=10, points=[{"k": 1}, {"k": 4}])(two)
mutate(
    theory.fig_two_crossing,
    Mutant("also with 1/128", points=[{"k": 7}], domain=theory.fig_two.domain),
    Mutant("with the constant 1/10", measure=lambda k, stream: two(k, stream, c=0.1)),
)


def two_trees(k, stream):
    """Mean queries of the two searches that identify all samples."""
    return trees(TWO, k, stream, 3000)


check_for(theory.fig_two_adaptive, resolution=10, points=[{"k": 3}, {"k": 9}])(two_trees)
mutate(
    theory.fig_two_adaptive,
    Mutant(
        "also with geometric probabilities",
        measure=lambda k, stream: trees(GEOMETRIC, k, stream, 3000),
    ),
    Mutant(
        "a half more", Bound(Rational(3, 2) * theory.two_exhaustive(), "<=", theory.two_adaptive())
    ),
)

MOST = 500


def one(k, stream, sets=0.1, classes=0.3, times=1):
    """Mean queries with one good class."""
    return {
        "truncated_queries": truncated(ONE, drawn(ONE, k), stream, MOST),
        "enough_queries": truncated(ONE, times * enough(ONE, k), stream.substream("enough"), MOST),
        "set_queries": cut_elimination(set_elimination_runs, ONE, k, sets, stream, MOST),
        "class_queries": cut_elimination(elimination_runs, ONE, k, classes, stream, MOST),
    }


def one_equal(k, stream):
    """They with the same constant for both eliminations."""
    return one(k, stream, classes=0.1)


check_for(theory.fig_one, resolution=4, points=[{"k": k} for k in (1, 5, 9)])(one)
mutate(
    theory.fig_one,
    Mutant("with 0.1 for both eliminations", measure=one_equal),
    Mutant("with 0.3 for both eliminations", measure=lambda k, stream: one(k, stream, sets=0.3)),
    Mutant(
        "half of the queries for sets", Bound(2 * theory.one_truncated(), "<=", theory.one_sets())
    ),
)


def errors_between(low, high):
    """Every delta up to the last, and whether the error is between two multiples of it."""

    def cases(K):
        for k in range(1, K + 1):
            delta = Fraction(1, 2**k)
            yield k, low(k) * delta <= exact_error(ONE, drawn(ONE, k)) <= high(k) * delta

    return lambda K: Exhaustive(cases(K))


def times(share):
    """A share of 1 + log2(1/delta)."""
    return lambda k: share * (1 + k)


check_for(theory.fig_one_error, resolution=0, points=[{"K": 9}])(
    errors_between(times(Fraction(1, 2)), times(Fraction(3, 5)))
)
mutate(
    theory.fig_one_error,
    Mutant("at most delta", measure=errors_between(times(0), lambda k: 1), published=True),
    Mutant(
        "a hundredth more", measure=errors_between(times(Fraction(51, 100)), times(Fraction(3, 5)))
    ),
    Mutant("half and no more", measure=errors_between(times(0), times(Fraction(1, 2)))),
)

check_for(theory.fig_one_enough, resolution=4, points=[{"k": 5}, {"k": 9}])(one)
mutate(
    theory.fig_one_enough,
    Mutant("half of the queries for sets", Bound(2 * theory.enough(), "<=", theory.one_sets())),
    Mutant("twice as many samples", measure=lambda k, stream: one(k, stream, times=2)),
)

check_for(theory.fig_one_equal_constants, resolution=2, points=[{"k": 8}, {"k": 9}])(one_equal)
mutate(
    theory.fig_one_equal_constants,
    Mutant(
        "sets take fewer queries",
        Bound(theory.same_sets(), "<=", theory.same_classes()),
        published=True,
    ),
    Mutant("with 0.3 for single classes, as in the figure", measure=one),
    Mutant(
        "three quarters of Truncated Search",
        Bound(Rational(4, 3) * theory.same_classes(), "<=", theory.same_truncated()),
    ),
)
