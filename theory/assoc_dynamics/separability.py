"""Which data some memory answers rightly: a construction, its hypothesis, and how often."""

from __future__ import annotations

from typing import Any

from sympy import Expr, KroneckerDelta, Sum, Symbol, binomial

from theory import (
    Cited,
    Claim,
    Derivation,
    Domain,
    Identity,
    Integer,
    Labels,
    Matrix,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Vector,
    definition,
)
from theory.assoc_dynamics.paper import PAPER
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import ByRemark, SumsAsSymbols

__all__ = ["separability", "separability_chance", "separability_count", "separability_hull"]

REPOSITORY = Source(
    PAPER,
    "experiments with more and with fewer dimensions than tokens",
    seen=Seen.REPOSITORY,
    standing=Standing.DERIVED_HERE,
)

N = Natural("N", at_least=1, meaning="number of tokens")
M = Natural("M", at_least=2, meaning="number of labels")
d = Natural("d", at_least=1, meaning="dimension of the input embeddings")
h = Natural("h", at_least=1, latex="d'", meaning="dimension of the output embeddings")
E = Matrix("E", length=N, columns=d, entry=Real("e"), meaning="rows are the input embeddings")
U = Matrix("U", length=M, columns=h, entry=Real("u"), meaning="rows are the output embeddings")
f = Labels("f", length=N, classes=M, meaning="label of each token")
x = Integer("x", at_least=1, meaning="a token")
y = Integer("y", at_least=1, meaning="a label")
k, a, b, z = (Symbol(name, integer=True, positive=True) for name in ("k", "a", "b", "z"))

dual = Observable(
    "dual",
    (Integer("token", at_least=1), Integer("column", at_least=1)),
    latex="e^*",
    meaning="entries of the vectors dual to the input embeddings",
)
DUAL = "the $e_x$ are linearly independent, with $\\langle e^*_k, e_x \\rangle = \\delta_{kx}$"
UNIT = "$\\lVert u_y \\rVert = 1$ for all labels"


def pair_margin(stored: Any) -> Expr:
    """Margin of x over y, where each token stores its label's output times some vector."""
    memory = Sum(U[f[k], a] * stored(k, b), (k, 1, N))
    return Sum((U[f[x], a] - U[y, a]) * memory * E[x, b], (a, 1, h), (b, 1, d))


constructed = Observable(
    "constructed",
    (N, M, E, U, f, x, y),
    latex="m_{x,y}",
    meaning="margin of x over y under the memory that takes every input to its label's output",
    definition=pair_margin(dual),
)
products = Sum(dual(k, b) * E[x, b], (b, 1, d))


def along_tokens(inner: Any) -> Expr:
    """The margin with the inner products of inputs and dual vectors put in."""
    outer = Sum((U[f[x], a] - U[y, a]) * U[f[k], a], (a, 1, h))
    return Sum(outer * inner, (k, 1, N))


def square(label: Any) -> Expr:
    """Squared norm of an output embedding."""
    return Sum(U[label, a] ** 2, (a, 1, h))


half_distance = Sum((U[f[x], a] - U[y, a]) ** 2, (a, 1, h)) / 2

separability = Claim(
    id="assoc-dynamics.separability",
    title="With independent inputs and unit outputs a perfect memory can be written down",
    says=(
        "If the input embeddings are linearly independent and the output embeddings have length "
        "one, the memory that takes the input of every token to the output of its label has "
        "margins of half the squared distance of the outputs: it is perfect as soon as these are "
        "distinct, however many labels there are."
    ),
    statement=Identity(constructed(), half_distance),
    domain=Domain(N, M, d, h, E, U, f, x, y, where=(x <= N, y <= M), remarks=(DUAL, UNIT)),
    source=REPOSITORY,
    observables=(constructed, dual),
    derivation=Derivation(
        Step(constructed.definition, by=definition),
        Step(along_tokens(products), by=FiniteSums()),
        Step(
            along_tokens(KroneckerDelta(k, x)),
            by=ByRemark(DUAL, pairs={products: KroneckerDelta(k, x)}),
        ),
        Step(half_distance + square(f[x]) / 2 - square(y) / 2, by=FiniteSums()),
        Step(half_distance, by=ByRemark(UNIT, pairs={square(f[x]): 1, square(y): 1})),
    ),
)

theta = Simplex("theta", length=M, latex=r"\theta", meaning="weights of a mean of outputs")
W = Matrix("W", length=h, columns=d, entry=Real("w"), meaning="any memory")
e = Vector("e", length=d, entry=Real("e"), meaning="an input embedding")
HULL = "$u_y = \\sum_z \\theta_z u_z$ for the label $y$ of the token"


def seen_output(entry: Any) -> Expr:
    """Score of an output with these entries."""
    return Sum(entry * Sum(W[a, b] * e[b], (b, 1, d)), (a, 1, h))


mean_output = Sum(theta[z] * U[z, a], (z, 1, M))
mean_margin = Observable(
    "mean_margin",
    (M, U, theta, W, e, y),
    latex=r"\sum_z \theta_z m_{y,z}",
    meaning="margins of a label over all labels, weighted",
    definition=Sum(theta[z] * (seen_output(U[y, a]) - seen_output(U[z, a])), (z, 1, M)),
)
mass = Sum(theta[z], (z, 1, M))

separability_hull = Claim(
    id="assoc-dynamics.separability-hull",
    title="A label whose output is a mean of others is never a strict winner",
    says=(
        "If the output embedding of a label is a weighted mean of output embeddings, the margins "
        "of that label over these, weighted alike, sum to zero under every memory: they are not "
        "all positive. So the construction of a perfect memory needs outputs that are exposed "
        "points of their convex hull, as distinct unit vectors are."
    ),
    statement=Identity(mean_margin(), 0),
    domain=Domain(M, d, h, U, theta, W, e, y, where=(y <= M,), remarks=(HULL,)),
    source=REPOSITORY,
    observables=(mean_margin,),
    derivation=Derivation(
        Step(mean_margin.definition, by=definition),
        Step(seen_output(U[y, a]) * mass - seen_output(mean_output), by=FiniteSums()),
        Step(
            seen_output(U[y, a]) - seen_output(mean_output),
            by=SumsAsSymbols(values={mass: (1, "theta")}),
        ),
        Step(0, by=ByRemark(HULL, pairs={mean_output: U[y, a]})),
    ),
)

COVER = "Cover's function counting theorem"
COVERED = "Geometrical and statistical properties of systems of linear inequalities, 1965"
Z = Matrix("Z", length=N, columns=d, entry=Real("z"), meaning="rows are the input embeddings")
POSITION = "two labels; any $d$ or fewer of the tokens are linearly independent"
subsets = Sum(binomial(N - 1, k - 1), (k, 1, d))
labellings = Observable(
    "labellings",
    (Z,),
    latex="C",
    meaning="number of the labellings of the tokens that some memory answers rightly",
)

separability_count = Claim(
    id="assoc-dynamics.separability-count",
    title="How many labellings have a perfect memory",
    says=(
        "Of the labellings of N tokens with two labels in general position in d dimensions, "
        "exactly twice the number of subsets of at most d - 1 of N - 1 things have a perfect "
        "memory, wherever the tokens are."
    ),
    statement=Identity(labellings(), 2 * subsets),
    domain=Domain(N, d, Z, remarks=(POSITION,)),
    source=REPOSITORY,
    observables=(labellings,),
    derivation=Derivation(
        Step(labellings(), by=definition), Step(2 * subsets, by=Cited(COVER, COVERED))
    ),
)

RANDOM = (
    "two labels; the signed tokens $z_x$ are independent and isotropic, so that every labelling "
    "is equally likely, and are in general position with probability one"
)
chance = Observable(
    "chance", (N, d), latex=r"\mathrm{P}", meaning="probability that some memory is perfect"
)

separability_chance = Claim(
    id="assoc-dynamics.separability-chance",
    title="How likely a perfect memory is with fewer dimensions than tokens",
    says=(
        "With two labels and isotropic random tokens a perfect memory exists with certainty for "
        "up to as many tokens as dimensions, and with probability one half for twice as many: "
        "fewer dimensions than tokens can still be enough."
    ),
    statement=Identity(chance(), 2 ** (1 - N) * subsets),
    domain=Domain(N, d, remarks=(RANDOM,)),
    source=REPOSITORY,
    observables=(chance,),
    derivation=Derivation(
        Step(chance(), by=definition),
        Step(2 ** (1 - N) * subsets, by=Cited(COVER, COVERED), note="all labellings alike"),
    ),
    uses=("assoc-dynamics.separability-count",),
)
