"""Embeddings that may be chosen, or learned: no error in any dimension from 2 on.

An input may have the embedding of its class, and the memory W may be the identity, or the sum of
outer products that it is when the embeddings are fixed. Trained by gradient steps, embeddings in
the plane find such an arrangement by themselves, for a few classes without error.
"""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, KroneckerDelta, Rational, Sum, Symbol

from theory import (
    Categorical,
    Cited,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Identity,
    Integer,
    Matrix,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Trend,
    algebra,
    definition,
)
from theory.assoc_scaling.exact_laws import UNIT, inner
from theory.assoc_scaling.model import PAPER
from theory.core.rules.hypotheses import ByHypothesis

__all__ = [  # noqa: RUF022 (reading order)
    "learned_margin",
    "learned_embeddings",
    "learned_frame",
    "learned_frame_recall",
    "learned_exposed",
    "learned_d2",
    "learned_d2_many",
    "learned_d2_alignment",
]


def source(seen: Seen = Seen.NOTHING, standing: Standing = Standing.DERIVED_HERE) -> Source:
    """The part of the paper on embeddings."""
    return Source(PAPER, "the embeddings", seen=seen, standing=standing)


M = Natural("M", at_least=2, meaning="number of classes")
d = Natural("d", at_least=2, meaning="embedding dimension")
U = Matrix("U", length=M, columns=d, entry=Real("u"), meaning="rows are the output embeddings")
asked = Integer("z", at_least=1, meaning="class of the input that is asked for")
rival = Integer("y", at_least=1, meaning="another class")
i, j, k = (Symbol(name, integer=True, positive=True) for name in "ijk")


def dot(a: Any, b: Any) -> Expr:
    """Inner product of two output embeddings."""
    return inner(U, a, U, b)


def score_gap(memory: Any) -> Expr:
    """Score of the asked class minus the rival's, for an input with its class's embedding."""
    return Sum((U[asked, i] - U[rival, i]) * memory * U[asked, j], (i, 1, d), (j, 1, d))


half_square = Sum((U[asked, i] - U[rival, i]) ** 2, (i, 1, d)) / 2
unit_asked, unit_rival = Eq(dot(asked, asked), 1), Eq(dot(rival, rival), 1)
frame_entry = Sum(U[k, i] * U[k, j], (k, 1, M))
tight_gap = frame_entry - M.symbol / d * KroneckerDelta(i, j)
tight = Eq(Sum(tight_gap**2, (i, 1, d), (j, 1, d)), 0)

learned_gap = Observable(
    "learned_gap",
    (M, d, U, asked, rival),
    latex=r"(u_z - u_y)^\top W e_x",
    meaning=(
        "lead of the score of class z over that of class y for an input with the embedding of "
        "class z, when W is the identity"
    ),
    definition=score_gap(KroneckerDelta(i, j)),
)

learned_margin = Claim(
    id="assoc-scaling.learned-margin",
    title="With inputs embedded as their classes the margin is half a squared distance",
    says=(
        "If every input has the embedding of its class, of length 1, and W is the identity, the "
        "right class leads any other by half the squared distance of their embeddings."
    ),
    statement=Identity(learned_gap(M, d, U, asked, rival), half_square),
    domain=Domain(M, d, U, asked, rival, where=(asked <= M, rival <= M, unit_asked, unit_rival)),
    source=source(Seen.SUMMARY),
    observables=(learned_gap,),
    derivation=Derivation(
        Step(learned_gap.definition, by=definition),
        Step(dot(asked, asked) - dot(rival, asked), by=algebra, note="$W$ is the identity"),
        Step(
            half_square,
            by=ByHypothesis({unit_asked: Rational(1, 2), unit_rival: -Rational(1, 2)}),
            note="Cauchy--Schwarz with its defect: both vectors have length 1",
        ),
    ),
)

N = Natural("N", at_least=1, meaning="number of inputs")
family = Categorical(
    "family",
    latex="F",
    meaning="a family of unit vectors",
    choices=("polygon", "random", "lattice", "clustered"),
)
recall = Observable(
    "recall",
    (N, M, d, family),
    latex=r"\text{recall}",
    meaning="whether the class of each input has strictly the highest score",
)

learned_embeddings = Claim(
    id="assoc-scaling.learned-embeddings",
    title="Embeddings that may be chosen store everything in two dimensions",
    says=(
        "If every input has the embedding of its class and W is the identity, every input is "
        "answered rightly, however many inputs and classes there are, in any dimension from 2 on: "
        "the margins are half the squared distances of distinct unit vectors, which are positive."
    ),
    statement=ForAll("input", "its class has strictly the highest score"),
    domain=Domain(N, M, d, family, remarks=(UNIT, "$e_x = u_{f(x)}$ and $W = I$")),
    source=source(Seen.SUMMARY),
    observables=(recall,),
    uses=("assoc-scaling.learned-margin",),
)

frame_gap = Observable(
    "frame_gap",
    (M, d, U, asked, rival),
    latex=r"(u_z - u_y)^\top W e_x",
    meaning=(
        "lead of the score of class z over that of class y for an input with the embedding of "
        "class z, when W is the sum of the outer products of the output embeddings with themselves"
    ),
    definition=score_gap(frame_entry),
)

learned_frame = Claim(
    id="assoc-scaling.learned-frame",
    title="A tight frame of output embeddings acts as the identity",
    says=(
        "If every input has the embedding of its class and W is the sum of the outer products with "
        "themselves of the vectors of a tight frame of unit vectors, the margin is M/(2d) times "
        "the squared distance."
    ),
    statement=Identity(frame_gap(M, d, U, asked, rival), M.symbol / d * half_square),
    domain=Domain(
        M,
        d,
        U,
        asked,
        rival,
        where=(asked <= M, rival <= M, unit_asked, unit_rival, tight),
    ),
    source=source(Seen.RECOLLECTION),
    observables=(frame_gap,),
    derivation=Derivation(
        Step(frame_gap.definition, by=definition),
        Step(
            score_gap(M.symbol / d * KroneckerDelta(i, j)),
            by=ByHypothesis({tight: (U[asked, i] - U[rival, i]) * U[asked, j]}),
            note="tight frame",
        ),
        Step(M.symbol / d * (dot(asked, asked) - dot(rival, asked)), by=algebra),
        Step(
            M.symbol / d * half_square,
            by=ByHypothesis({unit_asked: M.symbol / d / 2, unit_rival: -M.symbol / d / 2}),
        ),
    ),
)

frame = Categorical(
    "frame",
    latex="F",
    meaning="a family of tight frames: a regular polygon, or orthonormal bases put together",
    choices=("polygon", "bases"),
)
frame_recall = Observable(
    "frame_recall",
    (N, M, d, frame),
    latex=r"\text{recall}",
    meaning="whether the class of each input has strictly the highest score",
)

learned_frame_recall = Claim(
    id="assoc-scaling.learned-frame-recall",
    title="With a tight frame the outer-product memory recalls everything",
    says=(
        "If every input has the embedding of its class, the outer-product memory with equal "
        "weights on the classes answers every input rightly when the distinct unit output "
        "embeddings form a tight frame; random ones in two dimensions do not do."
    ),
    statement=ForAll("input", "its class has strictly the highest score"),
    domain=Domain(
        N,
        M,
        d,
        frame,
        remarks=(UNIT, r"$\sum_y u_y u_y^\top = (M / d) I$", r"$W = \sum_y u_y u_y^\top$"),
    ),
    source=source(Seen.RECOLLECTION),
    observables=(frame_recall,),
    uses=("assoc-scaling.learned-frame",),
)

anywhere = Matrix(
    "U", length=M, columns=d, entry=Real("u"), meaning=("rows are the output embeddings")
)
line = Natural("d", at_least=1, meaning="embedding dimension")
answered = Observable(
    "answered",
    (M, line, anywhere, asked),
    latex=r"\mathbf{1}[\text{there is an $h$ with $u_z \cdot h > u_y \cdot h$ for all $y \ne z$}]",
    meaning="number that is 1 if some input embedding makes class z win, else 0",
)
exposed = Observable(
    "exposed",
    (M, line, anywhere, asked),
    latex=r"\mathbf{1}[\text{$u_z$ is not in the convex hull of the $u_y$ with $y \ne z$}]",
    meaning=(
        "number that is 1 if the output embedding of class z is not in the convex hull of the "
        "others, else 0"
    ),
)

learned_exposed = Claim(
    id="assoc-scaling.learned-exposed",
    title="A class can be answered exactly if it is no mixture of the others",
    says=(
        "Some input embedding makes a class win if and only if its output embedding is not in the "
        "convex hull of the others; so in one dimension at most two classes can be told apart."
    ),
    statement=Identity(answered(M, line, anywhere, asked), exposed(M, line, anywhere, asked)),
    domain=Domain(M, line, anywhere, asked, where=(asked <= M,)),
    source=source(),
    observables=(answered, exposed),
    derivation=Derivation(
        Step(answered(M, line, anywhere, asked), by=definition),
        Step(
            exposed(M, line, anywhere, asked),
            by=Cited(
                "strict separation of a point from a polytope",
                "Schrijver, Theory of Linear and Integer Programming, section 7.3",
            ),
        ),
    ),
)

classes = Natural("M", at_least=1, at_most=100, meaning="number of classes", grid=(5, 10))
PLANE = (
    r"$N = 100$ inputs, $f_*(x) = x \bmod M$, Zipf exponent $2$; $W$, $E$ and $U$ are learned in "
    r"dimension $2$ by Adam of step $0.1$ on 1000 batches of 1000 tokens; "
    r"$W_0$ has entries $\mathcal{N}(0, 1)$, $E_0$ and $U_0$ entries $\mathcal{N}(0, 1/2)$"
)
NOTEBOOK = "notebook on learned embeddings"

learned_d2 = Claim(
    id="assoc-scaling.learned-d2",
    title="Learned embeddings in the plane tell up to ten classes apart",
    says=(
        "With embeddings and memory learned together in two dimensions, no input of a hundred is "
        "misread as long as there are at most ten classes."
    ),
    statement=Trend(
        "the final error",
        "embeddings learned in two dimensions",
        "a run that misreads only the rarest input",
        "lower",
    ),
    domain=Domain(classes, where=(classes <= 10,), remarks=(PLANE,)),
    source=Source(PAPER, NOTEBOOK, seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
)

many = Natural("M", at_least=1, at_most=100, meaning="number of classes", grid=(29, 100))

learned_d2_many = Claim(
    id="assoc-scaling.learned-d2-many",
    title="Learned embeddings in the plane err little with many classes",
    says=(
        "Whatever the number of classes, up to one for each input, most runs end with an error "
        "below 0.05. The published curve jumps because a logarithm of a softmax that has "
        "underflowed leaves no numbers in the weights; every input is then given the first class."
    ),
    statement=Trend(
        "the final error", "embeddings learned in two dimensions", "an error of 0.05", "lower"
    ),
    domain=Domain(many, remarks=(PLANE,)),
    source=Source(PAPER, NOTEBOOK, seen=Seen.REPOSITORY, standing=Standing.CORRECTED),
    published="the error jumps to between 0.25 and 0.4 at about 26 classes",
)

few = Natural("M", at_least=5, at_most=10, meaning="number of classes", grid=(5, 10))

learned_d2_alignment = Claim(
    id="assoc-scaling.learned-d2-alignment",
    title="Learned embeddings in the plane align with their classes",
    says=(
        "After training with five to ten classes the memory sends the embeddings of the inputs "
        "near the directions of their classes: the mean cosine over tokens is above 0.8 in most "
        "runs, so that the arrangement of the construction is found."
    ),
    statement=Trend(
        "the mean cosine", "embeddings learned in two dimensions", "a mean cosine of 0.8", "higher"
    ),
    domain=Domain(few, remarks=(PLANE,)),
    source=Source(PAPER, NOTEBOOK, seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    uses=("assoc-scaling.learned-embeddings",),
)
