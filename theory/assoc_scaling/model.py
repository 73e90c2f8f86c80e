"""The model of the topic: a memory W = sum_x q(x) u_{f(x)} e_x^T, and the paper it comes from."""

from __future__ import annotations

from theory import Paper

__all__ = ["PAPER"]

PAPER = Paper(
    key="cabannes2024scaling",
    title="Scaling Laws for Associative Memories",
    authors="Cabannes, Vivien and Dohmatob, Elvis and Bietti, Alberto",
    venue="International Conference on Learning Representations",
    year=2024,
    arxiv="2310.02984",
)
