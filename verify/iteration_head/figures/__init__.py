"""The figures of the topic: what theory says as lines, simulated circuits and data as marks."""

from verify.iteration_head.figures import (
    attention,
    data,
    guesses,
    positions,
    sharpness,
    training,
    transfer,
    variants,
)

__all__ = [
    "attention",
    "data",
    "guesses",
    "positions",
    "sharpness",
    "training",
    "transfer",
    "variants",
]
