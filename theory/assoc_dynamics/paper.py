"""The paper that the topic puts to the test."""

from __future__ import annotations

from theory import Paper

__all__ = ["PAPER"]

PAPER = Paper(
    key="cabannes2024learning",
    title="Learning Associative Memories with Gradient Descent",
    authors="Cabannes, Vivien and Simsek, Berfin and Bietti, Alberto",
    venue="International Conference on Machine Learning",
    year=2024,
    arxiv="2402.18724",
)
