"""How many dimensions frozen Gaussian position codes need, so that all can be singled out."""

from __future__ import annotations

from sympy import Integral, Pow, Rational, Symbol, oo, sqrt

from theory import (
    Bound,
    ByClaim,
    ChiPDF,
    Cited,
    Claim,
    Derivation,
    Domain,
    Integer,
    Natural,
    NormalCDF,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    StudentCDF,
    definition,
)
from theory.assoc_scaling.exact_laws import a, normal_tail_mixture, ratio, student_tail
from theory.core.rules.monotone import (
    ByOneLink,
    Replaced,
)
from theory.iteration_head.paper import PAPER
from theory.iteration_head.positions import LINEAR, N_2

__all__ = [
    "pos_gaussian",
    "pos_gaussian_few",
    "pos_gaussian_many",
    "pos_gaussian_own",
    "pos_gaussian_pair",
]

GAUSSIAN = "the positions are independent standard Gaussian vectors in $\\mathbb{R}^d$"
FROZEN = Source(
    PAPER, "frozen position embeddings", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE
)
d = Natural("d", at_least=1, meaning="dimension of the positions")
r = Symbol("r", positive=True)

passed_by = Observable(
    "passed_by",
    (d,),
    latex=r"P(\langle p, p' \rangle \ge |p|^2)",
    meaning="probability that another position scores at least as high, a position being the query",
    definition=Integral(ChiPDF(r, d) * NormalCDF(-r), (r, 0, oo)),
)

pos_gaussian_pair = Claim(
    id="iteration-head.pos-gaussian-pair",
    title="How likely a Gaussian position is behind another with itself as the query",
    says=(
        "A position scores another one by its length times a standard normal variable, and itself "
        "by its squared length. The other one is ahead with the probability of a Student tail, "
        "which is at most half of 2 to the power -d/2."
    ),
    statement=Bound(passed_by(d), "<=", Pow(2, -d / 2) / 2),
    domain=Domain(d, remarks=(GAUSSIAN,)),
    source=FROZEN,
    observables=(passed_by,),
    derivation=Derivation(
        Step(passed_by.definition, by=definition),
        Step(StudentCDF(-sqrt(d), d), by=ByClaim(normal_tail_mixture, {a: 1})),
        Step(Pow(2, -d / 2) / 2, by=ByOneLink(student_tail, at={ratio.symbol: 1}, link=2)),
    ),
)

own_queries = Observable(
    "own_queries",
    (N_2, d),
    latex=r"P(\text{all own queries})",
    meaning="probability that every position is ahead of all others with itself as the query",
)
BOOLE = "Boole's inequality"

pos_gaussian_own = Claim(
    id="iteration-head.pos-gaussian-own",
    title="In four times as many dimensions as bits, all Gaussian positions can be singled out",
    says=(
        "The probability that each of N Gaussian positions is singled out by itself as the query "
        "is at least one minus the number of pairs times 2 to the power -d/2: it is near 1 once "
        "the dimension is well above four times the binary logarithm of N."
    ),
    statement=Bound(own_queries(N_2, d), ">=", 1 - N_2 * (N_2 - 1) * Pow(2, -d / 2) / 2),
    domain=Domain(N_2, d, remarks=(GAUSSIAN,)),
    source=FROZEN,
    observables=(own_queries, passed_by),
    derivation=Derivation(
        Step(own_queries(N_2, d), by=definition),
        Step(
            1 - N_2 * (N_2 - 1) * passed_by(d),
            by=Cited(BOOLE, "Boole 1854", sense=">="),
        ),
        Step(
            1 - N_2 * (N_2 - 1) * Pow(2, -d / 2) / 2,
            by=Replaced(passed_by(d), Pow(2, -d / 2) / 2, ByOneLink(pos_gaussian_pair), sense=">="),
        ),
    ),
)

N_16 = Natural("N", at_least=16, meaning="number of positions")
few = Integer("N", at_least=16, at_most=64, meaning="number of positions")
many = Natural("N", at_least=8192, meaning="number of positions")
all_attendable = Observable(
    "all_attendable",
    (N_16, d),
    latex=r"P(\text{all})",
    meaning="probability that every position is outside the convex hull of the others",
)


def _gaussian(name: str, title: str, says: str, bound: Bound, domain: Domain) -> Claim:
    """A claim on the probability that all Gaussian positions can be singled out."""
    return Claim(
        id=f"iteration-head.{name}",
        title=title,
        says=says,
        statement=bound,
        domain=domain,
        source=FROZEN,
        observables=(all_attendable,),
        uses=("iteration-head.pos-attendable",),
    )


MODEL = (GAUSSIAN, LINEAR)
pos_gaussian = _gaussian(
    "pos-gaussian",
    "Up to 64 Gaussian positions need about twice as many dimensions as bits",
    "From 16 to 64 Gaussian positions can all be singled out with a probability of at least nine "
    "tenths in dimensions from twice the binary logarithm of their number plus two on. For many "
    "more positions that is not so.",
    Bound(all_attendable(few, d), ">=", Rational(9, 10)),
    Domain(few, d, where=(4 * few.symbol**2 <= 2**d.symbol,), remarks=MODEL),
)
pos_gaussian_few = _gaussian(
    "pos-gaussian-few",
    "Fewer dimensions than bits are too few for Gaussian positions",
    "In dimensions below the binary logarithm of N, at least 16, all N Gaussian positions can be "
    "singled out with a probability of at most one fifth.",
    Bound(all_attendable(N_16, d), "<=", Rational(1, 5)),
    Domain(N_16, d, where=(2**d.symbol < N_16.symbol,), remarks=MODEL),
)
pos_gaussian_many = _gaussian(
    "pos-gaussian-many",
    "Twice as many dimensions as bits are too few for thousands of Gaussian positions",
    "With 8192 Gaussian positions or more, in dimensions up to twice the binary logarithm of "
    "their number plus two, all can be singled out with a probability of at most one half: some "
    "position is so short that it is among the others.",
    Bound(all_attendable(many, d), "<=", Rational(1, 2)),
    Domain(many, d, where=(2**d.symbol <= 4 * many.symbol**2,), remarks=MODEL),
)
