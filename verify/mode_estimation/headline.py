"""Does the published bound fail as the mode becomes certain? Exact running times of elimination."""

from __future__ import annotations

from fractions import Fraction

from sympy import log

from theory import Bound, Domain, Natural, Rate
from theory.mode_estimation import headline as theory
from theory.mode_estimation.headline import bracket, small
from theory.mode_estimation.lower_bounds import confidence_here, delta, mean_samples
from theory.mode_estimation.prefactor import r
from verify import Mutant, check_for, mutate
from verify.mode_estimation.lower_bounds import RUNS, samples

check_for(theory.headline_fails, resolution=1e-6, points=RUNS)(samples)

k = Natural("k", at_least=1, meaning="r is 2 to the power -k", grid=(1, 2, 3, 5, 8, 12, 16, 20, 26))
queries = mean_samples(2 ** (-k.symbol), delta)
bracket_k = bracket.subs(r.symbol, 2 ** (-k.symbol))


def samples_k(k, delta):
    """The same at r = 2**-k."""
    return samples(Fraction(1, 2**k), delta)


mutate(
    theory.headline_fails,
    Mutant(  # were it true, queries over bracket would be bounded as k grows
        "a universal constant times the published bracket",
        Rate(queries / bracket_k, k, 0),
        points=[{"k": 1, "delta": Fraction(1, 10**error)} for error in (1, 40)],
        domain=Domain(k, delta),
        measure=samples_k,
        published=True,
    ),
    Mutant(
        "24 times the published bracket",
        Bound(mean_samples(), "<=", 24 * bracket * log(1 / delta)),
        points=[{"r": Fraction(1, 2**26), "delta": Fraction(1, 10**40)}],
    ),
    Mutant("twice as many", Bound(7 * confidence_here, "<=", mean_samples())),
)

check_for(
    theory.headline_bracket,
    resolution=1e-12,
    boxes=0,
    points=[{"r": Fraction(1, 2**e) * Fraction(9, 10)} for e in (1, 2, 5, 30, 1000)],
)(None)
mutate(
    theory.headline_bracket,
    Mutant(
        "half",
        Bound(theory.headline_bracket.statement.terms[0], "<=", 1 / (2 * log(1 / (2 * small)))),
    ),
    Mutant(
        "the square of the logarithm",
        Bound(theory.headline_bracket.statement.terms[0], "<=", 2 / log(1 / (2 * small)) ** 2),
    ),
)

SURE = [
    {"r": Fraction(1, 2**e) * Fraction(9, 10), "delta": Fraction(error)}
    for e in (1, 5, 26)
    for error in ("1/3", "1/1000000", f"1/{10**40}")
]
check_for(theory.headline_growth, resolution=1e-6, points=SURE)(samples)
mutate(
    theory.headline_growth,
    Mutant(
        "ten times the growth",
        Bound(10 * confidence_here * log(1 / (2 * small)) / log(2), "<=", mean_samples() / bracket),
    ),
    Mutant(
        "the square of the logarithm",
        Bound(confidence_here * log(1 / (2 * small)) ** 2, "<=", mean_samples() / bracket),
    ),
)
