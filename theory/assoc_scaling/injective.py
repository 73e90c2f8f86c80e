"""Every input its own class: how many can be stored, and the rate that follows.

The output embeddings are random, the N most frequent inputs are stored with equal weights, and
the memory answers among their N classes; all other inputs are misread.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    KroneckerDelta,
    Rational,
    Sum,
    Symbol,
    exp,
    floor,
    log,
    oo,
    sqrt,
    zeta,
)

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactSum,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.assoc_scaling.exact_laws import GAUSSIAN, M, N, c, f, k, x
from theory.assoc_scaling.model import PAPER
from theory.assoc_scaling.schemes import alpha, p
from theory.assoc_scaling.theorem_one import (
    SPHERE,
    classes,
    cosine,
    d,
    exceptional,
    exponential,
    overlap_within,
    q,
    random_overlapping,
    random_token_error,
    rivals_bound,
)
from theory.assoc_scaling.thresholds import tail, z
from theory.core.rules.comparison import DecreasingSum, PowerTail, WidenSum
from theory.core.rules.comparison_bounds import ExponentialAbove, MonotoneIn
from theory.core.rules.comparison_limits import LimitOfParts, Squeeze
from theory.core.rules.deltas import InnerDeltas
from theory.core.rules.monotone import (
    AtMostOne,
    ByOneLink,
    ByRemark,
    ConstantTerms,
    EachTerm,
    OneSign,
    Replaced,
)
from theory.core.rules.profiles import EqualPart
from theory.core.shorthand import Shorthand

__all__ = ["injective_input", "injective_rate", "injective_rate_bounds", "injective_threshold"]

stored = Natural("N", at_least=2, meaning="number of stored inputs", grid=(2, 10, 100))
SINGLE = "every input is its own class: $M = N$, $f_*(k) = k$ and $q_k = 1$ for every $k$"
HYPOTHESES = (GAUSSIAN, SPHERE, SINGLE)
single = {q[k]: 1, q[x]: 1, f[k]: k, f[x]: x, M.symbol: stored.symbol}


def source(seen: Seen = Seen.NOTHING) -> Source:
    """Where the claims of this section come from."""
    return Source(PAPER, "Theorem 1", seen=seen, standing=Standing.DERIVED_HERE)


token = random_token_error(N, N, d, q, f, x)
single_error = Observable(
    "single_error",
    (stored, d, x),
    latex=r"\mathbb{P}(\text{$x$ misread})",
    meaning="probability that another of N classes reaches the score of a stored input's own",
    definition=token,
)
noise = 1 + overlap_within(cosine.symbol) * (stored - 2)
coherent = (stored - 1) * (stored - Rational(3, 2)) * (1 - cosine**2) ** ((d - 1) / 2)
crowded = (stored - 1) * exponential(1 / noise)
in_general = (exceptional(cosine) + rivals_bound(overlap_within(cosine))).subs(M.symbol, N)
of_ones = in_general.xreplace(single)
(each_rival,) = (e for e in of_ones.atoms(Sum) if e.limits[0][0] == c)
alike = Sum((1 - KroneckerDelta(c, x)) * exponential(1 / noise), (c, 1, N))

injective_input = Claim(
    id="assoc-scaling.injective-input",
    title="Upper bound on the error of one of N inputs that are N classes",
    says=(
        "If every stored input is its own class, the other N - 2 classes add little to the noise "
        "against one of them: an overlap of about twice a squared cosine each."
    ),
    statement=Bound(single_error(stored, d, x), "<=", coherent + crowded),
    domain=Domain(stored, d, cosine, x, where=(x <= stored,), remarks=HYPOTHESES),
    source=source(),
    observables=(single_error, random_token_error),
    derivation=Derivation(
        Step(token, by=definition),
        Step(
            in_general,
            by=ByOneLink(random_overlapping, {classes: stored}),
            note=r"$W$ stores $N \ge 2$ inputs of weight $1$",
            granting=random_overlapping.domain.remarks,
        ),
        Step(of_ones, by=ByRemark(SINGLE, single)),
        Step(
            of_ones.xreplace({each_rival: alike}),
            by=EqualPart(each_rival, alike, EachTerm(InnerDeltas())),
        ),
        Step(coherent + crowded, by=ConstantTerms(alike)),
    ),
    uses=("assoc-scaling.thm1-upper-input",),
)

near = Real(
    "t", above=0, at_most=Rational(1, 2), meaning="cosine", grid=(Rational(1, 10), Rational(1, 2))
)
left_out = Sum(p(x), (x, stored + 1, oo))
injective_error = Observable(
    "injective_error",
    (alpha, stored, d),
    latex=r"\mathcal{E}",
    meaning=(
        "probability of misreading an input drawn from Zipf's law, the N most frequent ones being "
        "stored; the memory answers among their N classes, so that all others are misread"
    ),
    definition=Sum(p(x) * token, (x, 1, stored)) + left_out,
)
exponential_t = exp(-(d - 1) * near**2 / 2)
crowding = exp(-d / (4 + 8 * near**2 * stored))
at_near = {cosine.symbol: near.symbol}
total = noise.xreplace(at_near)
both = (coherent + crowded).xreplace(at_near)

injective_threshold = Claim(
    id="assoc-scaling.injective-threshold",
    title="Injective maps: inputs left out, coherent outputs, and crowding",
    says=(
        "If every input is its own class, the error is at least the mass left out, and at most "
        "that plus an exponential for random outputs that are far from orthogonal, plus one for "
        "the noise of N classes, of which each adds only about a squared cosine."
    ),
    statement=Bound(
        tail(stored + 1),
        "<=",
        injective_error(alpha, stored, d),
        "<=",
        stored**2 * exponential_t + stored * crowding / 2 + tail(stored),
    ),
    domain=Domain(alpha, stored, d, near, remarks=HYPOTHESES),
    source=source(),
    observables=(injective_error, random_token_error),
    derivation=Derivation(
        Step(injective_error.definition, by=definition),
        Step(
            Sum(0, (x, 1, stored)) + left_out,
            by=Replaced(
                Sum(p(x) * token, (x, 1, stored)),
                Sum(0, (x, 1, stored)),
                EachTerm(Replaced(token, 0, AtMostOne(random_token_error, sense=">="), sense=">=")),
                sense=">=",
            ),
        ),
        Step(left_out, by=algebra),
        Step(Integral(p(z), (z, stored + 1, oo)), by=DecreasingSum(">=")),
        Step(tail(stored + 1), by=PowerTail()),
        Step(injective_error.definition, by=definition),
        Step(
            Sum(p(x) * both, (x, 1, stored)) + left_out,
            by=Replaced(
                Sum(p(x) * token, (x, 1, stored)),
                Sum(p(x) * both, (x, 1, stored)),
                EachTerm(Replaced(token, both, ByOneLink(injective_input, {cosine: near}))),
            ),
        ),
        Step(both * Sum(p(x), (x, 1, stored)) + left_out, by=algebra),
        Step(both * Sum(p(x), (x, 1, oo)) + left_out, by=WidenSum()),
        Step(both + left_out, by=ExactSum()),
        Step(
            (stored - 1) * (stored - Rational(3, 2)) * exponential_t
            + crowded.xreplace(at_near)
            + left_out,
            by=ExponentialAbove(near**2, (d - 1) / 2),
        ),
        Step(
            stored**2 * exponential_t + crowded.xreplace(at_near) + left_out,
            by=OneSign(),
        ),
        Step(
            stored**2 * exponential_t
            + (stored - 1) * (1 - 1 / (1 + total)) ** (d / 2) / 2
            + left_out,
            by=algebra,
        ),
        Step(
            stored**2 * exponential_t + (stored - 1) * exp(-d / (2 * (1 + total))) / 2 + left_out,
            by=ExponentialAbove(1 / (1 + total), d / 2),
        ),
        Step(
            stored**2 * exponential_t + stored * exp(-d / (2 * (1 + total))) / 2 + left_out,
            by=Replaced(stored - 1, stored.symbol, OneSign()),
        ),
        Step(
            stored**2 * exponential_t + stored * crowding / 2 + left_out,
            by=Replaced(-d / (2 * (1 + total)), -d / (4 + 8 * near**2 * stored), OneSign()),
        ),
        Step(
            stored**2 * exponential_t + stored * crowding / 2 + Integral(p(z), (z, stored, oo)),
            by=DecreasingSum("<="),
        ),
        Step(
            stored**2 * exponential_t + stored * crowding / 2 + tail(stored),
            by=PowerTail(),
        ),
    ),
    uses=("assoc-scaling.injective-input",),
)

many = Natural("d", at_least=400, meaning="embedding dimension", grid=(1000, 10**4, 10**6))
cosine_d = sqrt(4 * (alpha + 1) * log(d) / (d - 1))
size = d * (d - 1) / (128 * alpha * (alpha + 1) * log(d) ** 2)
whole = floor(size)
capacity = Shorthand("capacity", (), r"\nu_d", "number of inputs that there is room for", size)
kept = Shorthand("kept", (), "N_d", "number of stored inputs", whole)
crowding_d = exp(-d / (4 + 8 * cosine_d**2 * whole))
high = whole**2 * d ** (-2 * (alpha + 1))


fading = exp(-d / (4 + d / (4 * alpha * log(d))))


def tails(last: Any, exponential: Any = fading) -> Expr:
    """The first two terms with the size itself, and the tail from ``last`` on."""
    return size**2 * d ** (-2 * (alpha + 1)) + size * exponential / 2 + tail(last)


crowded_d = exp(-2 * alpha * log(d))


injective_rate_bounds = Claim(
    id="assoc-scaling.injective-rate-bounds",
    title="Injective maps: the exponent doubles",
    says=(
        "If every input is its own class, a memory of dimension d stores of the order of d squared "
        "over the square of log d inputs: the error lies between the mass left out and hardly "
        "more, so that it falls like the power -2 (alpha - 1) of the dimension, up to logarithms."
    ),
    statement=Bound(
        tail(size + 1),
        "<=",
        injective_error(alpha, whole, d),
        "<=",
        tails(size - 1, d ** (-2 * alpha)),
    ),
    domain=Domain(
        alpha,
        many,
        where=(
            size >= 2,
            whole - 2 >= 0,
            Rational(1, 2) - cosine_d >= 0,
            d - 16 * alpha * log(d) >= 0,  # it follows from the condition before
        ),
        remarks=HYPOTHESES,
    ),
    source=source(),
    observables=(injective_error, random_token_error, capacity, kept),
    derivation=Derivation(
        Step(injective_error.defined_as(alpha, whole, d), by=definition),
        Step(
            tail(whole + 1),
            by=ByOneLink(injective_threshold, {stored: whole, near: cosine_d}, sense=">="),
        ),
        Step(tail(size + 1), by=MonotoneIn(whole, size, ">=")),
        Step(injective_error.defined_as(alpha, whole, d), by=definition),
        Step(
            whole**2 * exp(-(d - 1) * cosine_d**2 / 2) + whole * crowding_d / 2 + tail(whole),
            by=ByOneLink(injective_threshold, {stored: whole, near: cosine_d}, link=2),
        ),
        Step(high + whole * crowding_d / 2 + tail(whole), by=algebra),
        Step(
            high + whole * crowding_d.subs(whole, size) / 2 + tail(whole),
            by=MonotoneIn(whole, size, "<=", within=crowding_d),
        ),
        Step(
            high + whole * fading / 2 + tail(whole),
            by=EqualPart(-d / (4 + 8 * cosine_d**2 * size), fading.args[0], algebra),
        ),
        Step(
            size**2 * d ** (-2 * (alpha + 1)) + whole * fading / 2 + tail(whole),
            by=MonotoneIn(whole, size, "<=", within=high),
        ),
        Step(tails(whole), by=MonotoneIn(whole, size, "<=", within=whole * fading / 2)),
        Step(tails(size - 1), by=MonotoneIn(whole, size - 1, "<=")),
        Step(
            tails(size - 1, crowded_d),
            by=Replaced(fading.args[0], crowded_d.args[0], OneSign()),
        ),
        Step(tails(size - 1, d ** (-2 * alpha)), by=algebra),
    ),
    uses=("assoc-scaling.injective-threshold",),
)

y, per_square = (Symbol(name, positive=True) for name in ("y", "w"))

injective_rate = Claim(
    id="assoc-scaling.injective-rate",
    title="Injective maps: the rate, with its constant and its logarithms",
    says=(
        "If every input is its own class and the integer part of "
        "d (d - 1)/(128 alpha (alpha + 1)) over the square of log d inputs are stored, the error "
        "is asymptotically the mass left out: a constant times the power alpha - 1 of the square "
        "of log d / d, where few classes leave the power alpha - 1 of log d / d."
    ),
    statement=Equivalent(injective_error(alpha, whole, d), tail(size), as_=(d, oo)),
    domain=injective_rate_bounds.domain,
    source=source(),
    observables=(injective_error, random_token_error, capacity, kept),
    derivation=Derivation(
        Step(injective_error.defined_as(alpha, whole, d), by=definition),
        Step(
            tail(size),
            by=Squeeze(
                injective_rate_bounds,
                lower=LimitOfParts(
                    d,
                    {1 / y: 0},
                    letters={y: size},
                    written={size: y},
                    ratio=(1 + 1 / y) ** (1 - alpha),
                ),
                upper=LimitOfParts(
                    d,
                    {1 / y: 0, per_square: 0},
                    letters={y: size, per_square: y / d**2},
                    written={size: y},
                    ratio=(1 - 1 / y) ** (1 - alpha)
                    + (alpha - 1)
                    * zeta(alpha)
                    * (per_square ** (1 + alpha) + per_square**alpha / 2),
                ),
            ),
        ),
    ),
    uses=("assoc-scaling.injective-threshold",),
)
