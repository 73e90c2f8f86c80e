"""The invariance of a head: one minus the deviation of its attention over sequences.

It was meant to tell heads whose attention does not depend on the sequence. It has a floor that no
head goes below, and a head that looks at nothing has the highest value.
"""

from __future__ import annotations

from sympy import Rational, Sum, Symbol, ceiling, floor, sqrt

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    ExactSum,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import ByOneLink, EachTerm, OneSign, Replaced
from theory.iteration_head.case_rules import EntryInRange
from theory.iteration_head.paper import PAPER

__all__ = [
    "metric_invariance_diffuse",
    "metric_invariance_floor",
    "metric_invariance_least",
    "metric_invariance_scatter",
    "metric_invariance_vertex",
]

SOURCE = Source(
    PAPER, "scores of attention maps", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE
)
HALF = Rational(1, 2)
i = Symbol("i", integer=True, positive=True)
j = Symbol("j", integer=True, nonnegative=True)

n = Natural("n", at_least=2, meaning="number of sequences")
v = Vector(
    "v",
    length=n,
    entry=Real("entry", at_least=0, at_most=1),
    meaning="one weight of attention on each sequence",
)
OVER = (i, 1, n)
level = Sum(v[j], (j, 1, n))
mean_i = Sum(v[i], OVER)
scatter = Observable(
    "scatter",
    (n, v),
    latex=r"\Sigma",
    meaning="sum of the squared distances of a weight from its mean over sequences",
    definition=Sum((v[i] - level / n) ** 2, OVER),
)

metric_invariance_scatter = Claim(
    id="iteration-head.metric-invariance-scatter",
    title="How far the weights of a head can be from their mean, whatever it does",
    says=(
        "The squared distances of numbers between 0 and 1 from their mean sum up to at most a "
        "quarter of how many they are."
    ),
    statement=Bound(scatter(n, v), "<=", n / 4),
    domain=Domain(n, v),
    source=SOURCE,
    observables=(scatter,),
    derivation=Derivation(
        Step(scatter.definition, by=definition),
        Step(Sum(v[i] ** 2, OVER) - mean_i**2 / n, by=FiniteSums()),
        Step(
            mean_i - mean_i**2 / n,
            by=Replaced(Sum(v[i] ** 2, OVER), mean_i, EachTerm(EntryInRange())),
        ),
        Step(n / 4 - (mean_i - n * HALF) ** 2 / n, by=algebra),
        Step(n / 4, by=OneSign()),
    ),
)

invariance = Observable(
    "invariance",
    (n, v),
    latex=r"\mathrm{inv}",
    meaning="invariance: one minus the standard deviation of a weight over the sequences, where n "
    "- 1 is the divisor of the variance",
    definition=1 - sqrt(scatter.definition / (n - 1)),
)
bottom = 1 - sqrt(n / (4 * (n - 1)))

metric_invariance_floor = Claim(
    id="iteration-head.metric-invariance-floor",
    title="The invariance of any head at all is above a floor",
    says=(
        "Whatever a head does, its invariance over n sequences is at least one minus half the "
        "root of n over n - 1, which tends to one half: a score of one half says nothing."
    ),
    statement=Bound(invariance(n, v), ">=", bottom),
    domain=Domain(n, v),
    source=SOURCE,
    observables=(invariance, scatter),
    derivation=Derivation(
        Step(1 - sqrt(scatter.definition / (n - 1)), by=definition),
        Step(
            bottom,
            by=Replaced(
                scatter.definition, n / 4, ByOneLink(metric_invariance_scatter), sense=">="
            ),
        ),
    ),
)

k = Natural("k", at_least=0, meaning="on how many sequences the weight is 1")
SOME = k.symbol <= n.symbol
share = k / n
vertex_invariance = Observable(
    "vertex_invariance",
    (n, k),
    latex=r"\mathrm{inv}_k",
    meaning="invariance of a weight that is 1 on k sequences and 0 on the others",
    definition=1
    - sqrt((Sum((1 - share) ** 2, (i, 1, k)) + Sum(share**2, (i, k + 1, n))) / (n - 1)),
)

metric_invariance_vertex = Claim(
    id="iteration-head.metric-invariance-vertex",
    title="The invariance of a weight that is 1 on some sequences and 0 on the others",
    says="A weight that is 1 on k of n sequences has the variance k (n - k) over n (n - 1).",
    statement=Identity(vertex_invariance(n, k), 1 - sqrt(k * (n - k) / (n * (n - 1)))),
    domain=Domain(n, k, where=(SOME,)),
    source=SOURCE,
    observables=(vertex_invariance,),
    derivation=Derivation(
        Step(vertex_invariance.definition, by=definition),
        Step(1 - sqrt((k * (1 - share) ** 2 + (n - k) * share**2) / (n - 1)), by=ExactSum()),
        Step(1 - sqrt(k * (n - k) / (n * (n - 1))), by=algebra),
    ),
)

least_invariance = Observable(
    "least_invariance",
    (n,),
    latex=r"\min_v \mathrm{inv}",
    meaning="least invariance of n weights between 0 and 1",
)

metric_invariance_least = Claim(
    id="iteration-head.metric-invariance-least",
    title="The least invariance, for even and for odd numbers of sequences",
    says=(
        "The least invariance is that of a weight that is 1 on half of the sequences, rounded "
        "down or up. For even n it is the floor for any head at all, for odd n a little more."
    ),
    statement=Identity(
        least_invariance(n), 1 - sqrt(floor(n * HALF) * ceiling(n * HALF) / (n * (n - 1)))
    ),
    domain=Domain(n),
    source=SOURCE,
    observables=(least_invariance,),
    uses=("iteration-head.metric-invariance-floor", "iteration-head.metric-invariance-vertex"),
)

c = Real("c", at_least=0, at_most=1, meaning="a weight that is the same on all sequences")
diffuse_invariance = Observable(
    "diffuse_invariance",
    (n, c),
    latex=r"\mathrm{inv}_{\mathrm{diffuse}}",
    meaning="invariance of a head whose attention does not look at the sequence",
    definition=1 - sqrt(Sum((c - Sum(c, (j, 1, n)) / n) ** 2, OVER) / (n - 1)),
)

metric_invariance_diffuse = Claim(
    id="iteration-head.metric-invariance-diffuse",
    title="A head that looks at nothing is perfectly invariant",
    says=(
        "A head whose attention is the same on all sequences, such as a uniform one, has an "
        "invariance of exactly 1. So invariance by itself detects no iteration head."
    ),
    statement=Identity(diffuse_invariance(n, c), 1),
    domain=Domain(n, c),
    source=SOURCE,
    observables=(diffuse_invariance,),
    derivation=Derivation(
        Step(diffuse_invariance.definition, by=definition), Step(1, by=ExactSum())
    ),
)
