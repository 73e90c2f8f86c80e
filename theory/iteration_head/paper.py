"""The paper that the topic puts to the test."""

from __future__ import annotations

from theory import Paper

__all__ = ["PAPER"]

PAPER = Paper(
    key="cabannes2024iteration",
    title="Iteration Head: A Mechanistic Study of Chain-of-Thought",
    authors=(
        "Cabannes, Vivien and Arnal, Charles and Bouaziz, Wassim and Yang, Xingyu Alice and "
        "Charton, François and Kempe, Julia"
    ),
    venue="Advances in Neural Information Processing Systems",
    year=2024,
    arxiv="2406.02128",
)
