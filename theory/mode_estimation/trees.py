"""What the sections on search trees share: probabilities, entropies, and Huffman's tree of them."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Sum, Symbol, log

from theory import Natural, Observable, Real, Seen, Simplex, Source, Standing, Vector
from theory.core.shorthand import Shorthand
from theory.mode_estimation.paper import PAPER

__all__ = [
    "CLASSICAL",
    "DERIVED",
    "HALF",
    "HUFFMAN",
    "HUFFMAN_REFERENCE",
    "KRAFT",
    "a",
    "bits",
    "depth",
    "entropy",
    "huffman_cost",
    "k",
    "kraft_sum",
    "label",
    "length",
    "m",
    "p",
    "v",
]

CLASSICAL = Source(
    PAPER, "source coding, classical", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
)
DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
HUFFMAN = "a Huffman tree costs no more than any other binary tree"
HUFFMAN_REFERENCE = "Huffman, Proc. IRE 40 (1952)"

HALF = Rational(1, 2)
k = Symbol("k", integer=True, positive=True)
v = Symbol("v", positive=True)

m = Natural("m", at_least=1, meaning="number of classes", grid=(1, 2, 3))
a = Vector("a", length=m, entry=Natural("entry"), meaning="weights of the classes")
p = Simplex(
    "p", length=m, entry=Real("entry", above=0, at_most=1), meaning="probabilities of the classes"
)
label = Natural("k", at_least=1, meaning="a class")


def entropy(q: Any, size: Any = m) -> Expr:
    """Entropy in bits of a probability vector."""
    return -Sum(q[k] * log(q[k]), (k, 1, size)) / log(2)


def bits(u: Any) -> Expr:
    """Entropy in bits of two classes, one of probability u."""
    return -(u * log(u) + (1 - u) * log(1 - u)) / log(2)


depth = Observable(
    "depth",
    (m, p, label),
    latex=r"\operatorname{depth}(k)",
    meaning="depth of a class in Huffman's tree",
)
huffman_cost = Observable(
    "huffman_cost",
    (m, p),
    latex=r"\bar L",
    meaning="mean number of questions in Huffman's tree",
    definition=Sum(p[k] * depth(m, p, k), (k, 1, m)),
)
length = Shorthand("length", (k,), r"\ell_{@}", "depth of class k", depth(m, p, k))
kraft_sum = Sum(2 ** -depth(m, p, k), (k, 1, m))
KRAFT = "the leaves of a binary tree have depths with $\\sum_i 2^{-\\ell_i} = 1$"
