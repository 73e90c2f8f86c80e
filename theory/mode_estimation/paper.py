"""The paper that the topic puts to the test."""

from __future__ import annotations

from theory import Paper

__all__ = ["PAPER"]

PAPER = Paper(
    key="arnal2024mode",
    title="Mode Estimation with Partial Feedback",
    authors="Arnal, Charles and Cabannes, Vivien and Perchet, Vianney",
    venue="Conference on Learning Theory",
    year=2024,
    arxiv="2402.13079",
)
