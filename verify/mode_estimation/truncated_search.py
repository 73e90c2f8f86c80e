"""Does Truncated Search cost what stable partitions do? Runs on thousands of samples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Rational, Sum, Symbol, log

from numerics.core.streams import Stream
from numerics.mode_estimation import distributions
from numerics.mode_estimation.coarse_cost import huffman_cost
from numerics.mode_estimation.truncated_search import truncated_search
from theory import Bound, Domain
from theory.mode_estimation import truncated_search as theory
from theory.mode_estimation.coarse_cost import bits, coarse_queries
from theory.mode_estimation.truncated_search import few, p
from verify import Exact, Exhaustive, Mutant, Sampled, check_for, mutate
from verify.mode_estimation.coarse_cost import PARTITIONS

check_for(theory.truncated_complexity, resolution=1e-12, points=PARTITIONS)(
    lambda K, p, s, r: Exact(huffman_cost([p, *r, s]))
)
information = bits(1 / theory.P)
mutate(
    theory.truncated_complexity,
    Mutant("constant 1", Bound(coarse_queries(), "<=", 1 + information)),
    Mutant(
        "the natural logarithm",
        Bound(coarse_queries(), "<=", theory.factor * (1 + log(1 / theory.P))),
    ),
)


def listed(law):
    """A distribution as points hold it."""
    return tuple(float(entry) for entry in law)


LAWS = [
    listed(distributions.geometric(20, 1.5)),
    listed(distributions.zipf(20)),
    (0.3, 0.25, 0.2, 0.15, 0.1),
    listed(distributions.dirichlet(12, 3, 1)),
]
SAMPLES = 5000


def per_sample(law, n, stream):
    """Queries a sample of independent runs, at most as many as sets can be split."""

    def draw(first, count):
        return truncated_search(law, n, stream, first, count).queries / n

    return Sampled(draw, low=0.0, high=float(len(law)))


@check_for(
    theory.truncated_complexity_rate,
    resolution=0.02,
    points=[{"m": len(law), "p": law, "n": SAMPLES} for law in LAWS],
    full={"resolution": 0.005},
)
def _(m, p, n, stream):
    return per_sample(p, n, stream)


rate = theory.rate()
y = Symbol("y", integer=True, positive=True)
entropy = Sum(p[y] * bits(1 / p[y]), (y, 1, few))
mutate(
    theory.truncated_complexity_rate,
    Mutant("the entropy of the labels", Bound(entropy - Rational(1, 20), "<=", rate)),
    Mutant("log2 (1 / p) at most", Bound(rate, "<=", bits(1 / p[1]) + Rational(1, 20))),
    Mutant("half a query more at least", Bound(bits(1 / p[1]) + Rational(1, 2), "<=", rate)),
    Mutant("log2 of the number of labels", Bound(bits(few), "<=", rate)),
)


def share(law_of, low, high):
    """Whether the queries a sample of independent runs are between two numbers."""

    def measure(stream, n, **point):
        def draw(first, count):
            rates = truncated_search(law_of(**point), n, stream, first, count).queries / n
            return ((rates >= low) & (rates <= high)).astype(float)

        return Sampled(draw, bernoulli=True)

    return measure


def of_law(low, high):
    """The share of runs on the labels' probabilities themselves."""
    measure = share(lambda p: p, low, high)
    return lambda m, p, n, stream: measure(stream, n, p=p)


FREQUENT = [(0.6, *[0.02] * 20), (0.55, 0.3, 0.15), (0.9, 0.1)]
LONG = 10**5
ANY = Domain(few, p, theory.long)
check_for(
    theory.truncated_complexity_frequent,
    resolution=0.02,
    points=[{"m": len(law), "p": law, "n": LONG} for law in FREQUENT],
)(of_law(1, 1.002))
mutate(
    theory.truncated_complexity_frequent,
    Mutant("fewer queries than samples", measure=of_law(0, 0.99999)),
    Mutant(
        "a mode of one half",
        points=[{"m": 20, "p": listed(distributions.one_good(20)), "n": LONG}],
        domain=ANY,
    ),
    Mutant(
        "a mode of two fifths",
        points=[{"m": 4, "p": (0.4, 0.2, 0.2, 0.2), "n": LONG}],
        domain=ANY,
    ),
)


@check_for(
    theory.truncated_complexity_half,
    resolution=0.03,
    points=[{"m": size, "n": 10**4} for size in (3, 20)],
    full={"resolution": 0.01},
)
def _(m, n, stream):
    return per_sample(distributions.one_good(m), n, stream)


mutate(
    theory.truncated_complexity_half,
    Mutant(
        "one query a sample",
        Bound(theory.one_half_rate(), "<=", Rational(11, 10)),
    ),
    Mutant(
        "three halves",
        Bound(Rational(145, 100), "<=", theory.one_half_rate()),
    ),
)


def below(high):
    """The share of runs with fewer queries a sample, on the law of the example."""
    measure = share(lambda p: tuple(float(entry) for entry in p), 0, high)
    return lambda p, n, stream: measure(stream, n, p=p)


EXAMPLE = {"p": tuple(Fraction(k, 900) for k in (305, 202, 198, 101, 94)), "n": 2**14}
check_for(theory.truncated_complexity_path, resolution=0.02, points=[EXAMPLE])(below(1.8))
mutate(
    theory.truncated_complexity_path,
    Mutant("always the cheap partition", Bound(Rational(9, 10), "<=", theory.cheap_share())),
    Mutant("always the dear one", Bound(theory.cheap_share(), "<=", Rational(1, 20))),
    Mutant("a partition of 3/2 queries", measure=below(1.6)),
)


def two_likely(m):
    """Probabilities 1/5 and 3/25, all others alike."""
    return (0.2, 0.12, *[0.68 / (m - 2)] * (m - 2))


def between(low, high):
    """The share of runs on that law with queries a sample between two numbers."""
    measure = share(two_likely, low, high)
    return lambda m, n, stream: measure(stream, n, m=m)


check_for(
    theory.truncated_complexity_free,
    resolution=0.02,
    points=[{"m": size, "n": 20_000} for size in (30, 300, 1000)],
)(between(2.2, 3.4))
mutate(
    theory.truncated_complexity_free,
    Mutant("below 2.5 queries", measure=between(0, 2.5)),
    Mutant(
        "0.4 log2 m queries at least",
        measure=lambda m, n, stream: between(0.4 * np.log2(m), m)(m, n, stream),
    ),
)


def returns_mode(of=lambda runs: runs.found):
    """Every run on a random law, and whether its label has the most samples."""

    def measure(m, law, n, R):
        stream = Stream.of(law, "random law")
        runs = truncated_search(listed(stream.numpy().dirichlet(np.ones(m))), n, stream, 0, R)
        held = of(runs) == runs.largest
        return Exhaustive(((f"run {k + 1}", bool(holds)) for k, holds in enumerate(held)))

    return measure


check_for(
    theory.truncated_complexity_mode,
    resolution=0,
    points=[
        {"m": size, "law": number, "n": n, "R": 50}
        for number, (size, n) in enumerate(
            ((1, 5), (2, 1), (2, 100), (3, 17), (10, 30), (40, 20), (40, 3000), (300, 1000))
        )
    ],
)(returns_mode())
mutate(
    theory.truncated_complexity_mode,
    Mutant("one sample more", measure=returns_mode(lambda runs: runs.found + 1)),
)
