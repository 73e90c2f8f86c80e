"""The exponent of the empirical mode's error: from the bounds, and in three more ways.

It is the least of a moment generating function, the divergence of the nearest law in which the mode
is overtaken, and the Chernoff information between the law and the one with two classes exchanged.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, exp, log, oo, sqrt

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Identity,
    Observable,
    Rate,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.core.parameters import Real
from theory.core.rules.monotone import AboveTangent, ByOneLink, Chained, OneSign, Replaced
from theory.mode_estimation.count_rules import InMean, LastLabel
from theory.mode_estimation.counts import Ahead, counts
from theory.mode_estimation.empirical_mode import (
    LABELS,
    PLACE,
    SOURCE,
    above,
    all_overlaps,
    beats,
    changed_law,
    em_lower,
    em_pair_lower,
    em_union,
    em_union_half,
    em_union_nearest,
    error,
    error_ties,
    i,
    lower_bound,
    m,
    mean,
    n,
    none_ahead,
    overlap_power,
    p,
    ratio,
)
from theory.mode_estimation.gaps import ORDER, TOTAL, overlap, p_1, p_2, sanov, sanov_gap
from theory.mode_estimation.least_values import (
    AttainedAt,
    AttainedBound,
    Least,
    RestOfLaw,
    TermReplaced,
)
from theory.mode_estimation.order_rules import (
    AsExponential,
    ByRank,
    LogarithmsByRank,
    PowersBelowOne,
)
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.standings import ByOrder, ByStandings

__all__ = [
    "em_exponent",
    "em_exponent_chernoff",
    "em_exponent_projection",
    "em_exponent_sanov",
    "em_exponent_strict",
    "em_exponent_ties",
    "em_exponent_transform",
]

growth = n * log(overlap(p[1], p[2]))
slower = log(ratio(2)) * sqrt(2 * sqrt(p[1] * p[2]) / overlap(p[1], p[2])) * sqrt(n.symbol) / 2

em_exponent = Claim(
    id="mode-estimation.em-exponent",
    title="The error of the empirical mode falls exponentially, at the Sanov gap",
    says=(
        "As the number n of samples grows, the probability that the empirical mode is wrong is the "
        "exponential of minus n times the Sanov gap of the second class, up to a factor that grows "
        "or falls less than exponentially."
    ),
    statement=Rate(error(m, n, p), n, -sanov_gap(p[1], p[2]), form="exponential"),
    domain=Domain(m, n, p, remarks=(LABELS,)),
    source=Source(PAPER, PLACE, seen=Seen.ABSTRACT, standing=Standing.SHARPENED),
    observables=(error, sanov, overlap, changed_law),
    derivation=Derivation(
        Step(error.definition, by=definition),
        Step(all_overlaps / 2, by=ByOneLink(em_union_half)),
        Step(
            (m - 1) * overlap_power(2) / 2,
            by=Replaced(all_overlaps, (m - 1) * overlap_power(2), ByOneLink(em_union_nearest)),
        ),
        Step((m - 1) * exp(growth) / 2, by=AsExponential()),
        Step(error.definition, by=definition),
        Step(lower_bound, by=ByOneLink(em_lower, sense=">=")),
        Step(exp(growth + slower) / 2, by=AsExponential()),
    ),
)

em_exponent_ties = Claim(
    id="mode-estimation.em-exponent-ties",
    title="The exponent is the same if ties count as errors",
    says=(
        "The probability that some class is at least as frequent as the mode falls at the same "
        "exponential rate as the error with ties broken at random."
    ),
    statement=Rate(error_ties(m, n, p), n, -sanov_gap(p[1], p[2]), form="exponential"),
    domain=Domain(m, n, p, remarks=(LABELS,)),
    source=SOURCE,
    observables=(error_ties, sanov, overlap, changed_law),
    derivation=Derivation(
        Step(error_ties.definition, by=definition),
        Step(all_overlaps, by=ByOneLink(em_union)),
        Step((m - 1) * overlap_power(2), by=ByOneLink(em_union_nearest)),
        Step((m - 1) * exp(growth), by=AsExponential()),
        Step(error_ties.definition, by=definition),
        Step(error.definition, by=InMean(ByStandings(">="))),
        Step(lower_bound, by=ByOneLink(em_lower, sense=">=")),
        Step(exp(growth + slower) / 2, by=AsExponential()),
    ),
)

error_strict = Observable(
    "error_strict",
    (m, n, p),
    latex=r"\mathcal{E}_{n + 1}^{>}",
    meaning="probability that some class is more frequent than the mode after n + 1 samples",
    definition=mean(1 - none_ahead, n + 1),
)

em_exponent_strict = Claim(
    id="mode-estimation.em-exponent-strict",
    title="The exponent is the same if no tie counts as an error",
    says=(
        "The probability that some class is more frequent than the mode after n + 1 samples falls "
        "at the same exponential rate as the error with ties broken at random: one sample decides "
        "a tie."
    ),
    statement=Rate(error_strict(m, n, p), n, -sanov_gap(p[1], p[2]), form="exponential"),
    domain=Domain(m, n, p, remarks=(LABELS,)),
    source=SOURCE,
    observables=(error_strict, sanov, overlap, changed_law),
    derivation=Derivation(
        Step(error_strict.definition, by=definition),
        Step(error.definition.subs(n.symbol, n + 1), by=InMean(ByStandings("<="))),
        Step(
            all_overlaps.subs(n.symbol, n + 1) / 2,
            by=ByOneLink(em_union_half, {n.symbol: n + 1}),
        ),
        Step(
            (m - 1) * overlap_power(2).subs(n.symbol, n + 1) / 2,
            by=Replaced(
                all_overlaps.subs(n.symbol, n + 1),
                (m - 1) * overlap_power(2).subs(n.symbol, n + 1),
                ByOneLink(em_union_nearest, {n.symbol: n + 1}),
            ),
        ),
        Step(
            (m - 1) * overlap_power(2) / 2,
            by=Replaced(
                overlap_power(2).subs(n.symbol, n + 1),
                overlap_power(2),
                PowersBelowOne(overlap(p[1], p[2])),
            ),
        ),
        Step((m - 1) * exp(growth) / 2, by=AsExponential()),
        Step(error_strict.definition, by=definition),
        Step(mean(above(2, 1), n + 1), by=InMean(ByStandings(">=", rival=2))),
        Step(p[2] * mean(Ahead(counts[2] + 1, counts[1])), by=LastLabel(2)),
        Step(p[2] * mean(beats(2, 1)), by=InMean(ByOrder((1, 2), OneSign(">=")))),
        Step(
            p[2] * lower_bound,
            by=Replaced(
                mean(beats(2, 1)), lower_bound, ByOneLink(em_pair_lower, {i: 2}, sense=">="), ">="
            ),
        ),
        Step(p[2] * exp(growth + slower) / 2, by=AsExponential()),
    ),
)

u = Symbol("u", real=True)
s = Symbol("s", real=True)
v = Symbol("v", positive=True)
j = Symbol("j", integer=True, positive=True)
HALF = Rational(1, 2)


def _by_square(before: Expr, after: Expr, root: Expr) -> Chained:
    """``before`` is ``after`` and a square."""
    return Chained((after + root**2, algebra), (after, OneSign(">=")))


first, second = p_1.symbol, p_2.symbol
transform = 1 - p_1 - p_2 + p_2 * exp(u) + p_1 * exp(-u)
turn = log(first / second) / 2

least_transform = Observable(
    "least_transform",
    (p_1, p_2),
    latex=r"\min_u \mathbb{E}\, e^{u X}",
    meaning="least mean of exp(u X), X being 1, -1 or 0 as a label is class 2, class 1 or another",
    definition=Least(transform, (u, -oo, oo)),
)

em_exponent_transform = Claim(
    id="mode-estimation.em-exponent-transform",
    title="The overlap is the least value of a moment generating function",
    says=(
        "One label changes the lead of the second class over the first by X = 1, -1 or 0. The "
        "least mean of exp(u X) over all real u is the overlap, and it is attained at half the "
        "logarithm of the ratio of the first probability to the second."
    ),
    statement=Identity(least_transform(p_1, p_2), overlap(p_1, p_2)),
    domain=Domain(p_1, p_2, where=(ORDER, TOTAL)),
    source=SOURCE,
    observables=(least_transform, overlap),
    derivation=Derivation(
        Step(least_transform.definition, by=definition),
        Step(
            transform.subs(u, turn),
            by=AttainedAt(
                turn,
                _by_square(
                    transform,
                    transform.subs(u, turn),
                    sqrt(second) * exp(u / 2) - sqrt(first) * exp(-u / 2),
                ),
            ),
        ),
        Step(overlap(p_1, p_2), by=algebra),
    ),
)

affinity = first**s * second ** (1 - s) + second**s * first ** (1 - s) + 1 - p_1 - p_2

chernoff_information = Observable(
    "chernoff_information",
    (p_1, p_2),
    latex=r"C(p, p^{1 \leftrightarrow 2})",
    meaning="Chernoff information between the law and that with classes 1 and 2 exchanged",
    definition=-log(Least(affinity, (s, 0, 1))),
)

em_exponent_chernoff = Claim(
    id="mode-estimation.em-exponent-chernoff",
    title="The Sanov gap is the Chernoff information of the law and its exchange",
    says=(
        "The Chernoff information between the law and the law with its two most likely classes "
        "exchanged is the Sanov gap: telling these two apart is as hard as finding the mode."
    ),
    statement=Identity(chernoff_information(p_1, p_2), sanov_gap(p_1, p_2)),
    domain=Domain(p_1, p_2, where=(ORDER, TOTAL)),
    source=SOURCE,
    observables=(chernoff_information, sanov, overlap),
    derivation=Derivation(
        Step(chernoff_information.definition, by=definition),
        Step(
            -log(affinity.subs(s, HALF)),
            by=AttainedAt(
                HALF,
                _by_square(
                    affinity,
                    affinity.subs(s, HALF),
                    first ** (s / 2) * second ** ((1 - s) / 2)
                    - second ** (s / 2) * first ** ((1 - s) / 2),
                ),
            ),
        ),
        Step(sanov_gap(p_1, p_2), by=algebra),
    ),
)

q = Simplex(
    "q", length=m, entry=Real("entry", above=0, at_most=1), meaning="another law of the classes"
)
OVERTAKEN = q[2] - q[1] >= 0


def divergence_term(k: Any) -> Expr:
    """What class k adds to the relative entropy of q with respect to p."""
    return q[k] * log(q[k] / p[k])


divergence = Observable(
    "divergence",
    (m, p, q),
    latex=r"D(q \Vert p)",
    meaning="relative entropy of q with respect to p",
    definition=divergence_term(1) + divergence_term(2) + Sum(divergence_term(j), (j, 3, m)),
)
rho = overlap(p[1], p[2])
middle = sqrt(p[1] * p[2]) / rho


def nearest(k: Any) -> Expr:
    """The law nearest to p in which class 2 is not behind class 1."""
    return middle if k in (1, 2) else p[k] / rho


def tangent(k: Any) -> Expr:
    """What the tangent at the nearest law says in place of a term of the divergence."""
    at = nearest(k)
    return at * log(at / p[k]) + (log(at / p[k]) + 1) * (q[k] - at)


def _touching(k: Any) -> AboveTangent:
    return AboveTangent(
        v * log(v / p[k]),
        v,
        at=nearest(k),
        stands_for=q[k],
        derivative=log(v / p[k]) + 1,
    )


lead = (q[2] - q[1]) * log(sqrt(p[1] / p[2]))

em_exponent_sanov = Claim(
    id="mode-estimation.em-exponent-sanov",
    title="No law in which the mode is overtaken is nearer than the Sanov gap",
    says=(
        "The relative entropy of any law that gives class 2 at least the probability of class 1 "
        "with respect to p is at least the Sanov gap of the second class."
    ),
    statement=Bound(sanov_gap(p[1], p[2]), "<=", divergence(m, p, q)),
    domain=Domain(m, p, q, where=(OVERTAKEN,)),
    source=Source(PAPER, PLACE, seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(divergence, sanov, overlap),
    derivation=Derivation(
        Step(divergence.definition, by=definition),
        Step(
            tangent(1) + divergence_term(2) + Sum(divergence_term(j), (j, 3, m)),
            by=TermReplaced(divergence_term(1), tangent(1), ByRank(_touching(1))),
        ),
        Step(
            tangent(1) + tangent(2) + Sum(divergence_term(j), (j, 3, m)),
            by=TermReplaced(divergence_term(2), tangent(2), ByRank(_touching(2))),
        ),
        Step(
            tangent(1) + tangent(2) + Sum(tangent(j), (j, 3, m)),
            by=Termwise(ByRank(_touching(j))),
        ),
        Step(
            sanov_gap(p[1], p[2]) + lead,
            by=RestOfLaw(LogarithmsByRank()),
        ),
        Step(sanov_gap(p[1], p[2]), by=ByRank(OneSign(">="))),
    ),
)

least_divergence = Observable(
    "least_divergence",
    (m, p),
    latex=r"\min_{q_2 \ge q_1} D(q \Vert p)",
    meaning=(
        "least relative entropy, with respect to p, of a law that gives class 2 at least the "
        "probability of class 1"
    ),
)

em_exponent_projection = Claim(
    id="mode-estimation.em-exponent-projection",
    title="The Sanov gap is the distance to the laws in which the mode is overtaken",
    says=(
        "The least relative entropy of a law that gives class 2 at least the probability of class "
        "1 is the Sanov gap. It is attained where both have the geometric mean of their "
        "probabilities over the overlap, and all others theirs over the overlap."
    ),
    statement=Identity(least_divergence(m, p), sanov_gap(p[1], p[2])),
    domain=Domain(m, p),
    source=Source(PAPER, PLACE, seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(least_divergence, sanov, overlap),
    derivation=Derivation(
        Step(least_divergence(m, p), by=definition),
        Step(
            sanov_gap(p[1], p[2]),
            by=AttainedBound(
                least_divergence, em_exponent_sanov, q, nearest, RestOfLaw(LogarithmsByRank())
            ),
        ),
    ),
)
