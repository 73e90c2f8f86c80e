"""The memory of this topic: its scores u_y^T W e_x, their softmax, and the cross-entropy loss.

The memory may be any function of row and column, so that a step or a shift of W can stand in its
place. Shorthands name what occurs in many formulas.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Function,
    Sum,
    Symbol,
    exp,
    log,
)

from theory import (
    Integer,
    Labels,
    Matrix,
    Natural,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
)
from theory.assoc_dynamics.paper import PAPER
from theory.core.shorthand import Shorthand

__all__ = [
    "ABSTRACT",
    "DERIVED",
    "FREQUENCY",
    "INPUTS",
    "OUTPUTS",
    "SCORE",
    "SHARE",
    "SPEED",
    "TOTAL",
    "A",
    "B",
    "E",
    "M",
    "N",
    "T",
    "U",
    "V",
    "W",
    "a",
    "along",
    "b",
    "c",
    "d",
    "eta",
    "f",
    "first_state",
    "frequency",
    "gram",
    "h",
    "i",
    "i2",
    "j",
    "j2",
    "k",
    "l",
    "l1",
    "log_loss",
    "loss_of",
    "mean",
    "moved",
    "normaliser",
    "p",
    "q",
    "residual",
    "score",
    "share",
    "state",
    "step_memory",
    "t",
    "v",
    "x",
    "y",
    "z",
    "z1",
]

N = Natural("N", at_least=1, meaning="number of tokens")
M = Natural("M", at_least=1, meaning="number of labels")
d = Natural("d", at_least=1, meaning="dimension of the input embeddings")
h = Natural("h", at_least=1, latex="d'", meaning="dimension of the output embeddings")
E = Matrix("E", length=N, columns=d, entry=Real("e"), meaning="rows are the input embeddings")
U = Matrix("U", length=M, columns=h, entry=Real("u"), meaning="rows are the output embeddings")
W = Matrix("W", length=h, columns=d, entry=Real("w"), meaning="the memory")
V = Matrix("V", length=h, columns=d, entry=Real("v"), meaning="a direction in which W moves")
p = Matrix(
    "p",
    length=N,
    columns=M,
    entry=Real("p", at_least=0),
    meaning="joint probabilities of tokens and labels",
)
i = Integer("i", at_least=1, meaning="row of W")
j = Integer("j", at_least=1, meaning="column of W")
i2 = Integer("i2", at_least=1, latex="i'", meaning="another row of W")
j2 = Integer("j2", at_least=1, latex="j'", meaning="another column of W")
x = Integer("x", at_least=1, meaning="a token")
y = Integer("y", at_least=1, meaning="a label")
eta = Real("eta", at_least=0, latex=r"\eta", meaning="step size")

a, b, c, k, l, l1, z, z1 = (
    Symbol(name, integer=True, positive=True) for name in ("a", "b", "c", "k", "l", "l1", "z", "z1")
)
A, B = (Symbol(name, integer=True, positive=True) for name in ("a1", "b1"))
t = Symbol("t", real=True)
v = Symbol("v", positive=True)
f = Labels("f", length=N, classes=M, meaning="label of each token")
q = Simplex("q", length=N, latex="p", meaning="probabilities of the tokens")
T = Natural("T", meaning="number of steps")
state, first_state = (Symbol(name, real=True) for name in ("X", "W_0"))
step_memory = Function("Phi", real=True)

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
ABSTRACT = Source(
    PAPER, "system of interacting particles", seen=Seen.ABSTRACT, standing=Standing.SHARPENED
)


def score(label: Any, token: Any, memory: Any = W) -> Expr:
    """Score of a label for a token; a memory is a matrix, or a function of row and column."""
    entry = memory if callable(memory) else lambda row, column: memory[row, column]
    return Sum(U[label, a] * entry(a, b) * E[token, b], (b, 1, d), (a, 1, h))


def normaliser(token: Any) -> Expr:
    """What the exponentials of the scores are divided by."""
    return Sum(exp(score(z, token)), (z, 1, M))


def share(label: Any, token: Any) -> Expr:
    """Probability of a label for a token under W."""
    return exp(score(label, token)) / normaliser(token)


def frequency(token: Any) -> Expr:
    """Probability of a token."""
    return Sum(p[token, l1], (l1, 1, M))


def residual(label: Any, token: Any) -> Expr:
    """Joint probability minus what W gives: what pulls the score of the label."""
    return p[token, label] - frequency(token) * share(label, token)


def loss_of(memory: Any) -> Expr:
    """Cross-entropy of a memory, averaged over tokens and labels."""
    total = log(Sum(exp(score(z, k, memory)), (z, 1, M)))
    return Sum(p[k, l] * (total - score(l, k, memory)), (l, 1, M), (k, 1, N))


def moved(row: Any, column: Any) -> Expr:
    """Entry of W + t V."""
    return W[row, column] + t * V[row, column]


def along(token: Any, label: Any) -> Expr:
    """How fast the score moves as W moves in the direction V."""
    return Sum(U[label, a] * V[a, b] * E[token, b], (b, 1, d), (a, 1, h))


def gram(matrix: Matrix, row: Any, other: Any) -> Expr:
    """Inner product of two embeddings of the same kind."""
    return Sum(matrix[row, c] * matrix[other, c], (c, 1, matrix.columns))


def log_loss(token: Any, memory: Any = W) -> Expr:
    """Minus the logarithm of the probability of the right label."""
    total = log(Sum(exp(score(z, token, memory)), (z, 1, M)))
    return total - score(f[token], token, memory)


def mean(values: Any, token: Any) -> Expr:
    """Mean of values of the labels under W."""
    return Sum(exp(score(z1, token)) * values(z1), (z1, 1, M)) / normaliser(token)


SCORE = Shorthand("s", (k, l), "s(@, @)", "score of a label for a token", score(l, k))
SHARE = Shorthand(
    "share", (l, k), r"P(@ \mid @)", "probability of a label for a token under W", share(l, k)
)
TOTAL = Shorthand("Z", (k,), "Z(@)", "sum of the exponentials of the scores", normaliser(k))
FREQUENCY = Shorthand("p_x", (k,), "p(@)", "probability of a token", frequency(k))
SPEED = Shorthand(
    "speed", (k, l), r"\delta(@, @)", "speed of a score as W moves along V", along(k, l)
)
INPUTS = Shorthand(
    "inputs",
    (k, x.symbol),
    r"\langle e_{@}, e_{@} \rangle",
    "inner product of input embeddings",
    gram(E, k, x),
)
OUTPUTS = Shorthand(
    "outputs",
    (l, y.symbol),
    r"\langle u_{@}, u_{@} \rangle",
    "inner product of output embeddings",
    gram(U, l, y),
)
