"""How many samples does every rule need that may err with probability at most delta?

The price is the divergence from the nearest law with another mode. It is of the order of
(p_1 - p_2)^2 / p_1 for every law, whereas the exponent of the empirical mode grows without bound
as p_1 tends to 1: a bound in terms of that exponent cannot hold there.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Symbol, log

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.rules.exponentials import Majorised
from theory.core.rules.hypotheses import Logarithms
from theory.core.rules.monotone import AboveTangent, OneSign, Replaced
from theory.mode_estimation.lower_bound_rules import RisingShare
from theory.mode_estimation.paper import PAPER
from theory.mode_estimation.prefactor import p1, r

__all__ = [
    "lower_bound",
    "lower_bound_confidence",
    "lower_bound_distance",
    "lower_bound_gap",
    "lower_bound_nearest",
    "lower_bound_order",
]

DERIVED = Source(PAPER, "lower bounds", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)

v = Symbol("v", nonnegative=True)
w = Symbol("w", positive=True)


def distance(mode: Any, r: Any = r) -> Expr:
    """Divergence from the nearest law without the mode in front: D*."""
    return mode * (log(2 / (1 + r**2)) + r**2 * log(2 * r**2 / (1 + r**2)))


p0 = Real("p0", above=0, below=1, latex="p_0", meaning="probability of all further labels")
q0 = Real("q0", above=0, below=1, latex="q_0", meaning="their probability under the other law")
z = Real(
    "z", at_least=0, below=1, meaning="lead of the second label over the first, as a share of both"
)
mode_3 = (1 - p0) / (1 + r**2)
first, second = (1 - q0) * (1 - z) / (1 - p0), (1 - q0) * (1 + z) / (1 - p0)
other = q0 / p0


def tangent(ratio: Any) -> Replaced:
    """The logarithm of a ratio is at most the ratio minus 1."""
    line = AboveTangent(log(v), v, at=1, stands_for=ratio, concave=True)
    return Replaced(log(ratio), ratio - 1, line, ">=")


def remaining(one: Any, two: Any, three: Any) -> Expr:
    """The divergence, beyond the least one, with something for the logarithms of the ratios."""
    return distance(mode_3) - mode_3 * one - mode_3 * r**2 * two - p0 * three


lower_bound_nearest = Claim(
    id="mode-estimation.lower-bound-nearest",
    title="The nearest law with another mode",
    says=(
        "Among all laws under which the second label is at least as likely as the mode, the "
        "nearest to p gives both of them the mean of their probabilities, and nothing else "
        "changes. Further labels are counted as one, which can only lower a divergence."
    ),
    statement=Bound(
        distance(mode_3),
        "<=",
        mode_3 * log(2 * mode_3 / ((1 - q0) * (1 - z)))
        + r**2 * mode_3 * log(2 * r**2 * mode_3 / ((1 - q0) * (1 + z)))
        + p0 * log(p0 / q0),
    ),
    domain=Domain(p0, r, q0, z),
    source=DERIVED,
    derivation=Derivation(
        Step(
            mode_3 * log(2 * mode_3 / ((1 - q0) * (1 - z)))
            + r**2 * mode_3 * log(2 * r**2 * mode_3 / ((1 - q0) * (1 + z)))
            + p0 * log(p0 / q0),
            by=definition,
        ),
        Step(remaining(log(first), log(second), log(other)), by=Logarithms()),
        Step(remaining(first - 1, log(second), log(other)), by=tangent(first)),
        Step(remaining(first - 1, second - 1, log(other)), by=tangent(second)),
        Step(remaining(first - 1, second - 1, other - 1), by=tangent(other)),
        Step(distance(mode_3) + mode_3 * (1 - r**2) * z * (1 - q0) / (1 - p0), by=algebra),
        Step(distance(mode_3), by=OneSign(">=")),
    ),
)

far = 1 / r.symbol - 1
odds = 1 + v
in_root = odds**2 * log(2 * odds**2 / (1 + odds**2)) + log(2 / (1 + odds**2))
gap = p1 * (1 - r**2) ** 2 / (1 + r**2)

lower_bound_order = Claim(
    id="mode-estimation.lower-bound-order",
    title="The lower bound is never above what the empirical mode needs",
    says=(
        "The divergence from the nearest law with another mode is at most the squared difference "
        "of the roots of the two largest probabilities, and so at most the exponent of the "
        "empirical mode."
    ),
    statement=Bound(distance(p1), "<=", p1 * (1 - r) ** 2, "<=", -log(1 - p1 * (1 - r) ** 2)),
    domain=Domain(p1, r),
    source=DERIVED,
    derivation=Derivation(
        Step(distance(p1), by=definition),
        Step(p1 * r**2 * in_root.subs(v, far), by=Logarithms()),
        Step(p1 * r**2 * far**2, by=Majorised(in_root, v**2, v, far, order=3)),
        Step(p1 * (1 - r) ** 2, by=algebra),
        Step(-log(1 - p1 * (1 - r) ** 2), by=definition),
        Step(
            p1 * (1 - r) ** 2,
            by=Replaced(
                log(1 - p1 * (1 - r) ** 2),
                -p1 * (1 - r) ** 2,
                AboveTangent(log(v), v, at=1, stands_for=1 - p1 * (1 - r) ** 2, concave=True),
                ">=",
            ),
        ),
    ),
)

ratio = 1 + v
in_ratio = ratio * log(2 * ratio / (1 + ratio)) + log(2 / (1 + ratio))
low = v**2 / (2 * (2 + v))
excess = 1 / r.symbol**2 - 1
entropy_gap = ((1 + v) * log(1 + v) + (1 - v) * log(1 - v)) / 2
lead = (1 - r**2) / (1 + r**2)

lower_bound_gap = Claim(
    id="mode-estimation.lower-bound-gap",
    title="The lower bound in terms of the gap, for every law",
    says=(
        "The divergence from the nearest law with another mode is the squared gap over the sum of "
        "the two largest probabilities, up to a factor between 1/2 and log 2. So the number of "
        "samples that every rule needs is given by the plain gap up to constants, however close "
        "the probability of the mode is to 1."
    ),
    statement=Bound(gap / 2, "<=", distance(p1), "<=", log(2) * gap),
    domain=Domain(p1, r),
    source=DERIVED,
    derivation=Derivation(
        Step(distance(p1), by=definition),
        Step(p1 * r**2 * in_ratio.subs(v, excess), by=Logarithms()),
        Step(
            p1 * r**2 * low.subs(v, excess), by=Majorised(in_ratio, low, v, excess, 2, sense=">=")
        ),
        Step(gap / 2, by=algebra),
        Step(distance(p1), by=definition),
        Step(p1 * (1 + r**2) * entropy_gap.subs(v, lead), by=Logarithms()),
        Step(
            p1 * (1 + r**2) * log(2) * lead**2,
            by=RisingShare(entropy_gap, v, lead, p1 * (1 + r**2), power=2, order=2),
        ),
        Step(log(2) * gap, by=algebra),
    ),
)

m = Natural("m", at_least=2, meaning="number of labels", grid=(2, 3))
p = Simplex(
    "p",
    length=m,
    entry=Real("entry", above=0, below=1),
    meaning="probabilities of the labels, in falling order",
)
least_divergence = Observable(
    "least_divergence",
    (m, p),
    latex=r"\min_{q_2 \ge q_1} \mathrm{KL}(p \,\|\, q)",
    meaning="least divergence of p from a law under which the first label is not the only mode",
)

lower_bound_distance = Claim(
    id="mode-estimation.lower-bound-distance",
    title="The divergence from the nearest law with another mode",
    says=(
        "The least divergence from a law under which the second label is as likely as the mode "
        "has a closed form in the two largest probabilities alone."
    ),
    statement=Identity(
        least_divergence(m, p),
        p[1] * log(2 * p[1] / (p[1] + p[2])) + p[2] * log(2 * p[2] / (p[1] + p[2])),
    ),
    domain=Domain(m, p, where=(p[2] < p[1],)),
    source=DERIVED,
    observables=(least_divergence,),
    derivation=Derivation(
        Step(least_divergence(m, p), by=definition),
        Step(
            p[1] * log(2 * p[1] / (p[1] + p[2])) + p[2] * log(2 * p[2] / (p[1] + p[2])),
            by=Cited("log sum inequality", "Cover and Thomas, Elements of Information Theory, 2.7"),
            note=(
                "to count the labels after the second as one lowers no divergence below that of "
                "the law which gives the first two labels the mean of their probabilities"
            ),
        ),
    ),
    uses=("mode-estimation.lower-bound-nearest",),
)

delta = Real(
    "delta",
    above=0,
    below=Rational(1, 2),
    latex=r"\delta",
    meaning="probability of error that is allowed",
    grid=(Rational(1, 10), Rational(1, 10**6)),
)
any_delta = Real(
    "delta",
    above=0,
    below=1,
    latex=r"\delta",
    meaning="probability of error that is allowed",
    grid=(Rational(1, 10**9), Rational(1, 10), Rational(33, 100), Rational(1, 2), Rational(9, 10)),
)


def confidence(delta: Any) -> Expr:
    """Divergence of a coin of bias delta from one of bias 1 - delta."""
    return (1 - 2 * delta) * log(1 / delta - 1)


small_share = 2 * v * log(v) + (1 - 2 * v) * log(1 - v)
touching = Rational(13, 40)
slope = small_share.diff(v).subs(v, touching)
line = small_share.subs(v, touching) - slope * touching + slope * any_delta.symbol

lower_bound_confidence = Claim(
    id="mode-estimation.lower-bound-confidence",
    title="How the divergence of two coins depends on the error",
    says=(
        "The divergence of a coin of bias delta from one of bias 1 - delta is at least the "
        "logarithm of 1 over 2.4 delta."
    ),
    statement=Bound(
        log(Rational(5, 12)), "<=", confidence(any_delta.symbol) + log(any_delta.symbol)
    ),
    domain=Domain(any_delta),
    source=Source(
        None,
        "Kaufmann, Cappe and Garivier, JMLR 17 (2016), inequality (3)",
        seen=Seen.RECOLLECTION,
        standing=Standing.AS_STATED,
    ),
    derivation=Derivation(
        Step(confidence(any_delta.symbol) + log(any_delta.symbol), by=definition),
        Step(small_share.subs(v, any_delta.symbol), by=Logarithms()),
        Step(
            line,
            by=AboveTangent(
                small_share,
                v,
                at=touching,
                stands_for=any_delta.symbol,
                given={v: w / (1 + w)},
                interval=(0, 1),
            ),
        ),
        Step(log(Rational(5, 12)), by=OneSign(">=")),
    ),
)

TWO = "two labels, of probabilities $1/(1 + r^2)$ and $r^2/(1 + r^2)$"
RULE = (
    "the rule is elimination with the constant $4$, which errs with probability at most $\\delta$ "
    "under every law"
)
mean_samples = Observable(
    "mean_samples",
    (r, delta),
    latex=r"\mathbb{E}[n]",
    meaning="mean number of samples that the rule asks about",
)
mode_2 = 1 / (1 + r**2)
confidence_here = confidence(delta.symbol)

lower_bound = Claim(
    id="mode-estimation.lower-bound",
    title="How many samples every rule needs",
    says=(
        "A rule that errs with probability at most delta under every law with a single mode needs, "
        "on average, at least the divergence of two coins of bias delta and 1 - delta, divided by "
        "the divergence from the nearest law with another mode."
    ),
    statement=Bound(confidence_here / distance(mode_2), "<=", mean_samples(r, delta)),
    domain=Domain(r, delta, remarks=(TWO, RULE)),
    source=DERIVED,
    observables=(mean_samples,),
    derivation=Derivation(
        Step(confidence_here / distance(mode_2), by=definition),
        Step(
            mean_samples(r, delta),
            by=Cited(
                "change of measure for rules that stop",
                "Kaufmann, Cappe and Garivier, JMLR 17 (2016), Lemma 1",
                sense="<=",
            ),
            note=(
                "the mean number of samples times the divergence from any law with another mode is "
                "at least the divergence of the two coins, and the divergence is continuous in "
                "that law"
            ),
        ),
    ),
    uses=("mode-estimation.lower-bound-distance", "mode-estimation.elim-pac-four"),
)
